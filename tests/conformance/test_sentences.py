"""The sentences of walls: each slot has a value, each sentence can be reached, each number is an output."""

import ast
import math
import re
from importlib import import_module
from importlib.util import find_spec

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.resolve import choices
from mlsysweb.answer import answer
from solvers.fields import Choice, Pick
from solvers.formatting import fill_slots, format_value
from solvers.grammar import agree
from solvers.registry import solvers

from .sentences import all_values, ask, clumsy, counting, found_values, interpolated, statements, texts

pytestmark = pytest.mark.usefixtures("catalog")

EVERY = [pytest.param(solver, id=name) for name, solver in solvers().items()]
every = pytest.mark.parametrize("solver", EVERY)
SLOT = re.compile(r"\{([a-z_][a-z_0-9.]*)\}")


@every
def test_every_slot_is_an_input_or_an_output(solver):
    known = {*solver.inputs, *solver.outputs}
    assert not [
        f"line {line}: {slot}" for line, text in texts(solver) for slot in SLOT.findall(text) if slot not in known
    ]


@every
def test_numbers_reach_a_sentence_through_slots_only(solver):
    """An f-string may insert a sentence, a name or the name of a slot, but no number."""
    figures = [(line, node) for line, node in interpolated(solver) if isinstance(node, ast.Attribute)]
    assert not [f"line {line}: {ast.unparse(node)}" for line, node in figures if node.attr != "name"]


def examples_of(solver):
    """Return presets, both questions of fallacies, and the questions that the wall's own test gives for rare
    sentences."""
    own = f"tests.solvers.{solver.domain}.test_{solver.name}"
    yield from (preset.values for preset in solver.presets)
    yield from (text for fallacy in solver.fallacies for text in (fallacy.before, fallacy.after))
    yield from getattr(import_module(own), "RARE_QUESTIONS", ()) if find_spec(own) else ()


def values_of(io):
    """Return texts for one input: inside the slider's range, its ends, the bounds, and the default."""
    if isinstance(io, Choice):
        return st.sampled_from(io.names)
    if isinstance(io, Pick):
        return st.sampled_from([slug for slug, _, _ in choices(io.kind)])
    low, high = io.slider
    edges = {low, high, io.low, io.default} - {math.nan, math.inf} | ({io.high} if math.isfinite(io.high) else set())
    inner = (
        st.floats(math.log(max(low, high * 1e-9, 1e-300)), math.log(high)).map(math.exp) if high > 0 else st.just(low)
    )
    drawn = st.one_of(st.sampled_from(sorted(edges)), inner, st.floats(low, high))
    return drawn.map(lambda value: repr(float(round(value) if io.integer else value)))


def questions(solver):
    """Return a strategy for presets with up to four inputs changed."""
    drawn = {name: values_of(io) for name, io in solver.inputs.items()}
    changed = st.lists(st.sampled_from(sorted(drawn)), max_size=4, unique=True).flatmap(
        lambda names: st.fixed_dictionaries({name: drawn[name] for name in names})
    )
    return st.builds(lambda preset, change: {**preset.values, **change}, st.sampled_from(solver.presets), changed)


@every
def test_every_sentence_can_be_reached_and_ends_as_one(solver):
    missing = set(statements(solver))

    def visit(text):
        told = ask(solver, text)
        if told is not None:
            missing.difference_update([lines for lines in missing if told.lines.intersection(lines)])
            for sentence in told.said:
                assert sentence == sentence.strip() and sentence.endswith((".", "!", "?")), sentence
                values = all_values(solver, told)
                told_as = [fill_slots(sentence, each) for each in (values, counting(values, 1), counting(values, 0))]
                assert not [words for each in told_as for words in clumsy(each)], sentence
                assert "∞" not in told_as[0], told_as[0]

    for text in examples_of(solver):
        visit(text)

    @settings(max_examples=400 if missing else 25, suppress_health_check=list(HealthCheck))
    @given(text=questions(solver))
    def explore(text):
        visit(text)

    explore()
    assert not [f"lines {lines.start} to {lines.stop - 1}" for lines in missing]


@every
def test_every_number_of_a_sentence_is_what_the_wall_computed(solver):
    """The text between the fixed parts of a sentence equals the values of its slots, computed again here."""
    for preset in solver.presets:
        result, told = answer(solver, preset.values), ask(solver, preset.values)
        values = {**result.values, **found_values(solver, told.outputs)}
        expected = [with_values(template, values) for template in told.said]
        assert [fill_slots(each, result.values) for each in (result.verdict, *result.notes)] == expected


def with_values(template, values):
    fixed, slots = SLOT.split(template)[::2], SLOT.findall(template)
    shown = [
        format_value(values[slot]).removesuffix(
            "×" if words.startswith((" times", "×")) or before.endswith("×") else "\n"
        )
        for slot, before, words in zip(slots, fixed, fixed[1:], strict=False)
    ]
    counts = [values[slot].unit == "1" and values[slot].display_unit in ("", "1", "times") for slot in slots]
    told = [
        agree(value, words) if count and not before.endswith("× ") else value + words
        for value, words, count, before in zip(shown, fixed[1:], counts, fixed, strict=False)
    ]
    return fixed[0] + "".join(told)
