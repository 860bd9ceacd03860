"""The programme of 2016, about half the size of that of 2017."""

from .hubs import BALIZHUANG, GAOBEIDIAN_WEST, GAOJING, TONGHUI, XINGLONG
from .programme import EXACT, ROUGH, Event

# Of the next year it is a campaign of its own, of which whom it has reached is counted anew.
LEARNING = "一学一做（2016年）"

# On the second Saturday of these months.
FOOTBALL_DAYS = "2016-04-09 2016-05-14 2016-06-11 2016-08-13 2016-09-10 2016-10-08".split()

PROGRAMME_2016 = {
    "主题讲座": [
        Event("2016-04-16", "青年职业规划讲座", BALIZHUANG, 12),
        Event("2016-07-09", "暑期安全常识讲座", XINGLONG, 14, audience="青少年及家长"),
        Event("2016-09-24", "青年心理减压讲座", TONGHUI, 11),
        Event("2016-12-03", "宪法与青年讲座", GAOBEIDIAN_WEST, 13, partners="地区司法所"),
    ],
    "联谊交友": [
        Event("2016-05-21", "初夏单身青年联谊会", BALIZHUANG, 30, partners="地区妇联"),
        Event("2016-08-06", "七夕相亲会", TONGHUI, 35, tags="七夕"),
        Event("2016-11-12", "暖冬青年联谊会", BALIZHUANG, 28),
    ],
    "自护教育": [
        Event("2016-01-28", "青春自护·平安春节出行安全教育", BALIZHUANG, 40, ROUGH, campaign="青春自护·平安春节"),
        Event("2016-06-25", "青少年禁毒教育", TONGHUI, 45, ROUGH, tags="禁毒"),
        Event("2016-09-10", "校园安全自护培训", XINGLONG, 35, ROUGH),
    ],
    "DIY制作": [
        Event("2016-01-23", "春联书写", GAOBEIDIAN_WEST, 12, EXACT, tags="传统文化"),
        Event("2016-03-08", "手工发饰制作", BALIZHUANG, 15, EXACT, audience="女青年"),
        Event("2016-04-30", "手工书签制作", XINGLONG, 14, EXACT),
        Event("2016-06-04", "粽子制作", GAOJING, 20, ROUGH, tags="端午"),
        Event("2016-07-16", "石头彩绘", TONGHUI, 15, ROUGH),
        Event("2016-08-20", "橡皮章雕刻", BALIZHUANG, 12, EXACT),
        Event("2016-09-14", "兔儿爷彩绘", GAOBEIDIAN_WEST, 15, EXACT, tags="传统文化、中秋"),
        Event("2016-12-24", "围巾编织", XINGLONG, 10, EXACT),
    ],
    "阳光体育": [
        *[
            Event(day, f"2016年{int(day[5:7])}月足球友谊赛", GAOBEIDIAN_WEST, 12, EXACT, venue="社区足球场")
            for day in FOOTBALL_DAYS
        ],
        Event("2016-05-07", "五四青年趣味运动会", None, 24, EXACT, tags="五四"),
    ],
    "志愿服务": [
        Event("2016-03-05", "学雷锋便民服务", BALIZHUANG),
        Event("2016-04-22", "地球日环保宣传", TONGHUI),
        Event("2016-06-26", "禁毒日社区宣传", XINGLONG),
        Event("2016-08-13", "探望独居老人", GAOBEIDIAN_WEST),
        Event("2016-10-09", "重阳为老服务", BALIZHUANG, tags="敬老"),
        Event("2016-12-05", "志愿者日便民服务", None, venue="地区文化广场"),
    ],
    "观影": [
        Event("2016-06-01", "六一电影放映", BALIZHUANG),
        Event("2016-07-23", "暑期电影放映", XINGLONG),
        Event("2016-08-14", "暑期露天电影", GAOBEIDIAN_WEST),
        Event("2016-10-15", "长征胜利八十周年电影放映", TONGHUI),
    ],
    "瑜伽": [
        Event("2016-05-15", "初夏瑜伽", TONGHUI, 15, EXACT),
        Event("2016-09-11", "秋日瑜伽", TONGHUI, 16, EXACT),
        Event("2016-11-20", "冬日瑜伽", BALIZHUANG, 14, EXACT),
    ],
    "主题团日": [
        Event("2016-05-04", "五四主题团日", None, 28, venue="地区文化中心", campaign=LEARNING, tags="五四"),
        Event("2016-10-21", "纪念长征胜利八十周年主题团日", None, 25, campaign=LEARNING),
    ],
    "宣讲会": [Event("2016-07-08", "一学一做动员宣讲会", None, 30, venue="地区会议室", campaign=LEARNING)],
    "团干大会": [Event("2016-03-25", "2016年团干大会", None, 26, venue="地区会议室")],
    "青年面对面": [
        Event("2016-06-16", "青年代表面对面", BALIZHUANG, 14, EXACT),
        Event("2016-10-27", "创业青年面对面", None, 12, EXACT),
    ],
    "团支部开放日": [
        Event("2016-09-29", "兴隆家园社区团总支开放日", XINGLONG, 15, ROUGH, host=XINGLONG.organisation),
    ],
    "慰问": [Event("2016-01-22", "春节慰问困难青少年", None, 5, EXACT)],
}
