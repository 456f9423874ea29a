"""Writes what mlsysim 0.3.0 answers to the published rows that it can be asked: `python -m tests.evidence.peer_rows
PYTHON`, with a Python that mlsysim is installed for. The accuracy page reads the file.

Serving: one device, a dense model that both catalogs have, one batch at a time; a decode step is asked at the mean
context. Power and energy: one device, one step of its single-node model. Training: dense models without context
parallelism, on nodes of eight with InfiniBand, with their micro-batches and virtual stages; models that it does not
list are described to it by parameters, layers and width. All-reduces: its ring, with bandwidth and latency of its
nodes."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mlsysweb.show.measurements.peer import FILE, KEY
from mlsysweb.show.measurements.rows import measurements

from .figures import decoders, model

_CHIPS = {"h100-sxm5-80gb": "H100", "a100-sxm4-80gb": "A100", "h200-sxm-141gb": "H200", "b200-sxm-180gb": "B200"}
_TRAINED_ON = {"h100-sxm5-80gb": "H100", "a100-sxm4-80gb": "A100", "a100-sxm4-40gb": "A100_40GB"}
_MODELS = {
    "llama-3-8b": "Llama3_8B",
    "llama-3-70b": "Llama3_70B",
    "llama-3.1-8b": "Llama3_8B",
    "llama-3.1-70b": "Llama3_70B",
    "llama-2-7b": "Llama2_7B",
    "llama-2-13b": "Llama2_13B",
    "llama-2-70b": "Llama2_70B",
    "gpt-3-175b": "GPT3",
}
_BY_ONE_DEVICE = ("prefill", "decode", "power", "energy")
_ASK = """
import json, sys, warnings, logging
warnings.simplefilter("ignore"); logging.disable(logging.CRITICAL)
import mlsysim
from mlsysim.engine.solvers import AllReduceAlgorithmModel, DistributedModel, ServingModel, SingleNodeModel
from mlsysim.engine.solvers.utils import _intra_node_latency
from mlsysim.systems.types import Fleet
cloud, nodes, fabrics = mlsysim.Hardware.Cloud, mlsysim.Systems.Nodes, mlsysim.Systems.Fabrics
NODES = {"H100": (nodes.DGX_H100, fabrics.InfiniBand_NDR), "A100": (nodes.DGX_A100, fabrics.InfiniBand_HDR),
         "B200": (nodes.DGX_B200, fabrics.InfiniBand_NDR)}
NODES["A100_40GB"] = (nodes.DGX_A100.model_copy(update={"accelerator": cloud.A100_40GB}), fabrics.InfiniBand_HDR)

def network(about):
    if isinstance(about, str):
        return getattr(mlsysim.Models.Language, about)
    name, parameters, layers, width, heads = about
    like = mlsysim.Models.Language.Llama2_7B
    return like.model_copy(update={"name": name, "parameters": mlsysim.Q_(parameters, "param"), "layers": layers,
                                   "hidden_dim": width, "heads": heads, "kv_heads": heads, "inference_flops": None})

def serving(kind, chip, model, precision, batch, length):
    found = ServingModel().solve(model=network(model), hardware=getattr(cloud, chip), seq_len=length,
                                 batch_size=batch, precision=precision)
    return (found.ttft if kind == "prefill" else found.itl).to("s").magnitude

def step(kind, chip, model, precision, batch, length):
    found = SingleNodeModel().solve(model=network(model), hardware=getattr(cloud, chip), batch_size=batch,
                                    precision=precision)
    if kind == "energy":
        return (found.energy / batch).to("J").magnitude
    return (found.energy / found.latency).to("W").magnitude

def training(kind, chip, model, precision, batch, length, devices, tensor, stages, virtual, micro, zero):
    node, fabric = NODES[chip]
    each = min(devices, node.accelerators_per_node)
    fleet = Fleet(name="measured", node=node.model_copy(update={"accelerators_per_node": each}),
                  count=devices // each, fabric=fabric)
    found = DistributedModel().solve(network(model), fleet, batch_size=batch, precision=precision, tp_size=tensor,
                                     pp_size=stages, v_stages=virtual, microbatch_count=micro, zero_stage=zero,
                                     seq_len=length)
    return found.step_latency_total.to("s").magnitude

def collectives(kind, chip, size, devices):
    node = NODES[chip][0]
    found = AllReduceAlgorithmModel().solve(message=mlsysim.Q_(size, "byte"), group_sizes=[devices],
                                            alpha=_intra_node_latency(node), bandwidth=node.intra_node_bw)
    return found.ring_time[devices].to("s").magnitude

ASK = {"prefill": serving, "decode": serving, "power": step, "energy": step, "training": training,
       "collectives": collectives}
print(json.dumps([ASK[kind](kind, *rest) for kind, *rest in json.load(sys.stdin)]))
"""
Question = tuple[object, ...]


def _questions() -> Iterator[tuple[tuple[str, ...], Question]]:
    rows, recipes = measurements(), _recipes()
    for place in range(len(rows)):
        row: dict[str, Any] = {name: rows[name][place] for name in KEY}
        asked = _collective(row) or _training(row, recipes) or _on_one_device(row)
        if asked:
            yield tuple(str(row[name]) for name in KEY), tuple(map(_plain, asked))


def _on_one_device(row: Mapping[str, Any]) -> Question | None:
    kind, precision = row["kind"], row["precision"]
    if kind not in _BY_ONE_DEVICE or "server" in row["quantity"] or row["parallelism"] != "1 device":
        return None
    if row["chip"] not in _CHIPS or row["model"] not in _MODELS or precision not in ("bf16", "fp16", "fp8"):
        return None
    length = row["prompt"] + row["output"] / 2 if kind == "decode" else row["prompt"] if kind == "prefill" else 0
    form = "fp8" if precision == "fp8" else "fp16"
    return kind, _CHIPS[row["chip"]], _MODELS[row["model"]], form, int(row["batch"]), int(length)


def _collective(row: Mapping[str, Any]) -> Question | None:
    if row["kind"] != "collectives" or row["chip"] not in _CHIPS:
        return None
    return "collectives", _CHIPS[row["chip"]], float(row["size"]), int(row["devices"])


def _recipes() -> dict[tuple[object, ...], dict[str, str]]:
    """Return the lines of the training rows by what a row of the accuracy page has of them."""
    with (Path(__file__).parent / "training.csv").open(newline="") as file:
        lines = [line for line in csv.DictReader(file) if line["cp"] == "1" and line["ep"] == "1"]
    return {_recipe(line): line for line in lines}


def _recipe(line: Mapping[str, str]) -> tuple[object, ...]:
    copies = int(line["gpus"]) / (int(line["tp"]) * int(line["pp"]))
    tokens = int(line["micro_batch"]) * int(line["microbatches"]) * copies * int(line["seq_len"])
    counts = (int(line[name]) for name in ("gpus", "micro_batch", "seq_len"))
    return line["model"], line["gpu"], line["precision"], *counts, f"{tokens:.3g}"


def _training(row: Mapping[str, Any], recipes: Mapping[tuple[object, ...], dict[str, str]]) -> Question | None:
    if row["kind"] != "training" or row["chip"] not in _TRAINED_ON:
        return None
    counts = (int(row[name]) for name in ("devices", "batch", "prompt"))
    line = recipes.get((row["model"], row["chip"], row["precision"], *counts, f"{row['size']:.3g}"))
    if line is None or "CP" in row["parallelism"] or "EP" in row["parallelism"]:
        return None
    form = "fp8" if row["precision"] == "fp8" else "fp16"
    sequences = round(row["size"] / row["prompt"])
    layout = (int(line[name]) for name in ("gpus", "tp", "pp", "vpp", "microbatches", "zero"))
    return "training", _TRAINED_ON[row["chip"]], _network(row["model"]), form, sequences, int(row["prompt"]), *layout


def _network(name: str) -> object:
    if name in _MODELS:
        return _MODELS[name]
    spec, sizes = model(name), decoders()[name]
    return str(name), float(spec.parameters), int(sizes.layers), int(sizes.hidden), int(sizes.heads)


def _plain(value: object) -> object:
    return value if isinstance(value, int | float | tuple) and type(value).__module__ == "builtins" else str(value)


def main(python: str) -> None:
    """Write the file, with the answers of the mlsysim of a `python`."""
    keys = dict(_questions())
    text = json.dumps(list(keys.values()))
    ran = subprocess.run([python, "-c", _ASK], input=text, capture_output=True, text=True, check=True)
    with FILE.open("w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow((*KEY, "answer"))
        for key, answer in zip(keys, json.loads(ran.stdout.strip().splitlines()[-1]), strict=True):
            out.writerow((*key, f"{answer:.4g}"))


if __name__ == "__main__":
    main(sys.argv[1])
