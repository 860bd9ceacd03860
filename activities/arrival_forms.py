"""Forms for signing in by a code: the visitor's own, that of whoever opens the code, and the one that confirms."""

from django import forms
from django.utils import timezone

from members.models import Person
from members.models.people import ADULT, age
from yl_district.fields import PartialDateFormField
from yl_district.pages.forms import ActionForm, prepare_field, refuse_control_characters
from yl_district.pinyin import normalised
from yl_district.sheets.cells import CellError
from yl_district.sheets.text_widgets import MobileWidget, NameWidget
from yl_district.validators import problem

from .arrivals import end_of_hour
from .models import Arrival

NOBODY_YET, NEW_VISITOR = "", "new"
LAST_HOUR = 24


def text_field(label, longest, **attributes):
    """A field for one line of text, as large as a thumb needs it."""
    field = forms.CharField(label=label, max_length=longest, required=False)
    field.widget.attrs |= {"class": "form-control form-control-lg"} | attributes
    refuse_control_characters(field)
    return field


class VisitorForm(forms.Form):
    """What a visitor says of themselves; of a minor a parent as well."""

    name = text_field("姓名", 30, autocomplete="name")
    mobile = text_field("手机号码", 20, autocomplete="tel", inputmode="tel")
    is_minor = forms.BooleanField(label="我未满 18 周岁", required=False)
    guardian = text_field("家长姓名", 30)
    guardian_phone = text_field("家长手机号码", 20, inputmode="tel")
    number = text_field("现场码", 10, autocomplete="off", inputmode="numeric")

    def __init__(self, *args, asks_number, **options):
        super().__init__(*args, **options)
        self.fields["is_minor"].widget.attrs["class"] = "form-check-input"
        self.fields["mobile"].help_text = "没有手机的，填家长的手机号码。"
        if asks_number:
            self.fields["number"].help_text = "会场屏幕上或工作人员出示的四位数字。"
        else:
            del self.fields["number"]

    def clean(self):
        data = super().clean()
        self._read("name", NameWidget(), "请填写姓名。")
        self._read("mobile", MobileWidget(), "请填写手机号码。")
        if data.get("is_minor"):
            self._read("guardian", NameWidget(), "未满 18 周岁的，请填写家长姓名。")
            self._read("guardian_phone", MobileWidget(), "未满 18 周岁的，请填写家长手机号码。")
        else:
            for name in ("guardian", "guardian_phone"):
                data[name] = ""
                self.errors.pop(name, None)
        if "number" in self.fields:
            data["number"] = normalised(data.get("number", ""))
            if not data["number"] and "number" not in self.errors:
                self.add_error("number", "请填写现场码。")
        return data

    def _read(self, name, widget, asked):
        """Reads a field as sheets read its column; adds an error where that cannot be, or where it is empty."""
        if name in self.errors:
            return
        typed = self.cleaned_data.get(name)
        try:
            self.cleaned_data[name] = widget.clean(typed) if typed else ""
        except CellError as error:
            self.add_error(name, problem(error.expected, error.remedy))
        else:
            if not typed:
                self.add_error(name, asked)

    @property
    def said(self):
        """{field of an arrival: what the visitor said}."""
        return {name: value for name, value in self.cleaned_data.items() if name != "number"}


class SignInCodeForm(ActionForm):
    """Until when visitors sign in by the code, and whether they need a number that is shown on the spot."""

    until = forms.TypedChoiceField(label="开放至", coerce=int)
    with_number = forms.BooleanField(
        label="要求填写现场码",
        required=False,
        help_text="四位数字，显示在二维码下面；不在现场、只拿到转发链接的人不能签到。",
    )

    def __init__(self, *args, activity, **options):
        super().__init__(*args, **options)
        is_ahead = activity.is_ahead_of(self.day)
        self.last_day = activity.held_on if is_ahead else self.day
        if is_ahead:
            choices = [(0, "活动前一天结束，只报名"), (LAST_HOUR, "活动当天结束，当天可签到")]
        else:
            hours = range(timezone.localtime().hour + 1, LAST_HOUR)
            choices = [*((hour, f"今天 {hour}:00") for hour in hours), (LAST_HOUR, "今天结束")]
        self.fields["until"].choices = choices
        self.initial.setdefault("until", LAST_HOUR)

    def closes_at(self):
        """Returns the moment chosen."""
        return end_of_hour(self.cleaned_data["until"], self.last_day)


class ArrivalsForm(ActionForm):
    """What is done with each of several arrivals, by their matches; those without an answer stay as they are.

    Before the activity is held they can only be turned away.
    """

    def __init__(self, *args, matches, is_held, **options):
        super().__init__(*args, **options)
        self.rows = []
        for match in matches:
            name, born = row_name(match.arrival.pk), f"born_{match.arrival.pk}"
            self.fields[name] = forms.ChoiceField(
                label=match.arrival.shown_name,
                choices=answers_to(match, is_held),
                required=False,
                initial=proposed_answer(match) if is_held else NOBODY_YET,
                widget=forms.RadioSelect({"class": "form-check-input"}),
                error_messages={"invalid_choice": "所选的人已不在可选之列，请重新选择。"},
            )
            if is_held and match.may_be_new and match.arrival.is_minor:
                self.fields[born] = PartialDateFormField(label="出生日期", required=False)
                prepare_field(self.fields[born])
                self.fields[born].help_text = "登记为新的人员时填写，可以只填年月。"
            self.rows.append((match, self[name], self[born] if born in self.fields else None))

    def clean(self):
        data = super().clean()
        for _, field, born in self.rows:
            if born is None or data.get(field.name) != NEW_VISITOR or born.name in self.errors:
                continue
            # Without a birth date a minor would be named in full wherever the person is shown.
            if not data.get(born.name):
                self.add_error(born.name, "未满 18 周岁的新人员，请填写出生日期，可以只填年月。")
            elif age(data[born.name], self.day) >= ADULT:
                self.add_error(born.name, "已满 18 周岁，与本人所填不符，请核对。")
        return data

    def decisions(self):
        """Returns {key of an arrival: Person, perhaps a new one, or a state}, of those that have an answer."""
        found = {}
        for match, field, born in self.rows:
            arrival, people = match.arrival, {str(person.pk): person for person in match.people}
            if chosen := self.cleaned_data[field.name]:
                if chosen == NEW_VISITOR:
                    birth_date = self.cleaned_data[born.name] if born else None
                    people[chosen] = Person(name=arrival.name, mobile=arrival.mobile, birth_date=birth_date)
                found[arrival.pk] = people.get(chosen, chosen)
        return found


def row_name(key):
    """Returns the name of the field of an arrival."""
    return f"arrival_{key}"


def proposed_answer(match):
    """Returns the choice of the one who certainly is meant and has come; nothing where that is doubtful."""
    return str(match.certain.pk) if match.certain and match.arrival.left_at else NOBODY_YET


def answers_to(match, is_held):
    """Returns the choices of what is done with an arrival: who it is, what becomes of it, or nothing yet."""
    turned_away = [(Arrival.State.DISMISSED, "不认，删除所填内容"), (NOBODY_YET, "以后再定")]
    if not is_held:
        return turned_away
    found = [(str(person.pk), words) for person, words in match.people.items()]
    if match.may_be_new:
        found.append((NEW_VISITOR, "登记为新的人员（身份：其他），计入人次"))
    return [*found, (Arrival.State.GUEST, "登记为来宾，不计入人次"), *turned_away]
