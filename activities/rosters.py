"""Who may have come to an activity: the members of its host and the volunteers of its hub, on its day."""

from collections import Counter

from members.models import Member, Person, Volunteer
from yl_district.pinyin import NAME_ORDER, search_text

from .models import SignIn

# More are not offered at once: the host is then a whole committee, whose people are searched for by name.
LONGEST_ROSTER = 200


class Roster:
    """The people of an activity whom the user sees; those whose names contain `text`, where it is given."""

    def __init__(self, activity, user, text=""):
        day = activity.held_on
        members = Member.objects.none()
        if activity.host:
            members = Member.objects.visible_to(user).within(activity.host).as_of(day)
        volunteers = Volunteer.objects.none()
        if activity.hub:
            volunteers = Volunteer.objects.visible_to(user).as_of(day).in_team(activity.hub, day)
        if text:
            members, volunteers = members.search(text), volunteers.search(text)
        self.members, self.volunteers = members.order_by(), volunteers.order_by()

    @property
    def people(self):
        """The people in the order of their names, each once."""
        known = Person.objects.filter(pk__in=self.members.values("person"))
        known |= Person.objects.filter(pk__in=self.volunteers.values("person"))
        return known.order_by(*NAME_ORDER)

    def capacities(self, people):
        """{key of a person: the capacity in which they come}, a member's before a volunteer's."""
        members = set(self.members.filter(person__in=people).values_list("person", flat=True))
        kinds = SignIn.Capacity
        return {one.pk: kinds.MEMBER if one.pk in members else kinds.VOLUNTEER for one in people}


def told_apart(people):
    """{key: what each is called}, with the birth date where two would be called the same."""
    called = Counter(person.shown_name for person in people)
    return {
        person.pk: f"{person.shown_name}（{person.birth_date} 出生）"
        if called[person.shown_name] > 1 and person.birth_date
        else person.shown_name
        for person in people
    }


def searched_by(person):
    """What a person is looked for by: the name as shown, its pinyin and its initials, in lower case."""
    return search_text(person.shown_name)
