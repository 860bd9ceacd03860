"""Signs in through the pages, as users do."""

from django.contrib.auth.hashers import MD5PasswordHasher
from django.test import Client
from django.urls import reverse

from orgs.accounts.second_factor import code_at, current_step, has_second_factor
from tests.factories import PASSWORD, SECRET, make_second_factor


class CountingHasher(MD5PasswordHasher):
    """Counts the digests of passwords that were made."""

    made = 0

    def encode(self, password, salt):
        CountingHasher.made += 1
        return super().encode(password, salt)


def give_password(client, name, password=PASSWORD, **extra):
    """Sends the sign-in form."""
    return client.post(reverse("login"), {"username": name, "password": password}, **extra)


def give_code(client, code):
    """Sends the form of the second step."""
    return client.post(reverse("mfa_authenticate"), {"code": code})


def code_now(ahead=0):
    """The one-time code of this half minute, or of one ahead."""
    return code_at(SECRET, current_step() + ahead)


def signed_in(user, ahead=0):
    """A browser that signed in by the pages; `ahead` chooses the half minute of the code where one is asked for."""
    client = Client()
    response = give_password(client, user.username)
    if response.url == reverse("mfa_authenticate"):
        response = give_code(client, code_now(ahead))
    assert response.status_code == 302
    assert is_signed_in(client)
    return client


def signed_in_by_code(user):
    """A browser that has just signed in by password and one-time code, as acts that matter require it."""
    if not has_second_factor(user):
        make_second_factor(user)
    return signed_in(user)


def is_signed_in(client):
    """Whether the cookie that the client holds opens anything."""
    return client.get(reverse("role_list")).status_code == 200
