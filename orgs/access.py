"""The access table: which roles may open each URL name. A URL name without an entry opens to nobody.

The table decides only whether a role may open a page at all; `.visible_to(user)` decides which rows appear there.
Anyone not admitted gets a 404, as for an address that does not exist.
"""

from django.http import Http404

from .roles import FIGURE_READERS, HUB_KEEPERS, RECORD_KEEPERS, RoleKind, misplaced

PUBLIC = frozenset({"public"})
SIGNED_IN = frozenset({"signed_in"})
# Staff and administrators of the district committee itself, not of a committee below it.
COMMITTEE = "committee"
ROOT_ADMINISTRATOR = "root_administrator"
# Leaders at the root of the organisation tree.
ROOT_LEADER = "root_leader"
# Users who keep case files: never an administrator, whatever other roles the account has.
CASE_KEEPER = "case_keeper"

ADMINISTRATOR, STAFF, _, HUB_OPERATOR, CASEWORKER, LEADER, AUDITOR = RoleKind

ACCOUNT_KEEPERS = frozenset({ADMINISTRATOR})
OFFICE = frozenset({COMMITTEE})
DECIDERS = frozenset({STAFF})
OFFICE_AND_ADMINISTRATOR = frozenset({COMMITTEE, ADMINISTRATOR})
DISTRICT_KEEPERS = frozenset({COMMITTEE, ROOT_ADMINISTRATOR})
ROOT_ADMINISTRATORS = frozenset({ROOT_ADMINISTRATOR})
TREE_READERS = RECORD_KEEPERS | {ADMINISTRATOR}
# Hub operators read only the figures of their own hubs.
REPORT_READERS = FIGURE_READERS | {HUB_OPERATOR}
REPORT_WRITERS = HUB_KEEPERS
REPORT_SUPERIORS = frozenset({LEADER})
PEOPLE_READERS = HUB_KEEPERS | {CASEWORKER}
# They answer people who ask what is kept of them.
PRINTERS = frozenset({STAFF, CASEWORKER})
RECORD_READERS = TREE_READERS | PEOPLE_READERS
TARGET_READERS = OFFICE | {ROOT_LEADER}
NOTICE_READERS = frozenset({ROOT_LEADER, AUDITOR})
CASE_FILE_KEEPERS = frozenset({CASE_KEEPER})
GRANT_DECIDERS = frozenset({STAFF, LEADER})
GRANT_READERS = GRANT_DECIDERS | {CASEWORKER}
ASSESSMENT_READERS = frozenset({STAFF, LEADER})

ACCESS = {
    # Signing in and the user's own account
    "app_manifest": PUBLIC,
    "service_worker": PUBLIC,
    "offline": PUBLIC,
    "queue_key": SIGNED_IN,
    "submission_state": SIGNED_IN,
    "login": PUBLIC,
    "account_login": PUBLIC,
    "mfa_authenticate": PUBLIC,
    "session_state": PUBLIC,
    "session_resume": PUBLIC,
    "invitation_accept": PUBLIC,
    # Not found once the installation is set up
    "first_run": PUBLIC,
    "logout": SIGNED_IN,
    "password_change": SIGNED_IN,
    "account_reauthenticate": SIGNED_IN,
    "mfa_reauthenticate": SIGNED_IN,
    "mfa_index": SIGNED_IN,
    "mfa_activate_totp": SIGNED_IN,
    "mfa_deactivate_totp": SIGNED_IN,
    "mfa_view_recovery_codes": SIGNED_IN,
    "mfa_generate_recovery_codes": SIGNED_IN,
    "draft_key": SIGNED_IN,
    "draft_list": SIGNED_IN,
    "usersessions_list": SIGNED_IN,
    "user_session_end": SIGNED_IN,
    # Accounts and roles
    "account_list": ACCOUNT_KEEPERS,
    "account_invite": ACCOUNT_KEEPERS,
    "account_detail": ACCOUNT_KEEPERS,
    "account_update": ACCOUNT_KEEPERS,
    "account_reset": ACCOUNT_KEEPERS,
    "account_unlock": ACCOUNT_KEEPERS,
    "account_leave": ACCOUNT_KEEPERS,
    "accounts_invite": ACCOUNT_KEEPERS,
    "accounts_extend": ACCOUNT_KEEPERS,
    "accounts_withdraw": ACCOUNT_KEEPERS,
    # Cadres without an account, by name and post alone, and accounts for many of them at once, bound to their posts.
    "accountless_post_list": ACCOUNT_KEEPERS,
    "accountless_posts_invite": ACCOUNT_KEEPERS,
    "posts_invite": ACCOUNT_KEEPERS,
    "role_list": SIGNED_IN,
    # The year, its figures and the summary
    "home": SIGNED_IN,
    "reminders": DECIDERS,
    "getting_started": DISTRICT_KEEPERS,
    "getting_started_skip": DISTRICT_KEEPERS,
    "figure_list": REPORT_READERS,
    "figure_detail": REPORT_READERS,
    "figure_export": HUB_KEEPERS,
    "summary_detail": REPORT_READERS,
    "summary_export": REPORT_READERS,
    "report_list": REPORT_READERS,
    "report_create": REPORT_WRITERS,
    "report_detail": REPORT_READERS,
    "report_delete": REPORT_WRITERS,
    "report_material": REPORT_WRITERS,
    "report_number": REPORT_WRITERS,
    "report_text": REPORT_WRITERS,
    "report_variant": REPORT_WRITERS,
    "report_write": REPORT_WRITERS,
    "section_create": REPORT_WRITERS,
    "section_update": REPORT_WRITERS,
    "section_delete": REPORT_WRITERS,
    "section_move": REPORT_WRITERS,
    "section_preview": REPORT_WRITERS,
    "summary_poster": REPORT_READERS,
    "summary_poster_export": REPORT_READERS,
    "report_sign": REPORT_WRITERS,
    "edition_detail": REPORT_READERS,
    "edition_figure": REPORT_READERS,
    "edition_export": REPORT_READERS,
    "comment_list": REPORT_READERS,
    "comment_detail": REPORT_READERS,
    "comment_create": REPORT_SUPERIORS,
    "comment_answer": REPORT_WRITERS,
    "comment_ask_again": REPORT_SUPERIORS,
    "comment_accept": REPORT_SUPERIORS,
    "return_list": FIGURE_READERS,
    "finding_list": REPORT_READERS,
    "explanation_create": REPORT_WRITERS,
    "explanation_update": REPORT_WRITERS,
    "comparison": REPORT_READERS,
    # Organisations
    "organisation_list": TREE_READERS,
    "organisation_export": TREE_READERS,
    "organisation_detail": TREE_READERS,
    "organisation_create": OFFICE_AND_ADMINISTRATOR,
    "organisations_create": OFFICE_AND_ADMINISTRATOR,
    "organisation_update": OFFICE_AND_ADMINISTRATOR,
    "organisation_end": OFFICE_AND_ADMINISTRATOR,
    "organisation_liaison": DECIDERS,
    "organisations_liaison": DECIDERS,
    "liaison_update": DECIDERS,
    "liaison_delete": DECIDERS,
    # Two-new organisations and supplies
    "unit_list": RECORD_KEEPERS,
    "unit_export": RECORD_KEEPERS,
    "unit_full_export": OFFICE,
    "unit_create": RECORD_KEEPERS,
    "unit_detail": RECORD_KEEPERS,
    "unit_update": RECORD_KEEPERS,
    "unit_pipeline": RECORD_KEEPERS,
    "unit_verify": RECORD_KEEPERS,
    "unit_contact_log": RECORD_KEEPERS,
    "units_verify": RECORD_KEEPERS,
    "units_change": RECORD_KEEPERS,
    "units_found": RECORD_KEEPERS,
    "unit_change_list": RECORD_KEEPERS,
    "unit_change_export": RECORD_KEEPERS,
    "unit_change_create": RECORD_KEEPERS,
    "unit_change_detail": RECORD_KEEPERS,
    "unit_change_update": RECORD_KEEPERS,
    "unit_change_delete": RECORD_KEEPERS,
    "unit_contact_list": RECORD_KEEPERS,
    "unit_contact_export": RECORD_KEEPERS,
    "unit_contact_create": RECORD_KEEPERS,
    "unit_contact_detail": RECORD_KEEPERS,
    "unit_contact_update": RECORD_KEEPERS,
    "unit_contact_delete": RECORD_KEEPERS,
    "organisation_board": DECIDERS,
    "supplies_issue": RECORD_KEEPERS,
    "supply_list": RECORD_KEEPERS,
    "supply_export": RECORD_KEEPERS,
    "supply_create": RECORD_KEEPERS,
    "supply_detail": RECORD_KEEPERS,
    "supply_update": RECORD_KEEPERS,
    "supply_delete": RECORD_KEEPERS,
    # People and their capacities
    "person_detail": PEOPLE_READERS,
    "record_unmask": PEOPLE_READERS,
    "duplicate_list": OFFICE,
    "namesakes_create": OFFICE,
    "namesakes_delete": OFFICE,
    "person_printout": PRINTERS,
    "person_twin_list": OFFICE,
    "person_merge_create": OFFICE,
    "person_merge_detail": OFFICE,
    "person_merge_undo": OFFICE,
    "member_list": RECORD_KEEPERS,
    "member_export": RECORD_KEEPERS,
    "member_full_export": OFFICE,
    "member_create": RECORD_KEEPERS,
    "member_detail": RECORD_KEEPERS,
    "member_update": RECORD_KEEPERS,
    "member_end": RECORD_KEEPERS,
    "members_end": RECORD_KEEPERS,
    "members_transfer": RECORD_KEEPERS,
    "member_transfer": RECORD_KEEPERS,
    "member_return": DECIDERS,
    "member_delete": DECIDERS,
    "proposal_list": RECORD_KEEPERS,
    "proposal_detail": RECORD_KEEPERS,
    "proposal_decide": DECIDERS,
    "proposal_withdraw": RECORD_KEEPERS,
    "verification_round_list": RECORD_KEEPERS,
    "verification_round_create": DECIDERS,
    "verification_round_detail": RECORD_KEEPERS,
    "verification_round_update": DECIDERS,
    "verification_round_close": DECIDERS,
    "verification_round_answer": RECORD_KEEPERS,
    "post_list": RECORD_KEEPERS,
    "post_export": RECORD_KEEPERS,
    "post_full_export": OFFICE,
    "post_create": RECORD_KEEPERS,
    "post_detail": RECORD_KEEPERS,
    "post_update": RECORD_KEEPERS,
    "post_account": DECIDERS,
    "post_end": RECORD_KEEPERS,
    "posts_end": RECORD_KEEPERS,
    # Youth hubs and volunteers
    "hub_list": HUB_KEEPERS,
    "hub_export": HUB_KEEPERS,
    "hub_detail": HUB_KEEPERS,
    "hub_create": OFFICE,
    "hub_update": OFFICE,
    "hub_end": OFFICE,
    "hub_year_create": OFFICE,
    "hub_year_update": OFFICE,
    "hub_staff_create": OFFICE,
    "hub_staff_update": OFFICE,
    "hub_staff_end": OFFICE,
    "hub_staff_delete": OFFICE,
    "volunteer_list": HUB_KEEPERS,
    "volunteer_export": HUB_KEEPERS,
    "volunteer_full_export": OFFICE,
    "volunteer_create": HUB_KEEPERS,
    "volunteer_detail": HUB_KEEPERS,
    "volunteer_update": HUB_KEEPERS,
    "volunteer_end": HUB_KEEPERS,
    "volunteers_bind": HUB_KEEPERS,
    "volunteers_end": HUB_KEEPERS,
    "volunteer_team": HUB_KEEPERS,
    "team_member_update": HUB_KEEPERS,
    "team_member_delete": OFFICE,
    # Activities
    "activity_list": HUB_KEEPERS,
    "activity_export": HUB_KEEPERS,
    "activity_create": HUB_KEEPERS,
    "activity_detail": HUB_KEEPERS,
    "activity_update": HUB_KEEPERS,
    "activity_delete": HUB_KEEPERS,
    "activity_hold": HUB_KEEPERS,
    "activity_cancel": HUB_KEEPERS,
    "activity_calendar": HUB_KEEPERS,
    "hub_programme": HUB_KEEPERS,
    "activity_repeat": HUB_KEEPERS,
    "quarter_themes": DISTRICT_KEEPERS,
    "activity_roster": HUB_KEEPERS,
    "activity_confirm": HUB_KEEPERS,
    "activity_reopen": HUB_KEEPERS,
    "activity_arrivals": HUB_KEEPERS,
    "sign_in_code_detail": HUB_KEEPERS,
    "sign_in_code_create": HUB_KEEPERS,
    "sign_in_code_close": HUB_KEEPERS,
    # Visitors, who need no account
    "arrival_create": PUBLIC,
    "arrival_done": PUBLIC,
    "activity_paste": HUB_KEEPERS,
    "sign_in_create": HUB_KEEPERS,
    "sign_in_presence": HUB_KEEPERS,
    "sign_in_delete": HUB_KEEPERS,
    "sign_in_dismiss": HUB_KEEPERS,
    "campaign_list": HUB_KEEPERS,
    "campaign_export": HUB_KEEPERS,
    "campaign_detail": HUB_KEEPERS,
    "campaign_create": OFFICE,
    "campaign_update": OFFICE,
    "campaign_delete": OFFICE,
    "partner_list": HUB_KEEPERS,
    "partner_export": HUB_KEEPERS,
    "partner_detail": HUB_KEEPERS,
    "partner_create": OFFICE,
    "partner_update": OFFICE,
    "partner_delete": OFFICE,
    "campaign_proofs_create": RECORD_KEEPERS,
    "campaign_proof_detail": RECORD_KEEPERS,
    "campaign_proof_update": RECORD_KEEPERS,
    "campaign_proof_delete": RECORD_KEEPERS,
    "activity_type_list": DISTRICT_KEEPERS,
    "activity_type_create": DISTRICT_KEEPERS,
    "activity_type_update": DISTRICT_KEEPERS,
    # 1+100
    # By organisation, without names, also for leaders
    "link_progress_places": FIGURE_READERS,
    "link_progress_list": RECORD_KEEPERS,
    "link_progress_liaisons": RECORD_KEEPERS,
    "own_link_list": RECORD_KEEPERS,
    "link_list": RECORD_KEEPERS,
    "link_export": RECORD_KEEPERS,
    "link_full_export": OFFICE,
    "link_create": RECORD_KEEPERS,
    "link_detail": RECORD_KEEPERS,
    "link_update": RECORD_KEEPERS,
    "link_bind": RECORD_KEEPERS,
    "link_end": RECORD_KEEPERS,
    "links_bind": RECORD_KEEPERS,
    "links_contact": RECORD_KEEPERS,
    "links_end": RECORD_KEEPERS,
    "link_hand_over": DECIDERS,
    "contact_list": RECORD_KEEPERS,
    "contact_export": RECORD_KEEPERS,
    "contact_full_export": OFFICE,
    "contact_create": RECORD_KEEPERS,
    "contact_detail": RECORD_KEEPERS,
    "contact_update": RECORD_KEEPERS,
    "contact_delete": RECORD_KEEPERS,
    # Case files and grants to open them
    "case_grant_list": GRANT_READERS,
    "case_grant_create": CASE_FILE_KEEPERS,
    "case_grant_detail": GRANT_READERS,
    "case_grant_decide": GRANT_DECIDERS,
    "case_grant_end": GRANT_READERS,
    "case_grant_round_list": GRANT_READERS,
    "case_grant_round_create": CASE_FILE_KEEPERS,
    "case_grant_round_renew": CASE_FILE_KEEPERS,
    "case_grant_round_detail": GRANT_READERS,
    "case_grant_round_decide": GRANT_DECIDERS,
    "case_grant_round_end": GRANT_READERS,
    "case_draft_keep": CASE_FILE_KEEPERS,
    "case_draft_find": CASE_FILE_KEEPERS,
    "case_draft_drop": CASE_FILE_KEEPERS,
    "assisted_youth_list": CASE_FILE_KEEPERS,
    "assisted_youth_create": CASE_FILE_KEEPERS,
    "assisted_youth_detail": CASE_FILE_KEEPERS,
    "assisted_youth_update": CASE_FILE_KEEPERS,
    "assisted_youth_end": CASE_FILE_KEEPERS,
    "case_progress": CASE_FILE_KEEPERS,
    "case_retention": OFFICE,
    "assisted_youths_end": CASE_FILE_KEEPERS,
    "service_plan_list": CASE_FILE_KEEPERS,
    "service_plan_create": CASE_FILE_KEEPERS,
    "service_plan_detail": CASE_FILE_KEEPERS,
    "service_plan_update": CASE_FILE_KEEPERS,
    "service_plan_sign": CASE_FILE_KEEPERS,
    "service_plan_correct": CASE_FILE_KEEPERS,
    "service_plan_amend": CASE_FILE_KEEPERS,
    "service_plan_midyear": CASE_FILE_KEEPERS,
    "service_plan_final": CASE_FILE_KEEPERS,
    "service_plan_print": CASE_FILE_KEEPERS,
    "plan_measure_create": CASE_FILE_KEEPERS,
    "plan_measure_update": CASE_FILE_KEEPERS,
    "plan_measure_done": CASE_FILE_KEEPERS,
    "plan_measure_delete": CASE_FILE_KEEPERS,
    "needs_talk_create": CASE_FILE_KEEPERS,
    "needs_talk_update": CASE_FILE_KEEPERS,
    "pairing_create": CASE_FILE_KEEPERS,
    "pairing_end": CASE_FILE_KEEPERS,
    "pairing_list": CASE_FILE_KEEPERS,
    "pairing_detail": CASE_FILE_KEEPERS,
    "pairing_update": CASE_FILE_KEEPERS,
    "pairing_pledge": CASE_FILE_KEEPERS,
    "visit_list": CASE_FILE_KEEPERS,
    "visit_create": CASE_FILE_KEEPERS,
    "visit_detail": CASE_FILE_KEEPERS,
    "visit_update": CASE_FILE_KEEPERS,
    "visit_cancel": CASE_FILE_KEEPERS,
    "visit_count": CASE_FILE_KEEPERS,
    "visit_uncount": CASE_FILE_KEEPERS,
    "visit_pass_create": CASE_FILE_KEEPERS,
    "visit_pass_end": CASE_FILE_KEEPERS,
    # Volunteers, who have no account
    "visit_pass_open": PUBLIC,
    "visit_report": PUBLIC,
    "visit_report_done": PUBLIC,
    "assistance_list": CASE_FILE_KEEPERS,
    "assistance_create": CASE_FILE_KEEPERS,
    "assistance_detail": CASE_FILE_KEEPERS,
    "assistance_update": CASE_FILE_KEEPERS,
    "assistance_delete": CASE_FILE_KEEPERS,
    "assistance_receipt_create": CASE_FILE_KEEPERS,
    "assistance_receipt_print": CASE_FILE_KEEPERS,
    "assistance_receipt_undo": CASE_FILE_KEEPERS,
    "district_project_list": CASE_FILE_KEEPERS,
    "district_project_create": CASE_FILE_KEEPERS,
    "district_project_detail": CASE_FILE_KEEPERS,
    "district_project_update": CASE_FILE_KEEPERS,
    "project_application_list": CASE_FILE_KEEPERS,
    "project_application_create": CASE_FILE_KEEPERS,
    "project_application_detail": CASE_FILE_KEEPERS,
    "project_application_update": CASE_FILE_KEEPERS,
    "project_application_give": CASE_FILE_KEEPERS,
    "suggested_activity_create": CASE_FILE_KEEPERS,
    "suggested_activity_update": CASE_FILE_KEEPERS,
    "scholarship_list": CASE_FILE_KEEPERS,
    "scholarship_create": CASE_FILE_KEEPERS,
    "scholarship_detail": CASE_FILE_KEEPERS,
    "scholarship_update": CASE_FILE_KEEPERS,
    "scholarship_review": CASE_FILE_KEEPERS,
    "scholarship_forward": CASE_FILE_KEEPERS,
    "scholarship_decide": CASE_FILE_KEEPERS,
    "scholarship_pay": CASE_FILE_KEEPERS,
    "scholarship_thank": CASE_FILE_KEEPERS,
    "scholarship_undo": CASE_FILE_KEEPERS,
    "scholarship_application": CASE_FILE_KEEPERS,
    "scholarship_letter": CASE_FILE_KEEPERS,
    # Imports
    "import_batch_list": DECIDERS,
    "import_batch_create": DECIDERS,
    "import_memory_list": DECIDERS,
    "import_batch_detail": DECIDERS,
    "import_batch_update": DECIDERS,
    "import_batch_wrong_rows": DECIDERS,
    "import_batch_mend": DECIDERS,
    "import_batch_answer": DECIDERS,
    "import_batch_decide": DECIDERS,
    "import_batch_alias": DECIDERS,
    "import_batch_spellings": DECIDERS,
    "import_batch_organisations": OFFICE,
    "import_batch_activity": DECIDERS,
    "import_batch_check": DECIDERS,
    "import_batch_commit": DECIDERS,
    "import_batch_undo": DECIDERS,
    "import_batch_delete": DECIDERS,
    # The ledger, targets and outside platforms
    "ledger": OFFICE,
    "ledger_template": OFFICE,
    "ledger_export": OFFICE,
    "ledger_full_export": OFFICE,
    "year_opening": OFFICE,
    "target_list": TARGET_READERS,
    "target_detail": TARGET_READERS,
    "target_export": OFFICE,
    "target_create": OFFICE,
    "target_update": OFFICE,
    "target_delete": OFFICE,
    "assessment_list": ASSESSMENT_READERS,
    "assessment_export": DECIDERS,
    "assessment_detail": ASSESSMENT_READERS,
    "assessment_create": DECIDERS,
    "assessment_copy": DECIDERS,
    "assessment_update": DECIDERS,
    "assessment_delete": DECIDERS,
    "assessment_submit": DECIDERS,
    "assessment_return": REPORT_SUPERIORS,
    "assessment_review": REPORT_SUPERIORS,
    "assessment_conclude": DECIDERS,
    "assessment_item_create": DECIDERS,
    "assessment_item_detail": ASSESSMENT_READERS,
    "assessment_item_update": DECIDERS,
    "assessment_item_end": DECIDERS,
    "assessment_item_delete": DECIDERS,
    "assessment_item_rate": DECIDERS,
    "assessment_item_review": REPORT_SUPERIORS,
    "platform_entry_list": OFFICE,
    "platform_entry_export": OFFICE,
    "platform_entry_full_export": OFFICE,
    "platform_entry_create": OFFICE,
    "platform_entry_update": OFFICE,
    "platform_entry_delete": OFFICE,
    "platform_layout_list": OFFICE,
    "platform_layout_create": OFFICE,
    "platform_layout_detail": OFFICE,
    "platform_layout_update": OFFICE,
    "platform_layout_delete": OFFICE,
    "platform_records_full_export": OFFICE,
    "platform_batch_enter": OFFICE,
    "platform_batch_undo": OFFICE,
    "reconciliation_create": OFFICE,
    "reconciliation_detail": OFFICE,
    # The layout of Word files
    "word_layout_list": DISTRICT_KEEPERS,
    "word_layout_template": DISTRICT_KEEPERS,
    "word_layout_download": DISTRICT_KEEPERS,
    "word_layout_create": ROOT_ADMINISTRATORS,
    "word_layout_delete": ROOT_ADMINISTRATORS,
    # What each page is for
    "help_list": SIGNED_IN,
    "help_detail": SIGNED_IN,
    # Searching lists, each of which is opened by its own line
    "list_search": SIGNED_IN,
    # The one search, of which each kind of record is searched for those who may open its list
    "search": SIGNED_IN,
    # What leaders and auditors of the district are told of
    "notice_list": NOTICE_READERS,
    "notices_read": NOTICE_READERS,
    # The access log; who can see a record and its history, both open to those who may open the record itself
    "access_entry_list": frozenset({AUDITOR}),
    "access_log_verify": frozenset({AUDITOR}),
    "access_log_witnesses": frozenset({AUDITOR}),
    "editions_verify": frozenset({AUDITOR}),
    "record_readers": RECORD_READERS | GRANT_READERS,
    "record_history": RECORD_READERS,
    "record_revert": RECORD_READERS,
    # What lists had that could not be read, open to those who can change the record
    "awaited_cell_dismiss": RECORD_READERS,
    # Files attached to records, open to those who can see the record
    "attachment_create": PEOPLE_READERS,
    "attachment_export": PEOPLE_READERS | {ROOT_LEADER},
    "attachment_delete": PEOPLE_READERS,
}


# What opens only to a session in which a one-time code was given, whatever the role: taking out whole lists or the
# ledger, or all about a person, signing, deciding on grants, importing. Whoever has no codes yet is led to set them up.
SECOND_FACTOR_ACTS = frozenset(
    {
        *(url_name for url_name in ACCESS if url_name.endswith("_full_export")),
        "person_printout",
        "report_sign",
        "case_grant_decide",
        "case_grant_round_decide",
        *(url_name for url_name in ACCESS if url_name.startswith("import_batch_") and url_name != "import_batch_list"),
    }
)


def opens_case_files(url_name):
    """Whether the page is about case files or grants, of which nothing is kept in a browser."""
    return url_name.startswith("case_") or ACCESS.get(url_name) == CASE_FILE_KEEPERS


def is_allowed(user, url_name):
    """Whether the access table lets the user open the address with this URL name."""
    allowed = ACCESS.get(url_name, frozenset())
    if allowed == PUBLIC or (allowed == SIGNED_IN and user.is_authenticated):
        return True
    return user.is_authenticated and not allowed.isdisjoint(user.capacities)


def capacities(user):
    """Returns the kinds of the user's validly placed roles and the capacities that follow from all roles together."""
    follows = {
        COMMITTEE: user.is_committee_staff,
        ROOT_ADMINISTRATOR: user.administers_root,
        ROOT_LEADER: user.leads_root,
        CASE_KEEPER: bool(user.case_organisations),
    }
    held = {role.kind for role in user.held_roles if not misplaced(role.kind, role.organisation)}
    return held | {capacity for capacity, is_given in follows.items() if is_given}


class AccessMiddleware:
    """Answers 404 for addresses that the access table does not open to the user; runs after SignInMiddleware."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        """Raises Http404 before the view is called, where the user may not open the address."""
        if not is_allowed(request.user, request.resolver_match.url_name):
            raise Http404
