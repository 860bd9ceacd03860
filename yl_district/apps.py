from django.apps import AppConfig

from .privacy.keys import key_ring


class WorkbenchConfig(AppConfig):
    name = "yl_district"
    verbose_name = "工作台"

    def ready(self):
        """Reads the keys, so that an unusable key fails at startup rather than at the first record."""
        key_ring()
