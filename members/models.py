"""People and their capacities: member, cadre's post, volunteer."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from orgs.models import COMMUNITY_DOMAINS, NONPUBLIC_DOMAINS, Domain, Organisation, ReachQuerySet
from orgs.roles import HUB_KEEPERS, RoleKind
from yl_district.encryption import BlindIndexField, EncryptedCharField, SealedModel
from yl_district.history import Tracked
from yl_district.masking import masked_name
from yl_district.periods import standing_on
from yl_district.pinyin import SearchTextField, search
from yl_district.validators import (
    check_order,
    identity_number_birth_date,
    identity_number_gender,
    problem,
    validate_identity_number,
    validate_mobile,
)

from .codes import Education, Ethnicity, PoliticalStatus

CAPACITIES = [
    "memberships__branch__path",
    "posts__organisation__path",
    "volunteering__team__hub__organisation__path",
]
STAFF_CAPACITIES = [*CAPACITIES, "links_as_youth__cadre__posts__organisation__path"]
SIGNED_IN = ["sign_ins__activity__host__path", "sign_ins__activity__hub__organisation__path"]
HUB_CAPACITIES = ["volunteering__team__hub__organisation__path"]
HUB_SIGNED_IN = ["sign_ins__activity__hub__organisation__path"]


class PersonQuerySet(models.QuerySet):
    # What the page of readers says it leaves out, of everybody alike.
    untold = "因个案授权能看到的人，只向同样获得授权的人列出。"

    def with_identity_number(self, number):
        """The one person with this identity number, by its blind index."""
        return self.filter(identity_number_index=self._digest("identity_number_index", number))

    def with_mobile(self, number):
        """People with this mobile number, by its blind index."""
        return self.filter(mobile_index=self._digest("mobile_index", number))

    def without_open_capacity(self):
        """People known by a case file alone, or by nothing."""
        relations = ("memberships", "posts", "volunteering", "links_as_cadre", "links_as_youth", "sign_ins")
        return self.filter(**{f"{relation}__isnull": True for relation in relations})

    def _digest(self, index, number):
        return self.model._meta.get_field(index).digest(number) or ""

    def within(self, organisation):
        """People who have any capacity within `organisation` or below it."""
        return (
            self if organisation.is_root() else self.filter(self._any_below(organisation, STAFF_CAPACITIES + SIGNED_IN))
        )

    def visible_to(self, user):
        """People of whom the user sees any capacity, or whose case file is open to the user."""
        return self.filter(self._known_to(user, SIGNED_IN) | self._with_open_case(user))

    def own_reasons(self, viewer):
        """Why the one person here is open to users by more than the reach of roles: keys, kinds of roles and words."""
        person, kinds = self.get(), (RoleKind.CADRE,)
        cadres = person.links_as_youth.values_list("cadre__user", flat=True).distinct()
        own = [(person.user_id, kinds, "本人"), *((cadre, kinds, "本人的联系") for cadre in cadres)]
        return own + person.case_grants.told_to(viewer).in_words()

    def kept_by(self, user):
        """People whose own facts the user sees: a sign-in alone tells the user no more than the name."""
        return self.filter(self._kept_as_record(user) | self._with_open_case(user))

    def written_by(self, user):
        """People whose own facts the user may change: by an open case file those whom nobody keeps otherwise."""
        elsewhere = self._one_of(memberships__isnull=False) | self._one_of(posts__isnull=False)
        elsewhere |= self._one_of(volunteering__isnull=False)
        return self.filter(self._kept_as_record(user) | (self._with_open_case(user) & ~elsewhere))

    def _kept_as_record(self, user):
        return self._known_to(user, SIGNED_IN if user.is_committee_staff else [])

    def _known_to(self, user, signed_in):
        """The condition for people known by a capacity or by one of `signed_in`.

        Somebody whose only capacity is a case file is nobody's but those to whom it is open.
        """
        condition = Q(pk__in=[])
        for role in user.held_roles:
            if role.kind == RoleKind.STAFF:
                paths = STAFF_CAPACITIES + signed_in
            elif role.kind == RoleKind.CADRE:
                paths = CAPACITIES + signed_in
            elif role.kind == RoleKind.HUB_OPERATOR:
                paths = HUB_CAPACITIES + (HUB_SIGNED_IN if signed_in else [])
            else:
                continue
            condition |= self._any_below(role.organisation, paths)
            if role.kind == RoleKind.CADRE:
                condition |= self._one_of(links_as_youth__cadre__user=user.pk) | Q(user=user.pk)
            else:
                condition |= self._of_nobody(role, signed_in)
        return condition

    def _of_nobody(self, role, signed_in):
        """What belongs to no organisation belongs to the root's staff."""
        if role.kind != RoleKind.STAFF or not role.organisation.is_root():
            return Q(pk__in=[])
        unowned = self._one_of(volunteering__isnull=False) | self._one_of(links_as_youth__isnull=False)
        return unowned | self._one_of(sign_ins__isnull=False) if signed_in else unowned

    def _with_open_case(self, user):
        open_grants = {
            "case_grants__user": user.pk,
            "case_grants__is_approved": True,
            "case_grants__ended_on__isnull": True,
            "case_grants__expires_on__gte": timezone.localdate(),
        }
        found = Q(pk__in=[])
        for organisation in user.case_organisations:
            found |= self._one_of(case_grants__organisation__path__startswith=organisation.path, **open_grants)
        return found

    def _any_below(self, organisation, paths):
        found = Q(pk__in=[])
        for path in paths:
            found |= self._one_of(**{f"{path}__startswith": organisation.path})
        return found

    def _one_of(self, **lookups):
        return Q(pk__in=Person.objects.filter(**lookups).values("pk"))

    def serving_on(self, day, organisation=None):
        """People serving in a post on `day`, within `organisation` where one is given."""
        posts = Post.objects.as_of(day).filter(person=OuterRef("pk"))
        return self.filter(Exists(posts.within(organisation) if organisation else posts))

    def search(self, text):
        """People whose name, pinyin or initials hold `text`."""
        return search(self, text)


ADULT = 18


class Person(SealedModel):
    """One human being, whatever the capacities."""

    class Gender(models.TextChoices):
        MALE = "M", "男"
        FEMALE = "F", "女"

    name = models.CharField("姓名", max_length=30, db_index=True)
    gender = models.CharField("性别", max_length=1, choices=Gender, blank=True)
    birth_date = models.DateField("出生日期", null=True, blank=True)
    identity_number = EncryptedCharField(
        "身份证号",
        max_length=18,
        null=True,
        blank=True,
        validators=[validate_identity_number],
        error_messages={"unique": "这一身份证号已被使用，请核对后改正。"},
    )
    identity_number_index = BlindIndexField(source="identity_number", unique=True)
    mobile = EncryptedCharField("手机号码", max_length=11, blank=True, validators=[validate_mobile])
    mobile_index = BlindIndexField(source="mobile", db_index=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="person", verbose_name="登录账号"
    )
    search_text = SearchTextField()

    unmaskable = ("name", "identity_number", "mobile")

    objects = PersonQuerySet.as_manager()
    history = Tracked()

    class Meta:
        verbose_name = "人员"
        ordering = ["pk"]

    def __str__(self):
        return self.shown_name

    def get_absolute_url(self):
        """The record's own page."""
        return reverse("person_detail", args=[self.pk])

    @property
    def is_minor(self):
        """Whether the person is known to be under 18 today."""
        age = self.age_on(timezone.localdate())
        return age is not None and age < ADULT

    @property
    def shown_name(self):
        """The name as pages, exports and documents show it: of a minor only the first character."""
        return masked_name(self.name) if self.is_minor else self.name

    def clean(self):
        """An identity number must agree with birth date and sex, and fills them where they are empty."""
        errors = {}
        number = self.identity_number
        if number:
            try:
                validate_identity_number(number)
            except ValidationError as error:
                raise ValidationError({"identity_number": error}) from None
            birth, gender = identity_number_birth_date(number), identity_number_gender(number)
            self.birth_date, self.gender = self.birth_date or birth, self.gender or gender
            if self.birth_date != birth:
                errors["birth_date"] = problem(f"与身份证号一致的出生日期 {birth}", "请核对出生日期与身份证号")
            if self.gender != gender:
                label = self.Gender(gender).label
                errors["gender"] = problem(f"与身份证号一致的性别 {label}", "请核对性别与身份证号")
        if errors:
            raise ValidationError(errors)

    def validate_unique(self, exclude=None):
        """Two people never share an identity number; what is wrong is said at the number itself."""
        exclude = set(exclude or ())
        super().validate_unique(exclude | {"identity_number_index"})
        if self.identity_number and "identity_number" not in exclude:
            others = Person.objects.with_identity_number(self.identity_number).exclude(pk=self.pk)
            if others.exists():
                raise ValidationError({"identity_number": self.unique_error_message(Person, ["identity_number"])})

    def age_on(self, day):
        """Full years of age on `day`, None without a birth date."""
        born = self.birth_date
        return born and day.year - born.year - ((day.month, day.day) < (born.month, born.day))


class MemberQuerySet(ReachQuerySet):
    organisation_path = "branch__path"

    def with_roll_begin(self):
        """Adds `began_on`: 来源日期, else 入团年月."""
        return self.annotate(began_on=Coalesce("intake_on", "joined_league_on"))

    def as_of(self, day):
        """Members on the roll at the end of `day`."""
        return self.with_roll_begin().filter(standing_on(day, "began_on", "left_on"))

    def left_by(self, day):
        """Members who had left the roll by `day`."""
        return self.filter(left_on__lte=day)

    def joined_during(self, period):
        """Members whose 来源日期 lies within the period."""
        return self.filter(intake_on__range=period.bounds)

    def left_during(self, period):
        """Members who left the roll within the period."""
        return self.filter(left_on__range=period.bounds)

    def in_communities(self):
        """Members of branches in villages and communities."""
        return self.filter(branch__domain__in=COMMUNITY_DOMAINS)

    def in_office(self):
        """Members of branches in the office."""
        return self.filter(branch__domain=Domain.OFFICE)

    def in_nonpublic(self):
        """Members of branches in non-public enterprises and social organisations."""
        return self.filter(branch__domain__in=NONPUBLIC_DOMAINS)

    def not_in_school(self):
        """Members who are not marked as being in school."""
        return self.exclude(in_school=True)

    def search(self, text):
        """Members whose name, pinyin or initials hold `text`."""
        return search(self, text, "person__search_text")


class Member(models.Model):
    """A league member's time on one branch's roll."""

    class Intake(models.TextChoices):
        VERIFIED = "verified", "存量核实"
        DEVELOPED = "developed", "新发展"
        TRANSFERRED = "transferred", "转入"
        ADDED = "added", "补录"

    class Status(models.TextChoices):
        NORMAL = "normal", "正常"
        MOBILE = "mobile", "流动"
        LOST = "lost", "失联"
        OVER_AGE = "over_age", "超龄离团"
        TRANSFERRED_OUT = "transferred_out", "转出"
        RESIGNED = "resigned", "自愿退团"
        LAPSED = "lapsed", "自行脱团"
        EXPELLED = "expelled", "开除"
        DECEASED = "deceased", "死亡"

    person = models.ForeignKey(Person, models.PROTECT, related_name="memberships", verbose_name="姓名")
    branch = models.ForeignKey(Organisation, models.PROTECT, related_name="members", verbose_name="所在团支部")
    ethnicity = models.CharField("民族", max_length=10, choices=Ethnicity, blank=True)
    political_status = models.CharField("政治面貌", max_length=20, choices=PoliticalStatus, blank=True)
    education = models.CharField("文化程度", max_length=20, choices=Education, blank=True)
    joined_league_on = models.DateField("入团年月", null=True, blank=True)
    wechat = models.CharField("微信号", max_length=40, blank=True)
    employer = models.CharField("工作单位", max_length=100, blank=True)
    in_school = models.BooleanField("是否在校", null=True, blank=True)
    development_no = models.CharField(
        "发展团员编号",
        max_length=20,
        null=True,
        blank=True,
        unique=True,
        error_messages={"unique": "这一发展团员编号已被使用，请核对后改正。"},
    )
    volunteer_no = models.CharField("志愿者编号", max_length=30, blank=True)
    intake = models.CharField("来源", max_length=20, choices=Intake, blank=True)
    intake_on = models.DateField("来源日期", null=True, blank=True)
    status = models.CharField("团籍状态", max_length=20, choices=Status, default=Status.NORMAL)
    left_on = models.DateField("离开日期", null=True, blank=True)
    remark = models.TextField("备注", blank=True)

    objects = MemberQuerySet.as_manager()
    history = Tracked(by_acts=["status", "left_on", "intake_on", "joined_league_on"])

    class Meta:
        verbose_name = "团员"
        ordering = ["pk"]
        indexes = [models.Index(fields=["branch", "left_on"])]

    def __str__(self):
        return self.person.shown_name

    def get_absolute_url(self):
        """The record's own page."""
        return reverse("member_detail", args=[self.pk])

    @property
    def roll_begin(self):
        """First day on the roll: 来源日期, else 入团年月; None means always."""
        return self.intake_on or self.joined_league_on

    @property
    def has_left(self):
        """Whether the membership in this branch has ended."""
        return self.status in LEAVING_STATUSES

    def clean(self):
        errors = {}
        if self.has_left and not self.left_on:
            expected = f"团籍状态为{self.get_status_display()}时填写离开日期"
            errors["left_on"] = problem(expected, "请补填离开日期，或把团籍状态改回正常")
        if self.left_on and not self.has_left:
            labels = "、".join(status.label for status in LEAVING_STATUSES)
            errors["status"] = problem(f"填写离开日期时团籍状态为{labels}之一", "请选择离开的原因，或清空离开日期")
        born, joined = self.person.birth_date, self.joined_league_on
        if born and joined and joined.year - born.year < 12:
            errors["joined_league_on"] = problem(f"满 12 岁以后的年月（出生日期 {born}）", "请核对入团年月与出生日期")
        number = self.development_no
        if number and joined and joined.year >= 2017 and not (number.isdigit() and len(number) == 12):
            errors["development_no"] = problem("12 位数字的发展团员编号", "请对照入团志愿书改正")
        elif number and joined and joined.year >= 2019 and number[:4] != str(joined.year):
            errors["development_no"] = problem(f"前四位为入团年份 {joined.year} 的编号", "请核对编号与入团年月")
        if errors:
            raise ValidationError(errors)
        if self.left_on and self.roll_begin and self.left_on < self.roll_begin:
            raise ValidationError({"left_on": problem(f"不早于在册起始日 {self.roll_begin}", "请核对两个日期")})

    def overlaps(self, other):
        """Whether two memberships of one person stand on the same day."""
        return not (
            (self.left_on and other.roll_begin and self.left_on <= other.roll_begin)
            or (other.left_on and self.roll_begin and other.left_on <= self.roll_begin)
        )

    def check_overlap(self):
        """Refuses a membership that stands on the same day as another of the same person."""
        others = Member.objects.filter(person=self.person_id).exclude(pk=self.pk).select_related("branch")
        for other in others:
            if self.overlaps(other):
                expected = f"同一时间只在一个团支部在册（此人已登记在{other.branch}）"
                raise ValidationError({"branch": problem(expected, "请先办理原支部的转出，或核对来源日期")})

    def leave(self, day, status):
        """Ends the membership on `day` for the reason `status`."""
        self.left_on, self.status = day, status
        self.full_clean()
        self.save()


LEAVING_STATUSES = [
    Member.Status.OVER_AGE,
    Member.Status.TRANSFERRED_OUT,
    Member.Status.RESIGNED,
    Member.Status.LAPSED,
    Member.Status.EXPELLED,
    Member.Status.DECEASED,
]


class ProposalQuerySet(ReachQuerySet):
    organisation_path = "member__branch__path"

    def waiting(self):
        """Proposals on which nobody has decided yet, and which were not taken back."""
        return self.filter(decided_at__isnull=True, withdrawn_at__isnull=True)

    def decided(self):
        """Proposals on which somebody has decided."""
        return self.filter(decided_at__isnull=False)

    def withdrawn(self):
        """Proposals that were taken back."""
        return self.filter(withdrawn_at__isnull=False)

    def waiting_first(self):
        """Proposals that wait before the others, each the latest first."""
        settled_at = Coalesce("decided_at", "withdrawn_at")
        return self.order_by(settled_at.desc(nulls_first=True), "-proposed_at", "-pk")

    def search(self, text):
        """Proposals about members whose name, pinyin or initials hold `text`."""
        return search(self, text, "member__person__search_text")


class Proposal(models.Model):
    """What a branch's cadre asks the committee to consent to: a member's leaving, or transfer to another branch."""

    class Kind(models.TextChoices):
        LEAVE = "leave", "离开"
        TRANSFER = "transfer", "转到其他团支部"

    LEAVINGS = [(status.value, status.label) for status in LEAVING_STATUSES]

    member = models.ForeignKey(Member, models.PROTECT, related_name="proposals", verbose_name="团员")
    kind = models.CharField("申请事项", max_length=10, choices=Kind)
    day = models.DateField("日期")
    status = models.CharField("离开原因", max_length=20, choices=LEAVINGS, blank=True)
    to_branch = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="转入团支部"
    )
    note = models.TextField("申请说明", blank=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="proposals", verbose_name="申请人"
    )
    proposed_at = models.DateTimeField("申请时间")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审批人"
    )
    decided_at = models.DateTimeField("审批时间", null=True, blank=True)
    is_approved = models.BooleanField("审批结果", null=True, blank=True)
    decision_note = models.TextField("审批意见", blank=True)
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)

    objects = ProposalQuerySet.as_manager()
    history = Tracked()

    class Meta:
        verbose_name = "待办申请"
        ordering = ["-proposed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["member"],
                condition=Q(decided_at__isnull=True, withdrawn_at__isnull=True),
                name="proposal_waiting_once",
                violation_error_message="此人已有一份等待审批的申请，请等候审批结果。",
            ),
            models.CheckConstraint(
                condition=Q(kind="leave", to_branch__isnull=True) & ~Q(status="")
                | Q(kind="transfer", to_branch__isnull=False, status=""),
                name="proposal_asks_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by__isnull=True, is_approved__isnull=True)
                | Q(decided_at__isnull=False, decided_by__isnull=False, is_approved__isnull=False),
                name="proposal_decided_as_a_whole",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True) | Q(withdrawn_at__isnull=True),
                name="proposal_decided_or_withdrawn",
            ),
        ]

    def __str__(self):
        return f"{self.member} {self.get_kind_display()}"

    def get_absolute_url(self):
        """The record's own page."""
        return reverse("proposal_detail", args=[self.pk])

    @property
    def is_waiting(self):
        """Whether nobody has decided yet, and it was not taken back."""
        return self.decided_at is None and self.withdrawn_at is None

    @property
    def outcome(self):
        """What became of it, in a word."""
        if self.withdrawn_at:
            return "已撤回"
        return "等待审批" if self.is_waiting else "已同意" if self.is_approved else "未同意"

    def clean(self):
        """A member on the roll, from a day on which they were; for a transfer another branch that stands."""
        member, branch = self.member, self.to_branch
        if member.has_left:
            raise ValidationError(problem("在册的团员（此人已离开）", "请核对团员的记录"))
        if member.roll_begin and self.day < member.roll_begin:
            raise ValidationError({"day": problem(f"不早于在册起始日 {member.roll_begin} 的日期", "请核对日期")})
        if branch and branch.pk == member.branch_id:
            raise ValidationError({"to_branch": problem("另一个团支部", f"{member}现在就在{branch}，请核对")})
        if branch and not Organisation.objects.branches().as_of(self.day).filter(pk=branch.pk).exists():
            raise ValidationError({"to_branch": problem(f"{self.day} 存续的团支部", "请核对转入团支部和日期")})


class PostQuerySet(ReachQuerySet):
    def as_of(self, day):
        """Posts held at the end of `day`."""
        return self.filter(standing_on(day))

    def ended_by(self, day):
        """Posts that had ended by `day`."""
        return self.filter(ended_on__lte=day)

    def titled(self, title):
        """Posts with exactly this title."""
        return self.filter(title=title)

    def at(self, organisation):
        """Posts at `organisation` itself, not below it."""
        return self.filter(organisation=organisation)

    def search(self, text):
        """Posts whose holder's name, pinyin or initials hold `text`."""
        return search(self, text, "person__search_text")


class Post(models.Model):
    """A post that a cadre holds in an organisation, by months."""

    class Nature(models.TextChoices):
        FULL_TIME = "full_time", "专职"
        PART_TIME = "part_time", "兼职"
        SECONDED = "seconded", "挂职"

    COMMITTEE_MEMBER = "委员"
    FULL_TIME_QUOTA = 100
    OTHER_QUOTA = 10

    person = models.ForeignKey(Person, models.PROTECT, related_name="posts", verbose_name="姓名")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="posts", verbose_name="所在组织")
    title = models.CharField("职务", max_length=30)
    duties = models.TextField("职责", blank=True)
    nature = models.CharField("干部性质", max_length=20, choices=Nature, blank=True)
    started_on = models.DateField("任职年月")
    ended_on = models.DateField("离任年月", null=True, blank=True)
    link_quota = models.PositiveIntegerField("联系青年指标", null=True, blank=True)
    remark = models.TextField("备注", blank=True)

    objects = PostQuerySet.as_manager()
    history = Tracked()

    class Meta:
        verbose_name = "团干部"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "organisation", "title", "started_on"],
                name="post_once",
                violation_error_message="同一人同一组织同一职务同一任职年月已有登记，请打开原记录修改。",
            )
        ]

    def __str__(self):
        return f"{self.person}（{self.organisation} {self.title}）"

    def get_absolute_url(self):
        """The record's own page."""
        return reverse("post_detail", args=[self.pk])

    @property
    def quota(self):
        """Youths to be linked: the post's own number, else 100 for full-time cadres and 10 for others."""
        if self.link_quota is not None:
            return self.link_quota
        return self.FULL_TIME_QUOTA if self.nature == self.Nature.FULL_TIME else self.OTHER_QUOTA

    def clean(self):
        check_order(self, "started_on", "ended_on")

    def end(self, day):
        """Ends the post in the month of `day`."""
        self.ended_on = day.replace(day=1)
        self.full_clean()
        self.save()


class VolunteerQuerySet(ReachQuerySet):
    seen_by = HUB_KEEPERS
    organisation_path = "team__hub__organisation__path"

    def as_of(self, day):
        """Volunteers who had joined by `day`."""
        return self.filter(Q(joined_on__lte=day) | Q(joined_on__isnull=True))

    def bound_by(self, day):
        """Volunteers bound in the platform by `day`."""
        return self.filter(bound_on__lte=day)

    def search(self, text):
        """Volunteers whose name, pinyin or initials hold `text`."""
        return search(self, text, "person__search_text")


class Volunteer(models.Model):
    """A person's capacity as a volunteer."""

    person = models.OneToOneField(Person, models.PROTECT, related_name="volunteering", verbose_name="姓名")
    employer = models.CharField("单位", max_length=100, blank=True)
    volunteer_no = models.CharField("志愿者编号", max_length=30, blank=True)
    joined_on = models.DateField("加入日期", null=True, blank=True)
    pledged_on = models.DateField("承诺书日期", null=True, blank=True)
    bound_on = models.DateField("平台绑定日期", null=True, blank=True)
    remark = models.TextField("备注", blank=True)

    objects = VolunteerQuerySet.as_manager()
    history = Tracked()

    class Meta:
        verbose_name = "志愿者"
        ordering = ["pk"]

    def __str__(self):
        return self.person.shown_name

    def get_absolute_url(self):
        """The record's own page."""
        return reverse("volunteer_detail", args=[self.pk])
