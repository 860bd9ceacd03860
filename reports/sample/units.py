"""Two-new organisations, what became of them, and the contacts that led to the founding of their branches."""

from datetime import date, timedelta

from .chance import Chance, yes

# Name, branch, day on which the branch was founded, year of the task it counts toward.
FOUNDED = [
    ("天翌物业", "天翌物业团支部", date(2017, 4, 18), 2017),
    ("唯实科技", "唯实科技团支部", date(2017, 4, 27), 2017),
    ("东视中升", "东视中升团支部", date(2017, 5, 25), 2017),
    ("阳光一诺", "阳光一诺团支部", date(2017, 7, 6), 2017),
    ("馨桥社工事务所", "馨桥社工事务所团支部", date(2017, 6, 15), 2017),
    ("青禾里创意", "通惠里文创园联合团支部", date(2017, 9, 14), 2017),
    ("晴川图文", "通惠里文创园联合团支部", date(2017, 9, 14), 2017),
    ("小满里手作", "通惠里文创园联合团支部", date(2017, 9, 14), 2017),
    ("和麦坊餐饮", "和麦坊餐饮团支部", date(2017, 10, 19), 2017),
    ("百川里物流", "百川里物流团支部", date(2017, 11, 16), 2017),
    ("紫檀宫", "紫檀宫团支部", date(2015, 6, 18), 2017),
    ("通惠河畔", "通惠河畔团支部", date(2016, 5, 12), 2017),
    ("沐禾里教育咨询", "沐禾里教育咨询团支部", date(2016, 9, 22), 2016),
    ("启澄软件", "启澄软件团支部", date(2016, 6, 24), 2016),
    ("朗途旅行", "朗途旅行团支部", date(2014, 5, 16), None),
    ("云杉里文化", "云杉里文化团支部", date(2013, 11, 20), None),
    ("泓岸置业", None, None, None),
    ("麦田圈印务", None, None, None),
    ("锦程汽修", None, None, None),
    ("鹿鸣里书吧", None, None, None),
    ("金穗仓储", None, None, None),
    ("晨曦里养老驿站", None, None, None),
    ("乐学童年托管", None, None, None),
    ("京东南装饰设计", None, None, None),
    ("云起健身", None, None, None),
    ("向日葵社区服务中心", None, None, None),
    ("合众里法律咨询", None, None, None),
]
CONTACT_POINTS = {"紫檀宫", "通惠河畔"}
SOCIAL = {"馨桥社工事务所", "晨曦里养老驿站", "向日葵社区服务中心"}
STATUS_CHANGES = {
    "启澄软件": ("迁址", date(2017, 6, 30)),
    "云杉里文化": ("注销", date(2017, 8, 31)),
    "泓岸置业": ("迁址", date(2017, 3, 15)),
    "麦田圈印务": ("注销", date(2017, 5, 9)),
    "锦程汽修": ("迁址", date(2017, 10, 12)),
    "鹿鸣里书吧": ("注销", date(2016, 11, 22)),
    "金穗仓储": ("联系不上", date(2017, 9, 28)),
}

VERIFIER = "团工委干部"
# What became of candidates and of recommended contact points: unit, day, kind, by whom, remark.
ON_THE_WAY = [
    ("东视中升", date(2017, 4, 6), "列为候选", VERIFIER, None),
    ("东视中升", date(2017, 5, 11), "开始筹备", VERIFIER, None),
    ("百川里物流", date(2017, 9, 20), "列为候选", VERIFIER, None),
    ("百川里物流", date(2017, 10, 26), "开始筹备", VERIFIER, None),
    ("晨曦里养老驿站", date(2017, 9, 7), "列为候选", VERIFIER, None),
    ("晨曦里养老驿站", date(2017, 11, 9), "开始筹备", VERIFIER, None),
    ("乐学童年托管", date(2017, 10, 11), "列为候选", VERIFIER, None),
    ("京东南装饰设计", date(2017, 10, 11), "列为候选", VERIFIER, None),
    ("云起健身", date(2017, 10, 11), "列为候选", VERIFIER, None),
    ("云起健身", date(2017, 11, 29), "不再列为候选", VERIFIER, "青年只有 2 名，明年再联系"),
    ("天翌物业", date(2017, 11, 30), "推荐为区级联系点", "高碑店地区团工委", "建团以来活动经常"),
]
# Of units that prepare to found a branch: members of the League, who is to be secretary.
PREPARED = {"晨曦里养老驿站": (4, "何秋实"), "乐学童年托管": (5, None), "京东南装饰设计": (2, None)}
# The next step after the contact on the day of the last verification, with its day.
NEXT_STEPS = {
    "晨曦里养老驿站": ("送筹备材料，商定团员大会日期", date(2017, 12, 29)),
    "乐学童年托管": ("上门了解书记人选", date(2017, 12, 26)),
}

ROADS = ["通惠河北路", "建国路", "高碑店路", "朝阳路"]

CODE_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CODE_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)

# Contacts before a founding: days before it, form, content.
TOWARD_FOUNDING = [
    (45, "电话", "了解团员青年情况，说明建团程序"),
    (30, "网络", "发送建团材料清单，收集团员花名册"),
    (12, "见面", "与单位负责人商讨建团，了解党建带团建情况"),
    (4, "见面", "指导筹备团员大会"),
]
CONTACT_CONTENTS = {
    "电话": "核实单位地址和团员青年人数",
    "网络": "核对两新组织名录信息",
    "见面": "实地走访，核实单位情况",
}


def credit_code(prefix, body):
    """A unified social credit code with its check character (GB 32100)."""
    code = f"{prefix}110105{body}"
    remainder = sum(
        CODE_ALPHABET.index(character) * weight for character, weight in zip(code, CODE_WEIGHTS, strict=True)
    )
    return code + CODE_ALPHABET[-remainder % 31]


def unit_rows(people):
    """Rows of 两新组织."""
    chance = Chance("two-new organisations")
    for name, branch, founded, task_year in FOUNDED:
        status, status_day = STATUS_CHANGES.get(name, ("正常", None))
        employees = chance.randrange(12, 160)
        body = "MA0" + "".join(chance.choice(CODE_ALPHABET) for _ in range(6))
        checked = chance.workday(date(2017, 2, 20), date(2017, 11, 30))
        yield {
            "单位名称": name,
            "统一社会信用代码": credit_code("52" if name in SOCIAL else "91", body) if chance.likely(0.85) else None,
            "类别": "社会组织" if name in SOCIAL else "非公企业",
            "是否建立党组织": yes(founded or chance.likely(0.2)) if chance.likely(0.85) else None,
            "职工总数": employees,
            "青年数": max(5, employees * chance.randrange(25, 60) // 100) if branch or chance.likely(0.7) else None,
            "团员数": PREPARED.get(name, (None, None))[0],
            "书记人选": PREPARED.get(name, (None, None))[1],
            "团组织形式": "未建" if not branch else "联合组建" if "联合" in branch else "单独组建",
            "团支部": branch,
            "建团日期": founded,
            "计入任务年度": task_year,
            "区级联系点": yes(name in CONTACT_POINTS),
            "状态": status,
            "状态日期": status_day,
            "最近核实日期": max(checked, founded) if founded and not status_day else status_day or checked,
            "地址": f"高碑店地区{chance.choice(ROADS)}{chance.randrange(1, 90)}号",
            "联系人": people.name(),
            "联系电话": people.mobile(),
            "备注": _remark(name, status),
        }


def _remark(name, status):
    if name in CONTACT_POINTS:
        return "2017年重新核实，推荐为区级联系点"
    return {"迁址": "迁出本地区，移出非公团建名录", "注销": "已注销，移出非公团建名录"}.get(status)


def unit_change_rows(units):
    """Rows of 两新变更: what became of some, and the contact points, which are such since their founding."""
    changes = [
        {"单位名称": unit["单位名称"], "日期": unit["状态日期"], "事项": unit["状态"]}
        for unit in units
        if unit["状态日期"]
    ]
    changes += [
        {"单位名称": unit["单位名称"], "日期": unit["建团日期"], "事项": "列为区级联系点"}
        for unit in units
        if unit["单位名称"] in CONTACT_POINTS
    ]
    changes += [
        {"单位名称": unit["单位名称"], "日期": unit["最近核实日期"], "事项": "核实", "方式": "见面", "经办人": VERIFIER}
        for unit in units
    ]
    changes += [
        {"单位名称": name, "日期": day, "事项": kind, "经办人": by, "备注": remark}
        for name, day, kind, by, remark in ON_THE_WAY
    ]
    return sorted(changes, key=lambda change: change["日期"])


def unit_contact_rows(units):
    """Rows of 两新联络: several before a founding, otherwise one or two that verify the ledger."""
    chance = Chance("contacts with two-new organisations")
    contacts = []
    for unit in units:
        for day, form, content in _contacts(chance, unit):
            contacts.append(
                {
                    "单位名称": unit["单位名称"],
                    "日期": day,
                    "方式": form,
                    "联系人": unit["联系人"] if chance.likely(0.8) else None,
                    "内容": content if chance.likely(0.9) else None,
                    **_next_step(unit, day),
                }
            )
    return sorted(contacts, key=lambda contact: contact["日期"])


def _next_step(unit, day):
    step, due = NEXT_STEPS.get(unit["单位名称"], (None, None)) if day == unit["最近核实日期"] else (None, None)
    return {"下一步": step, "下一步日期": due}


def _contacts(chance, unit):
    founded, changed = unit["建团日期"], unit["状态日期"]
    if founded and founded.year >= 2016:
        for before, form, content in TOWARD_FOUNDING:
            yield chance.workday(founded - timedelta(before + 3), founded - timedelta(before)), form, content
    if changed:
        yield chance.workday(changed - timedelta(21), changed - timedelta(15)), "电话", CONTACT_CONTENTS["电话"]
        yield changed, "见面", f"实地核实，单位{unit['状态']}"
    elif not founded or founded.year < 2016:
        form = chance.choice(list(CONTACT_CONTENTS))
        yield unit["最近核实日期"], form, CONTACT_CONTENTS[form]
    if unit["单位名称"] in CONTACT_POINTS:
        yield date(2017, 3, 8), "见面", "重新核实团组织和团员情况"
        yield date(2017, 11, 8), "见面", "商讨推荐为区级联系点"
    if not founded and not changed:
        yield date(2016, 10, 14), "电话", CONTACT_CONTENTS["电话"]
