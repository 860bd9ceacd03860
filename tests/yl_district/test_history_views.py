"""The page of a record's history, and reverting a field."""

from datetime import date

import pytest
from django.urls import reverse

from members.models import Member
from orgs.models import Organisation, Role, Unit
from tests.factories import (
    make_activity,
    make_assisted_youth,
    make_contact,
    make_grant,
    make_link,
    make_member,
    make_organisation,
    make_person,
    make_post,
    make_unit,
    make_user,
)
from tests.made_once import made_once
from tests.pages import browser_of, page, queries, status, two_branches
from yl_district.audit.models import AccessEntry
from yl_district.history.tracking import because

pytestmark = pytest.mark.django_db


@made_once
def district():
    return two_branches()


def changes(client, kind, record):
    """For each step on the page, the type of change and (label, before, after) of its fields."""
    response = client.get(reverse("record_history", args=[kind, record.pk]))
    assert response.status_code == 200
    return [
        (step.row.history_type, [(one.label, one.before, one.after) for one in step.changes])
        for step in response.context["steps"]
    ]


def revert(client, kind, record, name, row=None):
    """Posts the revert button of a field in a history row, by default the latest."""
    data = {"change": (row or record.history.first()).history_id, "field": name}
    return client.post(reverse("record_revert", args=[kind, record.pk]), data, follow=True)


def said(response):
    """The messages at the top of the page."""
    return [str(message) for message in response.context["messages"]]


def changed(record, **fields):
    """Saves one more change of the record, and returns it."""
    for name, value in fields.items():
        setattr(record, name, value)
    record.save()
    return record


def test_changes_are_told_newest_first_in_the_words_of_the_pages(district):
    unit = make_unit("清和科技", branch=district.here)
    changed(unit, status="moved", status_on=date(2017, 5, 4), has_party_branch=True)
    changed(unit, branch=None, remark="第一行")
    assert changes(district.office, "unit", unit) == [
        ("~", [("团支部", "柳林社区团支部", "（空）"), ("备注", "（空）", "第一行")]),
        ("~", [("是否建立党组织", "（空）", "是"), ("状态", "正常", "迁址"), ("状态日期", "（空）", "2017-05-04")]),
        (
            "+",
            [
                ("单位名称", "（空）", "清和科技"),
                ("类别", "（空）", "非公企业"),
                ("团支部", "（空）", "柳林社区团支部"),
                ("状态", "（空）", "正常"),
            ],
        ),
    ]


def test_the_page_says_who_and_why(district):
    unit = make_unit("清和科技")
    with because("导入：台账.xlsx", make_user("季棠")):
        changed(unit, youths=3)
    text = page(district.office, "record_history", "unit", unit.pk)
    assert "季棠　导入：台账.xlsx" in text
    assert ">系统</span>" in text


def test_numbers_and_contacts_are_not_told(district):
    member = make_member("章程", district.here)
    changed(member.person, mobile="13800138000", identity_number="110105199805040011")
    changed(member.person, mobile="13900139000")
    changed(member, wechat="zhangcheng98", remark="补")
    text = page(district.office, "record_history", "person", member.person.pk)
    text += page(district.office, "record_history", "member", member.pk)
    for secret in ("13800138000", "13900139000", "110105199805040011", "zhangcheng98"):
        assert secret not in text
    assert text.count("已修改（内容不显示）") == 5  # the name with which the person began, too


def test_links_are_told_by_name(district):
    cadre = make_person("陆远")
    make_post(person=cadre, organisation=district.here)
    first, second = make_link(cadre, "秦朗"), make_link(cadre, "白露")
    contact = make_contact(cadre, [first])
    contact.links.set([second])
    steps = changes(district.office, "contact", contact)
    assert next(step for step in steps if any(one[0] == "联系青年" for one in step[1])) == (
        "~",
        [("联系青年", "（空）", "陆远 → 白露")],
    )
    assert ("~", [("联系青年", "（空）", "陆远 → 秦朗")]) in steps


def test_names_beyond_the_readers_reach_are_not_told(district):
    member = make_member("章程", district.there)
    changed(member, branch=district.here)
    told = ("所在团支部", "（不在您可查看的范围内）", "柳林社区团支部")
    assert changes(district.cadre, "member", member)[0] == ("~", [told])
    assert changes(district.office, "member", member)[0] == (
        "~",
        [("所在团支部", "槐荫社区团支部", "柳林社区团支部")],
    )


def test_a_move_in_the_tree_is_told_by_the_organisations_above(district):
    old = make_organisation("东片团总支", district.root)
    branch = make_organisation("新桥社区团支部", old)
    target = Organisation.objects.get(pk=district.here.pk)
    Organisation.objects.get(pk=branch.pk).move_below(target)
    assert changes(district.office, "organisation", branch)[0] == (
        "~",
        [("上级组织", "东片团总支", "柳林社区团支部")],
    )
    told = ("上级组织", "（不在您可查看的范围内）", "柳林社区团支部")
    assert changes(district.cadre, "organisation", branch)[0] == ("~", [told])


def test_what_was_before_the_first_known_state_is_not_guessed(district):
    unit = make_unit()
    unit.history.all().delete()
    changed(unit, youths=3)
    assert "此前的内容没有修改记录" in page(district.office, "record_history", "unit", unit.pk)
    unit.history.all().delete()
    assert "还没有修改记录" in page(district.office, "record_history", "unit", unit.pk)


def test_a_foreign_and_an_absent_record_look_the_same(district):
    foreign = make_member(branch=district.there)
    for kind, pk in [
        ("member", foreign.pk),
        ("member", 10**17),
        ("user", 1),
        ("role", 1),
        ("nothing", 1),
        ("activity_type", 1),
        ("assisted_youth", make_assisted_youth(district.here).pk),
        ("target", 1),
        ("historical_member", 1),
    ]:
        assert status(district.cadre, "record_history", kind, pk) == 404
        assert district.cadre.post(reverse("record_revert", args=[kind, pk]), {}).status_code == 404
    assert status(district.office, "record_history", "member", foreign.pk) == 200


def test_a_person_known_only_from_a_sign_in_has_no_history_for_the_reader(district):
    person = make_person("路人")
    make_activity(district.here).sign_ins.create(person=person)
    assert status(district.cadre, "person_detail", person.pk) == 200
    assert status(district.cadre, "record_history", "person", person.pk) == 404


def test_only_those_who_open_a_record_open_its_history(district):
    member = make_member(branch=district.here)
    opening = {Role.Kind.STAFF, Role.Kind.CADRE}
    for kind in Role.Kind:
        browser = browser_of(make_user(kind.label, district.root, kind))
        assert status(browser, "record_history", "member", member.pk) == (200 if kind in opening else 404)


def test_reading_a_case_files_history_is_noted(district):
    youth = make_assisted_youth(district.here)
    make_grant(district.staff, youth.person)
    page(district.office, "record_history", "assisted_youth", youth.pk)
    page(district.office, "record_history", "organisation", district.here.pk)
    seen = AccessEntry.objects.values_list("action", "subject", "detail")
    assert list(seen) == [("case_view", f"assistance.assistedyouth:{youth.pk}", "修改记录")]


def test_a_case_files_history_that_cannot_be_noted_is_not_shown(district, broken_log):
    youth = make_assisted_youth(district.here, school="希望小学")
    make_grant(district.staff, youth.person)
    response = district.office.get(reverse("record_history", args=["assisted_youth", youth.pk]))
    assert (response.status_code, "希望小学" in response.content.decode()) == (503, False)


def test_detail_pages_lead_to_the_history(district):
    member = make_member(branch=district.here)
    address = reverse("record_history", args=["member", member.pk])
    assert f'href="{address}"' in page(district.cadre, "member_detail", member.pk)
    person = reverse("record_history", args=["person", member.person.pk])
    assert f'href="{person}"' not in page(district.office, "organisation_detail", district.here.pk)
    here = reverse("record_history", args=["organisation", district.here.pk])
    assert f'href="{here}"' in page(district.office, "organisation_detail", district.here.pk)


def test_queries_do_not_grow_with_changes(district):
    cadre = make_person("陆远")
    make_post(person=cadre, organisation=district.here)
    made = [make_link(cadre, f"青年{number}") for number in range(12)]
    contact = make_contact(cadre, made[:1])
    few = queries(district.office, "record_history", "contact", contact.pk)
    for number in range(1, 12):
        contact.links.set(made[:number])
        changed(contact, content=f"{number}", cadre=cadre)
    assert queries(district.office, "record_history", "contact", contact.pk) <= few + 1  # the row before the page's


@pytest.mark.parametrize("asked", ["0", "-1", "x", "9" * 40])
def test_a_page_that_is_not_there_is_the_nearest_one(district, asked):
    unit = make_unit()
    for number in range(25):
        changed(unit, youths=number)
    assert len(changes(district.office, "unit", unit)) == 20
    assert "第 2 / 2 页" in page(district.office, "record_history", "unit", unit.pk, page="2")
    page(district.office, "record_history", "unit", unit.pk, page=asked)


def test_a_field_is_set_back_by_itself_and_that_is_a_change_too(district):
    unit = make_unit("清和科技")
    changed(unit, name="清和软件", youths=9)
    response = revert(district.office, "unit", unit, "name")
    assert said(response) == ["已把单位名称恢复为“清和科技”。"]
    unit.refresh_from_db()
    assert (unit.name, unit.youths) == ("清和科技", 9)
    row = unit.history.first()
    assert (row.history_change_reason, str(row.history_user), row.history_type) == ("恢复", "林知秋", "~")
    assert unit.search_text.startswith("清和科技")


def test_the_button_stands_where_it_can_work(district):
    unit = make_unit("清和科技")
    changed(unit, youths=1)
    changed(unit, youths=2)
    changed(unit, contact_phone="01088886666")
    response = district.office.get(reverse("record_history", args=["unit", unit.pk]))
    offered = [[one.can_revert for one in step.changes] for step in response.context["steps"]]
    assert offered == [[False], [True], [False], [False] * 3]


def test_what_somebody_changed_since_is_not_overwritten(district):
    unit = make_unit("清和科技")
    row = changed(unit, youths=5).history.first()
    changed(unit, youths=7)
    response = revert(district.office, "unit", unit, "youths", row)
    assert said(response) == [
        "没有恢复青年数。这一项之后又被修改过，不再是这次修改的结果。请核对最新内容，需要时在修改页面直接填写。"
    ]
    unit.refresh_from_db()
    assert unit.youths == 7


def test_the_records_rules_hold(district):
    unit = make_unit("清和科技", youths=30)
    changed(unit, youths=5)
    changed(unit, employees=10)
    row = unit.history.all()[1]
    response = revert(district.office, "unit", unit, "youths", row)
    assert said(response) == ["没有恢复青年数。应为：不多于职工总数（10）。请核对两个人数。"]
    make_unit("旧名")
    taken = changed(make_unit("旧名二"), name="新名")
    Unit.objects.filter(name="旧名").update(name="旧名二")
    assert said(revert(district.office, "unit", taken, "name")) == [
        "没有恢复单位名称。这一单位名称已被使用，请核对后改正。"
    ]
    unit.refresh_from_db()
    assert unit.youths == 5


def test_nothing_is_set_back_out_of_reach(district):
    foreign = changed(make_member(branch=district.there), remark="改")
    assert revert(district.cadre, "member", foreign, "remark").status_code == 404
    came = changed(make_member("韩笑", district.there), branch=district.here)
    assert revert(district.cadre, "member", came, "branch").status_code == 404
    hub_like = changed(Organisation.objects.get(pk=district.here.pk), address="新址")
    assert revert(district.cadre, "organisation", hub_like, "address").status_code == 404
    assert Member.objects.get(pk=came.pk).branch == district.here
    assert Member.objects.get(pk=foreign.pk).remark == "改"
    assert Organisation.objects.get(pk=district.here.pk).address == "新址"


@pytest.mark.parametrize(
    ("name", "value"),
    [("branch", None), ("status", "lost"), ("intake_on", date(2016, 3, 1)), ("joined_league_on", date(2015, 5, 1))],
)
def test_what_an_act_with_rules_of_its_own_changes_is_not_set_back(district, name, value):
    member = changed(make_member(branch=district.here), **{name: value or district.there})
    for client in (district.office, district.cadre):
        assert revert(client, "member", member, name).status_code == 404


def test_hidden_and_derived_fields_are_not_set_back(district):
    member = changed(make_member(branch=district.here), wechat="a")
    changed(member.person, mobile="13800138000")
    assert revert(district.office, "member", member, "wechat").status_code == 404
    assert revert(district.office, "person", member.person, "mobile").status_code == 404
    unit = changed(make_unit("清和科技"), name="清和软件")
    for name in ("id", "search_text", "pk", "nothing", "history", ""):
        assert revert(district.office, "unit", unit, name).status_code == 404
    organisation = Organisation.objects.get(pk=district.here.pk)
    organisation.save()
    for name in ("path", "depth", "numchild"):
        assert revert(district.office, "organisation", organisation, name).status_code == 404


@pytest.mark.parametrize("change", ["", "0", "-1", "x", "1.5", "9" * 30, "１", "\0"])
def test_a_change_that_is_none_of_the_records_is_not_found(district, change):
    unit = changed(make_unit("清和科技"), youths=3)
    other = changed(make_unit("清和软件"), youths=4)
    address = reverse("record_revert", args=["unit", unit.pk])
    assert district.office.post(address, {"change": change, "field": "youths"}).status_code == 404
    stranger = {"change": other.history.first().history_id, "field": "youths"}
    assert district.office.post(address, stranger).status_code == 404
    first = {"change": unit.history.last().history_id, "field": "youths"}
    assert district.office.post(address, first).status_code == 404
    assert district.office.get(address).status_code == 405


def test_what_only_the_database_needs_is_not_told(district):
    person = make_person("章程", identity_number="110105199805040020")
    make_member(branch=district.here, person=person)
    changed(person, identity_number="110105199805040047")
    told = {label for _, fields in changes(district.office, "person", person) for label, _, _ in fields}
    assert told == {"姓名", "身份证号"}
