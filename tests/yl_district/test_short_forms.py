"""Short forms: what few records need is folded below 更多, what has one answer is given, fields say their keys."""

import re

import pytest
from django.utils import timezone

from orgs.models import Role
from tests.factories import make_hub, make_link, make_person, make_post, make_unit, make_unit_contact, make_user
from tests.forms import answers, shown_form
from tests.made_once import made_once
from tests.pages import browser_of, page, refused, two_branches

pytestmark = pytest.mark.django_db

DISCLOSURE = re.compile(r'<details class="more"( open)? data-opens-wide>(.*?)</details>', re.DOTALL)
NAMES = re.compile(r'<(?:input|select|textarea)[^>]* name="([^"]+)"')


@made_once
def district():
    return two_branches()


def halves(text):
    """The names of a page's fields that are shown and those that are folded, and whether these are open."""
    form = text[text.index('class="card entry"') :].partition("</form>")[0]
    found = DISCLOSURE.search(form)
    folded = list(dict.fromkeys(NAMES.findall(found[2])))
    shown = list(dict.fromkeys(NAMES.findall(DISCLOSURE.sub("", form))))
    hidden = {"csrfmiddlewaretoken", "submission", "version"}
    return [name for name in shown if name not in hidden], folded, bool(found[1])


def given(client, url_name, **query):
    """What a new form would send as it stands."""
    return answers(shown_form(client.get(f"/{url_name}/create/", query)))


@pytest.mark.parametrize(
    ("url_name", "shown"),
    [
        ("activity_create", ["name", "held_on", "type"]),
        ("contact_create", ["held_on", "form", "with_everyone"]),
        ("link_create", ["started_on", "name", "gender", "mobile"]),
        ("unit_contact_create", ["unit", "held_on", "form"]),
        ("member_create", ["name", "gender", "birth_date", "identity_number", "mobile", "joined_league_on"]),
    ],
)
def test_a_branch_cadre_is_shown_what_every_record_needs(district, url_name, shown):
    make_post(organisation=district.here, person=make_person("陆远", user=district.branch_cadre))
    found, folded, is_open = halves(page(district.cadre, url_name))
    assert (found, is_open) == (shown, False)
    assert folded


def test_a_volunteer_is_registered_by_the_person_and_the_team(district):
    hub = make_hub(district.here)
    found, folded, is_open = halves(
        page(browser_of(make_user("顾清", district.here, Role.Kind.HUB_OPERATOR)), "volunteer_create")
    )
    assert (found, is_open) == (["name", "gender", "birth_date", "identity_number", "mobile"], False)
    assert folded[:1] == ["hub"]
    assert given(browser_of(make_user("顾盼", district.here, Role.Kind.HUB_OPERATOR)), "volunteers")["hub"] == str(
        hub.pk
    )


def test_staff_choose_the_host_whom_a_branch_cadre_need_not_name(district):
    assert "host" in halves(page(district.office, "activity_create"))[0]
    assert given(district.cadre, "activities")["host"] == str(district.here.pk)
    assert given(district.office, "activities")["host"] == ""


def test_what_is_folded_opens_with_an_error_or_with_what_it_holds(district):
    address = {"name": "读书会", "held_on": "2017-05-04", "session_count": "0"}
    assert "session_count" in refused(district.cadre, "activity_create", **address)
    response = district.cadre.post("/activities/create/", address)
    assert halves(response.content.decode())[2]
    unit = make_unit(branch=district.here)
    contacts = [make_unit_contact(unit, content=content) for content in ("", "谈了建团")]
    assert [halves(page(district.cadre, "unit_contact_update", one.pk))[2] for one in contacts] == [False, True]


def test_a_day_that_is_itself_recorded_is_today_and_no_other_is(district):
    make_post(organisation=district.here, person=make_person("陆远", user=district.branch_cadre))
    today = timezone.localdate().isoformat()
    for path in ("activities", "contacts", "unit-contacts"):
        assert given(district.cadre, path)["held_on"] == today
    assert given(district.cadre, "supplies")["issued_on"] == today
    assert (given(district.cadre, "links")["started_on"], given(district.cadre, "links")["ended_on"]) == (today, "")
    assert given(district.cadre, "members")["birth_date"] == ""


def test_the_only_choice_is_chosen_and_of_two_none_is(district):
    cadre = make_post(organisation=district.here, person=make_person("陆远", user=district.branch_cadre)).person
    link, unit = make_link(cadre, "秦朗"), make_unit(branch=district.here)
    assert given(district.cadre, "contacts")["links"] == str(link.pk)
    assert given(district.cadre, "unit-contacts")["unit"] == str(unit.pk)
    make_link(cadre, "白露")
    make_unit("清河面馆", branch=district.here)
    assert "links" not in given(district.cadre, "contacts")
    assert given(district.cadre, "unit-contacts")["unit"] == ""


def test_fields_say_which_keys_they_need_and_offer_nothing_of_their_owner(district):
    text = page(district.office, "member_create")
    tags = {name: tag for tag, name in re.findall(r'(<input[^>]* name="([^"]+)"[^>]*>)', text[text.index("entry") :])}
    assert 'inputmode="tel"' in tags["mobile"]
    assert [name for name in ("name", "mobile", "identity_number") if 'autocomplete="off"' not in tags[name]] == []
    number = re.search(r'<input[^>]* name="session_count"[^>]*>', page(district.office, "activity_create"))[0]
    assert 'inputmode="numeric"' in number
