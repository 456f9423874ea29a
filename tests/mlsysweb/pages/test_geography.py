import json
import re
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.models import Grid
from catalog.resolve import choices, resolve
from mlsysweb.pages.geography.places import GridPlace, atlas
from mlsysweb.pages.geography.question import GEOGRAPHY
from solvers import specs
from solvers.read import read
from tests.conformance.sentences import clumsy

pytestmark = pytest.mark.usefixtures("catalog")


def page(client, **query):
    return client.get("/geography/", query).context["page"]


def api(client, **query):
    return client.get("/api/v1/solve/sustainability", query).json()["outputs"]


def test_the_tutorials_month_emits_69_tonnes_in_poland_and_41_times_less_in_quebec(client):
    assert "In Poland (tutorial) the job emits 69 t CO₂e" in page(client).verdict
    assert "emits 1.68 t CO₂e" in page(client, grid="quebec").verdict


def test_the_wall_opens_with_this_job_at_this_place_and_says_the_same(client):
    shown = page(client, grid="france", devices="512")
    query = dict(parse_qsl(urlsplit(shown.wall.url).query))
    assert shown.wall.url.startswith("/walls/sustainability/?") and query["devices"] == "512"
    told = re.search(r"In France the job emits ([\d.]+) t", shown.verdict)
    assert float(told[1]) == pytest.approx(api(client, **query)["operational_carbon"]["value"] / 1e3, rel=5e-3)


def test_every_country_with_a_known_intensity_is_told_of_on_the_map(client):
    told = json.loads(page(client).map)
    known = Grid.objects.filter(region_type="country", carbon_intensity__isnull=False, archived=False)
    assert set(told) == {grid.iso_code for grid in known if grid.iso_code}
    assert told["FRA"]["band"] < told["POL"]["band"] and "gCO₂e/kWh" in told["FRA"]["words"]


def test_an_update_brings_no_outlines_and_stays_small(client):
    update = client.get("/geography/", {"devices": "8"}, headers={"HX-Request": "true"})
    assert update["HX-Replace-Url"] == "/geography/?devices=8"
    assert "<path" not in update.content.decode()


def test_with_each_sites_own_pue_two_things_differ(client):
    def pue(shown):
        return next(card.value for card in shown.cards if card.name == "pue")

    sites, one = page(client, grid="us-average", counted="grid_and_site"), page(client, grid="us-average")
    assert pue(sites) == "1.12" and any("both grid and PUE differ" in note for note in sites.notes)
    assert pue(one) == "1.06" and not any("both grid and PUE differ" in note for note in one.notes)


def of_life(shown):
    """Making's share of each device's whole life, as drawn."""
    bars = json.loads(next(f.plot for f in shown.figures if f.id == "lifetimes-2"))["data"]
    making = next(trace for trace in bars if trace["name"] == "Embodied")
    return dict(zip(making["y"], making["x"], strict=True))


def test_the_source_of_embodied_carbon_is_told_of_each_device(client):
    shown = page(client)
    table = next(f.table for f in shown.figures if f.id == "lifetimes-2")
    sources = {row[0]: row[2] for row in table.rows}
    assert sources["NVIDIA H100 SXM5 80GB"] == "vendor" and sources["NVIDIA L4"] == "Boavizta model"
    note = next(note for note in shown.notes if note.startswith("Embodied carbon by the Boavizta model"))
    stated = note.split("by the vendor: ")[1]
    assert "NVIDIA H100 SXM5 80GB" in stated and "NVIDIA L4" not in stated


def test_making_a_microcontroller_on_a_duty_cycle_outweighs_running_it(client):
    share = next(v for name, v in of_life(page(client)).items() if "ESP32" in name)
    assert share > 0.9
    always = of_life(page(client, duty_cycle="1"))
    assert next(v for name, v in always.items() if "ESP32" in name) < 0.5


def test_a_microcontroller_has_no_data_centers_pue(client):
    one, other = of_life(page(client, pue="1")), of_life(page(client, pue="2"))
    moved = {name for name in one if one[name] != other[name]}
    assert moved and not any("ESP32" in name for name in moved)


QUESTIONS = st.fixed_dictionaries(
    {},
    optional={
        "counted": st.sampled_from(["grid_only", "grid_and_site"]),
        "places": st.sampled_from(["countries", "all_grids", "aws", "gcp", "azure"]),
        "devices": st.sampled_from(["1", "256"]),
        "pue": st.sampled_from(["1", "1.2"]),
    },
)


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), query=QUESTIONS)
def test_a_verdict_compares_with_other_places_and_tells_whether_the_energy_differs(client, data, query):
    slugs = [slug for slug, _, _ in choices(specs.Grid)]
    answer = client.get("/geography/", {**query, "grid": data.draw(st.sampled_from(slugs))})
    if answer.status_code == 422:  # a grid of which too little is known
        return
    shown = answer.context["page"]
    assert not list(clumsy(f"{shown.verdict} {shown.placement}")) and "inf" not in shown.verdict.split()
    told = re.findall(r"([\d.,]+ (?:[munkM]?[gt]))\b", shown.verdict)
    assert len(told) == len(set(told)), shown.verdict  # no place is compared with one of the same figure
    same = "The energy is the same" in shown.verdict
    if query.get("counted") != "grid_and_site":
        assert same or "as in every other place" in shown.verdict
    if not same and "The energy differs" in shown.verdict:
        pues = re.findall(r"([\d.]+) in ", shown.verdict.partition("the PUE is")[2])
        assert len(set(pues)) > 1


def test_the_page_says_that_the_energy_differs_where_sites_differ(client):
    assert "The energy differs, too: the PUE is" in page(client, counted="grid_and_site", grid="us-average").verdict
    assert "The energy is the same" in page(client, grid="us-average").verdict


def test_the_cleanest_place_is_compared_with_the_dirtiest_only(client):
    Grid.objects.filter(slug="lesotho").update(carbon_intensity=Grid.objects.get(slug="quebec").carbon_intensity)
    verdict = page(client, grid="quebec").verdict
    assert "as little as in" in verdict and "times as much" in verdict


def test_an_electricity_cost_that_is_unknown_or_shared_is_told_and_not_drawn(client):
    Grid.objects.update(electricity_price=None)
    shown = page(client)
    assert "tradeoff-1" not in [figure.id for figure in shown.figures]
    assert not shown.priced and "unknown" in shown.placement and "carbon price" not in shown.placement
    assert "data-unpriced" in client.get("/geography/").content.decode()
    Grid.objects.update(electricity_price=0.1 / 3.6e6)
    same = page(client)
    assert same.priced and "tradeoff-1" not in [figure.id for figure in same.figures]
    assert "pay the same for electricity" in same.placement


def test_a_cloud_region_replaces_the_grid_on_the_map_and_a_link_of_a_place_drops_it(client):
    answer = client.get("/geography/", {"grid": "poland", "region": "aws-ap-northeast-1"})
    shown, html = answer.context["page"], answer.content.decode()
    assert shown.region and not shown.picked and shown.country == "JPN"
    assert 'data-country="JPN"' in html and "data-region" in html and f"Selected cloud region: {shown.region}" in html
    links = [row.place.url for row in shown.rows if row.place.url]
    assert links and not any("region=" in link for link in links)
    assert not page(client).region


def test_a_subnational_grid_is_marked_by_its_country(client):
    assert page(client, grid="us-california").country == "USA"


def test_a_cost_at_an_assumed_price_is_marked_in_the_table(client):
    Grid.objects.filter(name="Lesotho").update(electricity_price=None)
    costs = {row.place.words: row.cost for row in client.get("/geography/").context["page"].rows}
    assert costs["Lesotho"].startswith("≈ $") and costs["France"].startswith("$")


def test_the_best_place_has_the_least_cost_and_priced_carbon():
    places = [
        GridPlace("cheap", "Cheap", "", "", specs.Grid(carbon_intensity=1e-7, electricity_price=1e-8)),
        GridPlace("clean", "Clean", "", "", specs.Grid(carbon_intensity=1e-8, electricity_price=5e-8)),
        GridPlace("neither", "Neither", "", "", specs.Grid(carbon_intensity=2e-7, electricity_price=6e-8)),
    ]

    def best(price):
        found = atlas(resolve(read(GEOGRAPHY, {"carbon_price": price})).point, places)
        assert set(found.front.tolist()) == {0, 1} and np.all(np.diff(found.carbon[found.ranked]) >= 0)
        return found.places[found.best].slug

    assert best("0 USD/t") == "cheap" and best("1000 USD/t") == "clean"


def test_the_water_of_a_place_without_a_figure_is_unknown_and_that_of_others_is_not_borrowed():
    wet = specs.Grid(carbon_intensity=1e-7, water_intensity=1e-6)
    places = [
        GridPlace("wet", "Wet", "", "", wet),
        GridPlace("silent", "Silent", "", "", specs.Grid(carbon_intensity=1e-7)),
    ]
    found = atlas(resolve(read(GEOGRAPHY, {"wue": "1.8 L/kWh"})).point, places)
    assert np.isfinite(found.water[0]) and np.isnan(found.water[1])
    given = atlas(resolve(read(GEOGRAPHY, {"water_intensity": "3.6 L/kWh"})).point, places)
    assert float(given.water[1]) == pytest.approx(float(given.water[0]))


def test_a_place_without_water_says_so(client):
    (row,) = (row for row in page(client, grid="aruba", places="countries").rows if row.place.words == "Aruba")
    assert row.water == "unknown"


@pytest.mark.parametrize("places", ["countries", "all_grids", "aws", "gcp", "azure"])
def test_each_set_of_places_is_ranked_with_the_picked_one_among_them(client, places):
    rows = page(client, places=places).rows
    assert len(rows) > 20 and [row.mark for row in rows].count("selected") == 1


def test_a_wrong_input_is_told_at_its_field(client):
    refused = client.get("/geography/", {"devices": "none"}, headers={"HX-Request": "true"})
    assert refused.status_code == 422 and 'id="devices-error"' in refused.content.decode()
    unknown = client.get("/geography/", {"grid": "atlantis"})
    told = {field.name for field in unknown.context["form"].all_fields if field.error}
    assert unknown.status_code == 422 and unknown.context["page"] is None and told == {"grid"}


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ({"fleet": "alps"}, "In Switzerland"),
        ({"fleet": "alps", "grid": "poland"}, "In Poland"),
        ({"fleet": "research-256"}, "In Poland"),  # where it stands is not known
    ],
)
def test_the_job_of_a_fleet_is_where_the_fleet_stands_unless_a_location_is_picked(client, query, place):
    assert place in client.get("/geography/", query).context["page"].verdict
