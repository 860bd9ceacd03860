"""Code lists of national standards, with the spellings in use at offices."""

from django.db import models

from yl_district.sheets.code_lists import standard_codes

ETHNIC_GROUPS = (
    "汉族 蒙古族 回族 藏族 维吾尔族 苗族 彝族 壮族 布依族 朝鲜族 "
    "满族 侗族 瑶族 白族 土家族 哈尼族 哈萨克族 傣族 黎族 傈僳族 "
    "佤族 畲族 高山族 拉祜族 水族 东乡族 纳西族 景颇族 柯尔克孜族 土族 "
    "达斡尔族 仫佬族 羌族 布朗族 撒拉族 毛南族 仡佬族 锡伯族 阿昌族 普米族 "
    "塔吉克族 怒族 乌孜别克族 俄罗斯族 鄂温克族 德昂族 保安族 裕固族 京族 塔塔尔族 "
    "独龙族 鄂伦春族 赫哲族 门巴族 珞巴族 基诺族"
).split()

# GB/T 3304-1991: the code is the position in the list.
Ethnicity = [(f"{code:02d}", name) for code, name in enumerate(ETHNIC_GROUPS, 1)]

ETHNICITY_ALIASES = {name.removesuffix("族"): name for name in ETHNIC_GROUPS} | {
    "哈呢族": "哈尼族",
    "僳僳族": "傈僳族",
    "朝鲜": "朝鲜族",
}

ETHNICITY_CODES = standard_codes(
    "ethnicity",
    "民族",
    "GB/T 3304",
    dict(enumerate(ETHNIC_GROUPS, 1)),
    "01 汉族、02 蒙古族、03 回族……56 基诺族",
)


class PoliticalStatus(models.TextChoices):
    """Political status by GB/T 4762-1984."""

    PARTY_MEMBER = "01", "中共党员"
    PARTY_PROBATIONER = "02", "中共预备党员"
    LEAGUE_MEMBER = "03", "共青团员"
    RCCK = "04", "民革"
    CDL = "05", "民盟"
    CNDCA = "06", "民建"
    CAPD = "07", "民进"
    CPWDP = "08", "农工党"
    ZHIGONG = "09", "致公党"
    JIUSAN = "10", "九三学社"
    TAIWAN_LEAGUE = "11", "台盟"
    NO_PARTY = "12", "无党派民主人士"
    MASSES = "13", "群众"


POLITICAL_STATUS_ALIASES = {
    "团员": "共青团员",
    "党员": "中共党员",
    "预备党员": "中共预备党员",
    "中共党员(保留团籍)": "中共党员",
    "中共预备党员(保留团籍)": "中共预备党员",
    "普通居民": "群众",
}

POLITICAL_STATUS_CODES = standard_codes(
    "political_status",
    "政治面貌",
    "GB/T 4762",
    {int(status.value): status.label for status in PoliticalStatus},
    "01 中共党员、02 中共预备党员、03 共青团员、13 群众等",
)


class Education(models.TextChoices):
    """Level of education by GB/T 4658-2006, as coarse as rosters record it."""

    DOCTOR = "11", "博士研究生"
    MASTER = "14", "硕士研究生"
    POSTGRADUATE = "10", "研究生"
    BACHELOR = "20", "大学本科"
    COLLEGE = "30", "大学专科"
    VOCATIONAL = "40", "中等职业"
    SENIOR = "60", "普通高中"
    JUNIOR = "70", "初中"
    PRIMARY = "80", "小学"
    OTHER = "90", "其他"


EDUCATION_ALIASES = {
    "博士": "博士研究生",
    "硕士": "硕士研究生",
    "本科": "大学本科",
    "大本": "大学本科",
    "大学": "大学本科",
    "本科在读": "大学本科",
    "大专": "大学专科",
    "专科": "大学专科",
    "高中": "普通高中",
    "中专": "中等职业",
    "职高": "中等职业",
    "技校": "中等职业",
}

# Only codes that mean the same in the editions of 1984 and 2006, or are in the latter alone: 11 and 90 do not. Those of
# courses that were not finished are no level of education.
EDUCATION_CODES = standard_codes(
    "education",
    "文化程度",
    "GB/T 4658",
    {
        int(code): level.label
        for level, codes in {
            Education.POSTGRADUATE: "10",
            Education.MASTER: "14",
            Education.BACHELOR: "20 21",
            Education.COLLEGE: "30 31",
            Education.VOCATIONAL: "40 41 44 47",
            Education.SENIOR: "60 61",
            Education.JUNIOR: "70 71",
            Education.PRIMARY: "80 81",
        }.items()
        for code in codes.split()
    },
    "14 硕士研究生、20 大学本科、30 大学专科、40 中等职业、60 普通高中、70 初中等",
)
