"""The history of changes: which models have one, by whom and why, and the same for single and bulk writes."""

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from activities.actions import add_sign_in, remove_sign_in
from activities.models import Activity
from assistance.models import Assistance
from members.models import Member, Person
from orgs.models import Organisation, Unit, User
from outreach.models import Contact
from tests.factories import PASSWORD, make_activity, make_contact, make_link, make_organisation, make_person, make_unit
from tests.pages import send, two_branches
from tests.reports.import_pages import commit, opened
from tests.workbooks import take_in, workbook
from yl_district.history.tracking import Tracked, because, is_tracked, note_changed, tracked_fields

pytestmark = pytest.mark.both

APPS = ["orgs", "members", "youthhubs", "activities", "outreach", "assistance", "reports", "yl_district"]
# Models without a history, each with its reason.
UNTRACKED = {
    "activities.Arrival": "what a visitor left, of which nothing is to stay once it is decided on",
    "activities.SignInCode": "a code for some hours",
    "assistance.CaseDraft": "what is not saved yet, deleted once it is",
    "orgs.FormerPassword": "a history itself",
    "orgs.Invitation": "digests of links, each act on which is a line of the access log",
    "orgs.WholeExport": "notes of exports, each a line of the access log as well",
    "orgs.WholeExportReading": "who has noted one of them",
    "members.NamePiece": "a piece of a name, written anew with it",
    "members.UnwrittenName": "whose pieces are still to be written",
    "yl_district.KeptResult": "what was counted, and is counted anew where it is gone",
    "yl_district.RegisterChange": "that a register was written to",
    "yl_district.AttachmentPart": "a piece of a file, whose history is the attachment's",
    "yl_district.ImportBatch": "tells itself who did what and when",
    "yl_district.ImportPart": "the contents of a file that waits to be written",
    "yl_district.AwaitedCell": "what a list had that nobody could read, until somebody fills the field",
    "yl_district.ImportHeading": "how a heading was last explained",
    "yl_district.DatabaseTag": "a name that the database has from its beginning",
    "yl_district.InstallationFact": "what the database says of itself from its beginning",
    "yl_district.ImportAlias": "how a spelling was last explained",
    "assistance.VisitPass": "given out and ended once, of which the access log tells",
    "yl_district.Submission": "nothing that anybody wrote",
    "reports.Edition": "written once, which the database keeps from being changed",
    "reports.CountedFigure": "a part of an edition",
    "reports.AssessmentStep": "written once, which the database keeps from being changed",
    "reports.CommentEntry": "written once, which the database keeps from being changed",
    "reports.PlatformBatch": "tells itself who did what and when, of which the entries have their history",
    "reports.PlatformBatchRow": "a part of a batch",
    "reports.Reconciliation": "tells itself who compared what and when",
    "reports.ReconciliationRow": "tells itself who decided last; the values are those of the latest list",
    "yl_district.AccessEntry": "a log by itself, which the database keeps from being changed",
}
MEMBER = {"姓名": "章程", "性别": "男", "出生日期": "1998-05-04", "所在团支部": "清河地区团工委"}
LEDGER = {
    "团组织": [{"组织名称": "清河地区团工委", "组织类别": "团工委", "所属领域": "机关"}],
    "团员": [MEMBER, MEMBER | {"姓名": "韩笑", "出生日期": "1999-05-04"}],
    "团干部": [{"姓名": "陆远", "所在组织": "清河地区团工委", "职务": "书记", "任职年月": "2016-09"}],
    "联系青年": [{"团干部": "陆远", "姓名": name, "起始日期": "2017-01-10"} for name in ("秦朗", "白露")],
    "联系记录": [{"团干部": "陆远", "日期": "2017-05-04", "形式": "电话", "联系青年": "秦朗、白露"}],
}


def states(record):
    """Every state of a record, oldest first: the type of change and the kept fields."""
    names = [field.attname for field in tracked_fields(type(record))]
    return [
        (row.history_type, {name: getattr(row, name) for name in names})
        for row in record.history.order_by("history_id")
    ]


def links(row, name):
    """The keys linked in a history row."""
    field = type(row).instance_type._meta.get_field(name)
    found = Tracked.m2m_models[field].objects.filter(history=row)
    return sorted(found.values_list(f"{field.m2m_reverse_field_name()}_id", flat=True))


def test_every_model_is_tracked_or_has_a_reason_not_to_be():
    own = [model for model in apps.get_models() if model._meta.app_label in APPS]
    own = [model for model in own if not model.__name__.startswith("Historical")]
    untracked = {model._meta.label for model in own if not is_tracked(model)}
    assert untracked == set(UNTRACKED)


def test_many_to_many_links_are_tracked():
    own = [model for model in apps.get_models() if is_tracked(model) and model is not User]
    missing = [
        f"{model.__name__}.{field.name}"
        for model in own
        for field in model._meta.local_many_to_many
        if field not in model.history.model._history_m2m_fields
    ]
    assert missing == []


@pytest.mark.django_db
def test_each_save_and_the_deletion_keep_a_state():
    unit = make_unit("清和科技")
    unit.youths = 5
    unit.save()
    pk = unit.pk
    unit.delete()
    kept = Unit.history.filter(id=pk).order_by("history_id")
    assert [(row.history_type, row.youths) for row in kept] == [("+", None), ("~", 5), ("-", 5)]


@pytest.mark.django_db
def test_passwords_and_sign_in_times_leave_no_trace(client):
    district = two_branches()
    user = User.objects.filter(roles__organisation=district.root).get()
    before = len(states(user))
    client.post(reverse("login"), {"username": user.username, "password": PASSWORD})
    client.force_login(user)
    user.save(update_fields=["last_login"])
    assert len(states(user)) == before
    assert not {"password", "last_login"} & {field.name for field in User.history.model._meta.get_fields()}


@pytest.mark.django_db
def test_who_changed_a_record_in_the_browser_is_kept():
    district = two_branches()
    unit = make_unit("清和科技")
    data = {"kind": "enterprise", "status": "normal", "has_party_branch": "unknown", "is_contact_point": "unknown"}
    send(district.office, "unit_update", unit.pk, name="清和软件", **data)
    row = unit.history.first()
    assert (str(row.history_user), row.name, row.history_change_reason) == ("林知秋", "清和软件", None)


@pytest.mark.django_db
def test_an_import_is_the_reason_and_its_user_is_kept():
    district = two_branches()
    rows = {"两新组织": [{"单位名称": "清和科技", "类别": "非公企业", "状态": "正常"}]}
    commit(district.office, opened(district.office, workbook(rows), kind="ledger"))
    row = Unit.objects.get().history.get()
    assert (row.history_type, str(row.history_user), row.history_change_reason) == ("+", "林知秋", "导入")
    take_in({"两新组织": [rows["两新组织"][0] | {"青年数": 8}]}, name="补充.xlsx")
    row = Unit.objects.get().history.first()
    assert (row.history_type, row.history_user, row.youths) == ("~", None, 8)
    assert row.history_change_reason == "导入"


@pytest.mark.django_db
def test_a_reason_ends_with_its_act_and_keeps_the_user_around_it():
    user = User.objects.create_user("one")
    with because("外", user), because("内"):
        inner = make_unit()
    outer = make_unit()
    assert [(row.history_user, row.history_change_reason) for row in (inner.history.get(), outer.history.get())] == [
        (user, "内"),
        (None, None),
    ]


@pytest.mark.django_db
def test_an_import_keeps_the_same_states_as_single_saves():
    take_in(LEDGER)
    kinds = [Organisation, Person, Member, Contact]
    bulk = {kind: [states(record) for record in kind.objects.order_by("pk")] for kind in kinds}
    for kind in kinds:
        for record in kind.objects.order_by("pk"):
            record.save()
        single = [states(record)[-1][1] for record in kind.objects.order_by("pk")]
        assert [[each for _, each in found] for found in bulk[kind]] == [[each] for each in single]
        assert [[sign for sign, _ in found] for found in bulk[kind]] == [["+"]] * len(single)
    contact = Contact.objects.get()
    imported, saved = contact.history.order_by("history_id")
    assert links(imported, "links") == links(saved, "links") == sorted(contact.links.values_list("pk", flat=True))
    assert len(links(imported, "links")) == 2


@pytest.mark.django_db
def test_the_links_of_imported_assistances_are_kept():
    people = [
        {"姓名": name, "所在组织": "清河地区团工委", "入库日期": "2017-01-05", "固定志愿者": "顾清"}
        for name in ("白露", "谷雨")
    ]
    given = [{"日期": "2017-06-01", "帮扶对象": "白露、谷雨", "类别": "文具资助", "志愿者": "顾清"}]
    report = take_in(LEDGER | {"志愿者": [{"姓名": "顾清"}], "帮扶对象": people, "帮扶记录": given})
    assert report.errors == []
    row = Assistance.objects.get().history.get()
    assert (len(links(row, "youths")), len(links(row, "volunteers"))) == (2, 1)
    assert apps.get_model("assistance", "Pairing").history.count() == 2


@pytest.mark.django_db
def test_an_import_without_changes_keeps_no_state():
    take_in(LEDGER)
    before = {model: model.history.count() for model in apps.get_models() if is_tracked(model)}
    take_in(LEDGER)
    assert {model: model.history.count() for model in before} == before


@pytest.mark.django_db
def test_history_in_bulk_takes_as_many_queries_for_many_rows_as_for_few():
    def written(count):
        units = [make_unit() for _ in range(count)]
        for unit in units:
            unit.youths = 3
        with CaptureQueriesContext(connection) as captured:
            Unit.objects.bulk_update(units, ["youths"])
            note_changed(units)
        return len(captured)

    few = written(2)
    assert written(30) == few


@pytest.mark.django_db
def test_links_in_bulk_take_as_many_queries_for_many_rows_as_for_few():
    cadre = make_person("陆远")
    all_links = [make_link(cadre, name) for name in ("秦朗", "白露")]

    def noted(count):
        contacts = [make_contact(cadre, all_links) for _ in range(count)]
        with CaptureQueriesContext(connection) as captured:
            note_changed(contacts)
        assert [links(one.history.first(), "links") for one in contacts] == [[one.pk for one in all_links]] * count
        return len(captured)

    assert noted(2) == noted(30)


@pytest.mark.django_db
def test_counting_sign_ins_anew_keeps_the_activitys_states():
    activity = make_activity(make_organisation(), attendance=30, basis="rounded")
    sign_in = add_sign_in(activity, make_person(), "member")
    remove_sign_in(sign_in)
    counted = [(kept["sign_in_count"], kept["attendance"], kept["basis"]) for _, kept in states(activity)]
    assert counted == [(0, 30, "rounded"), (1, 1, "exact"), (0, 30, "rounded")]
    assert Activity.history.count() == 3


@pytest.mark.django_db
def test_a_move_in_the_tree_is_kept_with_all_below():
    root = make_organisation()
    old, new = make_organisation("东片团总支", root), make_organisation("西片团总支", root)
    branch = make_organisation("柳林社区团支部", old)
    below = make_organisation("柳林社区第一团小组", branch)
    branch.refresh_from_db()
    new.refresh_from_db()
    branch.move_below(new)
    for record in (branch, below):
        record.refresh_from_db()
        assert (record.history.count(), record.history.first().path) == (2, record.path)
    assert (old.history.count(), new.history.count()) == (1, 1)


@pytest.mark.django_db
def test_a_move_by_import_is_kept():
    tree = [
        {"组织名称": "清河地区团工委", "组织类别": "团工委", "所属领域": "机关"},
        {"组织名称": "东片团总支", "组织类别": "团总支", "所属领域": "社区", "上级组织": "清河地区团工委"},
        {"组织名称": "柳林社区团支部", "组织类别": "团支部", "所属领域": "社区", "上级组织": "清河地区团工委"},
    ]
    take_in({"团组织": tree})
    take_in({"团组织": [tree[2] | {"上级组织": "东片团总支"}]}, name="调整.xlsx")
    branch = Organisation.objects.get(name="柳林社区团支部")
    row = branch.history.first()
    assert (row.path, row.history_change_reason) == (branch.path, "导入")


@pytest.mark.django_db
def test_records_from_before_get_their_first_state_by_one_command():
    unit = make_unit()
    unit.history.all().delete()
    call_command("populate_history", "--auto", verbosity=0)
    assert [sign for sign, _ in states(unit)] == ["+"]
