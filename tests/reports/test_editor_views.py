"""What the editor asks of the server: nodes, numbers, cases, and sections saved in place."""

import json

import pytest
from django.urls import reverse

from reports.models import Section
from tests.factories import make_assisted_youth, make_hub, make_member, make_report, make_section, make_user
from tests.forms import FormReader, answers
from tests.pages import browser_of, page, queries, two_branches

pytestmark = pytest.mark.django_db
IN_PLACE = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture
def district():
    district = two_branches()
    make_member(branch=district.here)
    district.report = make_report(district.root)
    district.section = make_section(district.report, "在册团员{团员总数}。", "团员")
    return district


def asked(client, url_name, report, **data):
    """The answer to a question of the editor, as JSON."""
    response = client.post(reverse(url_name, args=[report.pk]), data)
    return response.status_code, response.json()


def form_on_page(client, report, key):
    """What the editor would send of one section's form."""
    reader = FormReader()
    reader.feed(page(client, "report_write", report.pk))
    forms = map(answers, reader.forms)
    return next(form for form in forms if form["section"] == ("" if key == "new" else str(key)))


def saved(client, address, data):
    response = client.post(address, data, **IN_PLACE)
    assert response["Content-Type"] == "application/json"
    return response.json()


def test_the_page_has_every_section_with_its_nodes_and_a_form_for_a_new_one(district):
    response = district.office.get(reverse("report_write", args=[district.report.pk]))
    html = response.content.decode()
    nodes = json.loads(html.split('<script id="write-nodes" type="application/json">')[1].split("</script>")[0])
    assert list(nodes) == [str(district.section.pk), "new"]
    assert nodes[str(district.section.pk)]["shown"] == {
        "{团员总数}": {"kind": "number", "name": "团员总数", "text": "1名"}
    }
    assert nodes["new"] == {"heading": [], "body": [], "shown": {}}


def test_the_page_takes_the_same_queries_for_one_section_and_for_ten(district):
    few = queries(district.office, "report_write", district.report.pk)
    for _ in range(9):
        make_section(district.report, "在册团员{团员总数}。")
    assert queries(district.office, "report_write", district.report.pk) == few


def test_a_section_is_saved_in_place_again_and_again(district):
    data = form_on_page(district.office, district.report, district.section.pk)
    address = reverse("section_update", args=[district.section.pk])
    first = saved(district.office, address, data | {"body": "甲。"})
    assert (first["saved"], first["key"], first["action"]) == (True, district.section.pk, address)
    second = saved(district.office, first["action"], data | {"body": "乙。", "version": first["version"]})
    assert second["saved"]
    district.section.refresh_from_db()
    assert (district.section.body, district.section.history.count()) == ("乙。", 3)


def test_a_new_section_is_added_once_and_goes_on_as_a_stored_one(district):
    data = form_on_page(district.office, district.report, "new") | {"heading": "问题", "body": "甲。"}
    address = reverse("section_create", args=[district.report.pk])
    first = saved(district.office, address, data)
    assert saved(district.office, address, data) == {"again": True}
    del data["submission"]
    assert saved(district.office, first["action"], data | {"body": "乙。", "version": first["version"]})["saved"]
    assert list(Section.objects.values_list("heading", "body", "position")) == [
        ("团员", "在册团员{团员总数}。", 1),
        ("问题", "乙。", 2),
    ]


def test_a_text_without_meaning_is_refused_with_its_place_and_nothing_is_stored(district):
    data = form_on_page(district.office, district.report, district.section.pk)
    answer = saved(
        district.office, reverse("section_update", args=[district.section.pk]), data | {"body": "共{团员}。"}
    )
    assert answer == {
        "problems": [
            "第 1 行“{团员}”：没有名为“团员”的指标或词语，应为指标栏中的名称。"
            "您是否要写：团员总数、村、社区非在校团员、机关团员？"
        ]
    }
    district.section.refresh_from_db()
    assert district.section.body == "在册团员{团员总数}。"


def test_what_somebody_else_has_written_meanwhile_is_shown_and_may_be_written_over(district):
    data = form_on_page(district.office, district.report, district.section.pk)
    other = browser_of(make_user("秦朗", district.root))
    address = reverse("section_update", args=[district.section.pk])
    saved(other, address, form_on_page(other, district.report, district.section.pk) | {"body": "秦朗写。"})
    answer = saved(district.office, address, data | {"body": "林知秋写。"})["conflict"]
    assert (answer["who"], answer["stored"]["body"]) == ("秦朗", "秦朗写。")
    assert answer["stored"]["nodes"]["body"][0]["content"] == [{"type": "text", "text": "秦朗写。"}]
    district.section.refresh_from_db()
    assert district.section.body == "秦朗写。"
    assert saved(district.office, address, data | {"body": "林知秋写。", "version": answer["version"]})["saved"]


def test_a_section_that_is_gone_is_answered_by_a_page_with_the_text(district):
    data = form_on_page(district.office, district.report, district.section.pk) | {"body": "还在。"}
    address = reverse("section_update", args=[district.section.pk])
    district.section.delete()
    assert saved(district.office, address, data) == {"again": True}
    response = district.office.post(address, data)
    assert (response.status_code, "还在。" in response.content.decode()) == (409, True)


def test_a_number_is_told_with_its_definition_and_its_other_forms(district):
    html = page(district.office, "report_number", district.report.pk, code="{团员总数}")
    codes = [piece.split('"')[0] for piece in html.split('data-code="')[1:]]
    assert codes == [
        "{团员总数}",
        "{团员总数:-}",
        "{团员总数.上年同期}",
        "{团员总数.上期}",
        "{团员总数.同比}",
        "{团员总数.环比}",
    ]
    assert "增加1名" in html
    assert f"{reverse('figure_detail', args=['members'])}?" in html
    unknown = page(district.office, "report_number", district.report.pk, code="{团员}")
    assert "没有名为“团员”的指标或词语" in unknown
    assert 'data-code="{团员总数}"' in unknown


def test_a_text_too_long_to_store_is_refused_and_one_of_that_length_is_read(district):
    assert asked(district.office, "report_text", district.report, source="字" * 20_001) == (
        400,
        {"problem": "这段文字超过 20000 字，请分成几节。"},
    )
    code, answer = asked(district.office, "report_text", district.report, source="字" * 20_000)
    assert (code, len(answer["nodes"])) == (200, 1)


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("", "这里没有分情况写的句子，请重新打开本页"),
        ("共{团员总数}", "这里没有分情况写的句子，请重新打开本页"),
        ("[没有这个 零:]", "没有名为“没有这个”的指标或词语，应为指标栏中的名称"),
        ("[团员总数 零:没写完", "这里没有分情况写的句子，请重新打开本页"),
    ],
)
def test_what_is_no_variant_is_answered_in_words(district, source, problem):
    assert asked(district.office, "report_variant", district.report, source=source) == (400, {"problem": problem})


def test_whoever_may_not_know_cases_learns_nothing_of_them_from_the_editor(district):
    make_assisted_youth(district.here)
    report = make_report(district.here)
    body = "[精准帮扶对象 零:没有。|其余:共{精准帮扶对象}。]"
    section = make_section(report, body, "帮扶")
    html = page(district.cadre, "report_write", report.pk)
    assert '"chosen"' not in html
    code, answer = asked(district.cadre, "report_text", report, source="共{精准帮扶对象}。")
    assert (code, answer["shown"]["{精准帮扶对象}"]["text"]) == (200, "")
    assert "只给可以知道帮扶情况的人看" in page(district.cadre, "report_number", report.pk, code="{精准帮扶对象}")
    _, variant = asked(district.cadre, "report_variant", report, source=body)
    assert [(each["applies"], each["shown"]) for each in variant["branches"]] == [
        (False, {}),
        (False, {"{精准帮扶对象}": {"kind": "hidden", "name": "精准帮扶对象", "text": ""}}),
    ]
    # A section that is about cases as a whole is not on the page at all.
    Section.objects.filter(pk=section.pk).update(is_about_cases=True)
    assert f"section-{section.pk}" not in page(district.cadre, "report_write", report.pk)


def test_a_hub_report_is_written_with_the_figures_of_hubs_alone(district):
    report = make_report(district.root, hub=make_hub(district.root))
    _, answer = asked(district.office, "report_text", report, source="{活动场次}和{团员总数}")
    assert [node["type"] for node in answer["nodes"][0]["content"]] == ["number", "text", "broken"]


def test_moving_a_section_leads_back_to_the_page_that_it_was_moved_on(district):
    make_section(district.report, "乙。", "计划")
    address = reverse("section_move", args=[district.section.pk])
    response = district.office.post(address, {"direction": "down", "write": "1"})
    assert response.url == f"{reverse('report_write', args=[district.report.pk])}#section-{district.section.pk}"
