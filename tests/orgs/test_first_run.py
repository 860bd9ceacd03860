"""An empty installation is set up in the browser by whoever has the code that its start has shown, once."""

import pytest
from django.conf import settings
from django.test import Client

from orgs.models import Organisation, Role, User, levels
from tests.factories import PASSWORD, make_organisation
from tests.orgs.sign_in import give_password
from tests.races import at_once
from yl_district.audit.models import AccessEntry
from yl_district.installation import facts
from yl_district.installation.models import InstallationFact
from yl_district.installation.setup_code import SETUP_CODE, is_setup_code, issue_code

pytestmark = pytest.mark.django_db

PAGE = "/first-run/"
GIVEN = {
    "committee": "春和街道团工委",
    "level": "",
    "name": "程安",
    "username": "chengan",
    "password": PASSWORD,
    "password_again": PASSWORD,
    "is_staff": "on",
}


@pytest.fixture(autouse=True)
def as_before(monkeypatch):
    """What the process keeps in mind goes with the database of the test."""
    monkeypatch.setattr(levels, "_told", [])
    yield
    facts.FACTS_READ.get(facts.identity(facts.default_connection), {}).pop(SETUP_CODE, None)


@pytest.fixture
def code():
    return issue_code()


def set_up(code, client=None, **changes):
    """The answer to the form with these values."""
    return (client or Client()).post(PAGE, GIVEN | {"code": code} | changes)


def words_of(response):
    return response.content.decode()


def is_untouched():
    """Whether nothing was written but the log."""
    return not (Organisation.objects.exists() or User.objects.exists())


@pytest.mark.parametrize("path", ["/", "/login/", "/members/", "/nothing/", "/organisations/1/"])
def test_whatever_is_asked_for_an_empty_installation_opens_on_its_first_page(code, path):
    response = Client().get(path)
    assert (response.status_code, response.url) == (302, PAGE)


def test_the_form_makes_the_committee_and_its_administrator_who_signs_in(code):
    client = Client()
    assert "首次设置" in words_of(client.get(PAGE))
    response = set_up(code, client)
    assert (response.status_code, response.url) == (302, "/login/")
    root = Organisation.objects.get()
    assert (root.name, root.category, root.level, root.domain, root.depth) == (
        *("春和街道团工委", "working_committee", "street", "office", 1),
    )
    assert sorted(Role.objects.values_list("user__username", "kind", "organisation")) == [
        ("chengan", "administrator", root.pk),
        ("chengan", "staff", root.pk),
    ]
    assert "街道团委工作台" in words_of(client.get("/login/"))
    assert give_password(client, "chengan").url == "/"
    assert client.get("/").url == "/second-factor/activate/?next=%2F"
    assert AccessEntry.objects.filter(detail="首次设置：春和街道团工委，系统管理员 chengan").count() == 1


def test_whoever_leaves_the_daily_work_to_others_is_administrator_alone(code):
    set_up(code, is_staff="")
    assert [role.kind for role in Role.objects.all()] == ["administrator"]


def test_used_the_page_is_gone_for_good(code):
    set_up(code)
    assert [Client().get(PAGE).status_code, Client().post(PAGE, GIVEN | {"code": code}).status_code] == [404, 404]
    assert not InstallationFact.objects.filter(name=SETUP_CODE).exists()


def test_the_code_counts_in_whatever_grouping_and_no_other_does(code):
    right = [code, code.lower(), code.replace("-", ""), f" {code} "]
    wrong = ["", "-", code[:-1], f"{code}A", code[::-1]]
    assert [is_setup_code(text) for text in [*right, *wrong]] == [True] * len(right) + [False] * len(wrong)


def test_a_start_that_was_repeated_has_the_last_code_count(code):
    latest = issue_code()
    assert [set_up(code).status_code, set_up(latest.lower().replace("-", "")).status_code] == [422, 302]


def test_the_code_itself_is_stored_nowhere(code):
    stored = InstallationFact.objects.get(name=SETUP_CODE).value
    assert len(stored) == 64
    assert code not in stored


def test_a_wrong_code_writes_nothing_and_is_in_the_log(code):
    response = set_up("AAAAA-AAAAA")
    assert response.status_code == 422
    assert "代码不正确。请核对启动本系统的终端窗口中最后一次显示的代码" in words_of(response)
    assert 'value="春和街道团工委"' in words_of(response)
    assert is_untouched()
    assert AccessEntry.objects.get().detail == "首次设置的一次性代码不正确"


def test_guesses_of_the_code_are_counted(code, monkeypatch):
    monkeypatch.setattr(settings, "GUESSES_PER_ADDRESS", 3)
    assert [set_up("AAAAA").status_code for _ in range(5)] == [422, 422, 422, 429, 429]
    assert set_up(code).status_code == 429
    assert set_up(code, Client(REMOTE_ADDR="10.0.0.7")).status_code == 302


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"password": "12345678", "password_again": "12345678"}, "密码"),
        ({"password_again": "another"}, "两次输入的密码不同，请重新输入。"),
        ({"committee": "春和团工委"}, "名称中看不出层级，请选择。"),
        ({"committee": "春" * 61}, "60"),
        ({"committee": "  "}, "请填写团组织全称。"),
        ({"name": "程" * 31}, "30"),
        ({"username": "13800138000"}, "手机号码不能作用户名，请使用字母开头的用户名。"),
        ({"username": "cheng an"}, "请只使用字母、数字和"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_written(code, changes, words):
    response = set_up(code, **changes)
    assert response.status_code == 422
    wrong = response.context["form"].errors
    assert words in " ".join(error for errors in wrong.values() for error in errors)
    assert is_untouched()
    assert is_setup_code(code)


def test_whoever_was_slower_is_told_so(code):
    slow = Client()
    opened = slow.get(PAGE).context["opened"]
    set_up(code)
    response = set_up(code, slow, opened=opened, committee="柳林街道团工委")
    assert response.status_code == 409
    assert "刚刚已有人完成了设置，您填写的内容没有写入。" in words_of(response)
    assert [one.name for one in Organisation.objects.all()] == ["春和街道团工委"]


def test_a_database_that_was_filled_from_a_shell_meanwhile_is_not_taken_over(code):
    make_organisation()
    assert [set_up(code).status_code, Client().get("/").url] == [404, "/login/?next=/"]


def test_without_a_code_an_empty_installation_has_no_first_page():
    assert [Client().get(PAGE).status_code, Client().get("/").url] == [404, "/login/?next=/"]


def test_a_database_in_use_is_asked_nothing(code, django_assert_num_queries):
    set_up(code)
    client = Client()
    client.get("/login/")
    with django_assert_num_queries(0):
        client.get("/login/")


@pytest.mark.django_db(transaction=True)
@pytest.mark.both
def test_of_two_at_once_one_wins_and_nothing_is_doubled():
    code = issue_code()
    opened = Client().get(PAGE).context["opened"]
    answers = at_once(
        [lambda name=name: set_up(code, username=name, opened=opened).status_code for name in ("an", "ning")]
    )
    assert sorted(answers) == [302, 409]
    assert (Organisation.objects.count(), User.objects.count()) == (1, 1)
