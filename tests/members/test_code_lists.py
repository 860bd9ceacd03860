"""Numbers for choices are asked about once for each column, unless identity numbers make those for the sex plain."""

import pytest

from members.codes import (
    EDUCATION_CODES,
    ETHNICITY_CODES,
    POLITICAL_STATUS_CODES,
    Education,
    Ethnicity,
    PoliticalStatus,
)
from members.models import Member, Person
from tests.rosters import BRANCH, identity_number, make_branches, problems, take, tally

pytestmark = pytest.mark.django_db
ROW = {"姓名": "章程", "性别": "1", "出生日期": "1998-05-04", "入团年月": "2013-05", "所在团支部": BRANCH}
WOMAN, MAN = identity_number(0), identity_number(1)


@pytest.fixture(autouse=True)
def branches():
    return make_branches()


def codes_asked(rows, **options):
    """{id: rows} of the questions about codes."""
    asked = take("members", rows, check=True, **options).as_dict()["questions"]
    return {one["id"]: one["rows"] for one in asked if one["kind"] == "codes"}


@pytest.mark.sampled(2)
@pytest.mark.parametrize("cell", ["1", "１", 1, 1.0])
def test_numbers_for_the_sex_are_asked_about_once(cell):
    rows = [ROW | {"性别": cell}, ROW | {"姓名": "顾清", "性别": "2"}, ROW | {"姓名": "陆远", "性别": "男性"}]
    assert codes_asked(rows) == {"codes-gender": [2, 3]}
    assert take("members", rows).is_written
    assert dict(Person.objects.values_list("name", "gender")) == {"章程": "M", "顾清": "F", "陆远": "M"}


def test_numbers_that_are_not_taken_stay_wrong_and_are_still_asked_about():
    answers = [{"id": "codes-gender", "answer": "不采用，这些格须改写"}]
    found = take("members", [ROW], answers=answers, check=True)
    assert ([one.column for one in found.errors], tally(found.batch)) == (["性别"], {"wrong": 1})
    assert [one["kind"] for one in found.as_dict()["questions"]] == ["codes"]


@pytest.mark.parametrize("cell", ["0", "3", "12", "一"])
def test_other_numbers_are_no_sex(cell):
    assert [one[2] for one in problems(take("members", [ROW | {"性别": cell}]))] == ["性别"]


def test_where_identity_numbers_say_it_nothing_is_asked_and_a_contradiction_is_an_error():
    rows = [ROW | {"身份证号": MAN}, ROW | {"姓名": "顾清", "性别": "2"}]
    assert codes_asked(rows) == {}
    found = take("members", [*rows, ROW | {"姓名": "陆远", "身份证号": WOMAN}])
    assert [(one.row, one.column) for one in found.errors] == [(4, "性别")]


WORDS = ROW | {"性别": "女"}
CODED = {"民族": "11", "政治面貌": "13", "文化程度": "20", "是否在校": "0"}
QUESTIONS = {"codes-ethnicity", "codes-political_status", "codes-education", "codes-in_school"}


def test_each_coded_column_is_asked_about_once_with_its_own_words():
    rows = [WORDS | CODED, WORDS | CODED | {"姓名": "顾清", "民族": 1, "政治面貌": "3", "文化程度": 41, "是否在校": 1}]
    found = take("members", rows)
    asked = {one["id"]: one for one in found.as_dict()["questions"] if one["kind"] == "codes"}
    assert {key: one["rows"] for key, one in asked.items()} == {key: [2, 3] for key in QUESTIONS}
    assert asked["codes-ethnicity"]["found"] == "2 行的民族写成数字"
    usual = {key: one["proposals"][0] for key, one in asked.items()}
    assert usual.pop("codes-in_school") == "1 是“是”，0 是“否”"
    standards = (ETHNICITY_CODES, POLITICAL_STATUS_CODES, EDUCATION_CODES)
    assert usual == {codes.question: codes.usual for codes in standards}
    stored = Member.objects.values_list("person__name", "ethnicity", "political_status", "education", "in_school")
    assert sorted(stored, reverse=True) == [("顾清", "01", "03", "40", True), ("章程", "11", "13", "20", False)]
    assert not found.pending


def test_what_is_not_taken_of_one_column_leaves_the_others():
    answers = [{"id": "codes-ethnicity", "answer": "不采用，这些格须改写"}]
    found = take("members", [WORDS | CODED], answers=answers)
    assert [(one.column, one.found) for one in found.pending] == [("民族", "11")]
    assert list(Member.objects.values_list("ethnicity", "political_status")) == [("", "13")]
    answers = [{"id": "codes-in_school", "answer": "不采用，这些格须改写"}]
    found = take("members", [WORDS | {"姓名": "顾清"} | CODED], answers=answers, check=True)
    assert [one.column for one in found.errors] == ["是否在校"]


@pytest.mark.parametrize(
    ("codes", "cells"),
    [
        (ETHNICITY_CODES, ["0", "57", "97", "98", "011", "1.5", "-1", "1A", ""]),
        (POLITICAL_STATUS_CODES, ["0", "14", "99"]),
        (EDUCATION_CODES, ["11", "23", "28", "50", "90", "2", "1"]),
    ],
)
def test_a_code_that_the_standard_lacks_is_none(codes, cells):
    assert [cell for cell in cells if codes.meant(cell)] == []


def test_an_unknown_code_waits_and_asks_nothing():
    found = take("members", [WORDS | {"民族": "97"}], check=True)
    assert [(one.column, one.found) for one in found.pending] == [("民族", "97")]
    assert codes_asked([WORDS | {"民族": "97"}]) == {}


def test_an_unknown_number_for_yes_or_no_is_an_error():
    found = take("members", [WORDS | {"是否在校": "2"}], check=True)
    assert [(one.column, one.found) for one in found.errors] == [("是否在校", "2")]


def test_an_identity_number_says_nothing_of_other_codes():
    row = WORDS | {"身份证号": WOMAN, "出生日期": "1998-05-04", "民族": "03"}
    assert codes_asked([row]) == {"codes-ethnicity": [2]}


def test_codes_are_those_of_the_choices_stored():
    assert {f"{code:02}": name for code, name in ETHNICITY_CODES.meanings.items()} == dict(Ethnicity)
    assert {f"{code:02}": name for code, name in POLITICAL_STATUS_CODES.meanings.items()} == dict(
        PoliticalStatus.choices
    )
    assert set(EDUCATION_CODES.meanings.values()) == {*Education.labels} - {"博士研究生", "其他"}
    known = {str(code): name for code, name in EDUCATION_CODES.meanings.items()}
    assert {code: name for code, name in known.items() if code in Education.values} == {
        code: name for code, name in Education.choices if code not in ("11", "90")
    }
