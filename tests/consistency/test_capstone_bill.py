"""The capstone's cost and carbon of a year are those of the TCO and sustainability walls for the same fleet."""

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from mlsysweb.answer import validated
from mlsysweb.pages.capstone.design import scores
from mlsysweb.pages.capstone.question import CAPSTONE
from mlsysweb.pages.capstone.replica import replica
from solvers.errors import InputErrors
from solvers.registry import solvers
from solvers.shipped import find
from solvers.specs import Grid, Region

from .systems import CHIPS, SERVED

pytestmark = pytest.mark.usefixtures("catalog")

SOME = settings(max_examples=15, suppress_health_check=list(HealthCheck))
YEAR = 365 * 86400.0
PLACES = ["norway", "poland", "us-virginia", "france", "aws-us-east-1", "azure-northeurope", "gcp-europe-north1"]
chips = st.sampled_from(CHIPS)
places = st.sampled_from(PLACES)
powers = st.sampled_from([1, 2, 4, 8, 16])


def same(figure, other):
    return float(np.ravel(figure)[0]) == pytest.approx(float(np.ravel(other)[0]), rel=1e-9)


def designed(text):
    try:
        return validated(CAPSTONE, text)[1].point
    except InputErrors:
        assume(False)


def ask(wall, **values):
    try:
        return solvers()[wall](**values)
    except InputErrors:
        assume(False)


def placed(names):
    """Return the capstone's inputs for places: grids, or cloud regions in place of a grid."""
    numbered = list(zip(("first", "second"), names, strict=False))
    picked = {(f"{place}_site" if is_region(name) else place): name for place, name in numbered}
    return ({} if len(names) > 1 else {"second": "none"}) | picked


def at(name):
    """Return the place as inputs of a wall, with the capstone's own PUE where that of the place is unknown."""
    site = find(Region, name) if is_region(name) else find(Grid, name)
    return {"region" if is_region(name) else "grid": name, "pue": 1.2 if np.isnan(site.pue) else site.pue}


def is_region(name):
    return name.startswith(("aws", "azure", "gcp"))


def on_the_serving_wall(text, held):
    shared = {name: text[name] for name in ("model", "accelerator", "tensor_parallel", "prompt_length")}
    shared |= {"output_length": text["output_length"], "precision": "fp16", "kv_precision": "fp16"}
    wall = ask("serving", **shared, concurrency=held)
    time, steps = wall.end_to_end_latency, int(text["output_length"]) - 1
    mfu = (held * wall.prefill_flop + steps * wall.decode_flop) / time / wall.decode_peak
    return time, mfu, (held * wall.prefill_moved + steps * wall.decode_moved) / time / wall.decode_bandwidth


designs = st.fixed_dictionaries(
    {
        "model": st.sampled_from(SERVED),
        "accelerator": chips,
        "tensor_parallel": powers.map(str),
        "batch_size": st.integers(1, 128).map(str),
        "replicas": st.integers(1, 200).map(str),
        "requests": st.floats(0.01, 1000).map(str),
        "prompt_length": st.integers(64, 4096).map(str),
        "output_length": st.integers(2, 512).map(str),
        "host_power": st.sampled_from(["0 W", "250 W"]),
    }
)


@SOME
@given(designs, st.lists(places, min_size=1, max_size=2, unique=True), st.sampled_from(["own", "cloud"]))
def test_a_design_costs_and_emits_what_the_walls_say_of_its_places(text, names, tenure):
    own = scores(designed({**text, **placed(names), "tenure": tenure}))
    held, replicas = int(text["batch_size"]), int(text["replicas"])
    time, mfu, reading = on_the_serving_wall(text, held)
    used = min(float(text["requests"]) / len(names) * float(time) / (held * replicas), 1.0)
    cost = carbon = bought = 0.0
    for name in names:
        fleet = {"accelerator": text["accelerator"], "devices": replicas * int(text["tensor_parallel"])}
        fleet |= {"duration": YEAR, "mfu": mfu, "memory_utilization": reading, "host_power": text["host_power"]}
        bill = ask("tco", **fleet, **at(name), time_in_use=used if tenure == "own" else 1)
        cost += bill.tco if tenure == "own" else bill.cloud_cost
        bought += bill.purchase_price
        carbon += ask("sustainability", **fleet, **at(name), time_in_use=used).total_carbon
    assert same(own.cost, cost) and same(own.purchase, bought) and same(own.carbon, carbon)


@SOME
@given(designs, places, st.sampled_from([2, 3, 4]))
def test_a_pipeline_costs_and_emits_what_the_walls_say_of_its_activity(text, name, stages):
    i = designed({**text, **placed([name]), "pipeline_parallel": str(stages)})
    own, one, replicas = scores(i), replica(i), int(text["replicas"])
    assume(np.isfinite(one.service))
    used = min(float(text["requests"]) * float(one.service) / (int(text["batch_size"]) * replicas), 1.0)
    fleet = {"accelerator": text["accelerator"], "devices": replicas * int(text["tensor_parallel"]) * stages}
    fleet |= {"duration": YEAR, "mfu": one.mfu, "memory_utilization": one.memory_utilization, "time_in_use": used}
    fleet |= {"host_power": text["host_power"], **at(name)}
    assert same(own.cost, ask("tco", **fleet).tco)
    assert same(own.carbon, ask("sustainability", **fleet).total_carbon)
