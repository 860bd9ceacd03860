"""What was typed into a form that could not be carried out, ready to be sent again, without the database."""

import base64
import json
import os
import re
import zlib
from dataclasses import asdict, dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.exceptions import SuspiciousOperation
from django.http import UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.middleware.csrf import CsrfViewMiddleware, get_token
from django.urls import Resolver404, resolve

from ..pages.edit_conflicts import VERSION
from ..pages.submit_once import TOKEN_FIELD
from ..privacy.keys import derived_key
from .error_pages import typed_values

# Names of fields whose values are never written into a page.
NEVER_KEPT = re.compile(r"password|passphrase|secret(?!ary)|otp|^(?:.*-)?(?:code|token|pin|key)$")
TOKEN = "csrfmiddlewaretoken"
NONCE_BYTES = 12
# What is longer was made by no form, and is not decompressed further.
LONGEST_KEPT = 4 * 1024 * 1024


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


def seal_kept_form(form, owner):
    """A KeptForm as ciphertext that opens to this owner alone, short enough for whoever has yet to sign in."""
    plain = zlib.compress(json.dumps(asdict(form) | {"token": ""}).encode(), 9)
    nonce = os.urandom(NONCE_BYTES)
    return base64.urlsafe_b64encode(nonce + kept_form_cipher().encrypt(nonce, plain, str(owner).encode())).decode()


def unseal_kept_form(sealed, owner, token):
    """The KeptForm with a new token against forged requests; None for what is not this owner's."""
    try:
        packed = base64.urlsafe_b64decode(sealed)
        plain = kept_form_cipher().decrypt(packed[:NONCE_BYTES], packed[NONCE_BYTES:], str(owner).encode())
        stored = json.loads(zlib.decompressobj().decompress(plain, LONGEST_KEPT))
    except (ValueError, InvalidTag, zlib.error):
        return None
    pairs = {name: tuple(tuple(pair) for pair in stored[name]) for name in ("shown", "values")}
    return KeptForm(**stored | pairs | {"files": tuple(stored["files"]), "token": token})


def kept_form_cipher():
    """The cipher of forms that wait for their owner to sign in."""
    return AESGCM(derived_key("kept form"))
