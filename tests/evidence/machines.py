"""Microcontrollers and storage: walls beside the kernel-sum law, judged so that changes of them can be."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from solvers.calibration import CALIBRATIONS
from solvers.registry import solvers
from solvers.shipped import find
from solvers.specs import Model, Precision

from .figures import HERE, Column, Judged, accelerator, calibrations, code, describe, facts, kinds, rows

NETWORKS = {
    "kws": "mlperf-tiny-kws-dscnn",
    "vww": "mlperf-tiny-vww-mobilenet-v1-0.25",
    "ic": "mlperf-tiny-ic-resnet8",
    "ad": "mlperf-tiny-ad-autoencoder",
}

# MLPerf Storage v1.0: samples of a batch, seconds an accelerator is taken to compute on it, bytes of a sample.
EMULATED = {
    ("unet3d", "h100"): (7, 0.323, 146.6e6),
    ("unet3d", "a100"): (7, 0.636, 146.6e6),
    ("resnet50", "h100"): (400, 0.224, 114660.0),
    ("resnet50", "a100"): (400, 0.435, 114660.0),
    ("cosmoflow", "h100"): (1, 0.0035, 2828486.0),
    ("cosmoflow", "a100"): (1, 0.00551, 2828486.0),
}


def microcontrollers() -> Iterator[Judged]:
    """MLPerf Tiny: seconds of one inference, in 8 bits or in floats."""
    columns = rows(HERE / "tinyml.csv")
    walls = {each: np.full(len(columns["board"]), np.nan) for each in ("site", *(each.name for each in CALIBRATIONS))}
    for (board, benchmark, precision), at in kinds(columns, "board", "benchmark", "precision"):
        chip = accelerator(board)
        for each, settings in ({"site": {}} | calibrations("roofline", chip)).items():
            # Nothing is launched on a microcontroller.
            found = solvers()["roofline"](
                model=find(Model, NETWORKS[benchmark]),
                accelerator=chip,
                phase="forward",
                batch_size=1,
                precision=code(precision),
                **(settings | {"layer_overhead": 0.0}),
            )
            walls[each][at] = found.latency
    peaks = np.array([float(accelerator(str(board)).peak[Precision.INT8]) for board in columns["board"]])
    yield _on_boards("inference on a microcontroller", columns, 1 / columns["inferences_per_s"], walls, peaks)


def microcontroller_energy() -> Iterator[Judged]:
    """MLPerf Tiny: joules of one inference, where a row has them. Nothing answers: the boards' power is not known."""
    every = rows(HERE / "tinyml.csv")
    columns = {name: column[~np.isnan(every["energy_uj_per_inference"])] for name, column in every.items()}
    joules, seconds = columns["energy_uj_per_inference"] * 1e-6, 1 / columns["inferences_per_s"]
    yield _on_boards("energy per inference", columns, joules, {}, seconds)


def _on_boards(
    question: str, columns: dict[str, Column], measured: Column, walls: dict[str, Column], size: Column
) -> Judged:
    """Rows of MLPerf Tiny with what was measured, what `walls` answer and the `size` by which rows are near."""
    network = _entry(columns, "benchmark", "submitter", "round")
    return Judged(
        question,
        "MLPerf Tiny",
        measured,
        walls,
        {"board": columns["board"], "network": columns["benchmark"]},
        describe(columns, "round", "submitter", "system", "benchmark"),
        bounded=(),
        facts=facts(columns, columns["board"], network, columns["precision"], "", size=size),
    )


def _entry(columns: dict[str, Column], name: str, *others: str) -> Column:
    """The network of a row with who submitted it: `kws (Nordic, v1.2)`."""
    told = zip(columns[name], *(columns[other] for other in others), strict=True)
    return np.array([f"{network} ({', '.join(map(str, rest))})" for network, *rest in told])


def _emulated(columns: dict[str, Column], entry: int) -> Column:
    pairs = zip(columns["model"], columns["emulated_accelerator"], strict=True)
    return np.array([EMULATED[str(name), str(chip)][entry] for name, chip in pairs])


def storage() -> Iterator[Judged]:
    """MLPerf Storage: samples a second that enough storage gives accelerators whose compute time is fixed."""
    columns = rows(HERE / "storage.csv")
    size = _emulated(columns, 2)
    demand = columns["accelerators"] * _emulated(columns, 0) / _emulated(columns, 1) * size
    found = solvers()["ingestion"](demand_bandwidth=demand, storage_bandwidth=1e15, io_bandwidth=1e15)
    yield Judged(
        "samples a second from ample storage",
        "MLPerf Storage v1.0",
        columns["samples_per_s"],
        {"site": np.asarray(found.delivered_bandwidth) / size},
        {"model": columns["model"], "accelerator": columns["emulated_accelerator"]},
        describe(columns, "submitter", "model", "accelerators"),
        bounded=(),
        facts=facts(
            columns,
            np.array([f"{chip} (emulated)" for chip in columns["emulated_accelerator"]]),
            _entry(columns, "model", "submitter"),
            "",
            "",
            batch=columns["accelerators"],
            size=demand,
        ),
    )
