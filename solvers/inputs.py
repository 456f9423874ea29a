"""Inputs that several walls ask for alike: the same label, range, symbol and help wherever they stand.

Each is a maker of a field, as `given` and `chosen` are; a wall says the default, and what it would say otherwise.
"""

from __future__ import annotations

from functools import partial

from solvers.declare import chosen, given, picked
from solvers.laws.phase import Phase
from solvers.laws.training_memory import Attention, Recomputation, Spread
from solvers.specs import Accelerator, Model, Precision

model = partial(picked, Model, "Model")
accelerator = partial(picked, Accelerator, "Accelerator")
precision = partial(chosen, Precision, "Precision", help="The format weights are stored in.")

efficiency = partial(
    given, "1", "Compute efficiency", high=1, above=True, slider=(0.01, 1), symbol=r"\eta",
    help="Share of the peak rate that kernels reach.",
)  # fmt: skip
bandwidth_efficiency = partial(
    given, "1", "Bandwidth efficiency", high=1, above=True, slider=(0.01, 1), symbol=r"\eta_b", folded=True,
    help="Share of the memory's peak bandwidth that kernels reach.",
)  # fmt: skip

layer_overhead = partial(
    given, "s", "Overhead per layer", high=1, slider=(0, 200e-6), shown="us", symbol=r"t_\text{layer}", folded=True,
    help="Launches, norms and other small kernels that neither roof sees.",
)  # fmt: skip
idle_fraction = partial(
    given, "1", "Idle power", high=1, slider=(0, 1), shown="percent", symbol="i", folded=True,
    help="Share of the thermal design power an idle device draws.",
)  # fmt: skip

# A step of a network.
phase = partial(
    chosen, Phase, "Phase", words={"auto": "As the model works"},
    help="Decode makes a token of each sequence, prefill reads the prompt, forward is a pass of fixed size, training learns.",
)  # fmt: skip
batch_size = partial(
    given, "1", "Batch size", low=1, high=1e6, slider=(1, 1024), log=True, whole=True, symbol="B",
    help="Sequences or samples that share one reading of the weights.",
)  # fmt: skip
context_length = partial(
    given, "1", "Context length", high=1e8, slider=(0, 131072), log=True, whole=True, symbol="s",
    help="Tokens already in each sequence when a token is decoded; each has its keys and values in memory.",
)  # fmt: skip
prompt_length = partial(
    given, "1", "Prompt length", low=1, high=1e8, slider=(1, 131072), log=True, whole=True, symbol="S",
    help="Tokens of each prompt or training sequence.",
)  # fmt: skip

# How a training run is split.
data_parallel = partial(
    given, "1", "Data parallel", low=1, high=1e6, slider=(1, 1024), log=True, whole=True, symbol="d",
    help="Copies of the model that each take other sequences; what ZeRO divides by.",
)  # fmt: skip
tensor_parallel = partial(
    given, "1", "Tensor parallel", low=1, high=1024, slider=(1, 16), whole=True, symbol="t",
    help="Devices each layer is split over.",
)  # fmt: skip
pipeline_parallel = partial(
    given, "1", "Pipeline parallel", low=1, high=1e4, slider=(1, 64), whole=True, symbol="p",
    help="Stages the layers are split into, one after the other.",
)  # fmt: skip
context_parallel = partial(
    given, "1", "Context parallel", low=1, high=1e4, slider=(1, 16), whole=True, symbol="c", folded=True,
    help="Devices each sequence is split over.",
)  # fmt: skip
expert_parallel = partial(
    given, "1", "Expert parallel", low=1, high=1e4, slider=(1, 64), whole=True, symbol="e", folded=True,
    help="Devices the experts of a layer are spread over, taken from the data-parallel ones.",
)  # fmt: skip
virtual_stages = partial(
    given, "1", "Stages a device holds", low=1, high=1000, slider=(1, 8), whole=True, symbol="v", folded=True,
    help="Above 1 the pipeline is interleaved: shorter bubbles, more messages, more activations.",
)  # fmt: skip
microbatch = partial(
    given, "1", "Microbatch", low=1, high=1e6, slider=(1, 64), log=True, whole=True, symbol="b",
    help="Sequences a device works on at once.",
)  # fmt: skip
sequence_length = partial(
    given, "1", "Sequence length", low=1, high=1e8, slider=(128, 131072), log=True, whole=True, symbol="s",
    help="Tokens of each sequence.",
)  # fmt: skip
zero_stage = partial(
    given, "1", "ZeRO stage", high=3, slider=(0, 3), whole=True,
    help="What is divided over the copies: 1 optimizer state, 2 gradients too, 3 weights too (FSDP).",
)  # fmt: skip
recomputation = partial(
    chosen, Recomputation, "Recomputation",
    help="Activations the backward pass computes again: none, those of attention scores, or all.",
)  # fmt: skip
attention = partial(
    chosen, Attention, "Attention", folded=True,
    help="A fused kernel (FlashAttention) never writes the scores; an unfused one keeps them.",
)  # fmt: skip
sequence_parallel = partial(
    chosen, Spread, "Sequence parallel", folded=True,
    help="Spreads norms and dropouts over the tensor-parallel devices, too.",
)  # fmt: skip

# How devices reach each other.
devices_per_node = partial(
    given, "1", "Devices per node", low=1, high=1e5, slider=(1, 72), whole=True, symbol="g",
    help="Nodes are filled one after the other.",
)  # fmt: skip
intra_bandwidth = partial(
    given, "byte/s", "Bandwidth inside a node", above=True, high=1e15, slider=(1e9, 2e12), log=True, shown="GB/s",
    symbol=r"\beta_\text{intra}", help="One way, of each device: NVLink and its like.",
)  # fmt: skip
inter_bandwidth = partial(
    given, "byte/s", "Bandwidth between nodes", above=True, high=1e15, slider=(1e9, 2e12), log=True, shown="GB/s",
    symbol=r"\beta_\text{inter}", help="One way, of each device: its share of the node's network cards.",
)  # fmt: skip
intra_latency = partial(
    given, "s", "Latency inside a node", high=1, slider=(0, 20e-6), shown="us", symbol=r"\alpha_\text{intra}",
    folded=True, help="Time to start one message.",
)  # fmt: skip
inter_latency = partial(
    given, "s", "Latency between nodes", high=1, slider=(0, 100e-6), shown="us", symbol=r"\alpha_\text{inter}",
    folded=True, help="Time to start one message.",
)  # fmt: skip
