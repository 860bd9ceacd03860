"""Attachments as users upload them, and files disguised as such."""

import io
import struct
import zipfile
import zlib

PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)
PLACE = b"N39.9042 E116.4074"
SCAN = b"\x12\x34\xff\x00\x56\xff\xd0\x78"


def segment(marker, body):
    """A segment of a JPEG."""
    return bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2, "big") + body


def exif(turn=6):
    """What a camera writes of a photo: how it is turned, and where it was taken."""
    entries = struct.pack("<HHIHH", 0x0112, 3, 1, turn, 0) + struct.pack("<HHI4s", 0x8825, 4, 1, b"GPS\0")
    return b"Exif\0\0II*\0" + struct.pack("<IH", 8, 2) + entries + bytes(4) + PLACE


JFIF = segment(0xE0, b"JFIF\0\1\2\0\0\1\0\1\0\0")
FRAME = segment(0xDB, bytes(65)) + segment(0xC0, b"\x08\0\1\0\1\1\1\x11\0") + segment(0xC4, bytes(20))
PICTURE = FRAME + segment(0xDA, b"\1\1\0\0\x3f\0") + SCAN


def jpeg(*told, tail=b""):
    """A JPEG with segments beside its picture, and with something behind it."""
    return b"\xff\xd8" + JFIF + b"".join(told) + PICTURE + b"\xff\xd9" + tail


def chunk(name, body):
    """A chunk of a PNG."""
    return len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big")


def png(*told, tail=b""):
    """A PNG of one pixel."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(told) + body + tail


def webp(*told, flags=0):
    """A WebP, with the flags of its extended header."""
    chunks = [(b"VP8X", bytes([flags]) + bytes(9)), *told, (b"VP8 ", b"picture")]
    body = b"".join(name + len(data).to_bytes(4, "little") + data + bytes(len(data) % 2) for name, data in chunks)
    return b"RIFF" + (len(body) + 4).to_bytes(4, "little") + b"WEBP" + body


WORD = ("/word/document.xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml")
EXCEL = ("/xl/workbook.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml")
MACRO_WORD = ("/word/document.xml", "application/vnd.ms-word.document.macroEnabled.main+xml")


def office(main, *names):
    """An Office file with this main part and other parts."""
    stream, (place, kind) = io.BytesIO(), main
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("[Content_Types].xml", f'<Types><Override PartName="{place}" ContentType="{kind}"/></Types>')
        for name in (place.lstrip("/"), *names):
            archive.writestr(name, "<x/>")
    return stream.getvalue()


def zipped(**files):
    """A plain archive."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return stream.getvalue()
