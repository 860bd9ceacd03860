"""Lists of targets and of entries in outside platforms; neither has a page beside its form."""

from functools import cached_property

import django_tables2 as tables

from yl_district.tables import PageTable

from .figures import figure_choices
from .models import PlatformEntry, Target


class TargetTable(PageTable):
    """Targets."""

    task = tables.Column(linkify=("target_update", [tables.A("pk")]), attrs={"td": {"class": "record"}})

    class Meta(PageTable.Meta):
        model = Target
        fields = ["task", "year", "figure", "value", "issued_by", "due_on"]

    @cached_property
    def figure_labels(self):
        """The figures' labels by key, read once for the list."""
        return dict(figure_choices())

    def render_figure(self, value):
        """The label; a key without a figure, such as that of a type no longer kept, as it is."""
        return self.figure_labels.get(value, value)


class PlatformEntryTable(PageTable):
    """Entries in outside platforms."""

    related = ("person", "activity", "organisation")

    record = tables.Column(
        "名称",
        linkify=("platform_entry_update", [tables.A("pk")]),
        orderable=False,
        attrs={"td": {"class": "record"}},
    )

    class Meta(PageTable.Meta):
        model = PlatformEntry
        fields = ["record", "subject", "platform", "entered_on", "bound_on"]
