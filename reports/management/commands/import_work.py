"""manage.py import_work IMPORT check|commit|undo: the background process of an import started on a page."""

import gc

from django.core.management.base import CommandError

from orgs.models import User
from yl_district.commands import DatabaseCommand
from yl_district.importing import background
from yl_district.importing.models import ImportBatch
from yl_district.importing.steps import RUN_STATES, RUNS

RARELY = 200_000  # objects created between two garbage collections


class Command(DatabaseCommand):
    requires_system_checks = []  # they would load every page
    help = "在后台核对、写入或撤销一次导入；由网页自动启动，一般不需要手工运行。"

    def add_arguments(self, parser):
        parser.add_argument("batch", metavar="IMPORT", type=int, help="导入记录的编号")
        parser.add_argument("act", choices=list(RUNS), help="要做的事")
        parser.add_argument("--only-right-rows", action="store_true", help="有误的行不写入，其余的行写入")
        parser.add_argument("--wait", action="store_true", help="核对后稍候片刻，以便接着写入")
        parser.add_argument("--user", type=int, help="操作人的账号编号")

    def handle(self, *, batch, wait, **told):
        # Rows are kept by the hundred thousand with hardly any cycles: collecting those would take a fifth of the time.
        gc.freeze()
        gc.set_threshold(RARELY)
        found = self.work(batch, **told)
        while wait and (following := background.next_act(found)):
            parser = self.create_parser("manage.py", "import_work")
            told = vars(parser.parse_args([str(batch), *following]))
            found = self.work(**told)

    def work(self, batch, act, only_right_rows, user, **options):
        """Does one act, and returns the import as it is then."""
        found = ImportBatch.objects.filter(pk=batch).first()
        if found is None:
            raise CommandError(f"没有编号为 {batch} 的导入记录，请在导入页面上核对编号。")
        if found.state != RUN_STATES[act]:
            raise CommandError(
                f"导入记录 {batch} 现为“{found.get_state_display()}”，应为“{RUN_STATES[act].label}”，什么也没有做。"
                "请在这次导入的页面上操作。"
            )
        with background.exclusive_run(found) as is_own:
            if is_own:
                by = User.objects.filter(pk=user).first() if user else None
                RUNS[act](found, only_right=only_right_rows, user=by)
        return found
