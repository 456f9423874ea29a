"""Fixtures for all tests. Users, systems and similar fixtures are beside the tests that use them."""

import os
import sqlite3

import hypothesis
import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.cache import caches
from django.core.management import call_command
from django.db import connection, connections
from django.test import TransactionTestCase, override_settings

# Playwright keeps an event loop running in this thread for the rest of the run, and Django then rejects every query as
# asynchronous. No test is.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

# The same random examples at each run, and no time limit.
hypothesis.settings.register_profile("repeatable", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("repeatable")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(request, tmp_path_factory):
    """Use a database file, so that WAL and the live server's connections work as in production; in a folder of this
    run, so that two runs do not collide. On PostgreSQL each process has a database of its own name."""
    if connection.vendor == "sqlite":
        connections["default"].settings_dict["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")
    else:
        request.getfixturevalue("django_db_modify_db_settings_parallel_suffix")


@pytest.fixture(scope="session", autouse=True)
def emptied_by_a_copy():
    """Empty a SQLite database after a test that commits by a copy of the empty one: Django deletes the rows of every
    table and writes content types and permissions again, which takes a hundred times as long."""
    empty: list[sqlite3.Connection] = []
    flush = TransactionTestCase._fixture_teardown

    def copy_back(test):
        if connection.vendor != "sqlite":
            flush(test)
        elif empty:
            connection.ensure_connection()  # a test may have closed it
            empty[0].backup(connection.connection)
        else:
            flush(test)
            empty.append(sqlite3.connect(":memory:", check_same_thread=False))
            connection.connection.backup(empty[0])

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(TransactionTestCase, "_fixture_teardown", copy_back)
        yield
    for each in empty:
        each.close()


@pytest.fixture(scope="session")
def catalog_loaded(django_db_setup, django_db_blocker):
    """Load the shipped catalog and return a copy: of a SQLite database in memory, else the rows by model."""
    with django_db_blocker.unblock():
        call_command("load_catalog", verbosity=0)
        if connection.vendor == "sqlite":
            copy = sqlite3.connect(":memory:")
            connection.connection.backup(copy)
        else:
            from catalog.models import TABLES, CatalogVersion

            copy = {model: list(model.objects.all()) for model in TABLES}, CatalogVersion.objects.get()
    yield copy
    if connection.vendor == "sqlite":
        copy.close()


@pytest.fixture
def catalog_restored(catalog_loaded, django_db_blocker):
    """Restore the catalog, since a test with the live server leaves every table empty. Its version stays the same, so
    that caches remain valid."""
    from catalog.models import Accelerator

    with django_db_blocker.unblock():
        if Accelerator.objects.exists():
            return
        if connection.vendor != "sqlite":
            tables, version = catalog_loaded
            for model, rows in tables.items():
                model.objects.bulk_create(rows)  # each renews the version
            version.save(force_update=True)
        elif connection.in_atomic_block:  # inside a transaction of this test, into which no copy can be written
            call_command("load_catalog", verbosity=0)
        else:
            catalog_loaded.backup(connection.connection)


@pytest.fixture
def catalog(catalog_restored, db):
    """The database with the shipped catalog."""


@pytest.fixture(scope="session", autouse=True)
def passwords_hashed_fast():
    """Use a fast password hasher: the default one is slow on purpose, and no test depends on it."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture(scope="session", autouse=True)
def static_files_as_they_are():
    """Serve `static/` without hashed names, so that tests need no collectstatic."""
    plain = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    with override_settings(STORAGES=plain, WHITENOISE_AUTOREFRESH=True, WHITENOISE_USE_FINDERS=True):
        yield


@pytest.fixture(scope="session", autouse=True)
def no_limits(tmp_path_factory):
    """Limit no visitor and use a file of counts of this run; tests of limits set their own (`fair_use`)."""
    with override_settings(FAIR_USE={}, THROTTLE_FILE=tmp_path_factory.mktemp("throttle") / "counts.sqlite3"):
        yield


@pytest.fixture(autouse=True)
def no_cached_updates():
    """Clear the cache of updates, so that each test sees its own be computed, and that of content types, whose keys a
    test before may have rolled back."""
    caches["updates"].clear()
    ContentType.objects.clear_cache()
