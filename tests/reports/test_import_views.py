"""The pages of an import up to its check: the file, the mapping of columns, the findings."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings
from django.urls import reverse

from members.models import Member
from tests.factories import make_member, make_person
from tests.made_once import made_once
from tests.pages import two_branches
from tests.reports.import_pages import (
    HERE,
    THERE,
    act,
    commit,
    counts,
    educations,
    opened,
    people,
    person,
    rows,
    sent,
    text,
    told,
)
from tests.workbooks import workbook
from yl_district.importing.models import ImportBatch, ImportHeading, ImportPart

pytestmark = pytest.mark.django_db

State = ImportBatch.State
NUMBER = "110105199805040020"


@made_once
def district():
    return two_branches()


@pytest.fixture
def office(district):
    return district.office


# The file

# More headings than a page can ask about.
WIDE = f"姓名,性别,出生日期,{','.join(f'项目{number}' for number in range(600))}\n章程,男,1998-05-04{',甲' * 600}\n"


def test_a_file_that_is_understood_is_checked_at_once_and_nothing_is_written(office):
    batch = opened(office, people(3))
    assert (batch.state, counts(batch), Member.objects.count()) == (State.CHECKED, (3, 0, 0, 0), 0)
    page = told(office, batch)
    assert "写入后，新增 3 条，变更 0 条" in page
    assert "章安安" in page


def test_what_is_copied_from_a_spreadsheet_is_taken_like_a_file(office):
    pasted = "姓名\t性别\t出生日期\t所在团支部\r\n章程\t男\t1998-05-04\t柳林社区团支部\r\n"
    answer = office.post(reverse("import_batch_create"), {"kind": "members", "pasted": pasted})
    batch = ImportBatch.objects.get()
    assert (answer.url, batch.file_name, counts(batch)) == (batch.get_absolute_url(), "粘贴的内容.txt", (1, 0, 0, 0))


def test_a_name_of_300_characters_is_no_hindrance(office):
    batch = opened(office, people(1), name="名" * 300 + ".xlsx")
    assert batch.file_name.endswith("名.xlsx")
    assert (len(batch.file_name), office.get(reverse("import_batch_list")).status_code) == (255, 200)


@pytest.mark.parametrize(
    ("data", "field", "words"),
    [
        ({}, "file", "请选择要导入的文件，或在下面粘贴表格内容。"),
        ({"pasted": " \t\n"}, "file", "请选择要导入的文件，或在下面粘贴表格内容。"),
        ({"pasted": "姓名\t性别", "file": b"x"}, "pasted", "既选择了文件，又粘贴了内容。请只留其中一项。"),
        ({"file": b""}, "file", "这是一个空文件"),
        ({"file": b"%PDF-1.4 x"}, "file", "不是表格的文件"),
        ({"file": ",".join("甲" * 600).encode()}, "file", "有 600 种列标题的文件"),
        ({"file": WIDE.encode()}, "file", "有 603 种列标题的文件；应为不超过 500 列的名单"),
        ({"file": b"x", "kind": "people"}, "kind", "people"),
        ({"file": b"x", "kind": "plans"}, "kind", "plans"),
        ({"pasted": "姓名\t性别", "kind": "ledger"}, "pasted", "应为以下工作表中的至少一个：团组织、团干部、"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words_and_keeps_nothing(office, data, field, words):
    data = {name: SimpleUploadedFile("x.pdf", value) if name == "file" else value for name, value in data.items()}
    answer = office.post(reverse("import_batch_create"), {"kind": "members"} | data)
    assert (answer.status_code, ImportBatch.objects.count()) == (422, 0)
    assert list(answer.context["form"].errors) == [field]
    assert words in text(answer)


@override_settings(UPLOAD_LIMIT=1_000)
def test_a_file_that_is_too_large_is_refused_before_it_is_read(office):
    answer = sent(office, people(1))
    assert (answer.status_code, ImportBatch.objects.count()) == (422, 0)
    assert "上限为 1000" in text(answer)


def test_the_same_form_sent_twice_opens_one_import_and_another_file_with_it_is_asked_about(office):
    token = office.get(reverse("import_batch_create")).context["form"].submission
    content = workbook({"花名册": people(1)})
    first, second = (sent(office, content, submission=token) for _ in range(2))
    assert first.url == second.url == ImportBatch.objects.get().get_absolute_url()
    other = sent(office, people(2), submission=token)
    assert (other.status_code, ImportBatch.objects.count()) == (409, 1)


def test_lists_lead_to_the_import_of_their_kind(office, district):
    address = reverse("import_batch_create")
    for kind, name in [("members", "member_list"), ("units", "unit_list"), ("signins", "activity_list")]:
        assert f"{address}?kind={kind}" in office.get(reverse(name)).content.decode()
        assert address not in district.cadre.get(reverse(name)).content.decode()
    chosen = office.get(address, {"kind": "units"}).content.decode()
    assert '<option value="units" selected>' in chosen


# What the columns mean


def unclear(**cells):
    """Two rows with a heading that nobody knows and one that means two things."""
    return [row | {"群众关系": "良好", "单位": "清河公司"} | cells for row in people(2)]


def mapping(client, batch, **changes):
    """The answer to the form of an import's columns, as shown but for some changes."""
    form = client.get(reverse("import_batch_update", args=[batch.pk])).context["form"]
    data = {name: form[name].value() for name in form.fields}
    data = {name: value for name, value in (data | changes).items() if value not in (False, None)}
    return act(client, "update", batch, **data)


def test_headings_that_are_not_clear_are_asked_once(office):
    batch = opened(office, unclear())
    assert batch.state == State.MAPPING
    page = office.get(batch.get_absolute_url(), follow=True)
    [sheet] = page.context["form"].sheets
    assert [(row["title"], row["hint"]) for row in sheet.asked] == [
        ("群众关系", "未识别"),
        ("单位", "可能是“所在团支部”、“工作单位”"),
    ]
    assert [row["samples"] for row in sheet.asked] == [["良好", "良好"], ["清河公司", "清河公司"]]
    assert len(sheet.clear) == 5
    assert mapping(office, batch, **{"column-0-6": "工作单位"}).url == batch.get_absolute_url()
    assert counts(batch) == (2, 0, 0, 0)
    assert "没有导入的列：群众关系" in told(office, batch)
    assert dict(ImportHeading.objects.values_list("heading", "column")) == {"单位": "工作单位"}
    assert opened(office, unclear()).state == State.MAPPING
    mapping(office, batch, **{"column-0-5": "-", "column-0-6": "工作单位"})
    assert dict(ImportHeading.objects.values_list("heading", "column")) == {"群众关系": "", "单位": "工作单位"}
    again = opened(office, unclear())
    assert again.state == State.CHECKED
    assert "没有导入的列：群众关系" in told(office, again)
    commit(office, again)
    assert set(Member.objects.values_list("employer", flat=True)) == {"清河公司"}


def test_columns_can_be_chosen_anew_after_the_check(office):
    batch = opened(office, people(2))
    mapping(office, batch, **{"column-0-4": ""})
    assert counts(batch) == (2, 0, 0, 0)
    commit(office, batch)
    assert educations() == {""}


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"sheet-0": False}, "没有选择要导入的工作表，请至少勾选一张。"),
        ({"column-0-5": "性别"}, "工作表《花名册》中“性别”“群众关系”都对应“性别”"),
        (
            {"column-0-1": ""},
            "工作表《花名册》缺少必需的列“性别”：请选出它对应的标题；表中没有时，请填写“整份文件统一为”。",
        ),
        ({"column-0-3": ""}, "缺少必需的列“所在团支部”：请选出它对应的标题；或在“归属”一栏说明它写在哪里。"),
        ({"group_from": "fixed", "group_value": "天翌"}, "“所在团支部”统一为“天翌”：系统中没有这一名称"),
        ({"group_from": "sideways"}, "有的选项不在列表中，请重新选择。"),
        ({"column-0-5": "没有的列"}, "有的选项不在列表中，请重新选择。"),
    ],
)
def test_columns_that_cannot_be_so_are_refused_and_nothing_is_remembered(office, changes, words):
    batch = opened(office, unclear())
    answer = mapping(office, batch, **changes)
    assert (answer.status_code, counts(batch), ImportHeading.objects.count()) == (422, (0, 0, 0, 0), 0)
    assert words in text(answer)


def test_the_group_may_be_the_same_for_all_or_the_name_of_the_sheet(office):
    bare = [{name: cell for name, cell in row.items() if name != "所在团支部"} for row in people(3)]
    batch = opened(office, bare[1:])
    mapping(office, batch, group_from="fixed", group_value="槐荫社区 团支部")
    commit(office, batch)
    assert set(Member.objects.values_list("branch__name", flat=True)) == {THERE}
    batch = opened(office, workbook({HERE: [bare[0]], THERE: [bare[1]], "说明": [["请如实填写"]]}))
    commit(office, batch)
    assert sorted(Member.objects.values_list("branch__name", flat=True)) == [HERE, THERE, THERE]


def test_sheets_with_the_same_headings_are_asked_about_once(office):
    bare = [{name: cell for name, cell in row.items() if name != "所在团支部"} for row in unclear()]
    batch = opened(office, workbook({HERE: bare[:1], THERE: bare[1:]}))
    page = office.get(reverse("import_batch_update", args=[batch.pk]))
    assert f"列与《{HERE}》相同，照那里的选择导入。" in text(page)
    assert [len(sheet.asked) for sheet in page.context["form"].sheets] == [2, 0]
    mapping(office, batch, **{"column-0-5": "工作单位"})
    commit(office, batch)
    assert set(Member.objects.values_list("employer", "branch__name")) == {("清河公司", HERE), ("清河公司", THERE)}


def test_what_is_no_list_of_the_kind_is_said_and_cannot_be_taken(office):
    batch = opened(office, workbook({"花名册": unclear(), "说明": [["请如实填写"]], "空表": []}))
    page = text(office.get(reverse("import_batch_update", args=[batch.pk])))
    assert "《说明》 不导入：没有认出这类名单的标题" in page
    assert mapping(office, batch, **{"sheet-1": "on"}).status_code == 302
    assert counts(batch) == (2, 0, 0, 0)


# What the check found


def mixed(district):
    """Rows of every outcome: new, changed, the same, elsewhere, twice in the file, wrong, no data."""
    fields = {"gender": "F", "birth_date": "1990-05-04"}
    for number, branch in [(1, district.here), (2, district.here)]:
        known = make_person(person(number)["姓名"], **fields)
        make_member(branch=branch, person=known, education="20")
    make_member(branch=district.here, person=make_person("陆远", gender="F", identity_number=NUMBER))
    rows = [person(0, 身份证号=""), person(1), person(2, 文化程度="大学专科")]
    rows.append(person(3, 姓名="陆远", 所在团支部=THERE, 出生日期="1998-05-04", 身份证号=NUMBER))
    rows += [person(0), person(5, 出生日期="1998-02-30"), person(6, branch="天翌"), {"姓名": "合计", "性别": "5"}]
    return rows


def test_every_outcome_can_be_listed_by_itself_with_its_number(office, district):
    batch = opened(office, mixed(district))
    found = {name: rows(office, batch, show=name) for name in outcomes(office, batch)}
    assert found == {
        "wrong": [(7, "有误"), (8, "有误")],
        "elsewhere": [(5, "在其他支部")],
        "duplicate": [(6, "文件内重复")],
        "changed": [(4, "变更")],
        "new": [(2, "新增")],
        "same": [(3, "相同")],
        "set_aside": [(9, "未计入的行")],
    }
    assert rows(office, batch) == found["wrong"]
    assert [number for number, _ in rows(office, batch, show="all")] == list(range(2, 10))
    assert rows(office, batch, show="nonsense", page="nonsense") == found["wrong"]
    assert "文化程度 大学本科 → 大学专科" in told(office, batch, show="changed")
    assert "合计" in told(office, batch, show="set_aside")
    assert "现为“1998-02-30”，应为真实存在的日期、年月或年份，如 1999-05-04、1999-05 或 1999。" in told(office, batch)


def outcomes(client, batch):
    """The outcomes that there are."""
    tabs = client.get(batch.get_absolute_url()).context["tabs"]
    return [tab["tag"] for tab in tabs if tab["count"]]


def test_problems_stand_together_by_what_mends_them(office):
    wrong = [person(number, branch="天翌") for number in range(3)] + people(2, 出生日期="1998-02-30")
    batch = opened(office, wrong)
    groups = office.get(batch.get_absolute_url()).context["groups"]
    assert [(group.title, len(group.rows)) for group in groups] == [("所在团支部“天翌”", 3), ("出生日期", 2)]
    assert [number for number, _ in rows(office, batch, problem=groups[1].key)] == [5, 6]


def test_the_rows_come_as_a_fragment_for_htmx_and_whole_otherwise(office):
    batch = opened(office, people(30))
    fragment = office.get(batch.get_absolute_url(), {"page": 2}, headers={"HX-Request": "true"})
    assert fragment.content.decode().lstrip().startswith('<section class="card rows" id="rows"')
    assert [row.number for row in fragment.context["rows"]] == [27, 28, 29, 30, 31]


def test_somebody_of_another_branch_can_be_transferred_from_there(office, district):
    batch = opened(office, mixed(district))
    member = Member.objects.get(person__name="陆远")
    page = office.get(batch.get_absolute_url(), {"show": "elsewhere"}).content.decode()
    address = f"{reverse('member_transfer', args=[member.pk])}?to_branch={district.there.pk}"
    assert address in page
    assert f'<option value="{district.there.pk}" selected>' in office.get(address).content.decode()


def test_what_was_sent_is_kept_encrypted(office, district):
    opened(office, mixed(district))
    part = ImportPart.objects.values_list("content", "findings", "staged").first()
    assert not any("章" in str(cell) for cell in part)
