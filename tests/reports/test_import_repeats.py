"""Rows that repeat another one of their file: what they say more is offered, never lost in silence."""

import pytest

from members.models import Member, Person, Volunteer
from tests.factories import make_hub, make_post
from tests.rosters import BRANCH, histories, in_trial, make_branches, records, take, tally, written
from yl_district.importing.steps import run_undo

pytestmark = pytest.mark.django_db

VOLUNTEERS = [
    {"姓名": "裘安", "手机号码": "16512391001", "志愿者队伍": "春晖青年汇"},
    {"姓名": "裘安"},
    {"姓名": "裘宁", "单位": "和顺公司"},
    {"姓名": "裘宁", "手机号码": "16512391002"},
]
ADD = [{"id": "additions", "answer": "add"}]


@pytest.fixture
def branches(db):
    branches = make_branches()
    make_hub(branches[BRANCH], "春晖青年汇")
    make_post("陆远", branches[BRANCH])
    return branches


def test_a_list_of_volunteers_with_repeats_offers_what_the_later_rows_add(branches):
    found = take("volunteers", VOLUNTEERS, check=True)
    assert tally(found.batch) == {"new": 2, "duplicate": 2}
    [question] = found.as_dict()["questions"]
    assert (question["id"], question["rows"], question["proposals"]) == ("additions", [5], ["add", "leave"])
    batch = take("volunteers", VOLUNTEERS, answers=ADD, only_right=True).batch
    assert tally(batch) == {"new": 2, "changed": 1, "duplicate": 1}
    second = Person.objects.get(name="裘宁")
    assert (second.mobile, second.volunteering.employer) == ("16512391002", "和顺公司")
    assert Volunteer.objects.count() == 2


def test_without_an_answer_repeats_are_refused_as_before(branches):
    before = records()
    found = take("volunteers", VOLUNTEERS[2:])
    assert (len(found.errors), found.is_written, records()) == (1, False, before)


MEMBER = {"姓名": "裘宁", "性别": "女", "出生日期": "1998-05-04", "所在团支部": BRANCH}
LINK = {"团干部": "陆远", "姓名": "裘宁", "起始日期": "2017-01-10"}
MORE = {
    "a mobile": ("members", MEMBER, MEMBER | {"手机号码": "16512391002"}),
    "an employer and a remark": ("members", MEMBER, MEMBER | {"工作单位": "和顺公司", "备注": "新"}),
    "a day for a month": ("members", MEMBER | {"出生日期": "1998-05"}, MEMBER | {"微信号": "wx"}),
    "a mobile of a youth": ("links", LINK, LINK | {"手机号码": "16512391002"}),
    "a sector": ("links", LINK, LINK | {"单位": "和顺公司"}),
}


@pytest.mark.sampled(2)
@pytest.mark.in_turn
@pytest.mark.parametrize("case", MORE)
def test_what_a_repeat_adds_is_written_with_the_first_row_and_undone_with_it(branches, case):
    kind, first, second = MORE[case]
    before = records()
    whole = in_trial(lambda: (written(kind, [first | second]), contents())[1])
    batch = written(kind, [first, second], answers=ADD)
    assert tally(batch) == {"new": 1, "changed": 1}
    assert contents() == whole
    batch.enter("undoing", "committed")
    run_undo(batch)
    assert records() == before


def contents():
    """What records say, without their keys."""
    kept = {
        key: row for key, row in records().items() if key[0] in ("members.Person", "members.Member", "outreach.Link")
    }
    return sorted(
        sorted(
            (name, str(value))
            for name, value in row.items()
            if not name.endswith("id") and "index" not in name and name != "seal"
        )
        for row in kept.values()
    )


CONTRADICTING = {
    "another mobile": {"手机号码": "16512391009"},
    "another education": {"文化程度": "大学专科", "微信号": "wx"},
    "another remark": {"备注": "另一", "微信号": "wx"},
}


@pytest.mark.parametrize("case", CONTRADICTING)
def test_a_repeat_that_contradicts_is_refused_whatever_the_answer(branches, case):
    first = MEMBER | {"手机号码": "16512391001", "文化程度": "大学本科", "备注": "一"}
    written("members", [first])
    bare = {name: cell for name, cell in first.items() if name not in CONTRADICTING[case]}
    row = (bare if case != "another mobile" else first) | CONTRADICTING[case]
    found = take("members", [first, row], answers=[], check=True)
    assert tally(found.batch) in ({"same": 1, "duplicate": 1}, {"same": 1, "wrong": 1}, {"same": 1, "new": 1})
    assert found.batch.questions == [] or case == "another mobile"


def test_a_repeat_of_somebody_registered_changes_the_record_once(branches):
    written("members", [MEMBER])
    kept = histories()["historicalmember"]
    batch = written("members", [MEMBER, MEMBER | {"工作单位": "和顺公司"}], answers=ADD)
    assert (tally(batch), Member.objects.get().employer) == ({"same": 1, "changed": 1}, "和顺公司")
    assert histories()["historicalmember"] == kept + 1
