"""manage.py ledger_template -o FILE"""

from pathlib import Path

from reports.ledger.workbook import write_template
from yl_district.audit.downloads import write_file
from yl_district.commands import DatabaseCommand


class Command(DatabaseCommand):
    help = "写出空白的年度工作台账模板（.xlsx）。"

    def add_arguments(self, parser):
        parser.add_argument("-o", "--output", type=Path, required=True, help="写入的文件")

    def handle(self, *, output, **options):
        write_file(output, "年度工作台账模板", write_template)
        self.stdout.write(f"已写入 {output}")
