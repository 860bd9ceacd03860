"""The markup of the usual form controls, as Django's own templates give it.

A template for each control, and another for its attributes and each of its options, took a quarter of a page's time.
"""

from django.forms.renderers import DjangoTemplates
from django.utils.safestring import SafeString

from .markup import NOTHING, filled, joined

FOLDER = "django/forms/widgets"
INPUTS = ("text", "number", "email", "url", "tel", "search", "hidden", "password", "input", "date", "datetime", "time")


class QuickRenderer(DjangoTemplates):
    """Renders the usual controls by functions, and everything else by templates."""

    def render(self, template_name, context, request=None):
        write = WRITERS.get(template_name)
        return write(context["widget"]) if write else super().render(template_name, context, request)


def attributes(attrs):
    """The attributes of a control, each after a space."""
    return joined(
        filled(" {}", name) if value is True else filled(' {}="{}"', name, as_text(value))
        for name, value in attrs.items()
        if value is not False
    )


def as_text(value):
    """The value as the filter `stringformat` gives it."""
    return value if isinstance(value, SafeString) else str(value)


def input_markup(widget):
    """An `input`."""
    value = widget["value"]
    given = NOTHING if value is None else filled(' value="{}"', as_text(value))
    return filled('<input type="{}" name="{}"{}{}>', widget["type"], widget["name"], given, attributes(widget["attrs"]))


def textarea_markup(widget):
    """A `textarea`."""
    return filled(
        '<textarea name="{}"{}>\n{}</textarea>', widget["name"], attributes(widget["attrs"]), widget["value"] or ""
    )


def select_markup(widget):
    """A `select` with its options."""
    groups = joined(group_markup(name, options) for name, options, _ in widget["optgroups"])
    return filled('<select name="{}"{}>{}\n</select>', widget["name"], attributes(widget["attrs"]), groups)


def group_markup(name, options):
    """The options of a group, under its name if it has one."""
    found = joined(
        filled(
            '\n  <option value="{}"{}>{}</option>\n',
            as_text(option["value"]),
            attributes(option["attrs"]),
            option["label"],
        )
        for option in options
    )
    return filled('\n  <optgroup label="{}">{}\n  </optgroup>', name, found) if name else found


WRITERS = {f"{FOLDER}/{name}.html": input_markup for name in INPUTS}
WRITERS |= {f"{FOLDER}/checkbox.html": input_markup}
WRITERS |= {f"{FOLDER}/textarea.html": textarea_markup, f"{FOLDER}/select.html": select_markup}
