"""Which cadres did not come to a meeting of cadres, told from the list of who came."""

from __future__ import annotations

from dataclasses import dataclass

from members.models import Post
from orgs.models import User

from .models import Activity, SignIn

CADRE_MEETING = "cadre_meeting"
# More than a committee has cadres; beyond it the page names no more.
MOST_ABSENT = 300


@dataclass(frozen=True)
class AbsentCadre:
    """A cadre who did not come, by one of the posts, and whether leave was asked for."""

    post: Post
    is_excused: bool

    @property
    def told(self) -> str:
        """The line about the cadre in a group chat."""
        return f"{self.post.organisation}　{self.post.person}{'（请假）' if self.is_excused else ''}"


def absent_cadres(activity: Activity, user: User) -> list[AbsentCadre]:
    """Who, of the cadres in office on the day of a meeting within the reach of who held it, is not signed in.

    Each comes once, by the first of their posts in the order of the tree, as far as the user may know; nobody where the
    activity is no meeting of cadres or has no list.
    """
    if not activity.is_measured or activity.type.key != CADRE_MEETING:
        return []
    signed = dict(SignIn.objects.filter(activity=activity).order_by().values_list("person", "presence"))
    posts = Post.objects.visible_to(user).as_of(activity.held_on)
    if activity.owner_id:
        posts = posts.within(activity.owner)
    found = {}
    for post in posts.select_related("person", "organisation").order_by("organisation__path", "pk"):
        if signed.get(post.person_id) != SignIn.Presence.PRESENT:
            is_excused = signed.get(post.person_id) == SignIn.Presence.EXCUSED
            found.setdefault(post.person_id, AbsentCadre(post, is_excused))
    return list(found.values())


def absence_text(activity: Activity, absent: list[AbsentCadre]) -> str:
    """What a group chat is told of those who did not come."""
    day = activity.held_on
    heading = f"【{activity.name}】{day.month}月{day.day}日未到场的团干部 {len(absent)} 名："
    return "\n".join([heading, *(each.told for each in absent[:MOST_ABSENT])])
