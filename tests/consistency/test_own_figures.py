"""No question takes a figure of an accelerator from another: what a chip has is its own, the rest is unknown.

Constants of the roofline and of power that were fitted on an H100 are the fallback of chips without their own; what a
wall says of them is tested beside its remarks."""

import math
from dataclasses import fields

import pytest

from mlsysweb.answer import validated
from mlsysweb.pages.capstone.question import CAPSTONE
from mlsysweb.pages.geography.question import GEOGRAPHY
from solvers.errors import InputErrors
from solvers.fields import Input, Pick
from solvers.registry import solvers
from solvers.shipped import find
from solvers.specs import Accelerator

pytestmark = pytest.mark.usefixtures("catalog")

H100 = find(Accelerator, "h100-sxm5-80gb")
CHIPS = ("t4", "mi300x", "tpu-v5e", "esp32-s3")
QUESTIONS = {**solvers(), "geography": GEOGRAPHY, "capstone": CAPSTONE}
PICKS = [
    (name, pick)
    for name, question in QUESTIONS.items()
    for pick, io in question.inputs.items()
    if isinstance(io, Pick) and io.kind is Accelerator
]
# Every figure of an H100 that a default could have been written from; zero and unknown ones say nothing.
FIGURES = {
    field.name: float(value)
    for field in fields(Accelerator)
    if isinstance(value := getattr(H100, field.name), float) and math.isfinite(value) and value > 1
}


def picked(question, pick, chip):
    """The inputs with the chip, or None where the question refuses it."""
    try:
        return validated(question, {pick: chip})[1].point
    except InputErrors:
        return None


def borrowed(question, pick, chip):
    """The inputs that follow the pick and are an H100's figure though the chip's own is another, or unknown."""
    point, found = picked(question, pick, chip), {}
    spec = find(Accelerator, chip)
    for name, io in question.inputs.items() if point else ():
        paths = (
            [p.partition(".")[2] for p in io.default_from if p.startswith(f"{pick}.")] if isinstance(io, Input) else []
        )
        for path in paths:
            value, own, h100 = (float(v) for v in (getattr(point, name), getattr(spec, path), getattr(H100, path)))
            if math.isfinite(own) and value != own:
                found[name] = (value, own)
            elif math.isnan(own) and value == h100 and not path.startswith("measured_"):
                found[name] = (value, "unknown")
    return found


@pytest.mark.parametrize("chip", CHIPS)
@pytest.mark.parametrize(("name", "pick"), PICKS)
def test_no_input_has_the_figure_of_another_chip(name, pick, chip):
    assert borrowed(QUESTIONS[name], pick, chip) == {}


@pytest.mark.parametrize(("name", "pick"), PICKS)
def test_no_default_is_an_h100s_physical_figure_without_a_chip_to_follow(name, pick):
    """TDP, link, embodied carbon, prices and rates are figures of the row; such a default would be borrowed."""
    written = {
        (each, path)
        for each, io in QUESTIONS[name].inputs.items()
        if isinstance(io, Input) and not io.strict and io.unit not in ("1", "")
        for path, figure in FIGURES.items()
        if io.default == figure
    }
    assert written == set()


def test_a_borrowed_figure_is_noticed(monkeypatch):
    serving = QUESTIONS["serving"]
    assert picked(serving, "accelerator", "t4").interconnect_bandwidth != H100.interconnect_bandwidth
    monkeypatch.setitem(globals(), "picked", lambda *_: validated(serving, {})[1].point)
    assert "interconnect_bandwidth" in borrowed(serving, "accelerator", "t4")
