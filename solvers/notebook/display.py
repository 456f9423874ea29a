"""How solvers, outputs and specs are displayed: one line at a Python prompt, an HTML table in a notebook."""

from __future__ import annotations

import math
from collections.abc import Iterator
from html import escape
from typing import Any

import numpy as np

from solvers.declare import Solver
from solvers.fields import Choice, Input, InputField, Label, OutputField, Pick
from solvers.formatting import format_value
from solvers.quantities import format_quantity, to_input_text
from solvers.solve import output_value
from solvers.specs import Precision, columns, is_table, parts

from .table import format_cell, html_table

_LONGEST = 8


def solver_html(solver: Solver[Any, Any]) -> str:
    """Return a solver's question, and a table of its inputs and outputs."""
    takes = [
        [name, _unit(io), default_text(io), io.label, getattr(io, "help", "")] for name, io in solver.inputs.items()
    ]
    gives = [[name, _unit(io), "", io.label, io.help] for name, io in solver.outputs.items()]
    head = "<tr><th>{}</th><th>Unit</th><th>Default</th><th></th><th></th></tr>"
    return (
        f"<p><b>{escape(solver.title)}</b>: {escape(solver.question)}</p>"
        + html_table(head.format("Input"), takes)
        + html_table(head.format("Output"), gives)
    )


def default_text(io: InputField) -> str:
    """Return the default of an input as text; an empty string where it has none."""
    if isinstance(io, Pick):
        return io.default or ("none" if io.optional else "")
    if isinstance(io, Choice):
        return io.kind(io.default).name.lower()
    if math.isnan(io.default):
        return ""
    text = to_input_text(io.default, io.unit, io.display_unit)
    return f"{text} ({io.zero_means})" if io.default == 0 and io.zero_means else text


def outputs_text(solver: Solver[Any, Any], outputs: Any) -> str:
    """Return `<roofline: latency 5.1 ms, … and 19 more>`: the headline with units, and every label."""
    labels = [name for name, io in solver.outputs.items() if isinstance(io, Label)]
    shown = list(dict.fromkeys([*solver.headline, *labels]))[:_LONGEST]
    told = ", ".join(f"{name} {_reading(solver.outputs[name], getattr(outputs, name))}" for name in shown)
    more = len(solver.outputs) - len(shown)
    return f"<{solver.name}: {told}{f', and {more} more' if more else ''}>"


def outputs_html(solver: Solver[Any, Any], outputs: Any) -> str:
    """Return a table of all outputs."""
    rows = [[name, _reading(io, getattr(outputs, name)), io.label, io.help] for name, io in solver.outputs.items()]
    return html_table(f"<tr><th>{escape(solver.title)}</th><th></th><th></th><th></th></tr>", rows)


def _reading(io: OutputField, value: Any) -> str:
    """Return a scalar with its unit; of a column its first values and its length."""
    if not np.ndim(value):
        return format_value(output_value(io, value))
    flat = np.asarray(value).ravel()
    first = [format_value(output_value(io, each)) for each in flat[:3].tolist()]
    return f"[{', '.join(first)}{', …' if flat.size > 3 else ''}] ({'×'.join(map(str, np.shape(value)))})"


def spec_text(spec: Any) -> str:
    """Return `Accelerator('NVIDIA H100 SXM5 80GB', peak fp16 989 TFLOP/s, …)`: the first few known figures."""
    known = list(_known(spec))
    more = f", and {len(known) - _LONGEST} more" if len(known) > _LONGEST else ""
    told = ", ".join([repr(spec.name), *(f"{name} {text}" for name, text in known[:_LONGEST])])
    return f"{type(spec).__name__}({told}{more})"


def spec_html(spec: Any) -> str:
    """Return a table of the known figures."""
    rows = [[name, text] for name, text in _known(spec)]
    return html_table(f"<tr><th>{type(spec).__name__}</th><th>{escape(spec.name)}</th></tr>", rows)


def _known(spec: Any) -> Iterator[tuple[str, str]]:
    kind = type(spec)
    for name, declared in columns(kind).items():
        value = np.asarray(getattr(spec, name), dtype=float)
        if np.isnan(value).all():
            continue
        if is_table(kind, name) and value.ndim == 1:
            rates = zip(Precision, value.tolist(), strict=True)
            known = [f"{p} {format_quantity(rate, declared.unit)}" for p, rate in rates if not math.isnan(rate)]
            yield name, ", ".join(known)
        elif value.ndim:
            yield name, f"a column of {'×'.join(map(str, value.shape))}"
        else:
            yield name, format_cell(declared, float(value))
    for name in parts(kind):
        if (inner := getattr(spec, name)) is not None and inner.name != name:
            yield name, repr(inner.name)


def _unit(io: Any) -> str:
    if isinstance(io, Input):
        return "" if io.unit == "1" else io.unit
    if isinstance(io, Choice):
        return " | ".join(io.names)
    return io.kind.__name__ if isinstance(io, Pick | Label) else getattr(io, "unit", "").removeprefix("1")
