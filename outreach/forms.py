"""Forms for links and contacts."""

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q

from members.forms import PersonForm
from members.models import Person
from yl_district.pages.forms import ActionForm, PageForm, SeveralChoiceField
from yl_district.validators import problem

from .models import CadreQuerySet, Contact, Link


class CadreChoiceField(forms.ModelChoiceField):
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
    serving = CadreQuerySet(Person).visible_to(form.user).serving_on(form.day).values("pk")
    current = form.instance.cadre_id
    cadres = CadreQuerySet(Person).filter(Q(pk__in=serving) | Q(pk=current)).with_posts()
    form.fields["cadre"].queryset = cadres = cadres.told_apart_to(form.user)
    if not current and len(cadres) == 1:
        form.initial.setdefault("cadre", cadres[0].pk)


class LinkForm(PersonForm):
    """A cadre's link to a youth; the cadre cannot be changed, since contacts are logged under that name."""

    person_field = "youth"
    groups = [
        ("联系", "cadre", "started_on", "ended_on", "bound_on"),
        ("青年", "name", "gender", "mobile", "sector", "employer", "same_person"),
        ("", "remark"),
    ]

    class Meta:
        model = Link
        field_classes = {"cadre": CadreChoiceField}

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        offer_cadres(self)
        self.fields["cadre"].disabled = bool(self.instance.pk)
        if not self.instance.pk:
            self.initial.setdefault("started_on", self.day)


class LinkEndForm(ActionForm):
    """The end date of a link."""

    day = forms.DateField(label="结束日期")


class ContactForm(PageForm):
    """A contact with some or all of the youths linked to the cadre on that day."""

    past = ("held_on",)
    groups = [("", "cadre", "held_on", "form"), ("联系了谁", "with_everyone", "links"), ("", "content")]
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
        offer_cadres(self)
        if not self.instance.pk:
            self.initial.setdefault("held_on", self.day)
        field = self.fields["links"]
        field.queryset = self._standing_links()
        if not field.queryset:
            field.help_text = "先选择团干部和日期；这一天没有在联系的青年时，这里是空的。"

    def _standing_links(self):
        """Returns the links to choose from, for the cadre and day chosen so far."""
        cadre, day = self._chosen("cadre"), self._chosen("held_on")
        links = Link.objects.as_of(day).filter(cadre=cadre) if cadre and day else Link.objects.none()
        return links.select_related("youth").order_by("pk")

    def _chosen(self, name):
        value = self.data.get(self.add_prefix(name)) if self.is_bound else self.initial.get(name)
        try:
            return self.fields[name].clean(value)
        except ValidationError:
            return None

    def clean(self):
        data = super().clean()
        if not data.get("cadre") or not data.get("held_on"):
            return data
        if not self.fields["links"].queryset:
            self.errors.pop("links", None)
            expected = "这名团干部有在联系青年的日期"
            self.add_error("held_on", problem(expected, "请核对团干部和日期，或先登记联系青年"))
        elif data["with_everyone"]:
            self.errors.pop("links", None)
            data["links"] = Link.objects.none()
        elif not data.get("links") and "links" not in self.errors:
            self.add_error("links", problem("至少一名联系青年", "请勾选联系到的青年，或勾选全部联系青年"))
        return data
