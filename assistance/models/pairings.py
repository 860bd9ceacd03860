"""Pairings of assisted youths with fixed volunteers."""

from datetime import date
from typing import Self

from django.contrib.contenttypes.fields import GenericRelation
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Case, F, Func, Max, Min, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce
from django.urls import reverse

from members.models import Volunteer
from yl_district.attachments.models import Attachment
from yl_district.audit.models import AccessEntry
from yl_district.days import announced, happened
from yl_district.history.tracking import Tracked
from yl_district.periods import standing_on
from yl_district.record_options import Merging, RecordOptions
from yl_district.validators import check_order, problem

from .grants import CaseQuerySet

# Of weeks or months; a volunteer who comes less often is no fixed one.
MOST_BETWEEN_VISITS = 26


class DaysLater(Func):
    """The day a number of days after another."""

    output_field = models.DateField()

    def as_sqlite(self, compiler, connection, **context):
        return self.as_sql(compiler, connection, template="date(%(expressions)s || ' days')", arg_joiner=", '+' || ")

    def as_postgresql(self, compiler, connection, **context):
        return self.as_sql(compiler, connection, template="(%(expressions)s)", arg_joiner=" + ")


class DayBeforeMonth(Func):
    """The last day before the month that is a number of months after that of another day."""

    output_field = models.DateField()

    def as_sqlite(self, compiler, connection, **context):
        template, joiner = "date(%(expressions)s || ' months', '-1 day')", ", 'start of month', '+' || "
        return self.as_sql(compiler, connection, template=template, arg_joiner=joiner)

    def as_postgresql(self, compiler, connection, **context):
        template = "((date_trunc('month', (%(expressions)s))::date - 1)"
        joiner = ")::timestamp) + make_interval(months => "
        return self.as_sql(compiler, connection, template=template, arg_joiner=joiner)


class PairingQuerySet(CaseQuerySet):
    person_path = "youth__person"
    organisation_path = "youth__organisation__path"

    def as_of(self, day: date) -> Self:
        """Pairings in force on `day`; none outlasts the volunteer's service."""
        return self.filter(standing_on(day), standing_on(day, end="volunteer__left_on"))

    def in_register_on(self, day: date) -> Self:
        """Pairings in force on `day` of youths in the register."""
        return self.as_of(day).filter(standing_on(day, "youth__registered_on", "youth__removed_on"))

    def pledged_by(self, day: date) -> Self:
        """Pairings whose volunteer has signed the pledge by `day`."""
        return self.filter(pledged_on__lte=day)

    def with_visit_days(self) -> Self:
        """Adds `last_visit`, the last day of a visit done, and `due_on`, that on which the next one is due, if any is.

        A visit planned goes before the rhythm, which goes on from the last visit, at first from the beginning: so many
        weeks later, or by the end of the month that is so many later.
        """
        visits = self.model._meta.get_field("visits").related_model.objects.standing()
        own = visits.order_by().filter(pairing=OuterRef("pk")).values("pairing")
        begun, every = Coalesce("last_visit", "started_on"), F("visit_every")
        return self.annotate(
            last_visit=Subquery(own.values(day=Max("done_on")), output_field=models.DateField()),
            due_on=Coalesce(
                Subquery(own.filter(done_on__isnull=True).values(day=Min("planned_on"))),
                Case(
                    When(visit_rhythm=Pairing.Rhythm.WEEKS, then=DaysLater(begun, every * 7)),
                    When(visit_rhythm=Pairing.Rhythm.MONTHS, then=DayBeforeMonth(begun, every + 1)),
                ),
                output_field=models.DateField(),
            ),
        )

    def due_by(self, day: date, today: date) -> Self:
        """Pairings in force today of which a visit is due on `day` at the latest."""
        return self.in_register_on(today).with_visit_days().filter(due_on__lte=day)


class Pairing(models.Model):
    """A fixed volunteer's pairing with an assisted youth, the pledge of secrecy, and how often visits are due."""

    class Rhythm(models.TextChoices):
        WEEKS = "weeks", "周"
        MONTHS = "months", "个月"

    youth = models.ForeignKey("AssistedYouth", models.CASCADE, related_name="pairings", verbose_name="帮扶对象")
    volunteer = models.ForeignKey(Volunteer, models.PROTECT, related_name="pairings", verbose_name="固定志愿者")
    started_on = happened(models.DateField("结对日期", null=True, blank=True))
    ended_on = announced(models.DateField("结束日期", null=True, blank=True), "结束")
    pledged_on = happened(models.DateField("保密承诺签订日期", null=True, blank=True))
    visit_every = models.PositiveSmallIntegerField("走访间隔", null=True, blank=True)
    visit_rhythm = models.CharField("间隔单位", max_length=10, choices=Rhythm, blank=True)

    attachments = GenericRelation(Attachment)

    objects = PairingQuerySet.as_manager()
    history = Tracked(look=AccessEntry.Action.CASE_VIEW)
    record_options = RecordOptions(
        facts=("youth", "volunteer", "started_on", "ended_on"),
        neutral=("pledged_on", "visit_every", "visit_rhythm"),
        merging=Merging(alike=("youth", "volunteer"), begin="started_on", end="ended_on"),
    )

    class Meta:
        verbose_name = "结对"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["youth"],
                condition=Q(ended_on__isnull=True),
                name="pairing_standing_once",
                violation_error_message="该帮扶对象已有固定志愿者，请先结束原结对。",
            )
        ]

    def __str__(self):
        return f"{self.youth} ↔ {self.volunteer}"

    def get_absolute_url(self):
        """The record's own page."""
        return reverse("pairing_detail", args=[self.pk])

    @property
    def last_end(self):
        """The day on which the pairing or the volunteer's service ends, whichever is first; None without an end."""
        return min(filter(None, (self.ended_on, self.volunteer.left_on)), default=None)

    @property
    def shown_name(self):
        """The youth's masked name."""
        return self.youth.shown_name

    @property
    def rhythm_in_words(self):
        """How often visits are due, in words; "" where nobody has said."""
        return f"每 {self.visit_every} {self.get_visit_rhythm_display()}一次" if self.visit_every else ""

    def takes_pass_on(self, day):
        """Whether the volunteer can be given a link on `day`: the pairing is in force, the youth in the register."""
        return type(self).objects.in_register_on(day).filter(pk=self.pk).exists()

    def check_within(self, name, day):
        """Raises ValidationError for the field `name` where a day is not one of the pairing."""
        if day and self.started_on and day < self.started_on:
            expected = f"不早于结对日期（{self.started_on}）的日期"
            raise ValidationError({name: problem(expected, "请核对日期，或先更正结对日期")})
        if day and self.last_end and day > self.last_end:
            raise ValidationError({name: problem(f"不晚于结对结束（{self.last_end}）的日期", "请核对日期")})

    def clean(self):
        check_order(self, "started_on", "ended_on")
        self._check_rhythm()
        if self.started_on and self.volunteer.has_left_by(self.started_on):
            expected = f"结对时在册的志愿者（{self.volunteer}已于 {self.volunteer.left_on} 退出）"
            raise ValidationError({"volunteer": problem(expected, "请另选一名志愿者，或核对结对日期")})

    def _check_rhythm(self):
        if bool(self.visit_every) != bool(self.visit_rhythm):
            name = "visit_rhythm" if self.visit_every else "visit_every"
            raise ValidationError({name: problem("间隔数和单位，如 1 个月", "两项一起填写，或都不填")})
        if self.visit_every and self.visit_every > MOST_BETWEEN_VISITS:
            raise ValidationError({"visit_every": problem(f"1 至 {MOST_BETWEEN_VISITS} 的整数", "请核对间隔")})

    def end(self, day):
        """Ends the pairing on `day`."""
        self.ended_on = day
        self.full_clean()
        self.save()
