"""Cells that an import puts aside: kept with their records by the commit, and shown to be completed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType

from ..sheets.models import RECORDS_AT_ONCE, AwaitedCell, KeptCells, standing_text
from .kinds import import_kinds
from .models import ImportBatch


def attributes_of(label: str) -> dict[str, str]:
    """{heading: lookup of the field} of the columns of a kind, named by the label of its model."""
    resources = [one for one in import_kinds().resources if one._meta.model._meta.label == label]
    return {item.column_name: item.attribute for one in resources for item in one.columns if item.attribute}


def keep_awaited(
    batch: ImportBatch, told: Iterable[Mapping[str, Any]], key_of: Callable[[int | list[int]], int]
) -> None:
    """Keeps the cells that rows have put aside with their records, unless the same is kept already.

    A later cell is shown in place of an earlier one, which is there again once the later import is undone.
    """
    by_label: dict[str, dict[int, list[Any]]] = {}
    for row in told:
        if row.get("pending"):
            label, reference = row["holder"]
            by_label.setdefault(label, {}).setdefault(key_of(reference), []).extend(row["pending"])
    for label, cells in by_label.items():
        model, attributes = apps.get_model(label), attributes_of(label)
        kind = ContentType.objects.get_for_model(model)
        paths = {path.rpartition("__")[0] for path in attributes.values()} - {""}
        # Not joined, since people of cases cannot be.
        stored = model._base_manager.prefetch_related(*paths).in_bulk(list(cells))
        kept = {
            (key, one["column"]): AwaitedCell(
                batch=batch,
                content_type=kind,
                object_id=key,
                heading=one["column"],
                attribute=attributes[one["column"]],
                found=one["found"],
                stood=standing_text(stored[key], attributes[one["column"]]),
                expected=one["expected"],
                remedy=one["remedy"],
            )
            for key, problems in cells.items()
            if key in stored
            for one in problems
        }
        known = KeptCells(model, list(stored))
        new = [one for one in kept.values() if not known.has(stored[one.object_id], one.heading, one.found)]
        AwaitedCell.objects.bulk_create(new, batch_size=RECORDS_AT_ONCE)
