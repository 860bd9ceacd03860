"""Acts for many links and posts at once."""

from functools import partial

from django.core.exceptions import ValidationError

from members.filters import PostFilter
from members.models import Post
from yl_district.pages.acts_for_many import ActForMany, bind_record, refuse_ended
from yl_district.pages.many_pages import page_of_many

from .actions import end_post, log_contact
from .filters import LinkFilter
from .forms import LinkBindForm, LinkEndForm, LinksContactForm, PostEndForm, PostsEndForm
from .models import Link


def chosen_links(user):
    """The links that the user may see."""
    return Link.objects.visible_to(user).select_related("cadre", "youth")


def end_link(request, link, form):
    """Ends a link."""
    refuse_ended(link, form.day)
    link.end(**form.cleaned_data)


def log_contact_of_many(request, link, form):
    """Logs a contact with the youth of a link."""
    form.refuse_out_of_office(link)
    log_contact(link, **form.cleaned_data)


def chosen_posts(user):
    """The posts that the user may see."""
    return Post.objects.visible_to(user).select_related("person", "organisation")


def named_with_title(post):
    """A cadre's name, organisation and title."""
    return f"{post.person}（{post.organisation} {post.title}）"


def end_post_of_many(request, post, form):
    """Ends a post, checked by the form for this post alone; raises ValidationError where that refuses it."""
    refuse_ended(post, form.day)
    own = PostEndForm(form.data, post=post, user=form.user, day=form.day)
    if not own.is_valid():
        raise ValidationError([error for errors in own.errors.as_data().values() for error in errors])
    end_post(post, **own.cleaned_data)


OF_LINKS = {"counted": "条联系", "of_list": "link_list", "rows": chosen_links, "filter_class": LinkFilter}

links_bind = page_of_many(
    ActForMany(
        "links_bind", "登记绑定", icon="link", form=lambda user, links: LinkBindForm, act=bind_record, **OF_LINKS
    )
)
links_contact = page_of_many(
    ActForMany(
        "links_contact",
        "登记一次联系",
        icon="message",
        form=lambda user, links: partial(LinksContactForm, links=links),
        act=log_contact_of_many,
        notice=lambda form: "每名青年各有一条联系记录。",
        **OF_LINKS | {"counted": "名青年"},
    )
)
links_end = page_of_many(
    ActForMany("links_end", "结束联系", icon="link-off", form=lambda user, links: LinkEndForm, act=end_link, **OF_LINKS)
)
posts_end = page_of_many(
    ActForMany(
        "posts_end",
        "办理离任",
        icon="user-off",
        counted="项任职",
        of_list="post_list",
        rows=chosen_posts,
        filter_class=PostFilter,
        form=lambda user, posts: partial(PostsEndForm, posts=posts),
        act=end_post_of_many,
        told=named_with_title,
    )
)
