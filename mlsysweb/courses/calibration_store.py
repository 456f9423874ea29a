"""Keeps the constants of a saved calibration as figures of a course's catalog, which its members then compute with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from catalog.figure_sources import FIGURE_SOURCES, figure_source_problems
from catalog.models import Accelerator
from catalog.table_cache import catalog_table
from mlsysweb.saved.scenarios.calibrations import SavedCalibration
from solvers.calibration import CONSTANT
from solvers.errors import InputError
from solvers.quantities import to_si
from solvers.shipped.figure_sources import FITTED, FigureSource
from solvers.specs import columns

from .catalog_store import change_row, row_of
from .models import Course
from .store import CourseError

_LONGEST_TITLE, _LONGEST_NOTE, _LONGEST_SOURCE = 120, 600, 200


def keep_calibration(course: Course, title: str, fit: SavedCalibration) -> str:
    """Store the constants of a calibration as figures of a course, each with the calibration as its source; return the
    slug of the accelerator's row. Other figures that the course has of it stay. Raise CourseError where the course does
    not see the accelerator, or a constant is none that it can have."""
    row = catalog_table(Accelerator.describes).by_name.get(fit.chip)
    if row is None:
        raise CourseError(f"The catalog of the course has no accelerator {fit.chip[:60]}.")
    figures = _figures(fit.constants)
    with transaction.atomic():
        mine = row_of(course, Accelerator, row.slug)
        before = mine.values if mine is not None else {}
        sources = {**before.get(FIGURE_SOURCES, {}), **dict.fromkeys(figures, _source(title, fit.verdict).as_dict())}
        if problems := figure_source_problems(Accelerator, sources):
            raise CourseError(" ".join(problems))
        why = f"Fitted from measurements: {_named(title)}"
        earlier = mine.source if mine is not None and not mine.own else ""
        told = earlier if why in earlier else "; ".join(filter(None, (earlier, why)))
        values = {**before, **figures, FIGURE_SOURCES: sources}
        change_row(course, Accelerator, mine.slug if mine else row.slug, values, told[:_LONGEST_SOURCE])
    return str(row.slug)


def _figures(constants: Mapping[str, str]) -> dict[str, Any]:
    """Return constants in SI by the column of the accelerator. Raise CourseError."""
    declared, found = columns(Accelerator.describes), {}
    for name, text in constants.items():
        column = name.partition(".")[2]
        if not name.startswith(CONSTANT) or column not in declared:
            raise CourseError(f"{name[:60]} is no fitted constant of an accelerator.")
        io = declared[column]
        try:
            value = to_si(name, text, io.unit)
            io.check(name, value)
        except InputError as bad:
            raise CourseError(f"{io.label} {bad.sentence}") from None
        found[column] = value
    if not found:
        raise CourseError("This calibration has no fitted constant.")
    return found


def _source(title: str, verdict: str) -> FigureSource:
    date = timezone.now().date().isoformat()
    return FigureSource(FITTED, _named(title), date=date, note=verdict[:_LONGEST_NOTE])


def _named(title: str) -> str:
    return f"calibration “{' '.join(title.replace('|', ' ').split())[:_LONGEST_TITLE]}”"
