"""Values that a person states once for a column which the file lacks: which columns take them, and their fields."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Model
from import_export.widgets import Widget

from ..fields import is_personal
from ..pages.forms import DayInput, MonthInput
from ..recognition.mapping import Mapping
from ..sheets import cells
from ..sheets.columns import Column, RecordNameColumn
from ..sheets.date_widgets import DayWidget, MonthWidget
from ..sheets.text_widgets import NameWidget
from ..sheets.waiting_cells import field_of
from .kinds import import_kinds
from .outcomes import known_names

LONGEST = 200
NAMES_LISTED = 1_000  # names of records that one field can offer
INPUTS: dict[type[Widget], type[forms.DateInput]] = {MonthWidget: MonthInput, DayWidget: DayInput}


def may_be_fixed(model: type[Model], item: Column) -> bool:
    """Whether many rows can have the same value in a column: nothing personal, which would be kept in plain text."""
    field = field_of(model, item)
    is_secret = field is not None and is_personal(field)
    return not (is_secret or item.is_masked or item.names_others or isinstance(item.widget, NameWidget))


def fixable_columns(kind: str, group: str) -> list[Column]:
    """The columns of the kind with this key that one value can fill, but the `group`, which has its own fields."""
    resource = import_kinds()[kind].resource
    columns = [item for item in resource.columns if item.column_name != group]
    return [item for item in columns if may_be_fixed(resource._meta.model, item)]


def fixed_field(item: Column, names_id: str, committee: Model | None) -> Any:
    """The form field of a column's value; names of records are offered in a datalist with the id `names_id`."""
    label = {"aria-label": f"“{item.column_name}”统一为"}
    if item.choices:
        select = forms.Select(label | {"class": "form-select"})
        choices = [("", "—"), *((one, one) for one in item.choices)]
        return forms.ChoiceField(choices=choices, required=False, widget=select)
    kind = next((INPUTS[base] for base in type(item.widget).__mro__ if base in INPUTS), forms.TextInput)
    style = kind(label | {"class": "form-control", "autocomplete": "off"})
    field: Any = forms.CharField(required=False, max_length=LONGEST, widget=style)
    field.names = listed_names(item, committee)
    if field.names:
        style.attrs["list"] = names_id
    return field


def listed_names(item: Column, committee: Model | None) -> list[str]:
    """The names of records that a field offers."""
    return list(known_names(item, committee).values())[:NAMES_LISTED] if isinstance(item, RecordNameColumn) else []


def problem_with(item: Column, text: str, committee: Model | None) -> str:
    """Why a text is no value of a column, and what is; empty where it is one."""
    said = f"“{item.column_name}”统一为“{text}”"
    if isinstance(item, RecordNameColumn):
        known = known_names(item, committee)
        return "" if cells.text_key(text) in known else f"{said}：系统中没有这一名称，请从列出的名称中选择。"
    try:
        item.widget.clean(text)
    except cells.CellError as error:
        return f"{said}：{error}"
    return ""


def stated_cell(item: Column, text: str, committee: Model | None) -> str:
    """The text as a cell of the column states it."""
    is_name = isinstance(item, RecordNameColumn)
    return known_names(item, committee).get(cells.text_key(text), text) if is_name else text


def stated_in_words(mapping: Mapping) -> list[str]:
    """What a mapping states once for many rows, in words."""
    found: dict[str, None] = {}
    for sheet in mapping.sheets:
        found |= {f"“{column}”统一为“{text}”": None for column, text in sheet.fixed.items() if sheet.is_taken}
        found |= {f"“{column}”用工作表名称": None for column in sheet.named if sheet.is_taken}
    return list(found)
