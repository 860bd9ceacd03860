"""The faces of PDF files: the office's own where it has them, else bundled ones, of which the page says so."""

import io
from datetime import date

import pytest

from reports.printing.pdf import write_pdf
from reports.printing.pdf.faces import chosen_faces, pdf_fonts, stand_in_words
from reports.printing.printed import PrintedSummary
from reports.text.sentences import Block

BUNDLED = "以思源宋体代替仿宋、楷体和小标宋，以思源黑体代替黑体"


def test_without_fonts_of_the_office_bundled_ones_stand_in():
    families = pdf_fonts().families()
    assert set(chosen_faces(families).values()) == {"Noto Serif SC", "Noto Sans SC"} == set(families)
    assert stand_in_words(families) == BUNDLED


@pytest.mark.parametrize(
    ("families", "fangsong", "told"),
    [
        (["FangSong"], "FangSong", "以思源宋体代替楷体和小标宋，以思源黑体代替黑体"),
        (["FandolFang R", "FangSong_GB2312", "KaiTi"], "FangSong_GB2312", "以思源宋体代替小标宋，以思源黑体代替黑体"),
        (["仿宋", "楷体", "方正小标宋简体", "SimHei"], "仿宋", ""),
        (["Comic"], "Noto Serif SC", BUNDLED),
    ],
)
def test_a_face_that_the_office_has_is_taken(families, fangsong, told):
    assert (chosen_faces(families)["fangsong"], stand_in_words(families)) == (fangsong, told)


@pytest.mark.parametrize("folder", ["empty", "missing"])
def test_a_folder_without_fonts_changes_nothing(settings, tmp_path, folder):
    (tmp_path / "empty").mkdir()
    day = date(2018, 1, 5)
    summary = PrintedSummary("总结", (Block(0, ("正文。",)),), "团工委", "2017年12月31日", "清河", "2017年", day, ())
    files = []
    for settings.PDF_FONTS in ("", str(tmp_path / folder)):
        stream = io.BytesIO()
        write_pdf(summary, stream)
        files.append(stream.getvalue())
    assert files[0] == files[1]
