"""Pages of links and contacts."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from members.models import Person
from orgs.models import User
from outreach.models import Contact, Link
from tests.factories import make_contact, make_link, make_person, make_post
from tests.made_once import made_once
from tests.pages import listed, page, queries, refused, send, status, two_branches
from tests.today import all_filled_in


@made_once
def district():
    district = two_branches()
    district.own = make_post("陆远", district.here).person
    district.own.user = User.objects.get(name="陆远")
    district.own.save()
    district.foreign = make_post("顾清", district.there).person
    return district


def called(cadre, *links, **fields):
    """A whole form of a contact."""
    chosen = {"links": [str(link.pk) for link in links]} if links else {}
    return {"cadre": str(cadre.pk), "held_on": "2017-05-04", "form": "phone"} | chosen | fields


def test_link_is_created_corrected_and_ended(district):
    send(
        district.office,
        "link_create",
        cadre=district.own.pk,
        name="秦朗",
        mobile="13800138000",
        started_on="2017-01-10",
    )
    link = Link.objects.get()
    send(
        district.office,
        "link_update",
        link.pk,
        name="秦朗",
        mobile="13800138001",
        started_on="2017-01-11",
        bound_on="2017-02-01",
    )
    link.refresh_from_db()
    assert (link.cadre, link.youth.mobile, link.bound_on) == (district.own, "13800138001", date(2017, 2, 1))
    assert "已结束联系，记录保留。" in send(district.office, "link_end", link.pk, day="2017-12-31").content.decode()
    assert (listed(district.office, "link_list"), listed(district.office, "link_list", standing="no")) == ([], ["秦朗"])


def test_cadre_of_a_link_never_changes(district):
    link = make_link(district.own)
    send(district.office, "link_update", link.pk, name="秦朗", cadre=district.foreign.pk, started_on="2017-01-10")
    link.refresh_from_db()
    assert link.cadre == district.own


def test_what_a_link_form_does_not_show_stays(district):
    link = make_link(district.own, youth=make_person("秦朗", birth_date=date(1995, 5, 4), gender="M"))
    send(
        district.office,
        "link_update",
        link.pk,
        name="秦朗",
        gender="M",
        started_on="2017-01-10",
        birth_date="1980-01-01",
    )
    link.youth.refresh_from_db()
    assert link.youth.birth_date == date(1995, 5, 4)


def test_wrong_link_is_refused_in_words(district):
    whole = {"cadre": str(district.own.pk), "name": "秦朗", "started_on": "2017-01-10"}
    errors = refused(district.office, "link_create", **whole | {"ended_on": "2017-01-09"})
    assert "不早于起始日期（2017-01-10）的日期" in errors["ended_on"]
    assert refused(district.office, "link_create", **whole | {"cadre": ""})["cadre"] == "请选择团干部。"
    assert not Person.objects.filter(name="秦朗").exists()
    district.own.mobile = "13800138005"
    district.own.save()
    errors = refused(district.office, "link_create", **whole | {"name": "陆远", "mobile": "13800138005"})
    assert "团干部不必登记为自己的联系青年" in errors["name"]
    link = make_link(district.own, youth=make_person("秦朗", mobile="13800138000"))
    errors = refused(district.office, "link_create", **whole | {"mobile": "13800138000", "started_on": "2018-01-01"})
    assert errors == {"__all__": "该团干部与该青年的联系尚未结束，不能重复建立。"}
    errors = refused(district.office, "link_end", link.pk, day="2016-01-01")
    assert "不早于起始日期（2017-01-10）的日期" in errors["__all__"]


def test_links_are_narrowed_by_every_condition(district):
    make_link(district.own, "秦朗")
    make_link(district.foreign, "白露", bound_on=date(2017, 2, 1))
    for query in (
        {"search": "bl"},
        {"cadre": district.foreign.pk},
        {"bound": "yes"},
        {"organisation": district.there.pk},
    ):
        assert (query, listed(district.office, "link_list", **query)) == (query, ["白露"])
    assert listed(district.office, "link_list", bound="no") == ["秦朗"]
    assert listed(district.cadre, "link_list") == ["秦朗"]


def test_contact_form_knows_the_day_and_the_only_cadre(district):
    make_link(district.own, "秦朗")
    form = district.cadre.get(reverse("contact_create")).context["form"]
    assert (form["held_on"].value(), form["cadre"].value()) == (timezone.localdate(), district.own.pk)
    assert [str(label) for _, label in form.fields["links"].choices] == ["秦朗"]


def test_contact_is_logged_corrected_and_deleted(district):
    first, second = make_link(district.own, "秦朗"), make_link(district.own, "白露")
    send(district.cadre, "contact_create", **called(district.own, first, content="询问就业情况"))
    contact = Contact.objects.get()
    assert list(contact.links.all()) == [first]
    assert "询问就业情况" in page(district.cadre, "link_detail", first.pk)
    assert "询问就业情况" not in page(district.cadre, "link_detail", second.pk)
    send(district.cadre, "contact_update", contact.pk, **called(district.own, second, with_everyone="on"))
    contact.refresh_from_db()
    assert (contact.with_everyone, contact.links.count()) == (True, 0)
    assert "当天在联系的全部青年" in page(district.cadre, "contact_detail", contact.pk)
    send(district.cadre, "contact_delete", contact.pk)
    assert not Contact.objects.exists()


def test_only_links_standing_that_day_can_be_chosen(district):
    ended = make_link(district.own, "秦朗", ended_on=date(2017, 5, 4))
    foreign = make_link(district.foreign, "白露")
    assert "或先登记联系青年" in refused(district.office, "contact_create", **called(district.own, ended))["held_on"]
    make_link(district.own, "顾清")
    for link in (ended, foreign):
        errors = refused(district.office, "contact_create", **called(district.own, link))
        assert errors["links"] == "所选青年在这一天不是这名团干部的联系青年，请重新选择。"
    send(district.office, "contact_create", **called(district.own, ended, held_on="2017-05-03"))


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"cadre": ""}, "cadre", "请选择团干部。"),
        ({"form": ""}, "form", "请选择形式。"),
        ({"form": "telepathy"}, "form", "有效的选项"),
        ({"held_on": "2017-13-01"}, "held_on", "请填写真实存在的日期"),
        ({"held_on": "{tomorrow}"}, "held_on", "应为：不晚于今天"),
        ({}, "links", "请勾选联系到的青年，或勾选全部联系青年"),
        ({"links": "9" * 30}, "links", "请重新选择"),
        ({"links": "zzz"}, "links", "有效"),
        ({"with_everyone": "on", "held_on": "2016-01-01"}, "held_on", "请核对团干部和日期，或先登记联系青年"),
    ],
)
def test_wrong_contact_is_refused_in_words(district, wrong, field, words):
    make_link(district.own)
    fields = called(district.own) | all_filled_in(wrong)
    response = district.office.post(reverse("contact_create"), fields)
    assert words in "".join(response.context["form"].errors[field])
    assert words in response.content.decode()
    assert not Contact.objects.exists()


def test_htmx_gets_the_youths_of_the_cadre_that_day(district):
    make_link(district.own, "秦朗")
    make_link(district.foreign, "白露", started_on=date(2018, 1, 1))
    contact = make_contact(district.own)

    def youths(name, *args, **query):
        answer = district.office.get(reverse(name, args=args), query, headers={"hx-request": "true"})
        assert 'id="div_id_links"' in answer.content.decode()
        return [name for name in ("秦朗", "白露") if name in answer.content.decode()]

    assert youths("contact_create", cadre=district.own.pk, held_on="2017-05-04") == ["秦朗"]
    assert youths("contact_update", contact.pk, cadre=district.foreign.pk, held_on="2018-05-04") == ["白露"]
    assert youths("contact_create", cadre=district.foreign.pk, held_on="2017-05-04") == []
    assert youths("contact_create", cadre="zzz", held_on="昨天") == []


def test_foreign_cadres_are_no_choice(district):
    make_link(district.foreign, "白露")
    answer = district.cadre.get(
        reverse("contact_create"), {"cadre": district.foreign.pk}, headers={"hx-request": "true"}
    )
    assert "白露" not in answer.content.decode()
    errors = refused(
        district.cadre, "link_create", cadre=str(district.foreign.pk), name="秦朗", started_on="2017-01-10"
    )
    assert "cadre" in errors


@pytest.mark.parametrize("url_name", ["link_create", "contact_create"])
def test_a_cadre_is_offered_nobody_else_of_the_own_branch(district, url_name):
    colleague = make_post("顾清", district.here).person
    chosen = district.cadre.get(reverse(url_name)).context["form"].fields["cadre"].queryset
    assert list(chosen) == [district.own]
    of_staff = district.office.get(reverse(url_name)).context["form"].fields["cadre"].queryset
    assert set(of_staff) == {district.own, colleague, district.foreign}
    answer = district.cadre.post(reverse(url_name), {"cadre": colleague.pk})
    assert (answer.status_code, "cadre" in answer.context["form"].errors) == (200, True)


def test_contacts_are_narrowed_by_every_condition(district):
    make_contact(district.own, [make_link(district.own, "秦朗")])
    make_contact(district.foreign, form="visit", held_on=date(2018, 3, 1), with_everyone=True)
    for query in (
        {"search": "gq"},
        {"cadre": district.foreign.pk},
        {"form": "visit"},
        {"year": "2018"},
        {"since": "2018-01-01"},
        {"organisation": district.there.pk},
    ):
        assert (query, listed(district.office, "contact_list", **query)) == (query, [date(2018, 3, 1)])
    assert listed(district.office, "contact_list", until="2017-12-31") == [date(2017, 5, 4)]
    assert "秦朗" in page(district.cadre, "contact_list")


def test_rows_of_another_branch_are_not_found(district):
    link = make_link(district.foreign)
    contact = make_contact(district.foreign, [link])
    foreign = [(name, link.pk) for name in ("link_detail", "link_update", "link_end")]
    foreign += [(name, contact.pk) for name in ("contact_detail", "contact_update", "contact_delete")]
    for name, pk in foreign:
        assert (name, status(district.cadre, name, pk), status(district.office, name, pk)) == (name, 404, 200)


@pytest.mark.parametrize(
    "query", [{"page": "9" * 12}, {"cadre": "zzz"}, {"year": "abc"}, {"standing": "", "bound": "x"}]
)
def test_strange_addresses_give_the_list(district, query):
    make_contact(district.own, [make_link(district.own)])
    assert listed(district.office, "link_list", **query) == ["秦朗"]
    assert len(listed(district.office, "contact_list", **query)) == 1


@pytest.mark.cpu(4)
def test_queries_do_not_grow_with_rows(district):
    whole = make_link(district.own, "白露")

    def add(number):
        for index in range(number):
            link = make_link(make_post(f"陆{index}", district.here).person, f"秦{index}")
            make_contact(link.cadre, [link])
            make_contact(whole.cadre, [whole, make_link(whole.cadre, f"朗{index}")])

    def counts():
        return [
            *(queries(district.office, name) for name in ("link_list", "contact_list", "contact_create")),
            queries(district.office, "link_detail", whole.pk),
            queries(district.office, "contact_create", cadre=whole.cadre_id),
        ]

    add(5)
    few = counts()
    add(40)
    assert counts() == few
