"""Saved fits of a chip's constants as calibrations that a visitor can compute with on the walls that use them.

A calibration is a scenario of the page Calibrate: its name, its class and its rights are those of any scenario.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q
from django.http import HttpRequest

from mlsysweb.visitors import owned_by
from solvers.calibration import CALIBRATED, NAMED, NamedCalibration, used_constants, without_calibration

from .models import Scenario, Version, Visibility
from .people import classes

# The stored name of the page, and the most calibrations that are offered, the latest first.
PAGE, MOST = "calibrate", 20
_FIELDS = "result__page__data__"


@dataclass(frozen=True)
class OfferedCalibration:
    """A calibration in the list of a wall: the id of its scenario, its title, the slug of its accelerator, and the
    class it is shown to, empty for the visitor's own."""

    id: str
    title: str
    chip: str
    course: str


def offered_calibrations(request: HttpRequest, inputs: Collection[str]) -> tuple[OfferedCalibration, ...]:
    """Return the calibrations of this visitor and those that the instructors of their courses show to these courses,
    the latest first; those with a constant that a wall with these `inputs` computes with."""
    of_courses = Q(visibility=Visibility.CLASS, group__in=classes(request), group__course__instructor=F("owner"))
    mine = owned_by(request)
    found = Scenario.objects.filter(mine | of_courses, solver=PAGE, deleted=None).select_related("group")
    listed = list(found.order_by("-created")[:MOST])
    if not listed:
        return ()
    versions = Version.objects.filter(scenario__in=listed).order_by("number")
    # The last version of a scenario is the one that stays in the dictionary.
    fits = {id: (chip, settings) for id, chip, settings in versions.values_list("scenario", *_columns())}
    own = set(Scenario.objects.filter(mine, pk__in=[each.pk for each in listed]).values_list("pk", flat=True))
    return tuple(
        OfferedCalibration(each.pk, each.title, chip, "" if each.pk in own or each.group is None else each.group.name)
        for each in listed
        if (fit := fits.get(each.pk)) and (chip := fit[0]) and used_constants(inputs, dict(fit[1] or ()))
    )


def _columns() -> tuple[str, str]:
    return f"{_FIELDS}chip", f"{_FIELDS}settings"


@dataclass(frozen=True)
class SavedCalibration:
    """The fit of a saved scenario: the slug of its accelerator, its constants as changed figures of that, by dotted
    name, and its verdict."""

    chip: str
    constants: Mapping[str, str]
    verdict: str


def saved_calibration(scenario: Scenario) -> SavedCalibration | None:
    """Return the latest fit of a scenario; None where it is no calibration, or has no possible constant."""
    if scenario.solver != PAGE:
        return None
    data: Any = scenario.latest.result.get("page", {}).get("data", {})
    chip, settings = data.get("chip"), data.get("settings")
    return SavedCalibration(chip, dict(settings), str(data.get("verdict", ""))) if chip and settings else None


def calibrated(scenario: Scenario, text: Mapping[str, str], inputs: Collection[str]) -> dict[str, str] | None:
    """Return a question of a wall with these `inputs` as text with the accelerator and the constants of a calibration;
    None where the scenario has none that the wall computes with. A wall that prices no kernels keeps its
    efficiencies."""
    fit = saved_calibration(scenario)
    constants = used_constants(inputs, fit.constants) if fit is not None else {}
    if fit is None or not constants:
        return None
    named = NamedCalibration(fit.chip, " ".join(scenario.title.split()))
    kept = {} if "timing" in inputs else {name: value for name, value in text.items() if name in CALIBRATED}
    return without_calibration(text) | kept | {"accelerator": fit.chip, **constants, NAMED: named.text}
