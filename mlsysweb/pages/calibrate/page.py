"""Template context of the calibration of a chip, and of its form."""

from __future__ import annotations

from dataclasses import dataclass

from mlsysweb.show.forms.page import OptionGroup
from mlsysweb.show.results.page import Card, Figure, Link, NamedTable, PageSummary, Table

CONSTANT_COLUMNS = ("Constant", "Today", "Fitted", "95 % interval")
TIME_COLUMNS = ("Row", "Configuration", "Figure", "Measured", "Predicted before", "Predicted after")


@dataclass(frozen=True)
class ConstantLine:
    """One constant: the cells of `CONSTANT_COLUMNS` after its label, and whether it was fitted."""

    label: str
    cells: tuple[str, ...]
    fitted: bool


@dataclass(frozen=True)
class TimeLine:
    """One measured figure with its predictions: the cells of `TIME_COLUMNS`. `far` where the fit is off by a
    quarter."""

    cells: tuple[str, ...]
    far: bool


@dataclass(frozen=True)
class CalibratePage:
    """The constants of a chip fitted to measured figures. `kind` is the verdict's state. `warnings` are about constants
    that are impossible or that the rows do not tell; `links` open other pages with the fitted constants. `settings` are
    the fitted constants as changed figures of the accelerator `chip`, for a wall; none where one is impossible."""

    verdict: str
    kind: str
    cards: tuple[Card, ...]
    figures: tuple[Figure, ...]
    constants: tuple[ConstantLine, ...]
    warnings: tuple[str, ...]
    correlations: tuple[str, ...]
    times: tuple[TimeLine, ...]
    notes: tuple[str, ...]
    links: tuple[Link, ...]
    url: str
    csv: str
    chip: str = ""
    settings: tuple[tuple[str, str], ...] = ()

    @property
    def constant_columns(self) -> tuple[str, ...]:
        """Return the header of the table of constants."""
        return CONSTANT_COLUMNS

    @property
    def time_columns(self) -> tuple[str, ...]:
        """Return the header of the table of measured figures."""
        return TIME_COLUMNS

    def summary(self) -> PageSummary:
        constants = tuple((line.label, *line.cells) for line in self.constants)
        times = tuple(line.cells for line in self.times)
        tables = (
            NamedTable("Constants", Table(CONSTANT_COLUMNS, constants)),
            NamedTable("Measurements", Table(TIME_COLUMNS, times)),
        )
        return PageSummary(self.verdict, self.kind, self.cards, self.figures, tables)


@dataclass(frozen=True)
class CalibrateForm:
    """The form of the page: the table as text, its errors as sentences, and the choices of the fields that add a row.
    `swapped` where the table replaces the one that is shown."""

    action: str
    rows: str
    errors: tuple[str, ...]
    accelerators: tuple[OptionGroup, ...]
    models: tuple[OptionGroup, ...]
    precisions: tuple[str, ...]
    swapped: bool = False

    @property
    def fields(self) -> tuple[object, ...]:
        """Return no fields: the header of the page has no buttons for them."""
        return ()
