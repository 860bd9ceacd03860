"""Changes between successive states of a record in words, limited to what the user may see."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import models
from django.utils import formats, timezone
from django.utils.module_loading import import_string

from ..fields import date_format, is_personal
from ..privacy.encryption import BlindIndexField
from ..privacy.sealed_links import SealedKeyField, with_related
from .tracking import Tracked, tracked_fields

EMPTY = "（空）"
HIDDEN = "（内容不显示）"
OUT_OF_REACH = "（不在您可查看的范围内）"
LINKS_NAMED = 10
TECHNICAL = {"seal", "digest", "sha256"}


@dataclass(frozen=True)
class Change:
    """One changed field with the text of its old and new value."""

    name: str
    label: str
    before: str
    after: str
    is_hidden: bool = False
    can_revert: bool = False


@dataclass(frozen=True)
class Step:
    """One history row with the changes it made."""

    row: models.Model
    changes: list
    is_first_known: bool


def is_derived(field):
    """Whether a column follows from others or is technical: a blind index, a sealed key, a seal or a digest."""
    return isinstance(field, (BlindIndexField, SealedKeyField)) or field.name in TECHNICAL


def is_revertible(field):
    """Whether a field can be reverted by itself: a plain, non-personal column not reserved to a dedicated action."""
    is_plain = field.editable and not field.primary_key and not field.is_relation
    return is_plain and not is_personal(field) and field.name not in field.model.history_by_acts


def visible_rows(model, user):
    """The model's rows whose names the user may see."""
    rows = model._default_manager.all()
    return rows.visible_to(user) if hasattr(rows, "visible_to") else rows


class HistoryWindow:
    """The changes in a section of one record's history as one user may see them, in a fixed number of queries.

    `rows` are newest first, followed, where there is one, by the row before the oldest of the section for comparison.
    """

    def __init__(self, record, rows, user, may_revert):
        self.record, self.rows, self.user, self.may_revert = record, rows, user, may_revert
        self.model = type(record)
        told = self.model.history_told
        fields = [one for one in tracked_fields(self.model) if not one.primary_key and one.name not in told]
        self.fields = [one for one in fields if not is_derived(one)]
        self.told = {name: (label, find(rows, user)) for name, (label, find) in told.items()} if rows else {}
        self.words = {name: import_string(path)() for name, path in self.model.history_words.items()}
        self.names = {one: self._names(one, self._keys(one)) for one in self.fields if one.is_relation}
        self.links = {one: self._links(one) for one in self.model.history.model._history_m2m_fields}

    def _keys(self, field):
        return {getattr(row, field.attname) for row in self.rows} - {None}

    def _names(self, field, keys):
        if not keys:
            return {}
        rows = visible_rows(field.related_model, self.user).filter(pk__in=keys)
        return {one.pk: str(one) for one in with_related(rows)}

    def _links(self, field):
        """Keys and names of each row's links that the user may see; not even the number of the others is revealed."""
        own, other = {row.history_id: [] for row in self.rows}, f"{field.m2m_reverse_field_name()}_id"
        kept = Tracked.m2m_models[field].objects.filter(history__in=own).order_by(other)
        for row, key in kept.values_list("history_id", other):
            own[row].append(key)
        names = self._names(field, {key for keys in own.values() for key in keys})
        seen = {row: [key for key in keys if key in names] for row, keys in own.items()}
        return {row: (keys, [names[key] for key in keys]) for row, keys in seen.items()}

    def steps(self, count):
        """The first `count` rows as Steps."""
        pairs = zip(self.rows[:count], [*self.rows[1:], None], strict=False)
        return [self._step(row, former) for row, former in pairs]

    def _step(self, row, former):
        is_first = former is None and row.history_type != "+"
        if is_first or row.history_type == "-":
            return Step(row, [], is_first)
        former = former if row.history_type != "+" else None
        changes = [self._change(one, row, former) for one in self.fields if self._differs(one, row, former)]
        return Step(row, [*changes, *self._told_changes(row, former), *self._link_changes(row, former)], False)

    def _differs(self, field, row, former):
        before = getattr(former, field.attname) if former else None
        after = getattr(row, field.attname)
        return before != after and not (former is None and after == "")

    def _change(self, field, row, former):
        label = str(field.verbose_name)
        if is_personal(field):
            return Change(field.name, label, HIDDEN, HIDDEN, is_hidden=True)
        before = getattr(former, field.attname) if former else None
        after = getattr(row, field.attname)
        can_revert = (
            self.may_revert
            and former is not None
            and is_revertible(field)
            and (not field.is_relation or before is None or before in self.names[field])
            and getattr(self.record, field.attname) == after
        )
        return Change(field.name, label, self.text(field, before), self.text(field, after), can_revert=can_revert)

    def text(self, field, value):
        """Display text of a value."""
        if value in (None, ""):
            return EMPTY
        if field.is_relation:
            return self.names[field].get(value, OUT_OF_REACH)
        if field.name in self.words:
            return self.words[field.name](value)
        return plain_text(field, value)

    def _told_changes(self, row, former):
        for name, (label, found) in self.told.items():
            before, after = found[former.history_id] if former else (None, None), found[row.history_id]
            if before[0] != after[0]:
                yield Change(name, label, *(self._told_text(*each) for each in (before, after)))

    def _link_changes(self, row, former):
        for field, found in self.links.items():
            before, after = found[former.history_id] if former else ([], []), found[row.history_id]
            if before[0] != after[0]:
                yield Change(field.name, str(field.verbose_name), names_text(before[1]), names_text(after[1]))

    def _told_text(self, key, name):
        return EMPTY if key is None else str(name or OUT_OF_REACH)


def plain_text(field, value):
    """Display text of a plain column's value: choices by their label, dates in the ledger's format."""
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return formats.date_format(timezone.localtime(value), "DATETIME_FORMAT")
    if isinstance(value, date):
        return formats.date_format(value, date_format(field))
    return str(value)


def names_text(names):
    """The first LINKS_NAMED names, with the total where there are more."""
    more = f"等 {len(names)} 项" if len(names) > LINKS_NAMED else ""
    return "、".join(names[:LINKS_NAMED]) + more or EMPTY
