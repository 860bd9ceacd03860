"""Rounds in which branches verify their rosters (核实), and what they found of each member."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, OuterRef, Q
from django.db.models.functions import Length, Substr
from django.urls import reverse

from orgs.models import Condition, Holding, Organisation, ReachQuerySet, User
from orgs.roles import RoleKind
from yl_district.days import happened
from yl_district.history.tracking import Tracked
from yl_district.periods import Period
from yl_district.pinyin import search
from yl_district.record_options import Merging, RecordOptions
from yl_district.validators import check_order, problem

from .members import Member, MemberQuerySet

PATH_STEP = Organisation.steplen


class VerificationRoundQuerySet(ReachQuerySet):
    def reach_by(self, role: Holding) -> Condition | None:
        """Also the rounds of the organisations above that of the role, which ask those below."""
        reached = super().reach_by(role)
        path = role.organisation.path
        above = [path[:end] for end in range(PATH_STEP, len(path), PATH_STEP)]
        return reached and Q(reached) | Q(organisation__path__in=above)

    def changeable_by(self, user: User) -> Self:
        """Rounds that the user may change and close: as staff of the organisation that opened them, or above it."""
        return self.filter(organisation__in=Organisation.objects.visible_as(user, RoleKind.STAFF).values("pk"))

    def open(self) -> Self:
        """Rounds that have not been closed."""
        return self.filter(closed_on__isnull=True)

    def closed_between(self, first: date, last: date) -> Self:
        """Rounds closed from `first` to `last`."""
        return self.filter(closed_on__range=(first, last))

    def asking(self, path: str) -> Self:
        """Rounds that ask the organisation to whose path the lookup `path` of an outer query leads."""
        length = Length("organisation__path")
        return self.filter(organisation__path=Substr(OuterRef(path), 1, length))

    def meeting(self, organisation: Organisation) -> Self:
        """Rounds that ask some organisation that a round of `organisation` would ask."""
        path = organisation.path
        above = [path[:end] for end in range(PATH_STEP, len(path), PATH_STEP)]
        return self.filter(Q(organisation__path__startswith=path) | Q(organisation__path__in=above))

    def search(self, text: str) -> Self:
        """Rounds whose name contains `text`."""
        return self.filter(name__icontains=text)


class VerificationRound(models.Model):
    """A round in which an organisation has every branch of its subtree verify each member on the roll."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="verification_rounds", verbose_name="核实范围"
    )
    name = models.CharField("名称", max_length=60)
    opened_on = happened(models.DateField("开始日期"))
    # Usually still ahead.
    due_on = models.DateField("要求完成日期")
    note = models.TextField("要求", blank=True)
    closed_on = happened(models.DateField("结束日期", null=True, blank=True))
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="发起人", editable=False
    )
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="结束人",
        editable=False,
    )

    objects = VerificationRoundQuerySet.as_manager()
    history = Tracked(by_acts=["organisation", "opened_on", "closed_on", "opened_by", "closed_by"])
    # Answers to a round change nothing of it; whoever answers is told by the form that it was closed.
    record_options = RecordOptions(
        compared=("organisation",), neutral=("organisation", "name", "opened_on", "due_on", "note", "closed_on")
    )

    class Meta:
        verbose_name = "核实轮次"
        ordering = ["-opened_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"],
                condition=Q(closed_on__isnull=True),
                name="verification_round_open_once",
                violation_error_message="这一范围已有一轮核实正在进行，请先结束它。",
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True, closed_by__isnull=True)
                | Q(closed_on__gte=F("opened_on"), closed_by__isnull=False),
                name="verification_round_closed_as_a_whole",
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        """The record's own page."""
        return reverse("verification_round_detail", args=[self.pk])

    @property
    def is_open(self):
        """Whether it has not been closed."""
        return self.closed_on is None

    def clean(self):
        """Raises ValidationError where the days are out of order, or another open round asks the same branches."""
        self.name = " ".join(self.name.split())
        check_order(self, "opened_on", "due_on")
        organisation = getattr(self, "organisation", None)
        if organisation is None or not self.is_open:
            return
        others = VerificationRound.objects.open().meeting(organisation).exclude(pk=self.pk)
        if other := others.select_related("organisation").first():
            expected = f"没有另一轮核实正在进行的范围（{other.organisation}的“{other}”尚未结束）"
            raise ValidationError({"organisation": problem(expected, "请先结束那一轮，或改选范围")})

    def roll(self, day: date) -> MemberQuerySet:
        """The members whom the round asks about on `day`, and those about whom an answer was given."""
        on_roll = Member.objects.as_of(day).values("pk")
        answered = self.verifications.values("member")
        return Member.objects.within(self.organisation).filter(Q(pk__in=on_roll) | Q(pk__in=answered))

    def answer(self, member: Member, result: str, user: User, day: date, note: str = "") -> Verification:
        """Notes what was found of a member, instead of an earlier answer; returns the Verification, saved.

        Raises ValidationError where the round has been closed.
        """
        self.refuse_closed()
        found = self.verifications.filter(member=member).first() or Verification(round=self, member=member)
        found.result, found.note, found.answered_by, found.answered_on = result, note, user, day
        found.full_clean()
        found.save()
        return found

    def refuse_closed(self):
        """Raises ValidationError where the round has been closed."""
        if not self.is_open:
            raise problem(f"正在进行的核实（“{self}”已于 {self.closed_on} 结束）", "结果没有登记，请与委机关联系")

    def close(self, user: User, day: date) -> None:
        """Closes the round; its answers stay as they are from then on."""
        self.refuse_closed()
        self.closed_by, self.closed_on = user, day
        self.full_clean()
        self.save()


class VerificationQuerySet(ReachQuerySet):
    organisation_path = "member__branch__path"

    def confirming(self) -> Self:
        """Answers by which the member is on the roll rightly."""
        return self.filter(result__in=Verification.CONFIRMING)

    def answered_during(self, period: Period) -> Self:
        """Answers given within the period."""
        return self.filter(answered_on__range=period.bounds)

    def search(self, text: str) -> Self:
        """Answers about members whose name, pinyin or initials contain `text`."""
        return search(self, text, "member__person__search_text")


class Verification(models.Model):
    """What a branch found of one member in a round."""

    class Result(models.TextChoices):
        RIGHT = "right", "核实无误"
        CORRECTED = "corrected", "已更正"
        ADDED = "added", "新补登"
        UNREACHABLE = "unreachable", "联系不上"
        GONE = "gone", "已离开"

    CONFIRMING = (Result.RIGHT, Result.CORRECTED, Result.ADDED)

    # Looked up by the index of the constraint, which begins with it.
    round = models.ForeignKey(
        VerificationRound, models.PROTECT, related_name="verifications", verbose_name="核实轮次", db_index=False
    )
    # A registration that is taken back has not been verified either.
    member = models.ForeignKey(Member, models.CASCADE, related_name="verifications", verbose_name="团员")
    result = models.CharField("核实结果", max_length=20, choices=Result)
    answered_on = happened(models.DateField("核实日期"))
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="核实人", editable=False
    )
    note = models.CharField("说明", max_length=200, blank=True)

    objects = VerificationQuerySet.as_manager()
    history = Tracked(by_acts=["round", "member", "result", "answered_on", "answered_by"])
    record_options = RecordOptions(
        facts=("round", "member", "result", "answered_on"),
        neutral=("answered_by", "note"),
        merging=Merging(alike=("round",)),
    )

    class Meta:
        verbose_name = "团员核实"
        ordering = ["-answered_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "member"],
                name="verification_once",
                violation_error_message="这名团员在这一轮已有核实结果。",
            )
        ]

    def __str__(self):
        return f"{self.member} {self.get_result_display()}"

    def get_absolute_url(self):
        """The member's page."""
        return self.member.get_absolute_url()

    def clean(self):
        """Raises ValidationError for a member of a branch that the round does not ask."""
        if not self.member.branch.path.startswith(self.round.organisation.path):
            expected = f"{self.round.organisation}及下级团支部的团员"
            raise problem(expected, f"{self.member}在{self.member.branch}，请核对")
