"""Takes a committed import back: what it began is removed, what it changed gets its former values.

A record that somebody has worked on since stays as it is, and so does one on which other records hang. What the import
wrote is known by the keys of the history rows that it left, so that any import can be taken back at any time.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass

from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from ..access_log import Action, operating_system_user, record
from ..bulk import delete_rows, insert_history, row_of, update_rows
from ..history import because, tracked_fields
from ..models import ImportBatch
from .commit import Refused
from .stage import derived

REVERSED, KEPT, HELD = "reversed", "kept", "held"
LABELS = {REVERSED: "撤销", KEPT: "保留：后来改过", HELD: "保留：有其他记录引用"}
CHUNK = 500
LISTED = 500  # records that stay, which the result names


@dataclass
class Reversal:
    """What becomes of one record: `before` and `after` are its history rows around the import."""

    verdict: str
    model: type
    key: int
    before: models.Model | None
    after: models.Model
    reason: str = ""

    @property
    def is_new(self):
        """Whether the import began the record."""
        return self.before is None

    def differing(self):
        """The fields to which the import gave another value."""
        skipped = getattr(self.model, "undo_skips", ())
        return [field for field in differing(self.model, self.before, self.after) if field.name not in skipped]


def differing(model, one, other):
    """The fields in which two states of a record differ."""
    return [field for field in tracked_fields(model) if getattr(one, field.attname) != getattr(other, field.attname)]


def reversals(batch, is_locking=False):
    """Yields a Reversal for each record that the import wrote, in the order in which they can be taken back.

    With `is_locking` nobody can work on a record from before it is looked at until the transaction ends.
    """
    removed = defaultdict(set)
    for label, ranges in reversed(batch.written):
        model = apps.get_model(label)
        for keys in chunks(ranges):
            if is_locking:
                lock(model, keys)
            for one in reversals_of(model, keys, ranges, removed):
                if one.is_new and one.verdict == REVERSED:
                    removed[model].add(one.key)
                yield one


def chunks(ranges):
    """The keys of ranges, the latest first, some at a time."""
    for first, last in reversed(ranges):
        for end in range(last, first - 1, -CHUNK):
            yield max(first, end - CHUNK + 1), end


def lock(model, keys):
    """Keeps others from the records to which these history rows belong."""
    own = model.history.model.objects.filter(history_id__range=keys).order_by()
    list(model._base_manager.select_for_update().filter(pk__in=own.values("id")).order_by("pk").values_list("pk"))


def reversals_of(model, keys, ranges, removed):
    """The Reversals of the records whose first history row of this import has a key in `keys` (first, last)."""
    kept = model.history.model.objects.order_by("history_id")
    own = list(kept.filter(history_id__range=keys))
    histories = defaultdict(list)
    for row in kept.filter(id__in={row.id for row in own}).select_related("history_user"):
        histories[row.id].append(row)
    holding = held(model, histories, removed)
    for key, rows in histories.items():
        written = [row for row in rows if is_within(row.history_id, ranges)]
        if written[0].history_id < keys[0]:
            continue  # it is told of with the first row
        before = [row for row in rows if row.history_id < written[0].history_id]
        later = [row for row in rows if row.history_id > written[-1].history_id]
        former = before[-1] if before and written[0].history_type != "+" else None
        found = Reversal(REVERSED, model, key, former, written[-1])
        if later and (later[-1].history_type == "-" or differing(model, written[-1], later[-1])):
            found.verdict, found.reason = KEPT, edited(later[-1])
        elif former is None and hasattr(model, "undo_leaves"):
            found.verdict, found.reason = HELD, model.undo_leaves
        elif former is None and key in holding:
            found.verdict, found.reason = HELD, f"有{'、'.join(sorted(holding[key]))}引用它"
        yield found


def is_within(key, ranges):
    """Whether a key lies in one of the ranges."""
    return any(first <= key <= last for first, last in ranges)


def edited(row):
    """Who did something to a record after the import, and when."""
    user = row.history_user
    who = user.name or user.get_username() if user else "系统"
    act = "删除" if row.history_type == "-" else "修改"
    return f"{who}于 {timezone.localtime(row.history_date):%Y-%m-%d %H:%M} {act}"


def held(model, keys, removed):
    """{key: kinds of records} for those records on which others hang that will not be removed with them."""
    found = defaultdict(set)
    for relation in model._meta.related_objects:
        other = relation.through if relation.many_to_many else relation.related_model
        field = relation.field
        name, own = (
            (field.m2m_reverse_field_name(), f"{field.m2m_field_name()}_id")
            if relation.many_to_many
            else (field.name, "pk")
        )
        pointing = other._base_manager.filter(**{f"{name}__in": list(keys)}).values_list(own, f"{name}_id")
        for pk, key in pointing:
            if pk not in removed[relation.related_model]:
                found[key].add(str(relation.related_model._meta.verbose_name))
    return found


def undo(batch, user, resources):
    """Takes an import of what `resources` take in back, as far as it can be, in one transaction.

    Raises Refused, and then nothing has changed.
    """
    try:
        with transaction.atomic(), because(f"撤销导入：{batch.file_name}", user):
            locked = ImportBatch.objects.select_for_update().get(pk=batch.pk)
            if locked.state == ImportBatch.State.UNDONE:
                return
            if locked.state not in (ImportBatch.State.COMMITTED, ImportBatch.State.UNDOING):
                raise Refused("这次导入没有写入任何内容，无可撤销。")
            undoing = Undoing(resources)
            for one in reversals(locked, is_locking=True):
                undoing.take(one)
            undoing.end()
            locked.state, locked.undone_at, locked.undone_by = ImportBatch.State.UNDONE, timezone.now(), user
            locked.undone = undoing.result()
            locked.save()
            detail = f"撤销 {undoing.counts[REVERSED]}，保留 {undoing.counts[KEPT] + undoing.counts[HELD]}"
            record(Action.IMPORT, f"撤销：{locked.file_name}", user=user, detail=detail, who=operating_system_user())
    except IntegrityError:
        raise Refused("撤销时发现其他记录正在引用这些内容，没有撤销任何记录，请刷新后重试。") from None
    batch.refresh_from_db()


class Undoing:
    """Carries reversals out, some at a time."""

    def __init__(self, resources):
        self.settled = {resource._meta.model: resource for resource in resources if resource.settled_by}
        self.waiting, self.settling = [], defaultdict(set)
        self.counts, self.staying = Counter(), []

    def take(self, one):
        """Counts a reversal and lets it wait for others of its kind."""
        self.counts[one.verdict] += 1
        if one.verdict != REVERSED:
            if len(self.staying) < LISTED:
                self.staying.append([one.model._meta.label, one.key, one.verdict, one.reason])
            return
        if self.waiting and (len(self.waiting) == CHUNK or self.waiting[0].model is not one.model):
            self._carry_out()
        self.waiting.append(one)

    def end(self):
        """Carries out what still waits, and brings up to date what others tell of the records."""
        self._carry_out()
        for resource, keys in self.settling.items():
            resource.settle(keys)

    def result(self):
        """What was taken back and what stays, as the import keeps it."""
        return {"counts": dict(self.counts), "staying": self.staying}

    def _carry_out(self):
        if not self.waiting:
            return
        model = self.waiting[0].model
        stored = model._base_manager.in_bulk([one.key for one in self.waiting])
        if model in self.settled:
            resource = self.settled[model]
            self.settling[resource] |= {getattr(one, f"{resource.settled_by}_id") for one in stored.values()}
        self._remove(model, [stored[one.key] for one in self.waiting if one.is_new])
        self._restore(model, [(one, stored[one.key]) for one in self.waiting if not one.is_new])
        self.waiting = []

    def _remove(self, model, records):
        if records:
            keys = [one.pk for one in records]
            for field in model._meta.local_many_to_many:
                links = field.remote_field.through._base_manager
                links.filter(**{f"{field.m2m_field_name()}__in": keys}).delete()
            insert_history(model, [row_of(one) for one in records], "-")
            delete_rows(model, keys)

    def _restore(self, model, pairs):
        by_names = defaultdict(list)
        for one, stored in pairs:
            fields = one.differing()
            for field in fields:
                setattr(stored, field.attname, getattr(one.before, field.attname))
            names = {field.name for field in fields}
            if names:
                by_names[tuple(sorted({*names, *derived(model, names)}))].append(row_of(stored))
        for names, rows in by_names.items():
            update_rows(model, names, rows)
            insert_history(model, rows, "~")
