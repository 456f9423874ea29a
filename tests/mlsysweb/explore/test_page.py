import json
import re
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import Client

from mlsysweb.explore.ask.presets import PRESETS
from solvers.quantities import format_quantity
from solvers.search.run import run
from tests.mlsysweb.explore.questions import GOALS, SMALL, link, question, search

pytestmark = pytest.mark.usefixtures("catalog")

PARTIAL = {"HTTP_HX_REQUEST": "true"}


def page(client, query="", target="", **headers):
    """Return the page; with a `target`, the fragment that an update requests."""
    answer = client.get(f"{link()}{query}", HTTP_HX_TARGET=target, **(PARTIAL if target else {}))
    assert answer.status_code == 200
    if target:
        assert answer.content.decode().lstrip().startswith(f'<section id="{target}"')
    return answer.context["page"]


def cells(rows):
    return [row.cells for row in rows.rows]


def test_opened_bare_it_answers_the_exercise(client):
    answer = client.get("/explore/")
    assert answer.status_code == 200
    assert "960 configurations" in answer.context["form"].size
    assert "purchase_price <= $1M" in [row.text for row in answer.context["form"].goals]


@pytest.mark.parametrize("preset", PRESETS, ids=lambda p: p.name)
def test_every_preset_draws_its_front(client, preset):
    answer = client.get(f"/explore/?{preset.question.query}")
    assert answer.status_code == 200
    assert "front-0" in [figure.id for figure in answer.context["page"].figures]
    assert [each.words for each in answer.context["presets"] if each.current] == [preset.name]


def test_an_update_is_the_result_and_its_link(client):
    answer = client.get(link(), **PARTIAL)
    assert answer.content.decode().lstrip().startswith('<section id="results"')
    assert answer["HX-Replace-Url"] == link()
    assert "2 × 7 × 2 = 28 configurations" in answer.content.decode()


def test_a_mistake_is_told_beside_its_row_and_what_was_shown_stays(client):
    answer = client.get(link(goals=(*GOALS, "latencie < 5 ms")), **PARTIAL)
    assert answer.status_code == 422 and answer["HX-Reswap"] == "none"
    told = {row.number: row.error for row in answer.context["form"].goals if row.error}
    assert list(told) == [3] and told[3].startswith("in 'latencie < 5 ms': ")
    assert 'id="goal-3-error"' in answer.content.decode()


def test_a_mistake_loses_nothing_of_what_was_typed(client):
    answer = client.get(link(axes=SMALL | {"batch_size": "1 to"}))
    assert answer.status_code == 422
    assert 'value="1 to"' in answer.content.decode() and "No result yet" in answer.content.decode()


def test_when_nothing_meets_the_goals_it_says_what_stands_in_the_way_and_how_near_it_came(client):
    verdict = client.get(link(goals=("maximize: throughput", "latency < 1 ms"))).context["page"].verdict
    assert verdict.startswith("No feasible configuration. None of 28 configurations meets every goal.")
    assert "The limit “latency < 1 ms” rules out 28." in verdict
    assert "The nearest comes to" in verdict


def test_a_relaxed_limit_says_what_it_would_give(client):
    axes = {"model": "llama-3-8b", "batch_size": "400 to 800 in 41 steps"}
    some = run(search(axes=axes, goals=("minimize: latency",)))
    limit = some.top[20].values["roofline.latency"]
    shown = client.get(link(axes=axes, goals=("maximize: batch_size", f"latency <= {limit!r} s"))).context["page"]
    assert any("batch size 660 instead of 600" in reason.gain for reason in shown.reasons)


def test_a_limit_that_stops_all_says_what_the_first_let_in_would_be(client):
    shown = client.get(link(goals=("maximize: throughput", "latency < 2.55 ms"))).context["page"]
    assert re.search(r"throughput .*/s, where now there is nothing", shown.reasons[0].gain)


def test_rows_sort_by_any_column_both_ways(client):
    up = [row[1] for row in cells(page(client, "&sort=batch_size", "rows"))]
    down = [row[1] for row in cells(page(client, "&sort=-batch_size", "rows"))]
    assert list(map(int, up)) == sorted(map(int, up)) and up[0] == "1"
    assert list(map(int, down)) == sorted(map(int, down), reverse=True) and down[0] == "64"


def test_rows_come_in_pages_that_miss_none(client):
    first, second = (cells(page(client, f"&page={k}").rows) for k in (1, 2))
    assert len(first) == 20 and len(second) == 8
    assert len({*first, *second}) == 28


def test_a_page_beyond_the_last_is_the_last(client):
    def shown(number):
        return cells(page(client, f"&page={number}").rows)

    assert shown(99) == shown(2) != shown(1) == shown(0) == shown("x") == cells(page(client).rows)


def test_brushes_filter_the_table_and_fade_the_lines(client):
    query = "&from.batch_size=4&to.batch_size=16"
    assert {row[1] for row in cells(page(client, query, "rows"))} == {"4", "8", "16"}
    drawn = client.get(f"{link()}{query}", HTTP_HX_TARGET="rows", **PARTIAL).content.decode()
    assert (drawn.count('class="polyline selected'), drawn.count('class="polyline')) == (12, 28)


def test_a_brush_that_cannot_be_read_says_so_and_holds_nothing(client):
    rows = page(client, "&from.batch_size=many", "rows")
    errors = [brush.error for brush in rows.brushes if brush.error]
    assert len(errors) == 1 and errors[0].startswith("Batch size needs a number")
    assert len(rows.rows) == 20


def test_why_not_names_the_constraint_it_fails_and_by_how_much(client):
    goals = ("maximize: throughput", "latency < 2.55 ms")
    answer = client.get(link(goals=goals) + "&try-accelerator=a100-sxm4-80gb", HTTP_HX_TARGET="why", **PARTIAL)
    assert answer.content.decode().lstrip().startswith('<section id="why"')
    why = answer.context["page"]
    assert re.match(
        r"Infeasible. It violates latency < 2.55 ms: it comes to [\d.]+ ms, [\d.]+× the limit\.", why.verdict
    )
    tried = dict(parse_qsl(urlsplit(why.url).query))
    assert tried["accelerator"] == "a100-sxm4-80gb" and {"batch_size", "precision"} <= set(tried)
    outputs = client.get(why.url.replace("/walls/roofline/", "/api/v1/solve/roofline")).json()["outputs"]
    assert dict(why.cells)["Latency"] == format_quantity(outputs["latency"]["value"], "s")


def test_why_not_names_the_one_that_beats_it(client):
    why = page(client, "&try-batch_size=3&try-accelerator=a100-sxm4-80gb", "why")
    assert "is no worse in anything" in " ".join((why.verdict, *why.against))


def test_why_not_of_the_best_finds_nothing_against_it(client):
    assert "Pareto-optimal" in page(client, "&try-batch_size=64", "why").verdict


def test_why_not_with_a_slip_says_so_at_its_field(client):
    errors = {field.name: field.error for field in page(client, "&try-accelerator=h1000", "why").fields if field.error}
    assert list(errors) == ["accelerator"] and "no accelerator" in errors["accelerator"]


def test_a_row_opens_as_its_wall_with_the_same_numbers(client):
    shown = page(client)
    opened = shown.rows.rows[0].url
    throughput = next(card.value for card in shown.cards if card.name == "throughput")
    assert throughput in shown.verdict
    assert opened.startswith("/walls/roofline/?")
    assert throughput in [card.value for card in client.get(opened).context["page"].result.headline]


def test_a_row_of_several_walls_opens_as_their_pipeline(client):
    shown = client.get("/explore/").context["page"]
    opened = shown.rows.rows[0].url
    cards = [card.value for stage in client.get(opened).context["page"].stages for card in stage.headline]
    itl = re.search(r"inter-token latency \(ITL\) ([\d.]+ ms)", shown.verdict)[1]
    assert opened.startswith("/pipeline/?") and itl in cards


def test_a_click_on_a_point_of_the_chart_opens_its_configuration(client):
    shown = page(client)
    plot = json.loads(shown.figures[0].plot)
    traces = {trace["name"]: trace for trace in plot["data"]}
    front, beaten = traces["Pareto-optimal"], traces["Dominated"]
    answer = client.get(front["meta"]["base"] + front["meta"]["values"][0])
    assert answer.status_code == 302 and answer["Location"] in [row.url for row in shown.rows.rows]
    opened = client.get(beaten["meta"]["base"] + beaten["meta"]["values"][-1], follow=True).context["page"].result
    throughput = next(card.number for card in opened.headline if card.name == "throughput")
    assert throughput == pytest.approx(beaten["x"][-1], rel=1e-3)


@pytest.mark.parametrize("number", ["28", "9" * 20, "-1", "x"])
def test_a_number_of_no_configuration_opens_none(client, number):
    assert client.get(f"{link()}&open={number}").status_code in (200, 422)


def test_beside_the_best_each_axis_is_turned_by_one_place(client):
    assert ("Batch size", "32") in [(step.axis, step.to) for step in page(client).steps]


def test_the_question_survives_its_own_link():
    asked = question()
    assert f"/explore/?{asked.query}" == link()


def test_it_can_be_saved_and_shows_the_same_for_ever(client):
    kept = client.post("/s/save/", {"page": link()})["Location"]
    assert page(client).verdict in Client().get(kept).content.decode().replace("&lt;", "<")


def test_its_update_fits_the_wire(client):
    answer = client.get(f"/explore/?{PRESETS[-1].question.query}", HTTP_ACCEPT_ENCODING="gzip", **PARTIAL)
    assert len(answer.content) < 24_000


def test_the_page_says_what_limits_the_best_and_what_was_left_out(client):
    def told(name):
        asked = next(p.question for p in PRESETS if p.name == name)
        answer = client.get(f"/explore/?{asked.query}")
        shown = answer.context["page"]
        words = unescape(answer.content.decode()).replace("\u00a0", " ")
        assert all(sentence.replace("\u00a0", " ") in words for sentence in shown.limits)
        assert all(sentence in shown.summary().verdict for sentence in shown.limits)
        return " ".join(shown.limits)

    batching = told("Batching")
    assert "The best value of batch size is the largest searched, 512: extend the axis" in batching
    assert "Offered load: requests arrive at 10/s" in batching
    assert re.search(r"[\d,]+ of 960 configurations are left out", told("A million dollars, 50 ms"))
