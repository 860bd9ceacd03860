"""Reports: creating one, reading it with a link on every number, reordering its sections, deleting it."""

import html
import re
from datetime import date

import pytest
from django.urls import reverse

from orgs.models import Role
from reports.documents.summary import compose, writer_of
from reports.editions.signing import sign
from reports.figures.scopes import scope_of
from reports.models import Report, Section
from reports.text import Vocabulary, default_drafts
from tests.factories import (
    make_activity,
    make_assisted_youth,
    make_hub,
    make_member,
    make_report,
    make_section,
    make_user,
)
from tests.made_once import made_once
from tests.pages import browser_of, listed, page, queries, refused, send, status, two_branches
from tests.reports.district import full_district

pytestmark = pytest.mark.django_db


@made_once
def place():
    return full_district()


# A part of the year for each form of report, with the first and the last of their kind.
EACH_FORM = ("year", "h1", "h2", "q1", "q4", "m1", "m12")


@made_once
def district():
    return two_branches()


def begin(client, organisation, part="year", year=2017, hub=None):
    """Begins a report on its page; the answer is the report and what the page said."""
    place = f"hub-{hub.pk}" if hub else organisation.pk
    response = send(client, "report_create", place=place, part=part, year=year)
    (said,) = [str(message) for message in response.context["messages"]]
    return response.context["report"], said


def texts(report):
    return list(report.sections.values_list("heading", "body", "is_about_cases"))


def paragraphs(text):
    """The paragraphs and headings of the document on a page, as they read."""
    document = re.search(r"<article.*?</article>", text, re.DOTALL)[0]
    found = re.findall(r"<(?:p|h3[^>]*|h4[^>]*)>(.*?)</(?:p|h3|h4)>", document, re.DOTALL)
    return [html.unescape(re.sub("<[^>]+>", "", each)).strip() for each in found]


def test_the_first_report_starts_from_the_default_text_and_reads_like_the_summary(district):
    make_member(branch=district.here)
    report, said = begin(district.office, district.root)
    assert said == "已建立报告。正文取自通用文本，请逐节核对。"
    assert (str(report), report.form) == ("清河地区团工委2017年工作总结", "annual_summary")
    scope = scope_of(report)
    drafts = default_drafts(scope, Vocabulary(scope))
    assert texts(report) == [(each.heading, each.body, each.is_about_cases) for each in drafts]
    written = [block.text for block in compose(scope).blocks]
    shown = paragraphs(page(district.office, "report_detail", report.pk))
    assert [each for each in shown if not each.startswith("增加一节")] == written
    report.delete()
    assert [block.text for block in compose(scope).blocks] == written


def test_next_year_starts_from_this_years_text_with_new_numbers(district):
    report, _ = begin(district.office, district.here)
    report.sections.all().delete()
    make_section(report, "截至{年度}末，在册团员{团员总数}。{下一年度}再努力。")
    make_member(branch=district.here, intake_on=date(2018, 3, 1))
    following, said = begin(district.office, district.here, year=2018)
    assert said == "已建立报告。正文取自柳林社区团支部2017年工作总结，数字已换成本期的，请逐节核对。"
    assert texts(following) == texts(report)
    assert compose(scope_of(report)).text.splitlines()[2:4] == ["一、团员", "截至2017年末，在册团员0名。2018年再努力。"]
    assert compose(scope_of(following)).text.splitlines()[3] == "截至2018年末，在册团员1名。2019年再努力。"
    make_section(following, "只在今年", "今年")
    assert len(texts(report)) == 1


def test_a_report_never_starts_from_a_later_one_another_form_or_another_place(district):
    later = make_report(district.here, year=2018)
    other_form, other_place = make_report(district.here, "q1"), make_report(district.there, year=2016)
    for each in (later, other_form, other_place):
        make_section(each, "不取", "不取")
    report, said = begin(district.office, district.here)
    assert (said, ("不取", "不取", False) in texts(report)) == ("已建立报告。正文取自通用文本，请逐节核对。", False)


@pytest.mark.cpu(8)
@pytest.mark.parametrize("of_hub", [False, True], ids=["organisation", "hub"])
def test_every_form_has_a_default_text_without_a_problem(of_hub, place):
    office = browser_of(make_user(organisation=place.root))
    for part in EACH_FORM:
        report, _ = begin(office, place.community, part, hub=place.hub if of_hub else None)
        scope = scope_of(report)
        assert writer_of(scope).problems == []
        assert "【" not in compose(scope).text
        assert (part, len(compose(scope).blocks) > 3) == (part, True)


def test_titles_name_writer_period_and_form(district):
    hub = make_hub(district.here, "春晖青年汇")
    found = [str(make_report(district.root, part)) for part in ("year", "h1", "q1", "m3")]
    assert [*found, str(make_report(district.here, "q1", hub))] == [
        "清河地区团工委2017年工作总结",
        "清河地区团工委2017年上半年工作总结",
        "清河地区团工委2017年一季度专题报表",
        "清河地区团工委2017年3月录入通报",
        "春晖青年汇2017年一季度专题报表",
    ]
    for report in Report.objects.all():
        assert compose(scope_of(report)).title == str(report)


def test_one_report_for_a_place_and_period(district):
    begin(district.office, district.here)
    typed = {"place": district.here.pk, "part": "year", "year": "2017"}
    assert refused(district.office, "report_create", **typed) == {"__all__": "这份报告已经建立，请打开原报告编写。"}
    wrong = {"place": 987654, "part": "x", "year": "17"}
    form = district.office.post(reverse("report_create"), wrong).context["form"]
    assert form.errors == {
        "place": ["没有这个组织，或您不能为它编写报告。"],
        "part": ["没有这种报告。"],
        "year": ["请填写 2000 至 2100 之间的年份。"],
    }


def test_a_form_is_taken_once(district):
    shown = district.office.get(reverse("report_create"))
    typed = {"place": district.here.pk, "part": "q1", "year": 2017, "submission": shown.context["form"].submission}
    for _ in range(2):
        assert district.office.post(reverse("report_create"), typed).url == Report.objects.get().get_absolute_url()
    assert Report.objects.count() == 1


def test_who_may_write_for_whom(district):
    hub = make_hub(district.here, "春晖青年汇")
    operator = browser_of(make_user("苏棠", district.here, Role.Kind.HUB_OPERATOR))
    leader = browser_of(make_user("谢宁", district.here, Role.Kind.LEADER))
    choices = {
        name: [key for key, _ in client.get(reverse("report_create")).context["form"].fields["place"].choices]
        for name, client in {"cadre": district.cadre, "operator": operator}.items()
    }
    assert choices == {"cadre": [str(district.here.pk), f"hub-{hub.pk}"], "operator": [f"hub-{hub.pk}"]}
    assert status(leader, "report_create") == 404
    of_hub, _ = begin(operator, district.here, "q1", hub=hub)
    of_branch, _ = begin(district.cadre, district.here, "q1")
    there, _ = begin(district.office, district.there, "q1")
    assert listed(operator, "report_list") == [str(of_hub)]
    assert listed(district.cadre, "report_list") == [str(of_hub), str(of_branch)]
    assert [status(leader, "report_detail", report.pk) for report in (of_hub, of_branch, there)] == [200, 200, 404]
    assert "修改" not in re.search("<main.*", page(leader, "report_detail", of_branch.pk), re.DOTALL)[0]


def test_numbers_lead_to_their_own_period(district):
    make_activity(district.here, held_on=date(2016, 4, 8))
    report = make_report(district.root, "q2")
    make_section(report, "{活动场次}，{活动场次.上年同期}，{活动场次.上期}，{活动场次.同比}")
    shown = html.unescape(page(district.office, "report_detail", report.pk))
    links = re.findall(r'href="(/figures/\w+/[^"]*)"[^>]*>([^<]*)</a>', shown)
    root = district.root.pk
    assert links == [
        (f"/figures/sessions/?year=2017&part=q2&organisation={root}", "0场"),
        (f"/figures/sessions/?year=2016&part=q2&organisation={root}", "1场"),
        (f"/figures/sessions/?year=2017&part=q1&organisation={root}", "0场"),
        (f"/figures/sessions/?year=2017&part=q2&organisation={root}", "减少1场"),
    ]
    for address, _ in links:
        assert district.office.get(address).status_code == 200


def test_what_a_writer_typed_is_never_markup(district):
    report = make_report(district.here)
    make_section(report, "<script>alert(1)</script>{{7*7}}{% now 'Y' %}", "<b>标题</b>")
    shown = page(district.office, "report_detail", report.pk)
    assert "<script>alert" not in shown
    assert "<b>标题" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{7*7}【% now &#x27;Y&#x27; %】" in shown


def test_a_text_that_means_nothing_any_more_is_told_to_its_writers(district):
    report = make_report(district.here)
    make_section(report, "举办{瑜珈场次}")
    leader = browser_of(make_user("谢宁", district.here, Role.Kind.LEADER))
    told = "第 1 行“{瑜珈场次}”：没有名为“瑜珈场次”的指标或词语"
    assert told in page(district.office, "report_detail", report.pk)
    assert told not in page(leader, "report_detail", report.pk)
    assert "举办【瑜珈场次】" in page(leader, "report_detail", report.pk)


def test_a_cadre_neither_reads_nor_moves_what_is_about_cases(district):
    make_assisted_youth(district.here)
    report = make_report(district.here)
    first, cases, last = [
        make_section(report, "甲", "甲"),
        make_section(report, "帮扶{精准帮扶对象}", "秘密", is_about_cases=True),
        make_section(report, "丙\n[精准帮扶对象 有:有对象]", "丙"),
    ]
    assert paragraphs(page(district.office, "report_detail", report.pk))[:6] == [
        *("一、甲", "甲", "二、秘密", "帮扶1名", "三、丙", "丙"),
    ]
    shown = page(district.cadre, "report_detail", report.pk)
    assert paragraphs(shown)[:4] == ["一、甲", "甲", "二、丙", "丙"]
    assert [word for word in ("秘密", "有对象", f"section-{cases.pk}") if word in shown] == []
    assert [status(district.cadre, "section_update", each.pk) for each in (first, cases, last)] == [200, 404, 200]
    assert status(district.cadre, "record_history", "section", cases.pk) == 404
    assert status(district.office, "record_history", "section", cases.pk) == 200
    send(district.cadre, "section_move", last.pk, direction="up")
    assert list(report.sections.all()) == [last, first, cases]


def test_sections_move_one_place_and_stay_at_the_ends(district):
    report = make_report(district.here)
    one, two, three = (make_section(report, "文", name) for name in "甲乙丙")
    for section, direction, expected in [
        (two, "up", [two, one, three]),
        (two, "up", [two, one, three]),
        (one, "down", [two, three, one]),
        (one, "down", [two, three, one]),
    ]:
        response = district.office.post(reverse("section_move", args=[section.pk]), {"direction": direction})
        assert response.url == section.get_absolute_url()
        assert list(report.sections.all()) == expected
    district.office.post(reverse("section_move", args=[one.pk]), {"direction": "x"})
    assert list(report.sections.all()) == [two, three, one]
    assert [row.position for row in two.history.order_by("history_id")] == [2, 1]


def test_only_a_report_that_was_never_signed_is_deleted(district):
    report = make_report(district.here, hub=make_hub(district.here, "春晖青年汇"))
    make_section(report, "举办活动{活动场次}。")
    assert listed(district.office, "report_list", year=2017, form="annual_summary") == [str(report)]
    sign(report, district.staff, date(2018, 1, 5))
    for ask in (district.office.get, district.office.post):
        response = ask(reverse("report_delete", args=[report.pk]), follow=True)
        assert response.redirect_chain == [(report.get_absolute_url(), 302)]
        assert "没有删除：这份报告已经签发。" in response.content.decode()
    other = make_report(district.here, "q1")
    make_section(other)
    send_delete = district.office.post(reverse("report_delete", args=[other.pk]))
    assert send_delete.url == reverse("report_list")
    assert (list(Report.objects.all()), Section.objects.count()) == ([report], 1)


def test_the_list_begins_with_the_latest_period_and_can_be_narrowed_to_an_organisation(district):
    for organisation, part in [
        (district.there, "q1"),
        (district.here, "q1"),
        (district.root, "m2"),
        (district.here, "h2"),
    ]:
        make_report(organisation, part)
    names = [
        "柳林社区团支部2017年下半年工作总结",
        "柳林社区团支部2017年一季度专题报表",
        "槐荫社区团支部2017年一季度专题报表",
        "清河地区团工委2017年2月录入通报",
    ]
    assert listed(district.office, "report_list") == names
    assert listed(district.office, "report_list", organisation=district.here.pk) == names[:2]


@pytest.mark.cpu(6)
@pytest.mark.parametrize("of_hub", [False, True], ids=["organisation", "hub"])
def test_every_number_of_every_default_text_opens(of_hub, place):
    office = browser_of(make_user(organisation=place.root))
    for part in EACH_FORM:
        report, _ = begin(office, place.community, part, hub=place.hub if of_hub else None)
        for block in compose(scope_of(report)).blocks:
            text = "".join(part for part in block.parts if isinstance(part, str))
            # What a rule asks for is no count.
            plain = re.sub(r"每人联系\d+名", "", text)
            assert (plain, re.findall(r"\d+(?:名|场|人次|条|家|次|份)", plain)) == (plain, [])


def test_pages_of_what_was_signed_say_that_the_edition_counts(district):
    report = make_report(district.here, "q1", make_hub(district.here, "春晖青年汇"))
    make_section(report, "举办活动{活动场次}。")
    query = {"year": 2017, "part": "q1", "organisation": f"hub-{report.hub_id}"}
    asked = [("report_detail", [report.pk], {}), ("summary_detail", [], query)]
    told = "报送和引用以定稿为准。"
    assert [told in page(district.office, name, *args, **more) for name, args, more in asked] == [False, False]
    edition = sign(report, district.staff, date(2018, 1, 5))
    for name, args, more in asked:
        shown = page(district.office, name, *args, **more)
        assert (told in shown, f'<a href="{edition.get_absolute_url()}">查看定稿</a>' in shown) == (True, True)


def test_a_section_is_called_by_its_heading_as_it_reads(district):
    report = make_report(district.here)
    make_section(report, "文", "[团员总数 零:从头做起|其余:再接再厉]")
    shown = page(district.cadre, "report_detail", report.pk)
    assert ('aria-label="修改：从头做起"' in shown, "零:从头" in shown) == (True, False)


def test_the_list_tells_the_state_of_each_report(district):
    report = make_report(district.here, hub=make_hub(district.here, "春晖青年汇"))
    make_section(report, "举办活动{活动场次}。")

    def state():
        table = district.office.get(reverse("report_list")).context["table"]
        return [row.get_cell("edition_count") for row in table.paginated_rows]

    assert state() == ["起草"]
    sign(report, district.staff, date(2018, 1, 5))
    assert state() == ["定稿"]
    make_section(report, "补充")
    sign(report, district.staff, date(2018, 1, 6), reason="补充一节")
    assert state() == ["定稿，更正 1 次"]


def test_the_summary_leads_to_its_report_or_offers_to_write_it(district):
    query = {"year": 2017, "part": "q1", "organisation": district.here.pk}
    offered = re.search(r'href="([^"]*)"[^>]*><svg.*?</svg>编写正文', page(district.cadre, "summary_detail", **query))
    form = district.cadre.get(html.unescape(offered[1])).context["form"]
    assert {name: str(form[name].value()) for name in ("place", "part", "year")} == {
        "place": str(district.here.pk),
        "part": "q1",
        "year": "2017",
    }
    leader = browser_of(make_user("谢宁", district.here, Role.Kind.LEADER))
    assert "编写正文" not in page(leader, "summary_detail", **query)
    report = make_report(district.here, "q1")
    make_section(report, "自己写的{在册团员}", "标题")
    for client in (leader, district.cadre):
        shown = page(client, "summary_detail", **query)
        assert (report.get_absolute_url() in shown, "自己写的【在册团员】" in shown) == (True, True)
    odd = query | {"part": "days", "start": "2017-03-02", "end": "2017-03-09"}
    assert "编写正文" not in page(district.cadre, "summary_detail", **odd)


def test_sections_and_reports_do_not_add_queries(district):
    report = make_report(district.root)
    make_section(report)
    before = [queries(district.office, "report_list"), queries(district.office, "report_detail", report.pk)]
    for number in range(1, 9):
        make_section(report, f"第{number}节{{活动场次}}")
        make_report(district.here, f"m{number}")
    assert [queries(district.office, "report_list"), queries(district.office, "report_detail", report.pk)] == before
