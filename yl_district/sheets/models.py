"""The tag of this database, which export marks contain."""

import secrets

from django.db import models


def new_tag():
    """Returns a random tag of six hexadecimal digits."""
    return secrets.token_hex(3)


class DatabaseTag(models.Model):
    """The random tag of this database, in the table's only row, which a migration inserts.

    Keys start from one in every database: without a tag, a row exported from one would be taken for another record in
    the next.
    """

    tag = models.CharField("标识", max_length=6, default=new_tag)

    class Meta:
        verbose_name = "数据库标识"

    def __str__(self):
        return self.tag
