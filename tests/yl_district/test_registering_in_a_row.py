"""Records are registered one after another: what stays the same is kept, and nothing that tells of a person."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse
from django.utils import timezone

from members.models import Member, Person
from orgs.models import Role, Supply, UnitContact
from outreach.models import Link
from tests.factories import make_member, make_post, make_unit, make_user
from tests.forms import answers, shown_form
from tests.pages import browser_of, page, two_branches
from yl_district.pages.forms import PageForm

pytestmark = pytest.mark.django_db

BUTTON = "保存并继续登记"


@pytest.fixture
def place():
    """The district of two branches."""
    return two_branches()


def registered(client, url_name, address=None, **typed):
    """The answer to a form for a new record, sent by the button for another one."""
    address = address or reverse(url_name)
    sent = answers(shown_form(client.get(address))) | typed | {"another": "yes"}
    return client.post(address, sent)


def test_a_member_is_saved_and_the_next_form_begins_with_branch_and_origin(place):
    today = str(timezone.localdate())
    typed = {"name": "单伟", "gender": "F", "mobile": "13800138000", "employer": "某公司", "branch": place.here.pk}
    answer = registered(place.office, "member_create", **typed, listed_on=today, joined_league_on="2017-05")
    member = Member.objects.get()
    assert answer.status_code == 302
    assert parse_qs(urlsplit(answer.url).query) == {
        "branch": [str(place.here.pk)],
        "joined_league_on": ["2017-05"],
        "listed_on": [today],
    }
    following = place.office.get(answer.url)
    form = following.context["form"]
    kept = {name: form[name].value() for name in ("branch", "joined_league_on", "listed_on", "name", "mobile")}
    assert kept == {
        "branch": str(place.here.pk),
        "joined_league_on": "2017-05",
        "listed_on": today,
        "name": None,
        "mobile": None,
    }
    assert f'已登记团员。<a href="{member.get_absolute_url()}">查看：单伟</a>。' in following.content.decode()
    # And so on from there.
    answer = registered(place.office, "member_create", answer.url, name="韩笑", gender="F")
    assert answer.status_code == 302
    assert set(Member.objects.values_list("person__name", "branch__name")) == {
        ("单伟", "柳林社区团支部"),
        ("韩笑", "柳林社区团支部"),
    }


@pytest.mark.parametrize(
    ("url_name", "typed", "model", "kept"),
    [
        ("supply_create", {"item": "团旗", "quantity": "2"}, Supply, {"item", "issued_on"}),
        ("unit_contact_create", {"form": "phone", "contact_name": "查先生"}, UnitContact, {"form", "held_on"}),
        ("link_create", {"name": "秦朗", "started_on": "2017-01-10"}, Link, {"cadre", "started_on"}),
    ],
)
def test_dates_and_places_are_kept_but_whom_it_is_about_is_asked_anew(place, url_name, typed, model, kept):
    unit, post = make_unit(branch=place.here), make_post("陆远", place.here)
    given = {"unit": unit.pk, "organisation": place.here.pk, "cadre": post.person_id}
    shown = dict(shown_form(place.office.get(reverse(url_name))))
    typed |= {name: value for name, value in given.items() if name in shown}
    answer = registered(place.office, url_name, **typed)
    assert answer.status_code == 302 and model.objects.count() == 1
    assert set(parse_qs(urlsplit(answer.url).query)) == kept
    form = place.office.get(answer.url).context["form"]
    focused = [name for name, field in form.fields.items() if field.widget.attrs.get("autofocus")]
    assert focused == [next(name for name in form.fields if name not in kept)]


def test_a_form_sent_twice_registers_once_and_leads_to_the_next(place):
    address = reverse("supply_create")
    sent = answers(shown_form(place.office.get(address)))
    sent |= {"organisation": place.here.pk, "item": "团旗", "quantity": "2", "another": "yes"}
    first, second = (place.office.post(address, sent) for _ in range(2))
    assert first.url == second.url and Supply.objects.count() == 1
    told = [str(message) for message in place.office.get(second.url).context["messages"]]
    assert told[-1] == "这张表单刚才已经提交成功，没有重复登记。"


def test_a_wrong_form_is_shown_again_and_the_plain_button_leads_to_the_record(place):
    answer = registered(place.office, "supply_create", organisation=place.here.pk, item="团旗", quantity="")
    assert answer.status_code == 200 and "quantity" in answer.context["form"].errors
    sent = answers(shown_form(answer)) | {"quantity": "2"}
    answer = place.office.post(reverse("supply_create"), sent)
    assert answer.url == Supply.objects.get().get_absolute_url()


def test_what_is_kept_comes_from_the_address_only_where_the_form_says_so(place):
    form = place.office.get(f"{reverse('member_create')}?name=单伟&mobile=13800138000&branch=x&listed_on=y").context[
        "form"
    ]
    assert [form[name].value() for name in ("name", "mobile", "branch", "listed_on")] == [None, None, "x", "y"]


def test_no_form_keeps_what_is_personal_or_free_text(place):
    def all_forms(base):
        for each in base.__subclasses__():
            yield each
            yield from all_forms(each)

    keeping = [form for form in all_forms(PageForm) if form.stays]
    of_people = {field.name for field in Person._meta.concrete_fields}
    assert len(keeping) == 13
    assert of_people.isdisjoint(name for form in keeping for name in form.stays)


def test_the_button_stands_where_records_are_made_and_not_where_they_are_changed(place):
    member = make_member("单伟", place.here)
    assert BUTTON in page(place.office, "member_create")
    assert BUTTON not in page(place.office, "member_update", member.pk)
    assert BUTTON not in page(place.office, "member_end", member.pk)
    administrator = browser_of(make_user("周明", place.root, Role.Kind.ADMINISTRATOR))
    assert BUTTON not in page(administrator, "account_invite")
