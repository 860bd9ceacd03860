"""The pages of merging and taking it back, by the real client."""

import re
from datetime import date

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from assistance.models import AssistedYouth, Scholarship
from members.merge_actions import merge_people
from members.merge_forms import CHOSEN_FIELDS
from members.models import Member, Person, PersonMerge
from orgs.models import Role
from reports.models import PlatformEntry
from tests.factories import (
    make_activity,
    make_assistance,
    make_assisted_youth,
    make_grant,
    make_link,
    make_member,
    make_person,
    make_post,
    make_scholarship,
    make_user,
    make_volunteer,
    minor_birth_date,
)
from tests.forms import answers, shown_form
from tests.made_once import made_once
from tests.members.merged_records import request_of
from tests.pages import browser_of, page, queries, two_branches
from tests.project.test_access import body

pytestmark = pytest.mark.django_db
BORN, SIDES = date(1998, 5, 4), ["kept", "lost"]


@made_once
def place():
    found = two_branches()
    found.kept = make_person("章程", birth_date=BORN, mobile="13800138000", gender="F")
    found.lost = make_person("章程", birth_date=BORN, mobile="13900139000")
    make_member(branch=found.here, person=found.kept, intake_on=timezone.localdate())
    make_post(organisation=found.here, person=found.lost)
    found.address = reverse("person_merge_create", args=[found.kept.pk, found.lost.pk])
    return found


def sent(client, address, **changes):
    """The answer to the form of a page, sent as it is proposed but for these changes, and confirmed where it asks."""
    response = client.post(address, answers(shown_form(client.get(address))) | {"correction_reason": "重复"} | changes)
    form = response.context and response.context.get("form")
    if form and form.announced:
        response = client.post(address, answers(shown_form(response)))
    return response


def merged(place, **changes):
    response = sent(place.office, place.address, **changes)
    assert response.status_code == 302, response.context["form"].errors
    return PersonMerge.objects.first()


@pytest.mark.cpu(4)
def test_both_sides_are_shown_with_what_hangs_on_them_and_a_proposal(place):
    cadre = make_post("陆远", place.there).person
    make_link(cadre, youth=place.lost)
    response = place.office.get(place.address)
    text = response.content.decode()
    for words in ("138****8000", "139****9000", "团员：柳林社区团支部", "团干部：柳林社区团支部 书记", "联系青年 1 条"):
        assert words in text
    proposed = {name: answers(shown_form(response))[name] for name in ("mobile", "gender")}
    assert proposed == {"mobile": "lost", "gender": "kept"}
    assert {"name", "birth_date", "identity_number", "user"}.isdisjoint(response.context["form"].fields)


def test_every_field_of_a_person_is_among_the_choices():
    """But what follows from others, and the seal by which a row is encrypted."""
    left_out = {field.name for field in Person._meta.concrete_fields} - {field.name for field in CHOSEN_FIELDS}
    assert {name for name in left_out if not name.endswith("_index")} == {
        *("id", "seal", "mobile_end", "search_text", "name_sort", "name_key", "sealed_facts"),
    }


def test_names_of_minors_are_masked_in_choices(place):
    Person.objects.filter(pk__in=[place.kept.pk, place.lost.pk]).update(birth_date=minor_birth_date())
    Person.objects.filter(pk=place.lost.pk).update(name="章城")
    text = page(place.office, "person_merge_create", place.kept.pk, place.lost.pk)
    assert ("章*（" in text, "章程" in text, "章城" in text) == (True, False, False)


def test_a_merge_goes_by_the_choices_and_is_undone_from_the_screen(place):
    merge = merged(place, mobile="kept")
    person = Person.objects.get(name="章程")
    assert (person.pk, person.mobile, person.posts.count()) == (place.kept.pk, "13800138000", 1)
    assert (merge.merged_by, merge.reason, merge.lost_key) == (place.staff, "重复", place.lost.pk)
    assert merge.get_absolute_url() in page(place.office, "person_detail", person.pk)
    assert merge.get_absolute_url() in page(place.office, "duplicate_list")
    assert "撤销合并" in page(place.office, "person_merge_detail", merge.pk)
    response = sent(place.office, reverse("person_merge_undo", args=[merge.pk]))
    assert response.url == merge.get_absolute_url()
    assert Person.objects.get(pk=place.lost.pk).posts.count() == 1
    assert "撤销合并</a>" not in page(place.office, "person_merge_detail", merge.pk)


def test_each_field_says_what_is_kept_and_what_becomes_of_the_other(place):
    Person.objects.filter(pk=place.lost.pk).update(name="章呈", user=place.branch_cadre)
    for person in (place.kept, place.lost):
        make_volunteer(person=person, employer=f"公司{person.pk}")
    fields = place.office.get(place.address).context["form"].fields
    kept, lost = f"（{place.kept.pk} 号记录）", f"（{place.lost.pk} 号记录）"
    gone = "没有保留的一边不再显示，撤销合并时恢复。"
    assert {
        name: ([words for _, words in one.choices], one.help_text) for name, one in fields.items() if name in TOLD
    } == {
        "name": ([f"保留 章程{kept}", f"保留 章呈{lost}"], "没有保留的写法记为又名，撤销合并时恢复原样。"),
        "gender": ([f"保留 女{kept}", f"保留 空白{lost}"], gone),
        "mobile": ([f"保留 138****8000{kept}", f"保留 139****9000{lost}"], gone),
        "user": (
            [f"保留 空白{kept}", f"保留 {place.branch_cadre}{lost}"],
            "没有保留的账号不再绑定此人，账号本身不变；撤销合并时恢复绑定。",
        ),
        "double_0": (
            [f"保留 公司{place.kept.pk}{kept}", f"保留 公司{place.lost.pk}{lost}"],
            "另一条并入保留的一条：补齐其空白处，备注等文字接在后面；其余内容不再显示，撤销合并时恢复。",
        ),
    }
    words = page(place.office, "person_merge_create", place.kept.pk, place.lost.pk)
    assert f"合并后只留 {place.kept.pk} 号记录，{place.lost.pk} 号记录不再单独列出" in words


TOLD = {"name", "gender", "mobile", "user", "double_0"}


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("side", "others", "name", "expected"),
    [
        ("kept", ("", ""), "章程", "章呈"),
        ("lost", ("", ""), "章呈", "章程"),
        ("lost", ("章呈、章诚", ""), "章呈", "章诚、章程"),
        ("kept", ("章" * 29, ""), "章程", "章" * 29 + "、章呈"),
        ("kept", ("章" * 58, ""), "章程", "章" * 58),
    ],
)
def test_the_name_that_is_not_kept_becomes_another_name_and_is_taken_back(place, side, others, name, expected):
    for person, other, called in zip((place.kept, place.lost), others, ("章程", "章呈"), strict=True):
        Person.objects.filter(pk=person.pk).update(name=called, other_names=other)
    changes = {"other_names": "kept"} if any(others) else {}
    merge = merged(place, name=side, **changes)
    kept = Person.objects.get(pk=place.kept.pk)
    assert (kept.name, kept.other_names) == (name, expected)
    sent(place.office, reverse("person_merge_undo", args=[merge.pk]))
    names = dict(Person.objects.filter(pk__in=[place.kept.pk, place.lost.pk]).values_list("name", "other_names"))
    assert names == {"章程": others[0], "章呈": others[1]}


def test_a_reason_is_asked_for_and_nothing_typed_is_lost(place):
    form = answers(shown_form(place.office.get(place.address)))
    response = place.office.post(place.address, form | {"mobile": "kept"})
    assert set(response.context["form"].errors) == {"correction_reason"}
    assert answers(shown_form(response))["mobile"] == "kept"


def test_what_contradicts_has_to_be_dropped_by_choice(place):
    wrong = make_member(branch=place.there, person=place.lost, intake_on=timezone.localdate())
    today = timezone.localdate()
    kept, lost = (
        f"柳林社区团支部，{today} 至 今（{place.kept.pk} 号记录）",
        f"槐荫社区团支部，{today} 至 今（{place.lost.pk} 号记录）",
    )
    field = place.office.get(place.address).context["form"].fields["clash_0"]
    assert (field.choices, field.help_text) == (
        [("kept", f"删去 {kept}，保留 {lost}"), ("lost", f"保留 {kept}，删去 {lost}")],
        "删去的一条连同它所附的内容（附件、在校时间等）记在合并经过中，撤销合并时恢复。",
    )
    refusal = place.office.post(
        place.address, answers(shown_form(place.office.get(place.address))) | {"correction_reason": "重复"}
    )
    assert set(refusal.context["form"].errors) == {"clash_0"}
    merged(place, clash_0="lost")
    assert not Member.objects.filter(pk=wrong.pk).exists()


def test_of_two_rosters_one_goes_before(place):
    other = make_member(branch=place.here, person=place.lost, employer="春晖中学", intake_on=timezone.localdate())
    merged(place, double_0="kept")
    member = Member.objects.get()
    assert (member.employer, member.pk == other.pk) == ("春晖中学", False)


def test_closed_years_are_announced_and_need_the_reason_that_is_kept(place):
    day = date(timezone.localdate().year - 1, 3, 1)
    make_activity(place.here, held_on=day)
    twin = make_member(branch=place.here, person=place.lost, intake_on=day)
    form = answers(shown_form(place.office.get(place.address))) | {"correction_reason": "重复", "double_0": "kept"}
    response = place.office.post(place.address, form)
    effects = response.context["form"].effects
    assert ("团员总数" in {one.figure.label for one in effects}) and Person.objects.filter(pk=place.lost.pk).exists()
    assert "保存在修改历史中" in response.content.decode()
    assert response.content.decode().count('name="correction_reason"') == 1
    assert place.office.post(place.address, answers(shown_form(response))).status_code == 302
    assert {one.history_change_reason for one in twin.history.filter(history_type="-")} | {
        one.history_change_reason for one in Member.history.filter(history_type="~")
    } == {"重复"}


def test_what_stays_is_named_before_and_after(place):
    merge = merged(place)
    later = make_link(place.kept, "秦朗")
    hidden = make_assisted_youth(place.here, person=place.kept)
    person = Person.objects.get(pk=place.kept.pk)
    person.mobile = "13700137000"
    person.save()
    for url_name in ("person_merge_detail", "person_merge_undo"):
        text = page(place.office, url_name, merge.pk)
        assert "手机号码合并后另有修改" in text
        assert later.get_absolute_url() in text
        assert hidden.get_absolute_url() not in text
    sent(place.office, reverse("person_merge_undo", args=[merge.pk]))
    text = page(place.office, "person_merge_detail", merge.pk)
    assert "撤销时没有拆开的" in text
    assert "手机号码合并后另有修改" in text
    assert later.get_absolute_url() in text
    assert hidden.get_absolute_url() not in text


def test_from_a_person_s_page_one_comes_to_anybody_to_be_merged_with(place):
    """Also where neither name nor anything else agrees."""
    other = make_member("张程", place.there).person
    hidden = make_assisted_youth(place.here, "章程").person
    address = reverse("person_twin_list", args=[place.kept.pk])
    assert address in page(place.office, "person_detail", place.kept.pk)
    assert address not in page(place.cadre, "person_detail", place.kept.pk)

    def offered(**query):
        text = page(place.office, "person_twin_list", place.kept.pk, **query)
        people = {"self": place.kept, "lost": place.lost, "other": other, "hidden": hidden}
        links = {name: reverse("person_merge_create", args=[place.kept.pk, one.pk]) for name, one in people.items()}
        return {name for name, link in links.items() if f'href="{link}"' in text}

    assert offered() == {"lost"}
    assert offered(search="zc") == {"lost", "other"}
    assert offered(search="无此人") == set()


@pytest.mark.both
@pytest.mark.parametrize("text", ["13900139000", "\0", "章\0程", pytest.param("%" * 60_000, id="long")])
def test_nobody_is_looked_for_by_what_is_no_name(place, text):
    shown = page(place.office, "person_twin_list", place.kept.pk, search=text)
    assert (reverse("person_merge_create", args=[place.kept.pk, place.lost.pk]) in shown) is False
    assert "没有找到另一条记录" in shown


@pytest.mark.both
@pytest.mark.parametrize("url_name", ["person_merge_create", "namesakes_create"])
def test_keys_longer_than_any_are_not_found(place, url_name):
    for pair in ([place.kept.pk, "9" * 40], ["9" * 40, place.kept.pk], ["9" * 19, place.kept.pk]):
        assert place.office.get(reverse(url_name, args=pair)).status_code == 404


def test_somebody_merged_meanwhile_is_told(place):
    form = answers(shown_form(place.office.get(place.address))) | {"correction_reason": "重复"}
    third = make_person("章程")
    make_member(branch=place.there, person=third)
    sent(place.office, reverse("person_merge_create", args=[third.pk, place.lost.pk]), gender="kept")
    assert place.office.post(place.address, form).status_code == 404


def test_nobody_else_and_nothing_else_is_merged(place):
    others = [place.cadre, browser_of(make_user("专干", place.here))]
    assert {client.get(place.address).status_code for client in others} == {404}
    hidden = make_assisted_youth(place.here)
    for pair in ([place.kept.pk, hidden.person_id], [place.kept.pk, place.kept.pk], [place.kept.pk, 987654]):
        assert place.office.get(reverse("person_merge_create", args=pair)).status_code == 404


def walked(place):
    """Every page of a merge and of taking it back, as the office sees them, without what is new in each."""
    office, shown = place.office, []

    def follow(address, **changes):
        form = answers(shown_form(office.get(address))) | {"correction_reason": "重复"} | changes
        response = office.post(address, form)
        shown.append(response)
        assert response.context["form"].announced
        shown.append(office.post(address, answers(shown_form(response)), follow=True))

    def look():
        shown.extend(office.get(address) for address in addresses)

    addresses = [reverse("duplicate_list"), reverse("person_detail", args=[place.kept.pk])]
    look()
    shown.append(office.get(place.address))
    follow(place.address, double_0="kept")
    merge = PersonMerge.objects.get()
    addresses += [reverse(name, args=[merge.pk]) for name in ("person_merge_detail", "person_merge_undo")]
    look()
    follow(addresses[-1])
    look()
    return [re.sub(r"\d\d:\d\d", "", body(one).decode()) for one in shown]


def case_of(place, person):
    """A whole case file, with a grant to somebody else and an entry in a platform."""
    day = place.day
    youth = make_assisted_youth(place.here, person=person, needs="助学", registered_on=day, bound_on=day)
    youth.plans.create(year=day.year, signed_on=day)
    youth.pairings.create(volunteer=place.volunteer, started_on=day)
    make_assistance([youth], held_on=day)
    make_scholarship(student=person, year=day.year, status="granted", approved_on=day)
    make_grant(place.caseworker, person)
    PlatformEntry.objects.create(platform="青春助跑", subject="assisted_youth", youth=person, entered_on=day)


@pytest.mark.cpu(8)
@pytest.mark.parametrize(
    "whose", [pytest.param(["kept"], marks=pytest.mark.full), pytest.param(["lost"], marks=pytest.mark.full), SIDES]
)
def test_a_case_file_changes_not_a_byte_for_those_who_may_not_know(place, whose):
    # Only the last year is closed, and so counted.
    place.day = date(timezone.localdate().year - 1, 3, 1)
    make_activity(place.here, held_on=place.day)
    make_member(branch=place.here, person=place.lost, intake_on=place.day)
    place.volunteer = make_volunteer()
    place.caseworker = make_user("个案专员", place.root, "caseworker")
    place.office.get(reverse("home"))
    seen = []
    for names in ([], whose):
        with transaction.atomic():
            for name in names:
                case_of(place, getattr(place, name))
            seen.append(walked(place))
            assert AssistedYouth.objects.count() == Scholarship.objects.count() == len(names)
            transaction.set_rollback(True)
    assert seen[0] == seen[1]


def test_rows_that_hang_on_them_do_not_add_queries(place):
    cadre = make_post("陆远", place.there).person
    make_link(cadre, youth=place.lost)
    before = queries(place.office, "person_merge_create", place.kept.pk, place.lost.pk)
    for name in ("于飞", "康宁"):
        make_link(make_post(name, place.there).person, youth=place.lost)
    assert queries(place.office, "person_merge_create", place.kept.pk, place.lost.pk) == before


@pytest.mark.cpu(4)
def test_a_merge_with_somebody_known_by_a_case_file_alone_is_seen_by_who_did_it_alone(place):
    keeper = make_user("兼任专员", place.root, "caseworker")
    Role.objects.create(user=keeper, organisation=place.root, kind="staff")
    hidden = make_assisted_youth(place.there, "章程").person
    make_grant(keeper, hidden)
    client = browser_of(keeper)
    opened = merged(place)
    assert sent(client, reverse("person_merge_create", args=[place.kept.pk, hidden.pk])).status_code == 302
    merge = PersonMerge.objects.get(lost_key=hidden.pk)
    found = {}
    for name, one in (("keeper", client), ("office", place.office)):
        pages = [page(one, "duplicate_list"), page(one, "person_detail", place.kept.pk)]
        assert [opened.get_absolute_url() in text for text in pages] == [True, True]
        addresses = [reverse(each, args=[merge.pk]) for each in ("person_merge_detail", "person_merge_undo")]
        addresses.append(reverse("record_history", args=["person_merge", merge.pk]))
        found[name] = [merge.get_absolute_url() in text for text in pages] + [
            one.get(at).status_code for at in addresses
        ]
    assert found == {"keeper": [True, True, 200, 200, 200], "office": [False, False, 404, 404, 404]}
    sent(client, reverse("person_merge_undo", args=[merge.pk]))
    assert place.office.get(merge.get_absolute_url()).status_code == 404


def test_a_later_merge_that_one_may_not_know_is_not_named(place):
    first = merged(place)
    second = merge_people(
        make_post("章程", place.there).person, place.kept, request=request_of(place.staff), reason="重复", values={}
    )
    form = sent(place.office, reverse("person_merge_undo", args=[first.pk])).context["form"]
    assert f"请先撤销后来的合并（{second}）" in "".join(form.non_field_errors())
    second.revealing, second.merged_by = PersonMerge.Revealing.YES, make_user("专员", place.root)
    second.save()
    form = sent(place.office, reverse("person_merge_undo", args=[first.pk])).context["form"]
    assert "请先撤销后来的合并。" in "".join(form.non_field_errors())
