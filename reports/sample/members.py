"""The membership roll at the end of 2017, and those who joined and left during the two years."""

from dataclasses import dataclass
from datetime import date, timedelta

from .chance import Chance, month, years_later, yes
from .organisations import CLEARED, OFFICE_NAME, SampleOrganisation
from .people import SamplePerson

YEAR_END = date(2017, 12, 31)
LAST_MONTH_BEFORE = date(2016, 12, 1)

# Members of branches of two-new organisations: founders before 2017, and those who joined in 2017.
NONPUBLIC_MEMBERS = {
    "云杉里文化团支部": (3, 0),
    "朗途旅行团支部": (3, 3),
    "紫檀宫团支部": (5, 4),
    "通惠河畔团支部": (4, 3),
    "启澄软件团支部": (4, 0),
    "沐禾里教育咨询团支部": (3, 2),
    "天翌物业团支部": (0, 9),
    "唯实科技团支部": (0, 8),
    "东视中升团支部": (0, 7),
    "馨桥社工事务所团支部": (0, 5),
    "阳光一诺团支部": (0, 6),
    "通惠里文创园联合团支部": (0, 9),
    "和麦坊餐饮团支部": (0, 5),
    "百川里物流团支部": (0, 5),
}

# Those who left a branch in a village, a community or the office: branch, status, day.
LEFT = [
    ("八里庄社区团总支", "超龄离团", date(2016, 3, 15)),
    ("高井社区团支部", "超龄离团", date(2016, 10, 20)),
    ("通惠家园社区团总支", "转出", date(2016, 6, 8)),
    ("高碑店东社区团支部", "转出", date(2016, 9, 5)),
    ("康家沟社区团支部", "自愿退团", date(2016, 11, 14)),
    (OFFICE_NAME, "超龄离团", date(2016, 12, 9)),
    ("高碑店村团总支", "超龄离团", date(2017, 2, 24)),
    ("兴隆家园社区团总支", "超龄离团", date(2017, 4, 12)),
    ("甘露园社区团支部", "超龄离团", date(2017, 8, 30)),
    ("半壁店社区团支部", "超龄离团", date(2017, 11, 6)),
    ("石门社区团支部", "自行脱团", date(2017, 4, 14)),
    ("八里庄社区团总支", "转出", date(2017, 7, 19)),
    ("太平庄南社区团支部", "转出", date(2017, 9, 11)),
    (OFFICE_NAME, "超龄离团", date(2017, 3, 17)),
    (OFFICE_NAME, "超龄离团", date(2017, 10, 27)),
    (OFFICE_NAME, "转出", date(2017, 6, 2)),
]
MOVED_TO = {"北花园社区团支部", "大黄庄社区团支部"}


@dataclass(eq=False)
class Membership:
    """A member's time on one branch's roll."""

    person: SamplePerson
    branch: SampleOrganisation
    joined: date
    in_school: bool | None = False
    source: str | None = None
    source_day: date | None = None
    status: str = "正常"
    left: date | None = None
    employer: str | None = None
    remark: str | None = None

    def stands_on(self, day):
        """Whether the membership is on the roll at the end of `day`."""
        return (self.source_day or self.joined) <= day and (self.left is None or day < self.left)


def build_memberships(people, tree, posts):
    """Every membership, branch by branch."""
    roll = _Roll(people, tree, posts)
    for branch in tree:
        roll.add(branch)
    roll.move_the_cleared_village(next(branch for branch in tree if branch.place == CLEARED[0]))
    roll.lose_sight()
    order = {branch.name: number for number, branch in enumerate(tree)}
    return sorted(roll.memberships, key=lambda membership: order[membership.branch.name])


class _Roll:
    def __init__(self, people, tree, posts):
        self.people, self.posts = people, posts
        self.chance = Chance("members")
        self.by_name = {branch.name: branch for branch in tree}
        self.memberships = []

    def add(self, branch):
        if branch.name in NONPUBLIC_MEMBERS:
            self._add_nonpublic(branch, *NONPUBLIC_MEMBERS[branch.name])
        elif branch.name == OFFICE_NAME:
            self._add_office(branch)
        elif branch.place:
            self._add_place(branch)
        self._add_former(branch)

    def _join(self, person, branch, **facts):
        if "joined" not in facts:
            known_by = facts.get("source_day") or LAST_MONTH_BEFORE
            facts["joined"] = self._joining_month(person, min(known_by.replace(day=1), LAST_MONTH_BEFORE))
        membership = Membership(person, branch, **facts)
        self.memberships.append(membership)
        return membership

    def _joining_month(self, person, latest):
        """A month when the person was 14 to 18, the age at which schools admit members."""
        first = years_later(person.born, 14) + timedelta(31)
        joined = self.chance.day(first, min(years_later(person.born, 18), latest))
        return joined.replace(day=1)

    def _cadres(self, branch):
        return [post.person for post in self.posts if post.organisation is branch and post.serving_on(YEAR_END)]

    def _add_place(self, branch):
        others, students = branch.size
        young = [person for person in self._cadres(branch) if person.age_on(YEAR_END) <= 28][:others]
        for person in young:
            self._join(person, branch, employer=f"{branch.place}{'村委会' if branch.domain == '村' else '居委会'}")
        for _ in range(others - len(young)):
            person = self.people.person(date(1990, 2, 1), date(1998, 8, 31))
            source, day = self._place_source()
            in_school = None if self.chance.likely(0.15) else False
            employer = self.chance.choice(["个体经营", "物业公司", "社区超市", None, None, None])
            self._join(person, branch, in_school=in_school, source=source, source_day=day, employer=employer)
        for number in range(students):
            if number == 1 and others >= 3:
                person, day = self.people.person(date(2001, 1, 1), date(2003, 3, 31)), date(2017, 5, 4)
                facts = {"joined": day.replace(day=1), "source": "新发展", "source_day": day}
            else:
                person = self.people.person(date(1996, 1, 1), date(2001, 12, 31))
                facts = {"source": "存量核实", "source_day": date(2016, 4, 15)} if self.chance.likely(0.4) else {}
            self._join(person, branch, in_school=True, **facts)

    def _place_source(self):
        chance = self.chance
        return chance.choices(
            [
                (None, None),
                ("存量核实", chance.workday(date(2017, 3, 27), date(2017, 4, 14))),
                ("存量核实", chance.workday(date(2016, 4, 5), date(2016, 4, 22))),
                ("转入", chance.workday(date(2017, 1, 5), date(2017, 11, 30))),
                ("转入", chance.workday(date(2016, 7, 1), date(2016, 11, 30))),
                ("补录", date(2017, 5, 12)),
            ],
            [8, 12, 6, 6, 4, 2],
        )[0]

    def _add_office(self, branch):
        staff = [*self._cadres(branch), *[post.person for post in self.posts if post.nature == "专职"]]
        staff += [self.people.person(date(1990, 3, 1), date(1994, 12, 31)) for _ in range(10 - len(staff))]
        for number, person in enumerate(staff):
            came = {8: date(2017, 7, 20), 9: date(2017, 9, 4)}.get(number)
            facts = {"source": "转入", "source_day": came} if came else {}
            self._join(person, branch, employer="高碑店地区办事处", **facts)

    def _add_nonpublic(self, branch, earlier, new):
        secretary = next(post.person for post in self.posts if post.organisation is branch)
        remarkable = 4 if branch.name == "唯实科技团支部" else 0
        for number in range(earlier + new):
            person = secretary if number == 0 else None
            if person is None and number <= remarkable:
                person = self.people.remarkable(date(1991, 1, 1), date(1996, 12, 31))
            person = person or self.people.person(date(1990, 2, 1), date(1995 if number < earlier else 1997, 12, 31))
            if number < earlier:
                self._join_founder(person, branch)
            else:
                self._join_in_2017(person, branch, number)

    def _join_founder(self, person, branch):
        membership = self._join(
            person,
            branch,
            source=self.chance.choice(["转入", "存量核实"]),
            source_day=branch.founded,
            employer=branch.name.removesuffix("团支部"),
        )
        if branch.dissolved:
            membership.status, membership.left = "转出", branch.dissolved
            membership.remark = "随企业迁出" if self.chance.likely(0.5) else None

    def _join_in_2017(self, person, branch, number):
        founded_now = branch.founded.year == 2017
        day = branch.founded if founded_now else self.chance.workday(date(2017, 2, 6), date(2017, 11, 24))
        developed = number == 5 and branch.domain == "非公企业"
        if developed and founded_now:
            day += timedelta(25)
        membership = self._join(
            person,
            branch,
            source="新发展" if developed else self.chance.choice(["转入", "转入", "存量核实"]),
            source_day=day,
            employer=_employer(branch, number),
            **({"joined": day.replace(day=1)} if developed else {}),
        )
        if number == 6 and branch.name in ("天翌物业团支部", "唯实科技团支部", "通惠里文创园联合团支部"):
            membership.status, membership.left, membership.remark = "转出", date(2017, 11, 20), "离职"

    def _add_former(self, branch):
        for name, status, day in LEFT:
            if name != branch.name:
                continue
            if status == "超龄离团":
                born = years_later(day, -28)
                person = self.people.person(born - timedelta(40), born - timedelta(5))
            else:
                person = self.people.person(date(1991, 1, 1), date(1996, 12, 31))
            reason = {"转出": "工作调动", "自行脱团": "连续六个月不过组织生活"}.get(status)
            self._join(person, branch, status=status, left=day, remark=reason)

    def move_the_cleared_village(self, village):
        """Moves members of the village cleared in 2016 to the two communities that they are in now."""
        for membership in list(self.memberships):
            if membership.branch.name in MOVED_TO and not membership.in_school:
                joined, moved = membership.joined, village.dissolved
                self._join(membership.person, village, joined=joined, status="转出", left=moved, remark="整村腾退")
                membership.source, membership.source_day = "转入", moved

    def lose_sight(self):
        """Marks some members as mobile, and two as out of contact, whose mobile numbers are removed."""
        ordinary = [
            membership
            for membership in self.memberships
            if membership.branch.place
            and not membership.left
            and not membership.in_school
            and not membership.source
            and all(post.person is not membership.person for post in self.posts)
        ]
        for number, membership in enumerate(ordinary[:5]):
            membership.status = "失联" if number % 2 else "流动"
            if membership.status == "失联":
                membership.person.mobile = None


def _employer(branch, number):
    if branch.name == "通惠里文创园联合团支部":
        return ("青禾里创意", "晴川图文", "小满里手作")[number % 3]
    return branch.name.removesuffix("团支部")


def member_rows(memberships):
    """Rows of 团员."""
    chance = Chance("members' particulars")
    particulars = {}
    serial = 0
    for membership in memberships:
        person, joined = membership.person, membership.joined
        if person not in particulars:
            particulars[person] = _particulars(membership, chance)
        serial += chance.randrange(1, 400)
        yield {
            "姓名": person.name,
            "性别": person.gender,
            "出生日期": person.born,
            "身份证号": person.identity_number,
            **particulars[person],
            "入团年月": month(joined),
            "所在团支部": membership.branch.name,
            "手机号码": person.mobile,
            "工作单位": membership.employer,
            "是否在校": None if membership.in_school is None else yes(membership.in_school),
            # Only those who joined in 2017 or later have numbers.
            "发展团员编号": f"{joined.year}11{serial:06d}" if joined.year >= 2017 else None,
            "志愿者编号": person.volunteer_no,
            "来源": membership.source,
            "来源日期": membership.source_day,
            "在册起始日期": None,
            "团籍状态": membership.status,
            "离开日期": membership.left,
            "备注": membership.remark,
        }


def _particulars(membership, chance):
    """The facts about the person, which are the same in every membership."""
    person = membership.person
    adult = person.age_on(YEAR_END) >= 22
    groups = chance.choices(["汉族", "满族", "回族", "蒙古族", "朝鲜族", None], [80, 6, 4, 2, 1, 3])
    return {
        "民族": "维吾尔族" if "·" in person.name else groups[0],
        "政治面貌": chance.choice(["中共党员", "中共预备党员"]) if adult and chance.likely(0.14) else "共青团员",
        "文化程度": _education(membership, chance),
        "微信号": f"yl{person.mobile[-6:]}" if person.mobile and chance.likely(0.25) else None,
    }


def _education(membership, chance):
    age = membership.person.age_on(YEAR_END)
    if membership.in_school:
        return "初中" if age < 16 else "普通高中" if age < 19 else "大学本科"
    if membership.branch.name == OFFICE_NAME:
        return chance.choice(["硕士研究生", "大学本科", "大学本科"])
    return chance.choices(["大学本科", "大学专科", "中等职业", "普通高中", None], [9, 8, 3, 3, 1])[0]
