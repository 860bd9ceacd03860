"""manage.py anonymise_cases [--apply]: makes case files nameless whose time is over; run it once a day."""

from django.conf import settings
from django.utils import timezone

from activities.arrivals import forget_arrivals
from assistance.case_drafts import forget_stale_drafts
from assistance.retention import due_files, make_nameless, warned_until
from yl_district.audit.access_log import operating_system_user
from yl_district.commands import DatabaseCommand
from yl_district.database.actors import whole_case_files


class Command(DatabaseCommand):
    help = (
        f"出库满 {settings.CASE_RETENTION_YEARS} 年的帮扶档案：说明到期的份数；--apply 作匿名处理。供定时任务每天运行。"
    )

    def add_arguments(self, parser):
        parser.add_argument("--apply", action="store_true", help="匿名处理已到期的档案，不能恢复")

    def handle(self, *, apply, **options):
        today = timezone.localdate()
        due = due_files(today)
        coming = len(due_files(warned_until(today))) - len(due)
        said = f"另有 {coming} 份在 {settings.CASE_RETENTION_WARNING_DAYS} 天内到期。"
        if not apply:
            self.stdout.write(f"有 {len(due)} 份档案保存期满（--apply 作匿名处理），{said}")
            return
        with whole_case_files():
            forget_stale_drafts(timezone.now())
        forget_arrivals(timezone.now())
        made = make_nameless(due, today, who=operating_system_user())
        self.stdout.write(f"已匿名处理 {made} 份档案，{said}")
