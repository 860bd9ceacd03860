"""manage.py import_ledger FILE [--check] [--json]"""

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from reports.ledger import import_ledger


class Command(BaseCommand):
    help = "把年度工作台账（.xlsx）整份导入；有任何一行有误则不写入，退出码为 1。"

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help="台账工作簿")
        parser.add_argument("--check", action="store_true", help="只检查，不写入")
        parser.add_argument("--json", action="store_true", help="以 JSON 给出结果")

    def handle(self, *, file, check, json, **options):
        try:
            data = file.read_bytes()
        except OSError as error:
            raise CommandError(f"不能读取 {file}：{error.strerror}。请核对文件路径与权限。") from None
        report = import_ledger(data, file.name, timezone.localdate(), check=check)
        self.stdout.write(self.as_json(report) if json else self.as_text(report, check))
        if report.errors:
            raise SystemExit(1)

    def as_json(self, report):
        return json.dumps(report.as_dict(), ensure_ascii=False, indent=2)

    def as_text(self, report, check):
        lines = [
            f"《{name}》新增 {one.new}，变更 {one.changed}，相同 {one.same}，错误 {len(one.errors)}"
            for name, one in report.sheets.items()
        ]
        for unknown in report.unknown:
            lines.append(
                f"未识别：工作表《{unknown['sheet']}》" + (f"的列“{unknown['column']}”" if unknown["column"] else "")
            )
        for problem in report.errors:
            place = "".join(
                [
                    f"《{problem.sheet}》" if problem.sheet else "",
                    f"第 {problem.row} 行" if problem.row else "",
                    f"“{problem.column}”" if problem.column else "",
                ]
            )
            lines.append(f"错误：{place}现为 {problem.found}，应为{problem.expected}。{problem.remedy}。")
        if report.written:
            lines.append("已全部写入。" if report.new or report.changed else "文件与系统中的记录完全相同，没有改动。")
        else:
            lines.append("仅作检查，没有写入。" if check and not report.errors else "没有写入任何内容。")
        return "\n".join(lines)
