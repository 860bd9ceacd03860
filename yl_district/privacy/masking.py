"""Masking of numbers and names for users who need not know them in full."""

import re

from .unreadable import UNREADABLE

IDEOGRAPH = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]")


def masked(number):
    """A masked identity number, `110105************`, phone number, `138****5678`, or name, `王**`.

    Only the region code of an identity number shows: together with a birth date the last digits would be all that is
    missing. Of a shorter number, such as a landline, only the first three digits show: with the last four as well, at
    most three would be left to guess.
    """
    text = str(number or "")
    if text == UNREADABLE:
        return text
    if not text.isascii() and IDEOGRAPH.search(text):
        return masked_name(text)
    if len(text) >= 15:
        return text[:6] + "*" * (len(text) - 6)
    if len(text) >= 11:
        return f"{text[:3]}****{text[-4:]}"
    return text[:3] + "*" * (len(text) - 3) if len(text) >= 7 else "*" * len(text)


def masked_name(name):
    """A name with all but its first character masked."""
    if str(name) == UNREADABLE:
        return UNREADABLE
    return name[:1] + "*" * (len(name) - 1)
