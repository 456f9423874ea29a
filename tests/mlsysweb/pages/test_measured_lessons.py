"""The lessons of measurements: figures computed from the rows, predictions that the linked pages compute."""

import html
import json

import pytest

from mlsysweb.classroom.figures import compute
from mlsysweb.pages.accuracy.taught import figures
from mlsysweb.pages.accuracy.taught.answer import answer_page, questions
from mlsysweb.show.unit_filter import units

pytestmark = pytest.mark.usefixtures("catalog")

URL = "/accuracy/lessons/"


@pytest.fixture
def lessons(client):
    return {each.id: each for each in client.get(URL).context["page"].lessons}


def figure(stated, label):
    return next(each.value for each in stated if each.label.startswith(label))


def test_every_lesson_has_measured_and_predicted_figures_sources_and_computations(lessons):
    assert list(lessons) == ["power-capping", "mlperf-rounds", "reducing-switch", "request-log", "keyword-spotting"]
    for each in lessons.values():
        assert each.measured and each.predicted and each.computations
        assert all(link.url.startswith("https://github.com/") for link in each.sources)


def test_every_computation_opens(client, lessons):
    for each in lessons.values():
        for link in each.computations:
            assert client.get(link.url).status_code == 200, link.url


@pytest.mark.parametrize(
    ("lesson", "label", "output"),
    [
        ("reducing-switch", "Bus bandwidth of a ring", "bus_bandwidth"),
        ("request-log", "Utilization", "utilization"),
        ("keyword-spotting", "Roofline", "energy"),
        ("keyword-spotting", "Battery life at the least", "lifetime"),
    ],
)
def test_a_prediction_is_the_output_of_the_page_that_is_linked(lessons, lesson, label, output):
    found = lessons[lesson]
    shown = figure(found.predicted, label)
    assert shown in {card for link in found.computations if (card := _output(link.url, output))}


def _output(link, output):
    try:
        return compute(link, output).value
    except ValueError:
        return ""


def test_capping_saves_about_a_fifth_for_a_tenth_of_the_time():
    found = figures.power_capping()
    assert (found.workloads, found.energy, found.time) == (
        68,
        pytest.approx(-0.194, abs=0.001),
        pytest.approx(0.112, abs=0.001),
    )


def test_the_same_chip_gains_from_round_to_round():
    first, last = figures.rounds()
    assert (first.name, first.rate, first.devices) == ("v4.1", 3066.037, 8)
    assert (last.name, last.rate, last.devices) == ("v5.1", 3902.469, 32)


def test_a_switch_exceeds_the_link_that_a_ring_cannot(lessons):
    found = figures.reducing_switch()
    assert found.bus_bandwidth > found.link == 450e9
    ring = compute(lessons["reducing-switch"].computations[0].url, "bus_bandwidth").number
    assert ring <= found.link < found.bus_bandwidth


def test_the_log_counts_those_that_waited_when_the_last_request_arrived(lessons):
    rows = list(figures._rows("request_log.csv"))
    last = max(float(row["arrival_s"]) for row in rows)
    assert figures.request_log().waiting == sum(float(row["scheduled_s"]) > last for row in rows) == 228
    predicted = figure(lessons["request-log"].predicted, "Waiting when")
    assert float(predicted) == pytest.approx(228, rel=0.05)


def test_the_arrivals_of_the_log_are_replayed_against_its_slots():
    log = figures.request_log()
    begins = figures.replayed(log)
    assert all(begin >= arrival for begin, arrival in zip(begins, log.arrivals, strict=True))
    for time in (10.0, 29.0, 60.0):
        served = [begin <= time < begin + took for begin, took in zip(begins, log.services, strict=True)]
        assert sum(served) <= log.slots == 50
    waiting = sum(begin > log.duration for begin in begins)
    assert waiting == pytest.approx(log.waiting, rel=0.1)
    assert max(begins) < max(log.begins) and 30 < log.busy_after < log.slots


def test_every_lesson_draws_its_measurements_and_their_sources_open(client, lessons):
    for each in lessons.values():
        plot = json.loads(html.unescape(each.figure.plot))
        assert len(plot["data"]) >= 2 and each.figure.table.rows and each.figure.description
        for trace in plot["data"]:
            assert len(trace["x"]) == len(trace["y"]) == len(trace["text"]) > 0
            assert all(url.startswith("https://github.com/") for url in trace.get("meta", {}).get("urls", ()))
    traces = {trace["name"]: trace for trace in json.loads(lessons["reducing-switch"].figure.plot)["data"]}
    assert max(traces["Ring, predicted"]["y"]) <= traces["Link, one way"]["y"][0] < max(traces["aiconfigurator"]["y"])
    energy = json.loads(lessons["power-capping"].figure.plot)["data"][0]
    least = energy["x"][energy["y"].index(min(energy["y"]))]
    assert 100 < least < 250 and energy["y"][-1] == 1


def test_keyword_spotting_spans_more_than_250_times_in_energy(lessons):
    found = figures.keyword_spotting()
    assert found.most / found.least > 250
    assert lessons["keyword-spotting"].title == "One network, 252× the energy"


def test_every_row_has_its_source_and_licence():
    for path in sorted(figures.DATA.glob("*.csv")):
        rows = figures._rows(path.name)
        assert rows and all(row["url"].startswith("https://") and row["licence"] for row in rows), path.name


def test_the_page_shows_what_was_computed(client):
    text = html.unescape(client.get(URL).content.decode())
    for each in answer_page().lessons:
        for stated in (*each.measured, *each.predicted):
            assert units(stated.value) in text and stated.label in text
    assert 'href="/accuracy/lessons/"' in client.get("/accuracy/").content.decode()


def test_every_question_is_one_that_its_wall_answers():
    assert {wall for wall, _ in questions().values()} == {
        "sustainability",
        "serving",
        "collectives",
        "tail_latency",
        "roofline",
        "battery",
    }
