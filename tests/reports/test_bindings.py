"""The binding of a volunteer or an assisted youth in 青春助跑 is one day, wherever it is read or written."""

from datetime import date
from importlib import import_module

import pytest
from django.apps import apps

from assistance.models import AssistedYouth
from members.models import Volunteer
from reports.checks import BY_KEY
from reports.checks.explained_findings import inspected
from reports.checks.inspection import Inspection
from reports.figures.counting import results
from reports.figures.scopes import Scope
from reports.models import BOUND_AT_HOME, PlatformEntry
from tests.factories import make_assisted_youth, make_grant, make_volunteer
from tests.pages import listed, page, refused, send, two_branches
from tests.workbooks import exported_rows, problems, take_in
from yl_district.periods import Period

pytestmark = [pytest.mark.django_db, pytest.mark.in_turn]
FEBRUARY, MARCH = date(2017, 2, 1), date(2017, 3, 1)


@pytest.fixture
def district():
    district = two_branches()
    district.volunteer = make_volunteer(name="单志")
    return district


def entry_of(record, subject="volunteer", **fields):
    entered = {"platform": BOUND_AT_HOME, "entered_on": date(2017, 1, 20)} | fields
    named = {"youth" if subject == "assisted_youth" else "person": record.person}
    return PlatformEntry.objects.create(subject=subject, **named, **entered)


def form(**fields):
    """A whole form of an entry."""
    return {"platform": BOUND_AT_HOME, "subject": "volunteer", "name": "单志", "entered_on": "2017-01-20"} | fields


def day_of(entry):
    return PlatformEntry.objects.get(pk=entry.pk).binding


def counted(district):
    district.root.refresh_from_db()
    found = results(Scope(district.root, Period.of_year(2017)))
    return {key: found[key].value for key in ("platform_bindings", "volunteers_bound", "youths_bound")}


def apart(district, key="binding_apart"):
    district.root.refresh_from_db()
    scope = Scope(district.root, Period.of_year(2017))
    return [one.found for _, each in inspected(Inspection(scope, results(scope)), [BY_KEY[key]]) for one in each]


def test_what_the_volunteer_states_the_entry_shows(district):
    entry = entry_of(district.volunteer)
    Volunteer.objects.update(bound_on=FEBRUARY)
    assert day_of(entry) == FEBRUARY
    assert counted(district) == {"platform_bindings": 1, "volunteers_bound": 1, "youths_bound": 0}
    assert "2017-02-01" in page(district.office, "platform_entry_list")
    assert len(listed(district.office, "platform_entry_list", bound="yes")) == 1


def test_what_the_entry_s_form_states_the_volunteer_has(district):
    send(district.office, "platform_entry_create", **form(bound_on="2017-02-01"))
    entry = PlatformEntry.objects.get()
    assert (entry.bound_on, entry.binding, Volunteer.objects.get().bound_on) == (None, FEBRUARY, FEBRUARY)
    send(district.office, "platform_entry_update", entry.pk, **form(bound_on="2017-03-01", name=""))
    assert (day_of(entry), Volunteer.objects.get().bound_on) == (MARCH, MARCH)
    send(district.office, "platform_entry_update", entry.pk, **form(bound_on="", name=""))
    assert (day_of(entry), Volunteer.objects.get().bound_on) == (None, None)


def test_a_new_entry_does_not_contradict_the_volunteer(district):
    Volunteer.objects.update(bound_on=FEBRUARY)
    errors = refused(district.office, "platform_entry_create", **form(bound_on="2017-03-01"))
    assert errors == {"bound_on": "应为：与志愿者登记的平台绑定日期 2017-02-01 一致。请核对，或先改正志愿者的登记。"}
    send(district.office, "platform_entry_create", **form())
    assert PlatformEntry.objects.get().binding == FEBRUARY


def test_the_case_in_the_register_on_the_day_of_entry_states_it(district):
    first = make_assisted_youth(district.here, removed_on=date(2017, 6, 1), bound_on=FEBRUARY)
    make_assisted_youth(district.here, person=first.person, registered_on=date(2017, 9, 1), bound_on=date(2017, 9, 9))
    entries = [entry_of(first, "assisted_youth", platform=name) for name in (BOUND_AT_HOME, "1+100")]
    assert [day_of(entry) for entry in entries] == [FEBRUARY, None]
    PlatformEntry.objects.update(entered_on=date(2017, 9, 2))
    assert day_of(entries[0]) == date(2017, 9, 9)


def test_other_platforms_and_records_keep_days_of_their_own(district):
    Volunteer.objects.update(bound_on=FEBRUARY)
    entry = entry_of(district.volunteer, platform="志愿北京", bound_on=MARCH)
    assert (day_of(entry), Volunteer.objects.get().bound_on) == (MARCH, FEBRUARY)


VOLUNTEER = {"姓名": "单志", "手机号码": "13800138000"}
ENTRY = {"平台": BOUND_AT_HOME, "对象": "志愿者", "名称": "单志", "录入日期": "2017-01-20"}


def test_either_sheet_states_the_day_and_both_give_it_back():
    take_in({"志愿者": [VOLUNTEER], "平台录入": [ENTRY | {"绑定日期": "2017-02-01"}]})
    assert (Volunteer.objects.get().bound_on, PlatformEntry.objects.get().binding) == (FEBRUARY, FEBRUARY)
    take_in({"志愿者": [VOLUNTEER | {"平台绑定日期": "2017-03-01"}]})
    assert PlatformEntry.objects.get().binding == MARCH
    assert [row["绑定日期"] for row in exported_rows()["平台录入"]] == ["2017-03-01"]
    take_in({"平台录入": [ENTRY | {"绑定日期": "2017-02-01"}]})
    assert [row["平台绑定日期"] for row in exported_rows()["志愿者"]] == ["2017-02-01"]


@pytest.mark.parametrize("is_known", [False, True])
def test_sheets_that_contradict_each_other_are_refused_at_the_row(is_known):
    if is_known:
        take_in({"志愿者": [VOLUNTEER], "平台录入": [ENTRY]})
    sheets = {
        "志愿者": [VOLUNTEER | {"平台绑定日期": "2017-02-01"}],
        "平台录入": [ENTRY | {"绑定日期": "2017-03-01"}],
    }
    expected = "与《志愿者》第 2 行一致的“2017-02-01”"
    (problem,) = problems(sheets)
    assert problem[:5] == ("平台录入", 2, "绑定日期", "2017-03-01", expected)


def test_a_database_of_before_keeps_every_figure_and_tells_what_differs(district):
    """Equal days become one; an entry with another day, or none, keeps it until somebody saves it."""
    days = [(FEBRUARY, FEBRUARY), (FEBRUARY, MARCH), (None, MARCH), (MARCH, None), (None, None)]
    for number, (at_home, own) in enumerate(days):
        PlatformEntry.objects.create(
            platform=BOUND_AT_HOME,
            subject="volunteer",
            person=make_volunteer(name=f"志愿{number}", bound_on=at_home).person,
            entered_on=date(2017, 1, 20),
            bound_on=own,
        )
    import_module("reports.migrations.0007_bindings_at_home").bring_home(apps, None)
    entries = PlatformEntry.objects.order_by("pk")
    assert [entry.binding for entry in entries] == [own for _, own in days]
    assert [entry.is_apart for entry in entries] == [False, True, True, True, False]
    assert [entry.bound_on for entry in entries] == [None, MARCH, MARCH, None, None]
    assert apart(district) == [
        f"平台录入的绑定日期 {own}，登记的平台绑定日期与此不同" for own in ("2017-03-01", "2017-03-01", "未填")
    ]
    told = form(name="", bound_on="2017-03-01")
    for entry in entries[1:4]:
        send(district.office, "platform_entry_update", entry.pk, **told)
    assert apart(district) == []
    assert set(Volunteer.objects.filter(pk__gt=district.volunteer.pk)[1:4].values_list("bound_on", flat=True)) == {
        MARCH
    }


def test_a_case_s_entry_apart_is_told_to_whoever_may_know_of_cases(district):
    youth = make_assisted_youth(district.here, bound_on=FEBRUARY)
    make_grant(district.staff, youth.person)
    entry_of(youth, "assisted_youth", bound_on=MARCH, is_apart=True)
    assert apart(district) == []
    assert apart(district, "case_binding_apart") == ["平台录入的绑定日期 2017-03-01，登记的平台绑定日期与此不同"]
    assert AssistedYouth.objects.get().bound_on == FEBRUARY
