"""The sample year's figures counted from its rows, by the figures' definitions and without the product's code."""

import re
from collections import Counter, defaultdict
from datetime import date

COMMUNITY, NONPUBLIC = ("村", "社区"), ("非公企业", "社会组织")
LEAVING = ("超龄离团", "转出", "自愿退团", "自行脱团", "开除", "死亡")
RETIRED = ("迁址", "注销")
EDUCATION = ("主题团日", "宣讲会")
ROOT = "高碑店地区团工委"
EVERYBODY = "全部"


def day(text):
    """The day of an ISO text; a month means its first day."""
    return text and date.fromisoformat(text if len(text) == 10 else f"{text}-01")


def names(cell):
    return re.split("[、，,;]", cell) if cell else []


class Year:
    """The rows of a year: flows within it, stocks on its last day."""

    def __init__(self, sheets, year):
        self.sheets, self.year = sheets, year
        self.last = date(year, 12, 31)
        self.domains = {row["组织名称"]: row["所属领域"] for row in sheets["团组织"]}

    def within(self, sheet, column="日期"):
        return [row for row in self.sheets[sheet] if row[column] and day(row[column]).year == self.year]

    def standing(self, sheet, begin, end, on=None):
        return [row for row in self.sheets[sheet] if stands(row[begin], row[end], on or self.last)]

    def members(self):
        return [
            row for row in self.sheets["团员"] if stands(row["来源日期"] or row["入团年月"], row["离开日期"], self.last)
        ]

    def posts(self):
        return self.standing("团干部", "任职年月", "离任年月")

    def links(self, on=None):
        return self.standing("联系青年", "起始日期", "结束日期", on)

    def register(self, on=None):
        return self.standing("帮扶对象", "入库日期", "出库日期", on)

    def communities(self):
        return [row for row in self.standing("团组织", "成立日期", "撤销日期") if row["所属领域"] in COMMUNITY]

    def assistances(self):
        """How often each youth was assisted."""
        received = Counter()
        for row in self.within("帮扶记录"):
            everybody = [youth["姓名"] for youth in self.register(day(row["日期"]))]
            received.update(everybody if row["帮扶对象"] == EVERYBODY else names(row["帮扶对象"]))
        return received

    def contacts(self):
        """The form and the day of each contact with a youth, by cadre and youth."""
        found = defaultdict(list)
        for row in self.within("联系记录"):
            everybody = [link["姓名"] for link in self.links(day(row["日期"])) if link["团干部"] == row["团干部"]]
            for youth in everybody if row["联系青年"] == EVERYBODY else names(row["联系青年"]):
                found[row["团干部"], youth].append((row["形式"], day(row["日期"])))
        return found

    def short_of_norm(self):
        """The cadres who missed a youth in a quarter since their link began, or met one never face to face."""
        met, short = self.contacts(), set()
        for link in self.links():
            contacts, since = met[link["团干部"], link["姓名"]], day(link["起始日期"])
            first = (since.month + 2) // 3 if since.year == self.year else 1
            is_missed = not {(on.month + 2) // 3 for _, on in contacts} >= set(range(first, 5))
            if is_missed or not {form for form, _ in contacts} & {"面对面", "走访"}:
                short.add(link["团干部"])
        return short

    def hubs(self):
        standing = [row for row in self.standing("青年汇", "开业日期", "关闭日期") if row["年度"] == self.year]
        return {row["名称"]: row["类型"] for row in standing}

    def units(self):
        retired = [
            row["单位名称"]
            for row in self.sheets["两新组织"]
            if row["状态"] in RETIRED and day(row["状态日期"]) <= self.last
        ]
        return [row for row in self.sheets["两新组织"] if row["单位名称"] not in retired]

    def educated(self):
        held = {row["活动名称"] for row in self.within("活动") if row["类型"] in EDUCATION}
        present = {row["姓名"] for row in self.within("签到") if row["活动名称"] in held}
        return present & {row["姓名"] for row in self.members()}

    def cadres_by_links(self):
        """For each serving cadre, by name: standing links, bound links, quota."""
        quotas = {}
        for post in self.posts():
            due = post["联系青年指标"] or (100 if post["干部性质"] == "专职" else 10)
            quotas[post["姓名"]] = max(due, quotas.get(post["姓名"], 0))
        links = Counter(link["团干部"] for link in self.links())
        bound = Counter(
            link["团干部"] for link in self.links() if link["绑定日期"] and day(link["绑定日期"]) <= self.last
        )
        return {cadre: (links[cadre], bound[cadre], quota) for cadre, quota in quotas.items()}

    def contact_figures(self):
        """The pairs of contact and youth, by form, and the youths of them."""
        forms = Counter(form for found in self.contacts().values() for form, _ in found)
        online = forms["线上互动"] + forms["电话"]
        return {
            "youth_contacts": forms.total(),
            "contacts_online": online,
            "contacts_offline": forms.total() - online,
            "youths_reached": len(self.contacts()),
        }

    def plan_of(self, youth, heading):
        """A day of the youth's plan for the year; None where it has none."""
        plans = [row for row in self.sheets["服务计划"] if row["年度"] == self.year]
        return next((day(row[heading]) for row in plans if row["帮扶对象"] == youth["姓名"]), None)

    def figures(self):
        members, activities = self.members(), self.within("活动")
        domains, assistances, hubs = self.domains, self.assistances(), self.hubs()
        register, cadres = self.register(), self.cadres_by_links()
        at_quota = {cadre for cadre, (links, _, quota) in cadres.items() if links >= quota}
        communities = {row["组织名称"] for row in self.communities()}
        sign_ins = self.within("签到")
        supplies = Counter()
        for row in self.within("物资配发"):
            supplies[row["物资"]] += row["数量"]
        scholarships = self.sheets["奖学金"]
        granted = [row for row in self.within("奖学金", "批准日期") if row["状态"] in ("批准", "已发放")]
        planned = {row["帮扶对象"] for row in self.sheets["服务计划"] if row["年度"] == self.year}
        teams = {row["志愿者队伍"] for row in self.sheets["志愿者"] if day(row["加入日期"]) <= self.last}
        figures = {
            "committee_members": len(
                {p["姓名"] for p in self.posts() if p["所在组织"] == ROOT and p["职务"] == "委员"}
            ),
            "communities": len(communities),
            "communities_with_cadre": len(communities & {post["所在组织"] for post in self.posts()}),
            "communities_renewed": len(communities & {post["所在组织"] for post in self.within("团干部", "任职年月")}),
            "cadres": len(cadres),
            "flags_issued": supplies["团旗"],
            "badges_issued": supplies["团徽"],
            "members": len(members),
            "community_members": sum(domains[m["所在团支部"]] in COMMUNITY and m["是否在校"] != "是" for m in members),
            "office_members": sum(domains[member["所在团支部"]] == "机关" for member in members),
            "nonpublic_members_joined": sum(
                domains[member["所在团支部"]] in NONPUBLIC for member in self.within("团员", "来源日期")
            ),
            "units_founded": len(self.within("两新组织", "建团日期")),
            "units_toward_task": sum(unit["计入任务年度"] == self.year for unit in self.units()),
            "units_retired": sum(unit["状态"] in RETIRED for unit in self.within("两新组织", "状态日期")),
            "units_verified": len({row["单位名称"] for row in self.within("两新变更") if row["事项"] == "核实"}),
            "district_contact_points": sum(unit["区级联系点"] == "是" for unit in self.units()),
            "unit_contacts": len(self.within("两新联络")),
            "education_sessions": sum(row["场次"] for row in activities if row["类型"] in EDUCATION),
            "education_reach": len(self.educated()),
            "linked_youths": len(self.links()),
            "cadres_linked": sum(bound > 0 for _, bound, _ in cadres.values()),
            "cadres_at_quota": len(at_quota),
            "cadres_at_norm": len(at_quota - self.short_of_norm()),
            **self.contact_figures(),
            "assisted_youths": len(register),
            "service_plans": sum(youth["姓名"] in planned for youth in register),
            **{
                key: sum((self.plan_of(youth, heading) or date.max) <= self.last for youth in register)
                for key, heading in [
                    ("signed_plans", "签订日期"),
                    ("midyear_reviews", "年中回顾日期"),
                    ("final_reviews", "年末回顾日期"),
                ]
            },
            "paired_youths": sum(youth["固定志愿者"] is not None for youth in register),
            "assistances": assistances.total(),
            "assistances_per_youth": min(assistances[youth["姓名"]] for youth in register),
            "pairing_visits": sum(not row["取消日期"] for row in self.within("走访", "走访日期")),
            "youths_bound": sum((day(youth["平台绑定日期"]) or date.max) <= self.last for youth in register),
            "volunteers_bound": sum((day(v["平台绑定日期"]) or date.max) <= self.last for v in self.sheets["志愿者"]),
            "project_applications": len(self.within("帮扶项目申请", "申请日期")),
            "project_approvals": sum(row["答复"] == "批准" for row in self.within("帮扶项目申请", "答复日期")),
            # Kept in the system alone, without a sheet.
            "activities_suggested": 0,
            "suggestions_taken_up": 0,
            "scholarships_applied": len(self.within("奖学金", "申报日期")),
            "scholarships_granted": len(granted),
            "scholarships_paid": len(self.within("奖学金", "发放日期")),
            "scholarships_thanked": len(self.within("奖学金", "致谢日期")),
            "scholarship_students": len(
                {row["姓名"] for row in scholarships if row["年度"] == self.year and row["在平台"] == "是"}
            ),
            "hubs": len(hubs),
            "hubs_ordinary": sum(tier == "普通店" for tier in hubs.values()),
            "hubs_key": sum(tier == "重点店" for tier in hubs.values()),
            "hub_volunteer_teams": len(teams & set(hubs)),
            "people_reached": len({row["姓名"] for row in sign_ins}),
            "volunteer_hours": 0,
            "assessment_results": 0,
            "sessions_planned": sum(row["计划场次"] or 0 for row in self.within("活动", "计划日期")),
        }
        for row in activities:
            for key in ("", f" {row['类型']}"):
                figures[f"sessions{key}"] = figures.get(f"sessions{key}", 0) + row["场次"]
                figures[f"attendances{key}"] = figures.get(f"attendances{key}", 0) + (row["人次"] or 0)
        return figures


def stands(begin, end, on):
    return (not begin or day(begin) <= on) and (not end or day(end) > on)


def age(born, on):
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
