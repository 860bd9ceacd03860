"""The PDF file, read back: the same text as the Word file, on pages of the same layout."""

import ctypes
import io
import re
from dataclasses import replace
from datetime import date

import pytest
from pypdfium2 import PdfDocument, raw

from reports.printing.file_choices import FileChoices
from reports.printing.pdf import ANNUAL_SUMMARY, pdf, write_pdf
from reports.printing.printed import PrintedSummary, Unprintable, printed_summary, summary_content
from reports.text.sentences import Block, Number
from tests.made_once import made_once
from tests.pdf_files import pdf_pages, pdf_properties, pdf_sizes
from tests.reports.district import bare_district, full_district, year_scope

pytestmark = pytest.mark.django_db
COUNTED_ON = date(2018, 1, 5)


def written(summary, **chosen):
    stream = io.BytesIO()
    write_pdf(summary, stream, FileChoices(**chosen))
    return stream.getvalue()


def text_of(data):
    """The whole text without the numbers of its pages."""
    return squeezed("".join(re.sub(r"— \d+ —$", "", page) for page in pdf_pages(data)))


def squeezed(text):
    """The text without spaces, of which the reader of a PDF file sees others than the writer."""
    return "".join(text.split()).replace("\u3000", "")


@made_once
def summary():
    return printed_summary(year_scope(full_district().root), COUNTED_ON)


def test_text_is_that_of_the_word_file(summary):
    text = text_of(written(summary))
    told = summary_content(summary)
    lines = [told["title"], *(block["text"] for block in told["blocks"]), told["signature"], told["dateline"]]
    assert [line for line in lines if squeezed(line) not in text] == []


def test_a_signed_document_ends_with_the_code_of_the_log(summary):
    code = "1234-8f3a-12bc-09de-77aa-41c2"
    signed = text_of(written(replace(summary, witness=code)))
    assert signed.endswith(f"日志凭证{code}（签发时访问日志的最后一条，供核对日志使用）")
    assert signed.startswith(text_of(written(summary))[:-1])
    assert "日志凭证" not in text_of(written(summary))


def test_annex_leads_from_every_figure_to_its_records(summary):
    annex = text_of(written(summary, appendix=True)).partition("主要指标一览表统计范围")[2]
    assert annex.startswith("：清河地区团工委统计期间：2017年统计日期：2018-01-05")
    assert "文中上年同期、上期的数字，按同一口径统计相应期间的记录。" in annex
    for row in summary_content(summary)["figures"]:
        cells = [row[key] for key in ("label", "value", "unit", "definition", "records", "target", "quality")]
        assert squeezed("".join(cells)) in annex


def test_every_number_of_the_text_leads_to_its_line_of_the_annex(summary):
    data = written(summary, appendix=True)
    pages = pdf_pages(data)
    annex = next(index for index, text in enumerate(pages) if text.startswith("附件"))
    led_to = [target for page in range(annex) for target in links_of(data, page)]
    numbers = [part for block in summary.blocks for part in block.parts if not isinstance(part, str)]
    # A number at the end of a line makes two links of one.
    assert len(numbers) <= len(led_to) <= 1.1 * len(numbers)
    assert set(led_to) <= set(range(annex, len(pages)))


def links_of(data, number):
    """The numbers of the pages to which the links of a page lead."""
    with PdfDocument(data) as file:
        page, place, link, found = file[number], ctypes.c_int(0), raw.FPDF_LINK(), []
        while raw.FPDFLink_Enumerate(page, place, link):
            found.append(raw.FPDFDest_GetDestPageIndex(file, raw.FPDFLink_GetDest(file, link)))
        return found


def test_pages_are_those_of_the_standard(summary):
    data = written(summary)
    assert set(pdf_sizes(data)) == {(210, 297)}
    pages = pdf_pages(data)
    assert [page.endswith(f"— {number} —") for number, page in enumerate(pages, 1)] == [True] * len(pages)


def test_properties_name_title_writer_and_day_and_nothing_of_the_machine(summary):
    found = {name: value for name, value in pdf_properties(written(summary)).items() if value}
    assert found.pop("Creator").startswith("Typst ")
    assert found == {
        "Title": "清河地区团工委2017年工作总结",
        "Author": "清河地区团工委",
        "CreationDate": "D:20180105000000Z",
        "ModDate": "D:20180105000000Z",
    }


def test_the_same_summary_makes_the_same_bytes(summary):
    assert written(summary) == written(summary)


def test_hostile_names_stay_text():
    name = '#read("/etc/passwd")\\ *粗* $x$ <label> @x 【\x0b】"]}村'
    root = bare_district()
    root.name = name
    root.save()
    text = text_of(written(printed_summary(year_scope(root), COUNTED_ON)))
    assert squeezed('#read("/etc/passwd")\\ *粗* $x$ <label> @x 【】"]}村2017年工作总结') in text


def test_a_summary_without_records_has_its_annex():
    pages = pdf_pages(written(printed_summary(year_scope(bare_district()), COUNTED_ON), appendix=True))
    assert pages[0].startswith("清河地区团工委2017年工作总结")
    assert "统计口径" in "".join(pages)


def test_a_headline_that_the_annex_does_not_know_is_no_link():
    blocks = (Block(1, ("一、标题",)), Block(3, ("1.小标题",)), Block(0, ("正文", Number("sessions", "3场"), "。")))
    summary = PrintedSummary("总结", blocks, "团工委", "2017年12月31日", "清河", "2017年", COUNTED_ON, ())
    assert "正文3场。" in text_of(written(summary))
    assert links_of(written(summary), 0) == []


def test_what_typst_refuses_is_said_and_no_error_page():
    with pytest.raises(Unprintable, match=r"^PDF 没有生成。请改为下载 Word 文件，并将此情况告知管理员。$"):
        pdf(ANNUAL_SUMMARY, {}, COUNTED_ON)


def test_what_is_handed_in_has_no_appendix_and_no_links_into_it():
    blocks = (Block(0, ("举办活动", Number("sessions", "3场"), "。")),)
    summary = replace(printed_summary(year_scope(bare_district()), COUNTED_ON), blocks=blocks)
    assert len(links_of(written(summary, appendix=True), 0)) == 1
    data = written(summary)
    assert "主要指标一览表" not in text_of(data)
    assert [links_of(data, page) for page in range(len(pdf_pages(data)))] == [[]] * len(pdf_pages(data))
