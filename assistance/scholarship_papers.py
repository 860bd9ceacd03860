"""Papers of a scholarship as Word files: the application form for signatures and seals, and the letter to the donor."""

from django.utils import timezone

from .papers import (
    add_line,
    add_right,
    add_row,
    add_table,
    add_text,
    add_title,
    day_in_words,
    in_yuan,
    new_paper,
    taken_by_word,
)

WIDTHS = (28, 52, 28, 52)
# In millimetres; one page has room for the whole form.
ROW, LONG_ROW, SEAL_ROW = 9, 32, 27
MARGINS = (20, 25, 20, 25)
# Whose opinion and seal the form asks for.
SEALS = ("学校意见", "村、社区意见", "地区团委意见", "上级团委意见")


def write_application(scholarship, stream):
    """Writes the form 《希望之星（1+1）奖学金申请表》, filled from the record; what is not known is left empty."""
    document, student = new_paper("", timezone.localdate(), MARGINS), scholarship.student
    add_title(document, "希望之星（1+1）奖学金申请表", size=18)
    add_right(document, f"{scholarship.year} 年度")
    facts = [
        ("姓名", student.name, "性别", student.get_gender_display()),
        ("出生日期", student.birth_date, "身份证号", student.identity_number),
        ("就读学校", scholarship.school, "学段、年级", f"{scholarship.get_stage_display()}{scholarship.grade}"),
        ("监护人", scholarship.guardian, "监护人电话", scholarship.guardian_phone),
        ("申请金额", in_yuan(scholarship.requested_amount), "申报日期", day_in_words(scholarship.applied_on)),
    ]
    table = add_table(document, facts, WIDTHS, ROW)
    for label, text in (("家庭情况", scholarship.hardship), ("成绩和表现", scholarship.merits)):
        add_wide_row(table, LONG_ROW, label, text)
    add_wide_row(
        table, SEAL_ROW, "学生和监护人签名", "\n\n学生：　　　　　　　　监护人：　　　　　　　　　　年　　月　　日"
    )
    for label in SEALS:
        opinion = opinion_of_review(scholarship) if label == "地区团委意见" else ""
        add_wide_row(table, SEAL_ROW, label, f"{opinion}\n\n（盖章）　　　　　经办人：　　　　　　　　年　　月　　日")
    document.save(stream)


def opinion_of_review(scholarship):
    """The opinion of the district's review; "" before there is one."""
    return scholarship.review_opinion if scholarship.reviewed_on else ""


def write_thanks(scholarship, stream):
    """Writes the letter of thanks to the donor, which names the student by the surname, and neither school nor home."""
    day = scholarship.thanked_on or timezone.localdate()
    document = new_paper("", day, MARGINS)
    add_title(document, "感谢信", size=18)
    add_line(document, f"尊敬的{scholarship.donor or '爱心人士'}：")
    amount = scholarship.paid_amount if scholarship.paid_amount is not None else scholarship.amount
    told = f"您捐助的 {scholarship.year} 年度“希望之星（1+1）”奖学金"
    told += in_yuan(amount) and f" {in_yuan(amount)}"
    told += f"，已于{day_in_words(scholarship.paid_on)}" if scholarship.paid_on else "，"
    told += f"发放给{scholarship.surname}同学{stage_of(scholarship)}。"
    add_text(document, told)
    wish = "您的善意帮助一个家庭减轻了负担，也给了孩子继续努力的信心。谨代表受助学生及其家人，向您致以衷心的感谢！"
    add_text(document, wish)
    add_text(document, "此致")
    add_line(document, "敬礼！")
    add_right(document, "地区团委（盖章）")
    add_right(document, day_in_words(day))
    document.save(stream)


def stage_of(scholarship):
    """The stage in brackets; "" where it is not known."""
    return scholarship.stage and f"（{scholarship.get_stage_display()}）"


def add_wide_row(table, height, label, text):
    """Adds a row with a label and one cell beside it."""
    row = add_row(table, (label, "", "", ""), WIDTHS, height)
    row.cells[1].merge(row.cells[3]).text = taken_by_word(text)
