"""Whether the keys are those of the database, which states a fingerprint of each.

A database of before states none: its keys are adopted once they have opened what it holds.
"""

import uuid

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.db import DatabaseError

from ..audit.access_log import FORMER_SCHEME, PRESENT_SCHEME, digest_of
from ..audit.models import AccessEntry
from ..privacy.authenticators import secrets_of, unseal
from ..privacy.encryption import SCHEME, BlindIndexField, DecryptionError, Sealed, decrypt_bytes, encrypted_fields
from ..privacy.keys import INDEX, KEY_FACT, key_ring
from .files import UnsafeInstallation

# So many cells of a column are tried, of which one has to open.
CELLS_TRIED = 3
REMEDY = (
    "已停止，什么也没有写入。请把与这个数据库同时备份的密钥恢复到 .local/field_keys 或 FIELD_KEYS（见 docs/keys.md），"
    "或核对 DATABASE_URL 是否指向了另一个数据库；不要生成新的密钥。"
)


def present_fingerprints():
    """The fingerprints of this installation's keys, by the name of their fact."""
    ring = key_ring()
    keys = {key.id: key.fingerprint for key in ring.by_id.values()} | {INDEX: ring.index_fingerprint}
    return {f"{KEY_FACT}{key_id}": value for key_id, value in keys.items()}


def check_fingerprints(connection, stated):
    """Raises UnsafeInstallation unless the keys are the database's; returns (new facts, names of outdated facts).

    `stated` are the facts by name, None where the database has no table for them.
    """
    present = present_fingerprints()
    known = {name: value for name, value in (stated or {}).items() if name.startswith(KEY_FACT)}
    if not known:
        prove_keys(connection)
    others = [name.removeprefix(KEY_FACT) for name, value in known.items() if present.get(name, value) != value]
    if others:
        raise refused(f"编号为 {'、'.join(sorted(others))} 的密钥与数据库登记的不同")
    missing = sorted(name.removeprefix(KEY_FACT) for name in known.keys() - present.keys())
    for key_id in missing:
        count = cells_under(connection, key_id)
        if count:
            raise refused(f"缺少编号为 {key_id} 的密钥，数据库中还有 {count} 处内容用它加密")
    new = {name: value for name, value in present.items() if name not in known}
    return new, [f"{KEY_FACT}{key_id}" for key_id in missing]


def refused(found):
    """The refusal for what was found."""
    return UnsafeInstallation(f"这不是这个数据库的密钥：{found}。{REMEDY}")


def prove_keys(connection):
    """Raises UnsafeInstallation where what the database holds is not of these keys; nothing where it holds nothing."""
    for model, field in sealed_columns(connection):
        opened = [opens(field, *cell) for cell in some_cells(connection, model, field)]
        if opened and not any(opened):
            kind = getattr(model, "instance_type", model)  # of a history, what it is of
            raise refused(f"“{kind._meta.verbose_name}”的“{field.verbose_name}”不能解密")
    proofs = [*second_factor_proofs(connection), *index_proofs(connection)]
    if proofs and not any(proofs):
        raise refused("访问日志的最后一条和号码的查找摘要都不能核对")


def sealed_columns(connection):
    """Yields the (model, field) of encrypted columns that the database has, whatever its migrations."""
    tables = set(connection.introspection.table_names())
    for model in filter(encrypted_fields, apps.get_models()):
        if model._meta.db_table in tables:
            with connection.cursor() as cursor:
                cursor.execute(f'SELECT * FROM "{model._meta.db_table}" LIMIT 0')
                names = {column[0] for column in cursor.description}
            yield from ((model, field) for field in encrypted_fields(model) if {field.column, "seal"} <= names)


def some_cells(connection, model, field):
    """Some (ciphertext, seal) of a column; plain text of before encryption is none."""
    statement = f'SELECT "{field.column}", seal FROM "{model._meta.db_table}" WHERE "{field.column}" LIKE %s'
    with connection.cursor() as cursor:
        cursor.execute(f"{statement} LIMIT {CELLS_TRIED}", [f"{SCHEME}:%"])
        return [(text, uuid.UUID(str(seal))) for text, seal in cursor.fetchall() if seal]


def opens(field, text, seal):
    """Whether a cell can be decrypted."""
    try:
        return decrypt_bytes(Sealed(text), field.label, seal) is not None
    except DecryptionError:
        return False


def second_factor_proofs(connection):
    """Yields whether secrets of second factors can be decrypted."""
    if Authenticator._meta.db_table not in connection.introspection.table_names():
        return
    for authenticator in Authenticator.objects.using(connection.alias).order_by("-pk")[:CELLS_TRIED]:
        for stored in secrets_of(authenticator).values():
            try:
                yield unseal(stored) is not None
            except DecryptionError:
                yield False


def index_proofs(connection):
    """Yields whether what the key `index` computes is what is stored: the log's last digest, and those of numbers."""
    tables = connection.introspection.table_names()
    if AccessEntry._meta.db_table in tables:
        last = AccessEntry.objects.using(connection.alias).order_by("-number").first()
        if last:
            yield last.digest in [digest_of(last, scheme) for scheme in (PRESENT_SCHEME, FORMER_SCHEME)]
    for model, field in sealed_columns(connection):
        for index in model._meta.concrete_fields:
            if isinstance(index, BlindIndexField) and index.source == field.name:
                yield from digests_agree(connection, model, field, index)


def digests_agree(connection, model, field, index):
    """Yields whether stored digests are those of the texts beside them."""
    columns = f'"{field.column}", seal, "{index.column}"'
    statement = f'SELECT {columns} FROM "{model._meta.db_table}" WHERE "{field.column}" LIKE %s LIMIT {CELLS_TRIED}'
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement, [f"{SCHEME}:%"])
            cells = cursor.fetchall()
    except DatabaseError:
        return
    for text, seal, stored in cells:
        try:
            plain = decrypt_bytes(Sealed(text), field.label, uuid.UUID(str(seal))).decode()
        except (DecryptionError, ValueError):
            continue
        if stored:
            yield index.digest(plain) == stored


def cells_under(connection, key_id):
    """The number of cells that only this key opens."""
    count = 0
    with connection.cursor() as cursor:
        for model, field in sealed_columns(connection):
            statement = f'SELECT COUNT(*) FROM "{model._meta.db_table}" WHERE "{field.column}" LIKE %s'
            cursor.execute(statement, [f"{SCHEME}:{key_id}:%"])
            count += cursor.fetchone()[0]
        if Authenticator._meta.db_table in connection.introspection.table_names():
            stored = Authenticator.objects.using(connection.alias).values_list("data", flat=True)
            count += sum(f'"{SCHEME}:{key_id}:' in repr(data).replace("'", '"') for data in stored)
    return count
