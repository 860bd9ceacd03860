"""Keeps of each activity what was planned, from those still planned and from the history of the others."""

from django.db import migrations, models
from django.db.models import F, OuterRef, Subquery


def keep_plans(apps, schema_editor):
    """Takes over the day and the sessions of each plan as it last was."""
    activity, history = apps.get_model("activities", "Activity"), apps.get_model("activities", "HistoricalActivity")
    history.objects.filter(state="planned").update(planned_on=F("held_on"), planned_sessions=F("session_count"))
    activity.objects.filter(state="planned").update(planned_on=F("held_on"), planned_sessions=F("session_count"))
    plans = history.objects.filter(state="planned").order_by("-history_date", "-history_id")
    once = plans.order_by().values("id")
    plan = plans.filter(id=OuterRef("pk"))
    activity.objects.filter(pk__in=once).exclude(state="planned").update(**values_of(plan))
    before = plans.filter(id=OuterRef("id"), history_id__lt=OuterRef("history_id"))
    history.objects.filter(id__in=once).exclude(state="planned").update(**values_of(before))


def values_of(plan):
    """What a plan, latest first, says of the day and the sessions."""
    return {name: Subquery(plan.values(name)[:1]) for name in ("planned_on", "planned_sessions")}


class Migration(migrations.Migration):
    dependencies = [("activities", "0021_campaign_proof")]

    operations = [
        migrations.AddField(
            "activity", "planned_on", models.DateField(editable=False, null=True, verbose_name="计划日期")
        ),
        migrations.AddField(
            "activity",
            "planned_sessions",
            models.PositiveIntegerField(editable=False, null=True, verbose_name="计划场次"),
        ),
        migrations.AddField(
            "historicalactivity", "planned_on", models.DateField(editable=False, null=True, verbose_name="计划日期")
        ),
        migrations.AddField(
            "historicalactivity",
            "planned_sessions",
            models.PositiveIntegerField(editable=False, null=True, verbose_name="计划场次"),
        ),
        migrations.AddIndex(
            "activity",
            models.Index(
                condition=models.Q(planned_on__isnull=False),
                fields=["planned_on", "planned_sessions", "owner", "hub"],
                name="activity_planned",
            ),
        ),
        migrations.RunPython(keep_plans, migrations.RunPython.noop),
    ]
