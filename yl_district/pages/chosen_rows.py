"""The rows of a list that an act for many is to be done for: chosen on the list, then carried along by its form.

A list sends what is ticked, or asks for all rows of its page or of its conditions. From then on the form carries each
row's key with a digest of what the row held when it was shown, so that what others change meanwhile is not acted upon.
"""

import json

from django.http import QueryDict
from django.utils.crypto import salted_hmac

from ..record_options import options_of
from .edit_conflicts import stored_text
from .record_choices import is_key

TICKED, ON_PAGE, ALL = "ticked", "page", "all"
# As many as a request can act upon before whoever sent it gives up.
MOST_ROWS = 2000


class TooManyChosen(Exception):
    """More rows than one act is done for; holds their number."""


def chosen_on_list(request, act):
    """The keys of the rows that the user has chosen on the act's list, those visible alone; raises TooManyChosen."""
    scope = request.POST.get("scope", TICKED)
    rows = act.rows(request.user)
    if scope == ALL:
        conditions = QueryDict(request.POST.get("query", ""))
        found = act.filter_class(conditions, rows, user=request.user, day=act.day).qs
    else:
        found = rows.filter(pk__in=keys_in(request.POST.getlist("keys" if scope == TICKED else "shown")))
    most = act.most or MOST_ROWS
    keys = list(found.values_list("pk", flat=True)[: most + 1])
    if len(keys) > most:
        raise TooManyChosen(found.count())
    return keys


def keys_in(texts):
    """The keys in texts of keys parted by blanks, at most one more than can be acted upon."""
    found = [word for text in texts for word in text.split() if is_key(word)]
    return [int(word) for word in dict.fromkeys(found[: MOST_ROWS + 1])]


def rows_as_shown(records, user):
    """The records as the text of a form's field: the key of each with a digest of what it holds."""
    return " ".join(f"{record.pk}={row_digest(record, user)}" for record in records)


def rows_sent(text):
    """{key: digest} of the rows in the text of a form's field; malformed ones and all beyond the limit are left out."""
    parts = [word.partition("=") for word in text.split()[:MOST_ROWS]]
    return {int(key): digest for key, _, digest in parts if is_key(key)}


def row_digest(record, user):
    """A digest of a record's compared columns, keyed by user and record."""
    told = [stored_text(record, field) for field in told_columns(type(record))]
    said = json.dumps([user.pk, record._meta.label, record.pk, told])
    return salted_hmac("yl_district.chosen", said, algorithm="sha256").hexdigest()[:16]


def told_columns(model):
    """The columns of a model by which it is noticed that somebody has changed a row."""
    named = options_of(model).compared
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    return [field for field in fields if (field.name in named if named else field.editable)]
