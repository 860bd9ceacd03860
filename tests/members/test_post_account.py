"""The user account of a post's holder, which decides whose links a branch's cadre keeps as their own."""

from functools import partial

import pytest
from django.urls import reverse

from members.models import Person
from orgs.models import Role
from orgs.roles import RoleKind
from tests.factories import make_link, make_organisation, make_person, make_post, make_user
from tests.forms import answers, shown_form
from tests.made_once import made_once
from tests.pages import browser_of, page, send, status, two_branches
from tests.races import at_once
from yl_district.audit.models import AccessEntry

pytestmark = pytest.mark.django_db


@made_once
def district():
    """A district whose branch `here` has a post without an account; its cadre browses as `cadre`."""
    district = two_branches()
    district.post = make_post("陆远", district.here)
    return district


def offered(client, post):
    """The accounts that the page offers."""
    response = client.get(reverse("post_account", args=[post.pk]))
    return set(response.context["form"].fields["account"].queryset)


def bound(post):
    """The account by which the holder of the post signs in now."""
    return Person.objects.get(pk=post.person_id).user


def test_an_account_once_bound_keeps_the_links_of_its_person_and_once_unbound_does_not(district):
    link = make_link(district.post.person)
    assert status(district.cadre, "link_detail", link.pk) == 404
    send(district.office, "post_account", district.post.pk, account=district.branch_cadre.pk)
    assert bound(district.post) == district.branch_cadre
    assert status(district.cadre, "link_detail", link.pk) == 200
    send(district.office, "post_account", district.post.pk, account="")
    assert bound(district.post) is None
    assert status(district.cadre, "link_detail", link.pk) == 404


def test_the_page_leads_back_to_the_post_which_names_the_account(district):
    answer = send(district.office, "post_account", district.post.pk, account=district.branch_cadre.pk)
    assert answer.redirect_chain == [(district.post.get_absolute_url(), 302)]
    text = answer.content.decode()
    assert "已保存登录账号。" in text
    assert district.branch_cadre.name in text.partition("登录账号</h2>")[2]
    assert "绑定或更换" in text
    assert "绑定或更换" not in page(district.cadre, "post_detail", district.post.pk)


def test_binding_is_kept_in_the_history_and_noted_in_the_access_log(district):
    send(district.office, "post_account", district.post.pk, account=district.branch_cadre.pk)
    send(district.office, "post_account", district.post.pk, account=district.branch_cadre.pk)
    send(district.office, "post_account", district.post.pk, account="")
    person = district.post.person
    assert [row.user_id for row in person.history.order_by("history_id")] == [None, district.branch_cadre.pk, None]
    name = district.branch_cadre.username
    entries = AccessEntry.objects.filter(action=AccessEntry.Action.ACCOUNT).order_by("number")
    assert [(entry.user_id, entry.subject, entry.detail) for entry in entries] == [
        (district.staff.pk, f"members.person:{person.pk}", f"绑定 {name}"),
        (district.staff.pk, f"members.person:{person.pk}", f"解除绑定 {name}"),
    ]


def test_nothing_is_bound_that_cannot_be_noted(district, broken_log):
    answer = district.office.post(
        reverse("post_account", args=[district.post.pk]), {"account": district.branch_cadre.pk}
    )
    assert answer.status_code == 503
    assert bound(district.post) is None


def test_record_keepers_at_above_and_below_the_post_are_offered_and_nobody_else(district):
    street = make_organisation("柳林街道团工委", district.root, category="working_committee")
    branch, other = make_organisation("柳林新村团支部", street), make_organisation("柳林西里团支部", street)
    below = make_organisation("柳林新村一组", branch)
    post = make_post("季棠", branch)
    fitting = {
        district.staff,
        make_user("街道专干", street),
        make_user("团支部书记", branch, RoleKind.CADRE),
        make_user("小组长", below, RoleKind.CADRE),
    }
    make_user("旁支书记", other, RoleKind.CADRE)
    for kind in set(RoleKind) - {RoleKind.STAFF, RoleKind.CADRE}:
        make_user(kind.label, branch, kind)
    gone = make_user("离岗书记", branch, RoleKind.CADRE)
    gone.is_active = False
    gone.save()
    make_person("有账号的人", user=make_user("已绑定", branch, RoleKind.CADRE))
    assert offered(district.office, post) == fitting


@pytest.mark.parametrize("which", ["elsewhere", "bound", "hub", "absent"])
def test_an_account_that_is_not_offered_cannot_be_bound(district, which):
    user = {
        "elsewhere": partial(make_user, "旁支书记", district.there, RoleKind.CADRE),
        "bound": partial(make_user, "已绑定", district.here, RoleKind.CADRE),
        "hub": partial(make_user, "青年汇", district.here, RoleKind.HUB_OPERATOR),
        "absent": lambda: None,
    }[which]()
    if which == "bound":
        make_person("有账号的人", user=user)
    address = reverse("post_account", args=[district.post.pk])
    answer = district.office.post(address, {"account": user.pk if user else 987654})
    assert answer.status_code == 200
    assert "选择一个有效的选项" in str(answer.context["form"].errors["account"])
    assert bound(district.post) is None


def test_twin_without_the_choice_any_account_could_be_bound(district, monkeypatch):
    stranger = make_user("旁支书记", district.there, RoleKind.CADRE)
    monkeypatch.setattr("orgs.models.UserQuerySet.keeping_records_at", lambda users, organisation: users)
    send(district.office, "post_account", district.post.pk, account=stranger.pk)
    assert bound(district.post) == stranger


def test_the_present_account_stays_a_choice_after_its_role_has_moved(district):
    send(district.office, "post_account", district.post.pk, account=district.branch_cadre.pk)
    Role.objects.filter(user=district.branch_cadre).update(organisation=district.there)
    data = answers(shown_form(district.office.get(reverse("post_account", args=[district.post.pk]))))
    assert data["account"] == str(district.branch_cadre.pk)
    assert district.office.post(reverse("post_account", args=[district.post.pk]), data).status_code == 302
    assert bound(district.post) == district.branch_cadre


def test_only_staff_who_see_the_post_bind_and_a_cadre_never_does(district):
    street = make_organisation("柳林街道团工委", district.root, category="working_committee")
    clients = {
        "cadre": district.cadre,
        "staff elsewhere": browser_of(make_user("韩笑", street)),
        "hub operator": browser_of(make_user("顾清", district.here, RoleKind.HUB_OPERATOR)),
        "leader": browser_of(make_user("程安", district.root, RoleKind.LEADER)),
    }
    both = make_user("兼任", district.here, RoleKind.CADRE)
    Role.objects.create(user=both, organisation=street, kind=RoleKind.STAFF)
    clients["cadre here, staff elsewhere"] = browser_of(both)
    address = reverse("post_account", args=[district.post.pk])
    codes = {
        who: {client.get(address).status_code, client.post(address, {"account": ""}).status_code}
        for who, client in clients.items()
    }
    assert set(map(frozenset, codes.values())) == {frozenset({404})}
    assert district.office.get(address).status_code == 200


def test_a_form_opened_before_somebody_else_bound_an_account_is_looked_at_again(district):
    address = reverse("post_account", args=[district.post.pk])
    data = answers(shown_form(district.office.get(address)))
    colleague = make_user("团支书", district.here, RoleKind.CADRE)
    send(district.office, "post_account", district.post.pk, account=colleague.pk)
    answer = district.office.post(address, data | {"account": district.branch_cadre.pk})
    assert answer.status_code == 409
    assert "登录账号" in answer.content.decode()
    assert bound(district.post) == colleague


@pytest.mark.in_turn
@pytest.mark.django_db(transaction=True)
def test_one_account_bound_to_two_people_at_once_becomes_that_of_one():
    district, results = two_branches(), []
    for number in range(5):
        posts = [make_post(f"{name}{number}", district.here) for name in ("陆远", "季棠")]
        user = make_user("书记", district.here, RoleKind.CADRE)
        clients = [browser_of(district.staff), browser_of(make_user("韩笑", district.root))]
        data = {"account": user.pk}
        codes = at_once(
            [
                partial(client.post, reverse("post_account", args=[post.pk]), data)
                for client, post in zip(clients, posts, strict=True)
            ]
        )
        assert sorted(answer.status_code for answer in codes) == [200, 302]
        results.append(sum(bound(post) == user for post in posts))
    assert results == [1] * 5
