"""Nothing has happened before its day: models refuse later days, in forms, in sheets and in acts alike."""

from datetime import date, timedelta

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db.models import DateField, DateTimeField
from django.utils import timezone

from assistance.models import Scholarship
from assistance.scholarship_forms import ScholarshipForm
from members.models import Member, Person
from reports.ledger.kinds import KINDS
from tests.factories import (
    make_assisted_youth,
    make_hub,
    make_link,
    make_member,
    make_organisation,
    make_person,
    make_post,
    make_user,
)
from tests.pages import browser_of, page
from tests.workbooks import TODAY, problems, take_in
from yl_district.days import bounded_fields, coming_end, has_ended, is_announced
from yl_district.fields import MonthField
from yl_district.pages.forms import PageForm, names_in_order
from yl_district.periods import years_before
from yl_district.states import Span

pytestmark = pytest.mark.django_db

APPS = ("orgs", "members", "youthhubs", "activities", "outreach", "assistance", "reports")
# Neither happened nor announced: what is planned, expected, asked for or derived, and bounds of periods.
OTHER_DAYS = {
    "activities.Activity.held_on",
    "activities.Activity.list_confirmed_on",
    # Follows the day on which it is held, while that is planned.
    "activities.Activity.planned_on",
    "activities.Campaign.ended_on",
    "activities.Campaign.started_on",
    "assistance.AssistedYouth.kept_until",
    "assistance.CaseGrant.expires_on",
    "assistance.DistrictProject.apply_by",
    "assistance.SuggestedActivity.held_on",
    # Ahead as well as behind.
    "assistance.Visit.planned_on",
    "members.Member.graduated_on",
    # Derived: the first of the days from which a member can stand, which are bounded themselves.
    "members.Member.roll_begin",
    "members.Proposal.day",
    # A deadline.
    "members.VerificationRound.due_on",
    # Derived from the change that follows.
    "orgs.UnitChange.ended_on",
    # What is planned after a contact.
    "orgs.UnitContact.next_on",
    # A deadline, and the day of an act in the system itself.
    "reports.Assessment.due_on",
    "reports.AssessmentItem.handed_in_on",
    "reports.Edition.counted_on",
    "reports.Edition.dated",
    "reports.Explanation.ends_on",
    "reports.Explanation.starts_on",
    "reports.Report.ends_on",
    "reports.Report.starts_on",
    "reports.Target.due_on",
}
PLACE, PERSON, YOUTH = "柳林社区团支部", {"姓名": "章程", "性别": "女", "出生日期": "1998-05-04"}, "白露"
# A row of each sheet that has days.
ROWS = {
    "团组织": {"组织名称": PLACE, "组织类别": "团支部", "所属领域": "社区"},
    "团干部": {"姓名": "陆远", "所在组织": PLACE, "职务": "书记", "任职年月": "2016-09"},
    "团员": PERSON | {"所在团支部": PLACE, "来源日期": "2017-03-01"},
    "两新组织": {"单位名称": "清和科技", "类别": "非公企业", "状态": "正常"},
    "两新变更": {"单位名称": "清和科技", "日期": "2017-06-01", "事项": "列为区级联系点"},
    "两新联络": {"单位名称": "清和科技", "日期": "2017-06-01", "方式": "电话"},
    "联系青年": {"团干部": "陆远", "姓名": "秦朗", "起始日期": "2017-01-10"},
    "联系记录": {"团干部": "陆远", "日期": "2017-05-04", "形式": "电话", "联系青年": "全部"},
    "志愿者": {"姓名": "顾清", "加入日期": "2017-01-01"},
    "帮扶对象": {"姓名": YOUTH, "所在组织": PLACE, "入库日期": "2017-01-05", "固定志愿者": "顾清"},
    "需求征集": {"日期": "2017-05-04", "帮扶对象": YOUTH, "方式": "电话", "谈话对象": "监护人"}
    | {"所说的需求": "课业辅导"},
    "服务计划": {"帮扶对象": YOUTH, "年度": 2017},
    "计划措施": {"帮扶对象": YOUTH, "年度": 2017, "具体措施": "每周辅导"},
    "走访": {"帮扶对象": YOUTH, "走访日期": "2017-06-01", "方式": "电话"},
    "帮扶记录": {"帮扶对象": "全部", "日期": "2017-06-01", "类别": "文具资助"},
    "区级帮扶项目": {"项目": "暖冬", "年度": 2017},
    "帮扶项目申请": {"帮扶对象": YOUTH, "项目": "暖冬", "申请日期": "2017-03-04"},
    "奖学金": {"年度": 2017, "姓名": YOUTH, "状态": "已发放", "批准日期": "2017-06-01", "在平台": "是"},
    "青年汇": {"名称": "春晖青年汇", "所在组织": PLACE, "年度": 2017, "类型": "普通店"},
    "青年汇人员": {"姓名": "乔木", "青年汇": "春晖青年汇", "岗位": "负责人"},
    "专项": {"名称": "主题教育", "起始日期": "2017-01-01"},
    "覆盖证明": {"专项": "主题教育", "姓名": "章程", "日期": "2017-05-04", "方式": "走访"},
    "联系变更": {"组织名称": "春晖社区团支部", "联系委员": "陆远"},
    "队伍变更": {"姓名": "顾清", "志愿者队伍": "春晖青年汇"},
    "物资配发": {"日期": "2017-05-04", "组织": PLACE, "物资": "团旗", "数量": 1},
    "平台录入": {"平台": "智慧团建", "对象": "团组织", "名称": PLACE, "录入日期": "2017-05-04"},
    "预防考核": {"年度": 2017, "组织": PLACE, "序号": 1, "考核内容": "开展自护教育", "分值": 10},
}

# The record with which a form asks for all its days.
COMPLETE = {ScholarshipForm: Scholarship(status="paid", thanked_on=date(2017, 9, 1))}
BELOW = ROWS["团组织"] | {"组织名称": "春晖社区团支部", "上级组织": PLACE}


def take_in_rows():
    """Takes in a row of each sheet, and the organisation that somebody looks after."""
    assert take_in({sheet: [row] for sheet, row in ROWS.items()} | {"团组织": [ROWS["团组织"], BELOW]}).written


def test_every_day_of_a_record_is_marked_as_happened_or_announced():
    marked, dated = set(), set()
    for model in (model for app in APPS for model in apps.get_app_config(app).get_models()):
        own = [field for field in model._meta.local_fields if isinstance(field, DateField)]
        # An earlier span ends by the day on which the present value begins.
        days = [] if model.__name__.startswith("Historical") or issubclass(model, Span) else own
        dated |= {f"{model._meta.label}.{one.name}" for one in days if not isinstance(one, DateTimeField)}
        marked |= {f"{model._meta.label}.{one.name}" for one in bounded_fields(model)}
    assert dated - marked == OTHER_DAYS


def test_sheets_refuse_what_has_not_happened():
    take_in_rows()
    assert refused_in_sheets("不晚于", lambda field: after(TODAY, field)) == headings(is_end=False)


def test_sheets_refuse_days_before_1949_except_of_births():
    take_in_rows()
    births = {one for one in headings(is_end=False) if "出生日期" in one}
    assert refused_in_sheets("1949", lambda field: date(1948, 12, 1)) == headings(is_end=False) - births


def test_sheets_take_ends_a_year_ahead_and_no_later():
    take_in_rows()
    ahead = years_before(TODAY, -1)
    assert refused_in_sheets("不晚于", lambda field: after(ahead, field), is_end=True) == headings(is_end=True)
    assert take_in(with_days(lambda field: ahead, is_end=True)).written
    assert Member.objects.as_of(TODAY).get().left_on == ahead


def test_forms_refuse_what_has_not_happened():
    user, today = make_user(organisation=make_organisation()), timezone.localdate()
    for form, names in dated_forms(is_end=False):
        late = {name: after(today, field) for name, field in names.items()}
        assert refused_by(form, user, late) == set(names)
        assert refused_by(form, user, dict.fromkeys(names, today)) == set()


def test_forms_take_ends_a_year_ahead_and_no_later():
    user, ahead = make_user(organisation=make_organisation()), years_before(timezone.localdate(), -1)
    for form, names in dated_forms(is_end=True):
        late = {name: after(ahead, field) for name, field in names.items()}
        assert refused_by(form, user, late) == set(names)
        assert refused_by(form, user, dict.fromkeys(names, ahead)) == set()


@pytest.mark.parametrize(
    ("make", "end", "verb"),
    [
        (lambda place: make_member(branch=place), lambda one, day: one.leave(day, "transferred_out"), "离开"),
        (lambda place: make_post(organisation=place), lambda one, day: one.end(day), "离任"),
        (lambda place: make_link(make_person("陆远")), lambda one, day: one.end(day), "结束"),
        (lambda place: make_hub(place), lambda one, day: one.close(day), "关闭"),
        (lambda place: make_organisation(parent=place), lambda one, day: one.dissolve(day), "撤销"),
        (lambda place: make_assisted_youth(place), lambda one, day: one.remove(day), "出库"),
    ],
    ids=["member", "post", "link", "hub", "organisation", "assisted_youth"],
)
def test_a_record_stands_until_the_end_announced_for_it(make, end, verb):
    record, today = make(make_organisation()), timezone.localdate()
    ahead = years_before(today, -1)
    with pytest.raises(ValidationError, match="最多提前一年"):
        end(record, ahead + timedelta(days=31))
    end(record, ahead)
    assert coming_end(record, today).split()[::2] == ["将于", verb]
    assert not has_ended(record, today)
    assert has_ended(record, ahead)


@pytest.mark.parametrize(
    ("make", "end", "listing", "said"),
    [
        (lambda place: make_member(branch=place), "left_on", "member_list", "转出"),
        (lambda place: make_post(organisation=place), "ended_on", "post_list", "离任"),
        (lambda place: make_link(make_post(organisation=place).person), "ended_on", "link_list", "结束"),
        (lambda place: make_hub(place), "closed_on", "hub_list", "关闭"),
        (lambda place: make_organisation(parent=place), "dissolved_on", "organisation_list", "撤销"),
    ],
    ids=["member", "post", "link", "hub", "organisation"],
)
def test_list_and_page_say_when_a_record_will_end(make, end, listing, said):
    root = make_organisation(domain="office", category="working_committee")
    client, record = browser_of(make_user(organisation=root)), make(root)
    ahead = years_before(timezone.localdate().replace(day=1), -1)
    leaving = {"status": "transferred_out"} if said == "转出" else {}
    type(record).objects.filter(pk=record.pk).update(**{end: ahead}, **leaving)
    shown = f"{ahead:%Y-%m}" if isinstance(record._meta.get_field(end), MonthField) else str(ahead)
    for answer in (page(client, listing), client.get(record.get_absolute_url()).content.decode()):
        assert f"将于 {shown} {said}" in answer


def after(day, field):
    """The next day, for a month the first of the next month."""
    following = day + timedelta(days=1)
    while isinstance(field, MonthField) and following.day != 1:
        following += timedelta(days=1)
    return following


def dated_columns(is_end):
    """{sheet: {heading: field}} of the columns with days of ends, or of happenings and beginnings."""
    found = {}
    for resource in KINDS.resources:
        for column in resource.columns:
            field = field_of(resource._meta.model, column)
            if hasattr(field, "bounds") and is_announced(field) == is_end:
                found.setdefault(resource.sheet, {})[column.column_name] = field
    return found


def field_of(model, column):
    """The field that a column states, None where it states none by itself."""
    for step in column.path:
        model = model._meta.get_field(step).related_model
    return model._meta.get_field(column.name) if column.name else None


def with_days(day_of, is_end):
    """ROWS with `day_of(field)` in every column of `dated_columns`."""
    stated = {
        sheet: {heading: str(day_of(field)) for heading, field in fields.items()}
        for sheet, fields in dated_columns(is_end).items()
    }
    # A leaving has its reason, and another link of the same youth would overlap.
    beside = {"联系青年": {"姓名": "温言"}, "团员": {"团籍状态": "转出"} if is_end else {}}
    return {sheet: [ROWS[sheet] | beside.get(sheet, {}) | days] for sheet, days in stated.items()}


def refused_in_sheets(words, day_of, is_end=False):
    """Which of the dated columns are refused, as (sheet, heading), where each holds `day_of(field)`."""
    found = problems(with_days(day_of, is_end))
    return {(sheet, heading) for sheet, _, heading, _, expected, _ in found if words in expected}


def headings(is_end):
    """Every dated column, as (sheet, heading)."""
    return {(sheet, heading) for sheet, fields in dated_columns(is_end).items() for heading in fields}


def dated_forms(is_end):
    """(form, {name: field}) of each page form that asks for such days."""
    found = []
    for form in page_forms(PageForm):
        fields = [*bounded_fields(form._meta.model), *bounded_fields(Person)] if form._meta.model else []
        asked = {one.name: one for one in fields if one.name in asked_by(form) and is_announced(one) == is_end}
        found += [(form, asked)] if asked else []
    return found


def page_forms(kind):
    """Every form below `kind`."""
    return [one for below in kind.__subclasses__() for one in (below, *page_forms(below))]


def asked_by(form):
    """The names of the fields that a form shows."""
    return names_in_order(form.groups)


def refused_by(form, user, days):
    """The names of the days that a form refuses as too late."""
    told = {"user": user, "day": timezone.localdate(), "instance": COMPLETE.get(form)}
    blank = form(**told)
    typed = {name: blank.fields[name].widget.format_value(day) for name, day in days.items()}
    filled = form({"name": "章程"} | typed, **told)
    return {name for name in days if "不晚于" in "".join(filled.errors.get(name, []))}
