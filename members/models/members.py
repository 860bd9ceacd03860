"""League members' periods on branch rolls."""

from datetime import date, timedelta
from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from orgs.models import COMMUNITY_DOMAINS, NONPUBLIC_DOMAINS, Domain, Organisation, ReachQuerySet
from yl_district.counts import latest_of_each
from yl_district.days import announced, announcement, happened
from yl_district.fields import FirstDateField, MonthField, is_first_date, personal
from yl_district.history.tracking import Tracked
from yl_district.periods import Period, have_a_day_in_common, overlapping_record, standing_on, years_before
from yl_district.pinyin import search
from yl_district.record_options import Merging, RecordOptions
from yl_district.states import DatedState, Span, too_early
from yl_district.validators import check_order, problem

from ..codes import Education, Ethnicity, PoliticalStatus
from .people import Person

# The dates from which a membership stands; the first known one counts.
ROLL_BEGINS = ("listed_on", "intake_on", "joined_league_on")


# At this age members leave the League, unless they hold a post in it.
AGE_LIMIT = 28
# How long before that it is said.
AGE_SOON = timedelta(days=90)


class MemberQuerySet(ReachQuerySet):
    organisation_path = "branch__path"

    def as_of(self, day: date) -> Self:
        """Members on the roll at the end of `day`."""
        return self.filter(standing_on(day, "roll_begin", "left_on"))

    def with_guessed_begin(self) -> Self:
        """Members of whom neither 在册起始日期 nor 来源日期 is known: they stand since 入团年月, else always."""
        return self.filter(listed_on__isnull=True, intake_on__isnull=True)

    def with_known_begin(self) -> Self:
        """Members with 在册起始日期 or 来源日期."""
        return self.exclude(listed_on__isnull=True, intake_on__isnull=True)

    def left_by(self, day: date) -> Self:
        """Members who had left the roll by `day`."""
        return self.filter(left_on__lte=day)

    def joined_during(self, period: Period) -> Self:
        """Members whose 来源日期 lies within the period."""
        return self.filter(intake_on__range=period.bounds)

    def one_of_each_person(self) -> Self:
        """One membership of each person, though they moved between branches."""
        return latest_of_each(self, "person")

    def left_during(self, period: Period) -> Self:
        """Members who left the roll within the period."""
        return self.filter(left_on__range=period.bounds)

    def of_domains_on(self, day: date | OuterRef, *domains: str) -> Self:
        """Members of branches that were of one of these domains on `day`."""
        branches = Organisation.objects.of_domains_on(day, *domains)
        if isinstance(day, OuterRef):
            return self.filter(Exists(branches.filter(pk=OuterRef("branch"))))
        return self.filter(branch__in=branches.order_by().values("pk"))

    def in_communities_on(self, day: date) -> Self:
        """Members of branches in villages and communities on `day`."""
        return self.of_domains_on(day, *COMMUNITY_DOMAINS)

    def in_office_on(self, day: date) -> Self:
        """Members of branches in the office on `day`."""
        return self.of_domains_on(day, Domain.OFFICE)

    def joined_in_nonpublic(self) -> Self:
        """Members whose branch was one of a non-public enterprise or social organisation on their 来源日期."""
        return self.of_domains_on(OuterRef("intake_on"), *NONPUBLIC_DOMAINS)

    def not_in_school_on(self, day: date) -> Self:
        """Members not known to be in school on `day`."""
        never = Q(graduated_on__isnull=True) & (Q(in_school=False) | Q(in_school__isnull=True))
        earlier = SchoolSpan.objects.as_of(day).filter(member=OuterRef("pk"), in_school=True)
        return self.filter(never | Q(enrolled_on__gt=day) | Q(graduated_on__lte=day)).exclude(Exists(earlier))

    def over_age(self, day: date) -> Self:
        """Members who certainly have completed the age limit by `day`."""
        return self.filter(person__birth_date__certainly_by=years_before(day, AGE_LIMIT))

    def soon_over_age(self, day: date) -> Self:
        """Members who certainly complete the age limit after `day` and no later than AGE_SOON from it."""
        return self.over_age(day + AGE_SOON).exclude(person__birth_date__certainly_by=years_before(day, AGE_LIMIT))

    def verified_during(self, period: Period) -> Self:
        """Members whom a branch found to be on the roll rightly within the period."""
        answers = self.model._meta.get_field("verifications").related_model.objects.confirming()
        return self.filter(Exists(answers.answered_during(period).filter(member=OuterRef("pk"))))

    def asked_about(self) -> Self:
        """Members about whom a round that is still open asks, and nothing has been answered in it."""
        answers = self.model._meta.get_field("verifications").related_model
        rounds = answers._meta.get_field("round").related_model.objects.open()
        answered = answers.objects.filter(member=OuterRef("pk"), round__closed_on__isnull=True)
        return self.filter(Exists(rounds.asking("branch__path")), ~Exists(answered))

    def search(self, text: str) -> Self:
        """Members whose name, pinyin or initials contain `text`."""
        return search(self, text, "person__search_text")


class SchoolState(DatedState):
    """Whether a member is in school: since 入学年月, empty for always, until 毕业年月, empty for still.

    Somebody who leaves school keeps the span on the record itself, whose end is then known; an earlier span is one
    before the latest return to school.
    """

    def is_changed(self, former, record):
        return bool(former.in_school) != bool(record.in_school)

    def is_dated(self, former, record):
        return super().is_dated(former, record) or former.graduated_on != record.graduated_on

    def begin(self, former, record, day):
        day = self.rounded(type(record), day)
        began = former.enrolled_on if former.in_school else former.graduated_on
        if began and (day < began or (former.in_school and day == began)):
            raise ValidationError({self.since: too_early(record, self, began)})
        if not record.in_school:
            record.graduated_on = day
            return []
        record.enrolled_on, record.graduated_on = day, None
        return [self.span_of(former, record, former.graduated_on)] if former.graduated_on else []

    def begin_as_stated(self, former, record):
        left = former.graduated_on
        if not (record.in_school and left and record.enrolled_on and record.enrolled_on >= left):
            return []
        if record.graduated_on == left:
            record.graduated_on = None
        return [self.span_of(former, record, left)]

    def correct(self, former, record):
        record.graduated_on = None
        if not record.in_school:
            record.enrolled_on = None

    def span_of(self, former, record, day):
        span = super().span_of(former, record, day)
        span.in_school = True
        return span


class Member(models.Model):
    """A league member's period on one branch's roll."""

    class Intake(models.TextChoices):
        VERIFIED = "verified", "存量核实"
        DEVELOPED = "developed", "新发展"
        TRANSFERRED = "transferred", "转入"
        ADDED = "added", "补录"

    class Status(models.TextChoices):
        NORMAL = "normal", "正常"
        MOBILE = "mobile", "流动"
        LOST = "lost", "失联"
        OVER_AGE = "over_age", "超龄离团"
        TRANSFERRED_OUT = "transferred_out", "转出"
        RESIGNED = "resigned", "自愿退团"
        LAPSED = "lapsed", "自行脱团"
        EXPELLED = "expelled", "开除"
        DECEASED = "deceased", "死亡"

    person = models.ForeignKey(Person, models.PROTECT, related_name="memberships", verbose_name="姓名")
    branch = models.ForeignKey(
        Organisation, models.PROTECT, related_name="members", verbose_name="所在团支部", db_index=False
    )
    ethnicity = models.CharField("民族", max_length=10, choices=Ethnicity, blank=True)
    political_status = models.CharField("政治面貌", max_length=20, choices=PoliticalStatus, blank=True)
    education = models.CharField("文化程度", max_length=20, choices=Education, blank=True)
    joined_league_on = happened(MonthField("入团年月", null=True, blank=True))
    wechat = personal(models.CharField("微信号", max_length=40, blank=True))
    employer = models.CharField("工作单位", max_length=100, blank=True)
    in_school = models.BooleanField("是否在校", null=True, blank=True)
    enrolled_on = happened(MonthField("入学年月", null=True, blank=True))
    graduated_on = MonthField("毕业年月", null=True, blank=True)
    development_no = models.CharField(
        "发展团员编号",
        max_length=20,
        null=True,
        blank=True,
        unique=True,
        error_messages={"unique": "这一发展团员编号已被使用，请核对后改正。"},
    )
    volunteer_no = models.CharField("志愿者编号", max_length=30, blank=True)
    intake = models.CharField("来源", max_length=20, choices=Intake, blank=True)
    intake_on = happened(models.DateField("来源日期", null=True, blank=True))
    listed_on = happened(models.DateField("在册起始日期", null=True, blank=True))
    roll_begin = FirstDateField("在册起算日", sources=ROLL_BEGINS)
    status = models.CharField("团籍状态", max_length=20, choices=Status, default=Status.NORMAL)
    left_on = announced(models.DateField("离开日期", null=True, blank=True), "离开")
    remark = models.TextField("备注", blank=True)

    objects = MemberQuerySet.as_manager()
    history = Tracked(by_acts=["status", "left_on", *ROLL_BEGINS])
    # The fields that `check_overlap` and `clean` compare with other records.
    record_options = RecordOptions(
        undo_rechecks=("person", "status", "left_on", *ROLL_BEGINS),
        states=(SchoolState(("in_school",), "enrolled_on", "school_spans"),),
        facts=("person", "branch", "graduated_on", "left_on", *ROLL_BEGINS),
        begins=("roll_begin", "intake_on"),
        merging=Merging(
            alike=("branch",),
            begin="roll_begin",
            end="left_on",
            is_exclusive=True,
            spans_both=False,
            together=("in_school", "enrolled_on", "graduated_on"),
        ),
        neutral=(
            "ethnicity",
            "political_status",
            "education",
            "wechat",
            "employer",
            "development_no",
            "volunteer_no",
            "intake",
            "status",
            "remark",
        ),
    )

    class Meta:
        verbose_name = "团员"
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["branch", "left_on", "roll_begin"]),
            # Also the earliest of a branch, by which lists of many branches are put together.
            models.Index(fields=["branch", "id"], name="member_of_branch"),
        ]
        constraints = [
            models.CheckConstraint(condition=is_first_date("roll_begin", ROLL_BEGINS), name="member_roll_begin_derived")
        ]

    def __str__(self):
        return self.person.shown_name

    def get_absolute_url(self):
        """The record's own page."""
        return reverse("member_detail", args=[self.pk])

    @property
    def is_leaving(self):
        """Whether the status is a reason for leaving, which holds from `left_on`."""
        return self.status in LEAVING_STATUSES

    def get_status_display(self):  # type: ignore[no-redef]
        """The status today in words; a leaving announced for later is said with its day."""
        label = str(dict(self.Status.choices).get(self.status, self.status))
        if self.left_on and self.left_on > timezone.localdate():
            return announcement(self._meta.get_field("left_on"), self.left_on, label)
        return label

    def clean(self):
        errors = {}
        if self.is_leaving and not self.left_on:
            expected = f"团籍状态为{self.get_status_display()}时填写离开日期"
            errors["left_on"] = problem(expected, "请补填离开日期，或把团籍状态改回正常")
        if self.left_on and not self.is_leaving:
            labels = "、".join(status.label for status in LEAVING_STATUSES)
            errors["status"] = problem(f"填写离开日期时团籍状态为{labels}之一", "请选择离开的原因，或清空离开日期")
        born, joined = self.person.birth_date, self.joined_league_on
        if born and joined and joined.year - born.year < 12:
            errors["joined_league_on"] = problem(f"满 12 岁以后的年月（出生日期 {born}）", "请核对入团年月与出生日期")
        number = self.development_no
        if number and joined and joined.year >= 2017 and not (number.isdigit() and len(number) == 12):
            errors["development_no"] = problem("12 位数字的发展团员编号", "请对照入团志愿书改正")
        elif number and joined and joined.year >= 2019 and number[:4] != str(joined.year):
            errors["development_no"] = problem(f"前四位为入团年份 {joined.year} 的编号", "请核对编号与入团年月")
        if errors:
            raise ValidationError(errors)
        check_order(self, "enrolled_on", "graduated_on")
        if self.left_on and self.roll_begin and self.left_on < self.roll_begin:
            raise ValidationError({"left_on": problem(f"不早于在册起始日 {self.roll_begin}", "请核对两个日期")})

    def overlaps(self, other):
        """Whether two memberships of one person have a day in common."""
        return have_a_day_in_common(self, other, "roll_begin", "left_on")

    def check_overlap(self, leaving=()):
        """Raises ValidationError where another membership of the person overlaps, except those in `leaving`."""
        others = Member.objects.filter(person=self.person_id).select_related("branch")
        if other := overlapping_record(self, others, leaving):
            expected = f"同一时间只在一个团支部在册（此人已登记在{other.branch}）"
            raise ValidationError({"branch": problem(expected, "请先办理原支部的转出，或核对来源日期")})

    def leave(self, day, status):
        """Ends the membership on `day` for the reason `status`.

        Raises ValidationError where it has ended by a transfer, on which the membership in another branch depends.
        """
        if self.left_on and self.status == self.Status.TRANSFERRED_OUT:
            raise problem("尚未转出的团籍", "这一段团籍已办理转出，有误的请先在团员页面撤回")
        former = self.left_on, self.status
        self.left_on, self.status = day, status
        try:
            self.full_clean()
        except ValidationError:
            self.left_on, self.status = former
            raise
        self.save()


LEAVING_STATUSES = [
    Member.Status.OVER_AGE,
    Member.Status.TRANSFERRED_OUT,
    Member.Status.RESIGNED,
    Member.Status.LAPSED,
    Member.Status.EXPELLED,
    Member.Status.DECEASED,
]


class SchoolSpanQuerySet(ReachQuerySet):
    organisation_path = "member__branch__path"

    def as_of(self, day: date) -> Self:
        """Times in school that cover `day`."""
        return self.filter(standing_on(day))


class SchoolSpan(Span):
    """An earlier time of a member in school, before the latest one."""

    owner = "member"

    member = models.ForeignKey(Member, models.CASCADE, related_name="school_spans", verbose_name="姓名")
    in_school = models.BooleanField("是否在校", default=True)

    objects = SchoolSpanQuerySet.as_manager()
    history = Tracked()
    record_options = RecordOptions(merging=Merging(begin="started_on", end="ended_on"))

    class Meta(Span.Meta):
        verbose_name = "在校变更"
        ordering = ["member_id", "ended_on"]
        indexes = [models.Index(fields=["member", "ended_on"])]

    def __str__(self):
        return str(self.member)
