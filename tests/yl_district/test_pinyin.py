"""Search by name, pinyin and initials."""

import random

import pytest
from pypinyin import Style, lazy_pinyin
from pypinyin.constants import PHRASES_DICT
from pypinyin.seg.simpleseg import seg

from members.models import Person
from orgs.models import Unit
from tests.factories import make_unit, make_volunteer
from yl_district.pinyin import normalised, search, search_text, syllables, words_in


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("章程", "章程 zhangcheng zc"),
        ("单伟", "单伟 shanwei sw danwei dw"),
        ("曾经", "曾经 zengjing zj cengjing cj"),
        ("尉迟恭", "尉迟恭 yuchigong ycg"),
        ("欧阳 若兰", "欧阳若兰 ouyangruolan oyrl"),
        ("阿依古丽·买买提", "阿依古丽·买买提 ayigulimaimaiti ayglmmt"),
        ("John Smith", "johnsmith"),
        ("ＤＩＹ社", "diy社 she s"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_search_column_holds_name_pinyin_and_initials(name, text):
    assert search_text(name) == text


def test_names_are_cut_into_the_words_of_the_library():
    chance, characters = random.Random(11), sorted({one for phrase in PHRASES_DICT for one in phrase})
    rare = [*map(chr, range(0x4E00, 0xA000)), *"𠮷龘〇·。ー ab1"]
    names = ["".join(chance.choices(chance.choice([characters, rare]), k=chance.randint(0, 5))) for _ in range(3_000)]
    phrases = chance.sample(sorted(PHRASES_DICT), 1_000)
    names += phrases + [phrase[:-1] for phrase in phrases] + [f"{one}{phrase}" for one in "王单" for phrase in phrases]
    assert [words_in(name) for name in names] == [tuple(seg(name)) for name in names]


@pytest.mark.parametrize(("typed", "compared"), [(" ＺＣ ", "zc"), ("章　程", "章程"), ("Zhang Cheng", "zhangcheng")])
def test_what_is_typed_is_compared_without_width_case_and_blanks(typed, compared):
    assert normalised(typed) == compared


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("章", ["章程", "章成"]),
        ("章程", ["章程"]),
        ("zhangch", ["章程", "章成"]),
        ("ZC", ["章程", "章成"]),
        ("shanw", ["单伟"]),
        ("dw", ["单伟"]),
        ("章 程", ["章程"]),
        ("程 章", ["章程"]),
        ("", ["章程", "章成", "单伟"]),
        (None, ["章程", "章成", "单伟"]),
        ("%", []),
        ("_", []),
        ("𠮷", []),
    ],
)
def test_every_word_typed_must_be_found(typed, found):
    # What makes them known stores what they are searched by.
    for name in ("章程", "章成", "单伟"):
        make_volunteer(name=name)
    assert [person.name for person in search(Person.objects.order_by("pk"), typed)] == found


@pytest.mark.django_db
def test_the_search_column_follows_the_name_on_every_write():
    unit = make_unit("清和科技")
    unit.name = "唯美餐饮"
    unit.save()
    assert Unit.objects.get().search_text == "唯美餐饮 weimeicanyin wmcy"
    Unit.objects.bulk_create([Unit(name="清和智能", kind="enterprise", status="normal")])
    assert [one.name for one in Unit.objects.search("qhzn")] == ["清和智能"]


@pytest.mark.parametrize(
    "name", ["单雄信", "长乐", "重庆", "朝阳区", "行长", "阿依古丽·买买提", "John Smith", "张三2", ""]
)
def test_a_name_is_read_word_by_word_as_it_is_read_whole(name):
    assert syllables(name) == lazy_pinyin(name, style=Style.NORMAL, errors="ignore")
