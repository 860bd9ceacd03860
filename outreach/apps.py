from django.apps import AppConfig


class OutreachConfig(AppConfig):
    name = "outreach"
    verbose_name = "联系青年"

    def ready(self):
        from activities.effects import add_effect

        from .credits import CreditEffect

        add_effect(CreditEffect())
