"""Members, cadres and their links: questions that the level above asks, and contradictory records."""

from collections import defaultdict
from datetime import date

from django.db.models import Count, Exists, F, Min, OuterRef, Q, prefetch_related_objects

from members.duplicates import likely_duplicates
from members.models import Person, Post
from outreach.models import Contact, Link, cadres_with_links
from yl_district.audit.access_log import subject_of
from yl_district.database.listed import Listed
from yl_district.periods import Period
from yl_district.pinyin import NAME_ORDER
from yl_district.privacy.masking import masked_name

from ..figures import sources
from ..models import PlatformEntry
from .inspection import RawFinding

# The number of quarters listed by name; beyond that, the total number is added.
MOST_NAMED = 4


def members_over_age(inspection):
    """Yields members past the age limit without a post."""
    day = inspection.scope.day
    serving = Post.objects.as_of(day).filter(person=OuterRef("person"))
    too_old = sources.members(inspection.scope).over_age(day)
    members = too_old.exclude(Exists(serving))
    for member in by_branch_and_name(inspection.opened(members)):
        found = f"期末已满 {member.person.age_on(day)} 周岁，未任团内职务"
        url = inspection.page("member_end", member.pk, of=member)
        yield RawFinding(subject_of(member), f"{member.person}（{member.branch.name}）", found, url)


def members_begun_by_guess(inspection):
    """Yields members on the roll without the day from which they stand."""
    members = sources.members(inspection.scope).with_guessed_begin()
    for member in by_branch_and_name(inspection.opened(members)):
        begin = f"按入团年月 {member.roll_begin:%Y-%m} 起" if member.roll_begin else "按一直"
        found = f"没有来源日期和在册起始日期，{begin}在册统计"
        url = inspection.page("member_update", member.pk, of=member)
        yield RawFinding(subject_of(member), f"{member.person}（{member.branch.name}）", found, url)


def by_branch_and_name(members):
    """The members by branch, those of one by name."""
    return members.select_related("person", "branch").order_by("branch__path", "person__name_sort", "pk")


def serving_cadres(inspection):
    """The cadres serving on the last day, with their links; shared by two checks."""
    return inspection.once("cadres", lambda: find_serving_cadres(inspection))


def find_serving_cadres(inspection):
    """The same, found now."""
    scope = inspection.scope
    serving = cadres_with_links(scope.day).serving_on(scope.day, scope.organisation)
    return list(inspection.opened(serving).order_by(*NAME_ORDER))


def cadres_below_quota(inspection):
    """Yields cadres below their quota."""
    for cadre in serving_cadres(inspection):
        if cadre.standing_links < cadre.quota:
            found = f"联系青年 {cadre.standing_links} 名，指标 {cadre.quota} 名"
            url = inspection.page("link_create", of=cadre, cadre=cadre.pk)
            yield RawFinding(subject_of(cadre), str(cadre), found, url)


def links_of_nobody(inspection):
    """Yields people who hold no post on the last day but whose links still stand on it."""
    scope = inspection.scope
    serving = Post.objects.as_of(scope.day).filter(person=OuterRef("pk"))
    left = cadres_with_links(scope.day).filter(~Exists(serving), pk__in=sources.links(scope).values("cadre"))
    for cadre in inspection.opened(left).order_by(*NAME_ORDER):
        found = f"期末未任职，名下仍有联系青年 {cadre.standing_links} 名"
        url = inspection.page("link_hand_over", cadre.pk, of=cadre)
        yield RawFinding(subject_of(cadre), str(cadre), found, url)


def cadres_without_contact(inspection):
    """Yields cadres with links who recorded no contact in a quarter; a quarter counts from its last month on.

    A cadre's quarters count if the first link had begun by the quarter's last month.
    """
    quarters = quarters_due(inspection)
    logged, first = (contacted_months(inspection), first_links(inspection)) if quarters else ({}, {})
    for cadre in serving_cadres(inspection) if quarters else ():
        asked = [quarter for quarter in quarters if first.get(cadre.pk, date.min) <= last_month(quarter)]
        silent = [quarter.name for quarter in asked if not logged[cadre.pk] & months_of_quarter(quarter)]
        if silent and cadre.standing_links:
            more = f"等 {len(silent)} 个季度" if len(silent) > MOST_NAMED else ""
            found = f"{'、'.join(silent[:MOST_NAMED])}{more}没有联系记录"
            url = inspection.page("contact_create", of=cadre, cadre=cadre.pk)
            yield RawFinding(subject_of(cadre), str(cadre), found, url)


def cadres_with_youths_never_reached(inspection):
    """Yields cadres with standing links whose youth nobody reached in the year, from the first quarter's last month on.

    Links that began in the quarter of the last day do not count yet.
    """
    day = inspection.scope.day
    if day < last_month(Period.of_part(day.year, "q1")):
        return
    links = Link.objects.as_of(day).filter(started_on__lt=Period.of_quarter(day).start)
    links = links.filter(cadre__in=keys_of_serving(inspection)).not_reached_during(Period.of_year(day.year).until(day))
    numbers = dict(links.order_by().values("cadre").annotate(number=Count("pk")).values_list("cadre", "number"))
    for cadre in serving_cadres(inspection) if numbers else ():
        if cadre.pk in numbers:
            found = f"{day.year} 年没有联系过的青年 {numbers[cadre.pk]} 名"
            url = inspection.page("contact_create", of=cadre, cadre=cadre.pk)
            yield RawFinding(subject_of(cadre), str(cadre), found, url)


def keys_of_serving(inspection):
    """The keys of the cadres serving on the last day, as a query."""
    scope = inspection.scope
    return Person.objects.serving_on(scope.day, scope.organisation).order_by().values("pk")


def first_links(inspection):
    """The start of the first link of each cadre who serves, by the cadre's key."""
    links = Link.objects.filter(cadre__in=keys_of_serving(inspection)).order_by()
    return dict(links.values("cadre").annotate(first=Min("started_on")).values_list("cadre", "first"))


def last_month(quarter):
    """The first day of a quarter's last month."""
    return quarter.end.replace(day=1)


def contacted_months(inspection):
    """The months in which each cadre who serves recorded a contact, as (year, month)."""
    held = Contact.objects.filter(held_on__range=(inspection.scope.period.start, inspection.until))
    held = held.filter(cadre__in=keys_of_serving(inspection))
    months = held.order_by().values_list("cadre", "held_on__year", "held_on__month").distinct()
    logged = defaultdict(set)
    for cadre, year, month in months:
        logged[cadre].add((year, month))
    return logged


def quarters_due(inspection):
    """The quarters within the period whose last month has begun."""
    period = inspection.scope.period
    years = range(period.start.year, inspection.until.year + 1)
    quarters = [Period.of_part(year, f"q{number}") for year in years for number in range(1, 5)]
    due = [quarter for quarter in quarters if last_month(quarter) <= inspection.until]
    return [quarter for quarter in due if quarter.start >= period.start and quarter.end <= period.end]


def months_of_quarter(quarter):
    """The months of a quarter, as (year, month)."""
    return {(quarter.year, quarter.start.month + shift) for shift in range(3)}


def contacts_outside_links(inspection):
    """Yields contacts naming youths whose link had not begun or had ended on that day."""
    through = Contact.links.through.objects.filter(contact=OuterRef("pk"))
    outside = Q(link__started_on__gt=OuterRef("held_on")) | Q(link__ended_on__lt=OuterRef("held_on"))
    contacts = sources.contacts(inspection.scope).filter(Exists(through.filter(outside)), with_everyone=False)
    for contact in inspection.opened(contacts).select_related("cadre").order_by("held_on", "pk"):
        url = inspection.page("contact_update", contact.pk, of=contact)
        yield RawFinding(subject_of(contact), str(contact), "所列青年中有人当日不在联系期内", url)


def contacts_doubled(inspection):
    """Yields contacts that follow from a list of who came, beside one logged by hand of the same day and youth."""
    named = Contact.links.through.objects
    shared = named.filter(
        contact=OuterRef("pk"), link__in=named.filter(contact=OuterRef(OuterRef("pk"))).values("link")
    )
    beside = Contact.objects.by_hand().filter(cadre=OuterRef("cadre"), held_on=OuterRef("held_on"))
    doubled = sources.contacts(inspection.scope).of_lists_alone()
    doubled = doubled.filter(Exists(beside.filter(Q(with_everyone=True) | Exists(shared))))
    for contact in inspection.opened(doubled).select_related("cadre").order_by("held_on", "pk"):
        url = inspection.page("contact_detail", contact.pk, of=contact)
        yield RawFinding(subject_of(contact), str(contact), "当天另有手工登记的联系，联系到同一名青年", url)


def posts_overlapping(inspection):
    """Yields posts that overlap, within the period, another one of the same person, organisation and title."""
    start, end = inspection.scope.period.bounds
    posts = Post.objects.within(inspection.scope.organisation)
    rows = inspection.opened(posts).select_related("person", "organisation")
    held = defaultdict(list)
    for post in rows.order_by("person", "organisation", "title", "started_on", "pk"):
        held[post.person_id, post.organisation_id, post.title].append(post)
    for longest, later in (pair for posts in held.values() for pair in beside_the_longest(posts)):
        if later.started_on <= end and max(later.started_on, start) < min(last_day_of(longest), last_day_of(later)):
            found = f"同一职务自 {later.started_on:%Y-%m} 起重复登记"
            yield RawFinding(subject_of(later), str(later), found, inspection.page("post_update", later.pk, of=later))


def beside_the_longest(posts):
    """Yields each post but the first with the post ending last among those that began before it."""
    longest, *others = posts
    for later in others:
        yield longest, later
        longest = max(longest, later, key=last_day_of)


def people_alike(inspection):
    """Yields pairs of people who are likely one, those known only by case files left out."""
    everybody, user = Person.objects.found_within(inspection.scope.organisation), inspection.user
    people = Person.objects.known_openly()
    if user and inspection.names_people:
        people = people.kept_by(user) if inspection.opens_files else people.kept_openly_by(user)
    url = inspection.page("duplicate_list")
    for pair in likely_duplicates(people, user if inspection.names_people else None, everybody):
        subject = f"{subject_of(pair.first)}+{pair.second.pk}"
        yield RawFinding(subject, str(pair.second), f"与另一人{pair.in_words}", url)


def last_day_of(post):
    """The day on which a post ended; date.max where it has not."""
    return post.ended_on or date.max


def bindings_before_entry(inspection):
    """Yields links, volunteers and entries in platforms bound before they began."""
    scope = inspection.scope
    links = found_first(sources.links(scope).filter(bound_on__lt=F("started_on")))
    for link in inspection.opened(links.select_related("cadre", "youth")).order_by("pk"):
        url = inspection.page("link_update", link.pk, of=link)
        yield RawFinding(
            subject_of(link), str(link), early_binding(link.bound_on, "起始", link.started_on), url, ("cadres_linked",)
        )
    volunteers = found_first(sources.volunteers(scope).filter(bound_on__lt=F("joined_on")))
    for volunteer in inspection.opened(volunteers).select_related("person").order_by("pk"):
        url = inspection.page("volunteer_update", volunteer.pk, of=volunteer)
        found = early_binding(volunteer.bound_on, "加入", volunteer.joined_on)
        yield RawFinding(subject_of(volunteer), str(volunteer), found, url, ("volunteers_bound",))
    yield from entries_bound_early(inspection)


def found_first(rows):
    """The rows by their keys: seldom any, for whom the people joined to them would be gone through."""
    return rows.model._default_manager.filter(pk__in=Listed(rows.order_by().values_list("pk", flat=True)))


def entries_bound_early(inspection):
    """Yields entries bound before they were entered, for the district only and without those of assisted youths."""
    entries = PlatformEntry.objects.filter(binding__lt=F("entered_on"), entered_on__lte=inspection.scope.day)
    entries = entries.exclude(subject=PlatformEntry.Subject.ASSISTED_YOUTH)
    if inspection.user:
        entries = entries.visible_to(inspection.user)
    if inspection.scope.is_district:
        for entry in entries.select_related("person", "activity", "organisation").order_by("pk"):
            url = inspection.page("platform_entry_update", entry.pk)
            yield RawFinding(subject_of(entry), str(entry), early_binding(entry.binding, "录入", entry.entered_on), url)


def bindings_apart(inspection):
    """Yields entries of volunteers with another day of binding than the volunteer's own record, for the district."""
    yield from entries_apart(inspection, PlatformEntry.Subject.VOLUNTEER)


def case_bindings_apart(inspection):
    """Yields entries of assisted youths with another day of binding than the case file, for the district."""
    yield from entries_apart(inspection, PlatformEntry.Subject.ASSISTED_YOUTH)


def entries_apart(inspection, subject):
    """Yields the entries of one kind of record whose own day of binding was found to differ from the record's."""
    entries = PlatformEntry.objects.filter(is_apart=True, subject=subject) if inspection.scope.is_district else ()
    found = list(inspection.opened(entries).select_related("person").order_by("pk")) if entries else []
    prefetch_related_objects([entry for entry in found if entry.is_open], "youth")
    for entry in found:
        url = inspection.page("platform_entry_update", entry.pk, of=entry)
        own = f"平台录入的绑定日期 {entry.binding or '未填'}，登记的平台绑定日期与此不同"
        yield RawFinding(subject_of(entry), entry_name(entry), own, url)


def entry_name(entry):
    """The name of an entry as findings show it: of an assisted youth always masked, and none where it is not open."""
    if entry.subject != PlatformEntry.Subject.ASSISTED_YOUTH:
        return str(entry)
    return f"{entry.platform} {masked_name(entry.youth.name)}" if entry.is_open else entry.platform


def early_binding(bound_on, what, day):
    """The finding about a date of binding."""
    return f"绑定日期 {bound_on} 早于{what}日期 {day}"
