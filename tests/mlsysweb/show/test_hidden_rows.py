"""A picker names the row of a link, however the link names it, and also one that it does not offer."""

import re

import pytest

from catalog.models import Accelerator

pytestmark = pytest.mark.usefixtures("catalog")


def selected(client, accelerator):
    page = client.get("/walls/roofline/", {"accelerator": accelerator}).content.decode()
    picker = re.search(r'<select id="in-accelerator".*?</select>', page, re.S)[0]
    return re.findall(r'<option value="([^"]*)" selected>([^<]*)<', picker), picker


def test_a_link_that_names_a_hidden_row_shows_its_name(client):
    Accelerator.objects.filter(slug="t4").update(archived=True)
    options, picker = selected(client, "t4")
    assert options == [("t4", "NVIDIA T4")] and '<optgroup label="Hidden">' in picker
    assert '<optgroup label="Hidden">' not in selected(client, "v100-sxm2-32gb")[1]


@pytest.mark.parametrize("text", ["T4", "NVIDIA T4", "nvidia t4"])
def test_a_link_by_name_selects_the_row_that_is_offered(client, text):
    options, picker = selected(client, text)
    assert options == [("t4", "NVIDIA T4")] and "As typed" not in picker


def test_what_no_row_is_called_stays_as_typed(client):
    options, picker = selected(client, "<b>no such chip")
    assert options == [("&lt;b&gt;no such chip", "&lt;b&gt;no such chip")] and '<optgroup label="As typed">' in picker
