"""The name of this database, which exported rows carry."""

import secrets

from django.db import models


def new_tag():
    """Returns a random name for a database, six hexadecimal digits."""
    return secrets.token_hex(3)


class DatabaseTag(models.Model):
    """The random name of this database, in its only row, which a migration writes.

    Keys count from one in every database: without a name of it, a row exported from one would mean another record in
    the next.
    """

    tag = models.CharField("标识", max_length=6, default=new_tag)

    class Meta:
        verbose_name = "数据库标识"

    def __str__(self):
        return self.tag
