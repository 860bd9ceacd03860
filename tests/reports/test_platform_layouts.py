"""What is to be entered in outside platforms, taken out as batches, confirmed and undone."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from orgs.models import Role
from reports.models import BOUND_AT_HOME, PlatformBatch, PlatformBatchRow, PlatformEntry, PlatformLayout
from reports.platforms.actions import enter, take_batch_back, take_out
from reports.platforms.states import entry_states, records_to_enter
from tests.factories import (
    make_activity,
    make_assisted_youth,
    make_grant,
    make_link,
    make_member,
    make_person,
    make_platform_layout,
    make_post,
    make_user,
    make_volunteer,
    minor_birth_date,
)
from tests.made_once import made_once
from tests.orgs.sign_in import signed_in_by_code
from tests.pages import page, queries, refused, send, two_branches
from yl_district.audit.models import AccessEntry
from yl_district.spreadsheets.workbooks import read_workbook

DAY = date(2017, 11, 20)


@made_once
def district():
    district = two_branches()
    district.layout = make_platform_layout(columns="姓名\n联系电话＝手机号码\n团组织＝所在团支部")
    district.members = [member(district.here, name, mobile) for name, mobile in NAMES.items()]
    district.members.append(member(district.there, "周远", "13800138004"))
    return district


def member(branch, name, mobile):
    return make_member(branch=branch, person=make_person(name, mobile=mobile))


NAMES = {"秦朗": "13800138001", "白露": "13800138002", "杜衡": "13800138003"}


def states(district, layout=None):
    """{name: state in words} of what the form's records have come to."""
    layout = layout or district.layout
    found = entry_states(layout, records_to_enter(layout, district.staff, timezone.localdate()), district.staff)
    return {one.owner.name: one.state.label for one in found}


def batch_of(district, *names):
    """A batch of members with these names."""
    records = records_to_enter(district.layout, district.staff, timezone.localdate())
    found = entry_states(district.layout, records, district.staff)
    return take_out(district.layout, [one for one in found if one.owner.name in names], district.staff)


def change(person, **values):
    for name, value in values.items():
        setattr(person, name, value)
    person.save()


def test_a_record_is_missing_then_entered_then_changed_then_bound(district):
    assert states(district) == dict.fromkeys([*NAMES, "周远"], "未录入")
    assert enter(batch_of(district, "秦朗", "白露"), DAY) == (2, 0, 0, 0)
    assert states(district) == {"秦朗": "已录入", "白露": "已录入", "杜衡": "未录入", "周远": "未录入"}
    change(district.members[0].person, mobile="13900139000")
    PlatformEntry.objects.filter(person=district.members[1].person).update(bound_on=DAY)
    assert states(district) == {"秦朗": "录入后有变更", "白露": "已绑定", "杜衡": "未录入", "周远": "未录入"}
    assert "联系电话" in page(district.office, "platform_layout_detail", district.layout.pk, state="changed")
    assert enter(batch_of(district, "秦朗"), date(2017, 12, 1)) == (0, 1, 0, 0)
    assert states(district)["秦朗"] == "已录入"
    assert PlatformEntry.objects.get(person=district.members[0].person).entered_on == DAY


def test_what_a_column_that_the_platform_does_not_have_says_is_no_change(district):
    enter(batch_of(district, "秦朗"), DAY)
    district.members[0].education = "bachelor"
    district.members[0].save()
    assert states(district)["秦朗"] == "已录入"


def test_digests_tell_nothing_of_the_values_and_differ_for_the_same_value(district):
    change(district.members[1].person, mobile=NAMES["秦朗"])
    rows = list(batch_of(district, "秦朗", "白露").rows.all())
    assert [set(row.digests) for row in rows] == [{"姓名", "手机号码", "所在团支部"}] * 2
    told = [row.digests["手机号码"] for row in rows]
    assert len({*told}) == 2 and NAMES["秦朗"] not in str(told)


def test_undoing_a_batch_takes_its_entries_back_and_what_was_said_before(district):
    first = batch_of(district, "秦朗")
    enter(first, DAY)
    change(district.members[0].person, mobile="13900139000")
    second = batch_of(district, "秦朗", "杜衡")
    enter(second, date(2017, 12, 1))
    assert states(district) == {"秦朗": "已录入", "白露": "未录入", "杜衡": "已录入", "周远": "未录入"}
    with pytest.raises(ValidationError, match="先撤销后来的一批"):
        take_batch_back(first)
    assert take_batch_back(second) == 1
    assert states(district) == {"秦朗": "录入后有变更", "白露": "未录入", "杜衡": "未录入", "周远": "未录入"}
    assert take_batch_back(first) == 1
    assert not PlatformEntry.objects.exists()


def test_an_entry_changed_since_keeps_its_batch(district):
    batch = batch_of(district, "秦朗", "白露")
    enter(batch, DAY)
    entry = PlatformEntry.objects.get(person=district.members[0].person)
    entry.bound_on = DAY
    entry.save()
    with pytest.raises(ValidationError, match="1 条"):
        take_batch_back(batch)
    assert PlatformEntry.objects.count() == 2


def test_a_batch_that_is_bound_says_so_and_takes_it_back(district):
    enter(batch_of(district, "秦朗"), DAY)
    batch = batch_of(district, "秦朗", "白露")
    send(district.office, "platform_batch_enter", batch.pk, entered_on="2017-11-21", bound_on="2017-11-22")
    assert states(district) == {"秦朗": "已绑定", "白露": "已绑定", "杜衡": "未录入", "周远": "未录入"}
    send(district.office, "platform_batch_undo", batch.pk)
    assert states(district) == {"秦朗": "已录入", "白露": "未录入", "杜衡": "未录入", "周远": "未录入"}
    told = PlatformEntry.history.filter(person=district.members[0].person).order_by("history_id")
    assert [row.bound_on for row in told] == [
        None,
        date(2017, 11, 22),
        None,
    ]


def test_a_binding_that_volunteers_state_themselves_is_refused_for_a_batch(district):
    layout = PlatformLayout.objects.get_or_create(
        platform=BOUND_AT_HOME, subject="volunteer", defaults={"columns": "姓名"}
    )[0]
    make_volunteer(name="单志")
    found = entry_states(layout, records_to_enter(layout, district.staff, DAY), district.staff)
    batch = take_out(layout, found, district.staff)
    told = refused(district.office, "platform_batch_enter", batch.pk, entered_on="2017-11-21", bound_on="2017-11-22")
    assert "登记在志愿者的记录上" in str(told["bound_on"])
    send(district.office, "platform_batch_enter", batch.pk, entered_on="2017-11-21", bound_on="")
    assert states(district, layout) == {"单志": "已录入"}


def test_whoever_comes_second_is_told_and_nothing_is_doubled(district):
    mine, theirs = batch_of(district, "秦朗", "白露"), batch_of(district, "秦朗")
    enter(theirs, DAY)
    answer = send(district.office, "platform_batch_enter", mine.pk, entered_on="2017-12-01")
    assert "其中 1 条已由他人登记录入" in answer.content.decode()
    assert {one.entered_on for one in PlatformEntry.objects.all()} == {DAY, date(2017, 12, 1)}
    assert PlatformEntry.objects.count() == 2
    told = refused(district.office, "platform_batch_enter", mine.pk, entered_on="2017-12-02")
    assert "没有确认录入" in str(told)


def test_records_deleted_since_they_were_taken_out_are_told(district):
    batch = batch_of(district, "秦朗", "白露")
    batch.rows.filter(record_key=district.members[0].person_id).update(record_key=2**40)
    answer = send(district.office, "platform_batch_enter", batch.pk, entered_on="2017-12-01")
    assert "其中 1 条记录已被删除或合并" in answer.content.decode()


def taken(district, **query):
    """The rows of the file that is handed out for a reason."""
    address = reverse("platform_records_full_export", args=[district.layout.pk], query=query)
    [sheet] = read_workbook(signed_in_by_code(district.staff).post(address, {"reason": "汇总报送"}).content)
    return sheet.rows


def test_the_file_has_the_platforms_columns_in_its_order_and_makes_a_batch(district):
    enter(batch_of(district, "杜衡"), DAY)
    rows = taken(district, organisation=district.here.pk)
    assert rows == [
        ["姓名", "联系电话", "团组织"],
        ["白露", "13800138002", "柳林社区团支部"],
        ["秦朗", "13800138001", "柳林社区团支部"],
    ]
    line = AccessEntry.objects.filter(action="export").first()
    assert "平台录入 团青之家 团员；2 条；xlsx" in line.detail and "汇总报送" in line.detail
    batch = PlatformBatch.objects.get(state="taken_out")
    change(district.members[0].person, mobile="13900139000")
    assert "我已录入平台" in page(district.office, "platform_layout_detail", district.layout.pk)
    send(district.office, "platform_batch_enter", batch.pk, entered_on="2017-12-01")
    assert states(district) == {"秦朗": "录入后有变更", "白露": "已录入", "杜衡": "已录入", "周远": "未录入"}
    send(district.office, "platform_batch_undo", batch.pk)
    assert states(district)["白露"] == "未录入"


def test_the_page_counts_the_states_and_narrows_by_organisation(district):
    enter(batch_of(district, "秦朗", "周远"), DAY)
    address = reverse("platform_layout_detail", args=[district.layout.pk])
    whole = district.office.get(address)
    assert [one["number"] for one in whole.context["counts"]] == [2, 0, 2, 0]
    here = district.office.get(address, {"organisation": district.here.pk, "state": "missing"})
    assert [one["number"] for one in here.context["counts"]] == [2, 0, 1, 0]
    assert [row.owner.name for row in here.context["page"]] == ["白露", "杜衡"]


def test_the_page_asks_as_many_queries_for_many_as_for_few(district):
    enter(batch_of(district, "秦朗"), DAY)
    few = queries(district.office, "platform_layout_detail", district.layout.pk)
    enter(batch_of(district, *NAMES), DAY)
    for number in range(20):
        make_member(f"团员{number}", district.here)
    assert queries(district.office, "platform_layout_detail", district.layout.pk) == few


def test_minors_are_masked_on_the_page_and_whole_in_the_file(district):
    change(district.members[0].person, birth_date=minor_birth_date())
    text = page(district.office, "platform_layout_detail", district.layout.pk)
    assert "秦朗" not in text and "秦" in text and NAMES["白露"] not in text
    assert "秦朗" in [row[0] for row in taken(district)]


def test_the_list_of_forms_tells_what_each_lacks_as_its_page_does(district):
    year = timezone.localdate().year
    make_activity(district.here, "植树", held_on=date(year, 1, 1))
    make_activity(district.here, "读书", held_on=date(year - 1, 1, 1))
    make_post("陆远", district.here)
    kinds = {"activity": "活动名称", "cadre": "姓名", "assisted_youth": "姓名"}
    forms = [district.layout, *(make_platform_layout(subject=kind, columns=name) for kind, name in kinds.items())]
    enter(batch_of(district, "秦朗"), DAY)
    assert lacking(district, forms) == ["3", "1", "1", ""]
    shown = [district.office.get(form.get_absolute_url()).context["counts"][0]["number"] for form in forms[:3]]
    assert shown == [3, 1, 1]
    few = queries(district.office, "platform_layout_list")
    make_platform_layout(platform="又一平台", subject="cadre", columns="姓名")
    enter(batch_of(district, *NAMES), DAY)
    assert queries(district.office, "platform_layout_list") == few


def lacking(district, forms):
    """What the list of forms says that each of these lacks."""
    table = district.office.get(reverse("platform_layout_list")).context["table"]
    said = {row.record.pk: row.get_cell("missing") for row in table.rows}
    return [str(said[form.pk]) for form in forms]


@pytest.mark.parametrize("subject", PlatformEntry.Subject.values)
def test_each_kind_of_record_has_its_states(district, subject):
    layout = PlatformLayout(platform="某平台", subject=subject)
    layout.columns = "\n".join(layout.catalogue)
    layout.full_clean()
    layout.save()
    cadre = make_post("陆远", district.here).person
    made = {
        "cadre": lambda: "陆远",
        "linked_youth": lambda: make_link(cadre, "江流").youth.name,
        "volunteer": lambda: make_volunteer(name="单志").person.name,
        "activity": lambda: make_activity(district.here, "植树").name,
        "organisation": lambda: district.here.name,
        "member": lambda: "秦朗",
        "assisted_youth": lambda: None,
    }
    name = made[subject]()
    year = {"year": "2017"} if subject == "activity" else {}
    text = page(district.office, "platform_layout_detail", layout.pk, **year)
    if name is None:
        assert "没有这样的记录" in text
    else:
        assert states(district, layout)[name] == "未录入" and name in text
        found = entry_states(layout, records_to_enter(layout, district.staff, timezone.localdate()), district.staff)
        enter(take_out(layout, found, district.staff), DAY)
        assert states(district, layout)[name] == "已录入"


@pytest.mark.django_db
@pytest.mark.both
def test_assisted_youths_are_listed_to_whoever_may_open_the_case_and_never_leave(district):
    layout = make_platform_layout("助跑", "assisted_youth", "姓名")
    youth = make_assisted_youth(district.here, "安宁")
    assert "安宁" not in page(district.office, "platform_layout_detail", layout.pk)
    holder = make_user("何静", district.root, Role.Kind.STAFF)
    Role.objects.create(user=holder, organisation=district.root, kind=Role.Kind.CASEWORKER)
    make_grant(holder, youth.person)
    client = signed_in_by_code(holder)
    assert "安宁" in page(client, "platform_layout_detail", layout.pk)
    assert AccessEntry.objects.first().action == "case_view"
    assert client.post(reverse("platform_records_full_export", args=[layout.pk])).status_code == 404
    assert not PlatformBatchRow.objects.exists()


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ("姓名\n身高", "第 2 行写作“平台的表头＝本系统的资料”"),
        ("姓名\n电话＝手机号码\n电话＝性别", "请删去多余的“电话”"),
        ("手机号码", "有一栏是“姓名”"),
        ("姓名\n＝手机号码", "第 2 行的表头有 1 至 30 个字"),
    ],
)
def test_wrong_columns_are_refused_in_words(district, columns, words):
    told = refused(district.office, "platform_layout_create", platform="新平台", subject="member", columns=columns)
    assert words in str(told["columns"])


def test_columns_are_put_in_another_order_and_the_same_form_is_refused_twice(district):
    data = {"platform": "新平台", "subject": "member", "columns": " 姓名 \n\n手机=手机号码\n性别＝性别"}
    send(district.office, "platform_layout_create", **data)
    layout = PlatformLayout.objects.get(platform="新平台")
    assert layout.columns == "姓名\n手机＝手机号码\n性别"
    send(district.office, "platform_layout_update", layout.pk, columns="性别\n姓名")
    assert [column.heading for column in PlatformLayout.objects.get(pk=layout.pk).listed_columns] == ["性别", "姓名"]
    assert "已有表格" in str(refused(district.office, "platform_layout_create", **data))
    send(district.office, "platform_layout_delete", layout.pk)
    assert not PlatformLayout.objects.filter(pk=layout.pk).exists()
