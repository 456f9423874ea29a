"""The predictions that constants are fitted with: times by the walls as they answer, and power by `laws.power`."""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.declare import Solver
from solvers.fields import Pick
from solvers.fleet.parallelism import parallelism
from solvers.laws.kernel_constants import kernel_constants
from solvers.laws.power import activity, chip_power, power_constants
from solvers.node.serving import serving
from solvers.rows import take_rows
from solvers.specs import stack, take

from .constants import CONSTANTS, POWER_CONSTANTS, FitKind, LawConstant

Floats = NDArray[np.float64]

_STEP = 0.01
# Of the logarithm of a constant, to both sides of where it starts.
FARTHEST = np.log(20.0)


@dataclass(frozen=True)
class MeasuredQuestion:
    """A question of a wall with one measured figure in SI, of a row of a table: `ttft`, `itl` or `power` of the serving
    wall, `step_time` of the parallelism wall."""

    row: int
    point: Any
    quantity: str
    value: float

    @property
    def kind(self) -> FitKind:
        """Return what the figure tells: constants of times, or of power."""
        return FitKind.POWER if self.quantity == "power" else FitKind.TIMES


class FitLaw(ABC):
    """The prediction of figures from constants, which are at `start` before a fit."""

    constants: tuple[LawConstant, ...]
    start: Floats

    @abstractmethod
    def ratios(self, constants: Floats) -> Floats:
        """Return predicted over measured, with a row per set of constants where there are several, in one call."""

    def jacobian(self, logs: Floats, chosen: Sequence[int]) -> Floats:
        """Return d ln(predicted)/d ln(constant), a column per chosen constant, by central differences."""
        steps = np.concatenate([logs + side * _STEP * np.eye(len(logs))[list(chosen)] for side in (1, -1)])
        up, down = np.split(np.log(self.ratios(np.exp(steps))), 2)
        return np.asarray((up - down).T / (2 * _STEP))

    def solved(self, chosen: Sequence[int]) -> tuple[Floats, bool]:
        """Return all constants with the chosen ones fitted, and whether the solver converged."""
        from scipy.optimize import least_squares  # half a second: only where something is fitted

        logs, places = np.log(self.start), list(chosen)

        def whole(some: Floats) -> Floats:
            every = logs.copy()
            every[places] = some
            return every

        found = least_squares(
            lambda some: np.log(self.ratios(np.exp(whole(some)))),
            logs[places],
            jac=lambda some: self.jacobian(whole(some), places),
            bounds=(logs[places] - FARTHEST, logs[places] + FARTHEST),
        )
        return np.exp(whole(found.x)), bool(found.success)


@dataclass(frozen=True)
class _Part:
    """The figures of one wall: their places among all, the wall, its questions as one batch, and their quantities."""

    places: NDArray[np.int_]
    wall: Solver[Any, Any]
    batch: Any
    quantities: NDArray[np.str_]

    def predicted(self, chip: Any, copies: int) -> Floats:
        """Return the times for `copies` of the questions one after another, each with its constants of the chip."""
        big = take_rows(self.batch, np.tile(np.arange(len(self.places)), copies))
        with np.errstate(all="ignore"):
            found = self.wall.function(dataclasses.replace(big, accelerator=chip))
        times = np.full(len(self.places) * copies, np.nan)
        for name in set(self.quantities.tolist()):
            at = np.tile(self.quantities == name, copies)
            times[at] = np.broadcast_to(getattr(found, name), times.shape)[at]
        return times.reshape(copies, len(self.places))


@dataclass(frozen=True)
class KernelLaw(FitLaw):
    """The serving and the parallelism wall for the times, with any constants of the chip."""

    chip: Any
    parts: tuple[_Part, ...]
    seconds: Floats
    start: Floats
    constants: tuple[LawConstant, ...] = CONSTANTS

    @classmethod
    def of(cls, figures: Sequence[MeasuredQuestion]) -> KernelLaw:
        """Return the law of measured times, of one chip."""
        chip = figures[0].point.accelerator
        parts = []
        for wall in (serving, parallelism):
            at = [k for k, each in enumerate(figures) if isinstance(each.point, wall.inputs_type)]
            if at:
                quantities = np.array([figures[k].quantity for k in at])
                batch = _stacked(wall, [figures[k].point for k in at])
                parts.append(_Part(np.array(at), wall, batch, quantities))
        own = kernel_constants(chip)
        start = np.array([float(np.asarray(getattr(own, each.attribute))) for each in CONSTANTS])
        return cls(chip, tuple(parts), np.array([each.value for each in figures]), start)

    def ratios(self, constants: Floats) -> Floats:
        """Return predicted over measured times, dimensionless, in one call of each wall."""
        sets = np.atleast_2d(constants)
        times = np.full((len(sets), len(self.seconds)), np.nan)
        for part in self.parts:
            columns = {each.name: np.repeat(sets[:, k], len(part.places)) for k, each in enumerate(CONSTANTS)}
            times[:, part.places] = part.predicted(dataclasses.replace(self.chip, **columns), len(sets))
        ratios = times / self.seconds
        return ratios if np.ndim(constants) > 1 else ratios[0]


@dataclass(frozen=True)
class PowerLaw(FitLaw):
    """The power of one chip, over the whole of a request: at the shares of its peak rate and of its bandwidth that the
    serving wall finds in prefill and in decode, each for its part of the time."""

    tdp: float
    prefill_share: Floats
    busy: tuple[tuple[Floats, Floats], ...]
    watts: Floats
    start: Floats
    constants: tuple[LawConstant, ...] = POWER_CONSTANTS

    @classmethod
    def of(cls, figures: Sequence[MeasuredQuestion], chip: Any) -> PowerLaw:
        """Return the law of measured power of a `chip` with the constants of kernels to use."""
        batch, own = _stacked(serving, [each.point for each in figures]), power_constants(chip)
        with np.errstate(all="ignore"):
            found = serving.function(dataclasses.replace(batch, accelerator=chip))
            count = len(figures)
            rates = (
                found.prefill_flop / found.ttft / found.peak,
                found.prefill_moved / found.ttft / chip.memory_bandwidth,
                found.decode_flop / found.token_time / found.decode_peak,
                found.decode_moved / found.token_time / found.decode_bandwidth,
            )
        shares = [np.broadcast_to(np.clip(each, 0, 1), count) for each in rates]
        return cls(
            tdp=float(chip.tdp),
            prefill_share=np.broadcast_to(found.prefill_share, count),
            busy=((shares[0], shares[1]), (shares[2], shares[3])),
            watts=np.array([each.value for each in figures]),
            start=np.array([float(np.asarray(getattr(own, each.attribute))) for each in POWER_CONSTANTS]),
        )

    def ratios(self, constants: Floats) -> Floats:
        """Return predicted over measured power, dimensionless."""
        idle, arithmetic, memory = np.atleast_2d(constants).T[:, :, None]
        first, step = (
            chip_power(self.tdp, idle, activity(mfu, reading, arithmetic, memory)) for mfu, reading in self.busy
        )
        ratios = (self.prefill_share * first + (1 - self.prefill_share) * step) / self.watts
        return np.asarray(ratios if np.ndim(constants) > 1 else ratios[0])


def _stacked(wall: Solver[Any, Any], points: Sequence[Any]) -> Any:
    """Return the questions of a wall as one batch; the accelerator, which is the same in all, stays one."""
    columns: dict[str, Any] = {}
    for name, io in wall.inputs.items():
        values = [getattr(point, name) for point in points]
        if not isinstance(io, Pick):
            columns[name] = np.array(values)
        elif name != "accelerator" and any(value is not values[0] for value in values):
            columns[name] = take(stack(values), np.arange(len(values)))
    return dataclasses.replace(points[0], **columns)
