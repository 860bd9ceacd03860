"""Acts that ask for a one-time code whatever the role, and how whoever has none comes to it and back."""

from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import reverse

from orgs.access import SECOND_FACTOR_ACTS
from orgs.accounts.second_factor import code_at, current_step
from orgs.roles import RoleKind
from reports.ledger.full_exports import WITH_NAMES, WITH_NUMBERS
from tests.factories import make_organisation, make_report, make_second_factor, make_user
from tests.orgs.sign_in import code_now, give_code, give_password, is_signed_in, signed_in
from tests.pages import browser_of
from yl_district.audit.models import AccessEntry

pytestmark = pytest.mark.django_db

EVERYDAY = ["home", "member_list", "member_export", "ledger", "ledger_export", "import_batch_list", "report_list"]
WHOLE = [f"{kind}_full_export" for kind in ("ledger", *WITH_NUMBERS, *WITH_NAMES)]


@pytest.fixture
def root():
    return make_organisation("清河地区团工委", category="working_committee", domain="office")


@pytest.fixture
def staff(root):
    """The committee's staff, who have no one-time codes."""
    return make_user("林知秋", root)


def set_up(client, address, target=""):
    """Sets up codes on the page at the address; the answer is the page that follows."""
    shown = client.get(address)
    code = code_at(shown.context["form"].secret, current_step())
    sent = {"code": code, "next": target or shown.context["afterwards"] or ""}
    return client.post(reverse("mfa_activate_totp"), sent, follow=True)


def test_these_acts_ask_for_a_code():
    steps = (
        "create detail update wrong_rows mend answer decide alias spellings organisations activity check commit undo"
    )
    imports = {f"import_batch_{step}" for step in [*steps.split(), "delete"]}
    decisions = {"case_grant_decide", "case_grant_round_decide"}
    alone = {"person_printout", "platform_records_full_export", "report_sign"}
    assert {*WHOLE, *imports, *decisions, *alone} == SECOND_FACTOR_ACTS


def test_whoever_has_the_password_alone_takes_no_whole_list(staff):
    client = signed_in(staff)
    answers = [client.get(reverse(url_name)) for url_name in WHOLE]
    answers += [client.post(reverse(url_name), {"reason": "上级核查"}) for url_name in WHOLE]
    assert {answer.url.partition("?")[0] for answer in answers} == {reverse("mfa_activate_totp")}
    assert not AccessEntry.objects.filter(action="export").exists()


def test_twin_without_asking_for_a_code_the_password_alone_comes_to_whole_lists(staff, monkeypatch):
    monkeypatch.setattr("orgs.accounts.second_factor.SECOND_FACTOR_ACTS", frozenset())
    client = signed_in(staff)
    assert {client.get(reverse(url_name)).status_code for url_name in WHOLE} == {200}


def test_everyday_pages_ask_for_no_code(staff):
    client = signed_in(staff)
    assert {client.get(reverse(url_name)).status_code for url_name in EVERYDAY} == {200}


def test_whoever_has_no_codes_sets_them_up_and_comes_back_to_the_page(staff):
    client, wanted = signed_in(staff), f"{reverse('import_batch_create')}?kind=members"
    led = client.get(wanted)
    assert led.url == f"{reverse('mfa_activate_totp')}?next=%2Fimports%2Fnew%2F%3Fkind%3Dmembers"
    assert "须先启用动态口令。只需设置一次，完成后自动回到刚才的页面；" in client.get(led.url).content.decode()
    codes = set_up(client, led.url)
    assert (codes.status_code, len(codes.context["unused_codes"])) == (200, 10)
    assert f'href="{wanted}"' in codes.content.decode()
    assert client.get(wanted).status_code == 200


@pytest.mark.parametrize("target", ["https://example.org/", "//example.org", "javascript:alert(1)"])
def test_setting_up_leads_nowhere_else(staff, target):
    client = signed_in(staff)
    codes = set_up(client, f"{reverse('mfa_activate_totp')}?next={target}", target)
    assert codes.context["afterwards"] is None
    assert "example.org" not in codes.content.decode()


def test_a_session_from_before_the_codes_is_asked_for_one(staff):
    client = signed_in(staff)
    make_second_factor(staff)
    wanted = reverse("import_batch_create")
    led = client.get(wanted)
    assert led.url == f"{reverse('mfa_reauthenticate')}?next=%2Fimports%2Fnew%2F"
    assert client.post(led.url, {"code": "000000x", "next": wanted}).status_code == 200
    assert client.get(wanted).url == led.url
    assert client.post(led.url, {"code": code_now(), "next": wanted}).url == wanted
    assert client.get(wanted).status_code == 200


def test_whoever_signed_in_with_a_code_is_asked_for_no_other(staff):
    make_second_factor(staff)
    assert signed_in(staff).get(reverse("import_batch_create")).status_code == 200


def test_what_is_sent_without_a_code_leads_back_to_the_page_it_stood_on(staff):
    client = signed_in(staff)
    act, page = reverse("import_batch_commit", args=[1]), reverse("import_batch_detail", args=[1])
    for sent_from, back in [
        (f"http://testserver{page}?show=new", f"{page}?show=new"),
        ("http://example.org/imports/", reverse("home")),
        ("", reverse("home")),
    ]:
        answer = client.post(act, HTTP_REFERER=sent_from)
        assert answer.url == f"{reverse('mfa_activate_totp')}?next={quote(back, safe='')}"
    assert "完成后请重新提交。" in client.get(reverse("mfa_activate_totp")).content.decode()


def test_cadres_are_asked_when_they_sign_and_leaders_when_they_decide(root):
    branch = make_organisation("柳林社区团支部", root)
    cadre, leader = make_user("陆远", branch, RoleKind.CADRE), make_user("顾清", root, RoleKind.LEADER)
    sign, decide = (
        reverse("report_sign", args=[make_report(branch).pk]),
        reverse("case_grant_decide", args=[1]),
    )
    assert signed_in(cadre).get(sign).url.startswith(reverse("mfa_activate_totp"))
    assert signed_in(leader).get(decide).url.startswith(reverse("mfa_activate_totp"))
    assert browser_of(cadre).get(sign).status_code == 200
    assert signed_in(cadre).get(decide).status_code == 404


def test_giving_up_the_codes_ends_every_session_and_the_acts(staff):
    make_second_factor(staff)
    first, second = signed_in(staff), signed_in(staff, ahead=1)
    first.post(reverse("mfa_deactivate_totp"))
    assert [is_signed_in(client) for client in (first, second)] == [False, False]
    assert AccessEntry.objects.filter(action="account").first().detail == "本人停用动态口令"
    assert signed_in(staff).get(reverse("import_batch_create")).status_code == 302


def test_a_recovery_code_opens_the_acts_too(staff):
    client = signed_in(staff)
    code = set_up(client, reverse("mfa_activate_totp")).context["unused_codes"][0]
    again = Client()
    give_password(again, staff.username)
    give_code(again, code)
    assert again.get(reverse("import_batch_create")).status_code == 200
