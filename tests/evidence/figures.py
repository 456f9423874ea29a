"""The measured rows as columns, and the chips and models they speak of. Nothing here needs the site or its database."""

from __future__ import annotations

import csv
import dataclasses
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.calibration import CALIBRATIONS
from solvers.laws.decoder import Decoder, parameters
from solvers.laws.kernels import KernelDevice
from solvers.laws.model_decoder import kernel_device
from solvers.registry import solvers
from solvers.shipped import find
from solvers.specs import Accelerator, Model, Precision

HERE = Path(__file__).parent
CATALOG = HERE.parents[1] / "solvers/shipped"

# Bytes of a weight as rows store it: 4-bit formats come with a scale for every 16 or 32 weights.
WEIGHT_BYTES = {"bf16": 2.0, "fp16": 2.0, "fp8": 1.0, "fp4": 0.56, "int4": 0.56}

Column = NDArray[Any]
Columns = dict[str, Column]


# The columns that the site publishes of a row, beside figures and source (`publish.py`).
FACTS = ("chip", "model", "precision", "parallelism", "engine", "devices", "batch", "prompt", "output", "size")


@dataclass(frozen=True)
class Judged:
    """One quantity as measured, and as several methods have it. `groups` are what errors are told by; `where` says
    which row is which; `facts` are columns of `FACTS`, and `url`. `site` among the answers is a wall as it answers by
    default, the names of calibrations are the wall with their constants. `by_wall` is what further walls answer, by
    wall and by the same names."""

    quantity: str
    source: str
    measured: Column
    answers: dict[str, Column]
    groups: dict[str, Column]
    where: Column
    bounded: tuple[str, ...] = field(default=("kernel sum",))
    facts: dict[str, Column] = field(default_factory=dict)
    by_wall: dict[str, dict[str, Column]] = field(default_factory=dict)


def rows(path: Path) -> Columns:
    """The columns of a CSV file, as numbers where every entry is one or empty (NaN)."""
    with path.open(encoding="utf-8", newline="") as lines:
        entries = list(csv.DictReader(lines))
    return {name: _column([entry[name] for entry in entries]) for name in entries[0]}


def _column(texts: list[str]) -> Column:
    try:
        return np.array([float(text or "nan") for text in texts])
    except ValueError:
        return np.array(texts)


def kinds(columns: Columns, *names: str) -> list[tuple[tuple[str, ...], Column]]:
    """Each combination of texts that occurs in the columns `names`, and the places of its rows."""
    keys = np.stack([columns[name].astype(str) for name in names], axis=1)
    return [(tuple(map(str, key)), np.flatnonzero((keys == key).all(axis=1))) for key in np.unique(keys, axis=0)]


def describe(columns: Columns, *names: str) -> Column:
    """A short text for each row."""
    return np.array(
        [
            " ".join(f"{value:g}" if isinstance(value, float) else str(value) for value in row)
            for row in zip(*(columns[name].tolist() for name in names), strict=True)
        ]
    )


def accelerator(slug: str) -> Accelerator:
    """A chip of the shipped catalog."""
    return find(Accelerator, slug)


@cache
def decoders() -> dict[str, Decoder]:
    """The models of the rows, by name."""
    columns = rows(HERE / "models.csv")
    names = [f.name for f in dataclasses.fields(Decoder)]
    return {
        str(model): Decoder(
            **{name: float(columns[name][place]) for name in names if name != "gated"},
            gated=bool(columns["gated"][place]),
        )
        for place, model in enumerate(columns["model"])
    }


def experts_parameters(d: Decoder) -> float:
    """Parameters of all routed experts."""
    return float((3 if d.gated else 2) * d.expert_layers * d.hidden * d.experts * d.expert_intermediate)


def model(name: str) -> Model:
    """The same model as walls take it."""
    d = decoders()[name]
    total, routed = float(parameters(d)), experts_parameters(d)
    used = total - routed * (1 - d.experts_per_token / d.experts) if d.experts > 0 else total
    return Model(
        name=name,
        parameters=total,
        active_parameters=used,
        layers=d.layers,
        hidden_size=d.hidden,
        attention_heads=d.heads,
        kv_heads=d.kv_heads,
        head_dim=d.head_dim,
        experts=d.experts,
        experts_per_token=d.experts_per_token,
        expert_parameters=routed,
        vocabulary=d.vocabulary,
        kv_elements_per_token_per_layer=d.latent if d.latent > 0 else float("nan"),
        windowed_layers=d.windowed_layers,
        attention_window=d.window if d.windowed_layers else float("nan"),
        intermediate_size=d.intermediate,
        mlp_matrices=3.0 if d.gated else 2.0,
        expert_layers=d.expert_layers,
        expert_intermediate_size=d.expert_intermediate,
        shared_experts=d.shared_intermediate / d.expert_intermediate if d.expert_intermediate else 0.0,
        q_lora_rank=d.query_rank,
        kv_lora_rank=d.latent_rank,
        v_head_dim=d.value_dim,
        generative=1.0,
    )


def calibrations(wall: str, chip: Accelerator) -> dict[str, dict[str, Any]]:
    """The inputs of a wall that each calibration sets for a chip, by the name of the calibration."""
    inputs = solvers()[wall].inputs
    known = {name: figure for name, figure in vars(chip).items() if isinstance(figure, float) and figure == figure}
    return {
        each.name: {name: value for name, value in each.settings(inputs, known).items() if name in inputs}
        for each in CALIBRATIONS
    }


def facts(columns: Columns, chip: Any, model: Any, precision: Any, parallelism: Any, **numbers: Column) -> Columns:
    """The columns of `FACTS`, the engine where rows name it, `url`, and `source` where rows of several are mixed. A
    text stands for a column of it; a number that is not given is unknown."""
    size = len(columns["url"])
    told = {"chip": chip, "model": model, "precision": precision, "parallelism": parallelism}
    return {
        **{name: np.full(size, text) if isinstance(text, str) else text for name, text in told.items()},
        **{name: numbers.get(name, np.full(size, np.nan)) for name in FACTS[5:]},
        "engine": columns.get("backend", columns.get("framework", np.full(size, ""))),
        "url": columns["url"],
        **({"source": columns["source"]} if "source" in columns else {}),
    }


def split_text(alone: str = "1 device", **ways: Column) -> Column:
    """How rows are split over devices, as text: `TP 4, PP 2`; `alone` where nothing is."""
    named = [
        ", ".join(f"{name.upper()} {way:g}" for name, way in zip(ways, row, strict=True) if way > 1)
        for row in zip(*ways.values(), strict=True)
    ]
    return np.array([text or alone for text in named])


def devices(number: Column) -> Column:
    """How many devices, as text."""
    return np.array(["1 device" if each == 1 else f"{each:g} devices" for each in number])


def code(precision: str) -> Precision:
    """The number format of a row."""
    return Precision[precision.upper()]


def device(slug: str, precision: str) -> KernelDevice:
    """A chip as kernels see it, multiplying weights of `precision`."""
    chip = accelerator(slug)
    return kernel_device(chip, code(precision), chip.interconnect_bandwidth)
