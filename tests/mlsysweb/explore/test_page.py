import html
import re

import pytest
from django.test import Client

from mlsysweb.explore.ask.presets import PRESETS
from solvers.search.run import run
from tests.mlsysweb.explore.questions import GOALS, SMALL, link, question, search

pytestmark = pytest.mark.usefixtures("catalog")

PARTIAL = {"HTTP_HX_REQUEST": "true"}


def text(answer):
    return html.unescape(re.sub(r"\s+", " ", answer.content.decode()))


def verdict(answer):
    return re.search(r'class="verdict"[^>]*>(.*?)</p>', text(answer))[1]


def table(answer):
    """The cells of the rows, without the mark before and the link behind."""
    body = text(answer).partition('<table class="sortable">')[2].partition("</table>")[0]
    return [re.findall(r"<td>(.*?)</td>", row)[1:-1] for row in body.split("<tr")[2:]]


def test_opened_bare_it_answers_the_exercise(client):
    answer = client.get("/explore/")
    assert answer.status_code == 200
    assert "960 configurations" in text(answer) and "purchase_price <= 1 MUSD" in text(answer)


@pytest.mark.parametrize("preset", PRESETS, ids=lambda p: p.name)
def test_every_preset_draws_its_front(client, preset):
    answer = client.get(f"/explore/?{preset.question.query}")
    assert answer.status_code == 200
    assert 'data-for="plot-front-0"' in answer.content.decode()
    assert 'aria-current="true"' in answer.content.decode()


def test_an_update_is_the_result_and_its_link(client):
    answer = client.get(link(), **PARTIAL)
    assert answer.content.decode().lstrip().startswith('<section id="found"')
    assert answer["HX-Replace-Url"] == link()
    assert "2 × 7 × 2 = 28 configurations" in text(answer)


def test_a_mistake_is_told_beside_its_row_and_what_was_shown_stays(client):
    answer = client.get(link(goals=(*GOALS, "latencie < 5 ms")), **PARTIAL)
    assert answer.status_code == 422 and answer["HX-Reswap"] == "none"
    assert re.search(r'id="goal-3-error"[^>]*>at character 1', text(answer))


def test_a_mistake_loses_nothing_of_what_was_typed(client):
    answer = client.get(link(axes=SMALL | {"batch_size": "1 to"}))
    assert answer.status_code == 422
    assert 'value="1 to"' in text(answer) and "No answer yet" in text(answer)


def test_when_nothing_meets_the_goals_it_says_what_stands_in_the_way_and_how_near_it_came(client):
    answer = client.get(link(goals=("maximize: throughput", "latency < 1 ms")))
    assert verdict(answer).startswith(
        "None of 28 configurations meets every goal. Most are turned down by latency < 1 ms"
    )
    assert "The nearest comes to" in verdict(answer)


def test_a_relaxed_limit_says_what_it_would_give(client):
    axes = {"model": "llama-3-8b", "batch_size": "400 to 800 in 41 steps"}
    some = run(search(axes=axes, goals=("minimize: latency",)))
    limit = some.top[20].values["roofline.latency"]
    shown = text(client.get(link(axes=axes, goals=("maximize: batch_size", f"latency <= {limit!r} s"))))
    assert "batch size 660 instead of 600" in shown


def test_a_limit_that_stops_all_says_what_the_first_let_in_would_be(client):
    shown = text(client.get(link(goals=("maximize: throughput", "latency < 2.55 ms"))))
    assert re.search(r"throughput [^<]*/s, where now there is nothing", shown)


def test_rows_sort_by_any_column_both_ways(client):
    up = [row[1] for row in table(client.get(link() + "&sort=batch_size", HTTP_HX_TARGET="rows", **PARTIAL))]
    down = [row[1] for row in table(client.get(link() + "&sort=-batch_size", HTTP_HX_TARGET="rows", **PARTIAL))]
    assert list(map(int, up)) == sorted(map(int, up)) and up[0] == "1"
    assert list(map(int, down)) == sorted(map(int, down), reverse=True) and down[0] == "64"


def test_rows_come_in_pages_that_miss_none(client):
    first, second = (table(client.get(f"{link()}&page={k}")) for k in (1, 2))
    assert len(first) == 20 and len(second) == 8
    assert len({tuple(row) for row in first + second}) == 28


def test_a_page_beyond_the_last_is_the_last(client):
    assert table(client.get(f"{link()}&page=99")) == table(client.get(f"{link()}&page=2"))
    assert table(client.get(f"{link()}&page=0")) == table(client.get(f"{link()}&page=x")) == table(client.get(link()))


def test_brushes_filter_the_table_and_fade_the_lines(client):
    answer = client.get(f"{link()}&from.batch_size=4&to.batch_size=16", HTTP_HX_TARGET="rows", **PARTIAL)
    assert answer.content.decode().lstrip().startswith('<section id="rows"')
    assert {row[1] for row in table(answer)} == {"4", "8", "16"}
    assert len(re.findall('class="thread kept', text(answer))) == 12
    assert len(re.findall('class="thread', text(answer))) == 28


def test_a_brush_that_cannot_be_read_says_so_and_holds_nothing(client):
    answer = client.get(f"{link()}&from.batch_size=many", HTTP_HX_TARGET="rows", **PARTIAL)
    assert "Batch size needs a number" in text(answer)
    assert len(table(answer)) == 20


def test_why_not_names_the_constraint_it_fails_and_by_how_much(client):
    goals = ("maximize: throughput", "latency < 2.55 ms")
    answer = client.get(link(goals=goals) + "&try-accelerator=a100-sxm4-80gb", HTTP_HX_TARGET="why", **PARTIAL)
    assert answer.content.decode().lstrip().startswith('<section id="why"')
    assert re.search(r"It fails latency < 2.55 ms: it comes to [\d.]+ ms, [\d.]+% off", text(answer))


def test_why_not_names_the_one_that_beats_it(client):
    answer = client.get(link() + "&try-batch_size=3&try-accelerator=a100-sxm4-80gb", HTTP_HX_TARGET="why", **PARTIAL)
    assert "is no worse in anything" in text(answer)


def test_why_not_of_the_best_finds_nothing_against_it(client):
    answer = client.get(link() + "&try-batch_size=64", HTTP_HX_TARGET="why", **PARTIAL)
    assert "Nothing speaks against it" in text(answer)


def test_why_not_with_a_slip_says_so_at_its_field(client):
    answer = client.get(link() + "&try-accelerator=h1000", HTTP_HX_TARGET="why", **PARTIAL)
    assert answer.status_code == 200
    assert re.search(r'id="try-0-error"[^>]*>[^<]*no accelerator', text(answer))


def test_a_row_opens_as_its_wall_with_the_same_numbers(client):
    shown = text(client.get(link()))
    opened = html.unescape(re.search(r'<td><a href="(/walls/roofline/[^"]*)">Open', shown)[1])
    wall = text(client.get(opened))
    throughput = re.search(r"throughput ([\d ]+)/s", verdict(client.get(link())))[1]
    assert throughput in wall


def test_a_row_of_several_walls_opens_as_their_pipeline(client):
    shown = text(client.get("/explore/"))
    opened = html.unescape(re.search(r'<td><a href="(/pipeline/[^"]*)">Open', shown)[1])
    answer = client.get(opened)
    assert answer.status_code == 200
    assert "20.4 ms" in verdict(client.get("/explore/")) and "20.4 ms" in text(answer)


def test_beside_the_best_each_axis_is_turned_by_one_place(client):
    beside = text(client.get(link())).partition("Beside the best</h2>")[2]
    assert re.search(r"<th scope=\"row\">Batch size</th><td>32</td>", beside)


def test_the_question_survives_its_own_link():
    asked = question()
    assert f"/explore/?{asked.query}" == link()


def test_it_can_be_saved_and_shows_the_same_for_ever(client):
    kept = client.post("/s/save/", {"page": link()})["Location"]
    assert verdict(Client().get(kept)) == verdict(client.get(link()))


def test_its_update_fits_the_wire(client):
    answer = client.get(f"/explore/?{PRESETS[-1].question.query}", HTTP_ACCEPT_ENCODING="gzip", **PARTIAL)
    assert len(answer.content) < 24_000
