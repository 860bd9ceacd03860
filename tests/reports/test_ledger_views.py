"""The ledger in the browser: permissions, refusals, the report, and the exports."""

import pytest
from django.urls import reverse
from django.utils import timezone

from orgs.models import Role, User
from reports.ledger.kinds import KINDS
from tests.factories import make_organisation, make_user
from tests.workbooks import take_in
from yl_district.audit.models import AccessEntry
from yl_district.spreadsheets.workbooks import read_workbook

pytestmark = pytest.mark.django_db

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEMBER = {"姓名": "章程", "性别": "男", "出生日期": "1998-05-04", "所在团支部": "清河地区团工委"}
GOOD = {"团员": [MEMBER]}
PAGES = ["ledger", "ledger_template", "ledger_export"]


@pytest.fixture
def root():
    return make_organisation("清河地区团工委")


@pytest.fixture
def staff(client, root):
    """A client signed in as the committee's staff."""
    client.force_login(make_user("经办人", root))
    return client


def text(response):
    """The page, without the white space between its parts."""
    return " ".join(response.content.decode().split())


@pytest.mark.parametrize("name", PAGES)
def test_only_the_committees_staff_may(client, root, name):
    anonymous = client.get(reverse(name))
    assert (anonymous.status_code, anonymous.url) == (302, f"{reverse('login')}?next={reverse(name)}")
    branch = make_organisation("柳林团支部", root)
    for organisation, kind in [
        (root, Role.Kind.CADRE),
        (branch, Role.Kind.CADRE),
        (branch, Role.Kind.STAFF),
        (None, None),
    ]:
        client.force_login(make_user("团干部", organisation, kind))
        assert client.get(reverse(name)).status_code == 404
    assert exports().count() == 0


def exports():
    """The lines of the access log about files taken out."""
    return AccessEntry.objects.filter(action="export")


def test_the_page_leads_to_import_template_and_export(staff):
    page = text(staff.get(reverse("ledger")))
    assert "还没有导入过台账。" in page
    for address in [f"{reverse('import_batch_create')}?kind=ledger", *map(reverse, PAGES[1:])]:
        assert f'href="{address}"' in page


def test_the_page_lists_the_sheets_but_those_of_case_files(staff):
    shown = [kind.label for kind in staff.get(reverse("ledger")).context["kinds"]]
    assert shown == [kind.label for kind in KINDS.values() if not kind.is_case]
    assert f'<a href="{reverse("member_list")}">团员</a>' in text(staff.get(reverse("ledger")))


def test_the_template_is_downloaded_and_noted(staff):
    response = staff.get(reverse("ledger_template"))
    assert (response.status_code, response["Content-Type"], response["Cache-Control"]) == (200, XLSX, "no-store")
    name = "%E5%B9%B4%E5%BA%A6%E5%B7%A5%E4%BD%9C%E5%8F%B0%E8%B4%A6%E6%A8%A1%E6%9D%BF.xlsx"
    assert response["Content-Disposition"] == f"attachment; filename*=UTF-8''{name}"
    assert read_workbook(response.content)[0].name == "团组织"
    assert list(exports().values_list("subject", "user_id")) == [("年度工作台账模板.xlsx", User.objects.get().pk)]


def test_the_export_is_downloaded_whole_or_by_year_and_noted(staff):
    walks = [{"活动名称": "健步走", "日期": f"{year}-04-08", "类型": "阳光体育"} for year in (2016, 2017)]
    take_in(GOOD | {"活动": walks})
    for year, days in [("", ["2016-04-08", "2017-04-08"]), ("2017", ["2017-04-08"])]:
        response = staff.get(reverse("ledger_export"), {"year": year})
        assert (response["Content-Type"], response["Cache-Control"]) == (XLSX, "no-store")
        sheets = {sheet.name: sheet.rows[1:] for sheet in read_workbook(response.content)}
        assert [row[1] for row in sheets["活动"]] == days
    assert list(exports().order_by("number").values_list("subject", "detail")) == [
        ("年度工作台账（遮蔽）.xlsx", "年度工作台账（遮蔽）.xlsx"),
        ("年度工作台账（遮蔽）2017.xlsx", "年度工作台账（遮蔽）2017.xlsx"),
    ]


@pytest.mark.parametrize("year", ["0000", "0", "x", "20170", "9999", "-1"])
def test_an_export_of_no_year_is_not_found(staff, year):
    assert staff.get(reverse("ledger_export"), {"year": year}).status_code == 404
    assert exports().count() == 0


@pytest.mark.parametrize("name", PAGES)
def test_pages_and_files_are_only_fetched(staff, name):
    assert staff.post(reverse(name)).status_code == 405


@pytest.mark.cpu(4)
def test_the_last_imports_are_listed(staff):
    for number in range(12):
        take_in(GOOD, name=f"台账{number}.xlsx")
    page = text(staff.get(reverse("ledger")))
    assert [f"台账{number}.xlsx" in page for number in range(12)] == [False] * 2 + [True] * 10
    assert '<td data-label="操作人">命令行</td>' in page
    assert str(timezone.localdate().year) in page
