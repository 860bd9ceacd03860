"""Filters of the lists of activities, their types, campaigns and partners."""

import django_filters as filters

from orgs.filters import SubtreeFilter
from yl_district.pages.filters import OnDayFilter, PageFilter, RecordFilter, SearchFilter, YearFilter
from youthhubs.models import Hub

from .models import Activity, ActivityType, Campaign, Partner


class ActivityFilter(PageFilter):
    """Activities."""

    search = SearchFilter("活动名称或拼音首字母")
    state = filters.ChoiceFilter(label="状态", choices=Activity.State)
    type = RecordFilter(label="类型", queryset=ActivityType.objects.all())
    host = SubtreeFilter("主办组织（含下级）")
    hub = RecordFilter(label="青年汇", queryset=Hub.objects.all())
    campaign = RecordFilter(label="专项", queryset=Campaign.objects.all())
    partner = RecordFilter(label="协办单位", field_name="partners", queryset=Partner.objects.all())
    year = YearFilter(field_name="held_on", lookup_expr="year")
    since = filters.DateFilter(label="日期自", field_name="held_on", lookup_expr="gte")
    until = filters.DateFilter(label="日期至", field_name="held_on", lookup_expr="lte")
    basis = filters.ChoiceFilter(label="数字口径", choices=Activity.Basis)


class ActivityTypeFilter(PageFilter):
    """Types of activities."""

    name = filters.CharFilter(label="名称", lookup_expr="contains")


class CampaignFilter(PageFilter):
    """Campaigns."""

    search = SearchFilter("专项名称或拼音首字母")
    standing = OnDayFilter("进行情况", "under_way_on", "进行中", "未在进行")
    audience = filters.ChoiceFilter(label="覆盖对象", choices=Campaign.Audience)


class PartnerFilter(PageFilter):
    """Partners."""

    search = SearchFilter("协办单位名称或拼音首字母")
    is_united = filters.ChoiceFilter(label="一统五联", choices=[("1", "是"), ("0", "否")])
