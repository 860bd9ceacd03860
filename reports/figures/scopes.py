"""The period and organisation, or hub, that a page of figures is about, as its address asks for them."""

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Max
from django.http import Http404
from django.utils import timezone

from activities.models import Activity
from orgs.models import Organisation
from orgs.roles import FIGURE_READERS, RoleKind
from yl_district.pages.forms import DAY_FORMATS, DayInput
from yl_district.periods import PARTS, Period
from youthhubs.models import Hub

DAYS = "days"
HUB = "hub-"
YEARS = (1949, 2100)
YEAR_PROBLEM = "请填写 1949 至 2100 之间的年份。"


@dataclass(frozen=True)
class Scope:
    """An organisation with everything below it, or one hub, within a period; stocks are taken on its last day."""

    organisation: Organisation
    period: Period
    # One of the organisation's hubs, where the scope is what is held there and nothing else.
    hub: Hub | None = None

    @property
    def day(self) -> date:
        return self.period.end

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

    def within(self, period):
        """The same organisation or hub within another period."""
        return replace(self, period=period)


class ScopeForm(forms.Form):
    """Chooses a period and an organisation, or one of its hubs, within the user's reach."""

    year = forms.IntegerField(
        label="年度",
        min_value=YEARS[0],
        max_value=YEARS[1],
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
    organisation = forms.ChoiceField(
        label="组织",
        required=False,
        error_messages={"invalid_choice": "没有这个组织，或您不能查看它。"},
        widget=forms.Select({"class": "form-select"}),
    )

    def __init__(self, data, *, user, today):
        self.places = places_of(user)
        defaults = {"year": latest_year(user, today), "part": "year", "organisation": own_place(user, self.places)}
        asked = {name: data.get(name) or value for name, value in defaults.items()}
        asked |= {name: data.get(name) for name in ("start", "end")}
        super().__init__(asked)
        self.defaults = defaults
        self.fields["organisation"].choices = [(key, label) for key, (label, _, _) in self.places.items()]

    def clean(self):
        data = super().clean()
        if data.get("part") == DAYS:
            start, end = data.get("start"), data.get("end")
            if start and end:
                self.add_days(start, end)
            elif not self.errors.keys() & {"start", "end"}:
                self.add_error("start", "自选日期须填写起始日期和截止日期。")
        return data

    def add_days(self, start, end):
        """Takes a run of days as the period, or says why it is none."""
        try:
            self.cleaned_data["period"] = Period(start, end)
        except ValidationError as error:
            self.add_error("end", error)
        else:
            if not YEARS[0] <= start.year <= end.year <= YEARS[1]:
                del self.cleaned_data["period"]
                self.add_error("start", YEAR_PROBLEM)

    @cached_property
    def scope(self):
        """The scope asked for; what cannot be had falls back to the user's own, with the form's error beside it."""
        self.is_valid()
        key = self.cleaned_data.get("organisation") or self.defaults["organisation"]
        if not key:
            return None
        year = self.cleaned_data.get("year") or self.defaults["year"]
        part = self.cleaned_data.get("part") or "year"
        # Own days that are none leave the whole year, whose days the fields then show.
        period = self.cleaned_data.get("period") or Period.of_part(year, "year" if part == DAYS else part)
        # The controls show what the page shows; what was asked for stands in the error beside them.
        self.data |= {"year": period.year, "part": part, "organisation": key}
        self.data |= {"start": period.start, "end": period.end}
        _, organisation, hub = self.places[key]
        return Scope(organisation, period, hub)


def places_of(user, kinds=FIGURE_READERS):
    """Every organisation and hub reached by a role of these kinds, by its key: label, organisation, hub or None.

    Hubs also belong to whoever runs them. Without `kinds` they are the places whose figures the user reads.
    """
    organisations = list(Organisation.objects.visible_as(user, *kinds))
    places = {str(one.pk): ("　" * (one.depth - 1) + one.name, one, None) for one in organisations}
    hubs = Hub.objects.visible_as(user, *kinds, RoleKind.HUB_OPERATOR).select_related("organisation")
    return places | {f"{HUB}{hub.pk}": (f"青年汇：{hub.name}", hub.organisation, hub) for hub in hubs}


def own_place(user, places):
    """The key of the user's own organisation, else of the first hub; None for somebody without either."""
    if user.reached_organisations:
        return str(user.reached_organisations[0].pk)
    return next(iter(places), None)


def latest_year(user, today):
    """The last year, up to the present one, in which an activity was held within the user's reach; else the present."""
    held = (
        Activity.objects.visible_as(user, *FIGURE_READERS, RoleKind.HUB_OPERATOR)
        .filter(held_on__lte=today)
        .aggregate(latest=Max("held_on"))["latest"]
    )
    return (held or today).year


def asked_scope(request):
    """The scope a page is about and the form that chooses it; somebody without a role finds nothing."""
    form = ScopeForm(request.GET, user=request.user, today=timezone.localdate())
    if form.scope is None:
        raise Http404
    return form.scope, form


def place_key(organisation, hub):
    """The key of an organisation, or of one of its hubs, as addresses and forms name it."""
    return f"{HUB}{hub.pk}" if hub else str(organisation.pk)


def scope_query(scope):
    """The scope as part of an address."""
    period = scope.period
    asked = {"year": period.year}
    if not period.part:
        asked |= {"part": DAYS, "start": period.start, "end": period.end}
    elif period.part != "year":
        asked["part"] = period.part
    return urlencode(asked | {"organisation": place_key(scope.organisation, scope.hub)})


def scope_of(report):
    """The scope of which a report tells."""
    return Scope(report.organisation, report.period, report.hub)
