"""Youth hubs, their yearly tiers and their volunteer teams."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef
from django.urls import reverse

from members.models import Volunteer
from orgs.models import Organisation, ReachQuerySet
from orgs.roles import HUB_KEEPERS
from yl_district.days import announced, happened
from yl_district.fields import YearField
from yl_district.history.tracking import Tracked
from yl_district.periods import standing_on
from yl_district.pinyin import SearchTextField, search
from yl_district.record_options import RecordOptions
from yl_district.validators import check_order, validate_year


class HubQuerySet(ReachQuerySet):
    seen_by = HUB_KEEPERS

    def as_of(self, day: date) -> Self:
        """Hubs open on `day`."""
        return self.filter(standing_on(day, "opened_on", "closed_on"))

    def of_tier(self, tier: str, year: int) -> Self:
        """Hubs of this tier in `year`."""
        return self.filter(Exists(HubYear.objects.filter(hub=OuterRef("pk"), year=year, tier=tier)))

    def kept_as(self, tier: str | None = None, year: int | None = None) -> Self:
        """Hubs with a HubYear of this tier and year; either may be omitted."""
        wanted = {"tier": tier, "year": year}
        given = {name: value for name, value in wanted.items() if value}
        return self.filter(Exists(HubYear.objects.filter(hub=OuterRef("pk"), **given)))

    def with_team_on(self, day: date) -> Self:
        """Hubs with a team volunteer who had joined by `day`."""
        volunteers = Volunteer.objects.as_of(day).filter(team__hub=OuterRef("pk"))
        return self.filter(Exists(volunteers))

    def search(self, text: str) -> Self:
        """Hubs whose name, pinyin or initials contain `text`."""
        return search(self, text)


class Hub(models.Model):
    """A youth hub (青年汇)."""

    name = models.CharField(
        "名称", max_length=60, unique=True, error_messages={"unique": "这一青年汇名称已被使用，请核对后改正。"}
    )
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="hubs", verbose_name="所在组织")
    opened_on = happened(models.DateField("开业日期", null=True, blank=True))
    closed_on = announced(models.DateField("关闭日期", null=True, blank=True), "关闭")
    search_text = SearchTextField()

    objects = HubQuerySet.as_manager()
    history = Tracked()
    record_options = RecordOptions(facts=("organisation", "opened_on", "closed_on"), neutral=("name",))

    class Meta:
        verbose_name = "青年汇"
        ordering = ["pk"]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        """The record's own page."""
        return reverse("hub_detail", args=[self.pk])

    @property
    def latest_year(self):
        """The HubYear of the latest year on record, or None."""
        return next(iter(self.years.all()), None)

    def clean(self):
        check_order(self, "opened_on", "closed_on")

    def close(self, day):
        """Closes the hub on `day`."""
        self.closed_on = day
        self.full_clean()
        self.save()


class HubYearQuerySet(ReachQuerySet):
    seen_by = HUB_KEEPERS
    organisation_path = "hub__organisation__path"


class HubYear(models.Model):
    """A hub's data for one year."""

    class Tier(models.TextChoices):
        ORDINARY = "ordinary", "普通店"
        KEY = "key", "重点店"

    hub = models.ForeignKey(Hub, models.PROTECT, related_name="years", verbose_name="青年汇")
    year = YearField("年度", validators=[validate_year])
    tier = models.CharField("类型", max_length=10, choices=Tier)
    address = models.CharField("地址", max_length=200, blank=True)
    director = models.CharField("负责人", max_length=30, blank=True)
    remark = models.TextField("备注", blank=True)

    objects = HubYearQuerySet.as_manager()
    history = Tracked()
    record_options = RecordOptions(facts=("hub", "year", "tier"), neutral=("address", "director", "remark"))

    class Meta:
        verbose_name = "青年汇年度情况"
        ordering = ["-year", "hub_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["hub", "year"], name="hub_year_once", violation_error_message="该青年汇这一年度已有登记。"
            )
        ]

    def __str__(self):
        return f"{self.hub} {self.year}"

    def get_absolute_url(self):
        """The record's own page."""
        return reverse("hub_detail", args=[self.hub_id])


class TeamMember(models.Model):
    """A volunteer's membership in a hub's team."""

    volunteer = models.OneToOneField(Volunteer, models.CASCADE, related_name="team", verbose_name="志愿者")
    hub = models.ForeignKey(Hub, models.PROTECT, related_name="team_members", verbose_name="志愿者队伍")

    history = Tracked()
    record_options = RecordOptions(facts=("volunteer", "hub"))

    class Meta:
        verbose_name = "志愿者队伍成员"

    def __str__(self):
        return f"{self.volunteer}（{self.hub}）"
