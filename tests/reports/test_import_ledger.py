"""The ledger imported on its page: sheet by sheet like lists, checked first, corrected, committed and undone."""

import pytest
from django.urls import reverse

from members.models import Member
from orgs.models import Organisation, Role, Supply
from orgs.roles import RoleKind
from tests.factories import (
    make_assisted_youth,
    make_organisation,
    make_person,
    make_second_factor,
    make_supply,
    make_user,
)
from tests.pages import browser_of
from tests.reports.import_pages import act, commit, opened, sent, text, told
from tests.rosters import records, tally
from tests.workbooks import workbook
from yl_district.importing.models import ImportAlias, ImportBatch, ImportHeading
from yl_district.spreadsheets.workbooks import read_workbook

pytestmark = pytest.mark.django_db

ROOT = "清河地区团工委"
BRANCH = {"组织名称": "柳林社区团支部", "组织类别": "团支部", "所属领域": "社区", "上级组织": ROOT}
MEMBER = {
    "姓名": "章程",
    "性别": "男",
    "出生日期": "1998-05-04",
    "所在团支部": "柳林社区团支部",
    "来源日期": "2017-05-04",
}
LEDGER = {"团员": [MEMBER], "团组织": [BRANCH]}
YOUTH = {"姓名": "白露", "所在组织": ROOT, "入库日期": "2017-01-05"}
NUMBER = "110105201205040027"


@pytest.fixture
def root():
    return make_organisation(ROOT)


@pytest.fixture
def staff(client, root):
    """A client signed in as the committee's staff."""
    client.force_login(make_user("经办人", root))
    return client


def begun(client, sheets, **options):
    """The import that an upload of a ledger began."""
    return opened(client, workbook(sheets), kind="ledger", **options)


def counts_of(client, batch):
    """(sheet, new, changed, same, refused) as the page of the import has them."""
    return client.get(batch.get_absolute_url()).context["sheets"]


@pytest.mark.both
def test_a_ledger_is_checked_written_and_taken_back_as_every_list_is(staff):
    before = records()
    batch = begun(staff, LEDGER)
    assert (batch.state, records()) == ("checked", before)
    assert counts_of(staff, batch) == [("团员", 1, 0, 0, 0), ("团组织", 1, 0, 0, 0)]
    commit(staff, batch)
    assert str(Member.objects.get().branch) == "柳林社区团支部"
    assert counts_of(staff, batch) == [("团员", 1, 0, 0, 0), ("团组织", 1, 0, 0, 0)]
    act(staff, "undo", batch)
    assert (Member.objects.count(), Organisation.objects.count()) == (0, 2)


def test_the_same_ledger_again_has_nothing_to_write(staff):
    commit(staff, begun(staff, LEDGER))
    batch = begun(staff, LEDGER)
    assert tally(batch) == {"same": 2}
    assert "与系统中的记录完全相同，不需要写入" in told(staff, batch)


def test_a_quantity_corrected_in_a_marked_sheet_of_a_ledger_changes_that_record(staff, root):
    make_supply(root, quantity=1)
    (sheet,) = read_workbook(staff.get(reverse("supply_export")).content)
    headings, row = sheet.rows
    row[headings.index("数量")] = "3"
    batch = begun(staff, {"物资配发": [headings, row], "团员": []})
    assert tally(batch) == {"changed": 1}
    commit(staff, batch)
    assert list(Supply.objects.values_list("quantity", flat=True)) == [3]


def test_what_its_sheets_are_is_said_and_unknown_columns_are_asked_about(staff):
    batch = begun(staff, LEDGER | {"值班表": [["周一"]], "团员": [MEMBER | {"籍贯": "北京"}]})
    assert batch.state == "mapping"
    page = text(staff.get(reverse("import_batch_update", args=[batch.pk])))
    assert "《值班表》 不导入：不是台账的工作表" in page
    data = {f"sheet-{number}": "on" for number in (0, 1)}
    form = staff.get(reverse("import_batch_update", args=[batch.pk])).context["form"]
    data |= {name: form[name].value() for name in form.fields if name.startswith("column-")}
    data |= {name: "-" for name, value in data.items() if not value}
    act(staff, "update", batch, **data)
    batch.refresh_from_db()
    assert tally(batch) == {"new": 2}
    assert "没有导入工作表《值班表》：不是台账的工作表。" in told(staff, batch)
    assert counts_of(staff, batch) == [("团员", 1, 0, 0, 0), ("团组织", 1, 0, 0, 0)]
    assert list(ImportHeading.objects.values_list("kind", "heading", "column")) == [("members", "籍贯", "")]


@pytest.mark.parametrize("rows", [[], [list(MEMBER)]], ids=["nothing", "headings"])
def test_a_ledger_without_records_is_not_said_to_be_the_same_as_what_is_there(staff, rows):
    page = told(staff, begun(staff, {"团员": rows}))
    assert ("没有读到可以导入的行" in page, "与系统中的记录完全相同" in page) == (True, False)


def test_right_rows_are_offered_to_be_written_only_where_there_are_some(staff):
    words, wrong = "也可以先写入其余正确的行", MEMBER | {"性别": "M"}
    pages = [told(staff, begun(staff, sheets)) for sheets in ({"团员": [wrong]}, LEDGER | {"团员": [wrong]})]
    assert [words in page for page in pages] == [False, True]


def test_columns_that_a_sheet_of_a_ledger_lacks_are_named_and_that_sheet_is_opened(staff):
    lacking = {name: cell for name, cell in BRANCH.items() if name != "所属领域"}
    batch = begun(staff, LEDGER | {"团组织": [lacking]})
    assert batch.state == "mapping"
    answer = staff.get(reverse("import_batch_update", args=[batch.pk]))
    shown = [(one.missing, one.is_open) for one in answer.context["form"].sheets]
    assert shown == [([], False), (["所属领域"], True)]
    assert "缺少必需的列：所属领域。" in text(answer)


def test_a_text_explained_in_a_ledger_is_known_in_a_list_of_the_kind(staff):
    batch = begun(staff, LEDGER | {"团员": [MEMBER | {"所在团支部": "柳林支部"}]})
    (group,) = staff.get(batch.get_absolute_url()).context["groups"]
    assert (group.kind, group.column, group.found) == ("members", "所在团支部", "柳林支部")
    act(staff, "alias", batch, kind="members", column=group.column, found=group.found, meant=ROOT)
    assert ImportAlias.objects.get().kind == "members"
    assert tally(opened(staff, [MEMBER | {"所在团支部": "柳林支部"}])) == {"new": 1}


def test_wrong_rows_leave_as_a_ledger_and_come_back_as_one(staff):
    batch = begun(staff, LEDGER | {"团员": [MEMBER, MEMBER | {"姓名": "顾清", "性别": "M"}]})
    assert counts_of(staff, batch) == [("团员", 1, 0, 0, 1), ("团组织", 1, 0, 0, 0)]
    file = staff.get(reverse("import_batch_wrong_rows", args=[batch.pk])).content
    (sheet,) = read_workbook(file)
    assert (sheet.name, sheet.rows[0][:6]) == ("团员", [*MEMBER, "失败原因"])
    commit(staff, batch, only_right="yes")
    sheet.rows[1][1] = "女"
    assert tally(begun(staff, {"团员": sheet.rows})) == {"new": 1}


def test_a_row_that_refers_to_a_wrong_one_is_pointed_to_it(staff):
    batch = begun(staff, LEDGER | {"团组织": [BRANCH | {"所属领域": "火星"}]})
    problems = [found["problems"][0] for part in batch.parts.all() for found in part.told.values()]
    assert {(one["sheet"], one["remedy"]) for one in problems} == {
        ("团组织", "请从中选择一项"),
        ("团员", "该名称在《团组织》第 2 行，那一行有误，请先改正那一行"),
    }


REFUSED = {
    "no sheet of the ledger": ({"值班表": [["周一"]]}, "应为以下工作表中的至少一个：团组织、团干部、团员、"),
    "a sheet twice": ({"团组织": [BRANCH], "团 组织": [BRANCH]}, "团 组织；应为每种工作表只有一张"),
}


@pytest.mark.parametrize(("sheets", "words"), REFUSED.values(), ids=REFUSED)
def test_a_workbook_that_is_no_ledger_is_refused_and_not_kept(staff, sheets, words):
    answer = sent(staff, workbook(sheets), kind="ledger")
    assert (answer.status_code, ImportBatch.objects.count()) == (422, 0)
    assert words in text(answer)


def test_case_sheets_are_taken_in_by_those_alone_who_keep_both_kinds_of_records(staff, root):
    batch = begun(staff, LEDGER | {"帮扶对象": [YOUTH]})
    assert (batch.with_cases, tally(batch)) == (False, {"new": 2})
    page = told(staff, batch)
    assert "没有导入工作表《帮扶对象》：含有帮扶个案，只能由兼任个案专员的委机关专干导入。" in page
    assert "白露" not in page
    both = make_user("个案专员", root)
    Role.objects.create(user=both, organisation=root, kind=RoleKind.CASEWORKER)
    make_second_factor(both)
    batch = begun(browser_of(both), LEDGER | {"帮扶对象": [YOUTH]})
    assert (batch.with_cases, tally(batch)) == (True, {"new": 3})


def test_an_import_changes_nothing_of_somebody_known_by_a_case_file_alone(staff, root):
    person = make_person("白露", identity_number=NUMBER, mobile="13800138000")
    make_assisted_youth(root, person=person)
    stated = {"姓名": "白鹭", "性别": "女", "出生日期": "2012-05-04", "身份证号": NUMBER, "手机号码": "13900139000"}
    batch = begun(staff, {"团员": [MEMBER | stated | {"所在团支部": ROOT}]})
    assert "白露" not in told(staff, batch)
    commit(staff, batch)
    person.refresh_from_db()
    assert (person.name, person.mobile) == ("白露", "13800138000")


def test_what_a_cell_says_is_never_markup(staff):
    batch = begun(staff, {"团员": [MEMBER | {"性别": "<script>alert(1)</script>"}]}, name="<b>.xlsx")
    page = staff.get(batch.get_absolute_url()).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page and "<b>.xlsx" not in page
