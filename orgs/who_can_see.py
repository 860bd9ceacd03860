"""Who can see a record, and why: the rules that open rows to one user, asked of all users at once.

For each kind of role in an organisation that anybody holds, a stand-in with that role alone is asked by the same
`visible_to` as every page: first one who is nobody in particular, then one for all its holders in turn. So the number
of queries follows the roles there are, not the users.
"""

from collections import defaultdict
from dataclasses import dataclass
from urllib.parse import urldefrag

from django.db.models import Exists
from django.db.models.expressions import ResolvedOuterRef
from django.urls import resolve

from yl_district.views.history import page_of

from .models import Role, User
from .roles import RoleKind

NOBODY = 0


class HolderKey(ResolvedOuterRef):
    """The key of the user who holds a role, within a query of roles, however deep in it a rule stands."""

    def __init__(self):
        super().__init__("user_id")

    def resolve_expression(self, query=None, *args, **options):
        """Only the query of roles knows the holder; every query within it passes the key on."""
        return super().resolve_expression(query, *args, **options) if query.model is Role else self


@dataclass(frozen=True)
class Reader:
    """Somebody who can see the record, with the reasons in words."""

    user: User
    reasons: list


def readers(record, viewer):
    """Everybody who can see the record, in the order of names; `viewer` is who is told."""
    users, holders = roles_held()
    reasons, own = defaultdict(list), set()
    for role, keys in holders.items():
        if is_seen(record, stand_in(role, NOBODY)):
            for key in keys:
                reasons[key].append(in_words(*role))
        else:
            own |= {(role[0], key) for key in holders_who_see(record, role)}
    for key, kinds, words in own_reasons(record, viewer):
        if any((kind, key) in own for kind in kinds):
            reasons[key].append(words)
    # The address may name a place within its page.
    page = resolve(urldefrag(page_of(record)).url).url_name
    found = [Reader(users[key], reasons[key]) for key in reasons if users[key].may_open(page)]
    return sorted(found, key=lambda reader: (str(reader.user), reader.user.pk))


def roles_held():
    """Active users by their keys, and for each pair of kind and organisation the keys of those who hold the role."""
    users, own, holders = {}, defaultdict(list), defaultdict(list)
    roles = Role.objects.filter(user__is_active=True).select_related("user", "organisation")
    for role in roles.order_by("organisation__path", "kind", "pk"):
        users.setdefault(role.user_id, role.user)
        own[role.user_id].append(role)
        holders[role.kind, role.organisation].append(role.user_id)
    for key, user in users.items():
        user.take_roles(own[key])
    return users, holders


def stand_in(role, key):
    """Somebody with this one role, whose key is `key`."""
    kind, organisation = role
    user = User(pk=key)
    user.take_roles([Role(kind=kind, organisation=organisation, user_id=key)])
    return user


def rows_seen(record, user):
    """The record as the user sees it: one row or none."""
    return type(record)._default_manager.visible_to(user).filter(pk=record.pk)


def is_seen(record, user):
    """Whether the user sees the record."""
    return rows_seen(record, user).exists()


def holders_who_see(record, role):
    """The keys of those with the role to whom the record is open for a reason of their own."""
    kind, organisation = role
    held = Role.objects.filter(kind=kind, organisation=organisation, user__is_active=True)
    return set(held.filter(Exists(rows_seen(record, stand_in(role, HolderKey())))).values_list("user", flat=True))


def own_reasons(record, viewer):
    """What the rows themselves say of users who see them not by the reach of a role.

    Of each the key, the kinds of roles with which the reason holds, and the reason in words. A reason told for a role
    with which it does not hold would show that there is another one, which the viewer may not know.
    """
    rows = type(record)._default_manager.filter(pk=record.pk)
    return rows.own_reasons(viewer) if hasattr(rows, "own_reasons") else []


def in_words(kind, organisation):
    """A role as a reason."""
    return f"{RoleKind(kind).label}，{organisation}（含下级）"
