"""Import and export of the ledger sheets 活动 and 签到."""

import hashlib
import re
from collections import Counter, defaultdict
from datetime import date
from functools import partial

from django.core.exceptions import ValidationError

from members.directory import ASSISTED_YOUTH, LINKED_YOUTH, MEMBER, VOLUNTEER, ReferenceWidget, new_person
from members.resources import PERSON_SYNONYMS, PeopleResource, person_column
from orgs.models import Organisation
from orgs.resources import ORGANISATION_SHEET
from yl_district.importing.questions import Question
from yl_district.likeness import happening_key
from yl_district.sheets.cells import CellError, split_list, text_key
from yl_district.sheets.choice_widgets import YesNoWidget
from yl_district.sheets.columns import Column, RecordNameColumn, column, key_of
from yl_district.sheets.date_widgets import DayWidget
from yl_district.sheets.doubts import SAME_ACTIVITY, Candidate
from yl_district.sheets.number_widgets import About
from yl_district.sheets.problems import RowProblems, row_problem
from yl_district.sheets.resource import SheetResource
from youthhubs.models import Hub
from youthhubs.resources import HubYearResource

from .actions import follow_activities, recount_sign_ins
from .campaign_resources import CampaignNameColumn, NamedCampaigns
from .models import Activity, ActivityType, Campaign, SignIn
from .partner_resources import PARTNERS, PartneredResource, PartnerNamesColumn
from .titles import TitledActivities, told_activity

# Kinds of hints in brackets after an activity's name, in order of preference; the first unambiguous one is used.
HINTS = [(), ("day",), ("host",), ("hub",), ("day", "host"), ("day", "hub"), ("host", "hub"), ("day", "host", "hub")]
DAYS_LISTED = 10
SIGN_IN_SHEET = "签到"
ACTIVITY_ANSWER = "activity"  # how the keys of answers begin that say which activity a text means
RUN_SESSIONS, ONE_SESSION, EACH_DAY = "run_sessions", "算 1 场", "每天算 1 场"  # the question, and its answers
HOSTING_HUBS, HUB_AND_HOST, HUB_ALONE = "hosting_hubs", "所在组织主办", "不填主办"  # likewise
HUBS_LISTED = 5
# The headings of what was planned, and those under which an activity still planned says the same.
PLANNED_IN = {"计划日期": "日期", "计划场次": "场次"}
ONLINE_WORDS = {"线上": True, "网上": True, "线下": False, "现场": False}


class ActivityResource(PartneredResource):
    """Each row is an activity, identified by name, day, host and hub together.

    For an activity with sign-in rows, the person-times entered are checked, not stored.
    """

    sheet = "活动"
    belongs_by = ("主办组织", "青年汇")
    known_by = ("活动名称", "日期", "主办组织", "青年汇")
    group = "青年汇"
    settled_by = "id"  # what follows from a confirmed list rests on the activity's times, type and host
    columns = [
        column(Activity, "name", required=True),
        column(Activity, "held_on", required=True, widget=DayWidget(takes_runs=True)),
        column(Activity, "state"),
        RecordNameColumn("类型", "type", ActivityType, required=True),
        RecordNameColumn("主办组织", "host", Organisation, ORGANISATION_SHEET, others={Hub: HubYearResource.sheet}),
        RecordNameColumn("青年汇", "hub", Hub, HubYearResource.sheet),
        column(Activity, "venue"),
        column(Activity, "is_online", widget=YesNoWidget(ONLINE_WORDS)),
        column(Activity, "places"),
        # Headed otherwise than on pages: lists call the day 开始时间.
        column(Activity, "starts_at", heading="开始时刻"),
        column(Activity, "ends_at", heading="结束时刻"),
        column(Activity, "session_count"),
        column(Activity, "attendance"),
        column(Activity, "basis"),
        column(Activity, "planned_on"),
        column(Activity, "planned_sessions"),
        column(Activity, "audience"),
        CampaignNameColumn("专项", "campaign"),
        column(Activity, "tags"),
        PartnerNamesColumn(PARTNERS),
        column(Activity, "content"),
    ]
    synonyms = {
        "活动名称": "活动主题 活动标题 主题 标题 名称",
        "日期": "活动日期 活动时间 活动开始时间 开始时间 开始日期 时间 举办日期 举办时间 开展日期 开展时间",
        "状态": "活动状态 举办情况",
        "类型": "活动类型 活动类别 类别",
        "主办组织": "主办单位 主办方 主办 举办单位 组织单位 开展单位",
        "青年汇": "所属青年汇 活动青年汇 青年汇名称",
        "地点": "活动地点 举办地点 开展地点 地址",
        "线上": "是否线上 线上活动 是否线上活动 活动形式 举办形式 开展形式",
        "场次": "活动场次 活动场数 场数",
        "人次": "参与人数 参加人数 参与人次 参加人次 活动人数 活动人次 实到人数 人数 服务人次 参会人数 到场人数",
        "计划日期": "拟举办日期 原定日期",
        "计划场次": "拟举办场次",
        "面向人群": "活动对象 参与对象 面向对象",
        "专项": "专项活动",
        "主题标签": "标签",
        PARTNERS: "协办 协办方 合作单位 协办组织",
        "内容": "活动内容 活动概述 活动简介 活动情况 内容简介 主要内容",
    }

    state_column = "状态"
    state_synonyms = {
        "已举办": "已开展 已完成",
        "计划": "拟举办 拟开展 待举办 待开展 未举办 未开展 明年 来年 下一年 下年度 预告",
        "取消": "停办 未举办 未开展 延期 推迟",
    }

    class Meta(SheetResource.Meta):
        model = Activity

    def load(self):
        self.index = self.book.only(ActivityIndex)
        self.stored = self.index.stored
        self.book.attach(self.index.stored.values(), "type", ActivityType)
        self.book.attach(self.index.stored.values(), "campaign", Campaign)
        self.book.attach(self.book.named(Hub).values(), "organisation", Organisation)
        self.note_partners(self.stored.values())
        self.stated = self.book.only(StatedPersonTimes)
        self.runs, self.hosting = {}, {}

    def before_import_row(self, row, **options):
        super().before_import_row(row, **options)
        if isinstance(self.row.get("主办组织"), Hub):
            self._take_hub()

    def _take_hub(self):
        """Takes a hub that a row names as host for its hub, and the hub's organisation for its host, as is asked."""
        hub = self.row.pop("主办组织")
        if self.row.setdefault("青年汇", hub) is not hub:
            remedy = "主办组织一栏写的也是青年汇：请只留一个，主办组织写团组织"
            raise row_problem("青年汇", self.row["青年汇"].name, f"与主办组织一栏相同的“{hub}”", remedy)
        self.hosting[self.place] = hub
        self.trail.append(partial(self.hosting.pop, self.place))
        if self.book.answers.get(HOSTING_HUBS) != HUB_ALONE:
            self.row["主办组织"] = hub.organisation

    def find(self, row):
        """Returns the activity of the same name, day, host and hub, or None for a new one.

        Otherwise the only stored one without a contradicting host or hub; raises CellError where several qualify.
        """
        namesakes = self.index.named(row["活动名称"], row["日期"])
        host, hub = row.get("主办组织"), row.get("青年汇")
        exact = [one for one in namesakes if one.host is host and one.hub is hub]
        if exact:
            return exact[0]
        stored = [one for one in namesakes if one.pk and id(one) not in self.matched]
        agreeing = [one for one in stored if agree(one.host, host) and agree(one.hub, hub)]
        if len(agreeing) > 1:
            raise CellError("能确定为一次活动", "同名同日的活动有几次，请填写主办组织或青年汇")
        return agreeing[0] if agreeing else self._named_alike(row, host, hub)

    def _named_alike(self, row, host, hub):
        """Returns the activity of the same day and host with a name spelled otherwise that the row is answered to mean.

        It keeps its name; other rows can refer to it by the spelling of this one.
        """
        name, alike = row["活动名称"], []
        for one in self.index.named_alike(row["活动名称"], row["日期"]):
            if one.name != name and agree(one.host, host) and agree(one.hub, hub):
                alike.append(one)
        # Of those that the file itself begins the first stands for all.
        alike = [one for one in alike if one.pk] or alike[:1]
        if not alike:
            return None
        found = self.ask(SAME_ACTIVITY, [Candidate(one, self._why_alike(one)) for one in alike])
        if found:
            del row["活动名称"]
            self.index.learn([found], name)
        return found

    def _why_alike(self, activity):
        said = "日期、主办相同，名称写法相近"
        return said if activity.pk else f"{self.place_of(activity)}，{said}"

    def import_instance(self, instance, row, **options):
        self._take_about(row)
        self._count_sessions(instance, row)
        if SIGN_IN_SHEET not in self.book.sheets:
            self._check_person_times(instance)
        self.stated.note(self.row_at, instance, self.row.get("人次"))
        if instance.sign_in_count:
            self.row.pop("人次", None)
            self.row.pop("数字口径", None)
        elif self.row.get("人次", instance.attendance) is None:
            self.row.pop("数字口径", None)
        elif "数字口径" not in self.row and instance.basis == Activity.Basis.UNRECORDED:
            instance.basis = ""
        if instance.pk is None and "状态" not in self.row:
            instance.state = ""
        told = self._other_plan(instance)
        super().import_instance(instance, row, **options)
        if instance.pk is None:
            instance.settle_state(self.book.today)
            instance.settle_basis()
        self._check_plan(instance, told)
        self._begin_campaign(instance)

    def _other_plan(self, instance):
        """What the row tells of the plan that is not stored already, by heading."""
        stored = {heading: getattr(instance, self.fields[heading].attribute) for heading in PLANNED_IN}
        return {name: self.row[name] for name in PLANNED_IN if self.row.get(name) not in (None, stored[name])}

    def _check_plan(self, instance, told):
        """Raises an error of the row where it tells of another plan than an activity still planned says itself."""
        for heading, value in told.items() if instance.is_planned else ():
            same = PLANNED_IN[heading]
            own = getattr(instance, self.fields[same].attribute)
            if value != own:
                remedy = f"状态为计划的活动，计划的就是{same}一栏：请改正其中一个，或清空{heading}"
                raise row_problem(heading, str(value), f"与{same}一致的 {own}", remedy)

    def _begin_campaign(self, instance):
        """Has a campaign that only activities of the file name begin with the first of them."""
        campaign = instance.campaign
        if self.campaigns.begins(campaign) and (campaign.started_on or date.max) > instance.held_on:
            self.change(campaign, "started_on", instance.held_on)

    @property
    def campaigns(self):
        return self.book.only(NamedCampaigns)

    def records_of(self, instance):
        campaign = [instance.campaign] if self.campaigns.begins(instance.campaign) else []
        return [*campaign, *super().records_of(instance)]

    def _take_about(self, row):
        """Takes person-times of which the cell says that they are not exact as 约数; raises where 数字口径 differs."""
        stated = self.row.get("人次")
        if not isinstance(stated, About):
            return
        self.row["人次"] = int(stated)
        if self.row.setdefault("数字口径", Activity.Basis.ROUNDED) != Activity.Basis.ROUNDED:
            label = Activity.Basis(self.row["数字口径"]).label
            raise row_problem("人次", row["人次"], f"与数字口径（{label}）一致的数字", "请改正人次或数字口径")

    def _count_sessions(self, instance, row):
        """Sets the sessions of a new activity of several days as the answer says, where the row does not."""
        run = self.fields["日期"].widget.run(row.get("日期"), row)
        if run is None or instance.pk or "场次" in self.row:
            return
        self.runs[self.place] = None
        self.trail.append(partial(self.runs.pop, self.place))
        if self.book.answers.get(RUN_SESSIONS) == EACH_DAY:
            self.row["场次"] = (run.last - run.first).days + 1

    def questions(self):
        if self.hosting:
            hubs = dict.fromkeys(f"{hub}（{hub.organisation}）" for hub in self.hosting.values())
            named = "、".join([*hubs][:HUBS_LISTED]) + ("等" if len(hubs) > HUBS_LISTED else "")
            yield Question(
                id=HOSTING_HUBS,
                kind=HOSTING_HUBS,
                asked="主办写的是青年汇的活动怎样登记？",
                found=f"{len(self.hosting)} 行的主办组织写的是青年汇，括号中是它所在的组织：{named}",
                rows=list(self.hosting),
                proposals={HUB_AND_HOST: "青年汇的活动，由它所在的组织主办", HUB_ALONE: "青年汇的活动，主办组织不填"},
                default=HUB_AND_HOST,
            )
        if self.runs:
            yield Question(
                id=RUN_SESSIONS,
                kind=RUN_SESSIONS,
                asked="连续几天的活动各算几场？",
                found=f"{len(self.runs)} 行活动写的是连续几天，没有写场次；日期登记为第一天",
                rows=list(self.runs),
                proposals={ONE_SESSION: ONE_SESSION, EACH_DAY: EACH_DAY},
                default=ONE_SESSION,
            )

    def validate_instance(self, instance, import_validation_errors=None, validate_unique=True):
        super().validate_instance(instance)
        try:
            instance.check_day(self.book.today)
        except ValidationError as error:
            raise RowProblems(list(self._problems_of(error, instance))) from None

    def _check_person_times(self, instance):
        """Raises an error of the row where its person-times differ from the stored number of sign-in rows."""
        stated = self.row.get("人次")
        if instance.sign_in_count and stated not in (None, instance.sign_in_count):
            remedy = "该活动已有签到名单，以签到人数为准：请核对人次，或先更正签到名单"
            raise row_problem("人次", str(stated), f"与签到人数一致的 {instance.sign_in_count}", remedy)

    def accept(self, record):
        self.index.learn([record])
        if self.campaigns.begins(record.campaign):
            self.campaigns.note(record.campaign)
        super().accept(record)

    def doubts(self):
        return [*self.campaigns.warnings(), *super().doubts()]

    def late_problems(self):
        """Yields a problem for each row whose person-times differ from the sign-in rows stored and in the file."""
        listed = self.book.only(NewSignIns).counts
        for activity, row_at, value in self.stated.rows.values():
            count = activity.sign_in_count + listed[id(activity)]
            if count and value not in (None, count):
                remedy = "有签到名单的活动以签到人数为准：请核对人次与《签到》表"
                yield (row_at, "人次", str(value), f"与签到人数一致的 {count}", remedy)

    @classmethod
    def settle(cls, keys):
        follow_activities(keys)

    def rows_for_export(self, records):
        rows = records.select_related("type", "host", "hub", "campaign").prefetch_related("partners")
        return rows.order_by("held_on", "pk")


class StatedPersonTimes:
    """Person-times stated by the file's sheet 活动.

    `rows` is {id() of an activity: (activity, position of its row, person-times or None)}.
    """

    def __init__(self, book):
        self.rows = {}

    def note(self, row_at, activity, value):
        """Records what an activity's row states."""
        self.rows[id(activity)] = activity, row_at, value


class NewSignIns:
    """How many people more the file says to have come to each activity, by its id()."""

    def __init__(self, book):
        self.counts = Counter()


class ActivityIndex:
    """Activities by name, in one workbook."""

    def __init__(self, book):
        self.book = book
        self._by_name, self._by_key = defaultdict(dict), defaultdict(dict)
        self.stored = {activity.pk: activity for activity in book.rows(Activity).order_by("pk")}
        book.attach(self.stored.values(), "host", Organisation)
        book.attach(self.stored.values(), "hub", Hub)
        self.learn(self.stored.values())

    def learn(self, activities, name=""):
        """Adds activities to the index, by their names or another one."""
        for activity in activities:
            self._by_name[name or activity.name][id(activity)] = activity
            self._by_key[activity.held_on, happening_key(activity.name)][id(activity)] = activity

    def named_alike(self, name, held_on):
        """Returns the activities on a day whose names are this one or spelled otherwise."""
        return list(self._by_key.get((held_on, happening_key(name)), {}).values())

    @property
    def activities(self):
        """The activities that are known, also those of the file itself."""
        return [one for namesakes in self._by_name.values() for one in namesakes.values()]

    def named(self, name, held_on=None):
        """Returns the activities of this name, on the day `held_on` if given."""
        return [one for one in self._by_name.get(name, {}).values() if held_on in (None, one.held_on)]

    def referred(self, text, held_on=None):
        """Returns the only activity that a cell refers to; raises CellError for none or several.

        A unique name is enough; otherwise the day, host or hub follow in brackets.
        """
        found = self.named(text, held_on)
        for bracket in re.finditer(r"[（(]", text) if not found and text.endswith(("）", ")")) else ():
            name, hints = text[: bracket.start()].rstrip(), split_list(text[bracket.end() : -1])
            found += [one for one in self.named(name, held_on) if set(hints) <= set(hints_of(one).values())]
        if not found:
            raise self._unknown(text)
        if len(found) > 1:
            remedy = f"请在名称后用括号注明{'' if held_on else '日期、'}主办组织或青年汇，如 {text}（某某青年汇）"
            raise CellError(f"能确定为一次活动（同名的有 {len(found)} 次）", remedy)
        return found[0]

    def _unknown(self, name):
        """Returns the CellError for an unknown activity; if the name is known on other days, it lists them."""
        days = sorted({one.held_on.isoformat() for one in self.named(name)})
        if not days:
            return self.book.nobody(name, ActivityResource.sheet)
        sheet = f"《{ActivityResource.sheet}》表"
        is_brought = ActivityResource.sheet in self.book.sheets
        expected = f"{f'{sheet}或' if is_brought else ''}系统中当日已有的活动"
        listed = "、".join(days[:DAYS_LISTED]) + ("等" if len(days) > DAYS_LISTED else "")
        where = sheet if is_brought else "系统"
        remedy = f"“{name}”登记的日期为 {listed}，请核对日期，或先在{where}中加入当日的活动"
        return self.book.nobody(name, ActivityResource.sheet, expected, remedy)

    def reference(self, pk, has_day=False):
        """Returns the text by which a sheet refers to a stored activity.

        `has_day` means that another column gives the day.
        """
        activity = self.stored[pk]
        own, namesakes = hints_of(activity), self.named(activity.name, activity.held_on if has_day else None)
        for kinds in HINTS:
            hints = [own[kind] for kind in kinds if kind in own]
            fitting = [one for one in namesakes if set(hints) <= set(hints_of(one).values())]
            if len(fitting) == 1:
                return f"{activity.name}（{'，'.join(hints)}）" if hints else activity.name
        return activity.name


def hints_of(activity):
    """Returns the hints that distinguish an activity from its namesakes, by kind."""
    hints = {"day": activity.held_on.isoformat(), "host": str(activity.host or ""), "hub": str(activity.hub or "")}
    return {kind: hint for kind, hint in hints.items() if hint}


def agree(one, other):
    """Whether two values are compatible: the same, or at least one of them missing."""
    return one is None or other is None or one is other


# Not distinguished in imports without access to case files, so as not to reveal who is assisted.
UNTOLD = (SignIn.Capacity.ASSISTED_YOUTH, SignIn.Capacity.OTHER)


# How lists of who signed in say that somebody did not come, in a column of its own or in place of a signature.
NOT_COME = r"缺席|缺勤|缺会|旷会|旷课|未(?:到|到场|到会|参加|出席|签到|请假)|没(?:来|到|参加)"
ABSENT = rf"(?:因[^,。;]{{1,6}})?(?:{NOT_COME})(?:[(,].*)?"
EXCUSED = r"(?:因[^,。;]{1,6}|本人|已|临时)?(?:请?[事病公年产婚丧]假|请假)(?:[(,].*)?"
PRESENCE_ALIASES = {
    alias: label
    for label, aliases in {
        SignIn.Presence.PRESENT.label: "已到 到场 已到场 到会 已到会 出席 已出席 参加 已参加 签到 已签到 已签 "
        "迟到 早退 是 √ ✓ Y",
        SignIn.Presence.ABSENT.label: "缺 缺勤 未到 未到场 未到会 未出席 未参加 未签到 未签 没来 没到 旷会 否 × N",
        SignIn.Presence.EXCUSED.label: "已请假 事假 病假 公假 请事假 请病假",
    }.items()
    for alias in aliases.split()
}


def held_on_column():
    """Returns the column of an activity's day, which its name may state as well."""
    found = column(Activity, "held_on", required=True, prefix="activity__", widget=DayWidget(takes_runs=True))
    found.unless = "活动名称"
    return found


def activity_answer(text, held_on):
    """Returns the key of the answer that says which activity rows mean by a text, with the day of a cell of their own.

    It quotes nothing, as answers are kept in plain text.
    """
    said = f"{held_on or ''} {text_key(text)}"
    return f"{ACTIVITY_ANSWER}/{hashlib.sha256(said.encode()).hexdigest()[:16]}"


class SignInResource(PeopleResource):
    """Each row is one person's attendance at an activity; an unknown person is created.

    Without 日期, 活动名称 can be the title of a list, with the day.
    """

    sheet = SIGN_IN_SHEET
    known_by = ("活动名称", "日期", "姓名", "身份证号", "手机号码")
    group = "活动名称"
    group_page = ("import_batch_activity", "登记这次活动")
    settled_by = "activity"
    called = "姓名"
    columns = [
        Column("活动名称", required=True, width=30),
        held_on_column(),
        Column("姓名", widget=ReferenceWidget(), required=True),
        person_column("identity_number"),
        person_column("mobile"),
        column(SignIn, "capacity"),
        column(SignIn, "presence", aliases=PRESENCE_ALIASES),
        column(SignIn, "arrived"),
        column(SignIn, "departed"),
    ]
    synonyms = {
        "活动名称": "活动 活动主题 活动标题",
        "日期": "活动日期 活动时间 签到日期",
        "姓名": f"{PERSON_SYNONYMS['姓名']} 签到人 签到人姓名 参加人 参加人姓名 参加人员",
        "身份证号": PERSON_SYNONYMS["身份证号"],
        "手机号码": PERSON_SYNONYMS["手机号码"],
        "身份": "人员身份 参加人身份 人员类别",
        "到场情况": "出席情况 到会情况 参会情况 签到情况 签到状态 是否到场 是否出席 是否参加 是否签到 参加情况 "
        "出勤 出勤情况 考勤 考勤情况 状态",
        "到达": "到达时间 签到时间 入场时间",
        "离开": "离开时间 签退时间 退场时间",
    }
    passed_over = "单位 工作单位 所在单位 单位名称 签名 签字 本人签名 本人签字 签名栏 签到栏"
    state_column = "到场情况"
    state_synonyms = {
        "到": "实到 出席 参加",
        "缺席": "缺勤 未到 未出席 未参加",
        "请假": "事假 病假 公假",
    }
    noted_column = "到场情况"
    noted_under = "签名 签字 本人签名 本人签字 签到 签到栏 签名栏 备注 备注说明 说明"
    noted_words = {SignIn.Presence.ABSENT.label: ABSENT, SignIn.Presence.EXCUSED.label: EXCUSED}
    capacities = {
        SignIn.Capacity.MEMBER: MEMBER,
        SignIn.Capacity.LINKED_YOUTH: LINKED_YOUTH,
        SignIn.Capacity.ASSISTED_YOUTH: ASSISTED_YOUTH,
        SignIn.Capacity.VOLUNTEER: VOLUNTEER,
    }

    class Meta(SheetResource.Meta):
        model = SignIn

    @property
    def index(self):
        return self.book.only(ActivityIndex)

    def before_import_row(self, row, **options):
        super().before_import_row(row, **options)
        assisted = SignIn.Capacity.ASSISTED_YOUTH
        if self.book.committee is not None and self.row.get("身份") == assisted:
            remedy = "谁是帮扶对象，由上级团委机关登记；请改为“其他”，或清空这一格"
            raise row_problem("身份", assisted.label, f"{assisted.label}以外的身份", remedy)

    def load(self):
        known = list(self.book.rows(SignIn).order_by("pk"))
        for record in known:
            # As pages show it; the import report's changes must not reveal who is assisted.
            if not self.book.with_cases and record.capacity == SignIn.Capacity.ASSISTED_YOUTH:
                record.capacity = SignIn.Capacity.OTHER
        self.attach_people(known)
        self.known = {(record.activity_id, id(record.person)): record for record in known}
        self.came = {record.pk for record in known if record.is_present}
        self.stored = {record.pk: record for record in known}
        self.activity, self.first_rows, self.told_by = None, {}, {}
        answers = self.book.answers
        self.chosen = {key: int(answers[key]) for key in answers if key.startswith(f"{ACTIVITY_ANSWER}/")}

    def find(self, row):
        try:
            self.activity = self._activity(row)
        except CellError as error:
            raise CellError(error.expected, error.remedy, "活动名称") from None
        capacity = self.capacities.get(row.get("身份"))
        self.person = self.directory.referred(row["姓名"], row, capacity, self.ask_who)
        return self.known.get((key_of(self.activity), id(self.person)))

    def _activity(self, row):
        """Returns the activity that a row names with its day, in two cells or in one; raises CellError.

        Which one a text means may have been said on the import's pages.
        """
        if self.chosen:
            chosen = self.chosen.get(activity_answer(row["活动名称"], row.get("日期")))
            if chosen in self.index.stored:
                return self.index.stored[chosen]
        if "日期" in row:
            return self.index.referred(row["活动名称"], row["日期"])
        title = row["活动名称"]
        if title not in self.told_by:
            self.told_by[title] = told_activity(title, self.index.activities)
        if self.told_by[title]:
            return self.told_by[title]
        expected = "已登记的活动的名称和日期，如 学雷锋志愿服务（2017-03-05）"
        raise CellError(expected, "请写明日期，或先登记这次活动")

    @classmethod
    def titled_groups(cls, user, committee=None):
        return TitledActivities(user, committee)

    def recall(self, record):
        """Returns the sign-in; raises RowProblems where its mark is in a row that names another activity or day."""
        self.activity = self.index.stored[record.activity_id]
        names = self.activity.name, self.index.reference(record.activity_id, has_day=True)
        if self.row["活动名称"] not in names or self.row.get("日期") != self.activity.held_on:
            remedy = "标记属于另一次活动的签到：请恢复原来的活动与日期；确为另一次时清空标记这一格"
            raise row_problem("活动名称", self.row["活动名称"], str(self.activity), remedy)
        return super().recall(record)

    def start(self, row):
        return SignIn(activity=self.activity, person=self.person or new_person(row["姓名"]))

    def import_instance(self, instance, row, **options):
        instance.activity = self.activity
        super().import_instance(instance, row, **options)

    def accept(self, record):
        self.known[key_of(record.activity), id(record.person)] = record
        more = record.is_present - (record.pk in self.came)
        self.book.only(NewSignIns).counts[id(record.activity)] += more
        if more > 0 and not record.activity.sign_in_count:
            self.first_rows.setdefault(id(record.activity), (record.activity, []))[1].append(self.row_at)

    @classmethod
    def settle(cls, keys):
        recount_sign_ins(keys)

    def first_lists(self):
        """Yields (activity, positions of its rows, person-times stored, number of sign-ins) for first lists.

        Only for activities whose first list of sign-ins differs from the stored person-times and whose person-times the
        file itself does not state; those are checked in their own sheet.
        """
        listed, stated = self.book.only(NewSignIns).counts, self.book.only(StatedPersonTimes).rows
        for key, (activity, rows_at) in self.first_rows.items():
            typed, is_stated = activity.attendance, stated.get(key, (None, None, None))[2] is not None
            if activity.pk and not is_stated and typed not in (None, listed[key]):
                yield activity, rows_at, typed, listed[key]

    def doubts(self):
        """Yields a warning for each first list that differs from the stored person-times, which are then set aside.

        Only if the file has no sheet 活动.
        """
        for activity, _, typed, count in self.first_lists() if ActivityResource.sheet not in self.book.sheets else ():
            yield f"“{activity}”已登记 {typed} 人次，名单有 {count} 人：写入后以名单为准，原登记的人次另行保留。"

    def late_problems(self):
        """Yields a problem for each row of a first list that differs from the stored person-times.

        Only if the file has a sheet 活动, in which they could be corrected.
        """
        for activity, rows_at, typed, count in self.first_lists() if ActivityResource.sheet in self.book.sheets else ():
            remedy = f"系统中该活动登记为 {typed} 人次，名单只有 {count} 人：请补齐名单，或先清空该活动的人次"
            for row_at in rows_at:
                yield (row_at, "活动名称", activity.name, f"与已登记人次一致的 {typed} 行签到", remedy)

    def rows_for_export(self, records):
        return records.select_related("activity", "person").order_by("activity__held_on", "activity_id", "pk")

    def value_for_export(self, record, heading, item):
        if heading == "活动名称":
            return self.index.reference(record.activity_id, has_day=True)
        if heading == "姓名":
            return self.directory.reference_beside_mobile(record.person)
        if heading == "身份" and record.capacity in UNTOLD and not self.book.with_cases:
            return None
        return super().value_for_export(record, heading, item)
