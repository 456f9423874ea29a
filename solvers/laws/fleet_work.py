"""Throughput and power of one accelerator that trains or serves a model, for fleets compared at equal throughput."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from solvers.calibration import SILICON
from solvers.declare import Array, Codes, Truth
from solvers.specs import Accelerator, Model, peak_rate

from .collectives import LINK_LATENCY, NetworkLink
from .language_pass import LanguagePass, ModelServer, Roofline, least_devices, price_decode
from .memory import usable_memory
from .power import PowerConstants, dynamic_share, power_constants
from .training_memory import ADAM_BYTES
from .transformer import active_parameters, bytes_per_element


@dataclass(frozen=True, kw_only=True)
class FleetTask:
    """The task of both fleets: the `model`, whether it is served (`serving`) or trained, formats of weights and KV
    cache, sequences of a batch and tokens of context, how passes are timed, the fractions of memory kept free and of
    memory bandwidth used in training. `roofline` and `power` are the constants asked for the `reference` accelerator;
    those that were not changed follow each chip."""

    model: Model
    serving: Truth
    precision: Codes
    kv_precision: Codes
    batch_size: Array
    context_length: Array
    timing: Codes
    memory_reserve: Array
    memory_utilization: Array
    roofline: Roofline
    power: PowerConstants
    reference: Accelerator


@dataclass(frozen=True)
class FleetWork:
    """Tokens per second of one chip (`rate`), the fewest that hold the model (`least`), and the share of its dynamic
    power that each draws; whether the work is serving, and then its decode step."""

    rate: Array
    least: Array
    power_share: Array
    serves: Truth = False
    step: LanguagePass | None = None


def fleet_work(task: FleetTask, chip: Accelerator, efficiency: Array) -> FleetWork:
    """Return the work of one `chip` on a `task`: tokens/s, a count of devices and a dimensionless share of power;
    `efficiency` is the fraction of peak FLOP/s. Arrays broadcast. Derived: serving by a decode step, training by 6
    FLOPs per active parameter and token (Kaplan et al. 2020, arXiv:2001.08361)."""
    serving = np.asarray(task.serving)
    trained = _trained(task, chip, efficiency)
    if not serving.any():
        return trained
    served = _served(task, chip, efficiency)
    return FleetWork(
        rate=np.where(serving, served.rate, trained.rate),
        least=np.where(serving, served.least, trained.least),
        power_share=np.where(serving, served.power_share, trained.power_share),
        serves=serving,
        step=served.step,
    )


def least_servers(task: FleetTask, chip: Accelerator, efficiency: Array) -> Array:
    """Return the fewest devices like `chip` (a count) that hold the model of a `task` and the KV cache of its batch;
    infinite where none do. `efficiency` is the fraction of peak FLOP/s. Arrays broadcast. Derived: capacity less the
    reserve."""
    usable = usable_memory(chip.memory_capacity, task.memory_reserve)
    server = server_of(task, chip, efficiency)
    return least_devices(task.model, None, server, task.batch_size, task.context_length, usable)


def server_of(task: FleetTask, chip: Accelerator, efficiency: Array) -> ModelServer:
    """Return one `chip` as a server of a `task`, with its own constants, except those changed from the reference's;
    `efficiency` is the fraction of peak FLOP/s. Arrays broadcast. Derived."""
    names = {"bandwidth_efficiency": SILICON.bandwidth_efficiency, "layer_overhead": SILICON.layer_overhead}
    constants = {name: _own_unless_changed(task, chip, name, otherwise) for name, otherwise in names.items()}
    return ModelServer(
        chip=chip,
        precision=task.precision,
        cache_precision=task.kv_precision,
        roofline=Roofline(efficiency=efficiency, **constants),
        timing=task.timing,
        link=NetworkLink(chip.interconnect_bandwidth, LINK_LATENCY),
    )


def power_of(task: FleetTask, chip: Accelerator) -> PowerConstants:
    """Return the constants of a `chip`'s power (dimensionless) for a `task`: its own, except those changed from the
    reference's. Arrays broadcast. Derived."""
    own, known, asked = power_constants(chip), power_constants(task.reference), task.power
    return PowerConstants(
        idle_fraction=_unless_changed(asked.idle_fraction, known.idle_fraction, own.idle_fraction),
        arithmetic=_unless_changed(asked.arithmetic, known.arithmetic, own.arithmetic),
        memory=_unless_changed(asked.memory, known.memory, own.memory),
    )


def _trained(task: FleetTask, chip: Accelerator, efficiency: Array) -> FleetWork:
    reached = peak_rate(chip, task.precision) * np.asarray(efficiency)
    state = task.model.parameters * (2 * bytes_per_element(task.precision) + ADAM_BYTES)
    return FleetWork(
        rate=reached / (6 * active_parameters(task.model)),
        least=np.ceil(state / usable_memory(chip.memory_capacity, task.memory_reserve)),
        power_share=_power_share(task, chip, efficiency, task.memory_utilization),
    )


def _served(task: FleetTask, chip: Accelerator, efficiency: Array) -> FleetWork:
    """A decode step on the fewest devices that hold the model and its cache; NaN where none do."""
    least = least_servers(task, chip, efficiency)
    copy = np.where(np.isfinite(least), least, np.nan)
    server = replace(server_of(task, chip, efficiency), devices=copy)
    step = price_decode(task.model, server, task.batch_size, task.context_length)
    time = step.time.total
    mfu = step.flop / peak_rate(chip, task.precision) / time
    return FleetWork(
        rate=task.batch_size / time / copy,
        least=copy,
        power_share=_power_share(task, chip, mfu, step.moved / chip.memory_bandwidth / time),
        step=step,
    )


def _power_share(task: FleetTask, chip: Accelerator, mfu: Array, memory_utilization: Array) -> Array:
    constants = power_of(task, chip)
    return dynamic_share(mfu, memory_utilization, constants.arithmetic, constants.memory)


def _own_unless_changed(task: FleetTask, chip: Accelerator, name: str, otherwise: float) -> Array:
    """A constant of the roofline of one `chip`: its own or the stand-in, unless changed from the reference's."""
    figures = (getattr(each, f"measured_{name}") for each in (task.reference, chip))
    known, own = (np.where(np.isnan(figure), otherwise, figure) for figure in figures)
    return _unless_changed(getattr(task.roofline, name), known, own)


def _unless_changed(asked: Array, known: Array, own: Array) -> Array:
    return np.where(np.equal(asked, known), own, asked)
