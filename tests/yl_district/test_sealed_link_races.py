"""The person of a case, locked while the case is written, as a database does for foreign keys that it can read."""

import threading

import pytest
from django.db import DatabaseError, connection, transaction

from members.models import Person
from tests.factories import make_assisted_youth, make_organisation, make_person
from yl_district.privacy import sealed_links


def taken_meanwhile(person):
    """Whether another connection could delete the person just now."""
    found = []

    def attempt():
        try:
            with transaction.atomic():
                Person.objects.select_for_update(nowait=True).get(pk=person.pk)
            found.append(True)
        except DatabaseError:
            found.append(False)
        finally:
            connection.close()

    thread = threading.Thread(target=attempt)
    thread.start()
    thread.join()
    return found == [True]


@pytest.mark.postgresql(only=True)
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_held", [True, False])
def test_nobody_goes_while_a_row_about_them_is_written(is_held, monkeypatch):
    """SQLite has one writer at a time."""
    person, place = make_person(), make_organisation()
    if not is_held:
        monkeypatch.setattr(sealed_links, "hold_records", lambda model, wanted: None)
    with transaction.atomic():
        make_assisted_youth(place, person=person)
        assert taken_meanwhile(person) is not is_held
