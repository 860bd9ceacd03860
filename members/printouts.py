"""Everything that is kept of one person, for a printout to that person.

It follows the relations of the models, so that a new kind of record is in it without being named here. Each kind is
read with a fixed number of queries, however many records there are.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from django.contrib.contenttypes.fields import GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model

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

    row: Model
    fields: list


@dataclass(frozen=True)
class KeptRecord:
    """A record with the facts, files and former values that are kept of it."""

    record: Model
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
    records = [each for rows in rows_about(person, user).values() for each in records_of_kind(rows, user)]
    return [*records, kept_account(person.user)] if person.user else records


def kept_account(account):
    """The KeptRecord of a person's account, without what belongs to signing in alone."""
    shown = [account._meta.get_field(name) for name in ("username", "mobile", "last_login")]
    facts = [{"label": one.verbose_name, "value": whole_text(account, one, {})} for one in shown]
    roles = "、".join(map(str, account.roles.select_related("organisation")))
    return KeptRecord(account, [*facts, {"label": "角色", "value": roles}])


def rows_about(person, user):
    """{kind: rows} of the person and of what hangs on the person, or on one of these rows, each once."""
    found, waiting = defaultdict(dict), [(Person, [person])]
    while waiting:
        model, rows = waiting.pop(0)
        new = {row.pk: row for row in rows if row.pk not in found[model]}
        found[model] |= new
        for relation in relations_to(model) if new else ():
            other = relation.related_model
            if other not in (Person, *OF_TWO_PEOPLE) and is_tracked(other):
                hanging = reached(other, user).filter(**{f"{relation.field.name}__in": list(new)})
                waiting.append((other, list(with_related(hanging.order_by("pk").distinct()))))
    return {model: [rows[key] for key in sorted(rows)] for model, rows in found.items() if rows}


def records_of_kind(rows, user):
    """Yields the KeptRecords of rows of one kind."""
    model, keys = type(rows[0]), [row.pk for row in rows]
    fields, kept = told_fields(model), {"content_type": ContentType.objects.get_for_model(model), "object_id__in": keys}
    has_files = any(isinstance(one, GenericRelation) for one in model._meta.private_fields)
    files = Attachment.objects.visible_to(user).filter(**kept).select_related("uploaded_by").order_by("pk")
    attachments = by_record(files if has_files else (), "object_id")
    awaited = by_record(AwaitedCell.objects.filter(**kept).order_by("pk"), "object_id")
    history = model.history.filter(id__in=keys).select_related("history_user").order_by("history_id")
    states = by_record(history, "id")
    names = names_referred_to(fields, [*rows, *(state for some in states.values() for state in some)])
    for row in rows:
        facts = [{"label": one.verbose_name, "value": whole_text(row, one, names)} for one in fields]
        changes = kept_changes(states[row.pk], fields, names)
        yield KeptRecord(row, facts, attachments[row.pk], awaited[row.pk], changes)


def by_record(rows, key):
    """{record's key: rows}, an empty list for records without any."""
    found = defaultdict(list)
    for row in rows:
        found[getattr(row, key)].append(row)
    return found


def told_fields(model):
    """The model's fields without keys and what follows from others."""
    technical = (SearchTextField, NameOrderField)
    fields = (one for one in model._meta.concrete_fields if not one.primary_key and not isinstance(one, technical))
    return [one for one in fields if not is_derived(one)]


def names_referred_to(fields, rows):
    """{field's name: {key: name}} of the records that the rows refer to, now or in a former state."""
    found = {}
    for one in fields:
        if one.is_relation:
            keys = {getattr(row, one.attname, None) for row in rows} - {None}
            related = with_related(one.related_model._base_manager.filter(pk__in=keys))
            found[one.name] = {record.pk: str(record) for record in related} if keys else {}
    return found


def whole_text(row, field, names):
    """A field's value in words, unmasked; "" for none."""
    value = getattr(row, field.attname)
    if value in (None, ""):
        return ""
    return names[field.name].get(value, "（已不在）") if field.is_relation else plain_text(field, value)


def kept_changes(states, fields, names):
    """The KeptChanges that follow from a record's states, oldest first."""
    found, before = [], dict.fromkeys((one.name for one in fields), "")
    for state in states:
        after = {one.name: whole_text(state, one, names) for one in fields if hasattr(state, one.attname)}
        changed = [(one.verbose_name, before[one.name], after[one.name]) for one in fields if one.name in after]
        found.append(KeptChange(state, [each for each in changed if each[1] != each[2]]))
        before |= after
    return found
