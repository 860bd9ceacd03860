"""Case files of assisted youths: plans, pairings, assistances and scholarships; and the grants that open them."""

from datetime import date, datetime, timedelta
from typing import Self

from django.contrib.contenttypes.fields import GenericRelation
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, Value, When
from django.db.models.functions import StrIndex
from django.urls import reverse
from django.utils import timezone

from activities.models import Activity
from members.models import Person, Volunteer
from orgs.models import Condition, Organisation, ReachQuerySet, Reasons, User, below
from orgs.roles import CASE_KEEPERS, RoleKind
from yl_district.attachments.models import Attachment
from yl_district.audit.models import AccessEntry
from yl_district.counts import latest_of_each, number_of
from yl_district.database.actors import whole_case_files
from yl_district.days import FIRST_BIRTH_YEAR, announced, happened
from yl_district.fields import YearField, personal
from yl_district.history.tracking import Tracked
from yl_district.periods import Period, standing_on, years_before
from yl_district.pinyin import is_found_by
from yl_district.privacy.encryption import EncryptedCharField, EncryptedTextField, SealedModel
from yl_district.privacy.masking import masked_name
from yl_district.privacy.sealed_dates import EncryptedPartialDateField
from yl_district.privacy.sealed_links import SealedForeignKey, SealedKeyField, SealedLinkModel, keys_referred_to
from yl_district.record_options import Merging, RecordOptions
from yl_district.validators import check_order, problem, validate_year

LONGEST_GRANT = 366
DRAFTS_KEPT = timedelta(days=30)
# The label of every key to a person that tells of a case: by it cases, grants and scholarships of one person meet.
OF_CASE = "case.person"


class CaseGrantQuerySet(ReachQuerySet):
    seen_by = (RoleKind.STAFF, RoleKind.LEADER)

    def visible_to(self, user: User) -> Self:
        """The user's own requests, and those that they may decide on."""
        return super().visible_to(user) | self.held_by(user)

    def own_reasons(self, viewer: User) -> Reasons:
        """Returns why users see their own requests: tuples of the user's key, kinds of roles and reason in words."""
        return [(user, RoleKind, "本人的申请") for user in self.values_list("user", flat=True)]

    def open_on(self, day: date) -> Self:
        """Grants by which a case file can be opened on `day`: approved, neither ended nor expired."""
        return self.filter(is_approved=True, ended_on__isnull=True, expires_on__gte=day)

    def undecided(self) -> Self:
        """Requests neither decided nor withdrawn."""
        return self.filter(is_approved__isnull=True, ended_on__isnull=True)

    def held_by(self, user: User) -> Self:
        """The requests of one user."""
        return self.filter(user=user.pk)

    def told_to(self, viewer: User) -> Self:
        """Grants in force for youths whose files the viewer may open too, so that they reveal no other file.

        Grants whose holder has become an administrator open nothing and are left out.
        """
        told = self.open_on(timezone.localdate()).filter(person__in=open_grants(viewer).values("person"))
        return told.exclude(user__in=User.objects.holding(RoleKind.ADMINISTRATOR))

    def in_words(self) -> Reasons:
        """Returns why the holders may open a file, with expiry and approver.

        Each reason is a tuple: the holder's key, the kinds of roles for which it is valid, and the reason in words.
        """
        grants = self.select_related("decided_by").order_by("expires_on", "pk")
        words = "个案授权，有效期至 {0.expires_on}，由{0.decided_by}批准"
        return [(each.user_id, CASE_KEEPERS, words.format(each)) for each in grants]

    def of_files_kept_by(self, user: User) -> Self:
        """The user's requests in organisations whose case files they currently keep."""
        kept: Condition = Q(pk__in=[])
        for organisation in user.case_organisations:
            kept |= self.reach(organisation)
        return self.held_by(user).filter(kept)


class CaseGrant(SealedLinkModel):
    """A user's permission to open everything on record about one assisted youth.

    It is requested by name and reason, whether or not there is a file, so that a request reveals nothing. Another user
    decides on it: the rules on minors' data demand approval by a responsible person.
    """

    user = models.ForeignKey(User, models.PROTECT, related_name="case_grants", verbose_name="申请人")
    name = EncryptedCharField("青少年姓名", max_length=30)
    birth_date = happened(EncryptedPartialDateField("出生日期", null=True, blank=True), FIRST_BIRTH_YEAR)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="case_grants", verbose_name="所在组织")
    person = SealedForeignKey(
        Person,
        models.PROTECT,
        sealed_in="person_key",
        label=OF_CASE,
        null=True,
        blank=True,
        related_name="case_grants",
        verbose_name="人员",
    )
    person_key = SealedKeyField("person", verbose_name="人员编号")
    reason = EncryptedTextField("申请理由", max_length=300)
    days = models.PositiveSmallIntegerField("期限（天）", default=90)
    requested_at = models.DateTimeField("申请时间", auto_now_add=True)
    is_approved = models.BooleanField("批准", null=True, blank=True)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="decided_case_grants", verbose_name="审批人"
    )
    decided_at = models.DateTimeField("审批时间", null=True, blank=True)
    decision_note = models.CharField("审批意见", max_length=200, blank=True)
    expires_on = models.DateField("有效期至", null=True, blank=True)
    ended_on = happened(models.DateField("终止日期", null=True, blank=True))

    objects = CaseGrantQuerySet.as_manager()
    history = Tracked()
    record_options = RecordOptions(
        ended_by_merging="assistance.actions.grants_ended_by_merging",
        ended_after_unmerging="assistance.actions.end_after_unmerging",
    )

    class Meta:
        verbose_name = "个案授权"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_approved__isnull=True, decided_by__isnull=True)
                | (Q(is_approved__isnull=False, decided_by__isnull=False) & ~Q(decided_by=models.F("user"))),
                name="case_grant_decided_by_somebody_else",
                violation_error_message="个案授权须由申请人以外的人审批。",
            ),
            models.CheckConstraint(
                condition=~Q(is_approved=True) | Q(person__isnull=False, expires_on__isnull=False),
                name="case_grant_approved_for_a_person_until_a_day",
            ),
        ]

    def __str__(self):
        return f"{self.user} {self.shown_name}"

    def get_absolute_url(self):
        """The record's own page."""
        return reverse("case_grant_detail", args=[self.pk])

    @property
    def shown_name(self):
        """The youth's name, masked."""
        return masked_name(self.name)

    def clean(self):
        if self.days is not None and not 1 <= self.days <= LONGEST_GRANT:
            raise ValidationError({"days": problem(f"1 至 {LONGEST_GRANT} 天", "请改短期限，到期后可再次申请")})

    def state_on(self, day):
        """Returns the state of the request on `day`, in words."""
        if self.ended_on:
            return "已终止"
        if self.is_approved is None:
            return "待审批"
        if not self.is_approved:
            return "未批准"
        return "有效" if self.expires_on >= day else "已过期"

    def end(self, day):
        """Ends the grant or withdraws the request on `day`."""
        self.ended_on = day
        self.save()


class CaseQuerySet(ReachQuerySet):
    """Rows of case files, visible only to holders of a grant in force for that youth's file.

    `person_path` is the lookup from a row to the youth's person.
    """

    person_path = "person"

    def visible_to(self, user: User) -> Self:
        """Rows about youths whose file the user may open today."""
        if not user.case_organisations:
            return self.none()
        return self.filter(Exists(open_grants(user).filter(person=OuterRef(self.person_path))))

    def own_reasons(self, viewer: User) -> Reasons:
        """Returns why holders of a grant see the rows: tuples of the user's key, kinds of roles and reason in words."""
        return grants_in_words(self.values(self.person_path), viewer)

    def people(self) -> list[Person]:
        """The people whom the rows are about, by name; reads all rows, as only those who hold the keys can tell."""
        people = Person.objects.filter(pk__in=keys_referred_to(self, self.person_path))
        return sorted(people, key=lambda person: (person.name_sort, person.pk))

    def search(self, text: str) -> Self:
        """Rows about people whose name, pinyin or initials contain `text`; reads all rows."""
        found = [person for person in self.people() if is_found_by(person, text)] if text.strip() else []
        return self.filter(**{f"{self.person_path}__in": found}) if text.strip() else self

    def in_name_order(self, is_descending: bool = False) -> Self:
        """The rows in the order of the names of the people whom they are about; reads all rows."""
        digest = AssistedYouth._meta.get_field("person").digest
        people = "".join(digest(person.pk) for person in self.people())
        rows = self.alias(name_rank=StrIndex(Value(people), models.F(self.person_path)))
        return rows.order_by("-name_rank" if is_descending else "name_rank")


def grants_in_words(people, viewer):
    """Returns the grants for these people that `viewer` may know of, as tuples like those of `in_words`."""
    return CaseGrant.objects.filter(person__in=people).told_to(viewer).in_words()


def open_grants(user):
    """Returns the grants in force by which the user may open case files today, under their current roles."""
    return CaseGrant.objects.open_on(timezone.localdate()).of_files_kept_by(user)


class AssistedYouthQuerySet(CaseQuerySet):
    def with_person(self) -> Self:
        """Youths with the person and the organisation, loaded for all of them at once."""
        return self.select_related("organisation").prefetch_related("person")

    def are_open_to(self, user: User, day: date) -> bool:
        """Whether the user may open the files of all youths in the register on `day`."""
        with whole_case_files():
            return not self.as_of(day).exclude(pk__in=self.visible_to(user).values("pk")).exists()

    def as_of(self, day: date | OuterRef) -> Self:
        """Youths in the register on `day`."""
        return self.filter(standing_on(day, "registered_on", "removed_on"))

    def with_plan_for(self, year: int) -> Self:
        """Youths with a service plan for `year`."""
        return self.filter(Exists(ServicePlan.objects.filter(youth=OuterRef("pk"), year=year)))

    def without_plan_for(self, year: int) -> Self:
        """Youths without a service plan for `year`."""
        return self.exclude(Exists(ServicePlan.objects.filter(youth=OuterRef("pk"), year=year)))

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
        if self.legal_basis and not self.legal_basis_on:
            raise ValidationError({"legal_basis_on": problem("取得同意或确定依据的日期", "请补填日期")})
        latest = years_before(timezone.localdate(), -1)
        if self.kept_until and self.kept_until > latest:
            raise ValidationError({"kept_until": problem(f"不晚于 {latest} 的日期（一次最多延长一年）", "请核对年份")})

    def pairing_on(self, day):
        """Returns the pairing in force on `day`, or None."""
        return self.pairings.as_of(day).select_related("volunteer__person").first()

    def remove(self, day):
        """Removes the youth from the register on `day`."""
        self.removed_on = day
        self.full_clean()
        self.save()


class PairingQuerySet(CaseQuerySet):
    person_path = "youth__person"
    organisation_path = "youth__organisation__path"

    def as_of(self, day: date) -> Self:
        """Pairings in force on `day`; none outlasts the volunteer's service."""
        return self.filter(standing_on(day), standing_on(day, end="volunteer__left_on"))


class Pairing(models.Model):
    """A fixed volunteer's pairing with an assisted youth."""

    youth = models.ForeignKey(AssistedYouth, models.CASCADE, related_name="pairings", verbose_name="帮扶对象")
    volunteer = models.ForeignKey(Volunteer, models.PROTECT, related_name="pairings", verbose_name="固定志愿者")
    started_on = happened(models.DateField("结对日期", null=True, blank=True))
    ended_on = announced(models.DateField("结束日期", null=True, blank=True), "结束")

    objects = PairingQuerySet.as_manager()
    history = Tracked(look=AccessEntry.Action.CASE_VIEW)
    record_options = RecordOptions(
        facts=("youth", "volunteer", "started_on", "ended_on"),
        merging=Merging(alike=("youth", "volunteer"), begin="started_on", end="ended_on"),
    )

    class Meta:
        verbose_name = "结对"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["youth"],
                condition=Q(ended_on__isnull=True),
                name="pairing_standing_once",
                violation_error_message="该帮扶对象已有固定志愿者，请先结束原结对。",
            )
        ]

    def __str__(self):
        return f"{self.youth} ↔ {self.volunteer}"

    def get_absolute_url(self):
        """The record's own page."""
        return reverse("assisted_youth_detail", args=[self.youth_id])

    @property
    def last_end(self):
        """The day on which the pairing or the volunteer's service ends, whichever is first; None without an end."""
        return min(filter(None, (self.ended_on, self.volunteer.left_on)), default=None)

    def clean(self):
        check_order(self, "started_on", "ended_on")
        if self.started_on and self.volunteer.has_left_by(self.started_on):
            expected = f"结对时在册的志愿者（{self.volunteer}已于 {self.volunteer.left_on} 退出）"
            raise ValidationError({"volunteer": problem(expected, "请另选一名志愿者，或核对结对日期")})

    def end(self, day):
        """Ends the pairing on `day`."""
        self.ended_on = day
        self.full_clean()
        self.save()


class ServicePlanQuerySet(CaseQuerySet):
    person_path = "youth__person"
    organisation_path = "youth__organisation__path"

    def signed_by(self, day: date) -> Self:
        """Plans without those signed only after `day`."""
        return self.filter(Q(signed_on__lte=day) | Q(signed_on__isnull=True))


class ServicePlan(SealedModel):
    """An assisted youth's plan for a year (阳光牵手服务计划书)."""

    youth = models.ForeignKey(AssistedYouth, models.PROTECT, related_name="plans", verbose_name="帮扶对象")
    year = YearField("年度", validators=[validate_year])
    assessment = EncryptedTextField("需求评估", blank=True)
    goals = EncryptedTextField("目标", blank=True)
    measures = EncryptedTextField("措施", blank=True)
    signed_on = happened(models.DateField("签订日期", null=True, blank=True))

    attachments = GenericRelation(Attachment)

    objects = ServicePlanQuerySet.as_manager()
    history = Tracked(look=AccessEntry.Action.CASE_VIEW)
    record_options = RecordOptions(
        facts=("youth", "year", "signed_on"), neutral=("assessment", "goals", "measures"), begins=("year",)
    )

    class Meta:
        verbose_name = "服务计划"
        ordering = ["-year", "youth_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["youth", "year"], name="plan_once", violation_error_message="该帮扶对象这一年度已有服务计划书。"
            )
        ]

    def __str__(self):
        return f"{self.youth} {self.year}"

    def get_absolute_url(self):
        """The record's own page."""
        return reverse("assisted_youth_detail", args=[self.youth_id])


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


class Assistance(SealedLinkModel):
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
    partners = models.CharField("协办单位", max_length=100, blank=True)
    amount = models.DecimalField("金额", max_digits=10, decimal_places=2, null=True, blank=True)
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

    attachments = GenericRelation(Attachment)

    objects = AssistanceQuerySet.as_manager()
    history = Tracked(look=AccessEntry.Action.CASE_VIEW, m2m_fields=["youths", "volunteers"])
    record_options = RecordOptions(
        facts=("held_on", "with_everyone"), neutral=("kind", "form", "content", "partners", "amount", "activity")
    )

    class Meta:
        verbose_name = "帮扶记录"
        ordering = ["-held_on", "-pk"]

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
    def is_worked_on(self):
        """Whether it says more than the list from which it follows."""
        return bool(self.content or self.partners or self.attachments.exists() or self.volunteers.exists())

    def is_open_as_a_whole_to(self, user):
        """Whether the user may open the files of all youths reached."""
        return type(self).objects.open_as_a_whole(user).filter(pk=self.pk).exists()

    def clean(self):
        if self.amount is not None and self.amount < 0:
            raise ValidationError({"amount": problem("不小于 0 的金额", "请核对金额")})


class ScholarshipQuerySet(CaseQuerySet):
    person_path = "student"

    def reach(self, organisation: Organisation) -> Condition:
        """Returns the condition for applications of students who are assisted youths of the organisation."""
        cases = AssistedYouth.objects.filter(below("organisation__path", organisation), person=OuterRef("student"))
        return Exists(cases)

    def of_cases_by(self, organisation: Organisation, day: date) -> Self:
        """Applications of students who by `day` had been in the organisation's register; at the root every one."""
        if organisation.is_root():
            return self
        cases = AssistedYouth.objects.within(organisation).filter(registered_on__lte=day)
        return self.filter(Exists(cases.filter(person=OuterRef("student"))))

    def granted_during(self, period: Period) -> Self:
        """Applications granted or paid out, approved within the period."""
        granted = [Scholarship.Status.GRANTED, Scholarship.Status.PAID]
        return self.filter(status__in=granted, approved_on__range=period.bounds)

    def one_of_each_student(self) -> Self:
        """One application of each student, though they applied in several years."""
        return latest_of_each(self, "student")

    def of_year(self, year: int) -> Self:
        """Applications of `year`."""
        return self.filter(year=year)

    def applied_by(self, day: date) -> Self:
        """Applications without those made only after `day`."""
        return self.filter(Q(applied_on__lte=day) | Q(applied_on__isnull=True))

    def on_platform(self) -> Self:
        """Applications of students on the platform."""
        return self.filter(is_on_platform=True)


class Scholarship(SealedLinkModel):
    """One scholarship application (希望之星)."""

    class Stage(models.TextChoices):
        PRIMARY = "primary", "小学"
        JUNIOR = "junior", "初中"
        SENIOR = "senior", "高中"
        UNIVERSITY = "university", "大学"

    class Status(models.TextChoices):
        APPLIED = "applied", "申报"
        FORWARDED = "forwarded", "上报"
        GRANTED = "granted", "批准"
        REFUSED = "refused", "未批准"
        PAID = "paid", "已发放"

    year = YearField("年度", validators=[validate_year])
    student = SealedForeignKey(
        Person, models.PROTECT, sealed_in="student_key", label=OF_CASE, related_name="scholarships", verbose_name="姓名"
    )
    student_key = SealedKeyField("student", verbose_name="人员编号")
    school = EncryptedCharField("学校", max_length=60, blank=True)
    stage = models.CharField("学段", max_length=20, choices=Stage, blank=True)
    applied_on = happened(models.DateField("申报日期", null=True, blank=True))
    status = models.CharField("状态", max_length=20, choices=Status)
    approved_on = happened(models.DateField("批准日期", null=True, blank=True))
    amount = models.DecimalField("资助金额", max_digits=10, decimal_places=2, null=True, blank=True)
    donor = EncryptedCharField("捐助人", max_length=60, blank=True)
    is_on_platform = models.BooleanField("在平台", null=True, blank=True)
    remark = EncryptedTextField("备注", blank=True)

    attachments = GenericRelation(Attachment)

    objects = ScholarshipQuerySet.as_manager()
    history = Tracked(look=AccessEntry.Action.CASE_VIEW)
    record_options = RecordOptions(
        facts=("year", "student", "status", "applied_on", "approved_on", "is_on_platform"),
        neutral=("school", "stage", "amount", "donor", "remark"),
    )

    class Meta:
        verbose_name = "奖学金"
        ordering = ["-year", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["year", "student"],
                name="scholarship_once",
                violation_error_message="该学生这一年度已有申报。",
            )
        ]

    def __str__(self):
        return f"{self.year} {self.shown_name}"

    def get_absolute_url(self):
        """The record's own page."""
        return reverse("scholarship_detail", args=[self.pk])

    @property
    def shown_name(self):
        """The student's name, masked whatever the age."""
        return masked_name(self.student.name)

    def clean(self):
        granted = [self.Status.GRANTED, self.Status.PAID]
        if self.status in granted and not self.approved_on:
            label = self.get_status_display()
            raise ValidationError({"approved_on": problem(f"状态为{label}时填写批准日期", "请补填批准日期")})
        if self.amount is not None and self.amount < 0:
            raise ValidationError({"amount": problem("不小于 0 的金额", "请核对金额")})
        check_order(self, "applied_on", "approved_on")


class CaseDraftQuerySet(models.QuerySet):
    def held_by(self, user: User) -> Self:
        """The drafts of one user, the latest first."""
        return self.filter(user=user.pk).order_by("-kept_at", "-pk")

    def stale_on(self, now: datetime) -> Self:
        """Drafts that are kept no longer."""
        return self.filter(kept_at__lt=now - DRAFTS_KEPT)


class CaseDraft(SealedModel):
    """What a user has typed into a form about cases and not saved yet, as JSON, with its address and its grants.

    All of it is one encrypted cell, so that nothing tells which file it belongs to.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name="填写人")
    content = EncryptedTextField("内容")
    kept_at = models.DateTimeField("暂存时间", default=timezone.now)

    objects = CaseDraftQuerySet.as_manager()

    class Meta:
        verbose_name = "个案草稿"
        ordering = ["-pk"]

    def __str__(self):
        return f"{self.user} {self.kept_at:%Y-%m-%d}"
