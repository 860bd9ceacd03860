"""Acts for many members at once, and who looks after many organisations."""

from orgs.filters import OrganisationFilter
from orgs.models import Organisation
from orgs.roles import RoleKind
from yl_district.pages.acts_for_many import ActForMany, refuse_ended
from yl_district.pages.many_pages import page_of_many
from yl_district.validators import problem

from .actions import change_liaison, propose_leaving, propose_transfer, transfer
from .filters import MemberFilter
from .forms import LeaveProposalForm, MemberLeaveForm, MemberTransferForm, TransferProposalForm, keeps_roll
from .liaison_forms import liaisons_form
from .models import Member


def chosen_members(user):
    """The members whom the user may see."""
    return Member.objects.visible_to(user).select_related("person", "branch")


def named_with_branch(member):
    """A member's name and branch."""
    return f"{member}（{member.branch}）"


def keeps_all_rolls(user, members):
    """Whether the user may change the rolls of all these members without the committee's consent."""
    kept = Member.objects.visible_as(user, RoleKind.STAFF).filter(pk__in=[member.pk for member in members])
    return kept.count() == len(members)


def leaving_form(user, members):
    """The form of leaving; that of asking for it where any member is on a roll that others keep."""
    return MemberLeaveForm if keeps_all_rolls(user, members) else LeaveProposalForm


def transfer_form(user, members):
    """The form of a transfer; that of asking for it where any member is on a roll that others keep."""
    return MemberTransferForm if keeps_all_rolls(user, members) else TransferProposalForm


def decides(user, member, form):
    """Whether the user may act upon this member without the committee; only where not upon all, each is looked up."""
    return "note" not in form.fields or keeps_roll(user, member)


def leave_roll(request, member, form):
    """Takes a member off the roll, or asks the committee to."""
    refuse_ended(member, form.day)
    asked = dict(form.cleaned_data)
    note = asked.pop("note", "")
    if decides(request.user, member, form):
        member.leave(**asked)
    else:
        propose_leaving(member, request.user, note=note, **asked)


def move_to_branch(request, member, form):
    """Transfers a member, or asks the committee to."""
    refuse_ended(member, form.day)
    asked = dict(form.cleaned_data)
    note = asked.pop("note", "")
    if decides(request.user, member, form):
        refuse_branch_out_of_reach(request.user, asked["to_branch"])
        transfer(member, **asked)
    else:
        propose_transfer(member, request.user, note=note, **asked)


def refuse_branch_out_of_reach(user, branch):
    """Raises ValidationError for a branch that the user does not see: only the committee moves a member there."""
    if not Organisation.objects.visible_to(user).filter(pk=branch.pk).exists():
        raise problem("您负责的组织范围内的转入团支部", "请改选团支部，或请同时负责两个团支部的委机关专干办理")


def asked_for(form):
    """Says that the committee is only asked, where it is for any of the members."""
    words = "不由您直接办理的，提交的是申请，委机关同意后生效；同意之前仍在原团支部在册。"
    return words if "note" in form.fields else ""


OF_MEMBERS = {
    "counted": "名团员",
    "of_list": "member_list",
    "rows": chosen_members,
    "filter_class": MemberFilter,
    "told": named_with_branch,
    "notice": asked_for,
}

members_transfer = page_of_many(
    ActForMany("members_transfer", "办理转接", icon="transfer", form=transfer_form, act=move_to_branch, **OF_MEMBERS)
)
members_end = page_of_many(
    ActForMany("members_end", "办理离开", icon="user-off", form=leaving_form, act=leave_roll, **OF_MEMBERS)
)


def entrust_liaison(request, organisation, form):
    """Has a committee member look after an organisation."""
    change_liaison(organisation, **form.cleaned_data)


organisations_liaison = page_of_many(
    ActForMany(
        "organisations_liaison",
        "指定联系委员",
        icon="user-star",
        counted="个团组织",
        of_list="organisation_list",
        rows=Organisation.objects.given_liaison_by,
        filter_class=OrganisationFilter,
        form=liaisons_form,
        act=entrust_liaison,
        notice=lambda form: "原来有人联系的，到“自何日起”为止，以前的记录保留。",
    )
)
