"""The checks, one line each, in the order in which the page lists them.

A line states what to look for, its severity, the figures affected and who may see it; the page, the annex of doubtful
records, the command and the explanations required before signing all derive from it.
"""

from . import activities, cases, numbers, organisations, people, sums
from .inspection import Audience, Check, Severity

ERROR, MUST_EXPLAIN, NOTE = Severity
FOR_ALL, FOR_NAMES, FOR_CASES = Audience

# fmt: off
CHECKS = [
    Check("roll_balance", "期初、增减与期末不符", "团员增减", ERROR, FOR_ALL, sums.rolls_out_of_balance,
          ("members",), "请核对团员的来源日期、离开日期"),
    Check("parts_and_whole", "分项与总数不符", "指标", ERROR, FOR_ALL, sums.parts_not_the_whole,
          (), "请补齐分项登记，如青年汇本年度的类型"),
    Check("sessions_agree", "按类型、季度、青年汇合计不等", "指标", ERROR, FOR_ALL, sums.sessions_not_equal,
          ("sessions",), "请重新打开本页；仍不相等的，请联系系统管理员", of_hub=True),
    Check("times_and_people", "人次少于人数", "指标", ERROR, FOR_ALL, sums.fewer_times_than_people,
          ("attendances", "people_reached"), "请核对活动人次与签到名单", of_hub=True),
    Check("head_counts", "签到人次与名单不符", "活动人次", ERROR, FOR_ALL, sums.head_counts_unlike_lists,
          ("attendances",), "请打开活动，增删一条签到后人次自动重算", of_hub=True),
    Check("assistance_sum", "逐人合计与帮扶总数不符", "精准帮扶", ERROR, FOR_ALL, cases.assistances_not_adding_up,
          ("assistances",), "请核对帮扶日期与对象的入库、出库日期"),
    Check("target", "目标未完成", "未完成的目标", MUST_EXPLAIN, FOR_ALL, numbers.targets_missed,
          (), "请核对记录是否齐全，或说明未完成的原因"),
    Check("fall", "较上年同期下降", "同期比较", MUST_EXPLAIN, FOR_ALL, numbers.figures_fallen,
          (), "请核对记录是否齐全，或说明下降的原因", of_hub=True),
    Check("incomplete", "统计不全的指标", "指标", MUST_EXPLAIN, FOR_ALL, numbers.figures_incomplete,
          (), "请补记人次后重新生成，或在报送时注明", of_hub=True),
    Check("without_cadre", "没有团干部", "团干部", MUST_EXPLAIN, FOR_ALL, organisations.organisations_without_cadre,
          ("cadres", "communities_with_cadre"), "请尽快配备，或补登任职", "个"),
    Check("hollow_branch", "空心团支部", "团支部规模", MUST_EXPLAIN, FOR_ALL, organisations.branches_hollow,
          ("members",), "请核实团员，或与相近支部联合组建", "个"),
    Check("over_age", "超龄未离团", "超龄团员", MUST_EXPLAIN, FOR_NAMES, people.members_over_age,
          ("members",), "请办理超龄离团", "名"),
    Check("below_quota", "联系青年未达指标", "1+100", MUST_EXPLAIN, FOR_NAMES, people.cadres_below_quota,
          ("cadres_at_quota", "linked_youths"), "请补足联系青年并完成绑定", "名"),
    Check("links_of_nobody", "离任后仍有联系青年", "1+100", MUST_EXPLAIN, FOR_NAMES, people.links_of_nobody,
          ("linked_youths", "youth_contacts"), "请移交给在任的团干部，或结束联系", "名"),
    Check("without_contact", "整季度没有联系记录", "1+100", MUST_EXPLAIN, FOR_NAMES, people.cadres_without_contact,
          ("youth_contacts",), "请补登联系记录，或说明原因", "名"),
    Check("without_plan", "没有服务计划书", "精准帮扶", MUST_EXPLAIN, FOR_CASES, cases.youths_without_plan,
          ("service_plans",), "请补签服务计划书", "名"),
    Check("without_volunteer", "没有固定志愿者", "精准帮扶", MUST_EXPLAIN, FOR_CASES, cases.youths_without_volunteer,
          ("paired_youths",), "请安排志愿者结对", "名"),
    Check("behind_pace", "帮扶次数落后", "精准帮扶", MUST_EXPLAIN, FOR_CASES, cases.youths_behind_pace,
          ("assistances", "assistances_per_youth"), "请安排帮扶，或补登帮扶记录", "名"),
    Check("rounded", "含约数的指标", "指标", NOTE, FOR_ALL, numbers.figures_rounded,
          (), "请补记人次后重新生成，或在报送时注明", of_hub=True),
    Check("unrecorded_activity", "没有人次的活动", "活动人次", NOTE, FOR_ALL, activities.activities_unrecorded,
          ("attendances",), "请查签到表补记，确无记录的保持空白", of_hub=True),
    Check("rounded_activity", "人次为约数的活动", "活动人次", NOTE, FOR_ALL, activities.activities_rounded,
          ("attendances",), "有签到表的请改为实数", of_hub=True),
    Check("list_unlike_typed", "签到与填报不符", "活动人次", NOTE, FOR_ALL, activities.lists_unlike_typed,
          ("attendances",), "请补齐签到名单，或确认以签到为准", of_hub=True),
    Check("founded_elsewhen", "计入任务而非本期建团", "两新组织任务", NOTE, FOR_ALL,
          organisations.units_founded_in_other_years,
          ("units_toward_task",), "请核对建团日期或计入任务年度，备好佐证", "家"),
    Check("founded_uncounted", "本期建团未计入任务", "两新组织任务", NOTE, FOR_ALL,
          organisations.units_founded_uncounted,
          ("units_founded", "units_toward_task"), "请核对计入任务年度", "家"),
    Check("unreachable_unit", "联系不上的两新组织", "两新组织", NOTE, FOR_ALL, organisations.units_unreachable,
          ("unit_contacts",), "请上门核实，迁址或注销的及时更新", "家"),
    Check("guessed_begin", "在册起始为推定", "存疑记录", NOTE, FOR_NAMES, people.members_begun_by_guess,
          ("members",), "请核实后补填在册起始日期", "名"),
    Check("contact_outside_link", "联系记录不在联系期内", "存疑记录", NOTE, FOR_NAMES, people.contacts_outside_links,
          ("youth_contacts",), "请核对联系日期与联系的起止日期", "条"),
    Check("overlapping_posts", "任职重复登记", "存疑记录", NOTE, FOR_NAMES, people.posts_overlapping,
          ("cadres",), "请核对任职、离任年月，多余的请办理离任", "条"),
    Check("duplicate_people", "疑似重复登记的人", "存疑记录", NOTE, FOR_NAMES, people.people_alike,
          (), "请核对是否同一人；不是同一人的，请在疑似重复页面确认", "对"),
    Check("liaison_left", "联系委员已不在任", "存疑记录", NOTE, FOR_NAMES, organisations.liaisons_left,
          (), "请更换联系委员，或核对其任职、离任年月", "个"),
    Check("early_binding", "绑定早于起始", "存疑记录", NOTE, FOR_NAMES, people.bindings_before_entry,
          ("cadres_linked",), "请核对绑定日期", "条"),
    Check("binding_apart", "绑定日期两处不一致", "存疑记录", NOTE, FOR_NAMES, people.bindings_apart,
          ("platform_bindings", "volunteers_bound"), "请核对后在平台录入中保存一次，两处即为同一日期", "条"),
    Check("help_outside_register", "帮扶记录不在入库期内", "存疑记录", NOTE, FOR_CASES,
          cases.youths_helped_outside_register, ("assistances",), "请核对帮扶日期与入库、出库日期", "名"),
    Check("case_binding", "帮扶对象绑定早于入库", "存疑记录", NOTE, FOR_CASES, cases.youths_bound_before_entry,
          ("youths_bound",), "请核对平台绑定日期", "名"),
    Check("case_binding_apart", "帮扶对象绑定日期两处不一致", "存疑记录", NOTE, FOR_CASES, people.case_bindings_apart,
          ("youths_bound",), "请核对后在平台录入中保存一次，两处即为同一日期", "条"),
]
# fmt: on
BY_KEY = {check.key: check for check in CHECKS}
