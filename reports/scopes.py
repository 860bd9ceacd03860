"""The year and organisation that a page of figures is about, as its address asks for them."""

from functools import cached_property

from django import forms
from django.db.models import Max

from activities.models import Activity
from orgs.models import Organisation
from orgs.roles import FIGURE_READERS
from yl_district.periods import Period

from .figures import Scope


class ScopeForm(forms.Form):
    """Chooses a year and an organisation within the user's reach."""

    year = forms.IntegerField(
        label="年度",
        min_value=1949,
        max_value=2100,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), "请填写 1949 至 2100 之间的年份。"),
        widget=forms.NumberInput({"class": "form-control"}),
    )
    organisation = forms.ModelChoiceField(
        Organisation.objects.none(),
        label="组织",
        required=False,
        empty_label=None,
        error_messages={"invalid_choice": "没有这个组织，或您不能查看它。"},
        widget=forms.Select({"class": "form-select"}),
    )

    def __init__(self, data, *, user, today):
        self.own = user.reached_organisations[0] if user.reached_organisations else None
        defaults = {"year": latest_year(user, today), "organisation": self.own and self.own.pk}
        asked = {name: data.get(name) or value for name, value in defaults.items()}
        super().__init__(asked)
        self.defaults = defaults
        self.fields["organisation"].queryset = Organisation.objects.visible_as(user, *FIGURE_READERS)
        self.fields["organisation"].label_from_instance = lambda one: "　" * (one.depth - 1) + one.name

    @cached_property
    def scope(self):
        """The scope asked for; what cannot be had falls back to the user's own, with the form's error beside it."""
        self.is_valid()
        year = self.cleaned_data.get("year") or self.defaults["year"]
        organisation = self.cleaned_data.get("organisation") or self.own
        # The controls show what the page shows; what was asked for stands in the error beside them.
        self.data |= {"year": year, "organisation": organisation and organisation.pk}
        return organisation and Scope(organisation, Period.of_year(year))


def latest_year(user, today):
    """The last year, up to the present one, in which an activity was held within the user's reach; else the present."""
    held = (
        Activity.objects.visible_as(user, *FIGURE_READERS)
        .filter(held_on__lte=today)
        .aggregate(latest=Max("held_on"))["latest"]
    )
    return (held or today).year
