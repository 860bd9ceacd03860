"""The one-time code by which an empty installation is set up in the browser: only its keyed digest is stored."""

import secrets

from django.db import connection
from django.utils.crypto import constant_time_compare, salted_hmac

from .facts import FACTS_READ, identity, is_known_demo, stored_facts
from .models import InstallationFact

SETUP_CODE = "setup_code"
# Without what is easily mistaken for something else; five groups of five hold 120 bits.
CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
GROUPS = GROUP_LENGTH = 5


def issue_code():
    """Returns a new code, in groups, in the place of any issued before."""
    groups = ["".join(secrets.choice(CODE_LETTERS) for _ in range(GROUP_LENGTH)) for _ in range(GROUPS)]
    code = "-".join(groups)
    InstallationFact.objects.update_or_create(name=SETUP_CODE, defaults={"value": digest_of_code(code)})
    facts_now()
    return code


def is_setup_awaited():
    """Whether a code has been issued and not been used; asks the database only where this process knows of one."""
    is_known_demo()  # reads the facts where this process has not yet
    return SETUP_CODE in FACTS_READ.get(identity(connection), ()) and SETUP_CODE in facts_now()


def is_setup_code(text):
    """Whether a text is the code issued, however it is grouped and in whatever case."""
    stored = (stored_facts(connection) or {}).get(SETUP_CODE, "")
    return constant_time_compare(stored, digest_of_code(text))


def withdraw_code():
    """Has no code count any more; returns whether one did. Of several at once only one is told so."""
    is_withdrawn = bool(InstallationFact.objects.filter(name=SETUP_CODE).delete()[0])
    facts_now()
    return is_withdrawn


def digest_of_code(text):
    """The digest by which a code is stored."""
    plain = "".join(character for character in text.upper() if character in CODE_LETTERS)
    return salted_hmac("yl_district.setup_code", plain, algorithm="sha256").hexdigest()


def facts_now():
    """The facts as stored now, which this process keeps in mind."""
    FACTS_READ[identity(connection)] = facts = stored_facts(connection) or {}
    return facts
