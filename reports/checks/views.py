"""Pages of the findings and their explanations, and of the comparison with the year before."""

from dataclasses import dataclass
from itertools import groupby, islice

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from orgs.roles import RECORD_KEEPERS
from yl_district.audit.access_log import Action, record
from yl_district.kept.results import one_moment
from yl_district.pages.pages import form_page

from ..documents.summary import compose
from ..figures.comparison import comparison_rows, growth, is_first, moves_in_words
from ..figures.counting import results
from ..figures.readers import may_know_cases
from ..figures.scopes import Scope, asked_scope, scope_query
from ..models import EXPLAINERS, Explanation
from . import BY_KEY, answer_of, by_severity, groups
from .affected_sentences import sentences_by_figure, sentences_touched
from .counted_findings import ANSWERED, EVERY_ONE, LEFT_OPEN, CountedGroup, counted_groups, openable
from .forms import ExplanationForm

STATE_LABELS = {EVERY_ONE: "全部", LEFT_OPEN: "待说明", ANSWERED: "已说明"}


@dataclass(frozen=True)
class ShownGroup:
    """The findings of one check that the page shows, with the sentences affected, and how many are in its state."""

    group: CountedGroup
    findings: list
    sentences: list
    number: int

    @property
    def unshown(self):
        """The number of findings that the page does not show."""
        return self.number - len(self.findings)


def may_explain(user, scope):
    """Whether the user may give explanations for the scope: keepers of its records, for a hub also its operators."""
    return user.reaches_as(scope.organisation, *(EXPLAINERS if scope.hub else RECORD_KEEPERS))


@require_GET
@one_moment()
def finding_list(request):
    """Lists all findings of a scope, the most severe first, with the sentences affected."""
    scope, form = asked_scope(request)
    today = timezone.localdate()
    summary = compose(scope, today, may_know_cases(request.user, scope))
    found = counted_groups(scope, summary.results, request.user, today)
    if any(answered.finding.parts for group in found for answered in group.states[EVERY_ONE].first):
        record(Action.CASE_VIEW, "finding_list", request=request)
    state = request.GET.get("state", "")
    sentences = sentences_by_figure(summary.blocks)
    context = {
        "title": f"{scope.period.name}数据核对",
        "scope": scope,
        "form": form,
        "query": scope_query(scope),
        "state": state,
        "tabs": tabs(found),
        "counts": counts(found),
        "gravities": groups_in_state(found, state, sentences, request.user),
        "may_explain": may_explain(request.user, scope) and request.user.may_open("explanation_create"),
    }
    return render(request, "reports/finding_list.html", context)


def tabs(found):
    """Each filter of the page: its key, its label and the number of findings left."""
    return [(key, label, sum(group.states[key].number for group in found)) for key, label in STATE_LABELS.items()]


def counts(found):
    """The number of findings of each severity, and how many of them lack an explanation."""
    return [
        (severity, sum(group.number for group in each), sum(group.open_count for group in each))
        for severity, each in by_severity(found)
    ]


def groups_in_state(found, state, sentences, user):
    """The groups by severity, filtered by state."""
    state = state if state in STATE_LABELS else EVERY_ONE
    kept = [group for group in found if group.states[state].number]
    shown = iter(openable([one for group in kept for one in group.states[state].first], user))
    of_group = {group.check: list(islice(shown, len(group.states[state].first))) for group in kept}
    return [
        (severity, [shown_group(group, group.states[state], of_group[group.check], sentences) for group in each])
        for severity, each in by_severity(kept)
    ]


def shown_group(group, own, first, sentences):
    """The findings of one check; sentences are shown once above them if they are the same for all."""
    touched = [sentences_touched(figures, sentences) for figures in own.figures]
    is_same = all(each == touched[0] for each in touched)
    pairs = [(one, [] if is_same else sentences_touched(one.finding.figures, sentences)) for one in first]
    return ShownGroup(group, pairs, touched[0] if is_same else [], own.number)


@require_GET
@one_moment()
def comparison(request):
    """Shows every figure compared with the same period of the year before and with the period just before."""
    scope, form = asked_scope(request)
    today, with_cases = timezone.localdate(), may_know_cases(request.user, scope)
    values = results(scope, with_cases)
    rows = comparison_rows(scope, with_cases, today, now=values)
    fallen = groups(scope, values, request.user, today, [BY_KEY["fall"]])
    answers = {answered.finding.subject: answered for group in fallen for answered in group.findings}
    context = {
        "title": f"{scope.period.name}同期比较",
        "scope": scope,
        "form": form,
        "query": scope_query(scope),
        "first": [(row, answers.get(f"figure:{row.figure.key}")) for row in rows if is_first(row)],
        "rest": rest_by_subject([row for row in rows if not is_first(row)]),
        "growth": growth(rows),
        "periods": [f"{side.label} {side.scope.period.start} 至 {side.scope.period.end}" for side in rows[0].sides],
        "has_before": rows[0].before is not None,
        "may_explain": may_explain(request.user, scope) and request.user.may_open("explanation_create"),
    }
    return render(request, "reports/comparison.html", context)


def rest_by_subject(rows):
    """The figures that are folded away, by subject, with how many of them rose and fell."""
    groups_of_rows = [(subject.value, list(own)) for subject, own in groupby(rows, lambda row: row.figure.subject)]
    return [
        {"subject": subject, "rows": [(row, None) for row in own], "words": moves_in_words(own)}
        for subject, own in groups_of_rows
    ]


def explanation_create(request):
    """Explains one finding, or all findings of a check."""
    scope, _ = asked_scope(request)
    if not may_explain(request.user, scope):
        raise Http404
    start, end = scope.period.bounds
    explanation = Explanation(
        organisation=scope.organisation,
        hub=scope.hub,
        starts_on=start,
        ends_on=end,
        check_key=request.GET.get("check", ""),
        subject=request.GET.get("subject", ""),
    )
    answered = answered_now(request, explanation)
    if request.method == "GET" and answered and answered.explanation and not answered.is_shared:
        return redirect(f"{answered.explanation.get_absolute_url()}?next={request.GET.get('next', '')}")
    return explanation_page(request, explanation, answered, "说明情况")


def explanation_update(request, pk):
    """Changes an explanation, or renews it where the finding has changed."""
    explanation = get_object_or_404(Explanation.objects.changeable_by(request.user), pk=pk)
    answered = answered_now(request, explanation)
    return explanation_page(request, explanation, answered, "修改说明")


def scope_of_explanation(explanation):
    """The scope of the finding that an explanation covers."""
    return Scope(explanation.organisation, explanation.period, explanation.hub)


def answered_now(request, explanation):
    """The explanation's finding, as it is today and as the user may see it."""
    scope, today = scope_of_explanation(explanation), timezone.localdate()
    values = results(scope, may_know_cases(request.user, scope))
    return answer_of(explanation.check_key, explanation.subject, scope, values, request.user, today)


def explanation_page(request, explanation, answered, title):
    """The form of an explanation, which returns to the findings or the comparison; redirects where nothing is found."""
    page = "comparison" if request.GET.get("next") == "comparison" else "finding_list"
    after = f"{reverse(page)}?{scope_query(scope_of_explanation(explanation))}"
    if answered is None:
        messages.info(request, "这一项现在没有问题，不需要说明。")
        return redirect(after)
    explanation.finding = answered.finding
    return form_page(
        request,
        ExplanationForm,
        instance=explanation,
        title=title,
        message="已记录说明。",
        after=after,
        finding=answered.finding,
        former=explanation.pk and not answered.is_explained and explanation.found,
    )
