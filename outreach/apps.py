from django.apps import AppConfig


class OutreachConfig(AppConfig):
    name = "outreach"
    verbose_name = "联系青年"

    def ready(self):
        from activities.effects import add_effect
        from activities.rosters import add_source

        from .credits import CreditEffect
        from .rosters import linked_youth_group

        add_source(linked_youth_group)
        add_effect(CreditEffect())
