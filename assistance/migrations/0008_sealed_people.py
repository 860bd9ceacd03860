"""Columns in which cases, grants and scholarships name their person sealed, beside those that name it plainly."""

import django.db.models.deletion
from django.db import migrations, models

from yl_district.privacy.encryption import EncryptedCharField
from yl_district.privacy.sealed_dates import EncryptedPartialDateField
from yl_district.privacy.sealed_links import SealedForeignKey, SealedKeyField

LINKS = {"AssistedYouth": "person", "CaseGrant": "person", "Scholarship": "student"}
RELATED = {"AssistedYouth": "assistance_cases", "CaseGrant": "case_grants", "Scholarship": "scholarships"}
LABELS = {"AssistedYouth": "姓名", "CaseGrant": "人员", "Scholarship": "姓名"}


def columns(model):
    """The operations on one model and its history."""
    link = LINKS[model]
    for name in (model, f"Historical{model}"):
        is_history = name != model
        yield migrations.RenameField(name, link, f"plain_{link}")
        yield migrations.AlterField(
            name,
            f"plain_{link}",
            models.ForeignKey(
                "members.Person",
                models.DO_NOTHING,
                null=True,
                db_constraint=False,
                db_index=False,
                related_name="+",
            ),
        )
        yield migrations.AddField(
            name,
            link,
            SealedForeignKey(
                "members.Person",
                models.DO_NOTHING if is_history else django.db.models.deletion.PROTECT,
                sealed_in=f"{link}_key",
                label="case.person",
                null=True,
                blank=is_history or model == "CaseGrant",
                db_index=not is_history,
                related_name="+" if is_history else RELATED[model],
                verbose_name=LABELS[model],
            ),
        )
        sealed = SealedKeyField(link=link, verbose_name="人员编号", label=f"assistance_{model.lower()}.{link}_key")
        yield migrations.AddField(name, f"{link}_key", sealed)


def texts(model):
    """The operations by which the columns of a grant's name and birth date take ciphertext."""
    name = EncryptedCharField(label="assistance_casegrant.name", max_length=30, verbose_name="青少年姓名")
    born = EncryptedPartialDateField(
        blank=True, label="assistance_casegrant.birth_date", null=True, verbose_name="出生日期"
    )
    return [migrations.AlterField(model, "name", name), migrations.AlterField(model, "birth_date", born)]


class Migration(migrations.Migration):
    dependencies = [
        ("assistance", "0007_birth_dates_as_known"),
        ("members", "0018_merges_that_reveal_case_files"),
        ("reports", "0007_bindings_at_home"),  # which reads the plain columns
    ]

    operations = [
        migrations.RemoveConstraint("assistedyouth", "assisted_youth_once"),
        migrations.RemoveConstraint("assistedyouth", "assisted_youth_in_register_once"),
        migrations.RemoveConstraint("scholarship", "scholarship_once"),
        migrations.RemoveConstraint("casegrant", "case_grant_approved_for_a_person_until_a_day"),
        migrations.RemoveConstraint("casegrant", "case_grant_birth_date_is_a_day_a_month_or_a_year"),
        *(operation for model in LINKS for operation in columns(model)),
        *texts("casegrant"),
        *texts("historicalcasegrant"),
    ]
