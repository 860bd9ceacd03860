"""Assisted youths in the register, and the assistances given to them."""

from datetime import date
from typing import Self

from django.contrib.contenttypes.fields import GenericRelation
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, Value, When
from django.urls import reverse
from django.utils import timezone

from activities.models import Activity, Partner
from members.models import Person, Volunteer
from orgs.models import Condition, Organisation, Reasons, User, below
from yl_district.attachments.models import Attachment
from yl_district.audit.models import AccessEntry
from yl_district.counts import number_of
from yl_district.database.actors import whole_case_files
from yl_district.days import announced, happened
from yl_district.fields import personal
from yl_district.history.tracking import Tracked
from yl_district.periods import Period, standing_on, years_before
from yl_district.privacy.encryption import EncryptedCharField, EncryptedTextField
from yl_district.privacy.masking import masked_name
from yl_district.privacy.sealed_links import SealedForeignKey, SealedKeyField, SealedLinkModel
from yl_district.record_options import Merging, RecordOptions
from yl_district.validators import check_order, problem

from .goods import GOODS_IN_NUMBER, GivenGoods
from .grants import OF_CASE, CaseQuerySet, grants_in_words
from .needs import NeedsTalk
from .pairings import Pairing
from .plans import ServicePlan


class AssistedYouthQuerySet(CaseQuerySet):
    def with_person(self) -> Self:
        """Youths with the person and the organisation, loaded for all of them at once."""
        return self.select_related("organisation").prefetch_related("person")

    def reached_by(self, assistance: "Assistance") -> Self:
        """Youths to whom an assistance was given: those named, or for 全部 those in the register that day."""
        return self.as_of(assistance.held_on) if assistance.with_everyone else self.filter(assistances=assistance)

    def are_open_to(self, user: User, day: date) -> bool:
        """Whether the user may open the files of all youths in the register on `day`."""
        with whole_case_files():
            return not self.as_of(day).exclude(pk__in=self.visible_to(user).values("pk")).exists()

    def as_of(self, day: date | OuterRef) -> Self:
        """Youths in the register on `day`."""
        return self.filter(standing_on(day, "registered_on", "removed_on"))

    def removed_because(self, reason: str) -> Self:
        """Youths removed from the register for this reason."""
        return self.filter(removal_reason=reason)

    def with_plan_for(self, year: int) -> Self:
        """Youths with a service plan for `year`."""
        return self.filter(Exists(ServicePlan.objects.filter(youth=OuterRef("pk"), year=year)))

    def without_plan_for(self, year: int) -> Self:
        """Youths without a service plan for `year`."""
        return self.exclude(Exists(ServicePlan.objects.filter(youth=OuterRef("pk"), year=year)))

    def asked_during(self, year: int) -> Self:
        """Youths whose needs somebody asked for within `year`."""
        return self.filter(Exists(NeedsTalk.objects.held_during(Period.of_year(year)).filter(youth=OuterRef("pk"))))

    def not_asked_during(self, year: int) -> Self:
        """Youths whose needs nobody asked for within `year`."""
        return self.exclude(Exists(NeedsTalk.objects.held_during(Period.of_year(year)).filter(youth=OuterRef("pk"))))

    def helped_by(self, day: date) -> Self:
        """Youths who received an assistance in the quarter of `day`."""
        return self.with_assistances_during(Period.of_quarter(day)).filter(assistances_received__gt=0)

    def paired_on(self, day: date) -> Self:
        """Youths with a fixed volunteer on `day`."""
        return self.filter(Exists(Pairing.objects.as_of(day).filter(youth=OuterRef("pk"))))

    def bound_by(self, day: date) -> Self:
        """Youths bound on the platform by `day`."""
        return self.filter(bound_on__lte=day)

    def with_assistances_during(self, period: Period) -> Self:
        """Adds `assistances_received` within the period, including those given to everyone in the register that day."""
        given = Assistance.objects.held_during(period)
        named = given.filter(with_everyone=False, youths=OuterRef("pk"))
        shared = given.filter(with_everyone=True, held_on__gte=OuterRef("registered_on"))
        until_removal = shared.filter(held_on__lt=OuterRef("removed_on"))
        return self.annotate(
            assistances_received=number_of(named, "youths")
            + Case(
                When(removed_on__isnull=True, then=number_of(shared, "with_everyone")),
                default=number_of(until_removal, "with_everyone"),
            )
        )


class AssistedYouth(SealedLinkModel):
    """An assisted youth's period in the register."""

    class LegalBasis(models.TextChoices):
        """Legal basis of processing: Personal Information Protection Law, articles 13 and 31."""

        GUARDIAN = "guardian", "监护人书面同意"
        OWN = "own", "本人书面同意（满 14 周岁）"
        DUTY = "duty", "履行法定职责"
        EMERGENCY = "emergency", "紧急情况下保护人身安全"

    class RemovalReason(models.TextChoices):
        AGE = "age", "年满"
        EDUCATION = "education", "升学"
        EMPLOYMENT = "employment", "就业"
        RELIEVED = "relieved", "困难已解除"
        MOVED = "moved", "迁出"
        WITHDRAWN = "withdrawn", "本人或监护人退出"
        REFERRED = "referred", "转介其他部门"
        DEATH = "death", "死亡"
        OTHER = "other", "其他"

    person = SealedForeignKey(
        Person,
        models.PROTECT,
        sealed_in="person_key",
        label=OF_CASE,
        related_name="assistance_cases",
        verbose_name="姓名",
    )
    person_key = SealedKeyField("person", verbose_name="人员编号")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="assisted_youths", verbose_name="所在组织"
    )
    school = EncryptedCharField("学校", max_length=60, blank=True)
    grade = EncryptedCharField("年级", max_length=20, blank=True)
    hardship = EncryptedCharField("困难类型", max_length=30, blank=True)
    focus_group = EncryptedCharField("重点类别", max_length=60, blank=True)
    guardian = personal(EncryptedCharField("监护人", max_length=30, blank=True), masked=True, unmaskable=True)
    guardian_phone = personal(
        EncryptedCharField("监护人电话", max_length=30, blank=True), masked=True, unmaskable=True, phone=True
    )
    needs = EncryptedTextField("需求", blank=True)
    registered_on = happened(models.DateField("入库日期"))
    removed_on = announced(models.DateField("出库日期", null=True, blank=True), "出库")
    removal_reason = models.CharField("出库原因", max_length=20, choices=RemovalReason, blank=True)
    removal_note = EncryptedTextField("出库说明", blank=True)
    bound_on = happened(models.DateField("平台绑定日期", null=True, blank=True))
    legal_basis = models.CharField("处理依据", max_length=20, choices=LegalBasis, blank=True)
    legal_basis_on = happened(models.DateField("同意或依据日期", null=True, blank=True))
    remark = EncryptedTextField("备注", blank=True)
    kept_until = models.DateField("延长保存至", null=True, blank=True)
    nameless_on = happened(models.DateField("匿名日期", null=True, blank=True, editable=False))

    record_options = RecordOptions(
        unmaskable_with=("person",),
        facts=("person", "organisation", "registered_on", "removed_on", "bound_on"),
        begins=("registered_on",),
        merging=Merging(begin="registered_on", end="removed_on"),
        neutral=(
            "school",
            "grade",
            "hardship",
            "focus_group",
            "guardian",
            "guardian_phone",
            "needs",
            "legal_basis",
            "legal_basis_on",
            "removal_reason",
            "removal_note",
            "remark",
            "kept_until",
            "nameless_on",
        ),
    )

    attachments = GenericRelation(Attachment)

    objects = AssistedYouthQuerySet.as_manager()
    history = Tracked(look=AccessEntry.Action.CASE_VIEW)

    class Meta:
        verbose_name = "帮扶对象"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "registered_on"],
                name="assisted_youth_once",
                violation_error_message="该青少年在这一天已入库。",
            ),
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(removed_on__isnull=True),
                name="assisted_youth_in_register_once",
                violation_error_message="该青少年已在库，出库后才能再次入库。",
            ),
        ]

    def __str__(self):
        return self.shown_name

    def get_absolute_url(self):
        """The record's own page."""
        return reverse("assisted_youth_detail", args=[self.pk])

    @property
    def shown_name(self):
        """The masked name, whatever the age: an empty birth date must not reveal it."""
        return masked_name(self.person.name)

    def clean(self):
        check_order(self, "registered_on", "removed_on")
        self._check_removal()
        if self.legal_basis and not self.legal_basis_on:
            raise ValidationError({"legal_basis_on": problem("取得同意或确定依据的日期", "请补填日期")})
        latest = years_before(timezone.localdate(), -1)
        if self.kept_until and self.kept_until > latest:
            raise ValidationError({"kept_until": problem(f"不晚于 {latest} 的日期（一次最多延长一年）", "请核对年份")})

    def _check_removal(self):
        """Raises ValidationError for a reason of a removal that has no day, or for 其他 without a word on it."""
        if self.removed_on is None and (self.removal_reason or self.removal_note):
            raise ValidationError({"removed_on": problem("出库日期", "请补填出库日期；仍在库的，请清空出库原因和说明")})
        if self.removal_reason == self.RemovalReason.OTHER and not self.removal_note:
            raise ValidationError({"removal_note": problem("出库说明", "出库原因为“其他”的，请写明情况")})

    def pairing_on(self, day):
        """Returns the pairing in force on `day`, or None."""
        return self.pairings.as_of(day).select_related("volunteer__person").first()

    def remove(self, day, reason="", note="", kept_until=None):
        """Removes the youth from the register on `day`, and has the file kept longer where `kept_until` says so."""
        self.removed_on, self.removal_reason, self.removal_note = day, reason, note
        self.kept_until = kept_until or self.kept_until
        self.full_clean()
        self.save()


class AssistanceQuerySet(CaseQuerySet):
    # What the page “who can see” says it omits, the same for every record.
    untold = "因其他帮扶对象的授权能看到的人不在此列出。"

    def visible_to(self, user: User) -> Self:
        """Assistances to a youth whose file the user may open; those to everyone count for each youth.

        Prefetches only the youths whose file the user may open.
        """
        youths = AssistedYouth.objects.visible_to(user)
        named = Assistance.youths.through.objects.filter(assistance=OuterRef("pk"), assistedyouth__in=youths)
        in_register = youths.filter(standing_on(OuterRef("held_on"), "registered_on", "removed_on"))
        seen = self.filter(Exists(named) | (Q(with_everyone=True) & Exists(in_register)))
        return seen.prefetch_related(models.Prefetch("youths", youths.with_person()))

    def reach(self, organisation: Organisation) -> Condition:
        """Returns the condition for assistances to a youth of the organisation; those to everyone count for each."""
        youths = AssistedYouth.objects.filter(below("organisation__path", organisation))
        named = Assistance.youths.through.objects.filter(assistance=OuterRef("pk"), assistedyouth__in=youths)
        in_register = youths.filter(standing_on(OuterRef("held_on"), "registered_on", "removed_on"))
        return Exists(named) | (Q(with_everyone=True) & Exists(in_register))

    def open_as_a_whole(self, user: User) -> Self:
        """Assistances all of whose youths' files the user may open."""
        closed = AssistedYouth.objects.exclude(pk__in=AssistedYouth.objects.visible_to(user).values("pk"))
        named = Assistance.youths.through.objects.filter(assistance=OuterRef("pk"), assistedyouth__in=closed)
        in_register = closed.filter(standing_on(OuterRef("held_on"), "registered_on", "removed_on"))
        partly = self.filter(Exists(named) | (Q(with_everyone=True) & Exists(in_register)))
        # The database itself hides the closed files from whoever asks for open ones.
        with whole_case_files():
            keys = list(partly.order_by().values_list("pk", flat=True))
        return self.exclude(pk__in=keys)

    def own_reasons(self, viewer: User) -> Reasons:
        """Returns why holders of a grant for a youth reached see the only assistance of this QuerySet."""
        assistance = self.get()
        reached = Q(assistances=assistance)
        if assistance.with_everyone:
            reached |= standing_on(assistance.held_on, "registered_on", "removed_on")
        return grants_in_words(AssistedYouth.objects.filter(reached).values("person"), viewer)

    def received_by(self, youth: AssistedYouth) -> Self:
        """Assistances given to `youth`, including those to everyone in the register that day."""
        begun = Q(with_everyone=True, held_on__gte=youth.registered_on)
        shared = begun & Q(held_on__lt=youth.removed_on) if youth.removed_on else begun
        return self.filter(shared | Q(with_everyone=False, pk__in=youth.assistances.values("pk")))

    def to_youths_named(self, text: str, user: User) -> Self:
        """Assistances to a youth whose file the user may open and whose name, pinyin or initials contain `text`."""
        youths = AssistedYouth.objects.visible_to(user).search(text)
        named = Assistance.youths.through.objects.filter(assistance=OuterRef("pk"), assistedyouth__in=youths)
        return self.filter(Exists(named)) if text.strip() else self

    def held_during(self, period: Period) -> Self:
        """Assistances given within the period."""
        return self.filter(held_on__range=period.bounds)

    def with_youths_reached(self, organisation: Organisation) -> Self:
        """Adds `youths_reached`: the number of youths of `organisation` named, or for 全部 in its register that day."""
        youths = AssistedYouth.objects.within(organisation)
        in_register = youths.as_of(OuterRef("held_on")).annotate(everyone=Value(1))
        named = Assistance.youths.through.objects.filter(assistance=OuterRef("pk"), assistedyouth__in=youths)
        return self.annotate(
            youths_reached=Case(
                When(with_everyone=True, then=number_of(in_register, "everyone")),
                default=number_of(named, "assistance"),
            )
        )


class Assistance(GivenGoods, SealedLinkModel):
    """One assistance given to one, several or all youths in the register."""

    class Kind(models.TextChoices):
        STATIONERY = "stationery", "文具资助"
        TRAINING = "training", "学习培训"
        CULTURE = "culture", "文化生活"
        COUNSELLING = "counselling", "心理关怀"
        MEDICAL = "medical", "医疗救助"
        EMPLOYMENT = "employment", "就业帮助"
        OTHER = "other", "其他"

    class Form(models.TextChoices):
        VISIT = "visit", "走访入户"
        PHONE = "phone", "电话"
        FACE_TO_FACE = "face_to_face", "面对面"
        GOODS = "goods", "物资"
        MONEY = "money", "资金"
        ACTIVITY = "activity", "活动"

    held_on = happened(models.DateField("日期"))
    with_everyone = models.BooleanField("全部在库对象", default=False)
    youths = models.ManyToManyField(AssistedYouth, blank=True, related_name="assistances", verbose_name="帮扶对象")
    kind = models.CharField("类别", max_length=20, choices=Kind)
    form = models.CharField("方式", max_length=20, choices=Form, blank=True)
    content = EncryptedTextField("内容", blank=True)
    volunteers = models.ManyToManyField(Volunteer, blank=True, related_name="assistances", verbose_name="志愿者")
    partners = models.ManyToManyField(Partner, blank=True, related_name="assistances", verbose_name="协办单位")
    # From whose list it follows; empty where somebody logged it. Of an activity deleted since, nothing is left.
    activity = SealedForeignKey(
        Activity,
        models.DO_NOTHING,
        null=True,
        blank=True,
        editable=False,
        sealed_in="activity_key",
        label="case.activity",
        related_name="+",
        verbose_name="来自活动",
    )
    activity_key = SealedKeyField("activity", verbose_name="活动编号")
    visit = models.OneToOneField(
        "Visit",
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="assistance",
        verbose_name="来自走访",
    )

    attachments = GenericRelation(Attachment)

    objects = AssistanceQuerySet.as_manager()
    history = Tracked(look=AccessEntry.Action.CASE_VIEW, m2m_fields=["youths", "volunteers", "partners"])
    record_options = RecordOptions(
        facts=("held_on", "with_everyone"),
        neutral=("kind", "form", "content", "goods", "quantity", "unit", "amount", "activity", "visit"),
    )

    class Meta:
        verbose_name = "帮扶记录"
        ordering = ["-held_on", "-pk"]
        constraints = [GOODS_IN_NUMBER]

    def __str__(self):
        return f"{self.held_on} {self.get_kind_display()}"

    def get_absolute_url(self):
        """The record's own page."""
        return reverse("assistance_detail", args=[self.pk])

    @property
    def youth_names(self):
        """The prefetched youths' masked names in one line, or 全部."""
        return "全部" if self.with_everyone else "、".join(str(youth) for youth in self.youths.all())

    @property
    def volunteer_names(self):
        """The volunteers' names in one line."""
        return "、".join(str(volunteer) for volunteer in self.volunteers.all())

    @property
    def partner_names(self):
        """The partners' names in one line."""
        return "、".join(str(partner) for partner in self.partners.all())

    @property
    def is_worked_on(self):
        """Whether it says more than the list from which it follows."""
        added = (self.attachments, self.volunteers, self.partners, self.receipts)
        return bool(self.content or self.goods) or any(one.exists() for one in added)

    def is_open_as_a_whole_to(self, user):
        """Whether the user may open the files of all youths reached."""
        return type(self).objects.open_as_a_whole(user).filter(pk=self.pk).exists()

    def clean(self):
        self.check_goods()
        signed = [one.received_on for one in self.receipts.all()] if self.pk and self.held_on else []
        if signed and min(signed) < self.held_on:
            expected = f"不晚于最早签收日期（{min(signed)}）的日期"
            raise ValidationError({"held_on": problem(expected, "请核对日期；签收登记错的，请先撤销签收")})
