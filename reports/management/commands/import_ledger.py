"""manage.py import_ledger FILE [--check] [--answers FILE] [--doubtful same|new] [--json]"""

import json
from pathlib import Path

from django.core.management.base import CommandError
from django.utils import timezone

from reports.ledger.workbook import import_ledger
from yl_district.commands import DatabaseCommand
from yl_district.importing.check import TO_KEEP
from yl_district.importing.findings import ASK
from yl_district.importing.questions import AnswersRefused, read_answers
from yl_district.importing.versions import as_ranges
from yl_district.sheets.cells import quoted_cell
from yl_district.sheets.doubts import ANOTHER_ONE, THE_SAME

MUST_BE_NAMED = "可能的不止一个，--doubtful same 不能替您选定，请用 --answers 逐行指明。"


class Command(DatabaseCommand):
    help = "把年度工作台账（.xlsx、.xls 或 .ods）整份导入；有任何一行有误则不写入，退出码为 1。"

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help="台账工作簿")
        parser.add_argument("--check", action="store_true", help="只检查，不写入")
        add_answers(parser)
        add_doubtful(parser)
        parser.add_argument("--json", action="store_true", dest="as_json", help="以 JSON 给出结果")

    def handle(self, *, file, check, answers, doubtful, as_json, **options):
        try:
            data = file.read_bytes()
        except OSError as error:
            raise CommandError(f"不能读取 {file}：{error.strerror}。请核对文件路径与权限。") from None
        try:
            given = answers_in(answers)
            how = {"check": check, "answers": given, "doubtful": doubtful}
            report = import_ledger(data, file.name, timezone.localdate(), **how)
        except AnswersRefused as error:
            raise CommandError(str(error), returncode=2) from None
        if as_json:
            self.stdout.write(json.dumps(report.as_dict(), ensure_ascii=False, indent=2))
        else:
            self.stdout.write("\n".join([*report_lines(report), ledger_outcome(report, check)]))
        if report.errors or report.doubtful:
            raise SystemExit(1)


def add_answers(parser):
    """Adds the option for a file with answers to the questions of an import."""
    parser.add_argument("--answers", type=Path, help="答复文件：--check --json 给出的 questions，每个问题补上 answer")


def add_doubtful(parser):
    """Adds the option that answers for all rows which may be registered already."""
    said = "可能是同一人的行：same 都是登记的那一个，new 都是另外的；ask（不指明时）须逐个答复，否则不写入"
    parser.add_argument("--doubtful", choices=[ASK, THE_SAME, ANOTHER_ONE], default=ASK, help=said)


def doubt_lines(doubts):
    """Yields a line for each row that may be registered already and is not answered."""
    for one in doubts:
        if not one["answer"]:
            sheet = f"《{one['sheet']}》" if one["sheet"] else ""
            found = "；".join(f"{each['answer']}（{each['why']}）" for each in one["candidates"])
            several = MUST_BE_NAMED if len(one["candidates"]) > 1 else ""
            yield f"等待答复：{sheet}第 {one['row']} 行可能是已有的：{found}；{ANOTHER_ONE}。{several}"


def answers_in(path):
    """The answers of a file, none without a file; raises CommandError where it cannot be read, or AnswersRefused."""
    try:
        return read_answers(path.read_text("utf-8")) if path else ()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "不是 UTF-8 文本"
        raise CommandError(f"不能读取 {path}：{reason}。请核对文件路径与内容。", returncode=2) from None


def question_lines(questions):
    """Yields a line for each question of a report that is not answered."""
    for one in questions:
        if "answer" not in one:
            yield f"问题 {one['id']}：{one['found']}。可答复：{'、'.join(one['proposals'])}。"


def noticed_lines(noticed):
    """Yields a line for each thing that was recognised in the layout."""
    for one in noticed:
        runs = [f"{first}" if first == last else f"{first}–{last}" for first, last in as_ranges(one["rows"])]
        sheet = f"《{one['sheet']}》" if one["sheet"] else ""
        yield f"已识别：{sheet}第 {'、'.join(runs)} 行：{one['said']}。"


def pending_lines(pending):
    """Yields a line for each cell that is put aside, the row being taken without it."""
    for one in pending:
        yield f"待补：{place_in_words(one)}现为{quoted(one.found)}，应为{one.expected}。{one.remedy}。"


def further_lines(word, told):
    """Yields a line for each kind of the problems that are not told one by one."""
    for one in told.as_list():
        place = (f"《{one['sheet']}》" if one["sheet"] else "") + (f"“{one['column']}”" if one["column"] else "")
        yield f"{word}：另有 {one['count']} 处{place}应为{one['expected']}。{one['remedy']}。"


def report_lines(report):
    """Yields a line for each sheet, unrecognised part, warning, change and error of the report."""
    for name, sheet in report.sheets.items():
        waiting = f"，等待答复 {sheet.doubtful}" if sheet.doubtful else ""
        yield f"《{name}》新增 {sheet.new}，变更 {sheet.changed}，相同 {sheet.same}{waiting}，错误 {len(sheet.errors)}"
    for unknown in report.unknown:
        column = f"的列“{unknown['column']}”" if unknown["column"] else ""
        yield f"未识别：工作表《{unknown['sheet']}》{column}"
    for aside in report.aside:
        yield f"未计入：《{aside['sheet']}》第 {aside['row']} 行（{aside['kind']}）"
    for warning in report.warnings:
        yield f"请注意：{warning}"
    yield from noticed_lines(report.noticed)
    yield from question_lines(report.questions)
    yield from doubt_lines(report.doubts)
    for name, sheet in report.sheets.items():
        for row, record, heading, old, new in sheet.changes:
            yield f"变更：《{name}》第 {row} 行“{record}”的{heading}：{old or '（空）'} → {new or '（空）'}"
    yield from pending_lines(report.pending)
    yield from further_lines("待补", report.told_pending)
    for problem in report.errors:
        yield f"错误：{place_in_words(problem)}现为{quoted(problem.found)}，应为{problem.expected}。{problem.remedy}。"
    yield from further_lines("错误", report.told)


def quoted(found):
    """The value in quotation marks; the text for an empty cell has brackets of its own."""
    return found if found == quoted_cell(None) else f"“{found}”"


def place_in_words(problem):
    """The place of a problem, as far as it is known."""
    sheet = f"《{problem.sheet}》" if problem.sheet else ""
    row = f"第 {problem.row} 行" if problem.row else ""
    return sheet + row + (f"“{problem.column}”" if problem.column else "")


def ledger_outcome(report, check):
    """The outcome of the import in one sentence."""
    if report.errors:
        return "没有写入任何内容。"
    if check:
        return "仅作检查，没有写入。"
    if report.new or report.changed or (report.written and report.batch.counts.get(TO_KEEP)):
        return "已全部写入。"
    return "文件与系统中的记录完全相同，没有改动。" if report.same else "文件中没有记录，没有改动。"
