"""What a user owes to the people and records in their care, each thing with the page that mends it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef
from django.urls import reverse

from activities.models import Activity, Arrival
from assistance.models import AssistedYouth, CaseGrant, Pairing, Scholarship
from members.models import AGE_LIMIT, AGE_SOON, Member, Post
from orgs.models import DUE_SOON, Organisation, Unit, User
from orgs.models.reach import reach_of
from orgs.roles import RoleKind
from outreach.models import Link
from outreach.own_links import OwnLinks
from yl_district.kept.results import kept_result
from yl_district.periods import Period

from ..checks.cases import ASKED_FROM
from .counted_lines import CountedLine, numbers_of

# How long before somebody leaves a post it is said.
END_SOON = timedelta(days=90)
# A grant that ends within this time is asked for anew before.
GRANT_SOON = timedelta(days=14)
# The month and day from which units that nobody verified this year are said.
VERIFIED_FROM = (7, 1)
NAMES_SHOWN = 12


@dataclass(frozen=True)
class Owed:
    """Something owed: in words, how many, the first of the records by name and address, and a list of them all."""

    words: str
    number: int
    names: list[tuple[str, str]] = field(default_factory=list)
    address: str = ""

    @property
    def unnamed(self):
        """How many are not among the names."""
        return self.number - len(self.names)


def owed_by(user, day, own):
    """All that the user owes on `day`, `own` links first."""
    found = [*own_links(own), *members_coming_of_age(user, day), *owed_lines(user, day)]
    return [owed for owed in found if owed.number]


def own_links_of(user: User, day: date) -> OwnLinks | None:
    """The user's own links in force on `day`; None for whoever has none or does not keep links."""
    if not numbers_of([OWN_LINKS], user, day)[OWN_LINKS]:
        return None
    return OwnLinks.among(OWN_LINKS.rows(user, day), day)


def own_links(own):
    """The youths of the links who were not reached this quarter, or not met this year."""
    if own is None:
        return
    for words, state in (
        ("名联系青年本季度还没有联系", "is_reached"),
        ("名联系青年今年没有线下联系", "is_met"),
        ("名联系青年今年没有面对面或走访", "is_met_face_to_face"),
    ):
        yield Owed(words, sum(not getattr(link, state) for link in own.links), address="#own-links-title")


def members_coming_of_age(user, day):
    """Members on the roll who complete the age limit soon."""
    if not user.may_open("member_end"):
        return
    asked = ("coming of age", user.pk, reach_of(user), day)
    number, first = kept_result(asked, partial(first_coming_of_age, user, day))
    members = Member.objects.select_related("person").in_bulk(first)
    names = [(str(members[key]), members[key].get_absolute_url()) for key in first if key in members]
    yield Owed(f"名团员 {AGE_SOON.days} 天内满 {AGE_LIMIT} 周岁", number, names, f"{reverse('member_list')}?age=yes")


def first_coming_of_age(user, day):
    """How many members complete the age limit soon, and the keys of the first of them by name."""
    members = Member.objects.visible_to(user).as_of(day).soon_over_age(day)
    keys = members.order_by("person__name_sort", "pk").values_list("pk", flat=True)
    shown = list(keys[: NAMES_SHOWN + 1])
    return (len(shown) if len(shown) <= NAMES_SHOWN else members.count()), shown[:NAMES_SHOWN]


def owed_lines(user, day):
    """What is owed by OWED_LINES, all of it counted by one statement."""
    numbers = numbers_of(OWED_LINES, user, day)
    for line in OWED_LINES:
        number = numbers[line]
        # Those of cases are not named.
        first = line.rows(user, day).order_by(*line.order)[:NAMES_SHOWN] if number and line.order else ()
        names = [(str(each), line.page_of(each)) for each in first]
        yield Owed(line.words, number, names, line.list_address(day))


@dataclass(frozen=True)
class OwedLine(CountedLine):
    """Records that something is owed to: in words, the list of them all, the order in which the first are named.

    `page` is the URL name of the page that mends one of them, by default its own.
    """

    words: str
    url_name: str = ""
    query: Callable[[date], dict] = lambda day: {}
    order: tuple[str, ...] = ()
    page: str = ""

    def list_address(self, day):
        """The address of the list; "" without one."""
        return f"{reverse(self.url_name)}?{urlencode(self.query(day))}" if self.url_name else ""

    def page_of(self, record):
        """The address of the page that mends a record."""
        return reverse(self.page, args=[record.pk]) if self.page else record.get_absolute_url()


def without_people_until(user, day):
    """This year's activities of which nobody recorded who or how many came."""
    return Activity.objects.visible_to(user).held_during(Period.of_year(day.year).until(day)).without_people()


def with_visitors_to_identify(user, day):
    """The activities at which visitors have signed in by code of whom nobody has said yet who they are."""
    waiting = Arrival.objects.pending().scanned().filter(activity=OuterRef("pk"))
    return Activity.objects.visible_to(user).filter(Exists(waiting), held_on__lte=day)


def open_cases(user, day):
    """The youths in the register whose case files are open to the user."""
    return AssistedYouth.objects.visible_to(user).as_of(day)


def not_asked(user, day):
    """Of these, those whose needs nobody has asked for this year, once that is due."""
    youths = open_cases(user, day)
    return youths.not_asked_during(day.year) if day >= date(day.year, *ASKED_FROM) else youths.none()


def not_helped(user, day):
    """Of these, those without an assistance this quarter."""
    youths = open_cases(user, day)
    return youths.exclude(pk__in=youths.helped_by(day).values("pk"))


def not_verified(user, day):
    """The two-new organisations that nobody has verified this year, once that is due."""
    units = Unit.objects.visible_to(user).not_retired_on(day)
    return units.not_verified_in(day.year) if day >= date(day.year, *VERIFIED_FROM) else units.none()


OWN_LINKS = CountedLine(
    "contact_create", lambda user, day: Link.objects.visible_to(user).of_cadre_with(user).as_of(day)
)
OWED_LINES = (
    OwedLine(
        "verification_round_answer",
        lambda user, day: Member.objects.visible_as(user, RoleKind.CADRE).as_of(day).asked_about(),
        "名团员等您核实",
        "verification_round_list",
        lambda day: {"state": "open"},
    ),
    OwedLine(
        "post_update",
        lambda user, day: Post.objects.visible_to(user).ending_between(day, day + END_SOON),
        f"名团干部 {END_SOON.days} 天内离任",
        order=("ended_on", "pk"),
    ),
    OwedLine(
        "organisation_board",
        lambda user, day: (
            Organisation.objects.visible_as(user, RoleKind.STAFF)
            .filter(depth__gt=1)
            .as_of(day)
            .overdue_for_election(day)
        ),
        "个团组织换届逾期",
        "organisation_board",
        lambda day: {"todo": "overdue"},
        order=("last_election_on", "path"),
    ),
    OwedLine(
        "activity_update",
        without_people_until,
        "场活动没有登记参加的人",
        "activity_list",
        lambda day: {"year": day.year, "state": Activity.State.HELD, "basis": Activity.Basis.UNRECORDED},
        order=("-held_on", "-pk"),
    ),
    OwedLine(
        "activity_arrivals",
        with_visitors_to_identify,
        "场活动有人扫码签到待认",
        order=("-held_on", "-pk"),
        page="activity_arrivals",
    ),
    OwedLine(
        "unit_contact_create",
        lambda user, day: Unit.objects.visible_to(user).with_step_due_by(day + DUE_SOON, day),
        f"家两新组织的下一步 {DUE_SOON.days} 天内到期或已逾期",
        "unit_pipeline",
        lambda day: {"due": "week"},
        order=("name_sort", "pk"),
    ),
    OwedLine(
        "units_verify",
        not_verified,
        "家两新组织本年度尚未核实",
        "unit_list",
        lambda day: {"verified": "no"},
    ),
    OwedLine(
        "assisted_youth_list",
        lambda user, day: open_cases(user, day).without_plan_for(day.year),
        "名帮扶对象还没有今年的服务计划书",
        "assisted_youth_list",
        lambda day: {"unplanned": day.year},
    ),
    OwedLine(
        "assisted_youth_list",
        not_asked,
        "名帮扶对象本年度尚未征集需求",
        "assisted_youth_list",
        lambda day: {"unasked": day.year},
    ),
    OwedLine(
        "assisted_youth_list",
        not_helped,
        "名帮扶对象本季度还没有帮扶记录",
        "assisted_youth_list",
        lambda day: {"helped": "no"},
    ),
    OwedLine(
        "scholarship_list",
        lambda user, day: Scholarship.objects.visible_to(user).waiting(),
        "份奖学金申报待办下一步",
        "scholarship_list",
        lambda day: {"due": "any"},
    ),
    OwedLine(
        "pairing_list",
        lambda user, day: Pairing.objects.visible_to(user).due_by(day - timedelta(days=1), day),
        "名帮扶对象的走访已逾期",
        "pairing_list",
        lambda day: {"due": "overdue"},
    ),
    OwedLine(
        "assisted_youth_list",
        lambda user, day: CaseGrant.objects.held_by(user).open_on(day).filter(expires_on__lte=day + GRANT_SOON),
        f"份个案授权 {GRANT_SOON.days} 天内到期",
        "case_grant_list",
        lambda day: {"state": "open", "mine": "on"},
    ),
)
