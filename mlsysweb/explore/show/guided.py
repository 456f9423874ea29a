"""Template context of the guided form of a design space. Every row keeps its number in the link."""

from __future__ import annotations

from dataclasses import dataclass

from mlsysweb.show.forms.page import Option, OptionGroup, ShownUnit


@dataclass(frozen=True)
class RangeFields:
    """The fields of a number's values: how they are given (`how`), the ends and steps of a range, or a list."""

    how: str
    low: str
    high: str
    steps: str
    listed: str
    unit: ShownUnit | None


@dataclass(frozen=True)
class VariableRow:
    """A variable and its values: a range of a number, `options` with a box each and `more` to choose from, or the
    text of a link."""

    number: int
    name: str
    label: str
    error: str
    told: str
    text: str = ""
    range: RangeFields | None = None
    options: tuple[Option, ...] = ()
    more: tuple[OptionGroup, ...] = ()


@dataclass(frozen=True)
class ObjectiveRow:
    """An output to `minimize` or to `maximize`."""

    number: int
    name: str
    label: str
    way: str
    error: str


@dataclass(frozen=True)
class LimitRow:
    """An output with the value to keep it within."""

    number: int
    name: str
    label: str
    sign: str
    value: str
    unit: ShownUnit | None
    error: str


@dataclass(frozen=True)
class GoalTextRow:
    """A goal that is more than one output and one number, as its text."""

    number: int
    text: str
    error: str


@dataclass(frozen=True)
class GuidedForm:
    """The guided form: the walls, what varies, what to optimize, what to keep within, and what can be added."""

    walls: tuple[Option, ...]
    more_walls: tuple[OptionGroup, ...]
    drawn_for: str
    variables: tuple[VariableRow, ...]
    objectives: tuple[ObjectiveRow, ...]
    limits: tuple[LimitRow, ...]
    texts: tuple[GoalTextRow, ...]
    inputs: tuple[OptionGroup, ...]
    outputs: tuple[OptionGroup, ...]

    @property
    def goals(self) -> tuple[ObjectiveRow | LimitRow | GoalTextRow, ...]:
        return (*self.objectives, *self.limits, *self.texts)
