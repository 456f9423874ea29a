"""Inputs that several walls share, with the same label, range, symbol and help everywhere. Each function returns a
field, as `number` and `choice` do; a wall sets the default and what differs."""

from __future__ import annotations

from functools import partial

from solvers.declare import choice, number, spec
from solvers.laws.core_kernels import KernelRates
from solvers.laws.cost import YEAR
from solvers.laws.language_pass import Timing
from solvers.laws.memory import MEMORY_RESERVE
from solvers.laws.phase import Phase
from solvers.laws.power import ARITHMETIC_SHARE, MEMORY_SHARE, PowerModel
from solvers.laws.training_memory import Attention, Recomputation, SequenceParallel
from solvers.specs import Accelerator, Fabric, Fleet, Grid, Model, Node, Precision, Region

_DAY = 86400.0
# Seconds between failures of a device: 419 unexpected interruptions of 16,384 devices in 54 days (Grattafiori et al.
# 2024, Llama 3, arXiv:2407.21783, section 3.3.4).
DEVICE_MTBF = 16384 * 54 * _DAY / 419

model = partial(spec, Model, "Model")
accelerator = partial(spec, Accelerator, "Accelerator")
# Of walls that time a model only if one is picked.
served_on = partial(spec, Accelerator, "Accelerator", optional=True, help="Required if a model is picked.")

# A cluster, its parts and its place. Each brings those after it along, and the figures it knows of them.
fleet = partial(spec, Fleet, "Fleet", optional=True, help="Cluster with its accelerators, nodes and network.")
node = partial(
    spec,
    Node,
    "Node",
    optional=True,
    advanced=True,
    default_from="fleet.node",
    help="Server with its accelerators, their links and its NICs.",
)
fabric = partial(
    spec,
    Fabric,
    "Network",
    optional=True,
    advanced=True,
    default_from="fleet.fabric",
    help="Network between nodes. A device gets at most its share of the node's NICs.",
)
region = partial(
    spec,
    Region,
    "Cloud region",
    optional=True,
    advanced=True,
    default_from="fleet.region",
    help="Data-center site and its grid. Its own PUE and carbon intensity override the grid's.",
)
grid = partial(
    spec, Grid, "Grid", optional=True, default_from="region.grid", help="Electricity grid that supplies the site."
)
FORMATS = {each.name.lower(): each.name for each in Precision}
precision = partial(choice, Precision, "Precision", labels=FORMATS, help="Number format of the weights.")
kv_precision = partial(
    choice,
    Precision,
    "KV cache precision",
    Precision.FP16,
    labels=FORMATS,
    advanced=True,
    help="Format of the keys and values in the cache.",
)

efficiency = partial(
    number,
    "1",
    "Compute efficiency",
    high=1,
    exclusive_min=True,
    slider=(0.01, 1),
    display_unit="percent",
    symbol=r"\eta",
    help="Fraction of peak FLOP/s that kernels reach.",
)
bandwidth_efficiency = partial(
    number,
    "1",
    "Bandwidth efficiency",
    high=1,
    exclusive_min=True,
    slider=(0.01, 1),
    display_unit="percent",
    symbol=r"\eta_b",
    advanced=True,
    help="Fraction of peak memory bandwidth that kernels reach.",
)

training_tokens = partial(
    number,
    "1",
    "Training tokens",
    exclusive_min=True,
    high=1e22,
    slider=(1e9, 1e14),
    log=True,
    display_unit="token",
    symbol="D",
)

layer_overhead = partial(
    number,
    "s",
    "Overhead per layer",
    high=1,
    slider=(0, 200e-6),
    display_unit="us",
    symbol=r"t_\text{layer}",
    advanced=True,
    help="Launch latency and small kernels not covered by the roofline.",
)
# The constants of the roofline, under their names on every wall: changing one selects the roofline.
ROOFLINE_CONSTANTS = ("efficiency", "bandwidth_efficiency", "layer_overhead")
timing = partial(
    choice,
    Timing,
    "Step-time model",
    Timing.AUTO,
    labels={"auto": "Automatic", "kernels": "Kernel sum (measured)", "roofline": "Roofline"},
    advanced=True,
    meant=Timing.ROOFLINE,
    meant_by=ROOFLINE_CONSTANTS,
    help="Kernel sum with the accelerator's measured constants, or roofline with the efficiencies and "
    "overhead below. Changing one of those selects the roofline.",
)
kernel_rates = partial(
    choice,
    KernelRates,
    "Kernel rates",
    labels={
        "auto": "Automatic",
        "measured": "By class of kernel (measured, microcontrollers)",
        "roofline": "Compute efficiency",
    },
    advanced=True,
    meant=KernelRates.ROOFLINE,
    meant_by=("efficiency",),
    help="On a microcontroller: measured rates of convolutions, depthwise convolutions and dense layers in 8 bits, or "
    "the compute efficiency above. Changing that selects it. Other accelerators use it always.",
)
idle_fraction = partial(
    number,
    "1",
    "Idle power (% of TDP)",
    high=1,
    slider=(0, 1),
    display_unit="percent",
    symbol="i",
    advanced=True,
    help="Fraction of its TDP that a device draws before any work.",
)
arithmetic_power = partial(
    number,
    "1",
    "Power of arithmetic at its peak",
    ARITHMETIC_SHARE,
    high=100,
    slider=(0, 4),
    symbol="a_c",
    advanced=True,
    default_from="accelerator.measured_arithmetic_power",
    help="Relative to TDP minus idle power; above 1 where the power limit is reached below peak FLOP/s.",
)
memory_power = partial(
    number,
    "1",
    "Power of memory at full bandwidth",
    MEMORY_SHARE,
    high=100,
    slider=(0, 2),
    symbol="a_m",
    advanced=True,
    default_from="accelerator.measured_memory_power",
    help="Relative to TDP minus idle power.",
)
idle_power = partial(
    number,
    "W",
    "Idle power per device",
    high=1e6,
    slider=(0, 200),
    symbol="p_0",
    default_from="accelerator.idle_power",
    strict=True,
    may_be_unknown=True,
    advanced=True,
    help="Power of a device without work. Where it is unknown, the share of its TDP counts.",
)

power_model = partial(
    choice,
    PowerModel,
    "Power model",
    advanced=True,
    labels={"mfu": "MFU", "busiest": "Busier of compute and memory", "activity": "Compute and memory (measured)"},
    help="Quantity that power follows. Decode keeps the memory busy at near-zero MFU. Measured: GPU power of "
    "H100s in serving.",
)
memory_utilization = partial(
    number,
    "1",
    "Memory bandwidth utilization",
    high=1,
    slider=(0, 1),
    display_unit="percent",
    symbol="u_m",
    help="Fraction of memory bandwidth in use. Power follows it and MFU, or MFU alone if it is unknown.",
    zero_means="unknown",
)
host_power = partial(
    number,
    "W",
    "Host power per device",
    high=1e5,
    slider=(0, 1000),
    symbol="p_h",
    advanced=True,
    help="Share of the node's CPUs, NICs and fans, always on.",
    zero_means="not counted",
)

wue = partial(
    number,
    "L/J",
    "Water usage effectiveness (WUE)",
    high=1e-3,
    slider=(0, 5 / 3.6e6),
    display_unit="L/kWh",
    symbol="w_s",
    help="Site cooling water per unit of IT energy. 0: none or unknown; 1.8 L/kWh is typical.",
)
water_of_generation = partial(
    number,
    "L/J",
    "Water intensity of electricity",
    high=1e-3,
    slider=(0, 10 / 3.6e6),
    display_unit="L/kWh",
    symbol="w_g",
    help="Water consumed by power plants per unit of electricity; United States: 3.1 L/kWh.",
    zero_means="unknown",
)

# Inputs of a step of a model.
phase = partial(
    choice,
    Phase,
    "Phase",
    labels={"auto": "Auto", "decode": "Decode", "prefill": "Prefill", "forward": "Forward", "training": "Training"},
    help="Prefill processes the prompt; decode generates one token per sequence; forward is one pass of a "
    "fixed-size model; training is forward plus backward.",
)
batch_size = partial(
    number,
    "1",
    "Batch size",
    low=1,
    high=1e6,
    slider=(1, 1024),
    log=True,
    integer=True,
    symbol="B",
    help="Sequences processed together; they share one read of the weights.",
)
context_length = partial(
    number,
    "1",
    "Context length",
    high=1e8,
    slider=(0, 131072),
    log=True,
    integer=True,
    symbol="s",
    help="Tokens already in the KV cache per sequence.",
)
prompt_length = partial(
    number,
    "1",
    "Prompt length",
    low=1,
    high=1e8,
    slider=(1, 131072),
    log=True,
    integer=True,
    symbol="S",
    help="Tokens per prompt or training sequence.",
)
output_length = partial(
    number,
    "1",
    "Output length",
    low=1,
    high=1e8,
    slider=(1, 16384),
    log=True,
    integer=True,
    symbol="O",
    help="Generated tokens per request.",
)

memory_reserve = partial(
    number,
    "1",
    "Memory headroom",
    MEMORY_RESERVE,
    high=0.99,
    slider=(0, 0.5),
    display_unit="percent",
    symbol="r",
    advanced=True,
    help="Fraction of device memory reserved for the runtime, communication buffers and fragmentation.",
)

# Inputs of the parallel layout of a training run.
data_parallel = partial(
    number,
    "1",
    "Data-parallel size",
    low=1,
    high=1e6,
    slider=(1, 1024),
    log=True,
    integer=True,
    symbol="d",
    help="Number of model replicas; ZeRO shards across them.",
)
tensor_parallel = partial(
    number,
    "1",
    "Tensor-parallel size",
    low=1,
    high=1024,
    slider=(1, 16),
    integer=True,
    symbol="t",
    help="Devices that share each layer.",
)
pipeline_parallel = partial(
    number,
    "1",
    "Pipeline-parallel size",
    low=1,
    high=1e4,
    slider=(1, 64),
    integer=True,
    symbol="p",
    help="Pipeline stages that the layers are divided into.",
)
context_parallel = partial(
    number,
    "1",
    "Context-parallel size",
    low=1,
    high=1e4,
    slider=(1, 16),
    integer=True,
    symbol="c",
    advanced=True,
    help="Devices that share each sequence.",
)
expert_parallel = partial(
    number,
    "1",
    "Expert-parallel size",
    low=1,
    high=1e4,
    slider=(1, 64),
    integer=True,
    symbol="e",
    advanced=True,
    help="Devices that share the experts of a layer, taken from the data-parallel ones.",
)
virtual_stages = partial(
    number,
    "1",
    "Virtual pipeline stages",
    low=1,
    high=1000,
    slider=(1, 8),
    integer=True,
    symbol="v",
    advanced=True,
    help="Stages per device. Above 1 the schedule is interleaved: smaller bubble, more messages, more activations.",
)
microbatch = partial(
    number,
    "1",
    "Micro-batch size",
    low=1,
    high=1e6,
    slider=(1, 64),
    log=True,
    integer=True,
    symbol="b",
    help="Sequences that a device processes together.",
)
sequence_length = partial(
    number,
    "1",
    "Sequence length",
    low=1,
    high=1e8,
    slider=(128, 131072),
    log=True,
    integer=True,
    symbol="s",
)
zero_stage = partial(
    number,
    "1",
    "ZeRO stage",
    high=3,
    slider=(0, 3),
    integer=True,
    help="Sharded across data-parallel ranks: 1 optimizer state, 2 + gradients, 3 + parameters (FSDP).",
)
recomputation = partial(
    choice,
    Recomputation,
    "Recomputation",
    help="Activations that the backward pass recomputes.",
    labels={"none": "None", "selective": "Selective (attention scores)", "full": "Full"},
)
attention = partial(
    choice,
    Attention,
    "Attention kernel",
    advanced=True,
    help="A fused kernel never writes the scores to memory; an unfused one does.",
    labels={"unfused": "Unfused", "fused": "Fused (FlashAttention)"},
)
sequence_parallel = partial(
    choice,
    SequenceParallel,
    "Sequence parallelism",
    advanced=True,
    help="Also shards normalization and dropout across the tensor-parallel devices.",
    labels={"off": "Off", "on": "On"},
)

# Inputs of the network between devices.
devices_per_node = partial(
    number,
    "1",
    "Devices per node",
    low=1,
    high=1e5,
    slider=(1, 72),
    integer=True,
    symbol="g",
    default_from="node.accelerators_per_node",
    advanced=True,
    help="Accelerators per node; nodes are filled one after the other.",
)
intra_bandwidth = partial(
    number,
    "byte/s",
    "Intra-node bandwidth",
    exclusive_min=True,
    high=1e15,
    slider=(1e9, 2e12),
    log=True,
    display_unit="GB/s",
    symbol=r"\beta_\text{intra}",
    default_from=("node.fabric.bandwidth", "accelerator.interconnect_bandwidth"),
    strict=True,
    advanced=True,
    help="Bandwidth per device in one direction, such as NVLink.",
)
inter_bandwidth = partial(
    number,
    "byte/s",
    "Inter-node bandwidth",
    exclusive_min=True,
    high=1e15,
    slider=(1e9, 2e12),
    log=True,
    display_unit="GB/s",
    symbol=r"\beta_\text{inter}",
    default_from=("fleet.device_bandwidth", "fabric.bandwidth"),
    strict=True,
    advanced=True,
    help="Bandwidth per device in one direction: its share of the node's NICs.",
)
intra_latency = partial(
    number,
    "s",
    "Intra-node latency",
    high=1,
    slider=(0, 20e-6),
    display_unit="us",
    symbol=r"\alpha_\text{intra}",
    advanced=True,
    default_from="node.fabric.latency",
    help="Time to start one message within a node.",
)
inter_latency = partial(
    number,
    "s",
    "Inter-node latency",
    high=1,
    slider=(0, 100e-6),
    display_unit="us",
    symbol=r"\alpha_\text{inter}",
    advanced=True,
    default_from="fabric.latency",
    help="Time to start one message between nodes.",
)

# Where a job runs.
pue = partial(
    number,
    "1",
    "PUE",
    1.06,
    low=1,
    high=10,
    slider=(1, 2),
    default_from=("region.pue", "fleet.pue"),
    help="Facility energy ÷ IT energy.",
)
electricity_price = partial(
    number,
    "USD/J",
    "Electricity price",
    high=1e-4,
    slider=(0, 0.4 / 3.6e6),
    display_unit="USD/kWh",
    symbol="c_e",
    default_from="grid.electricity_price",
)
devices = partial(
    number,
    "1",
    "Devices",
    low=1,
    high=1e8,
    slider=(1, 32768),
    log=True,
    integer=True,
    symbol="n",
    default_from="fleet.devices",
)

# Inputs of the cost of owning and renting a fleet.
infrastructure_multiplier = partial(
    number,
    "1",
    "Infrastructure multiplier",
    low=1,
    high=20,
    slider=(1, 4),
    symbol="k",
    help="Fleet purchase price ÷ accelerator purchase price.",
)
amortization = partial(
    number,
    "s",
    "Depreciation period",
    exclusive_min=True,
    high=1000 * YEAR,
    slider=(YEAR, 8 * YEAR),
    display_unit="year",
    symbol="L",
)
spot_mtbf = partial(
    number,
    "s",
    "Spot MTBF",
    exclusive_min=True,
    high=1e8 * _DAY,
    slider=(3600, 90 * _DAY),
    log=True,
    display_unit="day",
    advanced=True,
    help="Mean time until a spot machine is reclaimed; a multi-machine job stops when any is.",
)
