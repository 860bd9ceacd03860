"""Partners: with whom activities are held."""

from collections.abc import Iterable
from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse

from orgs.models import User
from orgs.roles import HUB_KEEPERS
from yl_district.history.tracking import Tracked
from yl_district.pinyin import NAME_ORDER, NameOrderField, SearchTextField, search
from yl_district.record_options import RecordOptions
from yl_district.sheets.cells import SEPARATORS, text_key
from yl_district.validators import problem


class PartnerQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """All partners, which are the district's, for whoever keeps records anywhere in it."""
        return self if user.holds(*HUB_KEEPERS) else self.none()

    def with_activity_count(self, activities: QuerySet) -> Self:
        """Adds `activity_count`, in how many of `activities` each took part."""
        links = self.model.activities.through.objects.filter(partner=OuterRef("pk"))
        links = links.filter(activity__in=activities.order_by().values("pk")).order_by().values("partner")
        return self.annotate(activity_count=Coalesce(Subquery(links.annotate(number=Count("pk")).values("number")), 0))

    def search(self, text: str) -> Self:
        """Partners whose name, pinyin or initials contain `text`."""
        return search(self, text)


class Partner(models.Model):
    """A body with which activities of the district are held (协办单位), such as a trade union."""

    # As long as what was once written of all partners of an activity.
    LONGEST_NAME = 100

    name = models.CharField(
        "名称",
        max_length=LONGEST_NAME,
        unique=True,
        error_messages={"unique": "这一协办单位名称已被使用，请核对后改正。"},
    )
    is_united = models.BooleanField("一统五联", default=False, blank=True, help_text="长期固定协作的单位请勾选。")
    remark = models.TextField("备注", blank=True)
    search_text = SearchTextField()
    name_sort = NameOrderField()

    objects = PartnerQuerySet.as_manager()
    history = Tracked()
    record_options = RecordOptions(neutral=("name", "is_united", "remark"))

    class Meta:
        verbose_name = "协办单位"
        ordering = NAME_ORDER

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        """The record's own page."""
        return reverse("partner_detail", args=[self.pk])

    def clean(self):
        self.name = " ".join(self.name.split())
        if SEPARATORS.search(self.name):
            raise ValidationError({"name": problem("一个单位的名称", "名称中不用顿号、逗号和分号，几个单位请分别登记")})
        alike = partners_by_key().get(text_key(self.name))
        if alike and alike.pk != self.pk and alike.name != self.name:
            raise ValidationError({"name": problem("没有登记过的名称", f"已有写法相近的“{alike}”，请用它")})


def longer_than_a_name(names: Iterable[str]) -> tuple[str, str] | None:
    """What is expected and what to do where one of these names is longer than a partner's can be, else None."""
    longest = max(map(len, names), default=0)
    if longest <= Partner.LONGEST_NAME:
        return None
    remedy = f"其中一个名称有 {longest} 个字，请精简；几个单位之间用“、”分开"
    return f"每个不超过 {Partner.LONGEST_NAME} 个字的单位名称", remedy


def partners_by_key() -> dict[str, Partner]:
    """{`text_key` of its name: partner} of all that are registered."""
    return {text_key(one.name): one for one in Partner.objects.all()}
