"""The places whose figures are shown: organisations with what is below them, and hubs, within a user's reach."""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from orgs.models import Organisation, User
from orgs.roles import FIGURE_READERS, RoleKind
from yl_district.pages.record_choices import (
    MOST_FOUND,
    MOST_LISTED,
    FoundChoices,
    LookedUpChoices,
    LookedUpSelect,
    TypedName,
    is_key,
    names_of,
    rows_found,
)
from yl_district.pinyin import normalised
from youthhubs.models import Hub

HUB_PREFIX = "hub-"


class ScopePlace(NamedTuple):
    """An organisation, or one of its hubs."""

    organisation: Organisation
    hub: Hub | None = None

    @property
    def key(self) -> str:
        """The key in URLs and forms."""
        return f"{HUB_PREFIX}{self.hub.pk}" if self.hub else str(self.organisation.pk)

    @property
    def label(self) -> str:
        """The name, that of an organisation indented by its depth."""
        return f"青年汇：{self.hub.name}" if self.hub else "　" * (self.organisation.depth - 1) + self.organisation.name


class Places(LookedUpChoices):
    """The organisations and hubs that a user's roles of some kinds reach; hub operators reach hubs as well.

    Without `kinds`, these are the places whose figures the user may read.
    """

    label = "组织"

    def __init__(self, user: User, kinds: Collection[RoleKind] = FIGURE_READERS) -> None:
        self.user, self.kinds = user, kinds
        self.organisations = Organisation.objects.visible_as(user, *kinds)
        hubs = Hub.objects.visible_as(user, *kinds, RoleKind.HUB_OPERATOR)
        self.hubs = hubs.select_related("organisation")
        self._known: dict[str, ScopePlace | None] = {}

    def place(self, key: str | None) -> ScopePlace | None:
        """The place with a key; None where there is none, or the user does not reach it."""
        if not key:
            return None
        if key not in self._known:
            self._known[key] = self._place(key)
        return self._known[key]

    def _place(self, key: str) -> ScopePlace | None:
        number = key.removeprefix(HUB_PREFIX)
        if not is_key(number):
            return None
        if number == key:
            organisation = self.organisations.filter(pk=number).first()
            return ScopePlace(organisation) if organisation else None
        hub = self.hubs.filter(pk=number).first()
        return ScopePlace(hub.organisation, hub) if hub else None

    @cached_property
    def own(self) -> str | None:
        """The key of the user's own organisation, or else of the first hub; None without either."""
        own = self.user.organisations_as(*self.kinds)
        if own:
            return str(own[0].pk)
        hub = self.hubs.first()
        return ScopePlace(hub.organisation, hub).key if hub else None

    @cached_property
    def few(self) -> list[tuple[str, str]] | None:
        places = self._first(self.organisations, self.hubs, MOST_LISTED)
        return [(place.key, place.label) for place in places] if len(places) <= MOST_LISTED else None

    def named(self, keys: Collection[str]) -> list[tuple[str, str]]:
        """The choices of these keys."""
        places = [place for place in map(self.place, keys) if place]
        return [(place.key, place.label) for place in places]

    def finds(self, text: str) -> FoundChoices:
        """The choices that a text finds, those so named first."""
        organisations = rows_found(self.organisations, text) if text else self.organisations
        places = self._first(organisations, rows_found(self.hubs, text) if text else [], MOST_FOUND)
        so_named = {place.key for place in places if normalised(text) in names_of(place.hub or place.organisation)}
        places.sort(key=lambda place: place.key not in so_named)
        choices = [(place.key, place.label.strip()) for place in places[:MOST_FOUND]]
        return FoundChoices(choices, frozenset(so_named), len(places) > MOST_FOUND)

    def _first(self, organisations: QuerySet, hubs: QuerySet | list, number: int) -> list[ScopePlace]:
        """The first places, organisations before hubs, and one more where there are more."""
        places = [ScopePlace(one) for one in organisations[: number + 1]]
        if len(places) <= number:
            places += [ScopePlace(hub.organisation, hub) for hub in hubs[: number + 1 - len(places)]]
        return places


class PlaceField(forms.ChoiceField):
    """A choice of one of the Places."""

    widget = LookedUpSelect
    places: Places

    def offer(self, places: Places, address: str = "") -> None:
        """Offers these places, looked up at `address`, by default that of the page."""
        self.choices = self.places = places
        self.widget.address = address

    def to_python(self, value: Any) -> str:
        if isinstance(value, TypedName):
            raise ValidationError(value.refusal, code="typed_name")
        return super().to_python(value)

    def valid_value(self, value: str) -> bool:
        return self.places.place(value) is not None
