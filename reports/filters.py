"""What the lists of reports, imports, targets and platform entries can be narrowed by."""

import django_filters as filters

from yl_district.importing.kinds import import_kinds
from yl_district.models import ImportBatch
from yl_district.pages.filters import PageFilter


def kind_choices():
    """Every kind of import."""
    kinds = import_kinds()
    return [(kind.key, kind.label) for kind in [*kinds.values(), kinds.ledger]]


class ImportBatchFilter(PageFilter):
    """Imports."""

    search = filters.CharFilter("file_name", "contains", label="文件名", max_length=60)
    kind = filters.ChoiceFilter(label="种类", choices=kind_choices())
    state = filters.ChoiceFilter(label="状态", choices=ImportBatch.State)
