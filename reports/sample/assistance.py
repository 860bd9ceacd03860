"""Eight assisted youths and one who has grown up: register, yearly plans, assistances and scholarships."""

from dataclasses import dataclass
from datetime import date

from .chance import Chance
from .hubs import SampleVolunteer
from .people import SamplePerson

FOCUS = "服刑在教人员未成年子女"

# Branch, year of birth, school, grade, hardship, focus group, need, day of registration.
CASE_FACTS = [
    ("高碑店西社区团总支", 2006, "通惠里小学", "五年级", "低保", None, "课业辅导", date(2015, 3, 16)),
    ("高井社区团支部", 2004, "花园闸中学", "初一", "单亲", None, "心理陪伴、课业辅导", date(2015, 9, 7)),
    ("兴隆家园社区团总支", 2008, "兴隆里小学", "三年级", "残疾", None, "文体活动、康复训练", date(2016, 1, 11)),
    ("八里庄社区团总支", 2002, "花园闸中学", "初三", "低保", None, "升学指导", date(2015, 3, 16)),
    ("通惠家园社区团总支", 2007, "通惠里小学", "四年级", "重病", None, "医疗信息、学习用品", date(2016, 4, 18)),
    ("半壁店村团支部", 2005, "半壁里小学", "六年级", "父母服刑", FOCUS, "心理关怀", date(2016, 9, 5)),
    ("甘露园社区团支部", 2000, "东郊里职业高中", "高二", "低收入", None, "就业指导", date(2017, 1, 5)),
    ("康家沟社区团支部", 2009, "兴隆里小学", "二年级", "单亲", None, "课后陪伴", date(2017, 1, 5)),
    ("八里庄村团支部", 1998, "东郊里职业高中", "高三", "低保", None, "就业指导", date(2015, 3, 16)),
]
GROWN_UP = date(2016, 12, 20)

# Given to everybody in the register: kind, way, content, partner, money.
TO_ALL = {
    date(2016, 1, 22): ("文具资助", "物资", "春节前走访，送书包和文具", None, 1400),
    date(2016, 6, 1): ("文化生活", "活动", "六一参观科技馆", None, None),
    date(2016, 8, 26): ("文具资助", "物资", "开学文具", None, 700),
    date(2017, 1, 18): ("文具资助", "物资", "两节送温暖，送文具礼包和春联", None, 1600),
    date(2017, 3, 11): ("学习培训", "活动", "学习方法讲座和作业辅导", "通惠里青年社工站", None),
    date(2017, 5, 19): ("其他", "物资", "与妇联联合发放运动服", "地区妇联", 2400),
    date(2017, 6, 1): ("文化生活", "活动", "六一观影并参观古街", None, None),
    date(2017, 7, 15): ("学习培训", "活动", "暑期安全自护培训", None, None),
    date(2017, 8, 28): ("文具资助", "物资", "开学学习用品", "地区工会", 1600),
    date(2017, 10, 14): ("文化生活", "活动", "参观博物馆，体验传统手工", None, None),
}

# What each was given then: goods, how many, in what unit.
GOODS = {
    date(2017, 1, 18): ("文具礼包", 1, "套"),
    date(2017, 5, 19): ("运动服", 1, "套"),
    date(2017, 8, 28): ("书包", 1, "个"),
}

# Given to some of the eight, by their position in the register.
TO_SOME = {
    date(2017, 2, 25): ((0, 1, 2, 3), "学习培训", "活动", "寒假作业辅导小组"),
    date(2017, 4, 22): ((4, 5, 6, 7), "文化生活", "活动", "参加风筝彩绘和放飞活动"),
    date(2017, 9, 23): ((0, 2, 4, 6), "学习培训", "活动", "参加科技创新体验课"),
    date(2017, 12, 9): ((1, 3, 5, 7), "文具资助", "物资", "送冬令图书和文具"),
}

# Three times a year the fixed volunteer meets each youth individually: first and last day, way, kind, content.
VISITS_ALONE = [
    (date(2017, 2, 6), date(2017, 4, 7), "走访入户", "心理关怀", "走访入户，了解家庭和学习情况"),
    (date(2017, 5, 2), date(2017, 7, 7), "电话", "学习培训", "电话询问期末复习情况，解答问题"),
    (date(2017, 9, 4), date(2017, 11, 30), "面对面", "文化生活", "面对面交流，一起选书读书"),
]

# What each plan of 2017 lists: measure, month until which, who where that is not the volunteer, what came of it.
SAMPLE_MEASURES = [
    ("入户了解家庭情况，商定{need}的做法", date(2017, 4, 30), None, "已走访，与监护人商定"),
    ("组织参加暑期安全自护培训", date(2017, 7, 31), "团委", "已参加"),
    ("每月至少一次帮扶，记录在案", date(2017, 12, 20), None, "全年 12 次"),
]
SAMPLE_REVIEWS = {
    "年中回顾日期": date(2017, 7, 6),
    "年中目标达成": "部分达成",
    "年中回顾情况": "每月帮扶按期进行，集体活动参加较少",
    "下半年继续的事项": "多参加地区的活动",
    "年末回顾日期": date(2017, 12, 14),
    "年末目标达成": "达成",
    "年末回顾情况": "各项措施均已落实",
    "下一年继续的事项": "继续结对",
}


@dataclass(eq=False)
class SampleCase:
    """An assisted youth's time in the register."""

    person: SamplePerson
    guardian: SamplePerson
    volunteer: SampleVolunteer
    facts: tuple
    bound: date | None = None
    removed: date | None = None

    @property
    def registered(self):
        return self.facts[-1]

    def stands_on(self, day):
        """Whether the youth is in the register on `day`."""
        return self.registered <= day and (self.removed is None or day < self.removed)


def build_cases(people, volunteers):
    """Every case with its fixed volunteer; the eight and their volunteers were bound in the platform in 2017."""
    chance = Chance("cases")
    fixed = _fixed_volunteers(volunteers)
    cases = []
    for number, facts in enumerate(CASE_FACTS):
        born = facts[1]
        youth = people.child(date(born, 1, 10), date(born, 12, 20))
        case = SampleCase(youth, people.guardian(youth), fixed[number % 8], facts)
        if number == 8:
            case.removed = GROWN_UP
        else:
            case.bound = chance.workday(date(2017, 3, 13), date(2017, 4, 28))
        cases.append(case)
    for volunteer in fixed:
        volunteer.pledged = volunteer.joined
        volunteer.bound = chance.workday(date(2017, 3, 13), date(2017, 4, 28))
        volunteer.remark = "帮扶志愿者"
    return cases


def _fixed_volunteers(volunteers):
    """Two adult volunteers from each of four hubs' teams who joined before 2017."""
    steady = [volunteer for volunteer in volunteers if volunteer.hub and volunteer.joined < date(2017, 1, 1)]
    chosen = []
    for volunteer in steady:
        if sum(other.hub is volunteer.hub for other in chosen) < 2:
            chosen.append(volunteer)
    return chosen


def case_rows(cases):
    """Rows of 帮扶对象."""
    for case in cases:
        branch, _, school, grade, hardship, focus, need, registered = case.facts
        yield {
            "姓名": case.person.name,
            "性别": case.person.gender,
            "出生日期": case.person.born,
            "身份证号": case.person.identity_number,
            "所在组织": branch,
            "学校": school,
            "年级": grade,
            "困难类型": hardship,
            "重点类别": focus,
            "监护人": case.guardian.name,
            "监护人电话": case.guardian.mobile,
            "需求": need,
            "入库日期": registered,
            "出库日期": case.removed,
            "出库原因": "年满" if case.removed else None,
            "固定志愿者": case.volunteer.person.name,
            "平台绑定日期": case.bound,
            "备注": "年满十八周岁，已就业" if case.removed else "由亲属监护" if focus else None,
        }


def plan_rows(cases):
    """Rows of 服务计划: everybody in the register in that year."""
    for year, signed in ((2016, date(2016, 3, 21)), (2017, date(2017, 2, 20))):
        for case in cases:
            if case.registered.year > year or (case.removed and case.removed.year < year):
                continue
            need = case.facts[6]
            yield {
                "帮扶对象": case.person.name,
                "年度": year,
                "需求评估": f"{case.facts[4]}家庭，需要{need}",
                "目标": "学习生活稳定，参加集体活动" if year == 2016 else f"{need}得到落实，每月至少一次帮扶",
                "措施": "固定志愿者结对，走访、电话、活动相结合",
                "签订日期": max(signed, case.registered),
                "家庭方签字人": "监护人",
                "家庭方姓名": case.guardian.name,
                "志愿者签字": case.volunteer.person.name,
                "团委签字": "书记",
            } | (SAMPLE_REVIEWS if year == 2017 and case.bound else {})


def talk_rows(cases):
    """Rows of 需求征集: what was needed, asked by phone or on a visit before each yearly plan."""
    chance = Chance("needs talks")
    for year, last in ((2016, date(2016, 3, 18)), (2017, date(2017, 2, 17))):
        for number, case in enumerate(cases):
            if case.registered.year > year or (case.removed and case.removed.year < year):
                continue
            is_visit = (number + year) % 2 == 0
            yield {
                "日期": chance.workday(max(date(year, 1, 9), case.registered), max(last, case.registered)),
                "帮扶对象": case.person.name,
                "方式": "走访入户" if is_visit else "电话",
                "谈话对象": "监护人" if number % 3 else "本人",
                "所说的需求": f"希望得到{case.facts[6]}",
                "下一步": "写入本年度服务计划书",
                "询问的志愿者": case.volunteer.person.name if is_visit else None,
            }


def measure_rows(cases):
    """Rows of 计划措施: what the plans of the eight for 2017 say is to be done, and what came of it."""
    chance = Chance("measures")
    for case in cases:
        if case.removed:
            continue
        volunteer = case.volunteer.person.name
        for content, due, responsible, result in SAMPLE_MEASURES:
            yield {
                "帮扶对象": case.person.name,
                "年度": 2017,
                "具体措施": content.format(need=case.facts[6]),
                "完成时限": due,
                "负责人": responsible or volunteer,
                "完成日期": chance.workday(date(2017, due.month - 1, 9), date(2017, due.month, 20)),
                "完成情况": result,
            }


def visit_rows(cases):
    """Rows of 走访: what fixed volunteers did that was an assistance as well, one put off, and one not done yet."""
    for row in assistance_rows(cases):
        if row["志愿者"]:
            yield {
                "帮扶对象": row["帮扶对象"],
                "计划日期": row["日期"].replace(day=1) if row["日期"].year == 2017 else None,
                "走访日期": row["日期"],
                "方式": row["方式"],
                "走访情况": row["内容"],
            }
    put_off, waiting = cases[2].person.name, cases[5].person.name
    yield {"帮扶对象": put_off, "计划日期": date(2017, 12, 11), "取消日期": date(2017, 12, 8), "取消原因": "随家人外出"}
    yield {"帮扶对象": waiting, "计划日期": date(2017, 12, 27)}


def assistance_rows(cases):
    """Rows of 帮扶记录: in 2017 seven for all, two in groups and three individual ones make twelve for every youth."""
    chance = Chance("assistances")
    given = []
    for day, (kind, way, content, partner, money) in TO_ALL.items():
        given.append(_assistance(day, "全部", kind, way, content, partner=partner, money=money) | given_goods(day))
    for day, (places, kind, way, content) in TO_SOME.items():
        names = "、".join(cases[place].person.name for place in places)
        given.append(_assistance(day, names, kind, way, content))
    for case in cases:
        if case.stands_on(date(2016, 11, 1)):
            day = chance.workday(max(date(2016, 3, 1), case.registered), date(2016, 11, 30))
            given.append(_assistance(day, case.person.name, "心理关怀", "走访入户", "走访入户", case.volunteer))
        if case.removed:
            continue
        for first, last, way, kind, content in VISITS_ALONE:
            day = chance.workday(first, last)
            given.append(_assistance(day, case.person.name, kind, way, content, case.volunteer))
    return sorted(given, key=lambda row: row["日期"])


def given_goods(day):
    """The cells that say what goods were given to everybody on a day."""
    return dict(zip(("物资", "每人数量", "单位"), GOODS.get(day, (None, None, None)), strict=True))


def _assistance(day, names, kind, way, content, volunteer=None, partner=None, money=None):
    return {
        "日期": day,
        "帮扶对象": names,
        "类别": kind,
        "方式": way,
        "内容": content,
        "志愿者": volunteer and volunteer.person.name,
        "协办单位": partner,
        "金额": money,
    }


# Of the district's projects of 2017: from whom, until when to be applied for, and who applied when, for what, with
# what answer.
PROJECTS = {
    "暖冬助学（2017）": ("区青少年发展基金会", date(2017, 10, 31), [
        (0, date(2017, 10, 12), "冬季校服一套", "批准", date(2017, 11, 6)),
        (1, date(2017, 10, 12), "冬季校服一套", "批准", date(2017, 11, 6)),
        (3, date(2017, 10, 20), "护眼台灯一盏", "未批准", date(2017, 11, 6)),
    ]),
    "微心愿（2017）": ("团区委", date(2017, 5, 31), [
        (2, date(2017, 5, 9), "课外书一套", "批准", date(2017, 5, 25)),
        (4, date(2017, 5, 16), "篮球一个", "批准", date(2017, 5, 25)),
    ]),
}  # fmt: skip


def project_rows():
    """Rows of 区级帮扶项目."""
    for name, (giver, last, _) in PROJECTS.items():
        yield {"项目": name, "年度": 2017, "提供单位": giver, "申请截止日期": last}


def application_rows(cases):
    """Rows of 帮扶项目申请: of youths in the register."""
    for name, (_, _, asked) in PROJECTS.items():
        for place, day, purpose, answer, answered in asked:
            yield {
                "帮扶对象": cases[place].person.name,
                "项目": name,
                "申请日期": day,
                "申请内容": purpose,
                "答复": answer,
                "答复日期": answered,
            }


def scholarship_rows(people, cases):
    """Rows of 奖学金: one granted in each year; the students on the platform are the eight in the register."""
    granted_2017, granted_2016 = cases[3], cases[8]
    for case in cases:
        if case.stands_on(date(2016, 9, 20)):
            yield _scholarship(2016, case, "已发放" if case is granted_2016 else "未批准")
    for case in cases:
        if not case.removed:
            waiting = "上报" if "小学" in case.facts[2] else "申报"
            yield _scholarship(2017, case, "已发放" if case is granted_2017 else waiting)
    yield {
        "年度": 2017,
        "姓名": people.child(date(2005, 2, 1), date(2005, 11, 30)).name,
        "学校": "半壁里小学",
        "学段": "小学",
        "申报日期": date(2017, 9, 15),
        "状态": "未批准",
        "在平台": "否",
        "备注": "家庭收入不符合条件",
    }


def _scholarship(year, case, state):
    """One application with the days of the steps that its state says are done."""
    school = case.facts[2]
    stage = "小学" if "小学" in school else "高中" if "高中" in school else "初中"
    is_paid, is_forwarded = state == "已发放", state != "申报"
    amount = {"小学": 400, "初中": 600, "高中": 800}[stage] if is_paid else None
    return {
        "年度": year,
        "姓名": case.person.name,
        "学校": school,
        "学段": stage,
        "申报日期": date(year, 9, 15),
        "状态": state,
        "批准日期": date(year, 11, 17) if state in ("已发放", "未批准") else None,
        "资助金额": amount,
        "捐助人": "爱心人士（匿名）" if is_paid else None,
        "在平台": "是",
        "初审日期": date(year, 9, 20) if is_forwarded else None,
        "上报日期": date(year, 9, 28) if is_forwarded else None,
        "发放日期": date(year, 12, 5) if is_paid else None,
        "发放金额": amount,
        "致谢日期": date(year, 12, 20) if is_paid else None,
    }
