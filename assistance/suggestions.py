"""Coming activities that suit an assisted youth, why they do, and what the list of who came says of a suggestion.

Whoever keeps case files learns of activities their names, days and places, and nothing of the people.
"""

from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction

from activities.models import Activity, ActivityQuerySet
from orgs.models import User
from yl_district.sheets.cells import split_list
from yl_district.validators import problem

from .models import AssistedYouth, SuggestedActivity

# Words in what an activity says of whom it is for, with the ages that they mean, first and last.
AGES = {
    "儿童": (6, 14),
    "少年": (10, 17),
    "小学": (6, 13),
    "初中": (12, 16),
    "高中": (15, 19),
    "中学": (12, 19),
    "青年": (14, 35),
    "亲子": (3, 14),
    "青少年": (6, 35),
}
MOST_SUITABLE = 20


@dataclass(frozen=True)
class Suitable:
    """A coming activity, and why it suits the youth, in words; no reasons where nothing but its day speaks for it."""

    activity: Activity
    reasons: tuple[str, ...]

    @property
    def told(self) -> str:
        """Its day, place and host, and the reasons, in one line."""
        return "，".join([activity_in_words(self.activity), *(self.reasons or ("即将举办",))])


def activity_in_words(activity: Activity) -> str:
    """The day of an activity with the time at which it begins, its place, and the hub or else the host, if known."""
    when = f"{activity.held_on} {activity.starts_at:%H:%M}" if activity.starts_at else str(activity.held_on)
    return "，".join(filter(None, [when, activity.venue, str(activity.hub or activity.host or "")]))


def coming_activities(user: User, day: date) -> ActivityQuerySet:
    """Activities planned for `day` or later of organisations where the user keeps case files, the first ones first."""
    found = Activity.objects.none()
    for organisation in user.case_organisations:
        found = found | Activity.objects.within(organisation)
    coming = found.filter(state=Activity.State.PLANNED, held_on__gte=day)
    return coming.select_related("type", "host", "hub__organisation").order_by("held_on", "pk")


def suitable_activities(youth: AssistedYouth, user: User, day: date) -> list[Suitable]:
    """The next coming activities not suggested to the youth yet, those first for which most reasons speak."""
    suggested = {one.activity_id for one in youth.suggested_activities.all()}
    wanted = words_of_needs(youth, day)
    coming = [one for one in coming_activities(user, day)[: MOST_SUITABLE * 3] if one.pk not in suggested]
    found = [Suitable(one, tuple(reasons_for(one, youth, wanted))) for one in coming]
    return sorted(found, key=lambda one: (-len(one.reasons), one.activity.held_on, one.activity.pk))[:MOST_SUITABLE]


def words_of_needs(youth: AssistedYouth, day: date) -> str:
    """What the file says that the youth needs: the needs, and the plan of the year of `day`."""
    plans = [plan for plan in youth.plans.all() if plan.year == day.year]
    texts = [youth.needs, *(text for plan in plans for text in (plan.assessment, plan.goals, plan.measures))]
    return "\n".join(str(text) for text in texts if text)


def reasons_for(activity: Activity, youth: AssistedYouth, wanted: str):
    """Yields why an activity suits a youth: its place, the ages that it is for, its type or tags among the needs."""
    places = [one for one in (activity.host, activity.hub and activity.hub.organisation) if one]
    if youth.organisation in places:
        yield f"就在{youth.organisation}"
    age = youth.person.age_on(activity.held_on)
    fitting = [word for word, (first, last) in AGES.items() if word in activity.audience and age is not None]
    if any(AGES[word][0] <= age <= AGES[word][1] for word in fitting):
        yield f"面向{activity.audience}，与年龄相符"
    named = [activity.type.name.removesuffix("活动"), *split_list(activity.tags)]
    if met := next((word for word in named if len(word) > 1 and word in wanted), ""):
        yield f"需求或计划中提到“{met}”"


@transaction.atomic
def suggest_activity(youth, *, activity, suggested_on, way):
    """Notes that a coming activity was suggested to a youth; returns the suggestion.

    Raises ValidationError where it was suggested to the youth before.
    """
    AssistedYouth.objects.select_for_update(no_key=True).get(pk=youth.pk)
    if youth.suggested_activities.filter(activity=activity).exists():
        raise ValidationError({"activity": problem("还没有推荐过的活动", "已推荐过这次活动，请在个案页面登记结果")})
    suggestion = SuggestedActivity(
        youth=youth,
        activity=activity,
        name=activity.name,
        held_on=activity.held_on,
        suggested_on=suggested_on,
        way=way,
    )
    suggestion.full_clean()
    suggestion.save()
    return suggestion


def outcome_by_list(suggestion):
    """What the confirmed or unconfirmed list of who came says of the youth: (an outcome, a day), or None."""
    activity = Activity.objects.filter(pk=suggestion.activity_id).first()
    if activity is None or activity.state != Activity.State.HELD:
        return None
    rows = activity.sign_ins.filter(person=suggestion.youth.person_id)
    if rows.present().exists():
        return SuggestedActivity.Outcome.CAME, activity.held_on
    return (SuggestedActivity.Outcome.ABSENT, activity.held_on) if activity.is_confirmed or rows.exists() else None
