"""The kinds of roles, and which of them can be combined."""

from django.db.models import TextChoices


class RoleKind(TextChoices):
    ADMINISTRATOR = "administrator", "系统管理员"
    STAFF = "staff", "委机关专干"
    CADRE = "cadre", "基层团干部"
    HUB_OPERATOR = "hub_operator", "青年汇负责人"
    CASEWORKER = "caseworker", "个案专员"
    LEADER = "leader", "主管领导"
    AUDITOR = "auditor", "审计员"


RECORD_KEEPERS = frozenset({RoleKind.STAFF, RoleKind.CADRE})
HUB_KEEPERS = RECORD_KEEPERS | {RoleKind.HUB_OPERATOR}
# Who works in one branch or hub, mostly on a phone.
GRASSROOTS = frozenset({RoleKind.CADRE, RoleKind.HUB_OPERATOR})
CASE_KEEPERS = frozenset({RoleKind.STAFF, RoleKind.CASEWORKER})
FIGURE_READERS = frozenset({RoleKind.STAFF, RoleKind.CADRE, RoleKind.LEADER})
# Whoever has these roles alone may stay signed in on a phone of their own: they need no code and see no cases.
STAYING_SIGNED_IN = frozenset({RoleKind.CADRE, RoleKind.HUB_OPERATOR})
# Roles that require one-time codes when signing in.
SECOND_FACTOR_DEMANDED = (RoleKind.ADMINISTRATOR, RoleKind.CASEWORKER, RoleKind.AUDITOR)


def role_conflict(kinds):
    """Returns in words why one account cannot hold these kinds of roles together, or None if it can."""
    kinds = set(kinds)
    if RoleKind.AUDITOR in kinds and len(kinds) > 1:
        return "审计员只查访问日志，不能兼任其他角色。请为审计单独开立账号。"
    if {RoleKind.ADMINISTRATOR, RoleKind.CASEWORKER} <= kinds:
        return "系统管理员不接触个案，不能兼任个案专员。请由两人分别担任。"
    return None


def misplaced(kind, organisation):
    """Returns in words why a role of this kind cannot be held in the organisation, or None if it can."""
    if kind == RoleKind.AUDITOR and not organisation.is_root():
        return "访问日志记录的是全部操作，审计员只能设在委机关本级。"
    return None
