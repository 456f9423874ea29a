"""The terms of the field that the pages use, with the definitions shown on the glossary page. Data only."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Term:
    """A term, its definition in one or two sentences, and the name of the wall that explains it."""

    name: str
    definition: str
    wall: str

    @property
    def anchor(self) -> str:
        """Return the id of the term on the glossary page: lower case, words joined by hyphens."""
        return re.sub(r"[^a-z0-9]+", "-", self.name.lower()).strip("-")


TERMS = (
    Term(
        "Activation recomputation",
        "Recomputing activations in the backward pass instead of storing them. It trades FLOPs for memory.",
        "training_memory",
    ),
    Term(
        "All-reduce",
        "A collective operation that sums a buffer over all devices and leaves the result on each. Data "
        "parallelism uses it for gradients.",
        "collectives",
    ),
    Term(
        "Arithmetic intensity",
        "FLOPs performed per byte of memory traffic. Compared with the ridge point it says which roof limits a kernel.",
        "roofline",
    ),
    Term(
        "Batch size",
        "The number of sequences or samples processed together. A larger batch reuses each weight read from "
        "memory more often.",
        "roofline",
    ),
    Term(
        "Bisection bandwidth",
        "The bandwidth between two halves of a network, taken over the worst way to halve it. It bounds "
        "all-to-all traffic.",
        "topology",
    ),
    Term(
        "Capital expenditure (CapEx)",
        "What is paid once for hardware and buildings, spread over their life as depreciation.",
        "tco",
    ),
    Term(
        "Carbon intensity",
        "Mass of CO₂-equivalent emitted per unit of electricity, usually in gCO₂e/kWh.",
        "sustainability",
    ),
    Term(
        "Checkpoint",
        "Weights and optimizer state written to storage, from which training resumes after a failure.",
        "checkpoint",
    ),
    Term(
        "Chinchilla-optimal",
        "The split of a training budget between parameters and tokens with the lowest loss, near 20 tokens "
        "per parameter.",
        "scaling_laws",
    ),
    Term(
        "Coefficient of variation (CV)",
        "Standard deviation divided by mean. Queues wait longer when arrivals or service times have a larger CV.",
        "tail_latency",
    ),
    Term(
        "Compute-bound",
        "Limited by the rate of arithmetic: more memory bandwidth would not make it faster.",
        "roofline",
    ),
    Term(
        "Data parallelism",
        "Each device holds the model and processes a share of the batch; gradients are summed with an all-reduce.",
        "parallelism",
    ),
    Term(
        "Decode",
        "The phase of inference that produces output tokens one by one, reading the weights for each step.",
        "serving",
    ),
    Term(
        "Differential privacy (ε)",
        "A bound on how much one person's record can change what a mechanism outputs. A smaller ε is a "
        "stronger guarantee.",
        "privacy",
    ),
    Term("Elasticity", "The percent change of an output for a one percent change of an input.", "sensitivity"),
    Term(
        "Embodied carbon",
        "Emissions of manufacturing, transport and disposal of hardware, shared out over its life.",
        "sustainability",
    ),
    Term(
        "Erlang C",
        "The probability that an arriving request has to wait in a queue with several identical servers.",
        "tail_latency",
    ),
    Term(
        "Expert parallelism",
        "The experts of a mixture-of-experts model are spread over devices, and tokens are sent to them all-to-all.",
        "parallelism",
    ),
    Term(
        "FLOP/s",
        "Floating-point operations per second, a rate. FLOPs, without the slash, counts operations.",
        "roofline",
    ),
    Term(
        "GEMM",
        "General matrix-matrix multiplication, the operation in which large models spend most of their FLOPs.",
        "efficiency",
    ),
    Term(
        "Goodput",
        "The part of throughput that counts: work that is kept after failures, or requests that meet their objective.",
        "reliability",
    ),
    Term(
        "Hardware FLOPs utilization (HFU)",
        "FLOP/s executed, recomputation included, divided by the peak. It is at least as large as MFU.",
        "efficiency",
    ),
    Term(
        "High-bandwidth memory (HBM)",
        "DRAM stacked beside the accelerator's die. Its bandwidth sets the pace of decode.",
        "roofline",
    ),
    Term(
        "Inter-token latency (ITL)",
        "Time between two output tokens of one request; also called time per output token (TPOT).",
        "serving",
    ),
    Term(
        "Knee",
        "The point of a Pareto front beyond which a little more of one objective costs much of another.",
        "synthesis",
    ),
    Term(
        "KV cache",
        "Keys and values of past tokens, kept so that decode need not compute them again. It grows with "
        "context and concurrency.",
        "batching",
    ),
    Term(
        "Mean time between failures (MTBF)",
        "Operating time divided by the number of failures. For a job it shrinks as devices are added.",
        "reliability",
    ),
    Term("Memory-bound", "Limited by memory traffic: more FLOP/s would not make it faster.", "roofline"),
    Term(
        "Model FLOPs utilization (MFU)",
        "FLOP/s that the model needs, without recomputation, divided by the hardware's peak.",
        "efficiency",
    ),
    Term(
        "Operating expenditure (OpEx)",
        "What is paid while hardware runs: electricity, cooling, maintenance and staff.",
        "tco",
    ),
    Term(
        "Operational carbon",
        "Emissions of the electricity that a job uses: energy × PUE × carbon intensity.",
        "sustainability",
    ),
    Term(
        "Paged attention",
        "Storing the KV cache in small blocks allocated on demand, which avoids reserving memory for the "
        "longest request.",
        "batching",
    ),
    Term(
        "Pareto front",
        "The configurations for which no other is at least as good in every objective and better in one.",
        "synthesis",
    ),
    Term(
        "Pipeline parallelism",
        "Consecutive layers are placed on different devices, and micro-batches flow through them. Idle time "
        "at both ends is the bubble.",
        "parallelism",
    ),
    Term(
        "Power usage effectiveness (PUE)",
        "Energy of the whole facility divided by energy of the IT equipment. One is the minimum.",
        "sustainability",
    ),
    Term(
        "Prefill",
        "The phase of inference that processes the prompt, all tokens at once, before the first output token.",
        "serving",
    ),
    Term(
        "Pruning",
        "Removing weights. Dense kernels still multiply the zeros, so speed needs structured sparsity that "
        "the hardware supports.",
        "compression",
    ),
    Term(
        "Quantization",
        "Storing weights or activations in fewer bits. It always saves memory and bandwidth, and time where "
        "the hardware has the format.",
        "compression",
    ),
    Term("Queries per second (QPS)", "The rate at which requests arrive or are completed.", "tail_latency"),
    Term(
        "Reasoning tokens",
        "Tokens that a model generates before its answer. Each is decoded like an output token and costs the same.",
        "reasoning",
    ),
    Term(
        "Ridge point",
        "The arithmetic intensity at which the bandwidth and compute ceilings meet: peak FLOP/s divided by bandwidth.",
        "roofline",
    ),
    Term(
        "Roofline",
        "A model of attainable FLOP/s: the smaller of the peak and arithmetic intensity × memory bandwidth.",
        "roofline",
    ),
    Term(
        "Scaling law",
        "An empirical formula for the loss of a model as a function of parameters, tokens and compute.",
        "scaling_laws",
    ),
    Term(
        "Service-level objective (SLO)",
        "A target for a measured quality of service, such as p99 latency below 200 ms.",
        "tail_latency",
    ),
    Term("Shadow price", "How much an objective improves when a constraint is relaxed by one unit.", "sensitivity"),
    Term(
        "Speculative decoding",
        "A small model drafts several tokens and the large one checks them in a single pass.",
        "serving",
    ),
    Term(
        "Tail latency (p99)",
        "The latency that 99 of 100 requests do not exceed. Users who make many requests meet it often.",
        "tail_latency",
    ),
    Term(
        "Tensor parallelism",
        "Each matrix is split over devices, which exchange partial results in every layer.",
        "parallelism",
    ),
    Term(
        "Thermal design power (TDP)",
        "The power that a chip's cooling is designed for. Sustained consumption is usually close to it or below.",
        "sustainability",
    ),
    Term(
        "Time to first token (TTFT)", "Time from a request to its first output token: queueing and prefill.", "serving"
    ),
    Term(
        "Total cost of ownership (TCO)",
        "All costs of a system over its life: purchase, electricity, facility, staff.",
        "tco",
    ),
    Term("Water usage effectiveness (WUE)", "Water used on site per unit of IT energy, in L/kWh.", "sustainability"),
    Term(
        "ZeRO and FSDP",
        "Sharding optimizer state, gradients and parameters over the data-parallel devices instead of "
        "replicating them.",
        "training_memory",
    ),
)
