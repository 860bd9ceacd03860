"""Encryption keys: how they are created, read and refused."""

import base64
import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from yl_district.privacy import keys

ONE, TWO, THREE = (base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2, 3))


def test_the_first_key_writes_and_all_keys_read(settings):
    settings.FIELD_KEYS = f"k2 {TWO}\nk1 {ONE}\nindex {THREE}\n"
    assert keys.current_key().id == "k2"
    assert keys.field_key("k1").cipher.encrypt(b"n" * 12, b"text", b"") != keys.current_key().cipher.encrypt(
        b"n" * 12, b"text", b""
    )
    assert [keys.field_key(unknown) for unknown in ("k3", "index")] == [None, None]


def test_the_environment_states_keys_in_one_line():
    lines = keys.read_keys(f"k2 {TWO}\n\nk1 {ONE}\nindex {THREE}")
    line = keys.read_keys(f"k2:{TWO},k1:{ONE},index:{THREE}")
    assert (list(line.by_id), line.index) == (list(lines.by_id), lines.index) == (["k2", "k1"], bytes([3]) * 32)


def test_derived_keys_outlast_the_rotation_of_the_others(settings):
    settings.FIELD_KEYS = f"k1 {ONE}\nindex {THREE}"
    before = {purpose: keys.derived_key(purpose) for purpose in ("access log", "blind index")}
    settings.FIELD_KEYS = f"k2 {TWO}\nk1 {ONE}\nindex {THREE}"
    assert {purpose: keys.derived_key(purpose) for purpose in before} == before
    assert len({len(key) for key in before.values()} | set(before.values())) == 3
    settings.FIELD_KEYS = f"k1 {ONE}\nindex {TWO}"
    assert keys.derived_key("access log") != before["access log"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "没有编号为 index 的一行"),
        (f"k1 {ONE}", "没有编号为 index 的一行"),
        (f"index {ONE}", "没有加密用的密钥"),
        (f"k1\nindex {ONE}", "第 1 行格式有误"),
        (f"k1 {ONE}\nK2 {TWO}\nindex {THREE}", "第 2 行格式有误"),
        (f"k1 {ONE[:-4]}\nindex {THREE}", "第 1 行（k1）有误，应为 32 字节的 base64"),
        (f"k1 {ONE} {TWO}\nindex {THREE}", "第 1 行（k1）有误"),
        (f"k1 {ONE}\nk1 {TWO}\nindex {THREE}", "第 2 行：编号 k1 重复"),
    ],
)
def test_keys_that_cannot_be_used_are_refused_without_showing_them(text, words):
    with pytest.raises(ImproperlyConfigured) as refused:
        keys.read_keys(text)
    message = str(refused.value)
    assert words in message
    assert [part for part in (ONE[:8], TWO[:8], THREE[:8]) if part in message] == []


def test_a_program_with_bad_keys_does_not_start():
    command = [sys.executable, settings.BASE_DIR / "manage.py", "check"]
    environment = os.environ | {"FIELD_KEYS": "k1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert "字段密钥第 1 行格式有误" in done.stderr and "Traceback" not in done.stderr


def test_make_makes_keys_for_the_owner_alone_and_keeps_them(tmp_path):
    place = ["-f", settings.BASE_DIR / "Makefile", "-C", tmp_path, f"VENV={sys.executable}", "SYNCED="]
    command = ["make", *place, ".local/field_keys"]
    own = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "FIELD_KEYS")}
    environment = own | {"PYTHONPATH": str(settings.BASE_DIR)}
    file = tmp_path / ".local" / "field_keys"
    written = []
    for _ in range(2):
        subprocess.run(command, check=True, capture_output=True, env=environment)
        written.append(file.read_text("utf-8"))
    assert written[0] == written[1]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert keys.read_keys(written[0]).current.id.startswith("k")
    database = tmp_path / "db.sqlite3"
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript("CREATE TABLE orgs_user (id); INSERT INTO orgs_user VALUES (1)")
    file.unlink()
    done = subprocess.run(command, capture_output=True, encoding="utf-8", env=environment)
    assert (done.returncode, file.exists()) == (2, False)
    assert f"没有密钥文件 .local/field_keys，而数据库 {database} 中已有内容" in done.stderr
