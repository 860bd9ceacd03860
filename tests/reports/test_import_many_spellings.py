"""Many unknown texts of an import explained at once, each by the name that it most likely stands for."""

import pytest

from tests.factories import make_organisation
from tests.pages import two_branches
from tests.reports.import_pages import HERE, THERE, act, commit, counts, opened, person, text
from yl_district.importing.models import ImportAlias
from yl_district.importing.outcomes import likely_name
from yl_district.sheets.cells import text_key

pytestmark = pytest.mark.django_db

NAMES = [
    "清河地区团工委",
    "清河村团支部",
    "清河社区团支部",
    HERE,
    "甘露园社区团支部",
    "甘露园南里社区团支部",
    "八里庄社区团总支",
]


@pytest.fixture
def district():
    return two_branches()


@pytest.fixture
def office(district):
    return district.office


@pytest.mark.parametrize(
    ("found", "likely"),
    [
        ("柳林社区", HERE),
        ("柳林", HERE),
        ("清河", ""),  # a village and a community
        ("清河社区", "清河社区团支部"),
        ("八里庄团总支", "八里庄社区团总支"),
        ("清河地区团工委柳林社区团支部", HERE),
        ("柳林社区团支", HERE),
        ("甘露园社区", "甘露园社区团支部"),
        ("甘露园南里", "甘露园南里社区团支部"),
        ("柳林社区团支部（在册）", HERE),
        ("柳林社区团支部[2017]", HERE),
        ("某支部", ""),
        ("（柳林）", ""),
        ("", ""),
    ],
)
def test_a_short_or_long_name_is_likely_that_of_the_only_organisation_it_fits(found, likely):
    assert likely_name(found, {text_key(name): name for name in NAMES}, are_records=True) == likely


@pytest.mark.parametrize(("found", "likely"), [("党员（预备）", ""), ("非党员", ""), ("中共党", "中共党员")])
def test_of_a_choice_nothing_that_is_written_is_set_aside(found, likely):
    assert likely_name(found, {name: name for name in ("中共党员", "党员")}) == likely


def sent_spellings(office, batch, **changed):
    """The answer to the form about unknown texts as it is shown, with changed fields; None leaves one out."""
    form = office.get(batch.get_absolute_url()).context["spellings"]
    shown = {name: form[name].value() for name in form.fields}
    data = {name: value for name, value in (shown | keyed(form, changed)).items() if value not in (False, None)}
    return act(office, "spellings", batch, **data)


def keyed(form, changed):
    """Changes by "take 写法" or "meant 写法" as {field: value}."""
    keys = {group.found: group.key for group in form.groups}
    return {f"{what.split()[0]}-{keys[what.split()[1]]}": value for what, value in changed.items()}


WRITTEN = ["柳林社区", "柳林", "清河地区团工委槐荫社区团支部", "槐荫社区团支部（在册）", "槐荫"]


def quirky(*branches):
    return [person(number, branch=branch) for number, branch in enumerate(branches)]


def test_all_proposals_are_taken_at_once(office):
    batch = opened(office, quirky(*WRITTEN, WRITTEN[0], HERE))
    page = office.get(batch.get_absolute_url())
    assert [(group.found, group.likely) for group, *_ in page.context["spellings"].shown] == [
        ("柳林社区", HERE),
        ("柳林", HERE),
        ("清河地区团工委槐荫社区团支部", THERE),
        ("槐荫社区团支部（在册）", THERE),
        ("槐荫", THERE),
    ]
    assert (page.context["groups"], counts(batch)) == ([], (1, 0, 0, 6))
    assert sent_spellings(office, batch).url == batch.get_absolute_url()
    assert (counts(batch), ImportAlias.objects.count()) == ((7, 0, 0, 0), 5)
    commit(office, batch)
    assert counts(opened(office, quirky(*WRITTEN))) == (0, 0, 5, 0)


def test_a_proposal_is_left_out_another_changed_and_a_text_without_one_explained(office, district):
    make_organisation("柳林村团支部", district.root)
    batch = opened(office, quirky("柳林", "柳林社区", "槐荫", "某某支部"))
    changed = {"take 槐荫": False, "meant 柳林社区": "柳林村团支部", "meant 柳林": HERE}
    sent_spellings(office, batch, **changed)
    assert dict(ImportAlias.objects.values_list("found", "meant")) == {"柳林社区": "柳林村团支部", "柳林": HERE}
    assert counts(batch) == (2, 0, 0, 2)


@pytest.mark.parametrize("name", ["没有的支部", "党员", ""])
def test_what_is_no_name_is_refused_and_what_was_typed_stays(office, name):
    batch = opened(office, quirky("柳林社区", "槐荫", "某某支部"))
    refused = sent_spellings(office, batch, **{"meant 柳林社区": name, "meant 某某支部": THERE})
    assert (refused.status_code, ImportAlias.objects.count()) == (422, 0)
    assert "没有记住：请改正下面标出的写法。" in text(refused)
    fields = {group.found: meant.value() for group, _, meant in refused.context["spellings"].shown}
    assert fields == {"柳林社区": name, "槐荫": THERE, "某某支部": THERE}


def test_nothing_ticked_and_nothing_typed_is_refused(office):
    batch = opened(office, quirky("柳林社区", "槐荫"))
    refused = sent_spellings(office, batch, **{"take 柳林社区": False, "take 槐荫": False})
    assert (refused.status_code, ImportAlias.objects.count()) == (422, 0)
    assert "请勾选要采用的建议" in text(refused)


def test_only_who_sent_the_file_explains_it(office, district):
    batch = opened(office, quirky("柳林社区", "槐荫"))
    assert act(district.cadre, "spellings", batch).status_code == 404


def test_choices_are_explained_in_the_same_table(office):
    rows = [person(0, 文化程度="大学本"), person(1, branch="柳林社区"), person(2, branch="某某支部")]
    batch = opened(office, rows)
    shown = office.get(batch.get_absolute_url()).context["spellings"].shown
    assert {(group.column, group.likely) for group, *_ in shown} == {
        ("文化程度", "大学本科"),
        ("所在团支部", HERE),
        ("所在团支部", ""),
    }
    sent_spellings(office, batch)
    assert counts(batch) == (2, 0, 0, 1)
