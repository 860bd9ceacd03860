"""Reports that are written and signed, with an explanation for every finding of the checks."""

from django.utils import timezone

from reports.checks import groups
from reports.documents.actions import begin_report
from reports.editions.signing import sign
from reports.figures.counting import results
from reports.figures.scopes import scope_of
from reports.models import Explanation, Report


def begun(scope):
    """A report of the scope with the text that it starts from."""
    start, end = scope.period.bounds
    report = Report(organisation=scope.organisation, hub=scope.hub, starts_on=start, ends_on=end)
    report.form = Report.form_of(scope.period)
    begin_report(report)
    return report


def explain(scope, user, today):
    """Gives a reason for everything that the checks find by now."""
    start, end = scope.period.bounds
    for group in groups(scope, results(scope), None, today):
        finding = group.whole.finding
        Explanation.objects.update_or_create(
            organisation=scope.organisation,
            hub=scope.hub,
            starts_on=start,
            ends_on=end,
            check_key=finding.check.key,
            subject=finding.subject,
            defaults={
                "found": finding.found,
                "digest": finding.digest,
                "reason": "已核实",
                "given_by": user,
                "given_at": timezone.now(),
            },
        )


def signed(report, user, today, **asked):
    """The edition that the user signs after giving a reason for what the checks find."""
    explain(scope_of(report), user, today)
    return sign(report, user, today, **asked)
