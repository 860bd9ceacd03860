from django.urls import path

from . import arrival_views, confirm_views, plan_views, proposed_activity_views, roster_views, views, visitor_views

urlpatterns = [
    path("activities/", views.activity_list, name="activity_list"),
    path("activities/export/", views.activity_export, name="activity_export"),
    path("activities/create/", views.activity_create, name="activity_create"),
    path("imports/<int:pk>/activity/", proposed_activity_views.import_batch_activity, name="import_batch_activity"),
    path("activities/<int:pk>/", views.activity_detail, name="activity_detail"),
    path("activities/<int:pk>/update/", views.activity_update, name="activity_update"),
    path("activities/<int:pk>/delete/", views.activity_delete, name="activity_delete"),
    path("activities/<int:pk>/hold/", views.activity_hold, name="activity_hold"),
    path("activities/<int:pk>/cancel/", views.activity_cancel, name="activity_cancel"),
    path("activities/<int:activity_pk>/sign-ins/create/", views.sign_in_create, name="sign_in_create"),
    path("activities/<int:pk>/confirm/", confirm_views.activity_confirm, name="activity_confirm"),
    path("activities/<int:pk>/reopen/", confirm_views.activity_reopen, name="activity_reopen"),
    path("activities/calendar/", plan_views.activity_calendar, name="activity_calendar"),
    path("activities/themes/", plan_views.quarter_themes, name="quarter_themes"),
    path("activities/<int:pk>/repeat/", plan_views.activity_repeat, name="activity_repeat"),
    path("activities/<int:pk>/roster/", roster_views.activity_roster, name="activity_roster"),
    path("activities/<int:pk>/arrivals/", arrival_views.activity_arrivals, name="activity_arrivals"),
    path("activities/<int:activity_pk>/code/", arrival_views.sign_in_code_detail, name="sign_in_code_detail"),
    path("activities/<int:activity_pk>/code/create/", arrival_views.sign_in_code_create, name="sign_in_code_create"),
    path("activities/<int:activity_pk>/code/close/", arrival_views.sign_in_code_close, name="sign_in_code_close"),
    path("scan/", visitor_views.arrival_done, name="arrival_done"),
    path("scan/<str:token>/", visitor_views.arrival_create, name="arrival_create"),
    path("sign-ins/<int:pk>/presence/", views.sign_in_presence, name="sign_in_presence"),
    path("sign-ins/<int:pk>/delete/", views.sign_in_delete, name="sign_in_delete"),
    path("sign-ins/<int:pk>/dismiss/", views.sign_in_dismiss, name="sign_in_dismiss"),
    path("activity-types/", views.activity_type_list, name="activity_type_list"),
    path("activity-types/create/", views.activity_type_create, name="activity_type_create"),
    path("activity-types/<int:pk>/update/", views.activity_type_update, name="activity_type_update"),
]
