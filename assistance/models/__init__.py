"""Case files of assisted youths: plans, pairings, assistances and scholarships; and the grants that open them."""

from .drafts import DRAFTS_KEPT, CaseDraft, CaseDraftQuerySet
from .grants import LONGEST_GRANT, OF_CASE, CaseGrant, CaseGrantQuerySet, CaseQuerySet, grants_in_words, open_grants
from .pairings import Pairing, PairingQuerySet
from .plans import ServicePlan, ServicePlanQuerySet
from .scholarships import Scholarship, ScholarshipQuerySet
from .youths import Assistance, AssistanceQuerySet, AssistedYouth, AssistedYouthQuerySet

__all__ = [
    "DRAFTS_KEPT",
    "LONGEST_GRANT",
    "OF_CASE",
    "Assistance",
    "AssistanceQuerySet",
    "AssistedYouth",
    "AssistedYouthQuerySet",
    "CaseDraft",
    "CaseDraftQuerySet",
    "CaseGrant",
    "CaseGrantQuerySet",
    "CaseQuerySet",
    "Pairing",
    "PairingQuerySet",
    "Scholarship",
    "ScholarshipQuerySet",
    "ServicePlan",
    "ServicePlanQuerySet",
    "grants_in_words",
    "open_grants",
]
