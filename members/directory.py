"""Who is meant: people by identity number, by name and mobile number, or by name within an organisation."""

import re
from collections import defaultdict

from orgs.models import Organisation
from yl_district.cells import CellError, plain
from yl_district.validators import identity_number_birth_date

from .models import Member, Person, Post, Volunteer

REFERENCE = re.compile(r"(.+?)\s*[(（](.+)[)）]")
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


class Directory:
    """Everybody known, as one import needs them: read once, then kept equal to what the sheets add.

    The same person is: the same identity number; else the same name and mobile; else the same name within the same
    organisation and no contradicting identity number, birth date or mobile. Several candidates are never guessed among.
    """

    def __init__(self, book):
        self.book = book
        self.people = {}
        self._by_identity, self._by_name = {}, defaultdict(list)
        self._at = defaultdict(dict)
        self._as = defaultdict(dict)
        self._organisations = defaultdict(set)
        for person in Person.objects.order_by("pk"):
            self.people[person.pk] = person
            self._index(person)
        for person_id, organisation_id in Member.objects.order_by("pk").values_list("person", "branch"):
            self.note(self.people[person_id], organisation_id, MEMBER)
        for person_id, organisation_id in Post.objects.order_by("pk").values_list("person", "organisation"):
            self.note(self.people[person_id], organisation_id, CADRE)
        for person_id in Volunteer.objects.order_by("pk").values_list("person", flat=True):
            self.note(self.people[person_id], None, VOLUNTEER)

    def _index(self, person):
        if not any(person is other for other in self._by_name[person.name]):
            self._by_name[person.name].append(person)
        if person.identity_number:
            self._by_identity[person.identity_number] = person

    def note(self, person, organisation_id=None, capacity=None):
        """Remembers that a person has a capacity, and belongs to an organisation."""
        if organisation_id:
            self._at[organisation_id, person.name][id(person)] = person
            self._organisations[id(person)].add(organisation_id)
        if capacity:
            self._as[capacity, person.name][id(person)] = person

    def organisations_of(self, person):
        """The organisations that a person belongs to by any capacity noted."""
        return self._organisations[id(person)]

    def matching(self, row, organisations):
        """The person a row with numbers of its own means, or None; raises CellError where several fit.

        `row` has the cells 姓名, and where present 身份证号, 手机号码 and 出生日期; `organisations` are ids.
        """
        person = self._by_numbers(row)
        if person is not None:
            return person
        name = row["姓名"]
        candidates = {}
        for organisation_id in organisations:
            candidates |= self._at[organisation_id, name]
        return self._only(candidates.values(), row, "姓名", TELL_APART)

    def matching_anywhere(self, row, capacity=None):
        """Like `matching`, for rows whose name alone may mean anybody; those of the capacity come first."""
        person = self._by_numbers(row)
        if person is not None:
            return person
        if capacity:
            person = self._only(self._as[capacity, row["姓名"]].values(), row, "姓名", TELL_APART)
        return person or self._only(self._by_name[row["姓名"]], row, "姓名", TELL_APART)

    def _by_numbers(self, row):
        number = row.get("身份证号")
        if number and number in self._by_identity:
            return self._by_identity[number]
        mobile = row.get("手机号码")
        if not mobile:
            return None
        same = [person for person in self._by_name[row["姓名"]] if person.mobile == mobile]
        for person in same:
            if number and person.identity_number:
                remedy = "同名同手机号的人已登记另一身份证号，请核对号码；确为两人时请改正手机号码"
                raise CellError("与已登记一致的身份证号", remedy, "身份证号")
        return self._only(same, {}, "手机号码", TELL_APART)

    def _only(self, candidates, row, column, remedy):
        fitting = [person for person in candidates if not contradicts(person, row)]
        if len(fitting) > 1:
            raise CellError(f"能确定为一个人（现有 {len(fitting)} 个可能的人）", remedy, column)
        return fitting[0] if fitting else None

    def refer(self, text, capacity):
        """The one person of this capacity whom a name in a cell refers to; raises CellError for none or several."""
        label = CAPACITIES[capacity]
        name, hint = parse_reference(text)
        known = list(self._as[capacity, name].values())
        fitting = [person for person in known if not hint or self._hinted(person, hint)]
        if not fitting:
            raise self.book.nobody(name, label)
        if len(fitting) > 1:
            raise CellError(f"能确定为一名{label}（同名的有 {len(fitting)} 名）", TELL_APART_REFERENCE)
        return fitting[0]

    def _hinted(self, person, hint):
        if hint in (person.mobile, person.identity_number):
            return True
        organisation = self.book.named(Organisation).get(hint)
        return organisation is not None and organisation.pk in self.organisations_of(person)

    def has(self, person, capacity):
        """Whether the person has the capacity."""
        return id(person) in self._as[capacity, person.name]

    def reference(self, person, capacity):
        """The name by which other sheets refer to a person, with the mobile number where the name is not enough."""
        if len(self._as[capacity, person.name]) > 1 and (person.mobile or person.identity_number):
            return f"{person.name}（{person.mobile or person.identity_number}）"
        return person.name

    def reference_anywhere(self, person):
        """The name by which a sheet refers to anybody, with the mobile number where the name is not enough."""
        if len(self._by_name[person.name]) > 1 and (person.mobile or person.identity_number):
            return f"{person.name}（{person.mobile or person.identity_number}）"
        return person.name

    def same(self, person):
        """The directory's own object for a person read elsewhere."""
        return next(one for one in self._by_name[person.name] if one.pk == person.pk)

    def learn(self, person):
        """Makes a person just started or changed known by name and identity number."""
        self._index(person)


def parse_reference(text):
    """A name in a cell and the hint in brackets behind it, `张三（13800138000）`."""
    match = REFERENCE.fullmatch(text.strip())
    name, hint = match.groups() if match else (text, "")
    name = plain(name)
    return (name if name.isascii() else "".join(name.split())), plain(hint)


def reference_row(text):
    """The cells 姓名, 手机号码 and 身份证号 that a reference such as `张三（13800138000）` states."""
    name, hint = parse_reference(text)
    if hint.isdigit() and len(hint) == 11:
        return {"姓名": name, "手机号码": hint}
    return {"姓名": name, "身份证号": hint} if len(hint) == 18 else {"姓名": name}


def contradicts(person, row):
    """Whether a row's identity number, birth date or mobile differ from the person's."""
    number, mobile = row.get("身份证号"), row.get("手机号码")
    birth = row.get("出生日期") or (identity_number_birth_date(number) if number else None)
    return bool(
        (number and person.identity_number and number != person.identity_number)
        or (birth and person.birth_date and birth != person.birth_date)
        or (mobile and person.mobile and mobile != person.mobile)
    )
