"""The poster: its numbers equal the figures, each links to its records, and it fits on one page."""

import io
import re
from datetime import date
from html import unescape

import pytest
from django.urls import reverse

from activities.models import ActivityType
from orgs.roles import RoleKind
from reports.figures.comparison import comparison_rows
from reports.figures.counting import results
from reports.figures.lines import figure_choices
from reports.figures.readers import CASE_FIGURES
from reports.figures.scopes import Scope
from reports.models import Target
from reports.printing.drawings import BarLabel, Line, bars, columns
from reports.printing.pdf.posters import write_poster
from reports.printing.posters import MOST_HUBS, MOST_TARGETS, MOST_TYPES, poster
from tests.factories import make_user
from tests.made_once import made_once
from tests.pages import browser_of, queries
from tests.pdf_files import pdf_pages, pdf_sizes
from tests.reports.district import YEAR, add_activity, add_member, full_district, year_scope
from tests.reports.test_comparison import sign
from yl_district.audit.models import AccessEntry
from yl_district.periods import Period
from youthhubs.models import Hub

pytestmark = pytest.mark.django_db
TODAY = date(2018, 1, 5)


def pages_of(shown):
    stream = io.BytesIO()
    write_poster(shown, stream)
    assert set(pdf_sizes(stream.getvalue())) == {(210, 297)}
    return pdf_pages(stream.getvalue())


def crowded(root):
    """More types, hubs and targets than fit, with names as long as they may be."""
    for number in range(MOST_TYPES + 5):
        kind = ActivityType.objects.create(
            key=f"extra{number}", name=f"名称特别特别长的活动类型{number}", position=90 + number
        )
        hub = Hub.objects.create(name=f"名称特别特别长的青年汇第{number}号", organisation=root)
        add_activity(
            kind.key, date(YEAR, number % 12 + 1, 3), name=f"活动{number}", hub=hub, attendance=123456, basis="rounded"
        )
    for key, _ in figure_choices()[: MOST_TARGETS + 6]:
        Target.objects.update_or_create(year=YEAR, figure=key, defaults={"task": f"任务{key}", "value": 98765})


@made_once
def place():
    return full_district()


@pytest.fixture
def staff(place):
    return browser_of(make_user("林知秋", place.root))


def shown(client, **query):
    response = client.get(reverse("summary_poster"), {"year": YEAR} | query)
    assert response.status_code == 200
    return response


def test_headlines_are_the_figures_beside_those_of_the_year_before(place):
    scope = year_scope(place.root)
    found, before = results(scope), results(scope.within(Period.of_year(YEAR - 1)))
    headlines = poster(scope, TODAY).headlines
    assert len(headlines) == 8
    for headline in headlines:
        key = headline.result.figure.key
        assert (headline.result, headline.before.value) == (found[key], before[key].value)
    notes = {headline.result.figure.key: (headline.note, headline.change) for headline in headlines}
    # Of a number with gaps no growth is told.
    assert notes["attendances"] == ("部分未统计", "")
    assert notes["members"][0] == ""


def test_a_running_year_stands_beside_the_same_days_and_what_is_missing_from_these_is_marked(place):
    add_activity("sports", date(YEAR - 1, 2, 1), attendance=30, basis="exact")
    add_activity("sports", date(YEAR - 1, 3, 1), basis="unrecorded")
    add_activity("sports", date(YEAR - 1, 12, 1), attendance=10, basis="exact")
    scope = year_scope(place.root)

    def told(today, key):
        found = {headline.result.figure.key: headline for headline in poster(scope, today).headlines}
        return found[key].before_words

    assert told(date(YEAR, 6, 30), "sessions") == "上年同期 2"
    assert told(TODAY, "sessions") == "上年 3"
    assert told(date(YEAR, 6, 30), "attendances") == "上年同期 30＊"
    assert told(date(YEAR, 2, 1), "attendances") == "上年同期 30"
    assert told(TODAY, "attendances") == "上年 40＊"
    assert "上年40＊" in "".join(pages_of(poster(scope, TODAY))[0].split())


def test_of_a_signed_year_the_signed_number_is_shown_as_by_the_comparison(place, staff):
    scope = year_scope(place.root)
    place.staff = make_user("周明", place.root)
    sign(place, place.root, Period.of_year(YEAR - 1), members=7)
    headline = poster(scope, TODAY).headlines[0]
    assert (headline.before.value, headline.before_words) == (7, "上年定稿 7")
    rows = {row.figure.key: row for row in comparison_rows(scope)}
    for each in poster(scope, TODAY).headlines:
        assert each.before.value == rows[each.result.figure.key].year_before.value


@pytest.mark.cpu(4)
def test_every_number_leads_to_a_page_with_the_same_number(place, staff):
    text = shown(staff).content.decode()
    article = text.partition("<article")[2].partition("</article>")[0]
    links = re.findall(r'<a [^>]*href="([^"]+)"[^>]*>(?:<text[^>]*>)?([^<]+)<', article)
    assert len(links) > 30
    for address, written in links:
        page = staff.get(unescape(address))
        assert page.status_code == 200
        told = page.context["result"]
        assert written.partition("/")[0].removesuffix("＊") == told.amount, (address, written)


def test_months_types_and_hubs_of_any_period_and_place(place, staff):
    quarter = shown(staff, part="q2", organisation=place.community.pk)
    assert quarter.context["poster"].title == "春晖社区团支部2017年二季度工作图览"
    assert re.findall(r">(\d+月)</text>", quarter.content.decode()) == ["4月", "5月", "6月"] * 2
    hub = shown(staff, organisation=f"hub-{Hub.objects.get(name='春晖青年汇').pk}").context["poster"]
    assert [drawing.title for drawing in hub.drawings] == ["各月活动", "各类活动"]
    long = poster(Scope(place.root, Period(date(2010, 1, 1), date(YEAR, 12, 31))), TODAY)
    assert [drawing.title for drawing in long.drawings] == ["各类活动", "各青年汇活动"]


def test_what_nobody_counted_is_said_and_not_drawn(place, staff):
    text = shown(staff).content.decode()
    assert ">未统计</text>" in text and ">140余</text>" in text
    assert "“未统计”为没有登记人次，不是 0" in text


def test_without_cases_nothing_of_them_is_shown(place):
    cadre = browser_of(make_user("陆远", place.root, RoleKind.CADRE))
    context = shown(cadre).context["poster"]
    told = {headline.result.figure.key for headline in context.headlines}
    assert (len(told), told & CASE_FIGURES) == (8, set())
    assert {pace.figure.key for pace in context.targets} & CASE_FIGURES == set()
    assert "帮扶" not in shown(cadre).content.decode().partition("<article")[2].partition("</article>")[0]


def test_pdf_says_what_the_page_says(place, staff):
    poster_shown = poster(year_scope(place.root), TODAY)
    (text,) = ["".join(page.split()) for page in pages_of(poster_shown)]
    assert text.startswith("清河地区团工委2017年工作图览")
    for headline in poster_shown.headlines:
        assert f"{headline.result.figure.label}{headline.result.amount}" in text
    for word in ("各月活动", "各类活动", "各青年汇活动", "年度任务", "140余", "未统计"):
        assert word in text


def test_pdf_is_taken_and_noted(staff):
    answer = staff.get(reverse("summary_poster_export"), {"year": YEAR})
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert AccessEntry.objects.filter(action="export").get().subject == "清河地区团工委2017年工作图览.pdf"


def test_a_crowded_year_stays_one_page_and_says_what_it_leaves_out(place):
    crowded(place.root)
    full = poster(year_scope(place.root), TODAY)
    left_out = {drawing.title: drawing.left_out for drawing in full.drawings}
    assert left_out["各类活动"] > 0 and left_out["各青年汇活动"] > 0
    assert (len(full.targets), full.targets_left_out > 0) == (MOST_TARGETS, True)
    (text,) = pages_of(full)
    assert text.count("项未列") == 3
    assert [drawing.svg.count('text-anchor="end"') for drawing in full.drawings] == [0, MOST_TYPES, MOST_HUBS]


def test_a_year_without_records_is_one_page_that_says_so(place, staff):
    assert len(pages_of(poster(Scope(place.root, Period.of_year(1999)), TODAY))) == 1
    assert "这一期还没有登记活动。" in shown(staff, year=1999).content.decode()


def test_hostile_names_stay_text(place, staff):
    hub = Hub.objects.get(name="春晖青年汇")
    hub.name = '"><script>alert(1)</script>'
    hub.save()
    assert "<script>alert" not in shown(staff).content.decode()
    assert len(pages_of(poster(year_scope(place.root), TODAY))) == 1


def test_bars_are_as_long_as_their_values_and_nothing_has_no_bar():
    lines = [
        Line("甲", (BarLabel(10, "10"),)),
        Line("乙", (BarLabel(5, "5余", "/x/"),)),
        Line("丙", (BarLabel(0, "0"),)),
    ]
    heights = [float(height) for height in re.findall(r'<rect [^>]*height="([\d.]+)"', columns("图", lines, ["场次"]))]
    widths = [float(width) for width in re.findall(r'<rect [^>]*width="([\d.]+)"', bars("图", lines, ["场次"]))]
    assert (len(heights), heights[0]) == (2, 2 * heights[1])
    assert (len(widths), widths[0]) == (2, pytest.approx(2 * widths[1], abs=0.2))  # of what is written to a tenth
    assert '<a href="/x/"><text' in bars("图", lines, ["场次"])
    assert ">0<" not in columns("图", lines, ["场次"])


def test_small_bars_can_be_seen_and_a_long_name_is_cut_and_told_in_full():
    name = "企业经营管理人员团建与联谊交流活动（第二批）"
    drawn = bars("图", [Line(name, (BarLabel(1, "1"),)), Line("甲", (BarLabel(580, "580"),))], ["场次"])
    widths = [float(width) for width in re.findall(r'<rect [^>]*width="([\d.]+)"', drawn)]
    assert widths[0] == 1.5 < widths[1]
    assert f"<title>{name}</title>" in drawn
    [cut] = re.findall(r">([^<>]+…)</text>", drawn)
    assert name.startswith(cut[:-1]) and len(cut) >= 12


def test_rows_do_not_add_queries(place, staff):
    before = queries(staff, "summary_poster", year=YEAR)
    for number in range(10):
        add_member(place.village, f"团员{number}")
        hub = Hub.objects.create(name=f"{number}号青年汇", organisation=place.village)
        add_activity("sports", date(YEAR, 4, 1), name=f"健步走{number}", hub=hub, attendance=number, basis="exact")
    assert queries(staff, "summary_poster", year=YEAR) == before
