"""Training: seconds of a step, and bytes that a device keeps for the backward pass."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from solvers.calibration import CALIBRATIONS
from solvers.laws.training_memory import Attention, Recomputation, SequenceParallel
from solvers.registry import solvers
from solvers.specs import Model, Precision, peak_rate

from .figures import (
    HERE,
    Column,
    Columns,
    Judged,
    accelerator,
    calibrations,
    code,
    decoders,
    describe,
    facts,
    kinds,
    model,
    rows,
    split_text,
)

# Byte/s one way out of a node for each of its devices: 400 Gbit/s beside an H100 or a B200, 200 beside an A100.
WAY_OUT = {"h100-sxm5-80gb": 50e9, "b200-sxm-180gb": 50e9, "a100-sxm4-80gb": 25e9, "a100-sxm4-40gb": 25e9}
DEVICES_PER_NODE = 8

# Model FLOP over peak, the best constant.
CONSTANT_MFU = 0.5


def steps() -> Iterator[Judged]:
    """Steps of language models on one node and on many."""
    columns = rows(HERE / "training.csv")
    size = len(columns["gpu"])
    measured = columns["micro_batch"] * columns["microbatches"] * columns["seq_len"]
    devices = columns["tp"] * columns["pp"] * columns["cp"]
    measured = measured / columns["tokens_per_s_per_gpu"] / devices
    naive = np.full(size, np.nan)
    walls = {each: np.full(size, np.nan) for each in ("site", *(each.name for each in CALIBRATIONS))}
    for (slug, name, precision), at in kinds(columns, "gpu", "model", "precision"):
        some = {key: column[at] for key, column in columns.items()}
        walls["site"][at] = asked(slug, name, precision, some)
        for each, settings in calibrations("parallelism", accelerator(slug)).items():
            walls[each][at] = asked(slug, name, precision, some, **settings) if settings else walls["site"][at]
        naive[at] = _constant_mfu(slug, name, precision, some)
    moe = np.array([decoders()[str(name)].has_experts for name in columns["model"]])
    groups = {
        "source": columns["source"],
        "chip": columns["gpu"],
        "precision": columns["precision"],
        "kind": np.where(moe, "experts", "dense"),
    }
    where = describe(columns, "source", "gpu", "model", "precision", "gpus", "seq_len", "micro_batch", "tp", "pp", "ep")
    answers = walls | {"MFU 0.5": naive}
    about = facts(
        columns,
        columns["gpu"],
        columns["model"],
        columns["precision"],
        split_text("data parallel", **{way: columns[way] for way in ("tp", "pp", "cp", "ep")}),
        devices=columns["gpus"],
        batch=columns["micro_batch"],
        prompt=columns["seq_len"],
        size=measured * columns["tokens_per_s_per_gpu"] * columns["gpus"],
    )
    for kind, at in (("dense", ~moe), ("experts", moe)):
        yield Judged(
            f"training step, {kind}",
            "llm-foundry, NeMo, Megatron",
            np.where(at, measured, np.nan),
            answers,
            groups,
            where,
            bounded=(),
            facts=about,
        )


def asked(slug: str, name: str, precision: str, some: Columns, **other: Any) -> Column:
    """Seconds of a step by the wall; experts that tensor-parallel devices share, too, are spread over the copies."""
    chip = accelerator(slug)
    data = some["gpus"] / (some["tp"] * some["pp"] * some["cp"])
    spread = np.where(data % some["ep"] == 0, some["ep"], some["ep"] / some["tp"])
    found = solvers()["parallelism"](
        model=model(name),
        accelerator=chip,
        precision=code(precision),
        data_parallel=data,
        tensor_parallel=some["tp"],
        pipeline_parallel=some["pp"],
        context_parallel=some["cp"],
        expert_parallel=spread,
        microbatches=some["microbatches"],
        microbatch_size=some["micro_batch"],
        sequence_length=some["seq_len"],
        virtual_stages=some["vpp"],
        zero_stage=some["zero"],
        recomputation=np.where(some["recompute"] == "full", Recomputation.FULL, Recomputation.NONE),
        devices_per_node=DEVICES_PER_NODE,
        intra_bandwidth=chip.interconnect_bandwidth,
        inter_bandwidth=WAY_OUT[slug],
        **other,
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
    wall, formula, parameters = np.full((3, size), np.nan)
    for place in range(size):
        one = {key: column[place] for key, column in columns.items()}
        hidden, layers, width = one["hidden"], one["layers"], one["ffn_hidden"]
        heads = one["heads"]
        held = layers * (hidden * hidden * (2 + 2 * one["kv_heads"] / heads) + 2 * hidden * width)
        parameters[place] = held
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
        facts=facts(
            columns,
            columns["gpu"],
            columns["case"],
            "bf16",
            split_text(tp=columns["tp"], pp=columns["pp"]),
            batch=columns["micro_batch"],
            prompt=columns["seq_len"],
            size=parameters,
        ),
    )
