"""Campaigns of the district: their page, their sheet, and lists of activities that name them."""

from datetime import date

import pytest
from django.urls import reverse

from activities.models import Activity, Campaign
from orgs.roles import RoleKind
from tests.factories import make_activity, make_campaign, make_organisation, make_user
from tests.forms import answers, shown_form
from tests.migrating import migrate
from tests.pages import browser_of, listed, page, queries, refused, send, status, two_branches
from tests.workbooks import exported_rows, problems, take_in, tally

pytestmark = pytest.mark.django_db

ORGANISATIONS = [
    {"组织名称": "地区团工委", "组织类别": "团工委", "所属领域": "机关", "上级组织": None},
    {"组织名称": "柳林团支部", "组织类别": "团支部", "所属领域": "社区", "上级组织": "地区团工委"},
]
WALK = {"活动名称": "健步走", "日期": "2017-04-08", "类型": "阳光体育", "主办组织": "柳林团支部"}
LEARNING = {
    "名称": "学雷锋",
    "起始日期": "2017-03-01",
    "结束日期": "2017-12-31",
    "覆盖对象": "团干部",
    "形式": "志愿服务",
    "备注": "每季度一次",
}


@pytest.fixture
def district():
    return two_branches()


def walk(day="2017-04-08", **cells):
    """A row of an activity of the campaign."""
    return WALK | {"日期": day, "专项": "学雷锋"} | cells


def known():
    """The campaigns as (name, first day, last day, audience)."""
    return list(Campaign.objects.order_by("name").values_list("name", "started_on", "ended_on", "audience"))


def test_a_campaign_is_registered_changed_and_deleted_by_the_office(district):
    data = {"name": "学雷锋", "started_on": "2017-03-01", "ended_on": "2017-12-31", "audience": "members"}
    send(district.office, "campaign_create", **data)
    campaign = Campaign.objects.get()
    assert known() == [("学雷锋", date(2017, 3, 1), date(2017, 12, 31), "members")]
    assert "这一专项名称已被使用" in refused(district.office, "campaign_create", **data)["name"]
    errors = refused(district.office, "campaign_update", campaign.pk, **data | {"ended_on": "2017-02-28"})
    assert "不早于起始日期（2017-03-01）" in errors["ended_on"]
    assert (
        "1949 年至"
        in refused(district.office, "campaign_update", campaign.pk, **data | {"started_on": "1948-12-31"})["started_on"]
    )
    send(district.office, "campaign_update", campaign.pk, **form_of(district.office, campaign) | {"ended_on": ""})
    assert known() == [("学雷锋", date(2017, 3, 1), None, "members")]
    assert [row.history_type for row in campaign.history.order_by("pk")] == ["+", "~"]
    send(district.office, "campaign_delete", campaign.pk, version=version_of(district.office, campaign))
    assert known() == []


def test_a_campaign_has_a_key_of_its_own_that_stays(district):
    keys = [make_campaign(name).key for name in ("学雷锋", "学雷峰", "1+100", "“”")]
    assert keys == ["xueleifeng", "xueleifeng_2", "1100", "campaign"]
    campaign = Campaign.objects.get(name="学雷锋")
    send(district.office, "campaign_update", campaign.pk, **form_of(district.office, campaign) | {"name": "志愿服务"})
    campaign.refresh_from_db()
    assert (campaign.name, campaign.key) == ("志愿服务", "xueleifeng")
    assert len(make_campaign("学雷锋" * 33).key) == 35


def form_of(client, campaign):
    """What the form of a campaign holds."""
    return answers(shown_form(client.get(reverse("campaign_update", args=[campaign.pk]))))


def version_of(client, campaign):
    """The version that the page of its deletion holds."""
    return client.get(reverse("campaign_delete", args=[campaign.pk])).context["form"].version


def test_a_campaign_with_activities_stays(district):
    campaign = make_campaign()
    make_activity(district.here, campaign=campaign)
    answer = district.office.post(
        reverse("campaign_delete", args=[campaign.pk]), {"version": version_of(district.office, campaign)}
    )
    assert "还有其他记录引用它，不能删除。" in answer.content.decode()
    assert Campaign.objects.get() == campaign


def test_everybody_who_keeps_records_sees_all_campaigns_and_the_office_alone_changes_them(district):
    campaign, pages = make_campaign(), ("campaign_list", "campaign_detail", "campaign_create", "campaign_update")
    keeping = {RoleKind.STAFF, RoleKind.CADRE, RoleKind.HUB_OPERATOR}
    for kind in RoleKind:
        client = browser_of(make_user(kind.label, district.here, kind))
        got = [status(client, name, *([campaign.pk] if name[-6:] in ("detail", "update") else [])) for name in pages]
        assert got == ([200, 200, 404, 404] if kind in keeping else [404] * 4), kind
    assert listed(district.cadre, "campaign_list") == ["主题教育"]


def test_campaigns_are_found_by_name_initials_audience_and_whether_they_run(district):
    make_campaign()
    make_campaign("学雷锋", ended_on=None, audience="nobody")
    make_campaign("团干培训", started_on=date(2018, 1, 1), ended_on=None, audience="cadres")
    assert listed(district.cadre, "campaign_list") == ["团干培训", "学雷锋", "主题教育"]
    assert listed(district.cadre, "campaign_list", search="xlf") == ["学雷锋"]
    assert listed(district.cadre, "campaign_list", audience="cadres") == ["团干培训"]
    assert listed(district.cadre, "campaign_list", standing="no") == ["主题教育"]
    assert listed(district.cadre, "campaign_list", standing="yes") == ["团干培训", "学雷锋"]


def test_the_form_of_an_activity_the_list_and_its_filter_take_a_campaign(district):
    campaign = make_campaign()
    activity = make_activity(district.here, "宣讲")
    make_activity(district.here, "健步走")
    form = answers(shown_form(district.cadre.get(reverse("activity_update", args=[activity.pk]))))
    send(district.cadre, "activity_update", activity.pk, **form | {"campaign": campaign.pk})
    activity.refresh_from_db()
    assert activity.campaign == campaign
    assert listed(district.cadre, "activity_list", campaign=campaign.pk) == ["宣讲"]
    table = district.cadre.get(reverse("activity_list")).context["table"]
    assert [str(row.get_cell("campaign")) for row in table.rows] == ["—", "主题教育"]
    assert "主题教育" in page(district.cadre, "record_history", "activity", activity.pk)


def test_rows_do_not_add_queries(district):
    def asked():
        return queries(district.cadre, "campaign_list"), queries(district.cadre, "activity_list")

    make_activity(district.here, campaign=make_campaign())
    before = asked()
    for number in range(3):
        make_activity(district.here, campaign=make_campaign(f"专项{number}"))
    assert asked() == before


@pytest.mark.in_turn
def test_the_ledger_takes_campaigns_in_and_gives_them_out_again():
    sheets = {"团组织": ORGANISATIONS, "专项": [LEARNING, {"名称": "讲座", "起始日期": "2017-05-01"}], "活动": [walk()]}
    assert tally(take_in(sheets))["专项"] == (2, 0, 0)
    assert known() == [
        ("学雷锋", date(2017, 3, 1), date(2017, 12, 31), "cadres"),
        ("讲座", date(2017, 5, 1), None, "members"),
    ]
    out = exported_rows()
    lecture = {"名称": "讲座", "起始日期": "2017-05-01", "覆盖对象": "全体团员", "代码": "jiangzuo"}
    assert out["专项"] == [LEARNING | {"代码": "xueleifeng"}, lecture]
    assert [row["专项"] for row in out["活动"]] == ["学雷锋"]
    assert tally(take_in({"专项": out["专项"], "活动": out["活动"]})) == {"专项": (0, 0, 2), "活动": (0, 0, 1)}
    changed = {"专项": [LEARNING | {"结束日期": "2018-01-31"}]}
    assert tally(take_in(changed))["专项"] == (0, 1, 0)
    assert Campaign.objects.get(name="学雷锋").ended_on == date(2018, 1, 31)


def test_a_file_that_tells_of_campaigns_says_all_of_them_there():
    sheets = {"团组织": ORGANISATIONS, "专项": [LEARNING], "活动": [walk(专项="学雷峰")]}
    expected, remedy = "《专项》表或系统中已有的名称", "请核对名称，或先在《专项》表中加入"
    assert problems(sheets) == [("活动", 2, "专项", "学雷峰", expected, remedy)]
    wrong = {"团组织": ORGANISATIONS, "专项": [LEARNING | {"起始日期": "三月"}], "活动": [walk()]}
    assert [found[:4] for found in problems(wrong)] == [
        ("专项", 2, "起始日期", "三月"),
        ("活动", 2, "专项", "学雷锋"),
    ]


def test_a_list_of_activities_registers_the_campaigns_that_it_alone_names_and_says_so():
    rows = [walk("2017-05-04"), walk(), walk("2017-06-01", 专项=" 学雷锋 "), walk("2017-07-01", 专项="无")]
    report = take_in({"团组织": ORGANISATIONS, "活动": rows}, check=True)
    assert [line for line in report.warnings if "专项" in line] == [
        "《活动》专项“学雷锋”还没有登记：写入时一并登记，从名单中它最早一次活动的日期 2017-04-08 起，"
        "不统计覆盖。名称写错的请先改正；日期和覆盖对象可在写入后到专项页面修改。"
    ]
    assert known() == []
    take_in({"团组织": ORGANISATIONS, "活动": rows})
    assert known() == [("学雷锋", date(2017, 4, 8), None, "nobody")]
    assert Campaign.objects.get().key == "xueleifeng"
    assert Campaign.objects.get().activities.count() == 3
    assert Campaign.history.filter(history_type="+").count() == 1
    again = take_in({"活动": [*rows, walk("2017-03-01")]})
    assert (tally(again)["活动"], again.warnings) == ((1, 0, 4), [])
    assert known() == [("学雷锋", date(2017, 4, 8), None, "nobody")]


def test_a_wrong_row_begins_no_campaign():
    rows = [walk("2017-03-05", 类型="没有的类型"), walk()]
    report = take_in({"团组织": ORGANISATIONS, "活动": rows}, check=True)
    assert ["2017-04-08" in line for line in report.warnings if "专项" in line] == [True]
    report = take_in({"团组织": ORGANISATIONS, "活动": rows[:1]}, check=True)
    assert [line for line in report.warnings if "专项" in line] == []


BEFORE = [("activities", "0018_places")]


@pytest.mark.both
@pytest.mark.full
@pytest.mark.cpu(12)
@pytest.mark.django_db(transaction=True)
def test_the_names_that_activities_have_become_campaigns_and_names_again():
    root = make_organisation("清河地区团工委", category="working_committee")
    texts = {"走访": "送温暖", "宣讲": "", "服务": " 学雷锋 "}
    for name in texts:
        make_activity(root, name)
    try:
        former = migrate(BEFORE)
        activity, history = (former.get_model("activities", name) for name in ("Activity", "HistoricalActivity"))
        for name, text in texts.items():
            activity.objects.filter(name=name).update(campaign=text)
            history.objects.filter(name=name).update(campaign=text)
        activity.objects.filter(name="走访").update(held_on=date(2016, 1, 22))
        history.objects.filter(name="宣讲").update(campaign="旧名")
        migrate()
        found = dict(Activity.objects.values_list("name", "campaign__name"))
        assert found == {"走访": "送温暖", "宣讲": None, "服务": "学雷锋"}
        assert known() == [
            ("学雷锋", date(2017, 4, 8), None, "nobody"),
            ("送温暖", date(2016, 1, 22), date(2016, 1, 22), "nobody"),
        ]
        named = dict(Campaign.history.filter(history_type="+").values_list("id", "name"))
        keys = dict(Activity.history.values_list("name", "campaign"))
        assert {name: named.get(key) for name, key in keys.items()} == {
            "走访": "送温暖",
            "宣讲": "旧名",
            "服务": "学雷锋",
        }
        back = migrate(BEFORE).get_model("activities", "Activity")
        assert dict(back.objects.values_list("name", "campaign")) == {"走访": "送温暖", "宣讲": "", "服务": "学雷锋"}
    finally:
        migrate()
