import json
import math
from pathlib import Path

import pytest

from solvers.errors import InputError
from solvers.inline import spec_from_inline
from solvers.specs import Accelerator, Fleet, Grid, Model, Precision

CASES = json.loads((Path(__file__).parents[1] / "golden/cases.json").read_text())
KINDS = {"accelerator": Accelerator, "model": Model}
RECORDS = [
    (KINDS[name], value)
    for case in CASES
    for name, value in case["inputs"].items()
    if name in KINDS and isinstance(value, dict)
]
CHIP = {"peak": {"fp16": 989e12}, "memory_bandwidth": 3.35e12}
NODE = {"accelerator": CHIP, "accelerators_per_node": 8}


def figure(spec, name):
    value = getattr(spec, name)
    return {p.name.lower(): v for p, v in zip(Precision, value, strict=True) if v == v} if name == "peak" else value


@pytest.mark.parametrize("place", range(len(RECORDS)))
def test_each_record_of_the_golden_cases_keeps_its_figures(place):
    kind, record = RECORDS[place]
    spec = spec_from_inline(kind, record, "field")
    assert {name: figure(spec, name) for name in record} == record


def test_there_are_golden_records_of_both_kinds():
    assert {kind for kind, _ in RECORDS} == {Accelerator, Model}


def test_figures_may_be_text_with_units():
    chip = spec_from_inline(Accelerator, {"peak": {"fp16": "989 TFLOP/s"}, "memory_bandwidth": "3.35 TB/s"}, "chip")
    assert (chip.peak[Precision.FP16], chip.memory_bandwidth) == (989e12, 3.35e12)


def test_what_is_not_written_is_unknown_or_the_declared_default():
    chip = spec_from_inline(Accelerator, {**CHIP, "tdp": None}, "chip")
    assert math.isnan(chip.tdp) and math.isnan(chip.peak[Precision.FP8]) and chip.dispatch_overhead == 10e-6


def test_a_fleet_holds_its_node_and_the_node_its_chip():
    fleet = spec_from_inline(Fleet, {"name": "Hall", "node": NODE, "nodes": 32, "fabric": {"bandwidth": 50e9}}, "fleet")
    assert (fleet.name, fleet.devices, fleet.node.accelerator.memory_bandwidth) == ("Hall", 256, 3.35e12)
    assert math.isnan(fleet.node.fabric.bandwidth) and fleet.fabric.bandwidth == 50e9


@pytest.mark.parametrize(
    ("kind", "record", "sentence"),
    [
        (
            Accelerator,
            {**CHIP, "memory_bandwith": 1},
            "has no figure 'memory_bandwith'; did you mean memory_bandwidth?",
        ),
        (Accelerator, {"peak": {"fp16": 1e12}}, "needs memory_bandwidth to be written out."),
        (Accelerator, {}, "needs peak and memory_bandwidth to be written out."),
        (Model, {"layers": 32}, "needs parameters to be written out."),
        (Grid, {}, "needs carbon_intensity to be written out."),
        (
            Accelerator,
            {**CHIP, "memory_bandwidth": "700 W"},
            "memory_bandwidth needs a bandwidth (byte/s); '700 W' is a power.",
        ),
        (Accelerator, {**CHIP, "memory_bandwidth": 0}, "memory_bandwidth must be above 0 GB/s; 0 GB/s is not."),
        (Accelerator, {**CHIP, "tdp": -1}, "tdp must be at least 0 W; -1 W is not."),
        (Accelerator, {**CHIP, "tdp": True}, "tdp needs a number; true is not one."),
        (Accelerator, {**CHIP, "tdp": [700]}, "tdp needs a number; [700] is not one."),
        (Accelerator, {**CHIP, "tdp": math.inf}, "tdp needs a finite number; inf is not one."),
        (Accelerator, {**CHIP, "tdp": 10**400}, "tdp needs a finite number; this one is too large to be one."),
        (
            Accelerator,
            {**CHIP, "peak": 989e12},
            'peak must be given by number format, such as {"fp16": "989 TFLOP/s"}.',
        ),
        (Accelerator, {**CHIP, "peak": {}}, 'peak must be given by number format, such as {"fp16": "989 TFLOP/s"}.'),
        (Accelerator, {**CHIP, "peak": {"fp17": 1}}, "peak has no format 'fp17'; the formats are fp64, fp32, tf32, "),
        (Accelerator, {**CHIP, "peak": {"fp16": -1}}, "peak fp16 must be above 0 FLOP/s; -1 FLOP/s is not."),
        (Accelerator, {**CHIP, "name": ""}, "name must be a text of 1 to 100 characters."),
        (Accelerator, {**CHIP, "name": 7}, "name must be a text of 1 to 100 characters."),
        (Fleet, {"node": "dgx-h100", "nodes": 4}, 'node must be a record of its own; "dgx-h100" is not one.'),
        (
            Fleet,
            {"node": {**NODE, "accelerator": {**CHIP, "tdp": "3 s"}}, "nodes": 4},
            "node accelerator tdp needs a power",
        ),
        (Fleet, {"node": NODE, "nodes": 4.5}, "nodes must be a whole number; 4.5 is not."),
    ],
)
def test_what_is_wrong_with_a_record_is_a_sentence_that_names_the_figure(kind, record, sentence):
    with pytest.raises(InputError) as bad:
        spec_from_inline(kind, record, "chip")
    assert bad.value.field == "chip" and bad.value.sentence.startswith(sentence)
