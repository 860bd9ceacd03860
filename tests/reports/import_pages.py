"""Shared by the tests of import pages: a roster, its upload, and reading the pages' text."""

import html
import re

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from members.models import Member
from tests.workbooks import workbook
from yl_district.importing.models import ImportBatch
from yl_district.importing.questions import left_open, questions_of

HEADINGS = ["姓名", "性别", "出生日期", "所在团支部", "文化程度"]
HERE, THERE = "柳林社区团支部", "槐荫社区团支部"
NAMES = "安柏辰丹恩芳歌涵吉凯岚明楠欧平琪然思桐维"


def person(number, branch=HERE, **cells):
    """A row about somebody of whom there is only one."""
    name = f"章{NAMES[number // 20 % 20]}{NAMES[number % 20]}"
    row = {"姓名": name, "性别": "女", "出生日期": f"{1990 + number // 400}-05-04", "所在团支部": branch}
    return row | {"文化程度": "大学本科"} | cells


def people(count, **cells):
    """So many of them."""
    return [person(number, **cells) for number in range(count)]


def sent(client, content, name="名单.xlsx", kind="members", **data):
    """The answer to an upload of rows or bytes."""
    content = content if isinstance(content, bytes) else workbook({"花名册": content})
    return client.post(reverse("import_batch_create"), {"kind": kind, "file": SimpleUploadedFile(name, content)} | data)


def opened(client, content, **options):
    """The import that an upload began."""
    answer = sent(client, content, **options)
    assert answer.status_code == 302, answer.context["form"].errors
    batch = ImportBatch.objects.get(pk=re.search(r"/imports/(\d+)/", answer.url)[1])
    answer_questions(client, batch)
    return batch


def answer_questions(client, batch):
    """Answers what is asked about a checked file as first proposed."""
    if batch.state == "checked" and left_open(batch):
        given = {one.id: batch.answers.get(one.id) or next(iter(one.proposals)) for one in questions_of(batch)}
        act(client, "answer", batch, **{f"answer-{key}": answer for key, answer in given.items()})
        batch.refresh_from_db()


def act(client, name, batch, **data):
    """The answer to a form of a page of the import."""
    return client.post(reverse(f"import_batch_{name}", args=[batch.pk]), data)


def commit(client, batch, **data):
    """The answer to the button that writes what the page shows."""
    batch.refresh_from_db()
    answer_questions(client, batch)
    context = client.get(batch.get_absolute_url()).context
    answer = act(client, "commit", batch, seen=context["seen"], **data)
    batch.refresh_from_db()
    return answer


def text(answer):
    """What an answer says, without its marks and the white space between them."""
    return " ".join(html.unescape(re.sub("<[^>]+>", " ", answer.content.decode())).split())


def told(client, batch, **query):
    """What the import's own page says."""
    return text(client.get(batch.get_absolute_url(), query))


def rows(client, batch, **query):
    """The rows on the import's page, as (number, outcome)."""
    shown = client.get(batch.get_absolute_url(), query).context["rows"]
    return [(row.number, row.label) for row in shown]


def counts(batch):
    """New, changed, the same and wrong rows."""
    batch.refresh_from_db()
    return tuple(batch.counts.get(tag, 0) for tag in "ncsw")


def educations():
    """The education of all members, in words."""
    return {member.get_education_display() for member in Member.objects.all()}
