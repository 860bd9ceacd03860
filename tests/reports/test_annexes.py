"""The annexes, read back: their totals equal the figures."""

import io
import re
import zipfile
from datetime import date
from itertools import zip_longest

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from activities.actions import add_sign_in
from assistance.models import Assistance, AssistedYouth
from members.models import Person, Post
from orgs.models import Unit
from orgs.roles import RoleKind
from outreach.models import Contact, Link
from reports.figures.counting import results
from reports.printing.annexes import write_annexes, write_internal_annexes
from reports.printing.printed import printed_summary
from reports.text.sentences import Number
from tests.factories import make_unit, make_unit_change, make_user
from tests.reports.district import (
    YEAR,
    add_activity,
    add_member,
    add_organisation,
    add_post,
    bare_district,
    full_district,
    year_scope,
)
from yl_district.spreadsheets.workbooks import read_workbook

pytestmark = pytest.mark.django_db
TODAY = date(2018, 1, 10)
SHEETS = ["指标与目标", "团员增减", "两新组织台账", "1+100联系情况"]
SHEETS += ["活动统计", "各月活动", "各类活动", "精准帮扶"]
INTERNAL_SHEETS = ["正文数字出处", "指标口径", "团员增减核对", "精准帮扶名册", "存疑数据"]


def written(scope, write=write_annexes, user=None):
    stream = io.BytesIO()
    write(scope, stream, TODAY, user)
    return stream.getvalue()


def tables(scope, write=write_annexes, user=None):
    """The rows below the headings of every sheet, as dictionaries, without the note that may close it."""
    found = {}
    for sheet in read_workbook(written(scope, write, user)):
        _, _, headings, *rows = sheet.rows
        rows = [row for row in rows if not str(row[0]).startswith("注：")]
        found[sheet.name] = [dict(zip_longest(headings, row)) for row in rows]
    return found


def internal_tables(scope, user=None):
    """The same of the workbook that stays."""
    return tables(scope, write_internal_annexes, user)


@pytest.fixture
def place():
    return full_district()


def test_figures_are_listed_with_targets(place):
    scope = year_scope(place.root)
    listed, numbers = tables(scope)["指标与目标"], results(scope)
    named = [(number, each.figure.label) for number, each in enumerate(numbers.values(), 1)]
    assert [(row["序号"], row["指标"]) for row in listed] == named
    rows = dict(zip(numbers, listed, strict=True))
    assert [(key, row["目标"], row["完成情况"]) for key, row in rows.items() if row["目标"]] == [
        ("units_toward_task", 6, "完成"),
        ("sessions.lecture", 9, "未完成"),
    ]
    assert rows["attendances.diy"]["数值"] == "140余"
    assert rows["attendances.volunteering"]["数值"] == "未统计"
    exact = {key: row["数值"] for key, row in rows.items() if isinstance(row["数值"], (int, float))}
    assert exact == {key: numbers[key].value for key in exact}
    assert len(exact) == len(numbers) - 2


def test_roll_balances_and_closes_with_the_figure(place):
    scope = year_scope(place.root)
    rows = internal_tables(scope)["团员增减核对"]
    *branches, total = rows
    assert {row["核对"] for row in rows} == {"平衡"}
    handed_in = tables(scope)["团员增减"]
    assert handed_in == [{name: count for name, count in row.items() if name != "核对"} for row in rows]
    assert (total["团支部"], total["年末数"]) == ("合计", results(scope)["members"].value)
    changes = {row["团支部"]: {name: count for name, count in list(row.items())[1:-1] if count} for row in branches}
    assert changes == {
        "清河机关团支部": {"年初数": 1, "年末数": 1},
        "柳林村团支部": {"年初数": 3, "超龄离团": 1, "年末数": 2},
        "春晖社区团支部": {"年初数": 2, "新发展": 1, "转入": 1, "转出": 1, "其他减少": 1, "年末数": 2},
        "清河两新联合团支部": {"新发展": 1, "补录": 1, "其他减少": 1, "年末数": 1},
    }


def test_roll_is_checked_by_the_sheet_itself(place):
    with zipfile.ZipFile(io.BytesIO(written(year_scope(place.root), write_internal_annexes))) as book:
        sheet = book.read("xl/worksheets/sheet3.xml").decode()
    formulas = re.findall(r"<f>(.*?)</f>", sheet)
    assert formulas[0] == "IF(B4+SUM(C4:G4)-SUM(H4:J4)=K4,&quot;平衡&quot;,&quot;不平衡&quot;)".replace("&quot;", '"')
    assert len(formulas) == 5


def test_units_are_listed_with_their_contacts(place):
    rows = {row["单位名称"]: row for row in tables(year_scope(place.root))["两新组织台账"]}
    assert len(rows) == Unit.objects.count()
    assert (rows["甲木设计"]["建团日期"], rows["甲木设计"]["期内联络次数"]) == (date(YEAR, 2, 15), 1)
    assert rows["壬申商贸"]["状态"] == "迁址"


def test_units_are_listed_as_they_were_on_the_last_day(place):
    make_unit_change(Unit.objects.get(name="壬申商贸"), "deregistered", happened_on=date(YEAR + 1, 1, 1))
    make_unit("子规工坊", is_contact_point=True, league_founded_on=date(YEAR, 12, 31))
    of_year, before = (
        {row["单位名称"]: row for row in tables(year_scope(place.root, year))["两新组织台账"]}
        for year in (YEAR, YEAR - 1)
    )
    shown = [(rows["壬申商贸"]["状态"], rows["壬申商贸"].get("状态日期")) for rows in (of_year, before)]
    assert shown == [("迁址", date(YEAR, 4, 1)), ("正常", None)]
    assert [rows["子规工坊"]["区级联系点"] for rows in (of_year, before)] == ["是", "否"]


def test_links_add_up_to_the_figures(place):
    # Who left the post still counts with the contacts made.
    former = add_post(place.village, "旧任", "副书记", ended_on=date(YEAR, 6, 1)).person
    youth = Person.objects.create(name="远山")
    link = Link.objects.create(cadre=former, youth=youth, started_on=date(2016, 1, 1), ended_on=date(YEAR, 6, 1))
    Contact.objects.create(cadre=former, held_on=date(YEAR, 2, 1), form="phone").links.set([link])
    scope = year_scope(place.root)
    numbers = results(scope)
    *cadres, total = tables(scope)["1+100联系情况"]
    assert total["联系青年"] == numbers["linked_youths"].value == 3
    assert total["联系人次"] == numbers["youth_contacts"].value == 4
    assert [row["是否达标"] for row in cadres].count("是") == numbers["cadres_at_quota"].value
    rows = {row["团干部"]: row for row in cadres}
    assert rows["旧任"]["所在组织及职务"] == "已离任"
    assert rows["沈砚"] == {
        "团干部": "沈砚",
        "所在组织及职务": "清河地区团工委委员",
        "指标": 2,
        "联系青年": 2,
        "已绑定": 2,
        "联系次数": 2,
        "联系人次": 3,
        "是否达标": "是",
    }


def test_assistances_add_up_and_nobody_is_named(place):
    place.youths[2].remove(date(YEAR, 7, 1))
    place.youths[0].person.mobile = "13800138000"
    place.youths[0].person.save()
    scope = year_scope(place.root)
    *youths, total = internal_tables(scope)["精准帮扶名册"]
    assert total["合计"] == results(scope)["assistances"].value == 6
    assert [(row["姓名"], row["是否在库"], row["固定志愿者"], row["合计"]) for row in youths] == [
        ("连*", "否", "否", 1),
        ("欧***", "是", "是", 2),
        ("石*", "是", "是", 3),
    ]
    assert (youths[2]["文具资助"], youths[2]["学习培训"], youths[2]["文化生活"]) == (1, 1, 1)
    assert tables(scope)["精准帮扶"][-1] == {"帮扶类别": "合计", "次数": 6}
    for write in (write_annexes, write_internal_annexes):
        with zipfile.ZipFile(io.BytesIO(written(scope, write))) as book:
            content = b"".join(map(book.read, book.namelist())).decode(errors="replace")
        assert [word for word in ["石一", "欧阳小雨", "连翘", "13800138000"] if word in content] == []


def test_activities_add_up_by_type_hub_and_quarter(place):
    scope = year_scope(place.root)
    numbers = results(scope)
    rows = tables(scope)["活动统计"]
    by_place = {(row["活动类型"], row["青年汇"]): row for row in rows}
    total = by_place["总计", None]
    assert total["合计场次"] == numbers["sessions"].value
    assert total["合计人次"] == f"{numbers['attendances'].value}（不全）"
    assert sum(total[f"{quarter}季度场次"] for quarter in "一二三四") == total["合计场次"]
    for key, name in [("lecture", "主题讲座"), ("open_day", "团支部开放日")]:
        assert by_place[name, "小计"]["合计场次"] == numbers[f"sessions.{key}"].value
        assert by_place[name, "小计"]["合计人次"] == numbers[f"attendances.{key}"].value
    assert (by_place["主题讲座", "柳林青年汇"]["二季度场次"], by_place["主题讲座", "柳林青年汇"]["二季度人次"]) == (
        2,
        25,
    )
    assert by_place["DIY制作", "春晖青年汇"]["合计人次"] == "140余"
    assert by_place["志愿服务", "春晖青年汇"]["合计人次"] == "未统计"
    assert by_place["阳光体育", "小计"]["合计人次"] == "20（不全）"
    assert by_place["团支部开放日", "其他主办组织"]["三季度场次"] == 1


def test_doubts_are_listed(place):
    add_organisation(place.root, "空山村团支部", "village")
    for member in [add_member(place.office, "袁老"), add_member(place.office, "葛老")]:
        member.person.birth_date = date(1985, 1, 1)
        member.person.save()
    # Somebody with a post keeps the membership beyond the age limit.
    Post.objects.create(person=member.person, organisation=place.office, title="书记", started_on=date(2016, 1, 1))
    found = {(row["类别"], row["对象"]) for row in internal_tables(year_scope(place.root))["存疑数据"]}
    assert [name for kind, name in found if kind == "超龄团员"] == ["袁老（清河机关团支部）"]
    assert {
        ("未完成的目标", "主题讲座场次"),
        ("指标", "志愿服务人次"),
        ("指标", "DIY制作人次"),
        ("团干部", "空山村团支部"),
        ("团支部规模", "空山村团支部"),
        ("团支部规模", "柳林村团支部"),
        ("两新组织任务", "庚金会所"),
        ("1+100", "毛旭"),
        ("精准帮扶", "连*（柳林村团支部）"),
    } <= found
    activities = [name for kind, name in found if kind == "活动人次"]
    assert len(activities) == 3


def test_a_list_of_sign_ins_other_than_typed_before_is_doubtful(place):
    talk = add_activity("lecture", date(YEAR, 2, 3), name="读书讲座", host=place.root, attendance=20, basis="exact")
    add_sign_in(talk, Person.objects.create(name="秦朗"), "other")
    doubts = {row["对象"]: row["情况"] for row in internal_tables(year_scope(place.root))["存疑数据"]}
    assert doubts[f"{YEAR}-02-03 读书讲座"] == "签到 1 人，原填报 20 人次"


def test_district_without_records_has_all_sheets():
    scope = year_scope(bare_district())
    found, kept = tables(scope), internal_tables(scope)
    assert list(found) == SHEETS
    assert list(kept) == INTERNAL_SHEETS
    assert found["活动统计"] == kept["存疑数据"] == []


def test_part_of_the_district_has_only_its_own(place):
    found = tables(year_scope(place.community))
    assert [row["团支部"] for row in found["团员增减"]] == ["春晖社区团支部", "合计"]
    assert found["两新组织台账"] == []
    assert {row["青年汇"] for row in found["活动统计"]} == {"春晖青年汇", "小计", None}


def test_no_text_runs_as_a_formula(place):
    Unit.objects.create(name='=HYPERLINK("http://example.org")', kind="enterprise", status="normal")
    add_activity("lecture", date(YEAR, 1, 1), name="=1+1", host=place.root)
    with_formulas = []
    for write in (write_annexes, write_internal_annexes):
        with zipfile.ZipFile(io.BytesIO(written(year_scope(place.root), write))) as book:
            sheets = [name for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
            with_formulas += [(write, name) for name in sheets if b"<f>" in book.read(name)]
            assert not [name for name in book.namelist() if b"<hyperlink" in book.read(name)]
    assert with_formulas == [(write_internal_annexes, "xl/worksheets/sheet3.xml")]
    names = [row["单位名称"] for row in tables(year_scope(place.root))["两新组织台账"]]
    assert '=HYPERLINK("http://example.org")' in names


def test_rows_do_not_add_queries(place):
    scope = year_scope(place.root)

    def queries(write):
        with CaptureQueriesContext(connection) as captured:
            written(scope, write)
        return len(captured)

    def add(number):
        branch = add_organisation(place.root, f"{number}号社区团支部", "community")
        add_member(branch, "团员")
        cadre = add_post(branch, "书记", "书记").person
        Link.objects.create(cadre=cadre, youth=Person.objects.create(name="青年"), started_on=date(YEAR, 1, 1))
        Contact.objects.create(cadre=cadre, held_on=date(YEAR, 2, 1), form="phone", with_everyone=True)
        make_unit(f"{number}号公司", status="unreachable", branch=branch)
        youth = AssistedYouth.objects.create(
            person=Person.objects.create(name="少年"), organisation=branch, registered_on=date(YEAR, 1, 1)
        )
        Assistance.objects.create(held_on=date(YEAR, 3, 1), kind="training").youths.set([youth])
        add_activity("film", date(YEAR, 4, 1), name=f"观影{number}", host=branch)

    handed_in = queries(write_annexes)
    add(0)
    # The text of the summary asks more of a type of which something was held.
    internal = queries(write_internal_annexes)
    for number in range(1, 10):
        add(number)
    assert (queries(write_annexes), queries(write_internal_annexes)) == (handed_in, internal)


def sheet_parts(data):
    """The XML of each sheet by its name, and of the part with the styles and the names of the workbook."""
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        names = [sheet.name for sheet in read_workbook(data)]
        sheets = {name: book.read(f"xl/worksheets/sheet{number}.xml").decode() for number, name in enumerate(names, 1)}
        return sheets, book.read("xl/styles.xml").decode(), book.read("xl/workbook.xml").decode()


def test_sheets_are_set_up_for_paper_and_none_is_hidden():
    sheets, _, workbook = sheet_parts(written(year_scope(bare_district())))
    for name, sheet in sheets.items():
        setup = re.search("<pageSetup [^>]*>", sheet)[0]
        assert ('paperSize="9"' in setup, 'fitToHeight="0"' in setup) == (True, True), name
        assert '<pageSetUpPr fitToPage="1"/>' in sheet and '<printOptions horizontalCentered="1"/>' in sheet, name
        for kind, cells in (("Print_Titles", r"\$1:\$3"), ("Print_Area", r"\$A\$1:\$[A-Z]\$\d+")):
            assert re.search(f"_xlnm.{kind}\"[^>]*>'?{re.escape(name)}'?!{cells}<", workbook), (name, kind)
    landscape = [name for name, sheet in sheets.items() if 'orientation="landscape"' in sheet]
    assert landscape == ["团员增减", "两新组织台账", "1+100联系情况", "活动统计"]
    assert "hidden" not in workbook


def test_titles_and_headings_are_centred_over_the_line_of_the_form():
    root = bare_district()
    staff = make_user("林知秋", root)
    handed_in, kept = (written(year_scope(root), write, staff) for write in (write_annexes, write_internal_annexes))
    for data, words in ((handed_in, ""), (kept, "内部核对用，不报送　")):
        for sheet in read_workbook(data):
            line = "".join(str(cell) for cell in sheet.rows[1] if cell).replace("\n", "　")
            assert line.startswith(f"填报单位：清河地区团工委　统计期间：2017年{words}"), sheet.name
            assert line.endswith("填表人：林知秋　日期：2017年12月31日"), sheet.name
    sheets, styles, _ = sheet_parts(handed_in)
    centred = [
        'horizontal="center"' in style for style in re.findall("<xf .*?(?:/>|</xf>)", styles.partition("<cellXfs")[2])
    ]
    for name, sheet in sheets.items():
        used = {int(style) for row in (1, 3) for style in re.findall(f'<c r="[A-Z]{row}" s="(\\d+)"', sheet)}
        assert used and all(centred[style] for style in used), name


def test_what_is_handed_in_has_no_keys_no_helper_columns_and_nothing_doubtful(place):
    staff = make_user("林知秋", place.root)
    found = tables(year_scope(place.root), user=staff)
    headings = {heading for rows in found.values() for row in rows for heading in row}
    assert [heading for heading in headings if "绘图用" in heading or heading in ("核对", "口径", "存疑")] == []
    assert [name for name in found if name in INTERNAL_SHEETS] == []
    keys = set(results(year_scope(place.root)))
    assert not keys & {value for rows in found.values() for row in rows for value in row.values()}


def test_internal_workbook_leads_from_each_number_to_its_figure(place):
    scope = year_scope(place.root)
    found = internal_tables(scope, make_user("林知秋", place.root))
    assert list(found) == ["正文数字出处", "指标口径", "团员增减核对", "存疑数据"]
    summary = printed_summary(scope, TODAY)
    numbers = [part for block in summary.blocks for part in block.parts if isinstance(part, Number)]
    labels = {row.key: row.label for row in summary.trace}
    read = [(row["文中数字"], row["指标"], row["期间"]) for row in found["正文数字出处"]]
    assert read == [(part.text, labels[part.key], part.aspect or "本期") for part in numbers]
    definitions = {(row["指标"], row["单位"]): (row["统计口径"], row["记录数"]) for row in found["指标口径"]}
    assert definitions == {(row.label, row.unit): (row.definition, row.records) for row in summary.trace}


def test_a_cadre_finds_no_case_in_either_workbook(place):
    cadre = make_user("陆远", place.village, RoleKind.CADRE)
    for write in (write_annexes, write_internal_annexes):
        with zipfile.ZipFile(io.BytesIO(written(year_scope(place.village), write, cadre))) as book:
            content = b"".join(map(book.read, book.namelist())).decode(errors="replace")
        assert [word for word in ("帮扶对象", "精准帮扶情况", "奖学金") if word in content] == []
