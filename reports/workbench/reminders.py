"""The text that reminds branches of what they owe, to be pasted into their group (催办).

Cadres are named, as the group knows them; of members and youths only numbers are given, of cases nothing.
"""

from collections import Counter
from dataclasses import dataclass
from functools import partial

from django.db.models import Count, Exists, OuterRef

from activities.models import Activity
from members.models import AGE_LIMIT, Member, Post
from orgs.models.reach import reach_of
from orgs.roles import RoleKind
from outreach.models import Contact, cadres_with_links
from yl_district.kept.results import kept_result
from yl_district.periods import ORDINALS, Period
from yl_district.pinyin import NAME_ORDER


@dataclass(frozen=True)
class Reminder:
    """One thing owed: its heading, and who owes it, each with how much where that is a number."""

    heading: str
    whose: list[str]

    @property
    def words(self):
        """The heading and the names in one sentence."""
        return f"{self.heading}：{'、'.join(self.whose)}。"


def reminders_for(user, day):
    """What those in the care of a member of staff owe on `day`, without headings that concern nobody.

    Kept until a register changes.
    """
    found = kept_result(("reminders", user.pk, reach_of(user), day), partial(reminders_now, user, day))
    return [Reminder(heading, whose) for heading, whose in found if whose]


def reminders_now(user, day):
    """The heading and the names of each, counted now."""
    found = [cadres_out_of_touch(user, day), hosts_without_people(user, day), branches_over_age(user, day)]
    return [(each.heading, each.whose) for each in found]


def reminder_text(reminders, day):
    """The text of all reminders, "" without any."""
    if not reminders:
        return ""
    lines = [f"【提醒】截至{day.month}月{day.day}日，请以下同志和支部尽快在工作台补办："]
    lines += [f"{number}、{reminder.words}" for number, reminder in zip(ORDINALS, reminders, strict=False)]
    return "\n".join([*lines, "办理中有问题请及时联系，谢谢！"])


def cadres_out_of_touch(user, day):
    """Serving cadres with links who logged no contact this quarter."""
    posts = Post.objects.visible_as(user, RoleKind.STAFF).as_of(day)
    logged = Contact.objects.held_during(Period.of_quarter(day)).filter(cadre=OuterRef("pk"))
    serving = cadres_with_links(day).filter(Exists(posts.filter(person=OuterRef("pk"))), standing_links__gt=0)
    silent = serving.exclude(Exists(logged)).order_by(*NAME_ORDER)
    places = {}
    # Of all who serve, who are few, since SQLite would look for each post whether its cadre is one of these.
    for person, name in posts.order_by("pk").values_list("person_id", "organisation__name"):
        places.setdefault(person, name)
    return Reminder("本季度还没有登记联系记录的团干部", [f"{cadre}（{places[cadre.pk]}）" for cadre in silent])


def hosts_without_people(user, day):
    """Organisations that held activities this year of which nobody recorded who came."""
    year = Period.of_year(day.year).until(day)
    held = Activity.objects.visible_as(user, RoleKind.STAFF).held_during(year).without_people()
    hosts = numbers_by_name(held.exclude(host=None), "host")
    return Reminder("活动没有登记参加的人", [f"{name} {number} 场" for name, number in hosts.items()])


def branches_over_age(user, day):
    """Branches with members on the roll who have completed the age limit and hold no post that the user sees."""
    serving = Post.objects.visible_as(user, RoleKind.STAFF).as_of(day).filter(person=OuterRef("person"))
    members = Member.objects.visible_as(user, RoleKind.STAFF).as_of(day).exclude(Exists(serving))
    too_old = members.over_age(day)
    branches = numbers_by_name(too_old, "branch")
    words = f"有团员已满 {AGE_LIMIT} 周岁，还没有办理离团"
    return Reminder(words, [f"{name} {number} 名" for name, number in branches.items()])


def numbers_by_name(rows, relation):
    """{name: number of rows} of the organisations of rows, in their order; organisations of one name together."""
    path, name, found = f"{relation}__path", f"{relation}__name", Counter()
    for _, each, number in rows.order_by(path).values_list(path, name).annotate(number=Count("pk")):
        found[each] += number
    return found
