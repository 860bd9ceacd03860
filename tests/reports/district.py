"""A small district with every kind of record in one year, for the summary's tests. Names are invented."""

from datetime import date
from types import SimpleNamespace

from activities.actions import add_sign_in
from activities.models import Activity, ActivityType
from assistance.models import Assistance, AssistedYouth, Pairing, Scholarship, ServicePlan
from members.models import Member, Person, Post, Volunteer
from orgs.models import Organisation, Supply, Unit, UnitContact
from outreach.models import Contact, Link
from reports.figures.scopes import Scope
from reports.models import Target
from tests.factories import make_campaign, make_unit
from yl_district.periods import Period
from youthhubs.models import Hub, HubYear, TeamMember

YEAR = 2017
FOUNDED = ["丙源物流", "甲木设计", "丁香餐饮", "乙水科技", "戊土建筑"]


def add_organisation(parent, name, domain, category="branch"):
    """An organisation below `parent`, or the root."""
    organisation = Organisation(name=name, domain=domain, category=category)
    if parent is None:
        return Organisation.objects.add_root(instance=organisation)
    return Organisation.objects.add_child(Organisation.objects.get(pk=parent.pk), instance=organisation)


def add_member(branch, name, **fields):
    """A member on the roll since long ago, unless `fields` say otherwise."""
    fields = {"joined_league_on": date(2012, 5, 1)} | fields
    return Member.objects.create(person=Person.objects.create(name=name), branch=branch, **fields)


def add_post(organisation, name, title, **fields):
    """A post held since 2016."""
    person = Person.objects.create(name=name)
    fields = {"started_on": date(2016, 3, 1)} | fields
    return Post.objects.create(person=person, organisation=organisation, title=title, **fields)


def add_activity(key, day, **fields):
    """An activity of the type with this key; without person-times they count as unrecorded."""
    fields = {"name": f"{key}{day}"} | fields
    activity = Activity(type=ActivityType.objects.get(key=key), held_on=day, **fields)
    activity.full_clean()
    activity.save()
    return activity


def bare_district():
    """The root alone."""
    return add_organisation(None, "清河地区团工委", "office", "working_committee")


def full_district():
    """Every kind of record; the numbers are those of `test_summary`."""
    root = bare_district()
    office = add_organisation(root, "清河机关团支部", "office")
    village = add_organisation(root, "柳林村团支部", "village")
    community = add_organisation(root, "春晖社区团支部", "community")
    joint = add_organisation(root, "清河两新联合团支部", "enterprise", "joint_branch")
    place = SimpleNamespace(root=root, office=office, village=village, community=community, joint=joint)
    add_people(place)
    add_units(place)
    add_links(place)
    add_assistance(place)
    add_activities(place)
    Supply.objects.create(issued_on=date(YEAR, 5, 4), organisation=village, item="团旗", quantity=2)
    Supply.objects.create(issued_on=date(YEAR, 5, 4), organisation=community, item="团徽", quantity=30)
    Target.objects.create(year=YEAR, task="两新组织团建", figure="units_toward_task", value=6)
    Target.objects.create(year=YEAR, task="主题讲座", figure="sessions.lecture", value=9)
    return place


def add_people(place):
    """Three committee members, a cadre in each community; members of every domain, some joining and leaving."""
    place.leader = add_post(place.root, "沈砚", "委员", nature="full_time", link_quota=2)
    add_post(place.root, "顾苗", "委员", link_quota=0)
    add_post(place.root, "邵禾", "委员", link_quota=0)
    place.cadre = add_post(place.village, "程川", "书记", link_quota=1)
    add_post(place.community, "毛旭", "书记", link_quota=3)
    add_member(place.office, "常悦")
    place.member = add_member(place.village, "康宁")
    add_member(place.village, "尹舟", in_school=True)
    add_member(place.village, "于飞", left_on=date(YEAR, 6, 1), status="over_age")
    add_member(place.village, "贺兰", left_on=date(2016, 6, 1), status="transferred_out")
    add_member(place.community, "梁田", intake="developed", intake_on=date(YEAR, 5, 4))
    add_member(place.community, "武阳", intake="transferred", intake_on=date(YEAR, 9, 1))
    add_member(place.community, "方圆", left_on=date(YEAR, 7, 1), status="transferred_out")
    add_member(place.community, "柏林", left_on=date(YEAR, 8, 1), status="resigned")
    add_member(place.joint, "卓立", intake="developed", intake_on=date(YEAR, 10, 1))
    add_member(
        place.joint, "费然", intake="added", intake_on=date(YEAR, 10, 1), left_on=date(YEAR, 12, 1), status="lapsed"
    )


def add_units(place):
    """Five units founded in the year, seven counted toward a task of six, one retired, two contact points."""
    for number, name in enumerate(FOUNDED, 1):
        Unit.objects.create(
            name=name,
            kind="enterprise",
            status="normal",
            branch=place.joint,
            league_form="joint",
            league_founded_on=date(YEAR, number, 15),
            task_year=YEAR,
        )
    for name in ["庚金会所", "辛夷幼教"]:
        make_unit(name, kind="social", branch=place.joint, task_year=YEAR, is_contact_point=True)
    make_unit("壬申商贸", status="moved", status_on=date(YEAR, 4, 1), task_year=YEAR)
    UnitContact.objects.create(unit=Unit.objects.get(name="甲木设计"), held_on=date(YEAR, 3, 1), form="phone")


def add_links(place):
    """Two links of the full-time cadre, one of the village's; contacts with all and with one."""
    youths = [Person.objects.create(name=name) for name in ["田野", "江岸", "白露"]]
    begin = {"started_on": date(2016, 9, 1), "bound_on": date(2016, 10, 1)}
    links = [Link.objects.create(cadre=place.leader.person, youth=youth, **begin) for youth in youths[:2]]
    Link.objects.create(cadre=place.cadre.person, youth=youths[2], started_on=date(YEAR, 1, 5))
    day = date(YEAR, 4, 1)
    Contact.objects.create(cadre=place.leader.person, held_on=day, form="phone", with_everyone=True)
    Contact.objects.create(cadre=place.leader.person, held_on=day, form="visit").links.set(links[:1])


def add_assistance(place):
    """Three youths, two of them with a plan and a volunteer; everybody helped twice, one of them once more."""
    begin = {"registered_on": date(2016, 1, 10)}
    place.youths = [
        AssistedYouth.objects.create(person=Person.objects.create(name=name), organisation=place.village, **begin)
        for name in ["石一", "欧阳小雨", "连翘"]
    ]
    volunteer = Volunteer.objects.create(person=Person.objects.create(name="单志"), bound_on=date(YEAR, 2, 1))
    for youth in place.youths[:2]:
        ServicePlan.objects.create(youth=youth, year=YEAR)
        Pairing.objects.create(youth=youth, volunteer=volunteer, started_on=date(2016, 2, 1))
    Assistance.objects.create(held_on=date(YEAR, 1, 20), with_everyone=True, kind="stationery")
    Assistance.objects.create(held_on=date(YEAR, 7, 20), with_everyone=True, kind="culture")
    Assistance.objects.create(held_on=date(YEAR, 8, 20), kind="training").youths.set(place.youths[:1])
    Scholarship.objects.create(
        year=YEAR,
        student=place.youths[0].person,
        status="granted",
        approved_on=date(YEAR, 9, 1),
        is_on_platform=True,
    )
    place.volunteer = volunteer


def add_activities(place):
    """Two hubs, and activities of every quality."""
    place.hub = Hub.objects.create(name="春晖青年汇", organisation=place.community)
    HubYear.objects.create(hub=place.hub, year=YEAR, tier="key")
    other = Hub.objects.create(name="柳林青年汇", organisation=place.village)
    HubYear.objects.create(hub=other, year=YEAR, tier="ordinary")
    TeamMember.objects.create(volunteer=place.volunteer, hub=place.hub)
    at_hub = {"hub": place.hub}
    add_activity("lecture", date(YEAR, 2, 1), attendance=15, tags="财商、暑期安全", **at_hub)
    add_activity("lecture", date(YEAR, 6, 1), session_count=2, attendance=25, tags="暑期安全", hub=other)
    add_activity("diy", date(YEAR, 5, 1), session_count=3, attendance=145, basis="rounded", **at_hub)
    add_activity("volunteering", date(YEAR, 3, 5), session_count=4, **at_hub)
    add_activity("sports", date(YEAR, 4, 5), attendance=20, **at_hub)
    add_activity("sports", date(YEAR, 10, 5), **at_hub)
    add_activity("cadre_meeting", date(YEAR, 1, 15), attendance=12, host=place.root)
    add_activity("open_day", date(YEAR, 9, 15), attendance=9, host=place.village)
    campaign = make_campaign("不忘初心跟党走", audience="nobody")
    league_day = add_activity("league_day", date(YEAR, 5, 4), host=place.village, campaign=campaign)
    add_sign_in(league_day, place.member.person, "member")


def year_scope(organisation, year=YEAR):
    """The organisation's year."""
    return Scope(Organisation.objects.get(pk=organisation.pk), Period.of_year(year))
