"""Drafts of forms about cases: under their grants alone, sealed, and gone with them."""

import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import ProgrammingError, transaction
from django.urls import reverse
from django.utils import timezone

from assistance.actions import close_grants
from assistance.models import DRAFTS_KEPT, CaseDraft
from orgs.models import Role
from tests.factories import make_assisted_youth, make_grant, make_organisation, make_user
from tests.pages import browser_of
from tests.project.test_row_security import serving_role
from tests.yl_district.test_encryption import dump
from yl_district.audit.models import AccessEntry
from yl_district.database.actors import Actor, acting_as, whole_case_files

pytestmark = pytest.mark.django_db
TYPED = "秘不宣的家访记录"


@pytest.fixture
def root():
    return make_organisation("清河地区团工委", category="working_committee", domain="office")


@pytest.fixture
def youth(root):
    return make_assisted_youth(root)


@pytest.fixture
def user(root):
    return make_user("周予安", root, Role.Kind.CASEWORKER)


@pytest.fixture
def grant(user, youth):
    return make_grant(user, youth.person)


def address_of(youth):
    return reverse("assisted_youth_update", args=[youth.pk])


def keep(user, address, key="", **fields):
    """The answer to a draft that a page sends."""
    draft = {"at": 1, "place": 0, "address": address, "title": "修改", "stamps": {}, "written": [["需求", TYPED]]}
    draft["fields"] = {"needs": [TYPED]} | fields
    return browser_of(user).post(reverse("case_draft_keep"), {"key": key, "draft": json.dumps(draft)}).json()


def found(user, address):
    return browser_of(user).post(reverse("case_draft_find"), {"address": address}).json()["drafts"]


def test_a_draft_comes_back_to_its_form_alone_and_each_look_is_in_the_log(user, youth, grant):
    key = keep(user, address_of(youth))["key"]
    assert keep(user, address_of(youth), key=key)["key"] == key
    [[found_key, draft]] = found(user, address_of(youth))
    assert (found_key, draft["fields"]) == (key, {"needs": [TYPED]})
    assert AccessEntry.objects.first().subject == "case_draft_find"
    assert found(user, reverse("service_plan_create", args=[youth.pk])) == []
    browser_of(user).post(reverse("case_draft_drop"), {"key": key})
    assert CaseDraft.objects.count() == 0


def test_without_a_grant_there_is_no_draft(user, youth):
    assert "problem" in keep(user, address_of(youth))
    assert CaseDraft.objects.count() == 0


@pytest.mark.parametrize(
    "address", ["/members/", "/nowhere/", "http://[", "/case-grants/create/", "/assistances/7/update/"]
)
def test_of_other_addresses_neither(user, youth, grant, address):
    assert "problem" in keep(user, address)


def test_nobody_else_gets_it(user, youth, grant, root):
    key = keep(user, address_of(youth))["key"]
    other = make_user("沈砚", root, Role.Kind.CASEWORKER)
    make_grant(other, youth.person)
    assert found(other, address_of(youth)) == []
    browser_of(other).post(reverse("case_draft_drop"), {"key": key})
    assert keep(other, address_of(youth), key=key)["key"] != key
    assert len(found(user, address_of(youth))) == 1


def test_with_the_grant_it_ends(user, youth, grant):
    keep(user, address_of(youth))
    browser_of(user).post(reverse("case_grant_end", args=[grant.pk]))
    assert CaseDraft.objects.count() == 0


def test_an_expired_grant_shows_none(user, youth, grant):
    keep(user, address_of(youth))
    grant.expires_on = timezone.localdate() - timedelta(days=1)
    grant.save()
    assert (found(user, address_of(youth)), CaseDraft.objects.count()) == ([], 0)


def test_a_reset_of_the_account_ends_it(user, youth, grant):
    keep(user, address_of(youth))
    close_grants(user)
    assert CaseDraft.objects.count() == 0


def test_an_assistance_hangs_on_the_grants_of_the_youths_it_names(user, youth, grant, root):
    other = make_assisted_youth(root)
    second = make_grant(user, other.person)
    address = reverse("assistance_create")
    keep(user, address, youths=[str(youth.pk)])
    second.end(timezone.localdate())
    assert len(found(user, address)) == 1
    browser_of(user).post(reverse("case_grant_end", args=[grant.pk]))
    assert CaseDraft.objects.count() == 0


def test_after_thirty_days_it_is_gone(user, youth, grant):
    keep(user, address_of(youth))
    CaseDraft.objects.update(kept_at=timezone.now() - DRAFTS_KEPT - timedelta(minutes=1))
    call_command("anonymise_cases", apply=True)
    assert CaseDraft.objects.count() == 0


@pytest.mark.both
def test_a_copy_of_the_database_tells_neither_the_text_nor_whose_file_it_is(user, youth, grant):
    keep(user, address_of(youth))
    copied = dump()
    assert (TYPED in copied, address_of(youth) in copied, CaseDraft.objects.count()) == (False, False, 1)


@pytest.mark.parametrize("sent", ["", "[]", "{}", '{"at": "x"}', "[" * 5000, '{"fields": 3}'])
def test_what_is_no_draft_is_refused(user, grant, sent):
    answer = browser_of(user).post(reverse("case_draft_keep"), {"draft": sent})
    assert (answer.status_code, list(answer.json())) == (400, ["problem"])


@pytest.mark.postgresql(only=True)
def test_the_database_itself_shows_a_draft_to_its_own_user_alone_and_under_a_grant(user, youth, grant, root):
    keep(user, address_of(youth))
    other = make_user("沈砚", root, Role.Kind.CASEWORKER)
    make_grant(other, youth.person)
    with serving_role():
        seen = []
        for actor in (Actor(), Actor(other.pk), Actor(user.pk)):
            with acting_as(actor):
                seen.append(CaseDraft.objects.count())
        with acting_as(Actor(other.pk)), pytest.raises(ProgrammingError), transaction.atomic():
            CaseDraft.objects.create(user=user, content="x")
        with acting_as(Actor(user.pk)), whole_case_files():
            grant.end(timezone.localdate())
        with acting_as(Actor(user.pk)):
            seen.append(CaseDraft.objects.count())
    assert seen == [0, 0, 1, 0]
