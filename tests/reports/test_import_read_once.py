"""What a list says again is not read again: the cost of a row follows from what is new in it, right or wrong."""

from collections import Counter

import pytest

from members.models import Person
from tests.rosters import make_branches, member_row, take, tally
from yl_district.privacy.encryption import BlindIndexField
from yl_district.sheets import waiting_cells
from yl_district.sheets.resource import SheetResource

pytestmark = pytest.mark.django_db

ROWS = 40
REPEATED = {"民族": "汉族", "文化程度": "大学本科", "政治面貌": "共青团员", "工作单位": "云帆科技有限公司"}
UNKNOWN = "没有登记的团支部"


@pytest.fixture
def counted(monkeypatch):
    """How often each of these was called: cells by their column, the digests of numbers, the fields looked up."""
    calls = Counter()

    def count(owner, name, key):
        called = getattr(owner, name)

        def counting(*arguments):
            calls[key(*arguments)] += 1
            return called(*arguments)

        monkeypatch.setattr(owner, name, counting)

    count(SheetResource, "read", lambda resource, heading, *rest: heading)
    count(BlindIndexField, "digest", lambda field, value: "digest")
    count(waiting_cells, "field_of", lambda model, item: "field_of")
    return calls


def rows(**cells):
    return [member_row(number, **REPEATED | cells) for number in range(ROWS)]


def test_a_text_that_a_column_has_had_is_read_once(counted):
    make_branches()
    counted.clear()
    assert tally(take("members", rows(), check=True).batch) == {"new": ROWS}
    assert [counted[heading] for heading in REPEATED] == [1, 1, 1, 1]
    assert counted["备注"] == ROWS


def test_numbers_of_new_people_are_digested_when_they_are_stored_and_not_to_look_for_them(counted):
    make_branches()
    counted.clear()
    take("members", rows(), check=True)
    indexes = [field for field in Person._meta.concrete_fields if isinstance(field, BlindIndexField)]
    assert counted["digest"] == len(indexes) * ROWS


def test_rows_wrong_in_two_cells_look_up_what_may_wait_once_for_each_column(counted):
    make_branches()
    wrong = rows(所在团支部=UNKNOWN, 身份证号="110105199805040011")
    waiting_cells.waiting_headings.cache_clear()
    take("members", wrong, check=True)
    once = counted["field_of"]
    counted.clear()
    found = take("members", wrong * 2, check=True)
    assert (tally(found.batch), len(found.errors)) == ({"wrong": 2 * ROWS}, 4 * ROWS)
    assert once > 0
    assert counted["field_of"] == 0
    assert [counted[heading] for heading in REPEATED] == [1, 1, 1, 1]
