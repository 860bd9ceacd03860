"""Names stand in the order of their pinyin wherever they are sorted, and in the same order on both databases."""

from random import Random

import django_tables2 as tables
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from activities.models import ActivityType
from members.models import Person
from orgs.models import Organisation, Unit, User
from orgs.tables import UnitContactTable
from outreach.models import CadreQuerySet
from reports.figures.scopes import Scope
from reports.printing import annex_tables
from tests.factories import (
    make_activity,
    make_assisted_youth,
    make_hub,
    make_link,
    make_member,
    make_organisation,
    make_person,
    make_post,
    make_unit,
    make_unit_contact,
    make_user,
    make_volunteer,
)
from tests.pages import listed, page, two_branches
from yl_district.pages.tables import PageTable
from yl_district.periods import Period
from yl_district.pinyin import name_order, person_order, store_name_orders

pytestmark = pytest.mark.django_db

# In order: surnames as they are read as surnames, syllable by syllable, then by the characters; names without pinyin
# by their letters.
PEOPLE = "阿依古丽·买买提 John 李娜 李玫 林安 黎明 单伟 解晓东 仇英 曾经 查理 张伟 章伟".split()
PLACES = "3号社区 重庆社区 春晖社区 春晓社区 单店社区 乐园社区 银行社区".split()


def in_order(names, key):
    """The names sorted."""
    return sorted(names, key=key)


@pytest.fixture
def district():
    """The district of two branches."""
    return two_branches()


def shuffled(names, lot=1):
    """The names in another order."""
    names = list(names)
    Random(lot).shuffle(names)
    return names


def test_surnames_are_read_as_surnames_and_syllables_compared_one_by_one():
    people = ["阿依古丽·买买提", "John", "李娜", "林安", "仇英", "单伟", "解晓东", "曾经", "查理", "张伟", "章伟"]
    ordered = "阿依古丽·买买提 John 李娜 林安 仇英 单伟 解晓东 曾经 查理 张伟 章伟".split()
    assert sorted(shuffled(people), key=person_order) == ordered
    assert [name_order(name).split("  ")[0] for name in ("单店", "重庆", "乐园", "360公司", "A+B")] == [
        "dan dian", "chong qing", "le yuan", "360 gong si", "a b"
    ]  # fmt: skip


def tables_of_pages():
    """Every table of a list, those of figures included."""
    found, waiting = [], [PageTable]
    while waiting:
        kinds = waiting.pop().__subclasses__()
        found += kinds
        waiting += kinds
    return [kind for kind in found if kind.__module__.partition(".")[0] != "tests"]


def sorted_by_characters(table_class):
    """The columns of a table that sort by a name's characters, or by a record whose name has an order of its own."""
    faults, model = [], table_class.Meta.model
    for column in table_class(model._default_manager.none()).columns:
        for path in column.order_by if column.orderable and not is_ordered_apart(table_class, column) else ():
            field = last_field(model, str(path).lstrip("-"))
            if field is not None and (field.name in ("name", "search_text") or is_by_key(field)):
                faults.append(column.name)
    return faults


def is_ordered_apart(table_class, column):
    """Whether the table orders this column by a method."""
    return hasattr(table_class, f"order_{column.name}")


def last_field(model, path):
    """The field at the end of a path, None where it ends in something else."""
    field = None
    for name in path.replace(".", "__").split("__"):
        names = {each.name: each for each in model._meta.get_fields()}
        field = names.get(name)
        if field is None:
            return None
        model = field.related_model or model
    return field


def is_by_key(field):
    """Whether ordering by a relation means the order in which its records were registered."""
    other = field.is_relation and field.related_model
    return bool(other) and hasattr(other, "name_sort") and other._meta.ordering in ([], ["pk"])


def test_every_list_that_can_be_sorted_by_a_name_sorts_by_its_pinyin():
    found = tables_of_pages()
    assert len(found) > 20
    assert {one.__name__: sorted_by_characters(one) for one in found if sorted_by_characters(one)} == {}


def test_twin_a_column_that_sorts_by_characters_or_by_key_is_found():
    class PlantedTable(UnitContactTable):
        unit = tables.Column()
        contact = tables.Column(accessor="unit__name")

        class Meta(UnitContactTable.Meta):
            pass

    assert sorted_by_characters(PlantedTable) == ["unit", "contact"]


@pytest.mark.both
@pytest.mark.cpu(4)
def test_lists_of_people_are_sorted_by_pinyin(district):
    people = in_order(PEOPLE, person_order)
    for name in shuffled(PEOPLE):
        person = make_person(name)
        make_member(branch=district.here, person=person)
        make_post(organisation=district.here, person=person)
        make_volunteer(person=person)
    cadre = Person.objects.get(name="张伟")
    for name in shuffled(PEOPLE, 2):
        make_link(cadre, name)
    for url_name, column in [("member_list", "person"), ("post_list", "person"), ("volunteer_list", "person")]:
        assert listed(district.office, url_name, sort=column) == people
        assert listed(district.office, url_name, sort=f"-{column}") == people[::-1]
    assert listed(district.office, "link_list", sort="youth") == people
    assert [one.name for one in CadreQuerySet(Person).with_posts()] == people


@pytest.mark.both
def test_lists_of_places_are_sorted_by_pinyin(district):
    for name in shuffled(PLACES):
        make_hub(district.here, name)
        unit = make_unit(name, branch=district.here)
        make_unit_contact(unit)
        make_activity(district.here, name)
        make_organisation(name, district.here)
    for url_name in ("hub_list", "unit_list", "activity_list"):
        assert listed(district.office, url_name, sort="name") == PLACES
        assert listed(district.office, url_name, sort="-name") == PLACES[::-1]
    answer = district.office.get(reverse("unit_contact_list"), {"sort": "unit"})
    assert [row.record.unit.name for row in answer.context["table"].paginated_rows] == PLACES
    places = [name for name in listed(district.office, "organisation_list", sort="name") if name in PLACES]
    assert places == PLACES
    # Without a column to sort by, and by the committee above, organisations keep the order of the tree.
    in_tree = [one.name for one in Organisation.objects.all()]
    assert listed(district.office, "organisation_list") == in_tree
    answer = district.office.get(reverse("organisation_list"), {"sort": "parent_name"})
    names = [row.record.name for row in answer.context["table"].paginated_rows]
    assert names == [district.root.name, district.here.name, district.there.name, *places_below(district.here)]


def places_below(organisation):
    """The names of the organisations below one, in the order of the tree."""
    organisation.refresh_from_db()
    return [
        one.name
        for one in Organisation.objects.filter(path__startswith=organisation.path, depth=organisation.depth + 1)
    ]


def test_namesakes_keep_their_places_from_page_to_page(district):
    for _ in range(60):
        make_member("王伟", district.here)
    seen = []
    for number in (1, 2, 3):
        answer = district.office.get(reverse("member_list"), {"sort": "person", "page": number})
        seen += [row.record.pk for row in answer.context["table"].paginated_rows]
    assert seen == sorted(set(seen)) and len(seen) == 60


def test_selects_offer_names_by_pinyin(district):
    for name in shuffled(PLACES):
        make_hub(district.here, name)
        make_unit(name, branch=district.here)
    text = page(district.office, "unit_contact_create")
    assert in_order(PLACES, text.index) == PLACES
    text = page(district.office, "volunteer_list")
    assert in_order(PLACES, text.index) == PLACES


def test_accounts_are_sorted_by_pinyin(district):
    for name in shuffled(["单伟", "李娜", "张三"]):
        make_user(name, district.here)
    people = [str(one) for one in User.objects.order_by("name_sort", "pk")]
    assert people == in_order(people, person_order)
    user = User.objects.get(name="单伟")
    user.name = "查理"
    user.save(update_fields=["name", "name_sort"])
    assert User.objects.get(name="查理").name_sort == "zha li  查理"


def test_annexes_name_people_and_places_by_pinyin(district):
    for name in shuffled(["单伟", "李娜", "张三", "仇英"]):
        make_post(name, district.here)
        make_assisted_youth(district.here, name)
        make_unit(name, branch=district.here)
    scope = Scope(district.root, Period.of_year(2017))
    names = [row[0] for row in annex_tables.link_table(scope, {}).rows[:-1]]
    assert names == in_order(names, person_order) and len(names) == 4
    assert [row[0] for row in annex_tables.unit_table(scope, {}).rows] == ["仇英", "单伟", "李娜", "张三"]
    assert [row[1] for row in annex_tables.assistance_table(scope, {}).rows[:-1]] == ["李*", "仇*", "单*", "张*"]


@pytest.mark.both
def test_existing_rows_get_their_keys_in_few_statements():
    Person.objects.bulk_create(Person(name=name) for name in shuffled(PEOPLE))
    Person.objects.update(name_sort="")
    with CaptureQueriesContext(connection) as captured:
        store_name_orders(Person)
    assert [one.name for one in Person.objects.order_by("name_sort", "pk")] == in_order(PEOPLE, person_order)
    assert len([query for query in captured if "SAVEPOINT" not in query["sql"]]) == 3
    assert ActivityType.objects.exclude(name_sort="").count() == ActivityType.objects.count()


def test_the_key_follows_the_name_on_every_write():
    unit = make_unit("清和科技")
    unit.name = "唯美餐饮"
    unit.save()
    Unit.objects.bulk_create([Unit(name="清和智能", kind="enterprise", status="normal")])
    assert [one.name_sort for one in Unit.objects.order_by("name_sort")] == [
        "qing he zhi neng  清和智能",
        "wei mei can yin  唯美餐饮",
    ]
