"""No request causes a 500, whatever its input, and the response is an HTML page in Chinese."""

import json
import re
from datetime import date
from types import SimpleNamespace
from wsgiref.util import setup_testing_defaults

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.handlers.wsgi import WSGIHandler
from django.test import Client
from django.urls import get_resolver, reverse

from orgs.models import Role
from tests.factories import (
    make_activity,
    make_assistance,
    make_assisted_youth,
    make_contact,
    make_hub,
    make_link,
    make_member,
    make_person,
    make_post,
    make_report,
    make_scholarship,
    make_second_factor,
    make_section,
    make_supply,
    make_unit,
    make_unit_change,
    make_unit_contact,
    make_volunteer,
)
from tests.pages import some_of, two_branches
from tests.reports.signed import signed
from yl_district.web.error_pages import model_of_address
from yl_district.wsgi import application

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]

HUGE = ["0", "2147483648", "9223372036854775808", "9" * 5000]
# Each says several wrong things at once, in the names that lists, forms and figures read.
QUERIES = [
    f"page=0&sort=nonsense&sort=-&search=%00&year=0&organisation=-1&kind=%00&held_on=0000-00-00&cadre={'9' * 40}",
    f"page={'9' * 5000}&sort=-person__user__password&search=%ED%A0%80%FF&year=1e99&organisation={'9' * 5000}&day=%FF",
    "%00=%00&page[]=1&page=1&page=-1&search=a&search=b&year=2017&year=&organisation=%ED%A0%80&=&&%=%&;&next=%0d%0aX:%20y",
    f"search={'%25' * 35_000}",
]
VALUES = {
    "NUL": "\0",
    "a number too large": "9" * 40,
    "a very long number": "9" * 5000,
    "a negative number": "-9223372036854775809",
    "control characters and odd planes": "\x01\x1f\x7f\ufffe\U0010ffff\u202e",
    "a very long text": "团" * 20_000,
    "a formula": "=cmd|' /C calc'!A0",
    "a template": "{{ 7|add:7 }}{% include 'x' %}%s%(x)s",
    "not a number": "NaN",
    "infinity": "1e400",
}
BODIES = {
    "JSON": ('{"name": ["\\u0000", {"a": 1}]}', "application/json"),
    "plain text": ("name=章程", "text/plain"),
    "XML": ("<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]><x>&y;</x>", "text/xml"),
    "no boundary": ("--x\r\n\r\n", "multipart/form-data"),
    "a broken part": ('--x\r\nContent-Disposition: form-data; name="a\xff\r\n\r\n', "multipart/form-data; boundary=x"),
    "an unknown character set": ("name=1", "application/x-www-form-urlencoded; charset=nonsense"),
    "a character set of no text": ("name=1", "application/x-www-form-urlencoded; charset=hex"),
    "UTF-16": ("name=1", "application/x-www-form-urlencoded; charset=utf-16"),
    "bad escapes": ("name=%ED%A0%80&year=%FF&%=%zz&&&=", "application/x-www-form-urlencoded"),
    "2000 fields": ("&".join(f"f{number}=1" for number in range(2000)), "application/x-www-form-urlencoded"),
    "3 MB": ("name=" + "a" * 3_000_000, "application/x-www-form-urlencoded"),
}
PATHS = [
    "%00",
    "%FF",
    "%ED%A0%80",
    "%2e%2e/%2e%2e/etc/passwd",
    "members/%00/",
    "members/-1/",
    "members/１/",
    "members//",
    "a" * 9000,
]
HEADERS = [
    {"Host": "example.org"},
    {"Host": "a b"},
    {"HX-Request": "true", "HX-Current-URL": "http://["},
    {
        "HX-Request": "true",
        "HX-Target": "\xff",
        "HX-Trigger-Name-URI-AutoEncoded": "true",
        "HX-Trigger-Name": "%FF",
    },
    {"Accept-Language": "zh" * 500},
    {"If-Modified-Since": "nonsense", "If-None-Match": "x" * 500},
    {"Range": "bytes=9-1"},
]
METHODS = ["PUT", "DELETE", "TRACE", "PATCH", "OPTIONS", "PROPFIND"]


@pytest.fixture
def district():
    """A district with a record of each kind, and a client that may open every page."""
    district = two_branches()
    for kind in Role.Kind:
        Role.objects.get_or_create(user=district.staff, organisation=district.root, kind=kind)
    make_second_factor(district.staff)
    cadre, youth = make_post("陆远", district.here).person, make_assisted_youth(district.here)
    hub, unit = make_hub(district.here), make_unit(branch=district.here)
    link, activity = make_link(cadre), make_activity(district.here)
    make_contact(cadre, [link])
    make_member(branch=district.here)
    make_unit_change(unit)
    make_unit_contact(unit)
    make_supply(district.here)
    make_scholarship()
    make_assistance([youth])
    youth.plans.create(year=2017)
    youth.pairings.create(volunteer=make_volunteer(hub))
    activity.sign_ins.create(person=make_person("秦朗"))
    report = make_report(district.root)
    make_section(report)
    signed(report, district.staff, date(2018, 1, 5))
    district.office.raise_request_exception = False
    return district


OWNERS = {
    "report_pk": "report_detail",
    "youth_pk": "assisted_youth_detail",
    "hub_pk": "hub_detail",
    "activity_pk": "activity_detail",
}
WORDS = {"key": "members", "kind": "json"}


def patterns():
    """Every address: its name, its route, and whether a number names a record in it."""
    found = []

    def walk(resolver, prefix):
        for each in resolver.url_patterns:
            route = prefix + str(each.pattern)
            if hasattr(each, "url_patterns"):
                walk(each, route)
            elif each.name:
                route = re.sub(r"\^|\$|\(\?P(<\w+>)[^)]*\)", r"\1", route)
                found.append((each.name, f"/{route}", "<int:" in route))

    walk(get_resolver(), "")
    return found


def addresses():
    """Name and address of every page, of a record that exists where it is about one."""
    return [(name, filled(name, route)) for name, route, _ in patterns()]


def filled(name, route, number=None):
    """The route with its parameters filled in; `number` for the numbers, else the first record's."""

    def value(found):
        kind, parameter = found.group(1), found.group(2)
        if kind == "int:":
            return str(number or first_record(OWNERS.get(parameter, name)))
        return WORDS.get(parameter, "x")

    return re.sub(r"<(\w+:)?(\w+)>", value, route)


def first_record(name):
    """The key of the first record of the kind that a page is about, else 1."""
    model = model_of_address(SimpleNamespace(url_name=name))
    row = model and model._default_manager.order_by("pk").first()
    return row.pk if row else 1


def fault(response):
    """What is wrong with an answer, or None."""
    if response.status_code >= 500:
        return f"status {response.status_code}"
    if (
        response.status_code in (301, 302, 304)
        or "HX-Refresh" in response
        or "attachment" in response.get("Content-Disposition", "")
    ):
        return None
    if response["Content-Type"] == "application/json":
        return None if json.loads(response.content) is not None else "nothing"
    if response.request["PATH_INFO"] == reverse("service_worker"):
        return None
    if not response["Content-Type"].startswith("text/html"):
        return f"not HTML but {response['Content-Type']}"
    text = response.content.decode()
    return None if re.search("[\u4e00-\u9fff]", text) else f"no Chinese page, status {response.status_code}"


class Tally:
    """Counts answers and keeps those that are at fault."""

    def __init__(self):
        self.count, self.faults = 0, []

    def add(self, what, response):
        self.count += 1
        found = fault(response)
        if found:
            self.faults.append(f"{what}: {found}")


@pytest.mark.cpu(30)
def test_no_query_string_breaks_a_page(district, pytestconfig):
    tally = Tally()
    for name, address in addresses():
        # The others read little of their address.
        is_read = name.endswith("_list") or name in ("home", "login", "contact_create", "assistance_create")
        for query in some_of(QUERIES, name, pytestconfig, 2 if is_read else 1):
            tally.add(f"{name} ?{query[:30]}", district.office.get(address, QUERY_STRING=query))
    assert tally.faults == []


@pytest.mark.cpu(12)
def test_no_number_in_an_address_breaks_a_page(district, pytestconfig):
    tally = Tally()
    for name, route, is_numbered in patterns():
        if is_numbered:
            for number in some_of(HUGE, name, pytestconfig):
                address = filled(name, route, number)
                looked, sent = district.office.get(address), district.office.post(address, {"name": "章程"})
                # Some addresses take only one of the two, whatever the number.
                assert {looked.status_code, sent.status_code} - {405} == {404}, (name, number[:30])
                for response in (looked, sent):
                    tally.add(f"{name} {number[:30]}", response)
    assert tally.faults == []


@pytest.mark.cpu(4)
def test_no_path_breaks_the_site(district):
    tally = Tally()
    for path in PATHS:
        for client in (district.office, Client(raise_request_exception=False)):
            tally.add(path[:30], client.get(f"/{path}"))
            tally.add(path[:30], client.post(f"/{path}", {"a": "b"}))
    assert tally.faults == []


def fields_of(client, address):
    """The names of the fields of the form that a page shows."""
    response = client.get(address)
    form = response.context and response.context.get("form")
    return [*form.fields, "version", "submission"] if hasattr(form, "fields") else []


@pytest.mark.cpu(30)
def test_no_value_of_a_field_breaks_a_form(district, pytestconfig):
    values, tally, is_full = list(VALUES.values()), Tally(), pytestconfig.getoption("full")
    for turn, (name, address) in enumerate(addresses()):
        names = fields_of(district.office, address) if name != "password_change" else []
        if names:
            data = {each: values[(place + turn) % len(values)] for place, each in enumerate(names)}
            tally.add(f"{name} {turn}", district.office.post(address, data))
        if names and (is_full or turn % 2):
            files = {each: SimpleUploadedFile("章程.xlsx", b"\0\1\2") for each in names[::2]}
            arrays = {each: ["", "1", "\0"] for each in names[1::2]}
            tally.add(f"{name} files and arrays", district.office.post(address, files | arrays))
    assert tally.faults == []


def posted(client, address, body, content_type):
    """A body sent as it is, whatever its type says."""
    return client.generic("POST", address, body.encode(), content_type)


@pytest.mark.cpu(12)
def test_no_body_breaks_an_address(district):
    bodies, tally = list(BODIES.items()), Tally()
    anonymous = Client(raise_request_exception=False)
    for number, (name, address) in enumerate(each for each in addresses() if each[0] != "logout"):
        kind, (body, content_type) = bodies[number % len(bodies)]
        tally.add(f"{name} {kind}", posted(district.office, address, body, content_type))
    for kind, (body, content_type) in bodies:
        for client, address in ((anonymous, "/login/"), (anonymous, "/"), (district.office, "/members/create/")):
            tally.add(f"{address} {kind}", posted(client, address, body, content_type))
    assert tally.faults == []


def test_without_its_own_reading_the_server_would_fail_before_it_answers():
    """The twin: Django's own handler on the request of the next test."""
    with pytest.raises(LookupError):
        WSGIHandler()(hex_request(), lambda status, headers: None)


def hex_request():
    """A request in a character set of which Python makes no text."""
    environ = {"CONTENT_TYPE": "text/plain; charset=hex", "QUERY_STRING": "next=%FF"}
    setup_testing_defaults(environ)
    return environ


def test_the_server_reads_no_other_character_set_than_utf_8():
    """By the application that the server calls, since the test client makes its requests by itself."""
    answered = []
    body = b"".join(application(hex_request(), lambda status, headers: answered.append(status)))
    assert answered == ["400 Bad Request"]
    assert "无法处理这个请求" in body.decode()


def test_a_body_too_large_or_of_too_many_fields_is_refused(district):
    for kind in ("2000 fields", "3 MB"):
        body, content_type = BODIES[kind]
        response = posted(district.office, "/members/create/", body, content_type)
        assert response.status_code in (400, 413)
        assert "无法处理这个请求" in response.content.decode()


def test_other_methods_are_refused_in_words(district):
    for number, (name, address) in enumerate(addresses()):
        response = district.office.generic(METHODS[number % len(METHODS)], address)
        assert (response.status_code, fault(response)) == (405, None), name
        assert response["Allow"] == "GET, HEAD, POST"


@pytest.mark.cpu(6)
def test_a_form_without_the_csrf_token_is_refused(district):
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(district.staff)
    refused = {name: client.post(address, {"name": "章程"}).status_code for name, address in addresses()}
    assert set(refused.values()) == {403}
    assert "地区团委工作台" in client.post("/members/create/", {}).content.decode()


@pytest.mark.parametrize("cookie", [r'"\000\000\000\000\000\000\000\000"', "x" * 8000, "%00" * 8, "é" * 40])
@pytest.mark.parametrize("name", ["sessionid", "csrftoken", "messages"])
def test_no_cookie_breaks_a_page(name, cookie):
    client = Client(raise_request_exception=False)
    for path in ("/", "/login/", "/members/"):
        assert fault(client.get(path, headers={"Cookie": f"{name}={cookie}"})) is None


def test_no_header_breaks_a_page(district):
    tally = Tally()
    for headers in HEADERS:
        for path in ("/login/", "/members/", "/activities/1/", "/ledger/"):
            tally.add(f"{path} {headers}", district.office.get(path, headers=headers))
    assert tally.faults == []
