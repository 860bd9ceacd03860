"""Lists of values as one parameter of a statement, however many values there are."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.db.models import Func


class Listed(Func):
    """Whole numbers or texts, for `__in`: as many parameters take long to prepare and are limited in number."""

    def __init__(self, values: Iterable[int] | Iterable[str]) -> None:
        self.values = sorted(set(values))
        super().__init__()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, list[Any]]:
        """The values as rows of a JSON array."""
        return "(SELECT value FROM json_each(%s))", [json.dumps(self.values, ensure_ascii=False)]

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, list[Any]]:
        """The values as rows of an array."""
        kind = "text" if self.values and isinstance(self.values[0], str) else "bigint"
        return f"(SELECT unnest(%s::{kind}[]))", [self.values]
