from django.urls import path

from . import access_log, app_shell, attachments, awaited_cells, history, searching

urlpatterns = [
    path("manifest.webmanifest", app_shell.app_manifest, name="app_manifest"),
    path("service-worker.js", app_shell.service_worker, name="service_worker"),
    path("offline/", app_shell.offline, name="offline"),
    path("queue/key/", app_shell.queue_key, name="queue_key"),
    path("queue/sent/", app_shell.submission_state, name="submission_state"),
    path("lists/search/", searching.list_search, name="list_search"),
    path("access-log/", access_log.access_entry_list, name="access_entry_list"),
    path("access-log/verify/", access_log.access_log_verify, name="access_log_verify"),
    path("access-log/witnesses/", access_log.access_log_witnesses, name="access_log_witnesses"),
    path("history/<str:kind>/<int:pk>/", history.record_history, name="record_history"),
    path("history/<str:kind>/<int:pk>/revert/", history.record_revert, name="record_revert"),
    path("attachments/<str:kind>/<int:pk>/create/", attachments.attachment_create, name="attachment_create"),
    path("attachments/<int:pk>/", attachments.attachment_export, name="attachment_export"),
    path("awaited/<str:kind>/<int:pk>/dismiss/", awaited_cells.awaited_cell_dismiss, name="awaited_cell_dismiss"),
    path("attachments/<int:pk>/delete/", attachments.attachment_delete, name="attachment_delete"),
]
