"""Two-new organisations, contacts with them, and supplies."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Self

from django.contrib.contenttypes.fields import GenericRelation
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from yl_district.attachments.models import Attachment
from yl_district.days import happened
from yl_district.fields import YearField, personal
from yl_district.history.tracking import Tracked
from yl_district.periods import Period, years_before
from yl_district.pinyin import NameOrderField, SearchTextField, search
from yl_district.privacy.encryption import EncryptedCharField, SealedModel
from yl_district.record_options import RecordOptions
from yl_district.validators import problem, validate_credit_code

from .organisations import FEWEST_MEMBERS, Organisation
from .reach import ReachQuerySet
from .unit_stages import UnitStages

if TYPE_CHECKING:
    from .unit_changes import UnitChangeQuerySet

# What a unit's changes come to, which no figure reads.
UNIT_STATE_FIELDS = ("status", "status_on", "is_contact_point", "verified_on")


class UnitQuerySet(UnitStages):
    organisation_path = "branch__path"

    def founded_during(self, period: Period) -> Self:
        """Units whose league body was founded within the period."""
        return self.filter(league_founded_on__range=period.bounds)

    def not_founded_after(self, day: date) -> Self:
        """Units without those whose league body was founded only after `day`."""
        return self.filter(Q(league_founded_on__lte=day) | Q(league_founded_on__isnull=True))

    def retired_on(self, day: date) -> Self:
        """Units moved away or deregistered by `day`."""
        return self.filter(pk__in=self._changes.standing_on(day, *RETIRED_STATUSES).values("unit"))

    def not_retired_on(self, day: date) -> Self:
        """Units neither moved away nor deregistered by `day`."""
        return self.exclude(pk__in=self._changes.standing_on(day, *RETIRED_STATUSES).values("unit"))

    def retired_during(self, period: Period) -> Self:
        """Units moved away or deregistered within the period, each once."""
        return self.filter(pk__in=self._changes.happened_during(period, *RETIRED_STATUSES).values("unit"))

    def on_the_way_on(self, day: date) -> Self:
        """Units that are candidates or preparing on `day`, neither founded nor retired; with `stage_on`."""
        stage = self.model.Stage
        under_way = [stage.CANDIDATE, stage.CONTACTED, stage.PREPARING]
        return self.with_stage_on(day).filter(stage_on__in=under_way).not_retired_on(day)

    def with_step_due_by(self, last: date, day: date) -> Self:
        """Units, not retired on `day`, whose next step is planned for no later than `last` and still to be done."""
        steps = self._related("contacts").outstanding().filter(unit=OuterRef("pk"), next_on__lte=last)
        return self.filter(Exists(steps)).not_retired_on(day)

    def unreachable_on(self, day: date) -> Self:
        """Units out of reach on `day`."""
        return self.filter(pk__in=self._changes.standing_on(day, Unit.Status.UNREACHABLE).values("unit"))

    def of_status_on(self, status: str, day: date) -> Self:
        """Units whose status on `day` is this one."""
        if status != Unit.Status.NORMAL:
            return self.filter(pk__in=self._changes.standing_on(day, status).values("unit"))
        others = [one for one in Unit.Status.values if one != status]
        return self.exclude(pk__in=self._changes.standing_on(day, *others).values("unit"))

    @property
    def _changes(self) -> UnitChangeQuerySet:
        return self.model._meta.get_field("changes").related_model.objects.all()

    def verified_during(self, period: Period) -> Self:
        """Units verified within the period, each once."""
        return self.filter(pk__in=self._changes.happened_during(period, "verified").values("unit"))

    def not_verified_in(self, year: int) -> Self:
        """Units not verified in `year`."""
        return self.exclude(pk__in=self._changes.happened_during(Period.of_year(year), "verified").values("unit"))

    def recommended_on(self, day: date) -> Self:
        """Units recommended as contact points of the district, of which nothing had been decided on `day`."""
        return self.filter(pk__in=self._changes.standing_on(day, "recommended").values("unit"))

    def toward_task_of(self, year: int) -> Self:
        """Units counted toward the task of `year`."""
        return self.filter(task_year=year)

    def listed_on(self, day: date) -> Self:
        """Units listed as contact points of the district on `day`, whose league body had been founded by it."""
        listed = self._changes.standing_on(day, "listed")
        return self.not_founded_after(day).filter(pk__in=listed.values("unit"))

    def district_contact_points_on(self, day: date) -> Self:
        """Units that are contact points of the district on `day`: listed and not retired."""
        return self.listed_on(day).not_retired_on(day)

    def search(self, text: str) -> Self:
        """Units whose name, pinyin or initials contain `text`."""
        return search(self, text)


class Unit(SealedModel):
    """A two-new organisation (new economic or social); a branch may cover several of them."""

    class Kind(models.TextChoices):
        ENTERPRISE = "enterprise", "非公企业"
        SOCIAL = "social", "社会组织"

    class League(models.TextChoices):
        OWN = "own", "单独组建"
        JOINT = "joint", "联合组建"
        NONE = "none", "未建"

    class Status(models.TextChoices):
        NORMAL = "normal", "正常"
        MOVED = "moved", "迁址"
        DEREGISTERED = "deregistered", "注销"
        UNREACHABLE = "unreachable", "联系不上"

    class Stage(models.TextChoices):
        OUTSIDE = "outside", "未列为候选"
        CANDIDATE = "candidate", "候选"
        CONTACTED = "contacted", "已联系"
        PREPARING = "preparing", "筹备"
        FOUNDED = "founded", "已建团"

    name = models.CharField(
        "单位名称", max_length=100, unique=True, error_messages={"unique": "这一单位名称已被使用，请核对后改正。"}
    )
    credit_code = models.CharField(
        "统一社会信用代码",
        max_length=18,
        null=True,
        blank=True,
        unique=True,
        validators=[validate_credit_code],
        error_messages={"unique": "这一统一社会信用代码已被使用，请核对后改正。"},
    )
    kind = models.CharField("类别", max_length=20, choices=Kind)
    has_party_branch = models.BooleanField("是否建立党组织", null=True, blank=True)
    employees = models.PositiveIntegerField("职工总数", null=True, blank=True)
    youths = models.PositiveIntegerField("青年数", null=True, blank=True)
    league_members = models.PositiveIntegerField("团员数", null=True, blank=True)
    secretary_name = models.CharField("书记人选", max_length=30, blank=True)
    league_form = models.CharField("团组织形式", max_length=10, choices=League, blank=True)
    branch = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="units", verbose_name="团支部"
    )
    league_founded_on = happened(models.DateField("建团日期", null=True, blank=True))
    task_year = YearField("计入任务年度", null=True, blank=True)
    is_contact_point = models.BooleanField("区级联系点", null=True, blank=True)
    status = models.CharField("状态", max_length=20, choices=Status)
    status_on = happened(models.DateField("状态日期", null=True, blank=True))
    verified_on = happened(models.DateField("最近核实日期", null=True, blank=True))
    address = models.CharField("地址", max_length=200, blank=True)
    contact_name = models.CharField("联系人", max_length=30, blank=True)
    contact_phone = personal(
        EncryptedCharField("联系电话", max_length=30, blank=True), masked=True, unmaskable=True, phone=True
    )
    remark = models.TextField("备注", blank=True)
    search_text = SearchTextField()
    name_sort = NameOrderField()

    attachments = GenericRelation(Attachment)

    objects = UnitQuerySet.as_manager()
    history = Tracked(by_acts=UNIT_STATE_FIELDS)
    record_options = RecordOptions(
        facts=("branch", "league_founded_on", "task_year"),
        neutral=(
            "name",
            "credit_code",
            "kind",
            "has_party_branch",
            "employees",
            "youths",
            "league_members",
            "secretary_name",
            "league_form",
            "address",
            "contact_name",
            "contact_phone",
            "remark",
            *UNIT_STATE_FIELDS,
        ),
    )

    class Meta:
        verbose_name = "两新组织"
        ordering = ["pk"]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        """The record's own page."""
        return reverse("unit_detail", args=[self.pk])

    @property
    def is_retired(self):
        """Whether it has moved away or been deregistered."""
        return self.status in RETIRED_STATUSES

    def lacking(self, is_contacted):
        """What is still lacking for founding a league body, in words; `is_contacted` says whether it ever was."""
        found = []
        if self.league_members is None:
            found.append("团员数未摸清")
        elif self.league_members < FEWEST_MEMBERS:
            found.append(f"团员 {self.league_members} 名，不足 {FEWEST_MEMBERS} 名")
        if not is_contacted:
            found.append("还没有联系过")
        if not self.secretary_name:
            found.append("没有书记人选")
        return found

    def check_founding(self, day):
        """Raises ValidationError where no league body can have been founded for the unit on `day`."""
        if self.league_founded_on:
            expected = f"尚未建团的单位（这一家已于 {self.league_founded_on} 建团）"
            raise problem(expected, "建团日期有误的，请在该单位的修改页面更正")
        if self.is_retired and self.status_on and self.status_on < day:
            expected = f"不晚于{self.get_status_display()}（{self.status_on}）的建团日期"
            raise problem(expected, "建团在前、当天或以后才迁址注销的可以登记，请核对两个日期")

    def clean(self):
        if self.is_retired and not self.status_on:
            label = self.get_status_display()
            raise ValidationError({"status_on": problem(f"状态为{label}时填写状态日期", "请补填变更发生的日期")})
        if self.league_founded_on and self.league_form == self.League.NONE:
            raise ValidationError({"league_form": problem("有建团日期的单位为单独组建或联合组建", "请核对团组织形式")})
        if self.employees is not None and self.youths is not None and self.youths > self.employees:
            raise ValidationError({"youths": problem(f"不多于职工总数（{self.employees}）", "请核对两个人数")})
        if self.employees is not None and self.league_members is not None and self.league_members > self.employees:
            raise ValidationError({"league_members": problem(f"不多于职工总数（{self.employees}）", "请核对两个人数")})


# Also the kinds of changes by which a unit comes to these.
RETIRED_STATUSES = [Unit.Status.MOVED, Unit.Status.DEREGISTERED]


class UnitContactQuerySet(ReachQuerySet):
    organisation_path = "unit__branch__path"

    def held_during(self, period: Period) -> Self:
        """Contacts logged within the period."""
        return self.filter(held_on__range=period.bounds)

    def outstanding(self) -> Self:
        """Contacts whose next step is still to be done: those with one after which the unit was not contacted again."""
        same = UnitContact.objects.filter(unit=OuterRef("unit"))
        later = same.filter(Q(held_on__gt=OuterRef("held_on")) | Q(held_on=OuterRef("held_on"), pk__gt=OuterRef("pk")))
        return self.filter(~Exists(later), next_on__isnull=False)

    def search(self, text: str) -> Self:
        """Contacts with units whose name, pinyin or initials contain `text`."""
        return search(self, text, "unit__search_text")


class UnitContact(models.Model):
    """One contact with a two-new organisation."""

    class Form(models.TextChoices):
        PHONE = "phone", "电话"
        NETWORK = "network", "网络"
        MEETING = "meeting", "见面"

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="contacts", verbose_name="单位名称")
    held_on = happened(models.DateField("日期"))
    form = models.CharField("方式", max_length=10, choices=Form)
    contact_name = models.CharField("联系人", max_length=30, blank=True)
    content = models.TextField("内容", blank=True)
    next_step = models.CharField("下一步", max_length=100, blank=True)
    next_on = models.DateField("下一步日期", null=True, blank=True)

    attachments = GenericRelation(Attachment)

    objects = UnitContactQuerySet.as_manager()
    history = Tracked()
    record_options = RecordOptions(
        facts=("unit", "held_on"), neutral=("form", "contact_name", "content", "next_step", "next_on")
    )

    class Meta:
        verbose_name = "两新联络"
        ordering = ["-held_on", "-pk"]
        indexes = [models.Index(fields=["held_on", "id"], name="unit_contact_by_day")]

    def __str__(self):
        return f"{self.held_on} {self.unit} {self.get_form_display()}"

    def get_absolute_url(self):
        """The record's own page."""
        return reverse("unit_contact_detail", args=[self.pk])

    def clean(self):
        if self.next_step and not self.next_on:
            raise ValidationError({"next_on": problem("下一步的日期", "请填写打算在哪天办")})
        if self.next_on and not self.next_step:
            raise ValidationError({"next_step": problem("到那天要办的事", "请填写下一步，或清空日期")})
        if self.next_on and self.held_on and not self.held_on <= self.next_on <= years_before(self.held_on, -2):
            expected = f"这次联络（{self.held_on}）当天至两年以内的日期"
            raise ValidationError({"next_on": problem(expected, "请核对两个日期")})


class SupplyQuerySet(ReachQuerySet):
    def issued_during(self, period: Period) -> Self:
        """Supplies issued within the period."""
        return self.filter(issued_on__range=period.bounds)

    def issued_by(self, day: date) -> Self:
        """Supplies issued on `day` or before."""
        return self.filter(issued_on__lte=day)

    def of_item(self, item: str) -> Self:
        """Supplies of exactly this name."""
        return self.filter(item=item)

    def search(self, text: str) -> Self:
        """Supplies of organisations whose name, pinyin or initials contain `text`."""
        return search(self, text, "organisation__search_text")


class Supply(models.Model):
    """Supplies issued to an organisation."""

    FLAG = "团旗"
    BADGE = "团徽"

    issued_on = happened(models.DateField("日期"))
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="supplies", verbose_name="组织")
    item = models.CharField("物资", max_length=30)
    quantity = models.PositiveIntegerField("数量")

    attachments = GenericRelation(Attachment)

    objects = SupplyQuerySet.as_manager()
    history = Tracked()
    record_options = RecordOptions(facts=("issued_on", "organisation", "item", "quantity"))

    class Meta:
        verbose_name = "物资配发"
        ordering = ["-issued_on", "-pk"]
        indexes = [models.Index(fields=["issued_on", "id"], name="supply_by_day")]
        constraints = [models.CheckConstraint(condition=Q(quantity__gt=0), name="supply_quantity_positive")]

    def __str__(self):
        return f"{self.issued_on} {self.organisation} {self.item} {self.quantity}"

    def get_absolute_url(self):
        """The record's own page."""
        return reverse("supply_detail", args=[self.pk])

    def clean(self):
        if self.quantity == 0:
            raise ValidationError({"quantity": problem("大于 0 的数量", "没有配发的物资不必登记")})
