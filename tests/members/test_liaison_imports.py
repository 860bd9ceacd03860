"""Who looks after which organisation, as the ledger's sheets 团组织 and 联系变更 say it."""

from datetime import date

import pytest

from members.models import Liaison, Person, Post
from orgs.models import Organisation
from reports.ledger.kinds import KINDS
from tests.factories import make_liaison, make_person, make_post
from tests.made_once import made_once
from tests.rosters import BRANCH, OTHER_BRANCH, make_branches, take, written
from tests.rosters import tally as tally_of
from tests.workbooks import TODAY, exported, problems, take_in, tally
from yl_district.spreadsheets.workbooks import read_workbook

pytestmark = [pytest.mark.django_db, pytest.mark.in_turn]

ROOT = "清河地区团工委"
NONE_ABOVE = "在上级团组织现任或曾任书记、委员的人"


def organisation(name=BRANCH, liaison=None, **cells):
    row = {"组织名称": name, "组织类别": "团支部", "所属领域": "社区", "上级组织": ROOT, "联系委员": liaison}
    return row | cells


def committee_row(name, title="委员", since="2016-01", **cells):
    return {"姓名": name, "所在组织": ROOT, "职务": title, "任职年月": since} | cells


def span(liaison, begin=None, end=None, name=BRANCH):
    return {"组织名称": name, "联系委员": liaison, "起始日期": begin, "结束日期": end}


HEAD = {"组织名称": ROOT, "组织类别": "团工委", "所属领域": "机关"}
POSTS = [committee_row("严川"), committee_row("方琳", "副书记")]


def spans(name=BRANCH):
    """Who looks after an organisation or did, with the days, the first first."""
    found = Liaison.objects.filter(organisation__name=name).order_by("started_on", "pk")
    rows = found.values_list("person__name", "started_on", "ended_on")
    return sorted(rows, key=lambda row: row[1] or date.min)


@made_once
def branches():
    """Two branches, and a committee of 严川 and 方琳 above them."""
    branches = make_branches()
    for name in ("严川", "方琳"):
        make_post(name, branches[ROOT], title="委员", started_on=date(2016, 1, 1))
    return branches


def test_a_new_organisation_is_looked_after_since_its_beginning_by_somebody_of_the_same_file(db):
    sheets = {"团组织": [HEAD, organisation(liaison="严川")], "团干部": POSTS}
    assert take_in(sheets).errors == []
    assert spans() == [("严川", None, None)]
    assert tally(take_in(sheets)) == {"团组织": (0, 0, 2), "团干部": (0, 0, 2)}
    assert take_in({"团组织": [organisation()]}).changed == 0
    assert spans() == [("严川", None, None)]


def test_another_name_holds_from_the_day_of_the_answer_and_the_same_changes_nothing(branches):
    make_liaison(branches[BRANCH], Person.objects.get(name="严川"))
    rows = [organisation(liaison="方琳"), organisation(OTHER_BRANCH, "方琳")]
    found = take("organisations", rows, check=True)
    (question,) = found.batch.questions
    assert (question["id"], question["rows"]) == ("state_day", [["团组织", [[2, 3]]]])
    answers = [{"id": "state_day", "answer": "2017-05-04"}]
    batch = written("organisations", rows, answers=answers)
    assert tally_of(batch) == {"changed": 2}
    assert spans() == [("严川", None, date(2017, 5, 4)), ("方琳", date(2017, 5, 4), None)]
    assert spans(OTHER_BRANCH) == [("方琳", date(2017, 5, 4), None)]
    assert tally_of(written("organisations", rows)) == {"same": 2}


def test_without_an_answer_another_name_holds_from_today(branches):
    make_liaison(branches[BRANCH], Person.objects.get(name="严川"), date(2016, 3, 1))
    report = take_in({"团组织": [organisation(liaison="方琳")]})
    assert (report.errors, report.changed) == ([], 1)
    assert spans() == [("严川", date(2016, 3, 1), TODAY), ("方琳", TODAY, None)]


def test_a_second_change_on_the_same_day_replaces_the_first(branches):
    for name in ("严川", "方琳"):
        assert take_in({"团组织": [organisation(liaison=name)]}).errors == []
    assert spans() == [("方琳", TODAY, None)]


@pytest.mark.parametrize(
    ("name", "expected", "remedy"),
    [
        ("顾清", NONE_ABOVE, "请核对姓名，或先在《团干部》中登记此人在上级团组织的任职"),
        ("陆远", NONE_ABOVE, "请核对姓名，或先在《团干部》中登记此人在上级团组织的任职"),
        (
            "许衡",
            "能确定为一个人（同名的书记、委员有 2 名）",
            "请在姓名后用括号注明手机号码或所在组织，如 张三（13800138000）",
        ),
        ("韩笑", f"在 {TODAY} 担任上级团组织书记、委员的人", "请核对人选与起始日期，或先在团干部中登记其任职"),
    ],
)
def test_a_name_that_is_no_or_several_committee_members_is_wrong(branches, name, expected, remedy):
    make_person("顾清")
    make_post("陆远", branches[BRANCH])
    for mobile in ("13800138001", "13800138002"):
        make_post(organisation=branches[ROOT], person=make_person("许衡", mobile=mobile), title="委员")
    make_post("韩笑", branches[ROOT], title="委员", ended_on=date(2017, 3, 1))
    assert problems({"团组织": [organisation(liaison=name)]}) == [("团组织", 2, "联系委员", name, expected, remedy)]


def test_a_namesake_is_told_by_the_hint_and_written_with_it(branches):
    for mobile in ("13800138001", "13800138002"):
        make_post(organisation=branches[ROOT], person=make_person("许衡", mobile=mobile), title="委员")
    take_in({"团组织": [organisation(liaison="许衡（13800138002）")]})
    assert Liaison.objects.get().person.mobile == "13800138002"
    assert exported_rows()["团组织"][1]["联系委员"] == "许衡（13800138002）"
    assert take_in(exported()).changed == 0


def test_a_wrong_post_makes_the_name_wrong_that_relies_on_it(db):
    sheets = {"团组织": [HEAD, organisation(liaison="严川")], "团干部": [committee_row("严川", since="没有")]}
    found = [(sheet, row, column, remedy) for sheet, row, column, _, _, remedy in problems(sheets)]
    assert ("团组织", 3, "联系委员", "该名称在《团干部》第 2 行，那一行有误，请先改正那一行") in found


def exported_rows():
    """The rows of each sheet as the system writes it, without empty cells."""
    return {
        sheet.name: [
            {heading: cell for heading, cell in zip(sheet.rows[0], row, strict=False) if cell not in (None, "")}
            for row in sheet.rows[1:]
        ]
        for sheet in read_workbook(exported())
    }


SPANS = [span("严川", None, "2017-03-01"), span("方琳", "2017-03-01")]
WHOLE = {"团组织": [HEAD, organisation(liaison="方琳")], "团干部": POSTS, "联系变更": SPANS}


@pytest.mark.parametrize("rows", [SPANS, SPANS[::-1]])
def test_spans_come_in_with_their_organisation_and_out_again(db, rows):
    assert take_in(WHOLE | {"联系变更": rows}).errors == []
    assert spans() == [("严川", None, date(2017, 3, 1)), ("方琳", date(2017, 3, 1), None)]
    assert tally(take_in(WHOLE))["联系变更"] == (0, 0, 2)
    sheets = exported_rows()
    assert sheets["团组织"][1]["联系委员"] == "方琳"
    assert sheets["联系变更"] == [{key: cell for key, cell in row.items() if cell} for row in SPANS]
    content = exported()
    Liaison.objects.all().delete()
    Post.objects.all().delete()
    Organisation.objects.all().delete()
    assert take_in(content).errors == []
    assert spans() == [("严川", None, date(2017, 3, 1)), ("方琳", date(2017, 3, 1), None)]


def test_a_name_alone_needs_no_sheet_of_spans_and_a_day_does(branches):
    make_liaison(branches[BRANCH], Person.objects.get(name="严川"))
    assert "联系变更" not in exported_rows()
    make_liaison(branches[OTHER_BRANCH], Person.objects.get(name="方琳"), date(2016, 3, 1))
    assert exported_rows()["联系变更"] == [{"组织名称": OTHER_BRANCH, "联系委员": "方琳", "起始日期": "2016-03-01"}]


def test_a_sheet_of_spans_divides_what_always_held(branches):
    make_liaison(branches[BRANCH], Person.objects.get(name="方琳"))
    report = take_in({"联系变更": SPANS})
    assert (report.errors, report.new, report.changed) == ([], 1, 1)
    assert spans() == [("严川", None, date(2017, 3, 1)), ("方琳", date(2017, 3, 1), None)]


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([span("顾清", "2017-01-01")], [("联系变更", 2, "联系委员", NONE_ABOVE)]),
        ([span("严川", "2015-12-31")], [("联系变更", 2, "联系委员", "在 2015-12-31 担任上级团组织书记、委员的人")]),
        ([span("严川", "2017-03-01", "2017-03-01")], [("联系变更", 2, "结束日期", "晚于起始日期（2017-03-01）的日期")]),
        (
            [SPANS[0], span("方琳", "2017-02-28")],
            [
                ("联系变更", 2, "起始日期", "同一时间只有一名联系委员（2017-02-28 至 今 为方琳）"),
                ("联系变更", 3, "起始日期", "同一时间只有一名联系委员（最初 至 2017-03-01 为严川）"),
            ],
        ),
    ],
)
def test_a_span_that_cannot_be_is_refused(branches, rows, found):
    make_person("顾清")
    told = problems({"联系变更": rows})
    assert [(sheet, row, column, expected) for sheet, row, column, _, expected, _ in told] == found


@pytest.mark.parametrize("rows", [SPANS, SPANS[:1]])
def test_a_name_that_the_spans_contradict_is_wrong(branches, rows):
    told = problems({"团组织": [organisation(liaison="严川")], "联系变更": rows})
    assert [(sheet, row, column, expected) for sheet, row, column, _, expected, _ in told] == [
        ("团组织", 2, "联系委员", "《联系变更》中现在的联系委员")
    ]


def test_right_rows_are_written_without_the_wrong_ones(branches):
    rows = [organisation(liaison="顾清"), organisation(OTHER_BRANCH, "方琳")]
    found = take("organisations", rows, only_right=True)
    assert (len(found.errors), found.is_written) == (1, True)
    assert (spans(), len(spans(OTHER_BRANCH))) == ([], 1)


def test_a_name_is_read_from_a_text_file_as_well(branches):
    text = "组织名称,组织类别,所属领域,联系委员\n" + f"{BRANCH},团支部,社区,方琳\n"
    found = take("organisations", text.encode(), "名单.csv")
    assert (found.errors, spans()[0][0]) == ([], "方琳")


def test_the_column_stands_where_it_stood():
    headings = [item.column_name for item in KINDS["organisations"].resource.columns]
    assert headings[headings.index("联系委员") - 1 :][:3] == ["最近换届日期", "联系委员", "联系群类型"]
