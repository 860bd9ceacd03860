"""Files in every format that is read: workbooks by xlsxwriter, hand-made OpenDocument sheets, and mutants of both."""

import io
import random
import re
import zipfile
from pathlib import Path

import xlsxwriter
from docx import Document

SHEET = "xl/worksheets/sheet1.xml"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Made once by an old library for old workbooks: sheets 团员, 选项 (hidden), 空表 and 公式.
OLD_WORKBOOK = Path(__file__).with_name("yl_district") / "files" / "roster.xls"
# So small that its stream lies among the small sectors of its file: 7 in A1 and #N/A in B2.
SMALL_OLD_WORKBOOK = OLD_WORKBOOK.with_name("small.xls")
OPEN_DOCUMENT = "application/vnd.oasis.opendocument.spreadsheet"
OPEN_CONTENT = """<?xml version="1.0" encoding="UTF-8"?>{before}
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">
<office:automatic-styles>
<style:style style:name="shown" style:family="table"><style:table-properties table:display="true"/></style:style>
<style:style style:name="hidden" style:family="table"><style:table-properties table:display="false"/></style:style>
</office:automatic-styles>
<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"""


def workbook(fill=None, headings=("姓名", "性别"), **options):
    """The bytes of a workbook whose first sheet `fill(book, page)` has filled below its headings."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True} | options) as book:
        page = book.add_worksheet("团员")
        page.write_row(0, 0, headings)
        if fill:
            fill(book, page)
    return stream.getvalue()


def repacked(data, change, compression=zipfile.ZIP_DEFLATED):
    """The archive with every part passed through `change(name, content)`; parts answered with None are left out."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", compression) as new:
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
    return stream.getvalue()


def with_sheet(replace, data=None):
    """A workbook whose first sheet's XML went through `replace`."""
    return repacked(data or workbook(), lambda name, content: replace(content) if name == SHEET else content)


def with_cells(xml, data=None):
    """A workbook with more of a sheet's XML below its headings."""
    return with_sheet(lambda sheet: sheet.replace(b"</sheetData>", xml.encode() + b"</sheetData>"), data)


def far_cell(place):
    """A workbook of a few kilobytes with one more cell, at `place`."""
    row = re.search(r"\d+", place)[0]
    return with_cells(f'<row r="{row}"><c r="{place}" t="inlineStr"><is><t>x</t></is></c></row>')


def open_document(tables, before="", **parts):
    """The bytes of an OpenDocument spreadsheet with these tables' XML."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", OPEN_DOCUMENT, zipfile.ZIP_STORED)
        archive.writestr("content.xml", OPEN_CONTENT.format(before=before, tables=tables))
        archive.writestr("META-INF/manifest.xml", parts.get("manifest", "<manifest/>"))
    return stream.getvalue()


def ods_table(rows, name="团员", style="shown"):
    """A sheet of an OpenDocument spreadsheet."""
    return f'<table:table table:name="{name}" table:style-name="{style}">{rows}</table:table>'


def ods_row(*cells, repeated=1):
    return f'<table:table-row table:number-rows-repeated="{repeated}">{"".join(cells)}</table:table-row>'


def ods_cell(text="", kind="", repeated=1, more=""):
    """A cell with its text, its kind and value as attributes, and how often it is repeated."""
    paragraphs = "".join(f"<text:p>{line}</text:p>" for line in text.splitlines())
    kind = kind or ('office:value-type="string"' if text else "")
    repeats = f'table:number-columns-repeated="{repeated}"' if repeated > 1 else ""
    return f"<table:table-cell {kind} {repeats} {more}>{paragraphs}</table:table-cell>"


def mutated(data, seed):
    """The file with some bytes turned over, cut off, or doubled, as `seed` decides."""
    chance = random.Random(seed)
    data = bytearray(data)
    for _ in range(chance.randint(1, 3)):
        place, length = chance.randrange(len(data)), chance.randint(1, 20)
        match chance.randrange(4):
            case 0:
                data[place] ^= 1 << chance.randrange(8)
            case 1:
                data[place : place + length] = chance.randbytes(length)
            case 2:
                data[place:place] = data[place : place + length]
            case 3 if place > 100:
                del data[place : place + length if chance.randrange(3) else len(data)]
    return bytes(data)


def mutated_inside(data, seed):
    """The archive with one of its parts mutated and all check sums right."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        victim = random.Random(seed).choice(archive.namelist())
    return repacked(data, lambda name, content: mutated(content, seed) if name == victim else content)


def word_document(*parts):
    """The bytes of a Word document whose parts are paragraphs, as texts, and tables, as lists of rows."""
    found, stream = Document(), io.BytesIO()
    for part in parts:
        if isinstance(part, str):
            found.add_paragraph(part)
            continue
        table = found.add_table(len(part), len(part[0]))
        for row, texts in zip(table.rows, part, strict=True):
            for cell, text in zip(row.cells, texts, strict=True):
                cell.text = text
    found.save(stream)
    return stream.getvalue()
