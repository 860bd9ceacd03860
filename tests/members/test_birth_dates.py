"""Birth dates known to the day, the month or only the year: read, compared, masked, typed into forms, taken in."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import FieldError, ValidationError
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from members.models import Member, Person, shown_name
from members.models.people import ADULT, age
from tests.factories import make_assisted_youth, make_member, make_organisation, make_person, make_user
from tests.pages import listed, page, send, two_branches
from tests.pages import refused as refused_form
from tests.reports.test_figure_exports import taken as figure_rows
from tests.reports.test_import_undo import undone
from tests.reports.test_list_exports import column, taken
from tests.rosters import BRANCH, OTHER_BRANCH, identity_number, make_branches, problems, records, take, tally, written
from tests.workbooks import exported, take_in
from yl_district.fields import PartialDateField
from yl_district.pages.forms import prepare_field
from yl_district.partial_dates import PartialDate, earliest, is_vaguer, latest, may_agree
from yl_district.periods import years_before
from yl_district.sheets.cells import CellError
from yl_district.sheets.date_widgets import PartialDateWidget

DAY, MONTH, YEAR = date(1999, 5, 20), PartialDate(1999, 5), PartialDate(1999)
DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))
KNOWN = DAYS | DAYS.map(lambda day: PartialDate(day.year, day.month)) | DAYS.map(lambda day: PartialDate(day.year))


# Reading and writing


@pytest.mark.parametrize(
    ("known", "spelt"),
    [
        (
            DAY,
            ["1999-05-20", "1999.5.20", "1999/5/20", "1999年5月20日", "19990520", 19990520, "１９９９．５．２０", DAY],
        ),
        (MONTH, ["1999-05", "1999.5", "1999.05", "1999/5", "1999年5月", "1999 年 5 月", "199905", 199905, 1999.5]),
        (PartialDate(1999, 12), ["1999.12", 1999.12]),
        (YEAR, ["1999", "1999年", 1999, 1999.0]),
    ],
)
def test_a_date_is_read_as_far_as_it_is_written(known, spelt):
    assert [PartialDateWidget().clean(one) for one in spelt] == [known] * len(spelt)


@given(known=KNOWN)
def test_cell_form_and_database_give_back_what_they_took(known):
    widget, field = PartialDateWidget(), PartialDateField("出生日期", null=True)
    shown = field.formfield()
    prepare_field(shown)
    assert widget.clean(widget.render(known)) == known
    assert shown.clean(shown.widget.format_value(known)) == known
    assert field.from_db_value(field.get_prep_value(known), None, connection) == known


EXPECTED = "真实存在的日期、年月或年份，如 1999-05-04、1999-05 或 1999"


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        *((cell, EXPECTED) for cell in ("1999-02-30", "1999-13", "199913", "1999-0", "99年5月", "五月", "36284", True)),
        (1999.1, "年月，如 2017-10"),
        ("1899", "1900 至 2100 年之间的日期"),
        ("2101-05", "1900 至 2100 年之间的日期"),
    ],
)
def test_what_is_no_date_is_refused_with_the_forms_it_may_have(cell, expected):
    with pytest.raises(CellError) as error:
        PartialDateWidget().clean(cell)
    assert error.value.expected == expected


# What can be said of them


def test_a_date_goes_from_the_first_to_the_last_day_that_it_can_be():
    leap = PartialDate(2000, 2)
    assert [(earliest(one), latest(one)) for one in (DAY, leap, YEAR, None)] == [
        (DAY, DAY),
        (date(2000, 2, 1), date(2000, 2, 29)),
        (date(1999, 1, 1), date(1999, 12, 31)),
        (None, None),
    ]


def test_dates_agree_where_they_can_be_the_same_day():
    others = [MONTH, YEAR, None, date(1999, 6, 1), PartialDate(1999, 6), PartialDate(1998)]
    for one, agreeing in ((DAY, 3), (MONTH, 3), (YEAR, 5)):
        found = [may_agree(one, other) for other in others]
        assert found == [may_agree(other, one) for other in others] == [True] * agreeing + [False] * (6 - agreeing)


def test_a_date_is_vaguer_than_those_that_say_the_same_and_more():
    assert [(one, two) for one in (DAY, MONTH, YEAR) for two in (DAY, MONTH, YEAR, None) if is_vaguer(one, two)] == [
        (MONTH, DAY),
        (YEAR, DAY),
        (YEAR, MONTH),
    ]


@pytest.mark.parametrize(
    ("born", "day", "years"),
    [
        (PartialDate(1999, 5), date(2017, 5, 30), 17),
        (PartialDate(1999, 5), date(2017, 5, 31), 18),
        (PartialDate(2000, 2), date(2018, 2, 28), 17),
        (PartialDate(2000, 2), date(2018, 3, 1), 18),
        (PartialDate(1999), date(2017, 12, 30), 17),
        (PartialDate(1999), date(2017, 12, 31), 18),
    ],
)
def test_an_age_is_completed_when_the_youngest_possible_has_completed_it(born, day, years):
    assert (age(born, day), shown_name("章程", born, day)) == (years, "章程" if years == 18 else "章*")


@pytest.mark.both
@pytest.mark.django_db
def test_the_database_finds_those_who_have_certainly_completed_an_age():
    born = [MONTH, PartialDate(1999, 4), YEAR, PartialDate(1998), DAY, date(1999, 5, 31), PartialDate(2000, 2), None]
    branch = make_organisation()
    people = [make_member(branch=branch, person=make_person(birth_date=one)).person for one in born]
    days = [
        "2017-04-30",
        "2017-05-20",
        "2017-05-30",
        "2017-05-31",
        "2017-12-30",
        "2017-12-31",
        "2018-02-28",
        "2018-03-01",
    ]
    for day in map(date.fromisoformat, days):
        found = Person.objects.filter(birth_date__certainly_by=years_before(day, 18)).order_by("pk")
        assert list(found) == [one for one in people if one.birth_date and one.age_on(day) >= 18]


@pytest.mark.both
@pytest.mark.django_db
def test_the_database_holds_dates_as_they_are_known_and_compares_none_by_their_text():
    branch = make_organisation()
    for one in (DAY, MONTH, YEAR):
        make_member(branch=branch, person=make_person(birth_date=one))
    assert list(Person.objects.order_by("pk").values_list("birth_date", flat=True)) == [DAY, MONTH, YEAR]
    with connection.cursor() as cursor:
        cursor.execute("SELECT birth_date FROM members_person ORDER BY id")
        assert cursor.fetchall() == [("1999-05-20",), ("1999-05",), ("1999",)]
        with pytest.raises(IntegrityError), transaction.atomic():
            cursor.execute("UPDATE members_person SET birth_date = '1999-5'")
    with pytest.raises(FieldError, match="need not be known to the day"):
        Person.objects.filter(birth_date__lte=DAY)


def test_an_identity_number_says_the_day():
    number = identity_number(1, DAY)
    for known in (None, YEAR, MONTH, DAY):
        person = Person(name="章程", birth_date=known, identity_number=number)
        person.clean()
        assert person.birth_date == DAY
    for other in (date(1999, 5, 21), PartialDate(1999, 6), PartialDate(1998)):
        with pytest.raises(ValidationError, match="与身份证号一致的出生日期 1999-05-20"):
            Person(name="章程", birth_date=other, identity_number=number).clean()


@pytest.mark.django_db
def test_a_member_joined_too_young_only_where_the_year_of_birth_says_so():
    place = two_branches()
    member = make_member(branch=place.here, person=make_person("章程", birth_date=YEAR))
    member.joined_league_on = date(2011, 1, 1)
    member.clean()
    member.joined_league_on = date(2010, 12, 1)
    with pytest.raises(ValidationError, match=r"满 12 岁以后的年月（出生日期 1999）"):
        member.clean()


# Names of minors


def certainly_adult(birthday):
    """Dates before the day on which those who are 18 today were born, known to the month and to the year."""
    month_before = birthday.replace(day=1) - timedelta(days=1)
    return [PartialDate(month_before.year, month_before.month), PartialDate(birthday.year - 1)]


def perhaps_minor(birthday):
    """Dates that the day after can lie in."""
    after = birthday + timedelta(days=1)
    return [PartialDate(after.year, after.month), PartialDate(after.year)]


@pytest.mark.django_db
def test_page_list_export_history_and_document_mask_a_name_unless_eighteen_is_certain():
    place, birthday = two_branches(), years_before(timezone.localdate(), ADULT)
    minor, unknown = PartialDate(birthday.year + 1), None
    shown = {"章程": certainly_adult(birthday), "韩笑": perhaps_minor(birthday), "秦朗": [minor], "顾清": [unknown]}
    for name, dates in shown.items():
        for born in dates:
            make_member(branch=place.here, person=make_person(name, gender="F", birth_date=born))
    names = sorted(["章程", "章程", "韩*", "韩*", "秦*", "顾清"])
    assert sorted(listed(place.office, "member_list")) == names
    assert sorted(column(taken(place.office, "member_export")[1], "姓名")) == names
    assert sorted(column(figure_rows(place.office, "members"), "姓名")) == names
    for member in Member.objects.select_related("person"):
        name = member.person.name
        pages = [
            page(place.office, "member_detail", member.pk),
            page(place.office, "person_detail", member.person_id),
            page(place.office, "record_history", "person", member.person_id),
        ]
        assert [name in text for text in pages] == [name in ("章程", "顾清")] * 3


@pytest.mark.django_db
def test_a_case_file_masks_the_name_whatever_is_known():
    place = two_branches()
    for born in (None, YEAR, PartialDate(1980)):
        assert make_assisted_youth(place.here, person=make_person("白露", birth_date=born)).shown_name == "白*"


# Forms


@pytest.fixture
def place():
    return two_branches()


def typed(place, **changes):
    """What is typed into the form of a new member."""
    member = {"name": "章程", "gender": "F", "branch": place.here.pk, "status": "normal", "listed_on": "2017-03-01"}
    return member | changes


@pytest.mark.sampled(2)
@pytest.mark.django_db
@pytest.mark.parametrize(("text", "known"), [("19990520", DAY), ("199905", MONTH), ("1999", YEAR), ("", None)])
def test_a_form_takes_what_is_known_and_shows_it_again(place, text, known):
    send(place.office, "member_create", **typed(place, birth_date=text))
    member = Member.objects.get()
    assert member.person.birth_date == known
    form = place.office.get(reverse("member_update", args=[member.pk])).context["form"]
    assert form["birth_date"].value() == known
    assert form.fields["birth_date"].widget.attrs["inputmode"] == "numeric"
    assert (f"<dd>{known}</dd>" in page(place.office, "member_detail", member.pk)) == (known is not None)
    assert column(taken(place.office, "member_export")[1], "出生日期") == [str(known or "")]


@pytest.mark.django_db
def test_a_form_refuses_what_is_no_date_or_lies_ahead(place):
    ahead = PartialDate(timezone.localdate().year + 1)
    for text, said in (("1999-13", "真实存在的日期、年月或年份"), (str(ahead), "不晚于今天")):
        assert said in refused_form(place.office, "member_create", **typed(place, birth_date=text))["birth_date"]


@pytest.mark.django_db
def test_only_the_form_of_the_record_itself_makes_a_date_vaguer(place):
    person = make_member(branch=place.there, person=make_person("章程", gender="F", birth_date=DAY)).person
    other = {"same_person": person.pk, "birth_date": "1999-05", "title": "书记", "started_on": "2017-01"}
    send(place.office, "post_create", name="章程", organisation=place.here.pk, **other)
    person.refresh_from_db()
    assert (person.birth_date, person.posts.count()) == (DAY, 1)
    send(place.office, "member_update", person.memberships.get().pk, **typed(place, birth_date="1999-05"))
    person.refresh_from_db()
    assert person.birth_date == MONTH


@pytest.mark.django_db
def test_a_month_tells_no_namesake_apart_who_was_born_in_it(place):
    make_member(branch=place.there, person=make_person("章程", gender="F", birth_date=DAY))
    same = typed(place, birth_date="1999-05", same_person="new")
    assert "请至少填写" in place.office.post(reverse("member_create"), same).context["form"].errors["name"][0]
    send(place.office, "member_create", **typed(place, birth_date="1999-06"))
    assert Person.objects.count() == 2


# Lists


def row(name="齐安", **cells):
    """A row of the usual list of a village."""
    return {"姓名": name, "性别": "男", "入团时间": "2016.05", "所在团支部": BRANCH} | cells


@pytest.fixture
def branches():
    return make_branches()


def birth_dates():
    """The birth dates of all people, by name."""
    return dict(Person.objects.values_list("name", "birth_date"))


@pytest.mark.django_db
def test_the_usual_list_of_a_village_is_taken_in(branches):
    month = {"齐安": "2001.01", "齐宁": "2001年1月", "齐远": "2001"}
    rows = [row(name, 出生年月=text) for name, text in month.items()]
    rows.append(row("齐平", 出生年月="2001-01", 身份证号=identity_number(1, date(2001, 1, 20))))
    rows.append(row("齐静", 出生年月=None))
    assert tally(written("members", rows)) == {"new": 5}
    january = PartialDate(2001, 1)
    assert birth_dates() == {
        "齐安": january,
        "齐宁": january,
        "齐远": PartialDate(2001),
        "齐平": date(2001, 1, 20),
        "齐静": None,
    }
    assert tally(written("members", rows)) == {"same": 5}


@pytest.mark.django_db
def test_a_month_beside_a_number_of_another_month_is_an_error(branches):
    number = identity_number(1, date(2001, 1, 20))
    number = number if int(number[16]) % 2 else identity_number(2, date(2001, 1, 20))
    [found] = problems(take("members", [row(出生年月="2001.02", 身份证号=number)]))
    assert found[2:5] == ("出生日期", "2001-02", "与身份证号一致的出生日期 2001-01-20")


@pytest.mark.sampled(3)
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("stored", "said", "changes", "kept"),
    [
        (DAY, "1999-05", {"same": 1}, DAY),
        (DAY, "1999", {"same": 1}, DAY),
        (MONTH, "1999", {"same": 1}, MONTH),
        (MONTH, "1999-05-20", {"changed": 1}, DAY),
        (YEAR, "1999-05", {"changed": 1}, MONTH),
        (None, "1999", {"changed": 1}, YEAR),
    ],
)
def test_a_list_makes_a_date_more_exact_and_never_vaguer(branches, stored, said, changes, kept):
    person = make_person("齐安", gender="M", birth_date=stored)
    make_member(branch=branches[BRANCH], person=person, joined_league_on=date(2016, 5, 1), intake="", intake_on=None)
    batch = written("members", [row(出生日期=said)])
    person.refresh_from_db()
    assert (tally(batch), person.birth_date) == (changes, kept)
    if "changed" in changes:
        undone(batch, make_user("经办人", branches["清河地区团工委"]))
        assert Person.objects.get().birth_date == stored


CASE = {"姓名": "齐安", "所在组织": BRANCH, "入库日期": "2017-01-05"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("stored", "said", "kept"), [(DAY, "1999", DAY), (YEAR, "1999-05", MONTH), (MONTH, "1999-05-20", DAY)]
)
def test_a_row_that_begins_a_record_says_more_of_a_known_person_and_takes_nothing(branches, stored, said, kept):
    make_member(branch=branches[BRANCH], person=make_person("齐安", birth_date=stored))
    assert take_in({"帮扶对象": [CASE | {"出生日期": said}]}).errors == []
    assert birth_dates() == {"齐安": kept}


@pytest.mark.sampled(3)
@pytest.mark.django_db
@pytest.mark.parametrize("said", [("1999-05", "1999-05-20"), ("1999-05-20", "1999-05"), ("1999", "1999-05-20")])
@pytest.mark.parametrize("stored", [None, YEAR])
def test_two_rows_of_a_file_may_know_a_date_to_different_degrees(branches, stored, said):
    make_member(branch=branches[BRANCH], person=make_person("齐安", birth_date=stored))
    mine, other = said
    sheets = {"团员": [row(出生日期=mine)], "帮扶对象": [CASE | {"出生日期": other}]}
    assert take_in(sheets).errors == []
    assert birth_dates() == {"齐安": DAY}


@pytest.mark.django_db
def test_rows_that_contradict_each_other_are_an_error_though_an_earlier_one_agrees_with_both(branches):
    left = {"团籍状态": "转出", "手机号码": "13800138000", "所在团支部": OTHER_BRANCH}
    rows = [
        row(出生日期="1999", 来源日期="2016-01-01", 离开日期="2016-05-01", **left),
        row(出生日期="1999-05", 来源日期="2016-06-01", 离开日期="2017-01-01", **left),
        row(出生日期="1999-06", 来源日期="2017-01-01", 手机号码="13800138000"),
    ]
    [found] = problems(take("members", [one | {"入团时间": None} for one in rows]))
    assert found[1:5] == (4, "出生日期", "1999-06", "与《团员》第 3 行一致的“1999-05”")


@pytest.mark.django_db
def test_the_ledger_gives_back_dates_as_they_were_known(branches):
    for name, known in {"齐安": DAY, "齐宁": MONTH, "齐远": YEAR, "齐静": None}.items():
        make_member(branch=branches[BRANCH], person=make_person(name, gender="F", birth_date=known))
    before = records()
    report = take_in(exported())
    assert (report.errors, {sheet.changed for sheet in report.sheets.values()}) == ([], {0})
    assert records() == before
