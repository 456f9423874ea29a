import dataclasses

import numpy as np
import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

import solvers
from solvers.analysis.parameters import parameters_of
from solvers.declare import flag, number, output
from solvers.errors import InputError, InputErrors
from solvers.fields import Pick
from solvers.node.roofline import roofline
from solvers.node.serving import serving
from solvers.operations.tco import tco
from solvers.registry import solvers as every
from solvers.shipped import find
from solvers.solve import row
from solvers.uncertainty.ranges import read_ranges
from solvers.uncertainty.sample import MOST_ROWS, fitting_samples, sampled
from solvers.uncertainty.summary import percentiles
from tests.solvers.toys import toy

H100, A100 = "h100-sxm5-80gb", "a100-sxm4-80gb"


def wall(law, gives=None, count=2, **more):
    takes = {f"x{k}": number("1", f"X{k}", 1.0, low=-1e9, high=1e9) for k in range(count)}
    return toy("spread", takes, gives or {"y": output("1", "Y")}, law, **more)


def of(solver, ranges, **more):
    point = solver.inputs_type()
    return sampled(solver, point, read_ranges(solver, point, ranges), **more)


@settings(max_examples=25, deadline=None)
@drawn(low=st.floats(0.1, 10), width=st.floats(0.5, 20))
def test_the_band_of_a_monotone_output_lies_at_the_answers_to_the_ends_of_the_input(low, width):
    cubed = wall(lambda i: {"y": i.x0**3 + 0 * i.x1})
    band = of(cubed, {"x0": f"{low!r}..{low + width!r}"}, samples=256)["y"]
    places = (np.cbrt([band.low, band.median, band.high]) - low) / width
    assert places == pytest.approx([0.05, 0.5, 0.95], abs=0.012)
    assert low**3 <= band.values.min() and band.values.max() <= (low + width) ** 3 * (1 + 1e-12)


def test_a_log_uniform_input_has_its_median_at_the_geometric_mean():
    same = wall(lambda i: {"y": i.x0 + 0 * i.x1})
    assert of(same, {"x0": "1..10000 log"})["y"].median == pytest.approx(100, rel=0.02)
    assert of(same, {"x0": "1..10000"})["y"].median == pytest.approx(5000, rel=0.02)


def test_whole_numbers_of_a_range_are_equally_frequent_and_so_are_powers_of_two():
    found = solvers.uncertainty(serving, {"batch_size": "3..6"}, accelerator=H100)
    memory = found["memory_per_device"].values
    assert len(np.unique(memory)) == 4 and np.unique(memory, return_counts=True)[1] == pytest.approx(512, abs=20)
    pages = number("1", "Page size", 16, low=1, integer=True, powers_of_two=True)
    paged = toy("paged", {"page": pages}, {"y": output("1", "Y")}, lambda i: {"y": 1.0 * i.page})
    values, counts = np.unique(of(paged, {"page": "16..100"})["y"].values, return_counts=True)
    assert values.tolist() == [16, 32, 64] and counts == pytest.approx(2048 / 3, abs=20)


def test_a_percentage_of_a_figure_scales_it():
    point = roofline(accelerator=H100, model="llama-3-8b")
    band = solvers.uncertainty(roofline, {"accelerator.memory_bandwidth": "±10 %"}, accelerator=H100)["latency"]
    share = point.latency * np.array([1 / 1.09, 1, 1 / 0.91])
    assert [band.low, band.median, band.high] == pytest.approx(share, rel=0.01)
    assert band.point == point.latency


def test_an_input_that_follows_a_figure_follows_it_in_every_sample():
    found = solvers.uncertainty(tco, {"accelerator.unit_price": "±20 %"})
    assert found["tco"].indices.total == pytest.approx([1.0], abs=0.02)


def test_an_efficiency_in_a_range_is_that_of_the_roofline_as_one_that_is_typed():
    found = solvers.uncertainty(serving, {"efficiency": "0.2..0.9"}, accelerator=H100)
    typed = [serving(accelerator=H100, efficiency=each).ttft for each in (0.2, 0.9)]
    values = found["ttft"].values
    assert typed[1] == pytest.approx(values.min(), rel=0.01) and typed[0] == pytest.approx(values.max(), rel=0.01)


def test_the_verdicts_shares_are_those_of_the_walls_own_state():
    found = solvers.uncertainty(roofline, {"batch_size": "74..222"}, accelerator=H100)
    (system,) = found.systems
    # Compute-bound above 147.7 sequences: the upper half of the range.
    assert system.states == pytest.approx({"memory": 74 / 149, "compute": 75 / 149}, abs=0.02)
    bound = next(each for each in system.labels if each.name == "bottleneck")
    assert (
        bound.shares == pytest.approx({"memory": 74 / 149, "compute": 75 / 149}, abs=0.01) and bound.point == "memory"
    )


def test_infeasible_samples_are_counted_and_in_no_band():
    gives = {"y": output("1", "Y"), "feasible": flag("Fits")}
    half = wall(lambda i: {"y": i.x0 + 0 * i.x1, "feasible": i.x0 < 0.75}, gives)
    found = of(half, {"x0": "0..1"})
    (system,) = found.systems
    assert system.infeasible == pytest.approx(0.25 * found.samples, abs=4) and system.unknown == 0
    assert found["y"].known == found.samples - system.infeasible
    assert found["y"].high == pytest.approx(0.95 * 0.75, rel=0.02)


def test_unknown_samples_are_counted_with_the_walls_own_reason():
    def check(i):
        if i.x0 > 0.5:
            yield InputError("x0", "must be at most a half.")

    half = wall(lambda i: {"y": np.where(i.x0 > 0.5, np.nan, i.x0 + 0 * i.x1)}, check=check)
    point = half.inputs_type(x0=0.1)
    found = sampled(half, point, read_ranges(half, point, {"x0": "0..1"}))
    (system,) = found.systems
    assert system.unknown == pytest.approx(0.5 * found.samples, abs=4)
    assert system.reason == "x0 must be at most a half." and found["y"].indices is None


def test_infinite_samples_are_counted():
    some = wall(lambda i: {"y": np.where(i.x0 > 0.9, np.inf, i.x0 + 0 * i.x1)})
    band = of(some, {"x0": "0..1"})["y"]
    assert band.infinite == pytest.approx(0.1 * band.values.size, abs=4) and band.high < 0.9


def test_two_systems_are_compared_sample_by_sample():
    found = solvers.uncertainty(roofline, {"batch_size": "1..512 log"}, also=[A100], accelerator=H100)
    by_output = {pair.output: pair for pair in found.rankings}
    assert by_output["latency"].lower == 1.0 and by_output["arithmetic_intensity"].equal == 1.0
    energy = by_output["energy_per_sample"]
    assert 0 < energy.lower < 1 and energy.known == found.samples
    first, second = (system.bands[5].values for system in found.systems)
    assert energy.lower == np.mean(first < second)
    alone = solvers.uncertainty(roofline, {"batch_size": "1..512 log"}, accelerator=A100)
    assert np.array_equal(alone["latency"].values, found.systems[1].bands[0].values)


def test_a_figure_of_the_overlay_is_compared_by_a_percentage_only():
    with pytest.raises(InputErrors, match="would be the same for every accelerator compared"):
        solvers.uncertainty(roofline, {"accelerator.memory_bandwidth": "3e12..4e12"}, also=[A100], accelerator=H100)


def test_the_same_question_has_the_same_answer():
    one, two = (solvers.uncertainty(roofline, {"batch_size": "1..64"}, accelerator=H100) for _ in range(2))
    assert np.array_equal(one["latency"].values, two["latency"].values)


def test_the_shares_of_inputs_are_named_by_their_labels():
    found = solvers.uncertainty("roofline", {"accelerator.tdp": "±10 %", "batch_size": "1..8"}, accelerator=H100)
    assert found.labels == ("Accelerator: TDP", "Batch size") or found.labels[1] == "Batch size"
    assert found.rows == 4 * found.samples // 2


@pytest.mark.parametrize(("more", "words"), [({"samples": 100}, "power of two"), ({"also": [A100]}, "one system")])
def test_a_wrong_call_is_a_sentence(more, words):
    with pytest.raises(InputErrors, match=words):
        solvers.uncertainty(tco, {"time_in_use": "0.1..0.9"}, **more)
    with pytest.raises(InputErrors, match="need at least one input"):
        solvers.uncertainty(tco, {})


def test_samples_are_fewer_where_the_rows_would_be_too_many():
    assert fitting_samples(roofline, 3, 1, 1024) == 1024
    few = fitting_samples(roofline, 8, 8, 4096)
    assert few * 10 * 8 <= MOST_ROWS < 2 * few * 10 * 8
    assert fitting_samples(every()["sensitivity"], 2, 1, 4096) == 512


@pytest.mark.parametrize("name", every())
def test_every_wall_is_sampled_within_a_percentage_of_its_inputs(name):
    solver = every()[name]
    point = solvers.notebook.call.question(solver, {})
    ranges = {}
    for each, io in solver.inputs.items():
        value = getattr(point, each)
        if len(ranges) < 2 and type(io).__name__ == "Input" and not io.integer and io.low < 0.9 * value < io.high / 1.3:
            ranges[each] = "±5 %"
    found = sampled(solver, point, read_ranges(solver, point, ranges), samples=128)
    (system,) = found.systems
    assert sum(system.states.values()) == pytest.approx(1) and system.bands
    assert [band.name for band in system.bands] == [n for n in solver.headline if n in {b.name for b in system.bands}]


@pytest.mark.parametrize("shape", [(1,), (2,), (21,), (256,), (8, 256)])
def test_percentiles_are_those_of_numpy(shape):
    values = np.random.default_rng(3).lognormal(size=shape)
    expected = np.quantile(values, (0.05, 0.5, 0.95), axis=-1)
    np.testing.assert_allclose(percentiles(values), expected, rtol=1e-14)


def test_percentiles_of_nothing_are_unknown():
    assert np.isnan(percentiles(np.empty(0))).all()


@pytest.mark.parametrize("name", every())
def test_the_verdict_of_a_sample_is_that_of_its_question_alone(name):
    solver, seen = every()[name], []

    def verdict(question, outcome):
        found = solver.verdict(question, outcome)
        seen.append((question, found.state))
        return found

    picks = {n: find(io.kind, io.default, n) for n, io in solver.inputs.items() if isinstance(io, Pick) and io.default}
    point = solver.inputs_type(**picks)
    plain = ((n, each.declared.high, getattr(point, n, 0)) for n, each in parameters_of(solver).items() if "." not in n)
    varied, value = next((n, value) for n, high, value in plain if 0 < 2 * value <= high)
    watched = dataclasses.replace(solver, verdict=verdict)
    sampled(watched, point, read_ranges(solver, point, {varied: f"{value!r}..{2 * value!r}"}), samples=256)
    samples = [each for each in seen if not isinstance(each[0], solver.inputs_type)]  # without the point itself
    assert len(samples) >= 128
    for question, state in samples[::16]:
        alone = solver.inputs_type(**{field: getattr(question, field) for field in solver.inputs})
        with np.errstate(all="ignore"):
            assert solver.verdict(alone, row(solver, solver.function(alone), 0)).state == state
