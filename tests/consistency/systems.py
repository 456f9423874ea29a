"""Random questions as text, the form in which every surface takes them."""

import math

from hypothesis import strategies as st

from solvers.fields import Choice, Input, Pick
from solvers.quantities import to_input_text
from solvers.shipped import names

SERVED = ("llama-3-8b", "llama-3-70b", "mixtral-8x7b", "deepseek-v3", "gemma-2-9b", "qwen3-30b-a3b")
CHIPS = ("h100-sxm5-80gb", "a100-sxm4-80gb", "mi300x", "b200-sxm-180gb", "l40s", "t4", "tpu-v5e", "gaudi3")
GRIDS = ("us-average", "quebec", "poland", "norway", "france")


def slugs(kind):
    """Slugs of shipped rows of a kind: a few that matter, and any other."""
    few = {"Accelerator": CHIPS, "Model": SERVED, "Grid": GRIDS}.get(kind.__name__, ())
    every = sorted(names(kind))
    return st.sampled_from([slug for slug in few if slug in every] or every) | st.sampled_from(every)


def number(io, log=True):
    """A number within the slider of an input, as a person types it, with its unit."""
    low, high = io.slider
    if io.integer:
        top = min(high, 1e15)
        values = st.integers(math.ceil(low), math.floor(top)).map(float)
        if log and low >= 1:
            values |= st.floats(math.log(low), math.log(top)).map(lambda x: float(round(math.exp(x))))
    elif io.log and low > 0:
        values = st.floats(math.log(low), math.log(high)).map(lambda x: min(max(math.exp(x), low), high))
    else:
        values = st.floats(low, high, exclude_min=io.exclusive_min and low == io.low, allow_subnormal=False)
    return values.map(lambda value: to_input_text(value, io.unit, io.display_unit, digits=17))


def questions(solver):
    """Return questions to a wall: a random row for every pick, a few of its other inputs set, the rest left to the
    figures of the rows or to their defaults."""
    picks = {n: _value(io) for n, io in solver.inputs.items() if isinstance(io, Pick) and not io.optional}
    others = {n: _value(io) for n, io in solver.inputs.items() if n not in picks}
    some = st.lists(st.sampled_from(list(others)), max_size=4, unique=True) if others else st.just([])
    return some.flatmap(lambda names: st.fixed_dictionaries(picks | {name: others[name] for name in names}))


def _value(io):
    if isinstance(io, Pick):
        return slugs(io.kind)
    if isinstance(io, Choice):
        return st.sampled_from([member.name.lower() for member in io.kind])
    assert isinstance(io, Input)
    return number(io)
