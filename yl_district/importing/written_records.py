"""The records that an import wrote, and how they are named to a user."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.apps import apps
from django.db import models
from django.urls import NoReverseMatch

from ..history.tracking import kind_of
from ..privacy.sealed_links import SealedForeignKey
from ..typing import TrackedModel, User
from .models import ImportBatch
from .versions import KeyRanges


def written_records(batch: ImportBatch, label: str) -> KeySequence:
    """The keys of the history rows that an import wrote of a model, in order."""
    return KeySequence(dict(map(tuple, batch.written)).get(label, []))


class KeySequence:
    """Ranges [first, last] of keys as a sequence that supports `len` and slices."""

    def __init__(self, ranges: KeyRanges) -> None:
        self.ranges = ranges

    def __len__(self) -> int:
        return sum(last - first + 1 for first, last in self.ranges)

    def __getitem__(self, wanted: slice) -> list[int]:
        found: list[int] = []
        begin = 0
        for first, last in self.ranges:
            end = begin + last - first + 1
            low, high = max(wanted.start, begin), min(wanted.stop, end)
            found += range(first + low - begin, first + high - begin)
            begin = end
        return found


def keys_of(model: TrackedModel, history_keys: Iterable[int]) -> list[int]:
    """Keys of the records with these history rows, without duplicates, in order of history."""
    found = model.history.model.objects.filter(history_id__in=history_keys).order_by("history_id")
    return list(dict.fromkeys(found.values_list("id", flat=True)))


def names_and_addresses(user: User, model: TrackedModel, keys: Iterable[int]) -> dict[int, tuple[str, str]]:
    """{key: (name, URL)} of the records that the user may see; the URL is "" where the user may not open the page."""
    rows = model._base_manager.all()
    if hasattr(model._default_manager, "visible_to"):
        rows = model._default_manager.visible_to(user)
    fields = [field for field in model._meta.concrete_fields if isinstance(field, models.ForeignKey)]
    sealed = [field.name for field in fields if isinstance(field, SealedForeignKey)]
    links = [field.name for field in fields if field.name not in sealed]
    found = rows.filter(pk__in=list(keys)).prefetch_related(*sealed)
    found = found.select_related(*links) if links else found
    return {record.pk: (str(record), page_address(user, record)) for record in found}


def page_address(user: User, record: models.Model) -> str:
    """URL of the record's page; "" where it has none that the user may open."""
    if not hasattr(record, "get_absolute_url") or not user.may_open(f"{kind_of(type(record))}_detail"):
        return ""
    try:
        return record.get_absolute_url()
    except NoReverseMatch:
        return ""


def record_title(model: TrackedModel, key: int, names: Mapping[int, tuple[str, str]]) -> tuple[str, str]:
    """(text, URL) of a record: its name, or model and key where it is deleted or not visible to the user."""
    name, url = names.get(key, ("", ""))
    label = model._meta.verbose_name
    return (name or f"{label}（编号 {key}）", url)


def kind_label(label: str) -> str:
    """The verbose name of a model."""
    return apps.get_model(label)._meta.verbose_name
