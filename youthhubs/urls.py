from django.urls import path

from . import many_views, views

urlpatterns = [
    path("hubs/", views.hub_list, name="hub_list"),
    path("hubs/export/", views.hub_export, name="hub_export"),
    path("hubs/create/", views.hub_create, name="hub_create"),
    path("hubs/<int:pk>/", views.hub_detail, name="hub_detail"),
    path("hubs/<int:pk>/update/", views.hub_update, name="hub_update"),
    path("hubs/<int:pk>/end/", views.hub_end, name="hub_end"),
    path("hubs/<int:hub_pk>/years/create/", views.hub_year_create, name="hub_year_create"),
    path("hubs/years/<int:pk>/update/", views.hub_year_update, name="hub_year_update"),
    path("hubs/<int:hub_pk>/staff/create/", views.hub_staff_create, name="hub_staff_create"),
    path("hubs/staff/<int:pk>/update/", views.hub_staff_update, name="hub_staff_update"),
    path("hubs/staff/<int:pk>/end/", views.hub_staff_end, name="hub_staff_end"),
    path("hubs/staff/<int:pk>/delete/", views.hub_staff_delete, name="hub_staff_delete"),
    path("volunteers/many/bind/", many_views.volunteers_bind, name="volunteers_bind"),
    path("volunteers/many/end/", many_views.volunteers_end, name="volunteers_end"),
    path("volunteers/", views.volunteer_list, name="volunteer_list"),
    path("volunteers/export/", views.volunteer_export, name="volunteer_export"),
    path("volunteers/create/", views.volunteer_create, name="volunteer_create"),
    path("volunteers/<int:pk>/", views.volunteer_detail, name="volunteer_detail"),
    path("volunteers/<int:pk>/update/", views.volunteer_update, name="volunteer_update"),
    path("volunteers/<int:pk>/end/", views.volunteer_end, name="volunteer_end"),
    path("volunteers/<int:pk>/team/", views.volunteer_team, name="volunteer_team"),
    path("volunteers/teams/<int:pk>/update/", views.team_member_update, name="team_member_update"),
    path("volunteers/teams/<int:pk>/delete/", views.team_member_delete, name="team_member_delete"),
]
