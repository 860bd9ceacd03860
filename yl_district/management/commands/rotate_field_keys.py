"""manage.py rotate_field_keys: what is ciphertext at rest, written anew under the current key."""

from django.apps import apps
from django.core.management.base import CommandError
from django.db import transaction
from django.db.models import Q, TextField
from django.db.models.functions import Cast

from yl_district.commands import DatabaseCommand
from yl_district.encryption import BATCH, DecryptionError, encrypted_fields, prefix_of, store
from yl_district.keys import current_key


class Command(DatabaseCommand):
    help = "把加密保存的内容改用当前密钥；可随时中断，再次运行即接着做。--check 只核验，不改动。"

    def add_arguments(self, parser):
        parser.add_argument("--check", action="store_true", help="逐条核验能否解密，并统计还在使用旧密钥的行数")

    def handle(self, check, **options):
        self.broken, others = 0, 0
        for model in filter(encrypted_fields, apps.get_models()):
            rows = model._base_manager.all() if check else under_other_keys(model)
            done = sum(len(batch) for batch in self.batches(model, rows, check))
            left = under_other_keys(model).count()
            act = "核验" if check else "改用当前密钥"
            self.stdout.write(f"{model._meta.verbose_name}（{model._meta.label}）：{act} {done} 行，旧密钥 {left} 行")
            others += left
        self.conclude(others)

    def batches(self, model, rows, check):
        """The rows, as many at a time as one transaction reads, and writes unless they are only checked."""
        last = None
        while batch := self.one_batch(model, rows.filter(pk__gt=last) if last else rows, check):
            yield batch
            last = batch[-1].pk

    @transaction.atomic
    def one_batch(self, model, rows, check):
        """The first of the rows, decrypted and unless they are only checked stored anew."""
        rows = rows.order_by("pk")
        batch = list((rows if check else rows.select_for_update(no_key=True))[:BATCH])
        whole = [row for row in batch if self.opens(row)]
        if whole and not check:
            store(model, whole, [field.name for field in encrypted_fields(model)])
        return batch

    def opens(self, row):
        """Whether everything in the row can be decrypted; what cannot is named and left as it is."""
        try:
            for field in encrypted_fields(row):
                getattr(row, field.attname)
        except DecryptionError as error:
            self.stderr.write(f"{row._meta.label} 编号 {row.pk}：{error}")
            self.broken += 1
            return False
        return True

    def conclude(self, others):
        """The last line, and the exit status 1 where something is left to be done."""
        if self.broken:
            raise CommandError(f"有 {self.broken} 行不能解密，已逐行列出，未作改动。请从备份中恢复密钥或这些记录。")
        if others:
            raise CommandError(f"还有 {others} 行使用旧密钥，请运行 manage.py rotate_field_keys。")
        self.stdout.write(f"全部内容使用当前密钥 {current_key().id}。")


def under_other_keys(model):
    """The rows with a cell that was written under another key than the current one."""
    rows, found = model._base_manager.all(), Q(pk__in=[])
    for field in encrypted_fields(model):
        stored = f"{field.name}_stored"
        rows = rows.alias(**{stored: Cast(field.name, TextField())})
        found |= Q(**{f"{stored}__gt": ""}) & ~Q(**{f"{stored}__startswith": prefix_of(current_key())})
    return rows.filter(found)
