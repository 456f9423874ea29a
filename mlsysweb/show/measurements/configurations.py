"""The configuration of a result that measurements are compared with, for each wall that some are of."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from solvers.calibration import CONSTANT, NAMED
from solvers.result import Result

# Formats with the same bytes and rates.
SAME_BYTES = {"fp16": "bf16"}
# A device with a smaller MFU mostly waits.
_WAITING = 0.05


@dataclass(frozen=True)
class MeasuredConfiguration:
    """The configuration that measurements are compared with: slugs of chip and model, the model's parameters, all and
    those of a token; the numbers by the name of their column; whether it is a server under load or one batch. An empty
    chip, model or precision is one that the measurements do not depend on. `most` are numbers that a row must not
    exceed, by the name of their column."""

    chip: str
    model: str
    parameters: tuple[float, float]
    precision: str
    numbers: Mapping[str, float]
    server: bool = False
    most: Mapping[str, float] | None = None

    def __hash__(self) -> int:
        return hash((self.chip, self.model, self.parameters, self.precision, frozenset(self.numbers.items())))


@dataclass(frozen=True)
class ShownKind:
    """A kind of measurement shown beside a wall: its name, how many rows are listed, and the column that a chart of the
    wall runs along; empty where none does. Points of the chart agree with the question in the columns `same`, which
    change the figure in proportion. `at_one` where every row stands at 1 of that axis, as batch 1. `predicted_by` names
    the predictions of the wall among the columns of the measurements (`rows.wall_prediction`), where they are not the
    kind's own. Where an input of `typed` is set, nothing was predicted for the rows."""

    name: str
    most: int
    axis: str = ""
    same: tuple[str, ...] = ()
    at_one: bool = False
    predicted_by: str = ""
    typed: tuple[str, ...] = ()


# The inputs that turn the sum of kernels of the efficiency wall into a roofline of its own.
_OTHER_EFFICIENCY = (
    "timing",
    "gemm_efficiency",
    "attention_efficiency",
    "bandwidth_efficiency",
    "layer_overhead",
    "elementwise_passes",
)


_KINDS = {
    "serving": (
        ShownKind("decode", 2, "batch", ("devices",)),
        ShownKind("prefill", 2, "prompt", ("devices", "batch")),
        ShownKind("answer", 1),
        ShownKind("energy", 2, "batch", ("split",), predicted_by="batch"),
    ),
    "server": (
        ShownKind("decode", 2, "batch", ("devices",)),
        ShownKind("answer", 1),
        ShownKind("energy", 2, "batch", ("split",), predicted_by="serving"),
    ),
    "forward": (ShownKind("prefill", 4, "batch", ("devices", "prompt"), typed=_OTHER_EFFICIENCY),),
    "decode": (ShownKind("decode", 4, "batch", ("devices",), typed=_OTHER_EFFICIENCY),),
    "reasoning": (
        ShownKind("decode", 2, "batch", ("devices",)),
        ShownKind("prefill", 1),
        ShownKind("energy", 2, "batch", ("split",), predicted_by="reasoning", typed=("power",)),
    ),
    "batching": (ShownKind("decode", 3, "batch", ("devices",)),),
    "parallelism": (ShownKind("training", 4, "devices", ("split",)),),
    "training_memory": (ShownKind("memory", 4, "prompt", ("batch", "split")),),
    "collectives": (ShownKind("collectives", 4, "size", ("devices", "link")),),
    "ingestion": (ShownKind("storage", 4, "size"),),
    "sustainability": (ShownKind("idle", 3, "size", ("devices",)),),
    "roofline": (
        ShownKind("energy", 3, "batch", ("split",), predicted_by="roofline"),
        ShownKind("power", 2, "batch", ("split",)),
    ),
    "microcontroller": (ShownKind("tinyml", 4, at_one=True),),
    "battery": (ShownKind("tinyml_energy", 4),),
}


def kinds_of(wall: str, result: Result) -> tuple[ShownKind, ...]:
    """Return the kinds of measurement that a wall predicts, the most telling first; none for most walls, and for a step
    of the roofline or of efficiency that none are of."""
    return _KINDS.get(_subject(wall, result), ())


def _subject(wall: str, result: Result) -> str:
    """Return what is measured of a wall, empty for nothing. Serving has two: a batch, and a server; so have the
    roofline, a language model's decode and a microcontroller, and efficiency, a forward pass and a decode step of one
    device: its training steps were all measured on several."""
    if wall == "serving":
        return "server" if result.values["concurrency"].value else wall
    if wall == "reasoning":
        return wall if {"served_model", "served_on"} <= set(result.snapshot) else ""
    if wall == "efficiency":
        phase = str(result.values["phase"].value)
        return phase if phase in ("forward", "decode") and _generates(result) else ""
    if wall != "roofline":
        return wall
    phase = str(result.values["phase"].value)
    if phase == "decode" or (phase == "auto" and _generates(result)):
        return wall
    tiny = bool(result.snapshot["accelerator"]["figures"]["flash_capacity"])
    return "microcontroller" if phase in ("auto", "forward") and tiny else ""


def _generates(result: Result) -> bool:
    figures = _model(result)["figures"]
    return bool(figures["inference_flop"] is None if figures["generative"] is None else figures["generative"] != 0)


def configuration_of(wall: str, kind: str, result: Result) -> MeasuredConfiguration | None:
    """Return the configuration of a result that measurements of a kind are compared with, for a wall that has the kind;
    None where it was measured nowhere, as of a chip or a model whose figures are changed."""
    # The constants of a calibration are of the same chip.
    changed = [name for name in result.text if not (NAMED in result.text and name.startswith((NAMED, CONSTANT)))]
    if any(name.startswith(_FIGURES_OF) for name in changed):
        return None
    values = {name: value.value for name, value in result.values.items()}
    subject = _subject(wall, result)
    asked = _WALLS[f"{subject} {kind}" if f"{subject} {kind}" in _WALLS else subject](values)
    if asked is None:
        return None
    numbers, more = asked
    precision = str(values.get("precision", ""))
    parts: dict[str, Any] = {
        "chip": str(_chip(result).get("slug", "")),
        "model": "",
        "parameters": (math.nan, math.nan),
        "precision": SAME_BYTES.get(precision, precision),
        **more,
    }
    model = _model(result)
    if model:
        figures = model["figures"]
        every = figures.get("parameters") or math.nan
        parts["model"] = str(model["slug"])
        parts["parameters"] = (float(every), float(figures.get("active_parameters") or every))
    return MeasuredConfiguration(numbers=numbers, **parts)


_FIGURES_OF = ("accelerator.", "model.", "served_on.", "served_model.")


def _chip(result: Result) -> Mapping[str, Any]:
    return result.snapshot.get("accelerator") or result.snapshot.get("served_on") or {}


def _model(result: Result) -> Mapping[str, Any]:
    return result.snapshot.get("model") or result.snapshot.get("served_model") or {}


def chip_name_of(result: Result) -> str:
    """Return the name of the accelerator that a result is of."""
    name = "accelerator" if "accelerator" in result.snapshot else "served_on"
    return str(result.values[name].value)


# The numbers of a configuration, and what else it is compared by; None where it was measured nowhere.
_Asked = tuple[dict[str, float], dict[str, Any]] | None


def _is_plain(values: Mapping[str, Any]) -> bool:
    """Whether one kind of accelerator serves one model, and prefills every prompt: no others were measured."""
    return not (values["decode_accelerator"] or values["draft_model"] or values["cached_prefix_length"] > 0)


def _of_serving(values: Mapping[str, Any]) -> _Asked:
    if not _is_plain(values):
        return None
    server = values["concurrency"] > 0
    return {
        "devices": values["tensor_parallel"],
        "batch": values["concurrency"] if server else values["batch_size"],
        "prompt": values["prompt_length"],
        "output": values["output_length"],
    }, {"server": server}


def _of_served_energy(values: Mapping[str, Any]) -> _Asked:
    if not _is_plain(values):
        return None
    # The rows are of servers: their requests are as many as those of a batch.
    return {
        "split": values["tensor_parallel"],
        "batch": values["decode_requests"],
        "prompt": values["prompt_length"],
        "output": values["output_length"],
    }, {}


def _of_pass(values: Mapping[str, Any], length: str) -> _Asked:
    """One device that runs a pass, whose sequences are compared by the column `length`."""
    shared = values["pipeline_stages"] > 1 or values["exposed_communication"] > 0
    if shared or values["attention"] != "fused":
        return None
    return {"devices": 1.0, "batch": values["batch_size"], length: values["sequence_length"]}, {}


def _of_forward(values: Mapping[str, Any]) -> _Asked:
    return _of_pass(values, "prompt")


def _of_decode_step(values: Mapping[str, Any]) -> _Asked:
    return _of_pass(values, "context")


def _of_samples(values: Mapping[str, Any]) -> _Asked:
    return {
        "devices": values["tensor_parallel"],
        "batch": values["samples"],
        "context": values["prompt_length"] + values["tokens_per_sample"] / 2,
    }, {}


def _of_shared_prompt(values: Mapping[str, Any]) -> _Asked:
    return {"devices": values["tensor_parallel"], "batch": 1.0, "prompt": values["prompt_length"]}, {}


def _of_query_energy(values: Mapping[str, Any]) -> _Asked:
    return {
        "split": values["tensor_parallel"],
        "batch": values["samples"],
        "prompt": values["prompt_length"],
        "output": values["tokens_per_sample"],
    }, {}


def _of_batching(values: Mapping[str, Any]) -> _Asked:
    together = min(values["max_batch_size"], values["max_concurrent_requests"])
    # A row stands at the mean context of its decode steps.
    return {"devices": 1.0, "batch": together, "context": values["context_length"]}, {}


def _of_training(values: Mapping[str, Any]) -> _Asked:
    split = values["tensor_parallel"] * values["pipeline_parallel"] * values["context_parallel"]
    return {
        "devices": split * values["data_parallel"],
        "split": split,
        "batch": values["microbatch_size"],
        "prompt": values["sequence_length"],
    }, {}


def _of_training_memory(values: Mapping[str, Any]) -> _Asked:
    if values["recomputation"] == "full":
        return None
    return {
        "split": values["tensor_parallel"] * values["pipeline_parallel"] * values["context_parallel"],
        "batch": values["batch_size"],
        "prompt": values["sequence_length"],
    }, {}


def _of_collectives(values: Mapping[str, Any]) -> _Asked:
    if values["devices"] > values["devices_per_node"]:
        return None  # all were measured inside a node
    return {
        "devices": values["devices"],
        "size": values["message"],
        "link": values["intra_bandwidth"],
    }, {"chip": ""}


def _of_ingestion(values: Mapping[str, Any]) -> _Asked:
    # The storage of these systems was ample: what they deliver is what the accelerators ask for.
    return {"size": values["demand_bandwidth"]}, {"most": {"delivered": values["supply_bandwidth"]}}


def _of_decode(values: Mapping[str, Any]) -> _Asked:
    return {"split": 1.0, "batch": values["batch_size"]}, {}


def _of_microcontroller(values: Mapping[str, Any]) -> _Asked:
    # Boards of about its rate stand for those that the catalog has none of.
    return ({"size": values["peak"]}, {"chip": ""}) if values["batch_size"] == 1 else None


def _of_battery(values: Mapping[str, Any]) -> _Asked:
    # The question names neither chip nor network.
    return {"measured": values["energy_per_inference"]}, {"chip": ""}


def _of_sustainability(values: Mapping[str, Any]) -> _Asked:
    # Measured is the energy of the accelerators alone, and their power was not known before.
    if values["mfu"] > _WAITING or values["mean_device_power"] > 0 or values["host_power"] > 0:
        return None
    return {"devices": values["devices"], "size": values["duration"]}, {"precision": ""}


# By what is measured of a wall, and by that and the kind where a kind is compared otherwise than the others.
_WALLS: Mapping[str, Callable[[Mapping[str, Any]], _Asked]] = {
    "serving": _of_serving,
    "serving energy": _of_served_energy,
    "server": _of_serving,
    "server energy": _of_served_energy,
    "forward": _of_forward,
    "decode": _of_decode_step,
    "reasoning": _of_samples,
    "reasoning prefill": _of_shared_prompt,
    "reasoning energy": _of_query_energy,
    "batching": _of_batching,
    "parallelism": _of_training,
    "training_memory": _of_training_memory,
    "collectives": _of_collectives,
    "ingestion": _of_ingestion,
    "roofline": _of_decode,
    "microcontroller": _of_microcontroller,
    "battery": _of_battery,
    "sustainability": _of_sustainability,
}
