"""Accounts for many cadres at once: for whom one is opened, with what, and for whom none is and why."""

from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Q

from orgs.accounts.actions import invite
from orgs.accounts.invitations import link_path
from orgs.models import Organisation, User
from orgs.roles import RoleKind
from yl_district.days import has_ended
from yl_district.pinyin import person_pinyin
from yl_district.privacy.unreadable import UnreadableText
from yl_district.validators import problem

from .actions import bind_account
from .models import Person, Post

ROOT = "委机关本级的角色范围是全部组织，请在“账号”中单独开立并选择角色"
ONE_ACCOUNT = "与所选的另一项任职是同一人，只开一个账号，兼有两处的角色"


@dataclass
class Opening:
    """The account that is to be opened for the holder of a post."""

    post: Post
    places: list[Organisation]
    username: str
    mobile: str = ""
    notes: list[str] = field(default_factory=list)

    @property
    def person(self):
        """Whose account it is."""
        return self.post.person


@dataclass
class Openings:
    """What is to be done for chosen posts: {key of the post: Opening}, and {key: why none is opened}."""

    opened: dict[int, Opening]
    left_out: dict[int, str]


def openings_for(posts, user, day):
    """Returns the Openings for posts whose `person` is loaded; the number of queries does not depend on theirs."""
    posts_of = present_posts([post.person_id for post in posts], user, day)
    alike, numbered = accounts_like([post.person for post in posts])
    usernames, given, seen = taken_usernames([post.person for post in posts]), set(), set()
    found = Openings({}, {})
    for post in posts:
        places = posts_of.get(post.person_id, [])
        reason = why_left_out(post, user, day, places, seen) or why_known(post.person, places, alike, numbered)
        if reason:
            found.left_out[post.pk] = reason
            continue
        seen.add(post.person_id)
        username = free_username(post.person.name, usernames)
        usernames.add(username)
        opening = found.opened[post.pk] = Opening(post, places, username)
        take_mobile(opening, numbered, given)
    return found


def present_posts(people, user, day):
    """Returns {key of a person: the organisations of their present posts where the user may give a role}."""
    found = {}
    posts = Post.objects.visible_as(user, RoleKind.ADMINISTRATOR).as_of(day).filter(person__in=people)
    for post in posts.select_related("organisation").order_by("organisation__path", "pk"):
        places = found.setdefault(post.person_id, [])
        place = post.organisation
        if not place.is_root() and not has_ended(place, day) and place not in places:
            places.append(place)
    return found


def why_left_out(post, user, day, places, seen):
    """Returns in words why no account is opened for a post as it is, or ""."""
    if post.person.user_id:
        return "已有登录账号"
    if has_ended(post, day):
        return "已离任"
    if not user.reaches_as(post.organisation, RoleKind.ADMINISTRATOR):
        return "所在组织不在您管理账号的范围内"
    if post.organisation.is_root():
        return ROOT
    if has_ended(post.organisation, day):
        return "所在组织已撤销"
    if post.organisation not in places:
        return "任职还没有开始"
    if post.person.shown_name != post.person.name:
        return "未满 18 周岁，姓名在此遮蔽，请在“账号”中单独开立"
    return ONE_ACCOUNT if post.person_id in seen else ""


def why_known(person, places, alike, numbered):
    """Returns in words which account without a person may be this person's already, or ""."""
    known = numbered.get(mobile_digest(person))
    if known and known.name != person.name:
        known = None
    for account in alike.get(person.name, []):
        known = known or (account if {role.organisation_id for role in account.roles.all()} & keys(places) else None)
    if not known:
        return ""
    return f"已有同名账号 {known.username}：是本人的，请委机关专干在其任职页面绑定；不是本人的，请在“账号”中单独开立"


def keys(records):
    """Returns the keys of records."""
    return {record.pk for record in records}


def accounts_like(people):
    """Returns {name: present accounts of that name bound to nobody}, and {digest: the account with that number}."""
    names, digests = {person.name for person in people}, {mobile_digest(person) for person in people} - {""}
    alike, numbered = {}, {}
    accounts = User.objects.filter(Q(name__in=names, person=None, is_active=True) | Q(mobile_index__in=digests))
    for account in accounts.select_related("person").prefetch_related("roles"):
        if account.mobile_index in digests:
            numbered[account.mobile_index] = account
        if account.is_active and not hasattr(account, "person"):
            alike.setdefault(account.name, []).append(account)
    return alike, numbered


def mobile_of(person):
    """Returns a person's mobile number; "" where there is none that can be read."""
    return "" if isinstance(person.mobile, UnreadableText) else person.mobile or ""


def mobile_digest(person):
    """Returns the blind index that an account with the person's number has, or ""."""
    return User._meta.get_field("mobile_index").digest(mobile_of(person)) or ""


def take_mobile(opening, numbered, given):
    """Gives an opening the person's number, unless an account has it: the user then signs in by user name alone."""
    mobile, digest = mobile_of(opening.person), mobile_digest(opening.person)
    if not mobile:
        opening.notes.append("档案中没有手机号码，只用用户名登录")
    elif digest in numbered or digest in given:
        opening.notes.append("手机号码已用于另一个账号，开立时不填，只用用户名登录")
    else:
        opening.mobile = mobile
        given.add(digest)


def taken_usernames(people):
    """Returns the user names in use that begin like those of people, in lower case."""
    bases = {username_base(person.name) for person in people}
    like = Q(pk__in=[])
    for base in bases:
        like |= Q(username__istartswith=base)
    return {name.lower() for name in User.objects.filter(like).values_list("username", flat=True)}


def username_base(name):
    """Returns the pinyin of a name in ASCII letters, or `user` for a name without any."""
    letters = "".join(each for each in person_pinyin(name) if each.isascii() and each.isalpha())
    return letters[:30] or "user"


def free_username(name, taken):
    """Returns the pinyin of a name, with the first number from 2 on that makes it one that nobody has."""
    base, number = username_base(name), 1
    while (username := base if number == 1 else f"{base}{number}") in taken:
        number += 1
    return username


@transaction.atomic
def open_account(opening, username, kind, valid_for, request):
    """Opens the account and binds it to the person; returns it with the path of its one-time link.

    Raises ValidationError where somebody else has opened one for the same person meanwhile.
    """
    person = Person.objects.select_for_update(no_key=True, of=("self",)).get(pk=opening.post.person_id)
    if person.user_id:
        raise problem("没有登录账号的人", "刚刚已由他人为其开立，请返回列表核对")
    roles = [(kind, place) for place in opening.places]
    account = invite(person.name, username, opening.mobile, roles, request)
    bind_account(person, account, request=request)
    return account, link_path(account, request.user, valid_for)
