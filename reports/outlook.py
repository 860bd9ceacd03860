"""The summary's last chapter: what this year left open, and next year's plan with a theme for each quarter."""

from .chapters import paragraph, section
from .figures import INCOMPLETE

LEAST = "assistances_per_youth"
SEASONS = [
    ("第一季度为服务季", "结合元旦、春节“两节”，走访慰问困难青少年，加大精准帮扶力度"),
    ("第二季度为运动季", "利用春夏时节，组织趣味运动会、健步走等体育活动"),
    ("第三季度为文体季", "结合暑期，发挥基层团组织和青年汇的力量，为青少年提供丰富的文体活动"),
    ("第四季度为文化季", "开展读书分享、“送好书”等活动，丰富团员青年的精神文化生活"),
]
STEADY = "巩固工作成果。保持团干部配备、联系青年和帮扶结对的良好局面，推动各项工作再上新台阶。"
UNRECORDED = "建立健全工作台账。从年初起逐项登记组织、人员、活动和帮扶情况，做到工作有记录、数据有来源。"
# How a figure reads in running text where its label is made for a table.
MISSED = {
    "units_retired": "核实更新迁址或注销的两新组织{n}",
    "assistances": "帮扶困难青少年{n}",
    "scholarships_granted": "获批奖学金的学生{n}",
    "sessions": "{name}{n}",
    "attendances": "{name}的参加者{n}",
    "people_reached": "有签到记录的{n}",
}
ORDINALS = "一二三四五六七八九十"


def outlook(text):
    """六、next year's plan."""
    seasons = "；".join(f"{season}，{theme}" for season, theme in SEASONS)
    points = [
        shortfall(text) or (STEADY if text.is_active else UNRECORDED,),
        (f"坚持每季度一个主题。{seasons}。",),
        (
            "加强思想引领和基层团建。开展主题团日、宣讲会等活动，提高团员理论水平，坚定理想信念，发挥好党的助手和后备军作用。",
        ),
    ]
    if text.value("hubs"):
        points.append(
            ("发挥青年汇作用。以青年汇为载体加强统筹，促进交流配合，开展更多适合本地区青年的活动，抓好志愿服务。",)
        )
    points.append(("做好团的日常工作。及时更新各类名录，活动随办随记，做到底数清、情况明、数据实。",))
    blocks = [
        block for ordinal, point in zip(ORDINALS, points, strict=False) for block in paragraph((f"{ordinal}是", *point))
    ]
    return section(1, f"{text.scope.year + 1}年工作计划", blocks)


def shortfall(text):
    """What remained undone this year, as next year's first point; empty where nothing did."""
    missed = [key for key, result in text.results.items() if result.target is not None and result.value < result.target]
    if not text.value("assisted_youths"):
        missed = [key for key in missed if key != LEAST]
    gaps = [missed_target(text, key) for key in missed]
    gaps += [gap for key, gap in undone(text) if key not in missed]
    if not gaps:
        return ()
    clauses = [part for gap in gaps for part in ("；", *gap)][1:]
    return ("补齐工作短板。本年度还存在以下不足：", *clauses, "。明年要逐项明确责任、限时补齐。")


def missed_target(text, key):
    """A target from above that was not reached."""
    result = text.results[key]
    words = {"n": (text.number(key),), "target": f"{result.target}{result.figure.unit}"}
    if key == LEAST:
        return text.say("帮扶最少的对象全年受帮扶{n}，未达到每名{target}的目标", **words)
    kind, _, activity_type = key.partition(".")
    label = result.figure.label
    words["name"] = label.removesuffix("场次").removesuffix("人次") if activity_type else "各类活动"
    if result.is_missing:
        return text.say("{name}的参加人次未作统计，不能确认达到{target}的目标", **words)
    done = MISSED.get(kind, "{label}{n}")
    return text.say(done + "，未达到{target}的目标", label=label, **words)


def undone(text):
    """Each gap that a superior would ask about, with the figure that shows it."""
    if text.is_district and text.value("communities_with_cadre") < text.value("communities"):
        yield "communities_with_cadre", ("村、社区团干部尚未配齐",)
    if text.value("cadres_at_quota") < text.value("cadres"):
        reached = "{cadres}中{cadres_at_quota}达到" if text.value("cadres_at_quota") else "{cadres}均未达到"
        yield "cadres_at_quota", text.say(f"尚有团干部联系青年未达到指标（{reached}）")
    for key, label in [("service_plans", "服务计划书"), ("paired_youths", "固定志愿者")]:
        if text.value(key) < text.value("assisted_youths"):
            yield key, (f"尚有帮扶对象没有{label}",)
    if text.results["attendances"].quality == INCOMPLETE:
        yield "attendances", ("部分活动未统计参加人次",)
