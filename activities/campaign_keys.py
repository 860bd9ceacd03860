"""The keys of campaigns, from which those of their figures are built."""

import re

from yl_district.pinyin import name_order

KEY_LENGTH = 40
# Room for a number where campaigns sound alike.
LONGEST_SOUND = KEY_LENGTH - 5
NOT_IN_KEYS = re.compile("[^a-z0-9]+")


def campaign_key(name, taken):
    """A key that none of the `taken` equals: how the name is read, with a number where another is read so too."""
    read = NOT_IN_KEYS.sub("", name_order(name).partition("  ")[0])[:LONGEST_SOUND] or "campaign"
    number, key = 1, read
    while key in taken:
        number += 1
        key = f"{read}_{number}"
    return key
