"""What each role sees and does, as shown on the page of roles."""

from dataclasses import dataclass

from .roles import SECOND_FACTOR_DEMANDED, RoleKind


@dataclass(frozen=True)
class Description:
    """The description of one role."""

    kind: RoleKind
    sees: str
    does: str
    never: str

    @property
    def label(self):
        """The role's name."""
        return self.kind.label

    @property
    def needs_second_factor(self):
        """Whether the role requires one-time codes."""
        return self.kind in SECOND_FACTOR_DEMANDED


DESCRIPTIONS = [
    Description(
        RoleKind.ADMINISTRATOR,
        "所在组织及下级的账号和团组织树；在委机关本级的，还有活动类型。",
        "开立账号（可为多名团干部一次开立）、变更角色、重置密码、办理离岗；维护组织树，在委机关本级的还维护活动类型。",
        "不能变更自己的角色，看不到团员、青年和个案资料（开立账号时只列出团干部的姓名、任职和遮蔽的手机号码）；兼任其他角色的，也不能申请和查阅个案。",
    ),
    Description(
        RoleKind.STAFF,
        "所在组织及下级的团员、团干部、两新组织、1+100 联系、青年汇、活动和统计；在委机关本级任此角色的为全部。",
        "登记和修改上述资料，为所在组织及下级导入名单，审批他人的个案授权、离团和转接申请；在委机关本级的，还可导入导出台账、下达任务、填报平台。",
        "未经授权看不到帮扶对象的个案内容。",
    ),
    Description(
        RoleKind.CADRE,
        "本组织及下级的团员、团干部、两新组织、活动，以及本人的 1+100 联系。",
        "登记和修改上述资料；团员离团、转接向委机关申请。",
        "看不到其他组织的名单，不能导入导出全部台账。",
    ),
    Description(
        RoleKind.HUB_OPERATOR,
        "所在组织的青年汇及其负责人和社工、活动、签到和志愿者队伍。",
        "登记活动、签到和志愿者。",
        "看不到团员名册、联系青年和个案资料。",
    ),
    Description(
        RoleKind.CASEWORKER,
        "本人获得授权且授权未到期的帮扶对象。",
        "登记服务计划、结对、帮扶记录和奖学金。",
        "没有授权的个案看不到，也不会知道其存在；不能给自己授权。账号重置或不再任此角色后，授权即终止，须重新申请。",
    ),
    Description(
        RoleKind.LEADER,
        "所在组织及下级的各项数字和工作总结；在委机关本级的，还有年度任务及其附件。",
        "查看、导出工作总结，对定稿提出意见、办结答复，审批个案授权（账号与申请人由同一人新近经办的，须满规定天数）。",
        "看不到人员姓名和联系方式，不能修改任何资料。",
    ),
    Description(
        RoleKind.AUDITOR,
        "全部的访问日志：谁在何时登录、查阅、导出了什么。只设在委机关本级。",
        "查阅和核对日志。",
        "看不到业务资料，不能兼任其他角色。",
    ),
]
