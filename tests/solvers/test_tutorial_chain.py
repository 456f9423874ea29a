"""The tutorial's pipeline: a compute budget, the model it can train, the fleet, the cost."""

import pytest

from catalog.resolve import find
from solvers.errors import InputErrors
from solvers.pipeline import explain, pipeline, run

pytestmark = pytest.mark.usefixtures("catalog")

LINKS = {"parallelism.model.parameters": "scaling_laws.parameters", "tco.duration": "parallelism.training_time"}
ASKED = {"compute_budget": "1e21 FLOP"}


def chain():
    return pipeline("scaling_laws", "parallelism", "tco", links=LINKS)


def look_up(kind, name):
    return find(kind, name, kind.__name__.lower()).spec


def test_it_runs_from_a_compute_budget_and_hands_on_what_each_stage_finds():
    found = run(chain(), ASKED, look_up).results
    laws, fleet, bill = (found[name].values for name in ("scaling_laws", "parallelism", "tco"))
    assert laws["parameters"].value == pytest.approx((1e21 / 120) ** 0.5)
    assert fleet["tokens"].value == laws["tokens"].value == pytest.approx(20 * laws["parameters"].value)
    assert bill["duration"].value == fleet["training_time"].value
    assert (bill["devices"].value, bill["mfu"].value) == (fleet["devices"].value, fleet["mfu"].value)
    assert bill["total_ops"].value == pytest.approx(1e21)


def test_every_gap_is_named_with_what_stands_in_for_it():
    assert explain(chain(), ASKED).gaps == {
        "parallelism.model": "llama-3-70b",
        "parallelism.accelerator": "h100-sxm5-80gb",
        "tco.accelerator": "h100-sxm5-80gb",
    }


def test_without_a_catalog_the_gaps_are_errors():
    with pytest.raises(InputErrors, match="is a gap") as told:
        run(chain(), ASKED)
    assert {error.field for error in told.value.errors} == {"parallelism.model", "parallelism.accelerator"}


def test_a_larger_budget_trains_longer_and_costs_as_much_more():
    one, ten = (run(chain(), {"compute_budget": text}, look_up).results for text in ("1e21 FLOP", "1e22 FLOP"))
    longer = ten["parallelism"].values["training_time"].value / one["parallelism"].values["training_time"].value
    dearer = ten["tco"].values["capex"].value / one["tco"].values["capex"].value
    # Less than ten times: attention and messages depend on the shape of the model, of which only the tokens grow here.
    assert 3 < longer < 10 and dearer == pytest.approx(longer)
