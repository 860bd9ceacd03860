"""Makes the field keys of a new installation: `python -m yl_district.installation.new_keys FILE`, in the checkout.

Only for databases that are empty or not there yet: what another holds, no new key opens.
"""

import base64
import os
import secrets
import sys
from pathlib import Path

import django
import environ
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connections

# Tables that have rows as soon as anybody uses a database.
TELLING_TABLES = ("orgs_user", "orgs_organisation", "members_person", "yl_district_accessentry")


def candidates():
    """The databases that the keys would be for, by name: the office's own and that of the demonstration."""
    env, checkout = environ.Env(), Path.cwd()
    own = env.db("DATABASE_URL", default=f"sqlite:///{checkout / 'db.sqlite3'}")
    demo = env.db_url_config(f"sqlite:///{checkout / '.local' / 'demo.sqlite3'}")
    return {"default": own, "demo": demo}


def holds_something(name):
    """Whether anybody has used a database; one that is not there is not made."""
    connection = connections[name]
    database = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite" and not (Path(database).is_file() and Path(database).stat().st_size):
        return False
    with connection.cursor() as cursor:
        for table in sorted({*TELLING_TABLES} & {*connection.introspection.table_names(cursor)}):
            cursor.execute(f"SELECT 1 FROM {table} LIMIT 1")
            if cursor.fetchone():
                return True
    return False


def write_new_keys(path):
    """Writes keys that nobody else can read; raises FileExistsError rather than replacing any."""
    keys = {name: base64.b64encode(secrets.token_bytes(32)).decode() for name in (f"k{secrets.token_hex(3)}", "index")}
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.writelines(f"{name} {key}\n" for name, key in keys.items())


def main():
    """Writes the file, or says why not; where the environment has the keys, none are needed."""
    path = Path(sys.argv[1])
    if "FIELD_KEYS" in os.environ:
        return
    settings.configure(DATABASES=candidates(), USE_TZ=True)
    django.setup()
    for name in connections:
        # Not the address, which may hold a password.
        place = settings.DATABASES[name]["NAME"]
        try:
            if holds_something(name):
                sys.exit(
                    f"没有密钥文件 {path}，而数据库 {place} 中已有内容：新的密钥读不出它们，没有生成。"
                    f"请从备份中恢复 {path}（见 docs/keys.md）；确实不要这个数据库的，先把它移走。"
                )
        except (DatabaseError, ImproperlyConfigured) as error:
            sys.exit(
                f"没有密钥文件 {path}，数据库 {place} 又连接不上，不知道它是不是新的，没有生成密钥。"
                f"请核对 DATABASE_URL 与数据库服务后重试：{str(error).splitlines()[0]}"
            )
    write_new_keys(path)


if __name__ == "__main__":
    main()
