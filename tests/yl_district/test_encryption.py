"""Columns encrypted at rest."""

import base64
import pickle
import random
import uuid
from datetime import date

import pytest
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import FieldError, ValidationError
from django.core.serializers import serialize
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils import timezone

from activities.models import Arrival, SignIn, SignInCode
from assistance.models import (
    Assistance,
    AssistanceReceipt,
    AssistedYouth,
    CaseDraft,
    CaseGrant,
    CaseGrantRound,
    NeedsTalk,
    PlanAmendment,
    PlanMeasure,
    ProjectApplication,
    Scholarship,
    ServicePlan,
    SuggestedActivity,
    Visit,
    VisitPass,
)
from members.models import Person, PersonMerge
from orgs.models import Unit, User
from reports.ledger.kinds import KINDS
from reports.models import PlatformLayout, Reconciliation, ReconciliationRow
from tests.factories import (
    make_activity,
    make_assistance,
    make_assisted_youth,
    make_attachment,
    make_grant,
    make_member,
    make_needs_talk,
    make_organisation,
    make_pairing,
    make_person,
    make_platform_layout,
    make_project_application,
    make_receipt,
    make_reconciliation,
    make_scholarship,
    make_suggested_activity,
    make_unit,
    make_user,
    make_visit,
)
from tests.pages import page, two_branches
from tests.rosters import make_branches, member_rows
from tests.workbooks import workbook
from yl_district.attachments.models import PART_SIZE, Attachment, AttachmentPart
from yl_district.audit import access_log
from yl_district.history.bulk_sql import insert_rows, reserve_keys, row_of, update_rows
from yl_district.importing.models import ImportBatch, ImportPart
from yl_district.importing.stage import derived
from yl_district.importing.steps import open_import, run_check, run_commit
from yl_district.kept.models import KeptResult
from yl_district.privacy import authenticators, encryption
from yl_district.privacy.encryption import DecryptionError, PlaintextError, Sealed, encrypted_fields, readable
from yl_district.privacy.sealed_links import SealedKeyField
from yl_district.sheets.models import AwaitedCell

NUMBER, MOBILE = "11010519491231002X", "13800138000"
KEY = base64.b64encode(bytes(32)).decode()

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def stored(record, column):
    """The stored value of a column of the record."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {record._meta.db_table} WHERE {record._meta.pk.column} = %s", [record.pk])
        return cursor.fetchone()[0]


def plant(record, column, text):
    """Changes a stored cell directly in the database."""
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {record._meta.db_table} SET {column} = %s WHERE id = %s", [text, record.pk])


def dump():
    """The whole content of the database as text."""
    if connection.vendor == "sqlite":
        return "\n".join(connection.connection.iterdump())
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        found = []
        for table in tables:
            cursor.execute(f'SELECT one::text FROM "{table}" one')
            found += [row[0] for row in cursor.fetchall()]
    return "\n".join(found)


def ciphertext_columns():
    """Every encrypted column of models other than histories, which are written as copies, but for sealed keys.

    Of these tests/assistance/test_sealed_people.py tells.
    """
    own = [model for model in apps.get_models() if not hasattr(model, "instance_type")]
    fields = [(model, field) for model in own for field in encrypted_fields(model)]
    return {f"{model._meta.db_table}.{field.name}" for model, field in fields if not isinstance(field, SealedKeyField)}


def fill_with_canaries():
    """Fills every encrypted column; returns the texts by column."""
    canaries = {}

    def told(model, *names):
        texts = {name: f"金丝雀{len(canaries) + place}" for place, name in enumerate(names)}
        canaries.update({f"{model._meta.db_table}.{name}": text for name, text in texts.items()})
        return texts

    canaries |= {"members_person.identity_number": NUMBER, "members_person.mobile": MOBILE}
    document = {"document_kind": "passport"} | told(Person, "document_number")
    # Known by nothing but a case.
    [name] = told(Person, "sealed_facts").values()
    person = make_person(name, identity_number=NUMBER, mobile=MOBILE, **document)
    case = "school grade hardship focus_group guardian guardian_phone needs removal_note remark"
    youth = make_assisted_youth(make_organisation(), person=person, **told(AssistedYouth, *case.split()))
    CaseGrantRound.objects.create(user=make_user(), organisation=youth.organisation, **told(CaseGrantRound, "reason"))
    texts = "assessment goals measures family_signer volunteer_signer office_signer"
    texts += " midyear_finding midyear_next final_finding final_next"
    plan = ServicePlan.objects.create(youth=youth, year=2017, **told(ServicePlan, *texts.split()))
    plan.measure_rows.create(**told(PlanMeasure, "content", "responsible", "result"))
    plan.amendments.create(agreed_on=date(2017, 9, 1), **told(PlanAmendment, "reason", "content"))
    pairing = make_pairing(youth)
    make_visit(pairing, **told(Visit, "observations", "wishes", "cancel_reason"))
    VisitPass.objects.create(pairing=pairing, issued_by=make_user(), **told(VisitPass, "youth_called"))
    make_needs_talk(youth, **told(NeedsTalk, "needs", "next_step"))
    CaseDraft.objects.create(user=make_user(), **told(CaseDraft, "content"))
    assistance = make_assistance([youth], **told(Assistance, "content"))
    make_receipt(assistance, youth, **told(AssistanceReceipt, "receiver_name", "note"))
    make_project_application(youth, **told(ProjectApplication, "purpose", "given"))
    make_suggested_activity(youth, **told(SuggestedActivity, "name", "reason"))
    application = "school grade guardian guardian_phone hardship merits donor remark"
    steps = "reviewed_by review_opinion decision_note receipt payment_note"
    make_scholarship(student=person, **told(Scholarship, *application.split(), *steps.split()))
    born = {"assistance_casegrant.birth_date": "1931-07-15", "activities_signin.capacity": "linked_youth"}
    canaries |= born
    make_grant(make_user(), person, birth_date="1931-07-15", **told(CaseGrant, "name", "reason"))
    SignIn.objects.create(activity=make_activity(), person=make_person("白露"), capacity="linked_youth")
    code = SignInCode(activity=make_activity(), opened_by=make_user(), closes_at=timezone.now())
    for name, text in told(SignInCode, "token", "number").items():
        setattr(code, name, text)
    code.save()
    left = told(Arrival, "name", "mobile", "guardian", "guardian_phone")
    Arrival.objects.create(activity=code.activity, **left)
    attached = told(Attachment, "file_name", "note") | told(AttachmentPart, "content")
    content = attached.pop("content").encode()
    make_attachment(youth, make_user(), attached["file_name"], content, note=attached["note"])
    make_unit(**told(Unit, "contact_phone"))
    make_user(**told(User, "mobile"))
    merged = told(PersonMerge, "journal", "lost_name")
    canaries["members_personmerge.revealing"] = "秘不宣"
    PersonMerge.objects.create(kept=person, lost_key=0, merged_by=make_user(), revealing="秘不宣", **merged)
    noted = told(ImportBatch, "answers", "written")
    noted = {"answers": {"same": noted["answers"]}, "written": [[noted["written"], []]]}
    batch = ImportBatch.objects.create(file_name="名单.xlsx", **noted)
    contents = told(ImportPart, "content", "findings", "staged")
    ImportPart.objects.create(batch=batch, number=0, sheet=0, first_row=0, **contents)
    awaited = {"batch": batch, "object_id": youth.pk, "heading": "需求", "attribute": "needs"}
    kind = ContentType.objects.get_for_model(AssistedYouth)
    AwaitedCell.objects.create(content_type=kind, **awaited, **told(AwaitedCell, "found", "stood"))
    compared = told(Reconciliation, "file_name") | told(ReconciliationRow, "name", "ours", "theirs")
    make_reconciliation(make_platform_layout(), make_user(), **compared)
    KeptResult.objects.create(key="findings", marks={}, **told(KeptResult, "content"))
    return canaries


def test_no_sensitive_text_is_in_the_database(promises):
    canaries = fill_with_canaries()
    # They say of which kinds of records platforms ask, in the words by which capacities are stored.
    for rows in (PlatformLayout.objects, PlatformLayout.history):
        rows.filter(subject="linked_youth").delete()
    found = dump()
    assert set(canaries) == ciphertext_columns()
    assert "白露" in found
    plain = [column for column, text in canaries.items() if text in found]
    promises.add("E4", columns=len(canaries))
    assert plain == []


def test_twin_without_encryption_every_text_is_found(monkeypatch):
    monkeypatch.setattr(encryption, "encrypt_bytes", lambda content, label, seal: Sealed(content.decode()))
    monkeypatch.setattr(encryption, "decrypt_bytes", lambda cell, label, seal: cell.stored.encode())
    canaries = fill_with_canaries()
    found = dump()
    assert [column for column, text in canaries.items() if text not in found] == []


def test_texts_come_back_whatever_they_hold():
    for text in ("一\n二\n\n三", "𠮷 & <b>", "yl1:k1:AAAA", "=1+1", "字" * 30_000):
        case = make_assisted_youth(make_organisation(), needs=text)
        assert AssistedYouth.objects.get(pk=case.pk).needs == text
        assert stored(case, "needs").startswith(f"yl1:{encryption.keys.current_key().id}:")


def test_empty_stays_empty():
    person = make_person()
    assert (stored(person, "mobile"), stored(person, "identity_number")) == ("", None)
    assert (stored(person, "mobile_index"), stored(person, "identity_number_index")) == (None, None)
    person.refresh_from_db()
    assert (person.mobile, person.identity_number) == ("", None)


def test_equal_texts_are_stored_differently():
    assert stored(make_person(mobile=MOBILE), "mobile") != stored(make_person(mobile=MOBILE), "mobile")


ROUNDS = 1000
LABEL, SEAL = "members_person.mobile", uuid.UUID(int=7)


def nonce_of(cell):
    """The nonce of a cell."""
    return base64.b64decode(cell.rpartition(":")[2])[: encryption.NONCE]


# A nonce that follows from any of what is the same here, or from Python's own dice, would come again.
ENCRYPTED = {
    "the same": lambda number: encryption.encrypt(MOBILE, LABEL, SEAL).stored,
    "bytes": lambda number: encryption.encrypt_bytes(b"", LABEL, SEAL).stored,
    "another text": lambda number: encryption.encrypt(str(number), LABEL, SEAL).stored,
    "another row": lambda number: encryption.encrypt(MOBILE, LABEL, uuid.UUID(int=number)).stored,
    "another column": lambda number: encryption.encrypt(MOBILE, f"{LABEL}{number}", SEAL).stored,
    "a secret": lambda number: authenticators.seal(MOBILE),
}


@pytest.mark.parametrize("kind", ENCRYPTED)
def test_a_thousand_encryptions_have_no_nonce_in_common(kind):
    cells = []
    for number in range(ROUNDS):
        random.seed(1)
        cells.append(ENCRYPTED[kind](number))
    nonces = {nonce_of(cell) for cell in cells}
    assert (len(set(cells)), len(nonces)) == (ROUNDS, ROUNDS)
    # Each of its bytes is at random: a thousand of them leave out a few of the 256 there are.
    assert [len({nonce[place] for nonce in nonces}) > 220 for place in range(12)] == [True] * 12


def test_a_cell_is_a_nonce_the_ciphertext_and_its_tag_under_the_current_key():
    """A fixed example, so that later code and other programs can read what is stored today."""
    key, nonce = encryption.keys.current_key(), bytes(range(12))
    whole = nonce + key.cipher.encrypt(nonce, MOBILE.encode(), b"yl1|members_person.mobile|" + SEAL.bytes)
    cell = f"yl1:{key.id}:{base64.b64encode(whole).decode()}"
    assert encryption.decrypt(Sealed(cell), LABEL, SEAL) == MOBILE
    written = [encryption.encrypt("1" * size, LABEL, SEAL).stored.rpartition(":")[2] for size in (0, 1, 100)]
    assert [len(base64.b64decode(each)) for each in written] == [28, 29, 128]


def test_a_digest_of_the_blind_index_stays_what_it_was(settings):
    """A fixed example, so that later code finds numbers stored today."""
    settings.FIELD_KEYS = f"k1 {KEY}\nindex {KEY}"
    digests = [Person._meta.get_field(f"{name}_index").digest(NUMBER) for name in ("identity_number", "mobile")]
    assert digests == [
        "f8a79203fc8e320838b456008db0883f41de418ff6419d8a7ea7fba5a84e52e0",
        "6a46e67abcdeefc98ffc88d3e0767c009e99ae80d24049717c5bfe0f48e318f2",
    ]


def cells_of(*models):
    """Every stored cell in the encrypted columns of these models, by default of all."""
    found = []
    for model in models or filter(encrypted_fields, apps.get_models()):
        for field in encrypted_fields(model):
            found += [cell.stored for cell in model._base_manager.values_list(field.name, flat=True) if cell]
    return found


def shared_nonces(cells):
    """The number of distinct cells that share a nonce."""
    different = set(cells)
    return len(different) - len({nonce_of(cell) for cell in different})


def test_no_two_cells_of_all_columns_have_a_nonce_in_common():
    fill_with_canaries()
    own = [model for model in apps.get_models() if encrypted_fields(model) and not hasattr(model, "instance_type")]
    cells = cells_of(*own)
    # Beside them the sealed keys of the case, the grant and the application.
    assert len(cells) == len(set(cells)) == len(ciphertext_columns()) + 3
    assert shared_nonces(cells_of()) == 0


@pytest.mark.in_turn
def test_no_two_cells_of_an_import_have_a_nonce_in_common():
    """Imports new rows, then the same rows changed, so that uploaded, staged and written cells are covered."""
    make_branches()
    rows, seen = member_rows(40, 来源日期="2017-03-01"), []
    changed = [row | {"手机号码": f"1391111{number:04}"} for number, row in enumerate(rows)]
    for told in (rows, changed):
        batch, _ = open_import(KINDS["members"], workbook({"团员": told}), "名单.xlsx")
        seen += cells_of()
        assert run_check(batch)
        seen += cells_of()
        assert run_commit(batch)
        seen += cells_of()
    people = cells_of(Person)
    assert len(people) == len(set(people)) == 80
    assert set(people) < set(seen)
    assert shared_nonces(seen) == 0


@pytest.mark.both
def test_no_two_cells_of_a_bulk_write_have_a_nonce_in_common():
    Person.objects.bulk_create([Person(name="章程", mobile=MOBILE) for _ in range(100)])
    first = cells_of(Person)
    people = list(Person.objects.all())
    for person in people:
        person.mobile = "13900139000"
    update_rows(Person, ["mobile"], [row_of(person) for person in people])
    second = cells_of(Person)
    rows = []
    for key in reserve_keys(Person, 100):
        rows.append(row_of(Person(pk=key, name="韩笑", mobile=MOBILE)))
    insert_rows(Person, rows)
    third = set(cells_of(Person)) - set(second)
    assert [len(set(cells)) for cells in (first, second, third)] == [100, 100, 100]
    assert shared_nonces([*first, *second, *third]) == 0


def test_no_two_cells_of_a_file_in_pieces_have_a_nonce_in_common():
    organisation, user = make_organisation(), make_user()
    for _ in range(2):
        make_attachment(make_assisted_youth(organisation), user, content=bytes(3 * PART_SIZE))
    assert len(cells_of(AttachmentPart)) == 6
    assert shared_nonces(cells_of(Attachment, AttachmentPart)) == 0


def test_values_never_give_the_text():
    person = make_person(mobile=MOBILE)
    (value,) = Person.objects.values_list("mobile", flat=True)
    assert (value, str(value)) == (Sealed(stored(person, "mobile")), "（已加密）")
    assert MOBILE not in serialize("json", Person.objects.all())


def test_a_row_saved_unopened_keeps_its_cells():
    person = make_person(mobile=MOBILE)
    before = stored(person, "mobile")
    again = Person.objects.get(pk=person.pk)
    again.name = "章晨"
    again.save()
    assert stored(person, "mobile") == before
    assert pickle.loads(pickle.dumps(Person.objects.get(pk=person.pk))).mobile == MOBILE
    assert Person.objects.defer("mobile").get(pk=person.pk).mobile == MOBILE


def test_a_changed_cell_never_decrypts():
    person = make_person(mobile=MOBILE)
    prefix, cell = stored(person, "mobile").rsplit(":", 1)
    whole = base64.b64decode(cell)
    changed = [whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :] for place in range(len(whole))]
    changed += [whole[:length] for length in range(len(whole))]
    cells = [f"{prefix}:{base64.b64encode(one).decode()}" for one in changed]
    cells += [cell, MOBILE, f"{prefix}:", f"yl2:{cell}", f"{prefix}:A"]
    for each in cells:
        with pytest.raises(DecryptionError):
            person._meta.get_field("mobile").opened(Sealed(each), person)


def moved_cells():
    """(record, column) pairs with the cell of another row or of another column."""
    one, other = make_person(mobile=MOBILE), make_person(mobile="13900139000")
    plant(one, "mobile", stored(other, "mobile"))
    case = make_assisted_youth(make_organisation(), guardian="白建国", guardian_phone=MOBILE)
    plant(case, "guardian_phone", stored(case, "guardian"))
    return [(one, "mobile"), (case, "guardian_phone")]


def test_a_cell_moved_to_another_row_or_column_does_not_decrypt():
    for record, name in moved_cells():
        found = type(record).objects.get(pk=record.pk)
        with pytest.raises(DecryptionError, match="未通过校验"):
            readable(getattr(found, name))


def test_twin_cells_bound_to_nothing_can_be_moved(monkeypatch):
    monkeypatch.setattr(encryption, "bound_to", lambda label, seal: b"")
    moved = [getattr(type(record).objects.get(pk=record.pk), name) for record, name in moved_cells()]
    assert moved == ["13900139000", "白建国"]


def test_the_wrong_key_and_a_missing_key_are_told_apart(settings):
    person = make_person(mobile=MOBILE)
    key_id, keys = encryption.keys.current_key().id, settings.FIELD_KEYS
    settings.FIELD_KEYS = f"{key_id} {KEY}\nindex {KEY}"
    with pytest.raises(DecryptionError, match="或密钥有误"):
        readable(Person.objects.get(pk=person.pk).mobile)
    settings.FIELD_KEYS = f"other {KEY}\nindex {KEY}"
    with pytest.raises(DecryptionError, match=f"密钥 {key_id} 不在本机"):
        _ = Person.objects.get(pk=person.pk).mobile
    settings.FIELD_KEYS = keys
    assert Person.objects.get(pk=person.pk).mobile == MOBILE


def test_plaintext_cannot_reach_the_column_past_the_record():
    person = make_person("13900139000", mobile=MOBILE)
    changed = Person(pk=person.pk, seal=person.seal, name=person.name, mobile="13900139000")
    ways = [
        lambda: Person.objects.update(mobile="13900139000"),
        lambda: Person.objects.update(mobile=F("name")),
        lambda: Person.objects.bulk_update([changed], ["mobile"]),
    ]
    for way in ways:
        with pytest.raises(PlaintextError, match=r"members_person\.mobile"), transaction.atomic():
            way()
    assert Person.objects.get().mobile == MOBILE


def test_text_that_is_planted_in_the_column_is_not_taken_for_its_content():
    person = make_person(mobile=MOBILE)
    plant(person, "mobile", "13900139000")
    with pytest.raises(DecryptionError, match="不是密文"):
        readable(Person.objects.get().mobile)


@pytest.mark.parametrize("lookup", ["mobile", "mobile__in", "mobile__contains", "mobile__startswith", "mobile__gt"])
def test_the_database_is_not_asked_to_compare_ciphertext(lookup):
    with pytest.raises(FieldError, match="use its blind index"):
        Person.objects.filter(**{lookup: MOBILE}).exists()
    assert Person.objects.filter(mobile__isnull=True).count() == 0


def test_people_are_found_by_number_however_it_is_written():
    person = make_person(identity_number=NUMBER, mobile=MOBILE)
    make_person()
    for number in (NUMBER, NUMBER.lower(), " １１０１０５ 19491231 002x"):
        assert Person.objects.with_identity_number(number).get() == person
    assert Person.objects.with_mobile(MOBILE).get() == person
    nobody = [Person.objects.with_mobile(number).exists() for number in ("", None, "13900139000")]
    assert nobody == [False, False, False]


def test_every_way_of_writing_keeps_the_blind_index():
    person = make_person(mobile=MOBILE)
    person.mobile = "13900139001"
    person.save(update_fields=["mobile"])
    assert Person.objects.with_mobile("13900139001").get() == person
    found = Person.objects.get()
    found.mobile = "13900139002"
    update_rows(Person, ["mobile", *derived(Person, {"mobile"})], [row_of(found)])
    assert Person.objects.with_mobile("13900139002").get() == person
    Person.objects.bulk_create([Person(name="韩笑", mobile="13900139003")])
    assert Person.objects.with_mobile("13900139003").get().name == "韩笑"
    found = Person.objects.get(pk=person.pk)
    found.mobile = ""
    found.save()
    assert stored(person, "mobile_index") is None


def test_a_blind_index_tells_nothing_without_the_key(settings):
    index = Person._meta.get_field("mobile_index")
    digest = index.digest(MOBILE)
    assert digest != Person._meta.get_field("identity_number_index").digest(MOBILE)
    settings.FIELD_KEYS = f"k1 {KEY}\nindex {KEY}"
    assert index.digest(MOBILE) != digest


def test_an_identity_number_belongs_to_one_person():
    person = make_person(identity_number=NUMBER)
    person.full_clean()
    with pytest.raises(ValidationError) as refused:
        Person(name="韩笑", identity_number=NUMBER).full_clean()
    (error,) = refused.value.error_dict["identity_number"]
    assert (error.code, error.messages) == ("unique", ["这一身份证号已被使用，请核对后改正。"])
    with pytest.raises(IntegrityError), transaction.atomic():
        make_person(identity_number=NUMBER)


def test_lists_are_not_sorted_by_ciphertext():
    place = two_branches()
    for name, mobile in [("章程", "13900139000"), ("韩笑", MOBILE)]:
        make_member(name, place.here, make_person(name, mobile=mobile))
    orders = [
        [page(place.office, "member_list", sort=sort).index(name) for name in ("章程", "韩笑")]
        for sort in ("", "mobile", "-mobile")
    ]
    assert [first < second for first, second in orders] == [True, True, True]
    assert "sort=mobile" not in page(place.office, "member_list")


def test_a_history_holds_ciphertext_that_its_own_rows_open():
    case = make_assisted_youth(make_organisation(), needs="棉衣")
    kept = case.history.get()
    assert (stored(kept, "needs").startswith("yl1:"), kept.seal, kept.needs) == (True, case.seal, "棉衣")


def test_every_copy_of_a_column_keeps_the_label_of_the_first():
    copies = [model for model in apps.get_models() if hasattr(model, "instance_type")]
    own = {model: {field.name: field.label for field in encrypted_fields(model.instance_type)} for model in copies}
    for model in copies:
        assert {field.name: field.label for field in encrypted_fields(model)} == own[model]


def test_the_access_log_does_not_hang_on_the_keys_that_are_rotated(settings):
    entry = access_log.record(access_log.Action.EXPORT, "ledger")
    current, keys = encryption.keys.current_key(), settings.FIELD_KEYS
    settings.FIELD_KEYS = f"new {KEY}\n{keys}"
    assert encryption.keys.current_key() != current
    assert access_log.digest_of(entry) == entry.digest
