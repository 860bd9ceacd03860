"""Deletions, ends and registrations in closed years: each moves exactly what its page announces, or is not done."""

from contextlib import nullcontext
from datetime import date
from types import SimpleNamespace

import pytest
from django import forms
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from activities.actions import add_sign_in
from members.actions import transfer
from members.models import Member
from outreach.models import Contact
from reports.figures.closed_years import ClosedFigures
from tests.factories import (
    make_activity,
    make_edition,
    make_hub,
    make_link,
    make_person,
    make_post,
    make_report,
    make_supply,
    make_unit,
    make_unit_change,
)
from tests.forms import answers, shown_form
from tests.made_once import made_once
from tests.pages import send, two_branches
from tests.project.test_access import addresses, arguments
from tests.reports.test_closed_years import all_results, announced, read_by_figures, years_tried
from tests.viewers import records
from yl_district.fields import MonthFormField
from yl_district.history.tracking import Tracked, is_tracked
from yl_district.history.watching import watching
from yl_district.pages import pages
from yl_district.pages.forms import ActionForm, DeletionForm

pytestmark = pytest.mark.django_db
DAY = date(2017, 6, 1)


@made_once
def district():
    """A district with a record of every kind, whose other branch is without members, and a second cadre and hub."""
    place = two_branches()
    place.own = SimpleNamespace(committee=place.root, branch=place.here, other_branch=place.there)
    place.markup = ""
    place.rows = records(place, "own", caseworker=place.staff)
    place.rows |= {"organisation": place.there, "activity": make_activity(place.here)}
    place.rows |= {
        "supply": make_supply(place.here),
        "unit_change": make_unit_change(make_unit(branch=place.here), "moved"),
    }
    place.rows["sign_in"] = add_sign_in(make_activity(place.here), make_person("秦朗"), "other")
    make_post("陆远", place.there)
    # The last of those to choose from, which are sorted by name.
    make_hub(place.there, "紫竹青年汇")
    return place


def address_of(district, url_name):
    """The address that acts on the district's record of its kind."""
    return reverse(url_name, kwargs=arguments(url_name, addresses()[url_name], district.rows))


def acting(district, form_class):
    """The names of the pages that act on a record by such a form, found in the table of addresses."""
    for url_name, names in addresses().items():
        if any(name == "pk" or name.endswith("_pk") for name in names):
            page = district.office.get(address_of(district, url_name))
            if page.context and isinstance(page.context.get("form"), form_class) and "record" in page.context:
                yield url_name


def typed(field, day):
    """What is typed into a field: the day, the last choice, or a word."""
    if isinstance(field, forms.DateField):
        return f"{day:%Y-%m}" if isinstance(field, MonthFormField) else str(day)
    if isinstance(field, forms.ModelChoiceField):
        return str([("", ""), *field.choices][-1][0])
    if isinstance(field, forms.ChoiceField):
        return next(str(key) for key, _ in field.choices if key)
    return "1" if isinstance(field, forms.IntegerField) else "更正"


def filled(district, address, day=DAY):
    """What a browser sends of the page's form once every field of an act has been filled in."""
    page = district.office.get(address)
    form = page.context["form"]
    return answers(shown_form(page)) | {name: typed(field, day) for name, field in form.fields.items()}


def tried(district, address, sent, years, before):
    """Whether a form was taken after its announcement, what it moved, and what it had announced; all is taken back."""
    with transaction.atomic():
        response, said = district.office.post(address, sent), {}
        form = response.context and response.context.get("form")
        if form and form.effects:
            said = {at: value for at, value in announced(form, years).items() if at in before}
            confirmed = answers(shown_form(response)) | {"correction_reason": "补办"}
            response = district.office.post(address, confirmed)
        after = all_results(district, years)
        transaction.set_rollback(True)
    return response.status_code == 302, {at: value for at, value in after.items() if value != before[at]}, said


def moves(district, sent_by_name, years):
    """{name of the page: what it announced}, of the pages that moved something; each announced exactly that."""
    before, found, wrong = all_results(district, years), {}, []
    for url_name, sent in sent_by_name.items():
        is_done, moved, said = tried(district, address_of(district, url_name), sent, years, before)
        wrong += [(url_name, *one) for one in moved.items() ^ (said if is_done else {}).items()]
        if moved:
            found[url_name] = said
    assert wrong == []
    return found


@pytest.mark.full
@pytest.mark.in_turn
@pytest.mark.cpu(60)
@pytest.mark.parametrize("form_class", [DeletionForm, ActionForm])
def test_an_act_moves_exactly_what_its_page_announces(district, form_class):
    sent = {name: filled(district, address_of(district, name)) for name in acting(district, form_class)}
    assert (
        set(sent) - set(moves(district, sent, years_tried()))
        == {
            DeletionForm: {
                "attachment_delete",
                "section_delete",
                "target_delete",
                "liaison_delete",
                "namesakes_delete",
                # No figure reads a hub's staff or a partner.
                "hub_staff_delete",
                "partner_delete",
                # Nor the items of a checklist without a result, or what a plan sets out to do.
                "assessment_delete",
                "assessment_item_delete",
                "plan_measure_delete",
                # It is refused, since somebody has signed for it.
                "assistance_delete",
                # It is refused, since a proof is of the campaign.
                "campaign_delete",
            },
            # What they write is read by no figure, or leaves each number as it is.
            ActionForm: {"activity_cancel", "case_grant_end", "comment_answer", "pairing_create"}
            | {"hub_staff_end", "post_account", "report_sign"}
            | {"organisation_liaison", "namesakes_create", "person_merge_create", "person_merge_undo"}
            | {"assessment_item_end", "assessment_item_rate", "assessment_submit", "case_grant_round_end"}
            | {"assistance_receipt_undo", "scholarship_review", "visit_pass_create", "visit_pass_end"}
            # They are refused: the member has not left, and a proposal hangs on the registration; all have signed;
            # the application is not approved, other steps of the scholarship come first, the plan is of this year,
            # and the visit does not count.
            | {"member_return", "member_delete", "assistance_receipt_create", "project_application_give"}
            | {f"scholarship_{step}" for step in ("forward", "decide", "pay", "thank", "undo")}
            | {"service_plan_sign", "visit_uncount"},
        }[form_class]
    )


@pytest.mark.in_turn
@pytest.mark.cpu(4)
def test_some_of_them_every_day(district):
    """The acts in the last closed year, beyond which nothing has to be counted."""
    last = years_tried()[-1]
    names = ["sign_in_delete", "member_transfer", "volunteer_team", "unit_verify"]
    sent = {name: filled(district, address_of(district, name), date(last, 6, 1)) for name in names}
    assert moves(district, sent, [2017, last]).keys() == sent.keys()


@pytest.mark.parametrize("url_name", ["unit_contact_delete", "member_end"])
def test_an_act_that_does_not_announce_is_noticed(district, monkeypatch, url_name):
    """The twin: pages that announce nothing."""
    monkeypatch.setattr(pages, "announcing", lambda form: nullcontext())
    sent = filled(district, address_of(district, url_name))
    with pytest.raises(AssertionError):
        moves(district, {url_name: sent}, [DAY.year])


def test_every_record_that_figures_read_is_watched():
    linked = {field.remote_field.through for field in Tracked.m2m_models}
    assert [model for model in read_by_figures() if not is_tracked(model) and model not in linked] == []


def test_the_history_keeps_why_something_was_deleted_or_ended(district):
    contact, member = district.rows["contact"], district.rows["member"]
    for url_name in ("contact_delete", "member_end"):
        address = address_of(district, url_name)
        announcement = district.office.post(address, filled(district, address, date(years_tried()[-1], 6, 1)))
        confirmed = answers(shown_form(announcement))
        refusal = district.office.post(address, confirmed)
        assert "请填写" in "".join(refusal.context["form"].errors["correction_reason"])
        answer = district.office.post(address, confirmed | {"correction_reason": "漏办的"})
        assert answer.status_code == 302
    assert Contact.history.filter(id=contact.pk, history_type="-").get().history_change_reason == "漏办的"
    assert member.history.first().history_change_reason == "漏办的"


def test_acts_of_today_count_nothing(district):
    closed, today = ClosedFigures(district.staff, timezone.localdate()), timezone.localdate()
    with watching(closed.note), CaptureQueriesContext(connection) as captured:
        begun = transfer(district.rows["member"], district.there, today)
        begun.leave(today, Member.Status.RESIGNED)
        district.rows["hub"].close(today)
        district.rows["link"].end(today)
        make_activity(district.here, held_on=today).delete()
    assert closed.before == {}
    assert [query["sql"] for query in captured if "asked_place" in query["sql"]] == []


def registered(district, url_name, **data):
    """The figures of 2017 that the page announces before it registers something, by organisation and label."""
    address = reverse(url_name)
    response = district.office.post(address, answers(shown_form(district.office.get(address))) | data)
    if response.status_code == 302:
        return None
    return {(one.figure.organisation, one.figure.label) for one in response.context["form"].effects}


def test_a_late_registration_is_announced_only_where_a_report_is_signed(district):
    """The district's 2017 is signed in the second case, that of the branch whose activity it is in neither."""
    typed_late = {
        "name": "读书会",
        "held_on": DAY,
        "type": district.rows["activity"].type_id,
        "host": district.there.pk,
    }
    assert registered(district, "activity_create", **typed_late) is None
    make_edition(make_report(district.root), district.staff, district.rows["activity"])
    moved = registered(district, "activity_create", **typed_late | {"name": "歌咏会"})
    assert moved == {(district.root.name, "活动场次"), (district.root.name, "阳光体育场次")}


def test_a_change_of_a_unit_is_announced_like_an_end(district):
    unit = make_unit(branch=district.here, is_contact_point=True, league_founded_on=date(2016, 3, 1))
    moved = registered(district, "unit_change_create", unit=unit.pk, kind="moved", happened_on=DAY)
    assert {label for _, label in moved} == {"迁址或注销更新", "区级联系点"}


def test_youths_added_to_a_contact_are_announced(district):
    """What is written is a link between two records alone."""
    contact = district.rows["contact"]
    other = make_link(contact.cadre)
    address = reverse("contact_update", args=[contact.pk])
    sent = answers(shown_form(district.office.get(address))) | {"links": [other.pk, district.rows["link"].pk]}
    form = district.office.post(address, sent).context["form"]
    assert {(one.figure.organisation, one.figure.label, one.after) for one in form.effects} == {
        (place.name, label, after)
        for place in (district.root, district.here)
        for label, after in (("联系青年", "2人次"), ("线上联系", "2人次"), ("联系到的青年", "2名"))
    }


def test_the_form_of_a_contact_of_a_closed_year_is_announced(district):
    """It tells contacts offline from those online."""
    address = reverse("contact_update", args=[district.rows["contact"].pk])
    sent = answers(shown_form(district.office.get(address))) | {"form": "theme"}
    form = district.office.post(address, sent).context["form"]
    assert {one.figure.label for one in form.effects} == {"线上联系", "线下联系"}


def test_a_revert_that_would_move_a_closed_year_is_refused(district):
    supply = district.rows["supply"]
    send(district.office, "supply_update", supply.pk, **form_of(district, supply, quantity="5"))
    sent = {"change": supply.history.first().history_id, "field": "quantity"}
    page = district.office.post(reverse("record_revert", args=["supply", supply.pk]), sent, follow=True)
    assert "请在修改页面更正" in page.content.decode()
    supply.refresh_from_db()
    assert supply.quantity == 5


def form_of(district, supply, **changes):
    """What a browser sends of the form of a supply after these changes."""
    return answers(shown_form(district.office.get(reverse("supply_update", args=[supply.pk])))) | changes


def test_a_late_sign_in_is_announced_on_the_page_of_the_activity(district):
    """The year of the branch is signed, that of the district is not."""
    activity = district.rows["sign_in"].activity
    data = {"name": "白露", "capacity": "other"}
    form = district.office.post(reverse("sign_in_create", args=[activity.pk]), data).context["form"]
    assert {(one.figure.label, one.after) for one in form.effects} >= {("签到人数", "3人"), ("参加人次", "2人次")}
    assert {one.figure.organisation for one in form.effects} == {district.here.name}
    send(district.office, "sign_in_create", activity.pk, **data)
    assert activity.sign_ins.count() == 2


def test_a_record_that_waits_for_its_reason_has_no_page_yet(district):
    """The form of a platform entry leads to its deletion once there is one."""
    address = reverse("platform_entry_create")
    data = {"platform": "志愿北京", "subject": "organisation", "name": district.here.name, "entered_on": DAY}
    page = district.office.post(address, answers(shown_form(district.office.get(address))) | data)
    assert page.context["form"].announced
    assert "/delete/" not in page.content.decode()
