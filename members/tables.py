"""Tables of people, members, posts and proposals."""

import django_tables2 as tables

from yl_district.pages.tables import DayColumn, MaskedColumn, MomentColumn, MonthColumn, PageTable, RecordColumn

from .models import Member, Person, Post, Proposal, Verification, VerificationRound
from .verifying import answers_address


class PersonTable(PageTable):
    """People."""

    name = RecordColumn(accessor="shown_name", verbose_name="姓名", order_by="name_sort")

    class Meta(PageTable.Meta):
        model = Person
        fields = ["name", "gender", "birth_date", "identity_number", "mobile"]


class MemberTable(PageTable):
    """Members."""

    related = ("person", "branch")
    phone_columns = ("branch", "mobile")

    person = RecordColumn(accessor="person__shown_name", order_by="person__name_sort")
    education = tables.Column(attrs={"td": {"class": "secondary"}})
    mobile = MaskedColumn(accessor="person__mobile")
    joined_league_on = MonthColumn(attrs={"td": {"class": "secondary"}})
    roll_begin = DayColumn(attrs={"td": {"class": "secondary"}})

    class Meta(PageTable.Meta):
        model = Member
        fields = [
            "person",
            "person__gender",
            "person__birth_date",
            "branch",
            "education",
            "mobile",
            "joined_league_on",
            "roll_begin",
            "status",
        ]


class PostTable(PageTable):
    """Cadres' posts."""

    related = ("person", "organisation")
    phone_columns = ("organisation", "title")

    person = RecordColumn(accessor="person__shown_name", order_by="person__name_sort")
    mobile = MaskedColumn(accessor="person__mobile")

    class Meta(PageTable.Meta):
        model = Post
        fields = ["person", "person__gender", "organisation", "title", "nature", "mobile", "started_on", "ended_on"]


class AccountlessPostTable(PageTable):
    """Cadres without an account: name and post alone."""

    related = ("person", "organisation")

    person = RecordColumn(accessor="person__shown_name", order_by="person__name_sort")

    class Meta(PageTable.Meta):
        model = Post
        fields = ["person", "organisation", "title"]


class ProposalTable(PageTable):
    """Proposals."""

    related = ("member__person", "member__branch", "to_branch", "proposed_by")
    phone_columns = ("kind", "outcome")

    member = RecordColumn(accessor="member__person__shown_name", order_by="member__person__name_sort")
    proposed_by = tables.Column(order_by="proposed_by__name_sort")
    outcome = tables.Column(verbose_name="审批情况", orderable=False)
    proposed_at = MomentColumn(format="Y-m-d", attrs={"td": {"class": "day"}})

    class Meta(PageTable.Meta):
        model = Proposal
        fields = ["member", "kind", "member__branch", "to_branch", "day", "proposed_by", "proposed_at", "outcome"]


class RoundColumn(RecordColumn):
    """A column that leads to the members to be verified, whence whoever has several branches is led to the round."""

    @staticmethod
    def address(record, table):
        """The address of the answers while the round is open, else of the round."""
        return answers_address(record) if record.is_open else record.get_absolute_url()


class VerificationRoundTable(PageTable):
    """Rounds of verification."""

    related = ("organisation",)
    phone_columns = ("due_on", "closed_on")

    # By their days: rounds have names alike.
    name = RoundColumn(orderable=False)
    closed_on = DayColumn(empty_values=(), verbose_name="结束日期")

    class Meta(PageTable.Meta):
        model = VerificationRound
        fields = ["name", "organisation", "opened_on", "due_on", "closed_on"]

    def render_closed_on(self, value):
        """The day, or that it is not over."""
        return value or "正在进行"


class VerificationTable(PageTable):
    """What was found of whom, by whom and when."""

    related = ("member__person", "member__branch", "answered_by")
    phone_columns = ("member__branch", "result")

    member = RecordColumn(accessor="member__person__shown_name", order_by="member__person__name_sort")
    answered_by = tables.Column(order_by="answered_by__name_sort")

    class Meta(PageTable.Meta):
        model = Verification
        fields = ["member", "member__branch", "result", "answered_on", "answered_by", "note"]
