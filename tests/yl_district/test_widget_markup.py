"""Form controls look as Django's own templates write them."""

import re

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates

from yl_district.pages.markup import escaped_text, filled_markup, joined_markup
from yl_district.pages.widget_markup import WIDGET_WRITERS, QuickRenderer

ODD = "<b>&\"'{}"
CHOICES = [("", "—"), ("a", ODD), ("社区", [("b", "乙"), (ODD, "丙")])]
WIDGETS = {
    "text": forms.TextInput,
    "number": forms.NumberInput,
    "email": forms.EmailInput,
    "url": forms.URLInput,
    "search": forms.SearchInput,
    "tel": forms.TelInput,
    "password": forms.PasswordInput,
    "hidden": forms.HiddenInput,
    "date": forms.DateInput,
    "datetime": forms.DateTimeInput,
    "time": forms.TimeInput,
    "checkbox": forms.CheckboxInput,
    "textarea": forms.Textarea,
    "select": lambda attrs: forms.Select(attrs, CHOICES),
    "several": lambda attrs: forms.SelectMultiple(attrs, CHOICES),
    "radio": lambda attrs: forms.RadioSelect(attrs, CHOICES),
    "file": forms.ClearableFileInput,
}
ATTRS = [{}, {"class": "form-control", "required": True, "disabled": False, "data-x": ODD, "size": 3}]
VALUES = [None, "", "a", ODD, "b", ["a", "b"], 0, True]


@pytest.mark.sampled(3)
@pytest.mark.parametrize("kind", WIDGETS)
@pytest.mark.parametrize("value", VALUES, ids=map(str, VALUES))
@pytest.mark.parametrize("attrs", ATTRS, ids=["bare", "dressed"])
def test_a_control_is_written_as_by_its_template(kind, value, attrs):
    widget = WIDGETS[kind](attrs)
    written = [widget.render("甲", value, {"id": "id_甲"}, renderer()) for renderer in (QuickRenderer, DjangoTemplates)]
    assert written[0] == written[1]


def test_the_usual_controls_need_no_template(monkeypatch):
    def refuse(self, name):
        raise AssertionError(name)

    monkeypatch.setattr(DjangoTemplates, "get_template", refuse)
    usual = set(WIDGETS) - {"radio", "file"}
    assert [
        re.match(r"<(input|textarea|select) ", WIDGETS[kind]({}).render("甲", None, {}, QuickRenderer())) is None
        for kind in sorted(usual)
    ] == [False] * len(usual)
    assert {"django/forms/widgets/input.html", "django/forms/widgets/select.html"} <= set(WIDGET_WRITERS)


def test_what_is_not_safe_is_escaped_in_markup():
    assert escaped_text(ODD) == "&lt;b&gt;&amp;&quot;&#x27;{}"
    assert filled_markup("<p>{}</p>", filled_markup("<b>{}</b>", ODD)) == "<p><b>&lt;b&gt;&amp;&quot;&#x27;{}</b></p>"
    assert joined_markup([filled_markup("{}", "<"), filled_markup("{}", ">")]) == "&lt;&gt;"
    assert type(joined_markup([filled_markup("{}", "<")])) is type(filled_markup(""))
    assert type(joined_markup([filled_markup("{}", "<"), "<"])) is str
