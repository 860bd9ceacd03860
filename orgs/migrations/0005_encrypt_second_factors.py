from django.db import migrations

from yl_district.privacy.authenticators import seal, secrets_of, unseal
from yl_district.privacy.encryption import STORED


def encrypt(apps, schema_editor):
    for row in apps.get_model('mfa', 'Authenticator').objects.select_for_update():
        plain = {name: text for name, text in secrets_of(row).items() if not STORED.fullmatch(text)}
        row.data |= {name: seal(text) for name, text in plain.items()}
        row.save(update_fields=['data'])


def decrypt(apps, schema_editor):
    for row in apps.get_model('mfa', 'Authenticator').objects.select_for_update():
        row.data |= {name: unseal(stored) for name, stored in secrets_of(row).items()}
        row.save(update_fields=['data'])


class Migration(migrations.Migration):

    dependencies = [
        ('orgs', '0004_history'),
        ('mfa', '0003_authenticator_type_uniq'),
    ]

    operations = [
        migrations.RunPython(encrypt, decrypt),
    ]
