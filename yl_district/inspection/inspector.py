"""Has a file inspected by a child process, and says in Chinese what was found and what to do."""

import json
import re
import subprocess
import sys
from pathlib import Path

from .findings import Unsafe

# Raised whenever the inspection finds more than before: what was stored under an earlier one is inspected again.
INSPECTION = 2
PRODUCT_FOLDER = Path(__file__).parents[2]
STARTER = "import sys; sys.path.append(sys.argv[1]); from yl_district.inspection.child import main; main(sys.argv[2])"
INSPECTING_SECONDS = 60
HARMLESS = "附件里只能有文字、表格、图片和普通的网页链接"
REMEDIES = {
    "pdf": "请打开后用“打印”另存为一份新的 PDF 后再上传",
    "docx": "请在 Word 或 WPS 中删去该内容，另存为“Word 文档（*.docx）”后再上传；只供查阅的，也可以另存为 PDF",
    "xlsx": "请在 Excel 或 WPS 中删去该内容，另存为“Excel 工作簿（*.xlsx）”后再上传；只供查阅的，也可以另存为 PDF",
}
# What is said for each reason, with the place and what was found there.
SAID = {
    "active": "{place}有{found}",
    "locked": "文件设有打开密码，无法检查",
    "structure": "{place}的结构不正常，可能夹带了别的内容{found}",
    "too large": "{place}解压后过大，或过于复杂",
    "parts": "文件里有 {found} 个部件，异常地多",
    "damaged": "{place}已损坏，不能读取",
}
WHOLE = "文件"
KNOWN_PLACES = [
    (re.compile(r"^word/(?:_rels/)?document\.xml"), "正文"),
    (re.compile(r"^word/(?:_rels/)?(?:header|footer)\d*\.xml"), "页眉页脚"),
    (re.compile(r"^word/(?:_rels/)?settings\.xml"), "文档设置"),
    (re.compile(r"^xl/worksheets/(?:_rels/)?sheet(\d+)\.xml"), "第 {} 张工作表"),
    (re.compile(r"^xl/(?:_rels/)?workbook\.xml"), "工作簿的设置"),
]


def check_content(ending, data):
    """Raises Unsafe for a file of the type with this extension that is not taken."""
    command = [sys.executable, "-I", "-c", STARTER, str(PRODUCT_FOLDER), ending]
    try:
        done = subprocess.run(
            command, input=data, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=INSPECTING_SECONDS
        )
        answer = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        raise Unsafe("too large") from None
    if answer:
        raise Unsafe(**answer)


def words_of_finding(unsafe):
    """Returns what was found where."""
    found = f"（{unsafe.found}）" if unsafe.reason == "structure" and unsafe.found else unsafe.found
    return SAID[unsafe.reason].format(place=place_of(unsafe.place), found=found)


def place_of(place):
    """Returns where in the file something was found, in words that people know where there are any."""
    if not place.isascii() or not place:
        return place or WHOLE
    for pattern, words in KNOWN_PLACES:
        known = pattern.search(place)
        if known:
            return words.format(*known.groups())
    return f"文件内的部件“{place[:80]}”"


def refusal_of(unsafe, ending):
    """Returns what was found where, what was expected and what to do, as sentences."""
    return f"{words_of_finding(unsafe)}。{HARMLESS}。{REMEDIES[ending]}。"
