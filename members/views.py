"""Pages of people, members and cadres."""

from django.shortcuts import get_object_or_404, render

from yl_district.pages import end_page, form_page, list_page

from .filters import MemberFilter, PostFilter
from .forms import MemberForm, MemberLeaveForm, PostEndForm, PostForm
from .models import Member, Person, Post, Volunteer
from .tables import MemberTable, PostTable


def member_list(request):
    """Members, at first those on the roll today."""
    members = Member.objects.visible_to(request.user)
    return list_page(request, "members/member_list.html", MemberTable, MemberFilter, members, title="团员")


def member_detail(request, pk):
    """One member."""
    member = visible_member(request, pk)
    return render(request, "members/member_detail.html", {"title": member.person.shown_name, "member": member})


def member_create(request):
    """A new member."""
    return form_page(
        request,
        "members/member_create.html",
        MemberForm,
        title="登记团员",
        message="已登记团员。",
        initial={"branch": request.GET.get("branch")},
    )


def member_update(request, pk):
    """Corrects or completes a member."""
    member = visible_member(request, pk)
    return form_page(
        request,
        "members/member_update.html",
        MemberForm,
        instance=member,
        title=f"修改团员：{member}",
        message="已保存团员资料。",
    )


def member_end(request, pk):
    """Takes a member off the roll."""
    member = visible_member(request, pk)
    return end_page(
        request,
        "members/member_end.html",
        MemberLeaveForm,
        member,
        member.leave,
        title=f"办理离开：{member}",
        message="已办理离开，记录保留。",
    )


def visible_member(request, pk):
    """The member, if the user may see it."""
    return get_object_or_404(Member.objects.visible_to(request.user).select_related("person", "branch"), pk=pk)


def post_list(request):
    """Posts, at first those held today."""
    posts = Post.objects.visible_to(request.user)
    return list_page(request, "members/post_list.html", PostTable, PostFilter, posts, title="团干部")


def post_detail(request, pk):
    """One post of a cadre."""
    post = visible_post(request, pk)
    return render(request, "members/post_detail.html", {"title": post.person.shown_name, "post": post})


def post_create(request):
    """A new post."""
    return form_page(
        request,
        "members/post_create.html",
        PostForm,
        title="登记团干部",
        message="已登记团干部。",
        initial={"organisation": request.GET.get("organisation")},
    )


def post_update(request, pk):
    """Corrects or completes a post."""
    post = visible_post(request, pk)
    return form_page(
        request,
        "members/post_update.html",
        PostForm,
        instance=post,
        title=f"修改团干部：{post.person}",
        message="已保存团干部资料。",
    )


def post_end(request, pk):
    """Ends a post."""
    post = visible_post(request, pk)
    return end_page(
        request,
        "members/post_end.html",
        PostEndForm,
        post,
        post.end,
        title=f"办理离任：{post.person}",
        message="已办理离任，记录保留。",
    )


def visible_post(request, pk):
    """The post, if the user may see it."""
    return get_object_or_404(Post.objects.visible_to(request.user).select_related("person", "organisation"), pk=pk)


def person_detail(request, pk):
    """One human being with all capacities; case files only for those who may see them.

    Somebody known by sign-ins alone is shown by name alone.
    """
    user = request.user
    person = get_object_or_404(Person.objects.visible_to(user), pk=pk)
    context = {
        "title": person.shown_name,
        "person": person,
        "is_kept": Person.objects.kept_by(user).filter(pk=pk).exists(),
        "memberships": person.memberships.visible_to(user).select_related("branch"),
        "posts": person.posts.visible_to(user).select_related("organisation"),
        "volunteering": Volunteer.objects.visible_to(user).filter(person=person).first(),
        "links_as_youth": person.links_as_youth.visible_to(user).select_related("cadre"),
        "links_as_cadre": person.links_as_cadre.visible_to(user).select_related("youth"),
        "sign_ins": person.sign_ins.visible_to(user).select_related("activity").order_by("-activity__held_on")[:20],
        "assistance_cases": person.assistance_cases.visible_to(user).select_related("organisation"),
        "scholarships": person.scholarships.visible_to(user),
    }
    return render(request, "members/person_detail.html", context)
