"""Options by which models adjust the pages, imports and commands that work on records of any model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .states import DatedState


@dataclass(frozen=True, kw_only=True)
class Merging:
    """How two records of a model with one owner become one, once their owners are found to be the same.

    - `alike`: the fields of which equal values mean the same thing, where the days of the two records overlap.
    - `begin` and `end`: the names of these days, empty for records without any, which always overlap.
    - `is_exclusive`: whether the owner has one such record at a time, so that others that overlap contradict.
    - `spans_both`: whether the one record holds on the days of either; otherwise on its own.
    - `together`: fields of which an empty first one is filled from the other record together with the rest.
    - `prefers`: a field and the value by which one of the two goes before the other.
    - `recount`: the dotted path of a function that is called with keys once a record is gone or back, and the field
      with the key.
    """

    alike: tuple[str, ...] = ()
    begin: str = ""
    end: str = ""
    is_exclusive: bool = False
    spans_both: bool = True
    together: tuple[str, ...] = ()
    prefers: tuple[str, str] | None = None
    recount: tuple[str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class RecordOptions:
    """How generic code treats the records of a model.

    A model with other options than the defaults sets `record_options = RecordOptions(…)`; read them by
    `options_of(model)`.

    - `compared`: the fields, including reverse relations, whose concurrent change stops an action on the whole record;
      all stored fields where empty.
    - `unmaskable_with`: the relations to records whose masked fields are unmasked together with the record's own.
    - `rows_at_once`: the batch size for key rotation where rows are large; None for the default.
    - `undo_leaves`: why undoing an import keeps the records it created; "" where it deletes them.
    - `undo_skips`: the fields that keep their values when an import is undone.
    - `undo_rechecks`: the fields by which the model's rules depend on other records, at most one relation among them.
    - `states`: what holds over time, as `states.DatedState` objects; a form that changes one asks since when.
    - `facts`: the other fields that figures read: numbers, and days of what was done or began.
    - `neutral`: the fields that no figure reads.
    - `begins`: the dates before the first known of which no figure counts a record; all its dates but the end where
      empty.
    - `merging`: how two records become one where their owners turn out to be the same; None where a constraint alone
      says that there cannot be two.
    - `ended_by_merging`: the dotted path of a function that is called with two owners before they become one, and
      yields the records that end by that, changed but not saved.
    - `ended_after_unmerging`: the dotted path of a function that is called with such a record, which is about to stand
      again as a merge is taken back, and the time of the merge, and returns the fields by which it stays ended.
    - `changes_another`: whether a new record is something done to another, such as its deregistration.
    """

    compared: tuple[str, ...] = ()
    unmaskable_with: tuple[str, ...] = ()
    rows_at_once: int | None = None
    undo_leaves: str = ""
    undo_skips: tuple[str, ...] = ()
    undo_rechecks: tuple[str, ...] = ()
    states: tuple[DatedState, ...] = ()
    facts: tuple[str, ...] = ()
    neutral: tuple[str, ...] = ()
    begins: tuple[str, ...] = ()
    merging: Merging | None = None
    ended_by_merging: str = ""
    ended_after_unmerging: str = ""
    changes_another: bool = False


DEFAULT_OPTIONS = RecordOptions()


def options_of(model):
    """The RecordOptions of any model, the defaults for models of other packages."""
    return getattr(model, "record_options", DEFAULT_OPTIONS)
