"""A volunteer's link: given out and ended by whoever may open the case, opened by the volunteer without an account.

The token stands behind the # of the address, which no browser sends: it comes in the body of a form, so that no log of
a server names it. Afterwards a cookie alone tells which phone it is.
"""

from functools import partial

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters

from orgs.accounts.guess_budgets import WRONG_COSTS, Budget, guesser, take_from_all
from orgs.accounts.slips import qr_code
from yl_district.audit.access_log import Action, record, subject_of
from yl_district.database.actors import acting_by_pass, whole_case_files
from yl_district.pages.pages import act_form, carry_out, end_page, redirect_after

from .models import PASS_WAITS, VisitPass, pass_digest
from .pass_forms import PassForm, VisitReportForm
from .passes import (
    NoMoreTries,
    budget_of_reports,
    forget_tries,
    log_pass_view,
    phone_secrets,
    remember_phone,
    report_visit,
    take_pass,
    use_try,
)
from .visit_forms import VisitConfirmForm
from .visit_views import visible_pairing


def visit_pass_create(request, pairing_pk):
    """Makes the link of a pairing's volunteer anew and shows it, with its code, on the one page that answers."""
    pairing = visible_pairing(request, pairing_pk)
    build, made = partial(act_form, request, VisitConfirmForm), []
    form, back = build(), pairing.get_absolute_url()
    if request.method == "POST":
        form, target = carry_out(request, build, lambda form: made.extend(issue_pass(pairing, request)), after=back)
        if made and target:
            return pass_page(request, pairing, *made)
        if target:
            return redirect_after(request, form, "", target)
    context = {"title": f"走访链接：{pairing}", "form": form, "back": back, "record": pairing}
    return render(request, "assistance/visit_pass_create.html", context, status=form.http_status)


def issue_pass(pairing, request):
    """Makes a pass and logs it; returns the pass, its token and its code. Raises ValidationError where none is due."""
    if not pairing.takes_pass_on(timezone.localdate()):
        raise ValidationError("结对已结束、志愿者已退出或帮扶对象已出库，不能生成走访链接。")
    made = VisitPass.issue(pairing, request.user)
    record(Action.CASE_VIEW, subject_of(pairing), request=request, detail="生成走访链接")
    return made


def pass_page(request, pairing, visit_pass, token, code):
    """The page that shows a link once."""
    address = f"{request.build_absolute_uri(reverse('visit_pass_open'))}#{token}"
    context = {
        "title": f"走访链接：{pairing}",
        "pairing": pairing,
        "address": address,
        "code": code,
        "until": visit_pass.issued_at + PASS_WAITS,
        "qr_code": qr_code(address, "走访链接的二维码"),
    }
    return render(request, "assistance/visit_pass_detail.html", context)


def visit_pass_end(request, pairing_pk):
    """Ends the link of a pairing's volunteer at once."""
    pairing = visible_pairing(request, pairing_pk)

    def end():
        VisitPass.end_all(pairing)
        record(Action.CASE_VIEW, subject_of(pairing), request=request, detail="停用走访链接")

    title, message = f"停用走访链接：{pairing}", "走访链接已停用。"
    return end_page(request, VisitConfirmForm, pairing, end, title=title, message=message)


@login_not_required
@sensitive_post_parameters()
def visit_pass_open(request):
    """Takes the token of a link, then its code; leads the phone that has taken the pass to its page."""
    form = PassForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return public_page(request, "assistance/visit_pass_open.html", form=form)
    address = Budget(f"visit links from {guesser(request)}", settings.GUESSES_PER_ADDRESS * WRONG_COSTS)
    if until := take_from_all([address]):
        return wait_page(request, form, until)
    token = form.cleaned_data["token"]
    with acting_by_pass(pass_digest("token", token)):
        found = usable_passes(VisitPass.objects.of_token(token)).first()
        if found is None:
            return over_page(request)
        address.give_back()
        return opened_by_phone(request, form, found)


def opened_by_phone(request, form, visit_pass):
    """The answer to a phone that knows the token of a pass."""
    secrets = phone_secrets(request)
    if visit_pass.phone_digest:
        own = visit_pass.phone_digest in [pass_digest("phone", secret) for secret in secrets]
        return redirect("visit_report") if own else public_page(request, "assistance/visit_pass_taken.html", status=409)
    if not form.cleaned_data["code"]:
        return public_page(request, "assistance/visit_pass_open.html", form=form, asks_code=True)
    try:
        use_try(visit_pass)
        secret = take_pass(visit_pass, form.cleaned_data["code"], request)
    except NoMoreTries as refusal:
        return wait_page(request, form, refusal.until)
    except ValidationError as error:
        form.add_error(None, error)
        return public_page(request, "assistance/visit_pass_open.html", form=form, asks_code=True)
    if secret is None:
        return public_page(request, "assistance/visit_pass_taken.html", status=409)
    forget_tries(visit_pass)
    answer = redirect("visit_report")
    remember_phone(answer, [*secrets, secret], reverse("visit_report"), settings.SESSION_COOKIE_SECURE)
    return answer


@login_not_required
@sensitive_post_parameters()
def visit_report(request):
    """Takes what a volunteer says of a visit, from the phone that has taken the pass."""
    secrets = phone_secrets(request)
    with acting_by_pass(*(pass_digest("phone", secret) for secret in secrets)):
        passes = list(usable_passes(VisitPass.objects.of_phones(secrets)).order_by("pk"))
        if not passes:
            return over_page(request)
        form = VisitReportForm(request.POST if request.method == "POST" else None, passes=passes)
        until = form.is_valid() and take_from_all([budget_of_reports(form.meant)])
        if form.is_valid() and not until:
            try:
                report_visit(form.meant, form.said)
            except ValidationError as error:
                form.add_error(None, error)
            else:
                return redirect("visit_report_done")
        for one in passes:
            log_pass_view(one, request)
        context = {"form": form, "passes": passes, "own": own_visits(passes), "again": until}
        return public_page(request, "assistance/visit_report.html", status=429 if until else 200, **context)


@login_not_required
def visit_report_done(request):
    """Says that what was sent has come in: the same to everybody."""
    return public_page(request, "assistance/visit_report_done.html")


def usable_passes(passes):
    """Those of the passes that can be used now, with their pairings."""
    # Whether a youth is still in the register is in the file, which no pass opens.
    with whole_case_files():
        keys = list(passes.usable_at(timezone.now()).values_list("pk", flat=True))
    return passes.filter(pk__in=keys).select_related("pairing__volunteer")


def own_visits(passes):
    """(what the phone calls the youth, day and way of the visit) of what was reported by these passes, latest first."""
    called = {one.pairing_id: one.youth_called for one in passes}
    visits = [visit for one in passes for visit in one.pairing.visits.reported().done().order_by("-done_on")]
    return [(called[visit.pairing_id], visit.done_on, visit.get_way_display()) for visit in visits]


def over_page(request):
    """The one page for links that are unknown, not taken in time, ended and revoked, and for phones without any."""
    return public_page(request, "assistance/visit_pass_over.html", status=410)


def wait_page(request, form, until):
    """The page for whoever has tried too often, with what was typed."""
    answer = public_page(request, "assistance/visit_pass_open.html", status=429, form=form, again=until, asks_code=True)
    answer["Retry-After"] = max(1, round((until - timezone.now()).total_seconds()))
    return answer


def public_page(request, template, status=200, **context):
    """A page for a phone without an account, which no search engine keeps."""
    answer = render(request, template, context, status=status)
    answer["X-Robots-Tag"] = "noindex, nofollow"
    return answer
