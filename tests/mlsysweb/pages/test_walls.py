import json
import re

import pytest

from mlsysweb.answer import answer
from solvers.fields import Input
from solvers.registry import solvers

pytestmark = pytest.mark.usefixtures("catalog")


def test_the_url_of_an_update_keeps_only_what_differs_from_the_defaults(client):
    query = {"batch_size": "148", "model": "llama-3-8b", "layer_overhead": "10 us", "phase": "auto"}
    answer = client.get("/walls/roofline/", query, headers={"HX-Request": "true"})
    assert answer["HX-Replace-Url"] == "/walls/roofline/?batch_size=148"


def test_one_url_answers_with_a_page_or_a_fragment_and_says_so_to_caches(client):
    page, partial = (client.get("/walls/roofline/", headers=h) for h in ({}, {"HX-Request": "true"}))
    assert "HX-Request" in page["Vary"] and "HX-Request" in partial["Vary"]
    assert "<html" in page.content.decode() and "<html" not in partial.content.decode()


@pytest.mark.parametrize(
    ("name", "heading"),
    [("reliability", "Wall 15: Fragility"), ("roofline", "Walls 1 and 2: Compute and Memory"), ("battery", "")],
)
def test_a_page_has_the_name_of_the_wall_beside_the_title_of_its_solver(client, name, heading):
    shown = client.get(f"/walls/{name}/")
    page = shown.context["page"]
    assert (page.walls_heading, page.title) == (heading, solvers()[name].title)
    assert f"› {heading or 'Tool'}" in shown.content.decode()


@pytest.mark.parametrize("headers", [{"HX-Boosted": "true"}, {"HX-History-Restore-Request": "true"}])
def test_a_boosted_link_and_a_restored_page_get_the_whole_page(client, headers):
    answer = client.get("/walls/roofline/", headers={"HX-Request": "true", **headers})
    assert "<html" in answer.content.decode()


def test_a_sentence_of_the_tutorial_is_what_the_page_says(client):
    verdict = client.get("/walls/roofline/").context["page"].result.verdict
    assert "Memory-bound. Moving 16.1 GB takes 4.79 ms" in verdict
    assert "Batch 148 would make it compute-bound" in verdict


def test_the_verdict_turns_at_batch_148(client):
    said = [client.get("/api/v1/solve/roofline", {"batch_size": b}).json()["verdict"][:8] for b in (147, 148)]
    assert said == ["Memory-b", "Compute-"]


def test_with_context_no_batch_turns_it_and_the_page_says_why(client):
    told = client.get("/api/v1/solve/roofline", {"context_length": 8192}).json()
    assert "No batch size makes it compute-bound" in told["verdict"]
    assert any("below the ridge point" in note for note in told["notes"])


def test_the_calibration_in_use_is_marked(client):
    def current(query=""):
        calibrations = client.get(f"/walls/roofline/{query}").context["page"].result.calibrations
        return [calibration.name for calibration in calibrations if calibration.current]

    assert current() == ["tutorial"] and current("?efficiency=1&layer_overhead=0+us") == ["ideal"]


def test_the_verdict_says_which_efficiencies_it_is_computed_with(client):
    def told(query):
        return re.search(r"With (\w+) efficiencies", client.get(f"/walls/{query}").content.decode())[1]

    assert told("roofline/") == "course" and told("serving/") == "measured"
    assert (
        told("roofline/?efficiency=1&layer_overhead=0+us") == "ideal" and told("roofline/?efficiency=0.9") == "custom"
    )


def test_a_wall_without_efficiencies_has_no_choice_of_them(client):
    page = client.get("/walls/privacy/").content.decode()
    assert 'id="efficiencies"' not in page and "efficiencies.</span>" not in page


def test_chosen_efficiencies_are_kept_for_links_of_the_site_and_no_shared_link_changes(client):
    own = client.get("/walls/roofline/").content
    measured = next(
        c
        for c in client.get("/walls/roofline/?batch_size=8").context["page"].result.calibrations
        if c.name == "silicon"
    )
    chosen = client.post("/walls/efficiencies/", {"silicon": measured.url})
    assert chosen.status_code == 302 and chosen["Location"] == measured.url
    assert "With measured efficiencies" in client.get(measured.url).content.decode()
    followed = client.get("/walls/roofline/", headers={"Sec-Fetch-Site": "same-origin"})
    assert followed.status_code == 302 and "With measured" in client.get(followed["Location"]).content.decode()
    for site in ("none", "cross-site"):
        assert client.get("/walls/roofline/", headers={"Sec-Fetch-Site": site}).context["page"].result.efficiencies == (
            "course efficiencies"
        )
    assert (
        "With course"
        in client.get("/walls/roofline/?batch_size=8", headers={"Sec-Fetch-Site": "same-origin"}).content.decode()
    )
    assert b"With course" in own


def test_examples_keep_the_efficiencies_unless_they_set_their_own(client):
    page = client.get("/walls/roofline/?efficiency=1&layer_overhead=0+us")
    links = [preset.url for preset in page.context["form"].presets]
    assert links and all("efficiency" in link for link in links)
    assert page.context["form"].presets[0].current


@pytest.mark.parametrize(
    "posted",
    [{"best": "/walls/roofline/"}, {"ideal": "https://example.org/"}, {"ideal": ")"}, {"ideal": "//example.org/"}, {}],
)
def test_other_choices_of_efficiencies_are_refused(client, posted):
    assert client.post("/walls/efficiencies/", posted).status_code == 400


def test_an_update_swaps_the_choice_with_the_addresses_of_its_question(client):
    update = client.get("/walls/roofline/?batch_size=7", headers={"HX-Request": "true"}).content.decode()
    assert 'id="efficiencies" class="segmented-control" hx-swap-oob="true"' in update
    assert 'name="ideal" value="/walls/roofline/?batch_size=7&amp;efficiency=' in update


def test_the_slider_of_a_whole_number_says_so_to_its_script(client):
    html = client.get("/walls/roofline/").content.decode()
    sliders = {tag.partition('data-for="in-')[2].partition('"')[0]: tag for tag in html.split("<") if "data-low" in tag}
    fields = {name for name, io in solvers()["roofline"].inputs.items() if isinstance(io, Input) and io.integer}
    assert fields & set(sliders)
    assert {name for name, tag in sliders.items() if " data-integer" in tag} == fields & set(sliders)


def test_the_pick_is_not_drawn_a_second_time_unless_its_figures_are_changed():
    asked = {"also": "b200-sxm-180gb,mi300x"}
    once, changed = (
        answer(solvers()["shootout"], text).systems for text in (asked, asked | {"rival.memory_bandwidth": "x2"})
    )
    assert once == ("AMD Instinct MI300X", "NVIDIA B200 SXM 180GB") and len(changed) == 3


def test_several_chips_are_drawn_and_one_that_makes_no_sense_is_left_out_with_its_reason(client):
    result = client.get("/walls/roofline/?also=mi300x,syntiant-ndp101").context["page"].result
    plots = [json.loads(figure.plot) for figure in result.figures]
    assert len(plots) > 1
    for plot in plots:
        legend = " ".join(trace.get("name") or "" for trace in plot["data"])
        assert "NVIDIA H100 SXM5 80GB" in legend and "AMD Instinct MI300X" in legend and "Syntiant" not in legend
    assert any("Syntiant NDP101 is left out of the picture: " in note for note in result.notes)


def test_a_changed_figure_of_a_chip_changes_the_answer(client):
    def latency(**query):
        return client.get("/api/v1/solve/roofline", query).json()["outputs"]["memory_time"]["value"]

    assert latency(**{"accelerator.memory_bandwidth": "x2"}) == pytest.approx(latency() / 2)
    assert latency(**{"accelerator.memory_bandwidth": "6.7 TB/s"}) == pytest.approx(latency() / 2)


def test_an_inline_chip_is_as_good_as_one_of_the_catalog(client):
    chip = (
        '{"name": "Mine", "peak": {"fp16": "989.5 TFLOP/s"}, "memory_bandwidth": "3.35 TB/s", '
        '"memory_capacity": "80 GiB"}'
    )
    mine = client.get("/api/v1/solve/roofline", {"accelerator": chip}).json()
    assert mine["outputs"]["memory_time"] == client.get("/api/v1/solve/roofline").json()["outputs"]["memory_time"]


def test_a_fragment_asks_the_database_little(client, django_assert_max_num_queries):
    client.get("/walls/roofline/?batch_size=2", headers={"HX-Request": "true"})
    with django_assert_max_num_queries(3):
        client.get("/walls/roofline/?batch_size=3", headers={"HX-Request": "true"})


def test_a_figure_changed_in_the_link_stays_changed_when_the_form_is_used(client):
    html = client.get("/walls/roofline/?accelerator.peak=x2").content.decode()
    assert '<input type="hidden" name="accelerator.peak" value="x2">' in html


def test_a_field_that_follows_the_chip_is_empty_and_says_what_it_would_be(client):
    page = client.get("/walls/serving/", {"accelerator": "a100-sxm4-80gb"}).content.decode()
    assert 'name="interconnect_bandwidth" value="" placeholder="accelerator&#x27;s"' in page
    typed = client.get("/walls/serving/", {"interconnect_bandwidth": "450 GB/s"}).content.decode()
    assert 'name="interconnect_bandwidth" value="450"' in typed


def test_a_wall_leads_to_its_neighbours_and_to_the_walls_that_take_what_it_found(client):
    page = client.get("/walls/serving/", {"batch_size": "4"}).context["page"]
    assert (page.before.url, page.after.url) == ("/walls/efficiency/", "/walls/batching/")
    link = next(feed.wall.url for feed in page.feeds if feed.wall.url.startswith("/walls/reasoning/?"))
    taken = client.get(link.replace("/walls/reasoning/", "/api/v1/solve/reasoning")).json()["inputs"]
    found = client.get("/api/v1/solve/serving", {"batch_size": "4"}).json()["outputs"]
    assert float(taken["itl"]) == pytest.approx(found["itl"]["value"], rel=0.01)


@pytest.mark.parametrize("wall", ["iron_law", "tco", "sustainability"])
def test_the_walls_of_a_run_take_the_job_that_was_planned(client, wall):
    asked = {"model": "llama-3-70b", "tokens": "2T", "data_parallel": "15", "accelerator": "h200-sxm-141gb"}
    planned = client.get("/api/v1/solve/parallelism", asked).json()["outputs"]
    page = client.get("/walls/parallelism/", asked).context["page"]
    link = next(feed.wall.url for feed in page.feeds if feed.wall.url.startswith(f"/walls/{wall}/"))
    taken = client.get(link.replace("/walls/", "/api/v1/solve/").replace("/?", "?")).json()["inputs"]
    run = {"devices": "devices", "mfu": "mfu", "duration": "training_time"}
    factors = {"devices": "devices", "mfu": "device_mfu", "total_ops": "run_flop", "peak_rate": "peak"}
    for end, found in (factors if wall == "iron_law" else run).items():
        assert taken[end] == pytest.approx(planned[found]["value"], rel=1e-6)
    assert taken.get("accelerator", "H200").count("H200") == 1


def test_a_wall_shows_what_people_say_of_it_with_todays_numbers(client):
    answer = client.get("/walls/tco/")
    claims = [fallacy.claim for fallacy in answer.context["page"].fallacies]
    assert "An idle device costs nothing." in claims
    assert "An idle device costs nothing." in answer.content.decode()


def test_an_optional_pick_with_a_default_can_be_left_out(client):
    answer = client.get("/walls/synthesis/", {"accelerator": "none"})
    assert '<option value="none" selected>None</option>' in answer.content.decode()
    assert "no accelerator is picked" in " ".join(card.value for card in answer.context["page"].result.cards)
    assert '<option value="none">None</option>' in client.get("/walls/synthesis/").content.decode()
    assert '<option value="" selected>None</option>' in client.get("/walls/serving/").content.decode()


def test_what_is_wrong_with_a_folded_input_is_in_sight(client):
    refused = client.get("/walls/serving/?accelerator=mi300a&tensor_parallel=8")
    assert refused.status_code == 422
    assert "no interconnect bandwidth for AMD Instinct MI300A" in refused.content.decode()
    assert '<details id="advanced" class="advanced" open>' in refused.content.decode()
    assert '<details id="advanced" class="advanced">' in client.get("/walls/serving/").content.decode()


def test_a_wall_has_its_picture_beside_its_heading_and_a_tool_has_none(client):
    pages = {name: client.get(f"/walls/{name}/").content.decode() for name in ("reliability", "roofline", "battery")}
    assert {name: html.count('<svg class="miniature"') for name, html in pages.items()} == {
        "reliability": 1,
        "roofline": 1,
        "battery": 0,
    }


@pytest.mark.parametrize(
    ("address", "title"),
    [
        ("/walls/serving/", r"TTFT [\d.]+ ms · Serving · Walls of ML systems"),
        ("/walls/tco/?duration=1+day", r"TCO \$[\d.]+k · Total cost of ownership · Walls of ML systems"),
        ("/system/", r"[\w -]+ is the first limit · Whole-system view · Walls of ML systems"),
        ("/serving-cost/", r"SLO met · Serving cost · Walls of ML systems"),
    ],
)
def test_the_tab_says_the_answer_and_the_page_also_after_an_update(client, address, title):
    for headers in ({}, {"HX-Request": "true"}):
        page = client.get(address, headers=headers).content.decode()
        assert re.search(rf"<title>{title}\s*</title>", page), re.search("<title>.*", page)


def test_without_an_answer_the_tab_says_the_page(client):
    page = client.get("/walls/serving/?batch_size=x").content.decode()
    assert "<title>Serving · Walls of ML systems" in page


@pytest.mark.parametrize(
    ("wall", "tool"),
    [
        ("/walls/iron_law/", "/system/iron-law/"),
        ("/walls/system/", "/system/"),
        ("/walls/synthesis/", "/hardware-match/"),
        ("/walls/sustainability/", "/geography/"),
    ],
)
def test_a_page_says_how_it_differs_from_a_similar_one_and_links_to_it(client, wall, tool):
    told = {}
    for here, other in ((wall, tool), (tool, wall)):
        page = client.get(here).content.decode()
        told[here] = re.search(rf'class="related muted">(.*?) See also: <a href="{other}">', page)[1]
    assert told[wall] != told[tool]
    assert 'class="related' not in client.get("/walls/roofline/").content.decode()


@pytest.mark.parametrize(
    ("sent", "replaced"), [({}, False), ({"concurrency": "0"}, False), ({"concurrency": "64"}, True)]
)
def test_a_field_that_another_replaces_says_so(client, sent, replaced):
    fields = client.get("/walls/serving/", sent).context["form"].all_fields
    (batch,) = (field for field in fields if field.name == "batch_size")
    assert (batch.replacement, batch.is_replaced) == ("Concurrent requests", replaced)
