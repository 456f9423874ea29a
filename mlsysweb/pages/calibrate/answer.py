"""Answers the calibration for its views and for saving."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from catalog.resolve import find
from mlsysweb.answer import validated
from mlsysweb.show.forms.asked import Rows, asked_inputs
from mlsysweb.show.forms.page import AskedInput
from mlsysweb.show.work_limits import heavy_work
from solvers.calibrate.fit import ConstantsFit, fit
from solvers.calibrate.fit_laws import MeasuredQuestion
from solvers.calibrate.prompt import measured_questions
from solvers.calibrate.table import MeasuredTable, errors_in_words, read_table, table_with_errors, with_row
from solvers.calibrate.table_columns import SERVING
from solvers.declare import Solver
from solvers.errors import InputError, InputErrors
from solvers.node.roofline import roofline
from solvers.node.serving import serving
from solvers.specs import Accelerator

from .page import CalibratePage
from .present import CalibrateLinks, calibrate_page
from .question import ADD, GUIDED, NEW, ROWS, examples

# Figures from which on a fit is heavy work, one request at a time.
_HEAVY = 80


@dataclass(frozen=True)
class CalibrateAnswer:
    """The table as text, with the row just added; the page, None where something is invalid; the errors as sentences;
    and whether a row was added."""

    rows: str
    page: CalibratePage | None
    errors: tuple[str, ...]
    added: bool = False


def answer_page(query: QueryDict) -> CalibratePage:
    """Return the page that answers the query. Raise InputErrors with every invalid cell."""
    return _page(_rows(query))


def inputs_of(query: QueryDict, rows: Rows) -> tuple[AskedInput, ...]:
    """Return the rows of the table as shown beside a saved page, and the serving wall's defaults for what they leave
    out."""
    table = _rows(query)
    header, *lines = table.splitlines()
    given = {name for row in read_table(table).rows for name in row.text}
    left_out = {name: io for name, io in serving.inputs.items() if name not in given}
    listed = (AskedInput(f"row-{k}", f"Row {k}", line, False) for k, line in enumerate(lines, start=1))
    return (AskedInput(ROWS, "Columns", header, False), *listed, *asked_inputs(left_out, {}, rows))


def answer_query(query: QueryDict) -> CalibrateAnswer:
    """Return the answer to a query of the page's link or of its form. Errors are returned, not raised."""
    rows, added = _rows(query), GUIDED in query and ADD in query
    try:
        if added:
            rows = with_row(rows if str(query.get(ROWS, "")).strip() else "", _new_row(query))
        return CalibrateAnswer(rows, _page(rows), (), added)
    except InputErrors as bad:
        return CalibrateAnswer(rows, None, tuple(errors_in_words(bad.errors)), added)


def _rows(query: QueryDict) -> str:
    """Return the table as text with lines that end in a line feed; without one that of the first example."""
    typed = str(query.get(ROWS, "")).replace("\r\n", "\n").replace("\r", "\n").strip()
    return typed or examples()[0].rows


def _new_row(query: QueryDict) -> dict[str, str]:
    cells = {name.removeprefix(NEW): str(value).strip() for name, value in query.items() if name.startswith(NEW)}
    return {name: value for name, value in cells.items() if value}


def _page(rows: str) -> CalibratePage:
    table = table_with_errors(rows)
    chip = _slug(table)
    figures = measured_questions(table, _resolve)
    return calibrate_page(_fit(figures), _links(rows, table, chip), table.ignored)


def _slug(table: MeasuredTable) -> str:
    """Return the slug of the accelerator of the first row; an empty text where there is none, an error of that row."""
    with suppress(InputError, InputErrors):
        for row in table.rows[:1]:
            return str(find(Accelerator, row.text["accelerator"], "accelerator").snapshot["slug"])
    return ""


def _resolve(wall: Solver[Any, Any], row: Mapping[str, str]) -> Any:
    return validated(wall, row)[1].point


def _fit(figures: tuple[MeasuredQuestion, ...]) -> ConstantsFit:
    if len(figures) < _HEAVY:
        return fit(figures)
    with heavy_work():
        return fit(figures)


def _links(rows: str, table: MeasuredTable, chip: str) -> CalibrateLinks:
    query, first = urlencode({ROWS: rows}), table.rows[0]
    of_serving = next(
        (row.text for row in table.rows if row.wall == SERVING), {"accelerator": first.text["accelerator"]}
    )
    return CalibrateLinks(
        page=f"{reverse('calibrate:calibrate')}?{query}",
        csv=f"{reverse('calibrate:constants')}?{query}",
        serving=reverse("walls:wall", args=[serving.name]),
        roofline=reverse("walls:wall", args=[roofline.name]),
        uncertainty=reverse("uncertainty:uncertainty"),
        text=dict(of_serving),
        chip=chip,
    )
