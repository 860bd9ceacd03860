"""The ledger workbook (年度工作台账): taken in whole or not at all, written out, and offered empty as a template."""

import hashlib
from dataclasses import dataclass, field
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from activities.models import ActivityType
from activities.resources import ActivityResource, SignInResource
from assistance.resources import AssistanceResource, AssistedYouthResource, ScholarshipResource, ServicePlanResource
from members.models import Person
from members.resources import MemberResource, PostResource
from orgs.resources import OrganisationResource, SupplyResource, UnitContactResource, UnitResource
from orgs.roles import RoleKind
from outreach.resources import ContactResource, LinkResource
from yl_district.access_log import Action, operating_system_user, record
from yl_district.cells import is_blank, plain, shown
from yl_district.columns import Book
from yl_district.headings import heading_key, known_headings, named, recognise
from yl_district.history import because, tracked_models
from yl_district.importing.commit import REASON
from yl_district.importing.marks import give_reason, marks_of, written_since
from yl_district.models import ImportBatch
from yl_district.problems import Problem, problem_at
from yl_district.sheet_taking import SheetReport, take_in
from yl_district.spreadsheets import UnreadableWorkbook, read_workbook, write_workbook
from yl_district.table_layout import Layout, find_layout
from yl_district.table_rows import RowKind, RowReader
from youthhubs.resources import HubYearResource, VolunteerResource

from .figures import all_figures
from .models import PlatformEntry
from .resources import PlatformEntryResource, TargetResource

# In the order in which the file's description lists them.
SHEETS = [
    OrganisationResource,
    PostResource,
    MemberResource,
    UnitResource,
    UnitContactResource,
    LinkResource,
    ContactResource,
    VolunteerResource,
    AssistedYouthResource,
    ServicePlanResource,
    AssistanceResource,
    ScholarshipResource,
    HubYearResource,
    ActivityResource,
    SignInResource,
    SupplyResource,
    PlatformEntryResource,
    TargetResource,
]

# What a name can refer to must be known first: members state more of a person than posts, hubs before their volunteers.
FIRST = [OrganisationResource, MemberResource, PostResource, UnitResource, UnitContactResource, HubYearResource]
TAKING_ORDER = FIRST + [resource for resource in SHEETS if resource not in FIRST]


@dataclass
class LedgerReport:
    """What taking a workbook in did, or would do."""

    file_name: str
    sheets: dict = field(default_factory=dict)
    unknown: list = field(default_factory=list)
    aside: list = field(default_factory=list)
    closed: list = field(default_factory=list)
    refusals: list = field(default_factory=list)
    batch: ImportBatch | None = None

    @property
    def errors(self):
        """Everything wrong, in the order of sheets and rows."""
        return self.refusals + [problem for report in self.sheets.values() for problem in report.errors]

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
    def written(self):
        """Whether the database now holds what the file says."""
        return self.batch is not None

    def as_dict(self):
        """The report as the JSON file states it."""
        return {
            "file": self.file_name,
            "written": self.written,
            "sheets": {name: report.as_dict() for name, report in self.sheets.items()},
            "unknown": self.unknown,
            "errors": [problem.as_dict() for problem in self.errors],
        }


class Unwanted(Exception):
    """Rolls an import back that was only checked, or has errors."""


def import_ledger(data, file_name, today, user=None, check=False):
    """Takes a workbook's bytes in, all of it or none, and returns the LedgerReport; with `check` writes nothing."""
    # The name of a file on disk need not be text.
    report = LedgerReport(file_name.encode("utf-8", "replace").decode())
    try:
        pages = read_workbook(data, report.file_name)
    except UnreadableWorkbook as error:
        report.refusals.append(Problem(None, None, None, error.found, error.expected, error.remedy))
        return report
    tables = find_tables(pages, report)
    with_cases = may_take_in_cases(user)
    if not with_cases:
        leave_cases_out(tables, report)
    if report.errors:
        return report
    has_cases = any(resource.sheet in report.sheets for resource in CASE_SHEETS)
    # Until its end the transaction needs a reason of its own, by which it knows what it wrote.
    reason = f"{REASON} {uuid4()}"
    try:
        with transaction.atomic(), because(reason, user):
            marks = marks_of(tracked_models())
            take_in_tables(tables, today, report, with_cases, frozenset() if with_cases else closed_people(user))
            if report.errors or check:
                raise Unwanted
            batch = ImportBatch.objects.create(
                user=user,
                file_name=report.file_name[-255:],
                sha256=hashlib.sha256(data).hexdigest(),
                counts={name: [one.new, one.changed, one.same] for name, one in report.sheets.items()},
                with_cases=has_cases,
                written=written_since(marks, reason),
                committed_at=timezone.now(),
            )
            give_reason(batch.written, REASON)
            counts = f"新增 {report.new}，变更 {report.changed}，相同 {report.same}"
            record(Action.IMPORT, batch.public_name, user=user, detail=counts, who=operating_system_user())
        report.batch = batch
    except Unwanted:
        pass
    except IntegrityError:
        report.refusals.append(conflict(None))
    return report


def leave_cases_out(tables, report):
    """Takes the sheets of case files out of what is taken in, and says so in the report."""
    for resource in CASE_SHEETS:
        if report.sheets.pop(resource.sheet, None) is not None:
            report.closed.append(resource.sheet)
            tables.pop(resource, None)
    if PlatformEntryResource in tables:
        leave_assisted_entries_out(tables, report)


def leave_assisted_entries_out(tables, report):
    """Takes out the platform entries of assisted youths: whether a name is taken would tell who is one."""
    columns, rows = tables[PlatformEntryResource]
    label, place = PlatformEntry.Subject.ASSISTED_YOUTH.label, columns.index("对象")
    kept = [(number, cells) for number, cells in rows if plain(cells[place]) != label]
    if len(kept) < len(rows):
        report.closed.append(f"{PlatformEntryResource.sheet}（{label}）")
        tables[PlatformEntryResource] = columns, kept


def conflict(sheet):
    """The Problem of a sheet whose records the database refuses; mostly somebody else has just entered the same."""
    remedy = "可能刚有他人登记，请稍候重新上传；再次出现时请检查表中重复的名称与号码"
    return Problem(sheet, None, None, "与系统中的记录冲突", "互不冲突的记录", remedy)


def find_tables(pages, report):
    """The known sheets as {resource: (headings, rows)}; what is unknown or missing goes into the report."""
    resources = {resource.sheet: resource for resource in SHEETS}
    tables = {}
    for page in pages:
        resource = resources.get("".join(plain(page.name).split()))
        if resource is None:
            if any(not is_blank(cell) for row in page.rows for cell in row):
                report.unknown.append({"sheet": page.name, "column": None})
            continue
        if resource.sheet in report.sheets:
            remedy = "请把同名工作表合并为一张，或改名其中一张"
            report.refusals.append(problem_at(resource.sheet, None, None, page.name, "每种工作表只有一张", remedy))
            continue
        report.sheets[resource.sheet] = SheetReport()
        table = find_table(resource, page, report)
        if table:
            tables[resource] = table
    report.sheets = {name: report.sheets[name] for name in resources if name in report.sheets}
    if not report.sheets:
        names = "、".join(page.name for page in pages) or "没有工作表"
        remedy = "请使用台账模板，工作表名称不要改动"
        expected = f"以下工作表中的至少一个：{'、'.join(resources)}"
        report.refusals.append(Problem(None, None, None, names[:80], expected, remedy))
    return tables


def find_table(resource, page, report):
    """The headings and the rows of data (number, cells) of a sheet, or None where there is no table to take."""
    if all(is_blank(cell) for row in page.rows for cell in row):
        return None
    columns = {item.column_name: item for item in resource.columns}
    known, errors = known_headings(columns, resource.synonyms), report.sheets[resource.sheet].errors
    layout = find_layout(page.rows, page.merged, known) or Layout(0, 0, headings_of(page.rows[0]))
    top, below = layout.first_heading_row + 1, page.rows[layout.last_heading_row + 1 :]
    places = {}
    for one in recognise(layout.headings, columns, resource.synonyms, samples=below):
        if one.column in columns:
            places[one.place] = one.column
        elif heading_key(one.heading) in map(heading_key, one.choices):
            remedy = "请删去或改名其中一列"
            errors.append(problem_at(resource.sheet, top, one.choices[0], one.choices[0], "每个标题只有一列", remedy))
        elif one.how != "mark" and (one.heading or one.samples):
            name = named(one.heading and shown(one.heading), one.place)
            report.unknown.append({"sheet": resource.sheet, "column": name})
    for name, item in columns.items():
        if item.required and name not in places.values():
            remedy = "请补上这一列，标题写法与台账模板一致"
            errors.append(problem_at(resource.sheet, top, name, None, f"必需的列“{name}”", remedy))
    if errors:
        return None
    rows = []
    for row in RowReader(layout, places, page.merged).read(0, page.rows):
        if row.kind is RowKind.DATA:
            rows.append((row.number, [row.cells[place] if place < len(row.cells) else None for place in places]))
        elif row.kind is not RowKind.BLANK:
            report.aside.append({"sheet": resource.sheet, "row": row.number, "kind": row.kind.label})
    return list(places.values()), rows


def headings_of(row):
    """The texts of a row in which no heading is known."""
    return [cell if isinstance(cell, str) else "" for cell in row]


def noted_book(book):
    """The book, once it has heard of everybody whom a name can mean; where case files are closed, nothing of those."""
    for resource in TAKING_ORDER if book.tells_apart else ():
        if book.with_cases or resource not in CASE_SHEETS:
            resource.note(book)
    return book


def closed_people(user):
    """People of whom the user sees no capacity, such as those known by a case file alone: their facts stay."""
    closed = Person.objects.exclude(pk__in=Person.objects.visible_to(user).values("pk"))
    return frozenset((Person, pk) for pk in closed.values_list("pk", flat=True))


def take_in_tables(tables, today, report, with_cases=True, closed=frozenset()):
    """Takes every table in, in the order in which they refer to each other."""
    book = noted_book(Book(today, with_cases=with_cases, closed=closed))
    taken = []
    for resource in TAKING_ORDER:
        if resource not in tables:
            continue
        sheet = resource(book)
        try:
            report.sheets[resource.sheet] = outcome = take_in(sheet, *tables[resource])
        except IntegrityError:
            report.refusals.append(conflict(resource.sheet))
            raise Unwanted from None
        taken.append((sheet, outcome))
    if not report.errors:
        for sheet, outcome in taken:
            outcome.errors += [problem_at(sheet.sheet, *found) for found in sheet.finish()]


# What tells who is assisted. No page gives it out in bulk; it is taken in from those who keep both kinds of records.
CASE_SHEETS = [AssistedYouthResource, ServicePlanResource, AssistanceResource, ScholarshipResource]


def may_take_in_cases(user):
    """Whether the user may take case sheets in: the command line, and committee staff who are caseworkers too."""
    return user is None or any(organisation.is_root() for organisation in user.organisations_as(RoleKind.CASEWORKER))


def export_ledger(stream, today, year=None, *, masks=False, with_cases=True):
    """Writes the ledger to `stream`: registers whole, happenings of `year` or, without one, of all years.

    With `masks`, numbers and minors' names are masked; without `with_cases`, nothing tells who is assisted.
    """
    book = noted_book(Book(today, masks, with_cases))
    sheets = []
    for kind in SHEETS:
        resource = kind(book)
        records = resource._meta.model.objects.all()
        if not with_cases:
            if kind in CASE_SHEETS:
                continue
            if kind is PlatformEntryResource:
                records = records.exclude(subject=PlatformEntry.Subject.ASSISTED_YOUTH)
        if year is not None:
            records = records.filter(happened_in(kind, year))
        sheets.append((kind.sheet, headings(kind), resource.export_rows(records)))
    write_workbook(stream, sheets)


# A scholarship of one year may be approved, and so counted, in the next.
YEAR_FIELDS = {
    ServicePlanResource: ["year"],
    ScholarshipResource: ["year", "applied_on__year", "approved_on__year"],
    TargetResource: ["year"],
    UnitContactResource: ["held_on__year"],
    ContactResource: ["held_on__year"],
    AssistanceResource: ["held_on__year"],
    ActivityResource: ["held_on__year"],
    SignInResource: ["activity__held_on__year"],
    SupplyResource: ["issued_on__year"],
    PlatformEntryResource: ["entered_on__year", "bound_on__year"],
}


def happened_in(kind, year):
    """The condition that keeps a sheet to one year; registers have none."""
    condition = Q()
    for name in YEAR_FIELDS.get(kind, []):
        condition |= Q(**{name: year})
    return condition


def headings(kind):
    """A sheet's headings, with the drop-downs that depend on data."""
    choices = {"指标": all_figures, "类型": lambda: ActivityType.objects.values_list("name", flat=True)}
    offered = []
    for item in kind.columns:
        heading = item.heading
        if item.column_name in choices and not heading.choices:
            heading = type(heading)(heading.text, heading.required, tuple(choices[item.column_name]()), heading.width)
        offered.append(heading)
    return offered


def write_template(stream):
    """Writes an empty ledger with drop-downs, required headings in red, and every cell preset to text."""
    write_workbook(stream, [(kind.sheet, headings(kind), []) for kind in SHEETS], template=True)
