"""Loads the whole site when it is imported, with the settings of production: what a command of `manage.py` does before
it begins. Only for processes that tests start (`tests.management`)."""

import os

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "mlsysweb.settings"
django.setup()
