from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate

from .privacy.keys import key_ring


class WorkbenchConfig(AppConfig):
    name = "yl_district"
    verbose_name = "工作台"

    def ready(self):
        """Reads the keys, so that an unusable key fails at startup rather than at the first record."""
        key_ring()

        from .installation.facts import read_after_migrating, read_on_connection

        connection_created.connect(read_on_connection, dispatch_uid="yl_district.installation.facts")
        post_migrate.connect(read_after_migrating, sender=self, dispatch_uid="yl_district.installation.facts")
