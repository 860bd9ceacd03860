"""What a list's layout says of its rows is taken, told or asked about, and never set aside in silence."""

import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils.timezone import localdate

from activities.models import Activity, ActivityType
from members.models import Member
from tests.made_once import made_once
from tests.pages import two_branches
from tests.reports.import_pages import HERE, act, commit, rows, sent, told
from tests.spreadsheet_files import ods_cell, ods_row, ods_table, open_document, with_cells
from tests.spreadsheet_files import workbook as excel
from tests.workbooks import workbook
from yl_district.importing.models import ImportBatch
from yl_district.recognition.blocks import side_by_side

pytestmark = pytest.mark.django_db

FAR = "安柏辰丹恩芳歌涵吉凯岚明楠欧平琪然思桐维"
HEADINGS = ["姓名", "性别", "出生日期", "入团年月", "所在团支部", "手机", "工作单位", "备注"]
SWAPPED = [*HEADINGS[:6], "备注", "工作单位"]


@made_once
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
        ("按这一行标题", [("和顺公司", "骨干"), ("", "志愿者")]),
        ("按上方标题", [("和顺公司", "骨干"), ("志愿者", "书法")]),
        ("不导入", [("和顺公司", "骨干")]),
    ],
)
def test_later_headings_that_are_not_known_are_asked_about(tmp_path, office, answer, expected):
    table = [HEADINGS, member(0, "和顺公司", "骨干"), ODD, member(1, "志愿者", "书法")]
    found, code = listed(tmp_path, table)
    assert (code, beside()) == (1, [])
    assert asked_of(found, "headings") == [("headings-1-3", [3], ["按这一行标题", "按上方标题", "不导入"])]
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


def answers(**given):
    """Answers as `--answers` takes them."""
    return [{"id": name, "answer": answer} for name, answer in given.items()]


def standing():
    """(name, 团籍状态, 离开日期) of all members."""
    people = Member.objects.select_related("person").order_by("person__birth_date")
    return [(one.person.name, one.get_status_display(), one.left_on and str(one.left_on)) for one in people]


ROLL = [
    ["高井社区团支部团员名册"],
    ["序号", *HEADINGS],
    ["一、在册团员（1人）"],
    [1, *member(0)],
    ["二、已转出团员（2人）"],
    [2, *member(1, None, "2025年6月转出")],
    [3, *member(2)],
    ["三、超龄离团"],
    [4, *member(3)],
]
STATES = {"section-已转出团员": "转出", "section-超龄离团": "超龄离团", "section_day": "2025-06-30"}


def test_sections_of_those_who_left_are_asked_about_once_each(tmp_path, office):
    found, code = listed(tmp_path, ROLL)
    assert (code, standing()) == (1, [])
    assert asked_of(found, "section") == [
        ("section-已转出团员", [6, 7], ["转出", "与其他行相同", "不导入"]),
        ("section-超龄离团", [9], ["超龄离团", "与其他行相同", "不导入"]),
    ]


def test_the_answer_is_the_state_of_the_rows_of_the_section(tmp_path, office):
    _, code = listed(tmp_path, ROLL, answers=answers(roll_begin="入团年月", **STATES))
    assert (code, standing()) == (
        0,
        [
            ("丁安", "正常", None),
            ("丁宁", "转出", "2025-06-30"),
            ("丁轩", "转出", "2025-06-30"),
            ("丁佳", "超龄离团", "2025-06-30"),
        ],
    )


def test_a_state_that_needs_a_day_asks_for_it(tmp_path, office):
    given = answers(**{"section-已转出团员": "转出", "section-超龄离团": "与其他行相同"})
    found, code = listed(tmp_path, ROLL, answers=given)
    assert (code, asked_of(found, "section_day")) == (1, [("section_day", [6, 7], [str(localdate()), "其他日期"])])


def test_rows_of_a_section_may_be_like_all_others_or_be_left_out(tmp_path, office):
    given = answers(**{"section-已转出团员": "不导入", "section-超龄离团": "与其他行相同"})
    found, code = listed(tmp_path, ROLL, answers=given)
    assert (code, standing()) == (0, [("丁安", "正常", None), ("丁佳", "正常", None)])
    assert [one["kind"] for one in found["aside"] if one["row"] in (6, 7)] == ["选择不导入的行"] * 2


def test_a_row_that_states_itself_what_it_is_is_not_asked_about(tmp_path, office):
    rows = [
        [*HEADINGS[:5], "团籍状态", "离开日期"],
        ["退团团员"],
        [*member(0)[:5], "开除", "2024-05-04"],
        [*member(1)[:5]],
    ]
    found, _ = listed(tmp_path, rows, "--check")
    assert asked_of(found, "section") == [("section-退团团员", [4], ["自愿退团", "自行脱团", "与其他行相同", "不导入"])]


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("失联团员", ["失联"]),
        ("（三）2025年度死亡团员名单", ["死亡"]),
        ("流动团员（1人）", ["流动"]),
        ("不在册人员", ["转出", "超龄离团", "自愿退团", "失联"]),
        ("在籍团员", []),
        ("已转出团员临时团支部", []),
        ("积极分子名单（1人）", []),
    ],
)
def test_only_titles_that_name_a_state_are_asked_about(tmp_path, office, title, expected):
    found, _ = listed(tmp_path, [HEADINGS, [title], member(0)], "--check")
    assert [one[2][:-2] for one in asked_of(found, "section")] == ([expected] if expected else [])


def test_a_sheet_or_the_title_above_a_table_may_say_it_too(tmp_path, office):
    book = workbook(
        {
            "在册": [HEADINGS, member(0)],
            "已转出": [HEADINGS, member(1)],
            "其他": [["超龄离团团员名册"], HEADINGS, member(2)],
        }
    )
    found, _ = listed(tmp_path, book, "--check")
    assert [(one[0], one[1]) for one in asked_of(found, "section")] == [
        ("section-已转出", [2]),
        ("section-超龄离团团员名册", [3]),
    ]


def test_next_years_plans_and_what_was_cancelled_are_no_activities_held(tmp_path, office):
    ActivityType.objects.get_or_create(key="film", defaults={"name": "观影"})
    headings = ["活动名称", "日期", "类型"]
    table = [
        ["活动一览"],
        headings,
        ["观影一", "2017-05-04", "观影"],
        ["明年计划"],
        ["观影二", "2017-06-04", "观影"],
        ["停办的活动"],
        ["观影三", "2017-07-04", "观影"],
    ]
    found, code = listed(tmp_path, table, kind="activities")
    assert (code, asked_of(found, "section")) == (
        1,
        [
            ("section-明年计划", [5], ["计划", "与其他行相同", "不导入"]),
            ("section-停办的活动", [7], ["取消", "与其他行相同", "不导入"]),
        ],
    )
    given = answers(**{"section-明年计划": "计划", "section-停办的活动": "取消"})
    _, code = listed(tmp_path, table, kind="activities", answers=given)
    assert (code, list(Activity.objects.order_by("held_on").values_list("name", "state"))) == (
        0,
        [("观影一", "held"), ("观影二", "planned"), ("观影三", "cancelled")],
    )


def test_a_section_is_asked_about_on_the_page_and_undone_with_the_import(office):
    sent(office, workbook({"花名册": ROLL}))
    batch = ImportBatch.objects.get()
    assert "《已转出团员》的 2 行是什么？" in told(office, batch)
    given = {"answer-roll_begin": "入团年月"} | {f"answer-{name}": answer for name, answer in STATES.items()}
    act(office, "answer", batch, **given)
    assert "这些行的状态自何日起？" in told(office, batch)
    act(office, "answer", batch, **given | {"answer-section_day": "其他日期", "day-section_day": "2025-06-30"})
    commit(office, batch)
    assert [one[1] for one in standing()] == ["正常", "转出", "转出", "超龄离团"]
    act(office, "undo", batch)
    assert standing() == []


@pytest.mark.parametrize(
    "example",
    [
        ["例", None, "某某", "男"],
        ["示例：", "张三", "男", "2001-01-01"],
        [1, "张三", "男", "2001-01-01", "2016-05", HERE, "16512370009", None, "填写示例"],
        [None, "示例", "男", "2001-01-01"],
    ],
)
def test_a_worked_example_is_no_record_and_told_with_its_row(tmp_path, office, example):
    found, code = listed(tmp_path, [["序号", *HEADINGS], example, [1, *member(0)], [2, *member(1, None, "举例说明")]])
    assert (code, [name for name, _, _ in standing()]) == (0, ["丁安", "丁宁"])
    assert found["aside"] == [{"sheet": "花名册", "row": 2, "kind": "说明行"}]


FILM = {"活动名称": "纪录片放映", "日期": "2017-12-09"}


def signed_in(headings, *rows):
    """A list of who signed in at FILM, as rows below its headings."""
    return [[*FILM, "姓名", *headings], *([*FILM.values(), f"云{name}", *cells] for name, *cells in rows)]


def came():
    """(名, 到场情况) of everybody listed at FILM, and what the activity counts."""
    activity = Activity.objects.get()
    rows = activity.sign_ins.select_related("person").order_by("pk")
    return [f"{one.person.name[1:]}{one.get_presence_display()}" for one in rows], activity.attendance, activity.basis


@pytest.fixture
def film(office):
    kind, _ = ActivityType.objects.get_or_create(key="film", defaults={"name": "观影"})
    return Activity.objects.create(name=FILM["活动名称"], held_on=FILM["日期"], type=kind, basis="unrecorded")


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("headings", "present", "absent", "excused"),
    [
        (["签到情况"], "已签到", "缺席", "请假"),
        (["出勤"], "√", "×", "事假"),
        (["状态"], "迟到", "未到", "已请假"),
        (["签名"], None, "缺席", "请假（出差）"),
        (["签到"], "云安", "未参加", "因公请假"),
        (["单位", "备注"], "骨干", "没来", "病假"),
    ],
)
def test_only_who_came_is_counted(tmp_path, film, headings, present, absent, excused):
    beside = [None] * (len(headings) - 1)
    rows = [["安", *beside, present], ["宁", *beside, absent], ["轩", *beside, excused], ["佳", *beside, None]]
    found, code = listed(tmp_path, signed_in(headings, *rows), kind="signins")
    assert (code, came()) == (0, (["安到", "宁缺席", "轩请假", "佳到"], 2, "exact"))
    is_noted = headings[-1] in ("签名", "签到", "备注")
    assert [(one["what"], one["rows"]) for one in found["noticed"]] == [("noted", [3]), ("noted", [4])] * is_noted


def test_what_a_row_states_itself_counts_before_what_is_noted_beside(tmp_path, film):
    rows = [["安", "到", "请假"], ["宁", None, "上次缺席"], ["轩", None, "缺席"]]
    _, code = listed(tmp_path, signed_in(["到场情况", "备注"], *rows), kind="signins")
    assert (code, came()[0]) == (0, ["安到", "宁到", "轩缺席"])


def shown(fill, *rows):
    """The bytes of a roster with these rows below HEADINGS, after `fill(book, page)`."""

    def write(book, page):
        for number, row in enumerate(rows, 1):
            page.write_row(number, 0, row)
        fill(book, page)

    return excel(write, HEADINGS)


def hide(*rows):
    """Hides rows, numbered as in Excel."""

    def fill(book, page):
        for row in rows:
            page.set_row(row - 1, None, None, {"hidden": True})

    return fill


def filtered(book, page):
    page.autofilter(0, 0, 4, 1)
    page.filter_column(0, "x != 丁宁")
    hide(3, 5)(book, page)


def strike(book, page):
    page.write_row(2, 0, member(1), book.add_format({"font_strikeout": True}))


FOUR = [member(0), member(1), member(2), member(3)]


@pytest.mark.parametrize(
    ("fill", "kind", "rows"),
    [
        (hide(3, 5), "hidden_rows", [3, 5]),
        (lambda book, page: page.set_row(3, 0), "hidden_rows", [4]),
        (strike, "struck_rows", [3]),
        (lambda book, page: page.set_column(5, 5, None, None, {"hidden": True}), "hidden_columns", [2, 3, 4, 5]),
    ],
)
def test_what_is_out_of_sight_is_asked_about_once(office, tmp_path, fill, kind, rows):
    found, _ = listed(tmp_path, shown(fill, *FOUR), "--check")
    order = ["不导入", "导入"] if kind == "struck_rows" else ["导入", "不导入"]
    assert asked_of(found, kind) == [(kind, rows, order)]


def test_rows_that_a_filter_hides_are_called_so_on_the_page(office):
    sent(office, shown(filtered, *FOUR))
    page = told(office, ImportBatch.objects.get())
    assert "被筛选掉的行是否导入？ 2 行被筛选掉了，没有显示：《团员》第 3 行、《团员》第 5 行。" in page


@pytest.mark.parametrize(
    ("fill", "given", "expected"),
    [
        (hide(3, 5), {"hidden_rows": "不导入"}, ["丁安", "丁轩"]),
        (hide(3, 5), {"hidden_rows": "导入"}, ["丁安", "丁宁", "丁轩", "丁佳"]),
        (strike, {"struck_rows": "导入"}, ["丁安", "丁宁", "丁轩", "丁佳"]),
        (strike, {}, ["丁安", "丁轩", "丁佳"]),
    ],
)
def test_rows_out_of_sight_are_taken_or_left_as_answered(office, tmp_path, fill, given, expected):
    found, code = listed(tmp_path, shown(fill, *FOUR), answers=answers(**given) or None)
    assert (code, [name for name, _, _ in standing()]) == (0, expected)
    assert len(found["aside"]) == 4 - len(expected)


def test_hidden_rows_are_not_written_unasked(office, tmp_path):
    assert listed(tmp_path, shown(hide(3), *FOUR))[1] == 1
    assert standing() == []


def test_hidden_columns_may_be_left_out(office, tmp_path):
    book = shown(lambda book, page: page.set_column(7, 7, None, None, {"hidden": True}), member(0, "和顺公司", "骨干"))
    _, code = listed(tmp_path, book, answers=answers(hidden_columns="不导入"))
    assert (code, beside()) == (0, [("和顺公司", "")])


def test_a_hidden_sheet_with_a_table_is_asked_about_and_any_other_is_not(office, tmp_path):
    def fill(book, page):
        for name, table in (
            ("旧表", [HEADINGS, member(1)]),
            ("选项", [["男"], ["女"]]),
            ("更旧", [["姓名", "手机"], ["丁平", "16512370009"]]),
        ):
            sheet = book.add_worksheet(name)
            for number, row in enumerate(table):
                sheet.write_row(number, 0, row)
            sheet.hide()

    found, code = listed(tmp_path, shown(fill, member(0)))
    assert (code, asked_of(found, "hidden_sheets")) == (1, [("hidden_sheets", [2], ["导入", "不导入"])])
    assert (found["counts"]["new"], found["unknown"]) == (2, [])
    _, code = listed(tmp_path, shown(fill, member(0)), answers=answers(hidden_sheets="不导入"))
    assert (code, [name for name, _, _ in standing()]) == (0, ["丁安"])


@pytest.mark.parametrize(
    ("letter", "column", "code", "where"), [("E", "所在团支部", 1, "errors"), ("H", "备注", 0, "pending")]
)
def test_a_formula_that_was_never_computed_is_told_and_not_empty(office, tmp_path, letter, column, code, where):
    cells = "".join(
        f'<c r="{at}2" t="inlineStr"><is><t>{text}</t></is></c>'
        for at, text in zip("ABCDEFG", member(0, "和顺公司"), strict=False)
        if at != letter
    )
    data = with_cells(f'<row r="2">{cells}<c r="{letter}2"><f>G2</f></c></row>', excel(None, HEADINGS))
    found, ended = listed(tmp_path, data)
    remedy = "公式没有算出的值：请在 Excel 中打开并保存一次，或改为直接填写"
    assert (ended, [(one["row"], one["column"], one["remedy"]) for one in found[where]]) == (
        code,
        [(2, column, remedy)],
    )


BESIDE = ["序号", "姓名", "电话", "签名"]


def blocks(*rows, gap=()):
    """A sign-in list of FILM in two blocks side by side, below a title, each row a name for each block."""
    body = []
    for number, names in enumerate(rows, 4):
        cells = []
        for place, name in enumerate(names):
            person = [number, f"云{name}", f"165123{place}{number:04}", None] if name else [None] * 4
            cells += [*person, *gap] if place == 0 else person
        body.append(cells)
    return [["主题团日签到表"], [*BESIDE, *gap, *BESIDE], *body]


def film_list(table):
    """The bytes of a sign-in list with FILM in columns of its own, in each block."""
    titles = list(FILM)
    rows = [table[0], [*titles, *table[1][:4], *table[1][4:-4], *titles, *table[1][-4:]]]
    rows += [
        [*FILM.values(), *row[:4], *row[4:-4], *(FILM.values() if row[-3] else [None] * 2), *row[-4:]]
        for row in table[2:]
    ]
    return rows


@pytest.mark.parametrize("gap", [(), (None,)])
def test_blocks_side_by_side_are_read_one_after_the_other(tmp_path, film, gap):
    table = film_list(blocks("安宁", "轩佳", ["舟", None], gap=gap))
    found, code = listed(tmp_path, table, kind="signins")
    assert (code, came()[0]) == (0, ["安到", "轩到", "舟到", "宁到", "佳到"])
    assert found["noticed"] == [
        {"sheet": "花名册", "what": "block", "said": f"并排的几块表都已读取，这些行在 {columns} 列", "rows": rows}
        for columns, rows in (("A–F", [3, 4, 5]), ("H–M" if gap else "G–L", [3, 4]))
    ]


def test_a_cell_of_a_block_further_right_is_mended_in_its_row(film, office):
    table = film_list(blocks("安宁", "轩佳"))
    table[3][-3] = "1651"
    sent(office, workbook({"签到": table}), kind="signins")
    batch = ImportBatch.objects.get()
    mapping = reverse("import_batch_update", args=[batch.pk])
    form = office.get(mapping).context["form"]
    assert [(sheet.block, len(sheet.asked)) for sheet in form.sheets] == [("A–F 列", 0), ("G–L 列", 0)]
    office.post(mapping, {name: value for name in form.fields if (value := form[name].value()) not in (None, False)})
    batch.refresh_from_db()
    assert rows(office, batch, show="wrong") == [(4, "有误")]
    part = batch.parts.get(tags__contains="w")
    address = reverse("import_batch_mend", args=[batch.pk, part.number, 3])
    form = office.get(address).context["form"]
    assert [(form.names[one.name], one.value()) for one in form.wrong] == [("姓名", "1651")]
    office.post(address, {name: form[name].value() for name in form.names} | {form.wrong[0].name: "轩佳"})
    assert rows(office, batch, show="new") == [(3, "新增"), (4, "新增"), (3, "新增"), (4, "新增")]


def test_blocks_of_other_headings_are_asked_about(tmp_path, film):
    head, *table = blocks("安宁", "轩佳")[1:]
    titles = list(FILM)
    rows = [["序号", *titles, *head[1:4], "序号", *titles, "姓名", "身份"]]
    rows += [[row[0], *FILM.values(), *row[1:4], row[4], *FILM.values(), row[5], "团员"] for row in table]
    found, code = listed(tmp_path, rows, kind="signins")
    assert (code, asked_of(found, "other_blocks")) == (1, [("other_blocks", [2, 3], ["导入", "不导入"])])
    _, code = listed(tmp_path, rows, kind="signins", answers=answers(other_blocks="不导入"))
    assert (code, came()[0]) == (0, ["安到", "轩到"])


@pytest.mark.parametrize(
    "headings",
    [
        ["姓名", "手机", "监护人", "监护人电话", "姓名", "备注"],
        ["姓名", "手机", "签名", "姓名"],
        ["序号", "姓名", "手机", "序号", "备注"],
    ],
)
def test_a_heading_that_comes_twice_makes_no_second_table(headings):
    known = {"姓名": ("姓名",), "手机": ("手机号码",), "备注": ("备注",)}
    assert side_by_side(headings, known, {"姓名": ""}) == []


TWICE = [*HEADINGS[:6], "备注", "备注"]


def test_of_two_columns_of_one_heading_with_other_values_one_is_asked_for(tmp_path, office):
    table = [TWICE, member(0, "骨干", "骨干"), member(1, "志愿者", "新来"), member(2, None, "后补")]
    found, code = listed(tmp_path, table)
    assert (code, asked_of(found, "twins")) == (1, [("twins-备注", [3, 4], ["第 1 个", "第 2 个"])])
    _, code = listed(tmp_path, table, answers=answers(**{"twins-备注": "第 2 个"}))
    assert (code, [two for _, two in beside()]) == (0, ["骨干", "新来", "后补"])


@pytest.mark.parametrize("heading", ["备注", "手机", "姓名"])
def test_two_columns_that_say_the_same_are_one(tmp_path, office, heading):
    rows = [
        [*row, row[HEADINGS.index(heading)]] for row in (HEADINGS, member(0, None, "骨干"), member(1, None, "新来"))
    ]
    found, code = listed(tmp_path, rows)
    assert (code, found["unknown"], [two for _, two in beside()]) == (0, [], ["骨干", "新来"])
    sent(office, workbook({"花名册": rows}))
    assert ImportBatch.objects.latest("pk").state == "checked"


def test_columns_that_differ_only_far_below_are_asked_about_too(tmp_path, office):
    rows = [
        [*row, row[0]]
        for row in (
            HEADINGS[:6],
            *([f"丁{FAR[n // 20]}{FAR[n % 20]}", *member(0)[1:5], f"165{n:08}"] for n in range(260)),
        )
    ]
    rows[250][-1] = "别名"
    found, _ = listed(tmp_path, rows, "--check")
    assert asked_of(found, "twins") == [("twins-姓名", [251], ["第 1 个", "第 2 个"])]


def test_sections_of_absentees_are_asked_about(tmp_path, film):
    table = signed_in(["单位"], ["安"], ["宁"])
    table[2:2] = [["缺席人员（1人）"]]
    found, code = listed(tmp_path, table, kind="signins")
    assert (code, asked_of(found, "section")) == (1, [("section-缺席人员", [4], ["缺席", "与其他行相同", "不导入"])])
    _, code = listed(tmp_path, table, kind="signins", answers=answers(**{"section-缺席人员": "缺席"}))
    assert (code, came()[:2]) == (0, (["安到", "宁缺席"], 1))


def as_text(rows):
    """Rows as the bytes of a .csv file."""
    return "\n".join(",".join("" if cell is None else str(cell) for cell in row) for row in rows).encode()


def as_open_document(rows):
    """Rows as the bytes of an .ods file."""
    return open_document(
        ods_table("".join(ods_row(*(ods_cell(str(cell or "")) for cell in row)) for row in rows), "花名册")
    )


@pytest.mark.parametrize(("name", "write"), [("名单.csv", as_text), ("名单.ods", as_open_document)])
def test_layouts_are_read_in_other_formats_too(tmp_path, office, name, write):
    table = [
        HEADINGS,
        member(0, "和顺公司", "骨干"),
        SWAPPED,
        member(1, "志愿者", "安泰公司"),
        ["已转出团员（1人）"],
        member(2),
    ]
    found, code = listed(tmp_path, write(table), name=name)
    assert (code, [(one["what"], one["rows"]) for one in found["noticed"]]) == (1, [("other_order", [3])])
    assert asked_of(found, "section") == [("section-已转出团员", [6], ["转出", "与其他行相同", "不导入"])]
    _, code = listed(tmp_path, write(table), name=name, answers=answers(**{"section-已转出团员": "不导入"}))
    assert (code, beside()) == (0, [("和顺公司", "骨干"), ("安泰公司", "志愿者")])


@pytest.mark.parametrize(("name", "write"), [("名单.csv", as_text), ("名单.ods", as_open_document)])
def test_blocks_are_read_in_other_formats_too(tmp_path, film, name, write):
    _, code = listed(tmp_path, write(film_list(blocks("安宁", "轩佳"))), kind="signins", name=name)
    assert (code, came()[0]) == (0, ["安到", "轩到", "宁到", "佳到"])


def test_a_hidden_row_of_an_open_document_is_asked_about(tmp_path, office):
    rows = [ods_row(*map(ods_cell, HEADINGS)), *(ods_row(*map(ods_cell, member(number))) for number in range(2))]
    rows[2] = rows[2].replace("<table:table-row ", '<table:table-row table:visibility="collapse" ')
    found, code = listed(tmp_path, open_document(ods_table("".join(rows), "花名册")), name="名单.ods")
    assert (code, asked_of(found, "hidden_rows")) == (1, [("hidden_rows", [3], ["导入", "不导入"])])


def test_a_name_alone_in_its_row_is_no_title(tmp_path, office):
    headings = ["单位名称", "类别", "状态", "地址"]
    table = [
        headings,
        ["搬迁服务公司"],
        ["甲公司", "非公企业", "正常", "一号楼"],
        ["已注销单位"],
        ["乙公司", "非公企业", None, "二号楼"],
    ]
    found, _ = listed(tmp_path, table, "--check", kind="units")
    assert [one["row"] for one in found["errors"]] == [2, 2, 5]
    assert asked_of(found, "section") == [("section-已注销单位", [5], ["注销", "与其他行相同", "不导入"])]


def test_the_title_above_two_tables_side_by_side_tells_the_activity_of_both(film, office):
    table = blocks("安宁", "轩佳")
    table[0] = ["2017年12月9日纪录片放映签到表"]
    sent(office, workbook({"Sheet1": table}), kind="signins")
    batch = ImportBatch.objects.get()
    assert rows(office, batch) == [(3, "新增"), (4, "新增"), (3, "新增"), (4, "新增")]
    commit(office, batch)
    assert came()[0] == ["安到", "轩到", "宁到", "佳到"]
