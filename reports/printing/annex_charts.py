"""Charts of the annexes, native Excel charts of cells in the same workbook, and the tables that exist for them."""

from dataclasses import replace

from ..figures.charts import MEASURES, held_by_month, held_by_type, month_label
from ..figures.measures import amount, known, quality_of
from .annex_tables import Amount, Annex, Chart, activity_table, assistance_totals, figure_table, member_changes
from .colours import SERIES

HELD_COLUMNS = [(MEASURES[0], 10), (MEASURES[1], 14), (f"绘图用{MEASURES[1]}", 12), ("未统计的活动", 14)]
CHART_NOTE = "“余”为约数，绘图时只取整十；“未统计”为没有登记人次，不是 0；有未统计的活动的，人次为已记录的部分。"
# A chart with more bars is unreadable.
MOST_BARS = 60
# In pixels; PAGE is the height of a printed page, which no chart may exceed.
CHART_WIDTH, CHART_HEIGHT, BAR_HEIGHT, HEAD, PAGE = 900, 320, 22, 90, 560
SMALL, NORMAL = 7, 9
# A table with more rows leaves no room for a chart on its page.
FULL = 12


def month_table(scope, results):
    """Sessions and person-times of each month of the period."""
    rows = [[month_label(month, scope.period), *held_cells(row)] for month, row in held_by_month(scope)]
    charts = held_charts("column", "各月活动")
    return Annex(
        "各月活动", "各月活动场次、人次表", [("月份", 14), *HELD_COLUMNS], rows, note=CHART_NOTE, charts=charts
    )


def type_table(scope, results):
    """Sessions and person-times of each type of which an activity was held."""
    rows = [[row["type__name"], *held_cells(row)] for row in held_by_type(scope)]
    charts = held_charts("bar", "各类活动")
    return Annex(
        "各类活动", "各类活动场次、人次表", [("活动类型", 18), *HELD_COLUMNS], rows, note=CHART_NOTE, charts=charts
    )


def held_charts(kind, name):
    """A chart of sessions and one of person-times."""
    sessions, attendances = MEASURES
    return Chart(kind, f"{name}{sessions}", (1,)), Chart(kind, f"{name}{attendances}", (3,), (2,))


def held_cells(row):
    """Cells for sessions, person-times as text and as drawn, and the number of activities without person-times."""
    value = row["attendances"] or 0
    return [row["sessions"], *number_cells(value, quality_of(row)), row["unrecorded"]]


def number_cells(value, quality):
    """The number as displayed and as drawn; a rounded one is never displayed as exact."""
    text = amount(value, quality)
    return [value if text == str(value) else Amount(text), known(value, quality)]


def target_table(scope, results):
    """Targets with the values reached; None without any target."""
    wanted = [result for result in results.values() if result.target is not None]
    rows = [
        [
            result.figure.label,
            result.figure.unit,
            result.target,
            *number_cells(result.value, result.quality),
            result.quality_label,
        ]
        for result in wanted
    ]
    columns = [("指标", 30), ("单位", 8), ("目标", 10), ("完成", 10), ("绘图用数", 10), ("数据质量", 14)]
    charts = (Chart("bar", "任务目标与完成数", (2, 4), (2, 3)),)
    return Annex("任务完成", "年度任务完成情况表", columns, rows, charts=charts) if rows else None


def drawn_member_changes(scope, results):
    """The roll by branch, with a chart of opening and closing counts."""
    annex = member_changes(scope, results)
    closing = len(annex.columns) - 2
    return replace(annex, charts=(Chart("bar", "各支部年初、年末团员数", (1, closing)),))


def drawn_assistance_totals(scope, results):
    """The assistances by kind, with a chart."""
    return replace(assistance_totals(scope, results), charts=(Chart("column", "各类帮扶次数", (1,)),))


HUB_ANNEXES = [figure_table, activity_table, month_table, type_table]


def insert_charts(book, sheet, annex, first):
    """Inserts the annex's charts below its rows, which begin at row `first`; a total row is not drawn."""
    count = len(annex.rows) - annex.has_total
    if not annex.charts or not 0 < count <= MOST_BARS:
        return
    top, width = first + len(annex.rows) + 1, CHART_WIDTH // len(annex.charts)
    if count > FULL:
        sheet.set_h_pagebreaks([top])
    for place, chart in enumerate(annex.charts):
        picture = drawn_chart(book, annex, chart, (first, first + count - 1), width)
        sheet.insert_chart(top, 0, picture, {"description": chart.title, "x_offset": place * width, "y_offset": 6})


def drawn_chart(book, annex, chart, rows, width):
    """One chart of the rows from the first to the last."""
    (first, last), picture = rows, book.add_chart({"type": chart.kind})
    count, is_lying = last - first + 1, chart.kind == "bar"
    size = NORMAL if count * len(chart.series) <= FULL * 2 else SMALL
    for column, written, colour in zip(chart.series, chart.written or chart.series, SERIES, strict=False):
        cells = [row[written] for row in annex.rows[:count]]
        # Data labels show the text of an amount in place of the number drawn.
        beside = [{"value": str(cell)} if isinstance(cell, Amount) else None for cell in cells]
        series = {
            "name": [annex.name, first - 1, written],
            "categories": [annex.name, first, 0, last, 0],
            "values": [annex.name, first, column, last, column],
            "fill": {"color": colour},
            "gap": 50,
            "data_labels": {"value": True, "custom": beside, "font": {"size": size}},
        }
        picture.add_series(series)
    picture.set_title({"name": chart.title, "name_font": {"size": 13}})
    picture.set_legend({"position": "top"} if len(chart.series) > 1 else {"none": True})
    labels, numbers = {"num_font": {"size": size}, "interval_unit": 1}, {"visible": False}
    numbers["major_gridlines"] = {"visible": False}
    # Horizontal bars have their labels on the vertical axis; reversed, so that the first row is at the top.
    picture.set_x_axis(numbers if is_lying else labels)
    picture.set_y_axis(labels | {"reverse": True} if is_lying else numbers)
    height = min(HEAD + count * BAR_HEIGHT, PAGE) if is_lying else CHART_HEIGHT
    picture.set_size({"width": width, "height": height})
    return picture
