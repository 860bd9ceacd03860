"""Dry run of undoing an import, record by record.

A record stays as it is if somebody has changed it since, if other records refer to it, or if rules no longer allow its
former values. Whole records are loaded only in these rarer cases, as an import may have written a hundred thousand.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db.models import Q, UniqueConstraint
from django.utils import timezone

from ..attachments.models import Attachment, attached_to
from ..history.tracking import links_at, tracked_fields
from ..privacy.sealed_links import SealedForeignKey, with_related
from ..record_options import options_of
from ..sheets.columns import rows_kept
from ..typing import TrackedModel, User
from .models import ImportBatch
from .versions import KeyRanges

REVERSED, KEPT, HELD, UNFIT = "reversed", "kept", "held", "unfit"
VERDICT_LABELS = {
    REVERSED: "撤销",
    KEPT: "保留：后来改过",
    HELD: "保留：有其他记录引用",
    UNFIT: "保留：不能自动撤销",
}
# What holds a person, whom a case may hold: which kind it is must not be kept beside the person's key.
ANY_RECORD = "其他记录"
BEYOND_REACH_NOW = "现属于其他单位，须由上级团委机关办理"
KEYS_AT_ONCE = 1_000

# {model: keys of records}.
ByModel: TypeAlias = dict[TrackedModel, set[int]]
# {key: (record with its former values, names of the restored fields)}.
Touched: TypeAlias = dict[int, tuple[Any, set[str]]]
# (names of fields that are unique together; condition; constraint, None for a unique field).
Rule: TypeAlias = tuple[Sequence[str], Q, Any]
# A Rule with {values: keys of the records that hold them}.
HeldRule: TypeAlias = tuple[Sequence[str], Q, Any, dict[tuple[Any, ...], set[int]]]


@dataclass(slots=True)
class Reversal:
    """The verdict on one record; `before` and `after` are the keys of its history rows around the import."""

    verdict: str
    model: TrackedModel
    key: int
    before: int | None
    after: int
    reason: str = ""

    @property
    def is_new(self) -> bool:
        """Whether the import created the record."""
        return self.before is None


def differing(model: TrackedModel, one: Any, other: Any) -> list[Any]:
    """The fields that differ between two states of a record from `linked_states`."""
    fields = [field for field in tracked_fields(model) if getattr(one, field.attname) != getattr(other, field.attname)]
    return fields + [field for field, keys in one.linked.items() if keys != other.linked[field]]


def linked_states(model: TrackedModel, states: dict[int | None, Any]) -> dict[int | None, Any]:
    """{history key: history row}, each row with its many-to-many links added as `linked`."""
    links = links_at(model, states)
    for key, state in states.items():
        state.linked = links[key]
    return states


def restorable(model: TrackedModel, before: Any, after: Any) -> list[Any]:
    """The fields that an import changed and that undoing it restores."""
    skipped = options_of(model).undo_skips
    return [field for field in differing(model, before, after) if field.name not in skipped]


def states_of(found: Sequence[Reversal]) -> dict[int | None, Any]:
    """{history key: history row} before and after the import, for Reversals of one model."""
    keys = {key for one in found for key in (one.before, one.after) if key is not None}
    return linked_states(found[0].model, found[0].model.history.model.objects.in_bulk(keys)) if found else {}


def restore(record: Any, before: Any, after: Any) -> list[Any]:
    """Sets a record's fields to their values before the import; returns the fields that differ.

    Many-to-many fields are returned but not set: their links are written with the record.
    """
    fields = restorable(type(record), before, after)
    for field in fields:
        if not field.many_to_many:
            setattr(record, field.attname, getattr(before, field.attname))
    return fields


def reversals(batch: ImportBatch, user: User | None = None, is_locking: bool = False) -> Iterator[Reversal]:
    """Yields a Reversal for each record that the import wrote, in the order in which they can be undone by the user.

    With `is_locking` each record is locked until the end of the transaction before it is examined.
    """
    beyond = records_beyond(batch, user)  # before any is deleted, by which others may belong to the committee
    gone: ByModel = defaultdict(set)
    restored: ByModel = defaultdict(set)
    for label, ranges in reversed(batch.written):
        model = apps.get_model(label)
        for keys in key_ranges(ranges):
            if is_locking:
                lock_records(model, keys)
            for one in ReversalScan(model, keys, ranges, gone, restored, beyond[model]).reversals():
                if one.verdict == REVERSED:
                    (gone if one.is_new else restored)[model].add(one.key)
                yield one


def records_beyond(batch: ImportBatch, user: User | None) -> ByModel:
    """{model: keys} of what an import of a committee below the root wrote and the user's committees do not keep now."""
    found: ByModel = defaultdict(set)
    if user is None or batch.organisation_id is None:
        return found
    for label, ranges in batch.written:
        model = apps.get_model(label)
        for keys in key_ranges(ranges):
            own = model.history.model.objects.order_by().filter(history_id__range=keys)
            rows = model._base_manager.order_by().filter(pk__in=own.values("id"))
            for committee in user.committees:
                rows = rows.exclude(pk__in=rows_kept(model, committee).order_by().values("pk"))
            found[model] |= set(rows.values_list("pk", flat=True))
    return found


def key_ranges(ranges: KeyRanges) -> Iterator[tuple[int, int]]:
    """Yields the ranges in pieces (first, last) of at most CHUNK keys, latest first."""
    for first, last in reversed(ranges):
        for end in range(last, first - 1, -KEYS_AT_ONCE):
            yield max(first, end - KEYS_AT_ONCE + 1), end


def lock_records(model: TrackedModel, keys: tuple[int, int]) -> None:
    """Locks the records with history rows in the range `keys`."""
    own = model.history.model.objects.filter(history_id__range=keys).order_by()
    list(model._base_manager.select_for_update().filter(pk__in=own.values("id")).order_by("pk").values_list("pk"))


class ReversalScan:
    """Determines the Reversals of records whose first history row by the import is in `keys`, (first, last).

    `gone` and `restored`, {model: keys}, are the records already found to be deleted or restored; `beyond` are the keys
    of those of the model that are not the user's to undo.
    """

    def __init__(
        self,
        model: TrackedModel,
        keys: tuple[int, int],
        ranges: KeyRanges,
        gone: ByModel,
        restored: ByModel,
        beyond: set[int],
    ) -> None:
        self.model, self.keys, self.ranges, self.beyond = model, keys, ranges, beyond
        self.gone, self.restored = gone, restored
        self.kept = model.history.model.objects.order_by()
        self.own = self.kept.filter(history_id__range=keys).values("id")

    def reversals(self) -> Iterator[Reversal]:
        """Yields the Reversals, latest first."""
        found, later = [], {}
        for key, rows in self._histories().items():
            written = [row for row in rows if is_within(row[0], self.ranges)]
            if written[0][0] < self.keys[0]:
                continue  # yielded with the chunk of its first row
            before = [number for number, _ in rows if number < written[0][0]]
            former = before[-1] if before and written[0][1] != "+" else None
            found.append(Reversal(REVERSED, self.model, key, former, written[-1][0]))
            if rows[-1][0] > written[-1][0]:
                later[key] = rows[-1][0]
        found.sort(key=lambda one: one.after, reverse=True)
        self._keep_edited(found, later)
        self._leave_beyond(found)
        self._hold(one for one in found if one.is_new and one.verdict == REVERSED)
        touched = self._touched([one for one in found if not one.is_new and one.verdict == REVERSED])
        self._judge(touched, found)
        yield from found

    def _histories(self) -> dict[int, list[tuple[int, str]]]:
        """{record's key: [(history key, type)]} of the records' whole histories."""
        histories = defaultdict(list)
        rows = self.kept.filter(id__in=self.own).order_by("history_id")
        for key, number, kind in rows.values_list("id", "history_id", "history_type"):
            histories[key].append((number, kind))
        return histories

    def _keep_edited(self, found: Sequence[Reversal], later: dict[int, int]) -> None:
        """Marks records as kept whose last state, {key: history key} in `later`, differs from the import's."""
        edited = [one for one in found if one.key in later]
        numbers = {number for one in edited for number in (one.after, later[one.key])}
        rows = self.kept.select_related("history_user").in_bulk(numbers) if edited else {}
        rows = linked_states(self.model, rows)
        for one in edited:
            last = rows[later[one.key]]
            if last.history_type == "-" or differing(self.model, rows[one.after], last):
                one.verdict, one.reason = KEPT, edited_by(last)

    def _leave_beyond(self, found: Sequence[Reversal]) -> None:
        """Marks as unfit what other committees keep by now, whoever has edited it since.

        Not people whom the import began: they stay as long as anything refers to them.
        """
        is_person = hasattr(self.model._default_manager, "known_openly")
        for one in found:
            if one.key in self.beyond and not (one.is_new and is_person):
                one.verdict, one.reason = UNFIT, BEYOND_REACH_NOW

    def _hold(self, begun: Iterable[Reversal]) -> None:
        """Marks created records as held that others refer to, and as unfit where their model is never deleted."""
        begun = list(begun)
        leaves = options_of(self.model).undo_leaves
        holding = self._holding() if begun and not leaves else {}
        for one in begun:
            if leaves:
                one.verdict, one.reason = UNFIT, leaves
            elif one.key in holding:
                one.verdict, one.reason = HELD, f"有{'、'.join(sorted(holding[one.key]))}引用它"

    def _holding(self) -> dict[int, set[str]]:
        """{key: verbose names of models} of records that other records refer to, except those to be deleted as well."""
        found = defaultdict(set)
        for relation in self.model._meta.related_objects:
            other = relation.through if relation.many_to_many else relation.related_model
            field = relation.field
            name, own = (
                (field.m2m_reverse_field_name(), f"{field.m2m_field_name()}_id")
                if relation.many_to_many
                else (field.name, "pk")
            )
            sealed = {field.digest(key): key for key in self._own_keys} if isinstance(field, SealedForeignKey) else {}
            pointing = other._base_manager.order_by().filter(**{f"{name}__in": list(sealed) or self.own})
            for pk, told in pointing.values_list(own, f"{name}_id"):
                key = sealed.get(told, told)
                if pk not in self.gone[relation.related_model]:
                    found[key].add(str(relation.related_model._meta.verbose_name))
        for key in attached_to(self.model).filter(object_id__in=self.own).values_list("object_id", flat=True):
            found[key].add(str(Attachment._meta.verbose_name))
        is_person = any(isinstance(relation.field, SealedForeignKey) for relation in self.model._meta.related_objects)
        return {key: {ANY_RECORD} for key in found} if is_person else found

    @cached_property
    def _own_keys(self) -> list[int]:
        """The keys of the records with these history rows."""
        return list(self.own.values_list("id", flat=True).distinct())

    def _touched(self, found: Sequence[Reversal]) -> Touched:
        """{key: (record with its former values, names of these fields)} where rules depend on other records."""
        places = sorted(rule_columns(self.model))
        if not found or not places:
            return {}
        numbers = {number for one in found for number in (one.before, one.after)}
        told = self.kept.filter(history_id__in=numbers).values_list("history_id", *places)
        said = {number: values for number, *values in told}
        found = [one for one in found if said[one.before] != said[one.after]]
        states = states_of(found)
        links, rows = undo_links(self.model), self.model._base_manager.all()
        rows = rows.select_related(*links) if links else with_related(rows)
        stored = rows.in_bulk([one.key for one in found])
        fields = {one.key: restore(stored[one.key], states[one.before], states[one.after]) for one in found}
        return {key: (stored[key], {field.name for field in those}) for key, those in fields.items()}

    def _judge(self, touched: Touched, found: Sequence[Reversal]) -> None:
        """Marks records as unfit whose former values break a rule together with the other records."""
        records = [record for record, _ in touched.values()]
        rules = [(*rule, holders(self.model, records, *rule[:2])) for rule in uniqueness_rules(self.model) if records]
        many, leaving = possible_overlaps(self.model, records), self.gone[self.model] | self.restored[self.model]
        for one in found if touched else ():
            try:
                if one.key in touched:
                    record, names = touched[one.key]
                    record.clean()
                    refuse_taken(record, names, leaving, rules)
                    if one.key in many:
                        record.check_overlap(leaving)
            except ValidationError as error:
                one.verdict, one.reason = UNFIT, f"恢复原值后不合规则：{'；'.join(error.messages)}"
            if one.verdict == REVERSED:
                leaving.add(one.key)


def is_within(key: int, ranges: KeyRanges) -> bool:
    """Whether a key is in one of the ranges."""
    return any(first <= key <= last for first, last in ranges)


def edited_by(row: Any) -> str:
    """Who changed or deleted a record, and when, in words."""
    user = row.history_user
    who = user.name or user.get_username() if user else "系统"
    act = "删除" if row.history_type == "-" else "修改"
    return f"{who}于 {timezone.localtime(row.history_date):%Y-%m-%d %H:%M} {act}"


def rule_columns(model: TrackedModel) -> set[str]:
    """Columns whose validity depends on other records: those in uniqueness rules and `undo_rechecks`."""
    tracked = {field.name: field.attname for field in tracked_fields(model)}
    names = set(options_of(model).undo_rechecks)
    for fields, condition, _ in uniqueness_rules(model):
        names |= {*fields, *named_in(condition)}
    return {tracked[name] for name in names if name in tracked}


def uniqueness_rules(model: TrackedModel) -> Iterator[Rule]:
    """Yields the uniqueness rules of a model as (field names, condition, constraint or None)."""
    for field in model._meta.concrete_fields:
        if field.unique and not field.primary_key:
            yield (field.name,), Q(), None
    for constraint in model._meta.constraints:
        if isinstance(constraint, UniqueConstraint) and constraint.fields:
            yield constraint.fields, constraint.condition or Q(), constraint


def named_in(condition: Any) -> set[str]:
    """Names of the fields in a condition."""
    children = condition.children if condition else ()
    return {
        name
        for child in children
        for name in (named_in(child) if isinstance(child, Q) else {child[0].partition("__")[0]})
    }


def undo_links(model: TrackedModel) -> list[str]:
    """Names of the relations in `undo_rechecks`."""
    return [name for name in options_of(model).undo_rechecks if model._meta.get_field(name).is_relation]


def values_of(record: Any, names: Iterable[str]) -> tuple[Any, ...]:
    """The record's database values of these fields."""
    fields = [record._meta.get_field(name) for name in names]
    return tuple(
        field.derived(record) if hasattr(field, "derived") else getattr(record, field.attname) for field in fields
    )


def holders(
    model: TrackedModel, records: Sequence[Any], names: Sequence[str], condition: Q
) -> dict[tuple[Any, ...], set[int]]:
    """{values of the named fields: keys of stored records}, where the first value is that of one of `records`."""
    wanted = {values_of(record, names)[0] for record in records} - {None}
    found = defaultdict(set)
    rows = model._base_manager.filter(condition, **{f"{names[0]}__in": wanted}).values_list("pk", *names)
    for key, *values in rows:
        found[tuple(values)].add(key)
    return found


def possible_overlaps(model: TrackedModel, records: Sequence[Any]) -> set[int]:
    """Keys of the records with siblings that `check_overlap` would compare them with."""
    if not records or not hasattr(model, "check_overlap"):
        return set()
    [name] = undo_links(model)
    beside = model._base_manager.order_by().filter(**{f"{name}__in": {values_of(one, [name])[0] for one in records}})
    counted = Counter(beside.values_list(name, flat=True))
    return {one.pk for one in records if counted[values_of(one, [name])[0]] > 1}


def refuse_taken(record: Any, names: set[str], leaving: set[int], rules: Iterable[HeldRule]) -> None:
    """Raises ValidationError where a stored record not in `leaving` already has the record's unique values."""
    for fields, condition, constraint, found in rules:
        others = found.get(values_of(record, fields), set()) - {record.pk} - leaving
        if not others or not names & {*fields, *named_in(condition)}:
            continue
        if constraint is None:
            raise ValidationError(f"原来的{source_label(record._meta.get_field(fields[0]))}现由另一条记录使用")
        constraint.validate(type(record), record)


def source_label(field: Any) -> str:
    """Verbose name of a field; a blind index has that of its source."""
    return field.model._meta.get_field(getattr(field, "source", field.name)).verbose_name
