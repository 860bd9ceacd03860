"""Uploaded Word layouts: files that are not plain Word, have active content or omit something are refused clearly."""

import io
import time
import zipfile

import pytest
from docx import Document
from docx.shared import Pt

from reports.printing.word.layout_archives import LARGEST_LAYOUT, LAYOUT_LIMITS
from reports.printing.word.layout_language import LIST_COLUMNS, PLACEHOLDERS, LayoutRefused
from reports.printing.word.layouts import check_layout
from reports.printing.word_layout_views import MEANINGS
from tests.reports import layout_files as files
from tests.reports.layout_files import DOCUMENT, RELATIONSHIPS, TYPES

AGAIN = "请在 Word 中另存为“Word 文档（*.docx）”后重新上传。"
COMPARE = "请对照内置版式改正后重新上传。"
ODD = f"文件内部的结构不正常，不是 Word 保存的样子。{AGAIN}"
ACTS = "，如嵌入的对象、控件或宏。请删去后重新上传。"
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


def refusal(data):
    """What is said of a file."""
    with pytest.raises(LayoutRefused) as refused:
        check_layout(data)
    return str(refused.value)


def test_the_built_in_layout_is_taken():
    check_layout(files.built_in())


def test_a_layout_changed_in_word_is_taken():
    document = Document(io.BytesIO(files.built_in()))
    document.styles["Normal"].font.size = Pt(15)
    document.sections[0].header.paragraphs[0].text = "{{ place }}　{{ period }}"
    document.paragraphs[0].insert_paragraph_before(
        "{% if title == 'x' and not place %}密{% endif %}统计于 {{ counted_on }}"
    )
    stream = io.BytesIO()
    document.save(stream)
    check_layout(stream.getvalue())


def test_page_tells_of_every_name():
    assert set(MEANINGS) == PLACEHOLDERS
    assert set(LIST_COLUMNS) == {"blocks", "figures"}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (lambda: b"", f"这不是 Word 文件，或文件已损坏。{AGAIN}"),
        (lambda: b"PK\x03\x04" + b"x" * 100, f"这不是 Word 文件，或文件已损坏。{AGAIN}"),
        (lambda: files.built_in()[:20_000], f"这不是 Word 文件，或文件已损坏。{AGAIN}"),
        (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, f"这是旧版 .doc 文件，或设有打开密码。{AGAIN}"),
        (lambda: files.packed({"a.txt": b"a"}), f"这不是 Word 文件。{AGAIN}"),
        (
            lambda: files.replaced(TYPES, MAIN, "application/vnd.ms-word.document.macroEnabled.main+xml"),
            f"文件带有宏（.docm、.dotm）。{AGAIN}",
        ),
        (
            lambda: files.replaced(TYPES, MAIN, MAIN.replace("document.main", "template.main")),
            f"这是 Word 模板（.dotx），需要的是 Word 文档。{AGAIN}",
        ),
        (
            lambda: files.replaced(
                TYPES, MAIN, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
            ),
            f"这不是 Word 文件。{AGAIN}",
        ),
        (
            lambda: files.replaced(
                TYPES, "</Types>", '<Override PartName="/word/x.bin" ContentType="text/xml"/></Types>'
            ),
            ODD,
        ),
        (lambda: files.replaced(DOCUMENT, "</w:body>", ""), f"文件已损坏：其中的 {DOCUMENT} 不能读取。{AGAIN}"),
        (
            lambda: files.replaced(DOCUMENT, "<w:document", '<!DOCTYPE x [<!ENTITY a "b">]><w:document'),
            ODD,
        ),
        (lambda: files.added("../evil.xml", b"<a/>"), ODD),
        (lambda: files.added("/etc/evil.xml", b"<a/>"), ODD),
        (lambda: files.added("WORD/document.xml", b"<a/>"), ODD),
    ],
)
def test_what_is_no_plain_word_file_is_refused(data, said):
    assert refusal(data()) == said


@pytest.mark.parametrize("kind", ["vbaProject", "oleObject", "package", "control", "aFChunk", "subDocument"])
def test_what_acts_or_is_embedded_is_refused(kind):
    assert refusal(files.related(kind)) == f"文件里有不能用于版式的内容（{kind}）{ACTS}"


def test_what_only_the_inspection_of_all_files_finds_is_refused():
    data = files.replaced("word/settings.xml", "</w:settings>", "<w:mailMerge/></w:settings>")
    assert refusal(data) == "文档设置有邮件合并的数据源。请删去后重新上传。"


@pytest.mark.parametrize("kind", ["attachedTemplate", "image", "hyperlink", "styles"])
def test_what_lies_outside_the_file_is_refused(kind):
    data = files.related(kind, "http://example.org/a.dotm", ' TargetMode="External"')
    said = "文件引用了外部内容：http://example.org/a.dotm。请删去链接、链接的图片和附加模板后重新上传。"
    assert refusal(data) == said


@pytest.mark.parametrize(
    "pieces", [["DDEAUTO c:\\x"], ["DDE", "AUTO c:\\x"], ["INCLUDETEXT a"], [" LINK a"], ["PAGEREF a"], [""]]
)
def test_fields_but_page_numbers_are_refused(pieces):
    said = f"文件里有域代码“{''.join(pieces).strip()}”，版式中只能用页码。请删去后重新上传。"
    assert refusal(files.with_field(*pieces)) == said


def test_page_numbers_are_taken():
    check_layout(files.with_field(" NUM", "PAGES \\* MERGEFORMAT "))


def test_too_large_a_file_is_refused():
    assert refusal(b"x" * (LARGEST_LAYOUT + 1)) == "文件超过 3 MB。请压缩或删去其中的图片后重新上传。"


@pytest.mark.parametrize(
    "parts",
    [
        {"word/media/bomb.png": b"\0" * (LAYOUT_LIMITS.unpacked + 1)},
        {f"word/media/{number}.png": b"\0" * (LAYOUT_LIMITS.unpacked // 4) for number in range(5)},
        {"word/bomb.xml": b"<a>" + b" " * (1024 * 1024) + b"</a>"},
    ],
)
def test_a_file_that_unpacks_to_too_much_is_refused(parts):
    data = files.packed(dict(files.unpacked()) | parts)
    assert refusal(data) == "文件解压后过大。请新建文档、只复制需要的内容后重新上传。"


def test_too_many_parts_are_refused():
    most = LAYOUT_LIMITS.parts
    count = most + 1
    data = files.packed({f"{number}.png": b"" for number in range(count)})
    assert refusal(data) == f"文件里有 {count} 个部件，最多 {most} 个。请新建文档、只复制需要的内容后重新上传。"


def test_a_locked_archive_is_refused():
    data = bytearray(files.packed({TYPES: b"<Types/>"}, zipfile.ZIP_STORED))
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    assert refusal(bytes(data)) == "文件设有密码。请取消密码后重新上传。"


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{{ title.upper() }}", "函数调用"),
        ("{{ cycler.__init__.__globals__.os.popen('id').read() }}", "函数调用"),
        ("{{ title|attr('__class__') }}", "过滤器（|）"),
        ("{{ title['__class__'] }}", "方括号取值"),
        ("{% set x = 1 %}", "“set”赋值"),
        ("{% include 'x' %}", "“include”引用"),
        ("{% import 'x' as y %}", "“import”引用"),
        ("{% from 'x' import y %}", "“import”引用"),
        ("{% extends 'x' %}", "“extends”引用"),
        ("{% macro a() %}{% endmacro %}", "“macro”宏"),
        ("{% if title is defined %}{% endif %}", "“is”判断"),
        ("{{ 'a' * 1000000000 }}", "其他写法"),
        ("{{ [1] }}", "其他写法"),
        ("{% with %}{% endwith %}", "其他写法"),
        ("{% block x %}{% endblock %}", "其他写法"),
    ],
)
def test_a_placeholder_that_would_act_is_refused(line, words):
    assert refusal(files.with_line(line)) == f"占位符只能写名称、判断和循环，不能用{words}。{COMPARE}"


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("{{ titel }}", "titel"),
        ("{{ blocks }}", "blocks"),
        ("{{ self }}", "self"),
        ("{{ title.__class__ }}", "title.__class__"),
        ("{{ ''.__class__ }}", ".__class__"),
        ("{% for row in figures %}{{ row }}{% endfor %}", "row"),
        ("{% for row in figures %}{{ row.text }}{% endfor %}", "row.text"),
        ("{% for row in figures %}{{ loop.index }}{% endfor %}", "loop.index"),
    ],
)
def test_a_name_that_stands_for_nothing_is_refused(line, name):
    assert refusal(files.with_line(line)) == f"没有叫“{name}”的内容。请对照内置版式核对占位符的名称后重新上传。"


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    "line",
    [
        "{% for x in range(9) %}{% endfor %}",
        "{% for x in title %}{% endfor %}",
        "{% for x in figures if x.key %}{% endfor %}",
        "{% for x, y in figures %}{% endfor %}",
        "{% for x in figures recursive %}{% endfor %}",
        "{% for x in figures %}{% else %}a{% endfor %}",
    ],
)
def test_a_loop_over_anything_else_is_refused(line):
    assert refusal(files.with_line(line)) == (
        f"循环只能写成“for block in blocks”或“for row in figures”的样子。{COMPARE}"
    )


def test_loops_within_loops_and_deep_choices_are_refused():
    nested = "{% for x in figures %}{% for y in figures %}{{ y.key }}{% endfor %}{% endfor %}"
    assert refusal(files.with_line(nested)) == "循环里又套了循环。请让正文和指标各用一个循环，不要嵌套。"
    deep = "{% if title %}" * 9 + "{% endif %}" * 9
    assert refusal(files.with_line(deep)) == "判断套得太深，最多 8 层。请简化版式后重新上传。"


def test_a_loop_that_repeats_too_much_is_refused():
    line = "{% for x in figures %}" + "字" * 200_001 + "{% endfor %}"
    assert refusal(files.with_line(line)) == "循环里的内容过多。请把图片、说明等移到循环以外，再重新上传。"


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("{{ title", "：{{ title{{ title }}"),
        ("{% if title %}", "，标记没有成对"),
        ("{{ title! }}", "：{{ title! }}"),
        ("{% fro x in figures %}", "：{% fro x in figures %}"),
    ],
)
def test_a_placeholder_that_cannot_be_read_is_named(line, found):
    assert refusal(files.with_line(line)) == f"占位符写法有误{found}。{COMPARE}"


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("placeholder", "said"),
    [
        ("{{ title }}", "试排的样张里缺少标题“样张团委〔1〕工作总结”。请在版式中保留 {{ title }} 后重新上传。"),
        ("{{ signature }}", "试排的样张里缺少落款“样张落款单位”。请在版式中保留 {{ signature }} 后重新上传。"),
        ("{{ dateline }}", "试排的样张里缺少落款日期“2017年12月31日”。请在版式中保留 {{ dateline }} 后重新上传。"),
        ("{{ row.label }}", "试排的样张里缺少指标名称“样张指标0号”。请在版式中保留 {{ row.label }} 后重新上传。"),
        ("{{ row.value }}", "试排的样张里缺少指标数值“7000”。请在版式中保留 {{ row.value }} 后重新上传。"),
    ],
)
def test_a_layout_that_leaves_something_out_is_refused(placeholder, said):
    assert refusal(files.replaced(DOCUMENT, placeholder, "略")) == said


def test_a_layout_that_leaves_out_one_kind_of_block_is_refused():
    data = files.replaced(DOCUMENT, "{{ block.text }}", "略")
    assert refusal(data).startswith("试排的样张里缺少正文“样张第1段（1级）")


def test_placeholders_in_headers_and_properties_are_checked_too():
    document = Document(io.BytesIO(files.built_in()))
    document.sections[0].header.paragraphs[0].text = "{{ title.upper() }}"
    stream = io.BytesIO()
    document.save(stream)
    assert refusal(stream.getvalue()) == f"占位符只能写名称、判断和循环，不能用函数调用。{COMPARE}"
    document = Document(io.BytesIO(files.built_in()))
    document.core_properties.subject = "{{ lipsum.__globals__ }}"
    stream = io.BytesIO()
    document.save(stream)
    assert refusal(stream.getvalue()) == "没有叫“lipsum.__globals__”的内容。请对照内置版式核对占位符的名称后重新上传。"


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    "line", ["{" * 500_000, "{{" * 500, "{%" * 480, "{{ title " * 480, "(" * 100_000, "{{ " + "(" * 50_000 + " }}"]
)
def test_hostile_text_is_answered_soon(line):
    began = time.process_time()
    refused_or_taken(files.with_line(line))
    assert time.process_time() - began < 5


def refused_or_taken(data):
    """Checks a file whose outcome is not the point: it has one."""
    try:
        check_layout(data)
    except LayoutRefused:
        return


def test_relationships_are_those_that_word_writes():
    assert "TargetMode" not in dict(files.unpacked())[RELATIONSHIPS].decode()
