"""The ASGI application that the production server runs."""

import os

import django
from django.apps import apps

from yl_district.web.front import Front
from yl_district.web.requests import Handler

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yl_district.settings")

django.setup(set_prefix=False)
apps.get_app_config("yl_district").check_database()
front = Front(Handler())
