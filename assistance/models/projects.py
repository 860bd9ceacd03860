"""Projects of the district that help youths in need (区级帮扶项目), and applications of assisted youths for them."""

from datetime import date
from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse

from orgs.models import User
from yl_district.audit.models import AccessEntry
from yl_district.days import happened
from yl_district.fields import YearField
from yl_district.history.tracking import Tracked
from yl_district.periods import Period
from yl_district.pinyin import NameOrderField, SearchTextField, search
from yl_district.privacy.encryption import EncryptedTextField, SealedModel
from yl_district.record_options import RecordOptions
from yl_district.validators import check_order, problem, validate_year

from .grants import CaseQuerySet
from .youths import Assistance


class DistrictProjectQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """All projects, which are the district's, for whoever keeps case files anywhere in it."""
        return self if user.case_organisations else self.none()

    def with_application_count(self, applications: QuerySet) -> Self:
        """Adds `application_count`, how many of `applications` are for each."""
        own = applications.order_by().filter(project=OuterRef("pk")).values("project")
        return self.annotate(application_count=Coalesce(Subquery(own.annotate(number=Count("pk")).values("number")), 0))

    def open_on(self, day: date) -> Self:
        """Projects that can still be applied for on `day`."""
        return self.filter(Q(apply_by__gte=day) | Q(apply_by__isnull=True))

    def search(self, text: str) -> Self:
        """Projects whose name, pinyin or initials contain `text`."""
        return search(self, text)


class DistrictProject(models.Model):
    """A project of the district for which assisted youths can apply; it tells of nobody."""

    name = models.CharField(
        "项目",
        max_length=60,
        unique=True,
        error_messages={"unique": "这一项目名称已被使用；每年都有的项目，请在名称中写明年份。"},
    )
    year = YearField("年度", validators=[validate_year])
    giver = models.CharField("提供单位", max_length=60, blank=True)
    apply_by = models.DateField("申请截止日期", null=True, blank=True)
    remark = models.TextField("备注", blank=True)
    search_text = SearchTextField()
    name_sort = NameOrderField()

    objects = DistrictProjectQuerySet.as_manager()
    history = Tracked()
    record_options = RecordOptions(neutral=("name", "year", "giver", "apply_by", "remark"))

    class Meta:
        verbose_name = "区级帮扶项目"
        ordering = ["-year", "name_sort", "pk"]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        """The record's own page."""
        return reverse("district_project_detail", args=[self.pk])


class ProjectApplicationQuerySet(CaseQuerySet):
    person_path = "youth__person"
    organisation_path = "youth__organisation__path"

    def with_youth(self) -> Self:
        """Applications with the project and the youth's person, loaded for all of them at once."""
        return self.select_related("project", "youth").prefetch_related("youth__person")

    def asked_during(self, period: Period) -> Self:
        """Applications made within the period."""
        return self.filter(asked_on__range=period.bounds)

    def approved_during(self, period: Period) -> Self:
        """Applications approved within the period."""
        return self.filter(answer=ProjectApplication.Answer.APPROVED, answered_on__range=period.bounds)


class ProjectApplication(SealedModel):
    """An assisted youth's application for a project of the district, its answer, and what was given."""

    class Answer(models.TextChoices):
        WAITING = "waiting", "待答复"
        APPROVED = "approved", "批准"
        REFUSED = "refused", "未批准"

    youth = models.ForeignKey(
        "AssistedYouth", models.PROTECT, related_name="project_applications", verbose_name="帮扶对象"
    )
    project = models.ForeignKey(DistrictProject, models.PROTECT, related_name="applications", verbose_name="项目")
    asked_on = happened(models.DateField("申请日期"))
    purpose = EncryptedTextField("申请内容", blank=True)
    answer = models.CharField("答复", max_length=20, choices=Answer, default=Answer.WAITING)
    answered_on = happened(models.DateField("答复日期", null=True, blank=True))
    given_on = happened(models.DateField("发放日期", null=True, blank=True))
    given = EncryptedTextField("发放内容", blank=True)
    amount = models.DecimalField("发放金额", max_digits=10, decimal_places=2, null=True, blank=True)
    # Which may be deleted without regard to this.
    assistance = models.ForeignKey(
        "Assistance",
        models.DO_NOTHING,
        null=True,
        blank=True,
        editable=False,
        db_constraint=False,
        related_name="+",
        verbose_name="帮扶记录",
    )

    objects = ProjectApplicationQuerySet.as_manager()
    history = Tracked(look=AccessEntry.Action.CASE_VIEW)
    record_options = RecordOptions(
        facts=("youth", "asked_on", "answer", "answered_on"),
        neutral=("project", "purpose", "given_on", "given", "amount", "assistance"),
        begins=("asked_on",),
    )

    class Meta:
        verbose_name = "帮扶项目申请"
        ordering = ["-asked_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["youth", "project"],
                name="project_applied_for_once",
                violation_error_message="该帮扶对象已申请过这一项目，请打开原申请修改。",
            ),
            models.CheckConstraint(
                condition=Q(answer="waiting", answered_on__isnull=True)
                | (~Q(answer="waiting") & Q(answered_on__isnull=False)),
                name="project_answered_on_a_day",
                violation_error_message="批准或未批准的，须填写答复日期；待答复的，不填答复日期。",
            ),
            models.CheckConstraint(
                condition=Q(given_on__isnull=True) | Q(answer="approved", given_on__gte=F("answered_on")),
                name="project_given_once_approved",
                violation_error_message="批准以后才能发放，发放日期不早于答复日期。",
            ),
        ]

    def __str__(self):
        return f"{self.youth} {self.project}"

    def get_absolute_url(self):
        """The record's own page."""
        return reverse("project_application_detail", args=[self.pk])

    @property
    def shown_name(self):
        """The youth's name, masked."""
        return self.youth.shown_name

    @property
    def state(self):
        """How far the application has come, in words."""
        return "已发放" if self.given_on else self.get_answer_display()

    @property
    def may_be_given(self):
        """Whether it is approved, so that what was given can be registered."""
        return self.answer == self.Answer.APPROVED

    @property
    def assistance_given(self):
        """The assistance that registering what was given has written; None where there is none, or no longer."""
        return Assistance.objects.filter(pk=self.assistance_id).first()

    def clean(self):
        check_order(self, "asked_on", "answered_on")
        check_order(self, "answered_on", "given_on")
        self._check_answer()
        deadline = self.project_id and self.project.apply_by
        if deadline and self.asked_on and self.asked_on > deadline:
            expected = f"不晚于项目申请截止日期（{deadline}）的日期"
            raise ValidationError({"asked_on": problem(expected, "请核对申请日期；截止日期延长的，先到项目页面修改")})
        if self.amount is not None and self.amount < 0:
            raise ValidationError({"amount": problem("不小于 0 的金额", "请核对金额")})

    def _check_answer(self):
        """Raises ValidationError where the answer and its day, or what was given, contradict."""
        is_waiting = self.answer == self.Answer.WAITING
        if is_waiting and self.answered_on:
            raise ValidationError({"answer": problem("有答复日期的，选择批准或未批准", "请选择答复，或清空答复日期")})
        if not is_waiting and self.answer and not self.answered_on:
            expected = f"答复为{self.get_answer_display()}时填写答复日期"
            raise ValidationError({"answered_on": problem(expected, "请补填答复日期")})
        if self.given_on and not self.may_be_given:
            raise ValidationError({"answer": problem("已发放的，答复为批准", "请核对答复，或清空发放日期")})
        if (self.given or self.amount) and not self.given_on:
            raise ValidationError({"given_on": problem("填写了发放内容或金额的，填写发放日期", "请补填发放日期")})
