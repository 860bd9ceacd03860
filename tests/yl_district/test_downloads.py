"""Every file sent is logged, and sent as a whole or not at all."""

import getpass

import pytest
from django.core.management import CommandError
from django.test import RequestFactory

from tests.factories import make_user
from yl_district.audit.downloads import CONTENT_TYPES, download, write_file
from yl_district.audit.models import AccessEntry

pytestmark = pytest.mark.django_db


def write(stream):
    stream.write(b"content")


def request_of(user):
    request = RequestFactory().get("/")
    request.user = user
    return request


def fail(stream):
    stream.write(b"half")
    raise RuntimeError("broken")


@pytest.mark.parametrize("kind", CONTENT_TYPES)
def test_a_download_has_its_type_its_name_and_is_not_kept_by_the_browser(kind):
    user = make_user()
    response = download(request_of(user), f"总结 2017.{kind}", "2017 年工作总结", write)
    assert response.content == b"content"
    assert {name: response[name] for name in ("Content-Type", "Content-Disposition", "Cache-Control")} == {
        "Content-Type": CONTENT_TYPES[kind],
        "Content-Disposition": f"attachment; filename*=UTF-8''%E6%80%BB%E7%BB%93%202017.{kind}",
        "Cache-Control": "no-store",
    }
    noted = AccessEntry.objects.get()
    assert (noted.action, noted.user_id, noted.who) == ("export", user.pk, user.username)
    assert (noted.subject, noted.detail) == (f"总结 2017.{kind}", "2017 年工作总结")
    assert noted.address == "127.0.0.1"


def test_a_name_cannot_add_headers_and_is_noted_as_far_as_it_fits():
    response = download(request_of(make_user()), "一\r\nX: y" + "长" * 300 + ".xlsx", "题" * 300, write)
    assert "\r" not in response["Content-Disposition"] and not response.has_header("X")
    noted = AccessEntry.objects.get()
    assert (len(noted.subject), noted.detail) == (255, "题" * 300)


def test_a_download_that_fails_is_not_noted():
    with pytest.raises(RuntimeError):
        download(request_of(make_user()), "总结.xlsx", "总结", fail)
    assert AccessEntry.objects.count() == 0


def test_a_written_file_replaces_the_old_one_and_is_noted(tmp_path):
    path = tmp_path / "台账.xlsx"
    path.write_bytes(b"old")
    write_file(path, "年度工作台账", write)
    assert path.read_bytes() == b"content"
    assert list(AccessEntry.objects.values_list("action", "user_id", "who", "subject", "detail")) == [
        ("export", None, getpass.getuser(), "台账.xlsx", "年度工作台账")
    ]


def test_a_file_that_fails_leaves_the_old_one_and_nothing_beside_it(tmp_path):
    path = tmp_path / "台账.xlsx"
    path.write_bytes(b"old")
    with pytest.raises(RuntimeError):
        write_file(path, "年度工作台账", fail)
    assert ([one.name for one in tmp_path.iterdir()], path.read_bytes()) == (["台账.xlsx"], b"old")
    assert AccessEntry.objects.count() == 0


def test_where_nothing_can_be_written_the_reason_is_said(tmp_path):
    with pytest.raises(CommandError) as refused:
        write_file(tmp_path / "missing" / "台账.xlsx", "年度工作台账", write)
    path = tmp_path / "missing" / "台账.xlsx"
    assert str(refused.value) == f"不能写入 {path}：No such file or directory。请核对目录是否存在、是否可写。"
