"""Filters above lists."""

import django_filters
import pytest

from yl_district.pages.filters import PageFilter


def filters_of(cls):
    """The filters of a class and of those below it, by name."""
    own = [(f"{cls.__name__}.{name}", one) for name, one in cls.base_filters.items()]
    return own + [each for below in cls.__subclasses__() for each in filters_of(below)]


@pytest.mark.django_db
def test_a_choice_that_narrows_nothing_is_called_so_in_words():
    chosen = {name: one for name, one in filters_of(PageFilter) if type(one) is django_filters.ChoiceFilter}
    said = {name: dict(one.field.choices).get("", "全部") for name, one in chosen.items()}
    assert len(said) > 10
    assert {name: words for name, words in said.items() if words != "全部"} == {}
