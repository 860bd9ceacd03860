"""The review comments by which a superior returns a signed edition, and what was said about each."""

from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from orgs.models import User
from orgs.roles import RoleKind
from yl_district.audit.write_once_model import KeptOnce
from yl_district.history.tracking import Tracked

from .documents import Report, ReportReachQuerySet, ReportScope
from .editions import Edition


class CommentQuerySet(ReportReachQuerySet):
    report_path = "edition__report__"

    def visible_as(self, user: User, *kinds: RoleKind) -> Self:
        """Comments within reach; those about cases only for staff and leaders of the report's organisation."""
        knowing = super().visible_as(user, RoleKind.STAFF, RoleKind.LEADER).filter(edition__report__hub=None)
        seen = super().visible_as(user, *kinds)
        return seen.filter(Q(is_about_cases=False) | Q(pk__in=knowing.order_by().values("pk")))

    def acceptable_by(self, user: User) -> Self:
        """Comments on which the user decides as a superior."""
        return self.visible_as(user, RoleKind.LEADER)

    def to_answer(self, user: User) -> Self:
        """Open comments of others on what the user writes."""
        return self.changeable_by(user).filter(state=Comment.State.OPEN).exclude(asked_by=user)

    def to_accept(self, user: User) -> Self:
        """Comments that others have answered, on which the user decides."""
        return self.acceptable_by(user).filter(state=Comment.State.ANSWERED).exclude(answered_by=user)

    def of_report(self, report: Report) -> Self:
        """Comments on any edition of a report, in the order of the editions and of their text."""
        return self.filter(edition__report=report).order_by("edition__number", "place", "start", "pk")

    def about_figure(self, key: str, scope: ReportScope) -> Self:
        """Comments on the number of a figure in what was signed for exactly this organisation or hub and period."""
        start, end = scope.period.bounds
        report = {"organisation": scope.organisation, "hub": scope.hub, "starts_on": start, "ends_on": end}
        return self.filter(figure_key=key, **{f"edition__report__{name}": value for name, value in report.items()})

    def with_edition(self) -> Self:
        """Loads the edition with its report, without its texts and its file."""
        related = self.select_related("edition__report__organisation", "edition__report__hub", "asked_by")
        return related.defer("edition__document", "edition__blocks", "edition__open_blocks")

    def with_entries(self) -> Self:
        """Loads what was said, with those who said it, and the edition."""
        said = CommentEntry.objects.select_related("written_by", "amendment__report").defer(
            "amendment__document", "amendment__blocks", "amendment__open_blocks"
        )
        return self.with_edition().prefetch_related(models.Prefetch("entries", said))


class Comment(models.Model):
    """What a superior asks about one sentence or one number of an edition, until it is accepted."""

    class State(models.TextChoices):
        OPEN = "open", "待答复"
        ANSWERED = "answered", "已答复"
        ACCEPTED = "accepted", "已办结"

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="comments", verbose_name="定稿")
    # The paragraph among the blocks that its asker saw, and from where to where in its text the comment is about it.
    place = models.PositiveSmallIntegerField("段落序号")
    start = models.PositiveIntegerField("文字起点")
    end = models.PositiveIntegerField("文字止点")
    # The sentence, or the number with the name of its figure.
    quoted = models.TextField("针对")
    # Of a number of the report's own period, whose records can be opened.
    figure_key = models.CharField("指标代码", max_length=60, blank=True)
    is_about_cases = models.BooleanField("涉及精准帮扶", default=False)
    state = models.CharField("状态", max_length=10, choices=State, default=State.OPEN)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="提出人")
    asked_at = models.DateTimeField("提出时间")
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="答复人")

    objects = CommentQuerySet.as_manager()
    history = Tracked(
        words={"figure_key": "reports.checks.history_words.figure_words"},
        by_acts=[
            *("edition", "place", "start", "end", "quoted", "figure_key", "is_about_cases"),
            *("state", "asked_by", "asked_at", "answered_by"),
        ],
    )

    class Meta:
        verbose_name = "审阅意见"
        ordering = ["-asked_at", "-pk"]
        indexes = [models.Index(fields=["state"], name="comment_by_state")]

    def __str__(self):
        return f"{self.edition}：{self.quoted if len(self.quoted) <= 40 else f'{self.quoted[:40]}…'}"

    def get_absolute_url(self):
        """The URL of the comment's page."""
        return reverse("comment_detail", args=[self.pk])

    def ask(self, user, words):
        """Saves a new comment with what is asked."""
        self.asked_by, self.asked_at = user, timezone.now()
        self.save()
        self.add_entry(CommentEntry.Kind.ASKED, user, words)

    def answer(self, user, words, amendment=None):
        """Answers an open comment, with the amendment that settles it, if any."""
        self.require(self.State.OPEN, "答复")
        if self.asked_by_id == user.pk:
            raise ValidationError("没有答复：这条意见是您自己提出的，请由报告的编写人答复。")
        self.answered_by = user
        self.pass_to(self.State.ANSWERED, CommentEntry.Kind.ANSWERED, user, words, amendment)

    def ask_again(self, user, words):
        """Opens an answered comment again with another question."""
        self.require(self.State.ANSWERED, "再问")
        self.pass_to(self.State.OPEN, CommentEntry.Kind.ASKED_AGAIN, user, words)

    def accept(self, user, words=""):
        """Settles an answered comment for good."""
        self.require(self.State.ANSWERED, "办结")
        if self.answered_by_id == user.pk:
            raise ValidationError("没有办结：答复是您自己写的，请由其他领导办结。")
        self.pass_to(self.State.ACCEPTED, CommentEntry.Kind.ACCEPTED, user, words)

    def require(self, state, act):
        """Raises ValidationError where the comment is in another state than the act needs."""
        if self.state != state:
            needed = self.State(state).label
            raise ValidationError(f"没有{act}：这条意见现在是“{self.get_state_display()}”，只有“{needed}”的才能{act}。")

    def pass_to(self, state, kind, user, words, amendment=None):
        """Puts the comment into a state by what somebody says."""
        self.state = state
        self.save()
        self.add_entry(kind, user, words, amendment)

    def add_entry(self, kind, user, words, amendment=None):
        """Keeps what somebody says about the comment."""
        CommentEntry.objects.create(
            comment=self, kind=kind, words=words, amendment=amendment, written_by=user, written_at=timezone.now()
        )


class CommentEntry(KeptOnce):
    """A question about a comment's words, an answer to it, or its acceptance."""

    class Kind(models.TextChoices):
        ASKED = "asked", "提出"
        ANSWERED = "answered", "答复"
        ASKED_AGAIN = "asked_again", "再问"
        ACCEPTED = "accepted", "办结"

    LONGEST = 1000

    comment = models.ForeignKey(Comment, models.PROTECT, related_name="entries", verbose_name="审阅意见")
    kind = models.CharField("事项", max_length=12, choices=Kind)
    words = models.TextField("内容", max_length=LONGEST, blank=True)
    amendment = models.ForeignKey(Edition, models.PROTECT, null=True, related_name="+", verbose_name="更正稿")
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="经办人")
    written_at = models.DateTimeField("时间")

    refusal = "审阅意见和答复不能修改或删除；需要补充的，请另写一条。"

    class Meta:
        verbose_name = "意见往来"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind="accepted") | ~Q(words=""), name="comment_entry_says_something"),
            models.CheckConstraint(
                condition=Q(amendment=None) | Q(kind="answered"), name="comment_entry_amendment_of_answer"
            ),
        ]

    def __str__(self):
        return f"{self.comment} {self.get_kind_display()}"
