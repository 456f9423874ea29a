"""The figures of a spec from the columns of its row: most are columns, some are derived from others.

A row is any object with the columns as attributes, figures in SI and None where unknown: a line of a shipped file, or a
row of the site's catalog.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from solvers.specs import Accelerator, Fabric, Grid, Model, Precision, columns, table

# Inner width of a Mamba block over its hidden size: Gu and Dao 2023, section 3.4 (arXiv:2312.00752).
_MAMBA_EXPANSION = 2
# These emit one token after another; every other task is one pass (a diffusion step counts as one).
TOKEN_BY_TOKEN = frozenset({"text generation", "text to text", "speech recognition"})
# Litres a kWh, medians of water consumption by fuel: Macknick et al. 2012 (10.1088/1748-9326/7/4/045802), towers for
# coal, gas (combined cycle), nuclear and biomass; hydro is evaporation from the reservoir. It has none for oil.
WATER_BY_FUEL: Mapping[str, float] = {
    "share_coal": 2.6,
    "share_gas": 0.75,
    "share_nuclear": 2.5,
    "share_hydro": 17.0,
    "share_wind": 0.0,
    "share_solar": 0.1,
    "share_bio_other": 2.1,
}
_WITHOUT_MEDIAN = 0.1  # a mix with a larger share of oil has no derived figure
_KWH = 3.6e6


def figures(kind: type[Any], row: Any) -> dict[str, Any]:
    """Return the figures of the spec of `row`, by name, in SI; None where unknown."""
    derived = _DERIVED.get(kind, {})
    known = {name: derived[name](row) if name in derived else getattr(row, name) for name in columns(kind)}
    return _ADJUSTED[kind](row, known) if kind in _ADJUSTED else known


def source_columns(kind: type[Any]) -> frozenset[str]:
    """Return the columns that the figures of `kind` are derived from, figures that are columns included."""
    own = {name for name in columns(kind) if name not in _DERIVED.get(kind, {})}
    return frozenset(own | set(_FROM.get(kind, ())))


def computed_figures(kind: type[Any]) -> frozenset[str]:
    """Return the figures of `kind` that no column holds: they are computed from other columns."""
    return frozenset(_DERIVED.get(kind, {})) - set(_FROM.get(kind, ())) - {"peak"}


def peak(row: Any) -> Any:
    """Return the rates as one table with an entry per number format."""
    rates = {p.name.lower(): getattr(row, f"peak_{p.name.lower()}") for p in Precision}
    known = table({name: rate for name, rate in rates.items() if rate is not None})
    known.flags.writeable = False  # read-only: all users of a row share its spec
    return known


def kv_elements_per_token_per_layer(row: Any) -> float | None:
    """Return the elements per token and layer of multi-head latent attention: the latent vector and its rotary part."""
    return None if row.kv_lora_rank is None else row.kv_lora_rank + (row.qk_rope_head_dim or 0)


def state_elements(row: Any) -> float | None:
    """A state of `state_size` for each inner channel of each layer without a KV cache; all layers of a state-space
    model."""
    if row.state_size is None or row.layers is None or row.hidden_size is None:
        return None
    return float((row.layers - (row.kv_cache_layers or 0)) * _MAMBA_EXPANSION * row.hidden_size * row.state_size)


def expert_parameters(row: Any) -> float | None:
    """A token leaves out (1 − k/E) of the routed parameters R, and that is N − Na."""
    if not row.experts or row.experts_per_token is None or row.active_parameters is None:
        return None
    left_out = 1 - row.experts_per_token / row.experts
    return float((row.parameters - row.active_parameters) / left_out) if left_out > 0 else None


def expert_layers(row: Any) -> float | None:
    """None in a dense model; unknown in a mixture unless its column says."""
    return row.expert_layers if row.experts else 0.0


def intermediate_size(row: Any) -> float | None:
    """0 where every layer has experts and no MLP of its own."""
    routed = row.experts and row.expert_layers is not None and row.expert_layers == row.layers
    return 0.0 if routed else row.intermediate_size


def generative(row: Any) -> float:
    """Return 1 where the model's task generates tokens one by one, else 0."""
    return float(row.task in TOKEN_BY_TOKEN)


def water_intensity_derived(row: Any) -> float | None:
    """L/J by the fuel mix; None where the mix is unknown or more than a tenth of it has no median (oil)."""
    shares = {fuel: getattr(row, fuel) for fuel in WATER_BY_FUEL}
    if any(share is None for share in shares.values()) or sum(shares.values()) < 1 - _WITHOUT_MEDIAN:
        return None
    litres = sum(WATER_BY_FUEL[fuel] * share for fuel, share in shares.items())
    return float(litres / sum(shares.values()) / _KWH)


def shared_bus(row: Any) -> float:
    """The flag as a number: specs hold numbers only."""
    return float(row.shared_bus or False)


def reaches_others_by_bus(row: Any) -> float:
    """Return 1 where the link of an accelerator is PCIe, which the cards of a node share, else 0."""
    return float((row.interconnect or "").startswith("PCIe"))


def _accelerator(row: Any, known: dict[str, Any]) -> dict[str, Any]:
    """Return the figures of an accelerator. The main memory of a microcontroller is the flash that holds its weights.
    Where the vendor's embodied carbon is unknown, that of the Boavizta model is used."""
    adjusted = dict(known)
    if row.tier == "tiny":
        for end in ("capacity", "bandwidth"):
            if adjusted[f"flash_{end}"] is None:
                adjusted[f"flash_{end}"] = adjusted[f"memory_{end}"]
    if adjusted["embodied_carbon"] is None:
        adjusted["embodied_carbon"] = row.embodied_carbon_boavizta
    return adjusted


def _model(row: Any, known: dict[str, Any]) -> dict[str, Any]:
    """Return the figures of a model. A dense model has no figure of active parameters, so that changing its parameters
    changes both."""
    dense = not row.experts and known["active_parameters"] == known["parameters"]
    return {**known, "active_parameters": None} if dense else known


_DERIVED: Mapping[type[Any], Mapping[str, Callable[[Any], Any]]] = {
    Accelerator: {"peak": peak, "shared_bus": reaches_others_by_bus},
    Model: {
        "kv_elements_per_token_per_layer": kv_elements_per_token_per_layer,
        "state_elements": state_elements,
        "expert_parameters": expert_parameters,
        "expert_layers": expert_layers,
        "intermediate_size": intermediate_size,
        "generative": generative,
    },
    Fabric: {"shared_bus": shared_bus},
    Grid: {"water_intensity_derived": water_intensity_derived},
}
_ADJUSTED: Mapping[type[Any], Callable[[Any, dict[str, Any]], dict[str, Any]]] = {
    Accelerator: _accelerator,
    Model: _model,
}
_FROM: Mapping[type[Any], tuple[str, ...]] = {
    Accelerator: ("embodied_carbon_boavizta", *(f"peak_{p.name.lower()}" for p in Precision)),
    Model: ("expert_layers", "intermediate_size", "qk_rope_head_dim", "state_size"),
    Fabric: ("shared_bus",),
    Grid: tuple(WATER_BY_FUEL),
}
