"""The ledger workbook: imported completely or not at all, in any order; errors are reported cell by cell."""

from datetime import date

import pytest

from activities.models import Activity, ActivityType
from members.models import Member, Person
from orgs.models import Organisation, Unit
from reports.ledger.kinds import KINDS
from reports.ledger.workbook import import_ledger
from reports.models import PlatformEntry
from tests.workbooks import TODAY, counts, exported_rows, problems, put_aside, take_in, tally, workbook
from yl_district.importing import commit, steps
from yl_district.importing.findings import take_in_rows
from yl_district.importing.models import ImportBatch
from yl_district.importing.steps import run_commit
from yl_district.sheets.cells import READABLE_YEARS

pytestmark = pytest.mark.django_db

ROOT = {"组织名称": "清河地区团工委", "组织类别": "团工委", "所属领域": "机关"}
BRANCH = {"组织名称": "柳林社区团支部", "组织类别": "团支部", "所属领域": "社区", "上级组织": "清河地区团工委"}
MEMBER = {"姓名": "章程", "性别": "男", "出生日期": "1998-05-04", "所在团支部": "柳林社区团支部"}
POST = {"姓名": "陆远", "性别": "男", "所在组织": "柳林社区团支部", "职务": "书记", "任职年月": "2016-09"}
UNIT = {"单位名称": "清和科技", "类别": "非公企业", "状态": "正常"}
ACTIVITY = {"活动名称": "春季健步走", "日期": "2017-04-08", "类型": "阳光体育"}
LEDGER = {"团组织": [ROOT, BRANCH], "团员": [MEMBER], "团干部": [POST], "两新组织": [UNIT], "活动": [ACTIVITY]}


def with_row(sheet, **changes):
    """The small ledger with changes in the last row of one sheet."""
    rows = [dict(row) for row in LEDGER[sheet]]
    rows[-1] |= changes
    return LEDGER | {sheet: rows}


@pytest.mark.in_turn
def test_a_ledger_becomes_records():
    assert tally(take_in(LEDGER)) == {
        "团组织": (2, 0, 0),
        "团干部": (1, 0, 0),
        "团员": (1, 0, 0),
        "两新组织": (1, 0, 0),
        "活动": (1, 0, 0),
    }
    member = Member.objects.get()
    assert (member.person.name, member.person.birth_date, str(member.branch)) == (
        "章程",
        date(1998, 5, 4),
        "柳林社区团支部",
    )
    batch = ImportBatch.objects.get()
    assert (batch.file_name, batch.counts["n"], batch.user) == ("台账.xlsx", 6, None)
    assert {sheet["name"]: sheet["counts"].get("n") for sheet in batch.sheets} == {
        "团组织": 2,
        "团员": 1,
        "团干部": 1,
        "两新组织": 1,
        "活动": 1,
    }


@pytest.mark.in_turn
def test_the_same_file_again_changes_nothing_and_says_so():
    take_in(LEDGER)
    before = counts() | {ImportBatch._meta.db_table: 2}
    report = take_in(LEDGER)
    assert (report.new, report.changed, report.same) == (0, 0, 6)
    assert counts() == before


@pytest.mark.in_turn
def test_a_check_reports_and_writes_nothing():
    before = counts()
    report = take_in(LEDGER, check=True)
    assert (report.new, report.written) == (6, False)
    assert counts() == before


@pytest.mark.in_turn
def test_changed_cells_are_told_with_old_and_new():
    take_in(LEDGER)
    report = take_in(with_row("团员", 性别="女", 工作单位="清和科技"))
    assert tally(report)["团员"] == (0, 1, 0)
    assert report.sheets["团员"].changes == [
        (2, "章程", "性别", "男", "女"),
        (2, "章程", "工作单位", "", "清和科技"),
    ]
    assert (Person.objects.get(name="章程").gender, Member.objects.get().employer) == ("F", "清和科技")


def test_an_empty_cell_never_overwrites():
    take_in(with_row("团员", 工作单位="清和科技", 是否在校="是"))
    report = take_in(with_row("团员", 工作单位=" ", 是否在校=None))
    assert (report.changed, Member.objects.get().employer, Member.objects.get().in_school) == (0, "清和科技", True)


def test_any_subset_of_sheets_and_columns_will_do():
    take_in(LEDGER)
    columns = {"姓名": "章程", "性别": "男", "出生日期": "1998-05-04", "所在团支部": "柳林社区团支部"}
    report = take_in({"团员": [columns | {"微信号": "zhang"}]})
    assert tally(report) == {"团员": (0, 1, 0)}
    assert Member.objects.get().wechat == "zhang"


@pytest.mark.parametrize(
    "headings",
    [
        ["姓名", "性别", "出生日期", "所在团支部"],
        ["姓名*", "＊性别", "* 出生日期", "所在团支部："],
        ["姓 名", " 性\n别 ", "出生\n日期", "所在团 支部*"],
    ],
)
def test_headings_may_be_starred_and_spaced(headings):
    rows = [headings, ["章程", "男", "1998-05-04", "柳林社区团支部"]]
    assert tally(take_in(LEDGER | {"团员": rows}))["团员"] == (1, 0, 0)


def test_columns_and_sheets_come_in_any_order():
    rows = [dict(reversed(row.items())) for row in LEDGER["团员"]]
    sheets = dict(reversed((LEDGER | {"团员": rows}).items()))
    assert take_in(sheets).new == 6


def test_sheet_names_may_be_spaced():
    assert tally(take_in({" 团 组织 ": [ROOT]})) == {"团组织": (1, 0, 0)}


def test_headings_may_stand_below_a_title():
    rows = [["2017年团员名册"], [], ["填表人：", "章程"], [*MEMBER], [*MEMBER.values()]]
    assert tally(take_in(LEDGER | {"团员": rows}))["团员"] == (1, 0, 0)
    rows[-1][1] = "未知"
    assert problems(LEDGER | {"团员": rows})[0][:4] == ("团员", 5, "性别", "未知")


def test_blank_rows_are_passed_over_and_rows_keep_their_numbers():
    rows = [[*MEMBER], [], ["", " "], [*MEMBER.values()], [], ["顾清", "未知", "1998-05-04", "柳林社区团支部"]]
    assert [problem[1] for problem in problems(LEDGER | {"团员": rows})] == [6]


@pytest.mark.parametrize("rows", [[], [["姓名", "性别", "出生日期", "所在团支部"]]])
def test_an_empty_sheet_or_one_with_headings_only_brings_nothing(rows):
    assert tally(take_in(LEDGER | {"团员": rows}))["团员"] == (0, 0, 0)


def test_unknown_sheets_and_columns_are_reported():
    rows = [[*MEMBER, "籍贯", None, None], [*MEMBER.values(), "北京", "备忘", None]]
    report = take_in(LEDGER | {"团员": rows, "值班表": [["周一"]], "空表": []})
    assert report.written
    assert report.unknown == [
        {"sheet": "团员", "column": "籍贯"},
        {"sheet": "团员", "column": "第 6 列（无标题）"},
        {"sheet": "值班表", "column": None},
    ]


STRUCTURE = {
    "missing columns": (
        {"团员": [["姓名", "民族"], ["章程", "汉族"]]},
        [
            (
                "团员",
                1,
                "性别",
                "（空）",
                "必需的列“性别”",
                "请补上这一列，标题写法与台账模板一致；整张表是同一个值的，可以用 --answers 答复",
            ),
            ("团员", 1, "所在团支部", "（空）", "必需的列“所在团支部”", "请补上这一列，标题写法与台账模板一致"),
        ],
    ),
    "a sheet twice": (
        {"团组织": [ROOT], "团 组织": [BRANCH]},
        [("团组织", None, None, "团 组织", "每种工作表只有一张", "请把同名工作表合并为一张，或改名其中一张")],
    ),
    "no sheet of the ledger": (
        {"值班表": [["周一"]], "Sheet2": []},
        [
            (
                None,
                None,
                None,
                "值班表、Sheet2",
                "以下工作表中的至少一个：" + "、".join(kind.sheet for kind in KINDS.resources),
                "请使用台账模板，工作表名称不要改动",
            )
        ],
    ),
}


@pytest.mark.parametrize("kind", STRUCTURE)
def test_what_is_wrong_with_the_structure_is_said_first(kind):
    sheets, expected = STRUCTURE[kind]
    assert problems(sheets) == expected


def test_an_unreadable_file_is_a_problem_of_the_file():
    report = import_ledger(b"", "空.xlsx", TODAY)
    assert [tuple(problem.as_dict().values()) for problem in report.errors] == [
        (
            None,
            None,
            None,
            "空文件",
            "未加密的 Excel 工作簿（.xlsx、.xls）、.ods 表格、.csv 文本或含表格的 .docx 文件",
            "请确认文件已保存完整后重新上传",
        )
    ]
    assert (report.written, report.sheets) == (False, {})


READ_BY_NO_FIGURE = {("团员", "微信号"), ("团员", "手机号码"), ("团员", "备注"), ("活动", "线上")}
NAMES = "请核对名称，或先在《团组织》表中加入"
ROW_ERRORS = {
    "团员": [
        ({"姓名": None}, ("姓名", "（空）", "必填内容", "请填写姓名")),
        (
            {"姓名": "章程13800138000"},
            ("姓名", "章程13800138000", "2 至 30 个字的姓名", "请只填写姓名，说明文字写在备注中"),
        ),
        (
            {"微信号": "#公式错误"},
            (
                "微信号",
                "#公式错误",
                "公式算出的内容",
                "该单元格的公式出错（如 #N/A），请改正公式，或改为直接填写",
            ),
        ),
        ({"性别": "M"}, ("性别", "M", "以下之一：男、女", "请从中选择一项")),
        ({"来源日期": "17-05-04"}, ("来源日期", "17-05-04", "日期，如 2017-05-04", "请写全年、月、日")),
        (
            {"来源日期": "2017-02-30"},
            ("来源日期", "2017-02-30", "真实存在的日期，如 2017-05-04", "请核对年、月、日"),
        ),
        (
            {"出生日期": "98-05-04"},
            (
                "出生日期",
                "98-05-04",
                "真实存在的日期、年月或年份，如 1999-05-04、1999-05 或 1999",
                "请核对；不知道日或月的，写到年月或年份即可",
            ),
        ),
        (
            {"身份证号": 110105199805040000.0},
            (
                "身份证号",
                "110105199805040000",
                "文本格式的 18 位身份证号",
                "Excel 只保留 15 位有效数字，末几位已经丢失：请把该列设为文本格式，对照身份证重新输入",
            ),
        ),
        (
            {"身份证号": "11010519491231002X"},
            ("出生日期", "1998-05-04", "与身份证号一致的出生日期 1949-12-31", "请核对出生日期与身份证号"),
        ),
        (
            {"身份证号": "11010519491231002X", "出生日期": "1949-12-31"},
            ("性别", "男", "与身份证号一致的性别 女", "请核对性别与身份证号"),
        ),
        (
            {"入团年月": 1998.1},
            (
                "入团年月",
                "1998.1",
                "年月，如 2017-10",
                "1 月与存为数字的 10 月无法分辨，请写成 1998-01 或 1998-10",
            ),
        ),
        (
            {"入团年月": "2005-05"},
            ("入团年月", "2005-05", "满 12 岁以后的年月（出生日期 1998-05-04）", "请核对入团年月与出生日期"),
        ),
        (
            {"手机号码": "1380013800"},
            (
                "手机号码",
                "1380013800",
                "11 位手机号码（1 开头，第二位 3 至 9）",
                "请核对后改正；固定电话请写在备注中",
            ),
        ),
        ({"是否在校": "不详"}, ("是否在校", "不详", "是 或 否", "请填写“是”或“否”，不清楚时留空")),
        ({"所在团支部": "杨庄村团支部"}, ("所在团支部", "杨庄村团支部", "《团组织》表或系统中已有的名称", NAMES)),
        (
            {"微信号": "w" * 41},
            ("微信号", "w" * 41, "不超过 40 个字", "现有 41 个字，请精简"),
        ),
        (
            {"备注": "甲\x01乙"},
            ("备注", "甲\ufffd乙", "不含不可见控制字符的文字", "请在单元格中重新输入这段文字"),
        ),
        (
            {"团籍状态": "转出"},
            ("离开日期", "（空）", "团籍状态为转出时填写离开日期", "请补填离开日期，或把团籍状态改回正常"),
        ),
        (
            {"团籍状态": "转出", "入团年月": "2012-05", "离开日期": "2011-01-01"},
            ("离开日期", "2011-01-01", "不早于在册起始日 2012-05-01", "请核对两个日期"),
        ),
        (
            {"入团年月": "2017-05", "发展团员编号": "2017"},
            ("发展团员编号", "2017", "12 位数字的发展团员编号", "请对照入团志愿书改正"),
        ),
    ],
    "团干部": [
        ({"职务": " "}, ("职务", "（空）", "必填内容", "请填写职务")),
        ({"离任年月": "2015-01"}, ("离任年月", "2015-01", "不早于任职年月（2016-09）的年月", "请核对两个年月")),
        (
            {"联系青年指标": "约50"},
            ("联系青年指标", "约50", "不小于 0 的整数", "请只填写数字，不带单位和“余”“约”等字"),
        ),
        (
            {"联系青年指标": 3e9},
            ("联系青年指标", "3000000000", "不小于 0 的整数，最大 2000000000", "请核对数字"),
        ),
    ],
    "两新组织": [
        (
            {"统一社会信用代码": "911100006000373410"},
            (
                "统一社会信用代码",
                "911100006000373410",
                "校验码正确的 18 位统一社会信用代码",
                "请对照营业执照或登记证书改正",
            ),
        ),
        ({"状态": "注销"}, ("状态日期", "（空）", "状态为注销时填写状态日期", "请补填变更发生的日期")),
        ({"职工总数": 10, "青年数": 11}, ("青年数", "11", "不多于职工总数（10）", "请核对两个人数")),
        (
            {"计入任务年度": "17"},
            ("计入任务年度", "17", "四位年份，如 2017", "请只填写数字，不带单位和“余”“约”等字"),
        ),
    ],
    "活动": [
        ({"场次": 0}, ("场次", "0", "不少于 1 的场次", "没有举办的活动不必登记")),
        (
            {"人次": 30, "数字口径": "未统计"},
            ("数字口径", "未统计", "填写人次时数字口径为实数或约数", "请改数字口径，或清空人次"),
        ),
        (
            {"人次": "每场300"},
            ("人次", "每场300", "不小于 0 的整数", "请只填写数字，单位、“余”“约”等字写在备注或数字口径中"),
        ),
        ({"人次": 1_000_001}, ("人次", "1000001", "不超过 1000000 的数字", "请核对是否多写了位数")),
        ({"线上": "两种都有"}, ("线上", "两种都有", "是 或 否", "请填写“是”或“否”，不清楚时留空")),
        (
            {"青年汇": "高井青年汇"},
            ("青年汇", "高井青年汇", "《青年汇》表或系统中已有的名称", "请核对名称，或先在《青年汇》表中加入"),
        ),
    ],
    "团组织": [
        (
            {"组织类别": "党支部"},
            ("组织类别", "党支部", "以下之一：团工委、团委、团总支、团支部、联合团支部", "请从中选择一项"),
        ),
        (
            {"成立日期": "2017-05-04", "撤销日期": "2017-05-03"},
            ("撤销日期", "2017-05-03", "不早于成立日期（2017-05-04）的日期", "请核对两个日期"),
        ),
        ({"上级组织": "团市委"}, ("上级组织", "团市委", "《团组织》表或系统中已有的名称", NAMES)),
    ],
}


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("sheet", "cells", "answer"), [(sheet, *case) for sheet, cases in ROW_ERRORS.items() for case in cases]
)
def test_a_wrong_cell_is_named_with_what_was_found_expected_and_the_remedy(sheet, cells, answer):
    row = len(LEDGER[sheet]) + 1
    told = put_aside if (sheet, answer[0]) in READ_BY_NO_FIGURE else problems
    assert (sheet, row, *answer) in told(with_row(sheet, **cells))


def test_an_unknown_type_is_answered_with_those_there_are():
    names = "、".join(ActivityType.objects.values_list("name", flat=True))
    assert problems(with_row("活动", 类型="野餐")) == [
        ("活动", 2, "类型", "野餐", f"以下之一：{names}", "请从中选择一项；新的活动类型须先在系统中增加")
    ]


def test_every_wrong_cell_of_every_row_is_reported_in_order():
    rows = [MEMBER | {"性别": "?", "出生日期": "?"}, MEMBER, MEMBER | {"姓名": "顾清", "是否在校": "?"}]
    places = [problem[:3] for problem in problems(LEDGER | {"团员": rows, "两新组织": [UNIT | {"状态": "?"}]})]
    assert places == [("团员", 2, "性别"), ("团员", 2, "出生日期"), ("团员", 4, "是否在校"), ("两新组织", 2, "状态")]


@pytest.mark.in_turn
def test_one_wrong_row_and_nothing_of_the_file_is_written():
    take_in(LEDGER)
    changed = with_row("团员", 工作单位="清和科技") | {"活动": [ACTIVITY, ACTIVITY | {"活动名称": "夜跑", "日期": "?"}]}
    assert len(problems(changed)) == 1
    assert Member.objects.get().employer == ""


def test_a_name_in_a_wrong_row_is_answered_with_that_row():
    assert problems(with_row("团组织", 所属领域="火星")) == [
        (
            "团组织",
            3,
            "所属领域",
            "火星",
            "以下之一：机关、村、社区、非公企业、社会组织、学校",
            "请从中选择一项",
        ),
        *[
            (
                sheet,
                2,
                column,
                "柳林社区团支部",
                "《团组织》表或系统中已有的名称",
                "该名称在《团组织》第 3 行，那一行有误，请先改正那一行",
            )
            for sheet, column in [("团干部", "所在组织"), ("团员", "所在团支部")]
        ],
    ]


@pytest.mark.sampled(2)
@pytest.mark.parametrize("sheet", ["团组织", "团干部", "团员", "两新组织", "活动"])
def test_a_record_stands_in_one_row_only(sheet):
    last = len(LEDGER[sheet]) + 1
    name = next(iter(LEDGER[sheet][-1].items()))
    assert problems(LEDGER | {sheet: [*LEDGER[sheet], LEDGER[sheet][-1]]}) == [
        (
            sheet,
            last + 1,
            *name,
            "每条记录只占一行",
            f"与第 {last} 行重复：请删去一行；如不是同一记录，请补充能区分二者的号码、日期或名称",
        )
    ]


@pytest.mark.in_turn
def test_a_unit_is_found_by_its_credit_code_and_renamed():
    code = {"统一社会信用代码": "91110000600037341L"}
    take_in(with_row("两新组织", **code))
    contact = {"单位名称": "清和智能", "日期": "2017-06-01", "方式": "电话"}
    report = take_in({"两新组织": [UNIT | code | {"单位名称": "清和智能"}], "两新联络": [contact]})
    assert tally(report) == {"两新组织": (0, 1, 0), "两新联络": (1, 0, 0)}
    assert Unit.objects.get().name == "清和智能"
    unit = Unit.objects.get()
    assert (unit.search_text, unit.name_sort) == ("清和智能 qinghezhineng qhzn", "qing he zhi neng  清和智能")


@pytest.mark.in_turn
def test_a_credit_code_belongs_to_one_unit():
    code = {"统一社会信用代码": "91110000600037341L"}
    take_in(with_row("两新组织", **code))
    take_in({"两新组织": [UNIT | {"单位名称": "唯美餐饮"}]})
    assert problems({"两新组织": [UNIT | code | {"单位名称": "唯美餐饮"}]}) == [
        (
            "两新组织",
            2,
            "统一社会信用代码",
            "91110000600037341L",
            "本单位的统一社会信用代码",
            "该代码已登记在“清和科技”名下，请核对代码",
        )
    ]


@pytest.mark.in_turn
def test_a_code_given_to_a_known_unit_is_known_to_the_rows_below():
    take_in(LEDGER)
    code = {"统一社会信用代码": "91110000600037341L"}
    rows = [UNIT | code, UNIT | code | {"单位名称": "唯美餐饮"}]
    assert [problem[:4] for problem in problems({"两新组织": rows})] == [("两新组织", 3, "单位名称", "唯美餐饮")]


def test_happenings_said_twice_happened_twice():
    contact = {"单位名称": "清和科技", "日期": "2017-06-01", "方式": "电话"}
    supply = {"日期": "2017-05-04", "组织": "柳林社区团支部", "物资": "团旗", "数量": 1}
    sheets = {"两新联络": [contact, contact], "物资配发": [supply, supply]}
    assert tally(take_in(LEDGER | sheets))["两新联络"] == (2, 0, 0)
    assert tally(take_in(sheets)) == {"两新联络": (0, 0, 2), "物资配发": (0, 0, 2)}
    sheets["两新联络"].append(contact)
    assert tally(take_in(sheets)) == {"两新联络": (1, 0, 2), "物资配发": (0, 0, 2)}


@pytest.mark.in_turn
def test_nothing_can_be_issued_in_no_number():
    supply = {"日期": "2017-05-04", "组织": "柳林社区团支部", "物资": "团旗", "数量": 0}
    assert problems(LEDGER | {"物资配发": [supply]}) == [
        ("物资配发", 2, "数量", "0", "大于 0 的数量", "没有配发的物资不必登记")
    ]


@pytest.mark.in_turn
def test_an_export_of_a_year_keeps_registers_whole_and_happenings_to_the_year():
    contact = {"单位名称": "清和科技", "方式": "电话"}
    take_in(
        LEDGER
        | {
            "活动": [ACTIVITY, ACTIVITY | {"日期": "2016-04-08"}],
            "两新联络": [contact | {"日期": "2016-06-01"}, contact | {"日期": "2017-06-01"}],
        }
    )
    whole, year = exported_rows(), exported_rows(2017)
    happenings = ("活动", "两新联络")
    assert [row["日期"] for sheet in happenings for row in year[sheet]] == ["2017-04-08", "2017-06-01"]
    assert [row["日期"] for sheet in happenings for row in whole[sheet]] == [
        "2016-04-08",
        "2017-04-08",
        "2016-06-01",
        "2017-06-01",
    ]
    assert {name: rows for name, rows in year.items() if name not in happenings} == {
        name: rows for name, rows in whole.items() if name not in happenings
    }


@pytest.mark.in_turn
def test_a_scholarship_belongs_to_the_years_in_which_it_was_applied_for_and_approved():
    scholarship = {"姓名": "白露", "状态": "批准"}
    rows = [
        scholarship | {"年度": 2016, "申报日期": "2016-11-01", "批准日期": "2017-01-20"},
        scholarship | {"年度": 2014, "申报日期": "2015-01-10", "批准日期": "2015-02-20"},
    ]
    take_in(LEDGER | {"奖学金": rows})
    listed = {year: [int(row["年度"]) for row in exported_rows(year)["奖学金"]] for year in range(2013, 2019)}
    assert listed == {2013: [], 2014: [2014], 2015: [2014], 2016: [2016], 2017: [2016], 2018: []}


@pytest.mark.parametrize("year", [READABLE_YEARS.start, READABLE_YEARS.stop - 1])
def test_an_export_of_any_year_that_a_cell_takes_is_possible(year):
    assert exported_rows(year)["活动"] == []


def test_the_report_as_json_has_one_shape():
    report = take_in(with_row("团员", 性别="?")).as_dict()
    problem = {
        "sheet": "团员",
        "row": 2,
        "column": "性别",
        "found": "?",
        "expected": "以下之一：男、女",
        "remedy": "请从中选择一项",
    }
    assert report["sheets"]["团员"] == {
        "new": 0,
        "changed": 0,
        "same": 0,
        "doubtful": 0,
        "pending": 0,
        "errors": [problem],
    }
    assert report["sheets"]["团组织"] == {"new": 2, "changed": 0, "same": 0, "doubtful": 0, "pending": 0, "errors": []}
    assert {key: value for key, value in report.items() if key != "sheets"} == {
        "file": "台账.xlsx",
        "written": False,
        "unknown": [],
        "warnings": [],
        "questions": [],
        "noticed": [],
        "doubts": [],
        "errors": [problem],
        "further_errors": [],
        "pending": [],
        "further_pending": [],
    }


def test_a_file_name_of_any_bytes_and_length_is_kept():
    take_in(LEDGER, name="台\udcff账" + "长" * 300 + ".xlsx")
    assert ImportBatch.objects.get().file_name == "长" * 250 + ".xlsx"
    take_in(LEDGER, name="台\udcff账.xlsx")
    assert ImportBatch.objects.first().file_name == "台?账.xlsx"


@pytest.mark.in_turn
def test_conflicts_with_what_somebody_else_just_entered_are_a_problem_not_a_crash(monkeypatch):
    """The unit appears, unknown to the history, between the check and the writing."""
    write = commit.ActWriter.write

    def late_write(writer, acts):
        Unit.objects.bulk_create([Unit(name="清和科技", kind="enterprise", status="normal")])
        write(writer, acts)

    monkeypatch.setattr(commit.ActWriter, "write", late_write)
    assert problems(LEDGER) == [
        (
            None,
            None,
            None,
            "与系统中的记录冲突",
            "互不冲突的记录",
            "可能刚有他人登记，请稍候重新上传；再次出现时请检查表中重复的名称与号码",
        )
    ]


@pytest.mark.both
def test_what_somebody_else_just_entered_is_compared_with_the_file(monkeypatch):
    def late_commit(batch, **options):
        Unit.objects.get_or_create(name="清和科技", kind="enterprise", status="normal")
        return run_commit(batch, **options)

    monkeypatch.setattr("yl_district.importing.findings.run_commit", late_commit)
    assert tally(take_in(LEDGER))["两新组织"] == (0, 0, 1)


def test_text_typed_in_a_form_does_not_look_changed():
    take_in(LEDGER)
    Organisation.objects.filter(name="柳林社区团支部").update(remark="第一行\r\n第二行 ")
    Activity.objects.update(content="一\r\n二")
    rows = exported_rows()
    assert rows["团组织"][1]["备注"] == "第一行\n第二行"
    report = take_in(workbook({name: sheet for name, sheet in rows.items() if sheet}))
    assert (report.new, report.changed, report.same) == (0, 0, 6)


def held(name, **cells):
    """A row about an activity of a day."""
    return ACTIVITY | {"活动名称": name} | cells


def came(activity, *names):
    """Rows of those who came to an activity."""
    return [{"活动名称": activity, "日期": "2017-04-08", "姓名": name} for name in names]


def entered(activity):
    """A row that says that an activity was entered in a platform."""
    return {"平台": "智慧团建", "对象": "活动", "名称": activity, "录入日期": "2017-05-04"}


# What three activities state of themselves differs from the rows about who came; what hangs on them is wrong with them.
CONTRADICTING = {
    "团员": [MEMBER | {"微信号": "zhang"}],
    "活动": [held("健步走", 人次=3), held("露营", 人次=1), held("夜跑", 人次=2), held("读书会", 人次=5)],
    "签到": [
        *came("健步走", "章程", "顾清"),
        *came("露营", "章程"),
        *came("夜跑", "章程", "顾清", "韩笑"),
        *came("读书会", "章程", "顾清"),
    ],
    "平台录入": [entered("健步走"), entered("露营")],
}


@pytest.fixture
def contradicted():
    """Two of the activities are stored, one of them with person-times."""
    take_in(LEDGER | {"活动": [held("夜跑"), held("读书会", 人次=30)]})


@pytest.mark.in_turn
def test_an_activity_that_differs_from_its_sign_ins_is_wrong_and_what_hangs_on_it_and_nothing_else(contradicted):
    assert [problem[:4] for problem in problems(CONTRADICTING)] == [
        ("活动", 2, "人次", "3"),
        ("活动", 4, "人次", "2"),
        ("活动", 5, "人次", "5"),
        ("签到", 2, "活动名称", "健步走"),
        ("签到", 3, "活动名称", "健步走"),
        # Without its own row the activity still has the person-times that are stored.
        ("签到", 8, "活动名称", "读书会"),
        ("签到", 9, "活动名称", "读书会"),
        ("平台录入", 2, "名称", "健步走"),
    ]


@pytest.mark.in_turn
def test_beside_activities_that_differ_from_their_sign_ins_the_right_rows_are_written(contradicted):
    found = take_in_rows(KINDS.ledger, workbook(CONTRADICTING), "台账.xlsx", only_right=True)
    assert (found.is_written, found.batch.counts["w"]) == (True, 8)
    assert set(Activity.objects.values_list("name", "attendance", "basis", "sign_in_count")) == {
        ("露营", 1, "exact", 1),
        ("夜跑", 3, "exact", 3),
        ("读书会", 30, "exact", 0),
    }
    assert list(PlatformEntry.objects.values_list("activity__name", flat=True)) == ["露营"]
    assert Member.objects.get().wechat == "zhang"


def test_a_first_list_that_differs_from_what_is_stored_takes_no_more_rounds_than_one_of_a_single_row(monkeypatch):
    take_in(LEDGER | {"活动": [held("夜跑", 人次=30)]})
    rounds, run = [], steps.CheckedSheets.run
    monkeypatch.setattr(steps.CheckedSheets, "run", lambda checked: rounds.append(checked) or run(checked))
    assert len(problems({"签到": came("夜跑", *(f"来宾{letter}" for letter in "甲乙丙丁戊"))})) == 5
    assert len(rounds) == 2
