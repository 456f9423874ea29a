"""The description of one system, from which every wall takes its inputs.

A model, the chips that serve it, the fleet that trains it, the network between them, and the site: described once, and
converted to the figures every wall takes. Accounting only; the physics is in the walls, see `solvers.pipeline.system`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from solvers import checks, inputs, remarks
from solvers.declare import (
    Array,
    Chart,
    Codes,
    Equation,
    Fallacy,
    Preset,
    Source,
    Truth,
    flag,
    number,
    output,
    solver,
)
from solvers.errors import InputError
from solvers.laws.memory import usable_memory
from solvers.laws.power import IDLE
from solvers.laws.transformer import bytes_per_element
from solvers.specs import Accelerator, Fabric, Fleet, Grid, Model, Node, Precision, Region
from solvers.verdict import State, Verdict

# A token is stored as an integer of four bytes; a month is a twelfth of a year.
_TOKEN_BYTES = 4.0
_HOUR = 3600.0
_MONTH = 365 * 86400.0 / 12
# Tensor parallelism over more than eight devices is rare, also in larger nodes.
_MOST_TENSOR = 8


@dataclass(frozen=True, kw_only=True)
class Inputs:
    model: Model = inputs.model("llama-3-8b")
    fleet: Fleet | None = inputs.fleet(help="Cluster used for training; serving uses the same accelerators.")
    accelerator: Accelerator = inputs.accelerator("h100-sxm5-80gb", default_from="node.accelerator")
    node: Node | None = inputs.node()
    fabric: Fabric | None = inputs.fabric()
    precision: Codes = inputs.precision(Precision.BF16)
    batch_size: Array = inputs.batch_size(16, help="Requests that a replica processes together.")
    prompt_length: Array = inputs.prompt_length(1024, help="Prompt tokens per request.")
    output_length: Array = inputs.output_length(256)
    tensor_parallel: Array = inputs.tensor_parallel(1, help="Devices per replica that share each layer.")
    replicas: Array = number(
        "1",
        "Replicas",
        8,
        low=1,
        high=10_000,
        slider=(1, 256),
        log=True,
        integer=True,
        symbol="r",
        help="Model replicas that serve requests.",
    )
    arrival_rate: Array = number(
        "1/s",
        "Request rate",
        20,
        exclusive_min=True,
        high=1e7,
        slider=(0.1, 1000),
        log=True,
        symbol=r"\lambda",
        display_unit="requests/s",
        help="Requests per second, all users together.",
    )
    latency_target: Array = number(
        "s",
        "p99 latency SLO",
        10,
        exclusive_min=True,
        high=1e6,
        slider=(0.5, 120),
        log=True,
        symbol=r"T_{99}",
        help="99 % of requests should finish within this time, from arrival to last token.",
    )
    devices: Array = number(
        "1",
        "Training devices",
        256,
        low=1,
        high=1e7,
        slider=(8, 32768),
        log=True,
        integer=True,
        symbol="n",
        default_from="fleet.devices",
    )
    tokens: Array = inputs.training_tokens(15e12)
    pipeline_parallel: Array = inputs.pipeline_parallel(1)
    microbatches: Array = number(
        "1",
        "Micro-batches per step",
        8,
        low=1,
        high=1e6,
        slider=(1, 256),
        log=True,
        integer=True,
        symbol="m",
        advanced=True,
        help="Micro-batches that each pipeline processes per training step.",
    )
    sequence_length: Array = inputs.sequence_length(8192, advanced=True)
    memory_reserve: Array = inputs.memory_reserve()
    devices_per_node: Array = inputs.devices_per_node(8)
    intra_bandwidth: Array = inputs.intra_bandwidth()
    inter_bandwidth: Array = inputs.inter_bandwidth(50e9)
    storage_bandwidth: Array = number(
        "byte/s",
        "Storage bandwidth",
        100e9,
        exclusive_min=True,
        high=1e15,
        slider=(1e8, 1e13),
        log=True,
        display_unit="GB/s",
        advanced=True,
        help="Read bandwidth of the training data.",
    )
    grid: Grid = inputs.grid(default="us-average", optional=False)
    region: Region | None = inputs.region()
    pue: Array = inputs.pue()
    electricity_price: Array = inputs.electricity_price(0.10 / 3.6e6, advanced=True)
    water_intensity: Array = number(
        "L/J",
        "Water intensity of electricity",
        0,
        high=1e-3,
        slider=(0, 10 / 3.6e6),
        display_unit="L/kWh",
        advanced=True,
        default_from="grid.water_intensity",
        zero_means="unknown",
    )
    wue: Array = inputs.wue(0, default_from="region.wue", advanced=True)
    idle_fraction: Array = inputs.idle_fraction(IDLE, default_from="accelerator.measured_idle_fraction")
    host_power: Array = inputs.host_power(0)
    unit_price: Array = number(
        "USD", "Unit price", 0, high=1e9, slider=(0, 60000), advanced=True, zero_means="accelerator's"
    )
    embodied_carbon: Array = number(
        "kg",
        "Embodied carbon per device",
        high=1e7,
        slider=(0, 2000),
        advanced=True,
        default_from="accelerator.embodied_carbon",
    )
    runs_per_month: Array = number(
        "1",
        "Training runs per month",
        0.2,
        high=1e6,
        slider=(0, 10),
        advanced=True,
        help="Runs that each use the whole fleet.",
    )
    runs_at_once: Array = number(
        "1",
        "Concurrent runs",
        1,
        low=1,
        high=10_000,
        slider=(1, 16),
        integer=True,
        advanced=True,
        help="Runs that share the fleet, each on its own part.",
    )
    device_mtbf: Array = number(
        "s",
        "Device MTBF",
        inputs.DEVICE_MTBF,
        exclusive_min=True,
        high=1e9 * _HOUR,
        slider=(3.6e6, 3.6e9),
        log=True,
        display_unit="hour",
        advanced=True,
        help="Mean time between failures per device: everything that stops a run.",
    )


@dataclass(frozen=True, kw_only=True)
class Outputs:
    serving_devices: Array = output("1", "Serving devices")
    slots: Array = output("1", "Concurrent requests", symbol="c", help="Batch slots of all replicas.")
    mean_context: Array = output(
        "1", "Mean context length", display_unit="token", help="Prompt plus half of the output."
    )
    longest_context: Array = output("1", "Maximum context length", display_unit="token", help="Prompt plus output.")
    training_tensor_parallel: Array = output("1", "Tensor-parallel size in training", symbol="t")
    data_parallel: Array = output("1", "Data-parallel size", symbol="d")
    training_devices: Array = output(
        "1", "Devices used", help="Training devices in the parallel layout; the others are idle."
    )
    idle_devices: Array = output("1", "Idle devices")
    splits: Truth = flag("Valid layout", help="The devices suffice for one copy of the model.")
    weights_per_device: Array = output(
        "byte", "Weights per serving device", help="The KV cache is not included; the serving wall adds it."
    )
    memory_room: Array = output(
        "byte",
        "Usable memory per device",
        if_infinite="unknown: the catalog has no capacity",
        help="Memory capacity minus the reserve.",
    )
    devices_for_weights: Array = output(
        "1", "Minimum devices per replica (weights)", if_infinite="unknown without the capacity"
    )
    nodes: Array = output("1", "Nodes", symbol="N_n")
    gradient_bytes: Array = output("byte", "Gradient bytes per device")
    sequences_per_node: Array = output("1", "Sequences per node per step")
    sequence_bytes: Array = output("byte", "Bytes per sequence")
    run_rate: Array = output("1/s", "Training runs per second")
    tdp: Array = output("W", "TDP per device", if_infinite="unknown")
    power_per_request: Array = output(
        "W", "TDP per concurrent request", if_infinite="unknown", help="A request's share of its replica's devices."
    )
    price_per_request: Array = output(
        "USD/hour", "On-demand price per concurrent request", if_infinite="unknown", help="Its share of the devices."
    )
    embodied_per_device: Array = output("kg", "Embodied carbon per device", if_infinite="unknown")
    carbon_intensity: Array = output("kg/J", "Carbon intensity", display_unit="g/kWh", if_infinite="unknown")
    water_of_electricity: Array = output(
        "L/J", "Water intensity of electricity", display_unit="L/kWh", help="0 where it is unknown."
    )
    price_of_electricity: Array = output("USD/J", "Electricity price", display_unit="USD/kWh")


def check(i: Inputs) -> Iterator[InputError]:
    """Check the inputs against each other: a model that generates, whose sizes are known, and a chip that computes."""
    yield from checks.trainable_transformer(i.model)
    yield from checks.accelerator_rate(i.accelerator, i.precision)
    if math.isnan(i.accelerator.tdp):
        yield InputError("accelerator", f"can't be {i.accelerator.name}: its thermal design power is not known.")
    if i.unit_price == 0 and math.isnan(i.accelerator.unit_price):
        yield InputError("unit_price", f"is needed: the catalog has no price for {i.accelerator.name}.")
    yield from checks.link_bandwidth(i.accelerator, i.intra_bandwidth, i.devices_per_node, "intra_bandwidth")


def verdict(i: Inputs, o: Outputs) -> Verdict:
    serves = "Serving: {replicas} replicas of {tensor_parallel} devices, up to {slots} requests at once."
    if not o.splits:
        return Verdict(
            State.INFEASIBLE,
            "Too few training devices. {devices} devices can't hold one copy over {pipeline_parallel} stages. "
            f"{serves}",
        )
    if o.weights_per_device > o.memory_room:
        return Verdict(
            State.INFEASIBLE,
            "Does not fit. Each serving device holds {weights_per_device} of weights; {memory_room} is usable. The "
            "weights alone need {devices_for_weights} devices per replica.",
        )
    trains = "Training: {training_devices} devices in {nodes} nodes, data-parallel size {data_parallel}."
    return Verdict(State.OK, f"Valid layout. {serves} {trains}")


def notes(i: Inputs, o: Outputs) -> Iterator[str]:
    yield from remarks.precision_fallback(i.accelerator, i.precision)
    if o.splits and o.idle_devices > 0:
        yield "The layout leaves {idle_devices} of the {devices} training devices idle: its size does not divide them."


EQUATIONS = (
    Equation("serving_devices", r"@serving_devices = @replicas \cdot @tensor_parallel"),
    Equation("slots", r"@slots = @replicas \cdot @batch_size"),
    Equation(
        "training_devices",
        r"@training_devices = @data_parallel \cdot @training_tensor_parallel \cdot @pipeline_parallel",
    ),
    Equation("nodes", r"@nodes = \lceil \frac{@devices}{@devices_per_node} \rceil"),
)

SOURCES = (
    Source(
        "Narayanan et al. 2021",
        "Efficient large-scale language model training on GPU clusters using Megatron-LM",
        "arXiv:2104.04473",
    ),
)

ASSUMPTIONS = (
    "Training uses tensor parallelism within a node, at most 8-way and over sizes that divide the attention heads, "
    "and pipeline and data parallelism across nodes.",
    "A token is stored as a 4-byte integer.",
)

PRESETS = (
    Preset("Llama-3-8B, training and serving", {}),
    Preset(
        "Llama-3-70B",
        {
            "model": "llama-3-70b",
            "tensor_parallel": "4",
            "arrival_rate": "10",
            "latency_target": "30 s",
            "devices": "1024",
            "pipeline_parallel": "4",
            "microbatches": "16",
        },
        part="Capstone",
    ),
    Preset(
        "Llama-3-8B on 64 A100 (university lab)",
        {
            "model": "llama-3-8b",
            "accelerator": "a100-sxm4-80gb",
            "replicas": "4",
            "arrival_rate": "2",
            "devices": "64",
            "tokens": "160e9",
        },
    ),
    Preset(
        "Llama-3.1-405B on 16,384 H100",
        {
            "model": "llama-3.1-405b",
            "tensor_parallel": "8",
            "replicas": "32",
            "devices": "16384",
            "pipeline_parallel": "16",
            "tokens": "15.6e12",
        },
    ),
    Preset(
        "Mixtral on MI300X",
        {
            "model": "mixtral-8x7b",
            "accelerator": "mi300x",
            "replicas": "16",
            "pipeline_parallel": "4",
            "arrival_rate": "40",
            "tokens": "5e12",
        },
    ),
    Preset("Llama-3-8B on Québec's grid", {"grid": "quebec"}, part="Part 5"),
)

FALLACIES = (
    Fallacy(
        "Every device of a fleet can be used.",
        "A layout with 8-way tensor parallelism and 16 pipeline stages uses {after} of 1,000 devices.",
        "training_devices",
        {},
        {"devices": "1000", "pipeline_parallel": "16"},
        lambda before, after: after < 1000,
    ),
)


@solver(
    walls=(),
    title="System",
    question="How large are the parts of one system that trains and serves a model?",
    version="3",
    factor="",
    verdict=verdict,
    notes=notes,
    check=check,
    headline=("serving_devices", "slots", "training_devices", "data_parallel", "nodes"),
    overlay="accelerator",
    figures=(Chart("bars", "Devices", (), ("serving_devices", "training_devices", "idle_devices")),),
    equations=EQUATIONS,
    sources=SOURCES,
    assumptions=ASSUMPTIONS,
    excludes=("The models themselves: each wall has its own.",),
    presets=PRESETS,
    fallacies=FALLACIES,
)
def system(i: Inputs) -> Outputs:
    tensor = _tensor_parallel(i)
    one_copy = tensor * np.asarray(i.pipeline_parallel, dtype=float)
    copies = np.floor(i.devices / one_copy)
    used = copies * one_copy
    nodes = np.ceil(np.asarray(i.devices, dtype=float) / i.devices_per_node)
    share = np.asarray(i.tensor_parallel, dtype=float) / i.batch_size
    weights = i.model.parameters * bytes_per_element(i.precision)
    room = usable_memory(i.accelerator.memory_capacity, i.memory_reserve)
    return Outputs(
        serving_devices=np.asarray(i.replicas, dtype=float) * i.tensor_parallel,
        slots=np.asarray(i.replicas, dtype=float) * i.batch_size,
        mean_context=np.floor(i.prompt_length + np.asarray(i.output_length) / 2),
        longest_context=np.asarray(i.prompt_length, dtype=float) + i.output_length,
        training_tensor_parallel=tensor,
        data_parallel=np.maximum(copies, 1),
        training_devices=used,
        idle_devices=i.devices - used,
        splits=copies >= 1,
        weights_per_device=weights / i.tensor_parallel,
        memory_room=room,
        devices_for_weights=np.ceil(weights / room),
        nodes=nodes,
        gradient_bytes=i.model.parameters / one_copy * bytes_per_element(i.precision),
        sequences_per_node=np.maximum(np.ceil(copies * i.microbatches / nodes), 1),
        sequence_bytes=np.asarray(i.sequence_length, dtype=float) * _TOKEN_BYTES,
        run_rate=np.asarray(i.runs_per_month) / _MONTH,
        tdp=i.accelerator.tdp,
        power_per_request=i.accelerator.tdp * share,
        price_per_request=i.accelerator.hourly_price * share,
        embodied_per_device=i.embodied_carbon,
        carbon_intensity=_of_place(i),
        water_of_electricity=i.water_intensity,
        price_of_electricity=i.electricity_price,
    )


def _tensor_parallel(i: Inputs) -> Array:
    """The most devices of a node, at most eight, that divide it and the attention heads."""
    chosen: Array = np.ones_like(np.asarray(i.devices_per_node, dtype=float))
    for size in range(2, _MOST_TENSOR + 1):
        divides = (np.mod(i.devices_per_node, size) == 0) & (np.mod(i.model.attention_heads, size) == 0)
        chosen = np.where(divides, size, chosen)
    return chosen


def _of_place(i: Inputs) -> Array:
    """The carbon intensity of the region, or of the grid where none is picked or its own is not known."""
    own = np.nan if i.region is None else i.region.carbon_intensity
    return np.where(np.isnan(own), i.grid.carbon_intensity, own)
