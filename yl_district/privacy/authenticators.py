"""The secrets of second factors at rest: ciphertext within the JSON that allauth keeps of an authenticator.

allauth does not tell whose secret it encrypts, so it is bound to this purpose alone, not to its row.
"""

import uuid

from allauth.mfa.models import Authenticator
from django.db.models import Q

from .encryption import BATCH, Sealed, decrypt, encrypt, prefix_of
from .keys import current_key

LABEL = "mfa_authenticator.data"
NO_ROW = uuid.UUID(int=0)
# Of one-time codes, and of recovery codes.
NAMES = ("secret", "seed")


def seal(text):
    """What is stored of a secret."""
    return encrypt(text, LABEL, NO_ROW).stored


def unseal(stored):
    """The secret; raises DecryptionError where it is none of this purpose, so also where it is stored as it is."""
    return decrypt(Sealed(stored), LABEL, NO_ROW)


def secrets_of(authenticator):
    """What is stored of the authenticator's secrets, by name."""
    return {name: authenticator.data[name] for name in NAMES if name in authenticator.data}


def under_other_keys():
    """Authenticators with a secret that was written under another key than the current one."""
    found = Q(pk__in=[])
    for name in NAMES:
        is_current = Q(**{f"data__{name}__startswith": prefix_of(current_key())})
        found |= Q(data__has_key=name) & ~is_current
    return Authenticator.objects.filter(found)


def store_anew(authenticators):
    """Writes the secrets of these authenticators under the current key."""
    for each in authenticators:
        each.data |= {name: seal(unseal(stored)) for name, stored in secrets_of(each).items()}
    Authenticator.objects.bulk_update(authenticators, ["data"], BATCH)
