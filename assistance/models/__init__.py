"""Case files of assisted youths with all that hangs on them, and the grants that open them."""

from .drafts import DRAFTS_KEPT, CaseDraft, CaseDraftQuerySet
from .grant_rounds import RENEWED_WITHIN, CaseGrantRound
from .grants import (
    LONGEST_GRANT,
    OF_CASE,
    CaseGrant,
    CaseGrantQuerySet,
    CaseQuerySet,
    GrantRequestQuerySet,
    grants_in_words,
    open_grants,
)
from .measures import PlanAmendment, PlanMeasure, PlanMeasureQuerySet, PlanPartQuerySet
from .needs import NeedsTalk, NeedsTalkQuerySet
from .pairings import Pairing, PairingQuerySet
from .plans import FINAL, MIDYEAR, ServicePlan, ServicePlanQuerySet
from .projects import DistrictProject, DistrictProjectQuerySet, ProjectApplication, ProjectApplicationQuerySet
from .receipts import AssistanceReceipt, AssistanceReceiptQuerySet
from .scholarship_steps import SCHOLARSHIP_STEPS, ScholarshipStep
from .scholarships import Scholarship, ScholarshipQuerySet
from .suggestions import SuggestedActivity, SuggestedActivityQuerySet
from .visit_passes import PASS_CODE_DIGITS, PASS_WAITS, VisitPass, VisitPassQuerySet, pass_digest
from .visits import Visit, VisitQuerySet
from .youths import Assistance, AssistanceQuerySet, AssistedYouth, AssistedYouthQuerySet

__all__ = [
    "DRAFTS_KEPT",
    "FINAL",
    "LONGEST_GRANT",
    "MIDYEAR",
    "OF_CASE",
    "PASS_CODE_DIGITS",
    "PASS_WAITS",
    "RENEWED_WITHIN",
    "SCHOLARSHIP_STEPS",
    "Assistance",
    "AssistanceQuerySet",
    "AssistanceReceipt",
    "AssistanceReceiptQuerySet",
    "AssistedYouth",
    "AssistedYouthQuerySet",
    "CaseDraft",
    "CaseDraftQuerySet",
    "CaseGrant",
    "CaseGrantQuerySet",
    "CaseGrantRound",
    "CaseQuerySet",
    "DistrictProject",
    "DistrictProjectQuerySet",
    "GrantRequestQuerySet",
    "NeedsTalk",
    "NeedsTalkQuerySet",
    "Pairing",
    "PairingQuerySet",
    "PlanAmendment",
    "PlanMeasure",
    "PlanMeasureQuerySet",
    "PlanPartQuerySet",
    "ProjectApplication",
    "ProjectApplicationQuerySet",
    "Scholarship",
    "ScholarshipQuerySet",
    "ScholarshipStep",
    "ServicePlan",
    "ServicePlanQuerySet",
    "SuggestedActivity",
    "SuggestedActivityQuerySet",
    "Visit",
    "VisitPass",
    "VisitPassQuerySet",
    "VisitQuerySet",
    "grants_in_words",
    "open_grants",
    "pass_digest",
]
