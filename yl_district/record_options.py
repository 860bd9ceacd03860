"""What a model says of its records to the pages, imports and commands of all kinds of records."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class RecordOptions:
    """How the records of a model differ from others in what is done with all of them.

    A model that differs says so as `record_options = RecordOptions(…)`; read it by `options_of(model)`.

    - `compared`: the fields, links to the record included, whose change stops an act on the record as a whole; all that
      the record stores where none are named.
    - `unmaskable_with`: the relations to records whose masked facts are shown whole together with the record's own.
    - `rows_at_once`: how many rows, large ones, are decrypted at once when keys are changed; many where not said.
    - `undo_leaves`: why records that an import began stay when it is taken back; empty where they are removed.
    - `undo_skips`: the fields that keep their values when an import is taken back.
    - `undo_rechecks`: the fields by which rules of the model look at other records, one relation at most among them.
    """

    compared: tuple[str, ...] = ()
    unmaskable_with: tuple[str, ...] = ()
    rows_at_once: int | None = None
    undo_leaves: str = ""
    undo_skips: tuple[str, ...] = ()
    undo_rechecks: tuple[str, ...] = ()


PLAIN = RecordOptions()


def options_of(model):
    """The options of a model, whoever wrote it."""
    return getattr(model, "record_options", PLAIN)
