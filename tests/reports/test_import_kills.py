"""An import killed at any moment has written all or nothing; `benchmarks/kills.py` kills more and larger ones."""

import random

import pytest

from members.models import Member
from tests import kills
from tests.rosters import make_branches, member_rows, written
from tests.workbooks import workbook

pytestmark = pytest.mark.django_db(transaction=True)

ROWS = 300
KILLS = 6
TRIES = 10


@pytest.fixture
def path(tmp_path, transactional_db):
    """A list of members for the branches that there are."""
    make_branches()
    file = tmp_path / "名单.xlsx"
    file.write_bytes(workbook({"团员": member_rows(ROWS)}))
    return file


@pytest.mark.cpu(14)
@pytest.mark.in_turn
def test_a_kill_leaves_all_or_nothing_and_the_next_import_works(path):
    with kills.Server() as server:
        outcomes = list(kills.outcomes(server, path, KILLS, random.Random(1)))
        found = kills.verdicts(outcomes, ROWS)
        assert found["between"] == 0
        kills.emptied()
        server.killed(path, after_check=0)
    written("members", member_rows(3, 备注="再次导入"))
    assert Member.objects.filter(remark="再次导入").count() == 3


@pytest.mark.cpu(4)
@pytest.mark.in_turn
def test_an_import_of_which_others_see_anything_is_written_whole(path):
    with kills.Server() as server:
        assert server.killed_at_first_sight(path) == kills.whole(ROWS)


@pytest.mark.cpu(10)
def test_without_its_transaction_a_killed_import_is_found_half_done(path):
    with kills.Server("unsafe") as server:
        # The last row may be written before the signal arrives.
        outcomes = (server.killed_at_first_sight(path) for _ in range(TRIES))
        assert any(kills.verdicts([outcome], ROWS)["between"] for outcome in outcomes)
