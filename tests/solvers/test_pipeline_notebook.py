"""Pipelines in a notebook: explained, run and read in a few lines."""

import doctest
import importlib

import pytest

from solvers import pipeline, shipped
from solvers.errors import InputErrors
from solvers.pipeline import explain, run

LINKS = {"parallelism.model.parameters": "scaling_laws.parameters", "tco.duration": "parallelism.training_time"}


def chain():
    return pipeline("scaling_laws", "parallelism", "tco", links=LINKS)


def test_it_explains_itself():
    told = chain().explain(compute_budget="1e21 FLOP")
    assert str(told) == str(explain(chain(), ["compute_budget"])) and "Walls covered: 11, 14, 17" in str(told)


def test_it_runs_with_the_shipped_rows_for_what_is_not_given():
    done, plain = chain().run(compute_budget="1e21 FLOP"), run(chain(), {"compute_budget": 1e21}, shipped.find)
    assert list(done) == ["scaling_laws", "parallelism", "tco"] and len(done) == 3
    assert {n: s.values for n, s in done.items()}["tco"]["tco"] == plain.results["tco"].values["tco"].value
    assert str(done).splitlines()[2] == f"tco: {done['tco'].verdict}" and "<h4>tco</h4>" in done._repr_html_()


def test_a_dotted_name_is_of_one_stage():
    one = chain().run({"tco.mfu": "45%"}, compute_budget="1e21 FLOP")
    assert one["tco"]["mfu"] == 0.45 != one["parallelism"]["mfu"]


def test_what_is_wrong_is_a_sentence():
    with pytest.raises(InputErrors, match=r"tco\.accelerator: no accelerator in the catalog is called"):
        chain().run(compute_budget=1e21, accelerator="h100x")


def test_it_is_one_line():
    assert repr(chain()) == "<pipeline scaling_laws > parallelism > tco, 6 links>"


def test_its_example_runs():
    assert doctest.testmod(importlib.import_module("solvers.pipeline.chain")).failed == 0
