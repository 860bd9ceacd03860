"""Importing an exported list makes no difference; a cell changed in the file changes that record and no other."""

from datetime import date, timedelta

import pytest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from members.resources import PersonReference
from reports.ledger.kinds import KINDS
from tests.crawl import LIST_EXPORTS
from tests.factories import make_user
from tests.made_once import made_once
from tests.orgs.sign_in import signed_in_by_code
from tests.pages import answer_of_file, some_of
from tests.reports.import_pages import act, commit, opened
from tests.reports.test_import_marks import exported as exported_kind
from tests.reports.test_import_undo import full_district
from tests.rosters import make_branches, records, take, tally, written
from tests.workbooks import workbook
from yl_district.importing.check import CHANGED, SAME, WRONG, RowCheck
from yl_district.importing.kinds import noted_book
from yl_district.importing.stage import Stage
from yl_district.sheets.choice_widgets import ChoiceWidget, YesNoWidget
from yl_district.sheets.columns import Book, RecordNameColumn
from yl_district.sheets.date_widgets import DayWidget, MonthWidget, PartialDateWidget
from yl_district.sheets.export_marks import HEADING
from yl_district.sheets.number_widgets import DecimalWidget, IntegerWidget
from yl_district.spreadsheets.workbooks import read_workbook

pytestmark = pytest.mark.django_db

# The cell of each list that an office would correct.
CORRECTED = {
    "activity": ("地点", "河滨公园"),
    "assessment": ("证明材料", "活动照片"),
    "campaign": ("形式", "长跑"),
    "contact": ("联系青年", "全部"),
    "hub": ("地址", "高井路 1 号"),
    "link": ("单位", "清河小学"),
    "member": ("备注", "已核对"),
    "organisation": ("联系委员", "严川"),
    "partner": ("一统五联", "是"),
    "platform_entry": ("绑定日期", "2017-06-05"),
    "post": ("职责", "全面工作"),
    "supply": ("数量", "3"),
    "target": ("目标值", "12"),
    "unit_change": ("备注", "上门无人"),
    "unit_contact": ("内容", "回访"),
    "unit": ("职工总数", "40"),
    "volunteer": ("单位", "清河中学"),
}


@made_once
def office():
    """The office of a district with a record in every list."""
    branches = make_branches()
    full_district(branches)
    return signed_in_by_code(make_user("专干", branches["清河地区团工委"]))


def table(content):
    """The only sheet of a workbook: its name and its rows by heading, without the cells that say nothing."""
    (sheet,) = read_workbook(content)
    rows = [dict(zip(sheet.rows[0], row, strict=False)) for row in sheet.rows[1:]]
    return sheet.name, [{heading: cell for heading, cell in row.items() if cell not in (None, "")} for row in rows]


def files(client, page):
    """The kind of a list and the rows of its files: the masked one, and the whole one where there is such."""
    found = []
    for name in (f"{page}_export", f"{page}_full_export"):
        try:
            found.append(table(answer_of_file(client, reverse(name)).content))
        except NoReverseMatch:
            continue
    (name,) = {name for name, _ in found}
    (kind,) = [kind for kind in KINDS.values() if kind.label == name]
    return kind, [rows for _, rows in found]


def test_every_list_has_a_cell_that_is_corrected_here():
    assert {f"{page}_export" for page in CORRECTED} == LIST_EXPORTS


# What is written differs by what a record consists of: a row, a row and its links, a tree, two rows.
ON_BOTH = {"supply", "contact", "organisation", "hub"}


@pytest.mark.sampled(3)
@pytest.mark.cpu(3)
@pytest.mark.parametrize(
    "page", [pytest.param(page, marks=pytest.mark.both) if page in ON_BOTH else page for page in CORRECTED]
)
def test_a_cell_corrected_in_a_list_changes_one_record_and_can_be_taken_back(office, page, pytestconfig):
    before, (heading, cell) = records(), CORRECTED[page]
    kind, found = files(office, page)
    for rows in some_of(found, page, pytestconfig):
        batch = opened(office, workbook({kind.label: rows}), kind=kind.key)
        assert tally(batch) == {"same": len(rows)}
        act(office, "delete", batch)
        corrected = [*rows[:-1], rows[-1] | {heading: cell}]
        batch = opened(office, workbook({kind.label: corrected}), kind=kind.key)
        assert tally(batch) == {"changed": 1} | ({"same": len(rows) - 1} if rows[1:] else {})
        commit(office, batch, confirmed="yes")
        assert records() != before
        act(office, "undo", batch)
        assert records() == before


def other(item, cell):
    """Another cell for a column, None where none is right by itself."""
    if isinstance(item, RecordNameColumn):
        return item.model.objects.exclude(name=cell).values_list("name", flat=True).last()
    if isinstance(item, PersonReference):
        return None
    widget = item.widget
    if isinstance(widget, ChoiceWidget):
        return [label for label in item.choices if label != cell][-1]
    if isinstance(widget, YesNoWidget):
        return "否" if cell == "是" else "是"
    if isinstance(widget, (DayWidget, MonthWidget, PartialDateWidget)):
        day = widget.clean(cell) + timedelta(days=31) if cell else date(2017, 12, 1)
        return widget.render(day)
    if isinstance(widget, (IntegerWidget, DecimalWidget)):
        return str(int(float(cell or 0)) + 1)
    return f"{cell or ''}改"


@pytest.mark.sampled(3)
@pytest.mark.parametrize("kind", KINDS)
def test_no_cell_changed_in_an_export_makes_another_record(kind):
    full_district(make_branches())
    if kind == "signins":
        # Only where it is needed: an activity with a list takes no person-times from a file.
        row = {"活动名称": "春季健步走", "日期": "2017-04-08", "姓名": "来宾", "手机号码": "13900000001"}
        written(kind, [row])
    _, rows = table(exported_kind(kind, "xlsx"))
    found = {}
    for item in KINDS[kind].resource.columns:
        cell = other(item, rows[-1].get(item.column_name))
        if cell is not None:
            found[item.column_name] = verdict(kind, rows[-1] | {item.column_name: cell})
    assert [heading for heading, tag in found.items() if tag not in (CHANGED, WRONG)] == []
    assert CHANGED in found.values()


def verdict(kind, row):
    """What a check finds one row to be; one of which a cell is put aside has been changed."""
    book = noted_book(Book(timezone.localdate(), sheets=[KINDS[kind].label]))
    found = RowCheck(KINDS[kind].resource(book), Stage()).outcome((0, 1), KINDS[kind].label, 2, row)
    return CHANGED if found.pending and found.tag == SAME else found.tag


@pytest.mark.full
def test_an_export_without_its_marks_is_the_same_as_well():
    full_district(make_branches())
    written("signins", [{"活动名称": "春季健步走", "日期": "2017-04-08", "姓名": "来宾", "手机号码": "13900000001"}])
    for kind in KINDS:
        _, rows = table(exported_kind(kind, "xlsx"))
        bare = [{heading: cell for heading, cell in row.items() if heading != HEADING} for row in rows]
        assert (kind, tally(take(kind, bare, check=True).batch)) == (kind, {"same": len(rows)})
