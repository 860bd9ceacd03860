"""Taking back what was done to a member by mistake: a leaving, a transfer, a registration."""

from django.core.exceptions import ValidationError
from django.db import transaction

from orgs.roles import RoleKind
from yl_district.history.tracking import because
from yl_district.validators import problem

from .models import Member

# What a membership begun by a transfer has of its own.
OF_ITS_OWN = {"id", "person_id", "branch_id", "intake", "intake_on", "listed_on", "status", "left_on", "roll_begin"}


def transferred_to(member):
    """The membership that the transfer which ended this one began; None where none did."""
    if member.status != Member.Status.TRANSFERRED_OUT or member.left_on is None:
        return None
    begun = Member.objects.filter(person=member.person_id, intake=Member.Intake.TRANSFERRED, intake_on=member.left_on)
    return begun.exclude(pk=member.pk).exclude(branch=member.branch_id).select_related("branch").first()


def transferred_from(member):
    """The membership that ended with the transfer which began this one; None where none did."""
    if member.intake != Member.Intake.TRANSFERRED or member.intake_on is None:
        return None
    out = {"status": Member.Status.TRANSFERRED_OUT, "left_on": member.intake_on}
    ended = Member.objects.filter(person=member.person_id, **out)
    return ended.exclude(pk=member.pk).exclude(branch=member.branch_id).select_related("branch").first()


@transaction.atomic
def return_member(member, user, reason):
    """Takes back that a member left or was transferred, as if it had never been done.

    What was changed after a transfer is kept. Raises ValidationError where later facts hang on it.
    """
    if member.left_on is None:
        raise ValidationError(problem("已办理离开的团员（此人在册）", "请查看团员的记录"))
    begun = transferred_to(member)
    with because(reason):
        member.status, member.left_on = status_before(member), None
        if begun:
            refuse_later_facts(begun, user)
            keep_what_changed(member, begun)
            for span in begun.school_spans.all():
                span.member = member
                span.save()
            begun.delete()
        member.full_clean()
        member.check_overlap()
        member.save()


def status_before(member):
    """The status that the member had before leaving."""
    former = member.history.filter(left_on__isnull=True).order_by("-history_id").first()
    return former.status if former else Member.Status.NORMAL


def keep_what_changed(member, begun):
    """Gives the member what was changed since a transfer, and the development number that moved with it."""
    first = begun.history.order_by("history_id").first()
    for field in Member._meta.concrete_fields:
        name = field.attname
        if name not in OF_ITS_OWN and (first is None or getattr(begun, name) != getattr(first, name)):
            setattr(member, name, getattr(begun, name))
    member.development_no = begun.development_no
    if begun.status != Member.Status.NORMAL:
        member.status = begun.status


def is_kept_by(member, user):
    """Whether the user keeps the roll on which a membership is."""
    return Member.objects.visible_as(user, RoleKind.STAFF).filter(pk=member.pk).exists()


def branch_in_words(member, user):
    """The branch of a membership, where the user may know it."""
    is_seen = Member.objects.visible_to(user).filter(pk=member.pk).exists()
    return str(member.branch) if is_seen else "另一团支部"


def refuse_later_facts(begun, user):
    """Raises ValidationError where more has been done to the membership that a transfer began."""
    if not is_kept_by(begun, user):
        expected = f"您负责的组织范围内的转入团支部（{branch_in_words(begun, user)}不在其中）"
        raise ValidationError(problem(expected, "请由同时负责两个团支部的委机关专干撤回"))
    if begun.left_on:
        expected = f"转入{begun.branch}之后没有再离开（{begun.left_on} {begun.get_status_display()}）"
        raise ValidationError(problem(expected, f"请先在{begun.branch}的记录上撤回那次离开"))
    if begun.proposals.exists():
        raise ValidationError(
            problem(f"转入{begun.branch}之后没有提出过申请", "申请须保留，不能撤回；请办理转接，转回原团支部")
        )


@transaction.atomic
def delete_member(member, user, reason):
    """Takes back a registration; raises ValidationError where something hangs on it.

    The person always stays: whether they went would tell who has a case file.
    """
    if other := transferred_from(member) or transferred_to(member):
        expected = f"没有转接过的团员（另一段在{branch_in_words(other, user)}）"
        raise ValidationError(problem(expected, "请先撤回转接"))
    if member.proposals.exists():
        raise ValidationError(problem("没有提出过申请的团员", "申请须保留；确已离开的请办理离开"))
    person, others = member.person, Member.objects.filter(person=member.person_id).exclude(pk=member.pk)
    if not others.exists() and person.platform_entries.filter(subject="member").exists():
        raise ValidationError(problem("没有作为团员录入平台的人", "请先在平台录入中删去此人的团员一条"))
    with because(reason):
        member.delete()
