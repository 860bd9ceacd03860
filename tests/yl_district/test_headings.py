"""Headings as offices write them, and the columns they are mapped to."""

import pytest

from activities.resources import ActivityResource, SignInResource
from assistance.resources import AssistedYouthResource
from members.resources import MemberResource, PostResource
from orgs.resources import UnitResource
from outreach.resources import LinkResource
from reports.ledger.kinds import KINDS
from yl_district.recognition.headings import Recognised, heading_key, known_headings, recognise
from youthhubs.resources import VolunteerResource

COLUMNS = ["姓名", "性别", "所在团支部", "工作单位", "手机号码", "发展团员编号"]
SYNONYMS = {
    "姓名": "真实姓名",
    "所在团支部": "团支部 单位",
    "工作单位": "学习工作单位 单位",
    "手机号码": "手机 电话",
    "发展团员编号": "团员编号",
}


def taken(headings, remembered=None, samples=()):
    """How each of `headings` is recognised, as (how, what it means or can mean)."""
    found = recognise(headings, COLUMNS, SYNONYMS, remembered, samples)
    return [(one.how, one.choices if one.how == "ambiguous" else one.column) for one in found]


@pytest.mark.parametrize(
    ("cell", "key"),
    [
        ("姓名", "姓名"),
        ("姓 名", "姓名"),
        ("姓　名", "姓名"),
        ("性\n别", "性别"),
        ("姓名*", "姓名"),
        ("＊性别", "性别"),
        ("所在团支部：", "所在团支部"),
        ("手机号码（必填）", "手机号码"),
        ("* 手机号码 (必填) ：", "手机号码"),
        ("出生年月(YYYY-MM)", "出生年月"),
        ("职工数（人)", "职工数"),
        ("民族【选填】", "民族"),
        ("手机号码（必填", "手机号码"),
        ("（必填）", "必填"),
        ("ＱＱ号", "QQ号"),
        ("姓\u200b名", "姓名"),
        ("工作/学习单位", "工作/学习单位"),
        ("应到人数 ", "应到人数"),
        ("姓名 Name", "姓名"),
        ("姓名\nName", "姓名"),
        ("出生日期(Date of Birth)", "出生日期"),
        ("手机号码 / Mobile Phone", "手机号码"),
        ("所在团支部 League Branch*", "所在团支部"),
        ("微信ID", "微信ID"),
        ("Name", "Name"),
        ("E-mail邮箱", "E-mail邮箱"),
        ("", ""),
        (None, None),
        (2017.0, None),
    ],
)
def test_headings_are_compared_without_what_does_not_matter(cell, key):
    assert heading_key(cell) == key


def test_a_heading_is_recognised_by_the_column_s_name_or_a_synonym():
    headings = ["真实姓名", "性 别*", "团支部", "籍贯"]
    assert taken(headings, samples=[["章程", "男", "柳林社区团支部", "北京"]]) == [
        ("synonym", "姓名"),
        ("exact", "性别"),
        ("synonym", "所在团支部"),
        ("unknown", None),
    ]


def test_what_can_mean_two_columns_is_asked():
    assert taken(["姓名", "单位"]) == [("exact", "姓名"), ("ambiguous", ("所在团支部", "工作单位"))]


def test_a_column_s_own_name_means_it_alone_even_where_it_is_a_synonym_elsewhere():
    assert known_headings(["单位", "名称"], {"名称": "单位 全称"}) == {
        "单位": ("单位",),
        "名称": ("名称",),
        "全称": ("名称",),
    }


def test_of_two_headings_for_one_column_the_exact_one_has_it():
    assert taken(["电话", "手机号码"]) == [("ambiguous", ("手机号码",)), ("exact", "手机号码")]


def test_of_two_exact_ones_the_first_has_it():
    assert taken(["性别", "姓名", "性别*"]) == [("exact", "性别"), ("exact", "姓名"), ("ambiguous", ("性别",))]


def test_of_two_synonyms_neither_is_guessed():
    assert taken(["手机", "电话"]) == [("ambiguous", ("手机号码",)), ("ambiguous", ("手机号码",))]


def test_what_was_chosen_before_is_taken_again():
    remembered = {"单位": "所在团支部", "籍贯": None, "备忘": "没有的列"}
    assert taken(["单位", "籍 贯", "备忘"], remembered) == [
        ("remembered", "所在团支部"),
        ("ignored", None),
        ("ignored", None),
    ]


def test_what_was_chosen_before_gives_way_to_the_column_itself_and_outdoes_a_synonym():
    remembered = {"单位": "所在团支部"}
    assert taken(["单位", "所在团支部"], remembered) == [("ambiguous", ("所在团支部",)), ("exact", "所在团支部")]
    assert taken(["单位", "团支部"], remembered) == [("remembered", "所在团支部"), ("ambiguous", ("所在团支部",))]


def test_chosen_headings_help_to_find_the_table_too():
    assert known_headings(["姓名"], {"姓名": "甲"}, {"乙": "姓名", "丙": None}) == {
        "姓名": ("姓名",),
        "甲": ("姓名",),
        "乙": ("姓名",),
    }


@pytest.mark.parametrize("heading", ["序号", "序 号", "No.", "NO", "№", "排序", "年龄", "团龄（年）", "失败原因"])
def test_numbers_of_rows_and_what_follows_from_other_columns_are_ignored(heading):
    assert taken([heading], samples=[["甲"], ["乙"]]) == [("ignored", None)]


@pytest.mark.parametrize("heading", ["编号", "", "  "])
def test_a_column_without_a_telling_name_is_ignored_where_it_counts_the_rows(heading):
    assert taken([heading], samples=[[1.0], ["2"], [], [3]]) == [("ignored", None)]
    assert taken([heading], samples=[["2014001"], ["2014007"]]) == [("unknown", None)]
    assert taken([heading], samples=[["北京"]]) == [("unknown", None)]


def test_a_place_without_heading_and_content_is_ignored():
    assert taken(["姓名", ""], samples=[["章程", " "], ["陆远"]]) == [("exact", "姓名"), ("ignored", None)]


def test_the_mark_of_an_export_keeps_its_place():
    found = recognise(["姓名", "导出标记"], COLUMNS, SYNONYMS, samples=[["章程", "甲"]])
    assert found[1] == Recognised(1, "导出标记", "导出标记", "mark", (), ("甲",))


def test_a_heading_comes_with_its_first_values():
    rows = [["章程"], [], ["  "], ["陆远", 1], [None], ["顾清"], ["沈禾"]]
    assert recognise(["姓名"], COLUMNS, SYNONYMS, samples=rows) == [
        Recognised(0, "姓名", "姓名", "exact", (), ("章程", "陆远", "顾清"))
    ]


def test_a_heading_below_another_is_recognised_whole_or_by_itself():
    synonyms = {"姓名": "帮扶人姓名", "手机号码": "电话"}
    found = recognise(["帮扶人·姓名", "联系方式·电话", "入团时间·年"], ["姓名", "手机号码", "入团年月"], synonyms)
    assert [(one.how, one.column) for one in found] == [
        ("synonym", "姓名"),
        ("synonym", "手机号码"),
        ("unknown", None),
    ]


def test_two_headings_that_end_alike_are_asked_and_give_way_to_one_that_stands_alone():
    assert taken(["父亲·姓名", "母亲·姓名"]) == [("ambiguous", ("姓名",)), ("ambiguous", ("姓名",))]
    assert taken(["父亲·姓名", "姓名"]) == [("ambiguous", ("姓名",)), ("exact", "姓名")]


@pytest.mark.parametrize("kind", KINDS.resources, ids=lambda kind: kind.__name__)
def test_synonyms_belong_to_columns_and_are_written_as_they_are_compared(kind):
    names = {item.column_name for item in kind.columns}
    words = [word for text in kind.synonyms.values() for word in text.split()]
    assert set(kind.synonyms) - names == set()
    assert [word for word in words if word != heading_key(word) or word in names] == []
    for text in kind.synonyms.values():
        assert len(text.split()) == len(set(text.split()))


def test_few_words_mean_two_columns():
    both = {}
    for kind in KINDS.resources:
        known = known_headings([item.column_name for item in kind.columns], kind.synonyms)
        both |= {(kind.sheet, key): columns for key, columns in known.items() if len(columns) > 1}
    assert both == {
        ("团员", "单位"): ("所在团支部", "工作单位"),
        ("联系青年", "联系人"): ("团干部", "姓名"),
    }


ROSTERS = [
    (
        MemberResource,
        "序号 姓名 性别 所属村 团支部 入团时间 团龄 联系电话",
        [None, "姓名", "性别", None, "所在团支部", "入团年月", None, "手机号码"],
    ),
    (
        MemberResource,
        "学号 姓名 名族 面貌 籍贯 出生年月 最高学历 公民身份号码 所在团组织 工作/学习单位",
        [None, "姓名", "民族", "政治面貌", None, "出生日期", "文化程度", "身份证号", "所在团支部", "工作单位"],
    ),
    (
        PostResource,
        "姓名 所属团组织 团内现任职务 任职时间 手机号",
        ["姓名", "所在组织", "职务", "任职年月", "手机号码"],
    ),
    (UnitResource, "企业名称 单位类型 员工人数 建团形式", ["单位名称", "类别", "职工总数", "团组织形式"]),
    (LinkResource, "联系干部 青年姓名 工作单位 开始时间", ["团干部", "姓名", "单位", "起始日期"]),
    (VolunteerResource, "志愿者姓名 电话号码 青年汇 入队时间", ["姓名", "手机号码", "志愿者队伍", "入队日期"]),
    (
        AssistedYouthResource,
        "帮扶人姓名 被帮扶姓名 被帮扶人情况 所属社区 家长电话",
        ["固定志愿者", "姓名", None, "所在组织", "监护人电话"],
    ),
    (
        ActivityResource,
        "活动主题 活动时间 活动地点 参与人数 活动概述",
        ["活动名称", "日期", "地点", "人次", "内容"],
    ),
    (SignInResource, "活动主题 活动日期 签到人 手机", ["活动名称", "日期", "姓名", "手机号码"]),
    (SignInResource, "活动 日期 姓名 身份证号码 联系电话", ["活动名称", "日期", "姓名", "身份证号", "手机号码"]),
    (VolunteerResource, "姓名 身份证号 电话号码 密码;", ["姓名", "身份证号", "手机号码", None]),
    (VolunteerResource, "本人姓名 居民身份证号 本人手机 学校", ["姓名", "身份证号", "手机号码", "单位"]),
    (ActivityResource, "活动时间 活动主题 活动类型 活动形式 人数", ["日期", "活动名称", "类型", "线上", "人次"]),
    (ActivityResource, "开始时间 活动标题 开展地点 主要内容", ["日期", "活动名称", "地点", "内容"]),
    (UnitResource, "单位全称 联系人手机号 实际经营地址", ["单位名称", "联系电话", "地址"]),
    (MemberResource, "姓名 身份证件号码 联系手机 就读院校", ["姓名", "身份证号", "手机号码", "工作单位"]),
]


@pytest.mark.parametrize(("kind", "headings", "columns"), ROSTERS)
def test_headings_of_real_rosters_are_recognised(kind, headings, columns):
    found = recognise(headings.split(), [item.column_name for item in kind.columns], kind.synonyms)
    assert [one.column for one in found] == columns
