"""The Word file, read back: its text is the composed text, its layout that of GB/T 9704-2012."""

import io
import zipfile
from dataclasses import replace
from datetime import date, datetime

import pytest
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from reports.printing.file_choices import FileChoices
from reports.printing.printed import printed_summary
from reports.printing.word import TEMPLATE, write_docx
from reports.printing.word.filling import fill
from reports.printing.word.make_template import make_template
from reports.text.sentences import Block, Number
from tests.reports.district import YEAR, bare_district, full_district, year_scope
from youthhubs.models import Hub, HubYear

pytestmark = pytest.mark.django_db
COUNTED_ON = date(2018, 1, 5)
STYLES = {0: "Normal", 1: "Heading 1", 2: "Heading 2"}


def written(summary, **chosen):
    """The document as Word would open it."""
    stream = io.BytesIO()
    write_docx(summary, stream, FileChoices(**chosen))
    return Document(stream)


@pytest.fixture
def summary():
    return printed_summary(year_scope(full_district().root), COUNTED_ON)


def test_text_is_the_composed_text(summary):
    paragraphs = [
        (paragraph.style.name, paragraph.text)
        for paragraph in written(summary, appendix=True).paragraphs
        if paragraph.text
    ]
    assert paragraphs == [
        ("Title", summary.title),
        *((STYLES[block.level], block.text) for block in summary.blocks),
        ("Normal", "附件：主要指标一览表"),
        ("Signature", summary.signature),
        ("Signature", summary.dateline),
        ("Annex", "附件"),
        ("Title", "主要指标一览表"),
        ("Table Text", "统计范围：清河地区团工委　　统计期间：2017年　　统计日期：2018-01-05"),
        ("Table Text", "文中上年同期、上期的数字，按同一口径统计相应期间的记录。"),
    ]


def test_annex_leads_from_every_figure_to_its_records(summary):
    rows = [[cell.text for cell in row.cells] for row in written(summary, appendix=True).tables[0].rows]
    assert rows[0] == ["指标", "数值", "单位", "统计口径", "记录数", "目标", "数据质量"]
    assert rows[1:] == [
        [
            row.label,
            row.amount,
            row.unit,
            row.definition,
            str(row.records),
            "—" if row.target is None else str(row.target),
            row.quality_label,
        ]
        for row in summary.trace
    ]
    by_label = {(row[0], row[2]): row for row in rows[1:]}
    assert by_label["DIY制作人次", "人次"] == [
        "DIY制作人次",
        "140余",
        "人次",
        "期内DIY制作已记录的人次之和",
        "1",
        "—",
        "含约数",
    ]
    assert by_label["志愿服务人次", "人次"][1] == "未统计"


def test_page_is_that_of_the_standard(summary):
    section = written(summary).sections[0]
    page = [section.page_width, section.page_height]
    margins = [section.top_margin, section.bottom_margin, section.left_margin, section.right_margin]
    wanted = [Mm(210), Mm(297), Mm(37), Mm(35), Mm(28), Mm(26)]
    # Word keeps lengths in twentieths of a point.
    assert all(abs(found - expected) < Pt(0.06) for found, expected in zip(page + margins, wanted, strict=True))


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("style", "font", "size"),
    [
        ("Title", "方正小标宋简体", 22),
        ("Normal", "仿宋_GB2312", 16),
        ("Heading 1", "黑体", 16),
        ("Heading 2", "楷体_GB2312", 16),
        ("Signature", "仿宋_GB2312", 16),
        ("Footer", "宋体", 14),
    ],
)
def test_fonts_are_those_of_the_standard(summary, style, font, size):
    style = written(summary).styles[style]
    fonts = style.element.rPr.find(qn("w:rFonts"))
    assert {fonts.get(qn(f"w:{kind}")) for kind in ("ascii", "hAnsi", "eastAsia")} == {font}
    assert style.font.size == Pt(size)
    assert not style.font.bold


def test_text_has_fixed_lines_and_a_first_line_indent(summary):
    layout = written(summary).styles["Normal"].paragraph_format
    assert layout.line_spacing_rule == WD_LINE_SPACING.EXACTLY
    assert Pt(28) <= layout.line_spacing <= Pt(30)
    assert layout.first_line_indent == Pt(32)
    assert layout.element.pPr.find(qn("w:ind")).get(qn("w:firstLineChars")) == "200"


def test_signature_and_date_stand_right(summary):
    lines = [
        paragraph for paragraph in written(summary).paragraphs if paragraph.style.name == "Signature" and paragraph.text
    ]
    assert [line.style.paragraph_format.alignment for line in lines] == [WD_ALIGN_PARAGRAPH.RIGHT] * 2


def test_pages_are_numbered_between_dashes(summary):
    section = written(summary).sections[0]
    for footer in (section.footer, section.even_page_footer):
        assert footer.paragraphs[0].text == "—  —"
        assert [field.get(qn("w:instr")) for field in footer._element.iter(qn("w:fldSimple"))] == ["PAGE"]


def test_template_is_the_one_its_script_makes():
    stream = io.BytesIO()
    make_template(stream)
    with zipfile.ZipFile(stream) as made, zipfile.ZipFile(TEMPLATE) as kept:
        assert sorted(made.namelist()) == sorted(kept.namelist())
        assert [name for name in made.namelist() if made.read(name) != kept.read(name)] == []


def test_hostile_names_stay_text():
    name = "<w:br/>&\x0b\x1b{{ 7 * 7 }}{% for %}\ufffe村"
    root = bare_district()
    Hub.objects.create(name=name, organisation=root)
    HubYear.objects.create(hub=Hub.objects.get(), year=YEAR, tier="key")
    root.name = name
    root.save()
    text = [paragraph.text for paragraph in written(printed_summary(year_scope(root), COUNTED_ON)).paragraphs]
    shown = "<w:br/>&{{ 7 * 7 }}{% for %}村"
    assert text[0] == f"{shown}2017年工作总结"
    assert [line for line in text if f"其中重点店1家（{shown}）。" in line]


def test_properties_tell_of_the_document_and_nothing_of_who_made_the_layout(summary):
    layout = Document(TEMPLATE)
    mine = layout.core_properties
    mine.last_modified_by = mine.comments = mine.keywords = mine.category = mine.subject = "王小明"
    mine.created, mine.revision = datetime(2011, 1, 2, 3, 4), 17
    file, made = io.BytesIO(), io.BytesIO()
    layout.save(file)
    fill(file, summary, made)
    told = Document(made).core_properties
    assert (told.title, told.author, told.last_modified_by) == (summary.title, summary.signature, summary.signature)
    assert {moment.replace(tzinfo=None) for moment in (told.created, told.modified)} == {datetime(2018, 1, 5)}
    assert "王小明" not in zipfile.ZipFile(made).read("docProps/core.xml").decode()


def test_what_is_handed_in_has_no_appendix(summary):
    document = written(summary)
    paragraphs = [(paragraph.style.name, paragraph.text) for paragraph in document.paragraphs if paragraph.text]
    assert paragraphs == [
        ("Title", summary.title),
        *((STYLES[block.level], block.text) for block in summary.blocks),
        ("Signature", summary.signature),
        ("Signature", summary.dateline),
    ]
    assert (len(document.tables), len(document.comments)) == (0, 0)


def test_each_number_carries_its_definition_where_that_is_chosen(summary):
    document = written(summary, definitions=True)
    assert [paragraph.text for paragraph in document.paragraphs] == [
        paragraph.text for paragraph in written(summary).paragraphs
    ]
    rows = {row.key: row for row in summary.trace}
    numbers = [part for block in summary.blocks for part in block.parts if isinstance(part, Number)]
    comments = {comment.comment_id: comment for comment in document.comments}
    assert commented(document) == [number.text for number in numbers]
    for number, comment in zip(numbers, comments.values(), strict=True):
        row = rows[number.key]
        assert comment.text.startswith(f"{row.label}（{row.unit}）：{row.definition}。")
        assert (comment.author, comment.timestamp.date()) == (summary.signature, COUNTED_ON)
    assert [number.aspect for number in numbers if number.aspect] == []
    assert comments[0].text.endswith(f"记录 {rows[numbers[0].key].records} 条，{rows[numbers[0].key].quality_label}。")


def commented(document):
    """The text under each comment of a document, in its order."""
    found, under = [], None
    for element in document.element.body.iter():
        if element.tag == qn("w:commentRangeStart"):
            under = ""
        elif element.tag == qn("w:commentRangeEnd"):
            found.append(under)
            under = None
        elif element.tag == qn("w:t") and under is not None:
            under += element.text
    return found


def test_a_number_of_another_period_says_so_in_its_comment(summary):
    parts = ("比上年同期", Number("sessions", "增加3场", "同比"), "，上年", Number("sessions", "9场", "上年同期"), "。")
    document = written(replace(summary, blocks=(Block(0, parts),)), definitions=True)
    same, former = (comment.text.partition("。")[2] for comment in document.comments)
    assert same == "此处为与上年同期相比的增减，两期口径相同。"
    assert former == "此处为上年同期的数字，按同一口径统计那一期间的记录。"
