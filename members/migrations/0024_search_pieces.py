from django.db import migrations, models

from yl_district.privacy.number_ends import NumberEndField, store_number_ends
from yl_district.search_pieces import PieceField, SearchPieces

PIECES = SearchPieces("members_person", "members_namepiece", "members_unwrittenname")


def store_ends(apps, schema_editor):
    person = apps.get_model("members", "Person")
    store_number_ends(person._base_manager.filter(sealed_facts__isnull=True), person._meta.get_field("mobile_end"))


def keep_pieces(apps, schema_editor):
    """Creates the triggers, and writes the pieces of those who are registered."""
    PIECES.store_in_order()
    PIECES.keep()


def leave_pieces(apps, schema_editor):
    PIECES.leave()


class Migration(migrations.Migration):
    dependencies = [("members", "0023_names_asked_for")]

    operations = [
        migrations.AddField("person", "mobile_end", NumberEndField(source="mobile")),
        migrations.AddIndex("person", models.Index(fields=["mobile_end"], name="person_by_mobile_end")),
        migrations.RunPython(store_ends, migrations.RunPython.noop),
        migrations.CreateModel(
            "NamePiece",
            [
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "piece", "record_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("piece", PieceField()),
                ("record_id", models.BigIntegerField("人员编号")),
            ],
            {"verbose_name": "姓名片段"},
        ),
        migrations.CreateModel(
            "UnwrittenName",
            [("record_id", models.BigIntegerField("人员编号", primary_key=True, serialize=False))],
            {"verbose_name": "待写的姓名片段"},
        ),
        migrations.RunPython(keep_pieces, leave_pieces),
    ]
