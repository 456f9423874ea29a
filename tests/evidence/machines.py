"""Microcontrollers and storage: walls beside the kernel-sum law, judged so that changes of them can be."""

from __future__ import annotations

import csv
from collections.abc import Iterator

import numpy as np

from solvers.calibration import CALIBRATIONS
from solvers.registry import solvers
from solvers.specs import Accelerator, Model, Precision, table

from .figures import CATALOG, HERE, Column, Judged, calibrations, describe, facts, kinds, rows

# Clock (Hz), flash and SRAM (byte) of the boards, from ST's and Nordic's data sheets.
BOARDS = {
    "stm32l4r5": (120e6, 2 * 2**20, 640 * 2**10),
    "stm32h7a3": (280e6, 2 * 2**20, 1376 * 2**10),
    "stm32f746": (216e6, 1 * 2**20, 340 * 2**10),
    "nrf5340": (128e6, 1 * 2**20, 512 * 2**10),
}
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


def _network(slug: str) -> Model:
    with (CATALOG / "models.csv").open(encoding="utf-8", newline="") as lines:
        row = next(row for row in csv.DictReader(lines) if row["slug"] == slug)
    return Model(
        name=row["name"],
        parameters=float(row["parameters"]),
        inference_flop=float(row["inference_flops"]),
        activation_bytes=float(row["peak_activation_bytes"] or 0),
        generative=0.0,
    )


def _board(name: str) -> Accelerator:
    """By the catalog's convention: one 8-bit multiply-add, one byte of flash and four of SRAM a clock."""
    clock, flash, sram = BOARDS[name]
    return Accelerator(
        name=name,
        peak=table({"int8": 2 * clock, "fp32": clock}),
        memory_capacity=flash,
        memory_bandwidth=clock,
        flash_capacity=flash,
        flash_bandwidth=clock,
        sram_capacity=sram,
        sram_bandwidth=4 * clock,
        dispatch_overhead=0.0,
    )


def microcontrollers() -> Iterator[Judged]:
    """MLPerf Tiny: seconds of one inference in 8 bits."""
    columns = rows(HERE / "tinyml.csv")
    walls = {each: np.full(len(columns["board"]), np.nan) for each in ("site", *(each.name for each in CALIBRATIONS))}
    for (board, benchmark), at in kinds(columns, "board", "benchmark"):
        chip = _board(board)
        for each, settings in ({"site": {}} | calibrations("roofline", chip)).items():
            # Nothing is launched on a microcontroller.
            found = solvers()["roofline"](
                model=_network(NETWORKS[benchmark]),
                accelerator=chip,
                phase="forward",
                batch_size=1,
                precision=Precision.INT8,
                **(settings | {"layer_overhead": 0.0}),
            )
            walls[each][at] = found.latency
    yield Judged(
        "inference on a microcontroller",
        "MLPerf Tiny",
        1 / columns["inferences_per_s"],
        walls,
        {"board": columns["board"], "network": columns["benchmark"]},
        describe(columns, "round", "submitter", "system", "benchmark"),
        bounded=(),
        facts=facts(
            columns,
            columns["board"],
            _entry(columns, "benchmark", "submitter", "round"),
            "int8",
            "",
            size=np.array([float(_board(str(board)).peak[Precision.INT8]) for board in columns["board"]]),
        ),
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
