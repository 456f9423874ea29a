import html
import re

import orjson
import pytest
from django.test import Client

from catalog.models import Accelerator
from mlsysweb.saved.scenarios.models import Version
from solvers.node.roofline import roofline
from tests.mlsysweb.people import ada, ben, cleo, course, edit, save, somebody

__all__ = ["ada", "ben", "cleo", "course", "somebody"]

pytestmark = pytest.mark.usefixtures("catalog")

SMALL, LARGE = "/walls/roofline/?batch_size=8", "/walls/roofline/?batch_size=256&accelerator=a100-sxm4-80gb"


def ids(*links):
    return ",".join(link.split("/")[2] for link in links)


def shown(client, of, **more):
    answer = client.get("/s/compare/", {"of": of, **more})
    return html.unescape(re.sub(r"\s+", " ", answer.content.decode()))


def line(page, label):
    """Return the cells of a row, without secondary text."""
    row = re.search(rf'<th scope="row">{re.escape(label)}\b.*?</tr>', page)[0]
    return re.findall(r"<td[^>]*>(.*?)(?:<span|</td>)", row)


def test_inputs_that_differ_stand_first_and_those_shared_are_folded(ada):
    page = shown(ada, ids(save(ada, SMALL), save(ada, LARGE)))
    assert line(page, "Batch size") == ["8", "256"]
    assert line(page, "Accelerator") == ["NVIDIA H100 SXM5 80GB", "NVIDIA A100 SXM4 80GB"]
    assert re.search(r"\d+ identical inputs</summary>.*?<dt>Precision</dt>", page)


def test_outputs_say_difference_and_ratio_to_the_baseline(ada):
    page = shown(ada, ids(save(ada, SMALL), save(ada, "/walls/roofline/?batch_size=16")))
    assert re.search(r"<td>3,1\d0/s<meter[^>]*></meter><span class=\"muted\">\+1,5\d0/s, ×2</span>", page)


def test_the_headline_and_what_differs_most_stand_first_and_all_others_are_folded(ada):
    page = shown(ada, ids(save(ada, SMALL), save(ada, LARGE)))
    first, folded = page.split('<details id="others">')
    folded = folded.split("</details>")[0]
    rows = [len(re.findall(r'<tr[^>]*> <th scope="row">', part)) for part in (first, folded)]
    assert '<th scope="row">Latency</th>' in first and rows[0] < 20 < sum(rows)
    assert f"Show the other {rows[1]} outputs" in folded


def test_the_largest_of_a_row_has_the_longest_bar(ada):
    page = shown(ada, ids(save(ada, SMALL), save(ada, "/walls/roofline/?batch_size=16")))
    row = re.search(r'<th scope="row">Throughput\b.*?</tr>', page)[0]
    bars = [float(bar) for bar in re.findall(r'value="([\d.]+)"', row)]
    assert bars[1] == 1 and 0.4 < bars[0] < 0.6


def test_one_form_asks_why_for_all_outputs_that_differ(ada):
    of = ids(save(ada, SMALL), save(ada, LARGE))
    page = shown(ada, of)
    form = re.search(r'<form [^>]*class="explain">.*?</form>', page)[0]
    assert '<option value="latency">' in form and "why?" not in page
    assert '<option value="latency" selected>' in shown(ada, of, output="latency")


def test_another_baseline_turns_the_differences_round(ada):
    one, two = save(ada, SMALL, title="One"), save(ada, LARGE, title="Two")
    page = shown(ada, ids(one, two), baseline=ids(two))
    assert re.search(r"One</a>.*?Set as baseline.*?Two</a>.*?<b>Baseline</b>", page)


def test_the_walls_own_charts_are_overlaid(ada):
    page = shown(ada, ids(save(ada, SMALL, title="One"), save(ada, LARGE, title="Two")))
    figure = re.search(r'data-for="plot-roofline-0">(.*?)</script>', page)[1]
    names = {trace.get("name") for trace in orjson.loads(figure)["data"]}
    assert {"One", "Two"} <= names


def test_costs_are_stacked(ada):
    page = shown(ada, ids(save(ada, "/walls/tco/"), save(ada, "/walls/tco/?devices=64")))
    figure = orjson.loads(re.search(r'data-for="plot-stack-0">(.*?)</script>', page)[1])
    assert figure["layout"]["barmode"] == "stack" and len(figure["data"][0]["y"]) == 2


def test_scenarios_of_different_walls_share_what_they_share(ada):
    page = shown(ada, ids(save(ada, SMALL), save(ada, "/walls/serving/")))
    assert "<dt>Batch size</dt><dd>8</dd>" in page
    assert "Latency" in page and "Inter-token latency" in page


def test_two_explorations_have_their_fronts_in_one_chart(ada):
    goals = "&goal=maximize:+throughput&goal=minimize:+power"
    space = "/explore/?walls=roofline&axis=batch_size&values=1+to+64+doubling&axis=accelerator&values="
    page = shown(ada, ids(save(ada, space + "all+AMD" + goals), save(ada, space + "all+Google" + goals)))
    figure = orjson.loads(re.search(r'data-for="plot-fronts-0">(.*?)</script>', page)[1])
    assert len(figure["data"]) == 2


def test_why_shares_out_the_whole_difference(ada):
    one, two = save(ada, SMALL, title="One"), save(ada, LARGE, title="Two")
    page = shown(ada, ids(one, two), output="latency")
    assert "Why latency differs" in page and "Most of the difference is due to" in page
    figure = orjson.loads(re.search(r'data-for="plot-why-0">(.*?)</script>', page)[1])["data"][0]
    assert {"Batch size", "Accelerator"} < set(figure["customdata"])
    ups = [h if word.startswith("+") else -h for h, word in zip(figure["y"][1:-1], figure["text"][1:-1], strict=True)]
    assert figure["y"][0] + sum(ups) == pytest.approx(figure["y"][-1])


def test_why_is_asked_of_the_rows_as_they_were_kept(ada):
    of = ids(save(ada, SMALL), save(ada, LARGE))
    before = re.search(r'id="why".*?</section>', shown(ada, of, output="latency"))[0]
    for chip in Accelerator.objects.filter(slug__in=("h100-sxm5-80gb", "a100-sxm4-80gb")):
        chip.memory_bandwidth = 1e12
        chip.save()
    assert re.search(r'id="why".*?</section>', shown(ada, of, output="latency"))[0] == before


def test_why_says_when_another_version_of_the_wall_shares_it_out(ada):
    of = ids(save(ada, SMALL), save(ada, LARGE))
    assert "of the wall; kept was" not in shown(ada, of, output="latency")
    Version.objects.update(solver_version="0")
    told = f"Shared out by version {roofline.version} of the wall; kept was what version 0 found"
    assert told in shown(ada, of, output="latency")


@pytest.mark.parametrize(
    ("output", "sentence"),
    [("bottleneck", "is not a number"), ("nothing", "is not a number"), ("latency", "of one wall")],
)
def test_why_that_makes_no_sense_is_a_sentence(ada, output, sentence):
    second = "/walls/serving/" if output == "latency" else LARGE
    answer = ada.get("/s/compare/", {"of": ids(save(ada, SMALL), save(ada, second)), "output": output})
    assert answer.status_code == 422 and sentence in html.unescape(answer.content.decode())


def test_what_one_may_not_see_is_not_compared(ada, ben):
    one, two = save(ada, SMALL, title="Hidden"), save(ada, LARGE)
    edit(ada, one, visibility="private")
    page = shown(ben, ids(one, two))
    assert "is not shown to you" in page and "Hidden" not in page


def test_eight_are_compared_and_a_ninth_is_told(ada):
    links = [save(ada, f"/walls/roofline/?batch_size={k + 1}") for k in range(9)]
    page = shown(ada, ids(*links))
    assert "8 scenarios are compared at most" in page
    assert len(line(page, "Batch size")) == 8


def test_with_nothing_chosen_ones_own_are_offered(ada):
    save(ada, title="Mine")
    page = shown(ada, "")
    assert "Choose two to eight" in page and "Mine" in page
    assert "You have no saved scenarios" in shown(Client(), "")


def test_boxes_ticked_come_as_several(ada):
    one, two = save(ada, SMALL), save(ada, LARGE)
    answer = ada.get("/s/compare/", {"of": [ids(one), ids(two)]})
    assert answer.status_code == 200 and "Inputs that differ" in answer.content.decode()


def test_a_nonsense_id_is_a_sentence(ada):
    answer = ada.get("/s/compare/", {"of": "x" * 500})
    assert answer.status_code == 422 and "There is no scenario" in answer.content.decode()


def boxes(page):
    """Return the scenarios offered, and those that are ticked."""
    found = re.findall(r'<input type="checkbox" name="of" value="(\S+?)"( checked)?>', page)
    return [id for id, _ in found], [id for id, ticked in found if ticked]


def test_a_scenario_of_somebody_else_is_offered_and_ticked(ada, ben):
    shared, own = ids(save(ada, SMALL)), ids(save(ben, LARGE))
    assert boxes(shown(ben, shared)) == ([shared, own], [shared])
    assert boxes(shown(Client(), shared)) == ([shared], [shared])


@pytest.mark.parametrize("pasted", ["http://testserver/s/{}/", "/s/{}/v/1/", "https://portal.example/s/{}", "{}"])
def test_a_pasted_link_or_id_is_compared(ada, ben, pasted):
    shared, own = ids(save(ada, SMALL)), ids(save(ben, LARGE))
    page = shown(ben, [own, pasted.format(shared)])
    assert line(page, "Batch size") == ["256", "8"] and boxes(page) == ([own, shared], [own, shared])


def test_an_empty_field_for_a_link_asks_for_nothing(ada):
    both = ids(save(ada, SMALL), save(ada, LARGE)).split(",")
    assert ada.get("/s/compare/", {"of": [*both, ""]}).status_code == 200
