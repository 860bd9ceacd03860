"""1 and 2 for the sex are asked about once, unless identity numbers make them plain."""

import pytest

from members.models import Person
from tests.rosters import BRANCH, identity_number, make_branches, problems, take, tally

pytestmark = pytest.mark.django_db
ROW = {"姓名": "章程", "性别": "1", "出生日期": "1998-05-04", "入团年月": "2013-05", "所在团支部": BRANCH}
WOMAN, MAN = identity_number(0), identity_number(1)


@pytest.fixture(autouse=True)
def branches():
    return make_branches()


def codes_asked(rows, **options):
    """The rows of the question about codes, None where it is not asked."""
    asked = take("members", rows, check=True, **options).as_dict()["questions"]
    return next((one["rows"] for one in asked if one["kind"] == "codes"), None)


@pytest.mark.parametrize("cell", ["1", "１", 1, 1.0])
def test_numbers_for_the_sex_are_asked_about_once(cell):
    rows = [ROW | {"性别": cell}, ROW | {"姓名": "顾清", "性别": "2"}, ROW | {"姓名": "陆远", "性别": "男性"}]
    assert codes_asked(rows) == [2, 3]
    assert take("members", rows).is_written
    assert dict(Person.objects.values_list("name", "gender")) == {"章程": "M", "顾清": "F", "陆远": "M"}


def test_numbers_that_are_not_taken_stay_wrong_and_are_still_asked_about():
    answers = [{"id": "codes", "answer": "不采用，这些格须改写"}]
    found = take("members", [ROW], answers=answers, check=True)
    assert ([one.column for one in found.errors], tally(found.batch)) == (["性别"], {"wrong": 1})
    assert [one["kind"] for one in found.as_dict()["questions"]] == ["codes"]


@pytest.mark.parametrize("cell", ["0", "3", "12", "一"])
def test_other_numbers_are_no_sex(cell):
    assert [one[2] for one in problems(take("members", [ROW | {"性别": cell}]))] == ["性别"]


def test_where_identity_numbers_say_it_nothing_is_asked_and_a_contradiction_is_an_error():
    rows = [ROW | {"身份证号": MAN}, ROW | {"姓名": "顾清", "性别": "2"}]
    assert codes_asked(rows) is None
    found = take("members", [*rows, ROW | {"姓名": "陆远", "身份证号": WOMAN}])
    assert [(one.row, one.column) for one in found.errors] == [(4, "性别")]
