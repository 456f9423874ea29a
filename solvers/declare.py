"""The declaration of a wall: its inputs, outputs, equations and charts.

A wall's `Inputs` and `Outputs` are frozen dataclasses whose fields are made by the functions here.
Form, help, API, command line, working and chart axes all use these declarations.
Everything inside `solvers` is SI; a unit is declared once, beside the field it belongs to.
"""

from __future__ import annotations

import dataclasses
import math
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import IntEnum
from functools import cached_property
from importlib import import_module
from typing import Any, Generic, TypeVar, get_type_hints

import numpy as np
from numpy.typing import NDArray

from . import rows, spec_parts
from .errors import InputError, InputErrors
from .fields import Choice, Flag, Input, InputField, Label, Output, OutputField, Pick
from .self_description import OfInstance, notebook, speak_in_words
from .verdict import Verdict

Array = NDArray[np.float64] | float
Codes = NDArray[np.int_] | int
Truth = NDArray[np.bool_] | bool

NAN = math.nan


def number(
    unit: str,
    label: str,
    default: float = NAN,
    *,
    low: float = 0.0,
    high: float = math.inf,
    exclusive_min: bool = False,
    slider: tuple[float, float] | None = None,
    log: bool = False,
    integer: bool = False,
    powers_of_two: bool = False,
    display_unit: str = "",
    help: str = "",
    symbol: str = "",
    advanced: bool = False,
    default_from: str | tuple[str, ...] = (),
    strict: bool = False,
    may_be_unknown: bool = False,
    shared: tuple[str, ...] = (),
    zero_means: str = "",
    of_pick: str = "",
    replaced_by: str = "",
) -> Any:
    """A numeric input in SI `unit`. `exclusive_min` excludes `low` itself; `display_unit` is the unit a slider
    writes. The other arguments are those of `fields.Input`."""
    io = Input(
        unit=unit,
        label=label,
        default=default,
        low=low,
        high=high,
        slider=slider or (low, high),
        exclusive_min=exclusive_min,
        log=log,
        integer=integer,
        powers_of_two=powers_of_two,
        display_unit=display_unit or unit,
        help=help,
        symbol=symbol,
        advanced=advanced,
        default_from=(default_from,) if isinstance(default_from, str) else default_from,
        strict=strict,
        may_be_unknown=may_be_unknown,
        shared=shared,
        zero_means=zero_means,
        of_pick=of_pick,
        replaced_by=replaced_by,
    )
    return field(default=default, metadata={"io": io})


def choice(
    kind: type[IntEnum],
    label: str,
    default: int,
    *,
    help: str = "",
    labels: Mapping[str, str] | None = None,
    advanced: bool = False,
    meant: int = 0,
    meant_by: tuple[str, ...] = (),
) -> Any:
    """One member of `kind`; `labels` gives a member the words a form shows for it. Where the default is left, a
    question with one of the inputs `meant_by` away from its own default means the member `meant`."""
    io = Choice(
        kind=kind,
        label=label,
        default=default,
        help=help,
        labels=labels or {},
        advanced=advanced,
        meant=meant,
        meant_by=meant_by,
    )
    return field(default=default, metadata={"io": io})


def spec(
    kind: type[Any],
    label: str,
    default: str = "",
    *,
    help: str = "",
    optional: bool = False,
    advanced: bool = False,
    default_from: str = "",
) -> Any:
    """A spec of the catalog, by default the row with the slug `default`; None where optional and not picked.
    `default_from` is a part of another pick: `fleet.node`."""
    io = Pick(
        kind=kind,
        label=label,
        default=default,
        help=help,
        optional=optional,
        advanced=advanced,
        default_from=default_from,
    )
    return field(default=None, metadata={"io": io}) if optional else field(metadata={"io": io})


def output(
    unit: str,
    label: str,
    *,
    display_unit: str = "",
    help: str = "",
    symbol: str = "",
    if_infinite: str = "",
    if_unknown: str = "",
) -> Any:
    """Return a numeric output in SI `unit`; `if_infinite` is the text for an infinite value, and for an unknown one
    unless `if_unknown` is given."""
    io = Output(
        unit=unit,
        label=label,
        display_unit=display_unit or unit,
        help=help,
        symbol=symbol,
        if_infinite=if_infinite,
        if_unknown=if_unknown,
    )
    return field(metadata={"io": io})


def label(kind: type[IntEnum], label: str, *, help: str = "") -> Any:
    """Return an output that is a member of `kind`."""
    return field(metadata={"io": Label(kind=kind, label=label, help=help)})


def flag(label: str, *, help: str = "") -> Any:
    """Return an output that is true or false."""
    return field(metadata={"io": Flag(label=label, help=help)})


def declared_fields(record: type[Any]) -> dict[str, Any]:
    """Return the declarations of a record's fields by name."""
    return {f.name: f.metadata["io"] for f in dataclasses.fields(record) if "io" in f.metadata}


@dataclass(frozen=True)
class Equation:
    """LaTeX for one output. `@name` is a slot: an input, an output, or a spec's field (`@accelerator.tdp`)."""

    output: str
    latex: str
    where: Callable[[Any, Any], bool] = lambda i, o: True


@dataclass(frozen=True)
class Source:
    """Where a formula comes from. `link` is a DOI (`10.…`) or an arXiv id (`arXiv:…`)."""

    authors: str
    title: str
    link: str

    @property
    def url(self) -> str:
        """Return the URL of the source."""
        if self.link.startswith("https:"):
            return self.link
        if self.link.startswith("arXiv:"):
            return f"https://arxiv.org/abs/{self.link.removeprefix('arXiv:')}"
        return f"https://doi.org/{self.link}"


@dataclass(frozen=True)
class Preset:
    """An example question, as a user would type it."""

    name: str
    values: Mapping[str, str]
    part: str = ""


@dataclass(frozen=True)
class Fallacy:
    """A common claim and two questions that refute it, as a user would type them (`accelerator.peak` may be scaled:
    `x2`). `refuted` compares `output` of both; `truth` may contain {before}, {after} and {ratio}."""

    claim: str
    truth: str
    output: str
    before: Mapping[str, str]
    after: Mapping[str, str]
    refuted: Callable[[float, float], bool]


@dataclass(frozen=True)
class Chart:
    """A chart of a wall's answer. `kind` names the file in `charts/` that draws it; `x` are the inputs it runs
    along. `only_for` names an input and its value, a choice's member or a number, that the chart is drawn for, and
    `not_for` one that it is not drawn for: where its input is not used it would be flat."""

    kind: str
    title: str
    x: tuple[str, ...]
    y: tuple[str, ...]
    x_marks: tuple[str, ...] = ()
    logy: bool = True
    only_for: tuple[str, int] | None = None
    not_for: tuple[str, int] | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the outputs this chart reads along its lines."""
        return self.y


def curve(
    x: str,
    y: tuple[str, ...],
    title: str,
    *,
    x_marks: tuple[str, ...] = (),
    logy: bool = True,
    only_for: tuple[str, int] | None = None,
    not_for: tuple[str, int] | None = None,
) -> Chart:
    """Return a chart of outputs `y` along input `x`; `x_marks` are outputs that are values of x to mark. `only_for` and
    `not_for` are those of `Chart`."""
    return Chart("curve", title, (x,), y, x_marks, logy, only_for, not_for)


I = TypeVar("I")  # noqa: E741
O = TypeVar("O")  # noqa: E741


def _nothing(*_: Any) -> Iterator[Any]:
    return iter(())


def _full_check(inputs: Mapping[str, InputField], check: Callable[[I], Iterable[InputError]]) -> Any:
    """Return the check of a wall together with that of figures which must come from a pick."""
    if not any(isinstance(io, Input) and io.strict for io in inputs.values()):
        return check

    def both(i: I) -> Iterator[InputError]:
        yield from spec_parts.unknown_figures(inputs, i)
        yield from check(i)

    return both


@dataclass(frozen=True, kw_only=True, eq=False)
class Question(Generic[I]):
    """The inputs of a computation, the check of their combination, and presets. A `Solver` is a question with the
    function that answers it; a page over many walls declares a question of its own.

    `overlay` names the input of which several picks can be drawn together, and `overlay_help` says what becomes of
    them; `figures` are the charts of the answer.
    """

    # Django templates call any callable they meet; they must not run a solver.
    do_not_call_in_templates = True

    name: str
    title: str
    inputs: dict[str, InputField]
    inputs_type: type[I]
    check: Callable[[I], Iterable[InputError]] = _nothing
    presets: tuple[Preset, ...] = ()
    overlay: str = ""
    overlay_help: str = "Also drawn in every chart."
    figures: tuple[Chart, ...] = ()


def question(
    *,
    name: str,
    title: str,
    inputs: type[I],
    check: Callable[[I], Iterable[InputError]] = _nothing,
    presets: tuple[Preset, ...] = (),
) -> Question[I]:
    """The question of a page over many walls, from a frozen dataclass of declared inputs."""
    declared = declared_fields(inputs)
    return Question(
        name=name,
        title=title,
        inputs=declared,
        inputs_type=inputs,
        check=_full_check(declared, check),
        presets=presets,
    )


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Solver(Question[I], Generic[I, O]):
    """A wall: its declaration and the one function that computes it. Made by `@solver`, never by hand.

    Calling it returns its outputs, `solve` the complete answer with verdict and working; `help(roofline)` lists its
    inputs, their units and ranges.
    """

    __doc__ = OfInstance(__doc__, lambda solver: notebook("documentation").docstring(solver))
    __signature__ = OfInstance(None, lambda solver: notebook("documentation").signature(solver))

    walls: tuple[int, ...]
    question: str
    about: str
    version: str
    outputs: dict[str, OutputField]
    function: Callable[[I], O]
    verdict: Callable[[I, O], Verdict]
    notes: Callable[[I, O], Iterable[str]]
    headline: tuple[str, ...]
    equations: tuple[Equation, ...]
    sources: tuple[Source, ...]
    assumptions: tuple[str, ...]
    excludes: tuple[str, ...]
    fallacies: tuple[Fallacy, ...]
    factor: str
    domain: str

    @cached_property
    def without_charts(self) -> Solver[I, O]:
        """Return the same solver without charts, which computes the point alone; always the same object, since what
        depends on a solver's declaration is cached by it."""
        return dataclasses.replace(self, figures=())

    def __call__(self, **values: Any) -> O:
        """Return the outputs, in SI, for values by the name of their input. Other inputs take their default.

        A number is in the input's SI unit (see `help` of the solver), or text with a unit: `"3.35 TB/s"`. A choice is
        given by name, a spec as a record of `solvers.specs` or as the slug of a shipped row: `"h100-sxm5-80gb"`; a
        figure of a spec is changed by its dotted name, `**{"accelerator.tdp": "x2"}`. Lists and arrays are columns and
        broadcast.

        Scalars are returned as float, bool, or a member that prints as its name; columns as arrays, where
        `answer.labels("bottleneck")` returns names for codes. Raise InputErrors, with a sentence for each invalid
        value.
        """
        outputs: O = notebook("call").answer(self, values)
        return outputs

    def solve(self, **values: Any) -> Any:
        """Return the complete answer to one question: a `solvers.notebook.solution.Solution` with verdict, notes,
        working and values. Takes the arguments of a call, one value for each input. Raise InputErrors."""
        return notebook("solution").solve(self, values)

    def __repr__(self) -> str:
        return f'<wall {self.name}: "{self.question}" {len(self.inputs)} inputs, {len(self.outputs)} outputs>'

    def _repr_html_(self) -> str:
        return str(notebook("display").solver_html(self))

    def __reduce__(self) -> tuple[Callable[[str, str], Any], tuple[str, str]]:
        """Return how to pickle the solver by reference: another process imports it by name."""
        return _solver_of, (self.function.__module__, self.name)

    def accept(self, values: Mapping[str, Any]) -> I:
        """Return validated inputs from SI values by name. Raise InputErrors with every invalid one."""
        ready: dict[str, Any] = {}
        errors: list[InputError] = []
        for name, value in values.items():
            try:
                ready[name] = self._accept(name, value)
            except InputError as error:
                errors.append(error)
        missing = (n for n, io in self.inputs.items() if isinstance(io, Pick) and not io.optional and n not in values)
        errors += [InputError(name, f"is needed: {self.title} has no {name} to work on.") for name in missing]
        errors += rows.shape_errors(ready)
        if errors:
            raise InputErrors(errors)
        return self.inputs_type(**ready)

    def _accept(self, name: str, value: Any) -> Any:
        io = self.inputs.get(name)
        if io is None:
            raise unknown_name(name, self)
        if isinstance(io, Input):
            return io.column(name, value)
        if isinstance(io, Choice):
            return io.codes(name, value)
        if isinstance(io, Pick) and not (value is None and io.optional) and not isinstance(value, io.kind):
            raise InputError(name, f"needs a {io.kind.__name__}; {value!r} is not one.")
        return value


def _solver_of(module: str, name: str) -> Any:
    return getattr(import_module(module), name)


def unknown_name(name: str, question: Question[Any]) -> InputError:
    """Return the error for a name that is not an input of a question, with the closest name there is."""
    near = closest_name(name, question.inputs)
    hint = f" Did you mean {near}?" if near else f" It takes {', '.join(question.inputs)}."
    return InputError(name[:60], f"is not an input of {question.name}.{hint}")


def closest_name(name: str, names: Iterable[str]) -> str:
    """Return the name most similar to a mistyped one, or an empty string."""
    return next(iter(get_close_matches(name, list(names), 1)), "")


def solver(
    *,
    walls: tuple[int, ...],
    title: str,
    question: str,
    version: str,
    factor: str,
    verdict: Callable[[I, O], Verdict],
    headline: tuple[str, ...],
    overlay: str = "",
    sources: tuple[Source, ...],
    notes: Callable[[I, O], Iterable[str]] = _nothing,
    check: Callable[[I], Iterable[InputError]] = _nothing,
    figures: tuple[Chart, ...] = (),
    equations: tuple[Equation, ...] = (),
    assumptions: tuple[str, ...] = (),
    excludes: tuple[str, ...] = (),
    presets: tuple[Preset, ...] = (),
    fallacies: tuple[Fallacy, ...] = (),
) -> Callable[[Callable[[I], O]], Solver[I, O]]:
    """Return a decorator that makes a wall of one function `name(i: Inputs) -> Outputs`. Its name is that of the file,
    the URL and the command."""

    def wrap(function: Callable[[I], O]) -> Solver[I, O]:
        hints = get_type_hints(function)
        produced = hints.pop("return")
        (taken,) = hints.values()
        module = function.__module__
        about = (sys.modules[module].__doc__ or "").strip()
        made = Solver(
            name=function.__name__,
            walls=walls,
            title=title,
            question=question,
            about=about,
            version=version,
            inputs=declared_fields(taken),
            outputs=declared_fields(produced),
            inputs_type=taken,
            function=function,
            verdict=verdict,
            notes=notes,
            check=_full_check(declared_fields(taken), check),
            headline=headline,
            overlay=overlay,
            figures=figures,
            equations=equations,
            sources=sources,
            assumptions=assumptions,
            excludes=excludes,
            presets=presets,
            fallacies=fallacies,
            factor=factor,
            domain=module.split(".")[-2],
        )
        speak_in_words(produced, made)
        return made

    return wrap
