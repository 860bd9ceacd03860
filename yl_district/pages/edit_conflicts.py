"""Two people who change the same record: neither loses anything.

A form carries a version, a digest of each value as it was shown. When the form comes back, the record is read again
under a lock and compared: what somebody else has changed meanwhile is shown beside what was typed, for the user to
decide. The digests are keyed and made for one user and record, so that they tell nothing.
"""

import json
from dataclasses import dataclass
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, QueryDict
from django.utils.crypto import salted_hmac

from ..record_options import options_of

FIELD = "version"
LONGEST = 8000
UNSHOWN, UNSHOWN_TYPED = "已修改（内容不显示）", "您填写的内容（不显示）"


def lock(record, user, lock_more=None):
    """Reads the record again and keeps others from changing it until the transaction ends; gone is "not found"."""
    rows = type(record)._base_manager.select_for_update(no_key=True).filter(pk=record.pk)
    if not list(rows.values_list("pk")) or not is_reached(record, user):
        raise Http404
    record.refresh_from_db()
    if lock_more:
        lock_more(record)


def is_reached(record, user):
    """Whether the user sees the record as it is now stored; records that know no reach are everybody's."""
    rows = type(record)._default_manager
    return not hasattr(rows, "visible_to") or rows.visible_to(user).filter(pk=record.pk).exists()


def digest(record, user, name, value):
    """What stands for one value of a record in the pages of one user."""
    said = json.dumps([user.pk, record._meta.label, record.pk, name, value])
    return salted_hmac("yl_district.editing", said, algorithm="sha256").hexdigest()[:16]


def written(digests):
    """Digests by name as a page carries them."""
    return " ".join(f"{name}={value}" for name, value in digests.items())


def read(version):
    """Digests by name from what a page sent, whatever that was."""
    return dict(part.split("=", 1) for part in version[:LONGEST].split() if "=" in part)


def record_digests(record, user):
    """A digest of every stored value of a record, for pages that act on it as a whole."""
    return {field.name: digest(record, user, field.name, state(record, field)) for field in compared_fields(record)}


def compared_fields(record):
    """What is compared of a record: all that it stores, or what its model names."""
    named = options_of(type(record)).compared
    attached = [field for field in record._meta.private_fields if field.name == "attachments"]
    stored = [*record._meta.concrete_fields, *record._meta.many_to_many, *attached]
    return [record._meta.get_field(name) for name in named] or stored


def state(record, field):
    """The stored value of a field, for several linked records their keys."""
    if field.concrete and not field.many_to_many:
        return str(getattr(record, field.attname))
    return sorted(getattr(record, field.name).values_list("pk", flat=True))


def label_of(field):
    """A field's label, that of the other records where they point here."""
    return str((field if field.concrete else field.related_model._meta).verbose_name)


def changed_labels(record, user, version):
    """The labels of what differs from the version sent; a page that sent none is not compared."""
    if version is None:
        return []
    seen, stored = read(version), record_digests(record, user)
    return [label_of(record._meta.get_field(name)) for name in stored if seen.get(name) != stored[name]]


def form_digests(form):
    """A digest of the stored value of every field that a form offers."""
    return {
        name: digest(form.instance, form.user, name, plain(form, name, stored_data(form, name)))
        for name, field in form.fields.items()
        if not field.disabled
    }


def stored_data(form, name):
    """The stored value of a field, as a browser would send it."""
    return sendable(form, name, form.stored_value(name))


def shown_data(form, name):
    """The value that the fresh form shows in a field, as a browser would send it."""
    return sendable(form, name, form.get_initial_for_field(form.fields[name], name))


def sendable(form, name, value):
    """A value as a browser would send it."""
    field, data = form.fields[name], QueryDict(mutable=True)
    if isinstance(field.widget, forms.CheckboxInput):
        sent = ["on"] if value else []
    else:
        sent = field.widget.format_value(field.prepare_value(value))
        sent = sent if isinstance(sent, list) else [sent]
    data.setlist(form.add_prefix(name), ["" if each is None else str(each) for each in sent])
    return data


def plain(form, name, data):
    """What was sent for a field in the one spelling that can be compared."""
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
    """One field that somebody else has changed: the stored value, and what was typed."""

    name: str
    label: str
    stored: str
    typed: str


@dataclass(frozen=True)
class Conflict:
    """What somebody else has changed since the form was shown.

    `differing` waits for a decision; `taken_over` holds the fields that the user had left alone; `labels` names what
    changed in a record on which the form acts as a whole.
    """

    differing: tuple = ()
    taken_over: tuple = ()
    labels: tuple = ()


def conflict(form, record, version):
    """The conflict between what was typed or decided upon and what is stored; None where there is none."""
    if version is None:
        return None
    if hasattr(form, "stored_value"):
        return field_conflict(form, read(version))
    labels = changed_labels(record, form.user, version)
    return Conflict(labels=tuple(labels)) if labels else None


def field_conflict(form, seen):
    """What of a form's fields has changed since `seen`, where the outcome is not what was typed anyway."""
    stored, differing, taken_over = form_digests(form), [], []
    for name in form.fields:
        typed = plain(form, name, form.data)
        # A field that was open when it was shown and is closed now has changed too.
        agrees = name in stored and typed in harmless(form, name, seen)
        if seen.get(name) != stored.get(name) and not agrees:
            (taken_over if is_untouched(form, name, typed, seen) else differing).append(difference(form, name))
    return Conflict(tuple(differing), tuple(taken_over)) if differing or taken_over else None


def harmless(form, name, seen):
    """What can be sent for a field whatever others have done: the stored value, or nothing where that stays unseen."""
    spellings = [plain(form, name, stored_data(form, name))]
    if name not in seen and not is_shown(form, name):
        spellings.append(plain(form, name, shown_data(form, name)))
    return spellings


def is_shown(form, name):
    """Whether the fresh form shows the stored value itself."""
    return plain(form, name, shown_data(form, name)) == plain(form, name, stored_data(form, name))


def is_untouched(form, name, typed, seen):
    """Whether the user left a field as the form had shown it; one that it did not offer sent nothing."""
    if name not in seen:
        return form.add_prefix(name) not in form.data
    if not is_shown(form, name):
        return typed == plain(form, name, shown_data(form, name))
    return digest(form.instance, form.user, name, typed) == seen.get(name)


def difference(form, name):
    """A field's stored and typed value in words; never a value that the form itself would not show."""
    label = str(form.fields[name].label)
    if not is_shown(form, name):
        is_typed = plain(form, name, form.data) != plain(form, name, shown_data(form, name))
        return Difference(name, label, UNSHOWN, UNSHOWN_TYPED if is_typed else "")
    return Difference(name, label, words(form, name, shown_data(form, name)), words(form, name, form.data))


def words(form, name, data):
    """What was sent for a field, choices by their labels."""
    field = form.fields[name]
    value = field.widget.value_from_datadict(data, {}, form.add_prefix(name))
    if isinstance(field, forms.BooleanField) and not isinstance(field, forms.NullBooleanField):
        return "是" if value else "否"
    if not isinstance(field, (forms.ChoiceField, forms.NullBooleanField)):
        return plain(form, name, data)
    sent = {str(each) for each in (value if isinstance(value, list) else data.getlist(form.add_prefix(name)))}
    labels = dict(field.widget.choices).items()
    return "、".join(str(label).strip() for key, label in labels if str(key) in sent and str(key))


def merged(form):
    """What was typed, with the stored values in the fields that the user had left alone."""
    data = form.data.copy()
    for each in form.conflict.taken_over:
        name = form.add_prefix(each.name)
        data.setlist(name, shown_data(form, each.name).getlist(name))
    return data
