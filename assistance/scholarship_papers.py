"""Papers of a scholarship as Word files: the application form for signatures and seals, and the letter to the donor."""

from django.utils import timezone
from docx import Document
from docx.enum.table import WD_ROW_HEIGHT_RULE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

PAPER_FONT, TITLE_FONT = "宋体", "黑体"
WIDTHS = (28, 52, 28, 52)
ROW, LONG_ROW, SEAL_ROW = Mm(9), Mm(32), Mm(27)
# Whose opinion and seal the form asks for.
SEALS = ("学校意见", "村、社区意见", "地区团委意见", "上级团委意见")


def write_application(scholarship, stream):
    """Writes the form 《希望之星（1+1）奖学金申请表》, filled from the record; what is not known is left empty."""
    document, student = paper(), scholarship.student
    heading(document, "希望之星（1+1）奖学金申请表")
    line(document, f"{scholarship.year} 年度", WD_ALIGN_PARAGRAPH.RIGHT)
    table = document.add_table(rows=0, cols=len(WIDTHS), style="Table Grid")
    table.autofit = False
    pairs = [
        ("姓名", student.name),
        ("性别", student.get_gender_display()),
        ("出生日期", student.birth_date),
        ("身份证号", student.identity_number),
        ("就读学校", scholarship.school),
        ("学段、年级", f"{scholarship.get_stage_display()}{scholarship.grade}"),
        ("监护人", scholarship.guardian),
        ("监护人电话", scholarship.guardian_phone),
        ("申请金额", in_yuan(scholarship.requested_amount)),
        ("申报日期", day_in_words(scholarship.applied_on)),
    ]
    for (left, known), (right, beside) in zip(pairs[::2], pairs[1::2], strict=True):
        add_row(table, ROW, left, known, right, beside)
    for label, text in (("家庭情况", scholarship.hardship), ("成绩和表现", scholarship.merits)):
        add_wide_row(table, LONG_ROW, label, text)
    add_wide_row(
        table, SEAL_ROW, "学生和监护人签名", "\n\n学生：　　　　　　　　监护人：　　　　　　　　　　年　　月　　日"
    )
    for label in SEALS:
        opinion = review_of(scholarship) if label == "地区团委意见" else ""
        add_wide_row(table, SEAL_ROW, label, f"{opinion}\n\n（盖章）　　　　　经办人：　　　　　　　　年　　月　　日")
    document.save(stream)


def review_of(scholarship):
    """The opinion of the district's review; "" before there is one."""
    return scholarship.review_opinion if scholarship.reviewed_on else ""


def write_thanks(scholarship, stream):
    """Writes the letter of thanks to the donor, which names the student by the surname, and neither school nor home."""
    document = paper()
    heading(document, "感谢信")
    line(document, f"尊敬的{scholarship.donor or '爱心人士'}：")
    amount = scholarship.paid_amount if scholarship.paid_amount is not None else scholarship.amount
    told = f"您捐助的 {scholarship.year} 年度“希望之星（1+1）”奖学金"
    told += in_yuan(amount) and f" {in_yuan(amount)}"
    told += f"，已于{day_in_words(scholarship.paid_on)}" if scholarship.paid_on else "，"
    told += f"发放给{scholarship.surname}同学{stage_of(scholarship)}。"
    line(document, told, indent=True)
    wish = "您的善意帮助一个家庭减轻了负担，也给了孩子继续努力的信心。谨代表受助学生及其家人，向您致以衷心的感谢！"
    line(document, wish, indent=True)
    line(document, "此致", indent=True)
    line(document, "敬礼！")
    line(document, "地区团委（盖章）", WD_ALIGN_PARAGRAPH.RIGHT)
    day = scholarship.thanked_on or timezone.localdate()
    line(document, day_in_words(day), WD_ALIGN_PARAGRAPH.RIGHT)
    document.save(stream)


def stage_of(scholarship):
    """The stage in brackets; "" where it is not known."""
    return scholarship.stage and f"（{scholarship.get_stage_display()}）"


def in_yuan(amount):
    """An amount in yuan without needless decimals; "" for none."""
    return "" if amount is None else f"{amount:.2f}".removesuffix(".00") + " 元"


def day_in_words(day):
    """A day such as 2017年9月15日; "" for none."""
    return (day and f"{day.year}年{day.month}月{day.day}日") or ""


def paper():
    """An empty A4 document in the fonts of office papers, of which nothing tells who made it."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(25)
    section.top_margin = section.bottom_margin = Mm(20)
    style = document.styles["Normal"]
    style.font.size = Pt(12)
    set_font(style.element, PAPER_FONT)
    properties = document.core_properties
    properties.title = properties.author = properties.comments = properties.keywords = ""
    return document


def set_font(element, name):
    """Sets a font for Chinese and other text."""
    fonts = element.get_or_add_rPr().get_or_add_rFonts()
    for kind in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{kind}"), name)


def heading(document, text):
    """Adds the title of a paper."""
    paragraph = line(document, text, WD_ALIGN_PARAGRAPH.CENTER)
    run = paragraph.runs[0]
    run.bold, run.font.size = True, Pt(18)
    set_font(run._r, TITLE_FONT)


def line(document, text, alignment=WD_ALIGN_PARAGRAPH.LEFT, indent=False):
    """Adds a paragraph and returns it."""
    paragraph = document.add_paragraph(text)
    paragraph.alignment = alignment
    paragraph.paragraph_format.line_spacing = 1.5
    paragraph.paragraph_format.space_after = Pt(0)
    if indent:
        paragraph.paragraph_format.first_line_indent = Pt(24)
    return paragraph


def add_row(table, height, *texts):
    """Adds a row of these cells, at least as high as `height`."""
    row = table.add_row()
    row.height, row.height_rule = height, WD_ROW_HEIGHT_RULE.AT_LEAST
    for cell, width, text in zip(row.cells, WIDTHS, texts, strict=True):
        cell.width = Mm(width)
        cell.text = str(text or "")
    return row


def add_wide_row(table, height, label, text):
    """Adds a row with a label and one cell beside it."""
    row = add_row(table, height, label, "", "", "")
    row.cells[1].merge(row.cells[3]).text = str(text or "")
