"""The ledger workbook (年度工作台账): imported completely or not at all, exported, and written empty as a template."""

from dataclasses import dataclass, field
from functools import cache

from django.db.models import Q

from activities.models import ActivityType, Campaign
from activities.resources import ActivityResource, SignInResource
from assistance.plan_resources import NeedsTalkResource, PlanMeasureResource, ServicePlanResource
from assistance.project_resources import ProjectApplicationResource
from assistance.resources import AssistanceResource, ScholarshipResource
from assistance.visit_resources import VisitResource
from orgs.resources import SupplyResource, UnitContactResource
from outreach.resources import ContactResource
from yl_district.importing.check import CHANGED, CLOSED, DOUBTFUL, NEW, SAME
from yl_district.importing.column_questions import ask_columns, fillable
from yl_district.importing.findings import ASK, doubt_dict, foresee, run_through
from yl_district.importing.kinds import noted_book, sheet_kinds
from yl_district.importing.layout_questions import noticed_dicts
from yl_district.importing.models import ImportBatch
from yl_district.importing.questions import AnswersRefused, left_open, question_dicts
from yl_district.importing.steps import open_import
from yl_district.importing.told_problems import ToldProblems
from yl_district.recognition.headings import heading_key, shown_heading
from yl_district.sheets.cells import quoted_cell
from yl_district.sheets.columns import Book
from yl_district.sheets.problems import Problem, problem_at
from yl_district.spreadsheets.workbooks import UnreadableWorkbook, write_workbook

from ..assessment.resources import AssessmentItemResource
from ..figures.lines import all_figures
from ..models import PlatformEntry
from ..platforms.resources import PlatformEntryResource
from ..targets.resources import TargetResource
from .kinds import KINDS

CLOSED_ROWS = f"{PlatformEntryResource.sheet}（{PlatformEntry.Subject.ASSISTED_YOUTH.label}）"


@dataclass
class SheetReport:
    """The outcome of an import, or of its check, for one sheet; `changes` are (row, record, column, old, new)."""

    new: int = 0
    changed: int = 0
    same: int = 0
    doubtful: int = 0
    errors: list = field(default_factory=list)
    changes: list = field(default_factory=list)
    pending: list = field(default_factory=list)

    def as_dict(self):
        return {
            "new": self.new,
            "changed": self.changed,
            "same": self.same,
            "doubtful": self.doubtful,
            "pending": len(self.pending),
            "errors": [problem.as_dict() for problem in self.errors],
        }


@dataclass
class LedgerReport:
    """The outcome of importing a workbook, or of checking it."""

    file_name: str
    sheets: dict = field(default_factory=dict)
    unknown: list = field(default_factory=list)
    aside: list = field(default_factory=list)
    closed: list = field(default_factory=list)
    refusals: list = field(default_factory=list)
    warnings: list = field(default_factory=list)
    questions: list = field(default_factory=list)
    noticed: list = field(default_factory=list)
    doubts: list = field(default_factory=list)
    told: ToldProblems = field(default_factory=ToldProblems)
    told_pending: ToldProblems = field(default_factory=ToldProblems)
    batch: ImportBatch | None = None

    @property
    def errors(self):
        """All errors, in the order of sheets and rows."""
        return self.refusals + [problem for report in self.sheets.values() for problem in report.errors]

    @property
    def pending(self):
        """The problems of all cells that are put aside, in the order of sheets and rows."""
        return [problem for report in self.sheets.values() for problem in report.pending]

    @property
    def new(self):
        return sum(report.new for report in self.sheets.values())

    @property
    def changed(self):
        return sum(report.changed for report in self.sheets.values())

    @property
    def same(self):
        return sum(report.same for report in self.sheets.values())

    @property
    def doubtful(self):
        """The number of rows that may be registered already and wait for an answer."""
        return sum(report.doubtful for report in self.sheets.values())

    @property
    def written(self):
        """Whether the import was committed."""
        return self.batch is not None

    def as_dict(self):
        """The report as the JSON file represents it."""
        return {
            "file": self.file_name,
            "written": self.written,
            "sheets": {name: report.as_dict() for name, report in self.sheets.items()},
            "unknown": self.unknown,
            "warnings": self.warnings,
            "questions": self.questions,
            "noticed": self.noticed,
            "doubts": self.doubts,
            "errors": [problem.as_dict() for problem in self.errors],
            "further_errors": self.told.as_list(),
            "pending": [problem.as_dict() for problem in self.pending],
            "further_pending": self.told_pending.as_list(),
        }

    def read_sheets(self, proposal):
        """Records which sheets were recognised, and the errors in their headings."""
        kinds = {sheet.number: KINDS[sheet.kind].label for sheet in proposal.mapping.sheets if sheet.kind}
        self.closed = [kinds[sheet.number] for sheet in proposal.mapping.sheets if sheet.what == "closed"]
        known = [label for label in kinds.values() if label not in self.closed]
        self.sheets = {kind.label: SheetReport() for kind in KINDS.values() if kind.label in known}
        for sheet in proposal.mapping.sheets:
            if sheet.what == "unknown":
                self.unknown.append({"sheet": sheet.name, "column": None})
            self._read_headings(sheet, kinds.get(sheet.number), proposal)

    def _read_headings(self, sheet, name, proposal):
        top = sheet.first_heading_row + 1
        for one in proposal.recognised.get(sheet.number, ()):
            is_repeated = heading_key(one.heading) in map(heading_key, one.choices)  # which of them is asked
            if one.how in ("unknown", "ambiguous") and not is_repeated:
                heading = shown_heading(one.heading and quoted_cell(one.heading), one.place)
                self.unknown.append({"sheet": name, "column": heading})
        asked = {item.column_name for kind, item in fillable(proposal) if kind == sheet.kind}
        for number, _, column in proposal.missing:
            if number == sheet.number:
                remedy = "请补上这一列，标题写法与台账模板一致"
                remedy += "；整张表是同一个值的，可以用 --answers 答复" if column in asked else ""
                problem = problem_at(name, top, column, None, f"必需的列“{column}”", remedy)
                self.sheets[name].errors.append(problem)

    def read_rows(self, batch):
        """Records the result of the check for every row; returns the errors."""
        kinds, self.aside, self.doubts = sheet_kinds(batch), [], []
        self.told, self.told_pending = ToldProblems(), ToldProblems()
        for kind in kinds.values():
            self.sheets[kind.label] = SheetReport()
        for part in batch.in_parts(kinds):
            label = kinds[part.sheet].label
            report = self.sheets[label]
            report.new += part.tags.count(NEW)
            report.changed += part.tags.count(CHANGED)
            report.same += part.tags.count(SAME)
            report.doubtful += part.tags.count(DOUBTFUL)
            self._read_part(part, label, report)
        self.warnings, self.questions, self.noticed = batch.warnings, question_dicts(batch), noticed_dicts(batch)
        return self.errors

    def _read_part(self, part, label, report):
        for place, found in sorted(part.told.items()):
            row = part.first_row + place + 1
            self.told.take(report.errors, found.get("problems", ()))
            self.told_pending.take(report.pending, found.get("pending", ()))
            report.changes += [(row, found["name"], *change) for change in found.get("changes", ())]
            if "doubt" in found:
                self.doubts.append({"sheet": label, "row": row} | doubt_dict(found["doubt"]))
            if found.get("aside") == CLOSED:
                self.closed = list(dict.fromkeys([*self.closed, CLOSED_ROWS]))
            elif "aside" in found:
                self.aside.append({"sheet": label, "row": row, "kind": found["aside"]})


LEDGER_KIND = KINDS.ledger


def import_ledger(data, file_name, today, user=None, check=False, answers=(), doubtful=ASK):
    """Imports a workbook, completely or not at all, and returns the LedgerReport; with `check`, only checks it.

    `doubtful` is what rows mean that may be registered already, as of `run_through`. Raises AnswersRefused where
    `answers`, as of `read_answers`, do not fit.
    """
    # The name of a file on disk need not be valid text.
    report = LedgerReport(file_name.encode("utf-8", "replace").decode())
    try:
        batch, proposal = open_import(LEDGER_KIND, data, report.file_name, user)
    except UnreadableWorkbook as error:
        report.refusals.append(Problem(error.sheet, None, None, error.found, error.expected, error.remedy))
        return report
    try:
        rest = ask_columns(batch, proposal, answers, today) if proposal.missing else answers
        report.read_sheets(proposal)
        report.questions = question_dicts(batch)
        how = {"today": today, "check": check, "answers": rest, "doubtful": doubtful}
        if not report.errors and run_through(batch, lambda: report.read_rows(batch), **how):
            report.batch = batch
            return report
        if proposal.missing:
            foresee(batch, proposal, today)
            report.questions = question_dicts(batch)
    except AnswersRefused:
        batch.delete()
        raise
    if batch.said:
        report.refusals.append(open_questions() if left_open(batch) else database_conflict())
    batch.delete()
    return report


def open_questions():
    """The Problem of a file with questions that must be answered."""
    remedy = "请用 --check --json 取得问题，补上 answer 后以 --answers 导入"
    return Problem(None, None, None, "还有没有答复的问题", "每个问题都有答复", remedy)


def database_conflict():
    """The Problem of a file rejected by the database; mostly because somebody else has just entered the same record."""
    remedy = "可能刚有他人登记，请稍候重新上传；再次出现时请检查表中重复的名称与号码"
    return Problem(None, None, None, "与系统中的记录冲突", "互不冲突的记录", remedy)


def export_ledger(stream, today, year=None, *, masks=False, with_cases=True):
    """Writes the ledger to `stream`: registers in full, dated records of `year`, or of all years without one.

    Sheets of earlier states are left out where there are none. With `masks`, numbers and minors' names are masked;
    without `with_cases`, nothing reveals who is assisted. Returns the number of rows.
    """
    book = noted_book(Book(today, masks, with_cases))
    sheets, choices = [], offered_choices()
    for kind in KINDS.values():
        resource = kind.resource(book)
        records = resource._meta.model.objects.all()
        if not with_cases:
            if kind.is_case:
                continue
            if kind.resource is PlatformEntryResource:
                records = records.exclude(subject=PlatformEntry.Subject.ASSISTED_YOUTH)
        if year is not None:
            records = records.filter(happened_in(kind.resource, year))
        rows = resource.export_rows(records)
        if rows or not kind.resource.is_of_earlier:
            sheets.append((kind.label, headings(kind.resource, choices), rows))
    write_workbook(stream, sheets)
    return sum(len(rows) for _, _, rows in sheets)


# A scholarship of one year may be approved, paid and so counted in the next.
YEAR_FIELDS = {
    NeedsTalkResource: ["held_on__year"],
    ServicePlanResource: ["year"],
    PlanMeasureResource: ["plan__year"],
    VisitResource: ["planned_on__year", "done_on__year"],
    ScholarshipResource: ["year", "applied_on__year", "approved_on__year", "paid_on__year", "thanked_on__year"],
    ProjectApplicationResource: ["asked_on__year", "answered_on__year"],
    TargetResource: ["year"],
    AssessmentItemResource: ["assessment__year"],
    UnitContactResource: ["held_on__year"],
    ContactResource: ["held_on__year"],
    AssistanceResource: ["held_on__year"],
    ActivityResource: ["held_on__year"],
    SignInResource: ["activity__held_on__year"],
    SupplyResource: ["issued_on__year"],
    PlatformEntryResource: ["entered_on__year", "binding__year"],
}


def happened_in(resource, year):
    """The condition that restricts a sheet to one year; empty for registers."""
    condition = Q()
    for name in YEAR_FIELDS.get(resource, []):
        condition |= Q(**{name: year})
    return condition


def offered_choices():
    """{heading: function} for drop-downs whose choices depend on stored data, each of which is asked for once."""
    return {
        "指标": cache(all_figures),
        "类型": cache(lambda: tuple(ActivityType.objects.values_list("name", flat=True))),
        "专项": cache(lambda: tuple(Campaign.objects.values_list("name", flat=True))),
    }


def headings(resource, choices):
    """A sheet's headings, with the `offered_choices`."""
    offered = []
    for item in resource.columns:
        heading = item.heading
        if item.column_name in choices and not heading.choices:
            heading = type(heading)(heading.text, heading.required, tuple(choices[item.column_name]()), heading.width)
        offered.append(heading)
    return offered


def write_template(stream):
    """Writes an empty ledger with drop-downs, required headings in red, and every cell formatted as text."""
    choices = offered_choices()
    sheets = [(kind.label, headings(kind.resource, choices), []) for kind in KINDS.values()]
    write_workbook(stream, sheets, template=True)
