"""Choices of records: few are listed; of many the page holds the chosen one alone, and others are looked up by typing.

A select of many has a box beside it for a name. Scripts put a list in the place of both, which asks the page's own
address for what is typed (`choice_answers`); without them the form is sent with the name, which then means the record
so named or the only one found, else the few found are offered.
"""

import re
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter

from django import forms
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import prefetch_related_objects
from django.db.models.constants import LOOKUP_SEP
from django.forms.models import ModelChoiceIterator
from django.forms.widgets import Media, Script
from django.template.loader import render_to_string
from django.utils.choices import BaseChoiceIterator

from ..pinyin import best_first, normalised, search
from .sealed_searches import holds_number

# As many as are listed, and as are found at once.
MOST_LISTED, MOST_FOUND = 50, 20
LONGEST_TYPED_NAME = 60
# As many names as a box for several has room for.
SEVERAL_AT_ONCE = 10
KEY_DIGITS = 18
# The name of the box beside a select, after that of the select.
NAME_SUFFIX = "-typed"
SEVERAL_NAMES = re.compile(r"[、,，;；\n]+")
NO_NUMBERS = "这里按名称查找，不按号码：请填写姓名、名称或拼音首字母。"


@dataclass(frozen=True)
class FoundChoices:
    """The first choices that a text finds, (key, label) each, the keys of those so named, whether there are more."""

    choices: list
    so_named: frozenset = frozenset()
    is_more: bool = False


class TypedName(str):
    """What was typed where it names no record, or several: why it is refused, and the choices that it may mean."""

    refusal: str
    offered: list

    def __new__(cls, text, refusal, offered=()):
        found = super().__new__(cls, text)
        found.refusal, found.offered = refusal, list(offered)
        return found


class LookedUpChoices(BaseChoiceIterator):
    """Choices that are listed where they are few.

    A subclass has `few`, a list of all of them, None where they are more than MOST_LISTED; `named(keys)`, those of
    these keys; `finds(text)`, the FoundChoices of a text; `label`, what is chosen; `nothing`, the choice of none.
    """

    label, nothing = "", None

    def __iter__(self):
        if self.nothing is not None:
            yield self.nothing
        yield from self.few or ()

    def meant_by(self, text, chosen):
        """The key of the choice that a typed name means, one of the `chosen` keys if it is among several; a TypedName
        where it means none or several.
        """
        known = self._meanings.get((text, *chosen))
        if known is None:
            known = self._meanings[(text, *chosen)] = self._meaning(text, chosen)
        return known

    @cached_property
    def _meanings(self):
        return {}

    def _meaning(self, text, chosen):
        if holds_number(text):
            return TypedName(text, NO_NUMBERS)
        found = self.finds(text)
        keys = [str(key) for key, _ in found.choices]
        possible = [key for key in keys if key in found.so_named] or keys
        among = [key for key in chosen if key in possible]
        if len(possible) == 1 or among:
            return (among or possible)[0]
        if not possible:
            return TypedName(text, f"没有找到“{text}”。请核对写法，或只填写名称中的几个字、拼音首字母。")
        offered = [choice for choice in found.choices if str(choice[0]) in possible]
        number = f"超过 {len(offered)} 个，列出了前面的" if found.is_more else f"有 {len(offered)} 个"
        return TypedName(text, f"与“{text}”相符的{number}，请选择其一，或把名称填写完整。", offered)


class RecordChoices(LookedUpChoices, ModelChoiceIterator):
    """The choices of a field's queryset."""

    @property
    def label(self):
        return self.field.label

    @property
    def nothing(self):
        return None if self.field.empty_label is None else ("", self.field.empty_label)

    @cached_property
    def few(self):
        # In no order, so that the database need not sort all rows to show that they are many.
        rows = list(self.queryset.order_by().prefetch_related(None)[: MOST_LISTED + 1])
        if len(rows) > MOST_LISTED:
            return None
        prefetch_related_objects(rows, *self.queryset._prefetch_related_lookups)
        return [self.choice(row) for row in sorted_as(self.queryset, rows)]

    def named(self, keys):
        keys = [key for key in keys if is_key(key)]
        return [self.choice(row) for row in self.queryset.filter(pk__in=keys)] if keys else []

    def finds(self, text):
        if not text and not self.field.lists_first:
            return FoundChoices([], is_more=True)
        rows = rows_found(self.queryset, text) if text else self.queryset
        rows = list(rows[: MOST_FOUND + 1])
        choices = [(str(row.pk), self.field.label_found(row)) for row in rows[:MOST_FOUND]]
        so_named = (str(row.pk) for row in rows[:MOST_FOUND] if normalised(text) in names_of(row))
        return FoundChoices(choices, frozenset(so_named), len(rows) > MOST_FOUND)


def is_key(text):
    """Whether a text can be a key that the database compares without an error."""
    return text.isascii() and text.isdigit() and len(text) <= KEY_DIGITS


def sorted_as(queryset, rows):
    """The rows in the order of a queryset that is ordered by attributes alone."""
    for path in reversed(queryset.query.order_by or queryset.model._meta.ordering):
        name = path.lstrip("-").replace(LOOKUP_SEP, ".")
        rows.sort(key=attrgetter(name), reverse=path.startswith("-"))
    return rows


def names_of(record):
    """The names by which a record is known where it is chosen, normalised."""
    return {normalised(str(record)), normalised(getattr(record, "name", ""))}


def rows_found(rows, text):
    """The rows that a text finds by name, the best first; by a single character those whose names begin with it."""
    if not has_search_text(rows.model):
        return rows.search(text) if hasattr(rows, "search") else rows.filter(name__icontains=text)
    if len(text) == 1:
        return rows.filter(search_text__startswith=normalised(text))
    return best_first(search(rows, text, by_number=False), text)


def has_search_text(model):
    """Whether a model has the columns by which its own names are searched and sorted."""
    try:
        return bool(model._meta.get_field("search_text") and model._meta.get_field("name_sort"))
    except FieldDoesNotExist:
        return False


class LookedUpMixin:
    """A select of LookedUpChoices, with a box for a name where they are not listed."""

    # Where what is typed is asked for; by default the address of the page.
    address = ""

    @property
    def looks_up(self):
        """Whether the choices are too many to be listed."""
        return isinstance(self.choices, LookedUpChoices) and self.choices.few is None

    def render(self, name, value, attrs=None, renderer=None):
        """Returns the select as HTML; of many choices it lists those chosen, or those that a refused name may mean."""
        if not self.looks_up:
            return super().render(name, value, attrs, renderer)
        shown, values = copy(self), self.format_value(value)
        refused = [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, TypedName)]
        offered = {str(key): (key, label) for each in refused for key, label in each.offered}
        offered |= {str(key): (key, label) for key, label in self.choices.named(values)}
        # Nothing is chosen among those that a name may mean until somebody does.
        nothing = self.choices.nothing or (("", "请选择") if refused else None)
        shown.choices = [*([nothing] if nothing and not self.allow_multiple_selected else []), *offered.values()]
        told = {"data-look-up": name} | ({"data-look-up-at": self.address} if self.address else {})
        context = {
            "select": super(LookedUpMixin, shown).render(name, value, (attrs or {}) | told, renderer),
            "name": f"{name}{NAME_SUFFIX}",
            "label": self.choices.label,
            "typed": "、".join(refused),
            "several": self.allow_multiple_selected,
            "longest": LONGEST_TYPED_NAME * (SEVERAL_AT_ONCE if self.allow_multiple_selected else 1),
        }
        return render_to_string("_look_up.html", context)

    @property
    def media(self):
        """The scripts and styles of the list; none where the choices are listed."""
        if not self.looks_up:
            return Media()
        styles = ["vendor/tom-select.bootstrap5.min.css", "yl/look_up.css"]
        scripts = ["vendor/tom-select.complete.min.js", "yl/look_up.js"]
        return Media(css={"all": styles}, js=[Script(each, defer=True) for each in scripts])

    def _meant(self, data, name, chosen):
        """The keys that the names typed in the box mean, TypedNames where they mean none or several."""
        text = (data.get(f"{name}{NAME_SUFFIX}") or "").strip()
        if not text or not isinstance(self.choices, LookedUpChoices):
            return []
        names = SEVERAL_NAMES.split(text) if self.allow_multiple_selected else [text]
        return [self.choices.meant_by(each.strip()[:LONGEST_TYPED_NAME], chosen) for each in names if each.strip()]


class LookedUpSelect(LookedUpMixin, forms.Select):
    """A select of one choice."""

    def value_from_datadict(self, data, files, name):
        key = super().value_from_datadict(data, files, name)
        return next(iter(self._meant(data, name, [key] if key else [])), key)


class LookedUpSelectMultiple(LookedUpMixin, forms.SelectMultiple):
    """A select of several choices, whose box takes several names."""

    def value_from_datadict(self, data, files, name):
        keys = super().value_from_datadict(data, files, name) or []
        return list(dict.fromkeys([*keys, *self._meant(data, name, keys)]))


class RecordChoiceField(forms.ModelChoiceField):
    """A choice of one record."""

    widget = LookedUpSelect
    iterator = RecordChoices
    # Whether the first of many are shown before anything is typed, which takes an order that the database has at hand.
    lists_first = False

    @property
    def only(self):
        """The only record that can be chosen; None where there are none or several."""
        few = self.widget.choices.few
        return few[0][0].instance if few and len(few) == 1 else None

    def label_found(self, record):
        """The label of a record among those found, which stand in no tree."""
        return self.label_from_instance(record).strip()

    def to_python(self, value):
        if isinstance(value, TypedName):
            raise ValidationError(value.refusal, code="typed_name")
        return super().to_python(value)


class SeveralChoiceField(forms.ModelMultipleChoiceField):
    """A choice of several records, which are all listed."""

    def clean(self, value):
        """Refuses keys too long for the database before it is queried, since it would raise an error."""
        for key in value or ():
            if len(str(key)) > KEY_DIGITS:
                raise ValidationError(self.error_messages["invalid_choice"], "invalid_choice", {"value": key})
        return super().clean(value)


class SeveralRecordsField(SeveralChoiceField):
    """A choice of several records."""

    widget = LookedUpSelectMultiple
    iterator = RecordChoices
    lists_first = RecordChoiceField.lists_first
    label_found = RecordChoiceField.label_found

    def clean(self, value):
        """Refuses names that mean no record or several."""
        refused = [one.refusal for one in value or () if isinstance(one, TypedName)]
        if refused:
            raise ValidationError(refused)
        return super().clean(value)


def form_field(field, **options):
    """The field of a form for a model's field; records are chosen by a RecordChoiceField."""
    if field.many_to_one:
        options.setdefault("form_class", RecordChoiceField)
    return field.formfield(**options)
