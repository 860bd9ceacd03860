"""A whole phone or identity number typed into a list's search box finds the person, and stays out of every address."""

from urllib.parse import unquote, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from playwright.sync_api import expect

from tests.factories import (
    make_assisted_youth,
    make_contact,
    make_grant,
    make_liaison,
    make_link,
    make_member,
    make_organisation,
    make_person,
    make_post,
    make_unit,
    make_user,
    make_volunteer,
)
from tests.made_once import made_once
from tests.pages import browser_of, listed, page, queries, two_branches
from yl_district.audit.models import AccessEntry
from yl_district.pages.sealed_searches import SealedSearch
from yl_district.pinyin import whole_number

pytestmark = pytest.mark.django_db

MOBILE, OTHER = "13800138000", "13800138001"
NUMBER = "11010519990504002X"


@made_once
def place():
    """The district of two branches, with somebody of a known number in each capacity, and somebody else."""
    district = two_branches()
    district.person = make_person("章程", mobile=MOBILE, identity_number=NUMBER)
    for person in (district.person, make_person("韩笑", mobile=OTHER)):
        make_member(branch=district.here, person=person)
        make_post(organisation=district.here, person=person)
        make_volunteer(person=person)
        make_contact(person, [make_link(person, youth=make_person("秦朗"))])
    make_link(make_person("陆远"), youth=district.person)
    return district


def searched(client, url_name, text, **conditions):
    """The answer to the search form of a list, and the address that it leads to."""
    sent = {"list": url_name, "search": text} | conditions
    answer = client.post(reverse("list_search"), sent, follow=True)
    return answer, answer.redirect_chain[-1][0]


def names_found(answer):
    """The first words of the rows on a list."""
    table = answer.context["table"]
    return [row.get_cell_value(table.columns.names()[0]) for row in table.paginated_rows]


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        (MOBILE, MOBILE),
        (" １３８ ００１３　８０００ ", MOBILE),
        ("138-0013-8000", MOBILE),
        ("+86 138 0013 8000", MOBILE),
        ("8613800138000", MOBILE),
        ("110105 19990504 002x", NUMBER.lower()),
        (NUMBER, NUMBER.lower()),
        ("1380013800", ""),
        ("138001380001", ""),
        ("章程 13800138000", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_a_whole_number_is_recognised_however_it_is_spaced(typed, number):
    assert whole_number(typed) == number


@pytest.mark.sampled(2)
@pytest.mark.in_turn
@pytest.mark.parametrize("typed", [MOBILE, "138 0013 8000", "１３８００１３８０００", NUMBER, "11010519990504002x"])
def test_each_list_of_people_finds_who_has_the_number(place, typed):
    for url_name in ("member_list", "post_list", "volunteer_list"):
        assert listed(place.office, url_name, search=typed) == ["章程"]
    assert listed(place.office, "link_list", search=typed) == ["章程"]
    (contact,) = place.office.get(reverse("contact_list"), {"search": typed}).context["table"].data
    assert contact.cadre == place.person


def test_part_of_a_number_or_one_that_nobody_has_finds_nobody(place):
    for typed in ("1380013800", "13900139000", "110105199905040011"):
        assert listed(place.office, "member_list", search=typed) == []


def test_only_visible_rows_are_found(place):
    stranger = make_person("顾清", mobile="13700137000")
    make_member(branch=place.there, person=stranger)
    assert listed(place.office, "member_list", search="13700137000") == ["顾清"]
    assert listed(place.cadre, "member_list", search="13700137000") == []
    assert listed(place.cadre, "member_list", search=MOBILE) == ["章程"]


def test_case_files_are_found_only_by_those_who_may_open_them(place):
    here = make_organisation("双桥社区团委", place.root, category="committee")
    youth = make_assisted_youth(here, "白露", make_person("白露", mobile="13600136000"))
    keeper = make_user("沈砚", here, "caseworker")
    assert listed(browser_of(keeper), "assisted_youth_list", search="13600136000") == []
    make_grant(keeper, youth.person)
    assert listed(browser_of(keeper), "assisted_youth_list", search="13600136000") == ["白*"]
    assert listed(place.office, "member_list", search="13600136000") == []


def test_whoever_may_know_no_more_than_a_name_learns_no_number_by_it(place):
    make_post(organisation=place.root, person=place.person, title="委员")
    make_liaison(place.here, place.person)
    assert listed(place.office, "organisation_list", liaison="章程") == [place.here.name]
    assert listed(place.office, "organisation_list", liaison=MOBILE) == []


def test_the_form_leads_to_an_address_without_the_number(place):
    answer, address = searched(place.office, "member_list", "138 0013 8000", standing="")
    assert names_found(answer) == ["章程"]
    assert urlsplit(address).path == reverse("member_list")
    assert "standing=" in address
    digits = unquote(address).replace(" ", "")
    assert MOBILE not in digits and "8000" not in digits
    # The page shows what was typed, and its links keep it sealed.
    assert answer.context["filter"].search_box.value() == "138 0013 8000"
    text = answer.content.decode()
    assert 'value="138 0013 8000"' in text
    assert text.count(MOBILE) == 0 and text.count("138 0013 8000") == 1
    assert "sort=person" in text and f"{SealedSearch.parameter}=yl1" in text


def test_the_export_of_what_was_found_holds_it_alone_and_the_log_no_number(place):
    answer, _ = searched(place.office, "member_list", MOBILE)
    exported = place.office.get(answer.context["exports"]["csv"])
    text = b"".join(exported).decode("utf-8-sig")
    assert "章程" in text and "韩笑" not in text
    for line in AccessEntry.objects.all():
        assert MOBILE not in f"{line.subject}{line.detail}"
    spaced, _ = searched(place.office, "member_list", "138 0013 8000")
    place.office.get(spaced.context["exports"]["csv"])
    assert "138****8000" in AccessEntry.objects.first().detail


def test_numbers_still_being_typed_and_mixed_with_names_are_sealed_as_well(place):
    for text in ("1380013", "章程 13800138000", "138.0013.8000", "1101051999"):
        _, address = searched(place.office, "member_list", text)
        assert "search=" not in address and f"{SealedSearch.parameter}=" in address
    for text in ("章程", "zc", "138001"):
        _, address = searched(place.office, "member_list", text)
        assert f"{SealedSearch.parameter}=" not in address and "search=" in address


def test_a_sealed_number_opens_to_nobody_else(place):
    _, address = searched(place.office, "member_list", MOBILE)
    answer = place.cadre.get(address)
    assert names_found(answer) == [] and "只有当时搜索的人能打开" in answer.content.decode()
    for damaged in ("", "x", "yl1:k1:AAAA", address[-30:]):
        answer = place.office.get(reverse("member_list"), {SealedSearch.parameter: damaged})
        assert (answer.status_code, names_found(answer)) == (200, [])


def test_the_form_leads_to_lists_alone_which_the_user_may_open(place):
    make_unit("清和科技", branch=place.here)
    assert names_found(searched(place.office, "unit_list", "qhkj")[0]) == ["清和科技"]
    for name in ("access_entry_list", "member_detail", "member_export", "home", "nothing_list", ""):
        assert place.office.post(reverse("list_search"), {"list": name}).status_code == 404
    assert place.office.get(reverse("list_search")).status_code == 405
    assert Client().post(reverse("list_search"), {"list": "member_list"}).url.startswith(reverse("login"))


def test_a_search_by_number_costs_the_queries_of_any_other_but_that_of_names(place):
    few = queries(place.office, "member_list", search="zc")
    assert queries(place.office, "member_list", search=MOBILE) == few - 1
    with CaptureQueriesContext(connection) as captured:
        page(place.office, "member_list", search=MOBILE)
    assert MOBILE not in "".join(query["sql"] for query in captured)


@pytest.mark.django_db(transaction=True)
@pytest.mark.cpu(10)
def test_a_number_typed_in_a_browser_never_enters_its_address(desktop_page, sign_in):
    root = make_organisation("清河地区团工委", category="working_committee", domain="office")
    branch = make_organisation("柳林社区团支部", root)
    for name, mobile in (("章程", MOBILE), ("韩笑", OTHER)):
        make_member(branch=branch, person=make_person(name, mobile=mobile))
    sign_in(desktop_page, make_user("林知秋", root))
    tab, asked = desktop_page, []
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto("/members/")
    tab.get_by_role("searchbox").press_sequentially(MOBILE, delay=60)
    expect(tab.locator("#rows")).to_contain_text("共 1 条")
    expect(tab.locator("#rows")).to_contain_text("章程")
    assert SealedSearch.parameter in tab.url and "1380013" not in "".join(map(unquote, [*asked, tab.url]))
    tab.reload()
    expect(tab.get_by_role("searchbox")).to_have_value(MOBILE)
    expect(tab.locator("#rows")).to_contain_text("共 1 条")
    tab.get_by_role("searchbox").fill("hx")
    expect(tab.locator("#rows")).to_contain_text("韩笑")
    assert tab.url.endswith("/members/?search=hx")
