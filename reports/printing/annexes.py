"""The annexes of the summary: one workbook that is handed in, and one for the committee's own checks."""

from orgs.roles import RoleKind
from yl_district.kept.results import one_moment

from ..documents.summary import compose
from ..figures.counting import results
from ..figures.readers import may_know_cases
from .annex_charts import (
    HUB_ANNEXES,
    drawn_assistance_totals,
    drawn_member_changes,
    month_table,
    target_table,
    type_table,
)
from .annex_of_doubts import doubt_table, nameless_doubt_table, open_doubt_table
from .annex_of_sources import definition_table, number_table
from .annex_sheets import AnnexBook, SheetHead
from .annex_tables import (
    activity_table,
    assistance_table,
    checked_member_changes,
    figure_table,
    link_table,
    unit_table,
)
from .printed import printed

COMMAND_LINE = "command line"
ACTIVITY_TABLES = [activity_table, month_table, type_table, target_table]
OPEN_TABLES = [figure_table, drawn_member_changes, unit_table, link_table, *ACTIVITY_TABLES]
# What is handed in, by reader.
ANNEXES = {
    COMMAND_LINE: [*OPEN_TABLES, drawn_assistance_totals],
    RoleKind.STAFF: [*OPEN_TABLES, drawn_assistance_totals],
    RoleKind.LEADER: [figure_table, drawn_member_changes, unit_table, drawn_assistance_totals, *ACTIVITY_TABLES],
    RoleKind.CADRE: OPEN_TABLES,
}
# What stays. Individual cases are only for the command line, whose user has the database anyway; no page exports them.
INTERNAL_ANNEXES = {
    COMMAND_LINE: [checked_member_changes, assistance_table, doubt_table],
    RoleKind.STAFF: [checked_member_changes, open_doubt_table],
    RoleKind.LEADER: [checked_member_changes, nameless_doubt_table],
    RoleKind.CADRE: [checked_member_changes, open_doubt_table],
}
# These are counted as of today while the period is running.
DATED = {doubt_table, open_doubt_table, nameless_doubt_table}


def reads_as(user, scope):
    """By which of the roles the user reads the annexes of the scope: cases only as totals, no names for a leader."""
    if user is None:
        return COMMAND_LINE
    for kind in (RoleKind.STAFF, RoleKind.LEADER):
        if user.reaches_as(scope.organisation, kind):
            return kind
    return RoleKind.CADRE


def annexes_for(user, scope):
    """The annexes that the user may hand in; a hub has only those on activities, for every reader."""
    return HUB_ANNEXES if scope.hub else ANNEXES[reads_as(user, scope)]


def internal_annexes_for(user, scope):
    """The annexes beside the sources of the numbers that stay; a hub has none."""
    return [] if scope.hub else INTERNAL_ANNEXES[reads_as(user, scope)]


def write_annexes(scope, stream, today, user=None):
    """Writes the workbook that is handed in, counted `today`, as far as `user` may read it, or for None all of it."""
    numbers = counted_for(user, scope)
    tables = [make(scope, numbers) for make in annexes_for(user, scope)]
    AnnexBook(stream, annex_head(scope, today, user)).write(filter(None, tables))


def write_internal_annexes(scope, stream, today, user=None):
    """Writes the workbook that stays: where each number comes from, what it means, and what is doubtful."""
    with one_moment():
        numbers = counted_for(user, scope)
        summary = compose(scope, today, not user or may_know_cases(user, scope), numbers)
        source = printed(summary, scope, today)
        tables = [number_table(source), definition_table(source)]
        for make in internal_annexes_for(user, scope):
            tables.append(make(scope, numbers, today) if make in DATED else make(scope, numbers))
    AnnexBook(stream, annex_head(scope, today, user, is_internal=True)).write(tables)


def write_signed_annexes(scope, stream, numbers, head):
    """Writes the tables that follow from the results of a signed document, to be handed in with it."""
    tables = [figure_table(scope, numbers), target_table(scope, numbers)]
    AnnexBook(stream, head).write(filter(None, tables))


def write_signed_sources(document, stream, head):
    """Writes where each number of a signed document comes from and what it means."""
    AnnexBook(stream, head).write([number_table(document), definition_table(document)])


def counted_for(user, scope):
    """The results that the user may know, all of them for None."""
    return results(scope, with_cases=not user or may_know_cases(user, scope))


def annex_head(scope, today, user, is_internal=False):
    """What stands on each sheet, filled in by `user`, for None by nobody, and dated as the summary is."""
    period = f"{scope.period.name}{scope.as_of and f'（{scope.as_of}）'}"
    return SheetHead(scope.name, period, str(user or ""), min(today, scope.day), is_internal)
