"""Files and pages contain masked numbers and names and no case files, and are logged before they are sent."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse

from members.models import Person
from tests.crawl import crawled_as, page_addresses, promised, said, visited
from tests.factories import minor_birth_date
from tests.markup import unescaped
from tests.orgs.sign_in import signed_in_by_code
from tests.pages import answer_of_file
from tests.project.test_access import golden
from tests.viewers import MARKUP, VIEWERS, district, identity_number, phone, records, viewers
from yl_district.audit.models import AccessEntry
from yl_district.validators import validate_identity_number

pytestmark = pytest.mark.django_db

BORN = minor_birth_date()
MOBILE = re.compile(r"(?<![0-9A-Za-z.])1[3-9]\d{9}(?![0-9A-Za-z])")
NUMBER = re.compile(r"(?<![0-9A-Za-z])\d{17}[\dXx](?![0-9A-Za-z])")
FULL = re.compile("/ledger/export/full/|/exports/full/")
CASE_TEXTS = re.compile(
    "秘(?:own|foreign)(?:学校|监护人|需求|个案|目标|措施|需求评估|帮扶|捐助|奖学金|理由|年级|困难类型)"
)
# Files by those who may take them; the full ledger asks who it is once more.
AT_HUBS = {f"{kind}_export" for kind in ("hub", "volunteer", "activity", "campaign", "partner", "figure", "attachment")}
KEPT_BY_ALL = AT_HUBS | {
    f"{kind}_export"
    for kind in ("organisation", "unit", "unit_change", "unit_contact", "supply", "member", "post", "link", "contact")
}
WITH_MASKS = {"unit", "member", "post", "volunteer", "link", "contact", "platform_entry"}
# Pages to whoever has just said who it is, as all have who have signed in by a code.
CONFIRMED = {"case_retention", "person_printout"}
DOCUMENTS = {"summary_export", "summary_poster_export", "edition_export"}
TAKEN_BY = {
    "cadre": DOCUMENTS | KEPT_BY_ALL,
    "hub_operator": {"summary_export", "summary_poster_export"} | AT_HUBS,
    "staff": DOCUMENTS | KEPT_BY_ALL | {"assessment_export"},
    "caseworker": {"pairing_pledge"},
    "leader": DOCUMENTS,
    "administrator": {"organisation_export"},
    "office": DOCUMENTS
    | {"ledger_template", "ledger_export", "ledger_full_export"}
    | KEPT_BY_ALL
    | {"word_layout_template", "word_layout_download"}
    | {"target_export", "assessment_export", "platform_entry_export", "platform_records_full_export"}
    | {f"{kind}_full_export" for kind in WITH_MASKS},
}


# The others are looked at with --full.
EVERY_DAY = {"hub_operator", "caseworker", "leader", "office"}


@pytest.fixture(autouse=True)
def many_exports(settings):
    """As many whole lists as these tests take, from one account."""
    settings.WHOLE_EXPORTS_PER_HOUR = 1000


def young_district():
    """A district in which everybody registered is a minor with a name of their own, an identity and a mobile number."""
    place = district()
    clients = viewers(place)
    rows = records(place, "own", place.users["cadre"], place.users["caseworker"])
    records(place, "foreign")
    for person in Person.objects.all():
        person.name, person.birth_date = f"褚小{chr(0x4E00 + person.pk)}{place.markup}", BORN
        person.identity_number, person.mobile = identity_number("own", BORN), phone("own")
        person.save()
    clients |= {viewer: signed_in_by_code(place.users[viewer]) for viewer in ("office", "staff")}
    return place, clients, rows


def numbers_in(text):
    """Whole identity numbers, right to the check digit, and whole mobile numbers."""
    return set(filter(is_identity_number, NUMBER.findall(text))) | set(MOBILE.findall(text))


def is_identity_number(text):
    """Whether the text is a number that somebody can have."""
    try:
        validate_identity_number(text.upper())
    except ValidationError:
        return False
    return True


def names_of_minors():
    """The whole names of everybody registered, which pages escape from their markup on."""
    return re.compile("|".join(person.name.removesuffix(MARKUP) for person in Person.objects.all()))


def answers(client, user, rows):
    """Every page and file that the user gets, as (name of the address, address, answer)."""
    for url_name, address in page_addresses(user, rows):
        with transaction.atomic():
            answer = answer_of_file(client, address)
            transaction.set_rollback(True)
        if answer.status_code == 200:
            yield url_name, address, answer


def is_file(answer):
    """Whether the answer is a file that leaves."""
    return "attachment" in answer.get("Content-Disposition", "")


@pytest.mark.cpu(22)
@pytest.mark.crawl
@pytest.mark.parametrize("viewer", crawled_as([viewer for viewer in VIEWERS if viewer != "anonymous"], EVERY_DAY))
def test_no_page_or_file_holds_a_whole_number_or_a_minors_name(viewer, promises):
    place, clients, rows = young_district()
    names, pages, files, found, whole, raw = names_of_minors(), set(), set(), set(), set(), set()
    for url_name, address, answer in answers(clients[viewer], place.users[viewer], rows):
        text = said(answer)
        pages.add(address)
        raw |= {(address, markup) for markup in unescaped(text)}
        if is_file(answer):
            files.add(url_name)
            found |= {(address, case) for case in CASE_TEXTS.findall(text)}
        if not FULL.match(address):
            found |= {(address, each) for each in numbers_in(text) | set(names.findall(text))}
        elif numbers_in(text) or names.findall(text):
            whole.add(url_name)
    promises.add("D3", pages=len(pages))
    assert (found, files, raw) == (set(), TAKEN_BY.get(viewer, set()), set())
    confirmed = {name for name in CONFIRMED if golden()[name][viewer] == "away"}
    assert visited(pages) == promised(viewer) | confirmed | {name for name in files if name.endswith("_full_export")}
    assert whole == {url_name for url_name in files if url_name.endswith("_full_export")} - {
        "platform_entry_full_export"
    }


def test_twin_without_masks_pages_and_files_hold_whole_numbers_and_names(monkeypatch):
    _, clients, _ = young_district()
    names = names_of_minors()
    for module in ("yl_district.pages.tables", "yl_district.sheets.exporting_rows", "yl_district.templatetags.yl"):
        monkeypatch.setattr(f"{module}.masked", lambda number: str(number or ""))
    monkeypatch.setattr(Person, "shown_name", property(lambda person: person.name))
    for address in ("/members/", "/ledger/export/", "/links/export/"):
        text = said(clients["office"].get(address))
        assert numbers_in(text) and names.findall(text)


def file_addresses(place, rows):
    """Every file of every viewer, as (viewer, address)."""
    for viewer, kinds in TAKEN_BY.items():
        for url_name, address in page_addresses(place.users[viewer], rows):
            if url_name in kinds:
                yield viewer, address


@pytest.mark.cpu(20)
@pytest.mark.crawl
def test_each_file_has_its_line_in_the_access_log(promises):
    place, clients, rows = young_district()
    files = list(file_addresses(place, rows))
    for viewer, address in files:
        answer = answer_of_file(clients[viewer], address)
        line = AccessEntry.objects.first()
        assert is_file(answer)
        assert (line.action, line.user_id) == ("export", place.users[viewer].pk)
        assert AccessEntry.objects.filter(action="export").count() == files.index((viewer, address)) + 1
    promises.add("D3", files=len(files))


@pytest.mark.cpu(24)
@pytest.mark.crawl
def test_no_byte_of_a_file_leaves_where_the_log_takes_no_line(request, promises):
    place, clients, rows = young_district()
    files = list(file_addresses(place, rows))
    request.getfixturevalue("broken_log")
    for viewer, address in files:
        with transaction.atomic():
            answer = answer_of_file(clients[viewer], address)
            transaction.set_rollback(True)
        assert (answer.status_code, is_file(answer)) == (503, False)
        assert b"PK\x03\x04" not in answer.content and b"\xef\xbb\xbf" not in answer.content
    promises.add("E1", files=len(files))


def test_full_exports_ask_once_more_who_it_is():
    place = district()
    client = viewers(place)["office"]
    for kind in ["ledger", *WITH_MASKS]:
        answer = client.get(reverse(f"{kind}_full_export"))
        assert (answer.status_code, answer.url.partition("?")[0]) == (302, reverse("account_reauthenticate"))
