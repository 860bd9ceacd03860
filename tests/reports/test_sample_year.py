"""The sample year reproduces the original summary's numbers, and its committed file is what the script writes."""

import zipfile
from collections import Counter, defaultdict

import pytest
from python_calamine import CalamineWorkbook

from reports.sample import ledger
from tests.reports.sample_year import EVERYBODY, NONPUBLIC, ROOT, Year

pytestmark = pytest.mark.both


@pytest.fixture(scope="module")
def sheets():
    return ledger.sheets()


ORIGINAL = {
    "committee_members": 3,
    "communities": 33,
    "communities_with_cadre": 33,
    "community_members": 48,
    "office_members": 10,
    "nonpublic_members_joined": 66,
    "units_founded": 10,
    "units_toward_task": 12,
    "district_contact_points": 2,
    "assisted_youths": 8,
    "service_plans": 8,
    "paired_youths": 8,
    "assistances": 96,
    "assistances_per_youth": 12,
    "scholarships_granted": 1,
    "scholarship_students": 8,
    "hubs": 5,
    "hubs_ordinary": 3,
    "hubs_key": 2,
    "sessions 主题讲座": 8,
    "attendances 主题讲座": 119,
    "sessions 联谊交友": 5,
    "attendances 联谊交友": 185,
    "sessions 自护教育": 6,
    "attendances 自护教育": 300,
    "sessions DIY制作": 18,
    "attendances DIY制作": 270,
    "sessions 阳光体育": 13,
    "attendances 阳光体育": 180,
    "sessions 志愿服务": 13,
    "sessions 瑜伽": 6,
    "attendances 瑜伽": 120,
}


def test_2017_gives_back_the_original_summary(sheets):
    figures = Year(sheets, 2017).figures()
    assert {key: figures[key] for key in ORIGINAL} == ORIGINAL


def test_2017_fits_together(sheets):
    figures = Year(sheets, 2017).figures()
    assert figures["cadres"] == figures["cadres_linked"] == 50
    assert figures["cadres_at_quota"] == figures["cadres"] - 3
    assert figures["linked_youths"] == 100 + 46 * 10 + 5 + (7 + 8 + 6) - 10
    assert figures["youths_bound"] == figures["volunteers_bound"] == figures["assisted_youths"]
    assert figures["hub_volunteer_teams"] == figures["hubs"]
    assert figures["flags_issued"] == figures["communities"] + 8
    assert 48 + 10 + 66 < figures["members"] < 200
    assert 0 < figures["education_reach"] <= figures["members"]
    assert 0 < figures["people_reached"] < figures["attendances"]


def test_2016_is_thinner(sheets):
    before, now = Year(sheets, 2016).figures(), Year(sheets, 2017).figures()
    assert before["communities_with_cadre"] < before["communities"] == 32
    assert (before["hubs_ordinary"], before["hubs_key"]) == (4, 1)
    for key in (
        "members",
        "linked_youths",
        "assistances",
        "sessions",
        "attendances",
        "people_reached",
        "unit_contacts",
    ):
        assert 0 < before[key] < now[key], key


def test_every_assisted_youth_was_assisted_twelve_times(sheets):
    year = Year(sheets, 2017)
    assert set(year.assistances().values()) == {12}
    assert {row["帮扶对象"] == EVERYBODY for row in year.within("帮扶记录")} == {True, False}
    assert any(row["协办单位"] == "地区妇联" and "运动服" in row["内容"] for row in year.within("帮扶记录"))


def test_person_times_are_known_as_well_as_the_original_knew_them(sheets):
    bases = defaultdict(set)
    with_list = {row["活动名称"] for row in sheets["签到"]}
    for row in Year(sheets, 2017).within("活动"):
        bases[row["类型"]].add("签到" if row["活动名称"] in with_list else row["数字口径"])
    assert all(bases[kind] == {"签到"} for kind in ("主题讲座", "联谊交友", "主题团日", "宣讲会", "团干大会"))
    assert bases["自护教育"] == {"约数"}
    assert bases["DIY制作"] == {"约数", "实数"}
    assert bases["阳光体育"] == bases["瑜伽"] == {"实数"}
    assert bases["志愿服务"] == bases["观影"] == {"未统计"}
    assert all((row["人次"] is None) == (row["数字口径"] == "未统计") for row in sheets["活动"])


def test_names_of_the_original_are_there(sheets):
    year = Year(sheets, 2017)
    founded = [row["单位名称"] for row in year.within("两新组织", "建团日期")]
    assert founded[:4] == ["天翌物业", "唯实科技", "东视中升", "阳光一诺"]
    assert {row["单位名称"] for row in year.units() if row["区级联系点"] == "是"} == {"紫檀宫", "通惠河畔"}
    assert year.hubs() == {
        "高碑店西社区光合团青年汇": "普通店",
        "高井社区微米社区青年汇": "普通店",
        "兴隆家园社区青年汇": "普通店",
        "八里庄社区青年汇": "重点店",
        "通惠家园社区青年汇": "重点店",
    }


def test_the_tree_is_that_of_one_district(sheets):
    year = Year(sheets, 2017)
    above = {row["组织名称"]: row["上级组织"] for row in sheets["团组织"]}
    order = list(above)
    assert len(order) == len(sheets["团组织"])
    assert [name for name, parent in above.items() if parent is None] == [ROOT] == order[:1]
    assert all(order.index(parent) < order.index(name) for name, parent in above.items() if parent)
    assert all(row["上级组织"] == ROOT for row in year.communities())
    assert any(parent not in (None, ROOT) for parent in above.values())
    sizes = Counter(member["所在团支部"] for member in year.members())
    assert len([row for row in year.communities() if sizes[row["组织名称"]] < 3]) > 10
    units = Counter(row["团支部"] for row in sheets["两新组织"] if row["团组织形式"] == "联合组建")
    assert units == {"通惠里文创园联合团支部": 3}
    assert all(
        sizes[row["组织名称"]] >= 3
        for row in year.standing("团组织", "成立日期", "撤销日期")
        if row["所属领域"] in NONPUBLIC
    )


@pytest.mark.in_turn
def test_the_script_writes_the_same_file_every_time(tmp_path):
    first, second = tmp_path / "first.xlsx", tmp_path / "second.xlsx"
    ledger.write_ledger(first)
    ledger.write_ledger(second)
    assert first.read_bytes() == second.read_bytes()


def test_the_committed_workbook_is_what_the_script_writes(tmp_path):
    ledger.write_ledger(tmp_path / "now.xlsx")
    # What is inside the file: how it is compressed is the machine's affair.
    with zipfile.ZipFile(tmp_path / "now.xlsx") as now, zipfile.ZipFile(ledger.COMMITTED) as committed:
        assert now.namelist() == committed.namelist()
        assert all(now.read(name) == committed.read(name) for name in now.namelist())


def test_the_committed_workbook_reads_back_as_the_rows(sheets):
    workbook = CalamineWorkbook.from_path(ledger.COMMITTED)
    assert workbook.sheet_names == list(sheets)
    for sheet, rows in sheets.items():
        heading, *lines = workbook.get_sheet_by_name(sheet).to_python()
        assert heading == list(rows[0])
        assert lines == [["" if value is None else value for value in row.values()] for row in rows]
