"""The sheet 覆盖证明: whom and which campaign a row means, and what it must not say."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from activities.models import CampaignProof
from members.models import Person
from tests.factories import make_campaign, make_member, make_person, make_post, make_proof, make_volunteer
from tests.rosters import BRANCH, OTHER_BRANCH, make_branches, take
from tests.workbooks import exported_rows, problems, take_in, tally
from yl_district.sheets.export_marks import HEADING, mark

pytestmark = pytest.mark.django_db


@pytest.fixture
def branches(db):
    return make_branches()


@pytest.fixture
def campaign(branches):
    return make_campaign()


def row(name="白露", **cells):
    return {"专项": "主题教育", "姓名": name, "日期": "2017-05-04", "方式": "线上课程"} | cells


def taken(*rows, **sheets):
    """How many rows were new, changed and the same."""
    return tally(take_in({"覆盖证明": rows} | sheets))["覆盖证明"]


def proofs():
    """(name, day, kind, note) of all proofs."""
    rows = CampaignProof.objects.select_related("person").order_by("pk")
    return [(one.person.name, one.proved_on, one.kind, one.note) for one in rows]


def wrong(*rows, **sheets):
    """(row, column, expected, remedy) of what is wrong."""
    return [(number, column, *words) for _, number, column, _, *words in problems({"覆盖证明": rows} | sheets)]


def member(name, branches, **fields):
    return make_member(name, branches[BRANCH], **fields).person


def test_a_row_is_the_one_proof_of_a_campaign_and_a_person(branches, campaign):
    member("白露", branches), make_post("陆远", branches[BRANCH])
    rows = [row(), row("陆远", 方式="走访", 说明="入户")]
    assert (taken(*rows), taken(*rows)) == ((2, 0, 0), (0, 0, 2))
    assert taken(row(日期="2017-06-01", 方式="消息已读")) == (0, 1, 0)
    assert proofs() == [
        ("白露", date(2017, 6, 1), "message", ""),
        ("陆远", date(2017, 5, 4), "visit", "入户"),
    ]
    assert wrong(row(), row(方式="其他")) == [
        (3, "姓名", "每条记录只占一行", "与第 2 行重复：请删去一行；如不是同一记录，请补充能区分二者的号码、日期或名称")
    ]


def test_a_ledger_may_begin_the_campaign_and_the_member_as_well(branches):
    sheets = {
        "专项": [{"名称": "主题教育", "起始日期": "2017-01-01", "结束日期": "2017-12-31"}],
        "团员": [{"姓名": "白露", "性别": "女", "出生日期": "1998-05-04", "所在团支部": BRANCH}],
    }
    assert wrong(row(日期="2016-12-31"), **sheets) == [
        (2, "日期", "专项期间内的日期（2017-01-01 至 2017-12-31）", "请核对日期，或先改正专项的起止日期")
    ]
    assert taken(row(), **sheets) == (1, 0, 0)
    assert proofs() == [("白露", date(2017, 5, 4), "course", "")]


@pytest.mark.parametrize("day", ["2016-12-31", "2018-01-01"])
def test_a_day_outside_the_campaign_is_an_error_of_the_row(branches, campaign, day):
    member("白露", branches)
    expected = "专项期间内的日期（2017-01-01 至 2017-12-31）"
    assert wrong(row(日期=day)) == [(2, "日期", expected, "请核对日期，或先改正专项的起止日期")]


def test_a_day_to_come_is_an_error_of_the_row(branches):
    make_campaign(ended_on=None)
    member("白露", branches)
    [(*place, expected, _)] = wrong(row(日期="2018-03-02"))
    assert (place, expected) == ([2, "日期"], "不晚于今天（2018-03-01）的日期")


def test_an_unknown_campaign_is_an_error_of_the_row(branches, campaign):
    member("白露", branches)
    expected = "《专项》表或系统中已有的名称"
    assert wrong(row(专项="学雷锋")) == [(2, "专项", expected, "请核对名称，或先在《专项》表中加入")]


def test_whoever_is_neither_a_member_nor_a_cadre_is_an_error_of_the_row(branches, campaign):
    make_volunteer(None, "", make_person("顾清", mobile="13800138000"))
    expected, remedy = "已登记的团员或团干部", "请核对姓名与号码，或先在《团员》表中加入"
    found = wrong(row("丁香"), row("顾清"), row("顾清", 手机号码="13800138000"))
    assert found == [(number, "姓名", expected, remedy) for number in (2, 3, 4)]
    campaign.audience = "cadres"
    campaign.save()
    assert wrong(row("丁香")) == [(2, "姓名", expected, "请核对姓名与号码，或先在《团干部》表中加入")]
    list_of_proofs = take("campaign_proofs", [row("丁香")])
    [found] = list_of_proofs.errors
    assert (found.expected, found.remedy) == (expected, "请核对姓名与号码，或先登记为团干部")
    assert (Person.objects.count(), CampaignProof.objects.count()) == (1, 0)


def test_whoever_left_may_still_have_been_reached(branches, campaign):
    member("白露", branches, left_on=date(2018, 1, 1), status="transferred_out")
    assert taken(row()) == (1, 0, 0)


def test_namesakes_of_other_capacities_are_not_asked_about(branches, campaign):
    person = member("白露", branches)
    make_volunteer(None, "", make_person("白露", mobile="13800138000"))
    assert taken(row()) == (1, 0, 0)
    assert CampaignProof.objects.get().person == person
    make_volunteer(None, "", make_person("丁香", mobile="13800138001"))
    assert [words for *_, words in problems({"覆盖证明": [row("丁香", 手机号码="13900139000")]})] == [
        "请核对姓名与号码，或先在《团员》表中加入"
    ]
    cadre = make_post("陆远", branches[BRANCH]).person
    make_volunteer(None, "", make_person("陆远"))
    assert take_in({"覆盖证明": [row("陆远")]}, doubtful="same").written
    assert CampaignProof.objects.filter(person=cadre).exists()


def test_of_several_alike_it_is_asked_which(branches, campaign):
    first = member("白露", branches, person=make_person("白露", mobile="13800138000"))
    make_member("", branches[OTHER_BRANCH], make_person("白露", mobile="13800138001"))
    assert take_in({"覆盖证明": [row()]}, check=True).doubtful == 1
    assert taken(row("白露（13800138001）"), row(f"白露（{BRANCH}）")) == (2, 0, 0)
    assert CampaignProof.objects.filter(person=first).count() == 1
    assert taken(row(手机号码="13800138000")) == (0, 0, 1)


def test_whoever_may_be_somebody_registered_is_asked_about_and_nobody_new_begins(branches, campaign):
    person = member("白露", branches, person=make_person("白露", mobile="13800138000"))
    moved = row(手机号码="13900139000")
    assert take_in({"覆盖证明": [moved]}, check=True).doubtful == 1
    other = take_in({"覆盖证明": [moved]}, doubtful="new")
    assert [(one.column, one.expected) for one in other.errors] == [("姓名", "已登记的团员或团干部")]
    assert take_in({"覆盖证明": [moved]}, doubtful="same").written
    person.refresh_from_db()
    assert (CampaignProof.objects.get().person, person.mobile) == (person, "13900139000")


def test_a_mark_keeps_to_its_campaign_and_person(branches, campaign):
    proof = make_proof(campaign, member("白露", branches))
    make_campaign("学雷锋"), member("顾清", branches)
    marked = row() | {HEADING: mark(proof, timezone.now() + timedelta(seconds=1))}
    assert taken(marked | {"日期": "2017-06-01"}) == (0, 1, 0)
    remedy = "标记属于另一专项的覆盖证明：请恢复原来的专项；确为另一专项时清空标记这一格"
    assert wrong(marked | {"专项": "学雷锋"}) == [(2, "专项", "主题教育", remedy)]
    assert [column for _, column, *_ in wrong(marked | {"姓名": "顾清"})] == [HEADING]


def test_a_wrong_number_is_an_error_of_the_row(branches, campaign):
    member("白露", branches)
    assert [column for _, column, *_ in wrong(row(手机号码="1651237201"))] == ["手机号码"]


def test_words_of_offices_are_read(branches, campaign):
    member("白露", branches)
    cells = {"专项名称": "主题教育", "团员姓名": "白露", "完成日期": "2017.5.4", "覆盖方式": "网课", "备注": "第一讲"}
    taken(cells)
    assert proofs() == [("白露", date(2017, 5, 4), "course", "第一讲")]


def test_what_is_exported_comes_back(branches, campaign):
    for number, mobile in enumerate(["13800138000", "13800138001", ""]):
        branch = branches[[BRANCH, OTHER_BRANCH][number % 2]]
        make_proof(campaign, make_member("", branch, make_person("白露", mobile=mobile)).person, note=f"第{number}讲")
    rows = exported_rows()["覆盖证明"]
    assert [{name: cell for name, cell in each.items() if name != HEADING} for each in rows] == [
        row(手机号码="13800138000", 说明="第0讲"),
        row(手机号码="13800138001", 说明="第1讲"),
        row(说明="第2讲"),
    ]
