"""Figures of members, activities and sign-ins in hand-written SQL, one statement per table.

Activities are counted by their stored head counts, and at the root no statement filters by organisation.
"""

from django.db import connection

PLACE = "(SELECT id FROM orgs_organisation WHERE path >= %(path)s AND path < %(path)s || 'a')"
HERE = f"AND activity.owner_id IN {PLACE}"
HELD = "activity.state = 'held' AND activity.held_on BETWEEN %(first)s AND %(last)s"

ACTIVITIES = f"""
SELECT type.key, type.is_education, sum(activity.session_count), coalesce(sum(activity.attendance), 0),
    count(*) FILTER (WHERE activity.basis = 'unrecorded'), count(*) FILTER (WHERE activity.basis = 'rounded'),
    count(*) FILTER (WHERE activity.sign_in_count > 0)
FROM activities_activity activity JOIN activities_activitytype type ON type.id = activity.type_id
WHERE {HELD} {{here}} GROUP BY type.key, type.is_education
"""
ON_ROLL = """(member.left_on IS NULL OR member.left_on > %(last)s)
    AND coalesce(member.roll_begin, %(last)s) <= %(last)s"""
MEMBERS = f"""
SELECT count(*) FILTER (WHERE {ON_ROLL}),
    count(*) FILTER (WHERE {ON_ROLL} AND branch.domain IN ('village', 'community') AND member.in_school IS NOT TRUE),
    count(*) FILTER (WHERE {ON_ROLL} AND branch.domain = 'office'),
    count(*) FILTER (
        WHERE branch.domain IN ('enterprise', 'social') AND member.intake_on BETWEEN %(first)s AND %(last)s)
FROM members_member member JOIN orgs_organisation branch ON branch.id = member.branch_id
WHERE TRUE {{there}}
"""
PEOPLE = f"""
SELECT count(DISTINCT present.person_id)
FROM activities_signin present JOIN activities_activity activity ON activity.id = present.activity_id
WHERE present.presence = 'present' AND {HELD} {{here}}
"""
EDUCATED = f"""
SELECT count(*) FROM members_member member
WHERE {ON_ROLL} {{mine}} AND member.person_id IN (
    SELECT present.person_id
    FROM activities_signin present JOIN activities_activity activity ON activity.id = present.activity_id
    JOIN activities_activitytype type ON type.id = activity.type_id
    WHERE present.presence = 'present' AND type.is_education AND {HELD} {{here}})
"""


def by_hand(scope):
    """Returns {key: value} of these figures."""
    path = scope.organisation.path
    start, end = scope.period.bounds
    given = {"path": path, "first": start.isoformat(), "last": end.isoformat()}
    places = {
        "here": HERE,
        "there": "AND branch.path >= %(path)s AND branch.path < %(path)s || 'a'",
        "mine": f"AND member.branch_id IN {PLACE}",
    }
    if scope.organisation.is_root():
        places = dict.fromkeys(places, "")
    with connection.cursor() as cursor:

        def ask(statement):
            cursor.execute(statement.format(**places), given)
            return cursor.fetchall()

        types = ask(ACTIVITIES)
        (roll,), ((people,),), ((educated,),) = ask(MEMBERS), ask(PEOPLE), ask(EDUCATED)
    found = {"people_reached": people, "education_reach": educated}
    names = ["members", "community_members", "office_members", "nonpublic_members_joined"]
    found |= dict(zip(names, roll, strict=True))
    for key, _, sessions, attendances, *_ in types:
        found |= {f"sessions.{key}": sessions, f"attendances.{key}": attendances}
    found["sessions"] = sum(row[2] for row in types)
    found["attendances"] = sum(row[3] for row in types)
    found["education_sessions"] = sum(row[2] for row in types if row[1])
    found["cadre_meetings"] = found.get("sessions.cadre_meeting", 0)
    return found
