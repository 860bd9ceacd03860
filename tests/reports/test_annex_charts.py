"""The annexes' charts: drawn by Excel from cells of the same workbook, never exact for rounded or missing numbers."""

import io
import re
import zipfile
from datetime import date

import pytest

from orgs.roles import RoleKind
from reports.figures.counting import results
from reports.figures.scopes import Scope
from reports.printing.annex_charts import MOST_BARS
from reports.printing.annex_tables import DrawnAmount
from reports.printing.annexes import write_annexes
from tests.factories import make_user
from tests.made_once import made_once
from tests.reports.district import YEAR, add_member, add_organisation, bare_district, full_district, year_scope
from yl_district.periods import Period
from yl_district.spreadsheets.workbooks import read_workbook
from youthhubs.models import Hub

pytestmark = pytest.mark.django_db


def written(scope, user=None):
    stream = io.BytesIO()
    write_annexes(scope, stream, date(2018, 1, 10), user)
    return stream.getvalue()


def charts(data):
    """Every chart by its title: its kind, and the cells of each of its series as (name, labels, values)."""
    found = {}
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        for name in filter(re.compile("xl/charts/chart").match, book.namelist()):
            text = book.read(name).decode()
            kind = re.search('<c:barDir val="(.*?)"', text)[1]
            series = re.findall("<c:ser>(.*?)</c:ser>", text)
            found[re.search("<a:t>(.*?)</a:t>", text)[1]] = (
                kind,
                [re.findall("<c:f>(.*?)</c:f>", one) for one in series],
            )
    return found


def cells(data):
    """The rows of every sheet below its headings and above its note, by the sheet's name."""
    rows = {sheet.name: sheet.rows[3:] for sheet in read_workbook(data)}
    return {name: [row for row in found if not str(row[0]).startswith("注：")] for name, found in rows.items()}


@made_once
def place():
    return full_district()


def test_months_types_roll_and_targets_are_drawn_from_their_cells(place):
    data = written(year_scope(place.root))
    rows = cells(data)
    types, branches, targets = (3 + len(rows[name]) for name in ("各类活动", "团员增减", "任务完成"))
    kinds = 2 + len(rows["精准帮扶"])
    assert charts(data) == {
        "各月活动场次": ("col", [["各月活动!$B$3", "各月活动!$A$4:$A$15", "各月活动!$B$4:$B$15"]]),
        "各月活动人次": ("col", [["各月活动!$C$3", "各月活动!$A$4:$A$15", "各月活动!$C$4:$C$15"]]),
        "各类活动场次": ("bar", [["各类活动!$B$3", f"各类活动!$A$4:$A${types}", f"各类活动!$B$4:$B${types}"]]),
        "各类活动人次": ("bar", [["各类活动!$C$3", f"各类活动!$A$4:$A${types}", f"各类活动!$C$4:$C${types}"]]),
        "各支部年初、年末团员数": (
            "bar",
            [
                [
                    f"团员增减!${column}$3",
                    f"团员增减!$A$4:$A${branches - 1}",
                    f"团员增减!${column}$4:${column}${branches - 1}",
                ]
                for column in "BK"
            ],
        ),
        "任务目标与完成数": (
            "bar",
            [
                ["任务完成!$C$3", f"任务完成!$A$4:$A${targets}", f"任务完成!$C$4:$C${targets}"],
                ["任务完成!$D$3", f"任务完成!$A$4:$A${targets}", f"任务完成!$D$4:$D${targets}"],
            ],
        ),
        "各类帮扶次数": ("col", [["精准帮扶!$B$3", f"精准帮扶!$A$4:$A${kinds}", f"精准帮扶!$B$4:$B${kinds}"]]),
    }


def test_assistances_are_drawn_for_those_who_get_their_sums(place):
    staff = make_user("林知秋", place.root)
    cadre = make_user("陆远", place.village, RoleKind.CADRE)
    data = written(year_scope(place.root), staff)
    last = 2 + len(cells(data)["精准帮扶"])
    assert charts(data)["各类帮扶次数"] == (
        "col",
        [["精准帮扶!$B$3", f"精准帮扶!$A$4:$A${last}", f"精准帮扶!$B$4:$B${last}"]],
    )
    assert "各类帮扶次数" not in charts(written(year_scope(place.village), cadre))


def test_months_and_types_add_up_to_the_figures(place):
    scope = year_scope(place.root)
    rows, found = cells(written(scope)), results(scope)
    for name in ("各月活动", "各类活动"):
        assert sum(row[1] for row in rows[name]) == found["sessions"].value
    assert [row[0] for row in rows["各月活动"]] == [f"{month}月" for month in range(1, 13)]
    by_type = {row[0]: row[1:] for row in rows["各类活动"]}
    # Rounded numbers are never drawn as exact, and what nobody counted is no 0.
    assert by_type["DIY制作"] == [3, 140, 0]
    assert by_type["志愿服务"][1] == "未统计"


def test_a_rounded_number_reads_as_such_in_the_cell_that_is_drawn(place):
    data = written(year_scope(place.root))
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        styles = book.read("xl/styles.xml").decode()
        names = [sheet.name for sheet in read_workbook(data)]
        sheet = book.read(f"xl/worksheets/sheet{names.index('各类活动') + 1}.xml").decode()
    row = 4 + [row[0] for row in cells(data)["各类活动"]].index("DIY制作")
    style = int(re.search(f'<c r="C{row}" s="(\\d+)"><v>140</v>', sheet)[1])
    number = re.findall(r'<xf numFmtId="(\d+)"', styles.partition("<cellXfs")[2])[style]
    assert f'numFmtId="{number}" formatCode="0&quot;余&quot;"' in styles


def test_numbers_in_words_keep_their_words_around_the_certain_part():
    shown = {text: DrawnAmount(value, text).cell_format for value, text in [(140, "140余"), (5, "约5")]}
    assert shown == {"140余": '0"余"', "约5": '"约"0'}


def test_beside_a_bar_stands_what_is_written_in_the_table(place):
    data = written(year_scope(place.root))
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        texts = [book.read(name).decode() for name in book.namelist() if name.startswith("xl/charts/chart")]
    chart = next(text for text in texts if "<a:t>各类活动人次</a:t>" in text)
    labels = re.findall("<c:dLbl>.*?<a:t>(.*?)</a:t>", chart)
    rounded = {"DIY制作": "140余"}
    shown = [rounded.get(row[0], row[2]) for row in cells(data)["各类活动"]]
    assert labels == [text for text in shown if isinstance(text, str)]
    assert {"140余", "未统计"} <= set(labels)


def test_a_period_of_two_years_names_the_year_of_each_month(place):
    scope = Scope(place.root, Period(date(YEAR - 1, 12, 15), date(YEAR, 1, 20)))
    assert [row[0] for row in cells(written(scope))["各月活动"]] == ["2016年12月", "2017年1月"]


def test_a_hub_has_its_activities_alone(place):
    hub = Hub.objects.get(name="春晖青年汇")
    data = written(Scope(place.community, Period.of_year(YEAR), hub), make_user("林知秋", place.root))
    assert list(cells(data)) == ["指标与目标", "活动统计", "各月活动", "各类活动"]
    assert {row[1] for row in cells(data)["活动统计"]} == {"春晖青年汇", "小计", None}


def test_nothing_to_draw_draws_nothing():
    data = written(year_scope(bare_district()))
    assert list(charts(data)) == ["各月活动场次", "各月活动人次", "各类帮扶次数"]
    assert "任务完成" not in cells(data)


def test_more_branches_than_can_be_read_are_not_drawn():
    root = bare_district()
    for number in range(MOST_BARS + 1):
        add_member(add_organisation(root, f"{number}号社区团支部", "community"), f"团员{number}")
    data = written(year_scope(root))
    assert len(cells(data)["团员增减"]) == MOST_BARS + 2
    assert "各支部年初、年末团员数" not in charts(data)
