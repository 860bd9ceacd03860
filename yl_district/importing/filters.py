"""Filters of the list of imports."""

import django_filters as filters

from ..pages.filters import PageFilter
from .kinds import import_kinds
from .models import ImportBatch, ImportBatchQuerySet

UNFINISHED = "unfinished"


def kind_choices() -> list[tuple[str, str]]:
    """Choices of all kinds, including the ledger."""
    kinds = import_kinds()
    return [(kind.key, kind.label) for kind in [*kinds.values(), kinds.ledger]]


class ImportBatchFilter(PageFilter):
    """Filters imports by file name, kind and state."""

    search = filters.CharFilter("file_name", "contains", label="文件名", max_length=60)
    kind = filters.ChoiceFilter(label="种类", choices=kind_choices())
    state = filters.ChoiceFilter(
        label="状态", choices=[(UNFINISHED, "没有写入"), *ImportBatch.State.choices], method="by_state"
    )

    def by_state(self, batches: ImportBatchQuerySet, name: str, value: str) -> ImportBatchQuerySet:
        """Imports in this state, or those that wait for an answer or for being written."""
        return batches.unfinished() if value == UNFINISHED else batches.filter(state=value)
