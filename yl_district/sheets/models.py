"""The tag of this database, which export marks contain, and the cells of lists that are still to be asked for."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from functools import reduce
from typing import Any, Self

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.db.models.constants import LOOKUP_SEP

from ..fields import is_masked, unmaskable_paths
from ..history.tracking import reached
from ..privacy.encryption import EncryptedTextField, SealedModel
from ..privacy.masking import masked
from ..privacy.unreadable import UnreadableText
from .cells import as_text
from .columns import resolve_field

RECORDS_AT_ONCE = 500  # records looked at in one query


def new_tag():
    """Returns a random tag of six hexadecimal digits."""
    return secrets.token_hex(3)


class DatabaseTag(models.Model):
    """The random tag of this database, in the table's only row, which a migration inserts.

    Keys start from one in every database: without a tag, a row exported from one would be taken for another record in
    the next.
    """

    tag = models.CharField("标识", max_length=6, default=new_tag)

    class Meta:
        verbose_name = "数据库标识"

    def __str__(self):
        return self.tag


class AwaitedCellQuerySet(models.QuerySet):
    def of(self, record: models.Model) -> Self:
        """The cells kept with a record."""
        return self.filter(content_type=ContentType.objects.get_for_model(record), object_id=record.pk)

    def current(self) -> Self:
        """The cells to be completed that no later one of the same record and heading has taken the place of."""
        same = {name: models.OuterRef(name) for name in ("content_type", "object_id", "heading")}
        later = AwaitedCell.objects.order_by().filter(**same, pk__gt=models.OuterRef("pk"))
        return self.filter(~models.Exists(later), is_done=False)

    def still_of(self, record: models.Model) -> list[AwaitedCell]:
        """The cells kept with a record whose fields have got no other value since."""
        return [cell for cell in self.current().of(record).order_by("pk") if not cell.is_settled_by(record)]

    def still_of_each(self, records: models.QuerySet) -> list[tuple[Any, list[AwaitedCell]]]:
        """(record, its cells) of those of the records that have any whose fields have got no other value since."""
        kind = ContentType.objects.get_for_model(records.model)
        waiting = self.current().filter(content_type=kind, object_id__in=records.order_by().values("pk"))
        found: dict[int, list[AwaitedCell]] = {}
        for cell in waiting.order_by("pk"):
            found.setdefault(cell.object_id, []).append(cell)
        stored = records.filter(pk__in=found) if found else ()
        each = [(one, [cell for cell in found[one.pk] if not cell.is_settled_by(one)]) for one in stored]
        return [(one, cells) for one, cells in each if cells]

    def shown_whole_with(self, row: models.Model, user: Any) -> list[AwaitedCell]:
        """The cells of records that the user sees whose texts are shown in full where the row is unmasked."""
        found = []
        for kind in ContentType.objects.filter(pk__in=self.order_by().values("content_type")):
            own, model = self.current().filter(content_type=kind), kind.model_class()
            if model is None:
                continue
            for attribute in own.order_by().values_list("attribute", flat=True).distinct():
                lookup, owner = unmasked_with(model, attribute)
                if owner is not type(row):
                    continue
                waiting = own.filter(attribute=attribute)
                records = reached(model, user).filter(pk__in=waiting.values("object_id"), **{lookup: row.pk}).in_bulk()
                cells = waiting.filter(object_id__in=list(records))
                found += [cell for cell in cells if not cell.is_settled_by(records[cell.object_id])]
        return sorted(found, key=lambda cell: cell.pk)

    def settle(self, record: models.Model) -> None:
        """Ends the wait for fields of a record, given as it was, with another value now; of one gone, deletes all."""
        cells = list(self.of(record).filter(is_done=False))
        stored = type(record)._base_manager.filter(pk=record.pk).first() if cells else None
        if stored is None:
            self.filter(pk__in=[cell.pk for cell in cells]).delete()
        else:
            self.end([cell.pk for cell in cells if cell.is_settled_by(stored)])

    def settle_all(self) -> None:
        """Ends the wait for all fields that have got another value; deletes the cells whose records are gone."""
        gone, settled = [], []
        for kind in ContentType.objects.filter(pk__in=self.order_by().values("content_type")):
            own, model = self.filter(content_type=kind), kind.model_class()
            for keys in in_pieces(list(own.order_by().values_list("object_id", flat=True).distinct())):
                stored = model._base_manager.in_bulk(keys) if model else {}
                for cell in own.filter(object_id__in=keys):
                    record = stored.get(cell.object_id)
                    if record is None:
                        gone.append(cell.pk)
                    elif not cell.is_done and cell.is_settled_by(record):
                        settled.append(cell.pk)
        for keys in in_pieces(gone):
            self.filter(pk__in=keys).delete()
        self.end(settled)

    def end(self, keys: list[int]) -> None:
        """Ends the wait for cells, which are remembered, so that no list asks for the same once more."""
        for some in in_pieces(keys):
            self.filter(pk__in=some).update(is_done=True)


class AwaitedCell(SealedModel):
    """A cell that an import could not read, kept with its record until the field gets a value, or nobody wants it.

    Then it `is_done`, and remembered as long as the record.

    `attribute` is the lookup of the field, `stood` its value when the cell was put aside.
    """

    batch = models.ForeignKey("yl_district.ImportBatch", models.CASCADE, related_name="awaited", verbose_name="导入")
    content_type = models.ForeignKey(ContentType, models.CASCADE, related_name="+", verbose_name="种类")
    object_id = models.PositiveBigIntegerField("记录编号")
    heading = models.CharField("列", max_length=40)
    attribute = models.CharField("栏目", max_length=100)
    found = EncryptedTextField("名单中的内容")
    stood = EncryptedTextField("当时的内容", blank=True)
    expected = models.TextField("应为")
    remedy = models.TextField("怎样改正")
    is_done = models.BooleanField("不再等待", default=False)

    objects = AwaitedCellQuerySet.as_manager()

    class Meta:
        verbose_name = "待补的内容"
        ordering = ["pk"]
        indexes = [models.Index(fields=["content_type", "object_id"], name="awaited_cell_of_record")]

    def __str__(self) -> str:
        return self.heading

    def is_settled_by(self, record: models.Model) -> bool:
        """Whether the field of the record has got another value since the cell was put aside."""
        return self.stood != standing_text(record, self.attribute)

    @property
    def shown(self) -> str:
        """What the list had, masked where the field is."""
        model = self.content_type.model_class()
        return masked(self.found) if model and is_masked(resolve_field(model, self.attribute)) else self.found

    def owner_in(self, record: models.Model) -> models.Model | None:
        """The record whose unmasking shows the text in full, of the one it is kept with; None where none does."""
        lookup, owner = unmasked_with(type(record), self.attribute)
        if owner is None or owner is type(record):
            return record if owner else None
        return reduce(getattr, lookup.split(LOOKUP_SEP), record)


class KeptCells:
    """The cells that lists have had for records of a model, for all or those with the `keys`, read once."""

    def __init__(self, model: type[models.Model], keys: Sequence[int] | None = None) -> None:
        found = AwaitedCell.objects.filter(content_type=ContentType.objects.get_for_model(model))
        found = found if keys is None else found.filter(object_id__in=keys)
        self.known = {(cell.object_id, cell.heading, cell.found) for cell in found}

    def has(self, record: models.Model, heading: str, text: str) -> bool:
        """Whether a list has had this text for a record before, completed since or not."""
        return (record.pk, heading, text) in self.known


def unmasked_with(model: type[models.Model], attribute: str) -> tuple[str, type[models.Model] | None]:
    """The model of the records whose unmasking shows a field in full, None where none does, and the lookup of these."""
    if is_masked(resolve_field(model, attribute)):
        if attribute.replace(LOOKUP_SEP, ".") in unmaskable_paths(model):
            return "pk", model
        path, _, name = attribute.rpartition(LOOKUP_SEP)
        owner = resolve_field(model, path).related_model if path else None
        if owner and name in unmaskable_paths(owner):
            return path, owner
    return "", None


def standing_text(record: Any, attribute: str) -> str:
    """Returns the present value of a field, named by its lookup from the record, as text; "" for an empty one.

    One that cannot be read is told from others by its ciphertext.
    """
    value = record
    for name in attribute.split(LOOKUP_SEP):
        try:
            value = getattr(value, name)
        except ObjectDoesNotExist:
            return ""
    if isinstance(value, UnreadableText):
        return value.cell.stored
    return "" if value is None else as_text(value)


def in_pieces(keys: list[int]) -> Iterator[list[int]]:
    """Yields the keys in lists of at most RECORDS_AT_ONCE."""
    for first in range(0, len(keys), RECORDS_AT_ONCE):
        yield keys[first : first + RECORDS_AT_ONCE]
