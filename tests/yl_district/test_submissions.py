"""Ten clicks on a button create one record."""

import re
from datetime import timedelta
from functools import partial

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from members.models import Member
from orgs.models import Supply
from tests.factories import (
    make_volunteer,
)
from tests.forms import answers, shown_form
from tests.made_once import made_once
from tests.pages import browser_of, confirmation, two_branches
from tests.races import at_once
from tests.records import makeable
from yl_district.pages import submit_once
from yl_district.pages.models import Submission
from yl_district.pages.submit_once import TOKENS_KEPT

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
SUPPLY = {"issued_on": "2017-05-04", "item": "团旗", "quantity": "1"}


@made_once
def district():
    return two_branches()


def opened(client, url_name, *args):
    """The form data that a browser would submit from the page as it is now shown."""
    return answers(shown_form(client.get(reverse(url_name, args=args))))


def supply_form(district, client=None):
    return opened(client or district.office, "supply_create") | SUPPLY | {"organisation": district.here.pk}


def press(client, data, url_name="supply_create", *args):
    return client.post(reverse(url_name, args=args), data)


def test_the_second_press_leads_to_what_the_first_one_made(district):
    data = supply_form(district)
    first, second = press(district.office, data), press(district.office, data)
    supply = Supply.objects.get()
    assert [first.url, second.url] == [supply.get_absolute_url()] * 2
    assert "没有重复登记" in district.office.get(second.url).content.decode()


def test_without_the_token_each_press_makes_a_record(district):
    """The twin: what the tests around it would miss."""
    data = {name: value for name, value in supply_form(district).items() if name != "submission"}
    for _ in range(2):
        press(district.office, data)
    assert Supply.objects.count() == 2


def test_a_form_sent_again_with_other_contents_is_asked_about(district):
    data = supply_form(district)
    press(district.office, data)
    answer = press(district.office, data | {"item": "团徽"})
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "这张表单刚才已经提交成功，现在的内容与那次不同" in text
    assert f'href="{Supply.objects.get().get_absolute_url()}"' in text
    assert press(district.office, answers(shown_form(answer))).status_code == 302
    assert list(Supply.objects.order_by("pk").values_list("item", flat=True)) == ["团旗", "团徽"]


def test_a_refused_form_uses_up_no_token(district):
    data = supply_form(district)
    assert press(district.office, data | {"quantity": "0"}).status_code == 200
    assert not Submission.objects.exists()
    assert press(district.office, data).status_code == 302
    assert Supply.objects.count() == 1


@pytest.mark.parametrize("token", ["", "x", ".", "x.y", "\0.\0", "团" * 50, "x" * 5000, f"{'x' * 22}.{'0' * 32}"])
def test_a_token_that_the_server_did_not_write_protects_nothing(district, token):
    assert press(district.office, supply_form(district) | {"submission": token}).status_code == 302
    assert Supply.objects.count() == 1
    assert not Submission.objects.exists()


def test_somebody_elses_token_leads_nowhere(district):
    data = supply_form(district)
    press(district.office, data)
    answer = press(district.cadre, data)
    assert answer.status_code == 302
    assert Supply.objects.count() == 2
    assert answer.url == Supply.objects.latest("pk").get_absolute_url()


def test_tokens_older_than_a_browser_sends_them_are_forgotten(district):
    now = timezone.now()
    for number, age in enumerate([TOKENS_KEPT - HOUR, TOKENS_KEPT + HOUR, 3 * TOKENS_KEPT]):
        Submission.objects.create(token=f"old{number}", user=district.staff, made_at=now - age)
    data = supply_form(district)
    press(district.office, data)
    assert set(Submission.objects.values_list("token", flat=True)) == {"old0", data["submission"]}


def test_the_page_carries_a_new_token_each_time(district):
    pages = [district.office.get(reverse("supply_create")).content.decode() for _ in range(2)]
    assert len({re.search(r'name="submission" value="([^"]+)"', page).group(1) for page in pages}) == 2


@pytest.mark.cpu(6)
def test_every_form_that_makes_something_makes_it_once(district):
    forms = makeable(district)
    for url_name, args, typed, model in forms:
        page = "activity_detail" if url_name == "sign_in_create" else url_name
        data = opened(district.office, page, *args) | typed
        before = model.objects.count()
        with transaction.atomic():
            data |= confirmation(press(district.office, data, url_name, *args))
            transaction.set_rollback(True)
        answers_ = [press(district.office, data, url_name, *args) for _ in range(3)]
        assert [answer.status_code for answer in answers_] == [302] * 3, url_name
        assert len({answer.url for answer in answers_}) == 1, url_name
        assert model.objects.count() == before + 1, url_name


def test_a_member_taken_off_the_roll_twice_has_left_once(district):
    member = Member.objects.create(
        person=make_volunteer(name="韩笑").person, branch=district.here, intake="developed", intake_on="2017-03-01"
    )
    data = opened(district.office, "member_end", member.pk) | {"day": "2017-12-01", "status": "resigned"}
    data |= confirmation(press(district.office, data, "member_end", member.pk))
    pressed = [press(district.office, data, "member_end", member.pk) for _ in range(2)]
    assert [answer.status_code for answer in pressed] == [302, 302]


def ten_presses(district, data):
    """The URLs that ten concurrent submissions redirect to, each from its own client with the same session."""
    clients = [browser_of(district.staff) for _ in range(10)]
    return [answer.url for answer in at_once([partial(press, client, data) for client in clients])]


@pytest.mark.in_turn
@pytest.mark.django_db(transaction=True)
def test_ten_presses_at_once_make_one_record():
    district, made = two_branches(), []
    for number in range(3):
        addresses = ten_presses(district, supply_form(district) | {"quantity": str(number + 1)})
        made.append((Supply.objects.count(), len(set(addresses))))
    assert made == [(1, 1), (2, 1), (3, 1)]


@pytest.mark.in_turn
@pytest.mark.django_db(transaction=True)
def test_ten_presses_at_once_make_several_where_no_token_is_taken(monkeypatch):
    """The twin: the same race without the protection."""
    monkeypatch.setattr(submit_once, "claim", lambda request: None)
    district = two_branches()
    assert len(set(ten_presses(district, supply_form(district)))) == 10
    assert Supply.objects.count() == 10


@pytest.mark.both
@pytest.mark.django_db(transaction=True)
def test_old_tokens_cleared_by_many_at_once_hold_nobody_up():
    district = two_branches()
    old = timezone.now() - TOKENS_KEPT - HOUR
    Submission.objects.bulk_create(
        Submission(token=f"old{number}", user=district.staff, made_at=old) for number in range(250)
    )
    forms = [supply_form(district) for _ in range(8)]
    clients = [browser_of(district.staff) for _ in forms]
    pressed = at_once([partial(press, client, data) for client, data in zip(clients, forms, strict=True)])
    assert [answer.status_code for answer in pressed] == [302] * 8
    assert not Submission.objects.filter(made_at=old).exists()
