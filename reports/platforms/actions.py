"""Batches of records that go to outside platforms: taken out, confirmed as entered, undone."""

from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.utils import timezone

from activities.models import Activity
from members.models import Person
from orgs.models import Organisation
from yl_district.history.tracking import note_changed, note_created
from yl_district.history.watching import about_to_change, field_names
from yl_district.validators import problem

from ..models import BOUND_AT_HOME, PlatformBatch, PlatformBatchRow, PlatformEntry
from ..models.platform_batches import batch_digests
from ..models.platform_fields import ENTERED_AS
from .states import column_texts

BATCH_ROWS_AT_ONCE = 500
OWNERS = {"person": Person, "activity": Activity, "organisation": Organisation}


class BatchOutcome(NamedTuple):
    """How many records a batch was the first to enter, entered anew, found entered by somebody else, or not at all."""

    begun: int
    renewed: int
    met: int
    gone: int


def take_out(layout, states, user):
    """The new batch of these records, with the digests of what they say now."""
    labels = [column.label for column in layout.listed_columns]
    return new_batch(layout, [(one, column_texts(layout, labels, one.record)) for one in states], user)


def new_batch(layout, told, user, is_from_list=False):
    """The new batch of (state, {label: text}) with the digests of these texts."""
    batch = PlatformBatch.objects.create(layout=layout, made_by=user, made_at=timezone.now(), is_from_list=is_from_list)
    rows = []
    for one, texts in told:
        digests = batch_digests(batch.pk, one.key, texts)
        rows.append(PlatformBatchRow(batch=batch, record_key=one.key, digests=digests, entry=one.entry))
    PlatformBatchRow.objects.bulk_create(rows, BATCH_ROWS_AT_ONCE)
    return batch


def enter(batch, entered_on, bound_on=None):
    """Notes that the batch was entered in the platform on a day, and bound there on another; returns the BatchOutcome.

    What somebody else noted meanwhile keeps its days; records that were deleted meanwhile are left out.
    """
    batch.require("确认录入", PlatformBatch.State.TAKEN_OUT)
    refuse_binding_at_home(batch.layout, bound_on)
    field, _ = ENTERED_AS[batch.layout.subject]
    rows = list(batch.rows.all())
    known = known_entries(batch.layout, field)
    keys = [row.record_key for row in rows]
    there = set(OWNERS[field].objects.filter(pk__in=keys).values_list("pk", flat=True))
    new = [key for key in keys if key in there and key not in known]
    told = {"platform": batch.layout.platform, "subject": batch.layout.subject}
    days = {"entered_on": entered_on, "bound_on": bound_on}
    begun = {key: PlatformEntry(**told, **days, **{f"{field}_id": key}) for key in new}
    entries = list(begun.values())
    about_to_change(entries, field_names(PlatformEntry))
    PlatformEntry.objects.bulk_create(entries, BATCH_ROWS_AT_ONCE)
    note_created(entries)
    met = sum(row.entry_id is None and row.record_key in known for row in rows)
    for row in rows:
        row.has_begun_entry = row.record_key in begun
        row.entry = begun.get(row.record_key) or known.get(row.record_key)
        row.has_bound_entry = bool(bound_on and row.entry and not row.has_begun_entry and not row.entry.binding)
    set_bindings([row.entry for row in rows if row.has_bound_entry], bound_on)
    PlatformBatchRow.objects.bulk_update(rows, ["entry", "has_begun_entry", "has_bound_entry"], BATCH_ROWS_AT_ONCE)
    batch.state, batch.entered_on, batch.bound_on = PlatformBatch.State.ENTERED, entered_on, bound_on
    batch.save()
    gone = sum(row.entry is None for row in rows)
    return BatchOutcome(len(begun), len(rows) - len(begun) - met - gone, met, gone)


def refuse_binding_at_home(layout, bound_on):
    """Raises ValidationError for a day of binding that volunteers state themselves."""
    if bound_on and layout.platform == BOUND_AT_HOME:
        expected = f"不填（{BOUND_AT_HOME}的绑定日期登记在志愿者的记录上）"
        raise ValidationError({"bound_on": problem(expected, "请清空，在志愿者名单上批量绑定")})


def known_entries(layout, field):
    """{key of the record: its entry} of what is entered in the platform already."""
    stored = PlatformEntry.objects.filter(platform=layout.platform, subject=layout.subject)
    return {getattr(entry, f"{field}_id"): entry for entry in stored}


def set_bindings(entries, day):
    """Gives entries their day of binding, or takes it from them where it is None."""
    about_to_change(entries, ["bound_on"])
    for entry in entries:
        entry.bound_on = day
    PlatformEntry.objects.bulk_update(entries, ["bound_on"], BATCH_ROWS_AT_ONCE)
    note_changed(entries)


def take_batch_back(batch):
    """Undoes that the batch was entered: deletes the entries that it began, and takes back the bindings that it noted.

    Returns how many entries it deleted; raises ValidationError where one of either has been changed or entered since.
    """
    batch.require("撤销", PlatformBatch.State.ENTERED)
    rows = list(batch.rows.filter(entry__isnull=False).select_related("entry"))
    begun = [row.entry for row in rows if row.has_begun_entry]
    bound = [row.entry for row in rows if row.has_bound_entry]
    keys = [entry.pk for entry in [*begun, *bound]]
    changed = {entry.pk for entry in bound if entry.bound_on != batch.bound_on}
    history = PlatformEntry.history.model.objects.filter(id__in=[entry.pk for entry in begun], history_type="~")
    changed |= set(history.values_list("id", flat=True))
    later = PlatformBatchRow.objects.filter(entry__in=keys, batch__state=PlatformBatch.State.ENTERED)
    changed |= set(later.filter(batch__gt=batch.pk).values_list("entry", flat=True))
    if changed:
        raise ValidationError(
            f"没有撤销：这一批登记的 {len(changed)} 条，此后又有修改、绑定或再次录入。"
            f"请先撤销后来的一批，或在“平台录入”中逐条修改。"
        )
    for entry in begun:
        entry.delete()
    set_bindings(bound, None)
    batch.state = PlatformBatch.State.UNDONE
    batch.save()
    return len(begun)
