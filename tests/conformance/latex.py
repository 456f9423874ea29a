"""Evaluates the LaTeX of a wall's working, to compare the displayed equation with the computed output."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping

from solvers.quantities import to_si

_SLOT = re.compile(r"@([a-z_][a-z_0-9]*(?:\.[a-z_][a-z_0-9]*)?)")
_FUNCTIONS: dict[str, Callable[..., float]] = {
    "max": max,
    "min": min,
    "sqrt": math.sqrt,
    "ln": math.log,
    "log_2": math.log2,
    "exp": math.exp,
    "ceil": math.ceil,
    "floor": math.floor,
}
_TOKEN = re.compile(
    r"\s*(?:\\text\{(?P<quantity>\d[^}]*)\}"
    r"|(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?P<command>\\(?:log_2|log_\{2\}|[A-Za-z]+|[,;! ]))"
    r"|@(?P<slot>[a-z_][a-z_0-9]*(?:\.[a-z_][a-z_0-9]*)?)"
    r"|(?P<letter>e(?=\^))|(?P<sign>[-+*/^(){},=\[\]]))"
)


def right_side(latex: str, values: Mapping[str, float]) -> float:
    """Return the value of the right side of the equation. Raise ValueError on LaTeX outside the supported subset."""
    parser = _Parser(latex.partition("=")[2], values)
    value = parser.sum()
    if parser.at < len(parser.tokens):
        raise ValueError(f"unread rest of {latex!r}: {parser.tokens[parser.at :]}")
    return value


def _seconds(text: str) -> tuple[str, str]:
    """Return the token of a quantity written as text, `24 h`; `30 \\%` is a number."""
    unit = "1" if text.endswith("%") else "s"
    return "number", repr(to_si("", text.replace("\\", ""), unit))


class _Parser:
    def __init__(self, latex: str, values: Mapping[str, float]) -> None:
        self.values, self.at = values, 0
        text = latex.replace(r"\,\text{tokens}", "").replace(r"\left", "").replace(r"\right", "").strip()
        self.tokens: list[tuple[str, str]] = []
        place = 0
        while place < len(text):
            match = _TOKEN.match(text, place)
            if not match:
                raise ValueError(f"can't read {text[place:]!r}")
            kind = str(match.lastgroup)
            if not (kind == "command" and match[kind] in (r"\,", r"\;", r"\!", r"\ ")):
                self.tokens.append(_seconds(match[kind]) if kind == "quantity" else (kind, match[kind]))
            place = match.end()

    def peek(self) -> str:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else ""

    def take(self, expected: str = "") -> tuple[str, str]:
        token = self.tokens[self.at]
        if expected and token[1] != expected:
            raise ValueError(f"expected {expected}, found {token[1]}")
        self.at += 1
        return token

    def sum(self) -> float:
        value = self.product()
        while self.peek() in ("+", "-"):
            sign = self.take()[1]
            value = value + self.product() if sign == "+" else value - self.product()
        return value

    def product(self) -> float:
        value = self.power()
        while self.at < len(self.tokens) and self.peek() not in (
            "+",
            "-",
            ")",
            "}",
            ",",
            "]",
            r"\rceil",
            r"\rfloor",
            "=",
        ):
            sign = self.peek()
            if sign in (r"\cdot", r"\times", "*"):
                self.take()
                value *= self.power()
            elif sign == "/":
                self.take()
                value /= self.power()
            else:  # juxtaposition is multiplication
                value *= self.power()
        return value

    def power(self) -> float:
        base = self.atom()
        if self.peek() == "^":
            self.take()
            return float(base ** self.group())
        return base

    def group(self) -> float:
        if self.peek() == "{":
            return self.between("{", "}")
        return self.atom()

    def between(self, start: str, end: str) -> float:
        self.take(start)
        value = self.sum()
        self.take(end)
        return value

    def atom(self) -> float:
        if self.peek() == "-":
            self.take()
            return -self.power()
        if self.peek() in ("(", "{", "["):
            return self.between(self.peek(), {"(": ")", "{": "}", "[": "]"}[self.peek()])
        kind, text = self.take()
        if kind == "number":
            return float(text)
        if kind == "slot":
            return self.values[text]
        if kind == "letter":
            return math.e
        return self.command(text)

    def command(self, text: str) -> float:
        if text in (r"\frac", r"\dfrac", r"\tfrac"):
            over = self.between("{", "}")
            return over / self.between("{", "}")
        if text in (r"\lceil", r"\lfloor"):
            value = self.sum()
            self.take(text.replace("\\l", "\\r"))
            return float(math.ceil(value) if "ceil" in text else math.floor(value))
        if text == r"\sqrt":
            return math.sqrt(self.between("{", "}"))
        name = text.strip("\\").replace("{2}", "2")
        if name == "pi":
            return math.pi
        if name not in _FUNCTIONS:
            raise ValueError(f"no {text} in the subset")
        self.take("(")
        arguments = [self.sum()]
        while self.peek() == ",":
            self.take()
            arguments.append(self.sum())
        self.take(")")
        return float(_FUNCTIONS[name](*arguments))
