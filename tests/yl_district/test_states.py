"""A state over time: a change from a day leaves every earlier day as it was, a correction moves what it announces."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from activities.models import Activity, ActivityType
from members.models import Member, Post, SchoolSpan
from orgs.models import DomainSpan, Organisation
from reports.figures.lines import all_figures
from reports.figures.scopes import Scope
from tests.factories import make_activity, make_member, make_post
from tests.forms import answers, shown_form
from tests.made_once import made_once
from tests.pages import send, two_branches
from yl_district.periods import Period
from yl_district.record_options import options_of
from yl_district.states import former_of

pytestmark = pytest.mark.django_db
DAY = date(2020, 3, 9)
DAY_BEFORE = DAY - timedelta(days=1)


@made_once
def district():
    """Two branches in a district, whose staff has recorded an activity in 2017."""
    place = two_branches()
    make_activity(host=place.here, held_on=date(2017, 5, 4))
    return place


def begun(record, day, **values):
    """The record after its first state has been changed to other values with effect from `day`."""
    former = former_of(record)
    for name, value in values.items():
        setattr(record, name, value)
    [state] = options_of(type(record)).states
    spans = state.begin(former, record, day)
    record.full_clean()
    record.save()
    for span in spans:
        span.save()
    return record


def counted(key, year, organisation):
    """A figure of a year."""
    return all_figures()[key].result(Scope(organisation, Period.of_year(year))).value


def page_of(record):
    """The address of the form of a record."""
    return reverse(f"{type(record).__name__.lower()}_update", args=[record.pk])


def as_shown(client, record, **changes):
    """What a browser sends of a record's form after these changes."""
    return answers(shown_form(client.get(page_of(record)))) | changes


def of_communities(day):
    """The names of the villages and communities on a day."""
    return sorted(Organisation.objects.communities_on(day).values_list("name", flat=True))


@pytest.mark.both
def test_a_domain_changed_from_a_day_leaves_earlier_days(district):
    begun(district.here, DAY, domain="enterprise")
    assert of_communities(DAY_BEFORE) == ["柳林社区团支部", "槐荫社区团支部"]
    assert of_communities(DAY) == ["槐荫社区团支部"]
    assert [district.here.domain_on(day) for day in (DAY_BEFORE, DAY)] == ["community", "enterprise"]


@pytest.mark.both
def test_each_member_joined_counts_by_the_branchs_domain_of_that_day(district):
    begun(district.here, DAY, domain="enterprise")
    for day in (DAY_BEFORE, DAY):
        make_member("团员", district.here, intake_on=day)
    found = Member.objects.joined_in_nonpublic()
    assert [member.intake_on for member in found] == [DAY]


@pytest.mark.both
def test_a_member_is_in_school_from_month_to_month(district):
    pupil = make_member("鲁舟", district.here, in_school=True, enrolled_on=date(2014, 9, 1))
    begun(pupil, date(2018, 7, 15), in_school=False)
    begun(pupil, date(2021, 9, 1), in_school=True)
    assert (pupil.enrolled_on, pupil.graduated_on) == (date(2021, 9, 1), None)
    spans = SchoolSpan.objects.values_list("started_on", "ended_on", "in_school")
    assert list(spans) == [(date(2014, 9, 1), date(2018, 7, 1), True)]
    days = [
        date(2014, 8, 31),
        date(2014, 9, 1),
        date(2018, 6, 30),
        date(2018, 7, 1),
        date(2021, 8, 31),
        date(2021, 9, 1),
    ]
    outside = [Member.objects.not_in_school_on(day).exists() for day in days]
    assert outside == [True, False, False, True, True, False]


@pytest.mark.both
def test_education_is_counted_by_the_day_of_each_activity(district):
    kind = ActivityType.objects.get(key="visit")
    begun(kind, DAY, is_education=True)
    for day in (DAY_BEFORE, DAY):
        make_activity(host=district.here, held_on=day, type="visit")
    assert [activity.held_on for activity in Activity.objects.of_education()] == [DAY]
    kind = ActivityType.objects.with_states().get(key="visit")
    assert [kind.is_education_on(day) for day in (DAY_BEFORE, DAY)] == [False, True]


def test_other_terms_of_a_post_continue_it_as_another_post(district):
    post = make_post(organisation=district.here, started_on=date(2016, 9, 1), link_quota=10)
    begun(post, DAY, nature="full_time", link_quota=100)
    spans = Post.objects.order_by("started_on").values_list("started_on", "ended_on", "nature", "link_quota")
    assert list(spans) == [
        (date(2016, 9, 1), date(2020, 3, 1), "part_time", 10),
        (date(2020, 3, 1), None, "full_time", 100),
    ]


def test_a_value_begins_after_the_one_before_it(district):
    begun(district.here, DAY, domain="enterprise")
    with pytest.raises(ValidationError, match="晚于 2020-03-09 的日期"):
        begun(district.here, DAY, domain="village")
    assert DomainSpan.objects.count() == 1


def test_a_form_asks_since_when_and_keeps_what_was_typed(district):
    sent = as_shown(district.office, district.here, domain="enterprise", address="柳林路 1 号")
    response = district.office.post(page_of(district.here), sent)
    form = response.context["form"]
    assert form.errors["since_how"] == ["您改动了所属领域：请选择自何日起，还是更正原来填错的内容，再保存。"]
    asked = answers(shown_form(response))
    assert (asked["domain"], asked["address"]) == ("enterprise", "柳林路 1 号")
    assert asked["since_day"] == str(timezone.localdate())
    send(district.office, "organisation_update", district.here.pk, **asked | {"since_how": "from"})
    district.here.refresh_from_db()
    assert (district.here.domain, district.here.domain_since) == ("enterprise", timezone.localdate())
    assert list(DomainSpan.objects.values_list("domain", "started_on", "ended_on")) == [
        ("community", None, timezone.localdate())
    ]


@pytest.mark.parametrize(
    ("answer", "field", "words"),
    [
        ({"since_how": "from", "since_day": ""}, "since_day", "请填写自何日起。"),
        ({"since_how": "from", "since_day": "2999-01-01"}, "since_day", "请填写不晚于今天"),
        ({"since_how": "from", "since_day": "去年"}, "since_day", "请填写真实存在的日期"),
        ({"since_how": "later"}, "since_how", "选择一个有效的选项"),
    ],
)
def test_a_wrong_answer_is_refused(district, answer, field, words):
    sent = as_shown(district.office, district.here, domain="enterprise", **answer)
    form = district.office.post(page_of(district.here), sent).context["form"]
    assert words in "".join(form.errors[field])
    district.here.refresh_from_db()
    assert district.here.domain == "community"


def test_from_today_on_no_closed_year_moves(district):
    before = [counted("communities", year, district.root) for year in (2017, 2018)]
    sent = as_shown(
        district.office, district.here, domain="enterprise", since_how="from", since_day=timezone.localdate()
    )
    response = district.office.post(page_of(district.here), sent)
    assert response.status_code == 302
    assert [counted("communities", year, district.root) for year in (2017, 2018)] == before


@pytest.mark.cpu(4)
def test_a_correction_announces_what_it_moves_and_waits_for_a_reason(district):
    sent = as_shown(district.office, district.here, domain="enterprise", since_how="always", since_day="")
    response = district.office.post(page_of(district.here), sent)
    form = response.context["form"]
    years = range(2017, timezone.localdate().year)
    here, root = "柳林社区团支部", "清河地区团工委"
    moved = {
        (one.figure.organisation, one.figure.year, one.figure.label, one.figure.amount, one.after)
        for one in form.effects
    }
    assert moved == {
        *((root, year, "村、社区", "2个", "1个") for year in years),
        *((here, year, "村、社区", "1个", "0个") for year in years),
    }
    years = f"2017–{timezone.localdate().year - 1}"
    assert [run.years for run in form.effect_runs] == [years, years]
    assert counted("communities", 2017, district.root) == 2
    confirmed = answers(shown_form(response))
    refused = district.office.post(page_of(district.here), confirmed).context["form"]
    assert refused.errors["correction_reason"] == ["请填写更正原因。"]
    send(district.office, "organisation_update", district.here.pk, **confirmed | {"correction_reason": "建档时选错"})
    assert counted("communities", 2017, district.root) == 1
    assert district.here.history.first().history_change_reason == "建档时选错"
    assert DomainSpan.objects.count() == 0


@pytest.mark.cpu(4)
def test_a_changed_announcement_is_shown_anew(district):
    sent = as_shown(district.office, district.here, domain="enterprise", since_how="always", since_day="")
    confirmed = answers(shown_form(district.office.post(page_of(district.here), sent)))
    begun(district.there, date(2018, 1, 1), domain="enterprise")
    response = district.office.post(page_of(district.here), confirmed | {"correction_reason": "建档时选错"})
    amounts = {one.figure.year: one.figure.amount for one in response.context["form"].effects[:2]}
    assert amounts == {2017: "2个", 2018: "1个"}


def test_a_reader_of_one_branch_is_told_of_that_branch_alone(district):
    member = make_member("鲁舟", district.here, in_school=True, enrolled_on=date(2014, 9, 1))
    sent = as_shown(district.cadre, member, in_school="false", enrolled_on="", since_how="always", since_day="")
    form = district.cadre.post(page_of(member), sent).context["form"]
    assert {one.figure.organisation for one in form.effects} == {"柳林社区团支部"}
    assert {one.figure.label for one in form.effects} == {"村、社区非在校团员"}
