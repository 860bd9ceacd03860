"""Strips images of metadata, such as place, time and camera, and of any data behind the image.

Each function splits a whole file into its parts and joins those that draw the image again; it raises BrokenFile where
the file is truncated or violates its format.
"""

import re
import struct
import zlib

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
# Kept in addition to the critical chunks: those that affect how the image is displayed.
PNG_KEPT = {b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"pHYs", b"bKGD"}
WEBP_KEPT = {b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP"}
WEBP_PICTURES = {b"VP8 ", b"VP8L", b"ANMF"}
WEBP_TELLS = 0b1100  # VP8X flags for EXIF and XMP
SOI, EOI, SOS, COM, APP1 = 0xD8, 0xD9, 0xDA, 0xFE, 0xE1
STANDALONE_MARKERS = {0x01, *range(0xD0, 0xD8)}  # markers without a segment
APPLICATION = range(0xE0, 0xF0)
# The application segments kept: format version, colour profile and colour transform.
JPEG_KEPT = {0xE0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
MARKER = re.compile(rb"\xff+[^\xff]", re.DOTALL)
NEXT_MARKER = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]")
ORIENTATION = 0x0112


class BrokenFile(ValueError):
    """A file that does not conform to the format of its signature."""


def jpeg_without_metadata(data):
    """The JPEG without metadata except its orientation."""
    kept, at, has_picture = [data[:2]], 2, False
    while True:
        at, marker = marker_at(data, at)
        if marker == EOI:
            break
        if marker in STANDALONE_MARKERS:
            kept.append(bytes([0xFF, marker]))
            continue
        segment = segment_at(data, at)
        at += len(segment)
        if marker == SOS:
            has_picture = True
            end = NEXT_MARKER.search(data, at)
            if not end:
                raise BrokenFile
            segment, at = segment + data[at : end.start()], end.start()
        if is_kept(marker, segment):
            kept.append(bytes([0xFF, marker]) + segment)
        elif marker == APP1 and segment[2:8] == b"Exif\0\0":
            kept.append(orientation_segment(segment[8:]))
    if not has_picture:
        raise BrokenFile
    return b"".join([*kept, bytes([0xFF, EOI])])


def marker_at(data, at):
    """The offset behind the marker at `at`, and the marker's code."""
    found = MARKER.match(data, at)
    if not found:
        raise BrokenFile
    return found.end(), data[found.end() - 1]


def segment_at(data, at):
    """The bytes of a segment, including its length field."""
    length = int.from_bytes(data[at : at + 2], "big")
    if length < 2 or at + length > len(data):
        raise BrokenFile
    return data[at : at + length]


def is_kept(marker, segment):
    """Whether a JPEG segment is needed to draw the image."""
    if marker in APPLICATION:
        return marker in JPEG_KEPT and segment[2:].startswith(JPEG_KEPT[marker])
    return marker not in (COM, SOI)


def orientation_segment(tiff):
    """An EXIF segment with the orientation alone; empty where the image is not rotated or mirrored."""
    value = orientation(tiff)
    if value not in range(2, 9):
        return b""
    entry = struct.pack(">HHIHH", ORIENTATION, 3, 1, value, 0)
    exif = b"Exif\0\0MM\0*" + struct.pack(">IH", 8, 1) + entry + bytes(4)
    return bytes([0xFF, APP1]) + struct.pack(">H", len(exif) + 2) + exif


def orientation(tiff):
    """The EXIF orientation; None where it is missing or unreadable."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    try:
        (first,) = struct.unpack_from(f"{order}I", tiff, 4)
        (entries,) = struct.unpack_from(f"{order}H", tiff, first)
        for number in range(entries):
            tag, kind, _, value = struct.unpack_from(f"{order}HHIH", tiff, first + 2 + 12 * number)
            if tag == ORIENTATION and kind == 3:
                return value
    except struct.error:
        pass
    return None


def png_without_metadata(data):
    """The PNG without metadata."""
    kept, at, name = [PNG_SIGNATURE], len(PNG_SIGNATURE), b""
    while name != b"IEND":
        length = int.from_bytes(data[at : at + 4], "big")
        name, end = data[at + 4 : at + 8], at + 12 + length
        checksum = zlib.crc32(data[at + 4 : end - 4]).to_bytes(4, "big")
        if end > len(data) or data[end - 4 : end] != checksum or (len(kept) == 1 and name != b"IHDR"):
            raise BrokenFile
        # An upper-case first letter marks a critical chunk, needed to draw the image.
        if name[:1].isupper() or name in PNG_KEPT:
            kept.append(data[at:end])
        at = end
    if not any(chunk[4:8] == b"IDAT" for chunk in kept[1:]):
        raise BrokenFile
    return b"".join(kept)


def webp_without_metadata(data):
    """The WebP without metadata."""
    end, at, kept = 8 + int.from_bytes(data[4:8], "little"), 12, []
    if end > len(data):
        raise BrokenFile
    while at < end:
        name, length = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        body = data[at + 8 : at + 8 + length]
        if len(body) < length or at + 8 + length > end:
            raise BrokenFile
        if name == b"VP8X" and body:
            body = bytes([body[0] & ~WEBP_TELLS]) + body[1:]
        if name in WEBP_KEPT:
            kept.append((name, body))
        at += 8 + length + length % 2
    if not WEBP_PICTURES & {name for name, _ in kept}:
        raise BrokenFile
    chunks = [name + len(body).to_bytes(4, "little") + body + bytes(len(body) % 2) for name, body in kept]
    return b"RIFF" + (4 + sum(map(len, chunks))).to_bytes(4, "little") + b"WEBP" + b"".join(chunks)
