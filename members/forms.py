"""What is read about people and their capacities."""

from django import forms
from django.core.exceptions import ValidationError

from orgs.forms import OrganisationChoiceField
from yl_district.cells import CellError, MobileWidget, NameWidget
from yl_district.forms import CLEAR, ActionForm, PageForm, keep_back, prepare_field
from yl_district.masking import masked, masked_name
from yl_district.pinyin import normalised
from yl_district.validators import problem

from .models import LEAVING_STATUSES, Member, Person, Post

PERSON_FIELDS = ["name", "gender", "birth_date", "identity_number", "mobile"]
PERSON_GROUP = ("本人", *PERSON_FIELDS, "same_person")
TELLING_FIELDS = ["mobile", "identity_number", "birth_date"]
NEW_PERSON = "new"
# What a form never shows of somebody registered, with what stands for nothing.
KEPT_BACK = {"identity_number": None, "mobile": ""}


class PersonForm(PageForm):
    """A form for a capacity of a person, such as a member or a post, with the person's own fields beside its own.

    A subclass names the link to the person in `person_field`, what it asks of the person in `person_required`, and
    puts PERSON_GROUP, or as many of its fields as it needs, into its `groups`. On creation the same human being is
    found by identity number, else by name and mobile; where only the name is known already, the user chooses. Nothing
    is guessed, unless `takes_only_namesake` lets a name mean the one known person who bears it; `masks_name` keeps a
    known person's name out of the page whatever the age.
    """

    person_field = "person"
    person_required = ()
    takes_only_namesake = False
    masks_name = False

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        shown = {name for _, *names in self.groups for name in names}
        own = forms.fields_for_model(Person, [name for name in PERSON_FIELDS if name in shown])
        for name in KEPT_BACK:
            if name in own:
                own[name] = forms.CharField(label=own[name].label, required=False, max_length=20)
        for field in own.values():
            prepare_field(field)
        for name in self.person_required:
            own[name].help_text = "填写身份证号可自动得出。"
        self.fields = own | self.fields
        if self.known_person:
            self._show_person(self.known_person)

    @property
    def known_person(self):
        """The person that the record is about already, None where the form has yet to find out."""
        return getattr(self.instance, self.person_field) if getattr(self.instance, f"{self.person_field}_id") else None

    def _show_person(self, person):
        """Shows what is registered; what is masked stays out of the page and is kept where nothing is typed."""
        self.initial |= {name: getattr(person, name) for name in PERSON_FIELDS if name not in KEPT_BACK}
        for name in KEPT_BACK:
            if getattr(person, name) and name in self.fields:
                keep_back(self.fields[name], getattr(person, name))
        if person.shown_name != person.name or self.masks_name:
            self.initial["name"] = ""
            self.fields["name"].required = self.fields["name"].widget.is_required = False
            self.fields["name"].help_text = f"已登记 {masked_name(person.name)}；留空不改。"

    def clean_name(self):
        """A name as the ledger takes it: the same spelling for the same person, wherever it is typed."""
        if not self.cleaned_data["name"] and self.known_person:
            return self.known_person.name
        try:
            return NameWidget().clean(self.cleaned_data["name"])
        except CellError as error:
            raise problem(error.expected, error.remedy) from None

    def clean_identity_number(self):
        """Full-width digits, spaces and a small x are ways of writing the same number."""
        return normalised(self.cleaned_data["identity_number"]).upper()

    def clean_mobile(self):
        """Full-width digits, spaces and hyphens are ways of writing the same number."""
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
            self._fill(person, data)
            self._check(person)
        setattr(self.instance, self.person_field, person or Person())
        return data

    def _person(self, data):
        """The person meant, a new one, or None where that has to be settled first."""
        if self.known_person:
            return self.known_person
        name, number, mobile = (data.get(field) for field in ("name", "identity_number", "mobile"))
        if not name or "identity_number" in self.errors:
            return None
        known = number and number != CLEAR and Person.objects.filter(identity_number=number).first()
        if known:
            return known if known.name == name else self._refuse_name()
        namesakes = [person for person in self._namesakes(data) if not self._contradicts(person, data)]
        reached = [person for person in namesakes if mobile and person.mobile == mobile]
        return reached[0] if len(reached) == 1 else self._choose(namesakes)

    def _refuse_name(self):
        self.add_error("name", problem("与身份证号相符的姓名", "该身份证号已用于另一姓名的人员，请核对姓名与身份证号"))

    def _namesakes(self, data):
        return Person.objects.filter(name=data["name"])

    def _contradicts(self, person, data):
        """Whether the numbers typed show that this namesake is somebody else."""
        typed = {"identity_number": data.get("identity_number"), "birth_date": data.get("birth_date")}
        pairs = [(value, getattr(person, field)) for field, value in typed.items()]
        return any(value and value != CLEAR and known and value != known for value, known in pairs)

    def _choose(self, namesakes):
        """The namesake that the user picked, a new person, or None when the user has yet to pick."""
        related = "memberships__branch", "posts__organisation"
        shown = Person.objects.visible_to(self.user).filter(pk__in=[person.pk for person in namesakes])
        candidates = {str(person.pk): person for person in shown.prefetch_related(*related)}
        kept = set(shown.kept_by(self.user))
        if not candidates:
            return self._new_person()
        only = next(iter(candidates.values())) if len(candidates) == 1 else None
        if self.takes_only_namesake and only and not (self.cleaned_data.get("mobile") and only.mobile):
            return only
        choices = [
            (key, describe(person) if person in kept else f"{person}，在本组织的活动中签到过")
            for key, person in candidates.items()
        ]
        choices.append((NEW_PERSON, "都不是，登记为新的人员"))
        self.fields["same_person"] = forms.ChoiceField(label="同名人员", choices=choices, widget=forms.RadioSelect)
        picked = self.data.get(self.add_prefix("same_person"))
        if picked == NEW_PERSON:
            return self._new_person()
        if picked not in candidates:
            self.add_error("same_person", "已有同名人员，仅凭姓名无法判断是否同一人，请选择其一后再保存。")
        return candidates.get(picked)

    def _new_person(self):
        """A new person, who must carry something that tells the two apart where the user knows the name already."""
        data = self.cleaned_data
        offered = [name for name in TELLING_FIELDS if name in self.fields]
        typed = {name: data[name] for name in offered if data.get(name) not in (None, "", CLEAR)}
        for person in self._namesakes(data).visible_to(self.user):
            if all(getattr(person, name) == value for name, value in typed.items()):
                self.add_error("name", say_apart([self.fields[name].label for name in offered]))
                break
        return Person()

    def _fill(self, person, data):
        """Writes what was typed; an emptied field empties only the person whose record is open."""
        for name in PERSON_FIELDS:
            value = data.get(name)
            if name in KEPT_BACK:
                if value:
                    setattr(person, name, KEPT_BACK[name] if value == CLEAR else value)
            elif value or (self.known_person and name in data):
                setattr(person, name, value)

    def _check(self, person):
        try:
            person.full_clean(exclude=[name for name in PERSON_FIELDS if name in self.errors])
        except ValidationError as error:
            for name, (first, *_) in error.error_dict.items():
                if name == "identity_number" and first.code == "unique":
                    first = problem("尚未登记在他人名下的身份证号", "请核对号码，或打开已有人员的记录")
                self.add_error(name if name in self.fields else None, first)
        if person.birth_date and person.birth_date > self.day:
            self.add_error("birth_date", problem("不晚于今天的出生日期", "请核对出生日期"))
        for name in self.person_required:
            if not getattr(person, name) and name not in self.errors:
                self.add_error(name, f"请填写{self.fields[name].label}。")

    def add_error(self, field, error):
        """What the model says about its person is shown at the name."""
        if hasattr(error, "error_dict") and self.person_field in error.error_dict:
            errors = dict(error.error_dict)
            about_person = errors.pop(self.person_field)
            if any(each.code == "unique" for each in about_person):
                about_person = f"此人已登记为{self._meta.model._meta.verbose_name}，请打开原记录修改。"
            super().add_error("name", about_person)
            error = ValidationError(errors)
        super().add_error(field, error)

    def _get_validation_exclusions(self):
        """A known person takes part in the model's constraints."""
        excluded = super()._get_validation_exclusions()
        if getattr(self.instance, self.person_field).pk:
            excluded.discard(self.person_field)
        return excluded

    def save(self, commit=True):
        """Saves the person, then the capacity."""
        getattr(self.instance, self.person_field).save()
        return super().save(commit)


def say_apart(labels):
    """What to fill in so that a new person is told from those of the same name."""
    *first, last = labels
    wanted = f"请至少填写{'、'.join(first)}或{last}中的一项" if first else f"请填写{last}"
    return f"系统中已有同名的人，{wanted}（与已有的人不同），以便区分。"


def describe(person):
    """What tells a person from namesakes, numbers masked."""
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


class MemberForm(PersonForm):
    """A league member."""

    person_required = ("gender", "birth_date")
    groups = [
        PERSON_GROUP,
        ("团籍", "branch", "joined_league_on", "development_no", "intake", "intake_on", "status", "left_on"),
        ("其他情况", "ethnicity", "political_status", "education", "in_school", "employer", "wechat", "volunteer_no"),
        ("", "remark"),
    ]

    class Meta:
        model = Member
        exclude = ["person"]
        field_classes = {"branch": OrganisationChoiceField}

    def _post_clean(self):
        super()._post_clean()
        member = self.instance
        if self.errors:
            return
        others = Member.objects.filter(person=member.person_id).exclude(pk=member.pk).select_related("branch")
        for other in others if member.person_id else []:
            if member.overlaps(other):
                expected = f"同一时间只在一个团支部在册（此人已登记在{other.branch}）"
                self.add_error("branch", problem(expected, "请先办理原支部的转出，或核对来源日期"))
                return


class MemberLeaveForm(ActionForm):
    """The day and the reason of leaving a branch's roll."""

    day = forms.DateField(label="离开日期")
    status = forms.ChoiceField(
        label="离开原因", choices=[("", "请选择")] + [(each, each.label) for each in LEAVING_STATUSES]
    )


class PostForm(PersonForm):
    """A cadre's post."""

    groups = [
        PERSON_GROUP,
        ("职务", "organisation", "title", "nature", "started_on", "ended_on", "link_quota", "duties", "remark"),
    ]

    class Meta:
        model = Post
        exclude = ["person"]
        field_classes = {"organisation": OrganisationChoiceField}
        help_texts = {"link_quota": "留空时专职按 100 人、其他按 10 人。"}


class PostEndForm(ActionForm):
    """The month in which a post ends."""

    day = forms.DateField(label="离任年月")
