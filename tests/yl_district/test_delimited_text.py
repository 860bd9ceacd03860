"""Delimited text: every encoding, delimiter and quoting that Excel and WPS write, and pasted text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yl_district.spreadsheets.workbooks import Sheet, UnreadableWorkbook, read_pasted, read_workbook, stream_workbook

ROWS = [
    ["姓名", "身份证号", "备注"],
    ["章程", "110105194912310020", "第一行\n第二行"],
    [],
    ["李梅", "1.10105E+17", '说“好”，又说"行"; 再议'],
    ["欧阳·娜", None, "1998.10"],
]
ENCODINGS = {
    "UTF-8": ("utf-8", b""),
    "UTF-8 with a mark": ("utf-8", b"\xef\xbb\xbf"),
    "GB18030": ("gb18030", b""),
    "UTF-16 LE": ("utf-16-le", b"\xff\xfe"),
    "UTF-16 BE": ("utf-16-be", b"\xfe\xff"),
}
SAVE_AGAIN = "另存为“Excel 工作簿（.xlsx）”后重新上传"


def delimited(rows, delimiter=",", end="\r\n"):
    """The rows as Excel writes them: cells with delimiters, quotes or line breaks are quoted."""
    return "".join(delimiter.join(quoted(cell or "", delimiter) for cell in row) + end for row in rows)


def quoted(text, delimiter):
    doubled = text.replace('"', '""')
    return f'"{doubled}"' if {delimiter, '"', "\n", "\r"} & {*text} else text


def rows_of(text, encoding="utf-8"):
    """The rows of a text file."""
    return read_workbook(text.encode(encoding))[0].rows


def refusal(data):
    """What was found and expected, and the remedy, for a refused file."""
    with pytest.raises(UnreadableWorkbook) as refused:
        read_workbook(data)
    return refused.value.found, refused.value.expected, refused.value.remedy


@pytest.mark.sampled(3)
@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("delimiter", ",;\t")
@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_the_same_rows_are_read_from_every_encoding_delimiter_and_line_end(encoding, delimiter, end):
    codec, mark = ENCODINGS[encoding]
    data = mark + delimited(ROWS, delimiter, end).encode(codec)
    assert read_workbook(data, "名册.xlsx") == [Sheet("", ROWS)]


def test_rare_characters_come_through_each_encoding():
    row = ["𠮷野", "㛃", "䶮", "Ａ１", "😀"]
    assert [rows_of(delimited([row]), encoding) for encoding in ("utf-8", "gb18030", "utf-16")] == [[row]] * 3


def test_every_cell_is_text_and_keeps_what_it_says():
    assert rows_of("007,1e5,TRUE,2017-05-04, 甲 ,=1+1\n") == [["007", "1e5", "TRUE", "2017-05-04", " 甲 ", "=1+1"]]


def test_digits_that_a_program_kept_as_a_formula_are_the_digits():
    assert rows_of('章程,="110105194912310020","=""007"""\n') == [["章程", "110105194912310020", "007"]]


def test_the_delimiter_is_what_most_lines_have_and_not_what_cells_hold():
    text = "团员名册\n姓名;职务,备注\n章程;书记,委员,组长,干事\n李梅;\n"
    assert rows_of(text) == [["团员名册"], ["姓名", "职务,备注"], ["章程", "书记,委员,组长,干事"], ["李梅"]]


def test_lines_of_one_column_are_rows_of_one_cell():
    assert rows_of("章程\n\n李梅") == [["章程"], [], ["李梅"]]


def test_invisible_characters_are_left_to_whoever_reads_the_cell():
    assert rows_of("姓名,备注为一段较长的文字\n章\0程,\x0b乙\n") == [
        ["姓名", "备注为一段较长的文字"],
        ["章\0程", "\x0b乙"],
    ]


def test_a_long_text_comes_in_parts():
    parts = list(stream_workbook(delimited([["章程", str(number)] for number in range(2100)]).encode()))
    assert [(part.number, part.name, part.first_row, len(part.rows)) for part in parts] == [
        (0, "", 0, 1000),
        (0, "", 1000, 1000),
        (0, "", 2000, 100),
    ]
    assert parts[2].rows[-1] == ["章程", "2099"]


def test_two_hundred_columns_are_read_and_more_than_a_thousand_refused():
    assert rows_of(delimited([["甲"] * 200])) == [["甲"] * 200]
    assert refusal(delimited([["甲"] * 1001]).encode())[0] == "某一工作表的有内容区域达 1 行 × 1001 列"


@pytest.mark.parametrize("lead", ["", "姓名,备注\n章程,"])
def test_a_line_of_a_hundred_megabytes_is_refused(lead):
    data = (lead + "x" * 100_000_000).encode()
    assert refusal(data)[0] == "有一行超过 1000000 个字的文本"


ENCODING = (
    "编码混杂或无法识别的文本",
    "UTF-8、GB18030（GBK）或带标记的 UTF-16 编码的文本",
    f"请在 Excel 或 WPS 中打开并核对有无乱码，{SAVE_AGAIN}",
)


@pytest.mark.parametrize(
    "data",
    [
        "姓名,备注\n章程,团员\n".encode() + "李梅,书记\n".encode("gb18030"),
        "姓名,备注\n章程,团员\n".encode("gb18030") + "李梅,书记\n".encode(),
        b"\xef\xbb\xbf" + "姓名,备注\n".encode("gb18030"),
        "姓名,备注\n".encode("utf-16") + b"\x00",
        "姓名,备注\n".encode("gb18030") + b"\xff\xff\n",
        "姓名,备注\n章程".encode("gb18030")[:-1],
    ],
)
def test_a_text_in_no_single_encoding_is_refused_and_never_guessed(data):
    assert refusal(data) == ENCODING


@pytest.mark.parametrize(
    ("text", "row"),
    [('姓名,备注\n章程,"第一行\n李梅,团员\n', 2), ('姓名,备注\n\n"优秀"团员,章程\n', 3), ('"姓名', 1)],
)
def test_quotes_without_a_partner_are_refused_with_their_row(text, row):
    remedy = f"请补上或删去多余的双引号；或在 Excel 或 WPS 中打开，{SAVE_AGAIN}"
    assert refusal(text.encode()) == (f"第 {row} 行的双引号没有成对的文本", "双引号成对的 .csv 文本", remedy)


def test_what_is_pasted_from_a_sheet_is_read_as_the_sheet_was():
    assert read_pasted(delimited(ROWS, "\t")) == [Sheet("", ROWS)]
    assert read_pasted(delimited(ROWS, "\t", "\n").rstrip("\n")) == [Sheet("", ROWS)]


def test_quotes_inside_pasted_cells_stay_where_they_are():
    text = '"优秀"团员\t5" 屏\n"\t"第一行\n第二行"\t\n'
    assert read_pasted(text)[0].rows == [['"优秀"团员', '5" 屏'], ['"', "第一行\n第二行"]]


@pytest.mark.parametrize(("text", "rows"), [("", []), ("\n", [[]]), ("甲", [["甲"]]), ("甲\t", [["甲"]])])
def test_little_pasted_is_little_read(text, rows):
    assert read_pasted(text) == [Sheet("", rows)]


def test_too_wide_a_paste_is_refused():
    with pytest.raises(UnreadableWorkbook) as refused:
        read_pasted("甲\t" * 1001)
    assert refused.value.found == "某一工作表的有内容区域达 1 行 × 1001 列"


CELLS = st.text(
    st.characters(codec="utf-8", exclude_characters="\r\0", exclude_categories=["Cc", "Cs"])
) | st.sampled_from(['"', '""', "\n", ",", ";", '甲"乙', "甲\n乙", '"甲"'])


@pytest.mark.cpu(4)
@given(st.lists(st.lists(CELLS, min_size=2, max_size=4), max_size=4))
def test_any_cells_come_back_from_a_paste(rows):
    rows = [[None if cell == "" else cell for cell in row] + ["尾"] for row in rows]
    assert read_pasted(delimited(rows, "\t"))[0].rows == rows
