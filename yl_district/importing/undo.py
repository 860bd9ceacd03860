"""The undo of a committed import: deletes the records it created and restores the values it changed.

`reversals` decides which records stay. The import's writes are found by the keys of its history rows, so that any
import can be undone at any time.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from ..audit.access_log import Action, operating_system_user, record
from ..history.bulk_sql import delete_rows, insert_history, row_of, set_links, update_rows
from ..history.tracking import because
from ..sheets.resource import SheetResource
from ..typing import TrackedModel, User
from .commit import HISTORY_REASON, CommitRefused, settled_models
from .models import ImportBatch
from .reversals import BEYOND_REACH_NOW, KEYS_AT_ONCE, REVERSED, Reversal, restore, reversals, states_of
from .sealing import SealedOwners
from .stage import derived

LISTED = 500  # remaining records listed in the result
UNDO_CONFLICT = (
    "撤销时发现与系统中的其他记录冲突，可能刚有他人引用了这些内容，或使用了相同的号码。没有撤销任何记录，请刷新后重试。"
)


def undo(batch: ImportBatch, user: User | None, resources: Iterable[type[SheetResource]]) -> None:
    """Undoes an import as far as possible in one transaction; `resources` are those of all kinds.

    Raises CommitRefused; then nothing is changed.
    """
    try:
        with transaction.atomic(), because(f"撤销{HISTORY_REASON}", user):
            locked = ImportBatch.objects.select_for_update().get(pk=batch.pk)
            if locked.state == ImportBatch.State.UNDONE:
                return
            if locked.state not in (ImportBatch.State.COMMITTED, ImportBatch.State.UNDOING):
                raise CommitRefused("这次导入没有写入任何内容，无可撤销。")
            undoing = ReversalWriter(resources)
            for one in reversals(locked, user, is_locking=True):
                undoing.take(one)
            undoing.end()
            locked.awaited.exclude(undoing.of_others()).delete()
            locked.state, locked.undone_at, locked.undone_by = ImportBatch.State.UNDONE, timezone.now(), user
            locked.undone = undoing.result()
            locked.save()
            detail = f"撤销 {undoing.counts[REVERSED]}，保留 {undoing.staying_count}"
            record(Action.IMPORT, f"撤销：{locked.public_name}", user=user, detail=detail, who=operating_system_user())
    except IntegrityError:
        raise CommitRefused(UNDO_CONFLICT) from None
    batch.refresh_from_db()


class ReversalWriter:
    """Carries out reversals in batches of one model."""

    def __init__(self, resources: Iterable[type[SheetResource]]) -> None:
        self.settled = settled_models(resources)
        self.waiting: list[Reversal] = []
        self.sealing = SealedOwners()
        self.settling: dict[type[SheetResource], set[int]] = defaultdict(set)
        self.counts: Counter[str] = Counter()
        self.staying: list[list[Any]] = []
        self.beyond: dict[TrackedModel, list[int]] = defaultdict(list)

    def take(self, one: Reversal) -> None:
        """Counts a reversal and queues it for its batch; one that is not carried out is listed instead."""
        self.counts[one.verdict] += 1
        if one.reason == BEYOND_REACH_NOW:
            self.beyond[one.model].append(one.key)
        if one.verdict != REVERSED:
            if len(self.staying) < LISTED:
                self.staying.append([one.model._meta.label, one.key, one.verdict, one.reason])
            return
        if self.waiting and (len(self.waiting) == KEYS_AT_ONCE or self.waiting[0].model is not one.model):
            self._carry_out()
        self.waiting.append(one)

    def end(self) -> None:
        """Carries out the last batch, and updates data that other records derive from those changed."""
        self._carry_out()
        for resource, keys in self.settling.items():
            resource.settle(keys)
        self.sealing.settle()

    @property
    def staying_count(self) -> int:
        """The number of records that stay."""
        return self.counts.total() - self.counts[REVERSED]

    def of_others(self) -> Q:
        """The condition for cells kept with records that other committees keep by now."""
        found = Q(pk__in=[])
        for model, keys in self.beyond.items():
            found |= Q(content_type=ContentType.objects.get_for_model(model), object_id__in=keys)
        return found

    def result(self) -> dict[str, Any]:
        """Counts by verdict and the remaining records, to be stored with the import."""
        return {"counts": dict(self.counts), "staying": self.staying}

    def _carry_out(self) -> None:
        if not self.waiting:
            return
        model = self.waiting[0].model
        stored = model._base_manager.in_bulk([one.key for one in self.waiting])
        if model in self.settled:
            resource, field = self.settled[model]
            self.settling[resource] |= {getattr(one, field.attname) for one in stored.values()}
        self._remove(model, [stored[one.key] for one in self.waiting if one.is_new])
        self._restore(model, [(one, stored[one.key]) for one in self.waiting if not one.is_new])
        self.waiting = []

    def _remove(self, model: TrackedModel, records: Sequence[Any]) -> None:
        if records:
            keys = [one.pk for one in records]
            for field in model._meta.local_many_to_many:
                links = field.remote_field.through._base_manager
                links.filter(**{f"{field.m2m_field_name()}__in": keys}).delete()
            rows = [row_of(one) for one in records]
            self.sealing.note(model, rows)
            insert_history(model, rows, "-")
            delete_rows(model, keys)

    def _restore(self, model: TrackedModel, pairs: Sequence[tuple[Reversal, Any]]) -> None:
        states = states_of([one for one, _ in pairs])
        by_names: dict[tuple[str, ...], list[Any]] = defaultdict(list)
        links: dict[str, dict[int, Any]] = defaultdict(dict)
        for one, stored in pairs:
            before = states[one.before]
            names = set()
            for field in restore(stored, before, states[one.after]):
                if field.many_to_many:
                    links[field.name][one.key] = before.linked[field]
                names.add(field.name)
            if names:
                by_names[tuple(sorted({*names, *derived(model, names)}))].append(row_of(stored))
        for name, keys in links.items():
            set_links(model, name, keys)
        for written, rows in by_names.items():
            columns = [name for name in written if name not in links]
            if columns:
                self.sealing.note_former(model, columns, [one.key for one, _ in pairs])
                update_rows(model, columns, rows)
            self.sealing.note(model, rows)
            insert_history(model, rows, "~")
