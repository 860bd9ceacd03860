"""A district without any finding, with every kind of record that the checks inspect. Names are invented."""

from datetime import date
from types import SimpleNamespace

from activities.actions import recount_sign_ins
from activities.models import SignIn
from assistance.models import Assistance, AssistedYouth, NeedsTalk, Pairing, ServicePlan
from members.models import Person, Volunteer
from orgs.models import Unit
from outreach.models import Contact, Link
from reports.models import Target
from youthhubs.models import Hub, HubYear, TeamMember

from .district import YEAR, add_activity, add_member, add_organisation, add_post, bare_district

MONTHS = range(1, 13)
SINCE = date(2014, 1, 1)


def sound_district():
    """A root with one branch, which has what a superior asks for in the year and in the one before."""
    root = bare_district()
    place = SimpleNamespace(root=root, branch=add_organisation(root, "槐荫社区团支部", "community"))
    place.members = [add_member(place.branch, name, listed_on=date(2012, 5, 1)) for name in ("康宁", "尹舟", "梁田")]
    place.cadre = add_post(place.branch, "程川", "书记", link_quota=1)
    add_links(place)
    add_cases(place)
    add_hub(place)
    place.unit = Unit.objects.create(
        name="甲木设计",
        kind="enterprise",
        status="normal",
        branch=place.branch,
        league_form="joint",
        league_founded_on=date(YEAR, 3, 15),
        task_year=YEAR,
    )
    Target.objects.create(year=YEAR, task="两新组织团建", figure="units_toward_task", value=1)
    return place


def add_links(place):
    """One link, bound on its first day, with a contact in each month."""
    youth = Person.objects.create(name="田野")
    place.link = Link.objects.create(cadre=place.cadre.person, youth=youth, started_on=SINCE, bound_on=SINCE)
    contacts = [Contact(cadre=place.cadre.person, held_on=date(YEAR, month, 5), form="phone") for month in MONTHS]
    through = Contact.links.through
    through.objects.bulk_create(
        through(contact=each, link=place.link) for each in Contact.objects.bulk_create(contacts)
    )


def add_cases(place):
    """One youth in the register, asked for needs, with a plan, a volunteer and an assistance in each month."""
    person = Person.objects.create(name="欧阳小雨")
    place.youth = AssistedYouth.objects.create(person=person, organisation=place.branch, registered_on=SINCE)
    place.volunteer = Volunteer.objects.create(person=Person.objects.create(name="单志"))
    asked = {"held_on": date(YEAR, 1, 12), "way": "phone", "spoken_with": "guardian", "needs": "课业辅导"}
    NeedsTalk.objects.create(youth=place.youth, **asked)
    ServicePlan.objects.create(youth=place.youth, year=YEAR)
    place.pairing = Pairing.objects.create(youth=place.youth, volunteer=place.volunteer, started_on=SINCE)
    given = [Assistance(held_on=date(YEAR, month, 20), kind="culture") for month in MONTHS]
    through = Assistance.youths.through
    through.objects.bulk_create(
        through(assistance=each, assistedyouth=place.youth) for each in Assistance.objects.bulk_create(given)
    )


def add_hub(place):
    """A hub with its tier, a team and one lecture, whose listeners are on its list."""
    place.hub = Hub.objects.create(name="槐荫青年汇", organisation=place.branch)
    HubYear.objects.create(hub=place.hub, year=YEAR, tier="ordinary")
    TeamMember.objects.create(volunteer=place.volunteer, hub=place.hub)
    place.lecture = add_activity("lecture", date(YEAR, 4, 1), name="财商讲座", attendance=15, hub=place.hub)
    listeners = Person.objects.bulk_create(Person(name=f"听众{number}") for number in range(15))
    SignIn.objects.bulk_create(SignIn(activity=place.lecture, person=person) for person in listeners)
    recount_sign_ins([place.lecture.pk])
