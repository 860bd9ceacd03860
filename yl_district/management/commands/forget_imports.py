"""manage.py forget_imports: deletes the contents of imports that were not committed in time; run it once a day."""

from django.utils import timezone

from yl_district.commands import DatabaseCommand
from yl_district.importing import steps
from yl_district.importing.models import KEPT_DAYS
from yl_district.sheets.models import AwaitedCell


class Command(DatabaseCommand):
    help = f"清除上传后 {KEPT_DAYS} 天没有写入的文件，以及写入 {KEPT_DAYS} 天后仍保留的有误的行；供定时任务每天运行。"

    def handle(self, **options):
        batches, parts = steps.forget_expired(timezone.now())
        AwaitedCell.objects.settle_all()
        self.stdout.write(f"已清除 {batches} 份没有写入的文件，{parts} 段写入时留下的有误的行。")
