"""OpenDocument cells and sheets that a generic reader loses, misreads or refuses."""

import io
import zipfile

import pytest

from tests.spreadsheet_files import ods_cell, ods_row, ods_table, open_document, repacked
from yl_district.spreadsheets.limits import FORMULA_ERROR, UNCOMPUTED_FORMULA
from yl_district.spreadsheets.ods import read_ods

TEXT = 'office:value-type="string"'
FAILED = 'office:value-type="string" office:string-value="" calcext:value-type="error"'
INNER_TABLE = f'<table:table table:name="内表">{ods_row(ods_cell("内"))}</table:table>'


def sheets_of(data):
    """The sheets of an OpenDocument file as (name, merged areas, rows)."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [(name, merged, list(rows)) for name, merged, _, rows in read_ods(archive)]


def row_of(*cells):
    """The only row of a sheet that has these cells."""
    [(_, _, [row])] = sheets_of(open_document(ods_table(ods_row(*cells))))
    return row


def raw_cell(content, attributes=TEXT):
    return f"<table:table-cell {attributes}>{content}</table:table-cell>"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("<text:p>甲<text:line-break/>乙</text:p>", "甲\n乙"),
        ("<text:p>甲</text:p><text:p/><text:p>乙</text:p>", "甲\n\n乙"),
        ('<text:p>甲<text:tab/>乙<text:s/>丙<text:s text:c="3"/>丁</text:p>', "甲\t乙 丙   丁"),
        ('<text:p>甲<text:span>乙</text:span><text:a office:title="x">丙</text:a></text:p>', "甲乙丙"),
        ("<text:p><![CDATA[甲<乙]]>&amp;&#x4e19;</text:p>", "甲<乙&丙"),
        ("\n  <text:p>甲</text:p>\n", "甲"),
    ],
)
def test_the_paragraphs_of_a_cell_are_its_text(content, text):
    assert row_of(raw_cell(content), "\n", ods_cell("末")) == [text, "末"]


@pytest.mark.parametrize(
    "foreign",
    [
        "<office:annotation><text:p>批注</text:p></office:annotation>",
        '<draw:frame xmlns:draw="d"><draw:text-box><text:p>文本框</text:p></draw:text-box></draw:frame>',
        '<draw:custom-shape xmlns:draw="d"><text:p>图形</text:p></draw:custom-shape>',
        '<draw:g xmlns:draw="d"><draw:rect><text:p>组合</text:p></draw:rect></draw:g>',
        INNER_TABLE,
    ],
)
def test_notes_shapes_and_tables_in_a_cell_are_no_part_of_it(foreign):
    inside = f"<text:p>甲{foreign}乙</text:p>"
    cells = [raw_cell(foreign, ""), raw_cell(f"{foreign}<text:p>甲</text:p>"), raw_cell(inside), ods_cell("末")]
    assert row_of(*cells) == [None, "甲", "甲乙", "末"]


@pytest.mark.parametrize(
    "foreign",
    [
        f"<table:dde-links><table:dde-link>{INNER_TABLE}</table:dde-link></table:dde-links>",
        "<table:tracked-changes><table:change-track-table-cell><text:p>旧</text:p></table:change-track-table-cell>"
        "</table:tracked-changes>",
    ],
)
def test_tables_that_are_no_sheets_are_left_out(foreign):
    assert sheets_of(open_document(ods_table(ods_row(ods_cell("甲"))) + foreign)) == [("团员", [], [["甲"]])]


def test_shapes_on_a_sheet_are_no_part_of_it():
    shapes = f'<table:shapes><draw:frame xmlns:draw="d">{INNER_TABLE}</draw:frame></table:shapes>'
    assert sheets_of(open_document(ods_table(shapes + ods_row(ods_cell("甲"))))) == [("团员", [], [["甲"]])]


@pytest.mark.parametrize(
    ("shown", "attributes"),
    [
        ("#DIV/0!", FAILED),
        ("Err:502", FAILED),
        ("#N/A", 'office:value-type="float" office:value="0" table:formula="of:=NA()"'),
    ],
)
def test_a_failed_formula_is_neither_empty_nor_zero(shown, attributes):
    assert row_of(ods_cell(shown, attributes), ods_cell("末")) == [FORMULA_ERROR, "末"]


@pytest.mark.parametrize(
    ("attributes", "value"),
    [
        ('table:formula="of:=A1"', UNCOMPUTED_FORMULA),
        ('table:formula="of:=A1" office:value-type="string" office:string-value=""', None),
        ('table:formula="of:=A1" office:value-type="string" office:string-value="甲"', "甲"),
        ('office:value-type="percentage" office:value="0.12"', 0.12),
        ('office:value-type="boolean" office:boolean-value="false"', False),
        ('office:value-type="time" office:time-value="PT30H05M00S"', "30:05:00"),
        ('office:value-type="date" office:date-value="2017-02-30"', "2017-02-30"),
    ],
)
def test_the_value_of_a_cell_comes_from_its_attributes(attributes, value):
    assert row_of(raw_cell("", attributes), ods_cell("末")) == [value, "末"]


def test_text_without_a_kind_and_text_that_looks_like_a_number_stay_text():
    cells = [raw_cell("<text:p>甲</text:p>", ""), ods_cell("007"), ods_cell("110105194912310020"), ods_cell("=1+1")]
    assert row_of(*cells) == ["甲", "007", "110105194912310020", "=1+1"]


def test_what_a_merged_cell_covers_is_empty():
    rows = ods_row(
        ods_cell("甲", more='table:number-columns-spanned="2" table:number-rows-spanned="1"'),
        f"<table:covered-table-cell {TEXT}><text:p>旧</text:p></table:covered-table-cell>",
        ods_cell("乙"),
    )
    assert sheets_of(open_document(ods_table(rows))) == [("团员", [(0, 0, 0, 1)], [["甲", None, "乙"]])]


def test_sheets_of_one_name_or_of_none_keep_their_own_rows():
    sheets = [ods_table(ods_row(ods_cell(text)), name) for text, name in [("甲", "表"), ("乙", "表"), ("丙", "")]]
    assert sheets_of(open_document("".join(sheets))) == [
        ("表", [], [["甲"]]),
        ("表", [], [["乙"]]),
        ("", [], [["丙"]]),
    ]


def test_rows_in_a_heading_or_a_group_or_out_of_sight_are_rows():
    rows = f"<table:table-header-rows>{ods_row(ods_cell('姓名'))}</table:table-header-rows>"
    rows += f"<table:table-row-group>{ods_row(ods_cell('甲'))}</table:table-row-group>"
    rows += f'<table:table-row table:visibility="collapse">{ods_cell("乙")}</table:table-row>'
    assert sheets_of(open_document(ods_table(rows))) == [("团员", [], [["姓名"], ["甲"], ["乙"]])]


def test_a_file_without_a_manifest_or_in_another_encoding_is_read():
    def change(name, content):
        if name == "content.xml":
            return content.decode().replace("UTF-8", "UTF-16").encode("utf-16")
        return None if name.startswith("META-INF") else content

    data = repacked(open_document(ods_table(ods_row(ods_cell("甲")))), change)
    assert sheets_of(data) == [("团员", [], [["甲"]])]
