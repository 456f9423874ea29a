"""Template context of a form: fields with their text, help and errors."""

from __future__ import annotations

from dataclasses import dataclass

from mlsysweb.show.results.page import Link


@dataclass(frozen=True)
class Slider:
    """The range of a slider, in the unit beside its text field. What is `counted` is written with scales: `8.03B`."""

    low: float
    high: float
    log: bool
    integer: bool
    counted: bool
    noun: str = ""


@dataclass(frozen=True)
class ShownUnit:
    """The unit beside a text field: `name` is how the form sends it, `before` and `after` stand around the number.
    `sent` is False where it is the unit of a bare number anyway."""

    name: str
    before: str
    after: str
    sent: bool


@dataclass(frozen=True)
class Option:
    """An option of a select field."""

    value: str
    words: str
    selected: bool


@dataclass(frozen=True)
class OptionGroup:
    """Options under one heading; with an empty heading none is shown."""

    heading: str
    options: tuple[Option, ...]


@dataclass(frozen=True)
class Field:
    """One field: declaration, typed text and error. `control` is number, choice, pick or several. A field has no effect
    where the one named `replaced_by`, with the label `replacement`, is filled; `is_replaced` says that it is."""

    name: str
    control: str
    label: str
    help: str
    text: str
    error: str
    slider: Slider | None
    groups: tuple[OptionGroup, ...]
    placeholder: str = ""
    unit: ShownUnit | None = None
    replaced_by: str = ""
    is_replaced: bool = False
    replacement: str = ""


@dataclass(frozen=True)
class AskedInput:
    """An input of an answered question as text with its unit; `default` if it was not typed."""

    name: str
    label: str
    text: str
    default: bool


@dataclass(frozen=True)
class Form:
    """The left side of a wall's page, drawn from declaration, typed text and errors before anything is solved."""

    action: str
    fields: tuple[Field, ...]
    advanced: tuple[Field, ...]
    presets: tuple[Link, ...]
    error: str
    hidden: tuple[tuple[str, str], ...] = ()

    @property
    def all_fields(self) -> tuple[Field, ...]:
        return self.fields + self.advanced

    @property
    def invalid(self) -> tuple[Field, ...]:
        """Return the fields with an error, for the list above the form."""
        return tuple(field for field in self.all_fields if field.error)

    @property
    def is_unfolded(self) -> bool:
        """Whether something is wrong with a field that is folded away otherwise."""
        return any(field.error for field in self.advanced)
