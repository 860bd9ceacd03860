"""The check of an import: the outcome of each row before anything is written.

A row is new, changes a record, equals it, means somebody registered elsewhere, repeats another row, or is wrong; other
lines of the sheet are set aside. Only outcomes are saved, part by part, so that the first page can be read while the
rest is still being checked, and no other writer has to wait.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ..privacy.unreadable import UNREADABLE
from ..sheets import cells
from ..sheets.cell_reading import ROW_NUMBER
from ..sheets.cells import YEAR_OF_SHEET
from ..sheets.models import KeptCells
from ..sheets.problems import Problem, RowCells, RowProblems, problem_at
from ..sheets.resource import SheetResource
from ..sheets.value_changes import CellChange
from .stage import Act, Stage

NEW, CHANGED, SAME, ELSEWHERE, DUPLICATE, WRONG, ASIDE, BLANK = "n", "c", "s", "e", "d", "w", "a", "b"
DOUBTFUL = "q"
PROBLEM_TAGS = {
    RowProblems.WRONG: WRONG,
    RowProblems.DUPLICATE: DUPLICATE,
    RowProblems.ELSEWHERE: ELSEWHERE,
    RowProblems.DOUBTFUL: DOUBTFUL,
}
TAG_LABELS = {
    NEW: "新增",
    CHANGED: "变更",
    SAME: "相同",
    DOUBTFUL: "可能是同一人",
    ELSEWHERE: "在其他支部",
    DUPLICATE: "文件内重复",
    WRONG: "有误",
    ASIDE: "未计入的行",
}
TAG_KEYS = {
    NEW: "new",
    CHANGED: "changed",
    SAME: "same",
    DOUBTFUL: "doubtful",
    ELSEWHERE: "elsewhere",
    DUPLICATE: "duplicate",
    WRONG: "wrong",
    ASIDE: "set_aside",
}
PENDING = "pending"  # count of cells that are put aside
TO_KEEP = "to_keep"  # count of those among them that are not kept yet
CLOSED = "含有帮扶个案的行"  # why a row that its sender may not import is set aside
BESIDE = "beside"  # count of new records whose row also changes a stored record
REFUSED = (ELSEWHERE, DUPLICATE, WRONG)
MENDABLE = (*REFUSED, DOUBTFUL)
OVERWRITTEN = 3  # warn where more than one in this many stored values of a column would be replaced
FEW = 5  # up to this many replaced values need no warning

# (number of the part, place in the part).
RowAt: TypeAlias = tuple[int, int]
# {row_at: problems that only show beside other rows}.
LateProblems: TypeAlias = Mapping[RowAt, Sequence[Sequence[Any]]]


@dataclass
class Outcome:
    """The check's result for one row: its tag, problems, changes, acts and the remembered spellings it used.

    `name` is that of the record to be changed; `aside` is why a row is set aside; `doubt` is what a row may mean, with
    the answer if there is one, as of `Doubt.as_dict`. `pending` are the problems of cells that are put aside, to be
    kept with the record `holder`, [label, reference of the stage], unless they are already; `to_keep` counts those that
    are not.
    """

    tag: str
    problems: list[Problem] = field(default_factory=list)
    changes: list[CellChange] = field(default_factory=list)
    record: list[Any] | None = None
    is_outdated: bool = False
    acts: list[Act] = field(default_factory=list)
    spelled: list[tuple[str, str, str]] = field(default_factory=list)
    name: str = ""
    aside: str = ""
    doubt: dict[str, Any] | None = None
    pending: list[Problem] = field(default_factory=list)
    holder: list[Any] | None = None
    to_keep: int = 0

    def as_stored(self) -> dict[str, Any]:
        """The outcome as a dict to be stored, without empty values; acts are stored apart."""
        found = {
            "problems": [one.as_dict() for one in self.problems],
            "changes": self.changes,
            "record": self.record,
            "is_outdated": self.is_outdated,
            "spelled": self.spelled,
            "name": self.name,
            "aside": self.aside,
            "doubt": self.doubt,
            "pending": [one.as_dict() for one in self.pending],
            "holder": self.holder,
        }
        return {name: value for name, value in found.items() if value}


class RowCheck:
    """Checks rows of one kind through its resource without writing them.

    `stage` collects the writes of all kinds; `late` is {row_at: problems} of rows that are valid by themselves but
    contradict other rows of the file.
    """

    def __init__(self, resource: SheetResource, stage: Stage, late: LateProblems | None = None) -> None:
        self.resource, self.stage, self.late = resource, stage, late or {}
        self.replaced: Counter[str] = Counter()
        self.kept: KeptCells | None = None
        resource.load()

    def of_sheet(self, sheet: str) -> None:
        """Notes of which sheet the next rows are; only text files, whose cells are strings, have one without a name."""
        self.resource.sheet, self.resource.without_types = sheet or type(self.resource).sheet, not sheet

    def outcome(self, row_at: RowAt, sheet: str, number: int, row: RowCells) -> Outcome:
        """The Outcome of one row, given as {heading: cell}; `row_at` is its position in the file."""
        if self.resource.is_closed(row):
            return Outcome(ASIDE, aside=CLOSED)
        self.resource.row_at = row_at
        if row_at in self.late:
            self.resource.book.fail(type(self.resource).sheet, str(row.get(self.resource.called)), number)
            return Outcome(WRONG, [problem_at(sheet, number, *found) for found in self.late[row_at]])
        found = self._found(sheet, number, row)
        found.spelled = self.resource.spelled
        found.doubt = self.resource.doubt.as_dict() if self.resource.doubt else None
        if self.resource.awaited and found.tag in (NEW, CHANGED, SAME):
            found.pending = [
                Problem(self.resource.sheet, number, heading, cells.full_text(value), expected, remedy)
                for heading, value, expected, remedy in self.resource.awaited
            ]
            found.holder = self.stage.holder_of(self.resource)
            found.to_keep = self._to_keep(found.pending)
        return found

    def _to_keep(self, pending: Sequence[Problem]) -> int:
        """How many of the cells that the row has put aside are not kept with its record yet."""
        record = self.resource.instance
        if record.pk is None:
            return len(pending)
        self.kept = self.kept or KeptCells(type(record))
        return sum(not self.kept.has(record, str(one.column), one.found) for one in pending)

    def _found(self, sheet: str, number: int, row: RowCells) -> Outcome:
        resource = self.resource
        self.of_sheet(sheet)
        row[ROW_NUMBER], row[YEAR_OF_SHEET] = number, resource.year
        result = resource.import_row(row, None, row_number=number)
        if result.errors:
            return self._refused(number, result.errors[0].error)
        if result.import_type == result.IMPORT_TYPE_SKIP:
            return Outcome(SAME)
        instance = resource.instance
        is_new = result.import_type == result.IMPORT_TYPE_NEW
        changes = [change[1:] for change in resource.changes_beside] if is_new else resource.changes
        self._weigh(changes)
        record = None if instance.pk is None else [instance._meta.label, instance.pk]
        is_outdated = resource.is_outdated and not is_new
        resource.outdated += is_outdated
        changed = resource.changes_beside[0][0] if is_new and changes else instance
        return Outcome(
            NEW if is_new else CHANGED,
            changes=changes,
            record=record,
            is_outdated=is_outdated,
            acts=self.stage.acts_of(resource),
            name=str(changed) if changes else "",
        )

    def _refused(self, number: int, error: Exception) -> Outcome:
        if not isinstance(error, RowProblems):
            raise error
        problems = [problem_at(self.resource.sheet, number, *found) for found in error.problems]
        standing = [error.standing._meta.label, error.standing.pk] if error.standing else None
        return Outcome(PROBLEM_TAGS[error.kind], problems, [], standing)

    def _weigh(self, changes: Iterable[CellChange]) -> None:
        for heading, old, _ in changes:
            if old:
                self.replaced[heading] += 1

    def warnings(self) -> Iterator[str]:
        """Yields warnings to be confirmed before the commit."""
        for heading, replaced in self.replaced.items():
            if replaced > FEW and replaced * OVERWRITTEN > self.resource.compared[heading]:
                yield (
                    f"“{heading}”列将改写 {replaced} 个已登记的值，占该列已登记值的三分之一以上，"
                    "请确认文件不是旧表，列也没有对错。"
                )
        if self.resource.outdated:
            yield (
                f"有 {self.resource.outdated} 行取自较早的导出，对应的记录此后已在系统中修改过："
                "写入会用文件中的旧内容覆盖这些修改。"
            )
        for (sheet, number), heading in self.resource.left_alone:
            yield f"《{sheet}》第 {number} 行的“{heading}”写的是{UNREADABLE}，不作为内容写入，已登记的保持原样。"
        yield from self.resource.doubts()
