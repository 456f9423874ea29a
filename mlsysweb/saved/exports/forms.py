"""The export formats of a scenario."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import orjson

from .citation import bibtex, methods
from .document import document
from .snippet import notebook, python
from .source import ExportSource
from .tables import curves_of, tables_of, values_of

_CSV, _TEXT = "text/csv; charset=utf-8", "text/plain; charset=utf-8"


class ExportForm(NamedTuple):
    """An export format: file name, media type, the function that makes it, and whether it applies to an answer."""

    name: str
    media_type: str
    made: Callable[[ExportSource], str | bytes]
    offered: Callable[[ExportSource], bool]


def _is_wall(source: ExportSource) -> bool:
    return source.wall is not None


def _is_page(source: ExportSource) -> bool:
    return source.opened.page is not None


def _is_data(source: ExportSource) -> bool:
    return _is_wall(source) or _is_page(source)


def _always(source: ExportSource) -> bool:
    return True


def _json(source: ExportSource) -> bytes:
    return orjson.dumps(document(source), option=orjson.OPT_INDENT_2)


def _notebook(source: ExportSource) -> bytes:
    return orjson.dumps(notebook(source))


FORMS: dict[str, ExportForm] = {
    "values": ExportForm("values.csv", _CSV, values_of, _is_data),
    "tables": ExportForm("tables.csv", _CSV, tables_of, _is_page),
    "curves": ExportForm("curves.csv", _CSV, curves_of, _is_data),
    "json": ExportForm("scenario.json", "application/json", _json, _always),
    "python": ExportForm("scenario.py", "text/x-python; charset=utf-8", python, _is_wall),
    "notebook": ExportForm(
        "scenario.ipynb", "application/x-ipynb+json", lambda kept: orjson.dumps(notebook(kept)), _is_wall
    ),
    "methods": ExportForm("methods.txt", _TEXT, lambda kept: methods(kept, kept.opened.verdict), _always),
    "bibtex": ExportForm("sources.bib", "application/x-bibtex; charset=utf-8", bibtex, _always),
}
