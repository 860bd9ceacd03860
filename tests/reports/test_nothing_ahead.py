"""Nothing dated after today is counted by any figure, and a period that is not over says so."""

from datetime import timedelta

import pytest
from django.utils.timezone import localdate

from activities.models import Activity, SignIn
from assistance.models import ServicePlan
from reports.figures.counting import results
from reports.figures.membership_roll import roll_by_branch
from reports.figures.scopes import Scope
from reports.models import PlatformEntry
from reports.printing.printed import printed_summary
from reports.text.words import end_in_words
from tests.factories import (
    make_activity,
    make_assessment,
    make_assistance,
    make_assisted_youth,
    make_contact,
    make_hub,
    make_link,
    make_member,
    make_organisation,
    make_pairing,
    make_post,
    make_project_application,
    make_scholarship,
    make_suggested_activity,
    make_supply,
    make_unit,
    make_unit_contact,
    make_user,
    make_verification_round,
    make_visit,
    make_volunteer,
)
from tests.pages import browser_of, page
from yl_district.periods import Period
from youthhubs.models import HubYear

pytestmark = [pytest.mark.django_db, pytest.mark.in_turn]

PERIODS = {
    "this_year": lambda: Period.of_year(localdate().year),
    "next_year": lambda: Period.of_year(localdate().year + 1),
    "days_around_today": lambda: Period(localdate() - timedelta(days=30), later()),
}


def tomorrow():
    """The first day that lies ahead."""
    return localdate() + timedelta(days=1)


def later():
    """A day some months ahead."""
    return localdate() + timedelta(days=70)


def add_what_lies_ahead(root):
    """Records of every kind, all dated after today, which no form or sheet would take."""
    next_month = (localdate().replace(day=1) + timedelta(days=32)).replace(day=1)
    places = [
        make_organisation(parent=root, domain=domain, founded_on=tomorrow())
        for domain in ("community", "office", "social")
    ]
    members = [make_member("团员", place, intake_on=tomorrow(), in_school=False) for place in places]
    for title, place in (("委员", root), ("书记", places[0])):
        make_post(title, place, title=title, started_on=next_month, link_quota=1)
    cadre = make_post("陆远", root, title="副书记", started_on=next_month, link_quota=1).person
    link = make_link(cadre, started_on=tomorrow(), bound_on=tomorrow())
    make_contact(cadre, [link], held_on=tomorrow())
    make_contact(cadre, [link], held_on=later(), form="visit")
    for item in ("团旗", "团徽"):
        make_supply(root, item=item, issued_on=tomorrow())
    asked, staff = make_verification_round(root, make_user()), make_user()
    asked.verifications.create(member=members[0], result="right", answered_on=tomorrow(), answered_by=staff)
    for year in {tomorrow().year, later().year}:
        result = {"state": "concluded", "grade": "passed", "result_on": tomorrow()}
        make_assessment(root, year, **result)
    add_units()
    add_hubs(root, members[0].person)
    add_cases(root)


def add_units():
    """Units founded, retired, verified and contacted after today."""
    for year in {tomorrow().year, later().year, localdate().year + 1}:
        make_unit_contact(make_unit(league_founded_on=tomorrow(), task_year=year), held_on=tomorrow())
    make_unit(status="moved", status_on=tomorrow(), verified_on=tomorrow())


def add_hubs(root, member):
    """Hubs of both tiers, their volunteers, and activities held at one, all after today."""
    hubs = [make_hub(root, opened_on=tomorrow()) for _ in range(2)]
    for hub, tier in zip(hubs, ("ordinary", "key"), strict=True):
        HubYear.objects.bulk_create(
            [HubYear(hub=hub, year=year, tier=tier) for year in {tomorrow().year, later().year}]
        )
        make_volunteer(hub, joined_on=tomorrow(), bound_on=tomorrow())
    for kind in ("league_day", "cadre_meeting"):
        activity = make_activity(root, type=kind, hub=hubs[0], held_on=tomorrow(), attendance=1, basis="exact")
        SignIn.objects.create(activity=activity, person=member)
        Activity.objects.filter(pk=activity.pk).update(service_hours=2)
    make_activity(root, "团课", hub=hubs[0], held_on=tomorrow(), state="planned")
    PlatformEntry.objects.create(
        platform="智慧团建", subject="organisation", organisation=root, entered_on=tomorrow(), bound_on=tomorrow()
    )


def add_cases(root):
    """An assisted youth with all that a case has, dated after today."""
    youth = make_assisted_youth(root, registered_on=tomorrow(), bound_on=tomorrow())
    paired = make_pairing(youth, make_volunteer(joined_on=tomorrow()), started_on=tomorrow())
    make_visit(paired, done_on=tomorrow())
    make_assistance([youth], held_on=tomorrow())
    approved = {"answer": "approved", "answered_on": tomorrow()}
    make_suggested_activity(youth, suggested_on=tomorrow(), held_on=tomorrow(), outcome="came")
    make_project_application(youth, asked_on=tomorrow(), **approved)
    for year in {tomorrow().year, later().year, localdate().year + 1}:
        held = dict.fromkeys(("signed_on", "midyear_on", "final_on"), tomorrow())
        ServicePlan.objects.create(youth=youth, year=year, **held)
        dates = dict.fromkeys(("applied_on", "approved_on", "paid_on", "thanked_on"), tomorrow())
        make_scholarship(year=year, status="paid", is_on_platform=True, **dates)


def values(root, period, today=None):
    """{key: value} of all figures."""
    scope = Scope(root, period, today=today or localdate())
    return {key: result.value for key, result in results(scope).items()}


@pytest.mark.parametrize("name", PERIODS)
def test_no_figure_counts_what_lies_ahead(name):
    root, period = make_organisation(domain="office"), PERIODS[name]()
    before = values(root, period)
    add_what_lies_ahead(root)
    assert values(root, period) == before
    assert {key for key, value in values(root, period).items() if value} == set()


def test_every_figure_counts_it_once_its_day_has_come():
    root = make_organisation(domain="office")
    add_what_lies_ahead(root)
    found = values(root, PERIODS["days_around_today"](), today=later())
    types = {key for key in found if "." in key}
    held = {f"{measure}.{kind}" for measure in ("sessions", "attendances") for kind in ("league_day", "cadre_meeting")}
    # That a unit is a contact point has no day.
    assert {key for key, value in found.items() if not value} == types - held | {"district_contact_points"}


@pytest.mark.cpu(4)
def test_pages_and_documents_say_that_a_period_is_not_over():
    root = make_organisation(domain="office", category="working_committee")
    client, running = browser_of(make_user(organisation=root)), Period(localdate() - timedelta(days=30), later())
    said = f"截至{localdate().year}年{localdate().month}月{localdate().day}日"
    for period, times in ((running, True), (Period.of_year(localdate().year - 1), False)):
        asked = {"part": "days", "start": period.start, "end": period.end}
        for name in ("home", "figure_list", "summary_detail", "summary_poster"):
            assert (said in page(client, name, **asked)) == times
        assert (said in page(client, "figure_detail", "members", **asked)) == times
        assert (said in printed_summary(Scope(root, period, today=localdate()), localdate()).period) == times


def test_a_text_calls_the_end_of_a_running_period_by_its_day():
    assert end_in_words(Period.of_year(localdate().year).until(Period.of_year(localdate().year).start)) == "1月1日"
    assert end_in_words(Period.of_year(2017).until(localdate())) == "年末"


def test_a_roll_balances_before_its_period_begins():
    root = make_organisation(domain="office")
    make_member(branch=root, left_on=tomorrow(), status="transferred_out")
    (row,) = roll_by_branch(Scope(root, PERIODS["next_year"](), today=localdate()))
    assert (row.opening, row.closing, row.expected) == (1, 1, 1)
