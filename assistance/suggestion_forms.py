"""Forms for the activities suggested to assisted youths, and what came of it."""

from django import forms

from activities.models import Activity
from yl_district.pages.forms import ActionForm, PageForm
from yl_district.pages.record_choices import RecordChoiceField

from .models import SuggestedActivity
from .suggestions import activity_in_words, coming_activities


class ComingActivityField(RecordChoiceField):
    """A choice of a coming activity by name, day, place and host."""

    def label_from_instance(self, activity):
        return f"{activity.name}（{activity_in_words(activity)}）"


class ActivitySuggestionForm(ActionForm):
    """Which coming activity was suggested to a youth, when and how."""

    groups = [("", "activity", "suggested_on", "way")]

    activity = ComingActivityField(Activity.objects.none(), label="活动")
    suggested_on = forms.DateField(label="推荐日期")
    way = forms.ChoiceField(label="告知方式", choices=[("", ""), *SuggestedActivity.Way.choices])

    def __init__(self, *args, youth, **options):
        super().__init__(*args, **options)
        coming = coming_activities(self.user, self.day)
        known = [one.activity_id for one in youth.suggested_activities.all()]
        self.fields["activity"].queryset = coming.exclude(pk__in=[key for key in known if key])


class SuggestionOutcomeForm(PageForm):
    """What came of a suggestion, and the suggestion itself."""

    fixed = ("youth",)
    groups = [("结果", "outcome", "held_on", "reason"), ("推荐", "suggested_on", "way")]

    class Meta:
        model = SuggestedActivity
        help_texts = {"held_on": "活动改期的，填实际举办的日期。", "reason": "没去、拒绝的，写明原因。"}

    def clean(self):
        data = super().clean()
        if not self.errors:
            self.instance.outcome, self.instance.held_on = data["outcome"], data["held_on"]
            self.instance.check_outcome(self.day)
        return data
