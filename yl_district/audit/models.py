"""The access log."""

from typing import Self

from django.db import models
from django.db.models import Q


class AccessEntryQuerySet(models.QuerySet):
    def of_account(self, text: str) -> Self:
        """Lines of accounts whose name contains `text`."""
        return self.filter(who__icontains=text)

    def search(self, text: str) -> Self:
        """Lines whose subject or detail contains `text`."""
        return self.filter(Q(subject__icontains=text) | Q(detail__icontains=text))


class AccessEntry(models.Model):
    """One line of the access log: an action that gave access to, showed or exported protected data.

    Lines are only appended. Each contains the digest of the previous line, so that a changed, deleted or inserted line
    is detected.
    """

    class Action(models.TextChoices):
        SIGN_IN = "sign_in", "登录"
        SIGN_IN_FAILED = "sign_in_failed", "登录失败"
        SIGN_OUT = "sign_out", "退出"
        CASE_VIEW = "case_view", "查阅个案"
        UNMASK = "unmask", "查看完整信息"
        EXPORT = "export", "导出"
        IMPORT = "import", "导入"
        REFUSAL = "refusal", "拒绝访问"
        GRANT = "grant", "个案授权"
        ACCOUNT = "account", "账号变动"
        VERIFY = "verify", "核对日志"
        SIGN = "sign", "签发"
        LAYOUT = "layout", "文档版式"
        MEND = "mend", "修复内容"
        NOTICE = "notice", "通知"
        RETENTION = "retention", "到期处理"
        PRINTOUT = "printout", "个人信息告知"
        SEARCH = "search", "按号码搜索"

    number = models.PositiveBigIntegerField("序号", primary_key=True)
    at = models.DateTimeField("时间")
    # Not a foreign key, so that the log does not depend on the account.
    user_id = models.PositiveBigIntegerField("账号编号", null=True, blank=True)
    who = models.CharField("账号", max_length=150, blank=True)
    action = models.CharField("动作", max_length=20, choices=Action)
    subject = models.CharField("对象", max_length=255, blank=True)
    detail = models.TextField("说明", blank=True)
    address = models.CharField("来源地址", max_length=64, blank=True)
    previous = models.CharField("上一条摘要", max_length=64)
    digest = models.CharField("摘要", max_length=64)

    objects = AccessEntryQuerySet.as_manager()

    class Meta:
        verbose_name = "访问日志"
        ordering = ["-number"]

    def __str__(self):
        return f"{self.number} {self.get_action_display()}"
