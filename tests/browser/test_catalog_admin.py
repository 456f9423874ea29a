"""An instructor edits a chip in the admin, under the site's content policy."""

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import expect

from catalog.models import Accelerator


@pytest.fixture
def instructed(page, live_server, catalog):
    User.objects.create_superuser("ada", password="engine")
    page.goto(f"{live_server.url}/admin/catalog/accelerator/?q=h100-sxm5")
    page.get_by_label("Username").fill("ada")
    page.get_by_label("Password").fill("engine")
    page.get_by_role("button", name="Log in").click()
    return page


def test_a_chip_is_found_edited_and_read_back(instructed):
    expect(instructed.locator(".field-memory_bandwidth_shown")).to_have_text("3.35 TB/s")
    instructed.get_by_role("link", name="NVIDIA H100 SXM5 80GB").click()
    bandwidth = instructed.get_by_label("Memory bandwidth:")
    expect(bandwidth).to_have_value("3.35 TB/s")
    bandwidth.fill("700 W")
    instructed.get_by_role("button", name="Save and continue editing").click()
    expect(instructed.get_by_text("Memory bandwidth needs a bandwidth (byte/s); '700 W' is a power.")).to_be_visible()
    instructed.get_by_label("Memory bandwidth:").fill("3600 GB/s")
    instructed.get_by_role("button", name="Save and continue editing").click()
    expect(instructed.get_by_label("Memory bandwidth:")).to_have_value("3.6 TB/s")
    assert Accelerator.objects.get(slug="h100-sxm5-80gb").memory_bandwidth == 3.6e12


def test_a_node_picks_its_chip_by_typing_part_of_its_name(instructed, live_server):
    instructed.goto(f"{live_server.url}/admin/catalog/node/add/")
    instructed.locator(".field-accelerator .select2-selection").click()
    instructed.locator(".select2-search__field").fill("mi300x")
    instructed.get_by_role("option", name="AMD Instinct MI300X").click()
    expect(instructed.locator("#select2-id_accelerator-container")).to_contain_text("MI300X")


def test_a_slug_follows_the_name_that_is_typed(instructed, live_server):
    instructed.goto(f"{live_server.url}/admin/catalog/fabric/add/")
    instructed.get_by_label("Name:").type("Carrier pigeon 1")
    expect(instructed.get_by_label("Slug:")).to_have_value("carrier-pigeon-1")
