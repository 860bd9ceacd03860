"""Forms for activities, their types, campaigns and partners, and sign-ins."""

from django import forms
from django.urls import reverse

from members.forms import PersonForm
from members.models import Person
from orgs.forms import OrganisationChoiceField
from orgs.roles import RECORD_KEEPERS
from yl_district.pages.folding import Folded
from yl_district.pages.forms import ActionForm, PageForm
from yl_district.pages.record_choices import SeveralChoiceField
from yl_district.validators import problem

from .actions import add_sign_in, change_sign_in, follow_activities
from .models import Activity, ActivityType, Campaign, CampaignProof, Partner, SignIn
from .partner_fields import PartnersField, register_partners
from .proposed_activities import activities_alike
from .roster_forms import PeopleTickedForm
from .rosters import Roster


class ActivityForm(PageForm):
    """An activity; if it has sign-in rows, its person-times are computed from them."""

    stays = ("held_on", "type", "host", "hub")
    groups = [
        ("活动", "name", "held_on", "type", "host", "hub"),
        Folded("规模", "session_count", "attendance", "basis", "places", "audience"),
        Folded("状态与地点", "state", "venue", "starts_at", "ends_at", "is_online"),
        Folded("归类", "campaign", "tags", "partners", "content"),
    ]
    today_in = "held_on"

    partners = PartnersField()

    class Meta:
        model = Activity
        field_classes = {"host": OrganisationChoiceField}
        help_texts = {"attendance": "没有统计时留空，不要填 0。", "tags": "多个标签用“、”分开。"}

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["state"].required = False
        if not self.instance.pk:
            self._leave_state_to_day()
        if self.instance.is_measured:
            for name in ("attendance", "basis"):
                self.fields[name].disabled = True
            self.fields["attendance"].help_text = "按签到名单计算；要改人次，请修改签到名单。"
        if self.user.organisations_as(*RECORD_KEEPERS):
            self.given = self.given | {"hub"}
        if not self.instance.pk and not self.user.reaches_root:
            self._take_only_place_for_granted()

    @property
    def next_page(self):
        """The address of the roster for a new activity that was held, if there is somebody on it."""
        if self.version or not self.instance.is_held or not Roster(self.instance, self.user).people.exists():
            return ""
        return reverse("activity_roster", args=[self.instance.pk])

    def save(self, commit=True):
        """Saves the activity, after the partners that are not registered yet, and what follows from its list."""
        register_partners(self)
        activity = super().save(commit)
        follow_activities([activity.pk])
        return activity

    def _leave_state_to_day(self):
        """Lets the state of a new activity follow from its day."""
        field = self.fields["state"]
        field.choices = [("", "按日期"), *Activity.State.choices]
        self.initial["state"] = self.instance.state = ""
        field.help_text = "“按日期”：今天及以前的为已举办，以后的为计划。"

    def _take_only_place_for_granted(self):
        """Presets the user's only organisation as host, or else their only hub."""
        organisations = self.user.organisations_as(*RECORD_KEEPERS)
        hubs = self.fields["hub"].queryset[:2]
        if len(organisations) == 1:
            self.initial.setdefault("host", organisations[0].pk)
            self.given = self.given | {"host"}
        elif not organisations:
            self.given = self.given | {"host"}
            if len(hubs) == 1:
                self.initial.setdefault("hub", hubs[0].pk)

    def clean(self):
        data = super().clean()
        attendance, basis = data.get("attendance"), data.get("basis")
        counted = basis in (Activity.Basis.EXACT, Activity.Basis.ROUNDED)
        if counted and attendance is None and "attendance" not in self.errors:
            label = Activity.Basis(basis).label
            self.add_error("attendance", problem(f"数字口径为{label}时填写人次", "请补填人次，或把数字口径改为未统计"))
        whose = data.get("host") or data.get("hub") or {"host", "hub"} & self.errors.keys()
        if not whose and not self.user.reaches_root:
            self.add_error("host", problem("主办组织或青年汇", "请至少选择一项，否则无法确定是谁的活动"))
        return data


class ListedActivityForm(ActivityForm):
    """An activity that an imported list names; `alike` are those of its day with a near name, which are asked about.

    One for a list of a committee below the root is of that committee.
    """

    stays = ()

    def __init__(self, *args, committee=None, **options):
        super().__init__(*args, **options)
        self.committee, self.alike = committee, []
        for name in ("host", "hub") if committee else ():
            self.fields[name].queryset = self.fields[name].queryset.within(committee)
        if not self.is_bound:
            self._ask_another(self.initial.get("name", ""), self.initial.get("held_on"))

    def clean(self):
        data = super().clean()
        self._ask_another(data.get("name", ""), data.get("held_on"))
        if self.alike and not self.data.get("is_another"):
            self.add_error("is_another", "当日已有相近的活动：就是它的，请在上面选择；确是另外一次的，请勾选后登记。")
        return data

    def _ask_another(self, name, held_on):
        """Asks whether it is another activity than those of the day with a near name, where there are any."""
        seen = Activity.objects.visible_to(self.user).select_related("host", "hub")
        self.alike = activities_alike(name, held_on, seen.kept_at(self.committee) if self.committee else seen)
        if self.alike:
            label = f"不是当日的“{'”“'.join(one.name for one in self.alike)}”，是另外一次活动"
            self.fields["is_another"] = forms.BooleanField(label=label, required=False)
            self.asked_groups = [*self.asked_groups, ("当日已有相近的活动", "is_another")]


class ActivityHoldForm(ActionForm):
    """How a planned activity was held."""

    held_on = forms.DateField(label="举办日期")
    session_count = forms.IntegerField(label="场次", initial=1)
    attendance = forms.IntegerField(label="人次", required=False, help_text="没有统计时留空，不要填 0。")
    basis = forms.ChoiceField(label="数字口径", choices=[("", "未填写"), *Activity.Basis.choices], required=False)


class ActivityCancelForm(ActionForm):
    """Why an activity is cancelled."""

    reason = forms.CharField(label="取消原因", widget=forms.Textarea, max_length=500)


class ActivityTypeForm(PageForm):
    """A type of activity; a new one gets a generated key."""

    groups = [("", "name", "is_education", "position")]

    class Meta:
        model = ActivityType
        help_texts = {
            "is_education": "勾选后，这一类活动计入年度总结的思想教育。",
            "position": "数字小的排在前面。",
        }

    def save(self, commit=True):
        """Saves the type; its key never changes, since figures and targets refer to it."""
        self.instance.key = self.instance.key or ActivityType.free_key()
        return super().save(commit)


class CampaignForm(PageForm):
    """A campaign of the district."""

    groups = [("", "name", "started_on", "ended_on", "audience"), Folded("更多", "forms", "remark")]
    today_in = "started_on"

    class Meta:
        model = Campaign
        help_texts = {
            "ended_on": "最后一天。还没有定的留空。",
            "audience": "要覆盖到的人，按专项结束时（没有结束的按统计时）的名册算；不是面向某一类人的选“不统计覆盖”。",
            "forms": "如：主题团日、宣讲、线上学习。",
        }


class PartnerForm(PageForm):
    """A partner."""

    groups = [("", "name", "is_united", "remark")]

    class Meta:
        model = Partner


class CampaignProofForm(PageForm):
    """A proof that a campaign has reached somebody."""

    fixed = ("campaign", "person")
    groups = [("", "proved_on", "kind", "note")]

    class Meta:
        model = CampaignProof


class CampaignProofsForm(PeopleTickedForm):
    """The same proof for several people whom a campaign has not reached yet, `people`."""

    groups = [("", "proved_on", "kind", "note")]

    people = SeveralChoiceField(
        Person.objects.none(),
        label="对谁",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "所选的人已经覆盖，或不在您的名册中，请刷新页面后重新勾选。"},
    )
    proved_on = forms.DateField(label="日期")
    kind = forms.ChoiceField(label="方式", choices=[("", "请选择"), *CampaignProof.Kind.choices])
    note = forms.CharField(
        label="说明",
        max_length=200,
        required=False,
        help_text="如：课程名称、谁去走访。证明材料登记后附在各人的证明上。",
    )

    def __init__(self, *args, people, **options):
        super().__init__(*args, **options)
        self.fields["people"].queryset = people
        self.fields["people"].error_messages["required"] = "请勾选已经覆盖到的人。"


class SignInForm(PersonForm):
    """One attendee, identified by name and mobile, or by a name that only one known person has."""

    groups = [("", "name", "mobile", "capacity", "presence", "arrived", "departed", "same_person")]
    fixed = ("activity",)
    takes_only_namesake = True

    class Meta:
        model = SignIn

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["presence"].required = False
        if not self.user.is_committee_staff:
            field = self.fields["capacity"]
            field.choices = [choice for choice in field.choices if choice[0] != SignIn.Capacity.ASSISTED_YOUTH]

    def save(self, commit=True):
        """Saves the person and signs them in, which updates the activity's person-times."""
        self.save_person()
        one = self.instance
        attendance = {
            "presence": one.presence or SignIn.Presence.PRESENT,
            "arrived": one.arrived,
            "departed": one.departed,
        }
        self.instance = add_sign_in(one.activity, one.person, one.capacity, **attendance)
        return self.instance


class SignInChangeForm(PageForm):
    """Whether somebody on the list came, and when."""

    groups = [("", "presence", "arrived", "departed")]

    class Meta:
        model = SignIn
        help_texts = {"arrived": "如 14:05、下午、开场前。", "departed": "如 16:30、中途。"}

    def save(self, commit=True):
        """Saves the row, which updates the activity's person-times."""
        change_sign_in(self.instance)
        return self.instance
