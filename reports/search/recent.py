"""The records that a user has lately opened, kept in the session: never a case file, nor who is known by one alone."""

from django.utils.functional import cached_property

from members.models import Person
from orgs.accounts.sessions import keep_in_session
from yl_district.pages.addresses import open_address

from .finding import PERSON_PAGE
from .kinds import CAPACITIES_SEARCHED, THINGS_SEARCHED, Hit

OPENED_LATELY, RECENT_KEPT, RECENT_SHOWN = "recent", 20, 10
SEARCHED = [*CAPACITIES_SEARCHED, *THINGS_SEARCHED]
RECENT_KINDS = {kind.page: kind for kind in SEARCHED if kind.is_listed and not kind.is_case}


class RecentRecordsMiddleware:
    """Notes in the session which record's page was opened."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        match = request.resolver_match
        if match and request.method == "GET" and response.status_code == 200 and is_noted(request, match):
            note_opened(request, match.url_name, match.kwargs["pk"])
        return response


def is_noted(request, match):
    """Whether the page is that of a record which is kept in mind."""
    if match.url_name != PERSON_PAGE:
        return match.url_name in RECENT_KINDS
    return known_people(request.user).filter(pk=match.kwargs["pk"]).exists()


def known_people(user):
    """Returns the people whom the user sees otherwise than by a case file."""
    return Person.objects.known_openly_to(user)


def note_opened(request, page, key):
    """Puts the record first among those that the session keeps."""
    kept = [tuple(each) for each in request.session.get(OPENED_LATELY, [])]
    opened = list(dict.fromkeys([(page, key), *kept]))[:RECENT_KEPT]
    if opened != kept:
        keep_in_session(request.session, OPENED_LATELY, opened)


class RecentRecords:
    """The records that a session keeps in mind, as far as they are there and visible still."""

    def __init__(self, request):
        self.user = request.user
        self.opened = [tuple(each) for each in request.session.get(OPENED_LATELY, [])]

    @cached_property
    def hits(self):
        """The latest as Hits."""
        found = {}
        for page in dict.fromkeys(page for page, _ in self.opened):
            keys = [key for each, key in self.opened if each == page]
            found |= {(page, key): hit for key, hit in self.hits_of(page, keys)}
        return [found[each] for each in self.opened if each in found][:RECENT_SHOWN]

    def hits_of(self, page, keys):
        """Yields (key, Hit) of those of the records of one page that the user may see."""
        if page == PERSON_PAGE:
            for person in known_people(self.user).filter(pk__in=keys) if self.user.may_open(page) else ():
                yield person.pk, Hit(person.shown_name, open_address(self.user, page, person.pk), "", "人员", "users")
        elif kind := RECENT_KINDS.get(page):
            for record in kind.seen_by(self.user).filter(pk__in=keys):
                yield record.pk, kind.hit(record, self.user)
