"""Numbers that are searched for, sealed in the addresses of lists.

Whoever types a phone or identity number into a list's search box sends it in the body of a form, which leads on to the
list's address. There, in the browser's history and in the logs of servers on the way, the number is ciphertext.
"""

import re
from uuid import UUID

from ..pinyin import normalised
from ..privacy.encryption import DecryptionError, Sealed, decrypt, encrypt

# Also of a number that is still being typed.
SEVERAL_DIGITS = re.compile(r"[0-9]{7}")


def holds_number(text):
    """Whether a text holds so many digits that it may be a phone or identity number, which stays out of addresses."""
    return bool(SEVERAL_DIGITS.search(re.sub(r"[-.]", "", normalised(text))))


class SealedSearch:
    """The parameter of an address that holds what a user has searched for, readable to that user alone."""

    parameter, label = "number", "search"

    def __init__(self, user):
        self.seal = UUID(int=user.pk)

    def with_number_sealed(self, query):
        """The conditions of a list, where a text with a long number gives way to its ciphertext."""
        query = query.copy()
        query.pop(self.parameter, None)
        text = query.get("search", "")
        if holds_number(text):
            del query["search"]
            query[self.parameter] = encrypt(text, self.label, self.seal).stored
        return query

    def opened(self, stored):
        """What was searched for; None where it is somebody else's, or no ciphertext."""
        try:
            return decrypt(Sealed(stored), self.label, self.seal)
        except DecryptionError:
            return None
