"""Opening a year: tiers and targets are proposed from the year before, and written at once."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from reports.models import Target
from reports.workbench.waiting import year_to_open
from reports.year_opening.last_year import left_over
from tests.factories import make_hub
from tests.forms import answers, shown_form
from tests.made_once import made_once
from tests.pages import confirmed, page, two_branches
from youthhubs.models import HubYear

pytestmark = pytest.mark.django_db


@made_once
def place():
    """A district whose 2017 has two open hubs, one closed during it, and two targets."""
    district = two_branches()
    district.hubs = [make_hub(district.here, "柳林青年汇"), make_hub(district.there, "槐荫青年汇")]
    make_hub(district.here, "已关青年汇", closed_on=date(2017, 9, 1))
    Target.objects.create(year=2016, task="往年", figure="cadres", value=1)
    Target.objects.create(
        year=2017,
        task="活动场次",
        figure="sessions",
        value=80,
        issued_by="团区委",
        document_number="3号",
        due_on=date(2017, 11, 30),
    )
    Target.objects.create(year=2017, task="团员", figure="members", value=100)
    return district


def proposed(client, year):
    """What a browser sends of the page when nothing is changed."""
    return answers(shown_form(client.get(reverse("year_opening", args=[year]))))


def opened(client, year, **changed):
    """The answer to the form with these values, a page's own announcement confirmed."""
    return confirmed(client, reverse("year_opening", args=[year]), proposed(client, year) | changed)


def written(year):
    """The tiers and the targets of a year."""
    tiers = HubYear.objects.filter(year=year).order_by("hub__pk").values_list("hub__name", "tier")
    targets = Target.objects.filter(year=year).order_by("pk")
    return list(tiers), list(targets.values_list("task", "value", "issued_by", "document_number", "due_on"))


def test_a_year_is_opened_by_one_form_as_the_last_one_was(place):
    form = proposed(place.office, 2018)
    answer = opened(place.office, 2018, **{f"tier-{place.hubs[1].pk}": "key"})
    assert answer.url == reverse("home")
    assert written(2018) == (
        [("柳林青年汇", "ordinary"), ("槐荫青年汇", "key")],
        [("活动场次", 80, "团区委", "", date(2018, 11, 30)), ("团员", 100, "", "", None)],
    )
    assert left_over(place.staff, 2018).number == 0
    assert "都已登记" in page(place.office, "year_opening", 2018)
    # A form that was opened before writes nothing more.
    assert place.office.post(reverse("year_opening", args=[2018]), form).status_code == 200
    assert HubYear.objects.filter(year=2018).count() == 2


def test_what_is_left_empty_is_not_written_and_can_be_added_later(place):
    emptied = {name: "" for name in proposed(place.office, 2018) if name.startswith(("tier-", "value-"))}
    assert "没有登记：各项都留空了" in opened(place.office, 2018, **emptied).content.decode()
    assert written(2018) == ([], [])
    opened(place.office, 2018, **emptied | {f"tier-{place.hubs[0].pk}": "key"})
    assert written(2018) == ([("柳林青年汇", "key")], [])
    assert [row.hub.name for row in left_over(place.staff, 2018).hub_years] == ["槐荫青年汇"]


def test_wrong_values_are_said_and_nothing_is_written(place):
    target = Target.objects.get(figure="sessions")
    for value in ("-1", "许多", "99999999999"):
        answer = opened(place.office, 2018, **{f"value-{target.pk}": value})
        assert "没有保存：有 1 处需要改正" in answer.content.decode()
        assert f'value="{value}"' in answer.content.decode()
    assert written(2018) == ([], [])


def test_what_others_wrote_meanwhile_is_not_doubled(place):
    form = proposed(place.office, 2018)
    HubYear.objects.create(hub=place.hubs[0], year=2018, tier="key")
    Target.objects.create(year=2018, task="活动场次", figure="sessions", value=90)
    confirmed(place.office, reverse("year_opening", args=[2018]), form)
    assert written(2018) == (
        [("柳林青年汇", "key"), ("槐荫青年汇", "ordinary")],
        [("活动场次", 90, "", "", None), ("团员", 100, "", "", None)],
    )


def test_the_workbench_proposes_it_in_the_year_after_the_last_alone(place):
    assert [each.number for each in year_to_open(place.staff, date(2018, 1, 2))] == [4]
    assert list(year_to_open(place.staff, date(2017, 12, 31))) == []
    assert list(year_to_open(place.staff, date(2019, 1, 2))) == []
    assert list(year_to_open(place.branch_cadre, date(2018, 1, 2))) == []


@pytest.mark.parametrize("year", [0, 1, 1948, 10000])
def test_years_before_the_league_or_beyond_the_calendar_are_not_found(place, year):
    assert place.office.get(f"/years/{year}/opening/").status_code == 404


def test_only_this_year_and_the_next_can_be_opened_ahead(place):
    this_year = timezone.localdate().year
    got = [place.office.get(reverse("year_opening", args=[this_year + ahead])).status_code for ahead in (1, 2)]
    assert got == [200, 404]
    assert place.cadre.get(reverse("year_opening", args=[2018])).status_code == 404


def test_a_deadline_on_the_29th_of_february_moves_to_the_28th(place):
    Target.objects.create(year=2020, task="闰年", figure="cadres", value=1, due_on=date(2020, 2, 29))
    opened(place.office, 2021)
    assert Target.objects.get(year=2021).due_on == date(2021, 2, 28)
