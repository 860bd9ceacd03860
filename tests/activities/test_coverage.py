"""Whom a campaign has reached: sign-ins and proofs within its days, by the roll of its last day, each user's own."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from activities.actions import add_sign_in
from activities.coverage import Coverage, coverage_of, share_in_percent
from activities.models import Campaign, CampaignProof
from activities.tables import CoveredMemberTable
from members.models import Person
from orgs.roles import RoleKind
from tests.factories import make_activity, make_attachment, make_campaign, make_member, make_post, make_proof, make_user
from tests.forms import answers, shown_form
from tests.made_once import made_once
from tests.pages import browser_of, confirmed, page, queries, refused, send, status, two_branches
from yl_district.periods import Period

pytestmark = pytest.mark.django_db

YEAR, NEXT = Period.of_year(2017), Period.of_year(2018)


@made_once
def place():
    """Members here and there, of whom one came to the campaign's activity there and one has a proof."""
    place = two_branches()
    place.campaign = make_campaign()
    names = {"白露": place.here, "顾清": place.here, "林溪": place.here, "外人": place.there}
    place.people = {name: member(name, branch).person for name, branch in names.items()}
    place.activity = make_activity(place.there, "宣讲", held_on=date(2017, 5, 4), campaign=place.campaign)
    add_sign_in(place.activity, place.people["白露"], "member")
    prove(place, "外人")
    return place


def member(name, branch, **fields):
    """A member on the roll since 2016."""
    return make_member(name, branch, **{"listed_on": date(2016, 1, 1)} | fields)


def prove(place, name, day=date(2017, 6, 1), **fields):
    """A proof that the campaign has reached somebody."""
    return make_proof(place.campaign, place.people[name], proved_on=day, **fields)


def reached(place, period=YEAR, **fields):
    """The names of those whom the campaign has reached in a period, and of the others."""
    for name, value in fields.items():
        setattr(place.campaign, name, value)
    place.campaign.save()
    rows = coverage_of(place.campaign).to_reach(period).order_by("pk")
    path = "person__name" if place.campaign.audience == "members" else "name"
    found = list(rows.values_list(path, "is_reached"))
    return [name for name, came in found if came], [name for name, came in found if not came]


@pytest.mark.parametrize(("part", "whole", "expected"), [(0, 0, 0), (1, 3, 33), (199, 200, 99), (200, 200, 100)])
def test_a_percentage_is_rounded_down(part, whole, expected):
    assert share_in_percent(part, whole) == expected


@pytest.mark.both
def test_reached_is_who_came_wherever_it_was_held_and_of_whom_there_is_a_proof(place):
    assert reached(place) == (["白露", "外人"], ["顾清", "林溪"])
    other = make_campaign("另一专项")
    add_sign_in(make_activity(place.here, held_on=date(2017, 5, 5), campaign=other), place.people["顾清"], "member")
    add_sign_in(place.activity, place.people["林溪"], "member", presence="absent")
    assert reached(place) == (["白露", "外人"], ["顾清", "林溪"])


@pytest.mark.both
def test_only_days_of_the_campaign_count(place):
    assert reached(place, started_on=date(2017, 5, 4)) == (["白露", "外人"], ["顾清", "林溪"])
    assert reached(place, started_on=date(2017, 5, 5)) == (["外人"], ["白露", "顾清", "林溪"])
    assert reached(place, started_on=date(2017, 1, 1), ended_on=date(2017, 6, 1))[0] == ["白露", "外人"]
    assert reached(place, ended_on=date(2017, 5, 31))[0] == ["白露"]
    assert reached(place, Period(date(2017, 1, 1), date(2017, 5, 3)), ended_on=None)[0] == []
    assert reached(place, Period(date(2017, 7, 1), date(2017, 7, 31)))[0] == ["白露", "外人"]


@pytest.mark.both
def test_the_roll_is_that_of_the_period_s_end_or_of_the_campaign_s_if_that_is_earlier(place):
    member("新人", place.here, listed_on=date(2017, 9, 1))
    member("旧人", place.here, left_on=date(2017, 9, 1), status="transferred_out")
    whole = [name for names in reached(place, ended_on=None) for name in names]
    assert sorted(whole) == sorted([*place.people, "新人"])
    early = [name for names in reached(place, ended_on=date(2017, 8, 31)) for name in names]
    assert sorted(early) == sorted([*place.people, "旧人"])
    assert reached(place, NEXT, ended_on=date(2017, 12, 31)) == ([], [])
    assert reached(place, Period.of_year(2016)) == ([], [])
    assert len(reached(place, NEXT, ended_on=None)[1]) == 3


@pytest.mark.both
def test_cadres_are_counted_once_whatever_their_posts(place):
    post = make_post(organisation=place.here, person=place.people["白露"], started_on=date(2016, 3, 1))
    make_post(organisation=place.there, person=post.person, started_on=date(2016, 3, 1))
    make_post(organisation=place.there, person=place.people["顾清"], started_on=date(2017, 1, 1))
    assert reached(place, audience="cadres") == (["白露"], ["顾清"])
    coverage = coverage_of(place.campaign)
    assert coverage.counted(YEAR) == (2, 1)
    assert coverage.counted(YEAR, lambda rows: rows.within(place.here)) == (1, 1)
    place.campaign.audience = "nobody"
    assert coverage_of(place.campaign) is None


def test_a_campaign_s_coverage_knows_its_audience(place):
    assert Coverage(place.campaign.pk, Campaign.Audience.CADRES).counted(YEAR) == (0, 0)


def shown(client, campaign, **query):
    """What the page of a campaign counts, and the names that it lists."""
    answer = client.get(reverse("campaign_detail", args=[campaign.pk]), query)
    assert answer.status_code == 200
    rows = answer.context["table"].rows
    return [number for _, _, number in answer.context["tabs"]], [
        row.get_cell_value(row.table.columns.names()[0]) for row in rows
    ]


def test_each_user_sees_the_coverage_of_the_own_members(place):
    assert shown(place.office, place.campaign) == ([2, 2, 1], ["顾清", "林溪"])
    assert shown(place.cadre, place.campaign) == ([2, 1, 0], ["顾清", "林溪"])
    assert shown(place.cadre, place.campaign, show="reached")[1] == ["白露"]
    assert shown(place.office, place.campaign, show="proofs")[1] == ["外人"]
    hub_operator = browser_of(make_user("汇长", place.here, RoleKind.HUB_OPERATOR))
    answer = hub_operator.get(reverse("campaign_detail", args=[place.campaign.pk]))
    assert (answer.status_code, "table" in answer.context) == (200, False)


def test_the_page_tells_each_organisation_below_and_narrows_the_list_to_one(place):
    answer = place.office.get(reverse("campaign_detail", args=[place.campaign.pk]))
    told = [(each.organisation, each.due, each.reached, each.share) for each in answer.context["places"]]
    assert told == [(place.here, 3, 1, 33), (place.there, 1, 1, 100)]
    assert (answer.context["due"], answer.context["reached"], answer.context["share"]) == (4, 2, 50)
    assert shown(place.office, place.campaign, organisation=place.there.pk) == ([0, 1, 1], [])
    assert shown(place.office, place.campaign, organisation=place.here.pk) == ([2, 1, 0], ["顾清", "林溪"])
    assert shown(place.cadre, place.campaign, organisation=place.there.pk) == ([2, 1, 0], ["顾清", "林溪"])
    make_post(organisation=place.here, person=place.people["白露"], started_on=date(2016, 3, 1))
    make_post(organisation=place.there, person=place.people["白露"], started_on=date(2016, 3, 1))
    Campaign.objects.update(audience="cadres")
    answer = place.office.get(reverse("campaign_detail", args=[place.campaign.pk]))
    assert [(each.due, each.reached) for each in answer.context["places"]] == [(1, 1), (1, 1)]
    assert answer.context["due"] == 1


def test_a_campaign_that_has_not_begun_or_counts_nobody_says_so(place):
    Campaign.objects.update(audience="nobody")
    assert "这一专项不统计覆盖。" in page(place.cadre, "campaign_detail", place.campaign.pk)
    Campaign.objects.update(audience="members", started_on=date(timezone.localdate().year + 1, 1, 1), ended_on=None)
    assert "专项还没有开始。" in page(place.cadre, "campaign_detail", place.campaign.pk)
    answer = place.cadre.get(reverse("campaign_proofs_create", args=[place.campaign.pk]))
    assert answer["Location"] == place.campaign.get_absolute_url()


def test_rows_add_no_queries_to_the_page(place):
    before = queries(place.office, "campaign_detail", place.campaign.pk)
    for number in range(5):
        branch = [place.here, place.there][number % 2]
        place.people[f"后来{number}"] = member(f"后来{number}", branch).person
    prove(place, "后来0")
    assert queries(place.office, "campaign_detail", place.campaign.pk) == before


def tick(client, campaign, people, **fields):
    """The answer to ticks on the page of proofs, sent as the page sends them."""
    address = reverse("campaign_proofs_create", args=[campaign.pk])
    data = answers(shown_form(client.get(address))) | {"people": [one.pk for one in people]}
    return confirmed(client, address, data | {"proved_on": "2017-06-01", "kind": "visit", "note": "入户"} | fields)


def offered(client, campaign, **query):
    """The names that can be ticked."""
    answer = client.get(reverse("campaign_proofs_create", args=[campaign.pk]), query)
    return [name for _, name, _, _ in answer.context["rows"]]


def test_a_proof_is_registered_for_all_who_are_ticked(place):
    assert offered(place.cadre, place.campaign) == ["顾清", "林溪"]
    assert offered(place.office, place.campaign, search="lx") == ["林溪"]
    people = [place.people["顾清"], place.people["林溪"]]
    answer = tick(place.cadre, place.campaign, people)
    assert answer["Location"] == place.campaign.get_absolute_url()
    added = CampaignProof.objects.exclude(person=place.people["外人"])
    assert set(added.values_list("person__name", "proved_on", "kind", "note")) == {
        (name, date(2017, 6, 1), "visit", "入户") for name in ("顾清", "林溪")
    }
    assert offered(place.cadre, place.campaign) == []
    assert shown(place.cadre, place.campaign) == ([0, 3, 2], [])
    tick(place.cadre, place.campaign, people, kind="course")
    assert added.filter(kind="course").count() == 0


def test_nobody_is_proved_whom_the_user_does_not_see_nor_on_a_day_outside_the_campaign(place):
    answer = tick(place.cadre, place.campaign, [place.people["外人"]])
    assert "不在您的名册中" in answer.content.decode()
    answer = tick(place.cadre, place.campaign, [place.people["顾清"]], proved_on="2018-01-01")
    assert "专项期间内的日期（2017-01-01 至 2017-12-31）" in answer.content.decode()
    assert "请勾选已经覆盖到的人。" in tick(place.cadre, place.campaign, []).content.decode()
    assert CampaignProof.objects.count() == 1


def test_a_proof_is_corrected_and_removed_by_whoever_sees_its_person(place):
    proof = prove(place, "顾清")
    foreign = CampaignProof.objects.get(person=place.people["外人"])
    for name in ("detail", "update", "delete"):
        assert status(place.cadre, f"campaign_proof_{name}", foreign.pk) == 404
        assert status(place.office, f"campaign_proof_{name}", foreign.pk) == 200
    form = answers(shown_form(place.cadre.get(reverse("campaign_proof_update", args=[proof.pk]))))
    send(place.cadre, "campaign_proof_update", proof.pk, **form | {"kind": "message", "note": "群内已读"})
    proof.refresh_from_db()
    assert (proof.kind, proof.note, proof.person) == ("message", "群内已读", place.people["顾清"])
    late = refused(place.cadre, "campaign_proof_update", proof.pk, proved_on="2016-12-31", kind="visit")
    assert "专项期间内的日期" in late["proved_on"]
    make_attachment(proof, place.branch_cadre)
    assert "添加附件" in page(place.cadre, "campaign_proof_detail", proof.pk)
    address = reverse("campaign_proof_delete", args=[proof.pk])
    version = place.cadre.get(address).context["form"].version
    assert confirmed(place.cadre, address, {"version": version})["Location"] == place.campaign.get_absolute_url()
    assert list(CampaignProof.objects.values_list("person__name", flat=True)) == ["外人"]
    assert Person.objects.filter(pk=place.people["顾清"].pk).exists()


def test_what_moves_a_closed_year_is_announced(place):
    address = reverse("campaign_proofs_create", args=[place.campaign.pk])
    data = answers(shown_form(place.cadre.get(address))) | {"people": [place.people["顾清"].pk]}
    answer = place.cadre.post(address, data | {"proved_on": "2017-06-01", "kind": "visit"})
    effects = [(effect.figure.label, effect.figure.year) for effect in answer.context["form"].effects]
    assert ("主题教育已覆盖", 2017) in effects
    assert ("主题教育覆盖率", 2017) in effects
    assert {year for _, year in effects} == {2017}


def test_a_list_says_in_words_whom_the_campaign_has_reached(place):
    rows = coverage_of(place.campaign).to_reach(YEAR).order_by("pk")
    headings, *lines = CoveredMemberTable(rows).as_values()
    said = [line[headings.index("是否覆盖")] for line in lines]
    assert said == ["已覆盖", "未覆盖", "未覆盖", "已覆盖"]
