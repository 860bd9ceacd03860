"""The type of an attachment is detected by its content, and metadata are removed from photos."""

import random

import pytest
from django.core.exceptions import ValidationError
from hypothesis import example, given
from hypothesis import strategies as st

from tests.evidence import (
    EXCEL,
    MACRO_WORD,
    PDF,
    PLACE,
    WORD,
    chunk,
    exif,
    jpeg,
    office,
    png,
    segment,
    webp,
    zipped,
)
from tests.workbooks import workbook
from yl_district.attachments.file_types import accepted_file
from yl_district.attachments.image_metadata import orientation

RIGHT = {
    "pdf": PDF,
    "jpg": jpeg(),
    "png": png(),
    "webp": webp(),
    "docx": office(WORD),
    "xlsx": office(EXCEL),
}


def refusal(data):
    """The message with which a file is refused."""
    with pytest.raises(ValidationError) as refused:
        accepted_file(data)
    (message,) = refused.value.messages
    return message


@pytest.mark.parametrize("ending", RIGHT)
def test_each_kind_is_told_by_what_it_holds(ending):
    assert accepted_file(RIGHT[ending]) == (ending, RIGHT[ending])


def test_a_workbook_that_a_program_wrote_is_taken():
    data = workbook({"团员": [{"姓名": "章程"}]})
    assert accepted_file(data) == ("xlsx", data)


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "旧版或加了密码的 Office 文件"),
        (zipped(a="x"), "压缩包"),
        (b"PK\x03\x04 broken", "压缩包"),
        (b"Rar!\x1a\x07", "压缩包"),
        (b"\0\0\0\x18ftypheic", "HEIC 照片或视频"),
        (b"GIF89a", "其他格式的图片"),
        (b"MZ\x90", "程序"),
        (b"<!DOCTYPE html><script>", "网页"),
        (b"<svg onload=alert(1)>", "网页"),
        (b"hello", "不认得的文件"),
        (b"%PDF-x", "不认得的文件"),
    ],
)
def test_everything_else_is_refused_with_what_was_found(data, found):
    expected = "附件可以是 PDF、JPEG、PNG、WebP、docx 或 xlsx，按内容识别，与文件名无关。请另存为其中一种后再上传。"
    assert refusal(data) == f"这是{found}。{expected}"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (office(MACRO_WORD), "这份文件含有宏，不能作为附件。请另存为不含宏的 docx 或 xlsx 后再上传。"),
        (office(WORD, "word/vbaProject.bin"), "这份文件不能作为附件：文件内的部件“word/vbaProject.bin”有宏。"),
        (office(EXCEL, "xl/vbaProject.bin"), "这份文件不能作为附件：文件内的部件“xl/vbaProject.bin”有宏。"),
    ],
)
def test_macros_are_refused(data, said):
    assert refusal(data).startswith(said)


@pytest.mark.parametrize(
    "data",
    [
        b"MZ" + office(WORD),
        office(WORD) + b"MZ",
        office(("/word/document.xml", EXCEL[1])),
        zipped(**{"word/document.xml": "<x/>"}),
    ],
)
def test_an_archive_that_is_more_or_less_than_a_document_is_refused(data):
    assert "附件可以是" in refusal(data)


@pytest.mark.parametrize(
    "data",
    [
        PDF + zipped(a="x"),
        PDF.replace(b"%%EOF", zipped(a="x") + b"\n%%EOF"),
        PDF.replace(b"%%EOF", b""),
        PDF + b"<script>",
    ],
)
def test_a_pdf_that_is_something_else_beside_is_refused(data):
    assert refusal(data) == "这份 PDF 不完整，或夹带了别的内容。请重新拍摄、扫描或导出一份完整的文件后再上传。"


def test_a_photo_tells_neither_place_nor_time_and_stays_turned():
    told = [segment(0xE1, exif(turn=6)), segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + PLACE), segment(0xFE, PLACE)]
    ending, kept = accepted_file(jpeg(*told, segment(0xED, b"Photoshop" + PLACE)))
    assert (ending, PLACE in kept, b"GPS" in kept) == ("jpg", False, False)
    begin = kept.index(b"Exif\0\0")
    assert orientation(kept[begin + 6 :]) == 6
    assert accepted_file(kept) == ("jpg", kept)


def test_a_photo_that_is_not_turned_keeps_no_exif_at_all():
    assert accepted_file(jpeg(segment(0xE1, exif(turn=1)))) == ("jpg", jpeg())


def test_the_profile_of_colours_stays():
    profile = segment(0xE2, b"ICC_PROFILE\0\1\1profile")
    assert accepted_file(jpeg(profile)) == ("jpg", jpeg(profile))


@pytest.mark.parametrize("picture", [jpeg, png])
def test_what_hangs_behind_a_picture_is_cut_off(picture):
    tail = zipped(a="x") + b"<script>"
    assert accepted_file(picture(tail=tail))[1] == picture()


def test_other_formats_tell_nothing_either():
    told = [chunk(b"tEXt", b"Location\0" + PLACE), chunk(b"eXIf", exif()), chunk(b"iTXt", PLACE)]
    assert accepted_file(png(*told)) == ("png", png())
    told = [(b"EXIF", exif()), (b"XMP ", PLACE)]
    assert accepted_file(webp(*told, flags=0b1100)) == ("webp", webp())


@pytest.mark.parametrize("data", [jpeg(), png(), webp()])
def test_a_picture_that_ends_early_is_refused(data):
    for end in range(16, len(data) - 1):
        assert "不完整" in refusal(data[:end])


@given(st.integers(0, 10**9))
@example(141240)
def test_no_damage_is_more_than_a_refusal(seed):
    chance = random.Random(seed)
    data = bytearray(chance.choice([jpeg(segment(0xE1, exif())), png(), webp(), PDF, office(WORD)]))
    for _ in range(chance.randrange(1, 6)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    try:
        _, kept = accepted_file(bytes(data))
    except ValidationError:
        return
    assert kept
