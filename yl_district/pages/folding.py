"""Short forms: what few records need is folded below 更多, and what has only one answer is given."""

from crispy_forms.layout import LayoutObject
from django import forms
from django.core.exceptions import FieldDoesNotExist
from django.template.loader import render_to_string

from ..days import has_ended
from .record_choices import RecordChoiceField

PHONE_FIELDS = frozenset({"mobile", "contact_phone", "guardian_phone"})
TYPED_WIDGETS = forms.TextInput | forms.NumberInput | forms.Textarea
HOLDING_NOTHING = (None, "", False, [])


class Folded(tuple):
    """A group of a form's `groups` that is folded below 更多: `Folded("标题", "field", "field")`."""

    __slots__ = ()

    def __new__(cls, legend, *names):
        return super().__new__(cls, (legend, *names))


class FoldedGroups(LayoutObject):
    """The folded groups of a form, as one disclosure."""

    def __init__(self, legends, fieldsets, is_open):
        self.legends, self.fields, self.is_open = legends, fieldsets, is_open

    def render(self, form, context, template_pack=None, **options):
        """Returns the disclosure as HTML."""
        inner = self.get_rendered_fields(form, context, template_pack, **options)
        shown = {"legends": self.legends, "is_open": self.is_open, "inner": inner}
        return render_to_string("_folded_groups.html", shown)


def unfolded(groups, given):
    """Splits groups into those shown and those folded, to which fields that are `given` belong."""
    shown, folded = [], []
    aside = [name for group in groups for name in group[1:] if name in given and not isinstance(group, Folded)]
    for group in groups:
        if isinstance(group, Folded):
            folded.append(group)
        else:
            shown.append((group[0], *(name for name in group[1:] if name not in aside)))
    return [group for group in shown if len(group) > 1], [*([("", *aside)] if aside else []), *folded]


def is_worth_showing(form, name):
    """Whether a folded field has an error, or holds something that a new form would not hold."""
    if name in form.errors:
        return True
    field, record = form.fields[name], getattr(form, "instance", None)
    if record is not None and record.pk and form.stored_value(name) not in (*HOLDING_NOTHING, default_of(form, name)):
        return True
    if form.is_bound:
        return field.has_changed(form.get_initial_for_field(field, name), form[name].data)
    return bool(form.proposed.get(name)) and name not in form.given


def default_of(form, name):
    """The value that a new record of the form's model has; None for what is no field of it."""
    try:
        return form._meta.model._meta.get_field(name).get_default()
    except (AttributeError, FieldDoesNotExist):
        return None


def only_choice(field, day):
    """The only record that can be chosen; None where there are none or several, or where it has ended."""
    if isinstance(field, RecordChoiceField):
        only = field.only
    else:
        found = list(field.queryset[:2])
        only = found[0] if len(found) == 1 else None
    return None if only is not None and hasattr(only, "record_options") and has_ended(only, day) else only


def ease_typing(name, field):
    """Has a phone show the keys that a field needs, and offer nothing that it remembers of its owner."""
    attrs = field.widget.attrs
    if not isinstance(field.widget, TYPED_WIDGETS):
        return
    attrs.setdefault("autocomplete", "off")
    if isinstance(field, forms.DecimalField | forms.FloatField):
        attrs.setdefault("inputmode", "decimal")
    elif isinstance(field, forms.IntegerField):
        attrs.setdefault("inputmode", "numeric")
    elif name in PHONE_FIELDS:
        attrs.setdefault("inputmode", "tel")
    if not isinstance(field.widget, forms.Textarea | forms.DateInput):
        attrs.setdefault("enterkeyhint", "done")
