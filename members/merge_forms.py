"""Forms of people who are registered twice."""

from django import forms

from yl_district.database.actors import whole_case_files
from yl_district.fields import is_masked, is_personal
from yl_district.history.changes import plain_text
from yl_district.pages.announcements import MERGE, REASON, UNMERGE
from yl_district.pages.forms import ActionForm
from yl_district.partial_dates import is_vaguer
from yl_district.privacy.masking import masked, masked_name
from yl_district.sheets.cells import split_list

from .journal import stored_fields
from .merge_actions import stay_in_words
from .merging import clashes, doubles, weight
from .models import Person
from .reason_forms import ReasonForm

# What of two people is chosen from, and the relations of which two rows that mean the same are.
CHOSEN_FIELDS = [field for field in stored_fields(Person) if field.editable and not field.primary_key]
CHOSEN_DOUBLES = ("memberships", "volunteering")
KEPT_SIDE, LOST_SIDE = "kept", "lost"
# What becomes of what is not kept; all of it is in the merge's journal.
NOT_KEPT = "没有保留的一边不再显示，撤销合并时恢复。"
NOT_KEPT_IN = {
    "name": "没有保留的写法记为又名，撤销合并时恢复原样。",
    "user": "没有保留的账号不再绑定此人，账号本身不变；撤销合并时恢复绑定。",
}
FILLS = "另一条并入保留的一条：补齐其空白处，备注等文字接在后面；其余内容不再显示，撤销合并时恢复。"
DROPPED = "删去的一条连同它所附的内容（附件、在校时间等）记在合并经过中，撤销合并时恢复。"


class NamesakesForm(ActionForm):
    """Confirms that two people are not the same; has no fields."""


class PersonMergeForm(ReasonForm):
    """Which of two records of a human being is right, field by field; cleans to what `merge_people` takes."""

    occasion = MERGE

    @whole_case_files()
    def __init__(self, *args, kept, lost, **options):
        self.kept, self.lost = kept, lost
        self.members, self.wrong = {}, {}
        super().__init__(*args, **options)
        reason = self.fields.pop(REASON)
        for field in CHOSEN_FIELDS:
            if getattr(kept, field.attname) != getattr(lost, field.attname):
                words = [f"保留 {self._value(one, field)}{self._of(one)}" for one in (kept, lost)]
                told = NOT_KEPT_IN.get(field.name, NOT_KEPT)
                self._offer(field.name, field.verbose_name, *words, self._proposed(field.name), told)
        for number, pair in enumerate(doubles(kept, lost, *CHOSEN_DOUBLES)):
            name, kind = f"double_{number}", pair[0]._meta.verbose_name
            self.members[name] = pair
            side = KEPT_SIDE if weight(pair[0]) > weight(pair[1]) else LOST_SIDE
            words = [f"保留 {row_words(one)}{self._of(owner)}" for one, owner in zip(pair, (kept, lost), strict=True)]
            self._offer(name, f"{kind}：两边都有，并为一条，以哪一条为准", *words, side, FILLS)
        for number, pair in enumerate(clashes(kept, lost)):
            name, kind = f"clash_{number}", pair[0]._meta.verbose_name
            self.wrong[name] = pair
            one, other = (
                f"{stay_in_words(row)}{self._of(owner)}" for row, owner in zip(pair, (kept, lost), strict=True)
            )
            words = f"删去 {one}，保留 {other}", f"保留 {one}，删去 {other}"
            self._offer(name, f"{kind}：同一时间只能有一条，删去登记错的一条", *words, None, DROPPED)
        self.fields[REASON] = reason

    def _of(self, person):
        return f"（{person.pk} 号记录）"

    def _offer(self, name, label, kept, lost, proposed, told):
        choices = [(KEPT_SIDE, kept), (LOST_SIDE, lost)]
        field = forms.ChoiceField(
            label=label, choices=choices, widget=forms.RadioSelect, initial=proposed, help_text=told
        )
        field.error_messages["required"] = "请在两项中选择一项。"
        self.fields[name] = field

    def _value(self, person, field):
        """The value in words, masked like everything that is personal, of minors whatever the page may show in full."""
        value = getattr(person, field.name)
        if not value:
            return "空白"
        if field.choices:
            return plain_text(field, value)
        if is_masked(field):
            return masked(value)
        is_hidden = is_personal(field) and person.shown_name != person.name
        return masked_name(str(value)) if is_hidden else str(value)

    def _proposed(self, name):
        """The side whose value says more, else the one registered later."""
        kept, lost = getattr(self.kept, name), getattr(self.lost, name)
        if not lost or is_vaguer(lost, kept):
            return KEPT_SIDE
        is_later = self.lost.pk > self.kept.pk
        return LOST_SIDE if not kept or is_vaguer(kept, lost) or is_later else KEPT_SIDE

    def _with_other_name(self, values):
        """{column: value} by which the name that is not kept becomes another name, unless they would be too long."""
        name = values.get("name", self.kept.name)
        others = [*split_list(values.get("other_names", self.kept.other_names)), self.kept.name, self.lost.name]
        names = "、".join(one for one in dict.fromkeys(others) if one != name)
        is_longer = len(names) > Person._meta.get_field("other_names").max_length
        return {} if self.kept.name == self.lost.name or is_longer else {"other_names": names}

    def clean(self):
        data = self.cleaned_data
        sides = {KEPT_SIDE: self.kept, LOST_SIDE: self.lost}
        chosen = [field for field in CHOSEN_FIELDS if data.get(field.name)]
        values = {field.attname: getattr(sides[data[field.name]], field.attname) for field in chosen}
        values |= self._with_other_name(values)
        bases, dropped = {}, set()
        for name, pair in self.members.items():
            row = pair[data.get(name) == LOST_SIDE]
            bases[(row._meta.label, *sorted(one.pk for one in pair))] = row.pk
        for name, pair in self.wrong.items():
            row = pair[data.get(name) == LOST_SIDE]
            dropped.add((row._meta.label, row.pk))
        return {"reason": data.get(REASON, ""), "values": values, "bases": bases, "dropped": dropped}


def row_words(row):
    """A row of which there are two, in words."""
    if row._meta.model_name == "volunteer":
        return "，".join(filter(None, [row.employer, row.volunteer_no, str(row.joined_on or "")])) or "没有其他内容"
    return stay_in_words(row)


class PersonUnmergeForm(ReasonForm):
    """Why a merge is taken back."""

    occasion = UNMERGE
