"""What every import and every download leaves behind."""

from django.conf import settings
from django.db import models


class ImportBatch(models.Model):
    """One committed import: who took in which file, and what it did."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="操作人")
    created_at = models.DateTimeField("导入时间", auto_now_add=True)
    file_name = models.CharField("文件名", max_length=255)
    sha256 = models.CharField("文件摘要", max_length=64)
    counts = models.JSONField("各表结果")

    class Meta:
        verbose_name = "导入记录"
        ordering = ["-created_at", "-pk"]

    def __str__(self):
        return self.file_name


class Download(models.Model):
    """One file that left the system: who took what, and when."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="操作人")
    created_at = models.DateTimeField("下载时间", auto_now_add=True)
    file_name = models.CharField("文件名", max_length=255)
    subject = models.CharField("内容", max_length=255)

    class Meta:
        verbose_name = "下载记录"
        ordering = ["-created_at", "-pk"]

    def __str__(self):
        return self.file_name
