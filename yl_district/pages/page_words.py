"""What the pages are called in the access log, by their URL names."""

from functools import cache

from django.apps import apps

from ..history.tracking import kind_of
from .navigation import SECTIONS

# What the last words of a URL name say is done with records of the kind that the words before name.
ACTS = {
    "list": "列表",
    "detail": "页面",
    "create": "新增",
    "update": "修改",
    "delete": "删除",
    "export": "导出",
    "full_export": "完整导出",
    "end": "结束",
    "decide": "审批",
    "bind": "绑定",
    "dismiss": "不再提醒",
    "undo": "撤销",
    "template": "模板",
    "download": "下载",
}
OTHER_PAGES = {
    "access_log_verify": "核对访问日志",
    "access_log_witnesses": "核对日志凭证",
    "account_invite": "开立账号",
    "account_leave": "办理离岗",
    "account_login": "登录",
    "account_reauthenticate": "再次确认身份",
    "account_reset": "重置密码",
    "account_unlock": "解除账号锁定",
    "accountless_post_list": "没有账号的团干部",
    "accountless_posts_invite": "批量开立账号",
    "accounts_extend": "更改邀请链接期限",
    "accounts_invite": "重新生成邀请链接",
    "accounts_withdraw": "撤回邀请链接",
    "activity_arrivals": "确认扫码签到",
    "activity_cancel": "取消活动",
    "activity_calendar": "活动日历",
    "hub_programme": "青年汇一年",
    "activity_confirm": "确认活动名单",
    "activity_hold": "登记活动已举办",
    "activity_reopen": "撤销确认活动名单",
    "activity_repeat": "再来一次或连续安排的活动",
    "activity_paste": "粘贴活动到场的名单",
    "activity_roster": "登记活动到场的人",
    "app_manifest": "手机桌面图标",
    "arrival_create": "来宾扫码签到",
    "arrival_done": "来宾扫码签到：已收到",
    "assessment_conclude": "登记考核结果",
    "assessment_copy": "照搬考核清单",
    "assessment_submit": "提交考核自评",
    "assessment_item_rate": "考核项目自评",
    "assessment_item_review": "考核项目审核",
    "assessment_return": "退回考核自评",
    "assessment_review": "完成考核审核",
    "assisted_youths_end": "批量办理出库",
    "campaign_proofs_create": "登记覆盖证明",
    "case_draft_drop": "丢弃个案草稿",
    "case_draft_find": "查看个案草稿",
    "case_draft_keep": "保存个案草稿",
    "case_grant_round_renew": "申请续期个案授权",
    "case_progress": "帮扶进度",
    "case_retention": "个案到期处理",
    "comment_accept": "办结审阅意见",
    "comment_answer": "答复审阅意见",
    "comment_ask_again": "再次提出审阅意见",
    "draft_key": "草稿的密钥",
    "draft_list": "没有保存的草稿",
    "edition_figure": "定稿的指标",
    "editions_verify": "核对定稿",
    "figure_detail": "指标页面",
    "figure_export": "指标所统计记录的导出",
    "figure_list": "指标一览",
    "first_run": "首次设置",
    "getting_started": "起步",
    "getting_started_skip": "跳过起步的一步",
    "help_detail": "帮助",
    "help_list": "帮助目录",
    "import_batch_activity": "导入：登记活动",
    "import_batch_alias": "导入：统一写法",
    "import_batch_answer": "导入：答复问题",
    "import_batch_check": "导入：核对",
    "import_batch_commit": "导入：写入",
    "import_batch_mend": "导入：改正一行",
    "import_batch_organisations": "导入：登记团组织",
    "import_batch_spellings": "导入：写法",
    "import_batch_wrong_rows": "导入：有误的行",
    "import_memory_list": "导入：记住的写法",
    "invitation_accept": "设置密码",
    "ledger_export": "年度台账导出",
    "ledger_full_export": "年度台账完整导出",
    "ledger_template": "年度台账模板",
    "link_hand_over": "移交联系青年",
    "link_progress_liaisons": "1+100 进展：按联系委员",
    "link_progress_places": "1+100 进展：按组织",
    "link_progress_list": "1+100 进展",
    "links_bind": "批量绑定联系青年",
    "links_contact": "批量登记一次联系",
    "links_end": "批量结束联系",
    "list_search": "列表查找",
    "login": "登录",
    "logout": "退出",
    "member_return": "撤回团员离开",
    "member_transfer": "团员转接",
    "members_end": "批量办理离开",
    "members_transfer": "批量办理转接",
    "mfa_activate_totp": "启用动态口令",
    "mfa_authenticate": "输入动态口令",
    "mfa_deactivate_totp": "停用动态口令",
    "mfa_generate_recovery_codes": "生成恢复码",
    "mfa_index": "登录安全",
    "mfa_reauthenticate": "再次确认身份",
    "mfa_view_recovery_codes": "查看恢复码",
    "notices_read": "通知已阅",
    "offline": "没有网络的提示",
    "organisation_liaison": "更换联系委员",
    "organisations_create": "批量新建团组织",
    "organisations_liaison": "批量更换联系委员",
    "own_link_list": "我的联系",
    "password_change": "修改密码",
    "person_printout": "个人信息告知",
    "person_twin_list": "同名人员",
    "post_account": "绑定账号",
    "plan_measure_done": "办结计划措施",
    "posts_end": "批量办理离任",
    "posts_invite": "批量开立账号",
    "project_application_give": "登记项目发放",
    "proposal_withdraw": "撤回待办申请",
    "queue_key": "待发送内容的密钥",
    "quarter_themes": "各季度主题",
    "record_history": "修改记录",
    "record_readers": "谁能看到",
    "record_revert": "恢复为修改前",
    "record_unmask": "查看完整信息",
    "reminders": "催办",
    "report_material": "写报告的素材",
    "report_number": "报告中的数字",
    "report_sign": "签发报告",
    "report_text": "报告中的文字",
    "report_variant": "各种情况怎么写",
    "report_write": "编写正文",
    "scholarship_application": "打印奖学金申请表",
    "scholarship_forward": "奖学金上报",
    "scholarship_letter": "给捐助人的感谢信",
    "scholarship_pay": "奖学金发放",
    "scholarship_review": "奖学金初审",
    "scholarship_thank": "向捐助人致谢",
    "scholarship_undo": "撤回奖学金的一步",
    "search": "搜索",
    "section_move": "移动章节",
    "section_preview": "预览章节",
    "service_plan_amend": "登记服务计划变更",
    "service_plan_correct": "更正服务计划签订",
    "service_plan_final": "服务计划年末回顾",
    "service_plan_midyear": "服务计划年中回顾",
    "service_plan_sign": "登记服务计划签订",
    "service_worker": "离线程序",
    "session_resume": "重新登录后继续",
    "session_state": "登录状态",
    "sign_in_code_close": "关闭扫码签到",
    "sign_in_code_create": "打开扫码签到",
    "sign_in_code_detail": "扫码签到的二维码",
    "sign_in_presence": "修改签到",
    "submission_state": "表单是否已登记",
    "suggested_activity_create": "推荐活动",
    "suggested_activity_update": "登记推荐活动的结果",
    "summary_export": "工作总结下载",
    "summary_poster": "工作图览",
    "summary_poster_export": "工作图览下载",
    "supplies_issue": "批量配发物资",
    "user_session_end": "结束登录",
    "usersessions_list": "登录的设备",
    "visit_cancel": "取消走访",
    "visit_count": "走访计入帮扶",
    "visit_pass_create": "生成走访链接",
    "visit_pass_end": "停用走访链接",
    "visit_pass_open": "志愿者打开走访链接",
    "visit_report": "志愿者填报走访",
    "visit_report_done": "志愿者填报走访：已收到",
    "visit_uncount": "撤销走访计入帮扶",
    "volunteer_team": "调整志愿者队伍",
    "volunteers_bind": "批量绑定志愿者",
    "volunteers_end": "批量办理志愿者退出",
    "year_opening": "年度开账",
}
NO_LONGER_THERE = "已不存在的页面"


def page_words(url_name):
    """Returns what a page is called, `团员：修改` for `member_update`; other words where there is no such page now."""
    if words := OTHER_PAGES.get(url_name) or menu_words().get(url_name):
        return words
    for act in sorted(ACTS, key=len, reverse=True):
        kind = words_of_kinds().get(url_name.removesuffix(f"_{act}"))
        if kind and url_name.endswith(f"_{act}"):
            return f"{kind}：{ACTS[act]}"
    return NO_LONGER_THERE


@cache
def menu_words():
    """{URL name: words} of the pages of the menu."""
    return {
        page.url_name: f"{section.label}：{page.label}" if section.keeps_scope else page.label
        for section in SECTIONS
        for page in section.pages
    }


@cache
def words_of_kinds():
    """{kind of record as in URL names: its words}."""
    own = [model for model in apps.get_models() if not model._meta.auto_created]
    return {kind_of(model): str(model._meta.verbose_name) for model in own} | {"account": "账号"}
