"""Tests that every solver must pass, also a new one without tests of its own."""

import dataclasses
import json
import math
import re
from html import unescape
from io import StringIO

import numpy as np
import pytest
from django.core.management import call_command
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.resolve import resolve
from mlsysweb.answer import answer
from solvers.errors import InputErrors
from solvers.fields import Choice, Input, Label, Output, Pick, PrintedNumber
from solvers.formatting import fill_slots
from solvers.plan import plan, sweep_values
from solvers.read import read
from solvers.registry import solvers
from solvers.result import Result
from solvers.solve import row, solve
from solvers.specs import columns, stack, take
from solvers.taxonomy import WALLS

from .latex import right_side

pytestmark = pytest.mark.usefixtures("catalog")

EVERY = [pytest.param(solver, id=name) for name, solver in solvers().items()]
every = pytest.mark.parametrize("solver", EVERY)
every_preset = pytest.mark.parametrize(
    ("solver", "preset"), [pytest.param(s, p, id=f"{n}-{p.name}") for n, s in solvers().items() for p in s.presets]
)


def point(solver, text=None):
    return resolve(read(solver, text or {})).point


def inside(io):
    """Return values inside the slider's range: interior points find errors that ends and defaults do not."""
    low, high = io.slider
    if io.integer:
        return st.integers(math.ceil(low), math.floor(min(high, 1e15))).map(float)
    return st.floats(low, high, exclude_min=io.exclusive_min and low == io.low, allow_subnormal=False)


def draw_question(solver):
    drawn = {n: inside(io) for n, io in solver.inputs.items() if isinstance(io, Input)}
    return st.fixed_dictionaries({}, optional=drawn)


@every
def test_a_solver_is_documented(solver):
    assert solver.about and solver.question.endswith("?") and solver.sources and solver.assumptions and solver.excludes
    assert all(
        getattr(io, "help", "") or getattr(io, "symbol", "") or len(io.label) > 3 for io in solver.inputs.values()
    )
    assert set(solver.headline) <= set(solver.outputs)
    assert solver.presets


@every
def test_a_figure_reads_only_what_the_solver_has(solver):
    for figure in solver.figures:
        assert set(figure.x) <= set(solver.inputs)
        assert {*figure.y, *figure.x_marks} <= set(solver.outputs)


@every_preset
def test_a_preset_answers(solver, preset):
    result = answer(solver, preset.values)
    assert fill_slots(result.verdict, result.values)


@every
def test_every_output_is_finite_or_explained(solver):
    result = answer(solver, {})
    for name, io in solver.outputs.items():
        value = result.values[name].value
        if isinstance(io, Output) and not math.isfinite(value):
            assert io.if_infinite, f"{name} is {value} and nobody says why"


@every_preset
def test_the_working_evaluates_to_what_it_names(solver, preset):
    result = answer(solver, preset.values)
    numbers = {name: v.value for name, v in result.values.items() if isinstance(v.value, float)}
    for line in result.working:
        shown = right_side(line.latex, numbers)
        assert shown == pytest.approx(numbers[line.output], rel=1e-9, nan_ok=True), line.latex


@every
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_row_of_a_batch_equals_the_same_point_alone(solver, data):
    questions = data.draw(st.lists(draw_question(solver), min_size=2, max_size=4))
    points = [p for q in questions if (p := _sensible(solver, q)) is not None]
    if len(points) < 2:
        return
    batch = solver.function(_stacked(solver, points))
    for place, each in enumerate(points):
        _assert_same(solver, row(solver, batch, place), row(solver, solver.function(each), 0))


def _sensible(solver, question):
    try:
        inputs = point(solver, question)
        return None if list(solver.check(inputs)) else inputs
    except InputErrors:
        return None


def _stacked(solver, points):
    columns_of = {}
    for name, io in solver.inputs.items():
        values = [getattr(p, name) for p in points]
        if isinstance(io, Pick):
            if values[0] is not None:
                columns_of[name] = take(stack(values), np.arange(len(values)))
        else:
            columns_of[name] = np.array(values, dtype=int if isinstance(io, Choice) else float)
    return dataclasses.replace(points[0], **columns_of)


def _assert_same(solver, one, other):
    for name, io in solver.outputs.items():
        a, b = getattr(one, name), getattr(other, name)
        if isinstance(io, Output):
            assert a == pytest.approx(b, rel=1e-12, nan_ok=True), name
        else:
            assert a == b, name


@every
def test_a_bound_and_a_wrong_dimension_are_sentences(solver):
    for name, io in solver.inputs.items():
        if isinstance(io, Input):
            outside = io.high * 2 + 1 if math.isfinite(io.high) else io.low - 1
            for wrong in (repr(outside), "NaN", "1e999", "three", "3 kg" if io.unit != "kg" else "3 s"):
                with pytest.raises(InputErrors) as bad:
                    read(solver, {name: wrong})
                assert [(e.field, bool(e.sentence)) for e in bad.value.errors] == [(name, True)], wrong
        if isinstance(io, Choice | Pick):
            with pytest.raises(InputErrors) as bad:
                resolve(read(solver, {name: "no-such-thing"}))
            assert bad.value.errors[0].field == name


@every
def test_bounds_are_round_in_the_unit_of_the_field(solver):
    for name, io in solver.inputs.items():
        if isinstance(io, Input):
            for bound in (io.low, io.high):
                printed = re.sub(r"[^\d.]", "", str(PrintedNumber(bound, io)).replace(",", ""))
                digits = printed.replace(".", "").strip("0")
                assert len(digits) <= 4 or set(digits) == {"9"}, f"{name}: {PrintedNumber(bound, io)}"


@every
def test_help_is_a_phrase_of_its_own_that_does_not_repeat_the_label(solver):
    """Help is also read alone: in the API, in a spreadsheet and aloud."""
    for name, io in {**solver.inputs, **solver.outputs}.items():
        told = getattr(io, "help", "")
        assert not re.match(r"(Of|See|To|From|Between|Per|Without|With the|At the|As|Over)\b", told), f"{name}: {told}"
        assert told.strip(".").lower() != io.label.lower(), f"{name}: {told}"


@every
def test_text_survives_reading_and_writing(solver):
    from solvers.quantities import to_input_text, to_si

    for name, io in solver.inputs.items():
        if isinstance(io, Input):
            for value in {math.inf if io.owners else io.default, *io.slider} - {math.inf}:
                assert to_si(name, to_input_text(value, io.unit, io.display_unit), io.unit) == pytest.approx(
                    value, rel=1e-11
                )


@every
def test_page_partial_api_and_command_tell_the_same(solver):
    client, url = Client(), f"/walls/{solver.name}/"
    page, partial = client.get(url), client.get(url, headers={"HX-Request": "true"})
    api = client.get(f"/api/v1/solve/{solver.name}").json()
    out = StringIO()
    call_command("solve", solver.name, "--json", stdout=out)
    assert page.status_code == partial.status_code == 200
    assert b"<form" in page.content and b"<html" not in partial.content
    assert api == json.loads(out.getvalue())
    assert set(api["outputs"]) == set(solver.outputs)
    for shown in (page, partial):  # the state and its proof are elements of their own
        words = unescape(re.sub("<[^>]+>", "", shown.content.decode())).replace("\u00a0", " ")
        assert api["verdict"].replace("\u00a0", " ") in words


@every
def test_a_kept_result_comes_back_as_it_was(solver):
    result = answer(solver, {})
    again = Result.from_json(json.loads(json.dumps(result.to_json(), allow_nan=False)))
    assert repr(again) == repr(Result.from_json(result.to_json()))
    assert again.verdict == result.verdict and set(again.values) == set(result.values)


@every
def test_a_line_passes_through_the_point(solver):
    inputs = point(solver)
    planned = plan(solver, inputs)
    for line in planned.lines:
        io = solver.inputs[line.x]
        if isinstance(io, Input):
            assert line.values.min() <= getattr(inputs, line.x) <= line.values.max()
            assert np.all(np.diff(sweep_values(io, io.default)) > 0)
    assert len(solve(planned).series) == len(planned.lines)


@every
def test_a_fallacy_is_refuted_by_its_own_calls(solver):
    for fallacy in solver.fallacies:
        before, after = (answer(solver, text).values[fallacy.output].value for text in (fallacy.before, fallacy.after))
        assert fallacy.refuted(before, after), f"{fallacy.claim} {before} {after}"


@every
def test_labels_of_outputs_are_codes_of_their_kind(solver):
    outputs = solver.function(point(solver))
    for name, io in solver.outputs.items():
        if isinstance(io, Label):
            assert set(np.unique(getattr(outputs, name))) <= {int(member) for member in io.kind}


def test_walls_stand_where_the_taxonomy_puts_them():
    for solver in solvers().values():
        for number in solver.walls:
            assert WALLS[number - 1].domain == solver.domain


def test_a_wall_is_listed_by_its_number_name_and_topic():
    assert WALLS[14].label == "15 · Fragility: reliability and failures"


def test_every_spec_figure_has_a_label():
    for solver in solvers().values():
        for io in solver.inputs.values():
            if isinstance(io, Pick):
                assert all(figure.label for figure in columns(io.kind).values())
