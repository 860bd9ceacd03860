"""The pages of what is planned: the calendar of a quarter, its theme, and activities that are repeated."""

from functools import partial

from django import forms
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from orgs.filters import SubtreeFilter
from yl_district.pages.filters import PageFilter, RecordFilter
from yl_district.pages.forms import ActionForm
from yl_district.pages.pages import act_form, carry_out, confirm_saved, redirect_after
from yl_district.periods import PARTS, Period
from youthhubs.models import Hub

from .models import Activity, QuarterTheme
from .plans import (
    LONGEST_CALENDAR,
    MOST_TIMES,
    ONCE,
    RHYTHMS,
    Calendar,
    days_of,
    month_later,
    quarter_named,
    repeat_activity,
    year_of_address,
)
from .views import visible_activity


class CalendarFilter(PageFilter):
    """Whose activities the calendar shows."""

    host = SubtreeFilter("主办组织（含下级）")
    hub = RecordFilter(label="青年汇", queryset=Hub.objects.all())


class RepeatForm(ActionForm):
    """On which days an activity takes place again."""

    groups = [("", "first_on", "rhythm", "times")]
    first_on = forms.DateField(label="第一次的日期")
    rhythm = forms.ChoiceField(label="多久一次", choices=RHYTHMS, widget=forms.RadioSelect, initial=ONCE)
    times = forms.IntegerField(
        label="共几次",
        required=False,
        min_value=1,
        max_value=MOST_TIMES,
        help_text=f"只办一次的不用填；至多 {MOST_TIMES} 次。",
    )

    def clean(self):
        data = super().clean()
        if data.get("rhythm") not in (None, ONCE) and not data.get("times") and "times" not in self.errors:
            self.add_error("times", "请填写共几次。")
        return data

    @property
    def days(self):
        """The days chosen."""
        data = self.cleaned_data
        return days_of(data["first_on"], data["rhythm"], data["times"] or 1)


def activity_calendar(request):
    """The activities of a quarter, planned and held, under its theme."""
    period = quarter_named(request.GET.get("quarter", ""), timezone.localdate())
    rows = Activity.objects.visible_to(request.user)
    filterset = CalendarFilter(request.GET, rows, user=request.user, day=timezone.localdate())
    calendar = Calendar(filterset.qs, period)
    sessions = calendar.sessions
    planned, held_of_plan = calendar.against_plan
    context = {
        "title": "活动日历",
        "filter": filterset,
        "calendar": calendar,
        "sessions": sessions,
        "planned": planned,
        "held_of_plan": held_of_plan,
        "all_sessions": max(1, sessions[-1][1]),
        "most": LONGEST_CALENDAR,
        "quarter": period,
        "theme": QuarterTheme.objects.filter(year=period.year, quarter=int(period.part[1])).first(),
        "others": [(one.name, address_of(request, one)) for one in (period.before, after(period))],
    }
    return render(request, "activities/activity_calendar.html", context)


def after(period):
    """The quarter that follows one."""
    return Period.of_quarter(month_later(period.start, 3))


def address_of(request, period):
    """The address of the calendar of another quarter, with the same filters."""
    query = request.GET.copy()
    query.pop("quarter", None)
    return calendar_of(period, query.urlencode())


def calendar_of(period, filters=""):
    """The address of the calendar of a quarter, its `filters` as an address has them."""
    query = urlencode({"quarter": f"{period.year}-{period.part}"})
    return f"{reverse('activity_calendar')}?{'&'.join(filter(None, [filters, query]))}"


def activity_repeat(request, pk):
    """Registers an activity again for one day or several."""
    activity = visible_activity(request, pk)
    today = timezone.localdate()
    first = max(month_later(activity.held_on, 1), today)
    build = partial(act_form, request, RepeatForm, initial={"first_on": first})
    form = build()
    if request.method == "POST":
        form, target = carry_out(request, build, partial(repeat_by_form, activity), after=repeated_page)
        if target:
            confirm_saved(request, form, "" if form.repeated else told_days(form.made))
            return redirect(target)
    context = {
        "title": f"再来一次：{activity.name}",
        "form": form,
        "back": activity.get_absolute_url(),
        "activity": activity,
    }
    return render(request, "activities/activity_repeat.html", context, status=form.http_status)


def repeat_by_form(activity, form):
    """Registers what the form asks for."""
    form.made = repeat_activity(activity, form.days, form.user)


def repeated_page(form):
    """Where to go on: the only new activity, or the calendar of the first of several."""
    first = form.made[0]
    if len(form.made) == 1:
        return first.get_absolute_url()
    return calendar_of(Period.of_quarter(first.held_on))


def told_days(made):
    """The message on new activities, with their days."""
    days = "、".join(str(one.held_on) for one in made)
    return f"已登记 {len(made)} 次：{days}。"


def quarter_themes(request):
    """The themes of a year's quarters."""
    today = timezone.localdate()
    year = year_of_address(request.GET.get("year", ""), today)
    build = partial(act_form, request, ThemesForm, initial=ThemesForm.known(year))
    form = build()
    known = request.user.may_open("activity_calendar")
    back = calendar_of(Period.of_part(year, "q1")) if known else reverse("activity_type_list")
    if request.method == "POST":
        form, target = carry_out(request, build, lambda form: form.save(year), after=back)
        if target:
            return redirect_after(request, form, f"已保存 {year} 年各季度的主题。", target)
    context = {"title": f"{year} 年各季度主题", "form": form, "back": back}
    return render(request, "form.html", context, status=form.http_status)


class ThemesForm(ActionForm):
    """A theme for each quarter."""

    q1, q2, q3, q4 = (
        forms.CharField(label=PARTS[f"q{number}"][0], max_length=20, required=False) for number in range(1, 5)
    )

    @staticmethod
    def known(year):
        """The themes of the year, else those of the latest year before, else the usual ones."""
        years = QuarterTheme.objects.filter(year__lte=year).order_by("-year").values_list("year", flat=True)
        latest = QuarterTheme.objects.filter(year__in=years[:1])
        found = {f"q{one.quarter}": one.name for one in latest}
        return found or {f"q{number}": name for number, name in enumerate(QuarterTheme.USUAL, 1)}

    def save(self, year):
        """Keeps the themes; a quarter without one has none."""
        stored = {one.quarter: one for one in QuarterTheme.objects.filter(year=year)}
        for number in range(1, 5):
            one, name = stored.get(number), self.cleaned_data[f"q{number}"].strip()
            if one and not name:
                one.delete()
            elif name and (not one or one.name != name):
                one = one or QuarterTheme(year=year, quarter=number)
                one.name = name
                one.full_clean()
                one.save()
