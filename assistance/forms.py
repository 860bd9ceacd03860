"""Forms for case files: assisted youths, plans, pairings, assistances and grants."""

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Prefetch, Q

from activities.partner_fields import PartnersField, register_partners
from members.forms import DOCUMENTS_GROUP, PERSON_GROUP, PersonForm, with_capacities
from members.models import Person, Volunteer
from orgs.forms import OrganisationChoiceField
from orgs.models import Organisation
from orgs.roles import CASE_KEEPERS
from yl_district.database.actors import whole_case_files
from yl_district.pages.folding import Folded
from yl_district.pages.forms import ActionForm, PageForm
from yl_district.pages.record_choices import RecordChoiceField, SeveralChoiceField, SeveralRecordsField
from yl_district.partial_dates import may_agree
from yl_district.privacy.masking import masked_name
from yl_district.privacy.unreadable import UnreadableText
from yl_district.validators import problem

from .actions import parted_youths
from .models import LONGEST_GRANT, Assistance, AssistanceReceipt, AssistedYouth, CaseGrant


class AssistedYouthForm(PersonForm):
    """An assisted youth's period in the register."""

    masks_name = True
    groups = [
        PERSON_GROUP,
        DOCUMENTS_GROUP,
        ("在库", "organisation", "registered_on", "removed_on", "bound_on"),
        Folded("出库", "removal_reason", "removal_note"),
        ("处理依据", "legal_basis", "legal_basis_on"),
        ("情况", "school", "grade", "hardship", "focus_group", "guardian", "guardian_phone"),
        ("", "needs", "remark"),
        ("保存期限", "kept_until"),
    ]

    class Meta:
        model = AssistedYouth
        field_classes = {"organisation": OrganisationChoiceField}
        help_texts = {
            "legal_basis": "未满 14 周岁的，须取得监护人同意。",
            "kept_until": f"出库满 {settings.CASE_RETENTION_YEARS} 年的档案匿名处理；确需更久的，填写保存到哪一天。",
        }

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        offer_case_organisations(self)
        for name in ("legal_basis", "legal_basis_on"):
            self.fields[name].required = True


def offer_case_organisations(form):
    """Offers the organisations within which the user keeps case files, and the initial one."""
    chosen = form.initial.get("organisation")
    reached = Organisation.objects.visible_as(form.user, *CASE_KEEPERS).values("pk")
    form.fields["organisation"].queryset = Organisation.objects.filter(Q(pk__in=reached) | Q(pk=chosen))


class AssistedYouthRemoveForm(ActionForm):
    """The date on which a youth leaves the register, and why."""

    day = forms.DateField(label="出库日期")
    removal_reason = forms.ChoiceField(label="出库原因", choices=[("", ""), *AssistedYouth.RemovalReason.choices])
    removal_note = forms.CharField(
        label="出库说明",
        required=False,
        widget=forms.Textarea,
        help_text="加密保存。原因为“其他”的，请写明情况；转介的，写明转给哪个部门。",
    )


class AssistedYouthEndForm(AssistedYouthRemoveForm):
    """The same for one youth, whose file may have to be kept longer."""

    groups = [("", "day", "removal_reason", "removal_note"), Folded("保存期限", "kept_until")]
    kept_until = forms.DateField(
        label="延长保存至",
        required=False,
        help_text="一般留空；补办早年的出库、保存期将满而确需更久的，填写保存到哪一天，一次最多延长一年。",
    )


class TakeBackForm(ActionForm):
    """Why something noted by mistake is taken back; the history keeps it. `act` says in a word what is done."""

    act = ""

    reason = forms.CharField(min_length=4, max_length=100, help_text="保存在修改历史中。")

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        field = self.fields["reason"]
        field.label = f"{self.act}理由"
        field.error_messages |= {
            "required": f"请填写{field.label}。",
            "min_length": f"请写明为何{self.act}，不少于 4 个字。",
        }


class VolunteerChoiceField(RecordChoiceField):
    """A choice of a volunteer, distinguished from namesakes by employer."""

    def label_from_instance(self, volunteer):
        return volunteer_label(volunteer)


class VolunteersChoiceField(SeveralRecordsField):
    """A choice of several volunteers."""

    def label_from_instance(self, volunteer):
        return volunteer_label(volunteer)


def volunteer_label(volunteer):
    """Returns a volunteer's name, with the employer if known."""
    return f"{volunteer}（{volunteer.employer}）" if volunteer.employer else str(volunteer)


def offer_volunteers(field, user, volunteers, chosen=()):
    """Offers those of the volunteers visible to the user as a keeper of case files, and those already chosen."""
    reached = volunteers.visible_as(user, *CASE_KEEPERS).values("pk")
    volunteers = Volunteer.objects.filter(Q(pk__in=reached) | Q(pk__in=[one.pk for one in chosen]))
    field.queryset = volunteers.select_related("person").order_by("person__name_sort", "pk")


class PairingForm(ActionForm):
    """A youth's fixed volunteer and the start date of the pairing."""

    volunteer = VolunteerChoiceField(Volunteer.objects.none(), label="固定志愿者")
    day = forms.DateField(label="结对日期")

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        offer_volunteers(self.fields["volunteer"], self.user, Volunteer.objects.as_of(self.day))


class PairingEndForm(ActionForm):
    """The end date of a pairing."""

    day = forms.DateField(label="结束日期")


class AssistedYouthsField(SeveralChoiceField):
    """A choice of assisted youths by name and organisation."""

    def label_from_instance(self, youth):
        return f"{youth}（{youth.organisation}）"


class AssistanceForm(PageForm):
    """An assistance given to some or all of the youths in the register on that day."""

    stays = ("held_on", "kind", "form")
    groups = [
        ("", "held_on", "kind", "form"),
        ("帮扶了谁", "with_everyone", "youths"),
        ("给了什么", "goods", "quantity", "unit", "amount"),
        ("情况", "volunteers", "partners", "content"),
    ]

    partners = PartnersField()

    class Meta:
        model = Assistance
        field_classes = {"youths": AssistedYouthsField, "volunteers": VolunteersChoiceField}
        widgets = {"youths": forms.CheckboxSelectMultiple}
        labels = {"amount": "金额（元）"}
        help_texts = {
            "goods": "如书包、运动服；只给钱的留空。",
            "unit": "如个、套。",
            "amount": "这次帮扶总共用了多少钱，不是每人多少。",
        }
        error_messages = {"youths": {"invalid_choice": "所选帮扶对象在这一天不在库，请重新选择。"}}

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        chosen = self.instance.volunteers.all() if self.instance.pk else ()
        offer_volunteers(self.fields["volunteers"], self.user, Volunteer.objects.all(), chosen)
        if not self.instance.pk:
            self.initial.setdefault("held_on", self.day)
        if self.instance.pk and not self.instance.is_open_as_a_whole_to(self.user):
            self.fields["with_everyone"].disabled = self.fields["held_on"].disabled = self.instance.with_everyone
        field = self.fields["youths"]
        field.queryset = self._register()
        if not field.queryset:
            field.help_text = "先填写日期；这一天没有在库的帮扶对象时，这里是空的。"

    def _register(self):
        """Returns the youths to choose from: those in the register on the day entered so far."""
        value = self.data.get(self.add_prefix("held_on")) if self.is_bound else self.initial.get("held_on")
        try:
            day = self.fields["held_on"].clean(value)
        except ValidationError:
            return AssistedYouth.objects.none()
        youths = AssistedYouth.objects.visible_to(self.user).as_of(day).with_person()
        return youths.in_name_order().order_by("name_rank", "pk")

    def clean(self):
        data = super().clean()
        if not data.get("held_on") or data["held_on"] > self.day:
            return data
        if not self.fields["youths"].queryset:
            self.errors.pop("youths", None)
            self.add_error("held_on", problem("有帮扶对象在库的日期", "请核对日期，或先登记帮扶对象"))
        elif data["with_everyone"]:
            self.errors.pop("youths", None)
            stays = self.fields["with_everyone"].disabled
            data["with_everyone"] = stays or AssistedYouth.objects.are_open_to(self.user, data["held_on"])
            everybody = self.fields["youths"].queryset
            data["youths"] = AssistedYouth.objects.none() if data["with_everyone"] else everybody
        elif not data.get("youths") and "youths" not in self.errors:
            self.add_error("youths", problem("至少一名帮扶对象", "请勾选受帮扶的对象，或勾选全部在库对象"))
        if self.instance.pk and not self.errors:
            self._keep_receivers(data)
        return data

    def _keep_receivers(self, data):
        """Adds an error where a youth who has signed for the assistance would no longer be among those reached."""
        signed = {one.youth for one in AssistanceReceipt.objects.visible_to(self.user).filter(assistance=self.instance)}
        left = signed.difference(self.fields["youths"].queryset if data["with_everyone"] else data["youths"])
        if left:
            expected = f"已签收的{'、'.join(sorted(map(str, left)))}仍是帮扶对象"
            self.add_error("youths", problem(expected, "签收登记错的，请先在帮扶记录页面撤销签收"))

    @whole_case_files()
    def save(self, commit=True):
        """Saves the assistance; youths whose files the user may not open remain linked."""
        closed = []
        if self.instance.pk and not self.instance.with_everyone:
            _, closed = parted_youths(self.instance, self.user)
        register_partners(self)
        assistance = super().save(commit)
        assistance.youths.add(*closed)
        return assistance


class CaseGrantForm(PageForm):
    """A request to open a youth's file; it behaves the same whether or not a file exists."""

    groups = [("青少年", "name", "birth_date", "organisation"), ("申请", "days", "reason")]

    class Meta:
        model = CaseGrant
        field_classes = {"organisation": OrganisationChoiceField}
        help_texts = {"days": f"1 至 {LONGEST_GRANT} 天，按工作需要从短。", "reason": "写明因何工作需要查阅或建档。"}

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        offer_case_organisations(self)


class CaseGrantDecisionForm(ActionForm):
    """Another user's decision on a request, and the person whose file is meant."""

    NEW_PERSON = "new"

    groups = [("", "is_approved", "person", "days", "decision_note")]
    is_approved = forms.TypedChoiceField(
        label="审批结果",
        choices=[("yes", "批准"), ("no", "不批准")],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    person = forms.ChoiceField(label="指的是哪一位", widget=forms.RadioSelect, required=False)
    days = forms.IntegerField(label="期限（天）", min_value=1, max_value=LONGEST_GRANT)
    decision_note = forms.CharField(label="审批意见", max_length=200, required=False)

    def __init__(self, *args, grant, **options):
        super().__init__(*args, **options)
        self.grant = grant
        with whole_case_files():
            self.people = {str(person.pk): person for person in self._namesakes() if self._fits(person)}
        choices = [(key, describe_youth(person)) for key, person in self.people.items()]
        self.fields["person"].choices = [*choices, (self.NEW_PERSON, "以上都不是，尚未登记的人")]
        self.initial |= {"days": grant.days, "is_approved": "yes"}
        if len(self.people) < 2:
            self.initial["person"] = next(iter(self.people), self.NEW_PERSON)

    def _namesakes(self):
        """Returns people with the requested name known where the user decides, with capacities and cases there."""
        kinds = CaseGrant.objects.all().seen_by
        condition = Q(pk__in=[])
        for organisation in self.user.organisations_as(*kinds):
            condition |= Q(pk__in=known_within(Person.objects.named(self.grant.name), organisation).values("pk"))
        cases = AssistedYouth.objects.filter(
            organisation__in=Organisation.objects.visible_as(self.user, *kinds)
        ).select_related("organisation")
        people = with_capacities(Person.objects.filter(condition), self.user, *kinds)
        return people.prefetch_related(Prefetch("assistance_cases", cases))

    def _fits(self, person):
        born = self.grant.birth_date
        return isinstance(born, UnreadableText) or may_agree(born, person.birth_date)

    def clean(self):
        data = super().clean()
        picked = data.get("person")
        if data.get("is_approved") and not picked and "person" not in self.errors:
            self.add_error("person", problem("其中一位", "有几名同名的人，请选定所指的一位再批准"))
        data["person"] = self.people.get(picked)
        return data


class CaseGrantEndForm(ActionForm):
    """Confirms the end of a grant, today; has no fields."""


def known_within(people, organisation):
    """Returns those of `people` known within an organisation by a capacity, a case file or a grant."""
    if organisation.is_root():
        return people
    here = {"person__in": list(people), "organisation__path__startswith": organisation.path}
    files = [*AssistedYouth.objects.filter(**here), *CaseGrant.objects.filter(**here)]
    capacity = people.within(organisation).values("pk")
    return people.filter(Q(pk__in=capacity) | Q(pk__in=[one.person_id for one in files]))


def describe_youth(person):
    """Returns what distinguishes a youth from namesakes without identifying them: sex, birth year and places.

    Places of case files appear only if there are no others, so that a decider does not learn of a file otherwise.
    """
    born = person.birth_date and f"{person.birth_date.year} 年出生"
    places = [one.branch for one in person.memberships.all()] + [one.organisation for one in person.posts.all()]
    places = places or [case.organisation for case in person.assistance_cases.all()]
    facts = [masked_name(person.name), person.get_gender_display(), born, *dict.fromkeys(map(str, places))]
    return "，".join(fact for fact in facts if fact)
