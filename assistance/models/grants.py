"""Grants that open case files, and the rows that only their holders see."""

from datetime import date
from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import StrIndex
from django.urls import reverse
from django.utils import timezone

from members.models import Person
from orgs.models import Condition, Organisation, ReachQuerySet, Reasons, User
from orgs.roles import CASE_KEEPERS, RoleKind
from yl_district.days import FIRST_BIRTH_YEAR, happened
from yl_district.history.tracking import Tracked
from yl_district.pinyin import is_found_by
from yl_district.privacy.encryption import EncryptedCharField, EncryptedTextField
from yl_district.privacy.masking import masked_name
from yl_district.privacy.sealed_dates import EncryptedPartialDateField
from yl_district.privacy.sealed_links import SealedForeignKey, SealedKeyField, SealedLinkModel, keys_referred_to
from yl_district.record_options import RecordOptions
from yl_district.validators import problem

LONGEST_GRANT = 366
# The label of every key to a person that tells of a case: by it cases, grants and scholarships of one person meet.
OF_CASE = "case.person"


class GrantRequestQuerySet(ReachQuerySet):
    """Requests to open case files, on which somebody else decides."""

    seen_by = (RoleKind.STAFF, RoleKind.LEADER)

    def visible_to(self, user: User) -> Self:
        """The user's own requests, and those that they may decide on."""
        return super().visible_to(user) | self.held_by(user)

    def own_reasons(self, viewer: User) -> Reasons:
        """Returns why users see their own requests: tuples of the user's key, kinds of roles and reason in words."""
        return [(user, RoleKind, "本人的申请") for user in self.values_list("user", flat=True)]

    def undecided(self) -> Self:
        """Requests neither decided nor withdrawn."""
        return self.filter(is_approved__isnull=True, ended_on__isnull=True)

    def held_by(self, user: User) -> Self:
        """The requests of one user."""
        return self.filter(user=user.pk)

    def of_files_kept_by(self, user: User) -> Self:
        """The user's requests in organisations whose case files they currently keep."""
        kept: Condition = Q(pk__in=[])
        for organisation in user.case_organisations:
            kept |= self.reach(organisation)
        return self.held_by(user).filter(kept)


class CaseGrantQuerySet(GrantRequestQuerySet):
    def open_on(self, day: date) -> Self:
        """Grants by which a case file can be opened on `day`: approved, neither ended nor expired."""
        return self.filter(is_approved=True, ended_on__isnull=True, expires_on__gte=day)

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
    # The one decision by which it was given together with others; empty where it was asked for singly.
    grant_round = models.ForeignKey(
        "CaseGrantRound",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="grants",
        verbose_name="批量授权",
    )

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
        check_length(self)

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


def check_length(asked):
    """Raises ValidationError where a request asks for no days or for more than LONGEST_GRANT."""
    if asked.days is not None and not 1 <= asked.days <= LONGEST_GRANT:
        raise ValidationError({"days": problem(f"1 至 {LONGEST_GRANT} 天", "请改短期限，到期后可再次申请")})


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
        digest = CaseGrant._meta.get_field("person").digest
        people = "".join(digest(person.pk) for person in self.people())
        rows = self.alias(name_rank=StrIndex(Value(people), models.F(self.person_path)))
        return rows.order_by("-name_rank" if is_descending else "name_rank")


def grants_in_words(people, viewer):
    """Returns the grants for these people that `viewer` may know of, as tuples like those of `in_words`."""
    return CaseGrant.objects.filter(person__in=people).told_to(viewer).in_words()


def open_grants(user):
    """Returns the grants in force by which the user may open case files today, under their current roles."""
    return CaseGrant.objects.open_on(timezone.localdate()).of_files_kept_by(user)
