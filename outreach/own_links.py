"""A cadre's own links: what was done for each youth, and what is owed to them."""

from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

from django.urls import reverse

# As many names as the workbench shows.
NAMES_OF_OWN_LINKS = 12


@dataclass(frozen=True)
class OwnLinks:
    """A cadre's own links in force on a day, with what was done for each by then."""

    links: list

    @classmethod
    def among(cls, links, day):
        """Those of `links`, a QuerySet of links in force on `day`, in the order of names."""
        links = links.with_contacts_by(day).select_related("youth")
        return cls(list(links.order_by("youth__name_sort", "pk")))

    @property
    def number(self):
        """How many they are."""
        return len(self.links)

    @cached_property
    def owed(self):
        """Pairs of a link and what is owed to its youth, where anything is, most first."""
        found = [(link, missing) for link in self.links if (missing := missing_of(link))]
        return sorted(found, key=lambda pair: -len(pair[1]))

    @property
    def to_contact(self):
        """(youth's name, what is owed to them, the form of a contact) of the first of those owed something."""
        shown = self.owed[:NAMES_OF_OWN_LINKS]
        return [(link.youth.shown_name, "、".join(missing), contact_address(link)) for link, missing in shown]

    @property
    def unnamed(self):
        """How many of those owed something are not among `to_contact`."""
        return max(len(self.owed) - NAMES_OF_OWN_LINKS, 0)

    @property
    def not_reached(self):
        """The links whose youth was not contacted this quarter."""
        return [link for link in self.links if not link.is_reached]

    @property
    def reached(self):
        """How many were contacted this quarter."""
        return sum(link.is_reached for link in self.links)

    @property
    def met(self):
        """How many were met offline this year."""
        return sum(link.is_met for link in self.links)

    @property
    def met_face_to_face(self):
        """How many were met face to face this year."""
        return sum(link.is_met_face_to_face for link in self.links)


def missing_of(link):
    """What the cadre owes to the link's youth, in words; nothing offline where nothing of any kind was done."""
    if not link.is_reached:
        return ["本季度未联系", *([] if link.is_met else ["今年未见面"])]
    if not link.is_met:
        return ["今年未线下联系"]
    return [] if link.is_met_face_to_face else ["今年未面对面或走访"]


def contact_address(link):
    """The form of a contact with the link's youth."""
    return f"{reverse('contact_create')}?{urlencode({'cadre': link.cadre_id, 'links': link.pk})}"
