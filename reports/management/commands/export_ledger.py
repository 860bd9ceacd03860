"""manage.py export_ledger [--year Y] -o FILE"""

from argparse import ArgumentTypeError
from pathlib import Path

from django.utils import timezone

from reports.ledger.workbook import export_ledger
from yl_district.audit.downloads import write_file
from yl_district.commands import DatabaseCommand
from yl_district.sheets.cells import CellError
from yl_district.sheets.number_widgets import YearWidget


def calendar_year(text):
    """The year given as an argument; raises ArgumentTypeError where it is none."""
    try:
        return YearWidget().clean(text)
    except CellError as error:
        raise ArgumentTypeError(str(error)) from None


class Command(DatabaseCommand):
    help = "把系统中的记录写成年度工作台账（.xlsx）。"

    def add_arguments(self, parser):
        parser.add_argument("--year", type=calendar_year, help="只写这一年发生的事项；名册类工作表始终完整")
        parser.add_argument("-o", "--output", type=Path, required=True, help="写入的文件")

    def handle(self, *, year, output, **options):
        write_file(output, "年度工作台账", lambda stream: export_ledger(stream, timezone.localdate(), year))
        self.stdout.write(f"已写入 {output}")
