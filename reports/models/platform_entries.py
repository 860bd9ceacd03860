"""Records entered in outside platforms."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, When

from activities.models import Activity
from assistance.models import OF_CASE, AssistedYouth, grants_in_words
from members.models import Person, Volunteer
from orgs.models import Condition, Organisation, Reasons, User, below
from yl_district.days import happened
from yl_district.history.tracking import Tracked
from yl_district.periods import Period
from yl_district.pinyin import is_found_by, search
from yl_district.privacy.sealed_links import SealedForeignKey, SealedKeyField, SealedLinkModel, keys_referred_to
from yl_district.record_options import RecordOptions
from youthhubs.models import TeamMember

from .targets import StaffQuerySet

# The platform in which assisted youths and volunteers are bound; the day, 平台绑定日期, stands on their own records.
BOUND_AT_HOME = "青春助跑"
# The fields of which every entry has one.
RECORDS = ("person", "youth", "activity", "organisation")


def only_record(name: str, condition: Q) -> Q:
    """The condition for entries of one kind that have this record and no other."""
    return condition & Q(**{f"{each}__isnull": each != name for each in RECORDS})


class PlatformEntryQuerySet(StaffQuerySet):
    def with_binding(self) -> Self:
        """Adds `binding`, the day of binding: the entry's own, else that of the volunteer or the assisted youth."""
        at_home = Q(platform=BOUND_AT_HOME, bound_on__isnull=True, is_apart=False)
        of_case = at_home & Q(subject="assisted_youth")
        volunteers = Volunteer.objects.filter(person=OuterRef("person"))
        cases = AssistedYouth.objects.filter(person=OuterRef("youth")).order_by("-registered_on")
        in_register = cases.as_of(OuterRef("entered_on"))
        return self.annotate(
            binding=Case(
                When(at_home & Q(subject="volunteer"), then=Subquery(volunteers.values("bound_on")[:1])),
                When(of_case & Exists(in_register), then=Subquery(in_register.values("bound_on")[:1])),
                When(of_case, then=Subquery(cases.values("bound_on")[:1])),
                default=F("bound_on"),
            )
        )

    def visible_to(self, user: User) -> Self:
        """Entries visible to the user; those of assisted youths only where the user may open the case file."""
        cases = AssistedYouth.objects.visible_to(user).filter(person=OuterRef("youth"))
        is_open = ~Q(subject=PlatformEntry.Subject.ASSISTED_YOUTH) | Exists(cases)
        return super().visible_to(user).filter(is_open)

    def own_reasons(self, viewer: User) -> Reasons:
        """Why entries of assisted youths are open to holders of a grant: keys, kinds of roles and words."""
        return grants_in_words(self.values("youth"), viewer)

    def within(self, organisation: Organisation) -> Self:
        """Entries of records in the subtree of `organisation`, people by the capacity entered; all entries at the root.

        A volunteer's entry belongs to the team of the day on which it was made.

        Below the root, entries of assisted youths are left out: no organisation may reveal who is assisted.
        """
        return self._within(organisation, begun=False)

    def placed_within(self, organisation: Organisation) -> Self:
        """Like `within`, but only by capacities that had begun when the entry was made."""
        return self._within(organisation, begun=True)

    def _within(self, organisation: Organisation, begun: bool) -> Self:
        if organisation.is_root():
            return self
        activities = Activity.objects.within(organisation).filter(pk=OuterRef("activity"))
        reached: Condition = Exists(activities) | below("organisation__path", organisation)
        for subject, (path, begin) in ORGANISATION_PATHS.items():
            inside = below(path, organisation)
            if begun:
                inside &= Q(**{f"{begin}__lte": OuterRef("entered_on")}) | Q(**{f"{begin}__isnull": True})
            reached |= Q(subject=subject) & Exists(Person.objects.filter(inside, pk=OuterRef("person")))
        places = TeamMember.objects.within(organisation).filter(volunteer__person=OuterRef("person"))
        of_volunteers = Q(subject=PlatformEntry.Subject.VOLUNTEER)
        reached |= of_volunteers & Exists(places.held_on(OuterRef("entered_on")))
        return self.filter(reached)

    def of_open_subjects(self) -> Self:
        """Entries that do not reveal who is assisted."""
        return self.exclude(subject=PlatformEntry.Subject.ASSISTED_YOUTH)

    def entered_during(self, period: Period) -> Self:
        """Entries made within the period."""
        return self.filter(entered_on__range=period.bounds)

    def bound_during(self, period: Period) -> Self:
        """Entries bound in the platform within the period."""
        return self.with_binding().filter(binding__range=period.bounds)

    def bound_by(self, day: date) -> Self:
        """Entries bound in the platform by `day`."""
        return self.with_binding().filter(binding__lte=day)

    def search(self, text: str) -> Self:
        """Entries whose record has `text` in its name, pinyin or initials; reads all of assisted youths."""
        named = [search(self, text, f"{kind}__search_text") for kind in ("person", "activity", "organisation")]
        youths = Person.objects.filter(pk__in=keys_referred_to(self.exclude(youth=None), "youth"))
        of_youths = self.filter(youth__in=[youth for youth in youths if is_found_by(youth, text)])
        return named[0] | named[1] | named[2] | of_youths


class PlatformEntryManager(models.Manager.from_queryset(PlatformEntryQuerySet)):  # type: ignore[misc]
    """Manager of entries, all of which know the day of their binding."""

    def get_queryset(self):
        """Every entry, with `binding`."""
        return super().get_queryset().with_binding()


class PlatformEntry(SealedLinkModel):
    """One record entered in an outside platform; an assisted youth is its `youth`, anybody else its `person`."""

    class Subject(models.TextChoices):
        MEMBER = "member", "团员"
        CADRE = "cadre", "团干部"
        LINKED_YOUTH = "linked_youth", "联系青年"
        ASSISTED_YOUTH = "assisted_youth", "帮扶对象"
        VOLUNTEER = "volunteer", "志愿者"
        ACTIVITY = "activity", "活动"
        ORGANISATION = "organisation", "团组织"

    platform = models.CharField("平台", max_length=30)
    subject = models.CharField("对象", max_length=20, choices=Subject)
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="platform_entries", verbose_name="人员"
    )
    youth = SealedForeignKey(
        Person,
        models.PROTECT,
        sealed_in="youth_key",
        label=OF_CASE,
        null=True,
        blank=True,
        related_name="platform_entries_as_youth",
        verbose_name="帮扶对象",
    )
    youth_key = SealedKeyField("youth", verbose_name="人员编号")
    activity = models.ForeignKey(
        Activity, models.PROTECT, null=True, blank=True, related_name="platform_entries", verbose_name="活动"
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="platform_entries", verbose_name="团组织"
    )
    entered_on = happened(models.DateField("录入日期"))
    # Empty where the record that was entered states it itself, unless the two were found to differ.
    bound_on = happened(models.DateField("绑定日期", null=True, blank=True))
    is_apart = models.BooleanField("绑定日期与所录记录不一致", default=False, editable=False)

    objects = PlatformEntryManager()
    history = Tracked()
    record_options = RecordOptions(facts=("platform", "subject", *RECORDS, "entered_on", "bound_on", "is_apart"))

    class Meta:
        verbose_name = "平台录入"
        ordering = ["-entered_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=only_record("activity", Q(subject="activity"))
                | only_record("organisation", Q(subject="organisation"))
                | only_record("youth", Q(subject="assisted_youth"))
                | only_record("person", ~Q(subject__in=["activity", "organisation", "assisted_youth"])),
                name="platform_entry_has_its_subject",
                violation_error_message="请选择与“对象”相符的一条记录。",
            ),
            *(
                models.UniqueConstraint(
                    fields=["platform", "subject", record],
                    condition=Q(**{f"{record}__isnull": False}),
                    name=f"platform_entry_{record}_once",
                    violation_error_message="这条记录已登记录入该平台，请打开原登记修改。",
                )
                for record in RECORDS
            ),
        ]

    def __str__(self):
        return f"{self.platform} {self.record}"

    @property
    def home(self):
        """The volunteer or case whose day of binding is the entry's as well, or None.

        Of several cases it is the one in the register on the day of entry, else the latest.
        """
        if self.platform != BOUND_AT_HOME:
            return None
        if self.subject == self.Subject.VOLUNTEER:
            return Volunteer.objects.filter(person=self.person_id).first()
        if self.subject == self.Subject.ASSISTED_YOUTH:
            cases = AssistedYouth.objects.filter(person=self.youth_id).order_by("-registered_on")
            return cases.as_of(self.entered_on).first() or cases.first()
        return None

    @property
    def record(self):
        """The person, activity or organisation that was entered."""
        return self.person or self.youth or self.activity or self.organisation


# For each capacity in which people are entered, the lookups from a person to an organisation's path and to the begin.
ORGANISATION_PATHS = {
    PlatformEntry.Subject.MEMBER: ("memberships__branch__path", "memberships__roll_begin"),
    PlatformEntry.Subject.CADRE: ("posts__organisation__path", "posts__started_on"),
    PlatformEntry.Subject.LINKED_YOUTH: (
        "links_as_youth__cadre__posts__organisation__path",
        "links_as_youth__cadre__posts__started_on",
    ),
}
