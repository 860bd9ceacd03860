"""People: one row per human being."""

from collections.abc import Iterable
from datetime import date
from functools import reduce
from operator import or_
from typing import Any, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Case, Exists, OuterRef, Q, Value, When
from django.urls import reverse
from django.utils import timezone

from orgs.models import Organisation, Reasons, User, below
from orgs.roles import RoleKind
from yl_district.database.listed import Listed
from yl_district.days import FIRST_BIRTH_YEAR, happened
from yl_district.fields import partial_date_constraint, personal
from yl_district.history.tracking import Tracked
from yl_district.partial_dates import latest, may_agree
from yl_district.pinyin import (
    NameKeyField,
    NameOrderField,
    SearchTextField,
    few_named,
    has_number,
    is_found_by,
    keys_by_end,
    last_digits,
    normalised,
    number_ends,
    search,
    whole_number,
)
from yl_district.privacy.encryption import BlindIndexField, EncryptedCharField, SealedModel
from yl_district.privacy.masking import masked_name
from yl_district.privacy.number_ends import NumberEndField
from yl_district.privacy.sealed_facts import (
    SealableCharField,
    SealablePartialDateField,
    SealableRows,
    SealedFactsField,
)
from yl_district.privacy.sealed_links import keys_referred_to
from yl_district.privacy.unreadable import UnreadableText
from yl_district.record_options import RecordOptions
from yl_district.sheets.cells import split_list
from yl_district.validators import (
    identity_number_birth_date,
    identity_number_gender,
    problem,
    validate_identity_number,
    validate_mobile,
)

from .pieces import PIECES_OF_PEOPLE

# The relations by which a person is known openly; whoever has none of them is sealed.
OPEN_CAPACITIES = [
    "memberships",
    "posts",
    "volunteering",
    "hub_staffing",
    "links_as_cadre",
    "links_as_youth",
    "sign_ins",
]
HUB_CAPACITIES = ["volunteering__places__hub__organisation__path", "hub_staffing__hub__organisation__path"]
CAPACITY_PATHS = ["memberships__branch__path", "posts__organisation__path", *HUB_CAPACITIES]
STAFF_CAPACITIES = [*CAPACITY_PATHS, "links_as_youth__cadre__posts__organisation__path"]
SIGN_INS = ["sign_ins__activity__host__path", "sign_ins__activity__hub__organisation__path"]
HUB_SIGNED_IN = ["sign_ins__activity__hub__organisation__path"]


class PersonQuerySet(models.QuerySet):
    # What the page “who can see” says it omits, the same for every record.
    untold = "因个案授权能看到的人，只向同样获得授权的人列出。"

    def with_identity_number(self, number: str) -> Self:
        """The person with this identity number, by its blind index."""
        return self.filter(identity_number_index=self._digest("identity_number_index", number))

    def with_document(self, kind: str, number: str) -> Self:
        """People with this document other than an identity card."""
        return self.filter(document_kind=kind, document_number_index=self._digest("document_number_index", number))

    def with_mobile(self, number: str) -> Self:
        """People with this mobile number, by its blind index."""
        return self.filter(mobile_index=self._digest("mobile_index", number))

    def without_open_capacity(self) -> Self:
        """People without any capacity, except perhaps a case file."""
        return self.filter(**{f"{relation}__isnull": True for relation in OPEN_CAPACITIES})

    def known_openly(self) -> Self:
        """People with a capacity other than a case file."""
        return self.filter(self._is_known_openly())

    def _is_known_openly(self) -> Q:
        return reduce(or_, (self._one_of(**{f"{relation}__isnull": False}) for relation in OPEN_CAPACITIES))

    def sealed(self) -> Self:
        """People whose name, birth date and the like are stored encrypted, few enough to be read at once."""
        return self.filter(sealed_facts__isnull=False)

    def wrongly_sealed_or_open(self) -> Self:
        """People known openly who are sealed, and others who are not."""
        is_sealed, is_open = Q(sealed_facts__isnull=False), self._is_known_openly()
        return self.filter((is_sealed & is_open) | (~is_sealed & ~is_open))

    def named(self, *names: str) -> Self:
        """People of exactly one of these names, sealed ones included, which are opened for it."""
        found = [person.pk for person in self.sealed() if person.name in names]
        return self.filter(Q(name__in=names) | Q(pk__in=found))

    def keep_sealed(self, keys: Iterable[int]) -> None:
        """Seals those of these people whom nothing but a case makes known, history included, and opens the others.

        Every act after which a person may be known by more or by less ends with it. History that stayed sealed would
        tell of somebody open that a case was known first.
        """
        self.filter(pk__in=Listed(keys)).wrongly_sealed_or_open()._turn_seals()

    def open_known_by(self, relation: str, key: int) -> None:
        """Opens a person, if sealed, whom a capacity just saved makes known: `keep_sealed` without the other ones."""
        self.filter(self._one_of(**{f"{relation}__isnull": False}), pk=key).sealed()._turn_seals()

    def _turn_seals(self) -> None:
        """Seals those of these people who are open, and opens those who are sealed."""
        with transaction.atomic(savepoint=False):
            for person in self.order_by("pk").select_for_update(of=("self",), no_key=True):
                person.take_seal(not person.keeps_sealed)
                person.store_seal()
                self.seal_history([person.pk], person.keeps_sealed)

    def seal_history(self, keys: Iterable[int], is_sealed: bool) -> None:
        """Seals or opens the history of people by their keys, also of those who are gone."""
        for state in self.model.history.filter(id__in=keys, sealed_facts__isnull=is_sealed):
            state.take_seal(is_sealed)
            state.store_seal()

    def _digest(self, index: str, number: str) -> str:
        return self.model._meta.get_field(index).digest(number) or ""

    def within(self, organisation: Organisation) -> Self:
        """People with any capacity in the subtree of `organisation`."""
        return (
            self if organisation.is_root() else self.filter(self._any_below(organisation, STAFF_CAPACITIES + SIGN_INS))
        )

    def found_within(self, organisation: Organisation) -> Self:
        """The people of `within`, looked up by their capacities, for whoever asks for all of them in a part."""
        if organisation.is_root():
            return self
        found = Q(pk__in=[])
        for path in STAFF_CAPACITIES + SIGN_INS:
            found |= Q(pk__in=Person.objects.filter(below(path, organisation)).order_by().values("pk"))
        return self.filter(found)

    def visible_to(self, user: User) -> Self:
        """People with a capacity visible to the user, or whose case file the user may open."""
        return self.filter(self._known_to(user, SIGN_INS) | self._with_open_case(user))

    def known_openly_to(self, user: User) -> Self:
        """People whom the user sees otherwise than by a grant."""
        return self.filter(self._known_to(user, SIGN_INS))

    def own_reasons(self, viewer: User) -> Reasons:
        """Returns why users see the only person of this QuerySet otherwise than by a role's scope.

        Each reason is a tuple: the user's key, the kinds of roles for which it is valid, and the reason in words.
        """
        person, kinds = self.get(), (RoleKind.CADRE,)
        cadres = person.links_as_youth.values_list("cadre__user", flat=True).distinct()
        own = [(person.user_id, kinds, "本人"), *((cadre, kinds, "本人的联系") for cadre in cadres)]
        return own + person.case_grants.told_to(viewer).in_words()

    def kept_by(self, user: User) -> Self:
        """People whose data the user sees: known by more than sign-ins, which reveal only the name."""
        return self.filter(self._kept_as_record(user) | self._with_open_case(user))

    def kept_openly_by(self, user: User) -> Self:
        """The same, but for people known by an open case file alone."""
        return self.filter(self._kept_as_record(user))

    def with_open_case(self, user: User) -> Self:
        """People whose case file the user may open."""
        return self.filter(self._with_open_case(user))

    def kept_at(self, committee: Organisation) -> Self:
        """People whose data the staff of a committee may change."""
        return self if committee.is_root() else self.filter(self._any_below(committee, STAFF_CAPACITIES))

    def written_by(self, user: User) -> Self:
        """People whose data the user may change.

        An open case file allows it only for people without a membership, a post, a volunteer's record or work at a hub,
        whose data others keep.
        """
        elsewhere = self._one_of(memberships__isnull=False) | self._one_of(posts__isnull=False)
        elsewhere |= self._one_of(volunteering__isnull=False) | self._one_of(hub_staffing__isnull=False)
        return self.filter(self._kept_as_record(user) | (self._with_open_case(user) & ~elsewhere))

    def _kept_as_record(self, user: User) -> Q:
        return self._known_to(user, SIGN_INS if user.is_committee_staff else [])

    def _known_to(self, user: User, signed_in: list[str]) -> Q:
        """Returns the condition for people known by a capacity or by one of the paths in `signed_in`.

        People whose only capacity is a case file are left out; only those who may open the file see them.
        """
        condition = Q(pk__in=[])
        for role in user.held_roles:
            if role.kind == RoleKind.STAFF and role.organisation.is_root():
                condition |= self._known_at_all(signed_in)
                continue
            if role.kind == RoleKind.STAFF:
                paths = STAFF_CAPACITIES + signed_in
            elif role.kind == RoleKind.CADRE:
                paths = CAPACITY_PATHS + signed_in
            elif role.kind == RoleKind.HUB_OPERATOR:
                paths = HUB_CAPACITIES + (HUB_SIGNED_IN if signed_in else [])
            else:
                continue
            condition |= self._any_below(role.organisation, paths)
            if role.kind == RoleKind.CADRE:
                condition |= self._one_of(links_as_youth__cadre__user=user.pk) | Q(user=user.pk)
        return condition

    def _known_at_all(self, signed_in: list[str]) -> Q:
        """Returns the condition for people with any capacity; root staff see also those without an organisation."""
        relations = ["memberships", "posts", "volunteering", "hub_staffing", "links_as_youth"]
        found = Q(pk__in=[])
        for relation in [*relations, *(["sign_ins"] if signed_in else [])]:
            found |= self._one_of(**{f"{relation}__isnull": False})
        return found

    def _with_open_case(self, user: User) -> Q:
        """Returns the condition for the people of the user's own open grants, few enough to be read at once.

        For whoever holds a role, whose key is an expression, the grants of all are read.
        """
        if not user.case_organisations:
            return Q(pk__in=[])
        grants = self.model._meta.get_field("case_grants").related_model.objects.open_on(timezone.localdate())
        own = grants.of_files_kept_by(user)
        if not hasattr(user.pk, "resolve_expression"):
            return Q(pk__in=keys_referred_to(own, "person"))
        told = [When(person=key, then=Value(key)) for key in keys_referred_to(grants, "person")]
        return Q(pk__in=own.annotate(told=Case(*told, default=None)).values("told") if told else [])

    def _any_below(self, organisation: Organisation, paths: list[str]) -> Q:
        found = Q(pk__in=[])
        for path in paths:
            found |= self._one_of(below(path, organisation))
        return found

    def _one_of(self, *conditions: Q, **lookups: Any) -> Q:
        # EXISTS instead of a list of keys, which SQLite would compute for all people before returning the first.
        return Q(Exists(Person.objects.filter(*conditions, pk=OuterRef("pk"), **lookups)))

    def serving_on(self, day: date, organisation: Organisation | None = None) -> Self:
        """People in a post on `day`, within `organisation` if given."""
        posts = self.model._meta.get_field("posts").related_model.objects.as_of(day)
        return self.filter(pk__in=(posts.within(organisation) if organisation else posts).values("person"))

    def search(self, text: str) -> Self:
        """People whose name, pinyin or initials contain `text`, sealed ones included, which are opened for it."""
        return self.filter(Q(pk__in=search(self.order_by(), text).values("pk")) | Q(pk__in=self.sealed_found_by(text)))

    def found_by(self, text: str, user: User) -> Self:
        """People visible to the user whom `text` names, sealed ones included; a blank text names nobody.

        A number, its last digits or another name find only those whose data the user sees, since others are known by
        their name alone.
        """
        by_case, number = self._with_open_case(user), whole_number(text)
        kept = self._kept_as_record(user) | by_case
        named = has_number(self.model, number) or Q()
        for word in () if number else text.split():
            # Conditions of texts come first: capacities are looked up only for who is named so.
            named &= Q(search_text__contains=normalised(word)) | (Q(other_names__icontains=word) & kept)
        if ended := keys_by_end(self.model, last_digits(text)):
            named |= Q(pk__in=ended) & kept
        narrowing = None if number else few_named(self.model, text, by_other_names=True, keys=ended)
        if narrowing is not None:
            named &= Q(pk__in=narrowing)
        sealed = Q(pk__in=self.filter(by_case).sealed_found_by(text))
        found = self.filter(named | sealed) if text.strip() else self.none()
        return found.filter(kept if number else self._known_to(user, SIGN_INS) | by_case)

    def sealed_found_by(self, text: str) -> list[int]:
        """The keys of the sealed people whom a search for `text` finds."""
        return [person.pk for person in self.sealed() if is_found_by(person, text)]


ADULT = 18


def age(born, day):
    """Returns the full years that somebody born on `born` has certainly completed by `day`, or None if it is unknown.

    The age itself where the birth date is known to the day, else that of the youngest whom it can mean.
    """
    born = latest(born)
    return born and day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def shown_name(name, born, day):
    """Returns the name for display: only the first character unless 18 on `day` is certain.

    Without any birth date the whole name: nothing says that the person is a minor.
    """
    years = age(born, day)
    return name if years is None or years >= ADULT else masked_name(name)


class Person(SealableRows, SealedModel):
    """A human being, in whatever capacities; sealed while nothing but a case file makes the person known."""

    class Gender(models.TextChoices):
        MALE = "M", "男"
        FEMALE = "F", "女"

    class DocumentKind(models.TextChoices):
        PASSPORT = "passport", "护照"
        HONG_KONG_MACAO = "hong_kong_macao", "港澳居民来往内地通行证"
        TAIWAN = "taiwan", "台湾居民来往大陆通行证"
        RESIDENCE = "residence", "港澳台居民居住证"
        FOREIGNER = "foreigner", "外国人永久居留身份证"
        SOLDIER = "soldier", "军人证件"
        OTHER = "other", "其他证件"

    # Masked only for minors, by `shown_name`.
    name = personal(SealableCharField("姓名", max_length=30, db_index=True), unmaskable=True)
    gender = SealableCharField("性别", max_length=1, choices=Gender, blank=True)
    birth_date = happened(SealablePartialDateField("出生日期", null=True, blank=True), FIRST_BIRTH_YEAR)
    identity_number = personal(
        EncryptedCharField(
            "身份证号",
            max_length=18,
            null=True,
            blank=True,
            validators=[validate_identity_number],
            error_messages={"unique": "这一身份证号已被使用，请核对后改正。"},
        ),
        masked=True,
        unmaskable=True,
    )
    identity_number_index = BlindIndexField(source="identity_number", unique=True)
    mobile = personal(
        EncryptedCharField("手机号码", max_length=11, blank=True, validators=[validate_mobile]),
        masked=True,
        unmaskable=True,
        phone=True,
    )
    mobile_index = BlindIndexField(source="mobile", db_index=True)
    mobile_end = NumberEndField(source="mobile")
    other_names = personal(
        SealableCharField("又名", max_length=60, blank=True, help_text="曾用名、姓名的其他写法，几个之间用顿号分隔。"),
        masked=True,
        unmaskable=True,
    )
    document_kind = models.CharField("其他证件类型", max_length=20, choices=DocumentKind, blank=True)
    document_number = personal(
        EncryptedCharField("其他证件号码", max_length=30, blank=True), masked=True, unmaskable=True
    )
    document_number_index = BlindIndexField(source="document_number", db_index=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="person", verbose_name="登录账号"
    )
    search_text = SearchTextField()
    name_sort = NameOrderField(of_people=True)
    name_key = NameKeyField()
    sealed_facts = SealedFactsField()

    objects = PersonQuerySet.as_manager()
    history = Tracked(bases=[SealableRows])
    record_options = RecordOptions(neutral=("gender", "mobile", "other_names"))
    search_pieces = PIECES_OF_PEOPLE

    class Meta:
        verbose_name = "人员"
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["name_sort", "id"], name="person_by_name"),
            models.Index(fields=["mobile_end"], name="person_by_mobile_end"),
            models.Index(fields=["id"], condition=Q(sealed_facts__isnull=False), name="person_sealed"),
            # Whom a name alone may mean, whatever the number beside it.
            models.Index(fields=["name"], condition=Q(identity_number_index=None), name="person_without_number"),
            models.Index(fields=["name_key"], condition=Q(name_key__gt=""), name="person_spelled_otherwise"),
            models.Index(fields=["id", "other_names"], condition=Q(other_names__gt=""), name="person_named_twice"),
        ]
        constraints = [partial_date_constraint("birth_date", "person")]

    def __str__(self):
        return self.shown_name

    def get_absolute_url(self):
        """The record's own page."""
        return reverse("person_detail", args=[self.pk])

    def save(self, *args, update_fields=None, **options):
        """Saves the person sealed unless known openly; the capacity of somebody new opens the record again."""
        together = self.written_together(self.blanked() if update_fields is None else update_fields)
        if together:
            self.take_seal(self.pk is None or not Person.objects.filter(pk=self.pk).known_openly().exists())
        if update_fields is not None:
            ends = [field.name for field in number_ends(Person) if field.source in update_fields]
            update_fields = {*update_fields, *together, *ends}
        for name in together:
            self.__dict__.setdefault(name, "")  # what is derived is so as it is written
        super().save(*args, update_fields=update_fields, **options)

    @property
    def shown_name(self):
        """The name as displayed on pages, exports and documents: only the first character for a minor."""
        return shown_name(self.name, self.birth_date, timezone.localdate())

    def clean(self):
        """Sets birth date and sex from the identity number where empty, and the day where only its month or year is.

        Raises ValidationError where the number is invalid or contradicts them.
        """
        errors = {}
        number = self.identity_number
        if number and not isinstance(number, UnreadableText):
            try:
                validate_identity_number(number)
            except ValidationError as error:
                raise ValidationError({"identity_number": error}) from None
            birth, gender = identity_number_birth_date(number), identity_number_gender(number)
            self.gender = self.gender or gender
            if not may_agree(self.birth_date, birth):
                errors["birth_date"] = problem(f"与身份证号一致的出生日期 {birth}", "请核对出生日期与身份证号")
            else:
                self.birth_date = birth
            if self.gender != gender:
                label = self.Gender(gender).label
                errors["gender"] = problem(f"与身份证号一致的性别 {label}", "请核对性别与身份证号")
        if self.document_number and not self.document_kind:
            errors["document_kind"] = problem("其他证件号码的证件类型", "请选择证件类型，或清空其他证件号码")
        if errors:
            raise ValidationError(errors)

    def validate_unique(self, exclude=None):
        """Raises ValidationError at the identity number itself, not its index, where another person has it."""
        exclude = set(exclude or ())
        super().validate_unique(exclude | {"identity_number_index"})
        if self.identity_number and "identity_number" not in exclude:
            others = Person.objects.with_identity_number(self.identity_number).exclude(pk=self.pk)
            if others.exists():
                raise ValidationError({"identity_number": self.unique_error_message(Person, ["identity_number"])})
        if self.document_number and self.document_kind and "document_number" not in exclude:
            holders = Person.objects.with_document(self.document_kind, self.document_number).exclude(pk=self.pk)
            if holders.exists():
                found = problem("尚未登记在他人名下的证件号码", "请核对号码，或打开已有人员的记录")
                raise ValidationError({"document_number": found})

    def logged_as(self, user):
        """The record by which the access log names the person: the grant where the user knows them by a grant alone."""
        if Person.objects.known_openly_to(user).filter(pk=self.pk).exists():
            return self
        return self.case_grants.open_on(timezone.localdate()).of_files_kept_by(user).first() or self

    @property
    def all_names(self):
        """The name and its other spellings."""
        return [self.name, *split_list(self.other_names)] if self.other_names else [self.name]

    def age_on(self, day):
        """Returns the full years certainly completed by `day`, or None without a birth date."""
        return age(self.birth_date, day)
