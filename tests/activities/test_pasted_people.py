"""Who came is read from text as people paste it: chains, names in lines or rows, with what is said of them."""

import pytest

from activities.pasted_people import pasted_people

CHAIN = """#接龙
周六学雷锋，请按格式接龙
例 姓名 电话 社区

1. 张三 138 0013 8000 柳林社区
2、李四👍，139-0013-9000，槐荫社区
3 王五请假
4赵六🌹（代签）
"""
IDENTITY = "110105199805040020"


def read(text):
    """The names of a text with whether they came."""
    return [(one.name, str(one.presence)) for one in pasted_people(text).people]


def test_a_chain_names_one_person_an_entry():
    found = pasted_people(CHAIN)
    assert [(one.name, one.mobile, str(one.presence), one.remarks) for one in found.people] == [
        ("张三", "13800138000", "present", ["柳林社区"]),
        ("李四", "13900139000", "present", ["槐荫社区"]),
        ("王五", "", "excused", ["请假"]),
        ("赵六", "", "present", ["代签"]),
    ]
    assert found.people[1].text == "2、李四👍，139-0013-9000，槐荫社区"
    assert found.passed_over == ["#接龙", "周六学雷锋，请按格式接龙", "例 姓名 电话 社区"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("1. 张三", ["张三"]),
        ("９．张三", ["张三"]),
        ("（1）张三", ["张三"]),
        ("1️⃣ 张三", ["张三"]),
        ("①张三②李四", ["张三", "李四"]),
        ("1.张三 2.李四 3.王五", ["张三", "李四", "王五"]),
        ("- 张三 ✓", ["张三"]),
        ("张三√", ["张三"]),
        ("[强]张三[玫瑰]", ["张三"]),
        ("@张三\u2005@李四\u2005", ["张三", "李四"]),
        ("张三、李四，王五；赵六", ["张三", "李四", "王五", "赵六"]),
        ("张三/李四", ["张三", "李四"]),
        ("张三 李四 王五", ["张三", "李四", "王五"]),
        ("张 三　李小四", ["张三", "李小四"]),
        ("欧阳知秋 司马朗", ["欧阳知秋", "司马朗"]),
        ("阿依古丽•买买提 13800138000", ["阿依古丽·买买提"]),
        ("Anna Li", ["Anna Li"]),
        ("𠮷田", ["𠮷田"]),
        ("王小来", ["王小来"]),
        ("张三同学\n李四老师", ["张三", "李四"]),
        ("张三+1", ["张三"]),
        ("张三晚到10分钟", ["张三"]),
        ("张三，女，群众", ["张三"]),
        ("张三 柳林社区", ["张三"]),
        ("姓名\t电话\n1\t张三\t13800138000", ["张三"]),
        ("今天到场：张三、李四", ["张三", "李四"]),
        ("时间：周六9:30\n地点：柳林社区\n5月4日学雷锋\n共 12 人\n张三", ["张三"]),
        ("好的\n收到\n以上", []),
        ("", []),
    ],
)
def test_names_are_parted_as_people_write_them(text, names):
    assert [name for name, _ in read(text)] == names


@pytest.mark.parametrize(
    ("text", "presence"),
    [
        ("张三（请假）", "excused"),
        ("张三【病假】", "excused"),
        ("张三请假", "excused"),
        ("张三：请假", "excused"),
        ("张三-事假", "excused"),
        ("张三 有事来不了", "excused"),
        ("张三，家里有事", "excused"),
        ("1. 张三，请假", "excused"),
        ("张三缺席", "absent"),
        ("张三 没来", "absent"),
        ("张三（未到）", "absent"),
        ("张三 到", "present"),
        ("张三 已签到", "present"),
        ("张三收到", "present"),
    ],
)
def test_who_did_not_come_is_told_from_who_came(text, presence):
    assert read(text) == [("张三", presence)]


def test_a_heading_says_it_of_all_below_it_until_the_next_gap():
    text = "到场：张三、李四\n请假：王五、赵六\n没来的：\n孙七\n周八 请假\n\n吴九"
    assert read(text) == [
        ("张三", "present"),
        ("李四", "present"),
        ("王五", "excused"),
        ("赵六", "excused"),
        ("孙七", "absent"),
        ("周八", "excused"),
        ("吴九", "present"),
    ]


def test_answers_of_a_chat_make_nobody_come_who_is_excused():
    assert read("张三（请假）\n收到\n请假：\n李四 收到\n到场的联系青年：王五") == [
        ("张三", "excused"),
        ("李四", "excused"),
        ("王五", "present"),
    ]


def test_a_line_with_a_number_alone_goes_on_with_the_person_above():
    (one,) = pasted_people(f"张三\n13800138000\n{IDENTITY}").people
    assert (one.mobile, one.number) == ("13800138000", IDENTITY)


def test_a_number_that_is_none_is_left_out():
    (one,) = pasted_people("张三 110105199802300020").people
    assert (one.name, one.number) == ("张三", "")


def test_lines_without_a_name_are_named():
    assert pasted_people("张三和李四一起来了\n王五").passed_over == ["张三和李四一起来了"]


@pytest.mark.parametrize(
    "text", ["（" * 9000, "张" * 20_000, "1. " * 6000, "张 " * 9000, "，、" * 9000, "到场名单" * 5000]
)
def test_long_texts_are_read_at_once(text):
    assert len(pasted_people(text).people) < 10_000
