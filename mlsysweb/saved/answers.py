"""Opens the result stored in a version: a wall's result, a page over many walls, or the HTML that earlier releases
stored for such pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.http import Http404

from mlsysweb.registry import styles_of
from mlsysweb.saved.legacy import legacy_html
from mlsysweb.saved.opened import OpenedAnswer, PageAnswer
from mlsysweb.saved.page_json import PageDataError, from_json, page_from_json
from mlsysweb.saved.scenarios.capture import PAGE_TYPES, PAGES
from mlsysweb.saved.scenarios.models import Version
from mlsysweb.show.forms.page import AskedInput
from mlsysweb.show.results.present import card
from solvers.formatting import fill_slots, format_value
from solvers.registry import solvers
from solvers.result import Result

# An input is listed as it was asked: 62.5 %, not 62 %.
_INPUT_DIGITS = 6


def open_answer(solver: str, question: Mapping[str, Any], kept: Mapping[str, Any]) -> OpenedAnswer:
    """Return a version's `result`, opened. Raise PageDataError for an invalid page, KeyError for an invalid result of a
    wall."""
    if "page" in kept:
        return _opened_page(kept)
    if "shown" in kept:
        return OpenedAnswer(tuple(_typed(question)), "", {}, (), html=legacy_html(kept), styles=styles_of(solver))
    return open_result(Result.from_json(kept))


def open_result(result: Result) -> OpenedAnswer:
    """Return a wall's result, opened."""
    names = dict.fromkeys((*result.headline, *result.outputs))
    return OpenedAnswer(
        tuple(_wall_inputs(result)),
        fill_slots(result.verdict, result.values),
        {name: card(name, result.values[name]) for name in names},
        result.headline,
        result=result,
        state=result.state,
    )


def open_version(version: Version) -> OpenedAnswer:
    """Return a version's result, opened. Raise Http404 for data that this release does not know, such as that of a
    newer release after a rollback."""
    try:
        return open_answer(version.scenario.solver, version.question, version.result)
    except PageDataError as error:
        raise Http404(f"This release of the site can't open what was saved: {error}") from None


def is_wall(kept: Mapping[str, Any]) -> bool:
    """Return whether a version's `result` is that of one wall."""
    return "page" not in kept and "shown" not in kept


def _opened_page(kept: Mapping[str, Any]) -> OpenedAnswer:
    stored = kept["page"]
    page = page_from_json(PAGE_TYPES, stored)
    known, summary = PAGES[stored["type"]], page.summary()
    cards = {f"{known.name}.{each.name}": each for each in summary.cards}
    return OpenedAnswer(
        _page_inputs(kept),
        summary.verdict,
        cards,
        tuple(cards),
        page=PageAnswer(page, known.template, known.styles, known.scripts, summary),
        state=summary.kind,
    )


def _page_inputs(kept: Mapping[str, Any]) -> tuple[AskedInput, ...]:
    inputs: tuple[AskedInput, ...] = from_json(tuple[AskedInput, ...], kept.get("inputs", []), "inputs")
    return inputs


def _typed(question: Mapping[str, Any]) -> Iterator[AskedInput]:
    """Yield the typed values with labels derived from their names; the labels themselves were not stored."""
    for name, text in question.items():
        yield AskedInput(
            name, name.replace("_", " ").capitalize(), ", ".join(text) if isinstance(text, list) else str(text), False
        )


def _wall_inputs(result: Result) -> Iterator[AskedInput]:
    """Yield the typed inputs first, changed figures of picks among them, then the defaults."""
    inputs = {name: result.values[name] for name in result.inputs}
    for name, text in result.text.items():
        if name in inputs:
            yield AskedInput(name, inputs[name].label, format_value(inputs[name], _INPUT_DIGITS) or "none", False)
        else:
            yield AskedInput(name, _figure_label(result, name), str(text), False)
    for name, value in inputs.items():
        if name not in result.text:
            unused = _meaning_of_zero(result, name) if value.value == 0 else ""
            yield AskedInput(name, value.label, unused or format_value(value, _INPUT_DIGITS) or "none", True)


def _meaning_of_zero(result: Result, name: str) -> str:
    """Return what 0 stands for in an input, such as "fixed batch"; empty where it is a number like others."""
    solver = solvers().get(result.solver)
    return str(getattr(solver.inputs.get(name), "zero_means", "")) if solver else ""


def _figure_label(result: Result, name: str) -> str:
    """Return the label of a changed figure such as `accelerator.memory_bandwidth`; any other name is returned
    unchanged."""
    pick, _, figure = name.partition(".")
    words = (figure or name).replace("_", " ")
    return f"{result.values[pick].label}: {words}" if figure and pick in result.values else words.capitalize()
