"""The events of a year's programme, and the audience of each type."""

from dataclasses import dataclass
from datetime import date

from .hubs import SampleHub

EXACT, ROUGH, UNRECORDED = "实数", "约数", "未统计"


@dataclass(frozen=True)
class Event:
    """One activity held; without a count its person-times are unrecorded.

    Without a host, the hub's organisation held it; without a hub, the district itself.
    """

    held: str
    name: str
    hub: SampleHub | None = None
    count: int | None = None
    basis: str | None = None
    host: str | None = None
    venue: str | None = None
    sessions: int = 1
    audience: str | None = None
    campaign: str | None = None
    tags: str | None = None
    partners: str | None = None
    content: str | None = None
    online: bool = False
    has_list: bool = False

    @property
    def day(self):
        return date.fromisoformat(self.held)


@dataclass(frozen=True)
class Kind:
    """The defaults for events of a type."""

    audience: str
    campaign: str | None = None
    has_list: bool = False


EVENT_KINDS = {
    "主题讲座": Kind("辖区青年", has_list=True),
    "联谊交友": Kind("单身青年", has_list=True),
    "自护教育": Kind("青少年及家长", "星光自护"),
    "DIY制作": Kind("青少年"),
    "阳光体育": Kind("辖区青年", "阳光体育"),
    "志愿服务": Kind("志愿者", "学雷锋"),
    "观影": Kind("青少年"),
    "瑜伽": Kind("辖区青年"),
    "主题团日": Kind("团员", "一学一做", has_list=True),
    "宣讲会": Kind("团员", "一学一做", has_list=True),
    "团干大会": Kind("团干部", has_list=True),
    "青年面对面": Kind("辖区青年", "1+100"),
    "团支部开放日": Kind("辖区青年", "1+100"),
    "慰问": Kind("帮扶对象", "精准帮扶"),
    "其他": Kind("辖区青年"),
}


@dataclass(frozen=True)
class SampleCampaign:
    """A campaign to which events belong."""

    name: str
    begun: str
    ended: str | None = None
    audience: str = "不统计覆盖"
    forms: str | None = None
    remark: str | None = None


SAMPLE_CAMPAIGNS = [
    SampleCampaign("精准帮扶", "2016-01-01"),
    SampleCampaign("青春自护·平安春节", "2016-01-15", "2017-02-11"),
    SampleCampaign("学雷锋", "2016-03-01"),
    SampleCampaign("阳光体育", "2016-04-01"),
    SampleCampaign("一学一做（2016年）", "2016-05-01", "2016-12-31"),
    SampleCampaign("一学一做", "2017-01-01", "2017-12-31", "全体团员", "主题团日、宣讲会", "做到每名团员知晓。"),
    SampleCampaign("1+100", "2016-05-01"),
    SampleCampaign("星光自护", "2016-06-01"),
    SampleCampaign("两节送温暖", "2017-01-01", "2017-02-28"),
]

# With whom the committee works all year.
UNITED_PARTNERS = ("地区工会", "地区妇联", "地区社保所", "地区司法所", "地区派出所")

# The capacities in which people of an audience attend, by weight.
ATTENDEE_SHARES = {
    "辖区青年": {"联系青年": 5, "团员": 3, "志愿者": 1, "其他": 3},
    "单身青年": {"联系青年": 5, "团员": 3, "其他": 3},
    "青少年及家长": {"帮扶对象": 4, "家长": 5, "志愿者": 1, "其他": 4},
    "团员": {"团员": 1},
    "团干部": {"团干部": 1},
}
