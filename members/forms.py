"""Forms for people and their capacities."""

from crispy_forms.layout import Column
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Prefetch, Q

from orgs.forms import OrganisationChoiceField
from orgs.models import Organisation, User
from orgs.roles import RoleKind
from yl_district.fields import is_masked
from yl_district.likeness import name_key, spellings
from yl_district.pages.folding import Folded
from yl_district.pages.forms import (
    CLEAR,
    ActionForm,
    PageForm,
    mask_stored_value,
    names_in_order,
    offer_days,
    prepare_field,
)
from yl_district.pages.record_choices import RecordChoiceField
from yl_district.partial_dates import is_vaguer, may_agree
from yl_district.pinyin import NAME_ORDER, normalised, person_order
from yl_district.privacy.masking import masked, masked_name
from yl_district.privacy.unreadable import UnreadableText
from yl_district.sheets.cells import CellError
from yl_district.sheets.text_widgets import MobileWidget, NameWidget
from yl_district.validators import problem

from .identity import MAY_BE, Said, born_by, weighed
from .models import LEAVING_STATUSES, Member, Person, Post

OTHER_DOCUMENT = ["other_names", "document_kind", "document_number"]
PERSON_FIELDS = ["name", "gender", "birth_date", "identity_number", "mobile", *OTHER_DOCUMENT]
PERSON_GROUP = ("本人", "name", "gender", "birth_date", "identity_number", "mobile", "same_person")
DOCUMENTS_GROUP = Folded("又名与其他证件", *OTHER_DOCUMENT)
TELLING_FIELDS = ["mobile", "identity_number", "birth_date"]
NEW_PERSON = "new"
# Masked fields, which forms never show of a registered person, with their empty values.
KEPT_BACK = {field.name: None if field.null else "" for field in Person._meta.concrete_fields if is_masked(field)}


class PersonForm(PageForm):
    """A form for a person's capacity, such as a member or a post, which includes the person's own fields.

    A subclass names the foreign key to the person in `person_field` and the person's required fields in
    `person_required`, and puts PERSON_GROUP and DOCUMENTS_GROUP, or those of their fields that it needs, into its
    `groups`. A new record is attached to the known person with the same identity number, else with the same name and
    mobile; if only the name is known, or another spelling of it as `identity` says, the user chooses.
    `takes_only_namesake` accepts the only known person of that name without asking; `masks_name` hides a known person's
    name on the page at any age.
    """

    person_field = "person"
    person_required = ()
    takes_only_namesake = False
    masks_name = False
    keeps_person = True
    added = (*PERSON_FIELDS, "same_person")

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        shown = names_in_order(self.groups)
        own = forms.fields_for_model(Person, [name for name in PERSON_FIELDS if name in shown])
        for name in KEPT_BACK:
            if name in own:
                longest = max(20, Person._meta.get_field(name).max_length)
                own[name] = forms.CharField(label=own[name].label, required=False, max_length=longest)
        for field in own.values():
            prepare_field(field)
        offer_days(own, Person, self.day)
        for name in self.person_required:
            own[name].help_text = "填写身份证号可自动得出，没有身份证号时必填。"
        self.fields = own | self.fields
        if self.known_person:
            self._show_person(self.known_person)
            self.offer_replacing(self.known_person, PERSON_FIELDS)

    @property
    def known_person(self):
        """The person of an existing record, or None for a new record."""
        return getattr(self.instance, self.person_field) if getattr(self.instance, f"{self.person_field}_id") else None

    def _show_person(self, person):
        """Shows the person's data; masked values are left out of the page, and kept if the field is left empty."""
        self.initial |= {name: getattr(person, name) for name in PERSON_FIELDS if name not in KEPT_BACK}
        for name in KEPT_BACK:
            if getattr(person, name) and name in self.fields:
                mask_stored_value(self.fields[name], getattr(person, name))
        if person.shown_name != person.name or self.masks_name:
            self.initial["name"] = ""
            self.fields["name"].required = self.fields["name"].widget.is_required = False
            self.fields["name"].help_text = f"已登记 {masked_name(person.name)}；留空不改。"

    @classmethod
    def lock(cls, record):
        """Locks the person, whose fields are part of the form."""
        lock_person(getattr(record, f"{cls.person_field}_id"))

    def stored_value(self, name):
        """Returns the stored value of a field, also of masked ones, which are compared but not shown."""
        if self.known_person and name in ("name", *KEPT_BACK) and name not in self.unreadable:
            return getattr(self.known_person, name)
        return super().stored_value(name)

    def clean_name(self):
        """Returns the name normalised as in imports, so that one person has one spelling everywhere.

        Raises ValidationError for text that cannot be a name.
        """
        if not self.cleaned_data["name"] and self.known_person:
            return self.known_person.name
        try:
            return NameWidget().clean(self.cleaned_data["name"])
        except CellError as error:
            raise problem(error.expected, error.remedy) from None

    def clean_identity_number(self):
        """Returns the number normalised: full-width digits, spaces and a lower-case x are accepted."""
        return normalised(self.cleaned_data["identity_number"]).upper()

    def clean_mobile(self):
        """Returns the number normalised: full-width digits, spaces and hyphens are accepted.

        Raises ValidationError where it is not a mobile number.
        """
        mobile = self.cleaned_data["mobile"]
        if mobile and mobile != CLEAR:
            try:
                return MobileWidget().clean(mobile)
            except CellError as error:
                raise problem(error.expected, error.remedy) from None
        return mobile

    def clean(self):
        data = super().clean()
        person = self._person(data)
        if person:
            self._take(person, data)
        setattr(self.instance, self.person_field, person or Person())
        return data

    def _person(self, data):
        """Returns the known person described, a new one, or None if the user has to choose or correct first."""
        if self.known_person:
            return self.known_person
        name, number, mobile = (data.get(field) for field in ("name", "identity_number", "mobile"))
        if not name or "identity_number" in self.errors:
            return None
        known = number and number != CLEAR and Person.objects.with_identity_number(number).first()
        if known:
            return self._known_by_number(known, name)
        kind, document = data.get("document_kind"), data.get("document_number")
        holder = kind and document and document != CLEAR and Person.objects.with_document(kind, document).first()
        if holder:
            return self._known_by_number(holder, name, "document_number")
        namesakes = [person for person in self._namesakes(data) if not self._contradicts(person, data)]
        reached = [person for person in namesakes if mobile and person.mobile == mobile and person.name == name]
        return reached[0] if len(reached) == 1 else self._choose(namesakes)

    def _known_by_number(self, person, name, field="identity_number"):
        """Returns the person with the number entered in a field, or None with an error on the form.

        Only the committee's staff may use a person whom they cannot see; the name must match the registered one.
        """
        is_seen = Person.objects.visible_to(self.user).filter(pk=person.pk).exists()
        if not is_seen and not self.user.is_committee_staff:
            expected = "本组织已登记的人，或尚未在系统中登记的证件号码"
            self.add_error(field, problem(expected, "此人须由上级团委机关办理，请核对号码后联系委机关"))
            return None
        if person.name != name and name_key(person.name) == name_key(name):
            return self._choose([person])
        return person if person.name == name else self._refuse_name()

    def _take(self, person, data):
        """Sets the person's fields from the form, unless the user may not change them."""
        if person.pk:
            lock_person(person.pk)
            person.refresh_from_db()
            self.keeps_person = Person.objects.written_by(self.user).filter(pk=person.pk).exists()
        if self.keeps_person:
            self._fill(person, data)
            self._check(person)

    def _refuse_name(self):
        self.add_error("name", problem("与证件号码相符的姓名", "该号码已用于另一姓名的人员，请核对姓名与号码"))

    def _namesakes(self, data):
        """Returns people with this name or another spelling of it, visible to the user; others are not to be revealed.

        Another spelling counts only with a fact that agrees.
        """
        name = data["name"]
        # Whatever is spelled otherwise is read alike, as far as the characters are known to be read at all.
        sound, blanks, _ = person_order(name).partition("  ")
        alike = Q(name__in=spellings(name)) | Q(name_sort__startswith=sound + blanks)
        seen = Person.objects.visible_to(self.user).order_by("pk")
        # Of sealed people, whom the user knows by a case, the database cannot be asked.
        sealed = [one for one in seen.sealed() if is_spelled_alike(one, name, sound + blanks)]
        people = [*seen.filter(alike), *sealed]
        return [person for person in people if person.name == name or self._may_be(person, data)]

    def _may_be(self, person, data):
        """Whether somebody of another spelling of the name may be meant."""
        number, mobile = ("" if data.get(name) == CLEAR else data.get(name) for name in ("identity_number", "mobile"))
        said = Said(data["name"], number or "", data.get("birth_date") or born_by(number), mobile or "")
        return weighed(person, said, self._is_here(person, data)) == MAY_BE

    def _is_here(self, person, data):
        """Whether the person belongs to the organisation chosen in the form."""
        place = data.get("branch") or data.get("organisation")
        held = person.memberships.filter(branch=place), person.posts.filter(organisation=place)
        return place is not None and any(rows.exists() for rows in held)

    def _contradicts(self, person, data):
        """Whether the identity number or birth date entered shows that this namesake is another person."""
        number, known = data.get("identity_number"), person.identity_number
        is_other = number and number != CLEAR and known and number != known
        return bool(is_other) or not may_agree(data.get("birth_date"), person.birth_date)

    def _choose(self, namesakes):
        """Returns the namesake chosen by the user, a new person, or None if the user has yet to choose."""
        shown = Person.objects.filter(pk__in=[person.pk for person in namesakes])
        candidates = {str(person.pk): person for person in with_capacities(shown, self.user)}
        kept = set(shown.kept_by(self.user))
        if not candidates:
            return self._new_person()
        only = next(iter(candidates.values())) if len(candidates) == 1 else None
        is_named_so = only and only.name == self.cleaned_data["name"]
        if self.takes_only_namesake and is_named_so and not (self.cleaned_data.get("mobile") and only.mobile):
            return only
        choices = [(key, told_of(person, person in kept)) for key, person in candidates.items()]
        choices.append((NEW_PERSON, "都不是，登记为新的人员"))
        self.fields["same_person"] = forms.ChoiceField(label="同名人员", choices=choices, widget=forms.RadioSelect)
        picked = self.data.get(self.add_prefix("same_person"))
        if picked == NEW_PERSON:
            return self._new_person()
        if picked not in candidates:
            self.add_error("same_person", "已有姓名相同或写法相近的人员，无法判断是否同一人，请选择其一后再保存。")
        return candidates.get(picked)

    def _new_person(self):
        """Returns a new person; adds an error if nothing entered distinguishes them from a visible namesake."""
        data = self.cleaned_data
        offered = [name for name in TELLING_FIELDS if name in self.fields]
        typed = {name: data[name] for name in offered if data.get(name) not in (None, "", CLEAR)}
        for person in self._namesakes(data):
            if person.name == data["name"] and not any(
                tells_apart(value, getattr(person, name)) for name, value in typed.items()
            ):
                self.add_error("name", say_apart([self.fields[name].label for name in offered]))
                break
        return Person()

    def _fill(self, person, data):
        """Sets the person's fields from the form.

        Only for an existing record's person may an emptied field be cleared, and a date become vaguer.
        """
        for name in PERSON_FIELDS:
            value = data.get(name)
            if isinstance(getattr(person, name), UnreadableText) and name not in self.replaced:
                self._refuse_replacing(name, value, getattr(person, name))
            elif name in KEPT_BACK:
                if value or name in self.replaced:
                    setattr(person, name, KEPT_BACK[name] if value in ("", CLEAR) else value)
            elif (self.known_person and name in data) or (value and not is_vaguer(value, getattr(person, name))):
                setattr(person, name, value)

    def _refuse_replacing(self, name, typed, stored):
        """Keeps a cell that cannot be read as it is; adds an error where another form has to mend it first."""
        if typed not in (None, "", CLEAR) and typed != stored:
            self.add_error(name, "此人已登记的这一项不能读取：请先打开此人的记录重新填写，或在这里留空。")

    def _check(self, person):
        try:
            person.full_clean(exclude=[name for name in PERSON_FIELDS if name in self.errors])
        except ValidationError as error:
            for name, (first, *_) in error.error_dict.items():
                if name == "identity_number" and first.code == "unique":
                    first = problem("尚未登记在他人名下的身份证号", "请核对号码，或打开已有人员的记录")
                self.add_error(name if name in self.fields else None, first)
        for name in self.person_required:
            if not getattr(person, name) and name not in self.errors:
                self.add_error(name, f"请填写{self.fields[name].label}。")

    def add_error(self, field, error):
        """Attaches the model's errors about its person to the name field."""
        if hasattr(error, "error_dict") and self.person_field in error.error_dict:
            errors = dict(error.error_dict)
            about_person = errors.pop(self.person_field)
            if any(each.code == "unique" for each in about_person):
                about_person = f"此人已登记为{self._meta.model._meta.verbose_name}，请打开原记录修改。"
            super().add_error("name", about_person)
            error = ValidationError(errors)
        super().add_error(field, error)

    def _get_validation_exclusions(self):
        """Returns the exclusions without the person if known, so that constraints on it are checked."""
        excluded = super()._get_validation_exclusions()
        if getattr(self.instance, self.person_field).pk:
            excluded.discard(self.person_field)
        return excluded

    def save(self, commit=True):
        """Saves the person, then the capacity."""
        self.save_person()
        return super().save(commit)

    def save_person(self):
        """Saves the person, unless unchanged or the user may not change them.

        An empty change in the person's history would reveal who has opened which record.
        """
        person = getattr(self.instance, self.person_field)
        if self.keeps_person and not is_stored(person):
            person.save()

    @property
    def saved_note(self):
        """A note that a known person's data are unchanged, as the user may not change them."""
        return "" if self.keeps_person else "此人已有登记，本人资料以原登记为准，没有改动。"


def is_spelled_alike(person, name, sound):
    """Whether a person's name is another spelling of this one, or read like it."""
    return person.name in spellings(name) or person.name_sort.startswith(sound)


def is_stored(person):
    """Whether the person's fields equal those in the database."""
    stored = Person.objects.filter(pk=person.pk).first()
    return stored is not None and all(is_left(getattr(stored, name), getattr(person, name)) for name in PERSON_FIELDS)


def is_left(stored, value):
    """Whether a stored value stays as it is; a cell that cannot be read is replaced by whatever it was said to hold."""
    return stored == value and isinstance(stored, UnreadableText) == isinstance(value, UnreadableText)


def tells_apart(value, known):
    """Whether a value entered differs from a person's; a date does not from one that says the same more or less."""
    return not (value == known or is_vaguer(value, known) or is_vaguer(known, value))


def lock_person(pk):
    """Locks a person until the end of the transaction."""
    list(Person.objects.select_for_update(no_key=True).filter(pk=pk).values_list("pk"))


def say_apart(labels):
    """Returns the error message asking for what distinguishes a new person from namesakes."""
    *first, last = labels
    wanted = f"请至少填写{'、'.join(first)}或{last}中的一项" if first else f"请填写{last}"
    return f"系统中已有同名的人，{wanted}（与已有的人不同），以便区分。"


def with_capacities(people, user, *kinds):
    """Prefetches the people's memberships and posts visible to the user, by a role of one of `kinds` if given."""
    rows = {
        "memberships": Member.objects.select_related("branch"),
        "posts": Post.objects.select_related("organisation"),
    }
    return people.prefetch_related(
        *(Prefetch(name, of.visible_as(user, *kinds or of.seen_by)) for name, of in rows.items())
    )


def told_of(person, is_kept):
    """Returns what a reader may know of a person: all that distinguishes one whose data are kept, else the name."""
    return describe(person) if is_kept else f"{person}，在本组织的活动中签到过"


def describe(person):
    """Returns what distinguishes a person from namesakes, with masked numbers."""
    facts = [
        person.shown_name,
        person.get_gender_display(),
        person.birth_date and f"{person.birth_date} 出生",
        person.identity_number and f"身份证号 {masked(person.identity_number)}",
        person.mobile and f"手机 {masked(person.mobile)}",
        *(f"{membership.branch}团员" for membership in person.memberships.all()),
        *(f"{post.organisation}{post.title}" for post in person.posts.all()),
    ]
    return "，".join(fact for fact in facts if fact)


def keeps_roll(user, member):
    """Whether the user may change the member's branch roll without the committee's consent."""
    return Member.objects.visible_as(user, RoleKind.STAFF).filter(pk=member.pk).exists()


class MemberForm(PersonForm):
    """A league member."""

    person_required = ("gender",)
    stays = ("branch", "joined_league_on", "intake", "intake_on", "listed_on")
    groups = [
        PERSON_GROUP,
        ("团籍", "branch", "joined_league_on"),
        Folded("来源与在册", "development_no", "intake", "intake_on", "listed_on", "status", "left_on"),
        Folded("在校与工作", "in_school", "enrolled_on", "graduated_on", "employer"),
        DOCUMENTS_GROUP,
        Folded("其他情况", "ethnicity", "political_status", "education", "wechat", "volunteer_no", "remark"),
    ]

    class Meta:
        model = Member
        field_classes = {"branch": OrganisationChoiceField}
        help_texts = {"listed_on": "没有来源日期的，从这一天起在册。"}

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        if not self.instance.pk:
            self.initial.setdefault("listed_on", self.day)
        elif not keeps_roll(self.user, self.instance):
            self._leave_to_committee()

    def _leave_to_committee(self):
        """Disables the fields for leaving and transfer, which need the committee's consent."""
        for name in ("branch", "left_on"):
            self.fields[name].disabled = True
            self.fields[name].help_text = "需委机关同意，请在团员页面申请。"
        status = self.fields["status"]
        status.disabled = self.instance.is_leaving
        if not self.instance.is_leaving:
            status.choices = [choice for choice in status.choices if choice[0] not in LEAVING_STATUSES]

    def clean_listed_on(self):
        """Returns the day from which a new member stands; the day proposed gives way to 来源日期.

        Raises ValidationError where neither is filled in.
        """
        day, intake_on = self.cleaned_data["listed_on"], self.cleaned_data.get("intake_on")
        if self.instance.pk or "intake_on" in self.errors:
            return day
        if not (day or intake_on):
            raise problem("来源日期或在册起始日期", "请填写从哪一天起在册；一直在本单位的，填写入团年月的第一天")
        return None if intake_on and day == self.day else day

    def _post_clean(self):
        super()._post_clean()
        if not self.errors and self.instance.person_id:
            try:
                self.instance.check_overlap()
            except ValidationError as error:
                self.add_error(None, error)


class MemberLeaveForm(ActionForm):
    """The date and reason of leaving a branch's roll."""

    day = forms.DateField(label="离开日期")
    status = forms.ChoiceField(
        label="离开原因", choices=[("", "请选择")] + [(each, each.label) for each in LEAVING_STATUSES]
    )


class LeaveProposalForm(MemberLeaveForm):
    """Asks the committee to take a member off the roll."""

    note = forms.CharField(label="申请说明", widget=forms.Textarea, max_length=500, required=False)


class MemberTransferForm(ActionForm):
    """The date of a transfer and the receiving branch."""

    to_branch = OrganisationChoiceField(Organisation.objects.branches(), label="转入团支部")
    day = forms.DateField(label="转接日期")

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        field = self.fields["to_branch"]
        field.queryset = field.queryset.as_of(self.day)


class BranchNameField(RecordChoiceField):
    """A choice among all current branches of the district, sorted by name.

    A member may transfer to any of them, and names are not confidential; the tree, category and other data are not
    shown.
    """

    def label_from_instance(self, organisation):
        return organisation.name


class TransferProposalForm(ActionForm):
    """Asks the committee to transfer a member."""

    to_branch = BranchNameField(Organisation.objects.none(), label="转入团支部")
    day = forms.DateField(label="转接日期")
    note = forms.CharField(label="申请说明", widget=forms.Textarea, max_length=500, required=False)

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        branches = Organisation.objects.branches().as_of(self.day)
        self.fields["to_branch"].queryset = branches.order_by(*NAME_ORDER)


class ProposalWithdrawalForm(ActionForm):
    """Confirms the withdrawal of a proposal; has no fields."""


class ProposalDecisionForm(ActionForm):
    """Consent or refusal; a refusal requires a reason."""

    is_approved = forms.TypedChoiceField(
        label="审批结果",
        choices=[("yes", "同意，立即办理"), ("no", "不同意")],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label="审批意见", widget=forms.Textarea, max_length=500, required=False)

    def clean(self):
        data = super().clean()
        if data.get("is_approved") is False and not data.get("note") and "note" not in self.errors:
            self.add_error("note", problem("不同意时的理由", "请写明理由，申请人会看到"))
        return data


class PostForm(PersonForm):
    """A cadre's post."""

    stays = ("organisation", "nature", "started_on")
    groups = [
        PERSON_GROUP,
        DOCUMENTS_GROUP,
        ("职务", "organisation", "title", "nature", "started_on", "ended_on", "link_quota", "duties", "remark"),
    ]

    class Meta:
        model = Post
        field_classes = {"organisation": OrganisationChoiceField}
        help_texts = {"link_quota": "留空时专职按 100 人、其他按 10 人。"}


class AccountChoiceField(RecordChoiceField):
    """A choice of an account, labelled so that accounts of the same name differ."""

    def label_from_instance(self, account):
        roles = "、".join(str(role) for role in account.roles.all())
        return f"{account}（{account.username}{f'，{roles}' if roles else ''}）"


class PostAccountForm(ActionForm):
    """The user account of the holder of a post, among those at this organisation not linked to anyone else."""

    account = AccountChoiceField(User.objects.none(), label="登录账号", required=False)

    def __init__(self, *args, post, **options):
        super().__init__(*args, **options)
        field, person = self.fields["account"], post.person
        free = Q(pk__in=User.objects.active().keeping_records_at(post.organisation).filter(person=None).values("pk"))
        accounts = User.objects.filter(free | Q(pk=person.user_id)).order_by(*NAME_ORDER)
        field.queryset = accounts.prefetch_related("roles__organisation")
        field.empty_label = "不绑定账号"
        field.initial = person.user_id
        field.help_text = "可选本组织及其上级、下级的委机关专干和基层团干部账号，已绑定给他人的不列出。"

    def _column(self, name):
        """Returns a field's layout column, wide enough for the roles in a choice."""
        return Column(name, css_class="col-12 col-xl-8")
