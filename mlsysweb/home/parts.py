"""The tutorial's afternoon as a reading path: what each part asks and the questions to open first.

A question is the name of a wall, or of the URL of a page over many walls, and its inputs as text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Question:
    words: str
    page: str
    values: Mapping[str, str]


@dataclass(frozen=True)
class TutorialPart:
    number: int
    title: str
    sentence: str
    questions: tuple[Question, ...]


PARTS = (
    TutorialPart(
        5, "Economics and sustainability", "What training and serving cost in dollars, kilowatt-hours and tonnes of CO2.",
        (
            Question("256 H100s for a month", "tco", {}),
            Question("The same month's carbon", "sustainability", {}),
            Question("Poland or Québec?", "geography:geography", {}),
            Question("Three vendors, one job", "shootout", {"also": "b200-sxm-180gb,h200-sxm-141gb"}),
        ),
    ),
    TutorialPart(
        6, "Design-space exploration", "Declare the choices, search them all, rank what meets the target.",
        (
            Question("H100 against three rivals", "roofline", {"also": "mi300x,gaudi3,b200-sxm-180gb"}),
            Question("A batch that fits the SLA", "serving", {"batch_size": "64"}),
        ),
    ),
    TutorialPart(
        7, "TinyML to frontier", "One equation from a 15 mW microcontroller to a 700 W accelerator.",
        (
            Question("Keyword spotting on nRF52840", "roofline", {"model": "mlperf-tiny-kws-dscnn", "accelerator": "nrf52840", "precision": "int8", "efficiency": "0.3", "also": "esp32-s3,h100-sxm5-80gb"}),
            Question("Every device there is", "spectrum:spectrum", {}),
            Question("Person detection on ESP32-S3", "roofline", {"model": "wake-vision-doorbell", "accelerator": "esp32-s3", "precision": "int8", "efficiency": "0.3"}),
        ),
    ),
    TutorialPart(
        8, "Advanced topics", "Walls in a chain, the parameter that binds, and the roofline turned round.",
        (
            Question("Budget, fleet, bill: a pipeline", "pipelines:pipelines", {}),
            Question("One system, all walls", "system:system", {}),
            Question("Twice the FLOP/s, same latency", "roofline", {"accelerator.peak": "x2"}),
            Question("Hardware for 50 ms", "synthesis", {}),
        ),
    ),
    TutorialPart(
        9, "Wrap-up and capstone", "Design a fleet for Llama-3-70B under a budget and a deadline, and defend it.",
        (
            Question("The design challenge", "capstone:capstone", {}),
            Question("Does 70B fit on one H100?", "roofline", {"model": "llama-3-70b"}),
            Question("Split over four", "serving", {"model": "llama-3-70b", "tensor_parallel": "4"}),
        ),
    ),
)  # fmt: skip
