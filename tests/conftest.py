"""Fixtures for every test. People, systems and the like live where they are used."""

import os
import sqlite3

import hypothesis
import pytest
from django.core.management import call_command
from django.db import connection, connections
from django.test import override_settings

# Playwright keeps an event loop running in this thread for the rest of the run, and Django then takes every
# query for one from asynchronous code. Nothing here is asynchronous.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

# Drawn anew on each machine but the same each time, and never a matter of speed.
hypothesis.settings.register_profile("repeatable", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("repeatable")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory):
    """On disk, so that WAL and the live server's own connections are those of production; in a folder of this
    run, so that two runs do not meet."""
    connections["default"].settings_dict["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")


@pytest.fixture(scope="session")
def catalog_loaded(django_db_setup, django_db_blocker):
    """The database as it is once the shipped catalog is loaded, as a copy in memory."""
    with django_db_blocker.unblock():
        call_command("load_catalog", verbosity=0)
        copy = sqlite3.connect(":memory:")
        connection.connection.backup(copy)
    yield copy
    copy.close()


@pytest.fixture
def catalog_restored(catalog_loaded, django_db_blocker):
    """A test with the live server leaves every table empty. What comes back has the version it had, so that nothing
    that is kept for it is computed again."""
    from catalog.models import Accelerator

    with django_db_blocker.unblock():
        if Accelerator.objects.exists():
            return
        if connection.in_atomic_block:  # this test's own transaction, into which nothing can be copied
            call_command("load_catalog", verbosity=0)
        else:
            catalog_loaded.backup(connection.connection)


@pytest.fixture
def catalog(catalog_restored, db):
    """The database with the shipped catalog."""


@pytest.fixture(scope="session", autouse=True)
def passwords_hashed_fast():
    """The default hasher is slow on purpose, and no test is about how hard a password is to guess."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture(scope="session", autouse=True)
def static_files_as_they_are():
    """Plain names, read from `static/` itself: a test sees today's file without collecting first."""
    plain = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    with override_settings(STORAGES=plain, WHITENOISE_AUTOREFRESH=True, WHITENOISE_USE_FINDERS=True):
        yield
