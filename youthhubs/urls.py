from django.urls import path

from . import views

urlpatterns = [
    path("hubs/", views.hub_list, name="hub_list"),
    path("hubs/export/", views.hub_export, name="hub_export"),
    path("hubs/create/", views.hub_create, name="hub_create"),
    path("hubs/<int:pk>/", views.hub_detail, name="hub_detail"),
    path("hubs/<int:pk>/update/", views.hub_update, name="hub_update"),
    path("hubs/<int:pk>/end/", views.hub_end, name="hub_end"),
    path("hubs/<int:hub_pk>/years/create/", views.hub_year_create, name="hub_year_create"),
    path("hubs/years/<int:pk>/update/", views.hub_year_update, name="hub_year_update"),
    path("volunteers/", views.volunteer_list, name="volunteer_list"),
    path("volunteers/export/", views.volunteer_export, name="volunteer_export"),
    path("volunteers/create/", views.volunteer_create, name="volunteer_create"),
    path("volunteers/<int:pk>/", views.volunteer_detail, name="volunteer_detail"),
    path("volunteers/<int:pk>/update/", views.volunteer_update, name="volunteer_update"),
]
