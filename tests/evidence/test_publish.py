"""The file of the accuracy page is what the evidence computes today, to the digits it keeps."""

import csv

import numpy as np
import pytest

from mlsysweb.show.measurements.rows import (
    KINDS,
    NUMBERS,
    PREDICTIONS,
    TEXTS,
    measurements,
    model_sizes,
    wall_prediction,
)
from mlsysweb.show.measurements.words import NOTES

from .everything import everything
from .figures import HERE
from .publish import KINDS as PUBLISHED
from .publish import UNPREDICTED, model_rows, published

AGAIN = "The file is stale: `make accuracy` writes it anew."


@pytest.fixture(scope="module")
def now():
    return list(published())


def test_every_row_is_published_with_its_texts_and_source(now):
    recorded = measurements()
    for name in (*TEXTS[:-1], "source", "url"):
        assert recorded[name].tolist() == [str(row[name]) for row in now], AGAIN


def test_the_published_predictions_are_those_of_today(now):
    recorded = measurements()
    for name in NUMBERS:
        assert recorded[name].tolist() == pytest.approx([row[name] for row in now], rel=2e-3, nan_ok=True), AGAIN


def test_what_further_walls_predict_is_that_of_today(now):
    recorded = measurements()
    for wall in ("serving", "batch", "roofline", "reasoning"):
        for name in PREDICTIONS:
            answers = [row["by_wall"].get(wall, {}).get(name, np.nan) for row in now]
            found = recorded[wall_prediction(wall, name)].tolist()
            assert found == pytest.approx(answers, rel=2e-3, nan_ok=True), AGAIN
    assert np.isfinite(recorded["serving.default"]).sum() == (recorded["kind"] == "energy").sum()


def test_the_published_sizes_of_models_are_those_of_today():
    assert model_sizes() == {name: tuple(map(float, sizes)) for name, sizes in model_rows()}, AGAIN


def test_a_published_row_says_where_it_comes_from_and_how_it_was_used(now):
    assert all(row["url"].startswith("https://") and row["use"] in ("fitted", "checked", "shown") for row in now)
    assert {row["source"] for row in now} == set(NOTES)


def test_every_quantity_that_the_site_answers_is_published():
    answered = {judged.quantity for judged in everything() if "site" in judged.answers}
    assert {quantity for quantity, (kind, _) in PUBLISHED.items() if kind not in UNPREDICTED} == answered
    assert {kind for kind, _ in PUBLISHED.values()} == {kind.name for kind in KINDS}


def test_every_measured_energy_of_an_inference_is_published_with_its_time_and_no_prediction(now):
    with (HERE / "tinyml.csv").open(newline="") as file:
        measured = [row for row in csv.DictReader(file) if row["energy_uj_per_inference"]]
    shown = [row for row in now if row["kind"] == "tinyml_energy"]
    assert len(shown) == len(measured) == 74
    for row, source in zip(shown, measured, strict=True):
        assert row["measured"] == pytest.approx(float(source["energy_uj_per_inference"]) * 1e-6)
        assert row["size"] == pytest.approx(1 / float(source["inferences_per_s"]))
        assert (row["chip"], row["url"]) == (source["board"], source["url"]) and np.isnan(row["default"])
