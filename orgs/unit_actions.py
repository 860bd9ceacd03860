"""Actions on two-new organisations that change several records: a founding, a verification, a contact in one tap."""

from django.db import transaction

from yl_district.validators import problem

from .models import CHANGE_INTO, STATUS_LINE, Unit, UnitChange, UnitContact, check_founding_day, state_after


@transaction.atomic
def found_league_body(unit, branch, day, task_year=None):
    """Registers that `branch` covers the unit since `day`: jointly where it covers others, and these jointly as well.

    Raises ValidationError where that cannot have been.
    """
    unit.check_founding(day)
    check_founding_day(day, list(unit.changes.in_order()))
    others = Unit.objects.filter(branch=branch).exclude(pk=unit.pk)
    unit.branch, unit.league_founded_on = branch, day
    unit.league_form = Unit.League.JOINT if others.exists() else Unit.League.OWN
    unit.task_year = task_year or unit.task_year
    unit.full_clean()
    unit.save()
    if unit.league_form == Unit.League.JOINT:
        for other in others.filter(league_form=Unit.League.OWN):
            other.league_form = Unit.League.JOINT
            other.save()


@transaction.atomic
def verify_unit(unit, day, result=Unit.Status.NORMAL, way="", handled_by="", remark=""):
    """Registers that the unit was verified on `day`, and the change of its status where it was found in another.

    Raises ValidationError where that contradicts the unit's other changes.
    """
    told = {"unit": unit, "happened_on": day, "way": way, "handled_by": handled_by, "remark": remark}
    register_change(UnitChange(kind=UnitChange.Kind.VERIFIED, **told))
    until = [one for one in unit.changes.in_order() if one.kind in STATUS_LINE and one.sorting_day <= day]
    state = state_after(until, STATUS_LINE)
    if state == result:
        return
    if result == Unit.Status.NORMAL and state != Unit.Status.UNREACHABLE:
        expected = f"当时正常或联系不上的单位（当时为{Unit.Status(state).label}）"
        raise problem(expected, "迁址、注销登记有误的，请先在该单位的页面上删除或改正那一项变更")
    register_change(UnitChange(kind=CHANGE_INTO[result], **told))


def register_change(change):
    """Saves a change; raises ValidationError where it contradicts the unit's other changes."""
    change.full_clean()
    change.check_overlap()
    change.save()


@transaction.atomic
def log_unit_contact(unit, form, day):
    """Returns the contact with the unit in this form on `day`, and whether it is new: of one form one a day."""
    Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)
    contact = unit.contacts.filter(form=form, held_on=day).first()
    if contact:
        return contact, False
    contact = UnitContact(unit=unit, form=form, held_on=day, contact_name=unit.contact_name)
    contact.full_clean()
    contact.save()
    return contact, True
