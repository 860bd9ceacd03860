"""manage.py annual_summary YEAR [--scope ORGANISATION] --format docx|pdf|xlsx|json|text -o FILE"""

from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.utils import timezone

from orgs.models import Organisation
from reports.documents.summary import compose
from reports.figures.counting import root_organisation, write_figures
from reports.figures.scopes import COUNTED_YEARS, Scope
from reports.printing.annexes import write_annexes, write_internal_annexes
from reports.printing.file_choices import FileChoices
from reports.printing.pdf import write_pdf
from reports.printing.printed import Unprintable, printed_summary
from reports.printing.word import write_docx
from yl_district.audit.downloads import write_file
from yl_district.commands import DatabaseCommand
from yl_district.periods import Period

WRITERS = {
    "docx": lambda scope, stream, choices: write_docx(printed_summary(scope, timezone.localdate()), stream, choices),
    "pdf": lambda scope, stream, choices: write_pdf(printed_summary(scope, timezone.localdate()), stream, choices),
    "xlsx": lambda scope, stream, _: write_annexes(scope, stream, timezone.localdate()),
    "internal": lambda scope, stream, _: write_internal_annexes(scope, stream, timezone.localdate()),
    "json": lambda scope, stream, _: write_figures(scope, stream),
    "text": lambda scope, stream, _: stream.write(compose(scope, timezone.localdate()).text.encode()),
}


class Command(DatabaseCommand):
    help = "写出年度工作总结（docx、pdf、text）、报送的附表（xlsx）、不报送的内部核对表（internal）或全部指标（json）。"

    def add_arguments(self, parser):
        parser.add_argument("year", metavar="YEAR", help="年度，如 2017")
        parser.add_argument("--scope", metavar="ORGANISATION", help="团组织名称，省略时为本级组织")
        parser.add_argument("--format", choices=WRITERS, required=True, help="文件格式")
        parser.add_argument("--appendix", action="store_true", help="docx、pdf 文末附数字出处（主要指标一览表）")
        parser.add_argument("--definitions", action="store_true", help="docx 中逐个数字加统计口径批注")
        parser.add_argument("-o", "--output", type=Path, required=True, help="写入的文件")

    def handle(self, *, year, scope, format, output, appendix, definitions, **options):
        chosen = Scope(organisation_named(scope), Period.of_year(year_named(year)), today=timezone.localdate())
        choices = FileChoices(appendix=appendix, definitions=definitions)
        subject = f"{chosen.organisation.name}{chosen.year}年工作总结"
        try:
            write_file(output, subject, lambda stream: WRITERS[format](chosen, stream, choices))
        except Unprintable as problem:
            raise CommandError(str(problem)) from None
        self.stdout.write(f"已写入 {output}")


def year_named(text):
    """The year; raises CommandError where the text is no valid year."""
    first, last = COUNTED_YEARS
    if not (text.isascii() and text.isdigit() and len(text) == 4 and first <= int(text) <= last):
        raise CommandError(f"年度“{text}”无效，应为 {first} 至 {last} 之间的四位年份，如 2017。")
    return int(text)


def organisation_named(name):
    """The organisation of this name, or the root for None; raises CommandError where there is none."""
    try:
        root = root_organisation()
    except ValidationError as error:
        raise CommandError(error.message) from None
    if name is None:
        return root
    organisation = Organisation.objects.filter(name=name).first()
    if organisation is None:
        raise CommandError(f"没有名为“{name}”的团组织，请核对全称后重试。")
    return organisation
