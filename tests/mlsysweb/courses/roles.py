"""The roles as a fixture: a test with a live server leaves every table empty, that of groups too."""

from importlib import import_module

import pytest
from django.apps import apps

MIGRATION = import_module("mlsysweb.courses.migrations.0002_roles")


@pytest.fixture
def roles(db):
    """Create the roles as the migration does."""
    MIGRATION.create_roles(apps, None)
