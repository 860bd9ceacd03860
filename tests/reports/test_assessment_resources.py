"""The sheet 预防考核: which item a row means, and what the state of the assessment lets it change."""

from decimal import Decimal

import pytest

from reports.models import Assessment, AssessmentItem
from tests.factories import make_assessment, make_assessment_item, make_organisation, make_user
from tests.made_once import made_once
from tests.reports.test_import_undo import undone
from tests.rosters import written
from tests.workbooks import exported_rows, problems, take_in, tally
from yl_district.importing.reversals import KEPT
from yl_district.sheets.export_marks import HEADING

pytestmark = pytest.mark.django_db


@made_once
def root():
    return make_organisation("清河地区团工委")


def row(number=1, content="开展自护教育", points="10", **cells):
    return {"年度": 2017, "组织": "清河地区团工委", "序号": number, "考核内容": content, "分值": points} | cells


def taken(*rows):
    """How many rows were new, changed and the same."""
    return tally(take_in({"预防考核": rows}))["预防考核"]


def wrong(*rows):
    """What is wrong with the rows: column, found, expected, remedy."""
    return [problem[2:] for problem in problems({"预防考核": rows})]


def items():
    """(number, content, points, own points, for how many) of all items."""
    rows = AssessmentItem.objects.order_by("number", "pk")
    return [(one.number, one.content, one.points, one.self_points, one.rated_for) for one in rows]


def test_a_list_begins_the_checklist_and_the_same_list_again_changes_nothing(root):
    rows = [row(), row(2, "举办讲座", "4.5分", 自评分="4", 自评说明="两次", 指标="sessions", 应达到=2)]
    assert (taken(*rows), taken(*rows)) == ((2, 0, 0), (0, 0, 2))
    assert items() == [(1, "开展自护教育", 10, None, None), (2, "举办讲座", Decimal("4.5"), 4, Decimal("4.5"))]
    [assessment] = Assessment.objects.all()
    assert (assessment.organisation, assessment.year, assessment.state) == (root, 2017, "filling")


def test_a_changed_item_keeps_its_rating_and_is_to_be_rated_anew(root):
    taken(row(自评分="9"))
    assert taken(row(points="6")) == (0, 1, 0)
    item = AssessmentItem.objects.get()
    assert (item.self_points, item.rated_for, item.is_changed) == (9, 10, True)
    assert taken(row(points="6", 自评分="5")) == (0, 1, 0)
    item.refresh_from_db()
    assert (item.self_points, item.rated_for, item.is_changed) == (5, 6, False)


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("cells", "found"),
    [
        ({"自评分": "11"}, ("自评分", "11", "不超过分值 10 的分数", "请核对分数")),
        ({"分值": "十分"}, ("分值", "十分", "0 至 1000 的分数，最多一位小数", "请只填写数字")),
        ({"自评分": "9.25"}, ("自评分", "9.25", "0 至 1000 的分数，最多一位小数", "请只填写数字")),
        ({"应达到": 3}, ("应达到", "3", "先选择指标", "没有指标的项目，请不要填应达到的数")),
        ({"序号": 0}, ("序号", "0", "1 至 999 的整数，最大 999", "请核对数字")),
        (
            {"指标": "自护"},
            ("指标", "自护", "指标代码，如 sessions", "请从台账模板的指标下拉表中选择，没有对应指标的留空"),
        ),
        ({"审核分": "5"}, ("自评分", "（空）", "自评分，或审核分留空", "没有自评的项目不能有审核分")),
    ],
)
def test_a_wrong_cell_is_refused_with_what_was_expected(root, cells, found):
    assert wrong(row() | cells) == [found]


def test_the_same_number_twice_in_a_list_is_refused(root):
    [problem] = wrong(row(), row(content="另一项"))
    assert problem[0] == "序号"


def test_what_was_handed_in_is_not_changed_by_a_list_but_may_be_in_it(root):
    assessment = make_assessment(root)
    make_assessment_item(assessment, content="开展自护教育", self_points=Decimal(9))
    Assessment.objects.update(state="reviewed")
    remedy = "需要改动的，请主管领导先在系统中退回"
    expected = "与系统中相同的内容（这份考核已审核，不能再改）"
    assert taken(row(自评分="9")) == (0, 0, 1)
    assert wrong(row(自评分="8")) == [("自评分", "8", expected, remedy)]
    assert wrong(row(审核分="8")) == [("审核分", "8", expected, remedy)]
    assert wrong(row(2, "新项")) == [("序号", "2", "填报中的考核的项目（这份考核已审核）", remedy)]


def test_reviewed_points_of_a_checklist_at_work_are_given_in_the_system(root):
    make_assessment_item(make_assessment(root), content="开展自护教育", self_points=Decimal(9))
    expected = "空白（审核分和审核意见由主管领导在系统中填写）"
    assert wrong(row(自评分="9", 审核分="8")) == [("审核分", "8", expected, "请清空这一格")]


def test_what_is_exported_comes_back(root):
    rows = [
        row(类别="宣传", 证明材料="照片", 自评分="9", 自评说明="做了", 审核分="8.5", 审核意见="少一次"),
        row(2, "举办讲座", 指标="sessions", 应达到="2", 自评分="9", 撤销日期="2017-06-01", 撤销原因="调整"),
        row(2, "另办讲座"),
    ]
    taken(*rows)
    found = exported_rows()["预防考核"]
    plain = [{name: str(cell) for name, cell in each.items() if name != HEADING} for each in found]
    assert plain == [{name: str(cell) for name, cell in each.items()} for each in rows]
    assert taken(*found) == (0, 0, 3)
    assert taken(*({**each, HEADING: None} for each in found)) == (0, 0, 3)


def test_a_list_is_not_taken_back_once_its_points_were_handed_in(root):
    staff = make_user("林知秋", root)
    batch = written("assessment_items", [row(自评分="9"), row(2, "举办讲座", 自评分="8")])
    Assessment.objects.get().hand_in(staff)
    counts, _ = undone(batch, staff)
    assert counts == {KEPT: 3}
    assert AssessmentItem.objects.count() == 2
