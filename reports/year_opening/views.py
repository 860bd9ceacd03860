"""The page by which a year is opened (年度开账)."""

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from assistance.models import AssistedYouth
from outreach.models import Link
from yl_district.days import FIRST_YEAR
from yl_district.pages.pages import act_form, carry_out, redirect_after

from .forms import YearOpeningForm
from .last_year import left_over

# A year can be opened within this and the next one.
YEARS_AHEAD = 1


def year_opening(request, year):
    """Carries tiers and targets over into a year, and says what of plans and links is left to be done by hand."""
    today = timezone.localdate()
    if not FIRST_YEAR < year <= today.year + YEARS_AHEAD:
        raise Http404

    def build(data=None):
        return act_form(request, YearOpeningForm, data, last_year=left_over(request.user, year))

    if request.method == "POST":
        form, target = carry_out(request, build, lambda form: form.save(), after=reverse("home"))
        if target:
            return redirect_after(request, form, f"{year} 年已开账。", target)
    else:
        form = build()
    context = {
        "title": f"{year}年开账",
        "year": year,
        "form": form,
        "back": reverse("home"),
        "links": Link.objects.visible_to(request.user).as_of(today),
        "unplanned": AssistedYouth.objects.visible_to(request.user).as_of(today).without_plan_for(year).count(),
    }
    return render(request, "reports/year_opening.html", context, status=form.http_status)
