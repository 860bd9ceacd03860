"""Every role opens exactly the addresses that the access table allows, and the rows within its scope."""

import re
from copy import copy
from functools import cache
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.urls import get_resolver, reverse

from orgs.access import ACCESS, PUBLIC, SIGNED_IN, is_allowed
from orgs.models import Role
from orgs.roles import RoleKind
from tests import factories
from tests.links import closed_links, links_of
from tests.markup import unescaped_in_page
from tests.pages import browser_of
from tests.viewers import VIEWERS, district, records, viewers

pytestmark = pytest.mark.django_db

ABSENT = 987_654
GOLDEN = Path(__file__).with_name("golden") / "access.txt"
# The viewers by the headings of its columns.
COLUMNS = {
    "anon": "anonymous",
    "cadre": "cadre",
    "hub": "hub_operator",
    "staff": "staff",
    "case": "caseworker",
    "lead": "leader",
    "admin": "administrator",
    "audit": "auditor",
    "office": "office",
    "nobody": "nobody",
    "r-lead": "root_leader",
    "r-admin": "root_administrator",
    "s-admin": "staff_administrator",
}
# Whose columns are like those of other viewers but for a few lines.
KIN = {"root_leader": "leader", "root_administrator": "administrator", "staff_administrator": "staff"}
STATUSES = {"page": 200, "away": 302, "form": 405, "none": 404, "gone": 410, ".": 404}
KEPT_BY_ALL = {"campaign_proof", "organisation", "liaison", "unit", "unit_change", "unit_contact", "supply"} | {
    *("person", "member", "proposal", "post", "verification", "verification_round")
}
AT_HUBS = {
    "hub",
    "hub_staff",
    "volunteer",
    "volunteer_person",
    "team_member",
    "activity",
    "planned_activity",
    "sign_in",
} | {
    "attachment",
    # One for all.
    "campaign",
    "partner",
}
REPORTS = {"report", "section", "explanation", "edition", "comment"}
ASSESSMENTS = {"assessment", "assessment_item"}
GRANTS = {"case_grant", "case_request", "case_grant_round"}
CASES = {
    "assisted_youth",
    "service_plan",
    "plan_measure",
    "needs_talk",
    "pairing",
    "visit",
    "assistance",
    "assistance_receipt",
    "project_application",
    "suggested_activity",
    "scholarship",
}
# What each viewer sees of its own committee; of the other committee only the office sees anything.
SEEN = {
    "cadre": KEPT_BY_ALL | AT_HUBS | REPORTS | {"link", "contact"},
    "hub_operator": AT_HUBS,
    "staff": KEPT_BY_ALL
    | AT_HUBS
    | REPORTS
    | ASSESSMENTS
    | {"cadre", "link", "contact", *GRANTS}
    | {"district_project"},
    "caseworker": CASES | GRANTS | {"district_project"},
    "leader": GRANTS | {"report", "edition", "comment"} | ASSESSMENTS,
    "administrator": {"organisation", "account"},
    "auditor": set(),
    "office": KEPT_BY_ALL
    | AT_HUBS
    | {"cadre", "link", "contact"}
    | GRANTS
    | {"hub_year", "activity_type", "target", "platform_entry", "district_project"}
    | {"platform_layout", "platform_batch", "reconciliation"}
    | REPORTS
    | ASSESSMENTS
    | {"import_batch", "word_layout", "namesakes", "person_merge"},
    "nobody": set(),
}
# Of what is seen, these pages take less: a decision is for somebody else, a file begins with one's own grant.
ONLY_FOR = {
    "proposal_decide": {"staff", "office"},
    "proposal_withdraw": {"cadre"},
    "verification_round_update": {"staff", "office"},
    "verification_round_close": {"staff", "office"},
    "case_grant_decide": {"staff", "leader", "office"},
    "case_grant_round_decide": {"staff", "leader", "office"},
    "assisted_youth_create": {"caseworker"},
    "scholarship_create": {"caseworker"},
}
# Pages about the visitor alone, and those that ask who it is before they look anything up.
ABOUT_ONESELF = {
    "first_run",
    "invitation_accept",
    # Not found where the form names no list.
    "list_search",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "record_revert",
    "awaited_cell_dismiss",
    "sign_in_dismiss",
    "user_session_end",
}
# They take no forms, whatever the record.
READ_ONLY = {
    *("record_history", "record_readers", "import_batch_detail", "import_batch_wrong_rows"),
    *("attachment_export", "help_list", "help_detail"),
    *("comment_detail", "assessment_detail", "assessment_item_detail", "platform_layout_detail"),
    *("edition_detail", "edition_figure", "edition_export", "word_layout_download", "sign_in_code_detail"),
    *("report_material", "report_number"),
    "pairing_pledge",
    "unit_pipeline",
}
# They take nothing but forms.
SENT_ONLY = {
    *("case_draft_keep", "case_draft_find", "case_draft_drop"),
    *(
        "report_text",
        "report_variant",
        "section_move",
        "section_preview",
        "list_search",
        "notices_read",
        "sign_in_code_close",
        "unit_contact_log",
    ),
    *(f"import_batch_{name}" for name in ("alias", "answer", "check", "commit", "decide", "delete", "spellings")),
}
# As whom every day is asked for what the table does not give; with --full as everybody. Before any view it is one
# middleware that refuses, and it asks the table, which is compared for all viewers.
REFUSED = {"anonymous", "nobody"}
# As whom what the table gives is asked for every day, and whose records; with --full as everybody. What does not exist
# answers like what is foreign, which has a test of its own.
ASKING = ["anonymous", "cadre", "hub_operator", "staff", "caseworker", "auditor", "nobody"]
ASKED_FOR = ["own", "foreign"]
ARGUMENTS = {"key": "sessions", "kind": "json", "uid": "x", "token": "x", "number": 0, "place": 0, "year": 2018}
TAKEN = {200, 302, 400, 405, 409, 410, 422}


def addresses():
    """Every named address of the site with the names of its arguments."""
    found = {}

    def walk(patterns):
        for pattern in patterns:
            if hasattr(pattern, "url_patterns"):
                walk(pattern.url_patterns)
            else:
                found[pattern.name] = list(pattern.pattern.converters) or list(pattern.pattern.regex.groupindex)

    walk(get_resolver().url_patterns)
    return found


def kind_of(url_name, argument):
    """The kind of record that an argument of an address names."""
    if url_name == "sign_in_code_create":
        return "planned_activity"
    if argument != "pk":
        named = {"grant_pk": "case_grant", "youth_pk": "assisted_youth", "twin_pk": "volunteer_person"}
        named |= {"plan_pk": "service_plan"}
        return named.get(argument, argument.removesuffix("_pk"))
    kind = url_name.rsplit("_", 1)[0]
    special = {"case_grant_decide": "case_request", "record_unmask": "volunteer_person"}
    special |= {"import_batch_wrong_rows": "import_batch", "attachment_create": "activity"}
    special |= {"platform_records_full_export": "platform_layout"}
    special |= dict.fromkeys(["namesakes_create", "person_merge_create", "person_twin_list"], "person")
    special |= dict.fromkeys(["activity_hold", "activity_cancel"], "planned_activity")
    return special.get(url_name, {"record": "member"}.get(kind, kind))


def arguments(url_name, names, rows):
    """The arguments that lead to a record; `rows` None leads to what does not exist."""
    given = {name: ARGUMENTS[name] for name in names if name in ARGUMENTS}
    if url_name.startswith("record_"):
        given["kind"] = "member" if url_name != "record_unmask" else "person"
    if url_name == "attachment_create":
        given["kind"] = "activity"
    for name in names:
        if name == "pk" or name.endswith("_pk"):
            row = rows and rows.get(kind_of(url_name, name))
            given[name] = row.pk if row else ABSENT
    return given


def asked(client, method, address):
    """The answer to a request whose changes are taken back at once, a sign-out's included."""
    cookies = copy(client.cookies)
    with transaction.atomic():
        answer = getattr(client, method)(address)
        transaction.set_rollback(True)
    client.cookies = cookies
    return answer


def body(answer):
    """What an answer says, but for what is new in each of them."""
    return re.sub(rb'(nonce|value|data-left|csrf[a-z]*)="[^"]*"', b"", answer.content)


@pytest.mark.cpu(3)
def test_every_address_has_its_line_in_the_table_and_every_line_its_address():
    named = set(addresses())
    assert (named - set(ACCESS), set(ACCESS) - named) == (set(), set())


@cache
def golden():
    """What a GET answers to each viewer in a word, by address, as the file kept by hand says it."""
    lines = [line.split() for line in GOLDEN.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    (_, *headings), *rows = lines
    return {
        url_name: {COLUMNS[heading]: word for heading, word in zip(headings, words, strict=True)}
        for url_name, *words in rows
    }


def all_viewers(place):
    """A client for each viewer of the golden file; each user stands in `place.users` by the same name."""
    clients = viewers(place)
    roles = {
        "root_leader": [(place.root, RoleKind.LEADER)],
        "root_administrator": [(place.root, RoleKind.ADMINISTRATOR)],
        "staff_administrator": [(place.own.committee, kind) for kind in (RoleKind.ADMINISTRATOR, RoleKind.STAFF)],
    }
    for name, (first, *others) in roles.items():
        place.users[name] = factories.make_user(f"用户{name}", *first)
        for organisation, kind in others:
            Role.objects.create(user=place.users[name], organisation=organisation, kind=kind)
        clients[name] = browser_of(place.users[name])
    return clients


def test_the_access_table_lets_in_exactly_whom_the_golden_file_names():
    place = district()
    all_viewers(place)
    users = {"anonymous": AnonymousUser()} | place.users
    table = {name: {viewer: is_allowed(user, name) for viewer, user in users.items()} for name in addresses()}
    named = {name: {viewer: word != "." for viewer, word in words.items()} for name, words in golden().items()}
    assert table == named, "\n".join(differing_lines(table, named))


def differing_lines(table, named):
    """The lines in which the access table and the golden file differ, in words."""
    for name in sorted(table.keys() | named.keys()):
        lets_in, names = (
            {viewer for viewer, is_in in lines.get(name, {}).items() if is_in} for lines in (table, named)
        )
        if lets_in != names:
            yield f"{name}: more than the golden file {sorted(lets_in - names)}, less {sorted(names - lets_in)}"


@pytest.mark.parametrize("viewer", KIN)
def test_whoever_differs_from_a_kin_gets_what_the_golden_file_says(viewer):
    place = district()
    client = all_viewers(place)[viewer]
    rows = records(place, "own", place.users["cadre"], place.users["caseworker"])
    names = {
        name: words for name, words in addresses().items() if golden()[name][viewer] != golden()[name][KIN[viewer]]
    }
    pages = {name: address_of(name, names[name], rows) for name in names}
    answers = {name: asked(client, "get", address) for name, address in pages.items()}
    got = {name: answer.status_code for name, answer in answers.items()}
    assert got == {name: STATUSES[golden()[name][viewer]] for name in names}
    links = {link for name, answer in answers.items() if got[name] == 200 for link in links_of(pages[name], answer)}
    assert closed_links(place.users[viewer], links) == set()


def address_of(url_name, names, rows):
    """The address of this name about records of `rows`."""
    return reverse(url_name, kwargs=arguments(url_name, names, rows))


def expected(viewer, url_name, names, side):
    """Whether the viewer gets the page of a record of this side."""
    kinds = [kind_of(url_name, name) for name in names if name == "pk" or name.endswith("_pk")]
    if not kinds or url_name in ABOUT_ONESELF:
        return True
    if viewer not in ONLY_FOR.get(url_name, {viewer}):
        return False
    anywhere = viewer == "office" or kinds in (["activity_type"], ["campaign"], ["partner"], ["district_project"])
    within = side == "own" or (side == "foreign" and anywhere)
    return within and set(kinds) <= SEEN[viewer]


def right_answers(viewer, method, url_name, names, side):
    """The statuses of a right answer."""
    word = golden()[url_name][viewer]
    if viewer == "anonymous" and word == ".":
        return {302}
    if word == "." or (method, side) == ("get", "own"):
        return {STATUSES[word]}
    if url_name in (READ_ONLY if method == "post" else SENT_ONLY):
        return {405}
    if expected(viewer, url_name, names, side):
        return TAKEN | ({404} if url_name in ABOUT_ONESELF else set())
    return {404}


def is_right(answer, viewer, method, url_name, names, side):
    """Whether the viewer gets what the golden file and the reach of rows give; the anonymous are led to the sign-in."""
    is_led = viewer != "anonymous" or golden()[url_name][viewer] != "." or answer.url.startswith(reverse("login"))
    return is_led and answer.status_code in right_answers(viewer, method, url_name, names, side)


@pytest.mark.cpu(60)
@pytest.mark.crawl
def test_every_viewer_gets_exactly_what_the_golden_file_and_the_reach_of_rows_give(promises, pytestconfig):
    place = district()
    clients = viewers(place)
    sides = {
        "own": records(place, "own", place.users["cadre"], place.users["caseworker"]),
        "foreign": records(place, "foreign"),
        "absent": None,
    }
    is_full = pytestconfig.getoption("full")
    asking, asked_for = (VIEWERS, list(sides)) if is_full else (ASKING, ASKED_FOR)
    asks, differences, refusals, raw, closed = 0, [], set(), set(), set()
    for viewer in asking:
        links = set()
        for url_name, names in addresses().items():
            is_open = viewer != "anonymous" and golden()[url_name][viewer] != "."
            if not is_open and viewer not in REFUSED and not is_full:
                continue
            has_record = any(name == "pk" or name.endswith("_pk") for name in names)
            for side in asked_for if is_open and has_record else ["own"]:
                address = address_of(url_name, names, sides[side])
                for method in ("get", "post"):
                    answer = asked(clients[viewer], method, address)
                    asks += 1
                    raw |= {(viewer, method, address, markup) for markup in unescaped_in_page(answer)}
                    if (method, answer.status_code) == ("get", 200):
                        links |= links_of(address, answer)
                    if answer.status_code == 404 and url_name not in ABOUT_ONESELF:
                        refusals.add(body(answer))
                    if not is_right(answer, viewer, method, url_name, names, side):
                        differences.append((viewer, method, url_name, side, answer.status_code))
        closed |= {(viewer, link) for link in closed_links(place.users.get(viewer, AnonymousUser()), links)}
    promises.add("A1", addresses=len(addresses()), viewers=len(asking), requests=asks)
    assert differences == [], "\n".join(map(str, differences))
    assert closed == set()
    assert (len(refusals), raw) == (1, set())


def test_whatever_is_not_found_has_one_wording():
    """The page itself, which crawls leave out; what the address or the exception says makes no difference to it."""
    place = district()
    clients = viewers(place)
    foreign = records(place, "foreign")["member"]
    details = [reverse("member_detail", args=[pk]) for pk in (foreign.pk, ABSENT)]
    closed = [reverse("access_entry_list"), reverse("assisted_youth_detail", args=[ABSENT]), "/nothing/"]
    answers = [
        asked(clients[viewer], method, address)
        for viewer in ("cadre", "staff", "administrator", "nobody")
        for method in ("get", "post")
        for address in [*details, *closed]
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({body(answer) for answer in answers}) == 1


def test_twin_without_the_reach_of_rows_the_crawl_sees_foreign_records(monkeypatch):
    place = district()
    clients = viewers(place)
    rows = records(place, "foreign")
    address = reverse("member_detail", args=[rows["member"].pk])
    assert clients["cadre"].get(address).status_code == 404
    monkeypatch.setattr("orgs.models.ReachQuerySet.visible_to", lambda self, user: self.all())
    assert "秘foreign单位" in clients["cadre"].get(address).content.decode()


def test_twin_without_the_table_the_crawl_finds_pages_of_others(monkeypatch):
    place = district()
    clients = viewers(place)
    assert clients["auditor"].get(reverse("activity_type_list")).status_code == 404
    monkeypatch.setattr("orgs.access.is_allowed", lambda user, url_name: True)
    assert clients["auditor"].get(reverse("activity_type_list")).status_code == 200


def test_an_address_without_a_line_opens_to_nobody(monkeypatch):
    place = district()
    clients = viewers(place)
    monkeypatch.delitem(ACCESS, "member_list")
    assert {clients[viewer].get(reverse("member_list")).status_code for viewer in place.users} == {404}


def test_beside_roles_the_table_knows_few_words():
    kinds = set().union(*ACCESS.values())
    words = {"committee", "root_administrator", "root_leader", "case_keeper"}
    assert kinds - PUBLIC - SIGNED_IN == {*SEEN.keys() - {"office", "nobody"}, *words}


def test_types_of_activities_are_kept_by_the_district_alone():
    place = district()
    viewers(place)
    root = factories.make_user("区管理员", place.root, RoleKind.ADMINISTRATOR)
    keepers = {"administrator": place.users["administrator"], "office": place.users["office"], "root": root}
    opened = {name: browser_of(user).get(reverse("activity_type_list")).status_code for name, user in keepers.items()}
    assert opened == {"administrator": 404, "office": 200, "root": 200}
