"""No page, file, option list, count or order of a list reveals data of another committee."""

import re

import pytest
from django.db import transaction

from tests import factories
from tests.crawl import crawled_as, lasting, page_addresses, pages, promised, visited
from tests.latin import latin_words
from tests.markup import unescaped
from tests.viewers import canaries, district, records, shared_people, text_columns, viewers

pytestmark = pytest.mark.django_db

# Those whose roles all lie within the own committee.
BOUND = ["cadre", "hub_operator", "staff", "caseworker", "leader", "administrator", "nobody"]
# The others are looked at with --full.
EVERY_DAY = {"cadre", "hub_operator", "staff", "caseworker"}
# Their lists are also looked at as search forms and sorts make them; with --full everybody's are.
IN_DEPTH = {"hub_operator"}
FOREIGN = re.compile(canaries("foreign"))
# Addresses whose pages name all branches of the district, with the reason.
BRANCHES_NAMED = {
    "/transfer/": "a member may move to any branch; the names of branches are no secret, and nothing else is told",
}
# Columns of text in which no canary is put, with the reason.
WITHOUT_CANARY = {
    "yl_district.Attachment.sha256": "a digest, which no page shows",
    "yl_district.AttachmentPart": "the contents of a file, handed out by its own address alone",
    "reports.ReconciliationRow.digest": "a digest, which no page shows",
    "yl_district.AccessEntry": "what the auditor reads is the whole district's",
    "yl_district.ImportBatch": "imports are the office's alone",
    "yl_district.ImportPart": "the contents of a file, shown to its sender alone",
    "yl_district.AwaitedCell": "what a list had, shown with its record alone",
    "yl_district.KeptResult": "a digest, which no page shows, and ciphertext",
    "members.NamePiece": "a few letters of a name, which no page shows",
    "yl_district.RegisterChange": "the name of a table, which no page shows",
    "yl_district.ImportHeading": "how the office explained a heading",
    "yl_district.ImportAlias": "how the office explained a spelling",
    "yl_district.DatabaseTag": "a random name of the database",
    "yl_district.InstallationFact": "fingerprints and marks of the database, which no page shows",
    "orgs.WholeExport": "what leaders and auditors of the whole district are told of",
    "assistance.CaseDraft": "what its own user alone gets back, under the grants of its file",
    "yl_district.Submission": "digests, which no page shows",
    "orgs.Organisation.path": "a place in the tree",
    "orgs.User.username": "made by the factory; pages show it to administrators beside the name",
    "orgs.User.password": "a hash",
    "orgs.FormerPassword": "hashes",
    "orgs.Invitation": "digests of links, whose state administrators see at the account",
    "activities.SignInCode": "random digits, shown at their activity alone",
    "activities.ActivityType": "the district's own list of types, the same for everybody",
    "activities.Campaign": "the district's own campaigns, the same for everybody",
    "activities.Partner": "with whom the whole district works, the same for everybody",
    "assistance.DistrictProject": "the district's own list of projects, the same for everybody",
    "assistance.VisitPass.token_digest": "a digest, which no page shows",
    "assistance.VisitPass.code_digest": "a digest, which no page shows",
    "assistance.VisitPass.phone_digest": "a digest, which no page shows",
    "activities.QuarterTheme": "the district's own plan, the same for everybody",
    "reports.Target.figure": "the key of a figure",
    "reports.AssessmentItem.figure": "the key of a figure",
    "reports.Comment.figure_key": "the key of a figure",
    "reports.CountedFigure": "a figure's own words, and keys of records",
    "reports.Edition.sha256": "a digest",
    "reports.Edition.witness": "the number and digest of a line of the log",
    "reports.Explanation.check_key": "the key of a check",
    "reports.Explanation.subject": "the key of a record or figure",
    "reports.WordLayout": "layouts are the whole district's",
    "reports.Explanation.digest": "a digest, which no page shows",
}


def reason(model, field):
    """Why a column of text has no canary; None where it has to have one."""
    label = model._meta.label
    return WITHOUT_CANARY.get(label) or WITHOUT_CANARY.get(f"{label}.{field.name}")


def crawled(clients, place, rows, viewer, in_depth=False):
    """What each page and file tells a viewer, by address; whatever the looks themselves have written is taken back."""
    with transaction.atomic():
        found = pages(clients[viewer], place.users[viewer], rows, in_depth=in_depth)
        found = {address: lasting(answer) for address, answer in found}
        transaction.set_rollback(True)
    return found


def without_branches(found):
    """Crawled pages without the choices that name all branches of the district."""
    return {
        address: re.sub(r"<option[^>]*>[^<]*</option>", "", text)
        if any(part in address for part in BRANCHES_NAMED)
        else text
        for address, text in found.items()
    }


def two_committees():
    """Viewers and their clients in a district in which the own committee alone has records, and those records."""
    place = district()
    clients = viewers(place)
    return place, clients, records(place, "own", place.users["cadre"], place.users["caseworker"])


def test_every_column_of_text_holds_a_canary_of_either_side():
    place, _, own = two_committees()
    shared_people(place, own, records(place, "foreign"))
    missing = {
        (f"{model._meta.label}.{field.name}", side)
        for model, field in text_columns()
        for side in ("own", "foreign")
        if not reason(model, field)
        and not any(re.search(canaries(side), getattr(row, field.name) or "") for row in model.objects.all())
    }
    assert missing == set()


@pytest.mark.cpu(76)
@pytest.mark.crawl
@pytest.mark.postgresql
@pytest.mark.parametrize("viewer", crawled_as(BOUND, EVERY_DAY))
def test_no_page_file_count_or_order_tells_of_the_foreign_records(viewer, pytestconfig, promises):
    place, clients, own = two_committees()
    in_depth = viewer in IN_DEPTH or pytestconfig.getoption("full")
    before = without_branches(crawled(clients, place, own, viewer, in_depth))
    shared_people(place, own, records(place, "foreign"))
    after = without_branches(crawled(clients, place, own, viewer, in_depth))
    found = {(address, canary) for address, text in after.items() for canary in FOREIGN.findall(text)}
    differing = {address for address in before | after if before.get(address) != after.get(address)}
    raw = {(address, markup) for address, text in after.items() for markup in unescaped(text)}
    latin = {(address, word) for address, text in after.items() for word in latin_words(address, text)}
    promises.add("A3", pages=len(after))
    assert (found, differing, raw, latin) == (set(), set(), set(), set())
    assert visited(after) == promised(viewer)


def second_committee():
    """A district in which the viewers stand in the second committee, and foreign records where paths hold its own.

    The path of that committee, and that of its branch, stand within the path of a foreign group, not at the beginning.
    """
    place = district(sides=("foreign", "own"))
    place.own.branch = place.own.other_branch
    groups = [factories.make_organisation(f"槐荫{number}组", place.foreign.other_branch) for number in "一二"]
    place.foreign.branch = groups[-1]
    clients = viewers(place)
    own = records(place, "own", place.users["cadre"], place.users["caseworker"])
    shared_people(place, own, records(place, "foreign"))
    return place, clients, own


@pytest.mark.cpu(6)
@pytest.mark.crawl
@pytest.mark.postgresql
@pytest.mark.parametrize("viewer", ["staff", "cadre"])
def test_no_list_of_the_second_committee_tells_of_the_first(viewer):
    place, clients, own = second_committee()
    lists = {address for name, address in page_addresses(place.users[viewer], own) if name.endswith("_list")}
    told = {address: lasting(clients[viewer].get(address)) for address in lists}
    assert {(address, canary) for address, text in told.items() for canary in FOREIGN.findall(text)} == set()
    assert visited(told) == {name for name in promised(viewer) if name.endswith("_list")}


@pytest.mark.full
@pytest.mark.crawl
@pytest.mark.postgresql
@pytest.mark.parametrize("viewer", BOUND)
def test_no_page_or_file_of_the_second_committee_tells_of_the_first(viewer):
    place, clients, own = second_committee()
    told = without_branches(crawled(clients, place, own, viewer))
    assert {(address, canary) for address, text in told.items() for canary in FOREIGN.findall(text)} == set()
    assert visited(told) == promised(viewer)


@pytest.mark.full
@pytest.mark.crawl
@pytest.mark.postgresql
def test_twin_without_the_reach_of_rows_pages_and_files_tell_of_the_foreign_records(monkeypatch):
    monkeypatch.setattr("orgs.models.ReachQuerySet.visible_to", lambda self, user: self)
    place, clients, own = two_committees()
    before = crawled(clients, place, own, "hub_operator")
    shared_people(place, own, records(place, "foreign"))
    after = crawled(clients, place, own, "hub_operator")
    found = {canary for text in after.values() for canary in FOREIGN.findall(text)}
    assert {"秘foreign志愿者", "秘foreign活动"} <= found
    assert before["/volunteers/"] != after["/volunteers/"]
