"""Crawls every page open to a viewer, with its contents, for tests about what must not appear there."""

import io
import re
import zipfile
from contextlib import suppress
from dataclasses import dataclass, replace
from time import process_time
from urllib.parse import unquote, urlsplit

import pytest
from django.db import connection
from django.urls import resolve, reverse
from pypdfium2 import PdfiumError

from orgs.access import ACCESS, PUBLIC, is_allowed
from reports.figures.counting import figures_of
from reports.figures.lines import all_figures
from reports.figures.places import Places
from reports.figures.readers import CASE_FIGURES
from reports.figures.scopes import Scope
from reports.ledger.kinds import KINDS
from tests.budgets import CALCULATION, calculation
from tests.pdf_files import pdf_pages, pdf_properties
from tests.project.test_access import addresses, arguments, golden
from yl_district.history.tracking import tracked_model
from yl_district.periods import Period

# About the visitor alone, and new at each look: secrets just made, times of sessions.
ABOUT_ONESELF = {"account_reauthenticate", "usersessions_list"}
# About records of every kind, of which the golden file names one.
OF_EVERY_KIND = {"record_history", "record_unmask"}
EXPORTS = ["docx", "pdf", "xlsx", "internal", "json"]
# They hand out a list as a workbook or as text; the records behind one figure are none that is kept by itself.
LIST_EXPORTS = {
    name for name in ACCESS if name.endswith("_export") and f"{name.removesuffix('_export')}_list" in ACCESS
} - {"figure_export"}
# Of the figures whose records are of one kind, and so listed alike, one.
ONE_OF_EACH_KIND = {
    *("communities", "cadres", "flags_issued", "members", "units_founded", "unit_contacts", "cadres_linked"),
    *("linked_youths", "youth_contacts", "volunteers_bound", "hubs", "sessions", "attendances.sports"),
    *("people_reached", "platform_entries"),
}
# Queries and milliseconds of CPU time that one look at a page may take: at most pages, at those that compare what is
# known of two people, at those that count the figures of a year, and at those that count them twice or check them.
BUDGET, COMPARED, COUNTED, CHECKED = (40, 250), (50, 250), (70, 350), (150, 600)
BUDGETS = {
    **dict.fromkeys(
        ["explanation_create", "explanation_update", "figure_list", "report_detail", "return_list"], COUNTED
    ),
    **dict.fromkeys(["section_create", "section_update", "summary_detail", "report_write", "report_number"], COUNTED),
    **dict.fromkeys(["summary_poster", "summary_poster_export"], COUNTED),
    **dict.fromkeys(["person_merge_create", "person_merge_detail", "person_merge_undo"], COMPARED),
    # One query for each sheet of the ledger, beside those that every export asks.
    "ledger_export": (21 + len(KINDS.kinds), 250),
    **dict.fromkeys(
        ["comparison", "finding_list", "home", "report_material", "report_sign", "summary_export"], CHECKED
    ),
}
# New in each answer, or following from when it was made.
PASSING = [
    r'name="(?:csrfmiddlewaretoken|submission|version)" value="[^"]*"',
    # The hours of today that are still ahead.
    r"<option[^>]*>今天 \d+:00</option>",
    # The seconds until the session ends.
    r'data-left="[^"]*"',
    r'nonce="[^"]*"',
    r'"key": "[^"]*", "name": "[^"]*", "tokens": \[[^\]]*\]',
    r"<dcterms:(?:created|modified)[^>]*>[^<]*|Content-Length: \d+",
    r"(?<=\d@)\d{8}T\d{6}",
]


def crawled_as(viewers, every_day):
    """The viewers as parameters of a test, of which those that are not looked at every day are with --full."""
    return [viewer if viewer in every_day else pytest.param(viewer, marks=pytest.mark.full) for viewer in viewers]


def page_addresses(user, rows):
    """Every address that the table lets the user ask for, of the records `rows` by kind: its name and the address."""
    for url_name, names in addresses().items():
        if is_left_out(url_name) or not is_allowed(user, url_name):
            continue
        if url_name == "figure_export":
            found = [{"key": key} for key in handed_out(user) if key in ONE_OF_EACH_KIND]
        elif url_name == "figure_detail":
            found = [{"key": key} for key in all_figures() if key in ONE_OF_EACH_KIND | CASE_FIGURES]
        elif url_name == "summary_export":
            found = [{"kind": kind} for kind in EXPORTS]
        elif url_name in OF_EVERY_KIND:
            found = [{"kind": kind, "pk": row.pk} for kind, row in rows.items() if tracked_model(kind)]
        else:
            found = [arguments(url_name, names, rows)]
        for given in found:
            yield url_name, reverse(url_name, kwargs=given)
        if url_name in LIST_EXPORTS:
            yield url_name, f"{reverse(url_name)}?format=csv"


def is_left_out(url_name):
    """Whether no crawl looks at the address."""
    return url_name.startswith("mfa_") or url_name in ABOUT_ONESELF or ACCESS[url_name] == PUBLIC


def promised(viewer):
    """The names of the addresses that the golden file gives a viewer, and so a crawl has to see."""
    pages = {name for name, words in golden().items() if words[viewer] == "page"}
    return {name for name in pages - OF_EVERY_KIND if not is_left_out(name)}


def visited(found):
    """The names of the addresses that a crawl has seen, those about one kind of record."""
    return {resolve(urlsplit(address).path).url_name for address in found} - OF_EVERY_KIND


def handed_out(user):
    """The figures of the user's own place behind which the records are handed out."""
    places = Places(user)
    organisation, hub = places.place(places.own)
    return figures_of(Scope(organisation, Period.of_year(2017), hub), with_cases=False)


def pages(client, user, rows, *, in_depth=True):
    """Every page found at these addresses, as (address, answer); in depth also what search forms and sorts make.

    Each has to keep within its budget of queries and CPU time.
    """
    costs = []
    for url_name, address in page_addresses(user, rows):
        answer = measured(client, url_name, address, costs)
        if answer.status_code != 200:
            continue
        yield address, answer
        for query in queries(answer) if in_depth else ():
            yield f"{address}?{query}", measured(client, url_name, f"{address}?{query}", costs)
    too_dear = [cost for cost in costs if cost.is_too_high]
    assert too_dear == [], "\n".join(map(str, too_dear))


@dataclass(frozen=True)
class Cost:
    """What a page asked of the database, and its CPU time."""

    url_name: str
    address: str
    queries: int
    milliseconds: float

    @property
    def is_too_high(self):
        """Whether it is beyond the budget of its kind of page."""
        queries, milliseconds = BUDGETS.get(self.url_name, BUDGET)
        return self.queries > queries or self.milliseconds > milliseconds


def measured(client, url_name, address, costs):
    """The answer; its cost is added to `costs`, the lower one of two looks where the first was too dear."""
    answer, cost = looked_at(client, url_name, address)
    # The first of its kind also reads templates and the like.
    cost = looked_at(client, url_name, address)[1] if cost.is_too_high else cost
    costs.append(on_usual_machine(cost) if cost.is_too_high else cost)
    return answer


def on_usual_machine(cost):
    """The cost where a machine at work on other things, or slower than that of the budgets, has taken more time."""
    return replace(cost, milliseconds=cost.milliseconds * min(1, CALCULATION / calculation()))


def looked_at(client, url_name, address):
    """The answer and what it cost."""
    asked = []

    def count(execute, sql, *arguments):
        asked.append(sql)
        return execute(sql, *arguments)

    began = process_time()
    with connection.execute_wrapper(count):
        answer = client.get(address)
    return answer, Cost(url_name, address, len(asked), 1000 * (process_time() - began))


def queries(answer):
    """What can be asked of the list on a page: a choice of each filter, some sorts, a search, the next page."""
    context = answer.context or {}
    filterset, table = context.get("filter"), context.get("table")
    if filterset and table is not None:
        yield from ("search=秘", "search=m&standing=", "page=2", "organisation=1", "year=2017&page=999")
        for name, field in filterset.form.fields.items():
            choices = [key for key, _ in getattr(field, "choices", ()) if key]
            yield from (f"{name}={getattr(key, 'value', key)}" for key in choices[:1])
        yield from (f"sort=-{column.name}" for column in [one for one in table.columns if one.orderable][:3])


def said(answer):
    """Everything that an answer tells: its body, every part of a packed file, and its headers."""
    parts = [answer.content]
    if answer.content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
            parts = [part for name in sorted(packed.namelist()) for part in (name.encode(), packed.read(name))]
    if answer.content[:5] == b"%PDF-":
        # An attachment may begin like one and be none.
        with suppress(PdfiumError):
            told = [*pdf_properties(answer.content).values(), *pdf_pages(answer.content)]
            parts = [text.encode("utf-8", "replace") for text in told]
    headers = "\n".join(f"{name}: {unquote(value)}" for name, value in answer.items())
    return b"\n".join(parts).decode("utf-8", "replace") + headers


def lasting(answer):
    """What an answer tells but for what is new in each of them."""
    return re.sub("|".join(PASSING), "", said(answer))
