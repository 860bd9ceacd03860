"""A process that makes many concurrent attempts: reads one command per line, answers with one number per line."""

import json
import logging
import os
import sys
import threading
import uuid

import django
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yl_district.settings")
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
django.setup()
logging.disable(logging.WARNING)

from allauth.mfa.models import Authenticator  # noqa: E402
from django.contrib.auth import authenticate  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import RequestFactory, override_settings  # noqa: E402

from orgs.accounts.authentication import AccountBackend  # noqa: E402
from orgs.accounts.second_factor import spend_code  # noqa: E402
from orgs.models import User  # noqa: E402


class NotingBackend(AccountBackend):
    """Notes that it was asked to look at a password."""

    def authenticate(self, request, **credentials):
        request.looked_at = True
        return super().authenticate(request, **credentials)


def guess(name):
    """Whether a wrong password was looked at."""
    request = RequestFactory().post("/login/", {"username": name})
    request.looked_at = False
    authenticate(request, username=name, password="wrong")
    return request.looked_at


def guess_somebody(name):
    """Whether a wrong password was looked at, each time for another name."""
    return guess(f"{name}{uuid.uuid4()}")


def use_code(name, code):
    """Whether a one-time code was taken, as the pages do it."""
    return spend_code(User.objects.get(username=name), code) is not None


def use_code_as_allauth(name, code):
    """Whether a one-time code was taken, as allauth alone does it with a cache of each process."""
    authenticator = Authenticator.objects.get(user__username=name, type=Authenticator.Type.TOTP)
    return authenticator.wrap().validate_code(code)


def at_once(times, act, *arguments):
    """How many of so many calls, all begun together, came out true."""
    results, barrier = [], threading.Barrier(times)

    def run():
        connection.ensure_connection()
        barrier.wait()
        results.append(bool(act(*arguments)))
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(results) if len(results) == times else -1


if __name__ == "__main__":
    settings.AUTHENTICATION_BACKENDS = ["orgs.accounts.authentication.GuardBackend", "__main__.NotingBackend"]
    for line in sys.stdin:
        command = json.loads(line)
        with override_settings(**command["settings"]):
            print(at_once(command["times"], globals()[command["act"]], *command["arguments"]), flush=True)
