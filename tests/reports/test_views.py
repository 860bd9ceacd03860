"""The home page, the figures, the summary and its files, as requested by a browser."""

import io
import json
import re
import zipfile

import pytest
from django.db import connection
from django.db.models import Sum
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from python_calamine import CalamineWorkbook

from activities.models import SignIn
from assistance.models import AssistedYouth, Scholarship
from members.models import Person
from orgs.models import Role
from reports.figures.counting import results
from reports.figures.lines import all_figures
from reports.figures.scopes import Scope
from tests.factories import (
    make_activity,
    make_assisted_youth,
    make_grant,
    make_member,
    make_organisation,
    make_person,
    make_user,
)
from tests.made_once import made_once
from tests.pages import asked, browser_of, some_of, two_branches
from tests.reports.district import full_district
from tests.reports.generated_district import YEAR, Lots, fill, generated_district
from yl_district.audit.models import AccessEntry
from yl_district.periods import Period

pytestmark = pytest.mark.django_db


@made_once
def place():
    return full_district()


CASE_FIGURES = {
    "assisted_youths",
    "service_plans",
    "signed_plans",
    "midyear_reviews",
    "final_reviews",
    "paired_youths",
    "assistances",
    "assistances_per_youth",
    "pairing_visits",
    "youths_bound",
    "project_applications",
    "project_approvals",
    "activities_suggested",
    "suggestions_taken_up",
    "scholarships_applied",
    "scholarships_granted",
    "scholarships_paid",
    "scholarships_thanked",
    "scholarship_students",
}
# What a figure adds up or compares; the others count the rows themselves.
SUMMED = {
    "flags_issued": "quantity",
    "badges_issued": "quantity",
    "cadre_meetings": "session_count",
    "education_sessions": "session_count",
    "sessions": "session_count",
    "attendances": "attendance",
    "youth_contacts": "youths_reached",
    "contacts_online": "youths_reached",
    "contacts_offline": "youths_reached",
    "assistances": "youths_reached",
    "volunteer_hours": "service_hours",
    "sessions_planned": "planned_sessions",
}
PAGES = ["home", "figure_list", "summary_detail"]


@pytest.fixture
def two_roles():
    """A district seen by a leader of here who is a cadre of there, with a case file in each."""
    district = two_branches()
    user = make_user("谢宁", district.here, Role.Kind.LEADER)
    Role.objects.create(user=user, organisation=district.there, kind=Role.Kind.CADRE)
    for organisation in (district.here, district.there):
        make_assisted_youth(organisation)
    district.client = browser_of(user)
    return district


def case_figures(client, organisation):
    """Which case figures the list, the page of each, the summary's file and the annexes give of an organisation."""
    query = {"year": YEAR, "organisation": organisation.pk}
    listed = {each.figure.key for each in client.get(reverse("figure_list"), query).context["results"]}
    paged = {key for key in CASE_FIGURES if client.get(reverse("figure_detail", args=[key]), query).status_code == 200}
    filed = json.loads(exported(client, "json", **query))["figures"]
    return listed & CASE_FIGURES, paged, filed.keys() & CASE_FIGURES


def sheets(client, organisation):
    """The names of the annexes of an organisation."""
    file = exported(client, "xlsx", organisation=organisation.pk)
    return CalamineWorkbook.from_filelike(io.BytesIO(file)).sheet_names


def test_a_leader_here_who_is_a_cadre_there_knows_the_cases_of_here_alone(two_roles):
    assert case_figures(two_roles.client, two_roles.here) == (CASE_FIGURES, CASE_FIGURES, CASE_FIGURES)
    assert case_figures(two_roles.client, two_roles.there) == (set(), set(), set())
    cadre = make_user("陆远", two_roles.there, Role.Kind.CADRE)
    assert sheets(two_roles.client, two_roles.there) == sheets(browser_of(cadre), two_roles.there)


def test_twin_by_any_role_anywhere_the_cases_of_there_would_be_known(two_roles, monkeypatch):
    anywhere = "orgs.models.User.reaches_as"
    monkeypatch.setattr(anywhere, lambda user, organisation, *kinds: user.holds(*kinds))
    assert case_figures(two_roles.client, two_roles.there) == (CASE_FIGURES, CASE_FIGURES, CASE_FIGURES)


def summed_column(key):
    return SUMMED.get(key) or SUMMED.get(key.partition(".")[0])


def scope_of(organisation, year=YEAR):
    return Scope(organisation, Period.of_year(year))


def get(client, name, *args, **query):
    """A page that must be there."""
    response = client.get(reverse(name, args=args), query)
    assert response.status_code == 200
    return response


def text_of(response):
    return response.content.decode()


def figure_value(response):
    return re.search(r'<p class="figure-value"><strong>\s*(\S+)\s*</strong>', text_of(response))[1]


def rows_told(response):
    return int(re.search(r"共 <strong>(\d+)</strong> 条", text_of(response))[1])


def rows_value(key, response):
    """What the rows listed come to, by the figure's own way of counting."""
    rows = response.context["table"].data.data
    assert rows_told(response) == rows.count()
    if key == "assistances_per_youth":
        return min((row.assistances_received for row in rows), default=0)
    if key.startswith("coverage."):
        return 100 * rows.filter(is_reached=True).count() // (rows.count() or 1)
    column = summed_column(key)
    return rows.aggregate(all=Sum(column))["all"] or 0 if column else rows.count()


# Of these a cadre sees none or the own rows alone.
OWN_LINKS = ["linked_youths", "youth_contacts", "cadres_linked", "cadres_at_quota"]
OWN_LINKS += ["contacts_online", "contacts_offline", "youths_reached", "cadres_at_norm"]
OFFICE_ALONE = ["platform_entries", "platform_bindings", "assessment_results"]


def open_every_case(user):
    """Opens every case file to the user."""
    youths = {case.person for case in AssistedYouth.objects.all()}
    for person in youths | {scholarship.student for scholarship in Scholarship.objects.all()}:
        make_grant(user, person)


@pytest.mark.cpu(14)
@pytest.mark.parametrize(
    "level", ["middle", *(pytest.param(level, marks=pytest.mark.full) for level in ("root", "leaf"))]
)
def test_every_figure_is_what_its_page_lists(level):
    """For staff to whom all files are open, and for a cadre, who knows of no cases and sees no links of others."""
    tree = generated_district(7)
    organisation = getattr(tree, level)
    organisation.refresh_from_db()
    user = make_user("林知秋", tree.root)
    open_every_case(user)
    staff = browser_of(user)
    cadre = browser_of(make_user("陆远", organisation, Role.Kind.CADRE))
    found = results(scope_of(organisation))
    assert len(found) > 60
    for key, result in found.items():
        page = get(staff, "figure_detail", key, year=YEAR, organisation=organisation.pk)
        assert (key, figure_value(page), rows_value(key, page)) == (key, result.amount, result.value)
    of_cases = CASE_FIGURES & found.keys()
    assert {cadre.get(reverse("figure_detail", args=[key]), {"year": YEAR}).status_code for key in of_cases} == {404}
    pages = {key: get(cadre, "figure_detail", key, year=YEAR) for key in found if key not in of_cases}
    assert {key: figure_value(page) for key, page in pages.items()} == {key: found[key].amount for key in pages}
    closed = [pages.pop(key) for key in OWN_LINKS + OFFICE_ALONE]
    assert [page.context["table"].paginator.count for page in closed] == [0] * len(closed)
    assert {key: rows_value(key, page) for key, page in pages.items()} == {key: found[key].value for key in pages}
    rows = [row.record for page in reversed(pages.values()) for row in page.context["table"].rows]
    records = {record._meta.label: record for record in rows}
    # Links and contacts are not among them, and at a leaf nothing of others.
    assert len(records) == 7 if level == "leaf" else len(records) > 7
    for record in records.values():
        assert cadre.get(record.get_absolute_url()).status_code == 200, record


def test_rows_of_a_figure_show_what_is_added_up(place):
    user = make_user("林知秋", place.root)
    open_every_case(user)
    staff = browser_of(user)
    for key in [*SUMMED, "assistances_per_youth", "attendances.lecture"]:
        table = get(staff, "figure_detail", key, year=YEAR).context["table"]
        column = summed_column(key) or "assistances_received"
        assert column in table.columns.names(), key
        assert [row.get_cell_value(column) for row in table.rows] == [getattr(row.record, column) for row in table.rows]


def test_home_shows_the_headlines_targets_and_charts(place):
    response = get(browser_of(make_user("林知秋", place.root)), "home", year=YEAR)
    found = results(scope_of(place.root))
    text = re.sub(r"\s+", "", text_of(response))
    for key in ("members", "sessions", "attendances", "people_reached"):
        result = found[key]
        assert f"<strong>{result.amount}</strong>{result.figure.unit}" in text
    months, types = response.context["months"], response.context["types"]
    for rows in (months, types):
        assert sum(row["sessions"] for row in rows) == found["sessions"].value
        assert sum(row["attendances"] for row in rows) == found["attendances"].value
    assert [row["label"] for row in months] == [f"{month}月" for month in range(1, 13)]
    assert {row["key"]: row["text"] for row in types} == {
        row["key"]: found[f"attendances.{row['key']}"].amount for row in types
    }
    assert [(pace.figure.key, pace.is_reached, pace.missing) for pace in response.context["targets"]] == [
        (key, found[key].value >= target, max(target - found[key].value, 0))
        for key, target in [("units_toward_task", 6), ("sessions.lecture", 9)]
    ]


def test_figure_list_shows_every_figure_once(place):
    text = re.sub(r"\s+", "", text_of(get(browser_of(make_user("林知秋", place.root)), "figure_list", year=YEAR)))
    for key, result in results(scope_of(place.root)).items():
        assert (
            text.count(f"/figures/{key}/?year={YEAR}&organisation={place.root.pk}".replace("&", "&amp;"))
            + text.count(f"/figures/{key}/?year={YEAR}&organisation={place.root.pk}")
            == 1
        ), key
        assert f"{result.amount}{result.unit}</td>" in text


@pytest.mark.cpu(6)
def test_every_number_of_the_summary_leads_to_a_page_with_the_same_number(place):
    staff = browser_of(make_user("林知秋", place.root))
    article = text_of(get(staff, "summary_detail", year=YEAR)).partition("<article")[2]
    links = re.findall(r'<a href="(/figures/[^"]+)"[^>]*>([^<]+)</a>', article)
    assert len(links) > 50
    for address, written in links:
        page = staff.get(address.replace("&amp;", "&"))
        assert page.status_code == 200
        assert written.removesuffix(page.context["figure"].unit) == figure_value(page), (address, written)


@made_once
def exporter(place):
    return place, browser_of(make_user("林知秋", place.root))


def exported(client, kind, **query):
    response = get(client, "summary_export", kind, **{"year": YEAR} | query)
    assert response["Content-Disposition"].startswith("attachment; filename*=UTF-8''")
    assert response["Cache-Control"] == "no-store"
    return response.content


def test_summary_as_word_file_holds_the_text(exporter):
    _, staff = exporter
    with zipfile.ZipFile(io.BytesIO(exported(staff, "docx"))) as file:
        assert file.testzip() is None
        words = re.sub(r"<[^>]+>", "", file.read("word/document.xml").decode())
    summary = get(staff, "summary_detail", year=YEAR).context["summary"]
    assert summary.title in words
    for block in summary.blocks:
        assert block.text in words.replace("&amp;", "&")


def test_annexes_as_workbook_hold_the_figures(exporter):
    place, staff = exporter
    sheets = CalamineWorkbook.from_filelike(io.BytesIO(exported(staff, "xlsx")))
    assert sheets.sheet_names[0] == "指标与目标"
    rows = {(row[1], row[3]): row for row in sheets.get_sheet_by_index(0).to_python() if row}
    found = results(scope_of(place.root)).values()
    counted = {(one.figure.label, one.unit): one.value for one in found if one.quality == "counted"}
    assert {name: rows[name][2] for name in counted} == counted
    assert (counted["完成两新组织任务", "家"], rows["完成两新组织任务", "家"][5]) == (7, 6)


def test_figures_as_json(exporter):
    place, staff = exporter
    data = json.loads(exported(staff, "json"))
    assert (data["year"], data["scope"]) == (YEAR, place.root.name)
    found = results(scope_of(place.root))
    assert list(data["figures"]) == list(found)
    assert data["figures"]["units_toward_task"] == {
        "label": "完成两新组织任务",
        "unit": "家",
        "value": found["units_toward_task"].value,
        "quality": "counted",
        "target": 6,
    }


def test_every_file_taken_is_noted(exporter):
    _, staff = exporter
    for kind in ("docx", "pdf", "xlsx", "json"):
        exported(staff, kind)
    assert sorted(name.rpartition(".")[2] for name in AccessEntry.objects.values_list("subject", flat=True)) == [
        "docx",
        "json",
        "pdf",
        "xlsx",
    ]


# The pages about a scope, each with its arguments.
OF_A_SCOPE = [*((name,) for name in PAGES), ("figure_detail", "members")]


@pytest.mark.sampled(3)
@pytest.mark.parametrize("year", ["abc", "0", "-1", "99999", "9" * 5000, "2017.5", "\u0000", "二〇一七"])
def test_year_that_is_none_is_said_and_the_default_shown(year, pytestconfig):
    place = two_branches()
    make_activity(place.here)
    for name, *arguments in some_of(OF_A_SCOPE, year, pytestconfig):
        text = text_of(get(place.office, name, *arguments, year=year))
        assert "请填写 1949 至 2100 之间的年份。现按 2017年、清河地区团工委显示。" in text
    assert get(place.office, "figure_detail", "members", year=year).context["scope"].year == 2017


@pytest.mark.parametrize("organisation", ["zzz", "0", "-1", "9" * 30, "9" * 5000])
def test_organisation_that_is_none_is_said_and_the_own_shown(organisation, pytestconfig):
    place = two_branches()
    for name, *arguments in some_of(OF_A_SCOPE, organisation, pytestconfig):
        response = get(place.office, name, *arguments, year=2017, organisation=organisation)
        assert "没有这个组织，或您不能查看它。现按 2017年、清河地区团工委显示。" in text_of(response)
        assert response.context["scope"].organisation == place.root


def test_year_without_anything_says_so():
    place = two_branches()
    text = text_of(get(place.office, "home", year=1999))
    assert "这一期还没有登记活动" in text
    assert get(place.office, "summary_detail", year=1999).context["scope"].year == 1999


@pytest.mark.parametrize(
    "address", ["/figures/nonsense/", "/figures/sessions.nonsense/", "/figures/%00/", "/summary/exe/"]
)
def test_what_is_not_there_is_not_found(address):
    response = two_branches().office.get(address)
    assert response.status_code == 404
    assert "没有找到这个页面" in text_of(response)


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("query", "number"),
    [
        ({"page": "999999"}, 2),
        ({"page": "0"}, 2),
        ({"page": "-3"}, 2),
        ({"page": "abc"}, 1),
        ({"page": "9" * 5000}, 1),
        ({"per_page": "0"}, 1),
        ({"per_page": "-1"}, 1),
        ({"per_page": "1000000"}, 1),
        ({"sort": "nonsense"}, 1),
        ({"sort": "-held_on"}, 1),
    ],
)
def test_page_that_is_none_shows_one_that_is(query, number):
    place = two_branches()
    for _ in range(30):
        make_activity(place.here)
    table = get(place.office, "figure_detail", "sessions", year=2017, **query).context["table"]
    assert (table.page.number, len(table.page.object_list)) == (number, 25 if number == 1 else 5)


def test_htmx_gets_the_rows_alone():
    place = two_branches()
    address = reverse("figure_detail", args=["members"])
    assert text_of(place.office.get(address, headers={"HX-Request": "true"})).lstrip().startswith("<section")
    restored = place.office.get(address, headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert "<!doctype html>" in text_of(restored)


def test_user_without_a_role_is_told_whom_to_ask():
    client = browser_of(make_user("新来的"))
    assert "您的账号还没有分配组织" in text_of(get(client, "home"))
    for name, *arguments in [
        ("figure_list",),
        ("figure_detail", "members"),
        ("summary_detail",),
        ("summary_export", "docx"),
    ]:
        assert client.get(reverse(name, args=arguments)).status_code == 404


def test_anonymous_visitor_is_asked_to_sign_in():
    for name, *arguments in [("home",), ("figure_list",), ("figure_detail", "members"), ("summary_export", "json")]:
        address = reverse(name, args=arguments)
        response = Client().get(address)
        assert (response.status_code, response["Location"]) == (302, f"{reverse('login')}?next={address}")


def test_cadre_sees_the_own_organisation_alone():
    place = two_branches()
    make_member("章程", place.here)
    make_member("外人", place.there)
    response = get(place.cadre, "figure_detail", "members", year=2017, organisation=place.there.pk)
    assert response.context["scope"].organisation == place.here
    assert figure_value(response) == "1"
    assert "章程" in text_of(response) and "外人" not in text_of(response)
    text = text_of(get(place.cadre, "home", year=2017, organisation=place.there.pk))
    assert "没有这个组织，或您不能查看它。现按 2017年、柳林社区团支部显示。" in text
    assert "槐荫社区团支部" not in text
    file = place.cadre.get(reverse("summary_export", args=["json"]), {"year": 2017, "organisation": place.there.pk})
    assert json.loads(file.content)["scope"] == "柳林社区团支部"


def test_cadre_sees_nothing_of_assisted_youths_and_staff_their_number_alone():
    place = two_branches()
    make_assisted_youth(place.here, "白露明")
    for name in ("home", "figure_list", "summary_detail"):
        text = text_of(get(place.cadre, name, year=2017)).partition("<main")[2].partition("</main>")[0]
        assert "帮扶对象" not in text and "奖学金" not in text
    assert place.cadre.get(reverse("figure_detail", args=["assisted_youths"])).status_code == 404
    page = get(place.office, "figure_detail", "assisted_youths", year=2017)
    assert (figure_value(page), "白*" in text_of(page), "table" in page.context) == ("1", False, False)
    for client, sheets in ((place.cadre, 0), (place.office, 1)):
        book = CalamineWorkbook.from_filelike(io.BytesIO(exported(client, "xlsx")))
        cells = [cell for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for cell in row]
        assert book.sheet_names.count("精准帮扶") == sheets
        assert "白*" not in str(cells) and "白露明" not in str(cells)
    make_grant(place.staff, Person.objects.named("白露明").get())
    assert "白**" in text_of(get(place.office, "figure_detail", "assisted_youths", year=2017))


def test_people_reached_are_listed_to_a_cadre_without_birth_date_sex_and_number():
    place = two_branches()
    facts = {"identity_number": "110105200805040026", "birth_date": "2008-05-04", "gender": "F"}
    person = make_person("白露明", mobile="13800138000", **facts)
    SignIn.objects.create(activity=make_activity(place.here), person=person, capacity="assisted_youth")
    told = ["2008-05-04", "110105************", ">女<"]
    for query in ({}, {"sort": "birth_date"}, {"sort": "identity_number"}):
        text = text_of(get(place.cadre, "figure_detail", "people_reached", year=2017, **query))
        assert "白露明" in text
        assert [fact for fact in [*told, facts["identity_number"], "13800138000"] if fact in text] == []
    text = text_of(get(place.office, "figure_detail", "people_reached", year=2017))
    assert [fact for fact in told if fact in text] == told


@pytest.mark.cpu(18)
def test_rows_do_not_add_queries():
    tree = generated_district(8)
    fill(tree, Lots(9))
    staff = browser_of(make_user("林知秋", tree.root))
    pages = [(name,) for name in PAGES] + [("figure_detail", key) for key in all_figures()]

    def queries(name, *arguments):
        with CaptureQueriesContext(connection) as captured:
            get(staff, name, *arguments, year=YEAR)
        return asked(captured)

    few = {page: queries(*page) for page in pages}
    fill(tree, Lots(10))
    for _ in range(10):
        make_organisation(parent=tree.middle)
    assert {page: queries(*page) for page in pages} == few
