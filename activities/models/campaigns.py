"""Campaigns, and proofs beside sign-ins that one has reached somebody."""

from datetime import date
from typing import Self

from django.contrib.contenttypes.fields import GenericRelation
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from members.models import Member, MemberQuerySet, Person, Post, PostQuerySet
from orgs.models import Organisation, User
from orgs.roles import HUB_KEEPERS
from yl_district.attachments.models import Attachment
from yl_district.days import FIRST_YEAR, happened
from yl_district.history.tracking import Tracked
from yl_district.periods import Period
from yl_district.pinyin import NameOrderField, SearchTextField, search
from yl_district.record_options import Merging, RecordOptions
from yl_district.validators import check_order, problem

from ..campaign_keys import KEY_LENGTH, campaign_key

# So many years ahead a campaign may be planned.
MOST_YEARS_AHEAD = 5


class CampaignQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """All campaigns, which are the district's, for whoever keeps records anywhere in it."""
        return self if user.holds(*HUB_KEEPERS) else self.none()

    def under_way_during(self, period: Period) -> Self:
        """Campaigns with a day in common with the period."""
        return self.filter(Q(ended_on__isnull=True) | Q(ended_on__gte=period.start), started_on__lte=period.end)

    def under_way_on(self, day: date) -> Self:
        """Campaigns that have begun and are not over on `day`."""
        return self.under_way_during(Period(day, day))

    def search(self, text: str) -> Self:
        """Campaigns whose name, pinyin or initials contain `text`."""
        return search(self, text)


class Campaign(models.Model):
    """A campaign (专项) of the district, which is to reach everybody of its audience, if it has one.

    Figures' keys are built from `key`, which stays when the campaign gets another name.
    """

    class Audience(models.TextChoices):
        MEMBERS = "members", "全体团员"
        CADRES = "cadres", "团干部"
        NOBODY = "nobody", "不统计覆盖"

    name = models.CharField(
        "名称", max_length=100, unique=True, error_messages={"unique": "这一专项名称已被使用，请核对后改正。"}
    )
    key = models.SlugField(
        "代码",
        max_length=KEY_LENGTH,
        unique=True,
        blank=True,
        error_messages={"unique": "这一专项代码已被使用，请核对后改正。"},
    )
    # Both may be planned.
    started_on = models.DateField("起始日期")
    # The last day, on which it still runs.
    ended_on = models.DateField("结束日期", null=True, blank=True)
    audience = models.CharField("覆盖对象", max_length=20, choices=Audience, default=Audience.MEMBERS)
    forms = models.CharField("形式", max_length=100, blank=True)
    remark = models.TextField("备注", blank=True)
    search_text = SearchTextField()
    name_sort = NameOrderField()

    objects = CampaignQuerySet.as_manager()
    history = Tracked()
    record_options = RecordOptions(
        facts=("key", "started_on", "ended_on", "audience"),
        neutral=("name", "forms", "remark"),
        begins=("started_on",),
    )

    class Meta:
        verbose_name = "专项"
        ordering = ["-started_on", "-pk"]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        """The record's own page."""
        return reverse("campaign_detail", args=[self.pk])

    def clean(self):
        # As lists name it.
        self.name = " ".join(self.name.split())
        if not self.key:
            self.key = campaign_key(self.name, set(Campaign.objects.values_list("key", flat=True)))
        last = timezone.localdate().year + MOST_YEARS_AHEAD
        for name in ("started_on", "ended_on"):
            day = getattr(self, name)
            if day and not FIRST_YEAR <= day.year <= last:
                raise ValidationError({name: problem(f"{FIRST_YEAR} 年至 {last} 年的日期", "请核对年份")})
        check_order(self, "started_on", "ended_on")


class CampaignProofQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """Proofs about people whom the user sees as members or cadres."""
        return self.filter(self._about(Member.objects.visible_to(user), Post.objects.visible_to(user)))

    def within(self, organisation: Organisation) -> Self:
        """Proofs about people who are or were members or cadres in the subtree of `organisation`."""
        if organisation.is_root():
            return self
        return self.filter(self._about(Member.objects.within(organisation), Post.objects.within(organisation)))

    def kept_at(self, committee: Organisation) -> Self:
        """Proofs that the staff of a committee keep: of its own people."""
        return self.within(committee)

    def _about(self, members: MemberQuerySet, posts: PostQuerySet) -> Q:
        """The condition for proofs about people of these memberships and posts."""
        return Q(person__in=members.order_by().values("person")) | Q(person__in=posts.order_by().values("person"))


class CampaignProof(models.Model):
    """What shows, beside sign-ins, that a campaign has reached somebody."""

    class Kind(models.TextChoices):
        COURSE = "course", "线上课程"
        VISIT = "visit", "走访"
        MESSAGE = "message", "消息已读"
        OTHER = "other", "其他"

    # Looked up by the index of the constraint, which begins with it.
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="proofs", verbose_name="专项", db_index=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="campaign_proofs", verbose_name="姓名")
    proved_on = happened(models.DateField("日期"))
    kind = models.CharField("方式", max_length=10, choices=Kind)
    note = models.CharField("说明", max_length=200, blank=True)

    attachments = GenericRelation(Attachment)

    objects = CampaignProofQuerySet.as_manager()
    history = Tracked()
    record_options = RecordOptions(
        facts=("campaign", "person", "proved_on"),
        neutral=("kind", "note"),
        merging=Merging(alike=("campaign",)),
    )

    class Meta:
        verbose_name = "覆盖证明"
        ordering = ["-proved_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "person"],
                name="campaign_proof_once",
                violation_error_message="此人在这一专项已有覆盖证明。",
            )
        ]

    def __str__(self):
        return f"{self.person.shown_name} {self.campaign}"

    def get_absolute_url(self):
        """The record's own page."""
        return reverse("campaign_proof_detail", args=[self.pk])

    def clean(self):
        # An import may begin both at once: then the campaign has no key yet.
        campaign = getattr(self, "campaign", None)
        if campaign is None or not self.proved_on:
            return
        first, last = campaign.started_on, campaign.ended_on
        if self.proved_on < first or (last and self.proved_on > last):
            expected = f"专项期间内的日期（{first} 至 {last or '今'}）"
            raise ValidationError({"proved_on": problem(expected, "请核对日期，或先改正专项的起止日期")})
