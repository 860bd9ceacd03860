"""Masking of numbers and names for users who need not know them in full."""

import re

from .unreadable import UNREADABLE

# Surnames of two characters that are hardly ever one surname and the beginning of a given name.
COMPOUND_SURNAMES = frozenset(
    "欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 濮阳 公冶 申屠 公孙 慕容 "
    "钟离 长孙 宇文 司徒 鲜于 司空 闾丘 亓官 令狐 呼延 轩辕 拓跋 完颜 纳兰 西门 百里 第五 淳于 东郭".split()
)
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


def shown_surname(name):
    """The surname alone, by which a person is called without being named: 欧阳 of 欧阳春晓, 白 of 白露.

    Of a name of two characters only the first, since nothing of the given name may be told.
    """
    text = str(name)
    if text == UNREADABLE:
        return UNREADABLE
    return text[: 2 if len(text) > 2 and text[:2] in COMPOUND_SURNAMES else 1]
