"""Equations as MathML: once in symbols, once with the numbers put in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from html import escape
from typing import Any

from latex2mathml.converter import convert

from solvers.formatting import format_value
from solvers.quantities import format_quantity
from solvers.result import Result, Value, Working

from .page import WorkingStep

SLOT = re.compile(r"@([a-z_][a-z_0-9]*(?:\.[a-z_][a-z_0-9]*)?)")
_HOLE = "⟦{}⟧"
_ROW = re.compile(r"⟦([a-z_0-9.]+)⟧")


def steps(result: Result) -> tuple[WorkingStep, ...]:
    """The working of a result, in the order its wall declares."""
    return tuple(_step(line, result.values) for line in result.working)


def in_symbols(latex: str, declared: Mapping[str, Any]) -> str:
    """An equation as MathML, in the symbols and labels its slots are declared with: nothing has to be solved."""
    return _mathml(_in_symbols(latex, declared))


def _step(line: Working, values: Mapping[str, Value]) -> WorkingStep:
    value = values[line.output]
    return WorkingStep(
        label=value.label,
        symbols=_mathml(_in_symbols(line.latex, values)),
        numbers=_ROW.sub(lambda hole: escape(_number(values[hole[1]])), _mathml(_right_side(line.latex))),
        value=format_value(value),
    )


def _in_symbols(latex: str, named: Mapping[str, Any]) -> str:
    return SLOT.sub(lambda slot: "{" + _symbol(named[slot[1]]) + "}", latex)


def _symbol(named: Any) -> str:
    return named.symbol or rf"\text{{{named.label}}}"


def _right_side(latex: str) -> str:
    """The right side with a hole for each slot: the same for any numbers, so its MathML is made once."""
    return SLOT.sub(lambda slot: rf"\text{{{_HOLE.format(slot[1])}}}", latex.partition("=")[2].strip())


def _number(value: Value) -> str:
    if isinstance(value.value, float):
        return format_quantity(value.value, value.unit, value.display_unit, digits=4)
    return str(value.value)


@lru_cache(1024)
def _mathml(latex: str) -> str:
    return convert(latex, display="block")
