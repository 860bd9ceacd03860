"""A volunteer's link against the production server, as phones without scripts open it: what it leaves behind."""

import re
from html import unescape
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin
from urllib.request import HTTPCookieProcessor, build_opener

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from assistance.models import Visit, VisitPass
from tests.factories import make_assisted_youth, make_grant, make_pairing, make_volunteer
from tests.pages import two_branches
from tests.servers import running_server

# The time of a server counts for the test that ends it.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.cpu(12), pytest.mark.full]


class ScriptlessPhone:
    """A phone whose browser keeps cookies, follows redirects and sends the fields of forms, and runs no script."""

    def __init__(self, port):
        self.site, self.jar = f"http://127.0.0.1:{port}", CookieJar()
        self.opener = build_opener(HTTPCookieProcessor(self.jar))
        # What a server or one before it can write into its log, and what a browser keeps in its history.
        self.seen, self.text, self.status = [], "", 0

    def open(self, path, **typed):
        """Opens a page, or sends its form with what was typed; returns the status of the page that follows."""
        data = None
        if typed:
            hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', self.text)
            data = urlencode({name: unescape(value) for name, value in hidden} | typed).encode()
        try:
            answer = self.opener.open(urljoin(self.site, path), data)
        except HTTPError as error:
            answer = error
        with answer:
            self.text, self.status = answer.read().decode(), answer.status
            self.seen += [answer.url, str(answer.headers), self.title]
        return self.status

    @property
    def title(self):
        """The title of the page."""
        return re.search(r"<title>(.*?)</title>", self.text)[1]


def whole_words(secret, text):
    """Whether a text holds a secret that is not part of a longer number or digest by chance."""
    return bool(re.search(rf"(?<![\w-]){re.escape(secret)}(?![\w-])", text))


def stored_rows():
    """All that the database keeps, as text."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        rows = []
        for table in tables:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            rows += cursor.fetchall()
    return "\n".join(f"{value}" for row in rows for value in row)


def test_a_link_served_to_phones_leaves_no_trace_and_tells_no_stranger_of_a_case(tmp_path):
    place = two_branches()
    youth = make_assisted_youth(place.here, "白露", school="城关一中")
    pairing = make_pairing(youth, make_volunteer(name="顾清"))
    make_grant(place.staff, youth.person)
    _, token, code = VisitPass.issue(pairing, place.staff)
    _, ended, of_ended = VisitPass.issue(make_pairing(make_assisted_youth(place.there, "秦朗")), place.staff)
    VisitPass.objects.exclude(pairing=pairing).get().pairing.end(timezone.localdate())
    wrong = "000000" if code != "000000" else "111111"
    page, report, log = reverse("visit_pass_open"), reverse("visit_report"), tmp_path / "log"
    told = {}
    with log.open("wb") as said, running_server(log=said, SERVER_WORKERS="1") as port:
        # Without scripts nobody takes the token from behind the #, which the volunteer types or pastes.
        own, other = ScriptlessPhone(port), ScriptlessPhone(port)
        own.open(page)
        assert "链接中 # 后面的字符" in own.text
        own.open(page, token=f"{own.site}{page}#{token}")
        told["asked for the code"] = own.text
        assert own.open(page, token=token, code=wrong) == 200
        told["wrong code"] = own.text
        own.open(page, token=token, code=code)
        assert "填报走访：白同学" in own.text
        own.open(report, done_on=f"{timezone.localdate()}", way="visit", observations="作业有进步")
        assert (own.status, "已收到" in own.text) == (200, True)
        other.open(page)
        for case, typed, status in (
            ("another phone", {"token": token, "code": code}, 409),
            ("ended", {"token": ended, "code": of_ended}, 410),
            ("somebody's code", {"token": ended, "code": code}, 410),
            ("never was", {"token": "x" * 32, "code": code}, 410),
        ):
            assert (case, other.open(page, **typed)) == (case, status)
            told[case] = other.text
            other.open(page)
        assert other.open(report) == 410
        told["no link"] = other.text
    assert told["ended"] == told["somebody's code"] == told["never was"] == told["no link"]
    names = ("白", "秦朗", "同学", "顾清", "柳林", "槐荫", "城关", "帮扶", "个案")
    assert {case: [name for name in names if name in text] for case, text in told.items()} == {
        case: [] for case in told
    }
    assert Visit.objects.get().observations == "作业有进步"
    kept = {
        "log": log.read_text(),
        "addresses, answers, titles": "\n".join(own.seen + other.seen),
        "rows": stored_rows(),
    }
    found = {
        place: [secret for secret in (token, ended, code) if whole_words(secret, text)] for place, text in kept.items()
    }
    assert found == {place: [] for place in kept}
    # What was looked through holds what it should.
    assert ["Gone: " in kept["log"], page in kept["addresses, answers, titles"], "顾清" in kept["rows"]] == [True] * 3
