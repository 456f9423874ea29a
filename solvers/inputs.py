"""Inputs that several walls share, with the same label, range, symbol and help everywhere. Each function returns a
field, as `number` and `choice` do; a wall sets the default and what differs."""

from __future__ import annotations

from functools import partial

from solvers.declare import choice, number, spec
from solvers.laws.cost import YEAR
from solvers.laws.language_pass import Timing
from solvers.laws.memory import MEMORY_RESERVE
from solvers.laws.phase import Phase
from solvers.laws.power import PowerModel
from solvers.laws.training_memory import Attention, Recomputation, SequenceParallel
from solvers.specs import Accelerator, Fabric, Fleet, Grid, Model, Node, Precision, Region

# Seconds between failures of a device: 419 unexpected interruptions of 16,384 devices in 54 days (Grattafiori et al.
# 2024, Llama 3, arXiv:2407.21783, section 3.3.4).
DEVICE_MTBF = 16384 * 54 * 86400.0 / 419

model = partial(spec, Model, "Model")
accelerator = partial(spec, Accelerator, "Accelerator")

# A cluster, its parts and its place. Each brings those after it along, and the figures it knows of them.
fleet = partial(spec, Fleet, "Fleet", optional=True, help="A cluster: its devices, nodes and network.")
node = partial(
    spec,
    Node,
    "Node",
    optional=True,
    advanced=True,
    default_from="fleet.node",
    help="A server: its accelerators, the links between them and its network cards.",
)
fabric = partial(
    spec,
    Fabric,
    "Network",
    optional=True,
    advanced=True,
    default_from="fleet.fabric",
    help="Between nodes; no device gets more than its share of the node's network cards.",
)
region = partial(
    spec,
    Region,
    "Cloud region",
    optional=True,
    advanced=True,
    default_from="fleet.region",
    help="A site and its grid: its own PUE and carbon intensity count before the grid's.",
)
grid = partial(spec, Grid, "Grid", optional=True, default_from="region.grid", help="Where the electricity comes from.")
precision = partial(choice, Precision, "Precision", help="The format weights are stored in.")

efficiency = partial(
    number,
    "1",
    "Compute efficiency",
    high=1,
    exclusive_min=True,
    slider=(0.01, 1),
    display_unit="percent",
    symbol=r"\eta",
    help="Share of the peak rate that kernels reach.",
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
    help="Share of the memory's peak bandwidth that kernels reach.",
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
    help="Launches, norms and other small kernels that neither roof sees.",
)
# The constants of the roofline, under the names every wall has for them: who changes one means the roofline.
ROOFLINE_CONSTANTS = ("efficiency", "bandwidth_efficiency", "layer_overhead")
timing = partial(
    choice,
    Timing,
    "Time of a pass",
    Timing.AUTO,
    labels={
        "auto": "As the constants say",
        "kernels": "Sum of kernels, as measured",
        "roofline": "Roofline of the textbook",
    },
    advanced=True,
    meant=Timing.ROOFLINE,
    meant_by=ROOFLINE_CONSTANTS,
    help="A sum of kernels with the chip's measured constants, or the roofline with the efficiencies and the overhead "
    "below; the roofline where one of these is changed.",
)
idle_fraction = partial(
    number,
    "1",
    "Idle power",
    high=1,
    slider=(0, 1),
    display_unit="percent",
    symbol="i",
    advanced=True,
    help="Share of the thermal design power an idle device draws.",
)

power_model = partial(
    choice,
    PowerModel,
    "Power follows",
    advanced=True,
    labels={"mfu": "MFU", "busiest": "The busier of the two", "activity": "Arithmetic and memory, as measured"},
    help="Decode keeps the memory busy while its MFU is near zero. Measured: GPU power of H100s that serve.",
)
memory_utilization = partial(
    number,
    "1",
    "Memory bandwidth in use",
    high=1,
    slider=(0, 1),
    display_unit="percent",
    symbol="u_m",
    help="Share of the memory's bandwidth. Power follows it and MFU; where it is unknown, MFU alone.",
    zero_means="unknown",
)
host_power = partial(
    number,
    "W",
    "Host power of a device",
    high=1e5,
    slider=(0, 1000),
    symbol="p_h",
    advanced=True,
    help="Its part of a node's CPUs, network cards and fans, always on.",
    zero_means="not counted",
)

wue = partial(
    number,
    "L/J",
    "Water-usage effectiveness",
    high=1e-3,
    slider=(0, 5 / 3.6e6),
    display_unit="L/kWh",
    symbol="w_s",
    help="Water the site's cooling evaporates, per energy of its equipment: WUE. 0: none, or not known; 1.8 is usual.",
)
water_of_generation = partial(
    number,
    "L/J",
    "Water of generation",
    high=1e-3,
    slider=(0, 10 / 3.6e6),
    display_unit="L/kWh",
    symbol="w_g",
    help="Water power stations evaporate, per energy at the meter; United States: 3.1 L/kWh.",
    zero_means="unknown",
)

# Inputs of a step of a model.
phase = partial(
    choice,
    Phase,
    "Phase",
    labels={"auto": "As the model works"},
    help="Decode makes a token of each sequence, prefill reads the prompt, forward is a pass of fixed size, training "
    "learns.",
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
    help="Sequences or samples that share one reading of the weights.",
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
    help="Tokens already in each sequence when a token is decoded; each has its keys and values in memory.",
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
    help="Tokens of each prompt or training sequence.",
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
    "Memory kept free",
    MEMORY_RESERVE,
    high=0.99,
    slider=(0, 0.5),
    display_unit="percent",
    symbol="r",
    advanced=True,
    help="Share of a device's memory for the runtime, communication buffers and fragments.",
)

# Inputs of the parallel layout of a training run.
data_parallel = partial(
    number,
    "1",
    "Data parallel",
    low=1,
    high=1e6,
    slider=(1, 1024),
    log=True,
    integer=True,
    symbol="d",
    help="Copies of the model that each take other sequences; what ZeRO divides by.",
)
tensor_parallel = partial(
    number,
    "1",
    "Tensor parallel",
    low=1,
    high=1024,
    slider=(1, 16),
    integer=True,
    symbol="t",
    help="Devices each layer is split over.",
)
pipeline_parallel = partial(
    number,
    "1",
    "Pipeline parallel",
    low=1,
    high=1e4,
    slider=(1, 64),
    integer=True,
    symbol="p",
    help="Stages the layers are split into, one after the other.",
)
context_parallel = partial(
    number,
    "1",
    "Context parallel",
    low=1,
    high=1e4,
    slider=(1, 16),
    integer=True,
    symbol="c",
    advanced=True,
    help="Devices each sequence is split over.",
)
expert_parallel = partial(
    number,
    "1",
    "Expert parallel",
    low=1,
    high=1e4,
    slider=(1, 64),
    integer=True,
    symbol="e",
    advanced=True,
    help="Devices the experts of a layer are spread over, taken from the data-parallel ones.",
)
virtual_stages = partial(
    number,
    "1",
    "Stages a device holds",
    low=1,
    high=1000,
    slider=(1, 8),
    integer=True,
    symbol="v",
    advanced=True,
    help="Above 1 the pipeline is interleaved: shorter bubbles, more messages, more activations.",
)
microbatch = partial(
    number,
    "1",
    "Microbatch",
    low=1,
    high=1e6,
    slider=(1, 64),
    log=True,
    integer=True,
    symbol="b",
    help="Sequences a device works on at once.",
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
    help="Tokens of each sequence.",
)
zero_stage = partial(
    number,
    "1",
    "ZeRO stage",
    high=3,
    slider=(0, 3),
    integer=True,
    help="What is divided over the copies: 1 optimizer state, 2 gradients too, 3 weights too (FSDP).",
)
recomputation = partial(
    choice,
    Recomputation,
    "Recomputation",
    help="Activations the backward pass computes again: none, those of attention scores, or all.",
)
attention = partial(
    choice,
    Attention,
    "Attention",
    advanced=True,
    help="A fused kernel (FlashAttention) never writes the scores; an unfused one keeps them.",
)
sequence_parallel = partial(
    choice,
    SequenceParallel,
    "Sequence parallel",
    advanced=True,
    help="Spreads norms and dropouts over the tensor-parallel devices, too.",
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
    help="Nodes are filled one after the other.",
)
intra_bandwidth = partial(
    number,
    "byte/s",
    "Bandwidth inside a node",
    exclusive_min=True,
    high=1e15,
    slider=(1e9, 2e12),
    log=True,
    display_unit="GB/s",
    symbol=r"\beta_\text{intra}",
    default_from=("node.fabric.bandwidth", "accelerator.interconnect_bandwidth"),
    strict=True,
    advanced=True,
    help="One way, of each device: NVLink and its like.",
)
inter_bandwidth = partial(
    number,
    "byte/s",
    "Bandwidth between nodes",
    exclusive_min=True,
    high=1e15,
    slider=(1e9, 2e12),
    log=True,
    display_unit="GB/s",
    symbol=r"\beta_\text{inter}",
    default_from=("fleet.device_bandwidth", "fabric.bandwidth"),
    strict=True,
    advanced=True,
    help="One way, of each device: its share of the node's network cards.",
)
intra_latency = partial(
    number,
    "s",
    "Latency inside a node",
    high=1,
    slider=(0, 20e-6),
    display_unit="us",
    symbol=r"\alpha_\text{intra}",
    advanced=True,
    default_from="node.fabric.latency",
    help="Time to start one message.",
)
inter_latency = partial(
    number,
    "s",
    "Latency between nodes",
    high=1,
    slider=(0, 100e-6),
    display_unit="us",
    symbol=r"\alpha_\text{inter}",
    advanced=True,
    default_from="fabric.latency",
    help="Time to start one message.",
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
    help="Energy of the building over that of the chips.",
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
    help="Purchase price of the fleet over that of its accelerators.",
)
amortization = partial(
    number,
    "s",
    "Amortization",
    exclusive_min=True,
    high=1e10,
    slider=(YEAR, 8 * YEAR),
    display_unit="year",
    symbol="L",
    help="Period over which what was bought is depreciated.",
)
spot_mtbf = partial(
    number,
    "s",
    "Spot MTBF",
    exclusive_min=True,
    high=1e12,
    slider=(3600, 90 * 86400.0),
    log=True,
    display_unit="day",
    advanced=True,
    help="Mean time until a spot machine is reclaimed; a job on several stops when any of them is.",
)
