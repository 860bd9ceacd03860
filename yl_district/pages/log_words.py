"""Lines of the access log in the office's words: who acted, and what record, page or file each is about.

The log itself keeps keys (`members.member:12`), which neither a later name nor a later version changes.
"""

import re
from functools import cached_property, reduce
from operator import or_

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db.models import Q

from ..history.tracking import tracked_model
from .page_words import page_words

RECORD_SUBJECT = re.compile(r"\b([a-z_]+\.[a-z]+)(?::([0-9][0-9,+]*))?(?![\w.])")
PAGE_SUBJECT = re.compile(r"([a-z][a-z_]*)(?::([a-z_]+))?(?::([0-9]+))?(?::[\w.]+)?")
ASKED = re.compile(r"(\S*?)\s*第?\s*([0-9]+)?\s*号?")


def labelled_model(label):
    """The model that a subject names, None where there is none."""
    try:
        return apps.get_model(label)
    except (LookupError, ValueError):
        return None


def with_numbers(words, keys):
    """A kind of record with its numbers: `帮扶记录 第45号`."""
    return f"{words} 第{keys.replace(',', '、').replace('+', '、')}号" if keys else words


def subjects_in_words(text):
    """The text with each key of records in words."""

    def words(found):
        model = labelled_model(found[1])
        return with_numbers(str(model._meta.verbose_name), found[2]) if model else found[0]

    return RECORD_SUBJECT.sub(words, text)


def page_in_words(subject):
    """The page that a subject names, with the number of its record; None where it names none."""
    found = PAGE_SUBJECT.fullmatch(subject)
    if not found:
        return None
    model = tracked_model(found[2]) if found[2] else None
    words = page_words(found[1]) + (f"：{model._meta.verbose_name}" if model else "")
    return with_numbers(words, found[3])


def meaning(text):
    """The condition on subjects that `帮扶记录`, `第45号` or `帮扶记录 第45号` mean; None where none is meant."""
    found = ASKED.fullmatch(text.strip())
    if not found or not (found[1] or found[2]):
        return None
    condition = Q(subject__regex=rf"[:,]{found[2]}(,|$)") if found[2] else Q()
    if found[1]:
        labels = [model._meta.label_lower for model in apps.get_models() if found[1] in str(model._meta.verbose_name)]
        named = [Q(subject=label) | Q(subject__startswith=f"{label}:") for label in labels]
        condition &= reduce(or_, named, Q(pk__in=[]))
    return condition


class LogWords:
    """The words for some lines of the log, in a number of queries that lines do not raise."""

    def __init__(self, entries):
        self.entries = entries

    @cached_property
    def accounts(self):
        """The accounts that the lines are of, or about, by their keys."""
        model = get_user_model()
        own = f"{model._meta.label_lower}:"
        keys = {entry.user_id for entry in self.entries} - {None}
        keys |= {int(entry.subject[len(own) :]) for entry in self.entries if is_one(entry.subject, own)}
        return model.objects.prefetch_related("roles__organisation").in_bulk(keys)

    def who(self, entry):
        """Whose line it is: a person with the place, or the user of the computer that ran a command."""
        account = self.accounts.get(entry.user_id)
        if account:
            return account.name_with_place
        return entry.who if entry.user_id or not entry.who else f"服务器命令（{entry.who}）"

    def subject(self, entry):
        """What the line is about; accounts are named, other records with_numbers, as an auditor opens none of them."""
        label, _, key = entry.subject.partition(":")
        model = labelled_model(label)
        if not model:
            return page_in_words(entry.subject) or entry.subject
        words = subjects_in_words(entry.subject)
        account = self.accounts.get(int(key)) if model is get_user_model() and key.isdigit() else None
        return f"{words} {account.name_with_place}" if account else words


def is_one(subject, label):
    """Whether the subject names one record of this label."""
    return subject.startswith(label) and subject[len(label) :].isdigit()
