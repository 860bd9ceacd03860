"""What an address may choose of a file: known choices are taken, others are answered in words, and nothing is made."""

import pytest
from django.http import QueryDict
from django.urls import reverse

from reports.printing.file_choices import FileChoices, asked_choices
from reports.printing.printed import Unprintable
from tests.factories import make_user
from tests.pages import browser_of
from tests.reports.district import YEAR, bare_district
from yl_district.audit.models import AccessEntry


def test_an_address_that_says_nothing_means_what_is_handed_in():
    for query in ("", "appendix=&definitions=&layout=", "year=2017&organisation=3"):
        assert asked_choices(QueryDict(query), "docx") == FileChoices()


def test_known_choices_are_taken_and_named_in_the_file():
    chosen = asked_choices(QueryDict("appendix=1&definitions=comments&layout=built-in"), "docx")
    assert chosen == FileChoices(appendix=True, definitions=True, built_in=True, is_default=False)
    assert chosen.words == "（附数字出处）（带口径批注）（内置版式）"
    without = asked_choices(QueryDict("appendix=0"), "pdf")
    assert (without, without.words) == (FileChoices(is_default=False), "")


@pytest.mark.parametrize(
    ("kind", "query", "told"),
    [
        ("docx", "appendix=xyz", "网址中的“appendix=xyz”不认识。可以写的是：appendix=1"),
        ("docx", "layout=%00other", "网址中的“layout=other”不认识。可以写的是：layout=built-in 为内置版式"),
        ("docx", f"definitions={'长' * 500}", f"网址中的“definitions={'长' * 30}”不认识"),
        ("pdf", "definitions=comments", "统计口径批注只在 Word 中有"),
        ("pdf", "layout=built-in", "版式只用于 Word"),
        ("xlsx", "appendix=1", "文末的数字出处只在 Word 和 PDF 中有"),
    ],
)
def test_other_choices_are_answered_with_what_can_be_written(kind, query, told):
    with pytest.raises(Unprintable) as refused:
        asked_choices(QueryDict(query), kind)
    assert str(refused.value).startswith(f"没有下载：{told}")


@pytest.mark.django_db
def test_a_wrong_choice_leads_back_to_the_page_and_leaves_no_file():
    client = browser_of(make_user("林知秋", bare_district()))
    for kind in ("docx", "pdf", "xlsx", "internal", "json"):
        answer = client.get(reverse("summary_export", args=[kind]), {"year": YEAR, "appendix": "xyz"}, follow=True)
        assert (answer.status_code, answer.resolver_match.url_name) == (200, "summary_detail")
        assert "没有下载：" in answer.content.decode()
    assert not AccessEntry.objects.filter(action="export").exists()
