"""Setting of values on the records of a row: changes to be told, claims of shared values, and states over time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial, reduce
from typing import Any, TypeAlias

from django.core.exceptions import ValidationError
from django.db.models import Model

from ..partial_dates import is_vaguer
from ..privacy.encryption import Sealed
from ..privacy.masking import masked, masked_name
from ..privacy.unreadable import UnreadableText
from ..record_options import options_of
from ..states import DatedState, former_of
from . import cells
from .columns import Book, Column, SheetRow
from .text_widgets import TextWidget

# (heading, old text, new text).
CellChange: TypeAlias = tuple[str, str, str]


class ValueChanges:
    """The part of a resource that sets values on records, and can take back those of the current row by its `trail`."""

    kept: Collection[str]
    shared: Collection[str]
    begun: dict[int, bool]
    beside: list[tuple[Any, Sequence[str]]]
    book: Book
    changes: list[CellChange]
    changes_beside: list[tuple[Any, str, str, str]]
    compared: Counter[str]
    dirty: dict[int, tuple[Any, set[str]]]
    linked: dict[str, list[Any]]
    lasting: frozenset[tuple[str, ...]]
    place: SheetRow
    targets: dict[tuple[str, ...], Any]
    trail: list[Callable[[], Any]]
    unreadable: set[str]

    def write_beside(self, record: Any, names: Sequence[str] = ()) -> None:
        """Adds a record to be written with the current row's: a new one, or the named fields of a stored one."""
        self.beside.append((record, names))
        self.trail.append(self.beside.pop)

    def change(self, record: Any, name: str, value: Any) -> None:
        """Sets a field of the current row's record that no column states by itself."""
        self.trail.append(partial(setattr, record, name, getattr(record, name)))
        setattr(record, name, value)
        if not self.has_begun(record):
            self._touch(record, name)

    def link(self, record: Any, name: str, others: Collection[Model]) -> bool:
        """Replaces the links of a many-to-many field of the current row's record; returns whether they differ."""
        stored = {one.pk for one in getattr(record, name).all()} if record.pk else set()
        if stored == {one.pk for one in others}:
            return False
        self.linked[name] = list(others)
        return True

    def has_begun(self, record: Any) -> bool:
        """Whether the current row itself creates the record, so that no other row knows it yet."""
        return record.pk is None and id(record) not in self.book.begun

    def _target(self, instance: Any, item: Column) -> Any:
        """The record of which a column sets a field, looked up once where no other column of the row replaces it."""
        target = self.targets.get(item.path) if item.path else instance
        if target is None:
            target = reduce(getattr, item.path, instance)
            if item.path in self.lasting:
                self.targets[item.path] = target
        return target

    def _set(self, instance: Any, heading: str, item: Column, value: Any) -> None:
        target, name = self._target(instance, item), item.name
        if self.begun.get(id(target)) and vars(target).get(name) in ("", None):
            setattr(target, name, value)  # the first value of a record that the row itself begins
            return
        old = getattr(target, name, None)
        if isinstance(old, UnreadableText) and old != value:
            self.unreadable.add(heading)
            remedy = "登记的这一处不能读取：请打开这条记录核对后重新填写"
            raise cells.CellError(f"能与之比较的已登记的{heading}", remedy)
        if self.book.closed and (type(target), target.pk) in self.book.closed:
            return
        is_begun = self.begun.get(id(target))
        if is_begun is None:
            is_begun = self.begun[id(target)] = self.has_begun(target)
        if old != value and is_vaguer(value, old):
            value = old
        if is_begun:
            setattr(target, name, value)  # all its values are from this row
            return
        if item.attribute in self.shared:
            self._claim(target, name, value, partial(self._quoted, item, target, name))
        self.compared[heading] += old not in ("", None)
        if old == value or (isinstance(item.widget, TextWidget) and item.widget.render(old) == value):
            return
        old_text, new_text = self._masked_texts(item, target, name, old, value)
        change = heading, old_text, new_text
        is_beside = instance.pk is None and target.pk is not None
        if is_beside and item.attribute in self.kept and not (old in ("", None) or is_vaguer(old, value)):
            remedy = "请核对；确为登记有误时，先在人员资料中改正"
            raise cells.CellError(f"与已登记一致的{heading} {change[1]}", remedy)
        self.trail.append(partial(setattr, target, name, old))
        setattr(target, name, value)
        self._touch(target, name)
        self.changes.append(change)
        if is_beside:
            self.changes_beside.append((target, *change))

    def _claim(self, target: Any, name: str, value: Any, shown: Callable[[Any], str]) -> None:
        """Claims a shared value; raises CellError where rows that describe the same record do not agree."""
        place = self.place
        if target.pk and not self.book.has_claim(target, name):
            stored = getattr(target, name)
            if stored == value:
                self.trail.append(partial(self.book.disagree, target, self.book.agree(target, name, place)))
                return
            if not is_vaguer(stored, value):
                self.book.check_agreed(target, name, shown(stored))
        if target.pk is None and getattr(target, name) not in ("", None):
            self.book.claimed(target).setdefault(name, (getattr(target, name), self.book.begun[id(target)]))
        known = self.book.claim(target, name, value, place, shown)
        self.trail.append(partial(self.book.disclaim, target, name, known))

    def _quoted(self, item: Column, target: Any, name: str, value: Any) -> str:
        """Returns a value for a problem, masked, since it may be a stored one that the sender does not know."""
        [text] = self._masked_texts(item, target, name, value)
        return text

    def _masked_texts(self, item: Column, target: Any, name: str, *values: Any) -> Iterable[str]:
        """Returns values as texts for the report of changes, with numbers and minors' names masked."""
        texts = [item.widget.render(value) for value in values]
        if item.is_masked:
            return map(masked, texts)
        is_hidden_name = name == "name" and getattr(target, "shown_name", target.name) != target.name
        return map(masked_name, texts) if is_hidden_name else texts

    def _touch(self, record: Any, name: str) -> None:
        names = self.dirty.setdefault(id(record), (record, set()))[1]
        if name not in names:
            names.add(name)
            self.trail.append(partial(names.discard, name))

    def _touch_derived(self, record: Any, before: Mapping[str, Any]) -> None:
        """Marks fields that `clean` has changed as dirty; merely decrypting a cell is no change."""
        for name, old in before.items():
            value = record.__dict__[name]
            if value is not old and not isinstance(old, Sealed) and value != old:
                self.trail.append(partial(setattr, record, name, old))
                self._touch(record, name)

    def _dated_values(self, instance: Any) -> dict[str, Any]:
        """Returns the stored values of a known record with states over time, {} for all others."""
        return dict(instance.__dict__) if instance.pk and options_of(type(instance)).states else {}

    def _date_states(self, instance: Any, stored: Mapping[str, Any]) -> None:
        """Has changed states hold since the day that the row states, else the day that the file is answered with.

        A value that has itself begun on that day or later is replaced.
        """
        former = former_of(instance)
        former.__dict__ |= {name: value for name, value in stored.items() if name in vars(former)}
        changed = [one for one in options_of(type(instance)).states if one.is_changed(former, instance)]
        if not changed:
            return
        before = dict(instance.__dict__)
        for state in changed:
            if state.is_dated(former, instance):
                spans = state.begin_as_stated(former, instance)
            else:
                spans = self._begun_by_file(state, former, instance)
            for span in spans:
                self.write_beside(span)
        self._touch_derived(instance, before)

    def _begun_by_file(self, state: DatedState, former: Any, instance: Any) -> Sequence[Any]:
        self.book.note_state_change(*self.place)
        try:
            return state.begin(former, instance, self.book.state_day)
        except ValidationError:
            state.correct(former, instance)
            return []
