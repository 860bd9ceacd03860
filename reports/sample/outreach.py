"""Each cadre's direct links to youths (1+100), and the contacts through them."""

from dataclasses import dataclass
from datetime import date, timedelta

from .cadres import RENEWED
from .chance import Chance
from .members import YEAR_END
from .organisations import SampleOrganisation
from .people import SamplePerson

SCHEME_BEGAN = date(2016, 4, 11)
FULL_TIME_LINKS_OF_2016 = 82

# Three branches whose cadre is still below quota.
BELOW_QUOTA = {"白家楼村团支部": 7, "花北东社区团支部": 8, "百川里物流团支部": 6}

SECTORS = {"村": "农村", "社区": "社区", "机关": "机关事业", "非公企业": "两新", "社会组织": "两新"}
YOUTH_SECTORS = ["企业", "学校", "自由职业", "待业", "社区", "机关事业"]

CONTENTS = {
    "线上互动": ["在微信群转发学习内容并讨论", "推荐青年汇近期活动", "征集青年对活动安排的意见"],
    "电话": ["询问近况和工作学习情况", "通知活动安排", "了解就业需求"],
    "面对面": ["谈工作和生活中的困难", "听取对团组织的建议"],
    "走访": ["走访青年家庭", "走访青年所在单位"],
    "青年面对面": ["围绕青年关心的就业话题座谈", "与青年座谈社区建设"],
    "团支部开放日": ["邀请青年参观团支部，介绍团的工作", "开放日互动交流"],
    "志愿服务": ["一起参加社区志愿服务", "组织青年参加环境清洁"],
    "主题活动": ["一起参加主题团日活动", "组织青年参加学习讨论"],
}


@dataclass(eq=False)
class SampleLink:
    """One cadre's link to one youth."""

    cadre: SamplePerson
    branch: SampleOrganisation
    youth: SamplePerson
    sector: str
    since: date
    until: date | None = None
    bound: date | None = None
    employer: str | None = None
    remark: str | None = None

    def stands_on(self, day):
        """Whether the link exists on `day`."""
        return self.since <= day and (self.until is None or day < self.until)


def build_links(people, posts, memberships):
    """Every link, cadre by cadre."""
    outreach = _Outreach(people, posts, memberships)
    cadres = {}
    for post in posts:
        cadres.setdefault(post.person, []).append(post)
    for cadre, held in cadres.items():
        outreach.link(cadre, held)
    return outreach.links


class _Outreach:
    def __init__(self, people, posts, memberships):
        self.people, self.chance = people, Chance("outreach")
        self.links = []
        busy = {post.person for post in posts}
        self.free_members = [
            membership
            for membership in memberships
            if membership.person not in busy and membership.person.mobile and not membership.left
        ]

    def link(self, cadre, held):
        # Of several posts the last one counts, which is closest to the youths.
        post = held[-1]
        began = max(min(post.since for post in held), SCHEME_BEGAN, post.organisation.founded or SCHEME_BEGAN)
        if all(post.until for post in held):
            ended = max(post.until for post in held)
            if began < ended:
                self._several(cadre, post, 5, began, ended - timedelta(30), ended)
            return
        if post.nature == "专职":
            self._full_time(cadre, post)
            return
        wanted = BELOW_QUOTA.get(post.organisation.name, post.quota or 10)
        if began >= RENEWED:
            wanted -= self._take_over(cadre, post)
            last = min(began + timedelta(50), date(2017, 12, 15))
            self._several(cadre, post, wanted, began + timedelta(5), last)
        else:
            early = min(wanted, self.chance.randrange(4, 8))
            self._several(cadre, post, early, began, date(2016, 11, 30))
            self._several(cadre, post, wanted - early, date(2017, 1, 9), date(2017, 5, 26))
            if self.chance.likely(0.2):
                self._several(cadre, post, 1, began, date(2016, 11, 30), date(2017, 2, 20), "迁出本地区")

    def _full_time(self, cadre, post):
        """A hundred links at the end of 2017; six of 2016 have ended."""
        self._several(cadre, post, FULL_TIME_LINKS_OF_2016 - 6, SCHEME_BEGAN, date(2016, 12, 9), local=False)
        self._several(cadre, post, 6, SCHEME_BEGAN, date(2016, 12, 9), date(2017, 2, 28), "迁出本地区", local=False)
        rest = 100 - (FULL_TIME_LINKS_OF_2016 - 6)
        self._several(cadre, post, rest, date(2017, 1, 9), date(2017, 6, 16), local=False)

    def _take_over(self, cadre, post):
        handed_over = [
            link
            for link in self.links
            if link.branch is post.organisation and link.until == post.since and link.remark == "移交继任团干"
        ][:3]
        for link in handed_over:
            since = post.since + timedelta(self.chance.randrange(5, 20))
            bound = since + timedelta(self.chance.randrange(1, 20))
            self.links.append(
                SampleLink(
                    cadre, post.organisation, link.youth, link.sector, since, bound=bound, employer=link.employer
                )
            )
        return len(handed_over)

    def _several(self, cadre, post, wanted, first, last, until=None, remark=None, local=True):
        for number in range(wanted):
            # Some of the youths are members of the branch: the scheme is for members and others.
            wants_member = not until and self.chance.likely(0.4)
            member = self._member(post.organisation if local else None) if wants_member else None
            youth = member.person if member else self.people.aged(17, 33, date(2017, 6, 30))
            since = self.chance.workday(first, last)
            bound = min(since + timedelta(self.chance.randrange(2, 45)), until or date(2017, 12, 28))
            domain = member.branch.domain if member else post.organisation.domain
            sector = SECTORS[domain] if member or self.chance.likely(0.45) else self.chance.choice(YOUTH_SECTORS)
            self.links.append(
                SampleLink(
                    cadre,
                    post.organisation,
                    youth,
                    sector,
                    since,
                    until,
                    bound if number == 0 or self.chance.likely(0.85) else None,
                    member.employer if member else None,
                    remark or self._handed_over(post, until),
                )
            )

    def _handed_over(self, post, until):
        return "移交继任团干" if until == RENEWED and post.organisation.place else None

    def _member(self, branch):
        """A member without a link, from this branch, or from any for None."""
        fitting = [membership for membership in self.free_members if branch in (None, membership.branch)]
        if not fitting:
            return None
        chosen = self.chance.choice(fitting)
        self.free_members.remove(chosen)
        return chosen


def youth_link_rows(links):
    """Rows of 联系青年."""
    for link in links:
        yield {
            "团干部": link.cadre.name,
            "姓名": link.youth.name,
            "性别": link.youth.gender,
            "手机号码": link.youth.mobile,
            "领域": link.sector,
            "单位": link.employer,
            "起始日期": link.since,
            "结束日期": link.until,
            "绑定日期": link.bound,
            "备注": link.remark,
        }


def youth_contact_rows(links):
    """Rows of 联系记录: one per quarter for each cadre, one per month for the cadre with the most links."""
    chance = Chance("contacts")
    by_cadre = {}
    for link in links:
        by_cadre.setdefault(link.cadre, []).append(link)
    forms, contacts = list(CONTENTS), []
    for number, (cadre, own) in enumerate(by_cadre.items()):
        for turn, (first, last) in enumerate(_spells(len(own) > 50)):
            day = chance.workday(first, last)
            youths = [link.youth.name for link in own if link.stands_on(day)]
            if not youths or (day.year == 2016 and len(own) <= 50 and chance.likely(0.5)):
                continue
            form = forms[(number + turn * 3) % len(forms)]
            to_everyone = form in ("线上互动", "团支部开放日") or chance.likely(0.3)
            contacts.append(
                {
                    "团干部": cadre.name,
                    "日期": day,
                    "形式": form,
                    "联系青年": "全部" if to_everyone else "、".join(chance.some(youths, chance.randrange(1, 4))),
                    "内容": chance.choice(CONTENTS[form]) if chance.likely(0.9) else None,
                }
            )
    return sorted(contacts, key=lambda contact: contact["日期"])


def _spells(monthly):
    """The first and last days of the spans in each of which a cadre makes one contact."""
    starts = [date(2016, 5, 1), date(2016, 9, 1)]
    starts += [date(2017, month, 1) for month in (range(1, 13) if monthly else (1, 4, 7, 10))]
    length = timedelta(27 if monthly else 85)
    return [(start, min(start + length, YEAR_END)) for start in starts]
