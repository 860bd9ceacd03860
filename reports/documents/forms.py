"""The forms of reports and their sections."""

from crispy_forms.layout import Column
from django import forms

from orgs.roles import RECORD_KEEPERS
from yl_district.fields import YearFormField
from yl_district.pages.edit_conflicts import lock_for_edit
from yl_district.pages.forms import PageForm
from yl_district.periods import PARTS, Period

from ..figures.places import PlaceField, Places
from ..figures.readers import may_know_cases
from ..figures.scopes import scope_of
from ..models import Report, Section
from ..text import Style, Vocabulary
from ..text.reading import read_text
from .actions import begin_report

BODY_ROWS = 18
# The choice beside the styles: to go on from the text of an earlier report.
FROM_EARLIER = "earlier"


def part_choices():
    """The parts of a year, grouped by the form that covers them."""
    return [(form.label, [(part, PARTS[part][0]) for part in parts]) for form, parts in Report.PARTS_OF_FORM.items()]


class ReportForm(PageForm):
    """A new report: its place, and its period, which determines the form."""

    groups = [("", "place", "part", "year", "style")]
    fixed = ("form", "organisation", "hub", "starts_on", "ends_on")
    place = PlaceField(label="组织", error_messages={"invalid_choice": "没有这个组织，或您不能为它编写报告。"})
    part = forms.ChoiceField(
        label="种类和期间",
        choices=lambda: [("", "请选择"), *part_choices()],
        error_messages={"invalid_choice": "没有这种报告。"},
    )
    year = YearFormField(label="年度")
    style = forms.ChoiceField(
        label="正文",
        choices=[
            (FROM_EARLIER, "沿用上一份同类报告"),
            *((style.value, f"通用文本：{style.label}") for style in Style),
        ],
        initial=FROM_EARLIER,
        required=False,
        error_messages={"invalid_choice": "没有这种写法。"},
    )

    class Meta:
        model = Report

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.places = Places(self.user, RECORD_KEEPERS)
        self.fields["place"].offer(self.places)
        self.initial.setdefault("place", self.places.own)

    def clean_style(self):
        """The style chosen; empty where the report is to begin with an earlier text."""
        return self.cleaned_data["style"].removeprefix(FROM_EARLIER)

    def clean(self):
        data = super().clean()
        if all(data.get(name) for name in ("place", "part", "year")):
            period = Period.of_part(data["year"], data["part"])
            self.instance.organisation, self.instance.hub = self.places.place(data["place"])
            self.instance.starts_on, self.instance.ends_on = period.bounds
            self.instance.form = Report.form_of(period)
        else:
            # Fields derived from a missing choice must not add errors of their own.
            self.fixed = ()
        return data

    def save(self, commit=True):
        self.earlier = begin_report(self.instance, self.cleaned_data["style"])
        return self.instance

    @property
    def saved_note(self):
        """Which text the report starts from."""
        if self.earlier:
            return f"正文取自{self.earlier}，数字已换成本期的，请逐节核对。"
        style = self.cleaned_data["style"]
        written = f"（{Style(style).label}）" if style else ""
        return f"正文取自通用文本{written}，请逐节核对。"


class SectionForm(PageForm):
    """A section of a report: its heading and text; names without a meaning are errors."""

    groups = [("", "heading", "is_about_cases", "body")]

    class Meta:
        model = Section
        help_texts = {"is_about_cases": "只给可以知道帮扶情况的人看。"}

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.scope = scope_of(self.instance.report)
        self.fields["body"].widget.attrs |= {"rows": BODY_ROWS, "spellcheck": "false"}
        if not may_know_cases(self.user, self.scope):
            del self.fields["is_about_cases"]

    def _column(self, name):
        wide = {"heading": "col-sm-8", "is_about_cases": "col-sm-4"}
        return Column(name, css_class=wide.get(name, "col-12"))

    def clean(self):
        data = super().clean()
        vocabulary = Vocabulary(self.scope)
        for name in ("heading", "body"):
            for problem in read_text(data.get(name) or "", vocabulary).problems:
                self.add_error(name, str(problem))
        if not self.errors and not data.get("heading") and not data.get("body"):
            self.add_error("body", "请填写正文。")
        return data

    def save(self, commit=True):
        if self.instance.pk is None:
            # Keeps others from deleting the report meanwhile, or adding a section in the same position.
            lock_for_edit(self.instance.report, self.user)
            last = self.instance.report.sections.last()
            self.instance.position = last.position + 1 if last else 1
        return super().save(commit)
