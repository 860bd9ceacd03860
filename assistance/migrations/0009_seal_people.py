"""Seals the people of cases, grants and scholarships and the names in grants, in batches."""

from django.db import migrations

from yl_district.privacy.sealed_links import seal_rows, unseal_rows

LINKS = {"AssistedYouth": "person", "CaseGrant": "person", "Scholarship": "student"}


def rows(apps):
    """The models of rows and histories, each with its links and texts."""
    for model, link in LINKS.items():
        texts = ["name", "birth_date"] if model == "CaseGrant" else []
        for name in (model, f"Historical{model}"):
            yield apps.get_model("assistance", name), [(f"plain_{link}", link)], texts


def seal(apps, schema_editor):
    for model, links, texts in rows(apps):
        seal_rows(model, links, texts)


def unseal(apps, schema_editor):
    for model, links, texts in rows(apps):
        unseal_rows(model, links, texts)


class Migration(migrations.Migration):
    dependencies = [("assistance", "0008_sealed_people")]

    operations = [migrations.RunPython(seal, unseal)]
