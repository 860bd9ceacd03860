"""Keeps what a comparison found: what is new, what was decided before, and what can be noted as entered."""

from django.utils import timezone

from yl_district.privacy.encryption import store_columns

from ..models import PlatformLayout, Reconciliation, ReconciliationRow
from ..models.reconciliations import digest_of_difference
from .actions import BATCH_ROWS_AT_ONCE, new_batch
from .comparing import compared_with_list
from .listed_rows import listed_rows
from .states import entry_states, records_to_enter

VALUES = ("name", "ours", "theirs")


def reconcile(layout, sheets, file_name, user, day):
    """Compares the sheets of a file with the register, and returns the kept Reconciliation.

    Raises ValidationError where the file is no list of the form.
    """
    others = PlatformLayout.objects.of_open_subjects().exclude(pk=layout.pk)
    rows = listed_rows(layout, sheets, others)
    states = entry_states(layout, records_to_enter(layout, user, day), user)
    found = compared_with_list(layout, states, rows)
    list(PlatformLayout.objects.select_for_update(no_key=True).filter(pk=layout.pk).values_list("pk"))
    to_note = [(match.state, match.texts) for match in found.matches if is_to_be_noted(match)]
    reconciliation = Reconciliation.objects.create(
        layout=layout,
        made_by=user,
        made_at=timezone.now(),
        file_name=file_name[:200],
        listed_count=len(rows),
        same_count=found.same_count,
        batch=new_batch(layout, to_note, user, is_from_list=True) if to_note else None,
    )
    keep_differences(reconciliation, found.differences)
    return reconciliation


def is_to_be_noted(match):
    """Whether what the list says of a record is not noted yet: that it is entered, or which columns are otherwise."""
    return match.state.entry is None or set(match.state.changed) != set(match.headings)


def keep_differences(reconciliation, differences):
    """Keeps the differences in place of those of earlier lists, of which decisions and digests alone remain."""
    layout = reconciliation.layout
    of_form = ReconciliationRow.objects.filter(layout=layout)
    known = {row.digest: row for row in of_form}
    again, new = [], []
    for one in differences:
        digest = digest_of_difference(layout.pk, one.kind, one.identity, one.heading)
        row = known.pop(digest, None)
        is_known = row is not None
        row = row or ReconciliationRow(layout=layout, digest=digest)
        row.reconciliation, row.is_new, row.kind = reconciliation, not is_known, one.kind
        row.record_key, row.heading = one.record_key, one.heading
        row.name, row.ours, row.theirs = one.name[:200], one.ours, one.theirs
        (again if is_known else new).append(row)
    ReconciliationRow.objects.bulk_create(new, BATCH_ROWS_AT_ONCE)
    store_columns(ReconciliationRow, again, ["reconciliation", "is_new", *VALUES])
    gone = list(known.values())
    of_form.filter(pk__in=[row.pk for row in gone if not row.decision]).delete()
    decided = [row for row in gone if row.decision and (row.reconciliation_id or row.name)]
    for row in decided:
        row.reconciliation, row.name, row.ours, row.theirs = None, "", "", ""
    store_columns(ReconciliationRow, decided, ["reconciliation", *VALUES])
