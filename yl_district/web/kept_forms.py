"""What was typed into a form that could not be carried out, ready to be sent again, without the database."""

import re
from dataclasses import dataclass

from django.core.exceptions import SuspiciousOperation
from django.http import UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.middleware.csrf import CsrfViewMiddleware, get_token
from django.urls import Resolver404, resolve

from ..pages.edit_conflicts import VERSION
from ..pages.submit_once import TOKEN_FIELD
from .error_pages import typed_values

# Names of fields whose values are never written into a page.
NEVER_KEPT = re.compile(r"password|passphrase|secret|otp|^(?:.*-)?(?:code|token|pin|key)$")
TOKEN = "csrfmiddlewaretoken"


@dataclass(frozen=True)
class KeptForm:
    """A form as it was sent.

    - `shown`: (label, text) of what was typed, numbers masked;
    - `values`: (name, value) of everything sent but secrets and files;
    - `files`: the names of the files, which have to be chosen again;
    - `is_whole`: whether no secret is missing, so that the form can be sent again;
    - `is_once`: whether sending it again registers nothing twice.
    """

    address: str
    token: str
    shown: tuple
    values: tuple
    files: tuple
    is_whole: bool
    is_once: bool
    is_multipart: bool


class FormCheck(CsrfViewMiddleware):
    """Django's check against forged requests, which only tells what it finds."""

    def _reject(self, request, reason):
        return reason


def kept_form(request):
    """The KeptForm of a request; None where there is none, or where it may have been forged."""
    if request.method != "POST" or is_forged(request):
        return None
    try:
        sent = [(name, value) for name, values in request.POST.lists() for value in values if name != TOKEN]
        files = tuple(file.name for _, files in request.FILES.lists() for file in files)
    except (SuspiciousOperation, MultiPartParserError, UnreadablePostError):
        return None
    values = tuple((name, value) for name, value in sent if not NEVER_KEPT.search(name))
    return KeptForm(
        address=request.get_full_path(),
        token=get_token(request),
        shown=tuple(typed_values(request, match_of(request))),
        values=values,
        files=files,
        is_whole=len(values) == len(sent),
        is_once=not {TOKEN_FIELD, VERSION}.isdisjoint(request.POST),
        is_multipart=request.content_type == "multipart/form-data",
    )


def is_forged(request):
    """Whether the request fails the check against forged ones, which the database may have failed before."""
    return FormCheck(is_forged).process_view(request, is_forged, (), {}) is not None


def match_of(request):
    """The address that the request asks for, looked up already or not; None for an unknown one."""
    try:
        return request.resolver_match or resolve(request.path_info)
    except Resolver404:
        return None
