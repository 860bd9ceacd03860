"""The forms of comments: what is asked about a passage, what is answered, and how it is settled."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import Truncator

from yl_district.pages.forms import ActionForm, PageForm

from ..models import Comment, CommentEntry

LONGEST_CHOICE = 120


def words_field(label, required=True, help_text=""):
    """The field for what somebody says about a comment."""
    return forms.CharField(
        label=label,
        required=required,
        max_length=CommentEntry.LONGEST,
        widget=forms.Textarea,
        help_text=help_text,
        error_messages={
            "max_length": f"{label}最多 %(limit_value)d 字，现有 %(show_value)d 字，请精简，或分几条写。",
        },
    )


class CommentForm(PageForm):
    """A new comment on one of the passages of a paragraph, which the page passes in with the instance.

    `latest` is the key of the report's latest edition as the page showed it: of an amendment signed meanwhile the
    asker is told first.
    """

    groups = [("", "passage", "words", "is_about_cases")]
    passage = forms.ChoiceField(
        label="针对哪一处",
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "这一段中没有原来所选的句子或数字，请在下面重新选择；您写的内容没有丢失。"},
    )
    words = words_field("意见", help_text="写明要核对或说明什么。请勿写入个人姓名、证件号码。")

    class Meta:
        model = Comment
        help_texts = {"is_about_cases": "只给可以知道帮扶情况的人看。"}

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.found = self.instance.passages
        shown = [(each.value, Truncator(each.quoted).chars(LONGEST_CHOICE)) for each in self.found]
        self.fields["passage"].choices = shown
        # Only whoever may know of cases can say that something is about them, and must where the passage is.
        if not self.instance.may_know_cases or any(each.is_about_cases for each in self.found):
            del self.fields["is_about_cases"]

    def clean(self):
        data, latest = super().clean(), self.instance.latest
        if self.data.get("latest") != str(latest.pk):
            raise ValidationError(
                f"没有提出：打开本页后，签发了{latest.label}。您写的内容没有丢失：仍对{self.instance.edition.label}提出的，"
                f"再提交一次；对{latest.label}提出的，请用下面的另一个按钮。"
            )
        chosen = next((each for each in self.found if each.value == data.get("passage")), None)
        if chosen:
            for name in ("start", "end", "quoted", "figure_key"):
                setattr(self.instance, name, getattr(chosen, name))
            self.instance.is_about_cases = chosen.is_about_cases or bool(data.get("is_about_cases"))
        return data

    def save(self, commit=True):
        self.instance.ask(self.user, self.cleaned_data["words"])
        return self.instance


class AnswerForm(ActionForm):
    """An answer to a comment, with the amendment that settles it where one was signed since."""

    groups = [("", "words", "amendment")]
    words = words_field("答复", help_text="写明核对的结果，或改在哪里。请勿写入个人姓名、证件号码。")
    amendment = forms.ChoiceField(label="已在更正稿中改正", required=False)

    def __init__(self, *args, comment, **options):
        super().__init__(*args, **options)
        edition = comment.edition
        later = edition.report.editions.without_contents().filter(number__gt=edition.number)
        self.amendments = {str(each.pk): each for each in later}
        shown = [(key, each.label) for key, each in self.amendments.items()]
        self.fields["amendment"].choices = [("", "没有改动"), *shown]
        if not shown:
            del self.fields["amendment"]

    def clean(self):
        data = super().clean()
        data["amendment"] = self.amendments.get(data.get("amendment"))
        return data


class AskAgainForm(ActionForm):
    """Another question about an answered comment."""

    words = words_field("再问", help_text="写明还要核对或说明什么。请勿写入个人姓名、证件号码。")


class AcceptForm(ActionForm):
    """The acceptance of an answer."""

    words = words_field("办结意见", required=False, help_text="可以不填。")
