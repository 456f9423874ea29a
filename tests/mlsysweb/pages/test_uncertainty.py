import csv
import io
import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest

from mlsysweb.pages.uncertainty.page import BAND_COLUMNS
from mlsysweb.pages.uncertainty.question import PRESETS
from solvers.registry import solvers

pytestmark = pytest.mark.usefixtures("catalog")

URL = "/uncertainty/"
LATENCY = {"wall": "roofline", "accelerator": "h100-sxm5-80gb", "range.batch_size": "74..222"}


def page_of(client, **query):
    answer = client.get(URL, query)
    assert answer.status_code == 200
    return answer.context["page"]


def error_of(client, **query):
    answer = client.get(URL, query)
    assert answer.status_code == 422
    return answer.context["form"]


@pytest.mark.parametrize("preset", PRESETS, ids=lambda each: each.name)
def test_every_example_has_an_answer_with_a_band_for_each_range(client, preset):
    answer = client.get(f"{URL}?{preset.question.query}")
    assert answer.status_code == 200
    page = answer.context["page"]
    assert len(page.ranges) == len(preset.question.ranges) and page.figures and page.bands
    assert all(line.total for line in page.ranges)
    assert [link.current for link in answer.context["presets"]].count(True) == 1


@pytest.mark.parametrize("name", solvers())
def test_every_wall_links_to_its_uncertainty_with_its_question(client, name):
    html = client.get(f"/walls/{name}/").content.decode()
    assert f'<a href="/uncertainty/?wall={name}">How uncertain is this?</a>' in html
    page = page_of(client, wall=name)
    assert page.verdict.startswith("No range yet. ") and page.wall.url == f"/walls/{name}/"


def test_the_walls_question_is_kept(client):
    wall = client.get("/walls/serving/", {"batch_size": "16", "also": "a100-sxm4-80gb"}).context["page"]
    query = parse_qs(urlsplit(wall.uncertainty_url).query)
    assert query == {"wall": ["serving"], "batch_size": ["16"], "also": ["a100-sxm4-80gb"]}
    page = page_of(client, wall="serving", batch_size="16", **{"range.prompt_length": "100..200"})
    assert page.wall.url == "/walls/serving/?batch_size=16"


def test_the_verdict_says_that_it_flips_and_how_often(client):
    page = page_of(client, **LATENCY)
    assert page.verdict.startswith("The verdict flips. It is ")
    shares = dict(re.findall(r"(\w+)-bound in (\d+)\u00a0%", page.verdict))
    assert int(shares["memory"]) == pytest.approx(50, abs=2) == 100 - int(shares["compute"])
    assert "in nine of ten samples, " in page.verdict
    stable = page_of(client, **{**LATENCY, "range.batch_size": "1..8"})
    assert stable.verdict.startswith("Stable verdict: memory-bound in 512 samples. Throughput is ")


def test_two_accelerators_are_ranked_and_a_flip_is_said(client):
    page = page_of(client, **{**LATENCY, "also": "a100-sxm4-80gb", "range.batch_size": "1..512 log"})
    energy = next(line for line in page.rankings if line.startswith("Energy per token"))
    assert energy.endswith("\u00a0% of samples. The ranking flips.")
    latency = next(line for line in page.rankings if line.startswith("Latency"))
    assert latency == ("Latency: lower on NVIDIA H100 SXM5 80GB than on NVIDIA A100 SXM4 80GB in every sample.")
    assert {line.system for line in page.bands} == {"NVIDIA H100 SXM5 80GB", "NVIDIA A100 SXM4 80GB"}


def test_an_output_is_shown_by_its_link(client):
    page = page_of(client, **LATENCY)
    other = next(line for line in page.bands if line.label == "Throughput")
    shown = client.get(other.url).context["page"]
    assert shown.shown == "Throughput" and shown.figures[0].title == "Distribution of throughput"


def test_infeasible_samples_are_said(client):
    page = page_of(client, wall="serving", **{"range.batch_size": "8..512"})
    said = next(note for note in page.notes if "infeasible" in note)
    assert "of 2,048 samples (" in said and said.endswith("no band counts them.")
    assert "infeasible" in page.verdict


def test_too_few_samples_are_said_and_more_are_drawn(client):
    wide = {"wall": "roofline", "range.batch_size": "1..512 log", "range.efficiency": "0.05..0.9"}
    few = page_of(client, **wide, draws="256")
    assert any(note.startswith("Too few samples: the Sobol indices of Latency") for note in few.notes)
    many = page_of(client, **wide, draws="4096")
    assert any(note.startswith("8,192 samples") for note in many.notes)


def test_a_value_outside_its_range_is_said(client):
    page = page_of(client, wall="roofline", batch_size="1", **{"range.batch_size": "8..32"})
    assert "Without ranges batch size is 1, which lies outside its range." in page.notes


def test_the_catalogs_two_sources_are_a_range_and_a_figure_of_one_source_is_not(client):
    page = page_of(client, wall="sustainability", grid="ca-alberta", **{"range.carbon_intensity": "catalog"})
    assert page.ranges[0].text == "434\u00a0gCO₂e/kWh to 637\u00a0gCO₂e/kWh".replace("\u00a0", " ")
    form = error_of(client, wall="sustainability", grid="poland", **{"range.carbon_intensity": "catalog"})
    assert form.rows[0].error.startswith("has no range in the catalog")


def test_the_constants_of_a_chip_that_was_not_measured_have_the_range_of_those_that_were(client):
    asked = {"wall": "serving", "accelerator": "mi300x", "range.accelerator.measured_memory_efficiency": "catalog"}
    assert page_of(client, **asked).ranges[0].text == "0.77 to 0.85"
    form = error_of(client, **{**asked, "accelerator": "h100-sxm5-80gb"})
    assert "has no range in the catalog" in form.rows[0].error


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"wall": "serve"}, "There is no wall called serve. Did you mean serving?"),
        ({"wall": "serving", "draws": "7"}, "must be one of 256, 1024, 4096; '7' is not."),
        ({"wall": "serving", "show": "joy"}, "'joy' is not a number that Serving finds."),
    ],
)
def test_what_is_wrong_with_no_range_is_said_above_the_form(client, query, words):
    assert words in error_of(client, **query).error


def test_a_bad_range_is_a_sentence_at_its_row_on_the_page_and_in_an_update(client):
    asked = {**LATENCY, "range.batch_size": "222..74"}
    assert error_of(client, **asked).rows[0].error == "needs a high end above the low end; 222..74 is no range."
    update = client.get(URL, asked, headers={"HX-Request": "true"})
    assert update.status_code == 422 and update["HX-Reswap"] == "none"
    assert '<p id="range-0-error" hx-swap-oob="innerHTML">needs a high end' in update.content.decode()
    wall = client.get(URL, {**LATENCY, "batch_size": "-1"}, headers={"HX-Request": "true"})
    assert '<p id="batch_size-error" hx-swap-oob="innerHTML">must be at least 1' in wall.content.decode()


GUIDED = {
    "guided": "1",
    "wall": "roofline",
    "how.layer_overhead": "uniform",
    "low.layer_overhead": "10",
    "high.layer_overhead": "50",
    "unit:low.layer_overhead": "us",
    "unit:high.layer_overhead": "us",
    "share.layer_overhead": "20",
}


def followed(client, **query):
    answer = client.get(URL, query, follow=True)
    return {name: values[0] for name, values in parse_qs(answer.request["QUERY_STRING"]).items()}, answer


def test_the_guided_form_becomes_the_pages_link(client):
    query, _ = followed(client, **GUIDED)
    assert query == {"wall": "roofline", "range.layer_overhead": "10 us..50 us"}
    query, _ = followed(client, **GUIDED | {"how.layer_overhead": "log"})
    assert query["range.layer_overhead"] == "10 us..50 us log"
    query, _ = followed(client, **GUIDED | {"how.layer_overhead": "percent"})
    assert query["range.layer_overhead"] == "±20 %"


def test_an_input_is_added_with_a_range_to_replace_and_removed(client):
    query, answer = followed(client, **GUIDED, add="efficiency")
    assert query["range.efficiency"] == "±20 %"
    assert [row.how for row in answer.context["form"].rows] == ["uniform", "percent"]
    query, _ = followed(client, **GUIDED, add="batch_size")
    assert query["range.batch_size"] == "1..2"
    query, _ = followed(client, **GUIDED, remove="layer_overhead")
    assert query == {"wall": "roofline"}


def test_an_update_swaps_the_rows_where_they_changed_only(client):
    headers = {"HX-Request": "true"}
    changed = client.get(URL, {**GUIDED, "add": "efficiency"}, headers=headers)
    assert 'id="range-rows" class="range-rows" hx-swap-oob="true"' in changed.content.decode()
    assert "range.efficiency" in changed["HX-Replace-Url"]
    assert "range-rows" not in client.get(URL, GUIDED, headers=headers).content.decode()


def test_a_row_shows_its_range_in_the_unit_beside_it(client):
    form = client.get(URL, {"wall": "roofline", "range.layer_overhead": "10 us..50 us log"}).context["form"]
    (row,) = form.rows
    assert (row.how, row.low, row.high, row.unit.after) == ("log", "10", "50", "µs")
    percent = client.get(URL, {"wall": "roofline", "range.efficiency": "±20 %"}).context["form"].rows[0]
    assert (percent.how, percent.share, percent.low, percent.high) == ("percent", "20", "40", "60")


def test_the_bands_are_exported_as_csv(client):
    page = page_of(client, **LATENCY)
    answer = client.get(page.csv)
    assert answer["Content-Disposition"] == 'attachment; filename="uncertainty.csv"'
    rows = list(csv.reader(io.StringIO(answer.content.decode())))
    assert tuple(rows[0]) == BAND_COLUMNS and len(rows) == 1 + len(page.bands)


def test_everything_is_exported_as_json_in_si(client):
    page = page_of(client, **LATENCY)
    answer = json.loads(client.get(page.json).content)
    latency = answer["systems"][0]["outputs"]["latency"]
    assert latency["unit"] == "s" and latency["p5"] <= latency["p50"] < latency["p95"]
    assert latency["sobol_total"] == {"batch_size": pytest.approx(1, abs=0.02)}
    assert answer["ranges_si"]["batch_size"] == {"low": 74.0, "high": 222.0, "factor": False, "log": False}
    assert sum(answer["systems"][0]["verdicts"].values()) == pytest.approx(1)


def test_a_bad_export_is_a_sentence(client):
    answer = client.get(f"{URL}export/csv/", {**LATENCY, "range.batch_size": "5"})
    assert answer.status_code == 400 and "needs a range such as 8..32" in answer.content.decode()
    assert client.get(f"{URL}export/pdf/", LATENCY).status_code == 404
