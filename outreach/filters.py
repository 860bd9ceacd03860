"""Filters of the lists of links and contacts."""

import django_filters as filters
from django.db.models import F

from members.models import Liaison, LiaisonPersonQuerySet, Person, Post
from orgs.filters import SubtreeFilter
from yl_district.pages.filters import OF_PEOPLE, OnDayFilter, PageFilter, RecordFilter, SearchFilter, YearFilter
from yl_district.pinyin import search

from .forms import CadreChoiceField
from .models import CadreQuerySet, Contact

# The states of a cadre on the board, and the conditions for them.
LABELS_OF_STATES = {
    "at_quota": "达到指标",
    "below_quota": "未达指标",
    "unbound": "没有绑定",
    "silent": "本季度有未联系的",
    "short": "未达联系要求",
}
STATES_OF_PROGRESS = {
    "at_quota": {"is_at_quota": True},
    "below_quota": {"is_at_quota": False},
    "unbound": {"is_bound": False},
    "silent": {"reached_links__lt": F("standing_links")},
    "short": {"short_links__gt": 0},
}


class CadreFilter(RecordFilter):
    """Rows of one cadre."""

    field_class = CadreChoiceField

    def __init__(self):
        super().__init__(label="团干部", queryset=CadreQuerySet(Person).with_posts())


class LinkFilter(PageFilter):
    """Links; by default those in force today."""

    defaults = {"standing": "yes"}

    search = SearchFilter(f"青年{OF_PEOPLE}")
    standing = OnDayFilter("状态", "as_of", "在联系", "未开始或已结束")
    organisation = SubtreeFilter()
    cadre = CadreFilter()
    bound = OnDayFilter("平台绑定", "bound_by", "已绑定", "未绑定")


class LinkProgressFilter(PageFilter):
    """Serving cadres, by their place, by who looks after it, and by how far they have come."""

    search = filters.CharFilter(label="姓名或拼音首字母", max_length=60, method="by_name")
    organisation = SubtreeFilter()
    liaison = RecordFilter(label="联系委员", queryset=LiaisonPersonQuerySet(Person), method="by_liaison")
    state = filters.ChoiceFilter(
        label="进展", choices=[*LABELS_OF_STATES.items()], empty_label="全部", method="by_state"
    )

    def by_name(self, cadres, name, value):
        """Cadres of this name."""
        return search(cadres, value, by_number=False)

    def by_liaison(self, cadres, name, value):
        """Cadres serving in organisations that a committee member looks after today."""
        places = Liaison.objects.as_of(self.day).filter(person=value).values("organisation")
        return cadres.filter(pk__in=Post.objects.as_of(self.day).filter(organisation__in=places).values("person"))

    def by_state(self, cadres, name, value):
        """Cadres who have come so far."""
        return cadres.filter(**STATES_OF_PROGRESS[value])


class ContactFilter(PageFilter):
    """Contacts."""

    search = SearchFilter(f"团干部{OF_PEOPLE}")
    organisation = SubtreeFilter()
    cadre = CadreFilter()
    form = filters.ChoiceFilter(label="形式", choices=Contact.Form)
    mark = filters.ChoiceFilter(label="提示", choices=[*Contact.MARKS.items()], empty_label="全部", method="by_mark")
    year = YearFilter(field_name="held_on", lookup_expr="year")
    since = filters.DateFilter(label="日期自", field_name="held_on", lookup_expr="gte")
    until = filters.DateFilter(label="日期至", field_name="held_on", lookup_expr="lte")

    def by_mark(self, contacts, name, value):
        """Contacts with a mark."""
        return contacts.with_marks().filter(**{value: True})
