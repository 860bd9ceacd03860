"""What the one search finds: one line a kind of record, with its rows, its list and how a row is told of."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from activities.filters import ActivityFilter, CampaignFilter
from activities.models import Activity, Campaign
from assistance.filters import AssistedYouthFilter
from assistance.models import AssistedYouth
from members.filters import MemberFilter, PostFilter
from members.models import Member, Post, Volunteer
from orgs.accounts.account_forms import AccountFilter
from orgs.filters import OrganisationFilter, UnitFilter
from orgs.models import Organisation, Unit, User
from outreach.filters import LinkFilter
from outreach.models import Link
from yl_district.days import has_ended
from yl_district.pages.addresses import open_address
from yl_district.pages.sealed_searches import SealedSearch
from yl_district.pinyin import best_first
from youthhubs.filters import HubFilter, VolunteerFilter
from youthhubs.models import Hub, HubStaff

from ..documents.filters import ReportFilter
from ..models import Report


@dataclass(frozen=True)
class SearchedKind:
    """A kind of record.

    - `of_list`: the URL name of its list, by which the access table says who may search it.
    - `filter_class`: the filter of that list.
    - `rows`: its QuerySet, with what `note` reads; `visible_to(user)` is asked of it here.
    - `note(record)`: what tells it from others of its name.
    - `person`: the field that says whose capacity it is; empty for what is no capacity.
    - `is_case`: whether it tells of a case file.
    - `is_listed`: whether the list is one of such records; else they stand on the pages of the list's records.
    """

    label: str
    icon: str
    of_list: str
    filter_class: type
    rows: Callable[[], Any]
    note: Callable[[Any], Any]
    person: str = ""
    is_case: bool = False
    is_listed: bool = True

    @property
    def page(self):
        """The URL name of a record's own page."""
        return f"{self.of_list.removesuffix('_list')}_detail"

    def seen_by(self, user):
        """The rows that the user may see; none for users to whom the list does not open."""
        rows = self.rows()
        return rows.visible_to(user) if user.may_open(self.of_list) else rows.none()

    def found_by(self, text, user, limit):
        """The first rows that the list's own search finds, the best first."""
        found = self.seen_by(user).search(text)
        has_names = any(field.name == "search_text" for field in found.model._meta.concrete_fields)
        return list((best_first(found, text) if has_names else found)[:limit])

    def all_found(self, text, user):
        """URL of the list with all that it finds, a long number sealed; "" where it is not open or of other records."""
        conditions = dict.fromkeys(self.filter_class.defaults, "")
        query = SealedSearch(user).with_number_sealed(conditions | {"search": text})
        return f"{reverse(self.of_list)}?{urlencode(query)}" if self.is_listed and user.may_open(self.of_list) else ""

    def title(self, record):
        """What a record is called: a person's capacity by the name as displayed."""
        return getattr(record, self.person).shown_name if self.person else str(record)

    def hit(self, record, user):
        """A found record with its address."""
        return Hit(self.title(record), open_address(user, record), self.note_of(record), self.label, self.icon)

    def note_of(self, record):
        """What tells the record from others, and whether it has ended."""
        ended = "（已结束）" if has_ended(record, timezone.localdate()) else ""
        return f"{self.note(record) or ''}{ended}"


@dataclass(frozen=True)
class Hit:
    """A record found or lately opened: its name, page, what tells it from others, its kind; a person's `capacities`."""

    title: str
    address: str
    note: str
    label: str
    icon: str
    capacities: tuple = ()


def place_and_title(post):
    """A post's organisation and title."""
    return f"{post.organisation} {post.title}"


def hub_of(volunteer):
    """The hub of a volunteer's latest team."""
    return volunteer.team.hub if volunteer.team else ""


def hub_and_role(staff):
    """The hub at which somebody works, and as what."""
    return f"{staff.hub} {staff.get_role_display()}"


def host_of(activity):
    """The organisation or hub that holds an activity."""
    return activity.hub or activity.host or ""


def span_of(campaign):
    """The days of a campaign."""
    return f"{campaign.started_on} 至 {campaign.ended_on or '今'}"


def branch_of(unit):
    """The branch that covers a unit."""
    return unit.branch or unit.get_kind_display()


CAPACITIES_SEARCHED = [
    SearchedKind(
        "团员", "users", "member_list", MemberFilter,
        lambda: Member.objects.select_related("person", "branch").order_by("-pk"), lambda member: member.branch,
        person="person",
    ),
    SearchedKind(
        "团干部", "user-star", "post_list", PostFilter,
        lambda: Post.objects.select_related("person", "organisation").order_by("-pk"), place_and_title,
        person="person",
    ),
    SearchedKind(
        "志愿者", "hand-stop", "volunteer_list", VolunteerFilter,
        lambda: Volunteer.objects.select_related("person").prefetch_related("places__hub"), hub_of,
        person="person",
    ),
    SearchedKind(
        "青年汇人员", "building-community", "hub_list", HubFilter,
        lambda: HubStaff.objects.select_related("person", "hub"), hub_and_role, person="person", is_listed=False,
    ),
    SearchedKind(
        "联系青年", "link", "link_list", LinkFilter,
        lambda: Link.objects.select_related("youth", "cadre").order_by("-pk"), lambda link: f"团干部 {link.cadre}",
        person="youth",
    ),
    SearchedKind(
        "帮扶对象", "heart-handshake", "assisted_youth_list", AssistedYouthFilter,
        lambda: AssistedYouth.objects.with_person(), lambda youth: youth.organisation,
        person="person", is_case=True,
    ),
]  # fmt: skip
THINGS_SEARCHED = [
    SearchedKind(
        "团组织", "sitemap", "organisation_list", OrganisationFilter,
        lambda: Organisation.objects.with_parent_name(), lambda organisation: organisation.parent_name,
    ),
    SearchedKind(
        "两新组织", "building", "unit_list", UnitFilter,
        lambda: Unit.objects.select_related("branch"), branch_of,
    ),
    SearchedKind(
        "青年汇", "building-community", "hub_list", HubFilter,
        lambda: Hub.objects.select_related("organisation"), lambda hub: hub.organisation,
    ),
    SearchedKind(
        "活动", "calendar-event", "activity_list", ActivityFilter,
        lambda: Activity.objects.select_related("host", "hub"), host_of,
    ),
    SearchedKind(
        "专项", "checklist", "campaign_list", CampaignFilter,
        lambda: Campaign.objects.order_by("-pk"), span_of,
    ),
    SearchedKind(
        "总结与报表", "files", "report_list", ReportFilter,
        lambda: Report.objects.select_related("organisation", "hub"), lambda report: report.ends_on,
    ),
    SearchedKind(
        "账号", "user-cog", "account_list", AccountFilter, lambda: User.objects.order_by("name_sort", "pk"),
        lambda account: account.username,
    ),
]  # fmt: skip
