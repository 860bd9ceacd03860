"""The QuerySet methods of all models have type hints, which mypy checks."""

import inspect

import pytest
from django.apps import apps
from django.db.models import QuerySet

from tests.project.test_layout import ROOT


def own_querysets():
    """Returns the QuerySet classes that the project's models define."""
    classes = {cls for model in apps.get_models() for cls in type(model._default_manager.all()).__mro__}
    return {cls for cls in classes if issubclass(cls, QuerySet) and (ROOT / cls.__module__.split(".")[0]).exists()}


def without_hints(function):
    """Returns the parameters of a method without a type hint, `return` among them."""
    signature = inspect.signature(function)
    hints = {name: given.annotation for name, given in list(signature.parameters.items())[1:]}
    hints["return"] = signature.return_annotation
    return [name for name, hint in hints.items() if hint is inspect.Parameter.empty]


@pytest.mark.parametrize("queryset", sorted(own_querysets(), key=lambda cls: cls.__name__))
def test_queryset_methods_have_type_hints(queryset):
    functions = {name: member for name, member in vars(queryset).items() if inspect.isfunction(member)}
    assert {name: without_hints(member) for name, member in functions.items() if without_hints(member)} == {}
