"""The forms a scenario can be exported in."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import orjson

from solvers.formatting import fill_slots
from solvers.result import Result

from .citation import bibtex, methods
from .document import document
from .snippet import notebook, python
from .source import ExportSource
from .tables import curves, values

_CSV, _TEXT = "text/csv; charset=utf-8", "text/plain; charset=utf-8"


class Form(NamedTuple):
    """The file's name, its media type, how it is made, and whether it is of a wall's answer only."""

    file: str
    media_type: str
    made: Callable[[ExportSource], str | bytes]
    of_wall: bool


def _result(kept: ExportSource) -> Result:
    assert kept.result is not None
    return kept.result


def _verdict(kept: ExportSource) -> str:
    return fill_slots(kept.result.verdict, kept.result.values) if kept.result else ""


def _json(kept: ExportSource) -> bytes:
    return orjson.dumps(document(kept), option=orjson.OPT_INDENT_2)


FORMS: dict[str, Form] = {
    "values": Form("values.csv", _CSV, lambda kept: values(_result(kept)), True),
    "curves": Form("curves.csv", _CSV, lambda kept: curves(_result(kept)), True),
    "json": Form("scenario.json", "application/json", _json, False),
    "python": Form("scenario.py", "text/x-python; charset=utf-8", python, True),
    "notebook": Form("scenario.ipynb", "application/x-ipynb+json", lambda kept: orjson.dumps(notebook(kept)), True),
    "methods": Form("methods.txt", _TEXT, lambda kept: methods(kept, _verdict(kept)), False),
    "bibtex": Form("sources.bib", "application/x-bibtex; charset=utf-8", bibtex, False),
}
