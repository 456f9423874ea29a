import pytest
from django.contrib.auth.models import User
from django.test import Client

from catalog import table_cache


@pytest.fixture
def ada(db):
    """An instructor with all permissions."""
    return User.objects.create_superuser("ada", password="engine")


@pytest.fixture
def as_ada(ada, catalog):
    client = Client()
    client.force_login(ada)
    return client


@pytest.fixture
def cold(monkeypatch):
    """Clear the cached tables, as in a new process."""
    monkeypatch.setattr(table_cache, "_held", {})
