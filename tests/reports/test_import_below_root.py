"""Staff of a committee below the root import for their own subtree, and learn and change nothing of others."""

from datetime import date

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from activities.models import Campaign, CampaignProof
from members.models import Member, Person
from orgs.models import Organisation, Role
from reports.ledger.kinds import KINDS
from tests.factories import (
    make_activity,
    make_assisted_youth,
    make_campaign,
    make_contact,
    make_hub,
    make_link,
    make_member,
    make_organisation,
    make_person,
    make_post,
    make_proof,
    make_supply,
    make_unit,
    make_unit_change,
    make_unit_contact,
    make_user,
    make_volunteer,
)
from tests.made_once import made_once
from tests.pages import asked, browser_of
from tests.reports.import_pages import act, commit, counts, opened, sent, text, told
from tests.reports.test_import_marks import exported
from tests.reports.test_list_round_trip import table
from tests.rosters import identity_number, records, tally
from tests.workbooks import workbook
from yl_district.importing.models import ImportAlias, ImportBatch, ImportHeading
from yl_district.importing.proposal import learn_alias
from yl_district.importing.steps import begin_commit
from yl_district.sheets.export_marks import HEADING

pytestmark = pytest.mark.django_db

OURS, THEIRS, HERE, THERE = "清河街道团工委", "高井街道团工委", "柳林社区团支部", "槐荫社区团支部"
BY_DISTRICT = "须由上级团委机关办理"
BELOW = "posts members units unit_contacts unit_changes links contacts volunteers activities signins supplies".split()
BELOW.append("campaign_proofs")


@made_once
def district():
    """Two committees below the root, with a branch each, by name."""
    root = make_organisation("望湖地区团工委", category="working_committee", domain="office")
    ours, theirs = (
        make_organisation(name, root, category="working_committee", domain="office") for name in (OURS, THEIRS)
    )
    make_organisation(HERE, ours)
    make_organisation(THERE, theirs)
    return {one.name: one for one in Organisation.objects.all()}


@pytest.fixture
def staff(district):
    return make_user("街道专干", district[OURS])


@pytest.fixture
def client(staff):
    return browser_of(staff)


def office(branch, letter):
    """A record of every kind below a committee; the letter tells the people of one from those of another."""
    hub = make_hub(branch, f"青年汇{letter}")
    member_here = make_member(f"团员{letter}", branch, remark="原备注")
    make_proof(Campaign.objects.first() or make_campaign(), member_here.person, note="课程")
    cadre = make_post(f"干部{letter}", branch, duties="宣传").person
    unit = make_unit(f"清和{letter}科技有限公司", branch=branch, employees=12)
    make_unit_change(unit, "deregistered", remark="电话停机")
    make_unit_contact(unit, content="慰问")
    make_supply(branch, quantity=1)
    make_volunteer(hub, f"志愿{letter}", employer="和顺公司")
    activity = make_activity(branch, f"健步走{letter}", venue="公园")
    activity.sign_ins.create(person=make_person(f"来宾{letter}"), capacity="other", arrived="09:00")
    link = make_link(cadre, f"青年{letter}", employer="和顺公司")
    make_contact(cadre, [link], content="近况")


# The cell of each kind's list that is changed in the file.
CORRECTED = {
    "posts": ("职责", "全面工作"),
    "members": ("备注", "已核对"),
    "units": ("职工总数", "40"),
    "unit_contacts": ("内容", "回访"),
    "unit_changes": ("备注", "上门无人"),
    "links": ("单位", "青山公司"),
    "contacts": ("内容", "回访"),
    "volunteers": ("单位", "青山公司"),
    "activities": ("地点", "河滨"),
    "signins": ("到达", "10:00"),
    "supplies": ("数量", "3"),
    "campaign_proofs": ("说明", "第一讲"),
}


def member(name="邬安宁", branch=HERE, **cells):
    """A row of a roster."""
    return {"姓名": name, "性别": "女", "所在团支部": branch, "在册起始日期": "2017-03-01"} | cells


def wrong(client, rows, kind="members"):
    """What a list has wrong in its only row, as (column, found, expected, remedy)."""
    batch = opened(client, rows, kind=kind)
    ((one,),) = [found["problems"] for part in batch.parts.all() for found in part.told.values()]
    return one["column"], one["found"], one["expected"], one["remedy"]


@pytest.mark.both
def test_a_roster_of_an_own_branch_is_checked_written_and_undone(client, district):
    before = records()
    batch = opened(client, [member(), member("顾清")])
    commit(client, batch)
    assert counts(batch) == (2, 0, 0, 0)
    assert batch.organisation == district[OURS]
    assert set(Member.objects.values_list("person__name", "branch__name")) == {("邬安宁", HERE), ("顾清", HERE)}
    act(client, "undo", batch)
    assert records() == before


# With its marks a row is known by its key, and without them by what it says; what is written differs by database.
@pytest.mark.sampled(3)
@pytest.mark.parametrize("with_marks", [True, pytest.param(False, marks=[pytest.mark.full, pytest.mark.both])])
@pytest.mark.parametrize(
    "kind", [pytest.param(one, marks=pytest.mark.both if one == "volunteers" else ()) for one in BELOW]
)
def test_a_list_of_the_whole_district_changes_nothing_of_another_committee(client, district, kind, with_marks):
    office(district[HERE], "甲")
    office(district[THERE], "乙")
    before, (heading, cell) = records(), CORRECTED[kind]
    _, rows = table(exported(kind, "xlsx"))
    rows = [{column: told for column, told in row.items() if with_marks or column != HEADING} for row in rows]
    batch = opened(client, workbook({KINDS[kind].label: [row | {heading: cell} for row in rows]}), kind=kind)
    commit(client, batch, only_right="yes", confirmed="yes")
    assert batch.state == "committed", batch.said
    after, ours, theirs = records(), [], []
    for key in before.keys() | after.keys():
        if before.get(key) != after.get(key):
            (theirs if is_foreign(key, district[OURS], before) else ours).append(key)
    assert theirs == []
    is_event = kind in ("unit_contacts", "contacts", "supplies") and not with_marks
    assert bool(ours) and (is_event or not [key for key in ours if key not in before])


def is_foreign(key, committee, before):
    """Whether a record belongs to another committee, or is one that was begun for nobody."""
    label, pk = key
    rows = apps.get_model(label)._default_manager
    return hasattr(rows, "kept_at") and not rows.kept_at(committee).filter(pk=pk).exists()


def test_the_kinds_tried_are_those_that_are_open(client, staff, district):
    page = client.get(reverse("import_batch_create"))
    assert [key for key, _ in page.context["form"].fields["kind"].choices] == [key for key in KINDS if key in BELOW]
    assert set(CORRECTED) == set(BELOW)
    for key in [*KINDS.keys() - set(BELOW), "ledger"]:
        assert sent(client, [member()], kind=key).status_code == 422
    assert not ImportBatch.objects.exists()


def test_a_branch_of_another_committee_is_not_known_and_not_offered(client, district):
    expected, remedy = "本单位及下级已登记的名称", "请核对名称；其他单位的内容，须由上级团委机关导入"
    assert wrong(client, [member(branch=THERE)]) == ("所在团支部", THERE, expected, remedy)
    batch = opened(client, [member(branch="槐荫支部")])
    page = client.get(batch.get_absolute_url())
    assert (THERE in text(page), HERE in page.content.decode()) == (False, True)
    assert reverse("import_batch_organisations", args=[batch.pk]) not in page.content.decode()
    batch = opened(client, {"花名册": [{"姓名": "邬安宁"}]}.popitem()[1])
    mapping = client.get(reverse("import_batch_update", args=[batch.pk])).content.decode()
    assert (THERE in mapping, HERE in mapping) == (False, True)


@pytest.mark.in_turn
def test_somebody_of_another_committee_is_known_by_a_whole_number_alone_and_not_named(client, district):
    person = make_person("邬安宁", identity_number=identity_number(4), mobile="13800138000")
    make_member(branch=district[THERE], person=person)
    number = {"身份证号": identity_number(4)}
    expected = "本单位已登记的人，或尚未在系统中登记的证件号码"
    remedy = "此人须由上级团委机关办理，请核对号码后联系委机关"
    for name in ("邬安宁", "顾清"):
        found = wrong(client, [member(name, **number)])
        assert found == ("身份证号", identity_number(4), expected, remedy)
    # A namesake without the number is somebody else, and nothing is asked.
    for cells in ({}, {"手机号码": "13800138000"}, {"出生日期": "1998-05-04"}):
        batch = opened(client, [member(**cells)])
        assert (tally(batch), batch.questions) == ({"new": 1}, [])


def test_a_case_file_answers_no_otherwise(client, district):
    person = make_person("白露", identity_number=identity_number(7))
    make_assisted_youth(district[HERE], person=person)
    assert tally(opened(client, [member("白露")])) == {"new": 1}
    found = wrong(client, [member("白露", 身份证号=identity_number(7))])
    assert found[3] == "此人须由上级团委机关办理，请核对号码后联系委机关"


def test_a_roll_of_another_committee_is_not_named(client, district):
    person = make_person("邬安宁", gender="F", birth_date=date(1998, 5, 4))
    make_post(organisation=district[HERE], person=person)
    make_member(branch=district[THERE], person=person)
    batch = opened(client, [member(出生日期="1998-05-04")])
    assert tally(batch) == {"elsewhere": 1}
    page = told(client, batch, show="elsewhere")
    assert ("不与在其他单位的团籍重叠" in page, THERE in page) == (True, False)
    [found] = batch.parts.get().told.values()
    assert "record" not in found


def test_a_guest_of_an_own_activity_is_found_again_but_not_changed(client, district):
    guest = make_person("来宾", mobile="13800138000", gender="")
    activity = make_activity(district[HERE], "健步走")
    activity.sign_ins.create(person=guest, capacity="other")
    row = {"活动名称": "健步走", "日期": "2017-04-08", "姓名": "来宾", "身份证号": identity_number(3), "到达": "09:00"}
    batch = opened(client, [row], kind="signins")
    act(client, "answer", batch, **{"answer-same_person": "same"})
    commit(client, batch)
    guest.refresh_from_db()
    assert (Person.objects.count(), guest.identity_number) == (1, None)
    assert activity.sign_ins.get().arrived == "09:00"
    batch = opened(client, [row | {"手机号码": "13800138001", "身份证号": None}], kind="signins")
    [found] = batch.parts.get().told.values()
    assert [why for *_, why in found["doubt"]["candidates"]] == ["姓名相同"]
    assert "138" not in client.get(batch.get_absolute_url()).content.decode().replace("13800138001", "")


def test_a_proof_is_taken_of_own_members_and_cadres_alone(client, district):
    foreign = make_proof(make_campaign(), make_member("外人", district[THERE]).person)
    make_member("顾清", district[HERE])
    guest = make_member("来宾", district[THERE]).person
    make_activity(district[HERE]).sign_ins.create(person=guest, capacity="other")
    row = {"专项": "主题教育", "姓名": "来宾", "日期": "2017-05-04", "方式": "走访"}
    remedy = "请核对名称；其他单位的内容，须由上级团委机关导入"
    for name in ("来宾", "丁香"):
        found = wrong(client, [row | {"姓名": name}], "campaign_proofs")
        assert found == ("姓名", name, "本单位及下级的团员或团干部", remedy)
    commit(client, opened(client, [row | {"姓名": "顾清"}], kind="campaign_proofs"))
    assert CampaignProof.objects.exclude(pk=foreign.pk).get().person.name == "顾清"


def test_names_and_codes_of_another_committees_units_are_taken(client, district):
    code = "91110000600037341L"
    make_unit("春晖软件有限公司", branch=district[THERE], credit_code=code)
    row = {"单位名称": "望湖软件有限公司", "类别": "非公企业", "状态": "正常", "团支部": HERE}
    remedy = f"已由其他单位登记，请核对；确属本单位的，{BY_DISTRICT}"
    assert wrong(client, [row | {"单位名称": "春晖软件有限公司"}], "units")[::3] == ("单位名称", remedy)
    assert wrong(client, [row | {"统一社会信用代码": code}], "units")[::3] == ("统一社会信用代码", remedy)
    make_member(branch=district[THERE], development_no="201811010001")
    assert wrong(client, [member(发展团员编号="201811010001")])[::3] == ("发展团员编号", remedy)


@pytest.mark.parametrize(
    ("kind", "row", "heading"),
    [
        ("units", {"单位名称": "望湖软件有限公司", "类别": "非公企业", "状态": "正常"}, "团支部"),
        ("activities", {"活动名称": "健步走", "日期": "2017-04-08", "类型": "阳光体育"}, "主办组织"),
        ("volunteers", {"姓名": "顾清", "手机号码": "13800138000", "单位": "和顺公司"}, "志愿者队伍"),
    ],
)
def test_what_would_belong_to_nobody_below_is_wrong(client, district, kind, row, heading):
    make_activity(district[HERE])
    column, _, expected, remedy = wrong(client, [row], kind)
    assert (column, expected) == (heading, "本单位或下级的名称")
    assert remedy.endswith(BY_DISTRICT)


def test_a_volunteer_whom_another_committee_keeps_is_left_alone(client, district):
    hub, other_hub = make_hub(district[HERE], "柳林青年汇"), make_hub(district[THERE], "槐荫青年汇")
    person = make_person("顾清", mobile="13800138000")
    make_member(branch=district[HERE], person=person)
    make_volunteer(other_hub, person=person)
    row = {"姓名": "顾清", "手机号码": "13800138000", "志愿者队伍": hub.name}
    assert wrong(client, [row], "volunteers")[2:] == ("本单位登记的志愿者", f"已由其他单位登记，{BY_DISTRICT}")
    moved = make_volunteer(hub, person=make_person("韩笑", mobile="13800138002"))
    moved.places.update(ended_on=date(2017, 1, 1))
    moved.places.create(hub=other_hub, started_on=date(2017, 1, 1))
    row = {"姓名": "韩笑", "手机号码": "13800138002", "志愿者队伍": hub.name, "入队日期": "2017-03-01"}
    assert wrong(client, [row], "volunteers")[3] == f"此人现在的队伍属于其他单位，{BY_DISTRICT}"


@pytest.mark.both
def test_what_one_committee_teaches_holds_for_itself_and_what_the_district_teaches_for_all(client, district):
    other = browser_of(make_user("另一专干", district[THEIRS]))
    learn_alias("members", "所在团支部", "柳支", HERE)
    learn_alias("members", "所在团支部", "我支部", HERE, committee=district[OURS])
    learn_alias("members", "所在团支部", "我支部", THERE, committee=district[THEIRS])
    assert tally(opened(client, [member(branch="柳支"), member("顾清", branch="我支部")])) == {"new": 2}
    assert tally(opened(other, [member(branch="柳支"), member("顾清", branch="我支部")])) == {"wrong": 1, "new": 1}
    shown = [client.get(reverse("import_memory_list")).context["memories"] for client in (client, other)]
    assert [[one.meant for memory in memories for one in memory.aliases] for memories in shown] == [[HERE], [THERE]]
    foreign = ImportAlias.objects.get(organisation=district[THEIRS])
    client.post(reverse("import_memory_list"), {"what": "alias", "pk": foreign.pk})
    client.post(reverse("import_memory_list"), {"what": "alias", "pk": ImportAlias.objects.get(found="柳支").pk})
    assert ImportAlias.objects.count() == 3


def test_a_heading_explained_below_is_remembered_there_alone(client, district):
    batch = opened(client, [{**member(), "代号": "甲"}])
    fields = client.get(reverse("import_batch_update", args=[batch.pk])).context["form"]
    data = {name: field.initial for name, field in fields.fields.items() if field.initial}
    [place] = [one.place for one in fields.proposal.recognised[0] if one.heading == "代号"]
    act(client, "update", batch, **data, **{f"column-0-{place}": "备注"})
    assert ImportHeading.objects.get().organisation == district[OURS]
    assert tally(opened(client, [{**member("顾清"), "代号": "甲"}])) == {"new": 1}
    other = browser_of(make_user("另一专干", district[THEIRS]))
    assert opened(other, [{**member(branch=THERE), "代号": "甲"}]).state == "mapping"


def test_imports_of_a_committee_are_seen_there_and_above(client, district, staff):
    batch = opened(client, [member()])
    colleague, other, above = (
        browser_of(make_user(name, district[place]))
        for name, place in (("同事", OURS), ("另一专干", THEIRS), ("区专干", "望湖地区团工委"))
    )

    def statuses():
        return [one.get(batch.get_absolute_url()).status_code for one in (client, colleague, above, other)]

    assert statuses() == [200, 404, 404, 404]
    commit(client, batch)
    assert statuses() == [200, 200, 200, 404]
    assert [one.get(reverse("import_batch_list")).context["table"].rows.__len__() for one in (above, other)] == [1, 0]
    assert act(other, "undo", batch).status_code == 404
    act(colleague, "undo", batch)
    assert not Member.objects.exists()
    # Whoever has left the committee sees no more of it.
    Role.objects.filter(user=staff).update(organisation=district[THEIRS])
    assert client.get(batch.get_absolute_url()).status_code == 404


def test_the_districts_imports_are_not_seen_below(client, district):
    above = browser_of(make_user("区专干", district["望湖地区团工委"]))
    batch = opened(above, [member()])
    commit(above, batch)
    assert (batch.organisation, client.get(batch.get_absolute_url()).status_code) == (None, 404)


def test_staff_of_two_committees_say_for_which_one(client, district, staff):
    Role.objects.create(user=staff, organisation=district[THEIRS], kind=Role.Kind.STAFF)
    page = client.get(reverse("import_batch_create"))
    assert [name for _, name in page.context["form"].fields["committee"].choices] == [OURS, THEIRS]
    assert tally(opened(client, [member(branch=THERE)], committee=district[THEIRS].pk)) == {"new": 1}
    assert tally(opened(client, [member(branch=THERE)], committee=district[OURS].pk)) == {"wrong": 1}
    above = make_organisation("别区团工委", district["望湖地区团工委"])
    for forged in ("", "x", above.pk):
        assert sent(client, [member()], committee=forged).status_code == 422


@pytest.mark.both
def test_staged_writes_beyond_the_committee_are_refused_as_a_whole(client, district):
    mine, foreign = make_member("顾清", district[HERE]), make_member("韩笑", district[THERE])
    batch = opened(client, [member("顾清", 备注="已核对", 在册起始日期=None), member()])
    part = batch.parts.get()
    assert [act.key for act in part.acts if act.label == "members.Member"] == [mine.pk, None]
    place = [field.name for field in Member._meta.concrete_fields].index("branch")
    kept = part.acts
    for tampered in (
        [one._replace(key=foreign.pk) if one.key == mine.pk and one.label == "members.Member" else one for one in kept],
        [moved(one, place, district[THERE].pk) if one.label == "members.Member" else one for one in kept],
    ):
        before = records()
        part.acts = tampered
        part.save()
        batch.refresh_from_db()
        begin_commit(batch)
        batch.refresh_from_db()
        assert batch.said.startswith("这份文件会改动不属于本单位的记录")
        assert (records() == before, batch.state) == (True, "checked")


def moved(act, place, branch):
    """An act that begins its record in another branch; one about a stored record as it is."""
    return act if act.key else act._replace(row=[*act.row[:place], branch, *act.row[place + 1 :]])


def test_a_branch_that_has_left_the_committee_since_the_check_is_not_written_to(client, district):
    batch = opened(client, [member()])
    branch = Organisation.objects.get(name=HERE)
    Organisation.objects.move(branch, Organisation.objects.get(name=THEIRS), "last-child")
    page = client.get(batch.get_absolute_url())
    act(client, "commit", batch, seen=page.context["seen"])
    batch.refresh_from_db()
    assert (batch.state, Member.objects.exists()) == ("checked", False)


def test_the_number_of_queries_does_not_grow_with_rows_nor_with_other_committees(client, district):
    def cost(count):
        with CaptureQueriesContext(connection) as captured:
            opened(client, [member(f"邬安{one}") for one in "宁平康乐和顺"[:count]])
        return asked(captured)

    few = cost(2)
    for letter in "丙丁戊":
        office(district[THERE], letter)
        make_post(f"书记{letter}", district[HERE])
    assert cost(6) == few
