"""From a number of a result to its source: the equation, the figure of a row, how it was obtained and who states it."""

import re

import pytest

from catalog.models import Accelerator
from mlsysweb.answer import answer
from mlsysweb.show.results.present import result_page
from solvers.registry import solvers

pytestmark = pytest.mark.usefixtures("catalog")

OWN = {
    "memory_bandwidth": {"method": "measured", "source": "Our lab", "url": "https://example.edu/", "note": "At 25 °C."}
}


def shown(name="roofline", **values):
    solver = solvers()[name]
    return result_page(solver, answer(solver, values), f"/walls/{name}/")


def figures(page, output):
    """Return the labels of the figures that the equation of an output reads."""
    step = next(step for step in page.working if step.anchor == f"equation-{output}")
    return [(figure.label, figure.row) for figure in step.figures]


def rows(page):
    return {fact.name: [figure.label for figure in fact.figures] for fact in page.facts}


def test_an_equation_names_the_figures_of_rows_that_it_reads():
    page = shown()
    assert figures(page, "memory_time") == [("Memory bandwidth", "NVIDIA H100 SXM5 80GB")]
    assert figures(page, "compute_time") == [("Peak dense FLOP/s, FP16", "NVIDIA H100 SXM5 80GB")]
    assert figures(page, "overhead_time") == [
        ("Dispatch overhead", "NVIDIA H100 SXM5 80GB"),
        ("Layers", "Llama 3 8B"),
    ]
    assert figures(page, "latency") == []


def test_the_rate_named_is_that_of_the_number_format_asked_for():
    assert figures(shown(precision="bf16"), "compute_time")[0][0] == "Peak dense FLOP/s, BF16"


def test_a_changed_figure_is_no_longer_that_of_the_row():
    page = shown(**{"accelerator.tdp": "650 W"})
    told = [label for label, _ in figures(page, "power")]
    assert "Thermal design power" not in told and "Idle fraction of the TDP" in told
    assert "Thermal design power" not in rows(page)["NVIDIA H100 SXM5 80GB"]


def test_an_input_that_follows_a_row_names_it_until_it_is_typed():
    picked = {"node": "dgx-h100", "fabric": "ib-ndr"}
    followed = rows(shown("collectives", **picked))
    assert {"Bandwidth", "Latency"} <= set(followed["NVLink 4 (H100/H200)"]) and "Bandwidth" in followed[
        "InfiniBand NDR"
    ]
    typed = rows(shown("collectives", **picked, intra_bandwidth="450 GB/s", inter_bandwidth="50 GB/s"))
    assert "Bandwidth" not in typed["NVLink 4 (H100/H200)"] + typed["InfiniBand NDR"]


def test_an_output_leads_to_its_equation_or_to_the_figure_that_it_repeats():
    cards = {card.name: card for card in shown().cards + shown().headline}
    assert cards["power"].equation == "equation-power" and not cards["power"].figure
    assert cards["bandwidth"].figure == "accelerators/h100-sxm5-80gb/#figure-memory_bandwidth"
    assert not cards["memory_shortfall"].figure and not cards["memory_footprint"].equation


def test_a_figure_has_its_own_source_or_else_that_of_its_row():
    Accelerator.objects.filter(slug="h100-sxm5-80gb").update(figure_sources=OWN, verified="yes", confidence="A")
    (fact,) = (fact for fact in shown(precision="bf16").facts if fact.name == "NVIDIA H100 SXM5 80GB")
    told = {figure.label: figure for figure in fact.figures}
    own, other = told["Memory bandwidth"], told["Thermal design power"]
    assert (own.origin, own.source.text, own.source.url, own.note) == (
        "measured",
        "Our lab",
        "https://example.edu/",
        "At 25 °C.",
    )
    assert (other.origin, other.source) == ("checked", None)


def test_a_row_that_is_edited_has_its_new_source_in_the_next_update(client):
    """Sources and their HTML are kept between updates; an edit is a new version of the catalog."""
    update = {"HX-Request": "true"}
    before = client.get("/walls/roofline/", headers=update).content.decode()
    assert "Our lab" not in before
    row = Accelerator.objects.get(slug="h100-sxm5-80gb")
    row.figure_sources = OWN
    row.save()
    after = client.get("/walls/roofline/", headers=update).content.decode()
    assert '<a href="https://example.edu/" rel="noreferrer">Our lab</a>' in after and "(At 25 °C.)" in after


def test_rows_inside_a_row_are_among_the_data_sources_once():
    names = [fact.name for fact in shown("tco", fleet="research-256").facts]
    assert "NVIDIA H100 SXM5 80GB" in names and len(names) == len(set(names))


def test_a_wall_of_the_site_shows_the_way_live_and_saved(client):
    page = client.get("/walls/roofline/").content.decode()
    assert 'href="#equation-power"' in page and 'id="equation-power"' in page
    assert '<a href="/catalog/accelerators/h100-sxm5-80gb/#figure-tdp">Thermal design power</a>' in page
    saved = client.post("/s/save/", {"page": "/walls/roofline/"})["Location"]
    assert "/catalog/accelerators/h100-sxm5-80gb/#figure-tdp" in client.get(saved).content.decode()


@pytest.mark.parametrize("name", sorted(solvers()))
def test_every_wall_names_only_figures_that_a_row_of_its_answer_has(name):
    page = shown(name)
    paths = {figure.path.partition("#")[0] for step in page.working for figure in step.figures}
    assert paths <= {fact.row for fact in page.facts}


def test_a_headline_figure_leads_to_its_equation_where_that_is_on_the_page(client):
    page = client.get("/walls/roofline/").content.decode()
    cards = page[page.index('<dl class="cards"') :].partition("</dl>")[0]
    linked = re.findall(r'href="#(equation-\w+)"', cards)
    assert linked[:2] == ["equation-latency", "equation-throughput"]
    assert all(f'id="{anchor}"' in page for anchor in linked)
    assert "#equation-" not in client.get("/").content.decode()
