"""Reading a section aloud: what reads badly, where, and how it could be said; and who is told."""

from datetime import date

import pytest

from orgs.models import Role
from reports.documents.summary import numbered_sections
from reports.figures.scopes import Scope
from reports.text import Draft, TextWriter
from reports.text.sentences import Block, Number
from reports.text.style import StyleRule, style_findings
from tests.factories import make_activity, make_assisted_youth, make_hub, make_report, make_section, make_user
from tests.pages import browser_of, page, two_branches
from tests.reports.district import bare_district
from yl_district.periods import Period

pytestmark = pytest.mark.django_db
YEAR = Period.of_year(2017)


def typed(*paragraphs):
    """Paragraphs that their writer typed as they are."""
    return [Block(0, (text,), typed=((0, len(text)),)) for text in paragraphs]


def told(blocks):
    """The rule, paragraph and proposal of each finding."""
    return [(each.rule, each.paragraph, each.proposal) for each in style_findings(blocks)]


def written(scope, body):
    """The blocks of a section as the writer of its report writes it."""
    return numbered_sections(TextWriter(scope, [Draft("", body)]))[0].blocks


def test_plain_prose_has_no_findings():
    assert (
        told(typed("全年举办活动9场，参加者120人次。", "建立“1+100”制度，覆盖率83.5%。", "开展DIY制作，下发PDF文件。"))
        == []
    )


@pytest.mark.parametrize(
    ("sentence", "proposal", "proposed"),
    [
        ("甲" * 79 + "。", None, None),
        ("甲" * 80 + "。", "这句有 81 字，超过 80 字，请断成两句。", ""),
        (f"{'甲' * 50}，{'乙' * 40}。", f"这句有 92 字，超过 80 字，可在“{'甲' * 8}”之后断成两句。", ""),
        (
            f"{'甲' * 50}；{'乙' * 40}。",
            f"这句有 92 字，超过 80 字，可在“{'甲' * 8}”之后断成两句。",
            f"{'甲' * 50}。{'乙' * 40}。",
        ),
    ],
)
def test_a_sentence_over_eighty_letters_is_told_with_where_to_cut_it(sentence, proposal, proposed):
    found = style_findings(typed(f"开头。{sentence}"))
    assert [(each.rule, each.quoted, each.proposal, each.proposed) for each in found] == (
        [(StyleRule.LONG, sentence, proposal, proposed)] if proposal else []
    )


def test_three_neighbours_of_one_pattern_are_one_finding():
    alike = [
        f"为{aim}，全年举办{kind}{number}场，{number * 9}人次参加。"
        for aim, kind, number in (("开阔视野", "讲座", 8), ("扩大交友", "联谊", 5), ("强健体魄", "“健步走”", 13))
    ]
    proposal = "从这段起连续 3 段是同一种句式，请合并写，或换一换开头和说法。"
    assert told(typed("开头。", *alike)) == [(StyleRule.ALIKE, 2, proposal)]
    assert told(typed(*alike[:2])) == []
    assert told([*typed(*alike[:2]), Block(2, ("（一）联谊",)), *typed(alike[2])]) == []
    assert told(typed("".join(alike))) == [
        (StyleRule.ALIKE, 1, "连续 3 句是同一种句式，请合并写，或换一换开头和说法。")
    ]


def test_three_neighbours_with_one_beginning_are_one_finding():
    same = "组织团员青年看展览。", "组织团员青年上团课，并讨论。", "组织团员青年做志愿服务。"
    assert [each[:2] for each in told(typed(*same))] == [(StyleRule.ALIKE, 1)]
    assert told(typed("一是补短板。", "二是抓落实。", "三是促发展。")) == []


def test_a_figure_twice_in_a_paragraph_is_told_at_the_second_time():
    nine = Number("sessions", "9场")
    block = Block(0, ("举办", nine, "，上年", Number("sessions", "9场", "上年同期"), "。这", nine, "都有名单。"))
    assert told([block]) == [(StyleRule.TWICE, 1, "“9场”在这一段中写了 2 次，第二次起可以省去，或换一个说法。")]
    assert style_findings([block])[0].quoted == "这9场都有名单。"


def test_the_stock_phrase_is_told_with_another():
    found = style_findings(typed("举办讲座8场，主题涉及五四、禁毒等，119人次参加。"))
    assert [(each.rule, each.proposed) for each in found] == [
        (StyleRule.PHRASE, "举办讲座8场，以五四、禁毒等为主题，119人次参加。")
    ]


def test_english_and_half_width_marks_are_told_once_a_sentence():
    found = style_findings(typed("用App签到,用App报名.", "看“Hello”展，用WiFi。", "见 1,000 人,共3.5小时(含讨论)"))
    assert [(each.rule, each.paragraph, each.proposal, each.proposed) for each in found] == [
        (StyleRule.ENGLISH, 1, "“用App”中的英文请改写成中文；确是专名的，加上引号。", ""),
        (StyleRule.HALF_WIDTH, 1, "中文之间的“, .”应为全角。", "用App签到，用App报名。"),
        (StyleRule.ENGLISH, 2, "“用WiFi”中的英文请改写成中文；确是专名的，加上引号。", ""),
        (StyleRule.HALF_WIDTH, 3, "中文之间的“, ( )”应为全角。", "见 1,000 人，共3.5小时（含讨论）"),
    ]


def test_names_of_records_are_no_findings():
    root = bare_district()
    make_hub(root, "微米App青年汇,东区")
    blocks = written(Scope(root, YEAR), "有{青年汇}青年汇,为{青年汇.名称}.")
    assert blocks[0].text == "有1家青年汇,为微米App青年汇,东区."
    found = style_findings(blocks)
    assert [(each.rule, each.proposed) for each in found] == [
        (StyleRule.HALF_WIDTH, "有1家青年汇，为微米App青年汇,东区。")
    ]


@pytest.mark.parametrize(
    ("unit", "rules"),
    [
        ("甲,甲{活动场次}", {StyleRule.LONG, StyleRule.TWICE, StyleRule.HALF_WIDTH}),
        ("“甲", {StyleRule.LONG}),
        ("App“b", {StyleRule.LONG, StyleRule.ENGLISH}),
        ("甲乙丙，丁,戊。", {StyleRule.ALIKE, StyleRule.HALF_WIDTH}),
        ("主题涉及", {StyleRule.LONG, StyleRule.PHRASE}),
    ],
)
def test_the_longest_section_is_read_within_the_budget_of_a_test(unit, rules):
    blocks = written(Scope(bare_district(), YEAR), unit * (20_000 // len(unit)))
    assert {each.rule for each in style_findings(blocks)} == rules


def test_writers_alone_are_told_with_the_way_to_the_section():
    place = two_branches()
    report = make_report(place.here)
    section = make_section(report, "举办讲座,很好。")
    leader = browser_of(make_user("程前", place.root, Role.Kind.LEADER))
    text = page(place.cadre, "report_detail", report.pk)
    assert "通读：1 处可以写得更好" in text
    assert "可写作：举办讲座，很好。" in text
    assert f'href="/sections/{section.pk}/update/"' in text
    assert "通读" not in page(leader, "report_detail", report.pk)


def test_nobody_is_told_what_reads_badly_about_cases_who_may_not_know_of_them():
    place = two_branches()
    make_assisted_youth(place.here)
    report = make_report(place.here)
    make_section(report, "帮扶{精准帮扶对象},共{精准帮扶对象}。")
    make_section(report, "走访,慰问。", is_about_cases=True)
    assert "通读：3 处" in page(place.office, "report_detail", report.pk)
    assert "通读" not in page(place.cadre, "report_detail", report.pk)


def test_the_preview_tells_of_the_section_that_is_typed():
    place = two_branches()
    make_activity(place.here, "健步走", held_on=date(2017, 5, 4))
    report = make_report(place.here)
    section = make_section(report, "甲,乙。")
    sent = {"heading": "活动", "body": "举办{活动场次},即{活动场次}。", "section": section.pk}
    answer = place.cadre.post(f"/reports/{report.pk}/sections/preview/", sent, HTTP_HX_REQUEST="true")
    text = answer.content.decode()
    assert "通读：2 处可以写得更好" in text
    assert "可写作：举办1场，即1场。" in text
    assert "甲，乙" not in text
