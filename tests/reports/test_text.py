"""The language of sections: placeholders, variants, and the errors for everything else."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from activities.models import Activity, ActivityType
from assistance.models import Assistance, AssistedYouth
from members.models import Person
from orgs.models import DomainSpan, Unit
from reports.figures.counting import results
from reports.figures.lines import all_figures
from reports.figures.scopes import Scope
from reports.models import Target
from reports.text import Draft, TextWriter, Vocabulary, read_text
from reports.text.parsing import BrokenText, Text, parse
from reports.text.sentences import Number, ordinal
from tests.factories import make_organisation
from tests.made_once import made_once
from tests.reports.district import YEAR, add_activity, add_member, bare_district, full_district, year_scope
from yl_district.periods import Period
from youthhubs.models import Hub

DAY = date(YEAR, 5, 4)
pytestmark = pytest.mark.django_db


@made_once
def district():
    return full_district()


def written(scope, body, heading="", with_cases=True, of_cases=False, counted=None, vocabulary=None):
    """What a section comes to, a line for each block; headings without numbers."""
    writer = TextWriter(scope, [Draft(heading, body, of_cases)], with_cases, counted, vocabulary)
    return "\n".join(block.text for _, blocks in writer.sections() for block in blocks)


def numbers(scope, body):
    """The numbers in a section: key, text, aspect."""
    writer = TextWriter(scope, [Draft("", body)])
    parts = [part for _, blocks in writer.sections() for block in blocks for part in block.parts]
    return [(part.key, part.text, part.aspect) for part in parts if isinstance(part, Number)]


def words_of(source, scope):
    """The problems of a text in words."""
    return [str(problem) for problem in read_text(source, Vocabulary(scope)).problems]


def hold(key="yoga", day=DAY, sessions=1, **fields):
    return add_activity(key, day, name=f"{key}{Activity.objects.count()}", session_count=sessions, **fields)


MARKS = "{}[]|"
plain_texts = st.text(st.characters(exclude_characters=MARKS + "\r", exclude_categories=["Cs"]), max_size=80)
marked_texts = st.text(st.sampled_from([*MARKS, *"#：: \n.零其余团员总数a+/<>"]), max_size=60)


@given(marked_texts)
def test_any_text_is_read_or_its_problems_are_told(text):
    paragraphs, found = parse(text)
    assert all(problem.expected and 1 <= problem.line <= text.count("\n") + 1 for problem in found)
    assert paragraphs or found or not re.sub(r"[#＃\s]", "", text)


def test_any_text_is_written_and_text_without_marks_comes_out_as_it_is(district):
    scope = year_scope(district.root)
    vocabulary, counted = Vocabulary(scope), results(scope)

    @given(marked_texts, plain_texts)
    def write(marked, plain):
        written(scope, marked, heading=marked, counted=counted, vocabulary=vocabulary)
        lines = [line.strip() for line in plain.split("\n")]
        lines = [line for line in lines if line and not re.match(r"[#＃][ \t\u3000]", line + " ")]
        assert written(scope, "\n".join(lines), counted=counted, vocabulary=vocabulary) == "\n".join(lines)
        assert read_text("\n".join(lines), vocabulary).problems == ()

    write()


def test_doubled_marks_stand_for_single_ones(district):
    source = "{{团员总数}} [[2017]] 1||2 [青年汇 有:见[[附件]]{{1}}||[青年汇 有:内]|零:无]"
    assert written(year_scope(district.root), source) == "{团员总数} [2017] 1|2 见[附件]{1}|内"


def test_a_variant_may_go_on_in_the_next_line(district):
    source = "开头[青年汇\n    零:没有|\n    其余:有[青年汇\n      有:，即{青年汇}]]。\n第二段"
    assert written(year_scope(district.root), source) == "开头有，即2家。\n第二段"


INSERTS = {
    "{团员总数}": "6名",
    "{ 团员总数 }": "6名",
    "{members}": "6名",
    "{团员总数:人}": "6人",
    "{团员总数：人}": "6人",
    "{团员总数:-}": "6",
    "{团员总数（名）}": "6名",
    "{团员总数(名)}": "6名",
    "{联系青年（名）}和{联系青年（人次）}": "3名和3人次",
    "{DIY制作人次}": "140余人次",
    "{志愿服务人次}": "未统计",
    "{attendances.diy:人}": "140余人",
    "{DIY制作人次.参加}；{志愿服务人次.参加}": "140余人次参加；参加人次未作统计",
    "{参加人次.参加}": "有记录的参加者不少于227人次（另有部分场次未统计人次）",
    "{新建团组织的两新组织.名称}": "丙源物流、甲木设计、丁香餐饮、乙水科技等",
    "{新建团组织的两新组织.全部名称}": "丙源物流、甲木设计、丁香餐饮、乙水科技和戊土建筑",
    "{主题讲座场次.主题}": "暑期安全和财商",
    "{主题团日场次.专项}": "“不忘初心跟党走”",
    "{思想教育活动.分类}": "主题团日1场，1人次参加",
    "{思想教育活动.逐类}；{主题讲座场次.活动}": "“league_day2017-05-04”主题团日1场，1人次参加；"
    "“lecture2017-02-01”“lecture2017-06-01”",
    "{DIY制作人次.到场}{DIY制作人次.到场:人}{志愿服务人次.到场}{参加人次.到场}": "140余人次140余人",
    "{主题讲座场次.青年汇}{主题讲座场次.协办}{主题讲座场次.内容}": "春晖青年汇和柳林青年汇",
    "{主题讲座场次.反响}{主题讲座场次.对象}": "",
    "{两新联络.方式}，{联系青年（人次）.方式}{活动场次.比上年}": "电话，电话、走访",
    "{重点}{下期安排}": "以组织建设、思想引领、联系青年、志愿服务和青年活动为重点",
    "{完成两新组织任务.目标}，{完成两新组织任务.目标:-}": "6家，6",
    "{序号}是甲\n{序号}是乙": "一是甲\n二是乙",
    "{年度}{下一年度}{期间}{期内}{本期}{期末}": "2017年2018年2017年全年本年度年末",
    "{组织}，{本单位}，{地区}": "清河地区团工委，地区团工委，地区",
}


def all_written(scope, sources):
    """What each text comes to; none of them may have a problem."""
    vocabulary, counted = Vocabulary(scope), results(scope)
    assert [each for source in sources for each in read_text(source, vocabulary).problems] == []
    return {source: written(scope, source, counted=counted, vocabulary=vocabulary) for source in sources}


def test_a_name_is_replaced_by_what_it_stands_for(district):
    assert all_written(year_scope(district.root), INSERTS) == INSERTS


def test_a_place_is_called_by_its_domain_of_that_time():
    branch = make_organisation("柳林团支部", bare_district(), domain="enterprise", domain_since=date(YEAR, 3, 1))
    DomainSpan.objects.create(organisation=branch, domain="village", ended_on=date(YEAR, 3, 1))
    scope = year_scope(branch)
    assert written(scope, "{地区}") == "本单位"
    assert written(scope.within(Period.of_year(YEAR - 1)), "{地区}") == "本村"


def test_other_periods_are_counted_and_compared_with():
    root = bare_district()
    for year, sessions in [(YEAR - 1, 5), (YEAR, 8)]:
        hold("yoga", date(year, 5, 4), sessions, attendance=10 * sessions)
    scope = year_scope(root)
    assert written(scope, "{瑜伽场次.上年同期}{瑜伽场次.同比}") == "5场增加3场"
    assert written(scope.within(Period.of_part(YEAR, "q2")), "{瑜伽场次.上期}，{瑜伽场次.环比:次}") == "0场，增加8次"
    assert written(scope.within(Period.of_part(YEAR, "q3")), "{瑜伽场次.上期}，{瑜伽场次.环比}") == "8场，减少8场"
    assert written(scope, "{主题讲座场次.同比}") == "持平"
    assert numbers(scope, "{瑜伽场次.上年同期}{瑜伽场次}{瑜伽场次.同比}") == [
        ("sessions.yoga", "5场", "上年同期"),
        ("sessions.yoga", "8场", ""),
        ("sessions.yoga", "增加3场", "同比"),
    ]
    hold("yoga", date(YEAR - 1, 6, 1), attendance=200, basis="rounded")
    assert written(scope, "{瑜伽人次.同比}") == "减少约170人次"
    hold("yoga", date(YEAR - 1, 6, 1))
    assert written(scope, "{瑜伽人次.同比}") == "统计不全、不能比较"


CASES = "[瑜伽人次 零:零|一:一|未统计:未|不全:不全|约数:约|有:有]"


@pytest.mark.parametrize(
    ("activities", "expected"),
    [
        ([], "零"),
        ([{"attendance": 0}], "零"),
        ([{"attendance": 1}], "一"),
        ([{"attendance": 30}], "有"),
        ([{"attendance": 8, "basis": "rounded"}], "约"),
        ([{"attendance": 1, "basis": "rounded"}], "约"),
        ([{}], "未"),
        ([{"attendance": 1}, {}], "不全"),
    ],
)
def test_the_case_that_fits_the_figure_is_told(activities, expected):
    root = bare_district()
    for fields in activities:
        hold(**fields)
    assert written(year_scope(root), CASES) == expected


VARIANTS = {
    "[已配备团干的村、社区/村、社区 全部:都|部分:有的|零:没有]": "都",
    "[已绑定团干部/团干部 全部:都|部分:有的|零:没有]": "有的",
    "[瑜伽场次/活动场次 全部:都|部分:有的|零:没有]": "没有",
    "[瑜伽场次/观影场次 全部:都|零:没有]": "没有",
    "[活动场次>思想教育活动 是:多|否:不多]": "多",
    "[活动场次<思想教育活动 是:少|否:不少]": "不少",
    "[普通店=重点店 是:相等|否:不等]": "相等",
    "[普通店+重点店=青年汇 是:齐]": "齐",
    "[瑜伽场次+观影场次 有:有|零:无]": "无",
    "[本级+瑜伽场次 有:有|零:无]": "有",
    "[完成两新组织任务.目标 未完成:未|完成:完成|超额:超额|无:无]": "超额",
    "[主题讲座场次.目标 未完成:未|其余:别的]": "未",
    "[瑜伽场次.目标 无:没有目标|其余:目标{瑜伽场次.目标}]": "没有目标",
    "[活动场次.同比 增加:多|减少:少|持平:平]": "多",
    "[参加人次.同比 增加:多|减少:少|持平:平]": "",
    "[参加人次.同比 增加:多|未统计:不能比]": "不能比",
    "[瑜伽场次.环比 持平:平]": "平",
    "[主题讲座场次.主题 有:有|无:无][瑜伽场次.主题 有:有|无:无]": "有无",
    "[思想教育活动.专项 有:有][思想教育活动.签到 有:签]": "有签",
    "[主题讲座场次.活动 有:有|无:无][主题讲座场次.协办 有:有|无:无][主题讲座场次.青年汇 有:有]": "有无有",
    "[DIY制作人次.到场 有:有|无:无][志愿服务人次.到场 有:有|无:无]": "有无",
    "[本级 是:区|否:支]": "区",
    "[瑜伽场次 一:一]": "",
    "[青年汇 一:一|其余:[重点店 一:{重点店}重点店|其余:别的]]": "1家重点店",
}


def test_variants_follow_shares_comparisons_targets_changes_and_facts(district):
    assert all_written(year_scope(district.root), VARIANTS) == VARIANTS


def test_headings_vanish_with_what_stands_below_them(district):
    scope = year_scope(district.root)
    body = "# 甲\n[瑜伽场次 有:瑜伽]\n# 乙\n青年汇{青年汇}\n# [瑜伽场次 有:丙]\n末段"
    assert written(scope, body, "{下一年度}计划") == "2018年计划\n乙\n青年汇2家\n末段"
    assert written(scope, "# 甲\n[瑜伽场次 有:瑜伽]\n", "标题") == ""


HOSTILE = {
    "{{7*7}}": "{7*7}",
    "{{ scope.organisation }}": "{ scope.organisation }",
    "{% load static %}{% include 'x' %}": "【% load static %】【% include 'x' %】",
    "${7*7} #{7*7} <%= 7*7 %>": "$【7*7】 #【7*7】 <%= 7*7 %>",
    "{members.__class__.__mro__}": "【members.__class__.__mro__】",
    "{0.__init__.__globals__}": "【0.__init__.__globals__】",
    "{members!r:>99999999}": "【members!r:>99999999】",
    "<script>alert(1)</script>": "<script>alert(1)</script>",
    '=HYPERLINK("http://x","y")': '=HYPERLINK("http://x","y")',
    "[__import__('os').system('id') 是:x]": "【__import__('os').system('id')】",
}


def test_hostile_text_does_nothing(district):
    scope = year_scope(district.root)
    vocabulary, counted = Vocabulary(scope), results(scope)
    found = {source: written(scope, source, counted=counted, vocabulary=vocabulary) for source in HOSTILE}
    assert found == HOSTILE


@pytest.mark.parametrize("mark", ["[", "{", "[a b:", "]", "}", "[a b:\n", "|", "[青年汇 有:{"])
def test_the_longest_text_of_marks_is_read_in_time(mark):
    source = (mark * 20_000)[:20_000]
    _, found = parse(source)
    assert len(found) <= 41


PROBLEMS = [
    ("\n{团员人数}", ["第 2 行“{团员人数}”：没有名为“团员人数”的指标或词语，应为指标栏中的名称。您是否要写：团员总数"]),
    ("{联系青年}", ["有 2 个指标叫“联系青年”，请写明是哪一个。您是否要写：联系青年（名）、联系青年（人次）？"]),
    ("{团员总数.参加}", ["“团员总数”后面没有“.参加”，可以写“.目标”“.上年同期”“.上期”“.同比”“.环比”。"]),
    ("{团员总数.名称}", ["“团员总数”后面没有“.名称”"]),
    ("{参加人次.参加:次}", ["“.参加”不带单位，请删去“:次”。"]),
    ("{团员总数:0名}", ["单位“0名”不能用，应为 6 字以内的量词，不含数字和“余”“约”一类的字。"]),
    ("{团员总数:万名}", ["单位“万名”不能用"]),
    ("{团员总数.目标}", ["“团员总数”在这一期没有上级下达的目标，请删去，或写成“[团员总数.目标 无:…|其余:…]”。"]),
    ("[团员总数.目标 无:{团员总数.目标}]", ["“团员总数”在这一期没有上级下达的目标"]),
    ("好{团员总数", ["第 1 行“{团员总数”：缺少“}”，应为“{指标名称}”；要写这个符号本身，请写成“{{”。"]),
    ("团员总数}", ["多出一个“}”，请删去；要写这个符号本身，请写成“}}”。"]),
    ("]", ["多出一个“]”"]),
    ("甲\n[团员总数 零:乙\n丙", ["第 2 行“[团员总数 零:乙”：变体没有写完，缺少“]”。"]),
    ("[2017]12号", ["变体应写成“[活动场次 零:…|其余:…]”；要写方括号本身，请写成“[[”和“]]”。", "“2017”"]),
    ("[团员总数 没有:x]", ["没有“没有”这种情形，可以写 零、一、有、未统计、不全、约数、其余。"]),
    ("[团员总数 未统汁:x]", ["您是否要写：未统计？"]),
    ("[团员总数.主题 有:x]", ["“团员总数”不能按“.主题”分情形，可以按“.目标”“.同比”“.环比”。"]),
    ("[活动场次.到场 有:x]", ["“活动场次”不能按“.到场”分情形，可以按“.目标”“.同比”“.环比”“.主题”"]),
    ("{团员总数.比上年}{活动场次.方式}", ["“团员总数”后面没有“.比上年”", "“活动场次”后面没有“.方式”"]),
    ("[团员总人数/团员总数 全部:x]", ["没有名为“团员总人数”"]),
    ("[瑜伽场次 有:{甲}|零:{乙}]", ["“{甲}”", "“{乙}”"]),
    ("{甲}\n{乙}\n[丙 零:{丁}]", ["第 1 行“{甲}”", "第 2 行“{乙}”", "第 3 行“[丙 …]”", "第 3 行“{丁}”"]),
    ("[瑜伽场次 有:" * 13, ["变体套变体超过 12 层，请分成几段。"]),
]


def test_every_problem_says_where_what_was_found_and_what_was_expected(district):
    scope = year_scope(district.root)
    vocabulary = Vocabulary(scope)
    for source, expected in PROBLEMS:
        found = [str(problem) for problem in read_text(source, vocabulary).problems]
        assert [part for part, text in zip(expected, found, strict=True) if part not in text] == [], source


UNREADABLE = {
    "what stands in lines that are read again": ("[甲 零:乙\n丙}丁\n{戊", [(1, "[甲 零:乙"), (2, "}"), (3, "{戊")]),
    "what stands in the line that is given up": ("[甲 零:乙}丙\n丁", [(1, "[甲 零:乙}丙")]),
    "what stands before the line that is given up": ("甲]\n[乙 零:丙\n丁", [(1, "]"), (2, "[乙 零:丙")]),
    "what stands behind a variant of two lines": ("[甲 零:乙\n丙]丁[戊 零:己\n庚}", [(2, "[戊 零:己"), (3, "}")]),
    "a variant within one that is given up": ("[甲 零:[乙 零:丙\n丁", [(1, "[甲 零:[乙 零:丙")]),
    "a variant without cases": ("甲\n[乙]丙", [(2, "[乙]丙")]),
    "each case that is none": ("[甲 乙|零:丙|丁]", [(1, "[甲 乙|零:丙|丁]")] * 2),
    "a mark in a later line of a variant": ("[甲 零:乙\n|一:丙}\n]", [(2, "}")]),
    "a mark in a heading": ("甲\n# 乙}", [(2, "}")]),
    "a brace that is not closed in its line": ("甲\n{乙\n}", [(2, "{乙"), (3, "}")]),
    "a line after other ends of lines": ("甲\r\n乙\r丙}", [(3, "}")]),
    "a name that is cut": ("{" + "甲" * 12, [(1, "{" + "甲" * 11)]),
    "a variant that is cut": ("[2017]" + "甲" * 20, [(1, "[2017]" + "甲" * 14)]),
    "a line of 24 characters": ("[" + "甲" * 23, [(1, "[" + "甲" * 23)]),
    "a line of 25 characters": ("[" + "甲" * 24, [(1, "[" + "甲" * 23 + "…")]),
    "twelve variants in one another": ("[甲 零:" * 12 + "]" * 12, []),
    "thirteen variants in one another": ("乙\n" + "[甲 零:" * 13 + "]" * 13, [(2, "[甲 零:" * 4 + "[甲 零…")]),
}


@pytest.mark.parametrize(("source", "problems"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read_is_told_once_and_with_its_line(source, problems):
    assert [(problem.line, problem.found) for problem in parse(source)[1]] == problems


@pytest.mark.parametrize(("count", "rest"), [(39, Text), (40, BrokenText), (41, BrokenText)])
def test_after_forty_problems_the_rest_is_left_unread(count, rest):
    paragraphs, problems = parse("}\n" * count + "甲")
    assert [problem.line for problem in problems] == list(range(1, min(count, 40) + 1))
    assert type(paragraphs[-1].nodes[0]) is rest


def test_problems_of_marks_and_of_names_are_told_together_by_line_and_forty_of_them(district):
    vocabulary = Vocabulary(year_scope(district.root))
    found = read_text("{甲}\n乙}\n{丙}", vocabulary).problems
    assert [(problem.line, problem.found) for problem in found] == [(1, "{甲}"), (2, "}"), (3, "{丙}")]
    found = read_text("{甲}乙}\n" * 30, vocabulary).problems
    assert [problem.line for problem in found] == [line for line in range(1, 21) for _ in range(2)]


def test_a_hub_has_only_what_is_held_there(district):
    scope = Scope(district.community, Period.of_year(YEAR), Hub.objects.get(name="春晖青年汇"))
    assert words_of("{团员总数}", scope) == [
        "第 1 行“{团员总数}”：春晖青年汇没有指标“团员总数”，只能用指标栏中列出的指标。"
    ]
    assert "没有名为“帮扶情况”的指标或词语" in words_of("{帮扶情况}", scope)[0]
    assert written(scope, "{本单位}{活动场次}，{团员总数}") == "本青年汇10场，【团员总数】"
    assert read_text("[完成两新组织任务.目标 无:x]", Vocabulary(scope)).problems != ()


def test_a_name_that_was_taken_away_is_shown_and_told(district):
    scope = year_scope(district.root)
    section = Draft("{瑜伽场次}", "举办瑜伽{瑜伽场次}。")
    assert TextWriter(scope, [section]).problems == []
    ActivityType.objects.filter(key="yoga").update(name="瑜珈")
    assert written(scope, section.body) == "举办瑜伽【瑜伽场次】。"
    told = TextWriter(scope, [section]).problems
    assert [(problem.line, problem.near[0]) for problem in told] == [(1, "瑜珈场次")] * 2


def test_a_type_cannot_take_a_name_away_and_an_odd_one_is_called_by_its_key(district):
    ActivityType.objects.create(key="type_16", name="活动")
    ActivityType.objects.create(key="type_17", name="支部{0}共建")
    hold("type_17", attendance=7)
    scope = year_scope(district.root)
    names = Vocabulary(scope).names
    assert (names.key("活动场次"), names.name("sessions.type_16")) == ("sessions", "sessions.type_16")
    assert names.name("sessions.type_17") == "sessions.type_17"
    assert written(scope, "{sessions.type_17}，{attendances.type_17.参加}") == "1场，7人次参加"
    assert {names.key(names.name(key)) for key in all_figures()} == set(all_figures())


def test_types_that_a_text_forgets_are_told_by_one_word(district):
    scope = year_scope(district.root)
    drafts = [Draft("", "{主题讲座场次}{DIY制作场次}{思想教育活动.分类}", True), Draft("", "{其余活动}")]
    forgotten = "".join(block.text for _, blocks in TextWriter(scope, drafts, False).sections() for block in blocks)
    assert forgotten == (
        "全年举办“sports2017-04-05”“sports2017-10-05”阳光体育活动2场。"
        "全年举办“volunteering2017-03-05”志愿服务活动4场。"
        "全年举办“cadre_meeting2017-01-15”团干大会活动1场，12人次参加。"
        "全年举办“open_day2017-09-15”团支部开放日活动1场，9人次参加。"
    )


PRIVATE = [
    "在库{精准帮扶对象}",
    "[精准帮扶对象 零:没有|其余:有]帮扶对象",
    "[团员总数 零:{帮扶}|其余:团员]",
    "[服务计划书/精准帮扶对象 全部:齐|其余:不齐]",
    "[团员总数+获批奖学金 有:有]",
    "[帮扶.同比 增加:多|其余:其他]",
    "[帮扶.目标 无:没有|其余:有]",
    "{帮扶情况}",
    "{帮扶不足}",
    "{帮扶.上年同期}",
]


def test_a_paragraph_that_depends_on_cases_is_told_to_nobody_else(district):
    scope = year_scope(district.root)
    shared = {"counted": results(scope), "vocabulary": Vocabulary(scope)}
    for source in PRIVATE:
        body = f"{source}\n团员{{团员总数}}"
        sections = TextWriter(scope, [Draft("", body)], **shared).sections()
        about_cases = [block.is_about_cases for _, blocks in sections for block in blocks]
        assert (source, about_cases) == (source, [True, False])
        assert (source, written(scope, body, with_cases=False, **shared)) == (source, "团员6名")
        assert written(scope, "团员", heading=source, with_cases=False, **shared) == "团员"


def test_a_section_about_cases_is_told_to_nobody_else(district):
    scope = year_scope(district.root)
    assert written(scope, "团员{团员总数}", of_cases=True) == "团员6名"
    assert written(scope, "团员{团员总数}", of_cases=True, with_cases=False) == ""


def test_what_only_cases_make_true_is_about_cases():
    root = bare_district()
    scope = year_scope(root)
    youth = AssistedYouth.objects.create(
        person=Person.objects.create(name="少年"), organisation=root, registered_on=date(2016, 1, 1)
    )
    Assistance.objects.create(held_on=DAY, kind="training").youths.set([youth])
    body = "[有工作 是:有|否:无]"

    def blocks():
        return [block for _, blocks in TextWriter(scope, [Draft("", body)]).sections() for block in blocks]

    assert [(block.text, block.is_about_cases) for block in blocks()] == [("有", True)]
    assert written(scope, body, with_cases=False) == "无"
    hold()
    assert [(block.text, block.is_about_cases) for block in blocks()] == [("有", False)]


def test_ordinals_go_on_beyond_nine():
    assert [ordinal(number) for number in (1, 9, 10, 11, 20, 21, 99)] == "一 九 十 十一 二十 二十一 九十九".split()


def test_rows_do_not_add_queries_to_any_aspect(district):
    names = Vocabulary(year_scope(district.root)).names
    body = "\n".join(f"{{{names.name(key)}.上年同期}}{{{names.name(key)}.环比}}" for key in ("sessions", "members"))
    body += "{新建团组织的两新组织.名称}{活动场次.主题}{思想教育活动.专项}{思想教育活动.分类}{帮扶情况}{不足}{其余活动}"
    body += "{活动场次.活动}{活动场次.协办}{思想教育活动.逐类}{两新联络.方式}{活动场次.比上年}{季度安排}{下期安排}"

    def queries():
        with CaptureQueriesContext(connection) as captured:
            written(year_scope(district.root), body)
        return len(captured)

    before = queries()
    for number in range(20):
        Unit.objects.create(name=f"{number}号公司", kind="social", status="normal", league_founded_on=DAY)
        hold("lecture", attendance=number, tags=f"主题{number}")
        add_member(district.village, f"团员{number}")
    Target.objects.create(year=YEAR, task="团员", figure="members", value=500)
    assert queries() == before


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("h1", "深入学习贯彻党的路线方针政策"),
        ("q3", "深入学习贯彻党的路线方针政策"),
        ("year", "坚持以习近平新时代中国特色社会主义思想为指导"),
    ],
)
def test_what_was_first_said_in_october_does_not_stand_in_a_text_of_june(district, part, said):
    assert written(Scope(district.root, Period.of_part(2017, part)), "{指导思想}") == said
