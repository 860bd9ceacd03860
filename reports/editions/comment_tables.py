"""The table of comments."""

import django_tables2 as tables
from django.utils.text import Truncator

from yl_district.pages.tables import PageTable, RecordColumn

from ..models import Comment

LONGEST_CELL = 60


class CommentTable(PageTable):
    """Lists comments with their state."""

    quoted = RecordColumn(verbose_name="针对", orderable=False)
    edition = tables.Column("定稿", orderable=False)
    asked_by = tables.Column("提出人", orderable=False)
    phone_columns = ("edition", "state")

    class Meta(PageTable.Meta):
        model = Comment
        fields = ["quoted", "edition", "state", "asked_by", "asked_at"]

    def render_quoted(self, value):
        return Truncator(value).chars(LONGEST_CELL)
