"""Pages of organisations, two-new organisations, contacts and supplies, and signing in, through the test client."""

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from orgs.models import Organisation, Role, Supply, Unit, UnitChange, UnitContact, User
from tests.factories import (
    PASSWORD,
    make_member,
    make_organisation,
    make_post,
    make_supply,
    make_unit,
    make_unit_change,
    make_unit_contact,
    make_user,
)
from tests.pages import asked, confirmed, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def root():
    return make_organisation("春晖地区团工委", category="working_committee", domain="office")


@pytest.fixture
def branch(root):
    return make_organisation("望湖社区团支部", root)


@pytest.fixture
def other_branch(root):
    return make_organisation("槐荫社区团支部", root)


@pytest.fixture
def office(client, root):
    """The client of a member of the committee's staff."""
    client.force_login(make_user("林知秋", root))
    return client


@pytest.fixture
def cadre(client, branch):
    """The client of a cadre of one branch."""
    client.force_login(make_user("陆远", branch, Role.Kind.CADRE))
    return client


def organisation_data(parent, **changes):
    """What the form of a new organisation sends."""
    return {"name": "清和科技团支部", "parent": parent.pk, "category": "branch", "domain": "community"} | changes


def unit_data(**changes):
    """What the form of a new two-new organisation sends."""
    data = {"name": "清和科技有限公司", "kind": "enterprise", "status": "normal", "has_party_branch": "unknown"}
    return data | {"is_contact_point": "unknown"} | changes


def errors(response):
    """The messages beside the fields, by field."""
    return {name: " ".join(messages) for name, messages in response.context["form"].errors.items()}


def names(response):
    """The names in a list, in its order."""
    return [row.record.name for row in response.context["table"].rows]


def test_tree_is_shown_in_its_order_with_the_heads_below(office, root, branch):
    joint = make_organisation("商务楼宇联合团支部", root, category="joint_branch", domain="enterprise")
    make_organisation("清和科技团支部", joint, domain="enterprise")
    below = Organisation.objects.get(name="清和科技团支部")
    make_member("章程", below)
    make_member("韩笑", below, status="lapsed", left_on=date(2018, 1, 1))
    make_post("陆远", joint)
    make_post("周行", branch)
    response = office.get(reverse("organisation_list"))
    assert names(response) == ["春晖地区团工委", "望湖社区团支部", "商务楼宇联合团支部", "清和科技团支部"]
    counts = [(row.record.member_count, row.record.cadre_count) for row in response.context["table"].rows]
    assert counts == [(1, 2), (0, 1), (1, 1), (1, 0)]
    assert "depth-3" in response.content.decode()


def test_search_gives_a_flat_list_with_the_organisation_above(office, root, branch):
    response = office.get(reverse("organisation_list"), {"search": "wh"})
    assert names(response) == ["望湖社区团支部"]
    page = response.content.decode()
    assert 'class="card rows flat"' in page
    assert '<td class="parent" data-label="上级组织">春晖地区团工委</td>' in page
    assert 'class="card rows"' in office.get(reverse("organisation_list")).content.decode()


def test_dissolved_organisations_are_shown_when_asked_for(office, root, branch):
    make_organisation("旧街社区团支部", root, dissolved_on=date(2016, 1, 1))
    assert "旧街社区团支部" not in names(office.get(reverse("organisation_list")))
    assert names(office.get(reverse("organisation_list"), {"standing": "dissolved"})) == ["旧街社区团支部"]
    assert len(names(office.get(reverse("organisation_list"), {"standing": ""}))) == 3


def queries(client, address):
    """How many queries a page takes."""
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return asked(captured)


def add_organisation(root, branch):
    make_post("陆远", make_organisation(parent=root))


def add_unit(root, branch):
    make_unit(branch=branch)


def add_unit_change(root, branch):
    make_unit_change(make_unit(branch=branch))


def add_unit_contact(root, branch):
    make_unit_contact(make_unit(branch=branch))


def add_supply(root, branch):
    make_supply(branch)


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("name", "add"),
    [
        ("organisation_list", add_organisation),
        ("unit_list", add_unit),
        ("unit_change_list", add_unit_change),
        ("unit_contact_list", add_unit_contact),
        ("supply_list", add_supply),
    ],
)
def test_list_asks_the_database_as_often_for_fifty_rows_as_for_five(office, root, branch, name, add):
    for _ in range(5):
        add(root, branch)
    few = queries(office, reverse(name))
    for _ in range(45):
        add(root, branch)
    assert queries(office, reverse(name)) == few


def test_organisation_page_asks_as_often_for_many_children_and_posts_as_for_few(office, root):
    add_organisation(root, None)
    make_post("陆远", root)
    make_unit(branch=root)
    make_supply(root)
    few = queries(office, root.get_absolute_url())
    for _ in range(20):
        add_organisation(root, None)
        make_post("周行", root)
        make_unit(branch=root)
    assert queries(office, root.get_absolute_url()) == few


def test_organisation_page_shows_what_belongs_to_it_today(office, root, branch):
    make_post("陆远", branch)
    make_post("周行", branch, ended_on=date(2017, 1, 1))
    make_unit("清和科技有限公司", branch=branch)
    make_supply(branch, item="团徽", quantity=30)
    page = office.get(branch.get_absolute_url()).content.decode()
    for text in ("春晖地区团工委", "陆远", "清和科技有限公司", "团徽 30"):
        assert text in page
    assert "周行" not in page
    assert "望湖社区团支部" in office.get(root.get_absolute_url()).content.decode()


def test_organisation_is_created_below_its_parent(office, branch):
    response = office.post(
        reverse("organisation_create"), organisation_data(branch, founded_on="2017.5.4"), follow=True
    )
    organisation = Organisation.objects.get(name="清和科技团支部")
    assert Organisation.objects.get_parent(organisation) == branch
    assert organisation.founded_on == date(2017, 5, 4)
    assert "已新建团组织" in response.content.decode()


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"name": ""}, "name", "请填写组织名称。"),
        ({"name": "望湖社区团支部"}, "name", "这一组织名称已被使用，请核对后改正。"),
        ({"name": "清\0和"}, "name", "含有不可见的控制字符，请删去后重新输入。"),
        ({"parent": ""}, "parent", "请选择上级组织。"),
        ({"category": "troop"}, "category", "选择一个有效的选项"),
        ({"last_election_on": "2016-01-01", "founded_on": "2017-01-01"}, "last_election_on", "不早于成立日期"),
        ({"name": "长" * 61}, "name", "60"),
    ],
)
def test_organisation_create_refuses(office, branch, changes, field, message):
    response = office.post(reverse("organisation_create"), organisation_data(branch) | changes)
    assert message in errors(response)[field]
    assert Organisation.objects.count() == 2


@pytest.mark.cpu(4)
def test_organisation_is_renamed_and_moved_but_never_below_itself(office, root, branch, other_branch):
    below = make_organisation("望湖东里团支部", branch)
    address = reverse("organisation_update", args=[branch.pk])
    data = organisation_data(root, name="望湖地区团总支", category="general_branch")
    assert "选择一个有效的选项" in errors(office.post(address, data | {"parent": below.pk}))["parent"]
    assert "选择一个有效的选项" in errors(office.post(address, data | {"parent": branch.pk}))["parent"]
    send(office, "organisation_update", branch.pk, **data | {"parent": other_branch.pk})
    moved = Organisation.objects.get(pk=branch.pk)
    assert moved.name == "望湖地区团总支"
    assert Organisation.objects.get_parent(moved) == other_branch
    assert Organisation.objects.get(pk=below.pk).path.startswith(moved.path)
    assert Organisation.objects.find_problems() == ([], [], [], [], [])


def test_the_root_stays_where_it_is(office, root):
    response = office.get(reverse("organisation_update", args=[root.pk]))
    assert "parent" not in response.context["form"].fields
    assert (
        office.post(
            response.request["PATH_INFO"], organisation_data(root, name="春晖团工委", domain="office")
        ).status_code
        == 302
    )
    assert Organisation.objects.get(pk=root.pk).name == "春晖团工委"


STRUCTURE = ["organisation_create", "organisation_update", "organisation_end"]


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", STRUCTURE)
@pytest.mark.parametrize("kind", [kind for kind in Role.Kind if kind != Role.Kind.ADMINISTRATOR])
def test_the_tree_is_changed_by_the_committees_staff_and_administrators_alone(client, root, branch, name, kind):
    client.force_login(make_user("陆远", branch, kind))
    address = reverse(name, args=[] if name == "organisation_create" else [branch.pk])
    data = organisation_data(branch, day="2018-06-01")
    assert (client.get(address).status_code, client.post(address, data).status_code) == (404, 404)
    branch.refresh_from_db()
    assert (branch.name, branch.dissolved_on, Organisation.objects.count()) == ("望湖社区团支部", None, 2)
    pages = [reverse("organisation_list"), branch.get_absolute_url()]
    assert [address for page in pages if address in client.get(page).content.decode()] == []
    client.force_login(make_user("林知秋", root))
    assert client.get(address).status_code == 200
    assert [address for page in pages if address in client.get(page).content.decode()]


def test_the_form_neither_shows_nor_takes_the_day_of_dissolving(office, root, branch):
    address = reverse("organisation_update", args=[branch.pk])
    make_member(branch=branch)
    assert "撤销日期" not in office.get(address).content.decode()
    assert office.post(address, organisation_data(root, dissolved_on="2018-06-01")).status_code == 302
    assert Organisation.objects.get(pk=branch.pk).dissolved_on is None
    Organisation.objects.filter(pk=branch.pk).update(dissolved_on=date(2018, 6, 1))
    assert office.post(address, organisation_data(root, dissolved_on="")).status_code == 302
    assert Organisation.objects.get(pk=branch.pk).dissolved_on == date(2018, 6, 1)


def test_the_day_of_dissolving_is_corrected_where_it_was_given(office, root, branch):
    branch.dissolve(date(2018, 6, 1))
    assert "更正撤销日期" in office.get(branch.get_absolute_url()).content.decode()
    assert office.post(reverse("organisation_end", args=[branch.pk]), {"day": "2018-05-01"}).status_code == 302
    branch.refresh_from_db()
    assert branch.dissolved_on == date(2018, 5, 1)


def test_organisation_is_dissolved_once_nothing_stands_in_it(office, branch):
    below = make_organisation("望湖东里团支部", branch)
    member = make_member(branch=branch)
    address = reverse("organisation_end", args=[branch.pk])
    assert "望湖东里团支部 尚未撤销" in office.post(address, {"day": "2018-06-01"}).content.decode()
    below.dissolve(date(2018, 5, 1))
    assert "撤销之日已无在册团员" in office.post(address, {"day": "2018-06-01"}).content.decode()
    member.leave(date(2018, 5, 1), "transferred_out")
    assert confirmed(office, address, {"day": "2018-06-01"}).status_code == 302
    branch.refresh_from_db()
    assert branch.dissolved_on == date(2018, 6, 1)


def test_a_cadre_finds_no_other_organisations(cadre, root, branch, other_branch):
    assert cadre.get(branch.get_absolute_url()).status_code == 200
    assert cadre.get(other_branch.get_absolute_url()).status_code == 404
    assert cadre.get(root.get_absolute_url()).status_code == 404
    assert names(cadre.get(reverse("organisation_list"))) == ["望湖社区团支部"]


def test_unit_is_created_shown_and_changed(office, branch):
    data = unit_data(branch=branch.pk, league_form="joint", task_year="2017", employees="40", youths="12")
    assert office.post(reverse("unit_create"), data).status_code == 302
    unit = Unit.objects.get()
    assert unit.credit_code is None
    page = office.get(unit.get_absolute_url()).content.decode()
    assert "联合组建" in page
    assert "还没有联络记录" in page
    changed = data | {"employees": "50"}
    assert office.post(reverse("unit_update", args=[unit.pk]), changed).status_code == 302
    unit.refresh_from_db()
    assert unit.employees == 50


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"name": ""}, "name", "请填写单位名称。"),
        ({"credit_code": "91110105MA0000000X"}, "credit_code", "校验码正确的 18 位统一社会信用代码"),
        ({"employees": "10", "youths": "11"}, "youths", "不多于职工总数（10）"),
        ({"employees": "-1"}, "employees", "请填写不小于 0 的整数。"),
        ({"employees": "9" * 12}, "employees", "数字过大，请核对是否多写了位数。"),
        ({"employees": "9" * 30}, "employees", "数字过大，请核对是否多写了位数。"),
        ({"employees": "约40"}, "employees", "请填写整数，不带小数和单位。"),
        ({"status": "moved"}, "status_on", "请补填变更发生的日期"),
        ({"league_form": "none", "league_founded_on": "2017-05-04"}, "league_form", "有建团日期的单位"),
        ({"task_year": "17"}, "task_year", "2000"),
        ({"branch": "x"}, "branch", "选择一个有效的选项"),
    ],
)
def test_unit_create_refuses(office, branch, changes, field, message):
    assert message in errors(office.post(reverse("unit_create"), unit_data() | changes))[field]
    assert not Unit.objects.exists()


def test_a_name_or_code_of_another_unit_is_refused(office, branch):
    make_unit("清和科技有限公司", credit_code="91110105MA01234565")
    found = errors(office.post(reverse("unit_create"), unit_data(credit_code="91110105MA01234565")))
    assert found["name"] == "这一单位名称已被使用，请核对后改正。"
    assert found["credit_code"] == "这一统一社会信用代码已被使用，请核对后改正。"


def test_units_are_narrowed_by_task_year_and_state(office, branch):
    make_unit("天青文化有限公司", task_year=2017)
    make_unit("白石物业有限公司", task_year=2016, status="moved", status_on=date(2017, 1, 1))
    assert names(office.get(reverse("unit_list"), {"task_year": 2017})) == ["天青文化有限公司"]
    assert names(office.get(reverse("unit_list"), {"status": "moved"})) == ["白石物业有限公司"]
    assert names(office.get(reverse("unit_list"), {"search": "bswy"})) == ["白石物业有限公司"]
    assert len(names(office.get(reverse("unit_list"), {"task_year": "二〇一七"}))) == 2


def test_a_cadre_sees_the_units_of_the_own_branch_and_has_to_name_it(cadre, branch, other_branch):
    own, foreign, free = make_unit(branch=branch), make_unit(branch=other_branch), make_unit()
    assert cadre.get(own.get_absolute_url()).status_code == 200
    for unit in (foreign, free):
        assert cadre.get(unit.get_absolute_url()).status_code == 404
        assert cadre.post(reverse("unit_update", args=[unit.pk]), unit_data()).status_code == 404
    assert errors(cadre.post(reverse("unit_create"), unit_data()))["branch"] == "请选择团支部。"


def test_unit_contact_is_logged_from_the_unit_changed_and_deleted(office, branch):
    unit = make_unit(branch=branch)
    form = office.get(reverse("unit_contact_create"), {"unit": unit.pk}).content.decode()
    assert f'<option value="{unit.pk}" selected>' in form
    data = {"unit": unit.pk, "held_on": "2017-06-01", "form": "meeting", "content": "了解青年员工情况"}
    assert office.post(reverse("unit_contact_create"), data).status_code == 302
    contact = UnitContact.objects.get()
    assert "了解青年员工情况" in office.get(unit.get_absolute_url()).content.decode()
    assert "见面" in office.get(contact.get_absolute_url()).content.decode()
    office.post(reverse("unit_contact_update", args=[contact.pk]), data | {"form": "phone"})
    contact.refresh_from_db()
    assert contact.form == "phone"
    address = reverse("unit_contact_delete", args=[contact.pk])
    assert "确定删除" in office.get(address).content.decode()
    assert UnitContact.objects.exists()
    assert "已删除两新联络" in office.post(address, follow=True).content.decode()
    assert not UnitContact.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"held_on": "2999-01-01"}, "held_on", "请填写 1900 至 2100 年之间的日期。"),
        ({"held_on": "2099-01-01"}, "held_on", "应为：不晚于今天"),
        ({"held_on": "昨天"}, "held_on", "请填写真实存在的日期"),
        ({"unit": ""}, "unit", "请选择单位名称。"),
        ({"form": "fax"}, "form", "选择一个有效的选项"),
    ],
)
def test_unit_contact_create_refuses(office, changes, field, message):
    data = {"unit": make_unit().pk, "held_on": "2017-06-01", "form": "phone"}
    assert message in errors(office.post(reverse("unit_contact_create"), data | changes))[field]
    assert not UnitContact.objects.exists()


def test_supplies_are_issued_changed_and_deleted(office, branch):
    data = {"issued_on": "2017-05-04", "organisation": branch.pk, "item": "团旗", "quantity": "1"}
    assert office.post(reverse("supply_create"), data).status_code == 302
    supply = Supply.objects.get()
    assert "团旗" in office.get(supply.get_absolute_url()).content.decode()
    refused = office.post(reverse("supply_update", args=[supply.pk]), data | {"quantity": "0"})
    assert "大于 0 的数量" in errors(refused)["quantity"]
    office.post(reverse("supply_update", args=[supply.pk]), data | {"quantity": "2"})
    supply.refresh_from_db()
    assert supply.quantity == 2
    office.post(reverse("supply_delete", args=[supply.pk]))
    assert not Supply.objects.exists()


@pytest.mark.parametrize("action", ["detail", "update", "delete"])
def test_a_cadre_finds_no_changes_contacts_and_supplies_of_others(cadre, branch, other_branch, action):
    changes = [make_unit_change(make_unit(branch=each)) for each in (branch, other_branch)]
    contacts = [make_unit_contact(make_unit(branch=each)) for each in (branch, other_branch)]
    supplies = [make_supply(each) for each in (branch, other_branch)]
    for kind, (own, foreign) in {"unit_change": changes, "unit_contact": contacts, "supply": supplies}.items():
        assert cadre.get(reverse(f"{kind}_{action}", args=[own.pk])).status_code == 200
        assert cadre.get(reverse(f"{kind}_{action}", args=[foreign.pk])).status_code == 404
        assert cadre.post(reverse(f"{kind}_{action}", args=[foreign.pk])).status_code == 404
    assert UnitChange.objects.count() == UnitContact.objects.count() == Supply.objects.count() == 2


def test_a_user_without_a_role_sees_nothing(client, root, branch):
    client.force_login(make_user("无职"))
    assert client.get(reverse("organisation_list")).status_code == 404
    assert client.get(branch.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("name", ["organisation_list", "unit_create", "member_list", "password_change"])
def test_every_page_asks_for_a_sign_in(client, name):
    response = client.get(reverse(name))
    assert response.url == f"{reverse('login')}?next={reverse(name)}"


def test_sign_in_leads_to_the_page_asked_for_and_sign_out_back(client, root):
    user = make_user("林知秋", root)
    data = {"username": user.username, "password": PASSWORD, "next": reverse("organisation_list")}
    assert client.post(reverse("login"), data).url == reverse("organisation_list")
    assert "林知秋" in client.get(reverse("organisation_list")).content.decode()
    assert client.get(reverse("logout")).status_code == 405
    assert client.post(reverse("logout")).url == reverse("login")
    assert client.get(reverse("organisation_list")).status_code == 302


def test_sign_in_refuses_in_chinese_and_leads_nowhere_else(client, root):
    user = make_user("林知秋", root)
    page = client.post(reverse("login"), {"username": user.username, "password": "x"}).content.decode()
    assert "用户名或密码不正确" in page
    data = {"username": user.username, "password": PASSWORD, "next": "https://example.org/"}
    assert client.post(reverse("login"), data).url == "/"


def test_password_is_changed_by_its_owner(office):
    address = reverse("password_change")
    data = {"old_password": PASSWORD, "new_password1": "12345678", "new_password2": "12345678"}
    assert errors(office.post(address, data)) == {"new_password2": "这个密码太常见了。"}
    short = office.post(address, data | {"new_password1": "qz7", "new_password2": "qz7"})
    assert errors(short) == {"new_password2": "密码太短，至少要有 8 个字符。"}
    hidden = office.post(address, data | {"old_password": "字\0符"})
    assert errors(hidden)["old_password"] == "含有不可见的控制字符，请删去后重新输入。"
    wrong = office.post(address, data | {"old_password": "x"})
    assert "old_password" in errors(wrong)
    data |= {"new_password1": "horse-battery-staple", "new_password2": "horse-battery-staple"}
    assert office.post(address, data).status_code == 302
    assert User.objects.get().check_password("horse-battery-staple")
    assert office.get(reverse("organisation_list")).status_code == 200


def test_error_pages_are_in_chinese(client, office):
    missing = office.get("/organisations/999999/")
    assert missing.status_code == 404
    assert "没有找到这个页面" in missing.content.decode()


def test_an_expired_form_is_explained(client, root):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(make_user("林知秋", root))
    response = strict.post(reverse("unit_create"), unit_data())
    assert response.status_code == 403
    assert "页面已过期，内容没有提交" in response.content.decode()
    assert not Unit.objects.exists()
