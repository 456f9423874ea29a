import math

import numpy as np
import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from solvers.declare import number, output
from solvers.errors import InputErrors
from solvers.operations.sustainability import sustainability
from solvers.pipeline import pipeline, settle
from solvers.search.explore import Search
from solvers.search.goals import goals, metrics
from solvers.search.placement import OF_THE_GRID, placement, places
from solvers.search.run import run
from solvers.search.space import Space
from solvers.specs import Grid
from tests.solvers.toys import toy

KWH = 3.6e6
COST = toy(
    "cost",
    {
        "energy": number("J", "Energy", 1e9 * KWH),
        "electricity_price": number("USD/J", "Price", 0.1 / KWH),
        "pue": number("1", "PUE", 1.2),
    },
    {"tco": output("USD", "TCO")},
    lambda i: {"tco": i.energy * i.pue * i.electricity_price},
)
AIR = toy(
    "air",
    {
        "energy": number("J", "Energy", 1e9 * KWH),
        "carbon_intensity": number("kg/J", "Carbon"),
        "pue": number("1", "PUE", 1.2),
    },
    {"total_carbon": output("kg", "Carbon")},
    lambda i: {"total_carbon": i.energy * i.pue * i.carbon_intensity},
)


def grid(grams, dollars=math.nan, pue=math.nan):
    return Grid(carbon_intensity=grams / 1e3 / KWH, electricity_price=dollars / KWH, pue=pue)


GRIDS = {
    "coal": grid(800, 0.05, 1.1),
    "gas": grid(400, 0.07, 1.3),
    "hydro": grid(20, 0.12, 1.5),
    "waste": grid(900, 0.2),
}


def chosen(price, **more):
    return placement(GRIDS, {}, price, stages=(COST, AIR), **more)


def names(candidates):
    return [candidate.places["grid"] for candidate in candidates]


def test_without_a_price_the_cheapest_grid_wins_and_with_a_high_one_the_cleanest():
    assert names(chosen(0.0).top)[:2] == ["coal", "gas"]
    assert names(chosen(10.0).top)[:2] == ["hydro", "gas"]


@settings(max_examples=25)
@drawn(price=st.floats(0, 5))
def test_the_best_has_the_least_cost_plus_priced_carbon(price):
    best = chosen(price).top[0].places["grid"]
    total = {n: 1.2 * 1e9 * (g.electricity_price + price * g.carbon_intensity) * KWH for n, g in GRIDS.items()}
    assert total[best] == pytest.approx(min(total.values()))


def test_the_front_leaves_out_only_what_is_dearer_and_dirtier():
    assert set(names(chosen(0.1).front)) == {"coal", "gas", "hydro"}


def test_each_site_has_its_own_pue_only_when_asked():
    one, own = chosen(0.0), chosen(0.0, sites=True)
    ratio = own.top[0].values["cost.tco"] / one.top[0].values["cost.tco"]
    assert ratio == pytest.approx(1.1 / 1.2)


def test_a_grid_without_a_price_takes_the_given_one_or_has_no_score():
    grids = {"known": grid(100, 0.3), "open": grid(100)}
    outcome = placement(grids, {}, 0.0, stages=(COST, AIR))
    assert (names(outcome.top), outcome.seen.unscored) == (["known"], 1)
    filled = placement(grids, {"electricity_price": "0.1 USD/kWh"}, 0.0, stages=(COST, AIR))
    assert names(filled.top) == ["open", "known"]


def test_a_grid_without_water_never_wins_by_borrowed_water():
    grids = {
        "known": Grid(carbon_intensity=1e-7, electricity_price=1e-8, water_intensity=1e-6),
        "silent": Grid(carbon_intensity=1e-7, electricity_price=1e-8),
    }
    chain = pipeline(sustainability)
    axis = places(chain, grids, settle(chain, {"water_intensity": "0.1 L/kWh", "wue": "0.1 L/kWh"}), OF_THE_GRID)
    objectives, _ = goals(["minimize: water"], metrics(chain))
    outcome = run(Search(chain, {("sustainability", "tdp"): 700.0}, Space((axis,)), objectives, (), 10))
    assert (names(outcome.top), outcome.seen.unscored) == (["known"], 1)


@pytest.mark.parametrize(
    ("grids", "price", "field"), [(GRIDS, -1.0, "carbon_price"), (GRIDS, np.inf, "carbon_price"), ({}, 1.0, "grids")]
)
def test_a_price_or_a_choice_that_is_none_is_refused(grids, price, field):
    with pytest.raises(InputErrors) as bad:
        placement(grids, {}, price, stages=(COST, AIR))
    assert bad.value.errors[0].field == field
