"""Charts of the annexes, native Excel charts of cells in the same workbook, and the tables that exist for them."""

from dataclasses import replace

from ..figures.charts import MEASURES, held_by_month, held_by_type, month_label
from ..figures.measures import amount, known, quality_of
from .annex_tables import (
    Amount,
    Annex,
    Chart,
    DrawnAmount,
    activity_table,
    assistance_totals,
    figure_table,
    member_changes,
)
from .colours import SERIES

HELD_COLUMNS = [(MEASURES[0], 10), (MEASURES[1], 14), ("未统计的活动", 14)]
CHART_NOTE = "“余”为约数，绘图时只取整十；“未统计”为没有登记人次，不是 0；有未统计的活动的，人次为已记录的部分。"
# A chart with more bars is unreadable.
MOST_BARS = 60
# In pixels; PAGE is the height of a printed page, which no chart may exceed, ROW_HEIGHT that of an empty row.
CHART_WIDTH, CHART_HEIGHT, BAR_HEIGHT, HEAD, PAGE = 900, 320, 22, 90, 560
GAP, ROW_HEIGHT = 6, 20
SMALL, NORMAL = 7, 9
# A table with more rows leaves no room for a chart on its page.
FULL, FULL_PORTRAIT = 12, 20


def month_table(scope, results):
    """Sessions and person-times of each month of the period."""
    rows = [[month_label(month, scope.period), *held_cells(row)] for month, row in held_by_month(scope)]
    charts = held_charts("column", "各月活动")
    return Annex(
        "各月活动",
        "各月活动场次、人次表",
        [("月份", 14), *HELD_COLUMNS],
        rows,
        note=CHART_NOTE,
        charts=charts,
        unit="场、人次",
    )


def type_table(scope, results):
    """Sessions and person-times of each type of which an activity was held."""
    rows = [[row["type__name"], *held_cells(row)] for row in held_by_type(scope)]
    charts = held_charts("bar", "各类活动")
    return Annex(
        "各类活动",
        "各类活动场次、人次表",
        [("活动类型", 18), *HELD_COLUMNS],
        rows,
        note=CHART_NOTE,
        charts=charts,
        unit="场、人次",
    )


def held_charts(kind, name):
    """A chart of sessions and one of person-times."""
    sessions, attendances = MEASURES
    return Chart(kind, f"{name}{sessions}", (1,)), Chart(kind, f"{name}{attendances}", (2,))


def held_cells(row):
    """Cells for sessions, person-times, and the number of activities without person-times."""
    return [row["sessions"], drawn_cell(row["attendances"] or 0, quality_of(row)), row["unrecorded"]]


def drawn_cell(value, quality):
    """The cell of a number that a chart draws; a rounded one never reads as exact, a missing one is only words."""
    text, certain = amount(value, quality), known(value, quality)
    if text == str(value):
        return value
    return DrawnAmount(certain, text) if str(certain) in text else Amount(text)


def target_table(scope, results):
    """Targets with the values reached; None without any target."""
    wanted = [result for result in results.values() if result.target is not None]
    rows = [
        [
            result.figure.label,
            result.figure.unit,
            result.target,
            drawn_cell(result.value, result.quality),
            result.quality_label,
        ]
        for result in wanted
    ]
    columns = [("指标", 30), ("单位", 8), ("目标", 10), ("完成", 10), ("数据质量", 14)]
    charts = (Chart("bar", "任务目标与完成数", (2, 3)),)
    return Annex("任务完成", "年度任务完成情况表", columns, rows, charts=charts) if rows else None


def drawn_member_changes(scope, results):
    """The roll by branch, with a chart of opening and closing counts."""
    annex = member_changes(scope, results)
    closing = len(annex.columns) - 1
    return replace(annex, charts=(Chart("bar", "各支部年初、年末团员数", (1, closing)),))


def drawn_assistance_totals(scope, results):
    """The assistances by kind, with a chart."""
    return replace(assistance_totals(scope, results), charts=(Chart("column", "各类帮扶次数", (1,)),))


HUB_ANNEXES = [figure_table, activity_table, month_table, type_table]


def insert_charts(book, sheet, annex, first, top, room, is_portrait):
    """Inserts the annex's charts at row `top`, over `room` pixels; returns the last row that they cover.

    The annex's rows begin at row `first`; a total row is not drawn.
    """
    count = len(annex.rows) - annex.has_total
    if not annex.charts or not 0 < count <= MOST_BARS:
        return top - 1
    width, height = min(CHART_WIDTH, room) // len(annex.charts), 0
    if count > (FULL_PORTRAIT if is_portrait else FULL):
        sheet.set_h_pagebreaks([top])
    for place, chart in enumerate(annex.charts):
        picture = drawn_chart(book, annex, chart, (first, first + count - 1), width)
        sheet.insert_chart(top, 0, picture, {"description": chart.title, "x_offset": place * width, "y_offset": GAP})
        height = max(height, chart_height(chart, count))
    return top + -(-(GAP + height) // ROW_HEIGHT)


def chart_height(chart, count):
    """The height in pixels of a chart of so many rows."""
    return min(HEAD + count * BAR_HEIGHT, PAGE) if chart.kind == "bar" else CHART_HEIGHT


def bar_words(cell):
    """The words that stand beside the bar of a cell; "" where the number itself does."""
    if isinstance(cell, DrawnAmount):
        return cell.text
    return cell if isinstance(cell, Amount) else ""


def drawn_chart(book, annex, chart, rows, width):
    """One chart of the rows from the first to the last."""
    (first, last), picture = rows, book.add_chart({"type": chart.kind})
    count, is_lying = last - first + 1, chart.kind == "bar"
    size = NORMAL if count * len(chart.series) <= FULL * 2 else SMALL
    for column, colour in zip(chart.series, SERIES, strict=False):
        # Data labels show the text of an amount in place of the number drawn.
        beside = [{"value": bar_words(row[column])} if bar_words(row[column]) else None for row in annex.rows[:count]]
        series = {
            "name": [annex.name, first - 1, column],
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
    picture.set_size({"width": width, "height": chart_height(chart, count)})
    return picture
