"""The working of a result: equations as MathML, in symbols and with numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from html import escape
from typing import Any, NamedTuple

from latex2mathml.converter import convert

from solvers.formatting import LATEX_SLOT, format_figure, format_value, latex_in_symbols
from solvers.result import Result, Value, Working

from .page import FigureOrigin, WorkingStep
from .provenance import UsedFigures

_HOLE = "⟦{}⟧"
_ROW = re.compile(r"⟦([a-z_0-9.]+)⟧")


def steps(result: Result, used: UsedFigures) -> tuple[WorkingStep, ...]:
    """Return the working of a result, in the order its wall declares, each equation with the figures of catalog rows
    that it reads."""
    first = {line.output: line for line in reversed(result.working)}
    return tuple(
        _step(line, result.values, step_anchor(line.output) if line is first[line.output] else "", used.of_step(line))
        for line in result.working
    )


def step_anchor(output: str) -> str:
    """Return the id of the equation of an output on the page."""
    return f"equation-{output}"


def in_symbols(latex: str, declared: Mapping[str, Any]) -> str:
    """Return an equation as MathML, with the declared symbols and labels of its slots. Needs no result."""
    return mathml(latex_in_symbols(latex, declared))


def _step(line: Working, values: Mapping[str, Value], anchor: str, figures: tuple[FigureOrigin, ...]) -> WorkingStep:
    value = values[line.output]
    return WorkingStep(
        label=value.label,
        symbols=_in_symbols(line.latex, tuple((name, _Declared.of(values[name])) for name in _slots(line.latex))),
        numbers=_in_numbers(line.latex, values),
        value=format_value(value),
        anchor=anchor,
        figures=figures,
    )


class _Declared(NamedTuple):
    """The symbol of a value, and the label that an equation has in its place."""

    symbol: str
    label: str

    @classmethod
    def of(cls, value: Value) -> _Declared:
        return cls(value.symbol, value.label)


@lru_cache(1024)
def _slots(latex: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(LATEX_SLOT.findall(latex)))


@lru_cache(1024)
def _in_symbols(latex: str, declared: tuple[tuple[str, _Declared], ...]) -> str:
    """Return an equation as MathML, with the symbols and labels that a result has for its slots."""
    return in_symbols(latex, dict(declared))


def _in_numbers(latex: str, values: Mapping[str, Value]) -> str:
    """Return the right side as MathML with the value of each slot."""
    first, *rest = _right_side(latex)
    slots = zip(rest[::2], rest[1::2], strict=True)
    return first + "".join(f"{escape(format_figure(values[name]))}{after}" for name, after in slots)


@lru_cache(1024)
def _right_side(latex: str) -> tuple[str, ...]:
    """Return the right side as MathML, in pieces: text, name of a slot, text, and so on. It does not depend on the
    numbers, so it is cached."""
    right = LATEX_SLOT.sub(lambda slot: rf"\text{{{_HOLE.format(slot[1])}}}", latex.partition("=")[2].strip())
    return tuple(_ROW.split(mathml(right)))


@lru_cache(1024)
def mathml(latex: str) -> str:
    """Return an equation as MathML. The text of the equation is not escaped: it must be trusted."""
    return convert(latex, display="block")
