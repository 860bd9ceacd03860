"""Keeps the pieces of names, by which people are found, complete."""

from django.db import connection

from .models.pieces import PIECES_OF_PEOPLE


def keep_pieces_after_migrating(**options):
    """Creates the triggers anew, and writes all pieces, where a migration has built the table of people anew."""
    is_there = PIECES_OF_PEOPLE.pieces in connection.introspection.table_names()
    if is_there and not PIECES_OF_PEOPLE.are_kept():
        PIECES_OF_PEOPLE.keep()
