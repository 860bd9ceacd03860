"""Widgets that read texts, names and numbers of people as offices write them, or raise CellError."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from import_export.widgets import Widget

from ..spreadsheets.workbooks import CELL_LIMIT, CUT
from ..validators import MOBILE, validate_identity_number, validate_mobile
from .cells import CONTROL, LINE_END, CellError, Validator, cell_text, plain, validate
from .mobile_texts import find_mobile

# The newest planes of Chinese characters are missing from Python's Unicode tables.
# One or two digits distinguish namesakes; four in a row are a number in the wrong column.
PERSON_NAME = re.compile(r"(?!.*\d{4})(?=\D)(?:[^\W_]|[·.\- \U00020000-\U0003fffd]){2,30}")
MIDDLE_DOT = re.compile(r"[•‧∙・⋅]")
SCIENTIFIC_NOTATION = re.compile(r"[0-9](\.[0-9]+)?E\+?[0-9]+")  # a long number that Excel has rounded, as CSV shows it
QUOTES = "'`’‘\"“”。.,，;；、 "  # around a number, of which they are no part
LABELLED = re.compile(r"(?:居民|公民)?(?:身份证|证件|身份)(?:号码?)?[:\s]*")
CROSS = re.compile(r"(?<=[0-9])[×✕✖хХ]$")  # for the letter X at the end of an identity number


class TextWidget(Widget):
    """Text of at most `max_length` characters; on one line unless `has_lines`."""

    def __init__(self, max_length: int | None = None, has_lines: bool = False) -> None:
        super().__init__()
        self.max_length, self.has_lines = max_length or CELL_LIMIT, has_lines

    def clean(self, value: object, row: Any = None, **options: Any) -> str:
        text = value if isinstance(value, str) else plain(value)
        is_printable = text.isprintable()
        text = (text if is_printable else LINE_END.sub("\n", text)).strip()
        if not is_printable and CONTROL.search(text):
            raise CellError("不含不可见控制字符的文字", "请在单元格中重新输入这段文字")
        if not self.has_lines and not (is_printable and "  " not in text):
            text = " ".join(text.split())
        if text.endswith(CUT):
            raise CellError("完整的文字", "这段文字在导出时因超过 Excel 的上限被截断，请留空（系统中的原文不变）")
        if len(text) > self.max_length:
            raise CellError(f"不超过 {self.max_length} 个字", f"现有 {len(text)} 个字，请精简")
        return text

    def render(self, value: object, obj: Any = None, **options: Any) -> str:
        text = "" if value is None else str(value)
        # Nearly every text can be written as it is, and this test is fast.
        if text.isprintable() and "  " not in text and text[:1] != " " != text[-1:]:
            return text
        text = cell_text(text)
        return text if self.has_lines else " ".join(text.split())


class CodeWidget(TextWidget):
    """A number or code checked by the model field's validators, in NFKC and capital letters, without blanks.

    Quotation marks and stops around it are no part of it.
    """

    def __init__(self, validators: Iterable[Validator]) -> None:
        super().__init__()
        self.validators = validators

    def clean(self, value: object, row: Any = None, **options: Any) -> str:
        code = "".join(plain(value).strip(QUOTES).upper().split())
        for validator in self.validators:
            validate(validator, code)
        return code


class NameWidget(TextWidget):
    """A person's name of 2 to 30 characters in NFKC, Chinese names without blanks, with `·` for every middle dot."""

    def clean(self, value: object, row: Any = None, **options: Any) -> str:
        if not isinstance(value, str):
            raise CellError("2 至 30 个字的姓名", "请填写姓名")
        text = MIDDLE_DOT.sub("·", super().clean(plain(value)))
        if not text.isascii():
            text = "".join(text.split()).replace(".", "·")
        if not PERSON_NAME.fullmatch(text):
            raise CellError("2 至 30 个字的姓名", "请只填写姓名，说明文字写在备注中")
        return text


class IdentityNumberWidget(CodeWidget):
    """An identity number typed as text; a number has lost its last digits, in its cell or as CSV shows it.

    A label before it, a cross for its last letter and hyphens leave no doubt, since its check digit must be right.
    """

    def __init__(self) -> None:
        super().__init__([validate_identity_number])

    def clean(self, value: object, row: Any = None, **options: Any) -> str:
        if not isinstance(value, str) or SCIENTIFIC_NOTATION.fullmatch(plain(value).upper()):
            remedy = "Excel 只保留 15 位有效数字，末几位已经丢失：请把该列设为文本格式，对照身份证重新输入"
            raise CellError("文本格式的 18 位身份证号", remedy)
        text = plain(value)
        if not (text.isascii() and text.isalnum()):
            text = CROSS.sub("X", LABELLED.sub("", text.strip(QUOTES), 1).strip(QUOTES)).replace("-", "")
        return super().clean(text)


class MobileWidget(TextWidget):
    """A mobile number, in a cell of type text or number; of several the first."""

    def clean(self, value: object, row: Any = None, **options: Any) -> str:
        text = plain(value)
        if MOBILE.fullmatch(text):
            return text
        found = find_mobile(text)
        if found is None:
            validate(validate_mobile, re.sub(r"[\s\-]", "", text))
        return found.number if found else text

    def rest(self, value: object) -> str:
        """Returns what a cell says beside the number that is read from it, "" for nothing."""
        text = plain(value)
        found = None if MOBILE.fullmatch(text) else find_mobile(text)
        return found.rest if found else ""
