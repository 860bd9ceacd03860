"""The ledger's sheet 预防考核."""

import re
from decimal import Decimal

from import_export.widgets import Widget

from orgs.models import Organisation
from orgs.resources import ORGANISATION_SHEET
from yl_district.sheets.cells import CellError, plain
from yl_district.sheets.columns import RecordNameColumn, column, key_of
from yl_district.sheets.number_widgets import IntegerWidget
from yl_district.sheets.problems import row_problem
from yl_district.sheets.resource import SheetResource

from ..figures.lines import all_figures
from ..models import Assessment, AssessmentItem
from ..models.assessments import plain_points

POINTS = re.compile(r"([0-9]{1,4}(?:\.[0-9]{1,6})?)分?")
RETURN_FIRST = "需要改动的，请主管领导先在系统中退回"
RATING = {"self_points", "self_words"}
REVIEW = {"reviewed_points", "review_words"}


class PointsWidget(Widget):
    """Points from 0 to 1000 with at most one decimal, with or without 分."""

    def clean(self, value, row=None, **options):
        found = POINTS.fullmatch("".join(plain(value).split()))
        points = Decimal(found[1]) if found else None
        if points is None or points > 1000 or points != points.quantize(Decimal("0.1")):
            raise CellError("0 至 1000 的分数，最多一位小数", "请只填写数字")
        return points.quantize(Decimal("0.1"))

    def render(self, value, obj=None, **options):
        return "" if value is None else plain_points(value)


class AssessmentItemResource(SheetResource):
    """One row is an item of an organisation's checklist of a year; the first one begins the checklist."""

    sheet = "预防考核"
    known_by = ("组织", "年度", "序号", "撤销日期")
    ends = ("撤销日期",)
    relies_on_all = True
    group = "组织"
    called = "序号"
    columns = [
        column(Assessment, "year", required=True, prefix="assessment__"),
        RecordNameColumn("组织", "assessment__organisation", Organisation, ORGANISATION_SHEET, required=True),
        column(AssessmentItem, "section"),
        column(AssessmentItem, "number", required=True, widget=IntegerWidget(range(1, 1000), "1 至 999 的整数")),
        column(AssessmentItem, "content", required=True),
        column(AssessmentItem, "points", required=True, widget=PointsWidget()),
        column(AssessmentItem, "evidence"),
        column(AssessmentItem, "figure"),
        column(AssessmentItem, "wanted"),
        column(AssessmentItem, "self_points", widget=PointsWidget()),
        column(AssessmentItem, "self_words"),
        column(AssessmentItem, "reviewed_points", widget=PointsWidget()),
        column(AssessmentItem, "review_words"),
        column(AssessmentItem, "ended_on"),
        column(AssessmentItem, "end_reason"),
    ]
    synonyms = {
        "年度": "考核年度",
        "组织": "被考核组织 被考核单位 考核单位",
        "类别": "考核类别 一级指标 考核项目",
        "考核内容": "考核指标 考核标准 二级指标 评分标准 考核要点",
        "分值": "满分 标准分 分数",
        "证明材料": "佐证材料 印证材料 备查材料",
        "自评分": "自评得分 自评分数",
        "自评说明": "自评情况 完成情况",
        "审核分": "审核得分 考核分 评审分",
        "审核意见": "评审意见",
        "撤销日期": "撤销时间",
    }

    class Meta(SheetResource.Meta):
        model = AssessmentItem

    def load(self):
        assessments = list(self.book.rows(Assessment))
        self.book.attach(assessments, "organisation", Organisation)
        self.assessments = {(key_of(one.organisation), one.year): one for one in assessments}
        keyed = {one.pk: one for one in assessments}
        self.stored = {item.pk: item for item in self.book.rows(AssessmentItem)}
        self.standing_items, self.ended_items = {}, {}
        for item in self.stored.values():
            item.assessment = keyed[item.assessment_id]
            self._note_item(item)
        self.figures = all_figures()

    def _note_item(self, item):
        """Makes an item known by its number, one that was withdrawn by the day of that as well."""
        place = id(item.assessment), item.number
        if item.ended_on is None:
            self.standing_items[place] = item
            return
        self.ended_items[*place, item.ended_on] = item
        if self.standing_items.get(place) is item:
            del self.standing_items[place]

    def find(self, row):
        self._check_figure(row)
        place = id(self.assessments.get((key_of(row["组织"]), row["年度"]))), row["序号"]
        ended = self.ended_items.get((*place, row.get("撤销日期")))
        return ended or self.standing_items.get(place)

    def _check_figure(self, row):
        if row.get("指标") and row["指标"] not in self.figures:
            raise CellError("指标代码，如 sessions", "请从台账模板的指标下拉表中选择，没有对应指标的留空", "指标")

    def recall(self, record):
        """The item; raises RowProblems where the row names another one. A figure no longer counted may stay."""
        if self.row.get("指标") != record.figure:
            self._located(self.row, lambda: self._check_figure(self.row))
        return super().recall(record)

    def start(self, row):
        known = self.assessments.get((key_of(row["组织"]), row["年度"]))
        if known is not None and known.pk and not known.is_filling:
            raise CellError(f"填报中的考核的项目（这份考核{known.get_state_display()}）", RETURN_FIRST)
        assessment = known or Assessment(organisation=row["组织"], year=row["年度"])
        return AssessmentItem(assessment=assessment)

    def apply(self, record, row):
        """Refuses what the state of the assessment does not allow, and keeps for what the points were given."""
        changed = {self.fields[heading].name for heading, *_ in self.changes}
        assessment = record.assessment
        if assessment.pk and changed and not assessment.is_filling:
            heading = self.changes[0][0]
            expected = f"与系统中相同的内容（这份考核{assessment.get_state_display()}，不能再改）"
            raise CellError(expected, RETURN_FIRST, heading)
        is_new = self.has_begun(record)
        given = any(row.get(heading) not in (None, "") for heading in ("审核分", "审核意见"))
        if assessment.pk and (changed & REVIEW or (is_new and given)):
            raise CellError("空白（审核分和审核意见由主管领导在系统中填写）", "请清空这一格", "审核分")
        if record.self_points is not None and (is_new or changed & RATING):
            self.change(record, "rated_content", record.content)
            self.change(record, "rated_for", record.points)
        return []

    def validate_instance(self, instance, import_validation_errors=None, validate_unique=True):
        super().validate_instance(instance)
        if instance.reviewed_points is not None and instance.self_points is None:
            words = "自评分，或审核分留空"
            raise row_problem("自评分", self.row.get("自评分"), words, "没有自评的项目不能有审核分")

    def records_of(self, instance):
        return [instance.assessment, instance]

    def accept(self, record):
        assessment = record.assessment
        self.assessments[key_of(assessment.organisation), assessment.year] = assessment
        self._note_item(record)

    def rows_for_export(self, records):
        ordered = records.order_by("assessment__year", "assessment__organisation_id", "number", "pk")
        return ordered.select_related("assessment__organisation")
