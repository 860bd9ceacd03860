"""The yearly assessment of the work against juvenile offending: its checklist, the ratings of its items, its result."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, Self

from django.contrib.contenttypes.fields import GenericRelation
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from orgs.models import Organisation, ReachQuerySet, User
from orgs.roles import RoleKind
from yl_district.attachments.models import Attachment
from yl_district.audit.write_once_model import KeptOnce
from yl_district.days import happened
from yl_district.fields import YearField
from yl_district.history.tracking import Tracked
from yl_district.record_options import RecordOptions
from yl_district.validators import problem, validate_year

ASSESSMENT_NAME = "预防青少年违法犯罪考核"
POINTS_LIMITS = [MinValueValidator(0), MaxValueValidator(1000)]
LONGEST_WORDS = 1000


def points_field(label: str, **options: Any) -> models.DecimalField:
    """A number of points with at most one decimal."""
    return models.DecimalField(label, max_digits=5, decimal_places=1, validators=POINTS_LIMITS, **options)


def plain_points(points: Decimal) -> str:
    """Points as written in texts: `5`, `4.5`."""
    return f"{points.normalize():f}"


class AssessmentQuerySet(ReachQuerySet):
    seen_by = (RoleKind.STAFF, RoleKind.LEADER)

    def changeable_by(self, user: User) -> Self:
        """Assessments whose checklist and self-rating the user keeps."""
        return self.visible_as(user, RoleKind.STAFF)

    def reviewable_by(self, user: User) -> Self:
        """Assessments that the user reviews as a superior."""
        return self.visible_as(user, RoleKind.LEADER)

    def at(self, organisation: Organisation) -> Self:
        """Assessments of exactly this organisation."""
        return self.filter(organisation=organisation)

    def of_year(self, year: int) -> Self:
        """Assessments of the work of a year."""
        return self.filter(year=year)

    def concluded_by(self, day: date) -> Self:
        """Assessments that had a result on `day`."""
        return self.filter(result_on__lte=day)

    def being_filled(self) -> Self:
        """Assessments whose self-rating has not been handed in."""
        return self.filter(state=Assessment.State.FILLING)


class Assessment(models.Model):
    """One organisation's assessment in one year, from the checklist to the result."""

    class State(models.TextChoices):
        FILLING = "filling", "填报中"
        RATED = "rated", "已自评"
        REVIEWED = "reviewed", "已审核"
        CONCLUDED = "concluded", "已有结果"

    class Grade(models.TextChoices):
        PASSED = "passed", "通过"
        FAILED = "failed", "未通过"

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="assessments", verbose_name="被考核组织"
    )
    year = YearField("年度", validators=[validate_year])
    name = models.CharField("考核名称", max_length=60, default=ASSESSMENT_NAME)
    issued_by = models.CharField("下达单位", max_length=60, blank=True)
    document_number = models.CharField("文号", max_length=60, blank=True)
    due_on = models.DateField("截止日期", null=True, blank=True)
    state = models.CharField("状态", max_length=10, choices=State, default=State.FILLING)
    result_points = points_field("考核得分", null=True, blank=True)
    grade = models.CharField("考核结果", max_length=10, choices=Grade, blank=True)
    result_on = happened(models.DateField("结果日期", null=True, blank=True))
    result_by = models.CharField("评定单位", max_length=60, blank=True)

    attachments = GenericRelation(Attachment)

    objects = AssessmentQuerySet.as_manager()
    history = Tracked(
        by_acts=["organisation", "year", "state", "result_points", "grade", "result_on", "result_by"],
    )
    record_options = RecordOptions(
        facts=("organisation", "year", "result_points", "grade", "result_on"),
        neutral=("name", "issued_by", "document_number", "due_on", "state", "result_by"),
        begins=("result_on",),
    )

    class Meta:
        verbose_name = "预防考核"
        ordering = ["-year", "organisation", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "year"],
                name="assessment_once_a_year",
                violation_error_message="这个组织这一年度已有考核清单，请打开原来的清单。",
            ),
            models.CheckConstraint(
                condition=Q(state="concluded", result_on__isnull=False, grade__gt="")
                | (~Q(state="concluded") & Q(result_on__isnull=True, grade="", result_points__isnull=True)),
                name="assessment_result_when_concluded",
            ),
        ]

    def __str__(self):
        return f"{self.year}年{self.name}"

    def get_absolute_url(self):
        """The URL of the assessment's page."""
        return reverse("assessment_detail", args=[self.pk])

    @property
    def deadline(self) -> date:
        """The due date, or else the last day of the year."""
        return self.due_on or date(self.year, 12, 31)

    @property
    def counted_until(self) -> date:
        """The day of the year by which its items' figures are counted: the deadline, or the nearest day of the year."""
        return min(max(self.deadline, date(self.year, 1, 1)), date(self.year, 12, 31))

    @property
    def is_filling(self) -> bool:
        """Whether the checklist and its self-rating can be changed."""
        return self.state == self.State.FILLING

    @property
    def result_words(self) -> str:
        """The result: `96.5分、通过`."""
        points = "" if self.result_points is None else f"{plain_points(self.result_points)}分、"
        return f"{points}{self.get_grade_display()}"

    def require(self, act, *states):
        """Raises ValidationError where the assessment is in another state than the act needs."""
        if self.state not in states:
            needed = "”或“".join(self.State(state).label for state in states)
            way = "需要改动的，请主管领导先退回。" if self.State.FILLING in states and self.is_under_review else ""
            raise ValidationError(
                f"没有{act}：这份考核现在是“{self.get_state_display()}”，“{needed}”的才能{act}。{way}"
            )

    @property
    def is_under_review(self) -> bool:
        """Whether a superior can still return it."""
        return self.state in (self.State.RATED, self.State.REVIEWED)

    def held_items(self):
        """The standing items, locked, so that nobody rates or changes one while all of them are looked at.

        Whoever changes one item holds its lock and then reads the state, so that neither passes the other by.
        """
        return list(self.items.standing().select_for_update(no_key=True))

    def hand_in(self, user, words=""):
        """Hands in the self-rating; raises ValidationError that names the items still to be rated."""
        self.require("提交自评", self.State.FILLING)
        items = self.held_items()
        if not items:
            raise ValidationError("没有提交：清单中还没有考核项目，请先录入或导入清单。")
        if open_ones := [item for item in items if item.is_to_be_rated]:
            raise ValidationError(f"没有提交：{open_words(open_ones)}。请逐项自评后再提交。")
        self.pass_to(self.State.RATED, AssessmentStep.Kind.HANDED_IN, user, words)
        # Each item is changed, so that no earlier import of it can be taken back any more.
        for item in items:
            item.handed_in_on = timezone.localdate()
            item.save()

    def send_back(self, user, words):
        """Returns the self-rating with a remark."""
        self.require("退回", self.State.RATED, self.State.REVIEWED)
        self.pass_to(self.State.FILLING, AssessmentStep.Kind.RETURNED, user, words)

    def finish_review(self, user, words="", accept_rest=False):
        """Ends the review; with `accept_rest`, items not yet reviewed get the points of their self-rating."""
        self.require("完成审核", self.State.RATED)
        self.refuse_own(user)
        waiting = [item for item in self.held_items() if item.reviewed_points is None]
        if waiting and not accept_rest:
            raise ValidationError(
                f"没有完成审核：{item_numbers(waiting)}还没有审核分。请逐项审核，或勾选按自评分审核。"
            )
        for item in waiting:
            item.reviewed_points = item.self_points
            item.save()
        self.pass_to(self.State.REVIEWED, AssessmentStep.Kind.REVIEWED, user, words)

    def conclude(self, user, result_on, grade, result_points=None, result_by="", words=""):
        """Records the result, or corrects the one recorded, which needs words on why."""
        is_correction = self.state == self.State.CONCLUDED
        self.require("登记结果", self.State.REVIEWED, self.State.CONCLUDED)
        if is_correction and not words:
            raise ValidationError({"words": "更正已登记的结果，请在说明中写明原因。"})
        if result_on.year < self.year:
            expected = f"不早于 {self.year}-01-01 的日期（这是 {self.year} 年度的考核）"
            raise ValidationError({"result_on": problem(expected, "请核对结果日期")})
        self.result_on, self.grade, self.result_by = result_on, grade, result_by
        self.result_points = result_points
        kind = AssessmentStep.Kind.CORRECTED if is_correction else AssessmentStep.Kind.CONCLUDED
        said = "：".join(filter(None, [self.result_words, words]))
        self.pass_to(self.State.CONCLUDED, kind, user, said)

    def refuse_own(self, user):
        """Raises ValidationError where the user handed in the self-rating that is to be reviewed."""
        last = self.steps.filter(kind=AssessmentStep.Kind.HANDED_IN).order_by("-pk").first()
        if last and last.written_by_id == user.pk:
            raise ValidationError("没有审核：自评是您自己提交的，请由其他领导审核。")

    def discard(self):
        """Deletes a checklist that nothing has been done with."""
        if self.steps.exists() or self.items.exclude(self_points=None).exists():
            raise ValidationError("清单已有自评或办理记录，不能删除。")
        for item in self.items.all():
            item.delete()
        self.delete()

    def pass_to(self, state, kind, user, words):
        """Puts the assessment into a state, and keeps who did that and what was said."""
        self.state = state
        self.save()
        AssessmentStep.objects.create(
            assessment=self, kind=kind, words=words, written_by=user, written_at=timezone.now()
        )


class AssessmentItemQuerySet(AssessmentQuerySet):
    organisation_path = "assessment__organisation__path"

    def standing(self) -> Self:
        """Items that are still part of the checklist."""
        return self.filter(ended_on=None)

    def to_be_filled(self, organisation: Organisation, year: int) -> Self:
        """Standing items of a checklist of a year that is being filled in, each with its assessment."""
        lists = Assessment.objects.at(organisation).of_year(year).being_filled()
        ordered = self.standing().filter(assessment__in=lists).order_by("assessment", "number")
        return ordered.select_related("assessment")


class AssessmentItem(models.Model):
    """One item of a checklist, with what the office and its superior give for it."""

    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="items", verbose_name="预防考核")
    section = models.CharField("类别", max_length=60, blank=True)
    number = models.PositiveSmallIntegerField("序号", validators=[MinValueValidator(1), MaxValueValidator(999)])
    content = models.TextField("考核内容", max_length=1000)
    points = points_field("分值")
    evidence = models.TextField("证明材料", max_length=1000, blank=True)
    # The figure that shows the item, and the number wanted by the deadline.
    figure = models.CharField("指标", max_length=60, blank=True)
    wanted = models.PositiveIntegerField("应达到", null=True, blank=True)
    self_points = points_field("自评分", null=True, blank=True)
    self_words = models.TextField("自评说明", max_length=LONGEST_WORDS, blank=True)
    reviewed_points = points_field("审核分", null=True, blank=True)
    review_words = models.TextField("审核意见", max_length=LONGEST_WORDS, blank=True)
    # What the item said, and gave at most, when it was rated.
    rated_content = models.TextField("自评时的内容", blank=True)
    rated_for = points_field("自评时的分值", null=True, blank=True)
    handed_in_on = models.DateField("自评提交日期", null=True, blank=True)
    ended_on = happened(models.DateField("撤销日期", null=True, blank=True))
    end_reason = models.CharField("撤销原因", max_length=200, blank=True)

    attachments = GenericRelation(Attachment)

    objects = AssessmentItemQuerySet.as_manager()
    BY_ACTS = (
        *("assessment", "section", "number", "content", "points", "evidence", "figure", "wanted"),
        *("self_points", "self_words", "reviewed_points", "review_words"),
        *("rated_content", "rated_for", "handed_in_on", "ended_on", "end_reason"),
    )
    history = Tracked(words={"figure": "reports.checks.history_words.figure_words"}, by_acts=BY_ACTS)
    record_options = RecordOptions(neutral=BY_ACTS)

    class Meta:
        verbose_name = "考核项目"
        ordering = ["assessment", "number", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "number"],
                condition=Q(ended_on=None),
                name="assessment_number_once",
                violation_error_message="清单中已有这个序号，请改用其他序号，或打开原来的项目修改。",
            ),
            models.CheckConstraint(
                condition=Q(self_points=None) | Q(rated_for__isnull=False, self_points__lte=models.F("rated_for")),
                name="assessment_self_points_within",
            ),
        ]

    def __str__(self):
        return f"第 {self.number} 项"

    def get_absolute_url(self):
        """The URL of the item's page."""
        return reverse("assessment_item_detail", args=[self.pk])

    @property
    def is_changed(self) -> bool:
        """Whether the item said something else, or gave other points, when it was rated."""
        return self.self_points is not None and (self.rated_content, self.rated_for) != (self.content, self.points)

    @property
    def is_to_be_rated(self) -> bool:
        """Whether it waits for its first rating, or for another one since it was changed."""
        return self.ended_on is None and (self.self_points is None or self.is_changed)

    def clean(self):
        if self.wanted is not None and not self.figure:
            raise ValidationError({"wanted": problem("先选择指标", "没有指标的项目，请不要填应达到的数")})
        if self.figure and not self.wanted:
            raise ValidationError({"wanted": problem("大于 0 的整数", "请填写指标应达到的数，或不选指标")})
        for name in ("self_points", "reviewed_points"):
            self.refuse_beyond(name)

    def refuse_beyond(self, name):
        """Raises ValidationError where the points given are more than the item gave at most when it was rated."""
        given, most = getattr(self, name), self.points if self.rated_for is None else self.rated_for
        if given is not None and most is not None and given > most:
            raise ValidationError({name: problem(f"不超过分值 {plain_points(most)} 的分数", "请核对分数")})

    def alter(self):
        """Saves a new or changed item of a checklist that is being filled in; what was rated stays as it is."""
        if self.pk is None:
            list(Assessment.objects.select_for_update(no_key=True).filter(pk=self.assessment_id).values_list("pk"))
        self.require("修改清单", Assessment.State.FILLING)
        self.save()

    def require(self, act, state):
        """Raises ValidationError where the stored assessment is in another state, or the item has been withdrawn."""
        self.assessment.refresh_from_db()
        self.assessment.require(act, state)
        if self.ended_on:
            raise ValidationError(f"没有{act}：这一项已于 {self.ended_on} 撤销。")

    def rate(self, self_points, self_words=""):
        """Gives the office's own points, in place of earlier ones, which the history keeps."""
        self.require("自评", Assessment.State.FILLING)
        self.self_points, self.self_words = self_points, self_words
        self.rated_content, self.rated_for = self.content, self.points
        self.reviewed_points, self.review_words = None, ""
        self.refuse_beyond("self_points")
        self.save()

    def review(self, user, reviewed_points, review_words=""):
        """Gives the superior's points and opinion."""
        self.require("审核", Assessment.State.RATED)
        self.assessment.refuse_own(user)
        self.reviewed_points, self.review_words = reviewed_points, review_words
        self.refuse_beyond("reviewed_points")
        self.save()

    def withdraw(self, ended_on, end_reason):
        """Takes the item out of the checklist; its ratings are kept."""
        self.require("撤销", Assessment.State.FILLING)
        self.ended_on, self.end_reason = ended_on, end_reason
        self.save()

    def discard(self):
        """Deletes an item that has never been rated."""
        self.require("删除", Assessment.State.FILLING)
        if self.history.exclude(self_points=None).exists():
            raise ValidationError("这一项已经评过分，不能删除；不再考核的，请登记撤销，评过的分会保留。")
        self.delete()


class AssessmentStep(KeptOnce):
    """One step of an assessment: who handed it in, returned, reviewed or concluded it, and what was said."""

    class Kind(models.TextChoices):
        HANDED_IN = "handed_in", "提交自评"
        RETURNED = "returned", "退回"
        REVIEWED = "reviewed", "完成审核"
        CONCLUDED = "concluded", "登记结果"
        CORRECTED = "corrected", "更正结果"

    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="steps", verbose_name="预防考核")
    kind = models.CharField("事项", max_length=10, choices=Kind)
    words = models.TextField("说明", max_length=2 * LONGEST_WORDS, blank=True)
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="经办人")
    written_at = models.DateTimeField("时间")

    refusal = "考核的办理经过不能修改或删除；需要补充的，请另办一次。"

    class Meta:
        verbose_name = "考核经过"
        ordering = ["pk"]

    def __str__(self):
        return f"{self.assessment} {self.get_kind_display()}"


def item_numbers(items: Iterable[AssessmentItem]) -> str:
    """The items by their numbers: `第 2、5 项`."""
    return f"第 {'、'.join(str(item.number) for item in items)} 项"


def open_words(items: Iterable[AssessmentItem]) -> str:
    """Which items wait to be rated, those that were changed since apart: `第 2 项没有自评，第 5 项已变更需重新自评`."""
    changed = [item for item in items if item.is_changed]
    new = [item for item in items if not item.is_changed]
    said = [f"{item_numbers(new)}没有自评"] if new else []
    return "，".join([*said, *([f"{item_numbers(changed)}已变更需重新自评"] if changed else [])])
