"""Mobile numbers as offices write them: with a country code, marks between the digits, notes and further numbers."""

import re
from typing import NamedTuple

IN_TEXT = re.compile(r"(?<![0-9])(?:\(\+?86\)|(?:\+|00)?86)?[\s\-]*(1[3-9][0-9](?:[\s.\-]*[0-9]){8})(?![0-9])")
WITH_CODE = re.compile(r"(?:\+|00)?86(1[3-9][0-9]{9})")
STORED_AS_NUMBER = re.compile(r"([0-9]{11})\.0+")  # as some programs write a number into a text
DIGITS_BEFORE, DIGITS_BEHIND = re.compile(r"[0-9]{1,6}[\s.\-]+$"), re.compile(r"[\s.\-]+[0-9]{1,6}(?![0-9])")
LABEL = re.compile(r"(?:(?:联系)?(?:电话|手机|方式)(?:号码?)?|本人|号码|tel|phone|mobile)[:.\s]*", re.IGNORECASE)
MARKS_AROUND = " \t\n.,、，;；。:/\\|()[]'’‘`\"“”-+和或及"


class FoundMobile(NamedTuple):
    """The first mobile number in a text, and what else the text says, "" for nothing."""

    number: str
    rest: str


def find_mobile(text: str) -> FoundMobile | None:
    """Returns the first mobile number in an NFKC text, None where there is none, or where its digits may be others."""
    if match := WITH_CODE.fullmatch(text) or STORED_AS_NUMBER.fullmatch(text):
        return FoundMobile(match[1], "")
    for match in IN_TEXT.finditer(text):
        before, after = text[: match.start()], text[match.end() :]
        # Digits set off from it may be an extension, or more digits of the same number.
        if DIGITS_BEFORE.search(before) or DIGITS_BEHIND.match(after):
            continue
        rest = " ".join(filter(None, (LABEL.sub("", part).strip(MARKS_AROUND) for part in (before, after))))
        return FoundMobile(re.sub("[^0-9]", "", match[1]), rest)
    return None
