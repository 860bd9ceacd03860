"""Names are read from lists however these are numbered, and registered once they have been looked at."""

import pytest
from django.urls import reverse

from orgs.models import Organisation
from orgs.pasted_names import MOST_NAMES, pasted_names
from tests.factories import make_organisation, make_user
from tests.pages import browser_of

PASTED = """序号\t社区名称\t备注
1\t朝阳社区\t北区
2、柳林社区\u3000
（三）槐荫社区；
四、八里庄村
5.新河村
⑥团结社区

- 和平社区
• 1）光明社区。
朝阳 社区
10 三里屯社区
798社区
甲社区、乙社区
12
"""
NAMES = "朝阳社区 柳林社区 槐荫社区 八里庄村 新河村 团结社区 和平社区 光明社区 三里屯社区 798社区 甲社区 乙社区".split()


def test_numbers_bullets_headings_and_further_columns_are_no_part_of_a_name():
    found = pasted_names(PASTED)
    assert (found.names, found.repeated) == (NAMES, ["朝阳 社区"])
    assert (found.headings, found.beside) == (["序号 社区名称 备注"], ["北区"])


@pytest.mark.parametrize("name", ["八里庄村", "三里屯社区", "十八里店社区", "百子湾社区", "798社区", "第一村"])
def test_a_name_that_begins_with_a_number_stays_whole(name):
    assert [pasted_names(text).names for text in (name, f"3、{name}", f"（二）{name}")] == [[name]] * 3


def test_what_was_read_is_read_alike_again():
    assert pasted_names("\n".join(NAMES)).names == NAMES


@pytest.fixture
def root():
    return make_organisation("春和街道团工委", category="working_committee", domain="office")


@pytest.fixture
def client(db, root):
    return browser_of(make_user(organisation=root))


def shown(client, text):
    """The form of a pasted list that is shown before anything is written."""
    return client.post(reverse("organisations_create"), {"names": text})


def confirmed(client, page, **changes):
    """The answer to the form with what it proposes."""
    form = page.context["form"]
    ticked = {key: value for key, value in values_of(form).items() if value is not False}
    data = {"listed": page.context["listed"], "submission": form.submission} | ticked | changes
    return client.post(reverse("organisations_create"), data)


def values_of(form):
    return {key: "" if field.initial is None else field.initial for key, field in form.fields.items()}


def below(root):
    return [(one.name, one.category, one.domain) for one in Organisation.objects.filter(depth=2)]


def test_nothing_is_written_before_it_has_been_looked_at(client, root):
    page = shown(client, "朝阳社区\n八里庄村")
    assert (page.status_code, below(root)) == (200, [])
    answer = confirmed(client, page)
    assert (answer.status_code, answer.url) == (302, reverse("organisation_list"))
    assert below(root) == [("朝阳社区", "branch", "community"), ("八里庄村", "branch", "village")]


def test_what_is_there_is_said_and_left_out_and_a_second_time_makes_nothing(client, root):
    make_organisation("朝阳社区", root)
    page = shown(client, "1、朝阳社区\n2、柳林社区\n柳林社区")
    words = page.content.decode()
    assert "系统中已有 1 个，不再新建：朝阳社区。" in words
    assert "名单中写了不止一次，只建一个：柳林社区。" in words
    confirmed(client, page)
    confirmed(client, page)
    assert [name for name, *_ in below(root)] == ["朝阳社区", "柳林社区"]
    assert "没有新建：请勾选要新建的组织。" in confirmed(client, shown(client, "柳林社区")).content.decode()


def test_what_the_name_does_not_tell_is_asked_and_may_be_changed(client, root):
    page = shown(client, "北苑家园")
    answer = confirmed(client, page)
    assert answer.status_code == 422
    assert "请选择所属领域，或在下面统一选择。" in answer.content.decode()
    assert below(root) == []
    confirmed(client, page, domain="community", **{"category-0": "general_branch"})
    assert below(root) == [("北苑家园", "general_branch", "community")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "请填写名单，一行一个。"),
        ("1、\n2、\n", "没有读到名称。请粘贴村、社区或支部的名称，一行一个。"),
        ("\n".join(f"第{number}号社区" for number in range(MOST_NAMES + 1)), "一次最多 150 个。"),
    ],
)
def test_a_text_without_names_or_with_too_many_is_refused(client, text, words):
    answer = shown(client, text)
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_a_name_too_long_is_told_at_its_row_and_nothing_is_written(client, root):
    answer = confirmed(client, shown(client, f"{'朝' * 61}社区\n柳林社区"))
    assert answer.status_code == 422
    assert answer.context["form"].errors["name-0"] == ["组织名称最多 60 个字，这里有 63 个，请改短。"]
    assert below(root) == []
