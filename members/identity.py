"""Whether what a row or a form says of somebody describes a registered person: the same rules everywhere.

Nobody is told apart by a fact that may change, such as a mobile number or a branch; where one contradicts, it is asked:

| what agrees, what contradicts                                        | name equal  | name near   |
|----------------------------------------------------------------------|-------------|-------------|
| the identity number agrees                                           | the same    | asked       |
| the mobile number agrees                                             | the same    | asked       |
| identity numbers differ, or birth dates that cannot agree            | another     | another     |
| the birth date agrees to the day, no mobile number contradicts       | the same    | asked       |
| the organisation agrees, or none is said; no number contradicts      | the same    | asked       |
| the organisation or the birth date agrees, the mobile number differs | asked       | asked       |
| nothing agrees, and nothing tells them apart                         | asked       | another     |

Where only the name agrees, it is asked as well, but not whether a row of an organisation means a visitor of whom no
more than sign-ins is known: among 10,000 members that is about one in twenty people of a list without birth dates and
identity numbers, and hardly anybody of a list with either.
"""

from typing import NamedTuple

from yl_district.likeness import is_one_digit_off, name_key
from yl_district.partial_dates import PartialDate, may_agree
from yl_district.privacy.unreadable import UnreadableText
from yl_district.validators import identity_number_birth_date

THE_PERSON, MAY_BE, ANOTHER = "same", "asked", "another"


class Said(NamedTuple):
    """What a row or a form says of a person, as far as it does."""

    name: str
    number: str = ""
    birth: object = None
    mobile: str = ""

    @classmethod
    def by_row(cls, row):
        """What the cells 姓名, 身份证号, 出生日期 and 手机号码 say."""
        name, number = row.get("姓名", ""), row.get("身份证号") or ""
        name = getattr(name, "name", name)
        return cls(name, number, row.get("出生日期") or born_by(number), row.get("手机号码") or "")


def born_by(number):
    """Returns the birth date encoded in an identity number, or None without one."""
    return identity_number_birth_date(number) if number and not isinstance(number, UnreadableText) else None


def is_unknown(number):
    """Whether a registered number cannot be read, and nothing is left that would tell it from others."""
    return isinstance(number, UnreadableText) and not number.digest


def birth_of(person):
    """Returns a registered person's birth date, as far as it or the identity number says it."""
    return person.birth_date or born_by(person.identity_number)


def is_told_apart(person, said):
    """Whether what does not change says that it is another person: the identity number or the birth date."""
    number = person.identity_number
    is_other = bool(said.number and number and said.number != number and not is_unknown(number))
    return is_other or not may_agree(said.birth, birth_of(person))


def is_moved(person, said):
    """Whether the mobile number said is not the registered one."""
    return bool(said.mobile and person.mobile and said.mobile != person.mobile and not is_unknown(person.mobile))


def is_born_alike(person, said):
    """Whether both birth dates are known to the day and the same."""
    return said.birth is not None and not isinstance(said.birth, PartialDate) and said.birth == birth_of(person)


def weighed(person, said, is_here):
    """THE_PERSON, MAY_BE or ANOTHER; `is_here` is whether the organisation agrees, None where none is said."""
    is_named_so = said.name in person.all_names
    if not is_named_so and name_key(person.name) != name_key(said.name):
        return ANOTHER
    if (said.number and said.number == person.identity_number) or (said.mobile and said.mobile == person.mobile):
        return THE_PERSON if is_named_so else MAY_BE
    if is_told_apart(person, said):
        return ANOTHER
    agrees = is_born_alike(person, said) or is_here
    if is_named_so:
        return THE_PERSON if (agrees or is_here is None) and not is_moved(person, said) else MAY_BE
    return MAY_BE if agrees else ANOTHER


def why_asked(person, said, is_here):
    """What agrees and what does not, in words that quote nothing."""
    agreeing = ["姓名"] if said.name in person.all_names else []
    differing = [] if agreeing else ["姓名写法相近"]
    if is_born_alike(person, said):
        agreeing.append("出生日期")
    if said.number and said.number == person.identity_number:
        agreeing.append("身份证号")
    if said.mobile and said.mobile == person.mobile:
        agreeing.append("手机号码")
    elif is_moved(person, said):
        differing.append("手机号码只差一位" if is_one_digit_off(said.mobile, person.mobile) else "手机号码不同")
    if is_here:
        agreeing.append("所在组织")
    elif is_here is not None:
        differing.append("登记在其他组织")
    return "，".join([f"{'、'.join(agreeing)}相同"] * bool(agreeing) + differing)
