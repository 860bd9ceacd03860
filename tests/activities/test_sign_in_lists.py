"""Sign-in lists as they are: the activity and its day are read from titles, chosen, or fixed by the activity's page."""

import io
from datetime import date

import pytest
import xlsxwriter
from django.urls import reverse

from activities.models import SignIn
from activities.titles import TitledActivities, day_told, likely_activity, told_activity
from tests.factories import make_activity, make_hub
from tests.made_once import made_once
from tests.pages import two_branches
from tests.reports.import_pages import act, commit, counts, opened, rows, text, told
from tests.rosters import problems, take
from tests.spreadsheet_files import workbook as styled_workbook
from tests.workbooks import workbook
from yl_district.importing.models import ImportBatch

pytestmark = pytest.mark.django_db

State = ImportBatch.State
SHEET = ["序号", "姓名", "单位", "联系电话", "签名"]
PEOPLE = [[1, "武安安", "高井", "13812399101"], [2, "武宁", "高井", "13812399102", "武宁"], [3, "武轩", "柳林"]]


@made_once
def district():
    return two_branches()


@pytest.fixture
def office(district):
    return district.office


@made_once
def activities(district):
    names = [("五四主题团日", date(2017, 5, 4)), ("学雷锋", date(2017, 3, 5)), ("学雷锋", date(2016, 3, 5))]
    return [make_activity(district.here, name, held_on=day) for name, day in names]


def signed():
    """Who signed in at which activity, as (name of the activity, day, person)."""
    found = SignIn.objects.order_by("pk").select_related("activity", "person")
    return [(one.activity.name, one.activity.held_on.year, one.person.name) for one in found]


@pytest.mark.parametrize(
    ("title", "day"),
    [
        ("3月5日学雷锋 签到表", (None, 3, 5)),
        ("学雷锋（2017年3月5日）", (2017, 3, 5)),
        ("学雷锋2017-03-05", (2017, 3, 5)),
        ("2017.3.5学雷锋", (2017, 3, 5)),
        ("2017年学雷锋（3月5日）", (2017, 3, 5)),
        ("学雷锋3.5", (None, 3, 5)),
        ("学雷锋", None),
        ("2017年签到登记", None),
        ("13812399101", None),
    ],
)
def test_the_day_of_a_title_is_read_with_or_without_its_year(title, day):
    assert day_told(title) == day


@pytest.mark.parametrize(
    ("title", "place"),
    [
        ("五四主题团日（2017年5月4日）", 0),
        ("5月4日 五四主题团日签到表", 0),
        ("5月4日主题团日", 0),
        ("学雷锋（2017年3月5日）", 1),
        ("2016.3.5学雷锋活动签到", 2),
        ("3月5日学雷锋", None),  # of two years
        ("学雷锋", None),
        ("5月4日签到表", None),
        ("5月5日五四主题团日", None),
        ("", None),
    ],
)
def test_a_title_names_the_only_activity_of_its_day(activities, title, place):
    assert told_activity(title, activities) == (None if place is None else activities[place])


def test_a_title_that_is_not_clear_is_only_proposed(activities):
    may_mean = "高井社区主题团日签到表 活动时间：2017年5月4日 地点：活动室"
    assert (told_activity(may_mean, activities), likely_activity(may_mean, activities)) == (None, activities[0])
    assert likely_activity("五四主题团日签到表", activities) == activities[0]
    assert likely_activity("学雷锋签到表", activities) is None


def sectioned(sections):
    """A sign-in sheet with a merged row above the people of each activity, {title: row}."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        page = book.add_worksheet("Sheet1")
        page.merge_range(0, 0, 0, 2, "2017年签到登记")
        page.write_row(1, 0, ["姓名", "单位", "联系电话"])
        for number, (title, row) in enumerate(sections.items()):
            page.merge_range(2 + 2 * number, 0, 2 + 2 * number, 2, title)
            page.write_row(3 + 2 * number, 0, row)
    return stream.getvalue()


@pytest.mark.both
def test_each_section_is_the_activity_that_its_title_names(office, activities):
    sections = {"五四主题团日（2017年5月4日）": PEOPLE[0][1:], "学雷锋（2017年3月5日）": PEOPLE[1][1:4]}
    batch = opened(office, sectioned(sections), kind="signins")
    assert (batch.mapping["group_from"], counts(batch)) == ("section", (2, 0, 0, 0))
    commit(office, batch)
    assert signed() == [("五四主题团日", 2017, "武安安"), ("学雷锋", 2017, "武宁")]


def test_a_section_whose_activity_is_not_registered_says_so(office, activities):
    sections = {"五四主题团日（2017年5月4日）": PEOPLE[0][1:], "植树（2017年3月12日）": PEOPLE[1][1:4]}
    batch = opened(office, sectioned(sections), kind="signins")
    mapped(office, batch, group_from="section")
    assert counts(batch) == (1, 0, 0, 1)
    assert "请写明日期，或先登记这次活动" in told(office, batch)


def mapped(office, batch, **changes):
    """The answer to the mapping page as it is shown, with columns nobody knows left out, but for some fields."""
    form = office.get(reverse("import_batch_update", args=[batch.pk])).context["form"]
    shown = {name: form[name].value() for name in form.fields}
    data = {name: value for name, value in (shown | changes).items() if value not in (False, None)}
    return act(office, "update", batch, **data)


@pytest.mark.parametrize(
    ("above", "name"),
    [
        ([["学雷锋 签到表"], ["时间：2017年3月5日", None, "地点：广场"]], "名单.xlsx"),
        ([["2017年3月5日学雷锋签到表"]], "名单.xlsx"),
        ([], "2017.3.5学雷锋签到表.xlsx"),
    ],
)
def test_the_title_of_a_list_or_its_file_names_the_activity(office, activities, above, name):
    batch = opened(office, workbook({"Sheet1": [*above, SHEET, *PEOPLE]}), kind="signins", name=name)
    assert "没有导入的列：单位、签名" in told(office, batch)
    commit(office, batch)
    assert {one[:2] for one in signed()} == {("学雷锋", 2017)}
    assert len(signed()) == 3


def test_what_a_title_may_mean_is_confirmed_by_a_person(office, activities):
    above = [["高井社区主题团日签到表"], ["活动时间：2017年5月4日   地点：社区活动室"]]
    content = workbook({"Sheet1": [*above, ["姓名", "联系电话"], ["武安安", "13812399101"]]})
    batch = opened(office, content, kind="signins")
    assert batch.state == State.MAPPING
    form = office.get(reverse("import_batch_update", args=[batch.pk])).context["form"]
    assert (form["group_from"].value(), form["group_value"].value()) == ("fixed", "五四主题团日（2017-05-04）")
    mapped(office, batch)
    assert counts(batch) == (1, 0, 0, 0)
    # A command confirms nothing.
    assert [problem[2] for problem in problems(take("signins", content))] == ["活动名称", "日期"]


def test_the_activity_is_chosen_on_the_page_and_can_be_chosen_anew(office, activities):
    batch = opened(office, workbook({"Sheet1": [["姓名"], ["武安安"]]}), kind="signins")
    assert batch.state == State.MAPPING
    refused = mapped(office, batch, group_from="fixed", group_value="没有的活动")
    assert "“活动名称”统一为“没有的活动”：系统中没有这一名称，请从列出的名称中选择。" in text(refused)
    assert refused.context["form"]["group_value"].value() == "没有的活动"
    mapped(office, batch, group_from="fixed", group_value="学雷锋（2016-03-05）")
    assert counts(batch) == (1, 0, 0, 0)
    mapped(office, batch, group_from="fixed", group_value="五四主题团日（2017-05-04）")
    commit(office, batch)
    assert signed() == [("五四主题团日", 2017, "武安安")]


def test_namesakes_of_a_day_are_told_apart_by_their_hosts(office, district, activities):
    make_activity(district.there, "学雷锋", held_on=date(2017, 3, 5))
    make_activity(None, "学雷锋", held_on=date(2017, 3, 5), hub=make_hub(district.here, "春晖青年汇"))
    batch = opened(office, workbook({"Sheet1": [["姓名"], ["武安安"]]}), kind="signins")
    mapped(office, batch, group_from="fixed", group_value="学雷锋（2017-03-05，槐荫社区团支部）")
    commit(office, batch)
    assert SignIn.objects.get().activity.host == district.there


def test_from_the_activitys_own_page_a_list_is_uploaded_or_pasted(office, activities):
    page = office.get(activities[1].get_absolute_url()).content.decode()
    address = f"{reverse('import_batch_create')}?kind=signins&amp;about={activities[1].pk}"
    assert address in page
    upload = text(office.get(address.replace("&amp;", "&")))
    assert "导入签到：学雷锋（2017-03-05）" in upload
    chat = "#接龙 周六学雷锋\n1. 武安安 13812399101\n2. 武宁 13812399102\n"
    office.post(reverse("import_batch_create"), {"kind": "signins", "pasted": chat, "about": activities[1].pk})
    batch = ImportBatch.objects.get()
    mapped(office, batch)
    commit(office, batch)
    assert signed() == [("学雷锋", 2017, "武安安"), ("学雷锋", 2017, "武宁")]


def test_what_the_titles_of_a_list_say_goes_before_the_page_from_which_it_was_sent(office, activities):
    def fill(book, page):
        for at, title, name in ((1, "五四主题团日（2017年5月4日）", "武安安"), (3, "学雷锋（2017年3月5日）", "武宁")):
            page.merge_range(at, 0, at, 2, title)
            page.write_row(at + 1, 0, [name, "1381239910" + str(at), "高井"])

    data = styled_workbook(fill, headings=["姓名", "联系电话", "单位"])
    batch = opened(office, data, kind="signins", about=activities[2].pk)
    commit(office, batch)
    assert signed() == [("五四主题团日", 2017, "武安安"), ("学雷锋", 2017, "武宁")]


def test_who_is_excused_in_a_chain_does_not_count(office, activities):
    chat = "#接龙 周六学雷锋\n1. 武安安 13812399101 高井社区\n2. 武宁 13812399102 请假\n"
    office.post(reverse("import_batch_create"), {"kind": "signins", "pasted": chat, "about": activities[1].pk})
    batch = ImportBatch.objects.get()
    mapped(office, batch)
    commit(office, batch)
    presence = SignIn.objects.order_by("pk").values_list("person__name", "presence")
    assert list(presence) == [("武安安", SignIn.Presence.PRESENT), ("武宁", SignIn.Presence.EXCUSED)]


def test_a_list_with_headings_from_the_activitys_page_asks_nothing(office, activities):
    content = workbook({"Sheet1": [["姓名", "联系电话"], ["武安安", "13812399101"]]})
    batch = opened(office, content, kind="signins", about=activities[2].pk)
    assert (batch.state, counts(batch)) == (State.CHECKED, (1, 0, 0, 0))
    assert "“日期”统一为“2016-03-05”" in told(office, batch)


@pytest.mark.parametrize("about", ["0", "999999", "x", "9" * 5000])
def test_an_activity_that_is_not_there_is_refused(office, activities, about):
    data = {"kind": "signins", "pasted": "姓名\t电话\n武安安\t13812399101", "about": about}
    refused = office.post(reverse("import_batch_create"), data)
    assert (refused.status_code, ImportBatch.objects.count()) == (422, 0)


def test_only_activities_that_the_user_sees_are_offered(district, activities):
    away = make_activity(district.there, "植树", held_on=date(2017, 3, 12))
    labels = {user: set(TitledActivities(user).labels) for user in (None, district.staff, district.branch_cadre)}
    own = {one.pk for one in activities}
    assert labels == {None: own | {away.pk}, district.staff: own | {away.pk}, district.branch_cadre: own}


def test_a_hub_operator_who_cannot_import_sees_no_button(district, activities):
    page = district.cadre.get(activities[1].get_absolute_url()).content.decode()
    assert "导入签到" not in page


def test_a_row_without_day_whose_activity_has_none_in_its_name_is_wrong(office, activities):
    content = workbook({"Sheet1": [["活动名称", "日期", "姓名"], ["五四主题团日", "", "武安安"]]})
    batch = opened(office, content, kind="signins")
    assert rows(office, batch) == [(2, "有误")]
    assert "请写明日期，或先登记这次活动" in told(office, batch)
