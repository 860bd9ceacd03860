"""The organisation tree."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import Self

from django.core.exceptions import SynchronousOnlyOperation, ValidationError
from django.db import DatabaseError, models
from django.db.models import Exists, F, OuterRef, Prefetch, Q
from django.db.models.functions import Length, Substr
from django.urls import reverse
from treebeard.mp_tree import MP_Node, MP_NodeManager, MP_NodeQuerySet

from yl_district.counts import NumberCounted
from yl_district.days import announced, happened
from yl_district.history.tracking import Tracked, note_changed
from yl_district.history.watching import about_to_change
from yl_district.periods import Period, standing_on, years_before
from yl_district.pinyin import NameOrderField, SearchTextField, search
from yl_district.record_options import RecordOptions
from yl_district.states import DatedState, Span, nested
from yl_district.tree_paths import TreePathField
from yl_district.typing import User
from yl_district.validators import check_order, problem

from ..roles import (
    RECORD_KEEPERS,
    RoleKind,
)
from .former_parents import parents_then
from .levels import PARTY_COMMITTEES, Level, is_level_told, note_level, told_level
from .reach import Condition, ReachQuerySet


class Domain(models.TextChoices):
    OFFICE = "office", "机关"
    VILLAGE = "village", "村"
    COMMUNITY = "community", "社区"
    ENTERPRISE = "enterprise", "非公企业"
    SOCIAL = "social", "社会组织"
    SCHOOL = "school", "学校"


COMMUNITY_DOMAINS = [Domain.VILLAGE, Domain.COMMUNITY]
NONPUBLIC_DOMAINS = [Domain.ENTERPRISE, Domain.SOCIAL]


class OrganisationQuerySet(ReachQuerySet, MP_NodeQuerySet):
    organisation_path = "path"
    seen_by = (RoleKind.ADMINISTRATOR, *RECORD_KEEPERS)

    def changeable_by(self, user: User) -> Self:
        """Organisations that the user may change: all for staff at the root, else those administered."""
        return self if user.is_committee_staff else self.visible_as(user, RoleKind.ADMINISTRATOR)

    def administered_by(self, user: User) -> Self:
        """Organisations whose accounts the user administers."""
        condition: Condition = Q(pk__in=[])
        for organisation in user.organisations_as(RoleKind.ADMINISTRATOR):
            condition |= self.reach(organisation)
        return self.filter(condition)

    def as_of(self, day: date) -> Self:
        """Organisations in existence on `day`."""
        return self.filter(standing_on(day, "founded_on", "dissolved_on"))

    def dissolved_by(self, day: date) -> Self:
        """Organisations dissolved on `day` or before."""
        return self.filter(dissolved_on__lte=day)

    def with_headcounts(self, day: date) -> Self:
        """Adds `member_count` and `cadre_count`: people on the roll and in a post on `day`, in the whole subtree.

        Both are counted no further than one above MOST_COUNTED.
        """
        fields = self.model._meta
        members = fields.get_field("members").related_model.objects.as_of(day)
        posts = fields.get_field("posts").related_model.objects.as_of(day)
        members = members.filter(branch__path__startswith=OuterRef("path")).values("pk")
        # By the person alone SQLite would read all posts, since these are in the order of people then.
        people = posts.filter(organisation__path__startswith=OuterRef("path")).values(whose=F("person") + 0).distinct()
        return self.annotate(member_count=NumberCounted(members), cadre_count=NumberCounted(people))

    def of_domains_on(self, day: date | OuterRef, *domains: str) -> Self:
        """Organisations of one of these domains on `day`."""
        since = Q(domain_since__isnull=True) | Q(domain_since__lte=day)
        earlier = DomainSpan.objects.as_of(nested(day)).filter(organisation=OuterRef("pk"), domain__in=domains)
        return self.filter((Q(domain__in=domains) & since) | Exists(earlier))

    def communities_on(self, day: date | OuterRef) -> Self:
        """Organisations of villages and communities on `day`."""
        return self.of_domains_on(day, *COMMUNITY_DOMAINS)

    def branches(self) -> Self:
        """Organisations to which members can belong directly."""
        return self.filter(category__in=BRANCH_CATEGORIES)

    def given_liaison_by(self, user: User) -> Self:
        """Organisations of which the user may say who looks after them: as staff, and never the root."""
        return self.visible_as(user, RoleKind.STAFF).filter(depth__gt=1)

    def with_liaison(self, day: date, user: User) -> Self:
        """Adds `present_liaisons`, a list of who looks after each on `day`, where the user may know, and the order."""
        liaisons = self.model._meta.get_field("liaisons").related_model.objects.as_of(day).visible_to(user)
        found = Prefetch("liaisons", liaisons.select_related("person"), to_attr="present_liaisons")
        names = liaisons.filter(organisation=OuterRef("pk")).values("person__name_sort")[:1]
        return self.prefetch_related(found).annotate(liaison_order=models.Subquery(names))

    def listed_for(self, user: User, day: date) -> Self:
        """Organisations visible to the user, with what the columns of their list show as of `day`."""
        return self.visible_to(user).with_parent_name().with_headcounts(day).with_liaison(day, user)

    def looked_after_by(self, text: str, day: date, user: User) -> Self:
        """Organisations that somebody of this name looks after on `day`, where the user may know."""
        liaisons = self.model._meta.get_field("liaisons").related_model.objects.as_of(day).visible_to(user)
        return self.filter(pk__in=search(liaisons, text, "person__search_text", by_number=False).values("organisation"))

    def overdue_for_election(self, day: date) -> Self:
        """Organisations whose committee has served its whole term by `day` without an election noted since."""
        overdue = Q(pk__in=[])
        for category, years in TERM_YEARS.items():
            overdue |= Q(category=category, last_election_on__lt=years_before(day, years))
        return self.filter(overdue)

    def without_supply(self, item: str, day: date) -> Self:
        """Organisations to which none of `item` had been issued by `day`."""
        supplies = self.model._meta.get_field("supplies").related_model.objects.issued_by(day).of_item(item)
        return self.exclude(Exists(supplies.filter(organisation=OuterRef("pk"))))

    def with_cadre_on(self, day: date) -> Self:
        """Organisations with a cadre in office on `day`."""
        serving = standing_on(day, "posts__started_on", "posts__ended_on") & Q(posts__isnull=False)
        return self.filter(pk__in=self.model.objects.filter(serving).values("pk"))

    def with_staffing(self, day: date, period: Period) -> Self:
        """Adds `is_staffed`, whether a cadre is in office on `day`, and `is_renewed`, whether one took up a post within
        the period.
        """
        posts = self.model._meta.get_field("posts").related_model.objects.filter(organisation=OuterRef("pk"))
        return self.annotate(is_staffed=Exists(posts.as_of(day)), is_renewed=Exists(posts.taken_up_during(period)))

    def with_parent_name(self) -> Self:
        """Adds the name of the parent organisation, `parent_name`, and its place in the tree, `parent_path`."""
        parent = self.model.objects.filter(path=OuterRef("parent_path"))
        rows = self.annotate(parent_path=Substr("path", 1, Length("path") - 4))
        return rows.annotate(parent_name=models.Subquery(parent.values("name")[:1]))

    def search(self, text: str) -> Self:
        """Organisations whose name, pinyin or initials contain `text`."""
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

    path = TreePathField(max_length=255, unique=True)
    name = models.CharField(
        "组织名称", max_length=60, unique=True, error_messages={"unique": "这一组织名称已被使用，请核对后改正。"}
    )
    category = models.CharField("组织类别", max_length=20, choices=Category)
    # Of the root alone: what it and the product call the place.
    level = models.CharField("层级", max_length=20, choices=Level, blank=True)
    domain = models.CharField("所属领域", max_length=20, choices=Domain)
    domain_since = happened(models.DateField("领域起始日期", null=True, blank=True))
    founded_on = happened(models.DateField("成立日期", null=True, blank=True))
    last_election_on = happened(models.DateField("最近换届日期", null=True, blank=True))
    chat_kind = models.CharField("联系群类型", max_length=10, choices=Chat, blank=True)
    chat_number = models.CharField("联系群号", max_length=40, blank=True)
    address = models.CharField("地址", max_length=200, blank=True)
    dissolved_on = announced(models.DateField("撤销日期", null=True, blank=True), "撤销")
    remark = models.TextField("备注", blank=True)
    search_text = SearchTextField()
    name_sort = NameOrderField()

    objects = OrganisationManager()
    history = Tracked(excluded_fields=["depth", "numchild"], told={"path": ("上级组织", parents_then)})

    # Other records depend on organisations and their place in the tree, so undoing an import keeps both.
    record_options = RecordOptions(
        undo_leaves="团组织保留：不再需要时，请在其页面上修改或登记撤销日期",
        undo_skips=("path",),
        states=(DatedState(("domain",), "domain_since", "earlier_domains"),),
        facts=("path", "founded_on", "dissolved_on"),
        neutral=("name", "category", "level", "last_election_on", "chat_kind", "chat_number", "address", "remark"),
    )

    class Meta:
        verbose_name = "团组织"
        ordering = ["path"]
        # The root is asked for by its depth on every page.
        indexes = [models.Index(fields=["depth", "path"], name="organisation_by_depth")]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        """The record's own page."""
        return reverse("organisation_detail", args=[self.pk])

    def clean(self):
        check_order(self, "founded_on", "dissolved_on")
        check_order(self, "founded_on", "last_election_on")
        check_order(self, "founded_on", "domain_since")
        check_order(self, "domain_since", "dissolved_on")

    def domain_on(self, day):
        """The domain on `day`, that of the first span before there was any."""
        spans = sorted(self.earlier_domains.all(), key=lambda span: span.ended_on)
        return next((span.domain for span in spans if day < span.ended_on), self.domain)

    def dissolve(self, day):
        """Dissolves the organisation on `day`.

        Raises ValidationError where it still has suborganisations or members on that day.
        """
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
        """Moves the organisation with its subtree to the last place among the children of `parent`."""
        kind = type(self)
        about_to_change([self], ["path"], (parent,))
        kind.objects.move(self, parent, "last-child")
        note_changed(list(kind.objects.filter(path__startswith=kind.objects.get(pk=self.pk).path)))

    @property
    def present_level(self):
        """The level stated, that of an area where none is."""
        return Level(self.level or Level.AREA)

    @property
    def party_committee(self):
        """What the party committee of the place is called, such as 街道党工委."""
        return PARTY_COMMITTEES.get(self.present_level, f"{self.present_level.label}党工委")

    @property
    def next_election_on(self):
        """The day on which the committee has served its term, or None where no election is noted or none is held."""
        years = TERM_YEARS.get(self.category)
        return years_before(self.last_election_on, -years) if years and self.last_election_on else None

    @property
    def is_branch(self):
        """Whether members can belong to it directly."""
        return self.category in BRANCH_CATEGORIES


def present_level() -> Level:
    """The level of the root; asks the database only where this process has not been told."""
    if not is_level_told():
        with suppress(DatabaseError, SynchronousOnlyOperation):
            for stored in Organisation.objects.filter(depth=1).values_list("level", flat=True)[:1]:
                note_level(stored)
    return told_level()


BRANCH_CATEGORIES = [
    Organisation.Category.BRANCH,
    Organisation.Category.JOINT_BRANCH,
    Organisation.Category.GENERAL_BRANCH,
]
# The League's constitution has a branch founded wherever there are three members or more:
# 凡是有团员三人以上的，都应当建立团的基层组织 (团章，团的基层组织). Branches with fewer are hollow; a general branch
# has its members in the branches below it as well.
FEWEST_MEMBERS = 3
HOLLOW_CATEGORIES = [Organisation.Category.BRANCH, Organisation.Category.JOINT_BRANCH]
# The longest terms, in years, that the League's constitution (中国共产主义青年团章程) gives committees in its chapter
# on primary organisations: three to five for a primary committee, two or three for a general branch and a branch. A
# working committee is appointed by the committee above.
TERM_YEARS = {
    Organisation.Category.COMMITTEE: 5,
    Organisation.Category.GENERAL_BRANCH: 3,
    Organisation.Category.BRANCH: 3,
    Organisation.Category.JOINT_BRANCH: 3,
}


class DomainSpanQuerySet(ReachQuerySet):
    def as_of(self, day: date | OuterRef) -> Self:
        """Spans in force on `day`."""
        return self.filter(standing_on(day))


class DomainSpan(Span):
    """An earlier domain of an organisation."""

    owner = "organisation"

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="earlier_domains", verbose_name="组织名称"
    )
    domain = models.CharField("所属领域", max_length=20, choices=Domain)

    objects = DomainSpanQuerySet.as_manager()
    history = Tracked()

    class Meta(Span.Meta):
        verbose_name = "领域变更"
        ordering = ["organisation_id", "ended_on"]
        indexes = [models.Index(fields=["organisation", "ended_on"])]

    def __str__(self):
        return f"{self.organisation} {self.get_domain_display()}"
