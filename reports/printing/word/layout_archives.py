"""Inspects an uploaded Word layout before anything opens it: it must be a plain, small .docx without active content."""

import io
import posixpath
import zipfile

from docx.oxml.ns import qn
from lxml import etree

from yl_district.spreadsheets.archives import DAMAGE

from .layout_language import LayoutRefused

LARGEST_LAYOUT = 3 * 1024 * 1024
LARGEST_UNPACKED = 20 * 1024 * 1024
XML_PART = 1024 * 1024
# Parsing placeholders takes long for braces that are never closed.
BRACES = 1000
MOST_PARTS = 300
READ_SIZE = 1 << 16
ENCRYPTED_FLAG = 1  # the bit of a zip entry's flags
OLD_OFFICE = b"\xd0\xcf\x11\xe0"
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
CONTENT_TYPES_PART = "[Content_Types].xml"
TYPES_NAMESPACE = "{http://schemas.openxmlformats.org/package/2006/content-types}"
# The last segments of the relationship types allowed: appearance only, nothing that loads, runs or links.
RELATIONSHIPS = set(
    "officeDocument core-properties extended-properties custom-properties thumbnail styles stylesWithEffects settings"
    " webSettings fontTable font theme numbering header footer footnotes endnotes comments commentsExtended commentsIds"
    " commentsExtensible people image customXml customXmlProps".split()
)
FIELDS = {"PAGE", "NUMPAGES", "SECTIONPAGES"}
SAVE_AS_DOCX = "请在 Word 中另存为“Word 文档（*.docx）”后重新上传。"


def check_archive(data):
    """Raises LayoutRefused unless the file is a plain Word document without active content."""
    if len(data) > LARGEST_LAYOUT:
        raise LayoutRefused(f"文件超过 {LARGEST_LAYOUT >> 20} MB。请压缩或删去其中的图片后重新上传。")
    if data.startswith(OLD_OFFICE):
        raise LayoutRefused(f"这是旧版 .doc 文件，或设有打开密码。{SAVE_AS_DOCX}")
    parts = unpacked_parts(data)
    if CONTENT_TYPES_PART not in parts:
        raise LayoutRefused(f"这不是 Word 文件。{SAVE_AS_DOCX}")
    trees = {name: parsed(name, content) for name, content in parts.items() if name.endswith((".xml", ".rels"))}
    check_types(trees[CONTENT_TYPES_PART])
    for name, tree in trees.items():
        if name.endswith(".rels"):
            check_relationships(tree)
        else:
            check_fields(tree)
            check_braces(tree)


def unpacked_parts(data):
    """Every part's content by name, unpacked only up to the limits, whatever sizes the archive declares."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            check_entries(entries)
            room, found = LARGEST_UNPACKED, {}
            for entry in entries:
                limit = XML_PART if entry.filename.endswith((".xml", ".rels")) else LARGEST_UNPACKED
                found[entry.filename] = read_part(archive, entry, min(room, limit))
                room -= len(found[entry.filename])
            return found
    except DAMAGE:
        raise LayoutRefused(f"这不是 Word 文件，或文件已损坏。{SAVE_AS_DOCX}") from None


def check_entries(entries):
    """Raises LayoutRefused for too many parts, encrypted parts, or names that Word never writes."""
    names = [entry.filename for entry in entries]
    if len(names) > MOST_PARTS:
        raise LayoutRefused(
            f"文件里有 {len(names)} 个部件，最多 {MOST_PARTS} 个。请新建文档、只复制需要的内容后重新上传。"
        )
    if any(entry.flag_bits & ENCRYPTED_FLAG for entry in entries):
        raise LayoutRefused("文件设有密码。请取消密码后重新上传。")
    if any(map(is_odd, names)) or len({name.lower() for name in names}) < len(names):
        raise LayoutRefused(f"文件内部的结构不正常，不是 Word 保存的样子。{SAVE_AS_DOCX}")


def is_odd(name):
    """Whether a part has a name that Word never writes."""
    is_outside = name.startswith(("/", "../")) or "\\" in name
    return is_outside or posixpath.normpath(name) != name.rstrip("/")


def read_part(archive, entry, room):
    """The content of one part; raises LayoutRefused where it is longer than `room`."""
    pieces, length = [], 0
    with archive.open(entry) as part:
        while piece := part.read(READ_SIZE):
            length += len(piece)
            if length > room:
                raise LayoutRefused("文件解压后过大。请新建文档、只复制需要的内容后重新上传。")
            pieces.append(piece)
    return b"".join(pieces)


def parsed(name, content):
    """The XML of a part; raises LayoutRefused where it is malformed or defines entities."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError:
        raise LayoutRefused(f"文件已损坏：其中的 {name[:60]} 不能读取。{SAVE_AS_DOCX}") from None
    if root.getroottree().docinfo.doctype:
        raise LayoutRefused(f"文件内部的结构不正常，不是 Word 保存的样子。{SAVE_AS_DOCX}")
    return root


def check_types(types):
    """Raises LayoutRefused unless the archive declares a Word document without macros or controls."""
    declared = {entry.get("PartName", entry.get("Extension", "")): entry.get("ContentType", "") for entry in types}
    kinds = " ".join(declared.values())
    if "macroEnabled" in kinds or "vbaProject" in kinds:
        raise LayoutRefused(f"文件带有宏（.docm、.dotm）。{SAVE_AS_DOCX}")
    if "wordprocessingml.template" in kinds:
        raise LayoutRefused(f"这是 Word 模板（.dotx），需要的是 Word 文档。{SAVE_AS_DOCX}")
    if MAIN not in declared.values():
        raise LayoutRefused(f"这不是 Word 文件。{SAVE_AS_DOCX}")
    # A part that is XML only by its declared type would be opened without inspection.
    if any(kind.endswith("xml") and not name.endswith(("xml", "rels")) for name, kind in declared.items()):
        raise LayoutRefused(f"文件内部的结构不正常，不是 Word 保存的样子。{SAVE_AS_DOCX}")


def check_relationships(tree):
    """Raises LayoutRefused for external targets, embedded objects, controls and macros."""
    for entry in tree:
        kind = entry.get("Type", "").rpartition("/")[2]
        if entry.get("TargetMode") == "External":
            target = entry.get("Target", "")[:80]
            raise LayoutRefused(f"文件引用了外部内容：{target}。请删去链接、链接的图片和附加模板后重新上传。")
        if kind not in RELATIONSHIPS:
            raise LayoutRefused(
                f"文件里有不能用于版式的内容（{kind[:40]}），如嵌入的对象、控件或宏。请删去后重新上传。"
            )


def check_fields(tree):
    """Raises LayoutRefused for fields other than page numbers, as they could fetch files or start programs."""
    texts, spelt = [field.get(qn("w:instr"), "") for field in tree.iter(qn("w:fldSimple"))], []
    for element in tree.iter(qn("w:fldChar"), qn("w:instrText")):
        if element.tag == qn("w:instrText"):
            spelt.append(element.text or "")
        elif spelt:
            texts.append("".join(spelt))
            spelt = []
    for text in [*texts, *(["".join(spelt)] if spelt else [])]:
        if (text.split() or [""])[0].upper() not in FIELDS:
            raise LayoutRefused(f"文件里有域代码“{text.strip()[:40]}”，版式中只能用页码。请删去后重新上传。")


def check_braces(tree):
    """Raises LayoutRefused for more braces than any layout has placeholders."""
    if sum((text or "").count("{") for text in tree.itertext()) > BRACES:
        raise LayoutRefused(f"文件里有 {BRACES} 个以上的“{{”，不像是版式。请对照内置版式改正后重新上传。")
