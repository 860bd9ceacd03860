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


@pytest.mark.sampled(3)
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


@pytest.mark.sampled(3)
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


SPELT = {
    kind: [first | {heading: name} for name in (first[heading], names[0], names[-1])]
    for kind, (first, heading, names) in OTHER_NAMES.items()
    if kind != "activities"
}


@pytest.mark.in_turn
@pytest.mark.parametrize("kind", SPELT)
def test_within_one_file_names_written_otherwise_are_one_or_several_as_answered(branches, kind):
    sheet, before, count = SPELT[kind], records(), MODELS[kind].objects.count()
    found = take(kind, sheet)
    assert (tally(found.batch), found.is_written, records()) == ({"new": 1, "doubtful": 2}, False, before)
    [question] = found.batch.questions
    assert (question["id"], question["found"]) == ("same_organisation", "2 行可能是已有的单位")
    candidates = [one["candidates"] for one in found.doubts]
    assert candidates == [[{"answer": "same", "why": "第 2 行，名称写法相近"}]] * 2

    def in_all():
        batch = written(kind, sheet, doubtful="same")
        return tally(batch), MODELS[kind].objects.count() - count, MODELS[kind].objects.latest("pk").name

    heading = OTHER_NAMES[kind][1]
    assert in_trial(in_all) == ({"new": 1, "same": 2}, 1, sheet[0][heading])
    answers = [{"id": "same_organisation", "answer": {"3": "same", "4": "new"}}]
    batch = written(kind, sheet, answers=answers)
    assert (tally(batch), MODELS[kind].objects.count()) == ({"new": 2, "same": 1}, count + 2)
    assert tally(take(kind, [sheet[0], sheet[2]]).batch) == {"same": 2}
    batch.enter("undoing", "committed")
    run_undo(batch)
    # New organisations stay, whatever their names.
    assert (records() == before) is (kind == "units")


@pytest.mark.parametrize("kind", SPELT)
def test_a_row_of_its_exact_name_does_not_keep_a_name_written_otherwise_from_being_asked_about(branches, kind):
    written(kind, SPELT[kind][:1])
    for sheet in (SPELT[kind][:2], SPELT[kind][1::-1]):
        found = take(kind, sheet)
        assert (tally(found.batch), found.is_written) == ({"same": 1, "doubtful": 1}, False)
    assert in_trial(lambda: tally(written(kind, SPELT[kind][:2], doubtful="same"))) == {"same": 2}
    assert tally(written(kind, SPELT[kind][:2], doubtful="new")) == {"same": 1, "new": 1}


@pytest.mark.parametrize("kind", SPELT)
def test_between_a_registered_one_and_one_of_the_file_the_row_itself_says_which(branches, kind):
    written(kind, SPELT[kind][:1])
    key, sheet = MODELS[kind].objects.latest("pk").pk, SPELT[kind][1:]
    given = {"id": "same_organisation", "answer": {"2": "new"}}
    found = take(kind, sheet, answers=[given], doubtful="same")
    assert tally(found.batch) == {"new": 1, "doubtful": 1}
    assert [one["answer"] for one in found.doubts[1]["candidates"]] == [f"same:{key}", "same"]
    for answer in (f"same:{key}", "same", "new"):
        given["answer"]["3"] = answer
        expected = {"new": 2} if answer == "new" else {"new": 1, "same": 1}
        assert in_trial(lambda: tally(written(kind, sheet, answers=[given]))) == expected


def test_within_one_file_what_tells_firms_apart_needs_no_question(branches):
    codes = "91110105MA01234565", "91110000600037341L"
    for names in (("和顺科技有限公司", "和顺物业有限公司"), ("和顺科技有限公司", "和顺科技（石景山分公司）")):
        sheet = [FIRM | {"单位名称": name, "统一社会信用代码": code} for name, code in zip(names, codes, strict=True)]
        assert tally(take("units", sheet, check=True).batch) == {"new": 2}


def test_one_of_the_file_that_differs_is_not_taken_without_a_word(branches):
    sheet = [SPELT["units"][0], SPELT["units"][1] | {"地址": "古城路2号"}]
    found = take("units", sheet, doubtful="same")
    assert (tally(found.batch), found.is_written) == ({"new": 1, "duplicate": 1}, False)
    assert found.errors[0].remedy.startswith("与第 2 行重复：请删去一行")


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
