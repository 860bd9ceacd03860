"""Looks for what acts in a PDF: scripts, programs to start, embedded files, forms that send themselves."""

import io
import re

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

from .findings import Unsafe, active
from .links import is_plain_link

SCRIPT, EMBEDDED, MEDIA, FORM = "脚本（JavaScript）", "嵌入的文件", "多媒体或三维内容", "动态表单（XFA）"
LAUNCH, SENDING, OTHER_FILE_OPENED = "启动程序的动作", "自动提交或导入数据的动作", "打开其他文件的动作"
# By a key of any dictionary.
ACTIVE_KEYS = {
    "/JS": SCRIPT,
    "/JavaScript": SCRIPT,
    "/EmbeddedFiles": EMBEDDED,
    "/EF": EMBEDDED,
    "/RF": EMBEDDED,
    "/Collection": EMBEDDED,
    "/XFA": FORM,
    "/RichMediaContent": MEDIA,
    "/RichMediaSettings": MEDIA,
    "/Launch": LAUNCH,
}
# By the value of /S, /Subtype or /Type of any dictionary.
ACTIVE_VALUES = {
    "/JavaScript": SCRIPT,
    "/Launch": LAUNCH,
    **dict.fromkeys(["/SubmitForm", "/ImportData"], SENDING),
    **dict.fromkeys(["/GoToR", "/GoToE"], OTHER_FILE_OPENED),
    **dict.fromkeys(["/EmbeddedFile", "/FileAttachment"], EMBEDDED),
    **dict.fromkeys(["/Rendition", "/Movie", "/Sound", "/Screen", "/3D", "/GoTo3DView"], MEDIA),
    **dict.fromkeys(["/RichMedia", "/RichMediaExecute"], MEDIA),
}
VALUE_KEYS = ("/S", "/Subtype", "/Type")
# What an action may be that stands where actions stand; /URI only where somebody clicks.
PLAIN_ACTIONS = {"/GoTo", "/Named", "/Hide", "/ResetForm", "/SetOCGState", "/Trans", "/GoToDp"}
# Names that say by themselves what acts, each letter as it is or escaped, wherever they lie in the file.
TELLING_NAMES = {
    "JavaScript": SCRIPT,
    "Launch": LAUNCH,
    "EmbeddedFile": EMBEDDED,
    "EmbeddedFiles": EMBEDDED,
    "RichMedia": MEDIA,
    "SubmitForm": SENDING,
    "ImportData": SENDING,
}
DEEPEST = 100
PLACES_OF_PAGES = 20_000  # annotations whose page is known


def inspect_pdf(data):
    """Raises Unsafe for a PDF with content that acts, one that opens only with a password, or a broken one."""
    inspect_objects(data)
    # Other programs may find objects that no table of the file lists, as they look for them in a damaged file.
    check_names(data)
    try:
        inspect_objects(data.replace(b"startxref", b"startxxxx"), is_without_table=True)
    except Unsafe as found:
        if found.reason == "active":
            raise


def check_names(content):
    """Raises Unsafe for bytes that hold the name of something that acts."""
    for name, words in TELLING_NAMES.items():
        if spelt(name).search(content):
            raise active(words, "文件中不再使用的部分")


def spelt(name):
    """Returns the pattern of a name in a PDF, whose letters may be escaped."""
    letters = "".join(f"(?:{letter}|#{ord(letter):x})" for letter in name)
    return re.compile(f"/{letters}(?![0-9A-Za-z#])".encode(), re.IGNORECASE)


def inspect_objects(data, is_without_table=False):
    """Raises Unsafe for any object of the file that acts, whether something refers to it or not.

    Where the file's table is left aside, objects packed into streams are looked through as well.
    """
    try:
        with pikepdf.open(io.BytesIO(data), suppress_warnings=True) as pdf:
            places = places_of_pages(pdf)
            for one in pdf.objects:
                inspect_value(one, places.get(getattr(one, "objgen", None), ""), 0)
                if is_without_table and isinstance(one, Stream) and name_of(one, "/Type") == "/ObjStm":
                    check_names(one.read_bytes())
            inspect_automatic(pdf.Root)
    except pikepdf.PasswordError:
        raise Unsafe("locked") from None
    except pikepdf.DataDecodingError:
        raise Unsafe("damaged") from None
    except (pikepdf.PdfError, RuntimeError, ValueError, TypeError, AttributeError, LookupError):
        raise Unsafe("damaged") from None


def places_of_pages(pdf):
    """Returns {object's number: page} for pages, their annotations and the actions of these."""
    places = {}
    for number, page in enumerate(pdf.pages, 1):
        words = f"第 {number} 页"
        places[page.obj.objgen] = words
        annotations = page.obj.get("/Annots")
        for annotation in annotations if isinstance(annotations, Array) else ():
            if not isinstance(annotation, Dictionary):
                continue
            for one in (annotation, annotation.get("/A"), annotation.get("/AA")):
                if isinstance(one, (Dictionary, Stream)) and one.is_indirect:
                    places[one.objgen] = words
        if len(places) > PLACES_OF_PAGES:
            break
    return places


def inspect_value(value, place, depth):
    """Raises Unsafe for a value that acts, or one within it; what it only refers to is an object of its own."""
    if depth > DEEPEST:
        raise Unsafe("structure")
    if isinstance(value, Array):
        for one in value:
            inspect_inner(one, place, depth)
    elif isinstance(value, (Dictionary, Stream)):
        if isinstance(value, Stream) and "/F" in value:
            raise active("存放在文件以外的内容", place)
        inspect_dictionary(value, place)
        for key in value:
            inspect_inner(value.get(key), place, depth)


def inspect_inner(value, place, depth):
    """Inspects a value within another one, unless it is only referred to."""
    if isinstance(value, (Array, Dictionary)) and not value.is_indirect:
        inspect_value(value, place, depth + 1)


def inspect_dictionary(value, place):
    """Raises Unsafe for a dictionary that acts."""
    for key in ACTIVE_KEYS.keys() & value.keys():
        raise active(ACTIVE_KEYS[key], place)
    for key in VALUE_KEYS:
        words = ACTIVE_VALUES.get(name_of(value, key))
        if words:
            raise active(words, place)
    if name_of(value, "/FS") == "/URL" or (name_of(value, "/S") == "/Thread" and "/F" in value):
        raise active(OTHER_FILE_OPENED, place)
    if name_of(value, "/S") == "/URI" and not is_plain_link(text_of(value, "/URI")):
        raise active(f"指向本机、局域网或程序的链接（{text_of(value, '/URI')[:80]}）", place)
    if "/AA" in value:
        inspect_automatic_actions(value["/AA"], place)


def name_of(value, key):
    """Returns the name that stands under a key, "" for anything else."""
    found = value.get(key)
    return str(found) if isinstance(found, Name) else ""


def text_of(value, key):
    """Returns the text that stands under a key, "" for anything else."""
    found = value.get(key)
    return str(found) if isinstance(found, pikepdf.String) else ""


def inspect_automatic(root):
    """Raises Unsafe where the document does more at its opening than to show a page."""
    action = root.get("/OpenAction")
    if isinstance(action, (Dictionary, Stream)):
        check_automatic(action, "打开文件时的动作")


def inspect_automatic_actions(actions, place):
    """Raises Unsafe for actions that happen without a click and do more than to show something."""
    if isinstance(actions, (Dictionary, Stream)):
        for key in actions:
            if isinstance(actions.get(key), (Dictionary, Stream)):
                check_automatic(actions.get(key), place)


def check_automatic(action, place, depth=0):
    """Raises Unsafe for an action without a click, or one that follows it, that does more than to show something."""
    kind, following = name_of(action, "/S"), action.get("/Next")
    if (kind and kind not in PLAIN_ACTIONS) or depth > DEEPEST:
        raise active(f"自动执行的动作（{kind[1:40]}）", place)
    for one in following if isinstance(following, Array) else [following]:
        if isinstance(one, (Dictionary, Stream)):
            check_automatic(one, place, depth + 1)
