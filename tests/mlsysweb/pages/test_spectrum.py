import html
import json
import math
import re
from urllib.parse import parse_qsl, urlsplit

import pytest

from mlsysweb.pages.spectrum.question import SPECTRUM
from mlsysweb.show.charts.spectrum import Constant, DeviceGroup, DevicePoint, spectrum
from solvers.quantities import format_quantity
from solvers.result import Value

pytestmark = pytest.mark.usefixtures("catalog")

URL = "/spectrum/"
PARTIAL = {"HX-Request": "true"}


def shown(client, **query):
    """Return the fragment of an update."""
    answer = client.get(URL, query, headers=PARTIAL)
    assert answer.status_code == 200
    return answer.context["page"]


def group(page, name):
    """Return the devices of one fate, by name."""
    return {row.name: row for table in page.groups if table.id == name for row in table.rows}


def link(page, words):
    """Return the link with this text: a device's name, or a link beside the verdict."""
    rows = ((row.name, row.url) for table in page.groups for row in table.rows)
    return next(url for name, url in (*rows, *((each.words, each.url) for each in page.links)) if name == words)


def roofline(client, url):
    return client.get(url.replace("/walls/roofline/", "/api/v1/solve/roofline"), headers={}).json()["outputs"]


def test_one_url_answers_with_a_page_or_a_fragment(client):
    page, partial = client.get(URL), client.get(URL, headers=PARTIAL)
    assert "<html" in page.content.decode() and "<html" not in partial.content.decode()
    assert partial.content.decode().lstrip().startswith('<section id="devices"')
    assert "HX-Request" in page["Vary"]


def test_the_url_of_an_update_keeps_only_what_differs_from_the_defaults(client):
    asked = {"model": "resnet-50", "precision": "int8", "target_latency": "33 ms", "power_limit": "", "x": "price"}
    answer = client.get(URL, asked, headers=PARTIAL)
    assert answer["HX-Replace-Url"] == "/spectrum/?model=resnet-50&target_latency=33+ms&x=price"


@pytest.mark.parametrize("preset", SPECTRUM.presets, ids=lambda preset: preset.name)
def test_every_worked_example_has_a_device_that_is_enough(client, preset):
    assert shown(client, **preset.values).verdict.startswith("Target met. ")


def test_the_figures_of_a_device_are_those_of_the_roofline_its_link_leads_to(client):
    page = shown(client)
    outputs = roofline(client, link(page, "Espressif ESP32-S3"))
    assert outputs["latency"]["value"] == pytest.approx(8.51e-3, rel=1e-3)
    row = group(page, "meets")["Espressif ESP32-S3"]
    assert (row.power, row.price, row.latency, row.energy) == ("400 mW", "unknown", "8.51 ms", "1.64 mJ")
    assert outputs["energy_per_sample"]["value"] == pytest.approx(1.64e-3, rel=1e-2)


def test_what_is_folded_away_travels_to_the_roofline_too(client):
    page = shown(client, model="llama-3-8b", precision="int4", context_length="4096", layer_overhead="45 us")
    outputs = roofline(client, link(page, "NVIDIA H100 SXM5 80GB on the roofline"))
    row = group(page, "meets")["NVIDIA H100 SXM5 80GB"]
    assert row.latency == format_quantity(outputs["latency"]["value"], "s") == "2.69 ms"


def test_keyword_spotting_lives_in_the_sram_of_a_microcontroller_and_resnet_does_not_fit_its_flash(client):
    assert group(shown(client, target_latency="1 s"), "meets")["Nordic nRF52840 (Cortex-M4F)"].memory == "SRAM"
    large = group(shown(client, model="resnet-50", accelerator="nrf52840"), "too-large")
    assert "out of memory: 1.05 MB of flash, 24.5 MB short" in large["Nordic nRF52840 (Cortex-M4F)"].why


def test_a_device_without_a_rate_for_the_format_says_what_it_computes_in(client):
    unknown = group(shown(client, model="llama-3-8b", precision="fp32", rows="all"), "unknown")
    assert any("can't compute in FP32: it has" in row.why for row in unknown.values())


def test_person_detection_in_time_is_beyond_the_nrf52840(client):
    page = shown(client, model="wake-vision-doorbell", accelerator="nrf52840")
    assert page.verdict.startswith("Target met. Espressif ESP32-S3: lowest power (400 mW) of the ")
    assert "Nordic nRF52840 (Cortex-M4F) takes 652 ms, too long" in page.beside


def test_every_device_has_one_fate(client):
    page = shown(client, model="resnet-50", rows="all")
    names = [name for kind in ("meets", "misses", "too-large", "unknown") for name in group(page, kind)]
    from catalog.models import Accelerator

    assert sorted(names) == sorted(Accelerator.objects.filter(archived=False).values_list("name", flat=True))


def test_the_ranking_is_by_power_or_by_price(client):
    powers = [row.power for row in group(shown(client), "meets").values()]
    assert powers[:3] == ["5 mW", "400 mW", "2 W"]
    page = shown(client, smallest="price")
    assert [row.price for row in group(page, "meets").values()][:3] == ["$4", "$5", "$75"]
    assert "lowest price ($4) of the " in page.verdict


def test_a_limit_turns_devices_away_and_says_which_figure(client):
    page = shown(client, model="resnet-50", target_latency="33 ms", power_limit="30 W", rows="all")
    assert group(page, "misses")["NVIDIA H100 SXM5 80GB"].why == "it draws 700 W"
    assert group(page, "misses")["Apple M4"].why == "its power is unknown"
    assert "within 33 ms and 30 W" in page.verdict


def test_where_nothing_is_enough_the_nearest_miss_is_named(client):
    assert "The fastest, " in shown(client, model="llama-3-8b", target_latency="100 us").verdict
    assert "is fast enough" in shown(client, model="llama-3-8b", precision="int4", power_limit="1 W").verdict
    nobody = shown(client, model="deepseek-v3", precision="fp64").verdict
    assert nobody.startswith("Cannot run. No device can run DeepSeek-V3")
    assert "comes closest: out of memory" in nobody


def test_launching_the_work_is_all_there_is_of_a_tiny_model_on_a_large_chip(client):
    page = shown(client)
    assert "from 140 µs to 140 µs" in page.fallacies[0].truth
    sides = (page.fallacies[0].before, page.fallacies[0].after)
    before, after = (roofline(client, side.url)["latency"]["value"] for side in sides)
    assert after == pytest.approx(before, rel=1e-3) and after < before


def test_ten_times_a_microcontroller_is_faster_by_what_its_own_roofline_says(client):
    page = shown(client, accelerator="esp32-s3")
    assert "from 8.51 ms to 1.87 ms" in page.fallacies[0].truth
    assert roofline(client, page.fallacies[0].after.url)["latency"]["value"] == pytest.approx(1.87e-3, rel=1e-2)


def test_the_battery_gets_what_an_inference_takes_of_it(client):
    page = shown(client, accelerator="nrf52840", target_latency="1 s")
    row = group(page, "meets")["Nordic nRF52840 (Cortex-M4F)"]
    assert row.battery == link(page, "Battery life with Nordic nRF52840 (Cortex-M4F)")
    carried = dict(parse_qsl(urlsplit(row.battery).query))
    assert carried == {"energy_per_inference": "1.06139 mJ", "active_time": "139.003 ms", "sleep_power": "4.5 uW"}
    assert client.get("/walls/battery/", carried).status_code == 200
    unknown = dict(parse_qsl(urlsplit(link(page, "Battery life with Himax WE-I Plus")).query))
    assert "sleep_power" not in unknown
    assert any("The sleep power of Himax WE-I Plus is unknown" in note for note in page.notes)


def test_a_chip_of_ones_own_stands_among_the_others(client):
    page = shown(client, accelerator="nrf52840", **{"accelerator.peak": "x10"})
    mine = group(page, "meets")["Nordic nRF52840 (Cortex-M4F), as asked"]
    assert mine.tier == "Custom" and mine.latency == "14.5 ms"
    assert roofline(client, link(page, "Nordic nRF52840 (Cortex-M4F), as asked"))["latency"]["value"] == pytest.approx(
        14.5e-3, rel=1e-2
    )


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("target_latency", "10 W", "needs a time"),
        ("power_limit", "0 W", "must be above 0 W"),
        ("price_limit", "12 s", "needs money"),
        ("y", "power", "must differ from the x-axis"),
        ("x", "weight", "must be one of peak"),
        ("model", "no-such-model", "no model in the catalog"),
        ("phase", "decode", "does not generate tokens"),
    ],
)
def test_bad_input_gets_a_sentence_on_its_field(client, field, value, sentence):
    for headers in ({}, PARTIAL):
        answer = client.get(URL, {field: value}, headers=headers)
        assert answer.status_code == 422
        said = {each.name: each.error for each in answer.context["form"].all_fields}
        assert sentence in said[field] and html.escape(said[field]) in answer.content.decode()


def test_a_limit_that_is_not_typed_is_an_empty_field(client):
    page = client.get(URL, {"power_limit": "30 W"}).content.decode()
    assert 'name="power_limit" value="30 W"' in page
    assert 'name="price_limit" value="" placeholder="no limit"' in page


def test_the_chart_spans_eight_decades_by_default(client):
    drawn = json.loads(next(figure.plot for figure in shown(client).figures if figure.id == "spectrum"))
    xs = [y for trace in drawn["data"] if trace.get("name") for y in trace["y"] if y]
    assert max(xs) / min(xs) > 1e8


def test_an_update_is_small_and_asks_the_database_little(client, django_assert_max_num_queries):
    import gzip

    shown(client, efficiency="0.2")
    with django_assert_max_num_queries(3):
        update = client.get(URL, {"efficiency": "0.21"}, headers=PARTIAL)
    assert len(gzip.compress(update.content)) < 20_000


def _drawn(*constants):
    dots = DeviceGroup("Tiny", 0, (DevicePoint(1.0, 1e3, "a", ""), DevicePoint(1e6, 1e9, "b", "")))
    return spectrum([dots], Value(0.0, "W", label="Power"), Value(0.0, "flop/s", label="Rate"), constants)


def test_lines_of_a_constant_quotient_have_that_quotient_and_stay_in_the_frame():
    drawn = _drawn(Constant(-1, 1, "flop/s"))
    lines = next(trace for trace in drawn["data"] if trace["mode"] == "lines")
    decades = [math.log10(y / x) for x, y in zip(lines["x"], lines["y"], strict=True) if x]
    assert decades == pytest.approx([3, 3])  # both dots lie on one line
    low, high = drawn["layout"]["xaxis"]["range"]
    assert all(10**low * 0.99 <= x <= 10**high * 1.01 for x in lines["x"] if x)


def test_a_line_of_a_constant_product_falls():
    drawn = _drawn(Constant(1, 1, "J", value=1e6, name="own"))
    line = next(trace for trace in drawn["data"] if trace["mode"] == "lines")
    assert line["y"][0] > line["y"][1] and line["x"][0] * line["y"][0] == pytest.approx(1e6)


def test_nothing_to_draw_is_an_empty_picture():
    assert spectrum([], Value(0.0, "W", label="Power"), Value(0.0, "flop/s", label="Rate"))["data"] == []


def test_the_description_of_the_chart_names_the_ends_of_what_is_drawn(client):
    figure = shown(client).figures[0]
    drawn = " ".join(str(trace.get("text")) for trace in json.loads(figure.plot)["data"])
    ends = re.findall(r"/?[sW] \((.+?)\)(?: to |\.)", figure.description.replace("\u00a0", " "))
    assert len(ends) == 4 and all(name in drawn for name in ends)


def test_a_label_is_placed_where_it_covers_no_other_device():
    labelled = DevicePoint(1e3, 1e6, "labelled", "", label="Middle")
    others = (DevicePoint(1.0, 1e3, "a", ""), DevicePoint(1e6, 1e9, "b", ""))

    def side(*more):
        dots = DeviceGroup("Tiny", 0, (labelled, *others, *more))
        drawn = spectrum([dots], Value(0.0, "W", label="Power"), Value(0.0, "flop/s", label="Rate"))
        return next(trace for trace in drawn["data"] if trace.get("text") == ["Middle"])["textposition"]

    assert side() == ["top left"]
    assert side(DevicePoint(10**2.6, 10**6.2, "above it", "")) == ["bottom right"]
