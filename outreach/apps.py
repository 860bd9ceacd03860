from django.apps import AppConfig


class OutreachConfig(AppConfig):
    name = "outreach"
    verbose_name = "联系青年"

    def ready(self):
        from activities.effects import add_effect
        from activities.models import SignIn
        from activities.rosters import add_capacity, add_source

        from .credits import CreditEffect
        from .models import Link
        from .rosters import linked_youth_group

        add_source(linked_youth_group)
        add_capacity(SignIn.Capacity.LINKED_YOUTH, Link, "youth")
        add_effect(CreditEffect())
