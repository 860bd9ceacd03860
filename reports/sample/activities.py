"""The activities, and the sign-in lists of those that have one."""

from datetime import date

from .assistance import TO_ALL
from .chance import Chance, yes
from .contents_2017 import CONTENTS_2017
from .organisations import ROOT_NAME
from .programme import ATTENDEE_SHARES, EVENT_KINDS, EXACT, SAMPLE_CAMPAIGNS, UNITED_PARTNERS, UNRECORDED
from .programme_2016 import PROGRAMME_2016
from .programme_2017 import PROGRAMME_2017


def events():
    """Every event with its type, by date."""
    held = [(kind, event) for year in (PROGRAMME_2016, PROGRAMME_2017) for kind, run in year.items() for event in run]
    return sorted(held, key=lambda pair: pair[1].day)


def campaign_rows():
    """Rows of 专项."""
    for one in SAMPLE_CAMPAIGNS:
        yield {
            "名称": one.name,
            "起始日期": one.begun,
            "结束日期": one.ended,
            "覆盖对象": one.audience,
            "形式": one.forms,
            "备注": one.remark,
        }


def partner_rows():
    """Rows of 协办单位."""
    named = [name for _, event in events() for name in (event.partners or "").split("、") if name]
    helping = [partner for *_, partner, _ in TO_ALL.values() if partner]
    for name in dict.fromkeys([*UNITED_PARTNERS, *named, *helping]):
        yield {"名称": name, "一统五联": yes(name in UNITED_PARTNERS)}


def activity_rows():
    """Rows of 活动."""
    chance, plans = Chance("hosts"), Chance("plans")
    for kind, event in events():
        usual = EVENT_KINDS[kind]
        # The hubs' year was planned from 2017 on.
        is_planned = bool(event.hub) and event.day.year >= 2017 and plans.likely(0.8)
        yield {
            "活动名称": event.name,
            "日期": event.day,
            "类型": kind,
            "主办组织": _host(event, chance),
            "青年汇": event.hub.name if event.hub else None,
            "地点": event.venue or (None if event.online or not event.hub else event.hub.name),
            "线上": yes(event.online),
            "场次": event.sessions,
            "人次": event.count,
            "数字口径": event.basis or (EXACT if event.count else UNRECORDED),
            "计划日期": event.day if is_planned else None,
            "计划场次": event.sessions if is_planned else None,
            "面向人群": event.audience or usual.audience,
            "专项": event.campaign or usual.campaign,
            "主题标签": event.tags,
            "协办单位": event.partners,
            "内容": event.content or CONTENTS_2017.get(event.name),
        }


def _host(event, chance):
    if event.host or not event.hub:
        return event.host or ROOT_NAME
    # Where the hub is given, the office often leaves out its organisation.
    return event.hub.organisation if chance.likely(0.6) else None


def sign_in_rows(people, posts, memberships, links, volunteers, cases):
    """Rows of 签到."""
    lists = _SignInLists(people, posts, memberships, links, volunteers, cases)
    for kind, event in events():
        if EVENT_KINDS[kind].has_list:
            yield from lists.of(kind, event)


class _SignInLists:
    def __init__(self, people, posts, memberships, links, volunteers, cases):
        self.chance = Chance("sign-in lists")
        self.posts, self.memberships, self.links = posts, memberships, links
        self.volunteers, self.cases = volunteers, cases
        # People without any other record who come repeatedly.
        self.neighbours = [people.aged(20, 33, date(2017, 6, 30)) for _ in range(60)]
        self.children = [people.child(date(2004, 1, 1), date(2009, 12, 31)) for _ in range(24)]
        self.parents = [people.guardian(child) for child in self.children[:16]]

    def of(self, kind, event):
        audience = event.audience or EVENT_KINDS[kind].audience
        weights = ATTENDEE_SHARES[audience]
        present = {}
        while len(present) < event.count:
            capacity = self.chance.choices(list(weights), list(weights.values()))[0]
            absent = [person for person in self._pool(capacity, audience, event) if person not in present]
            if absent:
                present[self.chance.choice(absent)] = capacity
            elif len(weights) == 1:
                raise ValueError(f"{event.name}: fewer than {event.count} people can be there")
        for person, capacity in present.items():
            yield {
                "活动名称": event.name,
                "日期": event.day,
                "姓名": person.name,
                "手机号码": None if capacity in ("团员", "志愿者") and self.chance.likely(0.15) else person.mobile,
                "身份": self._capacity(person, capacity, event.day),
            }

    def _capacity(self, person, capacity, day):
        if capacity != "团干部":
            return capacity
        on_roll = any(member.person is person and member.stands_on(day) for member in self.memberships)
        return "团员" if on_roll else "其他"

    def _pool(self, capacity, audience, event):
        """People who may attend in this capacity; none out of contact, and none under 21 at events for singles."""
        day = event.day
        if capacity == "团干部":
            return [post.person for post in self.posts if post.serving_on(day)]
        if capacity == "帮扶对象":
            return [case.person for case in self.cases if case.stands_on(day)]
        if capacity == "家长":
            return self.parents + [case.guardian for case in self.cases if case.stands_on(day)]
        if capacity == "志愿者":
            return [volunteer.person for volunteer in self.volunteers if volunteer.joined <= day]
        if capacity == "其他":
            return self.children if audience == "青少年及家长" else self.neighbours
        if capacity == "联系青年":
            return self._grown(audience, day, [link.youth for link in self.links if link.stands_on(day)])
        members = [
            membership.person
            for membership in self.memberships
            if membership.stands_on(day)
            and membership.status != "失联"
            and event.host in (None, membership.branch.name)
        ]
        return self._grown(audience, day, members)

    def _grown(self, audience, day, persons):
        return [person for person in persons if person.age_on(day) >= 21] if audience == "单身青年" else persons
