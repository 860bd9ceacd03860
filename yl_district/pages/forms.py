"""Base classes of all page forms: native date inputs, grouped fields, choices limited to visible records."""

from datetime import date
from functools import cached_property

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Fieldset, Row
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import (
    MaxValueValidator,
    MinValueValidator,
    ProhibitNullCharactersValidator,
    RegexValidator,
)
from django.db import models
from django.db.models.constants import LOOKUP_SEP
from django.utils.html import format_html
from django.utils.text import Truncator

from ..days import bounded_fields
from ..fields import MonthFormField, PartialDateFormField, YearFormField, is_masked
from ..pinyin import NAME_ORDER
from ..privacy.encryption import encrypted_fields
from ..privacy.masking import masked
from ..record_options import options_of
from ..states import former_of
from .announcements import ACT, CORRECTION, DELETION, LONGEST_REASON, REASON, REGISTRATION
from .announcements import effect_runs as runs_of
from .folding import FoldedGroups, ease_typing, is_worth_showing, only_choice, unfolded
from .record_choices import form_field
from .unreadable_fields import UnreadableFields

DAY_FORMATS = ["%Y-%m-%d", "%Y.%m.%d", "%Y/%m/%d", "%Y年%m月%d日", "%Y%m%d"]
MONTH_FORMATS = ["%Y-%m", "%Y.%m", "%Y/%m", "%Y年%m月"]
ENTERED_YEARS = (1900, 2100)
# Control characters that Word, Excel or PostgreSQL cannot store.
CONTROL_FREE = RegexValidator(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", "含有不可见的控制字符，请删去后重新输入。", inverse_match=True
)
# The maximum of PostgreSQL's integer type.
LARGEST_INTEGER = 2_147_483_647
TOO_MANY_DIGITS = "数字过大，请核对是否多写了位数。"


class DayInput(forms.DateInput):
    """The browser's native date input."""

    input_type = "date"

    def __init__(self, attrs=None):
        super().__init__(attrs, format=DAY_FORMATS[0])


class MonthInput(forms.DateInput):
    """The browser's native month input; the value is the month's first day."""

    input_type = "month"

    def __init__(self, attrs=None):
        super().__init__(attrs, format=MONTH_FORMATS[0])


def prepare_field(field):
    """Sets a field's widget, limits and messages according to its type."""
    verb = "选择" if isinstance(field, forms.ChoiceField) else "填写"
    field.error_messages["required"] = f"请{verb}{field.label}。"
    if isinstance(field, forms.NullBooleanField):
        field.widget.choices = [("unknown", "未填写"), ("true", "是"), ("false", "否")]
    if isinstance(field, forms.CharField):
        refuse_control_characters(field)
        # As the import says it of a cell.
        words = "应为：不超过 %(limit_value)d 个字。现有 %(show_value)d 个字，请精简。"
        field.error_messages.setdefault("max_length", words)
    if isinstance(field, PartialDateFormField):
        prepare_partial_date(field)
    elif isinstance(field, forms.DateField):
        prepare_date(field)
    elif isinstance(field, forms.IntegerField) and not isinstance(field, (forms.DecimalField, forms.FloatField)):
        prepare_whole_number(field)
    elif isinstance(field.widget, forms.Textarea):
        field.widget.attrs["rows"] = 3
    elif isinstance(field, forms.ModelChoiceField) and not isinstance(field, forms.ModelMultipleChoiceField):
        field.empty_label = "请选择" if field.required else "未填写"
    elif names_nothing(field):
        field.choices = [("", "请选择" if field.required else "未填写"), *field.choices[1:]]


def names_nothing(field):
    """Whether the first choice of a field is Django's dashes; filters have words of their own there."""
    is_plain = isinstance(field, forms.ChoiceField) and not hasattr(field, "empty_label")
    return is_plain and bool(field.choices) and field.choices[0][0] == ""


def refuse_control_characters(field):
    """Replaces Django's check for NUL by one for all control characters, with a clear message."""
    kept = [each for each in field.validators if not isinstance(each, ProhibitNullCharactersValidator)]
    field.validators = [*kept, CONTROL_FREE]


def prepare_whole_number(field):
    """Sets limits and messages of a year or a count; counts fit into PostgreSQL's integer type."""
    if isinstance(field, YearFormField):
        first, last = 2000, ENTERED_YEARS[1]
        words = f"请填写 {first} 至 {last} 之间的年份。"
        field.error_messages |= dict.fromkeys(("invalid", "min_value", "max_value"), words)
        field.widget.attrs |= {"min": first, "max": last, "placeholder": "如 2017"}
    else:
        first, last = field.min_value or 0, LARGEST_INTEGER
        field.error_messages |= {
            "invalid": "请填写整数，不带小数和单位。",
            "min_value": f"请填写不小于 {first} 的整数。",
            "max_value": f"请填写不大于 {field.max_value} 的整数。" if field.max_value else TOO_MANY_DIGITS,
        }
    outer = [each for each in field.validators if not isinstance(each, MinValueValidator)]
    field.validators = [*outer, MinValueValidator(first), MaxValueValidator(last)]


def prepare_date(field):
    """Sets the native input, formats and messages of a day or a month, and limits it to the years YEARS."""
    if isinstance(field, MonthFormField):
        field.widget, field.input_formats = MonthInput({"placeholder": "如 2017-05"}), MONTH_FORMATS
        field.error_messages["invalid"] = "请填写年月，如 2017-05。"
    else:
        field.widget, field.input_formats = DayInput(), DAY_FORMATS
        field.error_messages["invalid"] = "请填写真实存在的日期，如 2017-05-04。"
    first, last = date(ENTERED_YEARS[0], 1, 1), date(ENTERED_YEARS[1], 12, 31)
    hint = f"请填写 {ENTERED_YEARS[0]} 至 {ENTERED_YEARS[1]} 年之间的日期。"
    field.validators += [MinValueValidator(first, hint), MaxValueValidator(last, hint)]
    field.widget.is_required = field.required


def offer_days(fields, model, today):
    """Limits the native inputs of a model's fields to the days that it takes; the model refuses others."""
    for field in bounded_fields(model):
        widget = field.name in fields and fields[field.name].widget
        if isinstance(widget, forms.DateInput):
            widget.attrs["max"] = widget.format_value(field.bounds.latest(today))


def prepare_partial_date(field):
    """Sets a text input, since the browser's own can hold no month or year in place of a day, and the limits.

    Digits alone are enough, so that a phone may show only these.
    """
    field.widget = forms.TextInput({"inputmode": "numeric", "autocomplete": "off", "placeholder": "如 1999-05-04"})
    field.widget.is_required = field.required
    field.help_text = field.help_text or "可写作 19990504；不知道日或月的，只写年月（199905）或年份（1999）。"
    field.error_messages["invalid"] = "请填写真实存在的日期、年月或年份，如 1999-05-04、1999-05 或 1999。"
    field.validators.append(validate_entered_year)


def validate_entered_year(known):
    """Raises ValidationError for a date outside ENTERED_YEARS."""
    if not ENTERED_YEARS[0] <= known.year <= ENTERED_YEARS[1]:
        raise ValidationError(f"请填写 {ENTERED_YEARS[0]} 至 {ENTERED_YEARS[1]} 年之间的日期。")


def refuse_after(field, day):
    """Has a field take no day after today, which is `day`."""
    field.validators.append(MaxValueValidator(day, f"请填写不晚于今天（{day}）的日期。"))
    field.widget.attrs["max"] = day.isoformat()


def narrow_choices(fields, user):
    """Limits choices of records to those that the user may see, by name unless they have an order of their own."""
    for field in fields:
        queryset = getattr(field, "queryset", None)
        if hasattr(queryset, "visible_to"):
            queryset = queryset.visible_to(user)
            is_in_order = queryset.query.order_by or queryset.model._meta.ordering != ["pk"]
            is_named = not is_in_order and hasattr(queryset.model, "name_sort")
            field.queryset = queryset.order_by(*NAME_ORDER) if is_named else queryset


class PageFormMixin(UnreadableFields):
    """Behaviour common to all page forms.

    `groups` lists the fields in display order: `[("标题", "field", "field"), …]`; a group that few records need is
    Folded, and so are the fields in `given`, which have only one answer. `proposed` are the values that the page begins
    with. The saved record must stay visible to the user unless `rechecks_reach` is False. `version` and `submission`
    are the page's hidden values, `conflict` and `repeated` the results of checking them; `saved_note` is added to the
    success message. `effects` are what sending it would move in closed years, `announced` the digest by which the page
    confirms them. `stays` names the fields, of which none tells of a person, whose values the next form begins with
    where records are registered one after another; without any that is not offered.
    """

    groups = ()
    stays = ()
    # The address of the page that comes next, where it is not that of the record.
    next_page = ""
    given = frozenset()
    # Fields that are not required, but filled in where there is only one choice; those of which nobody has to be told.
    only_choices = ()
    self_evident = ("branch", "cadre", "host", "hub", "organisation")
    rechecks_reach = True
    version = submission = conflict = repeated = None
    saved_note = ""
    occasion = ACT
    announced, effects, effect_runs = "", (), ()
    unreadable, replaced = {}, {}
    # Groups of fields that are asked for only after the form was sent.
    asked_groups = ()

    def __init__(self, *args, user, day, **options):
        super().__init__(*args, **options)
        self.user, self.day, self.proposed = user, day, options.get("initial") or {}
        for field in self.fields.values():
            prepare_field(field)
        narrow_choices(self.fields.values(), user)

    @cached_property
    def helper(self):
        """The crispy-forms layout of the fields."""
        helper = FormHelper(self)
        # The template has the form tag, the CSRF token, scripts and styles.
        helper.form_tag, helper.disable_csrf, helper.include_media = False, True, False
        asked = names_in_order(self.asked_groups)
        groups = self.groups or [("", *(name for name in self.fields if name not in asked))]
        shown, folded = unfolded(groups, self.given)
        helper.layout[:] = [self._fieldset(legend, names) for legend, *names in shown]
        if folded:
            legends = [legend for legend, *_ in folded if legend]
            inside = [self._fieldset(legend, names) for legend, *names in folded]
            names = [name for name in names_in_order(folded) if name in self.fields]
            is_open = any(is_worth_showing(self, name) for name in names)
            helper.layout.append(FoldedGroups(legends, inside, is_open))
        helper.layout.extend(self._fieldset(legend, names) for legend, *names in self.asked_groups)
        for name, field in self.fields.items():
            ease_typing(name, field)
        return helper

    def _fieldset(self, legend, names):
        return Fieldset(legend, Row(*[self._column(name) for name in names if name in self.fields]))

    def _column(self, name):
        wide = isinstance(self.fields[name].widget, (forms.Textarea, forms.RadioSelect, forms.CheckboxSelectMultiple))
        return Column(name, css_class="col-12" if wide else "col-sm-6 col-xl-4")

    def give_only_choices(self):
        """Chooses what is the only choice of a field that a new record needs."""
        for name, field in self.fields.items():
            if not hasattr(field, "queryset") or not (field.required or name in self.only_choices):
                continue
            only = only_choice(field, self.day)
            if only is None:
                continue
            is_several = isinstance(field, forms.ModelMultipleChoiceField)
            if not self.initial.get(name):
                self.initial[name] = [only.pk] if is_several else only.pk
            if name in self.self_evident:
                self.given = self.given | {name}

    def add_error(self, field, error):
        """Shows model errors of fields that the form does not have above the form."""
        if hasattr(error, "error_dict"):
            for name, errors in error.error_dict.items():
                super().add_error(name if name in self.fields else None, errors)
        else:
            super().add_error(field, error)

    def announce(self, effects, digest, is_confirmed):
        """Shows which figures of closed years the form would move, and asks for a reason."""
        self.effects, self.announced = effects, digest
        self.effect_runs = runs_of(effects)
        label = self.occasion.reason_label
        self.fields[REASON] = forms.CharField(label=label, max_length=LONGEST_REASON, help_text="保存在修改历史中。")
        prepare_field(self.fields[REASON])
        self.asked_groups = [*self.asked_groups, ("改动已结束年度的统计", REASON)]
        if is_confirmed:
            self.add_error(REASON, f"请填写{label}。")

    def focus(self, begun=()):
        """Sets autofocus on the first field with errors, else on the first not `begun`; none above an announcement."""
        if self.announced and not self.errors:
            return
        wrong = [name for name in self.fields if name in self.errors]
        for name in wrong or [name for name in self.fields if name not in begun][:1]:
            self.fields[name].widget.attrs["autofocus"] = True
            return

    @property
    def problems(self):
        """The fields with errors, for the list above the form."""
        return [self[name] for name in self.fields if name in self.errors]

    @property
    def http_status(self):
        """The HTTP status of the form's page: 409 where the user must decide on a conflict or a repeated submission."""
        return 409 if self.conflict or self.repeated else 200


CLEAR = "无"
FROM_DAY, ALWAYS = "from", "always"


def mask_stored_value(field, value):
    """Sets the help text of a masked field, whose stored value is kept where nothing is typed."""
    field.help_text = f"已登记 {masked(value)}；留空不改，填“{CLEAR}”则清除。"


def names_in_order(groups):
    """The field names in `groups`, in display order."""
    return [name for _, *names in groups for name in names]


class PageForm(PageFormMixin, forms.ModelForm):
    """A form for one record; `fixed` names fields that the page has set and the model's constraints must still check.

    A new record's day in the field `today_in` is today until another is chosen.

    The form's fields are those in `groups`, since a field that is not displayed would be submitted empty and erase the
    stored value. `added` names the fields in `groups` that the form adds to the model's.
    """

    fixed = ()
    added = ()
    today_in = ""

    def __init_subclass__(cls, **options):
        """Sets Meta.fields from `groups` before Django reads it."""
        super().__init_subclass__(**options)
        if hasattr(cls, "Meta"):
            fields = [name for name in names_in_order(cls.groups) if name not in cls.added]
            cls.Meta = type("Meta", (cls.Meta,), {"fields": fields, "formfield_callback": staticmethod(form_field)})

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.former = former_of(self.instance) if self.instance.pk else None
        self.beside = []
        if self.former:
            self.occasion = CORRECTION
        elif not options_of(self._meta.model).changes_another:
            self.occasion = REGISTRATION
        offer_days(self.fields, self._meta.model, self.day)
        for name, field in self.fields.items():
            self._keep_current(name, field)
        for name in self.kept_back:
            if getattr(self.instance, name):
                self.initial[name] = ""
                mask_stored_value(self.fields[name], getattr(self.instance, name))
        self.offer_replacing(self.instance, [field.name for field in encrypted_fields(self.instance)])
        if self.today_in and not self.instance.pk:
            self.initial[self.today_in] = self.initial.get(self.today_in) or self.day

    @property
    def kept_back(self):
        """Names of the form's masked fields, whose values this page does not show either."""
        fields = self._meta.model._meta.concrete_fields
        return [field.name for field in fields if is_masked(field) and field.name in self.fields]

    def clean(self):
        data = super().clean()
        for name in self.kept_back:
            typed = data.get(name)
            if name not in self.unreadable:
                data[name] = "" if typed == CLEAR else typed or getattr(self.instance, name)
        self.take_replacing(data, CLEAR)
        return data

    def _post_clean(self):
        super()._post_clean()
        if self.former and not self.errors:
            self._date_states()

    def _date_states(self):
        """Has changed states hold from the day stated, else asks since when they hold."""
        states = [one for one in options_of(self._meta.model).states if one.is_changed(self.former, self.instance)]
        asked = [one for one in states if not one.is_dated(self.former, self.instance)]
        how, day = self._ask_since(asked) if asked else (None, None)
        for state in states:
            try:
                if state not in asked:
                    self.beside += state.begin_as_stated(self.former, self.instance)
                elif how == FROM_DAY and day:
                    self.beside += state.begin(self.former, self.instance, day)
                elif how == ALWAYS:
                    state.correct(self.former, self.instance)
            except ValidationError as error:
                self.add_error("since_day" if state in asked else state.since, error.error_dict[state.since])
        if states and not self.errors:
            self._clean_again()

    def _clean_again(self):
        """Checks the record once more, since its days have changed."""
        try:
            self.instance.clean()
        except ValidationError as error:
            self.add_error(None, error)

    def _ask_since(self, states):
        """Adds the question since when these states hold; returns the answers, None where there is none yet."""
        labels = "、".join(state.label(self._meta.model) for state in states)
        choices = [(FROM_DAY, "自何日起（以前的仍按原来的计）"), (ALWAYS, "一直如此（更正原来填错的内容）")]
        self.fields["since_how"] = forms.ChoiceField(label="从何时起", choices=choices, widget=forms.RadioSelect)
        self.fields["since_day"] = forms.DateField(label="自何日起", required=False, initial=self.day)
        for name in ("since_how", "since_day"):
            prepare_field(self.fields[name])
        refuse_after(self.fields["since_day"], self.day)
        self.asked_groups = [*self.asked_groups, (f"{labels}从何时起改变", "since_how", "since_day")]
        if "since_how" not in self.data:
            self.data = self.data.copy()
            self.data["since_day"] = self.day.isoformat()
            self.add_error("since_how", f"您改动了{labels}：请选择自何日起，还是更正原来填错的内容，再保存。")
            return None, None
        how, day = self._answered("since_how"), self._answered("since_day")
        if how == FROM_DAY and not day and "since_day" not in self.errors:
            self.add_error("since_day", "请填写自何日起。")
        return how, day

    def _answered(self, name):
        """The value of a field that was added after the form was read; None with an error where it is wrong."""
        try:
            return self.fields[name].clean(self.data.get(self.add_prefix(name)))
        except ValidationError as error:
            self.add_error(name, error)
            return None

    def save(self, commit=True):
        """Saves the record, and the spans of its former states."""
        record = super().save(commit)
        for span in self.beside:
            span.save()
        self.note_replaced()
        return record

    def _keep_current(self, name, field):
        """Adds the current choice to the visible ones, as saving would otherwise silently remove it."""
        current = self.initial.get(name) if self.instance.pk and not self.user.reaches_root else None
        is_choice = isinstance(field, forms.ModelChoiceField) and not isinstance(field, forms.ModelMultipleChoiceField)
        if current and is_choice and hasattr(field.queryset, "visible_to"):
            reached = models.Q(pk__in=field.queryset.values("pk"))
            field.queryset = field.queryset.model.objects.filter(reached | models.Q(pk=current))

    def ask_for(self, cells):
        """Says below the fields that AwaitedCells wait for what the list had, and what was expected."""
        for cell in cells:
            name = cell.attribute.rpartition(LOOKUP_SEP)[2]
            if name in self.fields:
                field, hint = self.fields[name], "待补：名单中写的是“{}”，应为{}。{}。"
                asked = format_html(hint, Truncator(cell.shown).chars(80), cell.expected, cell.remedy)
                field.help_text = format_html("{} {}", field.help_text, asked) if field.help_text else asked

    @classmethod
    def lock(cls, record):
        """Locks other rows that the form writes besides its record; none by default."""

    def stored_value(self, name):
        """The stored value of a field, including masked ones and those that cannot be read."""
        if name in self.unreadable:
            return self.unreadable[name][1]
        if name in self.kept_back:
            return getattr(self.instance, name)
        return self.get_initial_for_field(self.fields[name], name)

    def _get_validation_exclusions(self):
        return super()._get_validation_exclusions() - set(self.fixed)


class DeletionForm(PageFormMixin, forms.Form):
    """The confirmation of a deletion."""

    occasion = DELETION


class ActionForm(PageFormMixin, forms.Form):
    """A form for the arguments of a model's method, such as date and reason of an end."""


class BindingForm(ActionForm):
    """The day on which records were bound on an outside platform."""

    day = forms.DateField(label="绑定日期")

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        refuse_after(self.fields["day"], self.day)
