"""A unit stands once beside a label, also where the label names it."""

import pytest

from solvers.analysis.parameters import parameters_of
from solvers.fields import Input, Output
from solvers.formatting import labelled
from solvers.quantities import unit_label
from solvers.registry import solvers


def _words(text):
    return text.replace("(", " ").replace(")", " ").replace(",", " ").split()


@pytest.mark.parametrize("name", sorted(solvers()))
def test_no_label_of_a_wall_has_its_unit_twice(name):
    solver = solvers()[name]
    asked = [parameter.declared for parameter in parameters_of(solver).values()]
    declared = [
        io for io in (*solver.inputs.values(), *asked, *solver.outputs.values()) if isinstance(io, Input | Output)
    ]
    assert declared
    for io in declared:
        unit = unit_label(io.display_unit)
        if " " not in unit and unit:
            assert _words(labelled(io.label, unit)).count(unit) == 1, io.label


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/walls/sustainability/", "/uncertainty/?wall=sustainability"])
def test_a_list_of_inputs_has_the_unit_once(client, path):
    shown = client.get(path).content.decode()
    assert "Idle power (% of TDP)" in shown
    assert "Idle power (% of TDP) (%)" not in shown


@pytest.mark.parametrize(
    ("label", "unit", "shown"),
    [
        ("Latency", "ms", "Latency (ms)"),
        ("Efficiency", "", "Efficiency"),
        ("Idle power (% of TDP)", "%", "Idle power (% of TDP)"),
        ("Training tokens", "tokens", "Training tokens"),
        ("Training tokens", "T tokens", "Training tokens (T tokens)"),
        ("Young's interval", "s", "Young's interval (s)"),
        ("Peak dense FLOP/s", "s", "Peak dense FLOP/s (s)"),
        ("Time to first token (TTFT)", "ms", "Time to first token (TTFT) (ms)"),
    ],
)
def test_a_unit_is_appended_unless_the_label_names_it(label, unit, shown):
    assert labelled(label, unit) == shown
