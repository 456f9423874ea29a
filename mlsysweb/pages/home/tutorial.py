"""The tutorial as a reading path: the topic of each part and the questions to open first.

A question is the name of a wall, or of the URL of a page over many walls, and its inputs as text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class TutorialLink:
    """A step of the tutorial: its text, and the wall and question it opens."""

    words: str
    page: str
    values: Mapping[str, str]


@dataclass(frozen=True)
class TutorialPart:
    """A part of the tutorial with its steps, and the lesson that teaches it, by slug."""

    number: int
    lesson: str
    title: str
    sentence: str
    questions: tuple[TutorialLink, ...]


PARTS = (
    TutorialPart(
        5,
        "economics",
        "Economics and sustainability",
        "What training and serving cost in dollars, kilowatt-hours and tonnes of CO₂e.",
        (
            TutorialLink("256 H100s for a month", "tco", {}),
            TutorialLink("The same month's carbon", "sustainability", {}),
            TutorialLink("Poland or Québec?", "geography:geography", {}),
            TutorialLink("Three vendors, one job", "shootout", {"also": "gaudi3"}),
            TutorialLink("Gaudi 3 at its list price", "shootout", {"rival": "gaudi3", "rival_price": "15625 USD"}),
        ),
    ),
    TutorialPart(
        6,
        "design-space",
        "Design-space exploration",
        "Declare the choices, search them all, rank what meets the target.",
        (
            TutorialLink("Search a design space", "explore:explore", {}),
            TutorialLink("H100 against three rivals", "roofline", {"also": "mi300x,gaudi3,b200-sxm-180gb"}),
            TutorialLink("A batch that fits the SLA", "serving", {"batch_size": "64"}),
        ),
    ),
    TutorialPart(
        7,
        "tinyml-to-frontier",
        "TinyML to frontier",
        "One equation from a 15 mW microcontroller to a 700 W accelerator.",
        (
            TutorialLink(
                "Keyword spotting on nRF52840",
                "roofline",
                {
                    "model": "mlperf-tiny-kws-dscnn",
                    "accelerator": "nrf52840",
                    "precision": "int8",
                    "efficiency": "0.3",
                    "also": "esp32-s3,h100-sxm5-80gb",
                },
            ),
            TutorialLink("Every device there is", "spectrum:spectrum", {}),
            TutorialLink(
                "Person detection on ESP32-S3",
                "roofline",
                {"model": "wake-vision-doorbell", "accelerator": "esp32-s3", "precision": "int8", "efficiency": "0.3"},
            ),
            TutorialLink("A year on a coin cell?", "battery", {}),
        ),
    ),
    TutorialPart(
        8,
        "advanced-topics",
        "Advanced topics",
        "Chained walls, the limiting parameter, and the roofline inverted.",
        (
            TutorialLink("Budget, fleet, bill: a pipeline", "pipelines:pipelines", {}),
            TutorialLink("Whole-system view", "system:system", {}),
            TutorialLink("Which input is the limit?", "sensitivity", {}),
            TutorialLink("Twice the FLOP/s, same latency", "roofline", {"accelerator.peak": "x2"}),
            TutorialLink("Hardware for 50 ms", "synthesis", {}),
            TutorialLink("Fallacies, recomputed", "fallacies:fallacies", {}),
            TutorialLink("Iron law of training time", "system:iron-law", {}),
        ),
    ),
    TutorialPart(
        9,
        "wrap-up",
        "Wrap-up and capstone",
        "Design a fleet for Llama-3-70B under a budget and a deadline, and defend it.",
        (
            TutorialLink("All 22 walls on a sheet", "poster:poster", {}),
            TutorialLink("The design challenge", "capstone:capstone", {}),
            TutorialLink("Does 70B fit on one H100?", "roofline", {"model": "llama-3-70b"}),
            TutorialLink("Split over four", "serving", {"model": "llama-3-70b", "tensor_parallel": "4"}),
        ),
    ),
)
