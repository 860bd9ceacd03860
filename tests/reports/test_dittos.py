"""〃, 同上 and the like are read as the cell above, which is asked once."""

import pytest

from members.models import Member
from tests.rosters import BRANCH, OTHER_BRANCH, make_branches, take
from tests.workbooks import workbook
from yl_district.recognition.dittos import Dittos

pytestmark = pytest.mark.django_db
HEADINGS = ["所在团支部", "姓名", "性别", "出生日期", "入团年月", "工作单位"]
ROWS = [
    [BRANCH, "武航", "男", "2001-01-01", "2016-05", "清河小学"],
    ["〃", "武博", "〃", "2001-01-04", "〃", None],
    ["同上", "武雅", "女", "2001-01-05", "2016-06", "同上"],
]


@pytest.fixture(autouse=True)
def branches():
    return make_branches()


def members():
    """The branch, sex, begin and workplace of each member."""
    kept = ("person__name", "branch__name", "person__gender", "joined_league_on__month", "employer")
    return {name: rest for name, *rest in Member.objects.values_list(*kept)}


def test_a_cell_that_says_as_above_is_read_as_the_one_above_and_asked_about_once():
    data = workbook({"团员": [HEADINGS, *ROWS]})
    asked = [one for one in take("members", data, check=True).as_dict()["questions"] if one["kind"] == "ditto"]
    assert [(one["rows"], one["proposals"]) for one in asked] == [([3, 4], ["与上一行相同", "按空白处理"])]
    assert take("members", data).is_written
    assert members() == {
        "武航": [BRANCH, "M", 5, "清河小学"],
        "武博": [BRANCH, "M", 5, ""],
        "武雅": [BRANCH, "F", 6, ""],
    }


def test_answered_as_blank_the_cells_are_blank():
    data = workbook({"团员": [HEADINGS, *ROWS[:1], [BRANCH, *ROWS[2][1:5], "〃"]]})
    take("members", data, answers=[{"id": "ditto", "answer": "按空白处理"}])
    assert members()["武雅"] == [BRANCH, "F", 6, ""]


def test_the_branch_of_a_list_is_that_of_the_last_row_that_names_one():
    data = workbook({"团员": [HEADINGS, ROWS[0], [None, *ROWS[1][1:2], "男", "2001-01-02", "2016-05"], ROWS[2]]})
    found = take("members", data, only_right=True)
    assert [(one.row, one.column) for one in found.errors] == [(3, "所在团支部")]
    assert members()["武雅"][0] == BRANCH


@pytest.mark.parametrize("mark", ["〃", "″", "同上", "同 上", "“同上”", '"'])
def test_whatever_means_as_above_does(mark):
    dittos = Dittos("支部")
    dittos.read({"支部": "甲", "单位": "乙"}, None)
    row = {"支部": mark, "单位": mark}
    assert (dittos.read(row, None), row) == (True, {"支部": "甲", "单位": "乙"})
    assert (dittos.read(again := {"支部": mark, "单位": mark}, None), again) == (True, row)


def test_nothing_is_above_the_first_row_of_a_section():
    dittos = Dittos("支部")
    dittos.read({"支部": "甲"}, None)
    dittos.begin()
    row = {"支部": "〃", "单位": "〃", "姓名": "丙"}
    assert (dittos.read(row, None), row) == (True, {"姓名": "丙"})


def test_other_cells_stay_as_they_are():
    row = {"支部": OTHER_BRANCH, "备注": "同上一年", "职工总数": 12.0}
    assert (Dittos("支部").read(row, None), row["备注"]) == (False, "同上一年")
