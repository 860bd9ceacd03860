"""Fast export of rows from database values without model instances, where every column has a lookup.

The rows equal those of `SheetResource.export_row`, in a fraction of the time.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.db.models import QuerySet
from django.db.models.constants import LOOKUP_SEP

from ..privacy.encryption import DamagedCellError, EncryptedMixin, decrypt
from ..privacy.unreadable import UNREADABLE, note_unreadable
from .columns import Column, resolve_field
from .resource import SheetResource


def is_plain(resource: SheetResource) -> bool:
    """Whether every column of the resource can be exported from database values."""
    reads_itself = type(resource).value_for_export is not SheetResource.value_for_export
    return not reads_itself and all(item.lookup or item.linked for item in resource.fields.values())


def plain_rows(resource: SheetResource, records: QuerySet, chunk_size: int) -> Iterator[tuple[int, list[str]]]:
    """Yields (primary key, cells) of each record."""
    places = {"pk": 0}
    seals = [seal_of(resource, item, places) for item in resource.fields.values() if item.lookup]
    sealed = [found for found in seals if found]
    cells = [
        cell_of(resource, item, places) if item.lookup else cell_of_linked(item, records)
        for item in resource.fields.values()
    ]
    values = records.prefetch_related(None).values_list(*places)
    for row in map(list, values.iterator(chunk_size=chunk_size)):
        for place, label, seal in sealed:
            if row[place]:
                row[place] = read_cell(resource, row, place, label, seal)
        yield row[0], [cell(row) for cell in cells]


def read_cell(resource: SheetResource, row: Sequence[Any], place: int, label: str, seal: int) -> str:
    """Returns the text of an encrypted value, what stands for it where it is damaged."""
    try:
        return decrypt(row[place], label, row[seal])
    except DamagedCellError:
        meta = resource._meta.model._meta
        note_unreadable(meta.verbose_name, row[0], label_of(resource, label))
        return UNREADABLE


def label_of(resource: SheetResource, label: str) -> str:
    """Returns the heading of the column with an encrypted field of this label."""
    for heading, item in resource.fields.items():
        if item.lookup and getattr(resolve_field(resource._meta.model, item.lookup), "label", None) == label:
            return heading
    return ""


def seal_of(resource: SheetResource, item: Column, places: dict[str, int]) -> tuple[int, str, int] | None:
    """Returns (place of the value, label, place of the seal) for an encrypted column, None for others."""
    field = resolve_field(resource._meta.model, item.lookup)
    if not isinstance(field, EncryptedMixin):
        return None
    above = item.lookup.rpartition(LOOKUP_SEP)[0]
    seal = column_place(f"{above}{LOOKUP_SEP}seal" if above else "seal", places)
    return column_place(item.lookup, places), field.label, seal


def cell_of(resource: SheetResource, item: Column, places: dict[str, int]) -> Callable[[Sequence[Any]], str]:
    """Returns a function from a row of values to the column's cell."""
    place, render = column_place(item.lookup, places), item.widget.render
    hidden = resource.plain_mask(item) if resource.book.masks else None
    if not hidden:
        return lambda row: "" if (value := row[place]) is None else render(value)
    hide, lookups = hidden
    beside = [column_place(lookup, places) for lookup in lookups]
    return lambda row: "" if (value := row[place]) is None else hide(render(value), *[row[one] for one in beside])


def cell_of_linked(item: Column, records: QuerySet) -> Callable[[Sequence[Any]], str]:
    """Returns a function from a row of values to the cell with the names of those linked to the record."""
    field: Any = records.model._meta.get_field(item.linked)
    own, other = field.m2m_field_name(), field.m2m_reverse_field_name()
    order = [f"{other}__{name}" for name in field.related_model._meta.ordering]
    links = field.remote_field.through._base_manager.filter(**{f"{own}__in": records.order_by().values("pk")})
    names = defaultdict(list)
    for key, name in links.order_by(*order).values_list(own, f"{other}__name"):
        names[key].append(name)
    return lambda row: item.widget.render(names.get(row[0], []))


def column_place(lookup: str, places: dict[str, int]) -> int:
    """Returns the place of a lookup's value in a row; adds a lookup that `places` lacks."""
    return places.setdefault(lookup, len(places))
