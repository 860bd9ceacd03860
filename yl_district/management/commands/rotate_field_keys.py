"""manage.py rotate_field_keys: re-encrypts all ciphertext under the current key."""

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.core.management.base import CommandError
from django.db import transaction
from django.db.models import Q, TextField
from django.db.models.functions import Cast

from yl_district.commands import DatabaseCommand
from yl_district.privacy import authenticators
from yl_district.privacy.encryption import (
    REWRITE_BATCH,
    DecryptionError,
    encrypted_fields,
    prefix_of,
    readable,
    store_columns,
)
from yl_district.privacy.keys import current_key
from yl_district.privacy.sealed_facts import SealableRows
from yl_district.record_options import options_of


class EncryptedColumns:
    """The encrypted columns of one model."""

    def __init__(self, model):
        self.model, self.name = model, model._meta.verbose_name

    def under_other_keys(self):
        """Rows with a value encrypted under another key than the current one."""
        return rows_under_other_keys(self.model)

    def open(self, row):
        """Decrypts every value of the row; raises DecryptionError where one cannot be decrypted."""
        for field in encrypted_fields(row):
            readable(getattr(row, field.attname))
        if isinstance(row, SealableRows):
            row.open_facts()
            readable(row.first_fact)

    def store_anew(self, rows):
        """Re-encrypts opened rows under the current key."""
        store_columns(self.model, rows, [field.name for field in encrypted_fields(self.model)])


class SecretColumns(EncryptedColumns):
    """The secrets of second factors, stored inside a JSON column."""

    def __init__(self):
        self.model, self.name = Authenticator, "动态口令"

    def under_other_keys(self):
        return authenticators.authenticators_under_other_keys()

    def open(self, row):
        for stored in authenticators.secrets_of(row).values():
            authenticators.unseal(stored)

    def store_anew(self, rows):
        authenticators.store_anew(rows)


class Command(DatabaseCommand):
    help = "把加密保存的内容改用当前密钥；可随时中断，再次运行即接着做。--check 只核验，不改动。"

    def add_arguments(self, parser):
        parser.add_argument("--check", action="store_true", help="逐条核验能否解密，并统计还在使用旧密钥的行数")

    def handle(self, check, **options):
        self.broken, others = 0, 0
        for kept in [*map(EncryptedColumns, filter(encrypted_fields, apps.get_models())), SecretColumns()]:
            rows = kept.model._base_manager.all() if check else kept.under_other_keys()
            done = sum(len(batch) for batch in self.batches(kept, rows, check))
            left = kept.under_other_keys().count()
            act = "核验" if check else "改用当前密钥"
            self.stdout.write(f"{kept.name}（{kept.model._meta.label}）：{act} {done} 行，旧密钥 {left} 行")
            others += left
        self.conclude(others)

    def batches(self, kept, rows, check):
        """Yields the rows in batches of one transaction each, re-encrypted unless `check`."""
        last = None
        while batch := self.one_batch(kept, rows.filter(pk__gt=last) if last else rows, check):
            yield batch
            last = batch[-1].pk

    @transaction.atomic
    def one_batch(self, kept, rows, check):
        """The first batch of the rows: decrypted, and re-encrypted unless `check`."""
        rows = rows.order_by("pk")
        most = min(REWRITE_BATCH, options_of(kept.model).rows_at_once or REWRITE_BATCH)
        batch = list((rows if check else rows.select_for_update(no_key=True))[:most])
        whole = [row for row in batch if self.opens(kept, row)]
        if whole and not check:
            kept.store_anew(whole)
        return batch

    def opens(self, kept, row):
        """Whether every value of the row can be decrypted; otherwise reports the row and counts it as broken."""
        try:
            kept.open(row)
        except DecryptionError as error:
            self.stderr.write(f"{row._meta.label} 编号 {row.pk}：{error}")
            self.broken += 1
            return False
        return True

    def conclude(self, others):
        """Prints the last line; raises CommandError where rows cannot be decrypted or still use other keys."""
        if self.broken:
            raise CommandError(f"有 {self.broken} 行不能解密，已逐行列出，未作改动。请从备份中恢复密钥或这些记录。")
        if others:
            raise CommandError(f"还有 {others} 行使用旧密钥，请运行 manage.py rotate_field_keys。")
        self.stdout.write(f"全部内容使用当前密钥 {current_key().id}。")


def rows_under_other_keys(model):
    """Rows with a column encrypted under another key than the current one."""
    rows, found = model._base_manager.all(), Q(pk__in=[])
    for field in encrypted_fields(model):
        stored = f"{field.name}_stored"
        rows = rows.alias(**{stored: Cast(field.name, TextField())})
        found |= Q(**{f"{stored}__gt": ""}) & ~Q(**{f"{stored}__startswith": prefix_of(current_key())})
    return rows.filter(found)
