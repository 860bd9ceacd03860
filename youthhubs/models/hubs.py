"""Youth hubs, their yearly tiers and their volunteer teams."""

from datetime import date
from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse

from members.models import Volunteer
from orgs.models import Organisation, ReachQuerySet
from orgs.roles import HUB_KEEPERS
from yl_district.days import announced, happened
from yl_district.fields import YearField
from yl_district.history.tracking import Tracked
from yl_district.periods import have_a_day_in_common, overlapping_record, standing_on
from yl_district.pinyin import NameOrderField, SearchTextField, search
from yl_district.record_options import Merging, RecordOptions
from yl_district.validators import check_order, problem, validate_year


class HubQuerySet(ReachQuerySet):
    seen_by = HUB_KEEPERS

    def as_of(self, day: date) -> Self:
        """Hubs open on `day`."""
        return self.filter(standing_on(day, "opened_on", "closed_on"))

    def not_closed_by(self, day: date) -> Self:
        """Hubs open on `day` or still to open."""
        return self.filter(Q(closed_on__isnull=True) | Q(closed_on__gt=day))

    def of_tier(self, tier: str, year: int) -> Self:
        """Hubs of this tier in `year`."""
        return self.filter(Exists(HubYear.objects.filter(hub=OuterRef("pk"), year=year, tier=tier)))

    def kept_as(self, tier: str | None = None, year: int | None = None) -> Self:
        """Hubs with a HubYear of this tier and year; either may be omitted."""
        wanted = {"tier": tier, "year": year}
        given = {name: value for name, value in wanted.items() if value}
        return self.filter(Exists(HubYear.objects.filter(hub=OuterRef("pk"), **given)))

    def with_team_on(self, day: date) -> Self:
        """Hubs with a volunteer in the team on `day`."""
        return self.filter(Exists(TeamMember.objects.as_of(day).filter(hub=OuterRef("pk"))))

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
    name_sort = NameOrderField()

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


class TeamMemberQuerySet(ReachQuerySet):
    seen_by = HUB_KEEPERS
    organisation_path = "hub__organisation__path"

    def held_on(self, day: date | OuterRef) -> Self:
        """Places held on `day`."""
        return self.filter(standing_on(day))

    def as_of(self, day: date) -> Self:
        """Places held on `day` by volunteers standing on that day."""
        return self.held_on(day).filter(standing_on(day, "volunteer__joined_on", "volunteer__left_on"))

    def left_by(self, day: date) -> Self:
        """Places that had ended by `day`, or whose volunteer had left by then."""
        return self.filter(Q(ended_on__lte=day) | Q(volunteer__left_on__lte=day))

    def earlier(self) -> Self:
        """Places that a later one of the same volunteer followed."""
        return self.filter(self._followed())

    def latest_each(self) -> Self:
        """The latest place of each volunteer, present or former."""
        return self.exclude(self._followed())

    def _followed(self) -> Q:
        later = Q(ended_on__gt=OuterRef("ended_on")) | Q(ended_on__isnull=True)
        others = TeamMember.objects.filter(later, volunteer=OuterRef("volunteer"))
        return Q(Exists(others), ended_on__isnull=False)


class TeamMember(models.Model):
    """A volunteer's place in a hub's team, for a span of days."""

    volunteer = models.ForeignKey(Volunteer, models.CASCADE, related_name="places", verbose_name="志愿者")
    hub = models.ForeignKey(Hub, models.PROTECT, related_name="team_members", verbose_name="志愿者队伍")
    started_on = happened(models.DateField("入队日期", null=True, blank=True))
    ended_on = announced(models.DateField("离队日期", null=True, blank=True), "离队")

    objects = TeamMemberQuerySet.as_manager()
    # Not reverted field by field, since spans of one volunteer must not overlap.
    history = Tracked(by_acts=["hub", "started_on", "ended_on"])
    record_options = RecordOptions(
        undo_rechecks=("volunteer", "started_on", "ended_on"),
        facts=("volunteer", "hub", "started_on", "ended_on"),
        merging=Merging(alike=("hub",), begin="started_on", end="ended_on", is_exclusive=True),
    )

    class Meta:
        verbose_name = "志愿者队伍成员"
        # The latest place first.
        ordering = [F("ended_on").desc(nulls_first=True), F("started_on").desc(nulls_last=True), "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["volunteer"],
                condition=Q(ended_on__isnull=True),
                name="team_member_open_once",
                violation_error_message="该志愿者已在一支队伍中，请先填写原来那支队伍的离队日期。",
            ),
            models.CheckConstraint(
                condition=Q(started_on__isnull=True) | Q(ended_on__isnull=True) | Q(ended_on__gt=F("started_on")),
                name="team_member_ends_after_begin",
            ),
        ]

    def __str__(self):
        return f"{self.volunteer}（{self.hub}）"

    def get_absolute_url(self):
        """The record's own page."""
        return reverse("volunteer_detail", args=[self.volunteer_id])

    @property
    def last_end(self):
        """The day on which the place or the volunteer's service ends, whichever is first; None without an end."""
        return min(filter(None, (self.ended_on, self.volunteer.left_on)), default=None)

    def clean(self):
        begin, end = self.started_on, self.ended_on
        # A form that lacks one of them says so itself.
        hub, volunteer = getattr(self, "hub", None), getattr(self, "volunteer", None)
        if begin and end and end <= begin:
            raise ValidationError({"ended_on": problem(f"晚于入队日期（{begin}）的日期", "请核对两个日期")})
        if begin and hub and hub.closed_on and begin >= hub.closed_on:
            expected = f"早于{hub}关闭日期（{hub.closed_on}）的日期"
            raise ValidationError({"started_on": problem(expected, "请核对入队日期，或改选一个开业的青年汇")})
        if end and hub and hub.opened_on and end <= hub.opened_on:
            expected = f"晚于{hub}开业日期（{hub.opened_on}）的日期"
            raise ValidationError({"ended_on": problem(expected, "请核对离队日期与青年汇")})
        if begin and volunteer and volunteer.has_left_by(begin):
            expected = f"早于退出日期（{volunteer.left_on}）的日期"
            raise ValidationError({"started_on": problem(expected, "请核对入队日期与志愿者的退出日期")})

    def overlaps(self, other):
        """Whether two places of one volunteer have a day in common."""
        return have_a_day_in_common(self, other)

    def check_overlap(self, leaving=()):
        """Raises ValidationError where another place of the volunteer overlaps, except those in `leaving`."""
        others = TeamMember.objects.filter(volunteer=self.volunteer_id).select_related("hub")
        if other := overlapping_record(self, others, leaving):
            raise ValidationError({"started_on": overlap_problem(other)})

    def end(self, day):
        """Ends the place on `day`."""
        self.ended_on = day
        self.full_clean()
        self.save()


def overlap_problem(other):
    """Returns the problem of a place that overlaps with `other`."""
    span = f"{other.started_on or '加入'} 至 {other.ended_on or '今'}"
    expected = f"同一时间只在一支队伍（此人 {span} 登记在{other.hub}）"
    return problem(expected, "请核对入队日期与离队日期")
