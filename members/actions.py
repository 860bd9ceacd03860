"""Actions on several records: transfers, the committee's decisions, and linking accounts to people."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from orgs.models import Organisation
from orgs.roles import RoleKind
from yl_district.audit.access_log import Action, record, subject_of
from yl_district.days import has_ended
from yl_district.validators import problem

from .models import Liaison, Member, Person, Post, Proposal


@transaction.atomic
def transfer(member, to_branch, day):
    """Ends the membership as 转出 on `day`, and returns a new one as 转入 in `to_branch` from that day.

    The new one copies all other fields but 在册起始日期. The development number is unique and moves with the member.
    Raises ValidationError where the transfer is not valid.
    """
    Proposal(member=member, to_branch=to_branch, day=day).clean()
    number, member.development_no = member.development_no, None
    facts = {field.attname: getattr(member, field.attname) for field in Member._meta.concrete_fields}
    member.leave(day, Member.Status.TRANSFERRED_OUT)
    begun = Member(**facts | {"id": None, "branch_id": to_branch.pk, "development_no": number})
    begun.intake, begun.intake_on, begun.listed_on = Member.Intake.TRANSFERRED, day, None
    begun.status = Member.Status.NORMAL
    begun.full_clean()
    begun.check_overlap()
    begun.save()
    return begun


@transaction.atomic
def propose_leaving(member, user, day, status, note):
    """Asks the committee to take a member off the roll."""
    return file_proposal(member, user, kind=Proposal.Kind.LEAVE, day=day, status=status, note=note)


@transaction.atomic
def propose_transfer(member, user, day, to_branch, note):
    """Asks the committee to transfer a member to another branch."""
    return file_proposal(member, user, kind=Proposal.Kind.TRANSFER, day=day, to_branch=to_branch, note=note)


def file_proposal(member, user, **what):
    """Saves and returns a proposal, which changes nothing by itself."""
    proposal = Proposal(member=member, proposed_by=user, proposed_at=timezone.now(), **what)
    proposal.full_clean()
    proposal.save()
    return proposal


@transaction.atomic
def decide_proposal(proposal, user, is_approved, note):
    """Decides on a proposal and returns it; consent carries it out in the same transaction, under the current rules.

    Raises ValidationError where it is settled already, was proposed by `user`, or can no longer be carried out.
    """
    proposal = Proposal.objects.select_for_update(no_key=True).get(pk=proposal.pk)
    refuse_settled(proposal)
    if proposal.proposed_by_id == user.pk:
        raise ValidationError(problem("他人提出的申请", "不能审批自己提出的申请，请由其他委机关专干审批"))
    if is_approved:
        apply_proposal(proposal, user)
    proposal.decided_by, proposal.decided_at = user, timezone.now()
    proposal.is_approved, proposal.decision_note = is_approved, note
    proposal.save()
    return proposal


@transaction.atomic
def withdraw_proposal(proposal, user):
    """Withdraws the user's own proposal and returns it; it is kept, and another about the member can be filed."""
    proposal = Proposal.objects.select_for_update(no_key=True).get(pk=proposal.pk, proposed_by=user)
    refuse_settled(proposal)
    proposal.withdrawn_at = timezone.now()
    proposal.save()
    return proposal


def refuse_settled(proposal):
    """Raises ValidationError where the proposal has been decided or withdrawn."""
    if proposal.withdrawn_at:
        raise ValidationError(problem("等待审批的申请（这份申请已撤回）", "请返回列表查看，需要时由团支部重新申请"))
    if not proposal.is_waiting:
        raise ValidationError(problem("等待审批的申请（这份申请已审批）", "请查看审批结果"))


def apply_proposal(proposal, user):
    """Carries out a proposal; raises ValidationError for a transfer outside the scope of `user` as staff."""
    member = Member.objects.select_for_update(no_key=True).get(pk=proposal.member_id)
    proposal.member = member
    proposal.clean()
    if proposal.kind == Proposal.Kind.LEAVE:
        member.leave(proposal.day, proposal.status)
        return
    if not Organisation.objects.visible_as(user, RoleKind.STAFF).filter(pk=proposal.to_branch_id).exists():
        expected = f"您负责的组织范围内的转入团支部（{proposal.to_branch}不在其中）"
        raise ValidationError(problem(expected, "请由同时负责两个团支部的委机关专干审批"))
    transfer(member, proposal.to_branch, proposal.day)


@transaction.atomic
def bind_account(person, account, *, request):
    """Sets the person's user account, which then keeps that cadre's own links; None removes it."""
    person = Person.objects.select_for_update(no_key=True, of=("self",)).select_related("user").get(pk=person.pk)
    former, person.user = person.user, account
    if former == account:
        return
    person.save(update_fields=["user"])
    said = [f"解除绑定 {former.username}" if former else "", f"绑定 {account.username}" if account else ""]
    record(Action.ACCOUNT, subject_of(person), request=request, detail="，".join(filter(None, said)))


@transaction.atomic
def change_liaison(organisation, person, day):
    """Has `person` look after the organisation from `day` on, or without one nobody; ends the former liaison then.

    Raises ValidationError where nothing would change, or `day` precedes the latest liaison's begin or end.
    """
    lock_liaisons(organisation)
    latest = organisation.liaisons.select_related("person").latest_first().first()
    present = latest if latest and not has_ended(latest, day) else None
    if (present and present.person) == person:
        remedy = f"现在就是{person}，不必更换" if person else "现在没有联系委员，请选择由谁联系"
        raise ValidationError({"person": problem("另一名联系委员", remedy)})
    earliest = present and present.started_on
    if earliest and day < earliest:
        expected = f"不早于现任联系委员起始日期（{earliest}）的日期"
        raise ValidationError({"day": problem(expected, "请核对日期，或更正原来的起止")})
    if present and present.started_on == day:
        present.delete()
    elif present:
        present.end(day)
    if person:
        save_liaison(Liaison(organisation=organisation, person=person, started_on=day))


def lock_liaisons(organisation):
    """Locks the organisation's liaisons against concurrent changes."""
    list(Organisation.objects.select_for_update(no_key=True).filter(pk=organisation.pk).values_list("pk"))


def save_liaison(liaison):
    """Checks a liaison, also beside the organisation's other ones and by the person's posts, and saves it."""
    liaison.full_clean()
    liaison.check_overlap()
    liaison.check_office(committee_posts(liaison.organisation).filter(person=liaison.person_id))
    liaison.save()


def committee_posts(organisation):
    """The posts of leaders and members of the committees above an organisation, at any time."""
    return Post.objects.of_committees().above(organisation.path)
