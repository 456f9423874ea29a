"""Draws the guided form of a design space from the typed text. Does not validate."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from catalog.resolve import choices
from mlsysweb.explore.ask.axes import AXIS
from mlsysweb.explore.ask.guided import DOUBLING, LINEAR, LIST, LOG
from mlsysweb.explore.ask.question import GOAL, DesignSpaceQuestion
from mlsysweb.explore.find.columns import declaration_of, names_of
from mlsysweb.explore.show.guided import (
    GoalTextRow,
    GuidedForm,
    LimitRow,
    ObjectiveRow,
    RangeFields,
    VariableRow,
)
from mlsysweb.show.forms.draw import unit_beside
from mlsysweb.show.forms.page import Option, OptionGroup, ShownUnit
from solvers.errors import InputError
from solvers.field_text import is_counted, to_field_text
from solvers.fields import Choice, Input, Output, Pick
from solvers.formatting import labelled
from solvers.pipeline.chain import Pipeline
from solvers.quantities import to_si, unit_label
from solvers.registry import solvers
from solvers.search.axes import typed_range
from solvers.search.goals import metrics
from solvers.search.metrics import Metric
from solvers.spelling import split_quantity
from solvers.taxonomy import DOMAINS

_OBJECTIVE = re.compile(r"\s*(minimi[sz]e|maximi[sz]e)\s*:\s*([\w.]+)\s*", re.I)
_LIMIT = re.compile(r"\s*([\w.]+)\s*(<=|>=|==|<|>|≤|≥|=)\s*(.*?)\s*")
_SIGNS = {"≤": "<=", "≥": ">=", "=": "=="}
_WHOLE = "What is used"


def guided_form(
    question: DesignSpaceQuestion, steps: Pipeline | None, errors: Mapping[str, str], told: Mapping[str, str]
) -> GuidedForm:
    """Return the guided form of a question. `errors` and `told`, the number of values, are by field and by name."""
    known = metrics(steps) if steps else {}
    goals = [_goal(k, text, known, errors.get(f"{GOAL}-{k}", "")) for k, text in enumerate(question.goals)]
    return GuidedForm(
        walls=tuple(Option(name, _title(name), True) for name in question.walls),
        more_walls=tuple(_more_walls(question.walls)),
        drawn_for=",".join(question.walls),
        variables=tuple(
            _variable(k, name, text, steps, errors.get(f"{AXIS}-{k}", ""), told.get(name, ""))
            for k, (name, text) in enumerate(question.axes)
        ),
        objectives=tuple(each for each in goals if isinstance(each, ObjectiveRow)),
        limits=tuple(each for each in goals if isinstance(each, LimitRow)),
        texts=tuple(each for each in goals if isinstance(each, GoalTextRow)),
        inputs=tuple(_inputs(steps, {name for name, _ in question.axes})) if steps else (),
        outputs=tuple(_outputs(steps, known)) if steps else (),
    )


def _title(wall: str) -> str:
    return solvers()[wall].title if wall in solvers() else wall


def _more_walls(taken: tuple[str, ...]) -> Iterator[OptionGroup]:
    for domain, heading in DOMAINS.items():
        options = tuple(
            Option(name, s.title, False) for name, s in solvers().items() if s.domain == domain and name not in taken
        )
        if options:
            yield OptionGroup(heading, options)


def _variable(k: int, name: str, text: str, steps: Pipeline | None, error: str, told: str) -> VariableRow:
    declared = declaration_of(steps, name) if steps else None
    label = _label(steps, name, declared)
    if isinstance(declared, Input):
        return VariableRow(k, name, label, error, told, range=_range(declared, text))
    if isinstance(declared, Choice):
        typed = [word.strip().lower() for word in text.split(",")]
        shown = names_of(declared, choices)
        if set(typed) <= {*shown, ""}:
            options = tuple(Option(each, words, each in typed) for each, words in shown.items())
            return VariableRow(k, name, label, error, told, options=options)
    if isinstance(declared, Pick):
        return _pick(VariableRow(k, name, label, error, told), declared, text)
    return VariableRow(k, name, label, error, told, text=text)


def _label(steps: Pipeline | None, name: str, declared: Any) -> str:
    """Return the label of an input; that of a figure of a pick, and of one wall's own input, says whose it is."""
    if declared is None or steps is None:
        return name.replace("_", " ").capitalize()
    owner, _, _ = name.rpartition(".")
    if not owner:
        return str(declared.label)
    whose = declaration_of(steps, owner)
    title = whose.label if whose else _title(owner)
    label = str(declared.label)
    return f"{title}: {label if label[:2].isupper() else label[:1].lower() + label[1:]}"


def _range(declared: Input, text: str) -> RangeFields:
    unit, typed = unit_beside(declared.display_unit, declared.unit), typed_range(text)
    if typed is None:
        low, high = (_shown(declared, f"{end!r}") for end in declared.slider)
        words = (word.strip() for word in text.split(","))
        listed = ", ".join(_shown(declared, word).replace(",", "") for word in words if word)
        return RangeFields(LIST, low, high, "", listed, unit)
    how = DOUBLING if typed.doubling else LOG if typed.log else LINEAR
    low, high = _shown(declared, typed.low), _shown(declared, typed.high)
    return RangeFields(how, low, high, typed.count, ", ".join(end.replace(",", "") for end in (low, high)), unit)


def _shown(declared: Input | Output, typed: str) -> str:
    """Return typed text as a field shows it beside its unit; text that is no number stays as it was typed."""
    try:
        return to_field_text(to_si("", typed, declared.unit), declared.unit, declared.display_unit)
    except InputError:
        return typed


def _pick(row: VariableRow, declared: Pick, text: str) -> VariableRow:
    """Return the row of a pick: a box for each name typed, and a list of the others; `all cloud` is one of them."""
    known = names_of(declared, choices)
    typed = [word.strip() for word in text.split(",") if word.strip()]
    by_heading: dict[str, list[Option]] = {}
    for slug, words, heading in choices(declared.kind):
        if slug not in typed:
            by_heading.setdefault(heading, []).append(Option(slug, words, False))
    every = tuple(
        Option(f"all {heading}".strip(), f"All {heading}", False)
        for heading, options in by_heading.items()
        if len(options) > 1 and heading and f"all {heading}" not in typed
    )
    groups = (OptionGroup("Several at once", every), *(OptionGroup(h, tuple(o)) for h, o in by_heading.items()))
    chosen = tuple(Option(slug, known.get(slug.lower(), slug), True) for slug in typed)
    return VariableRow(row.number, row.name, row.label, row.error, row.told, options=chosen, more=groups)


def _goal(k: int, text: str, known: Mapping[str, Metric], error: str) -> ObjectiveRow | LimitRow | GoalTextRow:
    if (match := _OBJECTIVE.fullmatch(text)) and (metric := _number(known, match[2])):
        way = "minimize" if match[1].lower().startswith("min") else "maximize"
        return ObjectiveRow(k, match[2], _output_label(known, metric), way, error)
    if (match := _LIMIT.fullmatch(text)) and (metric := _number(known, match[1])):
        value, unit = _limit(metric, match[3])
        error = error if value else "needs a value."
        sign = _SIGNS.get(match[2], match[2])
        return LimitRow(k, match[1], _output_label(known, metric), sign, value, unit, error)
    return GoalTextRow(k, text, error)


def _number(known: Mapping[str, Metric], name: str) -> Metric | None:
    metric = known.get(name)
    return metric if metric and isinstance(metric.declared, Input | Output) else None


def _output_label(known: Mapping[str, Metric], metric: Metric) -> str:
    """Return the label of a metric, with its wall where another wall has one of the same name."""
    own = known.get(metric.name)
    label = str(metric.declared.label)
    return label if own and own.stage == metric.stage else f"{_title(metric.stage)}: {label}"


def _limit(metric: Metric, value: str) -> tuple[str, ShownUnit | None]:
    """Return the number of a limit and the unit beside it: the one typed, else the one that the output is shown in."""
    io = metric.declared
    assert isinstance(io, Input | Output)  # see `_number`
    split = split_quantity(value, bytes_wanted="byte" in io.unit)
    # A bare limit of a latency is in milliseconds, as goals read it.
    usual = "ms" if io.unit == "s" and metric.name.endswith("latency") else io.display_unit
    if is_counted(io.unit) or split is None:
        return _shown(io, value) if value else "", unit_beside(usual, io.unit)
    number, typed = split
    try:
        to_si("", value, io.unit)
    except InputError:  # a unit of something else: the row's error says so
        return value, None
    return f"{number:.12g}", unit_beside(typed or usual, io.unit)


def _inputs(steps: Pipeline, taken: set[str]) -> Iterator[OptionGroup]:
    """Yield what can vary: the catalog's rows first, then the numbers and choices of each wall. Each once, and none
    that another wall computes."""
    free = [
        (stage, name, io)
        for stage in steps.stages
        for name, io in stage.inputs.items()
        if (stage.name, name) not in steps.wires
    ]
    groups: dict[str, dict[str, Option]] = {_WHOLE: {}}
    seen = set(taken)
    for stage, name, io in sorted(free, key=lambda each: each[2].advanced):
        if name not in seen:
            seen.add(name)
            heading = _WHOLE if isinstance(io, Pick) else stage.title
            groups.setdefault(heading, {})[name] = Option(name, _with_unit(io), False)
    titles = [_WHOLE, *(stage.title for stage in steps.stages)]
    for heading in titles:
        if groups.get(heading):
            yield OptionGroup(heading, tuple(groups[heading].values()))


def _outputs(steps: Pipeline, known: Mapping[str, Metric]) -> Iterator[OptionGroup]:
    """Yield the numbers that can be optimized or limited: of each wall those that head its page, then the others."""
    for stage in steps.stages:
        numbers = {name: io for name, io in stage.outputs.items() if isinstance(io, Output)}
        heads = [name for name in stage.headline if name in numbers]
        for heading, names in ((stage.title, heads), (f"{stage.title}: more", [n for n in numbers if n not in heads])):
            options = (Option(_shortest(known, stage.name, n), _with_unit(numbers[n]), False) for n in names)
            if names:
                yield OptionGroup(heading, tuple(options))


def _shortest(known: Mapping[str, Metric], stage: str, name: str) -> str:
    return name if name in known and known[name].stage == stage else f"{stage}.{name}"


def _with_unit(io: Any) -> str:
    label = unit_label(io.display_unit) if isinstance(io, Input | Output) else ""
    return labelled(io.label, label)
