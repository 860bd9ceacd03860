"""What holds for the database that the tests share."""

import pytest
from django.core.management import call_command

from activities.models import ActivityType
from members.models import Member
from tests.factories import make_member, make_organisation


@pytest.mark.both
@pytest.mark.django_db(transaction=True)
def test_emptying_the_tables_leaves_what_migrations_put_in():
    shipped = list(ActivityType.objects.values())
    make_member(branch=make_organisation())
    ActivityType.objects.filter(key="sports").delete()
    call_command("flush", interactive=False, verbosity=0)
    assert (ActivityType.objects.filter(key="sports").count(), Member.objects.count()) == (1, 0)
    assert list(ActivityType.objects.values()) == shipped
