"""One damaged cell: it is shown as such and named, mended by an act in the log, and everything else goes on."""

import base64
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.urls import reverse

from assistance.models import AssistedYouth
from members.merge_actions import merge_people
from members.models import Member, Person, PersonMerge
from orgs.models import Organisation, Role
from tests.crawl import page_addresses
from tests.damage import damage, damage_everything, plant_cell, stored_cell
from tests.factories import make_assisted_youth, make_grant, make_member, make_person, make_user
from tests.forms import answers, shown_form
from tests.made_once import made_once
from tests.orgs.sign_in import signed_in
from tests.pages import browser_of, page, two_branches
from tests.reports.test_import_marks import exported
from tests.rosters import BRANCH, make_branches, member_row, take, tally, written
from tests.viewers import VIEWERS, records, viewers
from tests.viewers import district as whole_district
from yl_district.audit.models import AccessEntry
from yl_district.privacy import encryption
from yl_district.privacy.encryption import DecryptionError, decrypt
from yl_district.privacy.unreadable import UNREADABLE, UnreadableText
from yl_district.sheets import raw_rows
from yl_district.sheets.models import AwaitedCell
from yl_district.spreadsheets.workbooks import read_workbook

pytestmark = pytest.mark.django_db

NUMBER, MOBILE, OTHER = "11010519491231002X", "13800138000", "13900139000"


@made_once
def place():
    """Two members, of whom one has a damaged mobile number."""
    found = two_branches()
    person = make_person("章程", mobile=MOBILE, identity_number=NUMBER)
    found.member, found.whole = make_member("章程", found.here, person), make_member("韩笑", found.here)
    damage(person, "mobile")
    return found


def alert(text):
    """The words on a page that name damaged cells, "" without them."""
    begin = text.find("处加密保存的内容不能读取")
    return text[begin : text.find("</div>", begin)] if begin >= 0 else ""


@pytest.mark.parametrize("url_name", ["member_detail", "member_update", "member_list", "person_detail"])
def test_a_page_shows_what_it_can_and_names_the_cell_once(place, url_name):
    args = {"member_list": [], "person_detail": [place.member.person_id]}.get(url_name, [place.member.pk])
    text = page(place.office, url_name, *args)
    named = f"人员 编号 {place.member.person_id} 的“手机号码”"
    assert (text.count(named), UNREADABLE in text, MOBILE in text) == (1, True, False)


def test_pages_without_a_damaged_cell_say_nothing(place):
    assert alert(page(place.office, "member_detail", place.whole.pk)) == ""


def test_the_history_of_a_damaged_cell_is_a_page(place):
    place.member.person.refresh_from_db()
    damage(place.member.person.history.first(), "mobile")
    assert UNREADABLE in page(place.office, "record_history", "person", place.member.person_id)


def test_without_its_key_a_cell_is_no_damage_but_a_fault_of_the_installation(place, settings):
    """Typing it anew would be wrong: the key file has to be brought back."""
    current, key = encryption.keys.current_key().id, base64.b64encode(bytes(32)).decode()
    settings.FIELD_KEYS = settings.FIELD_KEYS.replace(f"{current} ", f"elsewhere {key}\n{current}x ")
    answer = place.office.get(reverse("member_update", args=[place.member.pk]))
    assert (answer.status_code, "数据校验失败，不能显示" in answer.content.decode()) == (503, True)
    assert UNREADABLE in page(place.office, "member_list")


@pytest.mark.both
@pytest.mark.parametrize("url_name", ["member_detail", "member_update", "member_export", "ledger_export"])
def test_a_cell_that_names_a_key_of_no_installation_is_damaged_and_stops_nothing(place, url_name):
    person, current = place.member.person, encryption.keys.current_key().id
    plant_cell(person, "mobile", stored_cell(person, "mobile").replace(f":{current}:", ":k9x:"))
    is_file = url_name.endswith("export")
    answer = place.office.get(reverse(url_name, args=[] if is_file else [place.member.pk]))
    told = str([sheet.rows for sheet in read_workbook(answer.content)]) if is_file else answer.content.decode()
    assert (answer.status_code, UNREADABLE in told) == (200, True)


@made_once
def roster():
    """Two imported members with all their numbers, of whom the first has a damaged mobile number."""
    make_branches()
    rows = [member_row(1), member_row(2)]
    written("members", rows)
    first = Member.objects.get(remark="第1号")
    damage(first.person, "mobile")
    return rows, first.person


def found_mobile(person):
    """The ciphertext of a person's mobile number, and what it says."""
    return stored_cell(person, "mobile"), str(Person.objects.get(pk=person.pk).mobile)


@pytest.mark.both
def test_a_list_that_says_what_the_cell_said_changes_nothing_and_the_rest_goes_on(roster):
    """The blind index still knows the number."""
    rows, person = roster
    before = found_mobile(person)
    found = take("members", [rows[0], rows[1] | {"备注": "改"}])
    assert (tally(found.batch), found.errors, found.is_written) == ({"same": 1, "changed": 1}, [], True)
    assert found_mobile(person) == before == (before[0], UNREADABLE)


@pytest.mark.both
def test_a_list_that_says_something_else_waits_to_be_asked_for_and_overwrites_nothing(roster):
    rows, person = roster
    before = found_mobile(person)
    found = take("members", [rows[0] | {"手机号码": OTHER, "备注": "改"}, rows[1]])
    assert (tally(found.batch), found.is_written) == ({"changed": 1, "same": 1}, True)
    assert found_mobile(person) == before
    (cell,) = AwaitedCell.objects.all()
    assert (cell.heading, cell.found, "不能读取" in cell.remedy) == ("手机号码", OTHER, True)
    assert Member.objects.get(person=person).remark == "改"


@pytest.mark.both
def test_an_identity_number_that_cannot_be_read_is_still_nobody_elses(roster):
    rows, person = roster
    damage(person, "identity_number")
    found = take("members", [rows[0] | {"备注": "改"}, rows[1]])
    assert (tally(found.batch), Person.objects.count()) == ({"changed": 1, "same": 1}, 2)
    other = make_branch_member(rows[0]["身份证号"])
    assert "该号码已用于另一姓名的人员" in other


def make_branch_member(number):
    """What the form says of somebody else who is given this number."""
    place = browser_of(make_user(organisation=Organisation.objects.get(name="清河地区团工委")))
    data = {"name": "秦朗", "identity_number": number, "branch": Organisation.objects.get(name=BRANCH).pk}
    return place.post(reverse("member_create"), data | {"status": "normal"}).content.decode()


@pytest.mark.parametrize("masks", [False, True])
def test_an_export_says_so_and_comes_back_without_changing_anything(roster, masks):
    _, person = roster
    before = found_mobile(person)
    content = exported("members", "xlsx", masks)
    text = str(read_workbook(content)[0].rows)
    assert text.count(UNREADABLE) == 1
    found = take("members", content)
    assert (tally(found.batch), found.errors) == ({"same": 2}, [])
    left = [word for word in found.batch.warnings if UNREADABLE in word]
    assert left == [f"《团员》第 3 行的“手机号码”写的是{UNREADABLE}，不作为内容写入，已登记的保持原样。"]
    assert found_mobile(person) == before


def test_in_the_row_of_somebody_new_it_is_no_content(roster):
    found = take("members", [member_row(3, 手机号码=UNREADABLE)])
    assert (tally(found.batch), Member.objects.get(remark="第3号").person.mobile) == ({"new": 1}, "")


@pytest.mark.parametrize("act", ["import", "export", "form"])
def test_twin_with_an_error_for_each_damaged_cell_nothing_goes_on(roster, monkeypatch, act):
    rows, person = roster
    damage(person, "identity_number")
    monkeypatch.setattr(encryption.EncryptedMixin, "read", encryption.EncryptedMixin.opened)
    monkeypatch.setattr(
        raw_rows, "read_cell", lambda resource, row, place, label, seal: decrypt(row[place], label, row[seal])
    )
    if act == "form":
        office = browser_of(make_user(organisation=Organisation.objects.get(name="清河地区团工委")))
        assert office.get(reverse("member_update", args=[Member.objects.get(person=person).pk])).status_code == 503
        return
    with pytest.raises(DecryptionError):
        take("members", [rows[0]]) if act == "import" else exported("members", "xlsx")


def mend(place, **typed):
    """Sends the member's form with something typed."""
    address = reverse("member_update", args=[place.member.pk])
    return place.office.post(address, answers(shown_form(place.office.get(address))) | typed)


@pytest.mark.both
def test_what_is_typed_replaces_the_cell_after_confirmation_by_an_act_in_the_log(place):
    before = stored_cell(place.member.person, "mobile")
    assert mend(place, remark="未动").status_code == 302
    assert (stored_cell(place.member.person, "mobile"), AccessEntry.objects.filter(action="mend").count()) == (
        before,
        0,
    )
    refused = mend(place, mobile=OTHER)
    assert "请核对无误后勾选这一项再保存" in refused.content.decode()
    assert stored_cell(place.member.person, "mobile") == before
    assert mend(place, mobile=OTHER, replaces_unreadable="on").status_code == 302
    entry = AccessEntry.objects.get(action="mend")
    subject = f"members.person:{place.member.person_id}"
    assert (entry.subject, entry.detail, entry.user_id) == (subject, "重新填写了不能读取的手机号码", place.staff.pk)
    assert [list(Person.objects.with_mobile(number)) for number in (MOBILE, OTHER)] == [[], [place.member.person]]
    assert alert(page(place.office, "member_detail", place.member.pk)) == ""
    assert OTHER not in entry.detail


def test_what_the_cell_held_before_mends_it_as_well(place):
    # Without an identity number, from which something else would be filled in beside.
    person = make_person("白露", mobile=OTHER, gender="F")
    place.member = make_member("白露", place.here, person)
    damage(person, "mobile")
    assert mend(place, mobile=OTHER, replaces_unreadable="on").status_code == 302
    # As text, since a cell that cannot be read equals what its index says that it was.
    assert str(Person.objects.get(pk=person.pk).mobile) == OTHER
    assert AccessEntry.objects.filter(action="mend").count() == 1


def test_a_damaged_cell_can_be_cleared(place):
    assert mend(place, mobile="无", replaces_unreadable="on").status_code == 302
    assert stored_cell(place.member.person, "mobile") == ""


def test_a_case_file_is_mended_like_any_other(place):
    case = make_assisted_youth(place.here, needs="棉衣", remark="备注")
    caseworker = make_user("秦朗", place.root, Role.Kind.CASEWORKER)
    make_grant(caseworker, case.person)
    damage(case, "needs")
    client, address = signed_in(caseworker), reverse("assisted_youth_update", args=[case.pk])
    form = answers(shown_form(client.get(address)))
    assert form["needs"] == ""
    assert client.post(address, form | {"remark": "改"}).status_code == 302
    found = AssistedYouth.objects.get()
    assert (found.remark, str(found.needs)) == ("改", UNREADABLE)
    form = answers(shown_form(client.get(address)))
    assert client.post(address, form | {"needs": "书包", "replaces_unreadable": "on"}).status_code == 302
    assert AssistedYouth.objects.get().needs == "书包"


def test_a_cell_moved_from_another_row_equals_nothing():
    one, other = make_person(mobile=MOBILE), make_person(mobile=OTHER)
    plant_cell(one, "mobile", stored_cell(other, "mobile"))
    found = Person.objects.get(pk=one.pk).mobile
    assert isinstance(found, UnreadableText)
    # But for what its own index says that it was.
    assert [found == number for number in (MOBILE, OTHER, "", UNREADABLE, None)] == [True, False, False, False, False]


def test_nobody_types_what_stands_for_a_content(place):
    text = place.office.post(reverse("unit_contact_create"), {"content": UNREADABLE})
    assert text.status_code == 200
    person = Person(name="白露", document_kind="passport", document_number=UNREADABLE)
    with pytest.raises(ValidationError, match="请填写实际内容"):
        person.full_clean()
    with pytest.raises(encryption.PlaintextError):
        person.save()


def test_people_with_a_cell_that_cannot_be_read_are_not_merged(place):
    request = SimpleNamespace(user=place.staff, META={})
    with pytest.raises(ValidationError, match="请先打开这条记录"):
        merge_people(place.whole.person, place.member.person, request=request, reason="同一人", values={})


@pytest.mark.both
def test_the_check_names_the_row(place, capsys):
    with pytest.raises(CommandError, match="有 1 行不能解密"):
        call_command("rotate_field_keys", "--check")
    assert f"members.Person 编号 {place.member.person_id}" in capsys.readouterr().err


def test_a_command_names_what_it_could_not_read(place, tmp_path, capsys):
    call_command("export_ledger", output=tmp_path / "台账.xlsx")
    named = f"不能读取：人员 编号 {place.member.person_id} 的“手机号码”；原样保留，请在系统中打开这条记录重新填写。"
    assert [line for line in capsys.readouterr().err.splitlines() if "；原样保留" in line] == [named]


@pytest.mark.full
@pytest.mark.cpu(60)
@pytest.mark.crawl
@pytest.mark.parametrize("viewer", VIEWERS[1:])
def test_every_page_is_there_with_every_cell_damaged(viewer):
    place = whole_district()
    clients = viewers(place)
    rows = records(place, "own", place.users["cadre"], place.users["caseworker"])
    user, before = place.users[viewer], {}
    addresses = [address for _, address in page_addresses(user, rows)]
    for address in addresses:
        before[address] = clients[viewer].get(address).status_code
    assert len(damage_everything()) > 20
    after = {address: clients[viewer].get(address).status_code for address in addresses}
    # Of a merge nobody can read any more whether it reveals a case file, so that its pages are there for no other user.
    merge = PersonMerge.objects.get().pk
    pages = {f"/merges/{merge}/", f"/merges/{merge}/undo/", f"/history/person_merge/{merge}/"}
    hidden = {address: 404 for address in pages if before.get(address) == 200}
    assert {address: status for address, status in after.items() if status != before[address]} == hidden
    assert set(hidden) == (pages if viewer == "office" else set())
