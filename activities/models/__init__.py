"""Activities, their types, campaigns and partners, who came to them, and what visitors leave by an activity's code."""

from .activities import Activity, ActivityQuerySet, QuarterTheme, hubs_of
from .arrivals import ARRIVALS_KEPT, CODE_BYTES, Arrival, ArrivalQuerySet, SignInCode, SignInCodeQuerySet
from .campaigns import Campaign, CampaignProof, CampaignProofQuerySet, CampaignQuerySet
from .partners import Partner, PartnerQuerySet, longer_than_a_name, partners_by_key
from .sign_ins import ServiceHoursField, SignIn, SignInQuerySet, hours_between
from .types import ActivityType, ActivityTypeQuerySet, EducationSpan, EducationSpanQuerySet, counts_as_education

__all__ = [
    "ARRIVALS_KEPT",
    "CODE_BYTES",
    "Activity",
    "ActivityQuerySet",
    "ActivityType",
    "ActivityTypeQuerySet",
    "Arrival",
    "ArrivalQuerySet",
    "Campaign",
    "CampaignProof",
    "CampaignProofQuerySet",
    "CampaignQuerySet",
    "EducationSpan",
    "EducationSpanQuerySet",
    "Partner",
    "PartnerQuerySet",
    "QuarterTheme",
    "ServiceHoursField",
    "SignIn",
    "SignInCode",
    "SignInCodeQuerySet",
    "SignInQuerySet",
    "counts_as_education",
    "hours_between",
    "hubs_of",
    "longer_than_a_name",
    "partners_by_key",
]
