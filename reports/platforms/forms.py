"""The form of an entry in an outside platform."""

from django import forms

from activities.models import Activity
from assistance.models import AssistedYouth
from members.forms import describe
from members.models import Person
from orgs.models import Organisation
from yl_district.pages.forms import PageForm
from yl_district.validators import problem

from ..models import BOUND_AT_HOME, RECORDS, PlatformEntry

BOUND_HINT = f"{BOUND_AT_HOME}的志愿者、帮扶对象，与其登记的平台绑定日期是同一个日期，改一处即可。"
PLACES_HELD = ("memberships__branch", "posts__organisation")
# The relation that marks a person as this kind of subject.
SUBJECT_RELATIONS = {
    PlatformEntry.Subject.MEMBER: "memberships",
    PlatformEntry.Subject.CADRE: "posts",
    PlatformEntry.Subject.LINKED_YOUTH: "links_as_youth",
    PlatformEntry.Subject.VOLUNTEER: "volunteering",
}


class PlatformEntryForm(PageForm):
    """An entry in an outside platform; its record is looked up by name."""

    stays = ("platform", "subject", "entered_on")
    groups = [("", "platform", "subject", "name", "same_record", "entered_on", "bound_on")]
    added = ("same_record",)
    name = forms.CharField(
        label="名称", max_length=100, help_text="人员填姓名，活动填活动名称，团组织填组织名称，须已登记。"
    )

    class Meta:
        model = PlatformEntry

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["platform"].widget.attrs["list"] = "platforms"
        self.fields["bound_on"].help_text = BOUND_HINT
        if self.instance.pk:
            self.initial["bound_on"] = self.instance.binding
            self.fields["name"].required = self.fields["name"].widget.is_required = False
            self.fields["name"].help_text = f"已登记 {self.instance.record}；留空不改。"
        else:
            self.initial.setdefault("entered_on", self.day)

    @classmethod
    def lock(cls, record):
        """Locks the volunteer or case that states the day of binding."""
        home = record.home
        if home:
            list(type(home)._base_manager.select_for_update(no_key=True).filter(pk=home.pk).values_list("pk"))

    def _post_clean(self):
        super()._post_clean()
        if not self.errors:
            self._check_binding(self.instance.home)

    def _check_binding(self, home):
        """Adds an error for a day other than that which the volunteer or case states, unless the form showed it."""
        typed, stated = self.cleaned_data.get("bound_on"), home and home.bound_on
        is_shown = self.instance.is_apart or self.initial.get("bound_on") == stated
        if typed and stated and typed != stated and not is_shown:
            label = PlatformEntry.Subject(self.instance.subject).label
            expected = f"与{label}登记的平台绑定日期 {stated} 一致"
            self.add_error("bound_on", problem(expected, f"请核对，或先改正{label}的登记"))

    def save(self, commit=True):
        """Saves the entry; its day of binding on the volunteer or case that was entered, if any."""
        home, day = self.instance.home, self.instance.bound_on
        if home and (day or "bound_on" in self.changed_data):
            self.instance.bound_on, self.instance.is_apart = None, False
            if home.bound_on != day:
                home.bound_on = day
                home.save(update_fields=["bound_on"])
        return super().save(commit)

    def clean(self):
        data = super().clean()
        subject, name = data.get("subject"), data.get("name")
        if self.instance.pk and not name and "subject" in self.changed_data:
            self.add_error("name", "对象已改，请填写名称。")
        if subject and name and (not self.instance.pk or {"subject", "name"} & set(self.changed_data)):
            self._set_record(*records_named(subject, name, self.user))
        return data

    def _set_record(self, kind, records):
        """Links the entry to the only record found, or to the one picked among several; reports an error otherwise."""
        found = {str(record.pk): record for record in records}
        if not found:
            label = PlatformEntry.Subject(self.cleaned_data["subject"]).label
            self.add_error("name", problem(f"已登记的{label}", "请核对名称，或先登记这条记录"))
            return
        picked = next(iter(found)) if len(found) == 1 else self._picked(found)
        record = found.get(picked)
        for name in RECORDS:
            setattr(self.instance, name, record if name == kind else None)
        entered = PlatformEntry.objects.filter(**{kind: record}).exclude(pk=self.instance.pk)
        same = {name: self.cleaned_data.get(name) for name in ("platform", "subject")}
        if record and entered.filter(**same).exists():
            self.add_error("name", problem("尚未登记录入该平台的记录", "请打开已有的平台录入修改"))

    def _picked(self, found):
        choices = [(key, describe(one) if isinstance(one, Person) else str(one)) for key, one in found.items()]
        self.fields["same_record"] = forms.ChoiceField(label="同名记录", choices=choices, widget=forms.RadioSelect)
        picked = self.data.get(self.add_prefix("same_record"))
        if picked not in found:
            self.add_error("same_record", "有多条同名记录，请选择其一后再保存。")
        return picked


def records_named(subject, name, user):
    """The field for this kind of subject, and the records so named; of assisted youths those visible to `user`."""
    if subject == PlatformEntry.Subject.ACTIVITY:
        return "activity", Activity.objects.filter(name=name)
    if subject == PlatformEntry.Subject.ORGANISATION:
        return "organisation", Organisation.objects.filter(name=name)
    if subject == PlatformEntry.Subject.ASSISTED_YOUTH:
        youths = [youth for youth in AssistedYouth.objects.visible_to(user).people() if youth.name == name]
        return "youth", Person.objects.filter(pk__in=[youth.pk for youth in youths]).prefetch_related(*PLACES_HELD)
    people = Person.objects.filter(**{"name": name, f"{SUBJECT_RELATIONS[subject]}__isnull": False}).distinct()
    return "person", people.prefetch_related(*PLACES_HELD)
