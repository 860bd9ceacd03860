"""Creates the default activity types, which staff can edit afterwards."""

from django.db import migrations

SHIPPED_TYPES = [
    ("lecture", "主题讲座"),
    ("friendship", "联谊交友"),
    ("self_protection", "自护教育"),
    ("diy", "DIY制作"),
    ("sports", "阳光体育"),
    ("volunteering", "志愿服务"),
    ("film", "观影"),
    ("yoga", "瑜伽"),
    ("league_day", "主题团日"),
    ("briefing", "宣讲会"),
    ("cadre_meeting", "团干大会"),
    ("face_to_face", "青年面对面"),
    ("open_day", "团支部开放日"),
    ("visit", "慰问"),
    ("other", "其他"),
]
EDUCATION = {"league_day", "briefing"}


def ship_types(apps, schema_editor):
    """Creates the default types; those counted as ideological education are 主题团日 and 宣讲会."""
    activity_type = apps.get_model("activities", "ActivityType")
    activity_type.objects.bulk_create(
        activity_type(key=key, name=name, is_education=key in EDUCATION, position=position)
        for position, (key, name) in enumerate(SHIPPED_TYPES, 1)
    )


class Migration(migrations.Migration):
    dependencies = [("activities", "0001_initial")]
    operations = [migrations.RunPython(ship_types, migrations.RunPython.noop)]
