"""A whole sheet taken in through its resource at once, as a ledger's sheets are."""

from dataclasses import dataclass, field

from tablib import Dataset

from .imports import ROW_NUMBER
from .problems import RowProblems, problem_at


@dataclass
class SheetReport:
    """What an import did, or would do, with one sheet."""

    new: int = 0
    changed: int = 0
    same: int = 0
    errors: list = field(default_factory=list)
    changes: list = field(default_factory=list)

    def as_dict(self):
        return {
            "new": self.new,
            "changed": self.changed,
            "same": self.same,
            "errors": [problem.as_dict() for problem in self.errors],
        }


def take_in(resource, headings, rows):
    """Takes the rows (number, cells) of one sheet in through its resource; returns the SheetReport."""
    dataset = Dataset(headers=[*headings, ROW_NUMBER])
    for number, values in resource.ordered(headings, rows):
        dataset.append([*values, number])
    report = SheetReport()
    result = resource.import_data(dataset, raise_errors=False, use_transactions=False)
    for error in result.base_errors:
        raise error.error
    numbers = [row[-1] for row in dataset]
    for number, row_result in zip(numbers, result.rows, strict=True):
        if row_result.validation_error:
            raise row_result.validation_error
        if row_result.errors:
            error = row_result.errors[0].error
            if not isinstance(error, RowProblems):
                raise error
            report.errors += [problem_at(resource.sheet, number, *found) for found in error.problems]
        elif row_result.import_type == row_result.IMPORT_TYPE_NEW:
            report.new += 1
        elif row_result.import_type == row_result.IMPORT_TYPE_SKIP:
            report.same += 1
        else:
            report.changed += 1
    report.changes = resource.change_log
    report.errors.sort(key=lambda problem: problem.row)
    return report
