"""Keeps people sealed or open as rows are written and deleted in bulk, without knowing what a person is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from functools import cache
from typing import Any

from ..privacy.sealed_facts import SealableRows
from ..privacy.sealed_links import SealedForeignKey
from ..typing import TrackedModel


@cache
def sealable_owners(model: TrackedModel) -> list[tuple[int, Any]]:
    """The columns with keys of records that may have to be sealed, as (position in a row, field)."""
    found = []
    for place, field in enumerate(model._meta.concrete_fields):
        owner = model if field.primary_key else field.related_model
        # What nobody learns from the row makes nobody known.
        is_told = isinstance(owner, type) and not isinstance(field, SealedForeignKey)
        if is_told and issubclass(owner, SealableRows):
            found.append((place, field))
    return found


class SealedOwners:
    """The records that may have to be sealed or opened after some writes."""

    def __init__(self) -> None:
        self.keys: dict[TrackedModel, set[int]] = defaultdict(set)

    def note(self, model: TrackedModel, rows: Iterable[Sequence[Any]]) -> None:
        """Notes the owners of rows that are written or deleted."""
        for place, field in sealable_owners(model):
            self.keys[field.related_model or model] |= {row[place] for row in rows} - {None}

    def note_former(self, model: TrackedModel, names: Collection[str], keys: Iterable[int]) -> None:
        """Notes the owners that rows of these keys are about to lose as these fields are written."""
        for _, field in sealable_owners(model):
            if field.name in names:
                former = model._base_manager.filter(pk__in=list(keys)).values_list(field.attname, flat=True)
                self.keys[field.related_model or model] |= {*former} - {None}

    def settle(self) -> None:
        """Seals and opens the records noted, as far as they are there."""
        for model, keys in self.keys.items():
            model._default_manager.keep_sealed(keys)
