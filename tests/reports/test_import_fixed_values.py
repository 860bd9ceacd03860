"""Columns that a list lacks: one value for the whole file, or the name of the sheet, said on the mapping page."""

from datetime import date

import pytest
from django.urls import reverse

from members.models import Member
from orgs.models import Supply, Unit
from tests.made_once import made_once
from tests.pages import two_branches
from tests.reports.import_pages import HERE, act, commit, counts, opened, person, text, told
from tests.workbooks import workbook
from yl_district.fields import is_personal
from yl_district.importing.fixed_values import fixable_columns
from yl_district.importing.kinds import import_kinds
from yl_district.importing.models import ImportBatch
from yl_district.sheets.waiting_cells import field_of
from yl_district.spreadsheets.workbooks import read_workbook

pytestmark = pytest.mark.django_db

State = ImportBatch.State
REGISTER = ["序号", "日期", "统一社会信用代码", "单位名称", "详细地址", "联系人", "从业人数", "备注"]


@made_once
def district():
    return two_branches()


@pytest.fixture
def office(district):
    return district.office


def register(worker, at):
    """A sheet of units as one worker has filled it in, without 类别 and 状态."""
    rows = [
        [1, "9月27", None, f"甲乙丙餐饮店{at}", "一号楼底商", "卞安", 30],
        [2, None, None, f"丁戊己公司{at}", "", "柏宁", 12, "/"],
    ]
    return [
        ["辖区单位摸底登记簿"],
        [f"片区：     登记人：{worker}"],
        REGISTER,
        *rows,
        [],
        ["注：本表一式两份，由登记人保存。"],
    ]


def units(*workers):
    return workbook({worker: register(worker, at) for at, worker in enumerate(workers)})


def mapped(office, batch, **said):
    """The answer to the mapping page as shown, but for what is said of columns: 类别, or “类别 named” for its tick."""
    form = office.get(reverse("import_batch_update", args=[batch.pk])).context["form"]
    shown, names = {name: form[name].value() for name in form.fields}, {}
    for number, items in form.fixable.items():
        for place, item in enumerate(items):
            names[item.column_name] = f"fixed-{number}-{place}"
            names[f"{item.column_name} named"] = f"named-{number}-{place}"
    changed = {names.get(name, name): value for name, value in said.items()}
    data = {name: value for name, value in (shown | changed).items() if value not in (False, None)}
    return act(office, "update", batch, **data)


def lacking(office, batch):
    """The columns that the page asks for one value, of each sheet."""
    form = office.get(reverse("import_batch_update", args=[batch.pk])).context["form"]
    return [[one["column"] for one in sheet.lacking] for sheet in form.sheets]


def test_required_columns_that_a_list_lacks_get_one_value_for_the_whole_file(office):
    batch = opened(office, units("丁一平", "任小舟", "毕青"), kind="units")
    assert (batch.state, lacking(office, batch)) == (State.MAPPING, [["类别", "状态"], [], []])
    refused = mapped(office, batch, **{"column-0-1": "-", "column-0-6": "职工总数"})
    assert refused.status_code == 422
    assert "缺少必需的列“类别”" in text(refused)
    mapped(office, batch, **{"column-0-1": "-", "类别": "非公企业", "状态": "正常"})
    batch.refresh_from_db()
    assert (batch.state, counts(batch)) == (State.CHECKED, (6, 0, 0, 0))
    assert "表中没有的列：“类别”统一为“非公企业”；“状态”统一为“正常”。" in told(office, batch)
    commit(office, batch)
    assert set(Unit.objects.values_list("kind", "status")) == {("enterprise", "normal")}
    assert "“类别”统一为“非公企业”" in told(office, batch)


def test_the_name_of_the_sheet_can_be_the_value(office):
    sheets = {name: [{"单位名称": f"清和{name}", "状态": "正常"}] for name in ("非公企业", "社会组织")}
    batch = opened(office, workbook(sheets), kind="units")
    mapped(office, batch, **{"类别 named": "on"})
    commit(office, batch)
    assert dict(Unit.objects.values_list("name", "kind")) == {"清和非公企业": "enterprise", "清和社会组织": "social"}


def test_what_a_cell_says_goes_before_what_is_said_for_the_file(office):
    rows = [{"单位名称": "甲", "类别": "社会组织", "状态": ""}, {"单位名称": "乙", "类别": "", "状态": "联系不上"}]
    batch = opened(office, workbook({"单位": rows}), kind="units")
    mapped(office, batch, 类别="非公企业", 状态="正常")
    commit(office, batch)
    assert dict(Unit.objects.values_list("name", "kind")) == {"甲": "social", "乙": "enterprise"}
    assert Unit.objects.get(name="甲").status == "normal"


BOTH = {"类别": "非公企业", "状态": "正常"}


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"类别": "非公企业", "状态": "正常", "计入任务年度": "明年"}, "“计入任务年度”统一为“明年”：应为四位年份"),
        (
            {"类别": "非公企业", "状态": "正常", "最近核实日期": "2017-02-30"},
            "“最近核实日期”统一为“2017-02-30”：应为",
        ),
        ({"类别": "公司", "状态": "正常"}, "有的选项不在列表中，请重新选择。"),
        ({"类别": "非公企业"}, "缺少必需的列“状态”：请选出它对应的标题；表中没有时，请填写“整份文件统一为”。"),
    ],
)
def test_a_value_that_the_column_does_not_take_is_refused_and_what_was_typed_stays(office, said, words):
    batch = opened(office, units("丁一平"), kind="units")
    refused = mapped(office, batch, **said | {"地址": "三号楼"})
    assert (refused.status_code, counts(batch)) == (422, (0, 0, 0, 0))
    assert words in text(refused)
    [sheet] = refused.context["form"].sheets
    typed = {one["column"]: one["field"].value() for one in [*sheet.lacking, *sheet.others]}
    assert {column: typed[column] for column in said} == said


def test_days_and_organisations_are_said_once_as_well(office):
    content = workbook({"领取": [{"物资": "团旗", "数量": 2}, {"物资": "团徽", "数量": 3}]})
    batch = opened(office, content, kind="supplies")
    where = {"日期": "2017-05-04", "组织": "天翌"}
    refused = mapped(office, batch, **where)
    assert "“组织”统一为“天翌”：系统中没有这一名称" in text(refused)
    mapped(office, batch, **where | {"组织": " 柳林 社区团支部"})
    commit(office, batch)
    assert {(str(one.issued_on), one.organisation.name) for one in Supply.objects.all()} == {("2017-05-04", HERE)}


def test_a_day_of_leaving_said_once_is_read_like_one_in_a_column(office):
    batch = opened(office, [person(at, 入团年月="2013-05", 来源日期="2014-05-04") for at in range(2)])
    mapped(office, batch, 离开日期="2017-05-04", 团籍状态="转出")
    commit(office, batch)
    assert set(Member.objects.values_list("left_on", "status")) == {(date(2017, 5, 4), "transferred_out")}


def test_wrong_rows_are_handed_out_with_what_was_said_for_all(office):
    rows = [{"单位名称": "甲", "类别": "公司"}, {"单位名称": "乙", "类别": "非公企业"}]
    batch = opened(office, workbook({"单位": rows}), kind="units")
    mapped(office, batch, 状态="正常")
    [sheet] = read_workbook(b"".join(office.get(reverse("import_batch_wrong_rows", args=[batch.pk]))))
    assert sheet.rows[0] == ["单位名称", "类别", "状态", "失败原因"]
    assert sheet.rows[1][:3] == ["甲", "公司", "正常"]


@pytest.mark.parametrize("kind", import_kinds())
def test_nothing_personal_is_said_for_a_file_since_its_mapping_is_kept_in_plain_text(kind):
    model = import_kinds()[kind].resource._meta.model
    fields = [field_of(model, item) for item in fixable_columns(kind, "")]
    assert [field.name for field in fields if field is not None and is_personal(field)] == []
    assert {"姓名", "手机号码", "身份证号", "需求"}.isdisjoint(item.column_name for item in fixable_columns(kind, ""))
