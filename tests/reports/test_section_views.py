"""Writing a section: refusals and their messages, the preview, the palette, and concurrent edits."""

import html
import re

import pytest
from django.http import Http404
from django.urls import reverse

from orgs.models import Role
from reports.documents.forms import SectionForm
from reports.figures.scopes import scope_of
from reports.models import Report, Section
from reports.text import Vocabulary, read_text
from tests.factories import (
    make_activity,
    make_assisted_youth,
    make_hub,
    make_member,
    make_report,
    make_section,
    make_user,
)
from tests.forms import answers, shown_form
from tests.made_once import made_once
from tests.pages import browser_of, page, queries, refused, send, two_branches

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


@made_once
def district():
    district = two_branches()
    district.report = make_report(district.here)
    district.section = make_section(district.report)
    return district


def shown(client, section):
    """What a browser would send of the section's form."""
    return answers(shown_form(client.get(reverse("section_update", args=[section.pk]))))


def preview(client, report, body, heading="团员", **more):
    """The text of a preview's blocks, and its problems."""
    typed = {"body": body, "heading": heading} | more
    response = client.post(reverse("section_preview", args=[report.pk]), typed, **HTMX)
    assert response.status_code == 200
    text = response.content.decode()
    blocks = re.findall(r"<(?:p[^>]*|h3[^>]*|h4[^>]*)>(.*?)</(?:p|h3|h4)>", text, re.DOTALL)
    problems = re.findall(r"<li>(.*?)</li>", text, re.DOTALL)
    return [html.unescape(re.sub("<[^>]+>", "", each)) for each in blocks], [html.unescape(each) for each in problems]


def test_a_section_is_added_written_and_kept_with_its_history(district):
    send(district.cadre, "section_create", district.report.pk, heading="联系青年", body="共联系{联系青年（名）}。")
    section = Section.objects.get(heading="联系青年")
    assert (section.position, section.report) == (2, district.report)
    send(district.cadre, "section_update", section.pk, heading="联系", body="联系{联系青年（名）}。")
    rows = section.history.order_by("history_id")
    assert [(row.heading, row.history_user) for row in rows] == [
        ("联系青年", district.branch_cadre),
        ("联系", district.branch_cadre),
    ]
    told = page(district.cadre, "record_history", "section", section.pk)
    assert "共联系{联系青年（名）}。" in told


def test_every_problem_is_told_at_once_and_nothing_typed_is_lost(district):
    typed = {"heading": "{年底}计划", "body": "在册{团员人数}。\n[团员总数 没有:无"}
    assert refused(district.cadre, "section_update", district.section.pk, **typed) == {
        "heading": "第 1 行“{年底}”：没有名为“年底”的指标或词语，应为指标栏中的名称。您是否要写：年度？",
        "body": "第 1 行“{团员人数}”：没有名为“团员人数”的指标或词语，应为指标栏中的名称。"
        "您是否要写：团员总数、签到人数、机关团员？第 2 行“[团员总数 没有:无”：变体没有写完，缺少“]”。",
    }
    assert refused(district.cadre, "section_update", district.section.pk, heading="", body="") == {
        "body": "请填写正文。"
    }
    far = refused(district.cadre, "section_update", district.section.pk, heading="甲", body="甲" * 20_001)
    assert "20000" in far["body"]
    assert Section.objects.get().body == district.section.body


def test_a_hub_has_only_what_is_held_there(district):
    report = make_report(district.here, "q1", make_hub(district.here, "春晖青年汇"))
    found = refused(district.cadre, "section_create", report.pk, heading="甲", body="{团员总数}")
    assert found["body"].endswith("春晖青年汇没有指标“团员总数”，只能用指标栏中列出的指标。")


def test_the_preview_shows_numbers_and_problems_and_stores_nothing(district):
    make_member(branch=district.here)
    assert preview(district.cadre, district.report, "在册{团员总数}。") == (["二、团员", "在册1名。"], [])
    blocks, problems = preview(district.cadre, district.report, "在册{团员}。")
    assert blocks == ["二、团员", "在册【团员】。"]
    assert [problem.partition("：")[0] for problem in problems] == ["第 1 行“{团员}”"]
    assert preview(district.cadre, district.report, "[团员总数 零:没有]", section="9" * 40)[0] == [
        "目前没有可写的内容：所说的情形在本期都没有发生，或只给可以知道帮扶情况的人看。"
    ]
    assert (Section.objects.get().body, Section.history.count()) == (district.section.body, 1)


def test_a_text_that_is_too_long_is_read_no_further_than_it_could_be_stored(district):
    blocks, problems = preview(district.cadre, district.report, "举办{活动场次}" * 100_000)
    assert (blocks[1].count("0场"), len(problems)) == (20_000 // len("举办{活动场次}"), 1)
    assert "20000" in problems[0]


def test_of_very_many_problems_the_first_ones_are_told(district):
    assert len(preview(district.cadre, district.report, "{a}" * 600)[1]) == 40


def test_nothing_is_added_to_a_report_that_is_deleted_at_that_moment(district):
    form = SectionForm(
        {"heading": "甲", "body": "乙"}, instance=Section(report=district.report), user=district.staff, day=None
    )
    assert form.is_valid()
    Report.objects.get(pk=district.report.pk).delete()
    with pytest.raises(Http404):
        form.save()
    assert not Section.objects.exists()


def test_the_preview_knows_what_other_sections_tell(district):
    make_activity(district.here, type="sports")
    assert preview(district.cadre, district.report, "{其余活动}")[0][1].startswith(
        "全年举办“春季健步走”阳光体育活动1场"
    )
    other = make_section(district.report, "{阳光体育场次}")
    assert "目前没有可写的内容" in preview(district.cadre, district.report, "{其余活动}")[0][0]
    assert preview(district.cadre, district.report, "{其余活动}", section=other.pk)[0][1].startswith("全年举办")


def test_the_preview_numbers_headings_as_in_the_document_that_the_reader_gets(district):
    make_assisted_youth(district.here)
    for heading, body, of_cases in [("帮扶", "帮扶{精准帮扶对象}。", True), ("空", "{其余活动}", False)]:
        make_section(district.report, body, heading=heading, is_about_cases=of_cases)
    last = make_section(district.report, "在册{团员总数}。", heading="团员")
    numbers = {}
    for name in ("cadre", "office"):
        client = getattr(district, name)
        text = page(client, "report_detail", district.report.pk)
        numbers[name] = preview(client, district.report, last.body, section=last.pk)[0][0]
        assert [numbers[name], preview(client, district.report, last.body)[0][0]] == [
            re.findall("[一二三四]、团员", text)[-1],
            {"cadre": "三、团员", "office": "四、团员"}[name],
        ]
    assert numbers == {"cadre": "二、团员", "office": "三、团员"}


def test_without_scripts_the_preview_is_the_same_page_and_can_be_saved_from(district):
    typed = shown(district.cadre, district.section) | {"body": "在册{团员总数}人。"}
    response = district.cadre.post(reverse("section_preview", args=[district.report.pk]), typed)
    assert "在册<a" in response.content.decode()
    again = answers(shown_form(response))
    assert {name: again[name] for name in ("body", "version", "section")} == {
        name: typed[name] for name in ("body", "version", "section")
    }
    send(district.cadre, "section_update", district.section.pk, **again)
    assert Section.objects.get().body == "在册{团员总数}人。"


def test_the_preview_tells_a_cadre_nothing_of_cases(district):
    make_assisted_youth(district.here)
    body = "在册{团员总数}。\n帮扶对象{精准帮扶对象}。"
    assert preview(district.cadre, district.report, body)[0] == ["二、团员", "在册0名。"]
    assert preview(district.office, district.report, body)[0] == ["二、团员", "在册0名。", "帮扶对象1名。"]
    palettes = [page(client, "section_update", district.section.pk) for client in (district.cadre, district.office)]
    for word in ("{精准帮扶对象}", "{帮扶情况}", 'name="is_about_cases"'):
        assert [word in text for text in palettes] == [False, True], word


def test_a_cadre_cannot_set_who_reads_a_section(district):
    send(district.cadre, "section_update", district.section.pk, heading="甲", body="乙", is_about_cases="on")
    assert Section.objects.get().is_about_cases is False
    send(district.office, "section_update", district.section.pk, heading="甲", body="乙", is_about_cases="on")
    assert Section.objects.get().is_about_cases is True


def test_the_palette_offers_every_name_with_its_present_value(district):
    make_member(branch=district.here)
    context = district.office.get(reverse("section_update", args=[district.section.pk])).context
    entries = {entry.code: entry.value for entries in context["palette"].values() for entry in entries}
    assert entries["{团员总数}"] == "1 名"
    assert entries["{联系青年（人次）}"] == "0 人次"
    assert entries["{本单位}"] == "本支部"
    vocabulary = Vocabulary(scope_of(district.report))
    names = [code for code in entries if code.startswith("{") and "{{" not in code]
    assert {code: read_text(f"值{code}", vocabulary).problems for code in names} == dict.fromkeys(names, ())


def test_two_who_write_the_same_section_lose_nothing(district):
    seen = shown(district.cadre, district.section)
    send(district.office, "section_update", district.section.pk, heading="团员", body="办公室写的")
    response = district.cadre.post(reverse("section_update", args=[district.section.pk]), seen | {"body": "支部写的"})
    assert response.status_code == 409
    text = response.content.decode()
    assert ("办公室写的" in text, "支部写的" in text, Section.objects.get().body) == (True, True, "办公室写的")
    send(district.cadre, "section_update", district.section.pk, **answers(shown_form(response)))
    assert Section.objects.get().body == "支部写的"


def test_what_was_written_in_a_section_deleted_meanwhile_can_be_added_again(district):
    seen = shown(district.cadre, district.section)
    district.office.post(reverse("section_delete", args=[district.section.pk]))
    assert Section.objects.count() == 0
    address = reverse("section_update", args=[district.section.pk])
    response = district.cadre.post(address, seen | {"body": "写了很久的{团员总数}"})
    assert response.status_code == 409
    assert "没有保存：这一节已由林知秋于" in response.content.decode()
    form = answers(shown_form(response))
    assert form["body"] == "写了很久的{团员总数}"
    send(district.cadre, "section_create", district.report.pk, **form)
    assert list(Section.objects.values_list("heading", "body")) == [("团员", "写了很久的{团员总数}")]
    assert district.cadre.get(address).status_code == 404
    stranger = browser_of(make_user("谢宁", district.there, Role.Kind.CADRE))
    assert stranger.post(address, seen).status_code == 404


def test_what_was_written_for_a_report_deleted_meanwhile_can_be_copied(district):
    seen = shown(district.cadre, district.section) | {"body": "写了很久的{团员总数}"}
    addresses = [
        reverse("section_update", args=[district.section.pk]),
        reverse("section_create", args=[district.report.pk]),
    ]
    district.office.post(reverse("report_delete", args=[district.report.pk]))
    stranger = browser_of(make_user("谢宁", district.there, Role.Kind.CADRE))
    for address in addresses:
        response = district.cadre.post(address, seen)
        assert response.status_code == 409
        text = response.content.decode()
        assert "已由林知秋于" in text and "写了很久的{团员总数}" in text
        assert [district.cadre.get(address).status_code, stranger.post(address, seen).status_code] == [404, 404]


def test_a_section_about_cases_deleted_meanwhile_is_unknown_to_a_cadre(district):
    section = make_section(district.report, "秘密", is_about_cases=True)
    pk = section.pk
    section.delete()
    address = reverse("section_update", args=[pk])
    assert district.cadre.post(address, {"body": "甲", "heading": "甲"}).status_code == 404
    assert district.office.post(address, {"body": "甲", "heading": "甲"}).status_code == 409


def test_what_a_cadre_wrote_in_a_section_closed_meanwhile_is_not_lost(district):
    seen = shown(district.cadre, district.section) | {"body": "写了很久的{团员总数}"}
    send(district.office, "section_update", district.section.pk, heading="甲", body="秘密", is_about_cases="on")
    response = district.cadre.post(reverse("section_update", args=[district.section.pk]), seen)
    text = response.content.decode()
    assert (response.status_code, "秘密" in text) == (409, False)
    assert "没有保存：这一节已改为只给可以知道帮扶情况的人看，您不能再修改。" in text
    send(district.cadre, "section_create", district.report.pk, **answers(shown_form(response)))
    assert list(Section.objects.values_list("body", flat=True)) == ["秘密", "写了很久的{团员总数}"]
    beginning = make_section(district.report, "秘密", is_about_cases=True)
    assert district.cadre.post(reverse("section_update", args=[beginning.pk]), seen).status_code == 404


def test_a_section_changed_meanwhile_is_not_deleted(district):
    address = reverse("section_delete", args=[district.section.pk])
    version = district.cadre.get(address).context["form"].version
    send(district.office, "section_update", district.section.pk, heading="团员", body="新写的")
    response = district.cadre.post(address, {"version": version})
    assert (response.status_code, Section.objects.get().body) == (409, "新写的")
    assert "他人修改了它的正文" in response.context["problem"]


def test_sections_do_not_add_queries_to_the_editor(district):
    before = queries(district.office, "section_update", district.section.pk)
    for _ in range(8):
        make_section(district.report, "{活动场次}")
    assert queries(district.office, "section_update", district.section.pk) == before


def test_what_a_section_said_while_it_was_about_cases_stays_unknown_to_a_cadre(district):
    section = make_section(district.report, "帮扶对象秘密", is_about_cases=True)
    secret = section.history.latest()
    send(district.office, "section_update", section.pk, heading="团员", body="不再提及")
    send(district.office, "section_update", section.pk, heading="团员", body="第二稿")
    told = [page(client, "record_history", "section", section.pk) for client in (district.cadre, district.office)]
    assert ["秘密" in text for text in told] == [False, True]
    assert ["第二稿" in text for text in told] == [True, True]
    opened = section.history.get(body="不再提及")
    answer = {"change": opened.history_id, "field": "body"}
    assert secret.body == "帮扶对象秘密"
    assert district.cadre.post(reverse("record_revert", args=["section", section.pk]), answer).status_code == 404
    section.refresh_from_db()
    assert section.body == "第二稿"
