"""A service plan as a Word file on A4, to sign on paper: whole where it is filled in, with lines where it is not."""

import re
from datetime import datetime, time

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from .models import FINAL, MIDYEAR, ServicePlan

BODY_FACE, HEADING_FACE, TITLE_FACE = "仿宋_GB2312", "黑体", "方正小标宋简体"
REFUSED_BY_XML = re.compile(r"[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
BLANK_LINE = "＿" * 24
LEAST_MEASURES = 5
MEASURE_COLUMNS = [("序号", 14), ("具体措施", 58), ("完成时限", 26), ("负责人", 24), ("完成情况", 34)]
REVIEW_HEADINGS = [(MIDYEAR, "五、年中回顾", "下半年继续的事项"), (FINAL, "六、年末回顾", "下一年继续的事项")]


def write_plan(plan, day, stream):
    """Writes the file to a binary stream; names and numbers are whole, and `day` is the day of the pairing told."""
    document = new_document()
    centred(document, "阳光牵手服务计划书", TITLE_FACE, 22)
    centred(document, f"（{plan.year} 年度）", BODY_FACE, 16)
    add_youth(document, plan.youth, day)
    for title, text in (("一、需求评估", plan.assessment), ("二、目标", plan.goals)):
        add_section(document, title, text)
    add_heading(document, "三、措施")
    if plan.measures:
        add_text(document, plan.measures)
    add_measures(document, plan.measure_rows.all())
    add_amendments(document, plan.amendments.all())
    for kind, title, further in REVIEW_HEADINGS:
        add_review(document, plan, kind, title, further)
    add_signatures(document, plan)
    properties = document.core_properties
    properties.title, properties.author = "阳光牵手服务计划书", ""
    properties.comments = properties.last_modified_by = ""
    properties.created = properties.modified = datetime.combine(day, time())
    document.save(stream)


def new_document():
    """An empty A4 document in the office's faces."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.top_margin, section.bottom_margin = Mm(30), Mm(25)
    style = document.styles["Normal"]
    style.font.size = Pt(12)
    set_face(style, BODY_FACE)
    style.paragraph_format.space_after = Pt(0)
    style.paragraph_format.line_spacing = 1.4
    return document


def set_face(styled, face):
    """Sets the face of a style or run, for East Asian text as well."""
    styled.font.name = face
    fonts = styled.element.get_or_add_rPr().get_or_add_rFonts()
    for kind in ("w:eastAsia", "w:cs"):
        fonts.set(qn(kind), face)


def centred(document, text, face, size):
    """Adds a line in the middle."""
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = paragraph.add_run(text)
    run.font.size = Pt(size)
    set_face(run, face)


def add_heading(document, text):
    """Adds the heading of a section, which stays with what follows."""
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.space_before = Pt(8)
    paragraph.paragraph_format.keep_with_next = True
    set_face(paragraph.add_run(text), HEADING_FACE)


def taken_by_word(value):
    """A value as text that XML takes; "" for None."""
    return "" if value is None else REFUSED_BY_XML.sub("", str(value))


def add_text(document, text):
    """Adds a text, each of its lines a paragraph."""
    for line in taken_by_word(text).splitlines():
        document.add_paragraph(line).paragraph_format.first_line_indent = Pt(24)


def add_section(document, title, text):
    """Adds a heading with its text, or lines to write on."""
    add_heading(document, title)
    if text:
        add_text(document, text)
    else:
        add_lines(document, 3)


def add_lines(document, number):
    """Adds lines to write on."""
    for _ in range(number):
        document.add_paragraph(BLANK_LINE + "＿" * 12)


def add_table(document, rows, widths):
    """Adds a table with borders; `widths` are in millimetres."""
    table = document.add_table(rows=len(rows), cols=len(widths), style="Table Grid")
    table.autofit = False
    for row, values in zip(table.rows, rows, strict=True):
        for cell, value, width in zip(row.cells, values, widths, strict=True):
            cell.width, cell.text = Mm(width), taken_by_word(value)
    return table


def add_youth(document, youth, day):
    """Adds the table that says whose plan it is."""
    person, pairing = youth.person, youth.pairing_on(day)
    volunteer = pairing.volunteer.person.name if pairing else ""
    facts = [
        ("姓名", person.name, "性别", person.get_gender_display()),
        ("出生日期", person.birth_date, "所在组织", youth.organisation),
        ("学校", youth.school, "年级", youth.grade),
        ("监护人", youth.guardian, "监护人电话", youth.guardian_phone),
        ("固定志愿者", volunteer, "入库日期", youth.registered_on),
    ]
    add_table(document, facts, (26, 52, 28, 50))


def add_measures(document, measures):
    """Adds the table of measures, with empty rows to write in."""
    rows = [[name for name, _ in MEASURE_COLUMNS]]
    for number, one in enumerate(measures, 1):
        came_of_it = "　".join(taken_by_word(each) for each in (one.done_on, one.result) if each)
        rows.append([number, one.content, one.due_on, one.responsible, came_of_it])
    rows += [[number, "", "", "", ""] for number in range(len(rows), LEAST_MEASURES + 1)]
    add_table(document, rows, [width for _, width in MEASURE_COLUMNS])


def add_amendments(document, amendments):
    """Adds what was agreed anew after the signature, or lines for it."""
    add_heading(document, "四、变更（签订之后）")
    for one in amendments:
        add_text(document, f"{one.agreed_on}　原因：{one.reason}")
        add_text(document, f"变更内容：{one.content}")
    if not amendments:
        add_lines(document, 1)


def add_review(document, plan, kind, title, further):
    """Adds a review with its day, how far the goals were reached, and what goes on."""
    add_heading(document, title)
    day, outcome = getattr(plan, f"{kind}_on"), getattr(plan, f"{kind}_outcome")
    boxes = "　".join(f"{'☑' if value == outcome else '□'}{label}" for value, label in ServicePlan.Outcome.choices)
    document.add_paragraph(f"日期：{day or '＿＿＿＿年＿＿月＿＿日'}　　目标：{boxes}")
    for label, text in (("对照目标的情况", getattr(plan, f"{kind}_finding")), (further, getattr(plan, f"{kind}_next"))):
        document.add_paragraph(f"{label}：")
        if text:
            add_text(document, text)
        else:
            add_lines(document, 1)


def add_signatures(document, plan):
    """Adds the lines for the signatures; names that are noted already stand on them."""
    add_heading(document, "签字")
    family = plan.get_family_party_display() or "本人或监护人"
    lines = [(family, plan.family_signer), ("志愿者", plan.volunteer_signer), ("团委（盖章）", plan.office_signer)]
    for label, name in lines:
        paragraph = document.add_paragraph(f"{label}：{taken_by_word(name) or '＿' * 12}　　日期：")
        paragraph.add_run(taken_by_word(plan.signed_on) or "＿＿＿＿年＿＿月＿＿日")
        paragraph.paragraph_format.space_before = Pt(10)
