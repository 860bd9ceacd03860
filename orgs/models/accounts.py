"""User accounts and their roles, which decide what each may see and do."""

from __future__ import annotations

from typing import Self

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AbstractUser
from django.contrib.auth.models import UserManager as DjangoUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property

from yl_district.fields import personal
from yl_district.history.tracking import Tracked
from yl_district.pinyin import NameOrderField, whole_number
from yl_district.privacy.encryption import BlindIndexField, EncryptedCharField, SealedModel
from yl_district.record_options import RecordOptions
from yl_district.validators import MOBILE, problem, validate_mobile

from ..access import capacities, is_allowed
from ..roles import (
    CASE_KEEPERS,
    FIGURE_READERS,
    GRASSROOTS,
    RECORD_KEEPERS,
    SECOND_FACTOR_DEMANDED,
    STAYING_SIGNED_IN,
    RoleKind,
    misplaced,
    role_conflict,
)
from .levels import note_level
from .organisations import Organisation
from .reach import below


class UserQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """Accounts that the user administers: all of their roles lie within the user's administered subtrees.

        Root administrators see every account, also those without a role.
        """
        administered = user.organisations_as(RoleKind.ADMINISTRATOR)
        if user.administers_root:
            return self
        within = Q(pk__in=[])
        for organisation in administered:
            within |= below("organisation__path", organisation)
        own = Role.objects.filter(user=OuterRef("pk"))
        return self.filter(Exists(own), ~Exists(own.exclude(within)))

    def with_second_factor(self) -> Self:
        """Adds `has_second_factor`: whether one-time codes are set up."""
        codes = Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)
        return self.annotate(has_second_factor=Exists(codes))

    def active(self) -> Self:
        """Accounts that can sign in."""
        return self.filter(is_active=True)

    def left(self) -> Self:
        """Accounts whose users have left."""
        return self.filter(is_active=False)

    def holding(self, kind: RoleKind) -> Self:
        """Accounts with a role of this kind."""
        return self.filter(Exists(Role.objects.filter(user=OuterRef("pk"), kind=kind)))

    def keeping_records_at(self, organisation: Organisation) -> Self:
        """Accounts that keep records at this organisation, above it or below it."""
        steps = range(Organisation.steplen, len(organisation.path) + 1, Organisation.steplen)
        near = below("organisation__path", organisation)
        near |= Q(organisation__path__in=[organisation.path[:step] for step in steps])
        return self.filter(Exists(Role.objects.filter(near, user=OuterRef("pk"), kind__in=RECORD_KEEPERS)))

    def search(self, text: str) -> Self:
        """Accounts whose name or user name contains `text`, or whose mobile number it is."""
        number = whole_number(text)
        by_name = Q(name__icontains=text) | Q(username__icontains=text)
        return self.with_mobile(number) if number else self.filter(by_name)

    def with_mobile(self, number: str) -> Self:
        """The account with this mobile number, by its blind index."""
        return self.filter(mobile_index=self.model._meta.get_field("mobile_index").digest(number) or "")


class UserManager(DjangoUserManager.from_queryset(UserQuerySet)):
    """Manager of accounts."""


class User(SealedModel, AbstractUser):
    """A user account; its roles decide what it may see."""

    first_name = last_name = None
    name = models.CharField("姓名", max_length=30, blank=True)
    name_sort = NameOrderField(of_people=True)
    mobile = personal(
        EncryptedCharField(
            "手机号码",
            max_length=11,
            null=True,
            blank=True,
            validators=[validate_mobile],
            error_messages={"unique": "这一手机号码已用于另一个账号。"},
        ),
        masked=True,
    )
    mobile_index = BlindIndexField(source="mobile", unique=True)
    password_set_at = models.DateTimeField("密码设定时间", null=True, blank=True, editable=False)
    # Part of the session hash: incrementing it ends all sessions.
    session_stamp = models.PositiveIntegerField("会话序号", default=0, editable=False)
    # Whoever opened or reset the account or changed its roles may hold its one-time link, and so must not decide on its
    # user's case grants.
    entrusted_by = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, editable=False, related_name="+", verbose_name="最近经办人"
    )
    entrusted_at = models.DateTimeField("最近经办时间", null=True, blank=True, editable=False)

    # `last_login` is left out, so that a sign-in does not conflict with an edit of the account.
    record_options = RecordOptions(compared=("name", "mobile", "is_active", "entrusted_at", "roles"))

    objects = UserManager()

    history = Tracked(excluded_fields=["password", "last_login"])

    class Meta:
        verbose_name = "用户"

    def __str__(self):
        return self.name or self.username

    @property
    def name_with_place(self):
        """The name with the organisations of the roles: `陆远（柳林社区团支部）`."""
        places = dict.fromkeys(role.organisation.name for role in self.roles.all())
        return f"{self}（{'、'.join(places)}）" if places else str(self)

    def get_absolute_url(self):
        """The account's own page."""
        return reverse("account_detail", args=[self.pk])

    def clean(self):
        super().clean()
        if MOBILE.fullmatch(self.username):
            remedy = "请使用字母开头的用户名，手机号码另填一栏，同样可以登录"
            raise ValidationError({"username": problem("不是手机号码的用户名", remedy)})

    def validate_unique(self, exclude=None):
        """Raises ValidationError at the mobile number itself, not its index, where another account has it."""
        errors = {}
        try:
            super().validate_unique({*(exclude or ()), "mobile_index"})
        except ValidationError as error:
            errors = error.update_error_dict({})
        if self.mobile and User.objects.with_mobile(self.mobile).exclude(pk=self.pk).exists():
            errors["mobile"] = self.unique_error_message(User, ["mobile"])
        if errors:
            raise ValidationError(errors)

    def entrust(self, by):
        """Sets, without saving, who has just opened or reset the account or changed its roles, and when."""
        self.entrusted_by, self.entrusted_at = by, timezone.now()

    def set_password(self, raw_password):
        super().set_password(raw_password)
        self.password_set_at = timezone.now()

    def _get_session_auth_hash(self, secret=None):
        """Returns the hash that each request's session is checked against: of the password and `session_stamp`."""
        salt, value = "orgs.models.User.session", f"{self.session_stamp}:{self.password}"
        return salted_hmac(salt, value, secret=secret, algorithm="sha256").hexdigest()

    @cached_property
    def held_roles(self):
        """The user's roles with their organisations, read once per request, and with them the level of the root."""
        level = Organisation.objects.filter(depth=1).values("level")[:1]
        roles = list(self.roles.select_related("organisation").annotate(root_level=models.Subquery(level)))
        if roles:
            note_level(roles[0].root_level)
        return roles

    @cached_property
    def capacities(self):
        """The capacities that the access table refers to, computed once per request."""
        return capacities(self)

    def take_roles(self, roles):
        """Sets the user's roles without a query; they may be unsaved."""
        self.forget_roles()
        self.held_roles = roles

    def forget_roles(self):
        """Clears the cached roles, so that they are read again when next needed."""
        for known in ("held_roles", "capacities"):
            self.__dict__.pop(known, None)

    def organisations_as(self, *kinds):
        """Returns the organisations in which the user holds a role of one of these kinds."""
        return [role.organisation for role in self.held_roles if role.kind in kinds]

    def holds(self, *kinds):
        """Whether the user holds a role of one of these kinds anywhere."""
        return any(role.kind in kinds for role in self.held_roles)

    def holds_only(self, kinds):
        """Whether the user holds a role, and none but of these kinds."""
        held = {role.kind for role in self.held_roles}
        return bool(held) and held <= kinds

    def reaches_as(self, organisation, *kinds):
        """Whether the organisation lies within the subtree of a role of one of these kinds."""
        return any(organisation.path.startswith(own.path) for own in self.organisations_as(*kinds))

    @property
    def works_in_branches_only(self):
        """Whether all roles of the user are those of branch cadres and hub operators."""
        return self.holds_only(GRASSROOTS)

    @property
    def case_organisations(self):
        """The organisations whose case files the user keeps; none for an administrator, whatever else they are."""
        return [] if self.holds(RoleKind.ADMINISTRATOR) else self.organisations_as(*CASE_KEEPERS)

    @property
    def needs_second_factor(self):
        """Whether one of the user's roles requires one-time codes."""
        return self.holds(*SECOND_FACTOR_DEMANDED)

    def may_open(self, url_name):
        """Whether the access table lets the user open the address with this URL name."""
        return is_allowed(self, url_name)

    @property
    def may_stay_signed_in(self):
        """Whether all of the user's roles, of which there is one, let a phone stay signed in."""
        return self.holds_only(STAYING_SIGNED_IN)

    @property
    def reached_organisations(self):
        """The organisations whose figures the user reads, each including its subtree."""
        return self.organisations_as(*FIGURE_READERS)

    @property
    def reaches_root(self):
        """Whether the user keeps the records of the whole district."""
        return any(organisation.is_root() for organisation in self.organisations_as(*RECORD_KEEPERS))

    @property
    def is_committee_staff(self):
        """Whether the user is staff at the root, who import, export and set targets."""
        return any(organisation.is_root() for organisation in self.organisations_as(RoleKind.STAFF))

    @property
    def committees(self):
        """The committees of which the user is staff, without those below another one of them."""
        own = sorted(set(self.organisations_as(RoleKind.STAFF)), key=lambda one: one.path)
        return [one for one in own if not any(one.is_descendant_of(other) for other in own)]

    @property
    def leads_root(self):
        """Whether the user is a leader at the root."""
        return any(organisation.is_root() for organisation in self.organisations_as(RoleKind.LEADER))

    @property
    def administers_root(self):
        """Whether the user is an administrator at the root."""
        return any(organisation.is_root() for organisation in self.organisations_as(RoleKind.ADMINISTRATOR))


class Role(models.Model):
    """A user's role in an organisation, whose subtree it covers."""

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
        reason = role_conflict([self.kind, *others.values_list("kind", flat=True)])
        if reason:
            raise ValidationError({"kind": reason})
        reason = self.organisation_id and misplaced(self.kind, self.organisation)
        if reason:
            raise ValidationError({"organisation": reason})


class FormerPassword(models.Model):
    """The hash of a former password, which must not be reused."""

    user = models.ForeignKey(User, models.CASCADE, related_name="former_passwords", verbose_name="用户")
    password = models.CharField("密码摘要", max_length=128)
    set_at = models.DateTimeField("设定时间", default=timezone.now)

    class Meta:
        verbose_name = "曾用密码"
        ordering = ["-pk"]

    def __str__(self):
        return f"{self.user} {self.set_at:%Y-%m-%d}"
