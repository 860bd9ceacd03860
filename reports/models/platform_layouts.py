"""Which columns outside platforms ask of each kind of record, in their order and with their headings."""

from collections.abc import Iterator
from typing import NamedTuple, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse

from yl_district.history.tracking import Tracked
from yl_district.record_options import RecordOptions
from yl_district.validators import problem

from .platform_entries import PlatformEntry
from .platform_fields import PLATFORM_FIELDS, PlatformField
from .targets import StaffQuerySet

MOST_PLATFORM_COLUMNS = 40
LONGEST_HEADING = 30
EQUALS = "＝"


class PlatformColumn(NamedTuple):
    """A column of a platform's form: its heading there, and the label of our field."""

    heading: str
    label: str


class PlatformLayoutQuerySet(StaffQuerySet):
    def of_open_subjects(self) -> Self:
        """Forms that do not tell who is assisted, of which lists leave and are read in."""
        return self.exclude(subject=PlatformEntry.Subject.ASSISTED_YOUTH)


class PlatformLayout(models.Model):
    """The form in which a platform takes one kind of record."""

    platform = models.CharField("平台", max_length=30)
    subject = models.CharField("对象", max_length=20, choices=PlatformEntry.Subject)
    # A line each: the heading there, and the label of our field where it is another.
    columns = models.TextField("栏目", max_length=3000)

    objects = PlatformLayoutQuerySet.as_manager()
    history = Tracked()
    record_options = RecordOptions(neutral=("platform", "subject", "columns"))

    class Meta:
        verbose_name = "平台表格"
        ordering = ["platform", "subject", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["platform", "subject"],
                name="platform_layout_once",
                violation_error_message="这个平台的这种对象已有表格，请打开原来的表格修改。",
            )
        ]

    def __str__(self):
        return f"{self.platform} {self.get_subject_display()}"

    def get_absolute_url(self):
        """The page of what is entered in the platform, and what is not."""
        return reverse("platform_layout_detail", args=[self.pk])

    @property
    def catalogue(self) -> dict[str, PlatformField]:
        """The fields that a column can hold, by label."""
        return PLATFORM_FIELDS.get(self.subject, {})

    @property
    def name_label(self) -> str:
        """The label of the field that names the record."""
        return next(iter(self.catalogue))

    @property
    def listed_columns(self) -> list[PlatformColumn]:
        """The columns in the platform's order; raises ValidationError where a line means nothing."""
        return list(self._read_columns())

    @property
    def is_of_cases(self) -> bool:
        """Whether it is about assisted youths, of whom no list leaves and none is read in."""
        return self.subject == PlatformEntry.Subject.ASSISTED_YOUTH

    @property
    def is_of_activities(self) -> bool:
        """Whether it is about activities, each of which belongs to a year."""
        return self.subject == PlatformEntry.Subject.ACTIVITY

    def _read_columns(self) -> Iterator[PlatformColumn]:
        for number, line in enumerate(self.columns.splitlines(), 1):
            heading, _, label = (part.strip() for part in line.replace("=", EQUALS).partition(EQUALS))
            if not heading and not label:
                continue
            label = label or heading
            if label not in self.catalogue:
                expected = (
                    f"第 {number} 行写作“平台的表头{EQUALS}本系统的资料”，资料是 {'、'.join(self.catalogue)} 之一"
                )
                raise ValidationError({"columns": problem(expected, f"请核对“{label[:LONGEST_HEADING]}”")})
            if not heading or len(heading) > LONGEST_HEADING:
                expected = f"第 {number} 行的表头有 1 至 {LONGEST_HEADING} 个字"
                raise ValidationError({"columns": problem(expected, "请照平台的表头填写")})
            yield PlatformColumn(heading, label)

    def clean(self):
        """Raises ValidationError where a line is no column, a heading is there twice, or none names the record."""
        if not self.subject:
            return
        columns = self.listed_columns
        headings = [column.heading for column in columns]
        twice = next((heading for heading in headings if headings.count(heading) > 1), None)
        name = next(iter(self.catalogue))
        if twice:
            raise ValidationError({"columns": problem("每个表头只写一行", f"请删去多余的“{twice}”")})
        if name not in [column.label for column in columns]:
            raise ValidationError({"columns": problem(f"有一栏是“{name}”", "请补上这一栏，对照名单时要用")})
        if len(columns) > MOST_PLATFORM_COLUMNS:
            raise ValidationError({"columns": problem(f"不超过 {MOST_PLATFORM_COLUMNS} 栏", "请删去不录入的栏目")})
        self.columns = "\n".join(
            column.label if column.heading == column.label else f"{column.heading}{EQUALS}{column.label}"
            for column in columns
        )
