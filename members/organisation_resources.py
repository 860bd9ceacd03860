"""Import and export of who looks after which organisation: a column of the sheet 团组织, and the sheet 联系变更."""

from functools import partial

from django.core.exceptions import ValidationError
from django.db.models import F

from orgs.models import Organisation
from orgs.resources import ORGANISATION_SHEET, OrganisationResource
from yl_district.days import has_ended
from yl_district.sheets.cells import CellError, is_blank, text_key
from yl_district.sheets.columns import RecordNameColumn, ReferenceColumn, column
from yl_district.sheets.problems import row_problem
from yl_district.sheets.resource import SheetResource

from .liaison_index import LiaisonIndex
from .models import Liaison, Person, Post, shared_day_problem

LIAISON = "联系委员"
SPAN_SHEET = "联系变更"


def columns_with(item, after):
    """The columns of the sheet 团组织 with one more behind the column `after`."""
    columns = OrganisationResource.columns
    place = [each.column_name for each in columns].index(after) + 1
    return [*columns[:place], item, *columns[place:]]


class NamesLiaison(SheetResource):
    """A sheet in which a cell names who looks after an organisation."""

    @property
    def index(self):
        return self.book.only(LiaisonIndex)

    def render(self, heading, item, value):
        if isinstance(value, Person):
            return value.shown_name if self.book.masks else self.index.reference(value)
        return super().render(heading, item, value)


class OrganisationSheetResource(NamesLiaison, OrganisationResource):
    """Each row is a league organisation, and says who looks after it now.

    The name is resolved once all sheets are read, since that of the posts comes later. Another one than before looks
    after a known organisation from the day that the file is answered with, and after a new one since its beginning.
    Where the file has the organisation's spans as well, the name must be the one that they end with.
    """

    columns = columns_with(ReferenceColumn(LIAISON), after="最近换届日期")
    rests_on = (Liaison, Post)

    class Meta(OrganisationResource.Meta):
        model = Organisation

    def load(self):
        super().load()
        self.said, self.refused = {}, []

    def watched(self):
        return [*super().watched(), Liaison, Person, Post]

    def apply(self, record, row):
        changes, said = super().apply(record, row), row.get(LIAISON)
        if said is None or LIAISON in self.standing:
            return changes
        present, is_stated = self.index.present(record), self.index.is_stated(record)
        is_other = not (present and self.index.is_named(present.person, said))
        if is_other or is_stated:
            self.said[id(record)] = record, said, self.row_at
            self.trail.append(partial(self.said.pop, id(record)))
        if is_other and record.pk and not is_stated:
            self.book.note_state_change(*self.place)
        return [*changes, (LIAISON, present.person.shown_name if present else "", said)] if is_other else changes

    def conclude(self):
        for record, said, row_at in self.said.values():
            try:
                self._tell(record, self.index.resolve(record, said))
            except CellError as error:
                self.refused.append((row_at, LIAISON, said, error.expected, error.remedy))

    def late_problems(self):
        return self.refused

    def _tell(self, organisation, person):
        """Has a person look after the organisation, unless the file's spans say so; raises CellError."""
        if self.index.is_stated(organisation):
            present = self.index.present(organisation)
            if not present or present.person is not person:
                expected = f"《{SPAN_SHEET}》中现在的联系委员"
                raise CellError(expected, f"请核对本格与《{SPAN_SHEET}》，改正其中一处")
            return
        day, last = self.book.state_day if organisation.pk else None, self.index.latest(organisation)
        begun = Liaison(organisation=organisation, person=person, started_on=day)
        if last and not has_ended(last, day):
            if last.started_on and last.started_on >= day:
                begun, last.person = last, person
            else:
                last.ended_on = day
                self.write_beside(last, ["ended_on"])
        self._check(begun)
        self.index.add(begun)
        self.write_beside(begun, ["person"] if begun is last else ())

    def _check(self, liaison):
        """Raises CellError where the liaison breaks a rule."""
        organisation = liaison.organisation
        try:
            liaison.clean()
            liaison.check_office(self.index.posts_of(liaison.person, organisation))
            for other in self.index.of(organisation):
                if other is not liaison and other.overlaps(liaison):
                    raise ValidationError({"started_on": shared_day_problem(other)})
        except ValidationError as error:
            ((found, *_), *_) = error.error_dict.values()
            raise CellError(found.params["expected"], found.params["remedy"]) from None

    def value_for_export(self, record, heading, item):
        if heading != LIAISON:
            return super().value_for_export(record, heading, item)
        if hasattr(record, "present_liaisons"):
            return next((liaison.person for liaison in record.present_liaisons), None)
        present = self.index.present(record)
        return present and present.person


class LiaisonResource(NamesLiaison):
    """Each row is a span in which somebody looks after an organisation, of one of which any has a day."""

    sheet = SPAN_SHEET
    known_by = ("组织名称", LIAISON, "起始日期", "结束日期")
    begins = ("起始日期",)
    ends = ("结束日期",)
    relies_on_all = True
    rests_on = (Post,)
    is_announced = True
    is_of_earlier = True
    columns = [
        RecordNameColumn("组织名称", "organisation", Organisation, ORGANISATION_SHEET, required=True),
        ReferenceColumn(LIAISON, required=True),
        column(Liaison, "started_on"),
        column(Liaison, "ended_on"),
    ]

    class Meta(SheetResource.Meta):
        model = Liaison

    def load(self):
        self.stored, self.rows = self.index.stored, {}

    def watched(self):
        return [*super().watched(), Person, Post]

    def announce(self, row):
        name = row.get("组织名称")
        if not is_blank(name):
            self.index.state(self.aliases.get("组织名称", {}).get(text_key(str(name)), str(name)))

    def find(self, row):
        """Returns the person's span that began or ended on the same day, else the only overlapping one, or None."""
        self.person = self._named(row)
        stated = Liaison(started_on=row.get("起始日期"), ended_on=row.get("结束日期"))
        known = [one for one in self.index.of(row["组织名称"]) if one.person is self.person]
        begun = [one for one in known if one.started_on == stated.started_on]
        ended = [one for one in known if one.ended_on and one.ended_on == stated.ended_on]
        overlapping = [one for one in known if one.overlaps(stated)]
        return next(iter([*begun, *ended, *(overlapping if len(overlapping) == 1 else ())]), None)

    def recall(self, record):
        if self.row["组织名称"] is not record.organisation:
            remedy = "标记属于另一组织的联系委员：请恢复原来的组织名称；确为另一组织的记录时清空标记这一格"
            raise row_problem("组织名称", self.row["组织名称"].name, "导出时的组织名称", remedy)
        is_same = LIAISON in self.standing
        self.person = record.person if is_same else self._located(self.row, lambda: self._named(self.row))
        return record

    def _named(self, row):
        try:
            return self.index.resolve(row["组织名称"], row[LIAISON])
        except CellError as error:
            raise CellError(error.expected, error.remedy, LIAISON) from None

    def start(self, row):
        return Liaison(organisation=row["组织名称"], person=self.person)

    def apply(self, record, row):
        self.rows[id(record)] = record, self.row_at
        self.trail.append(partial(self.rows.pop, id(record)))
        if record.person is self.person:
            return []
        former = record.person.shown_name
        self.change(record, "person", self.person)
        return [(LIAISON, former, row[LIAISON])]

    def validate_instance(self, instance, import_validation_errors=None, validate_unique=True):
        super().validate_instance(instance)
        try:
            instance.check_office(self.index.posts_of(instance.person, instance.organisation))
        except ValidationError as error:
            words = error.error_dict["person"][0].params
            raise row_problem(LIAISON, self.row[LIAISON], words["expected"], words["remedy"]) from None

    def accept(self, record):
        self.index.add(record)

    def late_problems(self):
        """Yields a problem for each row whose span overlaps with another one of the organisation."""
        for record, row_at in self.rows.values():
            for other in self.index.of(record.organisation):
                if other is not record and other.overlaps(record):
                    words = shared_day_problem(other).params
                    yield (row_at, "起始日期", record.started_on, words["expected"], words["remedy"])
                    break

    def rows_for_export(self, records):
        dated = records.beside_a_day().select_related("organisation", "person")
        return dated.order_by("organisation__path", F("started_on").asc(nulls_first=True), "pk")

    def value_for_export(self, record, heading, item):
        return record.person if heading == LIAISON else super().value_for_export(record, heading, item)
