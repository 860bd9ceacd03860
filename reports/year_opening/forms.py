"""The form by which a year is opened."""

from django import forms

from yl_district.pages.announcements import REGISTRATION
from yl_district.pages.forms import LARGEST_INTEGER, ActionForm
from yl_district.periods import years_before
from youthhubs.models import HubYear

from ..figures.lines import all_figures
from ..models import Target


class YearOpeningForm(ActionForm):
    """The tier of each hub and the value of each target for a new year, as the year before had them."""

    rechecks_reach = False
    occasion = REGISTRATION

    def __init__(self, *args, last_year, **options):
        super().__init__(*args, **options)
        self.last_year = last_year
        for row in last_year.hub_years:
            field = forms.ChoiceField(
                label=row.hub.name,
                choices=[*HubYear.Tier.choices, ("", "暂不登记")],
                initial=row.tier,
                required=False,
            )
            field.widget.attrs["class"] = "form-select"
            self.fields[f"tier-{row.hub_id}"] = field
        for target in last_year.targets:
            field = forms.IntegerField(
                label=target.task, initial=target.value, required=False, min_value=0, max_value=LARGEST_INTEGER
            )
            field.widget.attrs |= {"class": "form-control", "inputmode": "numeric"}
            self.fields[f"value-{target.pk}"] = field

    @property
    def hub_rows(self):
        """Pairs of a hub's latest year and its field."""
        return [(row, self[f"tier-{row.hub_id}"]) for row in self.last_year.hub_years]

    @property
    def target_rows(self):
        """(the year before's target, its figure, its field) each."""
        figures = all_figures()
        return [(each, figures[each.figure], self[f"value-{each.pk}"]) for each in self.last_year.targets]

    def clean(self):
        """Raises ValidationError where nothing is left to be written."""
        data = super().clean()
        if not self.errors and not any(value not in ("", None) for name, value in data.items() if "-" in name):
            raise forms.ValidationError("没有登记：各项都留空了。请至少选择一家青年汇的类型，或填写一项目标。")
        return data

    def save(self):
        """Writes the year's rows; returns how many."""
        rows = [*self.new_hub_years(), *self.new_targets()]
        for row in rows:
            row.full_clean()
            row.save()
        return len(rows)

    def new_hub_years(self):
        """The hubs' years with what stays the same from the year before."""
        for row in self.last_year.hub_years:
            if tier := self.cleaned_data.get(f"tier-{row.hub_id}"):
                kept = {"address": row.address, "director": row.director}
                yield HubYear(hub=row.hub, year=self.last_year.year, tier=tier, **kept)

    def new_targets(self):
        """The targets for the same figures, due on the same day of the year; the document that sets them is new."""
        for target in self.last_year.targets:
            value = self.cleaned_data.get(f"value-{target.pk}")
            if value is not None:
                kept = {"task": target.task, "figure": target.figure, "issued_by": target.issued_by}
                yield Target(year=self.last_year.year, value=value, due_on=self.due_on(target), **kept)

    def due_on(self, target):
        """The deadline in the new year; None where the target had none in its own."""
        if target.due_on is None or target.due_on.year != target.year:
            return None
        return years_before(target.due_on, target.year - self.last_year.year)
