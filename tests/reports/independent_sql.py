"""Every figure in plain SQL, written from the definitions of the figures and without the product's code.

Runs on SQLite and PostgreSQL alike. Day, scope and quality are defined once, in `WORLD` and `STANDS`.
"""

from django.db import connection

# Something stands on a day if it began on or before it and did not end on or before it; an empty begin means always.
STANDS = "({begin} IS NULL OR {begin} <= {day}) AND ({end} IS NULL OR {end} > {day})"

LAST = "%(last)s"
WITHIN = "BETWEEN %(first)s AND %(last)s"


def stands(begin, end, day=LAST):
    return STANDS.format(begin=begin, end=end, day=day)


# Of an activity and its hub: they belong to the organisation asked about, or are of the hub asked about.
OF_PLACE = """CASE WHEN %(hub)s > 0 THEN activity.hub_id = %(hub)s
    ELSE coalesce(activity.host_id, hub.organisation_id) IN (SELECT id FROM place) OR %(is_root)s = 1 END"""
QUARTER_DAYS = [("01-01", "03-31"), ("04-01", "06-30"), ("07-01", "09-30"), ("10-01", "12-31")]
# The links not reached in a quarter that has begun by the last day, since that in which they began.
MISSED = " UNION ".join(
    f"""SELECT id FROM standing_link
    WHERE %(begun{number})s <= %(last)s AND started_on <= %(until{number})s AND id NOT IN (
        SELECT link_id FROM reaching WHERE held_on BETWEEN %(begun{number})s AND %(until{number})s
        AND held_on <= %(last)s)"""
    for number in range(4)
)

# The rows of the organisation and all below it, each kind once; what has no organisation belongs to the root.
WORLD = f"""
WITH domain_span AS (
    SELECT id AS organisation_id, domain, domain_since AS begun, CAST(NULL AS date) AS ended FROM orgs_organisation
    UNION ALL
    SELECT organisation_id, domain, started_on, ended_on FROM orgs_domainspan
), domain_now AS (
    SELECT * FROM domain_span WHERE {stands("begun", "ended")}
), education_span AS (
    SELECT id AS type_id, is_education, education_since AS begun, CAST(NULL AS date) AS ended
    FROM activities_activitytype
    UNION ALL
    SELECT type_id, is_education, started_on, ended_on FROM activities_educationspan
), in_school_now AS (
    SELECT id AS member_id FROM members_member
    WHERE (in_school IS TRUE OR graduated_on IS NOT NULL) AND {stands("enrolled_on", "graduated_on")}
    UNION
    SELECT member_id FROM members_schoolspan WHERE in_school IS TRUE AND {stands("started_on", "ended_on")}
), place AS (
    SELECT * FROM orgs_organisation WHERE substr(path, 1, length(%(path)s)) = %(path)s
), standing_place AS (
    SELECT * FROM place WHERE {stands("founded_on", "dissolved_on")}
), serving AS (
    SELECT post.* FROM members_post post JOIN place ON place.id = post.organisation_id
    WHERE {stands("post.started_on", "post.ended_on")}
), own_cadre AS (
    SELECT id FROM members_person WHERE %(is_root)s = 1
    UNION
    SELECT post.person_id FROM members_post post JOIN place ON place.id = post.organisation_id
    WHERE post.started_on <= %(last)s
), own_member AS (
    SELECT member.* FROM members_member member JOIN place ON place.id = member.branch_id
), on_roll AS (
    SELECT * FROM own_member WHERE {stands("coalesce(listed_on, intake_on, joined_league_on)", "left_on")}
), own_unit AS (
    SELECT * FROM orgs_unit
    WHERE branch_id IN (SELECT id FROM place) OR (branch_id IS NULL AND %(is_root)s = 1)
), unit_change AS (
    SELECT change.*,
        CASE WHEN change.kind IN ('recommended', 'listed', 'refused', 'unlisted') THEN 'contact point'
            WHEN change.kind IN ('candidate', 'preparing', 'dropped') THEN 'stage'
            WHEN change.kind = 'verified' THEN 'verification' ELSE 'status' END AS line
    FROM orgs_unitchange change JOIN own_unit ON own_unit.id = change.unit_id
), standing_change AS (
    SELECT * FROM unit_change change
    WHERE (change.happened_on IS NULL OR change.happened_on <= %(last)s) AND NOT EXISTS (
        SELECT 1 FROM unit_change later
        WHERE later.unit_id = change.unit_id AND later.line = change.line AND later.happened_on <= %(last)s
          AND (change.happened_on IS NULL OR later.happened_on > change.happened_on))
), working_unit AS (
    SELECT * FROM own_unit
    WHERE id NOT IN (SELECT unit_id FROM standing_change WHERE kind IN ('moved', 'deregistered'))
), own_activity AS (
    SELECT activity.*, type.key, EXISTS (
        SELECT 1 FROM education_span span WHERE span.type_id = type.id AND span.is_education IS TRUE
          AND {stands("span.begun", "span.ended", "activity.held_on")}) AS is_education
    FROM activities_activity activity
    JOIN activities_activitytype type ON type.id = activity.type_id
    LEFT JOIN youthhubs_hub hub ON hub.id = activity.hub_id
    WHERE activity.held_on {WITHIN} AND activity.state = 'held' AND {OF_PLACE}
), standing_link AS (
    SELECT * FROM outreach_link WHERE {stands("started_on", "ended_on")}
), cadre AS (
    SELECT serving.person_id AS id,
        (SELECT count(*) FROM standing_link WHERE cadre_id = serving.person_id) AS links,
        (SELECT count(*) FROM standing_link WHERE cadre_id = serving.person_id AND bound_on <= %(last)s) AS bound,
        (SELECT coalesce(max(post.link_quota), max(CASE post.nature WHEN 'full_time' THEN 100 ELSE 10 END))
         FROM members_post post
         WHERE post.person_id = serving.person_id AND {stands("post.started_on", "post.ended_on")}) AS quota
    FROM serving GROUP BY serving.person_id
), own_contact AS (
    SELECT * FROM outreach_contact contact WHERE held_on {WITHIN} AND (%(is_root)s = 1 OR EXISTS (
        SELECT 1 FROM members_post post JOIN place ON place.id = post.organisation_id
        WHERE post.person_id = contact.cadre_id AND post.started_on <= contact.held_on))
), reached_youth AS (
    SELECT contact.id AS contact_id, named.link_id
    FROM own_contact contact JOIN outreach_contact_links named ON named.contact_id = contact.id
    WHERE NOT contact.with_everyone
    UNION ALL
    SELECT contact.id, link.id
    FROM own_contact contact JOIN outreach_link link ON link.cadre_id = contact.cadre_id
    WHERE contact.with_everyone AND {stands("link.started_on", "link.ended_on", "contact.held_on")}
), reaching AS (
    SELECT link.id AS link_id, contact.held_on, contact.form
    FROM standing_link link JOIN outreach_contact contact ON contact.cadre_id = link.cadre_id
    WHERE (contact.with_everyone AND {stands("link.started_on", "link.ended_on", "contact.held_on")})
       OR EXISTS (SELECT 1 FROM outreach_contact_links named
                  WHERE named.contact_id = contact.id AND named.link_id = link.id)
), short_link AS (
    {MISSED}
    UNION
    SELECT id FROM standing_link WHERE id NOT IN (
        SELECT link_id FROM reaching
        WHERE held_on BETWEEN %(new_year)s AND %(last)s AND form IN ('face_to_face', 'visit'))
), own_youth AS (
    SELECT * FROM assistance_assistedyouth WHERE organisation_id IN (SELECT id FROM place)
), register AS (
    SELECT * FROM own_youth WHERE {stands("registered_on", "removed_on")}
), received AS (
    SELECT given.id AS assistance_id, named.assistedyouth_id AS youth_id
    FROM assistance_assistance given JOIN assistance_assistance_youths named ON named.assistance_id = given.id
    WHERE NOT given.with_everyone AND given.held_on {WITHIN}
    UNION ALL
    SELECT given.id, youth.id
    FROM assistance_assistance given CROSS JOIN assistance_assistedyouth youth
    WHERE given.with_everyone AND given.held_on {WITHIN}
      AND {stands("youth.registered_on", "youth.removed_on", "given.held_on")}
), own_volunteer AS (
    SELECT volunteer.*, team.hub_id
    FROM members_volunteer volunteer
    LEFT JOIN youthhubs_teammember team
      ON team.volunteer_id = volunteer.id AND {stands("team.started_on", "team.ended_on")}
    LEFT JOIN youthhubs_hub hub ON hub.id = team.hub_id
    WHERE {stands("volunteer.joined_on", "volunteer.left_on")}
      AND (hub.organisation_id IN (SELECT id FROM place) OR %(is_root)s = 1)
), own_application AS (
    SELECT * FROM assistance_projectapplication WHERE youth_id IN (SELECT id FROM own_youth)
), own_suggestion AS (
    SELECT * FROM assistance_suggestedactivity WHERE youth_id IN (SELECT id FROM own_youth)
), own_scholarship AS (
    SELECT * FROM assistance_scholarship
    WHERE student_id IN (SELECT person_id FROM own_youth WHERE registered_on <= %(last)s) OR %(is_root)s = 1
), open_hub AS (
    SELECT * FROM youthhubs_hub
    WHERE organisation_id IN (SELECT id FROM place) AND {stands("opened_on", "closed_on")}
), place_of_entry AS (
    SELECT id AS entry_id, organisation_id AS place_id FROM reports_platformentry
    UNION ALL
    SELECT entry.id, coalesce(activity.host_id, hub.organisation_id) FROM reports_platformentry entry
    JOIN activities_activity activity ON activity.id = entry.activity_id
    LEFT JOIN youthhubs_hub hub ON hub.id = activity.hub_id
    UNION ALL
    SELECT entry.id, member.branch_id FROM reports_platformentry entry
    JOIN members_member member ON member.person_id = entry.person_id AND entry.subject = 'member'
    WHERE member.roll_begin IS NULL OR member.roll_begin <= entry.entered_on
    UNION ALL
    SELECT entry.id, post.organisation_id FROM reports_platformentry entry
    JOIN members_post post ON post.person_id = entry.person_id AND entry.subject = 'cadre'
      AND post.started_on <= entry.entered_on
    UNION ALL
    SELECT entry.id, post.organisation_id FROM reports_platformentry entry
    JOIN outreach_link link ON link.youth_id = entry.person_id AND entry.subject = 'linked_youth'
    JOIN members_post post ON post.person_id = link.cadre_id AND post.started_on <= entry.entered_on
    UNION ALL
    SELECT entry.id, hub.organisation_id FROM reports_platformentry entry
    JOIN members_volunteer volunteer ON volunteer.person_id = entry.person_id AND entry.subject = 'volunteer'
    JOIN youthhubs_teammember team ON team.volunteer_id = volunteer.id
      AND {stands("team.started_on", "team.ended_on", "entry.entered_on")}
    JOIN youthhubs_hub hub ON hub.id = team.hub_id
), bound_entry AS (
    SELECT entry.id, entry.subject, entry.entered_on, CASE
        WHEN entry.platform = '青春助跑' AND entry.subject = 'volunteer' AND entry.bound_on IS NULL
            AND entry.is_apart IS NOT TRUE THEN volunteer.bound_on
        ELSE entry.bound_on END AS bound_on
    FROM reports_platformentry entry LEFT JOIN members_volunteer volunteer ON volunteer.person_id = entry.person_id
), own_entry AS (
    SELECT * FROM bound_entry
    WHERE subject <> 'assisted_youth' AND (%(is_root)s = 1 OR id IN (
        SELECT entry_id FROM place_of_entry WHERE place_id IN (SELECT id FROM place)))
)
"""

IN_COMMUNITIES = "IN (SELECT organisation_id FROM domain_now WHERE domain IN ('village', 'community'))"
COMMUNITIES = f"FROM standing_place WHERE id {IN_COMMUNITIES}"
SUPPLIES = f"""SELECT coalesce(sum(quantity), 0) FROM orgs_supply
    WHERE organisation_id IN (SELECT id FROM place) AND issued_on {WITHIN} AND item = """
HUBS_OF_TIER = """SELECT count(*) FROM open_hub
    JOIN youthhubs_hubyear kept ON kept.hub_id = open_hub.id WHERE kept.year = %(year)s AND kept.tier = """
PAIRS = """SELECT count(*) FROM reached_youth
    JOIN own_contact contact ON contact.id = reached_youth.contact_id WHERE contact.form"""

VALUES = {
    "committee_members": "SELECT count(DISTINCT person_id) FROM serving "
    "JOIN place ON place.id = serving.organisation_id WHERE title = '委员' AND place.path = %(path)s",
    "communities": f"SELECT count(*) {COMMUNITIES}",
    "communities_with_cadre": f"SELECT count(*) {COMMUNITIES} AND id IN (SELECT organisation_id FROM serving)",
    "communities_renewed": f"""SELECT count(*) {COMMUNITIES} AND id IN (
        SELECT new.organisation_id FROM members_post new WHERE new.started_on {WITHIN} AND NOT EXISTS (
            SELECT 1 FROM members_post old WHERE old.person_id = new.person_id
            AND old.organisation_id = new.organisation_id AND old.started_on < new.started_on
            AND (old.ended_on IS NULL OR old.ended_on >= new.started_on)))""",
    "cadres": "SELECT count(DISTINCT person_id) FROM serving",
    "flags_issued": f"{SUPPLIES} '团旗'",
    "badges_issued": f"{SUPPLIES} '团徽'",
    "cadre_meetings": "SELECT coalesce(sum(session_count), 0) FROM own_activity WHERE key = 'cadre_meeting'",
    "members": "SELECT count(*) FROM on_roll",
    "community_members": f"SELECT count(*) FROM on_roll WHERE branch_id {IN_COMMUNITIES} "
    "AND id NOT IN (SELECT member_id FROM in_school_now)",
    "members_verified": "SELECT count(DISTINCT on_roll.id) FROM on_roll "
    "JOIN members_verification answer ON answer.member_id = on_roll.id "
    f"WHERE answer.result IN ('right', 'corrected', 'added') AND answer.answered_on {WITHIN}",
    "office_members": "SELECT count(*) FROM on_roll "
    "WHERE branch_id IN (SELECT organisation_id FROM domain_now WHERE domain = 'office')",
    "members_joined": f"SELECT count(DISTINCT person_id) FROM own_member WHERE intake_on {WITHIN}",
    "nonpublic_members_joined": "SELECT count(DISTINCT member.person_id) FROM own_member member "
    "JOIN domain_span span ON span.organisation_id = member.branch_id AND span.domain IN ('enterprise', 'social') "
    f"AND {stands('span.begun', 'span.ended', 'member.intake_on')} WHERE member.intake_on {WITHIN}",
    "units_founded": f"SELECT count(*) FROM own_unit WHERE league_founded_on {WITHIN}",
    "units_toward_task": "SELECT count(*) FROM working_unit WHERE task_year = %(year)s",
    "units_retired": "SELECT count(DISTINCT unit_id) FROM unit_change "
    f"WHERE kind IN ('moved', 'deregistered') AND happened_on {WITHIN}",
    "units_verified": "SELECT count(DISTINCT unit_id) FROM unit_change "
    f"WHERE kind = 'verified' AND happened_on {WITHIN}",
    "district_contact_points": "SELECT count(*) FROM working_unit "
    "WHERE id IN (SELECT unit_id FROM standing_change WHERE kind = 'listed') "
    "AND (league_founded_on IS NULL OR league_founded_on <= %(last)s)",
    "unit_contacts": "SELECT count(*) FROM orgs_unitcontact contact "
    f"JOIN own_unit ON own_unit.id = contact.unit_id WHERE contact.held_on {WITHIN}",
    "education_sessions": "SELECT coalesce(sum(session_count), 0) FROM own_activity WHERE is_education",
    "education_reach": """SELECT count(*) FROM on_roll WHERE person_id IN (
        SELECT present.person_id FROM activities_signin present
        JOIN own_activity activity ON activity.id = present.activity_id
        WHERE activity.is_education AND present.presence = 'present')""",
    "linked_youths": "SELECT count(DISTINCT youth_id) FROM standing_link WHERE cadre_id IN (SELECT id FROM own_cadre)",
    "cadres_linked": "SELECT count(*) FROM cadre WHERE bound > 0",
    "cadres_at_quota": "SELECT count(*) FROM cadre WHERE links >= quota",
    "youth_contacts": "SELECT count(*) FROM reached_youth",
    "contacts_online": f"{PAIRS} IN ('online', 'phone')",
    "contacts_offline": f"{PAIRS} NOT IN ('online', 'phone')",
    "youths_reached": "SELECT count(DISTINCT link.youth_id) FROM reached_youth "
    "JOIN outreach_link link ON link.id = reached_youth.link_id",
    "cadres_at_norm": "SELECT count(*) FROM cadre WHERE links >= quota AND id NOT IN ("
    "SELECT cadre_id FROM standing_link WHERE id IN (SELECT id FROM short_link))",
    "assisted_youths": "SELECT count(*) FROM register",
    "service_plans": "SELECT count(*) FROM assistance_serviceplan plan "
    "JOIN register ON register.id = plan.youth_id WHERE plan.year = %(year)s",
    **{
        key: "SELECT count(*) FROM assistance_serviceplan plan JOIN register ON register.id = plan.youth_id "
        f"WHERE plan.year = %(year)s AND plan.{name} <= %(last)s"
        for key, name in [
            ("signed_plans", "signed_on"),
            ("midyear_reviews", "midyear_on"),
            ("final_reviews", "final_on"),
        ]
    },
    "paired_youths": "SELECT count(DISTINCT pairing.youth_id) FROM assistance_pairing pairing "
    "JOIN register ON register.id = pairing.youth_id "
    "JOIN members_volunteer volunteer ON volunteer.id = pairing.volunteer_id "
    f"WHERE {stands('pairing.started_on', 'pairing.ended_on')} AND {stands('pairing.started_on', 'volunteer.left_on')}",
    "assistances": "SELECT count(*) FROM received WHERE youth_id IN (SELECT id FROM own_youth)",
    "assistances_per_youth": "SELECT coalesce(min(times), 0) FROM ("
    "SELECT register.id, count(received.youth_id) AS times "
    "FROM register LEFT JOIN received ON received.youth_id = register.id GROUP BY register.id) counted",
    "pairing_visits": "SELECT count(*) FROM assistance_visit visit "
    "JOIN assistance_pairing pairing ON pairing.id = visit.pairing_id "
    f"WHERE pairing.youth_id IN (SELECT id FROM own_youth) AND cancelled_on IS NULL AND done_on {WITHIN}",
    "youths_bound": "SELECT count(*) FROM register WHERE bound_on <= %(last)s",
    "volunteers_bound": "SELECT count(*) FROM own_volunteer WHERE bound_on <= %(last)s",
    "project_applications": f"SELECT count(*) FROM own_application WHERE asked_on {WITHIN}",
    "project_approvals": f"SELECT count(*) FROM own_application WHERE answer = 'approved' AND answered_on {WITHIN}",
    "activities_suggested": f"SELECT count(*) FROM own_suggestion WHERE suggested_on {WITHIN}",
    "suggestions_taken_up": f"SELECT count(*) FROM own_suggestion WHERE outcome = 'came' AND held_on {WITHIN}",
    "scholarships_granted": "SELECT count(DISTINCT student_id) FROM own_scholarship "
    f"WHERE status IN ('granted', 'paid') AND approved_on {WITHIN}",
    "scholarship_students": "SELECT count(DISTINCT student_id) FROM own_scholarship "
    f"WHERE year = %(year)s AND is_on_platform IS TRUE AND {stands('on_platform_from', 'on_platform_until')}",
    "scholarships_applied": f"SELECT count(DISTINCT student_id) FROM own_scholarship WHERE applied_on {WITHIN}",
    "scholarships_paid": f"SELECT count(DISTINCT student_id) FROM own_scholarship WHERE paid_on {WITHIN}",
    "scholarships_thanked": f"SELECT count(DISTINCT student_id) FROM own_scholarship WHERE thanked_on {WITHIN}",
    "hubs": "SELECT count(*) FROM open_hub",
    "hubs_ordinary": f"{HUBS_OF_TIER} 'ordinary'",
    "hubs_key": f"{HUBS_OF_TIER} 'key'",
    "hub_volunteer_teams": "SELECT count(DISTINCT hub_id) FROM own_volunteer WHERE hub_id IN (SELECT id FROM open_hub)",
    "people_reached": "SELECT count(DISTINCT person_id) FROM activities_signin "
    "WHERE presence = 'present' AND activity_id IN (SELECT id FROM own_activity)",
    "volunteer_hours": "SELECT coalesce(sum(service_hours), 0) FROM activities_signin "
    "WHERE presence = 'present' AND activity_id IN (SELECT id FROM own_activity)",
    "sessions_planned": "SELECT coalesce(sum(planned_sessions), 0) FROM activities_activity activity "
    "LEFT JOIN youthhubs_hub hub ON hub.id = activity.hub_id "
    f"WHERE activity.planned_on {WITHIN} AND {OF_PLACE}",
    "platform_entries": f"SELECT count(*) FROM own_entry WHERE entered_on {WITHIN}",
    "platform_bindings": f"SELECT count(*) FROM own_entry WHERE bound_on {WITHIN}",
    "assessment_results": "SELECT count(*) FROM reports_assessment JOIN place ON place.id = organisation_id "
    "WHERE place.path = %(path)s AND year = %(year)s AND result_on IS NOT NULL",
}

SESSIONS = "SELECT coalesce(sum(session_count), 0) FROM own_activity"
ATTENDANCES = "SELECT coalesce(sum(attendance), 0) FROM own_activity"
# The worst part decides: not recorded, rounded, typed, known from a sign-in list.
QUALITY = """
SELECT CASE
    WHEN count(*) = 0 THEN 'counted'
    WHEN sum(CASE WHEN attendance IS NULL THEN 1 ELSE 0 END) > 0 THEN 'incomplete'
    WHEN sum(CASE WHEN basis = 'rounded' THEN 1 ELSE 0 END) > 0 THEN 'rounded'
    WHEN sum(CASE WHEN id IN (SELECT activity_id FROM activities_signin WHERE presence = 'present')
        THEN 0 ELSE 1 END) > 0 THEN 'counted'
    ELSE 'measured'
END FROM own_activity
"""
# Whom a campaign is to reach on the day of counting, by its audience, and those whom it has reached by then.
DAY = "%(day)s"
TO_REACH = {
    "members": "SELECT person_id FROM own_member "
    f"WHERE {stands('coalesce(listed_on, intake_on, joined_league_on)', 'left_on', DAY)}",
    "cadres": "SELECT DISTINCT post.person_id FROM members_post post JOIN place ON place.id = post.organisation_id "
    f"WHERE {stands('post.started_on', 'post.ended_on', DAY)}",
}
REACHED = """
    SELECT present.person_id FROM activities_signin present
    JOIN activities_activity activity ON activity.id = present.activity_id
    WHERE present.presence = 'present' AND activity.state = 'held' AND activity.campaign_id = %(campaign)s
      AND activity.held_on BETWEEN %(begun)s AND %(day)s
    UNION
    SELECT person_id FROM activities_campaignproof
    WHERE campaign_id = %(campaign)s AND proved_on BETWEEN %(begun)s AND %(day)s
"""
FROM_SIGN_INS = {"education_reach", "people_reached"}
AT_HUBS = {"education_sessions", "people_reached", "volunteer_hours", "sessions_planned"}


def figures(path, first, last, hub=0):
    """Every figure's (value, quality) by key, for the organisation with this path and everything below it.

    With the key of a hub those alone that count what was held there.
    """
    given = {"path": path, "is_root": int(len(path) == 4), "year": last.year, "hub": hub}
    given |= {"first": first.isoformat(), "last": last.isoformat(), "new_year": f"{last.year}-01-01"}
    for number, (begun, until) in enumerate(QUARTER_DAYS):
        given |= {f"begun{number}": f"{last.year}-{begun}", f"until{number}": f"{last.year}-{until}"}
    with connection.cursor() as cursor:

        def ask(question, **more):
            cursor.execute(WORLD + question, given | more)
            return cursor.fetchone()[0]

        found = {
            key: (ask(question), "measured" if key in FROM_SIGN_INS else "counted")
            for key, question in VALUES.items()
            if not hub or key in AT_HUBS
        }
        found["sessions"] = (ask(SESSIONS), "counted")
        found["attendances"] = (ask(ATTENDANCES), ask(QUALITY))
        cursor.execute("SELECT key FROM activities_activitytype")
        for (key,) in cursor.fetchall():
            of_type = " WHERE key = %(key)s"
            found[f"sessions.{key}"] = (ask(SESSIONS + of_type, key=key), "counted")
            found[f"attendances.{key}"] = (ask(ATTENDANCES + of_type, key=key), ask(QUALITY + of_type, key=key))
        cursor.execute(
            "SELECT id, key, audience, started_on, ended_on FROM activities_campaign WHERE audience <> 'nobody'"
        )
        for campaign, key, audience, begun, ended in cursor.fetchall() if not hub else ():
            begun, day = str(begun), min(str(ended or last), given["last"])
            if begun <= given["last"] and str(ended or last) >= given["first"]:
                to_reach, more = TO_REACH[audience], {"campaign": campaign, "begun": begun, "day": day}
                due = ask(f"SELECT count(*) FROM ({to_reach}) due", **more)
                came = ask(f"SELECT count(*) FROM ({to_reach}) due WHERE person_id IN ({REACHED})", **more)
            else:
                due = came = 0
            found[f"coverage_due.{key}"] = (due, "counted")
            found[f"coverage_reached.{key}"] = (came, "measured")
            found[f"coverage.{key}"] = (100 * came // due if due else 0, "measured")
    return found
