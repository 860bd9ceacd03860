"""Reads who came, or did not, from pasted text: a chain of entries from a chat (接龙), or names in lines or rows.

Nothing is dropped unsaid: what is not read as somebody's is a remark of the person before it, or passed over by name.
"""

import re
import unicodedata
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError

from orgs.pasted_names import plain_name
from yl_district.sheets.cells import CellError, plain
from yl_district.sheets.text_widgets import NameWidget
from yl_district.spreadsheets.numbered_entries import CHAIN_MARK, ENTRY, IDENTITY_DIGITS, MOBILE_NUMBER
from yl_district.validators import validate_identity_number

from .models import SignIn

HAN_CHARACTER = r"[〇\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003fffd]"
# Names of two to four characters, those with dots, those in Latin letters.
PLAIN_NAME = re.compile(
    rf"{HAN_CHARACTER}{{2,4}}|{HAN_CHARACTER}+(?:[·•・.]{HAN_CHARACTER}+)+|[A-Za-z][A-Za-z .'-]*[A-Za-z]"
)
SPACED_NAME = re.compile(rf"(?:^|(?<=\s)){HAN_CHARACTER}(?:\s+{HAN_CHARACTER}){{1,2}}(?=\s|$)")
LATIN_NAME = re.compile(r"[A-Za-z][A-Za-z .'-]*[A-Za-z]")
PASTED_BRACKETS = re.compile(r"[(\[【〔<《](?P<inside>[^()\[\]【】〔〕<>《》]*)[)\]】〕>》]")
CIRCLED = re.compile(r"[①-⑳]")
PICTURES = ("So", "Sk", "Me")  # categories of characters
PICTURE_MARKS = {0xFE0F: None, ord("√"): " √ "}
NO_NAME = re.compile(
    r"(?:以上|以下|好的|谢谢|感谢|大家|各位|辛苦了?|没有|全部|姓名|电话|手机(?:号码?)?|联系电话|联系方式|单位"
    r"|序号|签名|签字|备注|性别|群众|预备党员|党员|团员|团干部|汉族)+"
)
NUMBERS = {"number": IDENTITY_DIGITS, "mobile": MOBILE_NUMBER}
NUMBERED_AGAIN = re.compile(rf"\s+(?=[0-9]{{1,3}}[.、)]\s*{HAN_CHARACTER})")
LEAST_NAME, LONGEST_HEAD = 2, 24
PASTED_SEPARATORS = re.compile(r"[、,;|@/]+")
COMPANY = re.compile(r"\+\s*[0-9]+\s*[人位个]?")
# What parts people even in a numbered entry; what parts people or, there, what is said of one.
BESIDE_EACH_OTHER = re.compile(r"[、@/]")
PASTED_FIELDS = re.compile(r"[,;|]")
DASHES = re.compile(r"\s*(?:-{1,2}|[—–~:])+\s*")
EXCUSED_WORDS = re.compile(r"[请事病公年产婚丧]假|来不了|去不了|到不了|有事|[无不][法能](?:参加|到|来|去)")
ABSENT_WORDS = re.compile(r"缺席|缺勤|缺会|旷[会课]|[未没](?:到|来|参加|出席|签到)|不(?:来|去|参加)")
PRESENT_WORDS = re.compile(
    r"[已实]?到(?:场|会)?|(?:已|准时)?(?:参加|出席|签到|报到)|[√✓是]|Y|OK|收到|报名", re.IGNORECASE
)
# What follows a name without a gap, and is said of whoever has it.
SAID_BEHIND = re.compile(
    r"[请事病公年产婚丧]假|缺席|缺勤|[未没](?:到|来|参加|出席)|不(?:来|去|参加)|来不了|去不了|有事|[已实]到|迟到|早退|晚[到点来]"
    r"|同学|同志|老师|先生|女士|带着?.|准时|稍后|临时|参加|报名|收到|因.|代签|家里"
)
# Heads of lines after which names stand, and those after which none do.
LIST_WORD = (
    r"到场|参加|参会|出席|签到|到会|名单|人员|请假|缺席|缺勤|未到|没到|没来|未来|接龙|报名|姓名|同学|同志|团员|青年|志愿者|成员|联系|已|实到|应到"
    r"|今[天日]|本次|本周|活动|以下|迟到|早退"
)
LIST_HEAD = re.compile(rf"(?:{LIST_WORD}|[0-9年月日周星期一二三四五六七八九十第次场的了有为是共人名个()\s.])+")
OTHER_HEAD = re.compile(
    r"(?:活动)?(?:时间|日期|地点|地址|主题|内容|费用|备注|联系(?:人|电话|方式)|电话|要求|事项|集合|说明|注意|合计|共计|总计|例如?|示例|格式).*"
)
TIME = re.compile(r"[0-9]{1,2}:[0-9]{2}|[0-9]{1,2}月[0-9]{1,2}|[0-9]{4}[-./年][0-9]")
PLACE_NOUNS = re.compile(
    r"社区|街道|支部|总支|[团工]委|公司|集团|学校|[中小大]学|学院|单位|小区|青年汇|中心|医院|幼儿园|委员会|办公室"
)


@dataclass
class PastedPerson:
    """Somebody whom a pasted line names, with the line as it was, and what it says of the person."""

    text: str
    name: str
    mobile: str = ""
    number: str = ""
    presence: str = SignIn.Presence.PRESENT
    remarks: list[str] = field(default_factory=list)

    def note(self, told, remarks):
        """Adds what is said of the person: numbers by field, and remarks, such as why the person did not come."""
        self.mobile = re.sub(r"[ -]", "", told.get("mobile", self.mobile))
        self.number = told.get("number", self.number).upper()
        for words in filter(None, (remark.strip() for remark in remarks)):
            self.presence = absence_said(words) or self.presence
            self.remarks.append(words)


@dataclass
class PastedPeople:
    """The people of a pasted text in its order, and the lines in which nobody is named."""

    people: list[PastedPerson] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)


def pasted_people(text):
    """Returns the PastedPeople of a text."""
    found, presence = PastedPeople(), ""
    lines = [(" ".join(line.split()), without_pictures(line)) for line in text.splitlines()]
    first = next((at for at, (_, line) in enumerate(lines) if ENTRY.fullmatch(line)), 0)
    heads = first if any(CHAIN_MARK in line for _, line in lines[:first]) else 0
    for at, (shown, line) in enumerate(lines):
        head, body = parted_head(line)
        if not shown:
            presence = ""
        elif at < heads or line.startswith("#") or TIME.match(line) or OTHER_HEAD.fullmatch(head or line):
            found.passed_over.append(shown)
        else:
            presence = absence_said(head) if head else presence
            if not read_pasted_line(shown, body, presence, found.people):
                found.passed_over.append(shown)
    return found


def without_pictures(line):
    """A line as plain text without the pictures that a chat adds, and with what stands in brackets in one piece."""
    apart = CIRCLED.sub(lambda match: f" {unicodedata.normalize('NFKC', match[0])}. ", line.translate(PICTURE_MARKS))
    kept = plain("".join(" " if unicodedata.category(each) in PICTURES else each for each in apart))
    return " ".join(PASTED_BRACKETS.sub(lambda match: f"({PASTED_SEPARATORS.sub(' ', match['inside'])})", kept).split())


def parted_head(line):
    """Returns (the head of a list of names that a line begins with, "" for none, what follows it)."""
    head, colon, body = line.partition(":")
    is_head = colon and len(head) <= LONGEST_HEAD and (LIST_HEAD.fullmatch(head) or OTHER_HEAD.fullmatch(head))
    return (head, body.strip()) if is_head else ("", line)


def absence_said(words):
    """Whether words say that somebody is excused or absent; "" where they say neither."""
    if EXCUSED_WORDS.search(words):
        return SignIn.Presence.EXCUSED
    return SignIn.Presence.ABSENT if ABSENT_WORDS.search(words) else ""


def read_pasted_line(shown, body, presence, people):
    """Adds to `people` those whom a line names, or to the last one what it says; returns whether it did."""
    is_read = False
    for part in NUMBERED_AGAIN.split(body):
        entry = ENTRY.fullmatch(part)
        for of_one in BESIDE_EACH_OTHER.split(entry[2] if entry else plain_name(part)):
            for at, piece in enumerate(PASTED_FIELDS.split(of_one)):
                is_read |= read_pasted_piece(shown, piece, presence, people, is_field=bool(entry and at))
    return is_read


def read_pasted_piece(shown, piece, presence, people, is_field):
    """Adds to `people` those whom a piece of a line names, or to the last one what it says; returns whether it did.

    A further field of a numbered entry names nobody.
    """
    told = {name: match[1] for name, pattern in NUMBERS.items() if (match := pattern.search(piece))}
    if "number" in told and not is_identity_number(told["number"].upper()):
        told.pop("number")
    for pattern in NUMBERS.values():
        piece = pattern.sub(" ", piece)
    remarks = [match["inside"] for match in PASTED_BRACKETS.finditer(piece)] + COMPANY.findall(piece)
    tokens = tokens_of(plain_name(COMPANY.sub(" ", PASTED_BRACKETS.sub(" ", piece))))
    are_all_names = len(tokens) > 1 and all(map(is_name, tokens))
    is_read, is_named = False, is_field
    for token in tokens:
        name, tail = parted_tail(token)
        if is_name(name) and (are_all_names or not is_named):
            people.append(PastedPerson(shown, NameWidget().clean(name), presence=presence or SignIn.Presence.PRESENT))
            is_read = is_named = True
            remarks = [tail, *remarks] if tail else remarks
        else:
            remarks.insert(0, token)
    # A line that names nobody goes on with the person above it where it says a number or who did not come.
    if people and (is_read or is_field or told or any(map(absence_said, remarks))):
        people[-1].note(told, remarks)
        return True
    return is_read


def is_identity_number(text):
    """Whether a text is a right identity number."""
    try:
        validate_identity_number(text)
    except ValidationError:
        return False
    return True


def tokens_of(text):
    """The words of a piece of a line, a name in Latin letters or with blanks between its characters as one."""
    if LATIN_NAME.fullmatch(text):
        return [text]
    return DASHES.sub(" ", SPACED_NAME.sub(lambda match: "".join(match[0].split()), text)).split()


def parted_tail(token):
    """Returns (the name that a word begins with, what is said behind it)."""
    match = SAID_BEHIND.search(token, pos=LEAST_NAME)
    return (token[: match.start()], token[match.start() :]) if match else (token, "")


def is_name(token):
    """Whether a word can be somebody's name, and is not what is said of somebody."""
    if (
        NO_NAME.fullmatch(token)
        or not PLAIN_NAME.fullmatch(token)
        or SAID_BEHIND.match(token)
        or PRESENT_WORDS.fullmatch(token)
        or absence_said(token)
        or PLACE_NOUNS.search(token)
    ):
        return False
    try:
        return bool(NameWidget().clean(token))
    except CellError:
        return False
