"""Secrets of one-time codes and seeds of recovery codes are ciphertext at rest."""

from importlib import import_module

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from orgs.accounts.authentication import SecondFactorAdapter
from orgs.accounts.second_factor import DEMO_SECRET, code_at, current_step, spend_code
from orgs.roles import RoleKind
from tests.factories import SECRET, make_organisation, make_user
from yl_district.privacy.authenticators import secrets_of, unseal
from yl_district.privacy.encryption import DecryptionError

from .sign_in import give_password

pytestmark = pytest.mark.django_db

encrypting = import_module("orgs.migrations.0005_encrypt_second_factors")


def held():
    """Everything that the database holds, table by table, as it holds it."""
    with connection.cursor() as cursor:
        found = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            found.append(repr(cursor.fetchall()))
        return "\n".join(found)


@pytest.fixture
def user():
    """A caseworker who signed in with a password and has yet to set up one-time codes."""
    user = make_user("程安", make_organisation(), RoleKind.CASEWORKER)
    Authenticator.objects.all().delete()
    return user


@pytest.fixture
def client(user):
    client = Client()
    give_password(client, user.username)
    return client


def set_up(client):
    """Sets up one-time codes by the pages, and with them recovery codes; the secret that was shown."""
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    answer = client.post(reverse("mfa_activate_totp"), {"code": code_at(secret, current_step())})
    assert answer.status_code == 302
    return secret


def test_no_secret_set_up_by_the_pages_is_in_the_database(user, client):
    secrets = [set_up(client)]
    recovery = RecoveryCodes(Authenticator.objects.get(user=user, type=Authenticator.Type.RECOVERY_CODES))
    secrets += [SecondFactorAdapter().decrypt(recovery.instance.data["seed"]), *recovery.get_unused_codes()]
    everything = held()
    assert user.username in everything
    assert [secret for secret in secrets if secret in everything] == []


def test_twin_without_the_adapters_encryption_they_would_be_found(user, client, monkeypatch):
    monkeypatch.setattr(SecondFactorAdapter, "encrypt", lambda adapter, text: text)
    monkeypatch.setattr(SecondFactorAdapter, "decrypt", lambda adapter, text: text)
    assert set_up(client) in held()


def test_a_code_counts_as_before(user, client):
    secret = set_up(client)
    assert spend_code(user, code_at(secret, current_step() + 1)) is not None
    assert spend_code(user, code_at(secret, current_step() + 1)) is None


@pytest.mark.cpu(4)
def test_the_demo_accounts_secret_is_not_in_the_database():
    call_command("load_sample_year", verbosity=0)
    assert Authenticator.objects.count() == 3
    assert {unseal(row.data["secret"]) for row in Authenticator.objects.all()} == {DEMO_SECRET}
    assert DEMO_SECRET not in held()


def test_a_secret_put_in_as_it_is_lets_nobody_in(user):
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": SECRET})
    with pytest.raises(DecryptionError):
        spend_code(user, code_at(SECRET, current_step()))


def test_a_column_of_a_record_cannot_be_taken_for_a_secret(user):
    make_user("苏棠", make_organisation(), RoleKind.CASEWORKER)
    stored = Authenticator.objects.get().data["secret"]
    assert unseal(stored) == SECRET
    with pytest.raises(DecryptionError):
        unseal(encrypted_mobile())


def encrypted_mobile():
    """The ciphertext of a column of another purpose."""
    person = apps.get_model("members", "Person").objects.create(name="章程", mobile="13800138000")
    return type(person).objects.values_list("mobile", flat=True).get(pk=person.pk).stored


def test_secrets_that_are_there_already_are_encrypted_by_the_migration_and_can_be_decrypted_again(user):
    seed = "0123456789abcdef"
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": SECRET, "last_step": 5})
    Authenticator.objects.create(user=user, type=Authenticator.Type.RECOVERY_CODES, data={"seed": seed})
    encrypting.encrypt(apps, None)
    encrypting.encrypt(apps, None)
    rows = Authenticator.objects.order_by("pk")
    assert [unseal(stored) for row in rows for stored in secrets_of(row).values()] == [SECRET, seed]
    assert [text for text in (SECRET, seed) if text in held()] == []
    assert rows[0].data["last_step"] == 5
    encrypting.decrypt(apps, None)
    assert [row.data for row in Authenticator.objects.order_by("pk")] == [
        {"secret": SECRET, "last_step": 5},
        {"seed": seed},
    ]
