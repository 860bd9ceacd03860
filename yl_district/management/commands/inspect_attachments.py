"""manage.py inspect_attachments"""

from yl_district.attachments.models import Attachment
from yl_district.audit.access_log import subject_of
from yl_district.commands import DatabaseCommand
from yl_district.inspection.inspector import INSPECTION
from yl_district.privacy.encryption import DecryptionError


class Command(DatabaseCommand):
    help = "检查在启用内容检查之前上传的附件，列出因含有会自动执行的内容等而不再提供下载的；有则退出码为 1。"

    def handle(self, **options):
        waiting = Attachment.objects.order_by("pk").filter(inspection__lt=INSPECTION)
        refused = 0
        for attachment in waiting.iterator(chunk_size=50):
            problem = told_problem(attachment)
            if problem:
                refused += 1
                self.stdout.write(f"附件 编号 {attachment.pk}（{record_of(attachment)}）：{problem}")
        self.stdout.write(f"不再提供下载的附件：{refused} 个。" if refused else "附件都已通过检查。")
        if refused:
            raise SystemExit(1)


def told_problem(attachment):
    """Says why the file is not handed out, also where it cannot be read; "" where it is."""
    try:
        return attachment.problem()
    except DecryptionError as error:
        return str(error)


def record_of(attachment):
    """Names the record of an attachment by its kind and key, which tell nothing of its contents."""
    return subject_of(attachment.record) if attachment.record else "记录已删除"
