"""The sample year's ledger is consistent: names, numbers, references, dates, rolls."""

import re
from collections import Counter, defaultdict
from datetime import date

import pytest
from stdnum.cn import ric, uscc

from reports.sample import ledger
from tests.reports.sample_year import EVERYBODY, LEAVING, RETIRED, Year, age, day, names, stands


@pytest.fixture(scope="module")
def sheets():
    return ledger.sheets()


PERSON_COLUMNS = [
    # sheet, column with the name, columns that belong to that person
    ("团干部", "姓名", {"性别": "性别", "手机号码": "手机号码"}),
    (
        "团员",
        "姓名",
        {
            "性别": "性别",
            "手机号码": "手机号码",
            "出生日期": "出生日期",
            "身份证号": "身份证号",
            "志愿者编号": "志愿者编号",
        },
    ),
    ("联系青年", "姓名", {"性别": "性别", "手机号码": "手机号码"}),
    ("志愿者", "姓名", {"性别": "性别", "手机号码": "手机号码", "志愿者编号": "志愿者编号"}),
    ("帮扶对象", "姓名", {"性别": "性别", "出生日期": "出生日期", "身份证号": "身份证号"}),
    ("帮扶对象", "监护人", {"监护人电话": "手机号码"}),
    ("两新组织", "联系人", {"联系电话": "手机号码"}),
    ("签到", "姓名", {"手机号码": "手机号码"}),
    ("奖学金", "姓名", {}),
]


def test_a_name_is_always_the_same_human_being(sheets):
    known, owners = {}, defaultdict(set)
    for sheet, who, columns in PERSON_COLUMNS:
        for row in sheets[sheet]:
            for column, fact in columns.items():
                if row[column] is not None:
                    assert known.setdefault((row[who], fact), row[column]) == row[column], (sheet, row)
                    if fact in ("手机号码", "身份证号", "志愿者编号"):
                        owners[row[column]].add(row[who])
    assert len(known) > 1000
    assert all(len(people) == 1 for people in owners.values())


def test_numbers_pass_their_checks(sheets):
    people = sheets["团员"] + sheets["帮扶对象"]
    numbers = [(row["身份证号"], row) for row in people if row["身份证号"]]
    assert 0.8 * len(people) < len(numbers) < len(people)
    for number, row in numbers:
        assert ric.is_valid(number), number
        assert number[6:14] == row["出生日期"].replace("-", "")
        assert row["性别"] == ("男" if int(number[16]) % 2 else "女")
    codes = [row["统一社会信用代码"] for row in sheets["两新组织"] if row["统一社会信用代码"]]
    assert len(codes) > 15 and len(set(codes)) == len(codes)
    assert all(uscc.is_valid(code) for code in codes)
    mobiles = [row["手机号码"] for sheet in ("团干部", "团员", "联系青年", "志愿者", "签到") for row in sheets[sheet]]
    assert all(re.fullmatch(r"1[3-9]\d{9}", mobile) for mobile in mobiles if mobile)


def test_references_find_exactly_one_record(sheets):
    def known(sheet, column, **conditions):
        return Counter(
            row[column] for row in sheets[sheet] if all(row[key] == value for key, value in conditions.items())
        )

    organisations, units, events = known("团组织", "组织名称"), known("两新组织", "单位名称"), known("活动", "活动名称")
    for unique in (organisations, units, events, known("志愿者", "姓名"), known("帮扶对象", "姓名")):
        assert set(unique.values()) == {1}
    cadres, volunteers = known("团干部", "姓名"), known("志愿者", "姓名")
    youths, register, hubs = known("联系青年", "姓名"), known("帮扶对象", "姓名"), known("青年汇", "名称")
    subjects = {
        "团员": known("团员", "姓名"),
        "团干部": cadres,
        "联系青年": youths,
        "帮扶对象": register,
        "志愿者": volunteers,
        "活动": events,
        "团组织": organisations,
    }
    references = [
        ("团组织", "上级组织", organisations),
        ("团组织", "联系委员", known("团干部", "姓名", 职务="委员", 离任年月=None)),
        ("团干部", "所在组织", organisations),
        ("团员", "所在团支部", organisations),
        ("两新组织", "团支部", organisations),
        ("两新联络", "单位名称", units),
        ("联系青年", "团干部", cadres),
        ("联系记录", "团干部", cadres),
        ("志愿者", "志愿者队伍", hubs),
        ("帮扶对象", "所在组织", organisations),
        ("帮扶对象", "固定志愿者", volunteers),
        ("服务计划", "帮扶对象", register),
        ("帮扶记录", "帮扶对象", register | {EVERYBODY: 1}),
        ("帮扶记录", "志愿者", volunteers),
        ("青年汇", "所在组织", organisations),
        ("青年汇", "负责人", cadres),
        ("活动", "主办组织", organisations),
        ("活动", "青年汇", hubs),
        ("签到", "活动名称", events),
        ("物资配发", "组织", organisations),
    ]
    for sheet, column, targets in references:
        cells = [row[column] for row in sheets[sheet] if row[column]]
        found = [name for cell in cells for name in names(cell)] if sheet == "帮扶记录" else cells
        assert found and set(found) <= set(targets), (sheet, column)
    assert all(row["名称"] in subjects[row["对象"]] for row in sheets["平台录入"])
    assert {row["对象"] for row in sheets["平台录入"]} == set(subjects)
    for sheet, key in {
        "服务计划": ("帮扶对象", "年度"),
        "青年汇": ("名称", "年度"),
        "奖学金": ("年度", "姓名"),
        "签到": ("活动名称", "日期", "姓名"),
        "联系青年": ("团干部", "姓名", "起始日期"),
        "联系记录": ("团干部", "日期", "形式"),
        "平台录入": ("平台", "对象", "名称"),
        "年度任务": ("年度", "指标"),
        "预防考核": ("年度", "序号"),
    }.items():
        assert set(Counter(tuple(row[column] for column in key) for row in sheets[sheet]).values()) == {1}, sheet


def test_contacts_name_youths_linked_on_that_day(sheets):
    year = Year(sheets, 2017)
    for row in sheets["联系记录"]:
        linked = {link["姓名"] for link in year.links(day(row["日期"])) if link["团干部"] == row["团干部"]}
        assert linked, row
        assert row["联系青年"] == EVERYBODY or set(names(row["联系青年"])) <= linked, row
    assert len({row["形式"] for row in sheets["联系记录"]}) == 8


def test_sign_in_lists_agree_with_their_activities(sheets):
    year = Year(sheets, 2017)
    listed, held = Counter(), {row["活动名称"]: row for row in sheets["活动"]}
    for row in sheets["签到"]:
        listed[row["活动名称"]] += 1
        on = day(row["日期"])
        capacities = {
            "团员": [m for m in sheets["团员"] if stands(m["来源日期"] or m["入团年月"], m["离开日期"], on)],
            "联系青年": year.links(on),
            "帮扶对象": year.register(on),
            "志愿者": [volunteer for volunteer in sheets["志愿者"] if day(volunteer["加入日期"]) <= on],
        }
        assert held[row["活动名称"]]["日期"] == row["日期"]
        # Parents and others need to be nobody.
        assert row["姓名"] in {record["姓名"] for record in capacities.get(row["身份"], [row])}, row
    assert all(held[name]["人次"] == count and held[name]["数字口径"] == "实数" for name, count in listed.items())
    assert {row["身份"] for row in sheets["签到"]} == {"团员", "联系青年", "帮扶对象", "志愿者", "家长", "其他"}


def test_days_are_plausible(sheets):
    spans = {
        "团组织": ("成立日期", "撤销日期"),
        "团干部": ("任职年月", "离任年月"),
        "联系青年": ("起始日期", "结束日期"),
        "帮扶对象": ("入库日期", "出库日期"),
        "青年汇": ("开业日期", "关闭日期"),
        "奖学金": ("申报日期", "批准日期"),
        "平台录入": ("录入日期", "绑定日期"),
    }
    for sheet, (begin, end) in spans.items():
        ended = [row for row in sheets[sheet] if row[begin] and row[end]]
        assert [row for row in ended if row[begin] > row[end]] == [], sheet

    def filled(ending):
        rows = [row for rows in sheets.values() for row in rows]
        return [value for row in rows for column, value in row.items() if value and column.endswith(ending)]

    days = sorted(map(day, filled("日期")))
    assert (days[0] >= date(1970, 1, 1), days[-1] <= date(2017, 12, 31)) == (True, True)
    assert {bool(re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", value)) for value in filled("年月")} == {True}
    organisations = {row["组织名称"]: row for row in sheets["团组织"]}
    for row in sheets["活动"] + sheets["物资配发"]:
        host = organisations.get(row.get("主办组织") or row.get("组织"))
        assert host is None or stands(host["成立日期"], host["撤销日期"], day(row["日期"])), row
    assert all((row["状态"] in RETIRED) <= (row["状态日期"] is not None) for row in sheets["两新组织"])


def test_members_join_and_leave_by_the_rules(sheets):
    year, spells, serving = Year(sheets, 2017), defaultdict(list), {p["姓名"] for p in sheets["团干部"]}
    for row in sheets["团员"]:
        born, joined, left = day(row["出生日期"]), day(row["入团年月"]), day(row["离开日期"])
        begun = day(row["来源日期"]) or joined
        assert (row["团籍状态"] in LEAVING) == (left is not None), row
        assert 14 <= age(born, joined) <= 28 and joined <= begun, row
        assert left is None or begun < left, row
        assert row["团籍状态"] != "超龄离团" or age(born, left) == 28, row
        spells[row["姓名"]].append((begun, left or date.max))
        number = row["发展团员编号"]
        assert (number is not None) == (joined.year >= 2017), row
        assert number is None or re.fullmatch(f"{joined.year}11[0-9]{{6}}", number), row
    assert all(age(day(row["出生日期"]), year.last) <= 28 or row["姓名"] in serving for row in year.members())
    for times in spells.values():
        assert all(end <= begin for (_, end), (begin, _) in zip(sorted(times), sorted(times)[1:], strict=False)), times
    assert any(len(times) == 2 for times in spells.values())
    before = Year(sheets, 2016)
    came = [row for row in sheets["团员"] if day(row["来源日期"] or row["入团年月"]).year == 2017]
    gone = year.within("团员", "离开日期")
    assert len(before.members()) + len(came) - len(gone) == len(year.members())
    assert {row["来源"] for row in came} == {"新发展", "转入", "存量核实", "补录"}
    assert {row["团籍状态"] for row in gone} == {"超龄离团", "转出", "自行脱团"}
