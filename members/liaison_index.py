"""Who looks after which organisation, and who may, in one workbook: what is stored, and what its rows add."""

from collections import defaultdict
from datetime import date

from orgs.models import Organisation
from yl_district.days import has_ended
from yl_district.sheets.cells import CellError, text_key
from yl_district.sheets.columns import key_of

from .directory import TELL_APART_REFERENCE, Directory, parse_reference
from .models import Liaison, Post

POST_SHEET = "团干部"


class LiaisonIndex:
    """Liaisons by organisation, `stored` by primary key, and the posts held in committees.

    Names are told apart by the book's Directory, which has no people where names need identify nobody.
    """

    def __init__(self, book):
        self.book = book
        self.stored = {one.pk: one for one in book.rows(Liaison).select_related("person").order_by("pk")}
        posts = list(book.rows(Post).of_committees().select_related("person").order_by("pk"))
        for records in (self.stored.values(), posts):
            book.attach(records, "organisation", Organisation)
            for record in records:
                record.person = self.directory.same(record.person)
        self._of_organisation, self._posts, self._stated = defaultdict(list), {}, set()
        for liaison in self.stored.values():
            self.add(liaison)
        for post in posts:
            self.note(post)

    @property
    def directory(self):
        return self.book.only(Directory)

    def add(self, liaison):
        """Adds a liaison, unless it is known."""
        known = self.of(liaison.organisation)
        if not any(one is liaison for one in known):
            known.append(liaison)

    def of(self, organisation):
        """The liaisons of an organisation, in no order."""
        return self._of_organisation[key_of(organisation)]

    def latest(self, organisation):
        """The liaison of an organisation that ends last, or None."""
        return max(self.of(organisation), key=lambda one: one.ended_on or date.max, default=None)

    def present(self, organisation):
        """The liaison of an organisation in force today, or None."""
        today = self.book.today
        begun = [one for one in self.of(organisation) if not one.started_on or one.started_on <= today]
        return next((one for one in begun if not has_ended(one, today)), None)

    def note(self, post):
        """Notes a post, if it is one of a committee, in the place of what was known of it."""
        if post.is_of_committee:
            self._posts[key_of(post)] = post

    def posts_above(self, organisation):
        """The committee posts at the organisations above one."""
        return [post for post in self._posts.values() if is_above(post.organisation, organisation)]

    def posts_of(self, person, organisation):
        """The committee posts of a person above an organisation."""
        return [post for post in self.posts_above(organisation) if post.person is person]

    def resolve(self, organisation, text):
        """Returns the person with a committee post above the organisation whom a cell names; raises CellError."""
        name, _ = parse_reference(text)
        above = {id(post.person): post.person for post in self.posts_above(organisation)}
        fitting = [person for person in above.values() if self.is_named(person, text)]
        if not fitting:
            expected = "在上级团组织现任或曾任书记、委员的人"
            remedy = f"请核对姓名，或先在《{POST_SHEET}》中登记此人在上级团组织的任职"
            raise self.book.nobody(name, POST_SHEET, expected, remedy)
        if len(fitting) > 1:
            raise CellError(f"能确定为一个人（同名的书记、委员有 {len(fitting)} 名）", TELL_APART_REFERENCE)
        return fitting[0]

    def is_named(self, person, text):
        """Whether a cell names a person, by the hint in brackets as well where it has one."""
        name, hint = parse_reference(text)
        return person.name == name and (not hint or self.directory.hinted(person, hint))

    def reference(self, person):
        """Returns the cell text for a person, with a hint where committees have had several of the name."""
        namesakes = {id(post.person): post.person for post in self._posts.values() if post.person.name == person.name}
        return self.directory.told_apart(person, list(namesakes.values()))

    def state(self, name):
        """Notes that rows of the file state the spans of the organisation of this name."""
        self._stated.add(text_key(name))

    def is_stated(self, organisation):
        """Whether rows of the file state the organisation's spans."""
        return text_key(organisation.name) in self._stated


def is_above(organisation, other):
    """Whether an organisation stands above another one in the tree."""
    return organisation.path != other.path and other.path.startswith(organisation.path)
