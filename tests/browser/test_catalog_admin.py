"""An instructor edits a chip in the admin, under the site's content policy."""

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import expect

from catalog.models import Accelerator
from catalog.models.history import editing


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
    expect(bandwidth).to_have_value("3,350")
    expect(instructed.locator("#id_memory_bandwidth_unit")).to_have_text("GB/s")
    bandwidth.fill("700 W")
    instructed.get_by_role("button", name="Save and continue editing").click()
    expect(instructed.get_by_text("Memory bandwidth needs a bandwidth (byte/s); '700 W' is a power.")).to_be_visible()
    instructed.get_by_label("Memory bandwidth:").fill("3.6 TB/s")
    instructed.get_by_role("button", name="Save and continue editing").click()
    expect(instructed.get_by_label("Memory bandwidth:")).to_have_value("3,600")
    assert Accelerator.objects.get(slug="h100-sxm5-80gb").memory_bandwidth == 3.6e12


CHIP = {
    "Name:": "NVIDIA R200",
    "Vendor:": "NVIDIA",
    "Release year:": "2026",
    "FP16:": "4000 TFLOPs",
    "FP8:": "8,000",
    "Memory capacity:": "288 GB",
    "Thermal design power:": "1.8kw",
    "Unit price:": "$60,000",
    "On-demand cloud price:": "$8/h",
    "Source:": "Vendor's data sheet",
}


def test_a_chip_with_three_slips_is_added_corrected_edited_and_put_back(instructed, live_server):
    page = instructed
    page.goto(f"{live_server.url}/admin/catalog/accelerator/add/")
    for label, text in CHIP.items():
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_label("Tier:").select_option("cloud")
    # The slips: a thousandth of the bandwidth, a rate with sparsity, and a month that the year does not have.
    page.get_by_label("Memory bandwidth:").fill("13 GB/s")
    page.get_by_label("INT8:").fill("32000 TOPS")
    page.get_by_label("Source date:").fill("2026-13")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("A year, a month (2026-10) or a day (2026-10-31).")).to_be_visible()
    expect(page.get_by_text("13 GB/s is far below the shipped accelerators of this tier")).to_be_visible()
    page.get_by_label("Source date:").fill("October 2026")
    page.get_by_label("Memory bandwidth:").fill("13 TB/s")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="Not saved yet")).to_be_visible()
    expect(page.get_by_role("alert").get_by_text("INT8 is 8× FP16")).to_be_visible()
    expect(page.get_by_label("Unit price:")).to_have_value("$60,000")
    assert not Accelerator.objects.filter(name="NVIDIA R200").exists()
    page.get_by_label("INT8:").fill("8000 TOPS")
    page.get_by_role("button", name="Save and continue editing").click()
    expect(page.get_by_label("Thermal design power:")).to_have_value("1,800")
    chip = Accelerator.objects.get(slug="nvidia-r200")
    assert (chip.peak_fp16, chip.memory_bandwidth, chip.source_date) == (4000e12, 13e12, "2026-10")

    page.get_by_label("FP16:").fill("100")
    page.get_by_role("button", name="Save and continue editing").click()
    page.get_by_role("button", name="Save anyway").click()
    page.goto(f"{live_server.url}/admin/catalog/accelerator/{chip.pk}/history/")
    expect(page.locator("ins")).to_have_text(["100 TFLOP/s"])
    page.get_by_role("row", name="Added").get_by_role("button", name="Restore").click()
    expect(page.get_by_text("Restored the version of")).to_be_visible()
    chip.refresh_from_db()
    assert chip.peak_fp16 == 4000e12


def test_of_two_editors_the_second_sees_both_values(instructed, live_server, browser):
    page = instructed
    page.get_by_role("link", name="NVIDIA H100 SXM5 80GB").click()
    page.get_by_label("Thermal design power:").fill("650")
    page.get_by_label("Note:").fill("Measured in our lab.")
    with editing(User.objects.create_superuser("grace")):
        chip = Accelerator.objects.get(slug="h100-sxm5-80gb")
        chip.tdp, chip.unit_price = 600.0, 30_000.0
        chip.save()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("grace saved this row after you opened it")).to_be_visible()
    expect(page.get_by_text("600 W (before: 700 W). Yours: 650 W.")).to_be_visible()
    expect(page.get_by_label("Thermal design power:")).to_have_value("650")
    expect(page.get_by_label("Unit price:")).to_have_value("30,000")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was changed successfully")).to_be_visible()
    chip.refresh_from_db()
    assert (chip.tdp, chip.unit_price, chip.note) == (650, 30_000, "Measured in our lab.")


def test_the_shipped_figure_is_taken_again_and_the_roofline_previewed(instructed):
    page = instructed
    page.get_by_role("link", name="NVIDIA H100 SXM5 80GB").click()
    page.get_by_label("Thermal design power:").fill("650")
    page.get_by_role("button", name="Save and continue editing").click()
    expect(page.get_by_text("Shipped: 700 W.")).to_be_visible()
    page.get_by_label("Memory bandwidth:").fill("4 TB/s")
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Preview").click()
    expect(opened.value.get_by_role("heading", name="Roofline")).to_be_visible()
    expect(opened.value.get_by_role("heading", name="NVIDIA H100 SXM5 80GB")).to_be_visible()
    opened.value.close()
    page.get_by_role("button", name="Take shipped").click()
    expect(page.get_by_label("Thermal design power:")).to_have_value("700")
    expect(page.get_by_label("Memory bandwidth:")).to_have_value("4 TB/s")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was changed successfully")).to_be_visible()
    assert Accelerator.objects.get(slug="h100-sxm5-80gb").overrides == ["memory_bandwidth"]


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


def test_required_fields_are_marked_and_named_before_a_chip_is_sent(instructed, live_server):
    page = instructed
    page.goto(f"{live_server.url}/admin/catalog/accelerator/add/")
    mark = page.locator("label[for=id_vendor]")
    expect(mark).to_have_class("required")
    page.get_by_label("Name:", exact=True).fill("NVIDIA R200")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("alert")).to_have_text(
        "Not saved: Vendor is required. Tier is required. Source is required. Source date is required."
    )
    expect(page.get_by_label("Vendor:")).to_be_focused()
    expect(page.get_by_label("Name:", exact=True)).to_have_value("NVIDIA R200")
    for label, text in (("Vendor:", "NVIDIA"), ("Source:", "Vendor's data sheet"), ("Source date:", "2026")):
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_label("Tier:").select_option("cloud")
    page.get_by_role("button", name="Save and continue editing").click()
    expect(page.get_by_role("heading", name="Change accelerator")).to_be_visible()
    assert Accelerator.objects.filter(slug="nvidia-r200").exists()


def test_on_a_phone_filters_and_save_are_at_hand(instructed, live_server):
    instructed.set_viewport_size({"width": 390, "height": 844})
    instructed.goto(f"{live_server.url}/admin/catalog/accelerator/")
    instructed.get_by_role("link", name="Filter", exact=True).click()
    expect(instructed.get_by_role("heading", name="Filter", exact=True)).to_be_in_viewport()
    instructed.goto(f"{live_server.url}/admin/catalog/accelerator/add/")
    expect(instructed.get_by_role("button", name="Save", exact=True)).to_be_in_viewport()
