"""The pieces of names, by which people are found."""

from django.db import models

from yl_district.search_pieces import PieceField, SearchPieces

PIECES_OF_PEOPLE = SearchPieces("members_person", "members_namepiece", "members_unwrittenname")


class NamePiece(models.Model):
    """A piece of what an openly known person is searched by; kept by triggers (`yl_district/search_pieces.py`)."""

    pk = models.CompositePrimaryKey("piece", "record_id")
    piece = PieceField()
    # No foreign key, which would be checked at every row: a trigger removes what a person leaves.
    record_id = models.BigIntegerField("人员编号")

    class Meta:
        verbose_name = "姓名片段"

    def __str__(self):
        return self.piece


class UnwrittenName(models.Model):
    """A person whose pieces SQLite writes together with those of others; on PostgreSQL there are none."""

    record_id = models.BigIntegerField("人员编号", primary_key=True)

    class Meta:
        verbose_name = "待写的姓名片段"

    def __str__(self):
        return str(self.record_id)
