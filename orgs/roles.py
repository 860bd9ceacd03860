"""What a user can be within an organisation."""

from django.db.models import TextChoices


class RoleKind(TextChoices):
    ADMINISTRATOR = "administrator", "系统管理员"
    STAFF = "staff", "委机关专干"
    CADRE = "cadre", "基层团干部"
    HUB_OPERATOR = "hub_operator", "青年汇负责人"
    CASEWORKER = "caseworker", "个案专员"
    LEADER = "leader", "主管领导"
    AUDITOR = "auditor", "审计员"


RECORD_KEEPERS = (RoleKind.STAFF, RoleKind.CADRE)
HUB_KEEPERS = (*RECORD_KEEPERS, RoleKind.HUB_OPERATOR)
CASE_KEEPERS = (RoleKind.STAFF, RoleKind.CASEWORKER)
FIGURE_READERS = (RoleKind.STAFF, RoleKind.CADRE, RoleKind.LEADER)
