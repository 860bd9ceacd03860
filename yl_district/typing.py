"""Names for type hints that no class at hand can give."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from django.http import HttpRequest

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as User
    from django.urls import ResolverMatch
    from django_htmx.middleware import HtmxDetails
else:
    User = Any  # the model that AUTH_USER_MODEL names, which this package must not import

# A model class with a history; there is no common base class.
TrackedModel: TypeAlias = Any


class UserRequest(HttpRequest):
    """The request of a signed-in user, with what the middleware adds."""

    user: User
    htmx: HtmxDetails
    resolver_match: ResolverMatch
