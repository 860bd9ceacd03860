"""Accounts for many cadres at once, from the list of cadres, and from that of cadres without an account.

Accounts are opened by administrators. Whoever is one and sees the list of cadres ticks its rows; whoever is an
administrator alone, and so sees no records of people, has a list of names and posts.
"""

from functools import partial

from django.urls import reverse

from orgs.accounts.many_views import LINKS_SHOWN_ONCE, MOST_SLIPS
from orgs.accounts.slips import slip_of, slips_page
from orgs.roles import RoleKind
from yl_district.pages.acts_for_many import ActForMany
from yl_district.pages.many_pages import page_of_many
from yl_district.pages.pages import list_page

from .account_opening_forms import AccountOpeningForm
from .account_openings import open_account
from .filters import AccountlessPostFilter, PostFilter
from .models import Post
from .tables import AccountlessPostTable


def visible_posts(user):
    """The posts that the user may see."""
    return Post.objects.visible_to(user).select_related("person", "organisation")


def administered_posts(user):
    """The posts where the user keeps accounts; of their holders pages show an administrator names and posts alone."""
    return Post.objects.visible_as(user, RoleKind.ADMINISTRATOR).select_related("person", "organisation")


def accountless_post_list(request):
    """The cadres without an account where the user keeps accounts."""
    rows = administered_posts(request.user)
    return list_page(request, AccountlessPostTable, AccountlessPostFilter, rows, title="尚无账号的团干部")


def named_with_post(post):
    """A cadre's name, organisation and title."""
    return f"{post.person}（{post.organisation} {post.title}）"


def open_for_post(request, post, form):
    """Opens the account of a post's holder."""
    opening, data = form.openings.opened[post.pk], form.cleaned_data
    account, path = open_account(opening, data[f"username_{post.pk}"], data["kind"], form.valid_for, request)
    form.slips.append(slip_of(request, account, path))


def slips_of_openings(request, form, passed_over, back):
    """The page of the slips of the accounts that were opened."""
    return slips_page(request, form.slips, passed_over, reverse(back))


def page_of_openings(name, of_list, rows, filter_class):
    """The view that opens accounts for what is chosen on a list."""
    return page_of_many(
        ActForMany(
            name,
            "开立账号",
            icon="user-plus",
            counted="人",
            of_list=of_list,
            rows=rows,
            filter_class=filter_class,
            form=lambda user, posts: partial(AccountOpeningForm, records=posts),
            act=open_for_post,
            told=named_with_post,
            left_out=lambda form: form.left_out,
            answer=partial(slips_of_openings, back=of_list),
            again=LINKS_SHOWN_ONCE,
            template="members/posts_invite.html",
            most=MOST_SLIPS,
        )
    )


posts_invite = page_of_openings("posts_invite", "post_list", visible_posts, PostFilter)
accountless_posts_invite = page_of_openings(
    "accountless_posts_invite", "accountless_post_list", administered_posts, AccountlessPostFilter
)
