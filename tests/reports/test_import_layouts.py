"""What a list's layout says of its rows is taken, told or asked about, and never set aside in silence."""

import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from members.models import Member
from tests.pages import two_branches
from tests.reports.import_pages import HERE, rows, sent, told
from tests.workbooks import workbook
from yl_district.importing.models import ImportBatch

pytestmark = pytest.mark.django_db

HEADINGS = ["姓名", "性别", "出生日期", "入团年月", "所在团支部", "手机", "工作单位", "备注"]
SWAPPED = [*HEADINGS[:6], "备注", "工作单位"]


@pytest.fixture
def office():
    return two_branches().office


def member(number, *beside, branch=HERE):
    """A row below HEADINGS: the `number`th member, of whom nothing else is registered."""
    return [
        f"丁{'安宁轩佳舟青平文'[number]}",
        "男",
        f"2001-01-0{number + 1}",
        "2016-05",
        branch,
        f"1651237000{number}",
        *beside,
    ]


def listed(tmp_path, table, *options, answers=None, kind="members", name="名单.xlsx"):
    """The JSON of `import_rows` for a table, given as rows or bytes, and the code with which it ends."""
    file, out = tmp_path / name, io.StringIO()
    file.write_bytes(table if isinstance(table, bytes) else workbook({"花名册": table}))
    if answers is not None:
        (tmp_path / "答复.json").write_text(json.dumps(answers), "utf-8")
        options = (*options, "--answers", str(tmp_path / "答复.json"))
    try:
        call_command("import_rows", kind, str(file), "--json", *options, stdout=out)
    except SystemExit as end:
        return json.loads(out.getvalue()), end.code
    except CommandError as error:
        return str(error), error.returncode
    return json.loads(out.getvalue()), 0


def beside():
    """(工作单位, 备注) of all members, by name."""
    people = Member.objects.select_related("person").order_by("person__birth_date")
    return [(one.employer, one.remark) for one in people]


def asked_of(found, kind):
    """The questions of one kind in a report, each as (id, rows, proposals)."""
    return [(one["id"], one["rows"], one["proposals"]) for one in found["questions"] if one["kind"] == kind]


def test_rows_below_headings_in_another_order_are_read_by_these(tmp_path, office):
    table = [HEADINGS, member(0, "和顺公司", "骨干"), SWAPPED, member(1, "志愿者", "安泰公司")]
    found, code = listed(tmp_path, [*table, HEADINGS, member(2, "高井公司", "新来")])
    assert (code, beside()) == (0, [("和顺公司", "骨干"), ("安泰公司", "志愿者"), ("高井公司", "新来")])
    said = "标题各列的顺序与上方不同，以下各行按这一行的标题读取（{}）"
    assert found["noticed"] == [
        {"sheet": "花名册", "what": "other_order", "said": said.format("备注、工作单位"), "rows": [3]},
        {"sheet": "花名册", "what": "other_order", "said": said.format("工作单位、备注"), "rows": [5]},
    ]


def test_headings_repeated_in_the_same_order_are_a_repeat(tmp_path, office):
    found, code = listed(tmp_path, [HEADINGS, member(0, "和顺公司", "骨干"), HEADINGS, member(1, "安泰公司", "志愿者")])
    assert (code, beside(), found["noticed"]) == (0, [("和顺公司", "骨干"), ("安泰公司", "志愿者")], [])


@pytest.mark.parametrize(
    "headings",
    [
        ["性别", "姓名", "出生年月日", "入团时间", "团支部", "手机号码", "备注", "工作单位"],
        ["备注", "工作单位", "姓名", "性别", "出生日期", "入团年月", "所在团支部", "手机"],
        ["姓 名*", "备 注", "性别", "工作单位：", "出生日期", "入团年月", "手机", "所在团支部"],
    ],
)
def test_later_headings_may_use_other_words_and_begin_with_any_column(tmp_path, office, headings):
    order = {"姓": 0, "性": 1, "出": 2, "入": 3, "团": 4, "所": 4, "手": 5, "工": 6, "单": 6, "备": 7}
    second = [member(1, "安泰公司", "志愿者")[order[heading[0]]] for heading in headings]
    _, code = listed(tmp_path, [HEADINGS, member(0, "和顺公司", "骨干"), headings, second])
    assert (code, beside()) == (0, [("和顺公司", "骨干"), ("安泰公司", "志愿者")])


def test_later_headings_may_have_more_columns_than_the_first(tmp_path, office):
    table = [
        HEADINGS[:5],
        member(0),
        [*HEADINGS[:5], "备注", "手机", "微信号", "民族"],
        [*member(1)[:5], "志愿者", "16512370001", "dn", "汉族"],
    ]
    _, code = listed(tmp_path, table)
    assert (code, [two for _, two in beside()]) == (0, ["", "志愿者"])


ODD = [*HEADINGS[:6], "备注", "特长"]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("read", [("和顺公司", "骨干"), ("", "志愿者")]),
        ("above", [("和顺公司", "骨干"), ("志愿者", "书法")]),
        ("leave_out", [("和顺公司", "骨干")]),
    ],
)
def test_later_headings_that_are_not_known_are_asked_about(tmp_path, office, answer, expected):
    table = [HEADINGS, member(0, "和顺公司", "骨干"), ODD, member(1, "志愿者", "书法")]
    found, code = listed(tmp_path, table)
    assert (code, beside()) == (1, [])
    assert asked_of(found, "headings") == [("headings-1-3", [3], ["read", "above", "leave_out"])]
    _, code = listed(tmp_path, table, answers=[{"id": "headings-1-3", "answer": answer}])
    assert (code, beside()) == (0, expected)


def test_a_row_of_data_that_lacks_what_is_required_is_no_heading(tmp_path, office):
    headings = ["姓名", "性别", "所在团支部", "联系方式", None]
    table = [headings, [None, None, None, "16512370001", "dn"], ["丁安", "男", HERE, "16512370002", "da"]]
    found, _ = listed(tmp_path, table, "--check")
    assert [problem["row"] for problem in found["errors"]] == [2, 2, 2]


def test_a_cell_below_later_headings_is_mended_in_its_own_column(office):
    moved = [*HEADINGS[:2], HEADINGS[3], HEADINGS[2], *HEADINGS[4:]]
    wrong = [*member(1)[:2], "从前", *member(1)[2:3], *member(1, "安泰公司", "志愿者")[4:]]
    sent(office, workbook({"花名册": [HEADINGS, member(0, "和顺公司", "骨干"), moved, wrong]}))
    batch = ImportBatch.objects.get()
    assert rows(office, batch, show="wrong") == [(4, "有误")]
    assert "《花名册》第 3 行：标题各列的顺序与上方不同" in told(office, batch)
    form = office.get(reverse("import_batch_mend", args=[batch.pk, 0, 3])).context["form"]
    assert [(form.names[one.name], one.value()) for one in form.wrong] == [("入团年月", "从前")]
    cells = {name: form[name].value() for name in form.names} | {"cell-2": "2016-05"}
    office.post(reverse("import_batch_mend", args=[batch.pk, 0, 3]), cells)
    assert (rows(office, batch, show="new"), batch.parts.get().rows[3]) == (
        [(2, "新增"), (4, "新增")],
        [*wrong[:2], "2016-05", *wrong[3:]],
    )
