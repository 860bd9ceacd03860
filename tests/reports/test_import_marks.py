"""Exports imported again by their marks, masked or not; marks that are wrong, stale or forged."""

import io
from datetime import timedelta

import pytest
from django.utils import timezone

from activities.models import Activity, SignIn
from members.models import Member, Person
from outreach.models import Contact
from reports.ledger.kinds import KINDS
from reports.models import PlatformEntry, Target
from tests.factories import (
    make_activity,
    make_assisted_youth,
    make_contact,
    make_hub,
    make_link,
    make_member,
    make_person,
    make_post,
    make_unit,
    make_user,
    make_volunteer,
    minor_birth_date,
)
from tests.made_once import made_once
from tests.reports.test_import_undo import full_district
from tests.rosters import (
    BRANCH,
    OTHER_BRANCH,
    make_branches,
    member_row,
    member_rows,
    problems,
    records,
    take,
    tally,
    written,
)
from yl_district.importing.kinds import noted_book
from yl_district.pages.list_exports import MARK_HEADING, marked_rows, write_list
from yl_district.sheets.columns import Book
from yl_district.sheets.export_marks import HEADING, mark
from yl_district.spreadsheets.workbooks import read_workbook
from youthhubs.models import Hub

pytestmark = pytest.mark.django_db


@made_once
def branches():
    return make_branches()


def exported(kind, format, masks=False):
    """A list as a page exports it."""
    book = noted_book(Book(timezone.localdate(), masks=masks, with_cases=not masks))
    resource, stream = KINDS[kind].resource(book), io.BytesIO()
    rows = resource._meta.model.objects.order_by("-pk")
    headings = [*(item.heading for item in resource.columns), MARK_HEADING]
    write_list(
        stream, format, resource.sheet, headings, marked_rows(resource, rows, timezone.now() + timedelta(seconds=1))
    )
    return stream.getvalue()


def add_whom_masked_names_do_not_tell(branches):
    """A minor in every capacity, and namesakes of a cadre, of linked youths and of a volunteer."""
    child = make_person("小苗", gender="F", birth_date=minor_birth_date(), mobile="13900000009")
    make_member(branch=branches[BRANCH], person=child)
    make_volunteer(Hub.objects.first(), person=child)
    SignIn.objects.create(activity=Activity.objects.first(), person=child)
    cadre = Person.objects.get(name="陆远")
    links = [make_link(cadre, youth=child), make_link(cadre, youth=make_person("秦朗", mobile="13900000010"))]
    make_contact(cadre, links, content="小苗与另一位秦朗")
    other = make_post("陆远", branches[OTHER_BRANCH]).person
    make_contact(other, [make_link(other, "秦朗")], content="另一位陆远")
    make_volunteer(None, person=make_person("顾清", mobile="13900000011"))
    for subject in ("member", "linked_youth", "volunteer"):
        PlatformEntry.objects.create(platform="北京共青团", subject=subject, person=child, entered_on=child.birth_date)
    PlatformEntry.objects.create(platform="北京共青团", subject="cadre", person=other, entered_on=child.birth_date)


@pytest.mark.cpu(4)
@pytest.mark.parametrize(
    ("format", "masks"),
    [
        ("xlsx", False),
        pytest.param("csv", True, marks=pytest.mark.full),
        pytest.param("csv", False, marks=pytest.mark.full),
        pytest.param("xlsx", True, marks=pytest.mark.full),
    ],
)
def test_what_is_exported_is_the_same_when_it_comes_back(branches, format, masks):
    full_district(branches)
    add_whom_masked_names_do_not_tell(branches)
    written(
        "signins",
        [
            {"活动名称": "春季健步走", "日期": "2017-04-08", "姓名": f"来宾{n}", "手机号码": f"1390000000{n}"}
            for n in range(3)
        ],
    )
    before, differing = records(), {}
    for kind in KINDS:
        found = take(kind, exported(kind, format, masks), name=f"名单.{format}")
        if set(tally(found.batch)) != {"same"} or found.errors or found.unknown:
            differing[kind] = tally(found.batch), found.errors, found.unknown
    assert differing == {}
    assert records() == before


@pytest.mark.cpu(6)
def test_a_thousand_members_come_back_without_difference(branches, promises):
    written("members", member_rows(1000))
    before = records()
    for format in ("xlsx", "csv"):
        found = take("members", exported("members", format), name=f"名单.{format}")
        assert tally(found.batch) == {"same": 1000}
    assert records() == before
    rows = read_workbook(exported("members", "xlsx"))[0].rows
    names = {row[0] for row in rows[1:]}
    promises.add("C4", names=len(names))
    assert {"阿依古丽·买买提", "Anna Li"} <= names


def row_of(member, **cells):
    """A member's row as a masked export has it, with what somebody wrote over it."""
    resource = KINDS["members"].resource(noted_book(Book(timezone.localdate(), masks=True, with_cases=False)))
    row = dict(zip(resource.fields, resource.export_row(member), strict=True))
    return row | {HEADING: mark(member, timezone.now() + timedelta(seconds=1))} | cells


@made_once
def member(branches):
    written("members", [member_row(1), member_row(2)])
    return Member.objects.get(remark="第1号")


def test_a_masked_number_that_is_not_the_records_is_refused(member):
    digits = "请对照身份证原件改正"
    assert problems(take("members", [row_of(member, 身份证号="110105********4321")])) == [
        ("团员", 2, "身份证号", "110105********4321", "18 位居民身份证号（前 17 位为数字，末位为数字或 X）", digits)
    ]
    (problem,) = problems(take("members", [row_of(member, 手机号码="139****0000")]))
    assert problem[2:4] == ("手机号码", "139****0000")


def test_a_masked_number_without_its_mark_is_refused(member):
    found = take("members", [row_of(member, **{HEADING: None})])
    assert {problem[2] for problem in problems(found)} == {"身份证号", "手机号码"}


def test_a_number_written_over_its_mask_is_taken(member):
    found = take("members", [row_of(member, 手机号码="13811112222")])
    assert (tally(found.batch), found.is_written) == ({"changed": 1}, True)
    assert Person.objects.get(pk=member.person_id).mobile == "13811112222"


def test_a_renamed_member_is_known_by_the_mark(member):
    found = take("members", [row_of(member, 姓名="章新名")])
    assert (tally(found.batch), Person.objects.get(pk=member.person_id).name) == ({"changed": 1}, "章新名")


def test_a_row_older_than_its_record_is_warned_of(member):
    Member.history.update(history_date=timezone.now() - timedelta(days=2))
    member.employer = "清河小学"
    member.save()
    old = {HEADING: mark(member, timezone.now() - timedelta(days=1))}
    found = take("members", [row_of(member, 备注="旧内容", **old)], check=True)
    assert (tally(found.batch), len(found.batch.warnings)) == ({"changed": 1}, 1)
    assert found.batch.warnings[0].startswith("有 1 行取自较早的导出")
    assert take("members", [row_of(member, **old)], check=True).batch.warnings == []
    assert take("members", [row_of(member, 备注="新内容")], check=True).batch.warnings == []


def far(key):
    return f"member-{key}@20990101T000000"


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    "forged",
    [
        "",
        "x",
        far(0),
        far(999_999),
        far(10**17),
        f"post-1@{far(1)[-15:]}",
        "member-1",
        "member-1@20991301T000000",
        "member-１@20990101T000000x",
        "=member-1",
    ],
)
def test_a_mark_that_is_none_or_of_another_kind_or_of_nobody_counts_as_no_mark(member, forged):
    assert tally(take("members", [member_row(1, **{HEADING: forged})]).batch) == {"same": 1}
    assert tally(take("members", [member_row(3, **{HEADING: forged})]).batch) == {"new": 1}


def test_a_mark_from_before_its_record_was_there_counts_as_no_mark(member):
    foreign = mark(member, timezone.now() - timedelta(days=1))
    assert tally(take("members", [member_row(2, **{HEADING: foreign})], check=True).batch) == {"same": 1}
    assert tally(take("members", [member_row(3, **{HEADING: foreign})], check=True).batch) == {"new": 1}


def slipped(kind):
    """Two rows of an export, each with the mark of the other one."""
    sheet = read_workbook(exported(kind, "xlsx"))[0].rows
    first, second = [dict(zip(sheet[0], row, strict=False)) for row in sheet[1:3]]
    return [first | {HEADING: second[HEADING]}, second | {HEADING: first[HEADING]}]


OTHERS = {
    "organisations": lambda branches: None,
    "units": lambda branches: [make_unit("甲公司"), make_unit("乙公司")],
    "hubs": lambda branches: [make_hub(branches[BRANCH], name) for name in ("甲汇", "乙汇")],
    "activities": lambda branches: [make_activity(branches[BRANCH], name) for name in ("甲活动", "乙活动")],
    "targets": lambda branches: [
        Target.objects.create(year=year, task="团员", figure="members", value=9) for year in (2016, 2017)
    ],
}


@pytest.mark.sampled(2)
@pytest.mark.parametrize("kind", OTHERS)
def test_marks_that_slipped_to_other_rows_make_no_record_another_one(branches, kind):
    OTHERS[kind](branches)
    before = records()
    found = take(kind, slipped(kind))
    assert (tally(found.batch), found.is_written, records()) == ({"wrong": 2}, False, before)
    assert {problem[2] for problem in problems(found)} == {HEADING}


def test_two_rows_with_the_mark_of_one_record_are_a_repetition(member):
    found = take("members", [row_of(member), row_of(member, 备注="改")])
    assert (tally(found.batch), found.is_written) == ({"same": 1, "duplicate": 1}, False)


def test_what_changes_of_whom_a_contact_reached_is_told_without_minors_names(branches):
    full_district(branches)
    add_whom_masked_names_do_not_tell(branches)
    contact = Contact.objects.get(content="小苗与另一位秦朗")
    row = {"团干部": "陆远", "日期": "2017-05-04", "形式": "电话", "联系青年": "全部"}
    found = take("contacts", [row | {HEADING: mark(contact, timezone.now() + timedelta(seconds=1))}], check=True)
    assert [(one["old"], one["new"]) for one in found.changes] == [("秦朗、小*", "全部")]
    cadre = make_post("程川", branches[BRANCH]).person
    make_link(cadre, youth=Person.objects.get(name="小苗"))
    row |= {"团干部": "程川", "联系青年": "小苗"}
    found = take("contacts", [row | {HEADING: mark(contact, timezone.now() + timedelta(seconds=1))}], check=True)
    assert [(one["old"], one["new"]) for one in found.changes] == [("陆远", "程川"), ("秦朗、小*", "小*")]


def test_names_that_a_masked_list_shows_of_a_contact_tell_nothing_beside_another_cadre(branches):
    full_district(branches)
    add_whom_masked_names_do_not_tell(branches)
    make_post("程川", branches[BRANCH])
    contact = Contact.objects.get(content="小苗与另一位秦朗")
    row = {
        "团干部": "程川",
        "日期": "2017-05-04",
        "形式": "电话",
        "联系青年": "小*、秦朗",
        HEADING: mark(contact, timezone.now()),
    }
    (problem,) = problems(take("contacts", [row]))
    assert problem[2:5] == ("联系青年", "小*、秦朗", "该团干部的联系青年“小*”")


@pytest.mark.parametrize(("subject", "name"), [("团员", "章程"), ("联系青年", "白*"), ("帮扶对象", "白*")])
def test_a_mark_of_an_assisted_youths_entry_counts_as_none_where_case_files_are_closed(branches, subject, name):
    full_district(branches)
    staff, entry = make_user("专干", branches["清河地区团工委"]), PlatformEntry.objects.get(subject="assisted_youth")
    Person.objects.filter(pk=entry.person_id).update(birth_date=minor_birth_date())
    row = {"平台": "青春助跑", "对象": subject, "名称": name, "录入日期": "2017-06-02"}
    bare, marked = [
        take("platform_entries", [row | cells], user=staff, check=True)
        for cells in ({}, {HEADING: mark(entry, timezone.now() + timedelta(seconds=1))})
    ]
    assert (marked.batch.counts, problems(marked)) == (bare.batch.counts, problems(bare))


SLIPPED = "标记属于另一人，各列可能在排序或粘贴时错开：请恢复原来的顺序；确为另一人时清空这一格"


@pytest.mark.parametrize("left_out", [(), ("身份证号",), ("身份证号", "手机号码")])
def test_marks_that_slipped_to_other_rows_make_nobody_somebody_else(member, left_out):
    other, before = Member.objects.get(remark="第2号"), records()
    rows = [
        member_row(number, **{HEADING: mark(one, timezone.now())}, 出生日期=f"1990-02-0{number}", 备注="改")
        for number, one in [(1, other), (2, member)]
    ]
    found = take("members", [{name: cell for name, cell in row.items() if name not in left_out} for row in rows])
    assert (tally(found.batch), found.is_written, records()) == ({"wrong": 2}, False, before)
    assert {problem[2:4] + problem[5:] for problem in problems(found)} == {
        (HEADING, member_row(number)["姓名"], SLIPPED) for number in (1, 2)
    }


def test_a_mark_of_somebody_known_by_a_case_file_alone_tells_and_changes_nothing(branches):
    staff = make_user("专干", branches["清河地区团工委"])
    person = make_person("白露", mobile="13800138000", birth_date=minor_birth_date())
    youth = make_assisted_youth(branches[BRANCH], person=person, school="清河中学")
    before = records()
    forged = [f"{kind}-{youth.pk}@20990101T000000" for kind in ("assisted_youth", "member", "person", "volunteer")]
    row = {"姓名": "白*", "性别": "女", "出生日期": str(person.birth_date), "所在团支部": BRANCH}
    row["手机号码"] = "138****8000"
    found = take("members", [row | {HEADING: one} for one in forged], user=staff)
    assert {problem[2] for problem in problems(found)} == {"姓名", "手机号码"}
    assert not any(secret in str(found.as_dict()) for secret in ("白露", "13800138000", "清河中学"))
    assert records() == before


CORRECTED = {
    "supplies": ("数量", "3"),
    "unit_contacts": ("内容", "回访"),
    "organisations": ("组织名称", "远山团支部"),
    "targets": ("年度", "2018"),
}


@pytest.mark.sampled(2)
@pytest.mark.parametrize("kind", CORRECTED)
def test_a_row_exported_from_another_database_changes_no_record_of_its_key_here(branches, kind):
    full_district(branches)
    resource, (heading, cell) = KINDS[kind].resource(noted_book(Book(timezone.localdate()))), CORRECTED[kind]
    record = resource.rows_for_export(resource._meta.model.objects.all()).last()
    row = dict(zip(resource.fields, resource.export_row(record), strict=True)) | {heading: cell}
    own = mark(record, timezone.now() + timedelta(seconds=1))
    foreign = own[:-6] + ("1" * 6 if own.endswith("0" * 6) else "0" * 6)
    found = [tally(take(kind, [row | {HEADING: one}], check=True).batch) for one in (own, foreign)]
    assert found == [{"changed": 1}, {"new": 1}]
