from django.db import migrations
from django.db.models import Exists, OuterRef

from yl_district.pinyin import person_order, search_text
from yl_district.privacy.encryption import decrypt_column, encrypt_column
from yl_district.privacy.sealed_facts import open_sealed_rows, seal_plain_rows

FACTS = ["name", "gender", "birth_date", "other_names"]
CAPACITIES = [
    ("members", "Member", "person"),
    ("members", "Post", "person"),
    ("members", "Volunteer", "person"),
    ("outreach", "Link", "cadre"),
    ("outreach", "Link", "youth"),
    ("activities", "SignIn", "person"),
]


def without_capacity(rows, apps, key, prefix=""):
    """The rows of people, by this key, who have no capacity, or have never had one where `prefix` is of histories."""
    for app, model, name in CAPACITIES:
        rows = rows.exclude(Exists(apps.get_model(app, f"{prefix}{model}").objects.filter(**{name: OuterRef(key)})))
    return rows


def seal(apps, schema_editor):
    """Seals people known by nothing but a case, with their histories, and those of such people who are deleted."""
    people = apps.get_model("members", "Person")._base_manager.order_by()
    history = apps.get_model("members", "HistoricalPerson")._base_manager.order_by()
    stored = Exists(people.filter(pk=OuterRef("id")))
    seal_plain_rows(without_capacity(history.filter(stored), apps, "id"), FACTS)
    seal_plain_rows(without_capacity(history.exclude(stored), apps, "id", "Historical"), FACTS)
    seal_plain_rows(without_capacity(people, apps, "pk"), FACTS, ["search_text", "name_sort"])
    for name in ("PersonMerge", "HistoricalPersonMerge"):
        encrypt_column(apps.get_model("members", name), "lost_name")


def derived(told):
    return {"search_text": search_text(told["name"]), "name_sort": person_order(told["name"])}


def open_again(apps, schema_editor):
    open_sealed_rows(apps.get_model("members", "HistoricalPerson")._base_manager, lambda told: {})
    open_sealed_rows(apps.get_model("members", "Person")._base_manager, derived)
    for name in ("PersonMerge", "HistoricalPersonMerge"):
        decrypt_column(apps.get_model("members", name), "lost_name")


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0019_sealed_facts"),
        ("outreach", "0002_history"),
        ("activities", "0007_names_in_pinyin_order"),
    ]

    operations = [migrations.RunPython(seal, open_again)]
