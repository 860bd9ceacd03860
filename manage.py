#!/usr/bin/env python
"""Django's command line for this project."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yl_district.settings")
    # What serves pages waits no longer than pages do.
    os.environ["DATABASE_LONG_WORK"] = str(int(sys.argv[1:2] not in (["serve"], ["runserver"])))
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    from yl_district.installation.files import UnsafeInstallation

    try:
        execute_from_command_line(sys.argv)
    except UnsafeInstallation as error:
        sys.exit(str(error))
    except ImproperlyConfigured as error:
        sys.exit(f"设置有误，请核对 DATABASE_URL、SECRET_KEY 等环境变量后重试：{str(error).splitlines()[0]}")
