from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ActivitiesConfig(AppConfig):
    name = "activities"
    verbose_name = "活动"

    def ready(self):
        from .effects import add_effect
        from .owners import keep_owners_after_migrating
        from .service_hours import HoursEffect

        add_effect(HoursEffect())
        post_migrate.connect(keep_owners_after_migrating, sender=self)
