"""What of an Office file acts by itself, or only shows something: relationships, content types, elements and fields."""

import re

from .packages import PackageLimits

OFFICE_LIMITS = PackageLimits(parts=2000, unpacked=200 * 1024 * 1024, xml_part=120 * 1024 * 1024)
MACRO, XLM, OBJECT, ACTIVE_X = "宏", "宏表（XLM）", "嵌入的对象（OLE）", "ActiveX 控件"
OTHER_FILE, CONNECTION, RIBBON, ADD_IN = "嵌入的另一份文件", "外部数据连接", "自定义功能区", "Office 加载项"
BOOK_LINK, DDE = "指向其他工作簿或程序的链接（DDE）", "指向其他程序的链接（DDE）"
LIVE, MAIL_MERGE, OUTSIDE_TEMPLATE = "实时数据（RTD）", "邮件合并的数据源", "附加的外部模板"
# By the last segment of a relationship's type.
ACTIVE_RELATIONSHIPS = {
    **dict.fromkeys(["vbaProject", "wordVbaData", "vbaProjectSignature", "attachedToolbars"], MACRO),
    **dict.fromkeys(["keyMapCustomizations", "userCustomization"], MACRO),
    **dict.fromkeys(["xlMacrosheet", "xlIntlMacrosheet", "dialogsheet"], XLM),
    **dict.fromkeys(["oleObject", "package"], OBJECT),
    **dict.fromkeys(["control", "activeXControl", "activeXControlBinary"], ACTIVE_X),
    **dict.fromkeys(["aFChunk", "subDocument", "frame"], OTHER_FILE),
    **dict.fromkeys(["connections", "queryTable", "powerPivotData"], CONNECTION),
    **dict.fromkeys(["extensibility", "customUI"], RIBBON),
    **dict.fromkeys(["webextension", "webextensiontaskpanes", "taskpanes"], ADD_IN),
    **dict.fromkeys(["externalLink", "externalLinkPath"], BOOK_LINK),
    **dict.fromkeys(["mailMergeSource", "mailMergeHeaderSource"], MAIL_MERGE),
    "volatileDependencies": LIVE,
    "attachedTemplate": OUTSIDE_TEMPLATE,
}
ACTIVE_TYPES = [
    (re.compile(r"macroEnabled|vbaProject|vbaData|attachedToolbars|keyMapCustomizations", re.IGNORECASE), MACRO),
    (re.compile(r"macrosheet|dialogsheet", re.IGNORECASE), XLM),
    (re.compile(r"activeX|\.control", re.IGNORECASE), ACTIVE_X),
    (re.compile(r"oleObject", re.IGNORECASE), OBJECT),
    (re.compile(r"externalLink", re.IGNORECASE), BOOK_LINK),
    (re.compile(r"connections|queryTable|model\.data", re.IGNORECASE), CONNECTION),
    (re.compile(r"webextension", re.IGNORECASE), ADD_IN),
    (re.compile(r"volatileDependencies", re.IGNORECASE), LIVE),
]
# By an element's name, in whatever namespace.
ACTIVE_ELEMENTS = {
    **dict.fromkeys(["macrosheet", "dialogsheet"], XLM),
    **dict.fromkeys(["OLEObject", "oleObject", "oleObj", "objectEmbed", "objectLink"], OBJECT),
    **dict.fromkeys(["ddeLink", "ddeItem"], DDE),
    **dict.fromkeys(["externalBook", "oleLink", "externalReference"], BOOK_LINK),
    **dict.fromkeys(["altChunk", "subDoc"], OTHER_FILE),
    **dict.fromkeys(["webextension", "taskpane"], ADD_IN),
    **dict.fromkeys(["script", "foreignObject"], "脚本"),
    "ocx": ACTIVE_X,
    "volType": LIVE,
    "customUI": RIBBON,
    "mailMerge": MAIL_MERGE,
    "connection": CONNECTION,
    "attachedTemplate": OUTSIDE_TEMPLATE,
}
PICTURE_ELEMENTS = {"imagedata", "fill", "stroke", "image"}
FORMULAS = {"f", "formula", "formula1", "formula2", "definedName", "calculatedColumnFormula", "totalsRowFormula"}
# What a field may be that only shows something of the document or the day; links are checked by their target.
PLAIN_FIELDS = set(
    "PAGE NUMPAGES SECTIONPAGES SECTION DATE TIME CREATEDATE SAVEDATE PRINTDATE EDITTIME AUTHOR TITLE SUBJECT KEYWORDS"
    " COMMENTS FILENAME FILESIZE LASTSAVEDBY NUMCHARS NUMWORDS REVNUM USERNAME USERINITIALS USERADDRESS DOCPROPERTY"
    " DOCVARIABLE TEMPLATE INFO TOC TC XE INDEX TOA TA REF PAGEREF NOTEREF STYLEREF SEQ QUOTE SYMBOL EQ IF COMPARE ASK"
    " FILLIN SET ADVANCE LISTNUM AUTONUM AUTONUMLGL AUTONUMOUT BIDIOUTLINE GOTOBUTTON FORMTEXT FORMCHECKBOX"
    " FORMDROPDOWN BARCODE DISPLAYBARCODE MERGEBARCODE CITATION BIBLIOGRAPHY MERGEFIELD MERGEREC MERGESEQ NEXT NEXTIF"
    " SKIPIF ADDRESSBLOCK GREETINGLINE PRIVATE GLOSSARY AUTOTEXT AUTOTEXTLIST SHAPE ADDIN HYPERLINK".split()
)
ACTIVE_FIELDS = {"DDE", "DDEAUTO", "INCLUDETEXT", "INCLUDEPICTURE", "INCLUDE", "IMPORT", "LINK", "EMBED", "DATABASE"}
QUOTED_TEXT = re.compile(r'"[^"]*"|“[^”]*”')
# Of a link: a place within its target, a hint and a window, which are no targets themselves.
LINK_SWITCH = re.compile(r'\\[lot]\s*(?:"[^"]*"|“[^”]*”|[^\s"“]+)|\\[a-z*]', re.IGNORECASE)
# How parts begin that are no part of a document, whatever type they are said to have.
FOREIGN = re.compile(
    rb"\xd0\xcf\x11\xe0|MZ|\x7fELF|%PDF|PK\x03\x04|Rar!|7z\xbc\xaf|\{\\rtf|#!|\s*<(?:!doctype|html|script|hta:)",
    re.IGNORECASE,
)
HEAD_BYTES = 1024
PLAIN_BINARY = re.compile(
    r"image/|application/(?:x-fontdata|x-font-ttf|vnd\.openxmlformats-officedocument\.(?:obfuscatedFont"
    r"|spreadsheetml\.(?:printerSettings|customProperty)|wordprocessingml\.printerSettings|presentationml\.printerSettings))$"
)
WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CHART_RELATIONSHIPS = re.compile(r"(?:word|xl|ppt)/charts/_rels/[^/]+\.rels")
