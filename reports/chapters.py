"""The summary's chapters, in its order: each takes the Sentences of a scope and returns its blocks.

A chapter says what the figures say: all, some or none of it, in words that fit. What only concerns the district is
left out for a part of it that has nothing to tell.
"""

from itertools import chain, repeat
from operator import attrgetter

from assistance.models import Assistance
from members.models import Post

from .sentences import Block, listing, shortened

# Types of activities that belong to another chapter than the hubs'; those marked 思想教育 go to that chapter.
ORGANISATION_TYPE = "cadre_meeting"
LINK_TYPES = ["face_to_face", "open_day"]
ASSISTANCE_TYPES = ["visit"]

TYPE_SENTENCES = {
    "lecture": "为帮助青年开阔视野、增长本领，全年举办{name}{n}",
    "friendship": "为帮助青年扩大交友范围、丰富业余生活，全年举办{name}活动{n}",
    "self_protection": "为增强青少年的安全意识和自我保护能力，全年举办{name}培训{n}",
    "diy": "为培养青少年的动手能力、传承传统文化，全年举办{name}活动{n}",
    "sports": "为引导青少年走向操场、强健体魄，全年举办{name}活动{n}",
    "volunteering": "为弘扬“奉献、友爱、互助、进步”的志愿精神，全年组织{name}活动{n}",
    "film": "为丰富青少年的文化生活，全年组织{name}活动{n}",
    "yoga": "为帮助青年舒缓压力、放松身心，全年举办{name}活动{n}",
    "league_day": "开展{name}活动{n}",
    "briefing": "举办{name}{n}",
    "cadre_meeting": "召开{name}{n}",
    "face_to_face": "开展{name}活动{n}",
    "open_day": "举办{name}活动{n}",
    "visit": "开展{name}活动{n}",
    "other": "另外开展{name}活动{n}",
}
GENERAL_SENTENCE = "全年举办{name}活动{n}"


def paragraph(*sentences):
    """One block of the sentences that have something to say, or none."""
    parts = tuple(part for sentence in sentences for part in sentence)
    return [Block(0, parts)] if parts else []


def section(level, heading, blocks):
    """The blocks under their heading; no heading where there is nothing under it."""
    return [Block(level, (heading,)), *blocks] if blocks else []


def held(text, kind):
    """The clause on one type of activity: how often it was held, what it was about and who came."""
    sentence = TYPE_SENTENCES.get(kind.key, GENERAL_SENTENCE)
    name, sessions = kind.name.removesuffix("活动"), (text.number(f"sessions.{kind.key}"),)
    return (*text.say(sentence, name=name, n=sessions), *told(text, kind))


def told(text, kind):
    """What activities of one type were about, and who came."""
    topics = text.topics.get(kind.key)
    about = text.say("，主题涉及{topics}", topics=shortened(topics)) if topics else ()
    return (*about, "，", *text.attendance(f"attendances.{kind.key}"))


def all_held(text, kinds):
    """One sentence on several types of activities."""
    parts = []
    for kind in kinds:
        parts += ["；", *held(text, kind)]
    return (*parts[1:], "。") if parts else ()


def guidance(year):
    """What the Party's documents of the time call their guiding thought."""
    if year >= 2017:
        return "坚持以习近平新时代中国特色社会主义思想为指导"
    return "深入学习贯彻党的路线方针政策"


def opening(text):
    """Under whose leadership, along which line, with what result."""
    year = text.scope.year
    leader = "地区党工委和上级团组织" if text.is_district else "上级党团组织"
    words = {"us": text.us, "area": text.area, "year": str(year), "leader": leader, "guidance": guidance(year)}
    line = (
        "以组织建设、思想引领、联系青年、精准帮扶和青年活动为重点，扎实开展各项工作。"
        if text.is_active
        else "开展共青团工作。本年度台账中没有登记活动、联络和帮扶记录，以下据台账如实说明。"
    )
    begin = text.say(
        "{year}年，{us}在{leader}的正确领导下，{guidance}，紧紧围绕{area}中心工作，{line}",
        line=line,
        **words,
    )
    done = ()
    if text.value("sessions"):
        came = (*text.attendance("attendances"), *signed(text))
        done = text.say("全年举办各类活动{sessions}，{came}。", came=came)
    return paragraph(begin, done, ("现将全年工作总结如下。",))


def signed(text):
    """The clause on how many people are known by name."""
    return text.say("，有签到记录的共{people_reached}") if text.value("people_reached") else ()


def organisation(text):
    """一、组织建设."""
    blocks = section(2, "摸清底数，充实团员队伍", [*paragraph(*cadres(text)), *paragraph(*roll(text))])
    blocks += section(2, "党建带团建，推进非公企业建团", paragraph(*units(text)))
    return section(1, "加强组织建设，夯实工作基础", blocks)


def cadres(text):
    """1+3+33 and the cadres; meetings, flags and badges."""
    if text.is_district and text.value("committee_members") and text.value("communities"):
        yield text.say(
            "按照“1+{committee_members:-}+{communities:-}”工作模式，在主管领导的指导和支持下，"
            "{committee_members}委员带头深入基层，推动{communities}村、社区团的工作。"
        )
    if text.is_district and text.value("communities"):
        yield text.share(
            "communities_with_cadre",
            "communities",
            every="{communities}村、社区{all}配备了团干部。",
            some="{communities}村、社区中已有{communities_with_cadre}配备团干部，其余尚未配备。",
            none="{communities}村、社区尚未配备团干部。",
        )
    yield text.say("{area}现有团干部{cadres}。" if text.value("cadres") else "{area}现无在任团干部。", area=text.area)
    if text.value("cadre_meetings"):
        came = text.attendance(f"attendances.{ORGANISATION_TYPE}")
        yield text.say("全年召开团干大会{cadre_meetings}，{came}。", came=came)
    supplies = text.nonzero(("flags_issued", "团旗{flags_issued}"), ("badges_issued", "团徽{badges_issued}"))
    if supplies:
        issued = "为基层团组织配发{supplies}，增强组织意识。" if text.is_district else "更新配备{supplies}。"
        yield text.say(issued, supplies=supplies)


def roll(text):
    """The members on the roll, and where they are."""
    if not text.value("members"):
        yield text.say("截至年末，{area}没有在册团员。", area=text.area)
        return
    yield text.say("经核实更新团员名录，截至年末，{area}共有在册团员{members}", area=text.area)
    parts = text.nonzero(
        ("community_members", "村、社区非在校团员{community_members}"), ("office_members", "机关团员{office_members}")
    )
    if parts and text.is_district:
        yield text.say("，其中{parts}", parts=parts)
    yield ("。",)


def units(text):
    """Two-new organisations: founded, counted toward the task, retired, contact points, members."""
    keys = ["units_founded", "units_toward_task", "units_retired", "district_contact_points", "unit_contacts"]
    if not text.is_district and not any(map(text.value, [*keys, "nonpublic_members_joined"])):
        return
    if text.value("unit_contacts"):
        yield text.say("坚持党建带团建，通过电话、网络、见面等方式与两新组织联络{unit_contacts}。")
    if text.value("units_founded"):
        founded = "指导{names}{units_founded}单位新建团组织。"
        if text.value("units_founded") == 1:
            founded = "指导{units_founded}单位新建团组织，为{names}。"
        yield text.say(founded, names=text.examples("units_founded"))
    else:
        yield ("本年度没有新建团组织的两新组织。",)
    yield task(text)
    if text.value("units_retired"):
        yield text.say("及时核实更新非公团建名录，其中迁址或注销的有{units_retired}。")
    if text.value("district_contact_points"):
        names = listing(text.names("district_contact_points"))
        yield text.say("现有区级联系点{district_contact_points}，为{names}。", names=names)
    if text.value("nonpublic_members_joined"):
        yield text.say("全年新增非公企业团员{nonpublic_members_joined}。")


def task(text):
    """The task set from above against what was done; units founded and units counted are not the same number."""
    result = text.results["units_toward_task"]
    done, target = result.value, result.target
    apart = "（含非本年度新建、经核实计入的单位）" if done > text.value("units_founded") else ""
    words = {"target": str(target), "apart": apart}
    if target is None:
        return text.say("计入本年度建团任务的两新组织共{units_toward_task}{apart}。", **words) if done else ()
    if not done:
        return text.say("上级下达{target}家两新组织任务，本年度尚无单位计入，任务尚未完成。", **words)
    counted = text.say("对照上级下达的{target}家两新组织任务，本年度计入{units_toward_task}{apart}，", **words)
    if done < target:
        return (*counted, "任务尚未完成。")
    return (*counted, "任务圆满完成。" if done == target else "任务超额完成。")


def education(text):
    """二、思想教育."""
    if not text.value("education_sessions"):
        sentences = [("本年度没有登记思想教育活动。",)] if text.is_district else []
    else:
        campaigns = text.campaigns
        about = text.say("以{campaigns}为主题，", campaigns=shortened(campaigns)) if campaigns else ()
        begin = text.say("{about}引导团员青年听党话、跟党走，全年开展思想教育活动{education_sessions}", about=about)
        sentences = [begin, *educated(text), ("。",), reach(text)]
    return section(1, "加强思想教育，引领青年成长", paragraph(*sentences))


def educated(text):
    """`：主题团日2场，30人次参加；宣讲会…`: the education by type."""
    for joint, kind in zip(chain("：", repeat("；")), filter(attrgetter("is_education"), text.types), strict=False):
        yield (joint, kind.name, text.number(f"sessions.{kind.key}"), *told(text, kind))


def reach(text):
    """How many of the members on the roll signed in, as far as there are sign-in lists."""
    if not text.value("members"):
        return ()
    held = text.results["education_sessions"].figure.rows(text.scope)
    if not text.value("education_reach") and not held.filter(sign_in_count__gt=0).exists():
        return ("没有签到名单，覆盖团员人数未作统计。",)
    return text.share(
        "education_reach",
        "members",
        every="{education_reach}在册团员{all}签到参加。",
        some="{members}在册团员中，有{education_reach}签到参加。",
        none="签到名单中没有在册团员。",
    )


def links(text):
    """三、1+100."""
    keys = ["cadres", "linked_youths", "youth_contacts"]
    if not text.is_district and not any(map(text.value, keys)):
        return []
    rule = text.say(
        "建立团干部直接联系青年的常态化机制，原则上专职团干部每人联系{full}名青年，其他团干部每人联系{other}名青年。",
        full=str(Post.FULL_TIME_QUOTA),
        other=str(Post.OTHER_QUOTA),
    )
    standing = "截至年末，没有登记在联系的青年。"
    if text.value("linked_youths"):
        standing = "截至年末，共联系青年{linked_youths}。"
    contacts = "全年没有登记联系记录。"
    if text.value("youth_contacts"):
        contacts = "全年通过线上、线下等形式联系青年{youth_contacts}。"
    meetings = [kind for kind in text.types if kind.key in LINK_TYPES and not kind.is_education]
    blocks = paragraph(rule, text.say(standing), bound(text), text.say(contacts), all_held(text, meetings))
    return section(1, "落实“1+100”制度，密切联系青年", blocks)


def bound(text):
    """How many of the cadres are bound, and how many reach their quota."""
    if not text.value("cadres"):
        return ()
    linked = text.share(
        "cadres_linked",
        "cadres",
        every="{cadres_linked}团干部{all}完成绑定，",
        some="{cadres}团干部中{cadres_linked}已完成绑定，其余尚未绑定；",
        none="团干部尚未完成绑定，",
    )
    # After 其余 the sentence needs its subject anew.
    cadres = "{cadres}团干部的" if 0 < text.value("cadres_linked") < text.value("cadres") else ""
    quota = text.share(
        "cadres_at_quota",
        "cadres",
        every=f"{cadres}联系人数{{all}}达到指标。",
        some="联系人数达到指标的有{cadres_at_quota}。",
        none=f"{cadres}联系人数{{none}}未达到指标。",
    )
    return (*linked, *quota)


def assistance(text):
    """四、精准帮扶."""
    blocks = section(2, "落实帮扶计划", paragraph(*plans(text)))
    blocks += section(2, "推进“青春助跑”结对", paragraph(*pairings(text)))
    blocks += section(2, "做好“希望之星”助学", paragraph(*scholarships(text)))
    return section(1, "开展精准帮扶，服务困难青少年", blocks)


def plans(text):
    """The register and its plans."""
    visits = all_held(text, [kind for kind in text.types if kind.key in ASSISTANCE_TYPES and not kind.is_education])
    if text.value("assisted_youths"):
        yield text.say("截至年末，{area}共有精准帮扶对象{assisted_youths}。", area=text.area)
        yield text.share(
            "service_plans",
            "assisted_youths",
            every="了解需求、逐一施策，制定《阳光牵手服务计划书》{service_plans}，{assisted_youths}帮扶对象{all}有计划可依。",
            some="已制定《阳光牵手服务计划书》{service_plans}，其余尚未制定。",
            none="《阳光牵手服务计划书》尚未制定。",
        )
    elif text.is_district:
        yield text.say("截至年末，{area}没有在库的精准帮扶对象。", area=text.area)
    yield visits


def pairings(text):
    """Fixed volunteers, assistances given, platform."""
    if text.value("assisted_youths"):
        yield text.share(
            "paired_youths",
            "assisted_youths",
            every="库内{paired_youths}帮扶对象{all}有固定的帮扶志愿者。",
            some="库内{assisted_youths}帮扶对象中，{paired_youths}有固定的帮扶志愿者，其余尚未结对。",
            none="库内帮扶对象尚未与志愿者结对。",
        )
    yield given(text)
    platform = text.nonzero(
        ("youths_bound", "帮扶对象{youths_bound}"), ("volunteers_bound", "志愿者{volunteers_bound}")
    )
    if platform:
        yield text.say("青春助跑服务站网络平台上，已完成绑定的有{platform}。", platform=platform)


def given(text):
    """The assistances given, altogether and to each youth."""
    youths, everything, least = map(text.value, ["assisted_youths", "assistances", "assistances_per_youth"])
    if not everything:
        return ("全年没有登记帮扶记录。",) if youths else ()
    rows = text.results["assistances"].figure.rows(text.scope).order_by()
    chosen = set(rows.values_list("kind", flat=True).distinct())
    kinds = shortened([label for kind, label in Assistance.Kind.choices if kind in chosen])
    if youths < 2:
        return text.say("全年总计帮扶{assistances}，内容包括{kinds}。", kinds=kinds)
    if youths * least == everything:
        begin = "全年对每名帮扶对象分别帮扶{assistances_per_youth}，总计帮扶{assistances}"
    elif least:
        begin = "全年总计帮扶{assistances}，每名帮扶对象不少于{assistances_per_youth}"
    else:
        begin = "全年总计帮扶{assistances}，尚有在库对象未得到帮扶"
    return (*text.say(begin), *text.say("，内容包括{kinds}。", kinds=kinds))


def scholarships(text):
    """希望之星."""
    if text.value("scholarships_granted"):
        yield text.say("完成“希望之星（1+1）”奖学金申报工作，{scholarships_granted}学生获得批准。")
    elif text.is_district:
        yield ("本年度没有获批的“希望之星（1+1）”奖学金申报。",)
    if text.value("scholarship_students"):
        yield text.say("本年度平台内共有{scholarship_students}学生。")


def hubs(text):
    """五、青年汇, and the activities type by type."""
    elsewhere = [ORGANISATION_TYPE, *LINK_TYPES, *ASSISTANCE_TYPES]
    kinds = [kind for kind in text.types if not kind.is_education and kind.key not in elsewhere]
    activities = [block for kind in kinds for block in paragraph(all_held(text, [kind]))]
    if text.is_district and not activities:
        activities = paragraph(("本年度没有登记面向青年的主题活动。",))
    blocks = section(2, "建好青年汇阵地", paragraph(*places(text)))
    if not blocks:
        return section(1, "开展主题活动，丰富青年生活", activities)
    return section(1, "发挥青年汇作用，丰富青年生活", [*blocks, *section(2, "广泛开展主题活动", activities)])


def places(text):
    """The hubs by tier, and their teams."""
    if not text.value("hubs"):
        if text.is_district:
            yield text.say("截至年末，{area}没有开业的青年汇。", area=text.area)
        return
    yield text.say("截至年末，{area}共有青年汇{hubs}", area=text.area)
    tiers = [
        text.say("{tier}{n}（{names}）", tier=tier, n=(text.number(key),), names=listing(text.names(key)))
        for key, tier in [("hubs_ordinary", "普通店"), ("hubs_key", "重点店")]
        if text.value(key)
    ]
    if tiers:
        yield text.say("，其中{tiers}", tiers=listing(tiers))
    if text.value("hubs_ordinary") + text.value("hubs_key") < text.value("hubs"):
        yield ("，其余未登记本年度类型" if tiers else "，尚未登记本年度类型",)
    yield ("。",)
    yield text.share(
        "hub_volunteer_teams",
        "hubs",
        every="{hubs}青年汇都有志愿者队伍，共{hub_volunteer_teams}。"
        if text.value("hubs") > 1
        else "该青年汇已有志愿者队伍{hub_volunteer_teams}。",
        some="已建立志愿者队伍{hub_volunteer_teams}，其余青年汇尚未建立。",
        none="青年汇志愿者队伍尚未建立。",
    )
