"""Partners in activities: their pages, their sheet, and the activities that name them."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from activities.models import Activity, Partner
from activities.plans import group_text, repeat_activity
from orgs.roles import RoleKind
from tests.factories import make_activity, make_organisation, make_partner, make_user
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
UNION = {"名称": "地区工会", "一统五联": "是", "备注": "全年合作"}


@pytest.fixture
def district():
    return two_branches()


def walk(day="2017-04-08", **cells):
    """A row of an activity with a partner."""
    return WALK | {"日期": day, "协办单位": "地区工会"} | cells


def known():
    """The partners as (name, whether united), by name."""
    return list(Partner.objects.values_list("name", "is_united"))


def partners_of(activity):
    """The names of an activity's partners."""
    return [partner.name for partner in activity.partners.all()]


def form_of(client, url_name, record):
    """What the form of a record holds."""
    return answers(shown_form(client.get(reverse(url_name, args=[record.pk]))))


def version_of(client, partner):
    """The version that the page of its deletion holds."""
    return client.get(reverse("partner_delete", args=[partner.pk])).context["form"].version


def test_a_partner_is_registered_changed_and_deleted_by_the_office(district):
    send(district.office, "partner_create", name="地区  工会", remark="")
    partner = Partner.objects.get()
    assert known() == [("地区 工会", False)]
    assert "这一协办单位名称已被使用" in refused(district.office, "partner_create", name="地区 工会")["name"]
    assert "已有写法相近的“地区 工会”" in refused(district.office, "partner_create", name="地区工会")["name"]
    assert "一个单位的名称" in refused(district.office, "partner_create", name="妇联、民政所")["name"]
    form = form_of(district.office, "partner_update", partner)
    send(district.office, "partner_update", partner.pk, **form | {"name": "地区工会", "is_united": "on"})
    assert known() == [("地区工会", True)]
    assert [row.history_type for row in partner.history.order_by("pk")] == ["+", "~"]
    send(district.office, "partner_delete", partner.pk, version=version_of(district.office, partner))
    assert known() == []


def test_a_partner_with_activities_stays(district):
    partner = make_partner()
    make_activity(district.here).partners.add(partner)
    answer = district.office.post(
        reverse("partner_delete", args=[partner.pk]), {"version": version_of(district.office, partner)}
    )
    assert "没有删除。还有活动以它为协办单位，请先在活动中改正。" in answer.content.decode()
    assert Partner.objects.get() == partner


def test_everybody_who_keeps_records_sees_all_partners_and_the_office_alone_changes_them(district):
    partner, pages = make_partner(), ("partner_list", "partner_detail", "partner_create", "partner_update")
    keeping = {RoleKind.STAFF, RoleKind.CADRE, RoleKind.HUB_OPERATOR}
    for kind in RoleKind:
        client = browser_of(make_user(kind.label, district.here, kind))
        got = [status(client, name, *([partner.pk] if name[-6:] in ("detail", "update") else [])) for name in pages]
        assert got == ([200, 200, 404, 404] if kind in keeping else [404] * 4), kind


def test_the_list_counts_the_activities_of_this_year_that_one_sees(district):
    union, _ = make_partner(is_united=True), make_partner("地区妇联")
    this_year = date(timezone.localdate().year, 1, 1)
    for place, name, fields in (
        (district.here, "慰问", {"held_on": this_year}),
        (district.there, "讲座", {"held_on": this_year}),
        (district.here, "去年的", {"held_on": date(this_year.year - 1, 12, 31)}),
        (district.here, "取消的", {"held_on": this_year, "state": "cancelled"}),
    ):
        make_activity(place, name, **fields).partners.add(union)
    counts = {
        viewer: [
            (row.record.name, row.get_cell("activity_count"))
            for row in client.get(reverse("partner_list"), {"sort": "-activity_count"}).context["table"].rows
        ]
        for viewer, client in (("office", district.office), ("cadre", district.cadre))
    }
    assert counts == {
        "office": [("地区工会", 2), ("地区妇联", 0)],
        "cadre": [("地区工会", 1), ("地区妇联", 0)],
    }
    assert listed(district.cadre, "partner_list") == ["地区妇联", "地区工会"]
    assert listed(district.cadre, "partner_list", is_united="1") == ["地区工会"]
    assert listed(district.cadre, "partner_list", is_united="0") == ["地区妇联"]
    assert listed(district.cadre, "partner_list", search="dqfl") == ["地区妇联"]


def test_the_page_of_a_partner_lists_the_activities_that_one_sees_latest_first(district):
    partner = make_partner(remark="全年合作")
    for place, name, day in ((district.here, "慰问", 1), (district.there, "讲座", 2), (district.here, "联谊", 3)):
        make_activity(place, name, held_on=date(2017, 4, day)).partners.add(partner)
    make_activity(district.here, "健步走")
    for viewer, names in ((district.office, ["联谊", "讲座", "慰问"]), (district.cadre, ["联谊", "慰问"])):
        table = viewer.get(reverse("partner_detail", args=[partner.pk])).context["table"]
        assert [row.record.name for row in table.rows] == names
    assert "全年合作" in page(district.cadre, "partner_detail", partner.pk)
    assert listed(district.cadre, "activity_list", partner=partner.pk) == ["联谊", "慰问"]


def test_the_form_of_an_activity_takes_known_partners_and_registers_others(district):
    make_partner("地区妇联")
    activity = make_activity(district.here, "宣讲")
    form = form_of(district.cadre, "activity_update", activity)
    assert form["partners"] == ""
    assert '<option value="地区妇联">' in page(district.cadre, "activity_update", activity.pk)
    answer = send(district.cadre, "activity_update", activity.pk, **form | {"partners": "地区 妇联，地区工会；无"})
    assert "已保存活动。新登记协办单位：地区工会。" in answer.content.decode()
    assert known() == [("地区妇联", False), ("地区工会", False)]
    assert partners_of(activity) == ["地区妇联", "地区工会"]
    form = form_of(district.cadre, "activity_update", activity)
    assert form["partners"] == "地区妇联、地区工会"
    answer = send(district.cadre, "activity_update", activity.pk, **form | {"partners": "地区工会"})
    assert "新登记" not in answer.content.decode()
    assert partners_of(activity) == ["地区工会"]
    shown = page(district.cadre, "activity_detail", activity.pk)
    assert f'<a href="{Partner.objects.get(name="地区工会").get_absolute_url()}">地区工会</a>' in shown
    told = page(district.cadre, "record_history", "activity", activity.pk)
    assert "地区妇联、地区工会" in told
    assert Partner.history.filter(history_type="+").count() == 2


def test_a_name_that_no_partner_can_have_is_refused_and_nothing_is_lost(district):
    activity = make_activity(district.here, "宣讲")
    form = form_of(district.cadre, "activity_update", activity)
    typed = {name: form[name] for name in ("name", "held_on", "type", "host")} | {"partners": f"工会、{'长' * 101}"}
    errors = refused(district.cadre, "activity_update", activity.pk, **typed)
    assert "每个不超过 100 个字的单位名称。其中一个名称有 101 个字" in errors["partners"]
    assert known() == []


def test_partners_that_two_people_change_at_once_are_shown_side_by_side(district):
    activity = make_activity(district.here, "宣讲")
    form = form_of(district.cadre, "activity_update", activity)
    activity.partners.add(make_partner("地区妇联"))
    answer = district.cadre.post(reverse("activity_update", args=[activity.pk]), form | {"partners": "地区工会"})
    assert answer.status_code == 409
    [difference] = answer.context["form"].conflict.differing
    assert (difference.name, difference.stored, difference.typed) == ("partners", "地区妇联", "地区工会")
    answer = district.cadre.post(reverse("activity_update", args=[activity.pk]), form | {"venue": "礼堂"})
    assert [each.name for each in answer.context["form"].conflict.taken_over] == ["partners"]


def test_a_repeated_activity_has_the_same_partners_and_its_announcement_names_them(district):
    activity = make_activity(district.here, "读书会")
    activity.partners.set([make_partner(), make_partner("地区妇联")])
    [again] = repeat_activity(activity, [date(2017, 5, 8)], make_user())
    assert partners_of(again) == ["地区妇联", "地区工会"]
    assert "协办：地区妇联、地区工会" in group_text(again)


def test_rows_do_not_add_queries(district):
    def asked():
        names = ("partner_list", "activity_list", "activity_export", "partner_export")
        return [queries(district.cadre, name) for name in names]

    make_activity(district.here).partners.add(make_partner())
    before = asked()
    for number in range(3):
        make_activity(district.here).partners.add(make_partner(f"单位{number}"))
    assert asked() == before


@pytest.mark.in_turn
def test_the_ledger_takes_partners_in_and_gives_them_out_again():
    sheets = {"团组织": ORGANISATIONS, "协办单位": [UNION, {"名称": "地区妇联"}], "活动": [walk()]}
    assert tally(take_in(sheets))["协办单位"] == (2, 0, 0)
    assert known() == [("地区妇联", False), ("地区工会", True)]
    out = exported_rows()
    assert out["协办单位"] == [{"名称": "地区妇联", "一统五联": "否"}, UNION]
    assert [row["协办单位"] for row in out["活动"]] == ["地区工会"]
    sheets = {"协办单位": out["协办单位"], "活动": out["活动"]}
    assert tally(take_in(sheets)) == {"协办单位": (0, 0, 2), "活动": (0, 0, 1)}
    changed = {
        "协办单位": [{"单位名称": "地区 工会", "是否一统五联": "否"}],
        "活动": [walk(协办单位="妇联;地区妇联,地区工会")],
    }
    assert tally(take_in(changed)) == {"协办单位": (0, 1, 0), "活动": (0, 1, 0)}
    assert known() == [("地区妇联", False), ("地区 工会", False), ("妇联", False)]
    assert partners_of(Activity.objects.get()) == ["地区妇联", "地区 工会", "妇联"]


def test_a_list_of_activities_registers_the_partners_that_it_alone_names_and_says_so():
    rows = [walk("2017-05-04"), walk(), walk("2017-06-01", 协办单位=" 地区 工会 "), walk("2017-07-01", 协办单位="无")]
    report = take_in({"团组织": ORGANISATIONS, "活动": rows}, check=True)
    assert [line for line in report.warnings if "协办" in line] == [
        "《活动》协办单位“地区工会”还没有登记：写入时一并登记。名称写错的请先改正；"
        "是否属一统五联，可在写入后到它的页面填写。"
    ]
    assert known() == []
    take_in({"团组织": ORGANISATIONS, "活动": rows})
    assert known() == [("地区工会", False)]
    assert Partner.objects.get().activities.count() == 3
    assert Partner.history.filter(history_type="+").count() == 1
    again = take_in({"活动": [*rows, walk("2017-03-01")]})
    assert (tally(again)["活动"], again.warnings) == ((1, 0, 4), [])


def test_a_row_that_repeats_another_may_fill_in_its_partners():
    rows = [walk(协办单位=None), walk(), walk(协办单位="地区妇联")]
    wrong = problems({"团组织": ORGANISATIONS, "活动": rows[1:]})
    assert [found[:2] for found in wrong] == [("活动", 3)]
    report = take_in({"团组织": ORGANISATIONS, "活动": rows[:2]}, check=True)
    assert [question["id"] for question in report.questions] == ["additions"]


def test_a_wrong_row_begins_no_partner_and_a_wrong_partner_is_not_begun_by_others():
    report = take_in({"团组织": ORGANISATIONS, "活动": [walk("2017-03-05", 类型="没有的类型")]}, check=True)
    assert [line for line in report.warnings if "协办" in line] == []
    wrong = {"团组织": ORGANISATIONS, "协办单位": [UNION | {"名称": "工会、妇联"}], "活动": [walk()]}
    assert [found[:4] for found in problems(wrong)] == [("协办单位", 2, "名称", "工会、妇联")]
    wrong = {"团组织": ORGANISATIONS, "活动": [walk(协办单位="长" * 101)]}
    assert [found[2] for found in problems(wrong)] == ["协办单位"]


BEFORE = [("activities", "0022_plan_kept")]


@pytest.mark.both
@pytest.mark.full
@pytest.mark.cpu(12)
@pytest.mark.django_db(transaction=True)
def test_the_names_that_activities_have_become_partners_and_names_again():
    root = make_organisation("清河地区团工委", category="working_committee")
    texts = {"走访": "地区妇联、地区工会", "宣讲": "", "服务": " 地区　工会 ；民政所", "联欢": "无"}
    for name in texts:
        make_activity(root, name)
    try:
        former = migrate(BEFORE)
        activity, history = (former.get_model("activities", name) for name in ("Activity", "HistoricalActivity"))
        for name, text in texts.items():
            activity.objects.filter(name=name).update(partners=text)
            history.objects.filter(name=name).update(partners=text)
        history.objects.filter(name="宣讲").update(partners="旧名")
        activity.objects.filter(name="联欢").update(partners="长" * 100)
        migrate()
        found = {one.name: partners_of(one) for one in Activity.objects.all()}
        assert found == {
            "走访": ["地区妇联", "地区 工会"],
            "宣讲": [],
            "服务": ["地区 工会", "民政所"],
            "联欢": ["长" * 100],
        }
        names = ["长" * 100, "地区妇联", "地区 工会", "旧名", "民政所"]
        assert sorted(Partner.objects.values_list("name", flat=True)) == sorted(names)
        assert Partner.objects.get(remark="只在活动的修改历史中出现过。").name == "旧名"
        assert Partner.history.filter(history_type="+").count() == 5
        told = {row.name: sorted(str(link.partner) for link in row.partners.all()) for row in Activity.history.all()}
        assert told == {
            "走访": sorted(["地区妇联", "地区 工会"]),
            "宣讲": ["旧名"],
            "服务": sorted(["地区 工会", "民政所"]),
            "联欢": [],
        }
        back = migrate(BEFORE).get_model("activities", "Activity")
        assert dict(back.objects.values_list("name", "partners")) == {
            "走访": "地区妇联、地区 工会",
            "宣讲": "",
            "服务": "地区 工会、民政所",
            "联欢": "长" * 100,
        }
    finally:
        migrate()
