"""Compares a platform's list with the register, row by row and column by column."""

import re
from collections import Counter, defaultdict
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.utils import timezone

from members.models import Person
from members.models.people import shown_name
from yl_district.privacy.masking import masked
from yl_district.sheets.cells import plain, text_key
from yl_district.validators import identity_number_birth_date, validate_identity_number

from ..models import ReconciliationRow
from ..models.platform_fields import IDENTITY_NUMBER_LABEL, MOBILE_LABEL
from .states import column_texts

DifferenceKind = ReconciliationRow.Kind
LISTED_DAY = re.compile(r"(\d{4})\D{0,2}(\d{1,2})?\D{0,2}(\d{1,2})?\D?")
OWN_DAY = re.compile(r"\d{4}(-\d\d){0,2}")
NOT_IN_NUMBERS = re.compile(r"[-+()]")
MOBILE_ABROAD = re.compile(r"^86(?=1\d{10}$)")
LEFT_OFF_ENDINGS = {"民族": "族", "性别": "性"}
# By which one of several of a name is told.
TOLD_APART_BY = (MOBILE_LABEL, "日期")


class ListDifference(NamedTuple):
    """One difference: what it is about, our value and the platform's, masked as pages show them.

    It is known again by its `identity`, which holds whole values and is kept as a digest alone.
    """

    kind: str
    identity: str
    name: str
    heading: str = ""
    ours: str = ""
    theirs: str = ""
    record_key: int | None = None


class ListMatch(NamedTuple):
    """A record that is in the list: its state, what the platform says of it, the headings that differ."""

    state: Any
    texts: dict
    headings: tuple


class Comparison(NamedTuple):
    """The matches, and all differences."""

    matches: list
    differences: list

    @property
    def same_count(self):
        """How many records are in both and say the same."""
        return sum(not match.headings for match in self.matches)


def means_same(label, ours, theirs):
    """Whether two values mean the same: days as far as both are known, masked numbers as far as they show."""
    mine, other = key_of_text(label, ours), key_of_text(label, theirs)
    if mine == other:
        return True
    if not mine or not other:
        return False
    if "*" in other:
        pattern = re.sub(r"(\\\*)+", ".+", re.escape(other))
        return re.fullmatch(pattern, mine) is not None
    if OWN_DAY.fullmatch(ours.strip()) and (day := LISTED_DAY.fullmatch(other)):
        known = [int(part) for part in day.groups() if part]
        own = [int(part) for part in ours.strip().split("-")]
        return len(known) > 1 and all(one == two for one, two in zip(own, known, strict=False))
    return False


def key_of_text(label, text):
    """A value as it is compared, regardless of blanks, width and case."""
    key = text_key(text)
    if label in (MOBILE_LABEL, IDENTITY_NUMBER_LABEL):
        key = MOBILE_ABROAD.sub("", NOT_IN_NUMBERS.sub("", key))
    return key.removesuffix(LEFT_OFF_ENDINGS[label]) if label in LEFT_OFF_ENDINGS else key


class Register:
    """Our records of a form, looked up by what a list says of them."""

    def __init__(self, layout, states):
        self.layout = layout
        self.labels = [column.label for column in layout.listed_columns]
        wanted = {*self.labels, *({IDENTITY_NUMBER_LABEL, MOBILE_LABEL} & set(layout.catalogue))}
        self.texts = {state.key: column_texts(layout, wanted, state.record) for state in states}
        self.by_number, self.by_name = {}, defaultdict(list)
        for state in states:
            if number := self.number_of(state):
                self.by_number[number] = state
            names = state.owner.all_names if isinstance(state.owner, Person) else [state.owner.name]
            for name in {text_key(name) for name in names}:
                self.by_name[name].append(state)

    def number_of(self, state):
        """The identity number of a record's person as it is compared, "" without one."""
        return key_of_text(IDENTITY_NUMBER_LABEL, self.texts[state.key].get(IDENTITY_NUMBER_LABEL, ""))

    def candidates(self, row):
        """The records that a row can mean: exactly one where it is certain, several or with a doubt otherwise.

        Returns (records, whether it is certain).
        """
        number = key_of_text(IDENTITY_NUMBER_LABEL, row.texts.get(IDENTITY_NUMBER_LABEL, ""))
        is_whole = bool(number) and "*" not in number
        if is_whole and number in self.by_number:
            return [self.by_number[number]], True
        named = self.by_name.get(text_key(row.texts[self.layout.name_label]), [])
        told = [label for label in TOLD_APART_BY if row.texts.get(label)]
        alike = [state for state in named if told and all(self.says(state, label, row) for label in told)]
        found = alike or named
        # Somebody of the same name with another number is somebody else until a phone number says otherwise.
        is_another = is_whole and not alike and any(self.number_of(state) for state in found)
        return found, len(found) == 1 and not is_another

    def shown(self, label, text, is_minor=False):
        """A value as pages show it: numbers masked, and the name of a minor."""
        field = self.layout.catalogue[label]
        is_hidden = field.is_masked or (is_minor and label == self.layout.name_label)
        return masked(text) if is_hidden and text else text

    def differing(self, match):
        """Yields a difference for each column in which a record and the list say something else."""
        state, key = match.state, match.state.key
        is_minor = state.shown_name != str(state.owner.name) and isinstance(state.owner, Person)
        for heading, label in self.layout.listed_columns:
            if heading in match.headings:
                values = self.texts[key][label], match.texts[label]
                identity = "|".join([str(key), *(key_of_text(label, value) for value in values)])
                told = (self.shown(label, value, is_minor) for value in values)
                yield ListDifference(DifferenceKind.DIFFERS, identity, state.shown_name, heading, *told, key)

    def name_listed(self, row):
        """The name in a row, masked where its identity number tells that it is a minor's."""
        name, number = row.texts[self.layout.name_label], plain(row.texts.get(IDENTITY_NUMBER_LABEL, ""))
        return shown_name(name, birth_date_in(number), timezone.localdate())

    def told_of(self, row):
        """What a row says besides the name, heading by heading."""
        told = ((heading, row.texts.get(label)) for heading, label in self.layout.listed_columns)
        labels = {column.heading: column.label for column in self.layout.listed_columns}
        return "；".join(
            f"{heading}：{self.shown(labels[heading], text)}"
            for heading, text in told
            if text and labels[heading] != self.layout.name_label
        )

    def says(self, state, label, row):
        """Whether a record says in a field what the row does."""
        return means_same(label, self.texts[state.key].get(label, ""), row.texts[label])


def compared_with_list(layout, states, rows):
    """The Comparison of the records with the rows of a list; what is not certain is told, and decided by nobody."""
    register, headings = Register(layout, states), {column.label: column.heading for column in layout.listed_columns}
    matches, differences, claimed, doubtful = [], [], {}, set()
    for row in rows:
        found, is_certain = register.candidates(row)
        name, told = register.name_listed(row), register.told_of(row)
        if is_certain and found[0].key not in claimed:
            claimed[found[0].key] = row
            matches.append(list_match(layout, register, headings, found[0], row))
        elif found:
            doubtful |= {state.key for state in found}
            why = "名单中已有另一行是这条记录" if is_certain else f"本台账有 {len(found)} 条同名，不能确定是哪一条"
            differences.append(ListDifference(DifferenceKind.UNCLEAR, identity_of(row), name, "", why, told))
        elif name:
            differences.append(ListDifference(DifferenceKind.ONLY_THERE, identity_of(row), name, "", "", told))
        else:
            why = f"没有填写{layout.name_label}"
            differences.append(ListDifference(DifferenceKind.UNCLEAR, identity_of(row), row.place, "", why, told))
    for match in matches:
        differences.extend(register.differing(match))
    for state in states:
        if state.key not in claimed and state.key not in doubtful:
            differences.append(
                ListDifference(DifferenceKind.ONLY_HERE, str(state.key), state.shown_name, record_key=state.key)
            )
    return Comparison(matches, apart(differences))


def list_match(layout, register, headings, state, row):
    """The match of a record and a row."""
    own = register.texts[state.key]
    differing = tuple(headings[label] for label in row.texts if not means_same(label, own[label], row.texts[label]))
    said = {label: text if headings[label] in differing else own[label] for label, text in row.texts.items()}
    return ListMatch(state, said, differing)


def identity_of(row):
    """By what a row is known again: its identity number, else all that it says."""
    number = key_of_text(IDENTITY_NUMBER_LABEL, row.texts.get(IDENTITY_NUMBER_LABEL, ""))
    if number and "*" not in number:
        return number
    return "|".join(f"{label}={key_of_text(label, text)}" for label, text in sorted(row.texts.items()))


def birth_date_in(number):
    """The birth date that an identity number states, None where it is no valid one."""
    try:
        validate_identity_number(number)
    except ValidationError:
        return None
    return identity_number_birth_date(number)


def apart(differences):
    """The differences, of which those alike are numbered, so that each is known again."""
    seen, found = Counter(), []
    for one in differences:
        seen[one] += 1
        found.append(one._replace(identity=f"{one.identity}#{seen[one]}") if seen[one] > 1 else one)
    return found
