"""Columns encrypted at rest: AES-256-GCM with a random nonce for each cell, bound to its row and column.

A cell is stored as `yl1:<key id>:<base64 of nonce and ciphertext>`. The associated data names the column and the row's
own random `seal`, so that a cell moved to another row or column fails to decrypt. A row read from the database holds
`Sealed` values, which attribute access decrypts on first use, a damaged cell to `UnreadableText`; `.values()` returns
them encrypted. The database cannot compare ciphertext: lookups for equality use a `BlindIndexField`. Empty values are
stored as they are.
"""

import base64
import binascii
import json
import os
import re
import uuid
from dataclasses import dataclass
from functools import cache

from cryptography.exceptions import InvalidTag
from django.apps import apps
from django.core.exceptions import FieldError, ValidationError
from django.db import connection, models
from django.db.models.query_utils import DeferredAttribute

from ..fields import Privacy
from ..pinyin import normalised
from . import keys
from .unreadable import UNREADABLE, UnreadableText, note_unreadable

SCHEME = "yl1"
STORED = re.compile(rf"{SCHEME}:([a-z0-9]+):([A-Za-z0-9+/]+={{0,2}})")
NONCE = 12
REWRITE_BATCH = 500
# The attribute of an instance for digests that were worked out before, {source: (value, digest)}, to be used once.
DIGESTED = "_digested"


class DecryptionError(Exception):
    """A cell that cannot be decrypted: changed, moved, or encrypted under a key that this installation lacks."""


class DamagedCellError(DecryptionError):
    """A cell that was changed or moved, while others of the same key can be decrypted."""


class PlaintextError(TypeError):
    """Plain text about to be written to an encrypted column."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A cell's stored ciphertext."""

    stored: str

    def __str__(self):
        return "（已加密）"

    @property
    def key_id(self):
        """The id of the key it is encrypted under, "" where it is not ciphertext."""
        match = STORED.fullmatch(self.stored)
        return match[1] if match else ""


def encrypt(text, label, seal):
    """The text encrypted for the column `label` of the row `seal`, as Sealed."""
    return encrypt_bytes(text.encode(), label, seal)


def encrypt_bytes(content, label, seal):
    """The bytes encrypted for the column `label` of the row `seal`, as Sealed."""
    key, nonce = keys.current_key(), os.urandom(NONCE)
    ciphertext = key.cipher.encrypt(nonce, content, bound_to(label, seal))
    return Sealed(f"{prefix_of(key)}{base64.b64encode(nonce + ciphertext).decode()}")


def decrypt(sealed, label, seal):
    """The text of a Sealed cell; raises DecryptionError where it does not belong to this column and row."""
    return decrypt_bytes(sealed, label, seal).decode()


def decrypt_bytes(sealed, label, seal):
    """The bytes of a Sealed cell; raises DecryptionError where it does not belong to this column and row."""
    match = STORED.fullmatch(sealed.stored)
    if not match:
        raise DamagedCellError(f"{label} 的一处内容不是密文，可能在系统之外被改动。")
    key = keys.field_key(match[1])
    if key is None:
        raise without_key(label, match[1])
    try:
        cell = base64.b64decode(match[2], validate=True)
        return key.cipher.decrypt(cell[:NONCE], cell[NONCE:], bound_to(label, seal))
    except (binascii.Error, ValueError, InvalidTag):
        raise DamagedCellError(f"{label} 的一处内容未通过校验，可能被改动或移动过，或密钥有误。") from None


def without_key(label, key_id):
    """The error of a cell under a key that is not here: a damaged one where the database states no such key either."""
    if is_stated(key_id):
        return DecryptionError(f"{label} 的一处内容所用的密钥 {key_id} 不在本机的字段密钥中，请从备份中恢复密钥文件。")
    return DamagedCellError(f"{label} 的一处内容所标的密钥 {key_id} 不存在，可能在系统之外被改动。")


def is_stated(key_id):
    """Whether the database states a key of this id as one of its own, or is of before and states none."""
    facts = apps.get_model("yl_district", "InstallationFact")
    is_told = facts._meta.db_table in connection.introspection.table_names()
    return not is_told or facts.objects.filter(name=f"{keys.KEY_FACT}{key_id}").exists()


def readable(text):
    """The text, for what cannot go on without it; raises DamagedCellError for an UnreadableText."""
    if isinstance(text, UnreadableText):
        raise DamagedCellError(text.problem)
    return text


def bound_to(label, seal):
    """The associated data of a cell: version, column and row."""
    return f"{SCHEME}|{label}|".encode() + seal.bytes


def prefix_of(key):
    """The prefix of every cell encrypted under a key."""
    return f"{SCHEME}:{key.id}:"


class SealedModel(models.Model):
    """A model with encrypted columns; its cells are bound to the row's random `seal`."""

    seal = models.UUIDField(default=uuid.uuid4, editable=False, unique=True)

    class Meta:
        abstract = True

    def save(self, *args, update_fields=None, **options):
        """Saves blind indexes together with their source columns."""
        if update_fields is not None:
            update_fields = {*update_fields, *index_names(type(self), update_fields)}
        super().save(*args, update_fields=update_fields, **options)

    def validate_unique(self, exclude=None):
        """Skips the query for the seal, which is random."""
        super().validate_unique({*(exclude or ()), "seal"})


class EncryptedAttribute(DeferredAttribute):
    """The attribute of an encrypted column, which decrypts its value on first access."""

    def __get__(self, instance, cls=None):
        if instance is None:
            return self
        name = self.field.attname
        value = instance.__dict__[name] if name in instance.__dict__ else super().__get__(instance, cls)
        if isinstance(value, Sealed):
            value = instance.__dict__[name] = self.field.read(value, instance)
        return value

    def __set__(self, instance, value):
        instance.__dict__[self.field.attname] = value


class LabelledField:
    """A field with the label of the column that first declared it, kept in copies of the model such as its history."""

    def __init__(self, *args, label="", **options):
        self.label = label
        super().__init__(*args, **options)

    def deconstruct(self):
        name, path, args, options = super().deconstruct()
        return name, path, args, options | {"label": self.label}

    def contribute_to_class(self, cls, name, **options):
        super().contribute_to_class(cls, name, **options)
        if not self.label and not cls._meta.abstract:
            self.label = f"{cls._meta.db_table}.{getattr(self, 'source', '') or self.column}"


class EncryptedMixin(LabelledField):
    """Makes a text field's column encrypted."""

    descriptor_class = EncryptedAttribute
    privacy = Privacy()

    def db_type(self, connection):
        """The type of a text column, since ciphertext exceeds the field's `max_length`."""
        return models.TextField().db_type(connection)

    def from_db_value(self, value, expression, connection):
        return Sealed(value) if value else value

    def opened(self, sealed, instance):
        """The decrypted text of a cell of this row."""
        return decrypt(sealed, self.label, instance.seal)

    def read(self, sealed, instance):
        """The decrypted text of a cell of this row, an UnreadableText where it is damaged."""
        try:
            return self.opened(sealed, instance)
        except DamagedCellError as error:
            kind = getattr(instance, "instance_type", type(instance))
            note_unreadable(kind._meta.verbose_name, getattr(instance, kind._meta.pk.attname), self.verbose_name)
            index = index_of(self)
            return UnreadableText(sealed, str(error), index, index and getattr(instance, index.attname))

    def run_validators(self, value):
        """Leaves alone what is kept as it is, and refuses its name as a content."""
        if isinstance(value, UnreadableText):
            return
        if value == UNREADABLE:
            raise ValidationError(f"不能填写“{UNREADABLE}”：请填写实际内容，或留空。")
        super().run_validators(value)

    def closed(self, value, instance):
        """The text encrypted for this row; raises PlaintextError for what only stands for a content."""
        if str(value) == UNREADABLE:
            raise PlaintextError(f"{self.label}: {UNREADABLE} is no content.")
        return encrypt(str(value), self.label, instance.seal)

    def pre_save(self, instance, add):
        """The cell to be stored; one that was never decrypted is stored unchanged."""
        value = (
            instance.__dict__[self.attname] if self.attname in instance.__dict__ else getattr(instance, self.attname)
        )
        if isinstance(value, UnreadableText):
            return value.cell
        return self.closed(value, instance) if value and not isinstance(value, Sealed) else value

    def get_db_prep_save(self, value, connection):
        """The stored text; raises PlaintextError for text that did not pass `pre_save`, as in `QuerySet.update`."""
        if isinstance(value, Sealed):
            return value.stored
        if value:
            raise PlaintextError(
                f"{self.label} is stored as ciphertext only: save the record instead of updating rows."
            )
        return value

    def value_to_string(self, instance):
        """The ciphertext, so that data dumps never contain the text."""
        value = self.pre_save(instance, add=False)
        return value.stored if value else value

    def get_lookup(self, lookup_name):
        """Allows `isnull` alone; raises FieldError for lookups that would compare ciphertext."""
        if lookup_name == "isnull":
            return super().get_lookup(lookup_name)
        raise FieldError(f"{self.label} is ciphertext, which {lookup_name!r} cannot compare: use its blind index.")


class EncryptedCharField(EncryptedMixin, models.CharField):
    """A line of text, stored encrypted; `max_length` limits the plain text."""


class EncryptedTextField(EncryptedMixin, models.TextField):
    """Text of any length, stored encrypted."""


class EncryptedBytesField(EncryptedMixin, models.TextField):
    """Bytes, stored encrypted."""

    def opened(self, sealed, instance):
        """The decrypted bytes of a cell of this row."""
        return decrypt_bytes(sealed, self.label, instance.seal)

    def read(self, sealed, instance):
        """The same: half a file is none."""
        return self.opened(sealed, instance)

    def closed(self, value, instance):
        """The bytes encrypted for this row."""
        return encrypt_bytes(value, self.label, instance.seal)


class EncryptedJSONField(EncryptedMixin, models.TextField):
    """What JSON can hold, stored encrypted; an empty value is stored as an empty text."""

    def from_db_value(self, value, expression, connection):
        return Sealed(value) if value else self.get_default()

    def to_python(self, value):
        return value

    def opened(self, sealed, instance):
        """The decrypted value of a cell of this row."""
        return json.loads(super().opened(sealed, instance))

    def read(self, sealed, instance):
        """The same: no part of it is worth anything alone."""
        return self.opened(sealed, instance)

    def closed(self, value, instance):
        """The value encrypted for this row."""
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return encrypt(text, self.label, instance.seal)

    def get_db_prep_save(self, value, connection):
        return super().get_db_prep_save(value or "", connection)


class BlindIndexField(LabelledField, models.CharField):
    """A keyed digest of the encrypted column `source`, which reveals only whether values are equal.

    Derived on every write, including bulk writes; NULL where the source is empty.
    """

    def __init__(self, *args, source, **options):
        self.source, self.sources = source, (source,)
        options |= {"max_length": 64, "null": True, "editable": False}
        super().__init__(*args, **options)

    def deconstruct(self):
        name, path, args, options = super().deconstruct()
        del options["max_length"], options["null"], options["editable"]
        return name, path, args, options | {"source": self.source}

    def digest(self, value):
        """The digest to look up rows with this value; None for an empty value."""
        if not value or isinstance(value, UnreadableText):
            return None
        text = f"{self.label}|{normalised(value)}"
        return keys.derived_mac("blind index").hexdigest(text.encode())

    def derived(self, instance):
        """The digest of the instance's current value."""
        # A value that was never decrypted cannot have changed.
        if isinstance(instance.__dict__.get(self.source), Sealed) and self.attname in instance.__dict__:
            return getattr(instance, self.attname)
        value = getattr(instance, self.source)
        if isinstance(value, UnreadableText):
            return getattr(instance, self.attname)
        known, digest = self._known_digest(instance.__dict__)
        return digest if known and known == value else self.digest(value)

    def _known_digest(self, values):
        """What was digested of the source before, with its digest, which the record no longer has to hold."""
        told = values.get(DIGESTED)
        found = told.pop(self.source, (None, None)) if told else (None, None)
        if told is not None and not told:
            del values[DIGESTED]
        return found

    def pre_save(self, instance, add):
        value = self.derived(instance)
        setattr(instance, self.attname, value)
        return value


def encrypted_fields(model):
    """The model's encrypted fields."""
    return [field for field in model._meta.concrete_fields if isinstance(field, EncryptedMixin)]


@cache
def index_of(field):
    """The blind index of an encrypted field; None where there is none."""
    indexes = [one for one in field.model._meta.concrete_fields if isinstance(one, BlindIndexField)]
    return next((one for one in indexes if one.source == field.name), None)


def index_names(model, sources):
    """Names of the model's blind indexes on these columns."""
    indexes = [field for field in model._meta.concrete_fields if isinstance(field, BlindIndexField)]
    return [field.name for field in indexes if field.source in sources]


def store_columns(model, rows, names):
    """Updates the named columns of stored rows, one statement per batch."""
    model._base_manager.bulk_create(
        rows, REWRITE_BATCH, update_conflicts=True, unique_fields=["pk"], update_fields=names
    )


def encrypt_rows(model, owner=None):
    """Encrypts the rows of a model whose columns still hold plain text, for the migration that encrypts them.

    The rows of a history get the seals of the rows of its `owner`, those of a deleted record one of their own.
    """
    names = [field.name for field in encrypted_fields(model)]
    seals = dict(owner._base_manager.values_list("pk", "seal")) if owner else {}
    while rows := list(model._base_manager.filter(seal=None).order_by("pk")[:REWRITE_BATCH]):
        for row in rows:
            row.seal = seals.setdefault(row.id, uuid.uuid4()) if owner else uuid.uuid4()
            for name in names:
                cell = row.__dict__[name]
                setattr(row, name, cell.stored if isinstance(cell, Sealed) else cell)
        store_columns(model, rows, ["seal", *names, *index_names(model, names)])


def encrypt_column(model, name):
    """Encrypts a column that still holds plain text in rows with a seal, for the migration that encrypts it."""
    for row in model._base_manager.exclude(**{f"{name}__isnull": True}).iterator():
        if not row.__dict__[name].key_id:
            setattr(row, name, row.__dict__[name].stored)
            store_columns(model, [row], [name])


def decrypt_column(model, name):
    """Decrypts a column in place, for the reverse migration of `encrypt_column`."""
    for row in model._base_manager.exclude(**{f"{name}__isnull": True}).iterator():
        row.__dict__[name] = Sealed(getattr(row, name))
        store_columns(model, [row], [name])


def decrypt_rows(model):
    """Decrypts the columns in place, for the reverse migration of `encrypt_rows`."""
    names = [field.name for field in encrypted_fields(model)]
    while rows := list(model._base_manager.exclude(seal=None).order_by("pk")[:REWRITE_BATCH]):
        for row in rows:
            texts = {name: getattr(row, name) for name in names}
            row.seal = None
            row.__dict__ |= {name: text and Sealed(text) for name, text in texts.items()}
        store_columns(model, rows, ["seal", *names])
