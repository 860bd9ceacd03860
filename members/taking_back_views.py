"""Pages that take back what was done to a member by mistake."""

from functools import partial

from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from orgs.roles import RoleKind
from yl_district.pages.pages import end_page

from .models import Member
from .reason_forms import MemberDeletionForm, MemberReturnForm
from .taking_back import branch_in_words, delete_member, is_kept_by, return_member, transferred_to


def member_return(request, pk):
    """Takes back that a member left or was transferred."""
    member = kept_member(request, pk)
    begun = transferred_to(member)
    what = "转接" if begun else "离开"
    if begun and not is_kept_by(begun, request.user):
        context = {"title": f"撤回{what}：{member}", "record": member, "back": member.get_absolute_url()}
        context["refused_place"] = branch_in_words(begun, request.user)
        return render(request, "members/member_return.html", context)
    return end_page(
        request,
        MemberReturnForm,
        member,
        partial(return_member, member, request.user),
        title=f"撤回{what}：{member}",
        message=f"已撤回{what}，{member.branch}的团籍照旧。",
        begun=begun,
    )


def member_delete(request, pk):
    """Takes back the registration of a member."""
    member = kept_member(request, pk)
    return end_page(
        request,
        MemberDeletionForm,
        member,
        partial(delete_member, member, request.user),
        title=f"撤回登记：{member}",
        message="已撤回登记。",
        after=reverse("member_list"),
    )


def kept_member(request, pk):
    """Returns the member if the user keeps the roll; raises Http404 otherwise."""
    members = Member.objects.visible_as(request.user, RoleKind.STAFF).select_related("person", "branch")
    return get_object_or_404(members, pk=pk)
