"""Checks that walls share: whether a model, a chip and a question are compatible. Each yields errors that name the
field and what to change.

They run once on the point of a question, never on a sweep, where an impossible row is unknown instead of an error.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from solvers.declare import Array, Codes
from solvers.errors import InputError
from solvers.laws.language_pass import Timing
from solvers.laws.phase import Phase, effective_phase, generates, is_trainable
from solvers.specs import Accelerator, Fleet, Model, Precision, arithmetic_format


def accelerator_rate(
    chip: Accelerator, precision: Codes, fields: tuple[str, str] = ("accelerator", "precision")
) -> Iterator[InputError]:
    """Yield errors unless the chip has a memory bandwidth and a rate for arithmetic in `precision`. `fields` name the
    two inputs."""
    own = [p.name for p in Precision if not math.isnan(chip.peak[p])]
    if not own:
        yield InputError(fields[0], f"has no known peak FLOP/s: the catalog has none for {chip.name}.")
    elif arithmetic_format(chip, precision) < 0:
        wanted = Precision(int(precision)).name
        yield InputError(fields[1], f"can't be {wanted} on {chip.name}: it computes in {', '.join(own)} only.")
    if math.isnan(chip.memory_bandwidth):
        yield InputError(fields[0], f"has no known memory bandwidth: the catalog has none for {chip.name}.")


def link_bandwidth(chip: Accelerator, bandwidth: Array, devices: Array, field: str) -> Iterator[InputError]:
    """An error on `field` where several devices exchange data over a link whose bandwidth (byte/s) is unknown."""
    if devices > 1 and math.isnan(bandwidth):
        yield InputError(
            field, f"is needed for {devices:g} devices: the catalog has no interconnect bandwidth for {chip.name}."
        )


def kernel_sizes(model: Model, timing: Codes, field: str = "model") -> Iterator[InputError]:
    """An error on `field` where a pass is to be a sum of kernels and the sizes of the model's layers are unknown."""
    sized = model.layers > 0 and model.hidden_size > 0
    if timing != Timing.ROOFLINE and generates(model) and not sized:
        yield InputError(
            field,
            f"has no known layers or hidden size, which a sum of kernels needs: {model.name}. Ask for the roofline.",
        )


def model_phase(model: Model, asked: Codes) -> Iterator[InputError]:
    """Yield errors unless the model supports the phase."""
    meant = Phase(int(effective_phase(model, asked)))
    if meant is Phase.FORWARD and math.isnan(model.inference_flop):
        field = "phase" if asked == Phase.FORWARD else "model"
        yield InputError(
            field, f"can't be one forward pass of {model.name}: its FLOPs per pass are unknown. {_other(model)}"
        )
    if meant is Phase.TRAINING and not is_trainable(model):
        yield InputError("phase", f"can't be training: layers and FLOPs per pass of {model.name} are unknown.")
    if meant in (Phase.DECODE, Phase.PREFILL) and not generates(model):
        yield InputError(
            "phase", f"can't be {meant.name.lower()}: {model.name} does not generate tokens. Choose forward."
        )


def trainable_transformer(model: Model) -> Iterator[InputError]:
    """Yield errors unless the model is a transformer whose layers, hidden size and heads are known, as training
    needs."""
    if not (model.hidden_size > 0 and model.layers > 0 and model.attention_heads > 0):
        yield InputError(
            "model", f"can't be {model.name}: its layers, hidden size or heads are not known. Choose a transformer."
        )


def expert_parallelism(model: Model, expert_parallel: Array, data_parallel: Array) -> Iterator[InputError]:
    """Yield errors unless `expert_parallel` is at most the number of experts and divides `data_parallel`."""
    if expert_parallel == 1:
        return
    if not model.experts > 0:
        yield InputError("expert_parallel", f"must be 1: {model.name} has no experts to spread.")
    elif expert_parallel > model.experts:
        yield InputError(
            "expert_parallel",
            f"must be at most the {model.experts:g} experts of {model.name}; {expert_parallel:g} is not.",
        )
    elif data_parallel % expert_parallel:
        yield InputError(
            "expert_parallel", f"must divide data_parallel: {expert_parallel:g} does not divide {data_parallel:g}."
        )


def _other(model: Model) -> str:
    return "Choose decode or prefill." if generates(model) else "Choose another model."


def enough_devices(fleet: Fleet | None, asked: Array, field: str) -> Iterator[InputError]:
    """An error on `field` where a layout needs more devices than the picked fleet has."""
    if fleet is not None and asked > fleet.devices:
        yield InputError(field, f"makes {asked:,.0f} devices; {fleet.name} has {fleet.devices:,.0f}.")
