"""The display of solvers, outputs and specs at a prompt and in a notebook."""

import pickle
import re

import pytest

from solvers import roofline
from solvers.data import dgx_h100, h100_sxm, quebec, research_256
from solvers.formatting import format_value
from solvers.registry import solvers as every_solver
from solvers.specs import stack


@pytest.mark.parametrize("solver", [pytest.param(s, id=n) for n, s in every_solver().items()])
def test_a_solver_is_one_line_with_its_question(solver):
    assert repr(solver) == (
        f'<wall {solver.name}: "{solver.question}" {len(solver.inputs)} inputs, {len(solver.outputs)} outputs>'
    )
    html = solver._repr_html_()
    assert all(f"<td>{name}</td>" in html for name in (*solver.inputs, *solver.outputs))


@pytest.mark.parametrize("solver", [pytest.param(s, id=n) for n, s in every_solver().items()])
def test_an_answer_is_short_and_says_names_and_units(solver):
    text = repr(solver())
    assert text.startswith(f"<{solver.name}: {solver.headline[0]} ") and len(text) < 900
    values = solver.solve().result.values
    assert format_value(values[solver.headline[0]]) in text


def test_an_answer_in_columns_shows_its_first_values_and_its_shape():
    text = repr(roofline(batch_size=[1, 2, 4, 512]))
    assert "bottleneck [memory, memory, memory, …] (4)" in text and len(text) < 900


def test_the_table_of_an_answer_has_every_output():
    html = roofline()._repr_html_()
    assert html.count("<tr>") == len(roofline.outputs) + 1 and "<td>memory</td>" in html


def test_a_spec_shows_what_is_known_of_it():
    text = repr(h100_sxm)
    assert text.startswith("Accelerator('NVIDIA H100 SXM5 80GB', peak fp64 34 TFLOP/s") and "nan" not in text
    assert "interconnect_bandwidth 450 GB/s" in text and "and 18 more" in text
    assert "<td>memory_bandwidth</td><td>3.35 TB/s</td>" in h100_sxm._repr_html_()
    assert "fabric 'NVLink 4" in repr(dgx_h100) and "node 'DGX H100" in repr(research_256)
    assert "20 gCO₂e/kWh" in repr(quebec)


def test_stacked_specs_show_their_columns():
    assert re.search(r"memory_bandwidth a column of 2", repr(stack([h100_sxm, h100_sxm])))


def test_markup_in_a_name_is_text():
    import dataclasses

    spec = dataclasses.replace(h100_sxm, name="<script>")
    assert "<script>" not in spec._repr_html_() and "<script>" not in roofline.solve(accelerator=spec)._repr_html_()


def test_a_solver_is_pickled_by_name_and_an_answer_as_it_is():
    assert pickle.loads(pickle.dumps(roofline)) is roofline
    assert pickle.loads(pickle.dumps(roofline())).latency == roofline().latency
