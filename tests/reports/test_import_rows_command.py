"""manage.py import_rows: output, records written, and exit code."""

import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.utils.timezone import localdate

from members.models import Member
from orgs.models import Supply
from tests.factories import make_organisation
from tests.workbooks import workbook
from yl_district.audit.models import AccessEntry
from yl_district.importing.models import ImportBatch, ImportPart

pytestmark = pytest.mark.django_db
HEADINGS = ["序号", "姓 名", "性别", "出生年月日", "所属团组织", "血型"]
RIGHT = [1, "何清远", "男", "1998-05-04", "柳林社区团支部", "A"]
WRONG = [2, "苏晓", "女", "1999.13.1", "柳林社区团支部", "B"]


@pytest.fixture(autouse=True)
def branch():
    return make_organisation("柳林社区团支部", category="branch")


def run(tmp_path, rows, *options, kind="members"):
    """What the command prints, and the code with which it ends."""
    file, out = tmp_path / "名单.xlsx", io.StringIO()
    file.write_bytes(workbook({"花名册": [["附件1：团员花名册"], HEADINGS, *rows]}))
    try:
        call_command("import_rows", kind, str(file), *options, stdout=out)
    except SystemExit as end:
        return out.getvalue(), end.code
    except CommandError as error:
        return str(error), error.returncode
    return out.getvalue(), 0


def kept():
    """Members, imports, and parts of files that the database holds."""
    return Member.objects.count(), ImportBatch.objects.count(), ImportPart.objects.count()


def test_right_rows_are_written_and_the_import_keeps_its_number(tmp_path):
    said, code = run(tmp_path, [RIGHT])
    batch = ImportBatch.objects.get()
    assert said.splitlines() == [
        "新增 1，变更 0，相同 0，可能是同一人 0，在其他支部 0，文件内重复 0，有误 0，未计入的行 1",
        "未识别的列：《花名册》“血型”",
        "请注意：1 行新增的团员没有来源日期和在册起始日期；"
        f"没有答复“这些团员从哪一天起在册？”，按“今天（{localdate()}）”处理。",
        f"已写入（导入记录 {batch.pk}）。",
    ]
    assert (code, kept()) == (0, (1, 1, 0))
    assert AccessEntry.objects.filter(action="import").count() == 1


def test_a_check_leaves_nothing(tmp_path):
    said, code = run(tmp_path, [RIGHT], "--check")
    assert (said.splitlines()[-1], code, kept()) == ("仅作核对，没有写入。", 0, (0, 0, 0))


def test_one_wrong_row_keeps_all_out_and_says_where_what_and_how(tmp_path):
    said, code = run(tmp_path, [RIGHT, WRONG])
    assert said.splitlines()[-2:] == [
        "错误：《花名册》第 4 行“出生日期”现为“1999.13.1”，应为真实存在的日期、年月或年份，"
        "如 1999-05-04、1999-05 或 1999。请核对；不知道日或月的，写到年月或年份即可。",
        "没有写入任何内容。",
    ]
    assert (code, kept()) == (1, (0, 0, 0))


def test_only_the_right_rows_are_written_where_that_is_wanted(tmp_path):
    said, code = run(tmp_path, [RIGHT, WRONG], "--only-right-rows")
    assert said.splitlines()[-1].endswith("有误的行没有写入。")
    assert (code, [str(member) for member in Member.objects.all()]) == (1, ["何清远"])


def test_the_same_file_again_changes_nothing(tmp_path):
    run(tmp_path, [RIGHT])
    said, code = run(tmp_path, [RIGHT])
    assert said.startswith("新增 0，变更 0，相同 1，")
    assert (code, Member.history.count()) == (0, 1)


def test_json_has_the_shape_that_programs_rely_on(tmp_path):
    said, code = run(tmp_path, [RIGHT, WRONG], "--check", "--json")
    counts = {
        "new": 1,
        "changed": 0,
        "same": 0,
        "doubtful": 0,
        "elsewhere": 0,
        "duplicate": 0,
        "wrong": 1,
        "set_aside": 1,
        "pending": 0,
    }
    assert json.loads(said) == {
        "kind": "members",
        "file": "名单.xlsx",
        "written": False,
        "counts": counts,
        "unknown": [{"sheet": "花名册", "column": "血型"}],
        "warnings": [],
        "noticed": [],
        "aside": [{"sheet": "花名册", "row": 1, "kind": "标题上方的行"}],
        "questions": [
            {
                "id": "roll_begin",
                "kind": "roll_begin",
                "sheet": "花名册",
                "rows": [3],
                "found": "1 行新增的团员没有来源日期和在册起始日期",
                "proposals": list(
                    dict.fromkeys([str(localdate()), f"{localdate().year}-01-01", "其他日期", "入团年月"])
                ),
            }
        ],
        "errors": [
            {
                "sheet": "花名册",
                "row": 4,
                "column": "出生日期",
                "found": "1999.13.1",
                "expected": "真实存在的日期、年月或年份，如 1999-05-04、1999-05 或 1999",
                "remedy": "请核对；不知道日或月的，写到年月或年份即可",
            }
        ],
        "further_errors": [],
        "pending": [],
        "further_pending": [],
        "changes": [],
        "doubts": [],
    }
    assert code == 1


def test_changes_are_told_cell_by_cell(tmp_path):
    run(tmp_path, [RIGHT])
    Member.objects.update(employer="清河公司")
    file = tmp_path / "单位.csv"
    file.write_text("姓名,性别,出生日期,所在团支部,工作单位\n何清远,男,1998-05-04,柳林社区团支部,青山公司\n", "gb18030")
    out = io.StringIO()
    call_command("import_rows", "members", str(file), stdout=out)
    assert "变更：第 2 行的工作单位：清河公司 → 青山公司" in out.getvalue().splitlines()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "空文件；应为"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "；应为"),
        ("一,二\n三,四\n".encode(), "没有找到团员表的文件（一张工作表）；应为至少有一行标题，其中有“姓名”等列的表。"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_line_and_code_2(tmp_path, content, words):
    file = tmp_path / "名单.csv"
    file.write_bytes(content)
    with pytest.raises(CommandError) as refusal:
        call_command("import_rows", "members", str(file))
    assert (words in str(refusal.value), "\n" in str(refusal.value), refusal.value.returncode) == (True, False, 2)
    assert kept() == (0, 0, 0)


def test_an_absent_file_and_an_unknown_kind_are_one_line_and_code_2(tmp_path):
    for kind, words in [
        ("members", "请核对文件路径与权限。"),
        ("people", "没有种类“people”，应为以下之一：organisations、posts、members、"),
    ]:
        with pytest.raises(CommandError) as refusal:
            call_command("import_rows", kind, str(tmp_path / "没有.xlsx"))
        assert (words in str(refusal.value), refusal.value.returncode) == (True, 2)


def test_a_list_without_a_required_column_says_which(tmp_path):
    file, out = tmp_path / "名单.csv", io.StringIO()
    file.write_text("姓名,出生日期,所在团支部\n何清远,1998-05-04,柳林社区团支部\n", "utf-8")
    with pytest.raises(SystemExit) as end:
        call_command("import_rows", "members", str(file), "--json", stdout=out)
    [error] = json.loads(out.getvalue())["errors"]
    assert (end.value.code, error["column"], error["expected"]) == (1, "性别", "必需的列“性别”")


def test_an_identity_number_says_the_birth_date_and_the_sex(tmp_path):
    file = tmp_path / "名单.csv"
    file.write_text("姓名,身份证号,所在团支部\n何清远,110105199805040012,柳林社区团支部\n", "utf-8")
    call_command("import_rows", "members", str(file), stdout=io.StringIO())
    person = Member.objects.get().person
    assert (person.birth_date.isoformat(), person.gender) == ("1998-05-04", "M")


def lacking(tmp_path, answers, *options, content="姓名,出生日期\n何清远,1998-05-04\n", kind="members"):
    """What the command says of a list that lacks columns, as of JSON, and its code; `answers` are {id: answer}."""
    file, given, out = tmp_path / "名单.csv", tmp_path / "答复.json", io.StringIO()
    file.write_text(content, "utf-8")
    given.write_text(json.dumps([{"id": key, "answer": answer} for key, answer in answers.items()]), "utf-8")
    try:
        call_command("import_rows", kind, str(file), "--json", "--answers", str(given), *options, stdout=out)
    except SystemExit as end:
        return json.loads(out.getvalue()), end.code
    except CommandError as error:
        return str(error), error.returncode
    return json.loads(out.getvalue()), 0


def test_a_column_that_the_list_lacks_is_a_question_whose_answer_all_rows_get(tmp_path):
    said, code = lacking(tmp_path, {})
    *columns, later = said["questions"]
    assert [(one["id"], one["kind"], one["proposals"]) for one in columns] == [
        ("column-性别", "column", ["男", "女"]),
        ("column-所在团支部", "column", ["柳林社区团支部"]),
    ]
    assert (later["id"], later["foreseen"]) == ("roll_begin", True)
    assert (code, kept()) == (1, (0, 0, 0))
    said, code = lacking(tmp_path, {"column-性别": "男"})
    assert ([error["column"] for error in said["errors"]], code) == (["所在团支部"], 1)
    both = {"column-性别": "男", "column-所在团支部": "柳林社区团支部"}
    said, code = lacking(tmp_path, both | {"roll_begin": "2017-05-04"})
    assert (said["written"], code) == (True, 0)
    assert [(str(one.listed_on), one.branch.name, one.person.gender) for one in Member.objects.all()] == [
        ("2017-05-04", "柳林社区团支部", "M")
    ]


def test_a_day_that_the_list_lacks_is_answered_as_a_day(tmp_path):
    content = "组织,物资,数量\n柳林社区团支部,团旗,2\n"
    said, _ = lacking(tmp_path, {}, content=content, kind="supplies")
    assert [(one["id"], one["proposals"]) for one in said["questions"]] == [("column-日期", ["其他日期"])]
    said, code = lacking(tmp_path, {"column-日期": "2017-05-04"}, content=content, kind="supplies")
    assert (said["written"], code, str(Supply.objects.get().issued_on)) == (True, 0, "2017-05-04")


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        (
            {"column-性别": "未知"},
            "整份文件统一为什么？”的答复，应为以下之一：男、女。",
        ),
        ({"column-民族": "汉族"}, "没有编号为“column-民族”的问题"),
        ({"column-所在团支部": "柳林"}, "应为以下之一：柳林社区团支部。"),
    ],
)
def test_an_answer_about_columns_that_does_not_fit_ends_with_code_2(tmp_path, answers, words):
    said, code = lacking(tmp_path, answers)
    assert (words in said, code, kept()) == (True, 2, (0, 0, 0))


def test_of_many_wrong_rows_the_first_are_told_and_the_others_counted_by_kind(tmp_path, monkeypatch):
    monkeypatch.setattr("yl_district.importing.told_problems.TOLD_IN_FULL", 3)
    told = {"sheet": "花名册", "column": "出生日期"}
    said, code = run(tmp_path, [WRONG] * 5, "--check", "--json")
    report = json.loads(said)
    assert (code, len(report["errors"]), report["counts"]["wrong"]) == (1, 3, 5)
    [further] = report["further_errors"]
    assert (further["count"], {name: further[name] for name in told}) == (2, told)
    plain, _ = run(tmp_path, [WRONG] * 5, "--check")
    assert plain.count("现为“1999.13.1”") == 3
    assert "错误：另有 2 处《花名册》“出生日期”应为真实存在的日期" in plain
