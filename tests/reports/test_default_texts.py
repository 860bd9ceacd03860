"""The texts from which documents start, in each style: the golden ones, and what is true of each of them."""

import re
from datetime import date
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.urls import reverse

from activities.models import Activity, Partner, QuarterTheme
from reports.documents.summary import summary_of_writer
from reports.figures.scopes import Scope
from reports.models import Report
from reports.text import Style, TextWriter, Vocabulary, default_drafts
from reports.text.activity_words import phrase_of, praise_in, title_of_activity
from reports.text.sentences import Number
from tests.factories import make_report, make_section, make_user
from tests.pages import browser_of, send
from tests.reports.district import YEAR, add_activity, add_organisation, add_post, bare_district, full_district
from tests.reports.district import year_scope as scope_of
from yl_district.periods import Period
from youthhubs.models import Hub

GOLDEN = Path(__file__).parent / "golden"
# Names of ways of working, whose numbers count nothing, and what a rule or a target from above asks for.
ALLOWED = re.compile(
    r"1\+100|（1\+1）|每人联系\d+名|下达的?\d+家|达到(?:每名)?\d+[名家场次个]|\d{4}年(?:\d+月)?|\d+月底"
)
JUDGEMENTS = ["深受", "好评", "圆满", "显著", "有效", "扎实", "深入", "热烈", "经核实", "了解需求", "大力", "丰硕"]


def written(scope, style=Style.FULL):
    """The document that starts from a default text; the text must not have a problem."""
    vocabulary = Vocabulary(scope)
    writer = TextWriter(scope, default_drafts(scope, vocabulary, style), vocabulary=vocabulary)
    assert (style, writer.problems) == (style, [])
    return summary_of_writer(writer)


def three_activities():
    """A district that has held three activities without a record of who came."""
    root = bare_district()
    for key, day, name in [
        ("lecture", date(YEAR, 3, 4), "急救常识讲座"),
        ("volunteering", date(YEAR, 3, 5), "清扫楼道"),
        ("film", date(YEAR, 7, 1), "露天电影"),
    ]:
        add_activity(key, day, name=name, host=root)
    return root


def odd_year():
    """A district of one cadre and one hub without a tier, with doubtful numbers, odd names, and plans for next year."""
    root = bare_district()
    village = add_organisation(root, "柳林村团支部", "village")
    add_organisation(root, "槐荫社区团支部", "community")
    add_post(village, "程川", "书记")
    hub = Hub.objects.create(name="柳林青年汇", organisation=village)
    add_activity("diy", date(YEAR, 2, 1), name="DIY制作", attendance=8, basis="rounded", hub=hub)
    add_activity("yoga", date(YEAR, 3, 1), name="瑜伽", attendance=0, hub=hub)
    lecture = {"hub": hub, "attendance": 35, "basis": "rounded"}
    add_activity("lecture", date(YEAR, 4, 1), name=f"{YEAR}年度“走进{{法律}}”讲座（第1期）", content="防骗", **lecture)
    add_activity("lecture", date(YEAR, 4, 8), name="电话13800000000", content="联系人电话13800000000", hub=hub)
    add_activity("sports", date(YEAR, 5, 1), name="2017年5月健步走", attendance=1, content="没有受到欢迎", host=root)
    add_activity("sports", date(YEAR - 1, 5, 1), name="健步走", attendance=3, host=root)
    add_activity("sports", date(YEAR - 1, 6, 1), name="健步走", attendance=3, host=root)
    QuarterTheme.objects.create(year=YEAR + 1, quarter=2, name="青春季")
    for day, name, state in [
        (date(YEAR + 1, 2, 3), "写春联", "planned"),
        (date(YEAR + 1, 5, 4), "青年运动会", "planned"),
        (date(YEAR + 1, 5, 5), "不办的活动", "cancelled"),
    ]:
        add_activity("diy", day, name=name, state=state, host=root)
    Activity.objects.get(name="青年运动会").partners.add(Partner.objects.create(name="清河工会"))
    Activity.objects.filter(name="不办的活动").update(planned_on=date(YEAR + 1, 5, 5))
    return root


THIN = {"empty-year": bare_district, "three-activities": three_activities, "odd-year": odd_year}


@pytest.mark.both
@pytest.mark.django_db
@pytest.mark.parametrize("name", THIN)
def test_a_thin_or_odd_year_is_told_word_by_word(name):
    assert written(scope_of(THIN[name]())).text == (GOLDEN / f"{name}.txt").read_text("utf-8")


@pytest.mark.parametrize("name", THIN)
def test_a_thin_year_asserts_nothing_without_a_record(name):
    text = (GOLDEN / f"{name}.txt").read_text("utf-8")
    assert [word for word in JUDGEMENTS if word in text] == []


def paragraphs(text):
    """The paragraphs of a document, without headings, title and signature, by section."""
    sections = [[]]
    for line in text.splitlines()[2:-3]:
        if re.match("[一二三四五六七八九十]+、", line):
            sections.append([])
        elif not re.match("（[一二三四五六七八九十]+）", line):
            sections[-1].append(line)
    return sections


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.txt")), ids=lambda path: path.stem)
def test_neighbouring_paragraphs_begin_differently_and_topics_are_told_once(path):
    text = path.read_text("utf-8")
    for section in paragraphs(text):
        begun = [re.sub("^[一二三四五六七八九十]+是", "", line)[:2] for line in section]
        assert [pair for pair in pairwise(begun) if pair[0] == pair[1] or pair[0][0] == pair[1][0] == "为"] == []
    assert text.count("主题涉及") <= 1
    for hedge in ("不少于1879", "未统计人次", "未作统计", "有记录的参加者"):
        assert hedge not in text


def test_the_sample_year_is_told_at_the_length_of_the_office_and_shorter_in_short_styles():
    lengths = [len((GOLDEN / f"summary-{YEAR}{style}.txt").read_text("utf-8")) for style in ("", "-list", "-short")]
    assert lengths == sorted(lengths, reverse=True)
    assert 3000 <= lengths[0] <= 3700
    assert lengths[2] <= 1500


@pytest.mark.django_db
@pytest.mark.cpu(3)
@pytest.mark.parametrize("style", Style.values)
def test_every_digit_of_a_default_text_belongs_to_a_number_a_name_or_a_date(style):
    place = full_district()
    names = [f"“{name}”" for name in Activity.objects.values_list("name", flat=True)]
    scopes = [Scope(place.root, Period.of_part(YEAR, part)) for part in ("year", "q2", "m5")]
    for scope in [*scopes, scope_of(place.village), Scope(place.community, Period.of_year(YEAR), place.hub)]:
        parts = [part for block in written(scope, style).blocks for part in block.parts]
        assert any(isinstance(part, Number) for part in parts)
        text = "".join(part if isinstance(part, str) else "#" for part in parts)
        for name in names:
            text = text.replace(name, "")
        assert re.findall(r".{4}\d+.?", ALLOWED.sub("", text.replace("“1+#+#”", ""))) == []


@pytest.mark.django_db
def test_what_readers_may_not_know_of_cases_is_in_no_style():
    place = full_district()
    scope = scope_of(place.root)
    for style in Style:
        writer = TextWriter(scope, default_drafts(scope, Vocabulary(scope), style), with_cases=False)
        text = summary_of_writer(writer).text
        found = [word for word in ("帮扶对象", "计划书", "奖学金", "帮扶最少", "结对") if word in text]
        assert (style, found) == (style, [])


@pytest.mark.django_db
def test_last_year_is_told_where_both_years_are_exact_and_it_was_not_empty():
    root = bare_district()
    texts = {}
    for name, before, now in [
        ("more", (2, 20, ""), (3, 35, "")),
        ("the same", (3, 30, ""), (3, 30, "")),
        ("rounded", (2, 20, "rounded"), (3, 35, "")),
        ("unrecorded", (2, None, ""), (3, 35, "")),
        ("none before", None, (3, 35, "")),
    ]:
        Activity.objects.all().delete()
        for year, held in ((YEAR - 1, before), (YEAR, now)):
            if held:
                add_activity("lecture", date(year, 5, 4), session_count=held[0], attendance=held[1], basis=held[2])
        writer = TextWriter(scope_of(root), default_drafts(scope_of(root), Vocabulary(scope_of(root))))
        said = [writer.sentences.beyond_last_year(key) for key in ("sessions.lecture", "attendances.lecture")]
        texts[name] = tuple("".join(map(str, parts)) for parts in said)
    assert texts == {
        "more": ("，比上年增加1场", "，比上年增加15人次"),
        "the same": ("", ""),
        "rounded": ("，比上年增加1场", ""),
        "unrecorded": ("，比上年增加1场", ""),
        "none before": ("", ""),
    }


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("2017年3月足球友谊赛", "“足球友谊赛”"),
        ("2017年团干大会暨见面会", "“团干大会暨见面会”"),
        ("暑期露天电影第二场", "“暑期露天电影”"),
        ("读书会（线上）", "“读书会”"),
        ("2017年5月", "“2017年5月”"),
        ("“学雷锋”主题服务", "“‘学雷锋’主题服务”"),
        ("瑜伽", ""),
        ("联系13800000000", ""),
        ("一" * 27, ""),
        ("一" * 26, f"“{'一' * 26}”"),
    ],
)
def test_an_activity_is_called_by_what_tells_it_apart(name, title):
    assert title_of_activity(name, "瑜伽活动") == title


@pytest.mark.parametrize(
    ("content", "phrase", "praise"),
    [
        ("防骗常识。请带身份证", "防骗常识", ""),
        ("游园猜谜，深受青年欢迎", "游园猜谜", "深受青年欢迎"),
        ("为120名老人送水", "", ""),
        ("没有受到欢迎", "", ""),
        ("得到5家单位好评", "", ""),
        ("欢迎各位参加", "欢迎各位参加", ""),
        ("讲" * 25, "", ""),
        ("", "", ""),
    ],
)
def test_of_a_content_only_a_phrase_without_numbers_and_recorded_praise_are_told(content, phrase, praise):
    assert (phrase_of(content), praise_in(content)) == (phrase, praise)


@pytest.fixture
def place():
    root = bare_district()
    return SimpleNamespace(root=root, office=browser_of(make_user(organisation=root)))


def begun(place, **typed):
    """The report created with these choices, and what the page says of it."""
    response = send(place.office, "report_create", place=place.root.pk, part="year", **typed)
    (said,) = [str(message) for message in response.context["messages"]]
    return response.context["report"], said


@pytest.mark.django_db
@pytest.mark.parametrize("style", Style)
def test_a_report_begins_in_the_style_chosen_even_where_an_earlier_one_exists(place, style):
    make_section(make_report(place.root, year=YEAR - 1), "旧文字")
    report, said = begun(place, year=YEAR, style=style.value)
    assert said == f"已建立报告。正文取自通用文本（{style.label}），请逐节核对。"
    drafts = default_drafts(scope_of(place.root), Vocabulary(scope_of(place.root)), style)
    assert list(report.sections.values_list("heading", "body")) == [(each.heading, each.body) for each in drafts]


@pytest.mark.django_db
def test_without_a_style_a_report_begins_with_the_earlier_text(place):
    make_section(make_report(place.root, year=YEAR - 1), "旧文字")
    field = place.office.get(reverse("report_create")).context["form"]["style"]
    assert (field.value(), len(field.field.choices)) == ("earlier", 1 + len(Style))
    report, said = begun(place, year=YEAR, style=field.value())
    assert said.startswith(f"已建立报告。正文取自清河地区团工委{YEAR - 1}年工作总结")
    assert [each.body for each in report.sections.all()] == ["旧文字"]
    typed = {"place": place.root.pk, "part": "q1", "year": YEAR, "style": "诗"}
    form = place.office.post(reverse("report_create"), typed).context["form"]
    assert form.errors == {"style": ["没有这种写法。"]}
    assert Report.objects.count() == 2
