"""Forms for links and contacts, and for the end of a post, which leaves links behind."""

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Case, Exists, OuterRef, Q, When

from members.forms import PersonForm
from members.models import Person, Post
from orgs.roles import RoleKind
from yl_district.fields import MonthFormField
from yl_district.pages.announcements import REGISTRATION
from yl_district.pages.folding import Folded
from yl_district.pages.forms import ActionForm, BindingForm, PageForm, refuse_after
from yl_district.pages.record_choices import RecordChoiceField, SeveralChoiceField, is_key
from yl_district.pinyin import NAME_ORDER, search_text
from yl_district.validators import problem

from .credits import count_beside
from .models import CadreQuerySet, Contact, Link
from .own_links import OwnLinks, missing_of

KEPT_LABEL = "保留（仍任其他职务，或到离任时再办理）"


class CadreChoiceField(RecordChoiceField):
    """A choice of a cadre, distinguished from namesakes by the organisations of their posts."""

    def label_from_instance(self, cadre):
        organisations = "、".join(dict.fromkeys(str(post.organisation) for post in cadre.posts.all()))
        return f"{cadre}（{organisations}）"


class LinkedYouthsField(SeveralChoiceField):
    """A choice of linked youths by their names."""

    def label_from_instance(self, link):
        return str(link.youth)


def offer_cadres(form):
    """Offers the cadres in office on the form's day; preselects the only one."""
    cadres, current = CadreQuerySet(Person).visible_to(form.user).in_office(form.day), form.instance.cadre_id
    if current:
        cadres = CadreQuerySet(Person).filter(Q(pk__in=cadres.values("pk")) | Q(pk=current)).told_apart_to(form.user)
    form.fields["cadre"].queryset = cadres.with_posts()
    only = form.fields["cadre"].only
    if only and not current:
        form.initial.setdefault("cadre", only.pk)


class LinkForm(PersonForm):
    """A cadre's link to a youth; the cadre cannot be changed, since contacts are logged under that name."""

    person_field = "youth"
    stays = ("cadre", "started_on")
    groups = [
        ("联系", "cadre", "started_on"),
        ("青年", "name", "gender", "mobile", "same_person"),
        Folded("单位", "sector", "employer"),
        Folded("绑定与结束", "ended_on", "bound_on", "consented_on", "consent", "remark"),
    ]
    today_in = "started_on"

    class Meta:
        model = Link
        field_classes = {"cadre": CadreChoiceField}

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        offer_cadres(self)
        self.fields["cadre"].disabled = bool(self.instance.pk)


class LinkBindForm(BindingForm):
    """The day on which links were bound on the platform, and what their youths agreed to."""

    consent = forms.CharField(
        label="同意文本",
        widget=forms.Textarea,
        required=False,
        initial=Link.CONSENT,
        help_text="青年本人同意的内容，随联系保存，同意日期即绑定日期；没有征得同意的请清空。",
    )


class LinksContactForm(ActionForm):
    """One contact with each youth of several `links`, on the same day and in the same way."""

    occasion = REGISTRATION
    groups = [("", "held_on"), ("", "form"), ("", "content")]
    held_on = forms.DateField(label="日期")
    form = forms.ChoiceField(label="形式", choices=Contact.Form, widget=forms.RadioSelect)
    content = forms.CharField(label="内容", widget=forms.Textarea, required=False)

    def __init__(self, *args, links, **options):
        super().__init__(*args, **options)
        self.initial["held_on"] = self.day
        refuse_after(self.fields["held_on"], self.day)
        cadres = CadreQuerySet(Person).visible_to(self.user).in_office(self.day)
        self.serving = set(cadres.filter(pk__in={link.cadre_id for link in links}).values_list("pk", flat=True))

    def refuse_out_of_office(self, link):
        """Raises ValidationError where the cadre is not in office, under whom no contact is logged any more."""
        if link.cadre_id not in self.serving:
            raise problem("现任团干部的联系", "这名团干部已离任，请先移交联系青年")


class LinkEndForm(ActionForm):
    """The end date of a link."""

    day = forms.DateField(label="结束日期")
    reason = forms.CharField(label="原因", max_length=50, required=False, help_text="写入备注。")


class HandOverForm(ActionForm):
    """What becomes of the links of `cadre`: a successor in office takes them over from a day on, or they end on it."""

    HAND_OVER, END, KEEP = "hand_over", "end", "keep"

    fate = forms.ChoiceField(
        label="名下的联系青年",
        choices=[(HAND_OVER, "交给接手的团干部"), (END, "全部结束")],
        widget=forms.RadioSelect,
        required=False,
    )
    successor = CadreChoiceField(label="接手人", queryset=Person.objects.none(), required=False)
    links_on = forms.DateField(label="移交日期", required=False, help_text="联系从这一天起结束，由接手人继续。")
    reason = forms.CharField(label="原因", max_length=50, required=False, help_text="写入原联系的备注。")

    def __init__(self, *args, cadre, **options):
        super().__init__(*args, **options)
        self.cadre = cadre
        seen = Link.objects.visible_as(self.user, RoleKind.STAFF).filter(cadre=cadre)
        self.link_count = seen.not_ended_by(self.day).count()
        self.fields["successor"].queryset = successors_of(cadre, self.user, self.day)
        refuse_after(self.fields["links_on"], self.day)
        self.initial |= {"links_on": self.day, "reason": "离任"}

    def clean(self):
        """Returns the arguments of `hand_over`: without a successor where the links end, without a day to keep them."""
        data = super().clean()
        fate = data.pop("fate", None)
        if not fate:
            self.add_error("fate", "请选择名下的联系青年交给谁，或全部结束。")
        if fate != self.HAND_OVER:
            data["successor"] = None
        elif data.get("links_on"):
            self._check_successor(data)
        if fate == self.KEEP:
            data["links_on"] = None
        elif not data.get("links_on") and not self.has_error("links_on"):
            self.add_error("links_on", "请填写移交日期。")
        return data

    def _check_successor(self, data):
        """Adds an error without a successor, or with one who is not in office on the day."""
        successor, day = data.get("successor"), data["links_on"]
        if not successor:
            if not self.has_error("successor"):
                self.add_error("successor", "请选择接手人。")
        elif not Person.objects.serving_on(day).filter(pk=successor.pk).exists():
            self.add_error("successor", problem(f"{day} 在任的团干部", "请另选接手人，或核对移交日期"))


def successors_of(cadre, user, day):
    """The other cadres in office on `day` whom the user keeps, those of the same organisations first."""
    near = Post.objects.as_of(day).filter(person=OuterRef("pk"), organisation__in=cadre.posts.values("organisation"))
    cadres = CadreQuerySet(Person).visible_to(user).in_office(day).exclude(pk=cadre.pk)
    return cadres.annotate(is_near=Exists(near)).order_by("-is_near", *NAME_ORDER)


class LinkHandOverForm(HandOverForm):
    """Hands over or ends the links of a cadre."""

    groups = [("", "fate", "successor", "links_on", "reason")]

    def clean(self):
        if not self.link_count:
            raise problem("名下有在联系的青年", "这名团干部已没有在联系的青年，不需要移交", code="nothing")
        return super().clean()


class PostsEndForm(ActionForm):
    """The month in which several posts end, and what becomes of their holders' links; each is checked by itself."""

    groups = [("", "day"), ("名下的联系青年", "fate", "successor", "links_on", "reason")]
    day = MonthFormField(label="离任年月")
    fate = forms.ChoiceField(
        label="名下的联系青年",
        choices=[
            (HandOverForm.HAND_OVER, "交给接手的团干部"),
            (HandOverForm.END, "全部结束"),
            (HandOverForm.KEEP, KEPT_LABEL),
        ],
        widget=forms.RadioSelect,
        required=False,
    )
    successor = CadreChoiceField(label="接手人", queryset=Person.objects.none(), required=False)
    links_on = forms.DateField(label="移交日期", required=False, help_text="联系从这一天起结束，由接手人继续。")
    reason = forms.CharField(label="原因", max_length=50, required=False, help_text="写入原联系的备注。")

    def __init__(self, *args, posts, **options):
        super().__init__(*args, **options)
        cadres = {post.person_id for post in posts}
        links = Link.objects.visible_as(self.user, RoleKind.STAFF).filter(cadre__in=cadres)
        if links.not_ended_by(self.day).exists():
            serving = CadreQuerySet(Person).visible_to(self.user).in_office(self.day).exclude(pk__in=cadres)
            self.fields["successor"].queryset = serving.order_by(*NAME_ORDER)
            refuse_after(self.fields["links_on"], self.day)
            self.initial |= {"links_on": self.day, "reason": "离任"}
        else:
            for name in ("fate", "successor", "links_on", "reason"):
                del self.fields[name]
            self.groups = self.groups[:1]


class PostEndForm(HandOverForm):
    """The month in which a post ends, and what becomes of its holder's links.

    Only staff are asked, who see these links; where another post continues, or the month is ahead, links may stay.
    """

    groups = [("", "day"), ("联系青年", "fate", "successor", "links_on", "reason")]
    field_order = ["day"]
    day = MonthFormField(label="离任年月")

    def __init__(self, *args, post, **options):
        super().__init__(*args, cadre=post.person, **options)
        self.post = post
        if self.link_count:
            self.fields["fate"].choices += [(self.KEEP, KEPT_LABEL)]
        else:
            for name in ("fate", "successor", "links_on", "reason"):
                del self.fields[name]
            self.groups = self.groups[:1]

    def clean(self):
        if not self.link_count:
            return ActionForm.clean(self)
        is_kept = self.cleaned_data.get("fate") == self.KEEP
        data = super().clean()
        day, links_on = data.get("day"), data.get("links_on")
        if day and is_kept and day <= self.day and not self._continues(day):
            self.add_error("fate", problem("离任后不再任职的，移交或结束联系", "请选择接手人，或选择全部结束"))
        if day and links_on and links_on < day:
            self.add_error("links_on", problem(f"不早于离任年月（{day:%Y-%m}）的日期", "请核对移交日期"))
        return data

    def _continues(self, day):
        """Whether the holder holds another post on `day`."""
        return Post.objects.as_of(day).filter(person=self.cadre).exclude(pk=self.post.pk).exists()


class OwnContactForm(PageForm):
    """A contact of a cadre with some of the own youths, or with all whom nobody has reached this quarter.

    The cadre is that of the contact; the youths are shown by the page, with what was done for each (`rows`).
    """

    fixed = ("cadre",)
    added = ("not_reached",)
    groups = [("", "form", "held_on", "links", "not_reached"), Folded("内容", "content")]
    today_in = "held_on"
    form = forms.ChoiceField(label="形式", choices=Contact.Form, widget=forms.RadioSelect)

    class Meta:
        model = Contact
        field_classes = {"links": LinkedYouthsField}
        error_messages = {"links": {"invalid_choice": "所选青年已不是您的联系青年，请重新选择。"}}

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        standing = Link.objects.as_of(self.day).filter(cadre=self.instance.cadre_id)
        self.own = OwnLinks.among(standing.with_last_by_place(), self.day)
        self.fields["links"].queryset = standing
        label = f"本季度未联系的全部（{len(self.own.not_reached)} 名）"
        self.fields["not_reached"] = forms.BooleanField(label=label, required=False)

    def _fieldset(self, legend, names):
        return super()._fieldset(legend, [name for name in names if name not in ("links", "not_reached")])

    @property
    def rows(self):
        """Of each link, those not reached this quarter first, a tuple of what the page shows.

        The link, what is owed to the youth in words, what the youth is looked for by, and whether it is ticked.
        """
        ticked = {str(key) for key in self["links"].value() or ()}
        links = sorted(self.own.links, key=lambda link: link.is_reached)
        return [
            (link, "、".join(missing_of(link)), search_text(link.youth.shown_name), str(link.pk) in ticked)
            for link in links
        ]

    def clean(self):
        data = super().clean()
        day, chosen = data.get("held_on"), {link.pk: link for link in data.get("links") or ()}
        if day is None or day > self.day or "links" in self.errors:
            return data
        if early := [link for link in chosen.values() if link.started_on > day]:
            names = "、".join(str(link.youth) for link in early)
            self.add_error("held_on", problem("已开始联系的日期", f"这一天还没有开始联系{names}，请核对日期"))
        if data["not_reached"]:
            chosen |= {link.pk: link for link in self.own.not_reached if link.started_on <= day}
        if not chosen:
            self.add_error("links", problem("至少一名联系青年", "请勾选联系到的青年"))
        data["links"] = list(chosen.values())
        return data


class ContactForm(PageForm):
    """A contact with some or all of the youths linked to the cadre on that day."""

    stays = ("cadre", "held_on", "form")
    groups = [("", "cadre", "held_on", "form"), ("联系了谁", "with_everyone", "links"), Folded("内容", "content")]
    today_in = "held_on"
    only_choices = ("links",)
    form = forms.ChoiceField(label="形式", choices=Contact.Form, widget=forms.RadioSelect)

    class Meta:
        model = Contact
        field_classes = {"cadre": CadreChoiceField, "links": LinkedYouthsField}
        widgets = {"links": forms.CheckboxSelectMultiple}
        error_messages = {
            "links": {"invalid_choice": "所选青年在这一天不是这名团干部的联系青年，请重新选择。"},
        }

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.credited = []
        offer_cadres(self)
        field = self.fields["links"]
        field.queryset = self._standing_links()
        if not field.queryset:
            field.help_text = "先选择团干部和日期；这一天没有在联系的青年时，这里是空的。"

    def _standing_links(self):
        """Returns the links to choose from, for the cadre and day chosen so far; as stored, those named as well."""
        cadre, day = self._chosen("cadre"), self._chosen("held_on")
        standing = Link.objects.as_of(day).filter(cadre=cadre) if cadre and day else Link.objects.none()
        is_stored = self.instance.pk and (cadre, day) == (self.instance.cadre, self.instance.held_on)
        named = self.instance.links.values("pk") if is_stored else []
        links = Link.objects.filter(Q(pk__in=standing.values("pk")) | Q(pk__in=named))
        proposed = str(self.proposed.get("links") or "")
        is_proposed = Q(pk=proposed if is_key(proposed) else None)
        return links.select_related("youth").order_by(
            Case(When(is_proposed, then=0), default=1), "youth__name_sort", "pk"
        )

    def _chosen(self, name):
        value = self[name].data if self.is_bound else self.initial.get(name)
        try:
            return self.fields[name].clean(value)
        except ValidationError:
            return None

    def clean(self):
        data = super().clean()
        if not data.get("cadre") or not data.get("held_on") or data["held_on"] > self.day:
            return data
        self._choose_links(data)
        if not self.errors:
            self._ask_another(data)
        return data

    def _choose_links(self, data):
        """Sets the links of a contact with everyone to none; adds an error where nobody is named."""
        if not self.fields["links"].queryset:
            self.errors.pop("links", None)
            expected = "这名团干部有在联系青年的日期"
            self.add_error("held_on", problem(expected, "请核对团干部和日期，或先登记联系青年"))
        elif data["with_everyone"]:
            self.errors.pop("links", None)
            data["links"] = Link.objects.none()
        elif not data.get("links") and "links" not in self.errors:
            self.add_error("links", problem("至少一名联系青年", "请勾选联系到的青年，或勾选全部联系青年"))

    def _ask_another(self, data):
        """Asks whether it is another contact than those of the day that follow from lists of who came."""
        own = Contact.objects.of_lists_alone().filter(cadre=data["cadre"], held_on=data["held_on"])
        reached = self.fields["links"].queryset if data["with_everyone"] else data["links"]
        self.credited = list(own.filter(links__in=reached.values("pk")).select_related("activity").distinct())
        if not self.credited:
            return
        names = "、".join(f"“{contact.activity.name}”" for contact in self.credited)
        self.fields["is_another"] = forms.BooleanField(label=f"不是{names}，是另外一次联系", required=False)
        self.asked_groups = [*self.asked_groups, ("当天的活动名单已计入与其中青年的联系", "is_another")]
        if not self.data.get("is_another"):
            self.add_error("is_another", "说的就是这次活动的，不用登记；确是另外一次联系的，请勾选后再保存。")

    def save(self, commit=True):
        """Saves the contact; those that follow from lists count beside it."""
        contact = super().save(commit)
        count_beside(self.credited)
        return contact


class CreditedContactForm(PageForm):
    """What can be added to a contact that follows from a list of who came."""

    groups = [("", "content")]

    class Meta:
        model = Contact
