"""The kinds of records that a file can bring by itself."""

from dataclasses import dataclass

from django.utils import timezone

from activities.resources import ActivityResource, SignInResource
from assistance.resources import AssistedYouthResource
from members.resources import MemberResource, PostResource
from orgs.resources import UnitResource
from outreach.resources import LinkResource
from yl_district.columns import Book
from yl_district.importing.check import CHANGED, NEW, SAME
from yl_district.importing.proposal import aliases
from youthhubs.resources import VolunteerResource

from .ledger import CASE_SHEETS, closed_people, may_take_in_cases, noted_book


@dataclass(frozen=True)
class ImportKind:
    """What a file of this kind brings, and the list on which it is then found."""

    key: str
    resource: type
    list_name: str

    @property
    def label(self):
        """The kind in the office's words."""
        return self.resource.sheet

    @property
    def is_case(self):
        """Whether it tells who is assisted."""
        return self.resource in CASE_SHEETS


KINDS = {
    kind.key: kind
    for kind in [
        ImportKind("members", MemberResource, "member_list"),
        ImportKind("posts", PostResource, "post_list"),
        ImportKind("units", UnitResource, "unit_list"),
        ImportKind("links", LinkResource, "link_list"),
        ImportKind("volunteers", VolunteerResource, "volunteer_list"),
        ImportKind("assisted", AssistedYouthResource, "assisted_youth_list"),
        ImportKind("activities", ActivityResource, "activity_list"),
        ImportKind("signins", SignInResource, "activity_list"),
    ]
}


LEDGER_WORDS = "年度台账"


def kinds_for(user):
    """The kinds that the user may import, None standing for the command line."""
    with_cases = may_take_in_cases(user)
    return [kind for kind in KINDS.values() if with_cases or not kind.is_case]


def kind_words(key):
    """The kind of an import in the office's words."""
    return KINDS[key].label if key in KINDS else LEDGER_WORDS


def may_undo(user, batch):
    """Whether the user may take an import back; one that told who is assisted only who may import that."""
    return bool(batch.written) and (not batch.with_cases or may_take_in_cases(user))


def tally(batch):
    """How many records of an import were new, changed and the same, whatever its kind."""
    if batch.kind in KINDS:
        return tuple(batch.counts.get(tag, 0) for tag in (NEW, CHANGED, SAME))
    return tuple(map(sum, zip(*batch.counts.values(), strict=True))) or (0, 0, 0)


def resource_for(batch):
    """A resource that knows all that an import's rows can mean, and of what its user may not see, nothing."""
    with_cases = may_take_in_cases(batch.user)
    closed = frozenset() if with_cases else closed_people(batch.user)
    book = Book(timezone.localdate(), with_cases=with_cases, closed=closed, is_alone=True)
    resource = KINDS[batch.kind].resource(noted_book(book))
    resource.aliases = aliases(batch.kind)
    return resource
