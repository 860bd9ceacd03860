"""Model fields that declare what they contain."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import models

from assistance.models import AssistanceReceipt, AssistedYouth, CaseGrant, Scholarship, ServicePlan
from members.models import Member, Person, Post
from orgs.models import Unit, User
from yl_district.fields import MonthField, YearField, is_personal, personal, unmaskable_paths
from yl_district.history.changes import plain_text
from yl_district.history.tracking import tracked_models
from yl_district.pages.forms import MonthInput, prepare_field
from yl_district.sheets.columns import widget_for
from yl_district.sheets.date_widgets import DayWidget, MonthWidget
from yl_district.sheets.number_widgets import IntegerWidget, YearWidget

MAY = date(2017, 5, 4)
PERSONAL = {
    CaseGrant: {"name", "birth_date", "person_key", "reason"},
    Member: {"wechat"},
    Person: {"name", "identity_number", "mobile", "other_names", "document_number", "sealed_facts"},
    User: {"mobile"},
    Unit: {"contact_phone"},
}


def prepared(field):
    """The form field of a model field, as prepared for pages."""
    shown = field.formfield()
    prepare_field(shown)
    return shown


@pytest.mark.parametrize("field", [MonthField("任职时间"), Post._meta.get_field("started_on")])
def test_a_month_is_read_shown_and_edited_as_one_whatever_its_label(field):
    shown = prepared(field)
    assert shown.clean("2017-05") == date(2017, 5, 1)
    assert isinstance(shown.widget, MonthInput)
    assert type(widget_for(field, "列")) is MonthWidget
    assert plain_text(field, MAY) == "2017-05"


def test_a_day_is_no_month_because_its_label_says_so():
    field = models.DateField("任职年月")
    assert not isinstance(prepared(field).widget, MonthInput)
    assert type(widget_for(field, "任职年月")) is DayWidget
    assert plain_text(field, MAY) == "2017-05-04"


@pytest.mark.parametrize("field", [models.CharField("标题", max_length=3), models.TextField("正文", max_length=3)])
def test_a_text_that_is_too_long_is_refused_with_both_lengths(field):
    with pytest.raises(ValidationError) as refused:
        prepared(field).clean("五个字太长")
    assert refused.value.messages == ["应为：不超过 3 个字。现有 5 个字，请精简。"]


def test_a_month_is_one_in_the_history_as_well():
    assert type(Post.history.model._meta.get_field("started_on")) is MonthField


def test_a_year_has_limits_and_is_read_as_one_whatever_its_label():
    field = YearField("任务")
    limits = [one.limit_value for one in prepared(field).validators]
    assert limits == [2000, 2100]
    assert type(widget_for(field, "列")) is YearWidget
    assert type(widget_for(models.IntegerField("年度"), "年度")) is IntegerWidget


@pytest.mark.parametrize(
    ("field", "plain"),
    [
        (MonthField(null=True), models.DateField(null=True)),
        (YearField("年度"), models.PositiveSmallIntegerField("年度")),
    ],
)
def test_a_migration_holds_the_plain_field(field, plain):
    assert field.deconstruct() == plain.deconstruct()
    assert type(field.clone()) is type(field)


PERSON = ["name", "identity_number", "mobile", "other_names", "document_number"]


def test_what_is_shown_whole_on_request_is_said_at_the_fields():
    assert {model: unmaskable_paths(model) for model in tracked_models() if unmaskable_paths(model)} == {
        Unit: ["contact_phone"],
        Person: PERSON,
        AssistedYouth: [*(f"person.{name}" for name in PERSON), "guardian", "guardian_phone"],
        ServicePlan: ["family_signer"],
        AssistanceReceipt: ["receiver_name"],
        Scholarship: [*(f"student.{name}" for name in PERSON), "guardian", "guardian_phone"],
    }


def test_what_is_ciphertext_or_marked_is_personal():
    names = {model: {field.name for field in model._meta.concrete_fields if is_personal(field)} for model in PERSONAL}
    assert names == PERSONAL


def test_marking_a_field_leaves_its_migration_alone():
    field = models.CharField("微信号", max_length=40)
    assert personal(field).deconstruct() == models.CharField("微信号", max_length=40).deconstruct()
