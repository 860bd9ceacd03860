"""Every page escapes text, whether stored, just entered or uploaded."""

import re

import pytest
from django import forms
from django.conf import settings
from django.urls import reverse

from members.models import Member, Person
from orgs.models import Organisation
from tests.crawl import promised
from tests.factories import make_user
from tests.forms import answers, shown_form
from tests.markup import unescaped_in_page
from tests.pages import browser_of, confirmed, two_branches
from tests.project.test_access import addresses, arguments
from tests.records import changeable
from tests.reports import import_pages
from tests.reports.district import YEAR
from tests.reports.sound_district import sound_district
from tests.viewers import APPS, MARKUP, district, marked, records, viewers

pytestmark = pytest.mark.django_db

# What lets a text through, in templates and in the code behind them.
IN_TEMPLATES = re.compile(r"\|\s*safe(?:seq)?\b|autoescape\s+off")
IN_CODE = re.compile(
    r"mark_safe\(.*|\bSafeString\(.*|\bSafeText\(.*|__html__.*|(?:format_html(?:_join)?|filled_markup)\(f.*|html_safe.*"
)
# Of it: nothing at all, paragraphs that Django escapes, what is escaped right there, and what consists of safe parts.
HARMLESS = {
    'mark_safe("")',
    'SafeString("")',
    "mark_safe(linebreaks(value, autoescape=True))",
    "SafeString(escape(text)) if type(text) is str else conditional_escape(text)",
    "SafeString(markup.format(*map(escaped_text, values)))",
    "SafeString(joined) if all(isinstance(part, SafeData) for part in parts) else joined",
}
# The fields of a form that can be filled in at will.
TEXTS = (forms.CharField, forms.DateField, forms.DecimalField)
# Forms that take a file and nothing else.
UPLOADS = {"import_batch_create"}


def in_files(pattern, suffix, folders):
    """What a pattern finds in the files of these folders, each once."""
    files = (path for folder in folders for path in (settings.BASE_DIR / folder).rglob(f"*{suffix}"))
    return {found for path in files for found in pattern.findall(path.read_text("utf-8"))}


def test_no_template_and_no_code_lets_a_text_through():
    assert in_files(IN_TEMPLATES, ".html", ["templates", *APPS]) == set()
    assert in_files(IN_CODE, ".py", APPS) == HARMLESS


def raw(answers_):
    """The markup that these answers, by what they are about, let through."""
    return {(about, found) for about, answer in answers_.items() for found in unescaped_in_page(answer)}


def typed(answer):
    """What is sent from a form with a marked text in every field that takes one; days and amounts are wrong so."""
    fields = answer.context["form"].fields
    texts = {
        name for name, field in fields.items() if type(field) is not forms.ChoiceField and isinstance(field, TEXTS)
    }
    shown = answers(shown_form(answer))
    return shown | {name: marked("own", "填") for name in texts & shown.keys() if not fields[name].widget.is_hidden}


@pytest.mark.cpu(6)
def test_what_was_typed_into_a_form_that_is_shown_again_is_escaped():
    place = district()
    clients = viewers(place)
    rows = records(place, "own", place.users["cadre"], place.users["caseworker"])
    found = {}
    for viewer in ("office", "caseworker"):
        for url_name in sorted(promised(viewer)):
            if url_name.endswith("_create") and url_name != "import_batch_create":
                address = reverse(url_name, kwargs=arguments(url_name, addresses()[url_name], rows))
                shown = clients[viewer].get(address)
                found[url_name] = clients[viewer].post(address, typed(shown), follow=True)
    assert {
        url_name for url_name, answer in found.items() if marked("own", "填")[:4] in answer.content.decode()
    } == set(found)
    assert raw(found) == set()


def test_both_values_of_a_conflict_and_the_steps_of_a_history_are_escaped():
    place = two_branches()
    found = {}
    forms_ = changeable(place)
    for kind in ("organisation", "member", "contact"):
        record, field, theirs, mine = forms_[f"{kind}_update"]
        address = reverse(f"{kind}_update", args=[record.pk])
        data = answers(shown_form(place.office.get(address)))
        assert place.office.post(address, data | {field: f"{theirs}{MARKUP}"}).status_code == 302
        found[kind, "differing"] = place.office.post(address, data | {field: f"{mine}{MARKUP}"})
        found[kind, "taken over"] = place.office.post(address, data)
        assert [answer.status_code for answer in list(found.values())[-2:]] == [409, 409]
        found[kind, "history"] = place.office.get(reverse("record_history", args=[kind, record.pk]))
    assert {about for about, answer in found.items() if "&lt;i&gt;" not in answer.content.decode()} == set()
    assert raw(found) == set()


def test_a_message_that_names_a_record_is_escaped():
    place = district()
    client = viewers(place)["office"]
    rows = records(place, "own", place.users["cadre"])
    address = reverse("sign_in_delete", args=[rows["sign_in"].pk])
    answer = confirmed(client, address, answers(shown_form(client.get(address))), follow=True)
    assert "已移除秘own签到&lt;i&gt;" in answer.content.decode()
    assert raw({"answer": answer}) == set()


@pytest.mark.cpu(4)
def test_names_and_reasons_of_findings_are_escaped():
    place = sound_district()
    office = browser_of(make_user("林知秋", place.root))
    people = Person.objects.filter(memberships__in=place.members)
    people.update(birth_date="1985-01-01", name=f"康宁{MARKUP}")
    found = {}
    for subject in (f"members.member:{place.members[0].pk}", "check:over_age"):
        query = {"year": YEAR, "organisation": place.root.pk, "check": "over_age", "subject": subject}
        address = reverse("explanation_create", query=query)
        found["form", subject] = shown = office.get(address)
        data = answers(shown_form(shown)) | {"reason": marked("own", "原因")}
        found["given", subject] = office.post(address, data, follow=True)
    found["board"] = office.get(reverse("finding_list"), {"year": YEAR})
    assert found["board"].content.decode().count("秘own原因&lt;i&gt;") == 2
    assert raw(found) == set()


def test_cells_headings_and_names_of_an_uploaded_file_are_escaped():
    place = two_branches()
    Organisation.objects.filter(pk=place.here.pk).update(name=f"柳林{MARKUP}")
    right = import_pages.people(2, 所在团支部=f"柳林{MARKUP}")
    wrong = import_pages.person(3, f"无此支部{MARKUP}", 姓名=MARKUP, 文化程度=MARKUP, 出生日期=MARKUP)
    strange = import_pages.opened(place.office, [row | {f"某列{MARKUP}": MARKUP} for row in right])
    batch = import_pages.opened(place.office, [*right, wrong], name=f"名单{MARKUP}.xlsx")
    page, found = batch.get_absolute_url(), {}
    found["checked"] = place.office.get(page)
    found["wrong"] = place.office.get(page, {"show": "wrong"})
    found["columns"] = place.office.get(reverse("import_batch_update", args=[strange.pk]))
    found["mend"] = place.office.get(re.search(rf"{page}rows/\d+/\d+/", found["wrong"].content.decode())[0])
    import_pages.commit(place.office, batch, only_right="on")
    found["outcome"] = place.office.get(page)
    found["undo"] = place.office.get(reverse("import_batch_undo", args=[batch.pk]))
    found["list"] = place.office.get(reverse("import_batch_list"))
    assert Member.objects.count() == 2
    assert {about for about, answer in found.items() if "&lt;i&gt;" not in answer.content.decode()} == set()
    assert raw(found) == set()


def test_twin_markup_that_a_page_lets_through_is_noticed(monkeypatch):
    place = district()
    client = viewers(place)["office"]
    records(place, "own")
    assert unescaped_in_page(client.get("/units/")) == set()
    monkeypatch.setattr("django.template.base.conditional_escape", str)
    assert unescaped_in_page(client.get("/units/")) != set()
