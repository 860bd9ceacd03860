"""Whatever is thrown at an address: never a 500, and the page is Chinese HTML."""

import re

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import get_resolver
from django.urls.converters import IntConverter

from orgs.access import ACCESS
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
    make_scholarship,
    make_supply,
    make_unit,
    make_unit_contact,
    make_volunteer,
)
from tests.pages import two_branches
from yl_district.errors import model_of

pytestmark = pytest.mark.django_db

HUGE = ["0", "2147483648", "9223372036854775807", "9223372036854775808", "9" * 40, "9" * 5000]
QUERIES = [
    "page=0&sort=nonsense&sort=-&search=%00&year=0&organisation=-1&standing=%00&status=%00&kind=%00",
    "page=-1&sort=person__user__password&search=%ED%A0%80&year=99999999999999999999&organisation=%ED%A0%80&day=%FF",
    f"page={'9' * 5000}&sort=-pk&search=%FF%FE&year=1e9&organisation={'9' * 5000}&held_on=0000-00-00&cadre={'9' * 40}",
    "page[]=1&search[]=a&year[]=2017&organisation[]=1&page=1&page=2&search=a&search=b&year=2017&year=&more&more=",
    f"search={'%25' * 35_000}",
    "%00=%00&%ED%A0%80=%ED%A0%80&=&&&%=%&;&held_on=%00&cadre=%00&branch=%00&next=//example.org&next=%0d%0aX:%20y",
    "&".join(f"a{number}=1" for number in range(1100)),
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
METHODS = ["PUT", "DELETE", "TRACE", "PATCH", "OPTIONS", "PROPFIND"]


@pytest.fixture
def district():
    """A district with a record of each kind, and a client that may open every page."""
    district = two_branches()
    for kind in Role.Kind:
        Role.objects.get_or_create(user=district.staff, organisation=district.root, kind=kind)
    cadre, youth = make_post("陆远", district.here).person, make_assisted_youth(district.here)
    hub, unit = make_hub(district.here), make_unit(branch=district.here)
    link, activity = make_link(cadre), make_activity(district.here)
    make_contact(cadre, [link])
    make_member(branch=district.here)
    make_unit_contact(unit)
    make_supply(district.here)
    make_scholarship()
    make_assistance([youth])
    youth.plans.create(year=2017)
    youth.pairings.create(volunteer=make_volunteer(hub))
    activity.sign_ins.create(person=make_person("秦朗"))
    district.office.raise_request_exception = False
    return district


def patterns():
    """Name and route of every address, with the converters of its parameters."""
    found = []

    def walk(resolver, prefix):
        for each in resolver.url_patterns:
            if hasattr(each, "url_patterns"):
                walk(each, prefix + str(each.pattern))
            elif each.name:
                found.append((each.name, "/" + prefix + str(each.pattern), each.pattern.converters))

    walk(get_resolver(), "")
    return found


def addresses():
    """An address for each pattern, of a record that exists where it has one."""
    return [(name, filled(name, route, converters)) for name, route, converters in patterns()]


def filled(name, route, converters, number=None):
    """The route with its parameters filled in; `number` for the numbers, else the first record's."""
    values = {
        parameter: (number or first_record(name, parameter)) if isinstance(converter, IntConverter) else "x"
        for parameter, converter in converters.items()
    }
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(values[found.group(1)]), route).replace("\\Z", "")


def first_record(name, parameter):
    """The key of the first record that an address can be about, else 1."""
    about = name if parameter == "pk" else parameter
    match = type("Match", (), {"url_name": about if parameter == "pk" else about.replace("_pk", "_pk")})
    model = model_of(match) or {"youth_pk": apps.get_model("assistance", "AssistedYouth")}.get(parameter)
    row = model and model._default_manager.order_by("pk").first()
    return row.pk if row else 1


def fault(response):
    """What is wrong with an answer, or None."""
    if response.status_code >= 500:
        return f"status {response.status_code}"
    if response.status_code in (301, 302, 304) or "attachment" in response.get("Content-Disposition", ""):
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


def test_no_query_string_breaks_a_page(district):
    tally = Tally()
    for name, address in addresses():
        for number, query in enumerate(QUERIES):
            if name != "logout":
                tally.add(f"{name} ?{number}", district.office.get(address, QUERY_STRING=query))
    assert tally.faults == []
    print(f"Bad input: {tally.count} hostile query strings, 0 pages broken")


def test_no_number_in_an_address_breaks_a_page(district):
    tally = Tally()
    for name, route, converters in patterns():
        if any(isinstance(converter, IntConverter) for converter in converters.values()):
            for number in HUGE:
                address = filled(name, route, converters, number)
                for response in (district.office.get(address), district.office.post(address, {"name": "章程"})):
                    assert response.status_code == 404, (name, number[:30])
                    tally.add(f"{name} {number[:30]}", response)
    assert tally.faults == []
    print(f"Bad input: {tally.count} numbers that no record has, 404 each")


@pytest.mark.parametrize(
    "path",
    [
        "%00",
        "%FF",
        "%ED%A0%80",
        "%2e%2e/%2e%2e/etc/passwd",
        "members/%00/",
        "members/-1/",
        "members/１/",
        "members//",
        "a" * 9000,
    ],
)
def test_no_path_breaks_the_site(district, path):
    for client in (district.office, Client(raise_request_exception=False)):
        assert fault(client.get(f"/{path}")) is None
        assert fault(client.post(f"/{path}", {"a": "b"})) is None


def fields_of(client, address):
    """The names of the fields of the form that a page shows."""
    response = client.get(address)
    form = response.context and response.context.get("form")
    return [*form.fields, "version", "submission"] if hasattr(form, "fields") else []


def test_no_value_of_a_field_breaks_a_form(district):
    tally = Tally()
    for name, address in addresses():
        names = fields_of(district.office, address) if ACCESS.get(name) != "signed_in" and name != "logout" else []
        for kind, value in VALUES.items() if names else ():
            tally.add(f"{name} {kind}", district.office.post(address, dict.fromkeys(names, value)))
        if names:
            files = {each: SimpleUploadedFile("章程.xlsx", b"\0\1\2") for each in names}
            tally.add(f"{name} files", district.office.post(address, files))
            tally.add(f"{name} arrays", district.office.post(address, {each: ["", "1", "\0"] for each in names}))
            tally.add(f"{name} nothing", district.office.post(address, {}))
    assert tally.faults == []
    print(f"Bad input: {tally.count} forms of hostile values, 0 broken")


@pytest.mark.parametrize("kind", BODIES)
def test_no_body_breaks_an_address(district, kind):
    body, content_type = BODIES[kind]
    tally = Tally()
    for name, address in addresses():
        if name not in ("logout", "login"):
            tally.add(f"{name} {kind}", district.office.post(address, body, content_type=content_type))
        tally.add(f"{name} {kind} anonymous", Client(raise_request_exception=False).post(address, body, content_type))
    assert tally.faults == []
    print(f"Bad input: {kind} sent to {tally.count} addresses, 0 broken")


def test_a_body_too_large_or_of_too_many_fields_is_refused(district):
    for kind in ("2000 fields", "3 MB"):
        body, content_type = BODIES[kind]
        response = district.office.post("/members/create/", body, content_type=content_type)
        assert response.status_code in (400, 413)
        assert "无法处理这个请求" in response.content.decode()


@pytest.mark.parametrize("method", METHODS)
def test_other_methods_are_refused_in_words(district, method):
    for name, address in addresses():
        response = district.office.generic(method, address)
        assert (response.status_code, fault(response)) == (405, None), name
        assert response["Allow"]


def test_a_form_without_the_csrf_token_is_refused(district):
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(district.staff)
    refused = {name: client.post(address, {"name": "章程"}).status_code for name, address in addresses()}
    assert set(refused.values()) == {403}
    assert "地区团委工作台" in client.post("/members/create/", {}).content.decode()
    print(f"Bad input: {len(refused)} addresses without a CSRF token, 403 each")


@pytest.mark.parametrize("cookie", [r'"\000\000\000\000\000\000\000\000"', "x" * 8000, "%00" * 8, "é" * 40])
@pytest.mark.parametrize("name", ["sessionid", "csrftoken", "messages"])
def test_no_cookie_breaks_a_page(name, cookie):
    client = Client(raise_request_exception=False)
    for path in ("/", "/login/", "/members/"):
        assert fault(client.get(path, headers={"Cookie": f"{name}={cookie}"})) is None


@pytest.mark.parametrize(
    "headers",
    [
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
    ],
)
def test_no_header_breaks_a_page(district, headers):
    for path in ("/login/", "/members/", "/activities/1/", "/ledger/"):
        assert fault(district.office.get(path, headers=headers)) is None
