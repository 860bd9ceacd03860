"""The five youth hubs, who works there, and the volunteers of their teams."""

from dataclasses import dataclass
from datetime import date

from .chance import Chance
from .people import SamplePerson


@dataclass(frozen=True)
class SampleHub:
    """A youth hub: its place, opening day, and tiers in 2016 and 2017."""

    name: str
    place: str
    organisation: str
    opened: date
    tiers: tuple[str, str]


GAOBEIDIAN_WEST = SampleHub(
    "高碑店西社区光合团青年汇", "高碑店西社区", "高碑店西社区团总支", date(2012, 11, 17), ("普通店", "普通店")
)
GAOJING = SampleHub("高井社区微米社区青年汇", "高井社区", "高井社区团支部", date(2016, 4, 23), ("普通店", "普通店"))
XINGLONG = SampleHub("兴隆家园社区青年汇", "兴隆家园社区", "兴隆家园社区团总支", date(2013, 6, 1), ("普通店", "普通店"))
BALIZHUANG = SampleHub("八里庄社区青年汇", "八里庄社区", "八里庄社区团总支", date(2011, 9, 3), ("重点店", "重点店"))
TONGHUI = SampleHub("通惠家园社区青年汇", "通惠家园社区", "通惠家园社区团总支", date(2014, 5, 10), ("普通店", "重点店"))
SAMPLE_HUBS = [GAOBEIDIAN_WEST, GAOJING, XINGLONG, BALIZHUANG, TONGHUI]


@dataclass(eq=False)
class SampleVolunteer:
    """A person's capacity as a volunteer."""

    person: SamplePerson
    hub: SampleHub | None
    joined: date
    employer: str | None = None
    pledged: date | None = None
    bound: date | None = None
    remark: str | None = None
    # The team and the day of joining it, where the volunteer was in another one before.
    former_hub: SampleHub | None = None
    placed: date | None = None


def build_volunteers(people, memberships, links):
    """A team for each hub, from members, linked youths and neighbours, and three volunteers without a team."""
    chance = Chance("volunteers")
    volunteers = []
    for hub in SAMPLE_HUBS:
        members = [
            membership.person
            for membership in memberships
            if membership.branch.name == hub.organisation and not membership.left and membership.person.mobile
        ]
        cadres = [link.youth for link in links if link.branch.name == hub.organisation and not link.until]
        team = [people.aged(30, 62, date(2017, 1, 1)) for _ in range(4)]
        team += chance.some([person for person in members if person.age_on(date(2017, 1, 1)) >= 16], 2)
        team += chance.some([person for person in cadres if person not in team], 2)
        # The newest hub only found its volunteers in 2017.
        first, last = date(2015, 3, 5), date(2016, 10, 30)
        if hub is GAOJING:
            first, last = date(2017, 1, 9), date(2017, 3, 10)
        for person in team:
            late = chance.likely(0.3)
            joined = chance.day(date(2017, 2, 1), date(2017, 6, 30)) if late else chance.day(first, last)
            volunteers.append(
                SampleVolunteer(person, hub, joined, chance.choice(["退休", "社区居民", "物业公司", None]))
            )
    for _ in range(3):
        volunteers.append(
            SampleVolunteer(people.aged(24, 40, date(2017, 1, 1)), None, date(2017, 3, 5), "高碑店地区办事处")
        )
    moved = next(one for one in volunteers if one.hub is XINGLONG and one.joined < date(2016, 1, 1))
    moved.former_hub, moved.placed = BALIZHUANG, date(2016, 3, 5)
    for volunteer in volunteers:
        volunteer.person.volunteer_no = people.volunteer_no() if chance.likely(0.8) else None
        volunteer.pledged = volunteer.joined if chance.likely(0.4) else None
    return volunteers


def volunteer_rows(volunteers):
    """Rows of 志愿者."""
    for volunteer in volunteers:
        yield {
            "姓名": volunteer.person.name,
            "性别": volunteer.person.gender,
            "手机号码": volunteer.person.mobile,
            "单位": volunteer.employer,
            "志愿者编号": volunteer.person.volunteer_no,
            "志愿者队伍": volunteer.hub.name if volunteer.hub else None,
            "入队日期": volunteer.placed,
            "加入日期": volunteer.joined,
            "承诺书日期": volunteer.pledged,
            "平台绑定日期": volunteer.bound,
            "备注": volunteer.remark,
        }


def former_team_rows(volunteers):
    """Rows of 队伍变更: the teams in which volunteers were before their present one."""
    for volunteer in volunteers:
        if volunteer.former_hub:
            yield {
                "姓名": volunteer.person.name,
                "起始日期": volunteer.joined,
                "结束日期": volunteer.placed,
                "志愿者队伍": volunteer.former_hub.name,
            }


def hub_rows(posts):
    """Rows of 青年汇, one for each hub and year; the secretary of the hub's organisation leads it."""
    secretaries = {name: post.person for name, post in present_secretaries(posts).items()}
    for number, year in enumerate((2016, 2017)):
        for hub in SAMPLE_HUBS:
            yield {
                "名称": hub.name,
                "所在组织": hub.organisation,
                "年度": year,
                "类型": hub.tiers[number],
                "开业日期": hub.opened,
                "地址": f"{hub.place}居委会院内",
                "负责人": secretaries[hub.organisation].name,
                "备注": "2017年升为重点店" if hub is TONGHUI and year == 2017 else None,
            }


def present_secretaries(posts):
    """The secretary's post of each organisation that has one, by the organisation's name."""
    return {post.organisation.name: post for post in posts if post.title == "书记" and not post.until}


def staff_rows(posts, volunteers):
    """Rows of 青年汇人员: the directors of the hubs, and three social workers, of whom one went to another hub."""
    secretaries = present_secretaries(posts)
    for hub in SAMPLE_HUBS:
        post = secretaries[hub.organisation]
        yield staff_row(post.person, hub, "负责人", max(hub.opened, post.since))
    first, second, third = (volunteer.person for volunteer in volunteers if not volunteer.hub)
    yield staff_row(first, BALIZHUANG, "社工", date(2014, 9, 1))
    yield staff_row(second, TONGHUI, "社工", date(2016, 3, 1))
    yield staff_row(third, XINGLONG, "社工", date(2015, 5, 4), date(2017, 1, 9))
    yield staff_row(third, GAOJING, "社工", date(2017, 1, 9))


def staff_row(person, hub, role, begin, end=None):
    """A row of 青年汇人员."""
    return {
        "姓名": person.name,
        "性别": person.gender,
        "手机号码": person.mobile,
        "青年汇": hub.name,
        "岗位": role,
        "起始日期": begin,
        "结束日期": end,
    }
