"""Submissions of forms."""

from django.conf import settings
from django.db import models


class Submission(models.Model):
    """One processed form, so that submitting it again has no further effect."""

    token = models.CharField("凭证", max_length=64, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name="提交人")
    made_at = models.DateTimeField("提交时间", db_index=True)
    content = models.CharField("内容摘要", max_length=64)
    target = models.CharField("去向", max_length=255, blank=True)

    class Meta:
        verbose_name = "表单提交"

    def __str__(self):
        return f"{self.made_at} {self.target}"
