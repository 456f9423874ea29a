"""Users for the tests: Ada teaches, Ben is in her class, Cleo is not, and one visitor is not logged in."""

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client


def signed_in(name, group=None):
    user = User.objects.create_user(name, password="a long one")
    if group:
        user.groups.add(group)
    client = Client()
    client.force_login(user)
    client.user = user
    return client


@pytest.fixture
def course(db):
    return Group.objects.create(name="ML systems, autumn")


@pytest.fixture
def ada(course):
    return signed_in("ada", course)


@pytest.fixture
def ben(course):
    return signed_in("ben", course)


@pytest.fixture
def cleo(db):
    return signed_in("cleo")


@pytest.fixture
def somebody():
    return Client()


def save(client, page="/walls/roofline/?batch_size=148", **more):
    """Save a page. Return the path of the new scenario."""
    return client.post("/s/save/", {"page": page, **more})["Location"]


def edit(client, link, **changes):
    """Submit the form of a scenario's page with changes."""
    from mlsysweb.saved.scenarios.models import Scenario

    scenario = Scenario.objects.get(pk=link.split("/")[2])
    fields = {
        "title": scenario.title,
        "notes": scenario.notes,
        "visibility": scenario.visibility,
        "revision": scenario.revision,
        "tags": ", ".join(tag.name for tag in scenario.tags.all()),
        "group": scenario.group_id or "",
    }
    return client.post(f"{link}edit/", fields | changes)
