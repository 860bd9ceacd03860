"""Activities, their types and campaigns, sign-ins, and what visitors leave by an activity's code."""

import re
import secrets
from datetime import date, datetime, time, timedelta
from typing import Self

from django.conf import settings
from django.contrib.contenttypes.fields import GenericRelation
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, When
from django.urls import reverse
from django.utils import timezone

from members.models import Member, MemberQuerySet, Person, Post, PostQuerySet
from orgs.models import Condition, Holding, Organisation, ReachQuerySet, User, below
from orgs.roles import HUB_KEEPERS, RoleKind
from yl_district.attachments.models import Attachment
from yl_district.days import FIRST_YEAR, Bounds, bounded, happened
from yl_district.fields import FirstReferenceField, YearField, personal
from yl_district.history.tracking import Tracked
from yl_district.periods import PARTS, Period, standing_on
from yl_district.pinyin import NameOrderField, SearchTextField, search
from yl_district.privacy.encryption import BlindIndexField, EncryptedCharField, SealedModel
from yl_district.privacy.masking import masked_name
from yl_district.privacy.sealed_choices import EncryptedChoiceField
from yl_district.record_options import Merging, RecordOptions
from yl_district.states import DatedState, Span
from yl_district.validators import check_order, problem, validate_mobile
from youthhubs.models import Hub

from .campaign_keys import KEY_LENGTH, campaign_key

TIME_OF_DAY = re.compile(r"([01]?\d|2[0-3])[:：]([0-5]\d)")


class ActivityTypeQuerySet(models.QuerySet):
    def with_states(self) -> Self:
        """Prefetches the earlier spans, from which `is_education_on` tells the state of any day."""
        return self.prefetch_related("earlier_education")


class ActivityType(models.Model):
    """A type of activity, editable by staff; figures' keys are built from `key`."""

    key = models.SlugField("代码", max_length=40, unique=True)
    name = models.CharField("名称", max_length=30, unique=True)
    is_education = models.BooleanField("计入思想教育", default=False)
    education_since = happened(models.DateField("思想教育起始日期", null=True, blank=True))
    position = models.PositiveSmallIntegerField("顺序", default=100)
    name_sort = NameOrderField()

    objects = ActivityTypeQuerySet.as_manager()
    history = Tracked()
    record_options = RecordOptions(
        states=(DatedState(("is_education",), "education_since", "earlier_education"),),
        facts=("key",),
        neutral=("name", "position"),
    )

    class Meta:
        verbose_name = "活动类型"
        ordering = ["position", "pk"]

    def __str__(self):
        return self.name

    def is_education_on(self, day):
        """Whether activities of this type counted as education on `day`."""
        if self.education_since is None or self.education_since <= day:
            return self.is_education
        spans = self.earlier_education.all()
        return any(span.is_education for span in spans if day < span.ended_on and (span.started_on or day) <= day)

    @classmethod
    def free_key(cls):
        """Returns an unused key for a new type: `type_16` for the sixteenth, or the next free one."""
        taken = set(cls.objects.values_list("key", flat=True))
        number = len(taken) + 1
        while f"type_{number}" in taken:
            number += 1
        return f"type_{number}"


class EducationSpanQuerySet(models.QuerySet):
    def as_of(self, day: OuterRef) -> Self:
        """Spans in force on `day`."""
        return self.filter(standing_on(day))


class EducationSpan(Span):
    """A span in which activities of a type did, or did not, count as education, before the present one."""

    owner = "type"

    type = models.ForeignKey(ActivityType, models.CASCADE, related_name="earlier_education", verbose_name="类型")
    is_education = models.BooleanField("计入思想教育")

    objects = EducationSpanQuerySet.as_manager()
    history = Tracked()

    class Meta(Span.Meta):
        verbose_name = "思想教育变更"
        ordering = ["type_id", "ended_on"]

    def __str__(self):
        return str(self.type)


def hubs_of(organisation: Organisation) -> models.QuerySet:
    """The keys of the hubs in the organisation's subtree."""
    return Hub.objects.filter(below("organisation__path", organisation)).order_by().values("pk")


def counts_as_education(prefix: str = "") -> Condition:
    """The condition for activities, on the path `prefix`, of the types that counted as education on their day."""
    kind, day = f"{prefix}type", f"{prefix}held_on"
    since = Q(**{f"{kind}__education_since__isnull": True}) | Q(**{f"{kind}__education_since__lte": F(day)})
    spans = EducationSpan.objects.as_of(OuterRef(day)).filter(type=OuterRef(kind), is_education=True)
    return (Q(**{f"{kind}__is_education": True}) & since) | Exists(spans)


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
    started_on = bounded(models.DateField("起始日期"), Bounds(FIRST_YEAR, 1))
    # The last day, on which it still runs.
    ended_on = bounded(models.DateField("结束日期", null=True, blank=True), Bounds(FIRST_YEAR, 5))
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
        if not self.key:
            self.key = campaign_key(self.name, set(Campaign.objects.values_list("key", flat=True)))
        check_order(self, "started_on", "ended_on")


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

    def arranged_during(self, period: Period) -> Self:
        """Activities of the period, whether they were held, cancelled, or never told to be either."""
        return self.filter(held_on__range=period.bounds)

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
    places = models.PositiveIntegerField("名额", null=True, blank=True, help_text="提前报名的人数上限；留空不限。")
    audience = models.CharField("面向人群", max_length=60, blank=True)
    campaign = models.ForeignKey(
        Campaign, models.PROTECT, null=True, blank=True, related_name="activities", verbose_name="专项"
    )
    tags = models.CharField("主题标签", max_length=100, blank=True)
    partners = models.CharField("协办单位", max_length=100, blank=True)
    content = models.TextField("内容", blank=True)
    search_text = SearchTextField()
    name_sort = NameOrderField()

    attachments = GenericRelation(Attachment)

    objects = ActivityQuerySet.as_manager()
    history = Tracked()
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
            "partners",
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


def hours_between(arrived, departed):
    """The whole hours between two times of day, half an hour and more as one; None where either is none, or the first
    is not before the second.
    """
    times = [TIME_OF_DAY.fullmatch(text.strip()) for text in (arrived, departed)]
    if not all(times):
        return None
    began, ended = (int(hour) * 60 + int(minute) for hour, minute in (each.groups() for each in times))
    return (ended - began + 30) // 60 if ended > began else None


class CampaignProofQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """Proofs about people whom the user sees as members or cadres."""
        return self.filter(self._about(Member.objects.visible_to(user), Post.objects.visible_to(user)))

    def within(self, organisation: Organisation) -> Self:
        """Proofs about people who are or were members or cadres in the subtree of `organisation`."""
        if organisation.is_root():
            return self
        return self.filter(self._about(Member.objects.within(organisation), Post.objects.within(organisation)))

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
        first, last = self.campaign.started_on, self.campaign.ended_on
        if self.proved_on and (self.proved_on < first or (last and self.proved_on > last)):
            expected = f"专项期间内的日期（{first} 至 {last or '今'}）"
            raise ValidationError({"proved_on": problem(expected, "请核对日期，或先改正专项的起止日期")})


class AtActivityQuerySet(ReachQuerySet):
    organisation_path = "activity__owner__path"
    seen_by = HUB_KEEPERS

    def reach_by(self, role: Holding) -> Condition | None:
        """Returns the condition for the rows that a role makes visible; hub operators see those at their hubs."""
        if role.kind == RoleKind.HUB_OPERATOR:
            return Q(activity__hub__among=hubs_of(role.organisation))
        return super().reach_by(role)


class SignInQuerySet(AtActivityQuerySet):
    def present(self) -> Self:
        """Sign-ins of people who came, without those absent or excused."""
        return self.filter(presence=SignIn.Presence.PRESENT)

    def held_during(self, period: Period) -> Self:
        """Sign-ins of people who came to activities held within the period."""
        return self.present().filter(activity__state=Activity.State.HELD, activity__held_on__range=period.bounds)

    def of_education(self) -> Self:
        """Sign-ins at activities of the types that counted as education on their day."""
        return self.filter(counts_as_education("activity__"))

    def search(self, text: str) -> Self:
        """Sign-ins of people whose name, pinyin or initials contain `text`; a number finds nobody."""
        return search(self, text, "person__search_text", by_number=False)


class ServiceHoursField(models.PositiveSmallIntegerField):
    """The hours that a sign-in's person served, worked out as the row is saved."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options | {"null": True, "editable": False})

    def pre_save(self, model_instance, add):
        """Sets and returns the hours; the history has them as they were."""
        if hasattr(model_instance, "hours_served"):
            setattr(model_instance, self.attname, model_instance.hours_served())
        return super().pre_save(model_instance, add)


class SignIn(SealedModel):
    """One person's attendance at an activity, or their absence; only who came is counted.

    The capacity is sealed, since one of them tells whom the committee assists.
    """

    class Capacity(models.TextChoices):
        MEMBER = "member", "团员"
        LINKED_YOUTH = "linked_youth", "联系青年"
        ASSISTED_YOUTH = "assisted_youth", "帮扶对象"
        VOLUNTEER = "volunteer", "志愿者"
        PARENT = "parent", "家长"
        OTHER = "other", "其他"

    class Presence(models.TextChoices):
        PRESENT = "present", "到"
        ABSENT = "absent", "缺席"
        EXCUSED = "excused", "请假"

    # Looked up by the index of the constraint, which begins with it.
    activity = models.ForeignKey(
        Activity, models.PROTECT, related_name="sign_ins", verbose_name="活动名称", db_index=False
    )
    person = models.ForeignKey(Person, models.PROTECT, related_name="sign_ins", verbose_name="姓名")
    capacity = EncryptedChoiceField("身份", max_length=20, choices=Capacity, blank=True)
    presence = models.CharField("到场情况", max_length=10, choices=Presence, default=Presence.PRESENT)
    # As offices write them: 14:05, 下午, 开场前.
    arrived = models.CharField("到达", max_length=20, blank=True)
    departed = models.CharField("离开", max_length=20, blank=True)
    service_hours = ServiceHoursField("服务时长")
    # Whether both follow from the activity's times, as its list was confirmed.
    is_timed_by_list = models.BooleanField("按活动时间计", null=True, editable=False)

    objects = SignInQuerySet.as_manager()
    history = Tracked()
    record_options = RecordOptions(
        facts=("activity", "person", "presence", "service_hours"),
        neutral=("capacity", "arrived", "departed", "is_timed_by_list"),
        merging=Merging(
            alike=("activity",),
            prefers=("presence", "present"),
            recount=("activities.actions.recount_sign_ins", "activity_id"),
        ),
    )

    class Meta:
        verbose_name = "签到"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["activity", "person"], name="sign_in_once", violation_error_message="此人在这次活动已签到。"
            )
        ]

    def __str__(self):
        return f"{self.person} {self.activity}"

    def get_absolute_url(self):
        """The record's own page."""
        return reverse("activity_detail", args=[self.activity_id])

    def clean(self):
        if not self.activity.is_held:
            expected = f"已举办的活动（这次活动状态为{self.activity.get_state_display()}）"
            raise ValidationError({"activity": problem(expected, "请先把活动登记为已举办")})
        if self.is_timed_by_list:
            stored = SignIn.objects.filter(pk=self.pk).values_list("arrived", "departed").first()
            self.is_timed_by_list = (self.arrived, self.departed) == stored or None

    def hours_served(self):
        """The hours from arriving to leaving of somebody who came as a volunteer; None where they are not known."""
        hours = hours_between(self.arrived, self.departed) if self.is_present else None
        return hours if hours is not None and self.capacity == self.Capacity.VOLUNTEER else None

    @property
    def is_present(self):
        """Whether the person came."""
        return self.presence == self.Presence.PRESENT


CODE_BYTES = 16
ARRIVALS_KEPT = timedelta(days=30)


class SignInCodeQuerySet(models.QuerySet):
    def open_at(self, moment: datetime) -> Self:
        """Codes by which visitors sign in at that moment, their activities not cancelled."""
        return self.filter(closes_at__gt=moment).exclude(activity__state=Activity.State.CANCELLED)

    def of_token(self, token: str) -> Self:
        """The code whose address has this token."""
        index = self.model._meta.get_field("token_index")
        return self.filter(token_index=index.digest(token) or "")

    def past(self, moment: datetime) -> Self:
        """Codes that closed so long before that nothing which came in by them is kept."""
        return self.filter(closes_at__lt=moment - ARRIVALS_KEPT)


class SignInCode(SealedModel):
    """The code by which visitors sign in at an activity, one at most; a new one replaces the former.

    The token is ciphertext, found by its keyed digest, so that a copy of the database opens no page.
    """

    activity = models.OneToOneField(Activity, models.CASCADE, related_name="sign_in_code", verbose_name="活动")
    token = EncryptedCharField("二维码", max_length=2 * CODE_BYTES, editable=False)
    token_index = BlindIndexField(source="token")
    number = EncryptedCharField("现场码", max_length=4, blank=True, editable=False)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="打开人", editable=False
    )
    opened_at = models.DateTimeField("打开时间", default=timezone.now, editable=False)
    closes_at = models.DateTimeField("截止时间")

    objects = SignInCodeQuerySet.as_manager()

    class Meta:
        verbose_name = "签到码"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["token_index"], name="sign_in_code_token_once")]

    def __str__(self):
        return f"{self.activity}签到码"

    def is_open_at(self, moment):
        """Whether visitors sign in by it at that moment."""
        return self.closes_at > moment and self.activity.state != Activity.State.CANCELLED

    def renew(self):
        """Gives the code a new token, with which what was printed of the former one ends."""
        self.token = secrets.token_hex(CODE_BYTES)

    def choose_number(self, is_wanted):
        """Sets a number that is shown on the spot, where one is wanted; the present one stays."""
        self.number = (self.number or f"{secrets.randbelow(10_000):04}") if is_wanted else ""


class ArrivalQuerySet(AtActivityQuerySet):
    def pending(self) -> Self:
        """What nobody has decided on yet."""
        return self.filter(state=Arrival.State.PENDING)

    def signed_up(self) -> Self:
        """Those who said beforehand that they would come, and were not turned away."""
        return self.filter(signed_up_at__isnull=False).exclude(state=Arrival.State.DISMISSED)

    def scanned(self) -> Self:
        """Those who have scanned the code on the spot."""
        return self.filter(left_at__isnull=False)

    def signed_up_first(self) -> Self:
        """Those who signed up beforehand first, of them those who have scanned the code on the spot."""
        ahead, came = Q(signed_up_at__isnull=False), Q(left_at__isnull=False)
        return self.order_by(
            Case(When(ahead & came, then=0), When(ahead, then=1), default=2, output_field=models.IntegerField()), "pk"
        )

    def guests(self) -> Self:
        """What stays as it is, and counts nowhere."""
        return self.filter(state=Arrival.State.GUEST)

    def due(self, day: date) -> Self:
        """What is erased on `day`, since both the activity and the visit lie so far behind."""
        first = day - ARRIVALS_KEPT
        began = timezone.make_aware(datetime.combine(first, time()))
        return self.filter(Q(left_at=None) | Q(left_at__lt=began), activity__held_on__lt=first)

    def erase(self, **outcome: object) -> int:
        """Erases the mobile numbers and the parents; returns how many rows there were.

        The digests stay, so that whoever scans once more leaves no second row.
        """
        return self.update(mobile="", guardian="", guardian_phone="", **outcome)

    def erase_wholly(self, **outcome: object) -> int:
        """Erases all that tells of whom the rows are; returns how many there were."""
        return self.erase(name="", name_index=None, mobile_index=None, **outcome)


class Arrival(SealedModel):
    """What a visitor leaves by an activity's code: nobody's record until whoever keeps the activity confirms it."""

    class State(models.TextChoices):
        PENDING = "pending", "待认"
        CONFIRMED = "confirmed", "已签到"
        GUEST = "guest", "来宾"
        DISMISSED = "dismissed", "不认"

    # Looked up by the index of the constraint, which begins with it.
    activity = models.ForeignKey(Activity, models.CASCADE, related_name="arrivals", verbose_name="活动", db_index=False)
    name = personal(EncryptedCharField("姓名", max_length=30, blank=True))
    name_index = BlindIndexField(source="name")
    mobile = personal(
        EncryptedCharField("手机号码", max_length=11, blank=True, validators=[validate_mobile]), masked=True
    )
    mobile_index = BlindIndexField(source="mobile")
    is_minor = models.BooleanField("未满 18 周岁", default=False)
    guardian = personal(EncryptedCharField("监护人姓名", max_length=30, blank=True), masked=True)
    guardian_phone = personal(
        EncryptedCharField("监护人手机号码", max_length=11, blank=True, validators=[validate_mobile]), masked=True
    )
    state = models.CharField("办理情况", max_length=10, choices=State, default=State.PENDING, editable=False)
    sign_in = models.ForeignKey(
        SignIn, models.CASCADE, null=True, related_name="arrivals", verbose_name="签到", editable=False
    )
    signed_up_at = models.DateTimeField("报名时间", null=True, editable=False)
    left_at = models.DateTimeField("扫码时间", null=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="办理人", editable=False
    )
    decided_at = models.DateTimeField("办理时间", null=True, editable=False)

    objects = ArrivalQuerySet.as_manager()

    class Meta:
        verbose_name = "扫码签到"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["activity", "name_index", "mobile_index"], name="arrival_once"),
            models.CheckConstraint(
                condition=Q(state="confirmed", sign_in__isnull=False)
                | (~Q(state="confirmed") & Q(sign_in__isnull=True)),
                name="arrival_confirmed_by_sign_in",
            ),
        ]

    def __str__(self):
        return f"{self.shown_name} {self.activity}"

    @property
    def shown_name(self):
        """The name as displayed on pages: only the first character of a minor's."""
        return masked_name(self.name) if self.is_minor else self.name


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
