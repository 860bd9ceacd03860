"""What the lists of people's capacities can be narrowed by."""

import django_filters as filters

from orgs.filters import SubtreeFilter
from orgs.models import Domain
from yl_district.pages.filters import PageFilter, SearchFilter

from .models import Member, Post, Proposal


class MemberFilter(PageFilter):
    """Members, at first those on the roll today."""

    defaults = {"standing": "current"}

    search = SearchFilter("姓名或拼音首字母")
    standing = filters.ChoiceFilter(
        label="在册情况", choices=[("current", "在册"), ("left", "已离开")], method="by_standing"
    )
    organisation = SubtreeFilter()
    domain = filters.ChoiceFilter(label="所属领域", choices=Domain, field_name="branch__domain")
    status = filters.ChoiceFilter(label="团籍状态", choices=Member.Status)
    intake = filters.ChoiceFilter(label="来源", choices=Member.Intake)

    def by_standing(self, members, name, value):
        """On the roll today, or gone by today."""
        return members.as_of(self.day) if value == "current" else members.left_by(self.day)


class PostFilter(PageFilter):
    """Posts, at first those held today."""

    defaults = {"standing": "current"}

    search = SearchFilter("姓名或拼音首字母")
    standing = filters.ChoiceFilter(
        label="在任情况", choices=[("current", "在任"), ("ended", "已离任")], method="by_standing"
    )
    organisation = SubtreeFilter()
    nature = filters.ChoiceFilter(label="干部性质", choices=Post.Nature)

    def by_standing(self, posts, name, value):
        """Held today, or ended by today."""
        return posts.as_of(self.day) if value == "current" else posts.ended_by(self.day)


class ProposalFilter(PageFilter):
    """Proposals, all of them at first."""

    search = SearchFilter("姓名或拼音首字母")
    state = filters.ChoiceFilter(
        label="审批情况",
        choices=[("waiting", "等待审批"), ("decided", "已审批"), ("withdrawn", "已撤回")],
        method="by_state",
    )
    kind = filters.ChoiceFilter(label="申请事项", choices=Proposal.Kind)

    def by_state(self, proposals, name, value):
        """Without a decision, with one, or taken back."""
        return {"waiting": proposals.waiting, "decided": proposals.decided, "withdrawn": proposals.withdrawn}[value]()
