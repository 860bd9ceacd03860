"""The forms that write the list of an activity: those ticked on its roster, and those of a pasted list."""

from django import forms
from django.core.exceptions import ValidationError

from members.models import Person
from yl_district.pages.forms import ActionForm
from yl_district.pages.record_choices import SeveralChoiceField, is_key

from .actions import add_sign_ins, hold_as_planned
from .models import SignIn
from .pasted_people import pasted_people

LONGEST_REST = 5000
MOST_PASTED_PEOPLE, LONGEST_PASTED = 200, 20_000
NOT_SIGNED_IN = "none"


class PeopleTickedForm(ActionForm):
    """A form whose field `people` the page draws, as rows to be ticked."""

    @property
    def ticked(self):
        """The keys ticked, as typed."""
        return set(self["people"].data or ()) if self.is_bound else set()


class RollCallForm(ActionForm):
    """A form that signs several people in; of a planned activity it asks whether that was held.

    `sign_ins` are the rows that a valid form adds; once saved it has the rows `added`, and those `known` before.
    """

    added, known = (), ()

    def __init__(self, *args, activity, **options):
        super().__init__(*args, **options)
        self.activity = activity
        if activity.is_planned:
            told = f"{activity.held_on}，{activity.session_count} 场"
            self.fields["hold"] = forms.BooleanField(
                label=f"这次活动已经举办，同时登记为已举办（{told}）",
                error_messages={"required": "这次活动还在计划中：请勾选“同时登记为已举办”，再登记到场的人。"},
            )

    def sign_in(self, person, capacity, presence):
        """An unsaved row of a person."""
        return SignIn(activity=self.activity, person=person, capacity=capacity, presence=presence)

    def save(self):
        """Signs the people in, at an activity that was planned as one that was held."""
        if "hold" in self.fields:
            hold_as_planned(self.activity)
        self.added, self.known = add_sign_ins(self.activity, self.sign_ins)

    @property
    def said(self):
        """The message about those signed in, of whom some may have been on the list."""
        kinds, wanted = SignIn.Presence, {one.person_id: one.presence for one in self.sign_ins}
        if not self.added:
            return f"这 {len(self.known)} 人都已在名单上，没有改动。{self._said_of_others(wanted)}"
        words = {kinds.PRESENT: "到场", kinds.ABSENT: "缺席", kinds.EXCUSED: "请假"}
        counts = [(list(wanted.values()).count(kind), words[kind]) for kind in kinds]
        told = "，".join(f"{count} 人{word}" for count, word in counts if count)
        among = f"，其中 {len(self.known)} 人已在名单上" if self.known else ""
        return f"已登记 {told}{among}。{self._said_of_others(wanted)}"

    def _said_of_others(self, wanted):
        """Who is on the list otherwise than the form says, which has not been changed."""
        told = [
            f"{row.person}（{row.get_presence_display()}）"
            for row in self.known
            if row.presence != wanted[row.person_id]
        ]
        return f"名单上原来登记的没有改动：{'、'.join(told)}。" if told else ""


class RosterForm(PeopleTickedForm, RollCallForm):
    """Who of the roster came; members of the host who are listed and not ticked can be called absent."""

    people = SeveralChoiceField(
        Person.objects.none(),
        label="谁来了",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "invalid_choice": "所选的人不在这次活动的名单中，请刷新页面后重新勾选。",
        },
    )
    # The keys of those whom the page lists, so that nobody is called absent whom it did not show.
    rest = forms.CharField(label="没有勾选的团员登记为缺席", required=False, max_length=LONGEST_REST)

    def __init__(self, *args, roster, **options):
        super().__init__(*args, **options)
        self.roster = roster
        self.fields["people"].queryset = roster.people

    def clean(self):
        data = super().clean()
        if "people" in self.errors:
            return data
        came, rest = list(data["people"]), {key for key in data.get("rest", "").split(",") if is_key(key)}
        away = self.roster.host_roll.filter(pk__in=rest).exclude(pk__in=[person.pk for person in came])
        if not came and not rest:
            self.add_error("people", "请勾选到场的人；一个也没有来的，不用登记。")
        capacities, kinds = self.roster.capacities([*came, *away]), SignIn.Presence
        self.sign_ins = [
            self.sign_in(person, capacities[person.pk], presence)
            for presence, people in ((kinds.PRESENT, came), (kinds.ABSENT, away))
            for person in people
        ]
        return data


class PastedListForm(ActionForm):
    """A list of who came, pasted as it is; a valid one is `found`, the PastedPeople of it."""

    pasted = forms.CharField(
        label="粘贴名单或接龙",
        max_length=LONGEST_PASTED,
        strip=False,
        widget=forms.Textarea,
        help_text="一行一人，或用顿号、逗号、空格隔开；序号、@、表情、手机号码、“请假”等可以留着。先给您核对，确认后才登记。",
    )

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["pasted"].widget.attrs |= {"rows": 6, "spellcheck": "false", "autocomplete": "off"}

    def clean_pasted(self):
        """Returns the text; raises ValidationError where it names nobody, or too many."""
        text = self.cleaned_data["pasted"]
        self.found = pasted_people(text)
        if not self.found.people:
            raise ValidationError("没有读到姓名。请粘贴到场的人的名单，一行一人，或用顿号隔开。")
        if len(self.found.people) > MOST_PASTED_PEOPLE:
            number = len(self.found.people)
            raise ValidationError(
                f"读到 {number} 人，一次最多 {MOST_PASTED_PEOPLE} 人。请分几次粘贴，已登记的人不会重复。"
            )
        return text


class PastedSignInsForm(RollCallForm):
    """Who is meant by each line of a pasted list, and whether they came, as proposed by PastedMatches."""

    def __init__(self, *args, matches, capacities, **options):
        super().__init__(*args, **options)
        self.matches, self.capacities = matches, capacities
        # Whoever was put on the list since the page was shown is still sent, and is told to be there already.
        self.open = {place for place, match in enumerate(matches) if match.is_open or f"who-{place}" in self.data}
        for place, match in enumerate(matches):
            if place not in self.open:
                continue
            choices = [] if match.person else [("", "请选择是哪一位")]
            choices += [(str(key), told) for key, told in match.candidates.items()]
            who, name = [*choices, (NOT_SIGNED_IN, "不登记")], match.pasted.name
            self.fields[f"who-{place}"] = forms.ChoiceField(
                choices=who,
                initial=str(match.person or ""),
                error_messages={
                    "required": f"请选择“{name}”是哪一位，或选“不登记”。",
                    "invalid_choice": f"“{name}”可能是谁刚有变化，请重新选择。",
                },
            )
            self.fields[f"presence-{place}"] = forms.ChoiceField(
                choices=SignIn.Presence.choices, initial=match.pasted.presence
            )
            for field, label in (("who", f"“{name}”是谁"), ("presence", f"“{name}”到场情况")):
                self.fields[f"{field}-{place}"].label = label
                self.fields[f"{field}-{place}"].widget.attrs |= {"class": "form-select", "aria-label": label}

    @property
    def lines(self):
        """Yields the PastedMatch of each line, and its fields, None where there is nothing to choose."""
        for place, match in enumerate(self.matches):
            fields = [self[f"{name}-{place}"] if place in self.open else None for name in ("who", "presence")]
            yield match, *fields

    def clean(self):
        data, chosen = super().clean(), {}
        for place in range(len(self.matches)):
            key, presence = data.get(f"who-{place}"), data.get(f"presence-{place}")
            if key and key != NOT_SIGNED_IN and presence:
                chosen.setdefault(int(key), presence)
        people = Person.objects.in_bulk(chosen)
        self.sign_ins = [
            self.sign_in(people[key], self.capacities.get(key, ""), presence) for key, presence in chosen.items()
        ]
        if not self.sign_ins and not self.errors:
            self.add_error(None, "没有登记：请至少选择一个人。")
        return data

    @property
    def left_out(self):
        """The names for which nobody is on the list."""
        return [
            match.pasted.name
            for place, match in enumerate(self.matches)
            if not (match.listed or match.is_repeated)
            and self.cleaned_data.get(f"who-{place}", NOT_SIGNED_IN) == NOT_SIGNED_IN
        ]
