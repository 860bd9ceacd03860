"""The commit of an import: all staged acts in one transaction, or none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from typing import Any
from uuid import UUID, uuid4

from django.apps import apps
from django.db import IntegrityError, transaction
from django.utils import timezone

from ..audit.access_log import Action, operating_system_user, record
from ..history.bulk_sql import enlarge_cache, insert_history, insert_rows, reserve_keys, set_links, update_rows
from ..history.tracking import because, tracked_fields
from ..likeness import name_key
from ..privacy.sealed_facts import SealableRows, row_told
from ..privacy.sealed_links import SealedForeignKey, hold_records
from ..search_pieces import pieces_at_once
from ..sheets.columns import rows_kept
from ..sheets.resource import SheetResource
from ..typing import TrackedModel
from .awaited import keep_awaited
from .check import PENDING, REFUSED
from .kinds import import_kinds, parts_in_order
from .models import ImportBatch
from .outcomes import parts_read, refused_parts
from .questions import UNANSWERED, answers_in_words, left_open
from .reading import PartReader
from .sealing import SealedOwners
from .stage import Act, dependency_order, foreign_keys, model_of
from .versions import Changes, as_ranges, give_reason, marks_of, written_since

LARGE = 10_000  # rows


class OutdatedCheck(Exception):
    """Records that the import relies on have changed since the check, which must be repeated."""


class CommitRefused(Exception):
    """The step cannot be carried out as things are; the message says why and what to do."""


# One reason for all kinds, so that a member's history does not reveal an import of cases.
HISTORY_REASON = "导入"
BEYOND_REACH = (
    "这份文件会改动不属于本单位的记录，可能核对之后有人调整了组织或角色。没有写入任何内容，请重新核对后再写入。"
)
COMMIT_CONFLICT = (
    "写入时发现与系统中的记录冲突，可能刚有他人登记了相同的号码或名称。没有写入任何内容，请重新核对后再写入。"
)


def commit(batch: ImportBatch, resources: Iterable[type[SheetResource]], *, only_right: bool = False) -> None:
    """Carries out the staged acts of a checked import; `resources` are those of its kinds, in import order.

    Raises OutdatedCheck or CommitRefused; then nothing is written.
    """
    is_large = batch.row_count > LARGE
    if is_large:
        enlarge_cache()
    pieces = pieces_at_once() if is_large else nullcontext()
    try:
        with transaction.atomic(), because(HISTORY_REASON, batch.user), pieces:
            locked = ImportBatch.objects.select_for_update().get(pk=batch.pk)
            if locked.state == ImportBatch.State.COMMITTED:
                return
            if locked.state not in (ImportBatch.State.CHECKED, ImportBatch.State.COMMITTING):
                raise CommitRefused("文件还没有核对完，请先完成核对。")
            if any(locked.counts.get(tag) for tag in REFUSED) and not only_right:
                raise CommitRefused("文件中还有有误的行：请改正后重新核对，或选择只写入正确的行。")
            if left_open(locked):
                raise CommitRefused(UNANSWERED)
            writer = ActWriter(locked, resources)
            for part in parts_in_order(locked):
                writer.write(part.acts)
                if locked.counts.get(PENDING):
                    keep_awaited(locked, part.told.values(), writer.key_of)
            writer.verify_unchanged(locked)
            writer.verify_kept()
            writer.settle()
            writer.sealing.settle()
            finish(locked, writer, only_right)
    except IntegrityError:
        raise CommitRefused(COMMIT_CONFLICT) from None
    batch.refresh_from_db()


def finish(batch: ImportBatch, writer: ActWriter, only_right: bool) -> None:
    """Records the result in the import and the access log."""
    batch.state, batch.only_right, batch.said = ImportBatch.State.COMMITTED, only_right, ""
    batch.written = [[label, as_ranges(writer.written[label])] for label in dependency_order(writer.written)]
    batch.committed_at = timezone.now()
    batch.mark = {}
    batch.save()
    keep_wrong_rows(batch)
    detail = f"新增 {batch.counts.get('n', 0)}，变更 {batch.counts.get('c', 0)}，相同 {batch.counts.get('s', 0)}"
    detail += "".join(f"；{question}{answer}" for question, answer in answers_in_words(batch))
    record(Action.IMPORT, batch.public_name, user=batch.user, detail=detail, who=operating_system_user())


def keep_wrong_rows(batch: ImportBatch) -> None:
    """Deletes the file's contents, except the parts needed to read the rows that were left out."""
    wrong = refused_parts(batch).values_list("number", flat=True)
    kept = list(parts_read(batch, PartReader(batch), list(wrong)).values_list("pk", flat=True))
    batch.parts.exclude(pk__in=kept).delete()
    batch.parts.update(staged="")


class ActWriter:
    """Carries out acts, part by part."""

    def __init__(self, batch: ImportBatch, resources: Iterable[type[SheetResource]]) -> None:
        # Of all kinds, as a row can also write records of another kind beside its own.
        self.settled = settled_models(import_kinds().resources)
        self.listed = {resource._meta.model for resource in import_kinds().resources}
        self.keys: dict[int | None, int] = {}
        self.written: dict[str, list[int]] = defaultdict(list)
        self.begun: dict[TrackedModel, set[int]] = defaultdict(set)
        self.settling: dict[type[SheetResource], set[int]] = defaultdict(set)
        self.owners = {owner for owner in map(owner_of, resources) if owner}
        self.sealing = SealedOwners()
        self.marks, self.committee = batch.mark, batch.organisation
        self.whole = {model._meta.label for resource in resources for model in relied_on_as_a_whole(resource)}
        self.find_changes()

    def write(self, acts: Iterable[Act]) -> None:
        """Writes the acts of one part by model: updates first, so that ended records make room for their successors."""
        self.check_unchanged(acts)
        for label in dependency_order(act.label for act in acts):
            own = [act for act in acts if act.label == label]
            model = model_of(own[0])
            self._refuse_foreign(model, {act.key for act in own if act.key})
            self._update(model, [act for act in own if act.key])
            self._insert(model, [act for act in own if act.names is None])
            self._update(model, [act for act in own if act.names is not None and not act.key])

    def _refuse_foreign(self, model: TrackedModel, keys: set[int]) -> None:
        """Raises CommitRefused where the committee below the root does not keep all records of these keys."""
        if self.committee is not None and keys:
            kept = rows_kept(model, self.committee).filter(pk__in=keys)
            if kept.order_by().values("pk").distinct().count() < len(keys):
                raise CommitRefused(BEYOND_REACH)

    def verify_kept(self) -> None:
        """Raises CommitRefused where a record that was begun is not one that the committee keeps.

        Not of people, who are no list's own records, and may be known by sign-ins alone.
        """
        for model, keys in self.begun.items():
            self._refuse_foreign(model, keys)

    def settle(self) -> None:
        """Updates data that other records derive from those written.

        History rows that this adds to models written by the import are counted as written by it.
        """
        models = {field.related_model or field.model for _, field in self.settled.values()}
        marks, reason = (
            marks_of(model for model in models if model._meta.label in self.written),
            f"{HISTORY_REASON} {uuid4()}",
        )
        with because(reason):
            for resource, keys in self.settling.items():
                resource.settle(keys)
        for label, ranges in written_since(marks, reason):
            give_reason([[label, ranges]], HISTORY_REASON)
            self.written[label] += [key for first, last in ranges for key in range(first, last + 1)]

    def find_changes(self) -> None:
        """Loads what others have changed since the check.

        Raises OutdatedCheck where a resource that relies on all records of its model finds any of them changed.
        """
        self.changes = Changes(self.marks, {label: as_ranges(keys) for label, keys in self.written.items()})
        if any(self._is_touched(label) for label in self.whole):
            raise OutdatedCheck
        for owner in self.owners if self.changes else ():
            self.changes.count_as_changed(owner)

    def _is_touched(self, label: str) -> bool:
        """Whether others have changed records of a model, or deleted some, that the check has compared rows with."""
        keys, model = self.changes.keys.get(label, set()), apps.get_model(label)
        if self.committee is None or not keys:
            return bool(keys)
        # Those of other committees are none of them; they change every few minutes.
        kept = rows_kept(model, self.committee).order_by().values("pk")
        return model._base_manager.filter(pk__in=keys).exclude(pk__in=kept).count() < len(keys)

    def verify_unchanged(self, batch: ImportBatch) -> None:
        """Raises OutdatedCheck where others have changed what the acts rely on while these were written."""
        self.find_changes()
        for part in batch.in_parts() if self.changes else ():
            self.check_unchanged(part.acts)

    def check_unchanged(self, acts: Iterable[Act]) -> None:
        """Raises OutdatedCheck where others have changed what these acts rely on since the check."""
        changed, known = self.changes.keys, self.changes.names
        for act in acts if self.changes else ():
            model, names = model_of(act), known.get(act.label)
            links: list[tuple[str, Any]] = [
                (field.related_model._meta.label, act.row[place]) for place, field in foreign_keys(model)
            ]
            links += [(linked_label(model, name), key) for name, keys in act.links.items() for key in keys]
            relied = any(not isinstance(key, list) and key in changed.get(label, ()) for label, key in links)
            named = names and name_key(name_told(model, act.row)) in names
            if relied or named or act.key in changed.get(act.label, ()):
                raise OutdatedCheck

    def _resolved(self, model: TrackedModel, rows: Iterable[list[Any]]) -> None:
        for place, field in foreign_keys(model):
            for row in rows:
                row[place] = self._key(row[place])
            if isinstance(field, SealedForeignKey):
                self._seal(model, rows, place, field)

    def _seal(self, model: TrackedModel, rows: Iterable[list[Any]], place: int, field: Any) -> None:
        """Puts the digests of keys and the keys encrypted into rows; raises IntegrityError where a record is gone."""
        sealed, seal = field_place(model, field.sealed_in), field_place(model, "seal")
        hold_records(field.related_model, {row[place] for row in rows})
        for row in rows:
            row[place], row[sealed] = field.cells(row[place], UUID(row[seal]))

    def key_of(self, reference: int | list[int]) -> int:
        """The key of a record, given as the stage refers to it."""
        return self.keys[reference[0]] if isinstance(reference, list) else reference

    def _key(self, reference: int | list[int] | None) -> int | None:
        return None if reference is None else self.key_of(reference)

    def _insert(self, model: TrackedModel, acts: Sequence[Act]) -> None:
        if not acts:
            return
        rows = [act.row for act in acts]
        place = field_place(model, model._meta.pk.name)
        for act, key in zip(acts, reserve_keys(model, len(acts)), strict=True):
            act.row[place] = self.keys[act.number] = key
        self._resolved(model, rows)
        insert_rows(model, rows)
        if self.committee is not None and model in self.listed:
            self.begun[model] |= {act.row[place] for act in acts}
        self._link(model, acts)
        self._note(model, rows, "+")

    def _update(self, model: TrackedModel, acts: Sequence[Act]) -> None:
        """Updates stored records; of several acts with the same fields of one record only the last is written."""
        place = field_place(model, model._meta.pk.name)
        by_names: dict[tuple[str, ...], dict[int, Act]] = defaultdict(dict)
        for act in acts:
            key = act.row[place] = act.key or self.keys[act.number]
            by_names[tuple(act.names or ())][key] = act
        kept = {field.name for field in tracked_fields(model)}
        for names, last in by_names.items():
            rows = [act.row for act in last.values()]
            self._resolved(model, rows)
            if names:
                self.sealing.note_former(model, names, last)
                update_rows(model, names, rows)
            self._link(model, last.values())
            if kept & {*names} or any(act.links for act in last.values()):
                self._note(model, rows, "~")

    def _link(self, model: TrackedModel, acts: Iterable[Act]) -> None:
        """Replaces the links of many-to-many fields."""
        place = field_place(model, model._meta.pk.name)
        links: dict[str, dict[int, list[Any]]] = defaultdict(dict)
        for act in acts:
            for name, references in act.links.items():
                links[name][act.row[place]] = [self._key(one) for one in references]
        for name, keys in links.items():
            set_links(model, name, keys)

    def _note(self, model: TrackedModel, rows: Sequence[list[Any]], kind: str) -> None:
        self.written[model._meta.label] += insert_history(model, rows, kind)
        self.sealing.note(model, rows)
        if model in self.settled:
            resource, field = self.settled[model]
            place = field_place(model, field.name)
            self.settling[resource] |= {row[place] for row in rows}


def settled_models(resources: Iterable[type[SheetResource]]) -> dict[TrackedModel, tuple[type[SheetResource], Any]]:
    """{model: (resource that settles it, field that holds the keys to settle)}."""
    return {
        resource._meta.model: (resource, resource._meta.model._meta.get_field(resource.settled_by))
        for resource in resources
        if resource.settled_by
    }


def relied_on_as_a_whole(resource: type[SheetResource]) -> list[TrackedModel]:
    """The models of which any changed record may change the outcome of a check."""
    return [*([resource._meta.model] if resource.relies_on_all else []), *resource.rests_on]


def linked_label(model: TrackedModel, name: str) -> str:
    """Label of the model that a many-to-many field links to."""
    return model._meta.get_field(name).related_model._meta.label


def owner_of(resource: type[SheetResource]) -> str | None:
    """Label of the model of the resource's owner field; None where it has none."""
    name = getattr(resource, "owner", None)
    return name and resource._meta.model._meta.get_field(name).related_model._meta.label


def name_told(model: TrackedModel, row: list[Any]) -> str:
    """The name of the record of a row, also where the row is sealed."""
    name = row[field_place(model, "name")]
    return row_told(model, row).name if not name and issubclass(model, SealableRows) else name


def field_place(model: TrackedModel, name: str) -> int:
    """Position of a field in a row."""
    return [field.name for field in model._meta.concrete_fields].index(name)
