"""PostgreSQL's own rules on who reads and writes the rows of case files, grants and what hangs on them.

They repeat `CaseQuerySet.visible_to` in SQL, so that a page that forgets it shows nothing. Who acts is what
`yl_district.database.actors` tells the database in each transaction.
"""

from django.conf import settings

from orgs.roles import CASE_KEEPERS, RoleKind

from .models import CaseGrantQuerySet


def kinds_in_sql(kinds):
    """The kinds of roles as a list in SQL."""
    return ", ".join(f"'{RoleKind(kind).value}'" for kind in sorted(kinds))


# Beside a function's name only superusers may set such a parameter, which the owner of the tables need not be.
LOOK_AT_ALL = """DECLARE before text := coalesce(current_setting('yl.sees_all', true), '');
    BEGIN
    PERFORM set_config('yl.sees_all', 'on', true);"""
LOOK_AS_BEFORE = """PERFORM set_config('yl.sees_all', before, true);
    END"""
FUNCTIONS = f"""
CREATE FUNCTION yl_sees_all() RETURNS boolean LANGUAGE sql STABLE AS
    $$ SELECT coalesce(current_setting('yl.sees_all', true), '') <> '' $$;

CREATE FUNCTION yl_actor() RETURNS bigint LANGUAGE sql STABLE AS
    $$ SELECT nullif(current_setting('yl.user', true), '')::bigint $$;

CREATE FUNCTION yl_open_people() RETURNS SETOF text LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path FROM CURRENT AS $$
    {LOOK_AT_ALL}
    RETURN QUERY SELECT granted.person_id::text
    FROM assistance_casegrant granted
    JOIN orgs_organisation place ON place.id = granted.organisation_id
    JOIN orgs_user holder ON holder.id = granted.user_id AND holder.is_active
    WHERE granted.user_id = yl_actor() AND granted.is_approved AND granted.ended_on IS NULL
        AND granted.expires_on >= (now() AT TIME ZONE '{settings.TIME_ZONE}')::date
        AND EXISTS (
            SELECT FROM orgs_role role JOIN orgs_organisation own ON own.id = role.organisation_id
            WHERE role.user_id = holder.id AND role.kind IN ({kinds_in_sql(CASE_KEEPERS)})
                AND starts_with(place.path, own.path))
        AND NOT EXISTS (
            SELECT FROM orgs_role role WHERE role.user_id = holder.id AND role.kind = '{RoleKind.ADMINISTRATOR}');
    {LOOK_AS_BEFORE}
    $$;

CREATE FUNCTION yl_names_nobody(key bigint, OUT answer boolean) LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path FROM CURRENT AS $$
    {LOOK_AT_ALL}
    answer := NOT EXISTS (SELECT FROM assistance_assistance_youths WHERE assistance_id = key);
    {LOOK_AS_BEFORE}
    $$;

CREATE FUNCTION yl_deciding_organisations() RETURNS SETOF bigint LANGUAGE sql STABLE AS $$
    SELECT place.id
    FROM orgs_role role
    JOIN orgs_organisation own ON own.id = role.organisation_id
    JOIN orgs_organisation place ON starts_with(place.path, own.path)
    WHERE role.user_id = yl_actor() AND role.kind IN ({kinds_in_sql(CaseGrantQuerySet.seen_by)})
    $$;
"""
IN_OPEN_FILES = "{0} IN (SELECT yl_open_people())"
OF_OPEN_YOUTH = "{0} IN (SELECT id FROM assistance_assistedyouth)"
OF_OPEN_ASSISTANCE = "{0} IN (SELECT id FROM assistance_assistance)"
OF_OPEN_STATE = "history_id IN (SELECT history_id FROM assistance_historicalassistance)"
OWN_REQUEST = "user_id = yl_actor() OR organisation_id IN (SELECT yl_deciding_organisations())"
OWN_OR_TO_DECIDE = f"{OWN_REQUEST} OR {IN_OPEN_FILES.format('person_id')}"
# Entries of other subjects are no case files.
ENTERED = "youth_id IS NULL OR " + IN_OPEN_FILES.format("youth_id")
ATTACHED = """
CASE (SELECT model FROM django_content_type WHERE id = content_type_id AND app_label = 'assistance')
    WHEN 'assistedyouth' THEN object_id IN (SELECT id FROM assistance_assistedyouth)
    WHEN 'pairing' THEN object_id IN (SELECT id FROM assistance_pairing)
    WHEN 'serviceplan' THEN object_id IN (SELECT id FROM assistance_serviceplan)
    WHEN 'assistance' THEN object_id IN (SELECT id FROM assistance_assistance)
    WHEN 'scholarship' THEN object_id IN (SELECT id FROM assistance_scholarship)
    ELSE true
END"""
# Of each table, the rows that are open to whoever acts; one that names another table keeps that one's policy.
OPEN_ROWS = {
    "assistance_assistedyouth": IN_OPEN_FILES.format("person_id"),
    "assistance_historicalassistedyouth": IN_OPEN_FILES.format("person_id"),
    "assistance_scholarship": IN_OPEN_FILES.format("student_id"),
    "assistance_historicalscholarship": IN_OPEN_FILES.format("student_id"),
    "assistance_pairing": OF_OPEN_YOUTH.format("youth_id"),
    "assistance_historicalpairing": OF_OPEN_YOUTH.format("youth_id"),
    "assistance_serviceplan": OF_OPEN_YOUTH.format("youth_id"),
    "assistance_historicalserviceplan": OF_OPEN_YOUTH.format("youth_id"),
    "assistance_assistance_youths": OF_OPEN_YOUTH.format("assistedyouth_id"),
    "assistance_historicalassistance_youths": OF_OPEN_YOUTH.format("assistedyouth_id"),
    # Before its youths are noted an assistance names nobody.
    "assistance_assistance": """CASE WHEN with_everyone
        THEN EXISTS (SELECT FROM assistance_assistedyouth youth WHERE youth.registered_on <= held_on
            AND (youth.removed_on IS NULL OR youth.removed_on > held_on))
        ELSE id IN (SELECT assistance_id FROM assistance_assistance_youths) OR yl_names_nobody(id) END""",
    "assistance_historicalassistance": f"""{OF_OPEN_ASSISTANCE.format("id")}
        OR id IN (SELECT assistance_id FROM assistance_historicalassistance_youths)""",
    "assistance_assistance_volunteers": OF_OPEN_ASSISTANCE.format("assistance_id"),
    "assistance_historicalassistance_volunteers": OF_OPEN_STATE,
    "assistance_casegrant": OWN_OR_TO_DECIDE,
    "assistance_historicalcasegrant": OWN_OR_TO_DECIDE,
    "reports_platformentry": ENTERED,
    "reports_historicalplatformentry": ENTERED,
    "yl_district_attachment": ATTACHED,
    "yl_district_historicalattachment": ATTACHED,
    "yl_district_attachmentpart": "attachment_id IN (SELECT id FROM yl_district_attachment)",
}
# Likewise of tables that came after these.
OPEN_DRAFTS = {"assistance_casedraft": "user_id = yl_actor() AND EXISTS (SELECT FROM yl_open_people())"}
# Requests for many grants name nobody; whose decision they need sees them as well.
OPEN_ROUNDS = {
    "assistance_casegrantround": OWN_REQUEST,
    "assistance_historicalcasegrantround": OWN_REQUEST,
    "assistance_casegrantround_renewed": "casegrantround_id IN (SELECT id FROM assistance_casegrantround)",
    "assistance_historicalcasegrantround_renewed": """history_id IN (
        SELECT history_id FROM assistance_historicalcasegrantround)""",
}
OF_OPEN_PLAN = "{0} IN (SELECT id FROM assistance_serviceplan)"
OPEN_PLAN_PARTS = {
    "assistance_needstalk": OF_OPEN_YOUTH.format("youth_id"),
    "assistance_historicalneedstalk": OF_OPEN_YOUTH.format("youth_id"),
    "assistance_planmeasure": OF_OPEN_PLAN.format("plan_id"),
    "assistance_historicalplanmeasure": OF_OPEN_PLAN.format("plan_id"),
    "assistance_planamendment": OF_OPEN_PLAN.format("plan_id"),
    "assistance_historicalplanamendment": OF_OPEN_PLAN.format("plan_id"),
}
OPEN_APPLICATIONS = {
    "assistance_projectapplication": OF_OPEN_YOUTH.format("youth_id"),
    "assistance_historicalprojectapplication": OF_OPEN_YOUTH.format("youth_id"),
}
OPEN_SUGGESTIONS = {
    "assistance_suggestedactivity": OF_OPEN_YOUTH.format("youth_id"),
    "assistance_historicalsuggestedactivity": OF_OPEN_YOUTH.format("youth_id"),
}
# What an assistance was given with, and who has signed for it.
OPEN_GOODS = {
    "assistance_assistance_partners": OF_OPEN_ASSISTANCE.format("assistance_id"),
    "assistance_historicalassistance_partners": OF_OPEN_STATE,
    "assistance_assistancereceipt": OF_OPEN_YOUTH.format("youth_id"),
    "assistance_historicalassistancereceipt": OF_OPEN_YOUTH.format("youth_id"),
}

OF_OPEN_PAIRING = "{0} IN (SELECT id FROM assistance_pairing)"
OPEN_VISITS = {
    "assistance_visit": OF_OPEN_PAIRING.format("pairing_id"),
    "assistance_historicalvisit": OF_OPEN_PAIRING.format("pairing_id"),
    "assistance_visitpass": OF_OPEN_PAIRING.format("pairing_id"),
}
# A volunteer acts by a pass, which opens the one pairing that it was given for, and not the youth's file: who acts then
# is no account, but the digest of the link or of the phone that took it.
PASS_FUNCTIONS = f"""
CREATE FUNCTION yl_passed_pairings() RETURNS SETOF bigint LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path FROM CURRENT AS $$
    {LOOK_AT_ALL}
    RETURN QUERY SELECT paired.id
    FROM assistance_visitpass pass
    JOIN assistance_pairing paired ON paired.id = pass.pairing_id
    JOIN assistance_assistedyouth case_file ON case_file.id = paired.youth_id
    JOIN members_volunteer volunteer ON volunteer.id = paired.volunteer_id
    CROSS JOIN (SELECT (now() AT TIME ZONE '{settings.TIME_ZONE}')::date AS today,
        string_to_array(current_setting('yl.visit_pass', true), ',') AS digests) acting
    WHERE pass.ended_at IS NULL AND (pass.token_digest = ANY (digests) OR pass.phone_digest = ANY (digests))
        AND (paired.ended_on IS NULL OR paired.ended_on > today)
        AND (volunteer.left_on IS NULL OR volunteer.left_on > today)
        AND (case_file.removed_on IS NULL OR case_file.removed_on > today);
    {LOOK_AS_BEFORE}
    $$
"""
# Tables whose policy says more than it did when it was created.
ATTACHED_TABLES = ("yl_district_attachment", "yl_district_historicalattachment")


def creation():
    """The SQL that creates the functions, and has the tables go by their policies, whoever owns them."""
    yield FUNCTIONS
    yield from policies(OPEN_ROWS)


def policies(open_rows):
    """The SQL that has tables go by their policies."""
    for table, is_open in open_rows.items():
        yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
        yield f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"
        yield f"CREATE POLICY open_files ON {table} USING (yl_sees_all() OR {is_open})"


def removal():
    """The SQL that takes back what `creation` has done."""
    yield from without_policies(OPEN_ROWS)
    yield "DROP FUNCTION yl_open_people, yl_names_nobody, yl_deciding_organisations, yl_actor, yl_sees_all"


def without_policies(open_rows):
    """The SQL that takes back what `policies` has done."""
    for table in open_rows:
        yield f"DROP POLICY open_files ON {table}"
        yield f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY"
        yield f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"


def visit_policies():
    """The SQL that protects visits, and opens those of one pairing to whoever acts by its pass."""
    yield from policies(OPEN_VISITS)
    yield PASS_FUNCTIONS
    yield """CREATE POLICY passed_pairings ON assistance_pairing
        FOR SELECT USING (id IN (SELECT yl_passed_pairings()))"""
    yield from renewed(ATTACHED_TABLES)


def without_visit_policies():
    """The SQL that takes back what `visit_policies` has done, but for what it renewed."""
    yield "DROP POLICY passed_pairings ON assistance_pairing"
    yield "DROP FUNCTION yl_passed_pairings"
    yield from without_policies(OPEN_VISITS)


def renewed(tables):
    """The SQL that has tables go by their policies as these are now."""
    for table in tables:
        yield f"ALTER POLICY open_files ON {table} USING (yl_sees_all() OR {OPEN_ROWS[table]})"
