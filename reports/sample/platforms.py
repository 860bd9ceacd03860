"""Records entered in outside platforms, and the targets set by the level above."""

from datetime import date, timedelta

from .chance import Chance
from .members import YEAR_END

FIRST = date(2017, 1, 9)
ENTERED_BY = date(2017, 12, 22)

# Figure key, task, target, issuer.
TARGETS = {
    2016: [
        ("units_toward_task", "两新组织建团", 2, "团区委"),
        ("communities_with_cadre", "村、社区配齐团干部", 32, "地区工委"),
        ("assistances_per_youth", "精准帮扶每名青少年", 4, "团区委"),
        ("sessions", "青年汇活动", 40, "地区团工委"),
    ],
    2017: [
        ("units_toward_task", "两新组织建团", 12, "团区委"),
        ("communities_with_cadre", "村、社区配齐团干部", 33, "地区工委"),
        ("cadres_linked", "团干部直接联系青年全部绑定", 50, "团区委"),
        ("linked_youths", "直接联系青年", 580, "团区委"),
        ("service_plans", "阳光牵手服务计划书", 8, "团区委"),
        ("paired_youths", "帮扶志愿者结对", 8, "团区委"),
        ("assistances_per_youth", "精准帮扶每名青少年", 12, "团区委"),
        ("scholarships_granted", "希望之星奖学金", 1, "团区委"),
        ("sessions", "青年汇活动", 80, "地区团工委"),
        ("sessions.lecture", "主题讲座", 8, "地区团工委"),
        ("sessions.self_protection", "星光自护", 6, "团区委"),
        ("sessions.sports", "阳光体育", 12, "地区团工委"),
        ("sessions.volunteering", "志愿服务", 12, "地区团工委"),
    ],
}


def target_rows():
    """Rows of 年度任务."""
    for year, targets in TARGETS.items():
        for key, task, value, issuer in targets:
            yield {
                "年度": year,
                "任务": task,
                "指标": key,
                "目标值": value,
                "下达单位": issuer,
                "截止日期": date(year, 12, 31),
            }


def entry_rows(tree, posts, memberships, links, volunteers, cases, events):
    """Rows of 平台录入, platform by platform."""
    chance = Chance("platforms")
    serving = dict.fromkeys(post.person for post in posts if post.serving_on(YEAR_END))
    for cadre in serving:
        since = min(link.since for link in links if link.cadre is cadre)
        yield _entry(chance, "1+100", "团干部", cadre.name, since, bound=1)
    full_time = next(post.person for post in posts if post.nature == "专职")
    for link in links:
        if link.cadre is full_time and not link.until:
            yield _entry(chance, "1+100", "联系青年", link.youth.name, link.since, bound=0.9)
    for _, event in events:
        if event.day.year == 2017 and chance.likely(0.35):
            yield _entry(chance, "1+100", "活动", event.name, event.day)
    for organisation in tree:
        if organisation.stands_on(YEAR_END):
            yield _entry(chance, "共青云", "团组织", organisation.name, max(organisation.founded or FIRST, FIRST))
    for member in memberships:
        if member.stands_on(YEAR_END) and member.status != "失联" and chance.likely(0.9):
            since = max(member.source_day or FIRST, FIRST)
            yield _entry(chance, "共青云", "团员", member.person.name, since, bound=0.8)
    for organisation in tree[:8]:
        yield _entry(chance, "智慧团建", "团组织", organisation.name, date(2017, 11, 20))
    for case in cases:
        if not case.removed:
            yield _bound("帮扶对象", case)
    for volunteer in volunteers:
        if volunteer.bound:
            yield _bound("志愿者", volunteer)


def _bound(kind, record):
    """The entry of a record whose own sheet states when it was bound."""
    return {
        "平台": "青春助跑",
        "对象": kind,
        "名称": record.person.name,
        "录入日期": record.bound - timedelta(3),
        "绑定日期": record.bound,
    }


def _entry(chance, platform, kind, name, since, bound=0):
    entered = min(since + timedelta(chance.randrange(1, 30)), ENTERED_BY)
    entered = max(entered, since)
    is_bound = chance.likely(bound)
    return {
        "平台": platform,
        "对象": kind,
        "名称": name,
        "录入日期": entered,
        "绑定日期": min(entered + timedelta(chance.randrange(0, 20)), YEAR_END) if is_bound else None,
    }
