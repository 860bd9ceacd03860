"""The migration that dates the verifications of two-new organisations, on existing rows."""

from datetime import date

import pytest

from orgs.models import Unit, UnitChange
from tests.migrating import migrate

pytestmark = [pytest.mark.both, pytest.mark.full, pytest.mark.cpu(10)]

BEFORE = [("orgs", "0020_served_orders")]
MAY = date(2017, 5, 4)


@pytest.mark.django_db(transaction=True)
def test_each_day_of_a_last_verification_becomes_a_verification():
    try:
        former = migrate(BEFORE)
        for name, day in [("清和科技", MAY), ("白石物业", None)]:
            former.get_model("orgs", "Unit").objects.create(
                name=name, kind="enterprise", status="normal", verified_on=day
            )
    finally:
        migrate()
    changes = UnitChange.objects.values_list("unit__name", "kind", "happened_on", "ended_on")
    assert list(changes) == [("清和科技", "verified", MAY, None)]
    UnitChange.objects.rechain(list(Unit.objects.values_list("pk", flat=True)))
    assert list(Unit.objects.order_by("pk").values_list("verified_on", flat=True)) == [MAY, None]
