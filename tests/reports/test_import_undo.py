"""Undoing an import: former values restored, later edits kept, records that others depend on retained."""

from collections import Counter
from datetime import date, timedelta

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from activities.models import Activity, Campaign, Partner, SignIn
from assistance.models import Assistance, AssistedYouth, DistrictProject, Pairing, ServicePlan, Visit
from members.actions import propose_leaving
from members.models import Member, Person, SchoolSpan, Volunteer
from orgs.models import DomainSpan, Organisation, Unit
from outreach.models import Contact, Link
from reports.ledger.kinds import KINDS
from reports.models import Assessment, PlatformEntry, Target
from tests.factories import (
    make_activity,
    make_assessment,
    make_assessment_item,
    make_assistance,
    make_assisted_youth,
    make_attachment,
    make_campaign,
    make_contact,
    make_district_project,
    make_hub,
    make_hub_staff,
    make_liaison,
    make_link,
    make_member,
    make_needs_talk,
    make_partner,
    make_person,
    make_post,
    make_project_application,
    make_proof,
    make_scholarship,
    make_supply,
    make_unit,
    make_unit_change,
    make_unit_contact,
    make_user,
    make_visit,
    make_volunteer,
)
from tests.made_once import made_once
from tests.pages import browser_of
from tests.races import at_once
from tests.reports.test_ledger_round_trip import awkward_ledger
from tests.rosters import (
    BRANCH,
    OTHER_BRANCH,
    histories,
    identity_number,
    in_trial,
    make_branches,
    member_row,
    member_rows,
    records,
    remove,
    written,
)
from tests.workbooks import take_in
from tests.yl_district.test_history_views import changes
from yl_district.history.tracking import because
from yl_district.importing import reversals as reversals_module
from yl_district.importing import undo
from yl_district.importing.models import ImportBatch
from yl_district.importing.reversals import HELD, KEPT, REVERSED, UNFIT, reversals
from yl_district.importing.steps import begin_undo
from yl_district.privacy.sealed_facts import SealedFactsField
from yl_district.sheets.export_marks import HEADING, mark
from yl_district.sheets.log_resource import LogResource
from youthhubs.models import Hub

pytestmark = pytest.mark.in_turn

TODAY = date(2017, 6, 1)


@made_once
def branches():
    return make_branches()


@pytest.fixture
def user(branches):
    return make_user("经办人", branches["清河地区团工委"])


def undone(batch, user):
    """What undoing an import did: how many records of each verdict, and each that stays with its reason."""
    assert begin_undo(batch, user)
    batch.refresh_from_db()
    assert (batch.state, batch.said) == ("undone", "")
    staying = [(label, verdict, reason) for label, _, verdict, reason in batch.undone["staying"]]
    return Counter(batch.undone["counts"]), staying


def full_district(branches):
    """A district in which a list of every kind finds records to change."""
    branch = branches[BRANCH]
    hub = make_hub(branch, "春晖青年汇")
    former_hub = make_hub(branch, "清河青年汇")
    person = make_person("章程", gender="F", birth_date=date(1998, 5, 4), mobile="13800138000")
    person.identity_number = identity_number(4)
    person.save()
    member = make_member(person=person, branch=branch, remark="原备注", in_school=True, enrolled_on=date(2016, 9, 1))
    SchoolSpan.objects.create(member=member, started_on=date(2010, 9, 1), ended_on=date(2013, 7, 1))
    branches[OTHER_BRANCH].domain_since = date(2016, 3, 1)
    branches[OTHER_BRANCH].save()
    DomainSpan.objects.create(organisation=branches[OTHER_BRANCH], domain="village", ended_on=date(2012, 1, 1))
    post = make_post("陆远", branch, duties="宣传")
    committee = [make_post(name, branches["清河地区团工委"], title="委员").person for name in ("严川", "方琳")]
    make_liaison(branches[OTHER_BRANCH], committee[0], date(2016, 9, 1), date(2017, 3, 1))
    make_liaison(branches[OTHER_BRANCH], committee[1], date(2017, 3, 1))
    unit = make_unit("清和科技有限公司", employees=12)
    make_unit_change(unit, "deregistered", remark="电话停机")
    volunteer = make_volunteer(hub, "顾清", make_person("顾清", mobile="13800138001"))
    moved = make_volunteer(None, "韩笑", make_person("韩笑", mobile="13800138002"))
    moved.places.create(hub=former_hub, started_on=date(2016, 1, 1), ended_on=date(2016, 9, 1))
    moved.places.create(hub=hub, started_on=date(2016, 9, 1))
    make_hub_staff(hub, person=make_person("乔木", mobile="13800138003"))
    youth = make_assisted_youth(branch, "白露", make_person("白露", identity_number=identity_number(7)))
    pairing = Pairing.objects.create(youth=youth, volunteer=volunteer, started_on=date(2017, 1, 5))
    make_visit(pairing, planned_on=date(2017, 3, 1), done_on=None, way="")
    link = Link.objects.create(cadre=post.person, youth=make_person("秦朗"), started_on=date(2017, 1, 10))
    make_proof(make_campaign("阳光体育", forms="健步走"), person, note="课程")
    make_partner("地区工会", remark="原备注")
    activity = make_activity(branch, "春季健步走", attendance=30, basis="rounded")
    make_unit_contact(unit, content="慰问")
    make_contact(post.person, [link], content="近况")
    ServicePlan.objects.create(youth=youth, year=2017, goals="升学").measure_rows.create(content="每周辅导")
    make_needs_talk(youth)
    make_assistance([youth], content="文具").volunteers.add(volunteer)
    make_project_application(youth, make_district_project("微心愿"), purpose="课外书")
    make_district_project("护眼")
    make_scholarship(student=youth.person, school="清河中学")
    make_supply(branch, quantity=1)
    PlatformEntry.objects.create(platform="智慧团建", subject="organisation", organisation=branch, entered_on=TODAY)
    PlatformEntry.objects.create(platform="智慧团建", subject="activity", activity=activity, entered_on=TODAY)
    PlatformEntry.objects.create(platform="1+100", subject="linked_youth", person=link.youth, entered_on=TODAY)
    PlatformEntry.objects.create(platform="青春助跑", subject="assisted_youth", youth=youth.person, entered_on=TODAY)
    Target.objects.create(year=2017, task="活动", figure="sessions", value=10)
    make_assessment_item(make_assessment(branch), content="开展自护教育")


NEEDS_TOLD = {
    "日期": "2017-01-12",
    "帮扶对象": "白露",
    "方式": "电话",
    "谈话对象": "监护人",
    "所说的需求": "课业辅导",
}
MEMBER = {"姓名": "章程", "性别": "女", "出生日期": "1998-05-04", "所在团支部": BRANCH}
NEW_BRANCH = {"组织名称": "望湖社区团支部", "组织类别": "团支部", "所属领域": "社区", "上级组织": "清河地区团工委"}
HUB = {"名称": "春晖青年汇", "所在组织": BRANCH, "年度": 2017, "类型": "重点店"}
ASSESSED = {"组织": BRANCH, "序号": 1, "考核内容": "开展自护教育"}
CHANGING = {
    "organisations": [NEW_BRANCH | {"组织名称": BRANCH, "地址": "河滨路 1 号", "联系委员": "方琳"}, NEW_BRANCH],
    "members": [
        MEMBER
        | {"手机号码": "13900139000", "身份证号": identity_number(4), "备注": "新备注", "来源日期": "2017-03-01"},
        member_row(1),
    ],
    "posts": [
        {
            "姓名": "陆远",
            "所在组织": BRANCH,
            "职务": "书记",
            "任职年月": "2016-09",
            "职责": "全面工作",
            "手机号码": "13700137000",
        },
        {"姓名": "沈一", "所在组织": OTHER_BRANCH, "职务": "书记", "任职年月": "2017-01"},
    ],
    "units": [
        {"单位名称": "清和科技有限公司", "类别": "非公企业", "状态": "注销", "职工总数": 40, "团支部": BRANCH},
        {"单位名称": "春晖软件有限公司", "类别": "非公企业", "状态": "正常"},
    ],
    "unit_changes": [
        {"单位名称": "清和科技有限公司", "日期": "2017-06-01", "事项": "注销", "备注": "上门无人"},
        {"单位名称": "清和科技有限公司", "日期": "2017-05-01", "事项": "迁址"},
    ],
    "unit_contacts": [
        {"单位名称": "清和科技有限公司", "日期": "2017-06-01", "方式": "见面", "内容": "回访"},
        {"单位名称": "清和科技有限公司", "日期": "2017-07-01", "方式": "电话"},
    ],
    "volunteers": [
        {"姓名": "顾清", "手机号码": "13800138001", "志愿者队伍": "清河青年汇", "单位": "清和科技"},
        {"姓名": "卫宁", "手机号码": "13800138009", "志愿者队伍": "春晖青年汇"},
    ],
    "links": [
        {
            "团干部": "陆远",
            "姓名": "秦朗",
            "起始日期": "2017-01-10",
            "结束日期": "2017-05-01",
            "手机号码": "13600136000",
        },
        {"团干部": "陆远", "姓名": "秦朗", "起始日期": "2017-06-01"},
        {"团干部": "陆远", "姓名": "苏文", "起始日期": "2017-02-01"},
    ],
    "contacts": [
        {"团干部": "陆远", "日期": "2017-05-04", "形式": "电话", "联系青年": "全部", "内容": "就业"},
        {"团干部": "陆远", "日期": "2017-06-04", "形式": "走访", "联系青年": "秦朗"},
    ],
    "assisted": [
        {
            "姓名": "白露",
            "身份证号": identity_number(7),
            "所在组织": BRANCH,
            "入库日期": "2017-01-05",
            "固定志愿者": "韩笑",
            "需求": "学业",
        },
        {"姓名": "何雨", "所在组织": BRANCH, "入库日期": "2017-03-05", "固定志愿者": "顾清"},
    ],
    "plans": [
        {"帮扶对象": "白露", "年度": 2017, "目标": "考上高中", "措施": "每周辅导"},
        {"帮扶对象": "白露", "年度": 2018, "目标": "适应高中"},
    ],
    "needs_talks": [
        NEEDS_TOLD | {"下一步": "写入计划书", "询问的志愿者": "顾清"},
        NEEDS_TOLD | {"日期": "2017-03-02", "方式": "走访入户"},
    ],
    "plan_measures": [
        {"帮扶对象": "白露", "年度": 2017, "具体措施": "每周辅导", "完成日期": "2017-05-04", "完成情况": "已办"},
        {"帮扶对象": "白露", "年度": 2017, "具体措施": "送书", "完成时限": "2017-06"},
    ],
    "visits": [
        {
            "帮扶对象": "白露",
            "计划日期": "2017-03-01",
            "走访日期": "2017-03-04",
            "方式": "走访入户",
            "走访情况": "近况",
        },
        {"帮扶对象": "白露", "走访日期": "2017-04-04", "方式": "电话"},
    ],
    "assistances": [
        {"日期": "2017-06-01", "帮扶对象": "全部", "类别": "文具资助", "志愿者": "韩笑", "金额": 300},
        {"日期": "2017-07-01", "帮扶对象": "白露", "类别": "学习培训", "志愿者": "顾清、韩笑"},
    ],
    "projects": [
        {"项目": "微心愿", "年度": 2017, "提供单位": "团区委"},
        {"项目": "暖冬", "年度": 2017},
    ],
    "applications": [
        {"帮扶对象": "白露", "项目": "微心愿", "申请日期": "2017-03-04", "答复": "批准", "答复日期": "2017-03-09"},
        {"帮扶对象": "白露", "项目": "护眼", "申请日期": "2017-03-04"},
    ],
    "scholarships": [
        {"年度": 2017, "姓名": "白露", "学校": "高井中学", "状态": "批准", "批准日期": "2017-09-01"},
        {"年度": 2017, "姓名": "梁田", "学校": "高井中学", "状态": "申报"},
    ],
    "hubs": [
        HUB | {"开业日期": "2015-05-04", "负责人": "顾清"},
        HUB | {"年度": 2018},
        HUB | {"名称": "望湖青年汇", "所在组织": OTHER_BRANCH},
    ],
    "hub_staff": [
        {"姓名": "乔木", "手机号码": "13800138003", "性别": "男", "青年汇": "春晖青年汇", "岗位": "负责人"}
        | {"结束日期": "2017-03-01"},
        {"姓名": "丁香", "青年汇": "清河青年汇", "岗位": "社工", "起始日期": "2017-03-01"},
    ],
    "activities": [
        {
            "活动名称": "春季健步走",
            "日期": "2017-04-08",
            "类型": "阳光体育",
            "主办组织": BRANCH,
            "人次": 35,
            "地点": "河滨",
        },
        {"活动名称": "植树", "日期": "2017-04-09", "类型": "阳光体育", "主办组织": BRANCH},
    ],
    "campaigns": [
        {"名称": "阳光体育", "起始日期": "2017-01-01", "结束日期": "2017-11-30", "形式": "足球"},
        {"名称": "学雷锋", "起始日期": "2017-03-01"},
    ],
    "campaign_proofs": [
        {"专项": "阳光体育", "姓名": "章程", "手机号码": "13800138000", "日期": "2017-05-05", "方式": "走访"},
        {"专项": "阳光体育", "姓名": "陆远", "日期": "2017-05-04", "方式": "线上课程"},
    ],
    "partners": [
        {"名称": "地区 工会", "一统五联": "是"},
        {"名称": "地区妇联", "备注": "联系人每年更换"},
    ],
    "signins": [
        {"活动名称": "春季健步走", "日期": "2017-04-08", "姓名": "章程", "手机号码": "13800138000", "身份": "团员"},
        {"活动名称": "春季健步走", "日期": "2017-04-08", "姓名": "许然"},
    ],
    "domain_spans": [
        {"组织名称": OTHER_BRANCH, "结束日期": "2012-01-01", "所属领域": "机关"},
        {"组织名称": OTHER_BRANCH, "起始日期": "2012-01-01", "所属领域": "学校"},
    ],
    "school_spans": [
        {"姓名": "章程", "起始日期": "2010-09-01", "结束日期": "2013-01-01", "是否在校": "是"},
        {"姓名": "章程", "起始日期": "2013-09-01", "结束日期": "2014-07-01", "是否在校": "是"},
    ],
    "liaison_spans": [
        {"组织名称": OTHER_BRANCH, "联系委员": "严川", "起始日期": "2016-10-01", "结束日期": "2017-03-01"},
        {"组织名称": BRANCH, "联系委员": "方琳", "起始日期": "2017-01-01"},
    ],
    "team_places": [
        {"姓名": "韩笑", "起始日期": "2016-01-01", "结束日期": "2016-08-01", "志愿者队伍": "清河青年汇"},
        {"姓名": "韩笑", "起始日期": "2015-04-01", "结束日期": "2015-05-04", "志愿者队伍": "春晖青年汇"},
    ],
    "supplies": [
        {"日期": "2017-05-04", "组织": BRANCH, "物资": "团旗", "数量": 2},
        {"日期": "2017-06-04", "组织": OTHER_BRANCH, "物资": "团徽", "数量": 30},
    ],
    "platform_entries": [
        {"平台": "智慧团建", "对象": "团组织", "名称": BRANCH, "录入日期": "2017-06-05", "绑定日期": "2017-06-06"},
        {"平台": "志愿北京", "对象": "志愿者", "名称": "顾清", "录入日期": "2017-06-05"},
    ],
    "targets": [
        {"年度": 2017, "任务": "活动场次", "指标": "sessions", "目标值": 12},
        {"年度": 2018, "任务": "活动", "指标": "sessions", "目标值": 15, "截止日期": "2018-11-30"},
    ],
    "assessment_items": [
        ASSESSED | {"年度": 2017, "分值": "8", "自评分": "5"},
        ASSESSED | {"年度": 2018, "分值": "10"},
    ],
}


def changing(kind):
    """The rows of a kind's list; of happenings the first one is known by its mark alone, since its cells differ."""
    resource, (first, *others) = KINDS[kind].resource, CHANGING[kind]
    if issubclass(resource, LogResource):
        exported_at = timezone.now() + timedelta(seconds=1)
        first = first | {HEADING: mark(resource._meta.model.objects.get(), exported_at)}
    return [first, *others]


# Kinds that are written as others are, of which some tests go through all with --full alone.
PLAIN = {
    "hub_staff",
    "campaign_proofs",
    "unit_contacts",
    "plans",
    "needs_talks",
    "plan_measures",
    "visits",
    "scholarships",
    "domain_spans",
    "school_spans",
    "liaison_spans",
    "team_places",
    "supplies",
    "platform_entries",
    "targets",
    "assessment_items",
}
EACH_KIND = [pytest.param(kind, marks=pytest.mark.full) if kind in PLAIN else kind for kind in KINDS]

# What each list changes (~) and begins (+).
WRITTEN = {
    "organisations": {"~orgs.Organisation": 1, "+orgs.Organisation": 1, "+members.Liaison": 1},
    "members": {"~members.Person": 1, "~members.Member": 1, "+members.Person": 1, "+members.Member": 1},
    "posts": {"~members.Person": 1, "~members.Post": 1, "+members.Person": 1, "+members.Post": 1},
    "units": {"~orgs.Unit": 1, "+orgs.Unit": 1},
    "unit_changes": {"~orgs.UnitChange": 1, "+orgs.UnitChange": 1},
    "unit_contacts": {"~orgs.UnitContact": 1, "+orgs.UnitContact": 1},
    "volunteers": {
        "~members.Volunteer": 1,
        "~youthhubs.TeamMember": 1,
        "+members.Person": 1,
        "+members.Volunteer": 1,
        "+youthhubs.TeamMember": 2,
    },
    "links": {"~members.Person": 1, "~outreach.Link": 1, "+members.Person": 1, "+outreach.Link": 2},
    "contacts": {"~outreach.Contact": 1, "+outreach.Contact": 1},
    "assisted": {
        "~members.Person": 1,
        "~assistance.AssistedYouth": 1,
        "~assistance.Pairing": 1,
        "+members.Person": 1,
        "+assistance.AssistedYouth": 1,
        "+assistance.Pairing": 2,
    },
    "plans": {"~assistance.ServicePlan": 1, "+assistance.ServicePlan": 1},
    "needs_talks": {"~assistance.NeedsTalk": 1, "+assistance.NeedsTalk": 1},
    "plan_measures": {"~assistance.PlanMeasure": 1, "+assistance.PlanMeasure": 1},
    "visits": {"~assistance.Visit": 1, "+assistance.Visit": 1},
    "assistances": {"~assistance.Assistance": 1, "+assistance.Assistance": 1},
    "projects": {"~assistance.DistrictProject": 1, "+assistance.DistrictProject": 1},
    "applications": {"~assistance.ProjectApplication": 1, "+assistance.ProjectApplication": 1},
    "scholarships": {
        "~members.Person": 1,
        "~assistance.Scholarship": 1,
        "+members.Person": 1,
        "+assistance.Scholarship": 1,
    },
    "hubs": {"~youthhubs.Hub": 1, "~youthhubs.HubYear": 1, "+youthhubs.Hub": 1, "+youthhubs.HubYear": 2},
    "hub_staff": {
        "~members.Person": 1,
        "~youthhubs.HubStaff": 1,
        "+members.Person": 1,
        "+youthhubs.HubStaff": 1,
    },
    "campaigns": {"~activities.Campaign": 1, "+activities.Campaign": 1},
    "campaign_proofs": {"~activities.CampaignProof": 1, "+activities.CampaignProof": 1},
    "partners": {"~activities.Partner": 1, "+activities.Partner": 1},
    "activities": {"~activities.Activity": 1, "+activities.Activity": 1},
    "signins": {"+members.Person": 1, "+activities.SignIn": 2},
    "domain_spans": {"~orgs.DomainSpan": 1, "+orgs.DomainSpan": 1},
    "school_spans": {"~members.SchoolSpan": 1, "+members.SchoolSpan": 1},
    "liaison_spans": {"~members.Liaison": 1, "+members.Liaison": 1},
    "team_places": {"~youthhubs.TeamMember": 1, "+youthhubs.TeamMember": 1},
    "supplies": {"~orgs.Supply": 1, "+orgs.Supply": 1},
    "platform_entries": {"~reports.PlatformEntry": 1, "+reports.PlatformEntry": 1},
    "targets": {"~reports.Target": 1, "+reports.Target": 1},
    "assessment_items": {"~reports.AssessmentItem": 1, "+reports.Assessment": 1, "+reports.AssessmentItem": 1},
}
# New organisations stay when an import is taken back.
LEFT = ("orgs.Organisation", UNFIT, "团组织保留：不再需要时，请在其页面上修改或登记撤销日期")
STAYING = {"organisations": [LEFT]}


def beside_the_tree(found):
    """Records without how many stand below each organisation, which belongs to those below."""
    return {key: {name: values[name] for name in values if name != "numchild"} for key, values in found.items()}


def written_here(branches, kind):
    """An import of the list of a kind, and what it wrote of each record: ~ or +, by the record's label and key."""
    full_district(branches)
    before = beside_the_tree(records())
    batch = written(kind, changing(kind))
    labels, after = {label for label, _ in batch.written}, beside_the_tree(records())
    found = [key for key, values in after.items() if key[0] in labels and values != before.get(key)]
    return batch, {key: "~" if key in before else "+" for key in found}


@pytest.mark.sampled(6)
@pytest.mark.in_turn
@pytest.mark.parametrize("kind", KINDS)
def test_every_column_of_every_table_is_as_it_was(branches, user, kind):
    full_district(branches)
    before = beside_the_tree(records())
    batch = written(kind, changing(kind))
    counts, staying = undone(batch, user)
    after = beside_the_tree(records())
    new = [key[0] for key in after if key not in before]
    assert (counts[REVERSED], staying) == (counts.total() - len(new), STAYING.get(kind, []))
    assert new == [label for label, *_ in staying]
    assert {key: after[key] for key in before} == before
    assert Organisation.objects.find_problems() == ([], [], [], [], [])


@pytest.mark.sampled(6)
@pytest.mark.in_turn
@pytest.mark.parametrize("kind", EACH_KIND)
def test_what_was_taken_back_can_be_taken_in_again(branches, user, kind):
    full_district(branches)
    first = written(kind, changing(kind))
    after, stayed = records(), len(STAYING.get(kind, []))
    undone(first, user)
    expected = Counter(first.counts) + Counter(s=stayed) - Counter(n=stayed)
    assert written(kind, changing(kind)).counts == expected
    assert stated(records()) == stated(after)


def stated(found):
    """What records say, whatever their keys are."""
    return sorted(
        (label, sorted(str(value) for name, value in values.items() if not name.endswith(("id", "_key", "seal"))))
        for (label, _), values in found.items()
    )


def test_ciphertext_is_bound_to_its_row_and_found_by_its_index_after_an_undo(branches, user):
    make_member(
        person=make_person("章程", gender="F", birth_date=date(1998, 5, 4), mobile="13800138000"),
        branch=branches[BRANCH],
    )
    known = MEMBER | {"身份证号": identity_number(4)}
    first = written("members", [known | {"手机号码": "13800138000"}])
    second = written("members", [known | {"手机号码": "13900139000"}])
    assert Person.objects.with_mobile("13900139000").with_identity_number(identity_number(4)).count() == 1
    undone(second, user)
    undone(first, user)
    person = Person.objects.get()
    assert list(Person.objects.with_mobile("13800138000")) == [person]
    assert (person.name, person.mobile, person.identity_number) == ("章程", "13800138000", None)
    assert not Person.objects.with_identity_number(identity_number(4)).exists()


def test_a_unit_is_called_and_found_as_before_its_renaming(branches, user):
    code = "91110105MA01234565"
    unit = make_unit("清和软件有限公司", credit_code=code)
    named = {"单位名称": "春晖软件有限公司", "统一社会信用代码": code, "类别": "非公企业", "状态": "正常"}
    batch = written("units", [named])
    assert list(Unit.objects.search("chrj")) == [unit]
    undone(batch, user)
    assert (list(Unit.objects.search("qhrj")), list(Unit.objects.search("chrj"))) == ([unit], [])


def test_the_history_tells_of_the_import_and_of_its_undoing(branches, user):
    batch = written("members", member_rows(1))
    undone(batch, user)
    states = Person.history.order_by("history_id").values_list("history_type", "history_change_reason", "history_user")
    assert list(states) == [("+", "导入", None), ("-", "撤销导入", user.pk)]


def edited_by(user, record, **values):
    """The record, changed by somebody."""
    for name, value in values.items():
        setattr(record, name, value)
    with because("", user):
        record.save()


def test_what_somebody_edited_since_is_kept_and_the_rest_taken_back(branches, user):
    batch = written("members", member_rows(3))
    member = Member.objects.get(remark="第1号")
    edited_by(user, member, remark="已联系")
    counts, staying = undone(batch, user)
    # The person of the member that stays has to stay too.
    assert counts == {REVERSED: 4, KEPT: 1, HELD: 1}
    assert [(label, verdict) for label, verdict, _ in staying] == [("members.Member", KEPT), ("members.Person", HELD)]
    assert staying[0][2].startswith("经办人于 ")
    assert staying[1][2] == "有其他记录引用它"
    assert list(Member.objects.values_list("remark", flat=True)) == ["已联系"]


EDITS = {
    "orgs.Organisation": {"remark": "后来改"},
    "members.Person": {"name": "改名"},
    "members.Member": {"remark": "后来改"},
    "members.Post": {"remark": "后来改"},
    "members.Volunteer": {"remark": "后来改"},
    "activities.Campaign": {"remark": "后来改"},
    "activities.Partner": {"remark": "后来改"},
    "orgs.Unit": {"remark": "后来改"},
    "orgs.UnitChange": {"remark": "后来改"},
    "orgs.UnitContact": {"content": "后来改"},
    "orgs.Supply": {"quantity": 9},
    "youthhubs.Hub": {"name": "改名青年汇"},
    "youthhubs.HubYear": {"remark": "后来改"},
    "youthhubs.HubStaff": {"started_on": date(1990, 1, 1)},
    "activities.CampaignProof": {"note": "后来改"},
    "outreach.Link": {"remark": "后来改"},
    "outreach.Contact": {"content": "后来改"},
    "assistance.AssistedYouth": {"remark": "后来改"},
    "assistance.Pairing": {"started_on": date(2016, 1, 5)},
    "assistance.ServicePlan": {"goals": "后来改"},
    "assistance.NeedsTalk": {"next_step": "后来改"},
    "assistance.PlanMeasure": {"result": "后来改"},
    "assistance.Visit": {"observations": "后来改"},
    "assistance.Assistance": {"content": "后来改"},
    "assistance.DistrictProject": {"remark": "后来改"},
    "assistance.ProjectApplication": {"purpose": "后来改"},
    "assistance.Scholarship": {"remark": "后来改"},
    "activities.Activity": {"venue": "后来改"},
    "activities.SignIn": {"capacity": "volunteer"},
    "members.Liaison": {"ended_on": date(2030, 5, 1)},
    "members.SchoolSpan": {"started_on": date(1990, 1, 1)},
    "orgs.DomainSpan": {"started_on": date(1990, 1, 1)},
    "reports.PlatformEntry": {"bound_on": date(2017, 7, 1)},
    "reports.Target": {"value": 99},
    "reports.Assessment": {"document_number": "后来改"},
    "reports.AssessmentItem": {"evidence": "后来改"},
}


def edit(user, record):
    """Somebody changes a record; a place in a team by putting it in another hub's."""
    label = record._meta.label
    edited_by(user, record, **EDITS[label] if label in EDITS else {"hub": make_hub(Organisation.objects.first())})


def values_of(label, key):
    """The values of all columns of a record, nothing of one that is gone."""
    model = apps.get_model(label)
    fields = [field.attname for field in model._meta.concrete_fields if not isinstance(field, SealedFactsField)]
    return [[getattr(one, name) for name in fields] for one in model._base_manager.filter(pk=key)]


def delete(user, record):
    """Somebody deletes a record, and first what hangs on it."""
    with because("", user):
        remove(record)


@pytest.mark.sampled(6)
@pytest.mark.in_turn
@pytest.mark.parametrize(("act", "word"), [(edit, "修改"), (delete, "删除")])
@pytest.mark.parametrize("kind", EACH_KIND)
def test_each_record_that_somebody_worked_on_since_stays_as_it_is_by_then(branches, user, kind, act, word):
    batch, kinds_of_acts = written_here(branches, kind)
    assert Counter(f"{sign}{label}" for (label, _), sign in kinds_of_acts.items()) == WRITTEN[kind]

    def kept(label, key):
        act(user, apps.get_model(label)._base_manager.get(pk=key))
        state = values_of(label, key)
        one = ImportBatch.objects.get(pk=batch.pk)
        undone(one, user)
        told = {(label, key): (verdict, reason[-2:]) for label, key, verdict, reason in one.undone["staying"]}
        return values_of(label, key) == state, *told.get((label, key), ())

    found = {key: in_trial(lambda key=key: kept(*key)) for key in kinds_of_acts}
    assert found == dict.fromkeys(kinds_of_acts, (True, KEPT, word))


def marked(kind, **cells):
    """The row of a list that changes the only record of the kind, with other cells."""
    return changing(kind)[0] | cells


def taken_step_by_step(kind, rows, state, user):
    """The states of a record after each of several imports, and whether each was taken back exactly, the last first."""
    before, batches, states = [], [], []
    for row in rows:
        before.append(records())
        batches.append(written(kind, [marked(kind, **row)]))
        states.append(state())
    backwards = zip(reversed(batches), reversed(before), strict=True)
    return states, [(undone(batch, user), records() == then) for batch, then in backwards]


TAKEN_BACK = (Counter({REVERSED: 1}), []), True


@pytest.mark.in_turn
def test_whom_a_contact_reached_changes_by_its_mark_and_is_taken_back(branches, user):
    full_district(branches)
    contact = Contact.objects.get()
    make_link(contact.cadre, "苏文")
    told = ["全部", "秦朗、苏文", "苏文", "全部"]
    # The content stays, so that nothing but links changes from names to names.
    rows = [{"联系青年": names, "内容": None} for names in told]
    assert taken_step_by_step("contacts", rows, lambda: Contact.objects.get().youth_names, user) == (
        told,
        [TAKEN_BACK] * 4,
    )
    nobody, first, other = "（空）", "陆远 → 秦朗", "陆远 → 苏文"
    imported = [
        [("全部联系青年", "否", "是"), ("联系青年", first, nobody)],
        [("全部联系青年", "是", "否"), ("联系青年", nobody, f"{first}、{other}")],
        [("联系青年", f"{first}、{other}", other)],
        [("全部联系青年", "否", "是"), ("联系青年", other, nobody)],
    ]
    taken_back = [[(label, after, before) for label, before, after in step] for step in imported]
    steps = [step for _, step in changes(browser_of(user), "contact", contact)]
    assert steps[:8] == [*taken_back, *reversed(imported)]


@pytest.mark.in_turn
def test_whom_an_assistance_reached_and_who_helped_change_by_its_mark_and_are_taken_back(branches, user):
    full_district(branches)
    make_assisted_youth(branches[BRANCH], "何雨")
    rows = [{"帮扶对象": "全部", "志愿者": None}, {"帮扶对象": "何雨", "志愿者": None}, {"志愿者": "顾清、韩笑"}]

    def state():
        given = Assistance.objects.get()
        youths = given.with_everyone or sorted(youth.person.name for youth in given.youths.all())
        return youths, given.volunteer_names

    found = taken_step_by_step("assistances", rows, state, user)
    assert found == ([(True, "顾清"), (["何雨"], "顾清"), (True, "顾清、韩笑")], [TAKEN_BACK] * 3)


@pytest.mark.parametrize(
    ("kind", "name"), [("contacts", "links"), ("assistances", "youths"), ("assistances", "volunteers")]
)
def test_a_record_whose_links_alone_somebody_changed_since_stays_as_it_is(branches, user, kind, name):
    full_district(branches)
    batch = written(kind, changing(kind)[:1])
    record = KINDS[kind].resource._meta.model.objects.get()
    with because("", user):
        getattr(record, name).set(getattr(record, name).model.objects.order_by("pk")[:1])
    before = records()
    counts, [(label, verdict, reason)] = undone(batch, user)
    assert (counts, label, verdict, reason[-2:]) == ({KEPT: 1}, record._meta.label, KEPT, "修改")
    assert records() == before


def test_the_result_names_so_many_records_that_stay_and_counts_them_all(branches, user, monkeypatch):
    monkeypatch.setattr(undo, "LISTED", 3)
    batch = written("members", member_rows(3))
    for member in Member.objects.all():
        edited_by(user, member, wechat="后来改")
    counts, staying = undone(batch, user)
    assert (counts, [verdict for _, verdict, _ in staying]) == ({KEPT: 3, HELD: 3}, [KEPT, KEPT, KEPT])


def test_what_somebody_changed_and_changed_back_is_taken_back(branches, user):
    batch = written("members", member_rows(1))
    member = Member.objects.get()
    edited_by(user, member, remark="误改")
    edited_by(user, member, remark="第0号")
    assert undone(batch, user) == ({REVERSED: 2}, [])


def test_imports_of_the_same_records_are_taken_back_one_after_the_other(branches, user):
    full_district(branches)
    before = records()
    first = written("members", [member_row(0), MEMBER | {"备注": "一"}])
    second = written("members", [member_row(0, 备注="二"), MEMBER | {"备注": "二", "微信号": "wx2"}])
    assert undone(second, user) == ({REVERSED: 2}, [])
    assert undone(first, user) == ({REVERSED: 3}, [])
    assert records() == before


def test_what_a_later_import_changed_is_kept(branches, user):
    first = written("members", member_rows(2))
    written("members", [member_row(0, 备注="二")], user=user)
    counts, _ = undone(first, user)
    assert counts == {REVERSED: 2, KEPT: 1, HELD: 1}
    assert Member.objects.get().remark == "二"


def a_person(**fields):
    return Person.objects.get(name=member_row(0)["姓名"], **fields)


def file_of(kind, others=()):
    """A file attached to the only record that a list of the kind begins, and what is held besides."""
    model = KINDS[kind].resource._meta.model

    def attach(branch, user):
        make_attachment(model.objects.latest("pk"), user)

    return kind, CHANGING[kind][1:], attach, {model._meta.label: "附件"} | dict(others)


HANGING = {
    "a post": (
        "members",
        member_rows(1),
        lambda branch, user: make_post(person=a_person(), organisation=branch),
        {"members.Person": "团干部"},
    ),
    "a link": (
        "members",
        member_rows(1),
        lambda branch, user: Link.objects.create(cadre=make_person("陆远"), youth=a_person(), started_on=TODAY),
        {"members.Person": "联系青年"},
    ),
    "a sign-in": (
        "members",
        member_rows(1),
        lambda branch, user: SignIn.objects.create(activity=make_activity(branch), person=a_person()),
        {"members.Person": "签到"},
    ),
    "a proposal": (
        "members",
        member_rows(1, 来源日期="2017-03-01"),
        lambda branch, user: propose_leaving(Member.objects.get(person=a_person()), user, TODAY, "over_age", ""),
        {"members.Member": "待办申请", "members.Person": "团员"},
    ),
    "a contact": (
        "links",
        CHANGING["links"][2:],
        lambda branch, user: make_contact(Person.objects.get(name="陆远"), [Link.objects.get(youth__name="苏文")]),
        {"outreach.Link": "联系记录", "members.Person": "联系青年"},
    ),
    "a pairing": (
        "assisted",
        [{"姓名": "何雨", "所在组织": BRANCH, "入库日期": "2017-03-05"}],
        lambda branch, user: Pairing.objects.create(
            youth=AssistedYouth.objects.get(person=Person.objects.named("何雨").get()),
            volunteer=Volunteer.objects.first(),
            started_on=TODAY,
        ),
        {"assistance.AssistedYouth": "结对", "members.Person": "帮扶对象"},
    ),
    "a membership": (
        "posts",
        CHANGING["posts"][1:],
        lambda branch, user: make_member(branch=branch, person=Person.objects.get(name="沈一")),
        {"members.Person": "团员"},
    ),
    "a liaison": (
        "posts",
        CHANGING["posts"][1:],
        lambda branch, user: make_liaison(branch, Person.objects.get(name="沈一")),
        {"members.Person": "联系委员"},
    ),
    "a volunteer's pairing": (
        "volunteers",
        CHANGING["volunteers"][1:],
        lambda branch, user: Pairing.objects.create(
            youth=make_assisted_youth(branch, "何雨"), volunteer=Volunteer.objects.get(person__name="卫宁")
        ),
        {"members.Volunteer": "结对", "members.Person": "志愿者"},
    ),
    "somebody's presence": (
        "activities",
        CHANGING["activities"][1:],
        lambda branch, user: SignIn.objects.create(
            activity=Activity.objects.get(name="植树"), person=Person.objects.get(name="章程")
        ),
        {"activities.Activity": "签到"},
    ),
    "an activity": (
        "campaigns",
        CHANGING["campaigns"][1:],
        lambda branch, user: make_activity(branch, campaign=Campaign.objects.get(name="学雷锋")),
        {"activities.Campaign": "活动"},
    ),
    "an activity with a partner": (
        "partners",
        CHANGING["partners"][1:],
        lambda branch, user: make_activity(branch).partners.add(Partner.objects.get(name="地区妇联")),
        {"activities.Partner": "活动"},
    ),
    "a member who works at a hub": (
        "hub_staff",
        CHANGING["hub_staff"][1:],
        lambda branch, user: make_member(branch=branch, person=Person.objects.get(name="丁香")),
        {"members.Person": "团员"},
    ),
    "a volunteer": (
        "signins",
        CHANGING["signins"][1:],
        lambda branch, user: make_volunteer(person=Person.objects.get(name="许然")),
        {"members.Person": "志愿者"},
    ),
    "a contact with a unit": (
        "units",
        CHANGING["units"][1:],
        lambda branch, user: Unit.objects.get(name="春晖软件有限公司").contacts.create(held_on=TODAY, form="phone"),
        {"orgs.Unit": "两新联络"},
    ),
    "a file": (
        "units",
        CHANGING["units"][1:],
        lambda branch, user: make_attachment(Unit.objects.get(name="春晖软件有限公司"), user),
        {"orgs.Unit": "附件"},
    ),
    "a file of a contact with a unit": file_of("unit_contacts"),
    "a file of a contact": file_of("contacts"),
    "a file of a plan": file_of("plans"),
    "a file of a talk": file_of("needs_talks"),
    "a file of a measure": file_of("plan_measures"),
    "a file of an assistance": file_of("assistances"),
    "a file of a scholarship": file_of("scholarships", {"members.Person": "奖学金"}),
    "an application": (
        "projects",
        CHANGING["projects"][1:],
        lambda branch, user: make_project_application(
            AssistedYouth.objects.get(), DistrictProject.objects.get(name="暖冬")
        ),
        {"assistance.DistrictProject": "帮扶项目申请"},
    ),
    "an assistance by a visit": (
        "visits",
        CHANGING["visits"][1:],
        lambda branch, user: make_assistance(
            [AssistedYouth.objects.get()], visit=Visit.objects.get(done_on=date(2017, 4, 4))
        ),
        {"assistance.Visit": "帮扶记录"},
    ),
    "a file of supplies": file_of("supplies"),
    "a file of a target": file_of("targets"),
    "a file of an item": file_of("assessment_items", {"reports.Assessment": "考核项目"}),
    "an item of somebody else": (
        "assessment_items",
        CHANGING["assessment_items"][1:],
        lambda branch, user: make_assessment_item(Assessment.objects.get(year=2018), 9),
        {"reports.Assessment": "考核项目"},
    ),
    "a file of a proof": file_of("campaign_proofs"),
    "an activity at a hub": (
        "hubs",
        CHANGING["hubs"][2:],
        lambda branch, user: make_activity(hub=Hub.objects.get(name="望湖青年汇")),
        {"youthhubs.Hub": "活动"},
    ),
    "an assistance": (
        "assisted",
        [{"姓名": "何雨", "所在组织": BRANCH, "入库日期": "2017-03-05"}],
        lambda branch, user: make_assistance([AssistedYouth.objects.get(person=Person.objects.named("何雨").get())]),
        {"assistance.AssistedYouth": "帮扶记录", "members.Person": "帮扶对象"},
    ),
    "a volunteer's assistance": (
        "volunteers",
        CHANGING["volunteers"][1:],
        lambda branch, user: make_assistance().volunteers.add(Volunteer.objects.get(person__name="卫宁")),
        {"members.Volunteer": "帮扶记录", "members.Person": "志愿者"},
    ),
}


def test_of_every_kind_something_is_held():
    # New organisations stay in any case, and nothing refers to what was entered in a platform or applied for, what
    # became of a unit and what held before.
    unreferred = {
        "platform_entries",
        "applications",
        "unit_changes",
        *(kind for kind in KINDS if KINDS[kind].resource.is_of_earlier),
    }
    assert {kind for kind, *_ in HANGING.values()} == set(KINDS) - {"organisations"} - unreferred


@pytest.mark.sampled(6)
@pytest.mark.in_turn
@pytest.mark.parametrize(("kind", "rows", "hang", "held"), HANGING.values(), ids=HANGING)
def test_what_other_records_hang_on_is_held(branches, user, kind, rows, hang, held):
    full_district(branches)
    batch = written(kind, rows)
    hang(branches[BRANCH], user)
    before = records()
    counts, staying = undone(batch, user)
    assert {label: reason for label, verdict, reason in staying if verdict == HELD} == {
        # Of a person the result does not keep what refers to it, which may be a case.
        label: f"有{'其他记录' if label == 'members.Person' else name}引用它"
        for label, name in held.items()
    }
    assert counts[HELD] == len(held)
    assert len(before) - len(records()) == counts.get(REVERSED, 0)


def test_a_sign_in_list_taken_back_gives_the_activity_its_own_figure_again(branches, user):
    full_district(branches)
    batch = written("signins", CHANGING["signins"])
    assert Activity.objects.values_list("attendance", "basis", "sign_in_count").get() == (2, "exact", 2)
    undone(batch, user)
    assert Activity.objects.values_list("attendance", "basis", "sign_in_count").get() == (30, "rounded", 0)


def test_activities_are_taken_back_after_the_lists_of_who_came(branches, user):
    before = records()
    activities = written("activities", CHANGING["activities"])
    lists = written("signins", CHANGING["signins"][1:])
    undone(lists, user)
    assert undone(activities, user) == ({REVERSED: 2}, [])
    assert records() == before


def test_a_campaign_that_activities_began_goes_with_them_unless_others_are_of_it(branches, user):
    before = records()
    rows = [CHANGING["activities"][1] | {"专项": "绿化"}]
    batch = written("activities", rows)
    assert undone(batch, user) == ({REVERSED: 2}, [])
    assert records() == before
    batch = written("activities", rows)
    make_activity(branches[BRANCH], campaign=Campaign.objects.get())
    counts, held = undone(batch, user)
    assert (counts[REVERSED], [label for label, *_ in held]) == (1, ["activities.Campaign"])
    assert Campaign.objects.get().activities.count() == 1


def test_a_partner_that_activities_began_goes_with_them_unless_others_have_it(branches, user):
    before = records()
    rows = [CHANGING["activities"][1] | {"协办单位": "地区妇联、地区工会"}]
    batch = written("activities", rows)
    assert undone(batch, user) == ({REVERSED: 3}, [])
    assert records() == before
    batch = written("activities", rows)
    make_activity(branches[BRANCH]).partners.add(Partner.objects.get(name="地区工会"))
    counts, held = undone(batch, user)
    assert (counts[REVERSED], [label for label, *_ in held]) == (2, ["activities.Partner"])
    assert [partner.activities.count() for partner in Partner.objects.all()] == [1]


def test_an_activity_gets_its_own_partners_again(branches, user):
    activity = make_activity(branches[BRANCH], "植树", held_on=date(2017, 4, 9))
    activity.partners.add(make_partner("地区工会"))
    before = records()
    batch = written("activities", [CHANGING["activities"][1] | {"协办单位": "地区妇联"}])
    assert [str(one) for one in activity.partners.all()] == ["地区妇联"]
    undone(batch, user)
    assert [str(one) for one in activity.partners.all()] == ["地区工会"]
    left = {key for key in records() if key not in before}
    assert {label for label, _ in left} <= {"activities.Partner", "activities.Activity_partners"}


TREE = [
    NEW_BRANCH,
    NEW_BRANCH | {"组织名称": BRANCH, "地址": "河滨路 1 号"},
    NEW_BRANCH | {"组织名称": OTHER_BRANCH, "上级组织": "望湖社区团支部", "地址": "河滨路 2 号"},
]


def places():
    """Where each organisation stands: the name of the one above it, and how many stand right below it."""
    found = Organisation.objects.with_parent_name().values_list("name", "parent_name", "numchild")
    return {name: tuple(place) for name, *place in found}


@pytest.mark.parametrize("chunk", [1, reversals_module.KEYS_AT_ONCE])
def test_organisations_stay_where_they_are_and_get_their_values_back(branches, user, chunk, monkeypatch):
    for module in (undo, reversals_module):
        monkeypatch.setattr(module, "KEYS_AT_ONCE", chunk)
    edited_by(user, branches[BRANCH], address="原址")
    member = {"姓名": "章程", "性别": "女", "出生日期": "1998-05-04", "所在团支部": NEW_BRANCH["组织名称"]}
    report = take_in({"团组织": TREE, "团员": [member]})
    assert (report.errors, report.new, report.changed) == ([], 2, 2)
    moved = places()
    assert moved[OTHER_BRANCH] == ("望湖社区团支部", 0)
    counts, staying = undone(report.batch, user)
    assert counts == {REVERSED: 4, UNFIT: 1}
    assert staying == [LEFT]
    assert places() == moved
    addresses = dict(Organisation.objects.values_list("name", "address"))
    assert addresses == dict.fromkeys(branches, "") | {BRANCH: "原址", NEW_BRANCH["组织名称"]: ""}
    assert (Member.objects.count(), Person.objects.count()) == (0, 0)
    assert Organisation.objects.find_problems() == ([], [], [], [], [])


@pytest.mark.in_turn
def test_of_a_whole_ledger_nothing_but_the_organisations_stays(db):
    user, before = make_user(), records()
    report = take_in(awkward_ledger())
    assert report.errors == []
    counts, staying = undone(report.batch, user)
    assert (set(counts), {label for label, *_ in staying}) == ({REVERSED, UNFIT}, {"orgs.Organisation"})
    assert {key for key in records() if key not in before} == {
        ("orgs.Organisation", key) for key in Organisation.objects.values_list("pk", flat=True)
    }
    assert not PlatformEntry.objects.exists()


def test_a_second_undo_does_nothing(branches, user):
    batch = written("members", member_rows(3))
    undone(batch, user)
    before, kept, result = records(), histories(), batch.undone
    assert not begin_undo(batch, user)
    assert not begin_undo(ImportBatch.objects.get(), user)
    assert (records(), histories(), ImportBatch.objects.get().undone) == (before, kept, result)


def test_what_was_never_written_cannot_be_taken_back(branches, user):
    batch = ImportBatch.objects.create(kind="members", state="checked", file_name="名单.xlsx")
    assert not begin_undo(batch, user)
    assert ImportBatch.objects.get().state == "checked"


@pytest.mark.cpu(4)
@pytest.mark.django_db(transaction=True)
def test_an_edit_at_the_same_moment_is_kept_or_finds_the_record_gone_and_is_never_lost(transactional_db):
    make_branches()
    user = make_user()
    outcomes = []
    for _ in range(8):
        batch = written("members", [member_row(0)])
        member = Member.objects.get()

        def edit(member=member):
            return Member.objects.filter(pk=member.pk).exists() and save(member)

        def save(member):
            member.remark = "同时修改"
            try:
                with transaction.atomic():
                    member.save(force_update=True)
            except DatabaseError:
                return "gone"
            return "saved"

        _, saved = at_once([lambda batch=batch: begin_undo(batch, user), edit])
        batch.refresh_from_db()
        left = list(Member.objects.values_list("remark", flat=True))
        assert batch.state == "undone"
        assert left == (["同时修改"] if saved == "saved" else [])
        outcomes.append(saved)
        Member.objects.all().delete()
        Person.objects.all().delete()


def transferred_out(branch):
    """An import that ends a membership, and the member."""
    member = make_member("孙移", branch, intake_on=date(2016, 3, 1))
    row = MEMBER | {"姓名": "孙移", "团籍状态": "转出", "离开日期": "2017-03-01"}
    batch = written("members", [row])
    return batch, member


def test_a_membership_stays_ended_where_another_one_has_begun_since(branches, user):
    batch, member = transferred_out(branches[BRANCH])
    make_member(person=member.person, branch=branches[OTHER_BRANCH], intake_on=date(2017, 4, 1))
    counts, [(label, verdict, reason)] = undone(batch, user)
    assert (counts, label, verdict) == ({UNFIT: 1}, "members.Member", UNFIT)
    assert reason.startswith("恢复原值后不合规则：")
    assert f"此人已登记在{OTHER_BRANCH}" in reason
    assert Member.objects.get(pk=member.pk).left_on == date(2017, 3, 1)


def test_a_transfer_within_one_list_is_taken_back_whole(branches, user):
    person = make_person("孙移", gender="F", birth_date=date(1998, 5, 4), mobile="13800138000")
    make_member(person=person, branch=branches[BRANCH], intake_on=date(2016, 3, 1))
    before = records()
    known = MEMBER | {"姓名": "孙移", "手机号码": "13800138000"}
    ended = known | {"团籍状态": "转出", "离开日期": "2017-03-01"}
    begun = known | {"所在团支部": OTHER_BRANCH, "来源": "转入", "来源日期": "2017-03-01"}
    batch = written("members", [ended, begun])
    assert Member.objects.filter(person=person).count() == 2
    assert undone(batch, user)[1] == []
    assert records() == before


def test_a_link_stays_ended_where_the_same_two_are_linked_again(branches, user):
    full_district(branches)
    batch = written("links", CHANGING["links"][:1])
    link = Link.objects.get()
    Link.objects.create(cadre=link.cadre, youth=link.youth, started_on=TODAY)
    _, staying = undone(batch, user)
    told = "恢复原值后不合规则：该团干部与该青年的联系尚未结束，不能重复建立。"
    assert staying == [("outreach.Link", UNFIT, told)]


def test_a_number_that_somebody_else_bears_by_now_does_not_come_back_and_the_rest_does(branches, user):
    make_member("孙一", branches[BRANCH], development_no="201700000001")
    other = make_member("孙二", branches[BRANCH])
    batch = written("members", [MEMBER | {"姓名": "孙一", "发展团员编号": "201700000002"}, member_row(1)])
    edited_by(user, other, development_no="201700000001")
    counts, staying = undone(batch, user)
    assert counts == {REVERSED: 2, UNFIT: 1}
    told = "恢复原值后不合规则：原来的发展团员编号现由另一条记录使用"
    assert staying == [("members.Member", UNFIT, told)]


def test_an_identity_number_that_somebody_else_has_by_now_does_not_come_back(branches, user):
    make_person("孙一", identity_number=identity_number(1))
    batch = written("members", member_rows(1))
    person = Person.objects.named("孙一").get()
    edited_by(user, person, identity_number=identity_number(2))
    last = Person.history.latest("history_id").history_id
    batch.written = [["members.Person", [[last, last]]]]
    batch.save(update_fields=["written"])
    make_person("孙二", identity_number=identity_number(1))
    told = "恢复原值后不合规则：原来的身份证号现由另一条记录使用"
    assert undone(batch, user)[1] == [("members.Person", UNFIT, told)]


def test_what_an_undo_reads_does_not_grow_with_the_rows(branches):
    def asked(count):
        batch = written("members", [member_row(number) for number in range(count)])
        with CaptureQueriesContext(connection) as found:
            assert {one.verdict for one in reversals(batch)} == {REVERSED}
        return len(found)

    assert asked(3) == asked(40)
