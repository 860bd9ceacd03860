"""What a database says of the installation that it belongs to."""

from django.db import models


class InstallationFact(models.Model):
    """One fact: that the database is a demonstration, or the fingerprint of a key that its contents need."""

    name = models.CharField("名称", max_length=40, primary_key=True)
    value = models.CharField("内容", max_length=64)

    class Meta:
        verbose_name = "安装信息"

    def __str__(self):
        return self.name
