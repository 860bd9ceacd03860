"""Pages of youth hubs and volunteers."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from members.models import Person, Volunteer
from tests.factories import make_hub, make_member, make_person, make_volunteer
from tests.made_once import made_once
from tests.pages import listed, page, queries, refused, send, status, two_branches
from youthhubs.models import Hub, HubYear


@made_once
def district():
    return two_branches()


def test_hub_is_created_corrected_and_closed(district):
    send(district.office, "hub_create", name="柳林青年汇", organisation=district.here.pk, opened_on="2016-03-01")
    hub = Hub.objects.get()
    answer = send(district.office, "hub_update", hub.pk, name="柳林小筑青年汇", organisation=district.here.pk)
    assert "柳林小筑青年汇" in answer.content.decode()
    answer = send(district.office, "hub_end", hub.pk, day="2017-12-31")
    assert "已关闭青年汇，记录保留。" in answer.content.decode()
    hub.refresh_from_db()
    assert hub.closed_on == date(2017, 12, 31)
    assert (listed(district.office, "hub_list"), listed(district.office, "hub_list", standing="no")) == ([], [hub.name])


def test_hub_that_closes_before_it_opens_is_refused(district):
    hub = make_hub(district.here, opened_on=date(2016, 3, 1))
    assert (
        "不早于开业日期（2016-03-01）的日期" in refused(district.office, "hub_end", hub.pk, day="2016-02-01")["__all__"]
    )
    typed = {"name": "晚开青年汇", "opened_on": "2017-05-02", "closed_on": "2017-05-01"}
    errors = refused(district.office, "hub_create", organisation=str(district.here.pk), **typed)
    assert "不早于开业日期（2017-05-02）的日期" in errors["closed_on"]


def test_hub_with_a_known_name_is_refused(district):
    make_hub(district.there, "望湖青年汇")
    errors = refused(district.office, "hub_create", name="望湖青年汇", organisation=str(district.here.pk))
    assert errors["name"] == "这一青年汇名称已被使用，请核对后改正。"


def test_hub_is_found_by_initials_tier_and_organisation(district):
    make_hub(district.here, "光合团青年汇")
    key = make_hub(district.there, "微米青年汇")
    HubYear.objects.create(hub=key, year=2018, tier="key")
    assert listed(district.office, "hub_list", search="ght") == ["光合团青年汇"]
    assert listed(district.office, "hub_list", tier="key") == ["微米青年汇"]
    assert listed(district.office, "hub_list", tier="key", year="2017") == []
    assert listed(district.office, "hub_list", organisation=district.here.pk) == ["光合团青年汇"]


def test_tier_is_kept_by_year_and_once_a_year(district):
    hub = make_hub(district.here)
    answer = send(district.office, "hub_year_create", hub.pk, year="2018", tier="key", director="顾清")
    assert "重点店" in answer.content.decode()
    errors = refused(district.office, "hub_year_create", hub.pk, year="2018", tier="ordinary")
    assert errors == {"__all__": "该青年汇这一年度已有登记。"}
    assert "2000" in refused(district.office, "hub_year_create", hub.pk, year="1066", tier="key")["year"]
    row = hub.years.get(year=2018)
    send(district.office, "hub_year_update", row.pk, year="2018", tier="ordinary")
    assert set(hub.years.values_list("year", "tier")) == {(2017, "ordinary"), (2018, "ordinary")}


def in_team(client, hub):
    """The names in the team of a hub's page."""
    table = client.get(reverse("hub_detail", args=[hub.pk])).context["table"]
    return [row.get_cell_value("person") for row in table.rows]


def formerly(client, hub):
    """The names of those who were in a hub's team, with the last day, of its page."""
    places = client.get(reverse("hub_detail", args=[hub.pk])).context["former"]
    return [(str(place.volunteer), place.last_end) for place in places]


def test_volunteer_joins_and_leaves_a_team(district):
    hub = make_hub(district.here)
    send(district.office, "volunteer_create", name="顾清", mobile="13800138000", hub=hub.pk, joined_on="2017-03-05")
    volunteer = Volunteer.objects.get()
    assert volunteer.team.hub == hub
    assert (in_team(district.office, hub), formerly(district.office, hub)) == (["顾清"], [])
    today = timezone.localdate()
    send(district.office, "volunteer_team", volunteer.pk, day=today)
    assert (in_team(district.office, hub), formerly(district.office, hub)) == ([], [("顾清", today)])
    assert f"起始日期未填写 至 {today}" in page(district.office, "volunteer_detail", volunteer.pk)
    send(district.office, "team_member_delete", volunteer.team.pk)
    assert formerly(district.office, hub) == []
    assert "没有加入青年汇的志愿者队伍" in page(district.office, "volunteer_detail", volunteer.pk)


def test_a_new_volunteer_has_always_been_in_the_team_and_it_changes_only_by_its_own_page(district):
    here, there = make_hub(district.here), make_hub(district.there)
    send(district.office, "volunteer_create", name="顾清", hub=here.pk)
    volunteer = Volunteer.objects.get()
    assert (volunteer.team.started_on, volunteer.team.ended_on) == (None, None)
    send(district.office, "volunteer_update", volunteer.pk, name="顾清", hub=there.pk)
    assert [place.hub for place in volunteer.places.all()] == [here]
    assert refused(district.office, "volunteer_team", volunteer.pk)["day"] == "请填写自何日起。"
    tomorrow = str(timezone.localdate() + timedelta(days=1))
    errors = refused(district.office, "volunteer_team", volunteer.pk, hub=str(there.pk), day=tomorrow)
    assert "不晚于今天" in errors["__all__"]
    send(district.office, "volunteer_team", volunteer.pk, hub=there.pk, day="2018-03-01")
    assert in_team(district.office, here) == []
    assert (in_team(district.office, there), formerly(district.office, here)) == (
        ["顾清"],
        [("顾清", date(2018, 3, 1))],
    )


def test_volunteer_leaves_and_is_kept(district):
    hub = make_hub(district.here)
    volunteer = make_volunteer(hub, joined_on=date(2017, 3, 5))
    assert listed(district.cadre, "volunteer_list") == ["顾清"]
    assert "不早于加入日期" in refused(district.cadre, "volunteer_end", volunteer.pk, day="2017-03-04")["__all__"]
    answer = send(district.cadre, "volunteer_end", volunteer.pk, day="2018-03-01")
    assert "已办理退出，记录保留。" in answer.content.decode()
    assert (listed(district.cadre, "volunteer_list"), in_team(district.cadre, hub)) == ([], [])
    assert listed(district.cadre, "volunteer_list", standing="left") == ["顾清"]
    assert formerly(district.cadre, hub) == [("顾清", date(2018, 3, 1))]
    text = page(district.cadre, "person_detail", volunteer.person_id)
    assert "2017-03-05 至 2018-03-01" in text


def test_a_cadre_keeps_who_was_in_the_team_though_they_went_to_another(district):
    here, there = make_hub(district.here), make_hub(district.there)
    volunteer = make_volunteer(here)
    send(district.cadre, "volunteer_team", volunteer.pk, day="2018-03-01")
    assert listed(district.cadre, "volunteer_list") == ["顾清"]
    assert "hub" in refused(district.cadre, "volunteer_team", volunteer.pk, hub=str(there.pk), day="2018-03-02")
    send(district.office, "volunteer_team", volunteer.pk, hub=there.pk, day="2018-03-02")
    assert (listed(district.cadre, "volunteer_list"), status(district.cadre, "volunteer_end", volunteer.pk)) == (
        ["顾清"],
        200,
    )
    assert formerly(district.cadre, here) == [("顾清", date(2018, 3, 1))]
    assert (listed(district.office, "volunteer_list"), in_team(district.office, there)) == (["顾清"], ["顾清"])


def test_a_place_is_corrected_once_what_it_moves_is_known(district):
    hub, other = make_hub(district.here), make_hub(district.here)
    volunteer = make_volunteer(hub)
    answer = district.cadre.post(
        reverse("team_member_update", args=[volunteer.team.pk]), {"hub": hub.pk, "ended_on": "2018-03-01"}
    )
    year = timezone.localdate().year - 1
    effects = [
        (one.figure.year, one.figure.label, one.figure.amount, one.after) for one in answer.context["form"].effects
    ]
    assert (year, "青年汇志愿者队伍", "1支", "0支") in effects
    send(district.cadre, "team_member_update", volunteer.team.pk, hub=other.pk, ended_on="2018-03-01")
    assert (volunteer.team.hub, volunteer.team.ended_on) == (other, date(2018, 3, 1))


def test_corrected_places_do_not_overlap(district):
    hub, volunteer = make_hub(district.here), make_volunteer()
    first = volunteer.places.create(hub=hub, ended_on=date(2017, 1, 1))
    second = volunteer.places.create(hub=hub, started_on=date(2017, 6, 1))
    send(district.cadre, "team_member_update", second.pk, hub=hub.pk, started_on="2017-01-01")
    errors = refused(district.cadre, "team_member_update", first.pk, hub=str(hub.pk), ended_on="2017-01-02")
    assert "同一时间只在一支队伍" in errors["started_on"]
    errors = refused(district.cadre, "team_member_update", first.pk, started_on="2016-01-01", ended_on="2017-01-01")
    assert errors == {"hub": "请选择志愿者队伍。"}
    assert refused(district.cadre, "team_member_update", first.pk, hub=str(hub.pk)) == {
        "__all__": "该志愿者已在一支队伍中，请先填写原来那支队伍的离队日期。"
    }


def test_a_team_that_somebody_else_changed_meanwhile_is_not_changed_again(district):
    volunteer, there = make_volunteer(make_hub(district.here)), make_hub(district.there)
    address = reverse("volunteer_team", args=[volunteer.pk])
    seen = district.office.get(address).context["form"].version
    send(district.office, "volunteer_team", volunteer.pk, hub=there.pk, day="2018-03-01")
    answer = district.office.post(address, {"day": "2018-03-01", "version": seen})
    assert (answer.status_code, volunteer.places.count()) == (409, 2)


def test_volunteers_are_found_by_the_team_of_today_and_sorted_by_their_latest(district):
    first, second = make_hub(district.here, "甲青年汇"), make_hub(district.here, "乙青年汇")
    former = make_volunteer(first, "顾清")
    make_volunteer(second, "苏棠")
    former.places.update(ended_on=date(2018, 3, 1))
    assert listed(district.office, "volunteer_list", hub=first.pk) == []
    assert listed(district.office, "volunteer_list", hub=second.pk) == ["苏棠"]
    order = listed(district.office, "volunteer_list", sort="hub")
    assert listed(district.office, "volunteer_list", sort="-hub") == order[::-1]
    assert "甲青年汇（2018-03-01 离队）" in page(district.office, "volunteer_list")


def test_known_person_becomes_a_volunteer_once(district):
    make_member(branch=district.here, person=make_person("顾清", mobile="13800138000"))
    send(district.office, "volunteer_create", name="顾清", mobile="13800138000")
    assert Person.objects.count() == 1
    errors = refused(district.office, "volunteer_create", name="顾清", mobile="13800138000")
    assert "此人已登记为志愿者" in errors["name"]


def test_cadre_keeps_volunteers_of_own_hubs_only(district):
    own, foreign = make_hub(district.here), make_hub(district.there)
    assert refused(district.cadre, "volunteer_create", name="顾清")["hub"] == "请选择志愿者队伍。"
    assert "hub" in refused(district.cadre, "volunteer_create", name="顾清", hub=str(foreign.pk))
    send(district.cadre, "volunteer_create", name="顾清", hub=own.pk)
    assert Volunteer.objects.get().team.hub == own


def test_hubs_and_their_years_are_kept_by_staff_alone(district):
    hub = make_hub(district.here)
    row = hub.years.get()
    addresses = [
        reverse("hub_create"),
        reverse("hub_update", args=[hub.pk]),
        reverse("hub_end", args=[hub.pk]),
        reverse("hub_year_create", args=[hub.pk]),
        reverse("hub_year_update", args=[row.pk]),
    ]
    typed = {"name": "改名青年汇", "organisation": district.here.pk, "day": "2017-12-31", "year": "2018", "tier": "key"}
    for address in addresses:
        assert (district.cadre.get(address).status_code, district.cadre.post(address, typed).status_code) == (404, 404)
    kept = Hub.objects.get()
    assert (kept.name, kept.closed_on, kept.years.get().tier) == (hub.name, None, "ordinary")
    for client, offered in ((district.cadre, []), (district.office, addresses)):
        text = page(client, "hub_list") + page(client, "hub_detail", hub.pk)
        assert [address for address in addresses if f'href="{address}"' in text] == offered


def test_rows_of_another_branch_are_not_found(district):
    hub = make_hub(district.there)
    volunteer = make_volunteer(hub)
    foreign = [
        ("hub_detail", hub.pk),
        ("hub_update", hub.pk),
        ("hub_end", hub.pk),
        ("hub_year_create", hub.pk),
        ("hub_year_update", hub.years.get().pk),
        ("volunteer_detail", volunteer.pk),
        ("volunteer_update", volunteer.pk),
    ]
    for name, pk in foreign:
        assert (name, status(district.cadre, name, pk), status(district.office, name, pk)) == (name, 404, 200)
    assert (listed(district.cadre, "hub_list"), listed(district.cadre, "volunteer_list")) == ([], [])


@pytest.mark.parametrize("query", [{"page": "9" * 12}, {"year": "abc"}, {"tier": "zzz"}, {"organisation": "9" * 30}])
def test_strange_addresses_give_the_list(district, query):
    make_hub(district.here, "光合团青年汇")
    assert listed(district.office, "hub_list", **query) == ["光合团青年汇"]
    make_volunteer(name="顾清")
    assert listed(district.office, "volunteer_list", hub="zzz", **query) == ["顾清"]


def test_queries_do_not_grow_with_rows(district):
    def counts():
        first = Hub.objects.order_by("pk").first()
        return [
            queries(district.office, "hub_list"),
            queries(district.office, "volunteer_list"),
            queries(district.office, "hub_detail", first.pk),
        ]

    def add(number):
        for index in range(number):
            hub = make_hub(district.here)
            make_volunteer(hub, name=f"顾{index}")
            make_volunteer(Hub.objects.order_by("pk").first(), name=f"清{index}")

    add(5)
    few = counts()
    add(45)
    assert counts() == few
