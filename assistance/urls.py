from django.urls import path

from . import grant_views, many_views, retention_views, views

urlpatterns = [
    path("case-grants/", grant_views.case_grant_list, name="case_grant_list"),
    path("case-grants/create/", grant_views.case_grant_create, name="case_grant_create"),
    path("case-grants/<int:pk>/", grant_views.case_grant_detail, name="case_grant_detail"),
    path("case-grants/<int:pk>/decide/", grant_views.case_grant_decide, name="case_grant_decide"),
    path("case-grants/<int:pk>/end/", grant_views.case_grant_end, name="case_grant_end"),
    path("case-grants/<int:grant_pk>/register/", views.assisted_youth_create, name="assisted_youth_create"),
    path("case-grants/<int:grant_pk>/scholarship/", views.scholarship_create, name="scholarship_create"),
    path("assisted-youths/retention/", retention_views.case_retention, name="case_retention"),
    path("assisted-youths/many/end/", many_views.assisted_youths_end, name="assisted_youths_end"),
    path("assisted-youths/", views.assisted_youth_list, name="assisted_youth_list"),
    path("assisted-youths/<int:pk>/", views.assisted_youth_detail, name="assisted_youth_detail"),
    path("assisted-youths/<int:pk>/update/", views.assisted_youth_update, name="assisted_youth_update"),
    path("assisted-youths/<int:pk>/end/", views.assisted_youth_end, name="assisted_youth_end"),
    path("assisted-youths/<int:youth_pk>/plans/create/", views.service_plan_create, name="service_plan_create"),
    path("assisted-youths/<int:youth_pk>/pairings/create/", views.pairing_create, name="pairing_create"),
    path("pairings/<int:pk>/end/", views.pairing_end, name="pairing_end"),
    path("service-plans/", views.service_plan_list, name="service_plan_list"),
    path("service-plans/<int:pk>/update/", views.service_plan_update, name="service_plan_update"),
    path("assistances/", views.assistance_list, name="assistance_list"),
    path("assistances/create/", views.assistance_create, name="assistance_create"),
    path("assistances/<int:pk>/", views.assistance_detail, name="assistance_detail"),
    path("assistances/<int:pk>/update/", views.assistance_update, name="assistance_update"),
    path("assistances/<int:pk>/delete/", views.assistance_delete, name="assistance_delete"),
    path("scholarships/", views.scholarship_list, name="scholarship_list"),
    path("scholarships/<int:pk>/", views.scholarship_detail, name="scholarship_detail"),
    path("scholarships/<int:pk>/update/", views.scholarship_update, name="scholarship_update"),
]
