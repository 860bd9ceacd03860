"""Pages of youth hubs and volunteers."""

from datetime import date

import pytest
from django.urls import reverse

from members.models import Person, Volunteer
from tests.factories import make_hub, make_member, make_person, make_volunteer
from tests.pages import listed, page, queries, refused, send, status, two_branches
from youthhubs.models import Hub, HubYear


@pytest.fixture
def district(db):
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


def test_volunteer_joins_and_leaves_a_team(district):
    hub = make_hub(district.here)
    send(district.office, "volunteer_create", name="顾清", mobile="13800138000", hub=hub.pk, joined_on="2017-03-05")
    volunteer = Volunteer.objects.get()
    assert volunteer.team.hub == hub
    assert "顾清" in page(district.office, "hub_detail", hub.pk)
    send(district.office, "volunteer_update", volunteer.pk, name="顾清", mobile="13800138000", employer="清和物业")
    assert "顾清" not in page(district.office, "hub_detail", hub.pk)
    assert "没有加入青年汇的志愿者队伍" in page(district.office, "volunteer_detail", volunteer.pk)


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
