"""Fleets, nodes and places that were picked are kept, exported and compared as chips and models are."""

import html

import pytest

from catalog.models import Accelerator, Fleet
from mlsysweb.saved.scenarios.models import Scenario
from tests.mlsysweb.people import ada, course, save
from tests.mlsysweb.saved.test_exports import exported, figures, outputs

__all__ = ["ada", "course"]

pytestmark = pytest.mark.usefixtures("catalog")

CLUSTER = "fleet=lab-64-a100"


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        (f"tco/?{CLUSTER}&grid=poland", ("tco", "purchase_price")),
        (f"sustainability/?{CLUSTER}&region=aws-eu-west-1&other_grid=quebec", ("total_carbon", "saved_there")),
        (f"parallelism/?{CLUSTER}&accelerator=h100-sxm5-80gb&tensor_parallel=4", ("step_time", "devices")),
        ("collectives/?node=dgx-b200&fabric=ib-xdr&devices=64", ("ring", "hierarchical")),
        (f"reliability/?{CLUSTER}&fleet.nodes=100", ("goodput", "cluster_mtbf")),
    ],
)
def test_the_snippet_asks_for_what_was_picked(ada, asked, shown, plain_python):
    link = save(ada, f"/walls/{asked}")
    wall = asked.partition("/")[0]
    printed, found = figures(plain_python(exported(ada, link, "python")), wall), outputs(Scenario.objects.get())
    assert {name: float(printed[name]) for name in shown} == {name: found[name] for name in shown}


def test_a_fleet_is_kept_with_all_that_is_in_it_and_a_chip_it_overrules_is_not(ada):
    save(ada, f"/walls/tco/?{CLUSTER}&grid=poland")
    kept = Scenario.objects.get().latest
    assert set(kept.snapshot) == {"fleet", "grid"}
    assert kept.snapshot["fleet"]["parts"]["node"]["parts"]["accelerator"]["slug"] == "a100-sxm4-80gb"


def test_a_fleet_that_moves_on_changes_nothing_that_is_kept_and_is_named(ada):
    link = save(ada, f"/walls/tco/?{CLUSTER}")
    before = outputs(Scenario.objects.get())
    fleet = Fleet.objects.get(slug="lab-64-a100")
    fleet.nodes = 16
    fleet.save()
    chip = Accelerator.objects.get(slug="a100-sxm4-80gb")
    chip.tdp = 500
    chip.save()
    page = html.unescape(ada.get(link).content.decode())
    assert "have changed since this was saved" in page and "nodes 16 (was 8)" in page
    assert "500\u00a0W (was 400\u00a0W)" in page
    assert outputs(Scenario.objects.get()) == before


def test_the_form_says_what_comes_from_the_fleet(client):
    page = html.unescape(client.get(f"/walls/tco/?{CLUSTER}").content.decode())
    assert 'placeholder="256, or fleet\'s"' in page
    assert "Node's, else NVIDIA H100 SXM5 80GB" in page
    assert "With Lab Cluster (64 A100): node DGX A100" in page


def test_a_changed_figure_of_a_fleet_counts(client):
    page = client.get(f"/walls/tco/?{CLUSTER}&fleet.nodes=x2").content.decode()
    assert "128 devices for" in page


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("tco/?fleet=lab-64-b100", "no fleet in the catalog is called"),
        ("sustainability/?fleet.nodes=3", "none is picked"),
        ("parallelism/?fleet=lab-64-a100&data_parallel=64", "has 64"),
        ('collectives/?fabric={"bandwidth":"fast"}', "bandwidth"),
    ],
)
def test_a_pick_that_cannot_be_is_a_sentence(client, asked, says):
    answer = client.get(f"/walls/{asked}")
    assert answer.status_code == 422 and says in html.unescape(answer.content.decode())
