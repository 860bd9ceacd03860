"""The sample year as the ledger workbook: the rows of its sheets, and the file."""

from datetime import date, datetime
from pathlib import Path

import xlsxwriter

from ..ledger.kinds import KINDS
from . import activities, assessments, assistance, cadres, hubs, members, organisations, outreach, platforms, units
from .people import People

COMMITTED = Path(__file__).with_name("ledger-2017.xlsx")

# The file must be the same on every run, including its creation date.
WRITTEN = datetime(2018, 1, 2, 9, 0)


def sheets():
    """The workbook's rows by sheet; each row has all columns of its sheet, dates as ISO text, empty cells as None."""
    people = People()
    tree = organisations.build_organisations()
    posts = cadres.build_posts(people, tree)
    memberships = members.build_memberships(people, tree, posts)
    links = outreach.build_links(people, posts, memberships)
    volunteers = hubs.build_volunteers(people, memberships, links)
    cases = assistance.build_cases(people, volunteers)
    unit_rows = list(units.unit_rows(people))
    committee = cadres.members_of_committee(posts, date(2017, 12, 31))
    rows = {
        "团组织": organisations.organisation_rows(tree, committee),
        "团干部": cadres.post_rows(posts),
        "团员": members.member_rows(memberships),
        "两新组织": unit_rows,
        "两新变更": units.unit_change_rows(unit_rows),
        "两新联络": units.unit_contact_rows(unit_rows),
        "联系青年": outreach.youth_link_rows(links),
        "联系记录": outreach.youth_contact_rows(links),
        "志愿者": hubs.volunteer_rows(volunteers),
        "帮扶对象": assistance.case_rows(cases),
        "需求征集": assistance.talk_rows(cases),
        "服务计划": assistance.plan_rows(cases),
        "计划措施": assistance.measure_rows(cases),
        "走访": assistance.visit_rows(cases),
        "帮扶记录": assistance.assistance_rows(cases),
        "区级帮扶项目": assistance.project_rows(),
        "帮扶项目申请": assistance.application_rows(cases),
        "奖学金": assistance.scholarship_rows(people, cases),
        "青年汇": hubs.hub_rows(posts),
        "青年汇人员": hubs.staff_rows(posts, volunteers),
        "专项": activities.campaign_rows(),
        "协办单位": activities.partner_rows(),
        "活动": activities.activity_rows(),
        "签到": activities.sign_in_rows(people, posts, memberships, links, volunteers, cases),
        "联系变更": organisations.liaison_rows(tree, committee, *cadres.renewed_in_committee(posts), cadres.RENEWED),
        "队伍变更": hubs.former_team_rows(volunteers),
        "物资配发": organisations.supply_rows(tree),
        "平台录入": platforms.entry_rows(tree, posts, memberships, links, volunteers, cases, activities.events()),
        "年度任务": platforms.target_rows(),
        "预防考核": assessments.item_rows(tree[0]),
    }
    columns = {resource.sheet: [each.column_name for each in resource.columns] for resource in KINDS.resources}
    # The sheets of earlier states are left out, where nothing in the sample district changed.
    return {sheet: [_complete(row, columns[sheet]) for row in rows[sheet]] for sheet in columns if sheet in rows}


def _complete(row, columns):
    if unknown := set(row) - set(columns):
        raise ValueError(f"no such column: {sorted(unknown)}")
    return {column: _cell(row.get(column)) for column in columns}


def _cell(value):
    return value.isoformat() if isinstance(value, date) else value


def write_ledger(path):
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
    """The column width for the longest value; a Chinese character is as wide as two others."""
    longest = max(sum(1 if character.isascii() else 2 for character in str(value or "")) for value in values)
    return min(longest + 2, 50)
