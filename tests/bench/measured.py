"""Compares the serving wall with measured serving, for each named calibration. One calibration for all rows: nothing is
fitted here."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.calibration import Calibration

MEASURED = Path(__file__).parents[1] / "published/serving_measured.csv"
# The catalog's row of each measured GPU and the one-way bandwidth of its NVLink.
GPUS = {"h100_sxm": ("h100-sxm5-80gb", 450e9), "a100_sxm": ("a100-sxm4-80gb", 300e9)}


def measured() -> dict[str, NDArray[Any]]:
    """Return the measured rows as columns; an empty time is NaN."""
    with MEASURED.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    texts = {name: np.array([row[name] for row in rows]) for name in ("gpu", "model", "precision")}
    numbers = ("tensor_parallel", "batch_size", "input_length", "output_length", "ttft_s", "itl_s")
    return texts | {name: np.array([float(row[name] or "nan") for row in rows]) for name in numbers}


def computed(rows: dict[str, NDArray[Any]], calibration: Calibration) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the time to first token and between tokens of every row, with this calibration's efficiencies for its
    chip."""
    from catalog.models import Accelerator, Model
    from solvers.registry import solvers

    ttft, itl = np.full((2, len(rows["gpu"])), np.nan)
    kinds = np.stack([rows["gpu"], rows["model"], rows["precision"]], axis=1)
    for gpu, model, precision in np.unique(kinds, axis=0):
        at = (kinds == (gpu, model, precision)).all(axis=1)
        slug, link = GPUS[gpu]
        chip = Accelerator.objects.get(slug=slug)
        found = solvers()["serving"](
            model=Model.objects.get(slug=model).spec(),
            accelerator=chip.spec(),
            precision=str(precision),
            kv_precision=str(precision),
            tensor_parallel=rows["tensor_parallel"][at],
            batch_size=rows["batch_size"][at],
            prompt_length=rows["input_length"][at],
            output_length=rows["output_length"][at],
            interconnect_bandwidth=link,
            **calibration.of(vars(chip)),
        )
        ttft[at], itl[at] = found.ttft, found.itl
    return ttft, itl


def errors(found: NDArray[Any], wanted: NDArray[Any]) -> tuple[float, float]:
    """Return median and 90th percentile of the relative error, where there is a measurement."""
    known = ~np.isnan(wanted)
    if not known.any():
        return np.nan, np.nan
    relative = np.abs(found[known] / wanted[known] - 1)
    return float(np.median(relative)), float(np.quantile(relative, 0.9))


def lines() -> Iterator[str]:
    from solvers.calibration import SILICON, TUTORIAL

    rows = measured()
    for calibration in (TUTORIAL, SILICON):
        ttft, itl = computed(rows, calibration)
        used = ", ".join(f"{name} {value:g}" for name, value in calibration.values.items())
        yield f"{calibration.name} ({used}, unless the catalog has a chip's own)"
        for gpu in GPUS:
            for split in (1, 2, 4, 8):
                at = (rows["gpu"] == gpu) & (rows["tensor_parallel"] == split)
                first, between = errors(ttft[at], rows["ttft_s"][at]), errors(itl[at], rows["itl_s"][at])
                yield (
                    f"  {gpu} tp={split}: TTFT median {first[0]:.1%}, p90 {first[1]:.1%}; "
                    f"ITL median {between[0]:.1%}, p90 {between[1]:.1%} ({at.sum()} rows)"
                )


def report() -> None:
    import django

    django.setup()
    for line in lines():
        print(line)


if __name__ == "__main__":
    sys.exit(report())
