"""Lists of platforms compared with the register: what is found, remembered, decided and noted as entered."""

from datetime import date
from io import BytesIO
from random import Random

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from reports.models import PlatformEntry, Reconciliation, ReconciliationRow
from reports.platforms.actions import enter
from reports.platforms.comparing import means_same
from reports.platforms.states import entry_states, records_to_enter
from tests.factories import make_activity, make_member, make_person, make_platform_layout, minor_birth_date
from tests.made_once import made_once
from tests.pages import page, queries, send, two_branches
from yl_district.spreadsheets.workbooks import Heading, write_workbook

HEADINGS = ["姓名", "身份证号码", "联系电话", "工作单位"]
COLUMNS = "姓名\n身份证号码＝身份证号\n联系电话＝手机号码\n工作单位"


def number_of(place):
    """A valid identity number, another one for each place."""
    head = f"110101{1970 + place % 30}0307{place:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(head, weights, strict=True))
    return head + "10X98765432"[total % 11]


@made_once
def district():
    district = two_branches()
    district.layout = make_platform_layout(columns=COLUMNS)
    district.members = [member(district, f"团员{'甲乙丙丁戊己庚辛'[place]}", place) for place in range(8)]
    return district


def member(district, name, place, **fields):
    told = {"identity_number": number_of(place), "mobile": f"138001380{place:02d}"} | fields
    return make_member(branch=district.here, person=make_person(name, **told), employer=f"第{place}单位")


def row_of(member):
    person = member.person
    return [person.name, person.identity_number, person.mobile, member.employer]


def file_of(rows, headings=HEADINGS, above=()):
    """A list as a workbook, the headings below some lines."""
    stream = BytesIO()
    first, *rest = [*above, headings, *rows]
    write_workbook(stream, [("名单", [Heading(cell) for cell in first], rest)])
    return SimpleUploadedFile("名单.xlsx", stream.getvalue())


def compare(district, rows, **options):
    """The comparison of a list that is sent to the page."""
    send(district.office, "reconciliation_create", district.layout.pk, file=file_of(rows, **options))
    return Reconciliation.objects.latest("pk")


def told(reconciliation):
    """(kind, name, heading, is new) of each difference."""
    rows = ReconciliationRow.objects.found_in(reconciliation)
    return sorted((row.get_kind_display(), row.name, row.heading, row.is_new) for row in rows)


def states(district):
    records = records_to_enter(district.layout, district.staff, timezone.localdate())
    return {one.owner.name: one.state.label for one in entry_states(district.layout, records, district.staff)}


@pytest.mark.parametrize("lot", [1, pytest.param(2, marks=pytest.mark.full), pytest.param(3, marks=pytest.mark.full)])
def test_generated_lists_are_told_exactly_whatever_their_order(district, lot):
    chance = Random(lot)
    for place in range(8, 40):
        member(district, f"青年{place}", place)
    everybody = list(records_to_enter(district.layout, district.staff, timezone.localdate()))
    chance.shuffle(everybody)
    dropped, altered, same = everybody[:9], everybody[9:20], everybody[20:]
    rows = [row_of(one) for one in same]
    expected = [("仅在本台账", one.person.name, "", True) for one in dropped]
    for one in altered:
        row = row_of(one)
        place = chance.randrange(1, 4) if row[1] else 3
        row[place] = {1: number_of(chance.randrange(500, 900)), 2: "13911112222", 3: "别的单位"}[place]
        rows.append(row)
        expected.append(("逐项不一致", one.person.name, HEADINGS[place], True))
    for number in range(5):
        rows.append([f"外人{number}", number_of(900 + number), f"137001370{number:02d}", ""])
        expected.append(("仅在平台", f"外人{number}", "", True))
    chance.shuffle(rows)
    order = chance.sample(range(4), 4)
    found = compare(
        district,
        [[row[place] for place in order] for row in rows],
        headings=[HEADINGS[place] for place in order],
        above=[["某平台团员名单", "", "", ""], ["导出时间：今天", "", "", ""]],
    )
    assert told(found) == sorted(expected)
    assert (found.listed_count, found.same_count) == (len(rows), len(same))
    chance.shuffle(rows)
    again = compare(district, rows)
    assert told(again) == sorted((*one[:3], False) for one in expected)


def test_decisions_are_remembered_and_the_next_list_shows_what_is_new(district):
    rows = [row_of(one) for one in district.members]
    rows[0][3] = "旧单位"
    first = compare(district, [*rows[:-1], ["外人", "", "13711112222", ""]])
    marks = {row.name: row.mark for row in first.rows.all()}
    send(
        district.office, "reconciliation_detail", first.pk, rows=[marks["团员甲"], marks["外人"]], decision="to_delete"
    )
    second = compare(district, [*rows, ["外人", "", "13711112222", ""], ["来客", "", "13711113333", ""]])
    assert told(second) == [
        ("仅在平台", "外人", "", False),
        ("仅在平台", "来客", "", True),
        ("逐项不一致", "团员甲", "工作单位", False),
    ]
    decided = ReconciliationRow.objects.decided()
    assert {(row.name, row.get_decision_display(), row.decided_by) for row in decided} == {
        ("团员甲", "平台上应删除", district.staff),
        ("外人", "平台上应删除", district.staff),
    }
    third = compare(district, rows)
    assert told(third) == [("逐项不一致", "团员甲", "工作单位", False)]
    # Nothing but decision and digest is left of what is gone.
    gone = ReconciliationRow.objects.get(reconciliation=None)
    assert (gone.decision, gone.name, gone.ours, gone.theirs) == ("to_delete", "", "", "")
    fourth = compare(district, [*rows, ["外人", "", "13711112222", ""]])
    assert ("仅在平台", "外人", "", False) in told(fourth)
    assert fourth.rows.get(kind="only_there").decision == "to_delete"


def test_whoever_decides_second_is_told_and_ticks_stay(district):
    found = compare(district, [row_of(one) for one in district.members[1:]])
    row = found.rows.get()
    mark = row.mark
    row.decide("noted", district.branch_cadre)
    answer = district.office.post(
        reverse("reconciliation_detail", args=[found.pk]), {"rows": [mark], "decision": "ours"}
    )
    assert "有的刚由他人处理" in answer.content.decode()
    assert found.rows.get().decision == "noted"
    answer = district.office.post(reverse("reconciliation_detail", args=[found.pk]), {"decision": "ours"})
    assert "请先勾选要处理的差异" in answer.content.decode()
    row.refresh_from_db()
    answer = district.office.post(reverse("reconciliation_detail", args=[found.pk]), {"rows": [row.mark]})
    assert "checked" in answer.content.decode() and "请选择决定" in answer.content.decode()


def test_what_the_platform_has_is_noted_as_entered_with_what_it_says(district):
    rows = [row_of(one) for one in district.members[:3]]
    rows[1][3] = "旧单位"
    found = compare(district, rows)
    assert "平台上已有、本台账没有登记录入或内容不同的 3 条" in page(district.office, "reconciliation_detail", found.pk)
    send(district.office, "platform_batch_enter", found.batch_id, entered_on="2017-11-20")
    assert {name: state for name, state in states(district).items() if state != "未录入"} == {
        "团员甲": "已录入",
        "团员乙": "录入后有变更",
        "团员丙": "已录入",
    }
    assert PlatformEntry.objects.filter(entered_on=date(2017, 11, 20)).count() == 3
    again = compare(district, rows)
    assert again.batch is None
    send(district.office, "platform_batch_undo", found.batch_id)
    assert not PlatformEntry.objects.exists()


def test_namesakes_are_told_apart_by_number_and_phone_and_else_by_nobody(district):
    first = member(district, "秦朗", 20)
    second = member(district, "秦朗", 21, identity_number=None)
    without = member(district, "秦朗", 22, identity_number=None, mobile="")
    by_number, by_phone = row_of(first), row_of(second)
    found = compare(district, [by_number, by_phone, ["秦朗", "", "", "某单位"]])
    unclear = found.rows.get(kind="unclear")
    assert unclear.ours == "本台账有 3 条同名，不能确定是哪一条"
    names = [row.name for row in found.rows.filter(kind="only_here")]
    assert "秦朗" not in names and found.same_count == 2
    assert without.person_id not in found.rows.values_list("record_key", flat=True)


def test_another_number_under_the_same_name_is_not_taken_for_the_same(district):
    row = row_of(district.members[0])
    row[1], row[2] = number_of(700), "13911112222"
    found = compare(district, [row, *(row_of(one) for one in district.members[1:])])
    assert told(found) == [("不能确定是谁", "团员甲", "", True)]


def test_a_row_that_is_there_twice_is_told(district):
    rows = [row_of(one) for one in district.members]
    found = compare(district, [*rows, rows[0]])
    assert [(row.name, row.ours) for row in found.rows.all()] == [("团员甲", "名单中已有另一行是这条记录")]


def test_activities_of_one_name_are_told_apart_by_their_day(district):
    layout = make_platform_layout(subject="activity", columns="活动名称\n日期\n地点")
    for month in (3, 4):
        make_activity(district.here, "健步走", held_on=date(2017, month, 8), venue="公园")
    rows = [["健步走", "2017年4月8日", "公园"], ["健步走", "2017/3/8", "广场"]]
    send(
        district.office,
        "reconciliation_create",
        layout.pk,
        file=file_of(rows, headings=["活动名称", "日期", "地点"]),
    )
    found = Reconciliation.objects.latest("pk")
    assert [(row.heading, row.ours, row.theirs) for row in found.rows.all()] == [("地点", "公园", "广场")]


@pytest.mark.parametrize(
    ("label", "ours", "theirs", "expected"),
    [
        ("手机号码", "13800138001", "+86 138-0013-8001", True),
        ("手机号码", "13800138001", "138****8001", True),
        ("手机号码", "13800138001", "138****8002", False),
        ("身份证号", "11010519491231002X", "11010519491231002x", True),
        ("入团年月", "2017-05", "2017年5月", True),
        ("成立日期", "2017-05-04", "2017.5", True),
        ("成立日期", "2017-05-04", "2017.6", False),
        ("成立日期", "2017-05-04", "20170504", True),
        ("民族", "汉", "汉族", True),
        ("工作单位", "", "某单位", False),
        ("工作单位", "某 单位", "某单位", True),
        ("工作单位", "某单位", "", False),
    ],
)
def test_values_mean_the_same_however_they_are_written(label, ours, theirs, expected):
    assert means_same(label, ours, theirs) is expected


def test_numbers_and_minors_are_kept_masked(district):
    minor = member(district, "安小宁", 30, identity_number=None, birth_date=minor_birth_date())
    rows = [row_of(one) for one in [*district.members, minor]]
    rows[0][2], rows[-1][3] = "13911112222", "某学校"
    found = compare(district, [*rows, ["外人", number_of(800), "13711112222", ""]])
    text = page(district.office, "reconciliation_detail", found.pk)
    assert "138****8000" in text and "139****2222" in text and "安**" in text
    assert not {"安小宁", "13911112222", "13711112222", number_of(800)} & {
        each for each in ("安小宁", "13911112222", "13711112222", number_of(800)) if each in text
    }


def test_a_list_without_the_headings_is_refused_with_what_was_expected(district):
    make_platform_layout("团青之家", "organisation", "组织名称\n组织类别")
    for headings, rows, words in [
        (["单位", "金额"], [["甲", "1"]], "没有找到这样的表头"),
        (["姓名", "职务"], [["甲", "书记"]], "只找到 1 栏，缺少：身份证号码、联系电话、工作单位"),
        (["组织名称", "组织类别"], [["甲", "团支部"]], "这份名单更像“团青之家 团组织”的名单"),
        (HEADINGS, [], "表头下面没有内容"),
    ]:
        answer = district.office.post(
            reverse("reconciliation_create", args=[district.layout.pk]), {"file": file_of(rows, headings=headings)}
        )
        assert answer.status_code == 200
        assert words in answer.content.decode()
    for content, words in [(b"", "空文件"), (b"%PDF-1.4", "不是表格的文件")]:
        file = SimpleUploadedFile("名单.xlsx", content)
        answer = district.office.post(reverse("reconciliation_create", args=[district.layout.pk]), {"file": file})
        assert words in answer.content.decode()
    assert not Reconciliation.objects.exists()


def test_no_list_of_assisted_youths_is_read(district):
    layout = make_platform_layout("助跑", "assisted_youth", "姓名")
    answer = district.office.post(reverse("reconciliation_create", args=[layout.pk]), {"file": file_of([])})
    assert answer.status_code == 404


def test_the_page_asks_as_many_queries_for_many_as_for_few(district):
    few = compare(district, [row_of(one) for one in district.members[1:]])
    number = queries(district.office, "reconciliation_detail", few.pk)
    strangers = [[f"外人{place}", "", "", ""] for place in range(30)]
    many = compare(district, [*strangers, *(row_of(one) for one in district.members[1:])])
    assert queries(district.office, "reconciliation_detail", many.pk) == number


def test_what_is_noted_of_a_list_keeps_what_is_entered_already(district):
    rows = [row_of(one) for one in district.members]
    found = compare(district, rows)
    assert enter(found.batch, date(2017, 11, 20)) == (8, 0, 0, 0)
