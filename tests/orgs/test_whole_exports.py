"""Whole lists and ledgers leave for a reason, so many an hour, and leaders and auditors are told of them."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse
from django.utils import timezone

from orgs.models import WholeExport
from orgs.roles import RoleKind
from reports.ledger.full_exports import WITH_NAMES, WITH_NUMBERS
from tests.factories import PASSWORD, make_member, make_organisation, make_user
from tests.orgs.sign_in import code_now, signed_in_by_code
from tests.pages import answer_of_file, browser_of, page
from tests.races import at_once
from yl_district.audit.models import AccessEntry

pytestmark = pytest.mark.django_db

WHOLE = [f"{kind}_full_export" for kind in (*WITH_NUMBERS, *WITH_NAMES, "ledger")]
ADDRESS, LEDGER = "/exports/full/member/", "/ledger/export/full/"


@pytest.fixture
def root():
    return make_organisation("清河地区团工委", category="working_committee", domain="office")


@pytest.fixture
def staff(root):
    return make_user("林知秋", root)


@pytest.fixture
def office(staff):
    """The committee's staff, who has just signed in with a code that was set up long ago."""
    client = signed_in_by_code(staff)
    Authenticator.objects.update(created_at=timezone.now() - timedelta(days=8))
    return client


def told():
    """What there is a notice of, the first one first."""
    return list(WholeExport.objects.filter(is_told=True).order_by("pk").values_list("what", "row_count", "is_refused"))


def files():
    """What the access log says of files, the first one first."""
    return list(AccessEntry.objects.filter(action="export").order_by("number").values_list("subject", "detail"))


def test_a_whole_list_asks_for_a_reason_which_the_log_keeps(office, root):
    make_member("顾清", root)
    asked = office.get(f"{ADDRESS}?status=normal")
    assert asked.status_code == 200
    assert "并告知主管领导和审计员；请勿写入个人的姓名、号码。" in asked.content.decode()
    for reason, words in [
        ("", "请填写导出理由。"),
        ("看看", "不少于 4 个字。"),
        ("核对 13800138000 的资料", "理由中有像个人号码的数字"),
    ]:
        refused = office.post(ADDRESS, {"reason": reason})
        assert (refused.status_code, "没有导出：有 1 处需要改正。" in refused.content.decode()) == (200, True)
        assert (words in refused.content.decode() and f'value="{reason}"' in refused.content.decode()) or not reason
    assert (files(), WholeExport.objects.count()) == ([], 0)
    answer = office.post(f"{ADDRESS}?status=normal", {"reason": " 上级  核查 "})
    assert "attachment" in answer["Content-Disposition"]
    [(subject, detail)] = files()
    assert subject == f"团员{timezone.localdate():%Y%m%d}.xlsx"
    assert detail == "列表 团员；在册情况：在册；团籍状态：正常；1 条；xlsx；理由：上级 核查"


def test_what_was_typed_stays_where_the_password_is_asked_for_meanwhile(staff):
    client = browser_of(staff)
    answer = client.post(ADDRESS, {"reason": "年度总结"})
    assert answer.url == f"{reverse('account_reauthenticate')}?next=%2Fexports%2Ffull%2Fmember%2F"
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": ADDRESS})
    assert 'value="年度总结"' in client.get(ADDRESS).content.decode()
    assert files() == []


def test_a_script_with_the_password_alone_gets_nothing_and_one_with_a_code_five_that_are_told_of(staff, root, promises):
    leader = browser_of(make_user("顾清", root, RoleKind.LEADER))
    office = signed_in_by_code(staff)
    answers = [answer_of_file(office, reverse(url_name)) for url_name in WHOLE]
    taken = [answer.status_code for answer in answers].count(200)
    promises.add("D5", asked=len(answers), taken=taken)
    assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 3
    assert 3590 < int(answers[-1]["Retry-After"]) <= 3600
    assert "没有导出：每个账号一小时内最多完整导出 5 次，请在 " in answers[-1].content.decode()
    assert [is_refused for _, _, is_refused in told()] == [False] * 5 + [True]
    assert len(files()) == 5
    shown = page(leader, "home")
    assert "重要操作通知：6 项未阅" in shown and "次数过多，未导出：" in shown and "动态口令新近启用" in shown


def test_twin_without_a_budget_all_are_taken(staff, settings):
    settings.WHOLE_EXPORTS_PER_HOUR = 1000
    office = signed_in_by_code(staff)
    assert [answer_of_file(office, reverse(url_name)).status_code for url_name in WHOLE] == [200] * 8


def test_an_hour_later_and_by_others_more_are_taken(office, root):
    for _ in range(6):
        last = answer_of_file(office, ADDRESS)
    assert last.status_code == 429
    other = signed_in_by_code(make_user("程安", root))
    assert answer_of_file(other, ADDRESS).status_code == 200
    WholeExport.objects.update(at=timezone.now() - timedelta(minutes=59))
    assert answer_of_file(office, ADDRESS).status_code == 429
    WholeExport.objects.update(at=timezone.now() - timedelta(minutes=60))
    assert answer_of_file(office, ADDRESS).status_code == 200


def test_many_rows_and_every_ledger_are_told_of_and_small_lists_are_not(office, root, settings):
    settings.NOTICE_ROWS = 2
    make_member("顾清", root)
    answer_of_file(office, ADDRESS)
    make_member("秦朗", root)
    answer_of_file(office, ADDRESS)
    answer_of_file(office, f"{LEDGER}?year=2017")
    assert told() == [("团员", 2, False), ("年度台账2017", 3, False)]
    assert files()[-1] == ("年度工作台账2017.xlsx", "年度工作台账2017.xlsx；理由：上级核查")


def test_whoever_has_only_just_set_up_codes_is_told_of_whatever_they_take(staff, root):
    make_member("顾清", root)
    answer_of_file(signed_in_by_code(staff), ADDRESS)
    assert told() == [("团员", 1, False)]


def test_many_records_shown_whole_one_by_one_are_told_of_as_a_list_is(office, staff, root, settings):
    settings.NOTICE_UNMASKINGS = 2
    leader = browser_of(make_user("顾清", root, RoleKind.LEADER))
    people = [make_member(name, root).person for name in ("顾清", "秦朗", "韩冬", "陆远", "程安")]
    for person in people:
        assert office.post(f"/unmask/person/{person.pk}/", {"reason": "联系本人"}).status_code == 200
    assert told() == [("逐条查看完整信息", 2, False), ("逐条查看完整信息", 4, False)]
    line = AccessEntry.objects.filter(action="notice").first()
    assert line.detail == "逐条查看完整信息，一小时内 4 条；通知主管领导和审计员 1 人"
    assert "逐条查看完整信息，4 条。理由：联系本人" in page(leader, "home")
    assert WholeExport.objects.taken_since(staff, timezone.now() - timedelta(hours=1)).count() == 0


def test_the_log_says_who_is_told_before_the_file_leaves(office, root):
    make_user("顾清", root, RoleKind.LEADER), make_user("韩冬", root, RoleKind.AUDITOR)
    make_user("陆远", make_organisation("柳林社区团支部", root), RoleKind.LEADER)
    answer_of_file(office, LEDGER)
    lines = list(AccessEntry.objects.order_by("-number").values_list("action", "detail")[:2])
    assert lines == [
        ("export", "年度工作台账.xlsx；理由：上级核查"),
        ("notice", "年度台账，2 条；通知主管领导和审计员 2 人"),
    ]


def test_leaders_and_auditors_are_told_each_until_they_have_noted_it(office, staff, root):
    leader, auditor = (make_user("顾清", root, kind) for kind in (RoleKind.LEADER, RoleKind.AUDITOR))
    answer_of_file(office, LEDGER)
    readers = [(browser_of(leader), "home"), (browser_of(auditor), "access_entry_list")]
    for client, url_name in readers:
        shown = page(client, url_name)
        assert "重要操作通知：1 项未阅" in shown
        assert f"林知秋（{staff.username}）" in shown and "完整导出：年度台账，1 条。理由：上级核查" in shown
    first, start = readers[0]
    sent = {"export": [WholeExport.objects.get().pk, "x", "-1", "9" * 30]}
    assert first.post(reverse("notices_read"), sent).url == "/"
    line = AccessEntry.objects.first()
    assert (line.action, line.user_id, line.detail[:6]) == ("notice", leader.pk, "已阅 1 项")
    assert "项未阅" not in page(first, start)
    assert "项未阅" in page(*readers[1])
    empty = page(first, "notice_list")
    assert ("年度台账" in empty, "没有未阅的通知" in empty, "逐条登记" in empty) == (False, True, False)
    assert "已阅" in page(first, "notice_list", state="read") and "年度台账" in page(first, "notice_list", state="read")


def test_what_came_after_the_page_was_shown_is_not_noted_with_it(office, root):
    leader = browser_of(make_user("顾清", root, RoleKind.LEADER))
    answer_of_file(office, LEDGER)
    shown = WholeExport.objects.get().pk
    answer_of_file(office, LEDGER)
    leader.post(reverse("notices_read"), {"export": [shown]})
    assert "共 <strong>1</strong> 条" in page(leader, "notice_list")


def test_nobody_else_sees_or_notes_notices(office, staff, root):
    answer_of_file(office, LEDGER)
    below = make_organisation("柳林街道团工委", root)
    others = [(root, RoleKind.STAFF), (root, RoleKind.ADMINISTRATOR), (below, RoleKind.LEADER), (root, RoleKind.CADRE)]
    for place, kind in others:
        user = make_user("程安", place, kind)
        client = browser_of(user)
        assert not WholeExport.objects.visible_to(user).exists()
        assert client.get(reverse("notice_list")).status_code == 404
        assert client.post(reverse("notices_read"), {"export": [1]}).status_code == 404
    assert "项未阅" not in page(office, "home")


def test_a_confirmation_by_code_will_do(staff):
    client = signed_in_by_code(staff)
    session = client.session
    for given in session["account_authentication_methods"]:
        given["at"] -= 301
    session.save()
    assert client.get(ADDRESS).url.startswith(reverse("account_reauthenticate"))
    client.post(reverse("mfa_reauthenticate"), {"code": code_now(ahead=1), "next": ADDRESS})
    assert client.get(ADDRESS).status_code == 200


@pytest.mark.both
@pytest.mark.django_db(transaction=True)
def test_of_twelve_exports_begun_at_once_five_are_let_through(promises):
    user = make_user("林知秋", make_organisation())
    now = timezone.now()

    def begin():
        return WholeExport.begin(user, "团员", "上级核查", now).is_refused

    assert sorted(at_once([begin] * 12)) == [False] * 5 + [True] * 7
    assert WholeExport.objects.filter(is_refused=True).count() == 1
