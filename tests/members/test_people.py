"""Age on a day, and the age from which the name is shown in full."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from members.models import Person, shown_name
from members.models.people import age
from tests.factories import make_member, make_person
from tests.pages import listed, page, two_branches
from tests.reports.test_list_exports import column, taken
from yl_district.periods import years_before

LEAP_DAY = date(2000, 2, 29)


@pytest.mark.parametrize("years", [18, 28])
@pytest.mark.parametrize(
    ("born", "day", "beyond"),
    [
        # Each as (month, day) of birth and of the year in which the age is reached, and whether it is reached by then.
        ((5, 4), (5, 3), False),
        ((5, 4), (5, 4), True),
        ((5, 4), (5, 5), True),
        ((5, 4), (4, 30), False),
        ((5, 4), (6, 1), True),
        ((12, 31), (12, 30), False),
        ((12, 31), (12, 31), True),
        ((1, 1), (1, 1), True),
        ((3, 1), (2, 28), False),
        ((3, 1), (3, 1), True),
        ((2, 28), (2, 27), False),
        ((2, 28), (2, 28), True),
    ],
)
def test_an_age_is_reached_on_the_birthday(years, born, day, beyond):
    assert age(date(1999, *born), date(1999 + years, *day)) == years - (not beyond)


@pytest.mark.parametrize(
    ("born", "day", "years"),
    [
        # 18 years after a leap year is none, 28 years after one is another.
        (LEAP_DAY, date(2018, 2, 27), 17),
        (LEAP_DAY, date(2018, 2, 28), 17),
        (LEAP_DAY, date(2018, 3, 1), 18),
        (LEAP_DAY, date(2028, 2, 28), 27),
        (LEAP_DAY, date(2028, 2, 29), 28),
        (LEAP_DAY, date(2028, 3, 1), 28),
        (date(2000, 2, 28), date(2028, 2, 28), 28),
        (date(2000, 3, 1), date(2028, 2, 29), 27),
        (date(2000, 3, 1), date(2028, 3, 1), 28),
        # And on a leap day those whose own year had none.
        (date(2002, 2, 28), date(2020, 2, 28), 18),
        (date(2002, 2, 28), date(2020, 2, 29), 18),
        (date(2002, 3, 1), date(2020, 2, 29), 17),
        (date(2002, 3, 1), date(2020, 3, 1), 18),
        (date(2000, 12, 31), date(2018, 12, 31), 18),
        (date(2000, 12, 31), date(2019, 1, 1), 18),
        (date(2001, 1, 1), date(2018, 12, 31), 17),
        (date(2001, 1, 1), date(2019, 1, 1), 18),
        (LEAP_DAY, LEAP_DAY, 0),
        (LEAP_DAY, date(2000, 2, 28), -1),
        (None, LEAP_DAY, None),
    ],
)
def test_an_age_on_the_days_around_the_leap_day(born, day, years):
    assert (age(born, day), Person(birth_date=born).age_on(day)) == (years, years)


@pytest.mark.parametrize(
    "day", [date(2020, 2, 28), date(2020, 2, 29), date(2020, 3, 1), date(2019, 2, 28), date(2019, 12, 31)]
)
@pytest.mark.parametrize("years", [1, 2, 3, 4, 18, 28, 100, 120])
def test_the_last_birth_date_of_an_age_is_the_same_day_so_many_years_before(day, years):
    """The query of those past an age and the age that is told of each agree."""
    last = years_before(day, years)
    assert [age(last + timedelta(shift), day) for shift in (-1, 0, 1)] == [years, years, years - 1]


@pytest.mark.parametrize(
    ("born", "day", "shown"),
    [
        (date(2000, 5, 4), date(2018, 5, 3), "欧***"),
        (date(2000, 5, 4), date(2018, 5, 4), "欧阳小雨"),
        (date(2000, 5, 4), date(2018, 5, 5), "欧阳小雨"),
        (LEAP_DAY, date(2018, 2, 28), "欧***"),
        (LEAP_DAY, date(2018, 3, 1), "欧阳小雨"),
        (date(2002, 2, 28), date(2020, 2, 27), "欧***"),
        (date(2002, 2, 28), date(2020, 2, 28), "欧阳小雨"),
        (date(2002, 3, 1), date(2020, 2, 29), "欧***"),
        (date(2002, 3, 1), date(2020, 3, 1), "欧阳小雨"),
        (date(2018, 5, 4), date(2018, 5, 4), "欧***"),
        (date(2018, 5, 5), date(2018, 5, 4), "欧***"),
        (date(1918, 5, 4), date(2018, 5, 4), "欧阳小雨"),
        (None, date(2018, 5, 4), "欧阳小雨"),
    ],
)
def test_a_name_is_shown_whole_from_the_eighteenth_birthday_on(born, day, shown):
    assert shown_name("欧阳小雨", born, day) == shown


@pytest.mark.django_db
def test_pages_and_files_show_a_name_whole_on_the_eighteenth_birthday_and_not_a_day_before():
    place, birthday = two_branches(), years_before(timezone.localdate(), 18)
    for name, born in (("章程", birthday), ("韩笑", birthday + timedelta(days=1)), ("秦朗", None)):
        make_member(branch=place.here, person=make_person(name, gender="F", birth_date=born))
    assert sorted(listed(place.office, "member_list")) == ["秦朗", "章程", "韩*"]
    assert sorted(column(taken(place.office, "member_export")[1], "姓名")) == ["秦朗", "章程", "韩*"]
    minor = Person.objects.get(name="韩笑")
    assert [str(person) for person in Person.objects.order_by("pk")] == ["章程", "韩*", "秦朗"]
    for url_name, pk in (("person_detail", minor.pk), ("member_detail", minor.memberships.get().pk)):
        assert [word in page(place.office, url_name, pk) for word in ("韩*", "韩笑")] == [True, False]


@pytest.mark.django_db
def test_a_document_needs_its_kind_and_belongs_to_one_person():
    first = Person(name="章程", document_kind="passport", document_number="E1234567")
    first.full_clean()
    first.save()
    for fields, name in (
        ({"document_kind": ""}, "document_kind"),
        ({"document_number": "e1234567"}, "document_number"),
    ):
        other = Person(name="顾清", **{"document_kind": "passport", "document_number": "E1234567"} | fields)
        with pytest.raises(ValidationError) as error:
            other.full_clean()
        assert list(error.value.error_dict) == [name]
    Person(name="顾清", document_kind="soldier", document_number="E1234567").full_clean()


def test_all_names_are_the_name_and_its_other_spellings():
    assert Person(name="李頔").all_names == ["李頔"]
    assert Person(name="李頔", other_names="李𬱖、李迪").all_names == ["李頔", "李𬱖", "李迪"]
