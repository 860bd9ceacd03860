"""The composed summary: its sentences for every state of a figure, and the sample year word by word."""

import io
import re
from datetime import date
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from activities.actions import add_sign_in
from activities.models import Activity, ActivityType
from assistance.models import Assistance, AssistedYouth, Pairing, ServicePlan
from members.models import Person, Volunteer
from orgs.models import Organisation
from outreach.models import Link
from reports.documents.summary import compose, summary_of_writer
from reports.figures.counting import root_organisation
from reports.figures.measures import COUNTED, INCOMPLETE, MEASURED, ROUNDED
from reports.figures.scopes import Scope
from reports.models import Target
from reports.text import TextWriter, Vocabulary, default_drafts
from reports.text.sentences import Number, amount, listing, shortened
from tests.factories import make_unit
from tests.reports.district import (
    YEAR,
    add_activity,
    add_member,
    add_organisation,
    add_post,
    bare_district,
    full_district,
)
from tests.reports.district import year_scope as scope_of
from yl_district.periods import Period
from youthhubs.models import Hub, HubYear, TeamMember

# The first is written anew by `manage.py annual_summary 2017 --format text -o tests/reports/golden/summary-2017.txt` on
# the sample: style, part of the year, place of each file.
GOLDEN = Path(__file__).parent / "golden"
SAMPLE_TEXTS = {
    f"summary-{YEAR}": ("full", "year", ""),
    f"summary-{YEAR}-short": ("short", "year", ""),
    f"summary-{YEAR}-list": ("list", "year", ""),
    f"quarter-{YEAR}": ("full", "q2", ""),
    f"month-{YEAR}": ("full", "m5", ""),
    f"branch-{YEAR}": ("full", "h1", "八里庄社区团总支"),
    f"hub-{YEAR}": ("full", "year", "八里庄社区青年汇"),
}
DAY = date(YEAR, 5, 4)
BEFORE = date(2016, 1, 10)
pytestmark = pytest.mark.django_db


def text_from(style, part, place):
    """The document of a part of the year that starts from the default text of a style."""
    hub = Hub.objects.filter(name=place).first()
    organisation = hub.organisation if hub else Organisation.objects.filter(name=place).first() or root_organisation()
    scope = Scope(organisation, Period.of_part(YEAR, part), hub)
    vocabulary = Vocabulary(scope)
    writer = TextWriter(scope, default_drafts(scope, vocabulary, style), vocabulary=vocabulary)
    return summary_of_writer(writer).text


@pytest.mark.cpu(6)
def test_sample_year_is_told_word_by_word():
    call_command("load_sample_year", stdout=io.StringIO())
    golden = {name: (GOLDEN / f"{name}.txt").read_text("utf-8") for name in SAMPLE_TEXTS}
    assert compose(scope_of(root_organisation())).text == golden[f"summary-{YEAR}"]
    assert {name: text_from(*each) for name, each in SAMPLE_TEXTS.items()} == golden


def hold(key, *activities):
    """Activities of a type, each given as (sessions, person-times, basis)."""
    for number, (sessions, attendance, basis) in enumerate(activities):
        add_activity(key, DAY, name=f"{key} {number}", session_count=sessions, attendance=attendance, basis=basis)


def add_youths(root, count, plans=0, pairs=0):
    """Youths in the register, the first of them with a plan or a volunteer."""
    people = [Person.objects.create(name=f"少年{number}") for number in range(count)]
    youths = [AssistedYouth.objects.create(person=person, organisation=root, registered_on=BEFORE) for person in people]
    for youth in youths[:plans]:
        ServicePlan.objects.create(youth=youth, year=YEAR)
    volunteer = Volunteer.objects.create(person=Person.objects.create(name="志愿者"))
    for youth in youths[:pairs]:
        Pairing.objects.create(youth=youth, volunteer=volunteer)
    return youths


def add_units(names, **fields):
    return [make_unit(name, **fields) for name in names]


def aim(figure, value):
    Target.objects.create(year=YEAR, task="任务", figure=figure, value=value)


def communities(root, count, with_cadre):
    for number in range(count):
        community = add_organisation(root, f"社区{number}团支部", "community")
        if number < with_cadre:
            add_post(community, f"书记{number}", "书记")


def assist(youths, *groups):
    """One assistance to the first youths for each number."""
    for number in groups:
        Assistance.objects.create(held_on=DAY, kind="training").youths.set(youths[:number])


def open_hub(root, name, tier=None):
    hub = Hub.objects.create(name=name, organisation=root)
    if tier:
        HubYear.objects.create(hub=hub, year=YEAR, tier=tier)
    return hub


def join(hub):
    volunteer = Volunteer.objects.create(person=Person.objects.create(name="志愿者"))
    TeamMember.objects.create(hub=hub, volunteer=volunteer)


def bind(name):
    """One bound youth of a cadre."""
    cadre, youth = Person.objects.get(name=name), Person.objects.create(name="青年")
    Link.objects.create(cadre=cadre, youth=youth, started_on=BEFORE, bound_on=BEFORE)


def sign_in_guest(root):
    """A briefing with one sign-in, of somebody on no roll."""
    add_sign_in(add_activity("briefing", DAY, host=root), Person.objects.create(name="来客"), "other")


SENTENCES = {
    "person-times normal": (
        lambda root: hold("yoga", (2, 30, ""), (4, 90, "")),
        ["全年举办“yoga 1”“yoga 0”活动6场，120人次参加。"],
    ),
    "person-times one": (lambda root: hold("yoga", (1, 1, "")), ["全年举办“yoga 0”活动1场，1人次参加。"]),
    "person-times nobody came": (lambda root: hold("yoga", (1, 0, "")), ["全年举办“yoga 0”活动1场。\n"]),
    "person-times rounded": (
        lambda root: hold("diy", (1, 200, "rounded"), (17, 74, "")),
        ["全年举办“diy 0”“diy 1”DIY制作活动18场，总计270余人次参加。"],
    ),
    "person-times rounded and few": (
        lambda root: hold("diy", (1, 8, "rounded")),
        ["DIY制作活动1场，总计约8人次参加。"],
    ),
    "person-times incomplete": (
        lambda root: hold("sports", (3, 40, ""), (2, None, "")),
        ["全年组织“sports 0”“sports 1”活动5场。\n", "全年举办各类活动5场。现将"],
    ),
    "person-times missing": (
        lambda root: hold("volunteering", (13, None, "")),
        ["全年组织“volunteering 0”志愿服务活动13场。\n", "全年举办各类活动13场。现将"],
    ),
    "activities none": (lambda root: None, ["本年度没有登记思想教育活动。", "本年度没有登记面向青年的主题活动。"]),
    "units none": (lambda root: None, ["本年度没有新建团组织的两新组织。"]),
    "units one": (
        lambda root: add_units(["甲公司"], league_founded_on=DAY),
        ["指导1家单位新建团组织，为甲公司。"],
    ),
    "units several": (
        lambda root: add_units(["乙公司", "甲公司", "丙社"], league_founded_on=DAY),
        ["指导乙公司、甲公司和丙社3家单位新建团组织。"],
    ),
    "units many": (
        lambda root: add_units("甲乙丙丁戊己", league_founded_on=DAY),
        ["指导甲、乙、丙、丁等6家单位新建团组织。"],
    ),
    "task met with units of other years": (
        lambda root: [aim("units_toward_task", 2), add_units("甲乙", task_year=YEAR)],
        ["对照上级下达的2家两新组织任务，本年度计入2家（含非本年度新建的单位），任务圆满完成。"],
    ),
    "task met by this year's units": (
        lambda root: [aim("units_toward_task", 2), add_units("甲乙", task_year=YEAR, league_founded_on=DAY)],
        ["本年度计入2家，任务圆满完成。"],
    ),
    "task exceeded": (
        lambda root: [aim("units_toward_task", 1), add_units("甲乙", task_year=YEAR, league_founded_on=DAY)],
        ["对照上级下达的1家两新组织任务，本年度计入2家，任务超额完成。"],
    ),
    "task missed": (
        lambda root: [aim("units_toward_task", 3), add_units("甲乙", task_year=YEAR, league_founded_on=DAY)],
        ["本年度计入2家，任务尚未完成。", "完成两新组织任务2家，未达到3家的目标"],
    ),
    "task not begun": (
        lambda root: aim("units_toward_task", 3),
        ["上级下达3家两新组织任务，本年度尚无单位计入，任务尚未完成。"],
    ),
    "task without a target": (
        lambda root: add_units("甲乙", task_year=YEAR, league_founded_on=DAY),
        ["计入本年度建团任务的两新组织共2家。"],
    ),
    "contact point one": (
        lambda root: add_units(["甲会所"], is_contact_point=True),
        ["现有区级联系点1个，为甲会所。"],
    ),
    "communities all": (lambda root: communities(root, 2, 2), ["2个村、社区都配备了团干部。", "地区现有团干部2名。"]),
    "communities one": (lambda root: communities(root, 1, 1), ["1个村、社区已配备了团干部。"]),
    "communities some": (
        lambda root: communities(root, 3, 2),
        ["3个村、社区中已有2个配备团干部，其余尚未配备。", "村、社区团干部尚未配齐"],
    ),
    "communities none": (lambda root: communities(root, 2, 0), ["2个村、社区尚未配备团干部。", "地区现无在任团干部。"]),
    "members none": (lambda root: None, ["截至年末，地区没有在册团员。"]),
    "education without sign-ins": (
        lambda root: [add_member(root, "丁一"), hold("briefing", (1, 30, ""))],
        ["全年开展思想教育活动1场。其中，“briefing 0”宣讲会1场，30人次参加。\n"],
    ),
    "education signed in by others": (
        lambda root: [add_member(root, "丁一"), sign_in_guest(root)],
        [f"全年开展思想教育活动1场。其中，“briefing{DAY}”宣讲会1场，1人次参加。\n"],
    ),
    "youths none": (
        lambda root: None,
        ["截至年末，地区没有在库的精准帮扶对象。", "本年度没有获批的“希望之星（1+1）”奖学金申报。"],
    ),
    "youths one": (
        lambda root: assist(add_youths(root, 1, plans=1, pairs=1), 1, 1),
        [
            "精准帮扶对象1名。制定《阳光牵手服务计划书》1份，1名帮扶对象已有计划可依。",
            "库内1名帮扶对象已有固定的帮扶志愿者。全年总计帮扶2次，内容包括学习培训。",
        ],
    ),
    "youths all alike": (
        lambda root: assist(add_youths(root, 2, plans=2, pairs=2), 2, 2),
        ["2名帮扶对象都有计划可依。", "库内2名帮扶对象都有固定", "全年对每名帮扶对象分别帮扶2次，总计帮扶4次"],
    ),
    "youths some": (
        lambda root: assist(add_youths(root, 3, plans=2, pairs=1), 3, 1),
        [
            "已制定《阳光牵手服务计划书》2份，其余尚未制定。",
            "库内3名帮扶对象中，1名有固定的帮扶志愿者，其余尚未结对。",
            "全年总计帮扶4次，每名帮扶对象不少于1次",
            "尚有帮扶对象没有服务计划书；尚有帮扶对象没有固定志愿者",
        ],
    ),
    "youths left out": (
        lambda root: assist(add_youths(root, 2), 1),
        [
            "全年总计帮扶1次，尚有在库对象未得到帮扶",
            "《阳光牵手服务计划书》尚未制定。",
            "库内帮扶对象尚未与志愿者结对。",
        ],
    ),
    "youths without assistance": (lambda root: add_youths(root, 2), ["全年没有登记帮扶记录。"]),
    "hubs none": (lambda root: None, ["截至年末，地区没有开业的青年汇。"]),
    "hubs one": (
        lambda root: open_hub(root, "甲青年汇", "key"),
        ["地区共有青年汇1家，其中重点店1家（甲青年汇）。青年汇志愿者队伍尚未建立。"],
    ),
    "hubs without tier": (
        lambda root: open_hub(root, "甲青年汇"),
        ["地区共有青年汇1家，尚未登记本年度类型。"],
    ),
    "hubs with and without tier": (
        lambda root: [open_hub(root, "乙青年汇", "ordinary"), open_hub(root, "甲青年汇")],
        ["地区共有青年汇2家，其中普通店1家（乙青年汇），其余未登记本年度类型。"],
    ),
    "target of a type missed": (
        lambda root: [aim("sessions.lecture", 3), hold("lecture", (2, 20, ""))],
        ["主题讲座2场，未达到3场的目标"],
    ),
    "target of person-times missed": (
        lambda root: [aim("attendances.lecture", 30), aim("attendances", 40), hold("lecture", (2, 20, ""))],
        ["各类活动的参加者20人次，未达到40人次的目标；主题讲座的参加者20人次，未达到30人次的目标"],
    ),
    "target of person-times unknown": (
        lambda root: [aim("attendances.lecture", 30), hold("lecture", (2, None, ""))],
        ["主题讲座的参加人次未作统计，不能确认达到30人次的目标"],
    ),
    "target of every youth missed": (
        lambda root: [aim("assistances_per_youth", 3), assist(add_youths(root, 2), 2, 2)],
        ["帮扶最少的对象全年受帮扶2次，未达到每名3次的目标"],
    ),
    "cadres some bound and none at quota": (
        lambda root: [communities(root, 3, 3), bind("书记0")],
        [
            "3名团干部中1名已完成绑定，其余尚未绑定；3名团干部的联系人数均未达到指标。",
            "尚有团干部联系青年未达到指标（3名均未达到）",
        ],
    ),
    "cadres one": (
        lambda root: [communities(root, 1, 1), bind("书记0")],
        ["1名团干部已完成绑定，联系人数尚未达到指标。"],
    ),
    "hubs one with a team": (
        lambda root: join(open_hub(root, "甲青年汇", "key")),
        ["（甲青年汇）。该青年汇已有志愿者队伍1支。"],
    ),
}


@pytest.mark.sampled(3)
@pytest.mark.parametrize(("prepare", "expected"), SENTENCES.values(), ids=SENTENCES)
def test_sentence_fits_the_figure(prepare, expected):
    root = bare_district()
    prepare(root)
    text = compose(scope_of(root)).text
    assert [sentence for sentence in expected if sentence not in text] == []


@pytest.mark.parametrize(
    ("value", "quality", "text"),
    [
        (48, COUNTED, "48名"),
        (48, MEASURED, "48名"),
        (0, COUNTED, "0名"),
        (300, ROUNDED, "300余名"),
        (347, ROUNDED, "340余名"),
        (9, ROUNDED, "约9名"),
        (48, INCOMPLETE, "48名"),
        (0, INCOMPLETE, "未统计"),
    ],
)
def test_amount_is_never_more_certain_than_the_figure(value, quality, text):
    assert amount(value, quality, "名") == text


def test_lists_are_joined_in_chinese():
    assert "".join(listing([])) == ""
    assert "".join(listing(["甲"])) == "甲"
    assert "".join(listing(["甲", "乙"])) == "甲和乙"
    assert "".join(listing(["甲", ("乙", "丙"), "丁"])) == "甲、乙丙和丁"
    assert "".join(shortened(["甲", "乙", "丙", "丁"])) == "甲、乙、丙和丁"
    assert "".join(shortened(["甲", "乙", "丙", "丁", "戊"])) == "甲、乙、丙、丁等"


def test_year_without_records_says_so_and_promises_nothing_kept():
    text = compose(scope_of(bare_district())).text
    assert "本年度台账中没有登记活动、联络和帮扶记录" in text
    assert "全年没有登记联系记录。" in text
    assert "保持团干部配备" not in text
    assert not re.search(r"(?<!\d)0[名家场人次份支个面枚]", text)


def test_every_number_in_the_text_is_a_figure_of_the_same_results():
    root = full_district().root
    summary = compose(scope_of(root))
    numbers = [part for block in summary.blocks for part in block.parts if isinstance(part, Number)]
    assert len(numbers) > 50
    for number in numbers:
        result = summary.results[number.key]
        assert number.text.removesuffix(result.figure.unit) == amount(result.value, result.quality)


def test_text_around_the_numbers_states_no_number_of_its_own():
    summary = compose(scope_of(full_district().root))
    words = "".join(part for block in summary.blocks for part in block.parts if isinstance(part, str))
    for name in Activity.objects.values_list("name", flat=True):
        words = words.replace(f"“{name}”", "")
    allowed = ["1+100", "（1+1）", "“1+", "每人联系100名", "每人联系10名", f"{YEAR}年", f"{YEAR + 1}年"]
    targets = ["下达的6家", "达到9场"]
    for text in allowed + targets:
        assert text in words
        words = words.replace(text, "")
    assert re.findall(r"\d+", words) == []


def test_each_type_of_activity_is_told_exactly_once():
    root = bare_district()
    ActivityType.objects.create(key="type_16", name="读书活动")
    ActivityType.objects.create(key="type_17", name="支部{0}共建", is_education=True)
    ActivityType.objects.filter(key__in=["open_day", "visit"]).update(is_education=True)
    kinds = list(ActivityType.objects.values_list("key", flat=True))
    for key in kinds:
        hold(key, (2, 7, ""))
    blocks = compose(scope_of(root)).blocks
    told = [part.key for block in blocks for part in block.parts if isinstance(part, Number)]
    # The meetings of cadres have a figure of their own.
    for key in sorted(set(kinds) - {"cadre_meeting"}):
        assert (key, told.count(f"sessions.{key}"), told.count(f"attendances.{key}")) == (key, 1, 1)
    assert (told.count("cadre_meetings"), told.count("attendances.cadre_meeting")) == (1, 1)
    text = "\n".join(block.text for block in blocks)
    assert "全年举办“type_16 0”读书活动2场，7人次参加。" in text
    assert "“type_17 0”支部{0}共建2场，7人次参加" in text


def test_shortfall_against_a_target_is_told_once():
    root = bare_district()
    communities(root, 2, 1)
    aim("communities_with_cadre", 2)
    text = compose(scope_of(root)).text
    assert "已配备团干的村、社区1个，未达到2个的目标" in text
    assert "尚未配齐" not in text


def test_headings_are_numbered_in_order():
    blocks = compose(scope_of(full_district().root)).blocks
    chapters = [block.text[:2] for block in blocks if block.level == 1]
    assert chapters == ["一、", "二、", "三、", "四、", "五、", "六、", "七、"]
    assert [block.text[:3] for block in blocks if block.level == 2] == [
        *("（一）", "（二）"),
        *("（一）", "（二）", "（三）", "（四）"),
        *("（一）", "（二）"),
    ]
    assert blocks[0].level == 0


def test_part_of_the_district_tells_only_what_is_its_own():
    place = full_district()
    summary = compose(scope_of(place.office))
    assert summary.title == "清河机关团支部2017年工作总结"
    assert "机关共有在册团员1名。" in summary.text
    for word in ["地区", "“1+3", "委员", "村、社区", "两新组织", "青年汇", "帮扶对象", "希望之星", "下达"]:
        assert word not in summary.text.partition("工作计划")[0].partition("\n一、")[2], word
    village = compose(scope_of(place.village)).text
    assert "本村共有青年汇1家，其中普通店1家（柳林青年汇）" in village
    assert "更新配备团旗2面。" in village


def test_incomplete_total_is_not_stated_as_whole():
    opening = compose(scope_of(full_district().root)).blocks[0].text
    assert opening.endswith("全年举办各类活动15场。现将全年工作总结如下。")
    assert "227" not in compose(scope_of(root_organisation())).text


def test_cadres_below_quota_are_told_and_planned_for():
    text = compose(scope_of(full_district().root)).text
    assert "5名团干部中1名已完成绑定，其余尚未绑定；联系人数达到指标的有4名。" in text
    Link.objects.all().delete()
    text = compose(scope_of(root_organisation())).text
    assert "截至年末，没有登记在联系的青年。团干部尚未完成绑定，联系人数达到指标的有2名。" in text
    assert "尚有团干部联系青年未达到指标（5名中2名达到）" in text


@pytest.mark.parametrize(
    ("today", "dateline"),
    [(date(YEAR, 11, 23), "2017年11月23日"), (date(YEAR + 9, 1, 5), "2017年12月31日"), (None, "2017年12月31日")],
)
def test_date_is_the_day_of_writing_within_the_year(today, dateline):
    summary = compose(scope_of(bare_district()), today)
    assert summary.dateline == dateline
    assert summary.text.endswith(f"\n清河地区团工委\n{dateline}\n")


def test_rows_do_not_add_queries():
    root = full_district().root

    def queries():
        with CaptureQueriesContext(connection) as captured:
            compose(scope_of(root))
        return len(captured)

    before = queries()
    add_units([f"{number}号公司" for number in range(20)], league_founded_on=DAY, task_year=YEAR)
    assist(add_youths(root, 10, plans=10, pairs=10), *[10] * 10)
    communities(root, 10, 10)
    for number in range(10):
        Activity.objects.create(
            name=f"讲座{number}",
            held_on=DAY,
            type=ActivityType.objects.get(key="lecture"),
            attendance=5,
            basis="exact",
            tags=f"主题{number}",
        )
    assert queries() == before
