"""The sheet on which youths sign for what an assistance gave (领取签收表), as a Word file."""

from .papers import add_line, add_row, add_table, add_title, day_in_words, in_yuan, new_paper, repeat_on_each_page

RECEIPT_TITLE = "领取签收表"
RECEIPT_COLUMNS = [
    ("序号", 12),
    ("姓名", 22),
    ("物资", 32),
    ("数量/金额", 24),
    ("签收日期", 28),
    ("签收人（签字）", 24),
    ("备注", 18),
]
RECEIPT_ROW = 11
RECEIPT_MARGINS = (25, 25, 20, 25)


def write_receipt_sheet(assistance, youths, day, stream):
    """Writes the file to a binary stream, names whole and the cells to sign in empty; `day` is when it is made."""
    document = new_paper(RECEIPT_TITLE, day, RECEIPT_MARGINS)
    add_title(document, RECEIPT_TITLE)
    facts = [day_in_words(assistance.held_on), assistance.get_kind_display(), assistance.partner_names]
    add_line(document, "　".join(filter(None, facts)))
    widths = [width for _, width in RECEIPT_COLUMNS]
    table = add_table(document, [[name for name, _ in RECEIPT_COLUMNS]], widths)
    repeat_on_each_page(table.rows[0])
    given = assistance.quantity_in_words or (in_yuan(assistance.amount) if len(youths) == 1 else "")
    what = assistance.goods or assistance.get_kind_display()
    for number, youth in enumerate(youths, 1):
        add_row(table, [number, youth.person.name, what, given, "", "", ""], widths, RECEIPT_ROW)
    add_line(document, "经办人：＿＿＿＿＿＿＿＿　　（盖章）").paragraph_format.space_before = 152400
    document.save(stream)
