"""Idempotent forms: a form that creates something does so once, however often it is submitted.

Each such form carries a unique token. The created records and the token's row are written in one transaction; when the
same form is submitted again, it redirects to the result of the first submission.
"""

import hashlib
import secrets
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from .models import Submission

TOKEN_FIELD = "submission"
OWN_FIELDS = (TOKEN_FIELD, "csrfmiddlewaretoken")
# Longer than a browser tries to send what waits (KEPT_FOR in queue.js).
TOKENS_KEPT = timedelta(days=30)
MOST_CLEARED = 100


class RepeatedSubmission(Exception):
    """The form was processed before; `is_same` is whether with the same content."""

    def __init__(self, submission, is_same):
        super().__init__(submission.target)
        self.target, self.is_same = submission.target, is_same


def new_token(user):
    """A token valid for one submission by this user."""
    nonce = secrets.token_urlsafe(16)
    return f"{nonce}.{token_seal(user, nonce)}"


def token_seal(user, nonce):
    """The token's signature."""
    return salted_hmac("yl_district.submissions", f"{user.pk}.{nonce}", algorithm="sha256").hexdigest()[:32]


def claim(request):
    """Stores the form's token as a Submission; concurrent submissions wait for the current transaction.

    Raises RepeatedSubmission where the token has been used. Returns None for one that is missing, forged or another
    user's: such a form is processed without protection.
    """
    token = request.POST.get(TOKEN_FIELD, "")
    nonce, _, signature = token.partition(".")
    if not constant_time_compare(signature, token_seal(request.user, nonce)):
        return None
    content = content_digest(request)
    try:
        with transaction.atomic():
            return Submission.objects.create(token=token, user=request.user, content=content, made_at=timezone.now())
    except IntegrityError:
        former = Submission.objects.filter(token=token).first()
        if former is None:
            return None
        raise RepeatedSubmission(former, former.content == content) from None


def settle(submission, target):
    """Stores the form's target URL, and deletes up to MOST_CLEARED expired submissions."""
    if submission is None:
        return
    submission.target = target
    submission.save(update_fields=["target"])
    old = Submission.objects.filter(made_at__lt=submission.made_at - TOKENS_KEPT)
    # Concurrent transactions skip each other's rows instead of waiting.
    passed = old.select_for_update(skip_locked=True).values_list("pk", flat=True)[:MOST_CLEARED]
    Submission.objects.filter(pk__in=list(passed)).delete()


def content_digest(request):
    """The digest of the submitted values and files, and of the path."""
    typed = [(name, request.POST.getlist(name)) for name in sorted(request.POST) if name not in OWN_FIELDS]
    sent = [(name, [file_digest(file) for file in request.FILES.getlist(name)]) for name in sorted(request.FILES)]
    return hashlib.sha256(repr((request.path, typed, sent)).encode()).hexdigest()


def file_digest(file):
    """The digest of an uploaded file's name and content; rewinds the file."""
    found = hashlib.sha256(file.name.encode("utf-8", "replace"))
    for chunk in file.chunks():
        found.update(chunk)
    file.seek(0)
    return found.hexdigest()
