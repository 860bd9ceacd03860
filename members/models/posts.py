"""Posts held by cadres."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import Length, Substr
from django.urls import reverse

from orgs.models import Organisation, ReachQuerySet
from yl_district.days import announced, happened
from yl_district.fields import MonthField
from yl_district.history.tracking import Tracked
from yl_district.periods import Period, standing_on
from yl_district.pinyin import search
from yl_district.record_options import Merging, RecordOptions
from yl_district.states import DatedState
from yl_district.validators import check_order

from .people import Person


class PostQuerySet(ReachQuerySet):
    def as_of(self, day: date) -> Self:
        """Posts held at the end of `day`."""
        return self.filter(standing_on(day))

    def ended_by(self, day: date) -> Self:
        """Posts that had ended by `day`."""
        return self.filter(ended_on__lte=day)

    def ending_between(self, first: date, last: date) -> Self:
        """Posts whose end is announced for a month after `first` and not after `last`."""
        return self.filter(ended_on__gt=first, ended_on__lte=last)

    def taken_up_during(self, period: Period) -> Self:
        """Posts begun within the period by somebody who did not serve in the organisation until then."""
        begun = self.filter(started_on__range=period.bounds)
        not_over = Q(ended_on__gte=OuterRef("started_on")) | Q(ended_on__isnull=True)
        before = Post.objects.filter(not_over, started_on__lt=OuterRef("started_on"))
        return begun.exclude(Exists(before.filter(person=OuterRef("person"), organisation=OuterRef("organisation"))))

    def titled(self, title: str) -> Self:
        """Posts with exactly this title."""
        return self.filter(title=title)

    def of_committees(self) -> Self:
        """Posts of leaders and members of committees, as their titles say: 书记, 委员 and the like."""
        wanted = Q()
        for title in Post.COMMITTEE_TITLES:
            wanted |= Q(title__contains=title)
        return self.filter(wanted)

    def above(self, path: str | OuterRef) -> Self:
        """Posts at the organisations above that of the path."""
        whole = path if isinstance(path, OuterRef) else Value(path)
        own = Length("organisation__path")
        return (
            self.filter(organisation__path=Substr(whole, 1, own))
            .annotate(levels_length=own)
            .filter(levels_length__lt=Length(whole))
        )

    def at(self, organisation: Organisation) -> Self:
        """Posts at `organisation` itself, without its subtree."""
        return self.filter(organisation=organisation)

    def accountless(self, day: date) -> Self:
        """Posts held at the end of `day` by people without a user account."""
        return self.as_of(day).filter(person__user=None)

    def named(self, text: str) -> Self:
        """Posts whose holder's name, pinyin or initials contain `text`; a number finds nobody."""
        return search(self, text, "person__search_text", by_number=False)

    def search(self, text: str) -> Self:
        """Posts whose holder's name, pinyin or initials contain `text`."""
        return search(self, text, "person__search_text")


class TermsState(DatedState):
    """性质 and 指标 of a post: the earlier span is a post of its own, which ends where the present one begins."""

    def is_dated(self, former, record):
        return super().is_dated(former, record) or former.ended_on is not None

    def span_of(self, former, record, day):
        former.pk, former.ended_on = None, day
        former._state.adding = True
        return former


class Post(models.Model):
    """A post held by a cadre in an organisation, dated by month."""

    class Nature(models.TextChoices):
        FULL_TIME = "full_time", "专职"
        PART_TIME = "part_time", "兼职"
        SECONDED = "seconded", "挂职"

    COMMITTEE_MEMBER = "委员"
    # What the titles of a committee's leaders and members say, such as 副书记, 组织委员, 常委.
    COMMITTEE_TITLES = ("书记", COMMITTEE_MEMBER, "常委")
    FULL_TIME_QUOTA = 100
    OTHER_QUOTA = 10

    # Looked up by the index of the constraint, which begins with it.
    person = models.ForeignKey(Person, models.PROTECT, related_name="posts", verbose_name="姓名", db_index=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="posts", verbose_name="所在组织")
    title = models.CharField("职务", max_length=30)
    duties = models.TextField("职责", blank=True)
    nature = models.CharField("干部性质", max_length=20, choices=Nature, blank=True)
    started_on = happened(MonthField("任职年月"))
    ended_on = announced(MonthField("离任年月", null=True, blank=True), "离任")
    link_quota = models.PositiveIntegerField("联系青年指标", null=True, blank=True)
    remark = models.TextField("备注", blank=True)

    objects = PostQuerySet.as_manager()
    history = Tracked()
    record_options = RecordOptions(
        states=(TermsState(("nature", "link_quota"), "started_on", ""),),
        facts=("person", "organisation", "title", "ended_on"),
        neutral=("duties", "remark"),
        merging=Merging(alike=("organisation", "title"), begin="started_on", end="ended_on"),
    )

    class Meta:
        verbose_name = "团干部"
        ordering = ["pk"]
        # Terms that end soon are looked for on every home page.
        indexes = [
            models.Index(fields=["ended_on", "id"], condition=Q(ended_on__isnull=False), name="post_by_end"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "organisation", "title", "started_on"],
                name="post_once",
                violation_error_message="同一人同一组织同一职务同一任职年月已有登记，请打开原记录修改。",
            )
        ]

    def __str__(self):
        return f"{self.person}（{self.organisation} {self.title}）"

    def get_absolute_url(self):
        """The record's own page."""
        return reverse("post_detail", args=[self.pk])

    @property
    def quota(self):
        """The number of youths to be linked: `link_quota`, else 100 for full-time cadres and 10 for others."""
        if self.link_quota is not None:
            return self.link_quota
        return self.FULL_TIME_QUOTA if self.nature == self.Nature.FULL_TIME else self.OTHER_QUOTA

    @property
    def is_of_committee(self):
        """Whether the title is that of a leader or member of a committee."""
        return any(title in self.title for title in self.COMMITTEE_TITLES)

    def clean(self):
        check_order(self, "started_on", "ended_on")

    def end(self, day):
        """Ends the post in the month of `day`."""
        self.ended_on = day.replace(day=1)
        self.full_clean()
        self.save()
