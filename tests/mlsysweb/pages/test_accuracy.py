"""The accuracy page: errors by kind and by property, the chart, the rows with their sources, and what narrows them."""

import csv
import io

import numpy as np
import orjson
import pytest

from mlsysweb.pages.accuracy.question import NARROWED_BY, AccuracyQuestion
from mlsysweb.show.measurements.peer import FILE, KEY
from mlsysweb.show.measurements.rows import KINDS, PREDICTIONS, measurements
from mlsysweb.show.measurements.words import configuration, ratio_text
from solvers.quantities import format_quantity

pytestmark = pytest.mark.usefixtures("catalog")

ROWS = measurements()
each_kind = pytest.mark.parametrize("kind", [kind.name for kind in KINDS if not kind.unpredicted])


def page(client, query=""):
    return client.get(f"/accuracy/{query}").context["page"]


@each_kind
def test_every_kind_has_its_chart_its_rows_and_its_errors(client, kind):
    shown = page(client, f"?kind={kind}")
    of_kind = ROWS.where(ROWS["kind"] == kind)
    median = np.median(np.abs(of_kind["default"] / of_kind["measured"] - 1))
    current = next(row for row in shown.kinds if row.kind.current)
    assert (current.rows, current.median) == (f"{len(of_kind):,}", format_quantity(median, "1", "percent"))
    assert shown.rows[0].source.url.startswith("https://")
    traces = orjson.loads(shown.figure.plot)["data"]
    assert {trace["name"] for trace in traces} >= {"Equal", "Factor of 2"}


def test_a_kind_without_predictions_lists_its_rows_and_says_why_it_has_no_errors(client):
    shown = page(client, "?kind=tinyml_energy&chip=stm32u575")
    current = next(row for row in shown.kinds if row.kind.current)
    assert (current.rows, current.median, current.calibrations) == ("74", "–", ("–", "–", "–"))
    assert shown.told == "Nothing is predicted for these measurements: the power of these boards is not known."
    assert shown.figure is None and shown.shown == "16 of 16 rows, page 1 of 1"
    assert {(row.predicted, row.ratio, row.far) for row in shown.rows} == {("", "", False)}
    assert shown.total == f"{len(ROWS) - 74:,}"
    html = client.get("/accuracy/?kind=tinyml_energy").content.decode()
    assert "largest error first" not in html
    assert html.count('<td>–</td><td>–</td><td><a href="https://github.com/mlcommons/tiny_results') == 20
    assert len(client.get(shown.csv).content.decode().splitlines()) == 17


@pytest.mark.parametrize(
    ("kind", "legend"), [("decode", "H100 SXM5"), ("training", "A100 SXM4 80GB"), ("training", "A100 SXM4 40GB")]
)
def test_the_legend_names_a_chip_as_briefly_as_it_can(client, kind, legend):
    traces = orjson.loads(page(client, f"?kind={kind}").figure.plot)["data"]
    assert legend in [trace["name"] for trace in traces]


def test_the_rows_that_are_furthest_off_come_first(client):
    every = ROWS.where(ROWS["kind"] == "decode")
    off = np.abs(np.log(every["default"] / every["measured"]))
    worst = int(np.argmax(off))
    first = page(client).rows[0]
    assert first.configuration == configuration(every, worst)
    assert first.ratio == ratio_text(float(every["default"][worst] / every["measured"][worst]))
    assert first.far


@pytest.mark.parametrize("name", NARROWED_BY)
def test_a_group_opens_its_rows_alone_and_can_be_left_again(client, name):
    kind = "training" if name == "source" else "decode"
    of_kind = ROWS.where(ROWS["kind"] == kind)
    value = str(np.unique(of_kind[name])[0])
    url = AccuracyQuestion.read({"kind": kind}, ROWS).link(**{name: value})
    number = int((of_kind[name] == value).sum())
    narrowed = page(client, url)
    assert f" of {number:,} rows" in narrowed.shown
    assert len(narrowed.narrowed) == 1
    assert f" of {len(of_kind):,} rows" in client.get(narrowed.narrowed[0].url).context["page"].shown


@pytest.mark.parametrize("calibration", PREDICTIONS)
def test_a_calibration_changes_the_predictions(client, calibration):
    shown = page(client, f"?calibration={calibration}")
    of_kind = ROWS.where(ROWS["kind"] == "decode")
    median = np.median(np.abs(of_kind[calibration] / of_kind["measured"] - 1))
    assert shown.told.startswith(f"Median error {format_quantity(median, '1', 'percent')} over")


def test_a_kind_whose_walls_take_no_calibration_says_so(client):
    shown = page(client, "?kind=collectives&calibration=ideal")
    assert (shown.figure, shown.rows, shown.told) == (None, (), "No rows: these walls take no calibration.")


def test_pages_of_rows_follow_one_another(client):
    first = page(client, "?kind=tinyml")
    second = client.get(first.after).context["page"]
    assert first.shown.startswith("20 of 156 rows, page 1 of 8") and ", page 2 of 8" in second.shown
    assert not set(first.rows) & set(second.rows)
    assert client.get(second.before).context["page"] == first
    assert page(client, "?kind=tinyml&page=99").after == ""


def test_the_file_has_the_rows_of_the_page_with_their_sources(client):
    shown = page(client, "?kind=training&source=NeMo")
    rows = list(csv.DictReader(io.StringIO(client.get(shown.csv).content.decode())))
    assert f"of {len(rows)} rows" in shown.shown
    assert all(row["url"].startswith("https://") and float(row["measured"]) > 0 for row in rows)


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("?kind=speed", "kind: 'speed'"),
        ("?calibration=best", "calibration: 'best'"),
        ("?chip=abacus", "chip: 'abacus'"),
        ("?page=0", "page: '0'"),
        ("?page=²", "page: '²'"),
        ("?page=many", "page: 'many'"),
    ],
)
def test_what_cannot_be_read_is_told(client, query, told):
    answer = client.get(f"/accuracy/{query}")
    assert answer.status_code == 422 and answer.context["page"].errors[0].startswith(told)
    assert client.get(f"/accuracy/accuracy.csv{query}").status_code == 422


def test_an_update_is_the_part_that_changes(client):
    answer = client.get("/accuracy/?kind=energy", headers={"HX-Request": "true"}).content.decode()
    assert answer.lstrip().startswith('<div id="accuracy">') and "<html" not in answer


def test_mlsysim_stands_beside_the_calibrations_on_the_rows_it_can_answer(client):
    for kind, rows in (("training", "223"), ("prefill", "72"), ("decode", "194")):
        page = client.get(f"/accuracy/?kind={kind}").context["page"]
        assert [peer.name for peer in page.peers] == ["Ideal", "Course", "Measured", "mlsysim 0.3.0"]
        assert {peer.rows for peer in page.peers} == {rows}
        assert all("the measured figure: NVIDIA" in peer.worst for peer in page.peers)
    peers = {peer.name: peer.median for peer in page.peers}
    assert (peers["mlsysim 0.3.0"], peers["Measured"]) == ("28\xa0%", "4.8\xa0%")


def test_mlsysim_is_compared_on_all_reduces_and_power_and_the_page_says_where_it_cannot_be(client):
    for kind, rows, beside in (
        ("collectives", "633", "Default"),
        ("energy", "11", "Measured"),
        ("power", "11", "Measured"),
    ):
        page = client.get(f"/accuracy/?kind={kind}").context["page"]
        assert page.peers[-1].name == "mlsysim 0.3.0" and beside in [peer.name for peer in page.peers]
        assert {peer.rows for peer in page.peers} == {rows} and page.peers_told.startswith("Recorded answers of its ")
    for kind in ("storage", "tinyml", "tinyml_energy", "memory", "idle", "answer"):
        page = client.get(f"/accuracy/?kind={kind}").context["page"]
        assert page.peers == () and page.peers_told.startswith("Not compared with mlsysim 0.3.0: ")


def test_every_recorded_answer_of_mlsysim_belongs_to_a_measurement():
    rows = measurements()
    known = set(zip(*(map(str, rows[name].tolist()) for name in KEY), strict=True))
    with FILE.open(newline="") as file:
        recorded = [tuple(row[name] for name in KEY) for row in csv.DictReader(file)]
    assert len(recorded) > 700 and set(recorded) <= known
