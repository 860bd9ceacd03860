"""manage.py demo_code: prints the current one-time code of the demo accounts."""

from django.core.management.base import BaseCommand

from orgs.accounts.second_factor import DEMO_SECRET, code_at, current_step


class Command(BaseCommand):
    help = "显示演示账号当前的动态口令（每个账号每个口令只能用一次，30 秒后换新）。"

    def handle(self, **options):
        self.stdout.write(code_at(DEMO_SECRET, current_step()))
