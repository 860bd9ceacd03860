"""The 404 page, which shows again what was typed into a form whose record is gone."""

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist, SuspiciousOperation
from django.db.models import BooleanField
from django.http import UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.views.defaults import page_not_found

from ..fields import is_masked
from ..privacy.masking import masked

MOST_FIELDS_SHOWN = 60
# What browsers send of a choice between yes and no.
YES_OR_NO = {"true": "是", "on": "是", "false": "否", "unknown": "未填写"}


def not_found(request, exception):
    """The response with status 404; it depends on the submitted data alone, never on whether a record exists."""
    typed = typed_values(request, request.resolver_match)
    if not typed:
        return page_not_found(request, exception)
    return render(request, "404_sent.html", {"typed": typed}, status=404)


def typed_values(request, match):
    """(label, text) of the fields in a form submitted to a model's page, without links to records."""
    model = request.method == "POST" and model_of_address(match)
    if not model:
        return []
    try:
        sent = list(request.POST.items())[:MOST_FIELDS_SHOWN]
    except (SuspiciousOperation, MultiPartParserError, UnreadablePostError):
        return []
    fields = [(typed_field(model, name), value) for name, value in sent]
    return [(field.verbose_name, typed_value(field, value)) for field, value in fields if field and value]


def model_of_address(match):
    """The model that a URL name belongs to: UnitContact for `unit_contact_update`."""
    name = ((match and match.url_name) or "").rsplit("_", 1)[0].replace("_", "")
    return next((model for model in apps.get_models() if model._meta.model_name == name), None)


def typed_field(model, name):
    """The field of this name, in the model or one it refers to; None if missing, a relation or not editable."""
    pointed_to = [field.related_model for field in model._meta.concrete_fields if field.is_relation]
    for each in (model, *pointed_to):
        try:
            field = each._meta.get_field(name)
        except FieldDoesNotExist:
            continue
        return field if field.concrete and not field.is_relation and field.editable else None
    return None


def typed_value(field, value):
    """Display text of a submitted value: masked where the field is, choices by their label."""
    if is_masked(field):
        return masked(value)
    words = YES_OR_NO if isinstance(field, BooleanField) else dict(field.flatchoices)
    return words.get(value, value)
