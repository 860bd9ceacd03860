"""Tables of Word documents are read as sheets, with their titles and merged cells; hostile documents are refused."""

import io
import zipfile

import pytest

from tests.spreadsheet_files import repacked, word_document
from yl_district.spreadsheets.workbooks import Sheet, UnreadableWorkbook, read_workbook

ROSTER = [["姓名", "性别", "所在团支部"], ["谢安", "男", "高井社区团支部"], ["", "女", ""]]
START = '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
END = "</w:body></w:document>"


def body(xml, start=START):
    """The bytes of a document with this body."""
    found = f"{start}{xml}{END}".encode()
    return repacked(word_document("x"), lambda name, content: found if name == "word/document.xml" else content)


def cell(text="", more="", inside=""):
    return f"<w:tc><w:tcPr>{more}</w:tcPr><w:p><w:r><w:t>{text}</w:t></w:r></w:p>{inside}</w:tc>"


def table(*rows):
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in rows)}</w:tbl>"


def sheet(xml):
    [found] = read_workbook(body(xml))
    return found.rows, found.merged


def test_each_table_is_a_sheet_with_its_titles_above():
    found = read_workbook(
        word_document("封面", "团员名册", ROSTER, "", "已转出团员", ROSTER[:2], ROSTER[:1]), "名册.docx"
    )
    rows = [["姓名", "性别", "所在团支部"], ["谢安", "男", "高井社区团支部"], [None, "女"]]
    assert found == [
        Sheet("团员名册", [["封面"], ["团员名册"], *rows]),
        Sheet("已转出团员", [["已转出团员"], *rows[:2]]),
        Sheet("表 3", rows[:1]),
    ]


def test_merged_cells_are_areas():
    across, begins, goes_on = '<w:gridSpan w:val="2"/>', '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    rows, merged = sheet(
        table(
            cell("表头", across) + cell("备注"),
            cell("甲", begins) + cell("1") + cell("x"),
            cell("", goes_on) + cell("2"),
            cell("乙", begins) + cell("3"),
        )
    )
    assert rows == [["表头", None, "备注"], ["甲", "1", "x"], [None, "2"], ["乙", "3"]]
    assert set(merged) == {(0, 0, 0, 1), (1, 0, 2, 0)}


def test_lines_tables_within_cells_and_what_was_deleted():
    lines = "<w:p><w:r><w:t>二</w:t><w:br/><w:t>行</w:t><w:tab/><w:t>末</w:t></w:r></w:p>"
    deleted = "<w:p><w:del><w:r><w:delText>旧</w:delText><w:t>旧</w:t></w:r></w:del></w:p>"
    gone = f"<w:trPr><w:del/></w:trPr>{cell('删去的行')}"
    rows, _ = sheet(table(cell("一", inside=lines + deleted), cell("外", inside=table(cell("内")) + "<w:p/>"), gone))
    assert rows == [["一\n二\n行\t末"], ["外\n内"]]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (word_document("没有表格"), "没有表格的 Word 文件；应为"),
        (body(table(cell("甲", '<w:gridSpan w:val="16384"/>'))), "某一工作表的有内容区域达 1 行 × 16384 列"),
        (body(table(cell("甲", '<w:gridSpan w:val="x"/>'))), "损坏的工作簿"),
        (body("<w:tbl><w:tr>"), "损坏的工作簿"),
        (body(table(cell("&a;")), f"<!DOCTYPE d [<!ENTITY a '哈'>]>{START}"), "无法安全打开的工作簿"),
        (body(table(cell("长" * 1_000_001))), "某一单元格超过 1000000 个字的表格"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(data, words):
    with pytest.raises(UnreadableWorkbook) as refusal:
        read_workbook(data, "名册.docx")
    assert words in str(refusal.value)


@pytest.mark.cpu(12)
def test_a_document_that_unpacks_to_half_a_gigabyte_is_refused():
    stream = io.BytesIO(word_document(ROSTER))
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("word/media/a.bin", "w") as part:
        for _ in range(512):
            part.write(bytes(1 << 20))
    with pytest.raises(UnreadableWorkbook, match="解压后超过 400 MB"):
        read_workbook(stream.getvalue(), "名册.docx")
