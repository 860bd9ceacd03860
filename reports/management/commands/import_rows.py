"""manage.py import_rows KIND FILE [--check] [--only-right-rows] [--answers FILE] [--doubtful same|new] [--json]"""

import json
from pathlib import Path

from django.core.management.base import CommandError

from yl_district.commands import DatabaseCommand
from yl_district.importing.check import TAG_KEYS, TAG_LABELS
from yl_district.importing.findings import take_in_rows
from yl_district.importing.kinds import import_kinds
from yl_district.importing.layout_questions import noticed_dicts
from yl_district.importing.questions import AnswersRefused, question_dicts
from yl_district.spreadsheets.workbooks import UnreadableWorkbook

from .import_ledger import (
    add_answers,
    add_doubtful,
    answers_in,
    doubt_lines,
    further_lines,
    noticed_lines,
    pending_lines,
    place_in_words,
    question_lines,
    quoted,
)


class Command(DatabaseCommand):
    help = (
        "导入一份 Excel、.ods 或 .csv 名单；先核对每一行，有一行有误则全部不写入。"
        "文件不能读取时退出码为 2，有误的行或列、有没有答复的行时为 1（用 --only-right-rows 写入了其余的行时也是）。"
    )

    def add_arguments(self, parser):
        kinds = "，".join(f"{kind.key} {kind.label}" for kind in import_kinds().values())
        parser.add_argument("kind", metavar="KIND", help=f"种类：{kinds}")
        parser.add_argument("file", metavar="FILE", type=Path, help="要导入的文件")
        parser.add_argument("--check", action="store_true", help="只核对，不写入")
        parser.add_argument("--only-right-rows", action="store_true", help="有误的行不写入，其余的行写入")
        add_answers(parser)
        add_doubtful(parser)
        parser.add_argument("--json", action="store_true", dest="as_json", help="以 JSON 给出结果")

    def handle(self, *, kind, file, check, only_right_rows, answers, doubtful, as_json, **options):
        kinds = import_kinds()
        if kind not in kinds:
            raise CommandError(f"没有种类“{kind}”，应为以下之一：{'、'.join(kinds)}。", returncode=2)
        try:
            data = file.read_bytes()
            given = answers_in(answers)
            how = {"check": check, "only_right": only_right_rows, "answers": given, "doubtful": doubtful}
            found = take_in_rows(kinds[kind], data, file.name, **how)
        except OSError as error:
            reason = f"不能读取 {file}：{error.strerror}。请核对文件路径与权限。"
            raise CommandError(reason, returncode=2) from None
        except (UnreadableWorkbook, AnswersRefused) as error:
            raise CommandError(str(error), returncode=2) from None
        if as_json:
            self.stdout.write(json.dumps(found.as_dict(), ensure_ascii=False, indent=2))
        else:
            self.stdout.write("\n".join([*check_lines(found), rows_outcome(found, check)]))
        if found.errors or found.said or found.doubtful:
            raise SystemExit(1)


def check_lines(found):
    """Yields the result of the check: counts, unrecognised columns, warnings, changes and errors."""
    counts = found.batch.counts
    yield "，".join(f"{TAG_LABELS[tag]} {counts.get(tag, 0)}" for tag in TAG_KEYS)
    for sheet, heading in found.unknown:
        yield f"未识别的列：{f'《{sheet}》' if sheet else ''}“{heading}”"
    for warning in found.batch.warnings:
        yield f"请注意：{warning}"
    yield from noticed_lines(noticed_dicts(found.batch))
    yield from question_lines(question_dicts(found.batch))
    yield from doubt_lines(found.doubts)
    for one in found.changes:
        sheet = f"《{one['sheet']}》" if one["sheet"] else ""
        change = f"{one['old'] or '（空）'} → {one['new'] or '（空）'}"
        yield f"变更：{sheet}第 {one['row']} 行的{one['column']}：{change}"
    yield from pending_lines(found.pending)
    yield from further_lines("待补", found.told_pending)
    for problem in found.errors:
        yield f"错误：{place_in_words(problem)}现为{quoted(problem.found)}，应为{problem.expected}。{problem.remedy}。"
    yield from further_lines("错误", found.told)


def rows_outcome(found, check):
    """The outcome of the import in one sentence."""
    if found.is_written:
        return f"已写入（导入记录 {found.batch.pk}）。{'有误的行没有写入。' if found.errors else ''}"
    if found.said:
        return f"没有写入任何内容：{found.said}"
    return "没有写入任何内容。" if found.errors else "仅作核对，没有写入。"
