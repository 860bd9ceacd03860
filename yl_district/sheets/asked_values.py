"""What rows of an import ask of the database as needed, instead of all that is registered."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import Model, QuerySet

from ..database.listed import Listed


class AskedValues:
    """The values that a field has in some rows; each is asked for once, those of many rows of a file together."""

    def __init__(self, rows: QuerySet, name: str = "pk") -> None:
        self.rows, self.name = rows.order_by(), name
        self._found: dict[Any, bool] = {}

    def foresee(self, values: Iterable[Any]) -> None:
        """Asks for values, those of them that were not asked for before."""
        wanted = set(values) - self._found.keys()
        if wanted:
            found = set(self.rows.filter(**{f"{self.name}__in": Listed(wanted)}).values_list(self.name, flat=True))
            self._found |= {value: value in found for value in wanted}

    def __contains__(self, value: object) -> bool:
        if value not in self._found:
            self.foresee([value])
        return self._found[value]


class AskedRecords:
    """Records as pairs of model and key, like a set of them; of one model, those of `rows`."""

    def __init__(self, rows: QuerySet) -> None:
        self.model, self.keys = rows.model, AskedValues(rows)

    def __contains__(self, pair: object) -> bool:
        if not isinstance(pair, tuple):
            return False
        model, key = pair
        return model is self.model and key is not None and key in self.keys


# Pairs of model and key, all read or each asked for.
Records = Collection[tuple[type[Model], int]] | AskedRecords
