"""Word files to upload: the built-in layout with one change each."""

import io
import zipfile

from docx import Document

from reports.printing.word import TEMPLATE

DOCUMENT, SETTINGS = "word/document.xml", "word/settings.xml"
TYPES, RELATIONSHIPS = "[Content_Types].xml", "word/_rels/document.xml.rels"


def built_in():
    """The built-in layout's bytes."""
    return TEMPLATE.read_bytes()


def changed(**parts):
    """The built-in layout, of whose parts some are replaced: {part's name: function of its text}."""
    return packed({name: parts[name](text.decode()).encode() if name in parts else text for name, text in unpacked()})


def replaced(part, old, new):
    """The built-in layout with `new` in the place of `old`, which its part has to have."""

    def change(text):
        assert old in text
        return text.replace(old, new, 1)

    return changed(**{part: change})


def added(name, content=b""):
    """The built-in layout with one part more."""
    return packed(dict(unpacked()) | {name: content})


def unpacked():
    """Every part of the built-in layout as (name, bytes)."""
    with zipfile.ZipFile(TEMPLATE) as archive:
        return [(name, archive.read(name)) for name in archive.namelist()]


def packed(parts, method=zipfile.ZIP_DEFLATED):
    """A zipped file of these parts."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def related(kind, target="part.bin", mode=""):
    """The built-in layout with one relationship more."""
    entry = f'<Relationship Id="rId99" Type="http://example.org/{kind}" Target="{target}"{mode}/></Relationships>'
    return replaced(RELATIONSHIPS, "</Relationships>", entry)


def with_line(*lines):
    """The built-in layout with more paragraphs at its beginning."""
    document = Document(TEMPLATE)
    for line in lines:
        document.paragraphs[0].insert_paragraph_before(line)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def with_field(*pieces):
    """The built-in layout with a field whose code is spelt in these pieces."""
    codes = "".join(f"<w:r><w:instrText>{piece}</w:instrText></w:r>" for piece in pieces)
    field = f'<w:r><w:fldChar w:fldCharType="begin"/></w:r>{codes}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    return replaced(DOCUMENT, "<w:body>", f"<w:body><w:p>{field}</w:p>")
