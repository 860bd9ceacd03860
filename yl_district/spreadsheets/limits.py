"""Limits of the child process that reads spreadsheets, and the exception for files beyond them."""

MEMORY = 1024 * 1024 * 1024
CPU_SECONDS = 40
UNPACKED = 400 * 1024 * 1024
CELLS = 12_000_000
COLUMNS = 1_000
CHARACTERS = 120_000_000
LINE = 1_000_000  # characters of one line, or of one cell, in a text file
MERGES = 100_000
PART_ROWS = 1000  # rows of a sheet that are passed on at a time
FORMULA_ERROR = "#公式错误"  # value of a cell whose formula failed
UNCOMPUTED_FORMULA = "#公式没有值"  # value of a cell whose formula was never computed


class Refused(Exception):
    """A file that is not read; `answer` is what the child process prints about it."""

    def __init__(self, refusal, found=""):
        super().__init__(refusal)
        self.answer = {"refusal": refusal, "found": found}


def check_merges(count):
    """Raises Refused for more than `MERGES` merged areas in one sheet."""
    if count > MERGES:
        raise Refused("too large", f"某一工作表的合并单元格超过 {MERGES} 处")


def check_area(height, width):
    """Raises Refused for a used range of too many columns or cells."""
    if width > COLUMNS or width * height > CELLS:
        raise Refused("too large", f"某一工作表的有内容区域达 {height} 行 × {width} 列")
