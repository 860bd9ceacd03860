from django.apps import AppConfig

from .privacy.keys import key_ring


class WorkbenchConfig(AppConfig):
    name = "yl_district"
    verbose_name = "工作台"

    def ready(self):
        """A key that cannot be used shows at the start, not at the first record."""
        key_ring()
