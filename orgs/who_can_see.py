"""Who can see a record and why, by applying the rules of visibility to all users at once.

For each distinct role (kind and organisation) in use, an unsaved stand-in user with that role alone is passed to the
same `visible_to` as on every page: first without an identity, then once for all holders of the role. The number of
queries thus depends on the number of roles, not of users.
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
    """An OuterRef to the key of a role's user, from any depth of subquery within a query of roles."""

    def __init__(self):
        super().__init__("user_id")

    def resolve_expression(self, query=None, *args, **options):
        """Resolves in the query of roles only; subqueries pass the reference on."""
        return super().resolve_expression(query, *args, **options) if query.model is Role else self


@dataclass(frozen=True)
class Viewer:
    """A user who can see the record, with the reasons in words."""

    user: User
    reasons: list


def readers(record, viewer):
    """Returns the users who can see the record, sorted by name; `viewer` is the user who asks."""
    users, holders = roles_held()
    reasons, own = defaultdict(list), set()
    for role, keys in holders.items():
        if is_seen(record, stand_in(role, NOBODY)):
            for key in keys:
                reasons[key].append(role_in_words(*role))
        else:
            own |= {(role[0], key) for key in holders_who_see(record, role)}
    for key, kinds, words in own_reasons(record, viewer):
        if any((kind, key) in own for kind in kinds):
            reasons[key].append(words)
    # The address may contain a fragment.
    page = resolve(urldefrag(page_of(record)).url).url_name
    found = [Viewer(users[key], reasons[key]) for key in reasons if users[key].may_open(page)]
    return sorted(found, key=lambda reader: (reader.user.name_sort, reader.user.pk))


def roles_held():
    """Returns active users by key, and for each (kind, organisation) the keys of the role's holders."""
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
    """Returns an unsaved user with the key `key` and this one role."""
    kind, organisation = role
    user = User(pk=key)
    user.take_roles([Role(kind=kind, organisation=organisation, user_id=key)])
    return user


def rows_seen(record, user):
    """Returns the QuerySet of the record if visible to the user, else an empty one."""
    return type(record)._default_manager.visible_to(user).filter(pk=record.pk)


def is_seen(record, user):
    """Whether the user sees the record."""
    return rows_seen(record, user).exists()


def holders_who_see(record, role):
    """Returns the keys of the role's holders who see the record for a reason of their own."""
    kind, organisation = role
    held = Role.objects.filter(kind=kind, organisation=organisation, user__is_active=True)
    return set(held.filter(Exists(rows_seen(record, stand_in(role, HolderKey())))).values_list("user", flat=True))


def own_reasons(record, viewer):
    """Returns the reasons of users who see the record otherwise than by a role's scope.

    Each is a tuple: the user's key, the kinds of roles for which the reason is valid, and the reason in words. A reason
    shown for a role for which it is not valid would reveal that another exists, which the viewer may not know.
    """
    rows = type(record)._default_manager.filter(pk=record.pk)
    return rows.own_reasons(viewer) if hasattr(rows, "own_reasons") else []


def role_in_words(kind, organisation):
    """Returns a role in words, as a reason."""
    return f"{RoleKind(kind).label}，{organisation}（含下级）"
