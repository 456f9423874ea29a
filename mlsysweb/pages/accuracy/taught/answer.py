"""Answers the lessons of measurements: the predictions of the walls, and the page."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache

import numpy as np
from django.urls import reverse

from catalog.models import CatalogVersion
from mlsysweb.answer import answer
from solvers.fleet.collectives import collectives
from solvers.quantities import to_input_text
from solvers.registry import solvers
from solvers.result import Result

from .figures import (
    SMALLEST_MESSAGE,
    SWITCH_DEVICES,
    SWITCH_MESSAGE,
    keyword_spotting,
    power_capping,
    reducing_switch,
    request_log,
    submissions,
)
from .page import MeasuredLessonsPage
from .present import Prediction, RingPrediction, lessons_page

# The length of prompts and answers in MLPerf is not among the rows; both are taken to be 300 tokens.
_TOKENS = "300"


def answer_page() -> MeasuredLessonsPage:
    """Return the page with today's catalog. Raise InputErrors where the catalog lacks a row that a prediction needs."""
    return lessons_page(
        power_capping(),
        submissions(),
        reducing_switch(),
        request_log(),
        keyword_spotting(),
        _predictions(CatalogVersion.now()),
        _ring(),
    )


@cache
def _ring() -> RingPrediction:
    sizes = np.geomspace(SMALLEST_MESSAGE, SWITCH_MESSAGE, 41)
    found = collectives(message=sizes, devices=SWITCH_DEVICES).bus_bandwidth
    return RingPrediction(tuple(sizes.tolist()), tuple(np.asarray(found).tolist()))


@lru_cache(2)
def _predictions(version: str) -> dict[str, Prediction]:
    return {name: _asked(wall, text) for name, (wall, text) in questions().items()}


def _asked(wall: str, text: Mapping[str, str]) -> Prediction:
    result: Result = answer(solvers()[wall], text)
    return Prediction(reverse("walls:wall", args=[wall]), text, {name: result.values[name] for name in result.outputs})


def questions() -> dict[str, tuple[str, dict[str, str]]]:
    """Return the wall and the typed question of each prediction by its name."""
    capping, log, keywords = power_capping(), request_log(), keyword_spotting()
    day = 1 + capping.time
    sustainability = {"accelerator": "v100-sxm2-32gb", "devices": "1", "pue": "1"}
    return {
        "uncapped": (
            "sustainability",
            {**sustainability, "mean_device_power": f"{capping.full_power:.4g} W", "duration": "1 day"},
        ),
        "capped": (
            "sustainability",
            {**sustainability, "mean_device_power": f"{capping.capped_power:.4g} W", "duration": f"{day:.4g} day"},
        ),
        "rounds": (
            "serving",
            {
                "model": "llama-2-70b",
                "accelerator": "h100-sxm5-80gb",
                "precision": "fp8",
                "kv_precision": "fp8",
                "tensor_parallel": "2",
                "concurrency": "512",
                "prompt_length": _TOKENS,
                "output_length": _TOKENS,
            },
        ),
        "switch": (
            "collectives",
            {"message": f"{SWITCH_MESSAGE / 1e9:.6g} GB", "devices": f"{SWITCH_DEVICES}"},
        ),
        "queue": (
            "tail_latency",
            {
                "arrival_rate": to_input_text(log.arrival_rate, "1/s", "1/s", digits=4),
                "arrival_cv": f"{log.arrival_cv:.3g}",
                "service_time": f"{log.service_time:.4g} s",
                "service_cv": f"{log.service_cv:.3g}",
                "replicas": "1",
                "slots_per_replica": f"{log.slots}",
            },
        ),
        "keywords": (
            "roofline",
            {"model": "mlperf-tiny-kws-dscnn", "accelerator": "nrf52840", "precision": "int8"},
        ),
        "least": ("battery", {"energy_per_inference": f"{keywords.least * 1e6:.4g} uJ"}),
        "most": ("battery", {"energy_per_inference": f"{keywords.most * 1e6:.4g} uJ"}),
    }
