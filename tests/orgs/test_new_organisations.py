"""Organisations that an imported file names and nobody has registered: shown with proposals, registered by one act."""

from datetime import date

import pytest
from django.urls import reverse

from members.models import Member
from orgs.models import Organisation
from orgs.new_organisation_forms import (
    NewOrganisationsForm,
    proposed_category,
    proposed_domain,
    proposed_name_and_parent,
)
from tests.factories import make_activity, make_edition, make_organisation, make_report
from tests.made_once import made_once
from tests.pages import two_branches
from tests.reports.import_pages import HERE, act, commit, counts, opened, person, text
from yl_district.importing.models import ImportAlias, ImportBatch

pytestmark = pytest.mark.django_db


@made_once
def district():
    return two_branches()


@pytest.fixture
def office(district):
    return district.office


@pytest.mark.parametrize(
    ("name", "category", "domain"),
    [
        ("新河社区团支部", "branch", "community"),
        ("新河村团总支", "general_branch", "village"),
        ("新河商务楼联合团支部", "joint_branch", ""),
        ("蓝海科技公司团支部", "branch", "enterprise"),
        ("第三中学团委", "committee", "school"),
        ("新河", "branch", ""),
        ("村镇社区团工委", "working_committee", ""),
    ],
)
def test_a_name_tells_category_and_domain_where_it_is_clear(name, category, domain):
    assert (proposed_category(name), proposed_domain(name)) == (category, domain)


def test_a_parent_is_proposed_by_the_name(district):
    general = make_organisation("柳林大街团总支", district.root, category="general_branch")
    parents = list(Organisation.objects.all())
    assert proposed_name_and_parent("新河社区团支部", parents) == ("新河社区团支部", district.root)
    assert proposed_name_and_parent("柳林大街第二团支部", parents) == ("柳林大街第二团支部", general)
    assert proposed_name_and_parent("清河地区团工委新河社区团支部", parents) == ("新河社区团支部", district.root)
    assert proposed_name_and_parent("新河社区团支部", []) == ("新河社区团支部", None)


FILE = ["新河社区团支部", "新河村团支部", "清河地区团工委蓝海科技公司团支部", "柳林社区", "商务楼"]


def roster(*branches):
    return [person(number, branch=branch) for number, branch in enumerate(branches)]


def address(batch):
    return reverse("import_batch_organisations", args=[batch.pk])


def registered(office, batch, **changed):
    """The answer to the form as it is shown, with changed fields; None leaves one out."""
    form = office.get(address(batch)).context["form"]
    shown = {name: form[name].value() for name in form.fields} | {"submission": form.submission}
    data = {name: value for name, value in (shown | changed).items() if value not in (False, None)}
    return office.post(address(batch), data)


@pytest.mark.in_turn
def test_sixty_unknown_branches_are_registered_by_one_act_and_their_members_written(office, district):
    names = [f"第{number}社区团支部" for number in range(60)]
    batch = opened(office, roster(*names))
    assert counts(batch) == (0, 0, 0, 60)
    page = office.get(batch.get_absolute_url())
    assert page.context["registering"] == [(address(batch), "新建这些团组织", 60)]
    assert registered(office, batch).url == batch.get_absolute_url()
    made = Organisation.objects.filter(name__in=names)
    assert set(made.values_list("category", "domain", "depth")) == {("branch", "community", 2)}
    assert (made.count(), counts(batch), ImportAlias.objects.count()) == (60, (60, 0, 0, 0), 0)
    assert made.first().history.get().history_user == district.staff
    commit(office, batch)
    act(office, "undo", batch)
    assert (Member.objects.count(), made.count()) == (0, 60)


def test_names_are_shown_with_proposals_and_corrected_before(office, district):
    batch = opened(office, roster(*FILE))
    form = office.get(address(batch)).context["form"]
    rows = [(row["text"], row["take"].value(), row["name"].value(), row["domain"].value()) for row in form.rows]
    assert rows == [
        ("新河社区团支部", True, "新河社区团支部", "community"),
        ("新河村团支部", True, "新河村团支部", "village"),
        ("清河地区团工委蓝海科技公司团支部", True, "蓝海科技公司团支部", "enterprise"),
        ("柳林社区", False, "柳林社区", "community"),
        ("商务楼", True, "商务楼", ""),
    ]
    changed = {"name-4": "商务楼联合团支部", "category-4": "joint_branch", "domain": "social", "take-1": False}
    registered(office, batch, **changed, founded_on="2010-05-04")
    made = Organisation.objects.exclude(pk__in=[district.root.pk, district.here.pk, district.there.pk])
    assert list(made.values_list("name", "category", "domain")) == [
        ("新河社区团支部", "branch", "community"),
        ("蓝海科技公司团支部", "branch", "enterprise"),
        ("商务楼联合团支部", "joint_branch", "social"),
    ]
    assert {str(day) for day in made.values_list("founded_on", flat=True)} == {"2010-05-04"}
    assert dict(ImportAlias.objects.values_list("found", "meant")) == {
        "清河地区团工委蓝海科技公司团支部": "蓝海科技公司团支部",
        "商务楼": "商务楼联合团支部",
    }
    assert counts(batch) == (3, 0, 0, 2)


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"domain-4": ""}, "请选择所属领域，或在下面统一选择。"),
        ({"name-0": ""}, "请填写组织名称。"),
        ({"name-0": " 柳林 社区团支部"}, "去掉勾选"),
        ({"name-0": "新河村团支部"}, "“新河村团支部”在这里有几行"),
        ({"parent-0": "没有的组织"}, "请从列出的组织中选择上级组织。"),
        ({"category-0": "x"}, "没有新建：请改正下面标出的各行。"),
        ({"domain": "social", "founded_on": "2999-01-01"}, "2100"),
        ({f"take-{place}": False for place in range(5)}, "没有新建：请勾选要新建的组织。"),
    ],
)
def test_what_cannot_be_registered_is_refused_and_nothing_typed_is_lost(office, changed, words):
    batch, before = opened(office, roster(*FILE)), Organisation.objects.count()
    refused = registered(office, batch, **{"name-1": "新河村团支部", "parent-1": "清河地区团工委"} | changed)
    assert (refused.status_code, Organisation.objects.count(), counts(batch)) == (422, before, (0, 0, 0, 5))
    assert words in text(refused)
    form = refused.context["form"]
    assert {name: form[name].value() or "" for name in changed} == {
        name: value or "" for name, value in changed.items()
    }


def test_a_form_sent_twice_registers_once(office):
    batch = opened(office, roster("新河社区团支部", "某支部"))
    form = office.get(address(batch)).context["form"]
    shown = {name: form[name].value() for name in form.fields} | {"submission": form.submission, "domain": "social"}
    data = {name: value for name, value in shown.items() if value not in (False, None)}
    for _ in range(2):
        office.post(address(batch), data)
    assert Organisation.objects.filter(name="新河社区团支部").count() == 1
    assert counts(batch) == (2, 0, 0, 0)


def test_what_they_move_in_a_signed_year_is_shown_before_and_needs_a_reason(office, district):
    make_edition(make_report(district.root), district.staff, make_activity(district.here))
    batch = opened(office, roster("新河社区团支部", "新河村团支部"))
    shown = registered(office, batch)
    form = shown.context["form"]
    assert (shown.status_code, Organisation.objects.count(), counts(batch)) == (200, 3, (0, 0, 0, 2))
    assert "村、社区" in text(shown)
    registered(office, batch, announced=form.announced, correction_reason="补登新设的支部")
    made = Organisation.objects.get(name="新河村团支部")
    assert (made.history.get().history_change_reason, counts(batch)) == ("补登新设的支部", (2, 0, 0, 0))


def test_nobody_else_registers_for_it_and_without_unknown_names_there_is_nothing(office, district):
    batch = opened(office, roster("新河社区团支部"))
    assert district.cadre.get(address(batch)).status_code == 404
    assert office.get(address(opened(office, roster(HERE)))).url == ImportBatch.objects.first().get_absolute_url()


def test_organisations_are_registered_only_below_those_that_the_user_may_change(district):
    options = {"texts": ["新河社区团支部"], "likely": set(), "day": date(2018, 3, 1)}
    parents = [
        NewOrganisationsForm(user=user, **options).parent_names for user in (district.staff, district.branch_cadre)
    ]
    assert parents == [["清河地区团工委", HERE, "槐荫社区团支部"], []]


def test_dissolved_organisations_are_no_parents(office, district):
    district.root.__class__.objects.filter(pk=district.there.pk).update(dissolved_on="2017-01-01")
    batch = opened(office, roster("新河社区团支部"))
    assert office.get(address(batch)).context["form"].parent_names == ["清河地区团工委", HERE]
