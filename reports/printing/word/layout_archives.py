"""Inspects an uploaded Word layout before anything opens it: it must be a plain, small .docx without active content.

What acts is refused as in any file that comes from outside; a layout may hold even less.
"""

from yl_district.inspection.findings import Unsafe
from yl_district.inspection.inspector import words_of_finding
from yl_district.inspection.office_files import inspect_package
from yl_district.inspection.packages import TYPES_PART, Package, PackageLimits
from yl_district.inspection.word_fields import FieldReader
from yl_district.inspection.xml_parts import scan_xml

from .layout_language import LayoutRefused

LARGEST_LAYOUT = 3 * 1024 * 1024
LAYOUT_LIMITS = PackageLimits(parts=300, unpacked=20 * 1024 * 1024, xml_part=1024 * 1024)
# Parsing placeholders takes long for braces that are never closed.
BRACES = 1000
OLD_OFFICE = b"\xd0\xcf\x11\xe0"
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
# The last segments of the relationship types allowed: appearance only, nothing that loads, runs or links.
RELATIONSHIPS = set(
    "officeDocument core-properties extended-properties custom-properties thumbnail styles stylesWithEffects settings"
    " webSettings fontTable font theme numbering header footer footnotes endnotes comments commentsExtended commentsIds"
    " commentsExtensible people image customXml customXmlProps".split()
)
FIELDS = {"PAGE", "NUMPAGES", "SECTIONPAGES"}
SAVE_AS_DOCX = "请在 Word 中另存为“Word 文档（*.docx）”后重新上传。"
COPY_ONLY = "请新建文档、只复制需要的内容后重新上传。"


def check_archive(data):
    """Raises LayoutRefused unless the file is a plain Word document without active content."""
    if len(data) > LARGEST_LAYOUT:
        raise LayoutRefused(f"文件超过 {LARGEST_LAYOUT >> 20} MB。请压缩或删去其中的图片后重新上传。")
    if data.startswith(OLD_OFFICE):
        raise LayoutRefused(f"这是旧版 .doc 文件，或设有打开密码。{SAVE_AS_DOCX}")
    try:
        package = Package(data, LAYOUT_LIMITS)
        check_types(package)
        for name in package.entries:
            if name.endswith(".rels"):
                check_relationships(package, name)
            elif package.is_xml(name):
                check_page_text(package, name)
            else:
                package.read(name)
        inspect_package(Package(data, LAYOUT_LIMITS))
    except Unsafe as unsafe:
        raise LayoutRefused(words_for(unsafe)) from None


def words_for(unsafe):
    """What is said of a file in which the inspection found something."""
    if unsafe.reason == "damaged":
        if unsafe.place:
            return f"文件已损坏：其中的 {unsafe.place[:60]} 不能读取。{SAVE_AS_DOCX}"
        return f"这不是 Word 文件，或文件已损坏。{SAVE_AS_DOCX}"
    return {
        "locked": "文件设有密码。请取消密码后重新上传。",
        "structure": f"文件内部的结构不正常，不是 Word 保存的样子。{SAVE_AS_DOCX}",
        "parts": f"文件里有 {unsafe.found} 个部件，最多 {LAYOUT_LIMITS.parts} 个。{COPY_ONLY}",
        "too large": f"文件解压后过大。{COPY_ONLY}",
    }.get(unsafe.reason) or f"{words_of_finding(unsafe)}。请删去后重新上传。"


def check_types(package):
    """Raises LayoutRefused unless the archive declares a Word document without macros or controls."""
    if TYPES_PART not in package.entries:
        raise LayoutRefused(f"这不是 Word 文件。{SAVE_AS_DOCX}")
    declared = package.overrides | package.defaults
    kinds = " ".join(declared.values())
    if "macroEnabled" in kinds or "vbaProject" in kinds:
        raise LayoutRefused(f"文件带有宏（.docm、.dotm）。{SAVE_AS_DOCX}")
    if "wordprocessingml.template" in kinds:
        raise LayoutRefused(f"这是 Word 模板（.dotx），需要的是 Word 文档。{SAVE_AS_DOCX}")
    if MAIN not in package.overrides.values():
        raise LayoutRefused(f"这不是 Word 文件。{SAVE_AS_DOCX}")
    # A part that is XML only by its declared type would be opened without inspection.
    if any(kind.endswith("xml") and not name.endswith(("xml", "rels")) for name, kind in declared.items()):
        raise Unsafe("structure")


def check_relationships(package, name):
    """Raises LayoutRefused for external targets, embedded objects, controls and macros."""

    def start(element, attributes, _):
        if element != "Relationship":
            return
        kind = attributes.one("Type").rpartition("/")[2]
        if attributes.one("TargetMode") == "External":
            target = attributes.one("Target")[:80]
            raise LayoutRefused(f"文件引用了外部内容：{target}。请删去链接、链接的图片和附加模板后重新上传。")
        if kind not in RELATIONSHIPS:
            raise LayoutRefused(
                f"文件里有不能用于版式的内容（{kind[:40]}），如嵌入的对象、控件或宏。请删去后重新上传。"
            )

    scan_xml(package.chunks(name), name, start)


def check_page_text(package, name):
    """Raises LayoutRefused for fields other than page numbers, and for more braces than a layout has placeholders."""
    fields, braces = FieldReader(check_page_field), 0

    def text(characters):
        nonlocal braces
        fields.text(characters)
        braces += characters.count("{")

    scan_xml(package.chunks(name), name, fields.start, text, fields.end)
    fields.close()
    if braces > BRACES:
        raise LayoutRefused(f"文件里有 {BRACES} 个以上的“{{”，不像是版式。请对照内置版式改正后重新上传。")


def check_page_field(code):
    """Raises LayoutRefused for a field other than page numbers, as it could fetch files or start programs."""
    if (code.split() or [""])[0].upper() not in FIELDS:
        raise LayoutRefused(f"文件里有域代码“{code.strip()[:40]}”，版式中只能用页码。请删去后重新上传。")
