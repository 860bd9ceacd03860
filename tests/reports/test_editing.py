"""Texts as nodes of the editor: every piece keeps its source, and says what the document says."""

import pytest

from reports.documents.summary import writer_of
from reports.figures.scopes import Scope
from reports.text.cases import variant_in_words
from reports.text.editing import EditableText
from tests.factories import make_assisted_youth, make_hub, make_member, make_organisation
from yl_district.periods import Period

pytestmark = pytest.mark.django_db
YEAR = Period.of_part(2017, "year")


@pytest.fixture
def district():
    root = make_organisation("清河地区团工委", category="working_committee", domain="office")
    make_member(branch=root)
    make_hub(root)
    make_assisted_youth(organisation=root)
    return root


def writer(district, with_cases=True, part="year"):
    return writer_of(Scope(district, Period.of_part(2017, part)), with_cases)


def sources(nodes):
    """The source of nodes, put together from their pieces."""
    return "".join(source(node) for node in nodes)


def source(node):
    if node["type"] == "text":
        return node["text"]
    if node["type"] != "variant":
        return node["attrs"]["source"]
    heads, texts = node["attrs"]["heads"], node["attrs"]["texts"]
    return "".join(head + text for head, text in zip(heads, texts, strict=True)) + "]"


def said(nodes, text):
    """What nodes say, without the ordinals, which the page itself counts."""
    words = []
    for node in nodes:
        if node["type"] == "text":
            words.append(node["text"])
        elif node["type"] == "number":
            words.append(text.shown[node["attrs"]["source"]]["text"])
        else:
            words.append(said(node.get("content", []), text))
    return "".join(words)


@pytest.mark.parametrize("part", ["year", "h1", "q3", "m2"])
def test_the_pieces_of_every_default_text_are_its_source_and_say_what_the_document_says(district, part):
    each = writer(district, part=part)
    for draft, blocks in each.sections():
        text = EditableText(each, draft.is_about_cases)
        paragraphs = text.paragraphs(draft.body)
        assert "".join(node["attrs"]["gap"] + node["attrs"]["source"] for node in paragraphs) == draft.body
        for node in paragraphs:
            inner = sources(node["content"])
            assert node["attrs"]["source"].removeprefix("# ") == inner
        written = ["".join(map(str, block.parts)) for block in blocks if block.level == 0]
        told = [said(node["content"], text) for node in paragraphs if node["type"] == "paragraph"]
        ordinals = [line for line in written if line[1:2] == "是"]
        assert [line for line in told if line] == [line[1:] if line in ordinals else line for line in written]


def test_a_variant_shows_the_case_that_applies_and_keeps_the_others(district):
    text = EditableText(writer(district))
    body = "甲[团员总数\n  零:没有团员。|\n  其余:共{团员总数}[青年汇 一:，一家|有:，几家]。]"
    (paragraph,) = text.paragraphs(body)
    variant = paragraph["content"][1]
    assert variant["attrs"] == {
        "heads": ["[团员总数\n  零:", "|\n  其余:"],
        "texts": ["没有团员。", "共{团员总数}[青年汇 一:，一家|有:，几家]。"],
        "chosen": 1,
    }
    assert said(paragraph["content"], text) == "甲共1名，一家。"
    assert text.paragraphs("[青年汇 零:没有]")[0]["content"] == [
        {"type": "unsaid", "attrs": {"source": "[青年汇 零:没有]"}}
    ]


def test_what_has_no_meaning_is_kept_as_it_was_written(district):
    text = EditableText(writer(district))
    (paragraph,) = text.paragraphs("共{没有这个}名")
    assert paragraph["content"][1] == {"type": "broken", "attrs": {"source": "{没有这个}"}}
    (unread,) = text.paragraphs("# 甲[团员总数 零:没写完")
    assert (unread["type"], unread["content"]) == (
        "paragraph",
        [{"type": "broken", "attrs": {"source": "# 甲[团员总数 零:没写完"}}],
    )


def test_nothing_of_a_paragraph_about_cases_is_told_without_cases(district):
    text = EditableText(writer(district, with_cases=False))
    open_one, closed = text.paragraphs(
        "团员{团员总数}。\n[精准帮扶对象 零:没有。|其余:共{精准帮扶对象}，团员{团委委员}。]"
    )
    assert (open_one["attrs"]["cases"], closed["attrs"]["cases"]) == ("", "hidden")
    assert [node["type"] for node in closed["content"]] == ["unsaid"]
    assert text.shown == {"{团员总数}": {"kind": "number", "name": "团员总数", "text": "1名"}}
    text.paragraphs("共{精准帮扶对象}。")
    assert text.shown["{精准帮扶对象}"] == {"kind": "hidden", "name": "精准帮扶对象", "text": ""}


def test_the_mark_of_cases_closes_a_paragraph_that_names_no_figure_of_them(district):
    body = "走访慰问他们家。{涉及帮扶}"
    assert EditableText(writer(district)).paragraphs(body)[0]["attrs"]["cases"] == "shown"
    assert EditableText(writer(district, with_cases=False)).paragraphs(body)[0]["attrs"]["cases"] == "hidden"


@pytest.mark.parametrize(
    ("variant", "told"),
    [
        ("[团员总数 零:没有|一:一名|其余:共{团员总数}]", [("没有", False), ("一名", True), ("共12名", False)]),
        ("[青年汇 有:有{青年汇}|其余:无]", [("有1家", True), ("无", False)]),
        ("[重点店/青年汇 全部:都是|部分:{重点店}|零:都不是]", [("都是", False), ("1家", False), ("都不是", True)]),
        ("[普通店>青年汇 是:多|否:不多]", [("多", False), ("不多", True)]),
        ("[普通店+重点店 有:有|零:没有]", [("有", True), ("没有", False)]),
        (
            "[参加人次 未统计:未|不全:{参加人次}|约数:{参加人次}|零:没]",
            [("未", False), ("12人次", False), ("10余人次", False), ("没", True)],
        ),
    ],
)
def test_each_case_is_previewed_with_values_to_which_it_applies(district, variant, told):
    each = writer(district)
    answer = variant_in_words(variant, each)
    shown = []
    for branch in answer["branches"]:
        words = [
            node["text"] if node["type"] == "text" else branch["shown"][source(node)]["text"]
            for node in branch["content"]
        ]
        shown.append(("".join(words), branch["applies"]))
    assert shown == told


def test_a_variant_is_asked_in_words(district):
    each = writer(district)
    asked = [
        ("[团员总数 零:|其余:]", "“团员总数”是多少"),
        ("[本级 是:|否:]", "是否委机关本级"),
        ("[普通店/青年汇 全部:]", "在“青年汇”中“普通店”占多少"),
        ("[普通店+重点店 有:]", "“普通店、重点店”合计"),
        ("[团员总数.同比 增加:]", "“团员总数”与上年同期相比"),
    ]
    assert [variant_in_words(variant, each)["words"] for variant, _ in asked] == [words for _, words in asked]
