"""Only fields offered by a form can be set, and only within the writer's scope."""

import pytest
from django.contrib.auth import get_user_model
from django.db import models
from django.forms import fields_for_model
from django.urls import reverse

from members.forms import MemberForm
from members.models import Member, Person
from tests.factories import make_organisation, make_person, make_post, make_user
from tests.forms import answers, shown_form
from tests.pages import browser_of, confirmed, refused, send, two_branches
from tests.records import changeable, makeable, stored
from yl_district.pages import forms
from youthhubs.forms import HubYearForm
from youthhubs.models import HubYear

pytestmark = pytest.mark.django_db

NUMBER = "110105199805040020"
OUT_OF_REACH = "保存后您将无法再查看这条记录，请核对所选组织。"


@pytest.fixture
def district():
    return two_branches()


def tempting(field):
    """A value that the field would take."""
    if field.is_relation:
        row = field.related_model._base_manager.order_by("-pk").first()
        return str(row.pk if row else 1)
    if isinstance(field, models.BooleanField):
        return "on"
    if isinstance(field, (models.DateTimeField, models.DateField)):
        return "2001-02-03"
    return str(field.choices[-1][0]) if field.choices else "7"


def added(data, model):
    """Every field of the record, of its person and of accounts that the form has not got."""
    found = {}
    for each in (model, Person, get_user_model()):
        for field in [*each._meta.concrete_fields, *each._meta.many_to_many]:
            found |= dict.fromkeys([field.name, getattr(field, "attname", field.name)], tempting(field))
    # The form's own reading of an unticked box or an empty choice is no field left out.
    return {name: value for name, value in found.items() if name not in data}


def offered(response):
    """The names of the fields that a page's form has, disabled ones left out."""
    return {name for name, field in response.context["form"].fields.items() if not field.disabled}


def changes_by_adding(district):
    """What changes when each form that changes a record is sent as shown, with everything else added."""
    count, changed = 0, []
    for url_name, (record, *_) in changeable(district).items():
        page = district.office.get(reverse(url_name, args=[record.pk]))
        data = answers(shown_form(page))
        extra = added(data.keys() | offered(page), type(record))
        before = stored()
        response = district.office.post(reverse(url_name, args=[record.pk]), extra | data)
        assert response.status_code == 302, url_name
        after = stored()
        changed += [(url_name, *key) for key in before.keys() | after.keys() if before.get(key) != after.get(key)]
        count += len(extra)
    return count, changed


@pytest.mark.cpu(6)
def test_no_form_that_changes_a_record_sets_what_it_does_not_offer(district, promises):
    count, changed = changes_by_adding(district)
    assert changed == []
    promises.add("A4", fields=count)


def test_a_form_that_took_everything_would_be_noticed(district, monkeypatch):
    """The twin: a form that takes the hub of a hub's year."""
    monkeypatch.setitem(HubYearForm.base_fields, "hub", fields_for_model(HubYear, ["hub"])["hub"])
    monkeypatch.setattr(HubYearForm._meta, "fields", None)
    row = changeable(district)["hub_year_update"][0]
    other = type(row.hub).objects.create(name="另一青年汇", organisation=district.there)
    data = answers(shown_form(district.office.get(reverse("hub_year_update", args=[row.pk]))))
    assert "hub" in added(data, type(row))
    send(district.office, "hub_year_update", row.pk, **data | {"hub": other.pk})
    row.refresh_from_db()
    assert row.hub == other


@pytest.mark.cpu(4)
def test_no_form_that_makes_a_record_sets_what_it_does_not_offer(district, promises):
    count = 0
    for url_name, args, typed, model in makeable(district):
        page = district.office.get(reverse("activity_detail" if url_name == "sign_in_create" else url_name, args=args))
        data = answers(shown_form(page)) | typed
        extra = added(data.keys() | offered(page), model)
        before, newest = stored(), model.objects.order_by("pk").last()
        assert confirmed(district.office, reverse(url_name, args=args), extra | data).status_code == 302, url_name
        made = model.objects.order_by("pk").last()
        assert made != newest
        taken = [
            field.name
            for field in model._meta.concrete_fields
            if field.name in extra
            and str(getattr(made, field.attname)) == extra[field.name]
            and not allowed(field, made)
        ]
        assert taken == [], url_name
        after = stored()
        accounts = [key for key in before if key[0] in ("orgs.User", "orgs.Role") and before[key] != after.get(key)]
        assert accounts == []
        count += len(extra)
    promises.add("A4", fields=count)


def allowed(field, made):
    """Whether the value is the record's own anyway: its key, and what the page fixes."""
    return field.primary_key or field.is_relation or getattr(made, field.attname) == field.get_default()


@pytest.mark.parametrize("name", ["is_superuser", "is_staff", "roles", "user", "kind", "password"])
def test_changing_ones_password_changes_nothing_else(district, name):
    user = district.branch_cadre
    data = {"old_password": "correct-horse-battery", "new_password1": "柳林-green-7", "new_password2": "柳林-green-7"}
    assert district.cadre.post(reverse("password_change"), data | {name: "1"}).status_code == 302
    user = get_user_model().objects.get(pk=user.pk)
    assert (user.is_superuser, user.is_staff, user.roles.count()) == (False, False, 1)


def member_data(branch):
    data = {"name": "章程", "gender": "F", "birth_date": "1998-05-04", "branch": branch.pk, "status": "normal"}
    return data | {"in_school": "unknown", "listed_on": "2018-03-01"}


def test_what_is_written_out_of_the_writers_reach_is_undone(district, monkeypatch):
    """Even where a list of choices forgot to be narrow."""
    monkeypatch.setattr(forms, "narrow_choices", lambda fields, user: None)
    answer = district.cadre.post(reverse("member_create"), member_data(district.there))
    assert answer.context["form"].errors == {"__all__": [OUT_OF_REACH]}
    assert not Member.objects.exists()
    assert not Person.objects.exists()


def test_without_looking_again_it_would_be_written(district, monkeypatch):
    """The twin."""
    monkeypatch.setattr(forms, "narrow_choices", lambda fields, user: None)
    monkeypatch.setattr(MemberForm, "rechecks_reach", False)
    district.cadre.post(reverse("member_create"), member_data(district.there))
    assert Member.objects.get().branch == district.there


def test_a_change_that_takes_a_record_out_of_reach_is_undone(district, monkeypatch):
    monkeypatch.setattr(forms, "narrow_choices", lambda fields, user: None)
    post = make_post("陆远", district.here)
    data = answers(shown_form(district.cadre.get(reverse("post_update", args=[post.pk]))))
    data["organisation"] = district.there.pk
    answer = district.cadre.post(reverse("post_update", args=[post.pk]), data)
    assert answer.context["form"].errors == {"__all__": [OUT_OF_REACH]}
    post.refresh_from_db()
    assert post.organisation == district.here


def test_somebody_unseen_is_neither_taken_up_nor_overwritten(district):
    known = make_person("章程", identity_number=NUMBER, mobile="13800138000", birth_date="1998-05-04", gender="F")
    post = make_post(organisation=district.there, person=known)
    data = {"name": "章程", "identity_number": NUMBER, "mobile": "13900139000", "organisation": str(district.here.pk)}
    errors = refused(district.cadre, "post_create", **data, title="委员", started_on="2017-03")
    assert "此人须由上级团委机关办理" in errors["identity_number"]
    assert list(known.posts.all()) == [post]
    known.refresh_from_db()
    assert known.mobile == "13800138000"


def test_the_facts_of_somebody_within_reach_are_written(district):
    """The twin: the same form, sent by those who keep that person's facts."""
    known = make_person("章程", identity_number=NUMBER, mobile="13800138000", birth_date="1998-05-04", gender="F")
    make_post(organisation=district.there, person=known)
    data = {"name": "章程", "identity_number": NUMBER, "mobile": "13900139000", "organisation": district.here.pk}
    send(district.office, "post_create", **data, title="委员", started_on="2017-03")
    known.refresh_from_db()
    assert known.mobile == "13900139000"


def test_staff_of_a_committee_move_nothing_out_of_it(district):
    street = make_organisation("柳林街道团委", district.root, category="committee", domain="office")
    own = make_organisation("柳林新村团支部", street)
    client = browser_of(make_user("韩笑", street))
    post = make_post("陆远", own)
    data = {"name": "陆远", "organisation": district.there.pk, "title": "书记", "started_on": "2016-09"}
    assert client.post(reverse("post_update", args=[post.pk]), data).status_code == 200
    post.refresh_from_db()
    assert post.organisation == own
