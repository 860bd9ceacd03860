"""Everything that is kept of one person, for a printout to that person.

It follows the relations of the models, so that a new kind of record is in it without being named here.
"""

from dataclasses import dataclass, field
from operator import attrgetter

from django.contrib.contenttypes.fields import GenericRelation
from django.core.exceptions import ObjectDoesNotExist

from yl_district.attachments.models import Attachment
from yl_district.history.changes import is_derived, plain_text
from yl_district.history.tracking import is_tracked, reached
from yl_district.pinyin import NameOrderField, SearchTextField
from yl_district.privacy.sealed_links import with_related
from yl_district.sheets.models import AwaitedCell

from .merging import relations_to
from .models import Namesakes, Person, PersonMerge

# These are about two people, and name the other.
OF_TWO_PEOPLE = (Namesakes, PersonMerge)


@dataclass(frozen=True)
class KeptChange:
    """One change in a record's history: who made it, when, and (label, before, after) of each field."""

    row: object
    fields: list


@dataclass(frozen=True)
class KeptRecord:
    """A record with the facts, files and former values that are kept of it."""

    record: object
    facts: list
    attachments: list = field(default_factory=list)
    awaited: list = field(default_factory=list)
    changes: list = field(default_factory=list)

    @property
    def label(self):
        """The kind of record."""
        return self.record._meta.verbose_name

    @property
    def is_of_case(self):
        """Whether showing it is noted as a look at a case file."""
        return bool(getattr(self.record, "history_look", None))


def kept_records(person, user):
    """The KeptRecords of a person and of what hangs on the person, as far as the user may see them."""
    records = [kept_record(row, user) for row in rows_about(person, user)]
    return [*records, kept_account(person.user)] if person.user else records


def kept_account(account):
    """The KeptRecord of a person's account, without what belongs to signing in alone."""
    shown = [account._meta.get_field(name) for name in ("username", "mobile", "last_login")]
    facts = [{"label": one.verbose_name, "value": whole_text(account, one)} for one in shown]
    roles = "、".join(map(str, account.roles.select_related("organisation")))
    return KeptRecord(account, [*facts, {"label": "角色", "value": roles}])


def rows_about(person, user):
    """The person and the rows that hang on the person, or on one of these rows, each once, by kind."""
    found, waiting = {}, [person]
    while waiting:
        row = waiting.pop(0)
        if (type(row), row.pk) in found:
            continue
        found[type(row), row.pk] = row
        for relation in relations_to(type(row)):
            model = relation.related_model
            if model not in (Person, *OF_TWO_PEOPLE) and is_tracked(model):
                rows = reached(model, user).filter(**{relation.field.name: row.pk})
                waiting += with_related(rows.order_by("pk"))
    own, *others = found.values()
    order = {model: place for place, model in enumerate(dict.fromkeys(map(type, others)))}
    return [own, *sorted(others, key=lambda row: (order[type(row)], row.pk))]


def kept_record(row, user):
    """The KeptRecord of a row."""
    fields = told_fields(type(row))
    facts = [{"label": one.verbose_name, "value": whole_text(row, one)} for one in fields]
    has_files = any(isinstance(one, GenericRelation) for one in row._meta.private_fields)
    attachments = list(Attachment.objects.told_of(row, user).select_related("uploaded_by")) if has_files else []
    awaited = list(AwaitedCell.objects.of(row).order_by("pk"))
    return KeptRecord(row, facts, attachments, awaited, kept_changes(row, user, fields))


def told_fields(model):
    """The model's fields without keys and what follows from others."""
    technical = (SearchTextField, NameOrderField)
    fields = (one for one in model._meta.concrete_fields if not one.primary_key and not isinstance(one, technical))
    return [one for one in fields if not is_derived(one)]


def whole_text(row, field):
    """A field's value in words, unmasked; "" for none."""
    value = getattr(row, field.attname)
    if value in (None, ""):
        return ""
    if not field.is_relation:
        return plain_text(field, value)
    try:
        return str(getattr(row, field.name))
    except ObjectDoesNotExist:
        return "（已不在）"


def kept_changes(row, user, fields):
    """The KeptChanges of a record, oldest first."""
    if not hasattr(type(row), "history"):
        return []
    states = row.history_narrowed(row.history.select_related("history_user").order_by("history_id"), user)
    found, before = [], dict.fromkeys(map(attrgetter("name"), fields), "")
    for state in states:
        after = {one.name: whole_text(state, one) for one in fields if hasattr(state, one.attname)}
        changed = [(one.verbose_name, before[one.name], after[one.name]) for one in fields if one.name in after]
        found.append(KeptChange(state, [each for each in changed if each[1] != each[2]]))
        before |= after
    return found
