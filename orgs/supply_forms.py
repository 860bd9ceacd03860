"""The form by which several organisations are given supplies at once."""

from copy import deepcopy

from django import forms

from yl_district.pages.announcements import REGISTRATION
from yl_district.pages.forms import ActionForm, prepare_field, refuse_after
from yl_district.validators import problem

from .models import Supply

LINES = range(1, 7)


class SuppliesForm(ActionForm):
    """Supplies issued on one day: several items, each with the quantity for every organisation."""

    occasion = REGISTRATION
    groups = [("", "issued_on"), *((f"第 {at} 种物资", f"item_{at}", f"quantity_{at}") for at in LINES)]

    issued_on = forms.DateField(label="日期")

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        refuse_after(self.fields["issued_on"], self.day)
        self.initial.setdefault("issued_on", self.day)
        self.lines = []
        own = forms.fields_for_model(Supply, ["item", "quantity"], labels={"quantity": "每个组织的数量"})
        for at in LINES:
            for name, field in own.items():
                line = deepcopy(field)
                line.required = line.widget.is_required = at == 1
                prepare_field(line)
                self.fields[f"{name}_{at}"] = line

    def clean(self):
        """Sets `lines`, the items with their quantities; each needs both, and comes once."""
        data = super().clean()
        for at in LINES:
            item, quantity = data.get(f"item_{at}"), data.get(f"quantity_{at}")
            if item and quantity is not None:
                self._add_line(at, item, quantity)
            elif item or quantity is not None:
                self._ask_for(at, "quantity" if item else "item")
        return data

    def _add_line(self, at, item, quantity):
        if item in dict(self.lines):
            self.add_error(f"item_{at}", problem("每种物资一行", "同一种物资请合并数量"))
        elif quantity == 0:
            self.add_error(f"quantity_{at}", problem("大于 0 的数量", "没有配发的物资不必登记"))
        else:
            self.lines.append((item, quantity))

    def _ask_for(self, at, name):
        if f"{name}_{at}" not in self.errors:
            self.add_error(f"{name}_{at}", "物资和数量须一起填写。")
