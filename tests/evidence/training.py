"""Training: seconds of a step, and bytes that a device keeps for the backward pass."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from solvers.laws.decoder import Decoder, Layout, parameters
from solvers.laws.kernels import update_time
from solvers.laws.training_memory import Attention, Recomputation, SequenceParallel
from solvers.laws.training_pass import backward_pass, forward_pass
from solvers.registry import solvers
from solvers.specs import Model, Precision, peak_rate

from .figures import (
    HERE,
    Column,
    Columns,
    Judged,
    accelerator,
    code,
    decoders,
    describe,
    device,
    experts_parameters,
    kinds,
    model,
    pick,
    rows,
)

# Byte/s one way out of a node for each of its devices: 400 Gbit/s beside an H100 or a B200, 200 beside an A100.
WAY_OUT = {"h100-sxm5-80gb": 50e9, "b200-sxm-180gb": 50e9, "a100-sxm4-80gb": 25e9, "a100-sxm4-40gb": 25e9}
WAY_OUT_EFFICIENCY = 0.8
DEVICES_PER_NODE = 8

# What is not hidden behind arithmetic: all of what ZeRO-3 exchanges, none of tensor parallelism's all-reduces, as
# fitted to these rows together with the kernels of training.
EXPOSED_SHARDS = 1.0
EXPOSED_TENSOR = 0.0
OPTIMIZER_BYTES = 30.0
# Logits are kept, scaled and differentiated in 32 bits: bytes of each that pass the memory in a step.
LOGIT_BYTES = 16.0

# Model FLOP over peak, the best constant.
CONSTANT_MFU = 0.5


def steps() -> Iterator[Judged]:
    """Steps of language models on one node and on many."""
    columns = rows(HERE / "training.csv")
    size = len(columns["gpu"])
    measured = columns["micro_batch"] * columns["microbatches"] * columns["seq_len"]
    devices = columns["tp"] * columns["pp"] * columns["cp"]
    measured = measured / columns["tokens_per_s_per_gpu"] / devices
    ours, wall, naive = (np.full(size, np.nan) for _ in range(3))
    for (slug, name, precision), at in kinds(columns, "gpu", "model", "precision"):
        some = {key: column[at] for key, column in columns.items()}
        ours[at] = kernel_step(slug, name, precision, some)
        wall[at] = _asked_of_the_site(slug, name, precision, some)
        naive[at] = _constant_mfu(slug, name, precision, some)
    moe = np.array([decoders()[str(name)].has_experts for name in columns["model"]])
    groups = {
        "source": columns["source"],
        "chip": columns["gpu"],
        "precision": columns["precision"],
        "kind": np.where(moe, "experts", "dense"),
    }
    where = describe(columns, "source", "gpu", "model", "precision", "gpus", "seq_len", "micro_batch", "tp", "pp", "ep")
    answers = {"kernel sum": ours, "site": wall, "MFU 0.5": naive}
    for kind, at in (("dense", ~moe), ("experts", moe)):
        yield Judged(
            f"training step, {kind}",
            "llm-foundry, NeMo, Megatron",
            np.where(at, measured, np.nan),
            answers,
            groups,
            where,
        )


def kernel_step(slug: str, name: str, precision: str, some: Columns) -> Column:
    """Seconds of a step by the sum of its kernels."""
    decoder, chip = decoders()[name], device(slug, precision)
    layout = Layout(weight_bytes=1.0 if precision == "fp8" else 2.0, tensor_parallel=some["tp"])
    forward = forward_pass(decoder, chip, layout, some["micro_batch"], some["seq_len"])
    backward = backward_pass(forward, np.where(some["recompute"] == "full", 1.0, 0.0))
    reduced = (1 - EXPOSED_TENSOR) * (forward.all_reduce + backward.all_reduce)
    share = 1 / (some["cp"] * some["pp"])
    tokens = some["micro_batch"] * some["seq_len"]
    logits = LOGIT_BYTES * tokens * decoder.vocabulary / some["tp"] / (0.8 * chip.bandwidth)
    one = share * (forward.total + backward.total - reduced + logits + _experts(decoder, slug, some, tokens))
    bubble = 1 + (some["pp"] - 1) / (some["vpp"] * some["microbatches"])
    routed = experts_parameters(decoder)
    held = (float(parameters(decoder)) - routed) / (some["tp"] * some["pp"])
    held = held + routed / (some["pp"] * np.maximum(some["ep"], some["tp"]))
    replicas = some["gpus"] / (some["tp"] * some["pp"])
    inside = some["gpus"] <= DEVICES_PER_NODE
    rate = np.where(
        inside,
        chip.link * chip.constants.link_efficiency,
        WAY_OUT[slug] * WAY_OUT_EFFICIENCY * np.minimum(DEVICES_PER_NODE, replicas) / np.maximum(1, some["tp"]),
    )
    gather = 2 * held / rate * (replicas - 1) / replicas
    exposed = np.where(some["zero"] == 3, EXPOSED_SHARDS * 3 * gather * some["microbatches"], 0.0)
    return np.asarray(
        one * some["microbatches"] * bubble + exposed + update_time(held / replicas, OPTIMIZER_BYTES, chip)
    )


def _experts(decoder: Decoder, slug: str, some: Columns, tokens: Column) -> Column:
    """Seconds in which tokens go to their experts and back, forward and backward, for all layers."""
    if not decoder.has_experts:
        return np.zeros(len(tokens))
    chip = device(slug, "bf16")
    link = np.where(
        some["ep"] <= DEVICES_PER_NODE, chip.link * chip.constants.link_efficiency, WAY_OUT[slug] * WAY_OUT_EFFICIENCY
    )
    message = tokens * decoder.experts_per_token * decoder.hidden * 2 * (some["ep"] - 1) / some["ep"]
    return np.asarray(4 * decoder.expert_layers * message / link)


def _asked_of_the_site(slug: str, name: str, precision: str, some: Columns) -> Column:
    """Seconds of a step by the wall, NaN where experts are spread over more devices than there are replicas."""
    spread = some["gpus"] / (some["tp"] * some["pp"] * some["cp"]) % some["ep"] == 0
    found = np.full(len(spread), np.nan)
    if spread.any():
        found[spread] = _site(slug, name, precision, pick(some, spread))
    return found


def _site(slug: str, name: str, precision: str, some: Columns) -> Column:
    chip = accelerator(slug)
    data = some["gpus"] / (some["tp"] * some["pp"] * some["cp"])
    found = solvers()["parallelism"](
        model=model(name),
        accelerator=chip,
        precision=code(precision),
        data_parallel=data,
        tensor_parallel=some["tp"],
        pipeline_parallel=some["pp"],
        context_parallel=some["cp"],
        expert_parallel=some["ep"],
        microbatches=some["microbatches"],
        microbatch_size=some["micro_batch"],
        sequence_length=some["seq_len"],
        virtual_stages=some["vpp"],
        zero_stage=some["zero"],
        recomputation=np.where(some["recompute"] == "full", Recomputation.FULL, Recomputation.NONE),
        devices_per_node=DEVICES_PER_NODE,
        intra_bandwidth=chip.interconnect_bandwidth,
        inter_bandwidth=WAY_OUT[slug],
    )
    return np.asarray(found.step_time)


def _constant_mfu(slug: str, name: str, precision: str, some: Columns) -> Column:
    spec, chip = model(name), accelerator(slug)
    tokens = some["micro_batch"] * some["seq_len"] * some["microbatches"] / (some["tp"] * some["pp"] * some["cp"])
    # Over the full square, as the source of most rows counts: the baseline is better for it.
    attention = 12 * spec.layers * spec.attention_heads * spec.head_dim * some["seq_len"]
    flop = tokens * (6 * np.asarray(spec.active_parameters) + attention)
    return np.asarray(flop / (CONSTANT_MFU * float(peak_rate(chip, code(precision)))))


def memory() -> Iterator[Judged]:
    """Bytes above the model state, which test runs of Megatron-LM reached."""
    columns = rows(HERE / "training_memory.csv")
    size = len(columns["gpu"])
    wall, formula = np.full(size, np.nan), np.full(size, np.nan)
    for place in range(size):
        one = {key: column[place] for key, column in columns.items()}
        hidden, layers, width = one["hidden"], one["layers"], one["ffn_hidden"]
        heads = one["heads"]
        held = layers * (hidden * hidden * (2 + 2 * one["kv_heads"] / heads) + 2 * hidden * width)
        spec = Model(
            name="GPT",
            parameters=held,
            layers=layers,
            hidden_size=hidden,
            attention_heads=heads,
            kv_heads=one["kv_heads"],
            head_dim=hidden / heads,
            generative=1.0,
        )
        found = solvers()["training_memory"](
            model=spec,
            precision=Precision.BF16,
            batch_size=one["micro_batch"],
            sequence_length=one["seq_len"],
            data_parallel=1,
            tensor_parallel=one["tp"],
            pipeline_parallel=one["pp"],
            attention=Attention.FUSED,
            sequence_parallel=SequenceParallel.ON if one["sequence_parallel"] else SequenceParallel.OFF,
            recomputation=Recomputation.NONE,
        )
        wall[place] = found.activations
        formula[place] = 34 * one["seq_len"] * one["micro_batch"] * hidden * layers / one["tp"]
    measured = columns["max_allocated_bytes"] - columns["allocated_bytes"]
    yield Judged(
        "training activations",
        "Megatron-LM",
        measured,
        {"site": wall, "34·s·b·h·L/t": formula},
        {"chip": columns["gpu"]},
        describe(columns, "case", "gpu"),
        bounded=(),
    )
