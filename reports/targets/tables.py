"""The table of targets."""

from functools import cached_property

import django_tables2 as tables
from django.template.loader import render_to_string
from django.utils import timezone

from yl_district.pages.tables import PageTable, RecordColumn

from ..figures.lines import NO_LONGER_COUNTED, figure_choices
from ..models import Target
from .progress import paces_of


class TargetTable(PageTable):
    """Lists targets with their progress."""

    task = RecordColumn()
    pace = tables.Column("完成情况", empty_values=(), orderable=False)

    class Meta(PageTable.Meta):
        model = Target
        fields = ["task", "pace", "year", "figure", "value", "issued_by", "due_on"]

    @cached_property
    def paces(self):
        """The progress of the targets on this page of the list, counted together."""
        return paces_of([row.record for row in self.paginated_rows], timezone.localdate())

    def render_pace(self, record):
        """A progress bar with its text; empty for a figure that no longer exists."""
        pace = self.paces.get(record.pk)
        return render_to_string("reports/_pace.html", {"pace": pace}) if pace else self.default

    @cached_property
    def figure_labels(self):
        """The figures' labels by key, read once per list."""
        return dict(figure_choices())

    def render_figure(self, value):
        """The figure's label, or words for one that no longer exists."""
        return self.figure_labels.get(value, NO_LONGER_COUNTED)
