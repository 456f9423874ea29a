import csv
import io

import pytest

from mlsysweb.pages.serving_cost.page import COLUMNS
from mlsysweb.show.unit_filter import units

pytestmark = pytest.mark.usefixtures("catalog")

URL = "/serving-cost/"


def page_of(client, **query):
    return client.get(URL, query).context["page"]


def row_of(page, name):
    return next(row for row in page.rows if name in row.accelerator.words)


def dollars(text):
    return float(text.strip("$").replace("k", "e3").replace("M", "e6"))


def cell(row, column):
    return row.cells[COLUMNS.index(column) - 1]


def test_eight_accelerators_are_compared_and_the_cheapest_is_named_first(client):
    page = page_of(client)
    assert len(page.rows) == 8 and [row.best for row in page.rows] == [True] + [False] * 7
    first = page.rows[0]
    assert page.verdict.startswith("SLO met. Cheapest: ") and first.accelerator.words in page.verdict
    assert f"{cell(first, 'On demand per month')}/month on demand, p99 TTFT {cell(first, 'p99 TTFT')}." in page.verdict
    prices = [cell(row, "On demand per month") for row in page.rows]
    known = [dollars(price) for price in prices if price != "unknown"]
    assert known == sorted(known) and prices[len(known) :] == ["unknown"] * (len(prices) - len(known))


def test_the_ranking_follows_the_way_of_payment(client):
    assert "/month owned, " in page_of(client, purchase="own").verdict
    assert cell(page_of(client, purchase="spot").rows[0], "Spot per month") != "unknown"


def test_an_accelerator_without_a_price_says_unknown_and_borrows_none(client):
    row = row_of(page_of(client), "L40S")
    assert cell(row, "Owned per month") == cell(row, "Spot per month") == "unknown"
    assert cell(row, "On demand per month").startswith("$")


def test_accelerators_alone_without_a_purchase_price_can_be_rented(client):
    page = page_of(client, accelerator="l40s", also="tpu-v5p")
    assert page.verdict.startswith("SLO met. Cheapest: ") and len(page.rows) == 2


@pytest.mark.parametrize(
    ("query", "chip", "said"),
    [
        ({"ttft_target": "20 ms"}, "H100", " over 20 ms."),
        ({"itl_target": "5 ms"}, "H100", " over 5 ms."),
        ({"model": "llama-3.1-405b"}, "L40S", "per device short on 8 devices."),
        ({"accelerator": "trainium1"}, "Trainium", "the bandwidth of its link is unknown."),
        ({"accelerator": "rp2040"}, "RP2040", "rate is unknown."),
    ],
)
def test_an_accelerator_that_misses_says_which_limit_and_by_how_much(client, query, chip, said):
    row = row_of(page_of(client, **query), chip)
    assert not row.best and not row.cells and row.missed.endswith(said)


def test_an_slo_that_nothing_meets_is_missed(client):
    page = page_of(client, ttft_target="1 ms")
    assert page.kind == "missed" and page.figure is None and page.verdict.startswith("SLO missed. None of 8 ")


def test_the_cheapest_links_to_the_serving_wall_with_the_same_answer(client):
    page = page_of(client)
    wall = client.get(page.rows[0].accelerator.url).content.decode()
    assert units(cell(page.rows[0], "ITL")) in wall


def test_the_table_is_exported_as_csv(client):
    answer = client.get(f"{URL}table.csv", {"requests": "5"})
    lines = list(csv.reader(io.StringIO(answer.content.decode())))
    assert answer["Content-Type"].startswith("text/csv")
    assert lines[0] == [*COLUMNS, "Note"] and len(lines) == 9 and lines[1][-1] == "cheapest"
    assert client.get(f"{URL}table.csv", {"requests": "many"}).status_code == 400


def test_a_model_that_generates_no_tokens_is_an_error_of_the_model(client):
    answer = client.get(URL, {"model": "resnet-50"})
    assert answer.context["page"] is None and "does not generate tokens" in answer.content.decode()


def test_the_errors_of_predictions_are_those_on_the_cheapest_accelerator(client):
    page = page_of(client, accelerator="h100-sxm5-80gb")
    best = next(row for row in page.rows if row.best)
    assert page.prediction_errors
    assert all(f"on {best.accelerator.words}" in each for each in page.prediction_errors)
    html = client.get(URL).content.decode()
    assert "How far predictions are off" in html and units(page_of(client).prediction_errors[0]) in html


def test_without_an_accelerator_that_meets_the_slo_no_errors_are_told(client):
    assert page_of(client, ttft_target="1 us").prediction_errors == ()


def test_model_and_precision_are_the_first_choices_of_the_form(client):
    assert [field.name for field in client.get("/serving-cost/").context["form"].fields][:2] == ["model", "precision"]


def test_verdict_and_table_name_the_format_of_the_kv_cache(client):
    page = page_of(client, precision="fp16")
    assert page.verdict.endswith("Weights and KV cache are in FP16.")
    assert page.note.startswith("Weights and KV cache are in FP16.")


def test_a_replica_names_the_limit_that_more_concurrent_requests_would_miss(client):
    page = page_of(client, requests="200", precision="fp16")
    assert cell(row_of(page, "L40S"), "Replica") == "TP 4, 1 concurrent (p99 TTFT)"
    row = row_of(page, "B200")
    assert cell(row, "Replica") == "TP 2, 256 concurrent (ITL)"
    query = dict(pair.split("=") for pair in row.accelerator.url.partition("?")[2].split("&"))
    more = client.get("/api/v1/solve/serving", query | {"concurrency": "384"}).json()["outputs"]
    assert more["itl"]["value"] > 0.1
