from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def bring_home(apps, schema_editor):
    """Leaves the day of binding on the volunteer or case alone, where the entry states the same day.

    Where the two differ, the entry keeps its own day, or none, so that every figure counts what it counted.
    """
    entries = apps.get_model("reports", "PlatformEntry").objects.filter(platform="青春助跑")
    volunteers = apps.get_model("members", "Volunteer").objects
    cases = apps.get_model("assistance", "AssistedYouth").objects.order_by("-registered_on")
    for entry in entries.filter(subject__in=["volunteer", "assisted_youth"]):
        homes = list((volunteers if entry.subject == "volunteer" else cases).filter(person=entry.person_id))
        if entry.subject == "assisted_youth":
            homes.sort(key=lambda case: not is_registered(case, entry.entered_on))
        if homes:
            entry.is_apart = entry.bound_on != homes[0].bound_on
            entry.bound_on = entry.bound_on if entry.is_apart else None
            entry.save(update_fields=["bound_on", "is_apart"])


def is_registered(case, day):
    """Whether a case was in the register on `day`."""
    return case.registered_on <= day and not (case.removed_on and case.removed_on <= day)


def state_again(apps, schema_editor):
    """Has each entry state the day of its volunteer or case again."""
    entry_model, volunteer_model = apps.get_model("reports", "PlatformEntry"), apps.get_model("members", "Volunteer")
    case_model = apps.get_model("assistance", "AssistedYouth")
    for subject, model in (("volunteer", volunteer_model), ("assisted_youth", case_model)):
        days = model.objects.filter(person=OuterRef("person")).order_by("-pk").values("bound_on")
        entries = entry_model.objects.filter(platform="青春助跑", subject=subject, bound_on=None, is_apart=False)
        entries.update(bound_on=Subquery(days[:1]))


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0006_editions_not_replaced"),
        ("members", "0012_roll_begin"),
        ("assistance", "0007_birth_dates_as_known"),
    ]

    operations = [
        migrations.AddField(
            model_name="historicalplatformentry",
            name="is_apart",
            field=models.BooleanField(default=False, editable=False, verbose_name="绑定日期与所录记录不一致"),
        ),
        migrations.AddField(
            model_name="platformentry",
            name="is_apart",
            field=models.BooleanField(default=False, editable=False, verbose_name="绑定日期与所录记录不一致"),
        ),
        migrations.RunPython(bring_home, state_again),
    ]
