"""Looks for what acts in the parts of an Office file: macros, embedded objects, fields, formulas, external content."""

from .cell_formulas import active_formula
from .findings import Unsafe, active
from .links import is_elsewhere, is_plain_link
from .office_rules import (
    ACTIVE_ELEMENTS,
    ACTIVE_FIELDS,
    ACTIVE_RELATIONSHIPS,
    ACTIVE_TYPES,
    CHART_RELATIONSHIPS,
    FOREIGN,
    FORMULAS,
    HEAD_BYTES,
    LINK_SWITCH,
    MACRO,
    OFFICE_LIMITS,
    OTHER_FILE,
    PICTURE_ELEMENTS,
    PLAIN_BINARY,
    PLAIN_FIELDS,
    QUOTED_TEXT,
    WORKBOOK_TYPE,
)
from .packages import TYPES_PART, Package
from .word_fields import NESTED, FieldReader
from .xml_parts import scan_xml


def inspect_office(data):
    """Raises Unsafe for an Office file with content that acts, or that is not built as Office programs build it."""
    inspect_package(Package(data, OFFICE_LIMITS))


def inspect_package(package):
    """Raises Unsafe for an opened Office file with content that acts."""
    for name, kind in [*package.overrides.items(), *((f"*.{key}", kind) for key, kind in package.defaults.items())]:
        # A default that no part has says nothing: some programs list every type that they know.
        if not name.startswith("*.") or any(package.type_of(entry) == kind for entry in package.entries):
            check_type(name, kind)
    charted = set()
    for name in package.entries:
        if is_relationships(name):
            charted |= inspect_relationships(package, name)
    for name in package.entries:
        if name == TYPES_PART or is_relationships(name):
            continue
        if package.is_xml(name):
            inspect_xml(package, name)
        elif package.type_of(name) == WORKBOOK_TYPE and name.rpartition("/")[2] in charted:
            inspect_workbook_of_chart(package, name)
        else:
            inspect_binary(package, name)


def is_relationships(name):
    """Whether a part says what another one refers to; Office programs take names in whatever case."""
    return name.lower().endswith(".rels")


def check_type(name, kind):
    """Raises Unsafe for the content type of a part that acts."""
    for pattern, words in ACTIVE_TYPES:
        if pattern.search(kind):
            raise active(words, name)


def inspect_relationships(package, name):
    """Returns the file names of the workbooks behind charts; raises Unsafe for what acts or lies outside the file."""
    charted = set()

    def start(element, attributes, _):
        if element != "Relationship":
            return
        kind, target = attributes.one("Type").rpartition("/")[2], attributes.one("Target")
        if kind == "hyperlink":
            check_link(target, name)
        elif attributes.one("TargetMode").lower() == "external" or is_elsewhere(target):
            raise active(f"{ACTIVE_RELATIONSHIPS.get(kind, '引用的外部内容')}（{target[:80]}）", name)
        elif kind == "package" and CHART_RELATIONSHIPS.fullmatch(name):
            charted.add(target.rpartition("/")[2])
        elif kind in ACTIVE_RELATIONSHIPS:
            raise active(ACTIVE_RELATIONSHIPS[kind], name)

    scan_xml(package.chunks(name), name, start)
    return charted


def check_link(target, place):
    """Raises Unsafe for a link that is not plain."""
    if not is_plain_link(target):
        raise active(f"指向本机、局域网或程序的链接（{target[:80]}）", place)


def inspect_xml(package, name):
    """Raises Unsafe for elements, fields and formulas of a part that act."""
    fields = FieldReader(lambda code: check_field(code, name))
    formula = []

    def start(element, attributes, namespace):
        fields.start(element, attributes, namespace)
        if element in ACTIVE_ELEMENTS:
            raise active(ACTIVE_ELEMENTS[element], name)
        if element in FORMULAS:
            formula.append("")
        if element in PICTURE_ELEMENTS and any(map(is_outside_picture, attributes.all("src", "href"))):
            raise active("引用的外部图片", name)
        if element == "blip" and any(attributes.all("link")):
            raise active("引用的外部图片", name)
        if element == "definedName" and attributes.one("name").lower().removeprefix("_xlnm.").startswith("auto_"):
            raise active("自动执行的名称", name)

    def text(characters):
        fields.text(characters)
        if formula:
            formula[-1] += characters

    def end(element, namespace):
        fields.end(element, namespace)
        if element in FORMULAS and formula:
            found = active_formula(formula.pop())
            if found:
                raise active(found, name)

    chunks = package.chunks(name)
    if name.lower().endswith(".vml"):
        # Excel writes line breaks that are no XML.
        chunks = (chunk.replace(b"<br>", b"<br/>") for chunk in chunks)
    scan_xml(chunks, name, start, text, end)
    fields.close()


def is_outside_picture(target):
    """Whether a picture is fetched from outside the file."""
    return is_elsewhere(target) and not target.startswith("data:image/")


def check_field(code, place):
    """Raises Unsafe for a field's code that does more than show something of the document or the day."""
    words = QUOTED_TEXT.sub(" ", code).replace(NESTED, f" {NESTED} ").upper().split()
    name = words[0] if words else ""
    is_plain = not name or name in PLAIN_FIELDS or name.startswith("=")
    if not is_plain or ACTIVE_FIELDS & set(words):
        raise active(f"域代码“{code.replace(NESTED, '…').strip()[:60]}”", place)
    if name == "HYPERLINK":
        for link in link_targets(code):
            check_link(link, place)


def link_targets(code):
    """Returns the targets of a HYPERLINK field, quoted or not."""
    rest = LINK_SWITCH.sub(" ", code)
    return [*(text[1:-1] for text in QUOTED_TEXT.findall(rest)), *QUOTED_TEXT.sub(" ", rest).split()[1:]]


def inspect_workbook_of_chart(package, name):
    """Raises Unsafe where the workbook that holds a chart's numbers is none, or acts itself."""
    try:
        inner = Package(package.read(name), package.limits)
        inner.room = package.room
        if any(inner.type_of(entry) == WORKBOOK_TYPE for entry in inner.entries):
            raise active(OTHER_FILE, name)
        inspect_package(inner)
    except Unsafe as found:
        raise Unsafe(found.reason, found.found, f"{name} 中的 {found.place}" if found.place else name) from None
    package.room = inner.room


def inspect_binary(package, name):
    """Raises Unsafe for a part that is neither XML, nor a picture, a font or settings of a printer."""
    head = b""
    for chunk in package.chunks(name):
        head = head or chunk[:HEAD_BYTES]
    if head and (FOREIGN.match(head) or not PLAIN_BINARY.match(package.type_of(name))):
        raise active(MACRO if name.lower().endswith("vbaproject.bin") else "夹带的文件", name)
