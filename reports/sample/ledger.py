"""The sample year as the ledger workbook: the sheets' rows, and the file."""

from datetime import date, datetime
from pathlib import Path

import xlsxwriter

from . import activities, assistance, cadres, hubs, members, organisations, outreach, platforms, units
from .people import People

COMMITTED = Path(__file__).with_name("ledger-2017.xlsx")

COLUMNS = {
    "团组织": "组织名称 组织类别 所属领域 上级组织 成立日期 最近换届日期 联系委员 联系群类型 联系群号 地址 撤销日期 "
    "备注",
    "团干部": "姓名 性别 手机号码 所在组织 职务 职责 干部性质 任职年月 离任年月 联系青年指标 备注",
    "团员": "姓名 性别 民族 出生日期 身份证号 政治面貌 文化程度 入团年月 所在团支部 手机号码 微信号 工作单位 "
    "是否在校 发展团员编号 志愿者编号 来源 来源日期 团籍状态 离开日期 备注",
    "两新组织": "单位名称 统一社会信用代码 类别 是否建立党组织 职工总数 青年数 团组织形式 团支部 建团日期 "
    "计入任务年度 区级联系点 状态 状态日期 最近核实日期 地址 联系人 联系电话 备注",
    "两新联络": "单位名称 日期 方式 联系人 内容",
    "联系青年": "团干部 姓名 性别 手机号码 领域 单位 起始日期 结束日期 绑定日期 备注",
    "联系记录": "团干部 日期 形式 联系青年 内容",
    "志愿者": "姓名 性别 手机号码 单位 志愿者编号 志愿者队伍 加入日期 承诺书日期 平台绑定日期 备注",
    "帮扶对象": "姓名 性别 出生日期 身份证号 所在组织 学校 年级 困难类型 重点类别 监护人 监护人电话 需求 入库日期 "
    "出库日期 固定志愿者 平台绑定日期 备注",
    "服务计划": "帮扶对象 年度 需求评估 目标 措施 签订日期",
    "帮扶记录": "日期 帮扶对象 类别 方式 内容 志愿者 协办单位 金额",
    "奖学金": "年度 姓名 学校 学段 申报日期 状态 批准日期 资助金额 捐助人 在平台 备注",
    "青年汇": "名称 所在组织 年度 类型 开业日期 关闭日期 地址 负责人 备注",
    "活动": "活动名称 日期 类型 主办组织 青年汇 地点 线上 场次 人次 数字口径 面向人群 专项 主题标签 协办单位 内容",
    "签到": "活动名称 日期 姓名 手机号码 身份",
    "物资配发": "日期 组织 物资 数量",
    "平台录入": "平台 对象 名称 录入日期 绑定日期",
    "年度任务": "年度 任务 指标 目标值 下达单位 截止日期",
}

# The file has to be the same on every run, its own date included.
WRITTEN = datetime(2018, 1, 2, 9, 0)


def sheets():
    """The workbook's rows by sheet; each row has every column of its sheet, days as ISO text, empty cells as None."""
    people = People()
    tree = organisations.build()
    posts = cadres.build(people, tree)
    memberships = members.build(people, tree, posts)
    links = outreach.build(people, posts, memberships)
    volunteers = hubs.build_volunteers(people, memberships, links)
    cases = assistance.build(people, volunteers)
    unit_rows = list(units.rows(people))
    rows = {
        "团组织": organisations.rows(tree, cadres.committee_members(posts, date(2017, 12, 31))),
        "团干部": cadres.rows(posts),
        "团员": members.rows(memberships),
        "两新组织": unit_rows,
        "两新联络": units.contact_rows(unit_rows),
        "联系青年": outreach.link_rows(links),
        "联系记录": outreach.contact_rows(links),
        "志愿者": hubs.volunteer_rows(volunteers),
        "帮扶对象": assistance.rows(cases),
        "服务计划": assistance.plan_rows(cases),
        "帮扶记录": assistance.assistance_rows(cases),
        "奖学金": assistance.scholarship_rows(people, cases),
        "青年汇": hubs.rows(posts),
        "活动": activities.rows(),
        "签到": activities.sign_in_rows(people, posts, memberships, links, volunteers, cases),
        "物资配发": organisations.supply_rows(tree),
        "平台录入": platforms.entry_rows(tree, posts, memberships, links, volunteers, cases, activities.events()),
        "年度任务": platforms.target_rows(),
    }
    return {sheet: [_complete(row, columns.split()) for row in rows[sheet]] for sheet, columns in COLUMNS.items()}


def _complete(row, columns):
    if unknown := set(row) - set(columns):
        raise ValueError(f"no such column: {sorted(unknown)}")
    return {column: _cell(row.get(column)) for column in columns}


def _cell(value):
    return value.isoformat() if isinstance(value, date) else value


def write(path):
    """Writes the ledger workbook to `path`."""
    with xlsxwriter.Workbook(str(path), {"strings_to_numbers": False, "strings_to_formulas": False}) as workbook:
        workbook.set_properties({"title": "2017年度工作台账（示例，人员均为虚构）", "created": WRITTEN})
        heading = workbook.add_format({"bold": True, "bg_color": "#E8EEF7", "bottom": 1})
        text = workbook.add_format({"num_format": "@"})
        number = workbook.add_format({"num_format": "0"})
        for sheet, rows in sheets().items():
            worksheet = workbook.add_worksheet(sheet)
            worksheet.freeze_panes(1, 0)
            for column, name in enumerate(rows[0]):
                values = [row[name] for row in rows]
                style = number if any(isinstance(value, int) for value in values) else text
                worksheet.set_column(column, column, _width([name, *values]), style)
                worksheet.write_string(0, column, name, heading)
                for line, value in enumerate(values, 1):
                    if isinstance(value, int):
                        worksheet.write_number(line, column, value, number)
                    elif value is not None:
                        worksheet.write_string(line, column, value, text)
            worksheet.autofilter(0, 0, len(rows), len(rows[0]) - 1)


def _width(values):
    """Room for the longest value; a Chinese character takes the place of two others."""
    longest = max(sum(1 if character.isascii() else 2 for character in str(value or "")) for value in values)
    return min(longest + 2, 50)
