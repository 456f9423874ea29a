"""Power and energy of GPUs that serve, and of a node that mostly waits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from solvers.calibration import CALIBRATIONS
from solvers.laws.concurrency import closed_loop, host_time
from solvers.laws.decoder import Layout, kv_cache, parameters, touched_experts
from solvers.laws.power import IDLE, activity, chip_power
from solvers.laws.transformer_pass import decode_pass, prefill_pass
from solvers.registry import solvers

from .figures import (
    HERE,
    WEIGHT_BYTES,
    Column,
    Judged,
    accelerator,
    calibrations,
    code,
    decoders,
    describe,
    device,
    devices,
    experts_parameters,
    facts,
    kinds,
    model,
    rows,
    split_text,
)

# Tokens of a prompt: the rows do not say. Means of the data sets.
PROMPTS = {"gpqa": 250.0, "lm-arena-chat": 300.0, "sourcegraph-fim": 1000.0}


def serving() -> Iterator[Judged]:
    """Joule a token and watts of H100s that serve language models."""
    columns = rows(HERE / "energy_serving.csv")
    size = len(columns["gpu"])
    gpus = columns["tensor_parallel"]
    itl, power = np.full(size, np.nan), np.full(size, np.nan)
    walls = {each: np.full(size, np.nan) for each in ("site", *(each.name for each in CALIBRATIONS))}
    joules = {wall: {each: np.full(size, np.nan) for each in walls} for wall in ("serving", "batch", "roofline")}
    joules["reasoning"] = {"site": np.full(size, np.nan)}
    for (slug, name, precision, task), at in kinds(columns, "gpu", "model", "precision", "task"):
        split, batch = columns["tensor_parallel"][at], columns["avg_batch_size"][at]
        output, prompt = columns["avg_output_tokens"][at], PROMPTS[task]
        decoder, chip = decoders()[name], device(slug, precision)
        layout = Layout(
            weight_bytes=WEIGHT_BYTES[precision], tensor_parallel=split, expert_parallel=columns["expert_parallel"][at]
        )
        context = prompt + output / 2
        first = prefill_pass(decoder, chip, layout, 1.0, prompt).total
        step = decode_pass(decoder, chip, layout, batch, context).total
        itl[at] = closed_loop(batch, first, step + host_time(batch), output).itl
        mfu, reading = _utilization(name, slug, precision, split, batch, prompt, output, itl[at])
        power[at] = chip_power(accelerator(slug).tdp, IDLE, activity(mfu, reading))
        for each, settings in ({"site": {}} | calibrations("roofline", accelerator(slug))).items():
            found = solvers()["roofline"](
                model=model(name),
                accelerator=accelerator(slug),
                phase="decode",
                batch_size=np.round(batch),
                context_length=np.round(context),
                precision=code(precision),
                **settings,
            )
            walls[each][at] = found.power
            joules["roofline"][each][at] = found.energy_per_sample
        asked = {
            "model": model(name),
            "precision": code(precision),
            "tensor_parallel": split,
            "prompt_length": prompt,
        }
        for each, settings in ({"site": {}} | calibrations("serving", accelerator(slug))).items():
            served = {"accelerator": accelerator(slug), "output_length": np.round(output), **asked, **settings}
            for wall, number in {"serving": "concurrency", "batch": "batch_size"}.items():
                answered = solvers()["serving"](**served, **{number: np.round(batch)})
                joules[wall][each][at] = answered.energy_per_token
        joules["reasoning"]["site"][at] = _reasoning(slug, np.round(batch), np.round(output), asked)
    groups = {
        "chip": columns["gpu"],
        "precision": columns["precision"],
        "kind": np.array(["experts" if decoders()[str(name)].has_experts else "dense" for name in columns["model"]]),
    }
    where = describe(columns, "model", "task", "precision", "tensor_parallel", "avg_batch_size")
    about = facts(
        columns,
        columns["gpu"],
        columns["model"],
        columns["precision"],
        split_text(tp=gpus, ep=columns["expert_parallel"]),
        batch=columns["avg_batch_size"],
        output=columns["avg_output_tokens"],
    )
    measured_itl = columns["avg_batch_size"] / columns["output_tokens_per_s"]
    yield Judged("seconds of a token, server", "ML.ENERGY", measured_itl, {"kernel sum": itl}, groups, where)
    yield Judged(
        "power of a GPU that serves",
        "ML.ENERGY",
        columns["avg_power_w"] / gpus,
        {"kernel sum": power, **walls, "TDP": np.full(size, 700.0)},
        groups,
        where,
        facts=about,
    )
    tokens = columns["avg_batch_size"]
    yield Judged(
        "energy per token",
        "ML.ENERGY",
        columns["energy_j_per_output_token"],
        {
            "kernel sum": power * gpus * itl / tokens,
            **{each: watts * gpus * itl / tokens for each, watts in walls.items()},
            "TDP": 700.0 * gpus * itl / tokens,
        },
        groups,
        where,
        facts=about,
        by_wall=joules,
    )


def _reasoning(slug: str, batch: Column, output: Column, asked: dict[str, Any]) -> Column:
    """Joule a token as the reasoning wall has them: samples that are one batch, each device at its TDP."""
    served = {"served_on": accelerator(slug), "served_model": asked["model"]}
    other = {name: value for name, value in asked.items() if name != "model"}
    found = solvers()["reasoning"](**served, **other, samples=batch, reasoning_steps=0, answer_tokens=output)
    return np.asarray(found.energy_per_query / found.tokens_per_query)


def _utilization(
    name: str, slug: str, precision: str, split: Column, batch: Column, prompt: float, output: Column, itl: Column
) -> tuple[Column, Column]:
    """Shares of peak rate and bandwidth that a step uses, with the prefills that fall into it."""
    decoder, chip = decoders()[name], device(slug, precision)
    routed, total = experts_parameters(decoder), float(parameters(decoder))
    stored = WEIGHT_BYTES[precision]
    reached = touched_experts(decoder, batch) / decoder.experts if routed else 0.0
    used = total - routed * (1 - decoder.experts_per_token / decoder.experts) if routed else total
    prefills = batch / (output - 1)
    read = ((total - routed) + routed * reached + prefills * total) * stored / split
    read = read + batch * kv_cache(decoder, split).elements(prompt + output / 2) * 2
    flop = 2 * used * (batch + prefills * prompt) / split
    return np.asarray(flop / itl / chip.peak), np.asarray(read / itl / chip.bandwidth)


def idle_node() -> Iterator[Judged]:
    """GPU energy of queries on one of eight A100s: the other seven wait. How busy the one is, the rows do not say; it
    counts as in use with next to no load."""
    columns = rows(HERE / "energy_idle_node.csv")
    seconds, gpus = columns["seconds_median"], columns["gpus"]
    chip = accelerator("a100-sxm4-80gb")
    wall, asked = solvers()["sustainability"], {"accelerator": chip, "duration": seconds, "mfu": 1e-3, "pue": 1.0}
    waiting = wall(devices=gpus - 1, time_in_use=0.0, **asked)
    in_use = wall(devices=1, time_in_use=1.0, **asked)
    found = np.asarray(waiting.it_energy) + np.asarray(in_use.it_energy)
    idle = chip_power(chip.tdp, 0.2, 0.0) * gpus * seconds
    yield Judged(
        "GPU energy of a node that mostly waits",
        "co2_inference",
        columns["gpu_energy_kwh_median"] * 3.6e6,
        {"site": found, "idle share 0.2": idle},
        {"chip": np.full(len(seconds), "8 A100")},
        describe(columns, "task_dataset", "model"),
        bounded=(),
        facts=facts(columns, "a100-sxm4-80gb", columns["model"], "", devices(gpus), devices=gpus, size=seconds),
    )
