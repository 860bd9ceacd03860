"""Concurrent attaching of files: none stored twice, none beyond the limit, none without its record."""

from functools import partial

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from activities.models import Activity
from tests.evidence import PDF
from tests.factories import make_activity, make_attachment
from tests.forms import answers, shown_form
from tests.pages import browser_of, two_branches
from tests.races import at_once
from yl_district.attachments.models import Attachment, AttachmentPart
from yl_district.views import attachment_forms

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]
ROUNDS = 3


def upload(client, activity, content=PDF):
    """The status of the response to a file uploaded to an activity without a token."""
    address = reverse("attachment_create", args=["activity", activity.pk])
    return client.post(address, {"kind": "photo", "file": SimpleUploadedFile("a.pdf", content)}).status_code


def deletion(client, activity):
    """A function that deletes an activity from its delete page, which is opened now."""
    address = reverse("activity_delete", args=[activity.pk])
    data = answers(shown_form(client.get(address)))
    return lambda: client.post(address, data).status_code


def clients_of(district, count):
    """Clients for several windows of the same user."""
    return [browser_of(district.staff) for _ in range(count)]


@pytest.mark.in_turn
@pytest.mark.cpu(4)
def test_the_same_file_sent_at_once_is_attached_once():
    district = two_branches()
    clients, found = clients_of(district, 4), []
    for _ in range(ROUNDS):
        activity = make_activity(district.here)
        at_once([partial(upload, client, activity) for client in clients])
        found.append(activity.attachments.count())
    assert found == [1] * ROUNDS


def upload_to_a_full_record(district):
    """The number of files of a record with room for one, after several concurrent uploads."""
    activity = make_activity(district.here)
    for number in range(Attachment.MOST_PER_RECORD - 1):
        make_attachment(activity, district.staff, content=b"%d" % number)
    contents = [PDF + b"%%%d\n%%%%EOF\n" % number for number in range(4)]
    clients = clients_of(district, len(contents))
    at_once([partial(upload, *each) for each in zip(clients, [activity] * 4, contents, strict=True)])
    return activity.attachments.count()


@pytest.mark.in_turn
def test_a_record_takes_no_more_than_it_may():
    assert upload_to_a_full_record(two_branches()) == Attachment.MOST_PER_RECORD


@pytest.mark.postgresql(only=True)
def test_twin_without_the_lock_a_record_takes_more(monkeypatch):
    """On SQLite one transaction at a time writes anyway."""
    monkeypatch.setattr(attachment_forms, "lock_for_edit", lambda record, user: None)
    district = two_branches()
    assert any(upload_to_a_full_record(district) > Attachment.MOST_PER_RECORD for _ in range(5))


@pytest.mark.in_turn
def test_no_file_is_left_without_its_record():
    district = two_branches()
    sender, remover = clients_of(district, 2)
    outcomes = []
    for _ in range(2 * ROUNDS):
        activity = make_activity(district.here, held_on=timezone.localdate())
        acts = [partial(upload, sender, activity), deletion(remover, activity)]
        outcomes.append(tuple(at_once(acts)))
    assert set(outcomes) <= {(302, 409), (404, 302)}
    kept = set(Activity.objects.values_list("pk", flat=True))
    assert set(Attachment.objects.values_list("object_id", flat=True)) == kept
    assert AttachmentPart.objects.count() == len(kept)
