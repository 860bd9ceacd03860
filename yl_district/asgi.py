"""The ASGI application that the production server runs."""

import os

import django

from yl_district.web.front import Front
from yl_district.web.requests import Handler

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yl_district.settings")

django.setup(set_prefix=False)
front = Front(Handler())
