"""The markup of the usual form controls, as Django's own templates give it.

A template for each control, and another for its attributes and each of its options, took a quarter of a page's time.
"""

from django.forms.renderers import DjangoTemplates
from django.utils.safestring import SafeString

from .markup import NO_MARKUP, filled_markup, joined_markup

WIDGET_TEMPLATES = "django/forms/widgets"
INPUT_KINDS = (
    "text",
    "number",
    "email",
    "url",
    "tel",
    "search",
    "hidden",
    "password",
    "input",
    "date",
    "datetime",
    "time",
    "checkbox",
)


class QuickRenderer(DjangoTemplates):
    """Renders the usual controls by functions, and everything else by templates."""

    def render(self, template_name, context, request=None):
        write = WIDGET_WRITERS.get(template_name)
        return write(context["widget"]) if write else super().render(template_name, context, request)


def widget_attributes(attrs):
    """The attributes of a control, each after a space."""
    return joined_markup(
        filled_markup(" {}", name) if value is True else filled_markup(' {}="{}"', name, widget_text(value))
        for name, value in attrs.items()
        if value is not False
    )


def widget_text(value):
    """The value as the filter `stringformat` gives it."""
    return value if isinstance(value, SafeString) else str(value)


def input_markup(widget):
    """An `input`."""
    value = widget["value"]
    given = NO_MARKUP if value is None else filled_markup(' value="{}"', widget_text(value))
    return filled_markup(
        '<input type="{}" name="{}"{}{}>', widget["type"], widget["name"], given, widget_attributes(widget["attrs"])
    )


def textarea_markup(widget):
    """A `textarea`."""
    return filled_markup(
        '<textarea name="{}"{}>\n{}</textarea>',
        widget["name"],
        widget_attributes(widget["attrs"]),
        widget["value"] or "",
    )


def select_markup(widget):
    """A `select` with its options."""
    groups = joined_markup(group_markup(name, options) for name, options, _ in widget["optgroups"])
    return filled_markup(
        '<select name="{}"{}>{}\n</select>', widget["name"], widget_attributes(widget["attrs"]), groups
    )


def group_markup(name, options):
    """The options of a group, under its name if it has one."""
    found = joined_markup(
        filled_markup(
            '\n  <option value="{}"{}>{}</option>\n',
            widget_text(option["value"]),
            widget_attributes(option["attrs"]),
            option["label"],
        )
        for option in options
    )
    return filled_markup('\n  <optgroup label="{}">{}\n  </optgroup>', name, found) if name else found


WIDGET_WRITERS = {f"{WIDGET_TEMPLATES}/{name}.html": input_markup for name in INPUT_KINDS}
WIDGET_WRITERS |= {
    f"{WIDGET_TEMPLATES}/textarea.html": textarea_markup,
    f"{WIDGET_TEMPLATES}/select.html": select_markup,
}
