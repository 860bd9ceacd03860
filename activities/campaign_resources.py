"""Import and export of the ledger sheet 专项, and the campaigns that lists of activities name."""

from yl_district.sheets.cells import CellError, says_nothing, text_key
from yl_district.sheets.columns import RecordNameColumn, column
from yl_district.sheets.resource import SheetResource

from .campaign_keys import campaign_key
from .models import Campaign


class CampaignResource(SheetResource):
    """Each row is a campaign of the district, known by its name."""

    sheet = "专项"
    known_by = ("名称",)
    relies_on_all = True
    is_announced = True
    columns = [
        column(Campaign, "name", required=True),
        column(Campaign, "started_on", required=True),
        column(Campaign, "ended_on"),
        column(Campaign, "audience"),
        column(Campaign, "forms"),
        column(Campaign, "remark"),
        column(Campaign, "key"),
    ]
    synonyms = {
        "名称": "专项名称 专项活动 专项工作",
        "起始日期": "开始日期 启动日期 开始时间 启动时间",
        "结束日期": "截止日期 完成日期 结束时间 截止时间",
        "覆盖对象": "覆盖范围 覆盖人群",
        "形式": "开展形式 活动形式",
    }

    class Meta(SheetResource.Meta):
        model = Campaign

    def load(self):
        self.known = self.book.named(Campaign)
        self.stored = {campaign.pk: campaign for campaign in self.known.values() if campaign.pk}

    def announce(self, row):
        self.book.only(NamedCampaigns).can_begin = False

    def find(self, row):
        return self.known.get(row["名称"])

    def start(self, row):
        return Campaign(key=row.get("代码") or self.book.only(TakenKeys).free(row["名称"]))

    def accept(self, record):
        self.known[record.name] = record
        self.book.only(TakenKeys).keys.add(record.key)

    def rows_for_export(self, records):
        return records.order_by("started_on", "pk")


class TakenKeys:
    """The keys of all campaigns, those that the file begins included."""

    def __init__(self, book):
        self.keys = {campaign.key for campaign in book.named(Campaign).values()}

    def free(self, name):
        """Returns a key for a new campaign of this name."""
        return campaign_key(name, self.keys)


class NamedCampaigns:
    """The campaigns that only the activities of one workbook name, by `text_key`; they begin with the first of these.

    Offices keep lists of activities with a column of names, and none of the campaigns. A file with rows of campaigns
    says all of them there, and committees below the root register none: then `can_begin` is false.
    """

    def __init__(self, book):
        self.can_begin = book.committee is None
        self.begun, self.accepted, self.taken = {}, {}, book.only(TakenKeys)

    def named(self, name):
        """Returns the campaign of this name, which begins with the row that is accepted first."""
        if text_key(name) not in self.begun:
            key = self.taken.free(name)
            self.taken.keys.add(key)
            self.begun[text_key(name)] = Campaign(name=name, key=key, audience=Campaign.Audience.NOBODY)
        return self.begun[text_key(name)]

    def begins(self, campaign):
        """Whether a campaign, or None, is one that the activities of the file begin."""
        return campaign is not None and self.begun.get(text_key(campaign.name)) is campaign

    def note(self, campaign):
        """Notes that a row of the file is accepted which names a campaign."""
        self.accepted[id(campaign)] = campaign

    def warnings(self):
        """Yields a warning for each campaign that rows of the file begin."""
        for campaign in self.accepted.values():
            yield (
                f"专项“{campaign}”还没有登记：写入时一并登记，从名单中它最早一次活动的日期 {campaign.started_on} 起，"
                "不统计覆盖。名称写错的请先改正；日期和覆盖对象可在写入后到专项页面修改。"
            )


class CampaignNameColumn(RecordNameColumn):
    """A column with the name of a campaign, which is registered with the activities where nothing else tells of it."""

    def __init__(self, heading, attribute):
        super().__init__(heading, attribute, Campaign, CampaignResource.sheet)

    def resolve(self, book, value):
        try:
            return super().resolve(book, value)
        except CellError:
            named = book.only(NamedCampaigns)
            if not named.can_begin or says_nothing(value):
                raise
            return named.named(value)
