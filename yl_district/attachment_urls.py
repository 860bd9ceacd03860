from django.urls import path

from . import attachment_views as views

urlpatterns = [
    path("attachments/<str:kind>/<int:pk>/create/", views.attachment_create, name="attachment_create"),
    path("attachments/<int:pk>/", views.attachment_export, name="attachment_export"),
    path("attachments/<int:pk>/delete/", views.attachment_delete, name="attachment_delete"),
]
