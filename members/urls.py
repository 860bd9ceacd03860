from django.urls import path

from . import duplicate_views, liaison_views, merge_views, views

urlpatterns = [
    path("members/", views.member_list, name="member_list"),
    path("members/export/", views.member_export, name="member_export"),
    path("members/create/", views.member_create, name="member_create"),
    path("members/<int:pk>/", views.member_detail, name="member_detail"),
    path("members/<int:pk>/update/", views.member_update, name="member_update"),
    path("members/<int:pk>/end/", views.member_end, name="member_end"),
    path("members/<int:pk>/transfer/", views.member_transfer, name="member_transfer"),
    path("proposals/", views.proposal_list, name="proposal_list"),
    path("proposals/<int:pk>/", views.proposal_detail, name="proposal_detail"),
    path("proposals/<int:pk>/decide/", views.proposal_decide, name="proposal_decide"),
    path("proposals/<int:pk>/withdraw/", views.proposal_withdraw, name="proposal_withdraw"),
    path("posts/", views.post_list, name="post_list"),
    path("posts/export/", views.post_export, name="post_export"),
    path("posts/create/", views.post_create, name="post_create"),
    path("posts/<int:pk>/", views.post_detail, name="post_detail"),
    path("posts/<int:pk>/update/", views.post_update, name="post_update"),
    path("posts/<int:pk>/account/", views.post_account, name="post_account"),
    path("organisations/export/", views.organisation_export, name="organisation_export"),
    path("organisations/<int:pk>/liaison/", liaison_views.organisation_liaison, name="organisation_liaison"),
    path("liaisons/<int:pk>/update/", liaison_views.liaison_update, name="liaison_update"),
    path("liaisons/<int:pk>/delete/", liaison_views.liaison_delete, name="liaison_delete"),
    path("people/duplicates/", duplicate_views.duplicate_list, name="duplicate_list"),
    path("people/<int:pk>/namesakes/<int:twin_pk>/", duplicate_views.namesakes_create, name="namesakes_create"),
    path("people/<int:pk>/merge/<int:twin_pk>/", merge_views.person_merge_create, name="person_merge_create"),
    path("merges/<int:pk>/", merge_views.person_merge_detail, name="person_merge_detail"),
    path("merges/<int:pk>/undo/", merge_views.person_merge_undo, name="person_merge_undo"),
    path("namesakes/<int:pk>/delete/", duplicate_views.namesakes_delete, name="namesakes_delete"),
    path("people/<int:pk>/", views.person_detail, name="person_detail"),
]
