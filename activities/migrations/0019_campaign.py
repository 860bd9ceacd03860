"""Makes a campaign of each name that activities were given as their 专项, and of each that only their history has.

Nobody has said whom these were to reach, so that their coverage is not counted until somebody does.
"""

import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models
from django.db.models import Max, Min
from django.utils import timezone

import yl_district.pinyin
from activities.campaign_keys import campaign_key
from activities.owners import leave_owners

REASON = "由活动的专项名称建立"
UNIQUE = {"unique": "这一专项名称已被使用，请核对后改正。"}
UNIQUE_KEY = {"unique": "这一专项代码已被使用，请核对后改正。"}
AUDIENCE = {"choices": [("members", "全体团员"), ("cadres", "团干部"), ("nobody", "不统计覆盖")], "default": "members", "max_length": 20}


def plain_name(text):
    """The name that a text gives, empty for blanks."""
    return " ".join(text.split())


def days_of_names(model):
    """{name: (first and last day of the rows that have it, the texts that say it)}."""
    found = {}
    rows = model.objects.exclude(campaign_text="").order_by().values_list("campaign_text")
    for text, first, last in rows.annotate(first=Min("held_on"), last=Max("held_on")):
        if name := plain_name(text):
            known = found.get(name, (first, last, []))
            found[name] = min(known[0], first), max(known[1], last), [*known[2], text]
    return found


def register(apps, schema_editor):
    """Registers the campaigns; those of the latest year are left open, others end with their last activity."""
    activity, history = apps.get_model("activities", "Activity"), apps.get_model("activities", "HistoricalActivity")
    named, former = days_of_names(activity), days_of_names(history)
    latest = activity.objects.aggregate(last=Max("held_on"))["last"]
    for name, (first, last, texts) in sorted({**former, **named}.items(), key=lambda item: (item[1][0], item[0])):
        ended_on = last if name not in named or last.year < latest.year else None
        campaign = kept(apps, name, first, ended_on)
        activity.objects.filter(campaign_text__in=texts).update(campaign=campaign)
        history.objects.filter(campaign_text__in=former.get(name, (None, None, []))[2]).update(campaign=campaign)
        if name not in named:
            note(apps, campaign, "-")
            campaign.delete()


def kept(apps, name, started_on, ended_on):
    """A campaign of the name, with the beginning of its history."""
    taken = set(apps.get_model("activities", "HistoricalCampaign").objects.values_list("key", flat=True))
    campaign = apps.get_model("activities", "Campaign").objects.create(
        name=name, key=campaign_key(name, taken), started_on=started_on, ended_on=ended_on, audience="nobody"
    )
    note(apps, campaign, "+")
    return campaign


def note(apps, campaign, history_type):
    """Notes in the history that a campaign was created or deleted."""
    names = ("id", "name", "key", "started_on", "ended_on", "audience", "forms", "remark")
    apps.get_model("activities", "HistoricalCampaign").objects.create(
        **{name: getattr(campaign, name) for name in names},
        history_date=timezone.now(),
        history_type=history_type,
        history_change_reason=REASON,
    )


def write_names(apps, schema_editor):
    """Writes the names of the campaigns to activities and their history."""
    history = apps.get_model("activities", "HistoricalCampaign")
    names = dict(history.objects.order_by("history_id").values_list("id", "name"))
    names |= dict(apps.get_model("activities", "Campaign").objects.values_list("pk", "name"))
    for model in ("Activity", "HistoricalActivity"):
        for key, name in names.items():
            apps.get_model("activities", model).objects.filter(campaign=key).update(campaign_text=name)


def without_owners(apps, schema_editor):
    """Drops the triggers that keep owners, until all migrations are done: SQLite builds the table anew to go back."""
    leave_owners()


class Migration(migrations.Migration):
    dependencies = [
        ("activities", "0018_places"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            "Campaign",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField("名称", max_length=100, unique=True, error_messages=UNIQUE)),
                ("key", models.SlugField("代码", max_length=40, unique=True, blank=True, error_messages=UNIQUE_KEY)),
                ("started_on", models.DateField("起始日期")),
                ("ended_on", models.DateField("结束日期", null=True, blank=True)),
                ("audience", models.CharField("覆盖对象", **AUDIENCE)),
                ("forms", models.CharField("形式", max_length=100, blank=True)),
                ("remark", models.TextField("备注", blank=True)),
                ("search_text", yl_district.pinyin.SearchTextField(source="name")),
                ("name_sort", yl_district.pinyin.NameOrderField(of_people=False, source="name")),
            ],
            {"verbose_name": "专项", "ordering": ["-started_on", "-pk"]},
        ),
        migrations.CreateModel(
            "HistoricalCampaign",
            [
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("name", models.CharField("名称", max_length=100, error_messages=UNIQUE)),
                ("key", models.SlugField("代码", max_length=40, blank=True, db_index=False, error_messages=UNIQUE_KEY)),
                ("started_on", models.DateField("起始日期")),
                ("ended_on", models.DateField("结束日期", null=True, blank=True)),
                ("audience", models.CharField("覆盖对象", **AUDIENCE)),
                ("forms", models.CharField("形式", max_length=100, blank=True)),
                ("remark", models.TextField("备注", blank=True)),
                ("history_id", models.BigAutoField(primary_key=True, serialize=False, editable=False)),
                ("history_date", models.DateTimeField()),
                ("history_change_reason", models.TextField(null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        settings.AUTH_USER_MODEL, django.db.models.deletion.SET_NULL, null=True, related_name="+"
                    ),
                ),
            ],
            {
                "verbose_name": "historical 专项",
                "verbose_name_plural": "historical 专项s",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            (simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.RenameField("activity", "campaign", "campaign_text"),
        migrations.RenameField("historicalactivity", "campaign", "campaign_text"),
        migrations.AddField(
            "activity",
            "campaign",
            models.ForeignKey(
                "activities.campaign",
                django.db.models.deletion.PROTECT,
                null=True,
                blank=True,
                related_name="activities",
                verbose_name="专项",
            ),
        ),
        migrations.AddField(
            "historicalactivity",
            "campaign",
            models.ForeignKey(
                "activities.campaign",
                django.db.models.deletion.DO_NOTHING,
                null=True,
                blank=True,
                db_constraint=False,
                db_index=False,
                related_name="+",
                verbose_name="专项",
            ),
        ),
        migrations.RunPython(register, write_names),
        migrations.RunPython(migrations.RunPython.noop, without_owners),
    ]
