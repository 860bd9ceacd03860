"""Closed years stand still: states change from a day, facts move what was announced, neutral fields move nothing."""

from datetime import date, timedelta

import pytest
from django import forms
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone

from activities.models import Activity, ActivityType
from orgs.models import Organisation
from reports.figures.closed_years import ClosedFigures, closed_years
from reports.figures.columns import fields_read
from reports.figures.counting import results
from reports.figures.lines import FIGURES, type_figures
from reports.figures.readers import CASE_FIGURES
from reports.figures.scopes import Scope
from tests.factories import (
    make_activity,
    make_assisted_youth,
    make_hub,
    make_link,
    make_member,
    make_post,
    make_unit,
    make_volunteer,
)
from tests.forms import answers, shown_form
from tests.pages import two_branches
from tests.records import changeable, kinds
from tests.rosters import tally, written
from yl_district.history.watching import Write
from yl_district.periods import Period
from yl_district.privacy.sealed_links import SealedKeyField
from yl_district.record_options import RecordOptions, options_of
from yl_district.states import Span
from youthhubs.models import Hub

pytestmark = pytest.mark.django_db
ANY_TYPE = ActivityType(key="lecture", name="主题讲座")
# What the database keeps of a record beside its fields.
DERIVED = {"search_text", "name_sort", "roll_begin", "seal", "depth", "numchild"}
DERIVED |= {"sign_in_count", "stated_attendance", "stated_basis", "owner"}


def read_by_figures():
    """{model: names of its fields that figures read}, keys by which tables are joined left out."""
    found = {}
    for figure in [*FIGURES, *type_figures([ANY_TYPE])]:
        for model, name in fields_read(figure):
            if not model._meta.get_field(name).primary_key and not model._meta.auto_created:
                found.setdefault(model, set()).add(name)
    return found


def declared(model):
    """The declared fields of a model, by what they are declared to be."""
    options = options_of(model)
    dated = {name for state in options.states for name in (*state.fields, state.since)}
    return {"states": dated, "facts": set(options.facts), "neutral": set(options.neutral)}


def undeclared(model, read):
    """What is wrong with the declarations of a model of which figures read the fields `read`."""
    said = declared(model)
    fields = [field for field in model._meta.concrete_fields if not isinstance(field, SealedKeyField)]
    names = {field.name for field in fields if not field.primary_key} - DERIVED
    faults = [f"{name} is not declared" for name in names - set().union(*said.values())]
    faults += [f"{name} is declared twice" for name in names if sum(name in each for each in said.values()) > 1]
    faults += [f"{name} is read by a figure" for name in said["neutral"] & read]
    faults += [f"{name} is no field" for name in set().union(*said.values()) - names]
    return sorted(f"{model.__name__}: {fault}" for fault in faults)


def test_every_field_of_records_that_figures_read_is_declared():
    read = read_by_figures()
    models_read = [model for model in kinds() if model in read and not issubclass(model, Span)]
    assert len(models_read) > 15
    assert [fault for model in models_read for fault in undeclared(model, read[model])] == []


def test_figures_read_what_a_derived_reference_leads_to_in_its_place():
    read = fields_read(next(figure for figure in FIGURES if figure.key == "sessions"))
    assert read >= {(Activity, "host"), (Activity, "hub"), (Hub, "organisation")}
    assert (Activity, "owner") not in read


def test_no_value_that_can_change_is_read_without_a_day():
    """Booleans and choices that figures read are states, but for those of a record that is itself dated."""
    values = [
        f"{model.__name__}.{name}"
        for model, names in read_by_figures().items()
        if not issubclass(model, Span)
        for name in names - declared(model)["states"]
        if isinstance(model._meta.get_field(name), models.BooleanField) or model._meta.get_field(name).choices
    ]
    assert sorted(values) == [
        "Activity.basis",
        "Activity.state",
        "Assistance.with_everyone",
        "Contact.form",
        "Contact.with_everyone",
        "HubYear.tier",
        "PlatformEntry.is_apart",
        "PlatformEntry.subject",
        "ProjectApplication.answer",
        "Scholarship.is_on_platform",
        "Scholarship.status",
        "SignIn.presence",
        "SuggestedActivity.outcome",
        "UnitChange.kind",
        "Verification.result",
    ]


def test_an_undeclared_or_a_wrongly_declared_field_is_noticed(monkeypatch):
    """The twin: declarations of an organisation that lack one field and call another neutral."""
    options = RecordOptions(states=options_of(Organisation).states, facts=("path",), neutral=("founded_on",))
    monkeypatch.setattr(Organisation, "record_options", options)
    faults = undeclared(Organisation, read_by_figures()[Organisation])
    assert "Organisation: founded_on is read by a figure" in faults
    assert "Organisation: dissolved_on is not declared" in faults


@pytest.fixture
def district():
    """A district of which every kind of record has been entered, from 2016 on."""
    place = two_branches()
    make_activity(place.here, held_on=date(2016, 5, 4))
    return place


def years_tried():
    """The first two closed years, in which most records are dated, and the last."""
    years = closed_years(timezone.localdate())
    return [*years[:2], years[-1]]


def results_tried(district, years=None):
    """Yields (organisation's name, year, Result) of every figure of the years tried, of the district and a branch."""
    for organisation in (district.root, district.here):
        for year in years or years_tried():
            scope = Scope(Organisation.objects.get(pk=organisation.pk), Period.of_year(year))
            yield from ((organisation.name, year, result) for result in results(scope).values())


def all_results(district, years=None):
    """What each of these figures comes to, by its label."""
    return {
        (name, year, result.figure.label, result.figure.unit): f"{result.amount}{result.unit}"
        for name, year, result in results_tried(district, years)
    }


def numbers(district):
    """The same by the figures' keys, as the label of a campaign's figures has its name."""
    found = results_tried(district)
    return {(name, year, result.figure.key): f"{result.amount}{result.unit}" for name, year, result in found}


def announced(form, years):
    """What the page of a form says that these years' figures come to."""
    effects = [(one.figure, one.after) for one in form.effects if one.figure.year in years]
    return {(one.organisation, one.year, one.label, one.unit): after for one, after in effects}


def another(field, value, form):
    """Another value that the form's field takes, as a browser sends it; None where there is none."""
    if isinstance(field, forms.NullBooleanField):
        return "false" if value == "true" else "true"
    if isinstance(field, (forms.ModelChoiceField, forms.ChoiceField)):
        choices = [str(key) for key, _ in field.choices if str(key) not in ("", str(value), "unknown")]
        return choices[0] if choices else None
    if isinstance(field, forms.BooleanField):
        return "" if value else "on"
    if isinstance(field, forms.DateField):
        return str((date.fromisoformat(f"{value}-01"[:10]) if value else date(2018, 3, 1)) + timedelta(days=366))[
            : len(str(value or "2018-03-01"))
        ]
    if isinstance(field, forms.IntegerField):
        return str(int(value or 2) + 1)
    return "改过的内容"


def changed_forms(district, wanted):
    """Yields the addresses of forms with what a browser sends after one field that is `wanted` has been changed."""
    for url_name, (record, *_) in changeable(district).items():
        address = reverse(url_name, args=[record.pk])
        page = district.office.get(address)
        form, sent = page.context["form"], answers(shown_form(page))
        for name in sorted(wanted(type(record)) & set(form.fields)):
            field = form.fields[name]
            value = None if field.disabled else another(field, sent.get(name), form)
            if value is not None:
                yield url_name, name, address, sent | {name: value}


def state_fields(model):
    return {name for state in options_of(model).states for name in state.fields}


@pytest.mark.in_turn
@pytest.mark.cpu(12)
def test_a_state_changed_today_as_the_form_proposes_moves_no_closed_year(district):
    before, asked = None, []
    for url_name, name, address, sent in changed_forms(district, state_fields):
        before = before or all_results(district)
        with transaction.atomic():
            proposed = answers(shown_form(district.office.post(address, sent))) | {"since_how": "from"}
            assert district.office.post(address, proposed).status_code == 302, (url_name, name)
            assert all_results(district) == before
            transaction.set_rollback(True)
        asked.append((url_name, name))
    assert asked == [
        ("organisation_update", "domain"),
        ("member_update", "in_school"),
        ("post_update", "link_quota"),
        ("post_update", "nature"),
    ]


@pytest.mark.parametrize(("reader", "may_know"), [("staff", True), ("branch_cadre", False)])
def test_figures_of_cases_are_announced_only_to_who_may_know_them(district, reader, may_know):
    youth, today = make_assisted_youth(district.here), timezone.localdate()
    closed = ClosedFigures(getattr(district, reader), today)
    closed.note(Write(type(youth), frozenset(["registered_on"]), (youth, youth)))
    told = {key for _, _, key in closed.before}
    assert told
    assert bool(told & CASE_FIGURES) is may_know


# Rows that change a state of a known record without saying since when.
CHANGED_ROWS = {
    "organisations": {"组织名称": "柳林社区团支部", "组织类别": "团支部", "所属领域": "非公企业"},
    "members": {"姓名": "章程", "性别": "女", "所在团支部": "柳林社区团支部", "是否在校": "是"},
    "posts": {
        "姓名": "陆远",
        "所在组织": "柳林社区团支部",
        "职务": "书记",
        "任职年月": "2016-09",
        "干部性质": "专职",
        "联系青年指标": "1",
    },
    "units": {"单位名称": "清和科技有限公司", "类别": "非公企业", "状态": "正常", "区级联系点": "否"},
    "volunteers": {"姓名": "顾清", "志愿者队伍": "槐荫青年汇"},
}


@pytest.mark.sampled(2)
@pytest.mark.in_turn
@pytest.mark.cpu(10)
@pytest.mark.parametrize("kind", CHANGED_ROWS)
def test_a_list_that_changes_a_state_moves_no_closed_year(district, kind):
    make_unit("清和科技有限公司", branch=district.here, is_contact_point=True, league_founded_on=date(2016, 3, 1))
    make_hub(district.there, "槐荫青年汇")
    make_volunteer(make_hub(district.here, "柳林青年汇"), "顾清", bound_on=date(2017, 5, 4))
    make_link(make_post("陆远", district.here).person, bound_on=date(2017, 5, 4))
    make_member(branch=district.here)
    before = all_results(district)
    batch = written(kind, [CHANGED_ROWS[kind]])
    assert tally(batch) == {"changed": 1}
    assert all_results(district) == before


@pytest.mark.full
@pytest.mark.in_turn
@pytest.mark.cpu(120)
def test_a_fact_moves_exactly_what_its_page_announces(district):
    before, moved, wrong = None, 0, []
    for url_name, name, address, sent in changed_forms(district, lambda model: declared(model)["facts"]):
        before = before or all_results(district)
        with transaction.atomic():
            response = district.office.post(address, sent)
            form = response.context and response.context["form"]
            if form and form.effects:
                said = announced(form, years_tried())
                confirmed = answers(shown_form(response)) | {"correction_reason": "原来填错"}
                response = district.office.post(address, confirmed)
                after = all_results(district)
                found = {at: value for at, value in after.items() if value != before[at]}
                wrong += [(url_name, name, *one) for one in found.items() ^ said.items()]
                moved += 1
            elif response.status_code == 302 and all_results(district) != before:
                wrong.append((url_name, name))
            transaction.set_rollback(True)
    assert wrong == []
    assert moved > 20


@pytest.mark.full
@pytest.mark.in_turn
@pytest.mark.cpu(60)
def test_a_neutral_field_moves_nothing(district):
    before, changed = None, 0
    for url_name, name, address, sent in changed_forms(district, lambda model: declared(model)["neutral"]):
        before = before or numbers(district)
        with transaction.atomic():
            response = district.office.post(address, sent)
            if response.status_code == 302:
                assert numbers(district) == before, (url_name, name)
                changed += 1
            transaction.set_rollback(True)
    assert changed > 30
