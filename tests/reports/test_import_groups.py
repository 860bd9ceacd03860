"""The branch of a record that no cell states: from merged cells and sheet names, never guessed."""

import io

import pytest
import xlsxwriter

from members.models import Member
from tests.factories import make_hub
from tests.pages import two_branches
from tests.reports.import_pages import HERE, THERE, commit, counts, opened, person, told
from tests.workbooks import workbook
from youthhubs.models import TeamMember

pytestmark = pytest.mark.django_db

HEADINGS = ["姓名", "性别", "出生日期", "所在团支部"]


@pytest.fixture
def district():
    return two_branches()


@pytest.fixture
def office(district):
    return district.office


def merged(branches, areas, heading_rows=1):
    """A workbook with a member for each of the branches; `areas` are the rows over which a branch is merged."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        page = book.add_worksheet("花名册")
        for column, heading in enumerate(HEADINGS):
            if heading_rows > 1:
                page.merge_range(0, column, heading_rows - 1, column, heading)
            else:
                page.write_string(0, column, heading)
        for number, branch in enumerate(branches):
            row = person(number, branch) | {"文化程度": ""}
            for column, heading in enumerate(HEADINGS):
                if row[heading]:
                    page.write_string(number + heading_rows, column, row[heading])
        for first, last in areas:
            branch = branches[first]
            page.merge_range(first + heading_rows, 3, last + heading_rows, 3, branch)
    return stream.getvalue()


def branches_written(office, content):
    commit(office, opened(office, content), only_right="yes")
    return list(Member.objects.order_by("pk").values_list("branch__name", flat=True))


def test_a_branch_merged_over_rows_is_that_of_each(office):
    assert branches_written(office, merged([HERE, "", THERE], [(0, 1)])) == [HERE, HERE, THERE]


def test_a_blank_branch_below_what_is_merged_is_missing_and_not_filled(office):
    batch = opened(office, merged([HERE, "", THERE, ""], [(0, 1)]))
    assert (batch.mapping["fill_down"], counts(batch)) == (False, (3, 0, 0, 1))


def test_headings_merged_over_two_rows_fill_nothing(office):
    batch = opened(office, merged([HERE, ""], [], heading_rows=2))
    assert (batch.mapping["fill_down"], counts(batch)) == (False, (1, 0, 0, 1))


def without_branch(number):
    return {heading: cell for heading, cell in person(number).items() if heading != "所在团支部"}


def test_one_sheet_that_has_the_name_of_a_branch_is_about_it(office):
    batch = opened(office, workbook({HERE: [without_branch(1)]}))
    assert (batch.mapping["group_from"], counts(batch)) == ("sheet", (1, 0, 0, 0))


def test_one_sheet_with_another_name_is_asked_about(office):
    batch = opened(office, workbook({"花名册": [without_branch(1)]}))
    assert (batch.mapping["group_from"], batch.state) == ("column", "mapping")


def volunteers(*names):
    """A workbook with a sheet of each name, and one volunteer in each."""
    sheets = enumerate(names)
    return workbook({name: [{"姓名": f"章安{'柏丹'[at]}", "手机号码": f"1381234567{at}"}] for at, name in sheets})


def test_sheets_by_year_are_no_groups_where_none_is_required(office):
    batch = opened(office, volunteers("2024年", "2025年"), kind="volunteers")
    assert (batch.mapping["group_from"], counts(batch)) == ("column", (2, 0, 0, 0))


def test_sheets_with_the_names_of_known_groups_are_these(office, district):
    make_hub(district.here, "春晖青年汇")
    make_hub(district.here, "清河青年汇")
    batch = opened(office, volunteers("春晖青年汇", "清河青年汇"), kind="volunteers")
    commit(office, batch)
    assert batch.mapping["group_from"] == "sheet"
    assert sorted(TeamMember.objects.values_list("hub__name", flat=True)) == ["春晖青年汇", "清河青年汇"]


def test_a_repetition_names_the_other_sheet(office):
    batch = opened(office, workbook({"一月": [person(1)], "二月": [person(1), person(2), person(2)]}))
    page = told(office, batch)
    assert "与《一月》第 2 行重复：" in page
    assert "与第 3 行重复：" in page
