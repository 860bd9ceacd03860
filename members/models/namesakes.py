"""People whom somebody has declared to be two, however alike their records are."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone

from orgs.models import User
from yl_district.history.tracking import Tracked

from .people import Person


class NamesakesQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """Declarations about two people both of whom the user may see."""
        # Of each that is declared, since SQLite would list all whom the user may see.
        seen = [Person.objects.visible_to(user).order_by().filter(pk=OuterRef(name)) for name in ("first", "second")]
        return self.filter(*map(Exists, seen))

    def of_both(self, one: Person, other: Person) -> Self:
        """Declarations about these two people."""
        return self.filter(first__in=[one, other], second__in=[one, other])


class Namesakes(models.Model):
    """A declaration that two people are not the same."""

    first = models.ForeignKey(Person, models.CASCADE, related_name="namesakes_as_first", verbose_name="甲")
    second = models.ForeignKey(Person, models.CASCADE, related_name="namesakes_as_second", verbose_name="乙")
    declared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="确认人")
    declared_at = models.DateTimeField("确认时间", default=timezone.now)

    objects = NamesakesQuerySet.as_manager()
    history = Tracked()

    class Meta:
        verbose_name = "不是同一人"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="namesakes_once"),
        ]

    def __str__(self):
        return f"{self.first}、{self.second}"

    def get_absolute_url(self):
        """The list of pairs."""
        return reverse("duplicate_list")
