"""What make starts: the demonstration on its own database, the office's own on another."""

import os
import re
import socket
import subprocess
import sys
from importlib import import_module
from io import StringIO

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from orgs.models import Role, User
from reports.management.commands.load_sample_year import ACCOUNTS, SAMPLE_PASSWORD
from tests.factories import make_organisation, make_user
from tests.orgs.sign_in import signed_in
from yl_district.installation.facts import mark_as_demo
from yl_district.installation.setup_code import is_setup_code
from yl_district.management.commands.serve import refuse_taken_port

NO_PORT = 99_999  # on which nothing starts, were it not refused before
BANNER = "<strong>演示数据</strong>"
DEMOS_OF_BEFORE = import_module("reports.migrations.0008_demos_of_before")


def make(*arguments, **environment):
    """Runs make in this checkout: exit code, standard output and error."""
    command = ["make", "--no-print-directory", *arguments]
    done = subprocess.run(
        command, cwd=settings.BASE_DIR, env=os.environ | environment, stdin=subprocess.DEVNULL, capture_output=True,
        encoding="utf-8",
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


def prepared():
    """What prepare_database says."""
    out = StringIO()
    call_command("prepare_database", stdout=out)
    return out.getvalue()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
@pytest.mark.parametrize("is_own", [True, False])
def test_make_touches_no_folder_of_another_user(tmp_path, is_own):
    local = tmp_path / ".local"
    local.mkdir()
    local.chmod(0o755)
    if not is_own:
        os.chown(local, 65_534, 65_534)
    makefile = settings.BASE_DIR / "Makefile"
    code, _, errors = make("-f", str(makefile), "-C", str(tmp_path), "private")
    assert (code, local.stat().st_mode & 0o777) == ((0, 0o700) if is_own else (2, 0o755))
    assert errors.startswith("" if is_own else f"{local} 属于另一个用户，可能曾以那个用户（例如 root）运行过 make，")


def test_make_run_refuses_any_database_but_its_own(tmp_path):
    path = tmp_path / "office.sqlite3"
    for url in (f"sqlite:///{path}", "postgres://office:very-secret@127.0.0.1:1/office"):
        code, output, errors = make("run", f"PORT={NO_PORT}", DATABASE_URL=url)
        assert (code, output) == (2, "")
        assert errors.splitlines()[0] == (
            "make run 只演示示例数据，使用自己的数据库 .local/demo.sqlite3；现在 DATABASE_URL 指向另一个数据库"
            f"（{url.rpartition('@')[2]}），没有启动，也没有改动它。"
        )
        assert errors.splitlines()[1] == "启动本单位的系统请运行 make serve；要看演示请先运行 unset DATABASE_URL。"
    assert not path.exists()


def test_make_run_never_names_the_database_of_the_environment():
    """Were the refusal not there, the sample would still go to the demonstration's own file."""
    code, commands, _ = make(
        "--dry-run", "--old-file=demo", "run", f"PORT={NO_PORT}", DATABASE_URL="postgres://127.0.0.1:1/office"
    )
    loading = [line for line in commands.splitlines() if "load_sample_year" in line]
    url = f"sqlite:///{settings.BASE_DIR}/.local/demo.sqlite3"
    assert (code, loading) == (0, [f"DATABASE_URL='{url}' .venv/bin/python manage.py load_sample_year"])
    assert "manage.py load_sample_year" not in make("--dry-run", "serve", f"PORT={NO_PORT}")[1]


@pytest.mark.django_db
@pytest.mark.parametrize("is_marked", [True, False])
def test_every_page_of_a_demonstration_says_so(is_marked):
    if is_marked:
        mark_as_demo()
    user = signed_in(make_user("林知秋", make_organisation()))
    for client, path in [(Client(), reverse("login")), (user, reverse("home")), (user, "/nothing/")]:
        assert (BANNER in client.get(path, follow=True).content.decode()) == is_marked


@pytest.mark.django_db
def test_an_empty_database_says_how_to_begin():
    said = prepared()
    code = re.search(r"^    (\w{5}(?:-\w{5}){4})$", said, re.MULTILINE)[1]
    assert is_setup_code(code)
    assert said.splitlines()[0] == (
        "这个数据库还是空的。请用浏览器打开本系统，在第一页填写下面的一次性代码，建立团组织和第一个账号："
    )
    root = make_organisation()
    assert prepared() == (
        "还没有系统管理员，暂时没有人能登录。请运行 .venv/bin/python manage.py first_administrator 用户名，"
        "在浏览器中打开它显示的链接，设置密码。\n"
    )
    assert not is_setup_code(code)
    make_user("程安", root, Role.Kind.ADMINISTRATOR)
    assert prepared() == ""
    mark_as_demo()
    assert prepared() == "这个数据库存放的是演示数据，每一页都有“演示数据”的标记；请勿录入真实信息。\n"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "password", "is_found"),
    [(ACCOUNTS[0][0], SAMPLE_PASSWORD, True), (ACCOUNTS[0][0], "another", False), ("lin", SAMPLE_PASSWORD, False)],
)
def test_a_demonstration_of_before_is_marked(name, password, is_found):
    User.objects.create_user(name, password=password)
    DEMOS_OF_BEFORE.mark_demos(apps, None)
    assert (apps.get_model("yl_district", "InstallationFact").objects.filter(name="demo").exists()) == is_found
    assert ([account[0] for account in ACCOUNTS], SAMPLE_PASSWORD) == (DEMOS_OF_BEFORE.NAMES, DEMOS_OF_BEFORE.PASSWORD)


@pytest.mark.parametrize("inherited", ["0", "1"])
def test_a_command_may_take_its_time_though_a_server_has_started_it(inherited):
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", "print(settings.DATABASE_LONG_WORK)"]
    command[-1] = f"from django.conf import settings; {command[-1]}"
    environment = os.environ | {"DATABASE_LONG_WORK": inherited}
    done = subprocess.run(command, cwd=settings.BASE_DIR, env=environment, stdout=subprocess.PIPE, encoding="utf-8")
    assert done.stdout == "True\n"


def test_a_port_on_which_somebody_listens_is_not_shared():
    other = socket.create_server(("127.0.0.1", 0), reuse_port=True)
    with other, pytest.raises(CommandError, match="已被占用或不可用"):
        refuse_taken_port(other.getsockname()[1])
