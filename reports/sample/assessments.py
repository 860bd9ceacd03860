"""The checklist of the assessment of prevention work in 2017, which is invented, with the office's own points."""

# Section, text, points, evidence, figure, wanted number, own points, what was said.
ITEMS = [
    (
        "组织领导",
        "把预防工作列入全年工作计划，召开专题会议部署",
        10,
        "工作计划、会议记录",
        None,
        None,
        10,
        "已列入年度计划，三月专题部署",
    ),
    (
        "组织领导",
        "村、社区团组织配齐团干部，有人负责预防工作",
        10,
        "团干部名册",
        "communities_with_cadre",
        33,
        10,
        None,
    ),
    (
        "宣传教育",
        "开展青少年自护教育",
        20,
        "活动方案、照片、签到表",
        "sessions.self_protection",
        6,
        20,
        "星光自护活动按计划举办",
    ),
    ("宣传教育", "举办法治、禁毒等主题讲座", 15, "活动方案、照片", "sessions.lecture", 8, 15, None),
    ("重点青少年", "对重点青少年逐一制定服务计划书", 15, "服务计划书", "service_plans", 8, 15, None),
    ("重点青少年", "每名重点青少年全年帮扶不少于十二次", 15, "帮扶记录", "assistances_per_youth", 12, 15, None),
    ("阵地队伍", "建立青少年志愿服务队伍并开展服务", 10, "队伍名单、活动记录", "sessions.volunteering", 12, 10, None),
    ("信息报送", "按时报送工作信息和总结", 5, "信息报送台账", None, None, 4.5, "一篇信息迟报两天"),
]
ASSESSED_YEAR = 2017


def item_rows(root):
    """Rows of 预防考核; the organisation `root` is assessed."""
    for number, (section, content, points, evidence, figure, wanted, own, words) in enumerate(ITEMS, 1):
        yield {
            "年度": ASSESSED_YEAR,
            "组织": root.name,
            "类别": section,
            "序号": number,
            "考核内容": content,
            "分值": points,
            "证明材料": evidence,
            "指标": figure,
            "应达到": wanted,
            "自评分": str(own),
            "自评说明": words,
        }
