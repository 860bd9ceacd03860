from django.contrib.auth.hashers import check_password
from django.db import migrations

# As they were published until now.
NAMES = ["zhuangan", "gaojing", "guanli", "qingnianhui", "gean", "lingdao", "shenji"]
PASSWORD = "Gaobeidian-2017"


def mark_demos(apps, schema_editor):
    """Marks a database as a demonstration in which the sample's accounts still have their published password."""
    accounts = apps.get_model("orgs", "User").objects.filter(username__in=NAMES, is_active=True)
    if any(check_password(PASSWORD, account.password) for account in accounts):
        apps.get_model("yl_district", "InstallationFact").objects.get_or_create(name="demo")


class Migration(migrations.Migration):

    dependencies = [
        ("orgs", "0010_names_in_pinyin_order"),
        ("reports", "0007_bindings_at_home"),
        ("yl_district", "0015_installation_facts"),
    ]

    operations = [migrations.RunPython(mark_demos, migrations.RunPython.noop)]
