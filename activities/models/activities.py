"""Activities, and the themes of the quarters in which they are held."""

from typing import Self

from django.contrib.contenttypes.fields import GenericRelation
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from orgs.models import Condition, Holding, Organisation, ReachQuerySet, below
from orgs.roles import HUB_KEEPERS, RoleKind
from yl_district.attachments.models import Attachment
from yl_district.days import FIRST_YEAR
from yl_district.fields import FirstReferenceField, YearField
from yl_district.history.tracking import Tracked
from yl_district.periods import PARTS, Period
from yl_district.pinyin import NameOrderField, SearchTextField, search
from yl_district.record_options import RecordOptions
from yl_district.validators import problem
from youthhubs.models import Hub

from .campaigns import Campaign
from .partners import Partner
from .types import ActivityType, counts_as_education


def hubs_of(organisation: Organisation) -> models.QuerySet:
    """The keys of the hubs in the organisation's subtree."""
    return Hub.objects.filter(below("organisation__path", organisation)).order_by().values("pk")


class ActivityQuerySet(ReachQuerySet):
    organisation_path = "owner__path"
    seen_by = HUB_KEEPERS

    def reach_by(self, role: Holding) -> Condition | None:
        """Returns the condition for the rows that a role makes visible.

        Hub operators see only what is held at their hubs, whoever the host is.
        """
        if role.kind == RoleKind.HUB_OPERATOR:
            return Q(hub__among=hubs_of(role.organisation))
        return super().reach_by(role)

    def held(self) -> Self:
        """Activities that were held, neither only planned nor cancelled."""
        return self.filter(state=Activity.State.HELD)

    def held_during(self, period: Period) -> Self:
        """Activities held within the period."""
        return self.held().filter(held_on__range=period.bounds)

    def planned_during(self, period: Period) -> Self:
        """Activities that are or were planned for a day of the period, whatever became of them."""
        return self.filter(planned_on__range=period.bounds)

    def without_people(self) -> Self:
        """Activities held of which neither a number of people nor their names are recorded."""
        return self.held().filter(basis=Activity.Basis.UNRECORDED)

    def served(self) -> Self:
        """Activities at which volunteers served for some hours."""
        return self.filter(service_hours__gt=0)

    def of_education(self) -> Self:
        """Activities of the types that counted as education on their day."""
        return self.filter(counts_as_education())

    def search(self, text: str) -> Self:
        """Activities whose name, pinyin or initials contain `text`."""
        return search(self, text)


class WhilePlanned:
    """A field that follows another one while the activity is planned, and keeps what the plan was after that."""

    outlasts_sources = True

    def __init__(self, *args, follows="", **options):
        # Bulk writes work it out as well where one of them changes.
        self.follows, self.sources = follows, ("state", follows)
        super().__init__(*args, **options | {"null": True, "editable": False})

    def deconstruct(self):
        """The plain field, so that migrations do not depend on this class."""
        name, _, args, options = super().deconstruct()
        return name, f"django.db.models.{self.get_internal_type()}", args, options

    def follow(self, activity):
        """Sets what is planned, if it still is."""
        if activity.state == Activity.State.PLANNED:
            setattr(activity, self.attname, getattr(activity, self.follows))

    def pre_save(self, model_instance, add):
        """Returns what is or was planned."""
        self.follow(model_instance)
        return super().pre_save(model_instance, add)


class PlannedDayField(WhilePlanned, models.DateField):
    """The day for which an activity is or was planned; none for one that was held without a plan."""


class PlannedNumberField(WhilePlanned, models.PositiveIntegerField):
    """A number that is or was planned."""


class Activity(models.Model):
    """An activity held, with its sessions and person-times, or one that is planned or was cancelled, without."""

    class State(models.TextChoices):
        PLANNED = "planned", "计划"
        HELD = "held", "已举办"
        CANCELLED = "cancelled", "取消"

    class Basis(models.TextChoices):
        EXACT = "exact", "实数"
        ROUNDED = "rounded", "约数"
        UNRECORDED = "unrecorded", "未统计"

    # More than any district can gather, and small enough that no yearly sum overflows.
    MOST = 1_000_000

    name = models.CharField("活动名称", max_length=100)
    held_on = models.DateField("日期")
    state = models.CharField("状态", max_length=10, choices=State, default=State.HELD)
    type = models.ForeignKey(ActivityType, models.PROTECT, related_name="activities", verbose_name="类型")
    host = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="activities", verbose_name="主办组织"
    )
    hub = models.ForeignKey(
        Hub, models.PROTECT, null=True, blank=True, related_name="activities", verbose_name="青年汇"
    )
    owner = FirstReferenceField(
        Organisation, sources=("host", "hub__organisation"), db_index=False, verbose_name="所属组织"
    )
    venue = models.CharField("地点", max_length=100, blank=True)
    starts_at = models.TimeField("开始时间", null=True, blank=True)
    ends_at = models.TimeField("结束时间", null=True, blank=True)
    is_online = models.BooleanField("线上", null=True, blank=True)
    session_count = models.PositiveIntegerField("场次", default=1)
    attendance = models.PositiveIntegerField("人次", null=True, blank=True)
    basis = models.CharField("数字口径", max_length=10, choices=Basis, blank=True)
    sign_in_count = models.PositiveIntegerField("签到人次", default=0, editable=False)
    # The values entered by hand before the first sign-in row, restored when the last one is removed; of what is only
    # planned, the values expected.
    stated_attendance = models.PositiveIntegerField("填报人次", null=True, editable=False)
    stated_basis = models.CharField("填报口径", max_length=10, choices=Basis, blank=True, editable=False)
    service_hours = models.PositiveIntegerField("志愿服务时长", null=True, editable=False)
    # While it is empty nothing follows from the list but its number of people.
    list_confirmed_on = models.DateField("名单确认日期", null=True, blank=True, editable=False)
    planned_on = PlannedDayField("计划日期", follows="held_on")
    planned_sessions = PlannedNumberField("计划场次", follows="session_count")
    places = models.PositiveIntegerField("名额", null=True, blank=True, help_text="提前报名的人数上限；留空不限。")
    audience = models.CharField("面向人群", max_length=60, blank=True)
    campaign = models.ForeignKey(
        Campaign, models.PROTECT, null=True, blank=True, related_name="activities", verbose_name="专项"
    )
    tags = models.CharField("主题标签", max_length=100, blank=True)
    partners = models.ManyToManyField(Partner, blank=True, related_name="activities", verbose_name="协办单位")
    content = models.TextField("内容", blank=True)
    search_text = SearchTextField()
    name_sort = NameOrderField()

    attachments = GenericRelation(Attachment)

    objects = ActivityQuerySet.as_manager()
    history = Tracked(m2m_fields=["partners"])
    record_options = RecordOptions(
        facts=(
            "held_on",
            "state",
            "type",
            "host",
            "hub",
            "session_count",
            "attendance",
            "basis",
            "service_hours",
            "campaign",
            "planned_on",
            "planned_sessions",
        ),
        neutral=(
            "name",
            "venue",
            "starts_at",
            "ends_at",
            "is_online",
            "list_confirmed_on",
            "places",
            "audience",
            "tags",
            "content",
        ),
    )

    class Meta:
        verbose_name = "活动"
        ordering = ["-held_on", "-pk"]
        indexes = [
            # Covers every column that figures read, so that a period is counted from the index alone.
            models.Index(
                fields=[
                    "state",
                    "held_on",
                    "type",
                    "session_count",
                    "attendance",
                    "basis",
                    "sign_in_count",
                    "service_hours",
                    "owner",
                    "hub",
                ],
                name="activity_counted",
            ),
            models.Index(fields=["owner", "held_on", "id"], name="activity_by_owner"),
            models.Index(fields=["held_on", "id"], name="activity_by_day"),
            models.Index(fields=["name_sort", "id"], name="activity_by_name"),
            models.Index(
                fields=["planned_on", "planned_sessions", "owner", "hub"],
                condition=Q(planned_on__isnull=False),
                name="activity_planned",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(attendance__isnull=True, basis="unrecorded")
                | (Q(attendance__isnull=False) & ~Q(basis="unrecorded")),
                name="activity_unrecorded_has_no_attendance",
            ),
            models.CheckConstraint(
                condition=Q(sign_in_count=0) | Q(attendance=F("sign_in_count"), basis="exact"),
                name="activity_attendance_equals_sign_ins",
            ),
            models.CheckConstraint(
                condition=Q(state="held") | Q(attendance__isnull=True, sign_in_count=0),
                name="activity_counts_once_held",
            ),
            *(
                models.UniqueConstraint(
                    fields=["name", "held_on", *(place for place, is_empty in places.items() if not is_empty)],
                    condition=Q(**{f"{place}__isnull": is_empty for place, is_empty in places.items()}),
                    name=f"activity_once_{suffix}",
                    violation_error_message="同名、同日、同一主办组织和青年汇的活动已有登记，请打开原记录修改，或在名称中加以区分。",
                )
                for suffix, places in {
                    "anywhere": {"host": True, "hub": True},
                    "by_host": {"host": False, "hub": True},
                    "at_hub": {"host": True, "hub": False},
                    "by_host_at_hub": {"host": False, "hub": False},
                }.items()
            ),
        ]

    def __str__(self):
        return f"{self.name}（{self.held_on}）"

    def save(self, *args, **options):
        """Saves the activity, whose plan is settled first, so that whoever watches what changes is told of it too."""
        for field in self._meta.concrete_fields:
            if isinstance(field, WhilePlanned):
                field.follow(self)
        super().save(*args, **options)

    def get_absolute_url(self):
        """The record's own page."""
        return reverse("activity_detail", args=[self.pk])

    def settle_basis(self):
        """Sets an empty basis to 实数 if person-times are given; without person-times it is 未统计, never 0."""
        if self.attendance is None:
            self.basis = self.Basis.UNRECORDED
        elif not self.basis:
            self.basis = self.Basis.EXACT

    def settle_state(self, today):
        """Sets an empty state: 已举办 up to today, 计划 for a later day."""
        if not self.state and self.held_on:
            self.state = self.State.HELD if self.held_on <= today else self.State.PLANNED

    def check_day(self, today):
        """Raises ValidationError for a day on which an activity of this state cannot be."""
        if self.is_held and self.held_on > today:
            expected = f"不晚于今天（{today}）的日期（状态为已举办）"
            raise ValidationError({"held_on": problem(expected, "请核对日期；尚未举办的，状态选计划")})
        if not FIRST_YEAR <= self.held_on.year <= today.year + 1:
            expected = f"{FIRST_YEAR} 年至明年（{today.year + 1} 年）的日期"
            raise ValidationError({"held_on": problem(expected, "请核对年份")})

    def check_counts(self):
        """Raises ValidationError where something that was not held has sign-ins or person-times."""
        label = self.State(self.state).label
        if self.sign_in_count:
            raise ValidationError({"state": problem("有签到名单的活动为已举办", "请先移除签到名单，或改回已举办")})
        if self.attendance is not None:
            expected = f"状态为{label}的活动不填人次"
            raise ValidationError({"attendance": problem(expected, "请清空人次；已经举办的，状态选已举办")})

    def check_confirmed(self):
        """Raises ValidationError where the day of an activity changes on whose list contacts and the like rest."""
        stored = Activity.objects.filter(pk=self.pk).values_list("held_on", flat=True).first()
        if stored and stored != self.held_on:
            remedy = "名单已经确认，由它计入的记录都在这一天；日期确实有误的，请先撤销确认"
            raise ValidationError({"held_on": problem(f"原来的日期（{stored}）", remedy)})

    def clean(self):
        if self.list_confirmed_on:
            self.check_confirmed()
        if self.sign_in_count and (self.attendance, self.basis) != (self.sign_in_count, self.Basis.EXACT):
            expected = f"与签到人数一致的 {self.sign_in_count} 人次（实数）"
            raise ValidationError({"attendance": problem(expected, "有签到名单的活动以签到为准，请修改签到名单")})
        if self.attendance is not None and self.basis == self.Basis.UNRECORDED:
            raise ValidationError({"basis": problem("填写人次时数字口径为实数或约数", "请改数字口径，或清空人次")})
        self.settle_basis()
        if self.held_on:
            self.settle_state(timezone.localdate())
            self.check_day(timezone.localdate())
        if not self.is_held and self.state in self.State:
            self.check_counts()
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            expected = f"晚于开始时间（{self.starts_at:%H:%M}）的时间"
            raise ValidationError({"ends_at": problem(expected, "请核对时间；跨过零点的，结束时间写 23:59")})
        if self.session_count == 0:
            raise ValidationError({"session_count": problem("不少于 1 的场次", "没有举办的活动不必登记")})
        if self.places == 0:
            raise ValidationError({"places": problem("不少于 1 的名额", "不限人数的请留空")})
        for name in ("session_count", "attendance", "places"):
            if (getattr(self, name) or 0) > self.MOST:
                raise ValidationError({name: problem(f"不超过 {self.MOST} 的数字", "请核对是否多写了位数")})

    @property
    def is_held(self):
        """Whether it was held."""
        return self.state == self.State.HELD

    def is_to_come(self, today):
        """Whether its day is today or ahead, and it was not cancelled."""
        return self.state != self.State.CANCELLED and self.held_on >= today

    @property
    def is_planned(self):
        """Whether it is planned, and neither registered as held nor cancelled."""
        return self.state == self.State.PLANNED

    def takes_list(self, today):
        """Whether people can be signed in: it was held, or is planned for today."""
        return self.is_held or (self.is_planned and self.held_on == today)

    def is_ahead_of(self, day):
        """Whether it is planned for a later day, so that one signs up for it, and not yet in."""
        return self.is_planned and self.held_on > day

    def hold(self, held_on, session_count, attendance, basis):
        """Registers a planned activity as held on that day."""
        self.state, self.held_on, self.session_count = self.State.HELD, held_on, session_count
        self.attendance, self.basis = attendance, basis
        self.stated_attendance, self.stated_basis = None, ""
        self.full_clean()
        self.save()

    def cancel(self, reason):
        """Cancels a planned activity; the reason is added to its content."""
        self.state = self.State.CANCELLED
        self.content = "\n".join(filter(None, [self.content, f"取消原因：{reason}"]))
        self.full_clean()
        self.save()

    @property
    def is_confirmed(self):
        """Whether the list of who came is confirmed."""
        return self.list_confirmed_on is not None

    @property
    def is_measured(self):
        """Whether the person-times are counted from sign-in rows."""
        return self.sign_in_count > 0


class QuarterTheme(models.Model):
    """What the activities of a quarter are about, as the year's plan says."""

    USUAL = ("服务季", "运动季", "文体季", "文化季")

    year = YearField("年度")
    quarter = models.PositiveSmallIntegerField(
        "季度", choices=[(number, PARTS[f"q{number}"][0]) for number in range(1, 5)]
    )
    name = models.CharField("主题", max_length=20)

    history = Tracked()
    record_options = RecordOptions(neutral=("year", "quarter", "name"))

    class Meta:
        verbose_name = "季度主题"
        ordering = ["year", "quarter"]
        constraints = [
            models.UniqueConstraint(
                fields=["year", "quarter"], name="quarter_theme_once", violation_error_message="这个季度已有主题。"
            )
        ]

    def __str__(self):
        return f"{self.year}年{self.get_quarter_display()}：{self.name}"
