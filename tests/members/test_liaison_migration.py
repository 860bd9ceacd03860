"""The migration that makes the names of 联系委员 people: who was meant is known, and no text is lost."""

from datetime import date

import pytest

from members.models import Liaison
from orgs.models import Organisation
from tests.members.test_roll_begin_migration import migrate

pytestmark = [pytest.mark.both, pytest.mark.full, pytest.mark.cpu(10)]

BEFORE = [("members", "0012_roll_begin"), ("orgs", "0008_unit_changes")]
# The text of each organisation, its remark, and who holds which posts at the committee above.
TEXTS = {
    "known": ("严川", ""),
    "spaced": (" 严川 ", "新建"),
    "left": ("方琳", ""),
    "two": ("许衡", "老支部"),
    "no member": ("顾清", ""),
    "telephone": ("严川 8551", ""),
    "nobody": ("", "无"),
}


def organisation(former, name, path, **fields):
    fields = {"category": "branch", "domain": "village", "depth": len(path) // 4} | fields
    return former.get_model("orgs", "Organisation").objects.create(name=name, path=path, **fields)


def post(former, name, at, title="委员", **fields):
    person = former.get_model("members", "Person").objects.create(name=name)
    fields = {"started_on": date(2016, 1, 1)} | fields
    former.get_model("members", "Post").objects.create(person=person, organisation=at, title=title, **fields)
    return person.pk


@pytest.mark.django_db(transaction=True)
def test_names_of_committee_members_become_people_and_other_texts_remarks():
    try:
        former = migrate(BEFORE)
        root = organisation(former, "清河地区团工委", "0001")
        chuan = post(former, "严川", root, "副书记")
        lin = post(former, "方琳", root, ended_on=date(2017, 3, 1))
        post(former, "许衡", root)
        post(former, "许衡", root, "组织委员")
        post(former, "顾清", root, "工作人员")
        branches = {
            name: organisation(former, name, f"0001{place:04}", liaison=text, remark=remark)
            for place, (name, (text, remark)) in enumerate(TEXTS.items(), 1)
        }
        post(former, "严川", branches["known"])
    finally:
        migrate()
    liaisons = Liaison.objects.order_by("organisation__path")
    assert list(liaisons.values_list("organisation__name", "person", "started_on", "ended_on")) == [
        ("known", chuan, None, None),
        ("spaced", chuan, None, None),
        ("left", lin, None, None),
    ]
    assert dict(Organisation.objects.filter(name__in=TEXTS).values_list("name", "remark")) == {
        "known": "",
        "spaced": "新建",
        "left": "",
        "two": "老支部\n联系委员：许衡",
        "no member": "联系委员：顾清",
        "telephone": "联系委员：严川 8551",
        "nobody": "无",
    }
