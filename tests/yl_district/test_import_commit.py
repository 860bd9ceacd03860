"""Commit and undo, decided under the lock: only in the right state, once, and logged."""

import pytest

from members.models import Member
from reports.ledger.kinds import KINDS
from tests.factories import make_user
from tests.reports.test_import_races import checked
from tests.rosters import BRANCH, OTHER_BRANCH, make_branches, member_row, member_rows, take, written
from yl_district.audit.models import AccessEntry
from yl_district.importing.commit import CommitRefused, commit
from yl_district.importing.models import ImportBatch
from yl_district.importing.undo import undo

pytestmark = pytest.mark.django_db
STATES = set(ImportBatch.State.values)


@pytest.fixture
def branches():
    return make_branches()


def set_to(batch, state):
    """The import moved to another state."""
    ImportBatch.objects.filter(pk=batch.pk).update(state=state)
    return ImportBatch.objects.get(pk=batch.pk)


def noted():
    """The access log's lines on imports, oldest first."""
    return [(line.subject, line.detail) for line in AccessEntry.objects.filter(action="import").order_by("pk")]


@pytest.mark.parametrize("state", sorted(STATES - {"checked", "committing", "committed"}))
def test_what_is_not_checked_is_not_written(branches, state):
    batch = checked("members", member_rows(2))
    with pytest.raises(CommitRefused, match="文件还没有核对完"):
        commit(set_to(batch, state), KINDS["members"].resource)
    assert (Member.objects.count(), noted()) == (0, [])


def test_what_is_written_is_not_written_again(branches):
    batch = written("members", member_rows(2))
    commit(batch, KINDS["members"].resource)
    assert (Member.objects.count(), len(noted())) == (2, 1)


@pytest.mark.parametrize("state", sorted(STATES - {"committed", "undoing", "undone"}))
def test_what_was_not_written_is_not_taken_back(branches, state):
    batch = written("members", member_rows(2))
    with pytest.raises(CommitRefused, match="这次导入没有写入任何内容"):
        undo(set_to(batch, state), None, KINDS.resources)
    assert (Member.objects.count(), len(noted())) == (2, 1)


def test_writing_and_taking_back_are_noted_with_what_came_of_them_once(branches):
    user = make_user("林知秋", branches["清河地区团工委"])
    batch = written("members", member_rows(3, 来源日期="2017-05-04"))
    undo(batch, user, KINDS.resources)
    undo(batch, user, KINDS.resources)
    assert noted() == [("名单.xlsx", "新增 3，变更 0，相同 0"), ("撤销：名单.xlsx", "撤销 6，保留 0")]
    assert (batch.state, Member.objects.count()) == ("undone", 0)


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("known", "replaced", "warns"), [(5, 5, False), (6, 6, True), (17, 6, True), (18, 6, False), (18, 7, True)]
)
def test_a_warning_where_more_than_five_and_a_third_of_the_values_would_be_replaced(branches, known, replaced, warns):
    written("members", member_rows(known, 文化程度="大学本科"))
    rows = member_rows(known, 文化程度="大学本科")
    rows[:replaced] = member_rows(replaced, 文化程度="大学专科")
    told = [
        f"“文化程度”列将改写 {replaced} 个已登记的值，占该列已登记值的三分之一以上，请确认文件不是旧表，列也没有对错。"
    ]
    assert take("members", rows, check=True).batch.warnings == told * warns


def test_what_ended_is_known_before_what_followed_it_wherever_the_rows_stand(branches):
    begun = {"来源日期": "2015-03-01"}
    written("members", [member_row(1, **begun)])
    ended = member_row(1, 团籍状态="转出", 离开日期="2018-01-01", **begun)
    written("members", [member_row(1, 所在团支部=OTHER_BRANCH, 来源日期="2018-01-01"), ended])
    left = [(member.branch.name, str(member.left_on)) for member in Member.objects.order_by("intake_on")]
    assert left == [(BRANCH, "2018-01-01"), (OTHER_BRANCH, "None")]
