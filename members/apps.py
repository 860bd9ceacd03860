from django.apps import AppConfig
from django.db.models.signals import post_migrate


class MembersConfig(AppConfig):
    name = "members"
    verbose_name = "团员与团干部"

    def ready(self):
        from .sealing import watch_capacities
        from .searching import keep_pieces_after_migrating

        watch_capacities()
        post_migrate.connect(keep_pieces_after_migrating, sender=self)
