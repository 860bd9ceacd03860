"""The ledger's sheet 平台录入."""

from activities.models import Activity
from activities.resources import ActivityIndex
from assistance.models import AssistedYouth
from assistance.resources import CaseIndex
from members.directory import ASSISTED_YOUTH, CADRE, LINKED_YOUTH, MEMBER, VOLUNTEER, Directory, VolunteerIndex
from members.models import Person, Volunteer
from orgs.models import Organisation
from orgs.resources import ORGANISATION_SHEET
from yl_district.sheets.cells import CellError, plain
from yl_district.sheets.columns import ReferenceColumn, column, key_of
from yl_district.sheets.problems import row_problem
from yl_district.sheets.resource import SheetResource

from ..models import BOUND_AT_HOME, PlatformEntry

SUBJECT_CAPACITIES = {
    PlatformEntry.Subject.MEMBER: MEMBER,
    PlatformEntry.Subject.CADRE: CADRE,
    PlatformEntry.Subject.LINKED_YOUTH: LINKED_YOUTH,
    PlatformEntry.Subject.ASSISTED_YOUTH: ASSISTED_YOUTH,
    PlatformEntry.Subject.VOLUNTEER: VOLUNTEER,
}


class PlatformEntryResource(SheetResource):
    """One row is one record entered in an outside platform."""

    sheet = "平台录入"
    known_by = ("平台", "对象", "名称")
    relies_on_all = True
    called = "名称"
    shared = ("bound_on",)
    columns = [
        column(PlatformEntry, "platform", required=True),
        column(PlatformEntry, "subject", required=True),
        ReferenceColumn("名称", required=True, width=30),
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
        entries = entries.prefetch_related("youth")
        # Without access to case files, an export mark must not lead to an assisted youth's entry.
        marked = entries if self.book.with_cases else entries.of_open_subjects()
        self.stored = {entry.pk: entry for entry in marked}
        self.known = {self._key(entry): entry for entry in entries}

    def _key(self, entry):
        """The identity of an entry: its platform, kind of subject, and the key of its record."""
        return entry.platform, entry.subject, key_of(entry.record)

    def watched(self):
        return [*super().watched(), Person, Volunteer, AssistedYouth, Activity, Organisation]

    def is_closed(self, row):
        """Whether the row is closed, being of an assisted youth: even a duplicate error would reveal who is one."""
        label = PlatformEntry.Subject.ASSISTED_YOUTH.label
        return not self.book.with_cases and plain(row.get("对象", "")).strip() == label

    def find(self, row):
        self._find_record(row)
        return self.known.get((row["平台"], row["对象"], key_of(self.record)))

    def _find_record(self, row):
        try:
            self.record = self._record(row["对象"], row["名称"])
        except CellError as error:
            raise CellError(error.expected, error.remedy, "名称") from None

    def recall(self, record):
        """The entry with the row's mark; raises RowProblems where the row names another record."""
        if "名称" in self.standing and self.row["对象"] == record.subject:
            return record
        self._located(self.row, lambda: self._find_record(self.row))
        of_record = self.row["对象"], key_of(self.record)
        if of_record != self._key(record)[1:]:
            remedy = "标记属于另一条录入：请恢复原来的对象与名称；确为另一条时清空标记这一格"
            raise row_problem("名称", self.row["名称"], "导出时的对象与名称", remedy)
        return record

    def _record(self, subject, name):
        if subject == PlatformEntry.Subject.ORGANISATION:
            return self.book.refer(Organisation, name, ORGANISATION_SHEET)
        if subject == PlatformEntry.Subject.ACTIVITY:
            return self.book.only(ActivityIndex).referred(name)
        return self.directory.refer(name, SUBJECT_CAPACITIES[subject])

    def start(self, row):
        kinds = {Person: "person", Activity: "activity", Organisation: "organisation"}
        is_youth = row["对象"] == PlatformEntry.Subject.ASSISTED_YOUTH
        return PlatformEntry(**{"youth" if is_youth else kinds[type(self.record)]: self.record})

    def _set(self, instance, heading, item, value):
        """Sets a cell; 绑定日期 of a volunteer or an assisted youth on that record, whose sheet states it as well."""
        home = self._home_of(instance) if heading == "绑定日期" else None
        if home is None:
            super()._set(instance, heading, item, value)
        elif not (instance.is_apart and value == instance.bound_on):
            self._bring_home(instance)
            super()._set(home, heading, item, value)

    def records_of(self, instance):
        home = self._home_of(instance)
        return [home, instance] if id(home) in self.dirty else [instance]

    def _bring_home(self, instance):
        """Drops the entry's own day of binding."""
        for name, value in (("bound_on", None), ("is_apart", False)):
            if getattr(instance, name) != value:
                self.change(instance, name, value)

    def _home_of(self, entry):
        """Returns the volunteer or case of this file or of the database that states when the entry was bound."""
        person = entry.person or entry.youth
        if entry.platform != BOUND_AT_HOME or person is None:
            return None
        person = self.directory.same(person)
        if entry.subject == PlatformEntry.Subject.VOLUNTEER:
            return self.book.only(VolunteerIndex).of_person.get(id(person))
        if entry.subject == PlatformEntry.Subject.ASSISTED_YOUTH:
            cases = self.book.only(CaseIndex)
            return cases.on(person, entry.entered_on) if cases.of(person) else None
        return None

    def accept(self, record):
        self.known[self._key(record)] = record

    def rows_for_export(self, records):
        records = records.select_related("person", "activity", "organisation").prefetch_related("youth")
        return records.order_by("entered_on", "pk")

    def value_for_export(self, record, heading, item):
        if heading == "绑定日期":
            return record.binding
        if heading != "名称":
            return super().value_for_export(record, heading, item)
        if record.activity:
            return self.book.only(ActivityIndex).reference(record.activity_id)
        if record.organisation:
            return record.organisation.name
        return self.directory.reference(record.person or record.youth, SUBJECT_CAPACITIES[record.subject])
