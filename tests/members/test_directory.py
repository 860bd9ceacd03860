"""Identifying people: the same person, a new one, or an error that says how to distinguish them; never a guess."""

from datetime import date

import pytest

from assistance.resources import AssistedYouthResource
from members.directory import ASSISTED_YOUTH, CADRE, CAPACITIES, MEMBER, VOLUNTEER, Directory, Reference, new_person
from members.models import Person
from tests.factories import (
    make_assisted_youth,
    make_member,
    make_organisation,
    make_person,
    make_post,
    make_volunteer,
)
from tests.workbooks import TODAY
from yl_district.partial_dates import PartialDate
from yl_district.sheets.cells import CellError
from yl_district.sheets.columns import Book

pytestmark = [pytest.mark.django_db, pytest.mark.both]

IDENTITY = "11010519491231002X"
OTHER_IDENTITY = "110101199003077774"
BRACKETS = "请在姓名后用括号注明手机号码或所在组织，如 张三（13800138000）"


def directory():
    """A directory of everybody stored."""
    return Directory(Book(TODAY, sheets=CAPACITIES.values()))


@pytest.fixture
def branch():
    return make_organisation("柳林社区团支部")


def person_at(branch, **fields):
    """A member 章程 of the branch."""
    return make_member(branch=branch, person=make_person(**fields)).person


def refused(act, *arguments):
    """Expectation, remedy and column of the error that `act` raises."""
    with pytest.raises(CellError) as error:
        act(*arguments)
    return error.value.expected, error.value.remedy, error.value.column


SAME = {
    "the same identity number": ({"identity_number": IDENTITY}, {"身份证号": IDENTITY}),
    "the same name and mobile": ({"mobile": "13800138000"}, {"手机号码": "13800138000"}),
    "the same mobile, the number new": ({"mobile": "13800138000"}, {"手机号码": "13800138000", "身份证号": IDENTITY}),
    "the same mobile, another birth date": (
        {"mobile": "13800138000", "birth_date": date(1998, 5, 4)},
        {"手机号码": "13800138000", "出生日期": date(1998, 5, 3)},
    ),
}
SAME_WITHIN_AN_ORGANISATION = {
    "the name alone": ({}, {}),
    "a mobile where none was known": ({}, {"手机号码": "13800138000"}),
    "no mobile where one was known": ({"mobile": "13800138000"}, {}),
    "an identity number where none was known": ({}, {"身份证号": IDENTITY}),
    "the month of the birth date": ({"birth_date": date(1998, 5, 4)}, {"出生日期": PartialDate(1998, 5)}),
    "a birth date within the known year": ({"birth_date": PartialDate(1998)}, {"出生日期": date(1998, 5, 4)}),
    "a number of the known month": ({"birth_date": PartialDate(1949, 12)}, {"身份证号": IDENTITY}),
    "the same birth date": ({"birth_date": date(1998, 5, 4)}, {"出生日期": date(1998, 5, 4)}),
    "a number with the known birth date": ({"birth_date": date(1949, 12, 31)}, {"身份证号": IDENTITY}),
}
# By case, what is known, what a row says, and why it is asked about within the organisation, elsewhere and anywhere.
ASKED = {
    "another mobile": (
        {"mobile": "13800138000"},
        {"手机号码": "13900139000"},
        ("姓名、所在组织相同，手机号码不同", "姓名相同，手机号码不同，登记在其他组织", "姓名相同，手机号码不同"),
    ),
    "one wrong digit": (
        {"mobile": "13800138000"},
        {"手机号码": "13800138001"},
        (
            "姓名、所在组织相同，手机号码只差一位",
            "姓名相同，手机号码只差一位，登记在其他组织",
            "姓名相同，手机号码只差一位",
        ),
    ),
    "another mobile, the same birth date": (
        {"mobile": "13800138000", "birth_date": date(1998, 5, 4)},
        {"手机号码": "13900139000", "出生日期": date(1998, 5, 4)},
        (
            "姓名、出生日期、所在组织相同，手机号码不同",
            "姓名、出生日期相同，手机号码不同，登记在其他组织",
            "姓名、出生日期相同，手机号码不同",
        ),
    ),
    "the name alone": ({}, {}, (None, "姓名相同，登记在其他组织", None)),
    "the month of the birth date": (
        {"birth_date": date(1998, 5, 4)},
        {"出生日期": PartialDate(1998, 5)},
        (None, "姓名相同，登记在其他组织", None),
    ),
    "another spelling": (
        {"name": "李頔"},
        {"姓名": "李𬱖"},
        ("所在组织相同，姓名写法相近", "another", "another"),
    ),
    "another spelling, the same mobile": (
        {"name": "李頔", "mobile": "13800138000"},
        {"姓名": "李𬱖", "手机号码": "13800138000"},
        (
            "手机号码、所在组织相同，姓名写法相近",
            "手机号码相同，姓名写法相近，登记在其他组织",
            "手机号码相同，姓名写法相近",
        ),
    ),
    "another spelling, the same birth date": (
        {"name": "欧阳嫺", "birth_date": date(1998, 5, 4)},
        {"姓名": "欧阳娴", "出生日期": date(1998, 5, 4)},
        (
            "出生日期、所在组织相同，姓名写法相近",
            "出生日期相同，姓名写法相近，登记在其他组织",
            "出生日期相同，姓名写法相近",
        ),
    ),
    "a dot more": (
        {"name": "阿依古丽·买买提", "mobile": "13800138000"},
        {"姓名": "阿依古丽买买提", "手机号码": "13800138000"},
        (
            "手机号码、所在组织相同，姓名写法相近",
            "手机号码相同，姓名写法相近，登记在其他组织",
            "手机号码相同，姓名写法相近",
        ),
    ),
}
SOMEBODY_ELSE = {
    "another name": ({}, {"姓名": "章成"}),
    "another birth date": ({"birth_date": date(1998, 5, 4)}, {"出生日期": date(1998, 5, 3)}),
    "another month of birth": ({"birth_date": date(1998, 5, 4)}, {"出生日期": PartialDate(1998, 6)}),
    "a number of another month": ({"birth_date": PartialDate(1949, 11)}, {"身份证号": IDENTITY}),
    "another identity number": ({"identity_number": IDENTITY}, {"身份证号": OTHER_IDENTITY}),
    "a number with another birth date": ({"birth_date": date(1998, 5, 4)}, {"身份证号": IDENTITY}),
    "a birth date other than the number's": ({"identity_number": IDENTITY}, {"出生日期": date(1998, 5, 4)}),
}


@pytest.mark.parametrize("case", SAME)
def test_numbers_mean_the_same_person_anywhere(branch, case):
    fields, row = SAME[case]
    person = person_at(branch, **fields)
    assert directory().matching({"姓名": "章程"} | row, []) == person


@pytest.mark.parametrize("case", SAME_WITHIN_AN_ORGANISATION)
def test_a_name_without_contradiction_means_the_same_person_within_an_organisation(branch, case):
    fields, row = SAME_WITHIN_AN_ORGANISATION[case]
    person = person_at(branch, **fields)
    assert directory().matching({"姓名": "章程"} | row, [branch.pk]) == person
    assert directory().matching_anywhere({"姓名": "章程"} | row) == person


@pytest.mark.parametrize("case", SAME_WITHIN_AN_ORGANISATION)
def test_elsewhere_only_a_birth_date_to_the_day_tells_without_a_question(branch, case):
    fields, row = SAME_WITHIN_AN_ORGANISATION[case]
    person = person_at(branch, **fields)
    is_born_alike = case in ("the same birth date", "a number with the known birth date")
    expected = (person, []) if is_born_alike else (None, [person])
    assert asked_about({"姓名": "章程"} | row, [branch.pk + 1]) == expected


def asked_about(row, organisations=None, answer=None):
    """Whom a row is found to mean, and whom it is asked about; anywhere without organisations."""
    asked = []

    def ask(candidates):
        asked.extend(one.record for one in candidates)
        return answer

    known = directory()
    if organisations is None:
        return known.matching_anywhere(row, ask=ask), asked
    return known.matching(row, organisations, ask), asked


@pytest.mark.parametrize("case", ASKED)
def test_what_may_change_and_other_spellings_are_asked_about(branch, case):
    fields, row, reasons = ASKED[case]
    person_at(branch, **fields)
    row, told = {"姓名": "章程"} | row, []
    for organisations in ([branch.pk], [branch.pk + 1], None):
        why = []

        def ask(candidates, why=why):
            why += [one.why for one in candidates]

        known = directory()
        if organisations is None:
            found = known.matching_anywhere(row, ask=ask)
        else:
            found = known.matching(row, organisations, ask)
        told.append(why[0] if why else None if found else "another")
    assert tuple(told) == reasons


def test_the_one_meant_is_the_answer(branch):
    person = person_at(branch, mobile="13800138000")
    row = {"姓名": "章程", "手机号码": "13900139000"}
    assert asked_about(row, [branch.pk], person) == (person, [person])
    assert asked_about(row, [branch.pk]) == (None, [person])


def test_the_likeliest_of_several_is_asked_about_first(branch):
    other = make_organisation("槐荫社区团支部", branch)
    third = person_at(other, mobile="13700137000")
    second = person_at(branch, mobile="13700137001")
    first = person_at(other, mobile="13700137002", birth_date=date(1998, 5, 4))
    person_at(branch, birth_date=date(2001, 5, 4))
    row = {"姓名": "章程", "手机号码": "13900139000", "出生日期": date(1998, 5, 4)}
    assert asked_about(row, [branch.pk]) == (None, [first, second, third])


def test_nobody_beyond_the_reader_is_asked_about(branch):
    person = person_at(branch, mobile="13800138000", birth_date=date(1998, 5, 4))
    known = Directory(Book(TODAY, closed={(Person, person.pk)}))
    row = {"姓名": "章程", "手机号码": "13900139000", "出生日期": date(1998, 5, 4)}
    for organisations in ([branch.pk], [branch.pk + 1]):
        assert known.matching(row, organisations) is None
    assert known.matching_anywhere(row) is None
    assert known.matching({"姓名": "章程", "出生日期": date(1998, 5, 4)}, [branch.pk + 1]) is None


def test_visitors_are_asked_about_at_sign_ins_alone(branch):
    make_person("章程", mobile="13800138000")
    assert asked_about({"姓名": "章程"}, [branch.pk]) == (None, [])
    assert asked_about({"姓名": "章程", "手机号码": "13900139000"}, [branch.pk]) == (None, [])
    assert len(asked_about({"姓名": "章程", "手机号码": "13900139000"})[1]) == 1


def test_another_spelling_beside_a_known_identity_number_is_asked_about(branch):
    person = person_at(branch, name="李頔", identity_number=IDENTITY)
    row = {"姓名": "李𬱖", "身份证号": IDENTITY}
    assert asked_about(row, [], person) == (person, [person])
    assert refused(lambda: asked_about(row, []))[2] == "姓名"


@pytest.mark.parametrize("case", SOMEBODY_ELSE)
def test_a_contradiction_means_somebody_else(branch, case):
    fields, row = SOMEBODY_ELSE[case]
    person_at(branch, **fields)
    assert directory().matching({"姓名": "章程"} | row, [branch.pk]) is None
    assert directory().matching_anywhere({"姓名": "章程"} | row) is None


def test_another_name_beside_a_known_identity_number_is_asked_about(branch):
    person_at(branch, identity_number=IDENTITY)
    assert refused(directory().matching, {"姓名": "章成", "身份证号": IDENTITY}, []) == (
        "该号码登记的姓名 章*",
        "请核对号码或姓名；确已改名的，请先在人员资料中改正姓名",
        "姓名",
    )


def test_an_identity_number_weighs_more_than_a_mobile(branch):
    person_at(branch, mobile="13800138000")
    owner = person_at(branch, identity_number=IDENTITY)
    assert directory().matching({"姓名": "章程", "身份证号": IDENTITY, "手机号码": "13800138000"}, [branch.pk]) == owner


def test_a_mobile_with_another_identity_number_is_an_error(branch):
    person_at(branch, mobile="13800138000", identity_number=IDENTITY)
    row = {"姓名": "章程", "手机号码": "13800138000", "身份证号": OTHER_IDENTITY}
    assert refused(directory().matching, row, [branch.pk]) == (
        "与已登记一致的身份证号",
        "同名同手机号的人已登记另一身份证号，请核对号码；确为两人时请改正手机号码",
        "身份证号",
    )


def test_which_of_several_of_one_name_and_mobile_is_asked_unless_told_apart(branch):
    first = person_at(branch, mobile="13800138000", birth_date=date(1998, 5, 4))
    second = person_at(branch, mobile="13800138000")
    row = {"姓名": "章程", "手机号码": "13800138000"}
    for organisations in ([branch.pk], None):
        assert asked_about(row, organisations) == (None, [first, second])
        assert asked_about(row, organisations, second) == (second, [first, second])
        assert asked_about(row | {"出生日期": date(2001, 5, 4)}, organisations) == (second, [])


def test_which_of_several_of_one_name_within_an_organisation_is_asked_unless_told_apart(branch):
    elder = person_at(branch, birth_date=date(1998, 5, 4))
    younger = person_at(branch, birth_date=date(2001, 5, 4))
    person_at(branch, mobile="13900139000", birth_date=date(2003, 5, 4))
    row = {"姓名": "章程", "手机号码": "13800138000"}
    assert asked_about(row, [branch.pk]) == (None, [elder, younger])
    assert asked_about(row, [branch.pk], younger) == (younger, [elder, younger])
    assert asked_about(row | {"出生日期": date(2001, 5, 4)}, [branch.pk]) == (younger, [])


def test_which_of_two_born_on_the_same_day_is_asked_the_one_who_belongs_there_first(branch):
    born = {"birth_date": date(1998, 5, 4)}
    elsewhere, here = person_at(make_organisation("槐荫社区团支部", branch), **born), person_at(branch, **born)
    assert asked_about({"姓名": "章程", "出生日期": born["birth_date"]}, [branch.pk]) == (None, [here, elsewhere])


def test_which_of_two_is_asked_in_words_of_what_agrees(branch):
    person_at(branch, birth_date=date(1998, 5, 4))
    person_at(branch, birth_date=date(2001, 5, 4))
    why = []
    directory().matching({"姓名": "章程"}, [branch.pk], lambda candidates: why.extend(one.why for one in candidates))
    assert why == ["姓名、所在组织相同"] * 2


def test_whom_the_reader_does_not_reach_is_no_choice(branch):
    hidden, person = (person_at(branch, mobile="13800138000") for _ in range(2))
    row = {"姓名": "章程", "手机号码": "13800138000"}
    known = Directory(Book(TODAY, closed={(Person, hidden.pk)}))
    assert known.matching(row, [branch.pk]) == person


def test_those_whom_the_file_begins_are_told_apart_by_the_file_alone(branch):
    registered, known, asked = person_at(branch), directory(), []

    def begun():
        person = Person(name="章程")
        known.learn(person)
        known.note(person, branch.pk)
        return person

    first = begun()
    known.matching({"姓名": "章程"}, [branch.pk], asked.extend)
    assert [(one.record, one.answer) for one in asked] == [(registered, f"same:{registered.pk}"), (first, "same")]
    begun()
    answer = "能确定为一个人（现有 3 个可能的人）", "请补充身份证号或手机号码，使系统能分辨是哪一位", "姓名"
    assert refused(known.matching, {"姓名": "章程"}, [branch.pk]) == answer


def test_every_capacity_counts_as_belonging_to_an_organisation(branch):
    cadre = make_post("陆远", branch).person
    case = make_assisted_youth(branch, "白露")
    book = Book(TODAY)
    AssistedYouthResource.note(book)
    known = book.only(Directory)
    assert known.matching({"姓名": "陆远"}, [branch.pk]) == cadre
    assert known.matching({"姓名": "白露"}, [branch.pk]) == case.person
    assert [known.has(known.same(cadre), capacity) for capacity in (CADRE, MEMBER)] == [True, False]


def test_a_name_that_may_mean_anybody_means_the_one_of_the_capacity_first(branch):
    member = person_at(branch)
    volunteer = make_volunteer(name="章程").person
    known = directory()
    assert known.matching_anywhere({"姓名": "章程"}, MEMBER) == member
    assert known.matching_anywhere({"姓名": "章程"}, VOLUNTEER) == volunteer
    for capacity in (ASSISTED_YOUTH, None):
        asked = []
        assert known.matching_anywhere({"姓名": "章程"}, capacity, asked.extend) is None
        assert [one.record for one in asked] == [member, volunteer]
    assert known.matching_anywhere({"姓名": "顾清"}, MEMBER) is None


def test_a_reference_means_the_one_person_of_the_capacity(branch):
    member, cadre = person_at(branch), make_post("章程", branch).person
    assert directory().refer("章程", MEMBER) == member
    assert directory().refer(" 章 程 ", CADRE) == cadre


def test_a_reference_to_nobody_is_an_error(branch):
    person_at(branch)
    answer = ("《志愿者》表或系统中已有的名称", "请核对名称，或先在《志愿者》表中加入", None)
    assert refused(directory().refer, "章程", VOLUNTEER) == answer


def test_a_reference_to_several_is_an_error_that_a_hint_resolves(branch):
    other = make_organisation("天翌物业（北京）团支部", branch)
    first = person_at(branch, mobile="13800138000")
    second = person_at(other, identity_number=IDENTITY)
    known = directory()
    assert refused(known.refer, "章程", MEMBER) == ("能确定为一名团员（同名的有 2 名）", BRACKETS, None)
    for hint in ("13800138000", "柳林社区团支部"):
        assert known.refer(f"章程（{hint}）", MEMBER) == first
    for hint in (IDENTITY, IDENTITY.lower(), "天翌物业（北京）团支部"):
        assert known.refer(f"章程（{hint}）", MEMBER) == second
        assert known.refer(f"章程({hint})", MEMBER) == second
    assert refused(known.refer, "章程（13900139000）", MEMBER)[0] == "《团员》表或系统中已有的名称"


def test_the_name_written_is_the_least_that_means_one_person(branch):
    other = make_organisation("杨庄村团支部", branch)
    alone = person_at(branch, name="顾清", mobile="13700137000")
    by_mobile = person_at(branch, mobile="13800138000")
    by_branch = person_at(other)
    by_number = person_at(branch, identity_number=IDENTITY)
    known = directory()
    written = {person: known.reference(person, MEMBER) for person in (alone, by_mobile, by_branch, by_number)}
    assert list(written.values()) == [
        "顾清",
        "章程（13800138000）",
        "章程（杨庄村团支部）",
        f"章程（{IDENTITY}）",
    ]
    assert {person: known.refer(name, MEMBER) for person, name in written.items()} == {one: one for one in written}


def test_a_row_with_a_mobile_column_needs_a_hint_only_where_the_mobile_is_not_enough(branch):
    alone = person_at(branch, mobile="13800138000")
    person_at(branch, identity_number=IDENTITY)
    assert directory().reference_beside_mobile(alone) == "章程"
    family = [
        person_at(branch, name="白露", mobile="13900139000", identity_number=n) for n in (IDENTITY[:-1] + "1", None)
    ]
    assert directory().reference_beside_mobile(family[0]) == f"白露（{IDENTITY[:-1]}1）"


@pytest.mark.parametrize(
    ("hint", "fields"),
    [("", {}), ("13900139000", {"mobile": "13900139000"}), (IDENTITY, {"identity_number": IDENTITY})],
)
def test_a_reference_that_may_be_new_with_a_number_starts_a_person_with_that_number(hint, fields):
    reference = Reference("章程", hint)
    assert directory().referred(reference, {}) is None
    person = new_person(reference)
    assert (person.name, person.mobile, person.identity_number) == (
        "章程",
        fields.get("mobile", ""),
        fields.get("identity_number"),
    )


def test_any_other_hint_must_fit_somebody(branch):
    person = person_at(branch)
    known = directory()
    assert known.referred(Reference("章程", "柳林社区团支部"), {}) == person
    other, asked = person_at(branch), []
    directory().referred(Reference("章程", "柳林社区团支部"), {}, ask=asked.extend)
    assert [one.record for one in asked] == [person, other]
    assert refused(known.referred, Reference("章程", "大"), {}) == (
        "括号内为该人的手机号码、身份证号或所在组织",
        "请核对括号内的内容，或删去括号",
        "姓名",
    )


def test_who_is_renamed_is_known_by_the_new_name_alone(branch):
    person_at(branch, identity_number=IDENTITY)
    known = directory()
    person = known.matching({"姓名": "章程", "身份证号": IDENTITY}, [])
    person.name = "章成"
    known.learn(person)
    assert known.refer("章成", MEMBER) is person
    assert known.matching({"姓名": "章成"}, [branch.pk]) is person
    assert known.matching({"姓名": "章程"}, [branch.pk]) is None


def test_who_is_new_is_known_at_once():
    known, person = directory(), Person(name="章程", identity_number=IDENTITY)
    known.learn(person)
    known.note(person, 7, VOLUNTEER)
    assert known.matching({"姓名": "章程"}, [7]) is person
    assert known.matching({"姓名": "不同", "身份证号": IDENTITY}, []) is person
    assert known.refer("章程", VOLUNTEER) is person
