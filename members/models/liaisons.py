"""Which committee member looks after which organisation, over time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse

from orgs.models import Organisation, ReachQuerySet
from orgs.roles import RoleKind
from yl_district.days import announced, happened, has_ended
from yl_district.history.tracking import Tracked
from yl_district.periods import have_a_day_in_common, overlapping_record, standing_on
from yl_district.record_options import RecordOptions
from yl_district.typing import User
from yl_district.validators import problem

from .people import Person, PersonQuerySet
from .posts import Post


class LiaisonQuerySet(ReachQuerySet):
    def changeable_by(self, user: User) -> Self:
        """Liaisons that the user may change: only staff, since a branch does not choose who looks after it."""
        return self.visible_as(user, RoleKind.STAFF)

    def as_of(self, day: date) -> Self:
        """Liaisons in force on `day`, of organisations in existence on it."""
        return self.filter(standing_on(day), standing_on(day, "organisation__founded_on", "organisation__dissolved_on"))

    def beside_a_day(self) -> Self:
        """Liaisons of organisations of which any has a first or a last day, which one name alone does not tell."""
        dated = Q(started_on__isnull=False) | Q(ended_on__isnull=False)
        return self.filter(Exists(Liaison.objects.filter(dated, organisation=OuterRef("organisation"))))

    def owed_to(self, post: Post) -> Self:
        """Liaisons of organisations that somebody may look after by a post, those below it if it is of a committee."""
        below = self.within(post.organisation).exclude(organisation=post.organisation)
        return below if post.is_of_committee else self.none()

    def of_nobody_in_office(self, day: date) -> Self:
        """Liaisons whose person holds no committee post above the organisation on `day`."""
        above = Post.objects.of_committees().above(OuterRef("organisation__path"))
        return self.exclude(Exists(above.as_of(day).filter(person=OuterRef("person"))))

    def with_openness(self, user: User) -> Self:
        """Adds `is_open`, whether the user may open the page of the person."""
        return self.annotate(is_open=Exists(Person.objects.visible_to(user).filter(pk=OuterRef("person"))))

    def latest_first(self) -> Self:
        """Liaisons with the latest first, among them those that have not ended."""
        return self.order_by(F("ended_on").desc(nulls_first=True), F("started_on").desc(nulls_last=True), "-pk")


class LiaisonPersonQuerySet(PersonQuerySet):
    """People who look after organisations."""

    def visible_to(self, user: User) -> LiaisonPersonQuerySet:
        """Those who look or looked after an organisation, where the user may know."""
        return self.filter(pk__in=Liaison.objects.visible_to(user).values("person"))


class Liaison(models.Model):
    """A span of days in which a committee member looks after an organisation; without a first day always."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="liaisons", verbose_name="组织名称")
    person = models.ForeignKey(Person, models.PROTECT, related_name="liaisons", verbose_name="联系委员")
    started_on = happened(models.DateField("起始日期", null=True, blank=True))
    ended_on = announced(models.DateField("结束日期", null=True, blank=True), "不再联系")

    objects = LiaisonQuerySet.as_manager()
    # Not reverted field by field, since spans of one organisation must not overlap.
    history = Tracked(by_acts=["organisation", "person", "started_on", "ended_on"])
    record_options = RecordOptions(
        undo_rechecks=("organisation", "started_on", "ended_on"),
        neutral=("organisation", "person", "started_on", "ended_on"),
    )

    class Meta:
        verbose_name = "联系委员"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"],
                condition=Q(ended_on__isnull=True),
                name="liaison_open_once",
                violation_error_message="该组织已有联系委员，请先填写原联系委员的结束日期。",
            ),
            models.CheckConstraint(
                condition=Q(started_on__isnull=True) | Q(ended_on__isnull=True) | Q(ended_on__gt=F("started_on")),
                name="liaison_ends_after_begin",
            ),
        ]

    def __str__(self):
        return f"{self.organisation}（{self.person}）"

    def get_absolute_url(self):
        """The organisation's page."""
        return reverse("organisation_detail", args=[self.organisation_id])

    def clean(self):
        begin, end = self.started_on, self.ended_on
        if begin and end and end <= begin:
            raise ValidationError({"ended_on": problem(f"晚于起始日期（{begin}）的日期", "请核对两个日期")})
        # A form that lacks the organisation says so itself.
        if organisation := getattr(self, "organisation", None):
            self._check_life(organisation.founded_on, organisation.dissolved_on)

    def _check_life(self, founded, dissolved):
        """Raises ValidationError where the span reaches beyond the organisation's first or last day."""
        begin, end = self.started_on, self.ended_on
        if begin and founded and begin < founded:
            expected = f"不早于组织成立日期（{founded}）的日期"
            raise ValidationError({"started_on": problem(expected, "请核对起始日期；自成立时起的可以留空")})
        if begin and dissolved and begin >= dissolved:
            expected = f"早于组织撤销日期（{dissolved}）的日期"
            raise ValidationError({"started_on": problem(expected, "请核对起始日期与组织的撤销日期")})
        if end and founded and end <= founded:
            expected = f"晚于组织成立日期（{founded}）的日期"
            raise ValidationError({"ended_on": problem(expected, "请核对结束日期与组织的成立日期")})
        if end and dissolved and end > dissolved:
            expected = f"不晚于组织撤销日期（{dissolved}）的日期"
            raise ValidationError({"ended_on": problem(expected, "请核对结束日期与组织的撤销日期")})

    def overlaps(self, other):
        """Whether two spans of one organisation have a day in common."""
        return have_a_day_in_common(self, other)

    def check_overlap(self, leaving=()):
        """Raises ValidationError where another span of the organisation overlaps, except those in `leaving`."""
        others = Liaison.objects.filter(organisation=self.organisation_id).select_related("person")
        if other := overlapping_record(self, others, leaving):
            raise ValidationError({"started_on": shared_day_problem(other)})

    def check_office(self, posts: Iterable[Post]) -> None:
        """Raises ValidationError where none of `posts`, the person's in committees above, is held when it begins.

        A span without a first day asks for one of them to be held on any of its days.
        """
        if not any(self._begins_in(post) for post in posts):
            when = f"在 {self.started_on} " if self.started_on else ""
            expected = f"{when}担任上级团组织书记、委员的人"
            remedy = "请核对人选与起始日期，或先在团干部中登记其任职"
            raise ValidationError({"person": problem(expected, remedy)})

    def _begins_in(self, post):
        if self.started_on is None:
            return self.overlaps(post)
        return post.started_on <= self.started_on and not has_ended(post, self.started_on)

    def end(self, day):
        """Ends the span on `day`."""
        self.ended_on = day
        self.full_clean()
        self.save()


def shared_day_problem(other):
    """Returns the problem of a span that overlaps with `other`."""
    span = f"{other.started_on or '最初'} 至 {other.ended_on or '今'}"
    expected = f"同一时间只有一名联系委员（{span} 为{other.person}）"
    return problem(expected, "请核对起始日期与结束日期")
