"""The ledger's commands: import_ledger, export_ledger, ledger_template and load_sample_year."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from assistance.models import Pairing, Visit
from members.models import Person, Post
from orgs.accounts.second_factor import spend_code
from orgs.models import Organisation, Supply, User
from reports.management.commands import load_sample_year
from reports.management.commands.load_sample_year import ACCOUNTS, ON_ACTS, SAMPLE_PASSWORD, account_line
from reports.sample.ledger import COMMITTED
from tests.forked_commands import answers
from tests.workbooks import counts, exported_rows, take_in, workbook
from yl_district.audit.models import AccessEntry
from yl_district.importing.models import ImportBatch
from yl_district.installation.facts import is_demo
from yl_district.spreadsheets.workbooks import read_workbook

pytestmark = pytest.mark.django_db

ROOT = {"组织名称": "清河地区团工委", "组织类别": "团工委", "所属领域": "机关"}
MEMBER = {
    "姓名": "章程",
    "性别": "男",
    "出生日期": "1998-05-04",
    "所在团支部": "清河地区团工委",
    "来源日期": "2017-05-04",
}
GOOD = {"团组织": [ROOT], "团员": [MEMBER]}
BAD = GOOD | {"团员": [MEMBER | {"性别": "M"}]}


@pytest.fixture
def file(tmp_path):
    """A function that writes sheets to a file and returns its path."""

    def file(sheets):
        path = tmp_path / "台账.xlsx"
        path.write_bytes(workbook(sheets))
        return path

    return file


def said(capsys, *command):
    """What a command prints, and its exit code."""
    code = 0
    try:
        call_command(*map(str, command))
    except SystemExit as end:
        code = end.code
    return capsys.readouterr().out, code


def test_a_good_file_is_written(file, capsys):
    assert said(capsys, "import_ledger", file(GOOD)) == (
        "《团组织》新增 1，变更 0，相同 0，错误 0\n《团员》新增 1，变更 0，相同 0，错误 0\n已全部写入。\n",
        0,
    )
    assert ImportBatch.objects.get().user is None


def reported(capsys, file, tmp_path, given):
    """What import_ledger reports in JSON with these answers, {id: answer}, and its exit code."""
    answers = tmp_path / "答复.json"
    answers.write_text(json.dumps([{"id": key, "answer": answer} for key, answer in given.items()]), "utf-8")
    output, code = said(capsys, "import_ledger", file, "--json", "--answers", answers)
    return json.loads(output), code


def without(column, *rows):
    """The rows without a column."""
    return [{heading: cell for heading, cell in row.items() if heading != column} for row in rows]


SUPPLY = {"组织": "清河地区团工委", "日期": "2017-05-04", "物资": "团旗", "数量": "2"}
LACKING = {"团组织": [ROOT], "团员": without("性别", MEMBER), "物资配发": without("日期", SUPPLY)}


def test_columns_that_sheets_lack_are_questions_whose_answers_all_their_rows_get(file, capsys, tmp_path):
    before = counts()
    report, code = reported(capsys, file(LACKING), tmp_path, {})
    assert [(one["id"], one["kind"], one["found"], one["proposals"]) for one in report["questions"]] == [
        ("column-团员-性别", "column", "《团员》缺少必需的列“性别”", ["男", "女"]),
        ("column-物资配发-日期", "column", "《物资配发》缺少必需的列“日期”", ["其他日期"]),
    ]
    assert (code, report["written"], counts()) == (1, False, before)
    report, code = reported(capsys, file(LACKING), tmp_path, {"column-团员-性别": "男"})
    assert ([error["column"] for error in report["errors"]], code, counts()) == (["日期"], 1, before)
    both = {"column-团员-性别": "男", "column-物资配发-日期": "2017-05-04"}
    report, code = reported(capsys, file(LACKING), tmp_path, both)
    assert (report["errors"], report["written"], code) == ([], True, 0)
    assert (Person.objects.get().gender, str(Supply.objects.get().issued_on)) == ("M", "2017-05-04")


def test_an_answer_about_a_column_holds_for_the_sheets_of_its_kind_alone(file, capsys, tmp_path):
    unit = {"单位名称": "和顺科技", "类别": "非公企业"}
    sheets = GOOD | {"团员": [MEMBER | {"离开日期": None}], "两新组织": [unit]}
    report, code = reported(capsys, file(sheets), tmp_path, {"column-两新组织-状态": "正常"})
    assert (report["errors"], code) == ([], 0)
    kept = ImportBatch.objects.get().mapping["sheets"]
    assert [(one["name"], one["fixed"]) for one in kept if one["fixed"]] == [("两新组织", {"状态": "正常"})]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (
            {"column-团员-性别": "未知"},
            "《团员》表中没有“性别”这一列，整张表统一为什么？”的答复，应为以下之一：男、女。",
        ),
        ({"column-性别": "男"}, "没有编号为“column-性别”的问题"),
    ],
)
def test_an_answer_about_a_column_that_does_not_fit_ends_with_code_2(file, capsys, tmp_path, given, words):
    with pytest.raises(CommandError) as error:
        reported(capsys, file(LACKING), tmp_path, given)
    assert (words in str(error.value), error.value.returncode, ImportBatch.objects.count()) == (True, 2, 0)


def test_of_two_columns_of_one_heading_one_is_asked_for(file, capsys, tmp_path):
    sheets = GOOD | {"团员": [[*MEMBER, "性别*"], [*MEMBER.values(), "女"]]}
    report, code = reported(capsys, file(sheets), tmp_path, {})
    assert [(one["id"], one["rows"], one["proposals"]) for one in report["questions"]] == [
        ("twins-性别", [2], ["第 1 个", "第 2 个"])
    ]
    assert (code, report["written"], report["unknown"], Person.objects.count()) == (1, False, [], 0)
    report, code = reported(capsys, file(sheets), tmp_path, {"twins-性别": "第 2 个"})
    assert (code, report["written"], Person.objects.get().gender) == (0, True, "F")


def test_two_columns_of_one_heading_that_say_the_same_are_one(file, capsys, tmp_path):
    sheets = GOOD | {"团员": [[*MEMBER, "性别*"], [*MEMBER.values(), "男"]]}
    report, code = reported(capsys, file(sheets), tmp_path, {})
    assert (code, report["questions"], report["unknown"]) == (0, [], [])


def test_the_same_file_again_is_said_to_change_nothing(file, capsys):
    take_in(GOOD)
    output, code = said(capsys, "import_ledger", file(GOOD))
    assert (output.splitlines()[-1], code) == ("文件与系统中的记录完全相同，没有改动。", 0)


def test_an_empty_ledger_is_said_to_hold_nothing(file, capsys):
    output, code = said(capsys, "import_ledger", file({"团员": []}))
    assert (output.splitlines()[-1], code) == ("文件中没有记录，没有改动。", 0)


def test_a_wrong_row_means_exit_code_1_and_nothing_written(file, capsys):
    before = counts()
    output, code = said(capsys, "import_ledger", file(BAD))
    assert (output.splitlines()[-2:], code) == (
        [
            "错误：《团员》第 2 行“性别”现为“M”，应为以下之一：男、女。请从中选择一项。",
            "没有写入任何内容。",
        ],
        1,
    )
    assert counts() == before


@pytest.mark.parametrize(("sheets", "expected"), [(GOOD, 0), (BAD, 1)])
def test_a_check_has_the_same_exit_code_and_writes_nothing(file, capsys, sheets, expected):
    before = counts()
    output, code = said(capsys, "import_ledger", file(sheets), "--check")
    outcome = "没有写入任何内容。" if expected else "仅作检查，没有写入。"
    assert (output.splitlines()[-1], code) == (outcome, expected)
    assert counts() == before


def test_changed_and_unknown_parts_are_told(file, capsys):
    take_in(GOOD)
    output, _ = said(
        capsys, "import_ledger", file(GOOD | {"团员": [MEMBER | {"性别": "女", "籍贯": "北京"}], "值班": [["甲"]]})
    )
    assert output.splitlines()[2:] == [
        "未识别：工作表《团员》的列“籍贯”",
        "未识别：工作表《值班》",
        "变更：《团员》第 2 行“章程”的性别：男 → 女",
        "已全部写入。",
    ]


def test_json_has_the_shape_that_programs_rely_on(file, capsys):
    output, code = said(capsys, "import_ledger", file(BAD), "--json")
    problem = {
        "sheet": "团员",
        "row": 2,
        "column": "性别",
        "found": "M",
        "expected": "以下之一：男、女",
        "remedy": "请从中选择一项",
    }
    assert code == 1
    assert json.loads(output) == {
        "file": "台账.xlsx",
        "written": False,
        "sheets": {
            "团组织": {"new": 1, "changed": 0, "same": 0, "doubtful": 0, "pending": 0, "errors": []},
            "团员": {"new": 0, "changed": 0, "same": 0, "doubtful": 0, "pending": 0, "errors": [problem]},
        },
        "unknown": [],
        "warnings": [],
        "questions": [],
        "noticed": [],
        "doubts": [],
        "errors": [problem],
        "further_errors": [],
        "pending": [],
        "further_pending": [],
    }


def test_json_of_an_unreadable_file(tmp_path, capsys):
    path = tmp_path / "台账.xlsx"
    path.write_bytes(b"<html>")
    output, code = said(capsys, "import_ledger", path, "--json")
    report = json.loads(output)
    assert (code, report["sheets"], report["errors"]) == (
        1,
        {},
        [
            {
                "sheet": None,
                "row": None,
                "column": None,
                "found": "网页或 XML 文件",
                "expected": "未加密的 Excel 工作簿（.xlsx、.xls）、.ods 表格、.csv 文本或含表格的 .docx 文件",
                "remedy": "请在 Excel 或 WPS 中打开，另存为“Excel 工作簿（.xlsx）”后重新上传",
            }
        ],
    )


def test_an_empty_cell_is_told_without_quotation_marks(file, capsys):
    output, _ = said(capsys, "import_ledger", file(GOOD | {"团员": [MEMBER | {"性别": None}]}))
    assert "错误：《团员》第 2 行“性别”现为（空），应为必填内容。请填写性别。" in output.splitlines()


COMMANDS = {
    "annual_summary": ["2017", "--format", "text", "-o", "out.txt"],
    "export_ledger": ["-o", "out.xlsx"],
    "ledger_template": ["-o", "out.xlsx"],
    "import_ledger": [str(COMMITTED)],
    "load_sample_year": [],
}
MIGRATE = "CommandError: 数据库中还没有（或缺少）所需的表，请先运行 manage.py migrate 后重试。\n"
CONNECT = "CommandError: 连接不上数据库，请核对 DATABASE_URL 与数据库服务，首次使用时再运行 manage.py migrate。\n"


UNUSABLE = [
    *((command, "sqlite:///{folder}/empty.sqlite3", MIGRATE) for command in COMMANDS),
    ("export_ledger", "sqlite:///{folder}/missing/empty.sqlite3", CONNECT),
    ("export_ledger", "postgres://nobody@127.0.0.1:1/nothing", CONNECT),
    ("export_ledger", "nothing", CONNECT),
]


@pytest.mark.cpu(8)
def test_a_database_that_cannot_be_used_is_one_clear_line(tmp_path):
    given = [([name, *COMMANDS[name]], {"DATABASE_URL": url.format(folder=tmp_path)}) for name, url, _ in UNUSABLE]
    found = answers(given, tmp_path)
    assert [(code, output) for code, output, _ in found] == [(1, "")] * len(UNUSABLE)
    for (_, url, line), (_, _, errors) in zip(UNUSABLE, found, strict=True):
        # django-environ adds a warning of its own about an address without a scheme.
        *warnings, last = errors.splitlines(keepends=True)
        assert (last[: len(line)], bool(warnings)) == (line, url == "nothing")
    assert [path.name for path in tmp_path.iterdir() if path.suffix in (".txt", ".xlsx")] == []


def test_a_kind_of_database_that_nobody_knows_is_one_clear_line():
    command = [sys.executable, settings.BASE_DIR / "manage.py", "ledger_template", "-o", "out.xlsx"]
    environment = os.environ | {"DATABASE_URL": "mysqlx://nobody@127.0.0.1/nothing"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (1, "", 1)
    assert done.stderr.startswith("设置有误，请核对 DATABASE_URL")


def test_a_path_that_cannot_be_read_is_a_command_error(tmp_path):
    with pytest.raises(CommandError, match=r"不能读取 .*请核对文件路径与权限。"):
        call_command("import_ledger", str(tmp_path / "nothing.xlsx"))
    with pytest.raises(CommandError, match="不能读取"):
        call_command("import_ledger", str(tmp_path))


def test_an_export_is_a_ledger_and_is_noted(tmp_path, capsys):
    take_in(GOOD)
    path = tmp_path / "out.xlsx"
    assert said(capsys, "export_ledger", "-o", path) == (f"已写入 {path}\n", 0)
    assert take_in(path.read_bytes()).same == 2
    assert list(AccessEntry.objects.filter(action="export").values_list("subject", "detail", "user_id")) == [
        ("out.xlsx", "年度工作台账", None)
    ]


def test_an_export_of_one_year(tmp_path):
    walks = [{"活动名称": "健步走", "日期": f"{year}-04-08", "类型": "阳光体育"} for year in (2016, 2017)]
    take_in(GOOD | {"活动": walks})
    path = tmp_path / "out.xlsx"
    call_command("export_ledger", "--year", "2016", "-o", str(path))
    sheets = {sheet.name: sheet.rows[1:] for sheet in read_workbook(path.read_bytes())}
    assert ([row[1] for row in sheets["活动"]], len(sheets["团员"])) == (["2016-04-08"], 1)


@pytest.mark.parametrize("year", ["0", "17", "20170", "x"])
def test_a_year_is_a_calendar_year(tmp_path, year):
    with pytest.raises(CommandError, match="四位年份"):
        call_command("export_ledger", "--year", year, "-o", str(tmp_path / "out.xlsx"))


@pytest.mark.parametrize("command", ["export_ledger", "ledger_template"])
def test_where_nothing_can_be_written_nothing_is_noted_or_left_behind(tmp_path, command):
    with pytest.raises(CommandError, match="不能写入"):
        call_command(command, "-o", str(tmp_path / "missing" / "out.xlsx"))
    (tmp_path / "folder.xlsx").mkdir()
    with pytest.raises(CommandError, match="不能写入"):
        call_command(command, "-o", str(tmp_path / "folder.xlsx"))
    assert (AccessEntry.objects.count(), [path.name for path in tmp_path.iterdir()]) == (0, ["folder.xlsx"])


def test_the_template_is_written_and_noted(tmp_path, capsys):
    path = tmp_path / "模板.xlsx"
    assert said(capsys, "ledger_template", "-o", path) == (f"已写入 {path}\n", 0)
    assert read_workbook(path.read_bytes())[0].rows[0][:3] == ["组织名称*", "组织类别*", "所属领域*"]
    assert AccessEntry.objects.get().detail == "年度工作台账模板"


@pytest.mark.cpu(4)
def test_the_sample_year_is_loaded_once_with_its_accounts(client, capsys):
    output, _ = said(capsys, "load_sample_year")
    accounts = [account_line(*account) for account in ACCOUNTS]
    assert accounts[0] == "演示账号　委机关专干：用户名 zhuangan，密码 Gaobeidian-2017"
    assert accounts[2].endswith(
        "动态口令密钥 GAOBEIDIANYOUTHLEAGUEDEMOSECRET2（当前口令：.venv/bin/python manage.py demo_code）"
    )
    rows = sum(len(rows) for rows in exported_rows().values())
    assert output.splitlines() == [f"已载入示例台账，共 {rows} 条记录。", *accounts, ON_ACTS]
    assert all(client.login(username=name, password=SAMPLE_PASSWORD) for name, *_ in ACCOUNTS)
    bound = Person.objects.exclude(user=None).order_by("user__username").values_list("user__username", "name")
    serving = [Post.objects.get(organisation__name="高井社区团支部", ended_on=None).person.name]
    assert list(bound)[:1] == [("gaojing", *serving)]
    assert [name for name, _ in bound] == ["gaojing", "zhuangan"]
    today = timezone.localdate()
    standing = list(Pairing.objects.in_register_on(today))
    assert len(standing) == 8
    assert [(each.pledged_on, each.visit_every) for each in standing] == [(each.started_on, 1) for each in standing]
    waiting = Visit.objects.standing().filter(done_on=None)
    assert [visit.state_on(today) for visit in waiting] == [Visit.State.OVERDUE]
    before = counts()
    output, _ = said(capsys, "load_sample_year")
    assert output.splitlines() == ["演示数据库中已有示例，不再载入。", *accounts, ON_ACTS]
    assert counts() | {"django_session": 0} == before | {"django_session": 0}


@pytest.mark.cpu(4)
def test_the_demo_code_is_the_one_that_a_demo_account_takes(client, capsys):
    said(capsys, "load_sample_year")
    code = said(capsys, "demo_code")[0].strip()
    user = User.objects.get(username="guanli")
    assert [spend_code(user, code) is not None for _ in range(2)] == [True, False]
    client.post(reverse("login"), {"username": "zhuangan", "password": SAMPLE_PASSWORD})
    page = reverse("mfa_activate_totp")
    assert "manage.py demo_code" in client.get(page).content.decode()
    assert client.post(page, {"code": code}).url == reverse("mfa_view_recovery_codes")


def test_no_sample_and_no_published_password_in_an_office_s_database():
    take_in(GOOD)
    with pytest.raises(CommandError, match=load_sample_year.NOT_EMPTY):
        call_command("load_sample_year")
    assert (Organisation.objects.count(), User.objects.count(), is_demo()) == (1, 0, False)


def test_twin_without_looking_the_sample_would_be_loaded_there(monkeypatch):
    take_in(GOOD)
    loaded = []
    monkeypatch.setattr(load_sample_year, "is_in_use", lambda: False)
    monkeypatch.setattr(load_sample_year.Command, "load", lambda command: loaded.append(command))
    call_command("load_sample_year")
    assert len(loaded) == 1


def test_an_account_alone_makes_a_database_an_office_s():
    User.objects.create_user("lin")
    with pytest.raises(CommandError, match=load_sample_year.NOT_EMPTY):
        call_command("load_sample_year")


def test_the_committed_sample_is_a_ledger_without_fault():
    report = take_in(COMMITTED.read_bytes(), check=True)
    assert (report.errors, report.unknown, report.changed) == ([], [], 0)
