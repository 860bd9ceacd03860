"""A service plan as a Word file on A4, to sign on paper: whole where it is filled in, with lines where it is not."""

from docx.shared import Pt

from .models import FINAL, MIDYEAR, ServicePlan
from .papers import (
    BLANK_DAY,
    BODY_FACE,
    add_blank_lines,
    add_heading,
    add_line,
    add_section,
    add_table,
    add_text,
    add_text_or_lines,
    add_title,
    new_paper,
    taken_by_word,
)

PLAN_TITLE = "阳光牵手服务计划书"
LEAST_MEASURES = 5
MEASURE_COLUMNS = [("序号", 14), ("具体措施", 58), ("完成时限", 26), ("负责人", 24), ("完成情况", 34)]
REVIEW_HEADINGS = [(MIDYEAR, "五、年中回顾", "下半年继续的事项"), (FINAL, "六、年末回顾", "下一年继续的事项")]


def write_plan(plan, day, stream):
    """Writes the file to a binary stream; names and numbers are whole, and `day` is the day of the pairing told."""
    document = new_paper(PLAN_TITLE, day)
    add_title(document, PLAN_TITLE)
    add_title(document, f"（{plan.year} 年度）", BODY_FACE, 16)
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
    document.save(stream)


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
        add_blank_lines(document, 1)


def add_review(document, plan, kind, title, further):
    """Adds a review with its day, how far the goals were reached, and what goes on."""
    add_heading(document, title)
    day, outcome = getattr(plan, f"{kind}_on"), getattr(plan, f"{kind}_outcome")
    boxes = "　".join(f"{'☑' if value == outcome else '□'}{label}" for value, label in ServicePlan.Outcome.choices)
    add_line(document, f"日期：{day or BLANK_DAY}　　目标：{boxes}")
    for label, text in (("对照目标的情况", getattr(plan, f"{kind}_finding")), (further, getattr(plan, f"{kind}_next"))):
        add_line(document, f"{label}：")
        add_text_or_lines(document, text, 1)


def add_signatures(document, plan):
    """Adds the lines for the signatures; names that are noted already stand on them."""
    add_heading(document, "签字")
    family = plan.get_family_party_display() or "本人或监护人"
    lines = [(family, plan.family_signer), ("志愿者", plan.volunteer_signer), ("团委（盖章）", plan.office_signer)]
    for label, name in lines:
        paragraph = add_line(document, f"{label}：{name or '＿' * 12}　　日期：{plan.signed_on or BLANK_DAY}")
        paragraph.paragraph_format.space_before = Pt(10)
