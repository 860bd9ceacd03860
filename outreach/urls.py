from django.urls import path

from . import many_views, progress_views, views

urlpatterns = [
    path("links/many/bind/", many_views.links_bind, name="links_bind"),
    path("links/many/contact/", many_views.links_contact, name="links_contact"),
    path("links/many/end/", many_views.links_end, name="links_end"),
    path("posts/many/end/", many_views.posts_end, name="posts_end"),
    path("links/progress/", progress_views.link_progress_list, name="link_progress_list"),
    path(
        "links/progress/organisations/",
        progress_views.link_progress_places,
        name="link_progress_places",
    ),
    path("links/progress/liaisons/", progress_views.link_progress_liaisons, name="link_progress_liaisons"),
    path("links/own/", views.own_link_list, name="own_link_list"),
    path("links/", views.link_list, name="link_list"),
    path("links/export/", views.link_export, name="link_export"),
    path("links/create/", views.link_create, name="link_create"),
    path("links/<int:pk>/", views.link_detail, name="link_detail"),
    path("links/<int:pk>/update/", views.link_update, name="link_update"),
    path("links/<int:pk>/bind/", views.link_bind, name="link_bind"),
    path("links/<int:pk>/end/", views.link_end, name="link_end"),
    path("cadres/<int:cadre_pk>/links/hand-over/", views.link_hand_over, name="link_hand_over"),
    path("posts/<int:pk>/end/", views.post_end, name="post_end"),
    path("contacts/", views.contact_list, name="contact_list"),
    path("contacts/export/", views.contact_export, name="contact_export"),
    path("contacts/create/", views.contact_create, name="contact_create"),
    path("contacts/<int:pk>/", views.contact_detail, name="contact_detail"),
    path("contacts/<int:pk>/update/", views.contact_update, name="contact_update"),
    path("contacts/<int:pk>/delete/", views.contact_delete, name="contact_delete"),
]
