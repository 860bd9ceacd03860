"""Uploads: in memory up to the limit, refused beyond it, never on disk."""

import pytest
from django.conf import global_settings
from django.core.files.uploadedfile import InMemoryUploadedFile, SimpleUploadedFile, TemporaryUploadedFile
from django.test import Client, RequestFactory


def uploaded(size):
    """What a view gets of a file of this size."""
    return RequestFactory().post("/", {"file": SimpleUploadedFile("a.xlsx", bytes(size))}).FILES.get("file")


def test_a_file_never_lies_on_disk(settings):
    assert isinstance(uploaded(settings.UPLOAD_LIMIT), InMemoryUploadedFile)
    assert uploaded(settings.BODY_LIMIT) is None


def test_with_the_handlers_of_django_it_would(settings):
    settings.FILE_UPLOAD_HANDLERS = global_settings.FILE_UPLOAD_HANDLERS
    with uploaded(settings.BODY_LIMIT) as file:
        assert isinstance(file, TemporaryUploadedFile)


@pytest.mark.django_db
def test_more_than_a_file_with_its_form_is_refused_whoever_serves(settings):
    found = Client().post("/login/", CONTENT_LENGTH=str(settings.BODY_LIMIT + 1))
    assert found.status_code == 413
    assert "提交的内容有 22.1\xa0MB，上限为 22.1\xa0MB，没有接收" in found.content.decode()
