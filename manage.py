#!/usr/bin/env python
"""Django's command line for this project."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yl_district.settings")
    # The server is for pages, all else may take its time.
    os.environ.setdefault("DATABASE_LONG_WORK", "0" if sys.argv[1:2] == ["serve"] else "1")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    from yl_district.installation.files import UnsafeInstallation

    try:
        execute_from_command_line(sys.argv)
    except UnsafeInstallation as error:
        sys.exit(str(error))
    except ImproperlyConfigured as error:
        sys.exit(f"设置有误，请核对 DATABASE_URL、SECRET_KEY 等环境变量后重试：{str(error).splitlines()[0]}")
