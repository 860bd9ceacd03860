"""Writing a whole report in a browser: numbers, cases, undo, paste, two writers, and the language there and back."""

import json
import random
import re
from datetime import date

import pytest
from playwright.sync_api import expect

from orgs.models import Role, User
from reports.documents.summary import writer_of
from reports.figures.scopes import Scope
from reports.models import Section
from reports.text.editing import EditableText
from reports.text.parsing import Choice, Insert, Text, parse
from tests.factories import (
    make_activity,
    make_assisted_youth,
    make_member,
    make_organisation,
    make_report,
    make_section,
    make_user,
)
from yl_district.periods import Period

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.cpu(12)]
PASTE = """html => {
  const data = new DataTransfer();
  data.setData("text/html", html);
  const event = new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true});
  document.activeElement.dispatchEvent(event);
}"""
FROM_WORD = """<html xmlns:o="urn:o"><head><style>p {color: red}</style></head><body>
<p class="MsoNormal" style="text-indent:28pt"><span lang="ZH-CN">　　一是<b>加强</b>学习&nbsp;。<o:p></o:p></span>
</p><h2>二是</h2><p onclick="document.title='坏'">{花}和[方]|<script>document.title='坏'</script>
<img src="x" onerror="document.title='坏'"></p>
<table><tr><td>甲</td><td>乙</td></tr></table><p>第一行<br>第二行</p></body></html>"""


@pytest.fixture
def report():
    root = make_organisation("清河地区团工委", category="working_committee", domain="office")
    make_user("林知秋", root)
    make_user("秦朗", root)
    make_member(branch=root)
    report = make_report(root)
    make_section(report, "在册团员{团员总数}。[团员总数 零:没有团员。|一:只有一名团员。]", "团员")
    make_section(report, "走访慰问他们。", "帮扶", is_about_cases=True)
    return report


def write(page, sign_in, report, name="林知秋"):
    """The page on which the report is written, once it is drawn."""
    sign_in(page, User.objects.get(name=name))
    page.goto(f"{report.get_absolute_url()}write/")
    expect(page.locator("#write.is-drawn")).to_be_visible()
    return page


def source(page, report, place=0):
    """The field with the body of a section as it would be stored."""
    return page.locator(f"#section-{report.sections.all()[place].pk} [name=body]")


def body(page, report, place=0):
    """The paragraphs of a section in the editor."""
    return page.locator(f"#section-{report.sections.all()[place].pk} .write-editor p")


def go_to_end(page, report, place=0):
    """Puts the cursor behind the last word of a section."""
    page.locator(f"#section-{report.sections.all()[place].pk} .ProseMirror").focus()
    page.keyboard.press("Control+End")


def save(page):
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator("#write [data-state]")).to_contain_text("已保存")


def test_a_section_is_written_with_numbers_and_undone_and_saved(desktop_page, sign_in, report):
    page = write(desktop_page, sign_in, report)
    expect(body(page, report)).to_have_text(["在册团员1名。只有一名团员。"])
    page.locator(".write-number").first.click()
    panel = page.locator("#write-panel")
    expect(panel).to_contain_text("查看所统计的记录")
    panel.get_by_role("button", name="1 不带单位").click()
    expect(body(page, report)).to_have_text(["在册团员1。只有一名团员。"])
    page.keyboard.press("Control+z")
    expect(body(page, report)).to_have_text(["在册团员1名。只有一名团员。"])

    go_to_end(page, report)
    page.keyboard.type("另有团干部")
    expect(page.locator(".write-suggest")).to_contain_text("按 Tab 换成数字")
    page.keyboard.press("Tab")
    page.keyboard.type("，{团干")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.type("。")
    page.keyboard.press("Enter")
    page.keyboard.type("又一段。")
    typed = "在册团员{团员总数}。[团员总数 零:没有团员。|一:只有一名团员。]另有{团干部}，{团干大会}。\n又一段。"
    expect(source(page, report)).to_have_value(typed)
    expect(page.locator("#write [data-state]")).to_have_text("有 1 节没有保存")
    save(page)
    assert report.sections.first().body == typed


def test_what_an_input_method_composes_is_written_and_offers_its_number(desktop_page, sign_in, report):
    page = write(desktop_page, sign_in, report)
    go_to_end(page, report)
    keyboard = page.context.new_cdp_session(page)
    keyboard.send("Input.imeSetComposition", {"text": "tuan'gan'bu", "selectionStart": 11, "selectionEnd": 11})
    expect(page.locator(".write-suggest")).to_be_hidden()
    keyboard.send("Input.insertText", {"text": "团干部"})
    expect(page.locator(".write-suggest [role=option]").first).to_have_text("团干部0 名")
    page.keyboard.press("Tab")
    expect(source(page, report)).to_have_value("在册团员{团员总数}。[团员总数 零:没有团员。|一:只有一名团员。]{团干部}")


def test_the_cases_of_a_sentence_are_written_side_by_side(desktop_page, sign_in, report):
    page = write(desktop_page, sign_in, report)
    page.locator(".write-variant .write-mark").click()
    panel = page.locator("#write-panel")
    expect(panel.locator(".write-case-name")).to_have_text(["是零", "是 1本期"])
    panel.locator(".write-case-text .ProseMirror").first.focus()
    page.keyboard.press("Control+End")
    page.keyboard.type("请核对")
    panel.get_by_label("增加一种情况").select_option("其余")
    page.keyboard.type("共{团员总")
    page.keyboard.press("Enter")
    panel.get_by_role("button", name="写好了").click()
    expect(page.locator(".write-variant")).to_have_text("只有一名团员。")
    expect(source(page, report)).to_have_value(
        "在册团员{团员总数}。[团员总数 零:没有团员。请核对|一:只有一名团员。|其余:共{团员总数}]"
    )
    # Where the case that applies is taken out, the sentence stays, unsaid.
    page.locator(".write-variant .write-mark").click()
    panel.get_by_role("button", name="删去这种情况").nth(1).click()
    panel.get_by_role("button", name="写好了").click()
    expect(page.locator(".write-variant")).to_have_text("共1名")
    page.locator(".write-variant .write-mark").click()
    panel.get_by_role("button", name="删去这种情况").nth(1).click()
    expect(panel).to_contain_text("本期的情况不在其中，这一句本期不写。")
    panel.get_by_role("button", name="写好了").click()
    expect(page.locator(".write-unsaid")).to_have_count(1)
    expect(source(page, report)).to_have_value("在册团员{团员总数}。[团员总数 零:没有团员。请核对]")


def test_words_of_a_case_are_written_in_the_sentence_itself(desktop_page, sign_in, report):
    page = write(desktop_page, sign_in, report)
    page.locator(".write-variant > span").last.click(position={"x": 45, "y": 12})
    page.keyboard.type("[很好]")
    expect(page.locator(".write-variant")).to_have_text(re.compile(r"^只.*\[很好\].*。$"))
    written = source(page, report).input_value()
    assert written.replace("[[很好]]", "") == "在册团员{团员总数}。[团员总数 零:没有团员。|一:只有一名团员。]"
    assert written.index("|一:只") < written.index("[[很好]]") < written.index("。]", written.index("|"))


@pytest.mark.parametrize(("key", "home"), [("ArrowLeft", "Control+End"), ("ArrowRight", "Control+Home")])
def test_the_cursor_goes_through_numbers_and_cases_with_the_arrow_keys(desktop_page, sign_in, report, key, home):
    body = "甲[团员总数 零:没有|其余:[团员总数 一:一|其余:多]名{团员总数}]{期末}乙[团员总数 零:无]\n丙{团员总数}"
    Section.objects.filter(report=report, position=1).update(heading="[团员总数 一:团员]", body=body)
    page = write(desktop_page, sign_in, report)
    page.locator("#write .ProseMirror").first.focus()
    page.keyboard.press(home)
    for _ in range(30):
        page.keyboard.press(key)
    page.keyboard.insert_text("到")
    expect(page.locator("#write .ProseMirror").first).to_contain_text("到")
    first = page.locator("#write .ProseMirror").first.inner_text().replace("\n", "")
    assert first.startswith("到") if key == "ArrowLeft" else first.endswith("到")


def test_what_word_gives_is_pasted_without_its_dirt_and_unknown_numbers_are_shown(desktop_page, sign_in, report):
    page = write(desktop_page, sign_in, report)
    page.locator("#section-new .write-editor p").click()
    page.evaluate(PASTE, FROM_WORD)
    new = page.locator("#section-new [name=body]")
    expect(new).to_have_value("一是加强学习 。\n# 二是\n{{花}}和[[方]]||\n甲　乙　\n第一行\n第二行")
    page.evaluate(PASTE, '<p>共<span data-number="{没有这个}">9</span><span data-number="坏}">名</span></p>')
    expect(page.locator(".write-number.is-broken")).to_have_text("{没有这个}")
    page.keyboard.press("Control+s")
    note = page.locator("#section-new [data-note]")
    expect(note).to_contain_text("“{没有这个}”：没有名为“没有这个”的指标或词语")
    page.locator(".write-number.is-broken").click()
    page.locator("#write-panel").get_by_role("button", name="团员总数").first.click()
    expect(new).to_have_value(re.compile("第二行共{团员总数}名$"))
    assert page.title().startswith("写正文")


def test_what_is_about_cases_stays_so_among_what_everybody_reads(desktop_page, sign_in, report):
    page = write(desktop_page, sign_in, report)
    go_to_end(page, report, 1)
    page.keyboard.press("Control+a")
    page.keyboard.press("Control+c")
    go_to_end(page, report)
    page.keyboard.press("Enter")
    page.keyboard.press("Control+v")
    expect(page.locator(f"#section-{report.sections.first().pk} [data-note]")).to_contain_text("已标明“仅知情人可见”")
    expect(source(page, report)).to_have_value(re.compile(re.escape("走访慰问他们。{涉及帮扶}") + "$"))


def test_of_two_writers_neither_loses_a_word(desktop_page, open_page, sign_in, report):
    mine, other = write(desktop_page, sign_in, report), write(open_page(), sign_in, report, "秦朗")
    for page, words in ((other, "秦朗写。"), (mine, "林知秋写。")):
        go_to_end(page, report)
        page.keyboard.type(words)
    save(other)
    mine.get_by_role("button", name="保存", exact=True).click()
    note = mine.locator(f"#section-{report.sections.first().pk} [data-note]")
    expect(note).to_contain_text("秦朗改了这一节")
    expect(note.locator(".write-other p")).to_have_text("在册团员1名。只有一名团员。秦朗写。")
    note.get_by_role("button", name="用对方的写法").click()
    expect(source(mine, report)).to_have_value(re.compile(re.escape("秦朗写。") + "$"))
    mine.get_by_role("button", name="撤销").click()
    expect(source(mine, report)).to_have_value(re.compile(re.escape("林知秋写。") + "$"))
    save(mine)
    assert report.sections.first().body.endswith("林知秋写。")


def hold(page, report):
    """Keeps what saves the first section until it is let go; returns the requests held."""
    held = []
    page.route(f"**/sections/{report.sections.first().pk}/update/", lambda route: held.append(route))
    return held


def test_what_is_typed_while_a_save_is_under_way_stays_unsaved_and_is_saved_next(desktop_page, sign_in, report):
    page = write(desktop_page, sign_in, report)
    held = hold(page, report)
    go_to_end(page, report)
    page.keyboard.type("先写的。")
    with page.expect_request(lambda request: request.method == "POST" and "/update/" in request.url):
        page.keyboard.press("Control+s")
    page.keyboard.type("后写的。")
    with page.expect_response("**/update/"):
        held.pop().continue_()
    expect(page.locator("#write [data-state]")).to_have_text("有 1 节没有保存")
    assert report.sections.first().body.endswith("先写的。")
    expect(page.locator(".draft-note").first).to_contain_text("草稿已暂存")

    page.unroute_all()
    save(page)
    assert report.sections.first().body.endswith("先写的。后写的。")
    page.reload()
    expect(page.locator("#write.is-drawn")).to_be_visible()
    expect(page.get_by_role("button", name="恢复")).to_have_count(0)


def test_a_save_whose_answer_is_lost_is_no_quarrel_with_oneself(desktop_page, sign_in, report, browser_errors):
    page = write(desktop_page, sign_in, report)
    held = hold(page, report)
    go_to_end(page, report)
    page.keyboard.type("写好的。")
    with page.expect_request(lambda request: request.method == "POST" and "/update/" in request.url):
        page.keyboard.press("Control+s")
    route = held.pop()
    route.fetch()
    route.abort()
    expect(page.locator("#write [data-note]").first).to_contain_text("没有保存：网络不通")
    page.unroute_all()
    save(page)
    expect(page.locator("#write [data-note]").first).to_be_hidden()
    assert report.sections.first().body.endswith("写好的。")
    browser_errors.clear()


def test_who_may_read_a_section_stays_as_the_other_writer_has_said(desktop_page, sign_in, report):
    page = write(desktop_page, sign_in, report)
    report.sections.filter(position=1).update(is_about_cases=True, body="他写。")
    go_to_end(page, report)
    page.keyboard.type("我写。")
    page.get_by_role("button", name="保存", exact=True).click()
    page.get_by_role("button", name="用我的写法").click()
    expect(page.locator("#write [data-state]")).to_contain_text("已保存")
    section = report.sections.first()
    assert (section.is_about_cases, section.body[-3:]) == (True, "我写。")


def test_a_draft_that_cannot_be_read_comes_back_as_it_was_written(desktop_page, sign_in, report, browser_errors):
    page = write(desktop_page, sign_in, report)
    go_to_end(page, report)
    page.keyboard.type("没有保存的话。")
    expect(page.locator(".draft-note").first).to_contain_text("草稿已暂存")
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    page.route("**/text/", lambda route: route.abort())
    page.get_by_role("button", name="恢复").click()
    expect(page.locator("#write [data-note]").first).to_contain_text("网络不通")
    expect(source(page, report)).to_be_visible()
    expect(source(page, report)).to_have_value(re.compile("没有保存的话。$"))
    browser_errors.clear()


def test_a_draft_that_was_not_saved_is_offered_and_comes_back_into_the_text(desktop_page, sign_in, report):
    page = write(desktop_page, sign_in, report)
    go_to_end(page, report)
    page.keyboard.type("没有保存的话。")
    expect(page.locator(".draft-note").first).to_contain_text("草稿已暂存")
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    page.get_by_role("button", name="恢复").click()
    expect(body(page, report)).to_have_text("在册团员1名。只有一名团员。没有保存的话。")
    save(page)


def test_on_a_phone_the_text_is_read_and_a_word_corrected(phone_page, sign_in, report):
    page = write(phone_page, sign_in, report)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    expect(page.locator("#write-panel")).to_be_hidden()
    page.locator(".write-number").first.click()
    expect(page.locator("#write-panel")).to_contain_text("查看所统计的记录")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.locator("#write-panel").get_by_role("button", name="关上").click()
    go_to_end(page, report)
    page.keyboard.type("改。")
    save(page)
    assert report.sections.first().body.endswith("改。")


def test_what_the_records_offer_is_taken_in_with_one_click(desktop_page, sign_in, report):
    lecture = {"type": "lecture", "host": report.organisation, "attendance": 20, "basis": "exact"}
    make_activity(name="急救讲座", held_on=date(2017, 5, 4), **lecture)
    Section.objects.filter(report=report, position=1).update(body="讲座{主题讲座场次}。")
    page = write(desktop_page, sign_in, report)
    go_to_end(page, report)
    page.get_by_role("button", name="素材").click()
    panel = page.locator("#write-panel")
    panel.get_by_role("button", name="取来").click()
    expect(source(page, report)).to_have_value("讲座{主题讲座场次}。\n5月4日举办“急救讲座”。")
    panel.get_by_role("button", name="主题讲座人次").click()
    expect(source(page, report)).to_have_value("讲座{主题讲座场次}。{主题讲座人次}\n5月4日举办“急救讲座”。")


# --- The language, there and back ---


def generated(lot, depth=0):
    """A text of the language, drawn by lot: words with all signs, numbers, cases within cases, and what is broken."""
    names = ["团员总数", "青年汇", "团干部:人", "活动场次.同比", "期末", "没有这个"]
    words = ["甲", "共 ", "“乙”，", "{{", "}}", "[[丙]]", "||", "1+100", "　"]
    pieces = []
    for _ in range(lot.randint(1, 5)):
        drawn = lot.random()
        if drawn < 0.25:
            pieces.append(f"{{{lot.choice(names)}}}")
        elif drawn < 0.5 and depth < 3:
            breaks = ["", "\n", "\n  "] if depth == 0 else [""]
            cases = lot.sample(["零", "一", "有", "其余"], lot.randint(1, 3))
            branches = [f"{lot.choice(breaks)}{case}{lot.choice(':：')}{generated(lot, depth + 1)}" for case in cases]
            pieces.append(f"[{lot.choice(names[:2])} {'|'.join(branches)}]")
        else:
            pieces.append(lot.choice(words))
    return "".join(pieces)


def document(lot):
    """Paragraphs and headings, with blank lines between some."""
    lines = [lot.choice(["", "", "# ", "＃　"]) + generated(lot) for _ in range(lot.randint(1, 4))]
    return lot.choice(["\n", "\n\n", "\n "]).join(lines).strip()


def meaning(nodes):
    """What parsed nodes mean, without their places; neighbouring pieces of text are one."""
    told = []
    for node in nodes:
        if isinstance(node, Text):
            if told and told[-1][0] == "text":
                told[-1] = ("text", told[-1][1] + node.text)
            else:
                told.append(("text", node.text))
        elif isinstance(node, Insert):
            told.append(("insert", node.expression))
        elif isinstance(node, Choice):
            told.append(("choice", node.subject, [(one.case, meaning(one.nodes)) for one in node.branches]))
        else:
            told.append(("broken", node.text))
    return told


def test_every_text_comes_back_from_the_editor_as_it_was(desktop_page, sign_in, report):
    page = write(desktop_page, sign_in, report)
    sources = []
    for part in ("year", "h1", "q1", "m1"):
        writer = writer_of(Scope(report.organisation, Period.of_part(2017, part)))
        sources += [draft.body for draft, *_ in writer.readings]
    lot = random.Random(2017)
    sources += [document(lot) for _ in range(1000)]
    text = EditableText(writer)
    nodes = [{"heading": [], "body": text.paragraphs(source), "shown": {}} for source in sources]
    answer = page.evaluate(
        """all => JSON.parse(all).map((one) => {
          const doc = reportText.load(one);
          return [reportText.save(doc).body, reportText.saveAnew(doc).body];
        })""",
        json.dumps(nodes),
    )
    assert [kept for kept, _ in answer] == sources
    for source, (_, anew) in zip(sources, answer, strict=True):
        before, after = parse(source)[0], parse(anew)[0]
        assert [(one.is_heading, meaning(one.nodes)) for one in after] == [
            (one.is_heading, meaning(one.nodes)) for one in before
        ]


def test_a_writer_who_may_not_know_cases_sees_their_paragraphs_without_numbers(desktop_page, sign_in, report):
    branch = make_organisation("柳林社区团支部", report.organisation)
    make_user("陆远", branch, Role.Kind.CADRE)
    make_assisted_youth(branch)
    own = make_report(branch)
    Section.objects.create(
        report=own, position=1, heading="帮扶", body="[精准帮扶对象 零:没有。|其余:共{精准帮扶对象}。]好。"
    )
    page = write(desktop_page, sign_in, own, "陆远")
    expect(body(page, own)).to_have_text("好。")
    go_to_end(page, own)
    page.keyboard.type("再写。")
    save(page)
    assert own.sections.get().body == "[精准帮扶对象 零:没有。|其余:共{精准帮扶对象}。]好。再写。"
