from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "members"
    verbose_name = "团员与团干部"

    def ready(self):
        from .sealing import watch_capacities

        watch_capacities()
