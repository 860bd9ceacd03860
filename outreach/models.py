"""Cadres' direct links to youths (1+100), and the contacts made."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Self

from django.contrib.contenttypes.fields import GenericRelation
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import (
    BooleanField,
    Case,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Prefetch,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.db.models.lookups import GreaterThanOrEqual, IsNull
from django.urls import reverse

from activities.models import Activity
from members.models import Person, PersonQuerySet, Post
from orgs.models import Condition, Holding, Organisation, ReachQuerySet, Reasons, User, below
from orgs.roles import RoleKind
from yl_district.attachments.models import Attachment
from yl_district.counts import number_of
from yl_district.days import announced, happened
from yl_district.history.tracking import Tracked
from yl_district.periods import Period, quarters_until, standing_on
from yl_district.pinyin import NAME_ORDER, search
from yl_district.record_options import Merging, RecordOptions
from yl_district.validators import check_order, problem


class CadreReachQuerySet(ReachQuerySet):
    """Rows of a cadre, which belong to every organisation in which the cadre holds or held a post."""

    def reach(self, organisation: Organisation) -> Condition:
        """Returns the condition for rows of cadres with a post in the subtree of `organisation`."""
        return Q(cadre__among=Post.objects.filter(below("organisation__path", organisation)).values("person"))

    def of_cadres_at(self, organisation: Organisation, day: date | OuterRef) -> Self:
        """Rows of cadres who by `day` had had a post in the subtree of `organisation`; at the root every row."""
        if organisation.is_root():
            return self
        posts = Post.objects.within(organisation).filter(person=OuterRef("cadre"), started_on__lte=day)
        return self.filter(Exists(posts))

    def reach_by(self, role: Holding) -> Condition | None:
        """Returns the condition for the rows that a role makes visible; branch cadres see only their own."""
        return Q(cadre__user=role.user_id) if role.kind == RoleKind.CADRE else super().reach_by(role)

    def own_reasons(self, viewer: User) -> Reasons:
        """Returns why cadres see their own rows: tuples of the user's key, kinds of roles and reason in words."""
        return [(cadre, (RoleKind.CADRE,), "本人的联系") for cadre in self.values_list("cadre__user", flat=True)]


def all_on_the_day() -> Q:
    """The condition for contacts with everybody on a day on which the outer query's link stood."""
    had_not_ended = Q(IsNull(OuterRef("ended_on"), True)) | Q(held_on__lt=OuterRef("ended_on"))
    return Q(with_everyone=True, held_on__gte=OuterRef("started_on")) & had_not_ended


class LinkQuerySet(CadreReachQuerySet):
    def as_of(self, day: date | OuterRef) -> Self:
        """Links in force on `day`."""
        return self.filter(standing_on(day))

    def not_ended_by(self, day: date) -> Self:
        """Links in force on `day` or still to begin."""
        return self.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=day))

    def bound_by(self, day: date) -> Self:
        """Links bound on the platform by `day`."""
        return self.filter(bound_on__lte=day)

    def of_cadre_with(self, user: User) -> Self:
        """The links of the cadre whose account this is."""
        return self.filter(cadre__user=user.pk)

    def with_contacts_by(self, day: date) -> Self:
        """Adds whether the youth was contacted in the quarter of `day`, and offline and face to face in its year.

        The columns are `is_reached`, `is_met` and `is_met_face_to_face`.
        """
        reaching = self._contacts_reaching()
        of_year = reaching.held_during(Period.of_year(day.year))
        return self.annotate(
            is_reached=Exists(reaching.held_during(Period.of_quarter(day))),
            is_met=Exists(of_year.filter(form__in=Contact.OFFLINE)),
            is_met_face_to_face=Exists(of_year.filter(form__in=Contact.OF_TWO)),
        )

    def with_last_contact(self) -> Self:
        """Adds `reached_on`, the day of the latest contact that reached the youth; null without one."""
        latest = self._contacts_reaching().order_by("-held_on").values("held_on")
        return self.annotate(reached_on=Subquery(latest[:1]))

    def with_last_by_place(self) -> Self:
        """Adds `online_on` and `offline_on`, the days of the latest contacts of either kind; null without one."""
        latest = self._contacts_reaching().order_by("-held_on").values("held_on")
        offline = Q(form__in=Contact.OFFLINE)
        return self.annotate(
            online_on=Subquery(latest.exclude(offline)[:1]), offline_on=Subquery(latest.filter(offline)[:1])
        )

    def reached_by(self, contacts: ContactQuerySet) -> Self:
        """Links whose youth one of `contacts` reached."""
        named = Contact.links.through.objects.filter(contact__in=contacts.filter(with_everyone=False).values("pk"))
        everyone = contacts.filter(all_on_the_day(), cadre=OuterRef("cadre"))
        return self.filter(Q(pk__in=named.values("link")) | Exists(everyone))

    def not_reached_during(self, period: Period) -> Self:
        """Links whose youth no contact of the period reached."""
        return self.filter(~Exists(self._contacts_reaching().held_during(period)))

    def reached_during(self, period: Period) -> Self:
        """Links whose youth any contact of the period reached."""
        return self.filter(Exists(self._contacts_reaching().held_during(period)))

    def short_of_norm(self, quarters: Sequence[Period]) -> Self:
        """Links whose youth was missed in one of `quarters` since the link began, or never met face to face in them.

        The quarters are those of a year up to a day, in their order (`quarters_until`).
        """
        reaching = self._contacts_reaching()
        met = reaching.held_during(Period(quarters[0].start, quarters[-1].end)).filter(form__in=Contact.OF_TWO)
        short = Q(~Exists(met))
        for quarter in quarters:
            short |= Q(~Exists(reaching.held_during(quarter)), started_on__lte=quarter.end)
        return self.filter(short)

    def _contacts_reaching(self) -> ContactQuerySet:
        """The contacts that reached the youth of the outer query's link: named, or among all linked on that day."""
        named = Contact.links.through.objects.filter(contact=OuterRef("pk"), link=OuterRef(OuterRef("pk")))
        return Contact.objects.filter(cadre=OuterRef("cadre")).filter(all_on_the_day() | Exists(named))

    def not_reached_first(self, period: Period) -> Self:
        """In the order of names, those whose youth no contact of the period has reached before the others."""
        is_reached = Case(When(reached_on__range=period.bounds, then=1), default=0, output_field=IntegerField())
        return self.with_last_contact().order_by(is_reached, "youth__name_sort", "pk")

    def search(self, text: str) -> Self:
        """Links whose youth's name, pinyin or initials contain `text`."""
        return search(self, text, "youth__search_text")


class Link(models.Model):
    """One cadre's link to one youth."""

    # Looked up by the index of the constraint, which begins with it.
    cadre = models.ForeignKey(
        Person, models.PROTECT, related_name="links_as_cadre", verbose_name="团干部", db_index=False
    )
    youth = models.ForeignKey(Person, models.PROTECT, related_name="links_as_youth", verbose_name="姓名")
    sector = models.CharField("领域", max_length=30, blank=True)
    employer = models.CharField("单位", max_length=100, blank=True)
    started_on = happened(models.DateField("起始日期"))
    ended_on = announced(models.DateField("结束日期", null=True, blank=True), "结束")
    bound_on = happened(models.DateField("绑定日期", null=True, blank=True))
    remark = models.TextField("备注", blank=True)
    # What the youth agreed to when the link was bound, in the words that were shown.
    consented_on = happened(models.DateField("同意日期", null=True, blank=True))
    consent = models.TextField("同意文本", blank=True)

    CONSENT = "本人同意与团干部建立“1+100”联系，接受团组织的联系和服务，并同意在平台登记绑定。"

    objects = LinkQuerySet.as_manager()
    history = Tracked()
    record_options = RecordOptions(
        facts=("cadre", "youth", "started_on", "ended_on", "bound_on"),
        neutral=("sector", "employer", "remark", "consented_on", "consent"),
        begins=("started_on",),
        merging=Merging(alike=("cadre", "youth"), begin="started_on", end="ended_on"),
    )

    class Meta:
        verbose_name = "联系青年"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["cadre", "youth", "started_on"],
                name="link_once",
                violation_error_message="该团干部与该青年在这一天已建立联系。",
            ),
            models.UniqueConstraint(
                fields=["cadre", "youth"],
                condition=Q(ended_on__isnull=True),
                name="link_standing_once",
                violation_error_message="该团干部与该青年的联系尚未结束，不能重复建立。",
            ),
        ]

    def __str__(self):
        return f"{self.cadre} → {self.youth}"

    def get_absolute_url(self):
        """The record's own page."""
        return reverse("link_detail", args=[self.pk])

    def clean(self):
        if self.youth_id and self.youth_id == self.cadre_id:
            raise ValidationError({"youth": problem("团干部以外的青年", "团干部不必登记为自己的联系青年，请核对姓名")})
        check_order(self, "started_on", "ended_on")

    def bind(self, day, consent=""):
        """Registers that the link was bound on the platform on `day`, and the `consent` that the youth has given."""
        self.bound_on = day
        if consent and not self.consent:
            self.consent, self.consented_on = consent, self.consented_on or day
        self.full_clean()
        self.save()

    def end(self, day, reason=""):
        """Ends the link on `day`, and adds the reason to the remark."""
        self.ended_on = day
        self.remark = "；".join(filter(None, [self.remark, reason]))
        self.full_clean()
        self.save()


class LinkedYouthQuerySet(PersonQuerySet):
    def visible_to(self, user: User) -> Self:
        """Youths of whom the user may see a link."""
        return self.filter(Exists(Link.objects.visible_to(user).filter(youth=OuterRef("pk"))))


def youths_of(links):
    """Returns the people whom `links` link, each once, with `standing_links`, the number of these links."""
    return (
        LinkedYouthQuerySet(Person)
        .filter(pk__in=links.values("youth"))
        .annotate(standing_links=number_of(links.filter(youth=OuterRef("pk")), "youth"))
    )


class CadreQuerySet(PersonQuerySet):
    def visible_to(self, user: User) -> Self:
        """People with a present or past post in the organisations of a user on the staff; cadres see themselves."""
        # A list of keys, as few people hold a post; EXISTS would be asked of everybody.
        holders = Post.objects.visible_as(user, RoleKind.STAFF).values("person")
        return self.filter(Q(pk__in=holders) | Q(user=user.pk)).told_apart_to(user)

    def told_apart_to(self, user: User) -> Self:
        """Prefetches the posts visible to the user, which distinguish namesakes."""
        return self.prefetch_related(Prefetch("posts", Post.objects.visible_to(user).select_related("organisation")))

    def in_office(self, day: date) -> Self:
        """People in a post on `day`, as `serving_on`, which is asked of each here, since few are looked at."""
        return self.filter(Exists(Post.objects.as_of(day).filter(person=OuterRef("pk"))))

    def with_posts(self) -> Self:
        """People with any post, sorted by name."""
        return self.filter(Exists(Post.objects.filter(person=OuterRef("pk")))).order_by(*NAME_ORDER)

    def with_achievements(self) -> Self:
        """Adds `is_bound`, whether any link is bound, and `is_at_quota`, whether the links reach the quota."""
        return self.annotate(
            is_bound=ExpressionWrapper(Q(bound_links__gt=0), BooleanField()),
            is_at_quota=ExpressionWrapper(Q(standing_links__gte=F("quota")), BooleanField()),
        )

    def within(self, organisation: Organisation) -> Self:
        """People who hold or held a post in the subtree of `organisation`."""
        return self.filter(Exists(Post.objects.within(organisation).filter(person=OuterRef("pk"))))

    def with_progress(self, day: date) -> Self:
        """Adds `reached_links`, those reached in the quarter of `day`, and `short_links`, those short of the norm."""
        links = Link.objects.as_of(day).filter(cadre=OuterRef("pk"))
        return self.annotate(
            reached_links=number_of(links.reached_during(Period.of_quarter(day).until(day)), "cadre"),
            short_links=number_of(links.short_of_norm(quarters_until(day)), "cadre"),
        )

    def at_norm(self, day: date, quarters: Sequence[Period]) -> Self:
        """People whose links on `day` reach the quota, none of them short of the norm in the year's `quarters`."""
        short = Link.objects.as_of(day).filter(cadre=OuterRef("pk")).short_of_norm(quarters)
        return self.with_achievements().filter(~Exists(short), is_at_quota=True)


def cadres_with_links(day):
    """Returns people with `standing_links`, `bound_links` and `quota` on `day`.

    The quota is 联系青年指标, else 100 for full-time cadres and 10 for others. For several posts it is the largest
    number stated, else the largest of these defaults; without a post it is null.
    """
    links = Link.objects.as_of(day).filter(cadre=OuterRef("pk"))
    quota = Case(
        When(link_quota__isnull=False, then=F("link_quota")),
        When(nature=Post.Nature.FULL_TIME, then=Value(Post.FULL_TIME_QUOTA)),
        default=Value(Post.OTHER_QUOTA),
        output_field=IntegerField(),
    )
    posts = Post.objects.as_of(day).filter(person=OuterRef("pk")).annotate(due=quota)
    quotas = posts.order_by(F("link_quota").desc(nulls_last=True), "-due").values("due")
    return CadreQuerySet(Person).annotate(
        standing_links=number_of(links, "cadre"),
        bound_links=number_of(links.bound_by(day), "cadre"),
        quota=Subquery(quotas[:1]),
    )


class ContactQuerySet(CadreReachQuerySet):
    def with_link(self, link: Link) -> Self:
        """Contacts that reached the link's youth: named, or with all links of the cadre in force that day."""
        begun = Q(with_everyone=True, cadre=link.cadre_id, held_on__gte=link.started_on)
        shared = begun & Q(held_on__lt=link.ended_on) if link.ended_on else begun
        return self.filter(shared | Q(with_everyone=False, pk__in=link.contacts.values("pk")))

    def search(self, text: str) -> Self:
        """Contacts whose cadre's name, pinyin or initials contain `text`."""
        return search(self, text, "cadre__search_text")

    def held_during(self, period: Period) -> Self:
        """Contacts logged within the period."""
        return self.filter(held_on__range=period.bounds)

    def by_hand(self) -> Self:
        """Contacts that somebody logged, without those that follow from a list of who came."""
        return self.filter(activity=None)

    def of_lists_alone(self) -> Self:
        """Contacts that follow from a list of who came, and that somebody has yet to tell from those logged by hand."""
        again = Credit.objects.filter(activity=OuterRef("activity"), cadre=OuterRef("cadre"), counts_again=True)
        return self.exclude(activity=None).exclude(Exists(again))

    def with_marks(self) -> Self:
        """Adds `is_for_many` and `is_repeated`, which mark contacts that were hardly made with each youth by itself.

        One is for many that is with everybody or names MANY_AT_ONCE youths, or is one of as many of the cadre that are
        alike in day, form and content. Repeated is one whose content the cadre wrote on REPEATED_DAYS days or more.
        What follows from a list of who came is neither.
        """
        own = Contact.objects.filter(cadre=OuterRef("cadre"), content=OuterRef("content"))
        named = Contact.links.through.objects.filter(contact=OuterRef("pk"))
        alike = own.filter(held_on=OuterRef("held_on"), form=OuterRef("form"))
        days = own.exclude(content="").order_by().values("cadre").annotate(days=Count("held_on", distinct=True))
        by_hand, many = Q(activity=None), Q(with_everyone=True)
        for number in (number_of(named, "contact"), number_of(alike, "cadre")):
            many |= Q(GreaterThanOrEqual(number, Contact.MANY_AT_ONCE))
        repeated = Q(GreaterThanOrEqual(Coalesce(Subquery(days.values("days")), 0), Contact.REPEATED_DAYS))
        return self.annotate(
            is_for_many=ExpressionWrapper(many & by_hand, BooleanField()),
            is_repeated=ExpressionWrapper(repeated & by_hand, BooleanField()),
        )

    def with_place(self) -> Self:
        """Adds `is_offline`, whether cadre and youths met in one place."""
        return self.annotate(is_offline=ExpressionWrapper(Q(form__in=Contact.OFFLINE), BooleanField()))

    def with_youths_reached(self) -> Self:
        """Adds `youths_reached`: the number of youths named, or for 全部 of the cadre's links in force that day."""
        standing = Link.objects.as_of(OuterRef("held_on")).filter(cadre=OuterRef("cadre"))
        named = Contact.links.through.objects.filter(contact=OuterRef("pk"))
        return self.annotate(
            youths_reached=Case(
                When(with_everyone=True, then=number_of(standing, "cadre")), default=number_of(named, "contact")
            )
        )


class Contact(models.Model):
    """One contact of a cadre with some or all of the linked youths."""

    class Form(models.TextChoices):
        ONLINE = "online", "线上互动"
        PHONE = "phone", "电话"
        FACE_TO_FACE = "face_to_face", "面对面"
        VISIT = "visit", "走访"
        YOUTH_MEETING = "youth_meeting", "青年面对面"
        OPEN_DAY = "open_day", "团支部开放日"
        VOLUNTEERING = "volunteering", "志愿服务"
        THEME = "theme", "主题活动"

    OFFLINE = tuple(sorted({*Form} - {Form.ONLINE, Form.PHONE}))
    # Forms in which cadre and youth meet in person, not among many.
    OF_TWO = (Form.FACE_TO_FACE, Form.VISIT)
    NAMES_SHOWN = 5
    # From how many youths on a contact is marked as one with many, and from how many days on its words as repeated.
    MANY_AT_ONCE = 10
    REPEATED_DAYS = 3
    MARKS = {"is_for_many": "一次多人", "is_repeated": "内容重复"}

    cadre = models.ForeignKey(Person, models.PROTECT, related_name="contacts_as_cadre", verbose_name="团干部")
    held_on = happened(models.DateField("日期"))
    form = models.CharField("形式", max_length=20, choices=Form)
    with_everyone = models.BooleanField("全部联系青年", default=False)
    links = models.ManyToManyField(Link, blank=True, related_name="contacts", verbose_name="联系青年")
    content = models.TextField("内容", blank=True)
    # From whose list it follows; empty where somebody logged it.
    activity = models.ForeignKey(
        Activity,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="contacts",
        verbose_name="来自活动",
    )

    attachments = GenericRelation(Attachment)

    objects = ContactQuerySet.as_manager()
    history = Tracked(m2m_fields=["links"])
    record_options = RecordOptions(facts=("cadre", "held_on", "form", "with_everyone"), neutral=("content", "activity"))

    class Meta:
        verbose_name = "联系记录"
        ordering = ["-held_on", "-pk"]
        indexes = [models.Index(fields=["held_on", "id"], name="contact_by_day")]

    def __str__(self):
        return f"{self.held_on} {self.cadre} {self.get_form_display()}"

    def get_absolute_url(self):
        """The record's own page."""
        return reverse("contact_detail", args=[self.pk])

    @property
    def youth_names(self):
        """The first youths named and their total number, or 全部."""
        if self.with_everyone:
            return "全部"
        names = [str(link.youth) for link in self.links.all()]
        more = f"等 {len(names)} 人" if len(names) > self.NAMES_SHOWN else ""
        return "、".join(names[: self.NAMES_SHOWN]) + more

    @property
    def is_worked_on(self):
        """Whether a contact has a text or files, which follow from no list."""
        return bool(self.content or self.attachments.all())

    @property
    def marks(self):
        """The marks in words, where `with_marks` has added them."""
        marked = [(getattr(self, name, False), label) for name, label in self.MARKS.items()]
        return [label for is_marked, label in marked if is_marked]

    def name_everyone(self):
        """Names the youths of 全部, so that the contact keeps them when their links end."""
        links = Link.objects.as_of(self.held_on).filter(cadre=self.cadre_id)
        if self.with_everyone and links:
            self.with_everyone = False
            self.save()
            self.links.set(links)


class Credit(models.Model):
    """A cadre with whom an activity counts as a contact, once its list is confirmed, with the linked youths there."""

    activity = models.ForeignKey(Activity, models.CASCADE, related_name="credits", verbose_name="活动", db_index=False)
    cadre = models.ForeignKey(Person, models.PROTECT, related_name="credits", verbose_name="团干部")
    form = models.CharField("形式", max_length=20, choices=Contact.Form)
    counts_again = models.BooleanField("另计一次", default=False)

    objects = CadreReachQuerySet.as_manager()
    history = Tracked()
    record_options = RecordOptions(
        neutral=("activity", "cadre", "form", "counts_again"),
        merging=Merging(alike=("activity",), recount=("outreach.credits.settle_credits", "activity_id")),
    )

    class Meta:
        verbose_name = "名单计入的联系"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["activity", "cadre"], name="credit_once")]

    def __str__(self):
        return f"{self.activity} {self.cadre}"
