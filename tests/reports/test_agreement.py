"""Number, list, export and document agree: for every role and every kind of period.

Documents are compared in every period; pages for a random sample of figures, with their files in one random period.
`--full` compares all figures. The roles are divided between SQLite and PostgreSQL.
"""

import io
import json
import re
from html import unescape
from random import Random

import pytest
from django.urls import reverse
from docx import Document
from python_calamine import CalamineWorkbook

from orgs.roles import RoleKind
from reports.figures.figure import Figure
from reports.figures.measures import amount
from reports.figures.places import HUB_PREFIX
from reports.figures.readers import CASE_FIGURES
from reports.figures.scopes import scope_query
from tests.factories import make_user
from tests.pages import browser_of
from tests.reports.generated_district import YEAR, generated_district
from tests.reports.test_list_exports import text_rows
from tests.reports.test_views import open_every_case, summed_column
from yl_district.pages.list_exports import FORMATS

pytestmark = pytest.mark.django_db

PERIODS = {
    "year": {"year": YEAR},
    "half": {"year": YEAR, "part": "h1"},
    "quarter": {"year": YEAR, "part": "q3"},
    "month": {"year": YEAR, "part": "m2"},
    "own days": {"year": YEAR, "part": "days", "start": f"{YEAR}-11-28", "end": f"{YEAR + 1}-01-03"},
}
# Who reads: the kind of role, where it is held, and what is looked at.
READERS = {
    "staff": (RoleKind.STAFF, "root", "root"),
    "staff of a committee": (RoleKind.STAFF, "middle", "middle"),
    "cadre": (RoleKind.CADRE, "leaf", "leaf"),
    "leader": (RoleKind.LEADER, "middle", "middle"),
    "hub operator": (RoleKind.HUB_OPERATOR, "hub", "hub"),
}
LEAST = "assistances_per_youth"
# Of each reader the figures that are looked at every day; with --full all are.
SAMPLE = 4
# Every day one reader reads on both databases, the others on one of them.
DATABASES = {"staff": ["postgresql"], "cadre": ["postgresql"], "hub operator": ["both"]}


def answer(client, name, *arguments, **query):
    """An answer that must be there."""
    found = client.get(reverse(name, args=arguments), query)
    assert found.status_code == 200, (name, arguments, query)
    return found


def text_of(cell):
    """The text of a piece of a page, without tags and needless spaces."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", cell))).strip()


def numbers_listed(page):
    """Each figure's amount on the page that lists them all, by key."""
    row = r'<a href="/figures/([^/]+)/\?[^"]*">.*?<td class="number figure-number"[^>]*>(.*?)</td>'
    found = re.findall(row, page, re.DOTALL)
    return {key: text_of(cell).split(" ")[0] for key, cell in found}


def numbers_in_workbook(file):
    """Each figure's amount in the annexes, by label and unit."""
    rows = CalamineWorkbook.from_filelike(io.BytesIO(file)).get_sheet_by_name("指标与目标").to_python()
    headings = next(row for row in rows if "数值" in row)
    columns = [headings.index(name) for name in ("指标", "单位", "数值")]
    cells = [[row[column] for column in columns] for row in rows[rows.index(headings) + 1 :]]
    return {(label, unit): str(int(cell) if isinstance(cell, float) else cell) for label, unit, cell in cells}


def numbers_in_document(document):
    """Each figure's amount in the annex of the Word file, by label and unit."""
    tables = [[[cell.text for cell in row.cells] for row in table.rows] for table in document.tables]
    headings, *rows = next(table for table in tables if {"指标", "数值", "单位"} <= set(table[0]))
    columns = [headings.index(name) for name in ("指标", "数值", "单位")]
    return {(row[columns[0]], row[columns[2]]): row[columns[1]] for row in rows}


def linked_numbers(page):
    """Every number of the summary's text that opens records: where it leads, its key and what is written."""
    article = page.partition("<article")[2].partition("</article")[0]
    links = re.findall(r'<a href="(/figures/([^/]+)/\?[^"]*)"[^>]*>(.*?)</a>', article, re.DOTALL)
    return [(unescape(address), key, text_of(written)) for address, key, written in links]


def amount_shown(page):
    """The number that a figure's page shows."""
    return re.search(r'<p class="figure-value"><strong>\s*(\S+)\s*</strong>', page)[1]


def rows_listed(client, key, query, first):
    """The cells of all rows on all pages of a figure's list, the first of which is there."""
    pages = range(2, first.paginator.num_pages + 1)
    others = [answer(client, "figure_detail", key, **query, page=number).context["table"] for number in pages]
    return [row.texts for table in [first, *others] for row in table.paginated_rows]


def come_to(key, rows, columns):
    """What the rows of a list come to, by the figure's own way of counting."""
    if key.startswith("coverage."):
        return 100 * sum(row[columns.index("is_reached")] == "已覆盖" for row in rows) // (len(rows) or 1)
    column = "assistances_received" if key == LEAST else summed_column(key)
    if column is None:
        return len(rows)
    values = [int(row[columns.index(column)] or 0) for row in rows]
    return min(values, default=0) if key == LEAST else sum(values)


def check_documents(client, query):
    """Compares all figures between the list, the files and the text of the summary; returns them as JSON has them."""
    told = json.loads(answer(client, "summary_export", "json", **query).content)["figures"]
    amounts = {key: amount(one["value"], one["quality"]) for key, one in told.items()}
    assert numbers_listed(answer(client, "figure_list", **query).content.decode()) == amounts
    document = Document(io.BytesIO(answer(client, "summary_export", "docx", **query, appendix=1).content))
    labelled = {(one["label"], one["unit"]): amounts[key] for key, one in told.items()}
    assert numbers_in_workbook(answer(client, "summary_export", "xlsx", **query).content) == labelled
    printed = numbers_in_document(document)
    assert printed == {name: labelled[name] for name in printed}
    plain = {(one["label"], one["unit"]) for key, one in told.items() if "." not in key}
    assert plain <= set(printed)
    check_text(client, answer(client, "summary_detail", **query), told, document)
    return told


def check_text(client, response, told, document):
    """Compares every number of the text with the page that it opens, and a change with both numbers that it tells."""
    scope = response.context["scope"]
    address = reverse("summary_export", args=["json"])
    former = [scope.within(period) for period in (scope.period.year_before, scope.period.before)]
    former = [client.get(f"{address}?{scope_query(one)}").json()["figures"] for one in former]
    paragraphs = re.sub(r"\s", "", "".join(paragraph.text for paragraph in document.paragraphs))
    shown = {f"/figures/{key}/?{scope_query(scope)}": amount(one["value"], one["quality"]) for key, one in told.items()}
    for address, key, written in linked_numbers(response.content.decode()):
        change = re.match(r"(增加|减少)约?(\d+)", written)
        if change:
            difference = int(change[2]) * (1 if change[1] == "增加" else -1)
            assert told[key]["value"] - difference in {one[key]["value"] for one in former}, (key, written)
        elif key == "assessment_results":
            (row,) = client.get(address).context["table"].rows
            assert row.record.result_words == written
        else:
            if address not in shown:
                shown[address] = amount_shown(client.get(address).content.decode())
            assert re.match(rf"{re.escape(shown[address])}(?!\d)", written), (address, written)
        assert re.sub(r"\s", "", written) in paragraphs


def check_list(client, key, one, query, *, is_closed=False, with_files=True):
    """Compares a figure with the records that its page lists and hands out; returns whether it lists any."""
    files = [
        client.get(reverse("figure_export", args=[key]), query | {"format": kind}) for kind in FORMATS if with_files
    ]
    first = answer(client, "figure_detail", key, **query)
    page = first.content.decode()
    assert amount_shown(page) == amount(one["value"], one["quality"]), key
    if is_closed or "table" not in first.context:
        assert "table" not in first.context and (is_closed or key in CASE_FIGURES), key
        assert [file.status_code for file in files] == [404] * len(files)
        return False
    unseen = re.search(r"另有 (\d+) 条记录", page)
    table = first.context["table"]
    rows, columns = rows_listed(client, key, query, table), table.columns.names()
    if unseen is None:
        assert come_to(key, rows, columns) == one["value"], key
    elif summed_column(key) is None:
        assert len(rows) + int(unseen[1]) == one["value"], key
    if key in CASE_FIGURES:
        assert [file.status_code for file in files] == [404] * len(files)
    elif files:
        workbook, text = (file.content for file in files)
        assert CalamineWorkbook.from_filelike(io.BytesIO(workbook)).get_sheet_by_index(0).to_python()[1:] == rows, key
        assert text_rows(text)[1:] == rows, key
    return True


def reader_of(tree, reader):
    """A browser of a reader, and the key of what is looked at."""
    kind, home, looked_at = READERS[reader]
    hub = max(tree.hubs, key=lambda hub: hub.activities.filter(held_on__year=YEAR).count())
    places = {name: getattr(tree, name) for name in ("root", "middle", "leaf")} | {"hub": hub.organisation}
    user = make_user("林知秋", places[home], kind)
    if reader == "staff":
        open_every_case(user)
    return browser_of(user), f"{HUB_PREFIX}{hub.pk}" if looked_at == "hub" else places[looked_at].pk


@pytest.mark.sampled(2)
@pytest.mark.cpu(26)
@pytest.mark.parametrize(
    "reader",
    [
        pytest.param(reader, marks=[getattr(pytest.mark, name) for name in DATABASES.get(reader, [])])
        for reader in READERS
    ],
)
def test_number_list_export_and_documents_agree(reader, pytestconfig):
    client, place = reader_of(generated_district(7), reader)
    lots, looks, lists = Random(7), 0, 0
    told = {name: check_documents(client, period | {"organisation": place}) for name, period in PERIODS.items()}
    keys = list(told["year"])
    for key in keys if pytestconfig.getoption("full") else lots.sample(keys, min(SAMPLE, len(keys))):
        filed = lots.choice(list(PERIODS))
        # The types of activities are all alike: of these, one period's pages.
        for name in [filed] if "." in key else PERIODS:
            query = PERIODS[name] | {"organisation": place}
            means = {"is_closed": reader == "leader", "with_files": name == filed}
            lists += check_list(client, key, told[name][key], query, **means)
            looks += 1
    assert (lists == 0) is (reader == "leader")


@pytest.mark.cpu(4)
def test_twin_with_other_records_behind_the_page_they_differ(monkeypatch):
    client, place = reader_of(generated_district(7), "staff")
    query = PERIODS["year"] | {"organisation": place}
    told = json.loads(answer(client, "summary_export", "json", **query).content)["figures"]
    assert check_list(client, "sessions", told["sessions"], query)
    rows = Figure.rows
    monkeypatch.setattr(Figure, "rows", lambda figure, scope: rows(figure, scope).exclude(session_count=2))
    with pytest.raises(AssertionError):
        check_list(client, "sessions", told["sessions"], query)
