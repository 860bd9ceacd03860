"""Filters of the lists of members, posts and proposals."""

import django_filters as filters

from orgs.filters import SubtreeFilter
from orgs.models import Domain
from yl_district.pages.filters import OnDayFilter, PageFilter, SearchFilter

from .models import AGE_LIMIT, AGE_SOON, Member, Post, Proposal


class MemberFilter(PageFilter):
    """Members; by default those on the roll today."""

    defaults = {"standing": "current"}

    search = SearchFilter()
    standing = filters.ChoiceFilter(
        label="在册情况", choices=[("current", "在册"), ("left", "已离开")], method="by_standing"
    )
    organisation = SubtreeFilter()
    domain = filters.ChoiceFilter(label="所属领域", choices=Domain, field_name="branch__domain")
    status = filters.ChoiceFilter(label="团籍状态", choices=Member.Status)
    intake = filters.ChoiceFilter(label="来源", choices=Member.Intake)
    age = OnDayFilter("年龄", "soon_over_age", f"{AGE_SOON.days} 天内满 {AGE_LIMIT} 周岁", "其他")
    begin = filters.ChoiceFilter(
        label="在册起始", choices=[("known", "有日期"), ("guessed", "按入团年月推定")], method="by_begin"
    )

    def by_standing(self, members, name, value):
        """Members on the roll today, or those who have left by today."""
        return members.as_of(self.day) if value == "current" else members.left_by(self.day)

    def by_begin(self, members, name, value):
        """Members of whom the day is known from which they stand, or those of whom it is guessed."""
        return members.with_guessed_begin() if value == "guessed" else members.with_known_begin()


class PostFilter(PageFilter):
    """Posts; by default those held today."""

    defaults = {"standing": "current"}

    search = SearchFilter()
    standing = filters.ChoiceFilter(
        label="在任情况", choices=[("current", "在任"), ("ended", "已离任")], method="by_standing"
    )
    organisation = SubtreeFilter()
    nature = filters.ChoiceFilter(label="干部性质", choices=Post.Nature)

    def by_standing(self, posts, name, value):
        """Posts held today, or ended by today."""
        return posts.as_of(self.day) if value == "current" else posts.ended_by(self.day)


class AccountlessPostFilter(PageFilter):
    """Posts of cadres without an account, searched by name alone: administrators confirm nobody's numbers."""

    search = filters.CharFilter(label="姓名或拼音首字母", max_length=60, method="by_name")
    organisation = SubtreeFilter()

    def by_name(self, posts, name, value):
        """Posts of people so named."""
        return posts.named(value)

    def filter_queryset(self, posts):
        return super().filter_queryset(posts.accountless(self.day))


class ProposalFilter(PageFilter):
    """Proposals; by default all."""

    search = SearchFilter()
    state = filters.ChoiceFilter(
        label="审批情况",
        choices=[("waiting", "等待审批"), ("decided", "已审批"), ("withdrawn", "已撤回")],
        method="by_state",
    )
    kind = filters.ChoiceFilter(label="申请事项", choices=Proposal.Kind)

    def by_state(self, proposals, name, value):
        """Proposals waiting, decided or withdrawn."""
        return {"waiting": proposals.waiting, "decided": proposals.decided, "withdrawn": proposals.withdrawn}[value]()


class VerificationRoundFilter(PageFilter):
    """Rounds of verification; by default all."""

    search = SearchFilter()
    state = filters.ChoiceFilter(label="进展", choices=[("open", "正在进行"), ("closed", "已结束")], method="by_state")

    def by_state(self, rounds, name, value):
        """Rounds that are open, or have been closed."""
        return rounds.filter(closed_on__isnull=value == "open")
