"""Notations of dates, numbers, names and units as offices write them: read correctly or refused, never guessed."""

from datetime import date, datetime

import pytest

from members.models import Member
from tests.made_once import made_once
from tests.rosters import BRANCH, identity_number, make_branches, problems, take, tally
from yl_district.importing.proposal import learn_alias
from yl_district.partial_dates import PartialDate

pytestmark = pytest.mark.django_db

BODY = {"姓名": "章程", "性别": "女", "出生日期": "1998-05-04", "所在团支部": BRANCH}
NUMBER = identity_number(4)
BORN, JOINED, OCTOBER = date(1998, 5, 4), date(2013, 5, 1), date(2013, 10, 1)
READ = {
    "出生日期": (
        "person__birth_date",
        BORN,
        [
            "1998-05-04",
            "1998-5-4",
            "1998.5.4",
            "1998.05.04",
            "1998/5/4",
            "1998年5月4日",
            "1998 年 05 月 04 日",
            "１９９８．５．４",
            "19980504",
            19980504,
            BORN,
            datetime(1998, 5, 4, 9, 30),
            "　1998-05-04　",
        ],
    ),
    "出生日期 ": (
        "person__birth_date",
        PartialDate(1998, 5),
        ["1998-05", "1998.5", "1998年5月", "199805", 1998.5, 199805],
    ),
    "出生日期  ": ("person__birth_date", PartialDate(1998), ["1998", "1998年", 1998]),
    "入团年月": (
        "joined_league_on",
        JOINED,
        [
            "2013-05",
            "2013.5",
            "2013.05",
            "2013年5月",
            "201305",
            201305,
            2013.5,
            2013.05,
            "2013/5",
            "2013.05.04",
            "20130504",
            date(2013, 5, 4),
            "２０１３年５月",
        ],
    ),
    "入团年月 ": ("joined_league_on", OCTOBER, ["2013.10", "2013-10", "2013年10月", 201310, date(2013, 10, 1)]),
    "身份证号": (
        "person__identity_number",
        NUMBER,
        [
            NUMBER,
            NUMBER.lower(),
            f" {NUMBER} ",
            f"{NUMBER[:6]} {NUMBER[6:14]} {NUMBER[14:]}",
            "".join(chr(ord(one) + 0xFEE0) for one in NUMBER),
        ],
    ),
    "手机号码": (
        "person__mobile",
        "13800138000",
        [
            "13800138000",
            13800138000,
            13800138000.0,
            "138 0013 8000",
            "138-0013-8000",
            "+8613800138000",
            "+86 138 0013 8000",
            "１３８００１３８０００",
            "13800138000\u202c",
            "\u202d13800138000",
        ],
    ),
    "姓名": ("person__name", "章程", ["章程", "章 程", "章　程", " 章程 ", "章\u200b程", "章\n程"]),
    "姓名 ": (
        "person__name",
        "阿依古丽·买买提",
        [
            "阿依古丽·买买提",
            "阿依古丽•买买提",
            "阿依古丽・买买提",
            "阿依古丽．买买提",
            "阿依古丽‧买买提",
            "阿依古丽 · 买买提",
        ],
    ),
    "姓名  ": ("person__name", "𠮷𡈽䶮", ["𠮷𡈽䶮", " 𠮷 𡈽 䶮 "]),
    "性别": ("person__gender", "F", ["女", "女 ", "　女"]),
    "民族": ("ethnicity", "04", ["藏族", "藏", " 藏 族 "]),
    "文化程度": ("education", "20", ["大学本科", " 大学本科 "]),
    "是否在校": ("in_school", True, ["是", "有", "√", "Y", "y", "Ｙ", True]),
    "所在团支部": ("branch__name", BRANCH, [BRANCH, f" {BRANCH} ", "柳林支部"]),
}
REFUSED = {
    "入团年月": [2013.1, "13.5", "2013", "去年", True],
    "出生日期": ["98.5.4", 1998.1, "5/4/1998", "1998-13-01", 1998.54, "1898-05-04", True],
    "身份证号": [
        float(NUMBER[:17] + "0"),
        "1.10105E+17",
        NUMBER[:17],
        NUMBER[:17] + ("0" if NUMBER[17] != "0" else "1"),
        "11010519980532001X",
    ],
    "手机号码": ["1.38E+10"],
    "姓名": ["章", "章" * 31, "13800138000", "（空）", "章程（组长）", True],
    "是否在校": ["不详", 2],
    "所在团支部": ["柳林", "某支部"],
}


# No figure reads these.
PUT_ASIDE = {
    "手机号码": ["1380013800", "138001380001", "010-65010000", "13800138000/13900139000"],
    "民族": ["汉人", "?", 99],
}


def spellings(table):
    """Each cell of a table with its column."""
    return [(column.strip(), *expected, cell) for column, (*expected, cells) in table.items() for cell in cells]


@made_once
def branches():
    make_branches()
    learn_alias("members", "所在团支部", "柳林支部", BRANCH)


@pytest.mark.sampled(3)
@pytest.mark.parametrize(("column", "attribute", "value", "cell"), spellings(READ))
def test_a_spelling_is_read_right(branches, column, attribute, value, cell):
    found = take("members", [BODY | {column: cell}])
    assert (problems(found), tally(found.batch)) == ([], {"new": 1})
    stored = Member.objects.get()
    for step in attribute.split("__"):
        stored = getattr(stored, step)
    assert stored == value


@pytest.mark.sampled(3)
@pytest.mark.parametrize(("column", "cell"), [(column, cell) for column, cells in REFUSED.items() for cell in cells])
def test_what_can_be_read_in_two_ways_or_in_none_is_refused(branches, column, cell):
    found = take("members", [BODY | {column: cell}])
    assert [problem[2] for problem in problems(found)] == [column]
    assert (tally(found.batch), Member.objects.count()) == ({"wrong": 1}, 0)


@pytest.mark.sampled(3)
@pytest.mark.parametrize(("column", "cell"), [(column, cell) for column, cells in PUT_ASIDE.items() for cell in cells])
def test_what_cannot_be_read_and_is_read_by_no_figure_is_put_aside(branches, column, cell):
    found = take("members", [BODY | {column: cell}])
    assert [(problem.row, problem.column) for problem in found.pending] == [(2, column)]
    assert (problems(found), tally(found.batch), Member.objects.count()) == ([], {"new": 1}, 1)
