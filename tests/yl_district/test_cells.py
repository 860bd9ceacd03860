"""Values of ledger cells, and how everything else is refused: with the expected value and the remedy."""

from datetime import date, datetime, time
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from hypothesis import example, given
from hypothesis import strategies as st

from members.codes import ETHNICITY_ALIASES, Ethnicity
from members.directory import ReferenceWidget
from orgs.models import Organisation, Unit
from yl_district.sheets import cells
from yl_district.sheets.cells import CellError
from yl_district.sheets.choice_widgets import ChoiceWidget, YesNoWidget
from yl_district.sheets.columns import column
from yl_district.sheets.date_widgets import DayWidget, MonthWidget, TimeWidget
from yl_district.sheets.day_texts import year_said
from yl_district.sheets.number_widgets import About, DecimalWidget, IntegerWidget, YearWidget
from yl_district.sheets.text_widgets import CodeWidget, IdentityNumberWidget, MobileWidget, NameWidget, TextWidget
from yl_district.spreadsheets.workbooks import CELL_LIMIT, CUT
from yl_district.validators import validate_credit_code, validate_identity_number, validate_mobile, validate_year

DAY, MONTH, NAME, YES_NO = DayWidget(), MonthWidget(), NameWidget(), YesNoWidget()
CLOCK = TimeWidget()
IDENTITY, MOBILE, TEXT = IdentityNumberWidget(), MobileWidget(), TextWidget(max_length=10)
LINES, NUMBER, AMOUNT = TextWidget(has_lines=True), IntegerWidget(), DecimalWidget()
YEAR, CODE = YearWidget([validate_year]), CodeWidget([validate_credit_code])
CATEGORY = ChoiceWidget(Organisation.Category.choices)
CHAT = ChoiceWidget(Organisation.Chat.choices)
ETHNICITY = ChoiceWidget(Ethnicity, ETHNICITY_ALIASES)

RUN, PEOPLE = DayWidget(takes_runs=True), IntegerWidget(units=["人", "人次"], takes_about=True)
IN_SCHOOL = YesNoWidget({"在读": True, "毕业": False})
MAY_4 = date(2017, 5, 4)
MAY = date(2017, 5, 1)

TAKEN = [
    (DAY, "2017-05-04", MAY_4),
    (DAY, "2017-5-4", MAY_4),
    (DAY, "2017.5.4", MAY_4),
    (DAY, "2017.05.04", MAY_4),
    (DAY, "2017/5/4", MAY_4),
    (DAY, "2017年5月4日", MAY_4),
    (DAY, "2017 年 5 月 4 日", MAY_4),
    (DAY, "2017年5月4号", MAY_4),
    (DAY, "20170504", MAY_4),
    (DAY, "２０１７－０５－０４", MAY_4),
    (DAY, " 2017-05-04\n", MAY_4),
    (DAY, 20170504.0, MAY_4),
    (DAY, MAY_4, MAY_4),
    (DAY, datetime(2017, 5, 4, 15, 30), MAY_4),
    (DAY, "2016-02-29", date(2016, 2, 29)),
    (DAY, "2017-05-04 14:00", MAY_4),
    (DAY, "2017-05-04T14:00:00", MAY_4),
    (DAY, "2017-5-4 14:00-16:30", MAY_4),
    (DAY, "2017年5月4日下午2点", MAY_4),
    (DAY, "2017年5月4日（周四）", MAY_4),
    (DAY, "2017年5月4日 星期四 上午9:00至11:00", MAY_4),
    (DAY, "2017.5.4 上午", MAY_4),
    (DAY, "20170504 09:00", MAY_4),
    (RUN, "2017-05-04", MAY_4),
    (RUN, "2017.5.4-5.6", MAY_4),
    (RUN, "2017.5.4-6", MAY_4),
    (RUN, "2017年5月4日至6日", MAY_4),
    (RUN, "2017年5月4日—5月6日", MAY_4),
    (RUN, "2017-05-04至2017-05-06", MAY_4),
    (RUN, "2017/5/4~5/6", MAY_4),
    (RUN, "2017年5月4日9:00至6日17:00", MAY_4),
    (MONTH, "2017-05", MAY),
    (MONTH, "2017.5", MAY),
    (MONTH, "2017/05", MAY),
    (MONTH, "2017年5月", MAY),
    (MONTH, "201705", MAY),
    (MONTH, 201705.0, MAY),
    (MONTH, 2017.5, MAY),
    (MONTH, 2017.12, date(2017, 12, 1)),
    (MONTH, 2017.11, date(2017, 11, 1)),
    (MONTH, 2017.01, date(2017, 1, 1)),
    (MONTH, "1998.10", date(1998, 10, 1)),
    (MONTH, "1998.1", date(1998, 1, 1)),
    (MONTH, "2017-05-04", MAY),
    (MONTH, "2017年5月4日", MAY),
    (MONTH, MAY_4, MAY),
    (CLOCK, "14:05", time(14, 5)),
    (CLOCK, "9：30", time(9, 30)),
    (CLOCK, "14:05:30", time(14, 5, 30)),
    (CLOCK, "14:00:00", time(14)),
    (CLOCK, "9 点", time(9)),
    (CLOCK, "9时05分", time(9, 5)),
    (CLOCK, "下午2点半", time(14, 30)),
    (CLOCK, "下午14:30", time(14, 30)),
    (CLOCK, "晚上7点整", time(19)),
    (CLOCK, "中午12:30", time(12, 30)),
    (CLOCK, "上午9:00", time(9)),
    (NAME, "章程2", "章程2"),
    (NAME, "章程", "章程"),
    (NAME, " 章　程 ", "章程"),
    (NAME, "阿依古丽•买买提", "阿依古丽·买买提"),
    (NAME, "阿依古丽‧买买提", "阿依古丽·买买提"),
    (NAME, "阿依古丽・买买提", "阿依古丽·买买提"),
    (NAME, "阿依古丽．买买提", "阿依古丽·买买提"),
    (NAME, "阿依古丽·买买提", "阿依古丽·买买提"),
    (NAME, "章\u200b程\ufeff", "章程"),
    (NAME, "𠮷田", "𠮷田"),
    (NAME, "\U00031350明", "\U00031350明"),
    (NAME, "Ｊohn  Smith", "John Smith"),
    (NAME, "J. O Smith-Li", "J. O Smith-Li"),
    (NAME, "字" * 30, "字" * 30),
    (IDENTITY, "11010519491231002X", "11010519491231002X"),
    (IDENTITY, " 11010519491231002x ", "11010519491231002X"),
    (IDENTITY, "１１０１０５１９４９１２３１００２Ｘ", "11010519491231002X"),
    (IDENTITY, "110105 19491231 002X", "11010519491231002X"),
    (MOBILE, "13800138000", "13800138000"),
    (MOBILE, 13800138000.0, "13800138000"),
    (MOBILE, "138-0013-8000", "13800138000"),
    (MOBILE, "+86 138 0013 8000", "13800138000"),
    (MOBILE, "１３８００１３８０００", "13800138000"),
    (YES_NO, "是", True),
    (YES_NO, "否", False),
    (YES_NO, "有", True),
    (YES_NO, "无", False),
    (YES_NO, "√", True),
    (YES_NO, "×", False),
    (YES_NO, "y", True),
    (YES_NO, "Ｎ", False),
    (YES_NO, True, True),
    (YES_NO, False, False),
    (CATEGORY, "团支部", "branch"),
    (CATEGORY, " 团 支部 ", "branch"),
    (CHAT, "ＱＱ群", "qq"),
    (CHAT, "qq群", "qq"),
    (ETHNICITY, "汉族", "01"),
    (ETHNICITY, "汉", "01"),
    (NUMBER, 12.0, 12),
    (NUMBER, "12", 12),
    (NUMBER, "１２", 12),
    (NUMBER, "0", 0),
    (YEAR, 2017.0, 2017),
    (YEAR, "2017", 2017),
    (YEAR, "2017年", 2017),
    (YEAR, "２０１７年度", 2017),
    (AMOUNT, 500.0, Decimal("500.00")),
    (AMOUNT, 0.1 + 0.2, Decimal("0.30")),
    (AMOUNT, "1,200.50元", Decimal("1200.50")),
    (AMOUNT, "￥300", Decimal("300.00")),
    (CODE, " 9111 0000 6000 3734 1l", "91110000600037341L"),
    (TEXT, " 一  二\n三 ", "一 二 三"),
    (TEXT, 12.0, "12"),
    (TEXT, 0.1 + 0.2, "0.3"),
    (TEXT, MAY_4, "2017-05-04"),
    (TEXT, True, "是"),
    (TEXT, "=1+1", "=1+1"),
    (TEXT, "１２（甲）", "１２（甲）"),
    (LINES, "一\r\n二\r三_x000D_\n四", "一\n二\n三\n四"),
    (LINES, "一  二\t三", "一  二\t三"),
]


@pytest.mark.parametrize(("widget", "cell", "value"), TAKEN)
def test_what_offices_write_is_taken(widget, cell, value):
    taken = widget.clean(cell)
    assert (taken, type(taken)) == (value, type(value))


DATE = ("日期，如 2017-05-04", "请写全年、月、日")
NO_SUCH_DATE = ("真实存在的日期，如 2017-05-04", "请核对年、月、日")
YEAR_OF_DATE = ("1900 至 2100 年之间的日期，如 2017-05-04", "请核对年份")
YEAR_AND_MONTH = ("年月，如 2017-05", "请写全年和月")
PERSON = ("2 至 30 个字的姓名", "请只填写姓名，说明文字写在备注中")
NO_PERSON = ("2 至 30 个字的姓名", "请填写姓名")
LOST_DIGITS = (
    "文本格式的 18 位身份证号",
    "Excel 只保留 15 位有效数字，末几位已经丢失：请把该列设为文本格式，对照身份证重新输入",
)
DIGITS = ("18 位居民身份证号（前 17 位为数字，末位为数字或 X）", "请对照身份证原件改正")
BIRTH = ("第 7 至 14 位是真实存在的出生日期", "请对照身份证原件改正")
CHECK_DIGIT = ("校验码正确的身份证号", "号码至少有一位抄错，请对照身份证原件改正")
PHONE = ("11 位手机号码（1 开头，第二位 3 至 9）", "请核对后改正；固定电话请写在备注中")
ANSWER = ("是 或 否", "请填写“是”或“否”，不清楚时留空")
WHOLE = ("不小于 0 的整数", "请只填写数字，不带单位和“余”“约”等字")
TOO_LARGE = ("不小于 0 的整数，最大 2000000000", "请核对数字")
CALENDAR_YEAR = ("四位年份，如 2017", WHOLE[1])
MONEY = ("不小于 0、最多两位小数的金额", "请只填写数字")
CONTROL = ("不含不可见控制字符的文字", "请在单元格中重新输入这段文字")

TAKEN += [
    (IDENTITY, cell, "11010119900307002X")
    for cell in (
        "11010119900307002×",
        "11010119900307002х",
        "'11010119900307002X",
        "`11010119900307002x",
        "’11010119900307002X",
        "11010119900307002X。",
        "身份证：11010119900307002X",
        "身份证号码: 11010119900307002x",
        "110101-19900307-002X",
        "110101 19900307 002×",
        "１１０１０１１９９００３０７００２Ｘ",
    )
]
TAKEN += [
    (MOBILE, cell, "13800138000")
    for cell in (
        "8613800138000",
        "008613800138000",
        "0086-13800138000",
        "(86)13800138000",
        "（86）138 0013 8000",
        "（+86）13800138000",
        "86-138-0013-8000",
        "138.0013.8000",
        "'13800138000",
        "13800138000.0",
        "手机：13800138000",
        "13800138000（微信同号）",
        "13800138000/13900139000",
        "13800138000；010-85751234",
        "010-85751234、13800138000",
        "138 00138000 13900139000",
        "13800138000转8001",
    )
]
TAKEN += [
    *((PEOPLE, cell, 20) for cell in ("20人", "20 人次", "２０人", 20.0, "20")),
    *((PEOPLE, cell, About(30)) for cell in ("约30人", "30余人", "近30人", "30多人", "大约30", "30人左右", "约 30")),
    (PEOPLE, "1,200人", 1200),
    (IN_SCHOOL, "在读", True),
    (IN_SCHOOL, "毕业", False),
    (IN_SCHOOL, "是", True),
]


ONE_TIME = ("时刻，如 14:05", "请只填写一个时刻，写明时和分")
REFUSED = [
    (DAY, "17-05-04", DATE),
    (DAY, "2017-05", DATE),
    (DAY, "5月4日", DATE),
    (DAY, "2017-05-04 至 06", DATE),
    (DAY, "无", DATE),
    (DAY, 42859.0, DATE),
    (DAY, 2017.5, DATE),
    (DAY, True, DATE),
    (DAY, "2017-02-29", NO_SUCH_DATE),
    (DAY, "2017-13-01", NO_SUCH_DATE),
    (DAY, "20171301", NO_SUCH_DATE),
    (DAY, "0000-00-00", NO_SUCH_DATE),
    (DAY, "1017-05-04", YEAR_OF_DATE),
    (DAY, "2107-05-04", YEAR_OF_DATE),
    (DAY, date(1899, 12, 31), YEAR_OF_DATE),
    (MONTH, 1998.1, ("年月，如 2017-10", "1 月与存为数字的 10 月无法分辨，请写成 1998-01 或 1998-10")),
    (MONTH, 2017.1, ("年月，如 2017-10", "1 月与存为数字的 10 月无法分辨，请写成 2017-01 或 2017-10")),
    (CLOCK, "下午", ONE_TIME),
    (CLOCK, "9", ONE_TIME),
    (CLOCK, "9:00-11:00", ONE_TIME),
    (CLOCK, "2017-05-04 14:00", ONE_TIME),
    (CLOCK, MAY_4, ONE_TIME),
    (CLOCK, 0.5, ONE_TIME),
    (CLOCK, "24:00", ("真实存在的时刻，如 14:05", "请核对时和分")),
    (CLOCK, "14:60", ("真实存在的时刻，如 14:05", "请核对时和分")),
    (MONTH, "98.10", YEAR_AND_MONTH),
    (MONTH, 2017.0, YEAR_AND_MONTH),
    (MONTH, "五月", YEAR_AND_MONTH),
    (MONTH, float("nan"), YEAR_AND_MONTH),
    (MONTH, float("inf"), YEAR_AND_MONTH),
    (MONTH, "2017-13", ("真实存在的年月，如 2017-05", "请核对年、月、日")),
    (NAME, "章", PERSON),
    (NAME, "字" * 31, PERSON),
    (NAME, "章程13800138000", PERSON),
    (NAME, "2章程", PERSON),
    (NAME, "章程（大）", PERSON),
    (NAME, "章程、陆远", PERSON),
    (NAME, "章_程", PERSON),
    (NAME, "章程\x01", CONTROL),
    (NAME, 12.0, NO_PERSON),
    (NAME, MAY_4, NO_PERSON),
    (IDENTITY, 110105194912310020.0, LOST_DIGITS),
    (IDENTITY, "11010519491231002", DIGITS),
    (IDENTITY, "1.10105E+17", LOST_DIGITS),
    (IDENTITY, "1e17", LOST_DIGITS),
    (IDENTITY, "1.10105X17", DIGITS),
    (IDENTITY, "١١٠١٠٥١٩٤٩١٢٣١٠٠٢X", DIGITS),
    (IDENTITY, "110105491231002", ("18 位居民身份证号", "15 位旧号码已停用，请向本人核对 18 位号码")),
    (IDENTITY, "110105194913310021", BIRTH),
    (IDENTITY, "110105184912310021", BIRTH),
    (IDENTITY, "110105194912310021", CHECK_DIGIT),
    (MOBILE, "12800138000", PHONE),
    (MOBILE, "1380013800", PHONE),
    (MOBILE, "010-85751234", PHONE),
    (MOBILE, "13800138000-8001", PHONE),
    (MOBILE, "138 0013 8000 1", PHONE),
    (MOBILE, "110101199003070021", PHONE),
    (MOBILE, "85213800138000", PHONE),
    (MOBILE, "1٣800138000", PHONE),
    (MOBILE, True, PHONE),
    (YES_NO, "不详", ANSWER),
    (YES_NO, 1.0, ANSWER),
    (NUMBER, "300余", WHOLE),
    (NUMBER, "约50", WHOLE),
    (NUMBER, "-1", WHOLE),
    (NUMBER, 1.5, WHOLE),
    (NUMBER, True, WHOLE),
    (NUMBER, MAY_4, WHOLE),
    (NUMBER, 2e9 + 1, TOO_LARGE),
    (NUMBER, "9" * 5000, TOO_LARGE),
    (YEAR, "17", CALENDAR_YEAR),
    (YEAR, 3017.0, CALENDAR_YEAR),
    (YEAR, MAY_4, CALENDAR_YEAR),
    (YEAR, "1948", ("四位数的年度，如 2017", "请核对年度")),
    (AMOUNT, -5.0, MONEY),
    (AMOUNT, 1.005, MONEY),
    (AMOUNT, 1e8, MONEY),
    (AMOUNT, "NaN", MONEY),
    (AMOUNT, "1e5", MONEY),
    (AMOUNT, "若干", MONEY),
    (AMOUNT, True, MONEY),
    (CODE, "911100006000373410", ("校验码正确的 18 位统一社会信用代码", "请对照营业执照或登记证书改正")),
    (CATEGORY, "党支部", ("以下之一：团工委、团委、团总支、团支部、联合团支部", "请从中选择一项")),
    (TEXT, "字" * 11, ("不超过 10 个字", "现有 11 个字，请精简")),
    (LINES, "字" * (CELL_LIMIT + 1), (f"不超过 {CELL_LIMIT} 个字", f"现有 {CELL_LIMIT + 1} 个字，请精简")),
    (
        LINES,
        "原文" + CUT,
        ("完整的文字", "这段文字在导出时因超过 Excel 的上限被截断，请留空（系统中的原文不变）"),
    ),
    *[(TEXT, f"甲{character}乙", CONTROL) for character in "\x00\x08\x0b\x1f\x7f\x85\ud800\ufffe"],
]


@pytest.mark.parametrize(("widget", "cell", "answer"), REFUSED)
def test_what_cannot_be_meant_is_refused_with_expectation_and_remedy(widget, cell, answer):
    with pytest.raises(CellError) as refused:
        widget.clean(cell)
    assert (refused.value.expected, refused.value.remedy) == answer


def test_a_long_list_of_choices_is_cut_off():
    with pytest.raises(CellError) as refused:
        ETHNICITY.clean("火星族")
    first, *_, last = refused.value.expected.removeprefix("以下之一：").split("、")
    assert (first, last, refused.value.expected.count("、")) == ("汉族", "傈僳族等", 19)


@pytest.mark.parametrize(
    ("cell", "name", "hint"),
    [
        ("章程", "章程", ""),
        ("章 程（13800138000）", "章程", "13800138000"),
        ("章程(清河团支部)", "章程", "清河团支部"),
        ("章程（天翌物业（北京）团支部）", "章程", "天翌物业（北京）团支部"),
        ("章程 （ 11010519491231002x ）", "章程", "11010519491231002x"),
    ],
)
def test_a_name_may_carry_a_hint_in_brackets(cell, name, hint):
    assert ReferenceWidget().clean(cell) == (name, hint)


@pytest.mark.parametrize(
    ("cell", "answer"), [("章程（12800138000）", PHONE), ("章程（110105194912310021）", CHECK_DIGIT)]
)
def test_a_number_in_the_hint_is_checked(cell, answer):
    with pytest.raises(CellError) as refused:
        ReferenceWidget().clean(cell)
    assert (refused.value.expected, refused.value.remedy) == answer


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        ("章程、陆远", ["章程", "陆远"]),
        ("章程，陆远,顾清;白露；秦朗", ["章程", "陆远", "顾清", "白露", "秦朗"]),
        (" 章程 、、 ", ["章程"]),
        ("、", []),
    ],
)
def test_a_list_in_a_cell_has_four_separators(text, entries):
    assert cells.split_list(text) == entries


@pytest.mark.parametrize(
    ("cell", "blank"),
    [(None, True), ("", True), (" \n\t　", True), ("\u200b\ufeff", True), ("无", False), (0.0, False), (False, False)],
)
def test_only_white_space_is_blank(cell, blank):
    assert cells.is_blank(cell) is blank


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, "（空）"),
        (" ", "（空）"),
        (13800138000.0, "13800138000"),
        (110105194912310020.0, "110105194912310016"),
        (1998.1, "1998.1"),
        (MAY_4, "2017-05-04"),
        (datetime(2017, 5, 4, 15, 30), "2017-05-04"),
        (True, "是"),
        ("甲\x1b[31m乙", "甲\ufffd[31m乙"),
        ("字" * 100, "字" * 80),
    ],
)
def test_a_report_quotes_a_cell_as_a_person_reads_it(cell, text):
    assert cells.quoted_cell(cell) == text


@pytest.mark.parametrize(
    ("widget", "value", "cell"),
    [
        (DAY, MAY_4, "2017-05-04"),
        (MONTH, MAY, "2017-05"),
        (CLOCK, time(9, 5), "09:05"),
        (CLOCK, None, ""),
        (YES_NO, True, "是"),
        (YES_NO, False, "否"),
        (YES_NO, None, ""),
        (NUMBER, 0, "0"),
        (AMOUNT, Decimal("500.00"), "500"),
        (AMOUNT, Decimal("0.50"), "0.5"),
        (CATEGORY, "branch", "团支部"),
        (CATEGORY, "", ""),
        (TEXT, "甲\x01乙 ", "甲乙"),
        (LINES, "一\r\n二", "一\n二"),
        (LINES, None, ""),
    ],
)
def test_a_value_is_written_as_it_is_read_again(widget, value, cell):
    assert widget.render(value) == cell


@pytest.mark.parametrize(("widget", "cell", "value"), TAKEN)
def test_what_was_taken_is_taken_again_from_its_own_spelling(widget, cell, value):
    assert widget.clean(widget.render(value)) == value


ALL = [DAY, MONTH, NAME, YES_NO, IDENTITY, MOBILE, TEXT, LINES, NUMBER, AMOUNT, YEAR, CODE, CATEGORY, ETHNICITY]
ALL += [ReferenceWidget(), CLOCK]
CELLS = st.one_of(
    st.text(st.characters(), max_size=40),
    st.text("0123456789.-/年月日 XxE+１２", max_size=20),
    st.text("章程陆远·• （）()A.", max_size=40),
    st.floats(),
    st.integers(),
    st.booleans(),
    st.dates(),
    st.datetimes(),
)


@given(cell=CELLS)
@example(cell="9" * 5000)
@example(cell=1e308)
def test_no_cell_brings_anything_but_a_value_or_a_cell_error(cell):
    for widget in ALL:
        try:
            value = widget.clean(cell)
        except CellError as error:
            assert error.expected and error.remedy
        else:
            assert widget.clean(str(value) if isinstance(value, tuple) else widget.render(value)) == value


@pytest.mark.parametrize(
    ("validator", "bad"),
    [
        (validate_identity_number, "110105194912310021"),
        (validate_mobile, "123"),
        (validate_year, 17),
        (validate_credit_code, "X"),
    ],
)
def test_forms_refuse_the_same_numbers_as_the_import(validator, bad):
    with pytest.raises(ValidationError) as refused:
        validator(bad)
    assert set(refused.value.params) == {"expected", "remedy"}


def test_widgets_follow_the_kind_of_the_models_field():
    kinds = {name: type(column(Unit, name).widget).__name__ for name in ("name", "credit_code", "status", "task_year")}
    assert kinds == {
        "name": "TextWidget",
        "credit_code": "CodeWidget",
        "status": "ChoiceWidget",
        "task_year": "YearWidget",
    }


@pytest.mark.parametrize(
    ("cell", "rest"),
    [
        ("13800138000", ""),
        (13800138000.0, ""),
        ("+86 138-0013-8000", ""),
        ("手机：13800138000", ""),
        ("13800138000（微信同号）", "微信同号"),
        ("13800138000/13900139000", "13900139000"),
        ("010-85751234、13800138000", "010-85751234"),
        ("无", ""),
    ],
)
def test_what_stands_beside_a_mobile_number_is_kept(cell, rest):
    assert MOBILE.rest(cell) == rest


@pytest.mark.parametrize("cell", ["20场", "20-30人", "约", "三十人", "30人/场", "1,20人", "约300000000000人"])
def test_a_number_with_what_it_does_not_count_is_refused(cell):
    with pytest.raises(CellError):
        PEOPLE.clean(cell)


@pytest.mark.parametrize("cell", ["约30人", "30余"])
def test_a_number_that_is_not_exact_is_refused_where_nothing_says_so_beside_it(cell):
    with pytest.raises(CellError):
        NUMBER.clean(cell)


@pytest.mark.parametrize(
    "cell",
    [
        "2017.5.6-5.4",
        "2017-05-04-06",
        "2017.5.4-2.30",
        "2017-05-0414:00",
        "5月4日",
        "2017年5月",
        "每周六",
        "2017-05-04 25点半左右",
    ],
)
def test_a_day_that_is_in_doubt_is_refused(cell):
    with pytest.raises(CellError):
        RUN.clean(cell)


@pytest.mark.parametrize("cell", ["5月4日", "5月4号", "5月4日 14:00", "5月4日至6日", "5月4日-5月6日"])
def test_a_day_without_a_year_is_of_the_year_that_its_sheet_names(cell):
    assert RUN.clean(cell, {cells.YEAR_OF_SHEET: 2017}) == MAY_4
    with pytest.raises(CellError):
        RUN.clean(cell, {cells.YEAR_OF_SHEET: 0})


@pytest.mark.parametrize(
    ("texts", "year"),
    [
        (["2017年活动台账"], 2017),
        (["Sheet1", "附件1", "清河地区2017年度活动登记表"], 2017),
        (["2017年", "填报日期：2017年12月30日"], 2017),
        (["2016-2017年活动"], 0),
        (["2016年至2017年"], 0),
        (["京团发〔2016〕12号", "2017年活动"], 0),
        (["活动2017"], 0),
        (["电话 20171234 年"], 0),
        ([], 0),
    ],
)
def test_the_year_of_a_sheet_is_the_only_one_that_its_titles_name(texts, year):
    assert year_said(texts) == year
