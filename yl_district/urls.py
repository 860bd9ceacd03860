"""All URLs of the site; apps are included by name, so that this module does not import them."""

from django.urls import include, path

handler404 = "yl_district.web.error_pages.not_found"
handler500 = "yl_district.web.outage_pages.server_error"

urlpatterns = [
    path("", include("reports.urls")),
    path("", include("orgs.urls")),
    path("", include("members.urls")),
    path("", include("youthhubs.urls")),
    path("", include("activities.urls")),
    path("", include("outreach.urls")),
    path("", include("assistance.urls")),
    path("", include("yl_district.views.urls")),
]
