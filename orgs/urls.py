from allauth.account.views import reauthenticate
from allauth.mfa.base import views as second_factor_views
from allauth.mfa.recovery_codes import views as recovery_code_views
from allauth.usersessions.views import list_usersessions
from django.urls import path

from . import help_views, many_views, new_organisation_views, notice_views, views, who_can_see_views
from .accounts import account_views, first_run_views, session_views, sign_in_views
from .accounts import many_views as account_many_views
from .unmasking import record_unmask

# Names that begin with account_, mfa_ and usersessions_ are those that allauth redirects to.
sign_in_patterns = [
    path("login/", sign_in_views.login, name="login"),
    path("login/", sign_in_views.login, name="account_login"),
    path("login/code/", second_factor_views.authenticate, name="mfa_authenticate"),
    path("logout/", sign_in_views.logout, name="logout"),
    path("invitations/<str:uid>/<str:token>/", sign_in_views.invitation_accept, name="invitation_accept"),
    path("password/", sign_in_views.password_change, name="password_change"),
    path("confirm/", reauthenticate, name="account_reauthenticate"),
    path("confirm/code/", second_factor_views.reauthenticate, name="mfa_reauthenticate"),
    path("second-factor/", second_factor_views.index, name="mfa_index"),
    path("second-factor/activate/", sign_in_views.SecondFactorView.as_view(), name="mfa_activate_totp"),
    path("second-factor/deactivate/", sign_in_views.SecondFactorRemovalView.as_view(), name="mfa_deactivate_totp"),
    path("second-factor/recovery-codes/", sign_in_views.RecoveryCodesView.as_view(), name="mfa_view_recovery_codes"),
    path(
        "second-factor/recovery-codes/generate/",
        recovery_code_views.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path("sessions/", list_usersessions, name="usersessions_list"),
    path("sessions/state/", session_views.session_state, name="session_state"),
    path("sessions/draft-key/", session_views.draft_key, name="draft_key"),
    path("drafts/", session_views.draft_list, name="draft_list"),
    path("sessions/resume/", session_views.session_resume, name="session_resume"),
    path("sessions/<int:pk>/end/", sign_in_views.user_session_end, name="user_session_end"),
]
account_patterns = [
    path("first-run/", first_run_views.first_run, name="first_run"),
    path("accounts/", account_views.account_list, name="account_list"),
    path("accounts/invite/", account_views.account_invite, name="account_invite"),
    path("accounts/many/invite/", account_many_views.accounts_invite, name="accounts_invite"),
    path("accounts/many/extend/", account_many_views.accounts_extend, name="accounts_extend"),
    path("accounts/many/withdraw/", account_many_views.accounts_withdraw, name="accounts_withdraw"),
    path("accounts/<int:pk>/", account_views.account_detail, name="account_detail"),
    path("accounts/<int:pk>/update/", account_views.account_update, name="account_update"),
    path("accounts/<int:pk>/reset/", account_views.account_reset, name="account_reset"),
    path("accounts/<int:pk>/unlock/", account_views.account_unlock, name="account_unlock"),
    path("accounts/<int:pk>/leave/", account_views.account_leave, name="account_leave"),
    path("notices/", notice_views.notice_list, name="notice_list"),
    path("notices/read/", notice_views.notices_read, name="notices_read"),
    path("roles/", account_views.role_list, name="role_list"),
]
urlpatterns = [
    *sign_in_patterns,
    *account_patterns,
    path("help/", help_views.help_list, name="help_list"),
    path("help/<slug:key>/", help_views.help_detail, name="help_detail"),
    path("readers/<str:kind>/<int:pk>/", who_can_see_views.record_readers, name="record_readers"),
    path("unmask/<slug:kind>/<int:pk>/", record_unmask, name="record_unmask"),
    path("organisations/", views.organisation_list, name="organisation_list"),
    path("organisations/create/", views.organisation_create, name="organisation_create"),
    path("organisations/many/create/", new_organisation_views.organisations_create, name="organisations_create"),
    path(
        "imports/<int:pk>/organisations/",
        new_organisation_views.import_batch_organisations,
        name="import_batch_organisations",
    ),
    path("organisations/<int:pk>/", views.organisation_detail, name="organisation_detail"),
    path("organisations/<int:pk>/update/", views.organisation_update, name="organisation_update"),
    path("organisations/<int:pk>/end/", views.organisation_end, name="organisation_end"),
    path("units/", views.unit_list, name="unit_list"),
    path("units/export/", views.unit_export, name="unit_export"),
    path("units/create/", views.unit_create, name="unit_create"),
    path("units/<int:pk>/", views.unit_detail, name="unit_detail"),
    path("units/<int:pk>/update/", views.unit_update, name="unit_update"),
    path("unit-changes/", views.unit_change_list, name="unit_change_list"),
    path("unit-changes/export/", views.unit_change_export, name="unit_change_export"),
    path("unit-changes/create/", views.unit_change_create, name="unit_change_create"),
    path("unit-changes/<int:pk>/", views.unit_change_detail, name="unit_change_detail"),
    path("unit-changes/<int:pk>/update/", views.unit_change_update, name="unit_change_update"),
    path("unit-changes/<int:pk>/delete/", views.unit_change_delete, name="unit_change_delete"),
    path("unit-contacts/", views.unit_contact_list, name="unit_contact_list"),
    path("unit-contacts/export/", views.unit_contact_export, name="unit_contact_export"),
    path("unit-contacts/create/", views.unit_contact_create, name="unit_contact_create"),
    path("unit-contacts/<int:pk>/", views.unit_contact_detail, name="unit_contact_detail"),
    path("unit-contacts/<int:pk>/update/", views.unit_contact_update, name="unit_contact_update"),
    path("unit-contacts/<int:pk>/delete/", views.unit_contact_delete, name="unit_contact_delete"),
    path("organisations/many/supplies/", many_views.supplies_issue, name="supplies_issue"),
    path("supplies/", views.supply_list, name="supply_list"),
    path("supplies/export/", views.supply_export, name="supply_export"),
    path("supplies/create/", views.supply_create, name="supply_create"),
    path("supplies/<int:pk>/", views.supply_detail, name="supply_detail"),
    path("supplies/<int:pk>/update/", views.supply_update, name="supply_update"),
    path("supplies/<int:pk>/delete/", views.supply_delete, name="supply_delete"),
]
