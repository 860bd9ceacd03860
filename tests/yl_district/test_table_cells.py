"""The rows of a table are written as the library that knows its columns would write them."""

import re
from datetime import UTC, date, datetime

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from activities.models import Activity, SignIn
from activities.tables import ActivityTable, SignInTable
from members.models import Member, Post, Proposal
from members.tables import MemberTable, PostTable, ProposalTable
from orgs.accounts.account_tables import AccountTable
from orgs.models import Organisation, User
from orgs.tables import OrganisationTreeTable
from outreach.models import Link
from outreach.tables import LinkTable
from tests.factories import make_activity, make_link, make_member, make_post, make_user
from tests.made_once import made_once
from tests.pages import two_branches
from yl_district.pages.acts_for_many import acts_offered
from yl_district.pages.pages import configured_table

BY_THE_LIBRARY = Template(
    "{% for row in table.paginated_rows %}<tr {{ row.attrs.as_html }}>{% if table.acts %}"
    '<td class="tick"><input type="checkbox" class="form-check-input" name="keys" value="{{ row.record.pk }}"'
    ' form="many" aria-label="选中：{{ row.record }}"></td>{% endif %}'
    '{% for column, cell in row.items %}<td {{ column.attrs.td.as_html }} data-label="{{ column.header }}"'
    "{% if column.is_told %} data-told{% endif %}{% if cell == table.default %} data-blank{% endif %}>{{ cell }}</td>"
    "{% endfor %}</tr>{% endfor %}"
)
LISTS = {
    MemberTable: (lambda: Member.objects.all(), "member_list"),
    PostTable: (lambda: Post.objects.all(), "post_list"),
    ProposalTable: (lambda: Proposal.objects.all(), "proposal_list"),
    OrganisationTreeTable: (lambda: Organisation.objects.listed_for(User.objects.first(), timezone.localdate()), ""),
    ActivityTable: (lambda: Activity.objects.all(), "activity_list"),
    SignInTable: (lambda: SignIn.objects.all(), ""),
    LinkTable: (lambda: Link.objects.with_contacts_by(date(2017, 5, 4)).with_last_contact(), "link_list"),
    AccountTable: (lambda: User.objects.with_second_factor(), ""),
}


NOON = datetime(2017, 5, 4, 12, tzinfo=UTC)


@made_once
def records():
    """One or two records of every kind with blanks, choices, masked numbers, ends to come, and marks of HTML."""
    place = two_branches()
    user = make_user("<林>&知秋", place.root)
    whole = make_member("章<b>程", place.here, education="college", listed_on=date(2017, 3, 1))
    whole.person.mobile = "13800000000"
    whole.person.save()
    make_member("陆远", place.there, intake_on=None, left_on=date(2999, 1, 1), status="over_age")
    Proposal.objects.create(
        member=whole, kind="leave", day=date(2017, 5, 4), proposed_by=user, status="resigned", proposed_at=NOON
    )
    post = make_post(organisation=place.here, ended_on=date(2999, 1, 1))
    make_link(cadre=post.person, youth=whole.person)
    held = make_activity(place.here, "健步走", held_on=date(2017, 3, 5))
    SignIn.objects.create(activity=held, person=whole.person, capacity="member")
    make_activity(place.there, "读书会", held_on=date(2017, 3, 6))
    return user


@pytest.mark.django_db
@pytest.mark.parametrize("table_class", LISTS)
def test_rows_are_those_of_the_library(table_class, records):
    rows, url_name = LISTS[table_class]
    request = RequestFactory().get("/")
    request.user = records
    table = configured_table(request, table_class, rows())
    table.request = request
    table.acts = acts_offered(records, url_name) if url_name else []
    expected = BY_THE_LIBRARY.render(Context({"table": table}))
    assert len(table.paginated_rows) > 0
    # The library counts rows on, also over those that were written before.
    assert plain(table.body) == plain(expected)


def plain(html):
    """The rows without what tells even from odd ones."""
    return re.sub(r' class="(even|odd)"', "", str(html)).replace("\n", "")


@pytest.mark.django_db
def test_a_page_shows_them(records, client):
    client.force_login(records)
    text = client.get(reverse("member_list")).content.decode()
    assert text.count("章&lt;b&gt;程</a></td>") == 1
