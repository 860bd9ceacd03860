"""Files attached to records: who may add, download and remove them, what is kept of them, and encryption at rest."""

import io
from hashlib import sha256

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.urls import reverse

from orgs.models import Role
from orgs.roles import RoleKind
from reports.models import Target
from tests.evidence import PDF, PLACE, exif, jpeg, segment
from tests.factories import (
    make_activity,
    make_assessment,
    make_assessment_item,
    make_assistance,
    make_assisted_youth,
    make_attachment,
    make_campaign,
    make_contact,
    make_grant,
    make_hub,
    make_link,
    make_member,
    make_pairing,
    make_post,
    make_proof,
    make_scholarship,
    make_supply,
    make_unit,
    make_unit_contact,
    make_user,
)
from tests.forms import answers, shown_form
from tests.made_once import made_once
from tests.pages import browser_of, confirmed, page, queries, two_branches
from yl_district.attachments.models import PART_SIZE, Attachment, AttachmentPart, attachable_models
from yl_district.audit.models import AccessEntry
from yl_district.history.tracking import kind_of
from yl_district.privacy.encryption import DecryptionError, Sealed
from yl_district.views.attachment_forms import file_name

pytestmark = pytest.mark.django_db
PHOTO = jpeg(segment(0xE1, exif()))


@made_once
def district():
    return two_branches()


@pytest.fixture
def activity(district):
    return make_activity(district.here, "健步走")


def upload(client, record, content=PDF, name="签到表.pdf", **typed):
    """The response to a file uploaded to a record without a token."""
    address = reverse("attachment_create", args=[kind_of(type(record)), record.pk])
    data = {"kind": "sign_in_sheet", "note": "第一页"} | typed
    return client.post(address, data | {"file": SimpleUploadedFile(name, content)})


def refusal(answer):
    """The messages with which a form was refused."""
    form = answer.context["form"]
    (words,) = [word for words in form.errors.values() for word in words]
    assert (answer.status_code, words in answer.content.decode()) == (200, True)
    return words


def taken(client, attachment):
    """The response to a download."""
    return client.get(reverse("attachment_export", args=[attachment.pk]))


def one_of_each(district):
    """A record of every model with attachments; the office has grants to open the case files."""
    unit, cadre = make_unit(branch=district.here), make_post(organisation=district.here).person
    youth = make_assisted_youth(district.here)
    scholarship = make_scholarship("苏棠")
    for person in (youth.person, scholarship.student):
        make_grant(district.staff, person)
    return [
        make_activity(district.here),
        unit,
        make_unit_contact(unit),
        make_supply(district.here),
        make_contact(cadre, [make_link(cadre)]),
        Target.objects.create(year=2017, task="建团", figure="units_founded", value=2),
        youth,
        youth.plans.create(year=2017),
        make_pairing(youth),
        make_assistance([youth]),
        scholarship,
        assessment := make_assessment(district.here),
        make_assessment_item(assessment),
        make_proof(make_campaign(), make_member(branch=district.here).person),
    ]


@pytest.mark.cpu(5)
def test_a_file_can_be_attached_to_each_kind_of_record_that_counts(district):
    records = one_of_each(district)
    assert {type(record) for record in records} == set(attachable_models())
    for record in records:
        answer = upload(district.office, record, PDF + f"%{record._meta.label}\n%%EOF\n".encode())
        place = district.office.get(answer.url.partition("#")[0])
        attachment = record.attachments.get()
        assert (answer.status_code, answer.url.partition("#")[2]) == (302, "attachments")
        assert reverse("attachment_export", args=[attachment.pk]) in place.content.decode()
        assert taken(district.office, attachment).status_code == 200


def test_no_file_can_be_attached_to_other_records(district):
    member = make_member(branch=district.here)
    assert district.office.get(reverse("attachment_create", args=["member", member.pk])).status_code == 404
    assert district.office.get(reverse("attachment_create", args=["nonsense", member.pk])).status_code == 404


def test_whoever_sees_a_record_without_changing_it_attaches_nothing_and_takes_nothing_away(district):
    target = Target.objects.create(year=2017, task="建团", figure="units_founded", value=2)
    upload(district.office, target)
    leader = make_user("主管领导", district.root, RoleKind.LEADER)
    Role.objects.create(user=leader, organisation=district.here, kind=RoleKind.CADRE)
    client, attachment = browser_of(leader), target.attachments.get()
    assert taken(client, attachment).status_code == 200
    assert upload(client, target, PDF + b"%2\n%%EOF\n").status_code == 404
    assert client.post(reverse("attachment_delete", args=[attachment.pk])).status_code == 404
    assert target.attachments.count() == 1


def test_another_file_under_the_same_token_is_asked_about(district, activity):
    address = reverse("attachment_create", args=["activity", activity.pk])
    token = answers(shown_form(district.office.get(address)))["submission"]
    assert upload(district.office, activity, submission=token).status_code == 302
    assert upload(district.office, activity, submission=token).status_code == 302
    assert upload(district.office, activity, PDF + b"%2\n%%EOF\n", submission=token).status_code == 409
    assert activity.attachments.count() == 1


def test_a_file_comes_back_as_it_was_sent(district, activity):
    content = PDF + bytes(3 * PART_SIZE) + b"\n%%EOF\n"
    upload(district.office, activity, content, kind="approval")
    attachment = activity.attachments.get()
    answer = taken(district.office, attachment)
    assert answer.content == content
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == "attachment; filename*=UTF-8''%E7%AD%BE%E5%88%B0%E8%A1%A8.pdf"
    assert (answer["X-Content-Type-Options"], answer["Cache-Control"]) == ("nosniff", "no-store")
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert attachment.parts.count() == 4
    facts = (attachment.size, attachment.sha256, attachment.uploaded_by, attachment.note)
    assert facts == (len(content), sha256(content).hexdigest(), district.staff, "第一页")


def test_a_photo_is_kept_without_its_place(district, activity):
    upload(district.office, activity, PHOTO, "IMG_2017.JPG", kind="photo")
    attachment = activity.attachments.get()
    assert PLACE in PHOTO and PLACE not in taken(district.office, attachment).content
    assert (attachment.file_name, attachment.get_kind_display()) == ("IMG_2017.jpg", "照片")


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("签到表.pdf", "签到表.pdf"),
        ("照片.jpg.exe", "照片.jpg.pdf"),
        (r"C:\资料\批复.docx", "批复.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("\u202egpj.批复", "gpj.pdf"),
        ("...", "附件.pdf"),
        ("长" * 300, "长" * 100 + ".pdf"),
    ],
)
def test_a_name_says_what_the_file_is_and_leads_nowhere(name, kept):
    assert file_name(name, "pdf") == kept


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "这是一个空文件，请确认文件已保存完整。"),
        (b"MZ\x90", "这是程序。附件可以是 PDF"),
        (b"<html>", "这是网页。附件可以是 PDF"),
        (b"%PDF-1.4\n" + bytes(Attachment.MOST_BYTES), "文件有 10.0\xa0MB，上限为 10.0\xa0MB。请压缩图片"),
    ],
)
def test_a_wrong_file_is_refused_in_one_sentence(district, activity, content, words):
    assert refusal(upload(district.office, activity, content)).startswith(words)
    assert not Attachment.objects.exists()


def test_a_form_without_file_or_kind_is_refused(district, activity):
    address = reverse("attachment_create", args=["activity", activity.pk])
    assert refusal(district.office.post(address, {"kind": "photo"})) == "请填写文件。"
    assert refusal(upload(district.office, activity, kind="nonsense")).startswith("选择一个有效的选项")


def test_the_same_file_is_attached_once(district, activity):
    upload(district.office, activity)
    assert refusal(upload(district.office, activity, name="另一份.pdf")) == (
        "这份文件已经附在这条记录上，不必重复上传。"
    )
    upload(district.office, make_activity(district.here))
    assert Attachment.objects.count() == 2


def test_a_record_takes_so_many_files_and_no_more(district, activity):
    for number in range(Attachment.MOST_PER_RECORD):
        make_attachment(activity, district.staff, content=b"%d" % number)
    assert refusal(upload(district.office, activity)).startswith("这条记录已有 20 个附件，不能再添加。")
    assert activity.attachments.count() == 20


def test_who_sees_the_record_sees_its_files_and_who_changes_it_changes_them(district, activity):
    hub = make_hub(district.there)
    there = make_activity(district.there, "读书会", hub=hub)
    target = Target.objects.create(year=2017, task="建团", figure="units_founded", value=2)
    own, foreign, of_target = (make_attachment(record, district.staff) for record in (activity, there, target))
    roles = {"cadre": RoleKind.CADRE, "leader": RoleKind.LEADER, "auditor": RoleKind.AUDITOR}
    clients = {name: browser_of(make_user(name, district.root, kind)) for name, kind in roles.items()}
    clients |= {"office": district.office, "branch": district.cadre}
    clients["hub"] = browser_of(make_user("店长", district.there, RoleKind.HUB_OPERATOR))
    found = {
        name: [(taken(client, one).status_code, removal(client, one).status_code) for one in (own, foreign, of_target)]
        for name, client in clients.items()
    }
    full, none, read = (200, 200), (404, 404), (200, 404)
    assert found == {
        "office": [full, full, full],
        "cadre": [full, full, none],
        "branch": [full, none, none],
        "hub": [none, full, none],
        "leader": [none, none, read],
        "auditor": [none, none, none],
    }


def removal(client, attachment):
    """The page that confirms deleting a file."""
    return client.get(reverse("attachment_delete", args=[attachment.pk]))


def test_each_file_taken_has_its_line_in_the_log_which_does_not_tell_its_name(district, activity):
    attachment = make_attachment(activity, district.staff, "白露的家访.pdf")
    taken(district.office, attachment)
    line = AccessEntry.objects.first()
    assert (line.action, line.user_id) == ("export", district.staff.pk)
    assert line.subject == f"yl_district.attachment:{attachment.pk}"
    assert line.detail == f"签到表扫描件，activities.activity:{activity.pk} 的附件"


def test_a_file_of_a_case_is_a_look_at_the_case(district):
    youth = make_assisted_youth(district.here)
    attachment = make_attachment(youth, district.staff)
    assert taken(district.office, attachment).status_code == 404
    make_grant(district.staff, youth.person)
    assert taken(district.office, attachment).status_code == 200
    assert AccessEntry.objects.first().action == "case_view"
    removal(district.office, attachment)
    line = AccessEntry.objects.first()
    assert (line.action, line.subject, line.detail) == ("case_view", f"assistance.assistedyouth:{youth.pk}", "附件")


def test_a_file_about_several_children_opens_to_whoever_may_know_of_them_all(district):
    """Its list of names would reveal the others, except to the user who attached it."""
    first, second = (make_assisted_youth(district.here, name) for name in ("白露", "秦朗"))
    assistance = make_assistance([first, second])
    keeper = make_user("个案专员", district.root, RoleKind.CASEWORKER)
    for youth in (first, second):
        make_grant(district.staff, youth.person)
    make_grant(keeper, first.person)
    files = [make_attachment(assistance, district.staff), make_attachment(assistance, keeper, "自己.pdf", b"2")]
    clients = {"whole": district.office, "part": browser_of(keeper)}
    found = {name: [taken(client, one).status_code for one in files] for name, client in clients.items()}
    assert found == {"whole": [200, 200], "part": [404, 200]}
    for url_name, args in (("assistance_detail", []), ("record_history", ["assistance"])):
        shown = {name: page(client, url_name, *args, assistance.pk) for name, client in clients.items()}
        assert ["签到表.pdf" in shown[name] for name in ("whole", "part")] == [True, False]
        assert ["自己.pdf" in shown[name] for name in ("whole", "part")] == [True, True]


def test_no_byte_leaves_where_the_log_takes_no_line(district, activity, broken_log):
    answer = taken(district.office, make_attachment(activity, district.staff))
    assert (answer.status_code, PDF in answer.content) == (503, False)


def test_a_file_is_removed_with_its_contents_and_the_history_says_by_whom(district, activity):
    upload(district.office, activity)
    attachment = activity.attachments.get()
    address = reverse("attachment_delete", args=[attachment.pk])
    data = answers(shown_form(district.cadre.get(address)))
    assert district.cadre.post(address, data).url == f"{activity.get_absolute_url()}#attachments"
    assert not Attachment.objects.exists() and not AttachmentPart.objects.exists()
    steps = Attachment.history.order_by("history_id").values_list("history_type", "history_user__name")
    assert list(steps) == [("+", "林知秋"), ("-", "陆远")]
    told = page(district.office, "record_history", "activity", activity.pk)
    assert "删除：签到表.pdf（签到表扫描件）" in told and "添加：签到表.pdf（签到表扫描件）" in told


def test_a_record_is_deleted_with_its_files_and_the_page_says_so(district, activity):
    make_attachment(activity, district.staff)
    make_attachment(make_unit(), district.staff)
    address = reverse("activity_delete", args=[activity.pk])
    shown = district.office.get(address)
    assert "它的 1 个附件会一并删除。" in shown.content.decode()
    assert confirmed(district.office, address, answers(shown_form(shown))).status_code == 302
    assert [attachment.content_type.model for attachment in Attachment.objects.all()] == ["unit"]
    assert Attachment.history.filter(history_type="-").get().history_user == district.staff


def test_a_record_is_not_deleted_with_a_file_that_its_reader_has_not_seen(district, activity):
    address = reverse("activity_delete", args=[activity.pk])
    data = answers(shown_form(district.office.get(address)))
    make_attachment(activity, district.branch_cadre)
    answer = district.office.post(address, data)
    assert (answer.status_code, "他人修改了它的附件" in answer.content.decode()) == (409, True)
    assert activity.attachments.count() == 1


def test_the_button_pressed_twice_attaches_one_file(district, activity):
    address = reverse("attachment_create", args=["activity", activity.pk])
    data = answers(shown_form(district.office.get(address))) | {"kind": "photo"}
    sent = [district.office.post(address, data | {"file": SimpleUploadedFile("a.pdf", PDF)}) for _ in range(2)]
    assert [answer.url for answer in sent] == [f"{activity.get_absolute_url()}#attachments"] * 2
    assert "没有重复登记" in district.office.get(activity.get_absolute_url()).content.decode()
    assert activity.attachments.count() == 1


def stored_cells():
    """Every value stored in the tables of attachments and their histories."""
    tables = [model._meta.db_table for model in (Attachment, AttachmentPart, Attachment.history.model)]
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}"')
            yield from (str(cell) for row in cursor.fetchall() for cell in row)


def test_neither_name_nor_contents_lie_open(district, activity):
    content = PDF + b"%canary-of-contents\n%%EOF\n"
    upload(district.office, activity, content, "金丝雀.pdf", note="金丝雀的说明")
    cells = list(stored_cells())
    assert len(cells) > 20
    assert [cell for cell in cells if "金丝雀" in cell or "canary" in cell or "%PDF" in cell] == []


def test_a_piece_that_was_changed_moved_or_lost_makes_the_file_none(district, activity):
    content = PDF + bytes(2 * PART_SIZE)
    for harm in (lose_a_piece, swap_pieces, take_anothers_piece):
        attachment = make_attachment(make_activity(district.here), district.staff, content=content)
        harm(attachment)
        with pytest.raises(DecryptionError):
            attachment.write_to(io.BytesIO())
        assert taken(district.office, attachment).status_code == 503


def lose_a_piece(attachment):
    attachment.parts.last().delete()


def swap_pieces(attachment):
    for number, place in ((0, 9), (1, 0), (9, 1)):
        attachment.parts.filter(number=number).update(number=place)


def take_anothers_piece(attachment):
    cell = attachment.parts.last().__dict__["content"]
    assert isinstance(cell, Sealed)
    first = attachment.parts.first()
    AttachmentPart.objects.filter(pk=first.pk).update(content=cell)


def test_files_stay_readable_when_keys_are_changed(district, activity, settings):
    content = PDF + bytes(PART_SIZE)
    attachment = make_attachment(activity, district.staff, content=content)
    former = settings.FIELD_KEYS
    settings.FIELD_KEYS = f"new {'A' * 43}=\n{former}"
    out = io.StringIO()
    call_command("rotate_field_keys", stdout=out)
    assert "附件内容（yl_district.AttachmentPart）：改用当前密钥 2 行，旧密钥 0 行" in out.getvalue()
    index = next(line for line in former.splitlines() if line.startswith("index"))
    settings.FIELD_KEYS = f"new {'A' * 43}=\n{index}"
    stream = io.BytesIO()
    Attachment.objects.get(pk=attachment.pk).write_to(stream)
    assert stream.getvalue() == content


def test_queries_do_not_grow_with_files(district, activity):
    def shown():
        return queries(district.office, "activity_detail", activity.pk)

    make_attachment(activity, district.staff, content=b"first")
    few = shown()
    for number in range(10):
        make_attachment(activity, make_user(f"经办{number}", district.here), content=b"%d" % number)
    assert shown() == few


def test_files_of_one_kind_of_record_are_not_those_of_another(district, activity):
    unit = make_unit(pk=activity.pk)
    make_attachment(unit, district.staff)
    assert not activity.attachments.exists()
    assert unit.attachments.get().content_type == ContentType.objects.get_for_model(unit)
