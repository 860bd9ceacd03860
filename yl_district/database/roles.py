"""The two roles of a PostgreSQL database: one owns and migrates the tables, the other serves pages and owns nothing.

Only the second is bound by the row policies and can switch off no trigger, whatever a page asks of it.
"""

from collections.abc import Collection, Iterator

from django.db import Error, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

# What the serving role must not be able to do, and what it would mean; each is tried and taken back.
FORBIDDEN = {
    "ALTER TABLE {cases} NO FORCE ROW LEVEL SECURITY": "能解除个案表的行级保护",
    "DROP POLICY open_files ON {cases}": "能删去个案表的行级规则",
    "ALTER TABLE {log} DISABLE TRIGGER ALL": "能停用访问日志的触发器",
    "UPDATE {log} SET detail = detail WHERE number < 0": "有修改访问日志的权限",
    "DELETE FROM {log} WHERE number < 0": "有删除访问日志的权限",
    "SET LOCAL session_replication_role = replica": "能绕过触发器",
    "CREATE TABLE {log}_of_another AS SELECT 1 AS number": "能建立新表",
}
STANDING = """
SELECT rolsuper, rolbypassrls, EXISTS (
    SELECT FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND pg_has_role(relowner, 'USAGE')
)
FROM pg_roles WHERE rolname = current_user
"""
TOO_MUCH = ("是超级用户", "能绕过行级规则（BYPASSRLS）", "拥有数据表，或属于拥有数据表的角色")


def serving_rights(role: str, written_once: Collection[str], connection: BaseDatabaseWrapper) -> Iterator[str]:
    """The SQL by which the owner of the tables lets `role` serve pages; rows written once it may only add."""
    quoted = connection.ops.quote_name
    name, database = quoted(role), quoted(connection.settings_dict["NAME"])
    yield f"REVOKE CREATE ON SCHEMA public FROM PUBLIC, {name}"
    yield f"GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {name}"
    yield f"GRANT USAGE ON SCHEMA public TO {name}"
    for table in sorted(connection.introspection.table_names()):
        rights = "SELECT, INSERT" if table in written_once else "SELECT, INSERT, UPDATE, DELETE"
        yield f"REVOKE ALL ON TABLE {quoted(table)} FROM {name}"
        yield f"GRANT {rights} ON TABLE {quoted(table)} TO {name}"
    yield f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}"


def rights_too_many(tables: dict[str, str], connection: BaseDatabaseWrapper) -> list[str]:
    """What the connection's role can do beyond serving pages, in words; `tables` are those of FORBIDDEN by name."""
    with connection.cursor() as cursor:
        cursor.execute(STANDING)
        found = [words for words, is_so in zip(TOO_MUCH, cursor.fetchone(), strict=True) if is_so]
        for statement, words in FORBIDDEN.items():
            try:
                with transaction.atomic():
                    cursor.execute(statement.format(**tables))
                    transaction.set_rollback(True)
            except Error:
                continue
            found.append(words)
    return found
