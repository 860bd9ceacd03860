"""Figures, charts and findings that are kept, compared with those counted from nothing after writes of every kind."""

import random
from datetime import date

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.test import RequestFactory

from activities.actions import add_sign_in, recount_sign_ins, remove_sign_in
from activities.models import Activity, ActivityType, EducationSpan, SignIn
from members.duplicate_views import pairs_seen
from members.merge_actions import merge_people
from members.models import Member, Person, Post
from orgs.models import DomainSpan, Organisation, Role, Unit
from outreach.actions import end_post
from outreach.models import Contact, Link
from reports.checks import CHECKS, groups
from reports.checks.counted_findings import (
    ANSWERED,
    EVERY_ONE,
    LEFT_OPEN,
    CountedWhenAsked,
    counted_groups,
    kept_tallies,
    openable,
)
from reports.checks.inspection import Inspection
from reports.figures.charts import bars_by_month, bars_by_type
from reports.figures.counting import results
from reports.figures.readers import may_know_cases
from reports.figures.scopes import Scope, year_at_hand
from reports.models import Explanation, PlatformEntry, Target
from reports.targets.progress import paces_beside, paces_of
from reports.workbench.reminders import reminders_for
from tests.factories import (
    make_activity,
    make_assisted_youth,
    make_contact,
    make_grant,
    make_hub,
    make_link,
    make_member,
    make_organisation,
    make_person,
    make_post,
    make_supply,
    make_unit,
    make_unit_change,
    make_unit_contact,
    make_user,
    make_volunteer,
)
from tests.rosters import member_row, written
from yl_district.history.tracking import note_changed
from yl_district.importing.steps import begin_undo
from yl_district.kept.models import KeptResult
from yl_district.periods import Period
from youthhubs.models import Hub, HubYear

pytestmark = pytest.mark.django_db(transaction=True)

TODAY = date(2017, 11, 20)
STREET, BRANCH, OTHER = "高碑店团工委", "柳林社区团支部", "高井社区团支部"


@pytest.fixture
def district(db):
    """A district with something of every kind, and with something to be found; its readers by what they are."""
    root = make_organisation("清河地区团工委", category="working_committee", domain="office")
    street = make_organisation(STREET, root, category="working_committee", domain="office")
    branch, other = make_organisation(BRANCH, street), make_organisation(OTHER, street)
    hub = make_hub(branch, "春晖青年汇")
    cadre = make_post("陆远", branch).person
    make_post("严川", street, title="委员")
    for number in range(4):
        make_member(f"章程{number}", branch, make_person(f"章程{number}", birth_date=date(1985, 5, 4 + number)))
    make_member("许知", other, make_person("许知", birth_date=date(2004, 5, 4)), intake_on=None)
    links = [make_link(cadre, name) for name in ("秦朗", "白一")]
    make_contact(cadre, links[:1], held_on=date(2016, 5, 4))
    activity = make_activity(branch, hub=hub)
    make_activity(None, hub=hub, attendance=30, basis="rounded", held_on=date(2017, 5, 4))
    make_activity(other, held_on=date(2016, 4, 8), attendance=12, basis="exact")
    add_sign_in(activity, Person.objects.get(name="章程0"), SignIn.Capacity.MEMBER)
    unit = make_unit("清和科技有限公司", branch=branch, league_founded_on=date(2017, 3, 1), task_year=2016)
    make_unit_contact(unit)
    make_supply(branch)
    make_volunteer(hub, "顾清")
    PlatformEntry.objects.create(platform="智慧团建", subject="activity", activity=activity, entered_on=TODAY)
    for key in ("sessions", "members", "assistances"):
        Target.objects.create(year=2017, task=key, figure=key, value=10)
    make_assisted_youth(branch)
    return {
        "staff": make_user("经办人", root),
        "leader": make_user("领导", root, Role.Kind.LEADER),
        "street": make_user("街道", street),
        "cadre": make_user("支部", branch, Role.Kind.CADRE),
        "operator": make_user("青年汇", branch, Role.Kind.HUB_OPERATOR),
    }


def scopes_of(reader):
    """The scopes that a reader looks at."""
    by_name = {one.name: one for one in Organisation.objects.all()}
    hub = Hub.objects.select_related("organisation").get(name="春晖青年汇")
    year, quarter = Period.of_year(2017), Period.of_part(2017, "q2")
    places = {"staff": ["清河地区团工委", STREET], "leader": ["清河地区团工委"], "street": [STREET]}
    found = [Scope(by_name[name], year, None, TODAY) for name in places.get(reader, [BRANCH])]
    if reader == "operator":
        return [Scope(hub.organisation, year, hub, TODAY)]
    return [*found, Scope(found[0].organisation, quarter, None, TODAY)] if reader == "staff" else found


def told(user, scope):
    """All that pages tell the user of the scope: figures, charts and findings, these as the board shows them."""
    values = results(scope, may_know_cases(user, scope))
    figures = {key: (one.value, one.quality, one.target) for key, one in values.items()}
    found = counted_groups(scope, values, user, TODAY)
    board = [
        (
            *(group.check.key, answered_as_told(group.whole), group.shared_count, group.is_shared),
            *(shown_as_told(group.states[state], user) for state in (EVERY_ONE, LEFT_OPEN, ANSWERED)),
        )
        for group in found
    ]
    return figures, *beside(user, scope, values), board


def beside(user, scope, values):
    """What pages tell beside the figures: charts, the year, how far targets are, who is double or reminded."""
    pairs = [(first, second, tuple(agreeing)) for first, second, agreeing in pairs_seen(user)]
    paces = [(pace.figure.key, pace.result, pace.planned, pace.state) for pace in paces_beside(scope, values, TODAY)]
    charts = bars_by_month(scope), bars_by_type(scope)
    return *charts, year_at_hand(user, TODAY), paces, pairs, reminders_for(user, TODAY)


def shown_as_told(shown, user):
    """The findings of one state, as a page shows them."""
    return shown.number, set(shown.figures), [answered_as_told(one) for one in openable(shown.first, user)]


def answered_as_told(answered):
    """A finding with its explanation, as a page shows it."""
    finding, reason = answered.finding, answered.explanation
    said = finding.check.key, finding.subject, finding.name, finding.found, set(finding.figures), finding.digest
    parts = [(part.name, part.url) for part in finding.parts]
    return *said, str(finding.url), parts, reason and reason.pk, answered.is_explained, answered.is_shared


def from_nothing(user, scope):
    """The same, counted now, its findings those of the full list."""
    with transaction.atomic():
        values = results(scope, may_know_cases(user, scope))
        board = []
        for group in groups(scope, values, user, TODAY):
            states = {
                EVERY_ONE: group.findings,
                LEFT_OPEN: [one for one in group.findings if one.is_open],
                ANSWERED: [one for one in group.findings if one.is_explained],
            }
            shown = tuple(
                (len(own), {one.finding.figures for one in own}, [answered_as_told(one) for one in own])
                for own in states.values()
            )
            board.append((group.check.key, answered_as_told(group.whole), group.shared_count, group.is_shared, *shown))
        figures = {key: (one.value, one.quality, one.target) for key, one in values.items()}
        return figures, *beside(user, scope, values), board


def ways_of_writing():
    """Functions that each change something in a way of its own, by what they do; each takes a source of chance."""

    def members():
        return Member.objects.order_by("pk")

    def a_branch(chance):
        return Organisation.objects.get(name=chance.choice([BRANCH, OTHER]))

    def import_members(chance):
        number = chance.randrange(10_000)
        written("members", [member_row(number + place, BRANCH) for place in range(2)])

    def undo_import(chance):
        batch = written("members", [member_row(20_000 + chance.randrange(10_000), OTHER)])
        begin_undo(batch, make_user("经办人", Organisation.objects.get(depth=1)))

    def merge(chance):
        kept, lost = make_person("章一"), make_member("章一", a_branch(chance)).person
        request = RequestFactory().post("/")
        request.user = make_user("经办人", Organisation.objects.get(depth=1))
        merge_people(kept, lost, request=request, reason="同一人", values={})

    def log_contact(chance):
        cadre = Post.objects.get(person__name="陆远").person
        make_contact(cadre, Link.objects.all()[:1], held_on=date(2017, chance.randrange(1, 11), 5))

    def add_branch(chance):
        make_organisation(f"新支部{chance.random()}", Organisation.objects.get(name=STREET))

    def move_activity(chance):
        activity = chance.choice(list(Activity.objects.order_by("pk")))
        activity.host, activity.held_on = a_branch(chance), date(2017, chance.randrange(1, 11), 3)
        activity.save()

    def by_hand(sql):
        def write(chance):
            with connection.cursor() as cursor:
                cursor.execute(sql)

        return write

    def end_a_post(chance):
        post = make_post(f"离任{chance.random()}", a_branch(chance))
        make_link(post.person, f"青年{chance.random()}")
        end_post(post, date(2017, 9, 1), links_on=date(2017, 9, 1))

    def explain(chance):
        root = Organisation.objects.get(depth=1)
        year = Period.of_year(2017)
        scope, user = Scope(root, year, None, TODAY), make_user("经办人", root)
        open_ones = [
            (group, one)
            for group in groups(scope, results(scope), user, TODAY)
            for one in (*group.findings, group.whole)
            if not one.is_explained
        ]
        group, one = chance.choice(open_ones)
        Explanation.objects.update_or_create(
            organisation=root,
            hub=None,
            starts_on=year.start,
            ends_on=year.end,
            check_key=group.check.key,
            subject=one.finding.subject,
            defaults={
                "found": one.finding.found[:300],
                "digest": one.finding.digest,
                "is_about_cases": one.finding.is_about_cases,
                "reason": "已核实",
                "given_by": user,
                "given_at": "2017-11-20T08:00:00Z",
            },
        )

    def bulk_with_history(chance):
        own = list(members())
        for one in own:
            one.in_school = chance.random() < 0.5
        Member.objects.bulk_update(own, ["in_school"])
        note_changed(own)

    def sign_in(chance):
        activity = Activity.objects.order_by("pk").first()
        add_sign_in(activity, make_person(f"到场{chance.random()}"), SignIn.Capacity.OTHER)

    return {
        "save a member": lambda chance: make_member(f"新{chance.random()}", a_branch(chance)),
        "let a member leave": lambda chance: (
            members().filter(pk=chance.choice(members()).pk).update(left_on=date(2017, 6, 1), status="over_age")
        ),
        "delete a member": lambda chance: chance.choice(members()).delete(),
        "change many, with history": bulk_with_history,
        "import": import_members,
        "take an import back": undo_import,
        "merge people": merge,
        "move an activity": move_activity,
        "sign in": sign_in,
        "take a sign-in away": lambda chance: [remove_sign_in(one) for one in SignIn.objects.order_by("pk")[:1]],
        "recount sign-ins": lambda chance: recount_sign_ins(list(Activity.objects.values_list("pk", flat=True))),
        "end a post": end_a_post,
        "bind links": lambda chance: Link.objects.update(bound_on=date(2017, 2, chance.randrange(1, 28))),
        "log a contact": log_contact,
        "take links out of contacts": lambda chance: Contact.links.through.objects.all().delete(),
        "rename a branch": lambda chance: Organisation.objects.filter(name=BRANCH).update(
            category=chance.choice(["branch", "joint_branch"])
        ),
        "add a branch": add_branch,
        "change a domain before": lambda chance: DomainSpan.objects.create(
            organisation=a_branch(chance), domain="village", ended_on=date(2016, chance.randrange(1, 12), 1)
        ),
        "change a type": lambda chance: ActivityType.objects.update(is_education=chance.random() < 0.5),
        "change a type before": lambda chance: EducationSpan.objects.create(
            type=ActivityType.objects.first(), is_education=True, ended_on=date(2017, chance.randrange(1, 12), 1)
        ),
        "set a target": lambda chance: Target.objects.update(value=chance.randrange(1, 20)),
        "let a unit retire": lambda chance: make_unit_change(
            Unit.objects.first(), "deregistered", happened_on=date(2017, chance.randrange(1, 11), 2)
        ),
        "set a hub's tier": lambda chance: HubYear.objects.update(tier=chance.choice(["ordinary", "key"])),
        "close a hub": lambda chance: Hub.objects.update(closed_on=date(2017, chance.randrange(1, 12), 1)),
        "enter in a platform": lambda chance: PlatformEntry.objects.create(
            platform="智慧团建", subject="organisation", organisation=a_branch(chance), entered_on=TODAY
        ),
        "assist a youth": lambda chance: make_assisted_youth(a_branch(chance), f"白{chance.random()}"),
        "explain": explain,
        "write by hand": by_hand("UPDATE activities_activity SET session_count = session_count + 1"),
        "delete by hand": by_hand("DELETE FROM orgs_supply"),
        "count up": lambda chance: Unit.objects.update(task_year=F("task_year") + 1),
    }


def differences(readers, chance, names):
    """After which writes, for whom and where what is kept differs from what is counted from nothing."""
    ways, found = ways_of_writing(), []
    for name in names:
        ways[name](chance)
        for reader, user in readers.items():
            user = type(user).objects.get(pk=user.pk)
            for scope in scopes_of(reader):
                right = from_nothing(user, scope)
                if [told(user, scope) for _ in range(2)] != [right, right]:
                    found.append((name, reader, scope.name, scope.period.name))
    return found


# Of each way by which rows come to be written one; the others, and other readers, are tried with --full.
DAILY = [
    ["import", "delete a member", "take links out of contacts"],
    ["change many, with history", "merge people", "explain"],
]


@pytest.mark.in_turn
@pytest.mark.cpu(5)
@pytest.mark.parametrize("names", DAILY)
def test_what_is_kept_is_what_is_counted_from_nothing_after_any_write(district, names):
    readers = {name: district[name] for name in ("street",)}
    assert differences(readers, random.Random(17), names) == []
    assert KeptResult.objects.count() > 20


@pytest.mark.full
@pytest.mark.both
@pytest.mark.cpu(200)
@pytest.mark.parametrize("seed", range(3))
def test_what_is_kept_is_what_is_counted_from_nothing_for_every_reader(district, seed):
    chance, ways = random.Random(seed), list(ways_of_writing())
    assert differences(district, chance, chance.sample(ways, 12)) == []


@pytest.mark.in_turn
@pytest.mark.cpu(4)
def test_every_check_that_says_so_is_kept_for_every_scope(district):
    kept_checks = [check for check in CHECKS if check.is_kept]
    for scope in scopes_of("staff"):
        # Whatever they compare is there before, so that it is not the last that was kept.
        values = CountedWhenAsked(scope)
        kept_tallies(Inspection(scope, values, None, TODAY), kept_checks, {})
        for check in kept_checks:
            newest = KeptResult.objects.latest("pk").pk
            kept_tallies(Inspection(scope, values, None, date(2017, 11, 21)), [check], {})
            assert KeptResult.objects.filter(pk__gt=newest).exists(), check.key


@pytest.mark.in_turn
def test_all_figures_are_kept_but_those_of_cases(district):
    user = district["staff"]
    [scope, *_] = scopes_of("staff")
    for key, result in results(scope, may_know_cases(user, scope)).items():
        KeptResult.objects.all().delete()
        results(scope, with_cases=True, only=[key])
        is_kept = key == "platform_bindings" or KeptResult.objects.exists()
        assert is_kept == (not result.figure.is_case), key


@pytest.mark.in_turn
@pytest.mark.parametrize("key", ["sessions", "members", "assistances"])
def test_how_far_a_target_is_is_kept_but_for_those_of_cases(district, key):
    target = Target.objects.get(figure=key)
    counted = [paces_of([target], TODAY)[target.pk].result for _ in range(2)]
    assert counted[0] == counted[1]
    assert KeptResult.objects.exists() == (key != "assistances")


@pytest.mark.in_turn
def test_who_is_registered_twice_is_kept_but_for_whoever_opens_a_case_file(district):
    root, street = Organisation.objects.get(depth=1), Organisation.objects.get(name=STREET)
    twins = [make_member("章程", street, make_person("章程", mobile="13800138000")).person for _ in range(2)]
    keeper = make_user("个案专员", root, Role.Kind.CASEWORKER)
    Role.objects.create(user=keeper, organisation=root, kind=Role.Kind.STAFF)
    make_grant(keeper, make_assisted_youth(street, "章程").person)
    expected = [(twins[0].pk, twins[1].pk, ["手机号码一致", "在同一团组织"])]
    for user, is_kept in ((district["staff"], True), (keeper, False)):
        KeptResult.objects.all().delete()
        seen = [[(*keys, list(agreeing)) for *keys, agreeing in pairs_seen(user)] for _ in range(2)]
        assert seen == [expected, expected]
        assert KeptResult.objects.exists() == is_kept
