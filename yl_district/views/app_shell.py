"""What makes the site an app of a phone: its manifest, the service worker that keeps its shell, and what waits offline.

The worker keeps style sheets, scripts and icons, and one page without data. What is sent without a network waits in
the browser, encrypted; the key is the account's own and made anew from its name, so that what waits outlasts the
session in which it was typed, and only its account can open it.
"""

import base64
import hashlib
import hmac
import json
import secrets

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_GET

from ..pages.models import Submission
from ..pages.submit_once import new_token
from ..privacy.keys import derived_key

SHELL_FILES = (
    "vendor/tabler.min.css",
    "vendor/tabler.min.js",
    "vendor/icons.svg",
    "vendor/tom-select.bootstrap5.min.css",
    "vendor/tom-select.complete.min.js",
    "django_htmx/htmx-2.min.js",
    "yl/app.css",
    "yl/phone.css",
    "yl/app.js",
    "yl/sealing.js",
    "yl/queue.js",
    "yl/roster.js",
    "yl/icon.svg",
)
NAME_LENGTH = 40
TOKENS_GIVEN = 20


@login_not_required
@require_GET
def app_manifest(request):
    """The name, colours and icons under which a phone keeps the site."""
    return render(request, "manifest.json", content_type="application/json")


@login_not_required
@require_GET
def service_worker(request):
    """The script of the worker, whose version is that of the files which it keeps."""
    files, script, page = [static(name) for name in SHELL_FILES], static("yl/service_worker.js"), reverse("offline")
    shell = {"files": files, "offline": page}
    shell["version"] = hashlib.sha256(json.dumps([files, script]).encode()).hexdigest()[:16]
    words = f"self.SHELL = {json.dumps(shell)};\nimportScripts({json.dumps(script)});\n"
    return HttpResponse(words, content_type="text/javascript; charset=utf-8")


@login_not_required
@require_GET
def offline(request):
    """The page that is shown without a network; it holds no data."""
    return render(request, "offline.html")


@require_GET
def queue_key(request):
    """The key under which this account's browser keeps what waits, and tokens for what is typed next.

    A name given before brings the same key again, in any later session of the same account and to no other.
    """
    name = request.GET.get("name", "")[:NAME_LENGTH] or secrets.token_urlsafe(16)
    key = hmac.digest(derived_key("queue key"), f"{request.user.pk} {name}".encode(), "sha256")
    tokens = [new_token(request.user) for _ in range(TOKENS_GIVEN)]
    return JsonResponse({"key": base64.b64encode(key).decode(), "name": name, "tokens": tokens})


@require_GET
def submission_state(request):
    """Whether a form with this token has been taken from this account."""
    sent = Submission.objects.filter(token=request.GET.get("token", "")[:200], user=request.user).exclude(target="")
    return JsonResponse({"is_taken": sent.exists()})
