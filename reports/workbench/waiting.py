"""What waits for a user's decision or for being finished, on the 工作台 and as numbers in the menu."""

from collections import Counter
from dataclasses import dataclass
from functools import partial

from django.urls import reverse
from django.utils import timezone

from assistance.models import CaseGrant, CaseGrantRound
from members.models import Proposal
from orgs.models import WholeExport
from yl_district.importing.models import ImportBatch
from yl_district.kept.results import once_a_moment
from yl_district.tree_paths import reach_looked_at

from ..models import Comment, Report
from ..year_opening.last_year import is_opened, left_over
from .counted_lines import CountedLine, numbers_of


@dataclass(frozen=True)
class WaitingLine(CountedLine):
    """Records that wait, and the list that shows them."""

    url_name: str
    # Follows the number.
    words: str
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
        lambda user, day: Proposal.objects.visible_to(user).waiting(),
        "proposal_list",
        "件离开、转接申请等您审批",
        "state=waiting",
    ),
    WaitingLine(
        "case_grant_decide",
        lambda user, day: CaseGrant.objects.visible_to(user).undecided().exclude(user=user),
        "case_grant_list",
        "件个案授权申请等您审批",
        "state=undecided",
    ),
    WaitingLine(
        "case_grant_round_decide",
        lambda user, day: CaseGrantRound.objects.visible_to(user).undecided().exclude(user=user),
        "case_grant_round_list",
        "件批量授权申请等您审批",
        "state=undecided",
    ),
    WaitingLine(
        "import_batch_commit",
        lambda user, day: ImportBatch.objects.of_committees(user).filter(user=user).unfinished(),
        "import_batch_list",
        "份您上传的名单还没有写入",
        "state=unfinished",
    ),
    WaitingLine(
        "report_sign",
        lambda user, day: Report.objects.changeable_by(user).unsigned_after(day),
        "report_list",
        "份报告已到期，还没有签发",
        "overdue=yes",
    ),
    WaitingLine(
        "comment_answer",
        lambda user, day: Comment.objects.to_answer(user),
        "comment_list",
        "条上级意见等您答复",
        "state=open",
    ),
    WaitingLine(
        "comment_accept",
        lambda user, day: Comment.objects.to_accept(user),
        "comment_list",
        "条意见已有答复，等您办结或再问",
        "state=answered",
    ),
    WaitingLine(
        "notices_read",
        lambda user, day: WholeExport.objects.visible_to(user).unread_by(user),
        "notice_list",
        "条重要操作通知未阅",
    ),
)


def waiting_for(user, day):
    """Everything of WAITING_LINES that waits for the user on `day`, in their order."""
    found = []
    for line, number in numbers_waiting(user, day).items():
        if number:
            query = f"?{line.query}" if line.query else ""
            found.append(Waiting(number, line.words, reverse(line.url_name) + query))
    return found


def numbers_waiting(user, day):
    """{line of WAITING_LINES: how many records wait for the user on `day`}, asked for once within `one_moment`."""
    return once_a_moment(("waiting", user.pk, day), partial(count_waiting, user, day))


def count_waiting(user, day):
    """The same, counted now."""
    # Of many rows in reach few wait, which indexes find.
    with reach_looked_at(last=True):
        return numbers_of(WAITING_LINES, user, day)


def year_to_open(user, day):
    """The year of `day` where nothing is recorded for it yet, unlike for the year before."""
    may = user.may_open("year_opening") and is_opened(user, day.year - 1) and not is_opened(user, day.year)
    last_year = left_over(user, day.year) if may else None
    if last_year and last_year.number:
        words = f"项上年的青年汇类型和年度任务可带入 {day.year} 年（年度开账）"
        yield Waiting(last_year.number, words, reverse("year_opening", args=[day.year]))


def menu_counts(user):
    """{URL name of a list: how many of its records wait for the user today}."""
    found = Counter()
    for line, number in numbers_waiting(user, timezone.localdate()).items():
        found[line.url_name] += number
    return found
