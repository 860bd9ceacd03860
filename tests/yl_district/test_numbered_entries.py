"""Entries that people added one below another in a chat become rows; other text is left to the other readers."""

import pytest

from yl_district.spreadsheets.numbered_entries import numbered_rows
from yl_district.spreadsheets.workbooks import read_pasted

CHAT = """#接龙
周六学雷锋，请按格式接龙
例 姓名 电话 社区

1. 张三 13800138000 柳林社区
2、李四，139 0013 9000，槐荫社区
3 王五13700137000
"""


def test_a_chain_of_entries_is_a_table_below_its_lines():
    assert numbered_rows(CHAT) == [
        ["#接龙"],
        ["周六学雷锋，请按格式接龙"],
        ["例 姓名 电话 社区"],
        ["1", "张三", "13800138000", "柳林社区"],
        ["2", "李四", "13900139000", "槐荫社区"],
        ["3", "王五", "13700137000"],
    ]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("1.张三\n2.李四", [["1", "张三"], ["2", "李四"]]),
        ("１．张三　男\n２．李四　女", [["1", "张三", "男"], ["2", "李四", "女"]]),
        ("1张三-13800138000\n2李四", [["1", "张三", "13800138000"], ["2", "李四"]]),
        (
            "1) 张三：女；110105199805040020；柳林社区（党员）\n2) 李四：男",
            [["1", "张三", "110105199805040020", "女", "柳林社区（党员）"], ["2", "李四", None, "男"]],
        ),
        ("1. 张三\n13800138000\n2. 李四\n13900139000", [["1", "张三", "13800138000"], ["2", "李四", "13900139000"]]),
        (
            "2025.5.4 团日\n9:30 集合\n1. 张三\n2. 李四",
            [["2025.5.4 团日"], ["9:30 集合"], ["1", "张三"], ["2", "李四"]],
        ),
        ("5月4日学雷锋接龙\n1. 张三", [["5月4日学雷锋接龙"], ["1", "张三"]]),
        ("#接龙\n1. 张三\n1. 李四", [["#接龙"], ["1", "张三"], ["1", "李四"]]),
    ],
)
def test_entries_are_parted_as_people_write_them(text, rows):
    assert numbered_rows(text) == rows


@pytest.mark.parametrize(
    "text",
    [
        "",
        "姓名\t电话\n1\t张三",
        "姓名,电话\n张三,13800138000",
        "序号,姓名\n1,张三\n2,李四",
        "1. 只有一条",
        "2. 张三\n1. 李四",
        "2017-05-04,甲\n2017-05-05,乙",
        "请大家接龙",
    ],
)
def test_other_text_is_no_chain(text):
    assert numbered_rows(text) is None


def test_pasted_cells_are_still_cells():
    [sheet] = read_pasted("1\t张三\r\n2\t李四")
    assert sheet.rows == [["1", "张三"], ["2", "李四"]]
