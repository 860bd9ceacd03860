"""The pledge of secrecy as a Word file: who signs it, what it says, and that it tells of no youth."""

import zipfile
from datetime import timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from docx import Document

from assistance.pledge_papers import PLEDGES, write_pledge
from tests.factories import make_assisted_youth, make_grant, make_pairing, make_person, make_volunteer
from tests.made_once import made_once
from tests.pages import page, status, two_branches
from yl_district.audit.models import AccessEntry

pytestmark = pytest.mark.django_db
BLANK_DAY = "日期：＿＿＿＿年＿＿月＿＿日"


@made_once
def district():
    """A pairing of 白露 with 顾清, whose file is open to the office."""
    place = two_branches()
    place.youth = make_assisted_youth(place.here, "白露", school="城关一中")
    place.pairing = make_pairing(place.youth, make_volunteer(name="顾清"))
    make_grant(place.staff, place.youth.person)
    return place


def lines_of(content):
    """The paragraphs of a Word file."""
    return [paragraph.text for paragraph in Document(BytesIO(content)).paragraphs]


def test_the_pledge_is_handed_out_to_be_signed_and_tells_of_no_youth(district):
    answer = district.office.get(reverse("pairing_pledge", args=[district.pairing.pk]))
    lines = lines_of(answer.content)
    assert lines[:2] == ["志愿者保密承诺书", "志愿者：顾清"]
    assert [line.partition(" ")[2] for line in lines[3:10]] == list(PLEDGES)
    assert [line.partition("：")[2] for line in lines[11:]] == [f"＿＿＿＿＿＿＿＿＿＿＿＿　　{BLANK_DAY}"] * 2
    with zipfile.ZipFile(BytesIO(answer.content)) as parts:
        told = "".join(parts.read(name).decode(errors="ignore") for name in parts.namelist())
    words = (*district.youth.person.name, "城关一中", str(district.here), "python-docx", str(district.staff))
    assert [word for word in words if word in told] == []
    entry = AccessEntry.objects.filter(action="export").get()
    subject = f"assistance.pairing:{district.pairing.pk}"
    assert (entry.subject, entry.detail) == ("志愿者保密承诺书.docx", subject)


def test_a_minor_signs_the_pledge_with_a_guardian():
    born = timezone.localdate() - timedelta(days=16 * 366)
    volunteer = make_volunteer(person=make_person("顾清", birth_date=born))
    stream = BytesIO()
    write_pledge(volunteer, timezone.localdate(), stream)
    lines = lines_of(stream.getvalue())
    assert [lines[1], *(line.partition("：")[0] for line in lines[11:])] == [
        "志愿者：＿＿＿＿＿＿＿＿＿＿＿＿",
        "承诺人（签名）",
        "监护人（签名）",
        "地区团委经办人（盖章）",
    ]


def test_only_whoever_may_open_the_file_gets_the_pledge(district):
    assert reverse("pairing_pledge", args=[district.pairing.pk]) in page(
        district.office, "pairing_detail", district.pairing.pk
    )
    other = make_pairing(make_assisted_youth(district.there, "秦朗"))
    assert status(district.office, "pairing_pledge", other.pk) == 404
    assert status(district.cadre, "pairing_pledge", district.pairing.pk) == 404
