"""Only the holder of a grant in force can open a case file, and nobody else learns that it exists."""

from datetime import date, timedelta

import pytest
from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.urls import reverse
from django.utils import timezone

from activities.models import SignIn
from assistance.actions import fix_volunteer
from assistance.models import AssistedYouth, CaseGrant, CaseGrantRound, ServicePlan, VisitPass
from orgs.access import ACCESS
from orgs.models import Role
from orgs.roles import RoleKind
from reports.figures.readers import CASE_FIGURES
from reports.ledger.kinds import KINDS
from reports.ledger.workbook import import_ledger
from reports.models import PlatformEntry
from tests.crawl import crawled_as, lasting, pages, promised, visited
from tests.factories import (
    make_assistance,
    make_assisted_youth,
    make_grant,
    make_member,
    make_person,
    make_scholarship,
    make_user,
    make_visit,
    minor_birth_date,
)
from tests.forms import answers, shown_form
from tests.markup import unescaped
from tests.orgs.sign_in import signed_in_by_code
from tests.project.test_access import CASES, READ_ONLY, TAKEN, addresses, arguments, asked, kind_of
from tests.reports.import_pages import opened
from tests.viewers import MARKUP, district, identity_number, mark_texts, marked, phone, records, viewers
from tests.workbooks import workbook
from yl_district.audit.models import AccessEntry
from yl_district.fields import unmaskable_paths
from yl_district.importing.findings import take_in_rows
from yl_district.importing.steps import begin_undo
from yl_district.sheets.columns import Book

pytestmark = pytest.mark.django_db

BORN = minor_birth_date()
WITHOUT_GRANT = ["cadre", "hub_operator", "staff", "caseworker", "leader", "administrator", "office", "nobody"]
# The others are looked at with --full.
EVERY_DAY = {"hub_operator", "office"}
# Their lists are also looked at as search forms and sorts make them; with --full everybody's are.
IN_DEPTH = {"hub_operator"}
# They read how many youths are assisted, and on the pages that say so alone may something differ.
READ_NUMBERS = {"staff", "leader", "office"}
# What cannot be the same with and without a file, with the reason.
INHERENT = {
    "an identity number": "it is one human being's: a second row of it would be another person",
    "a name with its mobile number": "it means the one person registered so, whatever the capacity",
    "the choice of whose file a grant opens": "whoever decides on a request has to say who is meant",
}


def decided(grant, **facts):
    """The grant with other facts."""
    grant = CaseGrant.objects.get(pk=grant.pk)
    for name, fact in facts.items():
        setattr(grant, name, fact)
    grant.save()


def states(grant, holder, elsewhere):
    """What can have become of a grant, each as a change of an approved one; one of them alone opens the file."""
    day = timezone.localdate()
    undecided = {"is_approved": None, "decided_by": None}
    return {
        "none": CaseGrant.objects.filter(pk=grant.pk).delete,
        "undecided": lambda: decided(grant, **undecided),
        "declined": lambda: decided(grant, is_approved=False),
        "approved": lambda: None,
        "approved, its last day": lambda: decided(grant, expires_on=day),
        "expired yesterday": lambda: decided(grant, expires_on=day - timedelta(days=1)),
        "ended": lambda: decided(grant, ended_on=day),
        OF_ANOTHER: lambda: decided(grant, person=make_person("另一孩子")),
        "approved, role taken away": lambda: Role.objects.filter(user=holder).delete(),
        "approved, role now a cadre's": lambda: Role.objects.filter(user=holder).update(kind=RoleKind.CADRE),
        "approved, role moved": lambda: Role.objects.filter(user=holder).update(organisation=elsewhere),
    }


OPENING = {"approved", "approved, its last day"}
OF_ANOTHER = "approved, of another child"
# What a grant in force begins is about its own child.
BEGINNINGS = {"assisted_youth_create", "scholarship_create"}


def case_addresses(rows):
    """Every address about a case file as (name, address): its pages, its history, its masked facts."""
    for url_name, names in addresses().items():
        kinds = [kind_of(url_name, name) for name in names if name.endswith("pk")]
        if set(kinds) & CASES or url_name in BEGINNINGS:
            yield url_name, reverse(url_name, kwargs=arguments(url_name, names, rows))
    for url_name in ("attachment_export", "attachment_delete"):
        yield url_name, reverse(url_name, args=[rows["case_attachment"].pk])
    for kind in sorted(CASES):
        if f"{kind}_update" in ACCESS and hasattr(rows[kind], "attachments"):
            yield "attachment_create", reverse("attachment_create", args=[kind, rows[kind].pk])
        if f"{kind}_update" in ACCESS:
            yield "record_history", reverse("record_history", args=[kind, rows[kind].pk])
        if unmaskable_paths(type(rows[kind])):
            yield "record_unmask", reverse("record_unmask", args=[rows[kind]._meta.model_name, rows[kind].pk])


@pytest.mark.cpu(26)
@pytest.mark.crawl
@pytest.mark.postgresql
@pytest.mark.parametrize("viewer", crawled_as(["caseworker", "staff"], {"caseworker"}))
def test_a_case_file_opens_in_exactly_one_state_of_a_grant(viewer, pytestconfig, promises):
    place = district()
    viewers(place)
    rows = records(place, "own", place.users["cadre"], place.users[viewer])
    client = signed_in_by_code(place.users[viewer])
    holder, case_pages, asks, wrong = place.users[viewer], list(case_addresses(rows)), 0, []
    # Every day each address is asked for in three of the states that keep it closed, with --full in all of them.
    step = 1 if pytestconfig.getoption("full") else 3
    for number, (state, become) in enumerate(states(rows["case_grant"], holder, place.foreign.committee).items()):
        asked_for = case_pages if state in OPENING else case_pages[number % step :: step]
        with transaction.atomic():
            become()
            for url_name, address in asked_for:
                for method in ("get", "post"):
                    answer = asked(client, method, address)
                    asks += 1
                    is_open = state in OPENING or (state == OF_ANOTHER and url_name in BEGINNINGS)
                    refusals = {404, 405} if url_name in READ_ONLY else {404}
                    expected = ({200} if method == "get" else TAKEN) if is_open else refusals
                    if answer.status_code not in expected:
                        wrong.append((state, method, url_name, answer.status_code))
            transaction.set_rollback(True)
    promises.add("A6", requests=asks)
    assert wrong == [], "\n".join(map(str, wrong))


def test_nobody_can_approve_a_request_of_their_own_whatever_the_code_does():
    place = district()
    viewers(place)
    rows = records(place, "own", place.users["cadre"], place.users["caseworker"])
    request = rows["case_request"]
    with pytest.raises(IntegrityError), transaction.atomic():
        decided(request, is_approved=True, decided_by=request.user, person=rows["person"], expires_on=date(2100, 1, 1))


def test_twin_a_file_that_opens_without_a_grant_is_noticed(monkeypatch):
    monkeypatch.setattr("assistance.models.CaseQuerySet.visible_to", lambda self, user: self)
    place = district()
    clients = viewers(place)
    rows = records(place, "own", place.users["cadre"])
    address = reverse("assisted_youth_detail", args=[rows["assisted_youth"].pk])
    assert clients["caseworker"].get(address).status_code == 200


def give_files(place, rows):
    """Makes everybody in the own committee's records an assisted youth, with all that a case file can hold."""
    mark = marked("own", "帮")
    people = [rows[kind].person for kind in ("member", "volunteer", "sign_in", "post")] + [rows["link"].youth]
    for person in people:
        youth = make_assisted_youth(place.own.branch, person=person, needs=mark)
        mark_texts(youth, "own")
        ServicePlan.objects.create(youth=youth, year=2017, goals=mark)
        make_scholarship(student=person, donor=mark)
        pairing = fix_volunteer(youth, rows["volunteer"], date(2017, 1, 10))
        make_visit(pairing, observations=mark, wishes=mark)
        VisitPass.issue(pairing, place.users["office"])
        make_assistance([youth], content=mark).volunteers.add(rows["volunteer"])
        PlatformEntry.objects.create(platform=mark, subject="assisted_youth", youth=person, entered_on=date(2017, 5, 4))
    for one in SignIn.objects.all():
        one.capacity = SignIn.Capacity.ASSISTED_YOUTH
        one.save()
    alone = make_assisted_youth(place.own.branch, person=make_person(marked("own", "独"), birth_date=BORN))
    make_assistance([alone, youth], with_everyone=True, content=mark)


def tells_numbers(address):
    """Whether a page says how many youths are assisted, which its readers may know, or whose files would be opened."""
    parts = address.strip("/").split("/")
    if parts[:2] == ["case-grants", "rounds"]:
        return parts[-1] == "decide"
    is_numbered = parts[0] in ("figures", "summary") and (len(parts) == 1 or parts[1] in NUMBERED)
    return address in ("/", "/checks/", "/comparison/") or is_numbered or parts[0] in ("reports", "sections")


# The pages that say how many youths are assisted: the year at a glance, the figures, the summary with its files, what
# the checks find, the comparison with the year before, reports and the palette of figures beside their sections.
NUMBERED = CASE_FIGURES | {"docx", "pdf", "xlsx", "internal", "json", "poster"}


def crawled(client, user, rows, in_depth):
    """What each page and file tells a viewer, by address; whatever the looks themselves have written is taken back."""
    with transaction.atomic():
        found = {address: lasting(answer) for address, answer in pages(client, user, rows, in_depth=in_depth)}
        transaction.set_rollback(True)
    return found


@pytest.mark.cpu(50)
@pytest.mark.crawl
@pytest.mark.parametrize("viewer", crawled_as(WITHOUT_GRANT, EVERY_DAY))
def test_every_page_is_the_same_with_and_without_case_files(viewer, pytestconfig, promises):
    place = district()
    client = viewers(place)[viewer]
    user = place.users[viewer]
    rows = records(place, "own", place.users["cadre"], with_cases=False)
    rows["case_request"] = CaseGrant.objects.create(
        user=place.users["caseworker"], name=rows["member"].person.name, organisation=place.own.branch, reason="走访"
    )
    rows["case_grant"] = rows["case_request"]
    rows["case_grant_round"] = CaseGrantRound.objects.create(
        user=place.users["caseworker"], organisation=place.own.branch, reason="走访"
    )
    in_depth = viewer in IN_DEPTH or pytestconfig.getoption("full")
    before = crawled(client, user, rows, in_depth)
    give_files(place, rows)
    after = crawled(client, user, rows, in_depth)
    differing = {address for address in before | after if before.get(address) != after.get(address)}
    if viewer in READ_NUMBERS:
        differing = {address for address in differing if not tells_numbers(address.partition("?")[0])}
    raw = {(address, markup) for address, text in after.items() for markup in unescaped(text)}
    promises.add("A6", pages=len(after))
    assert (differing, raw) == (set(), set())
    assert visited(after) == {name for name in promised(viewer) if not is_about_a_file(name)}


def is_about_a_file(url_name):
    """Whether the address is about an existing case file, or leads to one by a grant in force."""
    kinds = {kind_of(url_name, name) for name in addresses()[url_name] if name.endswith("pk")}
    return bool(kinds & CASES) or url_name in BEGINNINGS


def test_twin_a_page_that_knows_of_case_files_is_noticed(monkeypatch):
    place = district()
    client = viewers(place)["cadre"]
    rows = records(place, "own", place.users["cadre"], with_cases=False)
    monkeypatch.setattr("assistance.models.CaseQuerySet.visible_to", lambda self, user: self)
    before = lasting(client.get(rows["person"].get_absolute_url()))
    give_files(place, rows)
    assert lasting(client.get(rows["person"].get_absolute_url())) != before


def test_a_caseworker_who_saves_a_file_leaves_no_trace_in_the_history_of_the_person():
    place = district()
    clients = viewers(place)
    rows = records(place, "own", place.users["cadre"], with_cases=False)
    person = rows["link"].youth
    person.full_clean()  # its number tells birth date and sex
    person.save()
    youth = make_assisted_youth(place.own.branch, person=person)
    make_grant(place.users["caseworker"], person)
    address = reverse("record_history", args=["person", person.pk])
    before = lasting(clients["cadre"].get(address))
    form = reverse("assisted_youth_update", args=[youth.pk])
    data = answers(shown_form(clients["caseworker"].get(form)))
    assert clients["caseworker"].post(form, data | {"needs": "秘own新需求"}).status_code == 302
    youth.refresh_from_db()
    assert youth.needs == "秘own新需求"
    assert lasting(clients["cadre"].get(address)) == before


def test_twin_a_form_that_always_saves_the_person_would_leave_one(monkeypatch):
    monkeypatch.setattr("members.forms.is_stored", lambda person: False)
    with pytest.raises(AssertionError):
        test_a_caseworker_who_saves_a_file_leaves_no_trace_in_the_history_of_the_person()


# What somebody can type about a child into the form for a capacity; none of it is enough to save.
FORMS = {
    "member_create": {"employer": "某单位"},
    "post_create": {"duties": "某职责"},
    "volunteer_create": {"joined_on": "无此日期"},
    "link_create": {"employer": "某单位"},
    "sign_in_create": {"capacity": "无此身份"},
}
CHILD = {"name": "秘own独", "birth_date": BORN}


def child_nowhere(place, numbers):
    """No such child."""


def child_in_a_file(place, numbers):
    """A child known by a case file alone."""
    make_assisted_youth(place.own.branch, person=make_person(**CHILD, gender="F", **numbers))


def child_elsewhere(place, numbers):
    """A child who is a member in the other committee."""
    make_member(branch=place.foreign.branch, person=make_person(**CHILD, gender="F", **numbers))


def typed_answers(place, clients, activity, known, numbers, typed):
    """What each viewer's forms answer to what is typed, the child being known as `known` makes it."""
    found = {}
    with transaction.atomic():
        known(place, numbers)
        for viewer in WITHOUT_GRANT:
            for url_name, more in FORMS.items():
                args = [activity.pk] if url_name == "sign_in_create" else []
                answer = asked_with(clients[viewer], reverse(url_name, args=args), typed | more)
                found[viewer, url_name] = (answer.status_code, lasting(answer))
        transaction.set_rollback(True)
    return found


def asked_with(client, address, data):
    """The answer to a form whose changes are taken back at once."""
    with transaction.atomic():
        answer = client.post(address, data)
        transaction.set_rollback(True)
    return answer


def differing_forms(place, clients, activity, numbers, typed, one, other):
    """The forms that answer differently, as (viewer, form)."""
    first, second = (typed_answers(place, clients, activity, known, numbers, typed) for known in (one, other))
    return {key for key in first if first[key] != second[key]}


@pytest.mark.cpu(16)
def test_no_form_tells_by_a_name_that_a_child_has_a_file():
    place = district()
    clients = viewers(place)
    activity = records(place, "own", place.users["cadre"], with_cases=False)["activity"]
    numbers = {"identity_number": identity_number("own", BORN), "mobile": phone("own")}
    found = {
        (*key, *typed)
        for typed in ({"name": CHILD["name"]}, CHILD, CHILD | {"mobile": phone("own")})
        for key in differing_forms(place, clients, activity, numbers, typed, child_nowhere, child_in_a_file)
    }
    assert found == set()


@pytest.mark.cpu(16)
@pytest.mark.parametrize("number", ["identity_number", pytest.param("mobile", marks=pytest.mark.full)])
def test_a_number_typed_tells_no_more_of_a_file_than_of_any_other_registration(number):
    place = district()
    clients = viewers(place)
    activity = records(place, "own", place.users["cadre"], with_cases=False)["activity"]
    numbers = {"identity_number": identity_number("own", BORN), "mobile": phone("own")}
    for name in (CHILD["name"], "另一姓名"):
        typed = {"name": name, number: numbers[number]}
        found = differing_forms(place, clients, activity, numbers, typed, child_elsewhere, child_in_a_file)
        # The office sees every registration but case files, and so knows what is left: see INHERENT.
        assert {(viewer, form) for viewer, form in found if viewer != "office"} == set()
    inherent = differing_forms(place, clients, activity, numbers, typed, child_nowhere, child_in_a_file)
    assert bool(inherent) == (number == "identity_number")


@pytest.mark.cpu(6)
def test_twin_a_form_that_offers_namesakes_out_of_reach_tells_of_the_file(monkeypatch):
    place = district()
    clients = viewers(place)
    activity = records(place, "own", place.users["cadre"], with_cases=False)["activity"]
    monkeypatch.setattr("members.models.PersonQuerySet.visible_to", lambda self, user: self)
    found = differing_forms(place, clients, activity, {}, {"name": CHILD["name"]}, child_nowhere, child_in_a_file)
    assert ("cadre", "member_create") in found


def test_the_office_cannot_find_out_by_a_platform_entry_who_is_assisted():
    place = district()
    clients = viewers(place)
    member = make_member("秘own团员", place.own.branch)
    data = {"platform": "某平台", "subject": "assisted_youth", "name": "秘own团员", "entered_on": "2017-05-04"}
    told = []
    for give in (lambda: None, lambda: make_assisted_youth(place.own.branch, person=member.person)):
        give()
        told.append(lasting(asked_with(clients["office"], reverse("platform_entry_create"), data)))
    assert told[0] == told[1]
    assert "已登记的帮扶对象" in told[0]


SHEETS = {
    "平台录入": [{"平台": "某平台", "对象": "帮扶对象", "名称": marked("own", "团员"), "录入日期": "2017-05-04"}],
    "签到": [
        {"活动名称": marked("own", "活动"), "日期": "2017-04-08", "姓名": marked("own", "团员"), "身份": capacity}
        for capacity in ("帮扶对象", "志愿者", "其他", None)
    ],
    "志愿者": [{"姓名": marked("own", "独")}, {"姓名": marked("own", "团员")}],
    "团干部": [
        {"姓名": marked("own", "独"), "所在组织": f"柳林一社区团支部{MARKUP}", "职务": "书记", "任职年月": "2017-05"}
    ],
}


def import_report(client, sheets):
    """What the office reads after a workbook was checked, but for the digests and numbers of the page."""
    batch = opened(client, workbook(sheets), kind="ledger")
    answer = client.get(batch.get_absolute_url(), {"show": "all"}, follow=True)
    sent_at = f"{timezone.localtime(batch.created_at):%Y-%m-%d %H:%M}"
    told = lasting(answer).replace(sent_at, "").replace(f"/imports/{batch.pk}/", "")
    if "seen" in answer.context:
        told = told.replace(answer.context["seen"], "")
    batch.delete()
    return told


@pytest.mark.cpu(6)
def test_no_import_report_tells_the_office_who_is_assisted():
    place = district()
    client = viewers(place)["office"]
    rows = records(place, "own", place.users["cadre"], with_cases=False)
    SignIn.objects.create(activity=rows["activity"], person=rows["member"].person, capacity="other")
    sheets = [{name: [row]} for name, sheet in SHEETS.items() for row in sheet]
    before = [import_report(client, each) for each in sheets]
    give_files(place, rows)
    after = [import_report(client, each) for each in sheets]
    differing = [sheet for sheet, one, other in zip(sheets, before, after, strict=True) if one != other]
    assert differing == []


@pytest.mark.cpu(6)
def test_twin_an_import_that_takes_case_files_in_would_tell_the_office(monkeypatch):
    def open_book(day, **said):
        return Book(day, **said | {"with_cases": True, "closed": frozenset()})

    monkeypatch.setattr("yl_district.importing.kinds.Book", open_book)
    with pytest.raises(AssertionError):
        test_no_import_report_tells_the_office_who_is_assisted()


CASE_LIST = "困境青少年名单.xlsx"


def keeper_of(place):
    """An account that imports case files: staff of the committee and caseworker."""
    user = make_user("个案经办", place.root)
    Role.objects.create(user=user, organisation=place.root, kind=RoleKind.CASEWORKER)
    return user


def case_row(member):
    """A row about a member in a list of assisted youths, which says more of the person than was known."""
    return {
        "姓名": member.person.name,
        "手机号码": "13800138000",
        "所在组织": member.branch.name,
        "入库日期": "2017-01-05",
    }


def a_case_list(data, user):
    """The import of a list of assisted youths."""
    found = take_in_rows(KINDS["assisted"], data, CASE_LIST, user=user)
    assert (found.errors, found.said) == ([], "")
    return found.batch


def a_ledger_with_cases(data, user):
    """The import of a ledger in which assisted youths stand."""
    report = import_ledger(data, CASE_LIST, timezone.localdate(), user=user)
    assert report.errors == []
    return report.batch


def case_district():
    """A district, its viewers, and a member whom the list of cases means."""
    place = district()
    person = make_person("秘own团员", mobile="13800138000")
    return place, viewers(place), make_member(person=person, branch=place.own.branch)


@pytest.mark.parametrize("taken", [a_case_list, a_ledger_with_cases])
def test_the_name_of_a_list_of_cases_stands_in_no_history_and_in_no_log(taken):
    place, clients, member = case_district()
    row = case_row(member) | {"性别": "女"}
    batch = taken(workbook({"帮扶对象": [row]}), keeper_of(place))
    assert batch.written[0][0] == "members.Person"
    assert begin_undo(batch, batch.user)
    history = reverse("record_history", args=["person", member.person.pk])
    pages = {viewer: clients[viewer].get(history).content.decode() for viewer in ("cadre", "staff", "office")}
    assert {viewer for viewer, page in pages.items() if "困境" in page} == set()
    reasons = list(member.person.history.order_by("history_id").values_list("history_change_reason", flat=True))
    assert reasons == [None, "导入", "撤销导入"]
    log = AccessEntry.objects.filter(action="import").values_list("subject", flat=True)
    assert set(log) == {f"导入记录 {batch.pk}", f"撤销：导入记录 {batch.pk}"}


def test_a_ledger_that_was_taken_back_names_nobody_to_the_office():
    place, clients, member = case_district()
    batch = a_ledger_with_cases(workbook({"帮扶对象": [case_row(member)]}), keeper_of(place))
    youth = AssistedYouth.objects.get()
    youth.needs = "新需求"
    youth.save()
    assert begin_undo(batch, batch.user)
    staying = [(label, verdict) for label, _, verdict, _ in batch.undone["staying"]]
    assert staying == [("assistance.AssistedYouth", "kept")]
    answer = clients["office"].get(batch.get_absolute_url())
    page = answer.content.decode()
    assert (answer.status_code, "保留的记录" in page) == (200, True)
    assert ("records" in answer.context, "秘" in page) == (False, False)


def test_nothing_that_a_page_deletes_is_held_by_a_case_file():
    """So no message "还有其他记录引用它" can stand for a file that its reader does not know of."""
    deletable = {name.removesuffix("_delete").replace("_", "") for name in ACCESS if name.endswith("_delete")}
    held = {
        field.related_model._meta.model_name
        for model in apps.get_app_config("assistance").get_models()
        for field in [*model._meta.concrete_fields, *model._meta.many_to_many]
        if field.is_relation
        and not model.__name__.startswith("Historical")
        # What may be deleted without regard to the file is held by none.
        and getattr(field.remote_field, "on_delete", None) is not models.DO_NOTHING
    }
    # An assistance is deleted by those alone who open all that it names; a partner is nobody's case.
    assert deletable & held == {"assistance", "partner"}


def test_what_cannot_be_the_same_is_written_down():
    """Whoever decides on a request sees a child known by a file alone among those who can be meant."""
    place = district()
    clients = viewers(place)
    make_assisted_youth(place.own.branch, person=make_person(**CHILD))
    request = CaseGrant.objects.create(
        user=place.users["caseworker"], name=CHILD["name"], organisation=place.own.branch, reason="走访"
    )
    address = reverse("case_grant_decide", args=[request.pk])
    told = {viewer: clients[viewer].get(address).content.decode().count('name="person"') for viewer in READ_NUMBERS}
    assert told == {"staff": 2, "leader": 2, "office": 2}
    assert len(INHERENT) == 3
