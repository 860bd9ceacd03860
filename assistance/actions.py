"""Changes that touch several case records together."""

from django.core.exceptions import ValidationError
from django.db import transaction

from yl_district.validators import problem

from .models import AssistedYouth, Pairing


@transaction.atomic
def fix_volunteer(youth, volunteer, day):
    """Makes `volunteer` the youth's fixed volunteer from `day`; a standing pairing with somebody else ends that day."""
    AssistedYouth.objects.select_for_update(no_key=True).get(pk=youth.pk)
    standing = youth.pairings.filter(ended_on__isnull=True).first()
    if standing and standing.volunteer_id == volunteer.pk:
        raise ValidationError({"volunteer": problem("另一名志愿者", f"{volunteer}已是固定志愿者，不必重复结对")})
    if standing and standing.started_on and day < standing.started_on:
        expected = f"不早于现有结对日期（{standing.started_on}）的日期"
        raise ValidationError({"day": problem(expected, "请核对结对日期，或先结束现有结对")})
    if standing:
        standing.end(day)
    pairing = Pairing(youth=youth, volunteer=volunteer, started_on=day)
    pairing.full_clean()
    pairing.save()
    return pairing
