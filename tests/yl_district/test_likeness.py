"""Names and numbers that are written differently and may mean the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yl_district.likeness import firm_key, happening_key, is_one_digit_off, name_key, spellings

NAMES = st.text("章陆頔𬱖偉伟嫺娴寧宁·阿依古丽買买", min_size=1, max_size=6)
NUMBERS = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("李頔", "李𬱖"),
        ("張偉", "张伟"),
        ("欧阳嫺", "欧阳娴"),
        ("阿依古丽·买买提", "阿依古丽买买提"),
        ("Ａｎｎａ Ｌｉ", "anna li"),
        ("趙\u3000敏", "赵敏"),
    ],
)
def test_variants_marks_and_blanks_make_no_other_name(one, other):
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize(("one", "other"), [("程安", "程宁"), ("张伟", "张玮"), ("李静", "李婧"), ("章程", "章成")])
def test_other_characters_make_another_name(one, other):
    assert name_key(one) != name_key(other)


@given(NAMES)
def test_all_spellings_of_a_name_have_its_key(name):
    assert {name_key(one) for one in spellings(name)} == {name_key(name)}
    assert name_key(name_key(name)) == name_key(name)


def test_the_spellings_of_a_name_are_those_of_its_characters():
    assert {"李頔", "李𬱖"} <= set(spellings("李頔")) == set(spellings("李𬱖"))
    assert spellings("章程") == ["章程"]


@pytest.mark.parametrize(
    "name",
    [
        "北京和顺科技有限公司",
        "北京市和顺科技有限责任公司",
        "和顺科技股份有限公司",
        "和顺科技（北京）有限公司",
        "和顺科技(北京)有限公司",
        "“和顺”科技有限公司",
        "和顺科技分公司",
        "和顺科技有限公司（石景山分公司）",
        "和順科技",
    ],
)
def test_a_firm_keeps_its_key_in_brackets_marks_and_legal_forms(name):
    assert firm_key(name) == "和顺科技"


def test_firms_of_other_names_have_other_keys_and_a_form_alone_none():
    assert len({firm_key(name) for name in ("和顺科技有限公司", "和顺物业有限公司", "天翌物业（八角）有限公司")}) == 3
    assert firm_key("有限公司") == ""


@pytest.mark.parametrize(
    "name", ['"学雷锋"志愿服务', "“学雷锋” 志愿服务", "“学雷锋”志愿服务活动", "学雷锋志愿服务主题活动", "《学雷锋》"]
)
def test_an_activity_keeps_its_key_in_marks_and_with_or_without_its_last_words(name):
    assert happening_key(name) == "学雷锋"


def test_activities_of_other_names_have_other_keys_and_never_none():
    assert happening_key("志愿服务活动") == "志愿服务活动"
    assert happening_key("春季健步走") != happening_key("秋季健步走")


@given(NUMBERS, st.data())
def test_one_digit_changed_or_two_neighbours_swapped_is_one_digit_off(number, data):
    place = data.draw(st.integers(0, 10))
    other = data.draw(st.sampled_from("0123456789"))
    changed = number[:place] + other + number[place + 1 :]
    assert is_one_digit_off(number, changed) == (changed != number)
    at = data.draw(st.integers(0, 9))
    swapped = number[:at] + number[at + 1] + number[at] + number[at + 2 :]
    assert is_one_digit_off(number, swapped) == (swapped != number)


@pytest.mark.parametrize("other", ["13800138000", "13800138011", "1380013800", "18300183000", ""])
def test_the_same_two_wrong_digits_or_another_length_are_not_one_digit_off(other):
    assert not is_one_digit_off("13800138000", other)
