"""Recognises the words of rows that are not data: totals, remarks, signatures, section names, worked examples."""

import re

from ..sheets.cells import plain

# 12, 12人, 约30人, 12场/300人次, 男20人女30人, 00.00%, or a dash; but no date and no name.
QUANTITY = re.compile(r"(?:[^\W\d_年月日]{0,4}+[0-9][0-9.,]*+%?[^\W\d_年月日]{0,4}+[/、,;+]?)++|[-—–/]+")
TOTAL = re.compile(
    r"(?:[^\W\d_]{0,10}(?:合计|总计|小计|共计|汇总|累计|总数|总人数)|共(?=[0-9]))(?:\(.*\)|人数|人次)?:?(.*)"
)
# With a colon after it, such a word is never data; without one it can also be a person's post.
SIGNER = (
    r"(?:(?:填表|填报|制表|经办|审核|审批|复核|负责|报送|统计|联系)人|(?:单位|部门)?(?:负责人|主管领导)"
    r"|(?:填表|填报|制表|上报|报送)(?:单位|日期|时间))(?:签字|签名|姓名)?"
)
SIGNATURE = re.compile(rf"{SIGNER}(?:(?:\([^)]*\))?:|\([签盖])")
BARE_SIGNATURE = re.compile(SIGNER)
REMARK = re.compile(
    r"(?:备注|附注|注意?|说明|填[表写报]说明|注意事项|要求|日期|附件?)[0-9一二三四五]*:|[【\[](?:说明|填|备?注|要求)|以下(?:空白|无)|[*※]"
)
SEAL = re.compile(r".{0,12}\(?(?:盖章|公章|签章)\)?.{0,4}")
EXAMPLE = re.compile(r"(?:填写)?(?:示例|样例|范例|举例|例)[0-9一二三]?:?")
EXAMPLE_WORDS = frozenset("示例 样例 范例 举例 填写示例 填写样例 填写范例 示例行".split())
SERIAL_NUMBER = re.compile(r"[0-9]{1,6}(?:\.0)?")
NUMBERED_LINE = re.compile(r"[0-9]{1,2}[.、)]")
ENUMERATOR = re.compile(r"\(?第?[一二三四五六七八九十百]+(?:部分)?\)?[、.]?")
LEADING_ENUMERATOR = re.compile(
    r"\s*(?:[（(][一二三四五六七八九十百0-9]+[)）][、.．]?|[一二三四五六七八九十百0-9]+[、.．])\s*"
)
LEADING_LABEL = re.compile(r"[^:：]{1,8}[:：]\s*")
COUNT = re.compile(r"\s*[（(][^（()）]*[0-9][^（()）]*[)）]\s*$")
HELD_ON = re.compile(r"[（(][^（()）]*[0-9]\s*[月./-]\s*[0-9]+[^（()）]*[)）]\s*$")
BRANCH_LINE = re.compile(r".*(?:支部|总支|团委|团工委|委员会)[】\]]?")
LONGEST_SECTION = 40
# Every total, signature and example matches this. Most rows do not, which spares them the other patterns.
SPECIAL = re.compile(r"[计总共例:：]|[人导位期间签名]\s*(?:[（(]|$)")
OWN_NUMBER = re.compile(r"(?<![0-9])(?:[0-9]{17}[0-9Xx]|[0-9]{15}|1[3-9][0-9]{9})(?![0-9])")


def compact(cell):
    """Returns a cell's text without white space."""
    return "".join(plain(cell).split())


def is_quantity(cell):
    """Whether a cell holds only numbers, with or without units."""
    if isinstance(cell, (int, float)):
        return not isinstance(cell, bool)
    return isinstance(cell, str) and bool(QUANTITY.fullmatch(compact(cell)))


def is_row_number(cell):
    """Whether a cell holds only a row number."""
    return isinstance(cell, (int, float)) or bool(SERIAL_NUMBER.fullmatch(compact(cell)))


def is_total(cell):
    """Whether a cell marks its row as a total of others: 合计, 北京市小计, 合计：92人, 共 12 人."""
    match = isinstance(cell, str) and TOTAL.fullmatch(compact(cell))
    return bool(match) and (not match[1] or is_quantity(match[1]))


def is_signature(cell):
    """Whether a cell names who filled in the sheet, or is the label for it: 填表人：章程."""
    return isinstance(cell, str) and bool(SIGNATURE.match(compact(cell)))


def is_bare_signature(cell):
    """Whether a cell is the label of a signature without a colon, which may also be a post: 负责人."""
    return isinstance(cell, str) and bool(BARE_SIGNATURE.fullmatch(compact(cell)))


def is_example(cell):
    """Whether a cell marks its row as a worked example."""
    return isinstance(cell, str) and bool(EXAMPLE.fullmatch(compact(cell)))


def is_note(cell):
    """Whether a row's only cell is a remark, a signature, the mark of an example or the place of a seal."""
    if not isinstance(cell, str):
        return False
    text = compact(cell)
    return bool(
        SIGNATURE.match(text) or BARE_SIGNATURE.fullmatch(text) or REMARK.match(text) or SEAL.fullmatch(text)
    ) or is_example(cell)


def has_own_number(cell):
    """Whether a cell contains an identity number or a mobile number, as only the row of a person does."""
    return not isinstance(cell, bool) and bool(OWN_NUMBER.search(plain(cell)))


def is_enumerator(cell):
    """Whether a cell holds only the Chinese number of a section."""
    return isinstance(cell, str) and bool(ENUMERATOR.fullmatch(compact(cell)))


def names_section(text):
    """Whether a text alone shows that it is a section heading: by a count, 北京市（92所）, or its kind, …团支部."""
    return len(text) <= LONGEST_SECTION and bool(COUNT.search(text) or BRANCH_LINE.fullmatch(section_name(text)))


def section_name(text):
    """Returns the name in a section row without number, label, brackets and count: 北京市 for 一、北京市（92所）.

    A day in brackets belongs to the name.
    """
    text = LEADING_ENUMERATOR.sub("", " ".join(text.split()), count=1)
    name = LEADING_LABEL.sub("", text, count=1)
    return (name if HELD_ON.search(name) else COUNT.sub("", name)).strip(" 【】[]")
