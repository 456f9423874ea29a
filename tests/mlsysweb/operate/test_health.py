"""`/health/live` and `/health/ready`."""

import pytest
from django.db import OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from catalog.models import Accelerator, Dataset


def ready():
    answer = Client().get("/health/ready")
    return answer.status_code, answer.content.decode()


def test_live_needs_no_database():  # which pytest-django allows in marked tests only
    answer = Client().get("/health/live")
    assert (answer.status_code, answer.content, answer["Cache-Control"]) == (200, b"live\n", "no-store")


@pytest.mark.usefixtures("catalog")
def test_ready_with_a_migrated_database_and_a_loaded_catalog():
    assert ready() == (200, "ready\n")


@pytest.mark.usefixtures("catalog")
def test_not_ready_while_a_migration_is_missing():
    MigrationRecorder(connection).record_unapplied("scenarios", "0001_initial")
    assert ready() == (503, "1 migration is not applied. Run `manage.py migrate`.\n")


@pytest.mark.usefixtures("catalog")
def test_not_ready_while_a_table_of_the_catalog_is_empty():
    Dataset.objects.all().delete()
    assert Accelerator.objects.exists()
    status, said = ready()
    assert status == 503 and said == "The catalog has no datasets. Run `manage.py load_catalog`.\n"


def test_not_ready_without_a_database_and_the_log_stays_silent(monkeypatch, db, capfd):
    def fails(*_):
        raise OperationalError("connection refused")

    with monkeypatch.context() as patched:
        patched.setattr(BaseDatabaseWrapper, "cursor", fails)
        assert ready() == (503, "The database cannot be reached.\n")
    assert "health" not in capfd.readouterr().err


def test_a_probe_may_use_any_host_name_and_plain_http(settings):
    settings.SECURE_SSL_REDIRECT = True
    assert Client().get("/health/live", HTTP_HOST="10.0.0.7:8000").status_code == 200


def test_only_get_and_head_are_allowed():
    assert Client().head("/health/live").status_code == 200
    assert Client().post("/health/live").status_code == 405
