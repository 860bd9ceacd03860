"""What is kept, and the changes of the registers by which it is known to hold still."""

from django.db import models

from ..privacy.encryption import EncryptedJSONField, SealedModel


class RegisterChange(models.Model):
    """That a register, which is a table, was written to; rows come from triggers alone.

    On PostgreSQL `number` is the transaction that wrote, on SQLite how many rows have been written so far.
    """

    register = models.CharField("登记表", max_length=63)
    number = models.BigIntegerField("序号")

    class Meta:
        verbose_name = "登记表变动"
        constraints = [models.UniqueConstraint(fields=["register", "number"], name="register_change_once")]

    def __str__(self):
        return f"{self.register} {self.number}"


class KeptResult(SealedModel):
    """One result, with the marks of the registers that it was counted from; it holds as long as these are the same."""

    # Digest of what was counted, for which place and day, and by which version of the code.
    key = models.CharField("内容摘要", max_length=64, unique=True)
    # {register: number of its latest change}.
    marks = models.JSONField("登记表序号")
    content = EncryptedJSONField("结果")

    class Meta:
        verbose_name = "已算结果"

    def __str__(self):
        return self.key
