"""Changes by others between the check of an import and its commit are never lost, for every kind of import."""

from collections import Counter

import pytest
from django.apps import apps
from django.db.models import ForeignKey

from orgs.models import Unit
from reports.ledger.kinds import KINDS
from tests.factories import make_assisted_youth, make_person, make_unit, make_volunteer
from tests.made_once import made_once
from tests.reports.test_import_races import checked, committed
from tests.reports.test_import_undo import ASSESSED, EACH_KIND, HUB, NEW_BRANCH, PLAIN, changing, full_district
from tests.rosters import (
    BRANCH,
    OTHER_BRANCH,
    histories,
    identity_number,
    in_trial,
    make_branches,
    records,
    remove,
    tally,
    written,
)
from yl_district.importing import commit
from yl_district.importing.steps import CHANGED_MEANWHILE

CREDIT_CODE = "91110105MA01234565"


@made_once
def branches():
    branches = make_branches()
    full_district(branches)
    return branches


# What a list of each kind writes, or refers to in what it writes: nobody may have changed it since the check.
RELIED = {
    "organisations": {"orgs.Organisation": 2, "members.Person": 1},
    "members": {"members.Person": 1, "members.Member": 1, "orgs.Organisation": 1},
    "posts": {"members.Person": 1, "members.Post": 1, "orgs.Organisation": 2},
    "units": {"orgs.Unit": 1, "orgs.Organisation": 1},
    "unit_changes": {"orgs.UnitChange": 1, "orgs.Unit": 1},
    "unit_contacts": {"orgs.UnitContact": 1, "orgs.Unit": 1},
    "links": {"members.Person": 2, "outreach.Link": 1},
    "contacts": {"outreach.Contact": 1, "outreach.Link": 1, "members.Person": 1},
    "volunteers": {
        "members.Person": 1,
        "members.Volunteer": 1,
        "youthhubs.TeamMember": 1,
        "youthhubs.Hub": 2,
    },
    "assisted": {
        "members.Person": 1,
        "assistance.AssistedYouth": 1,
        "assistance.Pairing": 1,
        "members.Volunteer": 2,
        "orgs.Organisation": 1,
    },
    "plans": {"assistance.ServicePlan": 1, "assistance.AssistedYouth": 1},
    "needs_talks": {"assistance.NeedsTalk": 1, "assistance.AssistedYouth": 1, "members.Volunteer": 2},
    "plan_measures": {"assistance.PlanMeasure": 1, "assistance.AssistedYouth": 1, "assistance.ServicePlan": 1},
    "visits": {"assistance.Visit": 1, "assistance.Pairing": 1},
    "assistances": {"assistance.Assistance": 1, "assistance.AssistedYouth": 1, "members.Volunteer": 2},
    "projects": {"assistance.DistrictProject": 1},
    "applications": {
        "assistance.ProjectApplication": 1,
        "assistance.AssistedYouth": 1,
        "assistance.DistrictProject": 2,
    },
    "scholarships": {"assistance.Scholarship": 1, "members.Person": 1},
    "hubs": {"youthhubs.Hub": 1, "youthhubs.HubYear": 1, "orgs.Organisation": 2},
    "hub_staff": {"youthhubs.HubStaff": 1, "members.Person": 1, "youthhubs.Hub": 2},
    "campaigns": {"activities.Campaign": 1},
    "campaign_proofs": {"activities.CampaignProof": 1, "activities.Campaign": 1, "members.Person": 2},
    "partners": {"activities.Partner": 1},
    "activities": {"activities.Activity": 1, "activities.ActivityType": 1, "orgs.Organisation": 1},
    "signins": {"activities.Activity": 1, "members.Person": 1},
    "domain_spans": {"orgs.DomainSpan": 1, "orgs.Organisation": 1},
    "school_spans": {"members.SchoolSpan": 1, "members.Member": 1},
    "liaison_spans": {"members.Liaison": 1, "orgs.Organisation": 2, "members.Person": 2},
    "team_places": {"youthhubs.TeamMember": 1, "members.Volunteer": 1, "youthhubs.Hub": 2},
    "supplies": {"orgs.Supply": 1, "orgs.Organisation": 2},
    "platform_entries": {"reports.PlatformEntry": 1, "orgs.Organisation": 1, "members.Person": 1},
    "targets": {"reports.Target": 1},
    "assessment_items": {"reports.Assessment": 1, "reports.AssessmentItem": 1, "orgs.Organisation": 1},
}


def relied_on(batch):
    """The stored records, as (label, key), that committing the import changes or to which what it writes refers."""

    def written_and_linked():
        commit.commit(batch, [KINDS[batch.kind].resource])
        labels = with_links({label for label, _ in batch.written})
        after = {key: values for key, values in records().items() if key[0] in labels and values != before.get(key)}
        links = {(one.label, values[one.attname]) for key, values in after.items() for one in foreign_keys(key[0])}
        return {*after, *links} & {*before}

    before = records()
    found = in_trial(written_and_linked)
    batch.refresh_from_db()
    return found


def with_links(labels):
    """The labels of models, and of the tables in which their many-to-many fields are kept."""
    fields = [field for label in labels for field in apps.get_model(label)._meta.local_many_to_many]
    return labels | {field.remote_field.through._meta.label for field in fields}


class Link:
    """A foreign key, and the label of the model to which it refers."""

    def __init__(self, field):
        self.attname, self.label = field.attname, field.related_model._meta.label


def foreign_keys(label):
    fields = apps.get_model(label)._meta.concrete_fields
    return [Link(field) for field in fields if isinstance(field, ForeignKey)]


def edit(record):
    """Somebody gives the record another name, where it has one, or does no more than save it."""
    if hasattr(record, "name"):
        record.name = f"新{record.name}"
    record.save()


def outcome(batch):
    """What becomes of an import that is committed as it was checked."""
    try:
        commit.commit(batch, [KINDS[batch.kind].resource])
    except commit.OutdatedCheck:
        return "checked again"
    except commit.CommitRefused:
        return "refused"
    return "written"


@pytest.mark.sampled(6)
@pytest.mark.in_turn
@pytest.mark.parametrize("act", [edit, remove])
@pytest.mark.parametrize("kind", EACH_KIND)
def test_whatever_a_list_relies_on_has_it_checked_again_where_somebody_changed_it(branches, kind, act):
    batch = checked(kind, changing(kind))
    relied = relied_on(batch)
    assert Counter(label for label, _ in relied) == RELIED[kind]

    def outcome_beside(label, key):
        act(apps.get_model(label)._base_manager.get(pk=key))
        return outcome(batch)

    found = {key: in_trial(lambda key=key: outcome_beside(*key)) for key in relied}
    assert found == dict.fromkeys(relied, "checked again")


@pytest.mark.sampled(6)
@pytest.mark.in_turn
@pytest.mark.parametrize("kind", EACH_KIND)
def test_whatever_a_list_relies_on_has_it_checked_again_where_it_changed_during_the_commit(branches, kind, monkeypatch):
    batch = checked(kind, changing(kind))
    relied, write = relied_on(batch), commit.ActWriter.write

    def outcome_beside(label, key):
        def write_and_edit(self, acts):
            write(self, acts)
            edit(apps.get_model(label)._base_manager.get(pk=key))

        monkeypatch.setattr(commit.ActWriter, "write", write_and_edit)
        return outcome(batch)

    found = {key: in_trial(lambda key=key: outcome_beside(*key)) for key in relied}
    assert found == dict.fromkeys(relied, "checked again")


KNOWN = {"姓名": "章程", "手机号码": "13800138000"}
WALK = {"活动名称": "春季健步走", "日期": "2017-04-08"}
BEGUN = {
    "organisations": {
        "by its name": NEW_BRANCH,
        "with who looks after it": NEW_BRANCH | {"联系委员": "方琳"},
    },
    "members": {
        "of somebody known": {"姓名": "顾清", "性别": "女", "出生日期": "1998-05-04", "手机号码": "13800138001"}
        | {"所在团支部": OTHER_BRANCH},
        "of somebody new": {"姓名": "尤远", "性别": "女", "出生日期": "1998-05-04", "所在团支部": BRANCH},
    },
    "posts": {
        "of somebody known": KNOWN | {"所在组织": BRANCH, "职务": "委员", "任职年月": "2017-01"},
        "of somebody new": {"姓名": "尤远", "所在组织": BRANCH, "职务": "委员", "任职年月": "2017-01"},
    },
    "units": {
        "by its name": {"单位名称": "春晖软件有限公司", "类别": "非公企业", "状态": "正常"},
    },
    "unit_changes": {
        "by unit, day and kind": {"单位名称": "清和科技有限公司", "日期": "2017-05-01", "事项": "迁址"},
    },
    "unit_contacts": {
        "in every cell": {"单位名称": "清和科技有限公司", "日期": "2017-07-01", "方式": "电话"},
    },
    "links": {
        "of somebody known": KNOWN | {"团干部": "陆远", "起始日期": "2017-02-01"},
        "of somebody new": {"团干部": "陆远", "姓名": "尤远", "手机号码": "13900139001", "起始日期": "2017-02-01"},
    },
    "contacts": {
        "in every cell": {"团干部": "陆远", "日期": "2017-06-04", "形式": "走访", "联系青年": "秦朗"},
    },
    "volunteers": {
        "of somebody known": KNOWN,
        "of somebody new": {"姓名": "尤远", "手机号码": "13900139001", "志愿者队伍": "春晖青年汇"},
    },
    "assisted": {
        "of somebody known": {"姓名": "章程", "出生日期": "1998-05-04", "所在组织": BRANCH, "入库日期": "2017-02-01"},
        "of somebody new": {"姓名": "尤远", "所在组织": BRANCH, "入库日期": "2017-02-01", "固定志愿者": "韩笑"},
    },
    "plans": {
        "by its year": {"帮扶对象": "白露", "年度": 2018, "目标": "升学"},
    },
    "needs_talks": {
        "in every cell": {
            "日期": "2017-02-01",
            "帮扶对象": "白露",
            "方式": "电话",
            "谈话对象": "本人",
            "所说的需求": "辅导",
        },
    },
    "plan_measures": {
        "by its content": {"帮扶对象": "白露", "年度": 2017, "具体措施": "送书"},
    },
    "visits": {
        "by its day and way": {"帮扶对象": "白露", "走访日期": "2017-04-04", "方式": "电话"},
        "by its plan": {"帮扶对象": "白露", "计划日期": "2017-05-01"},
    },
    "assistances": {
        "in every cell": {"日期": "2017-07-01", "帮扶对象": "白露", "类别": "学习培训", "志愿者": "韩笑"},
    },
    "projects": {
        "by its name": {"项目": "暖冬", "年度": 2017},
    },
    "applications": {
        "by its project": {"帮扶对象": "白露", "项目": "护眼", "申请日期": "2017-03-04"},
    },
    "scholarships": {
        "of somebody known": {"年度": 2018, "姓名": "章程（13800138000）", "状态": "申报"},
        "of somebody new": {"年度": 2017, "姓名": "尤远", "状态": "申报"},
    },
    "hubs": {
        "by its year": HUB | {"年度": 2018},
        "by its name": HUB | {"名称": "望湖青年汇"},
    },
    "hub_staff": {
        "of somebody known": KNOWN | {"青年汇": "春晖青年汇", "岗位": "社工", "起始日期": "2017-02-01"},
        "of somebody new": {"姓名": "尤远", "青年汇": "春晖青年汇", "岗位": "社工"},
    },
    "campaigns": {
        "by its name": {"名称": "学雷锋", "起始日期": "2017-03-01"},
    },
    "campaign_proofs": {
        "of somebody known": {"专项": "阳光体育", "姓名": "方琳", "日期": "2017-05-04", "方式": "走访"},
    },
    "partners": {
        "by its name": {"名称": "地区妇联", "一统五联": "是"},
    },
    "activities": {
        "by its name and day": {"活动名称": "植树", "日期": "2017-04-09", "类型": "阳光体育", "主办组织": BRANCH},
        "with its campaign": {"活动名称": "植树", "日期": "2017-04-09", "类型": "阳光体育", "主办组织": BRANCH}
        | {"专项": "绿化"},
        "with its partner": {"活动名称": "植树", "日期": "2017-04-09", "类型": "阳光体育", "主办组织": BRANCH}
        | {"协办单位": "地区妇联"},
    },
    "signins": {
        "of somebody known": KNOWN | WALK,
        "of somebody new": WALK | {"姓名": "尤远", "手机号码": "13900139001"},
    },
    "domain_spans": {
        "by its days": {"组织名称": OTHER_BRANCH, "起始日期": "2012-01-01", "所属领域": "学校"},
    },
    "school_spans": {
        "by its days": {"姓名": "章程", "起始日期": "2013-09-01", "结束日期": "2014-07-01", "是否在校": "是"},
    },
    "liaison_spans": {
        "by its days": {"组织名称": BRANCH, "联系委员": "方琳", "起始日期": "2017-01-01"},
    },
    "team_places": {
        "of a volunteer": {"姓名": "韩笑", "起始日期": "2015-04-01", "志愿者队伍": "春晖青年汇"}
        | {"结束日期": "2015-05-04"},
    },
    "supplies": {
        "in every cell": {"日期": "2017-06-04", "组织": BRANCH, "物资": "团徽", "数量": 30},
    },
    "platform_entries": {
        "of somebody": {"平台": "志愿北京", "对象": "志愿者", "名称": "顾清", "录入日期": "2017-06-05"},
        "of an activity": {"平台": "志愿北京", "对象": "活动", "名称": "春季健步走", "录入日期": "2017-06-05"},
        "of an organisation": {"平台": "1+100", "对象": "团组织", "名称": BRANCH, "录入日期": "2017-06-05"},
    },
    "targets": {
        "by its year and figure": {"年度": 2018, "任务": "活动", "指标": "sessions", "目标值": 15},
    },
    "assessment_items": {
        "by its year and number": ASSESSED | {"年度": 2018, "分值": "10"},
        "by its number": ASSESSED | {"年度": 2017, "序号": 2, "分值": "10"},
    },
}
ONCE, ON_BOTH = (), pytest.mark.both
BEGUN_ROWS = [
    pytest.param(kind, row, id=f"{kind}-{name}", marks=ONCE if kind in PLAIN else ON_BOTH)
    for kind in KINDS
    for name, row in BEGUN[kind].items()
]


@pytest.mark.sampled(6)
@pytest.mark.in_turn
@pytest.mark.parametrize(("kind", "row"), BEGUN_ROWS)
def test_what_somebody_else_began_since_the_check_is_not_begun_twice(branches, kind, row):
    batch = checked(kind, [row])
    assert tally(batch) == {"new": 1}
    written(kind, [row])
    before = records(), histories()
    assert committed(batch) == ("checked", CHANGED_MEANWHILE)
    assert tally(batch) == {"same": 1}
    assert committed(batch) == ("committed", "")
    assert (records(), histories()) == before


BESIDE = {
    "a place in a team": ("volunteers", {"姓名": "施然", "手机号码": "13800138005", "志愿者队伍": "春晖青年汇"}, {}),
    "a pairing": (
        "assisted",
        {"姓名": "吕晴", "所在组织": BRANCH, "入库日期": "2017-01-05", "固定志愿者": "韩笑"},
        {},
    ),
    "a credit code": (
        "units",
        {"单位名称": "春晖软件有限公司", "统一社会信用代码": CREDIT_CODE, "类别": "非公企业", "状态": "正常"},
        {"单位名称": "另一家"},
    ),
    "an identity number": (
        "scholarships",
        {"年度": 2017, "姓名": f"尤远（{identity_number(9)}）", "状态": "申报"},
        {"姓名": f"尤近（{identity_number(9)}）"},
    ),
}


@pytest.mark.in_turn
@pytest.mark.parametrize(("kind", "row", "taken"), BESIDE.values(), ids=BESIDE)
def test_what_the_database_holds_once_and_somebody_took_since_the_check_is_a_conflict(branches, kind, row, taken):
    make_volunteer(None, "", make_person("施然", mobile="13800138005"))
    make_assisted_youth(branches[BRANCH], "", make_person("吕晴", mobile="13800138006"))
    batch = checked(kind, [row])
    written(kind, [row | taken])
    before = records(), histories()
    assert committed(batch) == ("checked", commit.COMMIT_CONFLICT)
    assert (records(), histories()) == before


def test_a_unit_known_by_its_code_and_changed_since_is_checked_again_though_its_name_is_another(branches):
    unit = make_unit("清和软件有限公司", credit_code=CREDIT_CODE)
    row = {"单位名称": "春晖软件有限公司", "统一社会信用代码": CREDIT_CODE, "类别": "非公企业", "状态": "正常"}
    batch = checked("units", [row])
    unit.remark = "已搬走"
    unit.save()
    assert committed(batch) == ("checked", CHANGED_MEANWHILE)
    assert committed(batch) == ("committed", "")
    assert Unit.objects.filter(pk=unit.pk).values_list("name", "remark").get() == (row["单位名称"], "已搬走")
