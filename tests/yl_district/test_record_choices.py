"""Choices of records: few are listed, one of many is looked up by what is typed, within the form's own reach."""

from datetime import date

import pytest
from django.db.models import F
from django.urls import reverse

from activities.forms import CampaignProofsForm
from activities.roster_views import RosterForm
from assistance.forms import AssistanceForm
from assistance.receipt_forms import ReceiptsForm
from members.models import Person, Post, Volunteer
from members.verification_forms import VerificationAnswersForm
from orgs.models import Organisation, Unit
from outreach.forms import ContactForm, OwnContactForm
from tests.factories import (
    make_assisted_youth,
    make_hub,
    make_member,
    make_organisation,
    make_unit,
    make_user,
    make_volunteer,
)
from tests.made_once import made_once
from tests.pages import browser_of, queries, two_branches
from yl_district.pages.choice_answers import NO_FIELD
from yl_district.pages.filters import PageFilter
from yl_district.pages.forms import PageFormMixin
from yl_district.pages.record_choices import MOST_FOUND, MOST_LISTED, NO_NUMBERS, RecordChoiceField, SeveralRecordsField

pytestmark = pytest.mark.django_db

MANY = MOST_LISTED + 2
# Lists of several records that are ticked, of one cadre, one register, one host and one campaign each.
TICKED = {(ContactForm, "links"), (OwnContactForm, "links"), (AssistanceForm, "youths"), (RosterForm, "people")}
TICKED |= {(CampaignProofsForm, "people"), (ReceiptsForm, "youths"), (VerificationAnswersForm, "members")}
BOX = 'name="branch-typed"'


@made_once
def district():
    """A street's committee with so many branches that they are not listed, and another street's with one."""
    district = two_branches()
    district.street = make_organisation("望京街道团工委", district.root, category="working_committee")
    district.other = make_organisation("酒仙桥街道团工委", district.root, category="working_committee")
    district.branches = add_branches(district.street, 1, MANY)
    district.far = make_organisation("望京花园社区团支部", district.other)
    district.clerk = browser_of(make_user("顾清", district.street))
    return district


def add_branches(street, first, number):
    """Adds branches with the names 望京1村团支部, 望京2村团支部 and so on."""
    made = [
        Organisation(
            name=f"望京{n}村团支部",
            category="branch",
            domain="village",
            path=Organisation._get_path(street.path, street.depth + 1, n),
            depth=street.depth + 1,
        )
        for n in range(first, first + number)
    ]
    Organisation.objects.filter(pk=street.pk).update(numchild=F("numchild") + number)
    return Organisation.objects.bulk_create(made)


def add_cadres(organisation, *names):
    """Registers cadres in office."""
    people = Person.objects.bulk_create(Person(name=name) for name in names)
    Post.objects.bulk_create(
        Post(person=person, organisation=organisation, title="委员", started_on=date(2016, 9, 1)) for person in people
    )
    return people


def looked_up(client, url_name, field, text, *args):
    """What a page answers to a text typed into a field: the names of the choices, and what is said."""
    answer = client.get(reverse(url_name, args=args), {"choices": field, "typed": text}).json()
    return [choice["text"] for choice in answer["choices"]], answer["told"]


def chosen_of(page, name):
    """The select of a page as (value, label, whether chosen) of its options."""
    field = page.context["form"][name].as_widget().partition("<select")[2].partition("</select>")[0]
    parts = [part.partition("</option>")[0] for part in field.split("<option ")[1:]]
    return [
        (part.partition('value="')[2].partition('"')[0], part.partition(">")[2].strip(), " selected" in part)
        for part in parts
    ]


def test_few_are_listed_and_nothing_is_typed(district):
    page = browser_of(make_user("秦朗", district.other)).get(reverse("unit_create"))
    assert BOX not in page.content.decode()
    assert [label for _, label, _ in chosen_of(page, "branch")] == [
        "未填写",
        "酒仙桥街道团工委",
        "望京花园社区团支部",
    ]


def test_of_many_a_page_holds_the_chosen_one_alone_whatever_is_registered(district):
    unit, branch = make_unit("清和科技有限公司", branch=district.branches[7]), district.branches[7]
    names = ("unit_list", "unit_create", "home")

    def costs():
        return [queries(district.clerk, name) for name in names], queries(district.clerk, "unit_update", unit.pk)

    few = costs()
    page = district.clerk.get(reverse("unit_update", args=[unit.pk]))
    assert BOX in page.content.decode()
    assert [(key, shown) for key, _, shown in chosen_of(page, "branch")] == [("", False), (str(branch.pk), True)]
    assert "望京9村" not in page.content.decode()
    length = len(district.clerk.get(reverse("unit_create")).content)
    add_branches(district.street, 100, 10)
    assert costs() == few
    assert len(district.clerk.get(reverse("unit_create")).content) == length


@pytest.mark.both
def test_what_is_typed_finds_names_initials_and_pinyin(district):
    expected = {
        "望京12村团支部": (["望京12村团支部"], ""),
        "望京5": (["望京5村团支部", "望京50村团支部", "望京51村团支部", "望京52村团支部"], ""),
        "wjjd": (["望京街道团工委"], ""),
        "WANGJINGJIE": (["望京街道团工委"], ""),
        "槐荫": ([], "没有找到“槐荫”，请核对或少输入几个字。"),
        "京": ([], "没有以“京”开头的，请再输入几个字。"),
        "%_": ([], "没有找到“%_”，请核对或少输入几个字。"),
        "13812345678": ([], NO_NUMBERS),
        "138-1234 5678": ([], NO_NUMBERS),
    }
    assert {text: looked_up(district.clerk, "unit_create", "branch", text) for text in expected} == expected
    assert {text: looked_up(district.clerk, "unit_list", "organisation", text) for text in expected} == expected


def test_of_many_found_the_first_are_shown_with_words_about_the_rest(district):
    names, told = looked_up(district.clerk, "unit_create", "branch", "望京")
    assert (len(names), told) == (MOST_FOUND, f"只列出前 {MOST_FOUND} 个，请再输入几个字。")
    names, told = looked_up(district.clerk, "unit_create", "branch", "")
    assert (names[:2], told) == (
        ["望京街道团工委", "望京1村团支部"],
        f"只列出前 {MOST_FOUND} 个，请输入名称或拼音首字母。",
    )


def test_a_field_that_is_none_of_the_page_is_refused_in_words(district):
    for name in ("", "status", "nothing", "organisation' OR 1=1"):
        answer = district.clerk.get(reverse("unit_create"), {"choices": name, "typed": "望京"})
        assert (answer.status_code, answer.json()) == (400, {"choices": [], "told": NO_FIELD})


def test_whom_one_does_not_reach_is_not_found_by_the_exact_name_either(district):
    """By what is typed, without scripts, in filters and in the choice of the place of figures."""
    name, clerk = district.far.name, district.clerk
    missing = f"没有找到“{name}”，请核对或少输入几个字。"
    assert [looked_up(clerk, *one, name) for one in (("unit_create", "branch"), ("figure_list", "organisation"))] == [
        ([], missing)
    ] * 2
    refused = f"没有找到“{name}”。请核对写法，或只填写名称中的几个字、拼音首字母。"
    page = clerk.post(reverse("unit_create"), {"name": "清和", "branch-typed": name})
    assert page.context["form"].errors["branch"] == [refused]
    assert clerk.get(reverse("unit_list"), {"organisation-typed": name}).context["filter"].form.errors == {
        "organisation": [refused]
    }
    out_of_reach = "没有这个组织，或您不能查看它。"
    asked = ({"organisation-typed": name}, refused), ({"organisation": district.far.pk}, out_of_reach)
    for query, said in asked:
        page = clerk.get(reverse("figure_list"), query)
        assert page.context["scope"].organisation == district.street
        assert page.context["form"].errors["organisation"] == [said]
    # Nor is the key of somebody else's a choice, and the page does not name it.
    page = clerk.post(reverse("unit_create"), {"name": "清和", "branch": district.far.pk})
    assert page.context["form"].errors["branch"] and name not in page.content.decode()


def test_sealed_people_are_never_found(district):
    make_assisted_youth(district.street, "白露")
    add_cadres(district.street, "白鹭")
    assert looked_up(district.office, "contact_create", "cadre", "白露") == (
        [],
        "没有找到“白露”，请核对或少输入几个字。",
    )
    assert looked_up(district.office, "contact_create", "cadre", "bl")[0] == ["白鹭（望京街道团工委）"]


def unit_typed(district, typed, **more):
    """The answer to a new unit whose branch is named without scripts."""
    unit = {"name": "清和科技", "kind": "enterprise", "status": "normal", "branch": "", "branch-typed": typed}
    return district.clerk.post(reverse("unit_create"), unit | more)


def test_without_scripts_a_name_is_the_record_so_named_or_the_only_one_found(district):
    exact = make_organisation("望京5村", district.street)
    meant = {"望京12村团支部": district.branches[11], " 12村": district.branches[11], "望京5村": exact}
    for typed, branch in meant.items():
        assert unit_typed(district, typed, name=typed).status_code == 302
        assert Unit.objects.latest("pk").branch == branch


def test_without_scripts_several_are_offered_and_nothing_typed_is_lost(district):
    page = unit_typed(district, "望京5")
    offered = [district.branches[n - 1] for n in (5, 50, 51, 52)]
    assert page.context["form"].errors == {"branch": ["与“望京5”相符的有 4 个，请选择其一，或把名称填写完整。"]}
    text = page.content.decode()
    assert 'name="branch-typed" value="望京5"' in text and 'value="清和科技"' in text
    assert [key for key, _, _ in chosen_of(page, "branch")] == ["", *(str(one.pk) for one in offered)]
    # The name still stands in its box when one of them is chosen; another choice does not count beside it.
    assert unit_typed(district, "望京5", branch=district.branches[0].pk).status_code == 200
    assert unit_typed(district, "望京5", branch=offered[3].pk).status_code == 302
    assert Unit.objects.get().branch == offered[3]


def test_without_scripts_too_many_are_offered_in_part_and_a_number_is_no_name(district):
    page = unit_typed(district, "望京")
    said = f"与“望京”相符的超过 {MOST_FOUND} 个，列出了前面的，请选择其一，或把名称填写完整。"
    assert page.context["form"].errors == {"branch": [said]}
    assert len(chosen_of(page, "branch")) == 1 + MOST_FOUND
    assert unit_typed(district, "13812345678").context["form"].errors == {"branch": [NO_NUMBERS]}


def test_the_next_form_begins_with_the_record_that_was_named(district):
    answer = unit_typed(district, "望京12村", another="yes")
    assert f"branch={district.branches[11].pk}" in answer.url


def test_a_list_is_narrowed_by_a_name(district):
    near, _ = make_unit("清和", branch=district.branches[11]), make_unit("清河", branch=district.branches[12])
    page = district.clerk.get(reverse("unit_list"), {"organisation-typed": "望京12村"})
    assert [row.record for row in page.context["table"].paginated_rows] == [near]
    assert page.context["filter"].is_narrowed


def test_a_number_typed_for_a_name_stays_out_of_the_address_of_a_list(district):
    sent = {"list": "unit_list", "organisation-typed": "138 1234-5678", "search": "清和"}
    address = district.clerk.post(reverse("list_search"), sent).url
    assert "5678" not in address
    errors = district.clerk.get(address).context["filter"].form.errors
    assert errors == {"organisation": ["没有找到“（号码）”。请核对写法，或只填写名称中的几个字、拼音首字母。"]}


def test_figures_are_shown_of_the_place_that_was_named(district):
    hub = make_hub(district.street, "望京青年汇")
    scope = district.clerk.get(reverse("figure_list"), {"organisation-typed": "望京青年汇"}).context["scope"]
    assert (scope.organisation, scope.hub) == (district.street, hub)
    page = district.clerk.get(reverse("figure_list"), {"organisation-typed": "望京5"})
    assert page.context["scope"].organisation == district.street
    assert "与“望京5”相符的有 4 个" in page.content.decode()
    assert looked_up(district.clerk, "figure_list", "organisation", "望京青年") == (["青年汇：望京青年汇"], "")


def test_cadres_of_the_same_name_are_told_apart_by_choosing(district):
    first, second, *_ = add_cadres(district.street, "陆远", "陆远", *(f"秦{n}" for n in range(MOST_LISTED)))
    contact = {"held_on": "2017-05-04", "form": "phone", "cadre-typed": "陆远"}
    page = district.office.post(reverse("contact_create"), contact)
    assert page.context["form"].errors["cadre"] == ["与“陆远”相符的有 2 个，请选择其一，或把名称填写完整。"]
    page = district.office.post(reverse("contact_create"), contact | {"cadre": second.pk})
    assert "cadre" not in page.context["form"].errors
    assert page.context["form"].cleaned_data["cadre"] == second != first


def test_an_act_for_many_looks_up_what_its_form_offers_for_these_rows(district):
    member, address = make_member("章程", district.branches[0]), reverse("members_transfer")
    page = district.clerk.post(address, {"scope": "ticked", "keys": member.pk})
    asked = {"rows": page.context["rows_text"], "choices": "to_branch", "typed": "望京12村"}
    assert [one["text"] for one in district.clerk.post(address, asked).json()["choices"]] == ["望京12村团支部"]
    assert district.clerk.post(address, asked | {"rows": ""}).status_code == 404


def test_two_editors_are_shown_the_names_of_what_they_chose(district):
    unit, (_, second, third, *_) = make_unit("清和", branch=district.branches[0]), district.branches
    address = reverse("unit_update", args=[unit.pk])
    form = district.clerk.get(address).context["form"]
    Unit.objects.filter(pk=unit.pk).update(branch=second)
    sent = {"name": "清和", "kind": "enterprise", "branch": third.pk, "version": form.version}
    page = district.clerk.post(address, sent)
    (difference,) = page.context["form"].conflict.differing
    assert (page.status_code, difference.stored, difference.typed) == (409, second.name, third.name)


def test_several_records_are_named_beside_those_chosen():
    people = [make_volunteer(name=name) for name in ("章程", "章成", "白露")]
    field = SeveralRecordsField(Volunteer.objects.select_related("person"), label="志愿者", required=False)

    def taken(typed, *chosen):
        data = {"volunteers": [str(one.pk) for one in chosen], "volunteers-typed": typed}
        return field.widget.value_from_datadict(data, {}, "volunteers")

    first, second, third = (str(one.pk) for one in people)
    assert taken("白露，章成", people[0]) == [first, third, second]
    with pytest.raises(Exception, match="与“章”相符的有 2 个"):
        field.clean(taken("章"))


def test_every_choice_of_one_record_is_looked_up_where_there_are_many():
    found = set()

    def below(cls):
        for each in cls.__subclasses__():
            yield each
            yield from below(each)

    for form in below(PageFormMixin):
        for name, field in getattr(form, "base_fields", {}).items():
            if hasattr(field, "queryset") and not isinstance(field, RecordChoiceField | SeveralRecordsField):
                found.add((form, name))
    for each in below(PageFilter):
        for name, one in each.base_filters.items():
            if "queryset" in one.extra and not issubclass(one.field_class, RecordChoiceField):
                found.add((each, name))
    assert found == TICKED
