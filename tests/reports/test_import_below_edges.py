"""What an import below the root must leave alone at its edges: moved records, visitors, other committees' hubs."""

from datetime import date

import pytest
from django.urls import reverse

from activities.models import Activity
from members.models import Member, Person, Volunteer
from orgs.models import Organisation, Role
from tests.factories import (
    make_activity,
    make_hub,
    make_member,
    make_organisation,
    make_person,
    make_supply,
    make_user,
    make_volunteer,
)
from tests.pages import browser_of
from tests.reports.import_pages import act, commit, counts, opened, text, told
from tests.reports.test_import_below_root import HERE, OURS, THEIRS, THERE, client, district, member, staff, wrong
from tests.reports.test_import_marks import exported
from tests.reports.test_list_round_trip import table
from tests.rosters import identity_number, records, tally
from yl_district.history.tracking import because
from yl_district.importing.proposal import learn_alias

pytestmark = pytest.mark.django_db

__all__ = ["client", "district", "staff"]
BY_OTHERS = "现属于其他单位，须由上级团委机关办理"


@pytest.fixture
def visitor(district):
    """Somebody of another committee who came to an activity of ours; there is another one, 观影."""
    person = make_person("来宾", mobile="13800138000", gender="F", birth_date=date(1998, 5, 4))
    make_member(branch=district[THERE], person=person)
    make_activity(district[HERE], "健步走").sign_ins.create(person=person, capacity="other")
    make_activity(district[HERE], "观影")
    return person


def move_branch():
    """Moves our branch below the other committee."""
    branch = Organisation.objects.get(name=HERE)
    Organisation.objects.move(branch, Organisation.objects.get(name=THEIRS), "last-child")


@pytest.mark.both
def test_the_undo_leaves_records_of_a_branch_that_has_left_the_committee(client, district):
    make_member("顾清", district[HERE], remark="原备注")
    batch = opened(client, [member(), member("顾清", 备注="已核对", 在册起始日期=None)])
    commit(client, batch)
    assert counts(batch) == (1, 1, 0, 0)
    move_branch()
    before = records()
    preview = text(client.get(reverse("import_batch_undo", args=[batch.pk])))
    assert (preview.count(BY_OTHERS), "将撤销 0 条" in preview) == (2, True)
    act(client, "undo", batch)
    assert records() == before
    assert told(client, batch).count(BY_OTHERS) == 2


def test_the_undo_leaves_what_waits_to_be_completed_with_records_that_have_left(client, district):
    make_organisation("杨林社区团支部", district[OURS])
    batch = opened(client, [member(手机号码="010-1"), member("顾清", "杨林社区团支部", 手机号码="010-2")])
    commit(client, batch)
    move_branch()
    act(client, "undo", batch)
    assert [cell.found for cell in batch.awaited.all()] == ["010-1"]
    assert [one.person.name for one in Member.objects.all()] == ["邬安宁"]


def test_the_undo_of_the_districts_staff_reaches_what_has_left_the_committee(client, district):
    batch = opened(client, [member()])
    commit(client, batch)
    move_branch()
    above = browser_of(make_user("区专干", district["望湖地区团工委"]))
    act(above, "undo", batch)
    assert not Member.objects.exists()


@pytest.mark.both
def test_the_undo_leaves_volunteers_of_a_hub_that_has_left_and_takes_back_the_others(client, district):
    hub, other = make_hub(district[HERE], "柳林青年汇"), make_hub(district[HERE], "杨林青年汇")
    row = {"姓名": "韩笑", "手机号码": "13800138002", "志愿者队伍": hub.name}
    batch = opened(client, [row, row | {"姓名": "顾清", "志愿者队伍": other.name}], kind="volunteers")
    commit(client, batch)
    hub.organisation = district[THERE]
    hub.save()
    act(client, "undo", batch)
    assert list(Volunteer.objects.values_list("person__name", flat=True)) == ["韩笑"]
    assert list(Person.objects.values_list("name", flat=True)) == ["韩笑"]


def test_the_undo_does_not_say_who_of_another_committee_has_edited_a_record(client, district):
    batch = opened(client, [member()])
    commit(client, batch)
    one = Member.objects.get()
    one.branch = district[THERE]
    with because("转入", make_user("外街专干", district[THEIRS])):
        one.save()
    assert "外街专干" not in text(client.get(reverse("import_batch_undo", args=[batch.pk])))
    act(client, "undo", batch)
    batch.refresh_from_db()
    assert ("外街专干" in told(client, batch), "外街专干" in str(batch.undone)) == (False, False)


@pytest.mark.in_turn
def test_an_export_as_it_is_changes_nothing_though_it_names_a_hub_of_another_committee(client, district):
    hub, other = make_hub(district[HERE], "柳林青年汇"), make_hub(district[THERE], "槐荫青年汇")
    make_activity(district[HERE], "健步走", hub=other)
    moved = make_volunteer(hub, "韩笑")
    moved.places.update(ended_on=date(2017, 1, 1))
    moved.places.create(hub=other, started_on=date(2017, 1, 1))
    for kind in ("activities", "volunteers"):
        _, rows = table(exported(kind, "xlsx"))
        assert rows[0].get("青年汇", rows[0].get("志愿者队伍")) == "槐荫青年汇"
        assert tally(opened(client, rows, kind=kind)) == {"same": 1}
        assert tally(opened(client, [rows[0] | {"导出标记": None}], kind=kind)) == {"wrong": 1}
    batch = opened(client, [rows[0] | {"单位": "青山公司"}], kind="volunteers")
    assert [found["changes"] for part in batch.parts.all() for found in part.told.values()] == [
        [["单位", "", "青山公司"]]
    ]


def test_an_activity_registered_from_an_import_is_one_of_its_committee(client, district, staff):
    Role.objects.create(user=staff, organisation=district[THEIRS], kind=Role.Kind.STAFF)
    make_hub(district[HERE], "柳林青年汇"), make_hub(district[THERE], "槐荫青年汇")
    make_activity(district[THERE], "健步走")
    rows = [{"活动名称": "健步走", "日期": "2017-04-08", "姓名": "顾清"}]
    batch = opened(client, rows, kind="signins", committee=district[OURS].pk)
    address = reverse("import_batch_activity", args=[batch.pk])
    page = client.get(address)
    fields = page.context["form"].fields
    assert [one.name for one in fields["host"].queryset] == [OURS, HERE]
    assert [one.name for one in fields["hub"].queryset] == ["柳林青年汇"]
    assert page.context["alike"] == []
    said = {"name": "健步走", "held_on": "2017-04-08", "session_count": "1"}
    said |= {"type": Activity.objects.get().type_id, "submission": page.context["form"].submission}
    assert "host" in client.post(address, said | {"host": district[THERE].pk}).context["form"].errors
    assert client.post(address, said | {"host": district[HERE].pk}).status_code == 302
    batch.refresh_from_db()
    assert tally(batch) == {"new": 1}


def test_another_spelling_of_a_visitors_name_is_signed_in_and_not_kept(client, district, visitor):
    visitor.name = "张頔"
    visitor.save()
    row = {"活动名称": "观影", "日期": "2017-04-08", "姓名": "张𬱖", "手机号码": "13800138000"}
    batch = opened(client, [row], kind="signins")
    act(client, "answer", batch, **{"answer-same_person": "same"})
    commit(client, batch)
    visitor.refresh_from_db()
    assert (batch.state, visitor.sign_ins.count(), visitor.other_names) == ("committed", 2, "")


def test_a_visitor_named_without_a_number_is_asked_about_before_becoming_a_volunteer(client, district, visitor):
    hub = make_hub(district[HERE], "柳林青年汇")
    row = {"姓名": "来宾", "志愿者队伍": hub.name}
    batch = opened(client, [row], kind="volunteers")
    [question] = batch.questions
    assert question["kind"] == "same_person"
    act(client, "answer", batch, **{"answer-same_person": "new"})
    commit(client, batch)
    assert Volunteer.objects.get().person != visitor
    assert opened(client, [row | {"姓名": "来宾（13800138000）"}], kind="volunteers").questions == []


@pytest.mark.parametrize("place", [OURS, "望湖地区团工委"])
def test_an_export_with_the_number_of_somebody_else_is_wrong_at_that_cell(district, place):
    make_member(branch=district[THERE], person=make_person("韩笑", identity_number=identity_number(4)))
    make_member("邬安宁", district[HERE])
    client = browser_of(make_user("专干", district[place]))
    _, rows = table(exported("members", "xlsx"))
    [row] = [one for one in rows if one["姓名"] == "邬安宁"]
    column, found, *_ = wrong(client, [row | {"身份证号": identity_number(4)}])
    assert (column, found) == ("身份证号", identity_number(4))
    assert tally(opened(client, [row | {"身份证号": identity_number(6)}])) == {"changed": 1}


def test_a_sign_in_list_of_an_activity_is_imported_for_the_committee_that_keeps_it(client, district, staff):
    Role.objects.create(user=staff, organisation=district[THEIRS], kind=Role.Kind.STAFF)
    activity = make_activity(district[THERE], "健步走")
    form = client.get(reverse("import_batch_create"), {"kind": "signins", "about": activity.pk}).context["form"]
    assert (form["committee"].value(), form.group_name) == (str(district[THEIRS].pk), str(activity))
    batch = opened(client, [{"姓名": "顾清"}], kind="signins", about=activity.pk, committee=form["committee"].value())
    assert batch.organisation == district[THEIRS]


def test_a_transfer_is_proposed_to_the_branch_that_the_committee_has_taught(client, district):
    other = make_organisation("杨林社区团支部", district[OURS])
    one = make_member("邬安宁", district[HERE])
    learn_alias("members", "所在团支部", "杨支", other.name, committee=district[OURS])
    batch = opened(client, [member(branch="杨支", 出生日期="1998-05-04")])
    [row] = client.get(batch.get_absolute_url(), {"show": "elsewhere"}).context["rows"]
    assert (row.member, row.branch) == (one.pk, other.pk)


def test_the_birth_date_of_a_visitor_cannot_be_tried_out(client, district, visitor):
    row = {"活动名称": "观影", "日期": "2017-04-08", "姓名": "来宾"}
    tried = []
    for day in (3, 4, 5):
        number = identity_number(2, date(1998, 5, day))
        batch = opened(client, [row | {"身份证号": number}], kind="signins")
        [found] = batch.parts.get().told.values()
        tried.append((tally(batch), [question["kind"] for question in batch.questions], found["doubt"]["candidates"]))
    assert tried == [({"new": 1}, ["same_person"], [["members.Person", visitor.pk, "姓名相同"]])] * 3
    assert opened(client, [row], kind="signins").questions == []


def test_who_is_assisted_is_not_said_by_staff_below_the_root(client, district, visitor):
    row = {"活动名称": "观影", "日期": "2017-04-08", "姓名": "来宾", "身份": "帮扶对象"}
    column, *_, remedy = wrong(client, [row], "signins")
    assert (column, remedy) == ("身份", "谁是帮扶对象，由上级团委机关登记；请改为“其他”，或清空这一格")
    above = browser_of(make_user("区专干", district["望湖地区团工委"]))
    assert tally(opened(above, [row], kind="signins")) == {"new": 1}


@pytest.mark.both
def test_what_other_committees_register_meanwhile_does_not_outdate_the_check(client, district):
    rows = [{"日期": "2017-05-05", "组织": HERE, "物资": "团旗", "数量": "1"}]
    batch = opened(client, rows, kind="supplies")
    make_supply(district[THERE])
    assert (commit(client, batch).status_code, batch.state) == (302, "committed")
    batch = opened(client, rows * 2, kind="supplies")
    seen = client.get(batch.get_absolute_url()).context["seen"]
    make_supply(district[HERE], issued_on=date(2017, 5, 5))
    act(client, "commit", batch, seen=seen)
    batch.refresh_from_db()
    assert (batch.state, batch.said != "") == ("checked", True)


def test_a_volunteers_place_with_another_committee_is_not_told(client, district):
    hub, other = make_hub(district[HERE], "柳林青年汇"), make_hub(district[THERE], "槐荫青年汇")
    one = make_volunteer(hub, person=make_person("韩笑", mobile="13800138002"))
    one.places.update(ended_on=date(2017, 1, 1))
    one.places.create(hub=other, started_on=date(2017, 1, 1), ended_on=date(2017, 6, 1))
    row = {"姓名": "韩笑", "手机号码": "13800138002", "志愿者队伍": hub.name}
    batch = opened(client, [row | {"入队日期": "2017-07-01"}], kind="volunteers")
    [found] = batch.parts.get().told.values()
    assert found["changes"] == [["志愿者队伍", "", hub.name], ["入队日期", "", "2017-07-01"]]
    expected, remedy = wrong(client, [row | {"入队日期": "2016-12-01"}], "volunteers")[2:]
    assert (expected, remedy) == ("本单位的志愿者队伍", "此人现在的队伍属于其他单位，须由上级团委机关办理")
    one.places.filter(hub=hub).update(started_on=date(2017, 7, 1), ended_on=None)
    expected, remedy = wrong(client, [row | {"入队日期": "2017-05-01"}], "volunteers")[2:]
    assert (expected, remedy) == ("不与其他队伍重叠的日期", "此人这段时间的队伍属于其他单位，须由上级团委机关办理")
