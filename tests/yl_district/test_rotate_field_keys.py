"""manage.py rotate_field_keys."""

import base64
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.conf import settings as project
from django.core.management import CommandError, call_command
from django.db import connection

from assistance.models import AssistedYouth
from members.models import Person
from orgs.accounts.second_factor import code_at, current_step, spend_code
from orgs.roles import RoleKind
from tests.factories import SECRET, make_assisted_youth, make_organisation, make_person, make_user
from yl_district.management.commands.rotate_field_keys import Command, rows_under_other_keys
from yl_district.privacy import encryption, keys
from yl_district.privacy.authenticators import unseal

NEW = f"new {base64.b64encode(bytes(32)).decode()}"
PEOPLE = 8

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture
def records():
    """People and a case written under the key that was current so far; of one person the name and the like alone."""
    for number in range(PEOPLE - 1):
        make_person(f"章程{number}", mobile=f"1380013800{number}")
    person = make_person("白露")
    return make_assisted_youth(make_organisation(), person=person, guardian="白建国", needs="棉衣")


def run(*arguments):
    """The command's output."""
    out = StringIO()
    call_command("rotate_field_keys", *arguments, stdout=out, stderr=out)
    return out.getvalue().splitlines()


def mobiles():
    return [person.mobile for person in Person.objects.order_by("pk")]


def key_ids():
    """The ids of the keys under which people's mobile numbers are encrypted."""
    return {value.key_id for value in Person.objects.values_list("mobile", flat=True) if value}


def test_everything_is_written_anew_under_the_current_key(records, settings):
    before, former = mobiles(), settings.FIELD_KEYS
    settings.FIELD_KEYS = f"{NEW}\n{former}"
    lines = run()
    assert f"人员（members.Person）：改用当前密钥 {PEOPLE} 行，旧密钥 0 行" in lines
    assert "帮扶对象（assistance.AssistedYouth）：改用当前密钥 1 行，旧密钥 0 行" in lines
    assert lines[-1] == "全部内容使用当前密钥 new。"
    index = next(line for line in former.splitlines() if line.startswith(keys.INDEX))
    settings.FIELD_KEYS = f"{NEW}\n{index}"
    assert (mobiles(), key_ids()) == (before, {"new"})
    assert (AssistedYouth.objects.get().guardian, AssistedYouth.objects.get().needs) == ("白建国", "棉衣")
    assert Person.objects.with_mobile("13800138000").get().name == "章程0"


def test_a_second_run_finds_nothing_to_do(records, settings):
    settings.FIELD_KEYS = f"{NEW}\n{settings.FIELD_KEYS}"
    run()
    cells = list(Person.objects.order_by("pk").values_list("mobile", flat=True))
    assert "人员（members.Person）：改用当前密钥 0 行，旧密钥 0 行" in run()
    assert list(Person.objects.order_by("pk").values_list("mobile", flat=True)) == cells


def test_an_interrupted_run_is_taken_up_where_it_stopped(records, settings, monkeypatch):
    monkeypatch.setattr("yl_district.management.commands.rotate_field_keys.REWRITE_BATCH", 2)
    settings.FIELD_KEYS = f"{NEW}\n{settings.FIELD_KEYS}"
    rows, one_batch, done = rows_under_other_keys(Person), Command.one_batch, []

    def until_the_third(command, kept, *arguments):
        done.extend([1] if kept.model is Person else [])
        if len(done) == 3:
            raise KeyboardInterrupt
        return one_batch(command, kept, *arguments)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Command, "one_batch", until_the_third)
        run()
    assert rows.count() == PEOPLE - 4
    assert f"人员（members.Person）：改用当前密钥 {PEOPLE - 4} 行，旧密钥 0 行" in run()


def test_no_two_cells_written_anew_have_a_nonce_in_common(records, settings):
    for number in range(3):
        make_user(f"专员{number}", make_organisation(), RoleKind.CASEWORKER)
    make_person("韩笑", mobile="13800138000")
    before = stored_cells()
    settings.FIELD_KEYS = f"{NEW}\n{settings.FIELD_KEYS}"
    run()
    after = stored_cells()
    nonces = {base64.b64decode(cell.rpartition(":")[2])[:12] for cell in before + after}
    # A history has copies of its record's cells, which are written anew each for itself.
    assert len(set(after)) == len(after) == len(before) == 2 * (2 * PEOPLE + 4) + 3
    assert len(nonces) == len(set(before)) + len(after)


def stored_cells():
    """Every encrypted cell of people, cases and their histories, and of second factors."""
    cells = [one.data["secret"] for one in Authenticator.objects.all()]
    for model in (Person, AssistedYouth, Person.history.model, AssistedYouth.history.model):
        for field in encryption.encrypted_fields(model):
            cells += [cell.stored for cell in model._base_manager.values_list(field.name, flat=True) if cell]
    return cells


def test_check_reads_everything_and_writes_nothing(records, settings):
    """Each row has its copy in the history."""
    assert run("--check")[-1] == f"全部内容使用当前密钥 {keys.current_key().id}。"
    settings.FIELD_KEYS = f"{NEW}\n{settings.FIELD_KEYS}"
    before = key_ids()
    with pytest.raises(CommandError, match=f"还有 {2 * (PEOPLE + 1)} 行使用旧密钥，请运行"):
        run("--check")
    assert key_ids() == before != {"new"}


@pytest.mark.parametrize("arguments", [[], ["--check"]])
def test_what_cannot_be_decrypted_is_named_and_left(records, settings, arguments):
    broken = Person.objects.first()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE members_person SET mobile = %s WHERE id = %s", ["13900139000", broken.pk])
    settings.FIELD_KEYS = f"{NEW}\n{settings.FIELD_KEYS}"
    out = StringIO()
    with pytest.raises(CommandError, match="有 1 行不能解密"):
        call_command("rotate_field_keys", *arguments, stdout=out, stderr=out)
    assert f"members.Person 编号 {broken.pk}：members_person.mobile 的一处内容不是密文" in out.getvalue()
    (cell,) = Person.objects.filter(pk=broken.pk).values_list("mobile", flat=True)
    assert cell.stored == "13900139000"
    assert rows_under_other_keys(Person).count() == (PEOPLE if arguments else 1)


def test_secrets_of_second_factors_are_written_anew_too(settings):
    users = [make_user(f"专员{number}", make_organisation(), RoleKind.CASEWORKER) for number in range(3)]
    RecoveryCodes.activate(users[0])
    codes = RecoveryCodes(Authenticator.objects.get(type=Authenticator.Type.RECOVERY_CODES)).get_unused_codes()
    former = settings.FIELD_KEYS
    settings.FIELD_KEYS = f"{NEW}\n{former}"
    with pytest.raises(CommandError, match="还有 4 行使用旧密钥"):
        run("--check")
    assert "动态口令（mfa.Authenticator）：改用当前密钥 4 行，旧密钥 0 行" in run()
    index = next(line for line in former.splitlines() if line.startswith(keys.INDEX))
    settings.FIELD_KEYS = f"{NEW}\n{index}"
    assert "动态口令（mfa.Authenticator）：核验 4 行，旧密钥 0 行" in run("--check")
    assert {unseal(one.data["secret"]) for one in Authenticator.objects.filter(type="totp")} == {SECRET}
    kept = RecoveryCodes(Authenticator.objects.get(type=Authenticator.Type.RECOVERY_CODES)).get_unused_codes()
    assert kept == codes
    assert spend_code(users[0], code_at(SECRET, current_step())) is not None


def test_the_documented_columns_are_those_that_are_encrypted():
    text = (project.BASE_DIR / "docs" / "keys.md").read_text("utf-8")
    own = [Person, AssistedYouth]
    labels = [str(field.verbose_name) for model in own for field in encryption.encrypted_fields(model)]
    told = text.replace("监护人及电话", "监护人、监护人电话")
    assert [label for label in labels if label not in told] == []
