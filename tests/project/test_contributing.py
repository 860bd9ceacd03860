"""The recipes of CONTRIBUTING.md name exactly the places where every existing item of the kind is registered."""

import inspect
import re
from collections import defaultdict
from functools import cache, reduce

from django.urls import get_resolver

from reports.checks import CHECKS
from reports.figures.lines import FIGURES
from reports.ledger.kinds import KINDS
from tests.crawl import LIST_EXPORTS
from tests.project.test_layout import ROOT, project_files

WORD = re.compile(r"[A-Za-z]\w*", re.ASCII)
STEP = re.compile(r"^\d+\. .*(?:\n   .*)*", re.MULTILINE)
PLACE = re.compile(r"`([\w<>.]+/[\w<>./]*)`")
# How recipes call the files of which every app has some of its own.
GENERAL = {
    r"{app}/(?:\w+/)*(?:\w+_)?(views|tables|filters|forms|urls|resources)\.py": r"<app>/\1.py",
    r"{app}/models(?:/\w+)?\.py": "<app>/models.py",
    r"{app}/migrations/\w+\.py": "<app>/migrations/",
    r"tests/{app}/\w+\.py": "tests/<app>/",
}


def named_places(title):
    """The files and folders that the numbered steps of a recipe name."""
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    recipe = text.partition(f"\n### {title}\n")[2].partition("\n##")[0]
    return {place for step in STEP.findall(recipe) for place in PLACE.findall(step)}


@cache
def files_by_word():
    """The files in which each word stands, by itself or within a lookup such as `person__name`."""
    found = defaultdict(set)
    for path in project_files():
        if path.suffix in (".py", ".html", ".txt") and path.parent != ROOT:
            name = path.relative_to(ROOT).as_posix()
            for word in set(WORD.findall(path.read_text("utf-8"))):
                for part in {word, *word.split("__")}:
                    found[part].add(name)
    return found


def places_of(words, *apps):
    """The places that any of the words stands in, the apps' own as recipes call them."""
    return {general(name, apps) for word in words for name in files_by_word()[word]}


def general(name, apps):
    """A file as recipes call it."""
    for app in apps:
        for pattern, called in GENERAL.items():
            name = re.sub(rf"^{pattern.format(app=app)}$", called, name)
    return name


def common(places):
    """What all of several sets hold."""
    return reduce(set.intersection, places)


def app_of(cls):
    """The app that a class is written in."""
    return cls.__module__.partition(".")[0]


def views(patterns):
    """The view of every address, by the address's name."""
    found = {}
    for pattern in patterns:
        found |= views(pattern.url_patterns) if hasattr(pattern, "url_patterns") else {pattern.name: pattern.callback}
    return found


def classes_named(view):
    """The classes that a view names, by name."""
    view = inspect.unwrap(view)
    named = {name: view.__globals__.get(name) for name in view.__code__.co_names}
    return {name: found for name, found in named.items() if inspect.isclass(found)}


def list_places(export, view):
    """The places of a list page and of what its view names: model, resource, table, filter."""
    classes = classes_named(view)
    model = export.removesuffix("_export")
    words = {f"{model}_list", f"{model}_create", f"{model}_export", *classes}
    return places_of(words, *{app_of(cls) for cls in classes.values()})


def fields_of_sheets():
    """The fields that sheets have columns of, each with its model and resource.

    Neither earlier states nor what acts alone change has a form.
    """
    for resource in (kind.resource for kind in KINDS.values() if not kind.resource.is_of_earlier):
        model = resource._meta.model
        own = {field.name for field in model._meta.concrete_fields if field.editable} - {*model.history_by_acts}
        yield from ((column.attribute, model, resource) for column in resource.columns if column.attribute in own)


def test_every_field_of_a_sheet_is_entered_where_its_recipe_says():
    places = [places_of({field}, app_of(model), app_of(resource)) for field, model, resource in fields_of_sheets()]
    assert len(places) > 50
    assert common(places) == named_places("A field")


def test_every_figure_is_entered_where_its_recipe_says():
    assert common(places_of({figure.key}) for figure in FIGURES) == named_places("A figure")


def test_every_check_is_entered_where_its_recipe_says():
    assert common(places_of({check.key}) for check in CHECKS) == named_places("A check")


def test_every_list_page_is_entered_where_its_recipe_says():
    found = views(get_resolver().url_patterns)
    assert len(LIST_EXPORTS) > 10
    assert common(list_places(name, found[name]) for name in LIST_EXPORTS) == named_places("A list page")


def test_every_import_kind_is_entered_where_its_recipe_says():
    resources = [kind.resource for kind in KINDS.values()]
    assert common(places_of({resource.__name__}, app_of(resource)) for resource in resources) == named_places(
        "An import kind"
    )
