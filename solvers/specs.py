"""The specs that walls compute with: frozen records of columns, in SI.

Every figure of a spec is a scalar or an array, so one chip and a catalog of chips are the same code:
`take(stack(chips), index)` turns a column of choices into columns of numbers. An unknown figure is NaN, never zero. The
unit declared here is also the unit of the catalog's column.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cache, partial
from types import MappingProxyType
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from .declare import NAN, Array, Codes, number
from .errors import InputError
from .fields import Input
from .self_description import notebook
from .unknown_specs import is_unknown


class Precision(IntEnum):
    """Number formats, widest first; the code indexes every table with one entry per format."""

    FP64 = 0
    FP32 = 1
    TF32 = 2
    BF16 = 3
    FP16 = 4
    FP8 = 5
    INT8 = 6
    FP4 = 7
    INT4 = 8


def part(kind: type[Any], *, unknown: bool = False) -> Any:
    """Return a field that is a nested spec; with `unknown` the default has no known figure."""
    metadata = {"part": kind}
    return field(default_factory=kind, metadata=metadata) if unknown else field(metadata=metadata)


def rates(label: str, *, help: str = "") -> Any:
    """Return a field that is a table with one rate per number format, NaN where the chip has none."""
    io = number("flop/s", label, exclusive_min=True, help=help).metadata["io"]
    return field(metadata={"io": dataclasses.replace(io, default=NAN), "per": Precision})


# Figures shared by grids, regions and fleets.
_pue = partial(number, "1", "PUE", low=1, help="Power usage effectiveness: facility energy ÷ IT energy.")
_wue = partial(
    number, "L/J", "WUE", display_unit="L/kWh", help="Water usage effectiveness: site water per unit of IT energy."
)
_carbon_intensity = partial(
    number, "kg/J", "Carbon intensity", display_unit="g/kWh", help="CO₂e per unit of electricity."
)


class _Record:
    """The base of all specs; its repr has the known figures with their units."""

    def __repr__(self) -> str:
        return str(notebook("display").spec_text(self))

    def _repr_html_(self) -> str:
        return str(notebook("display").spec_html(self))


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Accelerator(_Record):
    """A chip. `peak` has one dense rate per `Precision` along its last axis."""

    name: str = "accelerator"
    peak: NDArray[np.float64] = rates("Peak dense FLOP/s", help="Dense, never 2:4 sparse; one multiply-add is 2 FLOPs.")
    memory_capacity: Array = number(
        "byte",
        "Memory capacity",
        display_unit="GB",
        symbol="M",
        help="Capacity of the main memory: HBM, GDDR or LPDDR.",
    )
    memory_bandwidth: Array = number(
        "byte/s", "Memory bandwidth", exclusive_min=True, display_unit="GB/s", help="Peak bandwidth of the main memory."
    )
    sram_capacity: Array = number(
        "byte", "On-chip SRAM", display_unit="MB", help="L2 cache of a GPU; whole RAM of an MCU."
    )
    sram_bandwidth: Array = number("byte/s", "SRAM bandwidth", exclusive_min=True, display_unit="GB/s")
    flash_capacity: Array = number(
        "byte", "Flash capacity", display_unit="MB", help="Memory in which a microcontroller stores its weights."
    )
    flash_bandwidth: Array = number("byte/s", "Flash bandwidth", exclusive_min=True, display_unit="MB/s")
    interconnect_bandwidth: Array = number(
        "byte/s", "Interconnect bandwidth", exclusive_min=True, display_unit="GB/s", help="Bandwidth in one direction."
    )
    shared_bus: Array = number(
        "1",
        "Shared bus",
        0.0,
        high=1,
        integer=True,
        help="1 if its link to others is a bus that all of a node share, as on PCIe.",
    )
    tdp: Array = number("W", "Thermal design power")
    idle_power: Array = number("W", "Idle power")
    sleep_power: Array = number("W", "Sleep power", display_unit="uW")
    unit_price: Array = number("USD", "Unit price")
    cloud_price: Array = number(
        "USD/s", "On-demand cloud price", display_unit="USD/hour", help="Price of one accelerator, on demand."
    )
    spot_price: Array = number("USD/s", "Spot price", display_unit="USD/hour")
    dispatch_overhead: Array = number(
        "s", "Dispatch overhead", 10e-6, display_unit="us", help="Host time to start a step."
    )
    embodied_carbon: Array = number(
        "kg", "Embodied carbon", help="CO₂e of manufacturing one; the vendor's figure where published."
    )
    measured_efficiency: Array = number(
        "1", "Compute efficiency", high=1, exclusive_min=True, help="Value measured in serving."
    )
    measured_bandwidth_efficiency: Array = number(
        "1", "Bandwidth efficiency", high=1, exclusive_min=True, help="Value measured in serving."
    )
    measured_layer_overhead: Array = number(
        "s", "Overhead per layer", display_unit="us", help="Value measured in serving."
    )
    boost_clock: Array = number(
        "1/s", "Boost clock", exclusive_min=True, display_unit="GHz", help="Maximum clock of the cores."
    )
    measured_gemm_efficiency: Array = number(
        "1", "GEMM efficiency", high=1, exclusive_min=True, help="Fraction of the 16-bit peak that GEMMs reach."
    )
    measured_gemm_efficiency_8bit: Array = number(
        "1",
        "GEMM efficiency, 8-bit",
        high=1,
        exclusive_min=True,
        help="Fraction of the 8-bit peak that GEMMs reach.",
    )
    measured_memory_efficiency: Array = number(
        "1", "Memory efficiency", high=1, exclusive_min=True, help="Fraction of memory bandwidth that kernels reach."
    )
    measured_kernel_time: Array = number(
        "s", "Minimum kernel time", display_unit="us", help="Shortest time of one kernel, launch included."
    )
    measured_collective_latency: Array = number(
        "s",
        "Collective latency",
        display_unit="us",
        help="Time to start an all-reduce between accelerators of one node.",
    )
    measured_link_efficiency: Array = number(
        "1",
        "Link efficiency",
        exclusive_min=True,
        help="Fraction of link bandwidth that an all-reduce reaches; above 1 if the switch reduces.",
    )
    measured_idle_fraction: Array = number(
        "1",
        "Idle fraction of the TDP",
        high=1,
        exclusive_min=True,
        help="Fraction of its TDP that it draws before any work.",
    )
    measured_arithmetic_power: Array = number(
        "1",
        "Power of arithmetic at its peak",
        exclusive_min=True,
        high=100,
        help="Relative to TDP minus idle power; above 1 where the power limit is reached below peak FLOP/s.",
    )
    measured_memory_power: Array = number(
        "1",
        "Power of memory at full bandwidth",
        exclusive_min=True,
        high=100,
        help="Relative to TDP minus idle power.",
    )

    @property
    def hourly_price(self) -> Array:
        """On-demand price of one accelerator, USD/hour."""
        return np.asarray(self.cloud_price) * 3600.0

    @property
    def bf16_rate(self) -> Array:
        """Dense FLOP/s of training in BF16, or in the format that stands for it; NaN where it is unknown."""
        return peak_rate(self, Precision.BF16)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Model(_Record):
    """A network. Attention, mixture-of-experts and state-space figures stay unknown where a model has none."""

    name: str = "model"
    parameters: Array = number("1", "Parameters", display_unit="param", exclusive_min=True)
    active_parameters: Array = number(
        "1", "Active parameters", display_unit="param", help="Parameters used per token; all of them in a dense model."
    )
    layers: Array = number("1", "Layers", 0.0)
    hidden_size: Array = number("1", "Hidden size", 0.0)
    attention_heads: Array = number("1", "Attention heads", 0.0)
    kv_heads: Array = number("1", "KV heads", 0.0, help="Fewer than attention heads with grouped-query attention.")
    head_dim: Array = number("1", "Head dimension", 0.0)
    kv_elements_per_token_per_layer: Array = number(
        "1", "Latent KV elements", help="Elements per token and layer with multi-head latent attention."
    )
    state_elements: Array = number("1", "SSM state elements", 0.0, help="Elements per sequence of a state-space model.")
    experts: Array = number("1", "Experts", 0.0)
    experts_per_token: Array = number("1", "Experts per token", 0.0)
    expert_parameters: Array = number(
        "1", "Expert parameters", display_unit="param", help="Parameters of all routed experts."
    )
    vocabulary: Array = number("1", "Vocabulary size")
    context_length: Array = number("1", "Maximum context length", display_unit="token")
    inference_flop: Array = number("flop", "FLOPs per forward pass", help="FLOPs of a model with a fixed-size input.")
    depthwise_flop: Array = number(
        "flop", "FLOPs of depthwise convolutions", help="Part of the FLOPs per forward pass."
    )
    dense_flop: Array = number("flop", "FLOPs of dense layers", help="Part of the FLOPs per forward pass.")
    activation_bytes: Array = number(
        "byte", "Peak activations", 0.0, display_unit="kB", help="Live tensors of one sample."
    )
    training_tokens: Array = number("1", "Training tokens", display_unit="token")
    generative: Array = number(
        "1", "Generates tokens", help="1: decodes token by token; 0: single pass; unknown: inferred."
    )
    kv_cache_layers: Array = number(
        "1",
        "Layers with a KV cache",
        help="All layers if unknown; fewer where some are recurrent or belong to an encoder.",
    )
    windowed_layers: Array = number(
        "1", "Sliding-window layers", 0.0, help="Layers whose KV cache keeps only the last tokens."
    )
    attention_window: Array = number(
        "1", "Attention window", display_unit="token", help="Tokens that a sliding-window layer keeps."
    )
    cross_attention_tokens: Array = number(
        "1", "Cross-attention tokens", 0.0, display_unit="token", help="Encoder outputs that decoder layers keep."
    )
    intermediate_size: Array = number(
        "1", "MLP width", help="Hidden width of the dense MLPs; 0 where every layer has experts."
    )
    mlp_matrices: Array = number("1", "MLP matrices", help="3 with a gate (SwiGLU, GeGLU), else 2.")
    expert_layers: Array = number("1", "Layers with experts", help="0 in a dense model.")
    expert_intermediate_size: Array = number("1", "Expert MLP width", help="Hidden width of one expert.")
    shared_experts: Array = number("1", "Shared experts", 0.0, help="Experts used by every token.")
    q_lora_rank: Array = number("1", "Query rank", help="Width of the compressed query in multi-head latent attention.")
    kv_lora_rank: Array = number("1", "Latent rank", help="Width of the latent vector in multi-head latent attention.")
    v_head_dim: Array = number("1", "Value dimension", help="Width of a head's values in multi-head latent attention.")
    embedding_parameters: Array = number(
        "1",
        "Input-embedding parameters",
        display_unit="param",
        help="Parameters looked up, not multiplied; 0 if shared with the output head.",
    )

    @property
    def kv_layers(self) -> Array:
        """Layers that keep keys and values: all, unless `kv_cache_layers` is known."""
        return np.where(np.isnan(self.kv_cache_layers), self.layers, self.kv_cache_layers)

    @property
    def kv_elements_per_layer(self) -> Array:
        """Numbers a token leaves in one of them: keys and values of all KV heads, or the latent vector."""
        latent = self.kv_elements_per_token_per_layer
        return np.where(np.isnan(latent), 2 * np.asarray(self.kv_heads) * self.head_dim, latent)

    # Numbers that a sequence of s tokens keeps: full·s + windowed·min(s, attention_window) + fixed numbers.

    @property
    def kv_elements_full(self) -> Array:
        """Numbers a token leaves in the layers that keep every token."""
        return np.asarray((self.kv_layers - np.nan_to_num(self.windowed_layers)) * self.kv_elements_per_layer)

    @property
    def kv_elements_windowed(self) -> Array:
        """Numbers a token leaves in the layers that keep the last tokens only."""
        return np.asarray(np.nan_to_num(self.windowed_layers) * self.kv_elements_per_layer)

    @property
    def kv_elements_fixed(self) -> Array:
        """Numbers kept whatever the length: keys and values of the encoder's output."""
        return np.asarray(self.kv_layers * np.nan_to_num(self.cross_attention_tokens) * self.kv_elements_per_layer)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Fabric(_Record):
    """A network between accelerators or nodes, with the figures of one endpoint."""

    name: str = "fabric"
    bandwidth: Array = number(
        "byte/s", "Bandwidth", exclusive_min=True, display_unit="GB/s", help="Bandwidth per endpoint in one direction."
    )
    latency: Array = number("s", "Latency", display_unit="us", help="End-to-end latency of a small message.")
    shared_bus: Array = number(
        "1", "Shared bus", 0.0, high=1, integer=True, help="1 if all devices share it, as on PCIe."
    )


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Node(_Record):
    """A server: accelerators, the fabric that joins them, and its external network."""

    name: str = "node"
    accelerator: Accelerator = part(Accelerator)
    fabric: Fabric = part(Fabric, unknown=True)
    accelerators_per_node: Array = number("1", "Accelerators", low=1, integer=True)
    nics_per_node: Array = number("1", "NICs", integer=True)
    nic_bandwidth: Array = number(
        "byte/s",
        "NIC bandwidth",
        exclusive_min=True,
        display_unit="GB/s",
        help="Bandwidth of one NIC in one direction.",
    )
    max_power: Array = number("W", "Maximum power", help="Power of the whole node, accelerators included.")
    price: Array = number("USD", "Price", help="Price of the whole node, accelerators included.")
    host_memory: Array = number("byte", "Host memory", display_unit="GB")


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Grid(_Record):
    """The electricity grid of a country or region. Figures of a site are known only for a grid that represents one."""

    name: str = "grid"
    carbon_intensity: Array = _carbon_intensity()
    electricity_price: Array = number("USD/J", "Electricity price", display_unit="USD/kWh")
    water_intensity: Array = number(
        "L/J", "Water intensity", display_unit="L/kWh", help="Water used to generate the electricity."
    )
    pue: Array = _pue()
    wue: Array = _wue()
    water_intensity_derived: Array = number(
        "L/J",
        "Water intensity, derived",
        display_unit="L/kWh",
        help="Fuel mix times the median of each fuel; not measured.",
    )


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Region(_Record):
    """A cloud provider's region: its grid and its site."""

    name: str = "region"
    grid: Grid = part(Grid, unknown=True)
    carbon_intensity: Array = _carbon_intensity()
    pue: Array = _pue()
    wue: Array = _wue()

    @property
    def electricity_price(self) -> Array:
        """Price of the electricity of its grid, USD/J."""
        return self.grid.electricity_price

    @property
    def water_intensity(self) -> Array:
        """Water used to make the electricity of its grid, L/J."""
        return self.grid.water_intensity


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Fleet(_Record):
    """Nodes joined by one fabric; where they stand, if that is known: a `region`, or a `grid` alone, which is then that
    of a region of which nothing else is known."""

    name: str = "fleet"
    node: Node = part(Node)
    fabric: Fabric = part(Fabric, unknown=True)
    region: Region = part(Region, unknown=True)
    grid: Grid = part(Grid, unknown=True)
    nodes: Array = number("1", "Nodes", low=1, integer=True)
    pue: Array = _pue()
    power: Array = number("W", "Power", help="Reported power of the whole fleet.")

    def __post_init__(self) -> None:
        if is_unknown(self.region) and not is_unknown(self.grid):
            object.__setattr__(self, "region", Region(name=self.grid.name, grid=self.grid))

    @property
    def devices(self) -> Array:
        """Accelerators of all nodes together."""
        return self.nodes * self.node.accelerators_per_node

    @property
    def device_bandwidth(self) -> Array:
        """One way, of each device to other nodes: its share of the node's network cards, which are no faster than the
        fabric where that is known; NaN where a card's bandwidth is not."""
        card = np.asarray(self.node.nic_bandwidth, dtype=float)
        slower = np.where(np.isnan(card), NAN, np.fmin(card, self.fabric.bandwidth))
        return slower * self.node.nics_per_node / self.node.accelerators_per_node


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Dataset(_Record):
    """A data set that models are trained on."""

    name: str = "dataset"
    samples: Array = number("1", "Samples")
    tokens: Array = number("1", "Tokens", display_unit="token")
    size: Array = number("byte", "Size", display_unit="GB", help="Stored size of all samples.")
    sample_bytes: Array = number("byte", "Bytes per sample", display_unit="kB", help="Mean stored size of a sample.")


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Storage(_Record):
    """A storage system, or a worker that prepares data."""

    name: str = "storage"
    bandwidth: Array = number(
        "byte/s", "Bandwidth", exclusive_min=True, display_unit="GB/s", help="Sequential read bandwidth."
    )
    latency: Array = number("s", "Latency", display_unit="us", help="Latency of one small read.")
    iops: Array = number("1/s", "IOPS", help="Small random reads per second.")
    sample_rate: Array = number("1/s", "Samples per second", help="Samples that one worker preprocesses per second.")
    price: Array = number("USD/byte/s", "Price", display_unit="USD/GB/month", help="Price of storing data.")


Spec = TypeVar("Spec", Accelerator, Model, Fabric, Node, Fleet, Grid, Region, Dataset, Storage)

KINDS: tuple[type[Any], ...] = Spec.__constraints__


def columns(kind: type[Any]) -> Mapping[str, Input]:
    """Return the declared figures of a spec, by name."""
    return _declared(_hashable(kind))[0]


def parts(kind: type[Any]) -> Mapping[str, type[Any]]:
    """Return the nested specs of a spec, by name."""
    return _declared(_hashable(kind))[1]


def is_table(kind: type[Any], name: str) -> bool:
    """Return whether a figure has one entry per number format."""
    return name in _declared(_hashable(kind))[2]


def _hashable(kind: Any) -> Any:
    return kind  # as a class is; mypy does not know it of type[Any]


@cache
def _declared(kind: Any) -> tuple[Mapping[str, Input], Mapping[str, type[Any]], frozenset[str]]:
    """Return the figures of a spec, its nested specs, and which of the figures are tables."""
    every = dataclasses.fields(kind)
    return (
        MappingProxyType({f.name: f.metadata["io"] for f in every if "io" in f.metadata}),
        MappingProxyType({f.name: f.metadata["part"] for f in every if "part" in f.metadata}),
        frozenset(f.name for f in every if "per" in f.metadata),
    )


def table(by_name: dict[str, float]) -> NDArray[np.float64]:
    """Return rates by format name (`{"fp16": 989e12}`) as a row of a table."""
    return np.array([by_name.get(p.name.lower(), NAN) for p in Precision], dtype=float)


def stack(specs: Sequence[Spec]) -> Spec:
    """Return several specs as one record of columns, row k being the k-th."""
    first = specs[0]
    values: dict[str, Any] = {
        name: np.array([getattr(spec, name) for spec in specs], dtype=float) for name in columns(type(first))
    }
    values |= {name: stack([getattr(spec, name) for spec in specs]) for name in parts(type(first))}
    return dataclasses.replace(first, name=_BAR.join(spec.name for spec in specs), **values)


def take(spec: Spec, index: Codes) -> Spec:
    """Return the rows `index` of a stacked spec, as columns of that length. Up to 256 rows keep their names, in their
    order (`row_names`)."""
    values: dict[str, Any] = {name: getattr(spec, name)[index] for name in columns(type(spec))}
    values |= {name: take(getattr(spec, name), index) for name in parts(type(spec))}
    return dataclasses.replace(spec, name=_taken_names(spec, np.asarray(index)), **values)


# Separates the names of a stacked spec's rows.
_BAR = " | "
_MOST_NAMED = 256


def _taken_names(spec: Any, index: NDArray[np.int_]) -> str:
    if index.size > _MOST_NAMED:
        return f"{index.size} rows of {spec.name}"
    names = np.array(spec.name.split(_BAR))
    return _BAR.join(names[index].ravel().tolist()) if index.size and index.max() < len(names) else str(spec.name)


def row_names(spec: Any, shape: tuple[int, ...]) -> list[str]:
    """Return the names of the rows of a stacked spec of that shape, in their order; none where it has no name for
    each."""
    names = spec.name.split(_BAR)
    return names if len(names) == math.prod(shape) else []


@dataclass(frozen=True)
class Changed:
    """A changed figure of a spec: `value` in SI, or with `scaled` the factor on what it is."""

    value: float
    scaled: bool


def changed_spec(spec: Any, name: str, change: Changed) -> Any:
    """Return the spec with the figure of the dotted `name` changed. Raise InputError when there is nothing to scale."""
    figure = name.partition(".")[2]
    before = getattr(spec, figure)
    after = before * change.value if change.scaled else change.value
    if change.scaled and np.all(np.isnan(after)):
        raise InputError(name, f"can't be scaled: it is not known for {spec.name}.")
    return dataclasses.replace(spec, **{figure: after})


# Where a chip has no rate for a format, weights stay in it and arithmetic runs in the next wider one it has. A matrix
# engine without fp32 uses the format it multiplies in; the wall's notes say when either happens.
_SERVED_BY: dict[Precision, tuple[Precision, ...]] = {
    Precision.FP64: (),
    Precision.FP32: (Precision.TF32, Precision.FP16, Precision.BF16),
    Precision.TF32: (Precision.FP32, Precision.FP16, Precision.BF16),
    Precision.BF16: (Precision.FP16, Precision.FP32),
    Precision.FP16: (Precision.BF16, Precision.FP32),
    Precision.FP8: (Precision.FP16, Precision.BF16, Precision.FP32),
    Precision.INT8: (Precision.FP16, Precision.BF16, Precision.FP32),
    Precision.FP4: (Precision.FP8, Precision.FP16, Precision.BF16, Precision.FP32),
    Precision.INT4: (Precision.INT8, Precision.FP16, Precision.BF16, Precision.FP32),
}


def arithmetic_format(chip: Accelerator, precision: Codes) -> NDArray[np.int_]:
    """Return the format arithmetic runs in for each `precision`; -1 where the chip has no rate for it or any
    substitute."""
    known = ~np.isnan(chip.peak)
    if known.ndim == 1 and np.ndim(precision) == 0:
        candidates = (int(precision), *_SERVED_BY[Precision(int(precision))])
        return np.asarray(next((candidate for candidate in candidates if known[candidate]), -1))
    if known.ndim == 1:  # one chip: plain Python is faster than calls on arrays of nine
        serving = [next((c for c in (p, *_SERVED_BY[p]) if known[c]), -1) for p in Precision]
        return np.asarray(np.array(serving)[precision])
    codes = np.broadcast_to(precision, np.broadcast_shapes(np.shape(precision), known.shape[:-1]))
    runs_in = codes.copy()
    for asked in (Precision(int(code)) for code in np.flatnonzero(np.bincount(np.ravel(precision)))):
        without = (codes == asked) & ~known[..., asked]
        for candidate in _SERVED_BY[asked]:
            if not without.any():  # nearly every chip computes in what it is asked for
                break
            np.copyto(runs_in, int(candidate), where=without & known[..., candidate])
            without &= ~known[..., candidate]
        np.copyto(runs_in, -1, where=without)
    return runs_in


def peak_rate(chip: Accelerator, precision: Codes) -> NDArray[np.float64]:
    """Return the dense FLOP/s of arithmetic when weights are stored in `precision`; NaN where it cannot run."""
    runs_in = arithmetic_format(chip, precision)
    return np.where(runs_in < 0, NAN, _entry(chip.peak, np.maximum(runs_in, 0)))


def _entry(per_format: NDArray[Any], precision: Codes) -> NDArray[Any]:
    """Return one entry per question of a table with formats along the last axis; lines and grids broadcast."""
    if per_format.ndim == 1:
        return np.asarray(per_format[precision])
    code = np.asarray(precision)
    axes = max(per_format.ndim - 1, code.ndim)
    table = per_format.reshape((1,) * (axes + 1 - per_format.ndim) + per_format.shape)
    return np.take_along_axis(table, code.reshape((1,) * (axes - code.ndim) + (*code.shape, 1)), axis=-1)[..., 0]
