"""The ledger in the browser: who may, what is refused, what the report shows, and what leaves."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from orgs.models import Role, User
from tests.factories import make_assisted_youth, make_organisation, make_person, make_user
from tests.workbooks import counts, take_in, workbook
from yl_district.models import AccessEntry, ImportBatch
from yl_district.spreadsheets import read_workbook

pytestmark = pytest.mark.django_db

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEMBER = {"姓名": "章程", "性别": "男", "出生日期": "1998-05-04", "所在团支部": "清河地区团工委"}
GOOD = {"团员": [MEMBER]}
NUMBER = "110105201205040027"
BAD = {"团员": [MEMBER | {"性别": "M", "籍贯": "北京"}]}
PAGES = ["ledger", "ledger_template", "ledger_export"]


@pytest.fixture
def root():
    return make_organisation("清河地区团工委")


@pytest.fixture
def staff(client, root):
    """A client signed in as the committee's staff."""
    client.force_login(make_user("经办人", root))
    return client


def upload(client, content, name="台账.xlsx", **data):
    """The answer to an upload of sheets or bytes."""
    content = content if isinstance(content, bytes) else workbook(content)
    return client.post(
        reverse("ledger"), {"file": SimpleUploadedFile(name, content, XLSX)} | (data or {"import": "yes"})
    )


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
        assert upload(client, GOOD).status_code == 404
    assert (ImportBatch.objects.count(), exports().count()) == (0, 0)


def exports():
    """The lines of the access log about files taken out."""
    return AccessEntry.objects.filter(action="export")


def test_the_page_offers_upload_template_and_export(staff):
    response = staff.get(reverse("ledger"))
    assert response.status_code == 200
    assert "还没有导入过台账。" in text(response)
    assert f'href="{reverse("ledger_template")}"' in text(response)
    assert f'href="{reverse("ledger_export")}"' in text(response)


def test_a_good_ledger_is_imported_and_said_to_be(staff):
    response = upload(staff, GOOD)
    assert response.status_code == 200
    assert "《台账.xlsx》已全部导入" in text(response)
    assert "新增 1 条，变更 0 条，0 条与原有记录相同。" in text(response)
    batch = ImportBatch.objects.get()
    assert (batch.file_name, str(batch.user)) == ("台账.xlsx", "经办人")
    assert '<td data-label="操作人">经办人</td>' in text(response)


def test_the_same_ledger_again_changes_nothing(staff):
    upload(staff, GOOD)
    assert "《台账.xlsx》与系统中的记录完全相同" in text(upload(staff, GOOD))


def test_changes_are_listed_with_old_and_new(staff):
    upload(staff, GOOD)
    page = text(upload(staff, {"团员": [MEMBER | {"性别": "女", "微信号": "zhang"}]}))
    assert '<td data-label="列">性别</td><td data-label="原为">男</td><td data-label="改为">女</td>' in page
    assert '<td data-label="列">微信号</td><td data-label="原为">（空）</td><td data-label="改为">zhang</td>' in page


def test_a_check_writes_nothing(staff):
    before = counts()
    response = upload(staff, GOOD, check="yes")
    assert (response.status_code, counts()) == (200, before)
    assert "《台账.xlsx》核对无误，尚未写入" in text(response)


@pytest.mark.parametrize("button", ["check", "import"])
def test_errors_are_listed_cell_by_cell_and_nothing_is_written(staff, button):
    before = counts()
    response = upload(staff, BAD, **{button: "yes"})
    assert (response.status_code, counts()) == (422, before)
    page = text(response)
    assert "《台账.xlsx》有 1 处错误，没有写入任何内容" in page
    cells = {"工作表": "团员", "列": "性别", "现为": "M", "应为": "以下之一：男、女", "怎样改正": "请从中选择一项"}
    for label, cell in cells.items():
        assert f'<td data-label="{label}">{cell}</td>' in page
    assert '<td class="number" data-label="行">2</td>' in page
    assert "工作表《团员》的列“籍贯”" in page


def test_of_very_many_errors_the_first_are_listed(staff):
    page = text(upload(staff, {"团员": [MEMBER | {"性别": str(number)} for number in range(400)]}))
    assert "有 400 处错误" in page
    assert page.count('data-label="怎样改正"') == 300
    assert "只列出前 300 处，改正后重新上传可见其余。" in page


def test_what_a_cell_says_is_never_markup(staff):
    page = text(upload(staff, {"团员": [MEMBER | {"性别": "<script>alert(1)</script>"}]}, name="<b>.xlsx"))
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page and "<b>.xlsx" not in page


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"<html></html>", "网页或 XML 文件"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "损坏的工作簿"),
        (b"PK\x03\x04" + b"\0" * 60, "损坏的工作簿"),
        (b"\x89PNG", "不是表格的文件"),
    ],
)
def test_a_file_that_is_no_workbook_is_refused(staff, content, found):
    response = upload(staff, content)
    assert response.status_code == 422
    assert '<td data-label="工作表">（整个文件）</td>' in text(response)
    assert f'<td data-label="现为">{found}</td>' in text(response)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({}, "请选择要上传的台账工作簿。"),
        ({"file": "台账.xlsx"}, "请选择要上传的台账工作簿。"),
        ({"file": SimpleUploadedFile("台账.xlsx", b"")}, "这是一个空文件，请确认文件已保存完整。"),
        ({"file": SimpleUploadedFile("长" * 250 + ".xlsx", b"x")}, "文件名过长，请改短后重新上传。"),
    ],
)
def test_an_upload_without_a_proper_file_is_answered_beside_the_field(staff, data, message):
    response = staff.post(reverse("ledger"), data)
    assert response.status_code == 422
    assert message in text(response)


def test_a_file_above_the_limit_is_refused_unread(staff, settings):
    settings.UPLOAD_LIMIT = 1024
    response = upload(staff, b"\0" * 2048)
    assert response.status_code == 422
    assert "文件有 2.0 KB，上限为 1.0 KB。请删去多余的工作表或图片后重新上传。" in text(response).replace("\xa0", " ")


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


@pytest.mark.parametrize("name", ["ledger_template", "ledger_export"])
def test_files_are_only_fetched(staff, name):
    assert staff.post(reverse(name)).status_code == 405


@pytest.mark.cpu(4)
def test_the_last_imports_are_listed(staff):
    for number in range(12):
        take_in(GOOD, name=f"台账{number}.xlsx")
    page = text(staff.get(reverse("ledger")))
    assert [f"台账{number}.xlsx" in page for number in range(12)] == [False] * 2 + [True] * 10
    assert '<td data-label="操作人">命令行</td>' in page
    assert str(timezone.localdate().year) in page


def test_an_upload_read_in_parts_is_whole(staff, settings):
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 100
    file = io.BytesIO(workbook(GOOD))
    file.name = "台账.xlsx"
    response = staff.post(reverse("ledger"), {"file": file, "import": "yes"})
    assert (response.status_code, ImportBatch.objects.count()) == (200, 1)


def test_an_import_changes_nothing_of_somebody_known_by_a_case_file_alone(staff, root):
    person = make_person("白露", identity_number=NUMBER, mobile="13800138000")
    make_assisted_youth(root, person=person)
    stated = {"姓名": "白鹭", "性别": "女", "出生日期": "2012-05-04", "身份证号": NUMBER, "手机号码": "13900139000"}
    assert "白露" not in text(upload(staff, {"团员": [MEMBER | stated]}))
    person.refresh_from_db()
    assert (person.name, person.mobile) == ("白露", "13800138000")
