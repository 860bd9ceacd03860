from django.contrib.auth import views as auth_views
from django.urls import path

from . import views

urlpatterns = [
    path("login/", views.login, name="login"),
    path("logout/", auth_views.LogoutView.as_view(), name="logout"),
    path("password/", views.password_change, name="password_change"),
    path("organisations/", views.organisation_list, name="organisation_list"),
    path("organisations/create/", views.organisation_create, name="organisation_create"),
    path("organisations/<int:pk>/", views.organisation_detail, name="organisation_detail"),
    path("organisations/<int:pk>/update/", views.organisation_update, name="organisation_update"),
    path("organisations/<int:pk>/end/", views.organisation_end, name="organisation_end"),
    path("units/", views.unit_list, name="unit_list"),
    path("units/create/", views.unit_create, name="unit_create"),
    path("units/<int:pk>/", views.unit_detail, name="unit_detail"),
    path("units/<int:pk>/update/", views.unit_update, name="unit_update"),
    path("unit-contacts/", views.unit_contact_list, name="unit_contact_list"),
    path("unit-contacts/create/", views.unit_contact_create, name="unit_contact_create"),
    path("unit-contacts/<int:pk>/", views.unit_contact_detail, name="unit_contact_detail"),
    path("unit-contacts/<int:pk>/update/", views.unit_contact_update, name="unit_contact_update"),
    path("unit-contacts/<int:pk>/delete/", views.unit_contact_delete, name="unit_contact_delete"),
    path("supplies/", views.supply_list, name="supply_list"),
    path("supplies/create/", views.supply_create, name="supply_create"),
    path("supplies/<int:pk>/", views.supply_detail, name="supply_detail"),
    path("supplies/<int:pk>/update/", views.supply_update, name="supply_update"),
    path("supplies/<int:pk>/delete/", views.supply_delete, name="supply_delete"),
]
