"""The auditor's pages, the logging of refusals, and that nothing is sent which cannot be logged."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from orgs.access import ACCESS
from orgs.models import Organisation, Role
from tests.factories import make_member, make_user
from tests.made_once import made_once
from tests.pages import browser_of, queries, two_branches
from tests.reports.import_pages import commit, opened
from tests.workbooks import workbook
from yl_district.audit.access_log import Action, record
from yl_district.audit.models import AccessEntry
from yl_district.audit.witnesses import last_witness, witness_code
from yl_district.importing.models import ImportBatch
from yl_district.pages.page_words import NO_LONGER_THERE, page_words

pytestmark = pytest.mark.django_db
NEW = {"团组织": [{"组织名称": "新桥社区团支部", "组织类别": "团支部", "所属领域": "社区"}]}


@made_once
def district():
    return two_branches()


@pytest.fixture
def auditor(district):
    return browser_of(make_user("严审", district.root, Role.Kind.AUDITOR))


def lines(**query):
    return list(AccessEntry.objects.filter(**query).order_by("number").values_list("subject", flat=True))


def test_only_the_auditor_reads_the_log(district, auditor):
    address = reverse("access_entry_list")
    for kind in Role.Kind:
        browser = browser_of(make_user(kind.label, district.root, kind))
        expected = 200 if kind == Role.Kind.AUDITOR else 404
        assert browser.get(address).status_code == expected
        assert browser.post(reverse("access_log_verify")).status_code == (302 if expected == 200 else 404)
    assert district.cadre.get(address).status_code == 404
    assert 'href="/access-log/"' in auditor.get(address).content.decode()


def test_the_newest_line_is_first_and_the_page_says_how_many_there_are(auditor):
    for number in range(60):
        record(Action.SIGN_IN, f"第{number}")
    page = auditor.get(reverse("access_entry_list"))
    assert [row.record.number for row in page.context["table"].paginated_rows] == list(range(60, 10, -1))
    assert "日志共 60 条" in page.content.decode()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["c", "b", "a"]),
        ({"action": "export"}, ["a"]),
        ({"account": "乙"}, ["b"]),
        ({"search": "说明"}, ["c"]),
        ({"search": "B"}, ["b"]),
        ({"since": "today"}, ["c", "b", "a"]),
        ({"since": "tomorrow"}, []),
        ({"until": "yesterday"}, []),
        ({"until": "today"}, ["c", "b", "a"]),
    ],
)
def test_the_log_is_narrowed(auditor, query, found):
    record(Action.EXPORT, "a", who="甲")
    record(Action.SIGN_IN, "b", who="乙")
    record(Action.GRANT, "c", who="丙", detail="说明")
    days = {"today": 0, "tomorrow": 1, "yesterday": -1}
    today = timezone.localdate()
    asked = {name: today + timedelta(days[value]) if value in days else value for name, value in query.items()}
    page = auditor.get(reverse("access_entry_list"), asked)
    assert [row.record.subject for row in page.context["table"].paginated_rows] == found


def shown_lines(client, **query):
    """The account, subject and detail of the lines that the page shows, as it says them."""
    table = client.get(reverse("access_entry_list"), query).context["table"]
    return [tuple(str(row.get_cell(name)) for name in ("who", "subject", "detail")) for row in table.paginated_rows]


def test_lines_name_people_kinds_of_records_and_pages_in_chinese(district, auditor):
    member, cadre = make_member(branch=district.here), district.branch_cadre
    record(Action.CASE_VIEW, "assistance.assistance:45", user=cadre, detail="assistance.assistance:45 的附件")
    record(Action.RETENTION, "assistance.assistedyouth:3,5", who="root")
    record(Action.ACCOUNT, f"orgs.user:{cadre.pk}", user=district.staff)
    record(Action.UNMASK, f"members.member:{member.pk}", user=cadre)
    record(Action.REFUSAL, f"member_update:{member.pk}", user=cadre)
    record(Action.REFUSAL, f"record_history:member:{member.pk}", user=cadre)
    record(Action.REFUSAL, "page_of_before:7", user=cadre)
    record(Action.EXPORT, "团员20180101.xlsx", user=cadre)
    named, staff = "陆远（柳林社区团支部）", "林知秋（清河地区团工委）"
    assert shown_lines(auditor)[::-1] == [
        (named, "帮扶记录 第45号", "帮扶记录 第45号 的附件"),
        ("服务器命令（root）", "帮扶对象 第3、5号", "—"),
        (staff, f"用户 第{cadre.pk}号 {named}", "—"),
        (named, f"团员 第{member.pk}号", "—"),
        (named, f"团员：修改 第{member.pk}号", "—"),
        (named, f"修改记录：团员 第{member.pk}号", "—"),
        (named, "已不存在的页面 第7号", "—"),
        (named, "团员20180101.xlsx", "—"),
    ]


@pytest.mark.parametrize("text", ["帮扶记录", "帮扶记录 第45号", "第45号", "45"])
def test_lines_are_found_by_the_words_that_the_page_shows(auditor, text):
    record(Action.CASE_VIEW, "assistance.assistance:45")
    record(Action.CASE_VIEW, "assistance.scholarship:145")
    assert [subject for _, subject, _ in shown_lines(auditor, search=text)] in (
        ["帮扶记录 第45号"],
        ["奖学金 第145号", "帮扶记录 第45号"],
    )


def test_lines_of_somebody_are_found_by_name(district, auditor):
    record(Action.SIGN_IN, user=district.branch_cadre)
    record(Action.SIGN_IN, user=district.staff)
    assert [who for who, *_ in shown_lines(auditor, account="陆远")] == ["陆远（柳林社区团支部）"]


def test_every_address_has_words():
    assert {name for name in ACCESS if page_words(name) == NO_LONGER_THERE} == set()
    assert {name for name in ACCESS if re.search("[a-z]", page_words(name).removeprefix("Word"))} == set()


@pytest.mark.parametrize("query", [{"since": "x"}, {"action": "x"}, {"page": "x"}, {"sort": "who"}, {"search": "\0"}])
def test_a_hostile_address_gives_a_page(auditor, query):
    assert auditor.get(reverse("access_entry_list"), query).status_code == 200


def test_queries_do_not_grow_with_the_log(auditor):
    record(Action.SIGN_IN)
    record(Action.UNMASK, "members.member:1", user=make_user("顾清"))
    few = queries(auditor, "access_entry_list")
    for number in range(30):
        record(Action.UNMASK, f"members.member:{number}", user=make_user(f"顾清{number}"))
    assert queries(auditor, "access_entry_list") == few


def test_the_auditor_verifies_and_that_is_noted(auditor):
    record(Action.SIGN_IN)
    noted = AccessEntry.objects.get().digest
    page = auditor.post(reverse("access_log_verify"), follow=True).content.decode()
    assert f"日志完整，共 1 条（全部核对），最后一条为第 1 条，摘要 {noted}，凭证 {witness_code(1, noted)}。" in page
    line = AccessEntry.objects.first()
    assert (line.action, line.detail) == ("verify", f"日志完整，共 1 条（全部核对）；核对至第 1 条，摘要 {noted}")
    assert auditor.get(reverse("access_log_verify")).status_code == 405


def test_the_page_shows_the_code_of_the_last_line(auditor):
    assert auditor.get(reverse("access_entry_list")).context["witness"] == ""
    record(Action.SIGN_IN)
    code = last_witness()
    page = auditor.get(reverse("access_entry_list"))
    assert page.context["witness"] == code
    assert f'<code class="text-break">{code}</code>' in page.content.decode()


def test_a_browser_asks_which_of_its_codes_are_gone(auditor):
    record(Action.SIGN_IN)
    code, gone = last_witness(), "7-8f3a-12bc-09de-77aa-41c2"
    answer = auditor.get(reverse("access_log_witnesses"), {"code": [code, gone, "x", "\0", ""]})
    assert answer.json() == {"lost": [gone, "x", "\0", ""]}
    assert auditor.get(reverse("access_log_witnesses")).json() == {"lost": []}


def test_codes_that_were_noted_are_typed_in(auditor):
    for _ in range(3):
        record(Action.SIGN_IN)
    digest, gone = AccessEntry.objects.first().digest, "2-8f3a-12bc-09de-77aa-41c2"
    typed = f"抄存的：{last_witness()}\n{digest}"
    page = auditor.post(reverse("access_log_verify"), {"witnesses": typed}, follow=True)
    assert "填写的 2 个凭证都在日志中。" in page.content.decode()
    for text, said in [(gone, f"日志中没有凭证 {gone} 的那一条"), ("8f3a", "没有核对：填写的内容中没有读出凭证")]:
        page = auditor.post(reverse("access_log_verify"), {"witnesses": text}, follow=True)
        assert said in page.content.decode()
        assert f"required>{text}</textarea>" in page.content.decode()
    assert "required></textarea>" in auditor.get(reverse("access_entry_list")).content.decode()


def test_the_next_verification_begins_where_the_last_one_ended(auditor):
    for _ in range(3):
        record(Action.SIGN_IN)
    pages = [auditor.post(reverse("access_log_verify"), follow=True).content.decode() for _ in range(2)]
    assert ["共 3 条（全部核对）" in pages[0], "共 4 条（自核对点第 3 条起核对）" in pages[1]] == [True, True]


def test_refusals_of_signed_in_users_are_noted_without_what_was_asked(client, district):
    member = make_member(branch=district.there)
    assert client.get(reverse("member_detail", args=[member.pk])).status_code == 302
    assert district.cadre.get(reverse("member_detail", args=[member.pk]), {"q": "secret"}).status_code == 404
    assert district.cadre.get(reverse("ledger_export")).status_code == 404
    assert district.cadre.get(reverse("record_history", args=["member", member.pk])).status_code == 404
    assert district.cadre.get("/no-such-page/").status_code == 404
    subjects = [f"member_detail:{member.pk}", "ledger_export", f"record_history:member:{member.pk}"]
    assert lines(action="refusal") == subjects
    assert AccessEntry.objects.first().who.startswith("user")


def test_a_refusal_that_cannot_be_noted_stays_a_refusal(district, broken_log, caplog):
    member = make_member(branch=district.there)
    response = district.cadre.get(reverse("member_detail", args=[member.pk]))
    assert (response.status_code, "章程" in response.content.decode()) == (404, False)
    assert "A refusal could not be noted" in caplog.text


EXPORTS = [
    ("ledger_template", [], {}),
    ("ledger_export", [], {}),
    ("summary_export", ["docx"], {"year": 2017}),
    ("summary_export", ["pdf"], {"year": 2017}),
    ("summary_export", ["xlsx"], {"year": 2017}),
    ("summary_export", ["internal"], {"year": 2017}),
    ("summary_export", ["json"], {"year": 2017}),
]


def test_no_file_leaves_that_cannot_be_noted(district, broken_log):
    make_member("章程", district.here)
    for name, args, query in EXPORTS:
        response = district.office.get(reverse(name, args=args), query)
        assert (response.status_code, response["Content-Type"]) == (503, "text/html; charset=utf-8")
        assert not response.has_header("Content-Disposition")
        text = response.content.decode()
        assert "暂时不能记录查阅日志" in text and "章程" not in text


def test_the_same_files_leave_with_a_log_that_works(district):
    """The twin: the same requests succeed where the log can be written."""
    for name, args, query in EXPORTS:
        assert district.office.get(reverse(name, args=args), query).has_header("Content-Disposition")
    assert AccessEntry.objects.filter(action="export").count() == len(EXPORTS)


def test_an_import_that_cannot_be_noted_changes_nothing(district, broken_log):
    batch = opened(district.office, workbook(NEW), kind="ledger")
    assert commit(district.office, batch).status_code == 503
    assert not Organisation.objects.filter(name="新桥社区团支部").exists()
    assert not ImportBatch.objects.get().written


def test_an_import_is_noted_with_its_batch(district):
    commit(district.office, opened(district.office, workbook(NEW), name="台账.xlsx", kind="ledger"))
    entry = AccessEntry.objects.get()
    assert (entry.action, entry.subject, entry.detail) == ("import", "台账.xlsx", "新增 1，变更 0，相同 0")
    assert entry.user_id == ImportBatch.objects.get().user_id
