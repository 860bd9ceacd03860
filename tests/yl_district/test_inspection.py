"""What the lowest role uploads and staff open does not act: hostile files are refused by what they hold."""

from io import StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse

from tests.evidence import PDF
from tests.factories import make_activity, make_attachment
from tests.hostile_office import (
    document,
    honest_documents,
    honest_workbooks,
    hostile_documents,
    hostile_workbooks,
    outside,
    simple_field,
    with_body,
)
from tests.hostile_pdf import honest_pdfs, hostile_pdfs
from tests.pages import two_branches
from yl_district.attachments import file_types
from yl_district.attachments.file_types import accepted_file
from yl_district.attachments.models import Attachment
from yl_district.inspection.child import inspect_content
from yl_district.inspection.findings import Unsafe
from yl_district.inspection.inspector import INSPECTION, check_content

HOSTILE = {"pdf": hostile_pdfs, "docx": hostile_documents, "xlsx": hostile_workbooks}
HONEST = {"pdf": honest_pdfs, "docx": honest_documents, "xlsx": honest_workbooks}


def taken(ending, files):
    """The names of the files in which nothing is found."""
    return [name for name, data in files.items() if not found_in(ending, data)]


def found_in(ending, data):
    """What is found in a file, "" for nothing."""
    try:
        inspect_content(ending, data)
    except Unsafe as unsafe:
        return f"{unsafe.reason} {unsafe.found}"
    return ""


@pytest.mark.parametrize("ending", HOSTILE)
def test_nothing_that_acts_is_taken(ending, promises):
    files = HOSTILE[ending]()
    assert taken(ending, files) == []
    promises.add("C5", hostile=len(files))


@pytest.mark.parametrize("ending", HONEST)
def test_honest_files_are_taken(ending, promises):
    files = HONEST[ending]()
    assert {name: found for name, data in files.items() if (found := found_in(ending, data))} == {}
    promises.add("C5", honest=len(files))


@pytest.mark.parametrize("ending", HOSTILE)
def test_twin_without_the_inspection_they_are_what_they_seem(ending, monkeypatch):
    monkeypatch.setattr(file_types, "check_content", lambda ending, data: None)
    files = HOSTILE[ending]()
    assert [name for name, data in files.items() if accepted_file(data) != (ending, data)] == []


@pytest.fixture
def district():
    return two_branches()


@pytest.fixture
def activity(district):
    return make_activity(district.here)


def upload(client, activity, data, name="批复.docx"):
    """The response to a file that is attached to an activity."""
    address = reverse("attachment_create", args=["activity", activity.pk])
    return client.post(address, {"kind": "approval", "file": SimpleUploadedFile(name, data)})


@pytest.mark.django_db
def test_a_branch_cannot_hand_on_a_remote_template_and_is_told_what_to_do(district, activity):
    answer = upload(district.cadre, activity, outside("attachedTemplate"))
    assert (
        "“批复.docx”不能作为附件：正文有附加的外部模板（http://example.org/a）。附件里只能有文字、表格、图片和普通的"
        "网页链接。请在 Word 或 WPS 中删去该内容，另存为“Word 文档（*.docx）”后再上传；只供查阅的，也可以另存为 PDF。"
    ) in answer.content.decode()
    assert not Attachment.objects.exists()


@pytest.mark.django_db
def test_twin_without_the_inspection_the_branch_hands_it_on(district, activity, monkeypatch):
    monkeypatch.setattr(file_types, "check_content", lambda ending, data: None)
    data = outside("attachedTemplate")
    assert upload(district.cadre, activity, data).status_code == 302
    assert handed_out(district.office, Attachment.objects.get()).content == data


def handed_out(client, attachment):
    """The response to a download."""
    return client.get(reverse("attachment_export", args=[attachment.pk]))


@pytest.mark.django_db
def test_what_was_stored_before_the_inspection_is_inspected_once_when_it_is_asked_for(district, activity):
    data = document()
    attachment = make_attachment(activity, district.staff, "批复.docx", data, inspection=0)
    assert handed_out(district.office, attachment).content == data
    attachment.refresh_from_db()
    assert attachment.inspection == INSPECTION


@pytest.mark.django_db
def test_what_was_stored_before_and_acts_is_kept_but_not_handed_out(district, activity):
    data = with_body(simple_field("DDEAUTO c:\\\\cmd.exe"))
    attachment = make_attachment(activity, district.staff, "批复.docx", data, inspection=0)
    answer = handed_out(district.office, attachment)
    text = answer.content.decode()
    assert (answer.status_code, answer["Content-Type"]) == (422, "text/html; charset=utf-8")
    assert "这份文件不能作为附件：正文有域代码“DDEAUTO c:" in text and "文件本身没有改动，仍然保存着" in text
    attachment.refresh_from_db()
    assert (attachment.inspection, attachment.parts.count()) == (0, 1)


@pytest.mark.django_db
def test_the_command_names_what_is_no_longer_handed_out(district, activity):
    make_attachment(activity, district.staff, "好.docx", document(), inspection=0)
    acts = make_attachment(activity, district.staff, "白露.docx", outside("frame"), inspection=0)
    first, last = said_by_the_command().splitlines()
    assert first.startswith(f"附件 编号 {acts.pk}（activities.activity:{activity.pk}）：这份文件不能作为附件：正文有")
    assert last == "不再提供下载的附件：1 个。"
    acts.parts.all().delete()
    assert "的内容不完整，或被改动过" in said_by_the_command()
    acts.delete()
    out = StringIO()
    call_command("inspect_attachments", stdout=out)
    assert out.getvalue() == "附件都已通过检查。\n"


def said_by_the_command():
    """What the command says where it finds something."""
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("inspect_attachments", stdout=out)
    return out.getvalue()


def test_the_child_process_tells_what_it_found():
    for ending, data, said in [
        ("pdf", PDF, None),
        ("docx", outside("frame"), ("active", "嵌入的另一份文件（http://example.org/a）")),
        ("pdf", b"%PDF-1.4 broken", ("damaged", "")),
    ]:
        assert told(ending, data) == said


def told(ending, data):
    """What the child process found, None for nothing."""
    try:
        check_content(ending, data)
    except Unsafe as unsafe:
        return unsafe.reason, unsafe.found
    return None


def test_an_inspection_that_does_not_come_to_an_end_is_a_refusal(monkeypatch):
    monkeypatch.setattr("yl_district.inspection.inspector.INSPECTING_SECONDS", 0)
    assert told("pdf", PDF) == ("too large", "")


def test_an_inspection_that_breaks_off_is_a_refusal(monkeypatch):
    monkeypatch.setattr("yl_district.inspection.inspector.STARTER", "import os; os.abort()")
    assert told("pdf", PDF) == ("too large", "")
