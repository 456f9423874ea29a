"""Saved scenarios as users of a row of the catalog: counted for all, named to those who may see them."""

import pytest
from django.contrib.auth.models import User
from django.test import Client, RequestFactory

from catalog.models import Accelerator
from catalog.usage import used_by
from mlsysweb.saved.scenarios.models import Scenario
from tests.mlsysweb.people import save

pytestmark = pytest.mark.usefixtures("catalog")

H100 = "h100-sxm5-80gb"


@pytest.fixture
def ada():
    return User.objects.create_superuser("ada")


def seen_by(user, row):
    """Return what uses a row and is no row itself, as a user sees it: count and titles."""
    request = RequestFactory().get("/")
    request.user, request.session = user, {}
    uses = {each.one: each for each in used_by(request, row) if each.one == "saved scenario"}
    found = uses.get("saved scenario")
    return (found.count, [words for words, _ in found.links]) if found else (0, [])


def chip(slug=H100):
    return Accelerator.objects.get(slug=slug)


def test_a_scenario_counts_for_the_rows_it_keeps_and_its_owner_reads_its_title(ada):
    as_ada = Client()
    as_ada.force_login(ada)
    link = save(as_ada, f"/walls/roofline/?accelerator={H100}&batch_size=2")
    title = Scenario.objects.get(pk=link.split("/")[2]).title
    assert seen_by(ada, chip()) == (1, [title])
    assert seen_by(ada, chip("t4")) == (0, [])


def test_a_scenario_of_another_is_counted_only_and_a_deleted_one_is_not(ada):
    link = save(Client(), f"/walls/roofline/?accelerator={H100}")
    assert seen_by(ada, chip()) == (1, [])
    Scenario.objects.filter(pk=link.split("/")[2]).update(deleted="2026-01-01T00:00Z")
    assert seen_by(ada, chip()) == (0, [])


def test_a_chip_within_a_node_counts(ada):
    save(Client(), "/walls/tco/?fleet=frontier-8k")
    fleet = Scenario.objects.get().latest.snapshot["fleet"]
    inside = fleet["parts"]["node"]["parts"]["accelerator"]["slug"]
    assert seen_by(ada, chip(inside)) == (1, [])


def test_a_scenario_saved_before_a_row_was_renamed_opens_and_still_counts(ada, client):
    link = save(client, f"/walls/roofline/?accelerator={H100}&batch_size=3")
    row = chip()
    row.slug = "h100-renamed"
    row.save()
    assert seen_by(ada, chip("h100-renamed")) == (1, [])
    page = client.get(link)
    assert page.status_code == 200 and "no longer in the catalog" not in page.content.decode()
    assert client.get(f"/walls/roofline/?accelerator={H100}&batch_size=3").status_code == 200
    assert client.post("/api/v1/solve/roofline", {"accelerator": H100}, "application/json").status_code == 200
