"""Filters of the lists of youth hubs and volunteers."""

import django_filters as filters

from orgs.filters import SubtreeFilter
from yl_district.pages.filters import OnDayFilter, PageFilter, RecordFilter, SearchFilter, YearFilter

from .models import Hub, HubYear


class HubFilter(PageFilter):
    """Youth hubs; by default those open today."""

    defaults = {"standing": "yes"}

    search = SearchFilter("名称或拼音首字母")
    standing = OnDayFilter("状态", "as_of", "开业", "未开业或已关闭")
    organisation = SubtreeFilter()
    year = YearFilter(method="by_year_and_tier")
    tier = filters.ChoiceFilter(label="类型", choices=HubYear.Tier, method="by_year_and_tier")

    def by_year_and_tier(self, hubs, name, value):
        """Hubs with a HubYear of the year and tier chosen."""
        asked = self.form.cleaned_data
        return hubs.kept_as(asked.get("tier"), asked.get("year"))


class VolunteerFilter(PageFilter):
    """Volunteers; by default those standing today."""

    defaults = {"standing": "current"}

    search = SearchFilter()
    standing = filters.ChoiceFilter(
        label="在册情况", choices=[("current", "在册"), ("left", "已退出")], method="by_standing"
    )
    hub = RecordFilter(label="志愿者队伍", queryset=Hub.objects.all(), method="by_team")
    bound = OnDayFilter("平台绑定", "bound_by", "已绑定", "未绑定")

    def by_standing(self, volunteers, name, value):
        """Volunteers standing today, or those who have left by today."""
        return volunteers.as_of(self.day) if value == "current" else volunteers.left_by(self.day)

    def by_team(self, volunteers, name, value):
        """Volunteers in the team of the hub chosen today."""
        return volunteers.in_team(value, self.day)
