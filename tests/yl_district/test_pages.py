"""The template chosen for a page."""

import re
from pathlib import PurePath
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.template.loader import select_template
from django.urls import get_resolver, resolve

from tests.project.test_name_order import tables_of_pages
from tests.viewers import APPS
from yl_district.pages.pages import template_names


def views():
    """The app and name of every URL."""
    found, patterns = set(), [get_resolver()]
    while patterns:
        pattern = patterns.pop()
        patterns += getattr(pattern, "url_patterns", [])
        if not hasattr(pattern, "url_patterns"):
            found.add((pattern.callback.__module__.partition(".")[0], pattern.name))
    return found


def named_in_code():
    """The templates of apps that the code and other templates name, "*" where a part of a name is filled in."""
    files = [path for folder in ["templates", *APPS] for path in (settings.BASE_DIR / folder).rglob("*.*")]
    texts = [path.read_text("utf-8") for path in files if path.suffix in (".py", ".html")]
    names = {name for text in texts for name in re.findall(rf"""["']((?:{"|".join(APPS)})/[^"'\s]+\.html)["']""", text)}
    return {re.sub(r"\{.*?\}", "*", name) for name in names}


def taken(address, shape):
    """The name of the template used by the page at a URL."""
    return select_template(template_names(SimpleNamespace(resolver_match=resolve(address)), shape)).template.name


@pytest.mark.parametrize(
    "address, shape, template",
    [
        ("/members/", "list", "members/member_list.html"),
        ("/proposals/", "list", "list.html"),
        ("/members/create/", "form", "form.html"),
        ("/members/1/end/", "form", "members/member_end.html"),
        ("/contacts/create/", "form", "outreach/contact_form.html"),
        ("/contacts/1/update/", "form", "outreach/contact_form.html"),
        ("/contacts/1/delete/", "delete", "delete.html"),
        ("/activities/1/delete/", "delete", "activities/activity_delete.html"),
        ("/accounts/1/reset/", "form", "orgs/account_reset.html"),
    ],
)
def test_a_page_takes_its_own_template_else_its_records_else_that_of_its_shape(address, shape, template):
    assert taken(address, shape) == template


def test_no_template_lies_where_no_page_looks_for_it():
    """Otherwise a misspelt name would go unnoticed, as the page would use the generic template."""
    folder = settings.BASE_DIR / "templates"
    templates = {path.relative_to(folder).as_posix() for app in APPS for path in (folder / app).iterdir()}
    looked_for = {f"{app}/{name}.html" for app, name in views()} | named_in_code()
    looked_for |= {f"{app}/{name.rpartition('_')[0]}_form.html" for app, name in views() if name}
    assert [name for name in sorted(templates) if not any(map(PurePath(name).match, looked_for))] == []


def test_every_column_of_a_list_has_a_heading_in_chinese():
    assert get_resolver().url_patterns, "reads every module of lists"
    columns = [
        (each, column) for each in tables_of_pages() for column in each(each.Meta.model._default_manager.none()).columns
    ]
    headings = {(each.__name__, column.name): column.header for each, column in columns}
    assert {name for name, words in headings.items() if words and not re.search("[\u4e00-\u9fff]", str(words))} == set()
