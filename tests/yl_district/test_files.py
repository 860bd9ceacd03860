"""Files are made for one user alone, and nothing starts where others can read or write them."""

import io
import os
import stat
import subprocess
import sys

import pytest
from django.conf import settings

from tests.forked_commands import MANAGE
from yl_district.installation import files
from yl_district.installation.files import UnsafeInstallation, refuse_exposed_files
from yl_district.spreadsheets.long_sheets import write_long_sheet
from yl_district.spreadsheets.workbooks import Heading

HEAD = "有文件没有只留给本系统自己，已停止，什么也没有改动。"


@pytest.fixture
def place(tmp_path):
    """An installation's files as they should be."""
    for name in (".local", ".local/tmp", "data"):
        (tmp_path / name).mkdir(mode=0o700)
    for name in (".local/secret_key", ".local/field_keys", "data/db.sqlite3", "data/db.sqlite3-wal"):
        (tmp_path / name).touch(mode=0o600)
    return tmp_path


def refusal(place):
    """What is said of an installation, line by line; nothing where it may start."""
    try:
        refuse_exposed_files(place / ".local", place / ".local" / "tmp", place / "data" / "db.sqlite3")
    except UnsafeInstallation as error:
        return str(error).splitlines()
    return []


def test_files_of_one_user_are_taken(place):
    assert refusal(place) == []


@pytest.mark.parametrize(
    ("name", "mode", "acts", "expected"),
    [
        (".local", 0o755, "读取、进入", "700"),
        (".local/tmp", 0o770, "读取、改写、进入", "700"),
        (".local/secret_key", 0o644, "读取", "600"),
        (".local/field_keys", 0o640, "读取", "600"),
        ("data/db.sqlite3", 0o644, "读取", "600"),
        ("data/db.sqlite3-wal", 0o602, "改写", "600"),
    ],
)
def test_a_file_open_to_others_is_named_with_what_to_do(place, name, mode, acts, expected):
    (place / name).chmod(mode)
    assert refusal(place) == [
        HEAD,
        f"{place / name} 的权限是 {mode:o}，本机其他用户可以{acts}，应为 {expected}。"
        f"请先核查有无他人读过或改过，再执行：chmod {expected} {place / name}",
    ]


def test_a_file_of_somebody_else_is_named(place, monkeypatch):
    owner, other = os.geteuid(), os.geteuid() + 54_321
    monkeypatch.setattr(files.os, "geteuid", lambda: other)
    name = files.user_name(owner)
    path = place / ".local" / "field_keys"
    assert (
        f"{path} 属于用户 {name}，应属于运行本系统的用户 {other}。"
        f"请改用 {name} 运行，或由管理员执行：chown {other} {path}"
    ) in refusal(place)


def test_a_folder_in_which_anybody_can_replace_the_database_is_named(place):
    (place / "data").chmod(0o777)
    assert refusal(place)[1:] == [
        f"数据库所在的目录 {place / 'data'} 的权限是 777，本机任何用户都可以换掉数据库，应不让其他用户写入。"
        f"请执行：chmod o-w {place / 'data'}"
    ]
    (place / "data").chmod(0o1777)
    assert refusal(place) == []


MAKE_DATABASE = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('CREATE TABLE a (b)')"


def run(folder, *command):
    """Runs a program on an SQLite file with the shell's usual mask: exit code, standard output and error."""
    environment = {"DATABASE_URL": f"sqlite:///{folder}/new.sqlite3", "TEMPORARY_FOLDER": f"{folder}/tmp"}
    done = subprocess.run(
        [sys.executable, *command], cwd=settings.BASE_DIR, env=os.environ | environment, umask=0o022,
        capture_output=True, encoding="utf-8",
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


def modes(folder):
    """The modes of what is in a folder."""
    return {path.name: oct(stat.S_IMODE(path.stat().st_mode)) for path in folder.iterdir()}


def test_with_the_settings_a_process_makes_files_for_its_user_alone(tmp_path):
    assert run(tmp_path, "-c", f"import yl_district.settings; {MAKE_DATABASE}", tmp_path / "new.sqlite3")[0] == 0
    assert modes(tmp_path) == {"new.sqlite3": "0o600", "tmp": "0o700"}


def test_twin_without_them_the_shell_decides(tmp_path):
    assert run(tmp_path, "-c", MAKE_DATABASE, tmp_path / "new.sqlite3")[0] == 0
    assert modes(tmp_path) == {"new.sqlite3": "0o644"}


@pytest.mark.cpu(4)
def test_a_command_refuses_a_database_that_others_can_read(tmp_path):
    (tmp_path / "new.sqlite3").touch()
    (tmp_path / "new.sqlite3").chmod(0o644)
    code, output, errors = run(tmp_path, MANAGE, "showmigrations", "mfa")
    assert (code, output, errors.splitlines()[0]) == (1, "", HEAD)


def test_every_command_of_make_has_the_mask(tmp_path):
    command = ["make", "--no-print-directory", "--eval=probe:; umask", "probe"]
    done = subprocess.run(command, cwd=settings.BASE_DIR, umask=0o022, capture_output=True, encoding="utf-8")
    assert done.stdout.strip() == "0077"


def test_temporary_files_of_libraries_lie_in_the_private_folder():
    write_long_sheet(io.BytesIO(), "名单", [Heading("姓名")], [["章程"]])
    code = "import tempfile, os; print(tempfile.gettempdir(), os.environ['SQLITE_TMPDIR'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.split() == [str(settings.TEMPORARY_FOLDER)] * 2


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(UnsafeInstallation, match="TEMPORARY_FOLDER"):
        files.keep_to_oneself(tmp_path / "file" / "tmp")
