"""Nothing starts, and nothing is written, with other keys than those of the database."""

import base64
import os
import stat
import subprocess
import sys

import pytest
from django.conf import settings as project
from django.core.management import CommandError, call_command
from django.db import connection

from orgs.models import User
from tests.factories import make_assisted_youth, make_organisation, make_person, make_second_factor, make_user
from yl_district.audit.access_log import Action, record
from yl_district.audit.models import AccessEntry
from yl_district.audit.verification import verify
from yl_district.installation import facts, fingerprints
from yl_district.installation.files import UnsafeInstallation
from yl_district.installation.models import InstallationFact
from yl_district.privacy import keys

OTHER = base64.b64encode(bytes(range(32))).decode()


def lines_of(text):
    """The keys of a setting by their ids."""
    return dict(line.split() for line in text.splitlines())


def with_keys(settings, **changed):
    """Sets the keys with some changed, and without those that are None."""
    found = lines_of(settings.FIELD_KEYS) | changed
    settings.FIELD_KEYS = "\n".join(f"{name} {key}" for name, key in found.items() if key)


@pytest.fixture
def stated(db):
    """The facts of a database in use."""
    make_assisted_youth(make_organisation(), guardian="白建国")
    make_person(mobile="13800138000")
    record(Action.SIGN_IN, who="linzhiqiu")
    return fingerprints.present_fingerprints()


def refusal(stated=None):
    """What is said of the keys; nothing where they are the database's."""
    try:
        fingerprints.check_fingerprints(connection, stated)
    except UnsafeInstallation as error:
        return str(error).replace(fingerprints.REMEDY, "")
    return ""


@pytest.mark.both
def test_the_database_s_own_keys_are_taken_and_change_nothing(stated):
    assert fingerprints.check_fingerprints(connection, stated) == ({}, [])
    assert stated == dict(InstallationFact.objects.filter(name__startswith="key:").values_list("name", "value"))


@pytest.mark.parametrize("name", ["k1", "index"])
def test_another_key_of_the_same_name_is_refused(stated, settings, name):
    with_keys(settings, **{name: OTHER})
    assert refusal(stated) == f"这不是这个数据库的密钥：编号为 {name} 的密钥与数据库登记的不同。"


@pytest.mark.both
def test_a_lost_key_is_named_as_long_as_something_needs_it(stated, settings):
    make_second_factor(make_user())
    with_keys(settings, k1=None, k2=OTHER)
    count = fingerprints.cells_under(connection, "k1")
    assert count > 4
    assert refusal(stated) == (f"这不是这个数据库的密钥：缺少编号为 k1 的密钥，数据库中还有 {count} 处内容用它加密。")


def test_a_key_that_nothing_needs_any_more_is_forgotten_and_a_new_one_stated(stated, settings):
    with_keys(settings, k2=OTHER)
    new = keys.key_ring().by_id["k2"].fingerprint
    assert fingerprints.check_fingerprints(connection, stated | {"key:k0": "0"}) == ({"key:k2": new}, ["key:k0"])
    facts.state(connection, {"key:k2": new, "key:k0": "0"}, [])
    facts.state(connection, {"key:k2": "by another process"}, ["key:k0"])
    assert dict(InstallationFact.objects.filter(name__in=["key:k0", "key:k2"]).values_list("name", "value")) == {
        "key:k2": new
    }


def test_a_fingerprint_tells_nothing_of_its_key():
    secret = bytes(32)
    assert keys.fingerprint_of(secret) != secret.hex()
    assert len({keys.fingerprint_of(bytes([number]) * 32) for number in range(9)}) == 9


@pytest.mark.both
@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({}, ""),
        ({"k1": OTHER}, "不能解密"),
        ({"k1": None, "k9": OTHER}, "不能解密"),
        ({"index": OTHER}, "访问日志的最后一条和号码的查找摘要都不能核对"),
    ],
)
def test_a_database_of_before_is_adopted_by_the_keys_that_open_it_alone(stated, settings, changed, found):
    with_keys(settings, **changed)
    assert (found in refusal(), bool(refusal())) == (True, bool(found))


def test_an_empty_database_is_adopted_by_any_keys(db, settings):
    with_keys(settings, k1=OTHER, index=OTHER)
    assert refusal() == ""


def test_one_damaged_cell_or_a_log_that_was_broken_hinders_no_adoption(stated):
    damaged = make_person("韩笑", mobile="13900139000")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE members_person SET mobile = %s WHERE id = %s", ["yl1:k1:AAAA", damaged.pk])
    last = AccessEntry.objects.first()
    AccessEntry(number=last.number + 1, at=last.at, action="sign_in", previous=last.digest, digest="0" * 64).save()
    assert refusal() == ""


@pytest.mark.both
@pytest.mark.django_db(transaction=True)
def test_no_connection_is_left_to_a_process_with_other_keys(settings, monkeypatch):
    record(Action.SIGN_IN, who="linzhiqiu")
    with_keys(settings, index=OTHER)
    monkeypatch.setattr(facts, "FACTS_READ", {})
    connection.close()
    for _ in range(2):
        with pytest.raises(UnsafeInstallation, match="这不是这个数据库的密钥"):
            record(Action.SIGN_IN, who="linzhiqiu")
    with pytest.raises(CommandError, match="这不是这个数据库的密钥"):
        call_command("verify_audit_log")
    settings.FIELD_KEYS = os.environ["FIELD_KEYS"]
    assert (AccessEntry.objects.count(), verify().is_whole) == (1, True)


@pytest.mark.django_db
def test_twin_where_the_keys_are_not_compared_one_sign_in_breaks_the_log(settings):
    record(Action.SIGN_IN, who="linzhiqiu")
    former = settings.FIELD_KEYS
    with_keys(settings, index=OTHER)
    record(Action.SIGN_IN, who="linzhiqiu")
    settings.FIELD_KEYS = former
    assert verify().problem == "第 2 条的内容被改动。"


def run(*command, **environment):
    """Runs a program in a process of its own: exit code and standard error."""
    done = subprocess.run(
        [sys.executable, *command], env=os.environ | environment, capture_output=True,
        encoding="utf-8",
    )  # fmt: skip
    return done.returncode, done.stderr


@pytest.mark.cpu(4)
@pytest.mark.django_db(transaction=True)
def test_no_server_starts_with_other_keys():
    code, errors = run("-c", "import yl_district.asgi", FIELD_KEYS=f"k1 {OTHER}\nindex {OTHER}")
    assert (code, "这不是这个数据库的密钥：编号为 index、k1 的密钥与数据库登记的不同。" in errors) == (1, True)


@pytest.mark.in_turn
@pytest.mark.django_db(transaction=True)
def test_make_makes_keys_for_an_empty_database_alone(tmp_path, monkeypatch):
    monkeypatch.delenv("FIELD_KEYS")
    program, path = ["-m", "yl_district.installation.new_keys"], tmp_path / "field_keys"
    monkeypatch.setenv("PYTHONPATH", str(project.BASE_DIR))
    monkeypatch.chdir(tmp_path)
    assert run(*program, str(path)) == (0, "")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(keys.read_keys(path.read_text("utf-8")).by_id) != []
    path.unlink()
    User.objects.create_user("lin")
    code, errors = run(*program, str(path))
    assert (code, path.exists()) == (1, False)
    assert errors.startswith(f"没有密钥文件 {path}，而数据库 ") and "请从备份中恢复" in errors
    assert run(*program, str(path), FIELD_KEYS="in the environment") == (0, "")
    assert not path.exists()
