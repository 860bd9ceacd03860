"""Pages of the Word layouts: district administrators put one to use, and documents can always be produced."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from docx import Document
from docx.shared import Pt

from orgs.models import Role
from reports.models import WordLayout
from tests.factories import make_user
from tests.pages import browser_of, page, queries, status, two_branches
from tests.reports import layout_files as files
from yl_district.audit.models import AccessEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    place = two_branches()
    place.admin = browser_of(make_user("管宁", place.root, Role.Kind.ADMINISTRATOR))
    return place


def own_layout(size=15):
    """The built-in layout with text of another size."""
    document = Document(io.BytesIO(files.built_in()))
    document.styles["Normal"].font.size = Pt(size)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def upload(client, data, name="区里的版式.docx"):
    return client.post(reverse("word_layout_create"), {"file": SimpleUploadedFile(name, data)}, follow=True)


def stored(data, **fields):
    """A layout as it stands in the database, checked or not."""
    known = {"file_name": "版式.docx", "sha256": "0" * 64, "uploaded_at": timezone.now()}
    known["uploaded_by"] = Role.objects.filter(kind=Role.Kind.ADMINISTRATOR).first().user
    return WordLayout.objects.create(content=data, **known | fields)


def size_of_text(client):
    """The size of the text in the summary's Word file."""
    answer = client.get(reverse("summary_export", args=["docx"]), {"year": 2017})
    assert answer.status_code == 200
    return Document(io.BytesIO(answer.content)).styles["Normal"].font.size.pt


@pytest.mark.cpu(8)
@pytest.mark.full
def test_what_is_done_with_layouts_stands_in_the_access_log(place):
    upload(place.admin, own_layout(15), "一.docx")
    upload(place.admin, own_layout(14), "二.docx")
    first, second = WordLayout.objects.order_by("pk")
    place.admin.post(reverse("word_layout_delete", args=[second.pk]))
    lines = AccessEntry.objects.filter(action=AccessEntry.Action.LAYOUT).order_by("number")
    assert list(lines.values_list("subject", "detail")) == [
        (f"reports.wordlayout:{first.pk}", f"上传并启用：一.docx，文件校验值 {first.sha256}"),
        (f"reports.wordlayout:{second.pk}", f"上传并启用，代替“一.docx”：二.docx，文件校验值 {second.sha256}"),
        (f"reports.wordlayout:{second.pk}", f"停用：二.docx，文件校验值 {second.sha256}"),
    ]
    assert {line.address for line in lines} == {"127.0.0.1"}


@pytest.mark.cpu(10)
def test_an_uploaded_layout_is_in_force_until_it_is_withdrawn(place):
    answer = upload(place.admin, own_layout(15))
    assert "版式已通过检查并启用，今后的 Word 文件用它生成。" in answer.content.decode()
    assert size_of_text(place.office) == 15
    upload(place.admin, own_layout(14), "另一份.docx")
    assert size_of_text(place.office) == 14
    text = page(place.admin, "word_layout_list")
    assert [text.count(f">{state}<") for state in ("使用中", "备用", "已停用")] == [1, 1, 0]
    for layout, size in zip(WordLayout.objects.all(), (15, 16), strict=True):
        place.admin.post(reverse("word_layout_delete", args=[layout.pk]))
        assert size_of_text(place.office) == size
        assert status(place.admin, "word_layout_delete", layout.pk) == 404
    assert page(place.admin, "word_layout_list").count(">已停用<") == 2


def test_a_refused_file_is_not_kept_and_the_page_says_why(place):
    answer = upload(place.admin, b"x")
    assert (answer.status_code, WordLayout.objects.count()) == (422, 0)
    assert "这不是 Word 文件，或文件已损坏。" in answer.content.decode()
    answer = place.admin.post(reverse("word_layout_create"), {})
    assert (answer.status_code, WordLayout.objects.count()) == (422, 0)
    assert "请选择要上传的 Word 文件（.docx）。" in answer.content.decode()


def test_the_same_form_sent_twice_makes_one_layout(place):
    token = place.admin.get(reverse("word_layout_create")).context["form"].submission
    for _ in range(2):
        file = SimpleUploadedFile("版式.docx", files.built_in())
        answer = place.admin.post(reverse("word_layout_create"), {"file": file, "submission": token})
        assert (answer.status_code, answer.url) == (302, reverse("word_layout_list"))
    assert WordLayout.objects.count() == 1


@pytest.mark.cpu(6)
@pytest.mark.full
def test_files_come_back_as_they_were_sent_and_are_noted(place):
    data = own_layout()
    upload(place.admin, data, "版式.dotx")
    layout = WordLayout.objects.get()
    assert place.office.get(reverse("word_layout_download", args=[layout.pk])).content == data
    assert place.office.get(reverse("word_layout_template")).content == files.built_in()
    taken = AccessEntry.objects.filter(action="export").values_list("subject", flat=True)
    assert sorted(taken) == ["内置版式.docx", "版式.docx"]


def test_a_layout_that_fails_later_gives_way_to_the_built_in_one_and_the_pages_say_so(place):
    stored(files.replaced(files.DOCUMENT, "{{ title }}", "{{ title.upper() }}"), file_name="旧版式.docx")
    assert size_of_text(place.office) == 16
    said = "上传的 Word 版式“旧版式.docx”不能使用，文件已改用内置版式生成。请管理员检查或停用该版式。"
    assert said in page(place.office, "summary_detail", year=2017)
    assert "占位符只能写名称、判断和循环，不能用函数调用。" in page(place.office, "word_layout_list")


def test_a_stored_file_that_is_no_word_file_makes_no_error_page(place):
    stored(b"nothing")
    assert size_of_text(place.office) == 16


def test_staff_may_look_and_only_administrators_of_the_district_change(place):
    layout = stored(own_layout())
    assert "上传版式" not in page(place.office, "word_layout_list")
    assert "停用</a>" not in page(place.office, "word_layout_list")
    below = browser_of(make_user("支部管理员", place.here, Role.Kind.ADMINISTRATOR))
    for client, expected in [(place.office, 404), (place.cadre, 404), (below, 404), (place.admin, 200)]:
        assert status(client, "word_layout_create") == expected
        assert status(client, "word_layout_delete", layout.pk) == expected
    assert [status(client, "word_layout_list") for client in (place.cadre, below)] == [404, 404]


def test_rows_do_not_add_queries(place):
    stored(own_layout())
    before = queries(place.office, "word_layout_list")
    for number in range(5):
        stored(own_layout(), file_name=f"{number}.docx")
    assert queries(place.office, "word_layout_list") == before


def without_choice():
    """A layout as it was made before the appendix could be chosen: it always has the table."""
    document = Document(io.BytesIO(own_layout(15)))
    lines = document.paragraphs
    for number, line in enumerate(lines):
        if line.text == "{%p if appendix %}":
            end = next(each for each in lines[number:] if each.text == "{%p endif %}")
            for removed in (line, end):
                removed._p.getparent().remove(removed._p)
        line.text = line.text.replace("{{ appendix }}", "附件")
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def test_an_older_layout_keeps_its_table_and_the_page_says_so_and_offers_the_built_in_one(place):
    told = "现用的上传版式自带指标表，去不掉"
    stored(own_layout(15))
    assert told not in page(place.office, "summary_detail", year=2017)
    stored(without_choice())
    text = page(place.office, "summary_detail", year=2017)
    assert told in text and "上传的版式不用于 PDF" in text
    address, asked = reverse("summary_export", args=["docx"]), {"year": 2017}
    tables = [
        len(Document(io.BytesIO(place.office.get(address, asked | more).content)).tables)
        for more in ({}, {"layout": "built-in"}, {"layout": "built-in", "appendix": "1"})
    ]
    assert tables == [1, 0, 1]


def test_a_layout_that_loses_its_text_without_the_appendix_is_refused(place):
    data = files.replaced(files.DOCUMENT, "{{ signature }}", "{% if appendix %}{{ signature }}{% endif %}")
    answer = upload(place.admin, data)
    assert (answer.status_code, WordLayout.objects.count()) == (422, 0)
    assert "试排的样张里缺少落款“样张落款单位”。" in answer.content.decode()
