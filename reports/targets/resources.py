"""The ledger's sheet 年度任务."""

from yl_district.sheets.cells import CellError
from yl_district.sheets.columns import column
from yl_district.sheets.resource import SheetResource

from ..figures.lines import all_figures
from ..models import Target


class TargetResource(SheetResource):
    """One row is a target set by the level above."""

    sheet = "年度任务"
    known_by = ("年度", "指标")
    relies_on_all = True
    called = "指标"
    columns = [
        column(Target, "year", required=True),
        column(Target, "task", required=True),
        column(Target, "figure", required=True),
        column(Target, "value", required=True),
        column(Target, "issued_by"),
        column(Target, "due_on"),
    ]

    class Meta(SheetResource.Meta):
        model = Target

    def load(self):
        self.stored = {target.pk: target for target in Target.objects.all()}
        self.known = {(target.year, target.figure): target for target in self.stored.values()}
        self.figures = all_figures()

    def find(self, row):
        self._check_figure(row)
        return self.known.get((row["年度"], row["指标"]))

    def _check_figure(self, row):
        if row["指标"] not in self.figures:
            raise CellError("指标代码，如 units_toward_task", "请从台账模板的指标下拉表中选择", "指标")

    def recall(self, record):
        """The target; raises RowProblems where the row names another one. A figure no longer counted may stay."""
        if self.row["指标"] != record.figure:
            self._located(self.row, lambda: self._check_figure(self.row))
        return super().recall(record)

    def accept(self, record):
        self.known[record.year, record.figure] = record

    def rows_for_export(self, records):
        return records.order_by("year", "pk")
