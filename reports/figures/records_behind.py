"""The records behind a figure, as far as the reader sees them, and which of them have files attached."""

import django_tables2 as tables
from django.utils.html import format_html

from orgs.roles import HUB_KEEPERS
from yl_district.attachments.models import takes_attachments, with_attachment_counts
from yl_district.audit.access_log import Action, record
from yl_district.pages.pages import configured_table

from .tables import table_of


class AttachmentCountColumn(tables.Column):
    """How many files are attached; a record without any is marked."""

    def render(self, value):
        return value or format_html('<span class="badge bg-orange-lt">{}</span>', "没有附件")


def with_attachments(table_class):
    """The table with a column that counts the files attached."""
    columns = {"attachment_count": AttachmentCountColumn("附件"), "Meta": table_class.Meta}
    return type(table_class.__name__, (table_class,), columns)


def records_behind(request, figure, scope, number, *, marking=False):
    """What a page shows of the `number` of records that a figure counts within `scope`.

    Whoever reads figures alone finds them closed, and so does everybody else whose reach holds no case file of theirs.
    A look at case files is noted. With `marking` each record says how many files are attached to it.
    """
    rows = figure.rows(scope)
    seen = rows.visible_to(request.user)
    if not request.user.holds(*HUB_KEEPERS) or (figure.is_case and number and not seen.exists()):
        return {"is_closed": True}
    if figure.is_case:
        record(Action.CASE_VIEW, f"{request.resolver_match.url_name}:{figure.key}", request=request)
    known = number if seen is rows else None
    found, table_class = {"is_closed": False}, table_of(figure, rows.model, request.user)
    if marking and takes_attachments(rows.model):
        seen, table_class = with_attachment_counts(seen), with_attachments(table_class)
        found |= {"is_marked": True, "unproven": seen.filter(attachment_count=0).count()}
    table = configured_table(request, table_class, seen, number=known)
    return found | {"table": table, "unseen": number - table.paginator.count}
