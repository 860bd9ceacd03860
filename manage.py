#!/usr/bin/env python
"""Django's command line for this project."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yl_district.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    from yl_district.database.limits import is_long_work
    from yl_district.frames import with_room
    from yl_district.installation.files import UnsafeInstallation

    # Whatever the process that has started it may take.
    os.environ["DATABASE_LONG_WORK"] = str(int(is_long_work(sys.argv[1:])))
    try:
        with_room(execute_from_command_line)(sys.argv)
    except UnsafeInstallation as error:
        sys.exit(str(error))
    except ImproperlyConfigured as error:
        sys.exit(f"设置有误，请核对 DATABASE_URL、SECRET_KEY 等环境变量后重试：{str(error).splitlines()[0]}")
