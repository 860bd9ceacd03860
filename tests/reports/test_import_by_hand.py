"""Tables that nobody recognises: columns without headings, the rows of headings and of data, said by hand."""

import pytest
from django.urls import reverse

from members.models import Member, Volunteer
from tests.made_once import made_once
from tests.pages import two_branches
from tests.reports.import_pages import HERE, act, commit, counts, opened, people, person, rows, text, told
from tests.rosters import identity_number
from tests.spreadsheet_files import word_document
from tests.workbooks import workbook
from yl_district.importing.left_out_rows import UnreadableRows, row_numbers_in, rows_in_words
from yl_district.importing.models import ImportBatch, ImportHeading
from yl_district.recognition.layout import guessed_layout

pytestmark = pytest.mark.django_db

State = ImportBatch.State


@made_once
def district():
    return two_branches()


@pytest.fixture
def office(district):
    return district.office


def shown_form(office, batch):
    return office.get(reverse("import_batch_update", args=[batch.pk])).context["form"]


def said(office, batch, **changes):
    """The answer to the mapping page as it is shown, but for some fields, named as `column_0_1`."""
    form = shown_form(office, batch)
    shown = {name: form[name].value() for name in form.fields}
    changed = {name.replace("_", "-"): value for name, value in changes.items()}
    data = {name: value for name, value in (shown | changed).items() if value not in (False, None)}
    return act(office, "update", batch, **data)


def proposed(office, batch):
    """The columns that the page proposes for each place, by sheet."""
    form = shown_form(office, batch)
    listed = [sorted([*sheet.asked, *sheet.clear], key=lambda row: row["letter"]) for sheet in form.sheets]
    return [[row["field"].value() for row in columns] for columns in listed]


VOLUNTEERS = [
    [1.0, "沈宇宁", identity_number(1), 16558735570.0],
    [2.0, "沈怡启", f"{identity_number(2)}。", 16507104319.0],
    [3.0, "褚曦子", identity_number(3), 16545440910.0],
]


def test_a_list_without_headings_opens_with_its_columns_proposed_by_content(office):
    batch = opened(office, workbook({"Sheet1": VOLUNTEERS}), kind="volunteers")
    assert batch.state == State.MAPPING
    page = office.get(batch.get_absolute_url(), follow=True)
    [sheet] = page.context["form"].sheets
    assert sheet.headings_at == "没有标题，数据从第 1 行开始"
    asked = [(row["letter"], row["hint"], row["field"].value()) for row in sheet.asked]
    assert ("B", "按内容建议，请核对", "姓名") in asked
    assert ("D", "按内容建议，请核对", "手机号码") in asked
    assert sheet.grid["letters"] == ["A", "B", "C", "D"]
    assert sheet.grid["rows"][0] == (1, ["1", "沈宇宁", identity_number(1), "16558735570"])
    said(office, batch)
    assert counts(batch) == (3, 0, 0, 0)
    commit(office, batch)
    written = {(one.person.name, one.person.mobile) for one in Volunteer.objects.select_related("person")}
    assert written == {(name, str(int(mobile))) for _, name, _, mobile in VOLUNTEERS}
    assert ImportHeading.objects.count() == 0


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        # A title above, days of birth, branches.
        (
            [["柳林社区团员"], ["章安安", "女", "1998-05-04", HERE], ["陆远", "男", "1999.6.1", HERE]],
            ["姓名", "性别", "出生日期", "所在团支部"],
        ),
        # Unknown words above the columns.
        (
            [["甲方", "乙方", "丙方"], ["章安安", "女", "1998年5月4日"], ["陆远", "男", "1999/6/1"]],
            ["姓名", "性别", "出生日期"],
        ),
        # Another order, a mobile as text, running numbers and remarks of which nothing is known.
        (
            [[1, "138 0013 8000", "女", "章安安", "群众关系良好，积极"], [2, "13900139000", "男", "欧阳明月", "—"]],
            ["手机号码", "性别", "姓名"],
        ),
    ],
)
def test_columns_are_guessed_by_their_cells_in_any_order(office, table, columns):
    batch = opened(office, workbook({"Sheet1": table}))
    [found] = proposed(office, batch)
    assert [column for column in found if column not in ("", "-")] == columns


def test_a_row_of_unknown_words_above_figures_is_left_out_and_not_kept_as_headings():
    rows = [["清河登记"], ["甲方", "乙方"], ["章程", 3], ["陆远", 4]]
    layout = guessed_layout(rows)
    assert (layout.first_heading_row, layout.last_heading_row, layout.headings) == (2, 1, ["", ""])
    assert guessed_layout(rows[2:]).headings == ["", ""]
    assert guessed_layout([["甲", "乙"]]).headings == ["", ""]
    assert guessed_layout([]).headings == []


@pytest.mark.parametrize("row", [["张三", "女", "柳林"], ["章程", "13800138000", "柳林"]])
def test_a_row_about_somebody_is_not_taken_for_headings_which_are_kept_in_plain_text(office, row):
    batch = opened(office, workbook({"花名册": [row, ["陆远", "13800138001", "柳林"]]}))
    assert "没有认得出的标题" in text(said(office, batch, headings_0="1"))
    batch.refresh_from_db()
    assert not any(cell in str(batch.mapping) for cell in row)


def test_a_number_between_headings_is_not_kept_with_them(office):
    batch = opened(office, workbook({"花名册": [["姓名", "110105199805040015", "性别"], ["陆远", "x", "男"]]}))
    batch.refresh_from_db()
    assert batch.mapping["sheets"][0]["headings"] == ["姓名", "", "性别"]


def test_the_row_of_headings_is_moved_by_hand_and_the_columns_confirmed_after(office):
    table = [["姓名", "性别", "出生日期", "所在团支部"], ["张三", "男", "1990-01-01", "填写示例"]]
    table += [["名字", "男女", "生日", "支部名"], *[list(row.values())[:4] for row in people(3)]]
    batch = opened(office, workbook({"花名册": table}))
    answer = said(office, batch, headings_0="3")
    assert answer.url == reverse("import_batch_update", args=[batch.pk])
    batch.refresh_from_db()
    assert (batch.state, batch.mapping["sheets"][0]["headings"]) == (State.MAPPING, ["名字", "男女", "生日", "支部名"])
    assert proposed(office, batch) == [["姓名", "性别", "出生日期", "所在团支部"]]
    said(office, batch)
    assert counts(batch) == (3, 0, 0, 0)
    assert dict(ImportHeading.objects.values_list("heading", "column"))["支部名"] == "所在团支部"


def test_data_begin_and_end_where_it_is_said(office):
    blocks = [["第一批"], *[list(row.values())[:4] for row in people(2)], [], ["第二批"]]
    blocks += [list(person(number).values())[:4] for number in (5, 6, 7)]
    batch = opened(office, workbook({"花名册": blocks}))
    said(office, batch, begins_0="6", until_0="7")
    said(office, batch)
    assert counts(batch) == (2, 0, 0, 0)
    assert rows(office, batch, show="set_aside")[-1] == (8, "未计入的行")


def test_rows_are_left_out_by_number_and_by_what_a_cell_says(office):
    marked = [
        row | {"备注": note} for row, note in zip(people(6), ["", "缺席", " 缺 席 ", "迟到", "", ""], strict=True)
    ]
    batch = opened(office, marked)
    said(office, batch, where_0="5", equals_0="缺席", rows_0="6、7")
    assert counts(batch) == (2, 0, 0, 0)
    batch.refresh_from_db()
    assert batch.mapping["sheets"][0]["left_out"] == [[3, 4], [6, 7]]
    assert "缺席" not in str(batch.mapping)
    assert [row for row, _ in rows(office, batch, show="set_aside")] == [3, 4, 6, 7]
    assert shown_form(office, batch)["rows-0"].value() == "3-4、6-7"
    commit(office, batch)
    assert Member.objects.count() == 2


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"headings_0": "第一"}, "标题行“一”不是行号，请写成 3 或 3-4"),
        ({"headings_0": "4-3"}, "标题行“4-3”不是行号"),
        ({"headings_0": "99"}, "标题行“99”太靠下，标题须在前 3 行中，请核对。"),
        ({"begins_0": "x"}, "行号请只写数字。"),
        ({"until_0": "0"}, "行号从 1 开始。"),
        ({"rows_0": "五"}, "“五”不是行号，请写成“5、8-10”这样。"),
        ({"rows_0": "1-9000"}, "“1-9000”不是行号"),
        ({"where_0": "1", "equals_0": "缺席"}, "“性别”列中没有写着“缺席”的行，请核对。"),
        ({"where_0": "1"}, "按内容不导入时，请既选择列，又填写内容。"),
        ({"equals_0": "缺席"}, "按内容不导入时，请既选择列，又填写内容。"),
    ],
)
def test_what_is_no_row_is_refused_and_what_was_typed_stays(office, changes, words):
    batch = opened(office, people(2))
    refused = said(office, batch, **changes)
    assert (refused.status_code, words in text(refused)) == (422, True)
    form = refused.context["form"]
    assert all(form[name.replace("_", "-")].value() == value for name, value in changes.items())


def test_a_sheet_that_was_not_recognised_is_taken_by_hand_beside_others(office):
    bare = [["甲", "乙", "丙", "丁"], *[list(person(number).values())[:4] for number in (5, 6)]]
    batch = opened(office, workbook({"花名册": people(2), "补充": bare, "说明": [["请如实填写"]]}))
    assert counts(batch) == (2, 0, 0, 0)
    said(office, batch, use_1="on", headings_1="1")
    assert proposed(office, batch)[1] == ["姓名", "性别", "出生日期", "所在团支部"]
    said(office, batch)
    assert counts(batch) == (4, 0, 0, 0)
    assert "没有导入工作表《说明》" in told(office, batch)


def test_a_one_column_list_of_names_is_read(office):
    batch = opened(office, workbook({"Sheet1": [["章安安"], ["陆远"], ["欧阳明月"]]}), kind="volunteers")
    assert proposed(office, batch) == [["姓名"]]
    said(office, batch)
    assert counts(batch) == (3, 0, 0, 0)


def test_a_chain_pasted_from_a_chat_is_a_table_without_headings(office):
    chat = "#接龙\n周六学雷锋\n1. 张三 13800138000\n2、李四，139 0013 9000\n3 王五13700137000\n"
    answer = office.post(reverse("import_batch_create"), {"kind": "volunteers", "pasted": chat})
    batch = ImportBatch.objects.get()
    assert answer.url == batch.get_absolute_url()
    assert proposed(office, batch) == [["-", "姓名", "手机号码"]]
    said(office, batch)
    assert counts(batch) == (3, 0, 0, 0)


def test_a_table_in_a_word_file_is_taken_like_a_sheet(office):
    content = word_document(
        "团员名册", [["姓名", "性别", "出生日期", "所在团支部"], ["章安安", "女", "1998-05-04", HERE]]
    )
    batch = opened(office, content, name="名册.docx")
    assert (batch.sheets[0]["name"], counts(batch)) == ("团员名册", (1, 0, 0, 0))


def test_row_numbers_are_read_as_people_write_them():
    assert row_numbers_in("5、8-10, 3；12至13") == {3, 5, 8, 9, 10, 12, 13}
    assert rows_in_words([[3, 3], [5, 5], [8, 10]]) == "3、5、8-10"
    with pytest.raises(UnreadableRows):
        row_numbers_in("0")
    with pytest.raises(UnreadableRows, match="超过 5000 行"):
        row_numbers_in("1-4000 5001-9000 " * 3000)
