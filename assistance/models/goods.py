"""What an assistance gives to each youth: goods by their number, or money for all of them together."""

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from yl_district.validators import problem


class GivenGoods(models.Model):
    """Goods, how many of them each youth is given, and the money that all was worth."""

    goods = models.CharField("物资", max_length=60, blank=True)
    quantity = models.PositiveSmallIntegerField("每人数量", null=True, blank=True, validators=[MinValueValidator(1)])
    unit = models.CharField("单位", max_length=10, blank=True)
    amount = models.DecimalField("金额", max_digits=10, decimal_places=2, null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def quantity_in_words(self):
        """What each youth is given, such as 1 套; "" where no number is known."""
        return "" if self.quantity is None else f"{self.quantity} {self.unit}".rstrip()

    @property
    def goods_in_words(self):
        """The goods with the number for each youth, such as 运动服，每人 1 套; "" without goods."""
        return "，每人 ".join(filter(None, [self.goods, self.quantity_in_words]))

    def check_goods(self):
        """Raises ValidationError for a number without goods, a unit without a number, or money below 0."""
        if self.quantity is not None and self.quantity < 1:
            raise ValidationError({"quantity": problem("不小于 1 的整数", "没有统计数量的请留空")})
        if self.quantity is not None and not self.goods:
            raise ValidationError({"goods": problem("物资的名称", "填了每人数量的，请写明是什么物资")})
        if self.unit and self.quantity is None:
            raise ValidationError({"quantity": problem("每人数量", "填了单位的，请填写每人几个；数量不详的请清空单位")})
        if self.amount is not None and self.amount < 0:
            raise ValidationError({"amount": problem("不小于 0 的金额", "请核对金额")})


GOODS_IN_NUMBER = models.CheckConstraint(
    condition=Q(quantity__isnull=True) | (Q(quantity__gte=1) & ~Q(goods="")),
    name="assistance_goods_in_number",
    violation_error_message="每人数量不小于 1，并写明物资。",
)
