"""manage.py figure_definitions -o FILE"""

from pathlib import Path

from django.core.management.base import BaseCommand

from reports.figures.definitions import definitions


class Command(BaseCommand):
    help = "把全部指标的口径和它们依据的日期写成一份 Markdown 文件。"

    def add_arguments(self, parser):
        parser.add_argument("-o", "--output", type=Path, required=True, help="写入的文件")

    def handle(self, *, output, **options):
        output.write_text(definitions(), "utf-8")
        self.stdout.write(f"已写入 {output}")
