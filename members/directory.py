"""Identifies people by identity number, by name and mobile number, or by name within an organisation."""

import re
from collections import defaultdict
from functools import lru_cache
from typing import NamedTuple

from orgs.models import Organisation
from yl_district.database.listed import Listed
from yl_district.likeness import name_key
from yl_district.pinyin import normalised
from yl_district.privacy.masking import masked_name
from yl_district.privacy.unreadable import UnreadableText
from yl_district.sheets.cells import CellError, plain
from yl_district.sheets.columns import key_of
from yl_district.sheets.doubts import Candidate
from yl_district.sheets.problems import RowProblems
from yl_district.sheets.text_widgets import IdentityNumberWidget, MobileWidget, NameWidget

from .identity import MAY_BE, THE_PERSON, Said, is_born_alike, is_moved, is_told_apart, weighed, why_asked
from .models import Member, Person, Post, Volunteer

NAME_WITH_QUALIFIER = re.compile(r"(.+?)\s*[(（](.+)[)）]", re.DOTALL)
MEMBER, CADRE, VOLUNTEER, HUB_STAFF, LINKED_YOUTH, ASSISTED_YOUTH = (
    "member",
    "cadre",
    "volunteer",
    "hub_staff",
    "linked_youth",
    "assisted_youth",
)
CAPACITIES = {
    MEMBER: "团员",
    CADRE: "团干部",
    VOLUNTEER: "志愿者",
    HUB_STAFF: "青年汇人员",
    LINKED_YOUTH: "联系青年",
    ASSISTED_YOUTH: "帮扶对象",
}
MOST_CANDIDATES = 20  # shown beside a row, of namesakes the likeliest
TELL_APART = "请补充身份证号或手机号码，使系统能分辨是哪一位"
TELL_APART_REFERENCE = "请在姓名后用括号注明手机号码或所在组织，如 张三（13800138000）"


class Reference(NamedTuple):
    """A person's name in a cell, with an optional hint in brackets that distinguishes namesakes."""

    name: str
    hint: str

    def __str__(self):
        return f"{self.name}（{self.hint}）" if self.hint else self.name


def refuse_to_guess(candidates):
    """Raises the RowProblems of a row that may mean somebody registered."""
    raise RowProblems([], RowProblems.DOUBTFUL)


class Directory:
    """All known people, for one import: read once, then updated with what the sheets add.

    Rows match a person by identity number; else by name and mobile; else by name and birth date; else by name within
    the same organisation. Who may be somebody registered is asked about, as `identity` says; what rows of one file say
    differently makes them two people. Of several whom a row fits none is chosen by guesswork: it is asked which.

    Empty where the import need not identify people.
    """

    def __init__(self, book):
        self.book = book
        self.people = {}
        self._by_identity, self._by_name, self._names = {}, defaultdict(dict), {}
        self._by_document, self._unread = {}, []
        self._by_key = defaultdict(dict)  # registered people whose name is spelled otherwise than its key
        self._organisations, self._capacities = defaultdict(frozenset), defaultdict(frozenset)
        if book.tells_apart:
            self.read()

    def read(self):
        """Reads the people whom the workbook can be about, with their capacities and organisations."""
        self.take()

    def take(self, keys=None):
        """Reads people whom the workbook can be about, those with these keys; returns them, by key."""
        people, hidden = people_seen(self.book), Person.objects.without_open_capacity()
        if keys is not None:
            people, hidden = people.filter(pk__in=Listed(keys)), hidden.filter(pk__in=Listed(keys))
        closed = set() if self.book.with_cases else set(hidden.values_list("pk", flat=True))
        # Derived on every write; for a hundred thousand people they would take a sixth of the memory.
        derived = "search_text", "name_sort", "name_key", "identity_number_index", "mobile_index"
        found = {}
        for person in people.order_by("pk").defer(*derived, "document_number_index").iterator():
            found[person.pk] = self.people[person.pk] = person
            self.learn(person, by_name=person.pk not in closed)
        keys = keys if keys is None else found.keys()
        for person_id, organisation_id in self._rows(Member, keys).values_list("person", "branch"):
            self.note(self.people[person_id], organisation_id, MEMBER)
        for person_id, organisation_id in self._rows(Post, keys).values_list("person", "organisation"):
            self.note(self.people[person_id], organisation_id, CADRE)
        for person_id in self._rows(Volunteer, keys).values_list("person", flat=True):
            self.note(self.people[person_id], None, VOLUNTEER)
        return found

    def _rows(self, model, keys):
        rows = self.book.rows(model).order_by("pk")
        return rows if keys is None else rows.filter(person__in=Listed(keys))

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
            for name in person.all_names[1:]:
                self._by_name[name][id(person)] = person
            if person.pk and former != person.name and (key := name_key(person.name)) != person.name:
                self._by_key[key][id(person)] = person
        if UnreadableText in (type(person.identity_number), type(person.document_number)):
            self._unread.append(person)
        if person.identity_number:
            self._by_identity[person.identity_number] = person
        if person.document_number:
            self._by_document[person.document_kind, normalised(person.document_number)] = person

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

    def _named(self, name, capacity=None, number=None):
        """Returns the people of a name; where a number is said, of others by another number perhaps only some."""
        people = self._by_name.get(name, {}).values()
        return [person for person in people if capacity is None or self.has(person, capacity)]

    def namesakes(self, person):
        """Returns all known people of the person's name."""
        return self._named(person.name, None)

    def matching(self, row, organisations, ask=refuse_to_guess):
        """Returns the person described by a row with columns for numbers, or None.

        `row` has the cells 姓名, and if present 身份证号, 手机号码 and 出生日期; `organisations` are ids. Where it may
        mean somebody registered, or fits several, `ask` is called with the Candidates, and returns the one meant or
        None. Raises CellError where it fits several whom the file itself has begun.
        """
        organisations, said = set(organisations), Said.by_row(row)
        if same := self._by_numbers(row, ask):
            return self._chosen(same, said, ask, organisations)
        namesakes = self._named(row["姓名"], number=said.number)
        born = [one for one in namesakes if is_born_alike(one, said) and self._is_reached(one)]
        here = [one for one in namesakes if organisations & self.organisations_of(one)]
        if fitting := fitting_of(born, said) or fitting_of(here, said):
            return self._chosen(fitting, said, ask, organisations)
        return self._asked(said, namesakes, ask, organisations)

    def matching_anywhere(self, row, capacity=None, ask=refuse_to_guess):
        """Like `matching`, but by name in any organisation; people with the capacity are preferred."""
        said, namesakes = Said.by_row(row), self._named(row["姓名"])
        fitting = self._by_numbers(row, ask)
        if not fitting and capacity:
            fitting = self._fitting(self._named(row["姓名"], capacity), said)
        if fitting := fitting or self._fitting(namesakes, said):
            return self._chosen(fitting, said, ask)
        return self._asked(said, namesakes, ask)

    def referred(self, reference, row, capacity=None, ask=refuse_to_guess):
        """Returns the person whom a row names, with or without a hint, or None for an unknown person.

        A mobile or identity number as a hint counts like a cell of its own. Raises CellError where any other hint
        matches nobody.
        """
        row = dict(row) | hinted_cells(reference)
        if not reference.hint or len(hinted_cells(reference)) > 1:
            return self.matching_anywhere(row, capacity, ask)
        said = Said.by_row(row)
        hinted = [one for one in self._named(reference.name) if self.hinted(one, reference.hint)]
        if fitting := self._fitting(hinted, said):
            return self._chosen(fitting, said, ask, remedy=TELL_APART_REFERENCE)
        person = self._asked(said, hinted, ask)
        if person is None:
            expected = "括号内为该人的手机号码、身份证号或所在组织"
            raise CellError(expected, "请核对括号内的内容，或删去括号", "姓名")
        return person

    def _chosen(self, fitting, said, ask, organisations=None, remedy=TELL_APART):
        """Returns the only one whom a row fits, of several the one whom `ask` names, None for another person.

        Who is beyond the reader is neither asked about nor in the way of somebody else.
        """
        if len(fitting) > 1:
            fitting = list(filter(self._is_told, fitting)) or fitting
        if len(fitting) == 1:
            return fitting[0]
        # Those whom the file begins are no doubt about who is registered, and answers can mean but one of them.
        if sum(not one.pk for one in fitting) > 1 or not all(map(self._is_told, fitting)):
            raise CellError(f"能确定为一个人（现有 {len(fitting)} 个可能的人）", remedy, "姓名")
        found = [(one, self._is_here(one, organisations)) for one in fitting]
        found.sort(key=lambda each: (not is_born_alike(each[0], said), not each[1]))
        return ask([self._candidate(one, said, is_here) for one, is_here in found[:MOST_CANDIDATES]])

    def visitor_asked(self, person, row):
        """Returns the Candidates to ask about where a row is about to make a record of somebody's own of a visitor.

        That is somebody of whom the committee knows by sign-ins alone, whom the row names without a number of theirs.
        """
        if person is None or self.book.committee is None or self._is_reached(person):
            return []
        said = Said.by_row(dict(row) | hinted_cells(row["姓名"]))
        is_numbered = said.number == person.identity_number if said.number else said.mobile == person.mobile != ""
        return [] if is_numbered else [self._candidate(person, said, None)]

    def _fitting(self, people, said):
        """Returns those of the people whom nothing said contradicts, of visitors only where no birth date is said.

        Whoever could try all birth dates would learn that of a visitor.
        """
        return fitting_of([one for one in people if said.birth is None or self._is_reached(one)], said)

    def _may_be(self, person, said, is_here):
        """Whether the person may be meant, without regard to the birth date of a visitor."""
        if self._is_reached(person):
            return weighed(person, said, is_here) == MAY_BE
        found = weighed(person, said._replace(birth=None), is_here)
        return found == MAY_BE or (found == THE_PERSON and said.birth is not None)

    def _candidate(self, person, said, is_here):
        return Candidate(person, why_asked(person, said, is_here) if self._is_reached(person) else "姓名相同")

    def _is_told(self, person):
        """Whether the import's user may be asked about a person, of whom the staff below the root may know the name."""
        return self.book.committee is not None or self._is_reached(person)

    def _is_here(self, person, organisations):
        """Whether the person belongs to one of the organisations, None where none are said."""
        return None if organisations is None else bool(organisations & self.organisations_of(person))

    def _asked(self, said, namesakes, ask, organisations=None):
        """Returns whom `ask` names among the registered people who may be meant, None where there are none.

        A number that another row of the file repeats as registered tells two people apart.
        """
        found = []
        for one in namesakes + self._named_alike(said.name, said.number):
            is_here = self._is_here(one, organisations)
            is_asked = one.pk and self._is_told(one) and self._may_be(one, said, is_here)
            is_near = is_here is not False or self._is_kept(one)
            is_asked = is_asked and (is_near or (self._is_reached(one) and is_born_alike(one, said)))
            if is_asked and not (is_moved(one, said) and self.book.repeats(one, "mobile")):
                found.append((not is_born_alike(one, said), not is_here, one, is_here))
        found.sort(key=lambda each: each[:2])
        candidates = [self._candidate(one, said, is_here) for *_, one, is_here in found[:MOST_CANDIDATES]]
        return ask(candidates) if candidates else None

    def _named_alike(self, name, number=None):
        """Returns the registered people whose names are other spellings of this one, perhaps fewer as of `_named`."""
        key = name_key(name)
        found = {} if key == name else self._by_name.get(key, {})
        found = found | self._by_key.get(key, {})
        return [person for person in found.values() if name not in person.all_names]

    def _is_kept(self, person):
        """Whether anybody keeps data of the person, who has not merely signed in somewhere."""
        return bool(self._organisations[id(person)] or self._capacities[id(person)])

    def _is_reached(self, person):
        """Whether the import may know more of a person than a whole number tells."""
        return not person.pk or (Person, person.pk) not in self.book.closed

    def _holder(self, number):
        """Returns whose identity number it is, by the blind index where the registered one cannot be read."""
        found = self._by_identity.get(number) if number else None
        return found or next((one for one in self._unread if number and one.identity_number == number), None)

    def _holder_of_document(self, kind, number):
        """Likewise of another document."""
        same_kind = (one for one in self._unread if one.document_kind == kind)
        return self._by_document.get((kind, number)) or next(
            (one for one in same_kind if one.document_number == number), None
        )

    def _by_numbers(self, row, ask):
        """Returns whom the row's numbers mean: the owner of a document, or those of its name and mobile number."""
        number = row.get("身份证号")
        if holder := self._holder(number):
            return [self._named_so(holder, row, ask)]
        self._refuse_elsewhere("身份证号", "identity_number_index", number)
        document = row.get("其他证件类型"), normalised(row.get("其他证件号码") or "")
        if all(document):
            if holder := self._holder_of_document(*document):
                return [self._named_so(holder, row, ask)]
            self._refuse_elsewhere("其他证件号码", "document_number_index", document[1])
        mobile = row.get("手机号码")
        if not mobile:
            return []
        same = self._named_with_mobile(row["姓名"], mobile)
        if number and any(person.identity_number for person in same):
            remedy = "同名同手机号的人已登记另一身份证号，请核对号码；确为两人时请改正手机号码"
            raise CellError("与已登记一致的身份证号", remedy, "身份证号")
        return same if len(same) < 2 else fitting_of(same, Said.by_row(row)) or same

    def _named_with_mobile(self, name, mobile):
        return [one for one in self._named(name) if one.mobile == mobile]

    def refuse_number_of_another(self, person, number):
        """Raises CellError where an identity number for a person is registered as that of somebody else."""
        holder = self._holder(number)
        if holder is None and number != person.identity_number:
            self._refuse_elsewhere("身份证号", "identity_number_index", number)
        if holder not in (None, person) and holder.identity_number == number:
            raise CellError("尚未登记在他人名下的身份证号", "请核对号码", "身份证号")

    def _refuse_elsewhere(self, column, index, number):
        """Raises CellError where the number is that of somebody of whom the import's committee knows nothing."""
        elsewhere = self.book.elsewhere(Person, index) if number else ()
        if elsewhere and Person._meta.get_field(index).digest(number) in elsewhere:
            expected = "本单位已登记的人，或尚未在系统中登记的证件号码"
            raise CellError(expected, "此人须由上级团委机关办理，请核对号码后联系委机关", column)

    def _named_so(self, person, row, ask):
        """Returns the person with the row's identity number; raises CellError if registered under another name.

        Another spelling of the name is asked about.
        """
        is_other = person.pk and row["姓名"] not in person.all_names
        # The name of people known only by a case file is neither changed nor revealed.
        if is_other and self._is_reached(person):
            is_alike = name_key(person.name) == name_key(row["姓名"])
            if is_alike and ask([Candidate(person, why_asked(person, Said.by_row(row), None))]):
                return person
            remedy = "请核对号码或姓名；确已改名的，请先在人员资料中改正姓名"
            raise CellError(f"该号码登记的姓名 {masked_name(person.name)}", remedy, "姓名")
        if is_other and self.book.committee is not None:
            raise CellError("与证件号码相符的姓名", "该号码已用于另一姓名的人员，请核对姓名与号码", "姓名")
        return person

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


@lru_cache(maxsize=10_000)  # for as many organisations as lists are of
def with_one(known, another):
    """Returns the set with one more element; cached, since thousands of people share equal sets."""
    return known | {another}


def people_seen(book):
    """Returns the people whom a workbook can be about."""
    return Person.objects.all() if book.committee is None else Person.objects.within(book.committee)


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
        self.stored = {volunteer.pk: volunteer for volunteer in book.rows(Volunteer).order_by("pk")}
        known = {one.person_id: one for one in self.stored.values()}
        if book.committee is not None:
            # Of people known here, which other committees keep.
            others = Volunteer.objects.filter(person__in=people_seen(book).order_by().values("pk"))
            known = {one.person_id: one for one in others} | known
        for volunteer in known.values():
            volunteer.person = people[volunteer.person_id]
        self.of_person = {id(volunteer.person): volunteer for volunteer in known.values()}


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


def new_person(reference, **facts):
    """Returns an unsaved person with the name, and the number if any, given by a reference, and these facts."""
    row = hinted_cells(reference)
    return Person(name=reference.name, mobile=row.get("手机号码", ""), identity_number=row.get("身份证号"), **facts)


def fitting_of(people, said):
    """Returns those of the people whom no number or birth date said contradicts."""
    return [one for one in people if not (is_told_apart(one, said) or is_moved(one, said))]


def contradicts(person, row):
    """Whether a row's identity number, birth date or mobile is not the person's."""
    return not fitting_of([person], Said.by_row(row))
