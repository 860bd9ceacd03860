"""manage.py check_summary YEAR [--scope ORGANISATION] [--part PART] [--json]"""

import json

from django.core.management.base import CommandError
from django.utils import timezone

from reports.checks import by_severity, groups
from reports.checks.affected_sentences import sentences_by_figure, sentences_touched
from reports.documents.summary import compose
from reports.figures.scopes import Scope
from yl_district.commands import DatabaseCommand
from yl_district.periods import PARTS, Period

from .annual_summary import organisation_named, year_named

UNEXPLAINED, WRONG_ARGUMENTS = 1, 2


class Command(DatabaseCommand):
    help = "核对一个年度（或其一部分）的数据。有账目不符或须说明而未说明的，退出码为 1；参数有误为 2；否则为 0。"

    def add_arguments(self, parser):
        parser.add_argument("year", metavar="YEAR", help="年度，如 2017")
        parser.add_argument("--scope", metavar="ORGANISATION", help="团组织名称，省略时为本级组织")
        parser.add_argument("--part", choices=PARTS, default="year", help="年度的一部分，如 q1，省略时为全年")
        parser.add_argument("--json", action="store_true", help="输出 JSON")

    def handle(self, *, year, scope, part, **options):
        try:
            chosen = Scope(
                organisation_named(scope), Period.of_part(year_named(year), part), today=timezone.localdate()
            )
        except CommandError as error:
            raise CommandError(str(error), returncode=WRONG_ARGUMENTS) from None
        today = timezone.localdate()
        summary = compose(chosen, today)
        found = groups(chosen, summary.results, today=today)
        if options["json"]:
            told = as_dict(chosen, found, sentences_by_figure(summary.blocks))
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=2))
        else:
            self.stdout.writelines(f"{line}\n" for line in finding_lines(chosen, found))
        if any(group.open_count for group in found):
            raise SystemExit(UNEXPLAINED)


def as_dict(scope, found, sentences):
    """All findings as the JSON output represents them."""
    start, end = scope.period.bounds
    each = [answered_as_dict(answered, sentences) for group in found for answered in group.findings]
    return {
        "year": scope.year,
        "scope": scope.name,
        "start": str(start),
        "end": str(end),
        "open": sum(group.open_count for group in found),
        "findings": each,
    }


def answered_as_dict(answered, sentences):
    """One finding with the sentences affected and its explanation."""
    finding, reason = answered.finding, answered.explanation
    return {
        "check": finding.check.key,
        "label": finding.check.label,
        "gravity": finding.check.severity.value,
        "subject": finding.subject,
        "name": finding.name,
        "found": finding.found,
        "advice": finding.advice,
        "url": finding.url,
        "figures": list(finding.figures),
        "sentences": sentences_touched(finding.figures, sentences),
        "is_explained": answered.is_explained,
        "reason": reason.reason if reason else "",
    }


def finding_lines(scope, found):
    """Yields all findings as lines of text, the most severe first."""
    yield f"{scope.name}{scope.period.name}数据核对"
    if not found:
        yield "全部相符。"
    for severity, each in by_severity(found):
        yield f"【{severity.label}】"
        for group in each:
            yield f"{group.check.label}：{len(group.findings)} 项，{group.open_count} 项待说明。{group.check.advice}。"
            for answered in group.findings:
                mark = "已说明" if answered.is_explained else "待说明" if answered.is_open else "提示"
                yield f"  [{mark}] {answered.finding.name}：{answered.finding.found}"
