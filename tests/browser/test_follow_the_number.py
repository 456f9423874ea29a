"""A number of a result is followed to its end: equation, input, row, source, editor, history."""

import re

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import expect

H100 = "accelerators/h100-sxm5-80gb"
# A wall, an output of it, the input of its equation that is a figure of the catalog, the row, the column, and what
# the editor's field holds.
NUMBERS = [
    ("roofline", "memory_time", "Memory bandwidth", H100, "memory_bandwidth", "3,350"),
    ("batching", "max_concurrent_requests", "Memory capacity", H100, "memory_capacity", "80 GiB"),
    ("sustainability", "embodied_carbon", "Embodied carbon", H100, "embodied_carbon", "164"),
    ("tco", "purchase_price", "Unit price", H100, "unit_price", re.compile(r"^\d[\d,]*$")),
    ("training_memory", "activations_per_layer", "Hidden size", "models/llama-3-8b", "hidden_size", "4,096"),
]


@pytest.fixture
def editor(page, live_server, catalog):
    """A page on which an editor of the catalog is signed in."""
    User.objects.create_superuser("ada", password="engine")
    page.goto(f"{live_server.url}/admin/login/")
    page.get_by_label("Username").fill("ada")
    page.get_by_label("Password").fill("engine")
    page.get_by_role("button", name="Log in").click()
    expect(page).to_have_url(re.compile(r"/admin/$"))
    return page


@pytest.mark.parametrize(("wall", "output", "label", "row", "column", "held"), NUMBERS)
def test_a_number_is_followed_to_its_source_editor_and_history(
    editor, live_server, wall, output, label, row, column, held
):
    editor.goto(f"{live_server.url}/walls/{wall}/")
    editor.locator(f"a[href$='#equation-{output}']:visible").first.click()
    equation = editor.locator(f"#equation-{output}")
    expect(equation).to_be_in_viewport()
    equation.get_by_role("link", name=label, exact=True).first.click()
    expect(editor).to_have_url(re.compile(rf"/catalog/{row}/#figure-{column}$"))
    figure = editor.locator(f"#figure-{column}")
    expect(figure).to_be_in_viewport()

    footnote = figure.get_by_role("link", name=re.compile(r"^Source \d+ of "))
    source = editor.locator(".catalog-source dd").first
    if footnote.count():  # a figure with a source of its own, else that of the row
        footnote.click()
        source = editor.locator("#source-" + re.sub(r"\D", "", footnote.inner_text()))
        expect(source).to_be_in_viewport()
    expect(source).to_have_text(re.compile(r"\w{3}"))

    address = editor.url.split("#")[0]
    figure.get_by_role("link", name="Edit ").click()
    expect(editor).to_have_url(re.compile(rf"/admin/catalog/\w+/\d+/change/#id_{column}$"))
    field = editor.locator(f"#id_{column}")
    expect(field).to_be_in_viewport()
    expect(field).to_have_value(held)

    editor.get_by_role("link", name="History", exact=True).click()
    expect(editor).to_have_url(re.compile(r"/admin/catalog/\w+/\d+/history/"))
    editor.goto(address)
    expect(editor.locator(".catalog-history li").first).to_contain_text("Loaded into this site")
