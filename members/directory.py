"""Identifies people by identity number, by name and mobile number, or by name within an organisation."""

import re
from collections import defaultdict
from functools import lru_cache
from typing import NamedTuple

from orgs.models import Organisation
from yl_district.partial_dates import may_agree
from yl_district.privacy.masking import masked_name
from yl_district.sheets.cells import CellError, IdentityNumberWidget, MobileWidget, NameWidget, plain
from yl_district.sheets.columns import key_of
from yl_district.validators import identity_number_birth_date

from .models import Member, Person, Post, Volunteer

NAME_WITH_QUALIFIER = re.compile(r"(.+?)\s*[(（](.+)[)）]", re.DOTALL)
MEMBER, CADRE, VOLUNTEER, LINKED_YOUTH, ASSISTED_YOUTH = (
    "member",
    "cadre",
    "volunteer",
    "linked_youth",
    "assisted_youth",
)
CAPACITIES = {
    MEMBER: "团员",
    CADRE: "团干部",
    VOLUNTEER: "志愿者",
    LINKED_YOUTH: "联系青年",
    ASSISTED_YOUTH: "帮扶对象",
}
TELL_APART = "请补充身份证号或手机号码，使系统能分辨是哪一位"
TELL_APART_REFERENCE = "请在姓名后用括号注明手机号码或所在组织，如 张三（13800138000）"


class Reference(NamedTuple):
    """A person's name in a cell, with an optional hint in brackets that distinguishes namesakes."""

    name: str
    hint: str

    def __str__(self):
        return f"{self.name}（{self.hint}）" if self.hint else self.name


class Directory:
    """All known people, for one import: read once, then updated with what the sheets add.

    Rows match a person by identity number; else by name and mobile; else by name within the same organisation, without
    a contradicting identity number, birth date or mobile. Of several candidates none is chosen by guesswork.

    Empty where the import need not identify people.
    """

    def __init__(self, book):
        self.book = book
        self.people = {}
        self._by_identity, self._by_name, self._names = {}, defaultdict(dict), {}
        self._organisations, self._capacities = defaultdict(frozenset), defaultdict(frozenset)
        if book.tells_apart:
            self.read()

    def read(self):
        """Reads all people, with their capacities and organisations."""
        closed = (
            set() if self.book.with_cases else set(Person.objects.without_open_capacity().values_list("pk", flat=True))
        )
        # Derived on every write; for a hundred thousand people they would take a sixth of the memory.
        people = Person.objects.order_by("pk").defer(
            "search_text", "name_sort", "identity_number_index", "mobile_index"
        )
        for person in people.iterator():
            self.people[person.pk] = person
            self.learn(person, by_name=person.pk not in closed)
        for person_id, organisation_id in Member.objects.order_by("pk").values_list("person", "branch"):
            self.note(self.people[person_id], organisation_id, MEMBER)
        for person_id, organisation_id in Post.objects.order_by("pk").values_list("person", "organisation"):
            self.note(self.people[person_id], organisation_id, CADRE)
        for person_id in Volunteer.objects.order_by("pk").values_list("person", flat=True):
            self.note(self.people[person_id], None, VOLUNTEER)

    def learn(self, person, by_name=True):
        """Indexes a new or changed person by identity number and name.

        People known only by a case file are not indexed by name in an import without access to case files.
        """
        if by_name:
            former = self._names.get(id(person))
            if former not in (None, person.name):
                self._by_name[former].pop(id(person), None)
            self._names[id(person)] = person.name
            self._by_name[person.name][id(person)] = person
        if person.identity_number:
            self._by_identity[person.identity_number] = person

    def note(self, person, organisation_id=None, capacity=None):
        """Records that a person has a capacity or belongs to an organisation."""
        if organisation_id:
            self._organisations[id(person)] = with_one(self._organisations[id(person)], organisation_id)
        if capacity:
            self._capacities[id(person)] = with_one(self._capacities[id(person)], capacity)

    def organisations_of(self, person):
        """Returns the ids of the organisations to which the person belongs in any recorded capacity."""
        return self._organisations[id(person)]

    def has(self, person, capacity):
        """Whether the person has the capacity."""
        return capacity in self._capacities[id(person)]

    def _named(self, name, capacity=None):
        people = self._by_name.get(name, {}).values()
        return [person for person in people if capacity is None or self.has(person, capacity)]

    def matching(self, row, organisations):
        """Returns the person described by a row with columns for numbers, or None; raises CellError if several match.

        `row` has the cells 姓名, and if present 身份证号, 手机号码 and 出生日期; `organisations` are ids.
        """
        person = self._by_numbers(row)
        if person is not None:
            return person
        organisations = set(organisations)
        candidates = [one for one in self._named(row["姓名"]) if organisations & self.organisations_of(one)]
        return self._only(candidates, row, "姓名", TELL_APART)

    def matching_anywhere(self, row, capacity=None):
        """Like `matching`, but by name in any organisation; people with the capacity are preferred."""
        person = self._by_numbers(row)
        if person is None and capacity:
            person = self._only(self._named(row["姓名"], capacity), row, "姓名", TELL_APART)
        return person or self._only(self._named(row["姓名"]), row, "姓名", TELL_APART)

    def referred(self, reference, row, capacity=None):
        """Returns the person whom a row names, with or without a hint, or None for an unknown person.

        A mobile or identity number as a hint counts like a cell of its own. Raises CellError where several people
        match, or where any other hint matches nobody.
        """
        row = dict(row) | hinted_cells(reference)
        if not reference.hint or len(hinted_cells(reference)) > 1:
            return self.matching_anywhere(row, capacity)
        fitting = [one for one in self._named(reference.name) if self.hinted(one, reference.hint)]
        person = self._only(fitting, row, "姓名", TELL_APART_REFERENCE)
        if person is None:
            expected = "括号内为该人的手机号码、身份证号或所在组织"
            raise CellError(expected, "请核对括号内的内容，或删去括号", "姓名")
        return person

    def _by_numbers(self, row):
        number = row.get("身份证号")
        if number and number in self._by_identity:
            return self._named_so(self._by_identity[number], row)
        mobile = row.get("手机号码")
        if not mobile:
            return None
        same = [person for person in self._named(row["姓名"]) if person.mobile == mobile]
        if number and any(person.identity_number for person in same):
            remedy = "同名同手机号的人已登记另一身份证号，请核对号码；确为两人时请改正手机号码"
            raise CellError("与已登记一致的身份证号", remedy, "身份证号")
        return self._only(same, {}, "手机号码", TELL_APART)

    def _named_so(self, person, row):
        """Returns the person with the row's identity number; raises CellError if registered under another name."""
        is_other = person.pk and person.name != row["姓名"]
        # The name of people known only by a case file is neither changed nor revealed.
        if is_other and (Person, person.pk) not in self.book.closed:
            remedy = "请核对号码或姓名；确已改名的，请先在人员资料中改正姓名"
            raise CellError(f"该号码登记的姓名 {masked_name(person.name)}", remedy, "姓名")
        return person

    def _only(self, candidates, row, column, remedy):
        fitting = [person for person in candidates if not contradicts(person, row)]
        if len(fitting) > 1:
            raise CellError(f"能确定为一个人（现有 {len(fitting)} 个可能的人）", remedy, column)
        return fitting[0] if fitting else None

    def refer(self, text, capacity):
        """Returns the person with this capacity whom a cell names; raises CellError for none or several."""
        label = CAPACITIES[capacity]
        name, hint = parse_reference(text)
        fitting = [one for one in self._named(name, capacity) if not hint or self.hinted(one, hint)]
        if not fitting:
            raise self.book.nobody(name, label)
        if len(fitting) > 1:
            raise CellError(f"能确定为一名{label}（同名的有 {len(fitting)} 名）", TELL_APART_REFERENCE)
        return fitting[0]

    def hinted(self, person, hint):
        """Whether a hint matches a person: the mobile or identity number, or the name of an organisation."""
        numbers = (person.mobile, person.identity_number)
        return plain(hint).upper() in numbers or hint in self._organisation_names(person)

    def _organisation_names(self, person):
        known = self.book.only(OrganisationNames)
        return [known.of(organisation_id) for organisation_id in sorted(self.organisations_of(person))]

    def reference(self, person, capacity=None):
        """Returns the cell text for a person with a capacity: the name, with a hint where it is ambiguous."""
        return self.told_apart(person, self._named(person.name, capacity))

    def reference_beside_mobile(self, person):
        """Like `reference`, for a row with the mobile number in a column of its own."""
        same = [one for one in self._named(person.name) if one.mobile == person.mobile]
        if self.book.masks:
            return person.shown_name
        return person.name if person.mobile and len(same) < 2 else self.reference(person)

    def told_apart(self, person, namesakes):
        """Returns the person's name, with a hint that matches no other of the namesakes."""
        person = self.people.get(person.pk, person)
        if self.book.masks:
            return person.shown_name
        if len(namesakes) > 1:
            for hint in (person.mobile, *self._organisation_names(person), person.identity_number):
                if hint and sum(self.hinted(one, hint) for one in namesakes) == 1:
                    return str(Reference(person.name, hint))
        return person.name

    def same(self, person):
        """Returns the directory's own object for a person read elsewhere."""
        return self.people.get(person.pk, person)


@lru_cache
def with_one(known, another):
    """Returns the set with one more element; cached, since thousands of people share equal sets."""
    return known | {another}


class OrganisationNames:
    """Organisation names by id, as hints write and read them."""

    def __init__(self, book):
        self.book, self._names = book, {}

    def of(self, organisation_id):
        """Returns the name of the organisation with this id."""
        if organisation_id not in self._names:
            self._names = {key_of(one): name for name, one in self.book.named(Organisation).items()}
        return self._names[organisation_id]


class VolunteerIndex:
    """Volunteers in one workbook: `of_person` by the id() of the Person object, `stored` by primary key."""

    def __init__(self, book):
        people = book.only(Directory).people
        self.stored = {volunteer.pk: volunteer for volunteer in Volunteer.objects.order_by("pk")}
        for volunteer in self.stored.values():
            volunteer.person = people[volunteer.person_id]
        self.of_person = {id(volunteer.person): volunteer for volunteer in self.stored.values()}


class ReferenceWidget(NameWidget):
    """Reads a person's name with an optional hint in brackets."""

    def clean(self, value, row=None, **options):
        if not isinstance(value, str):
            return Reference(super().clean(value), "")
        name, hint = parse_reference(value)
        reference = Reference(super().clean(name), " ".join(hint.split()))
        hinted_cells(reference)
        return reference


def parse_reference(text):
    """Returns the Reference that a cell contains, such as `张三（13800138000）`."""
    match = NAME_WITH_QUALIFIER.fullmatch(text.strip())
    name, hint = match.groups() if match else (text, "")
    try:
        name = NameWidget().clean(name)
    except CellError:
        name = plain(name)
    return Reference(name, hint.strip())


def hinted_cells(reference):
    """Returns the cells 姓名, 手机号码 and 身份证号 given by a reference; raises CellError for an invalid number."""
    name, hint = reference.name, "".join(plain(reference.hint).split())
    if re.fullmatch(r"[0-9]{11}", hint):
        return {"姓名": name, "手机号码": MobileWidget().clean(hint)}
    if re.fullmatch(r"[0-9]{17}[0-9Xx]", hint):
        return {"姓名": name, "身份证号": IdentityNumberWidget().clean(hint)}
    return {"姓名": name}


def new_person(reference):
    """Returns an unsaved person with the name, and the number if any, given by a reference."""
    row = hinted_cells(reference)
    return Person(name=reference.name, mobile=row.get("手机号码", ""), identity_number=row.get("身份证号"))


def born_by(number):
    """Returns the birth date encoded in an identity number, or None without one."""
    return identity_number_birth_date(number) if number else None


def contradicts(person, row):
    """Whether a row's identity number, birth date or mobile cannot be the person's."""
    number, mobile = row.get("身份证号"), row.get("手机号码")
    birth = row.get("出生日期") or born_by(number)
    known_birth = person.birth_date or born_by(person.identity_number)
    return bool(
        (number and person.identity_number and number != person.identity_number)
        or not may_agree(birth, known_birth)
        or (mobile and person.mobile and mobile != person.mobile)
    )
