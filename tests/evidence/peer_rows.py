"""Writes what mlsysim 0.3.0 answers to the published rows of serving that it can be asked: `python -m
tests.evidence.peer_rows PYTHON`, with a Python that mlsysim is installed for. One device, a dense model that both
catalogs have, one batch at a time; a decode step is asked at the mean context. The accuracy page reads the file."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Iterator

from mlsysweb.show.measurements.peer import FILE, KEY
from mlsysweb.show.measurements.rows import measurements

_CHIPS = {"h100-sxm5-80gb": "H100", "a100-sxm4-80gb": "A100", "h200-sxm-141gb": "H200", "b200-sxm-180gb": "B200"}
_MODELS = {"llama-3-8b": "Llama3_8B", "llama-3-70b": "Llama3_70B"} | {
    "llama-3.1-8b": "Llama3_8B",
    "llama-3.1-70b": "Llama3_70B",
}
_ASK = """
import json, sys, warnings, logging
warnings.simplefilter("ignore"); logging.disable(logging.CRITICAL)
import mlsysim
from mlsysim.engine.solvers.serving import ServingModel
answers = []
for kind, chip, model, precision, batch, length in json.load(sys.stdin):
    found = ServingModel().solve(model=getattr(mlsysim.Models.Language, model),
                                 hardware=getattr(mlsysim.Hardware.Cloud, chip),
                                 seq_len=length, batch_size=batch, precision=precision)
    answers.append((found.ttft if kind == "prefill" else found.itl).to("s").magnitude)
print(json.dumps(answers))
"""


def _questions() -> Iterator[tuple[tuple[str, ...], tuple[object, ...]]]:
    rows = measurements()
    for place in range(len(rows)):
        row = {name: rows[name][place] for name in KEY}
        if row["kind"] not in ("prefill", "decode") or "server" in row["quantity"] or row["parallelism"] != "1 device":
            continue
        if row["chip"] in _CHIPS and row["model"] in _MODELS and row["precision"] in ("bf16", "fp16", "fp8"):
            context = row["prompt"] + (row["output"] / 2 if row["kind"] == "decode" else 0)
            precision = "fp8" if row["precision"] == "fp8" else "fp16"
            asked = (
                row["kind"],
                _CHIPS[row["chip"]],
                _MODELS[row["model"]],
                precision,
                int(row["batch"]),
                int(context),
            )
            yield tuple(str(row[name]) for name in KEY), tuple(map(_plain, asked))


def _plain(value: object) -> object:
    return value if isinstance(value, int) else str(value)


def main(python: str) -> None:
    """Write the file, with the answers of the mlsysim of a `python`."""
    keys = dict(_questions())
    text = json.dumps(list(keys.values()))
    ran = subprocess.run([python, "-c", _ASK], input=text, capture_output=True, text=True, check=True)
    with FILE.open("w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow((*KEY, "seconds"))
        for key, seconds in zip(keys, json.loads(ran.stdout.strip().splitlines()[-1]), strict=True):
            out.writerow((*key, f"{seconds:.4g}"))


if __name__ == "__main__":
    main(sys.argv[1])
