"""Every figure equals its definition: the original summary, plain SQL, and the rows that its page lists."""

import ast
from collections import Counter
from datetime import date
from io import StringIO
from itertools import chain

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from activities.models import Activity, ActivityType
from orgs.models import Organisation
from reports.figures.counting import results, root_organisation, targets_of
from reports.figures.figure import Figure, Overlap, Secrecy, Subject, Timing
from reports.figures.lines import FIGURES, HEADLINES, all_figures
from reports.figures.measures import COUNTED, INCOMPLETE, MEASURED, ROUNDED, amount
from reports.figures.scopes import Scope
from reports.models import Target
from tests.factories import make_activity, make_organisation
from tests.reports import independent_sql
from tests.reports.generated_district import YEAR, Lots, analyse, fill, generated_district
from yl_district.periods import PARTS, Period

pytestmark = pytest.mark.django_db

ORIGINAL = {
    "committee_members": 3,
    "communities": 33,
    "communities_with_cadre": 33,
    "community_members": 48,
    "office_members": 10,
    "nonpublic_members_joined": 66,
    "units_founded": 10,
    "units_toward_task": 12,
    "district_contact_points": 2,
    "assisted_youths": 8,
    "service_plans": 8,
    "signed_plans": 8,
    "midyear_reviews": 8,
    "final_reviews": 8,
    "paired_youths": 8,
    "assistances": 96,
    "assistances_per_youth": 12,
    "scholarships_granted": 1,
    "scholarship_students": 8,
    "hubs": 5,
    "hubs_ordinary": 3,
    "hubs_key": 2,
    "sessions.lecture": 8,
    "sessions.friendship": 5,
    "sessions.self_protection": 6,
    "sessions.diy": 18,
    "sessions.sports": 13,
    "sessions.volunteering": 13,
    "sessions.yoga": 6,
}
ORIGINAL_ATTENDANCES = {
    "lecture": (119, MEASURED),
    "friendship": (185, MEASURED),
    "self_protection": (300, ROUNDED),
    "diy": (270, ROUNDED),
    "sports": (180, COUNTED),
    "yoga": (120, COUNTED),
    # Held, but nobody wrote down how many came.
    "volunteering": (0, INCOMPLETE),
    "film": (0, INCOMPLETE),
}
PERIODS = {
    **{part: Period.of_part(YEAR, part) for part in PARTS},
    "leap month": Period.of_part(YEAR - 1, "m2"),
    "leap day": Period(date(YEAR - 1, 2, 29), date(YEAR - 1, 2, 29)),
    "day": Period(date(YEAR, 1, 1), date(YEAR, 1, 1)),
    "across the new year": Period(date(YEAR, 12, 1), date(YEAR + 1, 1, 31)),
}
# Each of them takes its share of the periods, every day beside one of the databases.
DISTRICTS = 4
ON_POSTGRESQL = [0, 21]


def drawn(seeds):
    """Districts drawn by lot as parameters of a test, each beside its database."""
    marks = dict.fromkeys(ON_POSTGRESQL, pytest.mark.postgresql)
    return [pytest.param(seed, marks=marks.get(seed, [])) for seed in seeds]


def values(scope):
    return {key: (result.value, result.quality) for key, result in results(scope).items()}


def by_sql(scope):
    hub = scope.hub.pk if scope.hub else 0
    return independent_sql.figures(scope.organisation.path, *scope.period.bounds, hub)


@pytest.fixture
def sample_year():
    call_command("load_sample_year", stdout=StringIO())
    analyse()
    return Scope(root_organisation(), Period.of_year(2017))


@pytest.mark.in_turn
@pytest.mark.cpu(4)
def test_sample_year_gives_back_the_original_summary(sample_year):
    found = results(sample_year)
    assert {key: found[key].value for key in ORIGINAL} == ORIGINAL
    attendances = {key: found[f"attendances.{key}"] for key in ORIGINAL_ATTENDANCES}
    assert {key: (result.value, result.quality) for key, result in attendances.items()} == ORIGINAL_ATTENDANCES
    assert [key for key, result in found.items() if result.is_missing] == [
        "attendances.volunteering",
        "attendances.film",
    ]
    assert found["units_toward_task"].target == 12
    assert found["attendances"].quality == INCOMPLETE
    assert found["education_reach"].quality == found["people_reached"].quality == MEASURED


@pytest.mark.in_turn
@pytest.mark.cpu(8)
def test_sample_year_equals_plain_sql(sample_year):
    branch = Organisation.objects.get(name="高井社区团支部")
    for organisation in (sample_year.organisation, branch):
        for year in (2016, 2017, 2018):
            scope = Scope(organisation, Period.of_year(year))
            assert values(scope) == by_sql(scope), (organisation.name, year)


def scopes(tree, periods, hubs=3):
    """The root, the middle, a leaf and some hubs with activities, each within each of these periods."""
    for organisation in (tree.root, tree.middle, tree.leaf):
        organisation.refresh_from_db()
        yield from (Scope(organisation, period) for period in periods)
    for hub in [hub for hub in tree.hubs if hub.activities.exists()][:hubs]:
        yield from (Scope(hub.organisation, period, hub) for period in periods)


@pytest.mark.sampled(2)
@pytest.mark.cpu(16)
@pytest.mark.parametrize("seed", drawn(range(DISTRICTS)))
def test_generated_district_equals_plain_sql(seed):
    periods = [PERIODS["year"], *list(PERIODS.values())[seed + 1 :: DISTRICTS]]
    for scope in scopes(generated_district(seed), periods):
        assert values(scope) == by_sql(scope), (scope.name, scope.period.name)


@pytest.mark.in_turn
def test_generated_hubs_hold_what_other_organisations_host():
    tree = generated_district(0)
    elsewhere = Activity.objects.filter(hub__isnull=False, host__isnull=False).exclude(host=F("hub__organisation"))
    found = {hub: elsewhere.filter(hub=hub).count() for hub in tree.hubs}
    assert sum(map(bool, found.values())) > 5
    hub = max(found, key=found.get)
    scope = Scope(hub.organisation, Period(date(YEAR - 1, 1, 1), date(YEAR + 1, 12, 31)), hub)
    hosted = Activity.objects.filter(host__path__startswith=hub.organisation.path, hub=hub)
    assert results(scope)["sessions"].value > sum(activity.session_count for activity in hosted)


@pytest.mark.full
@pytest.mark.cpu(14)
@pytest.mark.parametrize("seed", [*drawn([21]), pytest.param(22, marks=pytest.mark.full)])
def test_figures_counted_together_alone_and_record_by_record_come_to_the_same(seed):
    tree = generated_district(seed)
    Target.objects.create(year=YEAR, task="主题讲座", figure="sessions.lecture", value=8)
    periods = [PERIODS[name] for name in ("year", "q3", "leap month", "across the new year")]
    counted = 0
    for scope in scopes(tree, periods, hubs=2):
        targets = targets_of(scope)
        for key, result in results(scope).items():
            parts = result.figure.parts(scope)
            assert result.figure.result(scope, targets) == result, (scope, key)
            assert result.figure.result_of(parts, targets) == result, (scope, key)
            assert len({pk for pk, _, _ in parts}) == len(parts), (scope, key)
            counted += len(parts)
    assert counted > 3000


EXACT = {"attendance": 20, "basis": "exact"}
NEARLY = {"attendance": 30, "basis": "rounded"}
UNKNOWN = {"attendance": None, "basis": "unrecorded"}
NOBODY = {"attendance": 0, "basis": "exact"}
SIGNED = {"attendance": 2, "basis": "exact", "sign_in_count": 2}


@pytest.mark.in_turn
@pytest.mark.parametrize(
    ("parts", "value", "quality", "is_missing", "amount"),
    [
        ([], 0, COUNTED, False, "0"),
        ([SIGNED, SIGNED], 4, MEASURED, False, "4"),
        ([SIGNED, EXACT], 22, COUNTED, False, "22"),
        ([SIGNED, EXACT, NEARLY], 52, ROUNDED, False, "50余"),
        ([SIGNED, EXACT, NEARLY, UNKNOWN], 52, INCOMPLETE, False, "52"),
        ([UNKNOWN], 0, INCOMPLETE, True, "未统计"),
        ([NOBODY], 0, COUNTED, False, "0"),
    ],
)
def test_worst_part_decides_the_quality(parts, value, quality, is_missing, amount):
    root = make_organisation()
    for part in parts:
        make_activity(root, **part)
    make_activity(root, type="yoga", **UNKNOWN)
    result = results(Scope(root, Period.of_year(2017)))["attendances.sports"]
    assert (result.value, result.quality, result.is_missing, result.amount) == (value, quality, is_missing, amount)


@pytest.mark.parametrize(
    ("value", "quality", "written"),
    [
        (9, ROUNDED, "约9次"),
        (10, ROUNDED, "10余次"),
        (19, ROUNDED, "10余次"),
        (0, ROUNDED, "约0次"),
        (10, COUNTED, "10次"),
        (0, INCOMPLETE, "未统计"),
        (1, INCOMPLETE, "1次"),
    ],
)
def test_a_value_is_written_as_sure_as_it_is(value, quality, written):
    assert amount(value, quality, "次") == written


@pytest.mark.in_turn
def test_person_times_unrecorded_in_part_are_never_missing_as_a_whole():
    root = make_organisation()
    make_activity(root, **UNKNOWN)
    make_activity(root, **EXACT)
    found = results(Scope(root, Period.of_year(2017)))
    assert (found["attendances"].value, found["attendances"].quality) == (20, INCOMPLETE)
    assert (found["sessions"].value, found["sessions"].quality) == (2, COUNTED)


@pytest.mark.in_turn
def test_empty_district_has_every_figure_at_nothing():
    found = results(Scope(make_organisation(domain="office"), Period.of_year(2017)))
    assert {key: result.value for key, result in found.items() if result.value} == {}
    assert not any(result.is_missing for result in found.values())


@pytest.mark.in_turn
def test_type_that_staff_add_has_its_figures_and_keys_are_stable():
    root = make_organisation()
    ActivityType.objects.create(key="type_16", name="读书活动", is_education=True)
    make_activity(root, type="type_16", session_count=3, **EXACT)
    found = results(Scope(root, Period.of_year(2017)))
    assert (found["sessions.type_16"].value, found["attendances.type_16"].value) == (3, 20)
    assert found["sessions.type_16"].figure.label == "读书活动场次"
    assert found["education_sessions"].value == 3
    assert set(ORIGINAL) | {f"attendances.{key}" for key in ORIGINAL_ATTENDANCES} <= set(found)


@pytest.mark.in_turn
def test_targets_stand_beside_the_district_alone():
    root = make_organisation()
    branch = make_organisation(parent=root)
    Target.objects.create(year=2017, task="主题讲座", figure="sessions.lecture", value=8)
    Target.objects.create(year=2016, task="主题讲座", figure="sessions.yoga", value=8)
    Target.objects.create(year=2017, task="没有这种活动了", figure="sessions.type_99", value=8)
    root.refresh_from_db()
    found = results(Scope(root, Period.of_year(2017)))
    assert {key: result.target for key, result in found.items() if result.target} == {"sessions.lecture": 8}
    month = results(Scope(root, Period.of_part(2017, "m5")))
    assert {result.target for result in month.values()} == {None}
    assert not any(result.target for result in results(Scope(branch, Period.of_year(2017))).values())


@pytest.mark.in_turn
def test_rows_do_not_add_queries_and_types_of_activities_share_one():
    tree = generated_district(11)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            results(Scope(tree.root, Period.of_year(YEAR)))
        return len(captured)

    few = queries()
    fill(tree, Lots(12))
    ActivityType.objects.create(key="type_16", name="读书活动")
    assert queries() == few


@pytest.mark.in_turn
def test_figures_of_case_files_are_those_that_count_records_of_assistance():
    scope = Scope(make_organisation(), Period.of_year(YEAR))
    models = {key: figure.rows(scope).model for key, figure in all_figures().items()}
    of_cases = {key for key, model in models.items() if model._meta.app_label == "assistance"}
    assert {key for key, figure in all_figures().items() if figure.is_case} == of_cases


@pytest.mark.in_turn
def test_overlapping_figures_are_those_whose_parts_below_come_to_more_than_the_whole():
    """Record by record: what is counted in several places adds more to their sum than to the whole."""
    tree = generated_district(31)
    scopes = [Scope(place, Period.of_year(YEAR)) for place in Organisation.objects.filter(depth=2)]
    overlapping = set()
    for key, figure in all_figures().items():
        whole = {pk: value for pk, value, _ in figure.parts(Scope(tree.root, Period.of_year(YEAR)))}
        below = Counter()
        for pk, value, _ in chain.from_iterable(map(figure.parts, scopes)):
            below[pk] += value
        if any(value > whole.get(pk, 0) for pk, value in below.items()):
            overlapping.add(key)
    assert {key for key, figure in all_figures().items() if figure.overlap is Overlap.OVERLAPPING} == overlapping


def test_a_part_and_an_addend_name_a_figure_with_the_secrecy_of_the_whole():
    secrecy = {figure.key: figure.secrecy for figure in FIGURES}
    wholes = {figure.key: figure.part_of or figure.addend_of for figure in FIGURES}
    parts = {part: whole for part, whole in wholes.items() if whole}
    assert {part: secrecy[part] for part in parts} == {part: secrecy[whole] for part, whole in parts.items()}


def test_main_numbers_have_ranks_of_their_own():
    assert sorted(figure.headline for figure in FIGURES if figure.headline) == list(range(1, len(HEADLINES) + 1))


@pytest.mark.parametrize(
    "said",
    [
        (Subject.MEMBERS, Timing.STOCK, Secrecy.OPEN),
        (Timing.STOCK, Subject.MEMBERS, Secrecy.OPEN, Overlap.DISJOINT),
        (Subject.MEMBERS, Timing.STOCK, False, Overlap.DISJOINT),
    ],
)
def test_a_line_that_does_not_say_who_may_know_the_figure_is_none(said):
    with pytest.raises(TypeError):
        Figure("members", "团员总数", "名", *said, definition="期末在册的团员", source=None)


def figures_named(node):
    """The figures that a list, set, tuple or dictionary names, itself or first in its rows, or a string of words."""
    keys = {figure.key for figure in FIGURES}
    if isinstance(node, ast.Constant):
        words = str(node.value).split()
        return words if keys.issuperset(words) else []
    elements = node.keys if isinstance(node, ast.Dict) else node.elts
    firsts = chain.from_iterable(each.elts[:1] if isinstance(each, ast.Tuple) else [each] for each in elements)
    return [each.value for each in firsts if isinstance(each, ast.Constant) and each.value in keys]


def test_what_is_true_of_figures_stands_in_their_lines_alone():
    """A module may name the few that it reads, but keeps no list of them; those of the sample are set as targets."""
    literals = (ast.List, ast.Set, ast.Tuple, ast.Dict, ast.Constant)
    keeping = set()
    for path in (settings.BASE_DIR / "reports").rglob("*.py"):
        nodes = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, literals)]
        if max((len(figures_named(node)) for node in nodes), default=0) > 3:
            keeping.add(path.name)
    assert keeping == {"platforms.py"}
