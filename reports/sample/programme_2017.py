"""The programme of 2017 by type; sessions and person-times are those of the original summary."""

from .hubs import BALIZHUANG, GAOBEIDIAN_WEST, GAOJING, TONGHUI, XINGLONG
from .organisations import OFFICE_NAME
from .programme import EXACT, ROUGH, Event

# On the second Saturday of every month.
FOOTBALL_ATTENDANCES = {
    "2017-01-14": 12,
    "2017-02-11": 12,
    "2017-03-11": 14,
    "2017-04-08": 14,
    "2017-05-13": 16,
    "2017-06-10": 14,
    "2017-07-08": 14,
    "2017-08-12": 12,
    "2017-09-09": 14,
    "2017-10-14": 16,
    "2017-11-11": 14,
    "2017-12-09": 12,
}

PROGRAMME_2017 = {
    "主题讲座": [
        Event("2017-02-18", "青年财商意识讲座", BALIZHUANG, 14, content="理财常识和防范非法集资"),
        Event("2017-03-18", "科技创新走进青年讲座", GAOBEIDIAN_WEST, 16, content="三维打印与智能硬件体验"),
        Event("2017-04-15", "春季健康饮食讲座", XINGLONG, 15, audience="青少年及家长", partners="社区卫生服务站"),
        Event("2017-05-20", "青年创业就业讲座", TONGHUI, 13, partners="地区社保所", content="政策解读与创业经验分享"),
        Event("2017-06-17", "一带一路与青年机遇讲座", None, 18, venue="地区文化中心", tags="一带一路"),
        Event("2017-07-08", "暑期安全讲座", GAOJING, 12, audience="青少年及家长", content="防溺水、交通和居家安全"),
        Event("2017-09-16", "职业技能提升讲座", BALIZHUANG, 17, content="职业规划与面试技巧"),
        Event("2017-11-11", "学习宣传十九大精神青年讲座", TONGHUI, 14, tags="十九大"),
    ],
    "联谊交友": [
        Event("2017-02-12", "情满元宵青年联谊会", BALIZHUANG, 36, partners="地区工会", content="猜灯谜、做元宵"),
        Event("2017-05-13", "遇见春天单身青年联谊会", TONGHUI, 40, partners="地区妇联、地区工会"),
        Event("2017-06-24", "古街漫步青年交友会", GAOBEIDIAN_WEST, 32, content="分组寻访古街"),
        Event("2017-08-26", "七夕青年交友会", BALIZHUANG, 45, partners="地区妇联", tags="七夕"),
        Event("2017-11-12", "秋日下午茶青年联谊会", XINGLONG, 32),
    ],
    "自护教育": [
        Event("2017-01-17", "青春自护·平安春节烟花安全教育", XINGLONG, 50, ROUGH, campaign="青春自护·平安春节"),
        Event("2017-04-22", "拒绝校园暴力主题教育", GAOBEIDIAN_WEST, 45, ROUGH, tags="法治、校园安全"),
        Event("2017-06-25", "国际禁毒日教育", BALIZHUANG, 60, ROUGH, tags="禁毒", partners="地区派出所"),
        Event("2017-07-15", "暑期防溺水自护培训", GAOJING, 55, ROUGH, tags="暑期安全"),
        Event("2017-09-23", "消防与用电安全体验", TONGHUI, 40, ROUGH, partners="消防中队"),
        Event("2017-11-30", "防艾知识教育", BALIZHUANG, 50, ROUGH, tags="防艾", partners="社区卫生服务站"),
    ],
    "DIY制作": [
        Event("2017-01-14", "手绘窗花迎新春", GAOBEIDIAN_WEST, 16, EXACT, tags="传统文化、春节"),
        Event("2017-01-21", "剪纸贺岁", XINGLONG, 15, ROUGH, tags="传统文化、春节"),
        Event("2017-02-10", "元宵灯笼制作", TONGHUI, 20, ROUGH, tags="传统文化"),
        Event("2017-03-07", "手工香皂制作", BALIZHUANG, 15, EXACT, audience="女青年", partners="地区妇联"),
        Event("2017-03-25", "风筝彩绘", GAOJING, 12, EXACT),
        Event("2017-04-08", "多肉植物盆栽制作", GAOBEIDIAN_WEST, 15, EXACT),
        Event("2017-04-29", "皮具手作体验", TONGHUI, 15, EXACT, audience="辖区青年"),
        Event("2017-05-14", "母亲节花艺制作", BALIZHUANG, 20, ROUGH, audience="青少年及家长"),
        Event("2017-05-27", "端午香囊制作", XINGLONG, 15, EXACT, tags="传统文化、端午"),
        Event("2017-06-10", "陶艺体验", GAOJING, 10, EXACT),
        Event("2017-07-01", "扇面绘画", GAOBEIDIAN_WEST, 15, EXACT, tags="传统文化"),
        Event("2017-07-22", "软陶手办制作", BALIZHUANG, 30, ROUGH, sessions=2, content="上下午各一场"),
        Event("2017-08-05", "衍纸画制作", TONGHUI, 15, ROUGH),
        Event("2017-08-19", "扎染体验", XINGLONG, 12, EXACT, tags="传统文化"),
        Event("2017-09-30", "冰皮月饼制作", GAOJING, 20, ROUGH, audience="青少年及家长", tags="中秋"),
        Event("2017-10-28", "重阳布艺制作", TONGHUI, 10, EXACT, tags="重阳"),
        Event("2017-12-23", "新年贺卡制作", GAOBEIDIAN_WEST, 15, EXACT),
    ],
    "阳光体育": [
        *[
            Event(day, f"2017年{int(day[5:7])}月足球友谊赛", GAOBEIDIAN_WEST, count, EXACT, venue="社区足球场")
            for day, count in FOOTBALL_ATTENDANCES.items()
        ],
        Event("2017-05-06", "青春健步走", None, 16, EXACT, venue="通惠河畔", tags="五四、建团95周年"),
    ],
    "志愿服务": [
        Event("2017-01-24", "春节前关爱空巢老人", XINGLONG, tags="敬老", campaign="两节送温暖"),
        Event("2017-03-04", "社区清洁日", GAOBEIDIAN_WEST, tags="志愿服务"),
        Event("2017-03-05", "为社区老人免费理发", BALIZHUANG, tags="敬老"),
        Event("2017-04-05", "清明文明祭扫引导", None, venue="地区各路口"),
        Event("2017-04-16", "绿色出行宣传", TONGHUI, tags="绿色出行"),
        Event("2017-05-14", "一带一路高峰论坛期间文明引导", None, tags="一带一路", venue="公交站台"),
        Event("2017-06-05", "环境日旧物交换", GAOBEIDIAN_WEST, tags="环保"),
        Event("2017-06-26", "禁毒宣传进社区", BALIZHUANG, tags="禁毒"),
        Event("2017-08-12", "高温送清凉", XINGLONG, partners="地区工会", content="为环卫工人和快递员送水"),
        Event("2017-09-20", "公民道德宣传日服务", GAOJING),
        Event("2017-10-28", "重阳节陪老人过节", TONGHUI, tags="敬老、重阳"),
        Event("2017-12-01", "防艾宣传进工地", BALIZHUANG, tags="防艾", partners="社区卫生服务站"),
        Event("2017-12-05", "国际志愿者日集中服务", None, venue="地区文化广场", tags="志愿服务"),
    ],
    "观影": [
        Event("2017-02-04", "寒假动画片放映", GAOJING),
        Event("2017-04-01", "科幻电影放映", XINGLONG),
        Event("2017-06-01", "六一儿童电影放映", BALIZHUANG, tags="六一", audience="青少年及家长"),
        Event("2017-07-08", "暑期露天电影第一场", GAOBEIDIAN_WEST),
        Event("2017-07-29", "建军九十周年电影放映", TONGHUI, tags="建军90周年"),
        Event("2017-08-12", "暑期露天电影第二场", GAOBEIDIAN_WEST),
        Event("2017-10-01", "国庆电影放映", BALIZHUANG),
        Event("2017-12-09", "纪录片放映", XINGLONG),
    ],
    "瑜伽": [
        Event("2017-02-25", "瑜伽入门", TONGHUI, 20, EXACT),
        Event("2017-04-22", "春日瑜伽", BALIZHUANG, 18, EXACT),
        Event("2017-06-18", "减压瑜伽", TONGHUI, 22, EXACT),
        Event("2017-08-20", "亲子瑜伽", XINGLONG, 20, EXACT, audience="青少年及家长"),
        Event("2017-10-15", "肩颈舒缓瑜伽", BALIZHUANG, 21, EXACT),
        Event("2017-12-17", "年末瑜伽", TONGHUI, 19, EXACT),
    ],
    "主题团日": [
        Event("2017-03-05", "学雷锋、献爱心主题团日", None, 30, campaign="学雷锋", tags="志愿服务"),
        Event("2017-05-04", "纪念建团95周年主题团日", None, 48, venue="地区文化中心", tags="五四、建团95周年"),
        Event("2017-07-01", "机关团支部重温誓词主题团日", None, 8, host=OFFICE_NAME),
        Event("2017-08-25", "不忘初心跟党走网络主题团日", None, 66, online=True),
        Event("2017-09-28", "天翌物业团支部主题团日", None, 7, host="天翌物业团支部", venue="天翌物业会议室"),
        Event("2017-10-27", "喜庆十九大主题团日", None, 55, tags="十九大", venue="地区文化中心"),
    ],
    "宣讲会": [
        Event("2017-03-24", "学习总书记讲话做合格共青团员宣讲会", None, 52, venue="地区会议室"),
        Event("2017-06-09", "一学一做宣讲进社区", BALIZHUANG, 28),
        Event("2017-11-08", "党的十九大精神宣讲会", None, 60, tags="十九大", venue="地区文化中心"),
    ],
    "团干大会": [
        Event("2017-03-10", "2017年团干大会暨新任团干见面会", None, 37, venue="地区会议室"),
        Event("2017-07-12", "2017年年中团干大会", None, 36, venue="地区会议室"),
        Event("2017-12-15", "2017年年终团干大会", None, 42, venue="地区会议室"),
    ],
    "青年面对面": [
        Event("2017-03-29", "青年就业话题面对面", TONGHUI, 18, EXACT),
        Event("2017-06-22", "两新组织青年面对面", None, 15, EXACT, venue="唯实科技会议室"),
        Event("2017-09-13", "新就业大学生面对面", BALIZHUANG, 20, EXACT),
        Event("2017-11-22", "社区青年议事面对面", XINGLONG, 16, EXACT),
    ],
    "团支部开放日": [
        Event("2017-04-26", "八里庄社区团总支开放日", BALIZHUANG, 25, ROUGH, host=BALIZHUANG.organisation),
        Event("2017-05-25", "高碑店村团总支开放日", None, 20, ROUGH, host="高碑店村团总支"),
        Event("2017-08-16", "紫檀宫团支部开放日", None, 18, EXACT, host="紫檀宫团支部"),
        Event("2017-11-15", "通惠河畔团支部开放日", None, 15, EXACT, host="通惠河畔团支部"),
    ],
    "慰问": [
        Event("2017-01-18", "两节慰问困难青少年家庭", None, 8, EXACT, partners="地区妇联、地区工会"),
        Event("2017-06-01", "六一慰问", None, 8, EXACT, tags="六一"),
        Event("2017-09-07", "开学慰问困难学生", None, 8, EXACT),
    ],
    "其他": [
        Event("2017-04-23", "世界读书日图书漂流", GAOJING, 30, ROUGH, tags="阅读", audience="青少年"),
        Event("2017-12-30", "青年汇年终分享会", BALIZHUANG, 35, ROUGH),
    ],
}
