from django.apps import AppConfig


class AssistanceConfig(AppConfig):
    name = "assistance"
    verbose_name = "精准帮扶"

    def ready(self):
        from activities.effects import add_effect

        from .list_effects import AssistanceEffect

        add_effect(AssistanceEffect())
