"""Encryption of second-factor secrets inside the JSON column of allauth's Authenticator.

allauth's hook does not pass the row, so the ciphertext is bound to this purpose alone, not to its row.
"""

import uuid

from allauth.mfa.models import Authenticator
from django.db.models import Q

from .encryption import REWRITE_BATCH, Sealed, decrypt, encrypt, prefix_of
from .keys import current_key

SECRET_LABEL = "mfa_authenticator.data"
NO_ROW = uuid.UUID(int=0)
# The JSON keys of TOTP secrets and recovery-code seeds.
SECRET_NAMES = ("secret", "seed")


def seal(text):
    """The ciphertext of a secret."""
    return encrypt(text, SECRET_LABEL, NO_ROW).stored


def unseal(stored):
    """The secret; raises DecryptionError for any other ciphertext and for plain text."""
    return decrypt(Sealed(stored), SECRET_LABEL, NO_ROW)


def secrets_of(authenticator):
    """The stored secrets of the authenticator, by JSON key."""
    return {name: authenticator.data[name] for name in SECRET_NAMES if name in authenticator.data}


def authenticators_under_other_keys():
    """Authenticators with a secret encrypted under another key than the current one."""
    found = Q(pk__in=[])
    for name in SECRET_NAMES:
        is_current = Q(**{f"data__{name}__startswith": prefix_of(current_key())})
        found |= Q(data__has_key=name) & ~is_current
    return Authenticator.objects.filter(found)


def store_anew(authenticators):
    """Re-encrypts the secrets of these authenticators under the current key."""
    for each in authenticators:
        each.data |= {name: seal(unseal(stored)) for name, stored in secrets_of(each).items()}
    Authenticator.objects.bulk_update(authenticators, ["data"], REWRITE_BATCH)
