"""Which records must be entered in a platform, and how far that has come for each."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from django.db import models

from activities.models import Activity
from assistance.models import AssistedYouth
from members.models import Member, Person, Post, Volunteer
from orgs.models import Organisation, User
from outreach.models import Link
from yl_district.privacy.unreadable import UNREADABLE
from yl_district.spreadsheets.workbooks import as_text

from ..models import PlatformBatchRow, PlatformEntry, PlatformLayout
from ..models.platform_batches import batch_digest
from ..models.platform_fields import ENTERED_AS, EnteredKind
from ..models.platform_layouts import PlatformColumn


class EntryState(models.TextChoices):
    """How far the entry of a record has come."""

    MISSING = "missing", "未录入"
    CHANGED = "changed", "录入后有变更"
    ENTERED = "entered", "已录入"
    BOUND = "bound", "已绑定"


# What is taken to the platform: it has these records not, or not as they are now.
TO_BE_ENTERED = (EntryState.MISSING, EntryState.CHANGED)
# The relations that the fields of each kind of record read.
READ_WITH = {
    EnteredKind.MEMBER: ("person", "branch"),
    EnteredKind.CADRE: ("person", "organisation"),
    EnteredKind.LINKED_YOUTH: ("youth", "cadre"),
    EnteredKind.VOLUNTEER: ("person",),
    EnteredKind.ACTIVITY: ("type", "host", "hub"),
    EnteredKind.ORGANISATION: (),
}


def records_to_enter(layout: PlatformLayout, user: User, day: date) -> models.QuerySet:
    """The records that a platform must have on `day`, as far as the user sees them; all activities held by then.

    Assisted youths are those whose case is open to the user.
    """
    if layout.is_of_cases:
        return AssistedYouth.objects.visible_to(user).as_of(day).with_person().order_by("-registered_on", "pk")
    subject = EnteredKind(layout.subject)
    rows = {
        EnteredKind.MEMBER: lambda: Member.objects.as_of(day).order_by("branch__path", "person__name_sort", "pk"),
        EnteredKind.CADRE: lambda: Post.objects.as_of(day).order_by("organisation__path", "person__name_sort", "pk"),
        EnteredKind.LINKED_YOUTH: lambda: Link.objects.as_of(day).order_by(
            "cadre__name_sort", "youth__name_sort", "pk"
        ),
        EnteredKind.VOLUNTEER: lambda: Volunteer.objects.as_of(day).order_by("person__name_sort", "pk"),
        EnteredKind.ACTIVITY: lambda: Activity.objects.held().filter(held_on__lte=day).order_by("held_on", "pk"),
        EnteredKind.ORGANISATION: lambda: Organisation.objects.as_of(day).order_by("path"),
    }[subject]()
    return rows.visible_to(user).select_related(*READ_WITH[subject])


def within(rows: Any, organisation: Organisation, day: date) -> models.QuerySet:
    """The rows of an organisation and its subtree; volunteers and cadres' links belong to where they are on `day`."""
    if rows.model is Volunteer:
        return rows.placed_on(day, organisation)
    return rows.of_cadres_at(organisation, day) if rows.model is Link else rows.within(organisation)


@dataclass(frozen=True)
class RecordState:
    """One record, its entry in the platform if any, and the headings of what has changed since."""

    layout: PlatformLayout
    record: Any
    owner: Any
    entry: PlatformEntry | None
    changed: tuple[str, ...] = field(default=())

    @property
    def key(self) -> int:
        """The key of the person, activity or organisation."""
        return self.owner.pk

    @property
    def state(self) -> EntryState:
        """How far its entry has come."""
        if self.entry is None:
            return EntryState.MISSING
        if self.changed:
            return EntryState.CHANGED
        return EntryState.BOUND if self.entry.binding else EntryState.ENTERED

    @cached_property
    def place(self) -> str:
        """The organisation that the record is shown with; for links the cadre."""
        record = self.record
        if isinstance(record, Organisation):
            return record.get_category_display()
        if isinstance(record, Link):
            return str(record.cadre)
        names = ("branch", "organisation", "host", "hub")
        return str(next((getattr(record, name) for name in names if getattr(record, name, None)), ""))

    @property
    def shown_name(self) -> str:
        """The name as pages show it, that of a minor masked."""
        return self.owner.shown_name if isinstance(self.owner, Person) else str(self.owner)


def missing_counts(layouts: Iterable[PlatformLayout], user: User, day: date) -> dict[int, int]:
    """For the key of each form how many records that its platform must have on `day` are not entered in it.

    Activities are those of the year, as the form's page shows them at first. Forms of assisted youths have none.
    """
    forms = [layout for layout in layouts if not layout.is_of_cases]
    form_of = {layout.subject: layout for layout in forms}
    owners = {subject: owner_keys(layout, user, day) for subject, layout in form_of.items()}
    entered = defaultdict(set)
    entries = PlatformEntry.objects.visible_to(user).of_open_subjects().order_by()
    for platform, subject, *keys in entries.values_list("platform", "subject", "person", "activity", "organisation"):
        entered[platform, subject].update(keys)
    return {layout.pk: len(owners[layout.subject] - entered[layout.platform, layout.subject]) for layout in forms}


def owner_keys(layout: PlatformLayout, user: User, day: date) -> set[int]:
    """The keys of the people, activities or organisations that a platform must have on `day`."""
    records = records_to_enter(layout, user, day)
    if layout.is_of_activities:
        records = records.filter(held_on__year=day.year)
    _, relation = ENTERED_AS[EnteredKind(layout.subject)]
    return set(records.values_list(relation or "pk", flat=True))


def column_texts(layout: PlatformLayout, labels: Iterable[str], record: Any) -> dict[str, str]:
    """What a record says in the fields of these labels."""
    found = {}
    for label in labels:
        value = layout.catalogue[label].read(record)
        found[label] = "" if value in (None, "", UNREADABLE) else as_text(value)
    return found


def entry_states(layout: PlatformLayout, records: Iterable[Any], user: User) -> list[RecordState]:
    """The state of each record, each person once, in the order of the records."""
    entered, relation = ENTERED_AS[EnteredKind(layout.subject)]
    entries = PlatformEntry.objects.filter(platform=layout.platform, subject=layout.subject).visible_to(user)
    by_key = {getattr(entry, f"{entered}_id"): entry for entry in entries}
    said = {row[0]: row[1:] for row in digests_said(layout)}
    columns = layout.listed_columns
    found, seen = [], set()
    for record in records:
        owner = getattr(record, relation) if relation else record
        if owner.pk in seen:
            continue
        seen.add(owner.pk)
        entry = by_key.get(owner.pk)
        changed = tuple(changes(layout, columns, record, *said[entry.pk])) if entry and entry.pk in said else ()
        found.append(RecordState(layout, record, owner, entry, changed))
    return found


def digests_said(layout: PlatformLayout) -> models.QuerySet:
    """For each entry its key, batch, record's key and digests, the latest batch last."""
    rows = PlatformBatchRow.objects.in_force(layout)
    return rows.values_list("entry_id", "batch_id", "record_key", "digests")


def changes(
    layout: PlatformLayout,
    columns: list[PlatformColumn],
    record: Any,
    batch_key: int,
    record_key: int,
    digests: dict[str, str],
) -> Iterator[str]:
    """The headings of the columns in which a record says something else than the platform was told."""
    texts = column_texts(layout, [column.label for column in columns if column.label in digests], record)
    for heading, label in columns:
        if label in digests and digests[label] != batch_digest(batch_key, record_key, label, texts[label]):
            yield heading
