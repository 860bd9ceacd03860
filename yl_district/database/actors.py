"""On whose behalf the database is asked, which the row policies of PostgreSQL go by."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple

from django.conf import settings


class Actor(NamedTuple):
    """The key of the account that acts, if any, and whether the work at hand needs the case files of everybody.

    `visit_pass` are the digests, separated by commas, of the passes by which a volunteer without an account acts.
    """

    user: int | None = None
    sees_all: bool = False
    visit_pass: str = ""


acting: ContextVar[Actor | None] = ContextVar("acting", default=None)


def process_actor() -> Actor:
    """Who acts where nobody is named: in a server nobody, so that what is forgotten shows nothing."""
    return Actor(sees_all=settings.DATABASE_LONG_WORK)


def current_actor() -> Actor:
    """The Actor on whose behalf the database is asked at this moment."""
    return acting.get() or process_actor()


@contextmanager
def acting_as(actor: Actor) -> Iterator[None]:
    """Has the database asked on behalf of `actor` for the length of the block."""
    token = acting.set(actor)
    try:
        yield
    finally:
        acting.reset(token)


@contextmanager
def whole_case_files() -> Iterator[None]:
    """Lets the block reach everybody's case files, for work that shows none: counting, importing, merging."""
    with acting_as(current_actor()._replace(sees_all=True)):
        yield


@contextmanager
def acting_by_pass(*digests: str) -> Iterator[None]:
    """Has the block reach what the passes with these digests open, and nothing else."""
    with acting_as(Actor(visit_pass=",".join(digests))):
        yield
