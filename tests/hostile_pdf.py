"""PDF files in which something acts, each a page with one thing more, and honest ones."""

import io
import re
import zlib
from functools import cache

import pikepdf
import typst
from pikepdf import Array, Dictionary, Name
from PIL import Image

PLAIN, PACKED = pikepdf.ObjectStreamMode.disable, pikepdf.ObjectStreamMode.generate


def pdf(change=None, mode=PLAIN, **options):
    """A PDF of one page that `change(pdf)` has changed."""
    stream = io.BytesIO()
    with pikepdf.new() as made:
        made.add_blank_page()
        if change:
            change(made)
        made.save(stream, object_stream_mode=mode, **options)
    return stream.getvalue()


def opening(**action):
    """Changes a PDF so that it does this when it opens."""

    def change(made):
        made.Root.OpenAction = made.make_indirect(Dictionary(Type=Name.Action, **action))

    return change


def noted(subtype, **entries):
    """Changes a PDF so that its page has this annotation."""

    def change(made):
        note = Dictionary(Type=Name.Annot, Subtype=subtype, Rect=[0, 0, 99, 99], **entries)
        made.pages[0].Annots = Array([made.make_indirect(note)])

    return change


def linked(**action):
    """Changes a PDF so that a click on its page does this."""
    return noted(Name.Link, A=Dictionary(**action))


def with_program(made):
    made.attachments["工具.exe"] = pikepdf.AttachedFileSpec(made, b"MZ" + bytes(99), filename="工具.exe")


def with_form(**entries):
    """Changes a PDF so that it has a form with one field."""

    def change(made):
        noted(Name.Widget, FT=Name.Tx, T="姓名", V="章程")(made)
        made.Root.AcroForm = Dictionary(Fields=made.pages[0].Annots, **entries)

    return change


def with_page_script(made):
    made.pages[0].AA = Dictionary(O=Dictionary(S=Name.JavaScript, JS="app.alert(1)"))


def escaped(data):
    """The file with some letters of the names of what acts escaped."""
    changed = data.replace(b"/JavaScript", b"/J#61vaScrip#74").replace(b"/JS", b"/#4a#53")
    assert changed != data
    return changed


def unlisted_objects():
    """A PDF with a stream of objects that no table of the file lists, as some programs find when they repair it."""
    packed = zlib.compress(b"90 0 <</S/JavaScrip#74/JS(app.alert(1))>>")
    about = b"<</Type/ObjStm/N 1/First 5/Filter/FlateDecode/Length %d>>" % len(packed)
    return pdf() + b"91 0 obj%sstream\n%s\nendstream endobj\n%%%%EOF\n" % (about, packed)


def earlier_state():
    """A PDF whose script a later state of the same file takes away."""
    data = pdf(opening(S=Name.JavaScript, JS="app.alert(1)"))
    root = re.search(rb"/Root (\d+) 0 R", data)[1]
    pages = re.search(rb"/Pages (\d+) 0 R", data)[1]
    begun = len(data)
    former = re.search(rb"startxref\n(\d+)", data)[1]
    data += b"%s 0 obj<</Type/Catalog/Pages %s 0 R>>endobj\n" % (root, pages)
    table = len(data)
    data += b"xref\n%s 1\n%010d 00000 n \ntrailer<</Size 9/Root %s 0 R/Prev %s>>\n" % (root, begun, root, former)
    return data + b"startxref\n%d\n%%%%EOF\n" % table


@cache
def hostile_pdfs():
    """{what acts: file}."""
    script = opening(S=Name.JavaScript, JS="app.alert(1)")
    locked = pikepdf.Encryption(owner="x", user="")
    return {
        "script at opening": pdf(script),
        "script in an object stream": pdf(script, PACKED),
        "script with escaped names": escaped(pdf(script)),
        "script below an owner's password": pdf(script, PACKED, encryption=locked),
        "script of an earlier state": earlier_state(),
        "script in objects that no table lists": unlisted_objects(),
        "script when a page opens": pdf(with_page_script),
        "script behind a link": pdf(linked(S=Name.JavaScript, JS="app.alert(1)")),
        "password": pdf(encryption=pikepdf.Encryption(owner="x", user="y")),
        "program started": pdf(linked(S=Name.Launch, F="cmd.exe")),
        "program embedded": pdf(with_program),
        "program behind a pin": pdf(noted(Name.FileAttachment, FS=Dictionary(F="a.exe"))),
        "flash": pdf(noted(Name.RichMedia, RichMediaContent=Dictionary())),
        "film": pdf(noted(Name.Screen, A=Dictionary(S=Name.Rendition))),
        "XFA form": pdf(with_form(XFA=pikepdf.String("<xdp/>"))),
        "form that sends itself": pdf(linked(S=Name.SubmitForm, F="http://example.org")),
        "form that fetches data": pdf(linked(S=Name.ImportData, F="a.fdf")),
        "other document": pdf(linked(S=Name.GoToR, F="//example.org/a.pdf", D=[0, Name.Fit])),
        "thread of another document": pdf(linked(S=Name.Thread, F="//example.org/a.pdf")),
        "sound": pdf(linked(S=Name.Sound)),
        "embedded document": pdf(linked(S=Name.GoToE, D=[0, Name.Fit])),
        "address opened by itself": pdf(opening(S=Name.URI, URI="http://example.org")),
        "address opened after a page": pdf(
            opening(S=Name.GoTo, D=[0, Name.Fit], Next=[Dictionary(S=Name.URI, URI="http://example.org")])
        ),
        "program behind a web link": pdf(linked(S=Name.URI, URI="file:///C:/Windows/System32/cmd.exe")),
        "server of the network behind a link": pdf(linked(S=Name.URI, URI="\\\\example.org\\a")),
    }


def honest_pdfs():
    """{what it is: file}."""
    scan = io.BytesIO()
    Image.linear_gradient("L").convert("RGB").save(scan, "PDF")
    link = linked(S=Name.URI, URI="https://www.example.org/通知")
    return {
        "page": pdf(),
        "page in object streams": pdf(mode=PACKED),
        "scan": scan.getvalue(),
        "scan with a link": pdf(link),
        "form": pdf(with_form()),
        "opens at a page": pdf(lambda made: setattr(made.Root, "OpenAction", Array([made.pages[0].obj, Name.Fit]))),
        "owner's password": pdf(link, encryption=pikepdf.Encryption(owner="x", user="")),
        "linearized": pdf(link, linearize=True),
        "typeset": typst.compile(b'#outline()\n= A\n#link("https://www.example.org")[B]\n== C\n'),
    }
