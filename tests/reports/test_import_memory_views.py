"""Answers remembered from imports apply only where no cell states the value; they are shown, and can be forgotten."""

import pytest
from django.urls import reverse

from members.models import Member
from tests.factories import make_organisation
from tests.pages import two_branches
from tests.reports.import_pages import HERE, THERE, act, commit, counts, opened, person, text, told
from yl_district.importing.models import ImportAlias, ImportHeading
from yl_district.importing.proposal import learn_alias

pytestmark = pytest.mark.django_db


@pytest.fixture
def district():
    return two_branches()


@pytest.fixture
def office(district):
    return district.office


def written_branch(office, **cells):
    """The branch that a row's cells lead to."""
    commit(office, opened(office, [person(5, **cells)]))
    return Member.objects.get().branch.name


def test_a_real_name_means_itself_whatever_was_remembered(office, district):
    learn_alias("members", "所在团支部", HERE, THERE)
    learn_alias("members", "性别", "女", "男")
    assert written_branch(office) == HERE
    assert Member.objects.get().person.gender == "F"


def test_a_branch_that_is_founded_later_has_its_name(office, district):
    learn_alias("members", "所在团支部", "柳林支部", HERE)
    make_organisation("柳林支部", district.root)
    assert written_branch(office, branch="柳林支部") == "柳林支部"


def test_a_row_says_which_remembered_spelling_it_was_read_by(office):
    learn_alias("members", "所在团支部", "柳林支部", HERE)
    batch = opened(office, [person(1, branch="柳林 支部"), person(2), person(3, branch="柳林支部", 性别="M")])
    found = batch.parts.get().told
    assert {place: one.get("spelled") for place, one in found.items()} == {
        1: [["所在团支部", "柳林 支部", HERE]],
        3: [["所在团支部", "柳林支部", HERE]],
    }
    assert f"按记住的写法：所在团支部 柳林 支部 → {HERE}" in told(office, batch, show="all")
    assert counts(batch) == (2, 0, 0, 1)


def test_a_spelling_whose_meaning_is_gone_is_asked_about_again(office):
    learn_alias("members", "所在团支部", "柳林支部", "已撤销的支部")
    batch = opened(office, [person(1, branch="柳林支部")])
    [group] = office.get(batch.get_absolute_url()).context["groups"]
    assert (group.column, group.found) == ("所在团支部", "柳林支部")
    act(office, "alias", batch, kind="members", column=group.column, found=group.found, meant=HERE)
    assert counts(batch) == (1, 0, 0, 0)


def test_what_is_remembered_is_listed_and_can_be_forgotten(office):
    learn_alias("members", "所在团支部", "柳林支部", HERE)
    ImportHeading.objects.create(kind="posts", heading="群众关系", column="")
    address = reverse("import_memory_list")
    page = text(office.get(address))
    assert f"团员 列 文件中的写法 含义 操作 所在团支部 柳林支部 {HERE} 删除" in page
    assert "团干部 列 文件中的写法 含义 操作 标题 群众关系 不导入 删除" in page
    office.post(address, {"what": "alias", "pk": ImportAlias.objects.get().pk})
    office.post(address, {"what": "heading", "pk": ImportHeading.objects.get().pk})
    assert (ImportAlias.objects.count(), ImportHeading.objects.count()) == (0, 0)
    assert "还没有记住任何写法或标题。" in text(office.get(address))


@pytest.mark.parametrize("sent", [{}, {"what": "alias"}, {"what": "user", "pk": "1"}, {"what": "alias", "pk": "x"}])
def test_nothing_is_forgotten_that_is_not_named(office, sent):
    learn_alias("members", "所在团支部", "柳林支部", HERE)
    assert office.post(reverse("import_memory_list"), sent).status_code == 302
    assert ImportAlias.objects.count() == 1


def test_what_is_remembered_of_case_files_is_only_for_who_may_import_them(office):
    learn_alias("assisted", "所在组织", "柳林支部", HERE)
    address = reverse("import_memory_list")
    assert "柳林支部" not in text(office.get(address))
    office.post(address, {"what": "alias", "pk": ImportAlias.objects.get().pk})
    assert ImportAlias.objects.count() == 1
