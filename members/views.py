"""Pages of people, members, proposals and posts."""

from functools import partial

from django.db.models import F
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from orgs.filters import OrganisationFilter
from orgs.models import Organisation
from orgs.roles import RoleKind
from orgs.tables import OrganisationTreeTable
from yl_district.audit.access_log import Action, record, subject_of
from yl_district.pages.list_exports import export_page
from yl_district.pages.pages import end_page, form_page, list_page

from .actions import bind_account, decide_proposal, propose_leaving, propose_transfer, transfer, withdraw_proposal
from .filters import MemberFilter, PostFilter, ProposalFilter
from .forms import (
    LeaveProposalForm,
    MemberForm,
    MemberLeaveForm,
    MemberTransferForm,
    PostAccountForm,
    PostForm,
    ProposalDecisionForm,
    ProposalWithdrawalForm,
    TransferProposalForm,
    keeps_roll,
)
from .models import Member, Person, Post, Proposal, Verification, Volunteer
from .organisation_resources import OrganisationSheetResource
from .resources import MemberResource, PostResource
from .tables import MemberTable, PostTable, ProposalTable
from .taking_back import is_kept_by, transferred_from
from .verifying import noting_act, noting_form

PROPOSED = "已提交申请，委机关同意后生效。"


@require_GET
def organisation_export(request, book=None):
    """Exports the list of organisations, with who looks after each."""
    organisations = Organisation.objects.listed_for(request.user, timezone.localdate())
    return export_page(
        request, OrganisationSheetResource, OrganisationTreeTable, OrganisationFilter, organisations, book=book
    )


def member_list(request):
    """The list of members; by default those on the roll today."""
    members = Member.objects.visible_to(request.user)
    return list_page(request, MemberTable, MemberFilter, members, title="团员")


@require_GET
def member_export(request, **options):
    """Exports the list of members."""
    members = Member.objects.visible_to(request.user)
    return export_page(request, MemberResource, MemberTable, MemberFilter, members, **options)


def member_detail(request, pk):
    """One member, with the proposals about them."""
    member = visible_member(request, pk)
    former = transferred_from(member)
    proposals = list(member.proposals.visible_to(request.user).waiting_first())
    context = {
        "title": member.person.shown_name,
        "member": member,
        "keeps_roll": keeps_roll(request.user, member),
        "transferred_from": former if former and is_kept_by(former, request.user) else None,
        "proposals": proposals,
        "is_proposed": any(proposal.is_waiting for proposal in proposals),
    }
    return render(request, "members/member_detail.html", context)


def member_create(request):
    """Registers a member."""
    branch = request.GET.get("branch")
    form_class, after = noting_form(request, MemberForm, Verification.Result.ADDED, branch)
    return form_page(
        request, form_class, title="登记团员", message="已登记团员。", initial={"branch": branch}, after=after
    )


def member_update(request, pk):
    """Corrects or completes a member."""
    member = visible_member(request, pk)
    form_class, after = noting_form(request, MemberForm, Verification.Result.CORRECTED, member.branch_id)
    return form_page(
        request, form_class, instance=member, title=f"修改团员：{member}", message="已保存团员资料。", after=after
    )


def member_end(request, pk):
    """Takes a member off the roll, or for a branch's cadre asks the committee to."""
    member = visible_member(request, pk)
    is_asked = not keeps_roll(request.user, member)
    leave = partial(propose_leaving, member, request.user) if is_asked else member.leave
    act, after = noting_act(request, leave, member, Verification.Result.GONE, timezone.localdate())
    if is_asked:
        return end_page(
            request,
            LeaveProposalForm,
            member,
            act,
            title=f"申请办理离开：{member}",
            message=PROPOSED,
            after=after,
            proposes=True,
        )
    return end_page(
        request,
        MemberLeaveForm,
        member,
        act,
        title=f"办理离开：{member}",
        message="已办理离开，记录保留。",
        after=after,
    )


def member_transfer(request, pk):
    """Transfers a member, or for a branch's cadre asks the committee to; the branch can be preset in the URL."""
    member, initial = visible_member(request, pk), {"to_branch": request.GET.get("to_branch")}
    if not keeps_roll(request.user, member):
        return end_page(
            request,
            TransferProposalForm,
            member,
            partial(propose_transfer, member, request.user),
            title=f"申请转到其他团支部：{member}",
            message=PROPOSED,
            initial=initial,
            proposes=True,
        )
    return end_page(
        request,
        MemberTransferForm,
        member,
        partial(transfer, member),
        title=f"转到其他团支部：{member}",
        message="已办理转接，原团支部的记录保留。",
        initial=initial,
    )


def visible_member(request, pk):
    """Returns the member if the user may see it; raises Http404 otherwise."""
    return get_object_or_404(Member.objects.visible_to(request.user).select_related("person", "branch"), pk=pk)


def proposal_list(request):
    """The list of proposals, with the waiting ones first."""
    proposals = Proposal.objects.visible_to(request.user).waiting_first()
    return list_page(
        request,
        ProposalTable,
        ProposalFilter,
        proposals,
        title="待办申请",
        empty_hint="团支部在团员页面申请办理离开或转接，由委机关在这里审批。",
    )


def proposal_detail(request, pk):
    """One proposal and its outcome."""
    proposal = get_object_or_404(visible_proposals(request), pk=pk)
    context = {
        "title": f"申请：{proposal}",
        "proposal": proposal,
        "may_decide": proposal.is_waiting
        and proposal.proposed_by_id != request.user.pk
        and keeps_roll(request.user, proposal.member),
        "may_withdraw": proposal.is_waiting and proposal.proposed_by_id == request.user.pk,
    }
    return render(request, "members/proposal_detail.html", context)


def proposal_decide(request, pk):
    """Consents to a proposal, which carries it out, or refuses it."""
    proposal = get_object_or_404(visible_proposals(request).visible_as(request.user, RoleKind.STAFF), pk=pk)
    return end_page(
        request,
        ProposalDecisionForm,
        proposal,
        partial(decide_proposal, proposal, request.user),
        title=f"审批申请：{proposal}",
        message="已审批。",
    )


def proposal_withdraw(request, pk):
    """Withdraws the user's own proposal."""
    proposal = get_object_or_404(visible_proposals(request).filter(proposed_by=request.user), pk=pk)
    return end_page(
        request,
        ProposalWithdrawalForm,
        proposal,
        partial(withdraw_proposal, proposal, request.user),
        title=f"撤回申请：{proposal}",
        message="已撤回申请，记录保留。",
    )


def visible_proposals(request):
    """Returns the proposals visible to the user, with the related records that their pages show."""
    proposals = Proposal.objects.visible_to(request.user)
    return proposals.select_related("member__person", "member__branch", "to_branch", "proposed_by", "decided_by")


def post_list(request):
    """The list of posts; by default those held today."""
    posts = Post.objects.visible_to(request.user)
    return list_page(request, PostTable, PostFilter, posts, title="团干部")


@require_GET
def post_export(request, **options):
    """Exports the list of posts."""
    posts = Post.objects.visible_to(request.user)
    return export_page(request, PostResource, PostTable, PostFilter, posts, **options)


def post_detail(request, pk):
    """One post of a cadre."""
    post = visible_post(request, pk)
    may_bind = Post.objects.visible_as(request.user, RoleKind.STAFF).filter(pk=pk).exists()
    may_hand_over = may_bind and post.ended_on and post.person.links_as_cadre.filter(ended_on=None).exists()
    context = {
        "title": post.person.shown_name,
        "post": post,
        "may_bind": may_bind,
        "may_hand_over": may_hand_over,
        "liaisons": liaisons_of(post.person, request.user),
    }
    return render(request, "members/post_detail.html", context)


def post_create(request):
    """Registers a post."""
    return form_page(
        request,
        PostForm,
        title="登记团干部",
        message="已登记团干部。",
        initial={"organisation": request.GET.get("organisation")},
    )


def post_update(request, pk):
    """Corrects or completes a post."""
    post = visible_post(request, pk)
    return form_page(request, PostForm, instance=post, title=f"修改团干部：{post.person}", message="已保存团干部资料。")


def post_account(request, pk):
    """Sets the user account of a post's holder, which decides whose links the account keeps as its own."""
    posts = Post.objects.visible_as(request.user, RoleKind.STAFF).select_related("person__user", "organisation")
    post = get_object_or_404(posts, pk=pk)
    return end_page(
        request,
        partial(PostAccountForm, post=post),
        post.person,
        partial(bind_account, post.person, request=request),
        title=f"登录账号：{post.person}",
        message="已保存登录账号。",
        after=post.get_absolute_url(),
    )


def visible_post(request, pk):
    """Returns the post if the user may see it; raises Http404 otherwise."""
    posts = Post.objects.visible_to(request.user).select_related("person__user", "organisation")
    return get_object_or_404(posts, pk=pk)


def liaisons_of(person, user):
    """The organisations that a person looks after or did, of those that the user may see, present ones first."""
    liaisons = person.liaisons.visible_to(user).select_related("organisation")
    return liaisons.order_by(F("ended_on").desc(nulls_first=True), "organisation__path", "pk")


def person_detail(request, pk):
    """One person with all visible capacities, and case files only for those who may see them.

    People known only by sign-ins are shown by name alone.
    """
    user = request.user
    person = get_object_or_404(Person.objects.visible_to(user), pk=pk)
    context = {
        "title": person.shown_name,
        "person": person,
        "is_kept": Person.objects.kept_by(user).filter(pk=pk).exists(),
        "memberships": person.memberships.visible_to(user).select_related("branch"),
        "posts": person.posts.visible_to(user).select_related("organisation"),
        "liaisons": liaisons_of(person, user),
        "volunteering": Volunteer.objects.visible_to(user).filter(person=person).first(),
        "hub_staffing": person.hub_staffing.visible_to(user).select_related("hub"),
        "links_as_youth": person.links_as_youth.visible_to(user).select_related("cadre"),
        "links_as_cadre": person.links_as_cadre.visible_to(user).select_related("youth"),
        "sign_ins": person.sign_ins.visible_to(user).select_related("activity").order_by("-activity__held_on")[:20],
        "assistance_cases": person.assistance_cases.visible_to(user).select_related("organisation"),
        "scholarships": person.scholarships.visible_to(user),
    }
    if user.may_open("person_merge_detail"):
        context["may_merge"] = context["is_kept"]
        context["merges"] = person.merges.visible_to(user).select_related("kept")
    # Not the person, by whom the log would tell whose the file is.
    for file in (*context["assistance_cases"], *context["scholarships"]):
        record(Action.CASE_VIEW, subject_of(file), request=request)
    return render(request, "members/person_detail.html", context)
