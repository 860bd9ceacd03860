from django.db import migrations


def end_sessions(apps, schema_editor):
    """Ends all sessions: their rows hold what their cookies hold, and may have been read."""
    apps.get_model("usersessions", "UserSession").objects.all().delete()
    apps.get_model("sessions", "Session").objects.all().delete()


class Migration(migrations.Migration):

    dependencies = [
        ("orgs", "0013_unique_seals"),
        ("sessions", "0001_initial"),
        ("usersessions", "0001_initial"),
    ]

    operations = [migrations.RunPython(end_sessions, migrations.RunPython.noop)]
