"""Activities that a sign-in list names and nobody has registered: shown as proposed, registered from the import."""

from datetime import date

import pytest
from django.urls import reverse

from activities.models import Activity, ActivityType, SignIn
from activities.proposed_activities import activities_alike, day_said, name_said, proposed_activity
from orgs.models import Organisation
from tests.activities.test_sign_in_lists import mapped, sectioned
from tests.factories import make_activity, make_hub, make_organisation, make_user
from tests.made_once import made_once
from tests.pages import browser_of, confirmation, two_branches
from tests.reports.import_pages import act, commit, counts, opened, text, told
from tests.workbooks import workbook
from yl_district.importing.models import ImportBatch

pytestmark = pytest.mark.django_db

State = ImportBatch.State
PEOPLE = [["姓名", "联系电话"], ["武安安", "13812399101"], ["武宁", "13812399102"]]
TITLED = [["柳林社区植树活动签到表"], ["活动时间：2017年3月12日   地点：朝阳公园"], *PEOPLE]


@made_once
def district():
    found = two_branches()
    ActivityType.objects.get_or_create(key="planting", defaults={"name": "植树"})
    return found


@pytest.fixture
def office(district):
    return district.office


def address(batch):
    return reverse("import_batch_activity", args=[batch.pk])


def registered(office, batch, query="", **changed):
    """The answer to the form as it is shown, with changed fields, confirmed where it moves a closed year."""
    form = office.get(address(batch) + query).context["form"]
    shown = {name: form[name].value() for name in form.fields} | {"submission": form.submission}
    data = {name: value for name, value in (shown | changed).items() if value not in (False, None)}
    answer = office.post(address(batch) + query, data)
    if more := confirmation(answer):
        submission = answer.context["form"].submission
        answer = office.post(address(batch) + query, data | more | {"submission": submission})
    return answer


def signed():
    """Who signed in at what, as (activity, day, person)."""
    found = SignIn.objects.order_by("pk").select_related("activity", "person")
    return [(one.activity.name, str(one.activity.held_on), one.person.name) for one in found]


@pytest.mark.parametrize(
    ("titles", "name", "day"),
    [
        (["柳林社区植树活动签到表", "活动时间：2017年3月12日   地点：公园"], "柳林社区植树活动", date(2017, 3, 12)),
        (["签到表", "活动名称：学雷锋", "2017.3.5"], "学雷锋", date(2017, 3, 5)),
        (["学雷锋（2017年3月5日）"], "学雷锋", date(2017, 3, 5)),
        (["3月5日学雷锋志愿服务 签到表", "2017年签到登记"], "学雷锋志愿服务", date(2017, 3, 5)),
        (["Sheet1", "2017-05-04五四主题团日（第一场）签到册"], "五四主题团日(第一场)", date(2017, 5, 4)),
        (["3月5日学雷锋"], "学雷锋", None),
        (["2月30日学雷锋2017年"], "学雷锋2017年", None),
        (["名单", "签到表"], "", None),
        ([], "", None),
    ],
)
def test_titles_say_the_name_and_the_day(titles, name, day):
    texts = [title.replace("（", "(").replace("）", ")").replace("：", ":") for title in titles]
    assert (name_said(texts), day_said(texts)) == (name, day)


def test_a_title_tells_host_hub_type_and_venue_where_it_is_clear(district):
    hub = make_hub(district.there, "春晖青年汇")
    records = Organisation.objects.all(), [hub], ActivityType.objects.all()
    found = proposed_activity([TITLED[0][0], TITLED[1][0]], None, *records)
    assert (found.host, found.hub, found.type.name, found.venue) == (district.here, None, "植树", "朝阳公园")
    found = proposed_activity(["春晖青年汇读书会签到表"], date(2017, 3, 1), *records)
    assert (found.name, found.held_on, found.host, found.hub) == (
        "春晖青年汇读书会",
        date(2017, 3, 1),
        district.there,
        hub,
    )
    assert proposed_activity(["柳林社区与槐荫社区联谊"], None, *records).host is None


def test_activities_of_the_day_with_near_names_are_alike(district):
    names = ["学雷锋", "“学雷锋”活动", "学雷锋志愿服务进社区", "植树"]
    known = [make_activity(district.here, name, held_on=date(2017, 3, 5)) for name in names]
    assert activities_alike("学雷锋志愿服务", date(2017, 3, 5), known) == known[:3]
    assert activities_alike("学雷锋", date(2017, 3, 6), known) == []
    assert activities_alike("学雷锋", None, known) == []


@pytest.mark.both
def test_the_activity_of_a_list_is_registered_from_its_mapping_page_and_the_rows_are_read(office, district):
    batch = opened(office, workbook({"Sheet1": TITLED}), kind="signins")
    assert batch.state == State.MAPPING
    page = text(office.get(reverse("import_batch_update", args=[batch.pk])))
    assert "读到的标题：柳林社区植树活动签到表；活动时间：2017年3月12日 地点：朝阳公园" in page
    # Two decisions, of which the first keeps what was chosen on the page: to register, and the form as it is proposed.
    assert mapped(office, batch, register="yes").url == address(batch)
    form = office.get(address(batch)).context["form"]
    shown = {name: form[name].value() for name in ("name", "held_on", "host", "venue")}
    assert shown == {
        "name": "柳林社区植树活动",
        "held_on": date(2017, 3, 12),
        "host": district.here.pk,
        "venue": "朝阳公园",
    }
    assert Activity.objects.count() == 0
    assert registered(office, batch).url == batch.get_absolute_url()
    assert (counts(batch), batch.state) == ((2, 0, 0, 0), State.CHECKED)
    made = Activity.objects.get()
    assert (made.type.name, made.state, made.history.get().history_user) == ("植树", "held", district.staff)
    commit(office, batch)
    assert signed() == [("柳林社区植树活动", "2017-03-12", name) for name in ("武安安", "武宁")]
    act(office, "undo", batch)
    assert (SignIn.objects.count(), Activity.objects.count()) == (0, 1)


def test_columns_that_must_be_confirmed_are_confirmed_after_with_the_activity_chosen(office):
    table = [["柳林社区植树活动签到表 2017年3月12日"], ["姓名", "甲方"], ["武安安", "13812399101"]]
    batch = opened(office, workbook({"Sheet1": table}), kind="signins")
    mapped(office, batch, register="yes", **{"column-0-1": "手机号码"})
    registered(office, batch)
    batch.refresh_from_db()
    assert batch.state == State.MAPPING
    form = office.get(reverse("import_batch_update", args=[batch.pk])).context["form"]
    assert (form["group_value"].value(), form["column-0-1"].value()) == (
        "柳林社区植树活动（2017-03-12）",
        "手机号码",
    )
    mapped(office, batch)
    assert counts(batch) == (1, 0, 0, 0)


def test_sections_are_registered_one_after_the_other_under_corrected_names(office, district):
    make_activity(district.here, "五四主题团日", held_on=date(2017, 5, 4))
    titles = ["五四主题团日（2017年5月4日）", "植树（2017年3月12日）", "学雷锋（3月5日）"]
    batch = opened(
        office,
        sectioned(
            {
                title: [f"武{one}", "高井", f"1381239910{at}"]
                for at, (title, one) in enumerate(zip(titles, "安宁轩", strict=True))
            }
        ),
        kind="signins",
    )
    assert (batch.mapping["group_from"], counts(batch)) == ("section", (1, 0, 0, 2))
    page = office.get(batch.get_absolute_url())
    assert (page.context["group_page"], address(batch) in page.content.decode()) == (
        (address(batch), "登记这次活动", "活动名称"),
        True,
    )
    shown = office.get(address(batch))
    assert (shown.context["named"].text, [one.text for one in shown.context["others"]]) == (titles[1], [titles[2]])
    kind = ActivityType.objects.get(key="planting").pk
    other = shown.context["others"][0].key
    registered(office, batch, f"?of={other}", name="学习雷锋好榜样", type=kind)
    assert counts(batch) == (2, 0, 0, 1)
    registered(office, batch)
    assert counts(batch) == (3, 0, 0, 0)
    assert titles[2] not in str(batch.answers)
    commit(office, batch)
    assert sorted(one[:2] for one in signed()) == [
        ("五四主题团日", "2017-05-04"),
        ("学习雷锋好榜样", "2017-03-05"),
        ("植树", "2017-03-12"),
    ]


def test_an_activity_in_a_column_is_registered_with_the_day_of_its_row(office):
    table = [["活动名称", "日期", "姓名"], ["植树", "2017-03-12", "武安安"], ["植树", "2017-03-12", "武宁"]]
    batch = opened(office, workbook({"Sheet1": table}), kind="signins")
    assert counts(batch) == (0, 0, 0, 2)
    registered(office, batch, name="植树节活动")
    assert (counts(batch), Activity.objects.get().held_on) == ((2, 0, 0, 0), date(2017, 3, 12))


def test_a_near_activity_of_the_day_is_proposed_first_and_taken_instead(office, district):
    known = make_activity(district.there, "义务植树", held_on=date(2017, 3, 12))
    batch = opened(office, sectioned({"植树劳动（2017年3月12日）": ["武安安", "高井"]}), kind="signins")
    page = office.get(address(batch))
    assert page.context["alike"] == []
    make_activity(district.here, "植树劳动活动", held_on=date(2017, 3, 12))
    page = office.get(address(batch))
    assert page.context["alike"] == ["植树劳动活动（2017-03-12）"]
    kind = ActivityType.objects.get(key="planting").pk
    refused = registered(office, batch, type=kind)
    assert ("当日已有相近的活动" in text(refused), Activity.objects.count()) == (True, 2)
    wrong = office.post(address(batch), {"chosen": "没有的活动"})
    assert (wrong.status_code, "系统中没有这一活动" in text(wrong), "没有的活动" in wrong.content.decode()) == (
        422,
        True,
        True,
    )
    office.post(address(batch), {"chosen": "义务植树（2017-03-12）"})
    assert counts(batch) == (1, 0, 0, 0)
    commit(office, batch)
    assert SignIn.objects.get().activity == known


def test_another_activity_beside_a_near_one_is_registered_when_it_is_said(office, district):
    make_activity(district.here, "义务植树劳务", held_on=date(2017, 3, 12))
    batch = opened(office, sectioned({"植树劳动（2017年3月12日）": ["武安安", "高井"]}), kind="signins")
    kind = ActivityType.objects.get(key="planting").pk
    registered(office, batch, type=kind, is_another="on")
    assert (counts(batch), Activity.objects.count()) == ((1, 0, 0, 0), 2)


def test_what_is_wrong_is_said_and_nothing_is_registered(office):
    batch = opened(office, workbook({"Sheet1": TITLED}), kind="signins")
    refused = registered(office, batch, name="", venue="操场")
    assert (Activity.objects.count(), refused.context["form"]["venue"].value()) == (0, "操场")
    assert "请填写活动名称" in text(refused)


def test_where_every_activity_is_known_or_the_list_is_another_there_is_nothing_to_register(office, district):
    make_activity(district.here, "植树", held_on=date(2017, 3, 12))
    batch = opened(office, sectioned({"植树（2017年3月12日）": ["武安安", "高井"]}), kind="signins")
    assert office.get(address(batch)).url == batch.get_absolute_url()
    assert "登记这次活动" not in told(office, batch)
    assert district.cadre.get(address(batch)).status_code == 404


def test_both_blocks_of_a_list_are_about_the_activity_that_is_registered(office):
    head = ["序号", "姓名", "单位", "电话", "签名"]
    rows = [
        [at, f"卓{one}", None, 16512345000 + at, None, at + 3, f"亓{one}", None, 16512345100 + at]
        for at, one in enumerate("安宁轩", 1)
    ]
    table = [["柳林社区植树活动签到表"], ["活动时间：2017年3月12日   地点：活动室"], head + head, *rows]
    batch = opened(office, workbook({"Sheet1": table}), kind="signins")
    mapped(office, batch, register="yes")
    registered(office, batch)
    assert counts(batch) == (6, 0, 0, 0)
    commit(office, batch)
    assert Activity.objects.get().attendance == 6


def test_staff_of_a_committee_below_the_root_register_what_they_keep(district):
    committee = make_organisation("清河街道团工委", district.root, category="working_committee", domain="office")
    branch = make_organisation("春晖社区团支部", committee)
    client = browser_of(make_user("街道专干", committee))
    make_activity(district.here, "植树劳动大会", held_on=date(2017, 3, 12))
    above = [["春晖社区植树劳动签到表 2017年3月12日"], *PEOPLE]
    batch = opened(client, workbook({"Sheet1": above}), kind="signins")
    mapped(client, batch, register="yes")
    page = client.get(address(batch))
    assert (page.context["alike"], page.context["groups"]) == ([], [])
    assert page.context["form"]["host"].value() == branch.pk
    registered(client, batch)
    assert counts(batch) == (2, 0, 0, 0)
