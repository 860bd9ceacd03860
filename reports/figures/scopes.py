"""The scope of a page of figures, as its URL gives it: a period, and an organisation or a hub."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, partial
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Max
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from activities.models import Activity
from orgs.models import Organisation, User
from orgs.models.reach import reach_of
from orgs.roles import FIGURE_READERS, RoleKind
from yl_district.kept.results import kept_result
from yl_district.pages.forms import DAY_FORMATS, DayInput
from yl_district.pages.record_choices import NAME_SUFFIX, LookedUpSelect
from yl_district.periods import PARTS, Period, quarters_until
from yl_district.typing import UserRequest
from youthhubs.models import Hub

from ..models import Report
from .places import PlaceField, Places, ScopePlace

DAYS = "days"
COUNTED_YEARS = (1949, 2100)
MONTHS_AT_HAND = 3
# How many years with activities are looked through for the one at hand.
YEARS_LOOKED_AT = 4
# What the box beside the select of places holds.
NAME_TYPED = f"organisation{NAME_SUFFIX}"
YEAR_PROBLEM = "请填写 1949 至 2100 之间的年份。"


@dataclass(frozen=True)
class Scope:
    """An organisation with its subtree, or one hub, within a period; stocks are counted on its last day.

    A period that is not over on `today` is counted as of that day.
    """

    organisation: Organisation
    period: Period
    # One of the organisation's hubs; the scope is then only what is held there.
    hub: Hub | None = None
    today: date = date.max

    @property
    def day(self) -> date:
        """The day on which stocks are counted."""
        return min(self.period.end, self.today)

    @property
    def passed(self) -> Period:
        """The part of the period that has passed, in which flows are counted."""
        return self.period.until(self.today)

    @property
    def quarters(self) -> tuple[Period, ...]:
        """The quarters of the year of `day`, as far as they have passed by it (`quarters_until`)."""
        return quarters_until(self.day)

    @property
    def as_of(self) -> str:
        """`截至2026年11月30日` while the period is not over, else ""."""
        day = self.day
        return f"截至{day.year}年{day.month}月{day.day}日" if day < self.period.end else ""

    @property
    def days(self) -> str:
        """The first and the last day of the period, with the day of counting while it is not over."""
        return f"{self.period.start} 至 {self.period.end}{self.as_of and f'（{self.as_of}）'}"

    @property
    def year(self) -> int:
        return self.period.year

    @property
    def name(self) -> str:
        """The name of the hub or organisation."""
        return (self.hub or self.organisation).name

    @property
    def is_district(self) -> bool:
        """Whether it is the whole district."""
        return self.hub is None and self.organisation.is_root()

    @property
    def known_by(self) -> tuple[int | str | date | None, ...]:
        """All that tells the scope from another one."""
        place = self.organisation.pk, self.organisation.path, self.hub and self.hub.pk
        return *place, *self.period.bounds, self.today

    def within(self, period: Period) -> Scope:
        """The same organisation or hub within another period."""
        return replace(self, period=period)


class PlaceForm(forms.Form):
    """Selects a place within the user's reach."""

    fields: dict[str, Any]
    organisation = PlaceField(
        label="组织",
        required=False,
        error_messages={"invalid_choice": "没有这个组织，或您不能查看它。"},
        widget=LookedUpSelect({"class": "form-select"}),
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, user: User) -> None:
        super().__init__(data)
        self.places = Places(user)
        self.fields["organisation"].offer(self.places, reverse("figure_list"))


class ScopeForm(PlaceForm):
    """Selects a period and a place."""

    field_order = ["year", "part", "start", "end", "organisation"]
    year = forms.IntegerField(
        label="年度",
        min_value=COUNTED_YEARS[0],
        max_value=COUNTED_YEARS[1],
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), YEAR_PROBLEM),
        widget=forms.NumberInput({"class": "form-control"}),
    )
    part = forms.ChoiceField(
        label="期间",
        choices=[*((key, label) for key, (label, _, _) in PARTS.items()), (DAYS, "自选日期")],
        error_messages={"invalid_choice": "没有这种期间。"},
        widget=forms.Select({"class": "form-select"}),
    )
    start = forms.DateField(
        label="起始日期",
        required=False,
        input_formats=DAY_FORMATS,
        error_messages={"invalid": "起始日期应为 2017-01-01 这样的日期。"},
        widget=DayInput({"class": "form-control"}),
    )
    end = forms.DateField(
        label="截止日期",
        required=False,
        input_formats=DAY_FORMATS,
        error_messages={"invalid": "截止日期应为 2017-12-31 这样的日期。"},
        widget=DayInput({"class": "form-control"}),
    )

    def __init__(self, data: Mapping[str, Any], *, user: User, today: date) -> None:
        asked = {name: data.get(name) for name in self.base_fields} | {NAME_TYPED: data.get(NAME_TYPED)}
        super().__init__(asked, user=user)
        self.today = today
        self.defaults: dict[str, Any] = {
            "year": year_at_hand(user, today),
            "part": "year",
            "organisation": self.places.own,
        }
        self.data = asked | {name: value for name, value in self.defaults.items() if not asked[name]}

    def clean(self) -> dict[str, Any]:
        super().clean()
        data = self.cleaned_data
        if data.get("part") == DAYS:
            start, end = data.get("start"), data.get("end")
            if start and end:
                self.add_days(start, end)
            elif not self.errors.keys() & {"start", "end"}:
                self.add_error("start", "自选日期须填写起始日期和截止日期。")
        return data

    def add_days(self, start: date, end: date) -> None:
        """Sets the run of days as the period, or adds the reason why it is none to the errors."""
        try:
            self.cleaned_data["period"] = Period(start, end)
        except ValidationError as error:
            self.add_error("end", error)
        else:
            if not COUNTED_YEARS[0] <= start.year <= end.year <= COUNTED_YEARS[1]:
                del self.cleaned_data["period"]
                self.add_error("start", YEAR_PROBLEM)

    @cached_property
    def scope(self) -> Scope | None:
        """The scope selected; invalid choices fall back to the user's defaults, with their errors on the form."""
        self.is_valid()
        key = self.cleaned_data.get("organisation") or self.defaults["organisation"]
        if not key:
            return None
        year = self.cleaned_data.get("year") or self.defaults["year"]
        part = self.cleaned_data.get("part") or "year"
        # An invalid run of days leaves the whole year, whose days the fields then show.
        period = self.cleaned_data.get("period") or Period.of_part(year, "year" if part == DAYS else part)
        # The fields show the scope of the page; the errors beside them concern what was asked for instead.
        shown = {"year": period.year, "part": part, "organisation": key, "start": period.start, "end": period.end}
        if "organisation" not in self.errors:
            shown[NAME_TYPED] = ""
        self.data = {**self.data, **shown}
        place = self.places.place(key)
        return place and Scope(place.organisation, period, place.hub, self.today)


def year_at_hand(user: User, today: date) -> int:
    """The year whose figures are shown unless another is asked for.

    It is the latest year up to today's in which activities were held within the user's reach in MONTHS_AT_HAND months
    or more, so that the first activities of a year do not hide the year before; without such a year the latest with
    any, without any activity today's.
    """
    key = ("year at hand", reach_of(user), today)
    return kept_result(key, partial(year_with_activities, user, today))


def year_with_activities(user: User, today: date) -> int:
    """The same, found now."""
    held = Activity.objects.visible_as(user, *FIGURE_READERS, RoleKind.HUB_OPERATOR).held()
    latest, before = None, today
    for _ in range(YEARS_LOOKED_AT):
        last = held.filter(held_on__lte=before).aggregate(last=Max("held_on"))["last"]
        if last is None:
            break
        latest = latest or last.year
        months = held.filter(held_on__range=(date(last.year, 1, 1), last)).dates("held_on", "month")
        if len(months) >= MONTHS_AT_HAND:
            return last.year
        before = date(last.year - 1, 12, 31)
    return latest or today.year


def asked_scope(request: UserRequest) -> tuple[Scope, ScopeForm]:
    """The scope of a page, and the form that selects it; raises Http404 for a user without a role."""
    form = ScopeForm(request.GET, user=request.user, today=timezone.localdate())
    if form.scope is None:
        raise Http404
    return form.scope, form


def scope_query(scope: Scope) -> str:
    """The scope as a query string."""
    period = scope.period
    asked = {"year": period.year}
    if not period.part:
        asked |= {"part": DAYS, "start": period.start, "end": period.end}
    elif period.part != "year":
        asked["part"] = period.part
    return urlencode(asked | {"organisation": ScopePlace(scope.organisation, scope.hub).key})


def scope_of(report: Report, today: date | None = None) -> Scope:
    """The scope that a report covers, counted as of `today`."""
    return Scope(report.organisation, report.period, report.hub, today or timezone.localdate())
