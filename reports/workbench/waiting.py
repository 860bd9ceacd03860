"""What waits for a user's decision or for being finished, on the 工作台 and as numbers in the menu."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, QuerySet, Value
from django.urls import reverse
from django.utils import timezone

from assistance.models import CaseGrant
from members.models import Proposal
from orgs.models import User, WholeExport
from yl_district.importing.models import ImportBatch
from yl_district.tree_paths import reach_looked_at

from ..figures.scopes import reach_of
from ..models import Report
from ..year_opening.last_year import is_opened, left_over


@dataclass(frozen=True)
class WaitingLine:
    """Records that wait for users whom the access table admits to `act`: which, and the list that shows them."""

    act: str
    url_name: str
    # Follows the number.
    words: str
    rows: Callable[[User, date], QuerySet]
    query: str = ""


@dataclass(frozen=True)
class Waiting:
    """A number of records that wait, in words, and the page where they are dealt with."""

    number: int
    words: str
    address: str


WAITING_LINES = (
    WaitingLine(
        "proposal_decide",
        "proposal_list",
        "件离开、转接申请等您审批",
        lambda user, day: Proposal.objects.visible_to(user).waiting(),
        "state=waiting",
    ),
    WaitingLine(
        "case_grant_decide",
        "case_grant_list",
        "件个案授权申请等您审批",
        lambda user, day: CaseGrant.objects.visible_to(user).undecided().exclude(user=user),
        "state=undecided",
    ),
    WaitingLine(
        "import_batch_commit",
        "import_batch_list",
        "份您上传的名单还没有写入",
        lambda user, day: ImportBatch.objects.of_committees(user).filter(user=user).unfinished(),
        "state=unfinished",
    ),
    WaitingLine(
        "report_sign",
        "report_list",
        "份报告已到期，还没有签发",
        lambda user, day: Report.objects.changeable_by(user).unsigned_after(day),
        "overdue=yes",
    ),
    WaitingLine(
        "notices_read",
        "notice_list",
        "条重要操作通知未阅",
        lambda user, day: WholeExport.objects.visible_to(user).unread_by(user),
    ),
)


def waiting_for(user, day):
    """Everything of WAITING_LINES that waits for the user on `day`, in their order."""
    found = []
    for line, number in numbers_waiting(user, day):
        if number:
            query = f"?{line.query}" if line.query else ""
            found.append(Waiting(number, line.words, reverse(line.url_name) + query))
    return found


@dataclass(frozen=True)
class Asker:
    """Whom it waits for on a day, known by everything that decides what is asked of the database."""

    user: User = field(compare=False)
    key: int
    day: date
    lines: tuple[int, ...]
    reach: tuple[tuple[str, str], ...]


def numbers_waiting(user, day):
    """Pairs of each line of WAITING_LINES and how many wait for the user on `day`, asked for in one query."""
    lines = tuple(place for place, line in enumerate(WAITING_LINES) if user.may_open(line.act))
    statement = statement_for(Asker(user, user.pk, day, lines, reach_of(user))) if lines else None
    found = {}
    if statement:
        with connection.cursor() as cursor:
            cursor.execute(*statement)
            found = dict(cursor.fetchall())
    return [(line, found.get(place, 0)) for place, line in enumerate(WAITING_LINES)]


@lru_cache(maxsize=1000)
def statement_for(asker):
    """The statement with its parameters, whose writing takes longer than its execution; None where nothing can wait."""
    counts = [
        WAITING_LINES[place]
        .rows(asker.user, asker.day)
        .order_by()
        .values(line=Value(place))
        .annotate(number=Count("pk"))
        for place in asker.lines
    ]
    try:
        # Of many rows in reach few wait, which indexes find.
        with reach_looked_at(last=True):
            return counts[0].union(*counts[1:], all=True).values_list("line", "number").query.sql_with_params()
    except EmptyResultSet:
        return None


def year_to_open(user, day):
    """The year of `day` where nothing is recorded for it yet, unlike for the year before."""
    may = user.may_open("year_opening") and is_opened(user, day.year - 1) and not is_opened(user, day.year)
    last_year = left_over(user, day.year) if may else None
    if last_year and last_year.number:
        words = f"项上年的青年汇类型和年度任务可带入 {day.year} 年（年度开账）"
        yield Waiting(last_year.number, words, reverse("year_opening", args=[day.year]))


def menu_counts(user):
    """{URL name of a list: how many of its records wait for the user today}."""
    return {line.url_name: number for line, number in numbers_waiting(user, timezone.localdate())}
