"""Takes out of what undoing imports has kept by what kind of record a person is held, of which some are cases."""

from django.db import migrations


def untold(entry):
    """What stays of an import, as [model, key, verdict, reason], without the kinds of records that hold a person."""
    label, key, verdict, reason = entry
    is_told = label == "members.Person" and reason.startswith("有") and reason.endswith("引用它")
    return [label, key, verdict, "有其他记录引用它"] if is_told else entry


def take_out(apps, schema_editor):
    for batch in apps.get_model("yl_district", "ImportBatch").objects.exclude(undone={}).iterator():
        if staying := batch.undone.get("staying"):
            batch.undone["staying"] = [untold(entry) for entry in staying]
            batch.save(update_fields=["undone"])


class Migration(migrations.Migration):
    dependencies = [("assistance", "0011_forget_plain_people"), ("yl_district", "0014_acts_of_the_log")]

    operations = [migrations.RunPython(take_out, migrations.RunPython.noop)]
