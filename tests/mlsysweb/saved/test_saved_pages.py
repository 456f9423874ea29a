"""Each page over many walls: saved, opened, compared, recomputed, exported, printed, embedded, imported."""

import csv
import html
import io
import re
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from django.test import Client
from jsonschema import validate
from PIL import Image, ImageColor

from catalog.models import Accelerator, Grid, Model
from mlsysweb.saved.answers import open_version
from mlsysweb.saved.exports.checks import SCHEMA
from mlsysweb.saved.scenarios import drift as drift_module
from mlsysweb.saved.scenarios.capture import PAGES, capture
from mlsysweb.saved.scenarios.models import Scenario, Version
from mlsysweb.saved.scenarios.share_card import COLOURS, ShareCard
from mlsysweb.show.charts.miniature import is_drawable
from mlsysweb.show.unit_filter import units
from tests.mlsysweb.people import save

from .savable import QUESTIONS

pytestmark = pytest.mark.usefixtures("catalog")

every_page = pytest.mark.parametrize("name", sorted(QUESTIONS))
# The page's own question with one input changed, and the label of an output that differs.
CHANGED = {
    "one-system": ("/system/?model=llama-3-8b&batch_size=64", "Batch size"),
    "iron-law": ("/system/iron-law/?model=llama-3-70b", "Model"),
    "geography": ("/geography/?grid=poland&devices=128", "Devices"),
    "spectrum": ("/spectrum/?target_latency=0.001&accelerator=nrf52840", "Target latency"),
    "pipelines": (QUESTIONS["pipelines"].replace("1e21", "1e22"), "Compute budget"),
    "capstone": ("/capstone/?submitted=yes&replicas=64", "Replicas per region"),
    "uncertainty": (QUESTIONS["uncertainty"].replace("1..512", "1..64"), "Range of batch size"),
    "calibrate": (QUESTIONS["calibrate"].replace("23.5", "24.5"), "Row 1"),
    "hardware_match": ("/hardware-match/?model=llama-3-8b", "Model"),
    "explore": (QUESTIONS["explore"].replace("mi300x", "l40s"), "Accelerator"),
    "serving_cost": ("/serving-cost/?requests=50&grid=quebec", "Requests per second"),
}


def shown(client, link):
    answer = client.get(link)
    assert answer.status_code == 200, link
    return answer.content.decode()


def saved_part(page):
    """Return the HTML of the answer, without the frame around it."""
    return page[page.index('<div class="snapshot"') : page.index('<section id="input-list"')]


def asked_part(page):
    return page[page.index('<section id="input-list"') : page.index('<section class="exports"')]


def latest():
    return Scenario.objects.get().latest


def outdated():
    """Change rows that every page uses, without a history of each."""
    Accelerator.objects.update(memory_bandwidth=9e12, peak_fp16=3e15, unit_price=12345)
    Grid.objects.update(carbon_intensity=1e-8)


@every_page
def test_what_is_kept_is_data_and_no_markup(client, name):
    save(client, QUESTIONS[name])
    kept = latest()
    assert kept.scenario.solver == name and set(kept.result) == {"page", "inputs", "walls"}
    assert kept.result["page"]["type"] == name and kept.result["page"]["version"] == PAGES[name].kind.version
    assert kept.snapshot and kept.said == open_version(kept).verdict
    stored = orjson.dumps(kept.result).decode()
    assert not re.search(r"<(section|div|form|a|table|script)\b", stored) and "csrf" not in stored


@every_page
def test_it_opens_for_anybody_with_nothing_that_acts(client, name):
    link = save(client, QUESTIONS[name])
    part = saved_part(shown(Client(), link))
    assert not re.search(r"<(form|input|select|textarea)\b| hx-(get|post|trigger)=", part)
    assert "csrf" not in part and 'class="brush-overlay"' not in part
    buttons = set(re.findall(r"<button[^>]*>(.*?)</button>", part))
    assert buttons <= {"PNG", "SVG", "Reset"}


@every_page
def test_it_stays_the_same_when_the_catalog_moves_on(client, name):
    link = save(client, QUESTIONS[name])
    before = saved_part(shown(client, link))
    outdated()
    assert saved_part(shown(client, link)) == before


@every_page
def test_the_live_page_is_drawn_by_the_same_partial(client, name):
    link = save(client, QUESTIONS[name])
    live, saved = shown(client, QUESTIONS[name]), shown(client, link)
    assert [t.name for t in client.get(link).templates].count(PAGES[name].template) == 1
    verdicts = [re.findall(r'<p class="verdict"[^>]*>(.*?)</p>', page, re.S) for page in (live, saved)]
    assert verdicts[0] == verdicts[1]


@every_page
def test_inputs_are_said_by_label_and_the_defaults_are_folded(client, name):
    link = save(client, QUESTIONS[name])
    asked = html.unescape(asked_part(shown(client, link)))
    typed, _, defaults = asked.partition('<details id="defaults">')
    assert f"<dt>{CHANGED[name][1]}</dt>" in typed
    assert re.search(r"<summary>\d+ defaults?</summary>", defaults)
    names = {each["name"] for each in latest().result["inputs"]}
    assert len(names) > 5 and not {each["label"] for each in latest().result["inputs"]} & {"axis", "values", "goal"}


def test_a_bare_number_has_its_unit_and_a_row_its_name(client):
    save(client, QUESTIONS["spectrum"])
    inputs = {each["name"]: each["text"] for each in latest().result["inputs"]}
    assert inputs["target_latency"] == "30 ms"
    assert inputs["accelerator"] == Accelerator.objects.get(slug="nrf52840").name
    assert inputs["power_limit"] == "none" and inputs["smallest"] == "lowest power"


def test_the_defaults_of_the_time_stay(client, monkeypatch):
    link = save(client, QUESTIONS["geography"])
    before = asked_part(shown(client, link))
    monkeypatch.setitem(PAGES, "geography", replace(PAGES["geography"], inputs=lambda query, rows: ()))
    assert asked_part(shown(client, link)) == before and "<dt>" in before


def test_a_page_asked_by_its_first_example_is_kept_with_its_whole_question(client):
    save(client, "/explore/")
    assert latest().question["walls"] and latest().question["goal"]
    Scenario.objects.all().delete()
    save(client, "/pipeline/")
    assert latest().question["stages"]


def test_what_a_person_set_beside_the_question_is_kept_too(client):
    link = save(client, f"{QUESTIONS['explore']}&sort=-throughput&try-batch_size=4")
    question = latest().question
    assert question["sort"] == "-throughput" and question["try-batch_size"] == "4"
    assert "Test your own configuration" in shown(client, link)


@every_page
def test_two_of_a_kind_are_compared_by_label_and_figure(client, name):
    links = [save(client, QUESTIONS[name], title="One"), save(client, CHANGED[name][0], title="Two")]
    ids = ",".join(link.split("/")[2] for link in links)
    page = html.unescape(shown(client, f"/s/compare/?of={ids}"))
    inputs = page[page.index("Inputs that differ") : page.index(">Outputs<")]
    assert f'<th scope="row">{CHANGED[name][1]}</th>' in inputs
    outputs = page[page.index(">Outputs<") :]
    assert "<tr data-differs>" in outputs and re.search(r'<span class="muted">[+−].*?, ×', outputs)
    opened = open_version(Scenario.objects.get(title="One").latest)
    for card in opened.cards.values():
        assert card.label in outputs
    assert 'data-for="plot-ratios-0"' in page


@pytest.mark.parametrize("name", ["explore", "capstone"])
def test_fronts_are_drawn_in_one_chart(client, name):
    links = [
        save(client, QUESTIONS[name]),
        save(client, f"{QUESTIONS[name]}&budget=%249M" if name == "capstone" else CHANGED[name][0]),
    ]
    page = shown(client, f"/s/compare/?of={','.join(link.split('/')[2] for link in links)}")
    figure = orjson.loads(re.search(r'data-for="plot-fronts-0">(.*?)</script>', page)[1])
    assert len(figure["data"]) == 2


def test_pages_of_two_types_share_no_figure(client):
    links = [save(client, QUESTIONS["geography"]), save(client, QUESTIONS["spectrum"])]
    page = shown(client, f"/s/compare/?of={','.join(link.split('/')[2] for link in links)}")
    assert not re.search(r'<span class="muted">[+−].*?, ×', page) and 'data-for="plot-ratios-0"' not in page


@every_page
def test_while_nothing_moves_it_is_not_asked_again(client, name, monkeypatch):
    link = save(client, QUESTIONS[name])
    monkeypatch.setattr(drift_module, "capture", lambda *_: pytest.fail("it was asked"))
    assert "Nothing has changed" in shown(client, f"{link}v/1/drift/")


def without_emphasis(page):
    """Return a page without the tags that set a verdict's state apart from its numbers."""
    return re.sub(r"</?(b|span)\b[^>]*>", "", page)


@every_page
def test_asked_again_it_is_compared_figure_by_figure(client, name):
    link = save(client, QUESTIONS[name])
    outdated()
    assert "have changed since this was saved" in shown(client, link)
    page = html.unescape(shown(client, f"{link}v/1/drift/"))
    before, today = open_version(latest()), capture(QUESTIONS[name])
    assert page.count('<p class="verdict"') == 2 and units(today.said) in without_emphasis(page)
    rows = re.findall(r'<tr( data-differs)?><th scope="row">(.*?)</th>', page)
    assert {card.label for card in before.cards.values()} <= {label for _, label in rows}
    assert any(differs for differs, _ in rows)


@every_page
def test_todays_answer_is_kept_as_a_further_version(client, name):
    link = save(client, QUESTIONS[name])
    outdated()
    client.post(f"{link}v/1/recompute/")
    first, second = Scenario.objects.get().versions.all()
    assert first.question == second.question and first.result != second.result
    assert "have changed since this was saved" not in shown(client, link)


def test_a_page_that_has_no_answer_today_says_why(client):
    link = save(client, QUESTIONS["hardware_match"])
    Model.objects.get(slug="llama-3-70b").delete()
    page = html.unescape(shown(client, f"{link}v/1/drift/"))
    assert "Today there is no answer: model" in page


def exported(client, link, form):
    answer = client.get(f"{link}export/{form}/")
    assert answer.status_code == 200, form
    return answer.content.decode()


@every_page
def test_its_figures_inputs_tables_and_curves_are_had_as_csv(client, name):
    link = save(client, QUESTIONS[name])
    opened = open_version(latest())
    values = list(csv.DictReader(io.StringIO(exported(client, link, "values"))))
    assert [row["label"] for row in values if row["kind"] == "output"] == [c.label for c in opened.cards.values()]
    assert [row["reads"] for row in values if row["kind"] == "input"] == [i.text for i in opened.inputs]
    numbers = [card.number for card in opened.cards.values()]
    assert any(row["value"] and float(row["value"]) in numbers for row in values)
    tables = list(csv.DictReader(io.StringIO(exported(client, link, "tables"))))
    summary = opened.page.summary
    assert {row["table"] for row in tables} == {t.title for t in (*summary.tables, *summary.figures) if _rows(t)}
    curves = list(csv.DictReader(io.StringIO(exported(client, link, "curves"))))
    assert {row["chart"] for row in curves} == {figure.title for figure in summary.figures}


def _rows(titled):
    return titled.table.rows


@every_page
def test_methods_and_sources_are_had(client, name):
    link = save(client, QUESTIONS[name], title="Mine")
    text = exported(client, link, "methods")
    assert PAGES[name].title.lower() in text and latest().said in text
    typed = [each for each in latest().result["inputs"] if not each["default"]]
    assert typed and all(f"{each['label']} = {each['text']}" in text for each in typed)
    assert "title = {Mine}" in exported(client, link, "bibtex")


def test_data_of_a_newer_release_is_not_found_instead_of_an_error(client):
    link = save(client, QUESTIONS["capstone"])
    page = latest().result["page"]
    Version.objects.update(result={**latest().result, "page": {**page, "version": 99}})
    for path in ("", "print/", "embed/", "v/1/drift/", "preview.png", "export/json/"):
        assert client.get(f"{link}{path}").status_code == 404
    assert client.get("/s/").status_code == 200


@every_page
@pytest.mark.parametrize("form", ["python", "notebook"])
def test_only_a_wall_is_had_as_code(client, name, form):
    link = save(client, QUESTIONS[name])
    assert client.get(f"{link}export/{form}/").status_code == 404
    assert f"{link}export/{form}/" not in shown(client, link)


def test_the_snippet_of_a_design_space_is_offered(client):
    assert 'href="/explore/export/py/?walls=roofline' in shown(client, save(client, QUESTIONS["explore"]))


def in_any_order(page):
    """Return the data of a page with sorted query strings: PostgreSQL keeps no order of the inputs of a question."""
    text = orjson.dumps(page, option=orjson.OPT_SORT_KEYS).decode().replace(r"\\u0026", "&")  # in a chart's own JSON
    return re.sub(r'\?([^\s"#\\]*)', lambda query: "?" + "&".join(sorted(query[1].split("&"))), text)


@every_page
def test_json_fits_its_schema_and_comes_back_asked_anew(client, name):
    link = save(client, QUESTIONS[name], title="Mine")
    told = orjson.loads(exported(client, link, "json"))
    validate(told, SCHEMA)
    assert told["result"]["page"]["data"]
    told["result"]["page"]["data"] = {"verdict": "<script>alert(1)</script>"}
    told["result"]["inputs"] = [{"name": "<script>alert(1)</script>"}]
    back = client.post("/s/import/", {"text": orjson.dumps(told).decode()})["Location"]
    mine, theirs = (Scenario.objects.get(pk=each.split("/")[2]).latest for each in (link, back))
    assert in_any_order(theirs.result["page"]) == in_any_order(mine.result["page"])
    listed = [sorted(each.result["inputs"], key=lambda told: told["name"]) for each in (mine, theirs)]
    assert listed[0] == listed[1]
    assert theirs.question == mine.question
    assert "<script>alert" not in shown(client, back)


@every_page
def test_a_document_with_html_is_brought_back_as_data(client, name):
    told = orjson.loads(exported(client, save(client, QUESTIONS[name]), "json"))
    told["result"] = {"shown": "<script>alert(1)</script>", "walls": {}}
    back = client.post("/s/import/", {"text": orjson.dumps(told).decode()})["Location"]
    assert Scenario.objects.get(pk=back.split("/")[2]).latest.result["page"]["type"] == name
    assert "<script>alert" not in shown(client, back)


@every_page
def test_it_is_printed_and_framed_with_its_verdict_and_inputs(client, name):
    link = save(client, QUESTIONS[name])
    opened = open_version(latest())
    for path in ("print/", "embed/"):
        page = html.unescape(shown(client, f"{link}{path}"))
        assert units(opened.verdict) in without_emphasis(page)
        assert [c.label in page for c in list(opened.cards.values())[:8]].count(False) == 0
        assert "<form" not in page and "csrf" not in page
    sheet = html.unescape(shown(client, f"{link}print/"))
    assert all(f"<dt>{each.label}</dt><dd>{each.text}</dd>" in sheet for each in opened.inputs)


@every_page
def test_its_card_says_verdict_and_figures_and_draws_a_line_where_there_is_one(client, name):
    link = save(client, QUESTIONS[name])
    opened = open_version(latest())
    card = ShareCard.of("Mine", PAGES[name].title, opened)
    assert card.verdict == opened.verdict and 1 <= len(card.figures) <= 4
    assert card.picture or not any(is_drawable(orjson.loads(each.plot)) for each in opened.page.summary.figures)
    assert card.picture is not None or name not in ("explore", "capstone", "geography")
    image = Image.open(io.BytesIO(client.get(f"{link}preview.png").content))
    assert image.size == (1200, 630)
    assert client.get(f"{link}qr/").status_code == 200


def test_the_card_of_a_wall_says_what_was_asked_and_draws_its_chart_in_the_colours_of_the_page(client):
    link = save(client, "/walls/roofline/?batch_size=256")
    card = ShareCard.of("Mine", "Roofline", open_version(latest()))
    assert (card.state, card.inputs) == ("compute", (("Batch size", "256"),))
    assert [dot.colour.token for dot in card.picture.dots] == ["compute"]
    image = Image.open(io.BytesIO(client.get(f"{link}preview.png").content)).convert("RGB")
    shades = {shade for _, shade in image.getcolors(1 << 20)}
    wanted = ImageColor.getrgb(COLOURS["compute"])
    assert any(all(abs(a - b) < 12 for a, b in zip(shade, wanted, strict=True)) for shade in shades)


def test_the_colours_of_a_card_are_the_light_ones_of_the_style_sheet():
    sheet = Path("static/css/tokens.css").read_text().partition(":root.projector")[0]
    light = dict(re.findall(r"--([a-z0-9-]+): light-dark\((#[0-9a-f]+),", sheet))
    assert {name: ImageColor.getrgb(value) for name, value in COLOURS.items()} == {
        name: ImageColor.getrgb(light[name]) for name in COLOURS
    }


@every_page
def test_names_of_the_catalog_are_text_wherever_it_is_shown(client, name):
    evil = '"></script></div><b onclick=x>&'
    for table in (Accelerator, Model, Grid):
        rows = list(table.objects.all())
        for row in rows:
            row.name = f"{evil}{row.slug}"[: row._meta.get_field("name").max_length]
        table.objects.bulk_update(rows, ["name"])
    one, two = save(client, QUESTIONS[name], title=evil), save(client, CHANGED[name][0])
    outdated()
    ids = ",".join(link.split("/")[2] for link in (one, two))
    for page in (one, f"{one}print/", f"{one}embed/", f"{one}v/1/drift/", f"/s/compare/?of={ids}", "/s/"):
        assert "<b onclick" not in shown(client, page), page


def test_a_page_that_asks_is_saved_and_its_files_are_not(client):
    query = QUESTIONS["explore"].partition("?")[2]
    for form in ("csv", "json", "py", "parquet"):
        assert client.post("/s/save/", {"page": f"/explore/export/{form}/?{query}"}).status_code == 422
    assert not Version.objects.exists()
