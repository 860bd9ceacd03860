from django.urls import path

from . import audit_views as views
from . import history_views

urlpatterns = [
    path("access-log/", views.access_entry_list, name="access_entry_list"),
    path("access-log/verify/", views.access_log_verify, name="access_log_verify"),
    path("history/<str:kind>/<int:pk>/", history_views.record_history, name="record_history"),
    path("history/<str:kind>/<int:pk>/revert/", history_views.record_revert, name="record_revert"),
]
