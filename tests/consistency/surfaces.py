"""Every surface that answers a question about one wall, each as a function of the same text.

A surface returns the outputs by name as plain values in SI, or the names of the fields it refuses.
"""

import json
from io import StringIO
from urllib.parse import urlencode

import numpy as np
from django.core.management import CommandError, call_command
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from mlsysweb.answer import answer
from mlsysweb.explore.ask.lookup import all_of, look_up
from mlsysweb.explore.ask.question import DesignSpaceQuestion, declared_search
from solvers.errors import InputErrors
from solvers.fields import Label, Output, Pick
from solvers.pipeline import pipeline


class Refused(frozenset):
    """The fields a surface refuses."""


def _plain(value):
    return None if isinstance(value, float) and not np.isfinite(value) else value


def page(solver, text):
    """The page of the wall, which saved scenarios are made of."""
    try:
        result = answer(solver, text)
    except InputErrors as bad:
        return Refused(error.field for error in bad.errors)
    return {name: _plain(result.values[name].value) for name in solver.outputs}


def api(solver, text):
    """The JSON API."""
    found = Client().get(f"{reverse('api:solve', args=[solver.name])}?{urlencode(text)}").json()
    if "errors" in found:
        return Refused(error["field"] for error in found["errors"])
    return {name: value["value"] for name, value in found["outputs"].items()}


def command(solver, text):
    """The command line."""
    out = StringIO()
    try:
        call_command("solve", solver.name, *(f"{name}={value}" for name, value in text.items()), "--json", stdout=out)
    except CommandError:
        return Refused(error["field"] for error in json.loads(out.getvalue())["errors"])
    return {name: value["value"] for name, value in json.loads(out.getvalue())["outputs"].items()}


def call(solver, text):
    """A call in Python, with the shipped rows."""
    try:
        found = solver(**text)
    except InputErrors as bad:
        return Refused(error.field for error in bad.errors)
    return {name: _of_outputs(io, getattr(found, name)) for name, io in solver.outputs.items()}


def chain(solver, text):
    """A pipeline of one stage in Python."""
    try:
        result = pipeline(solver).run(text).results[solver.name]
    except InputErrors as bad:
        return Refused(error.field.removeprefix(f"{solver.name}.") for error in bad.errors)
    return {name: _plain(result.values[name].value) for name in solver.outputs}


def design_space(solver, text):
    """Return the design space's outputs, each pick an axis of its own with another row beside it. A search does not
    refuse rows, so questions that the page refuses are not for it."""
    pairs = [("walls", solver.name)]
    for name, value in text.items():
        io = solver.inputs.get(name)
        other = OTHERS.get(io.kind.__name__) if isinstance(io, Pick) else None
        pairs += [("axis", name), ("values", f"{value}, {other}" if other and other != value else value)]
    return next(_configurations(solver, pairs))


def along(solver, pick, slugs):
    """The design space along one pick: the outputs for each of the rows by slug."""
    found = _configurations(solver, [("walls", solver.name), ("axis", pick), ("values", ", ".join(slugs))])
    return dict(zip(slugs, found, strict=True))


def _configurations(solver, pairs):
    first = next(name for name, io in solver.outputs.items() if isinstance(io, Output))
    question = DesignSpaceQuestion.of(QueryDict(urlencode([*pairs, ("goal", f"minimize: {solver.name}.{first}")])))
    search = declared_search(question, look_up, all_of).search
    box = search.space.box(0, search.space.size)
    answers = search.pipeline.evaluate({**search.given, **search.pipeline.assigned(search.space.columns(box))})
    outputs = {name: box.line(getattr(answers[solver.name].outputs, name)) for name in solver.outputs}
    for k in range(box.size):
        yield {name: _of_outputs(io, outputs[name][k]) for name, io in solver.outputs.items()}


# A second row along the axis of a pick, whose figures must not be used for the first.
OTHERS = {"Accelerator": "h100-sxm5-80gb", "Model": "llama-3-8b", "Grid": "us-average"}


def _of_outputs(io, value):
    if isinstance(io, Label):
        return io.kind(int(value)).name.lower()
    return _plain(float(value)) if isinstance(io, Output) else bool(value)
