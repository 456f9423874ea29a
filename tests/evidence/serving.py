"""Serving: first tokens, times between tokens and whole answers, of single batches and of servers under load."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from solvers.calibration import CALIBRATIONS
from solvers.laws.concurrency import closed_loop, host_time
from solvers.laws.decoder import Layout, parameters, touched_experts
from solvers.laws.transformer_pass import decode_pass, prefill_pass
from solvers.registry import solvers

from .figures import (
    HERE,
    WEIGHT_BYTES,
    Column,
    Columns,
    Judged,
    accelerator,
    calibrations,
    code,
    decoders,
    describe,
    device,
    experts_parameters,
    facts,
    kinds,
    model,
    rows,
    split_text,
)

# Of decode steps as measured at the smallest batch over the time to read the weights: the best constant factor.
WEIGHT_READ_FACTOR = 1.85

# Where the rows of `STATIC` come from.
PACKAGE = "https://pypi.org/project/aiconfigurator/0.12.0/"
STATIC = HERE.parent / "published/serving_measured.csv"
_CATALOG_NAME = {"h100_sxm": "h100-sxm5-80gb", "a100_sxm": "a100-sxm4-80gb"}


def _layout(precision: str, split: Column, experts: Column, cache: str) -> Layout:
    return Layout(
        weight_bytes=WEIGHT_BYTES[precision],
        cache_bytes=WEIGHT_BYTES[cache],
        tensor_parallel=split,
        expert_parallel=experts,
    )


def _weight_read(name: str, slug: str, precision: str, batch: Column, split: Column) -> Column:
    """Seconds to read the weights that a decode step touches."""
    d = decoders()[name]
    routed = experts_parameters(d)
    touched = np.asarray(parameters(d)) - routed
    if routed:
        touched = touched + routed * touched_experts(d, batch) / d.experts
    return np.asarray(touched * WEIGHT_BYTES[precision] / split / accelerator(slug).memory_bandwidth)


def _site(
    name: str, slug: str, precision: str, cache: str, columns: Columns, load: str = "batch_size", **settings: Any
) -> tuple[Column, Column, Column]:
    """Return what the serving wall answers for a batch, or for a server with a `concurrency`: first token, time between
    tokens, whole answer. `settings` are further inputs."""
    chip = accelerator(slug)
    found = solvers()["serving"](
        model=model(name),
        accelerator=chip,
        precision=code(precision),
        kv_precision=code(cache),
        tensor_parallel=columns["split"],
        **{load: columns["batch"]},
        prompt_length=columns["prompt"],
        output_length=columns["output"],
        interconnect_bandwidth=chip.interconnect_bandwidth,
        **settings,
    )
    return np.asarray(found.ttft), np.asarray(found.itl), np.asarray(found.end_to_end_latency)


def _by_split(split: Column) -> Column:
    return np.array([f"t={value:g}" for value in split])


def _calibrated(
    name: str, slug: str, precision: str, cache: str, columns: Columns, load: str = "batch_size"
) -> dict[str, Any]:
    """Return the same by default (`site`) and with each calibration, by its name."""
    ask = partial(_site, name, slug, precision, cache, columns, load)
    sets = calibrations("serving", accelerator(slug))
    site = ask()
    return {"site": site} | {each: ask(**settings) if settings else site for each, settings in sets.items()}


def _empty(size: int) -> dict[str, Column]:
    """Return room for what `_calibrated` answers for a number of rows."""
    return {name: np.full((3, size), np.nan) for name in ("site", *(each.name for each in CALIBRATIONS))}


def _fill(walls: dict[str, Column], at: Column, answers: dict[str, Any]) -> None:
    for name, answer in answers.items():
        walls[name][:, at] = np.broadcast_arrays(*answer)


def _of(walls: dict[str, Column], place: int) -> dict[str, Column]:
    return {name: answers[place] for name, answers in walls.items()}


def _facts(columns: Columns, chip: Any, precision: Any) -> Columns:
    return facts(
        columns,
        chip,
        columns["model"],
        precision,
        split_text(tp=columns["split"], ep=columns.get("expert_parallel", columns["split"] * 0)),
        devices=columns["split"],
        batch=columns["batch"],
        prompt=columns["prompt"],
        output=columns["output"],
    )


def static() -> Iterator[Judged]:
    """Batches that start and end together, composed of kernel timings."""
    read = rows(STATIC)
    columns = read | {
        "chip": np.array([_CATALOG_NAME[gpu] for gpu in read["gpu"]]),
        "split": read["tensor_parallel"],
        "batch": read["batch_size"],
        "prompt": read["input_length"],
        "output": read["output_length"],
        "source": np.full(len(read["gpu"]), "aiconfigurator"),
        "url": np.full(len(read["gpu"]), PACKAGE),
    }
    size = len(columns["chip"])
    ours, naive, walls = np.full((2, size), np.nan), np.full(size, np.nan), _empty(size)
    for (slug, name, precision), at in kinds(columns, "chip", "model", "precision"):
        some = {key: column[at] for key, column in columns.items()}
        decoder, chip = decoders()[_model_of(name)], device(slug, precision)
        layout = _layout(precision, some["split"], np.ones(1), precision)
        ours[0, at] = prefill_pass(decoder, chip, layout, some["batch"], some["prompt"]).total
        ours[1, at] = decode_pass(decoder, chip, layout, some["batch"], some["prompt"] + some["output"] / 2).total
        _fill(walls, at, _calibrated(_model_of(name), slug, precision, precision, some))
        naive[at] = WEIGHT_READ_FACTOR * _weight_read(_model_of(name), slug, precision, some["batch"], some["split"])
    groups = {"chip": columns["chip"], "precision": columns["precision"], "split": _by_split(columns["split"])}
    where = describe(columns, "chip", "backend", "model", "precision", "split", "batch", "prompt", "output")
    once, about = _first_of_each(columns), _facts(columns, columns["chip"], columns["precision"])
    yield Judged(
        "first token, static batch",
        "aiconfigurator",
        np.where(once, columns["ttft_s"], np.nan),
        {"kernel sum": ours[0], **_of(walls, 0)},
        groups,
        where,
        facts=about,
    )
    yield Judged(
        "time between tokens, static batch",
        "aiconfigurator",
        columns["itl_s"],
        {"kernel sum": ours[1], **_of(walls, 1), "1.85 weight reads": naive},
        groups,
        where,
        facts=about,
    )


def _model_of(name: str) -> str:
    return {"llama-3.1-8b": "llama-3-8b", "llama-3.1-70b": "llama-3-70b"}.get(name, name)


def _first_of_each(columns: Columns) -> Column:
    """True once for rows that differ in output length alone: the first token does not depend on it."""
    keys = describe(columns, "chip", "backend", "model", "precision", "split", "batch", "prompt")
    first = np.zeros(len(keys), dtype=bool)
    first[np.unique(keys, return_index=True)[1]] = True
    return first


def concurrent() -> Iterator[Judged]:
    """Servers that hold a number of requests at all times; nothing of them was used for the chips' constants."""
    columns = rows(HERE / "serving_concurrency.csv")
    columns |= {
        "split": columns["tensor_parallel"],
        "batch": columns["concurrency"],
        "prompt": columns["input_length"],
        "output": columns["output_length"],
    }
    size = len(columns["gpu"])
    itl, bare, naive = (np.full(size, np.nan) for _ in range(3))
    walls = _empty(size)
    for (slug, name, precision), at in kinds(columns, "gpu", "model", "precision"):
        some = {key: column[at] for key, column in columns.items()}
        decoder, chip = decoders()[name], device(slug, precision)
        layout = _layout(precision, some["split"], some["expert_parallel"], _cache(precision))
        first = prefill_pass(decoder, chip, layout, 1.0, some["prompt"]).total
        step = decode_pass(decoder, chip, layout, some["batch"], some["prompt"] + some["output"] / 2).total
        bare[at] = closed_loop(some["batch"], first, step, some["output"]).itl
        itl[at] = closed_loop(some["batch"], first, step + host_time(some["batch"]), some["output"]).itl
        _fill(walls, at, _calibrated(name, slug, precision, _cache(precision), some, "concurrency"))
        naive[at] = WEIGHT_READ_FACTOR * _weight_read(name, slug, precision, some["batch"], some["split"])
    groups = {"chip": columns["gpu"], "precision": columns["precision"], "split": _by_split(columns["split"])}
    where = describe(columns, "gpu", "backend", "model", "precision", "split", "batch", "prompt", "output")
    yield Judged(
        "time between tokens, server",
        "InferenceX by way of aiconfigurator",
        columns["tpot_ms"] / 1e3,
        {"kernel sum": itl, "without host": bare, **_of(walls, 1), "1.85 weight reads": naive},
        groups,
        where,
        facts=_facts(columns, columns["gpu"], columns["precision"]),
    )


def _cache(precision: str) -> str:
    """The format these servers keep keys and values in: 8 bits wherever weights have 8 or fewer."""
    return "bf16" if precision == "bf16" else "fp8"


def batches() -> Iterator[Judged]:
    """Whole answers of batches that start together, of engines as they were in 2024."""
    columns = rows(HERE / "serving_batch.csv")
    columns |= {
        "split": columns["tensor_parallel"],
        "batch": columns["batch_size"],
        "prompt": columns["input_length"],
        "output": columns["output_length"],
    }
    size = len(columns["gpu"])
    ours, naive, walls = np.full(size, np.nan), np.full(size, np.nan), _empty(size)
    for (slug, name), at in kinds(columns, "gpu", "model"):
        some = {key: column[at] for key, column in columns.items()}
        decoder, chip = decoders()[name], device(slug, "bf16")
        layout = _layout("bf16", some["split"], np.ones(1), "bf16")
        first = prefill_pass(decoder, chip, layout, some["batch"], some["prompt"]).total
        step = decode_pass(decoder, chip, layout, some["batch"], some["prompt"] + some["output"] / 2).total
        ours[at] = first + (some["output"] - 1) * (step + host_time(some["batch"]))
        # Of engines that ran: their hosts take time, which the wall counts for a server, not for a batch alone.
        _fill(walls, at, _calibrated(name, slug, "bf16", "bf16", some, "concurrency"))
        read = _weight_read(name, slug, "bf16", some["batch"], some["split"])
        naive[at] = WEIGHT_READ_FACTOR * read * some["output"]
    groups = {"chip": columns["gpu"], "engine": columns["framework"], "split": _by_split(columns["split"])}
    where = describe(columns, "gpu", "framework", "model", "split", "batch", "prompt", "output")
    yield Judged(
        "whole answer, server",
        "LLM-Inference-Bench",
        columns["e2e_latency_s"],
        {"kernel sum": ours, **_of(walls, 2), "1.85 weight reads": naive},
        groups,
        where,
        facts=_facts(columns, columns["gpu"], "bf16"),
    )


def splitwise() -> Iterator[Judged]:
    """Llama 2 70B on A100s, an engine of 2023."""
    columns = rows(HERE / "serving_splitwise.csv")
    columns |= {
        "split": columns["tensor_parallel"],
        "batch": columns["batch_size"],
        "prompt": columns["input_length"],
        "output": columns["output_length"],
    }
    decoder, chip = decoders()["llama-2-70b"], device("a100-sxm4-80gb", "bf16")
    layout = _layout("bf16", columns["split"], np.ones(1), "bf16")
    first = prefill_pass(decoder, chip, layout, columns["batch"], columns["prompt"]).total
    step = decode_pass(decoder, chip, layout, columns["batch"], columns["prompt"] + columns["output"] / 2).total
    walls, about = _empty(len(columns["gpu"])), _facts(columns, columns["gpu"], "bf16")
    _fill(walls, np.arange(len(columns["gpu"])), _calibrated("llama-2-70b", "a100-sxm4-80gb", "bf16", "bf16", columns))
    read = _weight_read("llama-2-70b", "a100-sxm4-80gb", "bf16", columns["batch"], columns["split"])
    groups = {"chip": columns["gpu"], "split": _by_split(columns["split"])}
    where = describe(columns, "gpu", "split", "batch", "prompt", "output")
    yield Judged(
        "first token, batch",
        "Splitwise",
        columns["prompt_ms"] / 1e3,
        {"kernel sum": first, **_of(walls, 0)},
        groups,
        where,
        facts=about,
    )
    yield Judged(
        "time between tokens, batch",
        "Splitwise",
        columns["token_ms"] / 1e3,
        {
            "kernel sum": step + host_time(columns["batch"]),
            **_of(walls, 1),
            "1.85 weight reads": WEIGHT_READ_FACTOR * read,
        },
        groups,
        where,
        facts=about,
    )
