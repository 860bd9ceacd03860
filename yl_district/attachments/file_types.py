"""The file types that can be attached to a record, detected by content rather than name.

Images are stripped of their metadata; other files are kept unchanged, and refused where anything in them acts.
"""

import re
from io import BytesIO
from zipfile import ZipFile, is_zipfile

from django.core.exceptions import ValidationError

from ..inspection.findings import Unsafe
from ..inspection.inspector import check_content, refusal_of
from ..spreadsheets.archives import DAMAGE
from .image_metadata import (
    PNG_SIGNATURE,
    BrokenFile,
    jpeg_without_metadata,
    png_without_metadata,
    webp_without_metadata,
)

TYPE_LABELS = {"pdf": " PDF ", "jpg": " JPEG 图片", "png": " PNG 图片", "webp": " WebP 图片"}
ACCEPTED = ".pdf,.jpg,.jpeg,.png,.webp,.docx,.xlsx"
TAKEN = "附件可以是 PDF、JPEG、PNG、WebP、docx 或 xlsx，按内容识别，与文件名无关"
# Other file types that people upload, by their first bytes.
OTHERS = [
    (re.compile(rb"\xd0\xcf\x11\xe0"), "旧版或加了密码的 Office 文件"),
    (re.compile(rb"PK"), "压缩包"),
    (re.compile(rb"Rar!|7z\xbc\xaf|\x1f\x8b"), "压缩包"),
    (re.compile(rb"....ftyp", re.DOTALL), "HEIC 照片或视频"),
    (re.compile(rb"GIF8|BM|II\*\0|MM\0\*"), "其他格式的图片"),
    (re.compile(rb"MZ|\x7fELF"), "程序"),
    (re.compile(rb"\s*(<!doctype|<html|<\?xml|<svg)", re.IGNORECASE), "网页"),
]
IMAGES = {"jpg": jpeg_without_metadata, "png": png_without_metadata, "webp": webp_without_metadata}
OVERRIDE = re.compile(rb"<(?:\w+:)?Override\b[^<>]*>")
# The folder and the content type of the main part.
MAIN_PARTS = {
    "docx": (b"/word/", b"wordprocessingml.document.main+xml"),
    "xlsx": (b"/xl/", b"spreadsheetml.sheet.main+xml"),
}
OFFICE_TYPES_PART = "[Content_Types].xml"
LARGEST_TYPES_PART = 1024 * 1024
ARCHIVE_END = b"PK\x05\x06"
PDF_END = re.compile(rb"%%EOF\s*\Z")


def accepted_file(data, name=""):
    """The extension of the file's type and the bytes to store; raises ValidationError for files not accepted."""
    ending = ending_of(data)
    try:
        if ending in IMAGES:
            return ending, IMAGES[ending](data)
        if ending == "pdf":
            check_pdf(data)
        check_content(ending, data)
    except Unsafe as unsafe:
        file = f"“{name}”" if name else "这份文件"
        raise ValidationError(f"{file}不能作为附件：{refusal_of(unsafe, ending)}") from None
    except BrokenFile:
        raise ValidationError(
            f"这份{TYPE_LABELS[ending]}不完整，或夹带了别的内容。请重新拍摄、扫描或导出一份完整的文件后再上传。"
        ) from None
    return ending, data


def problem_of_stored(data):
    """Why a file that was stored once would not be accepted today, in Chinese; "" where it would."""
    try:
        accepted_file(data)
    except ValidationError as refused:
        return "".join(refused.messages)
    return ""


def ending_of(data):
    """The extension of the type detected by the first bytes; raises ValidationError for other types."""
    if data[:3] == b"\xff\xd8\xff":
        return "jpg"
    if data.startswith(PNG_SIGNATURE):
        return "png"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    if re.match(rb"%PDF-[12]\.", data):
        return "pdf"
    if data.startswith(b"PK\x03\x04"):
        return office_ending(data)
    raise unknown_type(data)


def unknown_type(data):
    """The ValidationError for a file of a type that cannot be attached."""
    found = next((words for pattern, words in OTHERS if pattern.match(data)), "不认得的文件")
    return ValidationError(f"这是{found}。{TAKEN}。请另存为其中一种后再上传。")


def check_pdf(data):
    """Raises BrokenFile for a PDF that is truncated, or is a ZIP archive at the same time."""
    if not PDF_END.search(data, max(0, len(data) - 1024)) or is_zipfile(BytesIO(data)):
        raise BrokenFile


def office_ending(data):
    """`docx` or `xlsx` for a ZIP archive; raises ValidationError for other archives."""
    try:
        with ZipFile(BytesIO(data)) as archive:
            types = types_of(archive)
    except (BrokenFile, *DAMAGE):
        raise unknown_type(data) from None
    if b"macroEnabled" in types:
        raise ValidationError("这份文件含有宏，不能作为附件。请另存为不含宏的 docx 或 xlsx 后再上传。")
    parts = OVERRIDE.findall(types)
    found = [ending for ending, main in MAIN_PARTS.items() if any(all(said in part for said in main) for part in parts)]
    # The end record must be the file's last 22 bytes, so that nothing is hidden behind the archive.
    if len(found) != 1 or data[-22:-18] != ARCHIVE_END:
        raise unknown_type(data)
    return found[0]


def types_of(archive):
    """The content types part of an Office file; raises BrokenFile where it is missing or too large."""
    if OFFICE_TYPES_PART not in archive.namelist() or archive.getinfo(OFFICE_TYPES_PART).file_size > LARGEST_TYPES_PART:
        raise BrokenFile
    with archive.open(OFFICE_TYPES_PART) as part:
        return part.read(LARGEST_TYPES_PART)
