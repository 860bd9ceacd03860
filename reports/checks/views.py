"""Pages of the findings and their explanations, and of the comparison with the year before."""

from dataclasses import dataclass
from itertools import groupby

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from orgs.roles import RECORD_KEEPERS
from yl_district.audit.access_log import Action, record
from yl_district.pages.pages import form_page

from ..documents.summary import compose
from ..figures.comparison import comparison_rows, growth, is_first, moves_in_words
from ..figures.counting import results
from ..figures.readers import may_know_cases
from ..figures.scopes import Scope, asked_scope, scope_query
from ..models import EXPLAINERS, Explanation
from . import BY_KEY, Group, answer_of, by_severity, groups
from .affected_sentences import sentences_by_figure, sentences_touched
from .forms import ExplanationForm

# Per check; further ones appear as these are corrected.
MOST_FINDINGS = 100
STATE_LABELS = {"": "全部", "open": "待说明", "explained": "已说明"}


@dataclass(frozen=True)
class ShownGroup:
    """The findings of one check that the page shows, with the sentences affected."""

    group: Group
    findings: list
    sentences: list
    unshown: int


def may_explain(user, scope):
    """Whether the user may give explanations for the scope: keepers of its records, for a hub also its operators."""
    return user.reaches_as(scope.organisation, *(EXPLAINERS if scope.hub else RECORD_KEEPERS))


@require_GET
def finding_list(request):
    """Lists all findings of a scope, the most severe first, with the sentences affected."""
    scope, form = asked_scope(request)
    today = timezone.localdate()
    summary = compose(scope, today, may_know_cases(request.user, scope))
    found = groups(scope, summary.results, request.user, today)
    if any(answered.finding.parts for group in found for answered in group.findings):
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
        "gravities": groups_in_state(found, state, sentences),
        "may_explain": may_explain(request.user, scope) and request.user.may_open("explanation_create"),
    }
    return render(request, "reports/finding_list.html", context)


def tabs(found):
    """Each filter of the page: its key, its label and the number of findings left."""
    numbers = {
        "": sum(len(group.findings) for group in found),
        "open": sum(group.open_count for group in found),
        "explained": sum(group.explained_count for group in found),
    }
    return [(key, label, numbers[key]) for key, label in STATE_LABELS.items()]


def counts(found):
    """The number of findings of each severity, and how many of them lack an explanation."""
    return [
        (severity, sum(len(group.findings) for group in each), sum(group.open_count for group in each))
        for severity, each in by_severity(found)
    ]


def groups_in_state(found, state, sentences):
    """The groups by severity, filtered by state."""
    wanted = {"open": lambda each: each.is_open, "explained": lambda each: each.is_explained}.get(state)
    kept = []
    for severity, each in by_severity(found):
        narrowed = [(group, [one for one in group.findings if wanted is None or wanted(one)]) for group in each]
        kept.append((severity, [shown_group(group, left, sentences) for group, left in narrowed if left]))
    return [(severity, each) for severity, each in kept if each]


def shown_group(group, findings, sentences):
    """The findings of one check; sentences are shown once above them if they are the same for all."""
    touching = [sentences_touched(answered.finding, sentences) for answered in findings]
    is_same = all(each == touching[0] for each in touching)
    first = findings[:MOST_FINDINGS]
    pairs = [(answered, [] if is_same else each) for answered, each in zip(first, touching, strict=False)]
    return ShownGroup(group, pairs, touching[0] if is_same else [], len(findings) - len(first))


@require_GET
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
