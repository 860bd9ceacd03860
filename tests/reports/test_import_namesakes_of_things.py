"""Organisations, units and activities whose names are only written otherwise: asked about, as people are."""

import pytest

from activities.models import Activity
from orgs.models import Organisation, Unit
from tests.factories import make_activity, make_organisation, make_unit
from tests.pages import two_branches
from tests.reports.import_pages import HERE, act, commit, rows, sent, told
from tests.rosters import BRANCH, OTHER_BRANCH, in_trial, make_branches, records, take, tally, written
from tests.workbooks import take_in
from yl_district.importing.models import ImportBatch
from yl_district.importing.steps import run_undo

pytestmark = pytest.mark.django_db

FIRM = {"单位名称": "北京和顺科技有限公司", "类别": "非公企业", "状态": "正常", "地址": "八角路1号"}
GROUP = {"组织名称": "天翌物业有限公司团支部", "组织类别": "团支部", "所属领域": "社区", "上级组织": "清河地区团工委"}
EVENT = {"活动名称": '"学雷锋"志愿服务', "日期": "2017-03-05", "类型": "志愿服务", "主办组织": BRANCH, "人次": 25}
OTHER_NAMES = {
    "units": (
        FIRM,
        "单位名称",
        ["和顺科技", "和顺科技（北京）有限公司", "“和顺”科技有限公司（石景山分公司）", "和順科技公司"],
    ),
    "organisations": (
        GROUP,
        "组织名称",
        ["天翌物业团支部", "“天翌”物业有限公司团支部", "共青团天翌物业（北京）有限公司支部"],
    ),
    "activities": (EVENT, "活动名称", ["“学雷锋” 志愿服务", "“学雷锋”志愿服务活动", "《学雷锋》志愿服务"]),
}
CASES = [(kind, name) for kind, (_, _, names) in OTHER_NAMES.items() for name in names]
QUESTIONS = {"units": "same_organisation", "organisations": "same_organisation", "activities": "same_activity"}
MODELS = {"units": Unit, "organisations": Organisation, "activities": Activity}


@pytest.fixture
def branches(db):
    return make_branches()


@pytest.mark.in_turn
@pytest.mark.parametrize(("kind", "name"), CASES)
def test_a_name_written_otherwise_is_asked_about_and_keeps_the_registered_one(branches, kind, name):
    first, heading, _ = OTHER_NAMES[kind]
    written(kind, [first])
    before, count = records(), MODELS[kind].objects.count()
    row = first | {heading: name}
    found = take(kind, [row])
    assert (tally(found.batch), found.is_written, records()) == ({"doubtful": 1}, False, before)
    assert [one["id"] for one in found.batch.questions] == [QUESTIONS[kind]]
    assert tally(take(kind, [row], doubtful="same").batch) == {"same": 1}
    changed = "地点" if kind == "activities" else "地址"
    batch = written(kind, [row | {changed: "古城路2号"}], doubtful="same")
    assert (tally(batch), MODELS[kind].objects.count()) == ({"changed": 1}, count)
    assert MODELS[kind].objects.filter(name=first[heading]).exists()
    batch.enter("undoing", "committed")
    run_undo(batch)
    assert records() == before

    def as_another():
        counts = tally(written(kind, [row], doubtful="new"))
        return counts, MODELS[kind].objects.count(), tally(written(kind, [row, first]))

    assert in_trial(as_another) == ({"new": 1}, count + 1, {"same": 2})


ANOTHER = {
    "a firm of another name": ("units", FIRM, {"单位名称": "和顺物业有限公司"}),
    "another credit code": (
        "units",
        FIRM | {"统一社会信用代码": "91110105MA01234565"},
        {"单位名称": "和顺科技", "统一社会信用代码": "911101050000000017"},
    ),
    "an organisation of another rank": (
        "organisations",
        GROUP,
        {"组织名称": "天翌物业有限公司团总支", "组织类别": "团总支"},
    ),
    "another day": ("activities", EVENT, {"活动名称": "学雷锋志愿服务", "日期": "2017-03-06"}),
    "another host": ("activities", EVENT, {"活动名称": "学雷锋志愿服务", "主办组织": OTHER_BRANCH}),
    "another activity": ("activities", EVENT, {"活动名称": "清洁河道志愿服务"}),
}


@pytest.mark.parametrize("case", ANOTHER)
def test_what_tells_them_apart_needs_no_question(branches, case):
    kind, first, changes = ANOTHER[case]
    written(kind, [first])
    assert "doubtful" not in tally(take(kind, [first | changes], check=True).batch)


def test_within_one_file_activities_of_a_day_and_host_are_one_or_several_as_answered(branches):
    sheet = [EVENT | {"活动名称": name} for name in ('"学雷锋"志愿服务', "“学雷锋” 志愿服务", "“学雷锋”志愿服务活动")]
    found = take("activities", sheet)
    assert (tally(found.batch), found.is_written) == ({"new": 1, "doubtful": 2}, False)
    assert found.doubts[0]["candidates"] == [{"answer": "same", "why": "第 2 行，日期、主办相同，名称写法相近"}]
    assert in_trial(lambda: (tally(written("activities", sheet, doubtful="same")), Activity.objects.count())) == (
        {"new": 1, "same": 2},
        1,
    )
    assert in_trial(lambda: (tally(written("activities", sheet, doubtful="new")), Activity.objects.count())) == (
        {"new": 3},
        3,
    )
    answers = [{"id": "same_activity", "answer": {"3": "same", "4": "new"}}]
    assert tally(written("activities", sheet, answers=answers)) == {"new": 2, "same": 1}
    assert tally(written("activities", [sheet[0], sheet[2]])) == {"same": 2}


def test_rows_of_other_sheets_refer_to_it_by_the_name_in_the_file(branches):
    written("organisations", [GROUP])
    member = {"姓名": "裘宁", "性别": "女", "出生日期": "1998-05-04", "所在团支部": "天翌物业团支部"}
    sheets = {"团组织": [GROUP | {"组织名称": "天翌物业团支部"}], "团员": [member]}
    remedies = [problem.remedy for problem in take_in(sheets, check=True).errors]
    assert remedies == ["该名称在《团组织》第 2 行，那一行可能是已登记的，请先答复"]
    file = take_in(sheets | {"团组织": [GROUP | {"组织名称": "天翌物业团支部", "地址": "古城路2号"}]}, doubtful="same")
    assert (file.errors, Organisation.objects.get(name=GROUP["组织名称"]).members.count()) == ([], 1)


def test_the_page_shows_what_is_registered_and_takes_the_answer():
    district = two_branches()
    make_activity(district.here, "“学雷锋”志愿服务", attendance=30, basis="exact")
    make_unit("和顺科技有限公司")
    make_organisation("天翌物业团支部", district.root)
    headings = ["活动名称", "日期", "类型", "主办组织"]
    day = str(Activity.objects.get().held_on)
    sent(district.office, [headings, ["学雷锋志愿服务活动", day, "志愿服务", HERE]], kind="activities")
    batch = ImportBatch.objects.get()
    page = told(district.office, batch)
    for words in ("这些行是不是已有的活动？", "可能是同一个", f"“学雷锋”志愿服务，{day}，柳林社区团支部", "是另一个"):
        assert words in page
    [row] = district.office.get(batch.get_absolute_url()).context["rows"]
    act(district.office, "decide", batch, **{f"row-{row.part}-{row.place}": "new"})
    batch.refresh_from_db()
    assert rows(district.office, batch) == [(2, "新增")]
    commit(district.office, batch)
    assert (batch.state, Activity.objects.count()) == ("committed", 2)
