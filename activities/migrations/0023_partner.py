"""Makes a partner of each name that activities, or the history of activities, were given as their 协办单位."""

import re
import unicodedata

import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models
from django.utils import timezone

import yl_district.pinyin
from activities.owners import leave_owners

REASON = "由活动的协办单位建立"
ONLY_IN_HISTORY = "只在活动的修改历史中出现过。"
UNIQUE = {"unique": "这一协办单位名称已被使用，请核对后改正。"}
UNITED = {"default": False, "blank": True, "help_text": "长期固定协作的单位请勾选。"}
LONGEST_TEXT = 100
ROWS_AT_ONCE = 500
SEPARATORS = re.compile(r"[、，,;；]")
INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
SAYS_NOTHING = frozenset("无 没有 暂无 未填 未提供 - -- — —— – / // \\ N/A NA NULL NONE".split())
REF = {"blank": True, "null": True, "db_constraint": False, "db_index": False, "db_tablespace": "", "related_name": "+"}


def names_in(text):
    """{key by which names are compared: name} of the partners that a text names."""
    found = {}
    for part in SEPARATORS.split(text):
        name = " ".join(part.split())
        said = INVISIBLE.sub("", unicodedata.normalize("NFKC", name)).strip()
        key = "".join(said.casefold().split())
        if key and said.upper() not in SAYS_NOTHING:
            found.setdefault(key, name)
    return found


def register(apps, schema_editor):
    """Registers the partners, and links activities and the rows of their history to them."""
    activity, history = apps.get_model("activities", "Activity"), apps.get_model("activities", "HistoricalActivity")
    partners = {}
    for key, name in names_of(activity).items():
        partners[key] = kept(apps, name, "")
    for key, name in names_of(history).items():
        if key not in partners:
            partners[key] = kept(apps, name, ONLY_IN_HISTORY)
    link(activity, partners)
    link_history(apps, history, partners)


def names_of(model):
    """{key: name} of all partners that rows of a model name, as the latest of them spells it."""
    found = {}
    texts = model.objects.exclude(partners_text="").order_by("-pk").values_list("partners_text", flat=True)
    for text in texts.iterator():
        found = names_in(text) | found
    return found


def kept(apps, name, remark, reason=REASON):
    """A partner of the name, with the beginning of its history."""
    partner = apps.get_model("activities", "Partner").objects.create(name=name, remark=remark)
    apps.get_model("activities", "HistoricalPartner").objects.create(
        id=partner.pk,
        name=name,
        remark=remark,
        history_date=timezone.now(),
        history_type="+",
        history_change_reason=reason,
    )
    return partner


def link(activity, partners):
    """Links activities to the partners that their texts name."""
    links = activity.partners.through
    rows = activity.objects.exclude(partners_text="").order_by("pk").values_list("pk", "partners_text")
    write(
        links,
        (
            links(activity_id=pk, partner_id=partners[key].pk)
            for pk, text in rows.iterator()
            for key in names_in(text)
        ),
    )


def link_history(apps, history, partners):
    """Links the rows of the activities' history to the partners that their texts name."""
    kept_links = apps.get_model("activities", "HistoricalActivity_partners")
    through = apps.get_model("activities", "Activity").partners.through
    present = {(one, other): key for key, one, other in through.objects.values_list("pk", "activity", "partner")}
    rows = history.objects.exclude(partners_text="").order_by("pk").values_list("pk", "id", "partners_text")
    write(
        kept_links,
        (
            kept_links(
                id=present.get((pk, partners[key].pk), 0),
                history_id=number,
                activity_id=pk,
                partner_id=partners[key].pk,
            )
            for number, pk, text in rows.iterator()
            for key in names_in(text)
        ),
    )


def write(model, rows):
    """Creates the rows, so many at once."""
    waiting = []
    for row in rows:
        waiting.append(row)
        if len(waiting) == ROWS_AT_ONCE:
            model.objects.bulk_create(waiting)
            waiting = []
    model.objects.bulk_create(waiting)


def write_names(apps, schema_editor):
    """Writes the names of the partners to activities and their history, as many as there is room for."""
    names = dict(apps.get_model("activities", "Partner").objects.values_list("pk", "name"))
    activity = apps.get_model("activities", "Activity")
    history = apps.get_model("activities", "HistoricalActivity")
    write_texts(activity, activity.partners.through, "activity", names)
    write_texts(history, apps.get_model("activities", "HistoricalActivity_partners"), "history", names)


def write_texts(model, links, owner, names):
    """Writes to rows of a model the names that links, which begin at `owner`, lead to."""
    found = {}
    for key, partner in links.objects.order_by(owner, "pk").values_list(owner, "partner"):
        if partner in names:
            text = "、".join(filter(None, [found.get(key), names[partner]]))
            found[key] = text if len(text) <= LONGEST_TEXT else found[key]
    for key, text in found.items():
        model.objects.filter(pk=key).update(partners_text=text)


def without_owners(apps, schema_editor):
    """Drops the triggers that keep owners, until all migrations are done: SQLite builds the table anew to go back."""
    leave_owners()


class Migration(migrations.Migration):
    dependencies = [
        ("activities", "0022_plan_kept"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            "Partner",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField("名称", max_length=100, unique=True, error_messages=UNIQUE)),
                ("is_united", models.BooleanField("一统五联", **UNITED)),
                ("remark", models.TextField("备注", blank=True)),
                ("search_text", yl_district.pinyin.SearchTextField(source="name")),
                ("name_sort", yl_district.pinyin.NameOrderField(of_people=False, source="name")),
            ],
            {"verbose_name": "协办单位", "ordering": ("name_sort", "pk")},
        ),
        migrations.CreateModel(
            "HistoricalPartner",
            [
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("name", models.CharField("名称", max_length=100, error_messages=UNIQUE)),
                ("is_united", models.BooleanField("一统五联", **UNITED)),
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
                "verbose_name": "historical 协办单位",
                "verbose_name_plural": "historical 协办单位s",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            (simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.RenameField("activity", "partners", "partners_text"),
        migrations.RenameField("historicalactivity", "partners", "partners_text"),
        migrations.CreateModel(
            "HistoricalActivity_partners",
            [
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("m2m_history_id", models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                (
                    "activity",
                    models.ForeignKey("activities.activity", django.db.models.deletion.DO_NOTHING, **REF),
                ),
                (
                    "history",
                    models.ForeignKey(
                        "activities.historicalactivity", django.db.models.deletion.DO_NOTHING, db_constraint=False
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey("activities.partner", django.db.models.deletion.DO_NOTHING, **REF),
                ),
            ],
            {"verbose_name": "HistoricalActivity_partners"},
            (simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.AddField(
            "activity",
            "partners",
            models.ManyToManyField(
                "activities.partner", blank=True, related_name="activities", verbose_name="协办单位"
            ),
        ),
        migrations.RunPython(register, write_names),
        migrations.RunPython(migrations.RunPython.noop, without_owners),
    ]
