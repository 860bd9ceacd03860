"""The ledger's sheets 平台录入 and 年度任务."""

from activities.models import Activity
from activities.resources import ActivityIndex
from members.directory import ASSISTED_YOUTH, CADRE, LINKED_YOUTH, MEMBER, VOLUNTEER, Directory
from members.models import Person
from orgs.models import Organisation
from orgs.resources import ORGANISATION_SHEET
from yl_district.cells import CellError
from yl_district.columns import Column, column
from yl_district.imports import SheetResource

from .figures import all_figures
from .models import PlatformEntry, Target

CAPACITIES = {
    PlatformEntry.Subject.MEMBER: MEMBER,
    PlatformEntry.Subject.CADRE: CADRE,
    PlatformEntry.Subject.LINKED_YOUTH: LINKED_YOUTH,
    PlatformEntry.Subject.ASSISTED_YOUTH: ASSISTED_YOUTH,
    PlatformEntry.Subject.VOLUNTEER: VOLUNTEER,
}


class PlatformEntryResource(SheetResource):
    """One row is one record entered in an outside platform."""

    sheet = "平台录入"
    called = "名称"
    columns = [
        column(PlatformEntry, "platform", required=True),
        column(PlatformEntry, "subject", required=True),
        Column("名称", required=True, width=30),
        column(PlatformEntry, "entered_on", required=True),
        column(PlatformEntry, "bound_on"),
    ]

    class Meta(SheetResource.Meta):
        model = PlatformEntry

    @property
    def directory(self):
        return self.book.only(Directory)

    def load(self):
        entries = PlatformEntry.objects.select_related("person", "activity", "organisation").order_by("pk")
        self.known = {(one.platform, one.subject, self._pk(one)): one for one in entries}

    def _pk(self, entry):
        return entry.person_id or entry.activity_id or entry.organisation_id

    def find(self, row):
        try:
            self.record = self._record(row["对象"], row["名称"])
        except CellError as error:
            raise CellError(error.expected, error.remedy, "名称") from None
        return self.known.get((row["平台"], row["对象"], self.record.pk))

    def _record(self, subject, name):
        if subject == PlatformEntry.Subject.ORGANISATION:
            return self.book.refer(Organisation, name, ORGANISATION_SHEET)
        if subject == PlatformEntry.Subject.ACTIVITY:
            return self.book.only(ActivityIndex).referred(name)
        return self.directory.refer(name, CAPACITIES[subject])

    def start(self, row):
        kinds = {Person: "person", Activity: "activity", Organisation: "organisation"}
        return PlatformEntry(**{kinds[type(self.record)]: self.record})

    def accept(self, record):
        self.known[record.platform, record.subject, self._pk(record)] = record

    def rows_for_export(self, records):
        return records.select_related("person", "activity", "organisation").order_by("entered_on", "pk")

    def value_for_export(self, record, heading, item):
        if heading != "名称":
            return super().value_for_export(record, heading, item)
        if record.activity:
            return self.book.only(ActivityIndex).reference(record.activity_id)
        if record.organisation:
            return record.organisation.name
        return self.directory.reference(record.person, CAPACITIES[record.subject])


class TargetResource(SheetResource):
    """One row is a target set from above."""

    sheet = "年度任务"
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
        self.known = {(target.year, target.figure): target for target in Target.objects.all()}
        self.figures = all_figures()

    def find(self, row):
        if row["指标"] not in self.figures:
            raise CellError("指标代码，如 units_toward_task", "请从台账模板的指标下拉表中选择", "指标")
        return self.known.get((row["年度"], row["指标"]))

    def accept(self, record):
        self.known[record.year, record.figure] = record

    def rows_for_export(self, records):
        return records.order_by("year", "pk")
