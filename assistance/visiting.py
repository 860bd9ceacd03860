"""Visits: cancelled, and counted as an assistance once, which goes on and ends together with the visit."""

from django.core.exceptions import ValidationError
from django.db import transaction

from yl_district.database.actors import whole_case_files
from yl_district.periods import standing_on
from yl_district.validators import problem

from .actions import delete_assistance
from .models import Assistance, AssistedYouth, Visit

# Of a visit on line an assistance says no form.
FORMS_OF_WAYS = {
    Visit.Way.HOME: Assistance.Form.VISIT,
    Visit.Way.PHONE: Assistance.Form.PHONE,
    Visit.Way.FACE_TO_FACE: Assistance.Form.FACE_TO_FACE,
}


@transaction.atomic
def count_visit(visit, kind, content):
    """Writes the assistance as which a visit done counts; returns it.

    Raises ValidationError where it counts already, did not take place, or the youth was not in the register that day.
    """
    visit = Visit.objects.select_for_update(no_key=True, of=("self",)).select_related("pairing").get(pk=visit.pk)
    if visit.counts_as:
        raise ValidationError(problem("还没有计入帮扶的走访", "这次走访已计入帮扶记录，不必重复"))
    if visit.cancelled_on or not visit.done_on:
        raise ValidationError(problem("已走访、未取消的走访", "请先登记走访日期和方式"))
    assistance = Assistance(visit=visit, kind=kind, content=content)
    follow_visit(assistance, visit)
    assistance.youths.add(visit.pairing.youth)
    assistance.volunteers.add(visit.pairing.volunteer)
    return assistance


def follow_visit(assistance, visit):
    """Saves the assistance as which a visit counts with the day and form of the visit."""
    youth = AssistedYouth.objects.filter(pk=visit.pairing.youth_id)
    if not youth.filter(standing_on(visit.done_on, "registered_on", "removed_on")).exists():
        expected = "帮扶对象在库的日期（已计入或将计入帮扶）"
        raise ValidationError(problem(expected, "请核对走访日期；不在库时的走访不计入帮扶"))
    assistance.held_on, assistance.form = visit.done_on, FORMS_OF_WAYS.get(visit.way, "")
    assistance.full_clean()
    assistance.save()


@transaction.atomic
def save_visit(visit, user):
    """Saves a visit that somebody has logged or corrected; the assistance as which it counts follows.

    Raises ValidationError where it counts as an assistance, but did not take place.
    """
    if visit.pk is None:
        visit.logged_by = user
    assistance = visit.pk and visit.counts_as
    if assistance and not visit.done_on:
        raise ValidationError({"done_on": problem("走访日期", "这次走访已计入帮扶，请先撤销计入，再清空日期")})
    visit.save()
    if assistance and (assistance.held_on, assistance.form) != (visit.done_on, FORMS_OF_WAYS.get(visit.way, "")):
        follow_visit(assistance, visit)


@whole_case_files()
@transaction.atomic
def take_back_count(visit, user):
    """Deletes the assistance as which a visit counts; one that names other youths as well stays for these."""
    assistance = Assistance.objects.filter(visit=visit).first()
    if assistance is None:
        raise ValidationError(problem("已计入帮扶的走访", "这次走访没有计入帮扶，请刷新页面查看"))
    delete_assistance(assistance, user)
    left = Assistance.objects.filter(visit=visit).first()
    if left:
        left.visit = None
        left.save()


@transaction.atomic
def cancel_visit(visit, user, day, cancel_reason):
    """Cancels a visit on `day`, and takes back the assistance as which it counts."""
    if Assistance.objects.filter(visit=visit).exists():
        take_back_count(visit, user)
        # What was loaded with the visit is gone.
        visit = Visit.objects.get(pk=visit.pk)
    if visit.cancelled_on:
        raise ValidationError(problem("未取消的走访", "这次走访已经取消，请刷新页面查看"))
    visit.cancel(day, cancel_reason)


def plan_that_fits(pairing, day):
    """The visit of a pairing planned nearest before `day`, or else after it in the same month, or None."""
    waiting = pairing.visits.waiting().order_by("planned_on", "pk")
    return (
        waiting.filter(planned_on__lte=day).last()
        or waiting.filter(planned_on__year=day.year, planned_on__month=day.month).first()
    )
