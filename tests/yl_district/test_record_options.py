"""Record options of models."""

from dataclasses import fields

import pytest
from django.apps import apps

from orgs.models import Organisation
from yl_district.record_options import DEFAULT_OPTIONS, RecordOptions, options_of

NAMES = {each.name for each in fields(RecordOptions)}


def test_a_model_that_says_nothing_is_like_others():
    assert options_of(apps.get_model("sessions.Session")) is DEFAULT_OPTIONS
    assert options_of(Organisation).undo_skips == ("path",)


def test_an_unknown_option_is_refused():
    with pytest.raises(TypeError, match="undo_skip"):
        RecordOptions(undo_skip=("path",))


def test_options_stand_nowhere_else():
    found = [
        (model, name)
        for model in apps.get_models()
        for name, value in vars(model).items()
        if name in NAMES or (isinstance(value, RecordOptions) and name != "record_options")
    ]
    assert found == []


def test_every_field_and_relation_that_options_name_exists():
    named = ("compared", "unmaskable_with", "undo_skips", "undo_rechecks")
    unknown = [
        (model, name)
        for model in apps.get_models()
        for option in named
        for name in getattr(options_of(model), option)
        if name not in {field.name for field in model._meta.get_fields()}
    ]
    assert unknown == []
