"""A form that makes something does so once, however often its button is pressed.

Every such form carries a token of its own. What the form makes and the token's row are written in one transaction, so
that the same form sent again is led to what the first one made.
"""

import hashlib
import secrets
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from .models import Submission

FIELD = "submission"
OWN_FIELDS = (FIELD, "csrfmiddlewaretoken")
KEPT = timedelta(days=2)
MOST_CLEARED = 100


class Repeated(Exception):
    """The form has been carried out before; `is_same` tells whether with the same contents."""

    def __init__(self, submission, is_same):
        super().__init__(submission.target)
        self.target, self.is_same = submission.target, is_same


def new_token(user):
    """A token that is good for one submission by this user."""
    nonce = secrets.token_urlsafe(16)
    return f"{nonce}.{seal(user, nonce)}"


def seal(user, nonce):
    """What only the server can write under a token."""
    return salted_hmac("yl_district.submissions", f"{user.pk}.{nonce}", algorithm="sha256").hexdigest()[:32]


def claim(request):
    """Takes the form's token within the current transaction; of several at once, the others wait for its end.

    Raises Repeated where the token has been used. A token that is missing, forged or somebody else's protects nothing:
    the form is then one like any other, and the answer None.
    """
    token = request.POST.get(FIELD, "")
    nonce, _, signature = token.partition(".")
    if not constant_time_compare(signature, seal(request.user, nonce)):
        return None
    content = content_digest(request)
    try:
        with transaction.atomic():
            return Submission.objects.create(token=token, user=request.user, content=content, made_at=timezone.now())
    except IntegrityError:
        former = Submission.objects.filter(token=token).first()
        if former is None:
            return None
        raise Repeated(former, former.content == content) from None


def settle(submission, target):
    """Remembers where the carried-out form led, and forgets some of those that nobody will send again."""
    if submission is None:
        return
    submission.target = target
    submission.save(update_fields=["target"])
    old = Submission.objects.filter(made_at__lt=submission.made_at - KEPT)
    # Two that clear at once leave each other's rows alone, instead of waiting for each other.
    passed = old.select_for_update(skip_locked=True).values_list("pk", flat=True)[:MOST_CLEARED]
    Submission.objects.filter(pk__in=list(passed)).delete()


def content_digest(request):
    """A digest of what was typed, and where it was sent."""
    typed = [(name, request.POST.getlist(name)) for name in sorted(request.POST) if name not in OWN_FIELDS]
    sent = [(name, [file_digest(file) for file in request.FILES.getlist(name)]) for name in sorted(request.FILES)]
    return hashlib.sha256(repr((request.path, typed, sent)).encode()).hexdigest()


def file_digest(file):
    """A digest of a file that was sent, which can be read from its beginning again."""
    found = hashlib.sha256(file.name.encode("utf-8", "replace"))
    for chunk in file.chunks():
        found.update(chunk)
    file.seek(0)
    return found.hexdigest()
