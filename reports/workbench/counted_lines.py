"""Numbers of records for a user, all counted by one statement, which is written once.

For Django to write it takes longer than for the database to execute it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, QuerySet, Value

from orgs.models import User
from orgs.models.reach import reach_of

from ..figures.prepared import refuse


@dataclass(frozen=True)
class CountedLine:
    """Records counted for users whom the access table admits to `act`; which, follows from the user and the day."""

    act: str
    rows: Callable[[User, date], QuerySet]


@dataclass(frozen=True)
class Asker:
    """For whom the records of which lines are counted on a day, known by everything that decides on the statement."""

    user: User = field(compare=False)
    key: int
    day: date
    lines: tuple[CountedLine, ...]
    reach: tuple[tuple[str, str], ...]


def numbers_of(lines, user, day):
    """{line: how many records it has for the user on `day`}, 0 of lines that are not the user's."""
    able = tuple(line for line in lines if user.may_open(line.act))
    statement = statement_for(Asker(user, user.pk, day, able, reach_of(user))) if able else None
    found = {}
    if statement:
        with connection.cursor() as cursor:
            cursor.execute(*statement)
            found = dict(cursor.fetchall())
    places = {line: place for place, line in enumerate(able)}
    return {line: found.get(places.get(line), 0) for line in lines}


@lru_cache(maxsize=1000)
def statement_for(asker):
    """The statement with its parameters; None where no line can have any records."""
    # What is asked while it is written would be kept with it.
    with connection.execute_wrapper(refuse):
        counts = [
            line.rows(asker.user, asker.day).order_by().values(line=Value(place)).annotate(number=Count("pk"))
            for place, line in enumerate(asker.lines)
        ]
        try:
            return counts[0].union(*counts[1:], all=True).values_list("line", "number").query.sql_with_params()
        except EmptyResultSet:
            return None
