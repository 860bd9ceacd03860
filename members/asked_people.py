"""The people whom the rows of one file ask about, instead of everybody who is registered.

Every look-up asks the database for what was not asked for before, so that it finds what it would among all; `foresee`
asks for many rows together, for the sake of speed alone.
"""

from collections import defaultdict
from operator import attrgetter

from orgs.models import Organisation
from yl_district.database.listed import Listed
from yl_district.likeness import name_key
from yl_district.pinyin import normalised
from yl_district.sheets.asked_values import AskedRecords
from yl_district.sheets.cells import split_list

from .directory import Directory
from .models import Member, Person, Post


class AskedDirectory(Directory):
    """A Directory for rows that say most people's identity number.

    Whoever has another number than a row is nobody whom it may mean, whatever the name, unless the mobile number is the
    same; so of those with a number only those with one of the file's are read, which are few however many there are.
    `noting` are the resources whose `note` tells what else the people belong to, `followers` are called with the people
    that have been read, by key.
    """

    def __init__(self, book, noting):
        self._noting, self.followers = noting, []
        self._sought = defaultdict(set)
        self._others = defaultdict(set)  # keys of people by each of their other names
        self._read_as = {}  # the names of people and their key, by id(), as they were registered
        self._is_reading, self._said_documents = False, set()
        self._digests = {}
        super().__init__(book)

    def read(self):
        """Reads nobody yet."""

    def begin(self):
        """Reads the people whose names the database cannot look up, who are few, and the other names of all."""
        for key, names in Person.objects.filter(other_names__gt="").values_list("pk", "other_names"):
            for name in split_list(names):
                self._others[name].add(key)
        self.load(Person.objects.sealed().values_list("pk", flat=True))

    def foresee(self, rows):
        """Asks for all that rows, with the cells 姓名 and, if present, of numbers, will need one by one."""
        self._digests = {}
        self._ask("mobile_index", {row["手机号码"] for row in rows if "手机号码" in row})
        self._ask("document_number_index", {normalised(row["其他证件号码"]) for row in rows if "其他证件号码" in row})
        self._ask("identity_number_index", {row["身份证号"] for row in rows if "身份证号" in row})
        named = [row for row in rows if "姓名" in row]
        self._ask_names({row["姓名"] for row in named if "身份证号" not in row})
        self._ask_names({row["姓名"] for row in named if "身份证号" in row}, without_number=True)

    def registered_organisations(self, keys):
        """Returns {key: ids of the organisations to which a person belongs by membership or post}."""
        found = {key: set() for key in keys}
        for rows, place in ((Member, "branch"), (Post, "organisation")):
            for key, organisation_id in self._rows(rows, keys).values_list("person", place):
                found[key].add(organisation_id)
        return found

    def _ask(self, index, values):
        """Asks for the people with one of these values of a blind index."""
        values = values - self._sought[index]
        if values:
            self._sought[index] |= values
            digest = Person._meta.get_field(index).digest
            digests = {value: digest(value) for value in values if value}
            self._digests |= {(index, value): one for value, one in digests.items()}
            self.load(Person.objects.filter(**{f"{index}__in": Listed(digests.values())}).values_list("pk", flat=True))

    def digested(self, row):
        """Returns the digests by which a row's numbers were asked for, {source: (value, digest)}."""
        numbers = ("identity_number", row.get("身份证号")), ("mobile", row.get("手机号码"))
        found = ((name, number, self._digests.get((f"{name}_index", number))) for name, number in numbers)
        return {name: (number, digest) for name, number, digest in found if digest}

    def _ask_names(self, names, without_number=False):
        """Asks for the people of these names, of other spellings of them, or only for those without a number."""
        names = names - self._sought["names"]
        if without_number:
            names -= self._sought["without number"]
        if not names:
            return
        self._sought["without number" if without_number else "names"] |= names
        keys = {name_key(name) for name in names}
        rows = Person.objects.filter(identity_number_index=None) if without_number else Person.objects.all()
        found = set(rows.filter(name__in=Listed(names | keys)).values_list("pk", flat=True))
        found.update(rows.filter(name_key__in=Listed(keys), name_key__gt="").values_list("pk", flat=True))
        found.update(key for name in self._others.keys() & (names | keys) for key in self._others[name])
        self.load(found)

    def load(self, keys):
        """Reads the people with these keys, as far as the workbook can be about them and they are not here yet."""
        keys = set(keys) - self.people.keys() - self._sought["keys"]
        self._sought["keys"] |= keys
        if keys:
            self._read_these(keys)

    def _read_these(self, keys):
        if isinstance(self.book.closed, AskedRecords):
            self.book.closed.keys.foresee(keys)
        self._is_reading = True
        people = self.take(keys)
        self._is_reading = False
        self._unread.sort(key=attrgetter("pk"))
        for resource in self._noting:
            resource.note(self.book, people.keys())
        for person in people.values():
            self._read_as[id(person)] = {*person.all_names, name_key(person.name)}
        self._put_in_order(people.values())
        for follow in self.followers:
            follow(people)

    def learn(self, person, by_name=True):
        document = person.document_kind, normalised(person.document_number)
        known = self._by_document.get(document)
        super().learn(person, by_name)
        if not self._is_reading:
            self._said_documents.add(document)
        elif known and (document in self._said_documents or known.pk > person.pk):
            # Of several with one document the last registered has it, unless a row was of another one.
            self._by_document[document] = known

    def _put_in_order(self, people):
        """Has those who were registered by a name come first, as they were registered, as if all had been read so."""
        names = {name for person in people for name in person.all_names}
        for name in names:
            self._by_name[name] = self._in_order(self._by_name.get(name, {}), name)
        for key in {name_key(person.name) for person in people} & self._by_key.keys():
            self._by_key[key] = self._in_order(self._by_key[key], key)

    def _in_order(self, named, name):
        if len(named) < 2:
            return named
        late = [(name not in self._read_as.get(id(one), ()), one) for one in named.values()]
        late.sort(key=lambda each: (each[0], 0 if each[0] else each[1].pk))
        return {id(one): one for _, one in late}

    def _named(self, name, capacity=None, number=None):
        self._ask_names({name}, without_number=bool(number))
        return super()._named(name, capacity, number)

    def _named_alike(self, name, number=None):
        self._ask_names({name}, without_number=bool(number))
        return super()._named_alike(name, number)

    def _named_with_mobile(self, name, mobile):
        self._ask("mobile_index", {mobile})
        return [one for one in super()._named(name) if one.mobile == mobile]

    def _holder(self, number):
        if number and number not in self._by_identity:
            self._ask("identity_number_index", {number})
        return super()._holder(number)

    def _holder_of_document(self, kind, number):
        self._ask("document_number_index", {number})
        return super()._holder_of_document(kind, number)


class AskedMembers:
    """The memberships of the people of an AskedDirectory, as of MemberIndex; `take` is called with each stored one."""

    def __init__(self, book, directory):
        self.book, self.directory = book, directory
        self.stored, self.of_person = {}, defaultdict(list)
        self._asked, self.take = defaultdict(set), None
        directory.followers.append(self.follow)

    def begin(self, take):
        """Has `take` called with each stored membership, those read already included."""
        self.take = take
        self.follow(self.directory.people)

    def follow(self, people):
        """Reads the memberships of people, {key: person}."""
        if self.take is None:
            return
        known = list(self.book.rows(Member).filter(person__in=Listed(people)).order_by("pk"))
        stored = {member.pk: member for member in known}
        if self.book.committee is not None:
            others = Member.objects.filter(person__in=Listed(people))
            known += [member for member in others if member.pk not in stored]
        self.book.attach(known, "branch", Organisation)
        for member in known:
            member.person = people[member.person_id]
            self.of_person[id(member.person)].append(member)
        self.stored |= stored
        for member in stored.values():
            self.take(member)

    def ask_numbers(self, numbers):
        """Asks for the people with memberships of these 发展团员编号."""
        self._ask("development_no", numbers)

    def ask_keys(self, keys):
        """Asks for the people with memberships of these keys."""
        self._ask("pk", keys)

    def _ask(self, name, values):
        values = set(values) - self._asked[name]
        if values:
            self._asked[name] |= values
            rows = self.book.rows(Member).filter(**{f"{name}__in": Listed(values)})
            self.directory.load(rows.order_by().values_list("person", flat=True))
