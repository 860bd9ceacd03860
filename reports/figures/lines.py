"""The figures of the annual work summary, one line each, in printing order.

A line states which records a figure counts and how, and all other properties of the figure; the number, the list behind
it, the export and the document all derive from it, so they cannot disagree. A changed definition gets a new key.
"""

from collections.abc import Iterable, Iterator

from django.utils.text import Truncator

from activities.coverage import coverage_of
from activities.models import ActivityType, Campaign
from orgs.models import Supply, UnitContact
from yl_district.kept.results import once_a_moment
from youthhubs.models import HubYear

from .figure import (
    ACTIVITIES,
    ASSISTANCE,
    CAMPAIGNS,
    CASES,
    DISJOINT,
    EDUCATION,
    FLOW,
    HUBS,
    LINKS,
    MEMBERS,
    OPEN,
    ORGANISATION,
    OVERLAPPING,
    PLATFORMS,
    PREVENTION,
    STOCK,
    TYPES,
    UNITS,
    YEAR,
    Figure,
)
from .measures import person_times, sessions, share_reached, signed_in, smallest, total
from .sources import (
    Reached,
    ToReach,
    activities,
    activities_planned,
    activities_served,
    activities_suggested,
    assessments,
    assistances,
    cadres,
    cadres_keeping_the_norm,
    case_register,
    committee_members,
    communities,
    communities_with_staffing,
    contacts,
    education,
    hubs,
    linked_cadres,
    linked_youths,
    members,
    members_educated,
    members_joined,
    members_verified,
    people_signed_in,
    plans,
    platform_entries,
    project_applications,
    register_with_assistances,
    scholarships,
    supplies,
    units,
    units_toward_task,
    units_verified,
    visits,
    volunteers,
    youths_contacted,
)

# Of the name of a campaign in the label of a figure, which documents keep with their numbers.
LONGEST_CAMPAIGN_NAME = 50
SESSIONS_SHORTFALL = "{name}{n}，未达到{target}的目标"
ATTENDANCES_SHORTFALL = "{name}的参加者{n}，未达到{target}的目标"


# fmt: off
FIGURES = [
    Figure("committee_members", "团委委员", "名", ORGANISATION, STOCK, OPEN, OVERLAPPING,
           "期末在本级组织任委员的人", committee_members),
    Figure("communities", "村、社区", "个", ORGANISATION, STOCK, OPEN, DISJOINT,
           "期末存在的村和社区团组织", communities),
    Figure("communities_with_cadre", "已配备团干的村、社区", "个", ORGANISATION, STOCK, OPEN, DISJOINT,
           "其中期末有人任职的", communities_with_staffing, where={"is_staffed": True}, part_of="communities"),
    Figure("communities_renewed", "更新团干的村、社区", "个", ORGANISATION, FLOW, OPEN, DISJOINT,
           "期末存在、期内有人新任职的村和社区团组织（在同一组织续任、改任的不算）",
           communities_with_staffing, where={"is_renewed": True}, part_of="communities", may_fall=True),
    Figure("cadres", "团干部", "名", ORGANISATION, STOCK, OPEN, OVERLAPPING,
           "期末任职的人，一人多职只计一次", cadres, headline=2, is_drawn=True),
    Figure("flags_issued", "配发团旗", "面", ORGANISATION, FLOW, OPEN, DISJOINT,
           "期内配发团旗的数量之和", supplies, total("quantity"), {"item": Supply.FLAG}),
    Figure("badges_issued", "配发团徽", "枚", ORGANISATION, FLOW, OPEN, DISJOINT,
           "期内配发团徽的数量之和", supplies, total("quantity"), {"item": Supply.BADGE}),
    Figure("cadre_meetings", "团干大会", "次", ORGANISATION, FLOW, OPEN, DISJOINT,
           "期内团干大会的场次之和", activities, sessions, {"type__key": "cadre_meeting"}),
    Figure("members", "团员总数", "名", MEMBERS, STOCK, OPEN, DISJOINT,
           "期末在册的团员", members, headline=1, is_drawn=True),
    Figure("community_members", "村、社区非在校团员", "名", MEMBERS, STOCK, OPEN, DISJOINT,
           "期末在册、支部在村或社区、未标明在校的团员",
           lambda scope: members(scope).in_communities_on(scope.day).not_in_school_on(scope.day), part_of="members"),
    Figure("office_members", "机关团员", "名", MEMBERS, STOCK, OPEN, DISJOINT,
           "期末在册、支部在机关的团员", lambda scope: members(scope).in_office_on(scope.day), part_of="members"),
    Figure("members_verified", "经核实团员", "名", MEMBERS, FLOW, OPEN, DISJOINT,
           "期末在册、期内经团支部核实（核实无误、已更正或新补登）的团员",
           members_verified, part_of="members"),
    Figure("members_joined", "新增团员", "名", MEMBERS, FLOW, OPEN, OVERLAPPING,
           "来源日期在期内的团员，一人只计一次", lambda scope: members_joined(scope).one_of_each_person()),
    Figure("nonpublic_members_joined", "新增非公企业团员", "名", MEMBERS, FLOW, OPEN, OVERLAPPING,
           "来源日期在期内、支部在非公企业或社会组织的团员，一人只计一次",
           lambda scope: members_joined(scope).joined_in_nonpublic().one_of_each_person(), is_work=True),
    Figure("units_founded", "新建团组织的两新组织", "家", UNITS, FLOW, OPEN, DISJOINT,
           "建团日期在期内的两新组织", lambda scope: units(scope).founded_during(scope.passed),
           headline=10, is_drawn=True, is_work=True),
    Figure("units_toward_task", "完成两新组织任务", "家", UNITS, YEAR, OPEN, DISJOINT,
           "计入任务年度为本年、期末未迁址或注销的两新组织",
           units_toward_task, is_drawn=True),
    Figure("units_retired", "迁址或注销更新", "家", UNITS, FLOW, OPEN, DISJOINT,
           "期内迁址或注销的两新组织，一家只计一次", lambda scope: units(scope).retired_during(scope.passed),
           shortfall="核实更新迁址或注销的两新组织{n}，未达到{target}的目标"),
    Figure("units_verified", "核实两新组织", "家", UNITS, FLOW, OPEN, DISJOINT,
           "期内核实过的两新组织，一家只计一次", units_verified),
    Figure("district_contact_points", "区级联系点", "个", UNITS, STOCK, OPEN, DISJOINT,
           "期末列为区级联系点、已建团（建团日期不晚于期末或未填）、未迁址或注销的两新组织",
           lambda scope: units(scope).district_contact_points_on(scope.day)),
    Figure("unit_contacts", "两新联络", "次", UNITS, FLOW, OPEN, DISJOINT,
           "期内登记的联络", lambda scope: UnitContact.objects.within(scope.organisation).held_during(scope.passed),
           is_work=True),
    Figure("education_sessions", "思想教育活动", "场", EDUCATION, FLOW, OPEN, DISJOINT,
           "期内计入思想教育的各类活动的场次之和", education, sessions,
           part_of="sessions", of_hubs=True, headline=11),
    Figure("education_reach", "思想教育覆盖团员", "名", EDUCATION, FLOW, OPEN, DISJOINT,
           "期末在册、期内在思想教育活动中签到的团员", members_educated, signed_in,
           part_of="members", headline=12, is_drawn=True),
    Figure("linked_youths", "联系青年", "名", LINKS, STOCK, OPEN, OVERLAPPING,
           "期末仍在联系的青年，一人只计一次", linked_youths, headline=3, is_drawn=True),
    Figure("cadres_linked", "已绑定团干部", "名", LINKS, STOCK, OPEN, OVERLAPPING,
           "期末任职、至少有一名已绑定联系青年的团干部", linked_cadres, where={"is_bound": True}, part_of="cadres"),
    Figure("cadres_at_quota", "达标团干部", "名", LINKS, STOCK, OPEN, OVERLAPPING,
           "期末任职、联系青年达到指标的团干部（未定的专职 100、其他 10）",
           linked_cadres, where={"is_at_quota": True}, part_of="cadres"),
    Figure("youth_contacts", "联系青年", "人次", LINKS, FLOW, OPEN, OVERLAPPING,
           "期内每次联系的青年数之和（全部＝当日在联系的青年）", contacts, total("youths_reached"),
           headline=9, is_drawn=True, is_work=True),
    Figure("contacts_online", "线上联系", "人次", LINKS, FLOW, OPEN, OVERLAPPING,
           "其中线上互动、电话的", contacts, total("youths_reached"), {"is_offline": False},
           addend_of="youth_contacts"),
    Figure("contacts_offline", "线下联系", "人次", LINKS, FLOW, OPEN, OVERLAPPING,
           "其中面对面、走访和各种活动的", contacts, total("youths_reached"), {"is_offline": True},
           addend_of="youth_contacts"),
    Figure("youths_reached", "联系到的青年", "名", LINKS, FLOW, OPEN, OVERLAPPING,
           "期内至少联系到一次的青年，一人只计一次", youths_contacted),
    Figure("cadres_at_norm", "联系达标团干部", "名", LINKS, STOCK, OPEN, OVERLAPPING,
           "达标团干部中，期末在联系的每名青年本年至期末各季度（自联系起始所在季度起）都联系到、本年面对面或走访过的",
           cadres_keeping_the_norm, part_of="cadres_at_quota"),
    Figure("assisted_youths", "精准帮扶对象", "名", ASSISTANCE, STOCK, CASES, DISJOINT,
           "期末在库的帮扶对象", case_register, headline=4),
    Figure("service_plans", "服务计划书", "份", ASSISTANCE, YEAR, CASES, DISJOINT,
           "期末在库对象的本年度计划书", plans, part_of="assisted_youths"),
    Figure("signed_plans", "已签服务计划书", "份", ASSISTANCE, STOCK, CASES, DISJOINT,
           "期末在库对象的本年度计划书中，至期末已签订的", lambda scope: plans(scope).agreed_by(scope.day),
           part_of="service_plans"),
    Figure("midyear_reviews", "年中已回顾的计划书", "份", ASSISTANCE, STOCK, CASES, DISJOINT,
           "期末在库对象的本年度计划书中，至期末已作年中回顾的",
           lambda scope: plans(scope).reviewed_midyear_by(scope.day), part_of="signed_plans"),
    Figure("final_reviews", "年末已回顾的计划书", "份", ASSISTANCE, STOCK, CASES, DISJOINT,
           "期末在库对象的本年度计划书中，至期末已作年末回顾的",
           lambda scope: plans(scope).reviewed_finally_by(scope.day), part_of="signed_plans"),
    Figure("paired_youths", "结对帮扶对象", "名", ASSISTANCE, STOCK, CASES, DISJOINT,
           "期末在库、有固定志愿者的帮扶对象", lambda scope: case_register(scope).paired_on(scope.day),
           part_of="assisted_youths"),
    Figure("assistances", "帮扶", "次", ASSISTANCE, FLOW, CASES, DISJOINT,
           "期内每次帮扶的对象数之和（全部＝当日在库对象）", assistances, total("youths_reached"),
           is_drawn=True, is_work=True, shortfall="帮扶困难青少年{n}，未达到{target}的目标"),
    Figure("assistances_per_youth", "每名帮扶次数（最少）", "次", ASSISTANCE, FLOW, CASES, DISJOINT,
           "期末在库对象中期内受帮扶次数的最小值", register_with_assistances, smallest("assistances_received"),
           shortfall="帮扶最少的对象全年受帮扶{n}，未达到每名{target}的目标"),
    Figure("pairing_visits", "固定志愿者走访", "次", ASSISTANCE, FLOW, CASES, DISJOINT,
           "期内已走访、没有取消的走访", visits),
    Figure("youths_bound", "平台绑定帮扶对象", "名", ASSISTANCE, STOCK, CASES, DISJOINT,
           "期末在库、已在平台绑定的帮扶对象", lambda scope: case_register(scope).bound_by(scope.day),
           part_of="assisted_youths"),
    Figure("volunteers_bound", "平台绑定志愿者", "名", ASSISTANCE, STOCK, OPEN, DISJOINT,
           "期末在册、已在平台绑定的志愿者，按当时所在的队伍归属",
           lambda scope: volunteers(scope).bound_by(scope.day)),
    Figure("project_applications", "区级帮扶项目申请", "人次", ASSISTANCE, FLOW, CASES, DISJOINT,
           "申请日期在期内的申请", lambda scope: project_applications(scope).asked_during(scope.passed)),
    Figure("project_approvals", "区级帮扶项目获批", "人次", ASSISTANCE, FLOW, CASES, DISJOINT,
           "答复日期在期内、已批准的申请", lambda scope: project_applications(scope).approved_during(scope.passed)),
    Figure("activities_suggested", "推荐活动", "人次", ASSISTANCE, FLOW, CASES, DISJOINT,
           "推荐日期在期内的推荐", lambda scope: activities_suggested(scope).suggested_during(scope.passed)),
    Figure("suggestions_taken_up", "参加推荐活动", "人次", ASSISTANCE, FLOW, CASES, DISJOINT,
           "活动日期在期内、结果为去了的推荐", lambda scope: activities_suggested(scope).taken_up_during(scope.passed)),
    Figure("scholarships_applied", "申报奖学金", "名", ASSISTANCE, FLOW, CASES, DISJOINT,
           "申报日期在期内的学生，一人只计一次",
           lambda scope: scholarships(scope).applied_during(scope.passed).one_of_each_student()),
    Figure("scholarships_granted", "获批奖学金", "名", ASSISTANCE, FLOW, CASES, DISJOINT,
           "批准日期在期内、已批准或发放的学生，一人只计一次",
           lambda scope: scholarships(scope).granted_during(scope.passed).one_of_each_student(),
           shortfall="获批奖学金的学生{n}，未达到{target}的目标"),
    Figure("scholarships_paid", "发放奖学金", "名", ASSISTANCE, FLOW, CASES, DISJOINT,
           "发放日期在期内的学生，一人只计一次",
           lambda scope: scholarships(scope).paid_during(scope.passed).one_of_each_student()),
    Figure("scholarships_thanked", "奖学金致谢", "名", ASSISTANCE, FLOW, CASES, DISJOINT,
           "致谢日期在期内的学生，一人只计一次",
           lambda scope: scholarships(scope).thanked_during(scope.passed).one_of_each_student()),
    Figure("scholarship_students", "奖学金平台学生", "名", ASSISTANCE, YEAR, CASES, DISJOINT,
           "本年度申报、期末在平台的学生，一人只计一次",
           lambda scope: scholarships(scope).of_year(scope.year).on_platform_on(scope.day)
           .applied_by(scope.today)),
    Figure("hubs", "青年汇", "家", HUBS, STOCK, OPEN, DISJOINT,
           "期末开业的青年汇", hubs, headline=5, is_drawn=True),
    Figure("hubs_ordinary", "普通店", "家", HUBS, STOCK, OPEN, DISJOINT,
           "其中本年度为普通店的", lambda scope: hubs(scope).of_tier(HubYear.Tier.ORDINARY, scope.year),
           addend_of="hubs"),
    Figure("hubs_key", "重点店", "家", HUBS, STOCK, OPEN, DISJOINT,
           "其中本年度为重点店的", lambda scope: hubs(scope).of_tier(HubYear.Tier.KEY, scope.year), addend_of="hubs"),
    Figure("hub_volunteer_teams", "青年汇志愿者队伍", "支", HUBS, STOCK, OPEN, DISJOINT,
           "其中期末队伍里有在册志愿者的", lambda scope: hubs(scope).with_team_on(scope.day), part_of="hubs"),
    Figure("sessions", "活动场次", "场", ACTIVITIES, FLOW, OPEN, DISJOINT,
           "期内全部活动的场次之和", activities, sessions,
           of_hubs=True, headline=6, is_drawn=True, is_work=True, shortfall=SESSIONS_SHORTFALL),
    Figure("attendances", "参加人次", "人次", ACTIVITIES, FLOW, OPEN, DISJOINT,
           "期内全部活动已记录的人次之和", activities, person_times,
           of_hubs=True, headline=7, is_drawn=True, shortfall=ATTENDANCES_SHORTFALL),
    Figure("people_reached", "签到人数", "人", ACTIVITIES, FLOW, OPEN, OVERLAPPING,
           "期内签到的人，一人只计一次", people_signed_in, signed_in,
           of_hubs=True, headline=8, is_drawn=True, shortfall="有签到记录的{n}，未达到{target}的目标"),
    Figure("volunteer_hours", "志愿服务时长", "小时", ACTIVITIES, FLOW, OPEN, DISJOINT,
           "期内到场志愿者从到达到离开的整小时数之和（不足半小时的不计，半小时以上计一小时）",
           activities_served, total("service_hours"), of_hubs=True),
    Figure("sessions_planned", "计划场次", "场", ACTIVITIES, FLOW, OPEN, DISJOINT,
           "计划日期在期内的活动的计划场次之和，无论后来是否举办", activities_planned, total("planned_sessions"),
           of_hubs=True),
    Figure("platform_entries", "平台录入", "条", PLATFORMS, FLOW, OPEN, OVERLAPPING,
           "录入日期在期内的平台录入，个案不计", lambda scope: platform_entries(scope).entered_during(scope.passed)),
    Figure("platform_bindings", "平台绑定", "条", PLATFORMS, FLOW, OPEN, OVERLAPPING,
           "绑定日期在期内的平台录入，个案不计", lambda scope: platform_entries(scope).bound_during(scope.passed)),
    Figure("assessment_results", "预防考核结果", "项", PREVENTION, YEAR, OPEN, OVERLAPPING,
           "本级组织本年度已登记结果的预防青少年违法犯罪考核", assessments),
]


def type_figures(types: Iterable[ActivityType]) -> Iterator[Figure]:
    """Two figures for each activity type: its sessions and its person-times."""
    for kind in types:
        of_type = {"type__key": kind.key}
        yield Figure(f"sessions.{kind.key}", f"{kind.name}场次", "场", TYPES, FLOW, OPEN, DISJOINT,
                     f"期内{kind.name}的场次之和", activities, sessions, of_type,
                     of_hubs=True, shortfall=SESSIONS_SHORTFALL)
        yield Figure(f"attendances.{kind.key}", f"{kind.name}人次", "人次", TYPES, FLOW, OPEN, DISJOINT,
                     f"期内{kind.name}已记录的人次之和", activities, person_times, of_type,
                     of_hubs=True, shortfall=ATTENDANCES_SHORTFALL)


def campaign_figures(campaigns: Iterable[Campaign]) -> Iterator[Figure]:
    """Three figures for each campaign that is to reach somebody: how many, how many of them it has, the percentage."""
    for campaign in campaigns:
        coverage = coverage_of(campaign)
        if coverage is None:
            continue
        key, name = campaign.key, Truncator(campaign.name).chars(LONGEST_CAMPAIGN_NAME)
        whom = "在册的团员" if coverage.is_of_members else "任职的人"
        overlap = DISJOINT if coverage.is_of_members else OVERLAPPING
        yield Figure(f"coverage_due.{key}", f"{name}应覆盖", "名", CAMPAIGNS, STOCK, OPEN, overlap,
                     f"期末{whom}（专项已结束的，按结束当日）；期内没有开展的不计", ToReach(coverage))
        yield Figure(f"coverage_reached.{key}", f"{name}已覆盖", "名", CAMPAIGNS, STOCK, OPEN, overlap,
                     "其中专项开始以来在专项活动中签到或有覆盖证明的", Reached(coverage), signed_in,
                     part_of=f"coverage_due.{key}")
        yield Figure(f"coverage.{key}", f"{name}覆盖率", "%", CAMPAIGNS, STOCK, OPEN, overlap,
                     "已覆盖的占应覆盖的百分比，不足1的舍去", ToReach(coverage), share_reached,
                     shortfall="{label}为{n}，未达到{target}的目标")
# fmt: on


# The headline figures of a page by rank, and how many of them it shows.
HEADLINES = [figure.key for figure in sorted(FIGURES, key=lambda figure: figure.headline) if figure.headline]
MOST_HEADLINES = 8
# What a figure is called of which no line tells.
NO_LONGER_COUNTED = "已不再统计的指标"


def all_figures() -> dict[str, Figure]:
    """Every figure by key, in printing order, including those of the current activity types and campaigns."""
    return once_a_moment("all figures", figures_now)


def figures_now() -> dict[str, Figure]:
    """The same, with the activity types and campaigns asked for."""
    figures = [*FIGURES, *type_figures(ActivityType.objects.all()), *campaign_figures(Campaign.objects.all())]
    return {figure.key: figure for figure in figures}


def figure_choices() -> list[tuple[str, str]]:
    """Every figure's key with its Chinese label and unit, as choices of a field."""
    return [(key, f"{figure.label}（{figure.unit}）") for key, figure in all_figures().items()]
