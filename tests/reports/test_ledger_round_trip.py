"""Ledger → database → ledger without a difference; corrupted ledgers; and the cost of a large one."""

import random
import time
from collections import defaultdict
from datetime import date
from itertools import groupby

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from activities.models import Activity, SignIn
from assistance.models import AssistedYouth
from members.models import Member, Person, Volunteer
from orgs.models import Organisation
from reports.figures.counting import figures_as_dict, results, root_organisation
from reports.figures.scopes import Scope
from reports.ledger.workbook import write_template
from reports.sample import ledger as sample
from tests.factories import make_campaign, make_member, make_organisation, make_person, make_proof
from tests.workbooks import TODAY, counts, exported, problems, take_in, tally, workbook
from yl_district.periods import Period
from yl_district.spreadsheets.workbooks import CELL_LIMIT, read_workbook

pytestmark = pytest.mark.django_db

KEPT = {"activities_activitytype", "django_migrations", "django_content_type", "auth_permission"}


@pytest.fixture(scope="module")
def sample_rows():
    return sample.sheets()


def empty_the_database():
    """Deletes every record, so that a ledger can be taken into a fresh system."""
    order = "reports assistance outreach activities youthhubs members orgs".split()
    kinds = [model for app in order for model in apps.get_app_config(app).get_models(include_auto_created=True)]
    waiting = [model for model in kinds if model._meta.db_table not in KEPT]
    while waiting:
        model = waiting.pop(0)
        needed = [other for other in waiting if any(one.related_model is model for one in other._meta.concrete_fields)]
        if needed:
            waiting.append(model)
        else:
            model._default_manager.all()._raw_delete(connection.alias)
    assert not Person.objects.exists() and not Organisation.objects.exists()


def rows_by_sheet(data):
    return {sheet.name: sheet.rows for sheet in read_workbook(data)}


def assert_round_trip():
    """The database as a ledger, into itself without a change, and into a fresh system and out again the same."""
    before = counts()
    first = exported()
    report = take_in(first)
    assert (report.errors, report.unknown, report.new, report.changed) == ([], [], 0, 0)
    assert counts() | {"yl_district_importbatch": 0} == before | {"yl_district_importbatch": 0}
    empty_the_database()
    report = take_in(first)
    assert (report.errors, report.changed, report.same) == ([], 0, 0)
    second = exported()
    for name, rows in rows_by_sheet(first).items():
        assert rows_by_sheet(second)[name] == rows, name
    return rows_by_sheet(second)


def stated(row):
    """The filled cells of a row by column, the names within a cell in no order."""
    return {(place, "、".join(sorted(str(cell).split("、")))) for place, cell in enumerate(row) if cell is not None}


def figures_of_the_year():
    """Every figure of 2017 of the whole district."""
    scope = Scope(root_organisation(), Period.of_year(2017))
    return figures_as_dict(scope, results(scope))


@pytest.mark.full
@pytest.mark.cpu(8)
def test_every_figure_of_a_year_comes_back_from_the_export_of_that_year():
    take_in(sample.COMMITTED.read_bytes())
    late = {"年度": 2016, "姓名": "秦望远", "状态": "批准", "批准日期": "2017-01-20"}
    take_in({"奖学金": [late]})
    figures = figures_of_the_year()
    assert figures["figures"]["scholarships_granted"]["value"] == 2
    written = exported(2017)
    empty_the_database()
    assert take_in(written).written
    assert figures_of_the_year() == figures


@pytest.mark.cpu(14)
def test_the_sample_year_comes_back_cell_by_cell(sample_rows):
    take_in(sample.COMMITTED.read_bytes())
    written = assert_round_trip()
    for name, rows in sample_rows.items():
        assert written[name][0] == list(rows[0])
        known = defaultdict(list)
        for row in written[name][1:]:
            known[row[0]].append(stated(row))
        for row in rows:
            said, candidates = stated(row.values()), known[str(next(iter(row.values())))]
            # A sign-in list leaves out mobile numbers that are known from elsewhere.
            candidates.remove(next(one for one in candidates if said <= one))
        assert set(map(len, known.values())) == {0}, name


def test_what_proofs_show_of_a_campaign_comes_back():
    branch = make_organisation("柳林社区团支部")
    campaign = make_campaign(started_on=date(2016, 1, 1))
    for number, day in enumerate([date(2016, 5, 4), date(2017, 5, 4), None]):
        person = make_member("白露", branch, make_person("白露", gender="F", mobile=f"1380013800{number}")).person
        if day:
            make_proof(campaign, person, proved_on=day)
    figures = figures_of_the_year()
    keys = [f"{key}.{campaign.key}" for key in ("coverage_due", "coverage_reached", "coverage")]
    assert [figures["figures"][key]["value"] for key in keys] == [3, 2, 66]
    written = exported(2017)
    empty_the_database()
    assert take_in(written).written
    assert figures_of_the_year() == figures


IDENTITY = "11010519491231002X"
NAME = "阿依古丽·买买提"
TEXTS = ["=1+1", "@x", "-1", "+8", "007", "2017-05-04", "1998.10", "一\n二\n\n三", "𠮷 & <b>", "字" * CELL_LIMIT]


def awkward_ledger():
    """Namesakes everywhere, names that need hints, and texts that a spreadsheet would like to understand."""
    organisations = ["地区团工委", "柳林（甲）支部", "高井支部"]
    tree = [
        {"组织名称": name, "组织类别": "团支部", "所属领域": "社区", "上级组织": organisations[0] if number else None}
        | {"备注": TEXTS[number], "地址": TEXTS[number]}
        for number, name in enumerate(organisations)
    ]
    members = [
        {"姓名": NAME, "性别": "女", "出生日期": f"199{number}-05-04", "所在团支部": organisations[number % 3]}
        | {"手机号码": f"1380013800{number}", "备注": TEXTS[number]}
        for number in range(5)
    ]
    members.append(members[0] | {"姓名": "顾清", "手机号码": None})
    members.append(members[-1] | {"身份证号": IDENTITY, "出生日期": "1949-12-31"})
    posts = [
        {"姓名": NAME, "手机号码": mobile, "所在组织": place, "职务": "书记", "任职年月": "2016-09"}
        for mobile, place in [("13700137001", organisations[1]), ("13700137002", organisations[1])]
    ]
    committee = [f"1370013700{number}" for number in (3, 4)]
    posts += [posts[0] | {"手机号码": one, "所在组织": organisations[0], "职务": "委员"} for one in committee]
    former, present = (f"{NAME}（{mobile}）" for mobile in committee)
    tree[1]["联系委员"], tree[2]["联系委员"] = present, former
    liaisons = [
        {"组织名称": organisations[1], "联系委员": former, "结束日期": "2017-03-01"},
        {"组织名称": organisations[1], "联系委员": present, "起始日期": "2017-03-01"},
    ]
    links = [
        {"团干部": f"{NAME}（{cadre}）", "姓名": NAME, "手机号码": f"136001360{number:02}", "起始日期": "2017-01-10"}
        for number, cadre in enumerate(["13700137001", "13700137001", "13700137002"])
    ]
    contacts = [
        {"团干部": links[0]["团干部"], "日期": "2017-05-04", "形式": "电话", "联系青年": names, "内容": text}
        for names, text in zip(
            [f"{NAME}（13600136000）", f"{NAME}（13600136001）、{NAME}（13600136000）", "全部"], TEXTS[:3], strict=True
        )
    ]
    volunteers = [{"姓名": NAME, "手机号码": f"1350013500{number}", "备注": TEXTS[number]} for number in range(3)]
    volunteers[0] |= {"志愿者队伍": "青年汇1", "入队日期": "2017-03-01", "退出日期": "2018-01-01"}
    cases = [
        {"姓名": "白露", "出生日期": f"200{number}-01-01", "所在组织": place, "入库日期": "2017-01-05"}
        | {"固定志愿者": f"{NAME}（1350013500{number}）", "监护人电话": "007"}
        for number, place in enumerate(organisations)
    ]
    hubs = [
        {"名称": f"青年汇{number}", "所在组织": organisations[1], "年度": 2017, "类型": "普通店"} for number in range(2)
    ]
    staff = [
        {"姓名": NAME, "手机号码": f"1340013400{number}", "青年汇": f"青年汇{number % 2}", "岗位": role}
        | {"起始日期": f"2016-0{number + 1}-01", "结束日期": None if number else "2016-02-01"}
        for number, role in enumerate(["负责人", "社工", "负责人"])
    ]
    staff.append(staff[0] | {"起始日期": "2016-02-01", "结束日期": None, "岗位": "社工"})
    proofs = [
        {"专项": TEXTS[0], "姓名": name, "手机号码": mobile, "日期": "2017-05-04", "方式": "走访", "说明": text}
        for name, mobile, text in [
            (NAME, "13800138001", TEXTS[1]),
            (f"顾清（{IDENTITY}）", None, TEXTS[4]),
            (NAME, "13700137001", None),
        ]
    ]
    activities = [
        {"活动名称": "讲座（一）", "日期": day, "类型": "主题讲座", "青年汇": hub, "内容": text}
        for (day, hub), text in zip(
            [("2017-05-04", "青年汇0"), ("2017-05-04", "青年汇1"), ("2017-06-04", None)], TEXTS[-3:], strict=True
        )
    ]
    sign_ins = [
        {"活动名称": name, "日期": day, "姓名": person, "手机号码": mobile, "身份": capacity}
        for name, day, person, mobile, capacity in [
            ("讲座（一）（青年汇0）", "2017-05-04", NAME, "13800138001", "团员"),
            ("讲座（一）（青年汇0）", "2017-05-04", f"顾清（{IDENTITY}）", None, "团员"),
            ("讲座（一）（青年汇1）", "2017-05-04", "白露（高井支部）", None, "帮扶对象"),
            ("讲座（一）", "2017-06-04", "秦朗", None, "其他"),
        ]
    ]
    assessed = [
        {"年度": 2017, "组织": organisations[number], "序号": 1, "考核内容": text[:900], "分值": 9.5, "撤销日期": ended}
        | {"自评分": "0.5", "自评说明": text[:900], "指标": "sessions", "应达到": 3}
        for number, (text, ended) in enumerate(zip(TEXTS[-2:], [None, "2017-06-01"], strict=True))
    ]
    return {
        "团组织": tree,
        "团员": members,
        "团干部": posts,
        "两新组织": [{"单位名称": text[:9], "类别": "非公企业", "状态": "正常"} for text in TEXTS[:5]],
        "联系青年": links,
        "联系记录": contacts,
        "志愿者": volunteers,
        "帮扶对象": cases,
        "服务计划": [{"帮扶对象": "白露（柳林（甲）支部）", "年度": 2017, "目标": TEXTS[-1]}],
        "需求征集": [
            {"日期": "2017-01-12", "帮扶对象": "白露（柳林（甲）支部）", "方式": "电话", "谈话对象": "本人"}
            | {"所说的需求": TEXTS[-1], "询问的志愿者": f"{NAME}（13500135002）"}
        ],
        "计划措施": [
            {"帮扶对象": "白露（柳林（甲）支部）", "年度": 2017, "具体措施": TEXTS[-1], "完成时限": "2017-06"}
        ],
        "帮扶记录": [
            {"日期": "2017-06-01", "帮扶对象": names, "类别": "其他", "志愿者": f"{NAME}（13500135002）", "金额": 0.5}
            for names in ("全部", "白露（高井支部）、白露（地区团工委）")
        ],
        "区级帮扶项目": [{"项目": TEXTS[0], "年度": 2017, "申请截止日期": "2017-10-31", "备注": TEXTS[7]}],
        "帮扶项目申请": [
            {"帮扶对象": "白露（柳林（甲）支部）", "项目": TEXTS[0], "申请日期": "2017-10-01", "申请内容": TEXTS[-1]}
            | {"答复": "批准", "答复日期": "2017-11-01", "发放日期": "2017-11-05", "发放内容": TEXTS[-1], "金额": 0.5},
        ],
        "奖学金": [
            {"年度": 2017, "姓名": name, "状态": "申报"} for name in ("白露（高井支部）", "白露（地区团工委）", "章程")
        ],
        "青年汇": hubs,
        "青年汇人员": staff,
        "专项": [{"名称": TEXTS[0], "起始日期": "2017-01-01", "备注": TEXTS[7]}],
        "覆盖证明": proofs,
        "活动": activities,
        "签到": sign_ins,
        "联系变更": liaisons,
        "队伍变更": [{"姓名": f"{NAME}（13500135000）", "结束日期": "2017-03-01", "志愿者队伍": "青年汇0"}],
        "预防考核": assessed,
        "平台录入": [
            {"平台": "-1", "对象": subject, "名称": name, "录入日期": "2017-06-01"}
            for subject, name in [
                ("活动", "讲座（一）（2017-05-04，青年汇1）"),
                ("活动", "讲座（一）（2017-06-04）"),
                ("团干部", f"{NAME}（13700137002）"),
                ("团员", f"顾清（{IDENTITY}）"),
            ]
        ],
    }


@pytest.mark.cpu(4)
def test_awkward_data_come_back_cell_by_cell():
    report = take_in(awkward_ledger())
    assert report.errors == []
    written = assert_round_trip()
    assert [row[-1] for row in written["团组织"][1:]] == TEXTS[:3]
    assert [row[0] for row in written["两新组织"][1:]] == TEXTS[:5]
    assert [row[0] for row in written["签到"][1:]] == ["讲座（一）（青年汇0）"] * 2 + [
        "讲座（一）（青年汇1）",
        "讲座（一）",
    ]
    assert [row[2] for row in written["签到"][1:]] == [NAME, f"顾清（{IDENTITY}）", "白露（高井支部）", "秦朗"]
    assert [row[2] for row in written["平台录入"][1:]] == [
        "讲座（一）（青年汇1）",
        "讲座（一）（2017-06-04）",
        f"{NAME}（13700137002）",
        f"顾清（{IDENTITY}）",
    ]


def test_the_template_itself_comes_in_and_brings_nothing(tmp_path):
    path = tmp_path / "template.xlsx"
    with path.open("wb") as stream:
        write_template(stream)
    report = take_in(path.read_bytes())
    assert (report.errors, report.unknown, report.written) == ([], [], True)
    assert set(tally(report).values()) == {(0, 0, 0)}
    sheets = rows_by_sheet(path.read_bytes())
    headings = {name: [heading.rstrip("*") for heading in rows[0]] for name, rows in sheets.items()}
    committed = rows_by_sheet(sample.COMMITTED.read_bytes())
    assert [(name, headings[name]) for name in headings if name in committed] == [
        (name, rows[0]) for name, rows in committed.items()
    ]
    assert [heading for heading in sheets["团员"][0] if heading.endswith("*")] == [
        "姓名*",
        "性别*",
        "所在团支部*",
    ]


STRAY = [
    "",
    "?",
    "=1+1",
    1998.1,
    1e300,
    True,
    date(1899, 1, 1),
    "全部",
    "（）",
    "、",
    "\u200b",
    "2017-02-30",
    "9" * 5000,
]


def spoilt(sheets, chance):
    """The sheets with a few columns dropped, cells exchanged, emptied or replaced, rows doubled and shuffled."""
    tables = {name: [list(rows[0]), *[list(row.values()) for row in rows]] for name, rows in sheets.items()}
    for _ in range(chance.randint(1, 4)):
        name = chance.choice(list(tables))
        table = tables[name]
        row, other = chance.randrange(len(table)), chance.randrange(len(table))
        column = chance.randrange(len(table[0]))
        act = chance.choice(["drop", "blank", "swap", "stray", "double", "shuffle", "sheet", "copy", "type"])
        if act == "drop" and len(table[0]) > 1:
            for line in table:
                del line[column]
        elif act == "blank":
            table[row][column] = None
        elif act == "swap":
            table[row][column], table[other][column] = table[other][column], table[row][column]
        elif act == "stray":
            table[row][column] = chance.choice(STRAY)
        elif act == "double":
            table.append(list(table[row]))
        elif act == "shuffle":
            table[1:] = chance.sample(table[1:], len(table) - 1)
        elif act == "sheet" and len(tables) > 1:
            del tables[name]
        elif act == "copy":
            table[row][column] = chance.choice(table[other])
        elif act == "type" and isinstance(table[row][column], str) and table[row][column].isdigit():
            table[row][column] = float(table[row][column][:15])
    return tables


@pytest.mark.full
@pytest.mark.cpu(16)
@pytest.mark.parametrize("stored_before", [pytest.param(False, marks=pytest.mark.full), True])
def test_a_spoilt_ledger_is_taken_whole_or_refused_with_reasons(sample_rows, stored_before, pytestconfig):
    small = {name: rows for name, rows in sample_rows.items() if name not in ("签到", "平台录入")}
    small["联系青年"] = small["联系青年"][:60]
    small["联系记录"] = [row for row in small["联系记录"] if row["联系青年"] == "全部"][:20]
    if stored_before:
        take_in(sample.COMMITTED.read_bytes())
    before, outcomes = counts(), set()
    for seed in range(12 if pytestconfig.getoption("full") else 6):
        report = take_in(spoilt(small, random.Random(seed)), check=True)
        outcomes.add(bool(report.errors))
        assert counts() == before
        for problem in report.errors:
            assert problem.expected and problem.remedy and problem.found, problem
    assert outcomes == {True, False}


def large_ledger(people, activities=4):
    """A branch with many members who sign in."""
    names = [f"章{chr(0x4E00 + number // 1000)}{chr(0x5000 + number % 1000)}" for number in range(people)]
    days = [f"2017-04-{day + 1:02}" for day in range(activities)]
    return {
        "团组织": [{"组织名称": "地区团工委", "组织类别": "团工委", "所属领域": "机关"}],
        "团员": [{"姓名": name, "性别": "男", "出生日期": "1998-05-04", "所在团支部": "地区团工委"} for name in names],
        "活动": [{"活动名称": f"讲座{day}", "日期": day, "类型": "主题讲座"} for day in days],
        "签到": [
            {"活动名称": f"讲座{day}", "日期": day, "姓名": name, "身份": "团员"}
            for number, name in enumerate(names)
            for day in days[number % 2 :: 2]
        ],
    }


@pytest.mark.full
@pytest.mark.cpu(8)
def test_thousands_of_sign_ins_take_seconds():
    sheets = workbook(large_ledger(2000, 10))
    began = time.process_time()
    assert tally(take_in(sheets))["签到"] == (10_000, 0, 0)
    assert tally(take_in(sheets, check=True))["签到"] == (0, 0, 10_000)
    assert time.process_time() - began < 30
    assert (SignIn.objects.count(), Activity.objects.filter(attendance=1000).count()) == (10_000, 10)


def queries(act):
    """How many queries `act` makes, a run of batches of one statement counted once."""
    with CaptureQueriesContext(connection) as captured:
        act()
    return len([head for head, _ in groupby(query["sql"].split("VALUES")[0] for query in captured)])


@pytest.mark.cpu(4)
def test_the_number_of_queries_does_not_grow_with_the_rows():
    few, many = large_ledger(20), large_ledger(200)
    changed = [
        many | {"团员": [row | {"微信号": "w", "手机号码": f"138{number:08}"} for number, row in enumerate(rows)]}
        for rows in (many["团员"][:10], many["团员"])
    ]
    first = queries(lambda: take_in(few))
    more = queries(lambda: take_in(many))
    same = queries(lambda: take_in(many))
    a_few_changed, all_changed = (queries(lambda sheets=sheets: take_in(sheets)) for sheets in changed)
    assert same < more <= first
    assert all_changed == a_few_changed
    assert Member.objects.filter(wechat="w").count() == 200
    small = queries(exported)
    empty_the_database()
    take_in(few)
    assert queries(exported) == small


def test_the_number_of_queries_does_not_grow_with_the_records_of_any_sheet(sample_rows):
    take_in({name: sample_rows[name] for name in ("团组织", "团干部", "两新组织")})
    kinds = ("两新联络", "物资配发", "年度任务")

    def check(share):
        rows = {name: sample_rows[name][: len(sample_rows[name]) // share + 1] for name in kinds}
        assert take_in(rows, check=True).errors == []

    few = queries(lambda: check(4))
    assert queries(lambda: check(1)) == few


def test_a_later_ledger_corrects_many_kinds_at_once():
    take_in(awkward_ledger())
    later = awkward_ledger()
    later["团员"] = [row | {"工作单位": "清和科技"} for row in later["团员"]]
    later["志愿者"] = [row | {"志愿者队伍": "青年汇1"} for row in later["志愿者"]]
    later["帮扶对象"] = [
        row | {"学校": "柳林小学", "固定志愿者": f"{NAME}（13500135002）"} for row in later["帮扶对象"]
    ]
    report = take_in(later)
    assert (report.errors, report.new, report.changed) == ([], 0, 7 + 2 + 3)
    assert Member.objects.filter(employer="清和科技").count() == 7
    assert Volunteer.objects.filter(places__hub__name="青年汇1").count() == 3
    paired = [str(case.pairing_on(TODAY).volunteer.person.mobile) for case in AssistedYouth.objects.all()]
    assert paired == ["13500135002"] * 3
    assert problems(later | {"志愿者": [later["志愿者"][0]] * 2})[0][:4] == ("志愿者", 3, "姓名", NAME)
