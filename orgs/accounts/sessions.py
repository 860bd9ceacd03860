"""The end of sessions: after inactivity, after a maximum duration, or at once when the account changes."""

import base64
import logging
import os
import time
from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.sessions.backends.base import UpdateError
from django.db import DatabaseError
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from yl_district.audit.access_log import AccessLogUnavailable, Action, record
from yl_district.database.outages import hardly_waiting, outage_of
from yl_district.web.decryption_errors import log_unavailable

from ..models import Invitation

logger = logging.getLogger(__name__)
STARTED, SEEN = "started_at", "seen_at"
DRAFT_KEY, DRAFT_KEY_BYTES = "draft_key", 32
REMEMBER, REMEMBERED = "remember", "remembered"
WARNING_SECONDS, PING_SECONDS = 180, 300


def begin_session(sender, request, user, **kwargs):
    """Stores the start time and the key of drafts in the session.

    It receives Django's signal, so that no way of signing in is missed.
    """
    request.session[STARTED] = request.session[SEEN] = int(time.time())
    request.session[DRAFT_KEY] = new_draft_key()


def new_draft_key():
    """Returns a key under which a browser encrypts drafts; with the session it is gone, and they are unreadable."""
    return base64.b64encode(os.urandom(DRAFT_KEY_BYTES)).decode()


def end_sessions(user):
    """Ends every session of the user and an unused one-time link; cookies are rejected from the next request on."""
    Invitation.withdraw_all(user)
    for session in UserSession.objects.filter(user=user):
        session.end()
    type(user).objects.filter(pk=user.pk).update(session_stamp=F("session_stamp") + 1)
    user.refresh_from_db(fields=["session_stamp"])


def ask_to_remember(request, is_wanted):
    """Notes before a sign-in whether the phone is to stay signed in."""
    request.session[REMEMBER] = is_wanted


def remember_if_asked(request, user):
    """Has the session of whoever may and wants it outlast idling; returns whether it does."""
    if not request.session.pop(REMEMBER, False) or not user.may_stay_signed_in:
        return False
    request.session[REMEMBERED] = True
    request.session.set_expiry(settings.SESSION_REMEMBERED_SECONDS)
    return True


def list_as_remembered(request):
    """Has the list of the user's own sessions say until when a phone stays signed in."""
    if request.session.get(REMEMBERED):
        until = timezone.localdate() + timedelta(seconds=settings.SESSION_REMEMBERED_SECONDS)
        rows = UserSession.objects.filter(session_key=request.session.session_key)
        rows.update(data={"remembered_until": until.isoformat()})


def stop_remembering(request):
    """Has the session be one like any other from now on."""
    if request.session.pop(REMEMBERED, False):
        request.session.set_expiry(None)
        request.session[STARTED] = request.session[SEEN] = int(time.time())


def limits_of(request):
    """Returns the seconds without use, and in all, after which a session ends."""
    if request.session.get(REMEMBERED) and request.user.may_stay_signed_in:
        return settings.SESSION_REMEMBERED_SECONDS, settings.SESSION_REMEMBERED_SECONDS
    return settings.SESSION_IDLE_SECONDS, settings.SESSION_LAST_SECONDS


def seconds_left(request):
    """Returns the seconds until a session ends for want of use, and in any case.

    Also so many before that a page warns of it, and after which it says that somebody has been typing.
    """
    now, session = int(time.time()), request.session
    idle, last = limits_of(request)
    return {
        "warning": min(WARNING_SECONDS, settings.SESSION_IDLE_SECONDS // 2),
        "ping": min(PING_SECONDS, settings.SESSION_IDLE_SECONDS // 6),
        "idle": idle - (now - session.get(SEEN, 0)),
        "last": last - (now - session.get(STARTED, 0)),
    }


class SessionEndMiddleware:
    """Ends expired sessions; records activity at most twice a minute, to spare the database."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        try:
            if request.user.is_authenticated:
                self.look_at(request)
        except AccessLogUnavailable as error:
            return log_unavailable(request, error)
        return self.get_response(request)

    def look_at(self, request):
        """Signs the user out if the session has expired, else records the activity."""
        now, session = int(time.time()), request.session
        idle = now - session.get(SEEN, 0)
        longest_idle, longest = limits_of(request)
        if idle >= longest_idle or now - session.get(STARTED, 0) >= longest:
            record(Action.SIGN_OUT, request=request, detail="超时自动退出")
            logout(request)
            messages.info(request, "登录已超时，请重新登录。")
        elif idle >= min(30, settings.SESSION_IDLE_SECONDS // 10) and not only_looks(request):
            note_use(session, now)


def only_looks(request):
    """Whether a page merely asks how long its session lasts, which it does by itself on an abandoned desk too."""
    return request.method == "GET" and request.path == reverse("session_state")


def note_use(session, now):
    """Stores that the session is being used; where that cannot be written, the request goes on.

    The session then ends sooner than it should, which is the safe side.
    """
    keep_in_session(session, SEEN, now)


def keep_in_session(session, name, value):
    """Stores a value that can be done without: where it cannot be written, or the session is over, all goes on."""
    is_modified = session.modified
    session[name] = value
    try:
        with hardly_waiting():
            session.save()
    except UpdateError:
        pass
    except DatabaseError as error:
        if not outage_of(error):
            raise
        logger.warning("The use of a session could not be noted: %s", outage_of(error))
    session.modified = is_modified
