"""Every word of the interface is Chinese, but for names of programs, kinds of files and the like."""

import pytest

from tests.crawl import pages, promised, said, visited
from tests.latin import latin_words
from tests.viewers import district, records, viewers
from yl_district.audit.access_log import Action, record, subject_of

pytestmark = pytest.mark.django_db


@pytest.mark.crawl
@pytest.mark.cpu(4)
def test_the_pages_of_auditors_and_administrators_are_in_chinese():
    """Those of others are read where tests look at all of their pages for other reasons."""
    place = district()
    clients = viewers(place)
    own = records(place, "own", place.users["cadre"], place.users["caseworker"])
    for row in own.values():
        record(Action.UNMASK, subject_of(row), user=place.users["staff"])
    latin, read = set(), []
    for viewer in ("administrator", "auditor"):
        for address, answer in pages(clients[viewer], place.users[viewer], own, in_depth=False):
            latin |= {(address, word) for word in latin_words(address, said(answer))}
            read.append(address)
    assert (latin, visited(read)) == (set(), promised("administrator") | promised("auditor"))


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        ("导出 Excel 或 Word 文件（.docx）", []),
        ("秘own团员已登记 P11****2468，用户staff（user12）", []),
        ("凭证 1234-8f3a-12bc-09de-77aa-41c2", []),
        ("本期 Person 3 人", ["Person"]),
        ("assistance.assistance:45", ["assistance.assistance:45"]),
        ('<a href="/x/" aria-label="Next">下一页</a>', ["Next"]),
        ("<script>let x = 1</script><style>a {}</style>", []),
    ],
)
def test_a_word_in_latin_letters_is_noticed(seen, words):
    found = latin_words("/members/", f"<!doctype html><html><body><p>{seen}</p></body></html>")
    assert [word for word, *_ in found] == words
