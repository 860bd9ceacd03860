from django.db import migrations
from django.db.models import F

from yl_district.privacy.encryption import decrypt_rows, encrypt_rows

MODELS = ["Unit", "User"]


def name_accounts(apps, schema_editor):
    """Gives accounts whose user name is their own mobile number another one; they sign in by the number as before."""
    User, history = apps.get_model("orgs", "User"), apps.get_model("orgs", "HistoricalUser")
    for user in User.objects.filter(username=F("mobile")):
        name = f"user{user.pk}"
        while User.objects.filter(username=name).exists():
            name += "_"
        User.objects.filter(pk=user.pk).update(username=name)
    names = dict(User.objects.values_list("pk", "username"))
    for row in history.objects.filter(username=F("mobile")):
        history.objects.filter(pk=row.pk).update(username=names.get(row.id, f"user{row.id}"))


def encrypt(apps, schema_editor):
    for name in MODELS:
        encrypt_rows(apps.get_model("orgs", name))
        encrypt_rows(apps.get_model("orgs", f"Historical{name}"), apps.get_model("orgs", name))


def decrypt(apps, schema_editor):
    for name in MODELS:
        decrypt_rows(apps.get_model("orgs", name))
        decrypt_rows(apps.get_model("orgs", f"Historical{name}"))


class Migration(migrations.Migration):
    dependencies = [("orgs", "0011_encrypted_phones")]

    operations = [
        migrations.RunPython(name_accounts, migrations.RunPython.noop),
        migrations.RunPython(encrypt, decrypt),
    ]
