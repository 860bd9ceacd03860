"""Optimistic locking of forms: concurrent edits of a record are shown to the user instead of overwritten.

A form carries a version, a digest of each value at the time it was shown. When the form is submitted, the record is
read again under a lock and compared: values that somebody else has changed meanwhile are shown next to those typed,
and the user decides. The digests are keyed by user and record, so that they reveal nothing about the values.
"""

import json
from dataclasses import dataclass
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, QueryDict
from django.utils.crypto import salted_hmac

from ..fields import FirstReferenceField
from ..pinyin import SearchTextField
from ..record_options import options_of
from .record_choices import LookedUpChoices

VERSION = "version"
LONGEST_VERSION = 8000
UNSHOWN, UNSHOWN_TYPED = "已修改（内容不显示）", "您填写的内容（不显示）"


def lock_for_edit(record, user, lock_more=None):
    """Locks and reloads the record; raises Http404 where it is deleted or no longer visible to the user.

    `lock_more(record)` locks what the form writes besides the record.
    """
    rows = type(record)._base_manager.select_for_update(no_key=True).filter(pk=record.pk)
    if not list(rows.values_list("pk")) or not is_reached(record, user):
        raise Http404
    record.refresh_from_db()
    if lock_more:
        lock_more(record)


def is_reached(record, user):
    """Whether the user may see the stored record; records of models without `visible_to` are visible to everybody."""
    rows = type(record)._default_manager
    return not hasattr(rows, "visible_to") or rows.visible_to(user).filter(pk=record.pk).exists()


def value_digest(record, user, name, value):
    """The digest of one value of a record, keyed by user, record and field."""
    said = json.dumps([user.pk, record._meta.label, record.pk, name, value])
    return salted_hmac("yl_district.editing", said, algorithm="sha256").hexdigest()[:16]


def as_version(digests):
    """{name: digest} as the text of the form's version field."""
    return " ".join(f"{name}={value}" for name, value in digests.items())


def parse_version(version):
    """{name: digest} of a submitted version; malformed parts are ignored."""
    return dict(part.split("=", 1) for part in version[:LONGEST_VERSION].split() if "=" in part)


def record_digests(record, user):
    """{name: digest} of the record's compared fields, for pages that act on the whole record."""
    return {
        field.name: value_digest(record, user, field.name, stored_text(record, field))
        for field in compared_fields(record)
    }


def compared_fields(record):
    """The fields named in the model's option `compared`, by default all stored fields and attachments.

    What follows from other fields is left out: columns to search and sort by change with the name, which is compared
    itself, and a first reference with what it leads to.
    """
    named = options_of(type(record)).compared
    attached = [field for field in record._meta.private_fields if field.name == "attachments"]
    derived = SearchTextField, FirstReferenceField
    concrete = [field for field in record._meta.concrete_fields if not isinstance(field, derived)]
    stored = [*concrete, *record._meta.many_to_many, *attached]
    return [record._meta.get_field(name) for name in named] or stored


def stored_text(record, field):
    """The stored value of a field as text, for many-to-many and reverse relations the sorted keys."""
    if field.concrete and not field.many_to_many:
        return str(getattr(record, field.attname))
    return sorted(getattr(record, field.name).values_list("pk", flat=True))


def field_label(field):
    """A field's label; for a reverse relation the verbose name of the related model."""
    return str((field if field.concrete else field.related_model._meta).verbose_name)


def changed_labels(record, user, version):
    """Labels of the fields that differ from the submitted version; [] without a version."""
    if version is None:
        return []
    seen, stored = parse_version(version), record_digests(record, user)
    return [field_label(record._meta.get_field(name)) for name in stored if seen.get(name) != stored[name]]


def form_digests(form):
    """{name: digest} of the stored values of a form's enabled fields."""
    return {
        name: value_digest(form.instance, form.user, name, comparable(form, name, stored_data(form, name)))
        for name, field in form.fields.items()
        if not field.disabled
    }


def stored_data(form, name):
    """The stored value of a field as form data."""
    return as_submitted(form, name, form.stored_value(name))


def shown_data(form, name):
    """The initial value of a field as form data."""
    return as_submitted(form, name, form.get_initial_for_field(form.fields[name], name))


def as_submitted(form, name, value):
    """A field's value as the QueryDict that a browser would submit."""
    field, data = form.fields[name], QueryDict(mutable=True)
    if isinstance(field.widget, forms.CheckboxInput):
        sent = ["on"] if value else []
    else:
        sent = field.widget.format_value(field.prepare_value(value))
        sent = sent if isinstance(sent, list) else [sent]
    data.setlist(form.add_prefix(name), ["" if each is None else str(each) for each in sent])
    return data


def comparable(form, name, data):
    """A field's submitted value in canonical form for comparison."""
    field = form.fields[name]
    value = field.widget.value_from_datadict(data, {}, form.add_prefix(name))
    if isinstance(value, list):
        return sorted(str(each) for each in value)
    if not isinstance(field, forms.ModelChoiceField):
        try:
            value = field.to_python(value)
        except ValidationError:
            return str(value)
    value = value.normalize() if isinstance(value, Decimal) else value
    return "" if value in field.empty_values else str(value).replace("\r\n", "\n")


@dataclass(frozen=True)
class Difference:
    """One field that somebody else has changed, with the stored and the typed value."""

    name: str
    label: str
    stored: str
    typed: str


@dataclass(frozen=True)
class Conflict:
    """Changes that somebody else has made since the form was shown.

    `differing` are fields on which the user must decide; `taken_over` are fields that the user had not edited; `labels`
    names the changed fields of a record on which the form acts as a whole.
    """

    differing: tuple = ()
    taken_over: tuple = ()
    labels: tuple = ()


def edit_conflict(form, record, version):
    """The Conflict between the submitted form and the stored record; None where there is none."""
    if version is None:
        return None
    if hasattr(form, "stored_value"):
        return field_conflict(form, parse_version(version))
    labels = changed_labels(record, form.user, version)
    return Conflict(labels=tuple(labels)) if labels else None


def field_conflict(form, seen):
    """The Conflict of fields changed since the digests `seen`, unless what was typed is harmless; None without any."""
    stored, differing, taken_over = form_digests(form), [], []
    for name in form.fields:
        typed = comparable(form, name, form.data)
        # A field that has been disabled since the form was shown counts as changed.
        agrees = name in stored and typed in harmless_values(form, name, seen)
        if seen.get(name) != stored.get(name) and not agrees:
            (taken_over if is_untouched(form, name, typed, seen) else differing).append(difference(form, name))
    return Conflict(tuple(differing), tuple(taken_over)) if differing or taken_over else None


def harmless_values(form, name, seen):
    """Values that never conflict: the stored value, and for a field not offered its unedited initial value."""
    spellings = [comparable(form, name, stored_data(form, name))]
    if name not in seen and not shows_stored_value(form, name):
        spellings.append(comparable(form, name, shown_data(form, name)))
    return spellings


def shows_stored_value(form, name):
    """Whether the form's initial value is the stored value itself, unmasked."""
    return comparable(form, name, shown_data(form, name)) == comparable(form, name, stored_data(form, name))


def is_untouched(form, name, typed, seen):
    """Whether the user did not edit a field; one that the form did not offer must not have been submitted."""
    if name not in seen:
        return form.add_prefix(name) not in form.data
    if not shows_stored_value(form, name):
        return typed == comparable(form, name, shown_data(form, name))
    return value_digest(form.instance, form.user, name, typed) == seen.get(name)


def difference(form, name):
    """The Difference of a field; values that the form itself does not show are not revealed."""
    label = str(form.fields[name].label)
    if not shows_stored_value(form, name):
        is_typed = comparable(form, name, form.data) != comparable(form, name, shown_data(form, name))
        return Difference(name, label, UNSHOWN, UNSHOWN_TYPED if is_typed else "")
    return Difference(
        name, label, display_text(form, name, shown_data(form, name)), display_text(form, name, form.data)
    )


def display_text(form, name, data):
    """Display text of a submitted value, choices by their labels."""
    field = form.fields[name]
    value = field.widget.value_from_datadict(data, {}, form.add_prefix(name))
    if isinstance(field, forms.BooleanField) and not isinstance(field, forms.NullBooleanField):
        return "是" if value else "否"
    if not isinstance(field, (forms.ChoiceField, forms.NullBooleanField)):
        return comparable(form, name, data)
    sent = {str(each) for each in (value if isinstance(value, list) else data.getlist(form.add_prefix(name)))}
    if isinstance(field.widget.choices, LookedUpChoices):
        labels = field.widget.choices.named(sent)
    else:
        labels = dict(field.widget.choices).items()
    return "、".join(str(label).strip() for key, label in labels if str(key) in sent and str(key))


def merged(form):
    """The submitted data with stored values in the fields that the user had not edited."""
    data = form.data.copy()
    for each in form.conflict.taken_over:
        name = form.add_prefix(each.name)
        data.setlist(name, shown_data(form, each.name).getlist(name))
    return data
