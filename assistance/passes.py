"""How a fixed volunteer, who has no account, takes a pass on one phone and reports visits by it."""

from datetime import timedelta

from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from orgs.accounts import login_attempts
from orgs.accounts.guess_budgets import WRONG_COSTS, Budget
from yl_district.audit.access_log import Action, record, subject_of
from yl_district.history.tracking import because
from yl_district.validators import problem

from .models import Visit, VisitPass
from .visiting import plan_that_fits

# What the access log calls somebody who acts by a pass, and the history the reason.
BY_PASS = "走访链接"
PHONE_COOKIE, PHONE_SALT = "visit_phone", "assistance.visit_passes.phone"
PHONE_KEPT = 2 * 365 * 24 * 3600
MOST_PASSES = 10
# Older visits are registered by the office, so that years that are closed do not change from outside.
REPORTED_WITHIN = timedelta(days=31)
REPORTS_WINDOW = timedelta(hours=1)
MOST_REPORTS = 20


class NoMoreTries(Exception):
    """No try is left until the time `until`."""

    def __init__(self, until):
        super().__init__()
        self.until = until


def phone_secrets(request):
    """Returns the secrets of the passes that the phone of a request has taken; none where the cookie was changed."""
    try:
        known = signing.loads(request.COOKIES.get(PHONE_COOKIE, ""), salt=PHONE_SALT, max_age=PHONE_KEPT)
    except signing.BadSignature:
        return []
    return known[-MOST_PASSES:]


def remember_phone(response, secrets, path, is_secure):
    """Sets the cookie by which the phone is known, sent to the pages of volunteers alone and read by no script."""
    response.set_cookie(
        PHONE_COOKIE,
        signing.dumps(secrets[-MOST_PASSES:], salt=PHONE_SALT),
        max_age=PHONE_KEPT,
        path=path,
        httponly=True,
        secure=is_secure,
        samesite="Lax",
    )


@transaction.atomic
def take_pass(visit_pass, code, request):
    """Gives a pass to the phone that knows its code; returns the secret by which the phone is known from now on.

    Returns None where another phone has taken it meanwhile. Raises ValidationError for a wrong code and NoMoreTries
    where none is left; each try is counted before the code is looked at.
    """
    visit_pass = VisitPass.objects.select_for_update(no_key=True, of=("self",)).get(pk=visit_pass.pk)
    if visit_pass.phone_digest:
        return None
    if not visit_pass.is_code(code):
        raise ValidationError({"code": "验证码不正确，请核对链接旁边的六位数字。"})
    secret = visit_pass.take()
    record(Action.CASE_VIEW, subject_of(visit_pass), request=request, who=BY_PASS, detail="在手机上启用")
    return secret


def use_try(visit_pass):
    """Uses up one try at the code of a pass; raises NoMoreTries where none is left."""
    name = f"visit pass {visit_pass.pk}"
    if not login_attempts.use_attempt(name):
        raise NoMoreTries(login_attempts.locked_until(name) or timezone.now())


def forget_tries(visit_pass):
    """Forgets the tries at the code of a pass, which has served."""
    login_attempts.reset_attempts(f"visit pass {visit_pass.pk}")


@transaction.atomic
def report_visit(visit_pass, said):
    """Keeps what the volunteer of a pass says of a visit; returns the visit.

    It answers the plan that fits, if any. The same sent twice is one visit. Raises ValidationError for a day that is
    not one of the pairing, lies too far back, or has another report of the same way.
    """
    pairing = VisitPass.objects.select_for_update(no_key=True, of=("self",)).get(pk=visit_pass.pk).pairing
    refuse_old(said["done_on"])
    same = pairing.visits.standing().reported().filter(done_on=said["done_on"], way=said["way"]).first()
    if same and all(getattr(same, name) == value for name, value in said.items()):
        return same
    if same:
        advice = "请核对日期和方式；要更正的，请告诉地区团委"
        raise ValidationError({"done_on": problem("还没有填报过这种方式走访的日期", advice)})
    visit = plan_that_fits(pairing, said["done_on"]) or Visit(pairing=pairing)
    visit.is_reported = True
    for name, value in said.items():
        setattr(visit, name, value)
    visit.full_clean()
    with because(BY_PASS):
        visit.save()
    return visit


def refuse_old(day):
    """Raises ValidationError for a day that lies too far back to be reported by a volunteer."""
    first = timezone.localdate() - REPORTED_WITHIN
    if day < first:
        expected = f"不早于 {first} 的日期（{REPORTED_WITHIN.days} 天以内）"
        raise ValidationError({"done_on": problem(expected, "更早的走访请告诉地区团委登记")})


def budget_of_reports(visit_pass):
    """How many visits may be reported by one pass within an hour."""
    return Budget(f"visits by pass {visit_pass.pk}", MOST_REPORTS * WRONG_COSTS, REPORTS_WINDOW)


def log_pass_view(visit_pass, request):
    """Logs that the page of a pass showed a surname and the days of the volunteer's own visits."""
    record(Action.CASE_VIEW, subject_of(visit_pass), request=request, who=BY_PASS, detail="填报走访")
