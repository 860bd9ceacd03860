"""Reports and their sections: what an organisation or a hub writes about a period."""

import re
from datetime import date
from typing import Protocol, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Count, F, Q
from django.urls import reverse

from orgs.models import Condition, Holding, Organisation, ReachQuerySet, User
from orgs.roles import FIGURE_READERS, RECORD_KEEPERS, RoleKind
from yl_district.history.tracking import Tracked
from yl_district.periods import Period
from yl_district.pinyin import normalised
from yl_district.validators import problem
from youthhubs.models import Hub

# In a search, such as 2017, 2017年 and 2017年度.
YEAR_NAMED = re.compile(r"20[0-9]{2}(?:年度?)?")


class ReportScope(Protocol):
    """An organisation, or one of its hubs, within a period, such as a `Scope` of figures."""

    @property
    def organisation(self) -> Organisation: ...

    @property
    def period(self) -> Period: ...

    @property
    def hub(self) -> Hub | None: ...


class ReportReachQuerySet(ReachQuerySet):
    """Rows of a report, within reach where its organisation is; those of a hub also for hub operators there.

    `report_path` is the lookup from a row to its report, with a trailing `__`; it is empty for reports themselves.
    """

    report_path = ""
    seen_by = (*FIGURE_READERS, RoleKind.HUB_OPERATOR)

    @property
    def organisation_path(self) -> str:  # type: ignore[override]
        return f"{self.report_path}organisation__path"

    def reach_by(self, role: Holding) -> Condition | None:
        """The condition for rows within reach of a role; a hub operator reaches only the reports of hubs."""
        if role.kind == RoleKind.HUB_OPERATOR:
            return self.reach(role.organisation) & Q(**{f"{self.report_path}hub__isnull": False})
        return super().reach_by(role)

    def changeable_by(self, user: User) -> Self:
        """Rows that the user may write and sign, as keeper of the organisation's records or as hub operator."""
        return self.visible_as(user, *RECORD_KEEPERS, RoleKind.HUB_OPERATOR)


class ReportQuerySet(ReportReachQuerySet):
    def unsigned_after(self, day: date) -> Self:
        """Reports whose period was over by `day` and that have no edition."""
        return self.filter(ends_on__lt=day, editions__isnull=True)

    def of_scope(self, scope: ReportScope) -> Self:
        """Reports for exactly this organisation or hub and this period."""
        start, end = scope.period.bounds
        return self.filter(organisation=scope.organisation, hub=scope.hub, starts_on=start, ends_on=end)

    def with_editions(self) -> Self:
        """Adds `edition_count`, the number of signed editions."""
        # Grouping drops the model's ordering.
        return self.annotate(edition_count=Count("editions")).order_by(*self.model._meta.ordering)

    def search(self, text: str) -> Self:
        """Reports of the year, kind and writer, by name, pinyin or initials, that `text` names, in any order."""
        found = self
        for word in text.split():
            year, words = YEAR_NAMED.search(word), [part for part in YEAR_NAMED.split(word) if part]
            found = found.filter(ends_on__year=year[0][:4]) if year else found
            for part in words:
                forms = [form for form, label in self.model.Form.choices if part in label]
                of_hub = Q(hub__search_text__contains=normalised(part))
                of_organisation = Q(hub__isnull=True, organisation__search_text__contains=normalised(part))
                found = found.filter(of_hub | of_organisation | Q(form__in=forms))
        return found


class Report(models.Model):
    """A document about a period, of an organisation or of one of its hubs."""

    class Form(models.TextChoices):
        ANNUAL = "annual_summary", "年度工作总结"
        HALF_YEAR = "half_year_summary", "半年工作总结"
        QUARTERLY = "quarterly_return", "季度专题报表"
        MONTHLY = "monthly_bulletin", "月度录入通报"

    # The parts of a year that each form covers, as keys of `yl_district.periods.PARTS`.
    PARTS_OF_FORM = {
        Form.ANNUAL: ["year"],
        Form.HALF_YEAR: ["h1", "h2"],
        Form.QUARTERLY: ["q1", "q2", "q3", "q4"],
        Form.MONTHLY: [f"m{n}" for n in range(1, 13)],
    }

    form = models.CharField("种类", max_length=20, choices=Form)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="reports", verbose_name="组织")
    hub = models.ForeignKey(Hub, models.PROTECT, null=True, blank=True, related_name="reports", verbose_name="青年汇")
    starts_on = models.DateField("起始日期")
    ends_on = models.DateField("截止日期")

    objects = ReportQuerySet.as_manager()
    history = Tracked()

    class Meta:
        verbose_name = "报告"
        ordering = ["-ends_on", "organisation__path", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="report_ends_after_it_begins"),
            *(
                models.UniqueConstraint(
                    fields=["organisation", "form", "starts_on", *(["hub"] if of_hub else [])],
                    condition=Q(hub__isnull=not of_hub),
                    name=f"report_once_{'of_hub' if of_hub else 'of_organisation'}",
                    violation_error_message="这份报告已经建立，请打开原报告编写。",
                )
                for of_hub in (False, True)
            ),
        ]

    def __str__(self):
        return f"{self.writer_name}{self.period.name}{self.subject}"

    def get_absolute_url(self):
        """The URL of the report's page."""
        return reverse("report_detail", args=[self.pk])

    @classmethod
    def form_of(cls, period):
        """The form for such a period; None for a run of days that no form covers."""
        return next((form for form, parts in cls.PARTS_OF_FORM.items() if period.part in parts), None)

    @property
    def period(self):
        """The days that the report covers."""
        return Period(self.starts_on, self.ends_on)

    @property
    def edition(self):
        """The latest signed edition without its file, or None."""
        return self.editions.defer("document").first()

    @property
    def subject(self):
        """The form's name without the period, which the title states itself: 工作总结, 专题报表, 录入通报."""
        return (
            self.get_form_display().removeprefix("年度").removeprefix("半年").removeprefix("季度").removeprefix("月度")
        )

    @property
    def writer_name(self):
        """The name of the hub or organisation that the report is about."""
        return (self.hub or self.organisation).name

    def clean(self):
        if self.hub_id and self.hub.organisation_id != self.organisation_id:
            raise ValidationError({"hub": problem("所选组织的青年汇", "请核对组织和青年汇")})
        if self.starts_on and self.ends_on and self.period.part not in self.PARTS_OF_FORM.get(self.form, []):
            raise ValidationError({"form": problem("与统计期间相符的种类", "请重新选择期间")})


class SectionQuerySet(ReportReachQuerySet):
    report_path = "report__"

    def visible_as(self, user: User, *kinds: RoleKind) -> Self:
        """Sections within reach; those about cases only for staff and leaders of the report's organisation."""
        knowing = super().visible_as(user, RoleKind.STAFF, RoleKind.LEADER).filter(report__hub=None)
        seen = super().visible_as(user, *kinds)
        return seen.filter(Q(is_about_cases=False) | Q(pk__in=knowing.order_by().values("pk")))


def open_states(section, rows, user):
    """The historical states of a section that the user may see: all, or those after it was last about cases."""
    report = section.report
    if report.hub_id is None and user.reaches_as(report.organisation, RoleKind.STAFF, RoleKind.LEADER):
        return rows
    closed = rows.filter(is_about_cases=True).order_by("history_id").last()
    return rows.filter(history_id__gt=closed.history_id) if closed else rows


class Section(models.Model):
    """One section of a report as its writers store it: paragraphs with placeholders for figures."""

    LONGEST = 20_000

    report = models.ForeignKey(Report, models.CASCADE, related_name="sections", verbose_name="报告")
    position = models.PositiveSmallIntegerField("顺序")
    heading = models.CharField("标题", max_length=60, blank=True)
    body = models.TextField("正文", max_length=LONGEST, blank=True)
    # Hidden from users who may not know how many youths are assisted, whatever the text.
    is_about_cases = models.BooleanField("涉及精准帮扶", default=False)

    objects = SectionQuerySet.as_manager()
    history = Tracked(narrow=open_states)

    class Meta:
        verbose_name = "报告章节"
        ordering = ["position", "pk"]

    def __str__(self):
        return self.heading or "（无标题）"

    def get_absolute_url(self):
        """The URL of the section within its report's page."""
        return f"{reverse('report_detail', args=[self.report_id])}#section-{self.pk}"
