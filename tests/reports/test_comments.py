"""Review comments: a superior asks about a signed text, its writers answer, and both see what waits for them."""

import re
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from orgs.models import Role
from reports.editions.passages import open_places, passages, place_alike
from reports.models import Comment, CommentEntry, CountedFigure, Edition
from reports.workbench.waiting import waiting_for
from tests.factories import make_comment, make_hub, make_report, make_user
from tests.pages import browser_of, page, refused, send, status, two_branches
from yl_district.packing import packed

pytestmark = pytest.mark.django_db
DAY = date(2018, 1, 5)
SESSIONS = {"key": "sessions", "text": "9场", "aspect": ""}
BEFORE = {"key": "sessions", "text": "7场", "aspect": "上年同期"}
YOUTHS = {"key": "assisted_youths", "text": "3名", "aspect": ""}
ACTIVITIES = ["全年举办活动", SESSIONS, "，上年", BEFORE, "。参加者反映“很好！”明年继续。"]
WHOLE = [
    {"level": 1, "parts": ["一、精准帮扶"]},
    {"level": 0, "parts": ["帮扶", YOUTHS, "。"]},
    {"level": 1, "parts": ["二、活动"]},
    {"level": 0, "parts": ACTIVITIES},
]
OPEN = [{"level": 1, "parts": ["一、活动"]}, {"level": 0, "parts": ACTIVITIES}]


def make_signed(report, user, number=1, whole=WHOLE, without=OPEN):
    """An edition of these texts, with the figures that they name."""
    edition = Edition.objects.create(
        report=report,
        number=number,
        reason="补登" if number > 1 else "",
        signed_by=user,
        signed_at=timezone.now(),
        counted_on=report.ends_on,
        title="工作总结",
        signature="清河地区团工委",
        dated=report.ends_on,
        blocks=whole,
        open_blocks=without,
        document=b"",
        sha256="",
    )
    for position, (key, label, value) in enumerate([("sessions", "活动场次", 9), ("assisted_youths", "帮扶对象", 3)]):
        CountedFigure.objects.create(
            edition=edition,
            position=position,
            key=key,
            label=label,
            unit="场",
            definition="期内",
            value=value,
            quality="counted",
            records=packed([]),
        )
    return edition


@pytest.fixture
def place():
    place = two_branches()
    place.leading = make_user("程前", place.root, Role.Kind.LEADER)
    place.leader = browser_of(place.leading)
    place.report = make_report(place.root)
    place.edition = make_signed(place.report, place.staff)
    return place


def value_of(edition, place, words, with_cases=True):
    """The value by which the form names the passage of these words."""
    return next(each.value for each in passages(edition, place, with_cases) if each.quoted == words)


def asked(place, words="请核对场次", passage="活动场次：9场", at=3, **more):
    """What a leader's form sends."""
    return {
        "latest": place.report.edition.pk,
        "passage": value_of(place.edition, at, passage),
        "words": words,
    } | more


def waiting(user):
    """{what waits: how many}."""
    return {each.words: each.number for each in waiting_for(user, DAY)}


def said(comment):
    """What was said about a comment: of what kind, by whom, in what words."""
    return [(each.kind, each.written_by.name, each.words) for each in comment.entries.all()]


def test_a_paragraph_has_numbers_with_their_figures_and_sentences(place):
    found = passages(place.edition, 3, True)
    assert [(each.quoted, each.start, each.end, each.figure_key) for each in found] == [
        ("活动场次：9场", 6, 8, "sessions"),
        ("活动场次（上年同期）：7场", 11, 13, ""),
        ("全年举办活动9场，上年7场。", 0, 14, ""),
        ("参加者反映“很好！”", 14, 24, ""),
        ("明年继续。", 24, 29, ""),
    ]
    assert [each.is_about_cases for each in found] == [False] * 5
    assert [each.is_about_cases for each in passages(place.edition, 1, True)] == [True, True]
    assert [passages(place.edition, at, True) for at in (0, 4, 32767)] == [[], [], []]
    assert open_places(place.edition) == {3: 1}


@pytest.mark.both
def test_what_a_leader_asks_stands_beside_the_number_and_with_its_records(place):
    send(place.leader, "comment_create", place.edition.pk, 3, **asked(place))
    comment = Comment.objects.get()
    assert (comment.state, comment.asked_by, comment.figure_key) == ("open", place.leading, "sessions")
    assert (comment.place, comment.start, comment.end, comment.is_about_cases) == (3, 6, 8, False)
    assert said(comment) == [("asked", "程前", "请核对场次")]
    text = page(place.office, "edition_detail", place.edition.pk)
    assert "已退回，1 条意见待答复" in text
    paragraph = re.search(r'id="paragraph-3">(.*?)</article>', text, re.DOTALL)[1]
    assert re.search(r"<mark>\s*<a [^>]*>9场</a>\s*</mark>", paragraph)
    for words in ("请核对场次", "上级问", f'href="/comments/{comment.pk}/"'):
        assert words in paragraph
    year = {"year": 2017, "organisation": place.root.pk}
    assert "请核对场次" in page(place.office, "edition_figure", place.edition.pk, "sessions")
    assert "请核对场次" in page(place.office, "figure_detail", "sessions", **year)
    assert "请核对场次" in page(place.office, "report_detail", place.report.pk)
    assert "请核对场次" not in page(place.office, "figure_detail", "members", **year)
    assert "请核对场次" not in page(place.office, "figure_detail", "sessions", **year | {"year": 2016})


def test_a_sentence_is_marked_with_the_numbers_in_it(place):
    sent = asked(place, passage="全年举办活动9场，上年7场。")
    send(place.leader, "comment_create", place.edition.pk, 3, **sent)
    assert Comment.objects.get().figure_key == ""
    blocks = place.leader.get(place.edition.get_absolute_url()).context["blocks"]
    assert [(str(part), is_quoted) for part, is_quoted in blocks[3].parts] == [
        ("全年举办活动", True),
        ("9场", True),
        ("，上年", True),
        ("7场", True),
        ("。", True),
        ("参加者反映“很好！”明年继续。", False),
    ]


@pytest.mark.both
def test_it_waits_for_its_writers_then_for_its_asker_until_it_is_accepted(place):
    send(place.leader, "comment_create", place.edition.pk, 3, **asked(place))
    comment = Comment.objects.get()
    to_answer, to_accept = "条上级意见等您答复", "条意见已有答复，等您办结或再问"
    assert (waiting(place.staff), waiting(place.leading)) == ({to_answer: 1}, {})
    send(place.office, "comment_answer", comment.pk, words="已核对，漏登两场")
    assert (waiting(place.staff), waiting(place.leading)) == ({}, {to_accept: 1})
    send(place.leader, "comment_ask_again", comment.pk, words="漏登的补了没有")
    assert (waiting(place.staff), waiting(place.leading)) == ({to_answer: 1}, {})
    amendment = make_signed(place.report, place.staff, 2)
    send(place.office, "comment_answer", comment.pk, words="已补登", amendment=amendment.pk)
    send(place.leader, "comment_accept", comment.pk)
    assert (waiting(place.staff), waiting(place.leading)) == ({}, {})
    comment.refresh_from_db()
    assert (comment.state, comment.answered_by) == ("accepted", place.staff)
    assert said(comment) == [
        ("asked", "程前", "请核对场次"),
        ("answered", "林知秋", "已核对，漏登两场"),
        ("asked_again", "程前", "漏登的补了没有"),
        ("answered", "林知秋", "已补登"),
        ("accepted", "程前", ""),
    ]
    assert f'已在<a href="/editions/{amendment.pk}/">更正稿第1号</a>中改正。' in page(
        place.office, "comment_detail", comment.pk
    )
    assert "1 条意见均已办结" in page(place.office, "edition_detail", place.edition.pk)
    assert "其他稿次的审阅意见" in page(place.office, "edition_detail", amendment.pk)
    states = [row.state for row in comment.history.order_by("history_id")]
    assert states == ["open", "answered", "open", "answered", "accepted"]


@pytest.mark.both
def test_of_a_comment_about_cases_learns_only_who_may_know_of_cases(place):
    keeper = make_user("何青", place.root, Role.Kind.CADRE)
    cadre = browser_of(keeper)
    send(place.leader, "comment_create", place.edition.pk, 1, **asked(place, "是哪三名", "帮扶对象：3名", 1))
    comment = Comment.objects.get()
    assert comment.is_about_cases
    for url_name, *args in (
        ("comment_detail", comment.pk),
        ("comment_answer", comment.pk),
        ("record_history", "comment", comment.pk),
    ):
        assert (status(cadre, url_name, *args), status(place.office, url_name, *args)) == (404, 200)
    assert (waiting(keeper), waiting(place.staff)) == ({}, {"条上级意见等您答复": 1})
    for url_name, *args in (
        ("comment_list",),
        ("edition_detail", place.edition.pk),
        ("report_detail", place.report.pk),
    ):
        texts = [page(client, url_name, *args) for client in (place.office, cadre)]
        assert [f"/comments/{comment.pk}/" in text for text in texts] == [True, False]
        assert ["意见待答复" in text for text in texts] == [url_name == "edition_detail", False]
    assert "是哪三名" in page(place.office, "edition_figure", place.edition.pk, "assisted_youths")


def test_of_a_paragraph_that_only_some_may_read_a_comment_is_kept_to_them(place):
    hidden = {"level": 0, "parts": ["走访慰问困难家庭。"]}
    amendment = make_signed(place.report, place.staff, 2, [hidden, *WHOLE], OPEN)
    assert [each.is_about_cases for each in passages(amendment, 0, True)] == [True]
    sent = {"latest": amendment.pk, "passage": value_of(amendment, 0, "走访慰问困难家庭。"), "words": "是哪几家"}
    send(place.leader, "comment_create", amendment.pk, 0, **sent)
    comment, cadre = Comment.objects.get(), browser_of(make_user("何青", place.root, Role.Kind.CADRE))
    assert comment.is_about_cases
    assert "是哪几家" not in page(cadre, "edition_detail", amendment.pk)
    readers = page(place.office, "record_readers", "comment", comment.pk)
    assert [name in readers for name in ("林知秋", "程前", "何青")] == [True, True, False]


def test_an_asker_can_keep_any_comment_for_those_who_may_know_of_cases(place):
    sent = asked(place, is_about_cases="on")
    send(place.leader, "comment_create", place.edition.pk, 3, **sent)
    assert Comment.objects.get().is_about_cases


def test_who_reads_a_shorter_text_sees_a_comment_at_its_own_paragraph(place):
    send(place.leader, "comment_create", place.edition.pk, 3, **asked(place))
    cadre = browser_of(make_user("何青", place.root, Role.Kind.CADRE))
    blocks = cadre.get(place.edition.get_absolute_url()).context["blocks"]
    assert [[each.quoted for each in block.comments] for block in blocks] == [[], ["活动场次：9场"]]
    assert [str(part) for part, is_quoted in blocks[1].parts if is_quoted] == ["9场"]


def test_wrong_comments_are_told_and_nothing_typed_is_lost(place):
    errors = refused(place.leader, "comment_create", place.edition.pk, 3, **asked(place, "甲" * 1001))
    assert errors == {"words": "意见最多 1000 字，现有 1001 字，请精简，或分几条写。"}
    errors = refused(place.leader, "comment_create", place.edition.pk, 3, latest=place.edition.pk, words=" ")
    assert errors == {"words": "请填写意见。", "passage": "请选择针对哪一处。"}
    sent = {"latest": place.edition.pk, "passage": "0" * 16, "words": "请核对"}
    response = place.leader.post(reverse("comment_create", args=[place.edition.pk, 3]), sent)
    assert response.context["form"].errors["passage"] == [
        "这一段中没有原来所选的句子或数字，请在下面重新选择；您写的内容没有丢失。"
    ]
    assert "请核对" in response.content.decode()
    for at in (0, 99):
        answer = place.leader.get(reverse("comment_create", args=[place.edition.pk, at]), follow=True)
        assert f"定稿的第 {at + 1} 段不是可以提意见的正文，请在下面选择一段。" in answer.content.decode()
    assert not Comment.objects.exists()


def test_of_an_amendment_signed_meanwhile_the_asker_is_told_first(place):
    sent = asked(place)
    longer = [*WHOLE[:2], {"level": 0, "parts": ["另有一段。"]}, *WHOLE[2:]]
    amendment = make_signed(place.report, place.staff, 2, longer)
    assert place_alike(amendment, place.edition, 3, True) == 4
    address = reverse("comment_create", args=[place.edition.pk, 3])
    first = place.leader.post(address, sent)
    told = first.context["form"].errors["__all__"][0]
    assert told.startswith("没有提出：打开本页后，签发了更正稿第1号。您写的内容没有丢失")
    text = first.content.decode()
    assert "请核对场次" in text
    newer = reverse("comment_create", args=[amendment.pk, 4])
    assert f'formaction="{newer}"' in text
    sent["latest"] = amendment.pk
    for each in (address, newer):
        assert place.leader.post(each, sent).status_code == 302
    assert [(each.edition, each.place) for each in Comment.objects.order_by("pk")] == [
        (place.edition, 3),
        (amendment, 4),
    ]


@pytest.mark.both
def test_of_two_who_answer_at_once_the_second_keeps_what_was_typed(place):
    comment = make_comment(place.edition, place.leading, place=3)
    address = reverse("comment_answer", args=[comment.pk])
    other = browser_of(make_user("顾苗", place.root))
    forms = [client.get(address).context["form"] for client in (place.office, other)]
    sent = [{"words": words, "version": form.version} for words, form in zip(("甲答", "乙答"), forms, strict=True)]
    assert place.office.post(address, sent[0]).status_code == 302
    second = other.post(address, sent[1])
    assert second.status_code == 409
    assert "乙答" in second.content.decode()
    assert said(comment) == [("asked", "程前", "请核对"), ("answered", "林知秋", "甲答")]
    led = other.get(address, follow=True).content.decode()
    assert "这条意见已由林知秋于" in led


def test_what_is_sent_twice_is_kept_once(place):
    address = reverse("comment_create", args=[place.edition.pk, 3])
    sent = asked(place, submission=place.leader.get(address).context["form"].submission)
    assert [place.leader.post(address, sent).status_code for _ in range(2)] == [302, 302]
    assert CommentEntry.objects.count() == 1


def test_only_superiors_ask_and_only_writers_answer(place):
    stranger = browser_of(make_user("方圆", place.there, Role.Kind.LEADER))
    comment = make_comment(place.edition, place.leading, place=3)
    clients = (place.leader, place.office, stranger)
    create = [status(client, "comment_create", place.edition.pk, 3) for client in clients]
    answer = [status(client, "comment_answer", comment.pk) for client in clients]
    detail = [status(client, "comment_detail", comment.pk) for client in clients]
    assert (create, answer, detail) == ([200, 404, 404], [404, 200, 404], [200, 200, 404])
    assert [
        f"/editions/{place.edition.pk}/comments/" in page(client, "edition_detail", place.edition.pk)
        for client in clients[:2]
    ] == [True, False]


def test_nobody_answers_or_accepts_what_is_their_own(place):
    Role.objects.create(user=place.staff, organisation=place.root, kind=Role.Kind.LEADER)
    comment = make_comment(place.edition, place.staff, place=3)
    assert waiting(place.staff) == {}
    with pytest.raises(ValidationError, match="没有答复：这条意见是您自己提出的"):
        comment.answer(place.staff, "无")
    comment = make_comment(place.edition, place.leading, place=3)
    comment.answer(place.staff, "已核对")
    assert waiting(place.staff) == {}
    with pytest.raises(ValidationError, match="没有办结：答复是您自己写的"):
        comment.accept(place.staff)
    comment.accept(place.leading)
    with pytest.raises(ValidationError, match="没有再问：这条意见现在是“已办结”，只有“已答复”的才能再问。"):
        comment.ask_again(place.leading, "还有吗")


def test_the_operator_of_a_hub_answers_about_its_report(place):
    hub = make_hub(place.here)
    edition = make_signed(make_report(place.here, hub=hub), place.staff)
    operator = make_user("毛旭", place.here, Role.Kind.HUB_OPERATOR)
    sent = {"latest": edition.pk, "passage": value_of(edition, 1, "活动场次：9场", False), "words": "请核对"}
    send(place.leader, "comment_create", edition.pk, 1, **sent)
    assert waiting(operator) == {"条上级意见等您答复": 1}
    send(browser_of(operator), "comment_answer", Comment.objects.get().pk, words="已核对")
    assert waiting(place.leading) == {"条意见已有答复，等您办结或再问": 1}


def test_the_list_is_narrowed_by_state_place_and_year(place):
    comment = make_comment(place.edition, place.leading, place=3)
    for query, number in (
        ({}, 1),
        ({"state": "open"}, 1),
        ({"state": "answered"}, 0),
        ({"organisation": place.here.pk}, 0),
        ({"year": 2017}, 1),
        ({"year": 2016}, 0),
    ):
        text = page(place.office, "comment_list", **query)
        assert text.count(f'href="/comments/{comment.pk}/"') == number
