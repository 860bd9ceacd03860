"""Filters of the list of imports."""

import django_filters as filters

from ..pages.filters import PageFilter
from .kinds import import_kinds
from .models import ImportBatch


def kind_choices() -> list[tuple[str, str]]:
    """Choices of all kinds, including the ledger."""
    kinds = import_kinds()
    return [(kind.key, kind.label) for kind in [*kinds.values(), kinds.ledger]]


class ImportBatchFilter(PageFilter):
    """Filters imports by file name, kind and state."""

    search = filters.CharFilter("file_name", "contains", label="文件名", max_length=60)
    kind = filters.ChoiceFilter(label="种类", choices=kind_choices())
    state = filters.ChoiceFilter(label="状态", choices=ImportBatch.State)
