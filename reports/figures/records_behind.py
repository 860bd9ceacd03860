"""The records behind a figure that the reader may see, and which of them have attachments."""

from typing import Any

import django_tables2 as tables
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.html import format_html

from orgs.models.reach import reach_of
from orgs.roles import HUB_KEEPERS
from yl_district.attachments.models import takes_attachments, with_attachment_counts
from yl_district.audit.access_log import Action, record
from yl_district.kept.results import kept_result
from yl_district.pages.pages import configured_table
from yl_district.pages.tables import TOLD
from yl_district.typing import User, UserRequest

from .figure import Figure
from .scopes import Scope
from .tables import table_of


class AttachmentCountColumn(tables.Column):
    """The number of attachments; a badge marks records without any."""

    def render(self, value: int) -> int | str:
        return value or format_html('<span class="badge bg-orange-lt">{}</span>', "没有附件")


def with_attachments(table_class: type[tables.Table]) -> type[tables.Table]:
    """The table with a column for the number of attachments."""
    columns = {
        "attachment_count": AttachmentCountColumn("附件", attrs={"td": {"class": TOLD}}),
        "Meta": table_class.Meta,
    }
    return type(table_class.__name__, (table_class,), columns)


def number_seen(user: User, figure: Figure, scope: Scope, seen: QuerySet) -> int:
    """How many of the records that a figure counts the user sees, counted anew once a register has changed."""
    key = ("records seen", figure.key, *scope.known_by, user.pk, reach_of(user), timezone.localdate())
    return kept_result(key, seen.order_by().count)


def records_behind(
    request: UserRequest, figure: Figure, scope: Scope, number: int, *, marking: bool = False
) -> dict[str, Any]:
    """The template context for the `number` of records that a figure counts within `scope`.

    They are closed to users who keep no records, and to users whose reach includes none of the case files counted.
    Viewing case files is logged. With `marking`, each record shows the number of its attachments.
    """
    rows = figure.rows(scope)
    seen = rows.visible_to(request.user)
    if not request.user.holds(*HUB_KEEPERS) or (figure.is_case and number and not seen.exists()):
        return {"is_closed": True}
    if figure.is_case:
        record(Action.CASE_VIEW, f"{request.resolver_match.url_name}:{figure.key}", request=request)
    known = number if seen is rows else number_seen(request.user, figure, scope, seen)
    found, table_class = {"is_closed": False}, table_of(figure, rows.model, request.user)
    if marking and takes_attachments(rows.model):
        seen, table_class = with_attachment_counts(seen), with_attachments(table_class)
        found |= {"is_marked": True, "unproven": seen.filter(attachment_count=0).count()}
    table = configured_table(request, table_class, seen, number=known)
    return found | {"table": table, "unseen": number - table.paginator.count}
