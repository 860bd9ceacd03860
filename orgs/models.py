"""The organisation tree, two-new organisations, supplies, and the accounts that see them."""

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AbstractUser
from django.contrib.auth.models import UserManager as DjangoUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce, Length, Substr
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from treebeard.mp_tree import MP_Node, MP_NodeManager, MP_NodeQuerySet

from yl_district.history import Tracked, note_changed
from yl_district.periods import standing_on
from yl_district.pinyin import SearchTextField, search
from yl_district.validators import MOBILE, check_order, problem, validate_credit_code, validate_mobile

from .access import may_open
from .parents_then import parents_then
from .roles import (
    CASE_KEEPERS,
    FIGURE_READERS,
    RECORD_KEEPERS,
    SECOND_FACTOR_DEMANDED,
    RoleKind,
    conflict,
    misplaced,
)

# No condition at all. An empty Q would vanish beside another one, and narrow instead.
EVERYTHING = None


class ReachMixin:
    """Rows narrowed to an organisation and all below it.

    `organisation_path` names the lookup from a row to its organisation's path; rows without one belong to the root.
    `seen_by` lists the kinds of roles whose holders see the rows.
    """

    organisation_path = "organisation__path"
    seen_by = RECORD_KEEPERS

    def reach(self, organisation):
        """The condition for rows of `organisation` and all below it."""
        return Q(**{f"{self.organisation_path}__startswith": organisation.path})

    def within(self, organisation):
        """Rows of `organisation` and all below it; at the root every row, also those without an organisation."""
        return self if organisation.is_root() else self.filter(self.reach(organisation))

    def visible_to(self, user):
        """Rows that the user sees by a role of the kinds in `seen_by`."""
        return self.visible_as(user, *self.seen_by)

    def visible_as(self, user, *kinds):
        """Rows that the user sees by a role of one of these kinds."""
        condition = Q(pk__in=[])
        for role in user.held_roles:
            if role.kind in kinds:
                reached = self.reach_by(role)
                if reached is EVERYTHING:
                    return self
                condition |= reached
        return self.filter(condition)

    def reach_by(self, role):
        """The condition for the rows that a role shows, or EVERYTHING."""
        return EVERYTHING if role.organisation.is_root() else self.reach(role.organisation)


class ReachQuerySet(ReachMixin, models.QuerySet):
    """A QuerySet of rows that belong to an organisation."""


class Domain(models.TextChoices):
    OFFICE = "office", "机关"
    VILLAGE = "village", "村"
    COMMUNITY = "community", "社区"
    ENTERPRISE = "enterprise", "非公企业"
    SOCIAL = "social", "社会组织"
    SCHOOL = "school", "学校"


COMMUNITY_DOMAINS = [Domain.VILLAGE, Domain.COMMUNITY]
NONPUBLIC_DOMAINS = [Domain.ENTERPRISE, Domain.SOCIAL]


class OrganisationQuerySet(ReachMixin, MP_NodeQuerySet):
    organisation_path = "path"
    seen_by = (RoleKind.ADMINISTRATOR, *RECORD_KEEPERS)

    def changeable_by(self, user):
        """Organisations that the user may change: as the district's own staff all, else those administered."""
        return self if user.is_committee_staff else self.visible_as(user, RoleKind.ADMINISTRATOR)

    def administered_by(self, user):
        """Organisations whose accounts the user looks after."""
        condition = Q(pk__in=[])
        for organisation in user.organisations_as(RoleKind.ADMINISTRATOR):
            condition |= self.reach(organisation)
        return self.filter(condition)

    def as_of(self, day):
        """Organisations that stand on `day`."""
        return self.filter(standing_on(day, "founded_on", "dissolved_on"))

    def dissolved_by(self, day):
        """Organisations dissolved on `day` or before."""
        return self.filter(dissolved_on__lte=day)

    def with_headcounts(self, day):
        """Adds `member_count` and `cadre_count`: on the roll and in a post on `day`, here and below."""
        return self.annotate(
            member_count=self._count_below("members", day, "pk"), cadre_count=self._count_below("posts", day, "person")
        )

    def _count_below(self, related_name, day, what):
        relation = self.model._meta.get_field(related_name)
        below = {f"{relation.field.name}__path__startswith": models.OuterRef("path")}
        rows = relation.related_model.objects.as_of(day).filter(**below).order_by()
        counts = rows.annotate(all=models.Value(1)).values("all").annotate(n=models.Count(what, distinct=True))
        return Coalesce(models.Subquery(counts.values("n")), 0)

    def communities(self):
        """Organisations of villages and communities."""
        return self.filter(domain__in=COMMUNITY_DOMAINS)

    def branches(self):
        """Organisations to which members can belong directly."""
        return self.filter(category__in=BRANCH_CATEGORIES)

    def with_cadre_on(self, day):
        """Organisations in which somebody serves on `day`."""
        serving = standing_on(day, "posts__started_on", "posts__ended_on") & Q(posts__isnull=False)
        return self.filter(pk__in=self.model.objects.filter(serving).values("pk"))

    def with_parent_name(self):
        """Adds `parent_name`, the name of the organisation above."""
        parent = self.model.objects.filter(path=Substr(models.OuterRef("path"), 1, Length(models.OuterRef("path")) - 4))
        return self.annotate(parent_name=models.Subquery(parent.values("name")[:1]))

    def search(self, text):
        """Organisations whose name, pinyin or initials hold `text`."""
        return search(self, text)


class OrganisationManager(MP_NodeManager.from_queryset(OrganisationQuerySet)):
    def get_queryset(self):
        return self._queryset_class(self.model, using=self._db).order_by("path")


class Organisation(MP_Node):
    """A league organisation; its place in the tree is its path."""

    class Category(models.TextChoices):
        WORKING_COMMITTEE = "working_committee", "团工委"
        COMMITTEE = "committee", "团委"
        GENERAL_BRANCH = "general_branch", "团总支"
        BRANCH = "branch", "团支部"
        JOINT_BRANCH = "joint_branch", "联合团支部"

    class Chat(models.TextChoices):
        QQ = "qq", "QQ群"
        WECHAT = "wechat", "微信群"

    name = models.CharField(
        "组织名称", max_length=60, unique=True, error_messages={"unique": "这一组织名称已被使用，请核对后改正。"}
    )
    category = models.CharField("组织类别", max_length=20, choices=Category)
    domain = models.CharField("所属领域", max_length=20, choices=Domain)
    founded_on = models.DateField("成立日期", null=True, blank=True)
    last_election_on = models.DateField("最近换届日期", null=True, blank=True)
    liaison = models.CharField("联系委员", max_length=30, blank=True)
    chat_kind = models.CharField("联系群类型", max_length=10, choices=Chat, blank=True)
    chat_number = models.CharField("联系群号", max_length=40, blank=True)
    address = models.CharField("地址", max_length=200, blank=True)
    dissolved_on = models.DateField("撤销日期", null=True, blank=True)
    remark = models.TextField("备注", blank=True)
    search_text = SearchTextField()

    objects = OrganisationManager()
    history = Tracked(excluded_fields=["depth", "numchild"], told={"path": ("上级组织", parents_then)})

    class Meta:
        verbose_name = "团组织"
        ordering = ["path"]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        """The record's own page."""
        return reverse("organisation_detail", args=[self.pk])

    def clean(self):
        check_order(self, "founded_on", "dissolved_on")
        check_order(self, "founded_on", "last_election_on")

    def dissolve(self, day):
        """Dissolves the organisation on `day`; what still stands below or in it has to be settled first."""
        below = type(self).objects.get_descendants(self).as_of(day).first()
        if below:
            raise ValidationError(
                {"dissolved_on": problem(f"下级组织已先撤销（{below} 尚未撤销）", "请先撤销或调整下级组织")}
            )
        if self.members.as_of(day).exists():
            raise ValidationError({"dissolved_on": problem("撤销之日已无在册团员", "请先办理团员转出或离团")})
        self.dissolved_on = day
        self.full_clean()
        self.save()

    def move_below(self, parent):
        """Moves the organisation, with all below it, to the end of those below `parent`."""
        kind = type(self)
        kind.objects.move(self, parent, "last-child")
        note_changed(list(kind.objects.filter(path__startswith=kind.objects.get(pk=self.pk).path)))

    @property
    def is_branch(self):
        """Whether members can belong to it directly."""
        return self.category in BRANCH_CATEGORIES


BRANCH_CATEGORIES = [
    Organisation.Category.BRANCH,
    Organisation.Category.JOINT_BRANCH,
    Organisation.Category.GENERAL_BRANCH,
]


class UserQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Accounts whose roles all lie within what the user administers; at the root also those without a role."""
        administered = user.organisations_as(RoleKind.ADMINISTRATOR)
        if user.administers_root:
            return self
        within = Q(pk__in=[])
        for organisation in administered:
            within |= Q(organisation__path__startswith=organisation.path)
        own = Role.objects.filter(user=OuterRef("pk"))
        return self.filter(Exists(own), ~Exists(own.exclude(within)))

    def with_second_factor(self):
        """Adds `has_second_factor`: whether one-time codes are set up."""
        codes = Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)
        return self.annotate(has_second_factor=Exists(codes))

    def active(self):
        """Accounts that can sign in."""
        return self.filter(is_active=True)

    def left(self):
        """Accounts of those who have left."""
        return self.filter(is_active=False)

    def holding(self, kind):
        """Accounts with a role of this kind."""
        return self.filter(Exists(Role.objects.filter(user=OuterRef("pk"), kind=kind)))

    def keeping_records_at(self, organisation):
        """Accounts that keep records at this organisation, above it or below it."""
        steps = range(Organisation.steplen, len(organisation.path) + 1, Organisation.steplen)
        near = Q(organisation__path__startswith=organisation.path)
        near |= Q(organisation__path__in=[organisation.path[:step] for step in steps])
        return self.filter(Exists(Role.objects.filter(near, user=OuterRef("pk"), kind__in=RECORD_KEEPERS)))

    def search(self, text):
        """Accounts whose name or user name holds `text`, or whose mobile number begins with it."""
        return self.filter(Q(name__icontains=text) | Q(username__icontains=text) | Q(mobile__startswith=text))


class UserManager(DjangoUserManager.from_queryset(UserQuerySet)):
    """Makes accounts, and lists them."""


class User(AbstractUser):
    """Somebody who signs in; what they see follows from their roles."""

    first_name = last_name = None
    name = models.CharField("姓名", max_length=30, blank=True)
    mobile = models.CharField(
        "手机号码",
        max_length=11,
        null=True,
        blank=True,
        unique=True,
        validators=[validate_mobile],
        error_messages={"unique": "这一手机号码已用于另一个账号。"},
    )
    password_set_at = models.DateTimeField("密码设定时间", null=True, blank=True, editable=False)
    # A part of what every session is checked against: counting on ends them all.
    session_stamp = models.PositiveIntegerField("会话序号", default=0, editable=False)
    # Who opened or reset the account or changed its roles may hold its one-time link; see who decides on grants.
    entrusted_by = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, editable=False, related_name="+", verbose_name="最近经办人"
    )
    entrusted_at = models.DateTimeField("最近经办时间", null=True, blank=True, editable=False)

    # What pages that act on an account as a whole compare: not its sign-ins.
    compared = ("name", "mobile", "is_active", "entrusted_at", "roles")

    objects = UserManager()

    history = Tracked(excluded_fields=["password", "last_login"])

    class Meta:
        verbose_name = "用户"

    def __str__(self):
        return self.name or self.username

    def get_absolute_url(self):
        """The account's own page."""
        return reverse("account_detail", args=[self.pk])

    def clean(self):
        super().clean()
        if MOBILE.fullmatch(self.username) and self.username != self.mobile:
            raise ValidationError({"username": problem("不与他人手机号码相混的用户名", "请使用字母开头的用户名")})

    def entrust(self, by):
        """Notes, without saving, that an administrator has just opened or reset the account or changed its roles."""
        self.entrusted_by, self.entrusted_at = by, timezone.now()

    def set_password(self, raw_password):
        super().set_password(raw_password)
        self.password_set_at = timezone.now()

    def _get_session_auth_hash(self, secret=None):
        """What a session is checked against at each request: the password, and the number of times all were ended."""
        salt, value = "orgs.models.User.session", f"{self.session_stamp}:{self.password}"
        return salted_hmac(salt, value, secret=secret, algorithm="sha256").hexdigest()

    @property
    def held_roles(self):
        """The roles held, with their organisations, read once for a request."""
        if not hasattr(self, "_held_roles"):
            self._held_roles = list(self.roles.select_related("organisation"))
        return self._held_roles

    def take_roles(self, roles):
        """Has the user hold these roles, which were read elsewhere or are not stored at all."""
        self._held_roles = roles

    def organisations_as(self, *kinds):
        """The organisations in which the user holds a role of one of these kinds."""
        return [role.organisation for role in self.held_roles if role.kind in kinds]

    def holds(self, *kinds):
        """Whether the user holds a role of one of these kinds anywhere."""
        return any(role.kind in kinds for role in self.held_roles)

    def reaches_as(self, organisation, *kinds):
        """Whether the organisation lies within the reach of a role of one of these kinds."""
        return any(organisation.path.startswith(own.path) for own in self.organisations_as(*kinds))

    @property
    def case_organisations(self):
        """The organisations whose case files the user keeps; none for an administrator, whatever else they are."""
        return [] if self.holds(RoleKind.ADMINISTRATOR) else self.organisations_as(*CASE_KEEPERS)

    @property
    def needs_second_factor(self):
        """Whether a role held demands one-time codes."""
        return self.holds(*SECOND_FACTOR_DEMANDED)

    def may_open(self, url_name):
        """Whether the access table lets the user come to the address of this name."""
        return may_open(self, url_name)

    @property
    def reached_organisations(self):
        """The organisations whose figures the user reads, each with its subtree."""
        return self.organisations_as(*FIGURE_READERS)

    @property
    def reaches_root(self):
        """Whether the user keeps the records of the whole district."""
        return any(organisation.is_root() for organisation in self.organisations_as(*RECORD_KEEPERS))

    @property
    def is_committee_staff(self):
        """Whether the user works for the district committee: imports, exports and targets."""
        return any(organisation.is_root() for organisation in self.organisations_as(RoleKind.STAFF))

    @property
    def administers_root(self):
        """Whether the user looks after the accounts of the whole district."""
        return any(organisation.is_root() for organisation in self.organisations_as(RoleKind.ADMINISTRATOR))


class Role(models.Model):
    """What a user is within an organisation; the user sees that organisation's subtree."""

    Kind = RoleKind

    user = models.ForeignKey(User, models.CASCADE, related_name="roles", verbose_name="用户")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="roles", verbose_name="组织")
    kind = models.CharField("角色", max_length=20, choices=Kind)

    history = Tracked()

    class Meta:
        verbose_name = "角色"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["user", "organisation", "kind"], name="role_once")]

    def __str__(self):
        return f"{self.organisation} {self.get_kind_display()}"

    def clean(self):
        others = Role.objects.filter(user=self.user_id).exclude(pk=self.pk)
        reason = conflict([self.kind, *others.values_list("kind", flat=True)])
        if reason:
            raise ValidationError({"kind": reason})
        reason = self.organisation_id and misplaced(self.kind, self.organisation)
        if reason:
            raise ValidationError({"organisation": reason})


class FormerPassword(models.Model):
    """The hash of a password that an account had, so that it is not taken again."""

    user = models.ForeignKey(User, models.CASCADE, related_name="former_passwords", verbose_name="用户")
    password = models.CharField("密码摘要", max_length=128)
    set_at = models.DateTimeField("设定时间", default=timezone.now)

    class Meta:
        verbose_name = "曾用密码"
        ordering = ["-pk"]

    def __str__(self):
        return f"{self.user} {self.set_at:%Y-%m-%d}"


class UnitQuerySet(ReachQuerySet):
    organisation_path = "branch__path"

    def founded_during(self, period):
        """Units whose league body was founded within the period."""
        return self.filter(league_founded_on__range=period.bounds)

    def retired_on(self, day):
        """Units moved away or deregistered by `day`."""
        return self.filter(RETIRED & (Q(status_on__lte=day) | Q(status_on__isnull=True)))

    def not_retired_on(self, day):
        """Units neither moved away nor deregistered by `day`."""
        return self.exclude(RETIRED & (Q(status_on__lte=day) | Q(status_on__isnull=True)))

    def retired_during(self, period):
        """Units moved away or deregistered within the period."""
        return self.filter(RETIRED, status_on__range=period.bounds)

    def toward_task_of(self, year):
        """Units counted toward the task of `year`."""
        return self.filter(task_year=year)

    def district_contact_points(self):
        """Units marked as contact points of the district."""
        return self.filter(is_contact_point=True)

    def search(self, text):
        """Units whose name, pinyin or initials hold `text`."""
        return search(self, text)


class Unit(models.Model):
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
    league_form = models.CharField("团组织形式", max_length=10, choices=League, blank=True)
    branch = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="units", verbose_name="团支部"
    )
    league_founded_on = models.DateField("建团日期", null=True, blank=True)
    task_year = models.PositiveSmallIntegerField("计入任务年度", null=True, blank=True)
    is_contact_point = models.BooleanField("区级联系点", null=True, blank=True)
    status = models.CharField("状态", max_length=20, choices=Status)
    status_on = models.DateField("状态日期", null=True, blank=True)
    verified_on = models.DateField("最近核实日期", null=True, blank=True)
    address = models.CharField("地址", max_length=200, blank=True)
    contact_name = models.CharField("联系人", max_length=30, blank=True)
    contact_phone = models.CharField("联系电话", max_length=30, blank=True)
    remark = models.TextField("备注", blank=True)
    search_text = SearchTextField()

    unmaskable = ("contact_phone",)

    objects = UnitQuerySet.as_manager()
    history = Tracked()

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

    def clean(self):
        if self.is_retired and not self.status_on:
            label = self.get_status_display()
            raise ValidationError({"status_on": problem(f"状态为{label}时填写状态日期", "请补填变更发生的日期")})
        if self.league_founded_on and self.league_form == self.League.NONE:
            raise ValidationError({"league_form": problem("有建团日期的单位为单独组建或联合组建", "请核对团组织形式")})
        if self.employees is not None and self.youths is not None and self.youths > self.employees:
            raise ValidationError({"youths": problem(f"不多于职工总数（{self.employees}）", "请核对两个人数")})


RETIRED_STATUSES = [Unit.Status.MOVED, Unit.Status.DEREGISTERED]
RETIRED = Q(status__in=RETIRED_STATUSES)


class UnitContactQuerySet(ReachQuerySet):
    organisation_path = "unit__branch__path"

    def held_during(self, period):
        """Contacts logged within the period."""
        return self.filter(held_on__range=period.bounds)

    def search(self, text):
        """Contacts with units whose name, pinyin or initials hold `text`."""
        return search(self, text, "unit__search_text")


class UnitContact(models.Model):
    """One contact with a two-new organisation."""

    class Form(models.TextChoices):
        PHONE = "phone", "电话"
        NETWORK = "network", "网络"
        MEETING = "meeting", "见面"

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="contacts", verbose_name="单位名称")
    held_on = models.DateField("日期")
    form = models.CharField("方式", max_length=10, choices=Form)
    contact_name = models.CharField("联系人", max_length=30, blank=True)
    content = models.TextField("内容", blank=True)

    objects = UnitContactQuerySet.as_manager()
    history = Tracked()

    class Meta:
        verbose_name = "两新联络"
        ordering = ["-held_on", "-pk"]

    def __str__(self):
        return f"{self.held_on} {self.unit} {self.get_form_display()}"

    def get_absolute_url(self):
        """The record's own page."""
        return reverse("unit_contact_detail", args=[self.pk])


class SupplyQuerySet(ReachQuerySet):
    def issued_during(self, period):
        """Supplies issued within the period."""
        return self.filter(issued_on__range=period.bounds)

    def of_item(self, item):
        """Supplies of one item, such as 团旗."""
        return self.filter(item=item)

    def search(self, text):
        """Supplies of organisations whose name, pinyin or initials hold `text`."""
        return search(self, text, "organisation__search_text")


class Supply(models.Model):
    """Supplies issued to an organisation."""

    FLAG = "团旗"
    BADGE = "团徽"

    issued_on = models.DateField("日期")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="supplies", verbose_name="组织")
    item = models.CharField("物资", max_length=30)
    quantity = models.PositiveIntegerField("数量")

    objects = SupplyQuerySet.as_manager()
    history = Tracked()

    class Meta:
        verbose_name = "物资配发"
        ordering = ["-issued_on", "-pk"]
        constraints = [models.CheckConstraint(condition=Q(quantity__gt=0), name="supply_quantity_positive")]

    def __str__(self):
        return f"{self.issued_on} {self.organisation} {self.item} {self.quantity}"

    def get_absolute_url(self):
        """The record's own page."""
        return reverse("supply_detail", args=[self.pk])

    def clean(self):
        if self.quantity == 0:
            raise ValidationError({"quantity": problem("大于 0 的数量", "没有配发的物资不必登记")})
